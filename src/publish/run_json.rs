//! `run.json`: the facts of the run and its counts, for tools.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::problem::unwritable;
use crate::check::{Findings, RuleCount};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::history::DecisionBooks;
use crate::link::{BlockingAccount, Calibrated, Continuity, Linkage};
use crate::private;
use crate::report::{Figures, PassedGate, RunFacts, Scores, Share, Tally, passed_gates};
use crate::settings::{Dimension, GateLimit, Route, Settings, Severity};

/// The version of this file's layout; raised when a key changes its meaning or goes.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct RunJson<'a> {
    format: u32,
    #[serde(flatten)]
    facts: &'a RunFacts,
    exit_status: &'static str,
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions: Option<DecisionsJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_ids: Option<Continuity>,
    blocking: Vec<BlockingJson<'a>>,
    calibration: Vec<CalibrationJson<'a>>,
    scores: ScoresJson,
    gates: Vec<GateJson<'a>>,
    rules: Vec<RuleJson<'a>>,
}

#[derive(Serialize)]
struct Counts {
    people: u64,
    links: u64,
    review_pairs: u64,
    pairs: Vec<PairJson>,
    findings: u64,
    findings_by_dimension: BTreeMap<&'static str, u64>,
    findings_by_severity: BTreeMap<&'static str, u64>,
    findings_by_route: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct PairJson {
    left_source: String,
    right_source: String,
    links: u64,
    review_pairs: u64,
}

/// Officers' decisions: their books, and what they changed.
#[derive(Serialize)]
struct DecisionsJson<'a> {
    #[serde(flatten)]
    books: &'a DecisionBooks,
    /// Pairs that are linked and by their values alone would not have been.
    links_made: u64,
    /// Pairs that were to be linked or reviewed and are neither.
    pairs_dropped: u64,
    /// Decisions by which other links were cut.
    held_apart: u64,
}

/// What one blocking rule met and left out.
#[derive(Serialize)]
struct BlockingJson<'a> {
    id: &'a str,
    records: u64,
    blocks: u64,
    block_size_max: u64,
    pairs: u64,
    pairs_new: u64,
    records_left_out: u64,
    pairs_left_out: u64,
}

/// What two sources' match weights were calibrated by.
#[derive(Serialize)]
struct CalibrationJson<'a> {
    left_source: &'a str,
    right_source: &'a str,
    pairs: u64,
    shift_bits: f64,
    slope: f64,
    /// By comparison and level: what is added beside the line, in bits.
    levels: BTreeMap<&'a str, BTreeMap<&'a str, f64>>,
}

/// The province's weighted scores; wards, fields and rules stand in `scores.parquet`.
#[derive(Serialize)]
struct ScoresJson {
    all: ShareJson,
    dimensions: BTreeMap<&'static str, ShareJson>,
}

#[derive(Serialize)]
struct ShareJson {
    assessed: u64,
    met: u64,
    score: Option<f64>,
}

/// A rule that found more than its gate accepts.
#[derive(Serialize)]
struct GateJson<'a> {
    rule: &'a str,
    level: &'static str,
    found: u64,
    assessed: u64,
    percent: f64,
    limit: LimitJson,
}

#[derive(Serialize)]
struct LimitJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<f64>,
}

#[derive(Serialize)]
struct RuleJson<'a> {
    id: &'a str,
    assessed: u64,
    found: u64,
    /// On the lists, after rules that yield to others have done so.
    findings: u64,
    not_delivered: &'a [String],
    /// Of rules of the route `statistic`, which give no findings: rows found by ward code.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_ward: Option<&'a BTreeMap<String, u64>>,
}

/// Writes `run.json` into the folder.
///
/// # Errors
/// `PUB-008` where it cannot be written.
pub fn run_json(
    folder: &Path,
    settings: &Settings,
    facts: &RunFacts,
    decisions: Option<&DecisionBooks>,
    linkage: &Linkage,
    findings: &Findings,
) -> Outcome<()> {
    run_json_of(folder, settings, facts, decisions, &Figures::of(settings, linkage, findings))
}

/// The same of figures that were put together from parts.
///
/// # Errors
/// As [`run_json`].
pub fn run_json_of(
    folder: &Path,
    settings: &Settings,
    facts: &RunFacts,
    decisions: Option<&DecisionBooks>,
    figures: &Figures,
) -> Outcome<()> {
    let path = folder.join("run.json");
    let Figures { tally, ruled, .. } = figures;
    let scores = figures.scores(settings);
    let json = RunJson {
        format: FORMAT,
        facts,
        exit_status: status(facts.exit_code),
        counts: counts(settings, tally),
        decisions: decisions.map(|books| DecisionsJson {
            books,
            links_made: ruled.links_made,
            pairs_dropped: ruled.pairs_dropped,
            held_apart: ruled.held_apart.len() as u64,
        }),
        person_ids: figures.continuity,
        blocking: figures.blocking.iter().map(blocking).collect(),
        calibration: figures.calibrated.iter().map(|one| calibration(settings, one)).collect(),
        scores: province(&scores),
        gates: passed_gates(settings, &scores).iter().filter_map(|one| gate(settings, one)).collect(),
        rules: rules(settings, tally, &figures.rules),
    };
    let mut text = serde_json::to_vec_pretty(&json).map_err(|error| {
        let help = "report it to the program's makers: every value of a run should have a JSON form";
        Diagnostic::error("PUB-008", None, format!("run.json cannot be made: {error}"), help)
    })?;
    text.push(b'\n');
    private::write_file(&path, &text).map_err(|error| unwritable("PUB-008", &path, &error))
}

fn status(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "done",
        1 => "done with reservations",
        _ => "not done",
    }
}

fn counts(settings: &Settings, tally: &Tally) -> Counts {
    let pair = |pair: &crate::report::PairTally| PairJson {
        left_source: settings.source(pair.left).id.clone(),
        right_source: settings.source(pair.right).id.clone(),
        links: pair.links,
        review_pairs: pair.reviews,
    };
    Counts {
        people: tally.people,
        links: tally.pairs.iter().map(|pair| pair.links).sum(),
        review_pairs: tally.pairs.iter().map(|pair| pair.reviews).sum(),
        pairs: tally.pairs.iter().map(pair).collect(),
        findings: tally.findings,
        findings_by_dimension: Dimension::WORDS.iter().map(|(w, d)| (*w, tally.of_dimension(*d))).collect(),
        findings_by_severity: Severity::WORDS.iter().map(|(w, s)| (*w, tally.of_severity(*s))).collect(),
        findings_by_route: Route::WORDS.iter().map(|(w, r)| (*w, tally.of_route(*r))).collect(),
    }
}

fn blocking(account: &BlockingAccount) -> BlockingJson<'_> {
    BlockingJson {
        id: &account.rule,
        records: account.records,
        blocks: account.blocks,
        block_size_max: account.block_size_max,
        pairs: account.pairs,
        pairs_new: account.pairs_new,
        records_left_out: account.records_left_out,
        pairs_left_out: account.pairs_left_out,
    }
}

fn calibration<'a>(settings: &'a Settings, one: &Calibrated) -> CalibrationJson<'a> {
    let [left, right] = one.between.map(|source| settings.source(source).id.as_str());
    let rounded = |number: f64| (number * 1e4).round() / 1e4;
    let mut levels: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for &(comparison, level, bits) in &one.levels {
        let rule = settings.matching.comparisons.get(comparison);
        if let Some((rule, word)) = rule.and_then(|rule| Some((rule, rule.levels.get(usize::from(level))?))) {
            levels.entry(&rule.id).or_default().insert(word, rounded(bits));
        }
    }
    let (shift_bits, slope) = (rounded(one.shift_bits), rounded(one.slope));
    CalibrationJson { left_source: left, right_source: right, pairs: one.pairs, shift_bits, slope, levels }
}

fn province(scores: &Scores) -> ScoresJson {
    let dimensions = Dimension::WORDS.iter().zip(scores.province.dimensions);
    ScoresJson {
        all: share(scores.province.whole),
        dimensions: dimensions.map(|((word, _), of)| (*word, share(of))).collect(),
    }
}

fn share(share: Share) -> ShareJson {
    let score = share.score().map(|score| (score * 1e6).round() / 1e6);
    ShareJson { assessed: share.assessed, met: share.met, score }
}

fn gate<'a>(settings: &'a Settings, gate: &PassedGate) -> Option<GateJson<'a>> {
    let (found, assessed) = (gate.found(), gate.share.assessed);
    let percent = found as f64 * 100.0 / (assessed.max(1)) as f64;
    let GateLimit { count, percent: percent_max } = gate.limit;
    Some(GateJson {
        rule: &settings.checks.get(gate.rule)?.id,
        level: gate.level.word(),
        found,
        assessed,
        percent: (percent * 1e4).round() / 1e4,
        limit: LimitJson { count, percent: percent_max },
    })
}

fn rules<'a>(settings: &'a Settings, tally: &Tally, counts: &'a [RuleCount]) -> Vec<RuleJson<'a>> {
    let rule = |(at, check): (usize, &'a crate::settings::Check)| {
        let count = counts.get(at);
        RuleJson {
            id: &check.id,
            assessed: count.map_or(0, |count| count.assessed),
            found: count.map_or(0, |count| count.found),
            findings: tally.of_rule(at),
            not_delivered: count.map_or(&[], |count| &count.not_delivered),
            by_ward: count.map(|count| &count.by_ward).filter(|by_ward| !by_ward.is_empty()),
        }
    };
    settings.checks.iter().enumerate().map(rule).collect()
}
