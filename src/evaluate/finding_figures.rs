//! How good the findings are, rule by rule.
//!
//! A finding and a row of the truth are the same when rule and record are (for
//! rules about pairs: rule and both records, in any order). Because the most
//! specific rule speaks for a cell, a row of the truth also counts as found *by
//! cell* when any rule speaks on its record and field. Both are one sort and a
//! binary search a row.

use rayon::prelude::*;

use super::bands::Bands;
use super::calibration::Calibration;
use super::figures::{CalibrationBin, RuleCounts, RuleFigures};
use super::records::NONE;
use super::run::FoundFinding;
use super::truth::TrueFinding;
use crate::table::Dictionary;

/// Rule, record, other record of the pair or [`NONE`].
type Key = (u32, u32, u32);
/// Record and field.
type Cell = (u32, u32);

/// What the findings say.
#[derive(Debug)]
pub(super) struct FindingFigures {
    pub(super) all: RuleFigures,
    /// By id.
    pub(super) rules: Vec<RuleFigures>,
    pub(super) calibration: Vec<CalibrationBin>,
    pub(super) bands: Vec<CalibrationBin>,
}

/// Judges findings; `rules` has the texts of the rules' codes.
pub(super) fn finding_figures(
    truth: &[TrueFinding],
    found: Vec<FoundFinding>,
    rules: &Dictionary,
) -> FindingFigures {
    let matched = Matched::new(truth, found, rules.len());
    let mut counts = vec![RuleCounts::default(); rules.len()];
    let (mut calibration, mut bands) = (Calibration::default(), Bands::default());
    let valued = valued(truth, rules.len());
    matched.truth.iter().for_each(|row| matched.judge_truth(row, &mut counts));
    matched.found.iter().for_each(|row| matched.judge_finding(row, &mut counts, &mut calibration));
    let judged = matched.found.iter().filter(|row| valued[row.1.rule as usize]);
    judged.for_each(|row| matched.judge_promise(row, &mut bands));
    let mut figures: Vec<_> =
        rules.texts().zip(&counts).map(|(rule, counts)| RuleFigures::new(rule.to_owned(), *counts)).collect();
    figures.retain(|rule| rule.counts.truth + rule.counts.findings > 0);
    figures.sort_by(|a, b| a.rule.cmp(&b.rule));
    let all = counts.iter().fold(RuleCounts::default(), RuleCounts::plus);
    FindingFigures {
        all: RuleFigures::new("all".to_owned(), all),
        rules: figures,
        calibration: calibration.finish(),
        bands: bands.finish(),
    }
}

/// Both sides under one key, sorted by it.
struct Matched<'a> {
    truth: Vec<(Key, &'a TrueFinding)>,
    found: Vec<(Key, FoundFinding)>,
    truth_cells: Vec<Cell>,
    found_cells: Vec<Cell>,
}

impl<'a> Matched<'a> {
    fn new(truth: &'a [TrueFinding], found: Vec<FoundFinding>, rules: usize) -> Self {
        let of_pairs = rules_of_pairs(truth, &found, rules);
        let key = |rule, record, other| key(of_pairs[rule as usize], rule, record, other);
        let mut truth: Vec<_> =
            truth.par_iter().map(|row| (key(row.rule, row.record, row.other), row)).collect();
        truth.par_sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let mut found: Vec<_> =
            found.into_par_iter().map(|row| (key(row.rule, row.record, row.other), row)).collect();
        found.par_sort_by(|a, b| (a.0, a.1.field).cmp(&(b.0, b.1.field)));
        found.dedup_by(|a, b| (a.0, a.1.field) == (b.0, b.1.field));
        let truth_cells = cells(truth.iter().map(|(key, row)| (*key, row.field)));
        let found_cells = cells(found.iter().map(|(key, row)| (*key, row.field)));
        Self { truth, found, truth_cells, found_cells }
    }

    fn judge_truth(&self, (key, row): &(Key, &TrueFinding), counts: &mut [RuleCounts]) {
        let findings = equal(&self.found, *key);
        let found = !findings.is_empty();
        let by_cell = found || on_cell(&self.found_cells, *key, row.field);
        let suggested = findings.iter().any(|(_, finding)| finding.suggestion.is_some());
        let count = &mut counts[row.rule as usize];
        count.truth += 1;
        count.detectable += u64::from(row.detectable);
        count.mendable += u64::from(row.mendable);
        count.found += u64::from(found);
        count.found_by_cell += u64::from(by_cell);
        count.detectable_found += u64::from(row.detectable && found);
        count.detectable_found_by_cell += u64::from(row.detectable && by_cell);
        count.mendable_found += u64::from(row.mendable && found);
        count.mendable_suggested += u64::from(row.mendable && suggested);
    }

    fn judge_finding(
        &self,
        (key, row): &(Key, FoundFinding),
        counts: &mut [RuleCounts],
        calibration: &mut Calibration,
    ) {
        let truth = equal(&self.truth, *key);
        let count = &mut counts[row.rule as usize];
        count.findings += 1;
        count.findings_true += u64::from(!truth.is_empty());
        count.findings_true_by_cell +=
            u64::from(!truth.is_empty() || on_cell(&self.truth_cells, *key, row.field));
        let mut correct = truth.iter().filter_map(|(_, row)| row.correct.as_ref()).peekable();
        if let (Some(suggestion), NONE, Some(_)) = (&row.suggestion, key.2, correct.peek()) {
            let right = correct.any(|value| value == suggestion);
            count.suggestions += 1;
            count.suggestions_right += u64::from(right);
            calibration.add(row.confidence.unwrap_or(f64::NAN), right);
        }
    }
}

impl Matched<'_> {
    /// Whether a suggestion is right; never where the truth has no such finding.
    fn judge_promise(&self, (key, row): &(Key, FoundFinding), bands: &mut Bands) {
        if let (Some(suggestion), Some(promised), NONE) = (&row.suggestion, row.confidence, key.2) {
            let mut correct = equal(&self.truth, *key).iter().filter_map(|(_, row)| row.correct.as_ref());
            bands.add(promised, correct.any(|value| value == suggestion));
        }
    }
}

impl RuleCounts {
    fn plus(self, other: &Self) -> Self {
        Self {
            truth: self.truth + other.truth,
            detectable: self.detectable + other.detectable,
            mendable: self.mendable + other.mendable,
            findings: self.findings + other.findings,
            findings_true: self.findings_true + other.findings_true,
            findings_true_by_cell: self.findings_true_by_cell + other.findings_true_by_cell,
            found: self.found + other.found,
            detectable_found: self.detectable_found + other.detectable_found,
            found_by_cell: self.found_by_cell + other.found_by_cell,
            detectable_found_by_cell: self.detectable_found_by_cell + other.detectable_found_by_cell,
            suggestions: self.suggestions + other.suggestions,
            suggestions_right: self.suggestions_right + other.suggestions_right,
            mendable_found: self.mendable_found + other.mendable_found,
            mendable_suggested: self.mendable_suggested + other.mendable_suggested,
        }
    }
}

/// By rule, whether it is about pairs: a finding of it names another record, and
/// most rows of the truth name one as their correct value (a row whose other
/// record the truth does not know is then never found).
fn rules_of_pairs(truth: &[TrueFinding], found: &[FoundFinding], rules: usize) -> Vec<bool> {
    let mut balance = vec![0_i64; rules];
    for row in truth {
        balance[row.rule as usize] += if row.other == NONE { -1 } else { 1 };
    }
    let mut of_pairs = vec![false; rules];
    for row in found.iter().filter(|row| row.other != NONE) {
        of_pairs[row.rule as usize] = balance[row.rule as usize] >= 0;
    }
    of_pairs
}

/// By rule, whether the truth has values for it.
fn valued(truth: &[TrueFinding], rules: usize) -> Vec<bool> {
    let mut valued = vec![false; rules];
    truth.iter().filter(|row| row.correct.is_some()).for_each(|row| valued[row.rule as usize] = true);
    valued
}

fn key(of_pairs: bool, rule: u32, record: u32, other: u32) -> Key {
    if of_pairs { (rule, record.min(other), record.max(other)) } else { (rule, record, NONE) }
}

/// The cells that rows stand on, sorted; a pair stands on both records.
fn cells(rows: impl Iterator<Item = (Key, u32)>) -> Vec<Cell> {
    let both = |((_, record, other), field)| [(record, field), (other, field)];
    let mut cells: Vec<Cell> = rows.flat_map(both).filter(|(record, _)| *record != NONE).collect();
    cells.par_sort_unstable();
    cells.dedup();
    cells
}

fn on_cell(cells: &[Cell], (_, record, other): Key, field: u32) -> bool {
    [record, other].iter().any(|&record| cells.binary_search(&(record, field)).is_ok())
}

/// The rows with this key.
fn equal<T>(rows: &[(Key, T)], key: Key) -> &[(Key, T)] {
    let begin = rows.partition_point(|row| row.0 < key);
    let length = rows[begin..].iter().take_while(|row| row.0 == key).count();
    &rows[begin..begin + length]
}
