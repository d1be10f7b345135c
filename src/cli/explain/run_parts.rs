//! What a run made of the weight that the values add up to: calibration, then the second look.
//!
//! The pair's values tell the same in any run of these rules and extracts; how much that is worth, a run
//! finds out each night. `run.json` says by what the weights of two sources were calibrated; what is left between that
//! and the run's weight is what the second look has added.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::past::Past;
use crate::link::Explanation;
use crate::settings::Settings;

/// The run's weight of the pair as a sum, in bits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RunParts {
    /// What the pair's values tell.
    pub(super) values: f64,
    /// What calibration has added.
    pub(super) calibration: f64,
    /// What the second look has added; of a link that other links make, their way.
    pub(super) second_look: f64,
    /// The sum: the run's weight.
    pub(super) match_weight: f64,
}

/// An entry of `calibration` in `run.json`.
#[derive(Debug, Deserialize)]
struct Calibration {
    left_source: String,
    right_source: String,
    shift_bits: f64,
    slope: f64,
    #[serde(default)]
    levels: BTreeMap<String, BTreeMap<String, f64>>,
}

#[derive(Debug, Default, Deserialize)]
struct RunJson {
    #[serde(default)]
    calibration: Vec<Calibration>,
}

/// The run's weight taken apart; nothing where the run did not weigh the pair, or where no second look explains
/// what is left, for then the run had other extracts or rules.
pub(super) fn parts(past: &Past, settings: &Settings, told: &Explanation) -> Option<RunParts> {
    /// What files lose by rounding, in bits.
    const ROUNDED: f64 = 2e-2;
    let pair = past.pair.as_ref()?;
    let values = told.judged.match_weight_bits;
    let sources = [&pair.left.source, &pair.right.source];
    let entries = read(Path::new(&past.run)).calibration;
    let is_meant = |one: &&Calibration| {
        let [left, right] = [&one.left_source, &one.right_source];
        [left, right] == sources || [right, left] == sources
    };
    let calibration = entries.iter().find(is_meant).map_or(0.0, |one| one.bits(settings, told) - values);
    let left = pair.match_weight - values - calibration;
    let is_told = pair.looked_twice || left.abs() <= ROUNDED;
    let second_look = if pair.looked_twice { left } else { 0.0 };
    let calibration = if pair.looked_twice { calibration } else { pair.match_weight - values };
    is_told.then_some(RunParts { values, calibration, second_look, match_weight: pair.match_weight })
}

/// What `run.json` says; nothing where it is missing or says it in another way.
fn read(run: &Path) -> RunJson {
    let text = std::fs::read(run.join("run.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

impl Calibration {
    /// The calibrated weight of a pair.
    fn bits(&self, settings: &Settings, told: &Explanation) -> f64 {
        let line = crate::link::calibrated_bits(told.judged.match_weight_bits, self.shift_bits, self.slope);
        let rules = settings.matching.comparisons.iter().zip(&told.comparisons);
        let of_level = rules.filter_map(|(rule, told)| {
            self.levels.get(&rule.id)?.get(rule.levels.get(usize::from(told.level))?)
        });
        line + of_level.sum::<f64>()
    }
}
