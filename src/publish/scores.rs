//! `scores.parquet`: đúng, đủ, sạch, sống of each ward and the province.

use std::path::Path;

use super::parquet_table::{Column, write};
use crate::check::Findings;
use crate::diagnostic::Outcome;
use crate::progress::Progress;
use crate::report::{Level, Scores};
use crate::settings::Settings;

/// Writes `scores.parquet`: the province first, then the wards by code, each by level.
///
/// # Errors
/// `PUB-005` where the file cannot be made, `PUB-006` where it cannot be written.
pub fn scores(folder: &Path, settings: &Settings, findings: &Findings, progress: &Progress) -> Outcome<()> {
    scores_of(folder, settings, &Scores::new(settings, findings), progress)
}

/// The same of scores that were put together from parts.
///
/// # Errors
/// As [`scores`].
pub fn scores_of(folder: &Path, settings: &Settings, scores: &Scores, progress: &Progress) -> Outcome<()> {
    let rows = scores.rows(settings);
    let rows = &rows[..];
    let columns = [
        Column::optional_text("ward_code", |row| rows[row].ward.as_deref()).repeating(),
        Column::word("level", Level::WORDS, |row| Some(rows[row].level as u16), false),
        Column::text("id", |row| &rows[row].id).repeating(),
        Column::sum("assessed", |row| rows[row].share.assessed),
        Column::sum("met", |row| rows[row].share.met),
        Column::optional_number("score", |row| rows[row].share.score()),
    ];
    let bar = progress.begin("scores", rows.len() as u64, "rows");
    write(&folder.join("scores.parquet"), rows.len(), &columns, &bar)
}
