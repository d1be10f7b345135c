//! The beginning of a condition, asked of every row before the whole is asked of few.
//!
//! `a AND b AND c AND d` is false wherever `a AND b` is. So only the first two terms are asked of all
//! rows, in one pass for all rules, and the whole only of rows where they are true or unknown: most
//! columns are then filled for a hundredth of the rows, and answers are the same to the last NULL.
//! Rules put first what most rows fail.

use polars::prelude::{Expr, Operator};

use super::condition::Condition;
use super::view::View;

/// Terms asked of every row: the first is mostly `live`.
const TERMS: usize = 2;

/// The beginning of a condition; none where that is the whole.
pub(super) fn guard(whole: &Condition, view: &View) -> Option<Condition> {
    let mut terms = Vec::new();
    collect(&whole.expression, &mut terms);
    if terms.len() <= TERMS {
        return None;
    }
    let expression = terms.into_iter().take(TERMS).cloned().reduce(Expr::and)?;
    let named = expression.clone().meta().root_names();
    let is_named = |name: String| named.iter().any(|known| known.as_str() == name);
    let keys: Vec<_> = whole.keys.iter().copied().filter(|key| is_named(key.name(view))).collect();
    (!keys.is_empty()).then_some(Condition { expression, keys })
}

/// The terms that AND joins, in order.
fn collect<'a>(expression: &'a Expr, terms: &mut Vec<&'a Expr>) {
    match expression {
        Expr::BinaryExpr { left, op: Operator::And | Operator::LogicalAnd, right } => {
            collect(left, terms);
            collect(right, terms);
        }
        other => terms.push(other),
    }
}
