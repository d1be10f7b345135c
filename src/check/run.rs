//! One subject's rules over all rows of its view, chunk by chunk.
//!
//! Terms that follow from one text are answered for all texts first (`tables`). Workers then take chunks in
//! turn, ask the rules term by term (`asking`), and describe the rows found at once, so memory is bounded
//! by chunks, tables and findings.

use polars::prelude::{IntoLazy, PolarsResult};

#[cfg(test)]
use super::asking::Answers;
use super::asking::{Asking, data};
use super::assessed::{Assessed, add};
use super::condition::Condition;
use super::context::Context;
use super::describe::{Draft, Hit, describe, ward_of_hit};
use super::frame::{Frame, Roll};
use super::plan::{Node, Term, Terms};
use super::program::Rule;
use super::tables::Tables;
use super::ties::Ties;
use super::workers::in_turn_into;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::progress::Bar;
use crate::settings::{Route, Subject};

/// Rows of a view in one piece of work: some hundred terms' answers and the seats of a row are then some ten
/// megabytes a worker, and what polars takes to plan an expression (some 0.1 ms) is little beside
/// evaluating it.
pub(super) const CHUNK_ROWS: usize = 1 << 16;

/// What the rules of one subject found, in order of rows.
#[derive(Default)]
pub(super) struct Found {
    /// By place in `rules`, then ward: rows that the rule judges.
    pub(super) assessed: Vec<Vec<u64>>,
    /// By place in `rules`: drafts of findings, in order of rows.
    pub(super) drafts: Vec<Vec<Draft>>,
    /// By place in `rules`, then ward: rows found by rules that give figures and no findings.
    pub(super) figures: Vec<Vec<u64>>,
}

impl Found {
    fn of(rules: usize) -> Self {
        let drafts = (0..rules).map(|_| Vec::new()).collect();
        Self { assessed: vec![Vec::new(); rules], drafts, figures: vec![Vec::new(); rules] }
    }

    /// Adds what a later chunk found.
    fn extend(&mut self, part: Self) {
        self.assessed.iter_mut().zip(&part.assessed).for_each(|(sum, more)| add(sum, more));
        self.drafts.iter_mut().zip(part.drafts).for_each(|(all, more)| all.extend(more));
        self.figures.iter_mut().zip(&part.figures).for_each(|(sum, more)| add(sum, more));
    }
}

/// The rules to ask of one view: place among the checks, and the rule.
pub(super) type Asked<'a> = [(u16, &'a Rule)];

/// Who answers conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// Term by term, each of the rows that it can still change.
    Terms,
    /// polars, of every row: the plain twin.
    #[cfg(test)]
    Whole,
}

/// How a view's rows are worked off.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// Rows in one piece of work.
    pub(super) chunk_rows: usize,
    pub(super) asker: Asker,
}

impl Pace {
    /// That of a night.
    pub(super) const NIGHT: Self = Self { chunk_rows: CHUNK_ROWS, asker: Asker::Terms };
}

/// What answers the terms of one view.
struct How<'a> {
    terms: &'a [Term],
    tables: Tables,
    /// By rule: its condition, the cheapest terms first.
    nodes: Vec<Node>,
    asker: Asker,
}

impl<'a> How<'a> {
    fn new(context: &Context<'_>, rules: &Asked<'_>, terms: &'a [Term], asker: Asker) -> Self {
        let tables = Tables::new(context, terms, &used_terms(rules));
        let cost = |at: usize| match (tables.of(at), terms[at].text) {
            (Some(_), Some(text)) => u8::from(!context.view.slots[text.slot].own),
            _ => terms[at].way.cost(),
        };
        let nodes = rules.iter().map(|(_, rule)| rule.asked.cheapest_first(&cost)).collect();
        Self { terms, tables, nodes, asker }
    }
}

/// Asks `rules` of every row of the roll.
///
/// # Errors
/// If polars refuses to evaluate what it accepted at compile time.
pub(super) fn run(
    context: &Context<'_>,
    ties: &Ties<'_>,
    roll: &Roll,
    (rules, terms): (&Asked<'_>, &Terms),
    pace: Pace,
    bar: &Bar,
) -> Outcome<Found> {
    let used = used_slots(context, rules);
    let how = How::new(context, rules, &terms.terms, pace.asker);
    let ask_chunk = |chunk: usize| {
        let first = chunk * pace.chunk_rows;
        let within = first..(first + pace.chunk_rows).min(roll.len());
        let frame = roll.frame(context, ties, &used, within);
        let found = ask(context, &frame, rules, &how);
        bar.add(frame.rows as u64);
        found
    };
    let mut all = Ok(Found::of(rules.len()));
    in_turn_into(roll.len().div_ceil(pace.chunk_rows), ask_chunk, |part: PolarsResult<Found>| {
        match (&mut all, part) {
            (Ok(all), Ok(part)) => all.extend(part),
            (Ok(_), Err(error)) => all = Err(not_evaluated(&error.to_string()).into()),
            (Err(_), _) => {}
        }
    });
    all
}

/// Every term that some rule asks, once.
fn used_terms(rules: &Asked<'_>) -> Vec<usize> {
    let mut terms: Vec<usize> = rules.iter().flat_map(|(_, rule)| rule.asked.terms()).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

fn used_slots(context: &Context<'_>, rules: &Asked<'_>) -> Vec<bool> {
    let mut used = vec![false; context.view.slots.len()];
    for (_, rule) in rules {
        rule.keys()
            .filter_map(|key| context.view.columns[key.column].slot)
            .for_each(|slot| used[slot] = true);
        rule.witnesses.iter().for_each(|witness| used[witness.slot] = true);
    }
    used
}

/// Asks all rules of one frame, then describes what was found.
fn ask(context: &Context<'_>, frame: &Frame, rules: &Asked<'_>, how: &How<'_>) -> PolarsResult<Found> {
    let mut asking = Asking::new(context, frame, how.terms, &how.tables);
    let mut found = Found::of(rules.len());
    let assessed = Assessed::of(context, frame);
    for (place, ((check, rule), node)) in rules.iter().zip(&how.nodes).enumerate() {
        let answers = match how.asker {
            Asker::Terms => asking.ask(node)?,
            #[cfg(test)]
            Asker::Whole => whole(context, frame, rule)?,
        };
        found.assessed[place] = assessed.count(context, frame, (*check, rule), &answers.unknown);
        let min = context.settings.checks[usize::from(*check)].min_link_probability;
        let mut hits = answers.hits;
        hits.retain(|&row| frame.pair_probability(row as usize) >= min);
        if context.settings.checks[usize::from(*check)].route == Route::Statistic {
            // Millions of rows may be found, and nobody is to look at one of them.
            let ward = |row: &u32| match context.view.subject {
                Subject::Record(_) => assessed.ward(*row),
                Subject::Pair(_) | Subject::MissingPerson => {
                    ward_of_hit(context, frame, rule, *check, *row as usize)
                }
            };
            found.figures[place] = vec![0; context.wards.len()];
            hits.iter().filter_map(ward).for_each(|ward| found.figures[place][usize::from(ward)] += 1);
            continue;
        }
        found.drafts[place] = described(context, frame, (*check, rule), &hits)?;
    }
    Ok(found)
}

/// The plain truth: polars evaluates the whole condition over every row.
#[cfg(test)]
fn whole(context: &Context<'_>, frame: &Frame, rule: &Rule) -> PolarsResult<Answers> {
    let rows: Vec<u32> = (0..frame.rows as u32).collect();
    let truths = super::asking::evaluate(context, frame, &rule.when, &rows)?;
    Ok(Answers::of(rows.into_iter().zip(truths)))
}

/// The findings of the rows that a rule found.
fn described(
    context: &Context<'_>,
    frame: &Frame,
    (check, rule): (u16, &Rule),
    hits: &[u32],
) -> PolarsResult<Vec<Draft>> {
    let suggestions = values(context, frame, rule.suggest.as_ref(), hits)?;
    let confidences = values(context, frame, rule.confidence.as_ref(), hits)?;
    let texts = suggestions.as_ref().and_then(|column| column.as_materialized_series().str().ok());
    let numbers = confidences.as_ref().and_then(|column| column.as_materialized_series().f64().ok());
    let suggested = |at: usize| {
        let texts = texts?;
        texts.get(if texts.len() == 1 { 0 } else { at }).map(str::to_owned)
    };
    let confidence = |at: usize| {
        let numbers = numbers?;
        numbers.get(if numbers.len() == 1 { 0 } else { at })
    };
    let hit = |(at, &row): (usize, &u32)| Hit {
        check,
        row: row as usize,
        suggested: suggested(at),
        confidence: confidence(at),
    };
    Ok(hits.iter().enumerate().filter_map(|found| describe(context, frame, rule, hit(found))).collect())
}

/// What a rule's expression gives in the rows found; nothing where it has none.
fn values(
    context: &Context<'_>,
    frame: &Frame,
    condition: Option<&Condition>,
    hits: &[u32],
) -> PolarsResult<Option<polars::prelude::Column>> {
    let Some(condition) = condition.filter(|_| !hits.is_empty()) else { return Ok(None) };
    let frame = data(context, frame, &condition.keys, hits)?;
    let values = frame.lazy().select([condition.expression.clone().alias("value")]).collect()?;
    Ok(values.columns().first().cloned())
}

fn not_evaluated(why: &str) -> Diagnostic {
    Diagnostic::error(
        "CHK-009",
        None,
        format!("a quality rule could not be evaluated: {}", why.lines().next().unwrap_or_default()),
        "run doisoat rules test and simplify the rule that fails",
    )
}
