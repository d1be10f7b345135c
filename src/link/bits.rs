//! Evidence in bits: binary logarithms of odds, as whole multiples of 2⁻¹⁶.
//!
//! Sums of whole numbers are the same in any order, on any number of threads and
//! on any machine; the logarithms themselves are taken here and nowhere else.

use std::ops::{Add, AddAssign, SubAssign};

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

    /// As a number of bits.
    pub fn number(self) -> f64 {
        f64::from(self.0) / PARTS
    }

    /// Whole bits, rounded down.
    pub fn whole(self) -> i32 {
        self.0.div_euclid(PARTS as i32)
    }

    /// The nearest multiple of a step, in bits.
    #[must_use]
    pub(super) fn to_step(self, step: f64) -> Self {
        Self::of((self.number() / step).round() * step)
    }

    /// The log odds against both of two rival explanations of which each alone leaves such odds:
    /// −log2(2^−a + 2^−b).
    #[must_use]
    pub fn against_both(self, other: Self) -> Self {
        let (least, more) = (self.min(other), self.max(other));
        let apart = f64::from(more.0) / PARTS - f64::from(least.0) / PARTS;
        if apart > 20.0 {
            return least;
        }
        least + Self(-((1.0 + (-apart).exp2()).log2() * PARTS).round() as i32)
    }
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
    fn two_explanations_leave_less_than_each() {
        let (a, b) = (Bits::of_ratio(8.0), Bits::of_ratio(8.0));
        assert_eq!(a.against_both(b), Bits::of_ratio(4.0));
        assert_eq!(a.against_both(Bits::of_ratio(1e12)), a);
        let exact = -(0.25_f64 + 0.01).log2();
        assert!((Bits::of_ratio(4.0).against_both(Bits::of_ratio(100.0)).number() - exact).abs() < 1e-4);
    }
}
