//! The order of a ward's items: the most useful first, a household's together.
//!
//! Severity; then harm (a death, a child, an identity); then confidence in its
//! three words; then households with many items, hamlets with many items; then how
//! long the oldest item of the household has stood open. Items of one household and
//! severity stand together where the first of them stands, the longest open first
//! among those that do the same harm and are as sure.

use std::cmp::Reverse;

use chrono::Datelike;
use hashbrown::HashMap;

use super::item::{Context, Item};
use super::person::Role;
use super::place::folded;
use crate::settings::{Kind, Severity};

/// What harm a fault does beyond its severity, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    Death,
    Child,
    Identity,
    Other,
}

/// Where an item belongs: its household's number, or the person's where it has none.
type Home = (bool, u32);

/// Where an item stands among those of other parts of a night: all of its place but who it is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    severity: Severity,
    best: Option<(Harm, usize)>,
    at_home: Reverse<Option<u32>>,
    in_hamlet: Reverse<Option<u32>>,
    hamlet: String,
    since: i32,
}

/// What decides between households: the worst harm and best confidence of their items, and since when the oldest
/// of them has stood open.
#[derive(Clone, Copy)]
struct Foremost {
    best: (Harm, usize),
    since: i32,
}

struct Ranked<'a> {
    item: Item<'a>,
    harm: Harm,
    band: usize,
    home: Home,
    /// The day on which it was first told, in days since 1970; what nobody has dated is of tonight.
    since: i32,
}

/// The items in order. O(n log n); the order is total, so it is the same every time.
pub(super) fn ordered<'a>(context: &Context<'a>, items: Vec<Item<'a>>) -> Vec<(Rank, Item<'a>)> {
    let ranked: Vec<Ranked<'a>> = items.into_iter().map(|item| rank(context, item)).collect();
    let mut hamlet_of: HashMap<Home, String> = HashMap::new();
    let mut foremost: HashMap<(Severity, Home), Foremost> = HashMap::new();
    for item in &ranked {
        hamlet_of.entry(item.home).or_insert_with(|| hamlet(context, &item.item));
        let own = Foremost { best: (item.harm, item.band), since: item.since };
        let first = foremost.entry((item.item.check.severity, item.home)).or_insert(own);
        *first = Foremost { best: first.best.min(own.best), since: first.since.min(own.since) };
    }
    let homes = counted(ranked.iter().map(|item| item.home));
    let hamlets = counted(ranked.iter().filter_map(|item| hamlet_of.get(&item.home).map(String::as_str)));
    let mut keyed: Vec<_> = ranked
        .iter()
        .map(|item| {
            let severity = item.item.check.severity;
            let hamlet = hamlet_of.get(&item.home).map_or("", String::as_str);
            let in_hamlet = hamlets.get(hamlet).filter(|_| !hamlet.is_empty()).copied();
            let crowd = (Reverse(homes.get(&item.home).copied()), Reverse(in_hamlet), hamlet);
            let first = foremost.get(&(severity, item.home));
            let (best, since) =
                (first.map(|first| first.best), first.map_or(item.since, |first| first.since));
            let finding = item.item.finding;
            let within = (finding.person, item.harm, item.band, item.since, finding.rule, item.item.index);
            ((severity, best, crowd, since, item.home, within), item.item)
        })
        .collect();
    keyed.sort_unstable_by_key(|(key, _)| *key);
    let ranks = keyed.into_iter().map(|((severity, best, (at_home, in_hamlet, hamlet), since, ..), item)| {
        (Rank { severity, best, at_home, in_hamlet, hamlet: hamlet.to_owned(), since }, item)
    });
    ranks.collect()
}

/// How many of the ordered items make the week's package: as many as it holds, and all urgent ones.
pub(super) fn package<T>(items: &[T], severity: impl Fn(&T) -> Severity, package_max: usize) -> usize {
    let urgent = items.partition_point(|item| severity(item) == Severity::Urgent);
    urgent.max(package_max).min(items.len())
}

fn rank<'a>(context: &Context<'a>, item: Item<'a>) -> Ranked<'a> {
    let home = match context.directory.household(item.shown) {
        Some(household) => (false, household),
        None => (true, item.finding.person),
    };
    Ranked {
        harm: harm(context, &item),
        band: context.settings.wording.confidence_band(Context::confidence(&item)),
        home,
        since: context.findings.first_seen(item.index).unwrap_or_else(|| context.as_of.to_epoch_days()),
        item,
    }
}

/// The hamlet of an item's person; empty where the address names none.
fn hamlet(context: &Context<'_>, item: &Item<'_>) -> String {
    let address = context.person_text(item, Role::Address);
    context.places.hamlet(&address).map(folded).unwrap_or_default()
}

fn harm(context: &Context<'_>, item: &Item<'_>) -> Harm {
    let wording = &context.settings.wording.worklist;
    let of_death = |prefix: &String| wording.death_evidence.contains(prefix);
    if item.check.evidence.iter().any(|prefix| of_death(&prefix.value)) {
        return Harm::Death;
    }
    let born = context.directory.birth_year(item.shown);
    if born.is_some_and(|year| i64::from(context.as_of.year()) - year < wording.child_below_years) {
        return Harm::Child;
    }
    let columns = &context.settings.source(item.finding.record.source).columns;
    let of_identity = columns
        .iter()
        .any(|column| column.name.as_str() == &*item.finding.field && column.kind == Kind::IdentityNumber);
    if of_identity { Harm::Identity } else { Harm::Other }
}

fn counted<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> HashMap<K, u32> {
    let mut counts = HashMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}
