//! Parquet: every column with a reader of its own, a window of rows at a time.
//!
//! A reader holds its own open file: clones of one share a position. Memory: one
//! window of each column, and what the parquet crate needs for a page.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, TimeUnit, TimestampMillisecondType};
use arrow::error::ArrowError;
use chrono::{DateTime, Datelike, Timelike};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

use super::intake::{Batch, Intake};
use super::mapping::{Mapping, Slot};
use super::reject::{Reject, RejectReason};
use super::render;
use crate::progress::Bar;
use crate::settings::Source;

/// Rows of a window: some megabytes a column at most, and enough work a task.
const WINDOW_ROWS: usize = 1 << 15;

/// Most bytes of a cell, as in CSV.
const CELL_BYTES_MAX: usize = 1 << 16;

/// A Parquet file whose metadata has been read.
pub(super) struct ParquetFile<'a> {
    path: &'a Path,
    metadata: ArrowReaderMetadata,
}

/// What the crates may answer.
pub(super) type Fault = Box<dyn std::error::Error + Send + Sync>;

impl<'a> ParquetFile<'a> {
    /// Reads the metadata.
    ///
    /// # Errors
    /// As the system and the parquet crate give them.
    pub(super) fn open(path: &'a Path) -> Result<Self, Fault> {
        let metadata = ArrowReaderMetadata::load(&File::open(path)?, ArrowReaderOptions::new())?;
        Ok(Self { path, metadata })
    }

    /// The names of its columns.
    pub(super) fn names(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The first mapped column that can be neither text nor a list of texts, and its type.
    pub(super) fn nested(&self, mapping: &Mapping) -> Option<(String, String)> {
        let fields = self.metadata.schema().fields();
        let mapped = mapping.slots.iter().filter_map(|slot| fields.get(slot.position));
        mapped
            .filter(|field| !is_flat(field.data_type()))
            .map(|field| (field.name().clone(), field.data_type().to_string()))
            .next()
    }

    /// Reads all rows into the intake.
    ///
    /// # Errors
    /// As the crates give them; the windows until then are in the intake.
    pub(super) fn read(
        &self,
        source: &Source,
        mapping: &Mapping,
        file: u32,
        (intake, bar): (&mut Intake, &Bar),
    ) -> Result<(), Fault> {
        let readers: Result<Vec<_>, Fault> = mapping
            .slots
            .iter()
            .map(|slot| Ok((self.column(slot.position)?, joint(source, *slot))))
            .collect();
        let mut readers = readers?;
        let rows = self.metadata.metadata().file_metadata().num_rows().max(0) as u64;
        let bytes = std::fs::metadata(self.path)?.len();
        let (mut first_row, mut expected) = (0, false);
        loop {
            let window: Result<Vec<Option<Text>>, Fault> =
                readers.par_iter_mut().with_max_len(1).map(next_window).collect();
            let columns: Vec<Text> = window?.into_iter().flatten().collect();
            let read = columns.first().map_or(0, |column| column.array.len());
            if columns.len() != readers.len() || columns.iter().any(|c| c.array.len() != read) {
                let ended = columns.is_empty();
                return if ended { Ok(()) } else { Err("its columns differ in length".into()) };
            }
            intake.take(mapping, file, &[Window::new(columns, first_row)]);
            first_row += read as u64;
            if !std::mem::replace(&mut expected, true) {
                intake.reserve(first_row, rows);
            }
            bar.add(bytes * read as u64 / rows.max(1));
        }
    }

    fn column(&self, position: usize) -> Result<ParquetRecordBatchReader, Fault> {
        let file = File::open(self.path)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), [position]);
        Ok(builder.with_projection(mask).with_batch_size(WINDOW_ROWS).build()?)
    }
}

/// One column's texts in a window.
struct Text {
    array: StringArray,
    /// Rows whose bytes are not UTF-8.
    not_utf8: Vec<usize>,
}

/// What is put between the items of a list in a column.
fn joint(source: &Source, slot: Slot) -> &str {
    let declared = source.columns.get(slot.declared).map_or("", |column| column.separator.as_str());
    if declared.is_empty() { BETWEEN_ITEMS } else { declared }
}

fn next_window((reader, joint): &mut (ParquetRecordBatchReader, &str)) -> Result<Option<Text>, Fault> {
    let Some(batch) = reader.next() else { return Ok(None) };
    let batch = batch?;
    let Some(column) = batch.columns().first() else { return Err("a column is missing".into()) };
    Ok(Some(if column.data_type().is_nested() { lists(column, joint)? } else { as_text(column)? }))
}

/// Whether a type is a single value that can be written as text, or a list of such.
fn is_flat(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_flat(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            is_flat(item.data_type()) && !item.data_type().is_nested()
        }
        kind => !kind.is_nested() && !matches!(kind, DataType::Interval(_) | DataType::Duration(_)),
    }
}

/// A column as text. Null is no value.
fn as_text(column: &ArrayRef) -> Result<Text, ArrowError> {
    use DataType as D;
    let array = match column.data_type() {
        D::Utf8 => column.as_string::<i32>().clone(),
        D::Dictionary(_, values) => return as_text(&cast(column, values)?),
        D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_) => return bytes_as_text(column),
        D::Float32 => {
            let values = column.as_primitive::<Float32Type>().iter();
            values.map(|value| value.map(|value| format!("{}", value + 0.0))).collect()
        }
        D::Float16 | D::Float64 => {
            let values = cast(column, &D::Float64)?;
            let values = values.as_primitive::<arrow::datatypes::Float64Type>().iter();
            values.map(|value| value.map(render::number)).collect()
        }
        D::Date32 | D::Date64 | D::Timestamp(..) => moments(column)?,
        _ => cast(column, &D::Utf8)?.as_string::<i32>().clone(),
    };
    Ok(Text { array, not_utf8: Vec::new() })
}

/// What stands between the items of a list in a cell, where its column does not say.
const BETWEEN_ITEMS: &str = ";";

/// Lists as their items joined by a text, which becomes a space where it stands inside an item; items
/// without a value are left out.
fn lists(column: &ArrayRef, joint: &str) -> Result<Text, ArrowError> {
    let item = match column.data_type() {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => item.clone(),
        other => return Err(ArrowError::CastError(format!("{other} is no list"))),
    };
    let lists = cast(column, &DataType::LargeList(item))?;
    let lists = lists.as_list::<i64>();
    let Text { array: items, not_utf8 } = as_text(lists.values())?;
    let ends = lists.value_offsets();
    let mut texts = StringBuilder::new();
    let mut broken = Vec::new();
    for row in 0..lists.len() {
        let (first, past) = (ends[row] as usize, ends[row + 1] as usize);
        let of_row = not_utf8.partition_point(|&at| at < first)..not_utf8.partition_point(|&at| at < past);
        if !of_row.is_empty() {
            broken.push(row);
        }
        let present = (first..past).filter(|&at| lists.is_valid(row) && items.is_valid(at));
        let mut text = String::new();
        for at in present {
            if !text.is_empty() {
                text.push_str(joint);
            }
            let mut parts = items.value(at).split(joint);
            text.push_str(parts.next().unwrap_or_default());
            parts.for_each(|part| text.extend([" ", part]));
        }
        texts.append_value(text);
    }
    Ok(Text { array: texts.finish(), not_utf8: broken })
}

/// Bytes as text; where they are none, the row is noted.
fn bytes_as_text(column: &ArrayRef) -> Result<Text, ArrowError> {
    let bytes = cast(column, &DataType::LargeBinary)?;
    let bytes = bytes.as_binary::<i64>();
    let text_of = |row: usize| simdutf8::basic::from_utf8(bytes.value(row));
    let present = |row: &usize| bytes.is_valid(*row);
    let not_utf8 = (0..bytes.len()).filter(present).filter(|&row| text_of(row).is_err()).collect();
    let array = (0..bytes.len()).map(|row| present(&row).then(|| text_of(row).unwrap_or_default())).collect();
    Ok(Text { array, not_utf8 })
}

/// Seconds that clocks in Vietnam are ahead of UTC.
const VIETNAM_SECONDS: i64 = 7 * 3600;

/// Dates and times. A moment with a time zone is shown as clocks in Vietnam had it.
fn moments(column: &ArrayRef) -> Result<StringArray, ArrowError> {
    let zoned = matches!(column.data_type(), DataType::Timestamp(_, Some(_)));
    let shift = if zoned { VIETNAM_SECONDS } else { 0 };
    let utc = Arc::from("+00:00");
    let kind = DataType::Timestamp(TimeUnit::Millisecond, zoned.then_some(utc));
    let column = cast(column, &kind)?;
    let text = |milliseconds: i64| {
        let seconds = milliseconds.div_euclid(1000) + shift;
        let Some(at) = DateTime::from_timestamp(seconds, 0) else { return milliseconds.to_string() };
        render::moment((at.year(), at.month(), at.day()), (at.hour(), at.minute(), at.second()))
    };
    Ok(column.as_primitive::<TimestampMillisecondType>().iter().map(|value| value.map(text)).collect())
}

/// A window of rows.
struct Window {
    columns: Vec<Text>,
    /// Rows before it.
    first_row: u64,
    refused: Vec<(usize, RejectReason)>,
}

impl Window {
    fn new(columns: Vec<Text>, first_row: u64) -> Self {
        let long = |array: &StringArray, row: usize| array.value_length(row) as usize > CELL_BYTES_MAX;
        let mut refused = Vec::new();
        for Text { array, not_utf8 } in &columns {
            refused.extend(not_utf8.iter().map(|&row| (row, RejectReason::NotUtf8)));
            let rows = (0..array.len()).filter(|&row| long(array, row));
            refused.extend(rows.map(|row| (row, RejectReason::CellTooLong)));
        }
        refused.sort_unstable();
        refused.dedup_by_key(|(row, _)| *row);
        Self { columns, first_row, refused }
    }

    fn cell(&self, slot: usize, row: usize) -> &str {
        let array = &self.columns[slot].array;
        if array.is_null(row) { "" } else { array.value(row) }
    }
}

impl Batch for Window {
    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.array.len())
    }

    fn refused(&self) -> &[(usize, RejectReason)] {
        &self.refused
    }

    fn broken(&self) -> usize {
        0
    }

    fn visit(&self, slot: usize, mut show: impl FnMut(usize, &str)) {
        for row in 0..self.rows() {
            show(row, self.cell(slot, row));
        }
    }

    fn rejects(&self, file: u32, dropped: &[(usize, RejectReason)]) -> Vec<Reject> {
        let reject = |&(row, reason): &(usize, RejectReason)| {
            let raw = render::line((0..self.columns.len()).map(|slot| self.cell(slot, row)));
            Reject { file, line: self.first_row + row as u64 + 1, byte_offset: 0, reason, raw }
        };
        dropped.iter().map(reject).collect()
    }
}
