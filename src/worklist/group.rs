//! Which list each finding goes to, and in what order it stands there.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::PathBuf;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::cell::{fill, shown_date};
use super::columns::{AGENCY, AUTO, COMMUNITY, Layout, WARD};
use super::item::{Context, Item};
use super::person::Role;
use super::rank::{self, Rank};
use super::slug::slug;
use super::{List, ListKind, UNKNOWN_WARD, community};
use crate::check::Finding;
use crate::settings::{Route, Severity};

/// One list before it is written.
pub(super) struct Plan<'a> {
    /// What is told of it; its files are still to come.
    pub(super) list: List,
    /// Path below the folder of lists, without its ending.
    pub(super) stem: String,
    /// Whose list it is, for the foot of each page.
    pub(super) unit: String,
    /// Who it goes to and what day the data stand at.
    pub(super) addressed: String,
    pub(super) layout: &'static Layout,
    /// The items to be written, in order; of a list put together from parts those of the workbook.
    pub(super) items: Vec<Item<'a>>,
    /// By item: where it stands among those of other parts. For lists of wards.
    pub(super) ranks: Vec<Rank>,
    /// Items to be written by severity.
    pub(super) of_severity: [u64; Severity::WORDS.len()],
    /// The same by rule.
    pub(super) of_rule: BTreeMap<u16, u64>,
    /// Where parts of a night have left the rows of its CSV file; none where the items are all of them.
    pub(super) runs: Vec<PathBuf>,
}

/// How many items there are of each severity and of each rule.
pub(super) fn counted(items: &[Item<'_>]) -> ([u64; Severity::WORDS.len()], BTreeMap<u16, u64>) {
    let (mut of_severity, mut of_rule) = ([0; Severity::WORDS.len()], BTreeMap::new());
    for item in items {
        of_severity[item.check.severity as usize] += 1;
        *of_rule.entry(item.finding.rule).or_default() += 1;
    }
    (of_severity, of_rule)
}

/// The lists, sorted by kind, then key. O(n log n).
pub(super) fn plans<'a>(context: &Context<'a>) -> Vec<Plan<'a>> {
    let mut groups: HashMap<(ListKind, &str), usize> = HashMap::new();
    let mut members: Vec<((ListKind, &str), Vec<u32>)> = Vec::new();
    for (index, finding) in context.findings.findings.iter().enumerate() {
        if let Some(key) = key_of(context, index as u32, finding) {
            let at = *groups.entry(key).or_insert_with(|| {
                members.push((key, Vec::new()));
                members.len() - 1
            });
            members[at].1.push(index as u32);
        }
    }
    members.sort_unstable_by_key(|(key, _)| *key);
    let mut plans: Vec<Plan<'a>> =
        members.into_par_iter().map(|((kind, key), of)| plan(context, kind, key, &of)).collect();
    let editions: Vec<Plan<'a>> =
        plans.par_iter().filter_map(|plan| community::plan(context, plan)).collect();
    plans.extend(editions);
    plans
}

/// Wards get what is looked at there; the owner of the record's source gets the rest.
fn key_of<'a>(context: &Context<'a>, index: u32, finding: &'a Finding) -> Option<(ListKind, &'a str)> {
    let check = context.settings.checks.get(usize::from(finding.rule))?;
    let owner = || context.settings.source(finding.record.source).owner.as_str();
    match check.route {
        Route::Door | Route::Desk if &*finding.ward_code == UNKNOWN_WARD => {
            let address = context.person_text(&context.item(index)?, Role::Address);
            let elsewhere = context.places.is_elsewhere(&address);
            Some(if elsewhere { (ListKind::OtherProvince, "") } else { (ListKind::Ward, UNKNOWN_WARD) })
        }
        Route::Door | Route::Desk => Some((ListKind::Ward, &finding.ward_code)),
        Route::Agency => Some((ListKind::Agency, owner())),
        // What cannot be applied in bulk is for the owner to look at.
        Route::Auto if finding.suggested_value.as_deref().is_none_or(str::is_empty) => {
            Some((ListKind::Agency, owner()))
        }
        Route::Auto => Some((ListKind::Auto, owner())),
        Route::Statistic => None,
    }
}

fn plan<'a>(context: &Context<'a>, kind: ListKind, key: &'a str, of: &[u32]) -> Plan<'a> {
    let items: Vec<Item<'a>> = of.iter().filter_map(|index| context.item(*index)).collect();
    let (by_severity, _) = counted(&items);
    let all = items.len() as u64;
    let (ranks, items) = in_order(context, kind, items);
    let (of_severity, of_rule) = counted(&items);
    let names = names(context, kind, key);
    let date = shown_date(context.as_of);
    let addressed = &context.settings.wording.worklist.texts.addressed;
    let (written, in_workbook) = (items.len() as u64, workbook_rows(context, kind, items.len()) as u64);
    Plan {
        list: List {
            kind,
            key: key.to_owned(),
            title: names.title,
            files: Vec::new(),
            items: all,
            written,
            in_workbook,
            by_severity,
        },
        stem: names.stem,
        addressed: fill(addressed, &[("office", &names.office), ("date", &date)]),
        unit: names.unit,
        layout: match kind {
            ListKind::Ward | ListKind::OtherProvince => &WARD,
            ListKind::Agency => &AGENCY,
            ListKind::Auto => &AUTO,
            ListKind::Community => &COMMUNITY,
        },
        items,
        ranks,
        of_severity,
        of_rule,
        runs: Vec::new(),
    }
}

fn in_order<'a>(
    context: &Context<'a>,
    kind: ListKind,
    mut items: Vec<Item<'a>>,
) -> (Vec<Rank>, Vec<Item<'a>>) {
    match kind {
        ListKind::Ward | ListKind::OtherProvince | ListKind::Community => {
            let mut items = rank::ordered(context, items);
            let package_max = context.settings.wording.worklist.package_max;
            items.truncate(rank::package(&items, |(_, item)| item.check.severity, package_max));
            return items.into_iter().unzip();
        }
        ListKind::Agency => items.par_sort_unstable_by(by_urgency),
        ListKind::Auto => items.par_sort_unstable_by_key(|item| (item.finding.record, item.index)),
    }
    (Vec::new(), items)
}

fn by_urgency(a: &Item<'_>, b: &Item<'_>) -> Ordering {
    let key = |item: &Item<'_>| (item.check.severity, item.finding.rule);
    key(a)
        .cmp(&key(b))
        .then_with(|| a.finding.ward_code.cmp(&b.finding.ward_code))
        .then_with(|| (a.finding.record, a.index).cmp(&(b.finding.record, b.index)))
}

pub(super) fn workbook_rows(context: &Context<'_>, kind: ListKind, rows: usize) -> usize {
    match kind {
        ListKind::Ward | ListKind::OtherProvince | ListKind::Community => rows,
        ListKind::Agency | ListKind::Auto => rows.min(context.settings.wording.worklist.workbook_rows_max),
    }
}

struct Names {
    title: String,
    stem: String,
    unit: String,
    office: String,
}

fn names(context: &Context<'_>, kind: ListKind, key: &str) -> Names {
    let wording = &context.settings.wording;
    let texts = &wording.worklist.texts;
    match kind {
        ListKind::Ward | ListKind::OtherProvince | ListKind::Community => {
            let (unit, stem) = ward_names(context, kind, key);
            let owner = &context.settings.source(context.settings.primary()).owner;
            let office = match wording.office(owner).and_then(|office| office.in_ward.as_deref()) {
                Some(in_ward) if context.places.ward(key).is_some() => {
                    fill(in_ward, &[("unit", &within_sentence(&unit))])
                }
                _ => wording.office_title(owner).to_owned(),
            };
            Names { title: fill(&texts.ward_title, &[("unit", &unit)]), stem, unit, office }
        }
        ListKind::Agency | ListKind::Auto => {
            let office = wording.office_title(key).to_owned();
            let (folder, title) = match kind {
                ListKind::Agency => ("agencies", &texts.agency_title),
                _ => ("auto", &texts.auto_title),
            };
            Names {
                title: fill(title, &[("office", &office)]),
                stem: format!("{folder}/{}", office_stem(key)),
                unit: office.clone(),
                office,
            }
        }
    }
}

fn ward_names(context: &Context<'_>, kind: ListKind, key: &str) -> (String, String) {
    let texts = &context.settings.wording.worklist.texts;
    if kind == ListKind::OtherProvince {
        return (texts.other_province.clone(), "ngoai-tinh".to_owned());
    }
    if key == UNKNOWN_WARD {
        return (texts.unknown_ward.clone(), format!("{UNKNOWN_WARD}-{}", slug(&texts.unknown_ward)));
    }
    match (context.places.ward(key), context.places.ward_name(key)) {
        (Some(full), Some(name)) => (full.to_owned(), format!("{}-{}", slug(key), slug(name))),
        _ => (key.to_owned(), slug(key)),
    }
}

/// An office's key as a file name: rules check it, but only where they name offices at all.
fn office_stem(key: &str) -> String {
    slug(key).replace('-', "_")
}

/// A unit's name as it is written after another word: `xã Vĩnh Hậu`.
fn within_sentence(unit: &str) -> String {
    let mut letters = unit.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
