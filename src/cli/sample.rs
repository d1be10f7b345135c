//! `doisoat sample`: pairs of a run for a clerk to judge.

use std::path::PathBuf;

use clap::Args;

use super::run::input_stands;
use super::{Exit, RulesOption, console};
use crate::diagnostic::Outcome;
use crate::estimate;
use crate::ingest::{self, Delivery};
use crate::pipeline;
use crate::progress::Progress;

/// Draw pairs of a run as an Excel sheet for a clerk to judge, for `doisoat estimate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    doisoat sample --run out/latest --input /data/tonight --pairs 400 --out sample.xlsx\n\n\
    The clerk sees both records as delivered, never what the machine thinks of them. The same run,\n\
    pairs and seed give the same sheet. It holds personal data; its owner alone may read it.\n\
    docs/estimate.md says how many pairs tell how much.")]
pub(super) struct Options {
    /// The run's folder.
    #[arg(long, value_name = "DIR", default_value = "out/latest")]
    run: PathBuf,
    /// The folder with the extracts that the run was made of.
    #[arg(long, value_name = "DIR", default_value = "sample-data")]
    input: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    /// How many pairs to draw.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=50_000))]
    pairs: u64,
    /// What the draw starts from.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The sheet to write; must not be there yet.
    #[arg(long, value_name = "FILE", default_value = "sample.xlsx")]
    out: PathBuf,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let settings = options.rules.linking_settings()?;
    input_stands(&options.input, "sample")?;
    // Looked at again when the file is made; said here before the work is done.
    if options.out.exists() {
        return Err(estimate::is_there(&options.out).into());
    }
    let sample = estimate::draw(&options.run, options.pairs, options.seed, progress)?;
    console::tell_diagnostics(&sample.notes);
    let deliveries = ingest::ingest(&settings, &options.input, progress)?;
    console::tell_diagnostics(deliveries.iter().flat_map(Delivery::diagnostics));
    let tables = pipeline::tables(deliveries);
    estimate::write(&settings, &tables, &sample, &options.out, progress)?;
    console::tell(&format!(
        "{} pairs of run {} in {} strata written to {}\nwhen it is filled in: doisoat estimate --run {} --labels {}",
        sample.pairs.len(),
        sample.run.run_id,
        sample.strata.len(),
        options.out.display(),
        options.run.display(),
        options.out.display(),
    ));
    Ok(Exit::Done)
}
