//! What every row of a view is read against.

use std::sync::Arc;

use chrono::NaiveDate;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::beside::Lookups;
use super::cell::living;
use super::fuse::Fusion;
use super::hashes::Hashes;
use super::namesakes::Namesakes;
use super::view::{STATUS_FIELD, View, facet_named};
use super::ward::Wards;
use crate::link::Linkage;
use crate::normalise::{FacetValue, Records};
use crate::settings::{Settings, Source};
use crate::table::{RecordRef, SourceIndex};

/// Records, people and rules of one night, and the view that is being filled.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    pub(super) view: &'a View,
    pub(super) linkage: &'a Linkage,
    pub(super) as_of: NaiveDate,
    pub(super) holders: &'a Holders,
    pub(super) namesakes: &'a Namesakes,
    pub(super) beside: &'a Lookups,
    /// Where each record counts.
    pub(super) wards: &'a Wards,
    /// The best values of the fields that rules name.
    pub(super) fusion: &'a Fusion<'a>,
    /// By source and column: its name in the extract.
    pub(super) column_names: &'a [Vec<Arc<str>>],
    /// Names and words as numbers.
    pub(super) hashes: &'a Hashes,
    /// By source; `None` where it was not delivered.
    pub(super) sources: &'a [Option<&'a Records>],
}

/// The names of all columns, to be shared by findings.
pub(super) fn column_names(settings: &Settings) -> Vec<Vec<Arc<str>>> {
    let of = |source: &Source| source.columns.iter().map(|column| column.name.as_str().into()).collect();
    settings.sources.iter().map(of).collect()
}

/// The delivered records by source.
pub(super) fn by_source<'a>(settings: &Settings, records: &'a [Records]) -> Vec<Option<&'a Records>> {
    let of = |at: usize| records.iter().find(|records| records.source.index() == at);
    (0..settings.sources.len()).map(of).collect()
}

impl<'a> Context<'a> {
    /// The records of a source, if it was delivered.
    pub(super) fn records(&self, source: SourceIndex) -> Option<&'a Records> {
        self.sources[source.index()]
    }

    /// What an extract calls a column.
    pub(super) fn column_name(&self, source: SourceIndex, column: usize) -> &'a Arc<str> {
        &self.column_names[source.index()][column]
    }

    /// A record's id as delivered.
    pub(super) fn record_id(&self, records: &'a Records, row: usize) -> &'a str {
        records.table.text(self.settings.source(records.source).record_id, row)
    }

    /// The person of a record.
    pub(super) fn person(&self, record: RecordRef) -> u32 {
        self.linkage.people.person_of[record.source.index()][record.row as usize]
    }
}

/// For columns of personal numbers: how many people hold each record's number.
#[derive(Debug, Default)]
pub(super) struct Holders {
    by_column: HashMap<(SourceIndex, usize), Vec<(u32, u32)>>,
    by_old_number: HashMap<(SourceIndex, usize), Vec<(u32, u32)>>,
}

const NOBODY: u32 = u32::MAX;

impl Holders {
    /// Counts the holders of one column's numbers among live records. O(rows log rows).
    pub(super) fn count_column(&mut self, context: &Context<'_>, source: SourceIndex, column: usize) {
        let Some(records) = context.records(source) else { return };
        if self.by_column.contains_key(&(source, column)) {
            return;
        }
        self.by_column.insert((source, column), holders_of(context, records, column, ""));
    }

    /// The same for the nine-digit numbers of a column. O(rows log rows).
    pub(super) fn count_old_numbers(&mut self, context: &Context<'_>, source: SourceIndex, column: usize) {
        let Some(records) = context.records(source) else { return };
        if !self.by_old_number.contains_key(&(source, column)) {
            self.by_old_number.insert((source, column), holders_of(context, records, column, "old"));
        }
    }

    /// How many people hold the nine-digit number of a live record; none where it has no such number.
    pub(super) fn count_old(&self, source: SourceIndex, column: usize, row: usize) -> Option<i64> {
        let (people, _) = *self.by_old_number.get(&(source, column))?.get(row)?;
        (people > 0).then_some(i64::from(people))
    }

    /// How many people hold the number of a live record; none where it has no number.
    pub(super) fn count(&self, source: SourceIndex, column: usize, row: usize) -> Option<i64> {
        let (people, _) = *self.by_column.get(&(source, column))?.get(row)?;
        (people > 0).then_some(i64::from(people))
    }

    /// The first live record of another person with the same number.
    pub(super) fn other(&self, source: SourceIndex, column: usize, row: usize) -> Option<u32> {
        let (_, other) = *self.by_column.get(&(source, column))?.get(row)?;
        (other != NOBODY).then_some(other)
    }
}

/// By row: people with the number that a facet tells, and the first record of another one.
fn holders_of(context: &Context<'_>, records: &Records, column: usize, facet: &str) -> Vec<(u32, u32)> {
    let mut held = numbers(context, records, column, facet);
    held.par_sort_unstable();
    let mut of_row = vec![(0, NOBODY); records.table.rows];
    for group in held.chunk_by(|a, b| a.0 == b.0) {
        describe(group, &mut of_row);
    }
    of_row
}

/// Number, row and person of every live record with a valid number.
fn numbers(context: &Context<'_>, records: &Records, column: usize, facet: &str) -> Vec<(u64, u32, u32)> {
    let source = context.settings.source(records.source);
    let Some(number) = facet_named(&source.columns[column].kind, facet) else { return Vec::new() };
    let living = source.column_of(STATUS_FIELD).map(|status| living(context, records, status));
    let people = &context.linkage.people.person_of[records.source.index()];
    let holder = |row: usize| {
        if living.as_ref().is_some_and(|living| !living.of(row)) {
            return None;
        }
        match records.facet(number, column, row) {
            FacetValue::Text(digits) => Some((digits.parse().ok()?, row as u32, people[row])),
            _ => None,
        }
    };
    (0..records.table.rows).into_par_iter().filter_map(holder).collect()
}

/// Writes number of people and first record of another person to each row of a group.
fn describe(group: &[(u64, u32, u32)], of_row: &mut [(u32, u32)]) {
    let Some(&(_, first_row, first_person)) = group.first() else { return };
    if group.len() == 1 {
        of_row[first_row as usize] = (1, NOBODY);
        return;
    }
    let second_row =
        group.iter().find(|(_, _, person)| *person != first_person).map_or(NOBODY, |entry| entry.1);
    let mut people: Vec<u32> = group.iter().map(|(_, _, person)| *person).collect();
    people.sort_unstable();
    people.dedup();
    for &(_, row, person) in group {
        let other = if person == first_person { second_row } else { first_row };
        of_row[row as usize] = (people.len() as u32, other);
    }
}
