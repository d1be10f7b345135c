//! Ids: small, ordered, and never mixed up.

/// A source by its 0-based place in [`crate::settings::Settings::sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIndex(pub u8);

/// One kept record: its source and its 0-based row in that source's table.
/// Ordered by source, then row, which is the order of delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    /// The source it was delivered in.
    pub source: SourceIndex,
    /// 0-based row in that source's table.
    pub row: u32,
}

impl RecordRef {
    /// A record by source and row.
    pub fn new(source: SourceIndex, row: u32) -> Self {
        Self { source, row }
    }
}

impl SourceIndex {
    /// The index as a `usize`, for use with per-source vectors.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}
