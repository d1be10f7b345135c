//! Which block a record is in, by blocking rule.
//!
//! Two records met under a rule if and only if they have one block's id there, so
//! that "did an earlier rule meet this pair?" is a comparison of two short rows:
//! each pair is compared once without a set of pairs. Capped blocks need no rule
//! of their own: a record that was left out has no id.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::super::aligned::Aligned;

/// Ids that are compared at once.
const WIDTH: usize = 8;

/// Some ids of a record; 0 for none.
pub(super) type Ids = [u32; WIDTH];

/// By record, then rule: 0, or the id of its block. Eight rules make a tier, in which a record's ids lie in
/// one cache line; a tier has room from its first rule on, when columns that earlier rules asked for are
/// gone.
///
/// Atomic because blocks of one rule are numbered on all threads; every cell is written
/// once, by the thread that has the record's block, and read by others only after that rule is done.
#[derive(Debug, Default)]
pub(super) struct BlockIds {
    tiers: Vec<Aligned<AtomicU32>>,
    records: usize,
}

impl BlockIds {
    /// No record in any block, and no room yet.
    pub(super) fn new(records: usize) -> Self {
        Self { tiers: Vec::new(), records }
    }

    /// Makes room for a rule's blocks. Rules come in their order.
    pub(super) fn begin(&mut self, rule: usize) {
        if rule / WIDTH >= self.tiers.len() {
            // On all threads, because the first touch of so much memory takes its time.
            let fill = |len: usize| (0..len).into_par_iter().map(|_| AtomicU32::default()).collect();
            self.tiers.push(Aligned::new(self.records * WIDTH, fill));
        }
    }

    /// Puts each of some records into its block of a rule. Where their ids have been gathered just
    /// before they are in the cache: stores wait for memory one after the other, loads do not.
    pub(super) fn set(&self, records: &[u32], rule: usize, blocks: &[u32]) {
        let tier: &[AtomicU32] = &self.tiers[rule / WIDTH];
        for (&record, &block) in records.iter().zip(blocks) {
            tier[record as usize * WIDTH + rule % WIDTH].store(block, Ordering::Relaxed);
        }
    }

    /// The ids of some records under all rules before one, [`rows_of`] that many rows a record. The records
    /// have none yet under that rule itself.
    pub(super) fn gather(&self, records: &[u32], rules: usize, out: &mut Vec<Ids>) {
        let tiers = &self.tiers[..rows_of(rules)];
        tiers.iter().for_each(|tier| fetch(tier, records));
        out.clear();
        for &record in records {
            for tier in tiers {
                let (rows, _) = tier.as_chunks::<WIDTH>();
                let row = &rows[record as usize];
                out.push(std::array::from_fn(|at| row[at].load(Ordering::Relaxed)));
            }
        }
    }

    /// The rules that meet two records; bit `r` for rule `r`.
    pub(super) fn meeting(&self, a: u32, b: u32) -> u64 {
        let id = |tier: &[AtomicU32], record: u32, at: usize| {
            tier[record as usize * WIDTH + at].load(Ordering::Relaxed)
        };
        let shared = |tier: &[AtomicU32], at: usize| id(tier, a, at) == id(tier, b, at) && id(tier, a, at) != 0;
        let of_tier = |tier: &Aligned<AtomicU32>| {
            (0..WIDTH).fold(0_u64, |bits, at| bits | u64::from(shared(tier, at)) << at)
        };
        self.tiers.iter().rev().fold(0, |bits, tier| bits << WIDTH | of_tier(tier))
    }
}

/// Fetches the ids of some records into the cache: in so short a loop the processor waits for many
/// of them at the same time, in a longer one for few.
fn fetch(tier: &[AtomicU32], records: &[u32]) {
    let first = |&record: &u32| tier[record as usize * WIDTH].load(Ordering::Relaxed);
    std::hint::black_box(records.iter().map(first).fold(0, |seen, id| seen ^ id));
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
