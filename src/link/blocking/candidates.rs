//! Candidate pairs on their way to the judge.

use crate::link::space::RecordSpace;

/// Pairs, or records, that are gathered before they are compared: what is fetched for them fits
/// the second-level cache.
const BATCH: usize = 2048;

/// A batch of candidate pairs of some records: `records[left[i]] < records[right[i]]`.
#[derive(Debug, Default)]
pub(in crate::link) struct Candidates {
    pub(in crate::link) records: Vec<u32>,
    /// Places in `records`.
    pub(in crate::link) left: Vec<u32>,
    pub(in crate::link) right: Vec<u32>,
}

impl Candidates {
    /// Takes a block's records in, and all of its pairs.
    pub(super) fn add_block(&mut self, block: &[u32]) {
        let first = self.records.len() as u32;
        self.records.extend(block.iter().copied());
        if let Some(pairs) = PAIRS_OF_SMALL.get(block.len()) {
            // Most blocks are of two to four records: one step for all of their pairs.
            self.left.extend(pairs.iter().map(|pair| first + u32::from(pair[0])));
            self.right.extend(pairs.iter().map(|pair| first + u32::from(pair[1])));
            return;
        }
        let past = first + block.len() as u32;
        for left in first..past {
            self.left.extend((left + 1..past).map(|_| left));
            self.right.extend(left + 1..past);
        }
    }

    /// Takes a block's records in, which ascend, and those of its pairs that are compared.
    pub(super) fn add_block_of(&mut self, block: &[u32], space: &RecordSpace) {
        let first = self.records.len() as u32;
        self.records.extend(block.iter().copied());
        for (at, &record) in block.iter().enumerate() {
            let from = space.first_compared(record);
            let right = block.partition_point(|&other| other < from) as u32;
            self.left.extend((right..block.len() as u32).map(|_| first + at as u32));
            self.right.extend(first + right..first + block.len() as u32);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.left.len() >= BATCH || self.records.len() >= BATCH
    }

    pub(in crate::link) fn clear(&mut self) {
        self.records.clear();
        self.left.clear();
        self.right.clear();
    }

    /// Leaves out the records that are in no pair; `places` is scratch.
    pub(super) fn drop_unpaired(&mut self, places: &mut Vec<u32>) {
        const UNPAIRED: u32 = u32::MAX;
        places.clear();
        places.resize(self.records.len(), UNPAIRED);
        self.left.iter().chain(&self.right).for_each(|&at| places[at as usize] = 0);
        let mut paired = 0;
        for (at, place) in places.iter_mut().enumerate().filter(|(_, place)| **place != UNPAIRED) {
            self.records[paired as usize] = self.records[at];
            *place = paired;
            paired += 1;
        }
        self.records.truncate(paired as usize);
        self.left.iter_mut().chain(&mut self.right).for_each(|at| *at = places[*at as usize]);
    }

    /// Keeps the pairs of which `keep` says so, by places of both records.
    pub(super) fn retain(&mut self, keep: impl Fn(usize, usize) -> bool) {
        let mut kept = 0;
        for at in 0..self.left.len() {
            let (left, right) = (self.left[at], self.right[at]);
            (self.left[kept], self.right[kept]) = (left, right);
            kept += usize::from(keep(left as usize, right as usize));
        }
        self.left.truncate(kept);
        self.right.truncate(kept);
    }
}

/// By size of a block: its pairs, by places in the block.
const PAIRS_OF_SMALL: [&[[u8; 2]]; 6] = [
    &[],
    &[],
    &[[0, 1]],
    &[[0, 1], [0, 2], [1, 2]],
    &[[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]],
    &[[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4], [2, 3], [2, 4], [3, 4]],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_gives_each_pair_once_whatever_its_size() {
        let mut batch = Candidates::default();
        let mut expected = Vec::new();
        for size in 0..9_u32 {
            let block: Vec<u32> = (0..size).map(|at| 100 * size + at).collect();
            expected
                .extend((0..size).flat_map(|a| (a + 1..size).map(move |b| (100 * size + a, 100 * size + b))));
            batch.add_block(&block);
        }
        let record = |at: &u32| batch.records[*at as usize];
        let pairs: Vec<(u32, u32)> =
            batch.left.iter().map(record).zip(batch.right.iter().map(record)).collect();
        assert_eq!(pairs, expected);
    }
}
