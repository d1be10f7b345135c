//! What a model expects of its own links: precision and recall out of match probabilities alone.

use std::path::Path;

use serde::Serialize;

use super::pairs::{PairRow, RunName, RunPairs};
use super::stratum::SourcePairs;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::link::Decision;
use crate::progress::Progress;

/// Expected accuracy by pair of sources and in all.
#[derive(Clone, Debug, Serialize)]
pub struct Expected {
    /// The run that was read.
    pub run: RunName,
    /// All pairs of sources together.
    pub all: ExpectedAccuracy,
    /// By pair of sources, by their names.
    pub pairs: Vec<ExpectedAccuracy>,
    /// What was left out and why.
    pub notes: Vec<String>,
}

/// Expected accuracy of some pairs: a pair of probability p counts as p true pairs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExpectedAccuracy {
    /// The lesser records' source, or `all`.
    pub left: String,
    /// The greater records' source, or `all`.
    pub right: String,
    /// Links, and how many of them are expected to be true.
    pub links: PairCount,
    /// Pairs for review.
    pub review: PairCount,
    /// Non-links that were written down.
    pub non_links: PairCount,
    /// Share of the links that is expected to be true; none without links.
    pub precision: Option<f64>,
    /// Share of the true pairs among all pairs written down that is expected to be linked.
    pub recall: Option<f64>,
}

/// Pairs, and the sum of their match probabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PairCount {
    /// Pairs there are.
    pub pairs: u64,
    /// Pairs expected to be one person.
    pub expected_true: f64,
}

impl PairCount {
    fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.expected_true += other.expected_true;
    }
}

/// Reads the expected accuracy of a run. One pass over its pairs; sums are in the tables' order.
///
/// # Errors
/// `EST-001`, `EST-003`, `TAB-…`: the run's tables cannot be had.
pub fn expected(run: &Path, progress: &Progress) -> Outcome<Expected> {
    let mut tables = RunPairs::open(run)?;
    let mut tally = ExpectedTally::default();
    tables.visit(progress, |pair| tally.add(&pair))?;
    Ok(tally.finish(tables.name, &tables.notes))
}

/// Sums under way.
#[derive(Default)]
pub(super) struct ExpectedTally {
    sources: SourcePairs,
    /// By pair of sources: links, review, non-links.
    counts: Vec<[PairCount; 3]>,
}

impl ExpectedTally {
    pub(super) fn add(&mut self, pair: &PairRow<'_>) {
        let place = self.sources.place(pair.left_source, pair.right_source);
        if place >= self.counts.len() {
            self.counts.resize(place + 1, Default::default());
        }
        let decision = match pair.decision {
            Decision::Link => 0,
            Decision::Review => 1,
            Decision::NonLink => 2,
        };
        self.counts[place][decision].add(PairCount { pairs: 1, expected_true: pair.probability });
    }

    pub(super) fn finish(self, run: RunName, notes: &[Diagnostic]) -> Expected {
        let mut rows: Vec<_> = self.sources.names().iter().zip(&self.counts).collect();
        rows.sort_by_key(|(names, _)| *names);
        let mut all = <[PairCount; 3]>::default();
        for (_, counts) in &rows {
            all.iter_mut().zip(*counts).for_each(|(sum, count)| sum.add(*count));
        }
        let row = |((left, right), counts): (&(String, String), &[PairCount; 3])| {
            ExpectedAccuracy::new(left, right, *counts)
        };
        Expected {
            run,
            all: ExpectedAccuracy::new("all", "all", all),
            pairs: rows.into_iter().map(row).collect(),
            notes: notes.iter().map(Diagnostic::to_string).collect(),
        }
    }
}

impl ExpectedAccuracy {
    fn new(left: &str, right: &str, [links, review, non_links]: [PairCount; 3]) -> Self {
        let expected = links.expected_true + review.expected_true + non_links.expected_true;
        Self {
            left: left.to_owned(),
            right: right.to_owned(),
            links,
            review,
            non_links,
            precision: (links.pairs > 0).then(|| links.expected_true / links.pairs as f64),
            recall: (expected > 0.0).then(|| links.expected_true / expected),
        }
    }
}
