//! Both records side by side: what comparisons and blocking rules look at.

use super::value;
use crate::normalise::{Records, facet};
use crate::settings::{FieldFacet, Matching, Settings};
use crate::table::RecordRef;

/// One field of both records, or one facet of it.
#[derive(Clone, Debug)]
pub struct FieldTold {
    /// The field: `full_name`.
    pub field: String,
    /// The facet: `hamlet`; empty for the field itself.
    pub facet: String,
    /// The sides; nothing where a side's source has no such column or did not deliver it.
    pub sides: [Option<CellTold>; 2],
}

/// One cell, or what one of its facets says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellTold {
    /// As delivered; empty for a facet, and where nothing stands.
    pub delivered: String,
    /// In standard form; nothing where nothing stands or it cannot be read.
    pub standard: Option<String>,
}

/// Every field that some comparison or blocking rule uses and some side has, in the order of the
/// rules; behind it those compared facets of it that say something else than its standard form.
pub(super) fn fields(settings: &Settings, records: &[Records], sides: [RecordRef; 2]) -> Vec<FieldTold> {
    let mut told: Vec<FieldTold> = Vec::new();
    let (compared, keys) = used(&settings.matching);
    for part in compared.iter().chain(&keys) {
        if told.iter().any(|one| one.field == part.field) {
            continue;
        }
        let of_field = sides.map(|side| cell(settings, records, side, &part.field));
        if of_field.iter().all(Option::is_none) {
            continue;
        }
        let standards = of_field.each_ref().map(|cell| cell.as_ref().and_then(|cell| cell.standard.clone()));
        told.push(FieldTold { field: part.field.clone(), facet: String::new(), sides: of_field });
        let mut facets: Vec<&str> = Vec::new();
        for asked in compared.iter().filter(|asked| asked.field == part.field) {
            if asked.facet.value.is_empty() || facets.contains(&asked.facet.value.as_str()) {
                continue;
            }
            facets.push(&asked.facet.value);
            let values = sides.map(|side| value::facet_of(settings, records, side, asked));
            if values
                .iter()
                .zip(&standards)
                .any(|(value, standard)| says_more(value.as_ref(), standard.as_ref()))
            {
                told.push(of_facet(asked, values));
            }
        }
    }
    told
}

/// Whether a facet's value is not to be read off the standard form, as the year of a date is.
fn says_more(value: Option<&String>, standard: Option<&String>) -> bool {
    match (value, standard) {
        (Some(value), Some(standard)) => !standard.contains(value.as_str()),
        (value, _) => value.is_some(),
    }
}

fn of_facet(asked: &FieldFacet, values: [Option<String>; 2]) -> FieldTold {
    let cell = |standard: Option<String>| {
        standard.map(|text| CellTold { delivered: String::new(), standard: Some(text) })
    };
    FieldTold { field: asked.field.clone(), facet: asked.facet.value.clone(), sides: values.map(cell) }
}

/// What comparisons look at, and what blocking rules do.
fn used(matching: &Matching) -> (Vec<&FieldFacet>, Vec<&FieldFacet>) {
    let compared = matching.comparisons.iter().flat_map(|rule| &rule.values);
    let keys = matching.blocking.iter().flat_map(|rule| rule.keys.iter().chain(&rule.finer));
    (
        compared.flat_map(|expression| &expression.alternatives).collect(),
        keys.flat_map(|expression| &expression.alternatives).collect(),
    )
}

fn cell(settings: &Settings, records: &[Records], record: RecordRef, field: &str) -> Option<CellTold> {
    let (delivered, column, kind) = value::column(settings, records, record, field)?;
    delivered.table.columns[column].as_ref()?;
    let row = record.row as usize;
    let read = |name: &str| value::text(delivered.facet(facet(kind, name)?, column, row));
    Some(CellTold {
        delivered: delivered.table.text(column, row).to_owned(),
        standard: read("standard").or_else(|| read("")),
    })
}
