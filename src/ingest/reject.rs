//! Rows set aside, and the stable words for why.

use std::fmt;

/// One row set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file it stands in, by place in [`super::Account::files`].
    pub file: u32,
    /// 1-based line (CSV), sheet row (XLSX) or row (Parquet, without header).
    pub line: u64,
    /// 0-based offset of the row's first byte (CSV); 0 elsewhere.
    pub byte_offset: u64,
    /// Why, in Vietnamese-free stable words: see [`RejectReason`].
    pub reason: RejectReason,
    /// The row as it was, at most [`RAW_BYTES_MAX`] bytes of it; its line end
    /// is left out. Empty once a source's raw rows fill [`RAW_TOTAL_MAX`].
    pub raw: Vec<u8>,
}

impl Reject {
    /// The raw row as text for a report: bytes that are not UTF-8 become `U+FFFD`.
    pub fn raw_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.raw)
    }
}

/// Most bytes of a set-aside row that are kept.
pub const RAW_BYTES_MAX: usize = 4096;

/// Most bytes that the raw rows of one source take together: a delivery in
/// which every row is broken must not fill the memory with what is refused anyway.
pub const RAW_TOTAL_MAX: usize = 64 << 20;

/// Why a row is set aside. [`fmt::Display`] gives the word and, where there is
/// more to say, what was found and expected.
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
    /// A line so long that it cannot be a row.
    RowTooLong,
}

impl RejectReason {
    /// The reason's word in outputs; never changes.
    pub fn word(self) -> &'static str {
        match self {
            Self::CellCount { .. } => "cell_count",
            Self::NotUtf8 => "not_utf8",
            Self::UnclosedQuote => "unclosed_quote",
            Self::NoRecordId => "no_record_id",
            Self::DuplicateRecordId => "duplicate_record_id",
            Self::CellTooLong => "cell_too_long",
            Self::RowTooLong => "row_too_long",
        }
    }

    /// The reason in Vietnamese, for pages that officers read.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::CellCount { .. } => "số ô không khớp với dòng tiêu đề",
            Self::NotUtf8 => "không phải mã UTF-8",
            Self::UnclosedQuote => "dấu ngoặc kép không đóng",
            Self::NoRecordId => "không có số hồ sơ",
            Self::DuplicateRecordId => "trùng số hồ sơ với dòng trước",
            Self::CellTooLong => "ô dài quá mức",
            Self::RowTooLong => "dòng dài quá mức",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CellCount { found, expected } => {
                write!(f, "{}: found {found}, expected {expected}", self.word())
            }
            _ => f.write_str(self.word()),
        }
    }
}

/// The first [`RAW_BYTES_MAX`] bytes of a row.
pub(super) fn raw(row: &[u8]) -> Vec<u8> {
    row.get(..RAW_BYTES_MAX).unwrap_or(row).to_vec()
}
