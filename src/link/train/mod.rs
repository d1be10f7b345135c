//! Records of all sources → the model that fits them, without anybody labelling a pair.
//!
//! Input: the records and the present model. Output: [`Training`]. Invariants: the
//! same for any number of threads; no share is 0 or 1; a comparison that the data
//! say nothing of keeps its numbers. The truth of a generated province is never read.
//!
//! In order: all pairs that meet are weighed with the present model (which sources'
//! records are linked, and how many pairs each rule meets); pairs drawn by lot tell
//! what strangers show ([`chance`]); each blocking rule run alone tells what pairs of
//! one person show ([`passes`], [`em`]); all pairs are weighed again with the new
//! model, which gives the priors ([`priors`]). `docs/training.md` tells it to those
//! who use it.
//!
//! Cost: two linkages without clusters, the pairs of all passes compared once, of
//! each at most [`Options::pass_pairs_max`], and the drawn ones. Memory: what
//! linkage needs before clusters.

mod account;
mod chance;
mod counts;
mod em;
mod passes;
mod priors;
mod random;
mod smooth;
mod sources;
#[cfg(test)]
mod tests;

use super::column::OfRecords;
use super::decide::{self, Judge, Priors};
use super::plan::{self, Keyed};
use super::space::RecordSpace;
use super::weights::Weights;
use super::{BlockingAccount, Core, blocking};
use crate::normalise::Records;
use crate::progress::{Progress, Verbosity};
use crate::settings::{ComparisonModel, KIN, Matching, Model, PriorFactor, Settings, rounded};
use em::{Change, Course, KINDS, Learnt, Made, PERSON, Pass, Table};
use passes::Met;
use priors::{Weighed, Weighing};
use smooth::STRENGTH;
use sources::SourcePair;

pub use account::{
    LevelChange, TrainedComparison, TrainedLevel, TrainedPrior, Training, TrainingPass, Untrained,
};

/// How much work training may be.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Pairs to be drawn by lot.
    pub random_pairs: u64,
    /// Pairs of one pass that are compared at most, about.
    pub pass_pairs_max: u64,
    /// Iterations of expectation and maximisation at most.
    pub iterations_max: u64,
    /// No m changes by more in the last iteration.
    pub tolerance: f64,
}

impl Default for Options {
    /// Four million pairs show a level of one in a million four times; three million pairs of a pass
    /// show a rate of one in a thousand to 2 %. A hundredth of a percent is less than an office
    /// changes from month to month.
    fn default() -> Self {
        Self { random_pairs: 4_000_000, pass_pairs_max: 3_000_000, iterations_max: 200, tolerance: 1e-5 }
    }
}

/// Learns a model from the records, beginning with the present one. Facets that do not exist count
/// as missing; [`problems`](super::problems()) names them before any data is read.
pub fn train(settings: &Settings, records: &[Records], options: &Options, progress: &Progress) -> Training {
    let space = RecordSpace::new(settings.sources.len(), records).with_apart(&settings.matching.apart);
    let people = decide::people(&settings.matching, &space);
    let columns = OfRecords { settings, records };
    let (core, keyed) = Core::new(&settings.matching, space, people, &columns);
    Trainer { core, columns, options, progress }.train(keyed)
}

/// What all steps need.
struct Trainer<'a> {
    core: Core<'a>,
    columns: OfRecords<'a>,
    options: &'a Options,
    progress: &'a Progress,
}

/// What the passes met, and what was drawn.
struct Observed {
    drawn: counts::VectorCounts,
    /// By blocking rule.
    met: Vec<Met>,
    /// By blocking rule: by comparison, whether the rule trains it.
    trained: Vec<Vec<bool>>,
}

impl Observed {
    /// How many passes train a comparison.
    fn passes_of(&self, comparison: usize) -> usize {
        let trains = |(met, trained): &(&Met, &Vec<bool>)| {
            trained[comparison] && met.counts.iter().any(|(vector, _)| vector.get(comparison) != 0)
        };
        self.met.iter().zip(&self.trained).filter(trains).count()
    }
}

/// What was made of it.
struct Fitted {
    table: Table,
    learnt: Learnt,
    /// By comparison and level.
    strangers_seen: Vec<[f64; crate::settings::LEVELS_MAX]>,
    iterations: u64,
}

impl Trainer<'_> {
    fn train(self, keyed: Keyed<'_>) -> Training {
        let present = self.core.matching;
        let (weighed, accounts) = self.weigh(&present.model, keyed);
        let observed = self.observe(&weighed, &accounts);
        let fitted = self.fit(&observed);
        let untrained = untrained(present, &observed);
        let mut model = self.model(&fitted, &untrained);
        let (weighed, _) = self.weigh(&model, plan::read_keys(present, &self.columns));
        let priors = self.priors(&weighed);
        model.priors =
            priors.iter().map(|prior| PriorFactor { between: prior.between, factor: prior.after }).collect();
        self.account(rounded(&model), &observed, &fitted, &untrained, priors)
    }

    /// The judge of the present rules with another model.
    fn judge<'j>(&'j self, matching: &'j Matching) -> Judge<'j> {
        let judge = self.core.judge();
        let weights = Weights::new(&matching.model);
        let priors = Priors::new(&weights, matching, self.core.space.sources(), self.core.people);
        Judge { weights, priors, matching, ..judge }
    }

    /// All pairs that meet, weighed with a model, and what each rule met.
    fn weigh(&self, model: &Model, keyed: Keyed<'_>) -> (Weighed, Vec<BlockingAccount>) {
        let present = self.core.matching;
        let model = for_present_terms(&present.model, model);
        let matching = Matching { model, ..present.clone() };
        let judge = self.judge(&matching);
        let weighing = Weighing::new(&judge, self.core.people);
        let bar = self.progress.begin("weigh", (self.core.space.len() * keyed.rules.len()) as u64, "keys");
        let blocking = blocking::Blocking {
            space: &self.core.space,
            columns: keyed.columns,
            rules: keyed.rules,
            home: None,
        };
        let accounts = blocking.run(&weighing, &|records| bar.add(records)).accounts;
        (weighing.finish(), accounts)
    }

    fn observe(&self, weighed: &Weighed, accounts: &[BlockingAccount]) -> Observed {
        let matching = self.core.matching;
        let judge = self.core.judge();
        let weight = |pair: SourcePair| (pair, weighed.expected(pair, pair.factor(matching)));
        let weights: Vec<(SourcePair, f64)> =
            SourcePair::all(self.core.space.sources()).map(weight).collect();
        let drawn = {
            let bar = self.progress.begin("draw", self.options.random_pairs, "pairs");
            let drawn = random::count(&judge, &weights, self.options.random_pairs);
            bar.add(counts::pairs(&drawn));
            drawn
        };
        let bar = self.progress.begin("passes", matching.blocking.len() as u64, "passes");
        let run = |(rule, account): (_, &BlockingAccount)| {
            let met = passes::run(
                &self.core,
                &judge,
                &self.columns,
                rule,
                (account.pairs, self.options.pass_pairs_max),
            );
            bar.add(1);
            met
        };
        let met = matching.blocking.iter().zip(accounts).map(run).collect();
        let trained = matching.blocking.iter().map(|rule| passes::trained(matching, rule)).collect();
        Observed { drawn, met, trained }
    }

    /// u, m, and once more with what m says of who was drawn and who met by a key.
    fn fit(&self, observed: &Observed) -> Fitted {
        const ROUNDS: usize = 2;
        let matching = self.core.matching;
        let present = Table::of(&matching.model.comparisons);
        let kin = matching.model.kin_per_person;
        let mixing = chance::mixing(self.core.people, kin);
        let agreement = self.agreement();
        let course = self.course(kin, observed);
        let passes = passes_of(matching, observed);
        let mut table = present.clone();
        let (mut iterations, mut rounds) = (0, 0);
        loop {
            let mut strangers_seen = chance::learn(&present, &observed.drawn, &mixing, &mut table);
            for (at, agreement) in agreement.iter().enumerate() {
                let Some(agreement) = agreement else { continue };
                chance::learn_from_terms(&mut table.0[at], &matching.model.comparisons[at], *agreement);
            }
            let mut learnt = em::learn(&table, &passes, &course, |nth, change| self.tell(nth, change));
            iterations += learnt.iterations;
            rounds += 1;
            table.clone_from(&learnt.table);
            self.learn_from_keys(&present, observed, &learnt, &mut table, &mut strangers_seen);
            if rounds == ROUNDS {
                learnt.table.clone_from(&table);
                return Fitted { table, learnt, strangers_seen, iterations };
            }
        }
    }

    /// A pair counts once in each pass that meets it, so that the present model does too.
    fn course(&self, kin: [Option<f64>; KIN.len()], observed: &Observed) -> Course {
        let mut kinds = [true; KINDS];
        kinds[2..].iter_mut().zip(kin).for_each(|(known, each)| *known = each.is_some());
        let Options { iterations_max, tolerance, .. } = *self.options;
        let comparisons = 0..self.core.matching.comparisons.len();
        let strengths = comparisons.map(|at| STRENGTH * observed.passes_of(at).max(1) as f64).collect();
        Course { kinds, strengths, tolerance, iterations_max }
    }

    /// By comparison: how often strangers agree, where values are counted.
    fn agreement(&self) -> Vec<Option<f64>> {
        let matching = self.core.matching;
        let source = matching.one_person_in.first().map(|source| SourcePair(source.index(), source.index()));
        let entered_twice =
            source.map_or(0.0, |source| source.factor(matching)) / self.core.people.max(2) as f64;
        let of = |(rule, model): (_, &ComparisonModel)| {
            model.term_frequency?;
            chance::agreement(&self.columns, matching, rule, entered_twice)
        };
        matching.comparisons.iter().zip(&matching.model.comparisons).map(of).collect()
    }

    fn learn_from_keys(
        &self,
        present: &Table,
        observed: &Observed,
        learnt: &Learnt,
        table: &mut Table,
        seen: &mut [[f64; crate::settings::LEVELS_MAX]],
    ) {
        for (at, rule) in self.core.matching.comparisons.iter().enumerate() {
            let is_told_apart = rule.levels.get(1).is_some_and(|level| level == "exact");
            let Some(pass) = passes::that_meets(self.core.matching, rule).filter(|_| is_told_apart) else {
                continue;
            };
            let (met, mixing) = (&observed.met[pass], &learnt.mixing[pass]);
            seen[at][1] = chance::learn_from_key(&mut table.0[at], &present.0[at], met, mixing);
        }
    }

    fn tell(&self, iteration: u64, change: Change) {
        if self.progress.verbosity() == Verbosity::Verbose {
            let LevelChange { comparison, level, by } = LevelChange::of(self.core.matching, change);
            self.progress.note(&format!("iteration {iteration}: m of {comparison} {level} moved by {by:.6}"));
        }
    }

    /// The present model with what was learnt, but for comparisons that were not trained.
    fn model(&self, fitted: &Fitted, untrained: &[Option<Untrained>]) -> Model {
        let present = &self.core.matching.model;
        let mut model = present.clone();
        fitted.table.put(|_| true, &mut model.comparisons);
        for ((one, present), untrained) in
            model.comparisons.iter_mut().zip(&present.comparisons).zip(untrained)
        {
            match untrained {
                None => {}
                Some(Untrained::NotMet) => {
                    one.levels
                        .iter_mut()
                        .zip(&present.levels)
                        .for_each(|(level, present)| level.m = present.m);
                }
                Some(Untrained::Empty | Untrained::Constant) => one.clone_from(present),
            }
        }
        model
    }

    fn priors(&self, weighed: &Weighed) -> Vec<TrainedPrior> {
        let Core { space, people, matching, .. } = &self.core;
        let learnt = |pair: SourcePair| {
            let (before, possible) = (pair.factor(matching), pair.possible(space));
            let after = weighed.factor(pair, before, possible, *people);
            TrainedPrior {
                between: pair.between(),
                before,
                after,
                expected_pairs: weighed.expected(pair, after),
            }
        };
        let all = SourcePair::all(space.sources());
        let is_there = |pair: &SourcePair| space.rows(pair.0) > 0 && space.rows(pair.1) > 0;
        all.filter(|pair| is_there(pair) && pair.possible(space) > 0).map(learnt).collect()
    }

    fn account(
        &self,
        model: Model,
        observed: &Observed,
        fitted: &Fitted,
        untrained: &[Option<Untrained>],
        priors: Vec<TrainedPrior>,
    ) -> Training {
        let matching = self.core.matching;
        let comparison = |at: usize| {
            let rule = &matching.comparisons[at];
            let passes = observed.passes_of(at);
            let levels = (1..rule.levels.len()).map(|level| TrainedLevel {
                name: rule.levels[level].clone(),
                before: matching.model.comparisons[at].levels[level],
                after: model.comparisons[at].levels[level],
                seen_of_one_person: fitted.learnt.seen[at][PERSON][level] / passes.max(1) as f64,
                seen_of_strangers: fitted.strangers_seen[at][level],
            });
            TrainedComparison {
                id: rule.id.clone(),
                untrained: untrained[at],
                passes,
                levels: levels.collect(),
            }
        };
        let pass = |at: usize| TrainingPass {
            rule: matching.blocking[at].id.value.clone(),
            pairs: observed.met[at].account.pairs,
            compared: counts::pairs(&observed.met[at].counts),
            kinds: fitted.learnt.mixing[at],
            left_out: names_left_out(matching, &observed.trained[at]),
        };
        Training {
            comparisons: (0..matching.comparisons.len()).map(comparison).collect(),
            passes: (0..observed.met.len()).map(pass).collect(),
            priors,
            records: self.core.space.len() as u64,
            random_pairs: counts::pairs(&observed.drawn),
            iterations: fitted.iterations,
            converged: fitted.learnt.converged,
            last_change: LevelChange::of(matching, fitted.learnt.last),
            model,
        }
    }
}

fn names_left_out(matching: &Matching, trained: &[bool]) -> Vec<String> {
    let all = matching.comparisons.iter().zip(trained);
    all.filter(|(_, trained)| !**trained).map(|(rule, _)| rule.id.clone()).collect()
}

/// The passes without the comparisons that they are blocked by, but for those on which others depend.
fn passes_of(matching: &Matching, observed: &Observed) -> Vec<Pass> {
    let models = &matching.model.comparisons;
    let is_condition =
        |at| models.iter().filter_map(|one| one.given.as_ref()).any(|one| one.comparison == at);
    let all = observed.met.iter().zip(&observed.trained);
    let pass = |(met, trained): (&Met, &Vec<bool>)| {
        let is_trained = |at: usize| trained.get(at) == Some(&true);
        let counts = counts::only(&met.counts, |at| is_trained(at) || is_condition(at));
        Pass { counts, made: Made::only(is_trained) }
    };
    all.map(pass).collect()
}

/// By comparison: why it cannot be trained.
fn untrained(matching: &Matching, observed: &Observed) -> Vec<Option<Untrained>> {
    let why = |at: usize| {
        let levels = |counts: &counts::VectorCounts| {
            counts.iter().fold(0_u16, |levels, (vector, _)| levels | 1 << vector.get(at)) & !1
        };
        let drawn = levels(&observed.drawn);
        let met = observed.met.iter().map(|met| levels(&met.counts)).fold(0, |all, levels| all | levels);
        match (drawn | met).count_ones() {
            0 => Some(Untrained::Empty),
            1 => Some(Untrained::Constant),
            _ if observed.passes_of(at) == 0 => Some(Untrained::NotMet),
            _ => None,
        }
    };
    (0..matching.comparisons.len()).map(why).collect()
}

/// A model's numbers for compare rows that carry the present model's term frequencies: the rarity
/// there is log2(u / f) with the present u, so that u is corrected by as much as it has changed.
fn for_present_terms(present: &Model, model: &Model) -> Model {
    let mut model = model.clone();
    for (one, present) in model.comparisons.iter_mut().zip(&present.comparisons) {
        let Some(term) = present.term_frequency else { continue };
        let sum = |of: &ComparisonModel| -> f64 {
            let levels = of.levels.iter().enumerate().filter(|(level, _)| term.levels >> level & 1 == 1);
            levels.map(|(_, level)| level.u).sum()
        };
        let correction = sum(present) / sum(one);
        let meant = one.levels.iter_mut().enumerate().filter(|(level, _)| term.levels >> level & 1 == 1);
        meant.for_each(|(_, level)| level.u *= correction);
    }
    model
}
