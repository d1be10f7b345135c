//! Đúng, đủ, sạch, sống as figures: by rule, field and dimension, for each ward and the province.
//!
//! The score of a rule is objects that meet it / objects it assesses. The scores above it are the same share over
//! all their rules, each object counted with its rule's weight (`rules/wording/scores.toml`):
//!
//! ```text
//! score = Σ weight × met / Σ weight × assessed
//! ```
//!
//! All sums are whole numbers: a field's rules add up to the field, fields and dimensions to the ward,
//! wards to the province, to the last object.

use std::collections::BTreeMap;

use super::grade::{self, Grade};
use crate::check::{Findings, RuleCount};
use crate::settings::{Check, Dimension, Settings};

/// How many objects were assessed and how many of them meet what is asked, each with its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Assessed.
    pub assessed: u64,
    /// Of these, met; never more.
    pub met: u64,
}

impl Share {
    /// Between 0 and 1; none of nothing.
    pub fn score(self) -> Option<f64> {
        (self.assessed > 0).then(|| self.met as f64 / self.assessed as f64)
    }

    fn add(&mut self, other: Self, weight: u64) {
        self.assessed += other.assessed * weight;
        self.met += other.met * weight;
    }
}

/// What a score is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// One quality rule, unweighted.
    Rule,
    /// All rules of a field.
    Field,
    /// All rules of a dimension.
    Dimension,
    /// All rules.
    Ward,
}

impl Level {
    /// Its word in outputs, by place.
    pub const WORDS: [&'static str; 4] = ["rule", "field", "dimension", "ward"];
}

/// One row of the scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The ward's code, `00000` for the unknown one; none for the province.
    pub ward: Option<String>,
    /// What it is of.
    pub level: Level,
    /// The rule's id, the field's name, the dimension's word; at the level of wards the ward's code, or `province`.
    pub id: String,
    /// The counts.
    pub share: Share,
}

/// The scores of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceScores {
    /// By place in the settings' checks; nothing assessed where columns were not delivered.
    pub rules: Vec<Share>,
    /// By field, weighted.
    pub fields: BTreeMap<String, Share>,
    /// In the order of [`Dimension::WORDS`], weighted.
    pub dimensions: [Share; Dimension::WORDS.len()],
    /// All, weighted.
    pub whole: Share,
}

/// The scores of all wards and of the province.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// By ward code.
    pub wards: BTreeMap<String, PlaceScores>,
    /// All wards together, the unknown one included.
    pub province: PlaceScores,
}

impl Scores {
    /// Counts. O(rules × wards).
    pub fn new(settings: &Settings, findings: &Findings) -> Self {
        Self::of_rules(settings, &findings.rules)
    }

    /// The same of rules' counts alone, in the order of the settings' checks.
    pub fn of_rules(settings: &Settings, rules: &[RuleCount]) -> Self {
        let mut scores = Self { province: PlaceScores::of(settings), ..Self::default() };
        for (rule, count) in rules.iter().enumerate().take(settings.checks.len()) {
            for (ward, &assessed) in &count.assessed_by_ward {
                let found = count.found_by_ward.get(ward).copied().unwrap_or(0);
                let share = Share { assessed, met: assessed.saturating_sub(found) };
                let place = scores.wards.entry(ward.clone()).or_insert_with(|| PlaceScores::of(settings));
                place.add(settings, rule, share);
                scores.province.add(settings, rule, share);
            }
        }
        scores
    }

    /// All scores, the province first, then the wards by code; each by level, rules and fields by id.
    pub fn rows(&self, settings: &Settings) -> Vec<Score> {
        let places = std::iter::once((None, &self.province));
        let places = places.chain(self.wards.iter().map(|(code, place)| (Some(code), place)));
        places.flat_map(|(ward, place)| place.rows(settings, ward)).collect()
    }
}

impl PlaceScores {
    fn of(settings: &Settings) -> Self {
        Self { rules: vec![Share::default(); settings.checks.len()], ..Self::default() }
    }

    fn add(&mut self, settings: &Settings, rule: usize, share: Share) {
        let check = &settings.checks[rule];
        self.rules[rule].add(share, 1);
        let weight = settings.wording.scores.weight(check);
        if weight == 0 {
            return;
        }
        if let Some(field) = self.fields.get_mut(&check.field) {
            field.add(share, weight);
        } else {
            self.fields.entry(check.field.clone()).or_default().add(share, weight);
        }
        self.dimensions[check.dimension as usize].add(share, weight);
        self.whole.add(share, weight);
    }

    fn rows(&self, settings: &Settings, ward: Option<&String>) -> Vec<Score> {
        let rules = settings.checks.iter().zip(&self.rules);
        let rules = rules.map(|(check, share)| (Level::Rule, check.id.as_str(), *share));
        let fields = self.fields.iter().map(|(field, share)| (Level::Field, field.as_str(), *share));
        let dimensions = Dimension::WORDS.iter().zip(self.dimensions);
        let dimensions = dimensions.map(|((word, _), share)| (Level::Dimension, *word, share));
        let whole = (Level::Ward, ward.map_or("province", String::as_str), self.whole);
        let all = rules.chain(fields).chain(dimensions).chain(std::iter::once(whole));
        all.filter(|(.., share)| share.assessed > 0)
            .map(|(level, id, share)| Score { ward: ward.cloned(), level, id: id.to_owned(), share })
            .collect()
    }
}

/// How a rule's share is judged.
pub(super) fn of_rule(settings: &Settings, check: &Check, share: Share) -> Option<Grade> {
    grade::grade(&settings.wording.scores, share.met, share.assessed, grade::is_strict(settings, check))
}

/// How a weighted share is judged.
pub(super) fn of_share(settings: &Settings, share: Share) -> Option<Grade> {
    grade::grade(&settings.wording.scores, share.met, share.assessed, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Route, RulesFolder};

    /// Every rule assesses the same records and finds more than the one before it.
    fn night(settings: &Settings) -> Findings {
        let by_ward = |of: [(&str, u64); 3]| of.map(|(ward, rows)| (ward.to_owned(), rows)).into();
        let count = |rule: usize| RuleCount {
            assessed_by_ward: by_ward([("31825", 100 + rule as u64), ("32002", 50), ("00000", 3)]),
            found_by_ward: by_ward([("31825", rule as u64 % 9), ("32002", rule as u64 % 5), ("00000", 4)]),
            ..RuleCount::default()
        };
        Findings { rules: (0..settings.checks.len()).map(count).collect(), ..Findings::default() }
    }

    #[test]
    fn wards_sum_to_the_province_and_rules_to_what_stands_above_them() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let scores = Scores::new(&settings, &night(&settings));
        let mut all = Share::default();
        scores.wards.values().for_each(|place| all.add(place.whole, 1));
        assert_eq!(all, scores.province.whole);
        for place in scores.wards.values().chain([&scores.province]) {
            let (mut fields, mut dimensions, mut rules) =
                (Share::default(), Share::default(), Share::default());
            place.fields.values().for_each(|share| fields.add(*share, 1));
            place.dimensions.iter().for_each(|share| dimensions.add(*share, 1));
            let weighted = settings.checks.iter().zip(&place.rules);
            weighted.for_each(|(check, share)| rules.add(*share, settings.wording.scores.weight(check)));
            assert_eq!([fields, dimensions, rules], [place.whole; 3]);
            assert!(place.whole.met < place.whole.assessed);
        }
    }

    #[test]
    fn a_rule_without_weight_has_its_own_score_and_none_above() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let scores = Scores::new(&settings, &night(&settings));
        let phone = settings.checks.iter().position(|check| check.id == "phone-missing").unwrap();
        assert_eq!(scores.wards["32002"].rules[phone].assessed, 50);
        let agency = settings.checks.iter().filter(|check| check.route == Route::Agency);
        let others = |field: &str| {
            settings.checks.iter().any(|c| c.field == field && settings.wording.scores.weight(c) > 0)
        };
        for check in agency.filter(|check| !others(&check.field)) {
            assert!(!scores.province.fields.contains_key(&check.field), "{}", check.field);
        }
    }

    #[test]
    fn rows_have_each_level_once_a_place_and_no_score_of_nothing() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let rows = Scores::new(&settings, &night(&settings)).rows(&settings);
        let mut keys: Vec<_> = rows.iter().map(|row| (&row.ward, row.level, &row.id)).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all);
        assert!(rows.iter().all(|row| row.share.score().is_some_and(|score| (0.0..=1.0).contains(&score))));
        assert_eq!(rows.iter().filter(|row| row.level == Level::Ward).count(), 4);
    }
}
