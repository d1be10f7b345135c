//! One CSV row: where its cells are, or why it has none.
//!
//! The grammar: cells are parted by the delimiter, rows by a line feed with or
//! without a carriage return before it. A cell that begins with a quote ends at
//! the next single quote, which a delimiter or row end must follow; inside, two
//! quotes are one and line ends are text. A quote elsewhere is text.
//!
//! What breaks that grammar costs one line: the row is set aside and reading
//! goes on at the line after the one it began on, so that a lost closing quote
//! never swallows the good rows below it. A row over several lines with the
//! wrong number of cells is such a lost quote too, and so is one in a wide table
//! of which a later line is a whole row by itself.

use memchr::{memchr, memchr_iter, memchr2};

use super::Limits;
use crate::ingest::reject::RejectReason;

/// A cell's bytes, by place in the block; without its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    start: u32,
    /// Length, and in the highest bit whether doubled quotes stand in it.
    length: u32,
}

const DOUBLED: u32 = 1 << 31;

impl Cell {
    fn new(start: usize, end: usize, doubled: bool) -> Self {
        // Blocks are far below 2^32 bytes and rows below 2^31: see `Limits`.
        Self { start: start as u32, length: (end - start) as u32 | if doubled { DOUBLED } else { 0 } }
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.bytes()
    }

    pub(super) fn bytes(self) -> usize {
        (self.length & !DOUBLED) as usize
    }

    /// Whether two quotes in it stand for one.
    pub(super) fn has_doubled_quotes(self) -> bool {
        self.length & DOUBLED != 0
    }
}

/// What stands at a row's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// A row whose cells were found; its last byte before the line end, and the next row's first.
    Row {
        /// One past the row's last byte, its line end left out.
        end: usize,
        /// Where the next row begins.
        next: usize,
    },
    /// A line that is empty.
    Blank {
        /// Where the next row begins.
        next: usize,
    },
    /// A line that is no row.
    Broken {
        /// Why.
        reason: RejectReason,
        /// One past the line's last byte, its line end left out.
        end: usize,
        /// Where the next row begins.
        next: usize,
    },
    /// The block ends inside the row, and the file goes on.
    Unfinished,
}

/// How the bytes of a block are to be cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut<'b> {
    /// The bytes; if `last` is false they end with a line feed.
    pub(super) bytes: &'b [u8],
    /// Whether the file ends with them.
    pub(super) last: bool,
    /// What parts cells.
    pub(super) delimiter: u8,
    /// Whether a space behind a delimiter belongs to it.
    pub(super) padded: bool,
    /// Cells that a row must have, if that is known.
    pub(super) width: Option<usize>,
    /// How far to look.
    pub(super) limits: Limits,
}

/// Why no further cell was found.
enum Stop {
    /// The text after a quoted cell is neither delimiter nor row end.
    Malformed,
    /// The window ends within a cell.
    Window,
}

/// What ends a cell, and where the next thing begins.
enum Ending {
    Delimiter(usize),
    Row { end: usize, next: usize },
}

/// Columns from which on a line with the right number of cells is taken for a row.
const SWALLOW_WIDTH_MIN: usize = 6;

impl Cut<'_> {
    /// Cuts the row that begins at `start`, which must be before the end; its
    /// cells are left in `cells`.
    ///
    /// O(row); where quotes are broken O(`limits.row`), and a byte is looked at
    /// by at most `width` + 2 such attempts: within a row every cell over a
    /// line end takes up a cell, and a row with more than `width` is given up.
    pub(super) fn row(&self, start: usize, cells: &mut Vec<Cell>) -> Scan {
        cells.clear();
        if let Some(next) = self.blank(start) {
            return Scan::Blank { next };
        }
        let window = self.window(start);
        let (mut at, mut lines) = (start, false);
        loop {
            let ending = match self.cell(window, at, cells, &mut lines) {
                Ok(ending) => ending,
                Err(stop) => return self.stopped(start, window, &stop),
            };
            if lines && self.width.is_some_and(|width| cells.len() > width) {
                return self.broken(start, RejectReason::UnclosedQuote);
            }
            match ending {
                Ending::Delimiter(next) => at = next,
                Ending::Row { .. } if lines && self.width.is_some_and(|width| cells.len() != width) => {
                    return self.broken(start, RejectReason::UnclosedQuote);
                }
                Ending::Row { end, .. } if lines && self.swallows(start, end) => {
                    return self.broken(start, RejectReason::UnclosedQuote);
                }
                Ending::Row { end, next } => return Scan::Row { end, next },
            }
        }
    }

    /// Whether a later line of a row over several lines is a whole row by itself.
    ///
    /// A stray quote opening a cell and another closing one in the same column
    /// rows below make one row of the right width, and all rows between would be
    /// lost in its cell. In wide tables a text hardly has a line with so many
    /// delimiters; in narrow ones it may, and there the grammar is followed.
    /// O(row).
    fn swallows(&self, start: usize, end: usize) -> bool {
        let Some(width) = self.width.filter(|width| *width >= SWALLOW_WIDTH_MIN) else { return false };
        let mut cells = Vec::with_capacity(width);
        let mut feeds = memchr_iter(b'\n', &self.bytes[start..end]).map(|at| start + at + 1).peekable();
        while let Some(line) = feeds.next() {
            let line_end = feeds.peek().map_or(end, |next| next - 1);
            let alone = Cut { bytes: &self.bytes[..line_end], last: true, width: None, ..*self };
            if matches!(alone.row(line, &mut cells), Scan::Row { .. }) && cells.len() == width {
                return true;
            }
        }
        false
    }

    /// The bytes a row beginning at `start` may have, and one more for its line end.
    fn window(&self, start: usize) -> &[u8] {
        let end = start.saturating_add(self.limits.row + 1).min(self.bytes.len());
        &self.bytes[..end]
    }

    /// Whether a window ends where the file does.
    fn is_file_end(&self, window: &[u8]) -> bool {
        self.last && window.len() == self.bytes.len()
    }

    fn blank(&self, start: usize) -> Option<usize> {
        match *self.bytes.get(start..)? {
            [b'\n', ..] => Some(start + 1),
            [b'\r', b'\n', ..] => Some(start + 2),
            [b'\r'] if self.last => Some(start + 1),
            _ => None,
        }
    }

    fn cell(
        &self,
        window: &[u8],
        at: usize,
        cells: &mut Vec<Cell>,
        lines: &mut bool,
    ) -> Result<Ending, Stop> {
        let at = if self.padded && at > 0 && window.get(at) == Some(&b' ') && window[at - 1] == self.delimiter
        {
            at + 1
        } else {
            at
        };
        if window.get(at) == Some(&b'"') {
            return self.quoted(window, at + 1, cells, lines);
        }
        let rest = window.get(at..).unwrap_or_default();
        let (end, ending) = match memchr2(self.delimiter, b'\n', rest) {
            Some(length) if rest[length] == self.delimiter => {
                (at + length, Ending::Delimiter(at + length + 1))
            }
            Some(length) => {
                let end = without_return(window, at, at + length);
                (end, Ending::Row { end, next: at + length + 1 })
            }
            None if self.is_file_end(window) => {
                let end = without_return(window, at, window.len());
                (end, Ending::Row { end, next: window.len() })
            }
            None => return Err(Stop::Window),
        };
        cells.push(Cell::new(at, end, false));
        Ok(ending)
    }

    fn quoted(
        &self,
        window: &[u8],
        at: usize,
        cells: &mut Vec<Cell>,
        lines: &mut bool,
    ) -> Result<Ending, Stop> {
        let (mut end, mut doubled) = (at, false);
        loop {
            end += memchr(b'"', window.get(end..).unwrap_or_default()).ok_or(Stop::Window)?;
            if window.get(end + 1) != Some(&b'"') {
                break;
            }
            doubled = true;
            end += 2;
        }
        *lines |= memchr(b'\n', &window[at..end]).is_some();
        cells.push(Cell::new(at, end, doubled));
        let after = end + 1;
        match window.get(after..).unwrap_or_default() {
            [byte, ..] if *byte == self.delimiter => Ok(Ending::Delimiter(after + 1)),
            [b'\n', ..] => Ok(Ending::Row { end: after, next: after + 1 }),
            [b'\r', b'\n', ..] => Ok(Ending::Row { end: after, next: after + 2 }),
            rest @ ([] | [b'\r']) if self.is_file_end(window) => {
                Ok(Ending::Row { end: after, next: after + rest.len() })
            }
            [] | [b'\r'] => Err(Stop::Window),
            _ => Err(Stop::Malformed),
        }
    }

    fn stopped(&self, start: usize, window: &[u8], stop: &Stop) -> Scan {
        let goes_on = !self.last && window.len() == self.bytes.len() && !self.is_full(start, window);
        match stop {
            Stop::Window if goes_on => Scan::Unfinished,
            Stop::Window | Stop::Malformed => self.broken(start, RejectReason::UnclosedQuote),
        }
    }

    fn is_full(&self, start: usize, window: &[u8]) -> bool {
        window.len() - start > self.limits.row
    }

    /// Sets the line aside that begins at `start`, and goes on at the next.
    fn broken(&self, start: usize, reason: RejectReason) -> Scan {
        let feed = memchr(b'\n', &self.bytes[start..]).map(|length| start + length);
        let end = feed.unwrap_or(self.bytes.len());
        let reason = if end - start > self.limits.row { RejectReason::RowTooLong } else { reason };
        let next = feed.map_or(self.bytes.len(), |feed| feed + 1);
        Scan::Broken { reason, end: without_return(self.bytes, start, end), next }
    }
}

/// The end of some bytes, before a carriage return that they may end with.
fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
}
