//! Blocking beside its plain twin, and what it leaves out.

use super::*;
use crate::link::bits::Bits;
use crate::link::column::SourceValues;
use crate::link::links::Levels;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

fn column(rows: &[u64]) -> ValueColumn<'static> {
    ValueColumn { sources: vec![SourceValues::Rows(rows.to_vec())], lists: None }
}

struct KeepAll;

impl Judge for KeepAll {
    type Scratch = ();

    fn judge(&self, batch: &Candidates, rule: u8, (): &mut (), kept: &mut Vec<Pair>) {
        for (&left, &right) in batch.left.iter().zip(&batch.right) {
            let (left, right) = (batch.records[left as usize], batch.records[right as usize]);
            assert!(left < right);
            let (levels, weight) = (Levels::default(), Bits::default());
            kept.push(Pair {
                left,
                right,
                levels,
                weight,
                blocking_rule: rule,
                links: true,
                flags: 0,
                reason: 0,
            });
        }
    }
}

fn run(columns: Vec<ValueColumn<'_>>, rules: Vec<KeyRule>, rows: usize) -> Met {
    run_in(&RecordSpace::of_rows(&[rows]), columns, rules)
}

#[allow(clippy::needless_pass_by_value, reason = "tests read better without borrowing")]
fn run_in(space: &RecordSpace, columns: Vec<ValueColumn<'_>>, rules: Vec<KeyRule>) -> Met {
    let rows = space.len();
    let done = AtomicU64::new(0);
    let count = |records| {
        done.fetch_add(records, Ordering::Relaxed);
    };
    let rules_of = rules.len();
    let blocking = |home| Blocking { space, columns: columns.clone(), rules: rules.clone(), home };
    let met = blocking(None).run(&KeepAll, &count);
    assert_eq!(done.into_inner(), (rows * rules_of) as u64);
    for home in 0..rules_of {
        let passed_by = blocking(Some(home)).run(&KeepAll, &|_| ());
        assert_eq!(pairs(&passed_by), pairs(&met), "home rule {home}");
        assert_eq!(passed_by.accounts, met.accounts, "home rule {home}");
        for (a, b, _) in pairs(&met) {
            let (all, known) = (met.meeting(a, b), passed_by.meeting(a, b));
            assert!(known == all || (known & !all == 0 && known >> home & 1 == 1), "home rule {home}");
        }
    }
    met
}

fn pairs(met: &Met) -> Vec<(u32, u32, u8)> {
    let mut pairs: Vec<_> =
        met.kept.iter().flatten().map(|pair| (pair.left, pair.right, pair.blocking_rule)).collect();
    pairs.sort_unstable();
    pairs
}

/// The plain twin: every pair asked of every rule; a rule's blocks by counting equal values.
fn naive(rows: &[[u64; 3]], rules: &[KeyRule]) -> Vec<(u32, u32, u64)> {
    let values = |columns: &[usize], row: usize| columns.iter().map(|&c| rows[row][c]).collect::<Vec<_>>();
    let full =
        |columns: &[usize], row: usize| !columns.is_empty() && values(columns, row).iter().all(|&v| v != 0);
    let block = |columns: &[usize], row: usize| {
        (0..rows.len()).filter(|&other| values(columns, other) == values(columns, row)).count()
    };
    let meets = |rule: &KeyRule, a: usize, b: usize| {
        let equal = |columns: &[usize]| full(columns, a) && values(columns, a) == values(columns, b);
        if !equal(&rule.keys) {
            return false;
        }
        let both = [rule.keys.clone(), rule.finer.clone()].concat();
        block(&rule.keys, a) <= rule.block_size_max
            || (equal(&rule.finer) && block(&both, a) <= rule.block_size_max)
    };
    let mut found = Vec::new();
    for a in 0..rows.len() {
        for b in a + 1..rows.len() {
            let bit = |(at, rule)| u64::from(meets(rule, a, b)) << at;
            let meeting = rules.iter().enumerate().map(bit).sum();
            if meeting != 0 {
                found.push((a as u32, b as u32, meeting));
            }
        }
    }
    found
}

fn rules(cap: usize) -> Vec<KeyRule> {
    let rule = |keys: &[usize], finer: &[usize]| KeyRule {
        keys: keys.to_vec(),
        finer: finer.to_vec(),
        block_size_max: cap,
    };
    vec![rule(&[0], &[1]), rule(&[1, 2], &[]), rule(&[2], &[0, 1])]
}

proptest! {
    #[test]
    fn each_pair_is_met_once_and_by_its_first_rule(
        rows in prop::collection::vec(prop::array::uniform3(0_u64..4), 0..40),
        cap in 2_usize..8,
    ) {
        let columns: Vec<_> = (0..3).map(|c| column(&rows.iter().map(|row| row[c]).collect::<Vec<_>>())).collect();
        let met = run(columns, rules(cap), rows.len());
        let expected = naive(&rows, &rules(cap));
        let first: Vec<_> =
            expected.iter().map(|&(a, b, meeting)| (a, b, meeting.trailing_zeros() as u8)).collect();
        prop_assert_eq!(pairs(&met), first);
        for &(a, b, meeting) in &expected {
            prop_assert_eq!(met.meeting(a, b), meeting);
        }
        for (rule, account) in met.accounts.iter().enumerate() {
            let of_rule = expected.iter().filter(|pair| pair.2 >> rule & 1 == 1);
            prop_assert_eq!(account.pairs, of_rule.clone().count() as u64);
            let new = of_rule.filter(|pair| pair.2.trailing_zeros() as usize == rule).count();
            prop_assert_eq!(account.pairs_new, new as u64);
        }
    }
}

proptest! {
    #[test]
    fn records_of_a_source_that_is_held_apart_meet_only_those_of_others(
        rows in prop::collection::vec(1_u64..4, 1..40),
        first in 0_usize..40,
    ) {
        let first = first.min(rows.len());
        let values = |rows: &[u64]| SourceValues::Rows(rows.to_vec());
        let column = ValueColumn { sources: vec![values(&rows[..first]), values(&rows[first..])], lists: None };
        let space = RecordSpace::of_rows(&[first, rows.len() - first])
            .with_apart(&[crate::table::SourceIndex(0)]);
        let rule = KeyRule { keys: vec![0], finer: Vec::new(), block_size_max: 100 };
        let met = run_in(&space, vec![column], vec![rule]);
        let all = (0..rows.len()).flat_map(|a| (a + 1..rows.len()).map(move |b| (a, b)));
        let meet = |&(a, b): &(usize, usize)| rows[a] == rows[b] && (a >= first || b >= first);
        let expected: Vec<(u32, u32, u8)> =
            all.filter(meet).map(|(a, b)| (a as u32, b as u32, 0)).collect();
        prop_assert_eq!(met.accounts[0].pairs, expected.len() as u64);
        prop_assert_eq!(met.accounts[0].pairs_left_out, 0);
        prop_assert_eq!(pairs(&met), expected);
    }
}

#[test]
fn a_block_of_records_that_are_held_apart_is_as_large_as_its_pairs_are_many() {
    // One to the left, 200 to the right: 200 pairs, of 100 records all pairs would be 4,950.
    let values = |rows: usize| SourceValues::Rows(vec![7; rows]);
    let met = |left, right| {
        let column = ValueColumn { sources: vec![values(left), values(right)], lists: None };
        let apart = [0, 1].map(crate::table::SourceIndex);
        let space = RecordSpace::of_rows(&[left, right]).with_apart(&apart);
        let rule = KeyRule { keys: vec![0], finer: Vec::new(), block_size_max: 100 };
        run_in(&space, vec![column], vec![rule]).accounts.remove(0)
    };
    let account = met(1, 200);
    assert_eq!((account.pairs, account.pairs_left_out), (200, 0));
    let account = met(100, 100);
    assert_eq!((account.pairs, account.pairs_left_out), (0, 10_000));
    // Nobody to the right: nothing to compare, and nothing left out.
    let account = met(1_000_000, 0);
    assert_eq!((account.pairs, account.pairs_left_out, account.records_left_out), (0, 0, 0));
}

#[test]
fn a_block_over_its_cap_is_accounted_for() {
    let key = column(&[7, 7, 7, 7, 7, 9, 9]);
    let finer = column(&[1, 1, 2, 2, 0, 5, 6]);
    let rule = KeyRule { keys: vec![0], finer: vec![1], block_size_max: 3 };
    let met = run(vec![key, finer], vec![rule], 7);
    assert_eq!(pairs(&met), [(0, 1, 0), (2, 3, 0), (5, 6, 0)]);
    let account = BlockingAccount {
        rule: String::new(),
        records: 7,
        blocks: 3,
        block_size_max: 2,
        largest: [5, 2, 0],
        pairs: 3,
        pairs_new: 3,
        records_left_out: 1,
        pairs_left_out: 8,
    };
    assert_eq!(met.accounts, [account]);
}
