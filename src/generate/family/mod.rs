//! Families over generations: founders, children, in-laws, lodgers.

mod growing;

use chrono::{Datelike, Days, NaiveDate};

use super::World;
use super::draw::Draw;
use super::numbers::Allotment;
use super::person::{Birth, Group, Household, Origin, Person, Precision, Sex, Standing, Status};

/// The people of one batch and their households; indices point into these lists.
#[derive(Debug, Default)]
pub(super) struct Population {
    pub(super) people: Vec<Person>,
    pub(super) households: Vec<Household>,
}

/// Of 1,000 born, how many reach an age (years): a southern life table, rounded.
const SURVIVORS: [(i32, i32); 11] = [
    (0, 1_000),
    (1, 985),
    (20, 972),
    (40, 945),
    (50, 910),
    (60, 840),
    (70, 700),
    (80, 450),
    (90, 140),
    (100, 5),
    (106, 0),
];
/// Births a mother has, at least and at most, by the year she was born from.
const CHILDREN: [(i32, i32, i32); 5] = [(1900, 2, 5), (1948, 1, 4), (1960, 1, 3), (1975, 0, 3), (1990, 0, 3)];
const TWIN_SHARE: f64 = 0.012;
/// Relations to the head, by what a family member is to the founders.
const CHILD: [&str; 3] = ["Con", "Cháu", "Cháu"];

/// Makes one batch.
pub(super) struct Founding<'a> {
    world: &'a World,
    pub(super) draw: Draw,
    pub(super) allotment: Allotment<'a>,
    pub(super) population: Population,
    residents: u64,
    quota: u64,
    /// The unmarried of earlier clans, men and women, for marriages between clans.
    pool: [Vec<usize>; 2],
}

/// What is known of somebody before they are made.
struct Sketch {
    sex: Sex,
    group: Group,
    surname: String,
    born: NaiveDate,
    parents: Option<(usize, usize)>,
    home_town: Origin,
    household: usize,
    relation: &'static str,
    standing: Standing,
}

impl<'a> Founding<'a> {
    /// A batch of `quota` living residents and whoever belongs to them.
    pub(super) fn new(world: &'a World, batch: u64, quota: u64) -> Self {
        Self {
            world,
            draw: Draw::of(world.seed, 1, batch),
            allotment: Allotment::new(&world.numbering, batch),
            population: Population::default(),
            residents: 0,
            quota,
            pool: [Vec::new(), Vec::new()],
        }
    }

    /// Founds clans until the batch is full.
    pub(super) fn settle(&mut self) {
        while !self.is_full() {
            let first = self.population.people.len();
            self.found_clan();
            if self.draw.chance(0.15) {
                self.take_in_lodgers();
            }
            self.fill_pool(first);
        }
        self.plan_stays();
    }

    fn is_full(&self) -> bool {
        self.residents >= self.quota
    }

    fn found_clan(&mut self) {
        let ward = *self.world.places.by_population.pick(&mut self.draw);
        let group = self.group(ward);
        let year = 1928 + self.draw.below(38) as i32 + self.draw.below(12) as i32;
        let household = self.new_household(ward);
        let husband = self.stranger(Sex::Male, group, year, household, "Chủ hộ");
        if self.is_full() {
            return;
        }
        let gap = self.draw.between(-2, 5);
        let wife = self.stranger(Sex::Female, group, year + gap, household, "Vợ");
        self.marry(husband, wife);
        self.raise(husband, wife, household, 0);
    }

    fn group(&mut self, ward: usize) -> Group {
        let ward = &self.world.places.wards[ward];
        match (self.draw.chance(ward.khmer), self.draw.chance(ward.hoa)) {
            (true, _) => Group::Khmer,
            (_, true) => Group::Hoa,
            _ => Group::Kinh,
        }
    }

    fn new_household(&mut self, ward: usize) -> usize {
        let places = &self.world.places;
        let old_unit = self.draw.one(&places.wards[ward].old_units).copied().unwrap_or(0);
        let lead = places.lead(ward, &mut self.draw);
        let book = self.allotment.household();
        self.population.households.push(Household { book, ward, old_unit, lead, size: 0 });
        self.population.households.len() - 1
    }

    /// Somebody whose parents are not in the batch.
    fn stranger(
        &mut self,
        sex: Sex,
        group: Group,
        year: i32,
        household: usize,
        relation: &'static str,
    ) -> usize {
        let ward = self.population.households[household].ward;
        let home_town = if self.draw.chance(0.05) {
            Origin::Province(*self.world.places.far.pick(&mut self.draw))
        } else {
            Origin::OldUnit(self.world.places.old_unit_near(ward, &mut self.draw))
        };
        let surname = self.world.lexicon.surname(group, &mut self.draw);
        let born = self.some_day(year);
        let standing = self.standing();
        let sketch =
            Sketch { sex, group, surname, born, parents: None, home_town, household, relation, standing };
        self.add(sketch)
    }

    fn some_day(&mut self, year: i32) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(self.world.as_of);
        first.checked_add_days(Days::new(self.draw.below(365) as u64)).unwrap_or(first)
    }

    fn standing(&mut self) -> Standing {
        let at = self.draw.weighted(&[958, 17, 4, 21]);
        [
            Standing::Resident(Status::Permanent),
            Standing::Resident(Status::Away),
            Standing::Unregistered,
            Standing::Elsewhere,
        ][at]
    }

    fn add(&mut self, sketch: Sketch) -> usize {
        let world = self.world;
        let Sketch { sex, group, surname, born, parents, home_town, household, relation, standing } = sketch;
        let birth = self.known_birth(born);
        let year = birth.day.year();
        let name = world.lexicon.name(&surname, sex, group, year, &mut self.draw);
        let standing = self.death(birth.day).map_or(standing, Standing::Dead);
        let (father_name, mother_name) = self.parent_names(parents, &surname, group, year);
        let hospital = (year > 1975 && self.draw.chance(0.15)).then(|| self.draw.pick(&HOSPITALS));
        let mut person = Person {
            sex,
            group,
            ethnicity: group.word(),
            surname,
            name,
            birth,
            father: parents.map(|(father, _)| father),
            mother: parents.map(|(_, mother)| mother),
            father_name,
            mother_name,
            born_at: home_town,
            hospital,
            home_town,
            number: None,
            cmnd: None,
            insurance: None,
            household,
            relation,
            standing,
            moved: None,
            stays_at: None,
            spouse: None,
            correction: None,
            twin_of: None,
        };
        self.give_numbers(&mut person);
        if let Standing::Resident(_) = person.standing {
            self.residents += 1;
            self.population.households[household].size += 1;
        }
        self.population.people.push(person);
        self.population.people.len() - 1
    }

    /// The date as the office knows it: of the old often only the year, or 01/01 for it.
    fn known_birth(&mut self, day: NaiveDate) -> Birth {
        let (unknown, new_year) = match day.year() {
            ..1955 => (0.20, 0.20),
            1955..1975 => (0.06, 0.10),
            1975..1990 => (0.004, 0.02),
            _ => (0.0, 0.0),
        };
        let first = day.with_ordinal(1).unwrap_or(day);
        if self.draw.chance(unknown) {
            Birth { day: first, precision: Precision::Year }
        } else if self.draw.chance(new_year) {
            Birth { day: first, precision: Precision::Day }
        } else {
            Birth { day, precision: Precision::Day }
        }
    }

    /// The day of death, if it came before the as-of date.
    fn death(&mut self, born: NaiveDate) -> Option<NaiveDate> {
        let rank = self.draw.between(1, 1_000);
        let after = SURVIVORS.iter().position(|(_, left)| *left < rank)?;
        let ((from, high), (to, low)) = (SURVIVORS[after - 1], SURVIVORS[after]);
        let days = (from * 365) + (to - from) * 365 * (high - rank) / (high - low).max(1);
        let day = born.checked_add_days(Days::new(days as u64 + self.draw.below(300) as u64))?;
        (day < self.world.as_of).then_some(day)
    }

    fn parent_names(
        &mut self,
        parents: Option<(usize, usize)>,
        surname: &str,
        group: Group,
        year: i32,
    ) -> (Option<String>, Option<String>) {
        if let Some((father, mother)) = parents {
            let name = |at: usize| Some(self.population.people[at].name.clone());
            return (name(father), name(mother));
        }
        let lexicon = &self.world.lexicon;
        let father = lexicon.name(surname, Sex::Male, group, year - 27, &mut self.draw);
        let maiden = lexicon.surname(group, &mut self.draw);
        let mother = lexicon.name(&maiden, Sex::Female, group, year - 25, &mut self.draw);
        // The old registers of the very old do not name the parents.
        let unknown = if year < 1950 { 0.25 } else { 0.03 };
        ((!self.draw.chance(unknown)).then_some(father), (!self.draw.chance(unknown * 0.8)).then_some(mother))
    }

    fn give_numbers(&mut self, person: &mut Person) {
        let world = self.world;
        let died = if let Standing::Dead(day) = person.standing { day.year() } else { 9_999 };
        let year = person.birth.day.year();
        // Numbers have been given at birth since 2016 and to everybody else from about then.
        let share = if year >= 2016 { 0.985 } else { 0.972 };
        if died >= 2014 && self.draw.chance(share) {
            let head = world.places.number_head(person.born_at);
            person.number = self.allotment.personal(head, person.sex, year);
        }
        if year <= 2003 && died >= 1990 && self.draw.chance(0.93) {
            let head = match person.born_at {
                Origin::OldUnit(_) => "38",
                Origin::Province(_) => self.draw.pick(&["02", "36", "33", "37", "34", "31", "27"]),
            };
            person.cmnd = Some(self.allotment.cmnd(head));
        }
        if died >= 2015 && self.draw.chance(0.995) {
            let head = world.places.number_head(person.born_at);
            person.insurance =
                Some(self.allotment.insurance(head.trim_start_matches('0').get(..2).unwrap_or("96")));
        }
    }

    fn marry(&mut self, husband: usize, wife: usize) {
        let people = &mut self.population.people;
        let later = people[husband].birth.day.max(people[wife].birth.day);
        let on =
            later.checked_add_days(Days::new(365 * 19 + self.draw.below(365 * 8) as u64)).unwrap_or(later);
        let on = on.min(self.world.as_of);
        people[husband].spouse = Some((wife, on));
        people[wife].spouse = Some((husband, on));
    }

    /// The couple's children, born one after another, and theirs.
    fn raise(&mut self, father: usize, mother: usize, household: usize, depth: usize) {
        let born = self.population.people[mother].birth.day;
        let row =
            CHILDREN.iter().rev().find(|(from, ..)| born.year() >= *from).copied().unwrap_or(CHILDREN[0]);
        let count = self.draw.between(row.1, row.2);
        let first = i64::from(self.draw.between(20, 30));
        let mut day = born.checked_add_days(Days::new(first as u64 * 365 + self.draw.below(365) as u64));
        for _ in 0..count {
            let Some(at) = day.filter(|at| *at < self.world.as_of && !self.is_full()) else { return };
            self.bear(father, mother, household, depth, at);
            day = at.checked_add_days(Days::new(480 + self.draw.below(1_900) as u64));
        }
    }

    fn bear(&mut self, father: usize, mother: usize, household: usize, depth: usize, day: NaiveDate) {
        let child = self.child(father, mother, household, depth, day);
        if self.draw.chance(TWIN_SHARE) && !self.is_full() {
            let twin = self.child(father, mother, household, depth, day);
            self.make_twins(child, twin);
        }
        self.grow_up(child, household, depth);
    }

    fn child(
        &mut self,
        father: usize,
        mother: usize,
        household: usize,
        depth: usize,
        day: NaiveDate,
    ) -> usize {
        let parent = &self.population.people[father];
        let (group, surname, home_town) = (parent.group, parent.surname.clone(), parent.home_town);
        let sex = if self.draw.chance(0.515) { Sex::Male } else { Sex::Female };
        let mut standing = self.standing();
        let days_old = (self.world.as_of - day).num_days();
        if days_old < 900 && self.draw.chance(0.07) {
            standing = Standing::Unregistered;
        }
        let parents = Some((father, mother));
        let relation = CHILD[depth.min(CHILD.len() - 1)];
        let sketch =
            Sketch { sex, group, surname, born: day, parents, home_town, household, relation, standing };
        self.add(sketch)
    }

    /// The younger's day, parents and name pattern follow the elder's; numbers stay their own.
    fn make_twins(&mut self, elder: usize, younger: usize) {
        let (birth, name, group) = {
            let person = &self.population.people[elder];
            (person.birth, person.name.clone(), person.group)
        };
        let sex = self.population.people[younger].sex;
        let alike = self.population.people[elder].sex == sex;
        let name = if alike {
            self.world.lexicon.name_like(&name, sex, group, &mut self.draw)
        } else {
            String::new()
        };
        let had_number = self.population.people[younger].birth.day.year() == birth.day.year();
        let twin = &mut self.population.people[younger];
        twin.birth = birth;
        if !had_number {
            twin.number = None;
        }
        if !name.is_empty() {
            twin.name = name;
        }
        twin.twin_of = Some(elder);
    }

    fn take_in_lodgers(&mut self) {
        let ward = *self.world.places.by_population.pick(&mut self.draw);
        let home = self.new_household(ward);
        for number in 0..self.draw.between(1, 3) {
            if self.is_full() {
                return;
            }
            let year = self.world.as_of.year() - self.draw.between(18, 45);
            let sex = self.draw.pick(&[Sex::Male, Sex::Female]);
            let group = self.group(ward);
            let relation =
                if number == 0 { "Chủ hộ" } else { self.draw.pick(&["Người ở nhờ", "Khác"]) };
            let surname = self.world.lexicon.surname(group, &mut self.draw);
            let home_town = Origin::Province(*self.world.places.far.pick(&mut self.draw));
            let born = self.some_day(year);
            let standing = if self.draw.chance(0.12) {
                Standing::Unregistered
            } else {
                Standing::Resident(Status::Temporary)
            };
            self.add(Sketch {
                sex,
                group,
                surname,
                born,
                parents: None,
                home_town,
                household: home,
                relation,
                standing,
            });
        }
    }

    fn fill_pool(&mut self, first: usize) {
        for index in first..self.population.people.len() {
            let person = &self.population.people[index];
            let is_free =
                person.spouse.is_none() && matches!(person.standing, Standing::Resident(Status::Permanent));
            if is_free && (22..50).contains(&person.age_on(self.world.as_of)) && self.draw.chance(0.5) {
                self.pool[person.sex as usize].push(index);
            }
        }
    }

    /// Lawful second residences: thường trú at home, tạm trú elsewhere in the province.
    fn plan_stays(&mut self) {
        let households = self.population.households.len();
        for index in 0..self.population.people.len() {
            let person = &self.population.people[index];
            let grown = (17..60).contains(&person.age_on(self.world.as_of));
            if matches!(person.standing, Standing::Resident(Status::Permanent))
                && grown
                && self.draw.chance(0.007)
            {
                let at = self.draw.below(households);
                self.population.people[index].stays_at = Some(at);
            }
        }
    }
}

const HOSPITALS: [&str; 3] =
    ["Bệnh viện Đa khoa Bạc Liêu", "Bệnh viện Sản - Nhi Cà Mau", "Bệnh viện Đa khoa tỉnh Cà Mau"];
