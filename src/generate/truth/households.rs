//! Rules about households: judged over all live residence rows of a batch, which holds whole households.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::super::family::Population;
use super::super::household_written::HEAD;
use super::super::person::{Birth, Precision, Status};
use super::super::rates::Source;
use super::super::written::{Event, Record};
use super::{Finding, is_surely_dead};

const RELATION: &str = "quan_he_chu_ho";
const BIRTH: &str = "ngay_sinh";

/// The records of one household number.
#[derive(Default)]
struct Home<'a> {
    live: Vec<&'a Record>,
    heads_gone: usize,
}

/// Adds what is true of households.
pub(super) fn judge(as_of: NaiveDate, population: &Population, records: &[Record], found: &mut Vec<Finding>) {
    let mut homes: BTreeMap<&str, Home<'_>> = BTreeMap::new();
    let mut deaths: BTreeMap<usize, &Record> = BTreeMap::new();
    for record in records {
        if matches!(record.facts.event, Some(Event::Death(_))) {
            deaths.entry(record.person).or_insert(record);
        }
        let Some(status) = record.facts.status.filter(|_| !record.facts.book.is_empty()) else { continue };
        let home = homes.entry(&record.facts.book).or_default();
        match status {
            Status::Deleted => home.heads_gone += usize::from(record.facts.relation == HEAD),
            _ => home.live.push(record),
        }
    }
    for home in homes.values().filter(|home| !home.live.is_empty()) {
        heads(home, found);
        ages(as_of, home, found);
        dead_heads(population, home, &deaths, found);
        young_parents(as_of, population, home, found);
    }
}

fn add(found: &mut Vec<Finding>, record: &Record, rule: &'static str, field: &'static str, detectable: bool) {
    debug_assert!(super::RULES.contains(&rule), "{rule}");
    found.push(Finding {
        source: Source::Residence,
        record: record.id.clone(),
        rule,
        field,
        correct: None,
        detectable,
        mendable: false,
    });
}

fn head_rows<'a>(home: &Home<'a>) -> Vec<&'a Record> {
    home.live.iter().copied().filter(|record| record.facts.relation == HEAD).collect()
}

/// People among the heads' rows.
fn head_people(home: &Home<'_>) -> usize {
    let mut people: Vec<usize> = head_rows(home).iter().map(|record| record.person).collect();
    people.sort_unstable();
    people.dedup();
    people.len()
}

fn heads(home: &Home<'_>, found: &mut Vec<Finding>) {
    let rule = match (head_people(home), home.heads_gone) {
        (0, 0) => "household-without-head",
        (0, _) => "household-head-gone",
        (1, _) => return,
        _ => "household-with-two-heads",
    };
    let rows = head_rows(home);
    let of = if rows.is_empty() { &home.live } else { &rows };
    let speaker = of
        .iter()
        .min_by_key(|record| (record.facts.birth.content.map_or(NaiveDate::MAX, first_day), &record.id));
    if let Some(speaker) = speaker {
        add(found, speaker, rule, RELATION, true);
    }
}

/// The first day that a date may mean.
fn first_day(birth: Birth) -> NaiveDate {
    birth.day
}

fn years(as_of: NaiveDate, birth: Birth) -> i32 {
    let day = birth.day;
    let before = birth.precision == Precision::Day && (as_of.month(), as_of.day()) < (day.month(), day.day());
    as_of.year() - day.year() - i32::from(before)
}

/// Ages that do not fit the relation to the head.
fn ages(as_of: NaiveDate, home: &Home<'_>, found: &mut Vec<Finding>) {
    let only_head = head_rows(home).first().copied().filter(|_| head_people(home) == 1);
    let head_year = only_head.and_then(|head| Some(head.facts.birth.content?.day.year()));
    for record in &home.live {
        let Some(birth) = record.facts.birth.content else { continue };
        let years = years(as_of, birth);
        let in_law = ["Vợ", "Chồng", "Con dâu", "Con rể"].contains(&record.facts.relation);
        if record.facts.relation == "Con" && head_year.is_some_and(|head| birth.day.year() - head < 12) {
            add(found, record, "child-as-old-as-head", BIRTH, true);
        }
        if in_law && years < 16 {
            add(found, record, "spouse-implausibly-young", BIRTH, true);
        }
        if record.facts.relation == HEAD && years < 16 && home.live.len() >= 2 {
            add(found, record, "household-head-is-minor", BIRTH, true);
        }
    }
}

/// Parents of the household who by the years written were children when the child was born. A parent is told by
/// the name that the child's row gives.
fn young_parents(as_of: NaiveDate, population: &Population, home: &Home<'_>, found: &mut Vec<Finding>) {
    let year = |record: &Record| record.facts.birth.content.map(|birth| birth.day.year());
    for record in &home.live {
        let person = &population.people[record.person];
        for (at, parent) in [person.father, person.mother].into_iter().enumerate() {
            let of = |row: &&&Record| Some(row.person) == parent;
            // A parent's date to come is the parent's own fault, and says nothing of the child.
            let is_past = |row: &&&Record| year(row).is_some_and(|year| year <= as_of.year());
            let rows: Vec<&&Record> = home.live.iter().filter(of).filter(is_past).collect();
            let years = |row: &Record| Some(year(record)? - year(row)?);
            if !rows.iter().any(|row| years(row).is_some_and(|years| years < 12)) {
                continue;
            }
            let told = rows.iter().any(|row| {
                let named = record.facts.parents[at].as_ref().map(|name| &name.content);
                named == Some(&row.facts.name.content)
            });
            add(found, record, "parent-implausibly-young", BIRTH, told);
            break;
        }
    }
}

fn dead_heads(
    population: &Population,
    home: &Home<'_>,
    deaths: &BTreeMap<usize, &Record>,
    found: &mut Vec<Finding>,
) {
    for record in head_rows(home).into_iter().filter(|_| home.live.len() >= 2) {
        if let Some(entry) = deaths.get(&record.person) {
            let told = is_surely_dead(&population.people[record.person], record, entry);
            add(found, record, "household-head-deceased", RELATION, told);
        }
    }
}

/// One former card's number on live rows of several people: every row counts.
pub(super) fn judge_old_ids(population: &Population, records: &[Record], found: &mut Vec<Finding>) {
    let mut holders: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().filter(|r| r.facts.status.is_some_and(Status::is_live)) {
        if let Some(number) = record.facts.old_id.as_deref() {
            holders.entry(number).or_default().push(record);
        }
    }
    debug_assert!(records.iter().all(|record| record.person < population.people.len()));
    for rows in holders.into_values() {
        if rows.iter().any(|row| row.person != rows[0].person) {
            for row in rows {
                add(found, row, "old-id-on-two-people", "so_cmnd", true);
            }
        }
    }
}
