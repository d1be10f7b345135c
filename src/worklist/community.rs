//! The community team's edition of a ward's week: whom to ask to come, when, and with which papers.
//!
//! It says nothing of why: no numbers, no deaths, no duplicates, no sex, ethnicity, parents or SIMs, and no order by
//! urgency from which one could guess. Which rules' items may stand in it is the rules' own word, see
//! [`WorklistWording::is_for_community`](crate::settings::WorklistWording::is_for_community).

use hashbrown::HashSet;

use super::cell::{fill, shown_date};
use super::columns::COMMUNITY;
use super::group::{Plan, counted};
use super::item::{Context, Item};
use super::person::Role;
use super::place::folded;
use super::{List, ListKind, UNKNOWN_WARD};
use crate::settings::Severity;

/// Most digits in a hamlet's name (`Ấp 12`, `Khóm 3A`); more are a number that has nothing to do there.
const HAMLET_DIGITS_MAX: usize = 3;

/// The edition of a ward's plan; none where nobody is to be asked.
pub(super) fn plan<'a>(context: &Context<'a>, ward: &Plan<'a>) -> Option<Plan<'a>> {
    if ward.list.kind != ListKind::Ward || ward.list.key == UNKNOWN_WARD {
        return None;
    }
    let items = people(context, &ward.items);
    if items.is_empty() {
        return None;
    }
    let people = items.len() as u64;
    let (of_severity, of_rule) = counted(&items);
    let texts = &context.settings.wording.worklist.texts;
    let date = shown_date(context.as_of);
    let title = fill(&texts.community_title, &[("unit", &ward.unit)]);
    let list = List {
        kind: ListKind::Community,
        key: ward.list.key.clone(),
        title,
        files: Vec::new(),
        items: people,
        written: people,
        in_workbook: people,
        by_severity: [0; Severity::WORDS.len()],
    };
    Some(Plan {
        list,
        stem: format!("community/{}", ward.stem),
        unit: ward.unit.clone(),
        addressed: fill(&texts.addressed, &[("office", &texts.community_office), ("date", &date)]),
        layout: &COMMUNITY,
        items,
        ranks: Vec::new(),
        of_severity,
        of_rule,
        runs: Vec::new(),
    })
}

/// One item a person and papers, by hamlet, household and name.
fn people<'a>(context: &Context<'a>, items: &[Item<'a>]) -> Vec<Item<'a>> {
    let wording = &context.settings.wording.worklist;
    let mut met: HashSet<(u32, &str)> = HashSet::new();
    let mut kept: Vec<_> = items
        .iter()
        .filter(|item| wording.is_for_community(item.check))
        .filter(|item| !name(context, item).is_empty())
        .filter(|item| met.insert((item.finding.person, item.check.wording.papers.as_str())))
        .map(|item| {
            let place = (place(context, item), context.directory.household(item.shown));
            ((place, folded(&name(context, item)), item.finding.person, item.index), *item)
        })
        .collect();
    kept.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    kept.into_iter().map(|(_, item)| item).collect()
}

/// Where somebody is to be found, as far as it does not take a household's number to say it: the
/// hamlet, and whether there is no household.
pub(super) fn place(context: &Context<'_>, item: &Item<'_>) -> (String, bool) {
    (folded(&hamlet(context, item)), context.directory.household(item.shown).is_none())
}

/// The person's name, without digits that somebody has put there.
pub(super) fn name(context: &Context<'_>, item: &Item<'_>) -> String {
    let name = context.person_text(item, Role::Name);
    let letters: String = name.chars().map(|c| if c.is_numeric() { ' ' } else { c }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The person's hamlet; nothing where the address names none, or hides a number in it.
pub(super) fn hamlet(context: &Context<'_>, item: &Item<'_>) -> String {
    let address = context.person_text(item, Role::Address);
    let hamlet = context.places.hamlet(&address).unwrap_or_default();
    let digits = hamlet.chars().filter(|c| c.is_numeric()).count();
    if digits > HAMLET_DIGITS_MAX { String::new() } else { hamlet.to_owned() }
}
