//! Findings → one list a ward, one list an office.
//!
//! Input: settings, records, people, findings, the folder of a run that is not
//! published yet. Output: files, and [`Lists`], which says what they hold.
//! Invariants: every finding of a route other than `statistic` is in exactly one
//! list, written or counted as waiting, and what a community team is told is a part of its ward's
//! list, not a list beside it; a workbook and its CSV file hold the
//! same items (an office's workbook may hold the first of them only, which its
//! title says); no cell is read as a formula; the bytes depend on the findings
//! and the as-of date alone. Cost: O(n log n); a list's rows are formatted in
//! chunks, so memory does not grow with their number.

mod cell;
mod columns;
mod community;
mod csv;
mod fit;
mod group;
mod item;
mod person;
mod place;
mod rank;
mod results;
mod shelf;
mod side_sheets;
mod slug;
mod style;
mod xlsx;

pub(crate) use cell::workbook_text;
pub(crate) use fit::row_points;
pub use shelf::Shelf;
pub use slug::slug;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::check::Findings;
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::link::Linkage;
use crate::normalise::Records;
use crate::private;
use crate::progress::Progress;
use crate::settings::{Settings, Severity};
use group::Plan;
use item::Context;

/// The ward code of items whose ward is not known.
pub const UNKNOWN_WARD: &str = "00000";

/// Most failed files that are told of; one cause fails them all.
const FAILURES_TOLD_MAX: usize = 3;

/// What was written, sorted by kind, then key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// One entry a list.
    pub lists: Vec<List>,
}

/// One list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Who it is for.
    pub kind: ListKind,
    /// The ward's code, the office's key, or nothing.
    pub key: String,
    /// Its title: `Danh sách rà soát, xác minh – Phường Bạc Liêu`.
    pub title: String,
    /// Its files, as paths below the folder of lists with `/` between names.
    pub files: Vec<String>,
    /// Items there are.
    pub items: u64,
    /// Items in the CSV file; the others wait for a later week.
    pub written: u64,
    /// Items in the workbook; fewer than `written` only in long lists of offices.
    pub in_workbook: u64,
    /// All items by severity, in the order of [`Severity::WORDS`].
    pub by_severity: [u64; Severity::WORDS.len()],
}

impl List {
    /// Items that cannot wait.
    pub fn urgent(&self) -> u64 {
        self.by_severity[Severity::Urgent as usize]
    }

    /// Items that are counted but not written.
    pub fn waiting(&self) -> u64 {
        self.items - self.written
    }
}

/// Who a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// A ward's officers, by ward code; `00000` for items whose ward is not known.
    Ward,
    /// Nobody yet: people whose address is in another province.
    OtherProvince,
    /// The owner of a source, to mend its own records.
    Agency,
    /// The owner of a source, to be applied in bulk.
    Auto,
    /// A ward's community team: part of the ward's list, without reasons.
    Community,
}

impl ListKind {
    /// Whether people look at each item, a week's package at a time.
    pub fn is_of_ward(self) -> bool {
        matches!(self, Self::Ward | Self::OtherProvince | Self::Community)
    }

    /// Its word in outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ward => "ward",
            Self::OtherProvince => "other_province",
            Self::Agency => "agency",
            Self::Auto => "auto",
            Self::Community => "community",
        }
    }
}

impl Lists {
    /// Items of all lists, written or waiting.
    pub fn items(&self) -> u64 {
        self.own().map(|list| list.items).sum()
    }

    /// Items of all lists that are written.
    pub fn written(&self) -> u64 {
        self.own().map(|list| list.written).sum()
    }

    /// The lists that have items of their own.
    fn own(&self) -> impl Iterator<Item = &List> {
        self.lists.iter().filter(|list| list.kind != ListKind::Community)
    }

    /// Lists of one kind.
    pub fn of(&self, kind: ListKind) -> impl Iterator<Item = &List> {
        self.lists.iter().filter(move |list| list.kind == kind)
    }
}

/// The days that lists tell.
#[derive(Clone, Debug)]
pub struct Days {
    /// The day of the data as a whole.
    pub as_of: NaiveDate,
    /// By source id: the day up to which the source was written, where the delivery says so.
    pub cut_offs: BTreeMap<String, NaiveDate>,
}

impl From<NaiveDate> for Days {
    fn from(as_of: NaiveDate) -> Self {
        Self { as_of, cut_offs: BTreeMap::new() }
    }
}

/// Writes all lists below a folder that is there already and holds none yet.
///
/// # Errors
/// Every file that could not be written, all at once.
pub fn write(
    settings: &Settings,
    records: &[Records],
    linkage: &Linkage,
    findings: &Findings,
    days: impl Into<Days>,
    folder: &Path,
    progress: &Progress,
) -> Outcome<Lists> {
    let context = Context::new(settings, records, linkage, findings, &days.into());
    let plans = group::plans(&context);
    write_plans(&context, plans, folder, progress)
}

fn write_plans<'a>(
    context: &Context<'a>,
    plans: Vec<Plan<'a>>,
    folder: &Path,
    progress: &Progress,
) -> Outcome<Lists> {
    make_folders(&plans, folder)?;
    let items = plans.iter().map(|plan| plan.items.len() as u64).sum();
    let bar = progress.begin("worklists", items, "items");
    let failures: Vec<Failure> = tasks(&plans)
        .into_par_iter()
        .with_max_len(1)
        .filter_map(|(plan, ending)| {
            let failure = write_file(context, plan, ending, folder).err();
            if ending == CSV {
                bar.add(plan.items.len() as u64);
            }
            failure
        })
        .collect();
    if !failures.is_empty() {
        // A full disk fails every list alike: the first few say it.
        let diagnostics = failures.into_iter().flat_map(|failure| failure.diagnostics);
        return Err(Failure { diagnostics: diagnostics.take(FAILURES_TOLD_MAX).collect() });
    }
    Ok(Lists { lists: plans.into_iter().map(finished).collect() })
}

const CSV: &str = "csv";
const XLSX: &str = "xlsx";

/// One file each, the longest lists first, so that no core is left with one at the end.
fn tasks<'p, 'a>(plans: &'p [Plan<'a>]) -> Vec<(&'p Plan<'a>, &'static str)> {
    let mut tasks: Vec<_> = plans.iter().flat_map(|plan| [(plan, XLSX), (plan, CSV)]).collect();
    tasks.sort_by_key(|(plan, _)| std::cmp::Reverse(plan.list.in_workbook));
    tasks
}

fn write_file(context: &Context<'_>, plan: &Plan<'_>, ending: &'static str, folder: &Path) -> Outcome<()> {
    let name = format!("{}.{ending}", plan.stem);
    let file = folder.join(&name);
    let written = match ending {
        CSV if !plan.runs.is_empty() => {
            csv::merge(context, plan.layout, &plan.runs, &file).map_err(|error| error.to_string())
        }
        CSV => csv::write(context, plan.layout, &plan.items, &file).map_err(|error| error.to_string()),
        _ => xlsx::write(context, plan, &file).map_err(|error| error.to_string()),
    };
    written.map_err(|why| unwritable(&name, &why))
}

fn make_folders(plans: &[Plan<'_>], folder: &Path) -> Outcome<()> {
    for plan in plans {
        if let Some(parent) = folder.join(&plan.stem).parent() {
            private::create_dir(parent).map_err(|error| unwritable(&plan.stem, &error.to_string()))?;
        }
    }
    Ok(())
}

fn unwritable(name: &str, why: &str) -> Failure {
    Failure::from(Diagnostic::error(
        "WKL-001",
        Place::file(format!("worklists/{name}")),
        format!("cannot be written: {why}"),
        "make room on the disk or give another output folder, then run again; yesterday's lists still stand",
    ))
}

fn finished(plan: Plan<'_>) -> List {
    let files = [XLSX, CSV].map(|ending| format!("{}.{ending}", plan.stem)).to_vec();
    List { files, ..plan.list }
}
