//! A suggestion is of its field's kind: a name is never suggested for a date.
//!
//! SQL knows texts only, so the types alone would let any text be suggested for any field. Each column of a
//! view knows the kind of cell that it is read from; a suggestion reads a cell of its field's kind, or none.

use super::condition::Condition;
use super::view::{Origin, View};
use crate::diagnostic::Diagnostic;
use crate::settings::reader::Located;
use crate::settings::{Check, Kind, Settings, Subject};

/// What is wrong with a rule's suggestion, if its columns are all of other kinds than its field.
pub(super) fn mismatch(
    settings: &Settings,
    check: &Check,
    view: &View,
    (sql, suggest): (&Located<String>, &Condition),
) -> Option<Diagnostic> {
    let kind = field_kind(settings, check)?;
    let read = suggest.keys.iter().filter_map(|key| told_kind(settings, view, key.column));
    let mut read = read.peekable();
    read.peek()?;
    if read.any(|told| told == kind) {
        return None;
    }
    let names: Vec<&str> = suggest.keys.iter().map(|key| view.columns[key.column].name.as_str()).collect();
    Some(Diagnostic::error(
        "CHK-012",
        sql.place.clone(),
        format!(
            "rule `{}` suggests {} for `{}`, which is of another type",
            check.id,
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            check.field
        ),
        format!("suggest a value of `{}` from some record, or leave `suggest` out", check.field),
    ))
}

/// The kind of the field at fault.
fn field_kind(settings: &Settings, check: &Check) -> Option<Kind> {
    let of = |source: &crate::settings::Source| {
        source.column_of(&check.field).map(|column| source.columns[column].kind.clone())
    };
    match check.subject {
        Subject::Record(source) | Subject::Pair(source) => of(settings.source(source)),
        Subject::MissingPerson => settings.sources.iter().find_map(of),
    }
}

/// The kind of what a column tells; none where it is nothing that stands in a cell (a count, a truth).
fn told_kind(settings: &Settings, view: &View, column: usize) -> Option<Kind> {
    let column = &view.columns[column];
    let of_cell = |at: usize| {
        let source = settings.source(view.slots.get(column.slot?)?.source);
        source.columns.get(at).map(|column| column.kind.clone())
    };
    match column.origin {
        // An address and a code tell wards alike.
        Origin::Facet(at, facet) => match of_cell(at)? {
            Kind::Address if facet.name == "ward" => Some(Kind::WardCode),
            kind => Some(kind),
        },
        Origin::OtherHolder(at) | Origin::Beside(at, _) => of_cell(at),
        Origin::Best(field, _) => {
            let field = &settings.evidence.fields.get(field)?.field;
            settings
                .sources
                .iter()
                .find_map(|source| source.column_of(field).map(|column| source.columns[column].kind.clone()))
        }
        _ => None,
    }
}
