//! Records that stand together, and how many pairs they make, by counting.
//!
//! A group of n records holds n(n-1)/2 pairs; none of them is ever written down,
//! so a cluster of a million records costs what a million single ones cost.
//! Grouping is one sort: O(n log n) time, 16 bytes a record.

use rayon::prelude::*;

/// Records sorted by group, then number.
#[derive(Debug)]
pub(super) struct Groups {
    keyed: Vec<(u64, u32)>,
}

impl Groups {
    /// Groups the records that `key` gives a group.
    pub(super) fn by(records: usize, key: impl Fn(u32) -> Option<u64> + Sync) -> Self {
        let mut keyed: Vec<(u64, u32)> =
            (0..records as u32).into_par_iter().filter_map(|record| Some((key(record)?, record))).collect();
        keyed.par_sort_unstable();
        Self { keyed }
    }

    /// Each group's members, in order of group, then record.
    pub(super) fn each(&self) -> impl Iterator<Item = &[(u64, u32)]> {
        self.keyed.chunk_by(|a, b| a.0 == b.0)
    }

    /// The same on all threads.
    pub(super) fn par_each(&self) -> impl ParallelIterator<Item = &[(u64, u32)]> {
        self.keyed.par_chunk_by(|a, b| a.0 == b.0)
    }
}

/// Numbers of pairs by source and source. A pair counts once, under the lesser source first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PairCounts {
    sources: usize,
    counts: Vec<u64>,
}

impl PairCounts {
    /// No pair yet.
    pub(super) fn none(sources: usize) -> Self {
        Self { sources, counts: vec![0; sources * sources] }
    }

    /// The pairs within groups. O(records + groups × sources²).
    pub(super) fn within(groups: &Groups, source_of: &[u8], sources: usize) -> Self {
        let mut counts = Self::none(sources);
        let mut runs = Vec::new();
        for group in groups.each() {
            runs.clear();
            let run_of = |&(_, record): &(u64, u32)| source_of[record as usize];
            runs.extend(
                group.chunk_by(|a, b| run_of(a) == run_of(b)).map(|run| (run_of(&run[0]), run.len() as u64)),
            );
            counts.add_group(&runs);
        }
        counts
    }

    fn add_group(&mut self, runs: &[(u8, u64)]) {
        for (at, &(left, n)) in runs.iter().enumerate() {
            self.add(left, left, pairs_of(n));
            for &(right, m) in &runs[at + 1..] {
                self.add(left, right, n * m);
            }
        }
    }

    /// So many more pairs of two sources.
    pub(super) fn add(&mut self, a: u8, b: u8, pairs: u64) {
        let (left, right) = (a.min(b) as usize, a.max(b) as usize);
        self.counts[left * self.sources + right] += pairs;
    }

    /// Adds pairs that were counted elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
    }

    /// Number of pairs of two sources, in either order.
    pub(super) fn of(&self, one: usize, other: usize) -> u64 {
        self.counts[one.min(other) * self.sources + one.max(other)]
    }

    /// Number of all pairs.
    pub(super) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Number of pairs that n things make.
pub(super) fn pairs_of(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_by_source_and_source() {
        let groups = Groups::by(5, |record| (record != 3).then_some(u64::from(record == 4)));
        let counts = PairCounts::within(&groups, &[0, 0, 1, 1, 1], 2);
        assert_eq!([counts.of(0, 0), counts.of(0, 1), counts.of(1, 1)], [1, 2, 0]);
        assert_eq!(counts.total(), 3);
    }
}
