//! Whether promised confidence comes true where it matters: narrow bands near 1.
//!
//! A suggestion of a finding that the truth does not have is wrong too: the value that stands there was
//! right. Judged are the rules whose truth has values.

use super::figures::CalibrationBin;

/// Where bands begin. Nearly all promises are near 1, where a tenth is no measure.
const FROM: [f64; 8] = [0.0, 0.5, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999];

/// Promises by band.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bands {
    /// Cases, cases that came true, sum of promises.
    bands: [(u64, u64, f64); FROM.len()],
}

impl Bands {
    /// One case; a promise that is not a probability is no case.
    pub(super) fn add(&mut self, promised: f64, came_true: bool) {
        if !(0.0..=1.0).contains(&promised) {
            return;
        }
        // Promises are read as they were written, in single or double precision.
        let at = FROM.iter().rposition(|&from| promised + 1e-9 >= from).unwrap_or(0);
        let (cases, right, sum) = &mut self.bands[at];
        *cases += 1;
        *right += u64::from(came_true);
        *sum += promised;
    }

    /// The bands with cases.
    pub(super) fn finish(&self) -> Vec<CalibrationBin> {
        let bands = FROM.iter().zip(&self.bands).filter(|(_, band)| band.0 > 0);
        bands
            .map(|(&from, &(cases, came_true, promised))| CalibrationBin {
                from,
                cases,
                mean_promised: Some(promised / cases as f64),
                came_true,
                share_true: Some(came_true as f64 / cases as f64),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_falls_into_the_band_that_begins_at_it_or_below() {
        let mut bands = Bands::default();
        for promised in [0.3, 0.9, 0.94, 0.99, 1.0, 2.0, f64::NAN] {
            bands.add(promised, promised > 0.5);
        }
        let found: Vec<_> =
            bands.finish().iter().map(|band| (band.from, band.cases, band.came_true)).collect();
        assert_eq!(found, [(0.0, 1, 0), (0.9, 2, 2), (0.99, 1, 1), (0.999, 1, 1)]);
    }
}
