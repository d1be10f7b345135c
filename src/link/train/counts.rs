//! Pairs that meet → how many show each comparison vector.
//!
//! All that expectation and maximisation need of millions of pairs are some ten
//! thousand counts. They are whole numbers, so that it is all the same in which
//! order and on which thread they were added; a list of them is sorted.

use std::sync::{Mutex, PoisonError};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::link::blocking::{self, Candidates};
use crate::link::decide::{self, Judge};
use crate::link::links::{Levels, Pair};

/// Comparison vectors and how many pairs show them, ascending by vector, each once.
pub(super) type VectorCounts = Vec<(Levels, u64)>;

/// Threads that add to one list seldom wait for each other.
const SHARDS: usize = 64;

/// Compares the pairs that it is given and counts their vectors.
pub(super) struct Counting<'a> {
    judge: &'a Judge<'a>,
    /// A pair is taken if its hash is not above this.
    take_up_to: u64,
    shards: Vec<Mutex<HashMap<Levels, u64, FixedState>>>,
}

/// What counting needs again and again.
#[derive(Default)]
pub(super) struct Scratch {
    compared: decide::Scratch,
    taken: Candidates,
}

impl<'a> Counting<'a> {
    /// Counts a share of the pairs, above 0 and at most 1; which ones, their records alone say.
    pub(super) fn new(judge: &'a Judge<'a>, share: f64) -> Self {
        let take_up_to = if share < 1.0 { (share * u64::MAX as f64) as u64 } else { u64::MAX };
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { judge, take_up_to, shards }
    }

    /// Counts a batch.
    pub(super) fn count(&self, batch: &Candidates, scratch: &mut Scratch) {
        let Scratch { compared, taken } = scratch;
        let batch = if self.take_up_to == u64::MAX { batch } else { self.take(batch, taken) };
        if batch.left.is_empty() {
            return;
        }
        self.judge.compare(batch, compared);
        let shard = rayon::current_thread_index().unwrap_or(0) % SHARDS;
        let mut counts = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        for &vector in &compared.vectors {
            *counts.entry(vector).or_default() += 1;
        }
    }

    /// The pairs of a batch that are taken.
    fn take<'t>(&self, batch: &Candidates, taken: &'t mut Candidates) -> &'t Candidates {
        taken.records.clone_from(&batch.records);
        taken.left.clear();
        taken.right.clear();
        for (&left, &right) in batch.left.iter().zip(&batch.right) {
            let (a, b) = (batch.records[left as usize], batch.records[right as usize]);
            if mix(u64::from(a) << 32 | u64::from(b)) <= self.take_up_to {
                taken.left.push(left);
                taken.right.push(right);
            }
        }
        taken
    }

    /// What was counted.
    pub(super) fn finish(self) -> VectorCounts {
        let shards =
            self.shards.into_iter().map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner));
        sum(shards.flatten().collect())
    }
}

impl blocking::Judge for Counting<'_> {
    type Scratch = Scratch;

    fn judge(&self, batch: &Candidates, _: u8, scratch: &mut Scratch, _: &mut Vec<Pair>) {
        self.count(batch, scratch);
    }
}

/// Sorted counts, each vector once.
pub(super) fn sum(mut counts: VectorCounts) -> VectorCounts {
    counts.sort_unstable();
    counts.dedup_by(|again, first| {
        let same = again.0 == first.0;
        if same {
            first.1 += again.1;
        }
        same
    });
    counts
}

/// Pairs in all.
pub(super) fn pairs(counts: &VectorCounts) -> u64 {
    counts.iter().map(|(_, pairs)| pairs).sum()
}

/// The same pairs as they look where only some comparisons are made.
pub(super) fn only(counts: &VectorCounts, made: impl Fn(usize) -> bool) -> VectorCounts {
    let mask = (0..16).filter(|&at| made(at)).fold(0, |mask, at| mask | 15_u64 << (4 * at));
    sum(counts.iter().map(|&(vector, pairs)| (Levels(vector.0 & mask), pairs)).collect())
}

/// A number that looks drawn by lot but is the same each time (the finaliser of `SplitMix64`,
/// Steele, Lea and Flood 2014).
pub(super) fn mix(number: u64) -> u64 {
    let first = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let second = (first ^ first >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let third = (second ^ second >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    third ^ third >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_one_vector_are_added_up_and_comparisons_left_out() {
        let counts = vec![(Levels(0x21), 2), (Levels(0x11), 1), (Levels(0x21), 3)];
        let summed = sum(counts);
        assert_eq!(summed, [(Levels(0x11), 1), (Levels(0x21), 5)]);
        assert_eq!(only(&summed, |at| at == 0), [(Levels(0x01), 6)]);
        assert_eq!(pairs(&summed), 6);
    }
}
