//! Who has which records already → how likely a doubtful pair is one person.
//!
//! Of two residents of one name and birth date only one has the insurance card in question; whoever has
//! a card already seldom has another. So of each doubtful pair it is asked whether either record's person
//! has another record in the other's source (a *partner*), or whether links beyond doubt make the two one
//! person already. That is one comparison more, with five levels, and what it tells is learnt from the
//! doubtful pairs themselves, for each pair of sources: as
//! many of them are of one person at each level as their weights say, and what follows changes the
//! weights in turn (expectation and maximisation). A source in which a person has several records (SIMs,
//! events) thereby teaches that a partner says little. Pairs that kin would explain best are learnt from
//! by themselves: twins each have records of their own, so that two records without partners are hardly
//! those of twins, while a stranger who happens to be alike may well be someone else who lacks one.
//!
//! Cost: O(records) for the count of partners, and one pass over the doubtful pairs.

use rayon::prelude::*;

use super::bits::Bits;
use super::cluster;
use super::links::{FLAG_KIN, Pair};
use super::space::RecordSpace;

/// From the lowest weight that is kept up to this one a pair is in doubt; in bits.
const DOUBT_MAX: f64 = 10.0;
/// Bins a bit, and the lowest weight that has one of its own.
const FINENESS: f64 = 16.0;
const BITS_MIN: f64 = -10.0;
const BINS: usize = ((DOUBT_MAX - BITS_MIN) * FINENESS) as usize;

/// No level tells more than this.
const BITS_MAX: f64 = 6.0;
/// Pairs of each kind, spread like all pairs, that are added to those counted: few pairs tell little.
const UNSEEN: f64 = 20.0;

/// Neither has a partner, the left record's person has, the right one's has, both have; or sure links
/// make the two records one person already.
const LEVELS: usize = 5;
/// The level of what sure links join.
const JOINED: usize = 4;

/// How many records of each source a person has, up to three: two bits a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holdings(u64);

/// More sources than that cannot be told apart.
const SOURCES_MAX: usize = 32;

impl Holdings {
    pub(super) fn of(self, source: usize) -> u64 {
        if source < SOURCES_MAX { self.0 >> (2 * source) & 3 } else { 0 }
    }

    fn add(&mut self, source: usize) {
        if source < SOURCES_MAX && self.of(source) < 3 {
            self.0 += 1 << (2 * source);
        }
    }
}

/// By record that names a person: what the person holds. O(records).
pub(super) fn holdings(space: &RecordSpace, clusters: &[u32]) -> Vec<Holdings> {
    let mut holdings = vec![Holdings::default(); clusters.len()];
    for (record, &cluster) in clusters.iter().enumerate() {
        holdings[cluster as usize].add(space.source(record as u32));
    }
    holdings
}

/// Each record's person by links beyond doubt alone, named by one of its records. O(pairs), in parallel.
pub(super) fn surely(records: usize, pairs: &[Pair]) -> Vec<u32> {
    cluster::joined(records, pairs, |pair| pair.links && !is_doubtful(pair.weight))
}

/// The people of the first look.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) space: &'a RecordSpace,
    /// Each record's person, named by one of its records.
    pub(super) clusters: &'a [u32],
    pub(super) holdings: &'a [Holdings],
    /// Each record's person by links beyond doubt alone, named likewise.
    pub(super) surely: &'a [u32],
}

impl Known<'_> {
    /// Where pairs of its kind are counted, and the level.
    fn seen(&self, pair: &Pair) -> (usize, usize) {
        let [left, right] = [pair.left, pair.right];
        let (a, b) = (self.space.source(left), self.space.source(right));
        let kind = 2 * (a * self.space.sources() + b) + usize::from(pair.flags & FLAG_KIN != 0);
        if self.surely[left as usize] == self.surely[right as usize] {
            return (kind, JOINED);
        }
        let [of_left, of_right] = [left, right].map(|record| self.clusters[record as usize]);
        let not_counted = u64::from(of_left == of_right) + u64::from(a == b);
        let has = |person: u32, source: usize| self.holdings[person as usize].of(source) > not_counted;
        let (left_has, right_has) = (has(of_left, b), has(of_right, a));
        let level = match (left_has, right_has) {
            // Within a source it does not matter which of the two.
            (true, false) if a == b => 2,
            _ => usize::from(left_has) + 2 * usize::from(right_has),
        };
        (kind, level)
    }
}

/// What each level tells, by left source, right source and whether kin are the rival explanation.
#[derive(Clone, Debug)]
pub(super) struct Partners(Vec<[Bits; LEVELS]>);

/// Doubtful pairs by level and weight.
type Counts = Vec<[[u32; BINS]; LEVELS]>;

impl Partners {
    /// Learns from pairs in doubt. The same for any number of threads.
    pub(super) fn learn<'p>(known: Known<'_>, pairs: impl ParallelIterator<Item = &'p Pair>) -> Self {
        let sources = known.space.sources();
        let empty = || vec![[[0; BINS]; LEVELS]; 2 * sources * sources];
        let count = |mut counts: Counts, pair: &Pair| {
            if is_doubtful(pair.weight) {
                let (kind, level) = known.seen(pair);
                counts[kind][level][bin(pair.weight)] += 1;
            }
            counts
        };
        let sum = |mut sum: Counts, other: Counts| {
            let cells = sum.iter_mut().flatten().flatten().zip(other.iter().flatten().flatten());
            cells.for_each(|(sum, other)| *sum += other);
            sum
        };
        let counts = pairs.fold(empty, count).reduce(empty, sum);
        Self(counts.iter().map(learn).collect())
    }

    /// The weight of a pair in doubt when it is known who has which records.
    pub(super) fn weigh(&self, known: Known<'_>, pair: &Pair) -> Bits {
        if !is_doubtful(pair.weight) {
            return pair.weight;
        }
        let (kind, level) = known.seen(pair);
        pair.weight + self.0[kind][level]
    }
}

fn is_doubtful(weight: Bits) -> bool {
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
fn learn(counts: &[[u32; BINS]; LEVELS]) -> [Bits; LEVELS] {
    const ITERATIONS_MAX: usize = 200;
    let all = counts.map(|bins| bins.iter().map(|&pairs| f64::from(pairs)).sum::<f64>());
    let total: f64 = all.iter().sum();
    let mut told = [1.0_f64; LEVELS];
    if total <= 0.0 {
        return [Bits::default(); LEVELS];
    }
    for _ in 0..ITERATIONS_MAX {
        let expected = |level: usize| -> f64 {
            let of_bin = |(bin, &pairs): (usize, &u32)| {
                let odds = odds(bin) * told[level];
                f64::from(pairs) * odds / (1.0 + odds)
            };
            counts[level].iter().enumerate().map(of_bin).sum()
        };
        let same: [f64; LEVELS] = std::array::from_fn(expected);
        let of_one_person: f64 = same.iter().sum();
        let next: [f64; LEVELS] = std::array::from_fn(|level| {
            let spread = UNSEEN * all[level] / total;
            let share = |pairs: f64, of: f64| (pairs + spread) / (of + UNSEEN);
            let two = (all[level] - same[level], total - of_one_person);
            if all[level] == 0.0 { 1.0 } else { share(same[level], of_one_person) / share(two.0, two.1) }
        });
        let moved = told.iter().zip(&next).map(|(a, b)| (a / b).log2().abs()).fold(0.0, f64::max);
        told = next.map(|ratio| ratio.clamp((-BITS_MAX).exp2(), BITS_MAX.exp2()));
        if moved < 1e-4 {
            break;
        }
    }
    told.map(Bits::of_ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many pairs at a level: as many of one person as some weights say, of which `share` are at
    /// that level, and of the others `other`.
    fn planted(levels: [(f64, f64); LEVELS]) -> [[u32; BINS]; LEVELS] {
        levels.map(|(share, other)| {
            std::array::from_fn(|bin| {
                let same = odds(bin) / (1.0 + odds(bin));
                (1_000.0 * (same * share + (1.0 - same) * other)).round() as u32
            })
        })
    }

    #[test]
    fn what_partners_tell_comes_back() {
        let planted = planted([(0.5, 0.1), (0.1, 0.2), (0.19, 0.3), (0.01, 0.35), (0.2, 0.05)]);
        let told = learn(&planted).map(Bits::number);
        let expected = [5.0_f64, 0.5, 0.19 / 0.3, 0.01 / 0.35, 4.0].map(f64::log2);
        for (told, expected) in told.iter().zip(expected) {
            assert!((told - expected).abs() < 0.2, "{told} {expected}");
        }
    }

    #[test]
    fn few_pairs_tell_little_and_none_nothing() {
        assert_eq!(learn(&[[0; BINS]; LEVELS]), [Bits::default(); LEVELS]);
        let mut few = [[0; BINS]; LEVELS];
        (few[0][BINS - 1], few[3][0]) = (2, 2);
        let told = learn(&few);
        assert!(told.iter().all(|bits| bits.number().abs() < 0.3), "{told:?}");
    }

    #[test]
    fn a_pair_itself_is_no_partner_of_its_records() {
        // One person with two SIMs (2, 3) and a residence record (0), and another residence record (1).
        let space = RecordSpace::of_rows(&[2, 2]);
        let clusters = [0, 1, 0, 0];
        let holdings = holdings(&space, &clusters);
        let surely = surely(4, &[]);
        let known = Known { space: &space, clusters: &clusters, holdings: &holdings, surely: &surely };
        let seen = |left, right| known.seen(&Pair { left, right, ..Pair::default() }).1;
        assert_eq!(seen(0, 2), 1, "the other SIM is a partner of the resident");
        assert_eq!(seen(1, 2), 2, "the SIM's person has a residence record");
        assert_eq!(seen(2, 3), 0, "no third SIM");
        assert_eq!(seen(0, 1), 0);
        let sure = |left, right| Pair { left, right, weight: Bits::of(20.0), links: true, ..Pair::default() };
        let joined = super::surely(4, &[sure(0, 2), sure(0, 3)]);
        let known = Known { surely: &joined, ..known };
        assert_eq!(known.seen(&Pair { left: 2, right: 3, ..Pair::default() }).1, JOINED);
    }
}
