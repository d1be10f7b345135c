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
    /// Of names: two columns, as most need but one of them.
    Names(Names),
    /// Of a word of a list; 0 for no word.
    Words(Vec<u64>),
}

/// The hashes of names; 0 where there is none.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Of the key. The last bit tells whether it has any mark: see [`is_marked`].
    pub(super) keys: Vec<u64>,
    /// Of the plain key.
    pub(super) plain: Vec<u64>,
}

/// Whether the key of a hash is another text than its plain key.
pub(super) fn is_marked(key: u64) -> bool {
    key & 1 == 1
}

/// By source and column.
#[derive(Debug, Default)]
pub(super) struct Hashes(Vec<Vec<Hashed>>);

/// Texts in one piece of work.
const PIECE: usize = 1 << 14;

impl Hashes {
    /// Hashes every name and word of all columns, once a distinct text. O(total length), in parallel.
    pub(super) fn new(sources: &[Option<&Records>]) -> Self {
        let of_source = |records: Option<&Records>| -> Vec<Hashed> {
            records.map_or_else(Vec::new, |records| {
                (0..records.values.len()).map(|column| hashed(records, column)).collect()
            })
        };
        Self(sources.iter().copied().map(of_source).collect())
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
            let of = |code| key_and_plain(names.key(code), names.plain(code));
            let (keys, plain) = codes.map(of).unzip();
            Hashed::Names(Names { keys, plain })
        }
        Values::Category(words) => {
            Hashed::Words(codes.map(|code| words.word(code).map_or(0, hash)).collect())
        }
        _ => Hashed::None,
    }
}

fn key_and_plain(key: &str, plain: &str) -> (u64, u64) {
    let marked = u64::from(key != plain);
    // The last bit but one keeps the hash of a text from being 0, which is no value.
    let of_key = if key.is_empty() { 0 } else { hash(key) & !1 | 2 | marked };
    (of_key, hash(plain))
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
