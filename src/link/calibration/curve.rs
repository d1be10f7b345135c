//! Weights and outcomes → a line of log odds.
//!
//! Logistic regression of "is one person" on the weight (Platt 1999), by Newton's method, the line
//! drawn towards no change as far as there are few pairs.

use super::levels::Offsets;
use crate::link::bits::Bits;
use crate::link::links::{Levels, Pair};
use crate::link::space::RecordSpace;

/// Bits either way beyond which a weight leaves no doubt worth calibrating: probabilities of 0.008 to
/// 0.992.
pub(super) const IN_DOUBT: f64 = 7.0;
/// Bins a bit.
const FINENESS: f64 = 8.0;
const BINS: usize = (2.0 * IN_DOUBT * FINENESS) as usize;

/// How far the line is thought to be off before anything is seen: standard deviations of the shift,
/// in bits, and of the slope.
pub(super) const EXPECTED: [f64; 2] = [1.5, 0.25];
/// No line is shifted by more bits, or steeper or flatter than this.
pub(super) const SHIFT_MAX: f64 = 4.0;
pub(super) const SLOPES: [f64; 2] = [0.3, 2.0];

/// A line of log odds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::link) struct Curve {
    pub(super) shift_bits: f64,
    pub(super) slope: f64,
}

impl Default for Curve {
    /// No change.
    fn default() -> Self {
        Self { shift_bits: 0.0, slope: 1.0 }
    }
}

impl Curve {
    /// The weight that comes true. Rising; beyond doubt it runs on beside the weight given.
    pub(in crate::link) fn of(self, weight: Bits) -> Bits {
        Bits::of(self.number(weight.number()))
    }

    /// The same in numbers.
    pub(super) fn number(self, bits: f64) -> f64 {
        let in_doubt = bits.clamp(-IN_DOUBT, IN_DOUBT);
        self.shift_bits + self.slope * in_doubt + (bits - in_doubt)
    }
}

/// The lines of all pairs of sources; no change where there are none.
#[derive(Clone, Debug, Default)]
pub(in crate::link) struct Curves {
    by_sources: Vec<Curve>,
    /// What the levels add, likewise.
    offsets: Vec<Offsets>,
    sources: usize,
}

impl Curves {
    pub(super) fn new(fitted: &[Fitted], offsets: Vec<Offsets>, sources: usize) -> Self {
        Self { by_sources: fitted.iter().map(|fitted| fitted.curve).collect(), offsets, sources }
    }

    /// The weight of two sources' records that comes true.
    pub(in crate::link) fn of(&self, a: usize, b: usize, levels: Levels, weight: Bits) -> Bits {
        let at = a * self.sources + b;
        let offset = self.offsets.get(at).map(|offsets| offsets.of(levels)).unwrap_or_default();
        self.by_sources.get(at).map_or(weight, |curve| curve.of(weight)) + offset
    }
}

/// A line and how many pairs it was drawn through.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fitted {
    pub(super) curve: Curve,
    pub(super) pairs: u64,
}

/// Pairs of two and of one person at each weight.
type Counts = [[u64; 2]; BINS];

/// By left and right source, the lines through masked pairs, of which `links` says what they are.
pub(super) fn fit<'p>(space: &RecordSpace, masked: impl Iterator<Item = &'p Pair>) -> Vec<Fitted> {
    let sources = space.sources();
    let mut counts: Vec<Counts> = vec![[[0; 2]; BINS]; sources * sources];
    for pair in masked {
        let (a, b) = (space.source(pair.left), space.source(pair.right));
        counts[a.min(b) * sources + a.max(b)][bin(pair.weight)][usize::from(pair.links)] += 1;
    }
    let one_way: Vec<Fitted> = counts.iter().map(through).collect();
    let places = (0..sources).flat_map(|a| (0..sources).map(move |b| a.min(b) * sources + a.max(b)));
    places.map(|at| one_way[at]).collect()
}

fn bin(weight: Bits) -> usize {
    let place = ((weight.number() + IN_DOUBT) * FINENESS).floor();
    place.clamp(0.0, (BINS - 1) as f64) as usize
}

/// The weight in the middle of a bin.
fn middle(bin: usize) -> f64 {
    (bin as f64 + 0.5) / FINENESS - IN_DOUBT
}

/// The line of greatest posterior density. Shift and slope are normal before, in bits.
fn through(counts: &Counts) -> Fitted {
    const ITERATIONS_MAX: usize = 50;
    let pairs = counts.iter().flatten().sum();
    let [mut shift, mut slope] = [0.0, 1.0];
    let bits_per_nat = std::f64::consts::LN_2.recip();
    for _ in 0..ITERATIONS_MAX {
        let [precise_shift, precise_slope] = EXPECTED.map(|each| (bits_per_nat / each).powi(2));
        let mut gradient = [-shift * precise_shift, (1.0 - slope) * precise_slope];
        let mut curvature = [precise_shift, 0.0, precise_slope];
        for (at, [different, same]) in counts.iter().enumerate() {
            let (x, same) = (middle(at), *same as f64);
            let all = *different as f64 + same;
            let p = Bits::of(shift + slope * x).probability();
            let (miss, spread) = (same - all * p, all * p * (1.0 - p));
            gradient = [gradient[0] + miss, gradient[1] + miss * x];
            curvature = [curvature[0] + spread, curvature[1] + spread * x, curvature[2] + spread * x * x];
        }
        let step = solved(curvature, gradient).map(|step| (step * bits_per_nat).clamp(-1.0, 1.0));
        shift = (shift + step[0]).clamp(-SHIFT_MAX, SHIFT_MAX);
        slope = (slope + step[1]).clamp(SLOPES[0], SLOPES[1]);
        if step.iter().all(|step| step.abs() < 1e-6) {
            break;
        }
    }
    Fitted { curve: Curve { shift_bits: shift, slope }, pairs }
}

/// The solution of a symmetric system of two equations, `[a, b, c]` for the matrix of a, b; b, c.
fn solved(matrix: [f64; 3], right: [f64; 2]) -> [f64; 2] {
    let determinant = matrix[0] * matrix[2] - matrix[1] * matrix[1];
    let first = right[0] * matrix[2] - right[1] * matrix[1];
    let second = right[1] * matrix[0] - right[0] * matrix[1];
    [first / determinant, second / determinant]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// So many pairs a bin, as often of one person as a line says.
    fn planted(line: Curve, each: f64) -> Counts {
        std::array::from_fn(|at| {
            let same = each * Bits::of(line.shift_bits + line.slope * middle(at)).probability();
            [(each - same).round() as u64, same.round() as u64]
        })
    }

    #[test]
    fn a_planted_line_comes_back() {
        for line in [(0.0, 1.0), (-2.0, 0.8), (1.5, 1.3)] {
            let line = Curve { shift_bits: line.0, slope: line.1 };
            let Fitted { curve, pairs } = through(&planted(line, 2_000.0));
            assert!((curve.shift_bits - line.shift_bits).abs() < 0.05, "{curve:?} {line:?}");
            assert!((curve.slope - line.slope).abs() < 0.02, "{curve:?} {line:?}");
            assert_eq!(pairs, 2_000 * BINS as u64);
        }
    }

    #[test]
    fn of_few_pairs_little_follows_and_of_none_nothing() {
        assert_eq!(through(&[[0; 2]; BINS]).curve, Curve::default());
        let mut few = [[0; 2]; BINS];
        few[BINS / 2][0] = 3;
        let curve = through(&few).curve;
        assert!(curve.shift_bits < -0.3 && curve.shift_bits > -2.5, "{curve:?}");
    }

    proptest! {
        #[test]
        fn a_line_rises_and_runs_on_beyond_doubt(
            shift_bits in -SHIFT_MAX..SHIFT_MAX, slope in SLOPES[0]..SLOPES[1], bits in -50.0..50.0_f64,
        ) {
            let curve = Curve { shift_bits, slope };
            prop_assert!(curve.of(Bits::of(bits + 0.1)) > curve.of(Bits::of(bits)));
            let far = (curve.of(Bits::of(30.0)).number() - curve.of(Bits::of(20.0)).number() - 10.0).abs();
            prop_assert!(far < 1e-3);
        }
    }
}
