//! How two words of names are alike, looked up where both are common.
//!
//! A thousand words make nineteen in twenty words of all names. How each two of them are alike is
//! worked out once, a byte a pair: a megabyte, of which the commonest names' part stays in the cache.

use rayon::prelude::*;

use crate::normalise::{Relation, Word, plain_words, relation};
use crate::table::Dictionary;

/// How two words are alike, and whether one of them is short for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Likeness(u8);

/// The relations in their order.
const RELATIONS: [Relation; 11] = [
    Relation::Same,
    Relation::Unaccented,
    Relation::HoiNga,
    Relation::Tone,
    Relation::Accents,
    Relation::Heard,
    Relation::Doublet,
    Relation::Lost,
    Relation::Slip,
    Relation::Near,
    Relation::Different,
];

/// One word is short for the other.
const SHORT: u8 = 16;

impl Likeness {
    /// A word and itself.
    pub(super) const SAME: Self = Self(Relation::Same as u8);
    /// Two words that have nothing to do with each other.
    pub(super) const NONE: Self = Self(Relation::Different as u8);
    /// Bytes that it may have.
    pub(super) const COUNT: usize = 2 * SHORT as usize;

    /// By its byte; of a byte that is none, no likeness.
    pub(super) fn of_byte(byte: usize) -> Self {
        Self((byte % Self::COUNT) as u8)
    }

    /// A number below [`Likeness::COUNT`].
    #[inline]
    pub(super) fn byte(self) -> usize {
        usize::from(self.0) % Self::COUNT
    }

    fn of(relation: Relation, is_short: bool) -> Self {
        Self(relation as u8 | if is_short { SHORT } else { 0 })
    }

    /// How they are alike.
    #[inline]
    pub(super) fn relation(self) -> Relation {
        RELATIONS.get(usize::from(self.0 & (SHORT - 1))).copied().unwrap_or(Relation::Different)
    }

    /// Whether one word is the other one's short form: its first letter, or consonants of it in
    /// order (`T`, `Ng`, `Trg`).
    #[inline]
    pub(super) fn is_short(self) -> bool {
        self.0 & SHORT != 0
    }
}

/// The likenesses of some words by code.
#[derive(Debug, Default)]
pub(super) struct Likenesses {
    forms: Vec<Word>,
    more: Vec<More>,
    /// Words below this code are common.
    common: usize,
    /// By both codes: how two common words are alike.
    known: Vec<Likeness>,
}

/// Words that are looked up.
pub(super) const COMMON: usize = 1024;

impl Likenesses {
    /// For words in order of their codes, commonest first, of which so many are looked up. O(words), and of the square of the common
    /// ones some ten milliseconds of work.
    pub(super) fn new(forms: Vec<Word>, words: &Dictionary, common: usize) -> Self {
        let more = words.texts().map(More::of).collect();
        let common = forms.len().min(common);
        let mut all = Self { forms, more, common, known: Vec::new() };
        let row = |a: usize| {
            let all = &all;
            (0..common).map(move |b| all.work_out(a, b, || [a, b].map(|word| words.text(word as u32))))
        };
        all.known = (0..common).into_par_iter().with_min_len(32).flat_map_iter(row).collect();
        all
    }

    /// Words below this code are common.
    pub(super) fn common(&self) -> usize {
        self.common
    }

    /// How two common words are alike, of different codes or not.
    #[inline]
    pub(super) fn of_common(&self, a: u16, b: u16) -> Likeness {
        self.known[usize::from(a) * self.common + usize::from(b)]
    }

    /// How two words of different codes are alike; `texts` is asked only where they are not both
    /// common and their letters have to be looked at.
    #[inline]
    pub(super) fn get<'t>(&self, a: u32, b: u32, texts: impl Fn() -> [&'t str; 2]) -> Likeness {
        let (a, b) = (a as usize, b as usize);
        if a < self.common && b < self.common {
            return self.known[a * self.common + b];
        }
        self.work_out(a, b, texts)
    }

    fn work_out<'t>(&self, a: usize, b: usize, texts: impl Fn() -> [&'t str; 2]) -> Likeness {
        if a == b {
            return Likeness::SAME;
        }
        let found = relation(&self.forms[a], &self.forms[b], || texts().into());
        let found =
            if found <= Relation::Accents && self.are_apart(a, b) { Relation::Different } else { found };
        Likeness::of(found, self.is_short_form(a, b, &texts))
    }

    /// Whether two words are two names that are often confused.
    fn are_apart(&self, a: usize, b: usize) -> bool {
        let [one, other] = [a, b].map(|word| self.more[word].apart);
        one != 0 && one == other
    }

    fn is_short_form<'t>(&self, a: usize, b: usize, texts: &impl Fn() -> [&'t str; 2]) -> bool {
        match [a, b].map(|word| self.more[word].may_be_short) {
            [true, false] => is_short_form(texts()[0], texts()[1]),
            [false, true] => is_short_form(texts()[1], texts()[0]),
            _ => false,
        }
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
