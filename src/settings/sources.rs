//! `rules/sources/*.toml`: which extracts there are and what their columns mean.

use std::collections::BTreeMap;

use super::folder::RulesFolder;
use super::kind::{KIND_WORDS, Kind};
use super::reader::{Located, Problems, TableReader, read_file};
use crate::table::SourceIndex;

/// One source: an extract that some office delivers every night.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id in outputs and on the command line: `cu_tru`.
    pub id: String,
    /// Its name for officers: `Dữ liệu cư trú`.
    pub title: String,
    /// The office that owns its records: a key of `wording/offices.toml`.
    pub owner: String,
    /// What its columns are called by in rules over another source's records: `residence`.
    pub prefix: String,
    /// Whether it is the list to be cleaned. Exactly one source is.
    pub primary: bool,
    /// Whether a record id names the same record in every delivery.
    pub stable_ids: bool,
    /// File name patterns (`*` stands for any characters) in order of preference;
    /// the first that matches anything is read, the others are ignored.
    pub files: Vec<String>,
    /// Where the record id stands in `columns`.
    pub record_id: usize,
    /// The columns in declared order.
    pub columns: Vec<Column>,
    /// What kinds of event its rows are, if they are events.
    pub events: Option<Events>,
    /// When the whole delivery is refused.
    pub gate: Gate,
}

/// One column of a source.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its header in the extract: `ho_ten`.
    pub name: String,
    /// Other headers that it is delivered under.
    pub aliases: Vec<String>,
    /// What rules call it: `full_name`.
    pub field: String,
    /// How it is read.
    pub kind: Kind,
    /// Whether a delivery without it is refused.
    pub required: bool,
    /// Its name for officers: `Họ, chữ đệm và tên`.
    pub label: String,
}

/// Rows that are events of several kinds.
#[derive(Clone, Debug)]
pub struct Events {
    /// Where the kind of event stands in the source's columns.
    pub column: usize,
    /// Each kind's word in the extract and its prefix in rules: `khai_sinh` → `birth`.
    pub kinds: Vec<(String, String)>,
}

/// When a delivery of a source is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    /// Largest share of rows set aside, 0 to 1.
    pub set_aside_max: f64,
    /// Fewest rows.
    pub rows_min: u64,
}

impl Source {
    /// The place of a field among the columns.
    pub fn column_of(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.field == field)
    }

    /// Every prefix its records are seen under in rules: one a kind of event, or just its own.
    pub fn prefixes(&self) -> Vec<&str> {
        match &self.events {
            Some(events) => events.kinds.iter().map(|(_, prefix)| prefix.as_str()).collect(),
            None => vec![&self.prefix],
        }
    }
}

/// All sources of the folder; the primary one first, the others by file name.
pub(super) fn read(folder: &RulesFolder, problems: &Problems) -> Vec<Source> {
    let mut sources: Vec<(Source, crate::diagnostic::Place)> = folder
        .below("sources/")
        .filter(|file| file.is(".toml"))
        .filter_map(|file| read_file(file, problems, |table| Some((read_source(table)?, table.place()))))
        .collect();
    check_together(&sources, problems);
    sources.sort_by_key(|(source, _)| !source.primary);
    sources.into_iter().map(|(source, _)| source).collect()
}

fn read_source(table: &TableReader<'_>) -> Option<Source> {
    let id = table.text("id");
    let title = table.text("title");
    let owner = table.text("owner");
    let prefix = table.text("prefix");
    let primary = table.bool_or("primary", false);
    let stable_ids = table.bool_or("stable_ids", true);
    let files = table.texts("files");
    let record_id = table.text("record_id");
    let columns = table.table("columns").map(|t| read_columns(&t)).unwrap_or_default();
    let gate = read_gate(table);
    if files.is_empty() && table.has("files") {
        table.problem(table.place(), "`files` names no file", "give patterns such as \"cu_tru.csv\"");
    }
    if let Some(id) = &id {
        check_word(table, id, "a source id");
    }
    let record_id = position(table, &record_id?, &columns);
    let events = table.optional_table("events").and_then(|t| read_events(&t, &columns));
    if !table.has("files") {
        table.text("files");
    }
    Some(Source {
        id: id?.value,
        title: title?.value,
        owner: owner?.value,
        prefix: prefix?.value,
        primary,
        stable_ids,
        files: files.into_iter().map(|file| file.value).collect(),
        record_id: record_id?,
        columns,
        events,
        gate,
    })
}

fn read_columns(table: &TableReader<'_>) -> Vec<Column> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut columns = Vec::new();
    for name in table.free_keys() {
        let Some(column) = table.free_table(&name).and_then(|t| read_column(&name, &t)) else {
            continue;
        };
        if let Some(other) = fields.insert(column.field.clone(), name.value.clone()) {
            table.problem(
                name.place.clone(),
                format!("columns `{other}` and `{}` both map to field `{}`", name.value, column.field),
                "give each column a field of its own",
            );
        }
        columns.push(column);
    }
    columns
}

fn read_column(name: &Located<String>, table: &TableReader<'_>) -> Option<Column> {
    let field = table.text("field");
    let label = table.text("label");
    let required = table.bool_or("required", false);
    let aliases = table.texts("aliases").into_iter().map(|alias| alias.value).collect();
    let list = table.optional_text("list");
    let make = table.word("kind", &KIND_WORDS);
    if let Some(field) = &field {
        check_word(table, field, "a field");
    }
    table.finish();
    let kind = make?(list.as_ref().map(|list| list.value.clone()).unwrap_or_default());
    match (&kind, &list) {
        (Kind::Category(_), None) => table.problem(
            table.place(),
            "`kind = \"category\"` without its list",
            "add `list = \"…\"`, a list of reference/categories.tsv",
        ),
        (Kind::Category(_), Some(_)) | (_, None) => {}
        (_, Some(list)) => table.problem(
            list.place.clone(),
            "`list` belongs to `kind = \"category\"` alone",
            "leave it out, or change the kind",
        ),
    }
    Some(Column {
        name: name.value.clone(),
        aliases,
        field: field?.value,
        kind,
        required,
        label: label?.value,
    })
}

fn read_events(table: &TableReader<'_>, columns: &[Column]) -> Option<Events> {
    let column = table.text("column").and_then(|name| position(table, &name, columns));
    let kinds = table.table("kinds").map(|kinds| {
        let keys = kinds.free_keys();
        keys.iter().filter_map(|key| Some((key.value.clone(), kinds.free_text(key)?.value))).collect()
    });
    table.finish();
    Some(Events { column: column?, kinds: kinds? })
}

fn read_gate(table: &TableReader<'_>) -> Gate {
    let default = Gate { set_aside_max: 0.05, rows_min: 1 };
    let Some(gate) = table.optional_table("gate") else { return default };
    let set_aside_max = gate.number_or("set_aside_max", default.set_aside_max, (0.0, 1.0));
    let rows_min = gate.number_or("rows_min", 1.0, (0.0, 1e12)) as u64;
    gate.finish();
    Gate { set_aside_max, rows_min }
}

fn position(table: &TableReader<'_>, name: &Located<String>, columns: &[Column]) -> Option<usize> {
    let found = columns.iter().position(|column| column.name == name.value);
    if found.is_none() {
        table.unknown_word(name, "column", columns.iter().map(|column| column.name.as_str()));
    }
    found
}

/// Ids and field names become parts of file names and SQL: ASCII letters, digits and `_` only.
fn check_word(table: &TableReader<'_>, word: &Located<String>, what: &str) {
    let good = word.value.starts_with(|c: char| c.is_ascii_lowercase())
        && word.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !good {
        table.problem(
            word.place.clone(),
            format!("`{}` cannot be {what}", word.value),
            "use lower-case ASCII letters, digits and `_`, a letter first",
        );
    }
}

fn check_together(sources: &[(Source, crate::diagnostic::Place)], problems: &Problems) {
    use crate::diagnostic::Diagnostic;
    let mut kinds: BTreeMap<&str, (&Kind, &str)> = BTreeMap::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for (source, place) in sources {
        let mut words = source.prefixes();
        words.push(&source.prefix);
        words.sort_unstable();
        words.dedup();
        for word in words {
            if let Some(other) = names.insert(word, &source.id) {
                problems.push(Diagnostic::error(
                    "SET-005",
                    place.clone(),
                    format!("prefix `{word}` is used by `{other}` and by `{}`", source.id),
                    "give each source, and each kind of event, a prefix of its own",
                ));
            }
        }
        for column in &source.columns {
            let (kind, first) = *kinds.entry(&column.field).or_insert((&column.kind, &source.id));
            if *kind != column.kind {
                problems.push(Diagnostic::error(
                    "SET-006",
                    place.clone(),
                    format!(
                        "field `{}` is of kind {:?} here and of kind {kind:?} in `{first}`",
                        column.field, column.kind
                    ),
                    "give a field one kind in all sources, or another name here",
                ));
            }
        }
    }
    let primaries: Vec<&str> =
        sources.iter().filter(|(s, _)| s.primary).map(|(s, _)| s.id.as_str()).collect();
    if !sources.is_empty() && primaries.len() != 1 {
        problems.push(Diagnostic::error(
            "SET-007",
            sources[0].1.clone(),
            format!("{} sources say `primary = true`, expected one", primaries.len()),
            "mark the one list that is to be cleaned, and no other",
        ));
    }
    if sources.len() > usize::from(u8::MAX) {
        problems.push(Diagnostic::error("SET-008", None, "more than 255 sources", "leave some out"));
    }
}

/// The source of an id.
pub(super) fn index_of(sources: &[Source], id: &str) -> Option<SourceIndex> {
    sources.iter().position(|source| source.id == id).map(|at| SourceIndex(at as u8))
}
