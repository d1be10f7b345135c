//! What officers have decided of pairs of records: as linkage takes it, and what became of it.
//!
//! A [`Ruling`] says that two records are one person, or two. [`Rulings`] never contradict
//! themselves: [`Rulings::settle`] leaves out what does, so that whatever clusters later come
//! about, one in which every ruling holds exists. Links by themselves are no rulings: where
//! they join what was ruled to be two, the weaker link is cut.

use rayon::prelude::*;

use super::blocking::Candidates;
use super::cluster::UnionFind;
use super::decide::{Judge, Scratch};
use super::links::Pair;
use super::space::RecordSpace;
use crate::normalise::Records;
use crate::settings::Settings;
use crate::table::{DictionaryBuilder, SourceIndex};

/// The word for a link that stands because an officer said so.
const OFFICER_SAME: &str = "officer_same";
/// The word for a link that was cut because by it two records would come together that an officer
/// holds to be two people.
const OFFICER_DIFFERENT: &str = "officer_different";

/// The blocking rule of a pair that no rule has met: past every list of rules, of which there are
/// 64 at most.
const NO_BLOCKING_RULE: u8 = u8::MAX;

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

/// What became of rulings tonight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruled {
    /// How many rulings bound two records to be one person.
    pub same: u64,
    /// How many bound two records to be two.
    pub different: u64,
    /// Rulings that name a record which is not there tonight: the line, and the first such record.
    pub unknown: Vec<(u64, RecordName)>,
    /// Lines that hold records apart which links would otherwise have joined.
    pub held_apart: Vec<u64>,
    /// How many pairs are linked that without a ruling would not have been.
    pub links_made: u64,
    /// How many pairs would have been linked or reviewed and are neither.
    pub pairs_dropped: u64,
}

/// Rulings on records that are there, in records' numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Bound {
    /// Pairs of one person, sorted; the lesser record first.
    same: Vec<(u32, u32)>,
    /// Pairs of two people both ways round, sorted.
    different: Vec<(u32, u32)>,
    /// By pair of two people, the lesser record first: its line.
    lines: Vec<(u32, u32, u64)>,
    pub(super) ruled: Ruled,
}

impl Rulings {
    /// Finds the records. O(records), unless there is no ruling.
    pub(super) fn bind(&self, settings: &Settings, records: &[Records], space: &RecordSpace) -> Bound {
        let numbers = Numbers::find(self, settings, records, space);
        let mut bound = Bound::default();
        for ruling in &self.0 {
            let [a, b] = ruling.pair.each_ref().map(|name| numbers.of(name).ok_or(name));
            match (a, b) {
                (Ok(a), Ok(b)) => bound.add(a.min(b), a.max(b), ruling),
                (Err(name), _) | (_, Err(name)) => bound.ruled.unknown.push((ruling.line, name.clone())),
            }
        }
        bound.finish()
    }
}

impl Bound {
    fn add(&mut self, left: u32, right: u32, ruling: &Ruling) {
        if ruling.same {
            self.same.push((left, right));
        } else {
            self.different.extend([(left, right), (right, left)]);
            self.lines.push((left, right, ruling.line));
        }
    }

    fn finish(mut self) -> Self {
        self.same.sort_unstable();
        self.different.sort_unstable();
        self.ruled.same = self.same.len() as u64;
        self.ruled.different = self.lines.len() as u64;
        self.ruled.unknown.sort_unstable();
        self
    }

    /// The records that a record is held apart from, ascending. O(log n).
    pub(super) fn apart_from(&self, record: u32) -> impl Iterator<Item = u32> {
        let first = self.different.partition_point(|pair| pair.0 < record);
        let rest = self.different.get(first..).unwrap_or_default();
        rest.iter().take_while(move |pair| pair.0 == record).map(|pair| pair.1)
    }

    /// Whether some records are held apart.
    pub(super) fn holds_apart(&self) -> bool {
        !self.different.is_empty()
    }

    /// Takes the pairs of two people out and has the pairs of one person link; `score` gives the
    /// pairs of one person that no blocking rule has met. Pairs keep their order.
    ///
    /// O(rulings · log pairs), and O(pairs) where one is taken out or put in.
    pub(super) fn apply(
        &mut self,
        pairs: &mut Vec<Pair>,
        words: Words,
        score: impl FnOnce(&[(u32, u32)]) -> Vec<Pair>,
    ) {
        let ends = |pair: &Pair| (pair.left, pair.right);
        let place = |pairs: &[Pair], wanted: (u32, u32)| pairs.binary_search_by_key(&wanted, ends).ok();
        let mut unmet = Vec::new();
        for &wanted in &self.same {
            match place(pairs, wanted).and_then(|at| pairs.get_mut(at)) {
                None => unmet.push(wanted),
                Some(pair) => {
                    self.ruled.links_made += u64::from(!pair.links);
                    (pair.links, pair.reason) = (true, words.same);
                }
            }
        }
        let apart = self.lines.iter().filter(|line| place(pairs, (line.0, line.1)).is_some()).count();
        if apart > 0 {
            pairs.retain(|pair| self.different.binary_search(&ends(pair)).is_err());
            self.ruled.pairs_dropped = apart as u64;
        }
        if unmet.is_empty() {
            return;
        }
        self.ruled.links_made += unmet.len() as u64;
        let made = |pair| Pair { links: true, reason: words.same, blocking_rule: NO_BLOCKING_RULE, ..pair };
        pairs.extend(score(&unmet).into_iter().map(made));
        // Two sorted runs: a stable sort merges them.
        pairs.sort_by_key(ends);
    }

    /// Notes which records links would have joined that are held apart, by what they join before
    /// any is cut.
    pub(super) fn note_held_apart(&mut self, component_of: impl Fn(u32) -> u32) {
        let joined = self.lines.iter().filter(|line| component_of(line.0) == component_of(line.1));
        self.ruled.held_apart = joined.map(|line| line.2).collect();
        self.ruled.held_apart.sort_unstable();
    }
}

/// Pairs that no blocking rule has met, compared and scored like those that one has.
pub(super) fn score(judge: &Judge<'_>, pairs: &[(u32, u32)]) -> Vec<Pair> {
    /// Pairs compared at a time: their records fit the second-level cache.
    const BATCH: usize = 1024;
    let (mut scored, mut scratch) = (Vec::with_capacity(pairs.len()), Scratch::default());
    for some in pairs.chunks(BATCH) {
        let places = 0..some.len() as u32;
        let batch = Candidates {
            records: some.iter().flat_map(|&(left, right)| [left, right]).collect(),
            left: places.clone().map(|at| 2 * at).collect(),
            right: places.map(|at| 2 * at + 1).collect(),
        };
        let weights = judge.score(&batch, &mut scratch);
        let found = some.iter().zip(weights).zip(&scratch.vectors);
        scored.extend(found.map(|((&(left, right), weight), &levels)| Pair {
            left,
            right,
            levels,
            weight,
            ..Pair::default()
        }));
    }
    scored
}

/// The two reasons that rulings give, as numbers among all reasons' words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words {
    /// A link by an officer's word; no other link has a reason.
    pub(super) same: u8,
    /// A link cut by one.
    pub(super) different: u8,
}

impl Words {
    /// Enters the two words behind the others.
    pub(super) fn enter(words: &mut Vec<String>) -> Self {
        let mut enter = |word: &str| {
            words.push(word.to_owned());
            words.len() as u8
        };
        Self { same: enter(OFFICER_SAME), different: enter(OFFICER_DIFFERENT) }
    }
}

/// The records that rulings name, as numbers.
struct Numbers {
    /// By source: the ids named, and by their code the record, if it is there.
    sources: Vec<(DictionaryBuilder, Vec<Option<u32>>)>,
}

impl Numbers {
    fn find(rulings: &Rulings, settings: &Settings, records: &[Records], space: &RecordSpace) -> Self {
        let mut sources: Vec<(DictionaryBuilder, Vec<Option<u32>>)> = Vec::new();
        sources.resize_with(settings.sources.len(), Default::default);
        for name in rulings.0.iter().flat_map(|ruling| &ruling.pair) {
            if let Some((ids, _)) = sources.get_mut(name.source.index()) {
                ids.code(&name.id);
            }
        }
        for one in records {
            let (Some((ids, found)), Some(source)) =
                (sources.get_mut(one.source.index()), settings.sources.get(one.source.index()))
            else {
                continue;
            };
            found.resize(ids.len(), None);
            if ids.is_empty() {
                continue;
            }
            let named = |row: usize| {
                let code = ids.find(one.table.text(source.record_id, row)).filter(|code| *code != 0)?;
                Some((code, space.number(crate::table::RecordRef::new(one.source, row as u32))))
            };
            let rows: Vec<(u32, u32)> =
                (0..one.table.rows).into_par_iter().with_min_len(1 << 14).filter_map(named).collect();
            for (code, record) in rows {
                if let Some(place) = found.get_mut(code as usize) {
                    *place = Some(record);
                }
            }
        }
        Self { sources }
    }

    fn of(&self, name: &RecordName) -> Option<u32> {
        let (ids, found) = self.sources.get(name.source.index())?;
        found.get(ids.find(&name.id)? as usize).copied().flatten()
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
