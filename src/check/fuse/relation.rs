//! What one value would be if another were the truth: kinds of error, by kind of field.
//!
//! Kinds have a direction: an accented name may lose its accents and a day be written 01/01, hardly
//! the other way round. Each kind has a place, and a `choice`: the probability of just this wrong
//! value among those of its kind. A truth loses its marks in one way; another person's name is one of
//! tens of thousands. Two witnesses that agree in an unlikely wrong value are thus hardly independent.

use crate::normalise::{DateValue, Relation, Word, relation};

/// Kinds of error of one kind of field, `choices[0]` being that of the value itself.
#[derive(Debug)]
pub(super) struct Kinds {
    /// By kind: the probability of one certain value of it.
    pub(super) choices: &'static [f64],
    /// By kind: its share among errors before anything is learnt; the first says nothing.
    pub(super) shares: &'static [f64],
    /// The kind of a value that says less and contradicts nothing: the year alone, a bare name.
    pub(super) vague: Option<u8>,
    /// Whether there are but two values.
    pub(super) is_binary: bool,
}

/// Dates: vague, day and month swapped, one digit of the day or month, the year one off, one digit of
/// the year, anything else (some 55 years of days).
pub(super) const DATES: Kinds = Kinds {
    choices: &[1.0, 1.0, 1.0, 0.04, 0.5, 0.08, 5e-5],
    shares: &[0.0, 0.45, 0.1, 0.15, 0.1, 0.1, 0.1],
    vague: Some(DATE_VAGUE),
    is_binary: false,
};
const DATE_VAGUE: u8 = 1;

/// Names: bare, one word bare, other marks, words left out or cut short, words added, misspelt, in
/// another order or with letters lost, anything else.
pub(super) const NAMES: Kinds = Kinds {
    choices: &[1.0, 1.0, 0.5, 0.1, 0.4, 0.4, 0.05, 1.0, 2e-5],
    shares: &[0.0, 0.25, 0.1, 0.2, 0.08, 0.07, 0.2, 0.05, 0.05],
    vague: Some(BARE),
    is_binary: false,
};
const BARE: u8 = 1;
const WORD_BARE: u8 = 2;
const ACCENTS: u8 = 3;
const SHORTER: u8 = 4;
const LONGER: u8 = 5;
const MISSPELT: u8 = 6;
const GARBLED: u8 = 7;
const OTHER_NAME: u8 = 8;

/// Sex: the other one.
pub(super) const SEXES: Kinds =
    Kinds { choices: &[1.0, 1.0], shares: &[0.0, 1.0], vague: None, is_binary: true };
/// Words of longer lists: another word, of some five that come into question.
pub(super) const WORDS: Kinds =
    Kinds { choices: &[1.0, 0.2], shares: &[0.0, 1.0], vague: None, is_binary: false };
/// Numbers of twelve digits: one digit or two neighbours, another number.
pub(super) const NUMBERS: Kinds =
    Kinds { choices: &[1.0, 0.01, 1e-6], shares: &[0.0, 0.6, 0.4], vague: None, is_binary: false };

/// The kind of a date seen where another is the truth.
pub(super) fn of_dates(truth: DateValue, seen: DateValue) -> u8 {
    let parts =
        |date: DateValue| (date.year().unwrap_or(0), date.month().unwrap_or(0), date.day().unwrap_or(0));
    let ((y1, m1, d1), (y2, m2, d2)) = (parts(truth), parts(seen));
    let same_day = (m1, d1) == (m2, d2);
    let is_vague = (m2, d2) == (1, 1) || m2 == 0 || d2 == 0 && m1 == m2;
    match (y1 == y2, y1.abs_diff(y2)) {
        (true, _) if same_day => 0,
        (true, _) if is_vague => DATE_VAGUE,
        (true, _) if (m1, d1) == (d2, m2) => 2,
        (true, _) if d1 != 0 && d2 != 0 && digits_apart(m1, m2) + digits_apart(d1, d2) == 1 => 3,
        (false, 1) if same_day => 4,
        (false, _) if same_day && four_digits_apart(y1, y2) == 1 => 5,
        _ => 6,
    }
}

fn digits_apart(a: u8, b: u8) -> u32 {
    u32::from(a / 10 != b / 10) + u32::from(a % 10 != b % 10)
}

fn four_digits_apart(mut a: u16, mut b: u16) -> u32 {
    let mut apart = 0;
    while a > 0 || b > 0 {
        apart += u32::from(a % 10 != b % 10);
        (a, b) = (a / 10, b / 10);
    }
    apart
}

/// The kind of a word of a list.
pub(super) fn of_words(truth: u64, seen: u64) -> u8 {
    u8::from(truth != seen)
}

/// The kind of a personal number.
pub(super) fn of_numbers(truth: u64, seen: u64) -> u8 {
    let digits = |number: u64| -> [u8; 12] {
        let mut rest = number;
        std::array::from_fn(|_| {
            let digit = (rest % 10) as u8;
            rest /= 10;
            digit
        })
    };
    let (a, b) = (digits(truth), digits(seen));
    let apart: Vec<usize> = (0..12).filter(|&at| a[at] != b[at]).collect();
    match apart.as_slice() {
        [] => 0,
        [_] => 1,
        &[x, y] if y == x + 1 && a[x] == b[y] && a[y] == b[x] => 1,
        _ => 2,
    }
}

/// A name's key and plain key, as names are compared.
#[derive(Clone, Copy)]
pub(super) struct NameTexts<'a> {
    pub(super) key: &'a str,
    pub(super) plain: &'a str,
}

/// The kind of a name seen where another is the truth. O(letters); some microseconds.
pub(super) fn of_names(truth: NameTexts<'_>, seen: NameTexts<'_>) -> u8 {
    if truth.key == seen.key {
        return 0;
    }
    let is_bare = seen.key == seen.plain && truth.key != truth.plain;
    if truth.plain == seen.plain {
        return if is_bare { BARE } else { of_equal_letters(truth.key, seen.key) };
    }
    let (bare_truth, words) = (truth.plain.split(' ').count(), seen.plain.split(' ').count());
    match words.cmp(&bare_truth) {
        std::cmp::Ordering::Equal => of_equal_length(truth, seen),
        std::cmp::Ordering::Less if is_part(seen.plain, truth.plain) => SHORTER,
        std::cmp::Ordering::Greater if is_part(truth.plain, seen.plain) => LONGER,
        _ => OTHER_NAME,
    }
}

fn of_equal_letters(truth: &str, seen: &str) -> u8 {
    let differ = || truth.split(' ').zip(seen.split(' ')).filter(|(a, b)| a != b);
    if differ().all(|(_, seen)| seen.is_ascii()) { WORD_BARE } else { ACCENTS }
}

fn of_equal_length(truth: NameTexts<'_>, seen: NameTexts<'_>) -> u8 {
    let pairs = || truth.key.split(' ').zip(seen.key.split(' ')).filter(|(a, b)| a != b);
    let of = |(a, b): (&str, &str)| relation(&Word::read(a), &Word::read(b), || (a, b));
    let cut = |(a, b): (&str, &str)| b.chars().count() <= 2 && a.starts_with(b);
    if truth.plain.split(' ').zip(seen.plain.split(' ')).all(|(a, b)| a == b || cut((a, b))) {
        return SHORTER;
    }
    if seen.plain.contains('?') && pairs().all(|pair| of(pair) <= Relation::Lost) {
        return GARBLED;
    }
    if pairs().all(|pair| of(pair) < Relation::Different) {
        return MISSPELT;
    }
    if in_order(truth.plain) == in_order(seen.plain) { GARBLED } else { OTHER_NAME }
}

fn in_order(plain: &str) -> Vec<&str> {
    let mut words: Vec<&str> = plain.split(' ').collect();
    words.sort_unstable();
    words
}

/// Whether the words of one name stand in another in their order.
fn is_part(part: &str, whole: &str) -> bool {
    let mut words = whole.split(' ');
    part.split(' ').all(|word| words.any(|other| other == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_s_error_has_a_direction() {
        fn of(truth: &str, seen: &str) -> u8 {
            let plain = |key: &str| crate::normalise::plain_words(key);
            let (a, b) = (plain(truth), plain(seen));
            of_names(NameTexts { key: truth, plain: &a }, NameTexts { key: seen, plain: &b })
        }
        for (truth, seen, kind, back) in [
            ("nguyễn văn an", "nguyen van an", BARE, ACCENTS),
            ("nguyễn văn ẩn", "nguyễn văn an", WORD_BARE, ACCENTS),
            ("nguyễn văn an", "nguyễn an", SHORTER, LONGER),
            ("nguyễn thị hoa", "nguyễn t hoa", SHORTER, OTHER_NAME),
            ("nguyễn văn lan", "nguyễn văn lang", MISSPELT, MISSPELT),
            ("nguyễn văn an", "an nguyễn văn", GARBLED, GARBLED),
            ("nguyễn văn an", "trần thị bình", OTHER_NAME, OTHER_NAME),
        ] {
            assert_eq!((of(truth, seen), of(truth, truth)), (kind, 0), "{truth} {seen}");
            assert_eq!(of(seen, truth), back, "{seen} {truth}");
        }
    }

    #[test]
    fn numbers_are_a_slip_apart_or_other_numbers() {
        let number = 96_062_000_123;
        assert_eq!(of_numbers(number, number), 0);
        assert_eq!(of_numbers(number, 96_062_000_124), 1);
        assert_eq!(of_numbers(number, 96_062_000_132), 1);
        assert_eq!(of_numbers(number, 96_071_000_999), 2);
    }

    #[test]
    fn shares_of_kinds_make_one() {
        for kinds in [DATES, NAMES, SEXES, WORDS, NUMBERS] {
            assert_eq!(kinds.choices.len(), kinds.shares.len());
            assert!((kinds.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
