//! Match weights → match weights that come true.
//!
//! Weights add up as though comparisons were independent of each other, and the model is that of other
//! data than tonight's, so that of pairs promised 0.7 perhaps 0.5 are one person. Nobody has labelled a
//! pair, but where both records hold an identifier, it as good as says who is one person. Such a pair
//! is weighed once more as though the identifier were missing ([`masked`]); how often it is one person
//! at each weight gives a line of log odds for each pair of sources ([`curve`]; Platt 1999), and all
//! weights of those sources follow it, and what a level tells too much or too little is added ([`levels`]). It assumes that a record lacks the identifier whatever the rest
//! of it is like; in what part it does not, the line errs.
//!
//! Cost: comparing one pair in some as many as there are records in [`SAMPLE_RECORDS`] once more.

mod curve;
mod levels;
mod masked;

use rayon::prelude::*;

use super::blocking::Met;
use super::decide::Judge;
use super::foretold::is_foretold;
use super::links::{FLAG_MASKED, Pair};
use crate::settings::{BlockingRule, CalibrationRule, Matching};
use crate::table::SourceIndex;

pub(super) use curve::Curves;
use levels::Offsets;
pub(super) use masked::Calibrating;

/// What became of two sources' match weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The two sources, ascending.
    pub between: [SourceIndex; 2],
    /// How many pairs the line was drawn through.
    pub pairs: u64,
    /// What is added to a weight, in bits.
    pub shift_bits: f64,
    /// What a weight is multiplied by before.
    pub slope: f64,
    /// What is added beside that where a comparison, by place, shows a level: bits other than 0.
    pub levels: Vec<(usize, u8, f64)>,
}

/// A weight that comes true by such a line, in bits, levels aside.
pub fn calibrated_bits(bits: f64, shift_bits: f64, slope: f64) -> f64 {
    curve::Curve { shift_bits, slope }.number(bits)
}

/// Takes the masked pairs out of what was kept, draws the lines, and settles all other pairs anew;
/// pairs that are no longer worth keeping are dropped. O(pairs), in parallel.
pub(super) fn calibrate(
    judge: &Judge<'_>,
    rule: CalibrationRule,
    met: &Met,
    kept: &mut [Vec<Pair>],
) -> (Curves, Vec<Calibrated>) {
    let sources = judge.space.sources();
    let independent = independent_rules(judge.matching, rule);
    let counts = kept.par_iter_mut().map(|piece| {
        let masked = piece.extract_if(.., |pair| pair.flags & FLAG_MASKED != 0);
        masked.filter(|pair| met.meeting(pair.left, pair.right) & independent != 0).collect::<Vec<Pair>>()
    });
    let masked: Vec<Vec<Pair>> = counts.collect();
    let mut masked = masked.concat();
    // Sums of floats are taken in this order.
    masked.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
    let mut fitted = curve::fit(judge.space, masked.iter());
    let offsets = levels::refine(judge.space, &masked, &mut fitted);
    let told = told(&fitted, &offsets, sources);
    let curves = Curves::new(&fitted, offsets, sources);
    kept.par_iter_mut().for_each(|piece| {
        piece.retain_mut(|pair| {
            let (a, b) = (judge.space.source(pair.left), judge.space.source(pair.right));
            pair.weight = curves.of(a, b, pair.levels, pair.weight);
            judge.settle(pair)
        });
    });
    (curves, told)
}

/// The first rule that may stand for others where it is asked which of them meet a pair: calibration only asks
/// for some independent rule.
pub(super) fn home_rule(matching: &Matching) -> Option<usize> {
    let independent = matching.calibration.map_or(u64::MAX, |rule| independent_rules(matching, rule));
    (0..matching.blocking.len()).find(|&rule| independent >> rule & 1 == 1)
}

/// The rules, a bit each, that meet records whether or not they hold the identifier.
fn independent_rules(matching: &Matching, calibration: CalibrationRule) -> u64 {
    let identifier = &matching.comparisons[calibration.comparison];
    let is_independent = |(_, rule): &(usize, &BlockingRule)| !is_foretold(identifier, rule);
    let rules = matching.blocking.iter().enumerate().filter(is_independent);
    rules.fold(0, |rules, (at, _)| rules | 1 << at)
}

fn told(fitted: &[curve::Fitted], offsets: &[Offsets], sources: usize) -> Vec<Calibrated> {
    let pairs = (0..sources).flat_map(|a| (a..sources).map(move |b| (a, b)));
    let told = pairs.map(|(a, b)| {
        let curve::Fitted { curve, pairs } = fitted[a * sources + b];
        let between = [SourceIndex(a as u8), SourceIndex(b as u8)];
        let levels = offsets[a * sources + b].told();
        Calibrated { between, pairs, shift_bits: curve.shift_bits, slope: curve.slope, levels }
    });
    told.filter(|told| told.pairs > 0).collect()
}
