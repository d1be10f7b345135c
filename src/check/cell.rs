//! One cell of a view, and cells as a column for polars.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};
use polars::prelude::{
    BooleanChunked, Column as Series, Float64Chunked, Int32Chunked, Int64Chunked, IntoColumn, IntoSeries,
    NewChunkedArray, PlSmallStr, StringChunkedBuilder,
};

use super::beside;
use super::by_code::{ByCode, read};
use super::condition::Key;
use super::context::Context;
use super::frame::Frame;
use super::view::{Best, Column, Origin, STRUCK_OFF, ValueType, facet_named};
use crate::normalise::{FacetValue, Records};
use crate::table::RecordRef;

/// A value of a view column in one row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// No value.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
}

impl<'a> From<FacetValue<'a>> for Cell<'a> {
    fn from(value: FacetValue<'a>) -> Self {
        match value {
            FacetValue::Null => Self::Null,
            FacetValue::Text(text) => Self::Text(text),
            FacetValue::Integer(number) => Self::Integer(number),
            FacetValue::Boolean(truth) => Self::Boolean(truth),
            FacetValue::Date(day) => Self::Date(day),
        }
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Cell<'_> {
    /// The order of two values of one type; none where one is missing.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Boolean(a), Self::Boolean(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// What an officer reads: dates dd/mm/yyyy; `chưa có` where there is nothing.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed("chưa có"),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(format!("{number:.2}").replace('.', ",")),
            Self::Boolean(truth) => Cow::Borrowed(if *truth { "có" } else { "không" }),
            Self::Date(days) => Cow::Owned(shown_day(*days)),
        }
    }
}

fn shown_day(days: i32) -> String {
    NaiveDate::from_epoch_days(days).map(|day| day.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

/// Days since 1970-01-01.
pub(super) fn epoch_days(day: NaiveDate) -> i32 {
    day.to_epoch_days()
}

/// The cell of a key in one row of a frame. O(1), or O(length) where a text must be made.
pub(super) fn cell<'a>(context: &'a Context<'_>, frame: &Frame, key: Key, row: usize) -> Cell<'a> {
    let column = &context.view.columns[key.column];
    let Some(slot) = column.slot else {
        return match column.origin {
            Origin::PairProbability => Cell::Float(frame.pair_probability(row)),
            Origin::InReview => Cell::Boolean(frame.in_review(row)),
            Origin::Best(field, what) => best(context, frame, (field, what), row),
            _ => Cell::Date(epoch_days(context.as_of)),
        };
    };
    let seat = frame.slots[slot].row(row, key.min_link_probability());
    match column.origin {
        Origin::Exists => Cell::Boolean(seat.is_some()),
        Origin::Namesakes => seat.map_or(Cell::Null, |at| {
            let record = RecordRef::new(context.view.slots[slot].source, at);
            Cell::Integer(context.namesakes.count(slot, record))
        }),
        Origin::Beside(declared, column) if !context.view.slots[slot].own => {
            beside::of_linked(context, frame, (slot, row, key.min_link_probability()), declared, column)
        }
        Origin::Count => Cell::Integer(seat.map_or(0, |_| i64::from(frame.slots[slot].count(row)))),
        Origin::MatchProbability => {
            seat.map_or(Cell::Null, |_| Cell::Float(frame.slots[slot].probability(row)))
        }
        origin => match (context.records(context.view.slots[slot].source), seat) {
            (Some(records), Some(at)) => of_record(context, records, origin, at as usize),
            _ => Cell::Null,
        },
    }
}

/// What is asked of the best value of the person in a row.
fn best<'a>(context: &'a Context<'_>, frame: &Frame, (field, what): (usize, Best), row: usize) -> Cell<'a> {
    let Some((person, own)) = frame.person(context, row) else { return Cell::Null };
    let fusion = context.fusion;
    match what {
        Best::Facet(facet) => {
            let found = fusion.best(field, person, own);
            let records = found.and_then(|(record, _)| context.records(record.source));
            match (found, records) {
                (Some((record, column)), Some(records)) => {
                    records.facet(facet, column, record.row as usize).into()
                }
                _ => Cell::Null,
            }
        }
        Best::Titled => {
            fusion.titled(field, person, own).map_or(Cell::Null, |name| Cell::Text(Cow::Owned(name)))
        }
        Best::Confidence => fusion.confidence(field, person, own).map_or(Cell::Null, Cell::Float),
        Best::Support => fusion.counts(field, person).map_or(Cell::Null, |counts| Cell::Integer(counts.0)),
        Best::Against => fusion.counts(field, person).map_or(Cell::Null, |counts| Cell::Integer(counts.1)),
        Best::Sources => {
            fusion.named(field, person).map_or(Cell::Null, |named| Cell::Text(Cow::Owned(named)))
        }
    }
}

fn of_record<'a>(context: &'a Context<'_>, records: &'a Records, origin: Origin, row: usize) -> Cell<'a> {
    match origin {
        Origin::Facet(column, _) | Origin::Age(column) | Origin::Live(column) => {
            of_code(context, records, origin, code(records, column, row))
        }
        Origin::RecordId => Cell::Text(Cow::Borrowed(context.record_id(records, row))),
        Origin::Holders(column) => {
            context.holders.count(records.source, column, row).map_or(Cell::Null, Cell::Integer)
        }
        Origin::OtherHolder(column) => match context.holders.other(records.source, column, row) {
            Some(other) => Cell::Text(Cow::Borrowed(context.record_id(records, other as usize))),
            None => Cell::Null,
        },
        Origin::Beside(declared, column) => {
            let record = RecordRef::new(records.source, row as u32);
            context.beside.of_record(context, record, declared, column)
        }
        Origin::AsOf
        | Origin::Best(..)
        | Origin::Namesakes
        | Origin::PairProbability
        | Origin::InReview
        | Origin::Exists
        | Origin::MatchProbability
        | Origin::Count => Cell::Null,
    }
}

/// What follows from a column's text alone, by its code; NULL for what needs more than the text.
pub(super) fn of_code<'a>(
    context: &Context<'_>,
    records: &'a Records,
    origin: Origin,
    code: u32,
) -> Cell<'a> {
    match origin {
        Origin::Facet(column, facet) => read(records, Some(facet), column, code).into(),
        Origin::Age(column) => age(context, records, column, code).map_or(Cell::Null, Cell::Integer),
        Origin::Live(column) => is_live(context, records, column, code).map_or(Cell::Null, Cell::Boolean),
        _ => Cell::Null,
    }
}

/// The code of a cell; 0 where the column was not delivered.
pub(super) fn code(records: &Records, column: usize, row: usize) -> u32 {
    records.table.columns.get(column).and_then(Option::as_ref).map_or(0, |texts| texts.code(row))
}

/// Full years at the as-of date; by the year alone where the day is not known.
fn age(context: &Context<'_>, records: &Records, column: usize, code: u32) -> Option<i64> {
    let kind = &context.settings.source(records.source).columns[column].kind;
    let facet = |name| read(records, facet_named(kind, name), column, code);
    let as_of = context.as_of;
    if let FacetValue::Date(days) = facet("") {
        let born = NaiveDate::from_epoch_days(days)?;
        let before_birthday = (as_of.month(), as_of.day()) < (born.month(), born.day());
        return Some(i64::from(as_of.year() - born.year()) - i64::from(before_birthday));
    }
    match facet("year") {
        FacetValue::Integer(year) => Some(i64::from(as_of.year()) - year),
        _ => None,
    }
}

/// By row: whether the canonical status is known and is not "struck off".
pub(super) fn living<'a>(context: &Context<'_>, records: &'a Records, column: usize) -> ByCode<'a, bool> {
    ByCode::new(records, column, |code| is_live(context, records, column, code) == Some(true))
}

fn is_live(context: &Context<'_>, records: &Records, column: usize, code: u32) -> Option<bool> {
    let kind = &context.settings.source(records.source).columns[column].kind;
    match read(records, facet_named(kind, ""), column, code) {
        FacetValue::Text(word) => Some(word != STRUCK_OFF),
        _ => None,
    }
}

/// Cells as a column of the type that the view declares; a cell of another type is NULL.
pub(super) fn to_series<'a>(
    column: &Column,
    name: PlSmallStr,
    cells: impl Iterator<Item = Cell<'a>>,
    length: usize,
) -> Series {
    macro_rules! pick {
        ($array:ident, $variant:ident) => {
            $array::from_iter_options(
                name,
                cells.map(|cell| match cell {
                    Cell::$variant(value) => Some(value),
                    _ => None,
                }),
            )
        };
    }
    match column.value_type {
        ValueType::Text => {
            let mut texts = StringChunkedBuilder::new(name, length);
            for cell in cells {
                match cell {
                    Cell::Text(text) => texts.append_value(text.as_ref()),
                    _ => texts.append_null(),
                }
            }
            texts.finish().into_column()
        }
        ValueType::Integer => pick!(Int64Chunked, Integer).into_column(),
        ValueType::Float => pick!(Float64Chunked, Float).into_column(),
        ValueType::Boolean => pick!(BooleanChunked, Boolean).into_column(),
        ValueType::Date => pick!(Int32Chunked, Date).into_date().into_series().into_column(),
    }
}
