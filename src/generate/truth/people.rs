//! Rules 8 to 13: numbers shared or missing, people missing or entered twice.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::super::dates_written::standard;
use super::super::family::Population;
use super::super::person::{Precision, Status};
use super::super::rates::Source;
use super::super::written::{Event, Record};
use super::numbers::age;
use super::{Case, Finding, rule};

/// Up to this age nobody expects another trace than the birth entry.
const SMALL: i32 = 6;

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        number_missing(case, record);
        date_incomplete(case, record);
    }
    person_missing(case);
    entered_twice(case);
}

/// Rule 9: no usable number in residence, one in another source.
fn number_missing(case: &mut Case<'_>, record: &Record) {
    if record.facts.number.personal.is_some() {
        return;
    }
    let mut others = case.all.iter().filter(|other| other.source != Source::Residence);
    if others.any(|other| other.facts.number.personal.is_some()) {
        let told = case.number_is_known_elsewhere();
        case.add(9, record, "so_dinh_danh", case.person.number.clone(), (told, told));
    }
}

/// Rule 10: residence has not the day; a birth entry or a card has one of that year.
/// A 01/01 that only stands for the year is a full date on paper and tells nothing.
fn date_incomplete(case: &mut Case<'_>, record: &Record) {
    let Some(short) = record.facts.birth.content.filter(|b| b.precision != Precision::Day) else { return };
    let is_asked = |r: &&&Record| r.facts.event == Some(Event::Birth) || r.source == Source::Insurance;
    let is_full = |r: &&Record| {
        let birth = r.facts.birth.content;
        birth.is_some_and(|b| b.precision == Precision::Day && b.day.year() == short.day.year())
    };
    let full: Vec<&Record> = case.all.iter().filter(is_asked).copied().filter(is_full).collect();
    if full.is_empty() {
        return;
    }
    let told = case.person.birth.precision == Precision::Day && full.iter().any(|r| case.is_right_birth(r));
    case.add(10, record, "ngay_sinh", Some(standard(case.person.birth)), (told, told));
}

fn is_valid_on(record: &Record, day: NaiveDate) -> bool {
    record.facts.valid.is_some_and(|(from, to)| from <= day && day <= to)
}

/// Rules 11 and 12: a living person whom residence does not know at all. The first
/// row of a kind is the one to be found; others of the same person are as true.
fn person_missing(case: &mut Case<'_>) {
    let is_known = case.all.iter().any(|record| record.source == Source::Residence);
    if is_known || !case.person.is_alive() {
        return;
    }
    // An old entry alone does not tell that its person lives, or lives here: a card, a SIM or being small does.
    let shows_life = |record: &&Record| matches!(record.source, Source::Insurance | Source::Telecom);
    let is_small = |record: &Record| {
        record.facts.birth.content.is_some_and(|birth| (0..SMALL).contains(&age(case, birth)))
    };
    let lives = case.all.iter().any(shows_life);
    let rows: Vec<(&Record, bool)> =
        case.births.iter().map(|record| (*record, lives || is_small(record))).collect();
    for (at, (record, told)) in rows.into_iter().enumerate() {
        case.add(11, record, "ho_ten", None, (at == 0 && told, false));
    }
    // With a birth entry rule 11 speaks for the person; a card then is as true, but not to be found.
    let told = case.births.is_empty();
    let as_of = case.world.as_of;
    let cards: Vec<&Record> = case.all.iter().copied().filter(|record| is_valid_on(record, as_of)).collect();
    for (at, record) in cards.into_iter().enumerate() {
        case.add(12, record, "ho_ten", None, (told && at == 0, false));
    }
}

/// Rule 13: two live rows of one person under the same status; named by the earlier one.
fn entered_twice(case: &mut Case<'_>) {
    let live = case.live.clone();
    for (at, one) in live.iter().enumerate() {
        for other in &live[at + 1..] {
            let status = |record: &Record| record.facts.status.unwrap_or(Status::Deleted);
            if status(one) != status(other) {
                continue;
            }
            let (earlier, later) = if one.order < other.order { (one, other) } else { (other, one) };
            let told = Case::is_plainly_one(earlier, later);
            case.add(13, earlier, "ma_ho_so", Some(later.id.clone()), (told, told));
        }
    }
}

/// Rule 8: one number on live residence rows of several people; every row counts.
/// Numbers are handed out and mistaken within a batch, so a batch sees all of it.
pub(super) fn judge_shared_numbers(population: &Population, records: &[Record], found: &mut Vec<Finding>) {
    let mut holders: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().filter(|r| r.facts.status.is_some_and(Status::is_live)) {
        if let Some(digits) = &record.facts.number.personal {
            holders.entry(digits).or_default().push(record);
        }
    }
    for (digits, rows) in holders {
        if rows.iter().all(|row| row.person == rows[0].person) {
            continue;
        }
        for row in rows {
            let own = &population.people[row.person].number;
            let is_wrong = own.as_deref() != Some(digits);
            let known = |r: &&Record| {
                r.person == row.person && r.source != Source::Residence && r.facts.number.personal == *own
            };
            let mendable = is_wrong && own.is_some() && records.iter().any(|r| known(&r));
            found.push(Finding {
                source: row.source,
                record: row.id.clone(),
                rule: rule(8),
                field: "so_dinh_danh",
                correct: own.clone().filter(|_| is_wrong),
                detectable: true,
                mendable,
            });
        }
    }
}
