//! The check stage of a province: all quality rules over all records, with evidence weighed.
//!
//! ```console
//! cargo bench --bench check_rules                 300,000 residents; made first, if need be
//! DOISOAT_BENCH_RESIDENTS=2600000 cargo bench --bench check_rules
//! ```
//!
//! Reading, normalising and linking are told but are no part of the figure. Prints the median of the
//! stage with all threads and the most memory resident during it, the records included. Yardstick from the
//! same run: looking once at the code of every cell of every source on one thread, the least that anything
//! can take that looks at every record's every value. Checks its answer: every run finds the same, findings
//! and figures add up to what rules count, findings have ids of their own, most rules find something.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::collections::HashSet;

use common::Runs;
use doisoat::check::{Findings, check};
use doisoat::generate;
use doisoat::link::{Linkage, link};
use doisoat::normalise::Records;
use doisoat::progress::Progress;
use doisoat::report::{peak_bytes, reset_peak};
use doisoat::settings::Settings;

const RUNS: usize = 3;

fn main() {
    let residents = common::residents(300_000);
    let settings = common::settings();
    let province = common::province(&settings, residents);
    let (reading, records) = common::clock(|| common::records(&settings, &province));
    let (linking, linkage) = common::clock(|| link(&settings, &records, &Progress::silent()));
    let rows = common::count(&records);
    let machine = common::machine();

    let own_peak = reset_peak();
    let before = peak_bytes();
    let mut seconds = Runs::default();
    let mut first: Option<Findings> = None;
    for _ in 0..RUNS {
        let (run, found) = common::clock(|| ask(&settings, &records, &linkage));
        seconds.push(run);
        match &first {
            None => first = Some(found),
            Some(first) => assert_same(first, &found),
        }
    }
    let peak = peak_bytes();
    let found = first.expect("the bench ran");
    assert_adds_up(&found);

    let rules = settings.checks.len();
    println!("{residents} residents, {rows} records, {rules} rules, median of {RUNS} runs ({machine})");
    println!("  read and normalised in {reading:.2} s, linked in {linking:.2} s before");
    println!("  check     {seconds}, {:>6.2} M records/s", seconds.rate(rows) / 1e6);
    println!("  {} findings, {} pieces of evidence", found.findings.len(), found.evidence.len());
    let of = if own_peak { "while checking" } else { "of the whole process" };
    println!("  memory {of}: {} at most, {} before", megabytes(peak), megabytes(before));
    let looks = Runs::of(RUNS, || look(&records));
    println!("  yardstick {looks}: the code of every cell, once, on one thread");
}

/// One night's checks.
fn ask(settings: &Settings, records: &[Records], linkage: &Linkage) -> Findings {
    let as_of = generate::Options::default_as_of();
    check(settings, records, linkage, as_of, &Progress::silent()).expect("the default rules compile")
}

fn assert_same(first: &Findings, other: &Findings) {
    assert!(first.findings == other.findings, "every run finds the same");
    assert!(first.evidence == other.evidence, "every run has the same evidence");
    assert!(first.rules == other.rules, "every run counts the same");
}

fn assert_adds_up(found: &Findings) {
    let figures: u64 = found.rules.iter().flat_map(|rule| rule.by_ward.values()).sum();
    let counted: u64 = found.rules.iter().map(|rule| rule.found).sum();
    assert_eq!(counted, found.findings.len() as u64 + figures, "rules count what they find");
    let ids: HashSet<&str> = found.findings.iter().map(|finding| finding.finding_id.as_str()).collect();
    assert_eq!(ids.len(), found.findings.len(), "every finding has an id of its own");
    let speaking = found.rules.iter().filter(|rule| rule.found > 0).count();
    assert!(speaking * 2 > found.rules.len(), "most rules find something in a generated province");
    assert!(found.rules.iter().all(|rule| rule.found <= rule.assessed), "no more found than assessed");
}

/// Looks at every cell's code; how many cells have a text.
fn look(records: &[Records]) -> usize {
    let columns = records.iter().flat_map(|records| records.table.columns.iter().flatten());
    let filled = columns.map(|column| column.codes().iter().filter(|&&code| code != 0).count()).sum();
    assert!(filled > 0, "the extracts have cells");
    filled
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or("unknown".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000))
}
