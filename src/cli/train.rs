//! `doisoat train`: the model that fits these extracts.

pub(super) mod fingerprint;
mod remarks;
mod target;
mod text;

use std::path::PathBuf;

use chrono::{NaiveDate, Utc};
use clap::Args;

use super::run::{as_of_day, input_stands, set_threads};
use super::{Exit, RulesOption, console};
use crate::diagnostic::{Failure, Outcome};
use crate::ingest::{self, Delivery};
use crate::link::{self, Training, TrainingOptions};
use crate::normalise::{self, Records};
use crate::pipeline;
use crate::progress::{Progress, Verbosity};
use crate::settings::{ModelText, Settings, TrainedOn};
use target::Target;
use text::Text;

/// Learn from these extracts what the levels of comparisons tell, and write the model.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat train --input /data/tonight --rules my-rules      my-rules/matching/model.toml anew\n  \
    doisoat train --input /data/tonight --out new-model.toml\n\n\
    Nobody labels a pair and no truth is read. The present model is what training begins with, and\n\
    what stands where the data say nothing; it is kept beside the new one as model.toml.bak.\n\
    docs/training.md says how it is done and how to read what it tells.\n\
    Exit codes: 0 done; 1 done, but a source was refused or training did not converge; 2 not done.")]
pub(super) struct Options {
    /// The folder with the extracts.
    #[arg(long, value_name = "DIR", default_value = "sample-data")]
    input: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    /// Where the model goes [default: matching/model.toml of the rules folder, else model.toml here]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a model that is there without keeping it.
    #[arg(long)]
    force: bool,
    /// The day of the data, which the model names [default: the input's delivery.toml, else today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// Most rounds of expectation and maximisation.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    iterations: u64,
    /// How many threads work [default: one a core]. The model does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let settings = options.rules.linking_settings()?;
    rules_hold(&settings)?;
    input_stands(&options.input, "train")?;
    let day = as_of_day(options.as_of, &options.input, &settings, Utc::now().date_naive())?;
    let target = Target::new(options.out.as_deref(), options.rules.rules.as_deref(), options.force)?;
    set_threads(options.threads)?;

    let deliveries = ingest::ingest(&settings, &options.input, progress)?;
    pipeline::primary_stands(&settings, &deliveries)?;
    console::tell_diagnostics(deliveries.iter().flat_map(Delivery::diagnostics));
    let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
    let data_sha256 = fingerprint::of(&settings, &deliveries);
    let records = normalise::normalise(&settings, pipeline::tables(deliveries), progress);
    let effort = TrainingOptions { iterations_max: options.iterations, ..TrainingOptions::default() };
    let training = trained(&settings, &records, (day, data_sha256), effort, progress);
    let written = target.write(&model_text(&settings, &training))?;
    if progress.verbosity() > Verbosity::Quiet {
        console::tell(&Text { settings: &settings, training: &training }.to_string());
        console::tell(&format!("\n{written}"));
    }
    let whole = !refused && training.converged;
    Ok(if whole { Exit::Done } else { Exit::DoneWithComplaints })
}

/// Mistakes that settings cannot see, all at once.
///
/// # Errors
/// As [`link::problems`] finds them.
pub(super) fn rules_hold(settings: &Settings) -> Outcome<()> {
    let diagnostics = link::problems(settings);
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure { diagnostics }) }
}

/// Trains, and says in the model what on: the day of the data and the hash of their files.
pub(super) fn trained(
    settings: &Settings,
    records: &[Records],
    (day, data_sha256): (NaiveDate, String),
    effort: TrainingOptions,
    progress: &Progress,
) -> Training {
    let mut training = link::train(settings, records, &effort, progress);
    training.model.trained_on = Some(trained_on(&training, day, data_sha256));
    training
}

fn trained_on(training: &Training, day: NaiveDate, data_sha256: String) -> TrainedOn {
    TrainedOn {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        day: day.to_string(),
        data_sha256,
        records: training.records,
        pairs: training.passes.iter().map(|pass| pass.compared).sum(),
        passes: training.passes.len() as u64,
        iterations: training.iterations,
        converged: training.converged,
    }
}

/// The text of the new model's file.
pub(super) fn model_text(settings: &Settings, training: &Training) -> String {
    let remarks = training.comparisons.iter().map(remarks::of).collect::<Vec<_>>();
    let text = ModelText {
        matching: &settings.matching,
        sources: &settings.sources,
        model: &training.model,
        origin: "trained: u from pairs drawn by lot, m from pairs that blocking rules meet, one rule at a time",
        remarks: &remarks,
    };
    text.to_string()
}
