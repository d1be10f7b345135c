//! The matching rules, resolved against what was delivered and what can be asked of it.

use super::blocking::KeyRule;
use super::column::{self, ValueColumn};
use super::compare::names::Names;
use super::compare::{Comparator, Reading, comparator};
use crate::diagnostic::{Diagnostic, nearest};
use crate::normalise::{Records, facets_of};
use crate::settings::{Expression, FieldFacet, Kind, Matching, Settings};

/// Columns of values, and what blocking and comparing look at in them.
pub(super) struct Plan<'a> {
    pub(super) columns: Vec<ValueColumn<'a>>,
    pub(super) names: Names,
    pub(super) blocking: Vec<KeyRule>,
    /// By comparison: its comparator and the place of its column.
    pub(super) comparisons: Vec<(Comparator, usize)>,
}

/// An expression and how it is read, told apart by its text.
pub(super) type Wanted<'e> = (String, Reading, &'e Expression);

impl<'a> Plan<'a> {
    /// Reads every column once, however many rules name it. O(distinct texts).
    pub(super) fn new(settings: &'a Settings, records: &'a [Records]) -> Self {
        Self::over(&settings.matching, |wanted| read_all(settings, records, wanted))
    }

    /// The plan over the columns that `read` gives for what is wanted, in that order.
    pub(super) fn over(
        matching: &Matching,
        read: impl FnOnce(&[Wanted<'_>]) -> (Names, Vec<ValueColumn<'a>>),
    ) -> Self {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        let comparisons: Vec<(Comparator, usize)> = matching
            .comparisons
            .iter()
            .map(|rule| (comparator(rule.comparator.id), &rule.value))
            .map(|(comparator, value)| (comparator, place(&mut wanted, value, comparator.reading)))
            .collect();
        let blocking = matching.blocking.iter().map(|rule| KeyRule {
            keys: rule.keys.iter().map(|key| place(&mut wanted, key, Reading::Hash)).collect(),
            finer: rule.finer.iter().map(|key| place(&mut wanted, key, Reading::Hash)).collect(),
            block_size_max: rule.block_size_max,
        });
        let blocking = blocking.collect();
        let (names, columns) = read(&wanted);
        Self { columns, names, blocking, comparisons }
    }
}

fn read_all<'a>(
    settings: &'a Settings,
    records: &'a [Records],
    wanted: &[Wanted<'_>],
) -> (Names, Vec<ValueColumn<'a>>) {
    let of_names: Vec<&Expression> =
        wanted.iter().filter(|one| one.1 == Reading::Name).map(|one| one.2).collect();
    let (all, of_rules) = column::read_names(settings, records, &of_names);
    let mut next_column = of_rules.into_iter();
    let columns = wanted.iter().map(|(_, reading, expression)| match reading {
        Reading::Name => next_column.next().unwrap_or_default(),
        reading => column::read(settings, records, expression, *reading),
    });
    (all, columns.collect())
}

fn place<'e>(wanted: &mut Vec<Wanted<'e>>, expression: &'e Expression, reading: Reading) -> usize {
    let text = shown(expression);
    let found = wanted.iter().position(|one| one.0 == text && one.1 == reading);
    found.unwrap_or_else(|| {
        wanted.push((text, reading, expression));
        wanted.len() - 1
    })
}

fn shown(expression: &Expression) -> String {
    let part = |part: &FieldFacet| format!("{}.{}", part.field, part.facet.value);
    expression.alternatives.iter().map(part).collect::<Vec<_>>().join(" | ")
}

/// Mistakes in the matching rules that settings cannot see: facets that a field does not have.
/// Empty for good rules. To be asked before any data is read.
pub fn problems(settings: &Settings) -> Vec<Diagnostic> {
    let matching = &settings.matching;
    let compared = matching.comparisons.iter().flat_map(|rule| {
        let asked = facets_wanted(comparator(rule.comparator.id).reading);
        rule.value.alternatives.iter().filter_map(move |part| problem(settings, part, asked))
    });
    let expressions = matching.blocking.iter().flat_map(|rule| rule.keys.iter().chain(&rule.finer));
    let parts = expressions.flat_map(|expression| &expression.alternatives);
    compared.chain(parts.filter_map(|part| problem(settings, part, None))).collect()
}

/// The facets that a comparator asks of a field; none where the rules name it.
fn facets_wanted(reading: Reading) -> Option<&'static [&'static str]> {
    match reading {
        Reading::Name => Some(&["key", "plain"]),
        Reading::Date => Some(&["", "year", "month"]),
        Reading::Number | Reading::Hash => None,
    }
}

/// What is wrong with a field's facet.
fn problem(settings: &Settings, part: &FieldFacet, wanted: Option<&[&str]>) -> Option<Diagnostic> {
    let kind = kind_of(settings, &part.field)?;
    let facets: Vec<&str> = facets_of(kind).map(|facet| facet.name).collect();
    let typed = part.facet.value.as_str();
    let place = part.facet.place.clone();
    if let Some(wanted) = wanted {
        if !typed.is_empty() {
            let message = format!("`{}.{typed}` is compared by parts of its own choice", part.field);
            return Some(Diagnostic::error("LNK-002", place, message, format!("write `{}`", part.field)));
        }
        let lacking = wanted.iter().find(|facet| !facets.contains(facet))?;
        let message = format!("field `{}` has no facet `{lacking}` for this comparator", part.field);
        return Some(Diagnostic::error(
            "LNK-003",
            place,
            message,
            "choose a comparator for the field's kind",
        ));
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

fn kind_of<'a>(settings: &'a Settings, field: &str) -> Option<&'a Kind> {
    let column = |source: &'a crate::settings::Source| Some(&source.columns[source.column_of(field)?].kind);
    settings.sources.iter().find_map(column)
}
