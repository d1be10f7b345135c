//! Records joined pair by pair.

/// Records in clusters, each named by its least record.
#[derive(Clone, Debug)]
pub(in crate::link) struct UnionFind(Vec<u32>);

impl UnionFind {
    /// Each record by itself.
    pub(in crate::link) fn new(records: usize) -> Self {
        Self((0..records as u32).collect())
    }

    /// The clusters that [`UnionFind::finish`] has given: each record points to the least of its own.
    pub(in crate::link) fn of(clusters: Vec<u32>) -> Self {
        Self(clusters)
    }

    /// The least record of a record's cluster. Near O(1) amortised.
    pub(in crate::link) fn find(&mut self, mut record: u32) -> u32 {
        while self.0[record as usize] != record {
            let above = self.0[self.0[record as usize] as usize];
            self.0[record as usize] = above;
            record = above;
        }
        record
    }

    /// Joins two records' clusters.
    pub(in crate::link) fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// Each record's cluster. O(n): a record points to a lesser one.
    pub(in crate::link) fn finish(mut self) -> Vec<u32> {
        for record in 0..self.0.len() {
            self.0[record] = self.0[self.0[record] as usize];
        }
        self.0
    }
}
