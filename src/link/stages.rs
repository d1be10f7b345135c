//! The order in which a pair's values are compared, and when a pair is given up.
//!
//! Most pairs that meet are two people, and a few values tell so. What is cheap to compare comes
//! first; names, each of which misses memory, come one after the other. After each stage the pairs go
//! whose weight could not reach what is kept even if all that is left agreed as well as it can. The
//! bound is a sum of whole numbers, so that no pair is lost by it that comparing everything would keep.

use super::bits::Bits;
use super::compare::{Comparator, Reading};
use super::links::Levels;
use super::weights::{Adjustment, Evidence, Joint, Weights};

/// Comparisons that are made together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    /// By place among all comparisons.
    pub(super) comparisons: Vec<usize>,
    /// What their levels tell.
    pub(super) joint: Vec<Joint>,
    /// Adjustments of the weights that depend on these comparisons and earlier ones, by place.
    pub(super) adjustments: Vec<usize>,
    /// The most that all later stages can tell.
    pub(super) rest: Evidence,
}

/// The stages of some comparisons; each is of one.
pub(super) fn stages(comparisons: &[(Comparator, [u8; 16])], weights: &Weights) -> Vec<Stage> {
    let is_name = |at: &usize| comparisons[*at].0.readings == [Reading::Name];
    let (names, cheap): (Vec<usize>, Vec<usize>) = (0..comparisons.len()).partition(is_name);
    let mut rest = Evidence::default();
    let mut stages = Vec::new();
    let of_names = names.into_iter().rev().map(|name| vec![name]);
    for comparisons in of_names.chain([cheap]).filter(|comparisons| !comparisons.is_empty()) {
        let most = comparisons.iter().map(|&at| weights.most(at)).fold(rest, Evidence::plus);
        let is_here = |at: usize| comparisons.contains(&at);
        let is_known = |at: usize| !stages.iter().any(|later: &Stage| later.comparisons.contains(&at));
        let depends = |(_, one): &(usize, &Adjustment)| {
            let both = [one.comparison, one.given];
            both.into_iter().any(is_here) && both.into_iter().all(is_known)
        };
        let adjustments: Vec<(usize, &Adjustment)> =
            weights.adjustments().iter().enumerate().filter(depends).collect();
        let most = adjustments.iter().map(|(_, one)| one.most()).fold(most, Evidence::plus);
        let adjustments = adjustments.into_iter().map(|(at, _)| at).collect();
        let joint = weights.joint(&comparisons);
        stages.push(Stage { comparisons, joint, adjustments, rest });
        rest = most;
    }
    stages.reverse();
    stages
}

/// The pairs of a batch that may still be kept, column by column.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Places among the batch's records.
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
    pub(super) vectors: Vec<Levels>,
    /// What the vectors tell so far, prior included.
    pub(super) evidence: Vec<Evidence>,
}

impl Live {
    /// All pairs of a batch, of which nothing is known but their priors.
    pub(super) fn begin(&mut self, left: &[u32], right: &[u32], prior: impl Fn(u32, u32) -> Evidence) {
        self.left.clear();
        self.left.extend_from_slice(left);
        self.right.clear();
        self.right.extend_from_slice(right);
        self.vectors.clear();
        self.vectors.resize(left.len(), Levels::default());
        self.evidence.clear();
        self.evidence.extend(left.iter().zip(right).map(|(&left, &right)| prior(left, right)));
    }

    /// Gives up the pairs that cannot reach `least` even if all that is left tells `rest`.
    pub(super) fn give_up_below(&mut self, least: Bits, rest: Evidence) {
        let mut kept = 0;
        for at in 0..self.left.len() {
            let (left, right) = (self.left[at], self.right[at]);
            let (vector, evidence) = (self.vectors[at], self.evidence[at]);
            (self.left[kept], self.right[kept]) = (left, right);
            (self.vectors[kept], self.evidence[kept]) = (vector, evidence);
            kept += usize::from(evidence.plus(rest).joined_max() >= least);
        }
        self.left.truncate(kept);
        self.right.truncate(kept);
        self.vectors.truncate(kept);
        self.evidence.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::comparator;
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn names_come_last_and_the_rest_is_what_they_can_tell() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let weights = Weights::new(&settings.matching.model);
        let of = |id: &str| (comparator(id), [0; 16]);
        let comparisons = [of("person_name"), of("date"), of("equal"), of("person_name")];
        let stages = stages(&comparisons, &weights);
        let order: Vec<&[usize]> = stages.iter().map(|stage| stage.comparisons.as_slice()).collect();
        assert_eq!(order, [&[1, 2][..], &[0], &[3]]);
        assert_eq!(stages[2].rest, Evidence::default());
        assert_eq!(stages[1].rest, weights.most(3));
        // What dates and sexes tell of people of one name is known with the name.
        assert_eq!(stages.iter().map(|stage| stage.adjustments.len()).collect::<Vec<_>>(), [0, 2, 0]);
        let adjusted =
            weights.adjustments().iter().map(Adjustment::most).fold(weights.most(0), Evidence::plus);
        assert_eq!(stages[0].rest, weights.most(3).plus(adjusted));
    }
}
