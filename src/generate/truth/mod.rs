//! What is truly wrong with the delivered rows, for each quality rule of [`RULES`].
//!
//! Judged from the true people and from what the generator knows it wrote, never
//! by reading cells back: the program's own normalising has no part in it. A claim
//! counts wherever it is true, injected or not. `detectable` says that a careful
//! reader of the delivery could tell; `mendable` that the right value follows from it.

mod claims;
mod events;
mod form;
mod households;
mod late;
mod numbers;
mod pairs;
mod people;
mod values;
mod vehicles;

pub(super) use pairs::hard_pairs;
pub use vehicles::VEHICLE_RULES;

use super::World;
use super::batch::without_vehicles;
use super::family::Population;
use super::person::{Birth, Person, Precision};
use super::rates::Source;
use super::written::{Event, Record};

/// One true finding.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) source: Source,
    pub(super) record: String,
    pub(super) rule: &'static str,
    pub(super) field: &'static str,
    pub(super) correct: Option<String>,
    pub(super) detectable: bool,
    pub(super) mendable: bool,
}

/// The quality rules that have a truth: 25 that are known by their numbers, then the others.
pub const RULES: [&str; 106] = [
    "personal-id-contradicts-birth-date",
    "personal-id-contradicts-sex",
    "birth-date-differs-from-birth-registration",
    "name-differs-from-birth-registration",
    "sex-differs-from-birth-registration",
    "birth-registration-date-contradicted",
    "birth-registration-name-contradicted",
    "personal-id-on-two-people",
    "personal-id-missing",
    "birth-date-incomplete",
    "birth-registered-without-residence",
    "insured-without-residence",
    "duplicate-residence-record",
    "phone-invalid",
    "phone-old-prefix",
    "ward-code-retired",
    "address-names-old-unit",
    "name-not-in-standard-form",
    "birth-date-not-in-standard-form",
    "deceased-but-resident",
    "deceased-but-insured",
    "old-id-behind-sim",
    "old-id-on-insurance-card",
    "corrected-birth-date-not-applied",
    "corrected-name-not-applied",
    "sex-missing",
    "sex-unknown",
    "sex-not-in-standard-form",
    "ethnicity-missing",
    "ethnicity-unknown",
    "ethnicity-not-in-standard-form",
    "nationality-missing",
    "nationality-unknown",
    "nationality-not-in-standard-form",
    "address-missing",
    "ward-code-missing",
    "ward-code-malformed",
    "household-id-missing",
    "relation-missing",
    "relation-unknown",
    "old-id-unreadable",
    "insurance-number-unreadable",
    "update-date-unreadable",
    "phone-not-in-standard-form",
    "phone-registered-to-another",
    "birth-date-missing",
    "birth-date-impossible",
    "birth-date-in-future",
    "age-over-120",
    "name-placeholder",
    "name-spacing",
    "name-letter-case",
    "name-tone-mark-placement",
    "name-legacy-encoding",
    "name-keystroke-residue",
    "name-abbreviated",
    "name-with-title-or-call-name",
    "name-with-digits-or-lost-letters",
    "father-name-missing",
    "father-name-placeholder",
    "father-name-not-in-standard-form",
    "mother-name-missing",
    "mother-name-placeholder",
    "mother-name-not-in-standard-form",
    "name-without-diacritics",
    "birth-registered-before-birth",
    "marriage-below-age",
    "death-before-birth",
    "personal-id-not-in-standard-form",
    "personal-id-unreadable",
    "elder-with-nine-digit-number-only",
    "nine-digit-number-only",
    "child-without-personal-id",
    "personal-id-absent",
    "personal-id-one-digit-off",
    "personal-id-set-again-suspected",
    "very-old-without-sign-of-life",
    "deceased-but-sim-active",
    "sim-without-readable-paper",
    "removed-but-insured",
    "duplicate-active-insurance-card",
    "household-without-head",
    "household-head-gone",
    "household-with-two-heads",
    "child-as-old-as-head",
    "spouse-implausibly-young",
    "household-head-is-minor",
    "household-head-deceased",
    "old-id-on-two-people",
    "name-words-joined",
    "ethnicity-differs-from-birth-registration",
    "father-name-differs-from-birth-registration",
    "mother-name-differs-from-birth-registration",
    "stale-record-contradicted",
    "no-sign-of-life-for-years",
    "parent-implausibly-young",
    values::MARKS_AGAINST_BOOKS,
    values::WITHOUT_BOOKS[0],
    values::WITHOUT_BOOKS[1],
    values::WITHOUT_BOOKS[2],
    values::OF_CARDS[0],
    values::OF_CARDS[1],
    values::OF_CARDS[2],
    values::OF_SIMS[0],
    values::OF_SIMS[1],
    values::OF_SIMS[2],
];

/// A rule's id by its number.
fn rule(number: usize) -> &'static str {
    RULES[number - 1]
}

/// One person with every row delivered of them.
struct Case<'a> {
    world: &'a World,
    person: &'a Person,
    /// Every row.
    all: Vec<&'a Record>,
    /// Residence rows that are not closed.
    live: Vec<&'a Record>,
    births: Vec<&'a Record>,
    found: Vec<Finding>,
}

/// All true findings of a batch: by person, then rule; shared numbers, then vehicles last. Rows of
/// vehicles bear no witness about the others, so that a fifth extract leaves the truth of four as it is.
pub(super) fn findings(world: &World, population: &Population, records: &[Record]) -> Vec<Finding> {
    let (records, papers) = records.split_at(without_vehicles(records).len());
    let mut found = Vec::new();
    let rows = by_person(population, records);
    for (person, all) in population.people.iter().zip(rows.clone()).filter(|(_, all)| !all.is_empty()) {
        let mut case = Case::new(world, person, all);
        values::judge(&mut case);
        form::judge(&mut case);
        people::judge(&mut case);
        events::judge(&mut case);
        claims::judge(&mut case);
        numbers::judge(&mut case);
        late::judge(&mut case);
        found.append(&mut case.found);
    }
    people::judge_shared_numbers(population, records, &mut found);
    households::judge(world.as_of, population, records, &mut found);
    households::judge_old_ids(population, records, &mut found);
    for ((person, all), papers) in population.people.iter().zip(rows).zip(by_person(population, papers)) {
        let mut case = Case::new(world, person, all);
        vehicles::judge(&mut case, population, &papers);
        found.append(&mut case.found);
    }
    found
}

fn by_person<'a>(population: &Population, records: &'a [Record]) -> Vec<Vec<&'a Record>> {
    let mut rows: Vec<Vec<&Record>> = vec![Vec::new(); population.people.len()];
    for record in records {
        rows[record.person].push(record);
    }
    rows
}

impl<'a> Case<'a> {
    fn new(world: &'a World, person: &'a Person, all: Vec<&'a Record>) -> Self {
        let is_live = |record: &&&Record| record.facts.status.is_some_and(super::person::Status::is_live);
        let live = all.iter().filter(is_live).copied().collect();
        let births = all.iter().filter(|r| r.facts.event == Some(Event::Birth)).copied().collect();
        Self { world, person, all, live, births, found: Vec::new() }
    }

    fn add(
        &mut self,
        number: usize,
        record: &Record,
        field: &'static str,
        correct: Option<String>,
        told: (bool, bool),
    ) {
        self.add_named(rule(number), record, field, correct, told);
    }

    fn add_named(
        &mut self,
        rule: &'static str,
        record: &Record,
        field: &'static str,
        correct: Option<String>,
        (detectable, mendable): (bool, bool),
    ) {
        debug_assert!(RULES.contains(&rule) || VEHICLE_RULES.contains(&rule), "{rule}");
        let (source, record) = (record.source, record.id.clone());
        let mendable = mendable && correct.is_some();
        self.found.push(Finding { source, record, rule, field, correct, detectable, mendable });
    }

    /// Rows of other sources than residence and births that could bear witness.
    fn witnesses(&self) -> impl Iterator<Item = &'a Record> {
        let not_asked = |r: &&Record| r.source == Source::Residence || r.facts.event == Some(Event::Birth);
        self.all.iter().copied().filter(move |record| !not_asked(record)).collect::<Vec<_>>().into_iter()
    }

    fn is_right_name(&self, record: &Record) -> bool {
        record.facts.name.content == self.person.name
    }

    fn is_right_birth(&self, record: &Record) -> bool {
        record.facts.birth.content == Some(self.person.birth)
    }

    fn has_right_number(&self, record: &Record) -> bool {
        record.facts.number.personal.is_some() && record.facts.number.personal == self.person.number
    }

    /// Whether another source holds the person's number, whole and in its normal writing.
    fn number_is_known_elsewhere(&self) -> bool {
        let other = self.all.iter().filter(|record| record.source != Source::Residence);
        other.into_iter().any(|record| self.has_right_number(record) && record.facts.number.is_clean)
    }

    /// Whether somebody can tell that two rows are of one person: the number, or name and birth date.
    fn is_plainly_one(one: &Record, other: &Record) -> bool {
        let (a, b) = (&one.facts, &other.facts);
        let same_number = a.number.personal.is_some() && a.number.personal == b.number.personal;
        let same_name = a.name.content == b.name.content;
        let same_birth = a.birth.content.is_some() && a.birth.content == b.birth.content;
        (same_number && (same_name || same_birth)) || (same_name && same_birth)
    }
}

/// Whether it is beyond doubt that a residence row and a death entry are of one person: the number with
/// name or birth date; else name, birth date and a parent, and no other number. Namesakes of one birth
/// date live, so that name and date alone leave doubt about a death.
fn is_surely_dead(person: &Person, row: &Record, entry: &Record) -> bool {
    let numbers = (&row.facts.number.personal, &entry.facts.number.personal);
    let (same_number, other_number) = match numbers {
        (Some(a), Some(b)) => (a == b, a != b),
        _ => (false, false),
    };
    Case::is_plainly_one(row, entry)
        && (same_number || !other_number && claims::a_parent_agrees(person, row, entry))
}

/// The same of a card or a subscription, which name no parents: only the number is beyond doubt.
fn is_surely_dead_by_number(row: &Record, entry: &Record) -> bool {
    let number = &row.facts.number.personal;
    number.is_some() && *number == entry.facts.number.personal && Case::is_plainly_one(row, entry)
}

/// Whether a written date is wrong: what it says is not so. Less known is not wrong.
fn is_wrong(written: Birth, truth: Birth) -> bool {
    use chrono::Datelike;
    let (a, b) = (written.day, truth.day);
    let year = a.year() != b.year();
    match (written.precision, truth.precision) {
        (Precision::Year, _) | (_, Precision::Year) => year,
        (Precision::Month, _) | (_, Precision::Month) => year || a.month() != b.month(),
        (Precision::Day, Precision::Day) => a != b,
    }
}
