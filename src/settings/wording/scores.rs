//! `rules/wording/scores.toml`: what the records that meet a rule weigh in the scores above it.

use crate::settings::checks::{Check, Route, Severity};
use crate::settings::reader::TableReader;

/// Weights and bounds of the scores.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreRules {
    /// By severity, in the order of [`Severity::WORDS`].
    pub severities: [u64; Severity::WORDS.len()],
    /// By route, in the order of [`Route::WORDS`]; 0 leaves its rules out of all but their own scores.
    pub routes: [u64; Route::WORDS.len()],
    /// Green from this many hundredths.
    pub green_from: f64,
    /// Yellow from this many hundredths.
    pub yellow_from: f64,
}

impl Default for ScoreRules {
    /// All rules alike, with the bounds of the national guideline.
    fn default() -> Self {
        Self { severities: [1; 4], routes: [1; 5], green_from: 90.0, yellow_from: 75.0 }
    }
}

impl ScoreRules {
    /// What each record that a rule assesses weighs.
    pub fn weight(&self, check: &Check) -> u64 {
        self.severities[check.severity as usize] * self.routes[check.route as usize]
    }
}

/// Greatest weight: the sums of a province of ten million records and a thousand rules stay far
/// below what 64 bits hold.
const WEIGHT_MAX: f64 = 1_000.0;

pub(super) fn read(table: &TableReader<'_>) -> ScoreRules {
    let defaults = ScoreRules::default();
    let severities = read_weights(table, "severities", Severity::WORDS, defaults.severities);
    let routes = read_weights(table, "routes", Route::WORDS, defaults.routes);
    let green_from = table.number_or("green_from", defaults.green_from, (0.0, 100.0));
    let yellow_from = table.number_or("yellow_from", defaults.yellow_from, (0.0, 100.0));
    if yellow_from > green_from {
        let message = format!("`yellow_from = {yellow_from}` is above `green_from = {green_from}`");
        table.problem(table.place_of_value("yellow_from"), message, "give the higher bound to `green_from`");
    }
    if routes.iter().all(|weight| *weight == 0) || severities.iter().all(|weight| *weight == 0) {
        let help = "give one severity and one route at least a weight above 0";
        table.problem(table.place(), "nothing has a weight, so there are no scores", help);
    }
    ScoreRules { severities, routes, green_from, yellow_from }
}

/// One whole weight a word.
fn read_weights<T, const N: usize>(
    table: &TableReader<'_>,
    key: &'static str,
    words: &'static [(&'static str, T)],
    defaults: [u64; N],
) -> [u64; N] {
    let mut weights = defaults;
    let Some(inner) = table.optional_table(key) else { return weights };
    for (weight, (word, _)) in weights.iter_mut().zip(words) {
        let number = inner.number_or(word, *weight as f64, (0.0, WEIGHT_MAX));
        if number.fract() != 0.0 {
            let help = "give a whole number: sums of whole numbers are the same in any order";
            inner.problem(inner.place_of_value(word), format!("`{word} = {number}` is not whole"), help);
        }
        *weight = number as u64;
    }
    inner.finish();
    weights
}
