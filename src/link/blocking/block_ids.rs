//! Which block a record is in, by blocking rule.
//!
//! Two records met under a rule if and only if they have one block's id there, so
//! that "did an earlier rule meet this pair?" is a comparison of two short rows:
//! each pair is compared once without a set of pairs. Capped blocks need no rule
//! of their own: a record that was left out has no id.

use std::sync::atomic::{AtomicU32, Ordering};

/// By record, then rule: 0, or the id of its block.
///
/// Atomic because blocks of one rule are numbered on all threads; every cell is written
/// once, by the thread that has the record's block, and read only after that rule is done.
#[derive(Debug, Default)]
pub(super) struct BlockIds {
    ids: Vec<AtomicU32>,
    rules: usize,
}

impl BlockIds {
    /// No record in any block.
    pub(super) fn new(records: usize, rules: usize) -> Self {
        let mut ids = Vec::new();
        ids.resize_with(records * rules, AtomicU32::default);
        Self { ids, rules }
    }

    /// Puts a record into a block of a rule.
    pub(super) fn set(&self, record: u32, rule: usize, id: u32) {
        self.ids[record as usize * self.rules + rule].store(id, Ordering::Relaxed);
    }

    /// The ids of some records under the first `rules` rules, a row a record.
    pub(super) fn gather(&self, records: &[u32], rules: usize, out: &mut Vec<u32>) {
        out.clear();
        for &record in records {
            let start = record as usize * self.rules;
            out.extend(self.ids[start..start + rules].iter().map(|id| id.load(Ordering::Relaxed)));
        }
    }

    /// The rules that meet two records; bit `r` for rule `r`.
    pub(super) fn meeting(&self, a: u32, b: u32) -> u64 {
        let of = |record: u32| self.ids[record as usize * self.rules..].iter().take(self.rules);
        let pairs = of(a).zip(of(b)).map(|(a, b)| (a.load(Ordering::Relaxed), b.load(Ordering::Relaxed)));
        pairs.enumerate().fold(0, |bits, (rule, (a, b))| bits | u64::from(a == b && a != 0) << rule)
    }
}

/// Whether two rows of ids share a block. All of a row is looked at, so that it can be done at once.
pub(super) fn share_a_block(a: &[u32], b: &[u32]) -> bool {
    a.iter().zip(b).map(|(a, b)| u32::from(a == b) * u32::from(*a != 0)).sum::<u32>() != 0
}
