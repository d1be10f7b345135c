//! `rules/reference/*.tsv`: facts, as tables of texts.

use std::collections::BTreeMap;

use super::folder::RulesFolder;
use super::reader::Problems;
use crate::diagnostic::{Diagnostic, Place};

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
}

impl Reference {
    /// A table by its file stem; an empty one where the folder has none.
    pub fn table(&self, stem: &str) -> &Tsv {
        static NONE: Tsv = Tsv { shown: String::new(), header: Vec::new(), rows: Vec::new() };
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

pub(super) fn read(folder: &RulesFolder, problems: &Problems) -> Reference {
    let mut tables = BTreeMap::new();
    for file in folder.below("reference/").filter(|file| file.is(".tsv")) {
        let mut lines = file.text.lines();
        let cells = |line: &str| line.split('\t').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
        let header = lines.next().map(cells).unwrap_or_default();
        let mut rows = Vec::new();
        for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let row = cells(line);
            if row.len() > header.len() {
                problems.push(Diagnostic::error(
                    "SET-009",
                    Place::line(file.shown.clone(), at as u64 + 2),
                    format!("{} cells under {} columns", row.len(), header.len()),
                    "separate cells by one tab each, as many as the header line has",
                ));
            }
            rows.push(row);
        }
        let stem = file.path.trim_start_matches("reference/").trim_end_matches(".tsv").to_owned();
        tables.insert(stem, Tsv { shown: file.shown.clone(), header, rows });
    }
    Reference { tables }
}
