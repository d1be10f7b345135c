//! What linking tells → what is shown, piece by piece.

use super::{
    Cell, Compared, ComparisonView, Cost, Decision, FieldView, IfExact, KeyView, KindView, Record, RuleView,
};
use crate::cli::explain::find::RecordName;
use crate::link::{
    CellTold, ComparisonTold, Explanation, FieldTold, Judged, KeyTold, Meeting, RuleMeeting, Verdict,
};
use crate::settings::{BlockingRule, ComparisonRule, Expression, KIN, Settings};

/// Comparisons that are told to have cost most.
const COSTS_MAX: usize = 3;
/// Less than this is not told as a cost.
const COST_BITS_MIN: f64 = 0.01;

pub(super) fn record(settings: &Settings, name: &RecordName) -> Record {
    let source = settings.sources.iter().find(|source| source.id == name.source);
    Record { name: name.clone(), title: source.map_or_else(String::new, |source| source.title.clone()) }
}

pub(super) fn decision(settings: &Settings, told: &Explanation) -> Decision {
    let matching = &settings.matching;
    let Judged { match_weight_bits, match_probability, verdict } = told.judged;
    let rule = |at: usize| matching.blocking.get(at).map(|rule| rule.id.value.clone());
    let contradiction = |&at: &usize| matching.contradictions.get(at).map(|rule| rule.id.clone());
    Decision {
        match_weight: match_weight_bits,
        match_probability,
        verdict: word(verdict),
        met_by: told.met_by().and_then(rule),
        contradictions: told.contradictions.iter().filter_map(contradiction).collect(),
        link_from: matching.thresholds.link,
        review_from: matching.thresholds.review,
        link_from_bits: told.link_from_bits,
        review_from_bits: told.review_from_bits,
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Link => "link",
        Verdict::Review => "review",
        Verdict::NoLink => "no_link",
    }
}

/// The name of a field is that of the first side that has it.
pub(super) fn field(settings: &Settings, names: [&RecordName; 2], told: &FieldTold) -> FieldView {
    let of_side = |name: &&RecordName| settings.sources.iter().find(|source| source.id == name.source);
    let label = names
        .iter()
        .filter_map(of_side)
        .find_map(|source| Some(source.columns.get(source.column_of(&told.field)?)?.label.clone()));
    let cell = |cell: &Option<CellTold>| {
        let cell = cell.as_ref()?;
        Some(Cell { delivered: cell.delivered.clone(), standard: cell.standard.clone() })
    };
    FieldView {
        field: told.field.clone(),
        facet: told.facet.clone(),
        label: label.unwrap_or_default(),
        sides: told.sides.each_ref().map(cell),
    }
}

pub(super) fn comparison(rule: &ComparisonRule, told: &ComparisonTold, kinds: &[usize]) -> ComparisonView {
    let is_told = told.level != 0;
    let numbers = &told.numbers;
    let u = |kind: &usize| kind.checked_sub(1).map_or(numbers.u, |kin| numbers.kin[kin]);
    let values = rule.values.iter().zip(&told.values);
    ComparisonView {
        comparison: rule.id.clone(),
        level: rule.levels.get(usize::from(told.level)).cloned().unwrap_or_default(),
        values: values.map(|(value, sides)| compared(value, sides)).collect(),
        m: is_told.then_some(numbers.m),
        u: is_told.then(|| kinds.iter().map(u).collect()),
        bits: kinds.iter().map(|&kind| told.bits[kind]).collect(),
        rarity: told.rarity_bits,
    }
}

fn compared(value: &Expression, sides: &[Option<String>; 2]) -> Compared {
    Compared { value: value.to_string(), sides: sides.clone() }
}

pub(super) fn kind(told: &Explanation, kind: usize) -> KindView {
    let (prior, total) = (told.prior[kind], told.totals[kind]);
    let word = kind.checked_sub(1).map_or("strangers", |kin| KIN[kin]);
    KindView { kind: word, prior, evidence: total - prior, total }
}

pub(super) fn costs(told: &Explanation) -> Vec<Cost> {
    if told.judged.verdict == Verdict::Link {
        return Vec::new();
    }
    let of = |(comparison, told): (usize, &ComparisonTold)| Cost {
        comparison,
        taken: told.taken_bits,
        if_exact: told.if_exact.map(|judged| IfExact {
            match_weight: judged.match_weight_bits,
            match_probability: judged.match_probability,
            verdict: word(judged.verdict),
        }),
    };
    let all = told.comparisons.iter().enumerate().map(of);
    let mut costs: Vec<Cost> = all.filter(|cost| cost.taken >= COST_BITS_MIN).collect();
    costs.sort_by(|a, b| b.taken.total_cmp(&a.taken));
    costs.truncate(COSTS_MAX);
    costs
}

pub(super) fn rule(rule: &BlockingRule, told: &RuleMeeting) -> RuleView {
    let (records, finer_records) = match told.meeting {
        Meeting::KeysDiffer => (None, None),
        Meeting::Meets { records } | Meeting::FinerDiffer { records } => (Some(records), None),
        Meeting::MeetsFiner { records, finer } | Meeting::OverCap { records, finer } => {
            (Some(records), Some(finer))
        }
    };
    RuleView {
        rule: rule.id.value.clone(),
        meets: told.meeting.meets(),
        keys: keys(&rule.keys, &told.keys),
        finer: keys(&rule.finer, &told.finer),
        block_size_max: rule.block_size_max,
        records,
        finer_records,
    }
}

fn keys(declared: &[Expression], told: &[KeyTold]) -> Vec<KeyView> {
    let key = |(declared, told): (&Expression, &KeyTold)| KeyView {
        key: declared.to_string(),
        agrees: told.agrees,
        sides: told.values.clone(),
    };
    declared.iter().zip(told).map(key).collect()
}
