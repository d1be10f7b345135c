//! Where the model goes, and what becomes of the one that is there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::settings::MODEL_FILE;

/// The file to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    file: PathBuf,
    force: bool,
}

impl Target {
    /// The file typed; else the model of the rules folder; else `model.toml` in the working folder,
    /// the compiled-in rules having no file.
    ///
    /// # Errors
    /// `TRN-001`: a folder, or in a folder that is not there. Told before any data is read.
    pub(super) fn new(typed: Option<&Path>, rules: Option<&Path>, force: bool) -> Outcome<Self> {
        let of_rules = || rules.map_or_else(|| PathBuf::from("model.toml"), |folder| folder.join(MODEL_FILE));
        let file = typed.map_or_else(of_rules, Path::to_path_buf);
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let why = if file.is_dir() {
            "is a folder"
        } else if folder.is_some_and(|folder| !folder.is_dir()) {
            "is in a folder that is not there"
        } else {
            return Ok(Self { file, force });
        };
        Err(failed("TRN-001", &file, why, "give a file with --out, such as new-model.toml").into())
    }

    /// Writes the model beside its place, keeps the one that is there as `….bak`, and renames: there
    /// is a whole model at any moment. What to tell of it.
    ///
    /// # Errors
    /// `TRN-002`: something cannot be written; what was there stands.
    pub(super) fn write(&self, text: &str) -> Outcome<String> {
        let shown = self.file.display();
        let kept = self.replace(text).map_err(|error| {
            let help = "give a file in a folder that you may write to with --out";
            failed("TRN-002", &self.file, format!("cannot be written: {error}"), help)
        })?;
        Ok(match kept {
            Some(kept) => format!("written: {shown} (the one before: {})", kept.display()),
            None => format!("written: {shown}"),
        })
    }

    fn replace(&self, text: &str) -> io::Result<Option<PathBuf>> {
        let (new, kept) = (self.beside("new"), self.beside("bak"));
        let written = write_whole(&new, text).and_then(|()| {
            let keeps = !self.force && self.file.exists();
            if keeps {
                let copy = self.beside("bak.new");
                fs::copy(&self.file, &copy)?;
                fs::rename(&copy, &kept)?;
            }
            fs::rename(&new, &self.file)?;
            Ok(keeps.then_some(kept))
        });
        if written.is_err() {
            // What is left of it is of no use; the mistake told is the first one.
            let _ = fs::remove_file(&new);
        }
        written
    }

    /// The file's name with one more ending.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(ending);
        self.file.with_file_name(name)
    }
}

fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn failed(code: &'static str, file: &Path, why: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::error(code, Place::file(file.display().to_string()), why, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn the_model_before_is_kept_beside_the_new_one_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model.toml");
        let target = |force| Target::new(Some(&file), None, force).unwrap();
        let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        target(false).write("a").unwrap();
        assert_eq!(files(folder.path()), [named("model.toml", "a")]);
        assert!(target(false).write("b").unwrap().contains("model.toml.bak"));
        assert_eq!(files(folder.path()), [named("model.toml", "b"), named("model.toml.bak", "a")]);
        target(true).write("c").unwrap();
        assert_eq!(files(folder.path()), [named("model.toml", "c"), named("model.toml.bak", "a")]);
    }

    #[test]
    fn the_place_follows_from_what_was_typed() {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path();
        fs::create_dir(rules.join("matching")).unwrap();
        let of = |typed: Option<&Path>, rules| Target::new(typed, rules, false).map(|target| target.file);
        assert_eq!(of(None, None).unwrap(), Path::new("model.toml"));
        assert_eq!(of(None, Some(rules)).unwrap(), rules.join("matching/model.toml"));
        assert_eq!(of(Some(Path::new("a.toml")), Some(rules)).unwrap(), Path::new("a.toml"));
        assert!(of(Some(rules), None).unwrap_err().to_string().contains("is a folder"));
        let nowhere = rules.join("b/model.toml");
        assert!(of(Some(&nowhere), None).unwrap_err().to_string().contains("in a folder that is not there"));
    }
}
