//! What was left out and why: counted, told, not fatal.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::parquet_rows::{Column, Rows};

/// A table without which there is nothing to measure.
///
/// # Errors
/// A table that is missing, lacks a column or cannot be read.
pub(super) fn required(folder: &Path, name: &'static str, columns: &'static [Column]) -> Outcome<Rows> {
    Rows::open(folder, name, columns)?.ok_or_else(|| {
        Diagnostic::error(
            "EVA-002",
            Place::file(folder.join(name).display().to_string()),
            "no such table",
            "give the folder of a complete run (out/latest) and that of a generated province",
        )
        .into()
    })
}

/// A table whose figures are left out where it is missing, with a note.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn optional(
    folder: &Path,
    name: &'static str,
    columns: &'static [Column],
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<Rows>> {
    let rows = Rows::open(folder, name, columns)?;
    match &rows {
        None => notes.push(Diagnostic::warning(
            "EVA-010",
            Place::file(folder.join(name).display().to_string()),
            "no such table",
            "the figures that need it are left out",
        )),
        Some(rows) => notes.extend(rows.missing().map(|column| {
            Diagnostic::warning(
                "EVA-011",
                Place::file(rows.shown()).detail(format!("column `{column}`")),
                "the table has no such column",
                "it reads as `no value`; the figures that need it are left out",
            )
        })),
    }
    Ok(rows)
}

/// A note on a number of rows, unless there are none.
pub(super) fn count(notes: &mut Vec<Diagnostic>, rows: &Rows, count: u64, what: &str) {
    if count > 0 {
        notes.push(Diagnostic::warning(
            "EVA-012",
            Place::file(rows.shown()),
            format!("{count} {what}"),
            "expected where rows were set aside or a source was refused; else check that truth and run belong together",
        ));
    }
}
