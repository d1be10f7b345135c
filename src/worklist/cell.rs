//! One cell of a list, and what keeps a spreadsheet from taking it for a formula.

use std::borrow::Cow;

use chrono::NaiveDate;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// Text; empty for nothing, and for a cell that the officer fills in.
    Text(Cow<'a, str>),
    /// A count or an ordinal.
    Number(u64),
    /// A day.
    Date(NaiveDate),
}

impl<'a> Cell<'a> {
    /// Nothing.
    pub(super) const EMPTY: Self = Self::Text(Cow::Borrowed(""));

    /// Text that is kept elsewhere.
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// Text made for this cell.
    pub(super) fn made(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }

    /// The same cell, its text kept here.
    pub(super) fn lent(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Self::Number(number) => Cell::Number(*number),
            Self::Date(day) => Cell::Date(*day),
        }
    }

    /// The same cell with a text of its own.
    pub(super) fn owned(self) -> Cell<'static> {
        match self {
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Number(number) => Cell::Number(number),
            Self::Date(day) => Cell::Date(day),
        }
    }

    /// Its text; numbers and days, which fit their columns, have none.
    pub(super) fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(_) | Self::Date(_) => "",
        }
    }

    /// As it stands in CSV: formula leads behind an apostrophe, days as dd/mm/yyyy.
    pub(super) fn csv(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => disarmed(text),
            Self::Number(number) => number.to_string().into(),
            Self::Date(day) => shown_date(*day).into(),
        }
    }
}

/// A day as officers write it: dd/mm/yyyy.
pub(super) fn shown_date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// A count as officers write it: 1.118.560.
pub(super) fn shown_count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// Characters that make a spreadsheet read a cell of a CSV file as a formula;
/// the full-width ones do so in East Asian editions.
const FORMULA_LEADS: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];

/// The text for a CSV cell: an apostrophe before what would be read as a formula.
/// Leading spaces do not hide one, since some programs trim them.
pub(super) fn disarmed(text: &str) -> Cow<'_, str> {
    let hidden = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    if hidden.starts_with(FORMULA_LEADS) { format!("'{text}").into() } else { Cow::Borrowed(text) }
}

/// Most characters that a cell of a workbook may hold (32,767 UTF-16 units), with room to spare.
const WORKBOOK_CHARS_MAX: usize = 16_000;

/// The text for a workbook's cell: control characters, which XML cannot hold,
/// made visible, and what no cell can hold cut off with a mark.
pub(crate) fn workbook_text(text: &str) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}');
    let long = text.len() > WORKBOOK_CHARS_MAX && text.chars().nth(WORKBOOK_CHARS_MAX).is_some();
    if !long && !text.contains(bad) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| {
        if c == '\t' {
            ' '
        } else if bad(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    let mut out: String = text.chars().take(WORKBOOK_CHARS_MAX).map(shown).collect();
    if long {
        out.push('…');
    }
    out.into()
}

/// A text with its placeholders filled in: `{unit}` by the value of `unit`.
/// What was filled in is never looked through again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let found = after.find('}').and_then(|close| {
            let value = values.iter().find(|(name, _)| *name == &after[..close])?.1;
            Some((value, &after[close + 1..]))
        });
        if let Some((value, tail)) = found {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_is_disarmed_in_csv() {
        for text in ["=1+1", "+84912", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"] {
            assert_eq!(disarmed(text), format!("'{text}"));
        }
        for text in ["", "Nguyễn Văn An", "12-3", "'quoted", "a=b"] {
            assert_eq!(disarmed(text), text);
        }
    }

    #[test]
    fn a_workbook_gets_no_character_that_xml_cannot_hold() {
        assert_eq!(workbook_text("An\u{0}\u{1b}[31m\n\tB"), "An\u{fffd}\u{fffd}[31m\n B");
        let long = "đ".repeat(40_000);
        assert_eq!(workbook_text(&long).chars().count(), WORKBOOK_CHARS_MAX + 1);
        assert_eq!(workbook_text("Nguyễn\nAn"), "Nguyễn\nAn");
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("{a} và {b}, {c", &[("a", "{b}"), ("b", "2")]), "{b} và 2, {c");
    }

    #[test]
    fn counts_have_dots_between_thousands() {
        assert_eq!([0, 999, 1_000, 1_118_560].map(shown_count), ["0", "999", "1.000", "1.118.560"]);
    }
}
