//! How accurate a run is, where nobody knows the truth.
//!
//! Three steps, each of use without the next. [`expected`]: what the model's own probabilities promise.
//! [`draw`] and [`write()`]: a stratified sample of the run's pairs, as a sheet for a clerk who is not
//! told what the machine thinks. [`estimate`]: the answers as precision and recall with confidence
//! intervals, beside what was promised. `docs/estimate.md` has formulas, sources and limits.
//!
//! Input: the tables of pairs of a finished run, the extracts as delivered for the sheet, and the sheet
//! that came back. Invariants: the same run, pairs and seed give the same sample and the same bytes;
//! nothing hangs on the order of rows or the number of threads; whatever was done to the sheet gives
//! figures or a message with sheet and cell. Cost: one pass over the pairs, a hash each.

mod cells;
mod draw;
mod expected;
mod fields;
mod figures;
mod interval;
mod labels;
mod pairs;
mod sheet;
mod stratum;
#[cfg(test)]
mod tests;
mod verify;
mod wording;

pub use draw::{Sample, SampledPair, draw};
pub use expected::{Expected, ExpectedAccuracy, PairCount, expected};
pub use figures::{
    AnswerCounts, BandReliability, Estimate, EstimatedAccuracy, IfUnknown, WARD_JUDGED_MIN, WardPrecision,
    estimate,
};
pub use interval::Interval;
pub use pairs::RunName;
pub(crate) use sheet::is_there;
pub use sheet::write;
pub use stratum::{BAND_EDGES, BANDS, Stratum};
