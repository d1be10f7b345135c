//! Calendar dates, possibly only a month or a year.
//!
//! The day stands first, always: month/day order is never guessed. What cannot
//! be a date is unreadable, not mended.

use super::unicode::clean;

/// Years that a person's papers may bear.
const YEARS: std::ops::RangeInclusive<u32> = 1850..=2100;

/// Two-digit years up to this one are of the 2000s, later ones of the 1900s.
/// The extracts' reference date is in 2026, and nothing is dated after its delivery.
const PIVOT: u32 = 26;

/// Spreadsheet serial numbers taken for dates: 18/05/1927 to 08/04/2064. A smaller
/// number is likelier something else, and five digits are never a year.
const SERIALS: std::ops::RangeInclusive<u32> = 10_000..=60_000;

/// Days from 30/12/1899, a spreadsheet's day 0, to 01/01/1970.
const SERIAL_OF_EPOCH: i32 = 25_569;

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// The day.
    Day,
    /// The month.
    Month,
    /// The year alone.
    Year,
}

impl Precision {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// How a date is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateForm {
    /// As DC01 asks: `dd/mm/yyyy`, months 3 to 9 also in one digit; or the year alone.
    Normal,
    /// Readable, written otherwise.
    Other,
    /// Impossible, or no date.
    #[default]
    Unreadable,
}

impl DateForm {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Other => "other",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A date as written in a cell: 6 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateValue {
    /// 0 where unreadable.
    year: u16,
    /// 0 where unknown.
    month: u8,
    /// 0 where unknown.
    day: u8,
    form: DateForm,
}

impl DateValue {
    /// The year, if the text is readable.
    pub fn year(self) -> Option<u16> {
        (self.year != 0).then_some(self.year)
    }

    /// The month, 1 to 12, if it is known.
    pub fn month(self) -> Option<u8> {
        (self.month != 0).then_some(self.month)
    }

    /// The day of the month, if it is known.
    pub fn day(self) -> Option<u8> {
        (self.day != 0).then_some(self.day)
    }

    /// 100 × month + day, if the day is known and is not 1 January: that stands for
    /// some day of the year so often that it says no more than the year.
    pub fn day_month(self) -> Option<u16> {
        self.day().map(|day| 100 * u16::from(self.month) + u16::from(day)).filter(|day| *day != 101)
    }

    /// How the date is written.
    pub fn form(self) -> DateForm {
        self.form
    }

    /// How much is known, if the text is readable.
    pub fn precision(self) -> Option<Precision> {
        self.year().map(|_| match (self.month, self.day) {
            (0, _) => Precision::Year,
            (_, 0) => Precision::Month,
            _ => Precision::Day,
        })
    }

    /// Days since 1970-01-01, if the day is known. O(1).
    pub fn days_since_epoch(self) -> Option<i32> {
        self.day().map(|_| days(i32::from(self.year), i32::from(self.month), i32::from(self.day)))
    }

    /// `dd/mm/yyyy`, `mm/yyyy` or `yyyy`, if the text is readable.
    pub fn standard(self) -> Option<String> {
        let Self { year, month, day, .. } = self;
        self.precision().map(|precision| match precision {
            Precision::Day => format!("{day:02}/{month:02}/{year:04}"),
            Precision::Month => format!("{month:02}/{year:04}"),
            Precision::Year => format!("{year:04}"),
        })
    }
}

/// Reads a date. O(length); a text of more than some 40 characters is none.
pub(super) fn read(raw: &str) -> DateValue {
    let cleaned = clean(raw);
    let text = without_time(&cleaned.text);
    let Some((groups, count)) = groups(text) else { return DateValue::default() };
    let found = match &groups[..count] {
        [one] => from_one(*one),
        [first, second] => from_two(*first, *second),
        [first, second, third] => from_three(*first, *second, *third),
        _ => None,
    };
    let Some((year, month, day)) = found.filter(|(year, month, day)| is_possible(*year, *month, *day)) else {
        return DateValue::default();
    };
    let form = if is_normal(raw) { DateForm::Normal } else { DateForm::Other };
    DateValue { year: year as u16, month: month as u8, day: day as u8, form }
}

/// A run of digits: its value and how many they are.
#[derive(Clone, Copy, Default)]
struct Group {
    value: u32,
    digits: u8,
}

/// The one to three numbers between dashes, dots, slashes or spaces.
fn groups(text: &str) -> Option<([Group; 3], usize)> {
    let mut groups = [Group::default(); 3];
    let mut count = 0;
    let mut separators = 1;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                if separators > 0 {
                    separators = 0;
                    count += 1;
                }
                let group = groups.get_mut(count - 1)?;
                group.digits = group.digits.checked_add(1).filter(|digits| *digits <= 8)?;
                group.value = group.value * 10 + u32::from(byte - b'0');
            }
            b' ' if count > 0 => separators = separators.max(1),
            b'/' | b'-' | b'.' if count > 0 && separators < 2 => separators = 2,
            _ => return None,
        }
    }
    (separators == 0).then_some((groups, count))
}

/// The date before a time of day (`1987-03-02T00:00:00`, `02/03/1987 00:00`).
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let is_time = text.as_bytes()[colon..].iter().all(|b| b.is_ascii_digit() || b":.+-Zz APMapm".contains(b));
    let head = &text[..colon];
    let date = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let hour_digits = head.len() - date.len();
    match date.strip_suffix(['T', 't', ' ']) {
        Some(date) if is_time && (1..=2).contains(&hour_digits) => date.trim_end(),
        _ => text,
    }
}

type Ymd = (u32, u32, u32);

fn from_one(group: Group) -> Option<Ymd> {
    let value = group.value;
    match group.digits {
        4 => Some((value, 0, 0)),
        5 => SERIALS.contains(&value).then(|| civil(value as i32 - SERIAL_OF_EPOCH)),
        8 => {
            let year_first = (value / 10_000, value / 100 % 100, value % 100);
            let day_first = (value % 10_000, value / 10_000 % 100, value / 1_000_000);
            let (year, month, day) = year_first;
            Some(if is_possible(year, month, day) { year_first } else { day_first })
        }
        _ => None,
    }
}

fn from_two(first: Group, second: Group) -> Option<Ymd> {
    match (first.digits, second.digits) {
        (1..=2, 4) => Some((second.value, first.value, 0)),
        (4, 1..=2) => Some((first.value, second.value, 0)),
        _ => None,
    }
}

fn from_three(first: Group, second: Group, third: Group) -> Option<Ymd> {
    match (first.digits, second.digits, third.digits) {
        (1..=2, 1..=2, 4) => Some((third.value, second.value, first.value)),
        (4, 1..=2, 1..=2) => Some((first.value, second.value, third.value)),
        (1..=2, 1..=2, 2) => {
            let century = if third.value <= PIVOT { 2000 } else { 1900 };
            Some((century + third.value, second.value, first.value))
        }
        _ => None,
    }
}

/// A calendar day, a month (day 0) or a year (both 0) within [`YEARS`].
fn is_possible(year: u32, month: u32, day: u32) -> bool {
    YEARS.contains(&year)
        && month <= 12
        && if month == 0 { day == 0 } else { day <= month_length(year, month) }
}

fn month_length(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether a readable date has the regular shape, nothing around it.
fn is_normal(raw: &str) -> bool {
    match raw.as_bytes() {
        [_, _, _, _] => true,
        [d1, d2, b'/', m1, m2, b'/', _, _, _, _] => (d1, d2) != (&b'0', &b'0') && (m1, m2) != (&b'0', &b'0'),
        [d1, d2, b'/', b'3'..=b'9', b'/', _, _, _, _] => (d1, d2) != (&b'0', &b'0'),
        _ => false,
    }
}

/// Days since 1970-01-01 of a day of the Gregorian calendar; after Howard
/// Hinnant's `days_from_civil`, for years after 0.
fn days(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days`], after `civil_from_days`.
fn civil(days: i32) -> Ymd {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year as u32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};
    use proptest::prelude::*;

    #[test]
    fn the_first_of_january_is_no_day_of_the_year() {
        let cases = [
            ("02/03/1987", Some(302)),
            ("31/12/1987", Some(1231)),
            ("01/01/1988", None),
            ("02/01/1988", Some(102)),
            ("01/02/1988", Some(201)),
            ("03/1987", None),
            ("1987", None),
            ("30/02/1987", None),
        ];
        for (raw, day_month) in cases {
            assert_eq!(read(raw).day_month(), day_month, "{raw}");
        }
    }

    #[test]
    fn dates_are_read() {
        let cases = [
            ("02/03/1987", "02/03/1987", "normal"),
            ("02/3/1987", "02/03/1987", "normal"),
            ("1987", "1987", "normal"),
            ("02/1/1987", "02/01/1987", "other"),
            ("2/3/1987", "02/03/1987", "other"),
            ("2/11/1987", "02/11/1987", "other"),
            ("02-03-1987", "02/03/1987", "other"),
            ("02.03.1987", "02/03/1987", "other"),
            ("2 / 3 / 1987", "02/03/1987", "other"),
            (" 02/03/1987", "02/03/1987", "other"),
            ("1987-03-02", "02/03/1987", "other"),
            ("1987-03-02 00:00:00", "02/03/1987", "other"),
            ("1987-03-02T00:00:00.000Z", "02/03/1987", "other"),
            ("02/03/1987 12:00:00 AM", "02/03/1987", "other"),
            ("19870302", "02/03/1987", "other"),
            ("02031987", "02/03/1987", "other"),
            ("20122012", "20/12/2012", "other"),
            ("19201950", "", "unreadable"),
            ("02/03/87", "02/03/1987", "other"),
            ("02/03/26", "02/03/2026", "other"),
            ("02/03/27", "02/03/1927", "other"),
            ("31838", "02/03/1987", "other"),
            ("00/00/1950", "1950", "other"),
            ("00/05/1950", "05/1950", "other"),
            ("01/1950", "01/1950", "other"),
            ("1950-01", "01/1950", "other"),
            ("29/02/2000", "29/02/2000", "normal"),
            ("29/02/1900", "", "unreadable"),
            ("31/04/1987", "", "unreadable"),
            ("12/25/1987", "", "unreadable"),
            ("15/00/1950", "", "unreadable"),
            ("02/03/1849", "", "unreadable"),
            ("9999", "", "unreadable"),
            ("09999", "", "unreadable"),
            ("02//03/1987", "", "unreadable"),
            ("02/03/", "", "unreadable"),
            ("1/2/3/4", "", "unreadable"),
            ("không rõ", "", "unreadable"),
            ("12:30", "", "unreadable"),
            ("０２/０３/１９８７", "02/03/1987", "other"),
        ];
        for (raw, standard, form) in cases {
            let date = read(raw);
            assert_eq!(
                (date.standard().unwrap_or_default().as_str(), date.form().word()),
                (standard, form),
                "{raw}"
            );
        }
    }

    #[test]
    fn the_value_is_small() {
        assert!(std::mem::size_of::<DateValue>() <= 8);
    }

    proptest! {
        #[test]
        fn day_numbers_are_those_of_the_calendar(number in -43_829..47_847_i32) {
            let day = NaiveDate::from_epoch_days(number).unwrap();
            prop_assert_eq!(days(day.year(), day.month() as i32, day.day() as i32), number);
            prop_assert_eq!(civil(number), (day.year() as u32, day.month(), day.day()));
        }

        #[test]
        fn the_standard_form_reads_as_itself(raw in "[0-9/. T:-]{0,12}") {
            if let Some(standard) = read(&raw).standard() {
                let again = read(&standard);
                prop_assert_eq!(again.standard(), Some(standard));
                prop_assert_eq!(again.days_since_epoch(), read(&raw).days_since_epoch());
            }
        }

        #[test]
        fn any_text_is_read(raw in any::<String>()) {
            let date = read(&raw);
            prop_assert_eq!(date.precision().is_some(), date.form() != DateForm::Unreadable);
        }
    }
}
