//! Everything a night found → the run folder: all of it, or nothing.
//!
//! Input: settings, deliveries, records, linkage, findings and the facts of the
//! run. Output: `out/<run id>/` and `out/latest`, as `docs/outputs.md` has them.
//! Invariants: no file is written in place; every file and folder is its
//! owner's alone from the first byte; the same input gives the same bytes for
//! any number of threads, `run.json` alone tells times.
//! Cost: linear in rows; memory is a few row groups a thread, whatever the rows.
//!
//! The way in: [`RunFolder::begin`], then [`tables`], [`rejects`],
//! [`page`] and [`run_json`] in any order beside what other stages write below
//! [`RunFolder::path`], and [`RunFolder::commit`] last.

mod first_seen;
mod page;
mod parquet_table;
mod problem;
mod rejects;
mod run_folder;
mod run_json;
mod scores;
mod tables;

pub use page::page;
pub use rejects::rejects;
pub use run_folder::{RunFolder, check_run_id};
pub use run_json::{run_json, run_json_of};
pub use scores::{scores, scores_of};
pub use tables::{Tables, link_tables, tables};
