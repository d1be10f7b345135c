//! The distinct texts of all columns that are compared by their likeness, each with its words.
//!
//! A value is a text's code: equal texts have equal values, so that most of what agrees is told without
//! looking at a letter. Texts are compared as the rules' facet gives them; `plain` has neither capitals
//! nor accents.

use crate::table::{Dictionary, DictionaryBuilder};

/// Most bytes of a text that are looked at where texts differ: likeness takes the square of the length,
/// and no name, place or occupation is longer. Whether two texts are equal is asked of all of them.
const COMPARED_MAX: usize = 256;

/// Most words of a text that are looked at.
pub(super) const WORDS_MAX: usize = 32;

/// Texts by value; value 0 is "missing".
#[derive(Debug, Default)]
pub(in crate::link) struct Texts {
    whole: Dictionary,
    words: Dictionary,
    /// The words of all texts, each text's once each, ascending.
    sets: Vec<u32>,
    /// By text: where its words end in `sets`.
    ends: Vec<u32>,
}

impl Texts {
    /// The compared part of the text of a value other than 0.
    pub(super) fn text(&self, value: u64) -> &str {
        let text = self.whole.text(value as u32);
        let mut end = text.len().min(COMPARED_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        &text[..end]
    }

    /// Two texts in an order that does not depend on the sides, for measures that would.
    pub(super) fn ordered(&self, a: u64, b: u64) -> (&str, &str) {
        let (a, b) = (self.text(a), self.text(b));
        if a <= b { (a, b) } else { (b, a) }
    }

    /// The distinct words of a value other than 0, ascending.
    pub(super) fn words(&self, value: u64) -> &[u32] {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0) as usize;
        let at = value as usize;
        self.sets.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }

    /// The text of a word.
    pub(super) fn word(&self, code: u32) -> &str {
        self.words.text(code)
    }
}

/// Builds [`Texts`], text by text.
#[derive(Debug, Default)]
pub(in crate::link) struct TextsBuilder {
    texts: DictionaryBuilder,
}

impl TextsBuilder {
    /// A text's value, 0 for an empty one. O(length).
    pub(in crate::link) fn push(&mut self, text: &str) -> u64 {
        if text.is_empty() { 0 } else { u64::from(self.texts.code(text)) }
    }

    /// The finished texts, their words taken apart. O(length of all texts).
    pub(in crate::link) fn finish(self) -> Texts {
        let texts = self.texts.finish();
        let (mut words, mut sets) = (DictionaryBuilder::default(), Vec::new());
        let mut ends = Vec::with_capacity(texts.len());
        for text in texts.texts() {
            let begin = sets.len();
            let of_text = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            sets.extend(of_text.take(WORDS_MAX).map(|word| words.code(word)));
            let own = sets.split_off(begin);
            sets.extend(distinct(own));
            ends.push(sets.len() as u32);
        }
        Texts { whole: texts, words: words.finish(), sets, ends }
    }
}

fn distinct(mut words: Vec<u32>) -> Vec<u32> {
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::link::compare::Names;
    use crate::settings::LevelTest;

    /// Two texts' values, and names with those texts and with the tests for comparison 0.
    pub(in crate::link::compare) fn names(a: &str, b: &str, tests: &[LevelTest]) -> (Names, u64, u64) {
        let mut builder = TextsBuilder::default();
        let (a, b) = (builder.push(a), builder.push(b));
        let mut names = Names::default();
        (names.texts, names.tests) = (builder.finish(), vec![tests.to_vec()]);
        (names, a, b)
    }

    #[test]
    fn long_texts_are_cut_between_letters_and_words_stand_once() {
        let long = "ộ".repeat(400_000);
        let (names, a, b) = names(&long, "an  an-binh", &[]);
        assert!(names.texts.text(a).len() <= COMPARED_MAX && long.starts_with(names.texts.text(a)));
        let words: Vec<&str> = names.texts.words(b).iter().map(|&word| names.texts.word(word)).collect();
        assert_eq!((words, names.texts.words(0)), (vec!["an", "binh"], &[][..]));
    }
}
