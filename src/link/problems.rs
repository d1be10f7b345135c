//! Mistakes in the matching rules that settings cannot see, for they do not know facets.

use super::compare::{Reading, comparator};
use crate::diagnostic::{Diagnostic, nearest};
use crate::normalise::{FacetType, facet, facets_of};
use crate::settings::{
    BlockingRule, ComparisonRule, Expression, FieldFacet, Kind, Part, RelativesRule, Settings,
};

/// Mistakes in the matching rules that settings cannot see: facets that a field does not have,
/// blocking rules whose keys do not tell records apart. Empty for good rules. To be asked
/// before any data is read.
pub fn problems<'a>(settings: &'a Settings) -> Vec<Diagnostic> {
    let matching = &settings.matching;
    let compared = matching.comparisons.iter().flat_map(|rule| of_comparison(settings, rule));
    let expressions = matching.blocking.iter().flat_map(|rule| rule.keys.iter().chain(&rule.finer));
    let counted = matching.model.comparisons.iter().flat_map(|one| &one.terms).flat_map(|term| &term.of);
    let of_relatives = |rule: &'a RelativesRule| rule.named.iter().chain([&rule.household, &rule.members]);
    let named = matching.relatives.iter().flat_map(of_relatives);
    let parts = expressions.chain(counted).chain(named).flat_map(|expression| &expression.alternatives);
    let keys = parts.filter_map(|part| of_facet(settings, part, None));
    let blocks = matching.blocking.iter().filter_map(|rule| of_blocks(settings, rule));
    compared.chain(keys).chain(blocks).collect()
}

fn of_comparison<'a>(
    settings: &'a Settings,
    rule: &'a ComparisonRule,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let readings = comparator(rule.comparator.id).readings;
    rule.values.iter().zip(readings).flat_map(move |(value, &reading)| {
        let asked = facets_wanted(reading);
        value.alternatives.iter().filter_map(move |part| {
            of_facet(settings, part, asked).or_else(|| of_reading(settings, part, reading))
        })
    })
}

/// The facets that a comparator asks of a field; none where the rules name it.
fn facets_wanted(reading: Reading) -> Option<&'static [&'static str]> {
    match reading {
        Reading::Name => Some(&["key", "plain"]),
        Reading::Date => Some(&["", "year", "month"]),
        Reading::Number
        | Reading::Integer
        | Reading::Real
        | Reading::Digits
        | Reading::Text
        | Reading::Hash
        | Reading::Term => None,
    }
}

/// What is wrong with a number that is not whole, or that is none.
fn of_reading(settings: &Settings, part: &FieldFacet, reading: Reading) -> Option<Diagnostic> {
    let place = part.facet.place.clone();
    let is_number = matches!(reading, Reading::Number | Reading::Integer | Reading::Real | Reading::Digits);
    if is_number && part.part != Part::Whole {
        let message = format!("`{part}` is a part of a number, which is compared digit by digit");
        return Some(Diagnostic::error("LNK-002", place, message, "leave the brackets out"));
    }
    let facet = facet(kind_of(settings, &part.field)?, &part.facet.value)?;
    if reading != Reading::Integer || facet.kind_of_value == FacetType::Integer {
        return None;
    }
    let message = format!("`{part}` is no whole number, which this comparator asks for here");
    Some(Diagnostic::error("LNK-003", place, message, "give a facet such as `birth_date.year`"))
}

/// What is wrong with a field's facet.
fn of_facet(settings: &Settings, part: &FieldFacet, wanted: Option<&[&str]>) -> Option<Diagnostic> {
    let kind = kind_of(settings, &part.field)?;
    let facets: Vec<&str> = facets_of(kind).map(|facet| facet.name).collect();
    let typed = part.facet.value.as_str();
    let place = part.facet.place.clone();
    if let Some(wanted) = wanted {
        if !typed.is_empty() || part.part != Part::Whole {
            let message = format!("`{part}` is compared by parts of its own choice");
            return Some(Diagnostic::error("LNK-002", place, message, format!("write `{}`", part.field)));
        }
        let lacking = wanted.iter().find(|facet| !facets.contains(facet))?;
        let message = format!("field `{}` has no facet `{lacking}` for this comparator", part.field);
        let help = "choose a comparator for the field's kind";
        return Some(Diagnostic::error("LNK-003", place, message, help));
    }
    if facets.contains(&typed) {
        return None;
    }
    let named: Vec<&str> = facets.iter().copied().filter(|facet| !facet.is_empty()).collect();
    let help = match nearest(typed, named.iter().copied()) {
        Some(near) => format!("did you mean `{}.{near}`?", part.field),
        None => format!("valid: {}", named.join(", ")),
    };
    let message = format!("field `{}` has no facet `{typed}`", part.field);
    Some(Diagnostic::error("LNK-001", place, message, help))
}

/// What is wrong with a rule whose blocks hold large parts of all records.
fn of_blocks(settings: &Settings, rule: &BlockingRule) -> Option<Diagnostic> {
    let tells_apart = |key: &Expression| key.alternatives.iter().any(|part| is_open(settings, part));
    if rule.keys.iter().any(tells_apart) {
        return None;
    }
    let message = format!("blocking rule `{}` puts nearly all records into a few blocks", rule.id.value);
    let help = "its keys come from short closed lists; add a key that tells people apart, such as a name, \
                a date or a number";
    Some(Diagnostic::error("LNK-004", rule.id.place.clone(), message, help))
}

/// Facets that have a few values, whatever the kind.
const CLOSED: [&str; 6] = ["form", "form_fault", "sex", "precision", "status", "month"];

/// Whether a facet has more values than a short closed list.
fn is_open(settings: &Settings, part: &FieldFacet) -> bool {
    let Some(kind) = kind_of(settings, &part.field) else { return true };
    let of_closed_list = matches!(kind, Kind::Category(_)) && part.facet.value != "raw";
    let is_boolean =
        facet(kind, &part.facet.value).is_some_and(|facet| facet.kind_of_value == FacetType::Boolean);
    !(of_closed_list || is_boolean || CLOSED.contains(&part.facet.value.as_str()))
}

fn kind_of<'a>(settings: &'a Settings, field: &str) -> Option<&'a Kind> {
    let column = |source: &'a crate::settings::Source| Some(&source.columns[source.column_of(field)?].kind);
    settings.sources.iter().find_map(column)
}
