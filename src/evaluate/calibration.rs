//! Whether what is promised comes true: ten bins of a probability.

use super::figures::{CalibrationBin, share};

const BINS: usize = 10;

/// Tallies cases in the order given; the sums are the same for the same order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Calibration {
    bins: [Bin; BINS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    cases: u64,
    came_true: u64,
    promised: f64,
    /// Σ p(1 − p): the variance of `came_true` if the promises are kept.
    variance: f64,
}

impl Bin {
    fn plus(self, other: &Self) -> Self {
        Self {
            cases: self.cases + other.cases,
            came_true: self.came_true + other.came_true,
            promised: self.promised + other.promised,
            variance: self.variance + other.variance,
        }
    }

    fn finish(&self, from: f64) -> CalibrationBin {
        CalibrationBin {
            from,
            cases: self.cases,
            mean_promised: (self.cases > 0).then(|| self.promised / self.cases as f64),
            came_true: self.came_true,
            share_true: share(self.came_true, self.cases),
        }
    }
}

/// The bin of a probability. In single precision, which has 0.7 where a table has it: 0.7 read as
/// single precision and multiplied as double would fall short of the eighth bin.
fn bin_of(promised: f64) -> usize {
    ((promised as f32 * BINS as f32) as usize).min(BINS - 1)
}

impl Calibration {
    /// One case; a promise that is not a probability is no case.
    pub(super) fn add(&mut self, promised: f64, came_true: bool) {
        if (0.0..=1.0).contains(&promised) {
            let bin = &mut self.bins[bin_of(promised)];
            bin.cases += 1;
            bin.came_true += u64::from(came_true);
            bin.promised += promised;
            bin.variance += promised * (1.0 - promised);
        }
    }

    /// All bins from 0 to 1; none where there was no case.
    pub(super) fn finish(&self) -> Vec<CalibrationBin> {
        if self.bins.iter().all(|bin| bin.cases == 0) {
            return Vec::new();
        }
        let bins = self.bins.iter().enumerate();
        bins.map(|(at, bin)| bin.finish(at as f64 / BINS as f64)).collect()
    }

    /// All cases in one bin.
    pub(super) fn whole(&self) -> CalibrationBin {
        self.bins.iter().fold(Bin::default(), Bin::plus).finish(0.0)
    }

    /// Expected calibration error: Σ over bins of cases × |mean promised − share true|, over all
    /// cases; nothing where there was none. M. P. Naeini, G. F. Cooper, M. Hauskrecht, *Obtaining
    /// well calibrated probabilities using Bayesian binning*, AAAI 2015, with bins of one width.
    pub(super) fn expected_error(&self) -> Option<f64> {
        let cases: u64 = self.bins.iter().map(|bin| bin.cases).sum();
        let off: f64 = self.bins.iter().map(|bin| (bin.promised - bin.came_true as f64).abs()).sum();
        (cases > 0).then(|| off / cases as f64)
    }

    /// The expected calibration error that chance alone would give promises that are kept: a bin's
    /// count is then off by √(2/π) standard deviations on average (as of the normal distribution).
    /// Few cases have a large error however good the promises.
    pub(super) fn error_by_chance(&self) -> Option<f64> {
        let cases: u64 = self.bins.iter().map(|bin| bin.cases).sum();
        let off: f64 = self.bins.iter().map(|bin| (bin.variance * std::f64::consts::FRAC_2_PI).sqrt()).sum();
        (cases > 0).then(|| off / cases as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cases: &[(f64, bool)]) -> Calibration {
        let mut calibration = Calibration::default();
        for &(promised, came_true) in cases {
            calibration.add(promised, came_true);
        }
        calibration
    }

    #[test]
    fn a_case_falls_into_its_tenth_and_one_into_the_last() {
        let bins = of(&[(0.0, false), (0.95, true), (1.0, true), (1.5, true), (f64::NAN, true)]).finish();
        assert_eq!(bins.iter().map(|bin| bin.cases).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(
            (bins[0].share_true, bins[9].share_true, bins[1].share_true),
            (Some(0.0), Some(1.0), None)
        );
    }

    #[test]
    fn a_tenth_begins_its_bin_in_single_and_in_double_precision() {
        for tenth in 1..10 {
            let (single, double) = (f64::from(tenth as f32 / 10.0), f64::from(tenth) / 10.0);
            assert_eq!([bin_of(single), bin_of(double)], [tenth as usize; 2]);
        }
    }

    #[test]
    fn the_expected_error_weighs_each_bin_by_its_cases() {
        // 0.2 promised to four of which two come true: 0.3 off; 0.9 to one that does: 0.1 off.
        let cases = [(0.2, true), (0.2, true), (0.2, false), (0.2, false), (0.9, true)];
        let error = of(&cases).expected_error().unwrap();
        assert!((error - (4.0 * 0.3 + 0.1) / 5.0).abs() < 1e-12, "{error}");
        assert_eq!((of(&[]).expected_error(), of(&[]).error_by_chance()), (None, None));
        let whole = of(&cases).whole();
        assert_eq!((whole.cases, whole.came_true, whole.share_true), (5, 3, Some(0.6)));
        assert!((whole.mean_promised.unwrap() - 0.34).abs() < 1e-12);
    }

    #[test]
    fn promises_that_are_kept_are_off_by_what_chance_gives() {
        // A fixed linear congruence stands for chance (D. E. Knuth's MMIX constants).
        let mut state = 1_u64;
        let mut chance = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut seen, mut expected) = (0.0, 0.0);
        for _ in 0..400 {
            let cases: Vec<(f64, bool)> =
                (0..500).map(|_| (chance(), chance())).map(|(p, draw)| (p, draw < p)).collect();
            seen += of(&cases).expected_error().unwrap();
            expected += of(&cases).error_by_chance().unwrap();
        }
        assert!((seen / expected - 1.0).abs() < 0.03, "{seen} {expected}");
    }
}
