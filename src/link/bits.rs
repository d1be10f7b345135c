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

    /// The parts of a bit that it is.
    pub(super) fn parts(self) -> i32 {
        self.0
    }

    /// So many parts of a bit.
    pub(super) fn of_parts(parts: i32) -> Self {
        Self(parts)
    }

    /// The log odds against both of two rival explanations of which each alone leaves such odds:
    /// −log2(2^−a + 2^−b).
    #[must_use]
    pub fn against_both(self, other: Self) -> Self {
        let (least, more) = (self.min(other), self.max(other));
        let apart = more.0 - least.0;
        if apart > APART_MAX { least } else { least + Self(-lost(apart)) }
    }
}

/// Rivals that are further apart than this, in parts, take nothing from the likelier one.
const APART_MAX: i32 = 20 * PARTS as i32;
/// Parts of a piece of [`PIECES`]: 2 to this power, a sixteenth of a bit.
const PIECE_BITS: u32 = 12;

/// What a rival so many parts behind takes from the odds: log2(1 + 2^−apart), in parts.
fn lost_exactly(apart: i32) -> f64 {
    (1.0 + (-(f64::from(apart) / PARTS)).exp2()).log2() * PARTS
}

/// [`lost_exactly`] piece by piece: the coefficients of the cubic with its values and slopes at both
/// ends (Hermite), which is off by a ten-thousandth of a part at most.
static PIECES: LazyLock<Vec<[f64; 4]>> = LazyLock::new(|| {
    let width = 1 << PIECE_BITS;
    let slope = |apart: i32| -f64::from(width) / (1.0 + (f64::from(apart) / PARTS).exp2());
    let piece = |at: i32| {
        let (here, there) = (at * width, (at + 1) * width);
        let (a, b) = (lost_exactly(here), lost_exactly(there));
        let (from, to) = (slope(here), slope(there));
        [a, from, 3.0 * (b - a) - 2.0 * from - to, 2.0 * (a - b) + from + to]
    };
    (0..=APART_MAX >> PIECE_BITS).map(piece).collect()
});

/// What a rival so many parts behind takes from the odds, in whole parts: rounded from the
/// approximation, unless that is too near to the middle between two of them to tell.
///
/// Two logarithms for each kept pair were a twentieth of linkage; this takes a tenth of their time.
fn lost(apart: i32) -> i32 {
    /// Ten times what the approximation is off by.
    const TOO_NEAR: f64 = 0.001;
    let within = f64::from(apart & ((1 << PIECE_BITS) - 1)) / f64::from(1 << PIECE_BITS);
    let [a, b, c, d] = PIECES.get((apart >> PIECE_BITS) as usize).copied().unwrap_or_default();
    let near = a + within * (b + within * (c + within * d)) + 0.5;
    let whole = near as i32;
    let rest = near - f64::from(whole);
    if (TOO_NEAR..1.0 - TOO_NEAR).contains(&rest) { whole } else { lost_exactly(apart).round() as i32 }
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
