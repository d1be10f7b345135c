//! The folder a province goes into: refused if it holds anything else, all or nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::batch::TRUTH;
use super::rates::Source;
use super::sink::Format;
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::private;

const TRUTH_FOLDER: &str = "truth";
const DELIVERY: &str = "delivery.toml";

/// The folder, made or found to hold nothing but an earlier province.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) truth: PathBuf,
}

/// What a failed file operation says.
pub(super) fn io_failure(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        "GEN-003",
        Place::file(path.display().to_string()),
        format!("cannot be written: {error}"),
        "check that the folder can be written to and that the disk has room",
    )
}

impl Folder {
    /// # Errors
    /// The folder holds something that no generated province has, or cannot be made.
    pub(super) fn claim(path: &Path) -> Outcome<Self> {
        let folder = Self { path: path.to_owned(), truth: path.join(TRUTH_FOLDER) };
        let failed = |error: io::Error| io_failure(path, &error);
        private::create_dir(path).map_err(failed)?;
        private::create_dir(&folder.truth).map_err(failed)?;
        for (inside, is_own) in [(&folder.path, is_own as fn(&str) -> bool), (&folder.truth, is_own_truth)] {
            if let Some(name) = names(inside).map_err(failed)?.into_iter().find(|name| !is_own(name)) {
                return Err(stranger(inside, &name).into());
            }
        }
        folder.sweep(&[]).map_err(failed)?;
        Ok(folder)
    }

    /// Removes what an earlier or a broken attempt left, but for the files named;
    /// without names, only hidden parts.
    fn sweep(&self, keep: &[PathBuf]) -> io::Result<()> {
        for inside in [&self.path, &self.truth] {
            for name in names(inside)? {
                let path = inside.join(&name);
                let is_part = name.starts_with('.');
                let is_stale = !keep.is_empty() && name != TRUTH_FOLDER && !keep.contains(&path);
                if is_part || is_stale {
                    fs::remove_file(path)?;
                }
            }
        }
        Ok(())
    }

    /// Gives the finished files their own names and removes those of an earlier province.
    ///
    /// # Errors
    /// As the system gives them.
    pub(super) fn publish(&self, files: &[(PathBuf, PathBuf)], delivery: &str) -> Outcome<Vec<PathBuf>> {
        let failed = |error: io::Error| io_failure(&self.path, &error);
        let hidden = self.path.join(".delivery.toml.part");
        private::write_file(&hidden, delivery.as_bytes()).map_err(failed)?;
        let mut own: Vec<PathBuf> = files.iter().map(|(_, own)| own.clone()).collect();
        for (from, to) in files {
            fs::rename(from, to).map_err(failed)?;
        }
        let last = self.path.join(DELIVERY);
        fs::rename(hidden, &last).map_err(failed)?;
        own.push(last);
        self.sweep(&own).map_err(failed)?;
        Ok(own)
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Whether a name is one that a province's folder has.
fn is_own(name: &str) -> bool {
    let plain = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part")).unwrap_or(name);
    let is_part = |rest: &str| {
        let (number, ending) = rest.split_once('.').unwrap_or((rest, ""));
        let digits = number.strip_prefix('_').unwrap_or(number);
        let is_number = number.is_empty() || (digits.len() < number.len() && digits.parse::<u32>().is_ok());
        is_number && Format::WORDS.iter().any(|(word, _)| *word == ending)
    };
    let is_extract = Source::ALL.iter().any(|source| plain.strip_prefix(source.id()).is_some_and(is_part));
    is_extract || plain == DELIVERY || name == TRUTH_FOLDER
}

fn is_own_truth(name: &str) -> bool {
    let plain = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part")).unwrap_or(name);
    let stem = plain.strip_suffix(".parquet").unwrap_or(plain);
    TRUTH.iter().any(|(table, _)| stem == *table || stem.strip_suffix("_01") == Some(table))
}

fn stranger(folder: &Path, name: &str) -> Diagnostic {
    Diagnostic::error(
        "GEN-001",
        Place::file(folder.display().to_string()),
        format!("the folder holds `{name}`, which no generated province has"),
        "name an empty or a new folder, or one that holds an earlier generated province",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_told_from_others() {
        for name in [
            "cu_tru.csv",
            "bhyt_01.xlsx",
            "phuong_tien.csv",
            "delivery.toml",
            "truth",
            ".thue_bao_01.csv.part",
        ] {
            assert!(is_own(name), "{name}");
        }
        for name in ["notes.txt", "cu_tru.csv.bak", "cu_tru_x.csv", "bhyt", "cu_tru2.csv", ".hidden"] {
            assert!(!is_own(name), "{name}");
        }
        assert!(is_own_truth(".truth_people_01.parquet.part") && !is_own_truth("truth_x.parquet"));
    }
}
