//! Whom a record names, and who lives where by sure links → what that tells of a doubtful pair.
//!
//! A birth registration names parents; a card whose person is a resident beyond doubt leads to a household. Where the
//! parents live in that household, the card may well be the child's; where other people live there, hardly. So of
//! each doubtful pair it is asked, either way round, whether the relatives that one record (or its person by sure
//! links) names are found among the other's household. What the answers tell is learnt
//! ([`doubt`](super::doubt)), apart for pairs that kin would explain best: brothers and sisters have one
//! household, so that it hardly tells them apart. Where a comparison has spoken already (both sides name their
//! father) nothing is asked, for the answer would follow from it.
//!
//! Cost: O(records) for households and who names whom, and the members of one household a doubtful pair.

use rayon::prelude::*;

use super::column::{OfRecords, ValueColumn};
use super::compare::Reading;
use super::links::Pair;
use super::partners::Known;
use super::plan::{Columns, Wanted};
use super::space::RecordSpace;
use crate::settings::RelativesRule;

/// None is found, some are, or all.
pub(super) const LEVELS: usize = 3;
const NONE_FOUND: usize = 0;
const SOME_FOUND: usize = 1;
const ALL_FOUND: usize = 2;

/// A household of more members is a home or a dormitory, where nobody's relatives are looked for.
const MEMBERS_MAX: usize = 40;

/// The columns of one rule, hashed.
#[derive(Debug)]
pub(super) struct HomeColumns<'a> {
    household: ValueColumn<'a>,
    members: ValueColumn<'a>,
    named: Vec<ValueColumn<'a>>,
    unless: &'a [usize],
}

/// The columns of all rules whose columns some source delivers. O(distinct texts).
pub(super) fn read<'a>(rules: &'a [RelativesRule], source: &OfRecords<'a>) -> Vec<HomeColumns<'a>> {
    let wanted = |rule: &'a RelativesRule| {
        let all = [&rule.household, &rule.members].into_iter().chain(&rule.named);
        all.map(|expression| Wanted { expression, reading: Reading::Hash }).collect::<Vec<_>>()
    };
    let read = |rule: &'a RelativesRule| {
        let (_, columns) = source.read(&wanted(rule));
        let mut columns = columns.into_iter();
        let (household, members) = (columns.next()?, columns.next()?);
        Some(HomeColumns { household, members, named: columns.collect(), unless: &rule.unless })
    };
    rules.iter().filter_map(read).collect()
}

/// Who lives where and names whom, by sure links.
pub(super) struct Homes<'h, 'a> {
    named: &'h HomeColumns<'a>,
    known: Known<'h>,
    /// Records of households, household after household, each rising.
    members: Vec<u32>,
    /// By household: where its members begin; one more.
    starts: Vec<u32>,
    /// By record that names a person by sure links: one more than the household's number, 0 for none.
    home_of: Vec<u32>,
    /// Likewise: one more than the first of the person's records that names relatives, 0 for none.
    naming: Vec<u32>,
}

impl<'h, 'a> Homes<'h, 'a> {
    /// O(records log records) in records with a household.
    pub(super) fn new(named: &'h HomeColumns<'a>, known: Known<'h>) -> Self {
        let space = known.space;
        let mut living: Vec<(u64, u32)> = records(space)
            .into_par_iter()
            .with_min_len(1 << 14)
            .map(|record| (value(&named.household, space, record), record))
            .filter(|(household, _)| *household != 0)
            .collect();
        living.par_sort_unstable();
        let mut homes = Self {
            named,
            known,
            members: Vec::with_capacity(living.len()),
            starts: vec![0],
            home_of: vec![0; space.len()],
            naming: vec![0; space.len()],
        };
        for household in living.chunk_by(|a, b| a.0 == b.0) {
            homes.members.extend(household.iter().map(|(_, record)| record));
            homes.starts.push(homes.members.len() as u32);
            let number = homes.starts.len() as u32 - 1;
            for (_, record) in household {
                let home = &mut homes.home_of[known.surely[*record as usize] as usize];
                // A person of two households is looked for in the one whose number comes first.
                *home = if *home == 0 { number } else { *home };
            }
        }
        for record in records(space).rev() {
            if homes.names(record) {
                homes.naming[known.surely[record as usize] as usize] = record + 1;
            }
        }
        homes
    }

    /// Where pairs of its kind are counted, and the level; nothing where a comparison has told it, and where
    /// it cannot be told, which says only that a record has no resident: that was asked before.
    pub(super) fn seen(&self, pair: &Pair) -> Option<(usize, usize)> {
        if self.named.unless.iter().any(|&comparison| pair.levels.get(comparison) != 0) {
            return None;
        }
        let level = self.found(pair.left, pair.right).max(self.found(pair.right, pair.left));
        level.map(|level| (self.known.kind(pair), level))
    }

    /// Whether the relatives that a record names live with the other one; nothing where that cannot be told.
    fn found(&self, naming: u32, living: u32) -> Option<usize> {
        let [names, lives] = [naming, living].map(|record| self.known.surely[record as usize]);
        let own = if self.names(naming) { naming + 1 } else { self.naming[names as usize] };
        let home = self.home_of[lives as usize] as usize;
        if own == 0 || home == 0 || names == lives {
            return None;
        }
        let members = &self.members[self.starts[home - 1] as usize..self.starts[home] as usize];
        if members.len() > MEMBERS_MAX {
            return None;
        }
        let is_other = |member: &&u32| ![names, lives].contains(&self.known.surely[**member as usize]);
        let others: Vec<u64> = members
            .iter()
            .filter(is_other)
            .map(|&member| value(&self.named.members, self.known.space, member))
            .collect();
        let asked = self.named.named.iter().map(|column| value(column, self.known.space, own - 1));
        let (asked, found) = asked
            .filter(|asked| *asked != 0)
            .fold((0, 0), |(asked, found), name| (asked + 1, found + usize::from(others.contains(&name))));
        Some(match found {
            0 => NONE_FOUND,
            found if found == asked => ALL_FOUND,
            _ => SOME_FOUND,
        })
    }

    fn names(&self, record: u32) -> bool {
        self.named.named.iter().any(|column| value(column, self.known.space, record) != 0)
    }
}

fn records(space: &RecordSpace) -> std::ops::Range<u32> {
    0..space.len() as u32
}

fn value(column: &ValueColumn<'_>, space: &RecordSpace, record: u32) -> u64 {
    let (source, row) = space.split(record);
    column.get_or_none(source, row)
}

#[cfg(test)]
mod tests {
    use super::super::bits::Bits;
    use super::super::column::SourceValues;
    use super::super::links::Levels;
    use super::super::partners::{self, Holdings, Neighbours};
    use super::*;

    fn column(first: &[u64], second: &[u64]) -> ValueColumn<'static> {
        let sources = [first, second].map(|rows| SourceValues::Rows(rows.to_vec())).into();
        ValueColumn { sources, lists: None }
    }

    /// Households 1 (father 10, mother 20, children 30 and 31) and 2 (people 40 and 41) of residents 0 to 5; births 6
    /// to 8, of which 6 names 10 and 20, 7 names 10 and 50, 8 names 60.
    fn check(links: &[(u32, u32)], ask: impl Fn(&Homes<'_, '_>)) {
        let named = HomeColumns {
            household: column(&[1, 1, 1, 1, 2, 2], &[0, 0, 0]),
            members: column(&[10, 20, 30, 31, 40, 41], &[30, 31, 41]),
            named: vec![column(&[0; 6], &[10, 10, 60]), column(&[0; 6], &[20, 50, 0])],
            unless: &[1],
        };
        let space = RecordSpace::of_rows(&[6, 3]);
        let sure = |&(left, right): &(u32, u32)| Pair {
            left,
            right,
            weight: Bits::of(20.0),
            links: true,
            ..Pair::default()
        };
        let surely = partners::surely(9, &links.iter().map(sure).collect::<Vec<_>>());
        let (neighbours, holdings) = (Neighbours::default(), vec![Holdings::default(); 9]);
        let (one_person, settled) = ([true, false], vec![false; 9]);
        ask(&Homes::new(
            &named,
            Known {
                space: &space,
                neighbours: &neighbours,
                holdings: &holdings,
                surely: &surely,
                one_person: &one_person,
                settled: &settled,
            },
        ));
    }

    fn level(homes: &Homes<'_, '_>, left: u32, right: u32) -> Option<usize> {
        homes.seen(&Pair { left, right, ..Pair::default() }).map(|(_, level)| level)
    }

    #[test]
    fn parents_are_found_in_the_household() {
        check(&[], |homes| {
            assert_eq!(level(homes, 2, 6), Some(ALL_FOUND), "both parents live with the child");
            assert_eq!(level(homes, 3, 7), Some(SOME_FOUND));
            assert_eq!(level(homes, 4, 6), Some(NONE_FOUND));
            assert_eq!(level(homes, 0, 1), None, "residents name nobody");
            assert_eq!(level(homes, 0, 6), Some(SOME_FOUND), "a father is not found in himself");
            assert_eq!(level(homes, 6, 7), None, "births live nowhere");
        });
    }

    #[test]
    fn sure_links_say_who_lives_where_and_names_whom() {
        check(&[(2, 6)], |homes| {
            assert_eq!(level(homes, 6, 7), Some(SOME_FOUND), "by its resident the birth is of a household");
            assert_eq!(level(homes, 2, 6), None, "what is one person already is not asked");
        });
    }

    #[test]
    fn what_a_comparison_has_told_is_not_asked_again() {
        check(&[], |homes| {
            let pair = Pair { left: 2, right: 6, levels: Levels::default().with(1, 3), ..Pair::default() };
            assert_eq!(homes.seen(&pair), None);
        });
    }
}
