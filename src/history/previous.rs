//! Which record was of whom in an earlier run, from its `people.parquet`.

use std::path::{Path, PathBuf};

use super::told::Told;
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::link::{KnownRecord, PreviousPeople};
use crate::table::parquet_rows::{Column, Rows};

const TABLE: &str = "people.parquet";

const PEOPLE: &[Column] =
    &[Column::needed("source"), Column::needed("record_id"), Column::needed("person_id")];

/// The people of a run, given by its folder or by the folder of runs.
///
/// # Errors
/// `HIS-010`: no run there. `TAB-…`: a table that cannot be read.
pub(super) fn read(given: &Path, told: &mut Told) -> Outcome<PreviousPeople> {
    let folder = folder(given);
    let rows = Rows::open(&folder, TABLE, PEOPLE)?.ok_or_else(|| nothing_there(given))?;
    let known = rows.collect(|row| Some(KnownRecord::new(row.text(0), row.text(1), row.text(2))))?;
    let all = known.len();
    let known: Vec<KnownRecord> = known.into_iter().flatten().collect();
    let unusable = (all - known.len()) as u64;
    let people = PreviousPeople::new(known);
    note(told, &rows, unusable, "rows lack a name, or a person's id of `P` and 16 hex digits; left out");
    note(
        told,
        &rows,
        people.named_twice,
        "rows give a record to a second person; the first in order of ids counts",
    );
    Ok(people)
}

/// The folder given, or `latest` in it.
pub(super) fn folder(given: &Path) -> PathBuf {
    let latest = given.join("latest");
    if !given.join(TABLE).exists() && latest.join(TABLE).exists() { latest } else { given.to_path_buf() }
}

fn nothing_there(given: &Path) -> Diagnostic {
    Diagnostic::error(
        "HIS-010",
        Place::file(given.display().to_string()),
        format!("no {TABLE} there, nor in `latest` below it"),
        "give the folder of an earlier run, or the one that holds the runs; on the first night leave --previous out",
    )
}

fn note(told: &mut Told, rows: &Rows, count: u64, what: &str) {
    if count > 0 {
        let help = "the records concerned count as new; give a run that this program has written";
        let place = Place::file(rows.shown());
        told.tell("HIS-011", || Diagnostic::warning("HIS-011", place, format!("{count} {what}"), help));
    }
}
