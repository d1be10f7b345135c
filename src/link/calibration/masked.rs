//! Pairs weighed as though an identifier were missing that says who is one person.

use crate::link::bits::Bits;
use crate::link::blocking::{self, Candidates};
use crate::link::decide::{Judge, Sifting};
use crate::link::links::{FLAG_MASKED, Pair};
use crate::link::sift::{Fetched, Live};
use crate::link::weights::Evidence;
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
pub(in crate::link) struct Scratch {
    sifting: Sifting,
    sample: Sample,
}

/// Pairs of a batch, by places of their records.
#[derive(Default)]
struct Sample {
    left: Vec<u32>,
    right: Vec<u32>,
}

impl<'a> Calibrating<'a> {
    pub(in crate::link) fn new(judge: &'a Judge<'a>, rule: CalibrationRule) -> Self {
        let share_bits = (judge.space.len() / SAMPLE_RECORDS).max(1).ilog2();
        Self { judge, rule, share_bits }
    }

    /// By the pair alone, so that any order of pairs gives the same sample; within a source four times
    /// as many, for few pairs there are of one person.
    fn is_sampled(&self, left: u32, right: u32, is_within: bool) -> bool {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        let share_bits = if is_within { self.share_bits.saturating_sub(2) } else { self.share_bits };
        let mixed = (u64::from(left) << 32 | u64::from(right)).wrapping_mul(GOLDEN);
        mixed.rotate_left(share_bits) & ((1 << share_bits) - 1) == 0
    }

    fn sample(&self, batch: &Candidates, fetched: &Fetched, sample: &mut Sample) {
        let Sample { left, right } = sample;
        left.clear();
        right.clear();
        left.resize(batch.left.len(), 0);
        right.resize(batch.left.len(), 0);
        // Written whether or not it is sampled, for which of them are cannot be foretold.
        let mut count = 0;
        for (&a, &b) in batch.left.iter().zip(&batch.right) {
            (left[count], right[count]) = (a, b);
            let is_within = fetched.source(a) == fetched.source(b);
            let [a, b] = [a, b].map(|place| batch.records[place as usize]);
            count += usize::from(self.is_sampled(a, b, is_within));
        }
        left.truncate(count);
        right.truncate(count);
    }

    /// Keeps those of a sample that the identifier decides and all the rest leaves in doubt. What is
    /// fetched of the batch is there.
    fn mask(&self, batch: &Candidates, scratch: &mut Scratch, kept: &mut Vec<Pair>) {
        let CalibrationRule { comparison, same, different } = self.rule;
        let [from, to] = [-IN_DOUBT, IN_DOUBT].map(Bits::of);
        let Scratch { sifting, sample } = scratch;
        self.judge.weigh_without(
            (comparison, same | different),
            (&sample.left, &sample.right),
            from,
            sifting,
        );
        let Live { left, right, vectors, evidence } = &sifting.live;
        for at in 0..left.len() {
            let weight = Evidence::from(evidence[at]).joined();
            if (from..to).contains(&weight) {
                let [left, right] = [left[at], right[at]].map(|place| batch.records[place as usize]);
                let links = same >> vectors[at].get(comparison) & 1 == 1;
                let (levels, flags) = (vectors[at].with(comparison, 0), FLAG_MASKED);
                kept.push(Pair { left, right, levels, weight, links, flags, ..Pair::default() });
            }
        }
    }
}

impl blocking::Judge for Calibrating<'_> {
    type Scratch = Scratch;

    fn judge(&self, batch: &Candidates, rule: u8, scratch: &mut Scratch, kept: &mut Vec<Pair>) {
        self.judge.fetch(batch, &mut scratch.sifting.fetched);
        self.judge.keep(batch, rule, &mut scratch.sifting, kept);
        self.sample(batch, &scratch.sifting.fetched, &mut scratch.sample);
        if !scratch.sample.left.is_empty() {
            self.mask(batch, scratch, kept);
        }
    }
}
