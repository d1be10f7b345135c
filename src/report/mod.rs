//! A night in numbers: one page for the data team and the briefing, and a text
//! for the terminal.
//!
//! Input: settings, the facts of the run, records, linkage and findings.
//! Output: [`render`]'s HTML page, [`summary`]'s text. Invariants: neither holds
//! a personal value, only counts and the words of the rules; the page needs no
//! network and no script; only its last section tells times.
//! Cost: one pass over links, records and findings.

mod catalogue;
mod catalogue_text;
mod chart;
mod facts;
mod figures;
pub mod format;
mod gate;
mod grade;
mod inputs;
mod linked;
mod memory;
mod page;
mod quality;
mod run_section;
mod score;
mod score_section;
mod summary;
mod tally;
mod ward_table;
mod wards;
mod words;

pub use catalogue_text::{catalogue_html, catalogue_markdown};
pub use facts::{
    AccountFacts, FileFacts, PartFacts, RunFacts, SetAsideFacts, SourceFacts, SourceStatus, StageFacts,
};
pub use figures::Figures;
pub use gate::{GateLevel, PassedGate, gate_diagnostics, passed_gates};
pub use memory::{StageClock, peak_bytes, reset_peak};
pub use page::{render, render_figures};
pub use score::{Level, PlaceScores, Score, Scores, Share};
pub use summary::{summary, summary_of};
pub use tally::{PairTally, SourceTally, Tally, WardTally};
pub use wards::Residents;
