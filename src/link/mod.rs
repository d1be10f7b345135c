//! Tables → links, people, pairs for clerical review.
//!
//! Input: the records of all sources. Output: [`Linkage`]. Invariants: the
//! links with decision `link` are exactly the edges inside people; every kept
//! record is of one person; nothing depends on the number of threads.
//!
//! The way of a pair: records with equal keys meet ([`blocking`]), are compared
//! value by value ([`compare`]), judged by the first acceptance rule that holds
//! ([`decide`]), checked against their rivals ([`assign`]), and what links makes
//! people ([`cluster`]). Weights are stated in the rules until a model is trained.
//!
//! Cost: a sort of 16 bytes a record and blocking rule, some 100 ns a candidate
//! pair; memory some 100 bytes a record and 50 a kept pair.

mod assign;
mod blocking;
mod cluster;
mod column;
mod compare;
mod decide;
mod links;
mod people;
mod plan;
mod space;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::normalise::Records;
use crate::progress::Progress;
use crate::settings::{Matching, Settings};
use blocking::Blocking;
use cluster::Strength;
use decide::{Judge, Reasons};
use plan::Plan;
use space::RecordSpace;

pub use blocking::BlockingAccount;
pub use links::{Decision, Levels, Link, LinkTable, Worth};
pub use people::{Members, People, PersonIds};
pub use plan::problems;

/// What linkage found out.
#[derive(Debug, Default)]
pub struct Linkage {
    /// Linked and reviewed pairs, sorted by left, then right record; `left < right`.
    pub links: LinkTable,
    /// Who is who.
    pub people: People,
    /// The comparisons' names, in the order of [`Link::levels`].
    pub comparisons: Vec<Comparison>,
    /// The blocking rules' names, in the order of [`Link::blocking_rule`].
    pub blocking_rules: Vec<String>,
    /// What each blocking rule met and left out, in that order too.
    pub blocking_accounts: Vec<BlockingAccount>,
}

/// A comparison's name and the names of its levels.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its id, which names its column in `links.parquet`.
    pub id: String,
    /// The names of its levels; [`Levels::get`] gives places in this list.
    pub levels: Vec<String>,
}

/// Links the records of all sources, each source with itself too.
///
/// A source that is not among `records` has no records. Facets that do not exist
/// count as missing; [`problems`] names them before any data is read.
pub fn link(settings: &Settings, records: &[Records], progress: &Progress) -> Linkage {
    let space = RecordSpace::new(settings.sources.len(), records);
    let plan = Plan::new(settings, records);
    link_columns(settings, &space, &plan, progress, |record| name_record(settings, records, &space, record))
}

/// The same for columns of values, however they came about.
fn link_columns<'n>(
    settings: &Settings,
    space: &RecordSpace,
    plan: &Plan<'_>,
    progress: &Progress,
    name_record: impl Fn(u32) -> (&'n str, &'n str) + Sync,
) -> Linkage {
    let matching = &settings.matching;
    let reasons = Reasons::of(matching);
    let judge = Judge {
        space,
        names: &plan.names,
        comparisons: plan.comparisons.clone(),
        columns: &plan.columns,
        matching,
        reasons: &reasons,
    };
    let (mut pairs, mut accounts) = meet(&judge, plan, progress);
    for (account, rule) in accounts.iter_mut().zip(&matching.blocking) {
        account.rule.clone_from(&rule.id);
    }
    let only_if_unique: Vec<bool> = matching.acceptance.iter().map(|rule| rule.only_if_unique).collect();
    assign::drop_ambiguous(space, &mut pairs, &only_if_unique);
    let one_person = one_person(matching, space);
    let groups = assign::groups_within(space, &pairs, &one_person).finish();
    let clusters = cluster::cluster(&judge, &strength(matching), &mut pairs, &groups, &one_person);
    Linkage {
        links: LinkTable::new(space.clone(), &pairs, decide::worths(matching), reasons.words.clone()),
        people: People::new(space, &clusters, name_record),
        comparisons: comparisons(matching),
        blocking_rules: matching.blocking.iter().map(|rule| rule.id.clone()).collect(),
        blocking_accounts: accounts,
    }
}

/// Every candidate pair compared; those that some acceptance rule holds for, sorted.
fn meet(judge: &Judge<'_>, plan: &Plan<'_>, progress: &Progress) -> (Vec<links::Pair>, Vec<BlockingAccount>) {
    let blocking = Blocking { space: judge.space, columns: &plan.columns, rules: &plan.blocking };
    let total = (judge.space.len() * plan.blocking.len()) as u64;
    let bar = progress.begin("link", total, "keys");
    let judge_batch = |batch: &_, rule, kept: &mut _| judge.judge(batch, rule, kept);
    let (mut pairs, accounts) = blocking.run(&judge_batch, &|records| bar.add(records));
    pairs.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
    (pairs, accounts)
}

fn one_person(matching: &Matching, space: &RecordSpace) -> Vec<bool> {
    let declared = |source| matching.one_person_in.iter().any(|declared| declared.index() == source);
    (0..space.sources()).map(declared).collect()
}

fn strength(matching: &Matching) -> Strength {
    let probabilities: Vec<f64> = matching.acceptance.iter().map(|rule| rule.probability).collect();
    Strength::new(&probabilities, matching.comparisons.len())
}

fn comparisons(matching: &Matching) -> Vec<Comparison> {
    let comparison = |rule: &crate::settings::ComparisonRule| Comparison {
        id: rule.id.clone(),
        levels: rule.comparator.levels.iter().map(|&level| level.to_owned()).collect(),
    };
    matching.comparisons.iter().map(comparison).collect()
}

/// The id of a record's source and its own id.
fn name_record<'n>(
    settings: &'n Settings,
    records: &'n [Records],
    space: &RecordSpace,
    record: u32,
) -> (&'n str, &'n str) {
    let (source, row) = space.split(record);
    let declared = &settings.sources[source];
    let delivered = records.iter().find(|one| one.source.index() == source);
    (&declared.id, delivered.map_or("", |one| one.table.text(declared.record_id, row)))
}
