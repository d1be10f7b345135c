//! One pair of records, told: what each comparison says, what it adds up to, what follows, and
//! which blocking rules meet the two.
//!
//! The weight is the one that a run gives the pair, to the last part of a bit: the same judge scores
//! it, and what is told of each comparison is only the parts of that sum. Bits are given as numbers;
//! they are multiples of 2⁻¹⁶ far below 2³⁷, so that sums of them are exact.
//!
//! Cost: the columns are packed already; for each blocking rule whose keys agree, one look at
//! the keys of all records.

mod field;
mod meeting;
mod value;

pub use field::{CellTold, FieldTold};
pub use meeting::{KeyTold, Meeting, RuleMeeting};

use super::Linker;
use super::bits::Bits;
use super::blocking::Candidates;
use super::decide::{Judge, Scratch, holds};
use super::links::Levels;
use super::rows::Gathered;
use super::weights::Evidence;
use crate::settings::{ComparisonRule, KIN, LevelModel, PriorFactor};
use crate::table::RecordRef;

/// Kinds of pairs of two people: strangers, then those of [`KIN`].
pub const KINDS: usize = 1 + KIN.len();

/// Bits for one person, against two people of each kind.
pub type ByKind = [f64; KINDS];

/// What the program makes of one pair of records.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// How many people the records are taken to be of.
    pub people: usize,
    /// How many times likelier than elsewhere it is that records of these two sources are one person.
    pub prior_factor: f64,
    /// Which kinds of pairs the model tells apart; what is said of the others has no meaning.
    pub known: [bool; KINDS],
    /// Bits before all evidence.
    pub prior: ByKind,
    /// What comparisons and blocking rules look at, side by side.
    pub fields: Vec<FieldTold>,
    /// In the order of the rules.
    pub comparisons: Vec<ComparisonTold>,
    /// Prior and all comparisons.
    pub totals: ByKind,
    /// What a run makes of the weight and the levels, if the two meet.
    pub judged: Judged,
    /// The contradictions that the pair shows, by place among the rules; the first is a run's reason.
    pub contradictions: Vec<usize>,
    /// The weights from which a pair is linked, and from which it is looked at.
    pub link_from_bits: f64,
    /// See `link_from_bits`.
    pub review_from_bits: f64,
    /// By blocking rule, in order.
    pub meetings: Vec<RuleMeeting>,
}

impl Explanation {
    /// The first blocking rule that meets the two, by place: the one of `links.parquet`.
    pub fn met_by(&self) -> Option<usize> {
        self.meetings.iter().position(|rule| rule.meeting.meets())
    }
}

/// A weight and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// log2 of the odds that both are one person.
    pub match_weight_bits: f64,
    /// Probability that both are one person, 0 to 1.
    pub match_probability: f64,
    /// What follows for the pair by itself, before people are made.
    pub verdict: Verdict,
}

/// What follows from a pair's weight and levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One person.
    Link,
    /// A clerk looks at it.
    Review,
    /// Nothing: too little speaks for one person, or a possible link contradicts itself.
    NoLink,
}

/// What one comparison says.
#[derive(Clone, Debug)]
pub struct ComparisonTold {
    /// The declared level, by place; 0 is `missing`.
    pub level: u8,
    /// What the model says of the level; u where another comparison shows what it shows.
    pub numbers: LevelModel,
    /// What the level tells, without rarity.
    pub bits: ByKind,
    /// What is added against strangers for how rare the value is, where the level asks for it.
    pub rarity_bits: Option<f64>,
    /// By compared expression: what stands on both sides.
    pub values: Vec<[Option<String>; 2]>,
    /// Bits of the match weight that the comparison takes: the weight without it, less the weight.
    pub taken_bits: f64,
    /// What would follow if both sides had agreed exactly, on the more common of their values;
    /// nothing where they do, or where the rules do not tell exact agreement apart.
    pub if_exact: Option<Judged>,
}

impl Linker<'_> {
    /// What a run makes of a pair of records of the linker, and why. Sides are told in the order
    /// given. O(records) for each blocking rule whose keys agree.
    pub fn explain(&self, sides: [RecordRef; 2]) -> Explanation {
        let judge = self.core.judge();
        let pair = PairAtWork::new(&judge, sides);
        let model = &self.core.matching.model;
        let known = std::array::from_fn(|kind| {
            kind == 0 || model.kin_per_person.get(kind - 1).is_some_and(Option::is_some)
        });
        let told = |at: usize| ComparisonTold { values: self.values_of(at, sides), ..pair.told(at) };
        Explanation {
            people: self.core.people,
            prior_factor: self.prior_factor(sides),
            known,
            prior: by_kind(pair.prior),
            fields: field::fields(self.settings, self.records, sides),
            comparisons: (0..pair.parts.len()).map(told).collect(),
            totals: by_kind(both(pair.sum(pair.levels, None), pair.prior)),
            judged: pair.judged(pair.sum(pair.levels, None), pair.levels),
            contradictions: pair.contradictions(),
            link_from_bits: judge.link_from.number(),
            review_from_bits: judge.review_from.number(),
            meetings: meeting::meetings(self, sides),
        }
    }

    fn prior_factor(&self, sides: [RecordRef; 2]) -> f64 {
        let [a, b] = sides.map(|side| side.source);
        let between = [a.min(b), a.max(b)];
        let declared = |prior: &&PriorFactor| prior.between == between;
        self.core.matching.model.priors.iter().find(declared).map_or(1.0, |prior| prior.factor)
    }

    fn values_of(&self, comparison: usize, sides: [RecordRef; 2]) -> Vec<[Option<String>; 2]> {
        let rule: Option<&ComparisonRule> = self.core.matching.comparisons.get(comparison);
        let values = rule.map_or(&[][..], |rule| &rule.values);
        let shown = |value| sides.map(|side| value::compared(self.settings, self.records, side, value));
        values.iter().map(shown).collect()
    }
}

/// A pair and the parts of its sum.
struct PairAtWork<'j> {
    judge: &'j Judge<'j>,
    levels: Levels,
    prior: Evidence,
    /// By comparison: what its level tells, and the rarity that is added.
    parts: Vec<(Evidence, Option<Bits>)>,
    /// By comparison, of each rarity: at which levels it counts, a bit each, and that of the more common of
    /// both values.
    common: Vec<Vec<(u16, Bits)>>,
}

impl<'j> PairAtWork<'j> {
    /// Compared in the order of a run, whatever the order of the sides.
    fn new(judge: &'j Judge<'j>, sides: [RecordRef; 2]) -> Self {
        let mut records = sides.map(|side| judge.space.number(side));
        records.sort_unstable();
        let batch = Candidates { records: records.to_vec(), left: vec![0], right: vec![1] };
        let mut scratch = Scratch::default();
        judge.compare(&batch, &mut scratch);
        let levels = scratch.vectors.first().copied().unwrap_or_default();
        let mut gathered = Gathered::default();
        judge.rows.gather(&batch.records, &mut gathered);
        let mut lanes = Vec::new();
        let (mut parts, mut common) = (Vec::new(), Vec::new());
        for comparison in 0..judge.comparisons.len() {
            let level = levels.get(comparison);
            let mut rarity: Vec<(u16, Bits)> = Vec::new();
            for (term, counted) in judge.rows.rarities(comparison).enumerate() {
                judge.rows.rarity(&gathered, comparison, term, &mut lanes);
                rarity.push((counted, lanes.iter().copied().min().unwrap_or_default()));
            }
            parts.push((judge.weights.level(comparison, level), counted_at(&rarity, level)));
            common.push(rarity);
        }
        let prior = judge.priors.between(sides[0].source.index(), sides[1].source.index());
        let pair = Self { judge, levels, prior, parts, common };
        let sum = pair.sum(pair.levels, None);
        debug_assert_eq!(Some(&sum), scratch.evidence.first(), "the parts make the judge's sum");
        pair
    }

    /// What is told against strangers of a comparison whose u depends on another one.
    fn adjusted(&self, levels: Levels, is_meant: impl Fn(usize) -> bool) -> Evidence {
        let all = self.judge.weights.adjustments().iter().filter(|one| is_meant(one.comparison));
        let strangers = all.map(|one| one.of_vector(levels)).fold(Bits::default(), |sum, one| sum + one);
        Evidence { strangers, ..Evidence::default() }
    }

    /// What all comparisons tell at some levels, one of them left out or replaced.
    fn sum(&self, levels: Levels, other: Option<(usize, Evidence)>) -> Evidence {
        let part = |(at, part): (usize, &(Evidence, Option<Bits>))| match other {
            Some((replaced, evidence)) if replaced == at => evidence,
            _ => with_rarity(part.0, part.1),
        };
        self.parts.iter().enumerate().map(part).fold(self.adjusted(levels, |_| true), both)
    }

    fn judged(&self, evidence: Evidence, levels: Levels) -> Judged {
        let weight = evidence.match_weight(self.prior);
        let judge = self.judge;
        let contradicts = judge.contradiction(levels) != 0;
        let verdict = match (weight >= judge.link_from, weight >= judge.review_from, contradicts) {
            (true, _, false) => Verdict::Link,
            (true, ..) | (_, true, false) => Verdict::Review,
            // A possible link that contradicts itself is none.
            _ => Verdict::NoLink,
        };
        Judged { match_weight_bits: weight.number(), match_probability: weight.probability(), verdict }
    }

    /// Everything of a comparison but its values.
    fn told(&self, at: usize) -> ComparisonTold {
        let (evidence, rarity) = self.parts[at];
        let level = self.levels.get(at);
        let weight = |evidence: Evidence| evidence.match_weight(self.prior).number();
        let model = self.judge.matching.model.comparisons.get(at);
        let numbers = model.and_then(|model| model.levels.get(usize::from(level)));
        let nothing = LevelModel { m: 1.0, u: 1.0, kin: [1.0; KIN.len()] };
        ComparisonTold {
            level,
            numbers: self.given(at, numbers.copied().unwrap_or(nothing)),
            bits: by_kind(both(evidence, self.adjusted(self.levels, |comparison| comparison == at))),
            rarity_bits: rarity.map(Bits::number),
            values: Vec::new(),
            taken_bits: weight(self.sum(self.levels.with(at, 0), Some((at, Evidence::default()))))
                - weight(self.sum(self.levels, None)),
            if_exact: self.if_exact(at),
        }
    }

    fn if_exact(&self, at: usize) -> Option<Judged> {
        let rule = self.judge.matching.comparisons.get(at)?;
        let exact = rule.levels.iter().position(|level| level == "exact")? as u8;
        if exact == self.levels.get(at) {
            return None;
        }
        let rarity = counted_at(&self.common[at], exact);
        let evidence = with_rarity(self.judge.weights.level(at, exact), rarity);
        let levels = self.levels.with(at, exact);
        Some(self.judged(self.sum(levels, Some((at, evidence))), levels))
    }

    /// The numbers of a comparison's level, u being that of its condition where it holds.
    fn given(&self, at: usize, numbers: LevelModel) -> LevelModel {
        let model = self.judge.matching.model.comparisons.get(at);
        let given = model.and_then(|model| model.given.as_ref());
        let given = given.filter(|given| given.levels >> self.levels.get(given.comparison) & 1 == 1);
        let u = given.and_then(|given| given.u.get(usize::from(self.levels.get(at))));
        LevelModel { u: u.copied().unwrap_or(numbers.u), ..numbers }
    }

    fn contradictions(&self) -> Vec<usize> {
        let rules = self.judge.matching.contradictions.iter().enumerate();
        rules.filter(|(_, rule)| holds(&rule.condition, self.levels)).map(|(at, _)| at).collect()
    }
}

/// What is added at a level for how rare values are, given as sets of levels and bits; nothing where
/// rarity does not count there.
fn counted_at(rarity: &[(u16, Bits)], level: u8) -> Option<Bits> {
    let counted = rarity.iter().filter(|(levels, _)| levels >> level & 1 == 1).map(|(_, bits)| *bits);
    counted.reduce(|sum, bits| sum + bits)
}

fn with_rarity(mut evidence: Evidence, rarity: Option<Bits>) -> Evidence {
    evidence.strangers += rarity.unwrap_or_default();
    evidence
}

/// What both tell together.
fn both(mut one: Evidence, other: Evidence) -> Evidence {
    one.strangers += other.strangers;
    for (own, other) in one.kin.iter_mut().zip(other.kin) {
        *own += other;
    }
    one
}

fn by_kind(evidence: Evidence) -> ByKind {
    let mut bits = [evidence.strangers.number(); KINDS];
    for (bits, kin) in bits[1..].iter_mut().zip(evidence.kin) {
        *bits = kin.number();
    }
    bits
}
