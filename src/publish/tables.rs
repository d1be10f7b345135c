//! The four Parquet tables of a run: links, people, findings and their evidence.

use std::path::{Path, PathBuf};

use super::first_seen::Days;
use super::parquet_table::{Column, TableFile};
use crate::check::{Evidence, Finding, Findings};
use crate::diagnostic::Outcome;
use crate::link::{Decision, LinkTable, Linkage};
use crate::normalise::Records;
use crate::progress::{Bar, Progress};
use crate::settings::{Dimension, Route, Settings, Severity, Source};
use crate::table::RecordRef;

/// Columns of `links.parquet` that are there whatever the comparisons are.
const LINK_COLUMNS: [&str; 10] = [
    "left_source",
    "left_id",
    "right_source",
    "right_id",
    "match_weight",
    "match_probability",
    "decision",
    "reason",
    "blocking_rule",
    "look",
];

/// The tables of a run, which a night cut into parts writes part by part.
pub struct Tables {
    folder: PathBuf,
    links: Option<TableFile>,
    non_links: Option<TableFile>,
    people: Option<TableFile>,
    findings: Option<TableFile>,
    evidence: Option<TableFile>,
}

impl Tables {
    /// Tables in this folder; none is made before it has rows to be.
    pub fn new(folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { folder, links: None, non_links: None, people: None, findings: None, evidence: None }
    }

    /// Writes what was found of some records behind what is there, the tables side by side on the
    /// pool's threads. Rows keep the order of their slices; people are by source, then row.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn append(
        &mut self,
        settings: &Settings,
        records: &[Records],
        linkage: &Linkage,
        findings: &Findings,
        progress: &Progress,
    ) -> Outcome<()> {
        let names = Names::new(settings, records);
        let total = rows_of(linkage) + findings.findings.len() + findings.evidence.len();
        let bar = progress.begin("publish", total as u64, "rows");
        let Self { folder, links: linked, non_links, people, findings: found, evidence } = self;
        let folder = folder.as_path();
        let ((links, people), (found, evidence)) = rayon::join(
            || {
                rayon::join(
                    || links(folder, (linked, non_links), &names, linkage, &bar),
                    || write_people(folder, people, &names, linkage, &bar),
                )
            },
            || {
                rayon::join(
                    || write_findings(folder, found, settings, &names, linkage, findings, &bar),
                    || write_evidence(folder, evidence, &names, findings, &bar),
                )
            },
        );
        links.and(people).and(found).and(evidence)
    }

    /// The same without findings, of which there will be no tables.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn append_links(
        &mut self,
        settings: &Settings,
        records: &[Records],
        linkage: &Linkage,
        progress: &Progress,
    ) -> Outcome<()> {
        let names = Names::new(settings, records);
        let bar = progress.begin("publish", rows_of(linkage) as u64, "rows");
        let Self { folder, links: linked, non_links, people, .. } = self;
        let folder = folder.as_path();
        let (links, people) = rayon::join(
            || links(folder, (linked, non_links), &names, linkage, &bar),
            || write_people(folder, people, &names, linkage, &bar),
        );
        links.and(people)
    }

    /// Ends all files.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn finish(self) -> Outcome<()> {
        let Self { links, non_links, people, findings, evidence, .. } = self;
        let mut begun = [links, non_links, people, findings, evidence].into_iter().flatten();
        begun.try_for_each(TableFile::finish)
    }
}

fn rows_of(linkage: &Linkage) -> usize {
    let people: usize = linkage.people.person_of.iter().map(Vec::len).sum();
    linkage.links.len() + linkage.non_links.len() + people
}

/// Appends rows to a file, which is made with its first ones.
fn append(
    file: &mut Option<TableFile>,
    path: &Path,
    rows: usize,
    columns: &[Column<'_>],
    bar: &Bar,
) -> Outcome<()> {
    let file = match file {
        Some(file) => file,
        none => none.insert(TableFile::begin(path, columns)?),
    };
    file.append(rows, columns, bar)
}

/// Writes `links.parquet`, `non_links.parquet`, `people.parquet`, `findings.parquet` and
/// `finding_evidence.parquet` into the folder: [`Tables::append`] once.
///
/// # Errors
/// The first file that cannot be written.
pub fn tables(
    folder: &Path,
    settings: &Settings,
    records: &[Records],
    linkage: &Linkage,
    findings: &Findings,
    progress: &Progress,
) -> Outcome<()> {
    let mut tables = Tables::new(folder);
    tables.append(settings, records, linkage, findings, progress)?;
    tables.finish()
}

/// Writes `links.parquet`, `non_links.parquet` and `people.parquet` alone, for a run that only links.
///
/// # Errors
/// The first file that cannot be written, in that order.
pub fn link_tables(
    folder: &Path,
    settings: &Settings,
    records: &[Records],
    linkage: &Linkage,
    progress: &Progress,
) -> Outcome<()> {
    let mut tables = Tables::new(folder);
    tables.append_links(settings, records, linkage, progress)?;
    tables.finish()
}

/// Source ids and record ids by record.
struct Names<'a> {
    sources: Vec<&'a str>,
    /// By source: its records and where their id stands; `None` where nothing was delivered.
    records: Vec<Option<(&'a Records, usize)>>,
}

impl<'a> Names<'a> {
    fn new(settings: &'a Settings, records: &'a [Records]) -> Self {
        let of = |(at, source): (usize, &Source)| {
            records.iter().find(|r| r.source.index() == at).map(|r| (r, source.record_id))
        };
        Self {
            sources: settings.sources.iter().map(|source| source.id.as_str()).collect(),
            records: settings.sources.iter().enumerate().map(of).collect(),
        }
    }

    /// The id that the record's office gave it.
    fn id(&self, record: RecordRef) -> &'a str {
        match self.records.get(record.source.index()) {
            Some(Some((records, column))) => records.table.text(*column, record.row as usize),
            _ => "",
        }
    }

    fn source_column(
        &self,
        name: &str,
        record: impl Fn(usize) -> RecordRef + Sync + Send + 'a,
    ) -> Column<'a> {
        let place = move |row| Some(u16::from(record(row).source.0));
        Column::word(name, self.sources.iter().copied(), place, false)
    }

    fn optional_source_column(
        &self,
        name: &str,
        record: impl Fn(usize) -> Option<RecordRef> + Sync + Send + 'a,
    ) -> Column<'a> {
        let place = move |row| record(row).map(|record| u16::from(record.source.0));
        Column::word(name, self.sources.iter().copied(), place, true)
    }
}

/// The linked and reviewed pairs, and beside them the non-links that were kept.
fn links(
    folder: &Path,
    (links, non_links): (&mut Option<TableFile>, &mut Option<TableFile>),
    names: &Names<'_>,
    linkage: &Linkage,
    bar: &Bar,
) -> Outcome<()> {
    let [first, second] = ["links.parquet", "non_links.parquet"].map(|file| folder.join(file));
    pairs((links, &first), names, linkage, &linkage.links, bar)?;
    pairs((non_links, &second), names, linkage, &linkage.non_links, bar)
}

fn pairs<'a>(
    (file, path): (&mut Option<TableFile>, &Path),
    names: &'a Names<'a>,
    linkage: &'a Linkage,
    links: &'a LinkTable,
    bar: &Bar,
) -> Outcome<()> {
    let [left_source, left_id, right_source, right_id, weight, probability, decision, reason, rule, look] =
        LINK_COLUMNS;
    let mut columns = vec![
        names.source_column(left_source, |row| links.left(row)),
        Column::text(left_id, |row| names.id(links.left(row))),
        names.source_column(right_source, |row| links.right(row)),
        Column::text(right_id, |row| names.id(links.right(row))),
        Column::number(weight, |row| links.match_weight_bits(row)),
        Column::number(probability, |row| links.match_probability(row)),
        Column::word(decision, DECISIONS, |row| Some(decision_place(links.decision(row))), false),
        Column::optional_text(reason, |row| links.reason(row)).repeating(),
        Column::word(rule, linkage.blocking_rules.iter(), |row| Some(links.blocking_rule(row)), true),
        Column::word(look, LOOKS, |row| Some(u16::from(links.looked_twice(row))), false),
    ];
    columns.extend(linkage.comparisons.iter().enumerate().map(|(at, comparison)| {
        let level = move |row: usize| Some(u16::from(links.levels(row).get(at)));
        Column::word(&level_column(&comparison.id), comparison.levels.iter(), level, true)
    }));
    append(file, path, links.len(), &columns, bar)
}

/// Which look a weight is of.
const LOOKS: [&str; 2] = ["first", "second"];

/// The words of decisions, by place.
const DECISIONS: [&str; 3] = ["link", "review", "non_link"];

fn decision_place(decision: Decision) -> u16 {
    match decision {
        Decision::Link => 0,
        Decision::Review => 1,
        Decision::NonLink => 2,
    }
}

/// A comparison's column is its id, unless a fixed column has that name already.
fn level_column(id: &str) -> String {
    if LINK_COLUMNS.contains(&id) { format!("{id}_level") } else { id.to_owned() }
}

fn write_people<'a>(
    folder: &Path,
    file: &mut Option<TableFile>,
    names: &'a Names<'a>,
    linkage: &'a Linkage,
    bar: &Bar,
) -> Outcome<()> {
    let people = &linkage.people;
    let rows = Rows::new(&people.person_of);
    let rows = &rows;
    let person = move |row: usize| {
        let record = rows.record(row);
        people.person_of[record.source.index()][record.row as usize] as usize
    };
    let columns = [
        names.source_column("source", |row| rows.record(row)),
        Column::text("record_id", |row| names.id(rows.record(row))),
        Column::text("person_id", move |row| &people.ids[person(row)]),
        Column::count("cluster_size", move |row| people.members[person(row)].len() as u32),
    ];
    append(file, &folder.join("people.parquet"), rows.len(), &columns, bar)
}

/// All records one after another: by source, then row.
struct Rows {
    /// `starts[source]` is the place of the source's first record; one more at the end.
    starts: Vec<usize>,
}

impl Rows {
    fn new(by_source: &[Vec<u32>]) -> Self {
        let mut starts = vec![0];
        for rows in by_source {
            starts.push(starts.last().unwrap_or(&0) + rows.len());
        }
        Self { starts }
    }

    fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The record at a place below `len`. O(sources), of which there are few.
    fn record(&self, at: usize) -> RecordRef {
        let source = self.starts.iter().rposition(|start| *start <= at).unwrap_or(0);
        // An empty source shares its start with the next one, which `rposition` prefers.
        RecordRef::new(crate::table::SourceIndex(source as u8), (at - self.starts[source]) as u32)
    }
}

fn write_findings<'a>(
    folder: &Path,
    file: &mut Option<TableFile>,
    settings: &'a Settings,
    names: &'a Names<'a>,
    linkage: &'a Linkage,
    findings: &'a Findings,
    bar: &Bar,
) -> Outcome<()> {
    let found: &'a [Finding] = &findings.findings;
    let check = move |row: usize| settings.checks.get(usize::from(found[row].rule));
    let word = |words: usize, place: Option<usize>| place.filter(|at| *at < words).map(|at| at as u16);
    let days = &Days::new(findings);
    let columns = [
        Column::text("finding_id", |row| found[row].finding_id.as_str()),
        Column::word(
            "rule",
            settings.checks.iter().map(|c| c.id.as_str()),
            |row| Some(found[row].rule),
            false,
        ),
        Column::word(
            "dimension",
            Dimension::WORDS.iter().map(|w| w.0),
            move |row| word(Dimension::WORDS.len(), check(row).map(|c| c.dimension as usize)),
            false,
        ),
        Column::word(
            "severity",
            Severity::WORDS.iter().map(|w| w.0),
            move |row| word(Severity::WORDS.len(), check(row).map(|c| c.severity as usize)),
            false,
        ),
        Column::word(
            "route",
            Route::WORDS.iter().map(|w| w.0),
            move |row| word(Route::WORDS.len(), check(row).map(|c| c.route as usize)),
            false,
        ),
        names.source_column("source", |row| found[row].record),
        Column::text("record_id", |row| names.id(found[row].record)),
        names.optional_source_column("other_source", |row| found[row].other),
        Column::optional_text("other_id", |row| found[row].other.map(|other| names.id(other))),
        Column::optional_text("person_id", |row| {
            let (ids, person) = (&linkage.people.ids, found[row].person as usize);
            (person < ids.len()).then(|| &ids[person])
        }),
        Column::text("ward_code", |row| &found[row].ward_code).repeating(),
        Column::text("field", |row| &found[row].field).repeating(),
        Column::text("current_value", |row| &found[row].current_value),
        Column::optional_text("suggested_value", |row| found[row].suggested_value.as_deref()),
        Column::optional_number("suggestion_confidence", |row| found[row].suggestion_confidence),
        names.optional_source_column("evidence_source", |row| found[row].evidence),
        Column::optional_text("evidence_id", |row| found[row].evidence.map(|record| names.id(record))),
        Column::number("match_probability", |row| found[row].match_probability),
        Column::displayed("explanation", |row| &found[row].explanation),
        Column::word(
            "first_seen",
            days.texts.iter().map(String::as_str),
            |row| days.place(findings, row),
            true,
        ),
    ];
    append(file, &folder.join("findings.parquet"), found.len(), &columns, bar)
}

fn write_evidence<'a>(
    folder: &Path,
    file: &mut Option<TableFile>,
    names: &'a Names<'a>,
    findings: &'a Findings,
    bar: &Bar,
) -> Outcome<()> {
    let evidence: &'a [Evidence] = &findings.evidence;
    let finding = move |row: usize| findings.findings.get(evidence[row].finding as usize);
    let columns = [
        Column::text("finding_id", move |row| finding(row).map_or("", |f| f.finding_id.as_str())),
        names.source_column("source", |row| evidence[row].record),
        Column::text("record_id", |row| names.id(evidence[row].record)),
        Column::text("field", |row| &evidence[row].field).repeating(),
        Column::text("value", |row| &evidence[row].value),
        Column::word(
            "for_or_against",
            ["for", "against"],
            |row| Some(u16::from(!evidence[row].speaks_for)),
            false,
        ),
        Column::number("weight", |row| evidence[row].weight),
    ];
    append(file, &folder.join("finding_evidence.parquet"), evidence.len(), &columns, bar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::SourceIndex;

    #[test]
    fn records_are_counted_through_sources_that_delivered_nothing() {
        let rows = Rows::new(&[vec![0, 1], vec![], vec![2], vec![]]);
        let all: Vec<RecordRef> = (0..rows.len()).map(|at| rows.record(at)).collect();
        let at = |source, row| RecordRef::new(SourceIndex(source), row);
        assert_eq!(all, [at(0, 0), at(0, 1), at(2, 0)]);
    }

    #[test]
    fn a_comparison_never_takes_the_name_of_a_fixed_column() {
        assert_eq!(level_column("birth_date"), "birth_date");
        assert_eq!(level_column("reason"), "reason_level");
    }
}
