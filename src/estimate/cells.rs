//! The cells of a workbook that somebody has had in hand: any cell may hold anything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, DataRef, Reader, Xlsx, XlsxError, open_workbook};

use crate::diagnostic::{Diagnostic, Outcome, Place};

/// More cells than the largest sample has; a sheet of more is no sample.
const CELLS_MAX: usize = 4_000_000;

/// A workbook that is open for reading.
pub(super) struct Book {
    shown: String,
    workbook: Xlsx<BufReader<File>>,
}

/// One sheet: the cells in which anything stands, outer spaces taken off.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    shown: String,
    name: &'static str,
    cells: BTreeMap<(u32, u32), String>,
}

impl Book {
    /// # Errors
    /// `EST-010`: no file, or no workbook.
    pub(super) fn open(file: &Path) -> Outcome<Self> {
        let shown = file.display().to_string();
        match open_workbook(file) {
            Ok(workbook) => Ok(Self { shown, workbook }),
            Err(error) => Err(unreadable(&shown, &error).into()),
        }
    }

    /// Reads a sheet whole; `None` where there is no such sheet. Memory is that of the cells in which
    /// something stands, wherever they stand.
    ///
    /// # Errors
    /// `EST-010`: cells that cannot be read, or millions of them.
    pub(super) fn sheet(&mut self, name: &'static str) -> Outcome<Option<Sheet>> {
        if !self.workbook.sheet_names().iter().any(|known| known == name) {
            return Ok(None);
        }
        let mut sheet = Sheet { shown: self.shown.clone(), name, cells: BTreeMap::new() };
        let broken = |error: XlsxError| unreadable(&self.shown, &error);
        let mut reader = self.workbook.worksheet_cells_reader(name).map_err(broken)?;
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            let text = text(cell.get_value());
            let text = text.trim();
            if !text.is_empty() {
                sheet.cells.insert(cell.get_position(), text.to_owned());
            }
            if sheet.cells.len() > CELLS_MAX {
                return Err(too_large(&self.shown, name).into());
            }
        }
        Ok(Some(sheet))
    }

    /// The file, as messages name it.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }
}

impl Sheet {
    /// What stands in a cell, by 0-based row and column; empty for nothing.
    pub(super) fn text(&self, row: u32, column: u32) -> &str {
        self.cells.get(&(row, column)).map_or("", String::as_str)
    }

    /// The 0-based rows in which anything stands, in order.
    pub(super) fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|(row, _)| *row).collect();
        rows.dedup();
        rows
    }

    /// The cells of a row in which anything stands: 0-based column and text.
    pub(super) fn row(&self, row: u32) -> impl Iterator<Item = (u32, &str)> {
        self.cells.range((row, 0)..=(row, u32::MAX)).map(|((_, column), text)| (*column, text.as_str()))
    }

    /// A cell as a place: file, sheet and `D7`.
    pub(super) fn place(&self, row: u32, column: u32) -> Place {
        Place::file(&self.shown).detail(format!("sheet `{}`, cell {}", self.name, cell_name(row, column)))
    }

    /// The sheet as a place.
    pub(super) fn whole(&self) -> Place {
        Place::file(&self.shown).detail(format!("sheet `{}`", self.name))
    }
}

/// `D7` of 0-based row 6 and column 3.
fn cell_name(row: u32, column: u32) -> String {
    let letters = u16::try_from(column).map(rust_xlsxwriter::utility::column_number_to_name);
    format!("{}{}", letters.unwrap_or_default(), u64::from(row) + 1)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        // Shortest digits that read back the same: 12, not 12.0.
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(moment) => moment.as_f64().to_string(),
        DataRef::Error(error) => Data::Error(error.clone()).to_string(),
    }
}

fn unreadable(shown: &str, error: &XlsxError) -> Diagnostic {
    Diagnostic::error(
        "EST-010",
        Place::file(shown),
        format!("cannot be read as an Excel workbook (.xlsx): {error}"),
        "give the sheet that `doisoat sample` wrote, filled in and saved as .xlsx",
    )
}

fn too_large(shown: &str, sheet: &str) -> Diagnostic {
    Diagnostic::error(
        "EST-010",
        Place::file(shown).detail(format!("sheet `{sheet}`")),
        format!("more than {CELLS_MAX} cells, which no sample has"),
        "give the sheet that `doisoat sample` wrote, filled in and saved as .xlsx",
    )
}
