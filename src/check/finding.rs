//! What a quality rule found.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::explanation::Explanation;
use crate::table::RecordRef;

/// A finding's name: 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId([u8; 16]);

impl FindingId {
    /// The name that a number makes.
    pub fn new(number: u64) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        Self(std::array::from_fn(|at| DIGITS[(number >> (60 - 4 * at) & 15) as usize]))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for FindingId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One suspected fault of one cell of one record. A night has millions of them: what repeats is shared, and no
/// text has room to grow.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Stable over nights: a hash of rule, source, record id, field and, for pairs, the other id.
    pub finding_id: FindingId,
    /// The quality rule, by place in the settings' checks.
    pub rule: u16,
    /// The record it is about.
    pub record: RecordRef,
    /// The other record, for pairs.
    pub other: Option<RecordRef>,
    /// The person, by number in [`crate::link::People`].
    pub person: u32,
    /// The ward whose list it goes to: a code in force, or `00000`.
    pub ward_code: Arc<str>,
    /// The column of the extract that is at fault: `ngay_sinh`.
    pub field: Arc<str>,
    /// What stands there now, as delivered; empty for none.
    pub current_value: Box<str>,
    /// What should stand there, if it is known.
    pub suggested_value: Option<Box<str>>,
    /// How sure the suggestion is, 0 to 1.
    pub suggestion_confidence: Option<f64>,
    /// The strongest record that speaks for it.
    pub evidence: Option<RecordRef>,
    /// Probability of the weakest link that it leans on; 1 where it leans on none.
    pub match_probability: f64,
    /// One sentence for the officer, in Vietnamese.
    pub explanation: Explanation,
}

/// One record's word for or against a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The finding, by place in [`Findings::findings`].
    pub finding: u32,
    /// Who says it.
    pub record: RecordRef,
    /// In which column.
    pub field: Arc<str>,
    /// What it says.
    pub value: Box<str>,
    /// Whether it speaks for the finding.
    pub speaks_for: bool,
    /// How much it weighs, 0 to 1.
    pub weight: f64,
}

/// All that was found in one night.
#[derive(Debug, Default)]
pub struct Findings {
    /// Sorted by rule, record, other record.
    pub findings: Vec<Finding>,
    /// Sorted by finding, then record.
    pub evidence: Vec<Evidence>,
    /// One a rule, in the order of the settings' checks.
    pub rules: Vec<RuleCount>,
    /// By finding: the day of the run that first told it without a break since, in days since 1970. Empty
    /// until history has said so; checking knows of no other night.
    pub first_seen: Vec<i32>,
}

impl Findings {
    /// The day on which a finding was first told, in days since 1970.
    pub fn first_seen(&self, finding: u32) -> Option<i32> {
        self.first_seen.get(finding as usize).copied()
    }
}

/// What became of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleCount {
    /// Objects that the rule judges: records of which its condition says yes or no, or that have a value
    /// in its field where it looks at the record alone; for pairs all records of the source; for
    /// missing persons those whom it judges and all records of the primary source, which nobody misses.
    pub assessed: u64,
    /// The same by ward code, `00000` for the unknown one.
    pub assessed_by_ward: BTreeMap<String, u64>,
    /// Records it found at fault.
    pub found: u64,
    /// The same by ward code.
    pub found_by_ward: BTreeMap<String, u64>,
    /// For rules of the route `statistic`, which give no findings: the same by ward code, `00000` for
    /// the unknown one. Empty for all others.
    pub by_ward: BTreeMap<String, u64>,
    /// Columns it needs that were not delivered: "không đủ dữ liệu", once.
    pub not_delivered: Vec<String>,
}

impl RuleCount {
    /// Adds what the rule found among other records.
    pub fn merge(&mut self, other: &Self) {
        self.assessed += other.assessed;
        self.found += other.found;
        for (into, from) in [
            (&mut self.assessed_by_ward, &other.assessed_by_ward),
            (&mut self.found_by_ward, &other.found_by_ward),
            (&mut self.by_ward, &other.by_ward),
        ] {
            for (ward, rows) in from {
                *into.entry(ward.clone()).or_default() += rows;
            }
        }
        let new = other.not_delivered.iter().filter(|column| !self.not_delivered.contains(column));
        let new: Vec<String> = new.cloned().collect();
        self.not_delivered.extend(new);
    }
}
