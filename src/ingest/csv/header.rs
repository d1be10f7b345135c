//! A CSV file's first row: which delimiter it has and what its columns are called.

use memchr::memchr_iter;

use super::Limits;
use super::row::{Cell, Cut, Scan};
use crate::ingest::mapping::recognised;
use crate::settings::Source;

/// Most bytes before the first data row.
pub(in crate::ingest) const HEAD_BYTES_MAX: usize = 1 << 18;

/// What parts cells, in order of preference where two serve equally well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The first row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct Header {
    /// What parts cells.
    pub(super) delimiter: u8,
    /// Whether a space follows each delimiter and belongs to it, so that a quote may stand behind it.
    pub(super) padded: bool,
    /// The names as they stand.
    pub(in crate::ingest) names: Vec<String>,
    /// 1-based line it stands on.
    pub(in crate::ingest) line: u64,
    /// Offset of the first byte behind it.
    pub(in crate::ingest) end: usize,
    /// Line ends up to there.
    pub(super) lines: u64,
}

/// The header in a file's first bytes, cut by the delimiter that gives most
/// declared names. `whole` says that the file has no more bytes.
///
/// None if there is no row at all, or none that ends within the bytes.
pub(in crate::ingest) fn find(source: &Source, head: &[u8], whole: bool) -> Option<Header> {
    let headers = DELIMITERS.into_iter().filter_map(|delimiter| cut_header(head, whole, delimiter));
    // `max_by_key` takes the last of equals: go from the least preferred to the first.
    headers.rev().max_by_key(|header| recognised(source, &header.names))
}

fn cut_header(head: &[u8], whole: bool, delimiter: u8) -> Option<Header> {
    let limits = Limits { row: HEAD_BYTES_MAX, ..Limits::DEFAULT };
    let mut cut = Cut { bytes: head, last: whole, delimiter, padded: false, width: None, limits };
    let mut cells = Vec::new();
    let mut at = if head.starts_with(&BOM) { BOM.len() } else { 0 };
    while at < head.len() {
        match cut.row(at, &mut cells) {
            Scan::Blank { next } => at = next,
            Scan::Row { next, .. } => {
                let name = |range| String::from_utf8_lossy(&head[range]).replace("\"\"", "\"");
                let begins_with_space = |cell: &Cell| head.get(cell.range().start) == Some(&b' ');
                let padded = cells.len() > 1 && cells.iter().skip(1).all(begins_with_space);
                if padded && !cut.padded {
                    // Cut once more, so that quotes behind those spaces are quotes.
                    cut.padded = true;
                    continue;
                }
                return Some(Header {
                    delimiter,
                    padded: cut.padded,
                    names: cells.iter().map(|cell| name(cell.range())).collect(),
                    line: feeds(&head[..at]) + 1,
                    end: next,
                    lines: feeds(&head[..next]),
                });
            }
            Scan::Broken { .. } | Scan::Unfinished => return None,
        }
    }
    None
}

/// UTF-8's byte-order mark.
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

fn feeds(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
