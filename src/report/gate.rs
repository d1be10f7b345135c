//! Which rules found more than their gates accept.

use super::format::{grouped, percent_en};
use super::score::{Scores, Share};
use crate::diagnostic::Diagnostic;
use crate::settings::{Check, GateLimit, Settings};

/// What a passed limit means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateLevel {
    /// The run ends with exit code 1.
    Fail,
    /// The data team is told.
    Warn,
}

impl GateLevel {
    /// Its word in rules and outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
        }
    }
}

/// A limit that was passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PassedGate {
    /// The rule, by place in the settings' checks.
    pub rule: usize,
    /// Which of its limits, the stricter of those passed.
    pub level: GateLevel,
    /// The limit.
    pub limit: GateLimit,
    /// What the rule assessed and what of it meets it, in the province.
    pub share: Share,
}

impl PassedGate {
    /// Objects found at fault.
    pub fn found(&self) -> u64 {
        self.share.assessed - self.share.met
    }
}

/// The passed limits, failures first, then by rule. A rule whose columns were not delivered passes none.
pub fn passed_gates(settings: &Settings, scores: &Scores) -> Vec<PassedGate> {
    let rules = settings.checks.iter().zip(&scores.province.rules).enumerate();
    let mut passed: Vec<PassedGate> =
        rules.filter_map(|(rule, (check, share))| passed(rule, check, *share)).collect();
    passed.sort_by_key(|gate| (gate.level, gate.rule));
    passed
}

fn passed(rule: usize, check: &Check, share: Share) -> Option<PassedGate> {
    let limits = [(GateLevel::Fail, check.gate.fail), (GateLevel::Warn, check.gate.warn)];
    let found = share.assessed - share.met;
    let (level, limit) = limits.into_iter().find(|(_, limit)| limit.is_passed(found, share.assessed))?;
    Some(PassedGate { rule, level, limit, share })
}

/// The limits as the command line tells them: failures as errors, the others as warnings.
pub fn gate_diagnostics(settings: &Settings, gates: &[PassedGate]) -> Vec<Diagnostic> {
    let told = |gate: &PassedGate| {
        let check = settings.checks.get(gate.rule)?;
        let message = format!(
            "rule `{}` finds {} of {} records at fault ({}), more than its gate accepts ({})",
            check.id,
            grouped(gate.found(), ','),
            grouped(gate.share.assessed, ','),
            percent_en(gate.found(), gate.share.assessed),
            limit_told(gate.limit),
        );
        let help = "look at the delivery first: many faults of one kind are mostly one fault of the extract; \
                    if they are real, raise the limit in the rule's [gate]";
        let place = check.place.clone();
        Some(match gate.level {
            GateLevel::Fail => Diagnostic::error("CHK-021", place, message, help),
            GateLevel::Warn => Diagnostic::warning("CHK-020", place, message, help),
        })
    };
    gates.iter().filter_map(told).collect()
}

/// A limit in words: `at most 100, at most 0.5 %`.
pub(super) fn limit_told(limit: GateLimit) -> String {
    let count = limit.count.map(|count| format!("at most {}", grouped(count, ',')));
    let percent = limit.percent.map(|percent| format!("at most {percent} %"));
    count.into_iter().chain(percent).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RuleGate, RulesFolder};

    #[test]
    fn the_stricter_limit_speaks_and_failures_come_first() {
        let mut settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let limit = |count| GateLimit { count: Some(count), percent: None };
        for (rule, warn, fail) in [(0, 1, 100), (1, 1, 5), (2, 50, 100)] {
            settings.checks[rule].gate = RuleGate { warn: limit(warn), fail: limit(fail) };
        }
        settings.checks.truncate(3);
        let mut scores = Scores::default();
        scores.province.rules = vec![Share { assessed: 1_000, met: 990 }; 3];
        let passed = passed_gates(&settings, &scores);
        let told: Vec<_> = passed.iter().map(|gate| (gate.rule, gate.level, gate.found())).collect();
        assert_eq!(told, [(1, GateLevel::Fail, 10), (0, GateLevel::Warn, 10)]);
        let told = gate_diagnostics(&settings, &passed);
        assert!(told[0].to_string().contains("finds 10 of 1,000 records at fault (1.00 %)"), "{}", told[0]);
    }
}
