//! Rows that are passed on while they are read, for deliveries that are too large to be held.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::FixedState;
use hashbrown::HashSet;

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
/// Ids are told apart by 128 bits of hash: two of a hundred million share them once in 10²² nights. 16
/// bytes an id are a fraction of what the ids themselves would take.
#[derive(Debug)]
pub(super) struct Stream {
    sink: SharedSink,
    source: SourceIndex,
    known: HashSet<u128, FixedState>,
}

impl Stream {
    pub(super) fn new(sink: SharedSink, source: SourceIndex) -> Self {
        Self { sink, source, known: HashSet::default() }
    }

    /// Takes a record id in, or says why its row is set aside.
    pub(super) fn take_id(&mut self, id: &str) -> Option<RejectReason> {
        let trimmed = id.trim();
        if trimmed.is_empty() {
            return Some(RejectReason::NoRecordId);
        }
        if self.known.insert(wide_hash(trimmed)) { None } else { Some(RejectReason::DuplicateRecordId) }
    }

    pub(super) fn pass_on(&self, rows: Rows) {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).take(self.source, rows);
    }

    pub(super) fn finish(&self, delivered: Option<Vec<bool>>) {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).finish(self.source, delivered);
    }
}

fn wide_hash(text: &str) -> u128 {
    let half = |seed| {
        let mut hasher = FixedState::with_seed(seed).build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}
