//! The ward whose officers get a finding.

use super::context::Context;
use super::view::facet_named;
use crate::normalise::{FacetValue, Records};
use crate::settings::Kind;
use crate::table::RecordRef;

/// Chưa rõ xã.
pub(super) const UNKNOWN_WARD: &str = "00000";

/// The ward of a record's person: of the record itself if it is of the primary source, else of the
/// person's records in the primary source, else of the record itself, else of the person's others.
/// A record tells its ward by a code in force (or the only successor of an old one), else by its
/// address; a divided unit tells nothing.
pub(super) fn ward_of(context: &Context<'_>, record: RecordRef) -> String {
    let primary = context.settings.primary();
    let members = &context.linkage.people.members[context.person(record) as usize];
    let own = std::iter::once(record);
    let first = own.clone().filter(|record| record.source == primary);
    let residence = members.iter().copied().filter(|member| member.source == primary);
    let others = members.iter().copied();
    let told = first.chain(residence).chain(own).chain(others).find_map(|record| told(context, record));
    told.unwrap_or_else(|| UNKNOWN_WARD.to_owned())
}

fn told(context: &Context<'_>, record: RecordRef) -> Option<String> {
    let records = context.records(record.source)?;
    let row = record.row as usize;
    read(context, records, row, &Kind::WardCode, "")
        .or_else(|| read(context, records, row, &Kind::Address, "ward"))
}

/// The first text that a facet of the columns of one kind gives.
fn read(context: &Context<'_>, records: &Records, row: usize, kind: &Kind, facet: &str) -> Option<String> {
    let facet = facet_named(kind, facet)?;
    let columns = context.settings.source(records.source).columns.iter().enumerate();
    columns.filter(|(_, column)| column.kind == *kind).find_map(|(at, _)| {
        match records.facet(facet, at, row) {
            FacetValue::Text(code) => Some(code.into_owned()),
            _ => None,
        }
    })
}
