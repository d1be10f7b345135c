//! How often two strangers show each level.
//!
//! Counted on pairs drawn by lot. A few of those are of one person or of one
//! family, and at rare levels (equal numbers) all that are found are: each vector
//! counts by how likely it is to be of strangers. What lots cannot show is found
//! otherwise: all pairs that agree in a key meet in that key's pass, and how many of
//! them are strangers the mixture there says; how often two names are equal follows
//! from how often each name stands in a source that knows a person once.

use super::counts::VectorCounts;
use super::em::{KINDS, Made, Mixing, STRANGERS, Shares, Table, expect};
use super::passes::Met;
use super::smooth::{STRENGTH, rate, smoothed};
use crate::link::column::{OfRecords, ValueColumn};
use crate::link::compare::Reading;
use crate::link::plan::{Columns, Wanted};
use crate::settings::{ComparisonModel, ComparisonRule, KIN, LEVELS_MAX, Matching};

/// Shares of kinds among pairs drawn by lot, in a population of so many people.
pub(super) fn mixing(people: usize, kin_per_person: [Option<f64>; KIN.len()]) -> Mixing {
    let mut mixing = [0.0; KINDS];
    mixing[0] = 1.0;
    mixing[STRANGERS] = people.max(2) as f64;
    mixing[2..].iter_mut().zip(kin_per_person).for_each(|(share, each)| *share = each.unwrap_or(0.0));
    let all: f64 = mixing.iter().sum();
    mixing.map(|share| share / all)
}

/// Puts into `table` what pairs drawn by lot say of strangers; how many were seen at each level.
pub(super) fn learn(
    present: &Table,
    drawn: &VectorCounts,
    mixing: &Mixing,
    table: &mut Table,
) -> Vec<[f64; LEVELS_MAX]> {
    let seen = expect(table, mixing, drawn, Made::ALL).seen;
    for ((shares, present), seen) in table.0.iter_mut().zip(&present.0).zip(&seen) {
        smoothed(&present[STRANGERS][1..], &seen[STRANGERS][1..], STRENGTH, &mut shares[STRANGERS][1..]);
    }
    seen.iter().map(|shares| shares[STRANGERS]).collect()
}

/// Corrects the share of `exact` by the pass of a rule whose only key is what is compared: `mixing`
/// is what the pass is made up of. Blocks that it left out as too large are of strangers. How many
/// strangers it met.
pub(super) fn learn_from_key(shares: &mut Shares, present: &Shares, met: &Met, mixing: &Mixing) -> f64 {
    let account = &met.account;
    let possible = account.records as f64 * account.records.saturating_sub(1) as f64 / 2.0;
    let strangers = mixing[STRANGERS] * account.pairs as f64 + account.pairs_left_out as f64;
    let exact = rate(present[STRANGERS][EXACT], strangers, possible, STRENGTH);
    set_sum(&mut shares[STRANGERS], 1 << EXACT, exact);
    strangers
}

/// The declared level at which values are equal, where a comparison tells it apart.
const EXACT: usize = 1;

/// How often two people of a source that knows a person once have equal values, where
/// `one_person_share` of its pairs are of one person. None where too few have a value.
/// O(n log n) in distinct values.
pub(super) fn agreement(
    columns: &OfRecords<'_>,
    matching: &Matching,
    rule: &ComparisonRule,
    one_person_share: f64,
) -> Option<f64> {
    let source = matching.one_person_in.first()?.index();
    let wanted = Wanted { expression: rule.values.first()?, reading: Reading::Term };
    let (_, mut read) = columns.read(&[wanted]);
    let values = read.first_mut()?.sources.get_mut(source).map(std::mem::take)?;
    let mut counts = ValueColumn { sources: vec![values], lists: None }.counts();
    counts.sort_unstable();
    let by_value = counts.chunk_by(|a, b| a.0 == b.0);
    agreement_of(by_value.map(|run| run.iter().map(|one| u64::from(one.2)).sum()), one_person_share)
}

/// The sum of the squares of frequencies, over two different records, less the share of pairs that
/// are entered twice; of that never more than half, since the share is but an estimate.
fn agreement_of(records_of_values: impl Iterator<Item = u64>, one_person_share: f64) -> Option<f64> {
    /// From so many records on equal values are counted.
    const RECORDS_MIN: u64 = 1_000;
    let (mut records, mut equal) = (0_u64, 0.0);
    for of_value in records_of_values {
        records += of_value;
        equal += of_value as f64 * of_value.saturating_sub(1) as f64;
    }
    let possible = records as f64 * records.saturating_sub(1) as f64;
    let found = equal / possible.max(1.0);
    let corrected = (found - one_person_share).max(0.5 * found);
    (records >= RECORDS_MIN && corrected > 0.0).then_some(corrected)
}

/// Corrects the levels with term frequencies, all of them together.
pub(super) fn learn_from_terms(shares: &mut Shares, model: &ComparisonModel, agreement: f64) {
    let Some(term) = model.term_frequency else { return };
    set_sum(&mut shares[STRANGERS], term.levels, agreement);
}

/// Has some levels, given by bits, add up to a share, and the others to the rest.
fn set_sum(shares: &mut [f64; LEVELS_MAX], levels: u16, sum: f64) {
    let is_meant = |level: usize| levels >> level & 1 == 1;
    let (mut meant, mut others) = (0.0, 0.0);
    for (level, share) in shares.iter().enumerate().skip(1) {
        *(if is_meant(level) { &mut meant } else { &mut others }) += share;
    }
    let is_possible = meant > 0.0 && others > 0.0 && sum > 0.0 && sum < 1.0;
    if !is_possible {
        return;
    }
    for (level, share) in shares.iter_mut().enumerate().skip(1) {
        *share *= if is_meant(level) { sum / meant } else { (1.0 - sum) / others };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::BlockingAccount;
    use crate::link::links::Levels;
    use crate::settings::LevelModel;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-9), "{a} {b}");
    }

    fn shares(u: &[f64]) -> Shares {
        let mut shares = [[0.0; LEVELS_MAX]; KINDS];
        shares[STRANGERS][1..=u.len()].copy_from_slice(u);
        shares
    }

    #[test]
    fn pairs_drawn_of_one_person_do_not_count_as_strangers() {
        // Equal numbers: of 1,000 people one pair drawn in 1,000 is of one person and shows `exact`.
        let level = |m, u| LevelModel { m, u, kin: [u; KIN.len()] };
        let levels = vec![level(1.0, 1.0), level(0.999, 1e-7), level(0.001, 1.0 - 1e-7)];
        let present = Table::of(&[ComparisonModel { levels, ..ComparisonModel::default() }]);
        let drawn = vec![(Levels(1), 1_000), (Levels(2), 999_000)];
        let mut table = present.clone();
        let seen = learn(&present, &drawn, &mixing(1_000, [None; KIN.len()]), &mut table);
        assert!(seen[0][1] < 0.2, "{}", seen[0][1]);
        assert!(table.0[0][STRANGERS][1] < 2e-7, "{}", table.0[0][STRANGERS][1]);
    }

    #[test]
    fn shares_of_kinds_by_lot_follow_from_how_many_there_are() {
        let mixing = mixing(94, [Some(2.0), Some(3.0)]);
        [0.01, 0.94, 0.02, 0.03].iter().zip(mixing).for_each(|(expected, share)| close(share, *expected));
    }

    #[test]
    fn strangers_with_equal_keys_are_those_of_the_pass() {
        let account = BlockingAccount {
            records: 1_001,
            pairs: 2_000,
            pairs_left_out: 50,
            ..BlockingAccount::default()
        };
        let met = Met { counts: vec![], account };
        let present = shares(&[0.001, 0.009, 0.99]);
        let mut learnt = present;
        let strangers = learn_from_key(&mut learnt, &present, &met, &[0.9, 0.1, 0.0, 0.0]);
        close(strangers, 250.0);
        // 1,001 records make 500,500 pairs; what was thought counts as four in 4,000.
        close(learnt[STRANGERS][1], 254.0 / 504_500.0);
        close(learnt[STRANGERS][1..].iter().sum(), 1.0);
        close(learnt[STRANGERS][3] / learnt[STRANGERS][2], 110.0);
    }

    #[test]
    fn agreement_is_the_sum_of_squares_less_what_is_entered_twice() {
        // 500 values of two records each: of 999 other records one has the same.
        let pairs = || std::iter::repeat_n(2, 500);
        close(agreement_of(pairs(), 0.0).unwrap(), 1.0 / 999.0);
        close(agreement_of(pairs(), 0.0004).unwrap(), 1.0 / 999.0 - 0.0004);
        close(agreement_of(pairs(), 0.5).unwrap(), 0.5 / 999.0);
        assert_eq!(agreement_of(std::iter::repeat_n(2, 499), 0.0), None);
        assert_eq!(agreement_of(std::iter::repeat_n(1, 5_000), 0.0), None);
    }

    #[test]
    fn a_sum_is_shared_out_in_proportion_and_an_impossible_one_changes_nothing() {
        let mut column = shares(&[0.1, 0.3, 0.6])[STRANGERS];
        set_sum(&mut column, 0b110, 0.2);
        [0.05, 0.15, 0.8].iter().zip(&column[1..]).for_each(|(expected, share)| close(*share, *expected));
        let before = column;
        for (levels, sum) in [(0b110, 0.0), (0b110, 1.0), (0b110, f64::NAN), (0b1110, 0.5), (0, 0.5)] {
            set_sum(&mut column, levels, sum);
        }
        assert_eq!(column.map(f64::to_bits), before.map(f64::to_bits));
    }
}
