//! What is to be known of a comparison's numbers, in words: in the file and on the terminal.

use crate::evaluate::grid::number;
use crate::link::{TrainedComparison, TrainedLevel, Untrained};

/// A line each, for the comments of `model.toml`.
pub(super) fn of(comparison: &TrainedComparison) -> Vec<String> {
    if let Some(untrained) = comparison.untrained {
        return vec![format!("Not trained: {}.", why(untrained))];
    }
    let seen: f64 = comparison.levels.iter().map(|level| level.seen_of_one_person).sum();
    let mut lines = vec![format!(
        "From {} pairs of one person a pass, in {} passes.",
        number(seen.round() as u64),
        comparison.passes
    )];
    lines.extend(rest("m", comparison, TrainedLevel::m_rests_on_the_prior));
    lines.extend(rest("u", comparison, TrainedLevel::u_rests_on_the_prior));
    lines
}

/// Why a comparison's numbers are as they were.
pub(super) fn why(untrained: Untrained) -> &'static str {
    match untrained {
        Untrained::Empty => "no two records have a value; its numbers are those of the model before",
        Untrained::Constant => "all pairs show one level; its numbers are those of the model before",
        Untrained::NotMet => {
            "every blocking rule that meets such pairs is keyed by it; m is that of the model before"
        }
    }
}

/// Which levels rest on the model before.
fn rest(
    number: &str,
    comparison: &TrainedComparison,
    rests: impl Fn(&TrainedLevel) -> bool,
) -> Option<String> {
    let levels = comparison.levels.iter().filter(|level| rests(level));
    let names: Vec<&str> = levels.map(|level| level.name.as_str()).collect();
    let too_seldom = format!("Seen too seldom, {number} rests on the model before: {}.", names.join(", "));
    (!names.is_empty()).then_some(too_seldom)
}
