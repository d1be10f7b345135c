//! Which records meet: equal keys, one blocking rule at a time.
//!
//! A rule's keys are hashed to `u64` and scattered into partitions ([`partition`]);
//! gathered, equal keys lie side by side: a block is a range. A pair belongs to the
//! first rule that meets it, which the ids of its records' earlier blocks tell
//! ([`block_ids`]); there is no set of pairs. A block over its cap is split by
//! finer keys; what is still too large is left out, counted ([`account`]), and
//! can be met by a later rule.
//!
//! Cost: 16 bytes a record for the rule at work, 4 bytes a record and rule for the
//! blocks (32 at once for the first eight rules, 16 for every four after them);
//! candidate pairs stream through batches and only those that the judge keeps are stored.

mod account;
mod block_ids;
mod candidates;
mod homes;
mod keys;
pub(super) mod partition;

use std::ops::Range;

use rayon::prelude::*;

use super::column::ValueColumn;
use super::links::Pair;
use super::space::RecordSpace;
use account::pairs_of;
use block_ids::{BlockIds, Ids, rows_of, share_a_block};
use homes::Homes;
use partition::{Block, Blocks, Gatherer, Partitions};

pub use account::BlockingAccount;
pub(super) use candidates::Candidates;
pub use keys::keys;

/// One blocking rule over columns of values.
#[derive(Clone)]
pub(super) struct KeyRule {
    /// Places in the list of columns; all must have a value.
    pub(super) keys: Vec<usize>,
    /// Places in the list of columns; empty: no finer key.
    pub(super) finer: Vec<usize>,
    /// Most records of a block.
    pub(super) block_size_max: usize,
}

/// Says what is kept of candidate pairs.
pub(super) trait Judge: Sync {
    /// What a thread needs again and again.
    type Scratch: Default + Send;

    /// Keeps what is worth keeping of a batch that one blocking rule, by place, met first.
    fn judge(&self, batch: &Candidates, rule: u8, scratch: &mut Self::Scratch, kept: &mut Vec<Pair>);
}

/// What one thread needs again and again.
#[derive(Default)]
struct Scratch<S> {
    gatherer: Gatherer,
    batch: Candidates,
    ids: Vec<Ids>,
    /// By record of the batch: the id of its block.
    block_of: Vec<u32>,
    places: Vec<u32>,
    judge: S,
}

/// All the rules over one set of records.
pub(super) struct Blocking<'a> {
    pub(super) space: &'a RecordSpace,
    /// What keys are made of; a column is dropped when no rule will ask for it any more.
    pub(super) columns: Vec<ValueColumn<'a>>,
    pub(super) rules: Vec<KeyRule>,
    /// The rule, by place, whose blocks later rules' blocks are held against: what it has met as a whole is
    /// passed by. None where it is asked which rules meet a pair: of what is passed by only the home
    /// rule is known ([`Met::meeting`]).
    pub(super) home: Option<usize>,
}

/// What came of blocking.
pub(super) struct Met {
    /// What the judge kept, in order of rules, partitions and keys; in pieces, since one list of
    /// all of it would have to be copied as it grows.
    pub(super) kept: Vec<Vec<Pair>>,
    /// By rule.
    pub(super) accounts: Vec<BlockingAccount>,
    ids: BlockIds,
}

impl Met {
    /// The rules that meet two records; bit `r` for rule `r`. Where there is a home rule some later ones
    /// may be lacking of what it meets too.
    pub(super) fn meeting(&self, a: u32, b: u32) -> u64 {
        self.ids.meeting(a, b)
    }
}

impl Blocking<'_> {
    /// Every pair that some rule meets goes to the judge once. `done` is told records as they
    /// are worked off, all of them once a rule.
    pub(super) fn run<J: Judge>(mut self, judge: &J, done: &(dyn Fn(u64) + Sync)) -> Met {
        let ids = BlockIds::new(self.space.len());
        let mut met = Met { kept: Vec::new(), accounts: Vec::new(), ids };
        let homes = Homes::new(self.space.len(), self.home);
        for rule in 0..self.rules.len() {
            let keys = |records: Range<usize>, out: &mut Vec<u64>| {
                self.keys(&self.rules[rule].keys, records, out);
            };
            let partitions = Partitions::new(self.space.len(), keys, |record| homes.of(record));
            met.ids.begin(rule);
            let at_work = AtWork { blocking: &self, ids: &met.ids, homes: &homes, rule, judge };
            let work = |scratch: &mut Scratch<J::Scratch>, at: usize| {
                let blocks = partitions.blocks(at, &mut scratch.gatherer);
                let mut found = at_work.work_off(&blocks, partitions.start(at), scratch);
                found.1.records = u64::from(partitions.entries_of(at));
                done(found.1.records);
                found
            };
            let found: Vec<(Vec<Pair>, BlockingAccount)> =
                (0..partitions.len()).into_par_iter().map_init(Scratch::default, work).collect();
            done((self.space.len() - partitions.entries()) as u64);
            let mut account = BlockingAccount::default();
            for (kept, of_partition) in found {
                met.kept.push(kept);
                account.merge(&of_partition);
            }
            met.accounts.push(account);
            self.drop_columns_after(rule);
        }
        met
    }

    /// Drops the columns that no rule behind this one names.
    fn drop_columns_after(&mut self, rule: usize) {
        let later = self.rules[rule + 1..].iter().flat_map(|rule| rule.keys.iter().chain(&rule.finer));
        let mut wanted = vec![false; self.columns.len()];
        later.for_each(|&column| wanted[column] = true);
        for (column, _) in self.columns.iter_mut().zip(wanted).filter(|(_, wanted)| !wanted) {
            *column = ValueColumn::default();
        }
    }

    /// The keys of some records over some columns.
    fn keys(&self, columns: &[usize], records: Range<usize>, out: &mut Vec<u64>) {
        let (mut values, mut of_source) = (Vec::new(), Vec::new());
        out.clear();
        for (source, rows) in self.space.of_sources(records) {
            for (at, &column) in columns.iter().enumerate() {
                self.columns[column].read(source, rows.clone(), &mut values);
                keys::extend_keys(at == 0, &values, &mut of_source);
            }
            out.extend_from_slice(&of_source);
        }
    }

    /// The key of one record over some columns; 0 where there is no column.
    fn key(&self, columns: &[usize], record: u32) -> u64 {
        let (source, row) = self.space.split(record);
        keys::of_one(columns.iter().map(|&column| self.columns[column].get(source, row)))
    }
}

/// One blocking rule at work.
struct AtWork<'a, J> {
    blocking: &'a Blocking<'a>,
    ids: &'a BlockIds,
    homes: &'a Homes,
    rule: usize,
    judge: &'a J,
}

impl<J: Judge> AtWork<'_, J> {
    /// All blocks of one partition; `start` entries stand in partitions before it.
    fn work_off(
        &self,
        blocks: &Blocks,
        start: u32,
        scratch: &mut Scratch<J::Scratch>,
    ) -> (Vec<Pair>, BlockingAccount) {
        let mut kept = Vec::new();
        let mut account = BlockingAccount::default();
        for Block { key, start: before, at_home, records } in blocks.iter() {
            account.see(records.len() as u64);
            if !self.fits(records) {
                self.split((key, records), start + before, scratch, &mut account, &mut kept);
            } else if at_home {
                self.pass_by(records, &mut account);
            } else {
                self.meet(records, start + before, scratch, &mut account);
            }
            if scratch.batch.is_full() {
                self.flush(scratch, &mut account, &mut kept);
            }
        }
        self.flush(scratch, &mut account, &mut kept);
        kept.shrink_to_fit();
        (kept, account)
    }

    /// One block that is worked off as it is; `first` entries stand before it.
    fn meet(
        &self,
        block: &[u32],
        first: u32,
        scratch: &mut Scratch<J::Scratch>,
        account: &mut BlockingAccount,
    ) {
        let pairs = self.pairs(block);
        if pairs == 0 && block.len() > 1 {
            // All of one source whose records are never compared: nobody meets, however many there are.
            return;
        }
        scratch.block_of.extend(block.iter().map(|_| first + 1));
        if self.blocking.space.compares_all() {
            scratch.batch.add_block(block);
        } else {
            scratch.batch.add_block_of(block, self.blocking.space);
        }
        account.work_off(block.len() as u64, pairs);
    }

    /// One block of which every pair has been met.
    fn pass_by(&self, block: &[u32], account: &mut BlockingAccount) {
        let pairs = self.pairs(block);
        if pairs > 0 {
            account.work_off(block.len() as u64, pairs);
        }
    }

    /// How many pairs of a block are compared.
    fn pairs(&self, block: &[u32]) -> u64 {
        let space = self.blocking.space;
        if space.compares_all() { pairs_of(block.len() as u64) } else { space.pairs_among(block) }
    }

    /// Whether a block is small enough: where records of one source are never compared, it may have
    /// more records for as many pairs.
    fn fits(&self, block: &[u32]) -> bool {
        let most = self.blocking.rules[self.rule].block_size_max;
        block.len() <= most || self.pairs(block) <= pairs_of(most as u64)
    }

    /// A block over its cap, by finer keys.
    fn split(
        &self,
        (key, block): (u64, &[u32]),
        first: u32,
        scratch: &mut Scratch<J::Scratch>,
        account: &mut BlockingAccount,
        kept: &mut Vec<Pair>,
    ) {
        let entries = self.finer(key, block);
        let (mut next, mut met) = (first, 0);
        let mut part = Vec::new();
        for run in entries.chunk_by(|a, b| a.0 == b.0) {
            part.clear();
            part.extend(run.iter().map(|(_, record)| record));
            if self.fits(&part) {
                self.meet(&part, next, scratch, account);
                met += self.pairs(&part);
            } else {
                account.records_left_out += part.len() as u64;
            }
            next += part.len() as u32;
            if scratch.batch.is_full() {
                self.flush(scratch, account, kept);
            }
        }
        account.records_left_out += (block.len() - entries.len()) as u64;
        account.pairs_left_out += self.pairs(block) - met;
    }

    /// A block's records by finer key, those that have one.
    fn finer(&self, coarse: u64, block: &[u32]) -> Vec<(u64, u32)> {
        let columns = &self.blocking.rules[self.rule].finer;
        let finer = |&record: &u32| {
            let key = keys::within(coarse, self.blocking.key(columns, record));
            (key != 0).then_some((key, record))
        };
        let mut entries: Vec<(u64, u32)> = block.iter().filter_map(finer).collect();
        entries.sort_unstable();
        entries
    }

    /// Takes the pairs that an earlier rule has met out of the batch and gives the rest to the judge.
    fn flush(&self, scratch: &mut Scratch<J::Scratch>, account: &mut BlockingAccount, kept: &mut Vec<Pair>) {
        let Scratch { batch, ids, block_of, places, judge, .. } = scratch;
        self.ids.gather(&batch.records, self.rule, ids);
        self.ids.set(&batch.records, self.rule, block_of);
        self.homes.set(self.rule, &batch.records, block_of);
        block_of.clear();
        if self.rule > 0 {
            let rows = rows_of(self.rule);
            let of = |place: usize| &ids[place * rows..(place + 1) * rows];
            batch.retain(|left, right| !share_a_block(of(left), of(right)));
            batch.drop_unpaired(places);
        }
        account.pairs_new += batch.left.len() as u64;
        if !batch.left.is_empty() {
            self.judge.judge(batch, self.rule as u8, judge, kept);
        }
        batch.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::Bits;
    use super::super::column::SourceValues;
    use super::super::links::Levels;
    use super::*;
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
        let values =
            |columns: &[usize], row: usize| columns.iter().map(|&c| rows[row][c]).collect::<Vec<_>>();
        let full = |columns: &[usize], row: usize| {
            !columns.is_empty() && values(columns, row).iter().all(|&v| v != 0)
        };
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
}
