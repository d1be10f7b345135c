//! The model's probabilities → match weights by table.
//!
//! Fellegi and Sunter (1969): a level that is seen with probability m among
//! pairs of one person and u among pairs of two tells log2(m / u) bits for one
//! person. Pairs of two people are of several kinds, strangers, siblings and other
//! close relatives: a family shares address, telephone and surname, siblings their
//! parents, so that a pair must stand out against each of them (a mixture of u
//! distributions; what is left is −log2(2^−a + 2^−b + …) for the odds a, b, …
//! against each kind, the prior in each). A value as common as 1 in a thousand
//! tells ten bits where one of 1 in a million tells twenty: the difference to the
//! level's average is the term-frequency adjustment, carried on the record.
//!
//! Levels of two comparisons are looked up at once: half as many sums as
//! comparisons, tables of 3 KiB that stay in the first-level cache.

use super::bits::Bits;
use super::links::Levels;
use super::sums::{Most, Sums};
use super::term_frequency;
use crate::settings::{ComparisonModel, KIN, LEVELS_MAX, LevelModel, Model};

/// What levels tell against a pair being of two people, by kind of pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Bits for one person and against two strangers.
    pub strangers: Bits,
    /// Bits for one person and against two of one family, by kind of [`KIN`].
    pub kin: [Bits; KIN.len()],
}

impl Evidence {
    /// What both tell together.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.strangers += other.strangers;
        for (own, other) in self.kin.iter_mut().zip(other.kin) {
            *own += other;
        }
        self
    }

    /// The match weight: log2 of the odds that the pair is one person, prior included.
    pub fn match_weight(self, prior: Self) -> Bits {
        self.plus(prior).joined()
    }

    /// The match weight where the prior is included already.
    pub fn joined(self) -> Bits {
        self.kin.into_iter().fold(self.strangers, Bits::against_both)
    }

    /// Whether kin are a likelier explanation than strangers.
    pub(super) fn is_against_kin(self) -> bool {
        self.kin.into_iter().any(|kin| kin < self.strangers)
    }

    /// A bound that [`Evidence::joined`] does not pass: what any one kind leaves.
    pub fn joined_max(self) -> Bits {
        self.kin.into_iter().fold(self.strangers, Bits::min)
    }

    /// By kind the greater of both.
    fn max(mut self, other: Self) -> Self {
        self.strangers = self.strangers.max(other.strangers);
        for (own, other) in self.kin.iter_mut().zip(other.kin) {
            *own = (*own).max(other);
        }
        self
    }
}

/// Match weights of all levels, ready to be looked up.
#[derive(Clone, Debug)]
pub struct Weights {
    /// By comparison: by level.
    levels: Vec<Vec<Evidence>>,
    /// By pair of neighbouring comparisons: by both levels, the first in the low four bits.
    tables: Vec<Box<[Sums; 256]>>,
    /// By comparison: the levels at which a value's rarity is added; bit `l` for level `l`.
    rarity: Vec<u16>,
    /// By comparison and level: the most that the rarity of a value adds.
    rarity_max: Vec<[Bits; LEVELS_MAX]>,
    adjustments: Vec<Adjustment>,
    /// How much kin a person has, by kind; none where the model knows none.
    kin_per_person: [Option<f64>; KIN.len()],
}

impl Weights {
    /// The weights of a model. Logarithms are taken here, once a level.
    pub fn new(model: &Model) -> Self {
        let of_level = |level: &LevelModel| Evidence {
            strangers: Bits::of_ratio(level.m / level.u),
            kin: level.kin.map(|kin| Bits::of_ratio(level.m / kin)),
        };
        let of_comparison = |one: &ComparisonModel| one.levels.iter().map(of_level).collect();
        let levels: Vec<Vec<Evidence>> = model.comparisons.iter().map(of_comparison).collect();
        let tables = levels.chunks(2).map(table).collect();
        let rarity = |one: &ComparisonModel| one.term_frequency.map_or(0, |term| term.levels);
        let rarity = model.comparisons.iter().map(rarity).collect();
        let adjustments = model.comparisons.iter().enumerate().filter_map(Adjustment::of).collect();
        let rarity_max = model.comparisons.iter().map(rarity_max).collect();
        Self { levels, tables, rarity, rarity_max, adjustments, kin_per_person: model.kin_per_person }
    }

    /// The same, where it is known by comparison and level what the rarity of a value adds at most.
    pub(super) fn with_rarity_max(self, rarity_max: Vec<[Bits; LEVELS_MAX]>) -> Self {
        Self { rarity_max, ..self }
    }

    /// What one level of one comparison tells, without rarity.
    pub fn level(&self, comparison: usize, level: u8) -> Evidence {
        let levels = self.levels.get(comparison);
        levels.and_then(|levels| levels.get(usize::from(level))).copied().unwrap_or_default()
    }

    /// Where what strangers show of one comparison depends on another one.
    pub(super) fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// The most that one comparison tells of two values, against each kind by itself; at least nothing.
    pub(super) fn most(&self, comparison: usize) -> Most {
        let (mut of_levels, mut of_rare) = (Evidence::default(), None);
        for (level, &told) in self.levels.get(comparison).into_iter().flatten().enumerate() {
            of_levels = of_levels.max(told);
            if self.counts_rarity(comparison, level) {
                of_rare = of_rare.max(Some(told.strangers));
            }
        }
        Most { of_levels, of_rare }
    }

    /// Whether a value's rarity may add something at a level.
    fn counts_rarity(&self, comparison: usize, level: usize) -> bool {
        self.rarity_max.get(comparison).is_some_and(|most| most[level] > Bits::default())
    }

    /// The weights of some comparisons' levels, ready to be looked up together.
    pub(super) fn joint(&self, comparisons: &[usize]) -> Vec<Joint> {
        let both = |pair: &[usize]| {
            let second = pair.get(1).copied();
            let of = |levels: usize| {
                let second = second.map(|second| self.level(second, (levels >> 4) as u8));
                self.level(pair[0], (levels & 15) as u8).plus(second.unwrap_or_default()).into()
            };
            Joint {
                first: pair[0],
                second: second.unwrap_or(pair[0]),
                table: Box::new(std::array::from_fn(of)),
            }
        };
        comparisons.chunks(2).map(both).collect()
    }

    /// What each comparison vector tells, without rarity, put into `out`. Some nanoseconds each.
    pub fn evidence(&self, vectors: &[Levels], out: &mut Vec<Evidence>) {
        out.clear();
        out.extend(vectors.iter().map(|vector| {
            let bytes = vector.0.to_le_bytes();
            let looked_up = self.tables.iter().zip(bytes).map(|(table, byte)| table[usize::from(byte)]);
            Evidence::from(looked_up.fold(Sums::default(), Sums::plus))
        }));
        self.adjustments.iter().for_each(|adjustment| adjustment.add(vectors, out));
    }

    /// Adds the rarity of one comparison's values where its levels ask for it.
    pub fn add_rarity(&self, comparison: usize, rarity: &[Bits], vectors: &[Levels], out: &mut [Evidence]) {
        add_rarity((comparison, self.rarity[comparison]), rarity, vectors, out);
    }

    /// What stands before all evidence, for pairs of two sources: `factor` times one pair in as
    /// many as there are `people` is one person, while each has so much kin among them.
    pub fn prior(&self, factor: f64, people: usize) -> Evidence {
        let odds = factor / people.max(2) as f64;
        let against = |each: Option<f64>| each.map_or(Bits::MAX, |each| Bits::of_ratio(factor / each));
        Evidence { strangers: Bits::of_ratio(odds), kin: self.kin_per_person.map(against) }
    }
}

/// What two comparisons' levels tell together; or one's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joint {
    first: usize,
    /// The first once more where there is only one.
    second: usize,
    /// By both levels, the first in the low four bits.
    table: Box<[Sums; 256]>,
}

impl Joint {
    /// What it tells of one vector.
    #[inline]
    pub(super) fn of_vector(&self, vector: Levels) -> Sums {
        let (first, second) = (vector.get(self.first), vector.get(self.second));
        self.table[usize::from(first & 15 | second << 4)]
    }
}

/// What is added against strangers where what they show of one comparison depends on another one.
///
/// Levels are independent of each other within a kind of pairs, says the model, and for names it is not
/// so: strangers of one name are of one sex, for names are men's or women's, and of one generation
/// more often than not, for names have their fashions.
#[derive(Clone, Debug)]
pub(super) struct Adjustment {
    /// The comparison whose levels tell more or less.
    pub(super) comparison: usize,
    /// The comparison that it depends on.
    pub(super) given: usize,
    /// At which of its levels; bit `l` for level `l`.
    levels: u16,
    /// By level of `comparison`: log2(u / `u_given`).
    bits: Vec<Bits>,
}

impl Adjustment {
    fn of((comparison, model): (usize, &ComparisonModel)) -> Option<Self> {
        let given = model.given.as_ref()?;
        let levels = model.levels.iter().zip(&given.u);
        let bits = levels.map(|(level, u_given)| Bits::of_ratio(level.u / u_given)).collect();
        Some(Self { comparison, given: given.comparison, levels: given.levels, bits })
    }

    /// What it adds to one vector.
    pub(super) fn of_vector(&self, vector: Levels) -> Bits {
        let holds = self.levels >> vector.get(self.given) & 1 == 1;
        let level = usize::from(vector.get(self.comparison));
        self.bits.get(level).copied().filter(|_| holds).unwrap_or_default()
    }

    /// Adds it to what many vectors tell.
    pub(super) fn add(&self, vectors: &[Levels], out: &mut [Evidence]) {
        for (evidence, vector) in out.iter_mut().zip(vectors) {
            evidence.strangers += self.of_vector(*vector);
        }
    }

    /// By level of `comparison`: the most that it adds; at least nothing.
    pub(super) fn most_of_level(&self) -> [Bits; 16] {
        std::array::from_fn(|level| self.bits.get(level).copied().unwrap_or_default().max(Bits::default()))
    }
}

/// By level the most that the rarity of one of a comparison's values adds: the rarest counts as `rarest`.
fn rarity_max(model: &ComparisonModel) -> [Bits; LEVELS_MAX] {
    let Some(term) = model.term_frequency else { return [Bits::default(); LEVELS_MAX] };
    let most = Bits::of_ratio(term_frequency::average(model, term) / term.rarest).max(Bits::default());
    std::array::from_fn(|level| if term.levels >> level & 1 == 1 { most } else { Bits::default() })
}

/// Adds the rarity of the values of pairs at some levels, a bit each, of a comparison.
pub(super) fn add_rarity(
    (comparison, levels): (usize, u16),
    rarity: &[Bits],
    vectors: &[Levels],
    out: &mut [Evidence],
) {
    for ((evidence, vector), &rarity) in out.iter_mut().zip(vectors).zip(rarity) {
        if levels >> vector.get(comparison) & 1 == 1 {
            evidence.strangers += rarity;
        }
    }
}

/// What two comparisons tell together, by their levels; a level that does not exist tells nothing.
fn table(levels: &[Vec<Evidence>]) -> Box<[Sums; 256]> {
    let of = |at: usize, level: usize| {
        levels.get(at).and_then(|levels| levels.get(level)).copied().unwrap_or_default()
    };
    Box::new(std::array::from_fn(|both| of(0, both & 15).plus(of(1, both >> 4)).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Given, TermFrequency};
    use proptest::prelude::*;

    fn comparison(m: &[f64], u: &[f64], relatives: &[f64]) -> ComparisonModel {
        let missing = LevelModel { m: 1.0, u: 1.0, kin: [1.0; KIN.len()] };
        let level = |at: usize| LevelModel { m: m[at], u: u[at], kin: [relatives[at], u[at].sqrt()] };
        ComparisonModel {
            levels: std::iter::once(missing).chain((0..m.len()).map(level)).collect(),
            ..ComparisonModel::default()
        }
    }

    fn model() -> Model {
        let mut name = comparison(&[0.9, 0.07, 0.03], &[0.001, 0.009, 0.99], &[0.01, 0.09, 0.9]);
        name.term_frequency = Some(TermFrequency { levels: 0b10, rarest: 1e-6 });
        let date = comparison(&[0.95, 0.05], &[0.0001, 0.9999], &[0.02, 0.98]);
        let mut sex = comparison(&[0.99, 0.01], &[0.5, 0.5], &[0.4, 0.6]);
        sex.given = Some(Given { comparison: 0, levels: 0b110, u: vec![1.0, 0.96, 0.04] });
        Model {
            version: 1,
            kin_per_person: [Some(5.0), Some(2.0)],
            priors: vec![],
            comparisons: vec![name, date, sex],
            ..Model::default()
        }
    }

    /// The plain twin: Bayes' rule over all kinds of pairs, in probabilities.
    fn odds(model: &Model, levels: &[usize], factor: f64, people: f64, rarity: f64) -> f64 {
        let product = |of: &dyn Fn(&LevelModel) -> f64| -> f64 {
            model.comparisons.iter().zip(levels).map(|(one, &level)| of(&one.levels[level])).product()
        };
        let one_person = factor / people * product(&|l| l.m);
        let adjusted = if levels[0] == 1 { rarity.exp2() } else { 1.0 };
        let is_one_name = levels[0] == 1 || levels[0] == 2;
        let of_one_name = if is_one_name { [1.0, 0.96 / 0.5, 0.04 / 0.5][levels[2]] } else { 1.0 };
        let strangers = product(&|l| l.u) / adjusted * of_one_name;
        let kin =
            |kind: usize| model.kin_per_person[kind].unwrap_or(0.0) / people * product(&|l| l.kin[kind]);
        one_person / (strangers + (0..KIN.len()).map(kin).sum::<f64>())
    }

    proptest! {
        #[test]
        fn weights_by_table_are_bayes_rule(
            name in 0_usize..4, date in 0_usize..3, sex in 0_usize..3,
            factor in 0.01_f64..2.0, people in 10_usize..10_000_000, rarity in -8.0_f64..12.0,
        ) {
            let model = model();
            let weights = Weights::new(&model);
            let vectors = [Levels::default().with(0, name as u8).with(1, date as u8).with(2, sex as u8)];
            let mut evidence = Vec::new();
            weights.evidence(&vectors, &mut evidence);
            weights.add_rarity(0, &[Bits::of_ratio(rarity.exp2())], &vectors, &mut evidence);
            let weight = evidence[0].match_weight(weights.prior(factor, people));
            let plain = odds(&model, &[name, date, sex], factor, people as f64, rarity).log2();
            prop_assert!((weight.number() - plain).abs() < 1e-3, "{} {plain}", weight.number());
        }
    }

    #[test]
    fn levels_looked_up_together_tell_what_each_tells() {
        let weights = Weights::new(&model());
        for comparisons in [&[0, 1, 2][..], &[2], &[1, 0]] {
            let joint = weights.joint(comparisons);
            for levels in 0..16 * 16 * 16 {
                let vector = Levels(levels);
                let each = comparisons.iter().map(|&at| weights.level(at, vector.get(at)));
                let told =
                    joint.iter().map(|joint| joint.of_vector(vector)).fold(Sums::default(), Sums::plus);
                assert_eq!(Evidence::from(told), each.fold(Evidence::default(), Evidence::plus));
            }
        }
    }

    #[test]
    fn a_model_without_kin_knows_strangers_only() {
        let mut model = model();
        model.kin_per_person = [None; KIN.len()];
        let weights = Weights::new(&model);
        let weight = Evidence::default().match_weight(weights.prior(1.0, 1024));
        assert_eq!(weight, Bits::of_ratio(1.0 / 1024.0));
    }
}
