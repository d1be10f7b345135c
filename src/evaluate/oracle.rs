//! What could be told at all: two judges that see the truth, beside the run.
//!
//! Both see what the run wrote of a pair and nothing more; neither is part of linking, training or rules.
//!
//! - **levels**: for each pair of sources how often each level is really seen among the pairs of one person (m) and of
//!   two (u), counted over the pairs written, and added up as Fellegi and Sunter do. What is left to it is what
//!   levels cannot tell, taken one by one.
//! - **vectors**: how many of the pairs of the same two sources, levels and whole bits of weight are one person, the
//!   pair at hand left out. It knows in what part comparisons depend on each other, how rare names are and who has
//!   which records, for the weight has that in it; a pair that it does not decide is one of which others that look
//!   just so are now one person and now two.
//!
//! Pairs that the run did not write count as missed by all. Cost: the pairs written, sorted once.

use std::fmt;

use rayon::prelude::*;

use super::calibration::Calibration;
use super::figures::{Score, share};
use super::grid::{Grid, number, percent};
use super::people_figures::Population;
use super::vectors::{COMPARISONS_MAX, LEVELS_MAX, Vectors, Written};
use crate::diagnostic::printable;

/// Where the calibration error is looked at.
const SCORED: std::ops::RangeInclusive<f64> = 0.01..=0.99;
/// A pair is undecided between these probabilities.
const UNDECIDED: std::ops::RangeInclusive<f64> = 0.05..=0.95;
/// Pairs like those beside a group that are added to it: of one pair alone nothing is known.
const BESIDE: f64 = 2.0;

/// Who judges.
pub(super) const JUDGES: [&str; 3] = ["run", "levels", "vectors"];

/// How the run and the two judges do on the pairs of two sources.
#[derive(Clone, Debug)]
pub struct OracleFigures {
    /// The sources; `all` twice for all together.
    pub between: [String; 2],
    /// Of each judge, in the order of run, levels, vectors.
    pub judges: Vec<OracleJudge>,
}

/// How one judge does.
#[derive(Clone, Debug)]
pub struct OracleJudge {
    /// `run`, `levels` or `vectors`.
    pub judge: &'static str,
    /// Of links.
    pub score: Score,
    /// Share of the hard true pairs linked: no usable number on a side and a miswritten name on a side.
    pub hard_recall: Option<f64>,
    /// Expected calibration error among pairs scored 0.01 to 0.99, and how many those are.
    pub calibration_error: Option<f64>,
    /// See `calibration_error`.
    pub scored: u64,
    /// Pairs scored 0.05 to 0.95.
    pub undecided: u64,
    /// How many pairs it expects to decide wrongly however it decides.
    pub wrong_at_best: f64,
}

/// All figures, all sources together last; as a text table.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// By pair of sources.
    pub figures: Vec<OracleFigures>,
}

/// What a true pair is counted by.
pub(super) struct Known<'a> {
    pub(super) population: Population<'a>,
    /// Names of the sources.
    pub(super) names: &'a [String],
    /// By two sources, the lesser first: true pairs, and hard ones.
    pub(super) actual: &'a dyn Fn(usize, usize) -> u64,
    /// Hard true pairs of all sources.
    pub(super) hard: u64,
    /// By record: whether its name is miswritten, and whether its number is unusable.
    pub(super) hides: &'a (dyn Fn(u32) -> [bool; 2] + Sync),
}

/// A pair and whether it is one person.
struct Case {
    written: Written,
    /// The pair of sources.
    between: usize,
    is_same: bool,
    is_hard: bool,
    /// What each judge makes of it.
    told: [f64; JUDGES.len()],
}

/// Judges the pairs of a run. O(pairs log pairs).
pub(super) fn oracle(known: &Known<'_>, vectors: Vectors) -> Oracle {
    let sources = known.names.len();
    let mut cases = cases(known, vectors.pairs);
    by_levels(&mut cases, sources * sources);
    by_vectors(&mut cases);
    let mut tallies = vec![Tally::default(); sources * sources];
    let mut all = Tally::default();
    for case in &cases {
        tallies[case.between].add(case);
        all.add(case);
    }
    let pairs = (0..sources).flat_map(|a| (a..sources).map(move |b| (a, b)));
    let told = pairs.filter(|(a, b)| tallies[a * sources + b].pairs > 0).map(|(a, b)| {
        let between = [a, b].map(|at| known.names[at].clone());
        tallies[a * sources + b].finish(between, (known.actual)(a, b), None)
    });
    let total = (0..sources).flat_map(|a| (a..sources).map(move |b| (a, b)));
    let total = total.map(|(a, b)| (known.actual)(a, b)).sum();
    let last = all.finish(["all", "all"].map(str::to_owned), total, Some(known.hard));
    Oracle { figures: told.chain([last]).collect() }
}

/// The pairs that count, each once, in the order of their records.
fn cases(known: &Known<'_>, mut pairs: Vec<Written>) -> Vec<Case> {
    let population = known.population;
    pairs.retain(|pair| population.counts(pair.left) && population.counts(pair.right));
    pairs.par_sort_by_key(|pair| (pair.left, pair.right, !pair.linked));
    pairs.dedup_by_key(|pair| (pair.left, pair.right));
    let sources = known.names.len();
    let case = |written: Written| {
        let Written { left, right, .. } = written;
        let [a, b] = [left, right].map(|record| usize::from(population.source_of[record as usize]));
        let [one, other] = [left, right].map(|record| (known.hides)(record));
        Case {
            between: a.min(b) * sources + a.max(b),
            is_same: population.is_one_person(left, right),
            is_hard: (one[0] || other[0]) && (one[1] || other[1]),
            told: [f64::from(written.probability), 0.0, 0.0],
            written,
        }
    };
    pairs.into_iter().map(case).collect()
}

/// By comparison and level: pairs of two and of one person.
type Levels = [[[f64; 2]; LEVELS_MAX]; COMPARISONS_MAX];

fn by_levels(cases: &mut [Case], kinds: usize) {
    // Half a pair of each sort at each level, so that a level nobody showed is not impossible.
    let mut seen: Vec<Levels> = vec![[[[0.5; 2]; LEVELS_MAX]; COMPARISONS_MAX]; kinds];
    let mut all = vec![[1.0_f64; 2]; kinds];
    for case in cases.iter() {
        all[case.between][usize::from(case.is_same)] += 1.0;
        for (at, levels) in seen[case.between].iter_mut().enumerate() {
            levels[level(case.written.vector, at)][usize::from(case.is_same)] += 1.0;
        }
    }
    cases.par_iter_mut().for_each(|case| {
        let [two, one] = all[case.between];
        let mut log_odds = (one / two).ln();
        for (at, levels) in seen[case.between].iter().enumerate() {
            let [of_two, of_one] = levels[level(case.written.vector, at)];
            log_odds += (of_one / one).ln() - (of_two / two).ln();
        }
        case.told[1] = 1.0 / (1.0 + (-log_odds).exp());
    });
}

fn level(vector: u64, comparison: usize) -> usize {
    (vector >> (4 * comparison) & 15) as usize
}

/// First by weight alone, then by vectors among equal weights, each around the former.
fn by_vectors(cases: &mut [Case]) {
    let bits = |case: &Case| case.written.weight_bits.clamp(-99.0, 99.0).floor() as i64;
    for case in cases.iter_mut() {
        case.told[2] = 0.5;
    }
    share_out(cases, |case| (case.between, bits(case), 0));
    share_out(cases, |case| (case.between, bits(case), case.written.vector));
    cases.par_sort_by_key(|case| (case.written.left, case.written.right));
}

/// What share of the others with its key is one person, towards what was told before where they are few.
fn share_out(cases: &mut [Case], key: impl Fn(&Case) -> (usize, i64, u64) + Sync) {
    cases.par_sort_by_key(|case| (key(case), case.written.left, case.written.right));
    for group in cases.chunk_by_mut(|a, b| key(a) == key(b)) {
        let (pairs, same) = (group.len() as f64, group.iter().filter(|case| case.is_same).count() as f64);
        for case in group {
            let others = same - f64::from(u8::from(case.is_same));
            case.told[2] = (others + BESIDE * case.told[2]) / (pairs - 1.0 + BESIDE);
        }
    }
}

/// What is counted of some pairs.
#[derive(Clone, Default)]
struct Tally {
    pairs: u64,
    judges: [OfJudge; JUDGES.len()],
}

#[derive(Clone, Default)]
struct OfJudge {
    predicted: u64,
    right: u64,
    hard: u64,
    calibration: Calibration,
    undecided: u64,
    wrong_at_best: f64,
}

impl Tally {
    fn add(&mut self, case: &Case) {
        self.pairs += 1;
        for (at, (judge, &p)) in self.judges.iter_mut().zip(&case.told).enumerate() {
            let links = if at == 0 { case.written.linked } else { p > 0.5 };
            judge.predicted += u64::from(links);
            judge.right += u64::from(links && case.is_same);
            judge.hard += u64::from(links && case.is_same && case.is_hard);
            if SCORED.contains(&p) {
                judge.calibration.add(p, case.is_same);
            }
            judge.undecided += u64::from(UNDECIDED.contains(&p));
            judge.wrong_at_best += p.min(1.0 - p).max(0.0);
        }
    }

    fn finish(&self, between: [String; 2], actual: u64, hard: Option<u64>) -> OracleFigures {
        let judge = |(judge, of): (&'static str, &OfJudge)| OracleJudge {
            judge,
            score: Score::new(of.right, of.predicted, actual),
            hard_recall: hard.and_then(|hard| share(of.hard, hard)),
            calibration_error: of.calibration.expected_error(),
            scored: of.calibration.whole().cases,
            undecided: of.undecided,
            wrong_at_best: of.wrong_at_best,
        };
        OracleFigures { between, judges: JUDGES.into_iter().zip(&self.judges).map(judge).collect() }
    }
}

impl fmt::Display for Oracle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = [
            "left",
            "right",
            "judge",
            "F1",
            "recall",
            "hard recall",
            "wrong",
            "missed",
            "ECE",
            "of pairs",
            "undecided",
            "wrong at best",
        ];
        let rows = self.figures.iter().flat_map(|of| of.judges.iter().map(move |judge| (of, judge)));
        let grid =
            Grid::new("what the truth could tell of the pairs written", 3, &header, rows, |(of, judge)| {
                let OracleJudge { score, .. } = judge;
                vec![
                    printable(&of.between[0]),
                    printable(&of.between[1]),
                    judge.judge.to_owned(),
                    percent(score.f1),
                    percent(score.recall),
                    percent(judge.hard_recall),
                    number(score.predicted - score.true_positives),
                    number(score.actual.saturating_sub(score.true_positives)),
                    judge.calibration_error.map_or_else(|| "-".to_owned(), |error| format!("{error:.3}")),
                    number(judge.scored),
                    number(judge.undecided),
                    number(judge.wrong_at_best.round() as u64),
                ]
            });
        write!(f, "{grid}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of two sources: record n and 1,000 + n are one person where `is_same`.
    fn judged(pairs: &[(u64, f32, bool)]) -> Oracle {
        let person = |at: usize| u32::try_from(at).unwrap();
        let (mut person_of, mut other) = (Vec::new(), Vec::new());
        let mut vectors = Vectors::default();
        for (at, &(vector, probability, is_same)) in pairs.iter().enumerate() {
            person_of.push(person(at));
            other.push(if is_same { person(at) } else { person(at) + 5_000 });
            let (left, right) = (person(at), person(pairs.len() + at));
            let weight_bits = (probability / (1.0 - probability)).log2();
            let linked = probability >= 0.5;
            vectors.pairs.push(Written { left, right, weight_bits, probability, linked, vector });
        }
        person_of.extend(other);
        let source_of: Vec<u8> = (0..2 * pairs.len()).map(|at| u8::from(at >= pairs.len())).collect();
        let cluster_of = vec![0; person_of.len()];
        let counted = [true, true];
        let population = Population {
            source_of: &source_of,
            person_of: &person_of,
            cluster_of: &cluster_of,
            counted: &counted,
        };
        let actual = pairs.iter().filter(|pair| pair.2).count() as u64;
        let names = ["a".to_owned(), "b".to_owned()];
        let of = |a: usize, b: usize| if (a, b) == (0, 1) { actual } else { 0 };
        let hides = |_: u32| [true, true];
        oracle(&Known { population, names: &names, actual: &of, hard: actual, hides: &hides }, vectors)
    }

    fn of<'o>(oracle: &'o Oracle, judge: &str) -> &'o OracleJudge {
        oracle.figures.last().unwrap().judges.iter().find(|one| one.judge == judge).unwrap()
    }

    #[test]
    fn levels_that_decide_are_seen_through_whatever_the_run_said() {
        let mut pairs = vec![(0x1, 0.3, true); 200];
        pairs.extend(vec![(0x2, 0.7, false); 200]);
        let oracle = judged(&pairs);
        assert_eq!(of(&oracle, "run").score.f1, Some(0.0));
        for judge in ["levels", "vectors"] {
            assert_eq!(
                (of(&oracle, judge).score.f1, of(&oracle, judge).undecided),
                (Some(1.0), 0),
                "{judge}"
            );
            assert_eq!(of(&oracle, judge).hard_recall, Some(1.0));
        }
    }

    #[test]
    fn pairs_that_look_alike_and_are_not_are_told_as_undecided() {
        // One level, one weight: three of four are one person. And two that only depend on each other.
        let mut pairs = vec![(0x1, 0.6, true); 300];
        pairs.extend(vec![(0x1, 0.6, false); 100]);
        let same = judged(&pairs);
        for judge in ["levels", "vectors"] {
            let judge = of(&same, judge);
            assert_eq!((judge.undecided, judge.score.recall), (400, Some(1.0)));
            assert!((judge.wrong_at_best - 100.0).abs() < 4.0, "{}", judge.wrong_at_best);
        }
        let mut pairs = vec![(0x11, 0.6, true); 100];
        pairs.extend(vec![(0x22, 0.6, true); 100]);
        pairs.extend(vec![(0x12, 0.6, false); 100]);
        pairs.extend(vec![(0x21, 0.6, false); 100]);
        let crossed = judged(&pairs);
        assert_eq!((of(&crossed, "levels").undecided, of(&crossed, "vectors").undecided), (400, 0));
    }
}
