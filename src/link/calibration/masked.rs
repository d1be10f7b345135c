//! Pairs weighed as though an identifier were missing that says who is one person.

use crate::link::bits::Bits;
use crate::link::blocking::{self, Candidates};
use crate::link::decide::{self, Judge};
use crate::link::links::{FLAG_MASKED, Pair};
use crate::settings::CalibrationRule;

use super::curve::IN_DOUBT;

/// Of so many records all pairs are tried; of more, one pair in 2, 4, 8 …
pub(super) const SAMPLE_RECORDS: usize = 400_000;

/// Judges pairs, and some of them once more with the identifier masked.
pub(in crate::link) struct Calibrating<'a> {
    judge: &'a Judge<'a>,
    rule: CalibrationRule,
    /// One pair in two to this power.
    share_bits: u32,
}

/// What one thread needs.
#[derive(Default)]
pub(in crate::link) struct Scratch<'a> {
    judge: <Judge<'a> as blocking::Judge>::Scratch,
    compare: decide::Scratch,
    sample: Candidates,
}

impl<'a> Calibrating<'a> {
    pub(in crate::link) fn new(judge: &'a Judge<'a>, rule: CalibrationRule) -> Self {
        let share_bits = (judge.space.len() / SAMPLE_RECORDS).max(1).ilog2();
        Self { judge, rule, share_bits }
    }

    /// By the pair alone, so that any order of pairs gives the same sample; within a source four times
    /// as many, for few pairs there are of one person.
    fn is_sampled(&self, left: u32, right: u32) -> bool {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        let is_within = self.judge.space.source(left) == self.judge.space.source(right);
        let share_bits = if is_within { self.share_bits.saturating_sub(2) } else { self.share_bits };
        let mixed = (u64::from(left) << 32 | u64::from(right)).wrapping_mul(GOLDEN);
        mixed.rotate_left(share_bits) & ((1 << share_bits) - 1) == 0
    }

    fn sample(&self, batch: &Candidates, sample: &mut Candidates) {
        sample.clear();
        for (&left, &right) in batch.left.iter().zip(&batch.right) {
            let [left, right] = [left, right].map(|place| batch.records[place as usize]);
            if self.is_sampled(left, right) {
                let first = sample.records.len() as u32;
                sample.records.extend([left, right]);
                sample.left.push(first);
                sample.right.push(first + 1);
            }
        }
    }

    /// Keeps those of a sample that the identifier decides and all the rest leaves in doubt.
    fn mask(&self, sample: &Candidates, scratch: &mut decide::Scratch, kept: &mut Vec<Pair>) {
        let Judge { space, weights, priors, .. } = self.judge;
        let doubt = [-IN_DOUBT, IN_DOUBT].map(Bits::of);
        self.judge.compare(sample, scratch);
        for (at, pair) in sample.records.chunks_exact(2).enumerate() {
            let level = scratch.vectors[at].get(self.rule.comparison);
            let [same, different] = [self.rule.same, self.rule.different].map(|set| set >> level & 1 == 1);
            if !same && !different {
                continue;
            }
            let (left, right) = (pair[0], pair[1]);
            let evidence = scratch.evidence[at].minus(weights.level(self.rule.comparison, level));
            let weight = evidence.match_weight(priors.between(space.source(left), space.source(right)));
            if (doubt[0]..doubt[1]).contains(&weight) {
                let levels = scratch.vectors[at].with(self.rule.comparison, 0);
                let flags = FLAG_MASKED;
                kept.push(Pair { left, right, levels, weight, links: same, flags, ..Pair::default() });
            }
        }
    }
}

impl<'a> blocking::Judge for Calibrating<'a> {
    type Scratch = Scratch<'a>;

    fn judge(&self, batch: &Candidates, rule: u8, scratch: &mut Self::Scratch, kept: &mut Vec<Pair>) {
        self.judge.judge(batch, rule, &mut scratch.judge, kept);
        self.sample(batch, &mut scratch.sample);
        if !scratch.sample.records.is_empty() {
            self.mask(&scratch.sample, &mut scratch.compare, kept);
        }
    }
}
