//! The kernel as plain bytes, to be sent to executors once: JSON, so that it can be read.

use serde::{Deserialize, Serialize};

use super::{Compared, Kernel, KernelError};
use crate::link::compare::COMPARATORS;
use crate::settings::{COMPARISONS_MAX, ComparisonModel, Given, KIN, LevelModel, Model, TermFrequency};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Shipped {
    version: u32,
    kin_per_person: [Option<f64>; KIN.len()],
    comparisons: Vec<ShippedComparison>,
}

#[derive(Serialize, Deserialize)]
struct ShippedComparison {
    id: String,
    comparator: String,
    level_of: [u8; 16],
    /// By level: m, u, and u of each kind of kin.
    levels: Vec<(f64, f64, [f64; KIN.len()])>,
    /// Levels with term-frequency adjustments, and what counts as rarest.
    term_frequency: Option<(u16, f64)>,
    /// The comparison on which u depends, at which of its levels, and u then by level.
    given: Option<(usize, u16, Vec<f64>)>,
}

impl Kernel {
    /// The kernel as bytes; [`Kernel::from_bytes`] reads them back to the same weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        let comparison = |(one, model): (&Compared, &ComparisonModel)| ShippedComparison {
            id: one.id.clone(),
            comparator: one.comparator.id.to_owned(),
            level_of: one.level_of,
            levels: model.levels.iter().map(|level| (level.m, level.u, level.kin)).collect(),
            term_frequency: model.term_frequency.map(|term| (term.levels, term.rarest)),
            given: model.given.as_ref().map(|given| (given.comparison, given.levels, given.u.clone())),
        };
        let shipped = Shipped {
            version: VERSION,
            kin_per_person: self.kin_per_person,
            comparisons: self.comparisons.iter().zip(&self.models).map(comparison).collect(),
        };
        serde_json::to_vec(&shipped).unwrap_or_default()
    }

    /// The kernel that some bytes are of.
    ///
    /// # Errors
    /// Bytes of another version, or that are none of a kernel's.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KernelError> {
        let shipped: Shipped =
            serde_json::from_slice(bytes).map_err(|error| KernelError::Bytes(error.to_string()))?;
        if shipped.version != VERSION {
            return Err(KernelError::Bytes(format!("version {} instead of {VERSION}", shipped.version)));
        }
        if shipped.comparisons.len() > COMPARISONS_MAX {
            return Err(KernelError::Bytes(format!("more than {COMPARISONS_MAX} comparisons")));
        }
        let mut comparisons = Vec::new();
        let mut models = Vec::new();
        for one in shipped.comparisons {
            let known = COMPARATORS.into_iter().find(|comparator| comparator.id == one.comparator);
            let comparator = known
                .ok_or_else(|| KernelError::Bytes(format!("comparator `{}` is not known", one.comparator)))?;
            let level = |&(m, u, kin): &(f64, f64, [f64; KIN.len()])| LevelModel { m, u, kin };
            let term = |(levels, rarest)| TermFrequency { levels, rarest };
            let term_frequency = one.term_frequency.map(term);
            let given = one.given.map(|(comparison, levels, u)| Given { comparison, levels, u });
            let levels = one.levels.iter().map(level).collect();
            models.push(ComparisonModel { levels, term_frequency, given });
            comparisons.push(Compared { id: one.id, comparator, level_of: one.level_of.map(|l| l & 15) });
        }
        let model = Model { kin_per_person: shipped.kin_per_person, comparisons: models, ..Model::default() };
        Ok(Self::of(comparisons, &model))
    }
}
