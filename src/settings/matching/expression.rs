//! `old_id.old | phone[..6]`: what of a record is looked at.

use std::collections::BTreeSet;
use std::fmt;

use super::Reader;
use crate::settings::reader::{Located, TableReader};

/// The first of some facets that has a value, `old_id.old | personal_id.old`, or all of them,
/// `first_name & alias`.
#[derive(Clone, Debug)]
pub struct Expression {
    /// In order of preference; never empty.
    pub alternatives: Vec<FieldFacet>,
    /// Whether all that have a value are looked at, and not the first alone.
    pub takes_all: bool,
}

/// A part of a facet of a field; the facet is empty for the standard value.
#[derive(Clone, Debug)]
pub struct FieldFacet {
    /// The field: `full_name`.
    pub field: String,
    /// The facet: `plain`.
    pub facet: Located<String>,
    /// How much of its text.
    pub part: Part,
}

/// As it is written in rules.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.alternatives.iter().enumerate() {
            let sign = if self.takes_all { " & " } else { " | " };
            write!(f, "{}{part}", if at == 0 { "" } else { sign })?;
        }
        Ok(())
    }
}

/// As it is written in rules.
impl fmt::Display for FieldFacet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.facet.value.is_empty() { "" } else { "." };
        write!(f, "{}{dot}{}", self.field, self.facet.value)?;
        match self.part {
            Part::Whole => Ok(()),
            Part::First(characters) => write!(f, "[..{characters}]"),
            Part::Last(characters) => write!(f, "[-{characters}..]"),
        }
    }
}

/// How much of a text is looked at, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// So many characters from its beginning, 1 to [`PART_CHARACTERS_MAX`]: `[..6]`.
    First(u8),
    /// So many characters up to its end, 1 to [`PART_CHARACTERS_MAX`]: `[-6..]`.
    Last(u8),
}

/// Most characters of a part: no name, number or code is longer, so more would be the whole.
const PART_CHARACTERS_MAX: u8 = 63;

impl Reader<'_> {
    /// Expressions one after the other; those with mistakes are told and left out.
    pub(super) fn expressions(&self, table: &TableReader<'_>, texts: &[Located<String>]) -> Vec<Expression> {
        texts.iter().filter_map(|text| self.expression(table, text)).collect()
    }

    /// Keys of blocks: expressions of one value a record.
    pub(super) fn keys(&self, table: &TableReader<'_>, texts: &[Located<String>]) -> Vec<Expression> {
        for text in texts.iter().filter(|text| text.value.contains('&')) {
            let message =
                format!("`{}` is several values, and a record is in one block of a rule", text.value);
            let help = "write `|` for the first that has a value, or a blocking rule for each value";
            table.problem(text.place.clone(), message, help);
        }
        self.expressions(table, texts)
    }

    /// `field`, `field.facet`, `field.facet[..6]`, or several of them between bars or ampersands.
    fn expression(&self, table: &TableReader<'_>, text: &Located<String>) -> Option<Expression> {
        let takes_all = text.value.contains('&');
        if takes_all && text.value.contains('|') {
            let message = format!("`{}` joins values by `|` and by `&`", text.value);
            let help = "write `|` for the first that has a value, or `&` for all of them";
            table.problem(text.place.clone(), message, help);
            return None;
        }
        let read = |one: &str| self.alternative(table, one.trim(), text);
        let found: Vec<_> = text.value.split(['|', '&']).map(read).collect();
        let several = found.iter().flatten().find(|one| self.holds_several(&one.field));
        if let (Some(several), true) = (several, text.value.contains('|')) {
            let message = format!("`{}` holds several values, of which `|` would take one", several.field);
            table.problem(text.place.clone(), message, "write `&` for all of them");
            return None;
        }
        let takes_all = takes_all || several.is_some();
        // Collected first, so that every alternative's mistake is told.
        let alternatives: Option<Vec<FieldFacet>> = found.into_iter().collect();
        Some(Expression { alternatives: alternatives?, takes_all })
    }

    /// Whether a field's cells hold several values in some source.
    fn holds_several(&self, field: &str) -> bool {
        let column = |source: &crate::settings::Source| {
            source.columns.iter().any(|column| column.field == field && !column.separator.is_empty())
        };
        self.sources.iter().any(column)
    }

    fn alternative(&self, table: &TableReader<'_>, one: &str, text: &Located<String>) -> Option<FieldFacet> {
        let at = |value: &str| Located { value: value.to_owned(), place: text.place.clone() };
        let (name, brackets) = one.split_at(one.find('[').unwrap_or(one.len()));
        let (field, facet) = name.split_once('.').unwrap_or((name, ""));
        let part = part_of(brackets);
        if part.is_none() {
            let message = format!("`{brackets}` is not a part of a text");
            let help = format!(
                "write `{name}[..6]` for its first 6 characters or `{name}[-6..]` for its last 6; \
                 1 to {PART_CHARACTERS_MAX} of them"
            );
            table.problem(text.place.clone(), message, help);
        }
        let known = self.sources.iter().any(|source| source.column_of(field).is_some());
        if !known {
            let columns = self.sources.iter().flat_map(|source| &source.columns);
            let fields: BTreeSet<&str> = columns.map(|column| column.field.as_str()).collect();
            table.unknown_word(&at(field), "field", fields);
        }
        let part = part.filter(|_| known)?;
        Some(FieldFacet { field: field.to_owned(), facet: at(facet), part })
    }
}

/// The part that brackets stand for: nothing, `[..6]` or `[-6..]`.
fn part_of(brackets: &str) -> Option<Part> {
    if brackets.is_empty() {
        return Some(Part::Whole);
    }
    let inner = brackets.strip_prefix('[')?.strip_suffix(']')?;
    let first = inner.strip_prefix("..").map(|digits| (digits, Part::First as fn(u8) -> Part));
    let last = || Some((inner.strip_prefix('-')?.strip_suffix("..")?, Part::Last as fn(u8) -> Part));
    let (digits, make) = first.or_else(last)?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: u8 = digits.parse().ok().filter(|_| all_digits)?;
    (1..=PART_CHARACTERS_MAX).contains(&count).then(|| make(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{PEOPLE, read_good, told_of_people};

    #[test]
    fn a_part_is_the_first_or_the_last_characters() {
        assert_eq!(part_of(""), Some(Part::Whole));
        assert_eq!(part_of("[..6]"), Some(Part::First(6)));
        assert_eq!(part_of("[-63..]"), Some(Part::Last(63)));
        let malformed = [
            "[", "[]", "[..]", "[..0]", "[..64]", "[..256]", "[6..]", "[-..]", "[..+6]", "[..-6]", "[..6].a",
        ];
        for brackets in malformed {
            assert_eq!(part_of(brackets), None, "{brackets}");
        }
    }

    #[test]
    fn alternatives_have_a_field_a_facet_and_a_part() {
        let people = PEOPLE.replace("[\"phone\"]", "[\"phone[..6] | full_name.plain[-3..] | sex\"]");
        let matching = read_good(&people);
        let shown: Vec<_> = matching.blocking[0].keys[0]
            .alternatives
            .iter()
            .map(|one| (one.field.as_str(), one.facet.value.as_str(), one.part))
            .collect();
        assert_eq!(
            shown,
            [("phone", "", Part::First(6)), ("full_name", "plain", Part::Last(3)), ("sex", "", Part::Whole)]
        );
    }

    #[test]
    fn a_malformed_part_and_an_unknown_field_are_told_at_once() {
        let told = told_of_people(&PEOPLE.replace("[\"phone\"]", "[\"phone[6] | phne[..6]\"]"));
        assert_eq!(
            told,
            [
                "error[SET-004]: rules/matching/people.toml:9:9: `[6]` is not a part of a text\n  help: write \
                 `phone[..6]` for its first 6 characters or `phone[-6..]` for its last 6; 1 to 63 of them",
                "error[SET-004]: rules/matching/people.toml:9:9: unknown field `phne`\n  help: did you mean \
                 `phone`?",
            ]
        );
    }

    #[test]
    fn several_values_are_compared_and_are_no_keys() {
        let all = PEOPLE.replace("value = \"sex\"", "value = \"sex & phone[..6]\"");
        let value = &read_good(&all).comparisons[1].values[0];
        assert!(value.takes_all && value.to_string() == "sex & phone[..6]");
        let told = told_of_people(&PEOPLE.replace("[\"phone\"]", "[\"phone & sex\"]"));
        assert!(told[0].contains("`phone & sex` is several values"), "{told:?}");
        let told = told_of_people(&PEOPLE.replace("value = \"sex\"", "value = \"sex & phone | sex\""));
        assert!(told[0].contains("joins values by `|` and by `&`"), "{told:?}");
    }
}
