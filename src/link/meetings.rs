//! Which records would meet, without comparing any: for tuning blocking rules.

use super::blocking::{self, Blocking, BlockingAccount, Candidates, KeyRule, Met};
use super::column::{OfRecords, SourceValues, ValueColumn};
use super::links::Pair;
use super::plan;
use super::space::RecordSpace;
use crate::normalise::Records;
use crate::progress::Progress;
use crate::settings::{Matching, Settings};
use crate::table::RecordRef;

/// Who meets whom under the blocking rules.
pub struct Meetings {
    space: RecordSpace,
    met: Met,
    /// By rule, in order.
    pub accounts: Vec<BlockingAccount>,
}

impl Meetings {
    /// The rules that meet two records; bit `r` for rule `r`. O(rules).
    pub fn meeting(&self, a: RecordRef, b: RecordRef) -> u64 {
        self.met.meeting(self.space.number(a), self.space.number(b))
    }

    /// Number of records.
    pub fn records(&self) -> u64 {
        self.space.len() as u64
    }

    /// Number of unordered pairs of records that there are.
    pub fn pairs_possible(&self) -> u64 {
        self.records() * self.records().saturating_sub(1) / 2
    }
}

/// Keeps nothing.
struct Nobody;

impl blocking::Judge for Nobody {
    type Scratch = ();

    fn judge(&self, _: &Candidates, _: u8, (): &mut (), _: &mut Vec<Pair>) {}
}

/// Blocks the records of all sources. The same blocks and accounts as [`super::link`] has.
pub fn meet(settings: &Settings, records: &[Records], progress: &Progress) -> Meetings {
    let space = RecordSpace::new(settings.sources.len(), records).with_apart(&settings.matching.apart);
    let keyed = plan::read_keys(&settings.matching, &OfRecords { settings, records });
    let bar = progress.begin("blocking", (space.len() * keyed.rules.len()) as u64, "keys");
    let blocking = Blocking { space: &space, columns: keyed.columns, rules: keyed.rules, home: None };
    let mut met = blocking.run(&Nobody, &|records| bar.add(records));
    let accounts = named(&settings.matching, std::mem::take(&mut met.accounts));
    Meetings { space, met, accounts }
}

/// Blocks records by one column of keys a rule, 0 for none, and blocks of so many records at most:
/// the blocking alone, for keys that are made elsewhere.
pub fn meet_keys(rules: &[&[u64]], block_size_max: usize, progress: &Progress) -> Vec<BlockingAccount> {
    let space = RecordSpace::of_rows(&[rules.iter().map(|keys| keys.len()).max().unwrap_or(0)]);
    let column = |keys: &&[u64]| {
        let mut keys = keys.to_vec();
        keys.resize(space.len(), 0);
        ValueColumn { sources: vec![SourceValues::Rows(keys)], lists: None }
    };
    let columns: Vec<ValueColumn<'_>> = rules.iter().map(column).collect();
    let rules: Vec<KeyRule> =
        (0..columns.len()).map(|at| KeyRule { keys: vec![at], finer: Vec::new(), block_size_max }).collect();
    let bar = progress.begin("blocking", (space.len() * rules.len()) as u64, "keys");
    let blocking = Blocking { space: &space, columns, rules, home: None };
    blocking.run(&Nobody, &|records| bar.add(records)).accounts
}

/// The accounts with their rules' ids.
pub(super) fn named(matching: &Matching, mut accounts: Vec<BlockingAccount>) -> Vec<BlockingAccount> {
    for (account, rule) in accounts.iter_mut().zip(&matching.blocking) {
        account.rule.clone_from(&rule.id.value);
    }
    accounts
}
