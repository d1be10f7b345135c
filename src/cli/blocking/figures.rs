//! What is shown of the blocking rules, and written to JSON.
//!
//! Counts stand beside every ratio; a ratio of nothing is `None` (JSON `null`).

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::evaluate::PairsCompleteness;
use crate::link::{BlockingAccount, Meetings};
use crate::settings::{BlockingRule, Settings};

/// What all the rules do.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    /// SHA-256 of the rules folder, in hex.
    pub(super) rules_sha256: String,
    /// Records that were read.
    pub(super) records: u64,
    /// Unordered pairs of them.
    pub(super) pairs_possible: u64,
    /// Pairs that some rule meets.
    pub(super) pairs: u64,
    /// The same a record.
    pub(super) pairs_per_record: Option<f64>,
    /// Share of the possible pairs that no rule meets.
    pub(super) reduction_ratio: Option<f64>,
    /// By rule, in order.
    pub(super) rules: Vec<RuleFigures>,
    /// With the truth only.
    pub(super) pairs_completeness: Option<PairsCompleteness>,
    /// What deserves a look, and what to do about it.
    #[serde(serialize_with = "as_texts")]
    pub(super) notices: Vec<Diagnostic>,
}

/// What one rule does.
#[derive(Debug, Serialize)]
pub(super) struct RuleFigures {
    /// The rule's id.
    pub(super) rule: String,
    /// Records that have all of its keys.
    pub(super) records: u64,
    /// Blocks of two records or more.
    pub(super) blocks: u64,
    /// Pairs that it meets.
    pub(super) pairs: u64,
    /// Pairs that it meets and no earlier rule does.
    pub(super) pairs_new: u64,
    /// Pairs that it or an earlier rule meets.
    pub(super) pairs_cumulative: u64,
    /// The same a record, whether it has the keys or not.
    pub(super) pairs_per_record_cumulative: Option<f64>,
    /// Share of the possible pairs that neither it nor an earlier rule meets.
    pub(super) reduction_ratio_cumulative: Option<f64>,
    /// Records of the largest blocks as the keys alone make them, largest first; 0 for no block.
    pub(super) largest_blocks: [u64; 3],
    /// Most records of a block.
    pub(super) block_size_max: u64,
    /// The keys that split a larger one.
    pub(super) finer: Vec<String>,
    /// Pairs of the blocks that were too large, less those that the finer keys let meet.
    pub(super) pairs_left_out: u64,
    /// Records that were in such a block and in no finer one that was small enough.
    pub(super) records_left_out: u64,
}

impl Figures {
    /// The figures of the rules alone.
    pub(super) fn new(settings: &Settings, meetings: &Meetings) -> Self {
        let (records, pairs_possible) = (meetings.records(), meetings.pairs_possible());
        let mut pairs = 0;
        let rules = settings.matching.blocking.iter().zip(&meetings.accounts).map(|(rule, account)| {
            pairs += account.pairs_new;
            RuleFigures {
                pairs_cumulative: pairs,
                pairs_per_record_cumulative: share(pairs, records),
                reduction_ratio_cumulative: spared(pairs, pairs_possible),
                ..RuleFigures::of(rule, account)
            }
        });
        let rules = rules.collect();
        Self {
            rules_sha256: settings.rules_sha256.clone(),
            records,
            pairs_possible,
            pairs,
            pairs_per_record: share(pairs, records),
            reduction_ratio: spared(pairs, pairs_possible),
            rules,
            pairs_completeness: None,
            notices: Vec::new(),
        }
    }
}

impl RuleFigures {
    /// One rule by itself.
    fn of(rule: &BlockingRule, account: &BlockingAccount) -> Self {
        Self {
            rule: account.rule.clone(),
            records: account.records,
            blocks: account.blocks,
            pairs: account.pairs,
            pairs_new: account.pairs_new,
            pairs_cumulative: 0,
            pairs_per_record_cumulative: None,
            reduction_ratio_cumulative: None,
            largest_blocks: account.largest,
            block_size_max: rule.block_size_max as u64,
            finer: rule.finer.iter().map(ToString::to_string).collect(),
            pairs_left_out: account.pairs_left_out,
            records_left_out: account.records_left_out,
        }
    }

    /// Whether some block was too large.
    pub(super) fn cap_bit(&self) -> bool {
        self.largest_blocks[0] > self.block_size_max
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn spared(pairs: u64, possible: u64) -> Option<f64> {
    share(possible.saturating_sub(pairs), possible)
}

fn as_texts<S: serde::Serializer>(notices: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(notices.iter().map(Diagnostic::to_string))
}
