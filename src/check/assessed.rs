//! How many records a rule judges, by ward: what scores are shares of.
//!
//! A rule judges a row of which its condition says true or false. Conditions over the record alone say
//! nothing of a well-written value too (`full_name.form = 'abbreviated'` of a name without any form fault is
//! NULL): there a row counts as judged that has a value in the rule's field. Conditions that lean on other
//! records keep their silence: what could not be compared is not judged.
//!
//! Only rows without an answer are looked at one by one, so a rule costs what it leaves unanswered.

use super::context::Context;
use super::describe::subject;
use super::frame::Frame;
use super::program::Rule;
use super::view::Origin;
use crate::settings::Subject;
use crate::table::RecordRef;

/// The rows of one frame by ward.
pub(super) struct Assessed {
    /// By row; empty for missing persons, whose ward depends on the rule.
    wards: Vec<u16>,
    /// By ward.
    rows: Vec<u64>,
}

impl Assessed {
    /// O(rows).
    pub(super) fn of(context: &Context<'_>, frame: &Frame) -> Self {
        if context.view.subject == Subject::MissingPerson {
            return Self { wards: Vec::new(), rows: Vec::new() };
        }
        let ward = |row| {
            let record = frame.record(context, 0, row, 0.0);
            record.map_or(0, |record| context.wards.of(context, record))
        };
        Self::counted(context, (0..frame.rows).map(ward).collect())
    }

    /// The ward of a row, by number.
    pub(super) fn ward(&self, row: u32) -> Option<u16> {
        self.wards.get(row as usize).copied()
    }

    fn counted(context: &Context<'_>, wards: Vec<u16>) -> Self {
        let mut rows = vec![0; context.wards.len()];
        for ward in &wards {
            rows[usize::from(*ward)] += 1;
        }
        Self { wards, rows }
    }

    /// By ward: the rows that a rule judges, given those of which its condition says nothing.
    pub(super) fn count(
        &self,
        context: &Context<'_>,
        frame: &Frame,
        (check, rule): (u16, &Rule),
        unknown: &[u32],
    ) -> Vec<u64> {
        if context.view.subject == Subject::MissingPerson {
            return Self::of_missing(context, frame, (check, rule)).without(unknown.iter().copied());
        }
        let field = own_field(context, rule, check);
        let is_filled = |row: u32| field.is_some_and(|column| has_value(context, frame, column, row));
        self.without(unknown.iter().copied().filter(|row| !is_filled(*row)))
    }

    /// Missing persons count in the ward of the record that would carry the finding.
    fn of_missing(context: &Context<'_>, frame: &Frame, (check, rule): (u16, &Rule)) -> Self {
        let min = context.settings.checks[usize::from(check)].min_link_probability;
        let ward = |row| {
            let record = subject(context, frame, rule, row, min);
            record.map_or(0, |record: RecordRef| context.wards.of(context, record))
        };
        Self::counted(context, (0..frame.rows).map(ward).collect())
    }

    fn without(&self, rows: impl Iterator<Item = u32>) -> Vec<u64> {
        let mut left = self.rows.clone();
        rows.for_each(|row| left[usize::from(self.wards[row as usize])] -= 1);
        left
    }
}

/// Adds a chunk's counts to those of the chunks before it.
pub(super) fn add(all: &mut Vec<u64>, part: &[u64]) {
    all.resize(all.len().max(part.len()), 0);
    all.iter_mut().zip(part).for_each(|(sum, more)| *sum += more);
}

/// The rule's field, if its condition looks at the record alone.
fn own_field(context: &Context<'_>, rule: &Rule, check: u16) -> Option<usize> {
    let Subject::Record(source) = context.view.subject else { return None };
    let is_own = |column: usize| {
        let told = matches!(
            context.view.columns[column].origin,
            Origin::Facet(..) | Origin::Age(_) | Origin::Live(_) | Origin::AsOf | Origin::RecordId
        );
        told && !context.view.is_linked(column)
    };
    if !rule.when.keys.iter().all(|key| is_own(key.column)) {
        return None;
    }
    context.settings.source(source).column_of(&context.settings.checks[usize::from(check)].field)
}

fn has_value(context: &Context<'_>, frame: &Frame, column: usize, row: u32) -> bool {
    let Some(record) = frame.record(context, 0, row as usize, 0.0) else { return false };
    let texts = context.records(record.source).and_then(|records| records.table.columns.get(column));
    texts.is_some_and(|texts| texts.as_ref().is_some_and(|texts| texts.code(record.row as usize) != 0))
}
