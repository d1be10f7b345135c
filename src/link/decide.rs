//! Candidate pairs → comparison vectors → match weights → what follows from them.
//!
//! A pair links from one match probability on and is looked at by a clerk from a
//! lower one on. A pair that would link but shows a contradiction is looked at too,
//! with the contradiction as its reason; a possible link that shows one is none.

use super::bits::Bits;
use super::blocking::{self, Candidates};
use super::calibration::Curves;
use super::compare::{Comparator, Names, Pairs, Places, Reading};
use super::links::{Decision, FLAG_KIN, FLAG_NON_LINK, Levels, Pair};
use super::rows::{CompareRows, Gathered};
use super::sift::{Fetched, Live};
use super::space::RecordSpace;
use super::stages::Stage;
use super::sums::Sums;
use super::weights::{self, Evidence, Weights};
use crate::settings::{Condition, Matching, PriorFactor};
use crate::table::SourceIndex;

/// Compares, scores and judges pairs.
pub(super) struct Judge<'a> {
    pub(super) space: &'a RecordSpace,
    pub(super) names: &'a Names,
    pub(super) rows: &'a CompareRows,
    /// By comparison: its comparator and its level for each of the comparator's.
    pub(super) comparisons: &'a [(Comparator, [u8; 16])],
    /// The order in which they are made.
    pub(super) stages: Vec<Stage>,
    pub(super) weights: Weights,
    pub(super) priors: Priors,
    pub(super) matching: &'a Matching,
    pub(super) reasons: &'a Reasons,
    /// What makes match weights come true.
    pub(super) curves: Curves,
    /// From here on a pair is one person.
    pub(super) link_from: Bits,
    /// From here on a pair is looked at.
    pub(super) review_from: Bits,
    /// From here on a pair is kept.
    pub(super) keep_from: Bits,
}

/// What stands before all evidence, by pair of sources.
#[derive(Clone, Debug)]
pub(super) struct Priors {
    by_sources: Vec<Evidence>,
    sums: Vec<Sums>,
    sources: usize,
}

/// The words for why a pair is under review.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons {
    pub(super) words: Vec<String>,
    /// By contradiction: one more than its word's place.
    of_contradiction: Vec<u8>,
    /// Equally strong evidence for two people.
    pub(super) tie: u8,
    /// Two records of a source that knows a person once, not linked to each other.
    pub(super) second_best: u8,
    /// A link too weak to join two groups of records that speak against each other.
    pub(super) weak_bridge: u8,
    /// More records than a person has.
    pub(super) too_large: u8,
}

/// What comparing a batch needs again and again.
#[derive(Default)]
pub(super) struct Scratch {
    gathered: Gathered,
    values: Vec<u64>,
    rarity: Vec<Bits>,
    rarity_of_pairs: Vec<Bits>,
    /// The batch's comparison vectors.
    pub(super) vectors: Vec<Levels>,
    /// What they tell, without a prior.
    pub(super) evidence: Vec<Evidence>,
}

impl Priors {
    /// The model's priors in a population of so many people.
    pub(super) fn new(weights: &Weights, matching: &Matching, sources: usize, people: usize) -> Self {
        let factor = |a: usize, b: usize| {
            let between = [a.min(b), a.max(b)];
            let declared = |prior: &&PriorFactor| prior.between.map(SourceIndex::index) == between;
            matching.model.priors.iter().find(declared).map_or(1.0, |prior| prior.factor)
        };
        let pairs = (0..sources).flat_map(|a| (0..sources).map(move |b| (a, b)));
        let by_sources: Vec<Evidence> = pairs.map(|(a, b)| weights.prior(factor(a, b), people)).collect();
        Self { sums: by_sources.iter().map(|&prior| prior.into()).collect(), by_sources, sources }
    }

    pub(super) fn between(&self, a: usize, b: usize) -> Evidence {
        self.by_sources[a * self.sources + b]
    }

    /// The same, ready to be added up.
    pub(super) fn sums(&self, a: usize, b: usize) -> Sums {
        self.sums[a * self.sources + b]
    }
}

/// About how many people the records are of: as many as the largest source has records that has
/// a person once, or the largest source where none is said to.
pub(super) fn people(matching: &Matching, space: &RecordSpace) -> usize {
    let of_one_person = matching.one_person_in.iter().map(|source| space.rows(source.index())).max();
    let largest = (0..space.sources()).map(|source| space.rows(source)).max();
    of_one_person.filter(|&rows| rows > 0).or(largest).unwrap_or(0)
}

impl Reasons {
    /// All the words that a set of rules can give.
    pub(super) fn of(matching: &Matching) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut number = |word: &str| {
            let found = words.iter().position(|other| other == word);
            let at = found.unwrap_or_else(|| {
                words.push(word.to_owned());
                words.len() - 1
            });
            (at + 1) as u8
        };
        let of_contradiction = matching.contradictions.iter().map(|rule| number(&rule.id)).collect();
        let [tie, second_best, weak_bridge, too_large] =
            ["tie", "second_best", "cut_weak_bridge", "cut_too_large"].map(&mut number);
        Self { words, of_contradiction, tie, second_best, weak_bridge, too_large }
    }
}

/// Whether a condition holds for a comparison vector.
pub(super) fn holds(condition: &Condition, levels: Levels) -> bool {
    let meant = |set: &crate::settings::LevelSet| set.levels >> levels.get(set.comparison) & 1 == 1;
    condition.all.iter().all(meant)
        && (condition.at_least == 0
            || condition.any.iter().filter(|set| meant(set)).count() >= condition.at_least)
}

impl Judge<'_> {
    /// Fills the scratch with the comparison vectors of a batch and what they tell, a comparison
    /// at a time.
    pub(super) fn compare(&self, batch: &Candidates, scratch: &mut Scratch) {
        let Scratch { gathered, values, rarity, rarity_of_pairs, vectors, evidence } = scratch;
        self.rows.gather(&batch.records, gathered);
        vectors.clear();
        vectors.resize(batch.left.len(), Levels::default());
        for (comparison, (comparator, level_of)) in self.comparisons.iter().enumerate() {
            self.rows.values(gathered, comparison, values);
            if comparator.readings == [Reading::Name] {
                self.names.fetch(values.iter().copied());
            }
            let pairs = Pairs { values, left: &batch.left, right: &batch.right };
            (comparator.levels)(self.names, pairs, Places { comparison, level_of }, vectors);
        }
        self.weights.evidence(vectors, evidence);
        for comparison in 0..self.comparisons.len() {
            for (term, levels) in self.rows.rarities(comparison).enumerate() {
                self.rows.rarity(gathered, comparison, term, rarity);
                spread(rarity, (&batch.left, &batch.right), rarity_of_pairs);
                weights::add_rarity((comparison, levels), rarity_of_pairs, vectors, evidence);
            }
        }
    }

    /// The levels of one comparison of a batch.
    pub(super) fn levels_of(&self, comparison: usize, batch: &Candidates, scratch: &mut Scratch) -> Vec<u8> {
        let Scratch { gathered, values, vectors, .. } = scratch;
        self.rows.gather(&batch.records, gathered);
        self.rows.values(gathered, comparison, values);
        vectors.clear();
        vectors.resize(batch.left.len(), Levels::default());
        let (comparator, level_of) = &self.comparisons[comparison];
        let pairs = Pairs { values, left: &batch.left, right: &batch.right };
        (comparator.levels)(self.names, pairs, Places { comparison, level_of }, vectors);
        vectors.iter().map(|vector| vector.get(comparison)).collect()
    }

    /// The calibrated match weights of a batch.
    pub(super) fn score(&self, batch: &Candidates, scratch: &mut Scratch) -> Vec<Bits> {
        self.compare(batch, scratch);
        let source = |place: u32| self.space.source(batch.records[place as usize]);
        let places = batch.left.iter().zip(&batch.right);
        let between = places.map(|(&left, &right)| (source(left), source(right)));
        let told = scratch.evidence.iter().zip(&scratch.vectors).zip(between);
        told.map(|((evidence, levels), between)| self.weigh(*evidence, *levels, between)).collect()
    }

    /// The calibrated match weight of two sources' records.
    pub(super) fn weigh(&self, evidence: Evidence, levels: Levels, (a, b): (usize, usize)) -> Bits {
        self.curves.of(a, b, levels, evidence.match_weight(self.priors.between(a, b)))
    }

    /// What follows from a vector and its weight, and the reason why a pair that might link does not;
    /// nothing where it is not even kept.
    pub(super) fn decide(&self, levels: Levels, weight: Bits) -> Option<(Decision, u8)> {
        if weight < self.keep_from {
            return None;
        }
        let reason = self.contradiction(levels);
        Some(match (weight >= self.link_from, weight >= self.review_from, reason) {
            (true, _, 0) => (Decision::Link, 0),
            (true, ..) | (_, true, 0) => (Decision::Review, reason),
            // A possible link that contradicts itself is none.
            _ => (Decision::NonLink, reason),
        })
    }

    /// Decides anew after its weight has changed; whether the pair is still worth keeping.
    pub(super) fn settle(&self, pair: &mut Pair) -> bool {
        let Some((decision, reason)) = self.decide(pair.levels, pair.weight) else { return false };
        pair.links = decision == Decision::Link;
        pair.reason = reason;
        pair.flags =
            pair.flags & !FLAG_NON_LINK | if decision == Decision::NonLink { FLAG_NON_LINK } else { 0 };
        true
    }

    /// The reason of the first contradiction that a vector shows, 0 for none.
    pub(super) fn contradiction(&self, levels: Levels) -> u8 {
        let rules = &self.matching.contradictions;
        let found = rules.iter().position(|rule| holds(&rule.condition, levels));
        found.map_or(0, |at| self.reasons.of_contradiction[at])
    }
}

/// What judging batches needs again and again.
#[derive(Default)]
pub(super) struct Sifting {
    pub(super) fetched: Fetched,
    pub(super) live: Live,
}

impl Judge<'_> {
    /// Keeps what is worth keeping of a batch, of which all is fetched.
    pub(super) fn keep(
        &self,
        batch: &Candidates,
        blocking_rule: u8,
        sifting: &mut Sifting,
        kept: &mut Vec<Pair>,
    ) {
        let Sifting { fetched, live } = sifting;
        live.begin((&batch.left, &batch.right), |left, right| {
            self.priors.sums(fetched.source(left), fetched.source(right))
        });
        self.sift(self.keep_from, fetched, live);
        for at in 0..live.left.len() {
            let (evidence, levels) = (Evidence::from(live.evidence[at]), live.vectors[at]);
            let weight = evidence.joined();
            if let Some((decision, reason)) = self.decide(levels, weight) {
                let [left, right] =
                    [live.left[at], live.right[at]].map(|place| batch.records[place as usize]);
                let non_link = if decision == Decision::NonLink { FLAG_NON_LINK } else { 0 };
                let kin = if evidence.is_against_kin() { FLAG_KIN } else { 0 };
                let flags = non_link | kin;
                let links = decision == Decision::Link;
                kept.push(Pair { left, right, levels, weight, blocking_rule, links, flags, reason });
            }
        }
    }

    /// Weighs some of a batch's pairs as though they lacked the values of one comparison; of those only
    /// that show one of some levels there, a bit each, and that can reach `least`. `live` has them
    /// afterwards, levels and all.
    pub(super) fn weigh_without(
        &self,
        (comparison, levels): (usize, u16),
        (left, right): (&[u32], &[u32]),
        least: Bits,
        sifting: &mut Sifting,
    ) {
        let Sifting { fetched, live } = sifting;
        live.begin((left, right), |left, right| {
            self.priors.sums(fetched.source(left), fetched.source(right))
        });
        self.compare_one(comparison, fetched, live);
        let told: [Sums; 16] =
            std::array::from_fn(|level| self.weights.level(comparison, level as u8).into());
        live.retain(|vector, prior| {
            let level = vector.get(comparison);
            (levels >> level & 1 == 1).then(|| prior.minus(told[usize::from(level)]))
        });
        live.forget_levels();
        self.sift(least, fetched, live);
    }
}

impl blocking::Judge for Judge<'_> {
    type Scratch = Sifting;

    fn judge(&self, batch: &Candidates, rule: u8, sifting: &mut Sifting, kept: &mut Vec<Pair>) {
        self.fetch(batch, &mut sifting.fetched);
        self.keep(batch, rule, sifting, kept);
    }
}

/// Of the rarities of the records that pairs name by place, that of the more common value of both.
fn spread(rarity: &[Bits], (left, right): (&[u32], &[u32]), out: &mut Vec<Bits>) {
    out.clear();
    let of_pair = |(&left, &right): (&u32, &u32)| rarity[left as usize].min(rarity[right as usize]);
    out.extend(left.iter().zip(right).map(of_pair));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::LevelSet;

    #[test]
    fn a_condition_holds_when_all_and_enough_of_any_hold() {
        let set = |comparison, levels| LevelSet { comparison, levels };
        let condition =
            Condition { all: vec![set(0, 0b110)], at_least: 1, any: vec![set(1, 0b10), set(2, 0b10)] };
        let vector = |a, b, c| Levels::default().with(0, a).with(1, b).with(2, c);
        assert!(holds(&condition, vector(1, 1, 0)));
        assert!(holds(&condition, vector(2, 0, 1)));
        assert!(!holds(&condition, vector(0, 1, 1)));
        assert!(!holds(&condition, vector(1, 0, 2)));
    }
}
