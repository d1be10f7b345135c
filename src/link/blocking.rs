//! Which records meet: equal keys, one blocking rule at a time.
//!
//! A rule's keys are hashed to `u64`, sorted with their records, and equal ones
//! lie side by side: a block is a range. A pair belongs to the first rule that
//! meets it, which is told by asking the earlier rules' keys again; there is no
//! set of pairs. A block over its cap is split by finer keys; what is still too
//! large is left out, counted, and can be met by a later rule.
//!
//! Cost: a sort of 16 bytes a record and rule; candidate pairs stream through
//! batches of [`BATCH`] and only those that the judge keeps are stored.

use rayon::prelude::*;

use super::column::ValueColumn;
use super::links::Pair;
use super::space::RecordSpace;

/// Pairs that are gathered before they are compared: their values fit the second-level cache.
const BATCH: usize = 4096;
/// Sorted keys that are worked off as one piece: enough to share out evenly, few enough to merge.
const PIECE: usize = 1 << 16;

/// One blocking rule over columns of values.
pub(super) struct KeyRule {
    /// Places in the list of columns; all must have a value.
    pub(super) keys: Vec<usize>,
    /// Places in the list of columns; empty: no finer key.
    pub(super) finer: Vec<usize>,
    /// Most records of a block.
    pub(super) block_size_max: usize,
}

/// What a blocking rule met and what it left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockingAccount {
    /// The rule's id.
    pub rule: String,
    /// Records that have all of its keys.
    pub records: u64,
    /// Blocks of two records or more that were worked off.
    pub blocks: u64,
    /// Records of the largest of them.
    pub block_size_max: u64,
    /// Pairs in these blocks.
    pub pairs: u64,
    /// Pairs that no earlier rule had met.
    pub pairs_new: u64,
    /// Records in blocks that were left out as too large, after finer keys.
    pub records_left_out: u64,
    /// Pairs in those blocks.
    pub pairs_left_out: u64,
}

impl BlockingAccount {
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.blocks += other.blocks;
        self.block_size_max = self.block_size_max.max(other.block_size_max);
        self.pairs += other.pairs;
        self.pairs_new += other.pairs_new;
        self.records_left_out += other.records_left_out;
        self.pairs_left_out += other.pairs_left_out;
    }
}

/// A batch of pairs: `left[i] < right[i]`, by record number.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
}

/// Keeps what is worth keeping of a batch that one blocking rule, by place, met first.
pub(super) type Judge<'a> = dyn Fn(&Candidates, u8, &mut Vec<Pair>) + Sync + 'a;

/// Blocks that a rule did not work off as they are.
#[derive(Debug, Default)]
struct Capped {
    /// Sorted keys of blocks over the cap.
    keys: Vec<u64>,
    /// Sorted finer keys of blocks that were left out for good.
    finer: Vec<u64>,
}

/// What came of one piece of sorted keys.
#[derive(Default)]
struct Piece {
    kept: Vec<Pair>,
    capped: Capped,
    account: BlockingAccount,
}

/// All the rules over one set of records.
pub(super) struct Blocking<'a> {
    pub(super) space: &'a RecordSpace,
    pub(super) columns: &'a [ValueColumn<'a>],
    pub(super) rules: &'a [KeyRule],
}

impl Blocking<'_> {
    /// Every pair that some rule meets goes to the judge once. Gives what the judge kept, in
    /// order of rules, and the rules' accounts. `done` is told records as they are worked off.
    pub(super) fn run(
        &self,
        judge: &Judge<'_>,
        done: &(dyn Fn(u64) + Sync),
    ) -> (Vec<Pair>, Vec<BlockingAccount>) {
        let mut kept = Vec::new();
        let mut accounts = Vec::new();
        let mut capped: Vec<Capped> = Vec::new();
        for rule in 0..self.rules.len() {
            let entries = self.sorted_keys(rule);
            let pieces = pieces(&entries);
            let work = |piece: &&[(u64, u32)]| {
                let found = self.work_off(rule, piece, &capped, judge);
                done(piece.len() as u64);
                found
            };
            let pieces: Vec<Piece> = pieces.par_iter().map(work).collect();
            done(self.space.len() as u64 - entries.len() as u64);
            drop(entries);
            let mut account = BlockingAccount::default();
            let mut dropped = Capped::default();
            for piece in pieces {
                kept.extend(piece.kept);
                account.add(&piece.account);
                dropped.keys.extend(piece.capped.keys);
                dropped.finer.extend(piece.capped.finer);
            }
            dropped.finer.sort_unstable();
            capped.push(dropped);
            accounts.push(account);
        }
        (kept, accounts)
    }

    /// All records that have a rule's keys, by key, then record.
    fn sorted_keys(&self, rule: usize) -> Vec<(u64, u32)> {
        let keys = &self.rules[rule].keys;
        let records = 0..self.space.len() as u32;
        let entry = |record| Some((self.key(keys, record), record)).filter(|(key, _)| *key != 0);
        let mut entries: Vec<(u64, u32)> =
            records.into_par_iter().with_min_len(PIECE).filter_map(entry).collect();
        entries.par_sort_unstable();
        entries
    }

    fn key(&self, columns: &[usize], record: u32) -> u64 {
        let at = self.space.split(record);
        combine(columns.iter().map(|&column| self.columns[column].get(at)))
    }

    /// All blocks of one piece.
    fn work_off(&self, rule: usize, piece: &[(u64, u32)], capped: &[Capped], judge: &Judge<'_>) -> Piece {
        let cap = self.rules[rule].block_size_max;
        let mut found = Piece::default();
        found.account.records = piece.len() as u64;
        let mut batch = Candidates::default();
        let flush = |batch: &mut Candidates, found: &mut Piece| {
            self.drop_met(rule, batch, capped);
            found.account.pairs_new += batch.left.len() as u64;
            judge(batch, rule as u8, &mut found.kept);
            batch.left.clear();
            batch.right.clear();
        };
        for block in piece.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1) {
            if block.len() <= cap {
                add_block(block, &mut batch, &mut found.account);
            } else {
                found.capped.keys.push(block[0].0);
                self.split(rule, block, &mut batch, &mut found);
            }
            if batch.left.len() >= BATCH {
                flush(&mut batch, &mut found);
            }
        }
        flush(&mut batch, &mut found);
        found
    }

    /// A block over its cap, by finer keys.
    fn split(&self, rule: usize, block: &[(u64, u32)], batch: &mut Candidates, found: &mut Piece) {
        let rule = &self.rules[rule];
        let finer = |&(key, record): &(u64, u32)| {
            Some((combine([key, self.finer_key(rule, record)]), record)).filter(|(key, _)| *key != 0)
        };
        let mut entries: Vec<(u64, u32)> = block.iter().filter_map(finer).collect();
        entries.sort_unstable();
        let mut met = 0;
        for part in entries.chunk_by(|a, b| a.0 == b.0) {
            if part.len() <= rule.block_size_max {
                met += pairs_of(part.len());
                add_block(part, batch, &mut found.account);
            } else {
                found.capped.finer.push(part[0].0);
                found.account.records_left_out += part.len() as u64;
            }
        }
        found.account.records_left_out += (block.len() - entries.len()) as u64;
        found.account.pairs_left_out += pairs_of(block.len()) - met;
    }

    fn finer_key(&self, rule: &KeyRule, record: u32) -> u64 {
        if rule.finer.is_empty() { 0 } else { self.key(&rule.finer, record) }
    }

    /// Takes out of a batch the pairs that an earlier rule has met.
    fn drop_met(&self, rule: usize, batch: &mut Candidates, capped: &[Capped]) {
        for (earlier, capped) in self.rules[..rule].iter().zip(capped) {
            let met: Vec<bool> = batch
                .left
                .iter()
                .zip(&batch.right)
                .map(|(&left, &right)| self.meets(earlier, capped, left, right))
                .collect();
            let mut flags = met.iter();
            batch.left.retain(|_| !flags.next().copied().unwrap_or(false));
            let mut flags = met.iter();
            batch.right.retain(|_| !flags.next().copied().unwrap_or(false));
        }
    }

    /// Whether a rule meets a pair.
    fn meets(&self, rule: &KeyRule, capped: &Capped, left: u32, right: u32) -> bool {
        let key = self.key(&rule.keys, left);
        if key == 0 || key != self.key(&rule.keys, right) {
            return false;
        }
        if capped.keys.binary_search(&key).is_err() {
            return true;
        }
        let finer = combine([key, self.finer_key(rule, left)]);
        finer != 0
            && finer == combine([key, self.finer_key(rule, right)])
            && capped.finer.binary_search(&finer).is_err()
    }
}

/// One key out of several; 0 if one of them is 0. The kernel of `keys`.
pub(super) fn combine(values: impl IntoIterator<Item = u64>) -> u64 {
    /// 2^64 divided by the golden ratio, odd: spreads what two values differ in over all bits.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = 0;
    for value in values {
        if value == 0 {
            return 0;
        }
        let product = u128::from(value ^ hash) * u128::from(SPREAD);
        hash = (product as u64 ^ (product >> 64) as u64).rotate_left(17).max(1);
    }
    hash
}

/// Cuts sorted keys into pieces at borders of blocks; the cuts depend on the keys alone.
fn pieces(entries: &[(u64, u32)]) -> Vec<&[(u64, u32)]> {
    let mut pieces = Vec::new();
    let mut rest = entries;
    while !rest.is_empty() {
        let mut end = PIECE.min(rest.len());
        while end < rest.len() && rest[end].0 == rest[end - 1].0 {
            end += 1;
        }
        let (piece, others) = rest.split_at(end);
        pieces.push(piece);
        rest = others;
    }
    pieces
}

fn add_block(block: &[(u64, u32)], batch: &mut Candidates, account: &mut BlockingAccount) {
    for (at, &(_, left)) in block.iter().enumerate() {
        for &(_, right) in &block[at + 1..] {
            batch.left.push(left);
            batch.right.push(right);
        }
    }
    account.blocks += u64::from(block.len() > 1);
    account.pairs += pairs_of(block.len());
    account.block_size_max = account.block_size_max.max(block.len() as u64);
}

fn pairs_of(records: usize) -> u64 {
    let records = records as u64;
    records * records.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::super::column::SourceValues;
    use super::super::links::Levels;
    use super::*;
    use proptest::prelude::*;

    fn column(rows: &[u64]) -> ValueColumn<'static> {
        ValueColumn { sources: vec![SourceValues::Rows(rows.to_vec())] }
    }

    fn keep_all(batch: &Candidates, rule: u8, kept: &mut Vec<Pair>) {
        for (&left, &right) in batch.left.iter().zip(&batch.right) {
            assert!(left < right);
            let levels = Levels::default();
            kept.push(Pair { left, right, levels, rule: 0, blocking_rule: rule, links: true, reason: 0 });
        }
    }

    fn met(
        columns: &[ValueColumn<'_>],
        rules: &[KeyRule],
        rows: usize,
    ) -> (Vec<(u32, u32, u8)>, Vec<BlockingAccount>) {
        let space = RecordSpace::of_rows(&[rows]);
        let blocking = Blocking { space: &space, columns, rules };
        let (pairs, accounts) = blocking.run(&keep_all, &|_| ());
        let mut pairs: Vec<_> =
            pairs.iter().map(|pair| (pair.left, pair.right, pair.blocking_rule)).collect();
        pairs.sort_unstable();
        (pairs, accounts)
    }

    /// The plain twin: every pair asked of every rule; a rule's blocks by counting equal values.
    fn naive(rows: &[[u64; 3]], rules: &[KeyRule]) -> Vec<(u32, u32, u8)> {
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
                if let Some(rule) = rules.iter().position(|rule| meets(rule, a, b)) {
                    found.push((a as u32, b as u32, rule as u8));
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
            let (pairs, accounts) = met(&columns, &rules(cap), rows.len());
            prop_assert_eq!(&pairs, &naive(&rows, &rules(cap)));
            let new: u64 = accounts.iter().map(|account| account.pairs_new).sum();
            prop_assert_eq!(new, pairs.len() as u64);
        }
    }

    #[test]
    fn a_block_over_its_cap_is_accounted_for() {
        let key = column(&[7, 7, 7, 7, 7, 9, 9]);
        let finer = column(&[1, 1, 2, 2, 0, 5, 6]);
        let rule = KeyRule { keys: vec![0], finer: vec![1], block_size_max: 3 };
        let (pairs, accounts) = met(&[key, finer], &[rule], 7);
        assert_eq!(pairs, [(0, 1, 0), (2, 3, 0), (5, 6, 0)]);
        let account = BlockingAccount {
            rule: String::new(),
            records: 7,
            blocks: 3,
            block_size_max: 2,
            pairs: 3,
            pairs_new: 3,
            records_left_out: 1,
            pairs_left_out: 8,
        };
        assert_eq!(accounts, [account]);
    }

    #[test]
    fn keys_depend_on_the_order_and_presence_of_their_parts() {
        assert_ne!(combine([1, 2]), combine([2, 1]));
        assert_ne!(combine([5]), combine([5, 5]));
        assert_eq!((combine([1, 0]), combine([0])), (0, 0));
    }
}
