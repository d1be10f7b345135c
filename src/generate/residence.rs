//! Residence rows: live, moved, closed or not closed after death, entered twice.

use chrono::{Days, NaiveDate};

use super::World;
use super::delivery::{Delivery, Held4};
use super::fields_written as fields;
use super::household_written as home_cells;
use super::names_written::NameWriter;
use super::numbers_written as numbers;
use super::person::{Person, Standing, Status};
use super::rates::{Fault, Source};
use super::written::{PhoneForm, WrittenName};

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

/// Whether residence still has a live record of somebody who died; asked of heads too.
pub(super) fn is_still_live(world: &World, truth: &Person, person: usize) -> bool {
    let Standing::Dead(day) = truth.standing else { return false };
    let registered = super::civil::is_death_registered(world, truth, person);
    let share = if registered { DEAD_STILL_LIVE } else { UNREGISTERED_STILL_LIVE };
    (world.as_of - day).num_days() <= DEATHS_KEPT_DAYS
        && super::civil::share_of_the_dead(world, truth, person, 0x11FE) < share
}

fn of_the_dead(delivery: &mut Delivery<'_, '_>, person: usize, day: NaiveDate) {
    if (delivery.world.as_of - day).num_days() > DEATHS_KEPT_DAYS {
        return;
    }
    let household = delivery.person(person).household;
    if is_still_live(delivery.world, delivery.person(person), person) {
        row(delivery, person, household, Status::Permanent);
    } else if super::civil::is_death_registered(delivery.world, delivery.person(person), person)
        && delivery.plan.chance(DEAD_CLOSED)
    {
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
    let known = delivery.relations[person];
    let cmnd = truth.cmnd.clone().filter(|_| delivery.plan.chance(0.42));
    let other_cmnd =
        home_cells::another(delivery, person).and_then(|other| delivery.person(other).cmnd.clone());
    let other_phone = home_cells::stranger(delivery, person).and_then(|other| delivery.phones[other].clone());
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
    let parent_form = |column, name: Option<String>, draw: &mut _, faults: &mut _| {
        let writer = NameWriter { spelling: &world.spelling, chances, column };
        let written = WrittenName { content: name?, ..WrittenName::default() };
        Some(writer.form(written, draw, faults))
    };
    let father = parent_form("ho_ten_cha", father, draw, faults);
    let mother = parent_form("ho_ten_me", mother, draw, faults);
    let is_own_home = household == truth.household;
    let known = if is_own_home || status != Status::Temporary { known } else { "Người ở nhờ" };
    let known = if truth.moved.is_some_and(|(old, _)| old == household) { "Con" } else { known };
    let relation = home_cells::relation(known, truth.age_on(world.as_of), chances, draw, faults);
    let book = home_cells::book(&home.book, chances, draw, faults);
    let cmnd = home_cells::old_id(cmnd, other_cmnd, chances, draw, faults);
    let insurance = home_cells::insurance_number(insurance, chances, draw, faults);
    let updated_text = home_cells::updated(updated, chances, draw, faults);
    let address = fields::address(world, home, chances, draw, faults);
    let ward = fields::ward(world, home, "ma_xa", chances, draw, faults);
    let right = number.filter(|_| !chances.happens(Fault::PhoneMissing, draw)).unwrap_or_default();
    let another = other_phone.filter(|_| truth.age_on(world.as_of) >= 18 && !right.is_empty());
    let another = another.filter(|_| chances.happens(Fault::PhoneOther, draw));
    if another.is_some() {
        faults.push(("so_dien_thoai", Fault::PhoneOther.word()));
    }
    let right = another.unwrap_or(right);
    let (phone, phone_form) = match right.len() {
        10 => numbers::phone(world, &right, chances, "so_dien_thoai", draw, faults),
        _ => (String::new(), PhoneForm::None),
    };
    let cells = vec![
        written.number.text.clone(),
        cmnd.clone().unwrap_or_default(),
        written.name.text.clone(),
        written.birth.text.clone(),
        written.sex_text.clone(),
        ethnicity,
        nationality,
        birth_place,
        world.places.origin_words(truth.home_town),
        father.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
        mother.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
        book.clone(),
        relation.text,
        address.text,
        ward.text,
        phone,
        insurance.unwrap_or_default(),
        status.word().to_owned(),
        updated_text,
    ];
    let (mut facts, faults) = written.facts();
    facts.status = Some(status);
    facts.old_id = cmnd.filter(|text| text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit()));
    facts.book = book;
    facts.relation = relation.says;
    facts.parents = [father, mother];
    facts.phone = phone_form;
    facts.phone_right = right;
    facts.ward_retired = ward.retired;
    facts.address_old = address.old;
    facts.registered_on =
        Some(updated).filter(|_| !faults.iter().any(|(column, _)| *column == "ngay_cap_nhat"));
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
