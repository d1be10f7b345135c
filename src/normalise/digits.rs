//! The digits of a number as offices type it: with spaces, dots, an apostrophe
//! in front, the letter O for 0, or turned into 9.6085E+10 by a spreadsheet.

use super::unicode::clean;

/// More digits than any number that is read here.
const DIGITS_MAX: usize = 18;

/// The digits of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// The digits as a number.
    pub(super) value: u64,
    /// How many they are, leading zeros included.
    pub(super) count: u32,
    /// Whether anything but the digits stood there.
    pub(super) mended: bool,
}

/// Reads digits between separators, with O for 0, or out of scientific notation
/// that lost no digit. `None` for anything else. O(length).
pub(super) fn digits(raw: &str) -> Option<Digits> {
    if !raw.is_empty() && raw.len() <= DIGITS_MAX && raw.bytes().all(|b| b.is_ascii_digit()) {
        let value = raw.bytes().fold(0, |value, b| value * 10 + u64::from(b - b'0'));
        return Some(Digits { value, count: raw.len() as u32, mended: false });
    }
    let cleaned = clean(raw);
    from_scientific(&cleaned.text).or_else(|| from_separated(&cleaned.text))
}

/// Whether it stands between digits without meaning.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '\'' | '’' | '‘' | '`' | '–')
}

fn from_separated(text: &str) -> Option<Digits> {
    let mut digits = Digits { value: 0, count: 0, mended: true };
    for c in text.chars().filter(|c| !is_separator(*c)) {
        let digit = match c {
            'O' | 'o' => 0,
            c => c.to_digit(10)?,
        };
        push(&mut digits, digit)?;
    }
    (digits.count > 0).then_some(digits)
}

/// `9.60850123456E+11`, with a point or a comma. Digits were lost where the
/// mantissa has fewer than the exponent asks for: they may have been zeros or not.
fn from_scientific(text: &str) -> Option<Digits> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: u32 = exponent.trim_start_matches('+').parse().ok()?;
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let mut digits = Digits { value: 0, count: 0, mended: true };
    for c in whole.chars().chain(fraction.chars()) {
        push(&mut digits, c.to_digit(10)?)?;
    }
    (whole.len() == 1 && fraction.len() as u32 == exponent).then_some(digits)
}

fn push(digits: &mut Digits, digit: u32) -> Option<()> {
    digits.value = digits.value.checked_mul(10)?.checked_add(u64::from(digit))?;
    digits.count += 1;
    (digits.count as usize <= DIGITS_MAX).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_found_under_what_stands_around_them() {
        let cases = [
            ("095058171373", Some((95_058_171_373, 12, false))),
            ("095 058 171373", Some((95_058_171_373, 12, true))),
            ("095.058.171373 ", Some((95_058_171_373, 12, true))),
            ("'095058171373", Some((95_058_171_373, 12, true))),
            ("O95o58171373", Some((95_058_171_373, 12, true))),
            ("9.5058171373E+10", Some((95_058_171_373, 11, true))),
            ("9,5058171373e10", Some((95_058_171_373, 11, true))),
            ("9.6085E+10", None),
            ("9,60851E+11", None),
            ("9.60E+1", None),
            ("E+10", None),
            ("", None),
            (" . ", None),
            ("12a", None),
            ("1234567890123456789", None),
        ];
        for (raw, expected) in cases {
            assert_eq!(digits(raw).map(|d| (d.value, d.count, d.mended)), expected, "{raw}");
        }
    }
}
