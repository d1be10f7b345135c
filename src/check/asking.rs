//! The terms of a condition over the rows of one frame: each asked only of rows that it can still change.

use std::collections::HashMap;

use polars::prelude::{DataFrame, IntoLazy, Operator, PolarsResult};

use super::cell::Cell;
use super::condition::{Condition, Key, min_link_probability};
use super::context::Context;
use super::frame::{Frame, Seats};
use super::plan::{Node, OneText, Term, Way, order};
use super::reader::{Reader, series};
use super::tables::Tables;
use super::truth::{Truth, truths};
use crate::link::Bits;

/// What a condition says of all rows of a frame.
pub(super) struct Answers {
    /// Rows of which it says true, rising.
    pub(super) hits: Vec<u32>,
    /// Rows of which it says nothing, rising.
    pub(super) unknown: Vec<u32>,
}

impl Answers {
    /// Of rows that are not denied, rising.
    pub(super) fn of(rows: impl Iterator<Item = (u32, Truth)>) -> Self {
        let (mut hits, mut unknown) = (Vec::new(), Vec::new());
        for (row, truth) in rows {
            match truth {
                Truth::True => hits.push(row),
                Truth::Unknown => unknown.push(row),
                Truth::False => {}
            }
        }
        Self { hits, unknown }
    }
}

/// Rows that are not settled yet, rising, and what is known of each so far.
#[derive(Clone)]
struct Open {
    rows: Vec<u32>,
    truths: Vec<Truth>,
}

/// The rows of one frame, and what was asked of them.
pub(super) struct Asking<'a> {
    context: &'a Context<'a>,
    frame: &'a Frame,
    terms: &'a [Term],
    tables: &'a Tables,
    /// By term that several rules ask and that takes more than a look: what it says of the rows asked.
    said: Vec<Vec<Option<Truth>>>,
    /// By term that rules begin with: what it leaves open of all rows.
    begun: HashMap<usize, Open>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        context: &'a Context<'a>,
        frame: &'a Frame,
        terms: &'a [Term],
        tables: &'a Tables,
    ) -> Self {
        let said = vec![Vec::new(); terms.len()];
        Self { context, frame, terms, tables, said, begun: HashMap::new() }
    }

    /// Asks a condition of every row.
    ///
    /// # Errors
    /// If polars refuses a value.
    pub(super) fn ask(&mut self, node: &Node) -> PolarsResult<Answers> {
        let open = match node {
            Node::All(nodes) => self.all(nodes)?,
            other => {
                let rows = self.every_row();
                Open { truths: self.answer(other, &rows)?, rows }
            }
        };
        Ok(Answers::of(open.rows.into_iter().zip(open.truths)))
    }

    fn every_row(&self) -> Vec<u32> {
        (0..self.frame.rows as u32).collect()
    }

    /// All rows of which not every node is denied; most rules begin with the same one.
    fn all(&mut self, nodes: &[Node]) -> PolarsResult<Open> {
        let rows = self.every_row();
        let every = Open { truths: vec![Truth::True; rows.len()], rows };
        let Some((Node::Term(first), rest)) = nodes.split_first() else {
            return self.narrow(nodes, every, Truth::False);
        };
        let begun = if let Some(begun) = self.begun.get(first) {
            begun.clone()
        } else {
            let begun = self.narrow(&nodes[..1], every, Truth::False)?;
            self.begun.insert(*first, begun.clone());
            begun
        };
        self.narrow(rest, begun, Truth::False)
    }

    fn answer(&mut self, node: &Node, rows: &[u32]) -> PolarsResult<Vec<Truth>> {
        match node {
            Node::Term(at) => self.term(*at, rows),
            Node::Not(node) => Ok(self.answer(node, rows)?.into_iter().map(Truth::not).collect()),
            Node::Else(node, default) => {
                Ok(self.answer(node, rows)?.into_iter().map(|truth| truth.or_else(*default)).collect())
            }
            Node::All(nodes) => self.join(nodes, rows, Truth::False),
            Node::Any(nodes) => self.join(nodes, rows, Truth::True),
            Node::AtLeast(least, nodes) => self.at_least(*least, nodes, rows),
        }
    }

    /// Whether so many nodes are true of each row; nobody is asked on who is settled either way.
    fn at_least(&mut self, least: usize, nodes: &[Node], rows: &[u32]) -> PolarsResult<Vec<Truth>> {
        let mut counts = vec![0_usize; rows.len()];
        let mut open: Vec<usize> = (0..rows.len()).collect();
        for (asked, node) in nodes.iter().enumerate() {
            let left = nodes.len() - asked;
            open.retain(|&at| counts[at] < least && counts[at] + left >= least);
            let open_rows: Vec<u32> = open.iter().map(|&at| rows[at]).collect();
            let answers = self.answer(node, &open_rows)?;
            open.iter()
                .zip(answers)
                .for_each(|(&at, answer)| counts[at] += usize::from(answer == Truth::True));
        }
        Ok(counts.into_iter().map(|count| (count >= least).into()).collect())
    }

    /// AND where false settles a row, OR where true does.
    fn join(&mut self, nodes: &[Node], rows: &[u32], settles: Truth) -> PolarsResult<Vec<Truth>> {
        let open = Open { rows: rows.to_vec(), truths: vec![settles.not(); rows.len()] };
        let open = self.narrow(nodes, open, settles)?;
        let mut left = open.rows.into_iter().zip(open.truths).peekable();
        let of = |row: &u32| left.next_if(|(open, _)| open == row).map_or(settles, |(_, truth)| truth);
        Ok(rows.iter().map(of).collect())
    }

    /// Asks one node after the other of the rows that those before it left open.
    fn narrow(&mut self, nodes: &[Node], mut open: Open, settles: Truth) -> PolarsResult<Open> {
        for node in nodes {
            if open.rows.is_empty() {
                break;
            }
            if let Some((text, table)) = self.table_of(node) {
                self.narrow_by_table(text, table, &mut open, settles);
                continue;
            }
            let answers = self.answer(node, &open.rows)?;
            let mut kept = 0;
            for (at, answer) in answers.into_iter().enumerate() {
                if answer == settles {
                    continue;
                }
                let before = open.truths[at];
                open.rows[kept] = open.rows[at];
                open.truths[kept] = if answer == Truth::Unknown { answer } else { before };
                kept += 1;
            }
            open.rows.truncate(kept);
            open.truths.truncate(kept);
        }
        Ok(open)
    }

    /// What a node looks up, if it is a term that follows from one text.
    fn table_of(&self, node: &Node) -> Option<(OneText, &'a [Truth])> {
        let Node::Term(at) = node else { return None };
        Some((self.terms[*at].text?, self.tables.of(*at)?))
    }

    /// Most terms are looked up, most rows settled by the first: nothing is written down that is not kept.
    fn narrow_by_table(&self, text: OneText, table: &'a [Truth], open: &mut Open, settles: Truth) {
        let look_up = LookUp::new(self, text, table);
        let mut kept = 0;
        for at in 0..open.rows.len() {
            let (row, before) = (open.rows[at], open.truths[at]);
            let answer = look_up.of(row);
            open.rows[kept] = row;
            open.truths[kept] = if answer == Truth::Unknown { answer } else { before };
            kept += usize::from(answer != settles);
        }
        open.rows.truncate(kept);
        open.truths.truncate(kept);
    }

    fn term(&mut self, at: usize, rows: &[u32]) -> PolarsResult<Vec<Truth>> {
        let term = &self.terms[at];
        match (term.text, self.tables.of(at), term.way) {
            (Some(text), Some(table), _) => {
                let look_up = LookUp::new(self, text, table);
                Ok(rows.iter().map(|&row| look_up.of(row)).collect())
            }
            (_, _, Way::Cell(key)) => Ok(self.read(key, rows)),
            _ if term.uses == 1 => self.work_out(at, rows),
            _ => self.remembered(at, rows),
        }
    }

    fn read(&self, key: Key, rows: &[u32]) -> Vec<Truth> {
        let reader = Reader::new(self.context, self.frame, key, rows);
        let of = |&row: &u32| match reader.cell(row) {
            Cell::Boolean(truth) => truth.into(),
            _ => Truth::Unknown,
        };
        rows.iter().map(of).collect()
    }

    /// What several rules ask is worked out once a row.
    fn remembered(&mut self, at: usize, rows: &[u32]) -> PolarsResult<Vec<Truth>> {
        if self.said[at].is_empty() {
            self.said[at] = vec![None; self.frame.rows];
        }
        let said = &self.said[at];
        let new: Vec<u32> = rows.iter().copied().filter(|&row| said[row as usize].is_none()).collect();
        if !new.is_empty() {
            let answers = self.work_out(at, &new)?;
            let said = &mut self.said[at];
            new.iter().zip(answers).for_each(|(&row, answer)| said[row as usize] = Some(answer));
        }
        let said = &self.said[at];
        Ok(rows.iter().map(|&row| said[row as usize].unwrap_or(Truth::Unknown)).collect())
    }

    fn work_out(&self, at: usize, rows: &[u32]) -> PolarsResult<Vec<Truth>> {
        let term = &self.terms[at];
        match term.way {
            Way::Compare(left, op, right) => Ok(self.compare((left, op, right), rows)),
            Way::Missing(key, if_missing) => Ok(self.missing(key, if_missing, rows)),
            _ => evaluate(self.context, self.frame, &term.condition, rows),
        }
    }

    fn compare(&self, (left, op, right): (Key, Operator, Key), rows: &[u32]) -> Vec<Truth> {
        let reader = |key| Reader::new(self.context, self.frame, key, rows);
        let (left, right) = (reader(left), reader(right));
        let orders = order(op).unwrap_or_default();
        let of = |&row: &u32| match op {
            Operator::Eq => left.equals(&right, row),
            Operator::NotEq => left.equals(&right, row).map(|equal| !equal),
            _ => left.compare(&right, row).map(|found| orders.contains(&found)),
        };
        rows.iter().map(|row| of(row).into()).collect()
    }

    fn missing(&self, key: Key, if_missing: bool, rows: &[u32]) -> Vec<Truth> {
        let reader = Reader::new(self.context, self.frame, key, rows);
        rows.iter().map(|&row| ((reader.cell(row) == Cell::Null) == if_missing).into()).collect()
    }
}

/// A byte a row by the code of its text.
struct LookUp<'a> {
    seats: &'a Seats,
    min: Bits,
    codes: &'a [u32],
    table: &'a [Truth],
    nothing: Truth,
}

impl<'a> LookUp<'a> {
    fn new(asking: &Asking<'a>, text: OneText, table: &'a [Truth]) -> Self {
        let context = asking.context;
        let records = context.records(context.view.slots[text.slot].source);
        let texts = records.and_then(|records| records.table.columns.get(text.column)?.as_ref());
        Self {
            seats: &asking.frame.slots[text.slot],
            min: Bits::least_of(min_link_probability(text.threshold)),
            codes: texts.map_or(&[], crate::table::TextColumn::codes),
            table,
            nothing: table.first().copied().unwrap_or(Truth::Unknown),
        }
    }

    fn of(&self, row: u32) -> Truth {
        let code = self.seats.row_from(row as usize, self.min).and_then(|at| self.codes.get(at as usize));
        code.and_then(|&code| self.table.get(code as usize)).copied().unwrap_or(self.nothing)
    }
}

/// Asks polars a whole condition of some rows.
///
/// # Errors
/// If it refuses a value.
pub(super) fn evaluate(
    context: &Context<'_>,
    frame: &Frame,
    condition: &Condition,
    rows: &[u32],
) -> PolarsResult<Vec<Truth>> {
    let answers = data(context, frame, &condition.keys, rows)?;
    let answers = answers.lazy().select([condition.expression.clone().alias("term")]).collect()?;
    match answers.columns().first() {
        Some(answer) => truths(answer, rows.len()),
        None => Ok(vec![Truth::Unknown; rows.len()]),
    }
}

/// The columns that a condition names, in some rows of a frame.
///
/// # Errors
/// Never for keys that differ.
pub(super) fn data(
    context: &Context<'_>,
    frame: &Frame,
    keys: &[Key],
    rows: &[u32],
) -> PolarsResult<DataFrame> {
    DataFrame::new(rows.len(), keys.iter().map(|&key| series(context, frame, key, rows)).collect())
}
