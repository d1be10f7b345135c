//! What a run found, in the numbers of the truth's records.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::note;
use super::records::{NONE, Records};
use super::truth::Words;
use super::value;
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::DictionaryBuilder;
use crate::table::parquet_rows::{Column, Kind, Row, Rows};

const PEOPLE: &[Column] =
    &[Column::needed("source"), Column::needed("record_id"), Column::needed("person_id")];

const LINKS: &[Column] = &[
    Column::needed("left_source"),
    Column::needed("left_id"),
    Column::needed("right_source"),
    Column::needed("right_id"),
    Column::needed("decision"),
    Column::optional("match_probability", Kind::Number),
];

const NON_LINKS: &str = "non_links.parquet";

const FINDINGS: &[Column] = &[
    Column::needed("source"),
    Column::needed("record_id"),
    Column::needed("rule"),
    Column::needed("field"),
    Column::optional("other_source", Kind::Text),
    Column::optional("other_id", Kind::Text),
    Column::optional("suggested_value", Kind::Text),
    Column::optional("suggestion_confidence", Kind::Number),
];

/// Who the run says is who.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// By record of the truth: the run's person, or [`NONE`] where the run has no such record.
    pub(super) of: Vec<u32>,
    /// By name of the source: records of the run that the truth does not name.
    pub(super) unknown: BTreeMap<String, u64>,
}

/// A pair that the run wrote down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LinkRow {
    pub(super) left: u32,
    pub(super) right: u32,
    /// 0 to 1; not a number where the run gave none.
    pub(super) probability: f32,
    pub(super) linked: bool,
}

/// A fault that the run suspects.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FoundFinding {
    pub(super) rule: u32,
    pub(super) record: u32,
    /// The other record of a pair, or [`NONE`].
    pub(super) other: u32,
    pub(super) field: u32,
    /// In standard writing.
    pub(super) suggestion: Option<Box<str>>,
    pub(super) confidence: Option<f64>,
}

/// What `run.json` says of the run, where it says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunMark {
    /// The run's id.
    pub run_id: Option<String>,
    /// The program's version.
    pub version: Option<String>,
    /// SHA-256 of the rules folder, in hex.
    pub rules_sha256: Option<String>,
    /// The day ages and validity were counted from.
    pub as_of: Option<String>,
}

/// Where a run's tables lie: the folder given, or `latest` in it.
pub(super) fn folder(given: &Path) -> PathBuf {
    let latest = given.join("latest");
    if !given.join("people.parquet").exists() && latest.join("people.parquet").exists() {
        return latest;
    }
    given.to_path_buf()
}

/// # Errors
/// A table that is missing, lacks a column or cannot be read.
pub(super) fn clusters(folder: &Path, records: &Records, notes: &mut Vec<Diagnostic>) -> Outcome<Clusters> {
    let rows = note::required(folder, "people.parquet", PEOPLE)?;
    let mut clusters = Clusters { of: vec![NONE; records.len()], unknown: BTreeMap::new() };
    let mut people = DictionaryBuilder::default();
    let (mut twice, mut nobody) = (0, 0);
    rows.visit(|row| match records.find(row.text(0), row.text(1)) {
        None => clusters.add_unknown(row.text(0)),
        Some(record) if clusters.of[record as usize] != NONE => twice += 1,
        Some(record) if !row.text(2).is_empty() => clusters.of[record as usize] = people.code(row.text(2)),
        Some(_) => nobody += 1,
    })?;
    note::count(notes, &rows, twice, "rows name a record again; its first person counts");
    note::count(notes, &rows, nobody, "rows name no person; the records count as missing");
    Ok(clusters)
}

/// Visits every record of a run: its source, its id and its person.
///
/// # Errors
/// A table that is missing, lacks a column or cannot be read.
pub(super) fn each_person(folder: &Path, mut each: impl FnMut(&str, &str, &str)) -> Outcome<()> {
    let rows = note::required(folder, "people.parquet", PEOPLE)?;
    rows.visit(|row| each(row.text(0), row.text(1), row.text(2)))
}

impl Clusters {
    fn add_unknown(&mut self, source: &str) {
        match self.unknown.get_mut(source) {
            Some(count) => *count += 1,
            None => drop(self.unknown.insert(source.to_owned(), 1)),
        }
    }
}

/// The pairs written down, each once, sorted; a pair written twice is linked if either row is.
/// `None` without such a table.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn links(
    folder: &Path,
    records: &Records,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<Vec<LinkRow>>> {
    let rows = note::optional(folder, "links.parquet", LINKS, notes)?;
    rows.map(|rows| pairs(&rows, records, notes)).transpose()
}

/// The pairs scored and left apart, each once, sorted; empty, with a note, without such a table.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn non_links(
    folder: &Path,
    records: &Records,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Vec<LinkRow>> {
    if let Some(rows) = Rows::open(folder, NON_LINKS, LINKS)? {
        return pairs(&rows, records, notes);
    }
    notes.push(Diagnostic::warning(
        "EVA-016",
        Place::file(folder.join(NON_LINKS).display().to_string()),
        "no such table",
        "calibration is over links.parquet alone; expected of a run of another program or version",
    ));
    Ok(Vec::new())
}

fn pairs(rows: &Rows, records: &Records, notes: &mut Vec<Diagnostic>) -> Outcome<Vec<LinkRow>> {
    let mut links = rows.collect(|row| Some(link_row(row, records)))?;
    let written = links.len();
    links.retain(|link| link.left != link.right && link.right != NONE);
    let unusable = (written - links.len()) as u64;
    note::count(notes, rows, unusable, "pairs name a record that the truth does not; left out");
    super::link_figures::sort_links(&mut links);
    Ok(links)
}

fn link_row(row: Row<'_>, records: &Records) -> LinkRow {
    let a = records.find(row.text(0), row.text(1)).unwrap_or(NONE);
    let b = records.find(row.text(2), row.text(3)).unwrap_or(NONE);
    let probability = row.number(5).map_or(f32::NAN, |number| number as f32);
    LinkRow { left: a.min(b), right: a.max(b), probability, linked: row.text(4) == "link" }
}

/// What the run suspects, in the order of its table; `None` without such a table.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn findings(
    folder: &Path,
    records: &Records,
    words: &mut Words,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<Vec<FoundFinding>>> {
    let Some(rows) = note::optional(folder, "findings.parquet", FINDINGS, notes)? else { return Ok(None) };
    let (mut findings, mut unknown) = (Vec::new(), 0);
    rows.visit(|row| match found_finding(row, records, words) {
        Some(finding) => findings.push(finding),
        None => unknown += 1,
    })?;
    note::count(
        notes,
        &rows,
        unknown,
        "findings are about a record that the truth does not name; not judged",
    );
    Ok(Some(findings))
}

fn found_finding(row: Row<'_>, records: &Records, words: &mut Words) -> Option<FoundFinding> {
    let suggestion = row.text(6);
    Some(FoundFinding {
        record: records.find(row.text(0), row.text(1))?,
        rule: words.rules.code(row.text(2)),
        field: words.fields.code(row.text(3)),
        other: records.find(row.text(4), row.text(5)).unwrap_or(NONE),
        suggestion: (!suggestion.is_empty()).then(|| value::standard(suggestion).into()),
        confidence: row.number(7),
    })
}

/// Rows that the run set aside, by source, from `rejects/<source>.csv`; 0 without the file.
///
/// # Errors
/// A file that is there and cannot be read.
pub(super) fn set_aside(folder: &Path, source: &str) -> Outcome<u64> {
    let path = folder.join("rejects").join(format!("{source}.csv"));
    let plain = !source.contains(['/', '\\']) && source != "..";
    if !plain || !path.exists() {
        return Ok(0);
    }
    let unreadable = |error: csv::Error| {
        let place = Place::file(path.display().to_string());
        let help = "it is written by the run as CSV with a header; write the run again";
        Diagnostic::error("EVA-007", place, format!("cannot be read: {error}"), help)
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).map_err(unreadable)?;
    let (mut record, mut rows) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        rows += 1;
    }
    Ok(rows)
}

/// What `run.json` says; nothing where it is missing or says it in another way.
pub(super) fn mark(folder: &Path) -> RunMark {
    let json = fs::read(folder.join("run.json")).ok();
    let json: serde_json::Value =
        json.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let text = |key: &str| json.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    RunMark {
        run_id: text("run_id"),
        version: text("version"),
        rules_sha256: text("rules_sha256"),
        as_of: text("as_of"),
    }
}
