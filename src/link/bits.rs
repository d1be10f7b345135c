//! Evidence in bits: binary logarithms of odds, as whole multiples of 2⁻¹⁶.
//!
//! Sums of whole numbers are the same in any order, on any number of threads and
//! on any machine; the logarithms themselves are taken here and nowhere else.

use std::ops::{Add, AddAssign, SubAssign};
use std::sync::LazyLock;

/// A number of bits, to 2⁻¹⁶.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(i32);

/// Parts of a bit.
const PARTS: f64 = 65_536.0;
/// Nothing tells more than this, so that sums of some hundred terms cannot run over.
const BITS_MAX: f64 = 200.0;

impl Bits {
    /// More than any evidence.
    pub const MAX: Self = Self((BITS_MAX * PARTS) as i32 * 100);
    /// Less than any evidence.
    pub const MIN: Self = Self((BITS_MAX * PARTS) as i32 * -100);

    /// So many bits; what is no number is none.
    pub fn of(bits: f64) -> Self {
        Self((bits.clamp(-BITS_MAX, BITS_MAX) * PARTS).round() as i32)
    }

    /// The binary logarithm of a ratio above 0, of Bayes factors and odds.
    pub fn of_ratio(ratio: f64) -> Self {
        Self::of(ratio.log2())
    }

    /// The log odds of a probability above 0 and below 1.
    pub fn of_probability(probability: f64) -> Self {
        Self::of_ratio(probability / (1.0 - probability))
    }

    /// The probability of which these are the log odds.
    pub fn probability(self) -> f64 {
        1.0 / (1.0 + (-self.number()).exp2())
    }

    /// The least log odds whose probability is no less than this one; [`Bits::MAX`] where none is.
    pub fn least_of(probability: f64) -> Self {
        let (mut low, mut high) = (Self::MIN.0, Self::MAX.0);
        while low < high {
            let middle = (i64::from(low) + i64::from(high)).div_euclid(2) as i32;
            if Self(middle).probability() >= probability { high = middle } else { low = middle + 1 }
        }
        Self(high)
    }

    /// As a number of bits.
    pub fn number(self) -> f64 {
        f64::from(self.0) / PARTS
    }

    /// Whole bits, rounded down.
    pub fn whole(self) -> i32 {
        self.0.div_euclid(PARTS as i32)
    }

    /// The parts of a bit that it is.
    pub(super) fn parts(self) -> i32 {
        self.0
    }

    /// So many parts of a bit.
    pub(super) fn of_parts(parts: i32) -> Self {
        Self(parts)
    }

    /// The nearest multiple of a step, in bits.
    #[must_use]
    pub(super) fn to_step(self, step: f64) -> Self {
        Self::of((self.number() / step).round() * step)
    }

    /// The log odds against both of two rival explanations of which each alone leaves such odds:
    /// −log2(2^−a + 2^−b).
    #[inline]
    #[must_use]
    pub fn against_both(self, other: Self) -> Self {
        let (least, more) = (self.min(other), self.max(other));
        least + Self(-lost((more.0 - least.0).min(APART_MAX)))
    }
}

/// Rivals that are so far apart or further, in parts, take nothing from the likelier one.
const APART_MAX: i32 = 20 * PARTS as i32;
/// Parts between two numbers of [`LOST`]: 2 to this power, a thousandth of a bit.
const STEP_BITS: u32 = 6;
/// What [`LOST`] is in: parts over 2 to this power.
const FINE_BITS: u32 = 12;
/// Numbers of [`LOST`].
const STEPS: usize = (APART_MAX >> STEP_BITS) as usize + 2;

/// What a rival so many parts behind takes from the odds: log2(1 + 2^−apart), in parts.
fn lost_exactly(apart: i32) -> f64 {
    (1.0 + (-(f64::from(apart) / PARTS)).exp2()).log2() * PARTS
}

/// [`lost_exactly`] step by step, a chord of which is off by less than two thousandths of a part.
static LOST: LazyLock<Box<[i32; STEPS]>> = LazyLock::new(|| {
    let fine =
        |step: usize| (lost_exactly((step as i32) << STEP_BITS) * f64::from(1 << FINE_BITS)).round() as i32;
    Box::new(std::array::from_fn(fine))
});

/// What a rival so many parts behind takes from the odds, in whole parts: rounded from the chord,
/// unless that is too near to the middle between two of them to tell.
///
/// Two logarithms a pair were a twentieth of linkage and a fifth of scoring; this takes a tenth of their time.
#[inline]
fn lost(apart: i32) -> i32 {
    /// Twice what a chord is off by.
    const TOO_NEAR: i32 = (1 << FINE_BITS) / 256;
    let step = ((apart >> STEP_BITS) as usize).min(STEPS - 2);
    let within = apart & ((1 << STEP_BITS) - 1);
    let [from, to] = [LOST[step], LOST[step + 1]];
    let near = from + (((to - from) * within) >> STEP_BITS) + (1 << (FINE_BITS - 1));
    let rest = near & ((1 << FINE_BITS) - 1);
    let is_certain = (TOO_NEAR..(1 << FINE_BITS) - TOO_NEAR).contains(&rest);
    if is_certain { near >> FINE_BITS } else { lost_exactly(apart).round() as i32 }
}

impl Add for Bits {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl SubAssign for Bits {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl AddAssign for Bits {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_logarithms_of_odds() {
        assert_eq!(Bits::of_ratio(8.0).number().to_bits(), 3.0_f64.to_bits());
        assert_eq!(Bits::of_probability(0.8), Bits::of_ratio(4.0));
        assert!((Bits::of_probability(0.95).probability() - 0.95).abs() < 1e-6);
        assert_eq!((Bits::of_ratio(5.0).whole(), Bits::of_ratio(0.2).whole()), (2, -3));
    }

    #[test]
    fn a_probability_is_reached_from_its_least_log_odds_on() {
        for probability in [0.0, 1e-9, 0.01, 0.5, 0.95, 0.999_999, 1.0] {
            let least = Bits::least_of(probability);
            assert!(least.probability() >= probability, "{probability}");
            assert!(least == Bits::MIN || Bits(least.0 - 1).probability() < probability, "{probability}");
        }
        assert_eq!(Bits::least_of(1.5), Bits::MAX);
    }

    #[test]
    fn what_a_rival_takes_is_the_rounded_logarithm_at_every_distance() {
        for apart in 0..=APART_MAX {
            assert_eq!(lost(apart), lost_exactly(apart).round() as i32, "{apart}");
        }
    }

    #[test]
    fn two_explanations_leave_less_than_each() {
        let (a, b) = (Bits::of_ratio(8.0), Bits::of_ratio(8.0));
        assert_eq!(a.against_both(b), Bits::of_ratio(4.0));
        assert_eq!(a.against_both(Bits::of_ratio(1e12)), a);
        let exact = -(0.25_f64 + 0.01).log2();
        assert!((Bits::of_ratio(4.0).against_both(Bits::of_ratio(100.0)).number() - exact).abs() < 1e-4);
    }
}
