//! Birth dates as offices write them: whole, by the year alone, on 1 January, miswritten.

use super::{Comparator, Names, Reading, column};

/// Years that a parent is older than a child, at least.
const GENERATION_YEARS: u32 = 15;

const MISSING: u8 = 0;
const EXACT: u8 = 1;
const PLACEHOLDER: u8 = 2;
const YEAR: u8 = 3;
const NEAR: u8 = 4;
const DIFFERENT: u8 = 5;
const GENERATION: u8 = 6;

/// - `exact`: one day of the calendar, other than 1 January;
/// - `placeholder`: both say 1 January, or only the year, of one year;
/// - `year`: only one of both says more than the year, and the year agrees;
/// - `near`: day and month swapped, or one of day, month, year miswritten;
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
    let swapped = a.day == b.month && a.month == b.day;
    match (a.month == b.month, a.day == b.day) {
        (true, true) => EXACT,
        (true, false) | (false, true) => NEAR,
        (false, false) if swapped => NEAR,
        (false, false) => DIFFERENT,
    }
}

fn of_two_years(a: Written, b: Written) -> u8 {
    let apart = a.year.abs_diff(b.year);
    let same_day = a.month == b.month && a.day == b.day && !a.says_only_year();
    let slip = apart == 1 || one_digit_apart(a.year, b.year);
    if same_day && slip {
        NEAR
    } else if apart >= GENERATION_YEARS {
        GENERATION
    } else {
        DIFFERENT
    }
}

/// Whether two years of four digits differ in one digit, or have their last two swapped.
fn one_digit_apart(a: u32, b: u32) -> bool {
    let digits = |year: u32| [year / 1000, year / 100 % 10, year / 10 % 10, year % 10];
    let (a, b) = (digits(a), digits(b));
    let differing = a.iter().zip(&b).filter(|(a, b)| a != b).count();
    differing == 1 || (a[..2] == b[..2] && a[2] == b[3] && a[3] == b[2])
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
        assert_eq!(word((1985, 3, 7), (1985, 7, 3)), "near");
        assert_eq!(word((1985, 3, 17), (1985, 3, 11)), "near");
        assert_eq!(word((1985, 3, 17), (1958, 3, 17)), "near");
        assert_eq!(word((1985, 3, 17), (1965, 3, 17)), "near");
        assert_eq!(word((1985, 3, 17), (1962, 8, 2)), "generation");
        assert_eq!(word((1985, 3, 17), (1987, 3, 17)), "near");
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
