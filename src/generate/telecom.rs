//! Subscriber rows: several numbers a person, old papers behind old numbers.

use chrono::{Datelike, Days, NaiveDate};

use super::dates_written as dates;
use super::delivery::Delivery;
use super::fields_written as fields;
use super::numbers_written::{self as numbers, Held};
use super::person::{Person, Standing};
use super::rates::{Fault, Source};
use super::written::WrittenNumber;

const SOURCE: Source = Source::Telecom;
/// Subscriptions a grown person has, 0 to 5, of 100.
const COUNTS: [u32; 6] = [23, 33, 25, 12, 5, 2];
/// Subscriptions of 14- to 17-year-olds, 0 or 1, of 100.
const COUNTS_YOUNG: [u32; 2] = [55, 45];
/// Of 100: active, locked, cancelled.
const STATES: [u32; 3] = [90, 6, 4];
const STATE_WORDS: [&str; 3] = ["hoạt động", "tạm khoá", "đã huỷ"];
/// A number registered before 2021 with the old card is still registered so.
const OLD_CARD: f64 = 0.45;
/// Registered with a passport.
const PASSPORT: f64 = 0.008;
const FIRST_YEAR: i32 = 2008;

/// The subscriber rows of one person; sets the number that offices know.
pub(super) fn deliver(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    let as_of = delivery.world.as_of;
    let age = truth.age_on(as_of);
    let count = match truth.standing {
        Standing::Dead(day) if (as_of - day).num_days() > 365 * 3 => 0,
        Standing::Elsewhere if !delivery.plan.chance(0.35) => 0,
        _ if age < 14 => 0,
        _ if age < 18 => delivery.plan.weighted(&COUNTS_YOUNG),
        _ if age > 75 && delivery.plan.chance(0.6) => 0,
        _ => delivery.plan.weighted(&COUNTS),
    };
    for _ in 0..count {
        let on = activated(delivery, truth);
        row(delivery, person, on);
    }
}

/// A day since the person was fourteen.
fn activated(delivery: &mut Delivery<'_, '_>, truth: &Person) -> NaiveDate {
    let as_of = delivery.world.as_of;
    let grown = truth.birth.day.checked_add_days(Days::new(365 * 14 + 4)).unwrap_or(as_of);
    let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or(grown).max(grown);
    let last = if let Standing::Dead(day) = truth.standing { day } else { as_of };
    let days = (last - first).num_days().max(1) as usize;
    // More of them are young: numbers are dropped and bought.
    let back = delivery.plan.below(days).min(delivery.plan.below(days));
    last.checked_sub_days(Days::new(1 + back as u64)).unwrap_or(last)
}

/// The number shown, and the word of the paper it stands on.
fn paper(delivery: &mut Delivery<'_, '_>, truth: &Person, held: &mut Held, on: NaiveDate) -> &'static str {
    let old = truth.cmnd.as_ref().filter(|_| on.year() < 2021);
    if let Some(old) = old.filter(|_| delivery.plan.chance(OLD_CARD) || truth.number.is_none()) {
        *held = Held::Old(old.clone());
        return "CMND";
    }
    if delivery.plan.chance(PASSPORT) || (truth.number.is_none() && truth.cmnd.is_none()) {
        *held = Held::Nothing;
        return "HC";
    }
    "CCCD"
}

fn row(delivery: &mut Delivery<'_, '_>, person: usize, on: NaiveDate) {
    let world = delivery.world;
    let truth = delivery.person(person);
    let former = truth.moved.filter(|(_, moved)| on < *moved).map(|(household, _)| household);
    let home = &delivery.population.households[former.unwrap_or(truth.household)];
    let chances = delivery.chances(SOURCE);
    let (prefix, carrier) = world.carriers.pick(&mut delivery.plan).clone();
    let number = format!("{prefix}{}", delivery.allotment.phone_tail());
    let mut held = delivery.copied(person, SOURCE);
    let kind = paper(delivery, truth, &mut held.number, on);
    let mut written = delivery.write(&held, SOURCE);
    if kind == "HC" {
        let letter = delivery.plan.pick(&["B", "C", "N", "P"]);
        let text = format!("{letter}{:07}", delivery.plan.below(10_000_000));
        written.number = WrittenNumber { text, ..WrittenNumber::default() };
    }
    let state = delivery.plan.weighted(&STATES);
    if state == 0 && delivery.phones[person].is_none() {
        delivery.phones[person] = Some(number.clone());
    }
    let draw = &mut delivery.errors[SOURCE as usize];
    let faults = &mut written.faults;
    let (phone, _) = numbers::phone(world, &number, chances, "so_thue_bao", draw, faults);
    let address = fields::address(world, home, chances, draw, faults);
    let kind = if chances.happens(Fault::PaperWord, draw) {
        faults.push(("loai_giay_to", Fault::PaperWord.word()));
        if kind == "CCCD" { draw.pick(&["CĂN CƯỚC CÔNG DÂN", "Căn cước", ""]) } else { "" }
    } else {
        kind
    };
    let cells = vec![
        phone,
        carrier,
        kind.to_owned(),
        written.number.text.clone(),
        written.name.text.clone(),
        written.birth.text.clone(),
        written.sex_text.clone(),
        address.text,
        dates::normal(on),
        STATE_WORDS[state].to_owned(),
    ];
    let (mut facts, faults) = written.facts();
    facts.is_active = state == 0;
    facts.registered_on = Some(on);
    delivery.put(person, SOURCE, cells, facts, faults);
}
