//! Raw text → typed values, once per distinct text.
//!
//! Input: the tables as delivered. Output: [`Records`], the same tables with a
//! typed value beside each distinct text of each column. Each kind of value is
//! one file, a pure function of the text. Anything at all gives a value or a
//! typed "unreadable"; nothing panics.

mod facet;
mod value;

pub use facet::{FACETS, Facet, FacetType, FacetValue, facets_of};
pub use value::Values;

use crate::table::{SourceIndex, Table};

/// The kept rows of one source, as delivered and as read.
#[derive(Debug)]
pub struct Records {
    /// The source they came in.
    pub source: SourceIndex,
    /// The rows as the office wrote them.
    pub table: Table,
    /// A typed value per dictionary code of each column; `None` where the column was not delivered.
    pub values: Vec<Option<Values>>,
}

impl Records {
    /// A facet of a cell: what [`Facet::read`] gives for the cell's text. O(1).
    pub fn facet(&self, facet: &Facet, column: usize, row: usize) -> FacetValue<'_> {
        match (&self.table.columns[column], &self.values[column]) {
            (Some(texts), Some(values)) => {
                let code = texts.code(row);
                if code == 0 { FacetValue::Null } else { (facet.read)(texts, values, code) }
            }
            _ => FacetValue::Null,
        }
    }
}
