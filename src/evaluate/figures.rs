//! The figures of an evaluation, as they are written to JSON.
//!
//! Counts stand beside every ratio, so that a reader can add evaluations up; a
//! ratio of nothing is `None` (JSON `null`), never 0 or 1. `docs/evaluation.md`
//! has the formulas.

use serde::Serialize;

use super::by_group::PeopleGroups;
use super::look_alikes::LookAlikes;
pub use super::run::RunMark;

/// A part of a whole, or nothing where the whole is nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Harmonic mean of precision and recall.
pub(super) fn f1(precision: Option<f64>, recall: Option<f64>) -> Option<f64> {
    let (p, r) = (precision?, recall?);
    if p + r > 0.0 { Some(2.0 * p * r / (p + r)) } else { Some(0.0) }
}

/// How many of the pairs predicted are right, and how many of the right ones were predicted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Pairs predicted that are of one person.
    pub true_positives: u64,
    /// Pairs predicted.
    pub predicted: u64,
    /// Pairs that are of one person in truth.
    pub actual: u64,
    /// `true_positives / predicted`.
    pub precision: Option<f64>,
    /// `true_positives / actual`.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
}

impl Score {
    /// The score of these counts.
    pub fn new(true_positives: u64, predicted: u64, actual: u64) -> Self {
        let precision = share(true_positives, predicted);
        let recall = share(true_positives, actual);
        Self { true_positives, predicted, actual, precision, recall, f1: f1(precision, recall) }
    }
}

/// One source's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceRecords {
    /// The source's name.
    pub source: String,
    /// Records that the truth names.
    pub in_truth: u64,
    /// Records that both name.
    pub in_both: u64,
    /// Records of the run that the truth does not name; no figure counts them.
    pub unknown_to_truth: u64,
    /// Rows that the run set aside, by `rejects/`.
    pub set_aside: u64,
    /// Whether the figures count this source: the run has a record of it.
    pub counted: bool,
}

/// How well two sources, or one source with itself, were linked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairFigures {
    /// The source that the truth names first.
    pub left: String,
    /// The other one, or the same.
    pub right: String,
    /// Over the pairs in `links.parquet` with decision `link`; `None` without the table.
    pub links: Option<Score>,
    /// Over the pairs that stand in one person in `people.parquet`.
    pub people: Score,
    /// Pairs in `links.parquet` with any decision that are of one person.
    pub true_pairs_written: Option<u64>,
    /// Their share of all true pairs: no more than blocking's pairs completeness.
    pub pairs_completeness_at_least: Option<f64>,
}

/// Precision and recall averaged over records: how much of a record's cluster
/// is its person, and how much of its person is in its cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BCubed {
    /// Records averaged over.
    pub records: u64,
    /// Mean share of a record's cluster that is its person.
    pub precision: Option<f64>,
    /// Mean share of a record's person that is in its cluster.
    pub recall: Option<f64>,
    /// Harmonic mean of both.
    pub f1: Option<f64>,
}

/// How many clusters and true people have so many records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterSize {
    /// Number of records.
    pub size: u64,
    /// People of the run with so many.
    pub in_run: u64,
    /// People of the truth with so many.
    pub in_truth: u64,
}

/// True pairs with an error of a kind on at least one side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ErrorKindRecall {
    /// The kind of error.
    pub kind: String,
    /// Records that carry one.
    pub records: u64,
    /// True pairs of which one record at least carries one.
    pub true_pairs: u64,
    /// Those with a link of their own; `None` without `links.parquet`.
    pub linked: Option<u64>,
    /// Share of those with a link of their own.
    pub link_recall: Option<f64>,
    /// Those that stand in one person.
    pub in_one_person: u64,
    /// Share of those that stand in one person.
    pub person_recall: Option<f64>,
}

/// Pairs that look like one person and are two, by kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HardPairFigures {
    /// The kind: twin, sibling, namesake.
    pub kind: String,
    /// Pairs of records of that kind in the truth.
    pub pairs: u64,
    /// Those that are linked; `None` without `links.parquet`.
    pub linked: Option<u64>,
    /// Those that stand in one person.
    pub in_one_person: u64,
    /// Share of the pairs that stand in one person.
    pub share_in_one_person: Option<f64>,
}

/// Links between two people, by what the two people are to each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FalseLinks {
    /// The kind of the two people's hard pair, or `other`.
    pub kind: String,
    /// Links of that kind.
    pub links: u64,
    /// Their share of all false links.
    pub share: Option<f64>,
}

/// What a rule was asked, what it said, and what of it is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleCounts {
    /// Rows of the truth.
    pub truth: u64,
    /// Rows of the truth that the extracts give away.
    pub detectable: u64,
    /// Rows of the truth whose right value the extracts give away.
    pub mendable: u64,
    /// Distinct findings.
    pub findings: u64,
    /// Findings that are rows of the truth.
    pub findings_true: u64,
    /// Findings on a cell that is wrong by some rule of the truth.
    pub findings_true_by_cell: u64,
    /// Rows of the truth that the rule found.
    pub found: u64,
    /// Detectable rows that the rule found.
    pub detectable_found: u64,
    /// Rows of the truth that the rule found, or on whose cell another rule spoke.
    pub found_by_cell: u64,
    /// Detectable rows that the rule found, or on whose cell another rule spoke.
    pub detectable_found_by_cell: u64,
    /// True findings with a suggestion, where the truth has a value.
    pub suggestions: u64,
    /// Those whose suggestion is the truth's value.
    pub suggestions_right: u64,
    /// Mendable rows that the rule found.
    pub mendable_found: u64,
    /// Those with a suggestion.
    pub mendable_suggested: u64,
}

/// One rule's counts and their ratios.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleFigures {
    /// The rule's id, or `all`.
    pub rule: String,
    /// What the ratios are made of.
    pub counts: RuleCounts,
    /// `findings_true / findings`.
    pub precision: Option<f64>,
    /// `detectable_found / detectable`.
    pub recall_detectable: Option<f64>,
    /// `found / truth`.
    pub recall: Option<f64>,
    /// `findings_true_by_cell / findings`.
    pub precision_by_cell: Option<f64>,
    /// `detectable_found_by_cell / detectable`.
    pub recall_detectable_by_cell: Option<f64>,
    /// `found_by_cell / truth`.
    pub recall_by_cell: Option<f64>,
    /// `suggestions_right / suggestions`.
    pub suggestions_right_share: Option<f64>,
    /// `mendable_suggested / mendable_found`.
    pub mendable_suggested_share: Option<f64>,
}

impl RuleFigures {
    pub(super) fn new(rule: String, counts: RuleCounts) -> Self {
        let c = counts;
        Self {
            rule,
            counts,
            precision: share(c.findings_true, c.findings),
            recall_detectable: share(c.detectable_found, c.detectable),
            recall: share(c.found, c.truth),
            precision_by_cell: share(c.findings_true_by_cell, c.findings),
            recall_detectable_by_cell: share(c.detectable_found_by_cell, c.detectable),
            recall_by_cell: share(c.found_by_cell, c.truth),
            suggestions_right_share: share(c.suggestions_right, c.suggestions),
            mendable_suggested_share: share(c.mendable_suggested, c.mendable_found),
        }
    }
}

/// One tenth of the scale: what was promised and what came true.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// The bin's least value; it ends before the next bin's, the last one at 1.
    pub from: f64,
    /// Cases in it.
    pub cases: u64,
    /// Mean of what was promised.
    pub mean_promised: Option<f64>,
    /// Cases that came true.
    pub came_true: u64,
    /// Share of the cases that came true.
    pub share_true: Option<f64>,
}

/// Whether the probabilities of two sources' pairs come true, over pairs scored 0.01 to 0.99.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairCalibration {
    /// The source whose name comes first.
    pub left: String,
    /// The other one, or the same.
    pub right: String,
    /// Σ over bins of cases × |mean promised − share true|, over all cases; 0 to 1.
    pub expected_calibration_error: f64,
    /// What chance alone would make it if every promise was kept: much, where pairs are few.
    pub error_by_chance: f64,
    /// Pairs scored so, of any decision.
    pub pairs: u64,
    /// Mean of what was promised.
    pub mean_promised: f64,
    /// Pairs that are one person.
    pub came_true: u64,
    /// Share of the pairs that are one person.
    pub share_true: f64,
    /// All ten bins.
    pub bins: Vec<CalibrationBin>,
}

/// A run against its truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// What `run.json` says of the run.
    pub run: RunMark,
    /// Sources in the order of the truth, then those that only the run names.
    pub records: Vec<SourceRecords>,
    /// All source pairs together; left and right are `all`.
    pub all_pairs: PairFigures,
    /// Every pair of counted sources, each source with itself included.
    pub pairs: Vec<PairFigures>,
    /// Over all records of counted sources.
    pub b_cubed: BCubed,
    /// By size.
    pub cluster_sizes: Vec<ClusterSize>,
    /// By kind; empty without `truth_errors.parquet`.
    pub error_kinds: Vec<ErrorKindRecall>,
    /// True pairs of which one record at least lacks a usable personal number and one at least has
    /// its name miswritten; records are those with both. Empty without `truth_errors.parquet`.
    pub hidden_pairs: Vec<ErrorKindRecall>,
    /// By kind; empty without `truth_hard_pairs.parquet`.
    pub hard_pairs: Vec<HardPairFigures>,
    /// By kind, `other` last; `None` without `links.parquet`.
    pub false_links: Option<Vec<FalseLinks>>,
    /// All rules together; `None` without either table of findings.
    pub all_rules: Option<RuleFigures>,
    /// By id.
    pub rules: Vec<RuleFigures>,
    /// People easily taken for one, by kind; empty without `truth_hard_pairs.parquet`.
    pub look_alikes: Vec<LookAlikes>,
    /// Missed and false pairs by groups of people; `None` where nobody told the groups.
    pub people_groups: Option<PeopleGroups>,
    /// `match_probability` of all pairs written down, non-links included, against the truth.
    pub link_calibration: Vec<CalibrationBin>,
    /// The same over pairs scored 0.01 to 0.99, by pair of sources; all together last.
    pub pair_calibration: Vec<PairCalibration>,
    /// `suggestion_confidence` of the suggestions judged against the truth.
    pub suggestion_calibration: Vec<CalibrationBin>,
    /// The same in narrow bands, those with cases; a suggestion of a finding that the truth does not have
    /// counts as wrong.
    pub suggestion_bands: Vec<CalibrationBin>,
    /// What was left out and why.
    pub notes: Vec<String>,
}
