//! Calendar dates, possibly only a month or a year.
//!
//! The day stands first, always: month/day order is never guessed. What cannot
//! be a date is unreadable, not mended, and says why ([`DateFault`]).

mod parts;
#[cfg(test)]
mod tests;

use parts::{Group, Part, parts};

use super::unicode::clean;

/// Years that dates may be of.
pub(super) type Years = std::ops::RangeInclusive<u32>;

/// Years that a living person's papers may bear.
pub(super) const YEARS: Years = 1850..=2100;

/// Years of people of any time: those of four digits.
pub(super) const HISTORIC_YEARS: Years = 1000..=2100;

/// Two-digit years up to this one are of the 2000s, later ones of the 1900s.
/// The extracts' reference date is in 2026, and nothing is dated after its delivery.
const PIVOT: u32 = 26;

/// Spreadsheet serial numbers taken for dates: 18/05/1927 to 08/04/2064. A smaller
/// number is likelier something else, and five digits are never a year.
const SERIALS: std::ops::RangeInclusive<u32> = 10_000..=60_000;

/// How spreadsheets write their day 0, which is an empty cell: 00/01/1900 and 30/12/1899.
const ZERO_DAYS: [Ymd; 2] = [(1900, 1, 0), (1899, 12, 30)];

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

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFault {
    /// No day of the calendar: 31/02, 45/07, a day without its month.
    Impossible,
    /// Before any paper that a living office keeps.
    TooOld,
    /// Later than any paper bears. A day between this and the night's date is for a quality rule
    /// to find: a card may run on for decades, a birth may not.
    Implausible,
    /// The words say that nobody knows: "không rõ", dashes, 00/00/0000.
    Unknown,
    /// Several dates would do: "khoảng 1950", six or seven digits without separators.
    Ambiguous,
    /// Of the lunar calendar, whose days are others.
    Lunar,
    /// Something else.
    NotADate,
}

impl DateFault {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Impossible => "impossible",
            Self::TooOld => "too_old",
            Self::Implausible => "implausible",
            Self::Unknown => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::Lunar => "lunar",
            Self::NotADate => "not_a_date",
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
    fault: Option<DateFault>,
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

    /// Why the text is unreadable; `None` for one that is readable.
    pub fn fault(self) -> Option<DateFault> {
        self.fault
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

/// Reads a date of a living person's papers.
pub(super) fn read(raw: &str) -> DateValue {
    read_within(raw, &YEARS)
}

/// Reads a date of some years. O(length); a text of more than some 90 characters is none.
pub(super) fn read_within(raw: &str, years: &Years) -> DateValue {
    let cleaned = clean(raw);
    let found = parts(without_time(&cleaned.text));
    match found.and_then(|(groups, count)| of_groups(&groups[..count], years)) {
        Ok((year, month, day)) => {
            let form = if is_normal(raw) { DateForm::Normal } else { DateForm::Other };
            DateValue { year: year as u16, month: month as u8, day: day as u8, form, fault: None }
        }
        Err(fault) => DateValue { fault: Some(fault), ..DateValue::default() },
    }
}

/// The date that numbers in this order stand for.
fn of_groups(groups: &[Group], years: &Years) -> Result<Ymd, DateFault> {
    let found = match groups {
        [one] => from_one(*one, years)?,
        [first, second] => from_two(*first, *second).ok_or(DateFault::NotADate)?,
        [first, second, third] => from_three(*first, *second, *third).ok_or(DateFault::NotADate)?,
        _ => return Err(DateFault::NotADate),
    };
    let (year, month, day) = found;
    if groups.iter().all(|group| group.value == 0) || ZERO_DAYS.contains(&found) {
        Err(DateFault::Unknown)
    } else if year < *years.start() {
        Err(DateFault::TooOld)
    } else if year > *years.end() {
        Err(DateFault::Implausible)
    } else if is_possible(years, year, month, day) {
        Ok(found)
    } else {
        Err(DateFault::Impossible)
    }
}

/// The date before a time of day (`1987-03-02T00:00:00`, `02/03/1987 00:00`, the serial `31838.5`).
fn without_time(text: &str) -> &str {
    if let Some((serial, fraction)) = text.split_once('.')
        && serial.len() == 5
        && [serial, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()))
    {
        return serial;
    }
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

fn from_one(group: Group, years: &Years) -> Result<Ymd, DateFault> {
    let value = group.value;
    match group.digits {
        4 if group.can_be(Part::Year) => Ok((value, 0, 0)),
        5 if SERIALS.contains(&value) => Ok(civil(value as i32 - SERIAL_OF_EPOCH)),
        // ddmmyy, yymmdd or mmyyyy; ddmmyyyy without one of its zeros.
        6 | 7 => Err(DateFault::Ambiguous),
        8 => {
            let year_first = (value / 10_000, value / 100 % 100, value % 100);
            let day_first = (value % 10_000, value / 10_000 % 100, value / 1_000_000);
            let (year, month, day) = year_first;
            let is_year_first = is_possible(years, year, month, day);
            if value == 0 || is_year_first { Ok(year_first) } else { Ok(day_first) }
        }
        _ => Err(DateFault::NotADate),
    }
}

fn from_two(first: Group, second: Group) -> Option<Ymd> {
    match (first.digits, second.digits) {
        (1..=2, 4) => {
            named([first, second], [Part::Month, Part::Year]).then_some((second.value, first.value, 0))
        }
        (4, 1..=2) => {
            named([first, second], [Part::Year, Part::Month]).then_some((first.value, second.value, 0))
        }
        _ => None,
    }
}

fn from_three(first: Group, second: Group, third: Group) -> Option<Ymd> {
    let year_last = || named([first, second, third], [Part::Day, Part::Month, Part::Year]);
    let year_first = || named([first, second, third], [Part::Year, Part::Month, Part::Day]);
    match (first.digits, second.digits, third.digits) {
        (1..=2, 1..=2, 4) if year_last() => Some((third.value, second.value, first.value)),
        (4, 1..=2, 1..=2) if year_first() => Some((first.value, second.value, third.value)),
        (1..=2, 1..=2, 2) if year_last() => {
            let century = if third.value <= PIVOT { 2000 } else { 1900 };
            Some((century + third.value, second.value, first.value))
        }
        _ => None,
    }
}

/// Whether no word says that a number is another part than its place makes it.
fn named<const N: usize>(groups: [Group; N], parts: [Part; N]) -> bool {
    groups.into_iter().zip(parts).all(|(group, part)| group.can_be(part))
}

/// A calendar day, a month (day 0) or a year (both 0) of some years.
fn is_possible(years: &Years, year: u32, month: u32, day: u32) -> bool {
    years.contains(&year)
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
    let is_number = |digits: [u8; 2]| digits.iter().all(u8::is_ascii_digit) && digits != *b"00";
    match *raw.as_bytes() {
        [_, _, _, _] => true,
        [d1, d2, b'/', m1, m2, b'/', _, _, _, _] => is_number([d1, d2]) && is_number([m1, m2]),
        [d1, d2, b'/', b'3'..=b'9', b'/', _, _, _, _] => is_number([d1, d2]),
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
