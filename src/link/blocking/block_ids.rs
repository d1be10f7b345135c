//! Which block a record is in, by blocking rule.
//!
//! Two records met under a rule if and only if they have one block's id there, so
//! that "did an earlier rule meet this pair?" is a comparison of two short rows:
//! each pair is compared once without a set of pairs. Capped blocks need no rule
//! of their own: a record that was left out has no id.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::super::aligned::{Aligned, row_length};

/// Ids that are compared at once.
const WIDTH: usize = 8;

/// Some ids of a record; 0 for none.
pub(super) type Ids = [u32; WIDTH];

/// By record, then rule: 0, or the id of its block. A record's ids are in one cache line, or in as
/// few as have room for them.
///
/// Atomic because blocks of one rule are numbered on all threads; every cell is written
/// once, by the thread that has the record's block, and read only after that rule is done.
#[derive(Debug, Default)]
pub(super) struct BlockIds {
    ids: Aligned<AtomicU32>,
    rules: usize,
    stride: usize,
}

impl BlockIds {
    /// No record in any block.
    pub(super) fn new(records: usize, rules: usize) -> Self {
        let stride = row_length(rules);
        // On all threads, because the first touch of so much memory takes its time.
        let fill = |len: usize| (0..len).into_par_iter().map(|_| AtomicU32::default()).collect();
        Self { ids: Aligned::new(records * stride, fill), rules, stride }
    }

    /// Puts each of some records into its block of a rule. Where their ids have been gathered just
    /// before they are in the cache: stores wait for memory one after the other, loads do not.
    pub(super) fn set(&self, records: &[u32], rule: usize, blocks: &[u32]) {
        for (&record, &block) in records.iter().zip(blocks) {
            self.ids[record as usize * self.stride + rule].store(block, Ordering::Relaxed);
        }
    }

    /// The ids of some records under the first `rules` rules, [`rows_of`] that many rows a record;
    /// at least one.
    pub(super) fn gather(&self, records: &[u32], rules: usize, out: &mut Vec<Ids>) {
        self.fetch(records);
        let all: &[AtomicU32] = &self.ids;
        out.clear();
        for &record in records {
            let start = record as usize * self.stride;
            let (of_record, width) = (&all[start..start + self.stride], rules.max(1));
            for ids in of_record[..width].chunks(WIDTH) {
                out.push(std::array::from_fn(|at| ids.get(at).map_or(0, |id| id.load(Ordering::Relaxed))));
            }
        }
    }

    /// Fetches the ids of some records into the cache: in so short a loop the processor waits for many
    /// of them at the same time, in a longer one for few.
    fn fetch(&self, records: &[u32]) {
        let first = |&record: &u32| self.ids[record as usize * self.stride].load(Ordering::Relaxed);
        std::hint::black_box(records.iter().map(first).fold(0, |seen, id| seen ^ id));
    }

    /// The rules that meet two records; bit `r` for rule `r`.
    pub(super) fn meeting(&self, a: u32, b: u32) -> u64 {
        let of = |record: u32| self.ids[record as usize * self.stride..].iter().take(self.rules);
        let pairs = of(a).zip(of(b)).map(|(a, b)| (a.load(Ordering::Relaxed), b.load(Ordering::Relaxed)));
        pairs.enumerate().fold(0, |bits, (rule, (a, b))| bits | u64::from(a == b && a != 0) << rule)
    }
}

/// The rows that a record's ids under so many rules take.
pub(super) fn rows_of(rules: usize) -> usize {
    rules.div_ceil(WIDTH)
}

/// Whether two records' ids share a block. All of a row is looked at, so that it can be done at once.
pub(super) fn share_a_block(a: &[Ids], b: &[Ids]) -> bool {
    a.iter().zip(b).any(|(a, b)| {
        let shared = a.iter().zip(b).map(|(a, b)| u32::from(a == b) & u32::from(*a != 0));
        shared.fold(0, |any, one| any | one) != 0
    })
}
