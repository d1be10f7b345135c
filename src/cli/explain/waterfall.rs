//! From the prior to the match weight, a step a comparison.
//!
//! The steps are bits against strangers; the last one is what the other kinds of pairs take: the
//! pair must stand out against siblings and relatives too. Bits are whole multiples of 2⁻¹⁶, so
//! that the last total is the match weight exactly.

use serde::Serialize;

use crate::link::Explanation;

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepOf {
    /// How unlikely it is that two records taken anyhow are one person.
    Prior,
    /// A comparison, by place.
    Comparison(usize),
    /// How rare a comparison's value is.
    Rarity(usize),
    /// What siblings and relatives share.
    Kin,
}

/// One step: bits and what they add up to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Step {
    pub(super) of: StepOf,
    pub(super) bits: f64,
    pub(super) total: f64,
}

/// All steps, in the order of the comparisons; those that are missing take none.
pub(super) fn steps(explanation: &Explanation) -> Vec<Step> {
    let mut bits = vec![(StepOf::Prior, explanation.prior[0])];
    for (at, told) in explanation.comparisons.iter().enumerate().filter(|(_, told)| told.level != 0) {
        bits.push((StepOf::Comparison(at), told.bits[0]));
        bits.extend(told.rarity_bits.map(|rarity| (StepOf::Rarity(at), rarity)));
    }
    if explanation.known[1..].contains(&true) {
        bits.push((StepOf::Kin, explanation.judged.match_weight_bits - explanation.totals[0]));
    }
    let mut total = 0.0;
    let step = |(of, bits)| {
        total += bits;
        Step { of, bits, total }
    };
    bits.into_iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::link::{ByKind, ComparisonTold, Judged, KINDS, Verdict};
    use crate::settings::{KIN, LevelModel};

    fn told(level: u8, bits: ByKind, rarity_bits: Option<f64>) -> ComparisonTold {
        let numbers = LevelModel { m: 0.5, u: 0.5, kin: [0.5; KIN.len()] };
        let values = Vec::new();
        ComparisonTold { level, numbers, bits, rarity_bits, values, taken_bits: 0.0, if_exact: None }
    }

    /// A pair whose match weight lies below its sum against strangers.
    fn explanation(prior: f64, comparisons: Vec<ComparisonTold>, taken_by_kin: f64) -> Explanation {
        let parts = |one: &ComparisonTold| one.bits[0] + one.rarity_bits.unwrap_or(0.0);
        let total = prior + comparisons.iter().map(parts).sum::<f64>();
        let match_weight_bits = total - taken_by_kin;
        Explanation {
            people: 1000,
            prior_factor: 1.0,
            known: [true; KINDS],
            prior: [prior; KINDS],
            fields: Vec::new(),
            comparisons,
            totals: [total; KINDS],
            judged: Judged { match_weight_bits, match_probability: 0.5, verdict: Verdict::Review },
            contradictions: Vec::new(),
            link_from_bits: 2.0,
            review_from_bits: 0.0,
            meetings: Vec::new(),
        }
    }

    /// Bits as linking has them: multiples of 2⁻¹⁶.
    fn bits() -> impl Strategy<Value = f64> {
        (-13_000_000_i32..13_000_000).prop_map(|parts| f64::from(parts) / 65_536.0)
    }

    proptest! {
        #[test]
        fn the_steps_add_up_to_the_match_weight_exactly(
            prior in bits(),
            parts in prop::collection::vec((0_u8..3, bits(), prop::option::of(bits())), 0..16),
            kin in bits(),
        ) {
            let one = |(level, bits, rarity): (u8, f64, Option<f64>)| match level {
                0 => told(0, [0.0; KINDS], None),
                level => told(level, [bits; KINDS], rarity),
            };
            let explanation = explanation(prior, parts.into_iter().map(one).collect(), kin.abs());
            let steps = steps(&explanation);
            let mut total = 0.0_f64;
            for step in &steps {
                total += step.bits;
                prop_assert_eq!(total.to_bits(), step.total.to_bits());
            }
            prop_assert_eq!(total.to_bits(), explanation.judged.match_weight_bits.to_bits());
        }
    }

    #[test]
    fn what_is_missing_takes_no_step_and_rarity_has_one_of_its_own() {
        let comparisons = vec![told(0, [0.0; KINDS], None), told(1, [9.0; KINDS], Some(-2.0))];
        let told: Vec<(StepOf, f64)> =
            steps(&explanation(-20.0, comparisons, 1.5)).iter().map(|step| (step.of, step.total)).collect();
        assert_eq!(
            told,
            [
                (StepOf::Prior, -20.0),
                (StepOf::Comparison(1), -11.0),
                (StepOf::Rarity(1), -13.0),
                (StepOf::Kin, -14.5),
            ]
        );
    }
}
