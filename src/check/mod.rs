//! People + quality rules → findings.
//!
//! Input: records, linkage, the rules of `rules/checks/`. Output: [`Findings`],
//! sorted by rule, then record, then other record, and one [`RuleCount`] a rule.
//! Invariants: one finding a (rule, record, field, other record), the same id every night; no
//! answer depends on the number of threads or on the size of chunks. Cost: O(rows × columns
//! named by rules), one pass a subject; memory is bounded by the chunks under way and
//! the findings.
//!
//! Way of a rule: its file → [`compile`] (`sql_text` finds names, `condition` makes a polars
//! expression, `plan` takes it apart, `program` gathers) → `tables` answers what follows from one text alone, `frame`
//! seats the linked records of a chunk's rows, `asking` asks each row as much as it takes, `cell` reads records (`context` counts holders of numbers, `namesakes` residents who may be a missing
//! person, `fuse` weighs contradictory records), `run` goes over all rows → `describe` words what was found, `ward` says
//! whose it is → `yields` lets the most specific rule of a cell speak.

mod asking;
mod assessed;
mod beside;
mod beside_columns;
mod bests;
mod by_code;
mod cell;
mod condition;
mod context;
mod describe;
mod example;
mod explanation;
mod finding;
mod frame;
mod fuse;
mod hashes;
mod household;
mod identity;
mod namesakes;
mod owners;
mod plan;
mod program;
mod reader;
mod run;
mod sameness;
mod signs;
mod sql_text;
mod suggestion;
mod tables;
mod template;
#[cfg(test)]
mod tests;
mod ties;
mod truth;
mod view;
mod ward;
mod workers;
mod yields;

use beside::{Beside, Lookups};
use chrono::NaiveDate;

pub use example::{ExampleOutcome, test_examples};
pub use explanation::Explanation;
pub use finding::{Evidence, Finding, FindingId, Findings, RuleCount};
pub use view::ValueType;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::link::Linkage;
use crate::normalise::Records;
use crate::progress::Progress;
use crate::settings::{Settings, Subject};
use context::{Context, Holders, by_source};
use describe::Draft;
use frame::Roll;
use fuse::Fusion;
use hashes::Hashes;
use namesakes::Namesakes;
use program::{Program, Rule, not_delivered, weighed_fields};
use ties::{LinksByPerson, Ties};
use view::{Origin, View};
use ward::Wards;

/// A column that rules over some subject may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewColumn {
    /// Its name: `birth.full_name.key`.
    pub name: String,
    /// The type of its values.
    pub value_type: ValueType,
    /// What it means, in Vietnamese.
    pub meaning: String,
}

/// Every column that rules over a subject may name, in the order of slots and declared columns.
pub fn columns(settings: &Settings, subject: Subject) -> Vec<ViewColumn> {
    let view = View::new(settings, subject);
    view.columns
        .into_iter()
        .map(|column| ViewColumn {
            name: column.name,
            value_type: column.value_type,
            meaning: column.meaning,
        })
        .collect()
}

/// Compiles every rule against its view: every mistake, in the order of files and places.
pub fn compile(settings: &Settings) -> Vec<Diagnostic> {
    Program::compile(settings).err().map_or_else(Vec::new, |failure| failure.diagnostics)
}

/// Asks every quality rule of every row of its view.
///
/// # Errors
/// Every rule that does not compile, all at once.
pub fn check(
    settings: &Settings,
    records: &[Records],
    linkage: &Linkage,
    as_of: NaiveDate,
    progress: &Progress,
) -> Outcome<Findings> {
    check_at(settings, records, linkage, as_of, progress, run::Pace::NIGHT)
}

fn check_at(
    settings: &Settings,
    records: &[Records],
    linkage: &Linkage,
    as_of: NaiveDate,
    progress: &Progress,
    pace: run::Pace,
) -> Outcome<Findings> {
    let program = Program::compile(settings)?;
    let sources = by_source(settings, records);
    let (drafts, counts, wards) = ask(settings, &program, &sources, (linkage, as_of), progress, pace)?;
    Ok(finish(settings, &wards, drafts, counts))
}

/// What all rules found and assessed, by rule, and where records count. What it takes to ask is given back.
fn ask(
    settings: &Settings,
    program: &Program,
    sources: &[Option<&Records>],
    (linkage, as_of): (&Linkage, NaiveDate),
    progress: &Progress,
    pace: run::Pace,
) -> Outcome<(Vec<Vec<Draft>>, Vec<RuleCount>, Wards)> {
    let (links, hashes) = &rayon::join(|| LinksByPerson::new(linkage), || Hashes::new(sources));
    let weighed = weighed_fields(program);
    let (fusion, wards) = rayon::join(
        || Fusion::weigh(settings, (sources, hashes), (linkage, links), &weighed),
        || Wards::new(settings, sources, linkage),
    );
    let column_names = &context::column_names(settings)[..];
    let mut counts = vec![RuleCount::default(); settings.checks.len()];
    let mut drafts: Vec<Vec<Draft>> = settings.checks.iter().map(|_| Vec::new()).collect();
    for (at, view) in in_order_of_room(&program.views) {
        let asked = to_ask(settings, program, at, sources, &mut counts);
        let (holders, namesakes) = (Holders::default(), Namesakes::default());
        let (holders, namesakes, beside) = (&holders, &namesakes, &Lookups::default());
        let context = Context {
            settings,
            view,
            linkage,
            as_of,
            holders,
            namesakes,
            beside,
            wards: &wards,
            fusion: &fusion,
            column_names,
            hashes,
            sources,
        };
        let others = others_assessed(&context);
        let found = check_view(context, links, (&asked, &program.terms[at]), progress, pace)?;
        let asked_of = asked.iter().map(|(check, _)| usize::from(*check));
        let told = found.assessed.into_iter().zip(found.figures).zip(found.drafts);
        for (check, ((assessed, figures), of_rule)) in asked_of.zip(told) {
            let count = &mut counts[check];
            let assessed =
                if let Subject::Pair(_) = view.subject { others.clone() } else { sum(&assessed, &others) };
            (count.assessed, count.found) = (assessed.iter().sum(), figures.iter().sum());
            count.assessed_by_ward = wards.by_code(&assessed);
            count.by_ward = wards.by_code(&figures);
            count.found_by_ward.clone_from(&count.by_ward);
            drafts[check] = of_rule;
        }
    }
    Ok((drafts, counts, wards))
}

/// Views by place, those first that look up most beside their rows, while few findings take room.
fn in_order_of_room(views: &[View]) -> Vec<(usize, &View)> {
    let mut all: Vec<(usize, &View)> = views.iter().enumerate().collect();
    all.sort_by_key(|(_, view)| match view.subject {
        Subject::MissingPerson => 0,
        Subject::Record(_) => 1,
        Subject::Pair(_) => 2,
    });
    all
}

/// By ward: objects that a rule judges without a row of their own. Every record of a source might have been a
/// duplicate, and every record of the primary source a person that nobody had there.
fn others_assessed(context: &Context<'_>) -> Vec<u64> {
    match context.view.subject {
        Subject::Record(_) => Vec::new(),
        Subject::Pair(source) => context.wards.records(context, source),
        Subject::MissingPerson => context.wards.records(context, context.settings.primary()),
    }
}

fn sum(rows: &[u64], others: &[u64]) -> Vec<u64> {
    let mut all = rows.to_vec();
    assessed::add(&mut all, others);
    all
}

/// The rules of a view whose columns were delivered; what is missing of the others is noted.
fn to_ask<'a>(
    settings: &Settings,
    program: &'a Program,
    view: usize,
    sources: &[Option<&Records>],
    counts: &mut [RuleCount],
) -> Vec<(u16, &'a Rule)> {
    let mut asked = Vec::new();
    for (check, rule) in program.rules.iter().enumerate().filter(|(_, rule)| rule.view == view) {
        counts[check].not_delivered = not_delivered(settings, &program.views[view], rule, sources);
        if counts[check].not_delivered.is_empty() {
            asked.push((check as u16, rule));
        }
    }
    asked
}

/// Prepares what rules of one view look up beside its rows, then asks them.
fn check_view(
    context: Context<'_>,
    links: &LinksByPerson,
    (asked, terms): (&[(u16, &Rule)], &plan::Terms),
    progress: &Progress,
    pace: run::Pace,
) -> Outcome<run::Found> {
    let (holders, beside) = rayon::join(|| count_holders(&context, asked), || look_up(&context, asked));
    let context = Context { holders: &holders, beside: &beside, ..context };
    let ties = Ties::new(context.settings, context.view, context.sources, context.linkage, links);
    let roll = Roll::call(&context);
    let slots = slots_with_namesakes(&context, asked);
    let namesakes = Namesakes::count_slots(&context, &ties, &roll.people(), &slots);
    let context = Context { namesakes: &namesakes, ..context };
    let bar = progress.begin("check", roll.len() as u64, "rows");
    run::run(&context, &ties, &roll, (asked, terms), pace, &bar)
}

/// Counts holders for the columns that some rule names.
fn count_holders(context: &Context<'_>, asked: &[(u16, &Rule)]) -> Holders {
    let mut holders = Holders::default();
    for column in asked.iter().flat_map(|(_, rule)| rule.keys()).map(|key| &context.view.columns[key.column])
    {
        if let (Origin::Holders(at) | Origin::OtherHolder(at), Some(slot)) = (column.origin, column.slot) {
            holders.count_column(context, context.view.slots[slot].source, at);
        }
        if let (Origin::Beside(at, Beside::OldHolders), Some(slot)) = (column.origin, column.slot) {
            holders.count_old_numbers(context, context.view.slots[slot].source, at);
        }
    }
    holders
}

/// What the columns that some rule names look up beside the rows.
fn look_up(context: &Context<'_>, asked: &[(u16, &Rule)]) -> Lookups {
    let Subject::Record(source) = context.view.subject else { return Lookups::default() };
    let columns = asked.iter().flat_map(|(_, rule)| rule.keys()).map(|key| &context.view.columns[key.column]);
    let asked: Vec<Beside> = columns
        .filter_map(|column| if let Origin::Beside(_, beside) = column.origin { Some(beside) } else { None })
        .collect();
    Lookups::new(context, source, &asked)
}

/// The slots whose namesakes some rule names.
fn slots_with_namesakes(context: &Context<'_>, asked: &[(u16, &Rule)]) -> Vec<usize> {
    let keys = asked.iter().flat_map(|(_, rule)| rule.keys());
    let columns = keys.map(|key| &context.view.columns[key.column]);
    let namesakes = columns.filter(|column| matches!(column.origin, Origin::Namesakes));
    let mut slots: Vec<usize> = namesakes.filter_map(|column| column.slot).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Findings in order of rules and records, those that yield to others left out.
fn finish(
    settings: &Settings,
    wards: &Wards,
    mut drafts: Vec<Vec<Draft>>,
    mut counts: Vec<RuleCount>,
) -> Findings {
    let place = |draft: &Draft| (draft.finding.record, draft.finding.other);
    // Nearly all come in the order of their records.
    drafts.iter_mut().filter(|drafts| !drafts.is_sorted_by_key(place)).for_each(|own| own.sort_by_key(place));
    yields::yield_to_specific(settings, &mut drafts);
    let mut findings = Findings::default();
    findings.findings.reserve_exact(drafts.iter().map(Vec::len).sum());
    let mut found = vec![vec![0_u64; wards.len()]; counts.len()];
    // Rule by rule, so that drafts and findings never take their room both.
    for Draft { finding, mut evidence, ward, .. } in drafts.into_iter().flatten() {
        let at = findings.findings.len() as u32;
        evidence.sort_by(|a, b| (a.record, &a.field).cmp(&(b.record, &b.field)));
        findings.evidence.extend(evidence.into_iter().map(|evidence| Evidence { finding: at, ..evidence }));
        found[usize::from(finding.rule)][usize::from(ward)] += 1;
        findings.findings.push(finding);
    }
    for (count, found) in
        counts.iter_mut().zip(found).filter(|(_, found)| found.iter().any(|&found| found > 0))
    {
        count.found = found.iter().sum();
        count.found_by_ward = wards.by_code(&found);
    }
    findings.rules = counts;
    findings
}
