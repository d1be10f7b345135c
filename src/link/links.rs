//! Linked and reviewed pairs, column by column: some 20 bytes a pair.

use rayon::prelude::*;

use super::bits::Bits;
use super::space::RecordSpace;
use crate::table::{RecordRef, SourceIndex};

/// A comparison vector: one level of 4 bits a comparison, in the order of the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Levels(pub u64);

impl Levels {
    /// The level of a comparison, by place; 0 is `missing`.
    pub fn get(self, comparison: usize) -> u8 {
        (self.0 >> (4 * comparison)) as u8 & 15
    }

    /// The same vector with one comparison's level set.
    #[must_use]
    pub fn with(self, comparison: usize, level: u8) -> Self {
        let shift = 4 * comparison;
        Self(self.0 & !(15 << shift) | u64::from(level) << shift)
    }
}

/// What is done with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// One person.
    Link,
    /// To be looked at by a clerk.
    Review,
    /// Two people, though not beyond all doubt.
    NonLink,
}

/// A pair of records held to be one person, or to be looked at: one row of a [`LinkTable`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link<'a> {
    /// The lesser record.
    pub left: RecordRef,
    /// The greater record.
    pub right: RecordRef,
    /// log2 of the odds that both are one person, in bits.
    pub match_weight_bits: f64,
    /// Probability that both are one person, 0 to 1.
    pub match_probability: f64,
    /// What follows from it.
    pub decision: Decision,
    /// Why a pair is under review: cut, tied, contradicted.
    pub reason: Option<&'a str>,
    /// The first blocking rule that met the pair.
    pub blocking_rule: u16,
    /// One level a comparison.
    pub levels: Levels,
    /// Whether the weight is that of the second look, which knows who has which records.
    pub looked_twice: bool,
}

/// A pair before it stands in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) levels: Levels,
    /// log2 of the odds that both are one person.
    pub(super) weight: Bits,
    pub(super) blocking_rule: u8,
    pub(super) links: bool,
    /// [`FLAG_NON_LINK`], [`FLAG_SECOND_LOOK`], [`FLAG_KIN`] and [`FLAG_TWO_NUMBERS`].
    pub(super) flags: u8,
    /// 0: none; else one more than the place among the table's reasons.
    pub(super) reason: u8,
}

/// Neither a link nor for review.
pub(super) const FLAG_NON_LINK: u8 = 1;
/// Weighed without the identifier that says what it is, to calibrate by; never part of a result.
pub(super) const FLAG_MASKED: u8 = 4;
/// Kin are the likelier explanation of the two, if the pair is of two people.
pub(super) const FLAG_KIN: u8 = 8;
/// Sure links give the two records' people different identifiers.
pub(super) const FLAG_TWO_NUMBERS: u8 = 16;
/// The weight has in it who has which records.
pub(super) const FLAG_SECOND_LOOK: u8 = 2;

impl Pair {
    /// The same pair, worth a look after all.
    pub(super) fn no_non_link(self) -> Self {
        Self { flags: self.flags & !FLAG_NON_LINK, ..self }
    }

    fn decision(&self) -> Decision {
        match (self.links, self.flags & FLAG_NON_LINK != 0) {
            (true, _) => Decision::Link,
            (false, true) => Decision::NonLink,
            (false, false) => Decision::Review,
        }
    }
}

/// Left records of a piece of pairs that is put in order by itself, in cache: 2 to this power.
const PIECE_BITS: u32 = 13;
/// Groups of lists of kept pairs, each distributed by one thread: enough to share them out evenly, few
/// enough that the places of all pieces in all groups take no room to speak of.
const GROUPS: usize = 64;

/// Pairs of so many records in the order of their left, then right records.
///
/// Scattered by left record into pieces that are sorted in cache, each by itself. O(n) and the
/// sort of the pieces, in parallel.
pub(super) fn in_order(kept: Vec<Vec<Pair>>, records: usize) -> Vec<Pair> {
    let pieces = (records >> PIECE_BITS) + 1;
    let group = kept.len().div_ceil(GROUPS).max(1);
    let counts: Vec<Vec<usize>> = kept.par_chunks(group).map(|group| count_pieces(group, pieces)).collect();
    let of_pieces: Vec<usize> =
        (0..pieces).map(|at| counts.iter().map(|of_group| of_group[at]).sum()).collect();
    let all: usize = of_pieces.iter().sum();
    // On all threads, because the first touch of so much memory takes its time.
    let mut pairs: Vec<Pair> = (0..all).into_par_iter().map(|_| Pair::default()).collect();
    let places = places(&mut pairs, &counts);
    kept.par_chunks(group).zip(places).for_each(|(group, places)| scatter(group, places));
    drop(kept);
    let mut rest = pairs.as_mut_slice();
    let own = |&len: &usize| rest.split_off_mut(..len).unwrap_or_default();
    let of_pieces: Vec<&mut [Pair]> = of_pieces.iter().map(own).collect();
    let order = |pair: &Pair| u64::from(pair.left) << 32 | u64::from(pair.right);
    of_pieces.into_par_iter().for_each(|own| own.sort_unstable_by_key(order));
    pairs
}

fn piece(pair: &Pair) -> usize {
    (pair.left >> PIECE_BITS) as usize
}

/// How many pairs of each piece a group of lists has.
fn count_pieces(group: &[Vec<Pair>], pieces: usize) -> Vec<usize> {
    let mut counts = vec![0; pieces];
    group.iter().flatten().for_each(|pair| counts[piece(pair)] += 1);
    counts
}

/// Where each group's pairs of each piece go: piece by piece, and within it group by group.
fn places<'p>(mut pairs: &'p mut [Pair], counts: &[Vec<usize>]) -> Vec<Vec<&'p mut [Pair]>> {
    let pieces = counts.first().map_or(0, Vec::len);
    let mut places: Vec<Vec<&mut [Pair]>> = counts.iter().map(|_| Vec::with_capacity(pieces)).collect();
    for at in 0..pieces {
        for (places, counts) in places.iter_mut().zip(counts) {
            places.push(pairs.split_off_mut(..counts[at]).unwrap_or_default());
        }
    }
    places
}

/// Puts a group's pairs to their places.
fn scatter(group: &[Vec<Pair>], places: Vec<&mut [Pair]>) {
    let mut places: Vec<std::slice::IterMut<'_, Pair>> = places.into_iter().map(<[Pair]>::iter_mut).collect();
    for pair in group.iter().flatten() {
        if let Some(place) = places[piece(pair)].next() {
            *place = *pair;
        }
    }
}

/// Puts some pairs among others, both sorted by left, then right record. O(n), in place.
pub(super) fn merge_in(pairs: &mut Vec<Pair>, more: Vec<Pair>) {
    let order = |pair: &Pair| (pair.left, pair.right);
    let mut old = pairs.len();
    pairs.resize(old + more.len(), Pair::default());
    // From behind, so that nothing is written over that is still to be moved.
    for (behind, pair) in more.into_iter().enumerate().rev() {
        while old > 0 && order(&pairs[old - 1]) > order(&pair) {
            old -= 1;
            pairs[old + behind + 1] = pairs[old];
        }
        pairs[old + behind] = pair;
    }
}

/// Takes the non-links out of the kept pairs. O(n), in parallel.
pub(super) fn take_non_links(kept: &mut [Vec<Pair>]) -> Vec<Vec<Pair>> {
    let take = |piece: &mut Vec<Pair>| piece.extract_if(.., |pair| pair.flags & FLAG_NON_LINK != 0).collect();
    kept.par_iter_mut().map(take).collect()
}

/// Pairs of one sort, sorted by left, then right record; `left < right`: the linked and reviewed
/// ones, or the non-links.
#[derive(Clone, Debug, Default)]
pub struct LinkTable {
    space: RecordSpace,
    left: Vec<u32>,
    right: Vec<u32>,
    levels: Vec<Levels>,
    weights: Vec<Bits>,
    blocking_rule: Vec<u8>,
    decisions: Vec<Decision>,
    looked_twice: Vec<bool>,
    reason: Vec<u8>,
    reasons: Vec<String>,
}

impl LinkTable {
    /// The table of pairs sorted by left, then right. O(n), in parallel.
    pub(super) fn new(space: RecordSpace, pairs: &[Pair], reasons: Vec<String>) -> Self {
        debug_assert!(pairs.is_sorted_by_key(|pair| (pair.left, pair.right)));
        Self {
            space,
            left: column(pairs, |pair| pair.left),
            right: column(pairs, |pair| pair.right),
            levels: column(pairs, |pair| pair.levels),
            weights: column(pairs, |pair| pair.weight),
            blocking_rule: column(pairs, |pair| pair.blocking_rule),
            decisions: column(pairs, Pair::decision),
            looked_twice: column(pairs, |pair| pair.flags & FLAG_SECOND_LOOK != 0),
            reason: column(pairs, |pair| pair.reason),
            reasons,
        }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The lesser record of a pair.
    pub fn left(&self, at: usize) -> RecordRef {
        self.space.name(self.left[at])
    }

    /// The greater record of a pair.
    pub fn right(&self, at: usize) -> RecordRef {
        self.space.name(self.right[at])
    }

    /// log2 of the odds that a pair is one person, in bits.
    pub fn match_weight_bits(&self, at: usize) -> f64 {
        self.weights[at].number()
    }

    /// The log odds that a pair is one person.
    pub fn weight(&self, at: usize) -> Bits {
        self.weights[at]
    }

    /// Probability that a pair is one person, 0 to 1.
    pub fn match_probability(&self, at: usize) -> f64 {
        self.weights[at].probability()
    }

    /// What is done with a pair.
    pub fn decision(&self, at: usize) -> Decision {
        self.decisions[at]
    }

    /// Why a pair is under review, where that is more than its probability.
    pub fn reason(&self, at: usize) -> Option<&str> {
        usize::from(self.reason[at]).checked_sub(1).map(|reason| self.reasons[reason].as_str())
    }

    /// The first blocking rule that met a pair, by place.
    pub fn blocking_rule(&self, at: usize) -> u16 {
        u16::from(self.blocking_rule[at])
    }

    /// A pair's comparison vector.
    pub fn levels(&self, at: usize) -> Levels {
        self.levels[at]
    }

    /// Whether a pair's weight is that of the second look.
    pub fn looked_twice(&self, at: usize) -> bool {
        self.looked_twice[at]
    }

    /// A whole row.
    pub fn get(&self, at: usize) -> Link<'_> {
        Link {
            left: self.left(at),
            right: self.right(at),
            match_weight_bits: self.match_weight_bits(at),
            match_probability: self.match_probability(at),
            decision: self.decision(at),
            reason: self.reason(at),
            blocking_rule: self.blocking_rule(at),
            levels: self.levels(at),
            looked_twice: self.looked_twice(at),
        }
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Link<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// What is said of each pair.
fn column<T: Send>(pairs: &[Pair], of: impl Fn(&Pair) -> T + Send + Sync) -> Vec<T> {
    pairs.par_iter().with_min_len(1 << 14).map(of).collect()
}

/// Any pairs in any order, for tests of later stages and for pairs that come from elsewhere.
/// Equal pairs are kept once each time they are given; O(n log n).
impl<'a> FromIterator<Link<'a>> for LinkTable {
    fn from_iter<I: IntoIterator<Item = Link<'a>>>(links: I) -> Self {
        let mut links: Vec<Link<'_>> = links.into_iter().collect();
        links.sort_by_key(|link| (link.left, link.right));
        let mut table = Self { space: space_of(&links), ..Self::default() };
        for link in links {
            table.left.push(table.space.number(link.left));
            table.right.push(table.space.number(link.right));
            table.levels.push(link.levels);
            table.weights.push(Bits::of_probability(link.match_probability));
            table.blocking_rule.push(link.blocking_rule as u8);
            table.decisions.push(link.decision);
            table.looked_twice.push(link.looked_twice);
            let reason = link.reason.map(|reason| place(&mut table.reasons, reason.to_owned()) + 1);
            table.reason.push(reason.unwrap_or(0) as u8);
        }
        table
    }
}

/// The place of a value in a short list, which it joins if it is new.
fn place<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter().position(|other| *other == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}

fn space_of(links: &[Link<'_>]) -> RecordSpace {
    let named = || links.iter().flat_map(|link| [link.left, link.right]);
    let sources = named().map(|record| record.source.index() + 1).max().unwrap_or(0);
    let rows = |source| {
        let of = named().filter(|record| record.source == SourceIndex(source as u8));
        of.map(|record| record.row as usize + 1).max().unwrap_or(0)
    };
    RecordSpace::of_rows(&(0..sources).map(rows).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_gives_back_the_links_it_was_made_of_in_order() {
        let record = |source, row| RecordRef::new(SourceIndex(source), row);
        let link = |left, right, reason| Link {
            left,
            right,
            match_weight_bits: 2.0,
            match_probability: 0.8,
            decision: if reason == Some("tie") { Decision::Review } else { Decision::Link },
            reason,
            blocking_rule: 3,
            levels: Levels::default().with(0, 1).with(15, 9),
            looked_twice: reason.is_none(),
        };
        let first = link(record(0, 4), record(2, 0), None);
        let second = link(record(1, 1), record(2, 7), Some("tie"));
        let table: LinkTable = [second, first].into_iter().collect();
        assert_eq!(table.iter().collect::<Vec<_>>(), [first, second]);
        assert_eq!((table.levels(0).get(0), table.levels(0).get(15), table.levels(0).get(7)), (1, 9, 0));
    }

    #[test]
    fn pairs_are_put_in_order_over_all_pieces() {
        let pair =
            |at: u32| Pair { left: at.wrapping_mul(7919) % 30_000, right: 30_000 + at, ..Pair::default() };
        let pairs: Vec<Pair> = (0..5_000).map(pair).collect();
        let mut sorted = pairs.clone();
        sorted.sort_by_key(|pair| (pair.left, pair.right));
        assert_eq!(in_order(vec![pairs[..9].to_vec(), vec![], pairs[9..].to_vec()], 35_000), sorted);
        let ones = pairs.iter().map(|pair| vec![*pair]).collect();
        assert_eq!(in_order(ones, 35_000), sorted);
        assert_eq!(in_order(vec![], 0), []);
    }

    proptest! {
        #[test]
        fn pairs_put_among_others_are_in_order(
            old in prop::collection::btree_set((0..9_u32, 0..9_u32), 0..40),
            more in prop::collection::btree_set((0..9_u32, 0..9_u32), 0..40),
        ) {
            let pair = |&(left, right): &(u32, u32)| Pair { left, right, ..Pair::default() };
            let mut pairs: Vec<Pair> = old.difference(&more).map(pair).collect();
            merge_in(&mut pairs, more.iter().map(pair).collect());
            let all: Vec<Pair> = old.union(&more).map(pair).collect();
            prop_assert_eq!(pairs, all);
        }
    }
}
