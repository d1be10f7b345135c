//! A night in numbers: one page for the data team and the briefing, and a text
//! for the terminal.
//!
//! Input: settings, the facts of the run, records, linkage and findings.
//! Output: [`render`]'s HTML page, [`summary`]'s text. Invariants: neither holds
//! a personal value, only counts and the words of the rules; the page needs no
//! network and no script; only its last section tells times.
//! Cost: one pass over links, records and findings.

mod facts;
pub mod format;
mod memory;
mod summary;
mod tally;
mod wards;
mod words;

pub use facts::{AccountFacts, FileFacts, RunFacts, SourceFacts, SourceStatus, StageFacts};
pub use memory::{StageClock, peak_bytes, reset_peak};
pub use summary::summary;
pub use tally::{PairTally, SourceTally, Tally, WardTally};
pub use wards::Residents;
