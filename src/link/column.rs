//! Facets of cells as compact numbers, read once per distinct text.
//!
//! A [`ValueColumn`] gives each record one `u64`; 0 is "no value". Where a
//! source has the value in one column, the record's dictionary code leads to it;
//! only where several columns stand in for each other is there a number a row.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::compare::{Names, NamesBuilder, Reading, civil, pack_date, pack_number};
use super::plan::{Columns, Wanted};
use crate::normalise::{Facet, FacetValue, Records, Values, facets_of};
use crate::settings::{Expression, FieldFacet, Kind, Part, Settings};
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

    /// Number of values that stand for rows.
    fn slots(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Coded { values, .. } | Self::Rows(values) => values.len(),
        }
    }

    /// Values other than 0, where they stand, and the number of rows that have them.
    fn counts(&self) -> Vec<(u64, u32, u32)> {
        let counted = |values: &[u64], rows: &dyn Fn(usize) -> u32| {
            let all = values.iter().enumerate().map(|(at, &value)| (value, at as u32, rows(at)));
            all.filter(|&(value, _, rows)| value != 0 && rows != 0).collect()
        };
        match self {
            Self::Absent => Vec::new(),
            Self::Coded { codes, values } => {
                let mut rows = vec![0_u32; values.len()];
                codes.iter().for_each(|&code| rows[code as usize] += 1);
                counted(values, &|at| rows[at])
            }
            Self::Rows(values) => counted(values, &|_| 1),
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

    /// Values other than 0, each with its slot over all sources and its number of records; a value
    /// may stand in several slots. O(distinct texts).
    pub(super) fn counts(&self) -> Vec<(u64, u32, u32)> {
        let firsts = self.sources.iter().scan(0, |next, values| {
            let first = *next;
            *next += values.slots() as u32;
            Some(first)
        });
        let sources: Vec<_> = self.sources.iter().zip(firsts).collect();
        let of_source = |(values, first): &(&SourceValues<'a>, u32)| {
            let first = *first;
            values.counts().into_iter().map(move |(value, at, rows)| (value, first + at, rows))
        };
        sources.par_iter().flat_map_iter(of_source).collect()
    }

    /// The same column with other values, given by slot; 0 for slots that are not.
    pub(super) fn with_values(&self, by_slot: &[(u32, u64)]) -> Self {
        let mut all = vec![0; self.sources.iter().map(SourceValues::slots).sum()];
        for &(slot, value) in by_slot {
            all[slot as usize] = value;
        }
        let mut rest = all.as_slice();
        let take = |values: &SourceValues<'a>| {
            let (own, others) = rest.split_at(values.slots());
            rest = others;
            values.with_values(own.to_vec())
        };
        Self { sources: self.sources.iter().map(take).collect() }
    }
}

/// Names that are taken apart as one piece.
const NAMES_PIECE: usize = 1 << 15;

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

    fn hashes(&self, facet: &str, part: Part) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| hash(&cut(self.read(facet, code), part)))
    }

    fn integers(&self, facet: &str) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| match self.read(facet, code) {
            FacetValue::Integer(number) => u64::try_from(number).unwrap_or(0),
            _ => 0,
        })
    }

    /// What term frequencies are counted of: names without accents, anything else as it is.
    fn terms(&self, asked: &FieldFacet) -> Vec<u64> {
        let plain = asked.facet.value.is_empty() && self.facet("plain").is_some();
        self.hashes(if plain { "plain" } else { &asked.facet.value }, asked.part)
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

/// The part of a text that an expression asks for; a shorter text is its own part.
fn cut(value: FacetValue<'_>, part: Part) -> FacetValue<'_> {
    let FacetValue::Text(text) = &value else { return value };
    let ends = |nth: Option<(usize, char)>| nth.map(|(at, _)| at);
    let piece = match part {
        Part::Whole => return value,
        Part::First(characters) => {
            ends(text.char_indices().nth(usize::from(characters))).map(|end| &text[..end])
        }
        Part::Last(characters) => {
            let last = usize::from(characters).checked_sub(1);
            last.and_then(|last| ends(text.char_indices().nth_back(last))).map(|start| &text[start..])
        }
    };
    match piece {
        Some(piece) => FacetValue::Text(Cow::Owned(piece.to_owned())),
        None => value,
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
        let (names, columns) = read_names(settings, records, &of_names);
        let mut next_column = columns.into_iter();
        let columns = wanted.iter().map(|one| match one.reading {
            Reading::Name => next_column.next().unwrap_or_default(),
            reading => read(settings, records, one.expression, reading),
        });
        (names, columns.collect())
    }
}

/// The values of an expression in all sources.
fn read<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &Expression,
    reading: Reading,
) -> ValueColumn<'a> {
    assemble(settings, records, expression, |cells, asked| match reading {
        Reading::Date => cells.dates(),
        Reading::Number => cells.numbers(&asked.facet.value),
        Reading::Integer => cells.integers(&asked.facet.value),
        Reading::Term => cells.terms(asked),
        Reading::Hash | Reading::Name => cells.hashes(&asked.facet.value, asked.part),
    })
}

/// The delivered columns that an expression names, and the facet asked of each.
fn cells_of<'a, 'e>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &'e Expression,
) -> Vec<(Cells<'a>, &'e FieldFacet)> {
    let of = |one| {
        let parts = expression.alternatives.iter();
        parts.filter_map(move |part| Some((Cells::of(settings, one, &part.field)?, part)))
    };
    records.iter().flat_map(of).collect()
}

/// Puts an expression's values together out of what `values` gives for each column's codes.
fn assemble<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &Expression,
    mut values: impl FnMut(Cells<'a>, &FieldFacet) -> Vec<u64>,
) -> ValueColumn<'a> {
    let mut sources: Vec<SourceValues<'a>> = Vec::new();
    sources.resize_with(settings.sources.len(), SourceValues::default);
    for (cells, asked) in cells_of(settings, records, expression) {
        let codes = cells.texts.codes();
        let second = SourceValues::Coded { codes, values: values(cells, asked) };
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
fn read_names<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    expressions: &[&Expression],
) -> (Names, Vec<ValueColumn<'a>>) {
    let cells = expressions.iter().flat_map(|expression| cells_of(settings, records, expression));
    let mut columns: Vec<_> = cells.map(|(cells, _)| (cells, cells.hashes("key", Part::Whole))).collect();
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
    let runs: Vec<&[(u64, u32, u32)]> = all.chunk_by(|a, b| a.0 == b.0).collect();
    let text = |at: u32, facet, code| {
        let cells = columns[at as usize].0;
        match cells.read(cells.facet(facet), code) {
            FacetValue::Text(text) => text,
            _ => Cow::Borrowed(""),
        }
    };
    let piece = |runs: &[&[(u64, u32, u32)]]| {
        let mut names = NamesBuilder::default();
        let push = |run: &&[(u64, u32, u32)]| {
            let (_, at, code) = run[0];
            names.push(&text(at, "key", code), &text(at, "plain", code))
        };
        let values: Vec<u64> = runs.iter().map(push).collect();
        (names.finish(), values)
    };
    let pieces: Vec<(Names, Vec<u64>)> = runs.par_chunks(NAMES_PIECE).map(piece).collect();
    let mut names = NamesBuilder::default();
    for (runs, (piece, values)) in runs.chunks(NAMES_PIECE).zip(pieces) {
        let first = names.append(&piece);
        for (run, value) in runs.iter().zip(values) {
            for &(_, at, code) in *run {
                columns[at as usize].1[code as usize] = first + value;
            }
        }
    }
    names.finish()
}
