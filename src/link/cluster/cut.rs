//! Which links of one component are cut: built up again from its strongest links down.
//!
//! Links that an officer has ruled come first, before any strength is asked for, and none of
//! them is cut. What an officer joins brings along what is linked to either side: the two sides
//! no longer speak against each other, or else one ruling between two people of two numbers each
//! would break up both. What an officer holds apart stays apart whatever speaks for it.

use std::cmp::Reverse;

use super::super::bits::Bits;
use super::union_find::UnionFind;

/// A link between two members of a component, by their places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) weight: Bits,
    /// Whether an officer has ruled that it stands.
    pub(super) ruled: bool,
}

/// What speaks against two members of a component being one person, by their places in it.
pub(super) struct Rifts {
    size: usize,
    /// 0, or the reason why they cannot be one person.
    reasons: Vec<u8>,
    /// What their values tell, where that is less than nothing.
    against: Vec<Bits>,
    /// The words for links that are cut for no contradiction.
    words: Words,
}

/// The words for links that are cut for no contradiction, and the one for those that an officer's
/// ruling cuts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) tie: u8,
    pub(super) weak_bridge: u8,
    pub(super) officer: u8,
}

impl Rifts {
    pub(super) fn new(size: usize, words: Words) -> Self {
        let (reasons, against) = (vec![0; size * size], vec![Bits::default(); size * size]);
        Self { size, reasons, against, words }
    }

    pub(super) fn set(&mut self, a: usize, b: usize, reason: u8, evidence: Bits) {
        for at in [a * self.size + b, b * self.size + a] {
            self.reasons[at] = reason;
            self.against[at] = evidence.min(Bits::default());
        }
    }

    /// Holds two members apart by an officer's word.
    pub(super) fn hold_apart(&mut self, a: usize, b: usize) {
        for at in [a * self.size + b, b * self.size + a] {
            self.reasons[at] = self.words.officer;
        }
    }

    /// Drops what values tell against members that an officer's word has brought together.
    fn reconcile(&mut self, together: &[usize]) {
        for at in together
            .iter()
            .flat_map(|&a| together.iter().map(move |&b| (a, b)))
            .map(|(a, b)| a * self.size + b)
        {
            self.against[at] = Bits::default();
            if self.reasons[at] != self.words.officer {
                self.reasons[at] = 0;
            }
        }
    }

    /// Whether some link may have to be cut at all.
    pub(super) fn can_cut(&self, edges: &[Edge]) -> bool {
        let weakest = edges.iter().map(|edge| edge.weight).min().unwrap_or_default();
        let most_against = self.against.iter().copied().min().unwrap_or_default();
        self.reasons.iter().any(|&reason| reason != 0) || weakest + most_against < Bits::default()
    }

    /// By two members of two clusters, their place in the tables.
    fn across<'s>(
        &'s self,
        label: &'s [usize],
        one: usize,
        other: usize,
    ) -> impl Iterator<Item = usize> + 's {
        let of = move |cluster| (0..self.size).filter(move |&at| label[at] == cluster);
        of(one).flat_map(move |a| of(other).map(move |b| a * self.size + b))
    }

    /// The first contradiction between two clusters, 0 for none; an officer's word before any.
    fn between(&self, label: &[usize], one: usize, other: usize) -> u8 {
        let mut first = 0;
        for reason in self.across(label, one, other).map(|at| self.reasons[at]) {
            if reason == self.words.officer {
                return reason;
            }
            first = if first == 0 { reason } else { first };
        }
        first
    }

    /// Why a link may not join two clusters, 0 where it may.
    fn against(&self, label: &[usize], one: usize, other: usize, weight: Bits) -> u8 {
        match self.between(label, one, other) {
            0 => {
                let against = self.across(label, one, other).map(|at| self.against[at]).min();
                let outweighed = weight + against.unwrap_or_default() < Bits::default();
                if outweighed { self.words.weak_bridge } else { 0 }
            }
            reason => reason,
        }
    }
}

/// For each link the reason why it is cut, 0 where it stays. Pure; the same for any order of links
/// of equal strength. Rulings must not contradict each other.
pub(super) fn cut(mut rifts: Rifts, edges: &[Edge]) -> Vec<u8> {
    let ruled: Vec<usize> = (0..edges.len()).filter(|&at| edges[at].ruled).collect();
    let apart: Vec<usize> = (0..rifts.size).collect();
    if ruled.is_empty() {
        return build_up(&rifts, edges, apart);
    }
    let joined = join_all(edges, &ruled, &apart);
    bring_together(&mut rifts, edges, &joined);
    build_up(&rifts, edges, joined)
}

/// Reconciles the sides of what rulings join: the people that evidence alone would make.
fn bring_together(rifts: &mut Rifts, edges: &[Edge], joined: &[usize]) {
    let evidence: Vec<Edge> = edges.iter().filter(|edge| !edge.ruled).copied().collect();
    let mut sides: Vec<usize> = (0..joined.len()).collect();
    join_tiers(rifts, &evidence, &mut sides);
    for core in 0..joined.len() {
        let members: Vec<usize> = (0..joined.len()).filter(|&at| joined[at] == core).collect();
        if members.len() > 1 {
            let brought = |at: &usize| members.iter().any(|&member| sides[member] == sides[*at]);
            rifts.reconcile(&(0..joined.len()).filter(brought).collect::<Vec<_>>());
        }
    }
}

/// Builds clusters up from some that stand already.
fn build_up(rifts: &Rifts, edges: &[Edge], mut label: Vec<usize>) -> Vec<u8> {
    let mut reasons = join_tiers(rifts, edges, &mut label);
    // A tie between records that stronger or weaker links bring together after all is none.
    for (edge, reason) in edges.iter().zip(&mut reasons) {
        if label[edge.a] == label[edge.b] {
            *reason = 0;
        }
    }
    reasons
}

/// Joins clusters by links, the strongest first; the reasons of those that do not join.
fn join_tiers(rifts: &Rifts, edges: &[Edge], label: &mut [usize]) -> Vec<u8> {
    let mut reasons = vec![0; edges.len()];
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by_key(|&at| Reverse(edges[at].weight.whole()));
    for tier in order.chunk_by(|&a, &b| edges[a].weight.whole() == edges[b].weight.whole()) {
        join_tier(rifts, edges, tier, label, &mut reasons);
    }
    reasons
}

/// Joins clusters by links of one strength.
fn join_tier(rifts: &Rifts, edges: &[Edge], tier: &[usize], label: &mut [usize], reasons: &mut [u8]) {
    let mut open = Vec::new();
    for &at in tier {
        let (one, other) = (label[edges[at].a], label[edges[at].b]);
        if one != other {
            reasons[at] = rifts.against(label, one, other, edges[at].weight);
        }
        if reasons[at] == 0 && one != other {
            open.push(at);
        }
    }
    let contested = contested(rifts, edges, &open, label);
    for &at in &contested {
        reasons[at] = rifts.words.tie;
    }
    open.retain(|at| !contested.contains(at));
    // What is left of a tier joins as a whole, or not at all.
    let joined = join_all(edges, &open, label);
    for at in open {
        let cluster = joined[edges[at].a];
        let of_cluster: Vec<usize> = (0..joined.len()).filter(|&place| joined[place] == cluster).collect();
        if of_cluster.iter().any(|&a| of_cluster.iter().any(|&b| rifts.reasons[a * joined.len() + b] != 0)) {
            reasons[at] = rifts.words.tie;
        }
    }
    for (at, new) in label.iter_mut().zip(consistent(rifts, &joined)) {
        if let Some(new) = new {
            *at = new;
        }
    }
}

/// By member: its new cluster, where that holds no contradiction.
fn consistent(rifts: &Rifts, joined: &[usize]) -> Vec<Option<usize>> {
    let good = |cluster| rifts.between(joined, cluster, cluster) == 0;
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
fn contested(rifts: &Rifts, edges: &[Edge], open: &[usize], label: &[usize]) -> Vec<usize> {
    let ends = |at: usize| (label[edges[at].a], label[edges[at].b]);
    let rivals = |at: usize, other: usize| {
        let ((a, b), (c, d)) = (ends(at), ends(other));
        let clash = |shared: bool, one, two| shared && one != two && rifts.between(label, one, two) != 0;
        clash(a == c, b, d) || clash(a == d, b, c) || clash(b == c, a, d) || clash(b == d, a, c)
    };
    open.iter().copied().filter(|&at| open.iter().any(|&other| other != at && rivals(at, other))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: Words = Words { tie: TIE, weak_bridge: WEAK, officer: OFFICER };
    const TIE: u8 = 9;
    const WEAK: u8 = 8;
    const OFFICER: u8 = 7;

    /// Links whose weights are so many bits.
    fn edges_of(edges: &[(usize, usize, u32)]) -> Vec<Edge> {
        let weight = |bits: u32| Bits::of_ratio(f64::from(bits).exp2());
        edges.iter().map(|&(a, b, bits)| Edge { a, b, weight: weight(bits), ruled: false }).collect()
    }

    fn reasons_of(size: usize, contradicting: &[(usize, usize)], edges: &[(usize, usize, u32)]) -> Vec<u8> {
        let mut rifts = Rifts::new(size, WORDS);
        for &(a, b) in contradicting {
            rifts.set(a, b, 1, Bits::default());
        }
        cut(rifts, &edges_of(edges))
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
    fn a_link_that_tells_less_than_speaks_against_it_is_a_weak_bridge() {
        let edges = edges_of(&[(0, 1, 20), (1, 2, 5), (2, 3, 20)]);
        let with = |against: f64| {
            let mut rifts = Rifts::new(4, WORDS);
            rifts.set(0, 3, 0, Bits::of_ratio((-against).exp2()));
            (rifts.can_cut(&edges), cut(rifts, &edges))
        };
        assert_eq!(with(6.0), (true, vec![0, WEAK, 0]));
        assert_eq!(with(4.0), (false, vec![0, 0, 0]));
    }

    #[test]
    fn what_does_not_contradict_stays_whole() {
        assert_eq!(reasons_of(3, &[], &[(0, 1, 1), (1, 2, 1)]), [0, 0]);
    }

    /// A link's ends and its bits.
    type Weighed = (usize, usize, u32);

    /// Reasons of links, after links of so many bits that are ruled and pairs that are held apart.
    fn ruled_reasons(
        size: usize,
        contradicting: &[(usize, usize)],
        apart: &[(usize, usize)],
        (ruled, edges): (&[Weighed], &[Weighed]),
    ) -> Vec<u8> {
        let mut rifts = Rifts::new(size, WORDS);
        for &(a, b) in contradicting {
            rifts.set(a, b, 1, Bits::of_ratio(0.001));
        }
        for &(a, b) in apart {
            rifts.hold_apart(a, b);
        }
        let mut all = edges_of(ruled);
        for edge in &mut all {
            edge.ruled = true;
        }
        all.extend(edges_of(edges));
        cut(rifts, &all)
    }

    #[test]
    fn a_pair_held_apart_loses_the_weaker_of_the_links_that_join_it() {
        assert_eq!(ruled_reasons(3, &[], &[(0, 2)], (&[], &[(0, 1, 5), (1, 2, 4)])), [0, OFFICER]);
        assert_eq!(ruled_reasons(3, &[], &[(0, 2)], (&[], &[(0, 1, 5), (1, 2, 5)])), [TIE, TIE]);
        assert_eq!(ruled_reasons(3, &[(0, 2)], &[(0, 2)], (&[], &[(0, 1, 5), (1, 2, 4)])), [0, OFFICER]);
    }

    #[test]
    fn a_ruled_link_stands_before_a_stronger_one() {
        assert_eq!(ruled_reasons(3, &[], &[(0, 2)], (&[(0, 1, 0)], &[(1, 2, 30)])), [0, OFFICER]);
        assert_eq!(ruled_reasons(3, &[(0, 2)], &[], (&[(0, 1, 0)], &[(1, 2, 30)])), [0, 0]);
        assert_eq!(ruled_reasons(3, &[(0, 2)], &[], (&[(0, 1, 0), (1, 2, 0)], &[])), [0, 0]);
    }

    #[test]
    fn what_a_ruling_joins_brings_its_people_along() {
        // 0-1 and 2-3 are two people by their numbers; an officer says that 1 is 2.
        let clashes = [(0, 2), (0, 3), (1, 3)];
        assert_eq!(ruled_reasons(4, &clashes, &[], (&[(1, 2, 0)], &[(0, 1, 5), (2, 3, 5)])), [0, 0, 0]);
        // But 0 and 3 are two by an officer's word: the weaker link goes.
        assert_eq!(
            ruled_reasons(4, &clashes, &[(0, 3)], (&[(1, 2, 0)], &[(0, 1, 6), (2, 3, 5)])),
            [0, 0, OFFICER]
        );
    }

    #[test]
    fn a_rival_for_a_record_is_not_brought_along() {
        // 2 and 3 both claim 0 and contradict each other; that 0 is 1 says nothing of them.
        assert_eq!(ruled_reasons(4, &[(2, 3)], &[], (&[(0, 1, 0)], &[(0, 2, 6), (0, 3, 5)])), [0, 0, 1]);
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

        #[test]
        fn rulings_hold_whatever_else_there_is_and_in_any_order(
            (edges, clashes) in edges_and_contradictions(),
            (ruled, apart) in edges_and_contradictions(),
        ) {
            let mut cores = UnionFind::new(8);
            ruled.iter().take(4).for_each(|&(a, b, _)| cores.union(a as u32, b as u32));
            let cores = cores.finish();
            let ruled: Vec<_> = ruled.into_iter().take(4).collect();
            let apart: Vec<_> = apart.into_iter().filter(|&(a, b)| cores[a] != cores[b]).collect();
            let known = |a, b| ruled.iter().any(|e| (e.0, e.1) == (a, b)) || apart.contains(&(a, b));
            let edges: Vec<_> = edges.into_iter().filter(|&(a, b, _)| !known(a, b)).collect();
            let linked = |a, b| known(a, b) || edges.iter().any(|e| (e.0, e.1) == (a, b));
            let clashes: Vec<_> = clashes.into_iter().filter(|&(a, b)| !linked(a, b)).collect();
            let reasons = ruled_reasons(8, &clashes, &apart, (&ruled, &edges));
            let all: Vec<_> = ruled.iter().chain(&edges).collect();
            let mut sets = UnionFind::new(8);
            for (edge, _) in all.iter().zip(&reasons).filter(|(_, reason)| **reason == 0) {
                sets.union(edge.0 as u32, edge.1 as u32);
            }
            let label = sets.finish();
            prop_assert!(reasons[..ruled.len()].iter().all(|reason| *reason == 0));
            prop_assert!(apart.iter().all(|&(a, b)| label[a] != label[b]));
            for (edge, reason) in all.iter().zip(&reasons) {
                prop_assert_eq!(*reason == 0, label[edge.0] == label[edge.1]);
            }
            let (mut ruled, mut edges) = (ruled, edges);
            let split = ruled.len();
            ruled.reverse();
            edges.reverse();
            let mut other = ruled_reasons(8, &clashes, &apart, (&ruled, &edges));
            other[..split].reverse();
            other[split..].reverse();
            let kept = |reasons: &[u8]| reasons.iter().map(|reason| *reason == 0).collect::<Vec<_>>();
            prop_assert_eq!(kept(&reasons), kept(&other));
        }
    }
}
