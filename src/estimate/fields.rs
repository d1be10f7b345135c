//! What a clerk sees of two records: every field that is compared, as delivered.

use std::collections::{BTreeSet, HashMap};

use super::draw::Sample;
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::settings::{Kind, Settings};
use crate::table::{SourceIndex, Table};

/// One column of the sheet: a field, and where each source has it.
pub(super) struct FieldColumn<'a> {
    pub(super) label: &'a str,
    pub(super) width: f64,
    /// By source: the place among its columns.
    column_of: Vec<Option<usize>>,
}

/// The sampled records among the tables as delivered.
pub(super) struct Shown<'a> {
    settings: &'a Settings,
    tables: Vec<Option<&'a Table>>,
    /// By source: the row of each sampled record's id.
    rows: Vec<HashMap<&'a str, usize>>,
}

/// One record of a pair.
#[derive(Clone, Copy)]
pub(super) struct ShownRecord {
    source: SourceIndex,
    row: usize,
}

impl<'a> Shown<'a> {
    /// Finds all records of a sample. O(rows of the tables).
    ///
    /// # Errors
    /// `EST-006`: sources or records of the sample that the extracts do not have.
    pub(super) fn find(
        settings: &'a Settings,
        tables: &'a [(SourceIndex, Table)],
        sample: &'a Sample,
    ) -> Outcome<Self> {
        let mut by_source: Vec<Option<&Table>> = vec![None; settings.sources.len()];
        for (source, table) in tables {
            by_source[source.index()] = Some(table);
        }
        let mut wanted: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); settings.sources.len()];
        for pair in &sample.pairs {
            let stratum = &sample.strata[pair.stratum];
            for (source, id) in [(&stratum.left, &pair.left_id), (&stratum.right, &pair.right_id)] {
                let source = settings.source_index(source).ok_or_else(|| unknown_source(settings, source))?;
                wanted[source.index()].insert(id);
            }
        }
        let mut rows = Vec::with_capacity(wanted.len());
        for (at, wanted) in wanted.iter().enumerate() {
            let source = &settings.sources[at];
            let found = by_source[at].map(|table| rows_of(table, source.record_id, wanted));
            let found = found.unwrap_or_default();
            if found.len() < wanted.len() {
                return Err(missing(&source.id, wanted.len() - found.len(), wanted.len()).into());
            }
            rows.push(found);
        }
        Ok(Self { settings, tables: by_source, rows })
    }

    /// A record of the sample; `None` for another one.
    pub(super) fn record(&self, source: &str, id: &str) -> Option<ShownRecord> {
        let source = self.settings.source_index(source)?;
        let row = *self.rows.get(source.index())?.get(id)?;
        Some(ShownRecord { source, row })
    }

    /// What stands in a column of a record; empty where its source has no such field.
    pub(super) fn text(&self, column: &FieldColumn<'_>, record: ShownRecord) -> &'a str {
        let Some(Some(at)) = column.column_of.get(record.source.index()) else { return "" };
        self.cell(*at, record)
    }

    fn cell(&self, column: usize, record: ShownRecord) -> &'a str {
        let table = self.tables.get(record.source.index()).copied().flatten();
        table.map_or("", |table| table.text(column, record.row))
    }

    /// The ward that a record's source puts it in, if it is of the primary source; its first column of
    /// ward codes counts.
    pub(super) fn ward(&self, record: ShownRecord) -> &'a str {
        if record.source != self.settings.primary() {
            return "";
        }
        let columns = &self.settings.source(record.source).columns;
        let column = columns.iter().position(|column| column.kind == Kind::WardCode);
        column.map_or("", |column| self.cell(column, record).trim())
    }

    /// The columns in which any of the records has something: the fields that comparisons name, and
    /// what kind of event a row is, in the order of the sources' columns.
    pub(super) fn columns(&self) -> Vec<FieldColumn<'a>> {
        let compared = compared_fields(self.settings);
        let mut seen = BTreeSet::new();
        let all = self.settings.sources.iter().flat_map(|source| &source.columns);
        all.filter(|column| compared.contains(column.field.as_str()) && seen.insert(column.field.as_str()))
            .map(|column| FieldColumn {
                label: &column.label,
                width: width(&column.kind),
                column_of: self.settings.sources.iter().map(|one| one.column_of(&column.field)).collect(),
            })
            .filter(|column| self.has_anything(column))
            .collect()
    }

    fn has_anything(&self, column: &FieldColumn<'_>) -> bool {
        let sources = self.rows.iter().enumerate();
        sources.flat_map(|(at, rows)| rows.values().map(move |row| (at, *row))).any(|(at, row)| {
            !self.text(column, ShownRecord { source: SourceIndex(at as u8), row }).is_empty()
        })
    }
}

fn compared_fields(settings: &Settings) -> BTreeSet<&str> {
    let values = settings.matching.comparisons.iter().flat_map(|comparison| &comparison.values);
    let compared = values.flat_map(|value| &value.alternatives).map(|one| one.field.as_str());
    let events = settings.sources.iter().filter_map(|source| {
        let events = source.events.as_ref()?;
        source.columns.get(events.column).map(|column| column.field.as_str())
    });
    compared.chain(events).collect()
}

fn rows_of<'a>(table: &'a Table, record_id: usize, wanted: &BTreeSet<&str>) -> HashMap<&'a str, usize> {
    let Some(Some(ids)) = table.columns.get(record_id) else { return HashMap::new() };
    // Once a distinct text: the look-up is not paid for a row.
    let wanted: Vec<bool> = ids.dictionary().texts().map(|id| wanted.contains(id)).collect();
    let rows = ids.codes().iter().enumerate().filter(|(_, code)| wanted[**code as usize]);
    rows.map(|(row, _)| (ids.text(row), row)).collect()
}

/// Widths in digits of the sheet's typeface.
fn width(kind: &Kind) -> f64 {
    match kind {
        Kind::Address => 30.0,
        Kind::PersonName => 20.0,
        Kind::IdentityNumber | Kind::InsuranceNumber | Kind::CardNumber | Kind::Phone => 13.5,
        Kind::Date | Kind::HistoricDate => 11.0,
        Kind::Category(_) | Kind::WardCode => 8.5,
        Kind::Text | Kind::Identifier | Kind::Number => 12.0,
    }
}

fn unknown_source(settings: &Settings, source: &str) -> Diagnostic {
    let known: Vec<&str> = settings.sources.iter().map(|source| source.id.as_str()).collect();
    Diagnostic::error(
        "EST-006",
        None,
        format!(
            "the run links a source `{source}` that the rules do not have; they have {}",
            known.join(", ")
        ),
        "give the rules of the run with --rules",
    )
}

fn missing(source: &str, missing: usize, wanted: usize) -> Diagnostic {
    Diagnostic::error(
        "EST-006",
        Place::file(source),
        format!("{missing} of {wanted} sampled records are not among the extracts"),
        "give the extracts that the run was made of with --input; run.json names them with their SHA-256",
    )
}
