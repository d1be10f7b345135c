//! What officers have decided of pairs of records, as linkage takes it.
//!
//! A [`Ruling`] says that two records are one person, or two. [`Rulings`] never contradict
//! themselves: [`Rulings::settle`] leaves out what does, so that whatever clusters later come
//! about, one in which every ruling holds exists. Links by themselves are no rulings: where
//! they join what was ruled to be two, the weaker link is cut.

use super::cluster::UnionFind;
use crate::table::SourceIndex;

/// A record as people outside this program name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordName {
    /// Its source.
    pub source: SourceIndex,
    /// Its id as its office writes it.
    pub id: String,
}

/// An officer's word on two records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ruling {
    /// The two records, the lesser one first.
    pub pair: [RecordName; 2],
    /// Whether they are one person.
    pub same: bool,
    /// The 1-based line it stands on, by which messages name it.
    pub line: u64,
}

/// Rulings of which none contradicts the others: by pair, each pair once.
#[derive(Clone, Debug, Default)]
pub struct Rulings(Vec<Ruling>);

/// Rulings that cannot all hold: `different` within a chain of `same`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Lines that say `different`, ascending.
    pub different: Vec<u64>,
    /// Lines that say `same` and lead from one of those records to the other, ascending.
    pub same: Vec<u64>,
}

impl Rulings {
    /// Takes rulings that can hold together, and gives back those that cannot.
    ///
    /// `same` joins records to groups. In a group that holds a `different` pair no officer's word
    /// stands above the other's: its `different` rulings are left out, and so is every `same` one
    /// but those that only hang on (cutting branches off from their ends until each end is a
    /// record of a `different` pair). A pair ruled both ways is such a group too. Of equal
    /// rulings the first line counts. O(n log n).
    pub fn settle(mut rulings: Vec<Ruling>) -> (Self, Vec<Conflict>) {
        rulings.sort_unstable();
        rulings.dedup_by(|later, first| (&later.pair, later.same) == (&first.pair, first.same));
        let graph = Graph::of(&rulings);
        let conflicts = graph.conflicts(&rulings);
        let mut left_out: Vec<u64> =
            conflicts.iter().flat_map(|one| one.different.iter().chain(&one.same)).copied().collect();
        left_out.sort_unstable();
        rulings.retain(|ruling| left_out.binary_search(&ruling.line).is_err());
        (Self(rulings), conflicts)
    }

    /// Those of which `keep` says so; they do not contradict each other either.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Ruling) -> bool) -> Self {
        Self(self.0.iter().filter(|ruling| keep(ruling)).cloned().collect())
    }

    /// Number of rulings.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by pair.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Ruling> {
        self.0.iter()
    }
}

/// Records as numbers, joined by what is ruled of them.
struct Graph {
    /// By ruling: its records.
    ends: Vec<[u32; 2]>,
    /// By record: its group.
    group: Vec<u32>,
}

impl Graph {
    fn of(rulings: &[Ruling]) -> Self {
        let mut names: Vec<&RecordName> = rulings.iter().flat_map(|ruling| &ruling.pair).collect();
        names.sort_unstable();
        names.dedup();
        let number = |name: &RecordName| names.partition_point(|other| *other < name) as u32;
        let ends: Vec<[u32; 2]> = rulings.iter().map(|ruling| ruling.pair.each_ref().map(number)).collect();
        let mut groups = UnionFind::new(names.len());
        for (_, [a, b]) in rulings.iter().zip(&ends).filter(|(ruling, _)| ruling.same) {
            groups.union(*a, *b);
        }
        Self { ends, group: groups.finish() }
    }

    /// One for each group that holds a `different` pair, in the order of their first lines.
    fn conflicts(&self, rulings: &[Ruling]) -> Vec<Conflict> {
        let within = |at: &usize| {
            let [a, b] = self.ends[*at];
            !rulings[*at].same && self.group[a as usize] == self.group[b as usize]
        };
        let different: Vec<usize> = (0..rulings.len()).filter(within).collect();
        let same = self.between(rulings, &different);
        let mut found: Vec<(u32, Conflict)> = Vec::new();
        let mut members: Vec<usize> = different.into_iter().chain(same).collect();
        members.sort_unstable_by_key(|&at| (self.group[self.ends[at][0] as usize], rulings[at].line));
        for at in members {
            let group = self.group[self.ends[at][0] as usize];
            if found.last().is_none_or(|(last, _)| *last != group) {
                found.push((group, Conflict { different: Vec::new(), same: Vec::new() }));
            }
            let Some((_, conflict)) = found.last_mut() else { continue };
            let lines = if rulings[at].same { &mut conflict.same } else { &mut conflict.different };
            lines.push(rulings[at].line);
        }
        found.sort_unstable_by_key(|(_, conflict)| conflict.different.first().copied());
        found.into_iter().map(|(_, conflict)| conflict).collect()
    }

    /// The `same` rulings of the groups of some `different` ones that lie between records of these.
    fn between(&self, rulings: &[Ruling], different: &[usize]) -> Vec<usize> {
        let mut fixed = vec![false; self.group.len()];
        let mut torn = vec![false; self.group.len()];
        for &at in different {
            self.ends[at].iter().for_each(|&end| fixed[end as usize] = true);
            torn[self.group[self.ends[at][0] as usize] as usize] = true;
        }
        let inside = |at: &usize| rulings[*at].same && torn[self.group[self.ends[*at][0] as usize] as usize];
        let edges: Vec<usize> = (0..rulings.len()).filter(inside).collect();
        let mut of_record: Vec<Vec<usize>> = vec![Vec::new(); self.group.len()];
        for &at in &edges {
            self.ends[at].iter().for_each(|&end| of_record[end as usize].push(at));
        }
        let mut degree: Vec<usize> = of_record.iter().map(Vec::len).collect();
        let mut hangs = vec![false; rulings.len()];
        let mut tips: Vec<usize> = (0..degree.len()).filter(|&at| degree[at] == 1 && !fixed[at]).collect();
        while let Some(tip) = tips.pop() {
            let Some(&at) = of_record[tip].iter().find(|at| !hangs[**at]) else { continue };
            hangs[at] = true;
            for end in self.ends[at].map(|end| end as usize) {
                degree[end] -= 1;
                if degree[end] == 1 && !fixed[end] {
                    tips.push(end);
                }
            }
        }
        edges.into_iter().filter(|&at| !hangs[at]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ruling(line: u64, a: u32, b: u32, same: bool) -> Ruling {
        let name = |record: u32| RecordName { source: SourceIndex(0), id: format!("{record:02}") };
        Ruling { pair: [name(a.min(b)), name(a.max(b))], same, line }
    }

    /// What is left of rulings, and the lines of each conflict.
    fn settled(rulings: &[(u32, u32, bool)]) -> (Vec<u64>, Vec<Conflict>) {
        let rulings = rulings.iter().zip(1..).map(|(&(a, b, same), line)| ruling(line, a, b, same)).collect();
        let (rulings, conflicts) = Rulings::settle(rulings);
        let mut lines: Vec<u64> = rulings.iter().map(|ruling| ruling.line).collect();
        lines.sort_unstable();
        (lines, conflicts)
    }

    #[test]
    fn two_by_two_the_same_and_the_ends_different_is_a_conflict_of_all_three() {
        let conflict = Conflict { different: vec![3], same: vec![1, 2] };
        assert_eq!(settled(&[(0, 1, true), (1, 2, true), (0, 2, false)]), (vec![], vec![conflict]));
        assert_eq!(settled(&[(0, 1, true), (1, 2, true), (2, 3, false)]), (vec![1, 2, 3], vec![]));
    }

    #[test]
    fn what_only_hangs_on_a_conflict_still_holds() {
        let conflict = Conflict { different: vec![1], same: vec![2, 3] };
        let rulings = [(0, 2, false), (0, 1, true), (1, 2, true), (1, 5, true), (5, 6, true), (8, 9, true)];
        assert_eq!(settled(&rulings), (vec![4, 5, 6], vec![conflict]));
    }

    #[test]
    fn every_way_round_is_part_of_a_conflict() {
        let rulings = [(0, 1, true), (1, 2, true), (0, 3, true), (3, 2, true), (0, 2, false)];
        assert_eq!(
            settled(&rulings),
            (vec![], vec![Conflict { different: vec![5], same: vec![1, 2, 3, 4] }])
        );
    }

    #[test]
    fn a_pair_ruled_both_ways_is_a_conflict_too_and_an_equal_ruling_counts_once() {
        assert_eq!(
            settled(&[(0, 1, true), (0, 1, false)]),
            (vec![], vec![Conflict { different: vec![2], same: vec![1] }])
        );
        assert_eq!(settled(&[(0, 1, true), (1, 0, true)]), (vec![1], vec![]));
    }

    fn rulings() -> impl Strategy<Value = Vec<(u32, u32, bool)>> {
        let one =
            (0_u32..9, 0_u32..9, prop::bool::weighted(0.7)).prop_filter("two records", |(a, b, _)| a != b);
        prop::collection::vec(one, 0..16)
    }

    proptest! {
        #[test]
        fn what_is_left_can_hold_together_and_nothing_is_lost(rulings in rulings()) {
            let (left, conflicts) = settled(&rulings);
            let at = |line: &u64| rulings[*line as usize - 1];
            let mut people = UnionFind::new(9);
            left.iter().map(at).filter(|ruling| ruling.2).for_each(|(a, b, _)| people.union(a, b));
            let people = people.finish();
            prop_assert!(left.iter().map(at).all(|(a, b, same)| same == (people[a as usize] == people[b as usize])));
            for conflict in &conflicts {
                prop_assert!(!conflict.different.is_empty() && !conflict.same.is_empty());
            }
            let told = conflicts.iter().flat_map(|one| one.different.iter().chain(&one.same)).chain(&left);
            let mut told: Vec<_> = told.map(at).map(|(a, b, same)| (a.min(b), a.max(b), same)).collect();
            let mut given: Vec<_> = rulings.iter().map(|&(a, b, same)| (a.min(b), a.max(b), same)).collect();
            told.sort_unstable();
            given.sort_unstable();
            given.dedup();
            prop_assert_eq!(told, given);
        }

        #[test]
        fn the_order_of_rulings_decides_nothing(rulings in rulings()) {
            let pairs = |rulings: &[(u32, u32, bool)]| {
                let mut left: Vec<_> = settled(rulings).0.iter().map(|line| rulings[*line as usize - 1]).map(|(a, b, s)| (a.min(b), a.max(b), s)).collect();
                left.sort_unstable();
                left
            };
            let backwards: Vec<_> = rulings.iter().rev().copied().collect();
            prop_assert_eq!(pairs(&rulings), pairs(&backwards));
        }
    }
}
