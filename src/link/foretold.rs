//! Which comparisons a blocking rule's keys foretell.

use crate::settings::{BlockingRule, ComparisonRule, Expression};

/// Whether a rule's keys share a field with what a comparison looks at: of the pairs that the rule
/// meets, the comparison's levels then say less than they seem to.
pub(super) fn is_foretold(comparison: &ComparisonRule, rule: &BlockingRule) -> bool {
    let compared = comparison.values.iter().take(values_that_agree(comparison));
    let keys = || rule.keys.iter().flat_map(fields);
    compared.flat_map(fields).any(|field| keys().any(|key| key == field))
}

/// How many of a comparison's values agree where it says `exact`: the birth year beside an identity
/// number only tells whose number it is.
fn values_that_agree(comparison: &ComparisonRule) -> usize {
    if comparison.comparator.id == "identity_number" { 1 } else { comparison.values.len() }
}

fn fields(expression: &Expression) -> impl Iterator<Item = &str> {
    expression.alternatives.iter().map(|part| part.field.as_str())
}
