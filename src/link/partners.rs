//! Who has which records already → what that tells of a doubtful pair.
//!
//! Of two residents of one name and birth date only one has the insurance card in question; whoever has
//! a card already seldom has another. So of each doubtful pair it is asked whether either record's person
//! has another record in the other's source (a *partner*), whether links beyond doubt make the two one
//! person already, or whether by such links each is another resident (of a source that has each person once).
//! What the levels tell is learnt ([`doubt`](super::doubt)), for each pair of sources. A source in which
//! a person has several records (SIMs, events) thereby teaches that a partner says little. Pairs that kin would
//! explain best are learnt from by themselves: twins each have records of their own, so that two records without
//! partners are hardly those of twins, while a stranger who happens to be alike may well be someone else
//! who lacks one.
//!
//! Cost: O(records) for the count of partners, and one pass over the doubtful pairs.

use super::cluster;
use super::doubt::is_doubtful;
use super::links::{FLAG_KIN, Pair};
use super::space::RecordSpace;

/// Neither has a partner, the left record's person has, the right one's has, both have; or sure links make
/// the two records one person already, or two different residents.
pub(super) const LEVELS: usize = 6;
/// The level of what sure links join.
const JOINED: usize = 4;
/// The level of two who are each another record of a source that has each person once.
const PARTED: usize = 5;

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
    /// By source: whether it has each person once.
    pub(super) one_person: &'a [bool],
    /// By record that names a person by links beyond doubt: whether it holds a record of such a source.
    pub(super) settled: &'a [bool],
}

/// By record that names a person: whether the person has a record in a source that has each person once.
pub(super) fn settled(space: &RecordSpace, surely: &[u32], one_person: &[bool]) -> Vec<bool> {
    let mut settled = vec![false; surely.len()];
    for source in (0..space.sources()).filter(|&source| one_person.get(source) == Some(&true)) {
        for row in 0..space.rows(source) {
            settled[surely[space.first(source) + row] as usize] = true;
        }
    }
    settled
}

impl Known<'_> {
    /// By left and right source and whether kin are the rival explanation.
    pub(super) fn kinds(&self) -> usize {
        2 * self.space.sources() * self.space.sources()
    }

    /// Where pairs of its kind are counted.
    pub(super) fn kind(&self, pair: &Pair) -> usize {
        let (a, b) = (self.space.source(pair.left), self.space.source(pair.right));
        2 * (a * self.space.sources() + b) + usize::from(pair.flags & FLAG_KIN != 0)
    }

    /// Whether sure links make the two records different people of a source that has each person once. Of two
    /// records of that source it is not asked, for it would be said of all.
    fn are_parted(&self, [left, right]: [u32; 2]) -> bool {
        let is_one_person = |record| self.one_person.get(self.space.source(record)) == Some(&true);
        let is_settled = |record: u32| self.settled[self.surely[record as usize] as usize];
        let is_asked = !(is_one_person(left) && is_one_person(right));
        is_asked
            && self.surely[left as usize] != self.surely[right as usize]
            && is_settled(left)
            && is_settled(right)
    }

    /// Where pairs of its kind are counted, and the level.
    pub(super) fn seen(&self, pair: &Pair) -> (usize, usize) {
        let [left, right] = [pair.left, pair.right];
        let (a, b) = (self.space.source(left), self.space.source(right));
        let kind = self.kind(pair);
        if self.surely[left as usize] == self.surely[right as usize] {
            return (kind, JOINED);
        }
        if self.are_parted([left, right]) {
            return (kind, PARTED);
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

#[cfg(test)]
mod tests {
    use super::super::bits::Bits;
    use super::*;

    #[test]
    fn a_pair_itself_is_no_partner_of_its_records() {
        // One person with two SIMs (2, 3) and a residence record (0), and another residence record (1).
        let space = RecordSpace::of_rows(&[2, 2]);
        let clusters = [0, 1, 0, 0];
        let holdings = holdings(&space, &clusters);
        let one_person = [true, false];
        let seen = |links: &[(u32, u32)], left, right| {
            let sure = |&(left, right): &(u32, u32)| Pair {
                left,
                right,
                weight: Bits::of(20.0),
                links: true,
                ..Pair::default()
            };
            let surely = surely(4, &links.iter().map(sure).collect::<Vec<_>>());
            let settled = settled(&space, &surely, &one_person);
            let (surely, settled, one_person) = (&surely, &settled, &one_person);
            let (space, clusters, holdings) = (&space, &clusters, &holdings);
            let known = Known { space, clusters, holdings, surely, one_person, settled };
            let pair = Pair { left, right, ..Pair::default() };
            known.seen(&pair).1
        };
        assert_eq!(seen(&[], 0, 2), 1, "the other SIM is a partner of the resident");
        assert_eq!(seen(&[], 1, 2), 2, "the SIM's person has a residence record");
        assert_eq!(seen(&[], 2, 3), 0, "no third SIM");
        assert_eq!(seen(&[], 0, 1), 0);
        assert_eq!(seen(&[(0, 2), (0, 3)], 2, 3), JOINED);
        assert_eq!(seen(&[(0, 2), (1, 3)], 2, 3), PARTED, "each is another resident");
        assert_eq!(seen(&[(0, 2)], 1, 2), PARTED, "the SIM is surely the other resident's");
        assert_eq!(seen(&[(0, 2), (1, 3)], 0, 1), 0, "of two residents nobody asks");
    }
}
