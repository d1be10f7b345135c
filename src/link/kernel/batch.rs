//! Columns of Arrow batches → packed values.

use std::hash::BuildHasher;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::super::compare::{
    Comparator, Names, NamesBuilder, Reading, TextsBuilder, pack_date, pack_digits, pack_number, read_real,
};
use super::{Compared, KernelError, keys};
use crate::diagnostic::nearest;
use crate::normalise::name_key;
use crate::settings::LevelTest;

/// Blocking keys of a batch's rows: equal values in all columns, equal keys; NULL where a value
/// is missing. O(cells).
///
/// # Errors
/// A column that the batch does not have, or of a type that is no text.
pub fn key_column(batch: &RecordBatch, columns: &[&str]) -> Result<UInt64Array, KernelError> {
    let hashes = |name: &&str| {
        let column = batch.column_by_name(name).ok_or_else(|| KernelError::Column {
            name: (*name).to_owned(),
            problem: "not in the batch; name one of its columns".to_owned(),
        })?;
        Ok(hashes(&text(name, column)?))
    };
    let values: Vec<Vec<u64>> = columns.iter().map(hashes).collect::<Result<_, KernelError>>()?;
    let slices: Vec<&[u64]> = values.iter().map(Vec::as_slice).collect();
    Ok(keys(&slices).into_iter().map(|key| (key != 0).then_some(key)).collect())
}

/// The values of one comparison on both sides; names are numbered over both.
#[derive(Default)]
pub(super) struct Cells {
    names: NamesBuilder,
    texts: TextsBuilder,
    known: HashMap<String, u64, FixedState>,
}

impl Cells {
    /// The packed values of a comparison's columns; nothing where the batch has none of them.
    pub(super) fn values(
        &mut self,
        batch: &RecordBatch,
        id: &str,
        comparator: &Comparator,
    ) -> Result<Option<Vec<u64>>, KernelError> {
        let readings = comparator.readings.iter().zip(comparator.columns);
        let mut columns = Vec::new();
        for (&reading, suffix) in readings {
            columns.push(self.column(batch, &format!("{id}{suffix}"), reading)?);
        }
        let mut columns = columns.into_iter();
        let Some(mut first) = columns.next().flatten() else { return Ok(None) };
        let second = columns.next().flatten().unwrap_or_else(|| vec![0; first.len()]);
        first.iter_mut().zip(second).for_each(|(value, second)| *value = (comparator.pack)(*value, second));
        Ok(Some(first))
    }

    fn column(
        &mut self,
        batch: &RecordBatch,
        name: &str,
        reading: Reading,
    ) -> Result<Option<Vec<u64>>, KernelError> {
        let Some(column) = batch.column_by_name(name) else { return Ok(None) };
        let texts = text(name, column)?;
        let texts = texts.as_string::<i32>();
        Ok(Some(match reading {
            Reading::Name => texts.iter().map(|cell| self.name(cell.unwrap_or_default())).collect(),
            Reading::Date => texts.iter().map(|cell| date(cell.unwrap_or_default())).collect(),
            Reading::Number => texts
                .iter()
                .map(|cell| cell.map_or(0, |text| pack_number(text).unwrap_or(hash(text))))
                .collect(),
            Reading::Integer => {
                texts.iter().map(|cell| cell.and_then(|text| text.parse().ok()).unwrap_or(0)).collect()
            }
            Reading::Real => texts.iter().map(|cell| cell.map_or(0, read_real)).collect(),
            Reading::Digits => texts.iter().map(|cell| cell.map_or(0, pack_digits)).collect(),
            Reading::Text => texts.iter().map(|cell| self.texts.push(cell.unwrap_or_default())).collect(),
            Reading::Hash | Reading::Term => texts.iter().map(|cell| cell.map_or(0, hash)).collect(),
        }))
    }

    fn name(&mut self, raw: &str) -> u64 {
        let key = name_key(raw);
        if key.is_empty() {
            return 0;
        }
        let Self { names, known, .. } = self;
        *known.entry_ref(key.as_str()).or_insert_with(|| names.push(&key))
    }

    /// The names and texts of both sides, and what the declared levels of the comparison at a place ask
    /// for.
    pub(super) fn names(self, comparison: usize, tests: &[LevelTest]) -> Names {
        let mut names = self.names.finish();
        names.texts = self.texts.finish();
        names.tests.resize(comparison, Vec::new());
        names.tests.push(tests.to_vec());
        names
    }
}

/// Both sides of a comparison, or neither.
pub(super) fn both<T>(
    id: &str,
    left: Option<T>,
    right: Option<T>,
) -> Result<(Option<T>, Option<T>), KernelError> {
    if left.is_some() == right.is_some() {
        return Ok((left, right));
    }
    let problem = "in one batch only; give it to both, with NULL where there is no value".to_owned();
    Err(KernelError::Column { name: id.to_owned(), problem })
}

pub(super) fn unknown(id: &str, comparisons: &[Compared]) -> KernelError {
    let problem = match nearest(id, comparisons.iter().map(|one| one.id.as_str())) {
        Some(near) => format!("no such comparison; did you mean `{near}`?"),
        None => "no such comparison".to_owned(),
    };
    KernelError::Column { name: id.to_owned(), problem }
}

/// A column as text.
fn text(name: &str, column: &ArrayRef) -> Result<ArrayRef, KernelError> {
    cast(column, &DataType::Utf8).map_err(|_| KernelError::Column {
        name: name.to_owned(),
        problem: format!("type {} cannot be read as text; cast it first", column.data_type()),
    })
}

fn hashes(texts: &ArrayRef) -> Vec<u64> {
    texts.as_string::<i32>().iter().map(|cell| cell.map_or(0, hash)).collect()
}

/// A hash of a text, the same everywhere; 0 for an empty one.
fn hash(text: &str) -> u64 {
    if text.is_empty() { 0 } else { FixedState::default().hash_one(text).max(1) }
}

/// `yyyy-mm-dd`, `yyyy-mm`, `yyyy`; 0 for anything else.
fn date(text: &str) -> u64 {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let in_range = |part: Option<Option<u32>>, most: u32| match part {
        None => Some(0),
        Some(Some(number)) if (1..=most).contains(&number) => Some(number),
        Some(_) => None,
    };
    let (year, month, day) =
        (in_range(parts.next(), 9999), in_range(parts.next(), 12), in_range(parts.next(), 31));
    match (year, month, day) {
        (Some(year), Some(month), Some(day)) => pack_date(year, month, day),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_say_as_much_as_they_are_written() {
        assert_eq!(date("1985-03-17"), pack_date(1985, 3, 17));
        assert_eq!(date("1985-03"), pack_date(1985, 3, 0));
        assert_eq!(date("1985"), pack_date(1985, 0, 0));
        assert_eq!([date(""), date("17/03/1985"), date("1985-13-01")], [0, 0, 0]);
    }
}
