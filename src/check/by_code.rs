//! What follows from a column's text alone, worked out once a distinct text and looked up by row.

use rayon::prelude::*;

use crate::normalise::{Facet, FacetValue, Records};
use crate::table::TextColumn;

/// By row of one column: what its text says.
pub(super) struct ByCode<'a, T> {
    texts: Option<&'a TextColumn>,
    /// By code; the first is what no text says.
    values: Vec<T>,
    nothing: T,
}

/// Texts in one piece of work.
const PIECE: usize = 1 << 14;

impl<'a, T: Copy + Send> ByCode<'a, T> {
    /// Works it out for every code of a column, 0 for no text included. O(distinct texts), in parallel.
    pub(super) fn new(records: &'a Records, column: usize, of: impl Fn(u32) -> T + Sync) -> Self {
        let texts = records.table.columns.get(column).and_then(Option::as_ref);
        let codes = texts.map_or(0, |texts| texts.dictionary().len() as u32);
        let values = (0..codes).into_par_iter().with_min_len(PIECE).map(&of).collect();
        Self { texts, nothing: of(0), values }
    }

    /// What the text of a row says. O(1).
    pub(super) fn of(&self, row: usize) -> T {
        let code = self.texts.map_or(0, |texts| texts.code(row));
        self.values.get(code as usize).copied().unwrap_or(self.nothing)
    }
}

/// A facet of a text of a column; NULL for code 0 and what was not delivered.
pub(super) fn read<'a>(
    records: &'a Records,
    facet: Option<&Facet>,
    column: usize,
    code: u32,
) -> FacetValue<'a> {
    match (records.table.columns.get(column), records.values.get(column), facet) {
        (Some(Some(texts)), Some(Some(values)), Some(facet)) if code != 0 => {
            (facet.read)(texts, values, code)
        }
        _ => FacetValue::Null,
    }
}
