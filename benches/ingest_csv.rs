//! Reading: four CSV extracts into tables.
//!
//! ```console
//! cargo bench --bench ingest_csv                     300,000 residents
//! DOISOAT_BENCH_RESIDENTS=2600000 cargo bench --bench ingest_csv
//! ```
//!
//! Yardsticks from the same run: the `csv` crate cutting the same files into cells on one thread, the
//! bytes read and hashed alone, and polars reading them (by a Python that has it). Checks its answer:
//! as many rows as the files have lines, and as many cells as the `csv` crate finds.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use common::{Runs, nights};
use doisoat::ingest::{self, Delivery};
use doisoat::progress::Progress;

const RUNS: usize = 5;

fn main() {
    let residents = common::residents(300_000);
    let settings = common::settings();
    let province = common::province(&settings, residents);
    let machine = common::machine();
    let files = common::SOURCES.map(|source| province.join(format!("{source}.csv")));
    let bytes: u64 = files.iter().map(|file| std::fs::metadata(file).expect("generated").len()).sum();
    let mut found = (0, 0);
    let read = Runs::of(RUNS, || {
        let deliveries = ingest::ingest(&settings, &province, &Progress::silent()).expect("readable");
        found = deliveries.iter().fold((0, 0), |(rows, cells), delivery| match delivery {
            Delivery::Delivered(extract) => {
                let columns = extract.table.columns.iter().flatten().count();
                (rows + extract.table.rows, cells + extract.table.rows * columns)
            }
            Delivery::Refused(_) => panic!("generated, and yet refused"),
        });
        deliveries
    });
    let mut cells = 0;
    let cut = Runs::of(RUNS, || cells = common::cut(&province));
    let lines: usize = files.iter().map(|file| lines(file)).sum();
    assert_eq!(found, (lines - files.len(), cells), "every row and cell of the files is in the tables");
    let gigabytes = |runs: &Runs| bytes as f64 / 1e9 / runs.median();
    println!(
        "{residents} residents, {} rows, {} MB, median of {RUNS} ({machine})",
        found.0,
        bytes / 1_000_000
    );
    println!("  ingest                      {read}  {:.2} GB/s", gigabytes(&read));
    println!("  yardstick: csv crate        {cut}  {:.2} GB/s", gigabytes(&cut));
    let polars: Vec<f64> = (0..RUNS).filter_map(|_| nights::polars_reads(&province)).collect();
    if polars.len() == RUNS {
        let polars = Runs::given(polars);
        println!("  yardstick: polars           {polars}  {:.2} GB/s", gigabytes(&polars));
    }
}

fn lines(file: &std::path::Path) -> usize {
    let bytes = std::fs::read(file).expect("generated");
    memchr::memchr_iter(b'\n', &bytes).count()
}
