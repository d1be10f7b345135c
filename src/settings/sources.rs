//! `rules/sources/*.toml`: which extracts there are and what their columns mean.

use std::collections::BTreeMap;

use super::Purpose;
use super::folder::RulesFolder;
use super::kind::{KIND_WORDS, Kind};
use super::reader::{Located, Problems, TableReader, read_file};
use super::slug::slug;
use crate::diagnostic::{Diagnostic, Place, nearest};
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
    /// Whether no column holds the record id, which is the number of the row then; its column is the
    /// last one and stands in no file.
    pub numbered: bool,
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
    /// What stands between the values of a cell that holds several; empty where a cell is one value.
    pub separator: String,
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
pub(super) fn read(folder: &RulesFolder, purpose: Purpose, problems: &Problems) -> Vec<Source> {
    let read_one = |table: &TableReader<'_>| Some((read_source(table, purpose)?, table.place()));
    let files: Vec<_> = folder.below("sources/").filter(|file| file.is(".toml")).collect();
    let mut sources: Vec<(Source, Place)> =
        files.iter().filter_map(|file| read_file(file, problems, read_one)).collect();
    check_together(&sources, purpose, problems);
    if files.is_empty() && purpose == Purpose::Linking {
        problems.push(Diagnostic::error(
            "SET-024",
            Place::file("sources/"),
            "no source in the rules folder: nothing says which tables there are",
            "add sources/people.toml with id, files, record_id and a [columns.…] for each column to be read",
        ));
    }
    sources.sort_by_key(|(source, _)| !source.primary);
    sources.into_iter().map(|(source, _)| source).collect()
}

/// A text that a night cannot do without; linkage takes what `otherwise` makes up.
fn text_or(
    table: &TableReader<'_>,
    key: &'static str,
    purpose: Purpose,
    otherwise: impl FnOnce() -> String,
) -> Option<Located<String>> {
    match purpose {
        Purpose::Province => table.text(key),
        Purpose::Linking => Some(
            table.optional_text(key).unwrap_or_else(|| Located { value: otherwise(), place: table.place() }),
        ),
    }
}

fn read_source(table: &TableReader<'_>, purpose: Purpose) -> Option<Source> {
    let id = table.text("id");
    let own_id = || id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
    let title = text_or(table, "title", purpose, own_id);
    let owner = text_or(table, "owner", purpose, String::new);
    let prefix = text_or(table, "prefix", purpose, own_id);
    let primary = table.bool_or("primary", false);
    let stable_ids = table.bool_or("stable_ids", true);
    let files = table.texts("files");
    let typed_id = match purpose {
        Purpose::Province => table.text("record_id"),
        Purpose::Linking => table.optional_text("record_id"),
    };
    let mut columns = table.table("columns").map(|t| read_columns(&t, purpose)).unwrap_or_default();
    let gate = read_gate(table, purpose);
    if files.is_empty() && table.has("files") {
        table.problem(table.place(), "`files` names no file", "give patterns such as \"cu_tru.csv\"");
    }
    if let Some(id) = &id {
        check_word(table, id, "a source id");
    }
    let numbered = typed_id.is_none() && purpose == Purpose::Linking;
    let record_id = match &typed_id {
        Some(typed) => position_of_id(table, typed, purpose, &mut columns),
        None => numbered.then(|| add_column(&mut columns, "", ROW_NUMBER)),
    };
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
        stable_ids: stable_ids && !numbered,
        files: files.into_iter().map(|file| file.value).collect(),
        record_id: record_id?,
        numbered,
        columns,
        events,
        gate,
    })
}

/// What rules call the number of a row that has no record id.
const ROW_NUMBER: &str = "row_number";

/// Where the record id stands among the columns. For linkage it need not be declared as one of them,
/// unless it looks like one that is miswritten.
fn position_of_id(
    table: &TableReader<'_>,
    typed: &Located<String>,
    purpose: Purpose,
    columns: &mut Vec<Column>,
) -> Option<usize> {
    let is_declared = columns.iter().any(|column| column.name == typed.value);
    let is_near = nearest(&typed.value, columns.iter().map(|column| column.name.as_str())).is_some();
    if purpose == Purpose::Province || is_declared || is_near {
        return position(table, typed, columns);
    }
    Some(add_column(columns, &typed.value, &slug(&typed.value)))
}

/// Declares a column for record ids; its place. Where its field is taken already it has another.
fn add_column(columns: &mut Vec<Column>, name: &str, field: &str) -> usize {
    let mut field = field.to_owned();
    while columns.iter().any(|column| column.field == field) {
        field.push_str("_id");
    }
    columns.push(Column {
        name: name.to_owned(),
        aliases: Vec::new(),
        label: if name.is_empty() { field.clone() } else { name.to_owned() },
        field,
        kind: Kind::Identifier,
        required: false,
        separator: String::new(),
    });
    columns.len() - 1
}

fn read_columns(table: &TableReader<'_>, purpose: Purpose) -> Vec<Column> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut columns = Vec::new();
    for name in table.free_keys() {
        let Some(column) = table.free_table(&name).and_then(|t| read_column(&name, &t, purpose)) else {
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

fn read_column(name: &Located<String>, table: &TableReader<'_>, purpose: Purpose) -> Option<Column> {
    let field = text_or(table, "field", purpose, || slug(&name.value));
    let label = text_or(table, "label", purpose, || name.value.clone());
    let required = table.bool_or("required", false);
    let aliases = table.texts("aliases").into_iter().map(|alias| alias.value).collect();
    let list = table.optional_text("list");
    let separator = separator(table);
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
        separator,
    })
}

/// What stands between the values of a cell.
fn separator(table: &TableReader<'_>) -> String {
    let Some(typed) = table.optional_text("separator") else { return String::new() };
    if typed.value.trim().is_empty() || typed.value.chars().any(char::is_alphanumeric) {
        let message = format!("`{}` cannot stand between values", typed.value);
        table.problem(
            typed.place,
            message,
            "give a sign such as \";\"; lists in Parquet files are joined by it",
        );
        return String::new();
    }
    typed.value.trim().to_owned()
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

/// An office's extract is refused where too much of it cannot be read; a table of anybody's is taken
/// as it is, unless its rules say otherwise.
fn read_gate(table: &TableReader<'_>, purpose: Purpose) -> Gate {
    let set_aside_max = if purpose == Purpose::Province { 0.05 } else { 1.0 };
    let default = Gate { set_aside_max, rows_min: 1 };
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

fn check_together(sources: &[(Source, Place)], purpose: Purpose, problems: &Problems) {
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
    let lacks_one = primaries.is_empty() && purpose == Purpose::Province;
    if !sources.is_empty() && (primaries.len() > 1 || lacks_one) {
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
