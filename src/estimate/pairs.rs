//! The pairs that a run wrote down: links, pairs for review and non-links, one after the other.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::link::Decision;
use crate::progress::Progress;
use crate::table::parquet_rows::{Column, Kind, Row, Rows};

const COLUMNS: &[Column] = &[
    Column::needed("left_source"),
    Column::needed("left_id"),
    Column::needed("right_source"),
    Column::needed("right_id"),
    Column::needed("decision"),
    Column::optional("match_probability", Kind::Number),
];

/// Rows between two ticks of the bar.
const TICK_ROWS: u64 = 1 << 14;

const LINKS: &str = "links.parquet";
const NON_LINKS: &str = "non_links.parquet";

/// What `run.json` says of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunName {
    /// The run's id; its folder's name where `run.json` does not say.
    pub run_id: String,
    /// The day ages and validity were counted from, as `yyyy-mm-dd`; may be empty.
    pub as_of: String,
    /// SHA-256 of the rules, in hex; may be empty.
    pub rules_sha256: String,
}

/// A run's tables of pairs.
pub(super) struct RunPairs {
    pub(super) name: RunName,
    tables: Vec<Rows>,
    /// What could not be had.
    pub(super) notes: Vec<Diagnostic>,
}

/// One pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairRow<'a> {
    pub(super) left_source: &'a str,
    pub(super) left_id: &'a str,
    pub(super) right_source: &'a str,
    pub(super) right_id: &'a str,
    pub(super) decision: Decision,
    /// 0 to 1.
    pub(super) probability: f64,
}

impl RunPairs {
    /// Opens a run's folder, or the one that holds `latest`.
    ///
    /// # Errors
    /// `EST-001`: no links; `TAB-…`: a table that cannot be read or lacks a column.
    pub(super) fn open(given: &Path) -> Outcome<Self> {
        let folder = folder(given);
        let Some(links) = Rows::open(&folder, LINKS, COLUMNS)? else { return Err(no_links(&folder).into()) };
        let non_links = Rows::open(&folder, NON_LINKS, COLUMNS)?;
        let notes = if non_links.is_some() { Vec::new() } else { vec![no_non_links(&folder)] };
        let tables: Vec<Rows> = [links].into_iter().chain(non_links).collect();
        if let Some(rows) = tables.iter().find(|rows| rows.missing().next().is_some()) {
            return Err(no_probability(rows).into());
        }
        Ok(Self { name: name(&folder), tables, notes })
    }

    /// Visits every pair in the order of the tables; pairs without a probability or with a decision
    /// of another word are passed over and noted.
    ///
    /// # Errors
    /// Tables that cannot be decoded.
    pub(super) fn visit(&mut self, progress: &Progress, mut each: impl FnMut(PairRow<'_>)) -> Outcome<()> {
        let bar = progress.begin("pairs", self.tables.iter().map(Rows::len).sum(), "pairs");
        let (mut unusable, mut visited) = (0_u64, 0_u64);
        for rows in &self.tables {
            rows.visit(|row| {
                match pair(row) {
                    Some(pair) => each(pair),
                    None => unusable += 1,
                }
                visited += 1;
                if visited.is_multiple_of(TICK_ROWS) {
                    bar.add(TICK_ROWS);
                }
            })?;
        }
        bar.add(visited % TICK_ROWS);
        if unusable > 0 {
            self.notes.push(unusable_rows(&self.tables, unusable));
        }
        Ok(())
    }
}

/// The words of decisions in tables.
pub(super) const DECISIONS: [(&str, Decision); 3] =
    [("link", Decision::Link), ("review", Decision::Review), ("non_link", Decision::NonLink)];

fn pair(row: Row<'_>) -> Option<PairRow<'_>> {
    let word = row.text(4);
    let decision = DECISIONS.iter().find(|(known, _)| *known == word)?.1;
    let probability = row.number(5).filter(|number| (0.0..=1.0).contains(number))?;
    let [left_source, left_id, right_source, right_id] = [0, 1, 2, 3].map(|at| row.text(at));
    Some(PairRow { left_source, left_id, right_source, right_id, decision, probability })
}

/// Where a run's tables lie: the folder given, or `latest` in it.
fn folder(given: &Path) -> PathBuf {
    let latest = given.join("latest");
    if !given.join(LINKS).exists() && latest.join(LINKS).exists() { latest } else { given.to_path_buf() }
}

fn name(folder: &Path) -> RunName {
    let json = fs::read(folder.join("run.json")).ok();
    let json: serde_json::Value =
        json.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let text = |key: &str| json.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let own_name = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let run_id = Some(text("run_id")).filter(|id| !id.is_empty()).unwrap_or_else(own_name);
    RunName { run_id, as_of: text("as_of"), rules_sha256: text("rules_sha256") }
}

fn no_links(folder: &Path) -> Diagnostic {
    Diagnostic::error(
        "EST-001",
        Place::file(folder.join(LINKS).display().to_string()),
        "no such table",
        "give the folder of a complete run with --run, such as out/latest",
    )
}

fn no_non_links(folder: &Path) -> Diagnostic {
    Diagnostic::warning(
        "EST-002",
        Place::file(folder.join(NON_LINKS).display().to_string()),
        "no such table",
        "recall is then of linked and reviewed pairs only; run again with this version to get it",
    )
}

fn no_probability(rows: &Rows) -> Diagnostic {
    Diagnostic::error(
        "EST-003",
        Place::file(rows.shown()).detail("column `match_probability`"),
        "the table has no such column",
        "nothing can be expected of pairs without a probability; write the run again with this version",
    )
}

fn unusable_rows(tables: &[Rows], rows: u64) -> Diagnostic {
    Diagnostic::warning(
        "EST-004",
        tables.first().map(|rows| Place::file(rows.shown())),
        format!("{rows} pairs have no probability from 0 to 1, or a decision of another version"),
        "they are in no figure; write the run again with this version",
    )
}
