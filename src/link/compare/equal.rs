//! Values that are equal or not: sex, household, telephone.

use super::{Comparator, Names, Reading, column};

/// `missing`, `exact`, `different`.
pub(super) const EQUAL: Comparator = Comparator {
    id: "equal",
    readings: &[Reading::Hash],
    columns: &[""],
    pack: super::NARROW,
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

/// The same under the name that other engines give it.
pub(super) const EXACT: Comparator = Comparator { id: "exact", ..EQUAL };

fn level(_: &Names, a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 { 0 } else { 2 - u8::from(a == b) }
}
