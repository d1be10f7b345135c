//! A rules folder laid over the default rules: what it has of its own, and the rest from there.
//!
//! `rules.toml` at the top of a folder says so. A file of the folder takes the place of the default
//! file of the same path; default files that `without` names are left out. Whole files only: who
//! reads a file sees all that holds.

use super::folder::RuleFile;
use super::reader::{Problems, TableReader, read_file};
use crate::diagnostic::{Failure, Outcome};

/// The file that says what a folder is laid over.
pub const OVERLAY_FILE: &str = "rules.toml";

/// What a folder can be laid over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    /// The rules compiled into the program.
    Default,
}

pub(super) const BASES: [(&str, Base); 1] = [("default", Base::Default)];

/// The files of a folder with those of the base that it has not; as they are where no file says `extends`.
///
/// # Errors
/// Every mistake of `rules.toml`.
pub(super) fn laid_over(
    own: Vec<RuleFile>,
    embedded: impl FnOnce() -> Vec<RuleFile>,
) -> Outcome<Vec<RuleFile>> {
    let Some(file) = own.iter().find(|file| file.path == OVERLAY_FILE) else { return Ok(own) };
    let problems = Problems::default();
    let default: Vec<RuleFile> = embedded().into_iter().map(named).collect();
    let left_out = read_file(file, &problems, |table| {
        let left_out = left_out(table, &default);
        table.word("extends", &BASES).map(|Base::Default| left_out)
    });
    let diagnostics = problems.finish();
    let Some(left_out) = left_out.filter(|_| diagnostics.is_empty()) else {
        return Err(Failure { diagnostics });
    };
    let has = |path: &str| own.iter().any(|file| file.path == path);
    let from_base: Vec<RuleFile> =
        default.into_iter().filter(|file| !has(&file.path) && !left_out.contains(&file.path)).collect();
    Ok(own.into_iter().chain(from_base).collect())
}

/// Messages must not send the reader to a file of his own folder.
fn named(file: RuleFile) -> RuleFile {
    RuleFile { shown: format!("default rules: {}", file.path), ..file }
}

/// The paths of default files that are not taken.
fn left_out(table: &TableReader<'_>, default: &[RuleFile]) -> Vec<String> {
    let typed = table.texts("without");
    for path in typed.iter().filter(|path| !default.iter().any(|file| file.path == path.value)) {
        table.unknown_word(path, "default file", default.iter().map(|file| file.path.as_str()));
    }
    typed.into_iter().map(|path| path.value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> RuleFile {
        RuleFile { path: path.to_owned(), shown: format!("mine/{path}"), text: text.to_owned() }
    }

    fn base() -> Vec<RuleFile> {
        ["checks/du/a.toml", "evidence.toml", "wording/offices.toml"].map(|path| file(path, "base")).to_vec()
    }

    fn laid(own: &[RuleFile]) -> Outcome<Vec<RuleFile>> {
        laid_over(own.to_vec(), base)
    }

    fn complaint(text: &str) -> String {
        laid(&[file(OVERLAY_FILE, text)]).unwrap_err().to_string()
    }

    #[test]
    fn a_file_of_the_same_path_takes_the_place_of_the_default_one() {
        let own = [file(OVERLAY_FILE, "extends = \"default\"\n"), file("evidence.toml", "mine")];
        let files = laid(&own).unwrap();
        let text = |path: &str| -> Vec<&str> {
            files.iter().filter(|file| file.path == path).map(|file| file.text.as_str()).collect()
        };
        assert_eq!([text("evidence.toml"), text("checks/du/a.toml")], [vec!["mine"], vec!["base"]]);
        assert!(files.iter().any(|file| file.shown == "default rules: wording/offices.toml"));
    }

    #[test]
    fn a_folder_that_extends_nothing_stands_alone_and_default_files_can_be_left_out() {
        assert_eq!(laid(&[file("evidence.toml", "mine")]).unwrap().len(), 1);
        let own = [file(OVERLAY_FILE, "extends = \"default\"\nwithout = [\"checks/du/a.toml\"]\n")];
        let paths: Vec<String> = laid(&own).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, [OVERLAY_FILE, "evidence.toml", "wording/offices.toml"]);
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_the_nearest_word() {
        for (text, told) in [
            ("extends = \"defalt\"\n", "mine/rules.toml:1:11: unknown word `defalt`"),
            ("without = []\n", "key `extends` is missing"),
            ("extends = \"default\"\nwith = 1\n", "mine/rules.toml:2:1: unknown key `with`"),
            (
                "extends = \"default\"\nwithout = [\"checks/du/b.toml\"]\n",
                "mine/rules.toml:2:12: unknown default file `checks/du/b.toml`\n  help: did you mean `checks/du/a.toml`?",
            ),
        ] {
            let complaint = complaint(text);
            assert!(complaint.contains(told), "{complaint}");
        }
    }
}
