//! The pure parts of linkage: `keys`, `compare`, `score`.
//!
//! Functions of column slices and of Arrow record batches: no input or output, no
//! global state, no threads. One process drives them with rayon over its packed
//! rows; an engine that is spread over machines calls them from its executors, with
//! the [`Kernel`] shipped once as plain bytes. Same batches, same bytes out.
//!
//! Candidate pairs are made by the engine's own join on the keys: row `i` of the left
//! batch is compared with row `i` of the right one.
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow::array::{ArrayRef, RecordBatch, StringArray};
//! use doisoat::link::kernel::{Kernel, key_column};
//! use doisoat::settings::{RulesFolder, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings::read(&RulesFolder::embedded()).map_err(|_| "default rules")?;
//! let shipped = Kernel::new(&settings.matching).to_bytes();
//! let kernel = Kernel::from_bytes(&shipped)?;
//!
//! let batch = |names: [&str; 2], dates: [&str; 2], numbers: [Option<&str>; 2]| {
//!     let text = |cells: [Option<&str>; 2]| Arc::new(StringArray::from(cells.to_vec())) as ArrayRef;
//!     RecordBatch::try_from_iter_with_nullable([
//!         ("full_name", text(names.map(Some)), true),
//!         ("birth_date", text(dates.map(Some)), true),
//!         ("personal_id", text(numbers), true),
//!     ])
//! };
//! let number = Some("096085001234");
//! let left = batch(["Trần Văn Bảy", "Lê Thị Hoa"], ["1985-03-17", "1990"], [number, None])?;
//! let right = batch(["TRAN VAN BAY", "Lê Văn Tám"], ["1985-03-17", "1971-02-05"], [number, None])?;
//!
//! let keys = key_column(&left, &["birth_date", "personal_id"])?;
//! assert_eq!(keys, key_column(&right, &["birth_date", "personal_id"])?);
//!
//! let vectors = kernel.compare(&left, &right)?;
//! let prior = kernel.prior(1.0, 2_600_000);
//! let bits = kernel.score(&vectors, &[], prior)?;
//! assert!(bits.value(0) > 10.0 && bits.value(1) < -10.0);
//! # Ok(())
//! # }
//! ```

mod batch;
mod shipped;

use arrow::array::{Float64Array, RecordBatch, UInt64Array};

use super::compare::{Comparator, Pairs, Places, comparator};
use super::links::Levels;
use crate::settings::{ComparisonModel, KIN, LevelTest, Matching, Model};
use batch::Cells;

pub use super::bits::Bits;
pub use super::blocking::keys;
pub use super::compare::{Names, NamesBuilder, pack_date, pack_number};
pub use super::weights::{Evidence, Weights};
pub use batch::key_column;

/// What keeps a batch from being compared or scored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KernelError {
    /// A batch lacks a column, or has it in a type that cannot be read.
    Column {
        /// The column's name.
        name: String,
        /// What was found, and what to do.
        problem: String,
    },
    /// Two columns that belong row to row are of different lengths.
    Lengths {
        /// Rows of one.
        left: usize,
        /// Rows of the other.
        right: usize,
    },
    /// The bytes are not a kernel of this version.
    Bytes(String),
}

impl std::fmt::Display for KernelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Column { name, problem } => write!(f, "column `{name}`: {problem}"),
            Self::Lengths { left, right } => {
                write!(f, "{left} rows stand beside {right}; give batches of equal length")
            }
            Self::Bytes(problem) => write!(f, "not a kernel of this version: {problem}; ship it anew"),
        }
    }
}

impl std::error::Error for KernelError {}

/// The comparisons and the model, resolved: all that comparing and scoring need.
#[derive(Clone)]
pub struct Kernel {
    comparisons: Vec<Compared>,
    weights: Weights,
    models: Vec<ComparisonModel>,
    kin_per_person: [Option<f64>; KIN.len()],
}

/// One comparison of a kernel.
#[derive(Clone)]
struct Compared {
    id: String,
    comparator: Comparator,
    level_of: [u8; 16],
    /// What its declared levels ask for, where the comparator measures.
    tests: Vec<LevelTest>,
}

impl Kernel {
    /// The kernel of a set of matching rules.
    pub fn new(matching: &Matching) -> Self {
        let compared = matching.comparisons.iter().map(|rule| Compared {
            id: rule.id.clone(),
            comparator: comparator(rule.comparator.id),
            level_of: rule.level_of,
            tests: rule.tests.clone(),
        });
        Self::of(compared.collect(), &matching.model)
    }

    fn of(comparisons: Vec<Compared>, model: &Model) -> Self {
        Self {
            comparisons,
            weights: Weights::new(model),
            models: model.comparisons.clone(),
            kin_per_person: model.kin_per_person,
        }
    }

    /// Comparison vectors of pairs, row by row: four bits a comparison, in the order of the rules.
    ///
    /// A comparison reads the column of its id (`birth_date`); one of two values reads a second one
    /// (`place` and `place.inner`, `personal_id` and `personal_id.birth_year`). Names in any writing; dates as dates or as text `yyyy-mm-dd`,
    /// `yyyy-mm`, `yyyy`; numbers as text; anything else as it is. A column that neither batch has
    /// is a value that nobody knows.
    ///
    /// # Errors
    /// Batches of different lengths, a column in one batch only or of an unreadable type.
    pub fn compare(&self, left: &RecordBatch, right: &RecordBatch) -> Result<UInt64Array, KernelError> {
        same_length(left.num_rows(), right.num_rows())?;
        let mut vectors = vec![Levels::default(); left.num_rows()];
        for (comparison, one) in self.comparisons.iter().enumerate() {
            let mut cells = Cells::default();
            let left = cells.values(left, &one.id, &one.comparator)?;
            let right = cells.values(right, &one.id, &one.comparator)?;
            let (Some(left), Some(right)) = batch::both(&one.id, left, right)? else { continue };
            let places = Places { comparison, level_of: &one.level_of };
            let rows = left.len() as u32;
            let values = [left, right].concat();
            let (left, right): (Vec<u32>, Vec<u32>) = ((0..rows).collect(), (rows..2 * rows).collect());
            let pairs = Pairs { values: &values, left: &left, right: &right };
            (one.comparator.levels)(&cells.names(comparison, &one.tests), pairs, places, &mut vectors);
        }
        Ok(vectors.into_iter().map(|vector| vector.0).collect())
    }

    /// What stands before all evidence where `factor` times one pair in as many as there are
    /// `people` is one person.
    pub fn prior(&self, factor: f64, people: usize) -> Evidence {
        self.weights.prior(factor, people)
    }

    /// Match weights of comparison vectors, in bits: log2 of the odds that a pair is one person.
    ///
    /// `rarity` has, for a comparison by id, what its values tell beyond the average, in bits a
    /// row: log2(u / frequency). The probability is 1 / (1 + 2^−bits).
    ///
    /// # Errors
    /// A rarity of another length or of a comparison that does not exist.
    pub fn score(
        &self,
        vectors: &UInt64Array,
        rarity: &[(&str, &Float64Array)],
        prior: Evidence,
    ) -> Result<Float64Array, KernelError> {
        let vectors: Vec<Levels> = vectors.values().iter().map(|&vector| Levels(vector)).collect();
        let mut evidence = Vec::new();
        self.weights.evidence(&vectors, &mut evidence);
        for (id, bits) in rarity {
            same_length(vectors.len(), bits.len())?;
            let place = self.comparisons.iter().position(|one| one.id == *id);
            let comparison = place.ok_or_else(|| batch::unknown(id, &self.comparisons))?;
            let bits: Vec<Bits> = bits.iter().map(|bits| Bits::of(bits.unwrap_or(0.0))).collect();
            self.weights.add_rarity(comparison, &bits, &vectors, &mut evidence);
        }
        Ok(evidence.iter().map(|evidence| evidence.match_weight(prior).number()).collect())
    }
}

/// The levels of pairs of names, appended to `out`: for engines that hold names as values of
/// [`Names`] and compare nothing else. `left` and `right` are places in `values`, a pair a row; the
/// levels are those of the comparator `person_name`, in its order.
pub fn name_levels(names: &Names, values: &[u64], left: &[u32], right: &[u32], out: &mut Vec<u8>) {
    super::compare::name_levels(names, values, left, right, out);
}

fn same_length(left: usize, right: usize) -> Result<(), KernelError> {
    if left == right { Ok(()) } else { Err(KernelError::Lengths { left, right }) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};

    use super::*;
    use crate::settings::{RulesFolder, Settings};

    fn kernel() -> Kernel {
        Kernel::new(&Settings::read(&RulesFolder::embedded()).unwrap().matching)
    }

    fn batch(columns: &[(&str, &[Option<&str>])]) -> RecordBatch {
        let array = |cells: &[Option<&str>]| Arc::new(StringArray::from(cells.to_vec())) as ArrayRef;
        let columns = columns.iter().map(|(name, cells)| (*name, array(cells), true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    fn place(kernel: &Kernel, id: &str) -> usize {
        kernel.comparisons.iter().position(|one| one.id == id).unwrap()
    }

    #[test]
    fn a_null_or_an_empty_cell_is_missing_whatever_stands_beside_it() {
        let kernel = kernel();
        for id in kernel.comparisons.iter().map(|one| one.id.clone()) {
            let left = batch(&[(&id, &[None, None, Some(""), Some(" ")])]);
            let right = batch(&[(&id, &[None, Some("2000"), Some("2000"), None])]);
            let vectors = kernel.compare(&left, &right).unwrap();
            assert!(vectors.values().iter().all(|&vector| vector == 0), "{id}: {vectors:?}");
        }
    }

    #[test]
    fn names_in_any_writing_and_second_values_are_read() {
        let kernel = kernel();
        let ward = [Some("32002"), Some("32002")];
        let number = [Some("096085001234"), Some("096212001234")];
        let with = |names: &[Option<&str>], inner: &[Option<&str>], other: &[Option<&str>], years| {
            batch(&[
                ("full_name", names),
                ("place", &ward),
                ("place.inner", inner),
                ("personal_id", other),
                ("personal_id.birth_year", years),
            ])
        };
        let inner = [Some("ap 3"), Some("ap 3")];
        let names = [Some("Nguyễn Thị Hoà"), Some("Lê Văn An")];
        let left = with(&names, &inner, &number, &[Some("1985"), Some("2012")]);
        let names = [Some("NGUYỄN THỊ HÒA"), Some("le van an")];
        let inner = [Some("ap 3"), Some("ap 4")];
        let number = [Some("096085001234"), Some("096085777777")];
        let right = with(&names, &inner, &number, &[Some("1985"), Some("2012")]);
        let vectors = kernel.compare(&left, &right).unwrap();
        let levels = |row: usize| {
            let vector = Levels(vectors.value(row));
            ["full_name", "place", "personal_id"].map(|id| vector.get(place(&kernel, id)))
        };
        assert_eq!((levels(0), levels(1)), ([1, 1, 1], [2, 3, 4]));
    }

    #[test]
    fn a_shipped_kernel_scores_as_the_one_that_was_packed() {
        let kernel = kernel();
        let shipped = Kernel::from_bytes(&kernel.to_bytes()).unwrap();
        let vectors: UInt64Array =
            (0..4096_u64).map(|at| at.wrapping_mul(0x1111_2222_3333) & 0x3333_3333_3333).collect();
        let rarity = Float64Array::from_iter_values((0..4096).map(|at| f64::from(at % 9) - 4.0));
        let score = |kernel: &Kernel| {
            kernel.score(&vectors, &[("full_name", &rarity)], kernel.prior(0.04, 2_600_000)).unwrap()
        };
        assert_eq!(score(&kernel), score(&shipped));
        let mut crowded = kernel.clone();
        crowded.comparisons = vec![kernel.comparisons[0].clone(); 17];
        crowded.models = vec![kernel.models[0].clone(); 17];
        let error = Kernel::from_bytes(&crowded.to_bytes()).err().unwrap().to_string();
        assert!(error.contains("more than 16 comparisons"), "{error}");
        let error = Kernel::from_bytes(b"{}").err().unwrap().to_string();
        assert!(error.ends_with("ship it anew"), "{error}");
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_column() {
        let kernel = kernel();
        let (one, none) = (batch(&[("sex", &[Some("Nam")])]), batch(&[("phone", &[Some("0")])]));
        let told = |error: KernelError| error.to_string();
        assert!(
            told(kernel.compare(&one, &none).unwrap_err()).starts_with("column `sex`: in one batch only")
        );
        let two = batch(&[("sex", &[None, None])]);
        assert_eq!(kernel.compare(&one, &two), Err(KernelError::Lengths { left: 1, right: 2 }));
        assert!(told(key_column(&one, &["sexx"]).unwrap_err()).contains("`sexx`: not in the batch"));
        let rarity = Float64Array::from(vec![0.0]);
        let error = kernel.score(&UInt64Array::from(vec![0]), &[("full_nam", &rarity)], Evidence::default());
        assert!(told(error.unwrap_err()).contains("did you mean `full_name`?"));
    }
}
