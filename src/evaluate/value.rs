//! When a suggested value is the right one.
//!
//! Nothing but writing is forgiven: outer spaces, the Unicode form, and the form
//! of a whole date. Anything else, letter case and tone marks included, counts.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The value with outer spaces, Unicode form and date form set to one standard.
pub(super) fn standard(value: &str) -> String {
    let value = value.trim();
    if let Some(date) = standard_date(value) {
        return date;
    }
    if is_nfc(value) { value.to_owned() } else { value.nfc().collect() }
}

/// A whole date as `dd/mm/yyyy`, from day-month-year or year-month-day with `/`, `-` or `.`.
fn standard_date(value: &str) -> Option<String> {
    let mut parts = value.split(['/', '-', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (day, year) = if a.len() == 4 { (c, a) } else { (a, c) };
    let whole = is_number(day, 1..=2) && is_number(b, 1..=2) && is_number(year, 4..=4);
    whole.then(|| format!("{day:0>2}/{b:0>2}/{year}"))
}

fn is_number(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_is_forgiven_and_content_is_not() {
        for (a, b) in [
            ("1987-02-03", "03/02/1987"),
            ("3/2/1987", "03/02/1987"),
            ("03.02.1987", "03/02/1987"),
            (" Hòa ", "Ho\u{300}a"),
        ] {
            assert_eq!(standard(a), standard(b));
        }
        for (a, b) in [
            ("03/02/1987", "02/03/1987"),
            ("Hòa", "Hoà"),
            ("HÒA", "Hòa"),
            ("1987", "01/01/1987"),
            ("1/2/87", "01/02/1987"),
        ] {
            assert_ne!(standard(a), standard(b));
        }
    }
}
