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
}

impl Calibration {
    /// One case; a promise that is not a probability is no case.
    pub(super) fn add(&mut self, promised: f64, came_true: bool) {
        if (0.0..=1.0).contains(&promised) {
            let bin = &mut self.bins[((promised * BINS as f64) as usize).min(BINS - 1)];
            bin.cases += 1;
            bin.came_true += u64::from(came_true);
            bin.promised += promised;
        }
    }

    /// All bins from 0 to 1; none where there was no case.
    pub(super) fn finish(&self) -> Vec<CalibrationBin> {
        if self.bins.iter().all(|bin| bin.cases == 0) {
            return Vec::new();
        }
        let bins = self.bins.iter().enumerate();
        bins.map(|(at, bin)| CalibrationBin {
            from: at as f64 / BINS as f64,
            cases: bin.cases,
            mean_promised: (bin.cases > 0).then(|| bin.promised / bin.cases as f64),
            came_true: bin.came_true,
            share_true: share(bin.came_true, bin.cases),
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_falls_into_its_tenth_and_one_into_the_last() {
        let mut calibration = Calibration::default();
        for (promised, came_true) in [(0.0, false), (0.95, true), (1.0, true), (1.5, true), (f64::NAN, true)]
        {
            calibration.add(promised, came_true);
        }
        let bins = calibration.finish();
        assert_eq!(bins.iter().map(|bin| bin.cases).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(
            (bins[0].share_true, bins[9].share_true, bins[1].share_true),
            (Some(0.0), Some(1.0), None)
        );
    }
}
