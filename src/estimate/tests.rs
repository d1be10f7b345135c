//! Whether intervals hold what they promise: samples of strata whose truth is known.

use super::figures::accuracy;
use super::interval::{Interval, Tally};
use super::stratum::{Extent, Stratum, allocate, band_of};

const REPETITIONS: u64 = 1_000;
const PAIRS_DRAWN: u64 = 400;

/// A stratum with its truth: links or not, pairs, what the model promises, the share that is one person.
type Known = (bool, u64, f64, f64);

/// What a run of two sources looks like: most links are sure, most doubt is elsewhere.
const TRUSTWORTHY: [Known; 10] = [
    (true, 60_000, 0.99999, 0.9995),
    (true, 9_000, 0.997, 0.99),
    (true, 2_000, 0.975, 0.96),
    (true, 1_500, 0.9, 0.88),
    (true, 40, 0.6, 0.7),
    (false, 600, 0.9, 0.5),
    (false, 500, 0.65, 0.6),
    (false, 900, 0.32, 0.3),
    (false, 1_500, 0.1, 0.12),
    (false, 2_500, 0.02, 0.03),
];

/// A model that is far too sure of itself.
const TOO_SURE: [Known; 6] = [
    (true, 500_000, 0.99999, 0.93),
    (true, 40_000, 0.995, 0.8),
    (true, 8_000, 0.9, 0.5),
    (false, 6_000, 0.6, 0.9),
    (false, 30_000, 0.1, 0.4),
    (false, 90_000, 0.02, 0.15),
];

/// A generator of which nothing but evenness is asked (Marsaglia, *Xorshift RNGs*, 2003).
struct Even(u64);

impl Even {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn stratum(&(linked, population, promised, _): &Known, sampled: u64) -> Stratum {
    let (left, right) = ("a".to_owned(), "b".to_owned());
    Stratum { left, right, linked, band: band_of(promised), population, sampled, promised }
}

fn drawn(known: &[Known]) -> Vec<u64> {
    let extent = |&(_, population, p, _): &Known| {
        let pairs = population as f64;
        Extent { population, promised: p * pairs, doubt: p * (1.0 - p) * pairs }
    };
    allocate(&known.iter().map(extent).collect::<Vec<_>>(), PAIRS_DRAWN).unwrap()
}

/// Judges so many pairs of a stratum, none twice; `answered` of them are answered.
fn judge(known: &Known, sampled: u64, even: &mut Even) -> Tally {
    let &(_, population, promised, share) = known;
    let (mut left, mut true_left) = (population, (share * population as f64).round() as u64);
    let mut same = 0;
    for _ in 0..sampled {
        let is_same = even.next() * (left as f64) < true_left as f64;
        same += u64::from(is_same);
        true_left -= u64::from(is_same);
        left -= 1;
    }
    Tally { population, answered: sampled, same, promised }
}

/// The true precision and recall.
fn truth(known: &[Known]) -> [f64; 2] {
    let sum = |linked: bool, of: fn(&Known) -> f64| {
        known.iter().filter(|stratum| stratum.0 == linked).map(of).sum::<f64>()
    };
    let of_true = |known: &Known| (known.3 * known.1 as f64).round();
    let found = sum(true, of_true);
    [found / sum(true, |known| known.1 as f64), found / (found + sum(false, of_true))]
}

/// In how many of 1,000 samples the interval holds the truth: precision, recall. And the mean estimates.
fn coverage(known: &[Known], seed: u64) -> ([u64; 2], [f64; 2]) {
    let (sampled, truth) = (drawn(known), truth(known));
    let strata: Vec<Stratum> = known.iter().zip(&sampled).map(|(known, n)| stratum(known, *n)).collect();
    let (mut held, mut mean) = ([0; 2], [0.0; 2]);
    let mut even = Even(seed);
    for _ in 0..REPETITIONS {
        let tallies: Vec<Tally> =
            known.iter().zip(&sampled).map(|(known, n)| judge(known, *n, &mut even)).collect();
        let row = accuracy("a", "b", &strata, &tallies);
        let found: [Interval; 2] = [row.precision.unwrap(), row.recall.unwrap()];
        for at in 0..2 {
            held[at] += u64::from(found[at].holds(truth[at]));
            mean[at] += found[at].value / REPETITIONS as f64;
        }
    }
    (held, mean)
}

/// Promised are 950 of 1,000.
fn holds_the_truth(known: &[Known]) {
    for seed in [1, 2, 3] {
        let (held, mean) = coverage(known, seed);
        for at in 0..2 {
            assert!((930..=985).contains(&held[at]), "seed {seed}: {held:?} of {REPETITIONS}");
            let off = (mean[at] - truth(known)[at]).abs();
            assert!(off < 0.004, "seed {seed}: the estimates {mean:?} lean away from {:?}", truth(known));
        }
    }
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say_where_the_model_is_too_sure() {
    holds_the_truth(&TOO_SURE);
}

#[test]
fn intervals_hold_the_truth_where_the_model_is_to_be_trusted() {
    holds_the_truth(&TRUSTWORTHY);
}

#[test]
fn a_sample_of_everything_is_the_truth() {
    let known = [(true, 30, 0.9, 0.9), (false, 20, 0.2, 0.1)];
    let sampled = drawn(&known);
    assert_eq!(sampled, [30, 20]);
    let strata: Vec<Stratum> = known.iter().zip(&sampled).map(|(known, n)| stratum(known, *n)).collect();
    let tallies: Vec<Tally> =
        known.iter().zip(&sampled).map(|(known, n)| judge(known, *n, &mut Even(1))).collect();
    let row = accuracy("a", "b", &strata, &tallies);
    for (found, truth) in [row.precision, row.recall].into_iter().zip(truth(&known)) {
        let found = found.unwrap();
        assert!((found.low - truth).abs() < 1e-9 && (found.high - truth).abs() < 1e-9, "{found:?} {truth}");
    }
}
