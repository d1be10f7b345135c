//! Civil-registry rows: births, deaths, marriages, corrections.

use chrono::{Datelike, Days, NaiveDate};

use super::World;
use super::dates_written as dates;
use super::delivery::{Delivery, Held4, no_date};
use super::draw::mix;
use super::fields_written as fields;
use super::names_written::NameWriter;
use super::numbers_written::Held;
use super::person::{Origin, Person, Precision, Sex, Standing};
use super::rates::Source;
use super::written::Event;

const SOURCE: Source = Source::Civil;
const EVENT_WORDS: [&str; 4] = ["khai_sinh", "khai_tu", "ket_hon", "cai_chinh"];

/// Share of births whose entry is delivered, by year of birth from: old books are
/// digitised only in part.
const BIRTHS: [(i32, f64); 6] =
    [(1900, 0.12), (1955, 0.24), (1970, 0.36), (1985, 0.54), (2000, 0.79), (2010, 0.91)];
/// Registered in another commune's, other province's books, so not delivered.
const BORN_FAR: f64 = 0.03;
const MARRIAGES: f64 = 0.37;
const MARRIAGES_FROM: i32 = 1985;
/// One marriage in so many is delivered for both spouses.
const BOTH_SPOUSES: f64 = 0.10;
const DEATHS_REGISTERED: f64 = 0.82;
const DEATHS_FROM: i32 = 2014;
/// Entries made before numbers were given at birth hold the number only where it was added.
const NUMBER_ADDED: f64 = 0.68;

/// Whether somebody's death is registered; asked by several sources, answered once.
pub(super) fn is_death_registered(world: &World, truth: &Person, person: usize) -> bool {
    let Standing::Dead(day) = truth.standing else { return false };
    day.year() >= DEATHS_FROM && share_of_the_dead(world, truth, person, 0xD00D) < DEATHS_REGISTERED
}

/// A share drawn once for a dead person and a question, whoever asks and whenever.
pub(super) fn share_of_the_dead(world: &World, truth: &Person, person: usize, question: u64) -> f64 {
    let Standing::Dead(day) = truth.standing else { return 1.0 };
    let key = truth.household as u64 * 1_000_003 + person as u64;
    let hash = mix(world.seed ^ question, key ^ (day.num_days_from_ce() as u64) << 20);
    (hash % 1_000) as f64 / 1_000.0
}

/// The civil-registry rows of one person.
pub(super) fn deliver(delivery: &mut Delivery<'_, '_>, person: usize) {
    birth(delivery, person);
    marriage(delivery, person);
    if let Standing::Dead(day) = delivery.person(person).standing
        && is_death_registered(delivery.world, delivery.person(person), person)
    {
        let late = delivery.plan.chance(0.1);
        let after = delivery.plan.below(if late { 400 } else { 16 });
        let held = delivery.copied(person, SOURCE);
        row(delivery, person, Event::Death(day), later(delivery, day, after), &held);
    }
    if let Some(correction) = &delivery.person(person).correction {
        let mut held = delivery.entry_of(person, SOURCE, false);
        // A correction is made out with care: the corrected value itself is right.
        held.name.content.clone_from(&delivery.person(person).name);
        held.name.is_visibly_damaged = false;
        held.name.has_extra = false;
        held.birth = delivery.person(person).birth;
        held.sex = delivery.person(person).sex;
        held.faults.retain(|(column, _)| *column == "so_dinh_danh");
        row(delivery, person, Event::Correction, correction.on, &held);
    }
}

fn later(delivery: &Delivery<'_, '_>, day: NaiveDate, days: usize) -> NaiveDate {
    day.checked_add_days(Days::new(days as u64)).unwrap_or(day).min(delivery.world.as_of)
}

fn birth(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    let year = truth.birth.day.year();
    let share = BIRTHS.iter().rev().find(|(from, _)| year >= *from).map_or(0.1, |(_, share)| *share);
    let share = if matches!(truth.born_at, Origin::Province(_)) { BORN_FAR } else { share };
    // Books of the long dead are not delivered.
    let gone = matches!(truth.standing, Standing::Dead(day) if day.year() < 2005);
    if gone || !delivery.plan.chance(share) {
        return;
    }
    let in_time = delivery.plan.chance(if year >= 2000 { 0.78 } else { 0.30 });
    let after = match (in_time, year) {
        (true, _) => 2 + delivery.plan.below(58),
        (false, 2000..) => 61 + delivery.plan.below(1_200),
        (false, _) => 90 + delivery.plan.below(3_000),
    };
    let registered = later(delivery, truth.birth.day, after);
    let before = truth.correction.as_ref().is_some_and(|correction| correction.on > registered);
    let mut held = delivery.entry_of(person, SOURCE, before);
    // Before the correction that was the right entry: lawful history, not a fault.
    held.faults.retain(|(_, kind)| *kind != super::rates::Fault::CorrectionLate.word());
    if registered.year() < 2016 && !delivery.plan.chance(NUMBER_ADDED) {
        held.number = Held::Nothing;
        held.faults.retain(|(column, _)| *column != "so_dinh_danh");
    }
    row(delivery, person, Event::Birth, registered, &held);
}

fn marriage(delivery: &mut Delivery<'_, '_>, person: usize) {
    let truth = delivery.person(person);
    let Some((spouse, on)) = truth.spouse else { return };
    // The couple is asked once, at the wife; the row names either.
    if truth.sex == Sex::Male || on.year() < MARRIAGES_FROM || !delivery.plan.chance(MARRIAGES) {
        return;
    }
    let dead_long =
        |at: usize| matches!(delivery.person(at).standing, Standing::Dead(day) if day.year() < 2005);
    if dead_long(person) || dead_long(spouse) {
        return;
    }
    let both = delivery.plan.chance(BOTH_SPOUSES);
    let first = if delivery.plan.chance(0.5) { person } else { spouse };
    let second = if first == person { spouse } else { person };
    for one in [first, second].into_iter().take(1 + usize::from(both)) {
        let mut held = delivery.copied(one, SOURCE);
        if on.year() < 2016 && !delivery.plan.chance(NUMBER_ADDED) {
            held.number = Held::Nothing;
        }
        row(delivery, one, Event::Marriage, on, &held);
    }
}

fn row(delivery: &mut Delivery<'_, '_>, person: usize, event: Event, on: NaiveDate, held: &Held4) {
    let world = delivery.world;
    let truth = delivery.person(person);
    let home = &delivery.population.households[truth.household];
    let chances = delivery.chances(SOURCE);
    let entry = format!("{}/{}", 1 + delivery.plan.below(900), on.year());
    let mut written = delivery.write(held, SOURCE);
    let draw = &mut delivery.errors[SOURCE as usize];
    let faults = &mut written.faults;
    let ethnicity = fields::ethnicity(truth.group, truth.ethnicity, chances, draw, faults);
    let father = fields::parent(truth.father_name.as_deref(), "ho_ten_cha", chances, draw, faults);
    let mother = fields::parent(truth.mother_name.as_deref(), "ho_ten_me", chances, draw, faults);
    let ward = fields::ward(world, home, "ma_xa_dang_ky", chances, draw, faults);
    let spouse = match (event, truth.spouse) {
        (Event::Marriage, Some((spouse, _))) => {
            let of = &delivery.population.people[spouse];
            let writer = NameWriter { spelling: &world.spelling, chances, column: "ho_ten_vo_chong" };
            let name = writer.mistake(&of.name, of.sex, draw, faults);
            writer.form(name, draw, faults).text
        }
        _ => String::new(),
    };
    let birth_place = match (event, truth.hospital) {
        (Event::Birth, Some(hospital)) => hospital.to_owned(),
        _ => world.places.origin_words(truth.born_at),
    };
    let died = if let Event::Death(day) = event { dates::normal(day) } else { String::new() };
    if truth.birth.precision == Precision::Year && written.birth.text.is_empty() {
        written.birth = no_date();
    }
    let cells = vec![
        EVENT_WORDS[word_of(event)].to_owned(),
        entry,
        dates::normal(on),
        written.number.text.clone(),
        written.name.text.clone(),
        written.birth.text.clone(),
        written.sex_text.clone(),
        ethnicity,
        birth_place,
        world.places.origin_words(truth.home_town),
        father.unwrap_or_default(),
        mother.unwrap_or_default(),
        died,
        spouse,
        ward.text,
    ];
    let (mut facts, faults) = written.facts();
    facts.event = Some(event);
    facts.registered_on = Some(on);
    delivery.put(person, SOURCE, cells, facts, faults);
}

fn word_of(event: Event) -> usize {
    match event {
        Event::Birth => 0,
        Event::Death(_) => 1,
        Event::Marriage => 2,
        Event::Correction => 3,
    }
}
