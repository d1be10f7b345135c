//! What a run decided of the pair, out of its tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::find::RecordName;
use super::path::{Edge, shortest};
use super::run_parts::{self, RunParts};
use crate::cli::run_columns::{LINKS, PEOPLE};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::link::Explanation;
use crate::settings::Settings;
use crate::table::parquet_rows::{Column, Row, Rows};

/// What a run made of the two records.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Past {
    /// Its folder, as it was given.
    pub(super) run: String,
    /// The pair's own row in `links.parquet`.
    pub(super) pair: Option<PastPair>,
    /// The weight of that row taken apart.
    pub(super) parts: Option<RunParts>,
    /// Each side's person; nothing where the run does not have the record.
    pub(super) people: [Option<PastPerson>; 2],
    /// Where both are one person: the shortest way of links from one to the other.
    pub(super) path: Vec<PastPair>,
    /// The weakest link on that way, by place in `path`.
    pub(super) weakest: Option<usize>,
    /// Where they are two: the pairs for review between them, strongest first.
    pub(super) between: Vec<PastPair>,
}

/// A person of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct PastPerson {
    pub(super) id: String,
    pub(super) records: usize,
}

/// A row of `links.parquet`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct PastPair {
    pub(super) left: RecordName,
    pub(super) right: RecordName,
    pub(super) decision: String,
    /// Empty where there is none.
    pub(super) reason: String,
    pub(super) blocking_rule: String,
    pub(super) match_weight: f64,
    pub(super) match_probability: f64,
    /// Whether the weight is that of the second look.
    pub(super) looked_twice: bool,
}

impl PastPair {
    /// Whether other links made it one: no blocking rule met it, and no officer decided it.
    pub(super) fn is_over_others(&self) -> bool {
        self.decision == "link" && self.blocking_rule.is_empty() && self.reason.is_empty()
    }
}

/// The records of the two people: by source, then id, the person's place.
type Members = BTreeMap<String, BTreeMap<String, usize>>;

impl Past {
    /// Reads what a run decided. Three passes over two tables, of the columns needed.
    ///
    /// # Errors
    /// `CLI-034`: no such run; what [`Rows::open`] and its passes give.
    pub(super) fn read(run: &Path, names: [&RecordName; 2]) -> Outcome<Self> {
        let folder = folder_of(run);
        let people = open(&folder, "people.parquet", PEOPLE)?;
        let ids = person_ids(&people, names)?;
        let (members, counts) = members(&people, &ids)?;
        let rows = pairs(&open(&folder, "links.parquet", LINKS)?, &members)?;
        let is_pair = |row: &&PastPair| {
            let sides = [&row.left, &row.right];
            sides == names || [sides[1], sides[0]] == names
        };
        let is_one = ids[0].is_some() && ids[0] == ids[1];
        let path = if is_one { path(&rows, names) } else { Vec::new() };
        let weights = path.iter().map(|link| link.match_weight).enumerate();
        let person = |at: usize| ids[at].clone().map(|id| PastPerson { id, records: counts[at] });
        Ok(Self {
            run: folder.display().to_string(),
            pair: rows.iter().find(is_pair).cloned(),
            parts: None,
            people: [person(0), person(1)],
            weakest: weights.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at),
            path,
            between: if is_one { Vec::new() } else { between(&rows, &members) },
        })
    }

    /// The same with the pair's weight taken apart.
    pub(super) fn with_parts(mut self, settings: &Settings, told: &Explanation) -> Self {
        self.parts = run_parts::parts(&self, settings, told);
        self
    }

    /// Whether the run holds both to be one person; nothing where it lacks one of them.
    pub(super) fn is_one_person(&self) -> Option<bool> {
        match &self.people {
            [Some(a), Some(b)] => Some(a.id == b.id),
            _ => None,
        }
    }
}

/// The run's folder: the one given, or its `latest`.
fn folder_of(run: &Path) -> PathBuf {
    let latest = run.join("latest");
    if !run.join("links.parquet").exists() && latest.is_dir() { latest } else { run.to_owned() }
}

fn open(run: &Path, name: &'static str, columns: &'static [Column]) -> Outcome<Rows> {
    Rows::open(run, name, columns)?.ok_or_else(|| {
        let place = Place::file(run.join(name).display().to_string());
        let help = "give the folder of a complete run with --run, or one that holds `latest`, such as out";
        Diagnostic::error("CLI-034", place, "no such table", help).into()
    })
}

/// The persons of the two records.
fn person_ids(people: &Rows, names: [&RecordName; 2]) -> Outcome<[Option<String>; 2]> {
    let found = people.collect(|row| {
        let is = |name: &&RecordName| name.id == row.text(1) && name.source == row.text(0);
        let side = names.iter().position(is)?;
        Some((side, row.text(2).to_owned()))
    })?;
    let of = |side| found.iter().find(|(at, _)| *at == side).map(|(_, id)| id.clone());
    Ok([of(0), of(1)])
}

/// All records of the two people, and how many each has.
fn members(people: &Rows, ids: &[Option<String>; 2]) -> Outcome<(Members, [usize; 2])> {
    let found = people.collect(|row| {
        let person = ids.iter().position(|id| id.as_deref() == Some(row.text(2)))?;
        Some((person, row.text(0).to_owned(), row.text(1).to_owned()))
    })?;
    let count = |id: &Option<String>| {
        let place = ids.iter().position(|other| other == id);
        found.iter().filter(|(person, ..)| Some(*person) == place).count()
    };
    let counts = [count(&ids[0]), count(&ids[1])];
    let mut members = Members::new();
    for (person, source, id) in found {
        members.entry(source).or_default().insert(id, person);
    }
    Ok((members, counts))
}

/// The pairs of records of the two people.
fn pairs(links: &Rows, members: &Members) -> Outcome<Vec<PastPair>> {
    links.collect(|row| {
        let is_member = |source, id| members.get(source).is_some_and(|ids| ids.contains_key(id));
        let both = is_member(row.text(0), row.text(1)) && is_member(row.text(2), row.text(3));
        both.then(|| pair(row))
    })
}

fn pair(row: Row<'_>) -> PastPair {
    let name = |at| RecordName { source: row.text(at).to_owned(), id: row.text(at + 1).to_owned() };
    PastPair {
        left: name(0),
        right: name(2),
        decision: row.text(4).to_owned(),
        reason: row.text(5).to_owned(),
        blocking_rule: row.text(6).to_owned(),
        match_weight: row.number(7).unwrap_or_default(),
        match_probability: row.number(8).unwrap_or_default(),
        looked_twice: row.text(9) == "second",
    }
}

/// The shortest way of links from one record to the other, each turned to lead on.
fn path(rows: &[PastPair], names: [&RecordName; 2]) -> Vec<PastPair> {
    let is_step = |row: &&PastPair| row.decision == "link" && !row.is_over_others();
    let links: Vec<&PastPair> = rows.iter().filter(is_step).collect();
    let ends = links.iter().flat_map(|link| [&link.left, &link.right]).chain(names);
    let places: Vec<&RecordName> = ends.collect::<BTreeSet<_>>().into_iter().collect();
    let place = |name: &RecordName| places.binary_search(&name).unwrap_or(usize::MAX);
    let edge =
        |link: &&PastPair| Edge { ends: [place(&link.left), place(&link.right)], weight: link.match_weight };
    let edges: Vec<Edge> = links.iter().map(edge).collect();
    let way = shortest(&edges, place(names[0]), place(names[1])).unwrap_or_default();
    let mut at = names[0].clone();
    let mut path = Vec::new();
    for mut link in way.into_iter().filter_map(|over| links.get(over)).map(|link| (*link).clone()) {
        if link.left != at {
            std::mem::swap(&mut link.left, &mut link.right);
        }
        at = link.right.clone();
        path.push(link);
    }
    path
}

/// The pairs of which one record is of each person, strongest first.
fn between(rows: &[PastPair], members: &Members) -> Vec<PastPair> {
    let person = |name: &RecordName| members.get(&name.source).and_then(|ids| ids.get(&name.id));
    let mut between: Vec<PastPair> =
        rows.iter().filter(|row| person(&row.left) != person(&row.right)).cloned().collect();
    between.sort_by(|a, b| b.match_weight.total_cmp(&a.match_weight));
    between
}
