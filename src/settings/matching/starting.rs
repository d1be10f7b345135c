//! A model for rules that have none: what training begins with.
//!
//! Nobody knows the numbers yet, so they say only what the order of the levels does: records of one
//! person mostly agree, strangers mostly do not, and a level that stands earlier is shown by people
//! more and by strangers less than the one behind it. Training moves every number that the data show
//! (`docs/training.md`).

use super::comparison::ComparisonRule;
use super::{ComparisonModel, Given, KIN, LevelModel, Model, TermFrequency};

/// Pairs of one person that are held to agree wholly, of those in which both sides have a value:
/// nine of ten is what typed records of people do.
const AGREE: f64 = 0.9;

/// Each level behind the first is shown by half as many pairs of one person as the one before it.
const FALL: f64 = 0.5;

/// Strangers who are held to show the first level; each level behind it has twice as many.
const BY_CHANCE: f64 = 0.01;

/// No value counts as rarer than this: one in a million, since the records cannot show less.
const RAREST: f64 = 1e-6;

/// Comparators of which values are counted where the rules say nothing: a rare one tells more than a
/// common one.
const COUNTED: [&str; 3] = ["person_name", "equal", "exact"];

/// The model that training of these comparisons begins with.
pub(super) fn model(rules: &[ComparisonRule]) -> Model {
    Model { version: 1, comparisons: rules.iter().map(comparison).collect(), ..Model::default() }
}

fn comparison(rule: &ComparisonRule) -> ComparisonModel {
    let levels = rule.levels.len().saturating_sub(1);
    let shares = of_one_person(levels).into_iter().zip(of_strangers(levels));
    let rows = shares.map(|(m, u)| LevelModel { m, u, kin: [u; KIN.len()] });
    let missing = LevelModel { m: 1.0, u: 1.0, kin: [1.0; KIN.len()] };
    let is_counted = COUNTED.contains(&rule.comparator.id);
    let exact = rule.level("exact").filter(|_| is_counted).map_or(0, |level| 1 << level);
    let levels_counted = rule.term_frequency.unwrap_or(exact);
    let levels: Vec<LevelModel> = std::iter::once(missing).chain(rows).collect();
    let u = levels.iter().map(|level| level.u).collect();
    let given = rule.given.map(|(comparison, levels)| Given { comparison, levels, u });
    ComparisonModel {
        levels,
        term_frequency: (levels_counted != 0)
            .then_some(TermFrequency { levels: levels_counted, rarest: RAREST }),
        terms: Vec::new(),
        given,
    }
}

/// By level: [`AGREE`] at the first, and the rest falling by [`FALL`].
fn of_one_person(levels: usize) -> Vec<f64> {
    let weights: Vec<f64> = (1..levels).map(|level| FALL.powi(level as i32)).collect();
    let rest: f64 = weights.iter().sum();
    let behind = weights.iter().map(|weight| (1.0 - AGREE) * weight / rest);
    std::iter::once(AGREE).take(levels.min(1)).chain(behind).collect()
}

/// By level: rising from [`BY_CHANCE`], what is left at the last.
fn of_strangers(levels: usize) -> Vec<f64> {
    let rising = (0..levels.saturating_sub(1)).map(|level| BY_CHANCE * 2_f64.powi(level.min(4) as i32));
    let mut shares: Vec<f64> = rising.collect();
    let sum: f64 = shares.iter().sum();
    // Many levels must leave the last one most of it.
    let most = 0.5 / sum.max(0.5);
    for share in &mut shares {
        *share *= most;
    }
    shares.push(1.0 - shares.iter().sum::<f64>());
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_1_and_are_in_the_order_of_levels() {
        for levels in 2..=15 {
            let (m, u) = (of_one_person(levels), of_strangers(levels));
            assert_eq!((m.len(), u.len()), (levels, levels));
            for shares in [&m, &u] {
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
                assert!(shares.iter().all(|share| *share > 0.0 && *share < 1.0), "{shares:?}");
            }
            assert!(m.windows(2).all(|pair| pair[0] >= pair[1]), "{m:?}");
            assert!(u.windows(2).all(|pair| pair[0] <= pair[1]), "{u:?}");
            assert!(m[levels - 1] < u[levels - 1], "{levels}");
        }
    }
}
