//! The keys of the files that a province's nights need beside: quality rules and what officers read.

use super::Shape::{Either, Free, Number, Table, Text, Texts, Truth, Whole, Word};
use super::{Key, Shape};
use crate::settings::{Dimension, Route, Severity};

fn dimensions() -> Vec<&'static str> {
    Dimension::WORDS.iter().map(|(word, _)| *word).collect()
}

fn severities() -> Vec<&'static str> {
    Severity::WORDS.iter().map(|(word, _)| *word).collect()
}

fn routes() -> Vec<&'static str> {
    Route::WORDS.iter().map(|(word, _)| *word).collect()
}

const SHARE: Shape = Number(0.0, 1.0);
const CELL: Shape = Either(&[Text, Truth, Number(-1e15, 1e15)]);
/// A table of texts under keys that reading knows; editors leave them to it.
const TEXTS_BY_KEY: Shape = Free(&Text);

const CHECK_WORDING: &[Key] = &[
    Key::needed("title", Text, "What is to be verified, short."),
    Key::needed("explanation", Text, "One sentence; {current}, {suggested} and {columns} are filled in."),
    Key::of("ask", Text, "Said in place of the explanation where nothing is suggested."),
    Key::needed("why", Text, "Why it matters."),
    Key::needed("action", Text, "What is to be done."),
    Key::of("papers", Text, "Papers to look at."),
    Key::of("form", Text, "The form, if there is one."),
    Key::of("basis", Text, "The legal or procedural basis."),
    Key::of("results", Texts, "Results that fit, keys of wording/results.toml."),
];

const GATE_LIMIT: &[Key] = &[
    Key::of("count", Whole(0.0, 1e12), "Most records found at fault."),
    Key::of("percent", Number(0.0, 100.0), "Largest share found at fault, in hundredths."),
];

const RULE_GATE: &[Key] = &[
    Key::of("warn", Table(GATE_LIMIT), "Above it the data team is told."),
    Key::of("fail", Table(GATE_LIMIT), "Above it the run ends with exit code 1."),
];

pub(super) const CHECK: &[Key] = &[
    Key::needed("id", Text, "Names the fault; never reused."),
    Key::needed("since", Text, "The version that it came with."),
    Key::needed("dimension", Word(dimensions), "Which of the four qualities it measures."),
    Key::needed("severity", Word(severities), "How much harm it does."),
    Key::needed("route", Word(routes), "Where its findings go."),
    Key::needed("subject", Text, "A source's id, pair: and one, or missing_person."),
    Key::needed("field", Text, "The field at fault."),
    Key::needed("when", Text, "SQL condition; NULL means no finding."),
    Key::of("suggest", Text, "SQL expression of the suggested value."),
    Key::of("suggestion_confidence", Either(&[SHARE, Text]), "How sure the suggestion is, or SQL for it."),
    Key::of("needs", Texts, "Columns that must have been delivered beside those that `when` names."),
    Key::of("optional", Texts, "Prefixes and columns that `when` names but can do without."),
    Key::of("evidence", Texts, "The linked records that speak for a finding, strongest first."),
    Key::of("min_link_probability", SHARE, "Weaker links are not leaned on."),
    Key::of("yields_to", Texts, "Rules that speak instead when they find the same cell."),
    Key::needed("authority", Text, "Which office mends it, a key of wording/offices.toml."),
    Key::of("gate", Table(RULE_GATE), "How many findings are accepted."),
    Key::of("community", Truth, "Whether its items may stand on the community team's sheet."),
    Key::needed("wording", Table(CHECK_WORDING), "What officers read."),
    Key::of("pass", Shape::ListOf(&Free(&CELL)), "Rows that the rule must not find."),
    Key::of("fail", Shape::ListOf(&Free(&CELL)), "Rows that the rule must find."),
];

const OFFICE: &[Key] = &[
    Key::needed("title", Text, "How lists name it."),
    Key::of("in_ward", Text, "How a ward's list is addressed; {unit} is the ward."),
];

pub(super) const OFFICES: &[Key] = &[Key::needed("offices", Free(&Table(OFFICE)), "Offices by key.")];

const RESULT: &[Key] =
    &[Key::needed("title", Text, "What the drop-down offers."), Key::of("meaning", Text, "What it means.")];

pub(super) const RESULTS: &[Key] = &[Key::needed("results", Free(&Table(RESULT)), "Results by key.")];

pub(super) const WORDS: &[Key] = &[
    Key::of("severities", TEXTS_BY_KEY, "A word a severity."),
    Key::of("deadline_days", Free(&Whole(0.0, 36_500.0)), "Calendar days a severity."),
    Key::of("routes", TEXTS_BY_KEY, "A word a route."),
    Key::of("dimensions", TEXTS_BY_KEY, "A word a dimension."),
    Key::of("confidence", Free(&Either(&[Text, SHARE])), "Words for confidences and where they begin."),
];

pub(super) const SCORES: &[Key] = &[
    Key::of("green_from", Number(0.0, 100.0), "Green from this many hundredths."),
    Key::of("yellow_from", Number(0.0, 100.0), "Yellow from this many hundredths."),
    Key::of("severities", Free(&Whole(0.0, 1_000.0)), "A weight a severity."),
    Key::of("routes", Free(&Whole(0.0, 1_000.0)), "A weight a route; 0 counts its rules nowhere above."),
];

const GUIDE: &[Key] = &[
    Key::of("title", Text, "The sheet's name."),
    Key::of("lines", Texts, "Its lines."),
    Key::of("results", Text, "What stands above the results."),
];

pub(super) const WORKLIST: &[Key] = &[
    Key::of("package_max", Whole(1.0, 100_000.0), "Most items of a ward's week."),
    Key::of("workbook_rows_max", Whole(1.0, 1_000_000.0), "Most rows of an office's workbook."),
    Key::of("child_below_years", Whole(0.0, 150.0), "Items of younger children come first."),
    Key::of("death_evidence", Texts, "Prefixes of evidence that come first within a severity."),
    Key::of("withheld_fields", Texts, "Fields whose values are never printed."),
    Key::of("community_withheld_fields", Texts, "Fields never told to the community team."),
    Key::of("hamlet_words", Texts, "First words of an address's part that names the hamlet."),
    Key::of("person", TEXTS_BY_KEY, "Which fields a person is shown by."),
    Key::needed("columns", TEXTS_BY_KEY, "Headers of the columns."),
    Key::needed("texts", TEXTS_BY_KEY, "Sentences."),
    Key::of("guide", Table(GUIDE), "The sheet of instructions."),
    Key::of("community_guide", Table(GUIDE), "The community team's sheet of instructions."),
];

const WITNESS: &[Key] = &[
    Key::needed("label", Text, "What officers call it."),
    Key::of("overrides", Truth, "Whether its word settles the value."),
    Key::of("copies", Text, "The witness whose values it copies."),
    Key::of("copied", SHARE, "The share it copies, where learning begins."),
    Key::of("in_time_days", Number(0.0, 36_500.0), "Registered within so many days it is this witness."),
    Key::of("late", Text, "The witness it is when registered later."),
];

const WEIGHED_FIELD: &[Key] = &[
    Key::needed("errors", Free(&SHARE), "The share of wrong values a witness, where learning begins."),
    Key::of("number", Text, "What of the value the personal number tells."),
    Key::of("registered", Truth, "Whether the day of registration bears on it."),
];

pub(super) const EVIDENCE: &[Key] = &[
    Key::of("suggest_from", SHARE, "Below this confidence no value is suggested."),
    Key::of("prior_people", Number(0.0, 1e9), "How many people's worth the shares below count."),
    Key::needed("witnesses", Free(&Table(WITNESS)), "Witnesses, the highest authority first."),
    Key::needed("fields", Free(&Table(WEIGHED_FIELD)), "The fields that are weighed."),
];

#[cfg(test)]
mod tests {
    #[test]
    fn lists_of_words_are_not_empty() {
        for words in [super::dimensions(), super::severities(), super::routes()] {
            assert!(words.len() >= 4, "{words:?}");
        }
    }
}
