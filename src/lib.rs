//! `doisoat` reconciles the nightly extracts of a province's resident data.
//!
//! One record's way through the program, and the modules in that order:
//!
//! ```text
//! extract files ─ ingest ─► table + rejects ─ normalise ─► typed columns ─ link ─► links, people
//!    ─ check ─► findings ─ worklist ─► one file a ward
//!                        └─ report ─► one page, figures ─ publish ─► the run folder
//! ```
//!
//! [`pipeline`] tells one night from top to bottom. A stage takes the previous
//! stage's value and knows nothing of what comes later.

#![doc(html_no_source)]

// The ground floor: values every stage speaks in.
pub mod allocator;
pub mod diagnostic;
pub mod private;
pub mod progress;
pub mod table;

// What a data team may change, validated before any data is read.
pub mod settings;

// The stages, in the order a record meets them.
pub mod check;
pub mod history;
pub mod ingest;
pub mod link;
pub mod normalise;
pub mod publish;
pub mod report;
pub mod worklist;

// A night too large for one table, in parts.
pub mod partition;

// One night, top to bottom.
pub mod pipeline;

// After the night: how accurate it was, where nobody knows the truth.
pub mod estimate;

// Beside the night: a province that does not exist, and the measure of a run against its truth.
pub mod evaluate;
pub mod generate;

pub mod cli;
