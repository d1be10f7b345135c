//! Numbers of papers and policies, digit by digit.

use super::{Comparator, Reading};

/// `missing`, `exact`, `one_digit` (one digit miswritten, or two neighbours swapped), `different`.
pub(super) const NUMBER: Comparator = Comparator {
    id: "number",
    reading: Reading::Number,
    compare: |_, a, b| {
        if a == 0 || b == 0 {
            0
        } else if a == b {
            1
        } else if is_slip(a, b) {
            2
        } else {
            3
        }
    },
};

/// A number of at most 18 digits as an integer that keeps its leading zeros (a 1 stands in
/// front, so it is never 0).
pub(in crate::link) fn pack(text: &str) -> Option<u64> {
    let digits = text.len() <= 18 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.bytes().fold(1, |number, byte| number * 10 + u64::from(byte - b'0')))
}

/// Whether two packed numbers, neither of them 0, are of one length and differ by one digit or by two neighbours in the other's place.
fn is_slip(a: u64, b: u64) -> bool {
    if a.ilog10() != b.ilog10() {
        return false;
    }
    let (mut a, mut b, mut found) = (a, b, 0);
    let mut pairs = [(0, 0); 2];
    let mut at = [0; 2];
    for place in 0..20 {
        let digits = (a % 10, b % 10);
        if digits.0 != digits.1 {
            if found == 2 {
                return false;
            }
            (pairs[found], at[found]) = (digits, place);
            found += 1;
        }
        (a, b) = (a / 10, b / 10);
    }
    let swapped = at[1] == at[0] + 1 && pairs[0] == (pairs[1].1, pairs[1].0);
    found == 1 || (found == 2 && swapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(a: &str, b: &str) -> u8 {
        let none = super::super::names::Names::default();
        (NUMBER.compare)(&none, pack(a).unwrap_or(0), pack(b).unwrap_or(0))
    }

    #[test]
    fn a_slip_is_one_digit_or_two_neighbours() {
        assert_eq!(level("096185000123", "096185000123"), 1);
        assert_eq!(level("096185000123", "096185000124"), 2);
        assert_eq!(level("096185000123", "096185001023"), 2);
        assert_eq!(level("096185000123", "096185002113"), 3);
        assert_eq!(level("096185000123", "196185000123"), 2);
        assert_eq!(level("096185000123", ""), 0);
    }

    #[test]
    fn leading_zeros_and_length_are_part_of_a_number() {
        assert_ne!(pack("012"), pack("12"));
        assert_eq!(level("01", "1"), 3);
        assert_eq!(pack("1234567890123456789"), None);
        assert_eq!(pack("C12"), None);
    }
}
