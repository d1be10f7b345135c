//! All distinct names of all sources, as sequences of word codes.
//!
//! A name is one run of numbers: how many words, a hash of its letters, the words. Its value is where
//! the run begins, so that a comparison of two names misses memory once a name. Every distinct word
//! is taken apart once; there are some ten thousand of them. Common words have low codes, so that how
//! two of them are alike is looked up ([`Likenesses`]).

use super::likeness::{Likeness, Likenesses};
use super::lists::Lists;
use super::texts::Texts;
use crate::normalise::{Relation, Word, plain_words};
use crate::settings::LevelTest;
use crate::table::{Dictionary, DictionaryBuilder};

/// Names by value; value 0 is "missing". Beside them stands whatever else values of comparisons point
/// to: texts, lists of several values, and the bounds of declared levels.
#[derive(Debug, Default)]
pub struct Names {
    /// By word, commoner ones first: its text, accents and all.
    words: Dictionary,
    /// By word: the same without accents.
    plain_of: Vec<u32>,
    likenesses: Likenesses,
    /// The names' runs, back to back; the first number belongs to none.
    runs: Vec<u32>,
    /// What texts are compared by their likeness.
    pub(in crate::link) texts: Texts,
    /// By comparison: what its declared levels ask for; nothing where its comparator tells by itself.
    pub(in crate::link) tests: Vec<Vec<LevelTest>>,
    /// By comparison: the lists that its values stand for; nothing where each record has one value.
    pub(in crate::link) lists: Vec<Option<Lists>>,
}

/// One name's words, at least one.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) words: &'a [u32],
    /// A hash of its letters without accents, whatever their order.
    pub(super) bag: u32,
    /// Whether no word bears any accent.
    pub(super) is_bare: bool,
}

/// Numbers in front of a name's words.
const HEAD: usize = 2;

impl Names {
    /// The name of a value other than 0. One miss of memory.
    #[inline]
    pub(super) fn name(&self, value: u64) -> Name<'_> {
        let run = &self.runs[value as usize..];
        let words = (run[0] >> 1) as usize;
        Name { words: &run[HEAD..HEAD + words], bag: run[1], is_bare: run[0] & 1 == 1 }
    }

    /// Fetches names into the cache, so that comparing them need not wait for one after the other.
    pub(in crate::link) fn fetch(&self, values: impl Iterator<Item = u64>) {
        let seen = values.fold(0, |seen, value| seen ^ self.runs.get(value as usize).copied().unwrap_or(0));
        std::hint::black_box(seen);
    }

    /// A word without its accents.
    #[inline]
    pub(super) fn plain(&self, word: u32) -> u32 {
        self.plain_of[word as usize]
    }

    /// How two words are alike, and whether one is short for the other. A nanosecond for common ones.
    #[inline]
    pub(super) fn likeness(&self, a: u32, b: u32) -> Likeness {
        if a == b {
            return Likeness::SAME;
        }
        self.likenesses.get(a, b, || [a, b].map(|word| self.word(word)))
    }

    /// How two words are alike.
    #[inline]
    pub(super) fn relation(&self, a: u32, b: u32) -> Relation {
        self.likeness(a, b).relation()
    }

    /// What a comparison's declared levels ask for.
    pub(super) fn tests(&self, comparison: usize) -> &[LevelTest] {
        self.tests.get(comparison).map_or(&[], Vec::as_slice)
    }

    /// The lists that a comparison's values stand for, where a record may have several.
    pub(super) fn lists(&self, comparison: usize) -> Option<&Lists> {
        self.lists.get(comparison)?.as_ref()
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
    /// Appends a name by its key; gives its value. O(length).
    pub fn push(&mut self, key: &str) -> u64 {
        let Self { words, runs } = self;
        if runs.is_empty() {
            runs.push(0);
        }
        let start = runs.len();
        runs.extend([0; HEAD]);
        runs.extend(key.split(' ').filter(|word| !word.is_empty()).map(|word| words.code(word)));
        runs[start] = ((runs.len() - start - HEAD) as u32) << 1;
        start as u64
    }

    /// Appends all names of a piece; what their values become greater by. O(length).
    pub(in crate::link) fn append(&mut self, piece: Self) -> u64 {
        if self.runs.is_empty() {
            self.runs.push(0);
        }
        let first = self.runs.len() as u64 - 1;
        let words = piece.words.finish();
        let codes: Vec<u32> = words.texts().map(|word| self.words.code(word)).collect();
        let moved = self.runs.len();
        self.runs.extend_from_slice(piece.runs.get(1..).unwrap_or_default());
        for_each_name(&mut self.runs[moved..], |_, words| {
            for word in words {
                *word = codes[*word as usize];
            }
        });
        first
    }

    /// The finished names. O(length of all names), and of the distinct words; the common ones among
    /// them are compared with each other, in parallel.
    pub fn finish(mut self) -> Names {
        let plain_of = self.plain_words();
        let order = self.by_frequency(&plain_of);
        let mut code_of = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| code_of[old as usize] = new as u32);
        let Self { words, mut runs } = self;
        let texts = words.finish();
        let mut words = Dictionary::default();
        order.iter().skip(1).for_each(|&old| {
            words.push(texts.text(old));
        });
        let plain_of: Vec<u32> = order.iter().map(|&old| code_of[plain_of[old as usize] as usize]).collect();
        let bags: Vec<u32> = words.texts().map(bag).collect();
        for_each_name(runs.get_mut(1..).unwrap_or_default(), |head, of_name| {
            for word in of_name.iter_mut() {
                *word = code_of[*word as usize];
            }
            let plain = |word: &u32| plain_of[*word as usize];
            head[0] |= u32::from(of_name.iter().all(|word| plain(word) == *word));
            head[1] = of_name.iter().fold(0, |sum, word| sum.wrapping_add(bags[plain(word) as usize]));
        });
        let forms = words.texts().map(Word::read).collect();
        Names { likenesses: Likenesses::new(forms, &words), words, plain_of, runs, ..Names::default() }
    }

    /// By word: the code of the same word without accents, which becomes a word of its own. A word
    /// that would fall apart without its other signs stays as it is.
    fn plain_words(&mut self) -> Vec<u32> {
        let marked = self.words.clone().finish();
        let mut plain = |(code, word): (usize, &str)| {
            let plain = plain_words(word);
            let is_word = !plain.is_empty() && !plain.contains(' ');
            if is_word { self.words.code(&plain) } else { code as u32 }
        };
        let mut of_word: Vec<u32> = marked.texts().enumerate().map(&mut plain).collect();
        of_word.extend(of_word.len() as u32..self.words.len() as u32);
        of_word
    }

    /// The words by how many names have them, with or without accents, commonest first, behind the
    /// empty one.
    fn by_frequency(&mut self, plain_of: &[u32]) -> Vec<u32> {
        let mut names_of = vec![0_u64; plain_of.len()];
        for_each_name(self.runs.get_mut(1..).unwrap_or_default(), |_, words| {
            for &mut word in words {
                names_of[word as usize] += 1;
                names_of[plain_of[word as usize] as usize] += 1;
            }
        });
        let mut order: Vec<u32> = (0..plain_of.len() as u32).collect();
        order[1..].sort_by_key(|&word| std::cmp::Reverse(names_of[word as usize]));
        order
    }
}

/// Calls on the head and the words of each name of some runs.
fn for_each_name(mut runs: &mut [u32], mut call: impl FnMut(&mut [u32], &mut [u32])) {
    while runs.len() >= HEAD {
        let (head, rest) = runs.split_at_mut(HEAD);
        let (words, others) = rest.split_at_mut((head[0] >> 1) as usize);
        call(head, words);
        runs = others;
    }
}

/// A hash of a word's letters, whatever their order: names of one letter more or less, or of another
/// one, differ but for one chance in four billion, and where they do not the words are looked at.
fn bag(word: &str) -> u32 {
    word.bytes().fold(0, |sum, letter| sum.wrapping_add(spread(letter)))
}

fn spread(letter: u8) -> u32 {
    let product = (u64::from(letter) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((product ^ product >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32
}
