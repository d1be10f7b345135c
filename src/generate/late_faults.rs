//! Faults of residence that came to the model after all others: they are put into rows that are written
//! already, with draws of their own, so that everything else stays as it was without them.
//!
//! A cell that something else has happened to is left alone: one fault a cell can be told from its truth.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::World;
use super::dates_written as dates;
use super::delivery::COLUMNS;
use super::draw::Draw;
use super::family::Population;
use super::household_written::HEAD;
use super::names_written::NameWriter;
use super::person::{Sex, Standing, Status};
use super::rates::{Chances, Fault, Source};
use super::written::{NameForm, Record, WrittenName};

/// The stream's purpose, beside those of [`super::delivery`].
const PURPOSE: u64 = 9;
const SOURCE: Source = Source::Residence;
/// Groups that a clerk puts down for one another.
const GROUPS: [&str; 3] = ["Kinh", "Khmer", "Hoa"];
/// By parent: the column.
const PARENTS: [&str; 2] = ["ho_ten_cha", "ho_ten_me"];
const ADDRESS: &str = "dia_chi";
const WARD: &str = "ma_xa";
const NAME: &str = "ho_ten";
const RELATION: &str = "quan_he_chu_ho";
/// Who never told of a move has not been at the office since: so many days at least, and at most.
const AWAY_DAYS: (i32, i32) = (2_700, 4_300);
/// How many households are looked at for an address of before.
const TRIES: usize = 8;

/// What the faults are drawn from.
struct Late<'a> {
    world: &'a World,
    population: &'a Population,
    chances: Chances,
    draw: Draw,
}

/// Puts them in. O(rows of residence).
pub(super) fn put(world: &World, population: &Population, records: &mut [Record], batch: u64) {
    let chances = Chances::new(SOURCE, world.level);
    let mut late = Late { world, population, chances, draw: Draw::of(world.seed, PURPOSE, batch) };
    let live = |record: &&mut Record| record.facts.status.is_some_and(Status::is_live);
    for record in records.iter_mut().filter(live) {
        late.ethnicity(record);
        late.parents(record);
        late.joined(record);
    }
    let homes = homes(records);
    for rows in homes.values() {
        late.head_gone(records, rows);
    }
    for rows in homes.values() {
        late.never_told(records, rows, &homes);
    }
}

/// By household: its live rows.
type Homes = BTreeMap<String, Vec<usize>>;

fn homes(records: &[Record]) -> Homes {
    let mut homes = Homes::new();
    for (at, record) in records.iter().enumerate() {
        if record.facts.status.is_some_and(Status::is_live) && !record.facts.book.is_empty() {
            homes.entry(record.facts.book.clone()).or_default().push(at);
        }
    }
    homes
}

fn place(column: &str) -> usize {
    COLUMNS[SOURCE as usize].iter().position(|known| *known == column).unwrap_or_default()
}

fn is_untouched(record: &Record, column: &str) -> bool {
    record.faults.iter().all(|(known, _)| *known != column)
}

fn set(record: &mut Record, column: &'static str, text: String, fault: Fault) {
    record.cells[place(column)] = text;
    record.faults.push((column, fault.word()));
}

impl Late<'_> {
    fn happens(&mut self, fault: Fault) -> bool {
        self.chances.happens(fault, &mut self.draw)
    }

    /// Another group than the person's.
    fn ethnicity(&mut self, record: &mut Record) {
        const COLUMN: &str = "dan_toc";
        if !self.happens(Fault::EthnicWrong) || !is_untouched(record, COLUMN) {
            return;
        }
        let own = self.population.people[record.person].ethnicity;
        let other = self.draw.pick(&GROUPS);
        if other != own {
            set(record, COLUMN, other.to_owned(), Fault::EthnicWrong);
        }
    }

    /// A parent's name with a slip in it, or somebody else's name.
    fn parents(&mut self, record: &mut Record) {
        for (at, column) in PARENTS.into_iter().enumerate() {
            if !self.happens(Fault::ParentWrong) || !is_untouched(record, column) {
                continue;
            }
            let Some(right) = record.facts.parents[at].as_ref().map(|name| name.content.clone()) else {
                continue;
            };
            let sex = [Sex::Male, Sex::Female][at];
            let wrong =
                if self.draw.chance(0.5) { Some(self.slipped(&right, sex)) } else { self.stranger(sex) };
            if let Some(wrong) = wrong.filter(|wrong| *wrong != right) {
                let written =
                    WrittenName { content: wrong.clone(), text: wrong.clone(), ..WrittenName::default() };
                record.facts.parents[at] = Some(written);
                set(record, column, wrong, Fault::ParentWrong);
            }
        }
    }

    fn slipped(&mut self, name: &str, sex: Sex) -> String {
        let fault = self.draw.pick(&[Fault::NameSlip, Fault::NameDialect, Fault::NameMiddleLeftOut]);
        let writer =
            NameWriter { spelling: &self.world.spelling, chances: Chances::only(fault), column: NAME };
        writer.mistake(name, sex, &mut self.draw, &mut Vec::new()).content
    }

    fn stranger(&mut self, sex: Sex) -> Option<String> {
        let other = self.draw.one(&self.population.people)?;
        (other.sex == sex).then(|| other.name.clone())
    }

    /// Two words of the name run together.
    fn joined(&mut self, record: &mut Record) {
        if !self.happens(Fault::NameJoined) || !is_untouched(record, NAME) {
            return;
        }
        let name = &record.facts.name;
        if name.form != NameForm::Good || name.is_capitals || name.text != name.content {
            return;
        }
        let words: Vec<&str> = name.text.split(' ').collect();
        if words.len() < 2 {
            return;
        }
        let at = self.draw.below(words.len() - 1);
        // One letter is no word that a capital behind it could end.
        if words[at].chars().count() < 2 || words[at + 1].chars().count() < 2 {
            return;
        }
        let text = format!("{}{}", words[..=at].join(" "), words[at + 1..].join(" "));
        record.facts.name.text.clone_from(&text);
        record.facts.name.form = NameForm::Joined;
        set(record, NAME, text, Fault::NameJoined);
    }

    /// The head's record is closed and nobody has taken the place.
    fn head_gone(&mut self, records: &mut [Record], rows: &[usize]) {
        if !self.happens(Fault::HeadGone) || rows.len() < 2 {
            return;
        }
        let heads: Vec<usize> =
            rows.iter().copied().filter(|&row| records[row].facts.relation == HEAD).collect();
        let [head] = heads[..] else { return };
        let head = &mut records[head];
        let lives = matches!(self.population.people[head.person].standing, Standing::Resident(_));
        if lives && head.facts.status == Some(Status::Permanent) && is_untouched(head, RELATION) {
            head.facts.status = Some(Status::Deleted);
            let status = place("tinh_trang_cu_tru");
            Status::Deleted.word().clone_into(&mut head.cells[status]);
            head.faults.push((RELATION, Fault::HeadGone.word()));
        }
    }

    /// The household has moved within the province years ago, and residence was never told: it has the address of
    /// before, and has not been touched since.
    fn never_told(&mut self, records: &mut [Record], rows: &[usize], homes: &Homes) {
        if !self.happens(Fault::StaleAddress) {
            return;
        }
        let as_of = self.world.as_of;
        let back = self.draw.between(AWAY_DAYS.0, AWAY_DAYS.1);
        let touched = as_of.checked_sub_days(Days::new(back.unsigned_abs().into())).unwrap_or(as_of);
        let stays = |row: &usize| {
            let record = &records[*row];
            let person = &self.population.people[record.person];
            let is_plain = record.facts.status == Some(Status::Permanent) && person.birth.day < touched;
            is_plain
                && matches!(person.standing, Standing::Resident(_))
                && is_untouched(record, "ngay_cap_nhat")
        };
        if !rows.iter().all(stays) {
            return;
        }
        let Some(before) = self.another_home(records, rows, homes) else { return };
        let before = [ADDRESS, WARD].map(|column| records[before].cells[place(column)].clone());
        for &row in rows {
            stand_at(&mut records[row], &before, touched);
        }
    }

    /// A row of another household in another ward, whose address and ward nothing has happened to.
    fn another_home(&mut self, records: &[Record], rows: &[usize], homes: &Homes) -> Option<usize> {
        let all: Vec<&Vec<usize>> = homes.values().collect();
        let ward = |row: usize| {
            self.population.households[self.population.people[records[row].person].household].ward
        };
        let own = ward(*rows.first()?);
        for _ in 0..TRIES {
            let row = *self.draw.one(&all)?.first()?;
            let record = &records[row];
            let is_clean = [ADDRESS, WARD].iter().all(|column| is_untouched(record, column));
            if is_clean && ward(row) != own && record.facts.status == Some(Status::Permanent) {
                return Some(row);
            }
        }
        None
    }
}

fn stand_at(record: &mut Record, before: &[String; 2], touched: NaiveDate) {
    record.faults.retain(|(column, _)| ![ADDRESS, WARD].contains(column));
    record.facts.ward_retired = None;
    record.facts.address_old = None;
    record.facts.registered_on = Some(touched);
    record.cells[place("ngay_cap_nhat")] = dates::normal(touched);
    record.cells[place(WARD)].clone_from(&before[1]);
    set(record, ADDRESS, before[0].clone(), Fault::StaleAddress);
}
