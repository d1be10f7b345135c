//! False links among people who are easily taken for one, and how many such people there are.
//!
//! The truth names pairs of people by a pair of their records each. Here they stand as people, with
//! all their records: how often could a link have gone wrong, and how often did it. Cost: a sort of
//! the records of those people and two binary searches a pair; no pair of records is enumerated.

use serde::Serialize;

use super::figures::share;
use super::groups::Groups;
use super::people_figures::Population;
use super::records::NONE;
use super::truth::HardPairs;
use crate::table::Dictionary;

/// Two people, the lesser number first, and what they are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PeoplePair {
    pub(super) people: [u32; 2],
    pub(super) kind: u32,
}

/// The people behind the hard pairs: twins are twins in every extract. Two stand once under each of
/// their kinds, the one that the truth names first before the others.
#[derive(Debug)]
pub(super) struct HardPeople {
    pairs: Vec<PeoplePair>,
    kinds: Dictionary,
}

impl HardPeople {
    pub(super) fn of(person_of: &[u32], hard: &HardPairs) -> Self {
        let people = |a: u32, b: u32| [a.min(b), a.max(b)];
        let pair = |pair: &super::truth::HardPair| PeoplePair {
            people: people(person_of[pair.left as usize], person_of[pair.right as usize]),
            kind: pair.kind,
        };
        let mut pairs: Vec<_> = hard.pairs.iter().map(pair).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { pairs, kinds: hard.kinds.clone() }
    }

    /// Sorted by people, then kind.
    pub(super) fn pairs(&self) -> &[PeoplePair] {
        &self.pairs
    }

    /// Names of the kinds by code; code 0 is none of them.
    pub(super) fn kinds(&self) -> &Dictionary {
        &self.kinds
    }

    /// The first place of two people, in either order. O(log pairs).
    pub(super) fn find(&self, [a, b]: [u32; 2]) -> Option<usize> {
        let people = [a.min(b), a.max(b)];
        let at = self.pairs.partition_point(|pair| pair.people < people);
        self.pairs.get(at).filter(|pair| pair.people == people).map(|_| at)
    }
}

/// What there is to mistake, and what was mistaken.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LookAlikeCounts {
    /// Pairs of people, each with a counted record.
    pub people_pairs: u64,
    /// Those of which some record of the one stands with a record of the other.
    pub people_joined: u64,
    /// Pairs of a record of the one and a record of the other.
    pub record_pairs: u64,
    /// Those that are linked; `None` without `links.parquet`.
    pub false_links: Option<u64>,
    /// Those that stand in one person of the run.
    pub in_one_person: u64,
    /// `in_one_person / record_pairs`.
    pub share_in_one_person: Option<f64>,
}

/// People easily taken for one, of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookAlikes {
    /// The kind: twin, sibling, namesake.
    pub kind: String,
    /// All of them.
    pub all: LookAlikeCounts,
    /// Those whose sex is known and one; `None` where nobody told the sex.
    pub of_one_sex: Option<LookAlikeCounts>,
}

/// By name of the kind; two people of several kinds count under each. `false_links` counts the links
/// between two people at their first place; `sex_of` has each person's sex, 0 where unknown.
pub(super) fn look_alikes(
    population: Population<'_>,
    hard: &HardPeople,
    false_links: Option<&[u64]>,
    sex_of: Option<&[u16]>,
) -> Vec<LookAlikes> {
    let cells = Cells::of(population, hard);
    let mut counts = vec![[LookAlikeCounts::default(), LookAlikeCounts::default()]; hard.kinds.len()];
    for pair in &hard.pairs {
        let met = cells.met(pair.people);
        let links = false_links.zip(hard.find(pair.people)).and_then(|(links, at)| links.get(at).copied());
        let [all, one_sex] = &mut counts[pair.kind as usize];
        all.add(met, links);
        if sex_of.is_some_and(|sex_of| is_one_sex(sex_of, pair.people)) {
            one_sex.add(met, links);
        }
    }
    let named = hard.kinds.texts().zip(counts).filter(|(_, [all, _])| all.people_pairs > 0);
    let mut rows: Vec<_> = named
        .map(|(kind, [all, one_sex])| LookAlikes {
            kind: if kind.is_empty() { "other" } else { kind }.to_owned(),
            all: all.finish(false_links.is_some()),
            of_one_sex: sex_of.map(|_| one_sex.finish(false_links.is_some())),
        })
        .collect();
    rows.sort_by(|a, b| a.kind.cmp(&b.kind));
    rows
}

fn is_one_sex(sex_of: &[u16], people: [u32; 2]) -> bool {
    let [a, b] = people.map(|person| sex_of.get(person as usize).copied().unwrap_or(0));
    a != 0 && a == b
}

impl LookAlikeCounts {
    /// Two people of so many pairs of records, so many of them together.
    fn add(&mut self, [records, together]: [u64; 2], links: Option<u64>) {
        if records == 0 {
            return;
        }
        self.people_pairs += 1;
        self.people_joined += u64::from(together > 0);
        self.record_pairs += records;
        self.in_one_person += together;
        *self.false_links.get_or_insert(0) += links.unwrap_or(0);
    }

    fn finish(self, with_links: bool) -> Self {
        Self {
            false_links: with_links.then_some(self.false_links.unwrap_or(0)),
            share_in_one_person: share(self.in_one_person, self.record_pairs),
            ..self
        }
    }
}

/// How many records of each of those people stand in which person of the run.
struct Cells {
    /// Person, person of the run, records; sorted.
    cells: Vec<(u32, u32, u64)>,
}

impl Cells {
    fn of(population: Population<'_>, hard: &HardPeople) -> Self {
        let people = population.person_of.iter().max().map_or(0, |&last| last as usize + 1);
        let mut is_hard = vec![false; people];
        for person in hard.pairs.iter().flat_map(|pair| pair.people) {
            is_hard[person as usize] = true;
        }
        let groups = Groups::by(population.person_of.len(), |record| {
            let (person, cluster) =
                (population.person_of[record as usize], population.cluster_of[record as usize]);
            let wanted = is_hard[person as usize] && population.counts(record);
            wanted.then(|| u64::from(person) << 32 | u64::from(cluster))
        });
        let cell = |cell: &[(u64, u32)]| ((cell[0].0 >> 32) as u32, cell[0].0 as u32, cell.len() as u64);
        Self { cells: groups.each().map(cell).collect() }
    }

    fn of_person(&self, person: u32) -> &[(u32, u32, u64)] {
        let from = self.cells.partition_point(|cell| cell.0 < person);
        let rest = &self.cells[from..];
        &rest[..rest.partition_point(|cell| cell.0 == person)]
    }

    /// Pairs of a record of the one and one of the other, and those of them in one person of the run.
    fn met(&self, people: [u32; 2]) -> [u64; 2] {
        let [a, b] = people.map(|person| self.of_person(person));
        let [of_a, of_b] = [a, b].map(|cells| cells.iter().map(|cell| cell.2).sum::<u64>());
        let joined = a.iter().filter(|cell| cell.1 != NONE).map(|cell| {
            let with = b.binary_search_by_key(&cell.1, |other| other.1).map_or(0, |at| b[at].2);
            cell.2 * with
        });
        [of_a * of_b, joined.sum()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::truth::HardPair;
    use crate::table::DictionaryBuilder;

    #[test]
    fn people_count_with_all_their_records_and_by_sex_where_it_is_known() {
        // Person 0: records 0, 1, 2; person 1: 3, 4; person 2: 5, unseen by the run; person 3: 6.
        let population = Population {
            source_of: &[0, 0, 1, 0, 1, 1, 1],
            person_of: &[0, 0, 0, 1, 1, 2, 3],
            cluster_of: &[1, 1, 2, 1, 2, NONE, NONE],
            counted: &[true, true],
        };
        let mut kinds = DictionaryBuilder::default();
        let (twin, namesake) = (kinds.code("twin"), kinds.code("namesake"));
        let pair = |left, right, kind| HardPair { left, right, kind };
        // Persons 0 and 1 are twins and, as it happens, namesakes.
        let pairs = [pair(0, 3, twin), pair(2, 4, twin), pair(0, 4, namesake), pair(5, 6, namesake)];
        let pairs = pairs.into_iter().chain([pair(1, 5, namesake)]).collect();
        let hard = HardPeople::of(population.person_of, &HardPairs { pairs, kinds: kinds.finish() });
        assert_eq!(hard.pairs().len(), 4, "two pairs of records, one of people");
        assert_eq!([[1, 0], [3, 2], [1, 3]].map(|people| hard.find(people)), [Some(0), Some(3), None]);

        let rows = look_alikes(population, &hard, Some(&[4, 0, 0, 1]), Some(&[1, 1, 0, 0]));
        let [namesakes, twins] = rows.as_slice() else { panic!("{rows:?}") };
        let expected = LookAlikeCounts {
            people_pairs: 1,
            people_joined: 1,
            record_pairs: 6,
            false_links: Some(4),
            in_one_person: 3,
            share_in_one_person: Some(0.5),
        };
        assert_eq!((twins.kind.as_str(), &twins.all), ("twin", &expected));
        assert_eq!(twins.of_one_sex.as_ref(), Some(&expected));
        let all = &namesakes.all;
        assert_eq!((all.people_pairs, all.people_joined, all.record_pairs), (3, 1, 10));
        assert_eq!((all.false_links, all.in_one_person), (Some(5), 3));
        assert_eq!(namesakes.of_one_sex.as_ref(), Some(&expected), "of the others the sex is not known");

        let plain = look_alikes(population, &hard, None, None);
        assert_eq!((plain[1].all.false_links, &plain[1].of_one_sex), (None, &None));
    }
}
