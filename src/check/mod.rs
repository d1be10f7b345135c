//! People + quality rules → findings.
//!
//! Input: records, linkage, the rules of `rules/checks/`. Output: [`Findings`],
//! sorted by rule, then record. Invariant: one finding a (rule, record, field).

mod finding;

pub use finding::{Evidence, Finding, Findings, RuleCount};
