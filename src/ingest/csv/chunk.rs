//! A part of a block, cut into cells column by column.

use memchr::memchr_iter;

use super::row::{Cell, Cut, Scan};
use crate::ingest::intake::Batch;
use crate::ingest::mapping::Mapping;
use crate::ingest::reject::{Reject, RejectReason, raw};

/// A row that has no cells.
#[derive(Clone, Copy, Debug)]
struct BrokenRow {
    start: usize,
    end: usize,
    reason: RejectReason,
}

/// The room that a chunk's cells take up; used again from block to block.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    slots: Vec<Vec<Cell>>,
    rows: Vec<(u32, u32)>,
    broken: Vec<BrokenRow>,
}

/// The rows that begin within a range of a block.
#[derive(Debug)]
pub(super) struct Chunk<'b> {
    bytes: &'b [u8],
    /// The chunk's bytes as text and where they begin, unless some are not UTF-8.
    text: Option<&'b str>,
    start: usize,
    /// Where the next chunk's rows begin, or the unfinished row.
    pub(super) next: usize,
    /// Whether the row at `next` could not be finished within the block.
    pub(super) unfinished: bool,
    scratch: Scratch,
    /// Line feeds in the chunk.
    pub(super) lines: u64,
    /// 1-based line the chunk begins on; known when all before it are.
    pub(super) first_line: u64,
    /// Offset in the file of the block's first byte.
    pub(super) offset: u64,
}

impl<'b> Chunk<'b> {
    /// Cuts the rows that begin in `start..end`, where a row begins at `start`.
    /// A pure function of the block and the range.
    pub(super) fn cut(
        cut: &Cut<'b>,
        start: usize,
        end: usize,
        mapping: &Mapping,
        mut scratch: Scratch,
    ) -> Self {
        scratch.reset(mapping.slots.len());
        let bytes = cut.bytes;
        let (start, end) = (start.min(bytes.len()), end.min(bytes.len()));
        let text = simdutf8::basic::from_utf8(&bytes[start.min(end)..end]).ok();
        let (mut next, mut unfinished) = (start, false);
        let mut cells = Vec::with_capacity(mapping.width);
        while next < end && !unfinished {
            let row = next;
            match cut.row(row, &mut cells) {
                Scan::Blank { next: after } => next = after,
                Scan::Unfinished => unfinished = true,
                Scan::Broken { reason, end, next: after } => {
                    scratch.broken.push(BrokenRow { start: row, end, reason });
                    next = after;
                }
                Scan::Row { end: row_end, next: after } => {
                    let is_text = after <= end && text.is_some()
                        || simdutf8::basic::from_utf8(&bytes[row..row_end]).is_ok();
                    scratch.take(cut, (row, row_end), &cells, mapping, is_text);
                    next = after;
                }
            }
        }
        let text = if next == end { text } else { simdutf8::basic::from_utf8(&bytes[start..next]).ok() };
        let lines = memchr_iter(b'\n', &bytes[start..next]).count() as u64;
        Self { bytes, text, start, next, unfinished, scratch, lines, first_line: 0, offset: 0 }
    }

    /// Gives back the room of the cells.
    pub(super) fn into_scratch(self) -> Scratch {
        self.scratch
    }

    /// The bytes of the rows that have cells, by place in the block.
    #[cfg(test)]
    pub(super) fn row_ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.scratch.rows.iter().map(|&(start, end)| start as usize..end as usize)
    }

    fn cell_text(&self, cell: Cell) -> &'b str {
        let range = cell.range();
        match self.text {
            Some(text) => text.get(range.start - self.start..range.end - self.start),
            None => simdutf8::basic::from_utf8(&self.bytes[range]).ok(),
        }
        .unwrap_or_default()
    }
}

impl Scratch {
    fn reset(&mut self, slots: usize) {
        self.slots.resize_with(slots, Vec::new);
        self.slots.iter_mut().for_each(Vec::clear);
        self.rows.clear();
        self.broken.clear();
    }

    fn take(&mut self, cut: &Cut<'_>, row: (usize, usize), cells: &[Cell], mapping: &Mapping, is_text: bool) {
        let longest = cells.iter().map(|cell| cell.bytes()).max().unwrap_or_default();
        let reason = if cells.len() != mapping.width {
            RejectReason::CellCount { found: cells.len() as u32, expected: mapping.width as u32 }
        } else if !is_text {
            RejectReason::NotUtf8
        } else if longest > cut.limits.cell {
            RejectReason::CellTooLong
        } else {
            for (column, slot) in self.slots.iter_mut().zip(&mapping.slots) {
                column.push(cells[slot.position]);
            }
            self.rows.push((row.0 as u32, row.1 as u32));
            return;
        };
        self.broken.push(BrokenRow { start: row.0, end: row.1, reason });
    }
}

impl Batch for Chunk<'_> {
    fn rows(&self) -> usize {
        self.scratch.rows.len()
    }

    fn refused(&self) -> &[(usize, RejectReason)] {
        &[]
    }

    fn broken(&self) -> usize {
        self.scratch.broken.len()
    }

    fn visit(&self, slot: usize, mut show: impl FnMut(usize, &str)) {
        let mut single = String::new();
        for (row, &cell) in self.scratch.slots[slot].iter().enumerate() {
            let text = self.cell_text(cell);
            if cell.has_doubled_quotes() {
                single.clear();
                single.extend(text.split("\"\"").flat_map(|part| [part, "\""]));
                single.pop();
                show(row, &single);
            } else {
                show(row, text);
            }
        }
    }

    fn rejects(&self, file: u32, dropped: &[(usize, RejectReason)]) -> Vec<Reject> {
        let dropped = dropped.iter().map(|&(row, reason)| {
            let (start, end) = self.scratch.rows[row];
            BrokenRow { start: start as usize, end: end as usize, reason }
        });
        let mut broken: Vec<BrokenRow> = self.scratch.broken.iter().copied().chain(dropped).collect();
        broken.sort_unstable_by_key(|row| row.start);
        let (mut line, mut counted) = (self.first_line, self.start);
        let mut reject = |row: BrokenRow| {
            line += memchr_iter(b'\n', &self.bytes[counted..row.start]).count() as u64;
            counted = row.start;
            let byte_offset = self.offset + row.start as u64;
            Reject { file, line, byte_offset, reason: row.reason, raw: raw(&self.bytes[row.start..row.end]) }
        };
        broken.into_iter().map(&mut reject).collect()
    }
}
