//! The headline: a whole night of 2.6 million residents, stage by stage, beside what it takes to read.
//!
//! ```console
//! cargo bench --bench night_2_6m                        generates the province once; three nights
//! cargo bench --bench night_2_6m -- --write             puts the table into docs/performance.md
//! DOISOAT_BENCH_RESIDENTS=100000 cargo bench --bench night_2_6m
//! DOISOAT_BENCH_CACHE=/big/disk cargo bench --bench night_2_6m
//! ```
//!
//! Yardsticks from the same run: polars reading the same four CSV files into memory (by a Python that
//! has it, `DOISOAT_BENCH_PYTHON`), and the `csv` crate cutting them into cells on one thread. Checks its
//! answer: every row is kept, and every night finds the same.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::fmt::Write as _;

use common::{Runs, docs, nights};

const NIGHTS: usize = 3;

fn main() {
    let residents = common::residents(2_600_000);
    let province = common::province(&common::settings(), residents);
    let out = common::folder().join(format!("night-{}", std::process::id()));
    let runs: Vec<nights::NightFigures> = (0..NIGHTS).map(|_| nights::night(&province, &out, &[])).collect();
    assert!(runs.windows(2).all(|pair| pair[0].counts == pair[1].counts), "every night finds the same");

    let mut text = format!("{residents} residents, {} rows, seed 1; {}.\n\n", runs[0].rows, docs::taken_on());
    text.push_str("| stage | seconds, median (all) | peak memory, MB |\n|---|---:|---:|\n");
    for (at, stage) in runs[0].stages.iter().enumerate() {
        let seconds = Runs::given(runs.iter().map(|run| run.stages[at].seconds));
        let _ = writeln!(text, "| {} | {} | {} |", stage.name, seconds.short(), stage.peak_bytes / 1_000_000);
    }
    let whole = Runs::given(runs.iter().map(nights::NightFigures::seconds));
    let peak = runs.iter().map(nights::NightFigures::peak_bytes).max().unwrap_or(0) / 1_000_000;
    let _ = writeln!(text, "| **all** | **{}** | **{peak}** |", whole.short());
    let cells = Runs::of(NIGHTS, || common::cut(&province));
    let _ = writeln!(text, "| yardstick: `csv` crate, cells only, one thread | {} | |", cells.short());
    let read: Vec<f64> = (0..NIGHTS).filter_map(|_| nights::polars_reads(&province)).collect();
    if read.len() == NIGHTS {
        let read = Runs::given(read);
        let ratio = whole.median() / read.median();
        let _ = writeln!(text, "| yardstick: polars reads the four files | {} | |", read.short());
        let _ = writeln!(text, "| the night in such yardsticks | {ratio:.1} | |");
    } else {
        let _ = writeln!(text, "| yardstick: polars reads the four files | no Python with polars | |");
    }
    println!("{text}");
    if docs::wanted() {
        docs::put("night", &text);
    }
}
