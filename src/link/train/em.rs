//! Counts of comparison vectors → how often pairs of one person show each level.
//!
//! Expectation and maximisation (Dempster, Laird and Rubin 1977; for linkage Winkler
//! 1988) over a mixture of the kinds of pairs that [`Weights`](crate::link::weights)
//! knows: of one person, of strangers, of siblings, of other relatives. Within a
//! kind the levels of two comparisons are held to be independent; that a family
//! shares parents, household and address is what the kinds of kin are there for.
//!
//! How large a share of the pairs each kind makes up differs from pass to pass; how
//! often a kind shows a level does not. A comparison that a pass is blocked by
//! counts for nothing there, a missing value nowhere. Sums are taken in one
//! order, piece by piece, whatever thread works on a piece.

use rayon::prelude::*;

use super::counts::VectorCounts;
use super::smooth::{Strength, smoothed};
use crate::link::links::Levels;
use crate::settings::{ComparisonModel, KIN, LEVELS_MAX, LevelModel};

/// Kinds of pairs: one person, strangers, and each kind of kin.
pub(super) const KINDS: usize = 2 + KIN.len();
/// The kind of pairs of one person.
pub(super) const PERSON: usize = 0;
/// The kind of pairs of two strangers.
pub(super) const STRANGERS: usize = 1;

/// How often a kind shows each level of a comparison; level 0, `missing`, tells nothing: 1. Levels
/// that are not declared have 0.
pub(super) type Shares = [[f64; LEVELS_MAX]; KINDS];

/// What strangers show of a comparison where another one shows certain levels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    /// The other comparison.
    pub(super) given: usize,
    /// Its levels, a bit each.
    pub(super) levels: u16,
    /// By level of this comparison; 1 for `missing`.
    pub(super) shares: [f64; LEVELS_MAX],
}

impl Condition {
    fn of(model: &ComparisonModel) -> Option<Self> {
        let given = model.given.as_ref()?;
        let mut shares = [0.0; LEVELS_MAX];
        shares.iter_mut().zip(&given.u).for_each(|(share, u)| *share = *u);
        Some(Self { given: given.comparison, levels: given.levels, shares })
    }

    fn holds(&self, vector: Levels) -> bool {
        self.levels >> vector.get(self.given) & 1 == 1
    }
}

/// By comparison: how often each kind shows its levels, and where strangers depend on another one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table(pub(super) Vec<Shares>, pub(super) Vec<Option<Condition>>);

/// How large a share each kind makes up.
pub(super) type Mixing = [f64; KINDS];

/// The pairs that one blocking rule met by itself.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) counts: VectorCounts,
    /// The comparisons that it is not blocked by.
    pub(super) made: Made,
}

/// Comparisons that count, as the four bits of each in a vector; the others are there for the
/// conditions that depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made(u64);

impl Made {
    /// All of them.
    pub(super) const ALL: Self = Self(u64::MAX);

    /// Those of which `made` says so.
    pub(super) fn only(made: impl Fn(usize) -> bool) -> Self {
        Self((0..16).filter(|&at| made(at)).fold(0, |mask, at| mask | 15_u64 << (4 * at)))
    }

    fn of(self, vector: Levels) -> Levels {
        Levels(vector.0 & self.0)
    }
}

/// How expectation and maximisation are to go.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// Kinds that pairs can be of.
    pub(super) kinds: [bool; KINDS],
    /// By comparison: what a level's share in the present model is worth.
    pub(super) strengths: Vec<Strength>,
    /// No share changes by more at the end.
    pub(super) tolerance: f64,
    /// Iterations at most.
    pub(super) iterations_max: u64,
}

/// The share that changed most in an iteration.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Change {
    pub(super) comparison: usize,
    pub(super) level: usize,
    pub(super) by: f64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) struct Learnt {
    pub(super) table: Table,
    /// By pass.
    pub(super) mixing: Vec<Mixing>,
    /// By comparison: how many pairs of each kind were seen at each level.
    pub(super) seen: Vec<Shares>,
    /// By comparison: how many strangers where its condition holds.
    pub(super) seen_given: Vec<[f64; LEVELS_MAX]>,
    pub(super) iterations: u64,
    /// What changed most in the last one.
    pub(super) last: Change,
    pub(super) converged: bool,
}

impl Table {
    /// The shares of a model.
    pub(super) fn of(models: &[ComparisonModel]) -> Self {
        let of_level = |level: &LevelModel| {
            let mut kinds = [level.m, level.u, 0.0, 0.0];
            kinds[2..].copy_from_slice(&level.kin);
            kinds
        };
        let of_comparison = |one: &ComparisonModel| {
            let mut shares = [[0.0; LEVELS_MAX]; KINDS];
            for of_kind in &mut shares {
                of_kind[0] = 1.0;
            }
            for (at, level) in one.levels.iter().enumerate().skip(1) {
                of_level(level).into_iter().enumerate().for_each(|(kind, share)| shares[kind][at] = share);
            }
            shares
        };
        Self(models.iter().map(of_comparison).collect(), models.iter().map(Condition::of).collect())
    }

    /// Puts the shares of some kinds into a model.
    pub(super) fn put(&self, kinds: impl Fn(usize) -> bool, models: &mut [ComparisonModel]) {
        for (one, shares) in models.iter_mut().zip(&self.0) {
            for (at, level) in one.levels.iter_mut().enumerate().skip(1) {
                let LevelModel { m, u, kin } = level;
                let slots = [m, u].into_iter().chain(kin);
                slots
                    .enumerate()
                    .filter(|(kind, _)| kinds(*kind))
                    .for_each(|(kind, slot)| *slot = shares[kind][at]);
            }
        }
        for (one, condition) in models.iter_mut().zip(&self.1) {
            let (Some(given), Some(condition)) = (&mut one.given, condition) else { continue };
            given.u.iter_mut().zip(&condition.shares).for_each(|(u, share)| *u = *share);
        }
    }

    /// How likely each kind is to show a vector, times its share.
    fn joint(&self, mixing: &Mixing, vector: Levels, made: Made) -> Mixing {
        let mut joint = *mixing;
        let counted = made.of(vector);
        for (at, (shares, condition)) in self.0.iter().zip(&self.1).enumerate() {
            let level = usize::from(counted.get(at));
            let of_kinds = joint.iter_mut().zip(shares).enumerate();
            let conditional = condition.as_ref().filter(|condition| condition.holds(vector));
            for (kind, (joint, shares)) in of_kinds {
                let conditional = conditional.filter(|_| kind == STRANGERS);
                *joint *= conditional.map_or(shares, |condition| &condition.shares)[level];
            }
        }
        joint
    }

    /// How likely a pair that shows a vector is to be of each kind; nothing where no kind shows it.
    fn posterior(&self, mixing: &Mixing, vector: Levels, made: Made) -> Option<Mixing> {
        let joint = self.joint(mixing, vector, made);
        let all: f64 = joint.iter().sum();
        (all > 0.0).then(|| joint.map(|one| one / all))
    }
}

/// What was expected of some vectors.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) mixing: Mixing,
    pub(super) seen: Vec<Shares>,
    /// By comparison: strangers where its condition holds.
    pub(super) seen_given: Vec<[f64; LEVELS_MAX]>,
}

impl Expected {
    fn none(comparisons: usize) -> Self {
        Self {
            mixing: [0.0; KINDS],
            seen: vec![[[0.0; LEVELS_MAX]; KINDS]; comparisons],
            seen_given: vec![[0.0; LEVELS_MAX]; comparisons],
        }
    }

    fn add(&mut self, other: &Self) {
        self.mixing.iter_mut().zip(other.mixing).for_each(|(own, other)| *own += other);
        for (own, other) in
            self.seen.iter_mut().flatten().flatten().zip(other.seen.iter().flatten().flatten())
        {
            *own += other;
        }
        for (own, other) in self.seen_given.iter_mut().flatten().zip(other.seen_given.iter().flatten()) {
            *own += other;
        }
    }
}

/// Vectors that are worked off as one piece.
const PIECE: usize = 4096;

/// What is expected of each kind, by vectors and shares as they stand. O(vectors · comparisons).
pub(super) fn expect(table: &Table, mixing: &Mixing, counts: &[(Levels, u64)], made: Made) -> Expected {
    let of_piece = |piece: &[(Levels, u64)]| {
        let mut expected = Expected::none(table.0.len());
        for &(vector, pairs) in piece {
            let Some(posterior) = table.posterior(mixing, vector, made) else { continue };
            let of_kind = posterior.map(|share| share * pairs as f64);
            expected.mixing.iter_mut().zip(of_kind).for_each(|(own, pairs)| *own += pairs);
            let counted = made.of(vector);
            for (at, seen) in expected.seen.iter_mut().enumerate() {
                let level = usize::from(counted.get(at));
                seen.iter_mut().zip(of_kind).for_each(|(seen, pairs)| seen[level] += pairs);
                if table.1[at].as_ref().is_some_and(|condition| condition.holds(vector)) {
                    expected.seen_given[at][level] += of_kind[STRANGERS];
                }
            }
        }
        expected
    };
    let pieces: Vec<Expected> = counts.par_chunks(PIECE).map(of_piece).collect();
    let mut all = Expected::none(table.0.len());
    for piece in &pieces {
        all.add(piece);
    }
    all
}

/// Learns the shares of pairs of one person, and those of strangers where they depend on another
/// comparison (among pairs drawn by lot hardly any are of one name); the others are kept. `told` is given
/// each iteration. O(iterations · vectors · comparisons).
pub(super) fn learn(
    present: &Table,
    passes: &[Pass],
    course: &Course,
    mut told: impl FnMut(u64, Change),
) -> Learnt {
    let mut learnt = Learnt {
        table: present.clone(),
        mixing: vec![even(course.kinds); passes.len()],
        seen: Expected::none(present.0.len()).seen,
        seen_given: Expected::none(present.0.len()).seen_given,
        iterations: 0,
        last: Change::default(),
        converged: passes.iter().all(|pass| pass.counts.is_empty()),
    };
    while !learnt.converged && learnt.iterations < course.iterations_max {
        iterate(present, passes, course, &mut learnt);
        told(learnt.iterations, learnt.last);
    }
    learnt
}

/// One expectation and one maximisation.
fn iterate(present: &Table, passes: &[Pass], course: &Course, learnt: &mut Learnt) {
    let mut all = Expected::none(present.0.len());
    for (pass, mixing) in passes.iter().zip(&mut learnt.mixing) {
        let expected = expect(&learnt.table, mixing, &pass.counts, pass.made);
        *mixing = shares_of(&expected.mixing, course.kinds, mixing);
        all.add(&expected);
    }
    let mut table = maximise(present, &learnt.table, &all.seen, course);
    for (at, seen) in all.seen_given.iter().enumerate() {
        let (Some(own), Some(present)) = (&mut table.1[at], &present.1[at]) else { continue };
        smoothed(&present.shares[1..], &seen[1..], course.strengths[at], &mut own.shares[1..]);
    }
    learnt.last = largest_change(&learnt.table, &table);
    learnt.converged = learnt.last.by < course.tolerance;
    learnt.iterations += 1;
    (learnt.table, learnt.seen, learnt.seen_given) = (table, all.seen, all.seen_given);
}

fn maximise(present: &Table, before: &Table, seen: &[Shares], course: &Course) -> Table {
    let mut table = before.clone();
    let comparisons = table.0.iter_mut().zip(&present.0).zip(seen).zip(&course.strengths);
    for (((shares, present), seen), &strength) in comparisons {
        smoothed(&present[PERSON][1..], &seen[PERSON][1..], strength, &mut shares[PERSON][1..]);
    }
    table
}

fn largest_change(before: &Table, after: &Table) -> Change {
    let mut largest = Change::default();
    for (comparison, (before, after)) in before.0.iter().zip(&after.0).enumerate() {
        for (level, (before, after)) in before[PERSON].iter().zip(&after[PERSON]).enumerate() {
            let by = (before - after).abs();
            if by > largest.by {
                largest = Change { comparison, level, by };
            }
        }
    }
    largest
}

/// Each kind as large as another.
fn even(kinds: [bool; KINDS]) -> Mixing {
    let count = kinds.iter().filter(|known| **known).count().max(1);
    kinds.map(|known| if known { 1.0 / count as f64 } else { 0.0 })
}

/// Expected pairs as shares. Of a kind that is known a little stays, so that it can come back.
fn shares_of(pairs: &Mixing, kinds: [bool; KINDS], before: &Mixing) -> Mixing {
    /// Pairs that are added to each kind.
    const LEAST: f64 = 0.5;
    let mut shares = *pairs;
    shares.iter_mut().zip(kinds).filter(|(_, known)| *known).for_each(|(share, _)| *share += LEAST);
    let all: f64 = shares.iter().sum();
    if all > 0.0 { shares.map(|share| share / all) } else { *before }
}
