//! What training found, beside the model itself.

use super::em::Change;
use crate::settings::LevelModel;
use crate::table::SourceIndex;

/// A model learnt from the data, and how that went.
#[derive(Clone, Debug)]
pub struct Training {
    /// The new model, as it reads back from its file. What it was trained on is for the caller to add.
    pub model: crate::settings::Model,
    /// In the order of the rules.
    pub comparisons: Vec<TrainedComparison>,
    /// In the order of the blocking rules.
    pub passes: Vec<TrainingPass>,
    /// Of each two sources that have records.
    pub priors: Vec<TrainedPrior>,
    /// Records of all sources.
    pub records: u64,
    /// Pairs drawn by lot.
    pub random_pairs: u64,
    /// Iterations of expectation and maximisation.
    pub iterations: u64,
    /// Whether the last one changed next to nothing.
    pub converged: bool,
    /// What the last one changed most.
    pub last_change: LevelChange,
}

/// One comparison before and after.
#[derive(Clone, Debug)]
pub struct TrainedComparison {
    /// Its id.
    pub id: String,
    /// Why its numbers are as they were, if they are.
    pub untrained: Option<Untrained>,
    /// Number of passes that trained it: that it is not keyed by and that met pairs with values.
    pub passes: usize,
    /// By declared level, without `missing`.
    pub levels: Vec<TrainedLevel>,
}

/// One level before and after.
#[derive(Clone, Debug)]
pub struct TrainedLevel {
    /// Its name.
    pub name: String,
    /// Its numbers in the model that training began with.
    pub before: LevelModel,
    /// Its numbers now.
    pub after: LevelModel,
    /// Expected number of pairs of one person seen at it, in the average of the passes.
    pub seen_of_one_person: f64,
    /// Expected number of pairs of strangers seen at it.
    pub seen_of_strangers: f64,
}

/// Why a comparison was not trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrained {
    /// No pair has a value on both sides.
    Empty,
    /// All pairs show one level.
    Constant,
    /// Pairs drawn by lot show it, but no pass does: all rules that meet such pairs are keyed by it.
    NotMet,
}

/// What one blocking rule met by itself.
#[derive(Clone, Debug)]
pub struct TrainingPass {
    /// The rule's id.
    pub rule: String,
    /// Pairs that it met.
    pub pairs: u64,
    /// Pairs that were compared: all, or a sample.
    pub compared: u64,
    /// Shares of the pairs that are of one person, of strangers, of siblings, of other relatives.
    pub kinds: [f64; super::em::KINDS],
    /// Ids of the comparisons that its keys foretell, which it does not train.
    pub left_out: Vec<String>,
}

/// The prior of two sources before and after.
#[derive(Clone, Copy, Debug)]
pub struct TrainedPrior {
    /// The two sources, ascending.
    pub between: [SourceIndex; 2],
    /// The factor in the model that training began with.
    pub before: f64,
    /// The factor now.
    pub after: f64,
    /// How many pairs of one person are expected.
    pub expected_pairs: f64,
}

/// A share that changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LevelChange {
    /// The comparison's id.
    pub comparison: String,
    /// The level's name.
    pub level: String,
    /// By how much.
    pub by: f64,
}

impl LevelChange {
    pub(super) fn of(matching: &crate::settings::Matching, change: Change) -> Self {
        let rule = matching.comparisons.get(change.comparison);
        Self {
            comparison: rule.map(|rule| rule.id.clone()).unwrap_or_default(),
            level: rule.and_then(|rule| rule.levels.get(change.level).cloned()).unwrap_or_default(),
            by: change.by,
        }
    }
}

impl TrainedLevel {
    /// Whether `m` is rather what it was before than what the data say.
    pub fn m_rests_on_the_prior(&self) -> bool {
        self.seen_of_one_person < super::smooth::STRENGTH
    }

    /// Whether `u` is rather what it was before than what the data say.
    pub fn u_rests_on_the_prior(&self) -> bool {
        self.seen_of_strangers < super::smooth::STRENGTH
    }
}
