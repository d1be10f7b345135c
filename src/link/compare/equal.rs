//! Values that are equal or not: sex, commune, household, telephone.

use super::{Comparator, Reading};

/// `missing`, `exact`, `different`.
pub(super) const EQUAL: Comparator = Comparator {
    id: "equal",
    reading: Reading::Hash,
    compare: |_, a, b| {
        if a == 0 || b == 0 { 0 } else { 2 - u8::from(a == b) }
    },
};
