//! Telephone numbers of any country, by their digits.

use super::identifier::{Slip, slip};
use super::{Comparator, Names, Reading, column};

/// - `exact`: the same digits;
/// - `same_end`: the same last nine digits, other ones before: with and without the country or the trunk
///   (`+61 2 9876 5432`, `02 9876 5432`);
/// - `one_digit`, `swapped`: as of an identifier;
/// - `different`.
pub(super) const PHONE: Comparator = Comparator {
    id: "phone",
    readings: &[Reading::Digits],
    columns: &[""],
    pack: super::WIDE,
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

/// Most digits that are kept, the last ones: the longest international number (ITU-T E.164).
const DIGITS_MAX: usize = 15;

/// The last nine digits, four bits each: what is left of a national number without its trunk zero.
const END: u64 = (1 << 36) - 1;

/// The last digits of a text, whatever stands between them, packed like an identifier; 0 for none.
pub(in crate::link) fn pack_digits(text: &str) -> u64 {
    let last = text.bytes().rev().filter(u8::is_ascii_digit).take(DIGITS_MAX);
    let (number, count) = last.fold((0, 0_u32), |(number, count), byte| {
        (number | u64::from(byte - b'0') << (4 * count), count + 1)
    });
    if count == 0 { 0 } else { number | 1 << (4 * count) }
}

fn level(_: &Names, a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        0
    } else if a == b {
        1
    } else if a > END && b > END && a & END == b & END {
        2
    } else {
        3 + match slip(a, b) {
            Some(Slip::OneDigit) => 0,
            Some(Slip::Swapped) => 1,
            None => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{pack_number, words};
    use super::*;
    use proptest::prelude::*;

    fn word(a: &str, b: &str) -> &'static str {
        let (a, b) = (pack_digits(a), pack_digits(b));
        assert_eq!(level(&Names::default(), a, b), level(&Names::default(), b, a));
        words("phone")[usize::from(level(&Names::default(), a, b))]
    }

    #[test]
    fn numbers_agree_with_and_without_their_country() {
        assert_eq!(word("02 9876 5432", "(02) 9876-5432"), "exact");
        assert_eq!(word("+61 2 9876 5432", "02 9876 5432"), "same_end");
        assert_eq!(word("02 9876 5432", "02 9876 5433"), "one_digit");
        assert_eq!(word("02 9876 5432", "02 9876 4532"), "swapped");
        assert_eq!(word("02 9876 5432", "02 1111 5432"), "different");
        assert_eq!(word("5432", "15432"), "different");
        assert_eq!(word("none", "02 9876 5432"), "missing");
    }

    proptest! {
        #[test]
        fn digits_alone_are_packed_like_an_identifier(digits in "[0-9]{1,15}") {
            prop_assert_eq!(Some(pack_digits(&digits)), pack_number(&digits));
        }
    }
}
