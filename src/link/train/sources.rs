//! Pairs of sources.

use crate::link::space::RecordSpace;
use crate::settings::{Matching, PriorFactor};
use crate::table::SourceIndex;

/// Two sources by index, ascending; one source twice for its records among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SourcePair(pub(super) usize, pub(super) usize);

impl SourcePair {
    /// All of so many sources, in order.
    pub(super) fn all(sources: usize) -> impl Iterator<Item = Self> {
        (0..sources).flat_map(move |a| (a..sources).map(move |b| Self(a, b)))
    }

    /// How many pairs of records there are that may be compared.
    pub(super) fn possible(self, space: &RecordSpace) -> u64 {
        if self.0 == self.1 && !space.compares_within(self.0) {
            return 0;
        }
        let (a, b) = (space.rows(self.0) as u64, space.rows(self.1) as u64);
        if self.0 == self.1 { a * a.saturating_sub(1) / 2 } else { a * b }
    }

    /// As the model names them.
    pub(super) fn between(self) -> [SourceIndex; 2] {
        [SourceIndex(self.0 as u8), SourceIndex(self.1 as u8)]
    }

    /// The model's factor for them.
    pub(super) fn factor(self, matching: &Matching) -> f64 {
        let declared = |prior: &&PriorFactor| prior.between == self.between();
        matching.model.priors.iter().find(declared).map_or(1.0, |prior| prior.factor)
    }
}
