//! Codes by how far they agree from the left: postcodes, codes of places and trades.

use super::measured::{EXACT, first_that_holds, tests};
use super::{Comparator, Names, Reading, column};
use crate::settings::LevelTest;

/// `missing`, `exact`, levels of `at_least` so many equal first characters, `different`.
pub(super) const PREFIX: Comparator = Comparator {
    id: "prefix",
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

fn level(names: &Names, tests: &[LevelTest], a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    let common = |_| {
        let letters = names.texts.text(a).chars().zip(names.texts.text(b).chars());
        letters.take_while(|(a, b)| a == b).count() as f64
    };
    first_that_holds(tests, |word| word == EXACT && a == b, common)
}

#[cfg(test)]
mod tests {
    use super::super::texts::testing::names;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn levels_are_those_of_the_common_beginning(a in "[aộ]{0,7}", b in "[aộ]{0,7}") {
            let declared = [
                LevelTest::Missing, LevelTest::Word(1), LevelTest::AtLeast(4.0), LevelTest::AtLeast(2.0),
                LevelTest::Else,
            ];
            let (names, left, right) = names(&a, &b, &declared);
            let found = level(&names, &declared, left, right);
            let begins = |count: usize| {
                let start = |text: &str| text.chars().take(count).collect::<String>();
                a.chars().count() >= count && start(&a) == start(&b)
            };
            let expected = match () {
                () if a.is_empty() || b.is_empty() => 0,
                () if a == b => 1,
                () if begins(4) => 2,
                () if begins(2) => 3,
                () => 4,
            };
            prop_assert_eq!(found, expected);
            prop_assert_eq!(found, level(&names, &declared, right, left));
        }
    }
}
