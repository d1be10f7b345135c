//! Whose number stands in a record: the active subscription with it, and how its holder is related.
//!
//! Both sides are sorted by number and met once, so nothing is looked up row by row. Of several active
//! subscriptions with one number the first delivered counts.

use rayon::prelude::*;

use super::by_code::{ByCode, read};
use super::context::Context;
use super::household::Households;
use super::view::{NAME_FIELD, PHONE_FIELD, SUBSCRIPTION_FIELD, facet_named};
use crate::normalise::{FacetValue, Records};
use crate::table::{RecordRef, SourceIndex};

/// The canonical word of a subscription that runs.
const ACTIVE: &str = "hoạt động";
const NOBODY: u32 = u32::MAX;
/// The fields that name a record's parents.
const PARENTS: [&str; 2] = ["father_name", "mother_name"];

/// By row of the primary source, the subscription with its number.
#[derive(Debug, Default)]
pub(super) struct Owners {
    subscriptions: Option<SourceIndex>,
    of_row: Vec<u32>,
}

impl Owners {
    /// Meets the numbers of a source with those of the source of subscriptions. O(rows log rows).
    pub(super) fn new(context: &Context<'_>, source: SourceIndex) -> Self {
        let Some((subscriptions, active)) = active_numbers(context) else { return Self::default() };
        let Some(records) = context.records(source) else { return Self::default() };
        let mut of_row = vec![NOBODY; records.table.rows];
        let asked = numbers(context, records, |_| true);
        let mut active = active.iter().peekable();
        for (number, row) in asked {
            while active.next_if(|entry| entry.0 < number).is_some() {}
            if let Some(&&(of, subscription)) = active.peek()
                && of == number
            {
                of_row[row as usize] = subscription;
            }
        }
        Self { subscriptions: Some(subscriptions), of_row }
    }

    /// The active subscription with a record's number.
    pub(super) fn subscription(&self, row: usize) -> Option<RecordRef> {
        let at = self.of_row.get(row).copied().filter(|&at| at != NOBODY)?;
        Some(RecordRef::new(self.subscriptions?, at))
    }

    /// How the subscriber is related to the person of a record: `own`, `household`, `relative` (a
    /// parent or child by name) or `other`; none where nobody has the number.
    pub(super) fn relation(
        &self,
        context: &Context<'_>,
        households: &Households,
        record: RecordRef,
    ) -> Option<&'static str> {
        let subscription = self.subscription(record.row as usize)?;
        let owner = context.person(subscription);
        if owner == context.person(record) {
            return Some("own");
        }
        let name = plain(context, subscription, NAME_FIELD);
        if name.is_some() && name == plain(context, record, NAME_FIELD) {
            return Some("own");
        }
        let member = |row: &u32| {
            let member = RecordRef::new(record.source, *row);
            context.person(member) == owner || (name.is_some() && plain(context, member, NAME_FIELD) == name)
        };
        if households.members(record.row as usize).iter().any(member) {
            return Some("household");
        }
        Some(if are_kin(context, record, subscription, owner) { "relative" } else { "other" })
    }
}

/// Whether one of the two is named as parent by the other.
fn are_kin(context: &Context<'_>, record: RecordRef, subscription: RecordRef, owner: u32) -> bool {
    let is_parent = |of: RecordRef, name: &Option<String>| {
        name.is_some() && PARENTS.iter().any(|field| plain(context, of, field) == *name)
    };
    let own_name = plain(context, record, NAME_FIELD);
    let members = &context.linkage.people.members[owner as usize];
    is_parent(record, &plain(context, subscription, NAME_FIELD))
        || members.iter().any(|&member| member.source == record.source && is_parent(member, &own_name))
}

/// The name in a field of a record, without marks; few rows are asked for it.
fn plain(context: &Context<'_>, record: RecordRef, field: &str) -> Option<String> {
    let source = context.settings.source(record.source);
    let column = source.column_of(field)?;
    let facet = facet_named(&source.columns[column].kind, "plain")?;
    match context.records(record.source)?.facet(facet, column, record.row as usize) {
        FacetValue::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

/// The first delivered source that has both numbers and their status, and its active numbers.
fn active_numbers(context: &Context<'_>) -> Option<(SourceIndex, Vec<(u64, u32)>)> {
    let has = |at: &usize| {
        let source = &context.settings.sources[*at];
        source.column_of(PHONE_FIELD).is_some() && source.column_of(SUBSCRIPTION_FIELD).is_some()
    };
    let index = SourceIndex((0..context.settings.sources.len()).find(has)? as u8);
    let records = context.records(index)?;
    let source = context.settings.source(index);
    let status = source.column_of(SUBSCRIPTION_FIELD)?;
    let word = Some(facet_named(&source.columns[status].kind, "")?);
    let is_active = |code: u32| read(records, word, status, code) == FacetValue::Text(ACTIVE.into());
    let active = ByCode::new(records, status, is_active);
    Some((index, numbers(context, records, |row| active.of(row))))
}

/// Number and row, sorted, of the records with a telephone number that `asked` for.
fn numbers(
    context: &Context<'_>,
    records: &Records,
    asked: impl Fn(usize) -> bool + Sync,
) -> Vec<(u64, u32)> {
    let source = context.settings.source(records.source);
    let Some(column) = source.column_of(PHONE_FIELD) else { return Vec::new() };
    let Some(facet) = facet_named(&source.columns[column].kind, "") else { return Vec::new() };
    let number = |row: usize| match records.facet(facet, column, row) {
        FacetValue::Text(digits) => Some((digits.parse().ok()?, row as u32)),
        _ => None,
    };
    let rows = (0..records.table.rows).into_par_iter();
    let mut found: Vec<(u64, u32)> = rows.filter(|&row| asked(row)).filter_map(number).collect();
    found.par_sort_unstable();
    found
}
