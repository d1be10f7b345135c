//! Values of two records → a small level: how alike they are.
//!
//! One comparator a file, all of them in [`COMPARATORS`]. Level 0 is always
//! `missing`, level 1 `exact`; `omitted` is not `contradicted`. A comparator is
//! a pure, symmetric function of two packed values. Levels of a comparator are
//! translated into those that the rules declare by a table of sixteen.

mod damerau_levenshtein;
mod date;
mod equal;
mod identifier;
mod identity_number;
mod jaro_winkler;
mod likeness;
mod lists;
mod measured;
mod name_cards;
mod names;
mod nested;
mod number;
mod person_name;
mod phone;
mod place;
mod prefix;
mod texts;
mod token_set;

use super::links::Levels;

pub use date::pack as pack_date;
pub use identifier::pack as pack_number;
pub use names::{Names, NamesBuilder};

pub(in crate::link) use date::civil;
pub(in crate::link) use identifier::pack_padded;
pub(in crate::link) use lists::{Lists, ListsBuilder};
pub(in crate::link) use number::{pack as pack_real, read as read_real};
pub(in crate::link) use person_name::levels as name_levels;
pub(in crate::link) use phone::pack_digits;
pub(in crate::link) use texts::TextsBuilder;

/// How one of the values of a comparator is read out of facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// A value of [`Names`], out of the facets `key` and `plain`.
    Name,
    /// Year, month and day, out of the standard value and the facets `year` and `month`.
    Date,
    /// Digits as an integer.
    Number,
    /// A whole number above 0, as it is.
    Integer,
    /// Any number, for differences: days of a date.
    Real,
    /// The last digits of a text, whatever stands between them, as an integer.
    Digits,
    /// A text of [`Texts`].
    Text,
    /// Anything as a hash.
    Hash,
    /// What term frequencies are counted of, as a hash.
    Term,
}

impl Reading {
    /// Bits that tell its values apart, of 32 or 64.
    fn is_wide(self) -> bool {
        matches!(self, Self::Number | Self::Digits | Self::Real)
    }
}

/// Pairs of values: the values of some records, and by pair the places of both sides among them.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'a> {
    pub(super) values: &'a [u64],
    pub(super) left: &'a [u32],
    pub(super) right: &'a [u32],
}

/// How two values are compared.
#[derive(Clone, Copy)]
pub(super) struct Comparator {
    /// Its word in rules.
    pub(super) id: &'static str,
    /// How its values are read, one or two of them.
    pub(super) readings: &'static [Reading],
    /// What stands behind a comparison's id in the names of their columns in a batch.
    pub(super) columns: &'static [&'static str],
    /// One number out of a record's values; the second is 0 where there is only one.
    pub(super) pack: fn(u64, u64) -> u64,
    /// The level of two values; 0 is a missing value. The plain twin of `levels`.
    #[cfg(test)]
    pub(super) level: fn(&Names, u64, u64) -> u8,
    /// The levels of many pairs, put into their comparison vectors.
    pub(super) levels: fn(&Names, Pairs<'_>, Places<'_>, &mut [Levels]),
}

/// Where a comparison's levels go: its place in the vector, and its level for each of the
/// comparator's.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) comparison: usize,
    pub(super) level_of: &'a [u8; 16],
}

impl Comparator {
    /// Whether its values need 64 bits.
    pub(super) fn is_wide(&self) -> bool {
        self.readings.len() > 1 || self.readings.iter().any(|reading| reading.is_wide())
    }
}

/// All comparators there are, in the order of [`crate::settings::COMPARATORS`].
pub(super) const COMPARATORS: [Comparator; 14] = [
    person_name::PERSON_NAME,
    date::DATE,
    identifier::IDENTIFIER,
    equal::EQUAL,
    nested::NESTED,
    identity_number::IDENTITY_NUMBER,
    equal::EXACT,
    jaro_winkler::JARO_WINKLER,
    damerau_levenshtein::DAMERAU_LEVENSHTEIN,
    token_set::TOKEN_SET,
    place::PLACE,
    prefix::PREFIX,
    number::NUMBER,
    phone::PHONE,
];

/// The comparator of a word of the rules.
pub(super) fn comparator(id: &str) -> Comparator {
    COMPARATORS.into_iter().find(|comparator| comparator.id == id).unwrap_or(equal::EQUAL)
}

/// 32 bits of a value: itself where it fits, else half of its hash, so that two values are taken
/// for equal once in four billion times; 0 stays 0 and nothing else becomes it.
fn fold(value: u64) -> u32 {
    match u32::try_from(value) {
        Ok(small) => small,
        Err(_) => ((value ^ value >> 32) as u32).max(1),
    }
}

/// A value that needs 32 bits.
const NARROW: fn(u64, u64) -> u64 = |value, _| u64::from(fold(value));
/// A value that needs 64 bits.
const WIDE: fn(u64, u64) -> u64 = |value, _| value;

/// The loop over a batch, compiled once a comparator so that its level function is part of it.
fn column(
    mut level: impl FnMut(&Names, u64, u64) -> u8,
    names: &Names,
    pairs: Pairs<'_>,
    places: Places<'_>,
    vectors: &mut [Levels],
) {
    if let Some(lists) = names.lists(places.comparison) {
        let declared = |a, b| places.level_of[usize::from(level(names, a, b) & 15)];
        return lists.levels(declared, pairs, places.comparison, vectors);
    }
    for ((vector, &left), &right) in vectors.iter_mut().zip(pairs.left).zip(pairs.right) {
        let (a, b) = (pairs.values[left as usize], pairs.values[right as usize]);
        let level = places.level_of[usize::from(level(names, a, b) & 15)];
        *vector = vector.with(places.comparison, level);
    }
}

/// The declared level that each of some packed values shows beside itself; `missing` of those that are none.
pub(super) fn levels_of_themselves(
    comparator: &Comparator,
    names: &Names,
    values: &[u64],
    places: Places<'_>,
) -> Vec<u8> {
    const PIECE: usize = 1 << 12;
    let mut all = Vec::with_capacity(values.len());
    let mut vectors = Vec::new();
    for piece in values.chunks(PIECE) {
        let same: Vec<u32> = (0..piece.len() as u32).collect();
        vectors.clear();
        vectors.resize(piece.len(), Levels::default());
        let pairs = Pairs { values: piece, left: &same, right: &same };
        (comparator.levels)(names, pairs, places, &mut vectors);
        all.extend(vectors.iter().map(|vector| vector.get(places.comparison)));
    }
    all
}

#[cfg(test)]
pub(super) fn words(comparator: &str) -> &'static [&'static str] {
    let word = crate::settings::COMPARATORS.iter().find(|word| word.id == comparator);
    word.expect("a comparator of the settings").levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_rules_has_its_comparator_and_fits_four_bits() {
        let words: Vec<_> = crate::settings::COMPARATORS.iter().map(|word| word.id).collect();
        let ids: Vec<_> = COMPARATORS.iter().map(|comparator| comparator.id).collect();
        assert_eq!(ids, words);
        for (word, comparator) in crate::settings::COMPARATORS.iter().zip(&COMPARATORS) {
            assert_eq!(word.levels[..2], ["missing", "exact"]);
            assert!(word.levels.len() <= 16);
            assert_eq!(word.values, comparator.readings.len());
            assert_eq!(word.values, comparator.columns.len());
        }
    }
}
