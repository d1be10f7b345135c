//! Links → people: connected components, cut where they contradict themselves.
//!
//! Only components that are not fully linked can hide a contradiction, and only
//! between their unlinked records. Such a component is built up again from its
//! strongest links down: a link joins two clusters unless some record of one
//! contradicts some record of the other, or the link is a weak bridge: it tells
//! less for one person than some pair across it tells against; then it goes to
//! review. Links of one strength (in whole bits) that would join contradicting
//! clusters over a shared neighbour are ties: all of them go to review, none is
//! left to chance.
//!
//! Officers' rulings stand above all of it: pairs ruled one person link whatever they show and
//! are never cut, and no cluster holds a pair ruled two people.
//!
//! Output: which pairs link in the end, and each record's cluster. Invariant: a
//! pair links if and only if both its records are of one cluster.

mod cut;
mod shared;
mod union_find;

use rayon::prelude::*;

use super::blocking::Candidates;
use super::decide::{Judge, Reasons, Scratch};
use super::links::{Levels, Pair};
use super::ruled::{self, Bound};
use cut::{Edge, Rifts, Words, cut};

pub(super) use shared::{OpenClusters, joined};
pub(super) use union_find::UnionFind;

/// More records than one person has in all sources; beyond it the weakest links go first.
const CLUSTER_SIZE_MAX: usize = 200;

/// What clusters are made by, beside the links.
pub(super) struct Grounds<'a> {
    pub(super) judge: &'a Judge<'a>,
    /// By record: who is told apart from whom within the sources in `one_person`.
    pub(super) groups: &'a [u32],
    /// By source: whether it knows a person once.
    pub(super) one_person: &'a [bool],
    /// The reasons that rulings give.
    pub(super) words: ruled::Words,
}

/// Decides which pairs link in the end and gives each record's cluster.
///
/// Rulings have been applied to the pairs already. O(pairs) plus, for components
/// that are not fully linked, the square of their sizes.
pub(super) fn cluster(grounds: &Grounds<'_>, rulings: &mut Bound, pairs: &mut [Pair]) -> Vec<u32> {
    let judge = grounds.judge;
    let root = joined(judge.space.len(), pairs, |pair| pair.links);
    // A component that is fully linked has nothing to be cut for.
    let components = OpenClusters::of(&root, pairs);
    rulings.note_held_apart(|record| root[record as usize]);
    let cut: Vec<Cut> = (0..components.len())
        .into_par_iter()
        .with_min_len(512)
        .map_init(Scratch::default, |scratch, at| {
            let cutter = Cutter { grounds, rulings, pairs };
            let links = cutter.cut_component(components.members(at), components.edges(at), scratch);
            Cut { component: at, links }
        })
        .filter(|cut| !cut.links.is_empty())
        .collect();
    for &(at, reason) in cut.iter().flat_map(|cut| &cut.links) {
        let pair = &mut pairs[at as usize];
        (pair.links, pair.reason) = (false, reason);
    }
    let clusters = after(&components, &cut, root, pairs);
    // A pair that other links make one person is one: links and people never disagree.
    pairs.par_iter_mut().filter(|pair| !pair.links).for_each(|pair| {
        if clusters[pair.left as usize] == clusters[pair.right as usize] {
            (pair.links, pair.reason) = (true, 0);
        }
    });
    clusters
}

/// A component's links that are cut, each with its reason.
struct Cut {
    component: usize,
    links: Vec<(u32, u8)>,
}

/// Each record's cluster when some links have been cut: its component where none was. Few are
/// cut, and only those are put together again.
fn after(components: &OpenClusters, cut: &[Cut], mut root: Vec<u32>, pairs: &[Pair]) -> Vec<u32> {
    if cut.is_empty() {
        return root;
    }
    for record in cut.iter().flat_map(|cut| components.members(cut.component)) {
        root[*record as usize] = *record;
    }
    let mut clusters = UnionFind::of(root);
    let edges = cut.iter().flat_map(|cut| components.edges(cut.component));
    for pair in edges.map(|&at| &pairs[at as usize]).filter(|pair| pair.links) {
        clusters.union(pair.left, pair.right);
    }
    clusters.finish()
}

/// What cutting one component needs.
struct Cutter<'a> {
    grounds: &'a Grounds<'a>,
    rulings: &'a Bound,
    pairs: &'a [Pair],
}

impl Cutter<'_> {
    /// The links to be cut, each with its reason.
    fn cut_component(&self, members: &[u32], edges: &[u32], scratch: &mut Scratch) -> Vec<(u32, u8)> {
        let size = members.len();
        if edges.len() == size * (size - 1) / 2 {
            return Vec::new();
        }
        if size > CLUSTER_SIZE_MAX {
            return self.cut_too_large(edges, scratch);
        }
        let place = |record| members.binary_search(&record).unwrap_or(0);
        let local: Vec<Edge> = edges
            .iter()
            .map(|&at| &self.pairs[at as usize])
            .map(|pair| Edge {
                a: place(pair.left),
                b: place(pair.right),
                weight: pair.weight,
                ruled: self.is_ruled(pair),
            })
            .collect();
        let rifts = self.rifts(members, &local, scratch);
        if !rifts.can_cut(&local) {
            return Vec::new();
        }
        let cut = cut(rifts, &local);
        edges.iter().copied().zip(cut).filter(|(_, reason)| *reason != 0).collect()
    }

    fn is_ruled(&self, pair: &Pair) -> bool {
        pair.reason == self.grounds.words.same
    }

    /// Takes the weakest links out that no officer has ruled, then looks at each of the pieces.
    fn cut_too_large(&self, edges: &[u32], scratch: &mut Scratch) -> Vec<(u32, u8)> {
        let strength = |at: &u32| {
            let pair = &self.pairs[*at as usize];
            if self.is_ruled(pair) { i32::MAX } else { pair.weight.whole() }
        };
        let weakest = edges.iter().map(strength).min().unwrap_or(i32::MAX);
        if weakest == i32::MAX {
            return Vec::new();
        }
        let (stay, go): (Vec<u32>, Vec<u32>) = edges.iter().partition(|at| strength(at) > weakest);
        let too_large = self.grounds.judge.reasons.too_large;
        let mut found: Vec<(u32, u8)> = go.iter().map(|&at| (at, too_large)).collect();
        for (members, edges) in self.pieces(&stay) {
            found.extend(self.cut_component(&members, &edges, scratch));
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

    /// What speaks against unlinked members being one person.
    fn rifts(&self, members: &[u32], edges: &[Edge], scratch: &mut Scratch) -> Rifts {
        let size = members.len();
        let Grounds { judge, words, .. } = self.grounds;
        let Reasons { tie, weak_bridge, .. } = *judge.reasons;
        let mut found = Rifts::new(size, Words { tie, weak_bridge, officer: words.different });
        let mut linked = vec![false; size * size];
        for edge in edges {
            linked[edge.a * size + edge.b] = true;
        }
        let mut batch = Candidates { records: members.to_vec(), ..Candidates::default() };
        for (a, b) in (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b))) {
            if !linked[a * size + b] {
                batch.left.push(a as u32);
                batch.right.push(b as u32);
            }
        }
        judge.compare(&batch, scratch);
        for (at, (&a, &b)) in batch.left.iter().zip(&batch.right).enumerate() {
            let (a, b) = (a as usize, b as usize);
            let reason = self.contradiction(members[a], members[b], scratch.vectors[at]);
            found.set(a, b, reason, scratch.evidence[at].strangers);
        }
        self.hold_apart(members, &mut found);
        found
    }

    fn hold_apart(&self, members: &[u32], rifts: &mut Rifts) {
        if !self.rulings.holds_apart() {
            return;
        }
        for (a, &member) in members.iter().enumerate() {
            for b in self.rulings.apart_from(member).filter_map(|other| members.binary_search(&other).ok()) {
                rifts.hold_apart(a, b);
            }
        }
    }

    fn contradiction(&self, a: u32, b: u32, levels: Levels) -> u8 {
        let Grounds { judge, groups, one_person, .. } = self.grounds;
        let source = judge.space.source(a);
        match judge.contradiction(levels) {
            0 if one_person[source]
                && judge.space.source(b) == source
                && groups[a as usize] != groups[b as usize] =>
            {
                judge.reasons.second_best
            }
            reason => reason,
        }
    }
}
