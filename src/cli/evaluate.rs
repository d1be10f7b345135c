//! `doisoat evaluate`: what a run found, against the truth.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{Exit, console};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::evaluate;

/// Measure a run against the truth of a generated province.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    doisoat evaluate --truth province --run out/latest --json figures.json\n\n\
    docs/evaluation.md says what each figure means.")]
pub(super) struct Options {
    /// The province's folder, or its truth/ folder.
    #[arg(long, value_name = "DIR")]
    truth: PathBuf,
    /// The run's folder.
    #[arg(long, value_name = "DIR", default_value = "out/latest")]
    run: PathBuf,
    /// Write the figures there as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Outcome<Exit> {
    let evaluation = evaluate::evaluate(&options.truth, &options.run)?;
    console::tell(&evaluation.to_string());
    if let Some(file) = &options.json {
        write_json(file, &evaluation)?;
    }
    Ok(Exit::Done)
}

/// Writes figures as JSON, a line each.
///
/// # Errors
/// `CLI-003`: a file that cannot be written.
pub(super) fn write_json(file: &Path, figures: &impl Serialize) -> Outcome<()> {
    let json = serde_json::to_string_pretty(figures).map_err(|error| error.to_string());
    json.and_then(|json| std::fs::write(file, json + "\n").map_err(|error| error.to_string())).map_err(
        |why| {
            let place = Place::file(file.display().to_string());
            Diagnostic::error(
                "CLI-003",
                place,
                format!("cannot be written: {why}"),
                "give a file in a folder that you may write to",
            )
            .into()
        },
    )
}
