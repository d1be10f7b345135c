//! All quality rules, compiled against their views before any data is read.

use polars::prelude::DataType;

use super::condition::{Condition, Key, compile, unknown_column};
use super::plan::{Node, Terms};
use super::suggestion::mismatch;
use super::template::Template;
use super::view::{Origin, View};
use crate::diagnostic::{Diagnostic, Failure, Outcome, nearest};
use crate::normalise::Records;
use crate::settings::reader::Located;
use crate::settings::{Check, Settings, Source, Subject};

/// The views that rules look at, and the rules.
pub(super) struct Program {
    /// One view a subject, in order of subjects.
    pub(super) views: Vec<View>,
    /// By view: what its rules ask, each once.
    pub(super) terms: Vec<Terms>,
    /// The rules, in the order of the settings' checks.
    pub(super) rules: Vec<Rule>,
}

/// One compiled rule.
pub(super) struct Rule {
    /// Its view, by place in [`Program::views`].
    pub(super) view: usize,
    /// The condition.
    pub(super) when: Condition,
    /// The condition, term by term.
    pub(super) asked: Node,
    /// The suggested value.
    pub(super) suggest: Option<Condition>,
    /// How sure the suggestion is, where the rule does not say it in a number.
    pub(super) confidence: Option<Condition>,
    /// The explanation.
    pub(super) explanation: Template,
    /// What is said in its place where nothing is suggested.
    pub(super) ask: Option<Template>,
    /// The rule's own field among those of the rules of evidence, where it names the best value of it.
    pub(super) weighed: Option<usize>,
    /// Who speaks for a finding, the strongest first.
    pub(super) witnesses: Vec<Witness>,
    /// Columns that must have been delivered.
    pub(super) needed: Vec<usize>,
}

impl Rule {
    /// Every column that it reads.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let suggest = self.suggest.iter().flat_map(|suggest| suggest.keys.iter().copied());
        let confidence = self.confidence.iter().flat_map(|confidence| confidence.keys.iter().copied());
        let asked = self.ask.iter().flat_map(Template::keys);
        let said = self.explanation.keys().chain(asked);
        self.when.keys.iter().copied().chain(suggest).chain(confidence).chain(said)
    }
}

/// A linked record that has a word to say, and the column it says it in.
pub(super) struct Witness {
    /// Its slot in the rule's view.
    pub(super) slot: usize,
    /// Its column, by place in its source.
    pub(super) column: usize,
    /// Whether the column holds the rule's own field, so that its value speaks for or against.
    pub(super) same_field: bool,
}

impl Program {
    /// Compiles every rule.
    ///
    /// # Errors
    /// Every mistake of every rule, in the order of files and places.
    pub(super) fn compile(settings: &Settings) -> Outcome<Self> {
        let mut subjects: Vec<Subject> = settings.checks.iter().map(|check| check.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let views: Vec<View> = subjects.iter().map(|&subject| View::new(settings, subject)).collect();
        let mut terms: Vec<Terms> = views.iter().map(|_| Terms::default()).collect();
        let (mut rules, mut diagnostics) = (Vec::new(), Vec::new());
        for check in &settings.checks {
            let at = subjects.binary_search(&check.subject).unwrap_or_default();
            rules.extend(compile_rule(settings, check, (at, &views[at], &mut terms[at]), &mut diagnostics));
        }
        diagnostics.sort_by_cached_key(|told: &Diagnostic| {
            let place = told.place.as_ref();
            (place.map(|place| (place.file.clone(), place.line, place.column)), told.message.clone())
        });
        if diagnostics.is_empty() { Ok(Self { views, terms, rules }) } else { Err(Failure { diagnostics }) }
    }
}

fn compile_rule(
    settings: &Settings,
    check: &Check,
    (at, view, terms): (usize, &View, &mut Terms),
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Rule> {
    let min = check.min_link_probability;
    let told_before = diagnostics.len();
    let when =
        compile(&check.when, view, min, &DataType::Boolean).map_err(|told| diagnostics.extend(told)).ok();
    let suggest = check
        .suggest
        .as_ref()
        .map(|sql| compile(sql, view, min, &DataType::String).map_err(|told| diagnostics.extend(told)).ok());
    let confidence = check
        .confidence
        .as_ref()
        .map(|sql| compile(sql, view, min, &DataType::Float64).map_err(|told| diagnostics.extend(told)).ok());
    if let (Some(sql), Some(Some(suggest))) = (&check.suggest, &suggest) {
        diagnostics.extend(mismatch(settings, check, view, (sql, suggest)));
    }
    let wording = &check.wording;
    let explanation = Template::compile(check, ("explanation", &wording.explanation), view, diagnostics);
    let ask =
        (!wording.ask.is_empty()).then(|| Template::compile(check, ("ask", &wording.ask), view, diagnostics));
    let witnesses = witnesses(settings, check, view, diagnostics);
    let mut needed = needs(check, view, diagnostics);
    check_examples(check, view, diagnostics);
    if diagnostics.len() > told_before {
        return None;
    }
    let when = when?;
    needed.extend(required(check, view, &when.keys, diagnostics));
    needed.sort_unstable();
    needed.dedup();
    let (suggest, confidence) = (suggest.flatten(), confidence.flatten());
    let asked = terms.plan(&when, view);
    let rule = Rule {
        view: at,
        when,
        asked,
        suggest,
        confidence,
        explanation,
        ask,
        weighed: None,
        witnesses,
        needed,
    };
    let weighed = rule.keys().find_map(|key| match view.columns[key.column].origin {
        Origin::Best(field, _) if settings.evidence.fields[field].field == check.field => Some(field),
        _ => None,
    });
    Some(Rule { weighed, ..rule })
}

/// The fields whose best values some rule names, sorted.
pub(super) fn weighed_fields(program: &Program) -> Vec<usize> {
    let of = |rule: &Rule| -> Vec<usize> {
        let columns = rule.keys().map(|key| program.views[rule.view].columns[key.column].origin);
        columns
            .filter_map(|origin| if let Origin::Best(field, _) = origin { Some(field) } else { None })
            .collect()
    };
    let mut fields: Vec<usize> = program.rules.iter().flat_map(of).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The columns of `needs`.
fn needs(check: &Check, view: &View, diagnostics: &mut Vec<Diagnostic>) -> Vec<usize> {
    let mut found = Vec::new();
    for name in &check.needs {
        match view.find(&name.value) {
            Some(column) => found.push(column),
            None => diagnostics.push(unknown_column(view, &name.value, name.place.clone())),
        }
    }
    found
}

/// The columns of `when` that no word of `optional` covers.
fn required(check: &Check, view: &View, keys: &[Key], diagnostics: &mut Vec<Diagnostic>) -> Vec<usize> {
    for word in &check.optional {
        if view.slot(&word.value).is_none() && view.find(&word.value).is_none() {
            diagnostics.push(unknown_prefix(view, word, "optional prefix or column"));
        }
    }
    let covered = |name: &str| {
        check.optional.iter().any(|word| {
            name.strip_prefix(word.value.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    keys.iter().map(|key| key.column).filter(|&column| !covered(&view.columns[column].name)).collect()
}

fn witnesses(
    settings: &Settings,
    check: &Check,
    view: &View,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Witness> {
    let mut found = Vec::new();
    for (place, word) in check.evidence.iter().enumerate() {
        let (prefix, field) = word.value.split_once('.').unwrap_or((&word.value, &check.field));
        let Some(slot) = view.slot(prefix) else {
            diagnostics.push(unknown_prefix(view, word, "prefix"));
            continue;
        };
        let source = settings.source(view.slots[slot].source);
        match source.column_of(field) {
            Some(column) => found.push(Witness { slot, column, same_field: field == check.field }),
            None => diagnostics.push(no_such_field(source, prefix, field, word)),
        }
        if place == 0 && view.subject == Subject::MissingPerson && source.column_of(&check.field).is_none() {
            diagnostics.push(no_such_field(source, prefix, &check.field, word));
        }
    }
    if view.subject == Subject::MissingPerson && check.evidence.is_empty() {
        diagnostics.push(Diagnostic::error(
            "CHK-007",
            check.place.clone(),
            format!(
                "rule `{}` over missing persons does not say whose record carries its findings",
                check.id
            ),
            "name the prefix of that record first in `evidence`",
        ));
    }
    found
}

fn unknown_prefix(view: &View, word: &Located<String>, what: &str) -> Diagnostic {
    let prefixes = || view.slots.iter().filter(|slot| !slot.own).map(|slot| slot.prefix.as_str());
    let typed = word.value.split('.').next().unwrap_or_default();
    let help = nearest(typed, prefixes()).map_or_else(
        || format!("this subject sees: {}", prefixes().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error("CHK-005", word.place.clone(), format!("unknown {what} `{}`", word.value), help)
}

fn no_such_field(source: &Source, prefix: &str, field: &str, word: &Located<String>) -> Diagnostic {
    let fields = || source.columns.iter().map(|column| column.field.as_str());
    let near = nearest(field, fields()).unwrap_or_else(|| fields().next().unwrap_or_default());
    Diagnostic::error(
        "CHK-006",
        word.place.clone(),
        format!("records of `{prefix}` have no field `{field}`"),
        format!("name the field that speaks for the finding, such as `{prefix}.{near}`"),
    )
}

fn check_examples(check: &Check, view: &View, diagnostics: &mut Vec<Diagnostic>) {
    for example in &check.examples {
        for name in example.cells.keys().filter(|name| view.find(name).is_none()) {
            diagnostics.push(unknown_column(view, name, example.place.clone()));
        }
    }
}

/// The needed columns that were not delivered: `bhyt` for a whole source, else `bhyt.ngay_sinh`.
pub(super) fn not_delivered(
    settings: &Settings,
    view: &View,
    rule: &Rule,
    sources: &[Option<&Records>],
) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    let own = view.slots.iter().filter(|slot| slot.own).map(|slot| (slot.source, None));
    let named = rule.needed.iter().filter_map(|&column| {
        let column = &view.columns[column];
        Some((view.slots[column.slot?].source, declared_column(column.origin)))
    });
    for (source, column) in own.chain(named) {
        let declared = settings.source(source);
        match (sources[source.index()], column) {
            (None, _) => missing.push(declared.id.clone()),
            (Some(records), Some(at)) if !matches!(records.table.columns.get(at), Some(Some(_))) => {
                missing.push(format!("{}.{}", declared.id, declared.columns[at].name));
            }
            _ => {}
        }
    }
    missing.sort_unstable();
    missing.dedup();
    missing
}

fn declared_column(origin: Origin) -> Option<usize> {
    match origin {
        Origin::Facet(column, _)
        | Origin::Age(column)
        | Origin::Live(column)
        | Origin::Holders(column)
        | Origin::OtherHolder(column)
        | Origin::Beside(column, _) => Some(column),
        Origin::AsOf
        | Origin::Best(..)
        | Origin::PairProbability
        | Origin::InReview
        | Origin::Exists
        | Origin::MatchProbability
        | Origin::Count
        | Origin::Namesakes
        | Origin::RecordId => None,
    }
}
