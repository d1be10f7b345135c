//! Blocking rules that deserve a look.

use crate::diagnostic::Diagnostic;
use crate::link::BlockingAccount;
use crate::normalise::Records;
use crate::settings::{BlockingRule, Expression, Settings};

/// What there is to say of each rule, in their order.
pub(super) fn notices(
    settings: &Settings,
    records: &[Records],
    accounts: &[BlockingAccount],
) -> Vec<Diagnostic> {
    let delivered = |field: &str| {
        let has = |one: &Records| {
            let column = settings.source(one.source).column_of(field);
            column.is_some_and(|column| one.table.columns[column].is_some())
        };
        records.iter().any(has)
    };
    let of_rule = |(rule, account): (&BlockingRule, &BlockingAccount)| {
        [useless(rule, account, &delivered), large_block(rule, account)].into_iter().flatten()
    };
    settings.matching.blocking.iter().zip(accounts).flat_map(of_rule).collect()
}

/// A rule that does nothing for linkage, by the first reason that holds.
fn useless(
    rule: &BlockingRule,
    account: &BlockingAccount,
    delivered: &impl Fn(&str) -> bool,
) -> Option<Diagnostic> {
    let id = &rule.id.value;
    let absent: Vec<String> =
        rule.keys.iter().filter(|key| !is_delivered(key, delivered)).map(quoted).collect();
    if !absent.is_empty() {
        let message = format!(
            "blocking rule `{id}` puts no record into a block: no source delivered {}",
            absent.join(", ")
        );
        return Some(warning("CLI-009", rule, message, "ask for these columns, or leave the rule out"));
    }
    if account.records == 0 {
        let message = format!("blocking rule `{id}` puts no record into a block: none has all of its keys");
        let help = "take keys that stand in one record together, or give a key an alternative: `a | b`";
        return Some(warning("CLI-010", rule, message, help));
    }
    if account.pairs_new > 0 {
        return None;
    }
    let (why, help) = match (account.pairs, account.pairs_left_out) {
        (0, 0) => ("no two records agree in its keys", "leave the rule out, or take fewer or coarser keys"),
        (0, _) => (
            "its blocks are over their cap, and finer keys let nobody meet",
            "add `finer` keys or choose others, raise `block_size_max`, or add a key",
        ),
        _ => ("earlier rules meet all of its pairs", "leave the rule out: it costs time and finds nothing"),
    };
    let message = format!("blocking rule `{id}` finds no new pair: {why}");
    Some(warning("CLI-011", rule, message, help))
}

/// A key of which not one alternative was delivered gives nobody a key.
fn is_delivered(key: &Expression, delivered: &impl Fn(&str) -> bool) -> bool {
    key.alternatives.iter().any(|part| delivered(&part.field))
}

/// A block of most records is no block.
fn large_block(rule: &BlockingRule, account: &BlockingAccount) -> Option<Diagnostic> {
    let (id, [largest, ..], records) = (&rule.id.value, account.largest, account.records);
    let message = format!(
        "blocking rule `{id}` puts {largest} of the {records} records that have its keys into one block"
    );
    let help = "add a key that tells people apart, such as a name, a date or a number";
    (largest > records / 2).then(|| warning("CLI-012", rule, message, help))
}

fn warning(code: &'static str, rule: &BlockingRule, message: String, help: &str) -> Diagnostic {
    Diagnostic::warning(code, rule.id.place.clone(), message, help)
}

fn quoted(key: &Expression) -> String {
    format!("`{key}`")
}
