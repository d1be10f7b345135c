//! One subject's rules over all rows of its view, chunk by chunk.
//!
//! Workers take chunks in turn, fill the columns that rules name, let polars
//! evaluate all conditions in one pass, and describe the rows found at once, so
//! memory is bounded by chunks and findings. Workers are plain threads: polars
//! brings its own pool, and one rayon pool that waits on another steals work
//! while it waits.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::{DataFrame, IntoLazy, PolarsResult};

use super::assessed::{Assessed, add};
use super::cell::series;
use super::condition::{Condition, Key};
use super::context::Context;
use super::describe::{Draft, Hit, describe, ward_of_hit};
use super::frame::{Frame, Roll};
use super::program::Rule;
use super::ties::Ties;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::progress::Bar;
use crate::settings::Route;

/// Rows of a view in one piece of work: some 60 columns of 16 bytes are then 64 MiB a worker,
/// and planning 25 expressions (about 2 ms) is under a hundredth of evaluating them.
pub(super) const CHUNK_ROWS: usize = 1 << 16;

/// What the rules of one subject found, in order of rows.
#[derive(Default)]
pub(super) struct Found {
    /// By place in `rules`, then ward: rows that the rule judges.
    pub(super) assessed: Vec<Vec<u64>>,
    /// Drafts of findings.
    pub(super) drafts: Vec<Draft>,
    /// By place in `rules`: rows found, by ward, of rules that give figures and no findings.
    pub(super) figures: Vec<BTreeMap<String, u64>>,
}

impl Found {
    fn of(rules: usize) -> Self {
        Self { assessed: vec![Vec::new(); rules], drafts: Vec::new(), figures: vec![BTreeMap::new(); rules] }
    }

    /// Adds what a later chunk found.
    fn extend(&mut self, part: Self) {
        self.assessed.iter_mut().zip(&part.assessed).for_each(|(sum, more)| add(sum, more));
        self.drafts.extend(part.drafts);
        for (all, part) in self.figures.iter_mut().zip(part.figures) {
            part.into_iter().for_each(|(ward, rows)| *all.entry(ward).or_default() += rows);
        }
    }
}

/// The rules to ask of one view: place among the checks, and the rule.
pub(super) type Asked<'a> = [(u16, &'a Rule)];

/// Asks `rules` of every row of the roll.
///
/// # Errors
/// If polars refuses to evaluate what it accepted at compile time.
pub(super) fn run(
    context: &Context<'_>,
    ties: &Ties<'_>,
    roll: &Roll,
    rules: &Asked<'_>,
    chunk_rows: usize,
    bar: &Bar,
) -> Outcome<Found> {
    let chunks = roll.len().div_ceil(chunk_rows);
    let used = used_slots(context, rules);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(chunks));
    let work = || {
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return;
            }
            let within = chunk * chunk_rows..((chunk + 1) * chunk_rows).min(roll.len());
            let frame = roll.frame(context, ties, &used, within);
            let found = ask(context, &frame, rules);
            bar.add(frame.rows as u64);
            if let Ok(mut done) = done.lock() {
                done.push((chunk, found));
            }
        }
    };
    let workers = rayon::current_num_threads().min(chunks).max(1);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let mut parts = done.into_inner().unwrap_or_default();
    parts.sort_unstable_by_key(|(chunk, _)| *chunk);
    let mut all = Found::of(rules.len());
    for (_, part) in parts {
        all.extend(part.map_err(|error| not_evaluated(&error.to_string()))?);
    }
    Ok(all)
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

/// Evaluates the beginnings of all conditions over one frame in one pass, the rest where they leave it
/// open, then describes what was found.
fn ask(context: &Context<'_>, frame: &Frame, rules: &Asked<'_>) -> PolarsResult<Found> {
    let first = |rule: &'_ Rule| rule.guard.as_ref().unwrap_or(&rule.when).clone();
    let firsts: Vec<Condition> = rules.iter().map(|(_, rule)| first(rule)).collect();
    let mut keys: Vec<Key> = firsts.iter().flat_map(|first| first.keys.iter().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    let rows: Vec<u32> = (0..frame.rows as u32).collect();
    let conditions = firsts.into_iter().enumerate().map(|(at, first)| first.expression.alias(at.to_string()));
    let answers =
        data(context, frame, &keys, &rows)?.lazy().select(conditions.collect::<Vec<_>>()).collect()?;
    let mut found = Found::of(rules.len());
    let assessed = Assessed::of(context, frame);
    for (place, ((check, rule), answer)) in rules.iter().zip(answers.columns()).enumerate() {
        let mut answers = Answers::of(answer, &rows)?;
        if rule.guard.is_some() {
            answers = answers.of_the_whole(context, frame, &rule.when)?;
        }
        found.assessed[place] = assessed.count(context, frame, (*check, rule), &answers.unknown);
        let min = context.settings.checks[usize::from(*check)].min_link_probability;
        let mut hits = answers.hits;
        hits.retain(|&row| frame.pair_probability(row as usize) >= min);
        if context.settings.checks[usize::from(*check)].route == Route::Statistic {
            // Millions of rows may be found, and nobody is to look at one of them.
            let wards =
                hits.iter().filter_map(|&row| ward_of_hit(context, frame, rule, *check, row as usize));
            wards.for_each(|ward| *found.figures[place].entry(ward).or_default() += 1);
            continue;
        }
        found.drafts.extend(described(context, frame, (*check, rule), &hits)?);
    }
    Ok(found)
}

/// What a condition says of rows.
struct Answers {
    /// Rows of which it says true, rising.
    hits: Vec<u32>,
    /// Rows of which it says nothing, rising.
    unknown: Vec<u32>,
}

impl Answers {
    fn of(answer: &polars::prelude::Column, rows: &[u32]) -> PolarsResult<Self> {
        let mask = answer.as_materialized_series().bool()?;
        let mut all = Self { hits: Vec::new(), unknown: Vec::new() };
        let mut take = |row: u32, answer: Option<bool>| match answer {
            Some(true) => all.hits.push(row),
            Some(false) => {}
            None => all.unknown.push(row),
        };
        // A condition without columns gives one answer for all rows.
        if mask.len() == 1 {
            rows.iter().for_each(|&row| take(row, mask.get(0)));
        } else {
            rows.iter().zip(mask.iter()).for_each(|(&row, answer)| take(row, answer));
        }
        Ok(all)
    }

    /// The answers of the whole condition, where these are of its beginning.
    fn of_the_whole(self, context: &Context<'_>, frame: &Frame, whole: &Condition) -> PolarsResult<Self> {
        let mut open = self.hits;
        open.extend(self.unknown);
        open.sort_unstable();
        if open.is_empty() {
            return Ok(Self { hits: Vec::new(), unknown: Vec::new() });
        }
        let answers = data(context, frame, &whole.keys, &open)?;
        let answers = answers.lazy().select([whole.expression.clone().alias("whole")]).collect()?;
        let Some(answer) = answers.columns().first() else {
            return Ok(Self { hits: Vec::new(), unknown: open });
        };
        Self::of(answer, &open)
    }
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

fn data(context: &Context<'_>, frame: &Frame, keys: &[Key], rows: &[u32]) -> PolarsResult<DataFrame> {
    DataFrame::new(rows.len(), keys.iter().map(|&key| series(context, frame, key, rows)).collect())
}

fn not_evaluated(why: &str) -> Diagnostic {
    Diagnostic::error(
        "CHK-009",
        None,
        format!("a quality rule could not be evaluated: {}", why.lines().next().unwrap_or_default()),
        "run doisoat rules test and simplify the rule that fails",
    )
}
