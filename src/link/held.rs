//! The second look, held to what calibration has promised.
//!
//! What answers tell is learnt from how they go with weights ([`doubt`](super::doubt)). Pairs that kin explain
//! best have few weights: two births of one day in one ward, of the same parents and of another name, all weigh the
//! same, and are either twins or one child whose name was corrected. There the answers cannot teach how many are
//! which; but calibration knows (pairs of such values whose numbers say what they are). So of such pairs of
//! one comparison vector as many are to be of one person after the second look as before it: all their weights
//! are shifted alike, drawn towards nothing as far as there are few of them.
//!
//! Cost: O(n log n) of the doubtful pairs that kin explain best.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bits::Bits;
use super::links::{Levels, Pair};

/// How far off the second look is thought to be before anything is seen: standard deviation, in bits.
const EXPECTED: f64 = 1.0;
/// No weights are shifted further, in bits.
const SHIFT_MAX: f64 = 6.0;
/// Parts of a probability, which add up to the same in any order.
const PARTS: f64 = 4_294_967_296.0;

/// Pairs that are held together: the kind that the second look learns by, and the comparison vector.
type Group = (usize, Levels);

/// How many pairs of each group are of one person.
#[derive(Debug)]
pub(super) struct Promised(BTreeMap<Group, u64>);

impl Promised {
    /// By pairs' weights. The same for any number of threads.
    pub(super) fn of<'p>(
        pairs: impl ParallelIterator<Item = &'p Pair>,
        group: impl Fn(&Pair) -> Group + Sync,
    ) -> Self {
        let add = |mut sums: BTreeMap<Group, u64>, pair: &Pair| {
            *sums.entry(group(pair)).or_default() += (pair.weight.probability() * PARTS).round() as u64;
            sums
        };
        let both = |mut sums: BTreeMap<Group, u64>, others: BTreeMap<Group, u64>| {
            for (group, sum) in others {
                *sums.entry(group).or_default() += sum;
            }
            sums
        };
        Self(pairs.fold(BTreeMap::new, add).reduce(BTreeMap::new, both))
    }

    /// What is added to the weights of each group.
    pub(super) fn shifts<'p>(
        &self,
        pairs: impl ParallelIterator<Item = &'p Pair>,
        group: impl Fn(&Pair) -> Group + Sync,
    ) -> BTreeMap<Group, Bits> {
        let mut weights: Vec<(Group, Bits)> = pairs.map(|pair| (group(pair), pair.weight)).collect();
        // Sums of floats are taken in this order.
        weights.par_sort_unstable();
        let groups = weights.chunk_by(|a, b| a.0 == b.0);
        let promised = |group: &Group| self.0.get(group).copied().unwrap_or_default() as f64 / PARTS;
        groups.map(|group| (group[0].0, shift(group, promised(&group[0].0)))).collect()
    }
}

/// By what weights must be shifted for so many pairs to be of one person: the most likely shift if it is normal
/// before, by Newton's method.
fn shift(weights: &[(Group, Bits)], promised: f64) -> Bits {
    const ITERATIONS_MAX: usize = 50;
    let precise = (std::f64::consts::LOG2_E / EXPECTED).powi(2);
    let nats_per_bit = std::f64::consts::LN_2;
    let mut shift = 0.0_f64;
    for _ in 0..ITERATIONS_MAX {
        let (mut sum, mut spread) = (0.0, 0.0);
        for (_, weight) in weights {
            let p = Bits::of(weight.number() + shift).probability();
            (sum, spread) = (sum + p, spread + p * (1.0 - p));
        }
        let gradient = promised - sum - shift * nats_per_bit * precise;
        let step = (gradient / (spread + precise) / nats_per_bit).clamp(-1.0, 1.0);
        shift = (shift + step).clamp(-SHIFT_MAX, SHIFT_MAX);
        if step.abs() < 1e-4 {
            break;
        }
    }
    Bits::of(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(level: u8, bits: f64, count: usize) -> Vec<Pair> {
        let levels = Levels::default().with(0, level);
        vec![Pair { levels, weight: Bits::of(bits), ..Pair::default() }; count]
    }

    fn shifts(before: &[Pair], after: &[Pair]) -> Vec<f64> {
        let group = |pair: &Pair| (0, pair.levels);
        let promised = Promised::of(before.par_iter(), group);
        promised.shifts(after.par_iter(), group).into_values().map(Bits::number).collect()
    }

    #[test]
    fn as_many_are_of_one_person_as_were_promised() {
        // Half of a thousand pairs; of 400 the second look knew that they are not, the others it left alone.
        let after = [pairs(1, -12.0, 400), pairs(1, 0.0, 600)].concat();
        let found = shifts(&pairs(1, 0.0, 1_000), &after);
        let expected = (500.0_f64 / 100.0).log2();
        assert!((found[0] - expected).abs() < 0.1, "{found:?} {expected}");
    }

    #[test]
    fn groups_are_held_by_themselves_and_few_pairs_little() {
        let found = shifts(
            &[pairs(1, 0.0, 2), pairs(2, 3.0, 500)].concat(),
            &[pairs(1, -3.0, 2), pairs(2, 3.0, 500)].concat(),
        );
        assert!(found[0] > 0.1 && found[0] < 1.5 && found[1].abs() < 0.01, "{found:?}");
    }
}
