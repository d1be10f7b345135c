//! From people to delivered rows: who stands in which extract, and with what.
//!
//! Structure (who is delivered where) comes from one stream of draws and the
//! faults of each source from streams of their own, so that the same people are
//! delivered at every error level and sources err independently.

use super::World;
use super::dates_written as dates;
use super::draw::{Draw, mix};
use super::family::Population;
use super::fields_written as fields;
use super::names_written::{Faults, NameWriter};
use super::numbers::Allotment;
use super::numbers_written::{self as numbers, Held, Numbers};
use super::person::{Before, Birth, Person, Sex};
use super::rates::{Chances, Fault, Source};
use super::written::{DateForm, Facts, PhoneForm, Record, WrittenDate, WrittenName, WrittenNumber};

/// Columns of the extracts, in order.
pub(super) const COLUMNS: [&[&str]; 5] = [
    &[
        "ma_ho_so",
        "so_dinh_danh",
        "so_cmnd",
        "ho_ten",
        "ngay_sinh",
        "gioi_tinh",
        "dan_toc",
        "quoc_tich",
        "noi_sinh",
        "que_quan",
        "ho_ten_cha",
        "ho_ten_me",
        "ma_ho",
        "quan_he_chu_ho",
        "dia_chi",
        "ma_xa",
        "so_dien_thoai",
        "ma_so_bhxh",
        "tinh_trang_cu_tru",
        "ngay_cap_nhat",
    ],
    &[
        "ma_su_kien",
        "loai_su_kien",
        "so_dang_ky",
        "ngay_dang_ky",
        "so_dinh_danh",
        "ho_ten",
        "ngay_sinh",
        "gioi_tinh",
        "dan_toc",
        "noi_sinh",
        "que_quan",
        "ho_ten_cha",
        "ho_ten_me",
        "ngay_mat",
        "ho_ten_vo_chong",
        "ma_xa_dang_ky",
    ],
    &[
        "ma_the_ban_ghi",
        "ma_so_bhxh",
        "so_the",
        "so_dinh_danh",
        "ho_ten",
        "ngay_sinh",
        "gioi_tinh",
        "dia_chi",
        "ma_xa",
        "noi_kcb",
        "gia_tri_tu",
        "gia_tri_den",
    ],
    &[
        "ma_thue_bao",
        "so_thue_bao",
        "nha_mang",
        "loai_giay_to",
        "so_giay_to",
        "ho_ten",
        "ngay_sinh",
        "gioi_tinh",
        "dia_chi",
        "ngay_kich_hoat",
        "trang_thai",
    ],
    &[
        "ma_dang_ky",
        "bien_so",
        "loai_xe",
        "so_dinh_danh",
        "ho_ten",
        "ngay_sinh",
        "dia_chi",
        "ngay_dang_ky",
        "trang_thai",
    ],
];

/// Share of insurance, telecom and vehicle rows whose person data were taken from the identity
/// card, that is from what the population database held on that day, with its mistakes.
const COPIED: f64 = 0.7;

/// What an office has in its books of somebody, before it is written into a cell.
#[derive(Clone, Debug)]
pub(super) struct Held4 {
    pub(super) name: WrittenName,
    pub(super) birth: Birth,
    pub(super) sex: Sex,
    pub(super) number: Held,
    pub(super) faults: Faults,
}

/// The rows of one batch under way.
pub(super) struct Delivery<'a, 'w> {
    pub(super) world: &'w World,
    pub(super) population: &'a Population,
    pub(super) allotment: &'a mut Allotment<'w>,
    /// Who is delivered where.
    pub(super) plan: Draw,
    /// What goes wrong, a stream a source.
    pub(super) errors: [Draw; 5],
    pub(super) records: Vec<Record>,
    /// By person: what the population database holds.
    pub(super) cards: Vec<Held4>,
    /// By person: the telephone number offices know.
    pub(super) phones: Vec<Option<String>>,
    /// By person: the relation to the head that residence knows.
    pub(super) relations: Vec<&'static str>,
    batch: u64,
}

impl<'a, 'w> Delivery<'a, 'w> {
    pub(super) fn new(
        world: &'w World,
        population: &'a Population,
        allotment: &'a mut Allotment<'w>,
        batch: u64,
    ) -> Self {
        let stream = |purpose| Draw::of(world.seed, purpose, batch);
        let mut delivery = Self {
            world,
            population,
            allotment,
            plan: stream(2),
            errors: [stream(3), stream(4), stream(5), stream(6), stream(7)],
            records: Vec::new(),
            cards: Vec::new(),
            phones: vec![None; population.people.len()],
            relations: super::heads::relations(world, population),
            batch,
        };
        delivery.cards = (0..population.people.len()).map(|p| delivery.card(p)).collect();
        delivery
    }

    /// Every row of the batch; those of vehicles last.
    pub(super) fn deliver(mut self) -> Vec<Record> {
        for person in 0..self.population.people.len() {
            super::telecom::deliver(&mut self, person);
        }
        for person in 0..self.population.people.len() {
            super::residence::deliver(&mut self, person);
            super::civil::deliver(&mut self, person);
            super::insurance::deliver(&mut self, person);
        }
        super::late_faults::put(self.world, self.population, &mut self.records, self.batch);
        if self.world.sources().contains(&Source::Vehicles) {
            // Draws of its own, after all others: the four extracts are the same without it.
            self.plan = Draw::of(self.world.seed, 8, self.batch);
            for person in 0..self.population.people.len() {
                super::vehicles::deliver(&mut self, person);
            }
        }
        self.records
    }

    pub(super) fn person(&self, person: usize) -> &'a Person {
        &self.population.people[person]
    }

    pub(super) fn chances(&self, source: Source) -> Chances {
        Chances::new(source, self.world.level)
    }

    /// What the population database holds of somebody.
    fn card(&mut self, person: usize) -> Held4 {
        let late = self.is_correction_late(Source::Residence);
        self.entry_of(person, Source::Residence, late)
    }

    pub(super) fn is_correction_late(&mut self, source: Source) -> bool {
        self.chances(source).happens(Fault::CorrectionLate, &mut self.errors[source as usize])
    }

    /// What a source holds: a copy of the card, or its own entry, and its own mistakes on top.
    pub(super) fn copied(&mut self, person: usize, source: Source) -> Held4 {
        let late = self.is_correction_late(source);
        if !self.plan.chance(COPIED) {
            return self.entry_of(person, source, late);
        }
        let card = self.cards[person].clone();
        let mut held = self.keep(person, source, &card.name.content, card.birth, card.sex);
        held.name.is_visibly_damaged |= card.name.is_visibly_damaged;
        held.name.has_extra |= card.name.has_extra;
        if held.number == Held::Personal(self.person(person).number.clone().unwrap_or_default())
            && card.number != Held::Nothing
        {
            held.number = card.number;
        }
        held.faults.splice(0..0, card.faults);
        held
    }

    /// An entry made from the person, or from what was right before a correction.
    pub(super) fn entry_of(&mut self, person: usize, source: Source, before: bool) -> Held4 {
        let truth = self.person(person);
        let (mut name, mut birth, mut sex) = (truth.name.as_str(), truth.birth, truth.sex);
        let column = match &truth.correction {
            Some(correction) if before => match &correction.before {
                Before::Name(old) => {
                    name = old;
                    Some("ho_ten")
                }
                Before::BirthDate(old) => {
                    birth.day = *old;
                    Some(dates::COLUMN)
                }
                Before::Sex(old) => {
                    sex = *old;
                    Some("gioi_tinh")
                }
            },
            _ => None,
        };
        let mut held = self.keep(person, source, name, birth, sex);
        if let Some(column) = column {
            held.faults.insert(0, (column, Fault::CorrectionLate.word()));
        }
        held
    }

    fn keep(&mut self, person: usize, source: Source, name: &str, birth: Birth, sex: Sex) -> Held4 {
        let chances = self.chances(source);
        let numbers = self.numbers(person, source);
        let draw = &mut self.errors[source as usize];
        let mut faults = Faults::new();
        let writer = NameWriter { spelling: &self.world.spelling, chances, column: "ho_ten" };
        let name = writer.mistake(name, sex, draw, &mut faults);
        let birth = dates::mistake(birth, chances, draw, &mut faults);
        let sex = fields::sex_mistake(sex, chances, draw, &mut faults);
        let column = number_column(source);
        let number = numbers::mistake(self.world, numbers, chances, column, draw, &mut faults);
        Held4 { name, birth, sex, number, faults }
    }

    fn numbers(&mut self, person: usize, source: Source) -> Numbers<'a> {
        let people = &self.population.people;
        let truth = self.person(person);
        let is_child = truth.age_on(self.world.as_of) < 16;
        let number_of = |at: Option<usize>| at.and_then(|at| people[at].number.as_deref());
        let either = if self.errors[source as usize].chance(0.6) { truth.mother } else { truth.father };
        let other = self.errors[source as usize].below(people.len());
        let is_apart = other != person;
        Numbers {
            own: truth.number.as_deref(),
            old: truth.cmnd.as_deref(),
            former: truth.correction.as_ref().and_then(|c| c.former_number.as_deref()),
            parent: number_of(either).filter(|_| is_child),
            other: people[other].number.as_deref().filter(|_| is_apart),
        }
    }

    /// The cells every source has, written down.
    pub(super) fn write(&mut self, held: &Held4, source: Source) -> Written {
        let chances = self.chances(source);
        let draw = &mut self.errors[source as usize];
        let mut faults = held.faults.clone();
        let writer = NameWriter { spelling: &self.world.spelling, chances, column: "ho_ten" };
        let name = writer.form(held.name.clone(), draw, &mut faults);
        let birth = dates::form(held.birth, chances, draw, &mut faults);
        let (sex_text, sex) = fields::sex(held.sex, chances, draw, &mut faults);
        let mut number = numbers::form(&held.number, chances, number_column(source), draw, &mut faults);
        if number.personal.as_deref().is_some_and(|digits| !numbers::can_exist(self.world, digits)) {
            number.personal = None;
        }
        Written { name, birth, sex_text, sex, number, faults }
    }

    /// Puts a row down; the first cell, its record number, is given here.
    pub(super) fn put(
        &mut self,
        person: usize,
        source: Source,
        mut cells: Vec<String>,
        facts: Facts,
        faults: Faults,
    ) {
        let id = self.allotment.record(source as usize, source.letters());
        cells.insert(0, id.clone());
        debug_assert_eq!(cells.len(), COLUMNS[source as usize].len());
        let order =
            mix(self.world.seed ^ (source as u64 + 0xC000), (self.batch << 24) + self.records.len() as u64);
        let draw = &mut self.errors[source as usize];
        let is_repeated = self.world.level == super::ErrorLevel::Dirty
            && Chances::new(source, self.world.level).happens(Fault::RowRepeated, draw);
        let mut record = Record { person, source, id, order, cells, facts, faults, is_repeated };
        if is_repeated {
            record.faults.push((COLUMNS[source as usize][0], Fault::RowRepeated.word()));
        }
        self.records.push(record);
    }
}

/// The column of a source's personal numbers.
pub(super) fn number_column(source: Source) -> &'static str {
    if source == Source::Telecom { "so_giay_to" } else { "so_dinh_danh" }
}

/// What every source has, as written.
pub(super) struct Written {
    pub(super) name: WrittenName,
    pub(super) birth: WrittenDate,
    pub(super) sex_text: String,
    pub(super) sex: Option<Sex>,
    pub(super) number: WrittenNumber,
    pub(super) faults: Faults,
}

impl Written {
    /// The facts of a row that has nothing else; the faults stay behind.
    pub(super) fn facts(self) -> (Facts, Faults) {
        let facts = Facts {
            name: self.name,
            birth: self.birth,
            number: self.number,
            sex: self.sex,
            status: None,
            event: None,
            registered_on: None,
            valid: None,
            is_active: false,
            book: String::new(),
            relation: "",
            old_id: None,
            parents: [None, None],
            phone: PhoneForm::None,
            phone_right: String::new(),
            ward_retired: None,
            address_old: None,
        };
        (facts, self.faults)
    }
}

/// No date at all, for rows without one.
pub(super) fn no_date() -> WrittenDate {
    WrittenDate { text: String::new(), content: None, form: DateForm::Unreadable }
}
