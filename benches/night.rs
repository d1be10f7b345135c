//! One whole night on a generated province, stage by stage.
//!
//! ```console
//! cargo bench --bench night                       100,000 residents, three nights
//! DOISOAT_BENCH_RESIDENTS=2600000 cargo bench --bench night
//! ```
//!
//! Prints the median of each stage and, as yardstick from the same run, what the
//! `csv` crate takes on one thread to do no more than cut the same four files into
//! cells. Checks its answer: every row is kept, and every night finds the same.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::Utc;
use common::Runs;
use doisoat::generate;
use doisoat::pipeline::{self, Ceiling, Night, Partitions};
use doisoat::progress::Progress;
use doisoat::settings::Settings;

const NIGHTS: usize = 3;

fn main() {
    let residents = common::residents(100_000);
    let settings = common::settings();
    let province = common::province(&settings, residents);
    let out = common::folder().join(format!("nights-{}", std::process::id()));
    let machine = common::machine();

    let mut seconds: BTreeMap<String, Runs> = BTreeMap::new();
    let mut answers = Vec::new();
    for at in 0..NIGHTS {
        let json = night(&settings, &province, &out, &format!("night-{at}"));
        for stage in json["stages"].as_array().into_iter().flatten() {
            let name = stage["name"].as_str().unwrap_or_default().to_owned();
            seconds.entry(name).or_default().push(stage["seconds"].as_f64().unwrap_or_default());
        }
        for source in json["sources"].as_array().into_iter().flatten() {
            assert_eq!(source["rows_read"], source["rows_kept"], "generated rows are all well-formed");
        }
        answers.push(json["counts"].to_string());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "every night finds the same");

    println!("{residents} residents, median of {NIGHTS} nights ({machine})");
    for (stage, seconds) in seconds {
        println!("  {stage:<10} {seconds}");
    }
    let cells = Runs::of(NIGHTS, || common::cut(&province));
    println!("  yardstick  {cells}: csv crate, one thread, cells only");
    std::fs::remove_dir_all(out).expect("the bench's own folder");
}

fn night(settings: &Settings, province: &Path, out: &Path, run_id: &str) -> serde_json::Value {
    let night = Night {
        input: province.to_owned(),
        out: out.to_owned(),
        run_id: run_id.to_owned(),
        started: Utc::now(),
        as_of: generate::Options::default_as_of(),
        stop_after: None,
        decisions: None,
        previous: None,
        ceiling: Ceiling::default(),
        partitions: Partitions::default(),
    };
    let ended = pipeline::run(settings, &night, &Progress::silent()).expect("the night ends well");
    let json = std::fs::read(ended.folder.join("run.json")).expect("every run has its books");
    serde_json::from_slice(&json).expect("run.json is JSON")
}
