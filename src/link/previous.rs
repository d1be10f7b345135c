//! The people of an earlier run: which record was of whom, by hashes alone.
//!
//! 12 bytes a record and 8 a person, whatever their ids look like. A record is found by a
//! hash of 64 bits of source and id; that two of ten million records share one is seen once
//! in some 300,000 nights, and then one of them has another's old person to count for.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;
use rayon::prelude::*;

/// A record and its person in an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownRecord {
    record: u64,
    person: u64,
}

impl KnownRecord {
    /// `None` where a name is empty or the person's id is not `P` and 16 hex digits in lower case.
    pub fn new(source: &str, record_id: &str, person_id: &str) -> Option<Self> {
        let digits = person_id.strip_prefix('P').filter(|digits| digits.len() == 16)?;
        let known = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if source.is_empty() || record_id.is_empty() || !digits.bytes().all(known) {
            return None;
        }
        let person = u64::from_str_radix(digits, 16).ok()?;
        Some(Self { record: record_hash(source, record_id), person })
    }
}

/// The people of an earlier run.
#[derive(Clone, Debug, Default)]
pub struct PreviousPeople {
    records: Keys,
    /// By place among the records: the place of its person's id.
    person_of: Vec<u32>,
    /// People's ids, which stand in the order of their texts.
    ids: Keys,
    /// Rows that name a record again for another person. The person of the lesser id counts.
    pub named_twice: u64,
}

impl PreviousPeople {
    /// Of records in any order. O(n log n).
    ///
    /// Records beyond 2³² − 1 are left out: there are never so many.
    pub fn new(mut known: Vec<KnownRecord>) -> Self {
        known.par_sort_unstable();
        known.dedup();
        let rows = known.len();
        known.dedup_by_key(|one| one.record);
        known.truncate(u32::MAX as usize);
        let mut ids: Vec<u64> = known.par_iter().map(|one| one.person).collect();
        ids.par_sort_unstable();
        ids.dedup();
        let ids = Keys::new(ids);
        let place = |one: &KnownRecord| ids.find(one.person).unwrap_or(0) as u32;
        let person_of = known.par_iter().map(place).collect();
        let records = Keys::new(known.iter().map(|one| one.record).collect());
        Self { named_twice: (rows - records.sorted.len()) as u64, records, person_of, ids }
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.ids.sorted.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.ids.sorted.is_empty()
    }

    /// The number of a record's person: people are numbered in the order of their ids. O(1) on average.
    pub fn person_of(&self, source: &str, record_id: &str) -> Option<u32> {
        self.person_of.get(self.records.find(record_hash(source, record_id))?).copied()
    }

    /// The id of a person by number.
    pub(super) fn id(&self, person: u32) -> u64 {
        self.ids.sorted.get(person as usize).copied().unwrap_or(0)
    }

    /// Whether somebody had this id.
    pub(super) fn has(&self, id: u64) -> bool {
        self.ids.find(id).is_some()
    }
}

fn record_hash(source: &str, record_id: &str) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(source.as_bytes());
    hasher.write_u8(0);
    hasher.write(record_id.as_bytes());
    hasher.finish()
}

/// Distinct numbers in ascending order, with where those of each beginning start. Hashes are spread
/// evenly, so that a search ends within some four of them; others take O(log n).
#[derive(Clone, Debug, Default)]
struct Keys {
    sorted: Vec<u64>,
    /// By the keys' highest bits: the place of the first key from there on, and one past the last.
    starts: Vec<u32>,
    bits: u32,
}

impl Keys {
    fn new(keys: Vec<u64>) -> Self {
        let bits = keys.len().max(8).ilog2() - 2;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        for &key in &keys {
            starts[(key >> (64 - bits)) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { sorted: keys, starts, bits }
    }

    fn find(&self, key: u64) -> Option<usize> {
        let bucket = key.checked_shr(64 - self.bits).unwrap_or(0) as usize;
        let (start, end) = (*self.starts.get(bucket)? as usize, *self.starts.get(bucket + 1)? as usize);
        let within = self.sorted.get(start..end)?.binary_search(&key).ok()?;
        Some(start + within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_of_another_form_and_records_without_a_name_are_not_known() {
        assert!(KnownRecord::new("cu_tru", "HS1", "P00000000000000ff").is_some());
        for id in [
            "",
            "P",
            "P00000000000000FF",
            "P+0000000000000ff",
            "Q00000000000000ff",
            "P00000000000000ff0",
            "P0000000đ00000ff",
        ] {
            assert_eq!(KnownRecord::new("cu_tru", "HS1", id), None, "{id}");
        }
        assert_eq!(KnownRecord::new("", "HS1", "P00000000000000ff"), None);
        assert_eq!(KnownRecord::new("cu_tru", "", "P00000000000000ff"), None);
    }

    #[test]
    fn a_record_of_two_people_counts_for_the_lesser_id_and_is_counted() {
        let known = |id: &str| KnownRecord::new("s", "a", id).unwrap();
        let [one, two] = ["P0000000000000001", "P0000000000000002"].map(known);
        let people = PreviousPeople::new(vec![two, one, two]);
        assert_eq!((people.named_twice, people.len()), (1, 1));
        assert_eq!(people.person_of("s", "a").map(|at| people.id(at)), Some(1));
        assert!(people.has(1) && !people.has(2));
    }

    proptest! {
        #[test]
        fn a_key_is_found_where_it_stands(mut keys in prop::collection::vec(prop_oneof![any::<u64>(), 0_u64..9], 0..200), other in any::<u64>()) {
            keys.sort_unstable();
            keys.dedup();
            let table = Keys::new(keys.clone());
            for (at, &key) in keys.iter().enumerate() {
                prop_assert_eq!(table.find(key), Some(at));
            }
            prop_assert_eq!(table.find(other), keys.binary_search(&other).ok());
            prop_assert_eq!(Keys::default().find(other), None);
        }
    }
}
