//! Pairs in doubt between the same two people → one answer.
//!
//! Links beyond doubt make a person of a resident and three SIMs; whether a card is this person's is asked in four pairs, each
//! of which tells a little else: one SIM lacks the sex, another has its name miswritten. But all four
//! are of one person or none is. Each has odds that come true, and what several such opinions of one thing say
//! together is their geometric mean (a logarithmic opinion pool with equal weights; Genest and Zidek 1986). Taking
//! the best of them would choose whichever happens to be alike by chance; adding them up would count again what
//! the records have in common.
//!
//! Cost: O(n log n) of the doubtful pairs.

use rayon::prelude::*;

use super::bits::Bits;
use super::links::Pair;

/// The two people of a pair, the lesser first; nothing where they are one.
fn between(pair: &Pair, surely: &[u32]) -> Option<(u32, u32)> {
    let [a, b] = [pair.left, pair.right].map(|record| surely[record as usize]);
    (a != b).then_some((a.min(b), a.max(b)))
}

/// What pairs between two people say together.
pub(super) struct Pooled(Vec<((u32, u32), Bits)>);

impl Pooled {
    /// Of people named by one of their records each. The same for any order of the pairs.
    pub(super) fn of<'p>(surely: &[u32], pairs: impl ParallelIterator<Item = &'p Pair>) -> Self {
        let asked = pairs.filter_map(|pair| Some((between(pair, surely)?, pair.weight.parts())));
        let mut asked: Vec<((u32, u32), i32)> = asked.collect();
        asked.par_sort_unstable();
        let mean = |opinions: &[((u32, u32), i32)]| {
            let sum: i64 = opinions.iter().map(|&(_, parts)| i64::from(parts)).sum();
            (opinions[0].0, Bits::of_parts((sum / opinions.len() as i64) as i32))
        };
        Self(asked.chunk_by(|a, b| a.0 == b.0).map(mean).collect())
    }

    /// What the pairs between a pair's people say; nothing where it is one person already.
    pub(super) fn bits(&self, pair: &Pair, surely: &[u32]) -> Option<Bits> {
        let people = between(pair, surely)?;
        let found = self.0.binary_search_by_key(&people, |&(people, _)| people);
        found.ok().map(|at| self.0[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_between_two_people_have_one_weight_and_others_their_own() {
        let surely = [0, 0, 2, 2, 4];
        let pair = |left, right, bits| Pair { left, right, weight: Bits::of(bits), ..Pair::default() };
        let pairs = [pair(0, 2, 5.0), pair(1, 2, -2.0), pair(3, 1, 3.0), pair(2, 4, 1.0), pair(0, 1, 9.0)];
        let pooled = Pooled::of(&surely, pairs.par_iter());
        let bits = |at: usize| pooled.bits(&pairs[at], &surely).map(Bits::number);
        assert_eq!([bits(0), bits(1), bits(2)], [Some(2.0); 3]);
        assert_eq!(bits(3), Some(1.0));
        assert_eq!(bits(4), None);
        assert_eq!(pooled.bits(&pair(0, 4, 0.0), &surely), None, "nobody was asked");
    }
}
