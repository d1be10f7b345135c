//! How Vietnamese a text is: valid syllables against other words.

use super::bytes::{byte, is_punctuation};
use crate::normalise::syllable::{is_syllable, place_tone};
use crate::normalise::unicode::{is_letter, lower, plain_words, upper};
use crate::settings::Reference;

/// What a reading of a text says for itself. Only words that the reading decides
/// are counted: those with accents, and those that a sign of another encoding touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Score {
    /// Words that are Vietnamese syllables.
    pub(super) valid: i32,
    /// Words that are not.
    pub(super) invalid: i32,
    /// Syllables that names of people or places are made of.
    pub(super) known: i32,
    /// Words in plain ASCII that are no syllables.
    pub(super) foreign: i32,
}

impl Score {
    /// What is compared between readings, greater is better.
    pub(super) fn rank(self) -> (i32, i32) {
        (self.valid - 2 * self.invalid, self.known)
    }
}

/// The words that names of people and places are made of, with and without their
/// accents, in order.
#[derive(Clone, Debug, Default)]
pub(in crate::normalise) struct KnownWords(Vec<Box<str>>);

impl KnownWords {
    /// From the tables of surnames, given names and units. O(n log n).
    pub(in crate::normalise) fn new(reference: &Reference) -> Self {
        const COLUMNS: [(&str, &str); 6] = [
            ("surnames", "surname"),
            ("given_name_parts", "text"),
            ("admin_units", "full_name"),
            ("admin_unit_changes", "old_name"),
            ("admin_unit_changes", "old_district_name"),
            ("provinces", "old_name"),
        ];
        let cells = COLUMNS.iter().flat_map(|&(table, column)| reference.table(table).select([column]));
        let words = cells.flat_map(|[cell]| cell.split_whitespace());
        let mut words: Vec<Box<str>> =
            words.flat_map(|word| [key(word), plain_words(word)]).map(Into::into).collect();
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    /// Whether names are made of it; case and the place of the tone mark do not
    /// matter. O(length + log words).
    pub(in crate::normalise) fn contains(&self, word: &str) -> bool {
        let word = key(word);
        self.0.binary_search_by(|known| (**known).cmp(&word)).is_ok()
    }
}

fn key(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().map(lower).collect();
    place_tone(&mut letters);
    letters.into_iter().collect()
}

/// Counts a text's words. O(length).
pub(super) fn score(text: &str, known: &KnownWords) -> Score {
    let mut score = Score::default();
    each_word(text, |word, touched| {
        let plain = word.is_ascii();
        match is_word(word, is_regular) || (plain && known.contains(word)) {
            true if plain => {}
            true => {
                score.valid += 1;
                score.known += i32::from(known.contains(word));
            }
            false if plain && !touched => score.foreign += 1,
            false => score.invalid += 1,
        }
    });
    score
}

/// Whether nothing in a text hints at another encoding: every accented word is a
/// syllable, and no sign touches a word but such as stand there in proper texts.
/// O(length).
pub(super) fn is_fine(text: &str, known: &KnownWords) -> bool {
    let is_sign = |c: char| !c.is_ascii() && !is_letter(c) || c.is_ascii_control();
    if !text.contains(is_sign) {
        let words = text.split(|c: char| !is_letter(c)).filter(|word| !word.is_ascii());
        return words.flat_map(Parts).all(|word| word.is_ascii() || is_word(word, is_usual));
    }
    if text.chars().any(|c| c.is_control() && !c.is_whitespace() && byte(c).is_some()) {
        return false;
    }
    let mut fine = true;
    each_word(text, |word, touched| {
        let plain = word.is_ascii();
        fine &= (plain && !touched) || is_word(word, is_usual) || (plain && known.contains(word));
    });
    fine && !has_glued_sign(text)
}

/// Whether a sign of windows-1252 that is no punctuation touches a letter.
fn has_glued_sign(text: &str) -> bool {
    let mut before = ' ';
    for c in text.chars() {
        let sign =
            |c: char| !c.is_ascii() && !is_letter(c) && byte(c).is_some_and(|byte| !is_punctuation(byte));
        if (sign(c) && is_letter(before)) || (sign(before) && is_letter(c)) {
            return true;
        }
        before = c;
    }
    false
}

/// Shows each stretch of letters, and whether a character that is neither letter
/// nor ASCII touches it. Words run together are parted before an ASCII capital.
fn each_word(text: &str, mut show: impl FnMut(&str, bool)) {
    let mut rest = text;
    let mut before = ' ';
    while let Some(begin) = rest.find(is_letter) {
        before = rest[..begin].chars().next_back().unwrap_or(before);
        rest = &rest[begin..];
        let len = word_len(rest);
        let (word, behind) = rest.split_at(len);
        let after = behind.chars().next().unwrap_or(' ');
        show(word, touches(before) || touches(after));
        before = word.chars().next_back().unwrap_or(' ');
        rest = behind;
    }
}

/// A stretch of letters as the words that are run together in it.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (word, rest) = self.0.split_at(word_len(self.0));
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }
}

/// The letters up to a sign, or up to an ASCII capital behind the small letters of
/// a word that began with a capital.
fn word_len(text: &str) -> usize {
    let begun_by_capital = text.starts_with(is_capital);
    let mut small = false;
    let ends = |(_, c): &(usize, char)| {
        let end = !is_letter(*c) || (begun_by_capital && small && (c.is_ascii_uppercase() || *c == 'Đ'));
        small = is_small(*c);
        end
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

fn touches(c: char) -> bool {
    !c.is_ascii() && !is_letter(c) && !c.is_whitespace()
}

/// A Vietnamese syllable; where it bears accents, its capitals have to be right. A
/// look-alike of đ is taken for it.
fn is_word(word: &str, has_right_case: fn(&str) -> bool) -> bool {
    if !word.is_ascii() && !has_right_case(word) {
        return false;
    }
    if word.contains(['Ð', 'ð']) {
        is_syllable(&word.replace(['Ð', 'ð'], "đ"))
    } else {
        is_syllable(word)
    }
}

/// Small letters, capitals, or a capital in front of small letters: what a right
/// reading of bytes gives.
fn is_regular(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(is_capital);
    let (mut small, mut capital) = (false, false);
    for c in letters {
        small |= is_small(c);
        capital |= is_capital(c);
    }
    !capital || (first && !small)
}

/// As [`is_regular`], or capitals but for the accented letters (`HOàNG`), as some
/// programs make them of small letters.
fn is_usual(word: &str) -> bool {
    is_regular(word) || word.chars().all(|c| if c.is_ascii() { is_capital(c) } else { is_small(c) })
}

fn is_small(c: char) -> bool {
    upper(c) != c
}

fn is_capital(c: char) -> bool {
    lower(c) != c
}
