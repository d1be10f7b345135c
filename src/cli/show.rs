//! `doisoat show`: one record, its person and its findings, as a run stored them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::run_columns::{LINKS, PEOPLE};
use super::{Exit, console};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::parquet_rows::{Column, Row, Rows};

/// Show a record with its person, links and findings, as stored in a run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat show cu_tru:CT213617314\n  \
    doisoat show bhyt:BH263199679 --run /srv/doisoat/latest")]
pub(super) struct Options {
    /// The record: its source and its record id.
    #[arg(value_name = "SOURCE:ID", value_parser = parse_record)]
    record: Record,
    /// The run's folder.
    #[arg(long, value_name = "DIR", default_value = "out/latest")]
    run: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    source: String,
    id: String,
}

fn parse_record(typed: &str) -> Result<Record, String> {
    match typed.split_once(':') {
        Some((source, id)) if !source.is_empty() && !id.is_empty() => {
            Ok(Record { source: source.to_owned(), id: id.to_owned() })
        }
        _ => Err("expected SOURCE:ID, such as cu_tru:CT213617314".to_owned()),
    }
}

const FINDINGS: &[Column] = &[
    Column::needed("person_id"),
    Column::needed("finding_id"),
    Column::needed("rule"),
    Column::needed("severity"),
    Column::needed("route"),
    Column::needed("source"),
    Column::needed("record_id"),
    Column::needed("ward_code"),
    Column::needed("field"),
    Column::needed("current_value"),
    Column::needed("suggested_value"),
    Column::needed("explanation"),
];

const EVIDENCE: &[Column] = &[
    Column::needed("finding_id"),
    Column::needed("source"),
    Column::needed("record_id"),
    Column::needed("field"),
    Column::needed("value"),
    Column::needed("for_or_against"),
];

pub(super) fn run(options: &Options) -> Outcome<Exit> {
    let members = open(&options.run, "people.parquet", PEOPLE)?;
    let person = person_of(&members, options)?;
    let mut text = format!("person {person}\n");
    let records =
        members.collect(|row| (row.text(2) == person).then(|| format!("{}:{}", row.text(0), row.text(1))))?;
    for record in &records {
        let _ = writeln!(text, "  {record}");
    }
    text += "\nlinks and pairs for review\n";
    for line in links(&options.run, &records)? {
        let _ = writeln!(text, "  {line}");
    }
    if let Some(findings) = findings(&options.run, &person)? {
        text += "\nfindings\n";
        for line in findings {
            let _ = writeln!(text, "{line}");
        }
    }
    console::tell(&text);
    Ok(Exit::Done)
}

fn open(run: &Path, name: &'static str, columns: &'static [Column]) -> Outcome<Rows> {
    Rows::open(run, name, columns)?.ok_or_else(|| {
        Diagnostic::error(
            "CLI-006",
            Place::file(run.join(name).display().to_string()),
            "no such table",
            "give the folder of a complete run with --run, such as out/latest",
        )
        .into()
    })
}

fn person_of(members: &Rows, options: &Options) -> Outcome<String> {
    let Record { source, id } = &options.record;
    let found = members
        .collect(|row| (row.text(1) == id && row.text(0) == source).then(|| row.text(2).to_owned()))?;
    found.into_iter().next().ok_or_else(|| {
        Diagnostic::error(
            "CLI-007",
            Place::file(options.run.display().to_string()),
            format!("the run has no record {source}:{id}"),
            format!("check source and id; if the row was set aside it stands in rejects/{source}.csv"),
        )
        .into()
    })
}

fn links(run: &Path, records: &[String]) -> Outcome<Vec<String>> {
    let named =
        |source: &str, id: &str| records.iter().any(|record| record.split_once(':') == Some((source, id)));
    open(run, "links.parquet", LINKS)?.collect(|row| {
        let [left_source, left, right_source, right] = [0, 1, 2, 3].map(|at| row.text(at));
        (named(left_source, left) || named(right_source, right)).then(|| {
            let weight = row.number(7).unwrap_or_default();
            let probability = row.number(8).unwrap_or_default();
            let (decision, reason, rule) = (row.text(4), row.text(5), row.text(6));
            let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            format!(
                "{left_source}:{left} – {right_source}:{right}  {decision}{reason}  \
                 {weight:.1} bits, probability {probability:.4}, by {rule}"
            )
        })
    })
}

/// Nothing where the run only links and so has no findings.
fn findings(run: &Path, person: &str) -> Outcome<Option<Vec<String>>> {
    let Some(found) = Rows::open(run, "findings.parquet", FINDINGS)? else { return Ok(None) };
    let found =
        found.collect(|row| (row.text(0) == person).then(|| (row.text(1).to_owned(), describe(row))))?;
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    let evidence = open(run, "finding_evidence.parquet", EVIDENCE)?.collect(|row| {
        ids.contains(&row.text(0)).then(|| {
            let [id, source, record, field, value, side] = [0, 1, 2, 3, 4, 5].map(|at| row.text(at));
            (id.to_owned(), format!("      {side}: {source}:{record} {field} = “{value}”"))
        })
    })?;
    let mut lines = Vec::new();
    for (id, text) in found {
        lines.push(text);
        lines.extend(evidence.iter().filter(|(of, _)| *of == id).map(|(_, line)| line.clone()));
    }
    Ok(Some(lines))
}

fn describe(row: Row<'_>) -> String {
    let [id, rule, severity, route, source, record, ward, field, now, suggested, explanation] =
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|at| row.text(at));
    let arrow = if suggested.is_empty() { String::new() } else { format!(" → “{suggested}”") };
    format!(
        "  {rule} ({severity}, {route}, ward {ward}, id {id})\n    \
         {source}:{record} {field}: “{now}”{arrow}\n    {explanation}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_named_by_source_and_id() {
        assert_eq!(parse_record("cu_tru:CT:1"), Ok(Record { source: "cu_tru".into(), id: "CT:1".into() }));
        assert!(parse_record("CT1").is_err());
        assert!(parse_record(":CT1").is_err());
    }
}
