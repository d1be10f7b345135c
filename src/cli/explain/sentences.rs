//! What is said of a pair, sentence by sentence, in the words of one language.

use super::view::{Cost, Decision, KeyView, RuleView, View};
use super::waterfall::StepOf;
use super::words::{Names, Words, fill, name};

/// Characters of a value within a sentence.
const VALUE_MAX: usize = 40;

impl Words {
    /// The decision and what it rests on, the most important first.
    pub(super) fn verdict(&self, decision: &Decision) -> Vec<String> {
        let by_weight = self.by_weight(decision);
        if let Some(rule) = &decision.met_by {
            return vec![by_weight, fill(self.met, &[("rule", rule)]), self.by_itself.to_owned()];
        }
        let would = fill(self.had_they_met, &[("verdict", &in_mid_sentence(&by_weight))]);
        vec![self.never_met.to_owned(), would]
    }

    fn by_weight(&self, decision: &Decision) -> String {
        let contradicts = !decision.contradictions.is_empty();
        let sentence = match (decision.verdict, contradicts) {
            ("link", _) => self.link,
            ("review", true) => self.review_contradicts,
            ("review", false) => self.review,
            (_, true) if decision.match_weight >= decision.review_from_bits => self.no_link_contradicts,
            _ => self.no_link,
        };
        fill(
            sentence,
            &[
                ("bits", &self.bits(decision.match_weight)),
                ("p", &self.probability(decision.match_probability)),
                ("link", &self.bits(decision.link_from_bits)),
                ("review", &self.bits(decision.review_from_bits)),
                ("ids", &with_ids(self.contradictions, &decision.contradictions)),
            ],
        )
    }

    /// How the sums become a weight, and what stands against it.
    pub(super) fn together(&self, view: &View) -> Vec<String> {
        let decision = &view.decision;
        let contradictions = if decision.contradictions.is_empty() {
            self.no_contradiction.to_owned()
        } else {
            fill(
                self.contradictions_hold,
                &[("ids", &with_ids(self.contradictions, &decision.contradictions))],
            )
        };
        let thresholds = fill(
            self.thresholds,
            &[
                ("link_p", &self.number(decision.link_from)),
                ("review_p", &self.number(decision.review_from)),
                ("link", &self.bits(decision.link_from_bits)),
                ("review", &self.bits(decision.review_from_bits)),
            ],
        );
        vec![self.prior_told(view), self.joined_told(view), thresholds, contradictions]
    }

    fn prior_told(&self, view: &View) -> String {
        let is_common = (view.prior_factor - 1.0).abs() < 1e-12;
        fill(
            if is_common { self.people } else { self.people_factor },
            &[("people", &grouped(view.people)), ("factor", &self.number(view.prior_factor))],
        )
    }

    fn joined_told(&self, view: &View) -> String {
        let power = |bits: f64| format!("2^{}", self.bits(-bits).trim_start_matches('+'));
        let terms: Vec<String> = view.kinds.iter().map(|kind| power(kind.total)).collect();
        fill(
            if terms.len() > 1 { self.joined } else { self.weight_alone },
            &[
                ("terms", &terms.join(" + ")),
                ("bits", &self.bits(view.decision.match_weight)),
                ("p", &self.probability(view.decision.match_probability)),
            ],
        )
    }

    /// What spoke against one person; nothing of a pair that is linked.
    pub(super) fn costs_told(&self, view: &View) -> Vec<String> {
        if view.decision.verdict == "link" {
            return Vec::new();
        }
        let mut told: Vec<String> = view.costs.iter().map(|cost| self.cost_told(view, cost)).collect();
        if told.is_empty() {
            told.push(self.no_costs.to_owned());
        }
        let missing = view.comparisons.iter().filter(|one| one.m.is_none());
        let missing: Vec<&str> = missing.map(|one| name(self.comparisons, &one.comparison)).collect();
        if !missing.is_empty() {
            told.push(fill(self.says_nothing, &[("ids", &missing.join(", "))]));
        }
        told
    }

    fn cost_told(&self, view: &View, cost: &Cost) -> String {
        let comparison = view.comparisons.get(cost.comparison);
        let (id, level) = comparison.map_or(("", ""), |one| (one.comparison.as_str(), one.level.as_str()));
        let judged = cost.if_exact.as_ref();
        fill(
            if judged.is_some() { self.cost_if_exact } else { self.cost },
            &[
                ("comparison", name(self.comparisons, id)),
                ("level", name(self.levels, level)),
                ("taken", self.bits(cost.taken).trim_start_matches('+')),
                ("bits", &judged.map_or_else(String::new, |judged| self.bits(judged.match_weight))),
                ("p", &judged.map_or_else(String::new, |judged| self.probability(judged.match_probability))),
                ("verdict", judged.map_or("", |judged| name(self.verdicts, judged.verdict))),
            ],
        )
    }

    /// What a step of the waterfall is called.
    pub(super) fn step_name<'a>(&'a self, view: &'a View, of: StepOf) -> &'a str {
        match of {
            StepOf::Prior => self.prior,
            StepOf::Rarity(_) => self.rarity,
            StepOf::Kin => self.kin,
            StepOf::Comparison(at) => {
                view.comparisons.get(at).map_or("", |one| name(self.comparisons, &one.comparison))
            }
        }
    }

    /// Why a blocking rule meets the two, or does not.
    pub(super) fn meeting(&self, rule: &RuleView) -> String {
        let Some(records) = rule.records else { return self.keys_told(&rule.keys) };
        let finer: Vec<&str> = rule.finer.iter().map(|key| key.key.as_str()).collect();
        let sentence = match (rule.meets, rule.finer_records.is_some()) {
            (true, false) => self.block,
            (true, true) => self.block_split,
            (false, true) => self.part_too_large,
            (false, false) => self.block_too_large,
        };
        let part = rule.finer_records.map_or_else(String::new, grouped);
        let told = fill(
            sentence,
            &[
                ("records", &grouped(records)),
                ("cap", &grouped(rule.block_size_max)),
                ("finer", &finer.join(", ")),
                ("part", &part),
            ],
        );
        match (rule.meets || rule.finer_records.is_some(), rule.finer.is_empty()) {
            (true, _) => told,
            (false, true) => format!("{told}; {}", self.no_finer),
            (false, false) => format!("{told}; {}", self.keys_told(&rule.finer)),
        }
    }

    /// What is wrong with the keys that do not agree.
    fn keys_told(&self, keys: &[KeyView]) -> String {
        let wrong = keys.iter().filter(|key| !key.agrees);
        let told: Vec<String> = wrong.map(|key| self.key_told(key)).collect();
        told.join("; ")
    }

    fn key_told(&self, key: &KeyView) -> String {
        let side = match &key.sides {
            [None, None] => self.side_both,
            [None, _] => self.side_left,
            [_, None] => self.side_right,
            [Some(left), Some(right)] => {
                let [left, right] = [left, right].map(|value| quoted(value));
                return fill(self.key_differs, &[("key", &key.key), ("left", &left), ("right", &right)]);
            }
        };
        fill(self.key_missing, &[("key", &key.key), ("side", side)])
    }
}

/// A sentence as it goes on behind another's beginning.
fn in_mid_sentence(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.collect::<String>() + characters.as_str()
}

/// An id and what it means: `tie (equally strong …)`.
pub(super) fn with_id(names: Names, id: &str) -> String {
    match name(names, id) {
        same if same == id => id.to_owned(),
        meaning => format!("{id} ({meaning})"),
    }
}

fn with_ids(names: Names, ids: &[String]) -> String {
    let all: Vec<String> = ids.iter().map(|id| with_id(names, id)).collect();
    all.join(", ")
}

/// A value within quotation marks, cut short where it is long.
fn quoted(value: &str) -> String {
    format!("“{}”", shortened(value, VALUE_MAX))
}

/// The first characters of a text, with a mark where some are left out. O(characters kept).
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// Digits in groups of three, as in `2 600 000`.
pub(super) fn grouped(number: usize) -> String {
    crate::evaluate::grid::number(number as u64)
}
