//! Linkage of a million residents: packing, pairs, people.
//!
//! ```console
//! cargo bench --bench link_1m                     a million residents; made first, if need be
//! DOISOAT_BENCH_RESIDENTS=100000 cargo bench --bench link_1m
//! ```
//!
//! Reading and normalising are told but are no part of the figure. Prints the median of each step
//! and the most memory resident during one, the records included. Yardsticks from the same run:
//! rayon's sort of as many keys as blocking has (records × blocking rules), and how long
//! `strsim::jaro_winkler` would be at the names of the pairs that are scored. Checks its answer:
//! every run keeps the same pairs and makes the same links and people, and the accounts add up.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::time::{Duration, Instant};

use common::{Runs, drawn, total};
use doisoat::link::{BlockingAccount, Decision, Linkage, Linker};
use doisoat::normalise::Records;
use doisoat::progress::Progress;
use doisoat::report::{peak_bytes, reset_peak};
use doisoat::settings::Settings;
use rayon::prelude::*;

const RUNS: usize = 3;
/// How long names are compared for.
const YARDSTICK: Duration = Duration::from_secs(1);

/// What each step of one run took.
#[derive(Default)]
struct Steps {
    pack: Runs,
    pairs: Runs,
    people: Runs,
}

/// What one run found, to be the same in all.
#[derive(PartialEq, Eq, Debug)]
struct Found {
    pairs: usize,
    links: usize,
    people: usize,
    accounts: Vec<BlockingAccount>,
}

fn main() {
    let residents = common::residents(1_000_000);
    let settings = common::settings();
    let province = common::province(&settings, residents);
    let (reading, records) = common::clock(|| common::records(&settings, &province));
    let rows = common::count(&records);
    let machine = common::machine();

    let own_peak = reset_peak();
    let before = peak_bytes();
    let mut steps = Steps::default();
    let found: Vec<Found> = (0..RUNS).map(|_| link(&settings, &records, &mut steps)).collect();
    let peak = peak_bytes();
    assert!(found.windows(2).all(|runs| runs[0] == runs[1]), "every run finds the same");
    let found = &found[0];
    check(found, rows);

    let scored: u64 = found.accounts.iter().map(|account| account.pairs_new).sum();
    let whole = total([&steps.pack, &steps.pairs, &steps.people]);
    println!("{residents} residents, {rows} records, median of {RUNS} runs ({machine})");
    println!("  read and normalised before in {reading:.2} s");
    println!("  pack      {}", steps.pack);
    println!("  pairs     {}, {:>6.2} M pairs/s", steps.pairs, steps.pairs.rate(scored as usize) / 1e6);
    println!("  people    {}", steps.people);
    println!("  link      {whole}, {:>6.2} M records/s", whole.rate(rows) / 1e6);
    println!("  {scored} pairs scored, {} kept, {} links, {} people", found.pairs, found.links, found.people);
    let of = if own_peak { "while linking" } else { "of the whole process" };
    println!("  memory {of}: {} at most, {} before", megabytes(peak), megabytes(before));
    yardsticks(&settings, &records, rows, scored);
}

/// One linkage, as a night has it.
fn link(settings: &Settings, records: &[Records], steps: &mut Steps) -> Found {
    let (pack, mut linker) = common::clock(|| Linker::new(settings, records));
    let (meet, pairs) = common::clock(|| linker.pairs(&Progress::silent()));
    let kept = pairs.len();
    let (cluster, linkage) = common::clock(|| linker.people(pairs));
    steps.pack.push(pack);
    steps.pairs.push(meet);
    steps.people.push(cluster);
    let Linkage { links, people, blocking_accounts: accounts, .. } = linkage;
    Found {
        pairs: kept,
        links: links.iter().filter(|link| link.decision == Decision::Link).count(),
        people: people.members.len(),
        accounts,
    }
}

fn check(found: &Found, records: usize) {
    let Found { pairs, links, people, accounts } = found;
    assert!(0 < *people && *people <= records, "every record is of one person");
    assert!(*people + *links >= records, "a link joins two people at most");
    assert!(links <= pairs, "links are among the pairs kept");
    let scored: u64 = accounts.iter().map(|account| account.pairs_new).sum();
    assert!(*pairs as u64 <= scored, "pairs kept are among the pairs scored");
    assert!(
        accounts.iter().all(|account| account.pairs_new <= account.pairs),
        "no more new pairs than pairs"
    );
    assert_eq!(accounts[0].pairs_new, accounts[0].pairs, "the first rule's pairs are all new");
}

fn yardsticks(settings: &Settings, records: &[Records], rows: usize, scored: u64) {
    let rules = settings.matching.blocking.len();
    let mut sort = Runs::default();
    for run in 0..RUNS as u64 {
        let mut seconds = 0.0;
        for rule in 0..rules as u64 {
            let entry = |row| (drawn(run * 64 + rule, u64::from(row)), row);
            let mut entries: Vec<(u64, u32)> = (0..rows as u32).into_par_iter().map(entry).collect();
            seconds += common::clock(|| entries.par_sort_unstable()).0;
        }
        sort.push(seconds);
    }
    println!("  yardstick {sort}: sorting {rules} times {rows} keys with their records");
    let (alike, seconds) = names(settings, records);
    let rate = alike as f64 / seconds;
    println!(
        "  yardstick {:>8.3} s: strsim::jaro_winkler of the names of {scored} pairs on one thread, at {:.2} M pairs/s",
        scored as f64 / rate,
        rate / 1e6
    );
}

/// How many pairs of residents' names are compared, and in how many seconds.
fn names(settings: &Settings, records: &[Records]) -> (u64, f64) {
    let residence = &records[settings.primary().index()];
    let column = settings.source(residence.source).column_of("full_name").expect("residents have names");
    let name = |at: u64| residence.table.text(column, (drawn(at, 1) % residence.table.rows as u64) as usize);
    let (mut alike, mut sum) = (0, 0.0);
    let began = Instant::now();
    while began.elapsed() < YARDSTICK {
        for _ in 0..1024 {
            sum += strsim::jaro_winkler(name(2 * alike), name(2 * alike + 1));
            alike += 1;
        }
    }
    assert!(sum > 0.0, "some names have letters in common");
    (alike, began.elapsed().as_secs_f64())
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or("unknown".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000))
}
