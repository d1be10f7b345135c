//! Which block a record is in, by blocking rule.
//!
//! Two records met under a rule if and only if they have one block's id there, so
//! that "did an earlier rule meet this pair?" is a comparison of two short rows:
//! each pair is compared once without a set of pairs. Capped blocks need no rule
//! of their own: a record that was left out has no id.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::super::aligned::Aligned;

/// Ids that are compared at once.
const WIDTH: usize = 4;

/// Some ids of a record; 0 for none.
pub(super) type Ids = [u32; WIDTH];

/// By record, then rule: 0, or the id of its block. The first eight rules make a tier and every four after
/// them, in which a record's ids lie in one cache line; a tier has room from its first rule on, when
/// columns that earlier rules asked for are gone.
///
/// Atomic because blocks of one rule are numbered on all threads; every cell is written
/// once, by the thread that has the record's block, and read by others only after that rule is done.
#[derive(Debug, Default)]
pub(super) struct BlockIds {
    tiers: Vec<Tier>,
    records: usize,
}

/// The ids under some rules.
#[derive(Debug, Default)]
struct Tier {
    /// By record, piece by piece: its ids under all of these rules.
    pieces: Vec<Aligned<AtomicU32>>,
    rules: Range<usize>,
}

/// Records of one piece of memory: 2 to this power. Pieces of a megabyte or two can be put where columns were
/// that are gone.
const PIECE_BITS: u32 = 16;

/// Rules of the first tier, which most rules look at alone.
const FIRST_TIER: usize = 2 * WIDTH;

impl Tier {
    fn new(records: usize, rules: Range<usize>) -> Self {
        let firsts: Vec<usize> = (0..records).step_by(1 << PIECE_BITS).collect();
        let piece = |&first: &usize| {
            let ids = (records - first).min(1 << PIECE_BITS) * rules.len();
            Aligned::new(ids, |len| std::iter::repeat_with(AtomicU32::default).take(len).collect())
        };
        // On all threads, because the first touch of so much memory takes its time.
        Self { pieces: firsts.par_iter().map(piece).collect(), rules }
    }

    /// A record's ids.
    #[inline]
    fn of(&self, record: u32) -> &[AtomicU32] {
        let piece: &[AtomicU32] = &self.pieces[(record >> PIECE_BITS) as usize];
        let start = (record as usize & ((1 << PIECE_BITS) - 1)) * self.rules.len();
        &piece[start..start + self.rules.len()]
    }

    /// Fetches the ids of some records into the cache: in so short a loop the processor waits for many
    /// of them at the same time, in a longer one for few.
    fn fetch(&self, records: &[u32]) {
        let first = |&record: &u32| self.of(record).first().map_or(0, |id| id.load(Ordering::Relaxed));
        std::hint::black_box(records.iter().map(first).fold(0, |seen, id| seen ^ id));
    }
}

impl BlockIds {
    /// No record in any block, and no room yet.
    pub(super) fn new(records: usize) -> Self {
        Self { tiers: Vec::new(), records }
    }

    /// Makes room for a rule's blocks. Rules come in their order.
    pub(super) fn begin(&mut self, rule: usize) {
        let past = self.tiers.last().map_or(0, |tier| tier.rules.end);
        if rule >= past {
            let width = if past == 0 { FIRST_TIER } else { WIDTH };
            self.tiers.push(Tier::new(self.records, past..past + width));
        }
    }

    /// Puts each of some records into its block of a rule. Where their ids have been gathered just
    /// before they are in the cache: stores wait for memory one after the other, loads do not.
    pub(super) fn set(&self, records: &[u32], rule: usize, blocks: &[u32]) {
        let Some(tier) = self.tiers.iter().find(|tier| tier.rules.contains(&rule)) else { return };
        for (&record, &block) in records.iter().zip(blocks) {
            tier.of(record)[rule - tier.rules.start].store(block, Ordering::Relaxed);
        }
    }

    /// The ids of some records under all rules before one, [`rows_of`] that many rows a record. The records
    /// have none yet under that rule itself.
    pub(super) fn gather(&self, records: &[u32], rules: usize, out: &mut Vec<Ids>) {
        let tiers = || self.tiers.iter().filter(|tier| tier.rules.start < rules);
        tiers().for_each(|tier| tier.fetch(records));
        out.clear();
        for &record in records {
            for tier in tiers() {
                let (rows, _) = tier.of(record).as_chunks::<WIDTH>();
                out.extend(rows.iter().map(|row| row.each_ref().map(|id| id.load(Ordering::Relaxed))));
            }
        }
    }

    /// The rules that meet two records; bit `r` for rule `r`.
    pub(super) fn meeting(&self, a: u32, b: u32) -> u64 {
        let ids = |record: u32| self.tiers.iter().flat_map(move |tier| tier.of(record));
        let pairs = ids(a).zip(ids(b)).map(|(a, b)| (a.load(Ordering::Relaxed), b.load(Ordering::Relaxed)));
        pairs.enumerate().fold(0, |bits, (rule, (a, b))| bits | u64::from(a == b && a != 0) << rule)
    }
}

/// The rows that a record's ids under so many rules take.
pub(super) fn rows_of(rules: usize) -> usize {
    if rules == 0 { 0 } else { rules.max(FIRST_TIER).div_ceil(WIDTH) }
}

/// Whether two records' ids share a block. All of a row is looked at, so that it can be done at once.
pub(super) fn share_a_block(a: &[Ids], b: &[Ids]) -> bool {
    a.iter().zip(b).any(|(a, b)| {
        let shared = a.iter().zip(b).map(|(a, b)| u32::from(a == b) & u32::from(*a != 0));
        shared.fold(0, |any, one| any | one) != 0
    })
}
