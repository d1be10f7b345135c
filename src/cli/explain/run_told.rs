//! What is said of a run: what it decided of the pair, and over which links it joined the two.

use super::past::{Past, PastPair};
use super::run_parts::RunParts;
use super::sentences::{grouped, with_id};
use super::view::View;
use super::words::{Words, fill, name};

/// Pairs between two people that are listed.
const BETWEEN_MAX: usize = 10;
/// Weights of one pair that differ by more are of other extracts or rules: files keep them to some
/// ten-thousandths of a bit.
const DRIFT_BITS_MIN: f64 = 1e-3;

impl Words {
    /// What a run decided.
    pub(super) fn run_told(&self, view: &View, past: &Past) -> Vec<String> {
        let lacking = view.records.iter().zip(&past.people).filter(|(_, person)| person.is_none());
        let mut told: Vec<String> = lacking
            .map(|(record, _)| fill(self.run_lacks, &[("record", &record.name.to_string())]))
            .collect();
        let Some(is_one) = past.is_one_person() else { return told };
        told.push(self.pair_told(past.pair.as_ref()));
        match &past.parts {
            Some(parts) => told.extend(self.parts_told(parts)),
            None => told.extend(self.drift_told(view, past)),
        }
        told.push(self.people_told(past));
        if is_one {
            told.extend(self.path_told(past));
        } else {
            told.extend(self.between_told(past));
        }
        told
    }

    fn pair_told(&self, pair: Option<&PastPair>) -> String {
        let Some(pair) = pair else { return self.run_nothing.to_owned() };
        let sentence = match (pair.decision.as_str(), pair.reason.is_empty()) {
            ("link", _) if pair.is_over_others() => self.run_linked_over,
            ("link", _) => self.run_linked,
            (_, true) => self.run_review,
            (_, false) => self.run_review_reason,
        };
        self.of_pair(sentence, pair)
    }

    fn of_pair(&self, sentence: &str, pair: &PastPair) -> String {
        fill(
            sentence,
            &[
                ("left", &pair.left.to_string()),
                ("right", &pair.right.to_string()),
                ("rule", &pair.blocking_rule),
                ("bits", &self.bits(pair.match_weight)),
                ("p", &self.probability(pair.match_probability)),
                ("reason", &self.reason(&pair.reason)),
            ],
        )
    }

    /// A reason's id and what it means.
    fn reason(&self, reason: &str) -> String {
        let own = self.reasons.iter().any(|(id, _)| *id == reason);
        if reason.is_empty() {
            return name(self.verdicts, "review").to_owned();
        }
        with_id(if own { self.reasons } else { self.contradictions }, reason)
    }

    /// What the values tell, what calibration and the second look have added, and the run's weight: a line
    /// each, and as they are shown they add up.
    fn parts_told(&self, parts: &RunParts) -> Vec<String> {
        let shown = |bits: f64| (bits * 100.0).round() / 100.0;
        let [values, calibration, sum] = [parts.values, parts.calibration, parts.match_weight].map(shown);
        let second_look = shown(sum - values - calibration);
        // What rounding leaves is not told as a second look.
        let (calibration, second_look) =
            if parts.second_look == 0.0 { (shown(sum - values), 0.0) } else { (calibration, second_look) };
        let lines = [
            (self.parts_values, values),
            (self.parts_calibration, calibration),
            (self.parts_second_look, second_look),
            (self.parts_sum, sum),
        ];
        lines.map(|(sentence, bits)| fill(sentence, &[("bits", &self.bits(bits))])).into()
    }

    /// That the run had other extracts or rules, where its weight is another.
    fn drift_told(&self, view: &View, past: &Past) -> Option<String> {
        let then = past.pair.as_ref()?.match_weight;
        let now = view.decision.match_weight;
        let places = [("then", self.bits(then)), ("now", self.bits(now))];
        let places = places.each_ref().map(|(place, text)| (*place, text.as_str()));
        ((then - now).abs() > DRIFT_BITS_MIN).then(|| fill(self.drift, &places))
    }

    fn people_told(&self, past: &Past) -> String {
        let [Some(left), Some(right)] = &past.people else { return String::new() };
        let (left_records, right_records) = (grouped(left.records), grouped(right.records));
        let is_one = left.id == right.id;
        fill(
            if is_one { self.one_person } else { self.two_people },
            &[
                ("person", &left.id),
                ("records", &left_records),
                ("left", &left.id),
                ("left_records", &left_records),
                ("right", &right.id),
                ("right_records", &right_records),
            ],
        )
    }

    fn path_told(&self, past: &Past) -> Vec<String> {
        if past.path.len() == 1 {
            return vec![self.path_direct.to_owned()];
        }
        let mut told = vec![fill(self.path, &[("links", &past.path.len().to_string())])];
        for (at, link) in past.path.iter().enumerate() {
            let weakest = if past.weakest == Some(at) { format!(" {}", self.weakest) } else { String::new() };
            told.push(format!("  {}{weakest}", self.of_pair(self.path_link, link)));
        }
        told
    }

    fn between_told(&self, past: &Past) -> Vec<String> {
        let others: Vec<&PastPair> =
            past.between.iter().filter(|pair| Some(*pair) != past.pair.as_ref()).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let mut told = vec![self.between.to_owned()];
        let listed = others.iter().take(BETWEEN_MAX);
        told.extend(listed.map(|pair| format!("  {}", self.of_pair(self.between_pair, pair))));
        let more = others.len().saturating_sub(BETWEEN_MAX);
        if more > 0 {
            told.push(format!("  {}", fill(self.between_more, &[("more", &more.to_string())])));
        }
        told
    }
}
