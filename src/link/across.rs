//! Blocking keys by themselves, for whoever has to bring together what linkage should see together.
//!
//! Keys are the same for equal values wherever they are read: in a few rows or in all of them, in
//! this run or another.

use super::blocking::keys;
use super::column::{OfRecords, ValueColumn};
use super::compare::Reading;
use super::plan::{Columns, Wanted};
use crate::normalise::Records;
use crate::settings::{Expression, Settings, Source};

/// The key of some values together by row of one source's records, 0 for none. Only the columns of
/// [`key_columns`] are looked at. Cells of several values give no key by themselves.
/// O(distinct texts + rows).
pub fn keys_of(settings: &Settings, records: &Records, values: &[Expression]) -> Vec<u64> {
    if values.iter().any(|expression| expression.takes_all) {
        return vec![0; records.table.rows];
    }
    let wanted: Vec<Wanted<'_>> =
        values.iter().map(|expression| Wanted { expression, reading: Reading::Hash }).collect();
    let one = std::slice::from_ref(records);
    let (_, columns) = OfRecords { settings, records: one }.read(&wanted);
    let of_column = |column: &ValueColumn<'_>| {
        let mut values = Vec::new();
        column.read(records.source.index(), 0..records.table.rows, &mut values);
        values
    };
    let values: Vec<Vec<u64>> = columns.iter().map(of_column).collect();
    keys(&values.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The declared columns of a source that some values are made of, ascending.
pub fn key_columns<'e>(source: &Source, values: impl Iterator<Item = &'e Expression>) -> Vec<usize> {
    let parts = values.flat_map(|expression| &expression.alternatives);
    let mut columns: Vec<usize> = parts.filter_map(|part| source.column_of(&part.field)).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}
