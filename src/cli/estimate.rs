//! `doisoat estimate`: a run's accuracy where nobody knows the truth.

mod text;

use std::path::PathBuf;

use clap::Args;

use super::evaluate::write_json;
use super::{Exit, console};
use crate::diagnostic::Outcome;
use crate::estimate;
use crate::progress::Progress;

/// Estimate a run's precision and recall: from its own probabilities, or from a labelled sample.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat estimate --run out/latest                            what the model expects of itself\n  \
    doisoat estimate --run out/latest --labels sample.xlsx       what clerks found, with 95 % intervals\n\n\
    docs/estimate.md says what each figure means and what it cannot tell.\n\
    Exit codes: 0 done; 1 done, but rows of the sheet were left out; 2 not done.")]
pub(super) struct Options {
    /// The run's folder.
    #[arg(long, value_name = "DIR", default_value = "out/latest")]
    run: PathBuf,
    /// The sheet of `doisoat sample`, filled in.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Write the figures there as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let Some(labels) = &options.labels else {
        let expected = estimate::expected(&options.run, progress)?;
        console::tell(&text::expected(&expected));
        options.json.as_ref().map_or(Ok(()), |file| write_json(file, &expected))?;
        return Ok(Exit::Done);
    };
    let estimate = estimate::estimate(&options.run, labels, progress)?;
    console::tell_diagnostics(&estimate.complaints);
    console::tell(&text::estimate(&estimate));
    options.json.as_ref().map_or(Ok(()), |file| write_json(file, &estimate))?;
    Ok(if estimate.complaints.is_empty() { Exit::Done } else { Exit::DoneWithComplaints })
}
