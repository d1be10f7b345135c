//! When a decision was made.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Vietnam keeps one time all year: seven hours before UTC.
const VIETNAM_MINUTES: i64 = 7 * 60;

/// Years that a decision can be of. Two-digit years and slips of the pen are outside.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

/// A day, or an instant of it where that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    day: NaiveDate,
    time: Option<NaiveTime>,
}

impl When {
    /// `2026-06-30`, `2026-06-30T14:05`, `2026-06-30 14:05:09.5+07:00`, `30/06/2026 14:05`. A time with
    /// an offset is told in Vietnam's, one without is taken to be.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (day, time) = match text.split_once(['T', 't', ' ']) {
            Some((day, time)) => (day, Some(time.trim())),
            None => (text, None),
        };
        let formats = ["%Y-%m-%d", "%d/%m/%Y"];
        let day = formats.iter().find_map(|format| NaiveDate::parse_from_str(day, format).ok())?;
        let when = match time {
            None => Self { day, time: None },
            Some(time) => at_time(day, time)?,
        };
        YEARS.contains(&when.day.year()).then_some(when)
    }

    /// Which is later; `None` where one day is meant and not both times are told.
    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match (self.day.cmp(&other.day), self.time, other.time) {
            (Ordering::Equal, Some(own), Some(others)) => Some(own.cmp(&others)),
            (Ordering::Equal, ..) => None,
            (order, ..) => Some(order),
        }
    }

    /// The day alone.
    pub(super) fn day(self) -> NaiveDate {
        self.day
    }
}

fn at_time(day: NaiveDate, text: &str) -> Option<When> {
    let (clock, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, Some(0)),
        None => match text.rfind(['+', '-']) {
            Some(at) => (text.get(..at)?, Some(offset_minutes(text.get(at..)?)?)),
            None => (text, None),
        },
    };
    let formats = ["%H:%M:%S%.f", "%H:%M"];
    let time = formats.iter().find_map(|format| NaiveTime::parse_from_str(clock.trim(), format).ok())?;
    let shift = offset.map_or(0, |minutes| VIETNAM_MINUTES - minutes);
    let local = NaiveDateTime::new(day, time).checked_add_signed(TimeDelta::try_minutes(shift)?)?;
    Some(When { day: local.date(), time: Some(local.time()) })
}

/// `+07:00`, `-0330` or `+7` in minutes.
fn offset_minutes(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+')?),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number: i64 =
        (digits.len() <= 4).then(|| digits.parse().ok()).flatten().filter(|number| *number >= 0)?;
    let (hours, minutes) = if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    (hours <= 14 && minutes < 60).then_some(sign * (60 * hours + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn when(text: &str) -> When {
        When::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn days_and_instants_are_read_in_both_orders_of_writing() {
        assert_eq!(when("2026-06-30"), when("30/06/2026"));
        assert_eq!(when("2026-06-30T14:05"), when("30/06/2026 14:05:00"));
        assert_eq!(when("2026-06-30T14:05:00Z"), when("2026-06-30 21:05"));
        assert_eq!(when("2026-06-30T20:05:00+00:00"), when("2026-07-01T03:05"));
        assert_eq!(when("2026-06-30T21:05+07:00"), when("2026-06-30T21:05"));
        for not in [
            "",
            "31/02/2026",
            "30/06/26",
            "yesterday",
            "2026-06-30T25:00",
            "2026-06-30T10:00+99",
            "20260630",
            "9999-01-01",
        ] {
            assert_eq!(When::parse(not), None, "{not}");
        }
    }

    #[test]
    fn of_one_day_only_two_times_can_be_compared() {
        let compare = |a, b| when(a).compare(when(b));
        assert_eq!(compare("2026-06-30", "2026-07-01T00:00"), Some(Ordering::Less));
        assert_eq!(compare("2026-06-30", "2026-06-30"), None);
        assert_eq!(compare("2026-06-30", "2026-06-30T10:00"), None);
        assert_eq!(compare("2026-06-30T11:00", "2026-06-30T10:00"), Some(Ordering::Greater));
        assert_eq!(compare("2026-06-30T11:00", "2026-06-30T11:00"), Some(Ordering::Equal));
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_is_not(text in "\\PC{0,40}|[0-9/:TZ+. -]{0,30}") {
            if let Some(when) = When::parse(&text) {
                prop_assert!(YEARS.contains(&when.day().year()));
            }
        }
    }
}
