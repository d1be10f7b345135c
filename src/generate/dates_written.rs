//! A birth date on its way into a cell.

use chrono::{Datelike, NaiveDate};

use super::draw::Draw;
use super::names_written::Faults;
use super::person::{Birth, Precision};
use super::rates::{Chances, Fault, Source};
use super::written::{DateForm, WrittenDate};

/// The column of birth dates in every source.
pub(super) const COLUMN: &str = "ngay_sinh";

/// `dd/mm/yyyy`.
pub(super) fn normal(day: NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// A birth in its normal form: the day, or as much as is known.
pub(super) fn standard(birth: Birth) -> String {
    match birth.precision {
        Precision::Day => normal(birth.day),
        Precision::Month => format!("{:02}/{:04}", birth.day.month(), birth.day.year()),
        Precision::Year => format!("{:04}", birth.day.year()),
    }
}

/// Faults of content: the date as the office has it in its books.
pub(super) fn mistake(birth: Birth, chances: Chances, draw: &mut Draw, faults: &mut Faults) -> Birth {
    for fault in OF_CONTENT {
        if !chances.happens(fault, draw) {
            continue;
        }
        if let Some(other) = other_date(fault, birth, draw).filter(|other| *other != birth) {
            faults.push((COLUMN, fault.word()));
            return other;
        }
    }
    birth
}

/// No province is made as of a later year.
const LAST_YEAR: i32 = 2_041;
/// Nobody is known to have been born earlier and to live.
const FIRST_YEAR: i32 = 1_895;

const OF_CONTENT: [Fault; 6] = [
    Fault::DateDaySlip,
    Fault::DateYearSlip,
    Fault::DateYearOff,
    Fault::DateSwapped,
    Fault::DatePlaceholder,
    Fault::DateYearOnly,
];

fn other_date(fault: Fault, birth: Birth, draw: &mut Draw) -> Option<Birth> {
    let (year, month, day) = (birth.day.year(), birth.day.month(), birth.day.day());
    let is_whole = birth.precision == Precision::Day;
    let other = match fault {
        Fault::DateYearSlip => NaiveDate::from_ymd_opt(slip_year(year, draw), month, day)?,
        Fault::DateYearOff => NaiveDate::from_ymd_opt(year + draw.pick(&[-1, 1]), month, day.min(28))?,
        _ if !is_whole => return None,
        Fault::DateDaySlip => slip_day(birth.day, draw)?,
        Fault::DateSwapped => NaiveDate::from_ymd_opt(year, day, month)?,
        Fault::DatePlaceholder => NaiveDate::from_ymd_opt(year, 1, 1)?,
        _ => return year_only(birth, draw),
    };
    Some(Birth { day: other, precision: birth.precision })
}

fn year_only(birth: Birth, draw: &mut Draw) -> Option<Birth> {
    if draw.chance(0.05) {
        return Some(Birth { day: birth.day.with_day(1)?, precision: Precision::Month });
    }
    Some(Birth { day: birth.day.with_ordinal(1)?, precision: Precision::Year })
}

/// Another last or last but one digit, within living memory.
fn slip_year(year: i32, draw: &mut Draw) -> i32 {
    let digit = draw.between(1, 9);
    let other = if draw.chance(0.5) {
        year - year % 10 + (year % 10 + digit) % 10
    } else {
        year - year / 10 % 10 * 10 + (year / 10 + digit) % 10 * 10
    };
    if (1_920..=2_026).contains(&other) { other } else { year - year % 10 + (year % 10 + digit) % 10 }
}

fn slip_day(day: NaiveDate, draw: &mut Draw) -> Option<NaiveDate> {
    let step = draw.pick(&[1, -1, 2, -2, 10, -10]);
    if draw.chance(0.65) {
        day.with_day(day.day().checked_add_signed(step)?)
    } else {
        day.with_month(day.month().checked_add_signed(step.signum())?)
    }
}

/// Faults of form; the content stays, unless the date is lost.
pub(super) fn form(birth: Birth, chances: Chances, draw: &mut Draw, faults: &mut Faults) -> WrittenDate {
    if chances.happens(Fault::DateMissing, draw) {
        faults.push((COLUMN, Fault::DateMissing.word()));
        return WrittenDate { text: String::new(), content: None, form: DateForm::Unreadable };
    }
    if chances.happens(Fault::DateImpossible, draw) {
        faults.push((COLUMN, Fault::DateImpossible.word()));
        let text =
            format!("{}/{:04}", draw.pick(&["31/02", "30/02", "31/04", "45/07", "32/01"]), birth.day.year());
        return WrittenDate { text, content: None, form: DateForm::Unreadable };
    }
    for (fault, years) in [(Fault::DateFuture, 100), (Fault::DateTooOld, -100)] {
        let year = birth.day.year() + years;
        // A century on is the future, and a century ago is beyond any age, for most but not for all.
        if chances.happens(fault, draw) && !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            faults.push((COLUMN, fault.word()));
            let text = format!("{:02}/{:02}/{year:04}", birth.day.day(), birth.day.month());
            let day = birth.day.with_year(year).unwrap_or(birth.day);
            let content = Some(Birth { day, precision: Precision::Day });
            return WrittenDate { text, content, form: DateForm::Normal };
        }
    }
    if chances.happens(Fault::DateForm, draw) {
        let (text, form) = other_form(birth, chances.source, draw);
        if form == DateForm::Other {
            faults.push((COLUMN, Fault::DateForm.word()));
        }
        return WrittenDate { text, content: Some(birth), form };
    }
    WrittenDate { text: standard(birth), content: Some(birth), form: DateForm::Normal }
}

/// How often each source uses which form: slashes without zeros, dashes, dots, ISO,
/// ISO with a time, no separators (both orders), two-digit years, spreadsheet serials.
const FORMS: [[u32; 9]; 4] = [
    [17, 9, 3, 38, 0, 1, 1, 3, 5],
    [22, 18, 20, 30, 0, 1, 1, 2, 2],
    [10, 1, 1, 18, 6, 2, 55, 1, 5],
    [10, 10, 8, 57, 1, 2, 12, 2, 3],
];

fn other_form(birth: Birth, source: Source, draw: &mut Draw) -> (String, DateForm) {
    let (year, month, day) = (birth.day.year(), birth.day.month(), birth.day.day());
    match birth.precision {
        Precision::Month => return (standard(birth), DateForm::Other),
        // A year alone is regular; some systems fill the rest up with zeros.
        Precision::Year if draw.chance(0.1) => return (format!("00/00/{year:04}"), DateForm::Other),
        Precision::Year => return (standard(birth), DateForm::Normal),
        Precision::Day => {}
    }
    let text = match draw.weighted(&FORMS[source.habits()]) {
        0 => return slashes(day, month, year),
        1 if draw.chance(0.3) => format!("{day:02}-{month:02}-{year:04}"),
        1 => format!("{day}-{month}-{year:04}"),
        2 => format!("{day:02}.{month:02}.{year:04}"),
        4 => format!("{year:04}-{month:02}-{day:02} 00:00:00"),
        5 => format!("{day:02}{month:02}{year:04}"),
        6 => format!("{year:04}{month:02}{day:02}"),
        // Only where the century is beyond doubt.
        7 if (1_931..2_010).contains(&year) => format!("{day:02}/{month:02}/{:02}", year % 100),
        8 if year >= 1_931 => serial(birth.day).to_string(),
        _ => format!("{year:04}-{month:02}-{day:02}"),
    };
    (text, DateForm::Other)
}

/// Without leading zeros. The one-digit months 3 to 9 beside a day of two digits are
/// regular by the writing rule of form DC01, and so is what has two digits anyway.
fn slashes(day: u32, month: u32, year: i32) -> (String, DateForm) {
    let is_regular = day >= 10 && month >= 3;
    let form = if is_regular { DateForm::Normal } else { DateForm::Other };
    (format!("{day}/{month}/{year:04}"), form)
}

/// Days as a spreadsheet counts them: 1 is 01/01/1900, and it believes in 29/02/1900.
fn serial(day: NaiveDate) -> i64 {
    NaiveDate::from_ymd_opt(1899, 12, 30).map_or(0, |before| (day - before).num_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_month_of_one_digit_is_regular_only_from_three_to_nine_beside_a_day_of_two() {
        assert_eq!(slashes(12, 3, 1980), ("12/3/1980".to_owned(), DateForm::Normal));
        assert_eq!(slashes(12, 11, 1980).1, DateForm::Normal);
        assert_eq!(slashes(12, 2, 1980).1, DateForm::Other);
        assert_eq!(slashes(5, 3, 1980).1, DateForm::Other);
    }

    #[test]
    fn spreadsheet_serials_are_those_of_spreadsheets() {
        assert_eq!(serial(day(1987, 6, 15)), 31_943);
        assert_eq!(serial(day(2000, 1, 1)), 36_526);
    }

    #[test]
    fn swapping_needs_a_day_that_can_be_a_month() {
        let mut draw = Draw::of(1, 1, 1);
        let birth = |d| Birth { day: day(1990, 5, d), precision: Precision::Day };
        assert_eq!(other_date(Fault::DateSwapped, birth(13), &mut draw), None);
        let swapped = other_date(Fault::DateSwapped, birth(7), &mut draw).unwrap();
        assert_eq!(normal(swapped.day), "05/07/1990");
    }
}
