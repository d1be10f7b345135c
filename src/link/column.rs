//! Facets of cells as compact numbers, read once per distinct text.
//!
//! A [`ValueColumn`] gives each record one `u64`; 0 is "no value". Where a
//! source has the value in one column, the record's dictionary code leads to it;
//! only where several columns stand in for each other is there a number a row.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::compare::names::{Names, NamesBuilder};
use super::compare::{Reading, civil, pack_date, pack_number};
use crate::normalise::{Facet, FacetValue, Records, Values, facets_of};
use crate::settings::{Expression, Kind, Settings};
use crate::table::TextColumn;

/// The values of one expression, by source.
#[derive(Debug, Default)]
pub(super) struct ValueColumn<'a> {
    /// By source index.
    pub(super) sources: Vec<SourceValues<'a>>,
}

/// The values of one expression in one source.
#[derive(Debug, Default)]
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
}

impl ValueColumn<'_> {
    /// The value of a source's row. O(1).
    pub(super) fn get(&self, (source, row): (usize, usize)) -> u64 {
        self.sources.get(source).map_or(0, |values| values.get(row))
    }
}

/// A column's texts and typed values.
#[derive(Clone, Copy)]
struct Cells<'a> {
    texts: &'a TextColumn,
    values: &'a Values,
    kind: &'a Kind,
    source: usize,
}

impl<'a> Cells<'a> {
    fn of(settings: &'a Settings, records: &'a Records, field: &str) -> Option<Self> {
        let source = settings.sources.get(records.source.index())?;
        let column = source.column_of(field)?;
        let texts = records.table.columns.get(column)?.as_ref()?;
        let values = records.values.get(column)?.as_ref()?;
        let kind = &source.columns.get(column)?.kind;
        Some(Self { texts, values, kind, source: records.source.index() })
    }

    fn facet(&self, name: &str) -> Option<&'static Facet> {
        facets_of(self.kind).find(|facet| facet.name == name)
    }

    fn read(&self, facet: Option<&'static Facet>, code: u32) -> FacetValue<'a> {
        facet.map_or(FacetValue::Null, |facet| (facet.read)(self.texts, self.values, code))
    }

    /// A value a code, 0 for code 0. In parallel over codes.
    fn by_code(&self, value: impl Fn(u32) -> u64 + Sync) -> Vec<u64> {
        let codes = 0..self.texts.dictionary().len() as u32;
        codes.into_par_iter().with_min_len(1024).map(|c| if c == 0 { 0 } else { value(c) }).collect()
    }

    fn hashes(&self, facet: &str) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| hash(&self.read(facet, code)))
    }

    fn numbers(&self, facet: &str) -> Vec<u64> {
        let facet = self.facet(facet);
        let number = |value: FacetValue<'_>| match &value {
            FacetValue::Text(text) => pack_number(text).unwrap_or_else(|| hash(&value)),
            _ => hash(&value),
        };
        self.by_code(|code| number(self.read(facet, code)))
    }

    fn dates(&self) -> Vec<u64> {
        let [day, year, month] = ["", "year", "month"].map(|name| self.facet(name));
        let part = |facet, code, most: i64| match self.read(facet, code) {
            FacetValue::Integer(number) if (1..=most).contains(&number) => number as u32,
            _ => 0,
        };
        self.by_code(|code| match self.read(day, code) {
            FacetValue::Date(days) => {
                let (year, month, day) = civil(days);
                pack_date(year, month, day)
            }
            _ => match part(year, code, 9999) {
                0 => 0,
                year => pack_date(year, part(month, code, 12), 0),
            },
        })
    }
}

/// A hash of a facet's value, the same for equal values; 0 for none.
fn hash(value: &FacetValue<'_>) -> u64 {
    let state = FixedState::default();
    let hash = match value {
        FacetValue::Null => return 0,
        FacetValue::Text(text) => state.hash_one(text.as_ref()),
        FacetValue::Integer(number) => state.hash_one(number),
        FacetValue::Boolean(truth) => state.hash_one(truth),
        FacetValue::Date(days) => state.hash_one(days),
    };
    hash.max(1)
}

/// The values of an expression in all sources.
pub(super) fn read<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &Expression,
    reading: Reading,
) -> ValueColumn<'a> {
    assemble(settings, records, expression, |cells, facet| match reading {
        Reading::Date => cells.dates(),
        Reading::Number => cells.numbers(facet),
        Reading::Hash | Reading::Name => cells.hashes(facet),
    })
}

/// The delivered columns that an expression names, and the facet asked of each.
fn cells_of<'a, 'e>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &'e Expression,
) -> Vec<(Cells<'a>, &'e str)> {
    let of = |one| {
        let parts = expression.alternatives.iter();
        parts
            .filter_map(move |part| Some((Cells::of(settings, one, &part.field)?, part.facet.value.as_str())))
    };
    records.iter().flat_map(of).collect()
}

/// Puts an expression's values together out of what `values` gives for each column's codes.
fn assemble<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &Expression,
    mut values: impl FnMut(Cells<'a>, &str) -> Vec<u64>,
) -> ValueColumn<'a> {
    let mut sources: Vec<SourceValues<'a>> = Vec::new();
    sources.resize_with(settings.sources.len(), SourceValues::default);
    for (cells, facet) in cells_of(settings, records, expression) {
        let codes = cells.texts.codes();
        let second = SourceValues::Coded { codes, values: values(cells, facet) };
        let slot = &mut sources[cells.source];
        *slot = match std::mem::take(slot) {
            SourceValues::Absent => second,
            first => {
                let or = |row| Some(first.get(row)).filter(|&v| v != 0).unwrap_or_else(|| second.get(row));
                SourceValues::Rows((0..codes.len()).map(or).collect())
            }
        };
    }
    ValueColumn { sources }
}

/// The names of several expressions, and for each its values: places in [`Names`].
///
/// Equal names have equal values over all columns and sources. Names are told
/// apart by a 64-bit hash of their keys; O(n log n) in distinct texts.
pub(super) fn read_names<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    expressions: &[&Expression],
) -> (Names, Vec<ValueColumn<'a>>) {
    let cells = expressions.iter().flat_map(|expression| cells_of(settings, records, expression));
    let mut columns: Vec<_> = cells.map(|(cells, _)| (cells, cells.hashes("key"))).collect();
    let names = number_names(&mut columns);
    // The columns come back in the order in which they were asked for.
    let mut numbered = columns.into_iter().map(|(_, values)| values);
    let value_columns = expressions.iter().map(|expression| {
        assemble(settings, records, expression, |_, _| numbered.next().unwrap_or_default())
    });
    (names, value_columns.collect())
}

/// Replaces the hashes of keys by places in the names made of them.
fn number_names(columns: &mut [(Cells<'_>, Vec<u64>)]) -> Names {
    let entries = |(at, (_, hashes)): (usize, &(Cells<'_>, Vec<u64>))| {
        let codes = hashes.iter().enumerate().filter(|(_, hash)| **hash != 0);
        codes.map(move |(code, &hash)| (hash, at as u32, code as u32)).collect::<Vec<_>>()
    };
    let mut all: Vec<(u64, u32, u32)> = columns.iter().enumerate().flat_map(entries).collect();
    all.par_sort_unstable();
    let mut names = NamesBuilder::default();
    for run in all.chunk_by(|a, b| a.0 == b.0) {
        let (_, at, code) = run[0];
        let cells = columns[at as usize].0;
        let text = |facet| match cells.read(cells.facet(facet), code) {
            FacetValue::Text(text) => text,
            _ => std::borrow::Cow::Borrowed(""),
        };
        let number = names.push(&text("key"), &text("plain"));
        for &(_, at, code) in run {
            columns[at as usize].1[code as usize] = number;
        }
    }
    names.finish()
}
