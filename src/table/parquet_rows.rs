//! Rows of a Parquet table, whatever type its writer gave the columns.
//!
//! Columns are asked for by name. Text may be `Utf8`, `LargeUtf8`, `Utf8View`
//! or a dictionary of them, a flag a boolean or the words `true` and `false`, a
//! number any number. Batches are converted once, a column at a time; rows are
//! borrowed from them. Only the columns asked for are decoded. Cost: one pass.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};

/// Rows decoded at a time: some 64 bytes a row and column stay in the cache of a core.
const BATCH_ROWS: usize = 16_384;

/// Batches that may wait for the thread that visits them: a few megabytes.
const BATCHES_AHEAD: usize = 8;

/// What a column is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    Number,
}

/// A column by name. One that is not needed reads as "no value" where it is missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    name: &'static str,
    kind: Kind,
    needed: bool,
}

impl Column {
    pub(crate) const fn needed(name: &'static str) -> Self {
        Self { name, kind: Kind::Text, needed: true }
    }

    pub(crate) const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, needed: false }
    }
}

/// A Parquet file that has been opened and holds the columns needed.
#[derive(Debug)]
pub(crate) struct Rows {
    path: PathBuf,
    columns: &'static [Column],
    metadata: ArrowReaderMetadata,
}

impl Rows {
    /// Opens a table of a folder; `None` where there is no such file.
    ///
    /// # Errors
    /// A file that is no Parquet, and every column that is needed and missing, at once.
    pub(crate) fn open(
        folder: &Path,
        name: &'static str,
        columns: &'static [Column],
    ) -> Outcome<Option<Self>> {
        let path = folder.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let metadata =
            File::open(&path).map_err(|error| unreadable(&path, &error.to_string())).and_then(|file| {
                ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
                    .map_err(|error| unreadable(&path, &error.to_string()))
            })?;
        let rows = Self { path, columns, metadata };
        let diagnostics: Vec<_> = columns.iter().filter_map(|column| rows.fault_of(column)).collect();
        if diagnostics.is_empty() { Ok(Some(rows)) } else { Err(Failure { diagnostics }) }
    }

    /// Names of the columns asked for that the file does not have.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter(|column| self.position(column).is_none()).map(|column| column.name)
    }

    /// How many rows the table has.
    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// The file, as messages name it.
    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Visits every row in order, while another thread decodes the rows to come.
    ///
    /// # Errors
    /// Data pages that cannot be decoded.
    pub(crate) fn visit(&self, mut each: impl FnMut(Row<'_>)) -> Outcome<()> {
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        thread::scope(|scope| {
            scope.spawn(move || {
                let groups = 0..self.metadata.metadata().num_row_groups();
                let mut batches = groups.flat_map(|group| self.batches(group));
                // Sending fails when the receiver has met an error and gone.
                batches.try_for_each(|batch| sender.send(batch))
            });
            receiver.into_iter().try_for_each(|batch: Outcome<Batch>| {
                batch?.rows().for_each(&mut each);
                Ok(())
            })
        })
    }

    /// What `take` makes of each row, in order; row groups are read in parallel.
    ///
    /// # Errors
    /// Data pages that cannot be decoded.
    pub(crate) fn collect<T: Send>(&self, take: impl Fn(Row<'_>) -> Option<T> + Sync) -> Outcome<Vec<T>> {
        let groups = self.metadata.metadata().num_row_groups();
        let parts: Vec<Outcome<Vec<T>>> = (0..groups)
            .into_par_iter()
            .map(|group| {
                let mut taken = Vec::new();
                for batch in self.batches(group) {
                    taken.extend(batch?.rows().filter_map(&take));
                }
                Ok(taken)
            })
            .collect();
        let mut all = Vec::new();
        for part in parts {
            all.append(&mut part?);
        }
        Ok(all)
    }

    /// The batches of a row group; one that cannot be opened is one error.
    fn batches(&self, group: usize) -> impl Iterator<Item = Outcome<Batch>> {
        let (reader, error) = match self.reader(group) {
            Ok(reader) => (Some(reader), None),
            Err(error) => (None, Some(Err(error))),
        };
        let decoded = reader
            .into_iter()
            .flatten()
            .map(move |batch| self.convert(&batch.map_err(|error| self.undecoded(group, &error))?));
        error.into_iter().chain(decoded)
    }

    /// A reader of its own for each row group: a file handle has one offset only.
    fn reader(&self, group: usize) -> Outcome<ParquetRecordBatchReader> {
        let file = File::open(&self.path).map_err(|error| unreadable(&self.path, &error.to_string()))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let roots: Vec<usize> = self.columns.iter().filter_map(|column| self.position(column)).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        builder
            .with_projection(mask)
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|error| unreadable(&self.path, &error.to_string()))
    }

    fn convert(&self, batch: &RecordBatch) -> Outcome<Batch> {
        let columns = self.columns.iter().map(|column| match batch.column_by_name(column.name) {
            None => Ok(Cells::Absent),
            Some(array) => Cells::of(array, column.kind).map_err(|error| self.unsuitable(column, &error)),
        });
        Ok(Batch { rows: batch.num_rows(), columns: columns.collect::<Outcome<_>>()? })
    }

    fn position(&self, column: &Column) -> Option<usize> {
        self.metadata.schema().fields().iter().position(|field| field.name() == column.name)
    }

    fn fault_of(&self, column: &Column) -> Option<Diagnostic> {
        match self.position(column) {
            None if column.needed => Some(self.without(column)),
            Some(at) if self.metadata.schema().field(at).data_type().is_nested() => {
                Some(self.nested(column, self.metadata.schema().field(at).data_type()))
            }
            _ => None,
        }
    }

    fn place(&self, column: &Column) -> Place {
        Place::file(self.shown()).detail(format!("column `{}`", column.name))
    }

    fn without(&self, column: &Column) -> Diagnostic {
        Diagnostic::error(
            "TAB-002",
            self.place(column),
            "the table has no such column",
            "write the table again with this version of the program",
        )
    }

    fn nested(&self, column: &Column, data_type: &DataType) -> Diagnostic {
        Diagnostic::error(
            "TAB-003",
            self.place(column),
            format!("a list or structure ({data_type}) where a plain value is expected"),
            "write the column as text, boolean or number",
        )
    }

    fn unsuitable(&self, column: &Column, error: &ArrowError) -> Failure {
        let help = "write the column as text, boolean or number";
        Diagnostic::error("TAB-003", self.place(column), error.to_string(), help).into()
    }

    fn undecoded(&self, group: usize, error: &ArrowError) -> Failure {
        let place = Place::file(self.shown()).detail(format!("row group {group}"));
        let help = "the file is damaged; copy it or write it again";
        Diagnostic::error("TAB-001", place, error.to_string(), help).into()
    }
}

fn unreadable(path: &Path, error: &str) -> Failure {
    let place = Place::file(path.display().to_string());
    let help = "check that the file is a whole Parquet file and that you may read it";
    Diagnostic::error("TAB-001", place, format!("cannot be read as Parquet: {error}"), help).into()
}

struct Batch {
    rows: usize,
    columns: Vec<Cells>,
}

impl Batch {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.rows).map(|row| Row { batch: self, row })
    }
}

enum Cells {
    Absent,
    Text(StringArray),
    Flag(BooleanArray),
    Number(Float64Array),
}

impl Cells {
    fn of(array: &ArrayRef, kind: Kind) -> Result<Self, ArrowError> {
        Ok(match kind {
            Kind::Text => Self::Text(cast(array, &DataType::Utf8)?.as_string().clone()),
            Kind::Flag => Self::Flag(cast(array, &DataType::Boolean)?.as_boolean().clone()),
            Kind::Number => {
                Self::Number(cast(array, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
        })
    }
}

/// One row; columns are named by their place in the list that was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    batch: &'a Batch,
    row: usize,
}

impl<'a> Row<'a> {
    /// The text of a column; empty for no value.
    pub(crate) fn text(self, column: usize) -> &'a str {
        match self.batch.columns.get(column) {
            Some(Cells::Text(cells)) if cells.is_valid(self.row) => cells.value(self.row),
            _ => "",
        }
    }

    /// The truth value of a column.
    pub(crate) fn flag(self, column: usize) -> Option<bool> {
        match self.batch.columns.get(column) {
            Some(Cells::Flag(cells)) if cells.is_valid(self.row) => Some(cells.value(self.row)),
            _ => None,
        }
    }

    /// The number of a column.
    pub(crate) fn number(self, column: usize) -> Option<f64> {
        match self.batch.columns.get(column) {
            Some(Cells::Number(cells)) if cells.is_valid(self.row) => Some(cells.value(self.row)),
            _ => None,
        }
    }
}
