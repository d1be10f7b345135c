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
mod union_find;

use rayon::prelude::*;

use super::blocking::Candidates;
use super::decide::{Judge, Reasons, Scratch};
use super::links::{Levels, Pair};
use super::ruled::{self, Bound};
use cut::{Edge, Rifts, Words, cut};

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
    let (components, root) = Components::of(judge.space.len(), pairs);
    rulings.note_held_apart(|record| root[record as usize]);
    let cut: Vec<Cut> = (0..components.len())
        .into_par_iter()
        .with_min_len(4096)
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
    let clusters = components.after(&cut, root, pairs);
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

/// Connected components of two records or more, with their links.
struct Components {
    members: Vec<u32>,
    edges: Vec<u32>,
    /// One past each component's last member and last edge.
    ends: Vec<(u32, u32)>,
}

impl Components {
    /// And by record its component's least record.
    fn of(records: usize, pairs: &[Pair]) -> (Self, Vec<u32>) {
        let mut all = UnionFind::new(records);
        for pair in pairs.iter().filter(|pair| pair.links) {
            all.union(pair.left, pair.right);
        }
        let root = all.finish();
        let component = number_components(&root);
        let of_record = |record: u32| component[root[record as usize] as usize];
        let of_pair = |at: u32| {
            let pair = &pairs[at as usize];
            if pair.links { of_record(pair.left) } else { NONE }
        };
        let components = component.iter().filter(|&&number| number != NONE).count();
        let ((members, member_ends), (edges, edge_ends)) = rayon::join(
            || grouped(records as u32, components, of_record),
            || grouped(pairs.len() as u32, components, of_pair),
        );
        (Self { members, edges, ends: member_ends.into_iter().zip(edge_ends).collect() }, root)
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Each record's cluster when some links have been cut: its component where none was. Few are
    /// cut, and only those are put together again.
    fn after(&self, cut: &[Cut], mut root: Vec<u32>, pairs: &[Pair]) -> Vec<u32> {
        for record in cut.iter().flat_map(|cut| self.members(cut.component)) {
            root[*record as usize] = *record;
        }
        let mut clusters = UnionFind::of(root);
        let edges = cut.iter().flat_map(|cut| self.edges(cut.component));
        for pair in edges.map(|&at| &pairs[at as usize]).filter(|pair| pair.links) {
            clusters.union(pair.left, pair.right);
        }
        clusters.finish()
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

/// What is in no component.
const NONE: u32 = u32::MAX;

/// By root: the number of its component of two records or more, in order of roots.
fn number_components(root: &[u32]) -> Vec<u32> {
    let mut number = vec![NONE; root.len()];
    // A record that points to another makes its root's component one of two or more.
    for (record, &root) in root.iter().enumerate().filter(|(record, root)| **root as usize != *record) {
        debug_assert!((root as usize) < record, "a root is the least record of its component");
        number[root as usize] = 0;
    }
    for (next, number) in number.iter_mut().filter(|number| **number == 0).enumerate() {
        *number = next as u32;
    }
    number
}

/// The numbers up to `count` by group, in their own order within it, and one past each group's
/// last: a counting sort. O(count).
fn grouped(count: u32, groups: usize, group_of: impl Fn(u32) -> u32) -> (Vec<u32>, Vec<u32>) {
    let mut ends = vec![0_u32; groups];
    for group in (0..count).map(&group_of).filter(|&group| group != NONE) {
        ends[group as usize] += 1;
    }
    let mut total = 0;
    for end in &mut ends {
        // Where the group's next number goes; when all are placed it is one past its last.
        total += *end;
        *end = total - *end;
    }
    let mut placed = vec![0; total as usize];
    for (at, group) in (0..count).map(|at| (at, group_of(at))).filter(|(_, group)| *group != NONE) {
        let next = &mut ends[group as usize];
        placed[*next as usize] = at;
        *next += 1;
    }
    (placed, ends)
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
