//! `delivery.toml` in the input folder: the day up to which each source was written.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use toml::de::DeValue;

use crate::diagnostic::{Failure, Outcome};
use crate::settings::reader::{Located, Problems, TableReader, read_file};
use crate::settings::{RuleFile, Source};

/// The file's name in the input folder.
pub const DELIVERY_FILE: &str = "delivery.toml";

/// Cut-off days by source id; empty where the folder has no `delivery.toml`.
///
/// # Errors
/// Every mistake in the file at once: an unknown source, a value that is no day.
pub fn cut_off_days(input: &Path, sources: &[Source]) -> Outcome<BTreeMap<String, NaiveDate>> {
    let path = input.join(DELIVERY_FILE);
    let Ok(text) = std::fs::read_to_string(&path) else {
        return Ok(BTreeMap::new());
    };
    let file = RuleFile { path: DELIVERY_FILE.into(), shown: path.display().to_string(), text };
    let problems = Problems::default();
    let days = read_file(&file, &problems, |table| Some(read_days(table, sources)));
    let diagnostics = problems.finish();
    if diagnostics.is_empty() { Ok(days.unwrap_or_default()) } else { Err(Failure { diagnostics }) }
}

fn read_days(table: &TableReader<'_>, sources: &[Source]) -> BTreeMap<String, NaiveDate> {
    let mut days = BTreeMap::new();
    for key in table.free_keys() {
        if !sources.iter().any(|source| source.id == key.value) {
            table.unknown_word(&key, "source", sources.iter().map(|source| source.id.as_str()));
        } else if let Some(day) = read_day(table, &key) {
            days.insert(key.value, day);
        }
    }
    days
}

fn read_day(table: &TableReader<'_>, key: &Located<String>) -> Option<NaiveDate> {
    let Located { value, place } = table.free_value(key)?;
    let text = match value {
        DeValue::Datetime(day) => day.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => String::new(),
    };
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
    if day.is_none() {
        table.problem(place, format!("`{}` is not a day", key.value), "write it as 2026-06-30");
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    fn days_of(text: &str) -> Outcome<BTreeMap<String, NaiveDate>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(DELIVERY_FILE), text).unwrap();
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        cut_off_days(folder.path(), &settings.sources)
    }

    #[test]
    fn each_source_has_its_own_day() {
        let days = days_of("# days\ncu_tru = 2026-06-30\nbhyt = 2026-06-15\n").unwrap();
        assert_eq!(days["bhyt"], NaiveDate::from_ymd_opt(2026, 6, 15).unwrap());
        assert_eq!(days.len(), 2);
    }

    #[test]
    fn a_wrong_day_and_an_unknown_source_are_told_with_their_places() {
        let told = days_of("cu_tu = 2026-06-30\nbhyt = 30\n").unwrap_err().to_string();
        assert!(
            told.contains("delivery.toml:1:1: unknown source `cu_tu`\n  help: did you mean `cu_tru`?"),
            "{told}"
        );
        assert!(told.contains("delivery.toml:2:8: `bhyt` is not a day"), "{told}");
    }
}
