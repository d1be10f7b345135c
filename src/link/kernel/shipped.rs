//! The kernel as plain bytes, to be sent to executors once: JSON, so that it can be read.

use serde::{Deserialize, Serialize};

use super::{Compared, Kernel, KernelError};
use crate::link::compare::COMPARATORS;
use crate::settings::{
    COMPARISONS_MAX, ComparisonModel, Given, KIN, LevelModel, LevelTest, Model, TermFrequency,
};

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
    /// By level what it asks for, where the comparator measures: a word and a number.
    #[serde(default)]
    tests: Vec<(String, f64)>,
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
            tests: one.tests.iter().map(|&test| words_of(test)).collect(),
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
            models.push(ComparisonModel { levels, term_frequency, terms: Vec::new(), given });
            let tests =
                one.tests.iter().map(|(word, number)| test_of(word, *number)).collect::<Result<_, _>>()?;
            let level_of = one.level_of.map(|level| level & 15);
            comparisons.push(Compared { id: one.id, comparator, level_of, tests });
        }
        let model = Model { kin_per_person: shipped.kin_per_person, comparisons: models, ..Model::default() };
        Ok(Self::of(comparisons, &model))
    }
}

/// A test as a word and a number.
fn words_of(test: LevelTest) -> (String, f64) {
    let (word, number) = match test {
        LevelTest::Missing => ("missing", 0.0),
        LevelTest::Word(place) => ("level", f64::from(place)),
        LevelTest::AtLeast(bound) => ("at_least", bound),
        LevelTest::AtMost(bound) => ("at_most", bound),
        LevelTest::AtMostPercent(bound) => ("at_most_percent", bound),
        LevelTest::Else => ("else", 0.0),
    };
    (word.to_owned(), number)
}

fn test_of(word: &str, number: f64) -> Result<LevelTest, KernelError> {
    match word {
        "missing" => Ok(LevelTest::Missing),
        // What is no place becomes 0, a level that never holds.
        "level" => Ok(LevelTest::Word(number as u8)),
        "at_least" => Ok(LevelTest::AtLeast(number)),
        "at_most" => Ok(LevelTest::AtMost(number)),
        "at_most_percent" => Ok(LevelTest::AtMostPercent(number)),
        "else" => Ok(LevelTest::Else),
        _ => Err(KernelError::Bytes(format!("a level that asks for `{word}` is not known"))),
    }
}
