//! A second look at pairs that only kin could explain otherwise, knowing who is linked already.
//!
//! One birth date, one pair of parents, another given name: a misnamed person, or a twin. Twins each
//! have records of their own. Where neither record's person has a record in the other's source, the
//! pair is of two relatives only if one of them lacks the one record and the other the other; how rare
//! that is, is counted among the people of the first look. If a share c of one source's records has a
//! person with a record in the other, −log2(1 − c) bits a side are added against siblings and other
//! relatives; against strangers nothing is, for whether a stranger's own record is there says little of
//! the one that happens to be alike. Records whose own partner was missed count as having none, so
//! that the evidence errs low.

use rayon::prelude::*;

use super::bits::Bits;
use super::blocking::Candidates;
use super::decide::{Judge, Scratch};
use super::links::{FLAG_SECOND_LOOK, Pair};
use super::space::RecordSpace;

/// Sources that a person's records are of, a bit each.
type Sources = u64;

/// No share of partnered records tells more than this: one in 64 is without.
const BITS_MAX: f64 = 6.0;

/// Records without a partner that are added to those counted, so that a few records tell nothing.
const UNSEEN: f64 = 20.0;

/// Pairs compared at a time: their records fit the second-level cache.
const BATCH: usize = 1024;

/// Records that are counted as one piece.
const PIECE: usize = 1 << 16;

/// What having no partner tells, by source of the record, then source of the partner.
#[derive(Clone, Debug, Default)]
struct Unpartnered {
    bits: Vec<Bits>,
    sources: usize,
}

impl Unpartnered {
    /// Counts the people of the first look. O(records · sources), in parallel.
    fn count(space: &RecordSpace, clusters: &[u32], sources_of: &[Sources]) -> Self {
        let sources = space.sources();
        let of_piece = |(at, clusters): (usize, &[u32])| {
            let mut without = vec![0_u64; sources * sources];
            for (record, &cluster) in (at * PIECE..).zip(clusters) {
                let own = space.source(record as u32);
                let others = sources_of[cluster as usize];
                for other in (0..sources).filter(|other| others >> other & 1 == 0) {
                    without[own * sources + other] += 1;
                }
            }
            without
        };
        let sum = |mut sums: Vec<u64>, others: Vec<u64>| {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
            sums
        };
        let pieces = clusters.par_chunks(PIECE).enumerate().map(of_piece);
        let without = pieces.reduce(|| vec![0; sources * sources], sum);
        let tells = |at: usize| {
            let records = space.rows(at / sources.max(1)) as f64;
            let share = (without[at] as f64 + UNSEEN) / (records + UNSEEN);
            Bits::of((-share.log2()).clamp(0.0, BITS_MAX))
        };
        Self { bits: (0..sources * sources).map(tells).collect(), sources }
    }

    /// What it tells of records of two sources that neither person has one in the other's source.
    fn between(&self, a: usize, b: usize) -> Bits {
        let of = |own: usize, other: usize| self.bits.get(own * self.sources + other).copied();
        of(a, b).unwrap_or_default() + of(b, a).unwrap_or_default()
    }
}

/// Looks again at the pairs that are not linked, show no contradiction and are of two people of whom
/// neither has a record in the other's source. Their weights change in place; those that become links
/// or reviews move from the non-links to `pairs`. Both are sorted by left, then right record, before
/// and after. How many links there are more.
///
/// `clusters` names each record's person of the first look by one of its records. O(records) and
/// comparing the pairs once more, in parallel.
pub(super) fn look_again(
    judge: &Judge<'_>,
    clusters: &[u32],
    pairs: &mut Vec<Pair>,
    non_links: &mut Vec<Pair>,
) -> usize {
    let space = judge.space;
    let mut sources_of: Vec<Sources> = vec![0; clusters.len()];
    for (record, &cluster) in clusters.iter().enumerate() {
        sources_of[cluster as usize] |= 1 << space.source(record as u32);
    }
    let unpartnered = Unpartnered::count(space, clusters, &sources_of);
    let has = |record: u32, source: usize| sources_of[clusters[record as usize] as usize] >> source & 1 == 1;
    let is_open = |pair: &&mut Pair| {
        let (a, b) = (space.source(pair.left), space.source(pair.right));
        !pair.links && pair.reason == 0 && !has(pair.left, b) && !has(pair.right, a)
    };
    let all = pairs.par_iter_mut().chain(non_links.par_iter_mut());
    let mut open: Vec<&mut Pair> = all.filter(is_open).collect();
    let weigh =
        |scratch: &mut Scratch, some: &mut [&mut Pair]| weigh_again(judge, &unpartnered, some, scratch);
    open.par_chunks_mut(BATCH).for_each_init(Scratch::default, weigh);
    let links = open.iter().filter(|pair| pair.links).count();
    let is_raised = |pair: &mut Pair| pair.reason == 0 && pair.weight >= judge.review_from;
    let raised: Vec<Pair> = non_links.extract_if(.., is_raised).map(Pair::no_non_link).collect();
    if !raised.is_empty() {
        pairs.extend(raised);
        pairs.sort_by_key(|pair| (pair.left, pair.right));
    }
    links
}

/// Weighs some pairs once more, kin having become less likely.
fn weigh_again(judge: &Judge<'_>, unpartnered: &Unpartnered, some: &mut [&mut Pair], scratch: &mut Scratch) {
    let places = 0..some.len() as u32;
    let batch = Candidates {
        records: some.iter().flat_map(|pair| [pair.left, pair.right]).collect(),
        left: places.clone().map(|at| 2 * at).collect(),
        right: places.map(|at| 2 * at + 1).collect(),
    };
    judge.compare(&batch, scratch);
    for (pair, evidence) in some.iter_mut().zip(&scratch.evidence) {
        let (a, b) = (judge.space.source(pair.left), judge.space.source(pair.right));
        let weight = evidence.against_kin(unpartnered.between(a, b)).match_weight(judge.priors.between(a, b));
        if weight > pair.weight {
            pair.flags |= FLAG_SECOND_LOOK;
            pair.weight = weight;
            pair.links = weight >= judge.link_from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seldom_lacking_tells_much_and_a_few_records_tell_nothing() {
        // Of 1,000 residents ten have no card, of 990 cards none is without a resident.
        let space = RecordSpace::of_rows(&[1000, 990]);
        let clusters: Vec<u32> = (0..1000).chain(0..990).collect();
        let mut sources_of = vec![0; 1990];
        sources_of[..990].fill(0b11);
        sources_of[990..1000].fill(0b01);
        let told = Unpartnered::count(&space, &clusters, &sources_of);
        let bits = |records: f64, without: f64| Bits::of(-((without + UNSEEN) / (records + UNSEEN)).log2());
        assert_eq!(told.between(0, 1), bits(1000.0, 10.0) + bits(990.0, 0.0));
        assert_eq!(told.between(0, 1), told.between(1, 0));
        let alone = Unpartnered::count(&RecordSpace::of_rows(&[1, 1]), &[0, 1], &[0b01, 0b10]);
        assert_eq!(alone.between(0, 1), Bits::default());
    }
}
