//! What a doubtful pair shows besides its values → how likely it is one person, learnt without truth.
//!
//! Something is asked of each pair in doubt that has a few answers (levels), and what each tells is learnt from the
//! pairs themselves: as many of them are of one person at each level as their weights say, and what follows
//! changes the weights in turn (expectation and maximisation). It takes for granted that among pairs of one
//! person, and among those of two, the answer does not hang on the weight; so that what a comparison has told
//! already must not be asked again.
//!
//! Cost: a pass over the doubtful pairs for each question, and a table of weights by level.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bits::Bits;
use super::links::Pair;

/// From the lowest weight that is kept up to this one a pair is in doubt; in bits.
const DOUBT_MAX: f64 = 10.0;
/// Bins a bit, and the lowest weight that has one of its own.
const FINENESS: f64 = 16.0;
const BITS_MIN: f64 = -10.0;
const BINS: usize = ((DOUBT_MAX - BITS_MIN) * FINENESS) as usize;

/// No level tells more than this.
const BITS_MAX: f64 = 6.0;
/// Pairs of each kind, spread like all pairs, that are added to those counted: few pairs tell little.
const UNSEEN: f64 = 5.0;

/// Doubtful pairs by weight.
type Counts = [u32; BINS];

/// What each level tells, by kind of pairs; of kinds that there are.
#[derive(Clone, Debug)]
pub(super) struct Learnt(BTreeMap<usize, Vec<Bits>>);

impl Learnt {
    /// Learns from pairs in doubt, of which `seen` says the kind and which of so many levels; what it has no answer
    /// for is left out. The same for any number of threads.
    pub(super) fn of<'p>(
        levels: usize,
        pairs: impl ParallelIterator<Item = &'p Pair>,
        seen: impl Fn(&Pair) -> Option<(usize, usize)> + Sync,
    ) -> Self {
        let cell = |pair: &Pair| seen(pair).map(|(kind, level)| (kind, level, bin(pair.weight)));
        let cells: Vec<_> = pairs.filter(|pair| is_doubtful(pair.weight)).filter_map(cell).collect();
        let mut counts: BTreeMap<usize, Vec<Counts>> = BTreeMap::new();
        for (kind, level, bin) in cells {
            counts.entry(kind).or_insert_with(|| vec![[0; BINS]; levels])[level][bin] += 1;
        }
        Self(counts.into_par_iter().map(|(kind, counts)| (kind, learn(&counts))).collect())
    }

    /// What a level of a kind of pairs tells.
    pub(super) fn bits(&self, (kind, level): (usize, usize)) -> Bits {
        self.0.get(&kind).and_then(|told| told.get(level)).copied().unwrap_or_default()
    }
}

/// Whether more can be learnt of a pair of such a weight.
pub(super) fn is_doubtful(weight: Bits) -> bool {
    weight < Bits::of(DOUBT_MAX)
}

fn bin(weight: Bits) -> usize {
    let place = ((weight.number() - BITS_MIN) * FINENESS).floor();
    place.clamp(0.0, (BINS - 1) as f64) as usize
}

/// The odds in the middle of a bin.
fn odds(bin: usize) -> f64 {
    (BITS_MIN + (bin as f64 + 0.5) / FINENESS).exp2()
}

/// The levels of one kind of pairs: log2 of their shares among pairs of one person over those among pairs of two.
fn learn(counts: &[Counts]) -> Vec<Bits> {
    const ITERATIONS_MAX: usize = 200;
    let pairs_of = |bins: &Counts| bins.iter().map(|&pairs| f64::from(pairs)).sum::<f64>();
    let all: Vec<f64> = counts.iter().map(pairs_of).collect();
    let total: f64 = all.iter().sum();
    let mut told = vec![1.0_f64; counts.len()];
    if total <= 0.0 {
        return vec![Bits::default(); counts.len()];
    }
    for _ in 0..ITERATIONS_MAX {
        let same: Vec<f64> = counts.iter().zip(&told).map(|(bins, told)| expected(bins, *told)).collect();
        let of_one_person: f64 = same.iter().sum();
        let ratio = |(&all, &same): (&f64, &f64)| {
            let spread = UNSEEN * all / total;
            let share = |pairs: f64, of: f64| (pairs + spread) / (of + UNSEEN);
            if all == 0.0 {
                1.0
            } else {
                share(same, of_one_person) / share(all - same, total - of_one_person)
            }
        };
        let next: Vec<f64> = all.iter().zip(&same).map(ratio).collect();
        let moved = told.iter().zip(&next).map(|(a, b)| (a / b).log2().abs()).fold(0.0, f64::max);
        told = next.into_iter().map(|ratio| ratio.clamp((-BITS_MAX).exp2(), BITS_MAX.exp2())).collect();
        if moved < 1e-4 {
            break;
        }
    }
    told.into_iter().map(Bits::of_ratio).collect()
}

/// How many of some pairs are of one person if their level multiplies the odds by so much.
fn expected(bins: &Counts, told: f64) -> f64 {
    let of_bin = |(bin, &pairs): (usize, &u32)| {
        let odds = odds(bin) * told;
        f64::from(pairs) * odds / (1.0 + odds)
    };
    bins.iter().enumerate().map(of_bin).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many pairs at a level: as many of one person as some weights say, of which `share` are at
    /// that level, and of the others `other`.
    fn planted(levels: &[(f64, f64)]) -> Vec<Counts> {
        let of = |&(share, other): &(f64, f64)| {
            std::array::from_fn(|bin| {
                let same = odds(bin) / (1.0 + odds(bin));
                (1_000.0 * (same * share + (1.0 - same) * other)).round() as u32
            })
        };
        levels.iter().map(of).collect()
    }

    #[test]
    fn what_levels_tell_comes_back() {
        let planted = planted(&[(0.5, 0.1), (0.1, 0.2), (0.19, 0.3), (0.01, 0.35), (0.2, 0.05)]);
        let expected = [5.0_f64, 0.5, 0.19 / 0.3, 0.01 / 0.35, 4.0].map(f64::log2);
        for (told, expected) in learn(&planted).into_iter().map(Bits::number).zip(expected) {
            assert!((told - expected).abs() < 0.2, "{told} {expected}");
        }
    }

    #[test]
    fn few_pairs_tell_little_and_none_nothing() {
        assert_eq!(learn(&[[0; BINS]; 5]), [Bits::default(); 5]);
        let mut few = [[0; BINS]; 5];
        (few[0][BINS - 1], few[3][0]) = (2, 2);
        let told: Vec<f64> = learn(&few).into_iter().map(Bits::number).collect();
        assert!(told.iter().all(|bits| bits.abs() < 1.0), "{told:?}");
    }

    #[test]
    fn kinds_are_learnt_from_by_themselves_and_only_pairs_in_doubt() {
        let pair = |left, weight| Pair { left, right: 9, weight: Bits::of(weight), ..Pair::default() };
        // At level 0 of the first kind pairs of one person, at level 1 pairs of two; sure ones say otherwise.
        let mut pairs: Vec<Pair> = (0..400).flat_map(|_| [pair(0, 4.0), pair(1, -4.0)]).collect();
        pairs.extend((0..9_000).map(|_| pair(1, 30.0)));
        let seen = |pair: &Pair| (pair.left < 2).then_some((0, pair.left as usize));
        let learnt = Learnt::of(2, pairs.par_iter(), seen);
        assert!(learnt.bits((0, 0)).number() > 2.0 && learnt.bits((0, 1)).number() < -2.0, "{learnt:?}");
        assert_eq!([learnt.bits((1, 0)), learnt.bits((1, 1))], [Bits::default(); 2]);
    }
}
