//! Chance that can be repeated: keyed streams, weighted tables, keyed permutations.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Two numbers to one, well mixed (the finaliser of `SplitMix64`).
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_add(b.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One stream of draws; the same key gives the same stream everywhere.
#[derive(Clone, Debug)]
pub(super) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// The stream of a seed, a purpose and an index.
    pub(super) fn of(seed: u64, purpose: u64, index: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(mix(seed, purpose), index)))
    }

    /// 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `n - 1`; 0 for `n = 0`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (((self.bits() >> 32) * n as u64) >> 32) as usize
    }

    /// A number from `low` to `high`, both included; `low` where they are the wrong way round.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).max(1) as usize) as i32
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64) < p
    }

    /// One item of a constant list; the lists here are never empty.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, items: &[T; N]) -> T {
        const { assert!(N > 0) };
        items[self.below(N)]
    }

    /// One item, if there is one.
    pub(super) fn one<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// The place of one of the weights, drawn in proportion to them.
    pub(super) fn weighted<const N: usize>(&mut self, weights: &[u32; N]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut at = self.below(total as usize) as u32;
        for (index, weight) in weights.iter().enumerate() {
            if at < *weight {
                return index;
            }
            at -= weight;
        }
        N - 1
    }
}

/// Items drawn in proportion to their weights. Never empty.
#[derive(Clone, Debug)]
pub(super) struct Weighted<T> {
    items: Vec<T>,
    /// Running total of the weights in millionths.
    ends: Vec<u64>,
}

impl<T> Weighted<T> {
    /// None where no item has a weight.
    pub(super) fn new(weighted: impl IntoIterator<Item = (T, f64)>) -> Option<Self> {
        let (mut items, mut ends, mut total) = (Vec::new(), Vec::new(), 0);
        for (item, weight) in weighted {
            let millionths = (weight * 1e6) as u64;
            if millionths > 0 {
                total += millionths;
                items.push(item);
                ends.push(total);
            }
        }
        (total > 0).then_some(Self { items, ends })
    }

    /// One item. O(log items).
    pub(super) fn pick(&self, draw: &mut Draw) -> &T {
        let total = self.ends.last().copied().unwrap_or(1);
        let at = (u128::from(draw.bits()) * u128::from(total)) >> 64;
        let index = self.ends.partition_point(|end| u128::from(*end) <= at);
        &self.items[index.min(self.items.len() - 1)]
    }
}

/// A keyed one-to-one mapping of `0..size` onto itself: a four-round Feistel
/// network on the next even number of bits, walked until it lands inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permutation {
    size: u64,
    half_bits: u32,
    key: u64,
}

const ROUNDS: [u64; 4] = [0, 1, 2, 3];

impl Permutation {
    /// The permutation of a key.
    pub(super) fn new(size: u64, key: u64) -> Self {
        let bits = 64 - size.saturating_sub(1).leading_zeros();
        Self { size, half_bits: bits.div_ceil(2).max(1), key }
    }

    /// How many numbers it permutes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Where a number goes. Numbers past the size wrap round.
    pub(super) fn forward(&self, number: u64) -> u64 {
        let mut at = number % self.size;
        loop {
            at = self.rounds(at);
            if at < self.size {
                return at;
            }
        }
    }

    /// Where a number came from.
    pub(super) fn backward(&self, number: u64) -> u64 {
        let mut at = number % self.size;
        loop {
            at = self.rounds_back(at);
            if at < self.size {
                return at;
            }
        }
    }

    fn mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    fn rounds(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> self.half_bits, number & self.mask());
        for round in ROUNDS {
            (left, right) = (right, left ^ (mix(self.key ^ round, right) & self.mask()));
        }
        (left << self.half_bits) | right
    }

    fn rounds_back(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> self.half_bits, number & self.mask());
        for round in ROUNDS.iter().rev() {
            (left, right) = (right ^ (mix(self.key ^ round, left) & self.mask()), left);
        }
        (left << self.half_bits) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_meets_every_number_once_and_goes_back() {
        let permutation = Permutation::new(1_000, 7);
        let mut seen: Vec<u64> = (0..1_000).map(|n| permutation.forward(n)).collect();
        assert!((0..1_000).all(|n| permutation.backward(permutation.forward(n)) == n));
        assert_ne!(seen, (0..1_000).collect::<Vec<_>>());
        seen.sort_unstable();
        assert_eq!(seen, (0..1_000).collect::<Vec<_>>());
    }

    #[test]
    fn weights_are_kept() {
        let table = Weighted::new([('a', 3.0), ('b', 1.0), ('c', 0.0)]).unwrap();
        let mut draw = Draw::of(1, 2, 3);
        let a = (0..4_000).filter(|_| *table.pick(&mut draw) == 'a').count();
        assert!((2_850..3_150).contains(&a), "{a}");
        assert!(Weighted::new([('a', 0.0)]).is_none());
    }
}
