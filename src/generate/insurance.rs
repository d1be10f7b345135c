//! Health insurance rows: cards by group, renewed, running on after death.

use chrono::{Datelike, Days, NaiveDate};

use super::dates_written as dates;
use super::delivery::Delivery;
use super::fields_written as fields;
use super::numbers_written::Held;
use super::person::{Group, Person, Standing};
use super::rates::Source;

const SOURCE: Source = Source::Insurance;
const INSURED: f64 = 0.885;
const INSURED_UNREGISTERED: f64 = 0.70;
/// Who moved away may still have a card here.
const INSURED_ELSEWHERE: f64 = 0.10;
/// An earlier card of the same person is delivered too.
const EARLIER_CARD: f64 = 0.035;
/// Another card of the same person runs beside it: two employers, two lists.
const SECOND_CARD: f64 = 0.004;
/// The last card has run out.
const RUN_OUT: f64 = 0.05;
/// A card of somebody who died less than a year ago still stands.
const DEAD_WITH_CARD: f64 = 0.55;
/// Since 08/2025 the personal number may stand in place of the insurance number.
const PERSONAL_INSTEAD: f64 = 0.03;

const CLINICS: [&str; 18] = [
    "Bệnh viện Sản - Nhi Cà Mau",
    "Trung tâm Y tế khu vực Cái Nước",
    "Bệnh viện Quân Dân y",
    "Trung tâm Y tế khu vực Năm Căn",
    "Trung tâm Y tế khu vực Thới Bình",
    "Trung tâm Y tế khu vực Phú Tân",
    "Trung tâm Y tế Hòa Bình",
    "Trung tâm Y tế khu vực Đầm Dơi",
    "Bệnh viện Đa khoa tỉnh Cà Mau",
    "Trung tâm Y tế Giá Rai",
    "Trung tâm Y tế Đông Hải",
    "Trạm Y tế xã",
    "Trạm Y tế phường",
    "Bệnh viện Đa khoa Bạc Liêu",
    "Trung tâm Y tế khu vực Ngọc Hiển",
    "Trung tâm Y tế Phước Long",
    "Trung tâm Y tế Hồng Dân",
    "Trung tâm Y tế khu vực U Minh",
];

/// The insurance rows of one person.
pub(super) fn deliver(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    let as_of = delivery.world.as_of;
    let share = match truth.standing {
        Standing::Resident(_) => INSURED,
        Standing::Unregistered => INSURED_UNREGISTERED,
        Standing::Elsewhere => INSURED_ELSEWHERE,
        Standing::Dead(day) if (as_of - day).num_days() < 330 => DEAD_WITH_CARD,
        Standing::Dead(_) => 0.0,
    };
    if !delivery.plan.chance(share) {
        return;
    }
    let back = 1 + delivery.plan.below(360);
    let from = as_of.checked_sub_days(Days::new(back as u64)).unwrap_or(as_of);
    let from = if let Standing::Dead(day) = truth.standing { from.min(day) } else { from };
    let (from, is_earlier) = if delivery.plan.chance(RUN_OUT) {
        (year_before(from), false)
    } else {
        (from, delivery.plan.chance(EARLIER_CARD))
    };
    let from = from.max(truth.birth.day);
    card(delivery, person, from);
    if delivery.plan.chance(SECOND_CARD) {
        card(delivery, person, from);
    }
    if is_earlier && truth.age_on(from) > 1 {
        card(delivery, person, year_before(from));
    }
}

fn year_before(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(365)).unwrap_or(day)
}

/// Letters and benefit digit of a person's group.
fn group_of(delivery: &mut Delivery<'_, '_>, truth: &Person, on: NaiveDate) -> (&'static str, char) {
    let age = truth.age_on(on);
    let draw = &mut delivery.plan;
    match age {
        ..6 => ("TE", '1'),
        6..18 => ("HS", '4'),
        _ if draw.chance(0.085) => ("HN", '2'),
        _ if truth.group == Group::Khmer && draw.chance(0.5) => ("DT", '2'),
        60.. if draw.chance(0.18) => ("HT", '3'),
        80.. if draw.chance(0.6) => ("BT", '2'),
        18..60 if draw.chance(0.16) => ("DN", '4'),
        _ => ("GD", '4'),
    }
}

/// Children's cards run to the sixth birthday, others a year.
fn last_day(truth: &Person, from: NaiveDate) -> NaiveDate {
    let sixth = NaiveDate::from_ymd_opt(truth.birth.day.year() + 6, truth.birth.day.month(), 1);
    match sixth.filter(|sixth| truth.age_on(from) < 6 && *sixth > from) {
        Some(sixth) => sixth,
        None => from.checked_add_days(Days::new(365)).unwrap_or(from),
    }
}

fn card(delivery: &mut Delivery<'_, '_>, person: usize, from: NaiveDate) {
    let world = delivery.world;
    let truth = delivery.person(person);
    let home = &delivery.population.households[truth.household];
    let chances = delivery.chances(SOURCE);
    let (letters, digit) = group_of(delivery, truth, from);
    let to = last_day(truth, from);
    let mut held = delivery.copied(person, SOURCE);
    // Cards of those who never showed the new card hold the old one's number.
    if held.number == Held::Nothing
        && delivery.plan.chance(0.1)
        && let Some(old) = &truth.cmnd
    {
        held.number = Held::Old(old.clone());
    }
    let mut written = delivery.write(&held, SOURCE);
    let instead = delivery.plan.chance(PERSONAL_INSTEAD);
    let no_card = delivery.plan.chance(0.03);
    let no_number = delivery.plan.chance(0.004);
    let clinic = delivery.plan.pick(&CLINICS);
    let draw = &mut delivery.errors[SOURCE as usize];
    let address = fields::address(world, home, chances, draw, &mut written.faults);
    let ward = fields::ward(world, home, "ma_xa", chances, draw, &mut written.faults);
    let insurance = truth.insurance.clone().unwrap_or_default();
    let card = if no_card || insurance.is_empty() {
        String::new()
    } else {
        format!("{letters}{digit}{}{insurance}", old_province(world, home.old_unit))
    };
    let shown = match (&truth.number, instead) {
        (Some(number), true) => number.clone(),
        _ if no_number => String::new(),
        _ => insurance,
    };
    let cells = vec![
        shown,
        card,
        written.number.text.clone(),
        written.name.text.clone(),
        written.birth.text.clone(),
        written.sex_text.clone(),
        address.text,
        ward.text,
        clinic.to_owned(),
        dates::normal(from),
        dates::normal(to),
    ];
    let (mut facts, faults) = written.facts();
    facts.valid = Some((from, to));
    delivery.put(person, SOURCE, cells, facts, faults);
}

/// Cards carry the two-digit code of the old province.
fn old_province(world: &super::World, old_unit: usize) -> &str {
    world.places.old_units[old_unit].number_head.trim_start_matches('0')
}
