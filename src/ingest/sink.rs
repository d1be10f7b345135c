//! Rows that are passed on while they are read, for deliveries that are too large to be held.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::FixedState;

use super::reject::RejectReason;
use crate::table::{SourceIndex, TextRows};

/// Takes the kept rows of deliveries in place of tables.
pub trait RowSink: Debug + Send {
    /// Takes the next rows of a source, in the order of delivery.
    fn take(&mut self, source: SourceIndex, rows: Rows);

    /// All rows of a source are in; by declared column, whether any file had it. None: the source is
    /// refused, and its rows do not count.
    fn finish(&mut self, source: SourceIndex, delivered: Option<Vec<bool>>);
}

/// Some rows of a source, as the office wrote them.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// One column per column of the source's declaration, in that order; `None` where it was not
    /// delivered.
    pub columns: Vec<Option<TextRows>>,
    /// Number of rows in every delivered column.
    pub rows: usize,
}

impl Rows {
    /// The text at a declared column and 0-based row; empty where nothing stands.
    pub fn text(&self, column: usize, row: usize) -> &str {
        self.columns.get(column).and_then(Option::as_ref).map_or("", |texts| texts.text(row))
    }
}

/// A sink that a night keeps a hand on.
pub type SharedSink = Arc<Mutex<dyn RowSink>>;

/// Where one source's rows go, and which record ids have gone there.
///
/// Ids are told apart by 128 bits of hash: two of a hundred million share them once in 10²² nights. 24 to 48
/// bytes an id, of one source at a time, are less than what the ids themselves and a table of them would take.
#[derive(Debug)]
pub(super) struct Stream {
    sink: SharedSink,
    source: SourceIndex,
    known: Ids,
}

impl Stream {
    pub(super) fn new(sink: SharedSink, source: SourceIndex) -> Self {
        Self { sink, source, known: Ids::default() }
    }

    /// Takes a record id in by its [`id_hash`], or says why its row is set aside.
    pub(super) fn take_id(&mut self, hash: u128) -> Option<RejectReason> {
        match hash {
            0 => Some(RejectReason::NoRecordId),
            hash => (!self.known.insert(hash)).then_some(RejectReason::DuplicateRecordId),
        }
    }

    /// Has the places of the next ids fetched together before they are taken in. Changes nothing.
    pub(super) fn warm(&self, hashes: &[u128]) {
        self.known.warm(hashes);
    }

    pub(super) fn pass_on(&self, rows: Rows) {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).take(self.source, rows);
    }

    pub(super) fn finish(&self, delivered: Option<Vec<bool>>) {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).finish(self.source, delivered);
    }
}

/// The hash of an id without the spaces around it; 0 where nothing is left.
pub(super) fn id_hash(id: &str) -> u128 {
    let text = id.trim();
    if text.is_empty() {
        return 0;
    }
    let half = |seed| {
        let mut hasher = FixedState::with_seed(seed).build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    };
    (u128::from(half(1)) << 64 | u128::from(half(2))).max(1)
}

/// A set of hashes, laid out so that places can be fetched ahead: each stands where its highest bits say, or
/// at the next free place.
#[derive(Debug, Default)]
struct Ids {
    /// 0 is a free place. Its length is nought or a power of two.
    words: Vec<u128>,
    len: usize,
}

impl Ids {
    /// Takes a hash in; whether it is new. O(1) on average.
    fn insert(&mut self, hash: u128) -> bool {
        if self.len + self.len / 2 >= self.words.len() {
            let places = (2 * self.words.len()).max(1 << 10);
            let old = std::mem::replace(&mut self.words, vec![0; places]);
            for hash in old.into_iter().filter(|hash| *hash != 0) {
                let place = self.place(hash);
                self.words[place] = hash;
            }
        }
        let place = self.place(hash);
        let is_new = self.words[place] == 0;
        self.words[place] = hash;
        self.len += usize::from(is_new);
        is_new
    }

    fn warm(&self, hashes: &[u128]) {
        if !self.words.is_empty() {
            let seen = hashes.iter().fold(0, |seen, &hash| seen ^ self.words[self.home(hash)]);
            std::hint::black_box(seen);
        }
    }

    fn home(&self, hash: u128) -> usize {
        (hash >> (u128::BITS - self.words.len().ilog2())) as usize
    }

    fn place(&self, hash: u128) -> usize {
        let mask = self.words.len() - 1;
        let mut place = self.home(hash);
        while self.words[place] != 0 && self.words[place] != hash {
            place = (place + 1) & mask;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_known_again_without_their_spaces_however_many_there_are() {
        let (mut ids, mut plain) = (Ids::default(), HashSet::new());
        for at in 0..200_000_u64 {
            let id = format!(" {} ", at * at % 150_001);
            let hash = id_hash(&id);
            ids.warm(&[hash, id_hash("another")]);
            assert_eq!(ids.insert(hash), plain.insert(id.trim().to_owned()), "{id}");
        }
        assert_eq!(ids.len, plain.len());
        assert_eq!((id_hash(" \t"), id_hash("")), (0, 0));
    }
}
