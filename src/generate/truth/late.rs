//! Rules about what `late_faults` puts in: groups, parents, addresses of before; and people nobody has seen for years.

use chrono::NaiveDate;

use super::super::person::Status;
use super::super::rates::{Fault, Source};
use super::super::written::{Event, Record};
use super::numbers::age;
use super::{Case, claims};

/// By parent: column and rule.
const PARENTS: [(&str, &str); 2] = [
    ("ho_ten_cha", "father-name-differs-from-birth-registration"),
    ("ho_ten_me", "mother-name-differs-from-birth-registration"),
];
/// From so many days without a sign of life on, somebody is asked.
const UNSEEN_DAYS: i64 = 2_555;
/// Whom a household's word is taken for.
const GROWN: i32 = 18;

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        ethnicity(case, record);
        parents(case, record);
        never_told(case, record);
        unseen(case, record);
    }
}

/// The group is wrong, and a birth entry has the right one.
fn ethnicity(case: &mut Case<'_>, record: &Record) {
    const COLUMN: &str = "dan_toc";
    let says = |entry: &&Record| {
        ![Fault::EthnicMissing, Fault::EthnicUnknown].iter().any(|fault| claims::has(entry, COLUMN, *fault))
    };
    let entries: Vec<&Record> = case.births.iter().copied().filter(says).collect();
    if claims::has(record, COLUMN, Fault::EthnicWrong) && !entries.is_empty() {
        let told = entries.iter().any(|entry| Case::is_plainly_one(record, entry));
        let right = Some(case.person.ethnicity.to_owned());
        case.add_named("ethnicity-differs-from-birth-registration", record, COLUMN, right, (told, false));
    }
}

/// A parent's name is wrong, and a birth entry has the right one. What was put in place of a name is no name.
fn parents(case: &mut Case<'_>, record: &Record) {
    let truth = [case.person.father_name.clone(), case.person.mother_name.clone()];
    for ((at, (column, rule)), right) in PARENTS.iter().enumerate().zip(truth) {
        let Some(written) = record.facts.parents[at].as_ref() else { continue };
        let is_wrong = right.as_ref().is_some_and(|right| *right != written.content);
        if !is_wrong || claims::has(record, column, Fault::ParentPlaceholder) {
            continue;
        }
        let entries = case.births.iter().copied().filter(|entry| claims::names_parent(entry, column));
        let entries: Vec<&Record> = entries.collect();
        if !entries.is_empty() {
            let told = entries.iter().any(|entry| Case::is_plainly_one(record, entry));
            case.add_named(rule, record, column, right, (told, false));
        }
    }
}

/// The address is that of before, years ago. A card and a subscription that both have the present one, in units
/// of today, tell.
fn never_told(case: &mut Case<'_>, record: &Record) {
    const COLUMN: &str = "dia_chi";
    if !claims::has(record, COLUMN, Fault::StaleAddress) {
        return;
    }
    let is_clear = |other: &&&Record| {
        ![Fault::AddressMissing, Fault::AddressOld].iter().any(|fault| claims::has(other, COLUMN, *fault))
    };
    let clear: Vec<Source> = case.all.iter().filter(is_clear).map(|other| other.source).collect();
    let told = clear.contains(&Source::Insurance) && clear.contains(&Source::Telecom) && case.live.len() == 1;
    case.add_named("stale-record-contradicted", record, "ma_xa", None, (told, false));
}

/// Grown, thường trú, and on no day of the last years did any source see the person.
fn unseen(case: &mut Case<'_>, record: &Record) {
    let years = record.facts.birth.content.map(|birth| age(case, birth));
    if record.facts.status != Some(Status::Permanent) || years.is_none_or(|years| years < GROWN) {
        return;
    }
    let last = case.all.iter().filter_map(|record| seen_on(record, case.world.as_of)).max();
    let is_dead = case.all.iter().any(|r| matches!(r.facts.event, Some(Event::Death(_))));
    if !is_dead && last.is_some_and(|last| (case.world.as_of - last).num_days() > UNSEEN_DAYS) {
        let told = true;
        case.add_named("no-sign-of-life-for-years", record, "tinh_trang_cu_tru", None, (told, false));
    }
}

/// The day that a row bears witness of, if it is over.
fn seen_on(record: &Record, as_of: NaiveDate) -> Option<NaiveDate> {
    let is_death = matches!(record.facts.event, Some(Event::Death(_)));
    let day = record.facts.registered_on.or(record.facts.valid.map(|(from, _)| from));
    day.filter(|day| !is_death && *day <= as_of && record.source != Source::Vehicles)
}
