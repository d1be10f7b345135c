//! The ground floor: dictionary-coded text columns and the ids that point into them.
//!
//! A [`Table`] is struct-of-arrays. Each column keeps one `u32` code a row and
//! each distinct text once, in order of first appearance, so that everything
//! later is done once per distinct text instead of once per row.

mod dictionary;
mod ends;
mod id;
pub(crate) mod parquet_rows;
mod text_column;
mod text_rows;

pub use dictionary::{Dictionary, DictionaryBuilder, TextHash};
pub use id::{RecordRef, SourceIndex};
pub use text_column::{TextColumn, TextColumnBuilder};
pub use text_rows::TextRows;

/// The rows of one source that were kept, as the office wrote them.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// One column per column of the source's declaration, in that order;
    /// `None` where it was not delivered.
    pub columns: Vec<Option<TextColumn>>,
    /// Number of rows in every delivered column.
    pub rows: usize,
}

impl Table {
    /// The text at a declared column and 0-based row; empty where nothing stands.
    pub fn text(&self, column: usize, row: usize) -> &str {
        self.columns[column].as_ref().map_or("", |c| c.text(row))
    }
}
