//! Links → people: connected components, cut where they contradict themselves.
//!
//! Only components that are not fully linked can hide a contradiction, and only
//! between their unlinked records. Such a component is built up again from its
//! strongest links down: a link joins two clusters unless some record of one
//! contradicts some record of the other; then it goes to review. Links of equal
//! strength that would join contradicting clusters over a shared neighbour are
//! ties: all of them go to review, none is left to chance.
//!
//! Output: which pairs link in the end, and each record's cluster. Invariant: a
//! pair links if and only if both its records are of one cluster.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::blocking::Candidates;
use super::decide::Judge;
use super::links::{Levels, Pair};

/// More records than one person has in all sources; beyond it the weakest links go first.
const CLUSTER_SIZE_MAX: usize = 200;

/// Records in clusters, each named by its least record.
#[derive(Clone, Debug)]
pub(super) struct UnionFind(Vec<u32>);

impl UnionFind {
    /// Each record by itself.
    pub(super) fn new(records: usize) -> Self {
        Self((0..records as u32).collect())
    }

    /// The least record of a record's cluster. Near O(1) amortised.
    pub(super) fn find(&mut self, mut record: u32) -> u32 {
        while self.0[record as usize] != record {
            let above = self.0[self.0[record as usize] as usize];
            self.0[record as usize] = above;
            record = above;
        }
        record
    }

    /// Joins two records' clusters.
    pub(super) fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// Each record's cluster. O(n): a record points to a lesser one.
    pub(super) fn finish(mut self) -> Vec<u32> {
        for record in 0..self.0.len() {
            self.0[record] = self.0[self.0[record] as usize];
        }
        self.0
    }
}

/// Strength of a pair: what its acceptance rule is worth, then how many comparisons agree exactly.
pub(super) struct Strength {
    /// By acceptance rule: its place by probability; equal probabilities have equal places.
    ranks: Vec<u32>,
    comparisons: usize,
}

impl Strength {
    /// Of pairs under acceptance rules of these probabilities.
    pub(super) fn new(probabilities: &[f64], comparisons: usize) -> Self {
        let rank = |p: &f64| probabilities.iter().filter(|other| *other < p).count() as u32;
        Self { ranks: probabilities.iter().map(rank).collect(), comparisons }
    }

    fn of(&self, pair: &Pair) -> u32 {
        let exact = (0..self.comparisons).filter(|&at| pair.levels.get(at) == 1).count();
        self.ranks[usize::from(pair.rule)] << 8 | exact as u32
    }
}

/// Decides which pairs link in the end and gives each record's cluster.
///
/// `groups` tells records of the sources in `one_person` apart. O(pairs) plus, for
/// components that are not fully linked, the square of their sizes.
pub(super) fn cluster(
    judge: &Judge<'_>,
    strength: &Strength,
    pairs: &mut [Pair],
    groups: &[u32],
    one_person: &[bool],
) -> Vec<u32> {
    let components = Components::of(judge.space.len(), pairs);
    let reasons: Vec<(u32, u8)> = (0..components.len())
        .into_par_iter()
        .with_min_len(4096)
        .flat_map_iter(|at| {
            let cutter = Cutter { judge, strength, pairs, groups, one_person };
            cutter.cut_component(components.members(at), components.edges(at))
        })
        .collect();
    for (at, reason) in reasons {
        let pair = &mut pairs[at as usize];
        (pair.links, pair.reason) = (false, reason);
    }
    let mut clusters = UnionFind::new(judge.space.len());
    for pair in pairs.iter().filter(|pair| pair.links) {
        clusters.union(pair.left, pair.right);
    }
    let clusters = clusters.finish();
    // A pair that other links make one person is one: links and people never disagree.
    for pair in pairs.iter_mut().filter(|pair| !pair.links) {
        if clusters[pair.left as usize] == clusters[pair.right as usize] {
            (pair.links, pair.reason) = (true, 0);
        }
    }
    clusters
}

/// Connected components of two records or more, with their links.
struct Components {
    members: Vec<u32>,
    edges: Vec<u32>,
    /// One past each component's last member and last edge.
    ends: Vec<(u32, u32)>,
}

impl Components {
    fn of(records: usize, pairs: &[Pair]) -> Self {
        let mut all = UnionFind::new(records);
        for pair in pairs.iter().filter(|pair| pair.links) {
            all.union(pair.left, pair.right);
        }
        let root = all.finish();
        // Sorted by component, then record; a pair is in the component of its left record.
        let mut members: Vec<(u32, u32)> =
            root.iter().enumerate().map(|(record, &root)| (root, record as u32)).collect();
        members.par_sort_unstable();
        let mut edges: Vec<(u32, u32)> = (0..pairs.len() as u32)
            .filter(|&at| pairs[at as usize].links)
            .map(|at| (root[pairs[at as usize].left as usize], at))
            .collect();
        edges.par_sort_unstable();
        let mut found = Self { members: Vec::new(), edges: Vec::new(), ends: Vec::new() };
        let mut next = edges.iter().peekable();
        for component in members.chunk_by(|a, b| a.0 == b.0).filter(|component| component.len() > 1) {
            found.members.extend(component.iter().map(|(_, record)| record));
            while let Some((_, at)) = next.next_if(|edge| edge.0 == component[0].0) {
                found.edges.push(*at);
            }
            found.ends.push((found.members.len() as u32, found.edges.len() as u32));
        }
        found
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, at: usize) -> (u32, u32) {
        at.checked_sub(1).map_or((0, 0), |before| self.ends[before])
    }

    fn members(&self, at: usize) -> &[u32] {
        &self.members[self.start(at).0 as usize..self.ends[at].0 as usize]
    }

    fn edges(&self, at: usize) -> &[u32] {
        &self.edges[self.start(at).1 as usize..self.ends[at].1 as usize]
    }
}

/// What cutting one component needs.
struct Cutter<'a> {
    judge: &'a Judge<'a>,
    strength: &'a Strength,
    pairs: &'a [Pair],
    groups: &'a [u32],
    one_person: &'a [bool],
}

/// A link between two members of a component, by their places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edge {
    a: usize,
    b: usize,
    strength: u32,
}

impl Cutter<'_> {
    /// The links to be cut, each with its reason.
    fn cut_component(&self, members: &[u32], edges: &[u32]) -> Vec<(u32, u8)> {
        let size = members.len();
        if edges.len() == size * (size - 1) / 2 {
            return Vec::new();
        }
        if size > CLUSTER_SIZE_MAX {
            return self.cut_too_large(edges);
        }
        let place = |record| members.binary_search(&record).unwrap_or(0);
        let local: Vec<Edge> = edges
            .iter()
            .map(|&at| &self.pairs[at as usize])
            .map(|pair| Edge { a: place(pair.left), b: place(pair.right), strength: self.strength.of(pair) })
            .collect();
        let contradictions = self.contradictions(members, &local);
        if contradictions.reasons.iter().all(|&reason| reason == 0) {
            return Vec::new();
        }
        let cut = cut(&contradictions, &local, self.judge.reasons.tie);
        edges.iter().copied().zip(cut).filter(|(_, reason)| *reason != 0).collect()
    }

    /// Takes the weakest links out, then looks at each of the pieces.
    fn cut_too_large(&self, edges: &[u32]) -> Vec<(u32, u8)> {
        let strength = |at: &u32| self.strength.of(&self.pairs[*at as usize]);
        let weakest = edges.iter().map(strength).min().unwrap_or(0);
        let (stay, go): (Vec<u32>, Vec<u32>) = edges.iter().partition(|at| strength(at) > weakest);
        let mut found: Vec<(u32, u8)> = go.iter().map(|&at| (at, self.judge.reasons.too_large)).collect();
        for (members, edges) in self.pieces(&stay) {
            found.extend(self.cut_component(&members, &edges));
        }
        found
    }

    /// The components of some links.
    fn pieces(&self, edges: &[u32]) -> Vec<(Vec<u32>, Vec<u32>)> {
        let ends = |at: u32| (self.pairs[at as usize].left, self.pairs[at as usize].right);
        let mut records: Vec<u32> = edges.iter().flat_map(|&at| [ends(at).0, ends(at).1]).collect();
        records.sort_unstable();
        records.dedup();
        let place = |record| records.binary_search(&record).unwrap_or(0) as u32;
        let mut sets = UnionFind::new(records.len());
        for &at in edges {
            sets.union(place(ends(at).0), place(ends(at).1));
        }
        let root = sets.finish();
        let mut pieces: std::collections::BTreeMap<u32, (Vec<u32>, Vec<u32>)> =
            std::collections::BTreeMap::new();
        for (at, &record) in records.iter().enumerate() {
            pieces.entry(root[at]).or_default().0.push(record);
        }
        for &at in edges {
            pieces.entry(root[place(ends(at).0) as usize]).or_default().1.push(at);
        }
        pieces.into_values().collect()
    }

    /// Which unlinked members contradict each other.
    fn contradictions(&self, members: &[u32], edges: &[Edge]) -> Contradictions {
        let size = members.len();
        let mut found = Contradictions { size, reasons: vec![0; size * size] };
        let mut linked = vec![false; size * size];
        for edge in edges {
            linked[edge.a * size + edge.b] = true;
        }
        let unlinked: Vec<(usize, usize)> = (0..size)
            .flat_map(|a| (a + 1..size).map(move |b| (a, b)))
            .filter(|(a, b)| !linked[a * size + b])
            .collect();
        let batch = Candidates {
            left: unlinked.iter().map(|&(a, _)| members[a]).collect(),
            right: unlinked.iter().map(|&(_, b)| members[b]).collect(),
        };
        for (&(a, b), levels) in unlinked.iter().zip(self.judge.vectors(&batch)) {
            found.set(a, b, self.contradiction(members[a], members[b], levels));
        }
        found
    }

    fn contradiction(&self, a: u32, b: u32, levels: Levels) -> u8 {
        let source = self.judge.space.source(a);
        match self.judge.contradiction(levels) {
            0 if self.one_person[source]
                && self.judge.space.source(b) == source
                && self.groups[a as usize] != self.groups[b as usize] =>
            {
                self.judge.reasons.second_best
            }
            reason => reason,
        }
    }
}

/// By two places in a component: 0, or the reason why they cannot be one person.
struct Contradictions {
    size: usize,
    reasons: Vec<u8>,
}

impl Contradictions {
    fn set(&mut self, a: usize, b: usize, reason: u8) {
        self.reasons[a * self.size + b] = reason;
        self.reasons[b * self.size + a] = reason;
    }

    /// The first reason between two clusters, 0 for none.
    fn between(&self, label: &[usize], one: usize, other: usize) -> u8 {
        let of = |cluster| (0..self.size).filter(move |&at| label[at] == cluster);
        let reasons = of(one).flat_map(|a| of(other).map(move |b| self.reasons[a * self.size + b]));
        reasons.into_iter().find(|&reason| reason != 0).unwrap_or(0)
    }
}

/// For each link the reason why it is cut, 0 where it stays. Pure; the same for any order of links
/// of equal strength.
fn cut(contradictions: &Contradictions, edges: &[Edge], tie: u8) -> Vec<u8> {
    let mut label: Vec<usize> = (0..contradictions.size).collect();
    let mut reasons = vec![0; edges.len()];
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by_key(|&at| Reverse(edges[at].strength));
    for tier in order.chunk_by(|&a, &b| edges[a].strength == edges[b].strength) {
        join_tier(contradictions, edges, tier, tie, &mut label, &mut reasons);
    }
    // A tie between records that stronger or weaker links bring together after all is none.
    for (edge, reason) in edges.iter().zip(&mut reasons) {
        if label[edge.a] == label[edge.b] {
            *reason = 0;
        }
    }
    reasons
}

/// Joins clusters by links of one strength.
fn join_tier(
    contradictions: &Contradictions,
    edges: &[Edge],
    tier: &[usize],
    tie: u8,
    label: &mut [usize],
    reasons: &mut [u8],
) {
    let mut open = Vec::new();
    for &at in tier {
        let (one, other) = (label[edges[at].a], label[edges[at].b]);
        if one != other {
            reasons[at] = contradictions.between(label, one, other);
        }
        if reasons[at] == 0 && one != other {
            open.push(at);
        }
    }
    let contested = contested(contradictions, edges, &open, label);
    for &at in &contested {
        reasons[at] = tie;
    }
    open.retain(|at| !contested.contains(at));
    // What is left of a tier joins as a whole, or not at all.
    let joined = join_all(edges, &open, label);
    for at in open {
        let cluster = joined[edges[at].a];
        let of_cluster: Vec<usize> = (0..joined.len()).filter(|&place| joined[place] == cluster).collect();
        if of_cluster
            .iter()
            .any(|&a| of_cluster.iter().any(|&b| contradictions.reasons[a * joined.len() + b] != 0))
        {
            reasons[at] = tie;
        }
    }
    for (at, new) in label.iter_mut().zip(consistent(contradictions, &joined)) {
        if let Some(new) = new {
            *at = new;
        }
    }
}

/// By member: its new cluster, where that holds no contradiction.
fn consistent(contradictions: &Contradictions, joined: &[usize]) -> Vec<Option<usize>> {
    let good = |cluster| contradictions.between(joined, cluster, cluster) == 0;
    joined.iter().map(|&cluster| good(cluster).then_some(cluster)).collect()
}

/// The clusters after joining by some links.
fn join_all(edges: &[Edge], open: &[usize], label: &[usize]) -> Vec<usize> {
    let mut sets = UnionFind::new(label.len());
    for (place, &cluster) in label.iter().enumerate() {
        sets.union(place as u32, cluster as u32);
    }
    for &at in open {
        sets.union(edges[at].a as u32, edges[at].b as u32);
    }
    sets.finish().into_iter().map(|cluster| cluster as usize).collect()
}

/// Links that compete: one of their clusters is linked as strongly to a third that contradicts
/// the other.
fn contested(contradictions: &Contradictions, edges: &[Edge], open: &[usize], label: &[usize]) -> Vec<usize> {
    let ends = |at: usize| (label[edges[at].a], label[edges[at].b]);
    let rivals = |at: usize, other: usize| {
        let ((a, b), (c, d)) = (ends(at), ends(other));
        let clash =
            |shared: bool, one, two| shared && one != two && contradictions.between(label, one, two) != 0;
        clash(a == c, b, d) || clash(a == d, b, c) || clash(b == c, a, d) || clash(b == d, a, c)
    };
    open.iter().copied().filter(|&at| open.iter().any(|&other| other != at && rivals(at, other))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TIE: u8 = 9;

    fn reasons_of(size: usize, contradicting: &[(usize, usize)], edges: &[(usize, usize, u32)]) -> Vec<u8> {
        let mut contradictions = Contradictions { size, reasons: vec![0; size * size] };
        for &(a, b) in contradicting {
            contradictions.set(a, b, 1);
        }
        let edges: Vec<Edge> = edges.iter().map(|&(a, b, strength)| Edge { a, b, strength }).collect();
        cut(&contradictions, &edges, TIE)
    }

    #[test]
    fn a_weak_bridge_between_two_people_is_cut() {
        // 0-1 and 2-3 are strong, 1-2 joins two numbers weakly.
        assert_eq!(reasons_of(4, &[(0, 3)], &[(0, 1, 5), (1, 2, 2), (2, 3, 5)]), [0, 1, 0]);
    }

    #[test]
    fn equal_evidence_for_two_people_is_left_to_a_clerk() {
        assert_eq!(reasons_of(3, &[(0, 2)], &[(0, 1, 5), (1, 2, 5)]), [TIE, TIE]);
        assert_eq!(reasons_of(3, &[(0, 2)], &[(0, 1, 6), (1, 2, 5)]), [0, 1]);
    }

    #[test]
    fn a_long_chain_of_equal_links_is_not_cut_by_chance() {
        assert_eq!(reasons_of(4, &[(0, 3)], &[(0, 1, 5), (1, 2, 5), (2, 3, 5)]), [TIE, TIE, TIE]);
    }

    #[test]
    fn what_does_not_contradict_stays_whole() {
        assert_eq!(reasons_of(3, &[], &[(0, 1, 1), (1, 2, 1)]), [0, 0]);
    }

    type Component = (Vec<(usize, usize, u32)>, Vec<(usize, usize)>);

    fn edges_and_contradictions() -> impl Strategy<Value = Component> {
        let edge = (0_usize..8, 0_usize..8, 0_u32..4).prop_filter("two ends", |(a, b, _)| a < b);
        let clash = (0_usize..8, 0_usize..8).prop_filter("two ends", |(a, b)| a < b);
        (prop::collection::vec(edge, 0..20), prop::collection::vec(clash, 0..6))
    }

    proptest! {
        #[test]
        fn no_cluster_contradicts_itself_and_links_never_leave_one((edges, clashes) in edges_and_contradictions()) {
            let linked = |a, b| edges.iter().any(|e| (e.0, e.1) == (a, b));
            let clashes: Vec<_> = clashes.into_iter().filter(|&(a, b)| !linked(a, b)).collect();
            let reasons = reasons_of(8, &clashes, &edges);
            let mut sets = UnionFind::new(8);
            for (edge, _) in edges.iter().zip(&reasons).filter(|(_, reason)| **reason == 0) {
                sets.union(edge.0 as u32, edge.1 as u32);
            }
            let label = sets.finish();
            prop_assert!(clashes.iter().all(|&(a, b)| label[a] != label[b]));
            for (edge, reason) in edges.iter().zip(&reasons) {
                prop_assert_eq!(*reason == 0, label[edge.0] == label[edge.1]);
            }
        }

        #[test]
        fn the_order_of_links_decides_nothing((edges, clashes) in edges_and_contradictions()) {
            let linked = |a, b| edges.iter().any(|e| (e.0, e.1) == (a, b));
            let clashes: Vec<_> = clashes.into_iter().filter(|&(a, b)| !linked(a, b)).collect();
            let backwards: Vec<_> = edges.iter().rev().copied().collect();
            let mut other = reasons_of(8, &clashes, &backwards);
            other.reverse();
            prop_assert_eq!(reasons_of(8, &clashes, &edges), other);
        }
    }
}
