//! Which records stand in each row of a chunk of a view.

use rayon::prelude::*;

use super::bests::Bests;
use super::context::Context;
use super::ties::{Scratch, Seat, Ties};
use crate::link::{Bits, Decision};
use crate::settings::Subject;
use crate::table::{RecordRef, SourceIndex};

/// No record.
const NONE: u32 = u32::MAX;
const NOBODY: Seat = Seat { row: NONE, weight: Bits::MIN, count: 0, direct: false };

/// Rows whose people are fetched together: some dozen lines of memory each stay in a core's own cache.
const AT_ONCE: usize = 128;

/// A chunk of a view: for each slot in use, a record a row.
pub(super) struct Frame {
    /// Number of rows.
    pub(super) rows: usize,
    /// By slot of the view; empty for slots that nobody asks for.
    pub(super) slots: Vec<Seats>,
    pairs: Vec<f64>,
    in_review: Vec<bool>,
    /// The people of rows that have no record of their own.
    people: Vec<u32>,
    /// The best values of the rows' people.
    pub(super) bests: Bests,
}

/// The records of one slot.
#[derive(Clone, Default)]
pub(super) struct Seats {
    rows: Vec<u32>,
    /// Log odds and count; empty for the subject's own slots.
    links: Vec<(Bits, u32)>,
}

impl Seats {
    /// The record's row in its source, unless its link is weaker than asked for.
    pub(super) fn row(&self, at: usize, min_link_probability: f64) -> Option<u32> {
        let row = *self.rows.get(at)?;
        (row != NONE && self.probability(at) >= min_link_probability).then_some(row)
    }

    /// The same, the weakest link given in log odds: see [`Bits::least_of`].
    pub(super) fn row_from(&self, at: usize, min: Bits) -> Option<u32> {
        let row = *self.rows.get(at)?;
        (row != NONE && self.links.get(at).is_none_or(|link| link.0 >= min)).then_some(row)
    }

    /// The probability of the link to it; 1 for the subject itself.
    pub(super) fn probability(&self, at: usize) -> f64 {
        self.links.get(at).map_or(1.0, |link| link.0.probability())
    }

    /// How many such records the person has.
    pub(super) fn count(&self, at: usize) -> u32 {
        self.links.get(at).map_or(1, |link| link.1)
    }
}

impl Frame {
    /// The probability of a row's pair; 1 for other subjects.
    pub(super) fn pair_probability(&self, row: usize) -> f64 {
        self.pairs.get(row).copied().unwrap_or(1.0)
    }

    /// Whether the missing person of a row may be one that the primary source knows.
    pub(super) fn in_review(&self, row: usize) -> bool {
        self.in_review.get(row).copied().unwrap_or(false)
    }

    /// The person of a row, and the record that asks; nobody for a pair.
    pub(super) fn person(&self, context: &Context<'_>, row: usize) -> Option<(u32, Option<RecordRef>)> {
        match context.view.subject {
            Subject::Record(source) => {
                let record = RecordRef::new(source, self.slots.first()?.row(row, 0.0)?);
                Some((context.person(record), Some(record)))
            }
            Subject::MissingPerson => Some((*self.people.get(row)?, None)),
            Subject::Pair(_) => None,
        }
    }

    /// The record in a slot.
    pub(super) fn record(
        &self,
        context: &Context<'_>,
        slot: usize,
        row: usize,
        min: f64,
    ) -> Option<RecordRef> {
        Some(RecordRef::new(context.view.slots[slot].source, self.slots[slot].row(row, min)?))
    }
}

/// What one row of a view is made of, before linked records are looked up.
#[derive(Clone, Debug)]
pub(super) enum Roll {
    /// All records of a source.
    Records(SourceIndex, u32),
    /// The linked pairs of one source: left row, right row, probability.
    Pairs(Vec<(u32, u32, f64)>),
    /// People without a record of the primary source; whether an undecided pair joins them to one.
    People(Vec<(u32, bool)>),
}

impl Roll {
    /// Everything that a subject's view has a row for, in order.
    pub(super) fn call(context: &Context<'_>) -> Self {
        match context.view.subject {
            Subject::Record(source) => {
                Self::Records(source, context.records(source).map_or(0, |records| records.table.rows as u32))
            }
            Subject::Pair(source) => Self::Pairs(pairs(context, source)),
            Subject::MissingPerson => Self::People(missing(context)),
        }
    }

    /// The missing people; nobody for other subjects.
    pub(super) fn people(&self) -> Vec<u32> {
        match self {
            Self::People(people) => people.iter().map(|person| person.0).collect(),
            Self::Records(..) | Self::Pairs(_) => Vec::new(),
        }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Records(_, rows) => *rows as usize,
            Self::Pairs(pairs) => pairs.len(),
            Self::People(people) => people.len(),
        }
    }

    /// The frame of some rows, with linked records in the slots in use. O(records of their people).
    pub(super) fn frame(
        &self,
        context: &Context<'_>,
        ties: &Ties<'_>,
        used: &[bool],
        within: std::ops::Range<usize>,
    ) -> Frame {
        let slots = vec![Seats::default(); context.view.slots.len()];
        let mut frame = Frame {
            rows: within.len(),
            slots,
            pairs: Vec::new(),
            in_review: Vec::new(),
            people: Vec::new(),
            bests: Bests::new(context.settings.evidence.fields.len()),
        };
        match self {
            Self::Records(source, _) => {
                frame.slots[0].rows = within.clone().map(|row| row as u32).collect();
                let anchor = |row: usize| {
                    let record = RecordRef::new(*source, row as u32);
                    (Some(record), context.person(record))
                };
                fill(&mut frame, 1, ties, used, within.map(anchor));
            }
            Self::Pairs(pairs) => {
                let pairs = &pairs[within];
                frame.slots[0].rows = pairs.iter().map(|pair| pair.0).collect();
                frame.slots[1].rows = pairs.iter().map(|pair| pair.1).collect();
                frame.pairs = pairs.iter().map(|pair| pair.2).collect();
            }
            Self::People(people) => {
                let people = &people[within];
                frame.in_review = people.iter().map(|person| person.1).collect();
                frame.people = people.iter().map(|person| person.0).collect();
                fill(&mut frame, 0, ties, used, people.iter().map(|person| (None, person.0)));
            }
        }
        frame
    }
}

fn fill(
    frame: &mut Frame,
    first: usize,
    ties: &Ties<'_>,
    used: &[bool],
    anchors: impl Iterator<Item = (Option<RecordRef>, u32)>,
) {
    let slots: Vec<usize> = (first..frame.slots.len()).filter(|&slot| used[slot]).collect();
    if slots.is_empty() {
        return;
    }
    let mut scratch = Scratch::new(frame.slots.len());
    let anchors: Vec<(Option<RecordRef>, u32)> = anchors.collect();
    for anchors in anchors.chunks(AT_ONCE) {
        ties.warm(anchors.iter().map(|anchor| anchor.1));
        for &(own, person) in anchors {
            ties.seat(own, person, &mut scratch);
            for &slot in &slots {
                let seats = &mut frame.slots[slot];
                let Seat { row, weight, count, .. } = scratch.seats[slot].unwrap_or(NOBODY);
                seats.rows.push(row);
                seats.links.push((weight, count));
            }
        }
    }
}

fn pairs(context: &Context<'_>, source: SourceIndex) -> Vec<(u32, u32, f64)> {
    let links = &context.linkage.links;
    let within = |&at: &usize| {
        links.decision(at) == Decision::Link
            && links.left(at).source == source
            && links.right(at).source == source
    };
    let pair = |at: usize| (links.left(at).row, links.right(at).row, links.match_probability(at));
    (0..links.len()).into_par_iter().with_min_len(1 << 16).filter(within).map(pair).collect()
}

fn missing(context: &Context<'_>) -> Vec<(u32, bool)> {
    let primary = context.settings.primary();
    let people = &context.linkage.people.members;
    let mut in_review = vec![false; people.len()];
    let links = &context.linkage.links;
    for at in (0..links.len()).filter(|&at| links.decision(at) == Decision::Review) {
        let (left, right) = (links.left(at), links.right(at));
        if (left.source == primary) != (right.source == primary) {
            let other = if left.source == primary { right } else { left };
            in_review[context.person(other) as usize] = true;
        }
    }
    let unknown = |person: &u32| people[*person as usize].iter().all(|record| record.source != primary);
    (0..people.len() as u32).filter(unknown).map(|person| (person, in_review[person as usize])).collect()
}
