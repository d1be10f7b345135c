//! CSV: blocks of a file → chunks cut in parallel → batches for the intake.
//!
//! Where a row begins depends on every quote before it. So each chunk of a block
//! is cut as if a row began at its first line that looks like one; afterwards
//! the chunks are gone through in order, and one whose beginning is not where
//! the chunk before it ended is cut again from there. The result is that of
//! reading row by row, for any size of blocks and chunks and any number of threads.
//!
//! Memory: two blocks and the places of one block's cells, besides the columns.

mod block;
mod chunk;
mod encoding;
mod header;
mod row;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::mem::{replace, take};

use memchr::memchr;
use rayon::prelude::*;

use self::block::{Block, BlockReader};
use self::chunk::{Chunk, Scratch};
use self::row::{Cut, Scan};
use super::intake::Intake;
use super::mapping::Mapping;
use crate::progress::Bar;

pub(crate) use self::encoding::CP1252;
pub(super) use self::encoding::{Decoder, EVIDENCE_BYTES, TextEncoding};
pub(super) use self::header::{HEAD_BYTES_MAX, Header, find as find_header};

/// How much is held and looked at. What is kept of a file depends on `row` and
/// `cell` alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes read at a time.
    pub(super) segment: usize,
    /// Bytes cut by one task.
    pub(super) chunk: usize,
    /// Most bytes of a row. One over several lines that is longer has an unclosed quote.
    pub(super) row: usize,
    /// Most bytes of a cell, doubled quotes counted as they stand.
    pub(super) cell: usize,
}

impl Limits {
    /// Segments long enough that the joins between them do not show (1 to 16 MiB
    /// measured alike) and small beside any table; chunks that fit the
    /// second-level cache with their cells, several a thread. A cell of 64 KiB
    /// and a row of 1 MiB are far above anything an office writes.
    pub(super) const DEFAULT: Self = Self { segment: 1 << 22, chunk: 1 << 18, row: 1 << 20, cell: 1 << 16 };
}

/// Reads the rows of a file, from behind its header on, into the intake; gives
/// back the file's size and SHA-256.
///
/// `rest` is the file from behind `head`, which is all up to the first row.
/// O(bytes): see [`Cut::row`] for files full of broken quotes.
///
/// # Errors
/// As the system gives them; the rows until then are in the intake.
pub(super) fn read(
    rest: impl Read + Send,
    head: &[u8],
    header: &Header,
    file: Target<'_>,
    limits: Limits,
) -> io::Result<(u64, Vec<u8>)> {
    let Target { mapping, index, bytes, intake, bar } = file;
    let mut reader = BlockReader::new(rest, head, limits);
    let (mut block, mut next) = (Block::default(), Block::default());
    reader.fill(&mut block)?;
    let mut cutter =
        Cutter { header, mapping, file: index, limits, line: header.lines + 1, room: Vec::new() };
    let mut expected = false;
    loop {
        let shown = reader.bytes;
        let done = if block.last {
            cutter.take(&block, intake)
        } else {
            let (done, filled) = rayon::join(|| cutter.take(&block, intake), || reader.fill(&mut next));
            filled?;
            done
        };
        bar.add(block.bytes().len() as u64);
        if block.last {
            return Ok((reader.bytes, reader.finish()));
        }
        if !replace(&mut expected, true) {
            intake.reserve(shown, bytes);
        }
        next.prepend(&block.bytes()[done..]);
        std::mem::swap(&mut block, &mut next);
    }
}

/// Where the rows of a file go.
pub(super) struct Target<'a> {
    /// Where its columns stand.
    pub(super) mapping: &'a Mapping,
    /// Its place in the account.
    pub(super) index: u32,
    /// Its size as the system tells it; for making room only.
    pub(super) bytes: u64,
    /// What takes the rows.
    pub(super) intake: &'a mut Intake,
    /// What shows how far it is.
    pub(super) bar: &'a Bar,
}

/// Cuts one block after the other.
struct Cutter<'a> {
    header: &'a Header,
    mapping: &'a Mapping,
    file: u32,
    limits: Limits,
    /// 1-based line that the next block begins on.
    line: u64,
    room: Vec<Scratch>,
}

impl Cutter<'_> {
    /// Hands a block's rows to the intake; gives back where the first unfinished row begins.
    fn take(&mut self, block: &Block, intake: &mut Intake) -> usize {
        let cut = Cut {
            bytes: block.bytes(),
            last: block.last,
            delimiter: self.header.delimiter,
            padded: self.header.padded,
            width: Some(self.mapping.width),
            limits: self.limits,
        };
        let starts = starts(&cut);
        let mut room = take(&mut self.room);
        room.resize_with(starts.len(), Scratch::default);
        let end_of = |index: usize| starts.get(index + 1).copied().unwrap_or(cut.bytes.len());
        let mut chunks: Vec<Chunk<'_>> = room
            .into_par_iter()
            .with_max_len(1)
            .enumerate()
            .map(|(index, scratch)| Chunk::cut(&cut, starts[index], end_of(index), self.mapping, scratch))
            .collect();
        let done = self.chain(&cut, &starts, &mut chunks);
        for chunk in &mut chunks {
            (chunk.first_line, chunk.offset) = (self.line, block.offset);
            self.line += chunk.lines;
        }
        intake.take(self.mapping, self.file, &chunks);
        self.room = chunks.into_iter().map(Chunk::into_scratch).collect();
        done
    }

    /// Cuts again what did not begin where the chunk before it ended.
    fn chain<'b>(&self, cut: &Cut<'b>, starts: &[usize], chunks: &mut Vec<Chunk<'b>>) -> usize {
        let mut at = 0;
        for index in 0..chunks.len() {
            let end = starts.get(index + 1).copied().unwrap_or(cut.bytes.len());
            if starts[index] != at {
                // An empty range where the chunk before it went past all of this one.
                let scratch = Scratch::default();
                chunks[index] = Chunk::cut(cut, at, end.max(at), self.mapping, scratch);
            }
            at = chunks[index].next;
            if chunks[index].unfinished {
                chunks.truncate(index + 1);
                break;
            }
        }
        at
    }
}

/// Lines tried for one that looks like a row's beginning.
const GUESSES: usize = 16;

/// Where the chunks of a block probably begin: the first at 0, the others at the
/// first line after each multiple of the chunk size that can be cut as a row.
fn starts(cut: &Cut<'_>) -> Vec<usize> {
    let mut starts = vec![0];
    let mut cells = Vec::new();
    let mut from = cut.limits.chunk;
    while let Some(start) = start_after(cut, from, &mut cells) {
        starts.push(start);
        from = start + cut.limits.chunk;
    }
    starts
}

fn start_after(cut: &Cut<'_>, from: usize, cells: &mut Vec<row::Cell>) -> Option<usize> {
    let line_after = |at: usize| memchr(b'\n', cut.bytes.get(at..)?).map(|length| at + length + 1);
    let first = line_after(from)?;
    let mut start = first;
    for _ in 0..GUESSES {
        if start >= cut.bytes.len() {
            return None;
        }
        if matches!(cut.row(start, cells), Scan::Row { .. }) && Some(cells.len()) == cut.width {
            return Some(start);
        }
        start = line_after(start)?;
    }
    Some(first)
}
