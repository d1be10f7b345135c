//! The numbers that people have by sure links → what they tell of pairs that lack them.
//!
//! Of a SIM without a number and a card with one nobody can say whether the numbers differ; but where links beyond
//! doubt give the SIM to a resident whose number is known, the pair is one of two numbers, and as good as
//! never one person. So pairs in doubt whose identifier is missing borrow it from the people of both records. What it
//! tells that they differ ([`CalibrationRule::different`]) is learnt with who has which records
//! ([`partners`](super::partners)): taking it off by itself would leave all other pairs promising too little, for
//! their weights have counted those of two numbers among them.
//!
//! Cost: one comparison of each record with itself, and of each doubtful pair without the identifier.

use rayon::prelude::*;

use super::blocking::Candidates;
use super::compare::{self, levels_of_themselves};
use super::decide::{Judge, Scratch};
use super::doubt::is_doubtful;
use super::links::{FLAG_TWO_NUMBERS, Pair};
use crate::settings::CalibrationRule;

/// No record.
const NONE: u32 = u32::MAX;
/// Records or pairs that are looked at together.
const PIECE: usize = 1 << 11;

/// Who has the identifier.
pub(super) struct Numbers<'a> {
    judge: &'a Judge<'a>,
    rule: CalibrationRule,
    surely: &'a [u32],
    /// By record: whether it has the identifier itself.
    has: Vec<bool>,
    /// By record that names a person by sure links: the first of the person's records that has it.
    bearer: Vec<u32>,
}

impl<'a> Numbers<'a> {
    /// O(records), in parallel.
    pub(super) fn new(judge: &'a Judge<'a>, rule: CalibrationRule, surely: &'a [u32]) -> Self {
        let has = records_with(judge, rule.comparison);
        let mut bearer = vec![NONE; surely.len()];
        for (record, _) in has.iter().enumerate().filter(|(_, has)| **has) {
            let bearer = &mut bearer[surely[record] as usize];
            *bearer = (*bearer).min(record as u32);
        }
        Self { judge, rule, surely, has, bearer }
    }

    /// Marks the pairs in doubt whose borrowed identifiers differ. In parallel.
    pub(super) fn mark(&self, pairs: &mut [Pair], is_meant: impl Fn(&Pair) -> bool + Sync) {
        pairs.par_chunks_mut(PIECE).for_each_init(Scratch::default, |scratch, pairs| {
            let asks = |pair: &Pair| {
                pair.levels.get(self.rule.comparison) == 0 && is_doubtful(pair.weight) && is_meant(pair)
            };
            let mut batch = Candidates::default();
            let mut asking = Vec::new();
            for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| asks(pair)) {
                let [left, right] = [pair.left, pair.right].map(|record| self.bearer_of(record));
                if left != NONE && right != NONE && left != right {
                    let first = batch.records.len() as u32;
                    batch.records.extend([left, right]);
                    batch.left.push(first);
                    batch.right.push(first + 1);
                    asking.push(at);
                }
            }
            let levels = self.judge.levels_of(self.rule.comparison, &batch, scratch);
            for (at, level) in asking.into_iter().zip(levels) {
                if self.rule.different >> level & 1 == 1 {
                    pairs[at].flags |= FLAG_TWO_NUMBERS;
                }
            }
        });
    }

    /// The record whose identifier stands for a record's.
    fn bearer_of(&self, record: u32) -> u32 {
        if self.has[record as usize] { record } else { self.bearer[self.surely[record as usize] as usize] }
    }
}

/// By record: whether it has a value of a comparison.
fn records_with(judge: &Judge<'_>, comparison: usize) -> Vec<bool> {
    let (comparator, level_of) = &judge.comparisons[comparison];
    let pieces: Vec<Vec<bool>> = (0..judge.space.len())
        .into_par_iter()
        .step_by(PIECE)
        .map(|first| {
            let records: Vec<u32> =
                (first..judge.space.len().min(first + PIECE)).map(|at| at as u32).collect();
            let (mut gathered, mut values) = Default::default();
            judge.rows.gather(&records, &mut gathered);
            judge.rows.values(&gathered, comparison, &mut values);
            let places = compare::Places { comparison, level_of };
            let levels = levels_of_themselves(comparator, judge.names, &values, places);
            levels.into_iter().map(|level| level != 0).collect()
        })
        .collect();
    pieces.concat()
}
