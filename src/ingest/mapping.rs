//! Header cells → declared columns.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::settings::{Column, Source};

/// Where the declared columns stand in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// Cells in the header, and so in every row.
    pub(super) width: usize,
    /// The delivered columns, in declared order.
    pub(super) slots: Vec<Slot>,
    /// Where among `slots` the record id stands; none where rows are numbered.
    pub(super) record_id: Option<usize>,
}

/// One delivered column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Its place in [`Source::columns`].
    pub(super) declared: usize,
    /// Its 0-based place in the file's rows.
    pub(super) position: usize,
}

/// A name as it is compared: NFC, lower case, without byte-order mark and outer
/// spaces; inner spaces count as `_`.
fn key(name: &str) -> String {
    let visible: String = name.nfc().filter(|c| !matches!(c, '\u{feff}' | '\u{200b}')).collect();
    visible.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

/// Which declared column each compared name stands for. A column's own name
/// outranks another's alias.
fn names(source: &Source) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    let own = in_files(source).map(|(index, column)| (index, &column.name));
    let aliases = source.columns.iter().enumerate().flat_map(|(i, c)| c.aliases.iter().map(move |a| (i, a)));
    for (index, name) in own.chain(aliases) {
        names.entry(key(name)).or_insert(index);
    }
    names
}

/// The columns that stand in files, each with its place: all but the number of a row.
fn in_files(source: &Source) -> impl Iterator<Item = (usize, &Column)> {
    let is_there = |index: usize| !(source.numbered && index == source.record_id);
    source.columns.iter().enumerate().filter(move |(index, _)| is_there(*index))
}

/// How many header cells name a declared column.
pub(super) fn recognised(source: &Source, header: &[String]) -> usize {
    let names = names(source);
    header.iter().filter(|cell| names.contains_key(&key(cell))).count()
}

/// The mapping of a file and its warnings.
///
/// # Errors
/// Why the file is refused: no known column, a column twice, a required one missing.
pub(super) fn resolve(
    source: &Source,
    header: &[String],
    place: &Place,
) -> Result<(Mapping, Vec<Diagnostic>), Vec<Diagnostic>> {
    let names = names(source);
    let mut found: Vec<Option<usize>> = vec![None; source.columns.len()];
    let mut unknown = Vec::new();
    let mut errors = Vec::new();
    for (position, cell) in header.iter().enumerate() {
        match names.get(&key(cell)).map(|&declared| (declared, found[declared])) {
            None => unknown.push((position, cell.as_str())),
            Some((declared, None)) => found[declared] = Some(position),
            Some((declared, Some(first))) => {
                errors.push(twice(place, &source.columns[declared], first, position));
            }
        }
    }
    if found.iter().all(Option::is_none) {
        return Err(vec![not_a_header(source, place, header.len())]);
    }
    errors.extend(missing_required(source, &found, &unknown, place));
    if !errors.is_empty() {
        return Err(errors);
    }
    let slots: Vec<Slot> = found
        .iter()
        .enumerate()
        .filter_map(|(declared, position)| Some(Slot { declared, position: (*position)? }))
        .collect();
    let record_id = slots.iter().position(|slot| slot.declared == source.record_id);
    let warnings = warnings(source, &found, &unknown, place);
    Ok((Mapping { width: header.len(), slots, record_id }, warnings))
}

/// The record id is required whether its column says so or not: nothing can be
/// said about a record without a name.
fn missing_required(
    source: &Source,
    found: &[Option<usize>],
    unknown: &[(usize, &str)],
    place: &Place,
) -> Vec<Diagnostic> {
    let needed = |(index, column): &(usize, &Column)| column.required || *index == source.record_id;
    in_files(source)
        .filter(|column| needed(column) && found[column.0].is_none())
        .map(|(_, column)| {
            let near = nearest(&column.name, unknown.iter().map(|(_, name)| *name));
            let near = near.map(|name| format!("; `{name}` looks like it")).unwrap_or_default();
            Diagnostic::error(
                "ING-008",
                place.clone(),
                format!("required column `{}` ({}) is missing{near}", column.name, column.label),
                format!(
                    "ask for the extract with this column, or add its header to `aliases` of \
                     [columns.{}] in the source's rules",
                    column.name
                ),
            )
        })
        .collect()
}

fn twice(place: &Place, column: &Column, first: usize, second: usize) -> Diagnostic {
    Diagnostic::error(
        "ING-009",
        place.clone(),
        format!("column `{}` stands twice, as columns {} and {}", column.name, first + 1, second + 1),
        "deliver it once; which of the two is right cannot be known",
    )
}

fn not_a_header(source: &Source, place: &Place, cells: usize) -> Diagnostic {
    let expected: Vec<&str> = source.columns.iter().take(4).map(|column| column.name.as_str()).collect();
    Diagnostic::error(
        "ING-007",
        place.clone(),
        format!("the first row ({cells} cells) names none of the columns of `{}`", source.id),
        format!(
            "expected a header such as `{}`, …, separated by comma, semicolon, tab or `|`",
            expected.join("`, `")
        ),
    )
}

/// At most this many names stand in one message.
const NAMES_MAX: usize = 10;

fn warnings(
    source: &Source,
    found: &[Option<usize>],
    unknown: &[(usize, &str)],
    place: &Place,
) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let is_missing = |(index, _): &(usize, &Column)| found.get(*index).is_some_and(Option::is_none);
    let missing: Vec<&Column> = in_files(source).filter(is_missing).map(|(_, column)| column).collect();
    if !unknown.is_empty() {
        let listed: Vec<String> =
            unknown.iter().take(NAMES_MAX).map(|cell| describe(*cell, &missing)).collect();
        let more = if unknown.len() > NAMES_MAX { ", …" } else { "" };
        warnings.push(Diagnostic::warning(
            "ING-015",
            place.clone(),
            format!(
                "columns that `{}` does not declare were left out: {}{more}",
                source.id,
                listed.join(", ")
            ),
            "declare them, or add a header to a column's `aliases`, in the source's rules",
        ));
    }
    if !missing.is_empty() {
        let listed: Vec<String> = missing.iter().map(|column| format!("`{}`", column.name)).collect();
        warnings.push(Diagnostic::warning(
            "ING-016",
            place.clone(),
            format!("columns not delivered: {}", listed.join(", ")),
            "rules that need them give no findings; ask for the whole extract if they matter",
        ));
    }
    warnings
}

/// An unknown header cell, with the undelivered column it may have been meant for.
fn describe((position, name): (usize, &str), missing: &[&Column]) -> String {
    if name.trim().is_empty() {
        return format!("column {} (without a name)", position + 1);
    }
    // A header cell can be anything, a misplaced data row too: show a name's length of it.
    let shown: String = name.chars().take(40).collect();
    match nearest(&key(name), missing.iter().map(|column| column.name.as_str())) {
        Some(near) => format!("`{shown}` (near `{near}`)"),
        None => format!("`{shown}`"),
    }
}
