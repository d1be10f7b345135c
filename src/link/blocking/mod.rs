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
#[cfg(test)]
mod tests;

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
