//! Accuracy out of answers: by pair of sources, by band of probability, by ward.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::expected::{Expected, ExpectedTally};
use super::interval::{Interval, Tally, about, recall_of, share_of};
use super::labels::{self, Answer, LabelledPair, Labels};
use super::pairs::RunPairs;
use super::stratum::{BANDS, Stratum, band_ends};
use super::verify::Verifier;
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::progress::Progress;

/// What a labelled sample tells of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Estimate {
    /// The run that the sample is of.
    pub sample_of: String,
    /// What the model of the run given expects of itself.
    pub expected: Expected,
    /// How the sample was answered.
    pub answers: AnswerCounts,
    /// All pairs of sources together.
    pub all: EstimatedAccuracy,
    /// By pair of sources, by their names.
    pub pairs: Vec<EstimatedAccuracy>,
    /// All pairs of sources together, were every unknown answer one person, and were it two.
    pub if_unknown: Option<IfUnknown>,
    /// Whether what is promised comes true, by band of match probability.
    pub reliability: Vec<BandReliability>,
    /// Precision by ward of the residence record, by code: wards with enough labelled links.
    pub wards: Vec<WardPrecision>,
    /// All other wards with labelled links together.
    pub wards_pooled: Option<WardPrecision>,
    /// Links without a residence record that names a ward.
    pub no_ward: Option<WardPrecision>,
    /// Mistakes in the sheet, and what was left out.
    #[serde(serialize_with = "as_texts")]
    pub complaints: Vec<Diagnostic>,
}

/// How a sample was answered. All but `same` and `different` are in no estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AnswerCounts {
    /// Pairs drawn.
    pub sampled: u64,
    /// Answered: one person.
    pub same: u64,
    /// Answered: two people.
    pub different: u64,
    /// Answered: it cannot be told.
    pub unknown: u64,
    /// Not answered, or in a way that could not be used.
    pub blank: u64,
}

/// Estimated accuracy of some pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EstimatedAccuracy {
    /// The lesser records' source, or `all`.
    pub left: String,
    /// The greater records' source, or `all`.
    pub right: String,
    /// Links of the run.
    pub links: u64,
    /// Links that were judged.
    pub links_judged: u64,
    /// Other pairs that were judged.
    pub others_judged: u64,
    /// Pairs of strata in which no pair was judged: the model's word stands in for them.
    pub unjudged: u64,
    /// Share of the links that are one person.
    pub precision: Option<Interval>,
    /// Share of the pairs that are one person, of those written down, that is linked.
    pub recall: Option<Interval>,
}

/// Precision and recall over all sources for the two extremes of unknown answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IfUnknown {
    /// Precision and recall were every unknown pair one person.
    pub same: [Option<f64>; 2],
    /// Precision and recall were every unknown pair two people.
    pub different: [Option<f64>; 2],
}

/// What came of a band's promise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BandReliability {
    /// From this match probability on.
    pub from: f64,
    /// Up to this one.
    pub to: f64,
    /// Pairs there are.
    pub pairs: u64,
    /// Pairs that were judged.
    pub judged: u64,
    /// Mean match probability of all its pairs.
    pub promised: f64,
    /// Share of its pairs that is one person.
    pub came_true: Interval,
}

/// Precision of the links of one ward, or of several.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WardPrecision {
    /// The ward's code as delivered; empty for several wards or none.
    pub ward: String,
    /// How many wards these are.
    pub wards: u64,
    /// Links that were judged.
    pub judged: u64,
    /// Of these, pairs that are two people.
    pub wrong: u64,
    /// Share of the links that are one person.
    pub precision: Interval,
}

/// Fewest judged links for a ward to have a figure of its own: with fewer, even a ward without any
/// mistake could not be told from one with one wrong link in five (0 of 19 is 0 to 19.8 %).
pub const WARD_JUDGED_MIN: u64 = 20;

/// Estimates a run's accuracy from a sample of it that came back.
///
/// One pass over the run's pairs, which also checks that the sample's pairs are among them.
///
/// # Errors
/// `EST-001`, `EST-003`, `TAB-…`: the run's tables cannot be had; `EST-010` to `EST-014`: the file is no
/// sample. Mistakes in single rows are in [`Estimate::complaints`].
pub fn estimate(run: &Path, labels: &Path, progress: &Progress) -> Outcome<Estimate> {
    let mut tables = RunPairs::open(run)?;
    let mut labels = labels::read(labels)?;
    let mut tally = ExpectedTally::default();
    let same_run = labels.run_id == tables.name.run_id;
    let mut verifier = same_run.then(|| Verifier::new(&labels));
    tables.visit(progress, |pair| {
        tally.add(&pair);
        if let Some(verifier) = &mut verifier {
            verifier.meet(&pair);
        }
    })?;
    match verifier {
        Some(verifier) => verifier.finish(&mut labels),
        None => labels.complaints.push(other_run(&labels.run_id, &tables.name.run_id)),
    }
    let expected = tally.finish(tables.name, &tables.notes);
    Ok(figures(expected, labels))
}

fn other_run(of: &str, given: &str) -> Diagnostic {
    let of = labels::quoted(of);
    Diagnostic::warning(
        "EST-023",
        Place::file(given),
        format!(
            "the sample is of the run `{of}`: the estimate is of that run, the expected figures are of this one"
        ),
        format!("give the run `{of}` with --run, or draw a sample of `{given}`"),
    )
}

fn figures(expected: Expected, labels: Labels) -> Estimate {
    let answers = answer_counts(&labels.pairs);
    let tallies = tallies(&labels, None);
    let extreme = |unknown_is: bool| {
        let row = accuracy("all", "all", &labels.strata, &self::tallies(&labels, Some(unknown_is)));
        [row.precision, row.recall].map(|interval| interval.map(|interval| interval.value))
    };
    let if_unknown =
        (answers.unknown > 0).then(|| IfUnknown { same: extreme(true), different: extreme(false) });
    let (wards, wards_pooled, no_ward) = wards(&labels);
    Estimate {
        sample_of: labels.run_id.clone(),
        expected,
        answers,
        all: accuracy("all", "all", &labels.strata, &tallies),
        pairs: by_sources(&labels.strata, &tallies),
        if_unknown,
        reliability: reliability(&labels.strata, &tallies),
        wards,
        wards_pooled,
        no_ward,
        complaints: labels.complaints,
    }
}

fn answer_counts(pairs: &[LabelledPair]) -> AnswerCounts {
    let mut counts = AnswerCounts { sampled: pairs.len() as u64, ..AnswerCounts::default() };
    for pair in pairs {
        match pair.answer {
            Some(Answer::Same) => counts.same += 1,
            Some(Answer::Different) => counts.different += 1,
            Some(Answer::Unknown) => counts.unknown += 1,
            None => counts.blank += 1,
        }
    }
    counts
}

/// The answers by stratum; unknown ones are left out, or taken for what is said.
fn tallies(labels: &Labels, unknown_is: Option<bool>) -> Vec<Tally> {
    let empty = |stratum: &Stratum| Tally {
        population: stratum.population,
        promised: stratum.promised,
        ..Tally::default()
    };
    let mut tallies: Vec<Tally> = labels.strata.iter().map(empty).collect();
    for pair in &labels.pairs {
        let same = match pair.answer {
            Some(Answer::Same) => Some(true),
            Some(Answer::Different) => Some(false),
            Some(Answer::Unknown) => unknown_is,
            None => None,
        };
        if let (Some(same), Some(tally)) = (same, tallies.get_mut(pair.stratum)) {
            tally.answered += 1;
            tally.same += u64::from(same);
        }
    }
    tallies
}

fn by_sources(strata: &[Stratum], tallies: &[Tally]) -> Vec<EstimatedAccuracy> {
    // Strata are written by their sources' names.
    let groups = strata.chunk_by(|a, b| (&a.left, &a.right) == (&b.left, &b.right));
    let mut rest = tallies;
    let row = |strata: &[Stratum]| {
        let (own, others) = rest.split_at(strata.len().min(rest.len()));
        rest = others;
        strata.first().map(|first| accuracy(&first.left, &first.right, strata, own))
    };
    groups.filter_map(row).collect()
}

pub(super) fn accuracy(left: &str, right: &str, strata: &[Stratum], tallies: &[Tally]) -> EstimatedAccuracy {
    let of = |linked: bool| {
        let both = strata.iter().zip(tallies);
        both.filter(move |(stratum, _)| stratum.linked == linked).map(|(_, tally)| tally)
    };
    let judged = |linked| of(linked).map(|tally| tally.answered).sum();
    let silent = tallies.iter().filter(|tally| tally.answered == 0);
    EstimatedAccuracy {
        left: left.to_owned(),
        right: right.to_owned(),
        links: of(true).map(|tally| tally.population).sum(),
        links_judged: judged(true),
        others_judged: judged(false),
        unjudged: silent.map(|tally| tally.population).sum(),
        precision: share_of(of(true)),
        recall: recall_of(of(true), of(false)),
    }
}

fn reliability(strata: &[Stratum], tallies: &[Tally]) -> Vec<BandReliability> {
    let band = |band: usize| {
        let of = || strata.iter().zip(tallies).filter(move |(stratum, _)| stratum.band == band);
        let pairs: u64 = of().map(|(_, tally)| tally.population).sum();
        let promised: f64 = of().map(|(_, tally)| tally.promised * tally.population as f64).sum();
        let (from, to) = band_ends(band);
        let own: Vec<Tally> = of().map(|(_, tally)| *tally).collect();
        let judged = own.iter().map(|tally| tally.answered).sum();
        let came_true = share_of(own.iter())?;
        Some(BandReliability { from, to, pairs, judged, promised: promised / pairs as f64, came_true })
    };
    (0..BANDS).filter_map(band).collect()
}

/// Judged links of some wards, each counting as many links as it stands for.
#[derive(Clone, Copy, Debug, Default)]
struct WardSum {
    wards: u64,
    judged: u64,
    wrong: u64,
    weight: f64,
    weight_squared: f64,
    weight_right: f64,
}

impl WardSum {
    fn add(&mut self, weight: f64, right: bool) {
        self.judged += 1;
        self.wrong += u64::from(!right);
        self.weight += weight;
        self.weight_squared += weight * weight;
        self.weight_right += if right { weight } else { 0.0 };
    }

    fn join(&mut self, other: &Self) {
        self.wards += other.wards;
        self.judged += other.judged;
        self.wrong += other.wrong;
        self.weight += other.weight;
        self.weight_squared += other.weight_squared;
        self.weight_right += other.weight_right;
    }

    /// The ratio estimator of a domain (Cochran 1977, 5A.14) with the interval of as many equal
    /// answers as the unequal ones are worth (L. Kish, *Survey Sampling*, 1965, 11.7).
    fn finish(self, ward: String) -> Option<WardPrecision> {
        (self.judged > 0).then(|| {
            let share = (self.weight_right / self.weight).clamp(0.0, 1.0);
            let precision = about(share, self.weight * self.weight / self.weight_squared);
            WardPrecision { ward, wards: self.wards, judged: self.judged, wrong: self.wrong, precision }
        })
    }
}

type Wards = (Vec<WardPrecision>, Option<WardPrecision>, Option<WardPrecision>);

/// Wards with enough judged links, the others together, and links without a ward.
fn wards(labels: &Labels) -> Wards {
    let answered = tallies(labels, None);
    let mut sums: BTreeMap<&str, WardSum> = BTreeMap::new();
    for pair in &labels.pairs {
        let right = match pair.answer {
            Some(Answer::Same) => true,
            Some(Answer::Different) => false,
            _ => continue,
        };
        let (Some(stratum), Some(tally)) = (labels.strata.get(pair.stratum), answered.get(pair.stratum))
        else {
            continue;
        };
        if stratum.linked {
            let sum = sums.entry(&pair.ward).or_insert(WardSum { wards: 1, ..WardSum::default() });
            sum.add(tally.population as f64 / tally.answered as f64, right);
        }
    }
    let no_ward = sums.remove("").unwrap_or_default();
    let mut pooled = WardSum::default();
    let mut own = Vec::new();
    for (ward, sum) in sums {
        if sum.judged < WARD_JUDGED_MIN {
            pooled.join(&sum);
        } else {
            own.extend(sum.finish(ward.to_owned()));
        }
    }
    (own, pooled.finish(String::new()), WardSum { wards: 0, ..no_ward }.finish(String::new()))
}

fn as_texts<S: serde::Serializer>(complaints: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(complaints.iter().map(Diagnostic::to_string))
}
