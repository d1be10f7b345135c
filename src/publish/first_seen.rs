//! The days on which findings were first told, as words of a column.

use chrono::NaiveDate;

use crate::check::Findings;

/// All days of a night, rising, each once, and how they are written.
pub(super) struct Days {
    days: Vec<i32>,
    /// `2026-06-30`.
    pub(super) texts: Vec<String>,
}

impl Days {
    /// O(findings): there are few days.
    pub(super) fn new(findings: &Findings) -> Self {
        let mut days: Vec<i32> = Vec::new();
        for &day in &findings.first_seen {
            if let Err(at) = days.binary_search(&day) {
                days.insert(at, day);
            }
        }
        let text =
            |&day: &i32| NaiveDate::from_epoch_days(day).map_or_else(String::new, |day| day.to_string());
        let texts = days.iter().map(text).collect();
        Self { days, texts }
    }

    /// The place of a finding's day.
    pub(super) fn place(&self, findings: &Findings, finding: usize) -> Option<u16> {
        let day = findings.first_seen(finding as u32)?;
        u16::try_from(self.days.binary_search(&day).ok()?).ok()
    }
}
