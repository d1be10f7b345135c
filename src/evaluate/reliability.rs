//! Calibration of `match_probability`: for each pair of sources and in all.
//!
//! Over the pairs of `links.parquet` and `non_links.parquet`, each once, by record. Pairs of two
//! sources that the run is as good as sure of are many and easy, and would hide the others: the
//! figures a pair of sources are over pairs scored [`SCORED`]. One pass, a few kilobytes.

use std::ops::RangeInclusive;

use super::calibration::Calibration;
use super::figures::{CalibrationBin, PairCalibration};
use super::people_figures::Population;
use super::run::LinkRow;

/// Where the calibration error is looked at. Single precision, as the pairs are kept.
const SCORED: RangeInclusive<f32> = 0.01..=0.99;

/// What the pairs written down say of their probabilities.
#[derive(Debug)]
pub(super) struct Reliability {
    sources: usize,
    /// Every pair with a probability.
    written: Calibration,
    /// Pairs scored [`SCORED`].
    scored: Calibration,
    /// The same by source and source, the lesser first.
    by_sources: Vec<Calibration>,
}

impl Reliability {
    /// Judges pairs in the order given. `links` and `non_links` are each sorted by record; a pair
    /// that stands in both counts as the former has it.
    pub(super) fn of(population: Population<'_>, links: &[LinkRow], non_links: &[LinkRow]) -> Self {
        let sources = population.counted.len();
        let mut reliability = Self {
            sources,
            written: Calibration::default(),
            scored: Calibration::default(),
            by_sources: vec![Calibration::default(); sources * sources],
        };
        let is_link = |pair: &LinkRow| {
            links.binary_search_by_key(&(pair.left, pair.right), |link| (link.left, link.right)).is_ok()
        };
        let more = non_links.iter().filter(|pair| !is_link(pair));
        let counted = |pair: &&LinkRow| population.counts(pair.left) && population.counts(pair.right);
        links.iter().chain(more).filter(counted).for_each(|pair| reliability.add(population, pair));
        reliability
    }

    fn add(&mut self, population: Population<'_>, pair: &LinkRow) {
        let (promised, came_true) =
            (f64::from(pair.probability), population.is_one_person(pair.left, pair.right));
        self.written.add(promised, came_true);
        if SCORED.contains(&pair.probability) {
            let [a, b] = [pair.left, pair.right].map(|record| population.source_of[record as usize]);
            self.scored.add(promised, came_true);
            self.by_sources[usize::from(a.min(b)) * self.sources + usize::from(a.max(b))]
                .add(promised, came_true);
        }
    }

    /// Ten bins over every pair with a probability.
    pub(super) fn written(&self) -> Vec<CalibrationBin> {
        self.written.finish()
    }

    /// Two sources by number, in either order; nothing where no pair was scored so.
    pub(super) fn pair(&self, names: &[String], a: usize, b: usize) -> Option<PairCalibration> {
        figures(&names[a], &names[b], &self.by_sources[a.min(b) * self.sources + a.max(b)])
    }

    /// All pairs of sources together; nothing where no pair was scored so.
    pub(super) fn all(&self) -> Option<PairCalibration> {
        figures("all", "all", &self.scored)
    }
}

fn figures(left: &str, right: &str, calibration: &Calibration) -> Option<PairCalibration> {
    let whole = calibration.whole();
    Some(PairCalibration {
        left: left.to_owned(),
        right: right.to_owned(),
        expected_calibration_error: calibration.expected_error()?,
        error_by_chance: calibration.error_by_chance()?,
        pairs: whole.cases,
        mean_promised: whole.mean_promised?,
        came_true: whole.came_true,
        share_true: whole.share_true?,
        bins: calibration.finish(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(left: u32, right: u32, probability: f32) -> LinkRow {
        LinkRow { left, right, probability, linked: false }
    }

    #[test]
    fn pairs_of_both_tables_count_once_and_sure_ones_only_among_all_written() {
        let population = Population {
            source_of: &[0, 0, 1, 1, 2],
            person_of: &[7, 8, 7, 8, 7],
            cluster_of: &[0; 5],
            counted: &[true, true, false],
        };
        let links = [pair(0, 2, 0.9999), pair(1, 3, 0.99), pair(2, 4, 0.5)];
        let non_links = [pair(0, 1, 0.01), pair(0, 3, 0.2), pair(1, 2, f32::NAN), pair(1, 3, 0.3)];
        let reliability = Reliability::of(population, &links, &non_links);
        let cases = |bins: &[CalibrationBin]| bins.iter().map(|bin| bin.cases).sum::<u64>();
        assert_eq!(
            cases(&reliability.written()),
            4,
            "not the one of a source left out, nor the one unscored"
        );

        let names = ["a", "b", "c"].map(str::to_owned);
        let within = reliability.pair(&names, 0, 0).unwrap();
        assert_eq!((within.pairs, within.came_true, cases(&within.bins)), (1, 0, 1));
        let across = reliability.pair(&names, 1, 0).unwrap();
        assert_eq!((across.left.as_str(), across.pairs, across.came_true), ("b", 2, 1));
        assert!((across.expected_calibration_error - 0.105).abs() < 1e-6);
        assert_eq!(reliability.pair(&names, 0, 2), None);
        assert_eq!(reliability.all().unwrap().pairs, 3);
    }
}
