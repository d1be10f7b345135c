//! Numbers, shares, dates and sizes as Vietnamese offices write them:
//! `1.118.560`, `70,15%`, `21/11/2026`.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// A whole number, thousands set off by dots: `1.118.560`.
pub fn whole(number: u64) -> String {
    grouped(number, '.')
}

/// A whole number, its thousands set off by a mark of choice.
pub fn grouped(number: u64, mark: char) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// A number with a decimal comma: `12,3`. Not a number or infinite: a dash.
pub fn decimal(number: f64, places: usize) -> String {
    if !number.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.places$}", number.abs());
    let (units, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let units = units.parse().map_or_else(|_| units.to_owned(), whole);
    let minus = if number < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "-" } else { "" };
    if fraction.is_empty() { format!("{minus}{units}") } else { format!("{minus}{units},{fraction}") }
}

/// Hundredths of a percent, rounded to the nearest; but all is said only of all
/// (10000), and nothing only of nothing (0).
fn hundredths(part: u64, of: u64) -> Option<u64> {
    let (part, of) = (u128::from(part), u128::from(of));
    if of == 0 {
        return None;
    }
    let rounded = (part * 10_000 + of / 2) / of;
    let bounded = match part {
        0 => 0,
        _ if part >= of => rounded,
        _ => rounded.clamp(1, 9_999),
    };
    u64::try_from(bounded).ok()
}

/// A share in percent with two places: `70,15%`; a dash of nothing.
pub fn percent(part: u64, of: u64) -> String {
    hundredths(part, of).map_or_else(|| "–".to_owned(), |h| format!("{},{:02}%", whole(h / 100), h % 100))
}

/// The same for an English terminal: `70.15 %`.
pub fn percent_en(part: u64, of: u64) -> String {
    hundredths(part, of).map_or_else(|| "-".to_owned(), |h| format!("{}.{:02} %", h / 100, h % 100))
}

/// How many meet a requirement: `784.615/1.118.560, đạt 70,15%`.
pub fn met(part: u64, of: u64) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    format!("{}/{}, đạt {}", whole(part), whole(of), percent(part, of))
}

/// A day: `21/11/2026`.
pub fn day(day: NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// An instant to the second: `22:07:34 ngày 21/11/2026 (UTC)`.
pub fn instant(instant: DateTime<Utc>) -> String {
    format!("{} ngày {} (UTC)", instant.format("%H:%M:%S"), day(instant.date_naive()))
}

/// A size in units of 1000: `2,5 GB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} byte");
    }
    let mut size = bytes as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{} {}", decimal(size, 1), UNITS[unit])
}

/// A word with its first letter a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_dots_and_fractions_a_comma() {
        let cases = [(0, "0"), (999, "999"), (1000, "1.000"), (1_118_560, "1.118.560")];
        for (number, text) in cases {
            assert_eq!(whole(number), text);
        }
        assert_eq!(decimal(1234.56, 1), "1.234,6");
        assert_eq!(decimal(-0.04, 1), "0,0");
        assert_eq!(decimal(-2.5, 0), "-2");
        assert_eq!(decimal(f64::NAN, 1), "–");
    }

    #[test]
    fn a_share_is_written_as_the_briefings_write_it() {
        assert_eq!(met(784_615, 1_118_560), "784.615/1.118.560, đạt 70,15%");
        assert_eq!(met(0, 0), "–");
        assert_eq!(percent_en(1, 3), "33.33 %");
    }

    #[test]
    fn all_is_said_only_of_all_and_nothing_only_of_nothing() {
        assert_eq!(percent(2_599_999, 2_600_000), "99,99%");
        assert_eq!(percent(1, 2_600_000), "0,01%");
        assert_eq!(percent(0, 7), "0,00%");
        assert_eq!(percent(7, 7), "100,00%");
        assert_eq!(percent(u64::MAX, u64::MAX), "100,00%");
    }

    #[test]
    fn days_and_sizes_read_as_in_an_office() {
        assert_eq!(day(NaiveDate::from_ymd_opt(2026, 3, 5).unwrap()), "05/03/2026");
        assert_eq!(bytes(999), "999 byte");
        assert_eq!(bytes(2_500_000_000), "2,5 GB");
        assert_eq!(bytes(999_960), "1,0 MB");
        assert_eq!(capitalised("đồng"), "Đồng");
    }
}
