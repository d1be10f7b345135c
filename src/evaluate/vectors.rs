//! The pairs that a run wrote down, with the levels that their comparisons show.
//!
//! Which comparisons there are only the run's rules say, so that their columns are found by what they are not:
//! every column of text beside those that all runs have. One pass over each table, 32 bytes a pair.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::records::{NONE, Records};
use crate::diagnostic::{Diagnostic, Outcome, Place};

/// The columns of `links.parquet` that are no comparisons.
const OTHER_COLUMNS: [&str; 10] = [
    "left_source",
    "left_id",
    "right_source",
    "right_id",
    "match_weight",
    "match_probability",
    "decision",
    "reason",
    "blocking_rule",
    "look",
];

/// Levels that are told apart in one comparison, and comparisons that are looked at.
pub(super) const LEVELS_MAX: usize = 16;
pub(super) const COMPARISONS_MAX: usize = 16;

/// A pair, in the numbers of the truth's records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) weight_bits: f32,
    pub(super) probability: f32,
    pub(super) linked: bool,
    /// Four bits a comparison: the level's number, in order of appearance.
    pub(super) vector: u64,
}

/// Pairs and the comparisons that their vectors are of.
#[derive(Debug, Default)]
pub(super) struct Vectors {
    pub(super) comparisons: Vec<String>,
    /// By comparison: the levels in order of appearance.
    levels: Vec<Vec<String>>,
    pub(super) pairs: Vec<Written>,
}

impl Vectors {
    /// Adds the pairs of one table; nothing where there is no such file. Records that the truth does not know
    /// are left out.
    ///
    /// # Errors
    /// `EVA-018`: a table that cannot be read, or lacks the columns that every run has.
    pub(super) fn add(&mut self, file: &Path, records: &Records) -> Outcome<()> {
        if !file.exists() {
            return Ok(());
        }
        let unreadable = |error: String| unreadable(file, &error);
        let opened = File::open(file).map_err(|error| unreadable(error.to_string()))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(opened)
            .and_then(|builder| builder.with_batch_size(1 << 14).build())
            .map_err(|error| unreadable(error.to_string()))?;
        for batch in reader {
            let batch = batch.map_err(|error| unreadable(error.to_string()))?;
            self.add_batch(&batch, records).map_err(unreadable)?;
        }
        Ok(())
    }

    fn add_batch(&mut self, batch: &RecordBatch, records: &Records) -> Result<(), String> {
        let [left_source, left, right_source, right] =
            ["left_source", "left_id", "right_source", "right_id"].map(|name| text(batch, name));
        let (left_source, left, right_source, right) = (left_source?, left?, right_source?, right?);
        let decision = text(batch, "decision")?;
        let [weights, probabilities] = ["match_weight", "match_probability"].map(|name| number(batch, name));
        let (weights, probabilities) = (weights?, probabilities?);
        let vectors = self.vectors(batch)?;
        for row in 0..batch.num_rows() {
            let a = records.find(left_source.value(row), left.value(row)).unwrap_or(NONE);
            let b = records.find(right_source.value(row), right.value(row)).unwrap_or(NONE);
            if a != b && a != NONE && b != NONE {
                self.pairs.push(Written {
                    left: a.min(b),
                    right: a.max(b),
                    weight_bits: weights[row] as f32,
                    probability: probabilities[row] as f32,
                    linked: decision.value(row) == "link",
                    vector: vectors[row],
                });
            }
        }
        Ok(())
    }

    /// By row: the vector.
    fn vectors(&mut self, batch: &RecordBatch) -> Result<Vec<u64>, String> {
        let mut vectors = vec![0; batch.num_rows()];
        let schema = batch.schema();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        for name in names.filter(|name| !OTHER_COLUMNS.contains(name)).take(COMPARISONS_MAX) {
            let (column, at) = (text(batch, name)?, self.comparison(name));
            let Some(at) = at else { continue };
            for (row, vector) in vectors.iter_mut().enumerate() {
                *vector |= self.level(at, column.value(row)) << (4 * at);
            }
        }
        Ok(vectors)
    }

    fn comparison(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.comparisons.iter().position(|known| known == name) {
            return Some(at);
        }
        self.comparisons.push(name.to_owned());
        self.levels.push(Vec::new());
        Some(self.comparisons.len() - 1).filter(|at| *at < COMPARISONS_MAX)
    }

    /// The number of a level, the last one for all that are too many.
    fn level(&mut self, comparison: usize, word: &str) -> u64 {
        let known = &mut self.levels[comparison];
        let at = known.iter().position(|known| known == word).unwrap_or_else(|| {
            known.push(word.to_owned());
            known.len() - 1
        });
        at.min(LEVELS_MAX - 1) as u64
    }
}

fn column(batch: &RecordBatch, name: &str, kind: &DataType) -> Result<arrow::array::ArrayRef, String> {
    let column = batch.column_by_name(name).ok_or_else(|| format!("it has no column `{name}`"))?;
    cast(column, kind).map_err(|error| error.to_string())
}

/// A column as text; no value is the empty text.
fn text(batch: &RecordBatch, name: &str) -> Result<StringArray, String> {
    let column = column(batch, name, &DataType::Utf8)?;
    let texts = column.as_string::<i32>();
    Ok(if texts.null_count() == 0 {
        texts.clone()
    } else {
        texts.iter().map(|cell| Some(cell.unwrap_or(""))).collect()
    })
}

fn number(batch: &RecordBatch, name: &str) -> Result<Vec<f64>, String> {
    let column = column(batch, name, &DataType::Float64)?;
    Ok(column.as_primitive::<Float64Type>().iter().map(|cell| cell.unwrap_or(f64::NAN)).collect())
}

fn unreadable(file: &Path, error: &str) -> Diagnostic {
    Diagnostic::error(
        "EVA-018",
        Place::file(file.display().to_string()),
        format!("cannot be read: {error}"),
        "give the folder of a complete run of this program",
    )
}
