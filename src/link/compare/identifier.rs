//! Identifiers: numbers of papers and policies, digit by digit.
//!
//! What has other signs than digits, or more than fifteen of them, is equal or not.

use super::{Comparator, Names, Reading, column};

/// `missing`, `exact`, `one_digit` (one digit miswritten), `swapped` (two neighbours in each other's
/// place), `different`.
pub(super) const IDENTIFIER: Comparator = Comparator {
    id: "identifier",
    readings: &[Reading::Number],
    columns: &[""],
    pack: super::WIDE,
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

fn level(_: &Names, a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        0
    } else if a == b {
        1
    } else {
        2 + match slip(a, b) {
            Some(Slip::OneDigit) => 0,
            Some(Slip::Swapped) => 1,
            None => 2,
        }
    }
}

/// How two numbers come to differ by one slip of the hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// One digit is another.
    OneDigit,
    /// Two neighbouring digits stand in each other's place.
    Swapped,
}

/// Most digits of a packed number.
const DIGITS_MAX: usize = 15;
/// The lowest bit of each digit.
const LOWEST_BITS: u64 = 0x1111_1111_1111_1111;

/// A number of at most 15 digits, four bits a digit, with a 1 in front: it keeps its leading zeros
/// and is never 0, and two of them are compared digit by digit in a few steps.
pub fn pack(text: &str) -> Option<u64> {
    let digits = text.len() <= DIGITS_MAX && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.bytes().fold(1, |number, byte| number << 4 | u64::from(byte - b'0')))
}

/// A number with leading zeros up to so many digits, at most 15, as [`pack`] packs its text.
pub(in crate::link) fn pack_padded(number: u64, width: u32) -> u64 {
    let (mut rest, mut packed, mut digits) = (number, 0, 0);
    while rest > 0 || digits < width {
        packed |= (rest % 10) << (4 * digits);
        rest /= 10;
        digits += 1;
    }
    packed | 1 << (4 * digits)
}

/// The slip between two packed numbers of one length, neither of them 0, if there is just one.
pub(super) fn slip(a: u64, b: u64) -> Option<Slip> {
    let apart = a ^ b;
    let differing = (apart | apart >> 1 | apart >> 2 | apart >> 3) & LOWEST_BITS;
    let first = differing.trailing_zeros();
    if a.leading_zeros() / 4 != b.leading_zeros() / 4 || differing == 0 {
        return None;
    }
    // Shifted by its first digit that differs: 1, or 1 and its neighbour.
    match differing >> first {
        0x1 => Some(Slip::OneDigit),
        0x11 => {
            let pair = |number: u64| (number >> first & 15, number >> (first + 4) & 15);
            let ((low, high), other) = (pair(a), pair(b));
            ((high, low) == other).then_some(Slip::Swapped)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(a: &str, b: &str) -> u8 {
        super::level(&Names::default(), pack(a).unwrap_or(0), pack(b).unwrap_or(0))
    }

    #[test]
    fn a_slip_is_one_digit_or_two_neighbours() {
        assert_eq!(level("096185000123", "096185000123"), 1);
        assert_eq!(level("096185000123", "096185000124"), 2);
        assert_eq!(level("096185000123", "096185001023"), 3);
        assert_eq!(level("096185000123", "096185002113"), 4);
        assert_eq!(level("096185000123", "196185000123"), 2);
        assert_eq!(level("096185000123", ""), 0);
    }

    #[test]
    fn leading_zeros_and_length_are_part_of_a_number() {
        assert_ne!(pack("012"), pack("12"));
        assert_eq!(level("01", "1"), 4);
        assert_eq!(pack("1234567890123456"), None);
        assert_eq!(pack("C12"), None);
    }

    /// The plain twin of [`slip`], on texts.
    fn slip_of_texts(a: &str, b: &str) -> Option<Slip> {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        let differing: Vec<usize> = (0..a.len().min(b.len())).filter(|&at| a[at] != b[at]).collect();
        match differing[..] {
            _ if a.len() != b.len() => None,
            [_] => Some(Slip::OneDigit),
            [at, next] if next == at + 1 && a[at] == b[next] && a[next] == b[at] => Some(Slip::Swapped),
            _ => None,
        }
    }

    proptest::proptest! {
        #[test]
        fn padded_numbers_are_packed_like_their_texts(number in 0_u64..1_000_000_000, width in 1_u32..15) {
            let text = format!("{number:0width$}", width = width as usize);
            proptest::prop_assert_eq!(Some(pack_padded(number, width)), pack(&text));
        }

        #[test]
        fn slips_of_packed_numbers_are_slips_of_their_texts(a in "[0-3]{1,6}", b in "[0-3]{1,6}") {
            let packed = slip(pack(&a).unwrap_or(0), pack(&b).unwrap_or(0));
            proptest::prop_assert_eq!(packed, slip_of_texts(&a, &b));
        }
    }
}
