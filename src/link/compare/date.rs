//! Birth dates as offices write them: whole, by the year alone, on 1 January, miswritten.

use super::{Comparator, Names, Reading, column};

/// Years that a parent is older than a child, at least.
const GENERATION_YEARS: u32 = 15;

const MISSING: u8 = 0;
const EXACT: u8 = 1;
const PLACEHOLDER: u8 = 2;
const YEAR: u8 = 3;
const SWAPPED: u8 = 4;
const ONE_DIGIT: u8 = 5;
const YEAR_OFF: u8 = 6;
const NEAR: u8 = 7;
const DIFFERENT: u8 = 8;
const GENERATION: u8 = 9;

/// - `exact`: one day of the calendar, other than 1 January;
/// - `placeholder`: both say 1 January, or only the year, of one year;
/// - `year`: only one of both says more than the year, and the year agrees;
/// - `swapped`: day and month in each other's place;
/// - `one_digit`: one of the eight digits of day, month and year miswritten;
/// - `year_off`: one day of two years that follow each other, as lunar years and school age make it;
/// - `near`: one of day, month, year miswritten otherwise, the year by its last two digits swapped;
/// - `generation`: so many years apart as parent and child are;
/// - `different`: none of these.
pub(super) const DATE: Comparator = Comparator {
    id: "date",
    readings: &[Reading::Date],
    columns: &[""],
    pack: super::NARROW,
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

/// Year, month and day in one number; 0 for a month or day that is not known.
pub fn pack(year: u32, month: u32, day: u32) -> u64 {
    u64::from(year << 9 | month << 5 | day)
}

/// Year, month, day of days since 1970-01-01, after Howard Hinnant's `civil_from_days`.
pub(in crate::link) fn civil(days: i32) -> (u32, u32, u32) {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year.clamp(0, 9999) as u32, month as u32, day as u32)
}

#[derive(Clone, Copy, PartialEq)]
struct Written {
    year: u32,
    month: u32,
    day: u32,
}

impl Written {
    fn unpack(packed: u64) -> Self {
        let packed = packed as u32;
        Self { year: packed >> 9, month: packed >> 5 & 15, day: packed & 31 }
    }

    /// 1 January stands for "some day of the year" so often that it says no more than the year.
    fn says_only_year(self) -> bool {
        self.month == 0 || (self.month == 1 && self.day <= 1)
    }
}

fn level(_: &Names, a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return MISSING;
    }
    if a == b && !Written::unpack(a).says_only_year() && Written::unpack(a).day != 0 {
        return EXACT;
    }
    let (a, b) = (Written::unpack(a), Written::unpack(b));
    if a.year == b.year { of_one_year(a, b) } else { of_two_years(a, b) }
}

fn of_one_year(a: Written, b: Written) -> u8 {
    if a.says_only_year() && b.says_only_year() {
        return PLACEHOLDER;
    }
    if a.says_only_year() || b.says_only_year() {
        return YEAR;
    }
    if a.month == b.month && (a.day == 0 || b.day == 0) {
        return YEAR;
    }
    match (a.month == b.month, a.day == b.day) {
        (true, true) => EXACT,
        (true, false) => slip(a.day, b.day),
        (false, true) => slip(a.month, b.month),
        (false, false) if a.day == b.month && a.month == b.day => SWAPPED,
        (false, false) => DIFFERENT,
    }
}

/// The level of two days or two months of one date.
fn slip(a: u32, b: u32) -> u8 {
    if differing_digits(a, b) == 1 { ONE_DIGIT } else { NEAR }
}

fn of_two_years(a: Written, b: Written) -> u8 {
    let apart = a.year.abs_diff(b.year);
    let same_day = a.month == b.month && a.day == b.day && !a.says_only_year();
    let last_two = |year: u32| (year / 10 % 10, year % 10);
    let (left, right) = (last_two(a.year), last_two(b.year));
    if same_day && apart == 1 {
        YEAR_OFF
    } else if same_day && differing_digits(a.year, b.year) == 1 {
        ONE_DIGIT
    } else if same_day && a.year / 100 == b.year / 100 && left == (right.1, right.0) {
        NEAR
    } else if apart >= GENERATION_YEARS {
        GENERATION
    } else {
        DIFFERENT
    }
}

/// In how many of their last four digits two numbers differ.
fn differing_digits(a: u32, b: u32) -> usize {
    let digits = |number: u32| [number / 1000, number / 100 % 10, number / 10 % 10, number % 10];
    digits(a).iter().zip(digits(b)).filter(|(a, b)| **a != *b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(a: (u32, u32, u32), b: (u32, u32, u32)) -> &'static str {
        let (a, b) = (pack(a.0, a.1, a.2), pack(b.0, b.1, b.2));
        let level = |a, b| level(&Names::default(), a, b);
        assert_eq!(level(a, b), level(b, a));
        super::super::words("date")[usize::from(level(a, b))]
    }

    #[test]
    fn dates_agree_by_what_they_say() {
        assert_eq!(word((1985, 3, 17), (1985, 3, 17)), "exact");
        assert_eq!(word((1950, 1, 1), (1950, 1, 1)), "placeholder");
        assert_eq!(word((1950, 0, 0), (1950, 1, 1)), "placeholder");
        assert_eq!(word((1950, 0, 0), (1950, 5, 9)), "year");
        assert_eq!(word((1950, 1, 1), (1950, 5, 9)), "year");
        assert_eq!(word((1950, 5, 0), (1950, 5, 9)), "year");
        assert_eq!(word((1950, 6, 0), (1950, 5, 9)), "different");
        assert_eq!(word((1985, 3, 7), (1985, 7, 3)), "swapped");
        assert_eq!(word((1985, 3, 17), (1985, 3, 11)), "one_digit");
        assert_eq!(word((1985, 3, 17), (1985, 8, 17)), "one_digit");
        assert_eq!(word((1985, 3, 0), (1985, 8, 0)), "one_digit");
        assert_eq!(word((1985, 3, 17), (1985, 3, 20)), "near");
        assert_eq!(word((1985, 3, 17), (1985, 12, 17)), "near");
        assert_eq!(word((1985, 3, 17), (1958, 3, 17)), "near");
        assert_eq!(word((1985, 3, 17), (1965, 3, 17)), "one_digit");
        assert_eq!(word((1985, 3, 17), (1962, 8, 2)), "generation");
        assert_eq!(word((1985, 3, 17), (1987, 3, 17)), "one_digit");
        assert_eq!(word((1985, 3, 17), (1986, 3, 17)), "year_off");
        assert_eq!(word((1989, 3, 17), (1990, 3, 17)), "year_off");
        assert_eq!(word((1999, 3, 17), (2000, 3, 17)), "year_off");
        assert_eq!(word((1985, 3, 17), (1986, 3, 18)), "different");
        assert_eq!(word((1985, 3, 17), (1985, 4, 18)), "different");
        assert_eq!(word((1950, 1, 1), (1951, 1, 1)), "different");
    }

    #[test]
    fn days_become_calendar_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-1), (1969, 12, 31));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(-25_567), (1900, 1, 1));
    }
}
