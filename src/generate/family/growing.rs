//! Grown children: who leaves, who marries whom, who founds a household.

use chrono::{Datelike, Days, NaiveDate};

use super::super::person::{Group, Sex, Standing};
use super::Founding;

impl Founding<'_> {
    /// Grown up: stays, leaves, or founds a household of one's own.
    pub(super) fn grow_up(&mut self, child: usize, household: usize, depth: usize) {
        let person = &self.population.people[child];
        let age = person.age_on(self.world.as_of);
        if age < 19 || depth >= 3 || !person.is_alive() {
            return;
        }
        if self.draw.chance(0.09) {
            return self.leave(child);
        }
        if age < 22 || !self.draw.chance(0.82) {
            return;
        }
        let home = if self.draw.chance(0.30) { household } else { self.new_home(child, household) };
        let Some(spouse) = self.find_spouse(child, home) else { return };
        self.set_relations(child, spouse, home, household);
        let (husband, wife) =
            if self.population.people[child].sex == Sex::Male { (child, spouse) } else { (spouse, child) };
        self.marry(husband, wife);
        self.raise(husband, wife, home, depth + usize::from(home == household));
    }

    fn leave(&mut self, child: usize) {
        let person = &mut self.population.people[child];
        if let Standing::Resident(_) = person.standing {
            person.standing = Standing::Elsewhere;
            self.residents -= 1;
            self.population.households[person.household].size -= 1;
        }
    }

    /// A household of one's own, in the same ward or another; some left a record behind.
    fn new_home(&mut self, child: usize, household: usize) -> usize {
        let ward = if self.draw.chance(0.72) {
            self.population.households[household].ward
        } else {
            *self.world.places.by_population.pick(&mut self.draw)
        };
        let home = self.new_household(ward);
        let moved_on = self.recent_day(6_000);
        self.move_to(child, home);
        if self.draw.chance(0.06) {
            self.population.people[child].moved = Some((household, moved_on));
        }
        home
    }

    fn move_to(&mut self, person: usize, home: usize) {
        let person = &mut self.population.people[person];
        if let Standing::Resident(_) = person.standing {
            self.population.households[person.household].size -= 1;
            self.population.households[home].size += 1;
        }
        person.household = home;
    }

    /// A day in the last so many days before the as-of date.
    fn recent_day(&mut self, days: usize) -> NaiveDate {
        let back = Days::new(1 + self.draw.below(days) as u64);
        self.world.as_of.checked_sub_days(back).unwrap_or(self.world.as_of)
    }

    /// Out of another clan of the batch, or a stranger.
    fn find_spouse(&mut self, child: usize, home: usize) -> Option<usize> {
        let person = &self.population.people[child];
        let (sex, group, year) = (person.sex.other(), person.group, person.birth.day.year());
        let people = &self.population.people;
        let fits = |at: &usize| (people[*at].birth.day.year() - year).abs() <= 7;
        if let Some(place) = self.pool[sex as usize].iter().position(fits) {
            let spouse = self.pool[sex as usize].swap_remove(place);
            self.move_to(spouse, home);
            return Some(spouse);
        }
        if self.is_full() {
            return None;
        }
        let group = if self.draw.chance(0.9) { group } else { Group::Kinh };
        let gap = self.draw.between(-4, 4) - if sex == Sex::Female { -2 } else { 2 };
        Some(self.stranger(sex, group, year + gap, home, "Khác"))
    }

    fn set_relations(&mut self, child: usize, spouse: usize, home: usize, household: usize) {
        let man = self.population.people[child].sex == Sex::Male;
        let (own, others) = match (home == household, man) {
            (true, true) => ("Con", "Con dâu"),
            (true, false) => ("Con", "Con rể"),
            (false, true) => ("Chủ hộ", "Vợ"),
            (false, false) => ("Vợ", "Chủ hộ"),
        };
        self.population.people[child].relation = own;
        self.population.people[spouse].relation = others;
    }
}
