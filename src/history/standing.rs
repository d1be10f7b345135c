//! Since when findings have stood open, from an earlier run's table of them.
//!
//! A finding keeps its id over nights, so tonight's that stood there already keep the day on which they were
//! first told. One that was mended in between and comes back is new. Cost: one pass over two columns, and
//! 12 bytes a finding of the earlier run.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::previous::folder;
use crate::check::Findings;
use crate::diagnostic::Outcome;
use crate::table::parquet_rows::{Column, Kind, Rows};

const TABLE: &str = "findings.parquet";
const COLUMNS: &[Column] = &[Column::needed("finding_id"), Column::optional("first_seen", Kind::Text)];
/// Where a run tells its own day.
const BOOKS: &str = "run.json";
const DAY: &str = "%Y-%m-%d";

/// The findings of an earlier run, by the number that makes their id, each with its first day.
#[derive(Debug, Default)]
pub(super) struct Standing {
    seen: Vec<(u64, i32)>,
}

/// Reads them; none where that run has no findings. Rows of a run that did not tell first days yet count from
/// that run's own day.
///
/// # Errors
/// `TAB-…`: a table that cannot be read.
pub(super) fn read(given: &Path) -> Outcome<Standing> {
    let folder = folder(given);
    let Some(rows) = Rows::open(&folder, TABLE, COLUMNS)? else { return Ok(Standing::default()) };
    let day_of_run = day_of_run(&folder);
    let mut seen = rows.collect(|row| {
        let id = u64::from_str_radix(row.text(0), 16).ok()?;
        Some((id, day(row.text(1)).or(day_of_run)?))
    })?;
    seen.par_sort_unstable();
    seen.dedup_by_key(|entry| entry.0);
    Ok(Standing { seen })
}

fn day(text: &str) -> Option<i32> {
    NaiveDate::parse_from_str(text, DAY).ok().map(|day| day.to_epoch_days())
}

fn day_of_run(folder: &Path) -> Option<i32> {
    let books = fs::read_to_string(folder.join(BOOKS)).ok()?;
    let books: serde_json::Value = serde_json::from_str(&books).ok()?;
    day(books.get("as_of")?.as_str()?)
}

impl Standing {
    /// Writes down since when tonight's findings have stood open; new ones since tonight. O(n log n).
    pub(super) fn date(&self, findings: &mut Findings, as_of: NaiveDate) {
        let tonight = as_of.to_epoch_days();
        let first_seen = |id: &str| {
            let id = u64::from_str_radix(id, 16).ok()?;
            let at = self.seen.binary_search_by_key(&id, |entry| entry.0).ok()?;
            Some(self.seen[at].1.min(tonight))
        };
        let of = |finding: &crate::check::Finding| first_seen(finding.finding_id.as_str()).unwrap_or(tonight);
        findings.first_seen = findings.findings.par_iter().map(of).collect();
    }
}
