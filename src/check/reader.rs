//! One key's cells in the rows of a frame: what can be found once a column is not looked for in every row.

use std::cmp::Ordering;

use polars::prelude::Column as Series;

use super::bests::BestsOfField;
use super::cell::{Cell, cell, to_series};
use super::condition::Key;
use super::context::Context;
use super::frame::Frame;
use super::fuse::WholeCodes;
use super::sameness::Marks;
use super::view::{Best, Origin};
use crate::link::Bits;
use crate::normalise::{Facet, Values};
use crate::table::{SourceIndex, TextColumn};

/// One column of a data frame: a key's cells in some rows of a frame.
pub(super) fn series(context: &Context<'_>, frame: &Frame, key: Key, rows: &[u32]) -> Series {
    let reader = Reader::new(context, frame, key, rows);
    let cells = rows.iter().map(|&row| reader.cell(row));
    to_series(&context.view.columns[key.column], key.name(context.view).into(), cells, rows.len())
}

/// Reads a key's cells in a frame.
pub(super) struct Reader<'a> {
    context: &'a Context<'a>,
    frame: &'a Frame,
    key: Key,
    /// The weakest link seen.
    min: Bits,
    from: From<'a>,
}

/// Where cells are read.
enum From<'a> {
    /// A facet of a delivered column of a slot: nearly all are.
    Slot(usize, FacetColumn<'a>),
    /// A facet of the best value of a field, by the source of the record that shows it.
    Best(BestsOfField<'a>, Vec<Option<FacetColumn<'a>>>),
    Elsewhere,
}

impl<'a> Reader<'a> {
    /// For so many rows of the frame. O(rows) for a best value, else O(1).
    pub(super) fn new(context: &'a Context<'_>, frame: &'a Frame, key: Key, rows: &[u32]) -> Self {
        let column = &context.view.columns[key.column];
        let from = match (column.origin, column.slot) {
            (Origin::Facet(at, facet), Some(slot)) => {
                let found = FacetColumn::of(context, context.view.slots[slot].source, at, facet);
                found.map_or(From::Elsewhere, |found| From::Slot(slot, found))
            }
            (Origin::Best(field, Best::Facet(facet)), _) => {
                let of = |source: usize| {
                    let source = SourceIndex(source as u8);
                    let column =
                        FacetColumn::of(context, source, context.fusion.column(field, source)?, facet)?;
                    Some(column.with_whole(context.fusion.whole(field, source)))
                };
                let bests = frame.bests.of(context, frame, field, rows);
                From::Best(bests, (0..context.sources.len()).map(of).collect())
            }
            _ => From::Elsewhere,
        };
        Self { context, frame, key, min: Bits::least_of(key.min_link_probability()), from }
    }

    /// The cell in a row.
    pub(super) fn cell(&self, row: u32) -> Cell<'a> {
        match self.from {
            From::Elsewhere => cell(self.context, self.frame, self.key, row as usize),
            _ => self.text(row).map_or(Cell::Null, FacetText::cell),
        }
    }

    /// The order of this cell and another one's in a row; none where one is missing.
    pub(super) fn compare(&self, other: &Self, row: u32) -> Option<Ordering> {
        if self.is_facet() && other.is_facet() {
            return self.text(row)?.compare(other.text(row)?);
        }
        self.cell(row).compare(&other.cell(row))
    }

    /// Whether this cell and another one's in a row are equal; none where one is missing.
    pub(super) fn equals(&self, other: &Self, row: u32) -> Option<bool> {
        if self.is_facet() && other.is_facet() {
            return self.text(row)?.equals(other.text(row)?);
        }
        self.compare(other, row).map(Ordering::is_eq)
    }

    fn is_facet(&self) -> bool {
        !matches!(self.from, From::Elsewhere)
    }

    /// The text that the cell in a row is a facet of, if the key is one.
    fn text(&self, row: u32) -> Option<FacetText<'a, '_>> {
        match &self.from {
            From::Slot(slot, column) => {
                let at = self.frame.slots[*slot].row_from(row as usize, self.min)?;
                Some(column.text(at))
            }
            From::Best(bests, by_source) => {
                let record = bests.get(row)?;
                Some(by_source.get(record.source.index())?.as_ref()?.text(record.row))
            }
            From::Elsewhere => None,
        }
    }
}

/// A facet of a delivered column.
struct FacetColumn<'a> {
    facet: &'static Facet,
    texts: &'a TextColumn,
    values: &'a Values,
    marks: Option<Marks<'a>>,
    /// The codes that are known to have a value.
    whole: Option<&'a WholeCodes>,
}

/// A facet of one text.
#[derive(Clone, Copy)]
struct FacetText<'a, 'c> {
    column: &'c FacetColumn<'a>,
    code: u32,
}

impl<'a> FacetColumn<'a> {
    fn of(context: &Context<'a>, source: SourceIndex, column: usize, facet: &'static Facet) -> Option<Self> {
        let records = context.records(source)?;
        let texts = records.table.columns.get(column)?.as_ref()?;
        let values = records.values.get(column)?.as_ref()?;
        let marks = Marks::of(facet, values, context.hashes.of(source.index(), column));
        Some(Self { facet, texts, values, marks, whole: None })
    }

    /// With the codes that say all there is, which tells whether the facet has a value where it is one of those
    /// that texts are weighed by.
    fn with_whole(self, whole: Option<&'a WholeCodes>) -> Self {
        let is_weighed_by = match self.values {
            Values::PersonName(_) => matches!(self.facet.name, "key" | "plain"),
            Values::Category(_) | Values::IdentityNumber(_) => self.facet.name.is_empty(),
            _ => false,
        };
        Self { whole: whole.filter(|_| is_weighed_by), ..self }
    }

    fn text(&self, row: u32) -> FacetText<'a, '_> {
        FacetText { column: self, code: self.texts.code(row as usize) }
    }
}

impl<'a> FacetText<'a, '_> {
    fn cell(self) -> Cell<'a> {
        match self.code {
            0 => Cell::Null,
            code => (self.column.facet.read)(self.column.texts, self.column.values, code).into(),
        }
    }

    /// Whether both are the same facet of the same text.
    fn is(self, other: FacetText<'_, '_>) -> bool {
        self.code == other.code
            && std::ptr::eq(self.column.texts, other.column.texts)
            && std::ptr::eq(self.column.facet, other.column.facet)
    }

    /// As [`Cell::compare`]; one text is not read twice.
    fn compare(self, other: FacetText<'_, '_>) -> Option<Ordering> {
        let cell = self.cell();
        if self.is(other) {
            (cell != Cell::Null).then_some(Ordering::Equal)
        } else {
            cell.compare(&other.cell())
        }
    }

    /// Whether both say the same; by marks where both have them.
    fn equals(self, other: FacetText<'_, '_>) -> Option<bool> {
        if other.column.whole.is_some_and(|whole| whole.has(other.code)) && self.is(other) {
            return Some(true);
        }
        match (self.column.marks, other.column.marks) {
            (Some(a), Some(b)) if a.match_those_of(b) => Some(a.mark(self.code)? == b.mark(other.code)?),
            _ => self.compare(other).map(Ordering::is_eq),
        }
    }
}
