//! All distinct names of all sources, as sequences of word codes.
//!
//! A name is one run of numbers: how many words, how many letters and whether it has no accents,
//! the words as written, the words without accents. Its value is where the run begins, so that a
//! comparison of two names misses memory once a name. Every distinct word is taken apart once;
//! there are some ten thousand of them, which stay in the cache.

use crate::normalise::{Relation, Word, plain_words, relation};
use crate::table::{Dictionary, DictionaryBuilder};

/// Names by value; value 0 is "missing".
#[derive(Debug, Default)]
pub struct Names {
    /// By word: its text, accents and all.
    words: Dictionary,
    /// By word: what it is made of.
    forms: Vec<Word>,
    /// By word.
    more: Vec<More>,
    /// The names' runs, back to back; the first number belongs to none.
    runs: Vec<u32>,
}

/// One name's words, at least one; `plain[i]` is `marked[i]` without accents.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) marked: &'a [u32],
    pub(super) plain: &'a [u32],
    /// Letters without accents, spaces not counted.
    pub(super) letters: u32,
    /// Whether no word bears any accent.
    pub(super) is_bare: bool,
}

/// Numbers in front of a name's words.
const HEAD: usize = 2;

impl Names {
    /// The name of a value other than 0. One miss of memory.
    pub(super) fn name(&self, value: u64) -> Name<'_> {
        let run = &self.runs[value as usize..];
        let words = run[0] as usize;
        let (marked, rest) = run[HEAD..].split_at(words);
        Name { marked, plain: &rest[..words], letters: run[1] >> 1, is_bare: run[1] & 1 == 1 }
    }

    /// Fetches names into the cache, so that comparing them need not wait for one after the other.
    pub(in crate::link) fn fetch(&self, values: impl Iterator<Item = u64>) {
        let seen = values.fold(0, |seen, value| seen ^ self.runs.get(value as usize).copied().unwrap_or(0));
        std::hint::black_box(seen);
    }

    /// How two words are alike. A few nanoseconds for most.
    #[inline]
    pub(super) fn relation(&self, a: u32, b: u32) -> Relation {
        if a == b {
            return Relation::Same;
        }
        let (one, other) = (&self.forms[a as usize], &self.forms[b as usize]);
        let found = relation(one, other, || (self.word(a), self.word(b)));
        if found <= Relation::Accents && self.are_apart(a, b) { Relation::Different } else { found }
    }

    /// Whether two words are two names that are often confused.
    fn are_apart(&self, a: u32, b: u32) -> bool {
        let [one, other] = [a, b].map(|word| self.more[word as usize].apart);
        one != 0 && one == other
    }

    /// Whether one word is the other one's short form: its first letter, or consonants of it in order
    /// (`T`, `Ng`, `Trg`).
    pub(super) fn is_short_form(&self, a: u32, b: u32) -> bool {
        let may_be = [a, b].map(|word| self.more[word as usize].may_be_short);
        match may_be {
            [true, false] => is_short_form(self.word(a), self.word(b)),
            [false, true] => is_short_form(self.word(b), self.word(a)),
            _ => false,
        }
    }

    /// The text of a word.
    pub(super) fn word(&self, code: u32) -> &str {
        self.words.text(code)
    }
}

/// Builds [`Names`], name by name.
#[derive(Default)]
pub struct NamesBuilder {
    words: DictionaryBuilder,
    runs: Vec<u32>,
}

impl NamesBuilder {
    /// Appends a name by its key and its accent-stripped key; gives its value. O(length).
    pub fn push(&mut self, key: &str, plain: &str) -> u64 {
        let Self { words, runs } = self;
        if runs.is_empty() {
            runs.push(0);
        }
        let start = runs.len();
        let mut plain = plain;
        runs.extend([0; HEAD]);
        runs.extend(key.split_whitespace().map(|word| words.code(word)));
        let marked = runs.len() - start - HEAD;
        runs.extend(plain.split_whitespace().map(|word| words.code(word)));
        if runs.len() - start - HEAD != 2 * marked {
            runs.truncate(start + HEAD + marked);
            runs.extend_from_within(start + HEAD..);
            plain = key;
        }
        let letters: usize = plain.split_whitespace().map(str::len).sum();
        runs[start] = marked as u32;
        let is_bare = runs[start + HEAD..start + HEAD + marked] == runs[start + HEAD + marked..];
        runs[start + 1] = (letters as u32) << 1 | u32::from(is_bare);
        start as u64
    }

    /// Appends all names of a piece; what their values become greater by. O(length).
    pub(in crate::link) fn append(&mut self, piece: &Names) -> u64 {
        let Self { words, runs } = self;
        if runs.is_empty() {
            runs.push(0);
        }
        let codes: Vec<u32> =
            (0..piece.words.len() as u32).map(|code| words.code(piece.words.text(code))).collect();
        let first = runs.len() as u64 - 1;
        let mut rest = piece.runs.get(1..).unwrap_or_default();
        while let [words_of, letters, others @ ..] = rest {
            let (run, others) = others.split_at(2 * *words_of as usize);
            runs.extend([*words_of, *letters]);
            runs.extend(run.iter().map(|&code| codes[code as usize]));
            rest = others;
        }
        first
    }

    /// The finished names.
    pub fn finish(self) -> Names {
        let words = self.words.finish();
        let forms = words.texts().map(Word::read).collect();
        let more = words.texts().map(More::of).collect();
        Names { forms, more, words, runs: self.runs }
    }
}

/// What comparing names asks of a word beside its form.
#[derive(Clone, Copy, Debug)]
struct More {
    /// It may be a short form.
    may_be_short: bool,
    /// The pair of confused names that it is one of; 0 for none.
    apart: u8,
}

impl More {
    fn of(word: &str) -> Self {
        let apart = APART.iter().position(|pair| pair.contains(&word));
        Self { may_be_short: may_be_short(word), apart: apart.map_or(0, |at| at as u8 + 1) }
    }
}

/// Two names of the same letters that are confused: the reference table calls them different names,
/// often confused.
const APART: [[&str; 2]; 2] = [["đoàn", "doãn"], ["trịnh", "trình"]];

/// Letters of the longest short form (`Trg`, `Ngn`).
const SHORT_MAX: usize = 3;

/// A single letter, or a few consonants.
fn may_be_short(word: &str) -> bool {
    let plain = plain_words(word);
    let has_vowel = plain.bytes().any(|byte| b"aeiouy".contains(&byte));
    plain.bytes().all(|byte| byte.is_ascii_lowercase())
        && (plain.len() == 1 || (plain.len() <= SHORT_MAX && !plain.is_empty() && !has_vowel))
}

/// Whether a word begins like its short form and has its letters in order.
fn is_short_form(short: &str, long: &str) -> bool {
    let (short, long) = (plain_words(short), plain_words(long));
    let mut rest = long.bytes();
    short.len() < long.len()
        && short.bytes().next() == long.bytes().next()
        && short.bytes().all(|letter| rest.any(|other| other == letter))
}
