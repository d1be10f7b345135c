//! The order in which a pair's values are compared, and what is still to be hoped for after each step.
//!
//! Most pairs that meet are two people, and a few values tell so. What is cheap to compare comes
//! first; names, each of which misses memory, come one after the other. After each stage the pairs go
//! whose weight could not reach what is kept even if all that is left agreed as well as it can
//! ([`super::sift`]). That is known pair by pair: a name that a side lacks tells nothing, one that both
//! have no more than its own rarity allows, and what is added for a date or a sex between people of one
//! name follows from levels that are known already. The bound is a sum of whole numbers, so that no
//! pair is lost by it that comparing everything would keep.

use super::bits::Bits;
use super::compare::{Comparator, Reading};
use super::links::Levels;
use super::sums::{Most, Sums};
use super::weights::{Adjustment, Evidence, Joint, Weights};

/// Comparisons that are made together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    /// By place among all comparisons.
    pub(super) comparisons: Vec<usize>,
    /// What their levels tell.
    pub(super) joint: Vec<Joint>,
    /// Adjustments of the weights that depend on these comparisons and earlier ones, by place.
    pub(super) adjustments: Vec<usize>,
    /// What later stages compare.
    pub(super) hopes: Vec<Hope>,
    /// The most that they can tell.
    pub(super) rest: Rest,
    /// What later stages may add for comparisons that are made by now, or are not.
    pub(super) pending: Vec<Pending>,
}

/// Late comparisons that are told apart; what comes behind them shares the last one's lane.
pub(super) const LANES: usize = 4;

/// The most that late comparisons can tell, by which of them two records both have values for.
///
/// A table of sixteen rows: one step for all of them, without a branch that could be foretold wrongly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// By the lanes that both have, a bit each: what counts of the left record's numbers.
    masks: [[i32; LANES]; 1 << LANES],
    /// Against all kinds but strangers.
    kin: [Sums; 1 << LANES],
}

impl Rest {
    /// Of comparisons that have these lanes.
    fn of(hopes: &[Hope]) -> Self {
        let has =
            |both: usize, lane: usize| both >> lane & 1 == 1 && hopes.iter().any(|hope| hope.lane == lane);
        let mask = |both: usize| std::array::from_fn(|lane| -i32::from(has(both, lane)));
        let kin = |both: usize| {
            let told = hopes.iter().filter(|hope| both >> hope.lane & 1 == 1).map(|hope| hope.most.of_levels);
            told.map(|told| Evidence { strangers: Bits::default(), ..told }.into())
                .fold(Sums::default(), Sums::plus)
        };
        Self { masks: std::array::from_fn(mask), kin: std::array::from_fn(kin) }
    }

    /// For two records that both have values in these lanes, of which the left one's tell so much
    /// against strangers at most.
    #[inline]
    pub(super) fn of_pair(&self, both: u8, most: [i32; LANES]) -> Sums {
        let both = usize::from(both) & ((1 << LANES) - 1);
        let mask = self.masks[both];
        let strangers: i32 =
            std::array::from_fn::<i32, LANES, _>(|lane| most[lane] & mask[lane]).iter().sum();
        self.kin[both].and_strangers(Bits::of_parts(strangers))
    }
}

/// A comparison that is still to be made, and the most that it can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hope {
    pub(super) comparison: usize,
    /// Its place among all that come late, up to [`LANES`].
    pub(super) lane: usize,
    pub(super) most: Most,
}

/// An adjustment that is still to be made, and the most that it can add against strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    comparison: usize,
    /// By level of that comparison; all alike where it is still to be made.
    most: [Bits; 16],
}

impl Pending {
    fn of(adjustment: &Adjustment, is_made: bool) -> Self {
        let of_level = adjustment.most_of_level();
        let most = of_level.into_iter().max().unwrap_or_default();
        Self { comparison: adjustment.comparison, most: if is_made { of_level } else { [most; 16] } }
    }

    /// The most that it can add to one vector.
    #[inline]
    pub(super) fn of_vector(&self, vector: Levels) -> Bits {
        self.most[usize::from(vector.get(self.comparison))]
    }
}

/// The stages of some comparisons; each is of one.
pub(super) fn stages(comparisons: &[(Comparator, [u8; 16])], weights: &Weights) -> Vec<Stage> {
    let is_name = |at: &usize| comparisons[*at].0.readings == [Reading::Name];
    let (names, cheap): (Vec<usize>, Vec<usize>) = (0..comparisons.len()).partition(is_name);
    let of_names = names.into_iter().map(|name| vec![name]);
    let steps: Vec<Vec<usize>> =
        std::iter::once(cheap).chain(of_names).filter(|one| !one.is_empty()).collect();
    (0..steps.len()).map(|at| stage(&steps, at, weights)).collect()
}

fn stage(steps: &[Vec<usize>], at: usize, weights: &Weights) -> Stage {
    let made_by = |comparison: usize| steps.iter().position(|step| step.contains(&comparison));
    // An adjustment is made as soon as both of its comparisons are.
    let due = |one: &Adjustment| made_by(one.comparison).max(made_by(one.given));
    let all = || weights.adjustments().iter().enumerate();
    let late = steps[1..].iter().flatten().enumerate();
    let is_later = |(_, comparison): &(usize, &usize)| made_by(**comparison) > Some(at);
    let hope = |(lane, &comparison): (usize, &usize)| Hope {
        comparison,
        lane: lane.min(LANES - 1),
        most: weights.most(comparison),
    };
    let hopes: Vec<Hope> = late.filter(is_later).map(hope).collect();
    Stage {
        joint: weights.joint(&steps[at]),
        adjustments: all().filter(|(_, one)| due(one) == Some(at)).map(|(place, _)| place).collect(),
        rest: Rest::of(&hopes),
        hopes,
        pending: all()
            .filter(|(_, one)| due(one) > Some(at))
            .map(|(_, one)| Pending::of(one, made_by(one.comparison) <= Some(at)))
            .collect(),
        comparisons: steps[at].clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::comparator;
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn names_come_last_and_the_rest_is_what_they_can_tell() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let weights = Weights::new(&settings.matching.model);
        let of = |id: &str| (comparator(id), [0; 16]);
        let comparisons = [of("person_name"), of("date"), of("equal"), of("person_name")];
        let stages = stages(&comparisons, &weights);
        let order: Vec<&[usize]> = stages.iter().map(|stage| stage.comparisons.as_slice()).collect();
        assert_eq!(order, [&[1, 2][..], &[0], &[3]]);
        let hopes: Vec<Vec<usize>> =
            stages.iter().map(|stage| stage.hopes.iter().map(|hope| hope.comparison).collect()).collect();
        assert_eq!(hopes, [vec![0, 3], vec![3], vec![]]);
        // What dates and sexes tell of people of one name is known with the name.
        assert_eq!(stages.iter().map(|stage| stage.adjustments.len()).collect::<Vec<_>>(), [0, 2, 0]);
        assert_eq!(stages.iter().map(|stage| stage.pending.len()).collect::<Vec<_>>(), [2, 0, 0]);
        for (pending, adjustment) in stages[0].pending.iter().zip(weights.adjustments()) {
            for level in 0..16 {
                let vector = Levels::default().with(adjustment.comparison, level).with(0, 1);
                assert_eq!(pending.of_vector(vector), adjustment.of_vector(vector).max(Bits::default()));
            }
        }
    }
}
