//! Batches of rows → column builders: where a row is kept or set aside.

use std::collections::HashSet;
use std::fmt::Write as _;

use rayon::prelude::*;

use super::mapping::Mapping;
use super::reject::{RAW_TOTAL_MAX, Reject, RejectReason};
use super::sink::{Rows, Stream, id_hash};
use crate::table::{Table, TextColumnBuilder, TextHash, TextRows};

/// Rows of one file that were cut into cells, column by column.
pub(super) trait Batch: Sync {
    /// Rows with cells.
    fn rows(&self) -> usize;

    /// Rows with cells that must be set aside all the same, by 0-based row, in order.
    fn refused(&self) -> &[(usize, RejectReason)];

    /// Rows that have no cells, because they could not be cut.
    fn broken(&self) -> usize;

    /// Shows each row's text of a slot of the file's mapping, in order of rows.
    fn visit(&self, slot: usize, show: impl FnMut(usize, &str));

    /// The broken rows and the `dropped` ones as rejects, in order of the file.
    fn rejects(&self, file: u32, dropped: &[(usize, RejectReason)]) -> Vec<Reject>;
}

/// One source's rows so far.
///
/// Codes are given in row order, one column a task, so they do not depend on
/// the number of threads or on how the file was cut into batches.
#[derive(Debug)]
pub(super) struct Intake {
    columns: Vec<Option<TextColumnBuilder>>,
    record_id: usize,
    /// Trimmed record ids that were delivered with outer spaces. Ids without
    /// are found in the column itself.
    trimmed_ids: HashSet<String, foldhash::fast::FixedState>,
    /// Rows that were given a number, where a source has no record ids.
    rows_numbered: u64,
    pub(super) rows_read: u64,
    pub(super) rows_kept: u64,
    pub(super) rejects: Vec<Reject>,
    raw_room: usize,
    /// Where rows go that are not kept here.
    stream: Option<Stream>,
}

impl Intake {
    pub(super) fn new(columns: usize, record_id: usize) -> Self {
        Self {
            columns: (0..columns).map(|_| None).collect(),
            record_id,
            trimmed_ids: HashSet::default(),
            rows_numbered: 0,
            rows_read: 0,
            rows_kept: 0,
            rejects: Vec::new(),
            raw_room: RAW_TOTAL_MAX,
            stream: None,
        }
    }

    /// The same for rows that are passed on as they come.
    pub(super) fn into_stream(self, stream: Stream) -> Self {
        Self { stream: Some(stream), ..self }
    }

    /// Makes ready for a file's columns. One that earlier files had not is
    /// empty in their rows.
    pub(super) fn begin(&mut self, mapping: &Mapping) {
        let rows = self.rows_kept as usize;
        let numbers = if mapping.record_id.is_none() { Some(self.record_id) } else { None };
        for declared in mapping.slots.iter().map(|slot| slot.declared).chain(numbers) {
            self.columns[declared].get_or_insert_with(|| {
                let mut builder = TextColumnBuilder::default();
                builder.push_empty(rows);
                builder
            });
        }
    }

    /// Takes batches that follow each other in a file. O(cells) on average.
    pub(super) fn take<B: Batch>(&mut self, mapping: &Mapping, file: u32, batches: &[B]) {
        let dropped: Vec<Vec<(usize, RejectReason)>> = match (mapping.record_id, &self.stream) {
            (Some(slot), None) => batches.iter().map(|batch| self.take_ids(slot, batch)).collect(),
            (Some(slot), Some(_)) => batches.iter().map(|batch| self.stream_ids(slot, batch)).collect(),
            (None, _) => batches.iter().map(|batch| self.number_rows(batch)).collect(),
        };
        if let Some(stream) = self.stream.take() {
            stream.pass_on(self.piece(mapping, batches, &dropped));
            self.stream = Some(stream);
        } else {
            self.push(mapping, batches, &dropped);
        }
        for (batch, dropped) in batches.iter().zip(&dropped) {
            self.rows_read += (batch.rows() + batch.broken()) as u64;
            if batch.broken() + dropped.len() > 0 {
                self.set_aside(batch.rejects(file, dropped));
            }
        }
    }

    /// Pushes the texts of the rows that stay, but for their ids, a column a task.
    fn push<B: Batch>(&mut self, mapping: &Mapping, batches: &[B], dropped: &[Vec<(usize, RejectReason)>]) {
        let rows = self.rows_kept as usize;
        let slot_of = |declared| mapping.slots.iter().position(|slot| slot.declared == declared);
        let record_id = self.record_id;
        let columns = self.columns.par_iter_mut().with_max_len(1).enumerate();
        let others = columns.filter(|(at, _)| *at != record_id);
        others.filter_map(|(at, builder)| Some((at, builder.as_mut()?))).for_each(|(declared, builder)| {
            match slot_of(declared) {
                Some(slot) => push_column(builder, slot, batches, dropped),
                None => builder.push_empty(rows - builder.len()),
            }
        });
    }

    /// The rows of some batches that stay, to be passed on.
    fn piece<B: Batch>(
        &mut self,
        mapping: &Mapping,
        batches: &[B],
        dropped: &[Vec<(usize, RejectReason)>],
    ) -> Rows {
        let rows = batches.iter().zip(dropped).map(|(batch, dropped)| batch.rows() - dropped.len()).sum();
        let mut numbered = self.columns.get_mut(self.record_id).filter(|_| mapping.record_id.is_none());
        let numbers = numbered.as_mut().and_then(|column| column.replace(TextColumnBuilder::default()));
        let column = |declared| {
            let slot = mapping.slots.iter().position(|slot| slot.declared == declared)?;
            Some(passed_column(slot, batches, dropped, rows))
        };
        let mut columns: Vec<_> =
            (0..self.columns.len()).into_par_iter().with_max_len(1).map(column).collect();
        if let Some((numbers, place)) = numbers.zip(columns.get_mut(self.record_id)) {
            let numbers = numbers.finish();
            *place = Some((0..numbers.len()).map(|row| numbers.text(row)).collect());
        }
        Rows { columns, rows }
    }

    /// The rows set aside of a source that is refused; those that were passed on do not count.
    pub(super) fn refuse(self) -> Vec<Reject> {
        if let Some(stream) = &self.stream {
            stream.finish(None);
        }
        self.rejects
    }

    /// Takes the record ids of the rows that are passed on; gives back the other rows.
    fn stream_ids<B: Batch>(&mut self, slot: usize, batch: &B) -> Vec<(usize, RejectReason)> {
        let Self { stream, rows_kept, .. } = self;
        let Some(stream) = stream.as_mut() else { return Vec::new() };
        let mut refused = batch.refused().iter().copied().peekable();
        let (mut dropped, mut hashes) = (Vec::new(), Vec::with_capacity(batch.rows()));
        batch.visit(slot, |_, id| hashes.push(id_hash(id)));
        for (row, &hash) in hashes.iter().enumerate() {
            if row.is_multiple_of(AHEAD) {
                stream.warm(&hashes[row..hashes.len().min(row + AHEAD)]);
            }
            let known = refused.next_if(|(at, _)| *at == row).map(|(_, reason)| reason);
            match known.or_else(|| stream.take_id(hash)) {
                None => *rows_kept += 1,
                Some(reason) => dropped.push((row, reason)),
            }
        }
        dropped
    }

    /// Lets the columns make room for the rows that so many bytes read of so many let expect.
    pub(super) fn reserve(&mut self, bytes_read: u64, bytes: u64) {
        if self.stream.is_some() {
            return;
        }
        let share = bytes as f64 / bytes_read.max(1) as f64;
        // 2 % over, so that a slightly shorter average row does not double everything at the end.
        let rows = (self.rows_kept as f64 * share * 1.02) as usize;
        self.columns.par_iter_mut().flatten().for_each(|column| column.expect_rows(rows));
    }

    /// The kept rows as a table.
    ///
    /// # Panics
    /// If a column has lost a row: a mistake of this program.
    pub(super) fn finish(self) -> (Table, Vec<Reject>) {
        if let Some(stream) = &self.stream {
            stream.finish(Some(self.columns.iter().map(Option::is_some).collect()));
            let columns = self.columns.iter().map(|_| None).collect();
            return (Table { columns, rows: 0 }, self.rejects);
        }
        let rows = self.rows_kept as usize;
        let columns =
            self.columns.into_par_iter().map(|column| column.map(TextColumnBuilder::finish)).collect();
        let table = Table { columns, rows };
        for column in table.columns.iter().flatten() {
            assert_eq!(column.len(), rows, "every column has every kept row");
        }
        (table, self.rejects)
    }

    /// Pushes the record ids of the rows that stay; gives back the others.
    fn take_ids<B: Batch>(&mut self, slot: usize, batch: &B) -> Vec<(usize, RejectReason)> {
        let Self { columns, trimmed_ids, rows_kept, .. } = self;
        let Some(ids) = columns[self.record_id].as_mut() else { return Vec::new() };
        let mut refused = batch.refused().iter().copied().peekable();
        let (mut dropped, mut hashes) = (Vec::new(), Vec::new());
        hash_slot(batch, slot, &mut hashes);
        batch.visit(slot, |row, id| {
            ids.warm(ahead(&hashes, row));
            if let Some(known) = refused.next_if(|(at, _)| *at == row) {
                dropped.push(known);
                return;
            }
            match take_id(ids, trimmed_ids, id, hashes[row]) {
                None => *rows_kept += 1,
                Some(reason) => dropped.push((row, reason)),
            }
        });
        dropped
    }

    /// Numbers the rows that have cells, from 1 over all files, and keeps those that are not refused;
    /// gives back the others.
    fn number_rows<B: Batch>(&mut self, batch: &B) -> Vec<(usize, RejectReason)> {
        let Self { columns, rows_kept, rows_numbered, .. } = self;
        let Some(ids) = columns[self.record_id].as_mut() else { return Vec::new() };
        let mut refused = batch.refused().iter().copied().peekable();
        let mut dropped = Vec::new();
        let mut text = String::new();
        for row in 0..batch.rows() {
            *rows_numbered += 1;
            if let Some(known) = refused.next_if(|(at, _)| *at == row) {
                dropped.push(known);
                continue;
            }
            text.clear();
            let _ = write!(text, "{rows_numbered}");
            ids.push_new(&text, TextHash::of(&text));
            *rows_kept += 1;
        }
        dropped
    }

    fn set_aside(&mut self, rejects: Vec<Reject>) {
        self.rejects.extend(rejects.into_iter().map(|mut reject| {
            if reject.raw.len() > self.raw_room {
                reject.raw = Vec::new();
            }
            self.raw_room -= reject.raw.len();
            reject
        }));
    }
}

/// Pushes an id that is new when trimmed, as it was delivered; or says why not.
fn take_id(
    ids: &mut TextColumnBuilder,
    trimmed_ids: &mut HashSet<String, foldhash::fast::FixedState>,
    id: &str,
    hash: TextHash,
) -> Option<RejectReason> {
    let trimmed = id.trim();
    if trimmed.is_empty() {
        return Some(RejectReason::NoRecordId);
    }
    if !trimmed_ids.is_empty() && trimmed_ids.contains(trimmed) {
        return Some(RejectReason::DuplicateRecordId);
    }
    if trimmed.len() < id.len() {
        if ids.holds(trimmed) {
            return Some(RejectReason::DuplicateRecordId);
        }
        trimmed_ids.insert(trimmed.to_owned());
    }
    if ids.push_new(id, hash) { None } else { Some(RejectReason::DuplicateRecordId) }
}

fn push_column<B: Batch>(
    builder: &mut TextColumnBuilder,
    slot: usize,
    batches: &[B],
    dropped: &[Vec<(usize, RejectReason)>],
) {
    let mut hashes = Vec::new();
    for (batch, dropped) in batches.iter().zip(dropped) {
        hash_slot(batch, slot, &mut hashes);
        let mut dropped = dropped.iter().map(|(row, _)| *row).peekable();
        batch.visit(slot, |row, text| {
            builder.warm(ahead(&hashes, row));
            if dropped.next_if_eq(&row).is_none() {
                builder.push_hashed(text, hashes[row]);
            }
        });
    }
}

/// A column of the rows that stay, which are so many.
fn passed_column<B: Batch>(
    slot: usize,
    batches: &[B],
    dropped: &[Vec<(usize, RejectReason)>],
    rows: usize,
) -> TextRows {
    let mut texts = TextRows::with_capacity(rows);
    for (batch, dropped) in batches.iter().zip(dropped) {
        let mut dropped = dropped.iter().map(|(row, _)| *row).peekable();
        batch.visit(slot, |row, text| {
            if dropped.next_if_eq(&row).is_none() {
                texts.push(text);
            }
        });
    }
    texts
}

fn hash_slot<B: Batch>(batch: &B, slot: usize, hashes: &mut Vec<TextHash>) {
    hashes.clear();
    batch.visit(slot, |_, text| hashes.push(TextHash::of(text)));
}

/// Look-ups whose places are fetched together: about as many misses as a core keeps in flight.
const AHEAD: usize = 32;

/// The hashes of the next rows, at every so many rows; else none.
fn ahead(hashes: &[TextHash], row: usize) -> &[TextHash] {
    if !row.is_multiple_of(AHEAD) {
        return &[];
    }
    hashes.get(row..hashes.len().min(row + AHEAD)).unwrap_or_default()
}
