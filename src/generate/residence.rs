//! Residence rows: live, moved, closed or not closed after death, entered twice.

use chrono::{Days, NaiveDate};

use super::dates_written as dates;
use super::delivery::{Delivery, Held4};
use super::fields_written as fields;
use super::numbers_written as numbers;
use super::person::{Standing, Status};
use super::rates::{Fault, Source};
use super::written::PhoneForm;

/// Share of residents entered twice under the same status (two books, a lost card).
const ENTERED_TWICE: f64 = 0.0055;
/// Of those who moved within the province: the old record is closed, or was forgotten.
const OLD_RECORD_CLOSED: f64 = 0.72;
const OLD_RECORD_FORGOTTEN: f64 = 0.10;
/// Of those who left the province: the closed record is still delivered.
const LEFT_AND_CLOSED: f64 = 0.04;
/// The dead of these last days may still stand in residence, closed or not.
const DEATHS_KEPT_DAYS: i64 = 365 * 12;
/// Of the dead with a registered death (by person, see [`super::civil`]): still live, or closed and delivered.
const DEAD_STILL_LIVE: f64 = 0.10;
const DEAD_CLOSED: f64 = 0.07;
/// Of the dead whose death nobody registered: still live in residence.
const UNREGISTERED_STILL_LIVE: f64 = 0.70;

/// The residence rows of one person.
pub(super) fn deliver(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    match truth.standing {
        Standing::Resident(status) => {
            row(delivery, person, truth.household, status);
            if delivery.plan.chance(ENTERED_TWICE) {
                enter_again(delivery, person, status);
            }
        }
        Standing::Elsewhere if delivery.plan.chance(LEFT_AND_CLOSED) => {
            row(delivery, person, truth.household, Status::Deleted);
        }
        Standing::Dead(day) => of_the_dead(delivery, person, day),
        Standing::Elsewhere | Standing::Unregistered => {}
    }
    moves(delivery, person);
}

/// The second entry is made from the person anew, by another hand, mostly at the same address.
fn enter_again(delivery: &mut Delivery<'_, '_>, person: usize, status: Status) {
    let truth = delivery.person(person);
    let households = delivery.population.households.len();
    let household = if delivery.plan.chance(0.6) { truth.household } else { delivery.plan.below(households) };
    let late = delivery.is_correction_late(Source::Residence);
    let held = delivery.entry_of(person, Source::Residence, late);
    row_of(delivery, person, household, status, &held);
}

fn moves(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    let Standing::Resident(_) = truth.standing else { return };
    if let Some((household, _)) = truth.moved {
        let draw = delivery.plan.chance(OLD_RECORD_CLOSED);
        if draw {
            row(delivery, person, household, Status::Deleted);
        } else if delivery.plan.chance(OLD_RECORD_FORGOTTEN / (1.0 - OLD_RECORD_CLOSED)) {
            row(delivery, person, household, Status::Permanent);
        }
    }
    if let Some(household) = truth.stays_at {
        row(delivery, person, household, Status::Temporary);
    }
}

fn of_the_dead(delivery: &mut Delivery<'_, '_>, person: usize, day: NaiveDate) {
    if (delivery.world.as_of - day).num_days() > DEATHS_KEPT_DAYS {
        return;
    }
    let household = delivery.person(person).household;
    let (live, closed) = if super::civil::is_death_registered(delivery, person) {
        (DEAD_STILL_LIVE, DEAD_CLOSED)
    } else {
        (UNREGISTERED_STILL_LIVE, 0.0)
    };
    if delivery.plan.chance(live) {
        row(delivery, person, household, Status::Permanent);
    } else if delivery.plan.chance(closed) {
        row(delivery, person, household, Status::Deleted);
    }
}

fn row(delivery: &mut Delivery<'_, '_>, person: usize, household: usize, status: Status) {
    let held = delivery.cards[person].clone();
    row_of(delivery, person, household, status, &held);
}

fn row_of(delivery: &mut Delivery<'_, '_>, person: usize, household: usize, status: Status, held: &Held4) {
    const SOURCE: Source = Source::Residence;
    let world = delivery.world;
    let truth = delivery.person(person);
    let home = &delivery.population.households[household];
    let chances = delivery.chances(SOURCE);
    let mut written = delivery.write(held, SOURCE);
    let updated = updated_on(delivery, person);
    let cmnd = truth.cmnd.clone().filter(|_| delivery.plan.chance(0.42));
    let insurance = truth.insurance.clone().filter(|_| delivery.plan.chance(0.57));
    let number = delivery.phones[person].clone();
    let draw = &mut delivery.errors[SOURCE as usize];
    let faults = &mut written.faults;
    let ethnicity = fields::ethnicity(truth.group, truth.ethnicity, chances, draw, faults);
    let nationality = fields::nationality(chances, draw, faults);
    let birth_place = if chances.happens(Fault::BirthPlaceMissing, draw) {
        String::new()
    } else {
        world.places.origin_words(truth.born_at)
    };
    let father = fields::parent(truth.father_name.as_deref(), "ho_ten_cha", chances, draw, faults);
    let mother = fields::parent(truth.mother_name.as_deref(), "ho_ten_me", chances, draw, faults);
    let address = fields::address(world, home, chances, draw, faults);
    let ward = fields::ward(world, home, "ma_xa", chances, draw, faults);
    let right = number.filter(|_| !chances.happens(Fault::PhoneMissing, draw)).unwrap_or_default();
    let (phone, phone_form) = match right.len() {
        10 => numbers::phone(world, &right, chances, "so_dien_thoai", draw, faults),
        _ => (String::new(), PhoneForm::None),
    };
    let cells = vec![
        written.number.text.clone(),
        cmnd.unwrap_or_default(),
        written.name.text.clone(),
        written.birth.text.clone(),
        written.sex_text.clone(),
        ethnicity,
        nationality,
        birth_place,
        world.places.origin_words(truth.home_town),
        father.unwrap_or_default(),
        mother.unwrap_or_default(),
        home.book.clone(),
        truth.relation.to_owned(),
        address.text,
        ward.text,
        phone,
        insurance.unwrap_or_default(),
        status.word().to_owned(),
        dates::normal(updated),
    ];
    let (mut facts, faults) = written.facts();
    facts.status = Some(status);
    facts.phone = phone_form;
    facts.phone_right = right;
    facts.ward_retired = ward.retired;
    facts.address_old = address.old;
    delivery.put(person, SOURCE, cells, facts, faults);
}

/// Somewhen in the last ten years, not before birth nor after death.
fn updated_on(delivery: &mut Delivery<'_, '_>, person: usize) -> NaiveDate {
    let as_of = delivery.world.as_of;
    let lately = delivery.plan.chance(0.4);
    let back = delivery.plan.below(if lately { 500 } else { 3_650 });
    let day = as_of.checked_sub_days(Days::new(back as u64)).unwrap_or(as_of);
    day.max(delivery.person(person).birth.day)
}
