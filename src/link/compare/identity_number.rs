//! Personal numbers, which say their bearer's year of birth.
//!
//! Offices copy a parent's number onto a child, or a neighbour's onto whoever comes
//! next. Such a number differs from the person's own on another record without
//! there being two people: it does not fit the birth year that stands beside it.

use super::identifier::{Slip, slip};
use super::{Comparator, Names, Reading, column};

/// - `exact`, `one_digit`, `swapped`: as of any number;
/// - `misplaced`: the numbers differ, and one of them is of another birth year than its own record;
/// - `different`: the numbers differ, and nothing tells that one is not its bearer's.
pub(super) const IDENTITY_NUMBER: Comparator = Comparator {
    id: "identity_number",
    readings: &[Reading::Number, Reading::Integer],
    columns: &["", ".birth_year"],
    pack,
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

const MISSING: u8 = 0;
const EXACT: u8 = 1;
const ONE_DIGIT: u8 = 2;
const SWAPPED: u8 = 3;
const MISPLACED: u8 = 4;
const DIFFERENT: u8 = 5;

/// Room for 12 digits and the 1 in front of them; the year stands above.
const NUMBER_BITS: u32 = 52;
const NUMBER_MAX: u64 = (1 << NUMBER_BITS) - 1;
/// Years are counted from here, so that 12 bits are enough.
const YEAR_ZERO: u64 = 1799;

fn pack(number: u64, year: u64) -> u64 {
    let known = year > YEAR_ZERO && year - YEAR_ZERO < 1 << (64 - NUMBER_BITS);
    let year = if known { year - YEAR_ZERO } else { 0 };
    (number ^ number >> NUMBER_BITS) & NUMBER_MAX | year << NUMBER_BITS
}

fn level(_: &Names, a: u64, b: u64) -> u8 {
    let (first, second) = (a & NUMBER_MAX, b & NUMBER_MAX);
    if first == 0 || second == 0 {
        return MISSING;
    }
    if first == second {
        return EXACT;
    }
    match slip(first, second) {
        Some(Slip::OneDigit) => ONE_DIGIT,
        Some(Slip::Swapped) => SWAPPED,
        None if is_misplaced(a) || is_misplaced(b) => MISPLACED,
        None => DIFFERENT,
    }
}

/// Whether a number of twelve digits is of another birth year than its record says.
///
/// Digit 4 gives century and sex (0 and 1 for 1900 to 1999, 2 and 3 for 2000 to 2099, and so on),
/// digits 5 and 6 the year in it (Circular 59/2021/TT-BCA, article 4).
fn is_misplaced(value: u64) -> bool {
    let (number, year) = (value & NUMBER_MAX, value >> NUMBER_BITS);
    if year == 0 || number >> 48 != 1 {
        return false;
    }
    let digit = |from_the_right: u32| number >> (4 * from_the_right) & 15;
    let century = 19 + digit(8) / 2;
    year + YEAR_ZERO != century * 100 + digit(7) * 10 + digit(6)
}

#[cfg(test)]
mod tests {
    use super::super::pack_number;
    use super::*;

    fn word(a: (&str, u64), b: (&str, u64)) -> &'static str {
        let value = |(number, year)| pack(pack_number(number).unwrap_or(0), year);
        let (a, b) = (value(a), value(b));
        let names = Names::default();
        assert_eq!(level(&names, a, b), level(&names, b, a));
        super::super::words("identity_number")[usize::from(level(&names, a, b))]
    }

    #[test]
    fn a_number_that_does_not_fit_its_record_contradicts_nobody() {
        assert_eq!(word(("096085001234", 1985), ("096085001234", 1985)), "exact");
        assert_eq!(word(("096085001234", 1985), ("096085001235", 1985)), "one_digit");
        assert_eq!(word(("096085001234", 1985), ("096085001243", 1985)), "swapped");
        assert_eq!(word(("096085001234", 1985), ("096085777777", 1985)), "different");
        // The child's own number, and the father's on the child's card.
        assert_eq!(word(("096212001234", 2012), ("096085777777", 2012)), "misplaced");
        assert_eq!(word(("096312001234", 2012), ("096085777777", 2012)), "misplaced");
        // Without a birth year nothing tells.
        assert_eq!(word(("096212001234", 2012), ("096085777777", 0)), "different");
        assert_eq!(word(("", 2012), ("096085777777", 2012)), "missing");
        assert_eq!(word(("381234567", 1985), ("381999999", 1985)), "different");
    }
}
