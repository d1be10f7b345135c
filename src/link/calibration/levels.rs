//! Weights, levels and outcomes → what each level tells more or less than the model says.
//!
//! A line of log odds moves all pairs of two sources alike. Where it is one level that promises too much
//! (another father's name is seen among one person's records in eight of a thousand, says the model, and in
//! tonight's data never), the levels themselves are tried: logistic regression on the weight and the levels that a
//! pair shows, each level's part drawn towards nothing as far as few pairs show it. First over all sources
//! together, then for each pair of sources around that and around the line.
//!
//! Cost: some ten rounds over the masked pairs, each the square of the comparisons a pair, in parallel.

use rayon::prelude::*;

use super::curve::{Curve, EXPECTED, Fitted, SHIFT_MAX, SLOPES};
use crate::link::bits::Bits;
use crate::link::links::{Levels, Pair};
use crate::link::space::RecordSpace;
use crate::settings::{COMPARISONS_MAX, LEVELS_MAX};

/// How far off a level is thought to be before anything is seen, over all sources, and in one pair of
/// sources from what it is over all; standard deviations in bits.
const EXPECTED_OVER_ALL: f64 = 1.0;
const EXPECTED_APART: f64 = 0.5;
/// No level is moved further, in bits.
const OFFSET_MAX: f64 = 4.0;

const ITERATIONS_MAX: usize = 12;
/// In bits; less is not worth another round.
const MOVED_MIN: f64 = 5e-3;
/// Pairs that are added up as one piece, in order, so that sums hang on no thread.
const PIECE: usize = 1 << 13;
const BITS_PER_NAT: f64 = std::f64::consts::LOG2_E;

/// By comparison and level: what is added to a weight.
#[derive(Clone, Debug)]
pub(in crate::link) struct Offsets(Vec<[Bits; LEVELS_MAX]>);

impl Offsets {
    /// What all levels of a vector add.
    pub(super) fn of(&self, levels: Levels) -> Bits {
        let each = self.0.iter().enumerate().map(|(at, bits)| bits[usize::from(levels.get(at))]);
        each.fold(Bits::default(), |sum, bits| sum + bits)
    }

    /// By comparison and level: bits other than 0.
    pub(super) fn told(&self) -> Vec<(usize, u8, f64)> {
        let levels = |(at, bits): (usize, &[Bits; LEVELS_MAX])| {
            let told = bits.iter().enumerate().map(move |(level, bits)| (at, level as u8, bits.number()));
            told.collect::<Vec<_>>()
        };
        let all = self.0.iter().enumerate().flat_map(levels);
        all.filter(|(.., bits)| *bits != 0.0).collect()
    }
}

/// A masked pair.
struct Case {
    weight: f64,
    levels: Levels,
    is_same: bool,
}

/// Lines and offsets through masked pairs, by left and right source, around the lines that were drawn
/// without looking at levels.
pub(super) fn refine(space: &RecordSpace, masked: &[Pair], lines: &mut [Fitted]) -> Vec<Offsets> {
    let sources = space.sources();
    let mut cases: Vec<Vec<Case>> = Vec::new();
    cases.resize_with(sources * sources, Vec::new);
    for pair in masked {
        let (a, b) = (space.source(pair.left), space.source(pair.right));
        let case = Case { weight: pair.weight.number(), levels: pair.levels, is_same: pair.links };
        cases[a.min(b) * sources + a.max(b)].push(case);
    }
    let shown = Shown::of(cases.iter().flatten());
    let over_all = over_all(&shown, &cases, lines);
    let mut offsets = vec![Offsets(Vec::new()); sources * sources];
    for (a, b) in (0..sources).flat_map(|a| (a..sources).map(move |b| (a, b))) {
        let at = a * sources + b;
        if !cases[at].is_empty() {
            (lines[at].curve, offsets[at]) = apart(&shown, &cases[at], &over_all);
            (lines[b * sources + a].curve, offsets[b * sources + a]) = (lines[at].curve, offsets[at].clone());
        }
    }
    offsets
}

/// What each shown level is off by over all pairs of sources, given their lines.
fn over_all(shown: &Shown, cases: &[Vec<Case>], lines: &[Fitted]) -> Vec<f64> {
    let base: Vec<(f64, &Case)> = cases
        .iter()
        .zip(lines)
        .flat_map(|(cases, line)| cases.iter().map(|case| (line.curve.number(case.weight), case)))
        .collect();
    let before = vec![
        Before { mean: 0.0, deviation: EXPECTED_OVER_ALL, within: [-OFFSET_MAX, OFFSET_MAX] };
        shown.count
    ];
    regress(&before, &base, |case, terms| shown.terms(case, 0, terms))
}

/// The line and the offsets of one pair of sources.
fn apart(shown: &Shown, cases: &[Case], over_all: &[f64]) -> (Curve, Offsets) {
    let shift = Before { mean: 0.0, deviation: EXPECTED[0], within: [-SHIFT_MAX, SHIFT_MAX] };
    let slope = Before { mean: 1.0, deviation: EXPECTED[1], within: SLOPES };
    let level = |&mean| Before { mean, deviation: EXPECTED_APART, within: [-OFFSET_MAX, OFFSET_MAX] };
    let before: Vec<Before> = [shift, slope].into_iter().chain(over_all.iter().map(level)).collect();
    let base: Vec<(f64, &Case)> = cases.iter().map(|case| (0.0, case)).collect();
    let found = regress(&before, &base, |case, terms| {
        terms.extend([(0, 1.0), (1, case.weight)]);
        shown.terms(case, 2, terms);
    });
    (Curve { shift_bits: found[0], slope: found[1] }, shown.offsets(&found[2..]))
}

/// Levels that some pair shows, numbered.
struct Shown {
    /// By comparison and level.
    place: [[Option<usize>; LEVELS_MAX]; COMPARISONS_MAX],
    count: usize,
}

impl Shown {
    fn of<'c>(cases: impl Iterator<Item = &'c Case>) -> Self {
        let mut seen = [[false; LEVELS_MAX]; COMPARISONS_MAX];
        for case in cases {
            for (at, seen) in seen.iter_mut().enumerate() {
                seen[usize::from(case.levels.get(at))] = true;
            }
        }
        let mut shown = Self { place: [[None; LEVELS_MAX]; COMPARISONS_MAX], count: 0 };
        for (places, seen) in shown.place.iter_mut().zip(seen) {
            // A comparison that is always at one level tells nothing.
            if seen.iter().filter(|seen| **seen).count() > 1 {
                for (place, _) in places.iter_mut().zip(seen).filter(|(_, seen)| *seen) {
                    *place = Some(shown.count);
                    shown.count += 1;
                }
            }
        }
        shown
    }

    /// The levels of a pair among all that are shown, behind `first` others.
    fn terms(&self, case: &Case, first: usize, terms: &mut Vec<(usize, f64)>) {
        let places = self.place.iter().enumerate();
        let shown = places.filter_map(|(at, places)| places[usize::from(case.levels.get(at))]);
        terms.extend(shown.map(|place| (first + place, 1.0)));
    }

    fn offsets(&self, found: &[f64]) -> Offsets {
        let of = |place: &Option<usize>| place.map_or_else(Bits::default, |place| Bits::of(found[place]));
        Offsets(self.place.iter().map(|places| places.each_ref().map(of)).collect())
    }
}

/// What is held of a number before anything is seen: normal, and within bounds.
#[derive(Clone, Copy, Debug)]
struct Before {
    mean: f64,
    deviation: f64,
    within: [f64; 2],
}

/// Gradient and curvature of the log likelihood, the latter row by row and only up to the diagonal.
struct Sums {
    gradient: Vec<f64>,
    curvature: Vec<f64>,
}

impl Sums {
    fn none(numbers: usize) -> Self {
        Self { gradient: vec![0.0; numbers], curvature: vec![0.0; numbers * numbers] }
    }

    fn add(&mut self, other: &Self) {
        let all = self.gradient.iter_mut().chain(&mut self.curvature);
        all.zip(other.gradient.iter().chain(&other.curvature)).for_each(|(sum, other)| *sum += other);
    }
}

/// The numbers of greatest posterior density of a logistic regression, in bits: log odds are a case's base
/// and the sum of its terms, a place and a factor each. Newton's method, from what is held before.
fn regress(
    before: &[Before],
    cases: &[(f64, &Case)],
    terms: impl Fn(&Case, &mut Vec<(usize, f64)>) + Sync,
) -> Vec<f64> {
    let mut numbers: Vec<f64> = before.iter().map(|one| one.mean).collect();
    for _ in 0..ITERATIONS_MAX {
        let mut sums = Sums::none(numbers.len());
        let pieces: Vec<Sums> =
            cases.par_chunks(PIECE).map(|piece| sums_of(piece, &numbers, &terms)).collect();
        for piece in &pieces {
            sums.add(piece);
        }
        for (at, (number, before)) in numbers.iter().zip(before).enumerate() {
            let precise = (BITS_PER_NAT / before.deviation).powi(2);
            sums.gradient[at] += (before.mean - number) * precise;
            sums.curvature[at * numbers.len() + at] += precise;
        }
        let step = solved(sums.curvature, sums.gradient);
        let mut moved = 0.0_f64;
        for ((number, step), before) in numbers.iter_mut().zip(step).zip(before) {
            let next =
                (*number + (step * BITS_PER_NAT).clamp(-1.0, 1.0)).clamp(before.within[0], before.within[1]);
            moved = moved.max((next - *number).abs());
            *number = next;
        }
        if moved < MOVED_MIN {
            break;
        }
    }
    numbers
}

fn sums_of(
    cases: &[(f64, &Case)],
    numbers: &[f64],
    terms: &(impl Fn(&Case, &mut Vec<(usize, f64)>) + Sync),
) -> Sums {
    let count = numbers.len();
    let mut sums = Sums::none(count);
    let mut own = Vec::new();
    for &(base, case) in cases {
        own.clear();
        terms(case, &mut own);
        let bits = own.iter().fold(base, |sum, &(at, factor)| sum + numbers[at] * factor);
        let p = Bits::of(bits).probability();
        let (miss, spread) = (f64::from(u8::from(case.is_same)) - p, p * (1.0 - p));
        for (at, &(row, factor)) in own.iter().enumerate() {
            sums.gradient[row] += miss * factor;
            let row = &mut sums.curvature[row * count..(row + 1) * count];
            // Terms come in the order of their places, so that these are the places up to the row's.
            for &(column, other) in &own[..=at] {
                row[column] += spread * factor * other;
            }
        }
    }
    sums
}

/// The solution of a symmetric positive definite system, its matrix row by row, of which only what stands up to the
/// diagonal is looked at (Cholesky).
fn solved(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for row in 0..n {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| matrix[row * n + at] * matrix[column * n + at]).sum();
            let left = matrix[row * n + column] - known;
            // Before anything is seen each number is known to some precision, so that none is 0.
            matrix[row * n + column] =
                if row == column { left.max(1e-12).sqrt() } else { left / matrix[column * n + column] };
        }
    }
    for row in 0..n {
        let known: f64 = (0..row).map(|at| matrix[row * n + at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row * n + row];
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|at| matrix[at * n + row] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row * n + row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed linear congruence stands for chance (D. E. Knuth's MMIX constants).
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// So many pairs of two sources whose log odds are the weight and two bits less at level 2 of the first
    /// comparison.
    fn planted(pairs: usize, first: u32) -> Vec<Pair> {
        let mut chance = Chance(7);
        let pair = |at: usize| {
            let weight = 10.0 * chance.next() - 5.0;
            let level = 1 + (3.0 * chance.next()) as u8;
            let off = if level == 2 { -2.0 } else { 0.0 };
            let links = chance.next() < Bits::of(weight + off).probability();
            let (left, right) = (first + at as u32, 100_000 + at as u32);
            let levels = Levels::default().with(0, level).with(1, 1);
            Pair { left, right, levels, weight: Bits::of(weight), links, ..Pair::default() }
        };
        (0..pairs).map(pair).collect()
    }

    fn refined(masked: &[Pair]) -> (Fitted, Offsets) {
        let space = RecordSpace::of_rows(&[100_000, 100_000]);
        let mut lines = vec![Fitted::default(); 4];
        let offsets = refine(&space, masked, &mut lines);
        (lines[1], offsets[1].clone())
    }

    #[test]
    fn a_level_that_promises_two_bits_too_much_is_found_and_the_others_stay() {
        let (line, offsets) = refined(&planted(40_000, 0));
        let told = |level| {
            let rest = line.curve.shift_bits;
            rest + offsets.of(Levels::default().with(0, level).with(1, 1)).number()
        };
        assert!((told(2) + 2.0).abs() < 0.15 && told(1).abs() < 0.15 && told(3).abs() < 0.15, "{}", told(2));
        assert!((line.curve.slope - 1.0).abs() < 0.03, "{}", line.curve.slope);
    }

    #[test]
    fn few_pairs_move_little_and_none_nothing() {
        let (line, offsets) = refined(&planted(8, 0));
        let told = line.curve.shift_bits + offsets.of(Levels::default().with(0, 2)).number();
        assert!(told.abs() < EXPECTED[0], "{told}");
        let (line, offsets) = refined(&[]);
        assert_eq!((line.curve, offsets.of(Levels(u64::MAX))), (Curve::default(), Bits::default()));
    }

    #[test]
    fn a_system_is_solved() {
        let found = solved(vec![4.0, 2.0, 0.0, 2.0, 5.0, 1.0, 0.0, 1.0, 3.0], vec![8.0, 15.0, 11.0]);
        for (found, expected) in found.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-9, "{found}");
        }
    }

    #[test]
    fn one_thread_finds_what_many_find() {
        let masked = planted(30_000, 0);
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let many = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let told = |pool: &rayon::ThreadPool| pool.install(|| format!("{:?}", refined(&masked)));
        assert_eq!(told(&alone), told(&many));
    }
}
