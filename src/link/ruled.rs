//! Rulings on tonight's records: found, applied to the pairs, and what became of them.
//!
//! Cost: O(records) to find those that are named, unless none is; O(rulings · log pairs) to apply.

use rayon::prelude::*;

use super::blocking::Candidates;
use super::decide::{Judge, Scratch};
use super::decisions::{RecordName, Ruling, Rulings};
use super::links::{Pair, merge_in};
use super::space::RecordSpace;
use crate::normalise::Records;
use crate::settings::Settings;
use crate::table::{DictionaryBuilder, RecordRef};

/// The word for a link that stands because an officer said so.
const OFFICER_SAME: &str = "officer_same";
/// The word for a link that was cut because by it two records would come together that an officer
/// holds to be two people.
const OFFICER_DIFFERENT: &str = "officer_different";

/// The blocking rule of a pair that was not kept, for none met it or its values told too little: past every list of rules, of which there are
/// 64 at most.
pub(super) const NO_BLOCKING_RULE: u8 = u8::MAX;

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
    /// How many pairs are linked that by their values alone would not have been.
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
        for ruling in self.iter() {
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

    /// Takes the ruled pairs out of the non-links; those of one person join the others. O(non-links · log
    /// rulings) where there are any.
    pub(super) fn take_ruled(&self, non_links: &mut Vec<Pair>, pairs: &mut Vec<Pair>) {
        if self.same.is_empty() && self.different.is_empty() {
            return;
        }
        let ends = |pair: &Pair| (pair.left, pair.right);
        non_links.retain(|pair| self.different.binary_search(&ends(pair)).is_err());
        let same = non_links.extract_if(.., |pair| self.same.binary_search(&ends(pair)).is_ok());
        pairs.extend(same.map(Pair::no_non_link));
        pairs.sort_by_key(ends);
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
        merge_in(pairs, score(&unmet).into_iter().map(made).collect());
    }

    /// Notes which records links would have joined that are held apart, by what they join before
    /// any is cut.
    pub(super) fn note_held_apart(&mut self, component_of: impl Fn(u32) -> u32) {
        let joined = self.lines.iter().filter(|line| component_of(line.0) == component_of(line.1));
        self.ruled.held_apart = joined.map(|line| line.2).collect();
        self.ruled.held_apart.sort_unstable();
    }
}

/// Pairs that no blocking rule has met, or none that kept it, compared and scored like the others.
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
        for name in rulings.iter().flat_map(|ruling| &ruling.pair) {
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
                Some((code, space.number(RecordRef::new(one.source, row as u32))))
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
