//! Writing: findings into one workbook and one CSV file a ward and an office.
//!
//! ```console
//! cargo bench --bench worklists                      100,000 residents
//! DOISOAT_BENCH_RESIDENTS=2600000 cargo bench --bench worklists
//! ```
//!
//! Yardstick from the same run: the bytes of the CSV files written once more as they are. Checks its
//! answer: the files hold as many items as the lists say, and every finding that is somebody's task is
//! counted in one list.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::path::Path;

use common::Runs;
use doisoat::progress::Progress;
use doisoat::settings::Route;
use doisoat::worklist::{self, Lists};
use doisoat::{check, generate, link};

const RUNS: usize = 3;

fn main() {
    let residents = common::residents(100_000);
    let settings = common::settings();
    let province = common::province(&settings, residents);
    let machine = common::machine();
    let records = common::records(&settings, &province);
    let linkage = link::link(&settings, &records, &Progress::silent());
    let as_of = generate::Options::default_as_of();
    let findings =
        check::check(&settings, &records, &linkage, as_of, &Progress::silent()).expect("rules compile");
    let folder = common::folder().join(format!("worklists-{}", std::process::id()));
    let mut lists = Lists::default();
    let written = Runs::of(RUNS, || {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the bench's own folder");
        lists =
            worklist::write(&settings, &records, &linkage, &findings, as_of, &folder, &Progress::silent())
                .expect("lists can be written");
    });
    let tasks = findings.findings.iter().filter(|finding| {
        settings.checks.get(usize::from(finding.rule)).is_some_and(|check| check.route != Route::Statistic)
    });
    assert_eq!(lists.items(), tasks.count() as u64, "every task is counted in one list");
    let (items, texts) = csv_files(&folder);
    let listed: u64 = lists.lists.iter().map(|list| list.written).sum();
    assert_eq!(items, listed, "files hold what the lists say");
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let plain = Runs::of(RUNS, || {
        let copies = texts.iter().enumerate();
        copies.for_each(|(at, text)| std::fs::write(folder.join(format!("{at}.copy")), text).expect("room"));
    });
    std::fs::remove_dir_all(&folder).expect("the bench's own folder");
    println!(
        "{residents} residents, {listed} items in {} lists, median of {RUNS} ({machine})",
        lists.lists.len()
    );
    println!("  workbooks and CSV files   {written}  {:.0} items/s", written.rate(listed as usize));
    println!("  yardstick: {:>4} MB plain {plain}", bytes / 1_000_000);
}

/// The items of all CSV files below a folder, and their bytes.
fn csv_files(folder: &Path) -> (u64, Vec<Vec<u8>>) {
    let (mut items, mut texts) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("written").map(|entry| entry.expect("written").path()) {
        if entry.is_dir() {
            let (more, below) = csv_files(&entry);
            items += more;
            texts.extend(below);
        } else if entry.extension().is_some_and(|ending| ending == "csv") {
            let text = std::fs::read(&entry).expect("written");
            items += csv::Reader::from_reader(&text[..]).records().count() as u64;
            texts.push(text);
        }
    }
    (items, texts)
}
