//! Quantities in digits: areas, ages, amounts.

use super::unicode::clean;

/// Most digits before the point: what a floating-point number tells apart to the unit.
const DIGITS_MAX: usize = 15;

/// The quantity in standard form: a minus, digits without leading zeros, a point before decimals that end in
/// no 0; `None` for what is none. O(length).
///
/// Of a point and a comma, the one that stands last and once is before the decimals and the other between
/// thousands (`1.234,5`, `1,234.5`). Alone, a mark that stands several times is between thousands, a
/// point is before decimals, and a comma is between thousands where three digits follow it: nothing in one
/// cell tells `1,234` otherwise.
pub(super) fn standard(raw: &str) -> Option<String> {
    let cleaned = clean(raw);
    let text: &str = &cleaned.text;
    let (is_negative, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = parts(text)?;
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    if whole.len() > DIGITS_MAX || decimals.len() > DIGITS_MAX {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole == "0" && decimals.is_empty();
    let sign = if is_negative && !is_zero { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{decimals}"))
}

/// The digits before and behind the decimal mark.
fn parts(text: &str) -> Option<(String, &str)> {
    let mark = decimal_mark(text);
    let (whole, decimals) = mark.map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(['.', ',', ' ', '\'', '\u{a0}']);
    let first = groups.next()?;
    let groups: Vec<&str> = groups.collect();
    let is_grouped = groups.iter().all(|group| group.len() == 3 && digits(group));
    let is_number = digits(first) && digits(decimals) && is_grouped;
    let has_digits = !first.is_empty() || (groups.is_empty() && !decimals.is_empty());
    (is_number && has_digits).then(|| (std::iter::once(first).chain(groups).collect(), decimals))
}

/// Where the mark before the decimals stands, if there is one.
fn decimal_mark(text: &str) -> Option<usize> {
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let last = text.rfind(['.', ','])?;
    let is_comma = text[last..].starts_with(',');
    let (own, others) = if is_comma { (commas, points) } else { (points, commas) };
    let behind = text.len() - last - 1;
    (own == 1 && (others > 0 || !is_comma || behind != 3)).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_read_in_either_writing() {
        let good = [
            ("1,234.50", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1.234.567", "1234567"),
            ("12,5", "12.5"),
            ("1,234", "1234"),
            ("1.234", "1.234"),
            ("007", "7"),
            ("-0.0", "0"),
            ("−3", "-3"),
            (".5", "0.5"),
            ("12 500", "12500"),
            ("+4", "4"),
        ];
        for (raw, expected) in good {
            assert_eq!(standard(raw).as_deref(), Some(expected), "{raw}");
        }
        for raw in ["", "-", ".", "abc", "1e5", "1,23,4", "12 m2", "1..2", ",234,567", &"9".repeat(20)] {
            assert_eq!(standard(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_standard_form_is_its_own(raw in "[-+0-9., ]{0,12}") {
            if let Some(once) = standard(&raw) {
                // Three decimals behind a point stay decimals; nothing has a comma any more.
                prop_assert_eq!(standard(&once), Some(once));
            }
        }

        #[test]
        fn nothing_panics(raw in any::<String>()) {
            standard(&raw);
        }
    }
}
