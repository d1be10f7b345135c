//! What stands in a record for an expression of the rules, as text to be read.

use crate::link::cells::cut;
use crate::link::compare::civil;
use crate::normalise::{FacetValue, Records, facet};
use crate::settings::{Expression, FieldFacet, Kind, Settings};
use crate::table::RecordRef;

/// The value that a blocking key is made of: the first alternative that has one.
pub(super) fn key(
    settings: &Settings,
    records: &[Records],
    record: RecordRef,
    key: &Expression,
) -> Option<String> {
    let of = |part| read(settings, records, record, part, None);
    key.alternatives.iter().find_map(of)
}

/// The value that is compared. A date of which only year or month is known is one, too.
pub(super) fn compared(
    settings: &Settings,
    records: &[Records],
    record: RecordRef,
    value: &Expression,
) -> Option<String> {
    let of = |part: &FieldFacet| {
        let standard = || read(settings, records, record, part, Some("standard"));
        let whole = part.facet.value.is_empty();
        read(settings, records, record, part, None).or_else(|| standard().filter(|_| whole))
    };
    value.alternatives.iter().find_map(of)
}

/// What a field's facet says.
pub(super) fn facet_of(
    settings: &Settings,
    records: &[Records],
    record: RecordRef,
    asked: &FieldFacet,
) -> Option<String> {
    read(settings, records, record, asked, None)
}

/// A field's facet of a record, the one that the rules ask for or another.
fn read(
    settings: &Settings,
    records: &[Records],
    record: RecordRef,
    part: &FieldFacet,
    other: Option<&str>,
) -> Option<String> {
    let (delivered, column, kind) = column(settings, records, record, &part.field)?;
    let facet = facet(kind, other.unwrap_or(&part.facet.value))?;
    text(cut(delivered.facet(facet, column, record.row as usize), part.part))
}

/// A record's source's rows, and where a field stands among its columns.
pub(super) fn column<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    record: RecordRef,
    field: &str,
) -> Option<(&'a Records, usize, &'a Kind)> {
    let source = settings.sources.get(record.source.index())?;
    let delivered = records.iter().find(|one| one.source == record.source)?;
    let column = source.column_of(field)?;
    Some((delivered, column, &source.columns.get(column)?.kind))
}

/// A value as text; nothing for no value.
pub(super) fn text(value: FacetValue<'_>) -> Option<String> {
    match value {
        FacetValue::Null => None,
        FacetValue::Text(text) => Some(text.into_owned()),
        FacetValue::Integer(number) => Some(number.to_string()),
        FacetValue::Boolean(truth) => Some(truth.to_string()),
        FacetValue::Date(days) => {
            let (year, month, day) = civil(days);
            Some(format!("{day:02}/{month:02}/{year:04}"))
        }
    }
}
