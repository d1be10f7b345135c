//! Pairs of rows of different people that are easily taken for one.

use std::collections::BTreeMap;

use super::super::family::Population;
use super::super::rates::Source;
use super::super::written::Record;

/// Siblings are many: one pair in so many is listed.
const SIBLINGS_EACH: usize = 8;

/// Two rows of two people.
#[derive(Clone, Debug)]
pub(crate) struct HardPair {
    pub(crate) left: (Source, String),
    pub(crate) right: (Source, String),
    pub(crate) kind: &'static str,
}

/// The hard pairs of a batch: twins, namesakes of one birth date and rows that carry
/// another person's number in full; siblings as a sample.
pub(crate) fn hard_pairs(population: &Population, records: &[Record]) -> Vec<HardPair> {
    let mut rows: Vec<Vec<&Record>> = vec![Vec::new(); population.people.len()];
    for record in records {
        rows[record.person].push(record);
    }
    for of in &mut rows {
        of.sort_by_key(|record| (record.source, record.order));
    }
    let mut pairs = Pairs { rows, found: Vec::new() };
    pairs.families(population);
    pairs.namesakes(population);
    pairs.numbers(population, records);
    pairs.found
}

struct Pairs<'a> {
    rows: Vec<Vec<&'a Record>>,
    found: Vec<HardPair>,
}

impl Pairs<'_> {
    /// A row of each: residence against another source where there is one.
    fn add(&mut self, one: usize, other: usize, kind: &'static str) {
        let (Some(left), Some(right)) = (self.rows[one].first(), self.rows[other].last()) else { return };
        let name = |record: &Record| (record.source, record.id.clone());
        self.found.push(HardPair { left: name(left), right: name(right), kind });
    }

    fn families(&mut self, population: &Population) {
        let mut last: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, person) in population.people.iter().enumerate() {
            if let Some(elder) = person.twin_of {
                self.add(elder, index, "twin");
            }
            let Some(mother) = person.mother else { continue };
            let before = last.insert(mother, index);
            if let Some(before) = before.filter(|_| person.twin_of.is_none() && index % SIBLINGS_EACH == 0) {
                self.add(before, index, "sibling");
            }
        }
    }

    fn namesakes(&mut self, population: &Population) {
        let mut same: BTreeMap<(&str, chrono::NaiveDate), usize> = BTreeMap::new();
        for (index, person) in population.people.iter().enumerate() {
            if let Some(before) = same.insert((&person.name, person.birth.day), index) {
                self.add(before, index, "namesake_same_birth_date");
            }
        }
    }

    /// A row with somebody else's number against a row of its owner.
    fn numbers(&mut self, population: &Population, records: &[Record]) {
        let owners: BTreeMap<&str, usize> = (population.people.iter().enumerate())
            .filter_map(|(index, person)| Some((person.number.as_deref()?, index)))
            .collect();
        for record in records {
            let owner = record.facts.number.personal.as_deref().and_then(|digits| owners.get(digits));
            let Some(&owner) = owner.filter(|owner| **owner != record.person) else { continue };
            let person = &population.people[record.person];
            let is_parent = person.father == Some(owner) || person.mother == Some(owner);
            let kind = if is_parent { "parent_same_number" } else { "stranger_same_number" };
            if let Some(right) = self.rows[owner].first() {
                let (left, right) = ((record.source, record.id.clone()), (right.source, right.id.clone()));
                self.found.push(HardPair { left, right, kind });
            }
        }
    }
}
