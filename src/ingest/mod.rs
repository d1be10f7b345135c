//! Extract files → tables and set-aside rows.
//!
//! Input: a folder and the declared sources. Output: one [`Delivery`] a source.
//! Invariant: for every delivered source, rows read = rows kept + rows set aside.
//! No content of a file stops the run; a delivery as a whole can be refused.

use crate::diagnostic::Diagnostic;
use crate::table::Table;

/// What came in of one source.
#[derive(Debug)]
pub enum Delivery {
    /// The extract was read.
    Delivered(Extract),
    /// The extract is there but is not to be trusted as a whole, or is missing.
    Refused(Refusal),
}

/// Why a source is refused by name, and what was counted until then.
#[derive(Debug)]
pub struct Refusal {
    /// What was found and what to do.
    pub diagnostics: Vec<Diagnostic>,
    /// Files looked at; counts as far as they were read.
    pub account: Account,
    /// Rows set aside before the delivery was refused.
    pub rejects: Vec<Reject>,
}

/// One source as read.
#[derive(Debug)]
pub struct Extract {
    /// The kept rows.
    pub table: Table,
    /// The rows set aside, in order of file and line.
    pub rejects: Vec<Reject>,
    /// Files and counts.
    pub account: Account,
    /// Warnings that concern the delivery as a whole: ignored files, unknown or missing columns.
    pub warnings: Vec<Diagnostic>,
}

/// The books of one source: rows read = kept + set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The files read, in order.
    pub files: Vec<InputFile>,
    /// Names of files that match the source but were not read.
    pub ignored: Vec<String>,
    /// Data rows read.
    pub rows_read: u64,
    /// Rows kept in the table.
    pub rows_kept: u64,
    /// Rows set aside.
    pub rows_set_aside: u64,
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name below the input folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// One row set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file it stands in, by place in [`Account::files`].
    pub file: u32,
    /// 1-based line (CSV), sheet row (XLSX) or row (Parquet, without header).
    pub line: u64,
    /// 0-based offset of the row's first byte (CSV); 0 elsewhere.
    pub byte_offset: u64,
    /// Why, in Vietnamese-free stable words: see [`RejectReason`].
    pub reason: RejectReason,
    /// The row as it was, at most [`RAW_BYTES_MAX`] bytes of it.
    pub raw: Vec<u8>,
}

/// Most bytes of a set-aside row that are kept.
pub const RAW_BYTES_MAX: usize = 4096;

/// Why a row is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectReason {
    /// Fewer or more cells than the header has.
    CellCount {
        /// Cells in the row.
        found: u32,
        /// Cells in the header.
        expected: u32,
    },
    /// Not UTF-8.
    NotUtf8,
    /// A quoted cell that never ends, or text between a closing quote and the separator.
    UnclosedQuote,
    /// No record id.
    NoRecordId,
    /// A row with this record id was kept already.
    DuplicateRecordId,
    /// A cell longer than any real one.
    CellTooLong,
}
