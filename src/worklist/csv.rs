//! Lists as CSV: UTF-8 with a byte-order mark (Excel reads Vietnamese no other way),
//! commas, every cell quoted, CRLF; formula leads disarmed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cell::Cell;
use super::columns::Layout;
use super::item::{Context, Item};
use crate::private;

/// Rows that one thread formats at a time.
const CHUNK_ROWS: usize = 8_192;
/// Chunks in memory at a time: enough for many cores, a few dozen megabytes.
const CHUNKS: usize = 16;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes a list, header first. O(rows × columns); memory bounded by a batch of chunks.
pub(super) fn write(
    context: &Context<'_>,
    layout: &Layout,
    items: &[Item<'_>],
    file: &Path,
) -> io::Result<()> {
    let mut out = BufWriter::new(private::create_file(file)?);
    out.write_all(BYTE_ORDER_MARK)?;
    out.write_all(&header(context, layout))?;
    for (batch, items) in items.chunks(CHUNK_ROWS * CHUNKS).enumerate() {
        let first = batch * CHUNK_ROWS * CHUNKS;
        let chunks = items.par_chunks(CHUNK_ROWS).enumerate();
        let formatted: Vec<Vec<u8>> =
            chunks.map(|(at, items)| rows(context, layout, items, first + at * CHUNK_ROWS)).collect();
        formatted.iter().try_for_each(|chunk| out.write_all(chunk))?;
    }
    out.flush()
}

/// Puts the rows that parts of a night have left together, in the order of their keys, and of equal ones
/// in the order of parts; rows are numbered anew. Memory: a row a part.
pub(super) fn merge(context: &Context<'_>, layout: &Layout, runs: &[PathBuf], file: &Path) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, private::create_file(file)?);
    out.write_all(BYTE_ORDER_MARK)?;
    out.write_all(&header(context, layout))?;
    let mut runs: Vec<Run> = runs.iter().map(|run| Run::open(run)).collect::<io::Result<_>>()?;
    let mut next: BinaryHeap<Reverse<(Vec<u8>, usize)>> = BinaryHeap::new();
    for (at, run) in runs.iter_mut().enumerate() {
        next.extend(run.advance()?.then(|| Reverse((run.key.clone(), at))));
    }
    let mut number = 0_u64;
    while let Some(Reverse((_, at))) = next.pop() {
        number += 1;
        write!(out, "\"{number}\",")?;
        out.write_all(&runs[at].row)?;
        let run = &mut runs[at];
        next.extend(run.advance()?.then(|| Reverse((run.key.clone(), at))));
    }
    out.flush()
}

/// Leaves a part's rows for [`merge`]: of each its key and all but its number, lengths before them.
pub(super) fn leave<'a>(
    context: &Context<'a>,
    layout: &Layout,
    items: &[Item<'a>],
    key: impl Fn(&Item<'a>) -> Vec<u8> + Sync,
    file: &Path,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, private::create_file(file)?);
    let chunk = |items: &[Item<'a>]| {
        let (mut out, mut row) = (Vec::with_capacity(items.len() * 256), Vec::new());
        for item in items {
            row.clear();
            quote_all(layout.cells(context, item, 0).iter().skip(1), &mut row);
            for part in [&key(item), &row] {
                out.extend((part.len() as u32).to_le_bytes());
                out.extend_from_slice(part);
            }
        }
        out
    };
    for items in items.chunks(CHUNK_ROWS * CHUNKS) {
        let formatted: Vec<Vec<u8>> = items.par_chunks(CHUNK_ROWS).map(chunk).collect();
        formatted.iter().try_for_each(|chunk| out.write_all(chunk))?;
    }
    out.flush()
}

/// What a part has left, row by row.
struct Run {
    file: BufReader<File>,
    key: Vec<u8>,
    row: Vec<u8>,
}

impl Run {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: BufReader::new(File::open(path)?), key: Vec::new(), row: Vec::new() })
    }

    /// Reads the next row; whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        if self.file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        for part in [&mut self.key, &mut self.row] {
            let mut length = [0; 4];
            self.file.read_exact(&mut length)?;
            part.resize(u32::from_le_bytes(length) as usize, 0);
            self.file.read_exact(part)?;
        }
        Ok(true)
    }
}

fn header(context: &Context<'_>, layout: &Layout) -> Vec<u8> {
    let wording = &context.settings.wording.worklist;
    let titles: Vec<Cell<'_>> =
        layout.columns.iter().map(|column| Cell::text(column.title(wording))).collect();
    let mut out = Vec::new();
    quote_all(titles.iter(), &mut out);
    out
}

fn rows<'a>(context: &Context<'a>, layout: &Layout, items: &[Item<'a>], first: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(items.len() * 256);
    for (at, item) in items.iter().enumerate() {
        quote_all(layout.cells(context, item, (first + at) as u64 + 1).iter(), &mut out);
    }
    out
}

/// A row: every cell in quotes, quotes in it doubled.
fn quote_all<'c>(cells: impl Iterator<Item = &'c Cell<'c>>, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        out.extend_from_slice(if at == 0 { b"\"" } else { b",\"" });
        for byte in cell.csv().bytes() {
            out.push(byte);
            if byte == b'"' {
                out.push(byte);
            }
        }
        out.push(b'"');
    }
    out.extend_from_slice(b"\r\n");
}
