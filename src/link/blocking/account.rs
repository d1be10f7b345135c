//! What a blocking rule met and what it left out.

/// Sizes of largest blocks that are kept.
const LARGEST: usize = 3;

/// What a blocking rule met and what it left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockingAccount {
    /// The rule's id.
    pub rule: String,
    /// Records that have all of its keys.
    pub records: u64,
    /// Blocks of two records or more that were worked off.
    pub blocks: u64,
    /// Records of the largest of them.
    pub block_size_max: u64,
    /// Records of the largest blocks as the keys alone make them, before any cap; largest first.
    pub largest: [u64; LARGEST],
    /// Pairs in the blocks that were worked off.
    pub pairs: u64,
    /// Pairs that no earlier rule had met.
    pub pairs_new: u64,
    /// Records in blocks that were left out as too large, after finer keys.
    pub records_left_out: u64,
    /// Pairs in those blocks.
    pub pairs_left_out: u64,
}

impl BlockingAccount {
    /// Adds what was met elsewhere under the same rule.
    pub fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.blocks += other.blocks;
        self.block_size_max = self.block_size_max.max(other.block_size_max);
        other.largest.iter().for_each(|&size| self.see(size));
        self.pairs += other.pairs;
        self.pairs_new += other.pairs_new;
        self.records_left_out += other.records_left_out;
        self.pairs_left_out += other.pairs_left_out;
    }

    /// Takes note of a block as the keys alone make it.
    pub(super) fn see(&mut self, records: u64) {
        let smaller = self.largest.iter().position(|&size| size < records);
        if let Some(at) = smaller {
            self.largest[at..].rotate_right(1);
            self.largest[at] = records;
        }
    }

    /// Takes note of a block that is worked off, and of how many pairs it gives.
    pub(super) fn work_off(&mut self, records: u64, pairs: u64) {
        self.blocks += u64::from(records > 1);
        self.pairs += pairs;
        self.block_size_max = self.block_size_max.max(records);
    }
}

/// Unordered pairs of so many records.
pub(super) fn pairs_of(records: u64) -> u64 {
    records * records.saturating_sub(1) / 2
}
