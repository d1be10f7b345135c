//! Records by key: scattered into partitions, equal keys gathered within each.
//!
//! A key's highest bits name its partition, so that equal keys meet in one, and
//! a partition is small enough to be gathered in cache, worked off and dropped by
//! one thread. Nothing is sorted: a table of keys counts, a second pass places.
//! Blocks stand in the order of their first records, records within a block in
//! their own order: both depend on the keys alone.

use std::ops::Range;

use rayon::prelude::*;

/// A record under its key, and where it is at home ([`super::homes`]), 0 for nowhere.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    key: u64,
    record: u32,
    home: u32,
}

/// Records that are scattered as one piece.
const PIECE: usize = 1 << 17;
/// Records of a partition, about: entries and table fit the second-level cache.
const PARTITION: usize = 1 << 15;

/// All records that have a key, in partitions.
pub(super) struct Partitions {
    pieces: Vec<Piece>,
    /// By partition, and one past the last: the entries before it.
    starts: Vec<u32>,
}

/// One piece of records, scattered.
struct Piece {
    entries: Vec<Entry>,
    /// By partition, and one past the last.
    starts: Vec<u32>,
}

/// Blocks of two records or more.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// By block: its key.
    keys: Vec<u64>,
    /// By block: one past its last record.
    ends: Vec<u32>,
    /// By block: whether all of its records are at home in one place.
    at_home: Vec<bool>,
    /// The blocks' records, back to back.
    records: Vec<u32>,
}

/// Records of one key, two or more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub(super) key: u64,
    /// How many records of blocks stand before it.
    pub(super) start: u32,
    /// Whether all of its records are at home in one place.
    pub(super) at_home: bool,
    pub(super) records: &'a [u32],
}

impl Blocks {
    pub(super) fn iter(&self) -> impl Iterator<Item = Block<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let told = self.keys.iter().zip(&self.at_home).zip(starts.zip(&self.ends));
        told.map(|((&key, &at_home), (start, &end))| Block {
            key,
            start,
            at_home,
            records: &self.records[start as usize..end as usize],
        })
    }
}

/// Calls on the places of equal values other than 0, two places or more at a time, in rising order.
/// The values are hashes: their highest bits tell them apart. O(values), in parallel.
pub(in crate::link) fn for_each_equal(values: &[u64], call: impl Fn(&[u32]) + Sync) {
    let keys = |places: Range<usize>, out: &mut Vec<u64>| {
        out.clear();
        out.extend_from_slice(&values[places]);
    };
    let partitions = Partitions::new(values.len(), keys, |_| 0);
    let of_partition = |gatherer: &mut Gatherer, at: usize| {
        partitions.blocks(at, gatherer).iter().for_each(|block| call(block.records));
    };
    (0..partitions.len()).into_par_iter().for_each_init(Gatherer::default, of_partition);
}

/// The records of one key.
#[derive(Clone, Copy, Debug)]
struct Group {
    key: u64,
    /// How many there are; then the place of the next one, `MAX` for a record alone.
    count: u32,
    /// Where the first one is at home; 0 where some are not at home there.
    home: u32,
}

/// What gathering needs again and again.
#[derive(Default)]
pub(super) struct Gatherer {
    entries: Vec<Entry>,
    /// Open addressing by key: one more than the group's number, 0 for an empty slot.
    slots: Vec<u32>,
    groups: Vec<Group>,
    /// By entry.
    group_of: Vec<u32>,
}

impl Gatherer {
    /// Gathers the records of equal keys. O(entries), each in cache.
    fn gather(&mut self) -> Blocks {
        let slots = (2 * self.entries.len()).next_power_of_two().max(2);
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.groups.clear();
        self.group_of.clear();
        for at in 0..self.entries.len() {
            let Entry { key, home, .. } = self.entries[at];
            let place = self.group(key, home, slots - 1);
            let group = &mut self.groups[place as usize];
            group.count += 1;
            group.home = if group.home == home { home } else { 0 };
            self.group_of.push(place);
        }
        self.place()
    }

    /// The group of a key, which is begun if it is new.
    fn group(&mut self, key: u64, home: u32, mask: usize) -> u32 {
        let mut slot = key as usize & mask;
        loop {
            let group = self.slots[slot];
            if group == 0 {
                self.groups.push(Group { key, count: 0, home });
                self.slots[slot] = self.groups.len() as u32;
                return self.groups.len() as u32 - 1;
            }
            if self.groups[group as usize - 1].key == key {
                return group - 1;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Places the records of groups of two or more side by side.
    fn place(&mut self) -> Blocks {
        let mut blocks = Blocks::default();
        let mut end = 0;
        for Group { key, count, home } in &mut self.groups {
            if *count < 2 {
                *count = u32::MAX;
                continue;
            }
            let start = end;
            end += *count;
            *count = start;
            blocks.keys.push(*key);
            blocks.ends.push(end);
            blocks.at_home.push(*home != 0);
        }
        blocks.records.resize(end as usize, 0);
        for (&Entry { record, .. }, &group) in self.entries.iter().zip(&self.group_of) {
            let next = &mut self.groups[group as usize].count;
            if *next != u32::MAX {
                blocks.records[*next as usize] = record;
                *next += 1;
            }
        }
        blocks
    }
}

impl Partitions {
    /// Scatters records by their keys; `keys` gives those of a range of records, 0 for none, and `home`
    /// says where a record is at home. O(records), in parallel.
    pub(super) fn new(
        records: usize,
        keys: impl Fn(Range<usize>, &mut Vec<u64>) + Sync,
        home: impl Fn(u32) -> u32 + Sync,
    ) -> Self {
        let bits = (records / PARTITION).max(1).next_power_of_two().ilog2();
        let firsts: Vec<usize> = (0..records).step_by(PIECE).collect();
        let scatter = |keys_of: &mut Vec<u64>, &first: &usize| {
            keys(first..(first + PIECE).min(records), keys_of);
            Piece::new(first as u32, keys_of, &home, bits)
        };
        let pieces: Vec<Piece> = firsts.par_iter().map_init(Vec::new, scatter).collect();
        let mut starts = vec![0];
        for at in 0..1 << bits {
            let entries: usize = pieces.iter().map(|piece| piece.partition(at).len()).sum();
            starts.push(starts[at] + entries as u32);
        }
        Self { pieces, starts }
    }

    /// Number of partitions.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of records that have a key.
    pub(super) fn entries(&self) -> usize {
        self.starts[self.len()] as usize
    }

    /// Number of entries in one partition.
    pub(super) fn entries_of(&self, at: usize) -> u32 {
        self.starts[at + 1] - self.starts[at]
    }

    /// Number of entries in the partitions before this one.
    pub(super) fn start(&self, at: usize) -> u32 {
        self.starts[at]
    }

    /// One partition's blocks. O(its entries).
    pub(super) fn blocks(&self, at: usize, gatherer: &mut Gatherer) -> Blocks {
        gatherer.entries.clear();
        self.pieces.iter().for_each(|piece| gatherer.entries.extend_from_slice(piece.partition(at)));
        gatherer.gather()
    }
}

impl Piece {
    /// A counting sort by the highest bits of the keys.
    fn new(first: u32, keys: &[u64], home: &impl Fn(u32) -> u32, bits: u32) -> Self {
        let partition = |key: u64| (key.checked_shr(64 - bits).unwrap_or(0)) as usize;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        for &key in keys.iter().filter(|key| **key != 0) {
            starts[partition(key) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut entries = vec![Entry::default(); starts[1 << bits] as usize];
        for (record, &key) in (first..).zip(keys).filter(|(_, key)| **key != 0) {
            let next = &mut next[partition(key)];
            entries[*next as usize] = Entry { key, record, home: home(record) };
            *next += 1;
        }
        Self { entries, starts }
    }

    fn partition(&self, at: usize) -> &[Entry] {
        &self.entries[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn home_of(record: u32) -> u32 {
        record / 5 % 3
    }

    fn blocks(keys: &[u64]) -> (BTreeMap<u64, Vec<u32>>, usize) {
        let read = |records: Range<usize>, out: &mut Vec<u64>| {
            out.clear();
            out.extend_from_slice(&keys[records]);
        };
        let partitions = Partitions::new(keys.len(), read, home_of);
        let mut gatherer = Gatherer::default();
        let mut found = BTreeMap::new();
        for at in 0..partitions.len() {
            let mut before = 0;
            for Block { key, start, at_home, records } in partitions.blocks(at, &mut gatherer).iter() {
                assert_eq!(start, before);
                let home = home_of(records[0]);
                assert_eq!(at_home, home != 0 && records.iter().all(|&record| home_of(record) == home));
                before += records.len() as u32;
                assert!(found.insert(key, records.to_vec()).is_none(), "a key has one block");
            }
            assert!(before <= partitions.entries_of(at));
        }
        (found, partitions.entries())
    }

    /// The plain twin.
    fn naive(keys: &[u64]) -> BTreeMap<u64, Vec<u32>> {
        let mut found: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (record, &key) in (0..).zip(keys).filter(|(_, key)| **key != 0) {
            found.entry(key).or_default().push(record);
        }
        found.retain(|_, records| records.len() > 1);
        found
    }

    proptest! {
        #[test]
        fn blocks_are_the_records_of_equal_keys(keys in prop::collection::vec(0_u64..9, 0..60)) {
            for spread in [1, u64::MAX / 9] {
                let keys: Vec<u64> = keys.iter().map(|key| key.wrapping_mul(spread)).collect();
                let with_key = keys.iter().filter(|key| **key != 0).count();
                prop_assert_eq!(blocks(&keys), (naive(&keys), with_key));
            }
        }
    }

    #[test]
    fn equal_values_are_found_over_all_partitions() {
        let spread = |at: u64| (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let values: Vec<u64> = (0..3 * PARTITION as u64).map(|at| spread(at / 3) * (at % 5).min(1)).collect();
        let found = std::sync::Mutex::new(Vec::new());
        for_each_equal(&values, |places| found.lock().unwrap().push(places.to_vec()));
        let mut found = found.into_inner().unwrap();
        found.sort();
        let mut expected: Vec<Vec<u32>> = naive(&values).into_values().collect();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn many_partitions_are_the_same_as_one() {
        let key = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (at % 3);
        let keys: Vec<u64> = (0..5 * PARTITION as u64 + 17).map(|at| key(at / 2)).collect();
        assert_eq!(blocks(&keys).0, naive(&keys));
    }
}
