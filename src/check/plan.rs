//! A condition → a tree of terms, so that each row is asked only as much as it takes.
//!
//! AND, OR, NOT, `coalesce(…, TRUE)` and counts of what is true are walked here, over true, false and unknown as SQL has them; what lies
//! between them are *terms*. Most terms follow from one text of one column (`full_name.form_fault = 'case'`,
//! `insurance.valid_to >= as_of`): they are answered once a distinct text where there are fewer texts than
//! records, and a row's answer is then a byte looked up by its code. Some only read or compare cells. polars is
//! asked the rest, of rows that the others leave open.
//!
//! Before rows are asked, cheaper terms of an AND are put first; else they keep their order. That changes no
//! answer: AND of three truths knows no order, and a term that polars might refuse for some value (a CAST) is
//! never asked of a row that those before it in the rule had denied.

use polars::prelude::{BooleanFunction, DataType, DataTypeExpr, Expr, FunctionExpr, LiteralValue, Operator};

use super::condition::{Condition, Key, is_boolean};
use super::view::{Origin, ValueType, View};

/// A condition taken apart. Leaves are places in [`Terms`].
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// What it is where the answer is unknown.
    Else(Box<Node>, bool),
    /// Whether so many of them are true: `CASE WHEN … THEN 1 ELSE 0 END + … >= 2`.
    AtLeast(usize, Vec<Node>),
    Term(usize),
}

/// What is asked of a row as a whole.
pub(super) struct Term {
    pub(super) condition: Condition,
    /// The one text that it follows from, if it does.
    pub(super) text: Option<OneText>,
    /// How it is answered where that text is not asked once and for all.
    pub(super) way: Way,
    /// In how many places rules ask it.
    pub(super) uses: usize,
}

/// The text that a declared column has in the record of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OneText {
    pub(super) slot: usize,
    /// As in [`Key::threshold`].
    pub(super) threshold: u32,
    pub(super) column: usize,
}

/// How a term is answered row by row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    /// By a cell that is true or false itself.
    Cell(Key),
    /// By whether there is a cell, and the answer if there is none.
    Missing(Key, bool),
    /// By two cells of one type.
    Compare(Key, Operator, Key),
    /// By polars.
    Polars,
}

/// The distinct terms of one view.
#[derive(Default)]
pub(super) struct Terms {
    pub(super) terms: Vec<Term>,
}

impl Terms {
    /// Takes a condition apart. O(length × terms).
    pub(super) fn plan(&mut self, whole: &Condition, view: &View) -> Node {
        self.node(&whole.expression, whole, view)
    }

    fn node(&mut self, expression: &Expr, whole: &Condition, view: &View) -> Node {
        let keys = keys_of(expression, whole, view);
        if one_text(&keys, view).is_some() {
            return self.term(expression, keys, view);
        }
        match expression {
            Expr::BinaryExpr { op: Operator::And | Operator::LogicalAnd, .. } => {
                Node::All(self.joined(expression, is_and, whole, view))
            }
            Expr::BinaryExpr { op: Operator::Or | Operator::LogicalOr, .. } => {
                Node::Any(self.joined(expression, is_or, whole, view))
            }
            other if let Some((least, counted)) = counted(other) => {
                let nodes = counted.into_iter().map(|expression| self.node(expression, whole, view));
                Node::AtLeast(least, nodes.collect())
            }
            other => match (negated(other), with_default(other)) {
                (Some(inner), _) if is_boolean(inner, view, &keys) => {
                    Node::Not(Box::new(self.node(inner, whole, view)))
                }
                (_, Some((inner, truth))) if is_boolean(inner, view, &keys) => {
                    Node::Else(Box::new(self.node(inner, whole, view)), truth)
                }
                _ => self.term(other, keys, view),
            },
        }
    }

    fn joined(
        &mut self,
        expression: &Expr,
        is: fn(Operator) -> bool,
        whole: &Condition,
        view: &View,
    ) -> Vec<Node> {
        let mut terms = Vec::new();
        collect(expression, is, &mut terms);
        terms.into_iter().map(|term| self.node(term, whole, view)).collect()
    }

    fn term(&mut self, expression: &Expr, keys: Vec<Key>, view: &View) -> Node {
        if let Some(at) = self.terms.iter().position(|term| term.condition.expression == *expression) {
            self.terms[at].uses += 1;
            return Node::Term(at);
        }
        let (text, way) = (one_text(&keys, view), way(expression, &keys, view));
        let condition = Condition { expression: expression.clone(), keys };
        self.terms.push(Term { condition, text, way, uses: 1 });
        Node::Term(self.terms.len() - 1)
    }
}

impl Node {
    /// Every term that it asks.
    pub(super) fn terms(&self) -> Vec<usize> {
        match self {
            Self::All(nodes) | Self::Any(nodes) | Self::AtLeast(_, nodes) => {
                nodes.iter().flat_map(Self::terms).collect()
            }
            Self::Not(node) | Self::Else(node, _) => node.terms(),
            Self::Term(at) => vec![*at],
        }
    }

    /// The same with the nodes of each AND in order of the dearest term in them; equals keep their order.
    pub(super) fn cheapest_first(&self, cost: &impl Fn(usize) -> u8) -> Self {
        let each =
            |nodes: &[Self]| -> Vec<Self> { nodes.iter().map(|node| node.cheapest_first(cost)).collect() };
        match self {
            Self::All(nodes) => {
                let mut nodes = each(nodes);
                nodes.sort_by_cached_key(|node| node.terms().into_iter().map(cost).max());
                Self::All(nodes)
            }
            Self::Any(nodes) => Self::Any(each(nodes)),
            Self::AtLeast(least, nodes) => Self::AtLeast(*least, each(nodes)),
            Self::Not(node) => Self::Not(Box::new(node.cheapest_first(cost))),
            Self::Else(node, default) => Self::Else(Box::new(node.cheapest_first(cost)), *default),
            Self::Term(at) => Self::Term(*at),
        }
    }
}

impl Way {
    /// What it costs a row, in classes: what polars is asked comes last, so that among such terms the
    /// rule's order holds.
    pub(super) fn cost(self) -> u8 {
        match self {
            Self::Cell(_) | Self::Missing(..) => 2,
            Self::Compare(..) => 3,
            Self::Polars => 4,
        }
    }
}

fn is_and(op: Operator) -> bool {
    matches!(op, Operator::And | Operator::LogicalAnd)
}

fn is_or(op: Operator) -> bool {
    matches!(op, Operator::Or | Operator::LogicalOr)
}

/// The expressions that one operator joins, in order.
fn collect<'a>(expression: &'a Expr, is: fn(Operator) -> bool, terms: &mut Vec<&'a Expr>) {
    match expression {
        Expr::BinaryExpr { left, op, right } if is(*op) => {
            collect(left, is, terms);
            collect(right, is, terms);
        }
        other => terms.push(other),
    }
}

/// What stands behind NOT, which polars reads as NOT CAST(… AS BOOLEAN).
fn negated(expression: &Expr) -> Option<&Expr> {
    let Expr::Function { input, function: FunctionExpr::Boolean(BooleanFunction::Not) } = expression else {
        return None;
    };
    match input.as_slice() {
        [Expr::Cast { expr, dtype: DataTypeExpr::Literal(DataType::Boolean), .. }] => Some(expr),
        [inner] => Some(inner),
        _ => None,
    }
}

/// What `CASE WHEN x THEN 1 ELSE 0 END + … >= n` counts, and n.
fn counted(expression: &Expr) -> Option<(usize, Vec<&Expr>)> {
    let Expr::BinaryExpr { left, op: Operator::GtEq, right } = expression else { return None };
    let mut cases = Vec::new();
    collect(left, |op| op == Operator::Plus, &mut cases);
    let conditions: Option<Vec<&Expr>> = cases.into_iter().map(case_of_one).collect();
    Some((usize::try_from(whole_number(right)?).ok()?, conditions?))
}

/// The condition under which a CASE is 1 and not 0.
fn case_of_one(expression: &Expr) -> Option<&Expr> {
    let Expr::Ternary { predicate, truthy, falsy } = expression else { return None };
    (whole_number(truthy) == Some(1) && whole_number(falsy) == Some(0)).then_some(predicate)
}

fn whole_number(expression: &Expr) -> Option<i64> {
    match expression {
        Expr::Literal(literal) => literal.to_any_value()?.extract(),
        _ => None,
    }
}

/// `coalesce(x, TRUE)` and `coalesce(x, FALSE)`.
fn with_default(expression: &Expr) -> Option<(&Expr, bool)> {
    let Expr::Function { input, function: FunctionExpr::Coalesce } = expression else { return None };
    match input.as_slice() {
        [inner, Expr::Literal(LiteralValue::Scalar(default))] if *default.dtype() == DataType::Boolean => {
            Some((inner, default.value().extract_bool()?))
        }
        _ => None,
    }
}

fn way(expression: &Expr, keys: &[Key], view: &View) -> Way {
    let key = |expression: &Expr| match expression {
        Expr::Column(name) => keys.iter().copied().find(|key| key.name(view) == name.as_str()),
        _ => None,
    };
    let value_type = |key: Key| view.columns[key.column].value_type;
    match expression {
        Expr::Column(_) => key(expression).map_or(Way::Polars, Way::Cell),
        Expr::BinaryExpr { left, op, right } => match (key(left), key(right)) {
            // Numbers with a fraction have values that compare in ways of their own.
            (Some(left), Some(right))
                if value_type(left) == value_type(right)
                    && value_type(left) != ValueType::Float
                    && order(*op).is_some() =>
            {
                Way::Compare(left, *op, right)
            }
            _ => Way::Polars,
        },
        Expr::Function { input, function: FunctionExpr::Boolean(asked) } => {
            let if_missing = match asked {
                BooleanFunction::IsNull => true,
                BooleanFunction::IsNotNull => false,
                _ => return Way::Polars,
            };
            input.first().and_then(key).map_or(Way::Polars, |key| Way::Missing(key, if_missing))
        }
        _ => Way::Polars,
    }
}

/// The orders of two values of which a comparison is true; none for what is no comparison.
pub(super) fn order(op: Operator) -> Option<&'static [std::cmp::Ordering]> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let orders: &[_] = match op {
        Operator::Eq => &[Equal],
        Operator::NotEq => &[Less, Greater],
        Operator::Lt => &[Less],
        Operator::LtEq => &[Less, Equal],
        Operator::Gt => &[Greater],
        Operator::GtEq => &[Greater, Equal],
        _ => return None,
    };
    Some(orders)
}

/// The text that everything named follows from, but for the as-of date.
fn one_text(keys: &[Key], view: &View) -> Option<OneText> {
    let mut named = keys.iter().filter(|key| !matches!(view.columns[key.column].origin, Origin::AsOf));
    let of = |key: &Key| {
        let column = &view.columns[key.column];
        let (Origin::Facet(at, _) | Origin::Age(at) | Origin::Live(at)) = column.origin else { return None };
        Some(OneText { slot: column.slot?, threshold: key.threshold, column: at })
    };
    let first = of(named.next()?)?;
    named.all(|key| of(key) == Some(first)).then_some(first)
}

/// The keys that a part of a condition reads.
fn keys_of(expression: &Expr, whole: &Condition, view: &View) -> Vec<Key> {
    let named = expression.clone().meta().root_names();
    let is_named = |key: &Key| {
        let name = key.name(view);
        named.iter().any(|known| known.as_str() == name)
    };
    whole.keys.iter().copied().filter(is_named).collect()
}
