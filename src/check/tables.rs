//! Terms that follow from one text, answered once a distinct text.
//!
//! A province has 150 million cells and a tenth as many texts, and one dictionary serves every slot of its
//! source. Dictionaries are worked off in pieces, the columns of a piece are made once for all terms that
//! name them. A table is a byte a text. Columns of which nearly every record has a text of its own (personal
//! numbers) get none: most of their terms are asked of few rows.

use polars::prelude::{Column as Series, DataFrame, IntoLazy};

use super::cell::{Cell, epoch_days, of_code, to_series};
use super::condition::Key;
use super::context::Context;
use super::plan::{OneText, Term};
use super::truth::{Truth, truths};
use super::view::Origin;
use super::workers::in_turn;
use crate::normalise::Records;
use crate::table::SourceIndex;

/// Distinct texts in one piece of work.
const PIECE: usize = 1 << 16;

/// So few texts are always answered once and for all.
const FEW: usize = 256;

/// By term, then by code: what it says. Code 0 stands for no text, and for no record.
#[derive(Default)]
pub(super) struct Tables {
    by_term: Vec<Option<Vec<Truth>>>,
}

/// The terms over the texts of one column.
struct Group {
    source: SourceIndex,
    column: usize,
    terms: Vec<usize>,
}

impl Tables {
    /// Answers the asked terms for all texts of their columns. O(terms × distinct texts).
    pub(super) fn new(context: &Context<'_>, terms: &[Term], asked: &[usize]) -> Self {
        let groups = groups(context, terms, asked);
        let texts = |group: &Group| size(context, group).0.max(1);
        let pieces: Vec<(usize, usize)> = groups
            .iter()
            .enumerate()
            .flat_map(|(at, group)| (0..texts(group).div_ceil(PIECE)).map(move |piece| (at, piece * PIECE)))
            .collect();
        let made = in_turn(pieces.len(), |at| {
            let (group, first) = pieces[at];
            let group = &groups[group];
            answer(context, terms, group, first..(first + PIECE).min(texts(group)))
        });
        let mut by_term: Vec<Option<Vec<Truth>>> = vec![Some(Vec::new()); terms.len()];
        for ((group, _), answers) in pieces.iter().zip(made) {
            for (&term, answers) in groups[*group].terms.iter().zip(answers) {
                by_term[term] = by_term[term].take().zip(answers).map(|(mut table, answers)| {
                    table.extend(answers);
                    table
                });
            }
        }
        Self { by_term }
    }

    /// What a term says by code; none where polars refused one of the texts: it is then asked row by row.
    pub(super) fn of(&self, term: usize) -> Option<&[Truth]> {
        self.by_term.get(term)?.as_deref().filter(|table| !table.is_empty())
    }
}

/// The asked terms that follow from one text, by its column, of columns whose texts are worth it.
fn groups(context: &Context<'_>, terms: &[Term], asked: &[usize]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for &at in asked {
        let Some(OneText { slot, column, .. }) = terms[at].text else { continue };
        let source = context.view.slots[slot].source;
        match groups.iter_mut().find(|group| (group.source, group.column) == (source, column)) {
            Some(group) => group.terms.push(at),
            None => groups.push(Group { source, column, terms: vec![at] }),
        }
    }
    groups.retain(|group| {
        let (texts, rows) = size(context, group);
        texts * 4 <= rows * 3 || texts <= FEW
    });
    groups
}

/// Distinct texts and rows of a column; nothing where it was not delivered.
fn size(context: &Context<'_>, group: &Group) -> (usize, usize) {
    let column = context.records(group.source).and_then(|records| records.table.columns.get(group.column));
    column.and_then(Option::as_ref).map_or((0, 0), |texts| (texts.dictionary().len(), texts.len()))
}

/// What each term of a group says of some texts; none where polars refuses one of them.
fn answer(
    context: &Context<'_>,
    terms: &[Term],
    group: &Group,
    codes: std::ops::Range<usize>,
) -> Vec<Option<Vec<Truth>>> {
    let mut columns = Columns { context, records: context.records(group.source), codes, made: Vec::new() };
    let of = |&term: &usize| {
        let condition = &terms[term].condition;
        let rows = columns.codes.len();
        let frame = DataFrame::new(rows, condition.keys.iter().map(|&key| columns.of(key)).collect()).ok()?;
        let answers = frame.lazy().select([condition.expression.clone().alias("term")]).collect().ok()?;
        truths(answers.columns().first()?, rows).ok()
    };
    group.terms.iter().map(of).collect()
}

/// What terms name of some texts of one column, each made once.
struct Columns<'a> {
    context: &'a Context<'a>,
    records: Option<&'a Records>,
    codes: std::ops::Range<usize>,
    made: Vec<(&'a str, Series)>,
}

impl Columns<'_> {
    fn of(&mut self, key: Key) -> Series {
        let view = self.context.view;
        let column = &view.columns[key.column];
        // What slots of one source call alike is the same of the same text.
        let prefix = column.slot.map_or("", |slot| view.slots[slot].prefix.as_str());
        let name = column.name.strip_prefix(prefix).unwrap_or(&column.name).trim_start_matches('.');
        let known = self.made.iter().find(|(known, _)| *known == name);
        let mut series = if let Some((_, series)) = known {
            series.clone()
        } else {
            let cells = self.codes.clone().map(|code| self.cell(column.origin, code as u32));
            let series = to_series(column, "".into(), cells, self.codes.len());
            self.made.push((name, series.clone()));
            series
        };
        series.rename(key.name(view).into());
        series
    }

    fn cell(&self, origin: Origin, code: u32) -> Cell<'_> {
        match (origin, self.records) {
            (Origin::AsOf, _) => Cell::Date(epoch_days(self.context.as_of)),
            (origin, Some(records)) => of_code(self.context, records, origin, code),
            (_, None) => Cell::Null,
        }
    }
}
