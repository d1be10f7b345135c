//! Sets of units in force, by their places in their table.

const WORDS: usize = 4;

/// A set of units in force. Copied freely: 32 bytes, no allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::normalise) struct UnitSet([u64; WORDS]);

impl UnitSet {
    /// How many units there can be; no province has more than some 170.
    pub(in crate::normalise) const UNITS_MAX: usize = WORDS * 64;

    /// The set of one unit; empty for a place that is out of range.
    pub(in crate::normalise) fn one(place: usize) -> Self {
        let mut set = Self::default();
        if let Some(word) = set.0.get_mut(place / 64) {
            *word = 1 << (place % 64);
        }
        set
    }

    /// The units of both.
    #[must_use]
    pub(in crate::normalise) fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    /// The units that both have.
    #[must_use]
    pub(in crate::normalise) fn common(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    /// Whether there is none.
    pub(in crate::normalise) fn is_empty(self) -> bool {
        self.0 == [0; WORDS]
    }

    /// How many there are.
    pub(in crate::normalise) fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The unit, if it is the only one.
    pub(in crate::normalise) fn only(self) -> Option<usize> {
        if self.len() == 1 { self.places().next() } else { None }
    }

    /// The units by place, in order.
    pub(in crate::normalise) fn places(self) -> impl Iterator<Item = usize> {
        let has = move |place: &usize| self.0[place / 64] >> (place % 64) & 1 == 1;
        (0..Self::UNITS_MAX).filter(has)
    }
}

impl FromIterator<usize> for UnitSet {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        places.into_iter().fold(Self::default(), |set, place| set.union(Self::one(place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn sets_are_those_of_the_library(
            a in prop::collection::btree_set(0_usize..UnitSet::UNITS_MAX, 0..9),
            b in prop::collection::btree_set(0_usize..UnitSet::UNITS_MAX, 0..9),
        ) {
            let set = |places: &BTreeSet<usize>| places.iter().copied().collect::<UnitSet>();
            let places = |set: UnitSet| set.places().collect::<BTreeSet<usize>>();
            prop_assert_eq!(places(set(&a).union(set(&b))), &a | &b);
            prop_assert_eq!(places(set(&a).common(set(&b))), &a & &b);
            prop_assert_eq!(set(&a).len(), a.len());
            prop_assert_eq!(set(&a).is_empty(), a.is_empty());
            prop_assert_eq!(set(&a).only(), a.first().copied().filter(|_| a.len() == 1));
        }
    }

    #[test]
    fn a_place_out_of_range_is_none() {
        assert!(UnitSet::one(UnitSet::UNITS_MAX).is_empty());
    }
}
