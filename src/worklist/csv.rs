//! Lists as CSV: UTF-8 with a byte-order mark (Excel reads Vietnamese no other way),
//! commas, every cell quoted, CRLF; formula leads disarmed.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;

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
    out.write_all(&header(context, layout)?)?;
    for (batch, items) in items.chunks(CHUNK_ROWS * CHUNKS).enumerate() {
        let first = batch * CHUNK_ROWS * CHUNKS;
        let chunks = items.par_chunks(CHUNK_ROWS).enumerate();
        let formatted: Vec<io::Result<Vec<u8>>> =
            chunks.map(|(at, items)| rows(context, layout, items, first + at * CHUNK_ROWS)).collect();
        for chunk in formatted {
            out.write_all(&chunk?)?;
        }
    }
    out.flush()
}

fn header(context: &Context<'_>, layout: &Layout) -> io::Result<Vec<u8>> {
    let wording = &context.settings.wording.worklist;
    let mut writer = writer(Vec::new());
    for column in layout.columns {
        writer.write_field(super::cell::disarmed(column.title(wording)).as_bytes())?;
    }
    writer.write_record(None::<&[u8]>)?;
    finished(writer)
}

fn rows<'a>(context: &Context<'a>, layout: &Layout, items: &[Item<'a>], first: usize) -> io::Result<Vec<u8>> {
    let mut writer = writer(Vec::with_capacity(items.len() * 256));
    for (at, item) in items.iter().enumerate() {
        for column in layout.columns {
            let cell = (column.cell)(context, item, (first + at) as u64 + 1);
            writer.write_field(cell.csv().as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    finished(writer)
}

fn writer(out: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out)
}

fn finished(writer: csv::Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
