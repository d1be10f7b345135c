//! What earlier nights have left: officers' decisions, the people of an earlier run, and since when its
//! findings had stood open.
//!
//! Both are read once, before any extract is, and passed on to linkage as plain values
//! ([`Earlier`]). A file that cannot be read at all stops the night there; a line that cannot be
//! is left out and told. What only the night's records can tell (a record that is not there
//! any more) is told afterwards, by [`afterwards`].
//!
//! Cost: O(lines) for decisions; one pass over three columns for people, and 12 bytes a record; one over two
//! columns for findings, and 12 bytes each.

mod columns;
mod decisions;
mod previous;
mod settle;
mod standing;
mod told;
mod when;

use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::check::Findings;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::link::{Earlier, Ruled};
use crate::settings::Settings;

use told::Told;

/// Earlier nights, as far as they were given.
#[derive(Debug, Default)]
pub struct History {
    /// What linkage takes.
    pub earlier: Earlier,
    /// The decisions' books, if there is a file of them.
    pub decisions: Option<DecisionBooks>,
    /// What could not be used, line by line.
    pub complaints: Vec<Diagnostic>,
    /// The decisions' file as messages name it.
    file: String,
    standing: standing::Standing,
}

/// How many lines of decisions were read and what became of them.
///
/// `read` is the sum of the others, once those that name records not there tonight have been
/// taken off `same` and `different`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DecisionBooks {
    /// Lines below the header, but for blank ones.
    pub read: u64,
    /// Lines that bind two records to be one person.
    pub same: u64,
    /// Lines that bind two records to be two people.
    pub different: u64,
    /// Lines that say once more what an earlier line says.
    pub repeated: u64,
    /// Lines that a later decision on the same pair takes back.
    pub superseded: u64,
    /// Lines on pairs that were decided both ways at one time.
    pub undecided: u64,
    /// Lines of groups that contradict themselves over several pairs.
    pub in_conflict: u64,
    /// Lines that name a record which is not there tonight.
    pub unknown_record: u64,
    /// Lines that name a source which the rules do not declare.
    pub unknown_source: u64,
    /// Lines on a record and itself.
    pub itself: u64,
    /// Lines that cannot be read.
    pub malformed: u64,
}

/// Reads what earlier nights have left, as far as it is given: a file of decisions, and a run's
/// folder or the folder of runs with `latest` in it.
///
/// # Errors
/// `HIS-001` and `HIS-002`: decisions that cannot be read, or lack a column. `HIS-010`: no earlier
/// run there. `TAB-…`: its people cannot be read.
pub fn read(settings: &Settings, decisions: Option<&Path>, run: Option<&Path>) -> Outcome<History> {
    let mut told = Told::default();
    let mut history = History::default();
    if let Some(path) = decisions {
        history.file = path.display().to_string();
        let (rulings, books) = decisions::read(settings, path, &mut told)?;
        history.earlier.rulings = rulings;
        history.decisions = Some(books);
    }
    history.earlier.people = run.map(|run| previous::read(run, &mut told)).transpose()?;
    history.standing = run.map(standing::read).transpose()?.unwrap_or_default();
    history.complaints = told.finish();
    Ok(history)
}

impl History {
    /// Writes down since when tonight's findings have stood open: since the day that the earlier run tells of the
    /// same finding, else since tonight. O(n log n).
    pub fn date(&self, findings: &mut Findings, as_of: NaiveDate) {
        self.standing.date(findings, as_of);
    }

    /// What only the night's records could tell: the books closed, and the lines to be told.
    pub fn afterwards(&mut self, settings: &Settings, ruled: &Ruled) {
        let Some(books) = &mut self.decisions else { return };
        (books.same, books.different) = (ruled.same, ruled.different);
        books.unknown_record = ruled.unknown.len() as u64;
        let mut told = Told::default();
        decisions::afterwards(settings, &self.file, ruled, &mut told);
        self.complaints.extend(told.finish());
    }
}
