//! One Parquet file out of functions from a row to a cell.
//!
//! A table is cut into row groups of [`ROWS_A_GROUP`] rows. As many groups as
//! there are threads are encoded at once, each column by itself, and appended
//! in order: where a group ends, and so every byte, depends on the rows alone.
//! Only the groups under way are in memory.

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, StringArray, StringBuilder, UInt16Array, UInt32Array,
    UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema, UInt16Type};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::problem::{not_encoded, unwritable};
use crate::diagnostic::Outcome;
use crate::private;
use crate::progress::Bar;

/// Rows of a row group: enough for zstd and for a reader's skipping, few enough
/// that one group a thread stays in tens of megabytes.
pub(super) const ROWS_A_GROUP: usize = 128 * 1024;

type Fill<'a> = Box<dyn Fn(Range<usize>) -> ArrayRef + Sync + Send + 'a>;

/// One column: its name, its type, and how its cells of a range of rows are made.
pub(super) struct Column<'a> {
    field: Field,
    /// Whether few distinct values are expected, so that a dictionary page pays.
    repeats: bool,
    fill: Fill<'a>,
}

impl<'a> Column<'a> {
    /// Text, mostly different from row to row.
    pub(super) fn text(name: &str, cell: impl Fn(usize) -> &'a str + Sync + Send + 'a) -> Self {
        Self {
            field: Field::new(name, DataType::Utf8, false),
            repeats: false,
            fill: Box::new(move |rows| {
                let mut texts = StringBuilder::with_capacity(rows.len(), rows.len() * 16);
                rows.for_each(|row| texts.append_value(cell(row)));
                Arc::new(texts.finish())
            }),
        }
    }

    /// Text that a value displays, mostly different from row to row.
    pub(super) fn displayed<D: Display>(name: &str, cell: impl Fn(usize) -> D + Sync + Send + 'a) -> Self {
        Self {
            field: Field::new(name, DataType::Utf8, false),
            repeats: false,
            fill: Box::new(move |rows| {
                let mut texts = StringBuilder::with_capacity(rows.len(), rows.len() * 64);
                let mut text = String::new();
                for row in rows {
                    text.clear();
                    // Writing to a string cannot fail.
                    let _ = write!(text, "{}", cell(row));
                    texts.append_value(&text);
                }
                Arc::new(texts.finish())
            }),
        }
    }

    /// Text, mostly different from row to row, that may be missing.
    pub(super) fn optional_text(
        name: &str,
        cell: impl Fn(usize) -> Option<&'a str> + Sync + Send + 'a,
    ) -> Self {
        Self {
            field: Field::new(name, DataType::Utf8, true),
            repeats: false,
            fill: Box::new(move |rows| {
                let mut texts = StringBuilder::with_capacity(rows.len(), rows.len() * 8);
                rows.for_each(|row| texts.append_option(cell(row)));
                Arc::new(texts.finish())
            }),
        }
    }

    /// The same column, its texts now expected to repeat.
    pub(super) fn repeating(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// A word of a short list, by its place; a place outside of the list is a missing word.
    pub(super) fn word(
        name: &str,
        words: impl IntoIterator<Item = impl Into<String>>,
        place: impl Fn(usize) -> Option<u16> + Sync + Send + 'a,
        nullable: bool,
    ) -> Self {
        let words: ArrayRef =
            Arc::new(words.into_iter().map(|word| Some(word.into())).collect::<StringArray>());
        let known = words.len();
        Self {
            field: Field::new(name, word_type(), nullable),
            repeats: true,
            fill: Box::new(move |rows| {
                let places = rows.map(|row| place(row).filter(|place| usize::from(*place) < known));
                let places: UInt16Array = places.collect();
                // Places are below the number of words, so the pieces always fit together.
                match DictionaryArray::<UInt16Type>::try_new(places, Arc::clone(&words)) {
                    Ok(array) => Arc::new(array),
                    Err(_) => arrow::array::new_null_array(&word_type(), 0),
                }
            }),
        }
    }

    /// A number with a fraction.
    pub(super) fn number(name: &str, cell: impl Fn(usize) -> f64 + Sync + Send + 'a) -> Self {
        Self {
            field: Field::new(name, DataType::Float64, false),
            repeats: false,
            fill: Box::new(move |rows| Arc::new(Float64Array::from_iter_values(rows.map(&cell)))),
        }
    }

    /// A number with a fraction that may be missing.
    pub(super) fn optional_number(
        name: &str,
        cell: impl Fn(usize) -> Option<f64> + Sync + Send + 'a,
    ) -> Self {
        Self {
            field: Field::new(name, DataType::Float64, true),
            repeats: false,
            fill: Box::new(move |rows| Arc::new(rows.map(&cell).collect::<Float64Array>())),
        }
    }

    /// A count that may pass four thousand million.
    pub(super) fn sum(name: &str, cell: impl Fn(usize) -> u64 + Sync + Send + 'a) -> Self {
        Self {
            field: Field::new(name, DataType::UInt64, false),
            repeats: false,
            fill: Box::new(move |rows| Arc::new(UInt64Array::from_iter_values(rows.map(&cell)))),
        }
    }

    /// A count.
    pub(super) fn count(name: &str, cell: impl Fn(usize) -> u32 + Sync + Send + 'a) -> Self {
        Self {
            field: Field::new(name, DataType::UInt32, false),
            repeats: true,
            fill: Box::new(move |rows| Arc::new(UInt32Array::from_iter_values(rows.map(&cell)))),
        }
    }
}

/// Words are coded while they are handed to the writer; in the file they are plain text.
fn word_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8))
}

/// Writes a new private file. O(rows × columns), on all threads of the pool.
///
/// # Errors
/// `PUB-005` where the file cannot be made, `PUB-006` where it cannot be written.
pub(super) fn write(path: &Path, rows: usize, columns: &[Column<'_>], bar: &Bar) -> Outcome<()> {
    let mut file = TableFile::begin(path, columns)?;
    file.append(rows, columns, bar)?;
    file.finish()
}

/// A table that is written piece by piece. A piece begins a row group, so the bytes depend on the
/// rows and on where they are cut alone.
pub(super) struct TableFile {
    path: PathBuf,
    writer: SerializedFileWriter<BufWriter<File>>,
    factory: ArrowRowGroupWriterFactory,
    groups: usize,
}

impl TableFile {
    /// Begins a new private file of such columns.
    ///
    /// # Errors
    /// As [`write`].
    pub(super) fn begin(path: &Path, columns: &[Column<'_>]) -> Outcome<Self> {
        let file = private::create_file(path).map_err(|error| unwritable("PUB-005", path, &error))?;
        let opened = open(BufWriter::with_capacity(1 << 20, file), columns);
        let (writer, factory) = opened.map_err(|error| not_encoded(path, &error))?;
        Ok(Self { path: path.to_owned(), writer, factory, groups: 0 })
    }

    /// Appends so many rows of the same columns.
    ///
    /// # Errors
    /// As [`write`].
    pub(super) fn append(&mut self, rows: usize, columns: &[Column<'_>], bar: &Bar) -> Outcome<()> {
        self.append_groups(rows, columns, bar).map_err(|error| not_encoded(&self.path, &error))
    }

    fn append_groups(&mut self, rows: usize, columns: &[Column<'_>], bar: &Bar) -> ParquetResult<()> {
        let first = self.groups;
        let groups: Vec<(usize, Range<usize>)> = (0..rows)
            .step_by(ROWS_A_GROUP)
            .map(|start| start..rows.min(start + ROWS_A_GROUP))
            .enumerate()
            .map(|(at, rows)| (first + at, rows))
            .collect();
        for wave in groups.chunks(rayon::current_num_threads().max(1)) {
            let encoded: Vec<ParquetResult<Vec<ArrowColumnChunk>>> = wave
                .par_iter()
                .map(|(index, range)| encode_group(&self.factory, *index, columns, range))
                .collect();
            for (chunks, (_, range)) in encoded.into_iter().zip(wave) {
                append(&mut self.writer, chunks?)?;
                bar.add(range.len() as u64);
            }
        }
        self.groups += groups.len();
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// As [`write`].
    pub(super) fn finish(self) -> Outcome<()> {
        let path = self.path;
        let ended = self.writer.into_inner().and_then(|mut inner| Ok(inner.flush()?));
        ended.map_err(|error| not_encoded(&path, &error))
    }
}

fn open<W: Write + Send>(
    out: W,
    columns: &[Column<'_>],
) -> ParquetResult<(SerializedFileWriter<W>, ArrowRowGroupWriterFactory)> {
    let fields: Vec<Field> = columns.iter().map(|column| column.field.clone()).collect();
    // Without arrow's own schema in the file every reader sees text, not codes.
    let options =
        ArrowWriterOptions::new().with_properties(properties(columns)).with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(out, Arc::new(Schema::new(fields)), options)?.into_serialized_writer()
}

/// Pinned, so that no default of a later library version changes the bytes unseen.
fn properties(columns: &[Column<'_>]) -> WriterProperties {
    let base = WriterProperties::builder()
        .set_created_by(concat!("doisoat ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_data_page_size_limit(1 << 20)
        .set_dictionary_enabled(false);
    // The least and the greatest of words that are in every row group let no reader skip one, and finding them takes
    // longer than coding the words.
    let with_dictionary = |properties: WriterPropertiesBuilder, column: &Column<'_>| {
        let path = ColumnPath::new(vec![column.field.name().clone()]);
        properties
            .set_column_dictionary_enabled(path.clone(), true)
            .set_column_statistics_enabled(path, EnabledStatistics::None)
    };
    columns.iter().filter(|column| column.repeats).fold(base, with_dictionary).build()
}

fn encode_group(
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
    columns: &[Column<'_>],
    rows: &Range<usize>,
) -> ParquetResult<Vec<ArrowColumnChunk>> {
    let writers = factory.create_column_writers(index)?;
    columns
        .par_iter()
        .zip(writers)
        .map(|(column, writer)| encode_column(column, writer, rows.clone()))
        .collect()
}

fn encode_column(
    column: &Column<'_>,
    mut writer: ArrowColumnWriter,
    rows: Range<usize>,
) -> ParquetResult<ArrowColumnChunk> {
    let expected = rows.len();
    let array = (column.fill)(rows);
    if array.len() != expected {
        return Err(ParquetError::General(format!("column `{}` has too few cells", column.field.name())));
    }
    for leaf in compute_leaves(&column.field, &array)? {
        writer.write(&leaf)?;
    }
    writer.close()
}

fn append<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    chunks: Vec<ArrowColumnChunk>,
) -> ParquetResult<()> {
    let mut group = writer.next_row_group()?;
    for chunk in chunks {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::progress::Progress;

    fn written(threads: usize, rows: usize) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let texts: Vec<String> = (0..rows).map(|row| format!("đ{}", row * 7919 % 100_003)).collect();
        let columns = [
            Column::text("text", |row| &texts[row]),
            Column::optional_text("maybe", |row| row.is_multiple_of(3).then_some(&texts[row / 2]))
                .repeating(),
            Column::word("word", ["a", "b"], |row| Some((row % 3) as u16), true),
            Column::number("number", |row| row as f64 / 3.0),
            Column::count("count", |row| row as u32),
        ];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let bar = Progress::silent().begin("test", 0, "rows");
        pool.install(|| write(&path, rows, &columns, &bar)).unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn the_bytes_are_the_same_for_any_number_of_threads() {
        let rows = 2 * ROWS_A_GROUP + 17;
        let one = written(1, rows);
        assert!(one.len() > rows, "rows are in the file");
        assert!(one == written(2, rows));
        assert!(one == written(7, rows));
    }

    #[test]
    fn a_file_is_read_back_as_plain_text_and_numbers_and_an_empty_one_keeps_its_columns() {
        for rows in [0, 5] {
            let bytes = written(2, rows);
            let reader = ParquetRecordBatchReaderBuilder::try_new(shared::of(&bytes)).unwrap();
            let types: Vec<DataType> =
                reader.schema().fields().iter().map(|f| f.data_type().clone()).collect();
            let expected =
                [DataType::Utf8, DataType::Utf8, DataType::Utf8, DataType::Float64, DataType::UInt32];
            assert_eq!(types, expected);
            assert_eq!(reader.metadata().file_metadata().num_rows(), rows as i64);
            assert_eq!(reader.metadata().file_metadata().created_by(), Some("doisoat 0.1.0"));
        }
    }

    /// The bytes as a file, which is what the reader wants.
    mod shared {
        use std::io::{Seek, Write};

        pub(super) fn of(bytes: &[u8]) -> std::fs::File {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            file.rewind().unwrap();
            file
        }
    }
}
