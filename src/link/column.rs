//! Facets of cells as compact numbers, read once per distinct text.
//!
//! A [`ValueColumn`] gives each record one `u64`; 0 is "no value". Where a
//! source has the value in one column, the record's dictionary code leads to it;
//! only where several columns stand in for each other is there a number a row.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::cells::{Cells, cells_of};
use super::compare::{Comparator, Lists, ListsBuilder, Names, Reading, TextsBuilder};
use super::name_table::NameTable;
use super::plan::{Columns, Wanted};
use crate::normalise::Records;
use crate::settings::{Expression, FieldFacet, Settings};

/// The values of one expression, by source.
#[derive(Clone, Debug, Default)]
pub(super) struct ValueColumn<'a> {
    /// By source index.
    pub(super) sources: Vec<SourceValues<'a>>,
    /// The lists that the values are places of, where a record may have several.
    pub(super) lists: Option<Arc<Lists>>,
}

/// The values of one expression in one source.
#[derive(Clone, Debug, Default)]
pub(super) enum SourceValues<'a> {
    /// Nothing was delivered.
    #[default]
    Absent,
    /// By dictionary code, and each row's code.
    Coded {
        /// A code a row.
        codes: &'a [u32],
        /// A value a code.
        values: Vec<u64>,
    },
    /// A value a row.
    Rows(Vec<u64>),
}

impl SourceValues<'_> {
    fn get(&self, row: usize) -> u64 {
        match self {
            Self::Absent => 0,
            Self::Coded { codes, values } => values[codes[row] as usize],
            Self::Rows(values) => values[row],
        }
    }

    /// The values of some rows, in order, put into `out`.
    fn read(&self, rows: Range<usize>, out: &mut Vec<u64>) {
        out.clear();
        match self {
            Self::Absent => out.resize(rows.len(), 0),
            Self::Coded { codes, values } => {
                out.extend(codes[rows].iter().map(|&code| values[code as usize]));
            }
            Self::Rows(values) => out.extend_from_slice(&values[rows]),
        }
    }

    /// The values where they stand.
    fn values(&self) -> &[u64] {
        match self {
            Self::Absent => &[],
            Self::Coded { values, .. } | Self::Rows(values) => values,
        }
    }

    /// By value where it stands: the number of rows that have it.
    fn counts(&self) -> Vec<u32> {
        match self {
            Self::Absent => Vec::new(),
            Self::Coded { codes, values } => {
                let mut rows = vec![0_u32; values.len()];
                codes.iter().for_each(|&code| rows[code as usize] += 1);
                rows
            }
            Self::Rows(values) => vec![1; values.len()],
        }
    }

    /// The same rows with other values.
    fn with_values(&self, values: Vec<u64>) -> Self {
        match self {
            Self::Absent => Self::Absent,
            Self::Coded { codes, .. } => Self::Coded { codes, values },
            Self::Rows(_) => Self::Rows(values),
        }
    }
}

impl<'a> ValueColumn<'a> {
    /// The values of some of a source's rows, in order, put into `out`. O(rows).
    pub(super) fn read(&self, source: usize, rows: Range<usize>, out: &mut Vec<u64>) {
        let values = self.sources.get(source).unwrap_or(&SourceValues::Absent);
        values.read(rows, out);
    }

    /// One row's value. O(1).
    pub(super) fn get(&self, source: usize, row: usize) -> u64 {
        self.sources.get(source).map_or(0, |values| values.get(row))
    }

    /// One row's value; none of a source that did not deliver it. O(1).
    pub(super) fn get_or_none(&self, source: usize, row: usize) -> u64 {
        self.sources
            .get(source)
            .filter(|values| !values.values().is_empty())
            .map_or(0, |values| values.get(row))
    }

    /// The values of all slots, source after source, and how many records have each slot's; a value
    /// may stand in several slots. O(records), in parallel over sources.
    pub(super) fn slots(&self) -> (Vec<u64>, Vec<u32>) {
        let values = self.sources.iter().flat_map(SourceValues::values).copied().collect();
        let counts: Vec<Vec<u32>> = self.sources.par_iter().map(SourceValues::counts).collect();
        (values, counts.concat())
    }

    /// Values other than 0, each with its slot and its number of records. O(records).
    pub(super) fn counts(&self) -> Vec<(u64, u32, u32)> {
        let (values, counts) = self.slots();
        let slots = values.into_iter().zip(0..).zip(counts);
        let all = slots.map(|((value, slot), records)| (value, slot, records));
        all.filter(|&(value, _, records)| value != 0 && records != 0).collect()
    }

    /// The same column with other values, given by slot.
    pub(super) fn with_values(&self, all: &[u64]) -> Self {
        let mut rest = all;
        let take = |values: &SourceValues<'a>| {
            let (own, others) = rest.split_at(values.values().len());
            rest = others;
            values.with_values(own.to_vec())
        };
        Self { sources: self.sources.iter().map(take).collect(), lists: None }
    }

    /// The lists that a comparator's values stand for, packed as it packs a value.
    pub(super) fn packed_lists(&self, comparator: &Comparator) -> Option<Lists> {
        self.lists.as_ref().map(|lists| lists.map(|value| (comparator.pack)(value, 0)))
    }
}

/// Columns out of normalised records.
pub(super) struct OfRecords<'a> {
    pub(super) settings: &'a Settings,
    pub(super) records: &'a [Records],
}

impl<'a> Columns<'a> for OfRecords<'a> {
    /// O(distinct texts), in parallel.
    fn read(&self, wanted: &[Wanted<'_>]) -> (Names, Vec<ValueColumn<'a>>) {
        let Self { settings, records } = *self;
        let of_names: Vec<&Expression> =
            wanted.iter().filter(|one| one.reading == Reading::Name).map(|one| one.expression).collect();
        let (mut names, mut table) = NameTable::read(settings, records, &of_names);
        let mut reader = OneByOne { settings, records, names: &mut table, texts: TextsBuilder::default() };
        let mut columns: Vec<ValueColumn<'a>> = Vec::with_capacity(wanted.len());
        for one in wanted {
            let column = reader.known(one, wanted).and_then(|at| columns.get(at)).cloned();
            columns.push(column.unwrap_or_else(|| reader.read(one.expression, one.reading)));
        }
        names.texts = reader.texts.finish();
        (names, columns)
    }
}

/// Reads one expression after the other.
struct OneByOne<'a, 't> {
    settings: &'a Settings,
    records: &'a [Records],
    names: &'t mut NameTable<'a>,
    texts: TextsBuilder,
}

impl<'a> OneByOne<'a, '_> {
    /// The column that a column of terms is equal to: that of hashes, unless it is of names.
    fn known(&self, one: &Wanted<'_>, wanted: &[Wanted<'_>]) -> Option<usize> {
        let cells = cells_of(self.settings, self.records, one.expression);
        let is_other = |(cells, asked): &(Cells<'_>, &FieldFacet)| {
            facet_of(cells, asked, one.reading) != asked.facet.value
        };
        if one.reading != Reading::Term || cells.iter().any(is_other) {
            return None;
        }
        let text = one.expression.to_string();
        let is_same =
            |other: &Wanted<'_>| other.reading == Reading::Hash && other.expression.to_string() == text;
        wanted.iter().position(is_same)
    }

    /// The values of an expression in all sources.
    fn read(&mut self, expression: &Expression, reading: Reading) -> ValueColumn<'a> {
        let Self { settings, records, ref mut names, ref mut texts } = *self;
        let cells = cells_of(settings, records, expression);
        let mut by_name = names.hashes(&cells, reading);
        let values = |place: usize, cells: Cells<'a>, asked: &FieldFacet| match reading {
            Reading::Name => names.values(cells),
            Reading::Date => cells.dates(),
            Reading::Number => cells.numbers(&asked.facet.value),
            Reading::Integer => cells.integers(&asked.facet.value),
            Reading::Real => cells.reals(&asked.facet.value),
            Reading::Digits => cells.digits(&asked.facet.value),
            Reading::Text => cells.texts(&asked.facet.value, asked.part, texts),
            Reading::Hash | Reading::Term => match by_name.get_mut(place).and_then(Option::take) {
                Some(hashes) => hashes,
                None => cells.hashes(facet_of(&cells, asked, reading), asked.part),
            },
        };
        // Of several values the first one's rarity counts.
        if expression.takes_all && reading != Reading::Term {
            assemble_lists(settings, cells, values)
        } else {
            assemble(settings, cells, values)
        }
    }
}

/// The facet that is asked for. Term frequencies are counted of names without accents, of anything
/// else as it is.
pub(super) fn facet_of<'e>(cells: &Cells<'_>, asked: &'e FieldFacet, reading: Reading) -> &'e str {
    let of_name = reading == Reading::Term && asked.facet.value.is_empty() && cells.facet("plain").is_some();
    if of_name { "plain" } else { &asked.facet.value }
}

/// Puts an expression's values together out of what `values` gives for each column's codes, by
/// place among the cells.
fn assemble<'a>(
    settings: &'a Settings,
    all: Vec<(Cells<'a>, &FieldFacet)>,
    mut values: impl FnMut(usize, Cells<'a>, &FieldFacet) -> Vec<u64>,
) -> ValueColumn<'a> {
    let mut sources: Vec<SourceValues<'a>> = Vec::new();
    sources.resize_with(settings.sources.len(), SourceValues::default);
    for (place, (cells, asked)) in all.into_iter().enumerate() {
        let codes = cells.codes();
        let second = SourceValues::Coded { codes, values: cells.firsts(values(place, cells, asked)) };
        let slot = &mut sources[cells.source];
        *slot = match std::mem::take(slot) {
            SourceValues::Absent => second,
            first => {
                let or = |row| Some(first.get(row)).filter(|&v| v != 0).unwrap_or_else(|| second.get(row));
                SourceValues::Rows((0..codes.len()).into_par_iter().with_min_len(1 << 14).map(or).collect())
            }
        };
    }
    ValueColumn { sources, lists: None }
}

/// Puts the lists of all values of an expression together, source after source and row by row, so that
/// lists are numbered alike however many threads there are. O(records).
fn assemble_lists<'a>(
    settings: &'a Settings,
    all: Vec<(Cells<'a>, &FieldFacet)>,
    mut values: impl FnMut(usize, Cells<'a>, &FieldFacet) -> Vec<u64>,
) -> ValueColumn<'a> {
    let mut of_source: Vec<Vec<(Cells<'a>, Vec<u64>)>> = vec![Vec::new(); settings.sources.len()];
    for (place, (cells, asked)) in all.into_iter().enumerate() {
        of_source[cells.source].push((cells, values(place, cells, asked)));
    }
    let mut lists = ListsBuilder::default();
    let mut rows_of = |columns: &Vec<(Cells<'a>, Vec<u64>)>| {
        let Some((first, _)) = columns.first() else { return SourceValues::Absent };
        let of_row = |row: usize| {
            lists.push(columns.iter().flat_map(|(cells, values)| cells.all(cells.codes()[row], values)))
        };
        SourceValues::Rows((0..first.codes().len()).map(of_row).collect())
    };
    let sources = of_source.iter().map(&mut rows_of).collect();
    ValueColumn { sources, lists: Some(Arc::new(lists.finish())) }
}
