//! Texts by how many slips of the hand make one out of the other.

use super::measured::{EXACT, first_that_holds, remembered};
use super::{Comparator, Names, Reading};
use crate::settings::LevelTest;

/// `missing`, `exact`, levels of `at_most` so many edits, `different`.
///
/// An edit puts in, leaves out or replaces a letter, or swaps two neighbours (Damerau 1964), as the crate
/// `strsim` counts them; at most the square of 256 bytes a pair, and nothing where the lengths alone tell.
pub(super) const DAMERAU_LEVENSHTEIN: Comparator = Comparator {
    id: "damerau_levenshtein",
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
    let most = tests.iter().fold(0.0, |most: f64, test| match test {
        LevelTest::AtMost(bound) => most.max(*bound),
        _ => most,
    });
    let edits = |_| {
        let (a, b) = names.texts.ordered(a, b);
        // So many letters more are so many put in.
        let longer = a.chars().count().abs_diff(b.chars().count()) as f64;
        if longer > most { longer } else { strsim::damerau_levenshtein(a, b) as f64 }
    };
    first_that_holds(tests, |word| word == EXACT && a == b, edits)
}

#[cfg(test)]
mod tests {
    use super::super::texts::testing::names;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn levels_are_those_of_the_edits(a in "[abç]{0,6}", b in "[abç]{0,6}") {
            let bounds = [LevelTest::AtMost(1.0), LevelTest::AtMost(2.0), LevelTest::Else];
            let declared: Vec<LevelTest> =
                [LevelTest::Missing, LevelTest::Word(1)].into_iter().chain(bounds).collect();
            let (names, left, right) = names(&a, &b, &declared);
            let found = level(&names, &declared, left, right);
            let expected = match strsim::damerau_levenshtein(&a, &b) {
                _ if a.is_empty() || b.is_empty() => 0,
                edits => 1 + edits.min(3) as u8,
            };
            prop_assert_eq!(found, expected);
            prop_assert_eq!(found, level(&names, &declared, right, left));
        }
    }
}
