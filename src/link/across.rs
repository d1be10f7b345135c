//! What blocking asks of texts, for whoever has to bring together what linkage should see together.
//!
//! Hashes are the same for equal values wherever they are read: in a few rows or in all of them, in
//! this run or another. [`kernel::keys`](super::kernel::keys) makes keys of them.

use super::cells::Cells;
use crate::normalise::Records;
use crate::settings::{FieldFacet, Settings};

/// A hash of what is asked of a field, by code of the dictionary of its cells: 0 where that says nothing,
/// of a cell of several values the first that says something. Empty where the field was not delivered.
/// O(distinct texts), in parallel.
pub fn hashes_of(settings: &Settings, records: &Records, asked: &FieldFacet) -> Vec<u64> {
    let Some(cells) = Cells::of(settings, records, &asked.field) else { return Vec::new() };
    cells.firsts(cells.hashes(&asked.facet.value, asked.part))
}
