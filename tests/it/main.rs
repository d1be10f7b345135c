//! One binary for all integration tests, a file per behaviour.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod addresses;
mod any_tables;
mod blocking;
mod check;
mod cli;
mod comparators;
mod decisions;
mod estimate;
mod evaluate;
mod explain;
mod generate;
mod ingest;
mod link;
mod normalise;
mod parts;
mod report;
mod rules;
mod run;
mod tidy;
mod train;
mod tutorial;
mod vehicles;
mod worklist;
