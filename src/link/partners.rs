//! Who has which records already → what that tells of a doubtful pair.
//!
//! Of two residents of one name and birth date only one has the insurance card in question; whoever has
//! a card already seldom has another. So of each doubtful pair it is asked whether either record's person
//! has another record in the other's source (a *partner*), whether links beyond doubt make the two one
//! person already, whether by such links each is another resident (of a source that has each person once), or each has
//! another number ([`numbers`](super::numbers)).
//! What the levels tell is learnt ([`doubt`](super::doubt)), for each pair of sources. A source in which
//! a person has several records (SIMs, events) thereby teaches that a partner says little. Pairs that kin would
//! explain best are learnt from by themselves: twins each have records of their own, so that two records without
//! partners are hardly those of twins, while a stranger who happens to be alike may well be someone else
//! who lacks one.
//!
//! The answer must not hang on the pair's own weight, or else nothing can be learnt from how answers go with weights. So people
//! are those of links beyond doubt, and what is linked to them by other links counts beside them, but for
//! what is linked to the pair's other side.
//!
//! Cost: O(records) for the count of partners, and one pass over the doubtful pairs.

use rayon::prelude::*;

use super::cluster;
use super::doubt::is_doubtful;
use super::links::{FLAG_KIN, FLAG_TWO_NUMBERS, Pair};
use super::space::RecordSpace;

/// Neither has a partner, the left record's person has, the right one's has, both have; or sure links make
/// the two records one person already, or two different residents, or two people of different identifiers.
pub(super) const LEVELS: usize = 7;
/// The level of what sure links join.
const JOINED: usize = 4;
/// The level of two who are each another record of a source that has each person once.
const PARTED: usize = 5;
/// The level of two whose people have different identifiers.
const TWO_NUMBERS: usize = 6;

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

/// Which people doubtful links join with which, either way round, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbours(Vec<(u32, u32)>);

impl Neighbours {
    /// Of people by links beyond doubt and all links. O(pairs), in parallel.
    pub(super) fn of(surely: &[u32], pairs: &[Pair]) -> Self {
        let ends = |pair: &Pair| [pair.left, pair.right].map(|record| surely[record as usize]);
        let links = pairs.par_iter().filter(|pair| pair.links && is_doubtful(pair.weight)).map(ends);
        let apart = links.filter(|[left, right]| left != right);
        let mut all: Vec<(u32, u32)> =
            apart.flat_map_iter(|[left, right]| [(left, right), (right, left)]).collect();
        all.par_sort_unstable();
        all.dedup();
        Self(all)
    }

    fn of_person(&self, person: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.0.partition_point(|&(one, _)| one < person);
        self.0[first..].iter().take_while(move |(one, _)| *one == person).map(|&(_, other)| other)
    }
}

/// The people of links beyond doubt.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) space: &'a RecordSpace,
    /// Each record's person, named by one of its records.
    pub(super) surely: &'a [u32],
    pub(super) holdings: &'a [Holdings],
    pub(super) neighbours: &'a Neighbours,
    /// By source: whether it has each person once.
    pub(super) one_person: &'a [bool],
    /// By record that names a person: whether it holds a record of such a source.
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
    /// Where pairs of its kind are counted: by left and right source and whether kin are the rival
    /// explanation.
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
        (self.kind(pair), self.level(pair))
    }

    fn level(&self, pair: &Pair) -> usize {
        let [left, right] = [pair.left, pair.right];
        let (a, b) = (self.space.source(left), self.space.source(right));
        let people = [left, right].map(|record| self.surely[record as usize]);
        if people[0] == people[1] {
            return JOINED;
        }
        if pair.flags & FLAG_TWO_NUMBERS != 0 {
            return TWO_NUMBERS;
        }
        if self.are_parted([left, right]) {
            return PARTED;
        }
        let [left_has, right_has] =
            [self.has(people, b, a == b), self.has([people[1], people[0]], a, a == b)];
        match (left_has, right_has) {
            // Within a source it does not matter which of the two.
            (true, false) if a == b => 2,
            _ => usize::from(left_has) + 2 * usize::from(right_has),
        }
    }

    /// Whether a person has a record of a source beside one of its own, if that is of this source, or is
    /// linked to one that is not the other person's.
    fn has(&self, [person, other]: [u32; 2], source: usize, is_own: bool) -> bool {
        let holds = |person: u32| self.holdings[person as usize].of(source);
        let others = || self.neighbours.of_person(person).filter(|&neighbour| neighbour != other);
        holds(person) > u64::from(is_own) || others().any(|neighbour| holds(neighbour) > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::Bits;
    use super::*;

    /// One person with two SIMs (2, 3) and a residence record (0), and another residence record (1), by links of
    /// so many bits.
    fn seen(links: &[(u32, u32, f64)], flags: u8, left: u32, right: u32) -> usize {
        let space = RecordSpace::of_rows(&[2, 2]);
        let one_person = [true, false];
        let link = |&(left, right, bits): &(u32, u32, f64)| Pair {
            left,
            right,
            weight: Bits::of(bits),
            links: true,
            ..Pair::default()
        };
        let links = links.iter().map(link).collect::<Vec<_>>();
        let surely = surely(4, &links);
        let known = Known {
            space: &space,
            surely: &surely,
            holdings: &holdings(&space, &surely),
            neighbours: &Neighbours::of(&surely, &links),
            one_person: &one_person,
            settled: &settled(&space, &surely, &one_person),
        };
        known.seen(&Pair { left, right, flags, ..Pair::default() }).1
    }

    #[test]
    fn sure_links_join_and_part() {
        let sure = |links: &[(u32, u32)]| links.iter().map(|&(a, b)| (a, b, 20.0)).collect::<Vec<_>>();
        assert_eq!(seen(&sure(&[(0, 2), (0, 3)]), 0, 2, 3), JOINED);
        assert_eq!(seen(&sure(&[(0, 2), (1, 3)]), 0, 2, 3), PARTED, "each is another resident");
        assert_eq!(seen(&sure(&[(0, 2)]), 0, 1, 2), PARTED, "the SIM is surely the other resident's");
        assert_eq!(seen(&sure(&[(0, 2), (1, 3)]), 0, 0, 1), 0, "of two residents nobody asks");
        assert_eq!(seen(&sure(&[(0, 2)]), FLAG_TWO_NUMBERS, 1, 3), TWO_NUMBERS);
        assert_eq!(seen(&sure(&[(0, 2)]), 0, 0, 3), 1, "the resident has another SIM");
        assert_eq!(seen(&sure(&[(0, 2)]), 0, 2, 3), 0, "nobody has a third SIM");
    }

    #[test]
    fn a_pair_itself_is_no_partner_of_its_records() {
        assert_eq!(seen(&[(0, 2, 5.0)], 0, 0, 2), 0);
        assert_eq!(
            seen(&[(0, 2, 5.0), (0, 3, 5.0)], 0, 0, 2),
            1,
            "the other SIM is a partner of the resident"
        );
        assert_eq!(seen(&[(0, 2, 5.0)], 0, 1, 2), 2, "the SIM's person has a residence record");
        assert_eq!(seen(&[(0, 2, 5.0), (2, 3, 20.0)], 0, 0, 2), 0, "both SIMs are the pair's other side");
    }
}
