//! All distinct names of all sources, as sequences of word codes.
//!
//! A name stands on one card of sixteen bytes ([`Card`]), so that a comparison of two names misses memory
//! once a name; of the few whose words do not fit, the card says where they stand. Every distinct word
//! is taken apart once; there are some ten thousand of them. Common words have low codes, so that how
//! two of them are alike is looked up ([`Likenesses`]).

use rayon::prelude::*;

use super::likeness::{COMMON, Likeness, Likenesses};
use super::lists::Lists;
use super::name_cards::{Card, WORDS_MAX};
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
    /// The names by value; the first card is nobody's.
    cards: Vec<Card>,
    /// What does not fit a card, name by name: how many words, the words.
    runs: Vec<u32>,
    /// What texts are compared by their likeness.
    pub(in crate::link) texts: Texts,
    /// By comparison: what its declared levels ask for; nothing where its comparator tells by itself.
    pub(in crate::link) tests: Vec<Vec<LevelTest>>,
    /// By comparison: the lists that its values stand for; nothing where each record has one value.
    pub(in crate::link) lists: Vec<Option<Lists>>,
}

/// One name's words.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    pub(super) words: &'a [u32],
    /// A hash of its letters without accents, whatever their order.
    pub(super) bag: u32,
    /// Whether no word bears any accent.
    pub(super) is_bare: bool,
}

impl Names {
    /// The card of a value other than 0. One miss of memory.
    #[inline]
    pub(super) fn card(&self, value: u64) -> &Card {
        &self.cards[value as usize]
    }

    /// The name of a value other than 0, in full.
    pub(super) fn name<'n>(&'n self, value: u64, room: &'n mut [u32; WORDS_MAX]) -> Name<'n> {
        let card = self.card(value);
        let (bag, is_bare) = (card.bag, card.is_bare());
        let words = match card.place() {
            None => card.words(room),
            Some(place) => {
                let run = &self.runs[place..];
                &run[1..=run[0] as usize]
            }
        };
        Name { words, bag, is_bare }
    }

    /// Fetches names into the cache, so that comparing them need not wait for one after the other.
    pub(in crate::link) fn fetch(&self, values: impl Iterator<Item = u64>) {
        let seen =
            values.fold(0, |seen, value| seen ^ self.cards.get(value as usize).map_or(0, |card| card.bag));
        std::hint::black_box(seen);
    }

    /// How two common words are alike.
    #[inline]
    pub(super) fn common_likeness(&self, a: u16, b: u16) -> Likeness {
        self.likenesses.of_common(a, b)
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
#[derive(Clone, Default)]
pub struct NamesBuilder {
    words: DictionaryBuilder,
    /// The words of all names, back to back.
    runs: Vec<u32>,
    /// By name: one past its last word.
    ends: Vec<u32>,
}

impl NamesBuilder {
    /// Appends a name by its key; gives its value. O(length).
    pub fn push(&mut self, key: &str) -> u64 {
        let Self { words, runs, ends } = self;
        runs.extend(key.split(' ').filter(|word| !word.is_empty()).map(|word| words.code(word)));
        ends.push(runs.len() as u32);
        ends.len() as u64
    }

    /// Appends all names of a piece; what their values become greater by. O(length).
    pub(in crate::link) fn append(&mut self, piece: Self) -> u64 {
        let (first, moved) = (self.ends.len() as u64, self.runs.len() as u32);
        let words = piece.words.finish();
        let codes: Vec<u32> = words.texts().map(|word| self.words.code(word)).collect();
        self.runs.extend(piece.runs.iter().map(|&word| codes[word as usize]));
        self.ends.extend(piece.ends.iter().map(|end| moved + end));
        first
    }

    /// The finished names. O(length of all names), and of the distinct words; the common ones among
    /// them are compared with each other, in parallel.
    pub fn finish(self) -> Names {
        self.finish_with(COMMON)
    }

    /// The same where at most so many words count as common.
    pub(super) fn finish_with(mut self, common: usize) -> Names {
        let plain_of = self.plain_words();
        let order = self.by_frequency(&plain_of);
        let mut code_of = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| code_of[old as usize] = new as u32);
        let Self { words, mut runs, ends } = self;
        let texts = words.finish();
        let mut words = Dictionary::default();
        order.iter().skip(1).for_each(|&old| {
            words.push(texts.text(old));
        });
        let plain_of: Vec<u32> = order.iter().map(|&old| code_of[plain_of[old as usize] as usize]).collect();
        runs.par_iter_mut().for_each(|word| *word = code_of[*word as usize]);
        let forms = words.texts().map(Word::read).collect();
        let likenesses = Likenesses::new(forms, &words, common);
        let (cards, runs) = cards(&words, &plain_of, (&runs, &ends), likenesses.common());
        Names { words, plain_of, likenesses, cards, runs, ..Names::default() }
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
    fn by_frequency(&self, plain_of: &[u32]) -> Vec<u32> {
        let mut names_of = vec![0_u64; plain_of.len()];
        for &word in &self.runs {
            names_of[word as usize] += 1;
            names_of[plain_of[word as usize] as usize] += 1;
        }
        let mut order: Vec<u32> = (0..plain_of.len() as u32).collect();
        order[1..].sort_by_key(|&word| std::cmp::Reverse(names_of[word as usize]));
        order
    }
}

/// The cards of all names, in parallel, and the words of those that do not fit one.
fn cards(
    words: &Dictionary,
    plain_of: &[u32],
    (runs, ends): (&[u32], &[u32]),
    common: usize,
) -> (Vec<Card>, Vec<u32>) {
    let bags: Vec<u32> = words.texts().map(bag).collect();
    let plain = |word: u32| plain_of[word as usize];
    let words_of = |name: usize| {
        let start = name.checked_sub(1).map_or(0, |before| ends[before]);
        &runs[start as usize..ends[name] as usize]
    };
    let card = |name: usize| {
        let words = words_of(name);
        let bag = words.iter().fold(0_u32, |sum, &word| sum.wrapping_add(bags[plain(word) as usize]));
        Card::of(words, bag, common, plain)
    };
    let mut cards = Vec::with_capacity(ends.len() + 1);
    cards.push(Card::default());
    cards.par_extend((0..ends.len()).into_par_iter().with_min_len(4096).map(card));
    let mut long = Vec::new();
    for (name, card) in cards.iter_mut().skip(1).enumerate().filter(|(_, card)| card.place().is_some()) {
        let words = words_of(name);
        *card = card.at(long.len() as u32);
        long.push(words.len() as u32);
        long.extend_from_slice(words);
    }
    (cards, long)
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
