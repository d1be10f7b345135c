//! The digits of a number as offices type it: with spaces, dots, an apostrophe
//! in front, the letter O for 0, or turned into 9.6085E+10 by a spreadsheet.

use super::unicode::{clean, plain_words};

/// More digits than any number that is read here.
const DIGITS_MAX: usize = 18;

/// Most bytes of a text that is looked at: a number with a word before it has some thirty.
const LENGTH_MAX: usize = 96;

/// What had to be mended in a number that is readable, or why one is not.
///
/// Not mended are letters that a hand draws like more than one digit (S is 5 and 8, B is 8 and 3
/// and begins passport numbers, Z is 2 and 7): a number so mended would be a guess, and a wrong
/// digit makes it somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberFault {
    /// Spaces, dots, dashes or an apostrophe among the digits. Mended.
    Separators,
    /// Letters for digits: O for 0, l and I for 1. Mended; other letters among digits are not.
    Letters,
    /// A word in front: "CCCD 096…". Mended.
    Label,
    /// A leading zero lost to a spreadsheet. Mended where only one province's numbers lose it.
    ZeroLost,
    /// A spreadsheet's fraction behind it: `381234567.0`. Mended.
    Fraction,
    /// Scientific notation that kept all digits. Mended.
    Scientific,
    /// Scientific notation that lost digits: nobody can have them back.
    DigitsLost,
    /// Typed to fill the field: equal digits, 123456789.
    Placeholder,
    /// Two numbers or more: whose is which does not follow.
    SeveralNumbers,
    /// Of the right length, with a head that is no province's.
    UnknownProvince,
    /// Of the right length, of a century in which nobody who lives was born.
    UnknownCentury,
    /// Digits, too few or too many.
    WrongLength,
    /// Words where a number should be.
    Words,
}

impl NumberFault {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        ALL_FAULTS.iter().find(|(fault, _)| *fault == self).map_or("", |(_, word)| word)
    }

    /// A number above 0 for packed values.
    pub(super) fn packed(self) -> u64 {
        ALL_FAULTS.iter().position(|(fault, _)| *fault == self).map_or(0, |at| at as u64 + 1)
    }

    /// The fault that [`Self::packed`] makes a number of.
    pub(super) fn unpacked(packed: u64) -> Option<Self> {
        ALL_FAULTS.get((packed as usize).checked_sub(1)?).map(|(fault, _)| *fault)
    }
}

const ALL_FAULTS: [(NumberFault, &str); 13] = [
    (NumberFault::Separators, "separators"),
    (NumberFault::Letters, "letters"),
    (NumberFault::Label, "label"),
    (NumberFault::ZeroLost, "zero_lost"),
    (NumberFault::Fraction, "fraction"),
    (NumberFault::Scientific, "scientific"),
    (NumberFault::DigitsLost, "digits_lost"),
    (NumberFault::Placeholder, "placeholder"),
    (NumberFault::SeveralNumbers, "several_numbers"),
    (NumberFault::UnknownProvince, "unknown_province"),
    (NumberFault::UnknownCentury, "unknown_century"),
    (NumberFault::WrongLength, "wrong_length"),
    (NumberFault::Words, "words"),
];

/// The digits of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// The digits as a number.
    pub(super) value: u64,
    /// How many they are, leading zeros included.
    pub(super) count: u32,
    /// What stood there beside the digits.
    pub(super) mended: Option<NumberFault>,
}

impl Digits {
    /// Whether the digits fill a field instead of being a number: all of them equal, or counted up
    /// or down.
    pub(super) fn is_placeholder(self) -> bool {
        const COUNTED: u64 = 123_456_789_012_345_678;
        let ones = (0..self.count).fold(0, |ones: u64, _| ones * 10 + 1);
        let is_counted = |up: u64| {
            let last = 10_u64.checked_pow(18_u32.saturating_sub(self.count)).unwrap_or(1);
            self.value == up / last
        };
        self.count > 0 && self.value.is_multiple_of(ones)
            || self.count >= 8 && (is_counted(COUNTED) || [987_654_321, 9_876_543_210].contains(&self.value))
    }
}

/// A number in digits, with zeros in front up to the width. A fifth of what the formatter of the
/// standard library takes, and every record has some numbers.
pub(super) fn padded(mut number: u64, width: usize) -> String {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    while number > 0 {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let first = first.min(digits.len().saturating_sub(width.max(1)));
    std::str::from_utf8(&digits[first..]).unwrap_or_default().to_owned()
}

/// Reads digits between separators, with O for 0 and l for 1, behind a label, or out of scientific
/// notation that lost no digit. O(length).
///
/// # Errors
///
/// What stands there instead: words, several numbers, digits that were lost.
pub(super) fn read(raw: &str) -> Result<Digits, NumberFault> {
    if !raw.is_empty() && raw.len() <= DIGITS_MAX && raw.bytes().all(|b| b.is_ascii_digit()) {
        let value = raw.bytes().fold(0, |value, b| value * 10 + u64::from(b - b'0'));
        return Ok(Digits { value, count: raw.len() as u32, mended: None });
    }
    let cleaned = clean(raw);
    if cleaned.text.len() > LENGTH_MAX {
        let is_number = cleaned.text.chars().all(|c| c.is_ascii_digit() || is_separator(c));
        return Err(if is_number { NumberFault::WrongLength } else { NumberFault::Words });
    }
    let text = cleaned.text.as_ref();
    scientific(text).or_else(|| fraction(text)).unwrap_or_else(|| match without_label(text) {
        Some(number) => separated(number, NumberFault::Label),
        None => separated(text, NumberFault::Separators),
    })
}

/// [`read`], where nobody asks what else stands there.
pub(super) fn digits(raw: &str) -> Option<Digits> {
    read(raw).ok()
}

/// Whether it stands between digits without meaning.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '\'' | '’' | '‘' | '`' | '–' | '"')
}

/// The digit that a letter is drawn like, where it is like one only.
pub(super) fn drawn_like(c: char) -> Option<u32> {
    match c {
        'O' | 'o' => Some(0),
        'l' | 'I' | '|' => Some(1),
        _ => None,
    }
}

fn separated(text: &str, mut mended: NumberFault) -> Result<Digits, NumberFault> {
    let (mut value, mut count) = (0_u64, 0);
    for c in text.chars().filter(|c| !is_separator(*c)) {
        let drawn = drawn_like(c);
        let Some(digit) = c.to_digit(10).or(drawn) else { return Err(why_not(text)) };
        if drawn.is_some() {
            mended = NumberFault::Letters;
        }
        if count == DIGITS_MAX as u32 {
            return Err(why_not(text));
        }
        value = value * 10 + u64::from(digit);
        count += 1;
    }
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    if has_digit { Ok(Digits { value, count, mended: Some(mended) }) } else { Err(NumberFault::Words) }
}

/// Fewest digits of a number of those that stand side by side.
const SEVERAL_DIGITS: usize = 8;

/// Why a text is no number: too long, several numbers, letters among digits, or words.
fn why_not(text: &str) -> NumberFault {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || is_separator(c)));
    let digits = |run: &str| run.bytes().filter(u8::is_ascii_digit).count();
    let (mut several, mut all) = (0, 0);
    for run in runs {
        several += usize::from(digits(run) >= SEVERAL_DIGITS);
        all += digits(run);
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    match (several, letters) {
        (2.., _) => NumberFault::SeveralNumbers,
        (_, 0) if all > 0 => NumberFault::WrongLength,
        _ if all >= SEVERAL_DIGITS && letters <= 2 => NumberFault::Letters,
        _ => NumberFault::Words,
    }
}

/// `9.60850123456E+11`, with a point or a comma. Digits were lost where the
/// mantissa has fewer than the exponent asks for: they may have been zeros or not.
fn scientific(text: &str) -> Option<Result<Digits, NumberFault>> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent = exponent.trim_start_matches('+').parse::<u32>().ok().filter(|exponent| *exponent < 100)?;
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 1 || !is_number(whole) || !is_number(fraction) || fraction.len() >= DIGITS_MAX {
        return None;
    }
    if fraction.len() as u32 != exponent {
        return Some(Err(NumberFault::DigitsLost));
    }
    let value = [whole, fraction].concat().parse().ok()?;
    Some(Ok(Digits { value, count: exponent + 1, mended: Some(NumberFault::Scientific) }))
}

/// `381234567.0`: a number that was a fraction on its way. Eight digits at least stand before the
/// point, so that no separator between groups is taken for it.
fn fraction(text: &str) -> Option<Result<Digits, NumberFault>> {
    let whole = text.strip_suffix(".0").or_else(|| text.strip_suffix(",0"))?;
    let fits = (8..=DIGITS_MAX).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit());
    let value = fits.then(|| whole.parse().ok())??;
    Some(Ok(Digits { value, count: whole.len() as u32, mended: Some(NumberFault::Fraction) }))
}

/// Words that say what number follows, without accents.
const LABELS: [&str; 22] = [
    "cccd", "cmnd", "cmt", "cmtnd", "can", "cuoc", "cong", "dan", "chung", "minh", "nhan", "thu", "so",
    "the", "ma", "dinh", "danh", "ddcn", "dd", "bhxh", "bhyt", "gks",
];

/// What follows the words in front of the first digit, where all of them are labels.
fn without_label(text: &str) -> Option<&str> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let (label, number) = text.split_at(first);
    let words = plain_words(label);
    let is_label = !words.is_empty() && words.split(' ').all(|word| LABELS.contains(&word));
    is_label.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_padded_as_the_standard_library_does() {
        for number in [0, 7, 10, 96_185_000_123, 999_999_999_999, u64::MAX] {
            for width in [0, 1, 3, 12, 20] {
                assert_eq!(padded(number, width), format!("{number:0width$}"));
            }
        }
    }

    #[test]
    fn digits_are_found_under_what_stands_around_them() {
        use NumberFault::{Fraction, Label, Letters, Scientific, Separators};
        let cases = [
            ("095058171373", 95_058_171_373, 12, None),
            ("095 058 171373", 95_058_171_373, 12, Some(Separators)),
            ("095.058.171373 ", 95_058_171_373, 12, Some(Separators)),
            ("'095058171373", 95_058_171_373, 12, Some(Separators)),
            ("O95o58171373", 95_058_171_373, 12, Some(Letters)),
            ("0950581l1373", 95_058_111_373, 12, Some(Letters)),
            ("9.5058171373E+10", 95_058_171_373, 11, Some(Scientific)),
            ("9,5058171373e10", 95_058_171_373, 11, Some(Scientific)),
            ("381234567.0", 381_234_567, 9, Some(Fraction)),
            ("CCCD: 095058171373", 95_058_171_373, 12, Some(Label)),
            ("Số CMND 381234567", 381_234_567, 9, Some(Label)),
        ];
        for (raw, value, count, mended) in cases {
            assert_eq!(read(raw), Ok(Digits { value, count, mended }), "{raw}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        use NumberFault::{DigitsLost, Letters, SeveralNumbers, Words, WrongLength};
        let cases = [
            ("9.6085E+10", DigitsLost),
            ("9,60851E+11", DigitsLost),
            ("9.60E+1", DigitsLost),
            ("E+10", Words),
            ("", Words),
            (" . ", Words),
            ("Ol", Words),
            ("12a", Words),
            ("0950581S1373", Letters),
            ("1234567890123456789", WrongLength),
            ("095058171373/381234567", SeveralNumbers),
            ("095058171373; 095058171374", SeveralNumbers),
            ("không có", Words),
        ];
        for (raw, fault) in cases {
            assert_eq!(read(raw), Err(fault), "{raw}");
        }
        assert_eq!(read(&"1".repeat(1 << 20)), Err(WrongLength));
        assert_eq!(read(&"a1".repeat(1 << 19)), Err(Words));
    }

    #[test]
    fn a_filled_field_is_no_number() {
        for raw in ["000000000000", "111111111", "0", "123456789", "123456789012", "987654321", "12345678"] {
            assert!(read(raw).is_ok_and(Digits::is_placeholder), "{raw}");
        }
        for raw in ["095058171373", "381234567", "011111111", "9589208017", "111111112"] {
            assert!(!read(raw).is_ok_and(Digits::is_placeholder), "{raw}");
        }
    }

    #[test]
    fn every_fault_is_kept_packed() {
        for (fault, word) in ALL_FAULTS {
            assert_eq!((NumberFault::unpacked(fault.packed()), fault.word()), (Some(fault), word));
        }
        assert_eq!(NumberFault::unpacked(0), None);
    }
}
