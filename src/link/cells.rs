//! The cells of a delivered column, read as numbers once a distinct text.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::compare::{
    TextsBuilder, civil, pack_date, pack_digits, pack_number, pack_padded, pack_real, read_real,
};
use crate::normalise::{Facet, FacetValue, NumberFacet, Records, Several, Values, facets_of, number_facet};
use crate::settings::{Expression, FieldFacet, Kind, Part, Settings};
use crate::table::TextColumn;

/// A column's texts and typed values.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) column: &'a TextColumn,
    values: &'a Values,
    kind: &'a Kind,
    pub(super) source: usize,
    /// The delivered cells, where those are lists of what is read here.
    lists: Option<(&'a TextColumn, &'a Several)>,
}

impl<'a> Cells<'a> {
    pub(super) fn of(settings: &'a Settings, records: &'a Records, field: &str) -> Option<Self> {
        let source = settings.sources.get(records.source.index())?;
        let column = source.column_of(field)?;
        let texts = records.table.columns.get(column)?.as_ref()?;
        let values = records.values.get(column)?.as_ref()?;
        let kind = &source.columns.get(column)?.kind;
        let source = records.source.index();
        Some(match values.several() {
            None => Self { column: texts, values, kind, source, lists: None },
            Some(several) => {
                let (column, values) = (several.items(), several.values());
                Self { column, values, kind, source, lists: Some((texts, several)) }
            }
        })
    }

    /// The delivered cells' codes, a row each.
    pub(super) fn codes(&self) -> &'a [u32] {
        self.lists.map_or(self.column.codes(), |(cells, _)| cells.codes())
    }

    /// By code of the delivered cells, of which each is one value: the first that a cell of several has.
    pub(super) fn firsts(&self, values: Vec<u64>) -> Vec<u64> {
        let Some((cells, _)) = self.lists else { return values };
        let first = |code| self.all(code, &values).find(|&value| value != 0).unwrap_or(0);
        (0..cells.dictionary().len() as u32).map(first).collect()
    }

    /// The values of a delivered cell, out of those by code of what is read.
    pub(super) fn all<'v>(&self, code: u32, values: &'v [u64]) -> impl Iterator<Item = u64> + use<'a, 'v> {
        let (several, one) = match self.lists {
            Some((_, several)) => (several.of(code), None),
            None => (&[][..], Some(code)),
        };
        let codes = several.iter().copied().chain(one);
        codes.map(|code| values.get(code as usize).copied().unwrap_or(0))
    }

    pub(super) fn facet(&self, name: &str) -> Option<&'static Facet> {
        facets_of(self.kind).find(|facet| facet.name == name)
    }

    pub(super) fn read(&self, facet: Option<&'static Facet>, code: u32) -> FacetValue<'a> {
        facet.map_or(FacetValue::Null, |facet| (facet.read)(self.column, self.values, code))
    }

    /// A value a code, 0 for code 0. In parallel over codes.
    pub(super) fn by_code(&self, value: impl Fn(u32) -> u64 + Sync) -> Vec<u64> {
        let codes = 0..self.column.dictionary().len() as u32;
        codes.into_par_iter().with_min_len(1024).map(|c| if c == 0 { 0 } else { value(c) }).collect()
    }

    pub(super) fn hashes(&self, facet: &str, part: Part) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| hash(&cut(self.read(facet, code), part)))
    }

    pub(super) fn integers(&self, facet: &str) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| match self.read(facet, code) {
            FacetValue::Integer(number) => u64::try_from(number).unwrap_or(0),
            _ => 0,
        })
    }

    pub(super) fn numbers(&self, facet: &str) -> Vec<u64> {
        if let Some(NumberFacet { width, read }) = number_facet(self.kind, facet) {
            let values = self.values;
            return self.by_code(|code| read(values, code).map_or(0, |number| pack_padded(number, width)));
        }
        let facet = self.facet(facet);
        let number = |value: FacetValue<'_>| match &value {
            FacetValue::Text(text) => pack_number(text).unwrap_or_else(|| hash(&value)),
            _ => hash(&value),
        };
        self.by_code(|code| number(self.read(facet, code)))
    }

    /// Numbers as they are, dates as days.
    pub(super) fn reals(&self, facet: &str) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| match self.read(facet, code) {
            FacetValue::Text(text) => read_real(&text),
            FacetValue::Integer(number) => pack_real(number as f64),
            FacetValue::Date(days) => pack_real(f64::from(days)),
            FacetValue::Null | FacetValue::Boolean(_) => 0,
        })
    }

    /// The digits of texts.
    pub(super) fn digits(&self, facet: &str) -> Vec<u64> {
        let facet = self.facet(facet);
        self.by_code(|code| match self.read(facet, code) {
            FacetValue::Text(text) => pack_digits(&text),
            FacetValue::Integer(number) => pack_digits(&number.to_string()),
            _ => 0,
        })
    }

    /// Texts by their likeness; dates as `yyyy-mm-dd`, numbers by their digits. One after the other, for
    /// equal texts of all columns are one.
    pub(super) fn texts(&self, facet: &str, part: Part, texts: &mut TextsBuilder) -> Vec<u64> {
        let facet = self.facet(facet);
        let codes = 0..self.column.dictionary().len() as u32;
        let mut value = |code| match cut(written(self.read(facet, code)), part) {
            FacetValue::Text(text) => texts.push(&text),
            _ => 0,
        };
        codes.map(|code| if code == 0 { 0 } else { value(code) }).collect()
    }

    pub(super) fn dates(&self) -> Vec<u64> {
        let [day, year, month] = ["", "year", "month"].map(|name| self.facet(name));
        let part = |facet, code, most: i64| match self.read(facet, code) {
            FacetValue::Integer(number) if (1..=most).contains(&number) => number as u32,
            _ => 0,
        };
        self.by_code(|code| match self.read(day, code) {
            FacetValue::Date(days) => {
                let (year, month, day) = civil(days);
                pack_date(year, month, day)
            }
            _ => match part(year, code, 9999) {
                0 => 0,
                year => pack_date(year, part(month, code, 12), 0),
            },
        })
    }
}

/// A value as a text of one writing.
fn written(value: FacetValue<'_>) -> FacetValue<'_> {
    match value {
        FacetValue::Date(days) => {
            let (year, month, day) = civil(days);
            FacetValue::Text(Cow::Owned(format!("{year:04}-{month:02}-{day:02}")))
        }
        FacetValue::Integer(number) => FacetValue::Text(Cow::Owned(number.to_string())),
        FacetValue::Boolean(truth) => FacetValue::Text(Cow::Owned(truth.to_string())),
        other => other,
    }
}

/// The delivered columns that an expression names, and the facet asked of each.
pub(super) fn cells_of<'a, 'e>(
    settings: &'a Settings,
    records: &'a [Records],
    expression: &'e Expression,
) -> Vec<(Cells<'a>, &'e FieldFacet)> {
    let of = |one| {
        let parts = expression.alternatives.iter();
        parts.filter_map(move |part| Some((Cells::of(settings, one, &part.field)?, part)))
    };
    records.iter().flat_map(of).collect()
}

/// The part of a text that an expression asks for; a shorter text is its own part.
pub(super) fn cut(value: FacetValue<'_>, part: Part) -> FacetValue<'_> {
    let FacetValue::Text(text) = &value else { return value };
    let ends = |nth: Option<(usize, char)>| nth.map(|(at, _)| at);
    let piece = match part {
        Part::Whole => return value,
        Part::First(characters) => {
            ends(text.char_indices().nth(usize::from(characters))).map(|end| &text[..end])
        }
        Part::Last(characters) => {
            let last = usize::from(characters).checked_sub(1);
            last.and_then(|last| ends(text.char_indices().nth_back(last))).map(|start| &text[start..])
        }
    };
    match piece {
        Some(piece) => FacetValue::Text(Cow::Owned(piece.to_owned())),
        None => value,
    }
}

/// A hash of a facet's value, the same for equal values; 0 for none.
pub(super) fn hash(value: &FacetValue<'_>) -> u64 {
    let state = FixedState::default();
    let hash = match value {
        FacetValue::Null => return 0,
        FacetValue::Text(text) => state.hash_one(text.as_ref()),
        FacetValue::Integer(number) => state.hash_one(number),
        FacetValue::Boolean(truth) => state.hash_one(truth),
        FacetValue::Date(days) => state.hash_one(days),
    };
    hash.max(1)
}
