//! What a person reads on the terminal when the run is over.

use std::fmt::Write as _;
use std::path::Path;

use super::facts::{RunFacts, SourceStatus};
use super::figures::Figures;
use super::format::{grouped, percent_en};
use super::gate::passed_gates;
use super::score::{Scores, Share};
use super::tally::{Tally, WardTally};
use super::wards;
use crate::check::Findings;
use crate::diagnostic::printable;
use crate::link::Linkage;
use crate::settings::{Dimension, Route, Settings};

/// Rows of text cells: first column to the left, the others to the right.
struct Columns {
    title: &'static str,
    rows: Vec<Vec<String>>,
}

impl Columns {
    fn new(title: &'static str, head: &[&str]) -> Self {
        Self { title, rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Columns two spaces apart, as wide as their widest cell; nothing if there is no row below the head.
    fn write(&self, out: &mut String) {
        if self.rows.len() < 2 {
            return;
        }
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |at: usize| {
            self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let _ = writeln!(out, "\n{}", self.title);
        for row in &self.rows {
            let mut line = String::new();
            for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let _ =
                    if at == 0 { write!(line, "  {cell:<width$}") } else { write!(line, "  {cell:>width$}") };
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
}

fn number(number: u64) -> String {
    grouped(number, ',')
}

/// The end of a run for the terminal, in English, aligned, without colours.
/// Ends with the paths to open.
pub fn summary(
    settings: &Settings,
    facts: &RunFacts,
    linkage: &Linkage,
    findings: &Findings,
    run_folder: &Path,
) -> String {
    summary_of(settings, facts, &Figures::of(settings, linkage, findings), run_folder)
}

/// The same of figures that were put together from parts.
pub fn summary_of(settings: &Settings, facts: &RunFacts, figures: &Figures, run_folder: &Path) -> String {
    let tally = &figures.tally;
    let scores = figures.scores(settings);
    let mut out = format!("Run {} as of {}: {}\n", facts.run_id, facts.as_of, ending(facts.exit_code));
    for table in [
        sources(facts, tally),
        pairs(settings, tally),
        dimensions(tally),
        quality(&scores),
        gates(settings, &scores),
        routes(tally),
        busiest(settings, tally),
        stages(facts),
    ] {
        table.write(&mut out);
    }
    let shown = |path: &Path| printable(&path.display().to_string());
    let _ = writeln!(out, "\nOpen");
    let _ = writeln!(out, "  report     {}", shown(&run_folder.join("report.html")));
    let _ = writeln!(out, "  worklists  {}", shown(&run_folder.join("worklists")));
    out
}

fn ending(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "done",
        1 => "done, with reservations: see the report",
        _ => "not done",
    }
}

fn sources(facts: &RunFacts, tally: &Tally) -> Columns {
    let mut table =
        Columns::new("Rows", &["source", "read", "kept", "set aside", "linked to primary", "share"]);
    for (at, source) in facts.sources.iter().enumerate() {
        let mut name = printable(&source.id);
        if source.status == SourceStatus::Refused {
            name.push_str(" (refused)");
        }
        let account = &source.account;
        let mut cells =
            vec![name, number(account.rows_read), number(account.rows_kept), number(account.rows_set_aside)];
        if let Some(counts) = tally.sources.get(at).filter(|_| at > 0) {
            cells.extend([number(counts.known), percent_en(counts.known, counts.records)]);
        }
        table.push(cells);
    }
    table
}

fn pairs(settings: &Settings, tally: &Tally) -> Columns {
    let mut table = Columns::new("Links", &["sources", "links", "for review"]);
    for pair in &tally.pairs {
        let (left, right) = (&settings.source(pair.left).id, &settings.source(pair.right).id);
        let name = if left == right { format!("{left} (duplicates)") } else { format!("{left} - {right}") };
        table.push(vec![name, number(pair.links), number(pair.reviews)]);
    }
    table.push(vec!["people".to_owned(), number(tally.people)]);
    table
}

fn dimensions(tally: &Tally) -> Columns {
    let mut table =
        Columns::new("Findings by dimension", &["dimension", "all", "urgent", "high", "medium", "low"]);
    for (word, dimension) in Dimension::WORDS {
        let row = tally.matrix[*dimension as usize];
        let mut cells = vec![(*word).to_owned(), number(row.iter().sum())];
        cells.extend(row.map(number));
        table.push(cells);
    }
    let mut all = vec!["all".to_owned(), number(tally.findings)];
    all.extend((0..4).map(|at| number(tally.matrix.iter().map(|row| row[at]).sum())));
    table.push(all);
    table
}

/// The province's score a dimension.
fn quality(scores: &Scores) -> Columns {
    let mut table = Columns::new("Scores (weighted)", &["dimension", "score"]);
    let score = |share: Share| percent_en(share.met, share.assessed);
    if scores.province.whole.assessed == 0 {
        return table;
    }
    for ((word, _), share) in Dimension::WORDS.iter().zip(scores.province.dimensions) {
        table.push(vec![(*word).to_owned(), score(share)]);
    }
    table.push(vec!["all".to_owned(), score(scores.province.whole)]);
    table
}

fn gates(settings: &Settings, scores: &Scores) -> Columns {
    let mut table = Columns::new("Gates passed", &["rule", "level", "found", "assessed", "share"]);
    for gate in passed_gates(settings, scores) {
        let id = settings.checks.get(gate.rule).map_or("", |check| &check.id);
        table.push(vec![
            id.to_owned(),
            gate.level.word().to_owned(),
            number(gate.found()),
            number(gate.share.assessed),
            percent_en(gate.found(), gate.share.assessed),
        ]);
    }
    table
}

fn routes(tally: &Tally) -> Columns {
    let mut table = Columns::new("Findings by route", &["route", "findings"]);
    for (word, route) in Route::WORDS {
        table.push(vec![(*word).to_owned(), number(tally.of_route(*route))]);
    }
    table
}

fn busiest(settings: &Settings, tally: &Tally) -> Columns {
    let names = wards::names(settings);
    let mut table =
        Columns::new("Wards with most to do", &["ward", "to do", "urgent", "at a door", "at a desk"]);
    for (code, ward) in tally.busiest(5) {
        let WardTally { to_do, urgent, routes } = ward;
        table.push(vec![
            format!("{code} {}", printable(&wards::name(&names, code))),
            number(to_do),
            number(urgent),
            number(routes[Route::Door as usize]),
            number(routes[Route::Desk as usize]),
        ]);
    }
    table
}

fn stages(facts: &RunFacts) -> Columns {
    let mut table = Columns::new("Stages", &["stage", "in", "out", "seconds", "peak MB"]);
    for stage in &facts.stages {
        table.push(vec![
            stage.name.clone(),
            number(stage.rows_in),
            number(stage.rows_out),
            format!("{:.1}", stage.seconds),
            stage.peak_memory_bytes.map_or_else(|| "-".to_owned(), |bytes| number(bytes / 1_000_000)),
        ]);
    }
    let seconds: f64 = facts.stages.iter().map(|stage| stage.seconds).sum();
    table.push(vec!["all".to_owned(), String::new(), String::new(), format!("{seconds:.1}")]);
    table
}
