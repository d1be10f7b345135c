//! Seconds and memory over the size of the province: 0.1 to 26 million residents.
//!
//! ```console
//! cargo bench --bench growth                                       up to a million
//! DOISOAT_BENCH_RESIDENTS=26000000 cargo bench --bench growth -- --write
//! ```
//!
//! From 10 million on nights are cut into parts under a ceiling of 20 GiB; such provinces are made, used
//! once and removed, 10 GB of CSV for each 10 million. Prints, a stage, the exponent of its growth: the
//! slope of log seconds over log rows, 1 for a straight line. Checks that no row is lost and that people
//! grow as residents do.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::fmt::Write as _;

use common::{docs, nights};

const SIZES: [u64; 6] = [100_000, 300_000, 1_000_000, 2_600_000, 10_000_000, 26_000_000];
/// From here on in parts.
const IN_PARTS: u64 = 10_000_000;

fn main() {
    let most = common::residents(1_000_000);
    let settings = common::settings();
    let mut nights: Vec<(u64, nights::NightFigures)> = Vec::new();
    for residents in SIZES.into_iter().filter(|&residents| residents <= most) {
        let province = common::province(&settings, residents);
        let out = common::folder().join(format!("growth-{}", std::process::id()));
        let parts: &[&str] =
            if residents < IN_PARTS { &[] } else { &["--memory", "20GiB", "--partitions", "auto"] };
        let night = nights::night(&province, &out, parts);
        let counts: serde_json::Value = serde_json::from_str(&night.counts).expect("counts are JSON");
        let people = counts["people"].as_u64().unwrap_or(0) as f64 / residents as f64;
        assert!((1.0..1.3).contains(&people), "{people} people a resident: as many as of any size");
        println!("{residents} residents: {:.1} s, {} MB", night.seconds(), night.peak_bytes() / 1_000_000);
        if residents >= IN_PARTS {
            std::fs::remove_dir_all(&province).expect("the bench's own province");
        }
        nights.push((residents, night));
    }
    let text = table(&nights);
    println!("\n{text}");
    if docs::wanted() {
        docs::put("growth", &text);
        docs::plot("growth.svg", &growth(&nights));
        docs::plot("stages.svg", &split(&nights));
    }
}

fn table(nights: &[(u64, nights::NightFigures)]) -> String {
    let mut text = format!("Provinces of seed 1, one night each; {}.\n\n", docs::taken_on());
    text.push_str("| residents | rows | parts |");
    for stage in names(nights) {
        let _ = write!(text, " {stage} |");
    }
    text.push_str(" all, s | µs a row | peak, MB |\n|---:|---:|---:|");
    text.push_str(&"---:|".repeat(names(nights).len() + 3));
    text.push('\n');
    for (residents, night) in nights {
        let _ = write!(text, "| {residents} | {} | {} |", night.rows, night.parts);
        for name in names(nights) {
            let _ = write!(text, " {:.2} |", seconds(night, name));
        }
        let (all, rows) = (night.seconds(), night.rows as f64);
        let _ = writeln!(text, " {all:.1} | {:.2} | {} |", all * 1e6 / rows, night.peak_bytes() / 1_000_000);
    }
    if nights.len() > 1 {
        let slope = |of: &dyn Fn(&nights::NightFigures) -> f64| {
            let points: Vec<(f64, f64)> =
                nights.iter().map(|(_, night)| (night.rows as f64, of(night))).collect();
            if points.iter().all(|point| point.1 > 0.0) {
                format!("{:.2}", docs::exponent(&points))
            } else {
                "–".into()
            }
        };
        text.push_str("| exponent | | |");
        for name in names(nights) {
            let _ = write!(text, " {} |", slope(&|night| seconds(night, name)));
        }
        let _ = writeln!(
            text,
            " {} | | {} |",
            slope(&nights::NightFigures::seconds),
            slope(&|n| n.peak_bytes() as f64)
        );
    }
    text
}

/// All stages, in the order in which they were met.
fn names(nights: &[(u64, nights::NightFigures)]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for stage in nights.iter().flat_map(|(_, night)| &night.stages) {
        if !names.contains(&stage.name.as_str()) {
            names.push(&stage.name);
        }
    }
    names
}

fn seconds(night: &nights::NightFigures, name: &str) -> f64 {
    night.stages.iter().find(|stage| stage.name == name).map_or(0.0, |stage| stage.seconds)
}

fn growth(nights: &[(u64, nights::NightFigures)]) -> String {
    let line = |name: &str| {
        let points = nights.iter().map(|(residents, night)| (*residents as f64, seconds(night, name)));
        (name.to_owned(), points.filter(|point| point.1 > 0.0).collect())
    };
    let mut lines: Vec<(String, Vec<(f64, f64)>)> = names(nights).into_iter().map(line).collect();
    let all = nights.iter().map(|(residents, night)| (*residents as f64, night.seconds())).collect();
    lines.push(("all".to_owned(), all));
    docs::log_lines("Seconds over residents", ["residents", "seconds"], &lines)
}

fn split(nights: &[(u64, nights::NightFigures)]) -> String {
    let row = |(residents, night): &(u64, nights::NightFigures)| {
        let million = *residents as f64 / 1e6;
        let pieces = night.stages.iter().map(|stage| (stage.name.clone(), stage.seconds / million));
        (format!("{million} M"), pieces.collect())
    };
    docs::stacked("Seconds a million residents, by stage", &nights.iter().map(row).collect::<Vec<_>>())
}
