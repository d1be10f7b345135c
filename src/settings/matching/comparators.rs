//! The words of `comparator = "…"` and of their levels.

use super::declared_levels::{Bound, Scale};

/// How values are compared: its word in rules and the words of its levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparatorWord {
    /// The word of `comparator = "…"`.
    pub id: &'static str,
    /// How many expressions it compares.
    pub values: usize,
    /// Its levels; the first is always `missing`.
    pub levels: &'static [&'static str],
    /// What levels of the rules' own may ask for: `{ id = "close", at_least = 0.9 }`.
    pub bounds: &'static [Bound],
}

impl ComparatorWord {
    const fn of(id: &'static str, levels: &'static [&'static str]) -> Self {
        Self { id, values: 1, levels, bounds: &[] }
    }

    const fn of_two(id: &'static str, levels: &'static [&'static str]) -> Self {
        Self { id, values: 2, levels, bounds: &[] }
    }

    const fn measured(id: &'static str, levels: &'static [&'static str], bounds: &'static [Bound]) -> Self {
        Self { id, values: 1, levels, bounds }
    }
}

/// How alike two texts are, from 0 to 1.
const SIMILARITY: &[Bound] = &[Bound { key: "at_least", scale: Scale::Share }];
/// Characters, counted.
const CHARACTERS: &[Bound] = &[Bound { key: "at_least", scale: Scale::Count }];
/// Slips of the hand, counted.
const EDITS: &[Bound] = &[Bound { key: "at_most", scale: Scale::Count }];
/// A difference, as it is or as a share of the greater value.
const DIFFERENCE: &[Bound] = &[
    Bound { key: "at_most", scale: Scale::Amount },
    Bound { key: "at_most_percent", scale: Scale::Percent },
];

const EQUAL: &[&str] = &["missing", "exact", "different"];
const OF_WORDS: &[&str] = &["missing", "exact", "subset", "different"];

/// The comparators there are; the link stage has one file for each.
pub const COMPARATORS: [ComparatorWord; 14] = [
    ComparatorWord::of(
        "person_name",
        &[
            "missing",
            "exact",
            "unaccented",
            "accents",
            "heard",
            "omitted",
            "rearranged",
            "slip",
            "several",
            "given_alike",
            "given_heard",
            "given_slip",
            "middle",
            "given",
            "different",
        ],
    ),
    ComparatorWord::of(
        "date",
        &[
            "missing",
            "exact",
            "placeholder",
            "year",
            "swapped",
            "one_digit",
            "year_off",
            "near",
            "different",
            "generation",
        ],
    ),
    ComparatorWord::of("identifier", &["missing", "exact", "one_digit", "swapped", "different"]),
    ComparatorWord::of("equal", EQUAL),
    ComparatorWord::of_two("nested", &["missing", "exact", "outer", "inner", "different"]),
    ComparatorWord::of_two(
        "identity_number",
        &["missing", "exact", "one_digit", "swapped", "misplaced", "different"],
    ),
    ComparatorWord::of("exact", EQUAL),
    ComparatorWord::measured("jaro_winkler", EQUAL, SIMILARITY),
    ComparatorWord::measured("damerau_levenshtein", EQUAL, EDITS),
    ComparatorWord::measured("token_set", OF_WORDS, SIMILARITY),
    ComparatorWord::measured("place", OF_WORDS, SIMILARITY),
    ComparatorWord::measured("prefix", EQUAL, CHARACTERS),
    ComparatorWord::measured("number", EQUAL, DIFFERENCE),
    ComparatorWord::of("phone", &["missing", "exact", "same_end", "one_digit", "swapped", "different"]),
];
