//! Blocking keys by themselves, for whoever has to bring together what linkage should see together.
//!
//! Keys are the same for equal values wherever they are read: in a few rows or in all of them, in
//! this run or another.

use super::blocking::keys;
use super::column::{OfRecords, ValueColumn};
use super::compare::Reading;
use super::plan::{Columns, Wanted};
use crate::normalise::Records;
use crate::settings::{BlockingRule, Settings, Source};

/// A rule's key by row of one source's records, 0 for none. Only the columns of [`key_columns`] are
/// looked at. A rule over cells of several values has no key for a record by itself. O(distinct texts + rows).
pub fn keys_of(settings: &Settings, records: &Records, rule: &BlockingRule) -> Vec<u64> {
    if rule.keys.iter().any(|expression| expression.takes_all) {
        return vec![0; records.table.rows];
    }
    let wanted: Vec<Wanted<'_>> =
        rule.keys.iter().map(|expression| Wanted { expression, reading: Reading::Hash }).collect();
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

/// The declared columns of a source that a rule's keys are made of, ascending.
pub fn key_columns(source: &Source, rule: &BlockingRule) -> Vec<usize> {
    let parts = rule.keys.iter().flat_map(|expression| &expression.alternatives);
    let mut columns: Vec<usize> = parts.filter_map(|part| source.column_of(&part.field)).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}
