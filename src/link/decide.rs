//! Comparison vectors → what follows from them.
//!
//! The first acceptance rule that holds decides. A pair that would link but
//! shows a contradiction goes to review with the contradiction as its reason.

use super::blocking::Candidates;
use super::column::ValueColumn;
use super::compare::names::Names;
use super::compare::{Comparator, compare};
use super::links::{Levels, Pair, Worth};
use super::space::RecordSpace;
use crate::settings::{Condition, Matching};

/// Compares and judges pairs.
pub(super) struct Judge<'a> {
    pub(super) space: &'a RecordSpace,
    pub(super) names: &'a Names,
    /// By comparison: its comparator and the place of its column.
    pub(super) comparisons: Vec<(Comparator, usize)>,
    pub(super) columns: &'a [ValueColumn<'a>],
    pub(super) matching: &'a Matching,
    pub(super) reasons: &'a Reasons,
}

/// The words for why a pair is under review.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons {
    pub(super) words: Vec<String>,
    /// By acceptance rule: 0, or one more than its word's place.
    of_rule: Vec<u8>,
    /// By contradiction.
    of_contradiction: Vec<u8>,
    /// Equally strong evidence for two people.
    pub(super) tie: u8,
    /// Two records of a source that knows a person once, not linked to each other.
    pub(super) second_best: u8,
    /// More records than a person has.
    pub(super) too_large: u8,
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
        let of_rule =
            matching.acceptance.iter().map(|rule| rule.reason.as_deref().map_or(0, &mut number)).collect();
        let of_contradiction = matching.contradictions.iter().map(|rule| number(&rule.id)).collect();
        let [tie, second_best, too_large] = ["tie", "second_best", "cut_too_large"].map(&mut number);
        Self { words, of_rule, of_contradiction, tie, second_best, too_large }
    }
}

/// What each acceptance rule's pairs are worth.
pub(super) fn worths(matching: &Matching) -> Vec<Worth> {
    let worth = |p: f64| Worth { match_weight_bits: (p / (1.0 - p)).log2(), match_probability: p };
    matching.acceptance.iter().map(|rule| worth(rule.probability)).collect()
}

/// Whether a condition holds for a comparison vector. The kernel of `score` while keys are exact.
pub(super) fn holds(condition: &Condition, levels: Levels) -> bool {
    let meant = |set: &crate::settings::LevelSet| set.levels >> levels.get(set.comparison) & 1 == 1;
    condition.all.iter().all(meant)
        && (condition.at_least == 0
            || condition.any.iter().filter(|set| meant(set)).count() >= condition.at_least)
}

impl Judge<'_> {
    /// The comparison vectors of a batch, a comparison at a time.
    pub(super) fn vectors(&self, batch: &Candidates) -> Vec<Levels> {
        let places = |records: &[u32]| records.iter().map(|&r| self.space.split(r)).collect::<Vec<_>>();
        let (left, right) = (places(&batch.left), places(&batch.right));
        let mut vectors = vec![Levels::default(); left.len()];
        let (mut a, mut b) = (Vec::with_capacity(left.len()), Vec::with_capacity(left.len()));
        for (place, (comparator, column)) in self.comparisons.iter().enumerate() {
            let column = &self.columns[*column];
            // Reading all values first lets the memory misses of many pairs overlap.
            a.clear();
            b.clear();
            a.extend(left.iter().map(|&at| column.get(at)));
            b.extend(right.iter().map(|&at| column.get(at)));
            compare(comparator, self.names, (&a, &b), place, &mut vectors);
        }
        vectors
    }

    /// Keeps the pairs of a batch that some acceptance rule holds for.
    pub(super) fn judge(&self, batch: &Candidates, blocking_rule: u8, kept: &mut Vec<Pair>) {
        let vectors = self.vectors(batch);
        for ((levels, &left), &right) in vectors.into_iter().zip(&batch.left).zip(&batch.right) {
            if let Some((rule, links, reason)) = self.decide(levels, left, right) {
                kept.push(Pair { left, right, levels, rule, blocking_rule, links, reason });
            }
        }
    }

    /// The acceptance rule that holds, whether it links, and why not.
    fn decide(&self, levels: Levels, left: u32, right: u32) -> Option<(u8, bool, u8)> {
        let (left, right) = (self.space.source(left), self.space.source(right));
        let rules = &self.matching.acceptance;
        let holding = rules.iter().position(|rule| {
            let barred = left == right && rule.not_within.iter().any(|source| source.index() == left);
            !barred && holds(&rule.condition, levels)
        })?;
        let rule = holding as u8;
        if !rules[holding].links {
            return Some((rule, false, self.reasons.of_rule[holding]));
        }
        Some(match self.contradiction(levels) {
            0 => (rule, true, 0),
            reason => (rule, false, reason),
        })
    }

    /// The reason of the first contradiction that a vector shows, 0 for none.
    pub(super) fn contradiction(&self, levels: Levels) -> u8 {
        let rules = &self.matching.contradictions;
        let found = rules.iter().position(|rule| holds(&rule.condition, levels));
        found.map_or(0, |at| self.reasons.of_contradiction[at])
    }
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

    #[test]
    fn a_weight_in_bits_is_the_log_of_the_odds() {
        let rule = |probability| crate::settings::AcceptanceRule {
            id: "a".into(),
            links: true,
            probability,
            reason: None,
            only_if_unique: false,
            not_within: vec![],
            condition: Condition::default(),
        };
        let matching = Matching { acceptance: vec![rule(0.5), rule(0.8)], ..Matching::default() };
        let bits: Vec<f64> = worths(&matching).iter().map(|worth| worth.match_weight_bits).collect();
        assert!(bits[0].abs() < 1e-12 && (bits[1] - 2.0).abs() < 1e-12);
    }
}
