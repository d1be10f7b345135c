//! Tables → links, people, pairs for clerical review.
//!
//! Input: the records of all sources. Output: [`Linkage`]. Invariants: the
//! links with decision `link` are exactly the edges inside people; every kept
//! record is of one person; nothing depends on the number of threads.

use crate::table::RecordRef;

/// What linkage found out.
#[derive(Debug, Default)]
pub struct Linkage {
    /// Linked and reviewed pairs, sorted by left, then right record; `left < right`.
    pub links: Vec<Link>,
    /// Who is who.
    pub people: People,
    /// The comparisons' names, in the order of [`Link::levels`].
    pub comparisons: Vec<Comparison>,
    /// The blocking rules' names, in the order of [`Link::blocking_rule`].
    pub blocking_rules: Vec<String>,
}

/// A comparison's name and the names of its levels.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its id, which names its column in `links.parquet`.
    pub id: String,
    /// The names of its levels; [`Link::levels`] holds places in this list.
    pub levels: Vec<String>,
}

/// A pair of records held to be one person, or to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The lesser record.
    pub left: RecordRef,
    /// The greater record.
    pub right: RecordRef,
    /// log2 of the odds that the agreement gives, in bits.
    pub match_weight_bits: f64,
    /// Probability that both are one person, 0 to 1.
    pub match_probability: f64,
    /// What follows from it.
    pub decision: Decision,
    /// Why a pair is under review: cut, tied, contradicted.
    pub reason: Option<String>,
    /// The first blocking rule that met the pair.
    pub blocking_rule: u16,
    /// One level a comparison.
    pub levels: Vec<u8>,
}

/// What is done with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// One person.
    Link,
    /// To be looked at by a clerk.
    Review,
}

/// The partition of all kept records into people.
#[derive(Debug, Default)]
pub struct People {
    /// By source, then row: the person's 0-based number.
    pub person_of: Vec<Vec<u32>>,
    /// By person: its records, in order.
    pub members: Vec<Vec<RecordRef>>,
    /// By person: its id, `P` and 16 hex digits, made from its first record's source and id.
    pub ids: Vec<String>,
}
