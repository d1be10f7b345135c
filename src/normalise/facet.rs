//! Facets: what may be asked of a value of some kind.
//!
//! A facet is how rules, blocking keys and comparisons see a cell:
//! `full_name` is the standard form, `full_name.plain` its accent-stripped key,
//! `birth_date.year` its year. All facets of all kinds stand in one slice.

use std::borrow::Cow;

use super::Values;
use crate::settings::Kind;
use crate::table::TextColumn;

/// The type of a facet's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacetType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
}

/// A facet's value of one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum FacetValue<'a> {
    /// Nothing stands there, or it cannot be read as this facet.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
}

/// One thing that may be asked of a value.
pub struct Facet {
    /// Its name after the dot: `plain`; empty for the value itself in standard form.
    pub name: &'static str,
    /// The type of its values.
    pub kind_of_value: FacetType,
    /// Which kinds have it.
    pub belongs: fn(&Kind) -> bool,
    /// Its value for a dictionary code other than 0. O(1) or O(length).
    pub read: for<'a> fn(&'a TextColumn, &'a Values, u32) -> FacetValue<'a>,
    /// What it means, for `doisoat rules columns`.
    pub meaning: &'static str,
}

/// All facets there are.
pub const FACETS: &[Facet] = &[Facet {
    name: "raw",
    kind_of_value: FacetType::Text,
    belongs: |_| true,
    read: |texts, _, code| FacetValue::Text(Cow::Borrowed(texts.dictionary().text(code))),
    meaning: "the text as delivered",
}];

/// The facets of a kind.
pub fn facets_of(kind: &Kind) -> impl Iterator<Item = &'static Facet> {
    FACETS.iter().filter(move |facet| (facet.belongs)(kind))
}
