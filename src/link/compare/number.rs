//! Quantities by how far apart they are: ages, areas, amounts, days.

use super::measured::{EXACT, first_that_holds, tests};
use super::{Comparator, Names, Reading, column};
use crate::settings::LevelTest;

/// `missing`, `exact`, levels of `at_most` a difference or of `at_most_percent` of the greater of the two
/// (by its distance from 0), `different`. Dates count in days.
pub(super) const NUMBER: Comparator = Comparator {
    id: "number",
    readings: &[Reading::Real],
    columns: &[""],
    pack: super::WIDE,
    #[cfg(test)]
    level: |names, a, b| level(tests(names, 0), a, b),
    levels: |names, pairs, places, vectors| {
        let tests = tests(names, places.comparison);
        column(|_: &Names, a, b| level(tests, a, b), names, pairs, places, vectors);
    },
};

/// A finite number as a value other than 0: its bits, where 0 is written as −0.
pub(in crate::link) fn pack(number: f64) -> u64 {
    match number {
        number if !number.is_finite() => 0,
        0.0 => (-0.0_f64).to_bits(),
        number => number.to_bits(),
    }
}

/// The number that a text is: a sign, digits, and a point before decimals; 0 for anything else. What other
/// signs mean (`1,234` or `1.234,5`) differs from table to table and is for the column's kind.
pub(in crate::link) fn read(text: &str) -> u64 {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
    let number = text.parse().ok().filter(|_| is_number);
    number.map_or(0, pack)
}

fn level(tests: &[LevelTest], a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    let (first, second) = (f64::from_bits(a), f64::from_bits(b));
    let measure = |test| {
        let apart = (first - second).abs();
        match test {
            // Where the greater is 0 both are, and they are equal.
            LevelTest::AtMostPercent(_) if apart > 0.0 => 100.0 * (apart / first.abs().max(second.abs())),
            _ => apart,
        }
    };
    first_that_holds(tests, |word| word == EXACT && a == b, measure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_digits_with_a_sign_and_a_point() {
        assert_eq!(read("007"), read("7.0"));
        assert_eq!((read("0"), read("-0")), (pack(0.0), pack(-0.0)));
        assert_ne!(read("0"), 0);
        for text in ["", "x", "1e5", "inf", "nan", "1,5", "--1", &"9".repeat(400)] {
            assert_eq!(read(text), 0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn levels_are_those_of_the_difference(a in -50_i32..50, b in -50_i32..50, at_most in 0_i32..20) {
            let bound = f64::from(at_most);
            let value = |number: i32| pack(f64::from(number));
            let of = |test| {
                let declared = [LevelTest::Missing, LevelTest::Word(1), test, LevelTest::Else];
                let found = level(&declared, value(a), value(b));
                assert_eq!(found, level(&declared, value(b), value(a)));
                found
            };
            let expected = |holds| if a == b { 1 } else { 3 - u8::from(holds) };
            prop_assert_eq!(of(LevelTest::AtMost(bound)), expected((a - b).abs() <= at_most));
            let greater = f64::from(a.abs().max(b.abs())).max(1.0);
            let percent = 100.0 * (f64::from((a - b).abs()) / greater);
            prop_assert_eq!(of(LevelTest::AtMostPercent(bound)), expected(percent <= bound));
        }
    }
}
