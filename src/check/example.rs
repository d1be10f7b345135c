//! The rows that each rule must pass and fail, through the same engine.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use polars::prelude::{DataFrame, IntoLazy};

use super::cell::{Cell, epoch_days, to_series};
use super::condition::{Condition, Key};
use super::program::{Program, Rule};
use super::view::{Best, Column, Origin, ValueType, View};
use crate::diagnostic::{Diagnostic, Place};
use crate::settings::{Check, Example, ExampleValue, Settings};

/// The as-of date of example rows that name none: 30/06/2026.
fn example_as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default()
}

/// What one example row of one rule gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleOutcome {
    /// The rule's id.
    pub rule: String,
    /// Where the row stands.
    pub place: Place,
    /// Whether the rule was to find it.
    pub expected: bool,
    /// Whether it did.
    pub found: bool,
    /// What it suggests for the row.
    pub suggested: Option<String>,
    /// What is wrong, if anything: the other answer, or a value of the wrong type.
    pub problem: Option<Diagnostic>,
}

/// Runs every rule's rows. Rules that do not compile have no outcome: see [`super::compile`].
pub fn test_examples(settings: &Settings) -> Vec<ExampleOutcome> {
    let Ok(program) = Program::compile(settings) else { return Vec::new() };
    let rules = settings.checks.iter().zip(&program.rules);
    rules
        .flat_map(|(check, rule)| {
            let view = &program.views[rule.view];
            check.examples.iter().map(move |example| outcome(check, rule, view, example))
        })
        .collect()
}

fn outcome(check: &Check, rule: &Rule, view: &View, example: &Example) -> ExampleOutcome {
    let wrong_type =
        example.cells.iter().find_map(|(name, value)| mistyped(view, name, value, &example.place));
    let found = evaluate(&rule.when, view, example).is_some_and(|cell| cell == Answer::Truth(true));
    let suggested = match rule.suggest.as_ref().and_then(|suggest| evaluate(suggest, view, example)) {
        Some(Answer::Text(text)) => Some(text),
        _ => None,
    };
    let differs = (found != example.found).then(|| other_answer(check, example));
    ExampleOutcome {
        rule: check.id.clone(),
        place: example.place.clone(),
        expected: example.found,
        found,
        suggested,
        problem: wrong_type.or(differs),
    }
}

fn other_answer(check: &Check, example: &Example) -> Diagnostic {
    let (did, list) = if example.found { ("does not find", "fail") } else { ("finds", "pass") };
    Diagnostic::error(
        "CHK-010",
        example.place.clone(),
        format!("rule `{}` {did} a row of its `{list}` list", check.id),
        "mend the condition or the row",
    )
}

fn mistyped(view: &View, name: &str, value: &ExampleValue, place: &Place) -> Option<Diagnostic> {
    let column = &view.columns[view.find(name)?];
    if read(column, value) != Cell::Null {
        return None;
    }
    Some(Diagnostic::error(
        "CHK-011",
        place.clone(),
        format!("`{name}` is of type {}", column.value_type.word()),
        "give a value of that type; a date as YYYY-MM-DD",
    ))
}

#[derive(PartialEq)]
enum Answer {
    Truth(bool),
    Text(String),
}

fn evaluate(condition: &Condition, view: &View, example: &Example) -> Option<Answer> {
    let columns = condition.keys.iter().map(|key| {
        let column = &view.columns[key.column];
        to_series(column, key.name(view).into(), std::iter::once(example_cell(view, *key, example)), 1)
    });
    let frame = DataFrame::new(1, columns.collect()).ok()?;
    let answer = frame.lazy().select([condition.expression.clone().alias("answer")]).collect().ok()?;
    let series = answer.columns().first()?.as_materialized_series().clone();
    let truth = series.bool().ok().and_then(|truth| truth.get(0)).map(Answer::Truth);
    truth.or_else(|| series.str().ok().and_then(|text| text.get(0)).map(|text| Answer::Text(text.to_owned())))
}

/// The row's value; what it does not name follows from what it names, else is NULL.
fn example_cell<'a>(view: &'a View, key: Key, example: &'a Example) -> Cell<'a> {
    let column = &view.columns[key.column];
    match example.cells.get(&column.name) {
        Some(value) => read(column, value),
        None => implied(view, column, example),
    }
}

fn implied<'a>(view: &View, column: &Column, example: &Example) -> Cell<'a> {
    let prefix = column.slot.map_or("", |slot| view.slots[slot].prefix.as_str());
    let seen =
        || example.cells.keys().any(|name| name.split_once('.').is_some_and(|(first, _)| first == prefix));
    match column.origin {
        Origin::AsOf => Cell::Date(epoch_days(example_as_of())),
        Origin::Exists => Cell::Boolean(seen()),
        Origin::Namesakes => Cell::Integer(0),
        Origin::InReview => Cell::Boolean(false),
        Origin::Count => Cell::Integer(i64::from(seen())),
        Origin::MatchProbability if !seen() => Cell::Null,
        Origin::PairProbability | Origin::MatchProbability => Cell::Float(1.0),
        Origin::Facet(_, facet) | Origin::Best(_, Best::Facet(facet))
            if column.name.ends_with(facet.name) && !facet.name.is_empty() =>
        {
            let whole = &column.name[..column.name.len() - facet.name.len() - 1];
            date_of(view, whole, example).map_or(Cell::Null, |day| date_facet(facet.name, day))
        }
        _ => Cell::Null,
    }
}

fn date_of(view: &View, name: &str, example: &Example) -> Option<NaiveDate> {
    let column = &view.columns[view.find(name)?];
    match read(column, example.cells.get(name)?) {
        Cell::Date(days) => NaiveDate::from_epoch_days(days),
        _ => None,
    }
}

/// A full date given in an example stands for its year, precision and written form too.
fn date_facet<'a>(facet: &str, day: NaiveDate) -> Cell<'a> {
    match facet {
        "year" => Cell::Integer(i64::from(day.year())),
        "month" => Cell::Integer(i64::from(day.month())),
        "precision" => Cell::Text(Cow::Borrowed("day")),
        "form" => Cell::Text(Cow::Borrowed("normal")),
        "standard" | "raw" => Cell::Text(Cow::Owned(day.format("%d/%m/%Y").to_string())),
        _ => Cell::Null,
    }
}

/// A value of the column's type; NULL where it is of another.
fn read<'a>(column: &Column, value: &'a ExampleValue) -> Cell<'a> {
    match (column.value_type, value) {
        (ValueType::Text, ExampleValue::Text(text)) => Cell::Text(Cow::Borrowed(text)),
        (ValueType::Date, ExampleValue::Text(text)) => {
            text.parse::<NaiveDate>().map_or(Cell::Null, |day| Cell::Date(epoch_days(day)))
        }
        (ValueType::Integer, ExampleValue::Integer(number)) => Cell::Integer(*number),
        (ValueType::Float, ExampleValue::Float(number)) => Cell::Float(*number),
        (ValueType::Float, ExampleValue::Integer(number)) => Cell::Float(*number as f64),
        (ValueType::Boolean, ExampleValue::Boolean(truth)) => Cell::Boolean(*truth),
        _ => Cell::Null,
    }
}
