//! Missed and false pairs by groups of people, so that nobody is left behind unseen.
//!
//! Input: for each record of the extracts a group's number in each grouping (ethnic group, age band,
//! ward), made by whoever read the extracts. A person has the groups of its first record that has
//! one, in the order given. Output: [`PeopleGroups`]. `docs/evaluation.md` has the formulas.
//!
//! Cost: a hash look-up a record and two sorts of all records; 2 bytes a person and grouping. People
//! and clusters are counted by cell; no pair is enumerated.

#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::Serialize;

use super::figures::share;
use super::groups::{Groups, pairs_of};
use super::interval::{Clustering, wilson};
use super::people_figures::Population;
use super::records::{NONE, Records};
use crate::table::TextColumn;

/// In which order a text shows the groups, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupOrder {
    /// All, as given.
    Given,
    /// All, those of most people first.
    Largest,
    /// The worst so many: those whose interval begins highest.
    Worst(usize),
}

/// One way of grouping people.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// What it is called: `age`.
    pub name: String,
    /// Names of the groups; code 1 is the first, code 0 stands for unknown.
    pub groups: Vec<String>,
    /// How a text shows them.
    pub order: GroupOrder,
}

/// A source's records and their groups.
#[derive(Clone, Copy, Debug)]
pub struct GroupedSource<'a> {
    /// The source's id.
    pub name: &'a str,
    /// Ids of its records, a row each.
    pub ids: &'a TextColumn,
    /// By grouping: each row's code; a row or grouping that is missing is unknown.
    pub codes: &'a [Vec<u16>],
}

/// What is known of people beside the truth.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    /// The groupings.
    pub groupings: &'a [Grouping],
    /// Which of them is the sex: tells twins of one sex.
    pub sex: Option<usize>,
    /// Sources, the one to be believed first.
    pub sources: Vec<GroupedSource<'a>>,
}

/// A share of faults among pairs, against that of the whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupRate {
    /// Pairs that could be at fault.
    pub pairs: u64,
    /// Those that are.
    pub faults: u64,
    /// `faults / pairs`.
    pub rate: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The rate over that of all people.
    pub relative: Option<f64>,
    /// Whether the whole interval lies above the rate of all people.
    pub above: bool,
}

/// One group of people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupFigures {
    /// Its name.
    pub group: String,
    /// People with a counted record.
    pub people: u64,
    /// True pairs that the run's people keep apart.
    pub missed: GroupRate,
    /// Sides of the run's pairs (each pair has two) that face another person.
    pub false_sides: GroupRate,
}

/// All groups of one grouping that have people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupingFigures {
    /// What it is called.
    pub grouping: String,
    /// In the order given, unknown last.
    pub groups: Vec<GroupFigures>,
    /// Groups that miss more than the whole does.
    pub above_missed: u64,
    /// Groups with a larger share of false pairs than the whole has.
    pub above_false: u64,
    #[serde(skip)]
    pub(super) order: GroupOrder,
}

/// Missed and false pairs by groups of people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PeopleGroups {
    /// All people.
    pub all: GroupFigures,
    /// How many pairs of one person tell as much of misses as one independent pair.
    pub missed_design_effect: f64,
    /// How many pairs of one cluster tell as much of false pairs as one independent pair.
    pub false_design_effect: f64,
    /// As given.
    pub groupings: Vec<GroupingFigures>,
}

/// The groups of the truth's people: by grouping, then person, a code.
pub(super) struct GroupsOf {
    pub(super) codes: Vec<Vec<u16>>,
}

impl GroupsOf {
    /// A person's code is that of its first record with one: sources in the order given, rows in theirs.
    pub(super) fn people(records: &Records, attributes: &Attributes<'_>) -> Self {
        let people = records.person_of.iter().max().map_or(0, |&last| last as usize + 1);
        let mut codes = vec![vec![0; people]; attributes.groupings.len()];
        for source in &attributes.sources {
            let person = |row| {
                let record = records.find(source.name, source.ids.text(row));
                record.map_or(NONE, |record| records.person_of[record as usize])
            };
            let person_of: Vec<u32> = (0..source.ids.len()).into_par_iter().map(person).collect();
            for (codes, of_rows) in codes.iter_mut().zip(source.codes) {
                for (&person, &code) in person_of.iter().zip(of_rows).filter(|(person, _)| **person != NONE) {
                    let of_person = &mut codes[person as usize];
                    *of_person = if *of_person == 0 { code } else { *of_person };
                }
            }
        }
        Self { codes }
    }
}

/// Counts of one group.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    people: u64,
    true_pairs: u64,
    missed: u64,
    sides: u64,
    false_sides: u64,
}

/// Counts of every group of every grouping, and how faults cluster.
struct Tallies<'a> {
    of: &'a GroupsOf,
    by_group: Vec<Vec<Tally>>,
    people: u64,
    missed: Clustering,
    false_pairs: Clustering,
}

/// Counts each group's pairs. Codes beyond a grouping's names count as unknown.
pub(super) fn people_groups(
    population: Population<'_>,
    of: &GroupsOf,
    groupings: &[Grouping],
) -> PeopleGroups {
    let none = |grouping: &Grouping| vec![Tally::default(); grouping.groups.len() + 1];
    let mut tallies = Tallies {
        of,
        by_group: groupings.iter().map(none).collect(),
        people: 0,
        missed: Clustering::default(),
        false_pairs: Clustering::default(),
    };
    tallies.count_people(&population.by_person_and_cluster());
    tallies.count_clusters(&population.by_cell());
    tallies.finish(groupings)
}

impl Tallies<'_> {
    /// Calls with a person's tally in each grouping.
    fn each(&mut self, person: u32, mut call: impl FnMut(&mut Tally)) {
        for (tallies, codes) in self.by_group.iter_mut().zip(&self.of.codes) {
            let code = codes.get(person as usize).map_or(0, |&code| usize::from(code));
            let known = if code < tallies.len() { code } else { 0 };
            if let Some(tally) = tallies.get_mut(known) {
                call(tally);
            }
        }
    }

    /// Cells in order of person: all its pairs less those within cells are missed.
    fn count_people(&mut self, cells: &Groups) {
        let mut cells = cells.each().map(of_cell).peekable();
        while let Some((person, cluster, size)) = cells.next() {
            let together = |cluster, size| if cluster == NONE { 0 } else { pairs_of(size) };
            let (mut records, mut found) = (size, together(cluster, size));
            while let Some((_, cluster, size)) = cells.next_if(|next| next.0 == person) {
                records += size;
                found += together(cluster, size);
            }
            let (true_pairs, missed) = (pairs_of(records), pairs_of(records) - found);
            self.people += 1;
            self.missed.add(true_pairs, missed);
            self.each(person, |tally| {
                tally.people += 1;
                tally.true_pairs += true_pairs;
                tally.missed += missed;
            });
        }
    }

    /// Cells in order of cluster: each record of a cell faces the others of its cluster, and falsely
    /// those that are not of its cell.
    fn count_clusters(&mut self, cells: &Groups) {
        let mut cells = cells.each().map(of_cell).filter(|cell| cell.0 != NONE).peekable();
        let mut people = Vec::new();
        while let Some((cluster, person, size)) = cells.next() {
            people.clear();
            people.push((person, size));
            while let Some((_, person, size)) = cells.next_if(|next| next.0 == cluster) {
                people.push((person, size));
            }
            let records: u64 = people.iter().map(|(_, size)| size).sum();
            let right: u64 = people.iter().map(|&(_, size)| pairs_of(size)).sum();
            self.false_pairs.add(pairs_of(records), pairs_of(records) - right);
            for &(person, size) in &people {
                self.each(person, |tally| {
                    tally.sides += size * (records - 1);
                    tally.false_sides += size * (records - size);
                });
            }
        }
    }

    fn finish(self, groupings: &[Grouping]) -> PeopleGroups {
        let ([true_pairs, missed], [predicted, wrong]) = (self.missed.totals(), self.false_pairs.totals());
        let whole =
            Tally { people: self.people, true_pairs, missed, sides: 2 * predicted, false_sides: 2 * wrong };
        let judge = Judge {
            whole,
            missed_design_effect: self.missed.design_effect(),
            false_design_effect: self.false_pairs.design_effect(),
        };
        let named = groupings.iter().zip(&self.by_group);
        PeopleGroups {
            all: judge.group("all", &whole),
            missed_design_effect: judge.missed_design_effect,
            false_design_effect: judge.false_design_effect,
            groupings: named.map(|(grouping, tallies)| judge.grouping(grouping, tallies)).collect(),
        }
    }
}

/// A cell's key taken apart, and its number of records.
fn of_cell(cell: &[(u64, u32)]) -> (u32, u32, u64) {
    ((cell[0].0 >> 32) as u32, cell[0].0 as u32, cell.len() as u64)
}

/// What groups are held against.
struct Judge {
    whole: Tally,
    missed_design_effect: f64,
    false_design_effect: f64,
}

impl Judge {
    fn grouping(&self, grouping: &Grouping, tallies: &[Tally]) -> GroupingFigures {
        let unknown = tallies.iter().take(1).map(|tally| ("unknown", tally));
        let known = grouping.groups.iter().map(String::as_str).zip(tallies.iter().skip(1));
        let peopled = known.chain(unknown).filter(|(_, tally)| tally.people > 0);
        let groups: Vec<_> = peopled.map(|(name, tally)| self.group(name, tally)).collect();
        let count =
            |above: fn(&GroupFigures) -> bool| groups.iter().filter(|group| above(group)).count() as u64;
        GroupingFigures {
            grouping: grouping.name.clone(),
            above_missed: count(|group| group.missed.above),
            above_false: count(|group| group.false_sides.above),
            order: grouping.order,
            groups,
        }
    }

    fn group(&self, name: &str, tally: &Tally) -> GroupFigures {
        let Tally { true_pairs, missed, sides, false_sides, .. } = *tally;
        let whole = &self.whole;
        GroupFigures {
            group: name.to_owned(),
            people: tally.people,
            missed: rate(missed, true_pairs, [whole.missed, whole.true_pairs], self.missed_design_effect),
            // Two sides are one pair, and tell no more than one.
            false_sides: rate(
                false_sides,
                sides,
                [whole.false_sides, whole.sides],
                2.0 * self.false_design_effect,
            ),
        }
    }
}

/// A rate, its interval as of `pairs / design_effect` independent cases, and the whole's beside it.
fn rate(faults: u64, pairs: u64, [whole_faults, whole_pairs]: [u64; 2], design_effect: f64) -> GroupRate {
    let (rate, whole) = (share(faults, pairs), share(whole_faults, whole_pairs));
    let interval = rate.and_then(|rate| wilson(rate, pairs as f64 / design_effect));
    let [low, high] = [0, 1].map(|end| interval.map(|interval| interval[end]));
    GroupRate {
        pairs,
        faults,
        rate,
        low,
        high,
        relative: rate.zip(whole).filter(|(_, whole)| *whole > 0.0).map(|(rate, whole)| rate / whole),
        above: low.zip(whole).is_some_and(|(low, whole)| low > whole),
    }
}
