//! What a stratified sample tells of a whole: shares with 95 % confidence intervals.
//!
//! A stratum's share has the interval of A. Agresti and B. A. Coull (*Approximate is better than "exact"
//! for interval estimation of binomial proportions*, The American Statistician 52, 1998): none wrong in
//! 20 is not certainty. It holds Wilson's; summed over strata, Wilson's held the truth in 92 to 95 of 100
//! samples where shares are next to 1, this one in 95 to 97. Sums of
//! weighted shares are put together by the method of variance estimates recovery: G. Y. Zou, W. Huang,
//! X. Zhang, *A note on confidence interval estimation for a linear function of binomial proportions*,
//! Computational Statistics & Data Analysis 53, 2009; their ratio by A. Donner, G. Y. Zou, *Closed-form
//! confidence intervals for functions of the normal mean and standard deviation*, Statistical Methods
//! in Medical Research 21, 2012. The point estimate is Horvitz and Thompson's.

use serde::Serialize;

/// The standard normal's 97.5 % point.
const Z: f64 = 1.959_963_984_540_054;

/// A share, 0 to 1, and where it lies in 95 of 100 samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// The lower end of the 95 % confidence interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// Whether a share lies within.
    pub fn holds(&self, share: f64) -> bool {
        (self.low..=self.high).contains(&share)
    }
}

/// What the answers say of one stratum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Pairs there are.
    pub(super) population: u64,
    /// Sampled pairs that were judged.
    pub(super) answered: u64,
    /// Of these, the pairs that are one person.
    pub(super) same: u64,
    /// Mean match probability of all its pairs: stands in where none was judged.
    pub(super) promised: f64,
}

impl Tally {
    /// The share of pairs that are one person. Where none was judged, what the model promises, and
    /// nothing is certain.
    pub(super) fn share(&self) -> Interval {
        if self.answered == 0 {
            return Interval { value: self.promised.clamp(0.0, 1.0), low: 0.0, high: 1.0 };
        }
        let share = self.same as f64 / self.answered as f64;
        if self.answered >= self.population {
            return Interval { value: share, low: share, high: share };
        }
        about(share, self.as_if_replaced())
    }

    /// How many answers drawn with replacement would tell as much. A share of n drawn without it
    /// has the variance p(1−p)/n × (N−n)/(N−1) (W. G. Cochran, *Sampling Techniques*, 1977, 3.2).
    fn as_if_replaced(&self) -> f64 {
        let (population, answered) = (self.population as f64, self.answered as f64);
        answered * (population - 1.0) / (population - answered)
    }
}

/// The interval about a share of so many answers (which need not be a whole number): as if z²/2 more
/// of either kind had been given.
pub(super) fn about(share: f64, answers: f64) -> Interval {
    let all = answers + Z * Z;
    let centre = (share * answers + Z * Z / 2.0) / all;
    let half = Z * (centre * (1.0 - centre) / all).max(0.0).sqrt();
    // Rounding must not put the share itself outside.
    Interval { value: share, low: (centre - half).clamp(0.0, share), high: (centre + half).clamp(share, 1.0) }
}

/// So many pairs that are one person: an estimate and its distances to both ends.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    value: f64,
    down: f64,
    up: f64,
}

impl Total {
    /// What chance does in one stratum does not hang on another, so distances add up as squares. Where
    /// nobody judged a pair the model stands in, and may be wrong everywhere alike: those add up as they are.
    fn of<'t>(strata: impl Iterator<Item = &'t Tally>) -> Self {
        let (mut total, mut squares) = (Self::default(), [0.0, 0.0]);
        for tally in strata {
            let (share, pairs) = (tally.share(), tally.population as f64);
            let (down, up) = (pairs * (share.value - share.low), pairs * (share.high - share.value));
            total.value += pairs * share.value;
            if tally.answered == 0 {
                total.down += down;
                total.up += up;
            } else {
                squares[0] += down * down;
                squares[1] += up * up;
            }
        }
        Self { down: total.down + squares[0].sqrt(), up: total.up + squares[1].sqrt(), ..total }
    }
}

/// The share of all pairs of some strata that are one person; `None` where no pair was judged.
pub(super) fn share_of<'t>(strata: impl Iterator<Item = &'t Tally> + Clone) -> Option<Interval> {
    let judged = strata.clone().any(|tally| tally.answered > 0);
    let pairs = strata.clone().map(|tally| tally.population).sum::<u64>() as f64;
    let total = Total::of(strata);
    judged.then(|| Interval {
        value: (total.value / pairs).clamp(0.0, 1.0),
        low: ((total.value - total.down) / pairs).clamp(0.0, 1.0),
        high: ((total.value + total.up) / pairs).clamp(0.0, 1.0),
    })
}

/// Of all pairs that are one person in two groups of strata, the share in the first; `None` where
/// neither has such a pair, or no pair was judged.
///
/// The odds `first / second` are one root each of x²(b² − r²) − 2xab + (a² − l²) = 0, where a and b
/// are the two totals and l and r the distances to their ends: the lower end of the one against the
/// upper end of the other, and the other way about.
pub(super) fn recall_of<'t>(
    first: impl Iterator<Item = &'t Tally> + Clone,
    second: impl Iterator<Item = &'t Tally> + Clone,
) -> Option<Interval> {
    let judged = first.clone().chain(second.clone()).any(|tally| tally.answered > 0);
    let (a, b) = (Total::of(first), Total::of(second));
    let both = a.value * b.value;
    let square = |number: f64| number * number;
    let root = |own: f64, other: f64| {
        (square(a.value * other) + square(b.value * own) - square(own * other)).max(0.0).sqrt()
    };
    let rest = |total: Total, down: f64| (square(total.value) - square(down)).max(0.0);
    // The smaller root as the product of both over the larger one, so that nothing cancels out.
    let low = share_of_odds(rest(a, a.down), both + root(a.down, b.up));
    let high = share_of_odds(both + root(a.up, b.down), rest(b, b.down));
    let all = a.value + b.value;
    (judged && all > 0.0).then(|| {
        let value = a.value / all;
        Interval { value, low: low.unwrap_or(0.0).min(value), high: high.unwrap_or(1.0).max(value) }
    })
}

/// x / (1 + x) of x = above / below.
fn share_of_odds(above: f64, below: f64) -> Option<f64> {
    (above + below > 0.0).then(|| above / (above + below))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(population: u64, answered: u64, same: u64) -> Tally {
        Tally { population, answered, same, promised: 0.5 }
    }

    fn close(found: Interval, expected: [f64; 3]) {
        let found = [found.value, found.low, found.high];
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 5e-4);
        assert!(near, "{found:?} is not {expected:?}");
    }

    /// Wilson's interval (JASA 22, 1927), which this one must hold.
    fn wilson(share: f64, answers: f64) -> [f64; 2] {
        let z2 = Z * Z / answers;
        let half = Z * (share * (1.0 - share) / answers + z2 / (4.0 * answers)).sqrt();
        [-half, half].map(|half| (share + z2 / 2.0 + half) / (1.0 + z2))
    }

    #[test]
    fn none_wrong_is_no_certainty() {
        // R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3, checks the twin.
        let [low, high] = wilson(81.0 / 263.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
        // By hand: 82.9207 of 266.8415 and 1.9207 of 23.8415, each less and more 1.96 standard errors.
        close(about(81.0 / 263.0, 263.0), [0.3080, 0.2552, 0.3663]);
        close(about(0.0, 20.0), [0.0, 0.0, 0.1898]);
        close(about(1.0, 20.0), [1.0, 0.8102, 1.0]);
    }

    #[test]
    fn who_was_asked_about_every_pair_knows() {
        close(tally(20, 20, 19).share(), [0.95, 0.95, 0.95]);
        close(tally(1, 1, 1).share(), [1.0, 1.0, 1.0]);
        close(tally(9, 0, 0).share(), [0.5, 0.0, 1.0]);
    }

    #[test]
    fn one_stratum_has_its_own_interval_and_no_stratum_has_none() {
        let strata = [tally(1_000_000, 263, 81)];
        close(share_of(strata.iter()).unwrap(), [0.3080, 0.2552, 0.3663]);
        assert_eq!(share_of([].iter()), None);
        assert_eq!(recall_of([].iter(), [].iter()), None);
        let silent = [tally(1_000, 0, 0)];
        assert_eq!((share_of(silent.iter()), recall_of(silent.iter(), [].iter())), (None, None));
        // What nobody judged may be anything, however many strata it is spread over.
        let half = [tally(500, 0, 0), tally(500, 0, 0), tally(1_000, 1_000, 1_000)];
        close(share_of(half.iter()).unwrap(), [0.75, 0.5, 1.0]);
        close(recall_of(strata.iter(), [].iter()).unwrap(), [1.0, 1.0, 1.0]);
        close(recall_of([].iter(), strata.iter()).unwrap(), [0.0, 0.0, 0.0]);
    }

    proptest! {
        #[test]
        fn a_share_has_no_narrower_interval_than_wilsons(share in 0.0..=1.0, answers in 1.0..1e6) {
            let (found, [low, high]) = (about(share, answers), wilson(share, answers));
            prop_assert!(found.low <= low + 1e-9 && high <= found.high + 1e-9, "{found:?} {low} {high}");
        }

        #[test]
        fn ends_lie_about_the_estimate_and_within_one(
            strata in prop::collection::vec((1_u64..10_000_000, 0_u64..50, 0.0..=1.0, 0.0..=1.0), 0..12),
            cut in 0_usize..12,
        ) {
            let strata: Vec<Tally> = strata
                .into_iter()
                .map(|(population, answered, share, promised): (u64, u64, f64, f64)| {
                    let answered = answered.min(population);
                    Tally { population, answered, same: (share * answered as f64) as u64, promised }
                })
                .collect();
            let (first, second) = strata.split_at(cut.min(strata.len()));
            let found = [share_of(strata.iter()), recall_of(first.iter(), second.iter())];
            for interval in found.into_iter().flatten() {
                prop_assert!(0.0 <= interval.low && interval.high <= 1.0, "{interval:?}");
                prop_assert!(interval.low <= interval.value + 1e-12, "{interval:?}");
                prop_assert!(interval.value <= interval.high + 1e-12, "{interval:?}");
            }
        }

        /// What is told of recall is what is told of a difference: r is within where T₁(1−r) − T₂r may be nought.
        #[test]
        fn a_ratio_agrees_with_the_slow_search(
            a in (2_u64..1_000_000, 1_u64..60, 0.0..=1.0),
            b in (2_u64..1_000_000, 1_u64..60, 0.0..=1.0),
        ) {
            let make = |(population, answered, share): (u64, u64, f64)| {
                let answered = answered.min(population);
                tally(population, answered, (share * answered as f64) as u64)
            };
            let (a, b) = (make(a), make(b));
            let Some(found) = recall_of([a].iter(), [b].iter()) else { return Ok(()) };
            let (ta, tb) = (Total::of([a].iter()), Total::of([b].iter()));
            let lowest = |r: f64| {
                (1.0 - r) * ta.value - r * tb.value
                    - (((1.0 - r) * ta.down).powi(2) + (r * tb.up).powi(2)).sqrt()
            };
            let (mut from, mut to) = (0.0, 1.0);
            for _ in 0..80 {
                let middle = f64::midpoint(from, to);
                if lowest(middle) > 0.0 { from = middle } else { to = middle }
            }
            prop_assert!((found.low - from).abs() < 1e-6, "{found:?} {from}");
        }
    }
}
