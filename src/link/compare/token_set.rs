//! Texts by the words that they have in common, in any order.

use super::measured::{EXACT, first_that_holds, tests};
use super::{Comparator, Names, Reading, column};
use crate::settings::LevelTest;

/// `missing`, `exact` (the same words), `subset` (all words of one side stand on the other), levels of
/// `at_least` a share of common words among all words of both, `different`.
///
/// The share is that of Jaccard (1901). Words are runs of letters and digits, each counted once, the first
/// 32 of a text; linear in their number.
pub(super) const TOKEN_SET: Comparator = Comparator {
    id: "token_set",
    readings: &[Reading::Text],
    columns: &[""],
    pack: super::NARROW,
    #[cfg(test)]
    level: |names, a, b| level(names, tests(names, 0), a, b),
    levels: |names, pairs, places, vectors| {
        let tests = tests(names, places.comparison);
        column(|names: &Names, a, b| level(names, tests, a, b), names, pairs, places, vectors);
    },
};

/// The place of `subset` among the comparator's levels.
pub(super) const SUBSET: u8 = 2;

/// Words of two texts: common ones, of the first, of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) both: usize,
    first: usize,
    second: usize,
}

impl Shared {
    /// Of two ascending sets. O(words).
    pub(super) fn of(a: &[u32], b: &[u32]) -> Self {
        let (mut left, mut right, mut both) = (0, 0, 0);
        while let (Some(one), Some(other)) = (a.get(left), b.get(right)) {
            both += usize::from(one == other);
            left += usize::from(one <= other);
            right += usize::from(other <= one);
        }
        Self { both, first: a.len(), second: b.len() }
    }

    pub(super) fn is_equal(self) -> bool {
        self.both == self.first && self.both == self.second
    }

    pub(super) fn is_subset(self) -> bool {
        self.both > 0 && self.both == self.first.min(self.second)
    }

    fn share(self) -> f64 {
        self.both as f64 / (self.first + self.second - self.both).max(1) as f64
    }
}

fn level(names: &Names, tests: &[LevelTest], a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    let shared = Shared::of(names.texts.words(a), names.texts.words(b));
    let is_word = |word| match word {
        // Signs without any word are equal or not.
        EXACT => a == b || (shared.both > 0 && shared.is_equal()),
        SUBSET => shared.is_subset(),
        _ => false,
    };
    first_that_holds(tests, is_word, |_| shared.share())
}

#[cfg(test)]
mod tests {
    use super::super::texts::testing::names;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn levels_are_those_of_the_sets(a in "[a-d ]{0,9}", b in "[a-d ]{0,9}", bound in 0.1_f64..1.0) {
            let declared = [
                LevelTest::Missing, LevelTest::Word(1), LevelTest::Word(2), LevelTest::AtLeast(bound),
                LevelTest::Else,
            ];
            let (names, left, right) = names(&a, &b, &declared);
            let found = level(&names, &declared, left, right);
            let words = |text: &str| text.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
            let (first, second): (BTreeSet<String>, BTreeSet<String>) = (words(&a), words(&b));
            let both = first.intersection(&second).count();
            let expected = match () {
                () if a.is_empty() || b.is_empty() => 0,
                () if a == b || (both > 0 && first == second) => 1,
                () if both > 0 && (first.is_subset(&second) || second.is_subset(&first)) => 2,
                () if both as f64 / first.union(&second).count().max(1) as f64 >= bound => 3,
                () => 4,
            };
            prop_assert_eq!(found, expected);
            prop_assert_eq!(found, level(&names, &declared, right, left));
        }
    }
}
