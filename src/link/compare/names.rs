//! All distinct names of all sources, as sequences of word codes.

use crate::table::{Dictionary, DictionaryBuilder};

/// Names by number; a name's packed value is one more than its number, so that 0 is "missing".
#[derive(Debug, Default)]
pub(in crate::link) struct Names {
    /// By word: its text, accents and all.
    words: Dictionary,
    /// By name: one past its last word.
    ends: Vec<u32>,
    /// The names' words as written, back to back.
    marked: Vec<u32>,
    /// The same words without accents.
    plain: Vec<u32>,
}

/// One name's words, at least one; `plain[i]` is `marked[i]` without accents.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) marked: &'a [u32],
    pub(super) plain: &'a [u32],
}

impl Names {
    /// The name of a packed value other than 0.
    pub(super) fn name(&self, value: u64) -> Name<'_> {
        let at = value as usize - 1;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        let range = start..self.ends[at] as usize;
        Name { marked: &self.marked[range.clone()], plain: &self.plain[range] }
    }

    /// The text of a word.
    pub(super) fn word(&self, code: u32) -> &str {
        self.words.text(code)
    }
}

/// Builds [`Names`], name by name.
#[derive(Default)]
pub(in crate::link) struct NamesBuilder {
    words: DictionaryBuilder,
    names: Names,
}

impl NamesBuilder {
    /// Appends a name by its key and its accent-stripped key; gives its packed value.
    pub(in crate::link) fn push(&mut self, key: &str, plain: &str) -> u64 {
        let Self { words, names } = self;
        let start = names.marked.len();
        names.marked.extend(key.split_whitespace().map(|word| words.code(word)));
        names.plain.extend(plain.split_whitespace().map(|word| words.code(word)));
        if names.plain.len() != names.marked.len() {
            names.plain.truncate(start);
            names.plain.extend_from_slice(&names.marked[start..]);
        }
        names.ends.push(names.marked.len() as u32);
        names.ends.len() as u64
    }

    /// The finished names.
    pub(in crate::link) fn finish(self) -> Names {
        Names { words: self.words.finish(), ..self.names }
    }
}
