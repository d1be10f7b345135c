//! Evidence against all kinds of pairs at once, to be added up and bounded.

use super::bits::Bits;
use super::weights::Evidence;
use crate::settings::KIN;

/// Kinds of pairs of two people that sums have room for.
const LANES: usize = 4;
const _: () = assert!(KIN.len() < LANES, "every kind has a lane, and strangers");

/// [`Evidence`] as four numbers side by side, strangers first: one addition for all kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(16))]
pub(super) struct Sums([i32; LANES]);

impl From<Evidence> for Sums {
    fn from(evidence: Evidence) -> Self {
        let mut sums = [0; LANES];
        sums[0] = evidence.strangers.parts();
        sums[1..].iter_mut().zip(evidence.kin).for_each(|(sum, kin)| *sum = kin.parts());
        Self(sums)
    }
}

impl From<Sums> for Evidence {
    fn from(sums: Sums) -> Self {
        let kin = std::array::from_fn(|kind| Bits::of_parts(sums.0[1 + kind]));
        Self { strangers: Bits::of_parts(sums.0[0]), kin }
    }
}

impl Sums {
    /// What both tell together.
    #[inline]
    #[must_use]
    pub(super) fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind] + other.0[kind]))
    }

    /// What is left of it without a part of it.
    #[must_use]
    pub(super) fn minus(self, part: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind] - part.0[kind]))
    }

    /// The same with so many bits more against strangers.
    #[inline]
    #[must_use]
    pub(super) fn and_strangers(mut self, more: Bits) -> Self {
        self.0[0] += more.parts();
        self
    }

    /// As [`Evidence::joined_max`].
    #[inline]
    pub(super) fn joined_max(self) -> Bits {
        let kinds = &self.0[..=KIN.len()];
        Bits::of_parts(kinds.iter().copied().fold(i32::MAX, i32::min))
    }
}

/// The most that a comparison of two values can tell that are both there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Most {
    /// By any of its levels, rarity left out.
    pub(super) of_levels: Evidence,
    /// Against strangers, by a level at which rarity is added, if there is one.
    pub(super) of_rare: Option<Bits>,
}

impl Most {
    /// Against strangers, for a value of such rarity, all adjustments that add something taken together.
    #[inline]
    pub(super) fn of_value(self, rarity: Bits) -> Bits {
        let strangers = self.of_levels.strangers;
        self.of_rare.map_or(strangers, |bits| strangers.max(bits + rarity))
    }
}
