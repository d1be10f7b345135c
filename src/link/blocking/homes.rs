//! Where records are at home: their blocks under one rule that many later ones agree with.
//!
//! The rules ask for much the same, so that most blocks of a later rule are the records of one person
//! once more. Where all records of a block were in one block of the home rule, every pair of it has been met:
//! the block is counted and passed by, without fetching a record's ids. The homes themselves are
//! read in the order of the records, with their keys.
//!
//! A record of such a block has no id under the later rule. None is needed to know what has been met:
//! records that share it share the home too. But which rules meet a pair can then not be told in full.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

/// By record: one more than the place of its block under the home rule, 0 for none.
#[derive(Debug, Default)]
pub(super) struct Homes {
    rule: Option<usize>,
    /// Atomic because blocks are worked off on all threads; a record's is written once.
    of: Vec<AtomicU32>,
}

impl Homes {
    /// Nobody at home yet; where there is no home rule nobody will be.
    pub(super) fn new(records: usize, rule: Option<usize>) -> Self {
        let room = if rule.is_some() { records } else { 0 };
        Self { rule, of: (0..room).into_par_iter().map(|_| AtomicU32::default()).collect() }
    }

    /// Takes in some records' blocks under a rule.
    pub(super) fn set(&self, rule: usize, records: &[u32], blocks: &[u32]) {
        if self.rule == Some(rule) {
            for (&record, &block) in records.iter().zip(blocks) {
                self.of[record as usize].store(block, Ordering::Relaxed);
            }
        }
    }

    /// Where a record is at home, 0 for nowhere.
    #[inline]
    pub(super) fn of(&self, record: u32) -> u32 {
        self.of.get(record as usize).map_or(0, |home| home.load(Ordering::Relaxed))
    }
}
