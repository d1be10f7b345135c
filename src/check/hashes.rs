//! Names and words of lists as hashes, so that records are compared by numbers and no text is touched.
//!
//! Every dictionary has codes of its own; a hash of 64 bits is the same in all of them. A province compares some
//! hundred million pairs of texts a night: two different ones have one hash once in a hundred thousand nights.

use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::hash::{BuildHasher, Hasher};

use crate::normalise::{Records, Values};

/// The hashes of one column's texts, by code.
#[derive(Debug, Default)]
pub(super) enum Hashed {
    /// Not a column of names or words, or not delivered.
    #[default]
    None,
    /// Of the key and the plain key of a name; 0 where there is none.
    Names(Vec<[u64; 2]>),
    /// Of a word of a list; 0 for no word.
    Words(Vec<u64>),
}

/// By source and column.
#[derive(Debug, Default)]
pub(super) struct Hashes(Vec<Vec<Hashed>>);

/// Texts in one piece of work.
const PIECE: usize = 1 << 14;

impl Hashes {
    /// Hashes every name and word of all columns, once a distinct text. O(total length), in parallel.
    pub(super) fn new(sources: &[Option<&Records>]) -> Self {
        let of_source = |records: &Option<&Records>| -> Vec<Hashed> {
            records.map_or_else(Vec::new, |records| {
                (0..records.values.len()).map(|column| hashed(records, column)).collect()
            })
        };
        Self(sources.iter().map(of_source).collect())
    }

    /// The hashes of a column.
    pub(super) fn of(&self, source: usize, column: usize) -> &Hashed {
        self.0.get(source).and_then(|columns| columns.get(column)).unwrap_or(&Hashed::None)
    }
}

fn hashed(records: &Records, column: usize) -> Hashed {
    let texts = records.table.columns.get(column).and_then(Option::as_ref);
    let values = records.values.get(column).and_then(Option::as_ref);
    let (Some(texts), Some(values)) = (texts, values) else { return Hashed::None };
    let codes = (0..texts.dictionary().len() as u32).into_par_iter().with_min_len(PIECE);
    match values {
        Values::PersonName(names) => {
            Hashed::Names(codes.map(|code| [hash(names.key(code)), hash(names.plain(code))]).collect())
        }
        Values::Category(words) => {
            Hashed::Words(codes.map(|code| words.word(code).map_or(0, hash)).collect())
        }
        _ => Hashed::None,
    }
}

/// Never 0 for a text: that is no value.
pub(super) fn hash(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish() | 1
}
