//! The partition of all records into people, and the people's ids.
//!
//! A person's id is made from its first record's name, unless an earlier run knew the person: see
//! [`super::continuity`].

use std::fmt::Write;
use std::ops::{Index, Range};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::continuity::{self, Continuity};
use super::previous::PreviousPeople;
use super::space::RecordSpace;
use crate::table::RecordRef;

/// The partition of all kept records into people, numbered in the order of their first records.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// By source, then row: the person's 0-based number.
    pub person_of: Vec<Vec<u32>>,
    /// By person: its records, in order.
    pub members: Members,
    /// By person: its id, `P` and 16 hex digits, made from its first record's source and id or
    /// kept from an earlier run.
    pub ids: PersonIds,
    /// How ids went on from an earlier run; none where none was given.
    pub continuity: Option<Continuity>,
}

/// The records of each person, back to back: `members[person]` is a slice.
#[derive(Clone, Debug, Default)]
pub struct Members {
    records: Vec<RecordRef>,
    /// `ends[person]` is one past the person's last record.
    ends: Vec<u32>,
}

impl Members {
    /// Number of people.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A person's records; none where there is no such person.
    pub fn get(&self, person: usize) -> &[RecordRef] {
        if person < self.len() { &self[person] } else { &[] }
    }

    /// The records of some people, back to back, and where among all records they begin.
    ///
    /// # Panics
    /// If there are not so many people.
    pub fn of(&self, people: Range<usize>) -> (&[RecordRef], usize) {
        let (start, end) = (self.start(people.start), self.start(people.end));
        (&self.records[start..end], start)
    }

    /// Where a person's records begin among all.
    fn start(&self, person: usize) -> usize {
        person.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    /// Each person's records, in order of people.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[RecordRef]> {
        (0..self.len()).map(|person| &self[person])
    }
}

impl Index<usize> for Members {
    type Output = [RecordRef];

    fn index(&self, person: usize) -> &[RecordRef] {
        &self.records[self.start(person)..self.ends[person] as usize]
    }
}

impl FromIterator<Vec<RecordRef>> for Members {
    fn from_iter<I: IntoIterator<Item = Vec<RecordRef>>>(people: I) -> Self {
        let mut members = Self::default();
        for records in people {
            members.records.extend(records);
            members.ends.push(members.records.len() as u32);
        }
        members
    }
}

/// Characters of a person's id.
const ID_LENGTH: usize = 17;

/// The people's ids, back to back: `ids[person]` is a text of 17 characters.
#[derive(Clone, Debug, Default)]
pub struct PersonIds(String);

impl PersonIds {
    /// Number of ids.
    pub fn len(&self) -> usize {
        self.0.len() / ID_LENGTH
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids in order of people.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|person| &self[person])
    }
}

impl Index<usize> for PersonIds {
    type Output = str;

    fn index(&self, person: usize) -> &str {
        &self.0[ID_LENGTH * person..ID_LENGTH * (person + 1)]
    }
}

impl PersonIds {
    fn of(ids: &[u64]) -> Self {
        let mut texts = String::with_capacity(ID_LENGTH * ids.len());
        for id in ids {
            // Writing to a `String` cannot fail.
            let _ = write!(texts, "P{id:016x}");
        }
        Self(texts)
    }
}

impl FromIterator<u64> for PersonIds {
    fn from_iter<I: IntoIterator<Item = u64>>(ids: I) -> Self {
        Self::of(&ids.into_iter().collect::<Vec<_>>())
    }
}

impl People {
    /// People out of each record's cluster, named by any one of its records' numbers.
    ///
    /// `name_record` gives the id of a record's source and the record's own id. O(n), and
    /// O(n log n) after an earlier run.
    pub(super) fn new<'a>(
        space: &RecordSpace,
        cluster_of: &[u32],
        previous: Option<&PreviousPeople>,
        name_record: impl Fn(u32) -> (&'a str, &'a str) + Sync,
    ) -> Self {
        let (person, sizes) = number_people(cluster_of);
        let records = order_members(space, &person, &sizes);
        let members = Members { ends: running_sum(&sizes), records };
        let first = |person: usize| {
            let of_source = members.get(person).first().map(|first| first.source);
            let named = members.get(person).iter().filter(|record| Some(record.source) == of_source);
            named.map(|&record| name_record(space.number(record))).min().unwrap_or_default()
        };
        let (ids, continuity) = match previous {
            None => ((0..members.len()).into_par_iter().map(|at| id_hash(first(at))).collect(), None),
            Some(previous) => {
                let old = old_people(previous, space, &name_record);
                let old_of = |record| old[space.number(record) as usize];
                let (ids, continuity) = continuity::ids(previous, &members, old_of, first);
                (ids, Some(continuity))
            }
        };
        let mut person_of = Vec::with_capacity(space.sources());
        let mut rest = person.as_slice();
        for source in 0..space.sources() {
            let (own, others) = rest.split_at(space.rows(source));
            person_of.push(own.to_vec());
            rest = others;
        }
        Self { person_of, members, ids: PersonIds::of(&ids), continuity }
    }
}

/// Each record's person, numbered in order of first records, and each person's size.
fn number_people(cluster_of: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut number = vec![u32::MAX; cluster_of.len()];
    let mut sizes: Vec<u32> = Vec::new();
    let mut person = Vec::with_capacity(cluster_of.len());
    for &cluster in cluster_of {
        let number = &mut number[cluster as usize];
        if *number == u32::MAX {
            *number = sizes.len() as u32;
            sizes.push(0);
        }
        sizes[*number as usize] += 1;
        person.push(*number);
    }
    (person, sizes)
}

/// All records by person, then number.
fn order_members(space: &RecordSpace, person: &[u32], sizes: &[u32]) -> Vec<RecordRef> {
    let mut next = running_sum(sizes);
    for (next, size) in next.iter_mut().zip(sizes) {
        *next -= size;
    }
    let mut records = vec![RecordRef::new(crate::table::SourceIndex(0), 0); person.len()];
    for (record, &person) in person.iter().enumerate() {
        let next = &mut next[person as usize];
        records[*next as usize] = space.name(record as u32);
        *next += 1;
    }
    records
}

/// By record: its person in an earlier run.
fn old_people<'a>(
    previous: &PreviousPeople,
    space: &RecordSpace,
    name_record: impl Fn(u32) -> (&'a str, &'a str) + Sync,
) -> Vec<Option<u32>> {
    let of = |record| {
        let (source, id) = name_record(record);
        previous.person_of(source, id)
    };
    (0..space.len() as u32).into_par_iter().with_min_len(1 << 12).map(of).collect()
}

fn running_sum(sizes: &[u32]) -> Vec<u32> {
    let mut sum = 0;
    let add = |size: &u32| {
        sum += size;
        sum
    };
    sizes.iter().map(add).collect()
}

/// The first 8 bytes, big end first, of the SHA-256 of source id, a zero byte and record id:
/// the same in every version of the program.
pub(super) fn id_hash((source, record_id): (&str, &str)) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(source.as_bytes());
    hasher.update([0]);
    hasher.update(record_id.as_bytes());
    first_bytes(hasher)
}

/// The id to take where another is taken: the first 8 bytes of the SHA-256 of its 8.
pub(super) fn next_id_hash(taken: u64) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(taken.to_be_bytes());
    first_bytes(hasher)
}

fn first_bytes(hasher: Sha256) -> u64 {
    hasher.finalize().iter().take(8).fold(0, |hash, &byte| hash << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_numbered_by_first_record_and_named_by_the_least_id_of_the_first_source() {
        let space = RecordSpace::of_rows(&[2, 3]);
        let ids = [("a", "9"), ("a", "10"), ("b", "x"), ("b", "y"), ("b", "z")];
        let people = People::new(&space, &[0, 0, 3, 3, 0], None, |record| ids[record as usize]);
        assert_eq!(people.person_of, [vec![0, 0], vec![1, 1, 0]]);
        let rows: Vec<Vec<(u8, u32)>> =
            people.members.iter().map(|m| m.iter().map(|r| (r.source.0, r.row)).collect()).collect();
        assert_eq!(rows, [vec![(0, 0), (0, 1), (1, 2)], vec![(1, 0), (1, 1)]]);
        assert_eq!(&people.ids[0], format!("P{:016x}", id_hash(("a", "10"))));
        assert_eq!(people.ids.len(), 2);
    }

    #[test]
    fn a_persons_id_is_the_same_in_every_version() {
        assert_eq!(format!("{:016x}", id_hash(("cu_tru", "HS1"))), KNOWN);
    }

    /// `printf 'cu_tru\0HS1' | sha256sum`, its first 16 digits.
    const KNOWN: &str = "6a4d6ec2f431d734";
}
