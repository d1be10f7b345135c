//! Places in words: towns, streets, districts, written in full or in part.

use super::measured::{EXACT, first_that_holds, remembered};
use super::texts::Texts;
use super::token_set::{SUBSET, Shared};
use super::{Comparator, Names, Reading};
use crate::settings::LevelTest;

/// `missing`, `exact` (the same words, in any order), `subset` (one side is the other with words left
/// out: `Bradfield`, `Bradfield, Sheffield`), levels of `at_least` a similarity from 0 to 1,
/// `different`.
///
/// Each word of both sides is held against the most similar one of the other side (Jaro and Winkler);
/// the similarity of the places is the mean over all words, weighted by their letters, so that a miskeyed
/// `Sheffeild` still counts and a `St` hardly does (after Monge and Elkan 1996, made symmetric). At most the
/// square of the words, of 32 a side.
pub(super) const PLACE: Comparator = Comparator {
    id: "place",
    readings: &[Reading::Text],
    columns: &[""],
    pack: super::NARROW,
    #[cfg(test)]
    level: |names, a, b| level(names, super::measured::tests(names, 0), a, b),
    levels: |names, pairs, places, vectors| remembered(level, names, pairs, places, vectors),
};

fn level(names: &Names, tests: &[LevelTest], a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    let shared = Shared::of(names.texts.words(a), names.texts.words(b));
    let is_word = |word| match word {
        EXACT => a == b || (shared.both > 0 && shared.is_equal()),
        SUBSET => shared.is_subset(),
        _ => false,
    };
    first_that_holds(tests, is_word, |_| similarity(&names.texts, a.min(b), a.max(b)))
}

/// The mean likeness of all words of both sides, weighted by their letters.
fn similarity(texts: &Texts, a: u64, b: u64) -> f64 {
    let (left, right) = (texts.words(a), texts.words(b));
    let (first, of_first) = likeness(texts, left, right);
    let (second, of_second) = likeness(texts, right, left);
    let letters = of_first + of_second;
    if letters == 0.0 { 0.0 } else { (first + second) / letters }
}

/// The sum of each word's likeness to the most similar other one, times its letters; and the letters.
fn likeness(texts: &Texts, words: &[u32], others: &[u32]) -> (f64, f64) {
    let (mut sum, mut letters) = (0.0, 0.0);
    for &word in words {
        let text = texts.word(word);
        let alike = |&other: &u32| match texts.word(other) {
            _ if word == other => 1.0,
            other if text <= other => strsim::jaro_winkler(text, other),
            other => strsim::jaro_winkler(other, text),
        };
        let count = text.chars().count() as f64;
        sum += count * others.iter().map(alike).fold(0.0, f64::max);
        letters += count;
    }
    (sum, letters)
}

#[cfg(test)]
mod tests {
    use super::super::texts::testing::names;
    use super::*;
    use proptest::prelude::*;

    const DECLARED: [LevelTest; 6] = [
        LevelTest::Missing,
        LevelTest::Word(1),
        LevelTest::Word(2),
        LevelTest::AtLeast(0.9),
        LevelTest::AtLeast(0.7),
        LevelTest::Else,
    ];

    fn of(a: &str, b: &str) -> u8 {
        let (names, a, b) = names(a, b, &DECLARED);
        level(&names, &DECLARED, a, b)
    }

    #[test]
    fn places_are_alike_by_their_words() {
        assert_eq!(of("sheffield", "sheffield"), 1);
        assert_eq!(of("kings lynn", "lynn kings"), 1);
        assert_eq!(of("bradfield", "bradfield sheffield"), 2);
        assert_eq!(of("sheffeild", "sheffield"), 3);
        assert_eq!(of("north devon", "ilfracombe"), 5);
        assert_eq!(of("", "ilfracombe"), 0);
    }

    proptest! {
        #[test]
        fn the_order_of_sides_and_words_does_not_matter(a in "[a-c]{1,4} [a-c]{1,4}", b in "[a-c]{1,4} [a-c]{1,4}") {
            prop_assert_eq!(of(&a, &b), of(&b, &a));
            let turned = a.split(' ').rev().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(of(&turned, &b), of(&a, &b));
        }
    }
}
