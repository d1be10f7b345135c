//! What earlier nights say of who goes together: rulings and an earlier run's people.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;
use hashbrown::HashMap;

use super::spill::Unit;
use crate::link::{Earlier, PreviousPeople, RecordName};
use crate::settings::Settings;
use crate::table::SourceIndex;

/// Nobody of this person was met yet.
const NOWHERE: Unit = Unit::MAX;

/// Records by the names that earlier nights have of them.
#[derive(Debug, Default)]
pub(super) struct Told {
    earlier: Earlier,
    /// By source: its id.
    sources: Vec<String>,
    /// By hash of a name in a ruling: the number of those whom rulings join to it.
    group_of: HashMap<u64, usize>,
    /// By group: where it went.
    groups: Vec<Option<Unit>>,
    /// By hash of a name in a ruling: where the record went.
    found: HashMap<u64, Unit>,
    /// By number of an earlier person: where it went.
    people: Vec<Unit>,
}

/// A name's hash.
pub(super) fn name_hash(source: SourceIndex, id: &str) -> u64 {
    FixedState::default().hash_one((source.0, id))
}

fn hash_of(name: &RecordName) -> u64 {
    name_hash(name.source, &name.id)
}

impl Told {
    pub(super) fn new(settings: &Settings, earlier: Earlier) -> Self {
        let sources = settings.sources.iter().map(|source| source.id.clone()).collect();
        let people = vec![NOWHERE; earlier.people.as_ref().map_or(0, PreviousPeople::len)];
        let mut told = Self { sources, people, ..Self::default() };
        for ruling in earlier.rulings.iter() {
            let [a, b] = ruling.pair.each_ref().map(|name| told.group(hash_of(name)));
            if ruling.same && a != b {
                told.group_of.values_mut().filter(|group| **group == b).for_each(|group| *group = a);
            }
        }
        Self { earlier, ..told }
    }

    fn group(&mut self, name: u64) -> usize {
        let next = self.groups.len();
        let group = *self.group_of.entry(name).or_insert(next);
        if group == next {
            self.groups.push(None);
        }
        group
    }

    /// Whether earlier nights say nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.group_of.is_empty() && self.people.is_empty()
    }

    /// Where a record's person went, if earlier nights know it.
    pub(super) fn unit(&self, source: SourceIndex, id: &str) -> Option<Unit> {
        let ruled = self.ruled(source, id).and_then(|(_, group)| self.groups.get(group).copied().flatten());
        ruled.or_else(|| self.people.get(self.person(source, id)?).copied().filter(|&unit| unit != NOWHERE))
    }

    /// A record went there.
    pub(super) fn enter(&mut self, source: SourceIndex, id: &str, unit: Unit) {
        if let Some((name, group)) = self.ruled(source, id) {
            self.found.insert(name, unit);
            self.groups[group].get_or_insert(unit);
        }
        if let Some(place) = self.person(source, id).and_then(|person| self.people.get_mut(person)) {
            *place = if *place == NOWHERE { unit } else { *place };
        }
    }

    /// What earlier nights have left, and where the records went that rulings name.
    pub(super) fn finish(self) -> (Earlier, HashMap<u64, Unit>) {
        (self.earlier, self.found)
    }

    fn ruled(&self, source: SourceIndex, id: &str) -> Option<(u64, usize)> {
        if self.group_of.is_empty() {
            return None;
        }
        let name = name_hash(source, id);
        self.group_of.get(&name).map(|&group| (name, group))
    }

    fn person(&self, source: SourceIndex, id: &str) -> Option<usize> {
        let person = self.earlier.people.as_ref()?.person_of(self.sources.get(source.index())?, id)?;
        Some(person as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{KnownRecord, Ruling, Rulings};
    use crate::settings::RulesFolder;

    #[test]
    fn records_ruled_one_person_and_records_of_an_earlier_person_go_together() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let [first, second] = [SourceIndex(0), SourceIndex(1)];
        let name = |source, id: &str| RecordName { source, id: id.to_owned() };
        let same =
            |a: &RecordName, b: &RecordName, line| Ruling { pair: [a.clone(), b.clone()], same: true, line };
        let [a, b, c] = [name(first, "a"), name(second, "b"), name(second, "c")];
        let (rulings, _) = Rulings::settle(vec![same(&b, &c, 2), same(&a, &b, 1)]);
        let known = ["x", "y"].map(|id| KnownRecord::new("cu_tru", id, "P0123456789abcdef").unwrap());
        let people = Some(PreviousPeople::new(known.to_vec()));
        let mut told = Told::new(&settings, Earlier { rulings, people, population: None });
        assert_eq!(told.unit(second, "c"), None);
        told.enter(first, "a", 7);
        assert_eq!((told.unit(second, "c"), told.unit(first, "c")), (Some(7), None));
        told.enter(first, "x", 9);
        told.enter(first, "y", 4);
        assert_eq!(told.unit(first, "y"), Some(9));
        let (_, found) = told.finish();
        assert_eq!(found.get(&name_hash(first, "a")), Some(&7));
    }
}
