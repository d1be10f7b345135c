//! Short texts by the share of letters that they have in common, the first ones counting more.

use super::measured::{EXACT, first_that_holds, remembered};
use super::{Comparator, Names, Reading};
use crate::settings::LevelTest;

/// `missing`, `exact`, levels of `at_least` a similarity from 0 to 1, `different`.
///
/// Similarity after Jaro (1989) with the addition for up to four equal first letters of Winkler
/// (1990), as the crate `strsim` works it out; at most the square of 256 bytes a pair.
pub(super) const JARO_WINKLER: Comparator = Comparator {
    id: "jaro_winkler",
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
    let similarity = |_| {
        let (a, b) = names.texts.ordered(a, b);
        strsim::jaro_winkler(a, b)
    };
    first_that_holds(tests, |word| word == EXACT && a == b, similarity)
}

#[cfg(test)]
mod tests {
    use super::super::texts::testing::names;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn levels_are_those_of_the_similarity(a in "[abc]{0,6}", b in "[abc]{0,6}", bound in 0.3_f64..0.99) {
            let declared = [LevelTest::Missing, LevelTest::Word(1), LevelTest::AtLeast(bound), LevelTest::Else];
            let (names, left, right) = names(&a, &b, &declared);
            let found = level(&names, &declared, left, right);
            let (first, second) = if a <= b { (&a, &b) } else { (&b, &a) };
            let expected = match () {
                () if a.is_empty() || b.is_empty() => 0,
                () if a == b => 1,
                () if strsim::jaro_winkler(first, second) >= bound => 2,
                () => 3,
            };
            prop_assert_eq!(found, expected);
            prop_assert_eq!(found, level(&names, &declared, right, left));
        }
    }
}
