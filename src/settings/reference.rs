//! `rules/reference/*.tsv`: facts, as tables of texts.

use std::collections::{BTreeMap, BTreeSet};

use super::Purpose;
use super::folder::{RuleFile, RulesFolder};
use super::kind::Kind;
use super::reader::Problems;
use super::sources::Source;
use crate::diagnostic::{Diagnostic, Place, nearest};

/// The reference tables by file stem: `admin_units`, `phone_prefixes`.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    tables: BTreeMap<String, Tsv>,
}

/// One tab-separated table with a header line.
#[derive(Clone, Debug, Default)]
pub struct Tsv {
    /// The file as messages name it.
    pub shown: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The 1-based line of each row.
    lines: Vec<u64>,
}

impl Reference {
    /// A table by its file stem; an empty one where the folder has none.
    pub fn table(&self, stem: &str) -> &Tsv {
        static NONE: Tsv =
            Tsv { shown: String::new(), header: Vec::new(), rows: Vec::new(), lines: Vec::new() };
        self.tables.get(stem).unwrap_or(&NONE)
    }
}

impl Tsv {
    /// The rows' cells under the named columns, in the file's order; an unknown column reads empty.
    pub fn select<const N: usize>(&self, columns: [&str; N]) -> impl Iterator<Item = [&str; N]> {
        let at = columns.map(|name| self.header.iter().position(|cell| cell == name));
        self.rows.iter().map(move |row| at.map(|at| at.and_then(|at| row.get(at)).map_or("", String::as_str)))
    }

    /// Whether there is a column of this name.
    pub fn has_column(&self, name: &str) -> bool {
        self.header.iter().any(|cell| cell == name)
    }

    /// Number of rows below the header.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

pub(super) fn read(
    folder: &RulesFolder,
    sources: &[Source],
    purpose: Purpose,
    problems: &Problems,
) -> Reference {
    let mut tables = BTreeMap::new();
    let embedded = if purpose == Purpose::Linking { RulesFolder::embedded().files } else { Vec::new() };
    for file in tables_of(folder, &embedded) {
        let mut lines = file.text.lines();
        let cells = |line: &str| line.split('\t').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
        let mut table = Tsv { shown: file.shown.clone(), ..Tsv::default() };
        table.header = lines.next().map(cells).unwrap_or_default();
        for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let row = cells(line);
            if row.len() > table.header.len() {
                problems.push(Diagnostic::error(
                    "SET-009",
                    Place::line(file.shown.clone(), at as u64 + 2),
                    format!("{} cells under {} columns", row.len(), table.header.len()),
                    "separate cells by one tab each, as many as the header line has",
                ));
            }
            table.rows.push(row);
            table.lines.push(at as u64 + 2);
        }
        let stem = file.path.trim_start_matches("reference/").trim_end_matches(".tsv").to_owned();
        tables.insert(stem, table);
    }
    let reference = Reference { tables };
    check(&reference, sources, problems);
    reference
}

/// The folder's own tables, and the default ones that it has none of.
fn tables_of<'a>(folder: &'a RulesFolder, embedded: &'a [RuleFile]) -> impl Iterator<Item = &'a RuleFile> {
    let is_table = |file: &&RuleFile| file.path.starts_with("reference/") && file.is(".tsv");
    let lacking = embedded.iter().filter(|file| folder.file(&file.path).is_none());
    folder.files.iter().chain(lacking).filter(is_table)
}

/// What a cell must be for its column to be of use.
#[derive(Clone, Copy)]
enum Cell {
    /// Any text but none.
    Word,
    /// So many digits.
    Digits(usize),
    /// Digits, however many.
    Number,
}

impl Cell {
    fn fits(self, cell: &str) -> bool {
        let digits = cell.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Word => !cell.is_empty(),
            Self::Digits(count) => digits && cell.len() == count,
            Self::Number => digits && !cell.is_empty(),
        }
    }

    fn expected(self) -> String {
        match self {
            Self::Word => "a word".to_owned(),
            Self::Digits(count) => format!("{count} digits"),
            Self::Number => "digits".to_owned(),
        }
    }
}

/// A column that reading a kind of value needs: the kind's test, table, column, cells.
type Need = (fn(&Kind) -> bool, &'static str, &'static str, Cell);

const NUMBERS: fn(&Kind) -> bool = |kind| matches!(kind, Kind::IdentityNumber | Kind::InsuranceNumber);
const PHONES: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Phone);
const PLACES: fn(&Kind) -> bool = |kind| matches!(kind, Kind::WardCode | Kind::Address);
const LISTS: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Category(_));

const NEEDS: [Need; 21] = [
    (NUMBERS, "provinces", "cccd_code", Cell::Digits(3)),
    (PHONES, "phone_prefixes", "prefix", Cell::Digits(3)),
    (PHONES, "phone_prefix_conversion_2018", "old_prefix", Cell::Digits(4)),
    (PHONES, "phone_prefix_conversion_2018", "new_prefix", Cell::Digits(3)),
    (PHONES, "provinces", "landline_area_code", Cell::Number),
    (PLACES, "provinces", "old_code", Cell::Digits(2)),
    (PLACES, "provinces", "old_name", Cell::Word),
    (PLACES, "admin_units", "code", Cell::Digits(5)),
    (PLACES, "admin_units", "name", Cell::Word),
    (PLACES, "admin_units", "type", Cell::Word),
    (PLACES, "admin_units", "province_code", Cell::Digits(2)),
    (PLACES, "admin_units", "province_name", Cell::Word),
    (PLACES, "admin_unit_changes", "old_code", Cell::Digits(5)),
    (PLACES, "admin_unit_changes", "old_name", Cell::Word),
    (PLACES, "admin_unit_changes", "old_type", Cell::Word),
    (PLACES, "admin_unit_changes", "old_district_code", Cell::Digits(3)),
    (PLACES, "admin_unit_changes", "old_district_name", Cell::Word),
    (PLACES, "admin_unit_changes", "new_code", Cell::Digits(5)),
    (LISTS, "categories", "list", Cell::Word),
    (LISTS, "categories", "canonical", Cell::Word),
    (LISTS, "categories", "form", Cell::Word),
];

/// Reports what reading the sources' columns needs and the tables do not hold.
fn check(reference: &Reference, sources: &[Source], problems: &Problems) {
    let kinds: BTreeSet<&Kind> =
        sources.iter().flat_map(|source| &source.columns).map(|column| &column.kind).collect();
    let needed = NEEDS.iter().filter(|(needs, ..)| kinds.iter().any(|kind| needs(kind)));
    let mut missing = BTreeSet::new();
    for (_, table, column, cell) in needed {
        match reference.tables.get(*table) {
            Some(found) => check_column(found, column, *cell, problems),
            None => drop(missing.insert(*table)),
        }
    }
    for table in missing {
        problems.push(Diagnostic::error(
            "SET-018",
            Place::file(format!("reference/{table}.tsv")),
            "no such table, and a column of some source cannot be read without it",
            "copy it from the default rules: doisoat rules export DIR",
        ));
    }
    if let Some(categories) = reference.tables.get("categories") {
        check_lists(categories, &kinds, problems);
    }
}

fn check_column(table: &Tsv, column: &str, cell: Cell, problems: &Problems) {
    if !table.has_column(column) {
        let near = nearest(column, table.header.iter().map(String::as_str));
        problems.push(Diagnostic::error(
            "SET-019",
            Place::line(table.shown.clone(), 1),
            format!("no column `{column}` in the header line"),
            near.map_or("add the column".to_owned(), |near| format!("rename column `{near}`, or add one")),
        ));
        return;
    }
    for ([found], line) in table.select([column]).zip(&table.lines).filter(|([found], _)| !cell.fits(found)) {
        problems.push(Diagnostic::error(
            "SET-020",
            Place::line(table.shown.clone(), *line),
            format!("`{found}` in column `{column}`"),
            format!("give {}", cell.expected()),
        ));
    }
}

/// Lists that columns name and the table of categories does not hold.
fn check_lists(categories: &Tsv, kinds: &BTreeSet<&Kind>, problems: &Problems) {
    let lists: BTreeSet<&str> = categories.select(["list"]).map(|[list]| list).collect();
    let named =
        kinds.iter().filter_map(|kind| if let Kind::Category(list) = kind { Some(list) } else { None });
    // The ethnic groups stand in a table of their own.
    for list in
        named.filter(|list| !lists.contains(list.as_str()) && *list != "ethnicity" && !list.is_empty())
    {
        problems.push(Diagnostic::error(
            "SET-021",
            Place::file(categories.shown.clone()),
            format!("no list `{list}`, which a column of some source names"),
            nearest(list, lists.iter().copied())
                .map_or("add its rows: list, canonical, form".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                }),
        ));
    }
}
