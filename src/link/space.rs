//! One number a record: all sources' rows in a row.
//!
//! Global record numbers ascend by source, then row, so that comparing two of
//! them is comparing two [`RecordRef`]s.

use std::ops::Range;

use crate::normalise::Records;
use crate::table::{RecordRef, SourceIndex};

/// Where each source's records begin among all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RecordSpace {
    /// By source index, and one past the last: the first record's number.
    starts: Vec<u32>,
    /// By source: whether its records are never compared with each other; empty where all are.
    apart: Vec<bool>,
}

impl RecordSpace {
    /// The space of some sources' records, given in any order; a source that is not given has none.
    ///
    /// # Panics
    /// At 2³² records.
    pub(super) fn new(sources: usize, records: &[Records]) -> Self {
        let mut rows = vec![0; sources.max(1)];
        for one in records {
            let at = one.source.index();
            rows.resize(rows.len().max(at + 1), 0);
            rows[at] = one.table.rows;
        }
        Self::of_rows(&rows)
    }

    /// The space of so many rows a source.
    pub(super) fn of_rows(rows: &[usize]) -> Self {
        let mut total = 0_usize;
        let mut starts = vec![0];
        for &rows in rows {
            total += rows;
            starts.push(u32::try_from(total).expect("fewer than 2^32 records"));
        }
        Self { starts, apart: Vec::new() }
    }

    /// The same, where the records of some sources are never compared with each other.
    pub(super) fn with_apart(mut self, apart: &[SourceIndex]) -> Self {
        if !apart.is_empty() {
            self.apart = (0..self.sources()).map(|at| apart.iter().any(|one| one.index() == at)).collect();
        }
        self
    }

    /// Whether records of a source are compared with each other.
    pub(super) fn compares_within(&self, source: usize) -> bool {
        self.apart.get(source) != Some(&true)
    }

    /// How many pairs of some records, which ascend, are compared. O(sources · log n).
    pub(super) fn pairs_among(&self, records: &[u32]) -> u64 {
        let pairs_of = |count: usize| count as u64 * count.saturating_sub(1) as u64 / 2;
        let of_source = |source: usize| {
            let before = |number: u32| records.partition_point(|&record| record < number);
            pairs_of(before(self.starts[source + 1]) - before(self.starts[source]))
        };
        let never: u64 = (0..self.apart.len()).filter(|&at| self.apart[at]).map(of_source).sum();
        pairs_of(records.len()) - never
    }

    /// One past the last record that is never compared with this one and stands behind it; the record
    /// behind it where there is none.
    pub(super) fn first_compared(&self, record: u32) -> u32 {
        let source = self.source(record);
        if self.compares_within(source) { record + 1 } else { self.starts[source + 1] }
    }

    /// Whether any two records may be compared, whatever their sources.
    pub(super) fn compares_all(&self) -> bool {
        self.apart.is_empty()
    }

    /// Number of sources.
    pub(super) fn sources(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.starts.last().map_or(0, |&end| end as usize)
    }

    /// The number of a source's first record.
    pub(super) fn first(&self, source: usize) -> usize {
        self.starts[source] as usize
    }

    /// Number of a source's records.
    pub(super) fn rows(&self, source: usize) -> usize {
        (self.starts[source + 1] - self.starts[source]) as usize
    }

    /// The source and row of a record. O(sources), which are few.
    pub(super) fn split(&self, record: u32) -> (usize, usize) {
        let mut source = 0;
        while self.starts[source + 1] <= record {
            source += 1;
        }
        (source, (record - self.starts[source]) as usize)
    }

    /// The source of a record. O(sources), none of which is waited for: asked of records in no order, where
    /// to stop looking cannot be foretold.
    #[inline]
    pub(super) fn source(&self, record: u32) -> usize {
        let ends = self.starts.get(1..).unwrap_or_default();
        ends.iter().map(|&end| usize::from(end <= record)).sum()
    }

    /// The sources that some records are of: each with its rows among them.
    pub(super) fn of_sources(&self, records: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        (0..self.sources()).filter_map(move |source| {
            let (start, end) = (self.starts[source] as usize, self.starts[source + 1] as usize);
            let (first, past) = (records.start.max(start), records.end.min(end));
            (first < past).then(|| (source, first - start..past - start))
        })
    }

    /// The record as the other stages name it.
    pub(super) fn name(&self, record: u32) -> RecordRef {
        let (source, row) = self.split(record);
        RecordRef::new(SourceIndex(source as u8), row as u32)
    }

    /// The number of a record.
    pub(super) fn number(&self, record: RecordRef) -> u32 {
        self.starts[record.source.index()] + record.row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_of_records_go_both_ways_past_empty_sources() {
        let space = RecordSpace::of_rows(&[2, 0, 3]);
        let names: Vec<_> = (0..5).map(|record| space.split(record)).collect();
        assert_eq!(names, [(0, 0), (0, 1), (2, 0), (2, 1), (2, 2)]);
        assert!((0..5).all(|record| space.number(space.name(record)) == record));
        assert_eq!((space.len(), space.rows(1), space.rows(2)), (5, 0, 3));
    }
}
