//! The figures as aligned text, for a terminal or a log.

use std::fmt;

use super::figures::{Figures, RuleFigures};
use crate::evaluate::grid::{Grid, number};

/// Most decimals of a percentage: 10¹⁴ possible pairs are those of 14 million records.
const DECIMALS_MAX: u32 = 12;

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n\n{}", rules(self), total(self), blocks(&self.rules))?;
        if let Some(completeness) = &self.pairs_completeness {
            write!(f, "\n{completeness}")?;
        }
        self.notices.iter().try_for_each(|notice| write!(f, "\n{notice}\n"))
    }
}

fn rules(figures: &Figures) -> Grid {
    let header = ["rule", "records", "blocks", "pairs", "new", "cumulative", "a record", "reduction %"];
    let decimals = decimals(figures);
    Grid::new("blocking rules, in order", 1, &header, &figures.rules, |rule| {
        vec![
            rule.rule.clone(),
            number(rule.records),
            number(rule.blocks),
            number(rule.pairs),
            number(rule.pairs_new),
            number(rule.pairs_cumulative),
            hundredths(rule.pairs_per_record_cumulative),
            spared(rule.pairs_cumulative, figures.pairs_possible, decimals),
        ]
    })
}

fn total(figures: &Figures) -> String {
    format!(
        "{} pairs of {} records, {} a record; reduction ratio {} % of {} possible pairs",
        number(figures.pairs),
        number(figures.records),
        hundredths(figures.pairs_per_record),
        spared(figures.pairs, figures.pairs_possible, decimals(figures)),
        number(figures.pairs_possible),
    )
}

fn blocks(rules: &[RuleFigures]) -> Grid {
    let header =
        ["rule", "finer keys used", "largest", "second", "third", "cap", "pairs left out", "in records"];
    let title = "largest blocks in records, before the cap, and what the cap leaves out";
    Grid::new(title, 2, &header, rules, |rule| {
        let finer = if rule.cap_bit() { rule.finer.join(", ") } else { String::new() };
        let [largest, second, third] = rule.largest_blocks.map(number);
        vec![
            rule.rule.clone(),
            if finer.is_empty() { "-".to_owned() } else { finer },
            largest,
            second,
            third,
            number(rule.block_size_max),
            number(rule.pairs_left_out),
            number(rule.records_left_out),
        ]
    })
}

fn hundredths(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
}

/// Decimals, at least two, that leave two digits to tell from 100 % what the first rule that
/// meets somebody meets.
fn decimals(figures: &Figures) -> u32 {
    let fewest = figures.rules.iter().map(|rule| rule.pairs_cumulative).find(|pairs| *pairs > 0);
    let (fewest, possible) = (u128::from(fewest.unwrap_or(0)), u128::from(figures.pairs_possible));
    let tells = |decimals: &u32| fewest * 10_u128.pow(decimals + 2) >= 10 * possible;
    if fewest == 0 { 2 } else { (2..DECIMALS_MAX).find(tells).unwrap_or(DECIMALS_MAX) }
}

/// The share of the possible pairs that are not met, in percent; rounded down, so that it is 100
/// only where no pair is met.
fn spared(pairs: u64, possible: u64, decimals: u32) -> String {
    if possible == 0 {
        return "-".to_owned();
    }
    let unit = 10_u128.pow(decimals);
    let met = (u128::from(pairs) * 100 * unit).div_ceil(u128::from(possible));
    let spared = (100 * unit).saturating_sub(met);
    format!("{}.{:0width$}", spared / unit, spared % unit, width = decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_is_told_to_the_last_digit_that_counts() {
        assert_eq!(spared(1, 3, 2), "66.66");
        assert_eq!(spared(25, 10_000_000, 5), "99.99975");
        assert_eq!(spared(1, u64::MAX, DECIMALS_MAX), "99.999999999999");
        assert_eq!((spared(0, 3, 2).as_str(), spared(3, 3, 2).as_str()), ("100.00", "0.00"));
        assert_eq!(spared(0, 0, 2), "-");
    }
}
