//! Files that rows go into: CSV, Parquet, XLSX.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::rows::Rows;
use crate::private;

/// How the extracts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// UTF-8, header, comma, quotes where needed, LF.
    Csv,
    /// Every column a string, zstd.
    Parquet,
    /// One sheet a file, several files where the rows do not fit.
    Xlsx,
}

impl Format {
    /// The words of the command line, which are the files' endings too.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("csv", Self::Csv), ("parquet", Self::Parquet), ("xlsx", Self::Xlsx)];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize].0
    }
}

/// Rows below the header that a sheet can hold.
const SHEET_ROWS: usize = 1_048_575;
/// Rows of a Parquet row group: what a reader's thread takes at once.
const GROUP_ROWS: usize = 262_144;
const BUFFER_BYTES: usize = 1 << 20;

/// A table's rows in the order they are to be written: batch of the window, row.
pub(super) type Order = [(u32, u32)];

/// One table being written to a hidden name beside its own.
pub(super) struct Sink {
    columns: &'static [&'static str],
    folder: PathBuf,
    stem: &'static str,
    ending: &'static str,
    file: Open,
    /// Files finished so far, under their hidden names.
    parts: Vec<PathBuf>,
    rows_in_part: usize,
    sheet_rows: usize,
    /// Rows written so far.
    pub(super) rows: u64,
}

enum Open {
    Csv(BufWriter<File>),
    Parquet(Box<ArrowWriter<File>>),
    Xlsx(Box<Workbook>),
    Closed,
}

/// The hidden name under which a part is written.
fn hidden(stem: &str, part: usize, ending: &str) -> String {
    format!(".{stem}_{part:02}.{ending}.part")
}

impl Sink {
    pub(super) fn open(
        folder: &Path,
        stem: &'static str,
        columns: &'static [&'static str],
        format: Format,
    ) -> io::Result<Self> {
        let mut sink = Self {
            columns,
            folder: folder.to_owned(),
            stem,
            ending: format.word(),
            file: Open::Closed,
            parts: Vec::new(),
            rows_in_part: 0,
            sheet_rows: SHEET_ROWS,
            rows: 0,
        };
        match format {
            Format::Csv => {
                let mut file = BufWriter::with_capacity(BUFFER_BYTES, sink.create()?);
                writeln!(file, "{}", columns.join(","))?;
                sink.file = Open::Csv(file);
            }
            Format::Parquet => sink.file = Open::Parquet(Box::new(parquet_writer(sink.create()?, columns)?)),
            Format::Xlsx => sink.open_sheet()?,
        }
        Ok(sink)
    }

    fn next_part(&self) -> PathBuf {
        self.folder.join(hidden(self.stem, self.parts.len() + 1, self.ending))
    }

    fn create(&mut self) -> io::Result<File> {
        let path = self.next_part();
        let file = private::create_file(&path)?;
        self.parts.push(path);
        Ok(file)
    }

    fn open_sheet(&mut self) -> io::Result<()> {
        let mut book = Workbook::new();
        // A pinned day: the same rows give the same bytes whenever they are made.
        let day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(io::Error::other)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&day));
        book.set_tempdir(&self.folder).map_err(io::Error::other)?;
        let sheet = book.add_worksheet_with_constant_memory().map_err(io::Error::other)?;
        for (at, column) in self.columns.iter().enumerate() {
            sheet.write_string(0, at as u16, *column).map_err(io::Error::other)?;
        }
        self.file = Open::Xlsx(Box::new(book));
        self.rows_in_part = 0;
        Ok(())
    }

    /// Appends a window's rows.
    pub(super) fn append(&mut self, window: &[&Rows], order: &Order) -> io::Result<()> {
        self.rows += order.len() as u64;
        match &mut self.file {
            Open::Csv(file) => append_csv(file, self.columns.len(), window, order),
            Open::Parquet(writer) => append_parquet(writer, self.columns, window, order),
            Open::Xlsx(_) => self.append_xlsx(window, order),
            Open::Closed => Ok(()),
        }
    }

    fn append_xlsx(&mut self, window: &[&Rows], mut order: &Order) -> io::Result<()> {
        while !order.is_empty() {
            if self.rows_in_part == self.sheet_rows {
                self.close()?;
                self.open_sheet()?;
            }
            let (now, later) = order.split_at(order.len().min(self.sheet_rows - self.rows_in_part));
            self.fill_sheet(window, now)?;
            order = later;
        }
        Ok(())
    }

    fn fill_sheet(&mut self, window: &[&Rows], order: &Order) -> io::Result<()> {
        let Open::Xlsx(book) = &mut self.file else { return Ok(()) };
        let sheet = book.worksheet_from_index(0).map_err(io::Error::other)?;
        for &(batch, row) in order {
            self.rows_in_part += 1;
            for column in 0..self.columns.len() {
                let cell = window[batch as usize].cell(row as usize, column);
                if !cell.is_empty() {
                    sheet
                        .write_string(self.rows_in_part as u32, column as u16, cell)
                        .map_err(io::Error::other)?;
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.file, Open::Closed) {
            Open::Csv(file) => file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all(),
            Open::Parquet(writer) => writer.into_inner()?.sync_all(),
            Open::Xlsx(mut book) => {
                let mut file = BufWriter::with_capacity(BUFFER_BYTES, self.create()?);
                book.save_to_writer(&mut file).map_err(io::Error::other)?;
                file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
            }
            Open::Closed => Ok(()),
        }
    }

    /// Finishes the files and tells their hidden and their own names.
    pub(super) fn finish(mut self) -> io::Result<Vec<(PathBuf, PathBuf)>> {
        self.close()?;
        let several = self.parts.len() > 1;
        let name = |at: usize| {
            if several {
                format!("{}_{:02}.{}", self.stem, at + 1, self.ending)
            } else {
                format!("{}.{}", self.stem, self.ending)
            }
        };
        let own = (0..self.parts.len()).map(|at| self.folder.join(name(at)));
        Ok(self.parts.iter().cloned().zip(own).collect())
    }
}

fn append_csv(file: &mut BufWriter<File>, columns: usize, window: &[&Rows], order: &Order) -> io::Result<()> {
    for &(batch, row) in order {
        for column in 0..columns {
            if column > 0 {
                file.write_all(b",")?;
            }
            write_cell(file, window[batch as usize].cell(row as usize, column))?;
        }
        file.write_all(b"\n")?;
    }
    Ok(())
}

fn write_cell(file: &mut BufWriter<File>, cell: &str) -> io::Result<()> {
    if !cell.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        return file.write_all(cell.as_bytes());
    }
    write!(file, "\"{}\"", cell.replace('"', "\"\""))
}

fn column_field(column: &str) -> Field {
    match column.strip_prefix('?') {
        Some(flag) => Field::new(flag, DataType::Boolean, false),
        None => Field::new(column, DataType::Utf8, true),
    }
}

fn parquet_writer(file: File, columns: &[&str]) -> io::Result<ArrowWriter<File>> {
    let schema = Schema::new(columns.iter().map(|column| column_field(column)).collect::<Vec<_>>());
    let properties = WriterProperties::builder()
        .set_created_by("doisoat".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    ArrowWriter::try_new(file, Arc::new(schema), Some(properties)).map_err(io::Error::other)
}

fn append_parquet(
    writer: &mut ArrowWriter<File>,
    columns: &[&str],
    window: &[&Rows],
    order: &Order,
) -> io::Result<()> {
    let cell = |at: (u32, u32), column| window[at.0 as usize].cell(at.1 as usize, column);
    let array = |(column, name): (usize, &&str)| -> ArrayRef {
        if name.starts_with('?') {
            let flags: Vec<bool> = order.iter().map(|at| cell(*at, column) == "true").collect();
            return Arc::new(BooleanArray::from(flags));
        }
        let mut builder = StringBuilder::with_capacity(order.len(), order.len() * 12);
        for at in order {
            builder.append_option(Some(cell(*at, column)).filter(|text| !text.is_empty()));
        }
        Arc::new(builder.finish())
    };
    let arrays: Vec<ArrayRef> = columns.iter().enumerate().map(array).collect();
    let schema = Schema::new(columns.iter().map(|column| column_field(column)).collect::<Vec<_>>());
    let batch = RecordBatch::try_new(Arc::new(schema), arrays).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] = &["a", "b"];

    fn three_rows() -> Rows {
        let mut rows = Rows::new(2);
        rows.push(["1", "x, \"y\""]);
        rows.push(["2", ""]);
        rows.push(["3", "z"]);
        rows
    }

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(folder.path(), "t", COLUMNS, Format::Csv).unwrap();
        sink.append(&[&three_rows()], &[(0, 2), (0, 0), (0, 1)]).unwrap();
        let files = sink.finish().unwrap();
        assert!(files[0].1.ends_with("t.csv"));
        let text = std::fs::read_to_string(&files[0].0).unwrap();
        assert_eq!(text, "a,b\n3,z\n1,\"x, \"\"y\"\"\"\n2,\n");
    }

    #[test]
    fn sheets_that_are_full_go_on_in_part_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(folder.path(), "t", COLUMNS, Format::Xlsx).unwrap();
        sink.sheet_rows = 2;
        sink.append(&[&three_rows()], &[(0, 0), (0, 1), (0, 2)]).unwrap();
        let names: Vec<String> = (sink.finish().unwrap().iter())
            .map(|(_, own)| own.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["t_01.xlsx", "t_02.xlsx"]);
    }
}
