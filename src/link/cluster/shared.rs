//! Records joined pair by pair, by all threads at once.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::super::links::Pair;

/// Pairs, or records, that one thread takes at a time.
const PIECE: usize = 1 << 13;

/// Each record's cluster, named by its least record, when all pairs of which `joins` says so are
/// joined. The plain twin is [`super::UnionFind`].
///
/// Every record points to itself or to a lesser one of its cluster. Two clusters are joined by having the
/// greater of their least records point to the other, if it still points to itself; otherwise
/// another thread was quicker, and the two are looked up again. Whatever the order, the least record of a
/// cluster is what all its records lead to in the end: the same for any number of threads.
/// Near O(records + pairs), in parallel.
pub(in crate::link) fn joined(
    records: usize,
    pairs: &[Pair],
    joins: impl Fn(&Pair) -> bool + Sync,
) -> Vec<u32> {
    let above: Vec<AtomicU32> = (0..records as u32).into_par_iter().map(AtomicU32::new).collect();
    pairs.par_chunks(PIECE).for_each(|pairs| {
        pairs.iter().filter(|pair| joins(pair)).for_each(|pair| join(&above, pair.left, pair.right));
    });
    (0..records as u32).into_par_iter().with_min_len(PIECE).map(|record| find(&above, record)).collect()
}

/// The least record that a record leads to by now; shortens the way for those who come after.
fn find(above: &[AtomicU32], mut record: u32) -> u32 {
    let next = |record: u32| above[record as usize].load(Ordering::Relaxed);
    loop {
        let one = next(record);
        let two = next(one);
        if one == two {
            return one;
        }
        // Another thread may have shortened it further meanwhile; this one leads to the same record still.
        above[record as usize].store(two, Ordering::Relaxed);
        record = two;
    }
}

fn join(above: &[AtomicU32], a: u32, b: u32) {
    let (mut a, mut b) = (a, b);
    loop {
        (a, b) = (find(above, a), find(above, b));
        let (less, more) = (a.min(b), a.max(b));
        let is_joined = || {
            let cell = &above[more as usize];
            cell.compare_exchange(more, less, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        };
        if less == more || is_joined() {
            return;
        }
    }
}

/// Clusters of which not every two records are linked, with their records and links; they
/// are few. Clusters in the order of their least records, records and links in their own order.
#[derive(Debug, Default)]
pub(in crate::link) struct OpenClusters {
    members: Vec<u32>,
    edges: Vec<u32>,
    /// One past each cluster's last member and last edge.
    ends: Vec<(u32, u32)>,
}

/// What is in no such cluster.
const NONE: u32 = u32::MAX;

impl OpenClusters {
    /// Of clusters named by one of their records, `cluster_of`, and the links among `pairs`, all of them within
    /// clusters. O(records + pairs), in parallel.
    pub(in crate::link) fn of(cluster_of: &[u32], pairs: &[Pair]) -> Self {
        let (sizes, links) = rayon::join(
            || counted(cluster_of.len(), cluster_of, |&cluster| Some(cluster)),
            || counted(cluster_of.len(), pairs, |pair| pair.links.then(|| cluster_of[pair.left as usize])),
        );
        let mut number = vec![NONE; cluster_of.len()];
        let (mut ends, mut end) = (Vec::new(), (0, 0));
        for ((number, &size), &links) in number.iter_mut().zip(&sizes).zip(&links) {
            if u64::from(links) < u64::from(size) * u64::from(size).saturating_sub(1) / 2 {
                *number = ends.len() as u32;
                end = (end.0 + size, end.1 + links);
                ends.push(end);
            }
        }
        drop((sizes, links));
        let number_of = |record: u32| number[cluster_of[record as usize] as usize];
        let of_pair = |pair: &Pair| if pair.links { number_of(pair.left) } else { NONE };
        let of_cluster = |&cluster: &u32| number[cluster as usize];
        let (members, edges) = rayon::join(
            || grouped(cluster_of, ends.iter().map(|end| end.0), of_cluster),
            || grouped(pairs, ends.iter().map(|end| end.1), of_pair),
        );
        Self { members, edges, ends }
    }

    /// How many there are.
    pub(in crate::link) fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, at: usize) -> (u32, u32) {
        at.checked_sub(1).map_or((0, 0), |before| self.ends[before])
    }

    /// A cluster's records, rising.
    pub(in crate::link) fn members(&self, at: usize) -> &[u32] {
        &self.members[self.start(at).0 as usize..self.ends[at].0 as usize]
    }

    /// A cluster's links, by place among all pairs, rising.
    pub(in crate::link) fn edges(&self, at: usize) -> &[u32] {
        &self.edges[self.start(at).1 as usize..self.ends[at].1 as usize]
    }
}

/// How many of some things each cluster has.
fn counted<T: Sync>(clusters: usize, all: &[T], cluster_of: impl Fn(&T) -> Option<u32> + Sync) -> Vec<u32> {
    // Atomic because they are counted on all threads.
    let counts: Vec<AtomicU32> = (0..clusters).into_par_iter().map(|_| AtomicU32::default()).collect();
    all.par_chunks(PIECE).for_each(|piece| {
        for cluster in piece.iter().filter_map(&cluster_of) {
            counts[cluster as usize].fetch_add(1, Ordering::Relaxed);
        }
    });
    counts.into_par_iter().map(AtomicU32::into_inner).collect()
}

/// The places of all things that are in a group, group by group, and in their own order within one. `ends` are
/// one past each group's last place. O(all), in parallel but for those in a group.
fn grouped<T: Sync>(
    all: &[T],
    ends: impl Iterator<Item = u32>,
    group_of: impl Fn(&T) -> u32 + Sync,
) -> Vec<u32> {
    let of_piece = |(piece, all): (usize, &[T])| {
        let first = (piece * PIECE) as u32;
        let grouped = all.iter().map(&group_of).zip(first..).filter(|(group, _)| *group != NONE);
        grouped.collect::<Vec<(u32, u32)>>()
    };
    let found: Vec<Vec<(u32, u32)>> = all.par_chunks(PIECE).enumerate().map(of_piece).collect();
    let mut next: Vec<u32> = std::iter::once(0).chain(ends).collect();
    let mut placed = vec![0; next.last().map_or(0, |&end| end as usize)];
    for (group, at) in found.into_iter().flatten() {
        let next = &mut next[group as usize];
        placed[*next as usize] = at;
        *next += 1;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::super::UnionFind;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn pair((left, right, links): (u32, u32, bool)) -> Pair {
        Pair { left: left.min(right), right: left.max(right), links, ..Pair::default() }
    }

    proptest! {
        #[test]
        fn records_are_joined_as_one_thread_would_join_them(
            ends in prop::collection::vec((0_u32..60, 0_u32..60, any::<bool>()), 0..80),
        ) {
            let pairs: Vec<Pair> = ends.into_iter().map(pair).collect();
            let mut plain = UnionFind::new(60);
            pairs.iter().filter(|pair| pair.links).for_each(|pair| plain.union(pair.left, pair.right));
            prop_assert_eq!(joined(60, &pairs, |pair| pair.links), plain.finish());
        }

        #[test]
        fn open_clusters_are_those_that_lack_a_link(
            ends in prop::collection::btree_set((0_u32..12, 0_u32..12), 0..30), linked in any::<u64>(),
        ) {
            let ends = ends.into_iter().filter(|(left, right)| left < right).enumerate();
            let pairs: Vec<Pair> =
                ends.map(|(at, (left, right))| pair((left, right, linked >> (at % 64) & 1 == 1))).collect();
            let clusters = joined(12, &pairs, |pair| pair.links);
            let mut plain: BTreeMap<u32, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
            for (record, &cluster) in clusters.iter().enumerate() {
                plain.entry(cluster).or_default().0.push(record as u32);
            }
            for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| pair.links) {
                plain.entry(clusters[pair.left as usize]).or_default().1.push(at as u32);
            }
            plain.retain(|_, (members, edges)| edges.len() < members.len() * (members.len() - 1) / 2);
            let open = OpenClusters::of(&clusters, &pairs);
            let found: Vec<_> = (0..open.len()).map(|at| (open.members(at).to_vec(), open.edges(at).to_vec())).collect();
            prop_assert_eq!(found, plain.into_values().collect::<Vec<_>>());
        }
    }

    #[test]
    fn many_threads_join_a_long_chain() {
        let pairs: Vec<Pair> = (1..200_000).rev().map(|at| pair((at - 1, at, true))).collect();
        assert!(joined(200_001, &pairs, |_| true)[..200_000].iter().all(|&cluster| cluster == 0));
    }
}
