//! Levels that the rules declare by bounds: at least so alike, at most so far apart.
//!
//! The level of two values is the first declared one that holds. A measure is asked once a pair, and not
//! at all where a word such as `exact` holds before.

use super::{Names, Pairs, Places, column};
use crate::link::links::Levels;
use crate::settings::LevelTest;

/// The first declared level that holds. `is_word` says whether a level of the comparator itself holds,
/// by its place among the comparator's; `measure` is what bounds are held against: shares of 1, edits, a
/// difference or, for [`LevelTest::AtMostPercent`], a difference as a share of the greater value.
pub(super) fn first_that_holds(
    tests: &[LevelTest],
    is_word: impl Fn(u8) -> bool,
    measure: impl Fn(LevelTest) -> f64,
) -> u8 {
    let mut known: Option<(bool, f64)> = None;
    let mut measured = |test: LevelTest| {
        let in_percent = matches!(test, LevelTest::AtMostPercent(_));
        match known {
            Some((percent, value)) if percent == in_percent => value,
            _ => known.insert((in_percent, measure(test))).1,
        }
    };
    let holds = |&test: &LevelTest| match test {
        LevelTest::Missing => false,
        LevelTest::Word(word) => is_word(word),
        LevelTest::AtLeast(bound) => measured(test) >= bound,
        LevelTest::AtMost(bound) | LevelTest::AtMostPercent(bound) => measured(test) <= bound,
        LevelTest::Else => true,
    };
    let last = tests.len().saturating_sub(1);
    tests.iter().position(holds).unwrap_or(last) as u8
}

/// The place of `exact` among the levels of any comparator.
pub(super) const EXACT: u8 = 1;

/// What is asked where nothing was declared.
pub(super) const PLAIN: [LevelTest; 3] = [LevelTest::Missing, LevelTest::Word(EXACT), LevelTest::Else];

/// The declared tests of a comparison.
pub(super) fn tests(names: &Names, comparison: usize) -> &[LevelTest] {
    match names.tests(comparison) {
        [] => &PLAIN,
        tests => tests,
    }
}

/// Pairs of values whose level is remembered: the same few texts meet again and again in a block.
const KNOWN: usize = 512;

/// The last levels found, by the pair's place.
struct Cache {
    entries: [(u64, u8); KNOWN],
}

impl Cache {
    fn new() -> Self {
        Self { entries: [(0, 0); KNOWN] }
    }

    /// The level of two values of 32 bits, neither of them 0: as it was found before, or as `find` finds
    /// it. Symmetric, so that a pair is known whichever side is which.
    fn get(&mut self, a: u64, b: u64, find: impl FnOnce() -> u8) -> u8 {
        let key = a.min(b) << 32 | a.max(b);
        let place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55) as usize % KNOWN;
        match self.entries[place] {
            (known, level) if known == key => level,
            _ => {
                let level = find();
                self.entries[place] = (key, level);
                level
            }
        }
    }
}

/// The loop over a batch where a level takes long to find: of the same two texts it is found once.
pub(super) fn remembered(
    level: impl Fn(&Names, &[LevelTest], u64, u64) -> u8,
    names: &Names,
    pairs: Pairs<'_>,
    places: Places<'_>,
    vectors: &mut [Levels],
) {
    let (tests, mut cache) = (tests(names, places.comparison), Cache::new());
    let known = |names: &Names, a: u64, b: u64| {
        if a == 0 || b == 0 { 0 } else { cache.get(a, b, || level(names, tests, a, b)) }
    };
    column(known, names, pairs, places, vectors);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_level_that_holds_is_shown_and_measured_once() {
        use LevelTest::{AtLeast, Else, Missing, Word};
        let tests = [Missing, Word(1), AtLeast(0.9), AtLeast(0.5), Else];
        let asked = std::cell::Cell::new(0);
        let level = |is_exact: bool, measure: f64| {
            asked.set(0);
            let measure = |_| {
                asked.set(asked.get() + 1);
                measure
            };
            (first_that_holds(&tests, |_| is_exact, measure), asked.get())
        };
        assert_eq!(level(true, 0.0), (1, 0));
        assert_eq!((level(false, 0.9), level(false, 0.89)), ((2, 1), (3, 1)));
        assert_eq!((level(false, 0.2), level(false, f64::NAN)), ((4, 1), (4, 1)));
    }

    #[test]
    fn what_is_remembered_is_what_was_found() {
        let mut cache = Cache::new();
        let level = |a: u64, b: u64| ((a * 31 + b * 31) % 7) as u8;
        for round in 0..3_u64 {
            for a in 1..60 {
                for b in 1..60 {
                    assert_eq!(cache.get(a, b, || level(a, b)), level(b, a), "{round}");
                }
            }
        }
    }
}
