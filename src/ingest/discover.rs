//! Which files of the input folder belong to which source.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Failure, Outcome, Place, nearest};
use crate::settings::Source;

/// A file or folder directly in the input folder.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its name, with what is not UTF-8 replaced: for patterns and messages.
    pub(super) name: String,
    /// Where it is.
    pub(super) path: PathBuf,
}

/// The files of one source.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// To be read, in this order, as one source.
    pub(super) read: Vec<Entry>,
    /// Names that match the source too but stand back.
    pub(super) ignored: Vec<String>,
}

/// What is in the folder, sorted by name.
///
/// # Errors
/// `ING-019` if the folder cannot be listed.
pub(super) fn list(input: &Path) -> Outcome<Vec<Entry>> {
    let unreadable = |error: std::io::Error| {
        Failure::from(Diagnostic::error(
            "ING-019",
            Place::file(input.to_string_lossy()),
            format!("the input folder cannot be read: {error}"),
            "give the folder that holds the extracts, readable by the user who runs this",
        ))
    };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(input).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), path: entry.path() });
    }
    entries.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(entries)
}

/// The files of a source: those of its first pattern that matches anything are
/// read, those of later patterns are ignored.
pub(super) fn choose(source: &Source, entries: &[Entry]) -> Choice {
    let mut choice = Choice::default();
    for pattern in &source.files {
        let found = entries.iter().filter(|entry| matches(pattern, &entry.name));
        let known = |entry: &&Entry| {
            choice.read.iter().all(|read| read.path != entry.path) && !choice.ignored.contains(&entry.name)
        };
        let mut found: Vec<Entry> = found.filter(known).cloned().collect();
        if !choice.read.is_empty() {
            choice.ignored.extend(found.into_iter().map(|entry| entry.name));
            continue;
        }
        if !pattern.contains('*') {
            // Names that differ in case alone: the one spelt as in the rules goes first.
            found.sort_by_key(|entry| entry.name != *pattern);
            choice.ignored.extend(found.drain(found.len().min(1)..).map(|entry| entry.name));
        }
        choice.read = found;
    }
    choice
}

/// Whether a pattern, in which `*` stands for any characters, matches a name;
/// ASCII letters match in either case. O(pattern × name).
fn matches(pattern: &str, name: &str) -> bool {
    let same = |text: &str, part: &str| text.eq_ignore_ascii_case(part);
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.get(first.len()..).filter(|_| same(&name[..first.len()], first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let places = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        let found =
            places.into_iter().find(|&at| rest.get(at..at + part.len()).is_some_and(|text| same(text, part)));
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len().checked_sub(last.len()).and_then(|at| rest.get(at..)).is_some_and(|end| same(end, last))
}

/// One warning naming the files that belong to no source, if there are any.
/// Folders and the delivery's own `delivery.toml` are passed over.
pub(super) fn unknown_files(sources: &[Source], entries: &[Entry]) -> Option<Diagnostic> {
    let known = |name: &str| {
        name == "delivery.toml"
            || sources.iter().flat_map(|source| &source.files).any(|pattern| matches(pattern, name))
    };
    let unknown: Vec<&Entry> =
        entries.iter().filter(|entry| !known(&entry.name) && !entry.path.is_dir()).collect();
    let first = unknown.first()?;
    Some(Diagnostic::warning(
        "ING-018",
        Place::file(&first.name),
        format!("no source asks for {} in the input folder: {}", count(unknown.len()), names(&unknown)),
        unknown
            .iter()
            .find_map(|entry| {
                let meant = nearest_file(sources, &entry.name)?;
                Some(format!("did you mean `{meant}` for `{}`? otherwise take the files away", entry.name))
            })
            .unwrap_or_else(|| {
                "take them away, or name them in the `files` of a source in rules/sources".to_owned()
            }),
    ))
}

/// The fixed file name of the sources that is nearest to a name.
pub(super) fn nearest_file<'a>(sources: &'a [Source], name: &str) -> Option<&'a str> {
    let fixed = sources.iter().flat_map(|source| &source.files).filter(|pattern| !pattern.contains('*'));
    nearest(&name.to_lowercase(), fixed.map(String::as_str))
}

fn count(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

/// At most this many names stand in one message.
const NAMES_MAX: usize = 8;

fn names(entries: &[&Entry]) -> String {
    let shown: Vec<String> =
        entries.iter().take(NAMES_MAX).map(|entry| format!("`{}`", entry.name)).collect();
    let more = if entries.len() > NAMES_MAX { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, expected) in [
            ("a.csv", "a.csv", true),
            ("a.csv", "A.CSV", true),
            ("a.csv", "a.csv.bak", false),
            ("a_*.csv", "a_01.csv", true),
            ("a_*.csv", "a_.csv", true),
            ("a_*.csv", "a.csv", false),
            ("a_*.csv", "a_01.csv.tmp", false),
            ("a*a", "a", false),
            ("*x*y*", "1x2y3", true),
            ("*x*y*", "1y2x3", false),
            ("đ*", "đa", true),
            ("a*", "đ", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
