//! Vehicle rows: motorcycles and cars of grown people, often on the papers of years ago.
//!
//! How many own what, and how many vehicles of the dead are never transferred, nobody has
//! counted for the province: all shares here are estimates.

use chrono::{Datelike, Days, NaiveDate};

use super::dates_written as dates;
use super::delivery::Delivery;
use super::fields_written as fields;
use super::numbers_written::Held;
use super::person::{Person, Standing};
use super::rates::Source;

const SOURCE: Source = Source::Vehicles;
/// The age from which a motorcycle can be ridden, and so is owned.
const GROWN: i32 = 18;
/// Vehicles that a grown person has, 0 to 3, of 100.
const COUNTS: [u32; 4] = [42, 41, 13, 4];
/// From this age on half of those who would have a vehicle have given it away.
const OLD: i32 = 70;
/// Those who left the province and whose vehicle still stands here.
const ELSEWHERE: f64 = 0.10;
/// The dead whose vehicles nobody has transferred, in the first years.
const NOT_TRANSFERRED: f64 = 0.4;
const DEATHS_KEPT_DAYS: i64 = 365 * 10;
/// Papers of before this year may still show the old card, in this share where there was one.
const NEW_CARDS_FROM: i32 = 2021;
const OLD_CARD: f64 = 0.6;
/// Papers that show the birth date.
const WITH_BIRTH_DATE: f64 = 0.6;
const FIRST_YEAR: i32 = 2000;

/// Kinds and their share of 100; cars have plates of their own.
const KINDS: [(&str, bool); 4] =
    [("Xe mô tô", false), ("Xe máy điện", false), ("Xe ô tô con", true), ("Xe ô tô tải", true)];
const KIND_SHARES: [u32; 4] = [88, 4, 6, 2];
const STATE_WORDS: [&str; 3] = ["đang lưu hành", "đã thu hồi", "báo mất"];
const STATES: [u32; 3] = [94, 5, 1];
/// Heads of plates by the old province that the owner's ground belonged to; the first where none fits.
const HEADS: [(&str, &str); 2] = [("Cà Mau", "69"), ("Bạc Liêu", "94")];

/// The vehicle rows of one person.
pub(super) fn deliver(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    let as_of = delivery.world.as_of;
    let plan = &mut delivery.plan;
    let last = if let Standing::Dead(day) = truth.standing { day } else { as_of };
    let age = truth.age_on(last);
    let has_none = match truth.standing {
        _ if age < GROWN => true,
        Standing::Dead(day) => (as_of - day).num_days() > DEATHS_KEPT_DAYS || !plan.chance(NOT_TRANSFERRED),
        Standing::Elsewhere => !plan.chance(ELSEWHERE),
        Standing::Resident(_) | Standing::Unregistered => age >= OLD && plan.chance(0.5),
    };
    if has_none {
        return;
    }
    for _ in 0..plan.weighted(&COUNTS) {
        if let Some(on) = registered(delivery, truth, last) {
            row(delivery, person, on);
        }
    }
}

/// A day since the person was grown, the later ones more often: vehicles are sold and bought.
fn registered(delivery: &mut Delivery<'_, '_>, truth: &Person, last: NaiveDate) -> Option<NaiveDate> {
    let grown = truth.birth.day.checked_add_days(Days::new(365 * GROWN as u64 + 5))?;
    let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1)?.max(grown);
    let days = usize::try_from((last - first).num_days()).ok().filter(|days| *days > 0)?;
    let back = delivery.plan.below(days).min(delivery.plan.below(days));
    last.checked_sub_days(Days::new(1 + back as u64))
}

/// The household that somebody lived in on a day.
pub(super) fn household_on(truth: &Person, on: NaiveDate) -> usize {
    truth.moved.filter(|(_, moved)| on < *moved).map_or(truth.household, |(former, _)| former)
}

fn row(delivery: &mut Delivery<'_, '_>, person: usize, on: NaiveDate) {
    let world = delivery.world;
    let truth = delivery.person(person);
    let home = &delivery.population.households[household_on(truth, on)];
    let chances = delivery.chances(SOURCE);
    let (kind, is_car) = KINDS[delivery.plan.weighted(&KIND_SHARES)];
    let plate = delivery.allotment.plate(plate_head(&world.places.old_units[home.old_unit].province), is_car);
    let mut held = delivery.copied(person, SOURCE);
    let old = truth.cmnd.as_ref().filter(|_| on.year() < NEW_CARDS_FROM);
    if let Some(old) = old.filter(|_| delivery.plan.chance(OLD_CARD) || truth.number.is_none()) {
        held.number = Held::Old(old.clone());
    }
    let mut written = delivery.write(&held, SOURCE);
    let state = delivery.plan.weighted(&STATES);
    if !delivery.plan.chance(WITH_BIRTH_DATE) {
        written.birth = super::delivery::no_date();
        written.faults.retain(|(column, _)| *column != dates::COLUMN);
    }
    written.faults.retain(|(column, _)| *column != "gioi_tinh");
    // Papers name the units of their day.
    let is_old = NaiveDate::from_ymd_opt(2025, 7, 1).is_some_and(|reform| on < reform);
    let draw = &mut delivery.errors[SOURCE as usize];
    let address = fields::address_of(world, home, |_| is_old, chances, draw, &mut written.faults);
    let cells = vec![
        plate,
        kind.to_owned(),
        written.number.text.clone(),
        written.name.text.clone(),
        written.birth.text.clone(),
        address.text,
        dates::normal(on),
        STATE_WORDS[state].to_owned(),
    ];
    let (mut facts, faults) = written.facts();
    facts.sex = None;
    facts.is_active = state == 0;
    facts.registered_on = Some(on);
    facts.address_old = address.old;
    delivery.put(person, SOURCE, cells, facts, faults);
}

fn plate_head(province: &str) -> &'static str {
    HEADS.iter().find(|(name, _)| *name == province).map_or(HEADS[0].1, |(_, head)| head)
}
