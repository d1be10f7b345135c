//! Columns that no record says by itself: they come of the household, of the person's other records
//! in the primary source, or of who has the telephone number.
//!
//! One list ([`OWN`]) names them all; what they look up is built only where a rule names one that needs it.

pub(super) use super::beside_columns::{Beside, Entry, OWN};
use super::cell::{Cell, epoch_days, living};
use super::context::Context;
use super::frame::Frame;
use super::household::{Household, Households};
use super::owners::Owners;
use super::signs::Signs;
use super::view::{NUMBER_FIELD, STATUS_FIELD, facet_named};
use crate::normalise::FacetValue;
use crate::settings::Source;
use crate::table::{RecordRef, SourceIndex};

/// What the columns look up; empty where no rule asks.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    households: Households,
    owners: Owners,
    /// By person: live records of the source.
    live_records: Vec<u8>,
    signs: Signs,
}

impl Lookups {
    /// Builds what the asked columns of a source need. O(rows log rows).
    pub(super) fn new(context: &Context<'_>, source: SourceIndex, asked: &[Beside]) -> Self {
        let of_household = asked.iter().any(|column| column.is_of_household());
        let of_owners =
            asked.iter().any(|column| matches!(column, Beside::PhoneOwner | Beside::PhoneOwnerRecord));
        let is_counted = asked.contains(&Beside::LiveRecords);
        let of_signs =
            asked.iter().any(|column| matches!(column, Beside::SeenOn | Beside::SeenBy | Beside::SeenDays));
        let households =
            || if of_household { Households::new(context, source) } else { Households::default() };
        let owners = || if of_owners { Owners::new(context, source) } else { Owners::default() };
        let live_records = || if is_counted { live_records(context, source) } else { Vec::new() };
        let signs = || if of_signs { Signs::new(context) } else { Signs::default() };
        let ((households, signs), (owners, live_records)) =
            rayon::join(|| rayon::join(households, signs), || rayon::join(owners, live_records));
        Self { households, owners, live_records, signs }
    }

    /// The cell of a column of the record itself.
    pub(super) fn of_record<'a>(
        &self,
        context: &Context<'a>,
        record: RecordRef,
        declared: usize,
        column: Beside,
    ) -> Cell<'a> {
        let household = |read: fn(&Household) -> i64| {
            self.households
                .of(record.row as usize)
                .map_or(Cell::Null, |household| Cell::Integer(read(household)))
        };
        match column {
            Beside::HouseholdSize => household(|household| household.size.into()),
            Beside::HouseholdHeads => household(|household| household.heads.into()),
            Beside::HouseholdHeadsGone => household(|household| household.heads_gone.into()),
            Beside::HouseholdSpeaker => {
                let of = self.households.of(record.row as usize);
                of.map_or(Cell::Null, |household| Cell::Boolean(household.speaker == record.row))
            }
            Beside::HouseholdHeadBirthYear => {
                let year = self.households.of(record.row as usize).and_then(|household| household.head_year);
                year.map_or(Cell::Null, |year| Cell::Integer(year.into()))
            }
            Beside::LiveRecords => {
                let records = self.live_records.get(context.person(record) as usize);
                records.map_or(Cell::Null, |&records| Cell::Integer(records.into()))
            }
            Beside::FatherAgeAtBirth | Beside::MotherAgeAtBirth => {
                self.households.parent_age(context, record, declared).map_or(Cell::Null, Cell::Integer)
            }
            Beside::SeenOn | Beside::SeenBy | Beside::SeenDays => self.seen(context, record, column),
            Beside::DaysSinceUpdate => {
                days_since(context, record, declared).map_or(Cell::Null, Cell::Integer)
            }
            Beside::PhoneOwner => self
                .owners
                .relation(context, &self.households, record)
                .map_or(Cell::Null, |word| Cell::Text(word.into())),
            Beside::PhoneOwnerRecord => self.owner_record(context, record),
            Beside::OldHolders => {
                let holders = context.holders.count_old(record.source, declared, record.row as usize);
                holders.map_or(Cell::Null, Cell::Integer)
            }
            Beside::DigitsOff | Beside::InHousehold => Cell::Null,
        }
    }

    fn seen<'a>(&self, context: &Context<'a>, record: RecordRef, column: Beside) -> Cell<'a> {
        let Some((day, source)) = self.signs.of(context.person(record)) else { return Cell::Null };
        match column {
            Beside::SeenOn => Cell::Date(day),
            Beside::SeenDays => Cell::Integer(i64::from(epoch_days(context.as_of)) - i64::from(day)),
            _ => Cell::Text(context.settings.source(source).title.as_str().into()),
        }
    }

    fn owner_record<'a>(&self, context: &Context<'a>, record: RecordRef) -> Cell<'a> {
        let subscription = self.owners.subscription(record.row as usize);
        let id = subscription.and_then(|subscription| {
            let records = context.records(subscription.source)?;
            Some(context.record_id(records, subscription.row as usize))
        });
        id.map_or(Cell::Null, |id| Cell::Text(id.into()))
    }

    /// Whether a live member of the record's household has the name that a linked record tells.
    fn in_household(
        &self,
        context: &Context<'_>,
        own: RecordRef,
        linked: RecordRef,
        column: usize,
    ) -> Option<bool> {
        let source = context.settings.source(linked.source);
        let plain = facet_named(&source.columns[column].kind, "plain")?;
        let told = context.records(linked.source)?.facet(plain, column, linked.row as usize);
        let FacetValue::Text(_) = told else { return None };
        self.households.of(own.row as usize)?;
        let home = context.settings.source(own.source);
        let name = home.column_of(super::view::NAME_FIELD)?;
        let own_plain = facet_named(&home.columns[name].kind, "plain")?;
        let records = context.records(own.source)?;
        let members = self.households.members(own.row as usize);
        Some(members.iter().any(|&row| records.facet(own_plain, name, row as usize) == told))
    }
}

/// The cell of a column that compares a linked record, by slot, with the record itself.
pub(super) fn of_linked<'a>(
    context: &Context<'_>,
    frame: &Frame,
    (slot, row, min): (usize, usize, f64),
    declared: usize,
    column: Beside,
) -> Cell<'a> {
    let both = frame.record(context, 0, row, 0.0).zip(frame.record(context, slot, row, min));
    let Some((own, linked)) = both else { return Cell::Null };
    match column {
        Beside::DigitsOff => digits_off(context, own, linked, declared).map_or(Cell::Null, Cell::Integer),
        Beside::InHousehold => {
            context.beside.in_household(context, own, linked, declared).map_or(Cell::Null, Cell::Boolean)
        }
        _ => Cell::Null,
    }
}

/// In how many places two personal numbers differ; two neighbours that changed places count once.
fn digits_off(context: &Context<'_>, own: RecordRef, linked: RecordRef, column: usize) -> Option<i64> {
    let number = |record: RecordRef, column: usize| {
        let kind = &context.settings.source(record.source).columns[column].kind;
        match context.records(record.source)?.facet(facet_named(kind, "")?, column, record.row as usize) {
            FacetValue::Text(digits) => Some(digits),
            _ => None,
        }
    };
    let own_column = context.settings.source(own.source).column_of(NUMBER_FIELD)?;
    let (a, b) = (number(own, own_column)?, number(linked, column)?);
    (a.len() == b.len()).then(|| slips(a.as_bytes(), b.as_bytes()))
}

/// Slips between two texts of one length.
fn slips(a: &[u8], b: &[u8]) -> i64 {
    let (mut slips, mut at) = (0, 0);
    while at < a.len().min(b.len()) {
        if a[at] == b[at] {
            at += 1;
            continue;
        }
        let is_swapped = at + 1 < a.len().min(b.len()) && a[at] == b[at + 1] && a[at + 1] == b[at];
        at += if is_swapped { 2 } else { 1 };
        slips += 1;
    }
    slips
}

/// How many days before the as-of date a column's day lies; none where it lies after it.
fn days_since(context: &Context<'_>, record: RecordRef, column: usize) -> Option<i64> {
    let kind = &context.settings.source(record.source).columns[column].kind;
    match context.records(record.source)?.facet(facet_named(kind, "")?, column, record.row as usize) {
        FacetValue::Date(day) => {
            let days = i64::from(epoch_days(context.as_of)) - i64::from(day);
            (days >= 0).then_some(days)
        }
        _ => None,
    }
}

/// By person, how many live records of the source they have.
fn live_records(context: &Context<'_>, source: SourceIndex) -> Vec<u8> {
    let mut counts = vec![0_u8; context.linkage.people.members.len()];
    let status = context.settings.source(source).column_of(STATUS_FIELD);
    let (Some(records), Some(status)) = (context.records(source), status) else { return counts };
    let living = living(context, records, status);
    for row in (0..records.table.rows).filter(|&row| living.of(row)) {
        let count = &mut counts[context.person(RecordRef::new(source, row as u32)) as usize];
        *count = count.saturating_add(1);
    }
    counts
}

/// The declared column that an entry comes of.
pub(super) fn declared(source: &Source, entry: &Entry) -> Option<usize> {
    source.column_of(entry.field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_digit_or_two_neighbours_that_changed_places() {
        let off = |a: &str, b: &str| slips(a.as_bytes(), b.as_bytes());
        assert_eq!(off("096062000001", "096062000001"), 0);
        assert_eq!(off("096062000001", "096062000007"), 1);
        assert_eq!(off("096062000012", "096062000021"), 1);
        assert_eq!(off("096062000012", "096062000030"), 2);
        assert_eq!(off("096062123456", "096162654321"), 6);
    }

    #[test]
    fn every_column_is_listed_once() {
        let mut names: Vec<&str> = OWN.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), OWN.len());
    }
}
