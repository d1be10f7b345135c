//! A row that a rule found → a finding with its evidence.

use std::sync::Arc;

use super::context::Context;
use super::frame::Frame;
use super::fuse::Testimony;
use super::program::{Rule, Witness};
use super::view::facet_named;
use super::{Evidence, Finding, identity};
use crate::normalise::FacetValue;
use crate::settings::Subject;
use crate::table::RecordRef;

/// What the n-th record of a rule's `evidence` weighs beside the first. The order in the rule is
/// the order of authority (`field_authority.tsv`: deciding source, second source, weak sources);
/// each step down halves what the record adds, so that copies cannot outvote the deciding one.
const AUTHORITY_WEIGHTS: [f64; 4] = [1.0, 0.5, 0.25, 0.125];

/// A row found by a rule.
pub(super) struct Hit {
    /// The rule, by place in the settings' checks.
    pub(super) check: u16,
    /// The row of the frame.
    pub(super) row: usize,
    /// What its `suggest` gives.
    pub(super) suggested: Option<String>,
    /// How sure that is, where the rule asks for it.
    pub(super) confidence: Option<f64>,
}

/// A finding whose evidence does not know its place yet.
pub(super) struct Draft {
    pub(super) finding: Finding,
    /// The finding's column, by place in its source.
    pub(super) column: u16,
    /// The finding's ward, by number.
    pub(super) ward: u16,
    /// `Evidence::finding` is set later.
    pub(super) evidence: Vec<Evidence>,
}

/// The finding of a hit; none where a missing person has no record that could carry it.
pub(super) fn describe(context: &Context<'_>, frame: &Frame, rule: &Rule, hit: Hit) -> Option<Draft> {
    let check = &context.settings.checks[usize::from(hit.check)];
    let min = check.min_link_probability;
    let record = subject(context, frame, rule, hit.row, min)?;
    let other = match context.view.subject {
        Subject::Pair(_) => frame.record(context, 1, hit.row, 0.0),
        _ => None,
    };
    let source = context.settings.source(record.source);
    let column = source.column_of(&check.field)?;
    let current = context.records(record.source)?.table.text(column, record.row as usize);
    let is_sure = rule.confidence.is_none()
        || hit.confidence.is_some_and(|confidence| confidence >= context.settings.evidence.suggest_from);
    let suggested = hit.suggested.filter(|text| !text.is_empty() && is_sure);
    let heard = match rule.weighed {
        Some(field) => hear_weighed(context, field, record),
        None => hear(context, frame, rule, (hit.row, min), record, (current, suggested.as_deref())),
    };
    let mut leaned_on = heard.iter().filter(|heard| heard.evidence.speaks_for).map(|heard| heard.probability);
    let match_probability = match rule.weighed {
        // One strong record is enough to lean on; the others are in the confidence.
        Some(_) => leaned_on.next().unwrap_or(1.0),
        None => leaned_on.fold(frame.pair_probability(hit.row), f64::min),
    };
    let confidence = match rule.confidence {
        Some(_) => hit.confidence,
        None => Some(check.suggestion_confidence * match_probability),
    };
    let words = rule.ask.as_ref().filter(|_| suggested.is_none()).unwrap_or(&rule.explanation);
    let explanation = words.fill(context, frame, hit.row, current, suggested.as_deref());
    let ward = context.wards.of(context, record);
    let finding = Finding {
        finding_id: identity::finding_id(context, check, record, other, column),
        rule: hit.check,
        record,
        other,
        person: context.person(record),
        ward_code: Arc::clone(context.wards.code(ward)),
        field: Arc::clone(context.column_name(record.source, column)),
        current_value: current.into(),
        suggestion_confidence: confidence.filter(|_| suggested.is_some()),
        suggested_value: suggested.map(String::into_boxed_str),
        evidence: heard.iter().find(|heard| heard.evidence.speaks_for).map(|heard| heard.evidence.record),
        match_probability,
        explanation,
    };
    let evidence = heard.into_iter().map(|heard| heard.evidence).collect();
    Some(Draft { finding, column: column as u16, ward, evidence })
}

/// The ward that a row found by a rule counts to, by number: all that is kept of it where nobody has a task.
pub(super) fn ward_of_hit(
    context: &Context<'_>,
    frame: &Frame,
    rule: &Rule,
    check: u16,
    row: usize,
) -> Option<u16> {
    let min = context.settings.checks[usize::from(check)].min_link_probability;
    Some(context.wards.of(context, subject(context, frame, rule, row, min)?))
}

/// The record that carries the finding: the row's own, or for a missing person that of the first
/// prefix in `evidence`.
pub(super) fn subject(
    context: &Context<'_>,
    frame: &Frame,
    rule: &Rule,
    row: usize,
    min: f64,
) -> Option<RecordRef> {
    let slot = match context.view.subject {
        Subject::MissingPerson => rule.witnesses.first()?.slot,
        Subject::Record(_) | Subject::Pair(_) => 0,
    };
    frame.record(context, slot, row, min)
}

struct Heard {
    evidence: Evidence,
    probability: f64,
}

/// What each witness of a rule says about one row, the strongest first.
fn hear(
    context: &Context<'_>,
    frame: &Frame,
    rule: &Rule,
    (row, min): (usize, f64),
    subject: RecordRef,
    values: (&str, Option<&str>),
) -> Vec<Heard> {
    // Whoever knows the missing person bears out that there is one.
    let is_missing = context.view.subject == Subject::MissingPerson;
    let mut heard = Vec::new();
    for (place, witness) in rule.witnesses.iter().enumerate() {
        let Some(record) = frame.record(context, witness.slot, row, min) else { continue };
        let Some(records) = context.records(record.source) else { continue };
        let value = records.table.text(witness.column, record.row as usize);
        if value.is_empty() {
            continue;
        }
        let says =
            if is_missing || record == subject { Some(true) } else { says(context, witness, record, values) };
        let Some(speaks_for) = says else { continue };
        let probability = if record == subject { 1.0 } else { frame.slots[witness.slot].probability(row) };
        let authority = AUTHORITY_WEIGHTS[place.min(AUTHORITY_WEIGHTS.len() - 1)];
        let evidence = Evidence {
            finding: 0,
            record,
            field: Arc::clone(context.column_name(record.source, witness.column)),
            value: value.into(),
            speaks_for,
            weight: probability * authority,
        };
        heard.push(Heard { evidence, probability });
    }
    heard
}

/// What all records of the person say of a field that is weighed, the strongest first: for or against the
/// best value, with what the model makes of each.
fn hear_weighed(context: &Context<'_>, field: usize, subject: RecordRef) -> Vec<Heard> {
    let heard = context.fusion.testimonies(field, context.person(subject), subject);
    let of = |testimony: &Testimony| {
        let record = testimony.record;
        let value = context.records(record.source)?.table.text(testimony.column, record.row as usize);
        let evidence = Evidence {
            finding: 0,
            record,
            field: Arc::clone(context.column_name(record.source, testimony.column)),
            value: value.into(),
            speaks_for: testimony.speaks_for,
            weight: testimony.weight,
        };
        Some(Heard { evidence, probability: testimony.link })
    };
    heard.iter().filter_map(of).collect()
}

/// Whether a witness speaks for the finding. In the rule's own field it does if it has the suggested
/// value or, where nothing is suggested, another one than stands there now, and says nothing where its
/// text has no such value (an old card's number beside a personal number); in any other field it
/// speaks for the finding by being there.
fn says(
    context: &Context<'_>,
    witness: &Witness,
    record: RecordRef,
    (current, suggested): (&str, Option<&str>),
) -> Option<bool> {
    if !witness.same_field {
        return Some(true);
    }
    let records = context.records(record.source)?;
    let kind = &context.settings.source(record.source).columns[witness.column].kind;
    let written = facet_named(kind, "standard").or_else(|| facet_named(kind, ""))?;
    let FacetValue::Text(value) = records.facet(written, witness.column, record.row as usize) else {
        return None;
    };
    let value = value.to_lowercase();
    Some(match suggested {
        // A year agrees with a full date of that year.
        Some(suggested) => {
            let suggested = suggested.to_lowercase();
            suggested == value
                || suggested.strip_suffix(value.as_str()).is_some_and(|rest| rest.ends_with('/'))
        }
        None => value != current.to_lowercase(),
    })
}
