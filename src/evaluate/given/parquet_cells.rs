//! A Parquet file's rows as texts, by places of columns.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::file::{Places, unreadable};
use crate::diagnostic::Outcome;

fn open(path: &Path) -> Outcome<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(|error| unreadable(path, &error.to_string()))?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| unreadable(path, &error.to_string()).into())
}

/// The names of its columns.
///
/// # Errors
/// `EVA-020`: it cannot be read.
pub(super) fn names(path: &Path) -> Outcome<Vec<String>> {
    Ok(open(path)?.schema().fields().iter().map(|field| field.name().clone()).collect())
}

/// Each row with its 1-based number and the texts at some places; only those columns are decoded.
///
/// # Errors
/// `EVA-020`: it cannot be read, or a column of it is no text.
pub(super) fn visit(path: &Path, places: Places, mut row: impl FnMut(u64, [&str; 4])) -> Outcome<()> {
    let mut wanted: Vec<usize> = places.iter().flatten().copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let builder = open(path)?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().copied());
    let reader =
        builder.with_projection(mask).build().map_err(|error| unreadable(path, &error.to_string()))?;
    let mut line = 0;
    for batch in reader {
        let batch = batch.map_err(|error| unreadable(path, &error.to_string()))?;
        let columns = texts(&batch).map_err(|error| unreadable(path, &error.to_string()))?;
        let of_place = |place: usize| columns.get(wanted.binary_search(&place).ok()?);
        let asked = places.map(|place| place.and_then(of_place));
        for at in 0..batch.num_rows() {
            line += 1;
            let text = |column: &&StringArray| column.is_valid(at);
            row(line, asked.map(|column| column.filter(text).map_or("", |column| column.value(at))));
        }
    }
    Ok(())
}

/// The columns of a batch as texts.
fn texts(batch: &RecordBatch) -> Result<Vec<StringArray>, ArrowError> {
    let as_text = |column: &ArrayRef| Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone());
    batch.columns().iter().map(as_text).collect()
}
