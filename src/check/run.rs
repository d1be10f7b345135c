//! One subject's rules over all rows of its view, chunk by chunk.
//!
//! Workers take chunks in turn, fill the columns that rules name, let polars
//! evaluate all conditions in one pass, and describe the rows found at once, so
//! memory is bounded by chunks and findings. Workers are plain threads: polars
//! brings its own pool, and one rayon pool that waits on another steals work
//! while it waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::{DataFrame, IntoLazy, PolarsResult};

use super::cell::series;
use super::condition::{Condition, Key};
use super::context::Context;
use super::describe::{Draft, Hit, describe};
use super::frame::{Frame, Roll};
use super::program::Rule;
use super::ties::Ties;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::progress::Bar;

/// Rows of a view in one piece of work: some 60 columns of 16 bytes are then 64 MiB a worker,
/// and planning 25 expressions (about 2 ms) is under a hundredth of evaluating them.
pub(super) const CHUNK_ROWS: usize = 1 << 16;

/// What the rules of one subject found, in order of rows.
#[derive(Default)]
pub(super) struct Found {
    /// By place in `rules`: rows that the rule could be asked of.
    pub(super) assessed: Vec<u64>,
    /// Drafts of findings.
    pub(super) drafts: Vec<Draft>,
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
    let mut all = Found { assessed: vec![0; rules.len()], drafts: Vec::new() };
    for (_, part) in parts {
        let part = part.map_err(|error| not_evaluated(&error.to_string()))?;
        all.assessed.iter_mut().zip(part.assessed).for_each(|(sum, more)| *sum += more);
        all.drafts.extend(part.drafts);
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

/// Evaluates all conditions over one frame in one pass, then describes what was found.
fn ask(context: &Context<'_>, frame: &Frame, rules: &Asked<'_>) -> PolarsResult<Found> {
    let mut keys: Vec<Key> = rules.iter().flat_map(|(_, rule)| rule.when.keys.iter().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    let rows: Vec<u32> = (0..frame.rows as u32).collect();
    let conditions =
        rules.iter().enumerate().map(|(at, (_, rule))| rule.when.expression.clone().alias(at.to_string()));
    let answers =
        data(context, frame, &keys, &rows)?.lazy().select(conditions.collect::<Vec<_>>()).collect()?;
    let mut found = Found::default();
    for ((check, rule), answer) in rules.iter().zip(answers.columns()) {
        let mask = answer.as_materialized_series().bool()?;
        // A condition without columns gives one answer for all rows.
        let answer = |row: u32| mask.get(if mask.len() == 1 { 0 } else { row as usize });
        let min = context.settings.checks[usize::from(*check)].min_link_probability;
        let seen = |row: &u32| frame.pair_probability(*row as usize) >= min;
        found.assessed.push(rows.iter().filter(|row| answer(**row).is_some()).count() as u64);
        let hits: Vec<u32> =
            rows.iter().copied().filter(|row| answer(*row) == Some(true)).filter(seen).collect();
        let suggestions = values(context, frame, rule.suggest.as_ref(), &hits)?;
        let confidences = values(context, frame, rule.confidence.as_ref(), &hits)?;
        for (at, &row) in hits.iter().enumerate() {
            let suggested = suggestions.as_ref().and_then(|column| {
                let texts = column.as_materialized_series().str().ok()?;
                texts.get(if texts.len() == 1 { 0 } else { at }).map(str::to_owned)
            });
            let confidence = confidences.as_ref().and_then(|column| {
                let numbers = column.as_materialized_series().f64().ok()?;
                numbers.get(if numbers.len() == 1 { 0 } else { at })
            });
            let hit = Hit { check: *check, row: row as usize, suggested, confidence };
            found.drafts.extend(describe(context, frame, rule, hit));
        }
    }
    Ok(found)
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
