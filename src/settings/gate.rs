//! `[gate]` of a quality rule: when so many findings are more than a matter of single records.

use super::reader::TableReader;

/// The two limits of one rule; a night that passes neither is as it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RuleGate {
    /// Above it the data team is told.
    pub warn: GateLimit,
    /// Above it the run ends with exit code 1.
    pub fail: GateLimit,
}

/// How many findings are still accepted: at most so many, and at most such a share. More than either
/// is too many. Without both, any number is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GateLimit {
    /// Most records found at fault.
    pub count: Option<u64>,
    /// Largest share found at fault, in hundredths of the records assessed.
    pub percent: Option<f64>,
}

impl GateLimit {
    /// Whether so many found of those assessed are too many. A share of nothing is never too large.
    pub fn is_passed(&self, found: u64, assessed: u64) -> bool {
        let is_many = self.count.is_some_and(|count| found > count);
        // Exact: both products are below 2^53 for any province.
        let is_large = |percent: f64| assessed > 0 && found as f64 * 100.0 > percent * assessed as f64;
        is_many || self.percent.is_some_and(is_large)
    }

    /// Whether it accepts anything.
    pub fn is_open(&self) -> bool {
        self.count.is_none() && self.percent.is_none()
    }
}

/// Most findings that can be told apart as numbers.
const COUNT_MAX: f64 = 1e12;

/// Reads the table where there is one; what makes no sense is told at its place.
pub(super) fn read(table: &TableReader<'_>) -> RuleGate {
    let Some(inner) = table.optional_table("gate") else { return RuleGate::default() };
    let gate = RuleGate { warn: read_limit(&inner, "warn"), fail: read_limit(&inner, "fail") };
    inner.finish();
    if !inner.has("warn") && !inner.has("fail") {
        let help = "give `warn`, `fail` or both, such as warn = { count = 100, percent = 0.5 }";
        inner.problem(inner.place(), "the gate has no limit", help);
    }
    let falls = |of: fn(&GateLimit) -> Option<f64>| matches!((of(&gate.warn), of(&gate.fail)), (Some(warn), Some(fail)) if warn > fail);
    if falls(|limit| limit.count.map(|count| count as f64)) || falls(|limit| limit.percent) {
        let help = "give the greater number to `fail`, so that it warns before it fails";
        inner.problem(inner.place(), "`warn` is above `fail`", help);
    }
    gate
}

fn read_limit(table: &TableReader<'_>, key: &'static str) -> GateLimit {
    let Some(inner) = table.optional_table(key) else { return GateLimit::default() };
    let count = inner.has("count").then(|| inner.number_or("count", 0.0, (0.0, COUNT_MAX)));
    let percent = inner.has("percent").then(|| inner.number_or("percent", 0.0, (0.0, 100.0)));
    inner.finish();
    if count.is_none() && percent.is_none() {
        let help = "give `count`, `percent` or both";
        inner.problem(inner.place(), format!("`{key}` has no limit"), help);
    }
    if count.is_some_and(|count| count.fract() != 0.0) {
        let help = "give a whole number of records";
        inner.problem(inner.place_of_value("count"), "`count` is not a whole number", help);
    }
    GateLimit { count: count.map(|count| count as u64), percent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_passed_by_more_than_it_says_and_never_by_as_much() {
        let by_count = GateLimit { count: Some(100), percent: None };
        assert_eq!([100, 101].map(|found| by_count.is_passed(found, 1_000)), [false, true]);
        let by_share = GateLimit { count: None, percent: Some(0.5) };
        assert_eq!([5, 6].map(|found| by_share.is_passed(found, 1_000)), [false, true]);
        assert!(!by_share.is_passed(0, 0) && GateLimit { count: Some(0), percent: None }.is_passed(1, 0));
        let both = GateLimit { count: Some(10), percent: Some(50.0) };
        assert!(both.is_passed(11, 1_000) && both.is_passed(3, 5) && !both.is_passed(2, 5));
        assert!(GateLimit::default().is_open() && !GateLimit::default().is_passed(u64::MAX, 1));
    }
}
