//! Values of two records → a small level: how alike they are.
//!
//! One comparator a file, all of them in [`COMPARATORS`]. Level 0 is always
//! `missing`, level 1 `exact`; `omitted` is not `contradicted`. A comparator is
//! a pure, symmetric function of two packed values.

mod date;
mod equal;
pub(super) mod names;
mod number;
mod person_name;

use super::links::Levels;
use names::Names;

pub(in crate::link) use date::{civil, pack as pack_date};
pub(in crate::link) use number::pack as pack_number;

/// How the values of a comparator are read out of facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// A place in [`Names`], out of the facets `key` and `plain`.
    Name,
    /// Year, month and day, out of the standard value and the facets `year` and `month`.
    Date,
    /// Digits as an integer.
    Number,
    /// Anything as a hash.
    Hash,
}

/// How two values are compared.
#[derive(Clone, Copy)]
pub(super) struct Comparator {
    /// Its word in rules.
    pub(super) id: &'static str,
    /// How its values are read.
    pub(super) reading: Reading,
    /// The level of two values; 0 is a missing value. Some nanoseconds.
    pub(super) compare: fn(&Names, u64, u64) -> u8,
}

/// All comparators there are, in the order of [`crate::settings::COMPARATORS`].
pub(super) const COMPARATORS: [Comparator; 4] =
    [person_name::PERSON_NAME, date::DATE, number::NUMBER, equal::EQUAL];

/// The comparator of a word of the rules.
pub(super) fn comparator(id: &str) -> Comparator {
    COMPARATORS.into_iter().find(|comparator| comparator.id == id).unwrap_or(equal::EQUAL)
}

/// One comparison's levels of a batch of pairs, put into their comparison vectors.
///
/// The kernel of comparing: slices of equal length in, levels out, a column at a time.
pub(super) fn compare(
    comparator: &Comparator,
    names: &Names,
    (left, right): (&[u64], &[u64]),
    place: usize,
    vectors: &mut [Levels],
) {
    for ((vector, &a), &b) in vectors.iter_mut().zip(left).zip(right) {
        *vector = vector.with(place, (comparator.compare)(names, a, b));
    }
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
        for word in &crate::settings::COMPARATORS {
            assert_eq!(word.levels[..2], ["missing", "exact"]);
            assert!(word.levels.len() <= 16);
        }
    }
}
