//! Blocking alone: 10 million records under four blocking rules.
//!
//! ```console
//! cargo bench --bench block_10m                   10 million records, 1.1 GB of memory
//! DOISOAT_BENCH_RECORDS=1000000 cargo bench --bench block_10m
//! ```
//!
//! The keys of the four rules are unlike: `rare` (most records have one of their own), `common`
//! (blocks of some four), `heavy` (some keys have many records and many have few, as Nguyễn
//! and its like; the largest blocks are over the cap) and `pathological` (all records have one
//! key). Records of one person share keys under several rules, so that many a pair is met twice.
//!
//! Prints the median of all rules together, as a night has them, and of each rule by itself, where
//! no pair was met before. Yardstick from the same run: rayon's `par_sort_unstable` of the same
//! (key, record) tuples. Checks its answer: each rule's records, blocks and pairs against the run
//! lengths of those sorted tuples, and the pairs that no earlier rule had met, on fewer
//! records, against a set of all pairs.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::collections::HashSet;

use common::{Runs, drawn, total};
use doisoat::link::{BlockingAccount, meet_keys};
use doisoat::progress::Progress;
use rayon::prelude::*;

const RUNS: usize = 3;
/// Most records of a block, as in most blocking rules.
const BLOCK_SIZE_MAX: usize = 100;
/// Records of which all pairs fit a set.
const RECORDS_OF_SET: usize = 400_000;
/// One record in so many has no key.
const KEYLESS: u64 = 20;

/// A blocking rule by name, and its key of a record that is of a person.
type Rule = (&'static str, fn(u64, &Drawn) -> u64);

const RULES: [Rule; 4] = [
    ("rare", |record, drawn| if drawn.one_in(1, 10) { drawn.person } else { record | 1 << 40 }),
    ("common", |_, drawn| drawn.person),
    ("heavy", |_, drawn| drawn.heavy),
    ("pathological", |_, _| 1),
];

/// What was drawn for one record.
struct Drawn {
    record: u64,
    /// One of a quarter as many people as there are records.
    person: u64,
    /// A word of frequency 1 / rank, the same for most records of a person.
    heavy: u64,
}

impl Drawn {
    fn new(record: u64, records: u64) -> Self {
        let person = 1 + drawn(1, record) % (records / 4).max(1);
        let of = if drawn(2, record).is_multiple_of(5) { drawn(3, record) } else { drawn(3, person) };
        let words = (records / 10).max(2) as f64;
        let heavy = words.powf(of as f64 / u64::MAX as f64) as u64;
        Self { record, person, heavy }
    }

    fn one_in(&self, seed: u64, many: u64) -> bool {
        drawn(16 + seed, self.record).is_multiple_of(many)
    }
}

fn main() {
    let records = common::size("DOISOAT_BENCH_RECORDS", 10_000_000) as usize;
    check_pairs_new(records.min(RECORDS_OF_SET));

    let rules = rules(records);
    let columns: Vec<&[u64]> = rules.iter().map(Vec::as_slice).collect();
    let machine = common::machine();
    let mut together = Runs::default();
    let mut accounts = Vec::new();
    for _ in 0..RUNS {
        let (seconds, found) = common::clock(|| meet(&columns));
        together.push(seconds);
        assert!(accounts.is_empty() || accounts == found, "every run meets the same");
        accounts = found;
    }
    println!("{records} records, blocks of {BLOCK_SIZE_MAX} at most, median of {RUNS} runs ({machine})");
    let mut sorts = Vec::new();
    for ((rule, keys), account) in RULES.iter().zip(&columns).zip(&accounts) {
        let alone = Runs::of(RUNS, || meet(&[keys]));
        let (sort, sorted) = sort(keys);
        check(account, &sorted);
        println!("  {:<13} {alone}, {:>6.1} M records/s", rule.0, alone.rate(records) / 1e6);
        println!("    yardstick   {sort}: sort; the rule is {:.2} of it", alone.median() / sort.median());
        println!(
            "    {} pairs in {} blocks, {} new to this rule; {} records in {} pairs left out",
            account.pairs,
            account.blocks,
            account.pairs_new,
            account.records_left_out,
            account.pairs_left_out
        );
        sorts.push(sort);
    }
    let (keys, sorts) = (records * RULES.len(), total(&sorts));
    println!("  all together  {together}, {:>6.1} M keys/s", together.rate(keys) / 1e6);
    println!("    yardstick   {sorts}: sorts; blocking is {:.2} of it", together.median() / sorts.median());
}

/// The keys of so many records, a column a rule, 0 for none.
fn rules(records: usize) -> Vec<Vec<u64>> {
    let key = |(at, rule): (usize, &Rule), record: u64| {
        let drawn = Drawn::new(record, records as u64);
        if drawn.one_in(2 + at as u64, KEYLESS) { 0 } else { (rule.1)(record, &drawn) }
    };
    let column = |rule| (0..records as u64).into_par_iter().map(|record| key(rule, record)).collect();
    RULES.iter().enumerate().map(column).collect()
}

fn meet(columns: &[&[u64]]) -> Vec<BlockingAccount> {
    meet_keys(columns, BLOCK_SIZE_MAX, &Progress::silent())
}

/// Sorts the same keys with their records; the tuples are made outside the clock.
fn sort(keys: &[u64]) -> (Runs, Vec<(u64, u32)>) {
    let mut runs = Runs::default();
    let mut sorted = Vec::new();
    for _ in 0..RUNS {
        sorted.clear();
        sorted.extend(keys.iter().copied().zip(0..).filter(|(key, _)| *key != 0));
        runs.push(common::clock(|| sorted.par_sort_unstable()).0);
    }
    (runs, sorted)
}

/// What the rule met and left out is what the runs of equal keys say.
fn check(account: &BlockingAccount, sorted: &[(u64, u32)]) {
    let mut plain =
        BlockingAccount { pairs_new: account.pairs_new, records: sorted.len() as u64, ..Default::default() };
    let mut sizes: Vec<u64> = sorted.chunk_by(|a, b| a.0 == b.0).map(|run| run.len() as u64).collect();
    sizes.retain(|&size| size > 1);
    for &size in &sizes {
        let pairs = size * (size - 1) / 2;
        if size <= BLOCK_SIZE_MAX as u64 {
            plain.blocks += 1;
            plain.pairs += pairs;
            plain.block_size_max = plain.block_size_max.max(size);
        } else {
            plain.records_left_out += size;
            plain.pairs_left_out += pairs;
        }
    }
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    plain.largest.iter_mut().zip(sizes).for_each(|(largest, size)| *largest = size);
    assert_eq!(*account, plain);
    assert!(account.pairs_new <= account.pairs, "no more pairs are new than there are");
}

/// The pairs that no earlier rule had met are those that are new to a set of all pairs.
fn check_pairs_new(records: usize) {
    let rules = rules(records);
    let columns: Vec<&[u64]> = rules.iter().map(Vec::as_slice).collect();
    let mut met: HashSet<(u32, u32)> = HashSet::new();
    for (account, keys) in meet(&columns).iter().zip(&columns) {
        let mut sorted: Vec<(u64, u32)> =
            keys.iter().copied().zip(0..).filter(|(key, _)| *key != 0).collect();
        sorted.sort_unstable();
        let before = met.len();
        for block in sorted.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() <= BLOCK_SIZE_MAX) {
            let pairs = (0..block.len()).flat_map(|a| (a + 1..block.len()).map(move |b| (a, b)));
            met.extend(pairs.map(|(a, b)| (block[a].1, block[b].1)));
        }
        assert_eq!(account.pairs_new, (met.len() - before) as u64, "pairs that no earlier rule had met");
    }
}
