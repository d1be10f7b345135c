//! `[[blocking]]`: which records meet.

use super::expression::Expression;
use super::{Reader, unused};
use crate::settings::reader::{Located, TableReader};

/// Most blocking rules: which of them meet two records is one `u64` of a bit each.
const BLOCKING_RULES_MAX: usize = 64;

/// Records with equal keys meet.
#[derive(Clone, Debug)]
pub struct BlockingRule {
    /// Its id in `links.parquet`, and where it stands.
    pub id: Located<String>,
    /// All of them must have a value and be equal.
    pub keys: Vec<Expression>,
    /// Keys that split a block that is too large; empty: it is left out.
    pub finer: Vec<Expression>,
    /// Most records of a block.
    pub block_size_max: usize,
    /// What equal keys say where a run is cut into parts.
    pub across_parts: Option<AcrossParts>,
    /// What has to agree beside the keys for a record to follow them into another part.
    pub follow_with: Vec<Expression>,
}

/// What equal keys say of records that would lie in two parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossParts {
    /// Nearly always one person, if what stands beside them agrees too: a record goes to the part where
    /// both were met first. By themselves they are a hint.
    Follow,
    /// Often one person: a record that is no resident's goes to the only part where residents have its
    /// key.
    Hint,
}

/// The words of `across_parts = "…"`.
pub const ACROSS_PARTS: [(&str, AcrossParts); 2] =
    [("follow", AcrossParts::Follow), ("hint", AcrossParts::Hint)];

impl Reader<'_> {
    pub(super) fn read_blocking(&self, table: &TableReader<'_>) -> Option<BlockingRule> {
        let id = table.text("id");
        let typed = table.texts("keys");
        if typed.is_empty() {
            table.problem(
                table.place(),
                "a blocking rule without keys puts all records into one block",
                "add `keys = [\"…\"]`",
            );
        }
        let keys = self.keys(table, &typed);
        let finer = self.keys(table, &table.texts("finer"));
        let block_size_max = table.number_or("block_size_max", 100.0, (2.0, 10_000.0)) as usize;
        let follow_with = self.keys(table, &table.texts("follow_with"));
        let across_parts = table.optional_word("across_parts", &ACROSS_PARTS);
        let id = id?;
        if self.matching.blocking.len() == BLOCKING_RULES_MAX {
            let message = format!("more than {BLOCKING_RULES_MAX} blocking rules");
            table.problem(id.place, message, "leave out those that `doisoat blocking` says meet nobody new");
            return None;
        }
        unused(table, &id, self.matching.blocking.iter().map(|rule| rule.id.value.as_str()));
        Some(BlockingRule { id, keys, finer, block_size_max, across_parts, follow_with })
    }
}
