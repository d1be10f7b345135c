//! Match weights of all pairs that meet → how likely two sources' records are one person.
//!
//! The prior of two sources is a factor before all evidence: it moves every match
//! weight by the same bits. So the weights are counted once, with factor 1, in
//! narrow bins, and the factor that agrees with itself is found on the counts: the
//! probabilities that follow from it add up to as many pairs of one person as it
//! says there are. That is the maximum-likelihood share of the mixture over all
//! pairs there are, those that never meet being of two people.

use std::sync::atomic::{AtomicU64, Ordering};

use super::smooth::{STRENGTH, rate};
use super::sources::SourcePair;
use crate::link::bits::Bits;
use crate::link::blocking::{self, Candidates};
use crate::link::decide::{self, Judge};
use crate::link::links::Pair;
use crate::link::weights::Evidence;

/// Bins a bit.
const FINENESS: f64 = 16.0;
/// Weights beyond are as good as certain either way.
const BITS_MAX: f64 = 64.0;
const BINS: usize = 2 * (BITS_MAX * FINENESS) as usize;

/// Counts the match weights of all pairs under one prior.
pub(super) struct Weighing<'a> {
    judge: &'a Judge<'a>,
    prior: Evidence,
    sources: usize,
    bins: Vec<AtomicU64>,
}

/// Match weights, counted.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    bins: Vec<u64>,
    sources: usize,
}

impl<'a> Weighing<'a> {
    /// With the prior of factor 1.
    pub(super) fn new(judge: &'a Judge<'a>, people: usize) -> Self {
        let sources = judge.space.sources();
        let mut bins = Vec::new();
        bins.resize_with(sources * sources * BINS, AtomicU64::default);
        Self { judge, prior: judge.weights.prior(1.0, people), sources, bins }
    }

    /// What was counted.
    pub(super) fn finish(self) -> Weighed {
        Weighed { bins: self.bins.into_iter().map(AtomicU64::into_inner).collect(), sources: self.sources }
    }
}

impl blocking::Judge for Weighing<'_> {
    type Scratch = decide::Scratch;

    fn judge(&self, batch: &Candidates, _: u8, scratch: &mut Self::Scratch, _: &mut Vec<Pair>) {
        self.judge.compare(batch, scratch);
        let source = |place: u32| self.judge.space.source(batch.records[place as usize]);
        for ((evidence, &left), &right) in scratch.evidence.iter().zip(&batch.left).zip(&batch.right) {
            let weight = evidence.match_weight(self.prior);
            let pair = source(left) * self.sources + source(right);
            self.bins[pair * BINS + bin(weight)].fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn bin(weight: Bits) -> usize {
    let place = ((weight.number() + BITS_MAX) * FINENESS).floor();
    place.clamp(0.0, (BINS - 1) as f64) as usize
}

/// The weight in the middle of a bin.
fn middle(bin: usize) -> Bits {
    Bits::of((bin as f64 + 0.5) / FINENESS - BITS_MAX)
}

impl Weighed {
    /// How many pairs of two sources are expected to be of one person with such a factor.
    pub(super) fn expected(&self, SourcePair(a, b): SourcePair, factor: f64) -> f64 {
        let first = (a * self.sources + b) * BINS;
        let factor = Bits::of_ratio(factor);
        let bins = self.bins.get(first..first + BINS).unwrap_or_default().iter().enumerate();
        let full = bins.filter(|(_, pairs)| **pairs > 0);
        full.map(|(at, &pairs)| pairs as f64 * (middle(at) + factor).probability()).sum()
    }

    /// The factor of two sources that agrees with itself, where one pair in `people` of `possible`
    /// ones is of one person at factor 1; begun at, and pulled towards, `present`.
    pub(super) fn factor(&self, between: SourcePair, present: f64, possible: u64, people: usize) -> f64 {
        /// It closes in by some factor of ten each time.
        const ITERATIONS_MAX: usize = 100;
        let among = possible as f64 / people.max(2) as f64;
        let mut factor = present;
        for _ in 0..ITERATIONS_MAX {
            let next = rate(present, self.expected(between, factor), among, STRENGTH);
            let is_settled = (next - factor).abs() <= 1e-6 * factor;
            factor = next;
            if is_settled {
                break;
            }
        }
        factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(pairs: &[(f64, u64)]) -> Weighed {
        let mut bins = vec![0; BINS];
        for &(bits, count) in pairs {
            bins[bin(Bits::of(bits))] += count;
        }
        Weighed { bins, sources: 1 }
    }

    const OWN: SourcePair = SourcePair(0, 0);

    #[test]
    fn weights_fall_into_bins_and_come_back_from_the_middle() {
        for bits in [-63.9, -3.2, 0.01, 17.3] {
            let back = middle(bin(Bits::of(bits))).number();
            assert!((back - bits).abs() <= 0.5 / FINENESS + 1e-4, "{bits} {back}");
        }
        assert_eq!((bin(Bits::of(-150.0)), bin(Bits::of(150.0))), (0, BINS - 1));
    }

    #[test]
    fn a_factor_agrees_with_itself() {
        // Certain pairs alone: as many as there are. 2,000 of 10,000,000 pairs are 20 times one in 100,000.
        let certain = weighed(&[(60.0, 2_000), (-60.0, 5_000)]);
        let factor = certain.factor(OWN, 1.0, 10_000_000, 100_000);
        assert!((factor - 2_004.0 / 104.0).abs() < 0.01, "{factor}");
        // Doubtful ones count by what they are worth, which the factor itself decides.
        let doubtful = weighed(&[(60.0, 2_000), (-2.0, 1_000)]);
        let factor = doubtful.factor(OWN, 1.0, 10_000_000, 100_000);
        let says = factor * 104.0 - 4.0;
        assert!((doubtful.expected(OWN, factor) - says).abs() < 0.01 && says > 2_000.0, "{factor}");
    }

    #[test]
    fn of_no_pairs_the_present_factor_is_left() {
        let factor = weighed(&[]).factor(OWN, 0.04, 0, 1000);
        assert!((factor - 0.04).abs() < 1e-12, "{factor}");
    }
}
