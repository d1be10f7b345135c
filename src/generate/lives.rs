//! What happened to people: corrections of entries, numbers set again, namesakes.

use chrono::{Datelike, Days, NaiveDate};

use super::World;
use super::draw::Draw;
use super::family::{Founding, Population};
use super::numbers::Allotment;
use super::person::{Before, Correction, Person, Precision};

/// Share of people whose entry in the civil registry was corrected since 2010.
const CORRECTED: f64 = 0.0185;
/// Of those whose birth year or sex was corrected, how many got another number.
const NUMBER_SET_AGAIN: f64 = 0.12;
/// Share of people given the name and birth date of a stranger, so that hard pairs
/// are there in small provinces too; the strangers of large ones come by themselves.
const NAMESAKES: f64 = 0.0015;

/// Lives of one batch, after its families stand.
pub(super) fn live(founding: &mut Founding<'_>, world: &World) {
    let mut draw = founding.draw.clone();
    let Founding { allotment, population, .. } = founding;
    make_namesakes(population, &mut draw);
    for index in 0..population.people.len() {
        if draw.chance(CORRECTED) {
            let on = correction_day(world, &population.people[index], &mut draw);
            correct(world, &mut population.people[index], on, allotment, &mut draw);
        }
    }
    founding.draw = draw;
}

/// Some people carry the name and the birth date of a stranger of their sex and generation.
fn make_namesakes(population: &mut Population, draw: &mut Draw) {
    for index in 0..population.people.len() {
        if !draw.chance(NAMESAKES) {
            continue;
        }
        let other = draw.below(population.people.len());
        let (one, of) = (&population.people[index], &population.people[other]);
        let fits = one.sex == of.sex && one.birth.day.year() == of.birth.day.year();
        let strangers = one.father != of.father || one.father.is_none();
        let depend = |p: &Person| [p.father, p.mother, p.twin_of].contains(&Some(index));
        let has_children = population.people.iter().any(depend);
        if other != index
            && fits
            && strangers
            && !has_children
            && of.twin_of.is_none()
            && one.twin_of.is_none()
        {
            let (name, surname, birth) = (of.name.clone(), of.surname.clone(), of.birth);
            let one = &mut population.people[index];
            (one.name, one.surname, one.birth) = (name, surname, birth);
        }
    }
}

/// After the birth was registered and from 2010 on, but for what happened lately.
fn correction_day(world: &World, person: &Person, draw: &mut Draw) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2010, 1, 1)?.max(person.birth.day.checked_add_days(Days::new(800))?);
    let days = (world.as_of - first).num_days();
    (days > 30 && person.is_alive())
        .then(|| first.checked_add_days(Days::new(draw.below(days as usize - 10) as u64)))?
}

fn correct(
    world: &World,
    person: &mut Person,
    on: Option<NaiveDate>,
    allotment: &mut Allotment<'_>,
    draw: &mut Draw,
) {
    let Some(on) = on else { return };
    let before = match draw.weighted(&[52, 42, 6]) {
        0 if person.birth.precision == Precision::Day => date_before(person, draw).map(Before::BirthDate),
        1 => name_before(world, person, draw).map(Before::Name),
        2 => Some(Before::Sex(person.sex.other())),
        _ => None,
    };
    let Some(before) = before else { return };
    let (sex, year) = match &before {
        Before::BirthDate(day) => (person.sex, day.year()),
        Before::Sex(sex) => (*sex, person.birth.day.year()),
        Before::Name(_) => (person.sex, person.birth.day.year()),
    };
    let changes_number = (sex, year) != (person.sex, person.birth.day.year());
    let mut former_number = None;
    if changes_number && person.number.is_some() {
        let head = world.places.number_head(person.born_at);
        if draw.chance(NUMBER_SET_AGAIN) {
            former_number = allotment.personal(head, sex, year);
        }
    }
    person.correction = Some(Correction { before, on, former_number });
}

fn date_before(person: &Person, draw: &mut Draw) -> Option<NaiveDate> {
    let day = person.birth.day;
    let other = match draw.below(4) {
        0 => day.with_year(day.year() + draw.pick(&[-2, -1, 1, 2])),
        1 => day.with_day(1 + draw.below(28) as u32),
        2 => day.with_month(1 + draw.below(12) as u32),
        _ => NaiveDate::from_ymd_opt(
            day.year() + draw.pick(&[-1, 1]),
            1 + draw.below(12) as u32,
            1 + draw.below(28) as u32,
        ),
    };
    other.filter(|other| *other != day)
}

/// Another middle or given name, or the word of the same origin.
fn name_before(world: &World, person: &Person, draw: &mut Draw) -> Option<String> {
    let words: Vec<&str> = person.name.split(' ').collect();
    let other =
        match words.iter().find_map(|part| Some((part, world.spelling.doublet(&part.to_lowercase())?))) {
            Some((part, doublet)) if draw.chance(0.3) => {
                person.name.replacen(*part, &super::spelling::capitalised_word(&doublet), 1)
            }
            _ => {
                let year = person.birth.day.year();
                let new = world.lexicon.name(&person.surname, person.sex, person.group, year, draw);
                let given = words.last()?;
                let middle =
                    new.rsplit_once(' ').map_or(person.surname.as_str(), |(head, _)| head).to_owned();
                if draw.chance(0.6) { format!("{middle} {given}") } else { new }
            }
        };
    (other != person.name).then_some(other)
}
