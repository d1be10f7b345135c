//! `doisoat run`: one night.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Exit, RulesOption, console};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::ingest::cut_off_days;
use crate::pipeline::{self, Ceiling, Ended, Night, Partitions, Stage};
use crate::progress::Progress;
use crate::settings::Settings;

/// Reconcile one night's extracts: read, link, check, write the lists and the report.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat run\n  \
    doisoat run --input /data/tonight --out /srv/doisoat --as-of 2026-06-30\n  \
    doisoat run --rules my-rules --threads 4 --run-id test-1\n  \
    doisoat run --stop-after link                 links and people only; out/latest stays as it was\n  \
    doisoat run --previous out --decisions data/decisions.csv\n  \
    doisoat run --memory 4GiB --partitions auto   cut into parts that fit, worked off one by one\n\n\
    The run's folder appears as a whole at the end, and out/latest points to it.\n\
    Exit codes: 0 done; 1 done, but a source was refused or a gate failed; 2 nothing published.")]
pub(super) struct Options {
    /// The folder with the extracts.
    #[arg(long, value_name = "DIR", default_value = "sample-data")]
    input: PathBuf,
    /// The folder that gets a folder a run.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    /// The day from which ages and validity are counted [default: the input's delivery.toml, else today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// How many threads work [default: one a core]. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The name of the run's folder [default: the time in UTC, such as 20260630T190000Z]
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// Stop after a stage.
    #[arg(long, value_name = "STAGE", value_parser = PossibleValuesParser::new(Stage::WORDS.map(|(word, _)| word)))]
    stop_after: Option<String>,
    /// What officers have decided of pairs of records: a CSV file with the columns
    /// source,id,source,id,decision,who,when; decision is same or different (cùng người, khác người).
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// An earlier run's folder, or the folder of runs with latest in it: people keep their ids.
    #[arg(long, value_name = "RUN")]
    previous: Option<PathBuf>,
    /// Most memory that the run may take, such as 4GiB. What would take more is told before it does.
    #[arg(long, value_name = "SIZE")]
    memory: Option<Ceiling>,
    /// Cut the night into so many parts, 1 to 240, worked off one after the other; auto: as many as --memory
    /// asks for.
    #[arg(
        long,
        value_name = "N|auto",
        default_value = "1",
        allow_negative_numbers = true,
        requires_if("auto", "memory")
    )]
    partitions: Partitions,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let settings = options.rules.tested_settings()?;
    let night = night(options, &settings)?;
    set_threads(options.threads)?;
    let ended = pipeline::run(&settings, &night, progress)?;
    console::tell_diagnostics(&ended.complaints);
    if progress.verbosity() > crate::progress::Verbosity::Quiet {
        console::tell(&ended.summary);
    }
    Ok(exit(&ended))
}

fn exit(ended: &Ended) -> Exit {
    if ended.exit_code > 0 { Exit::DoneWithComplaints } else { Exit::Done }
}

/// Options as typed → the night as meant.
fn night(options: &Options, settings: &Settings) -> Outcome<Night> {
    let input = &options.input;
    input_stands(input, "run")?;
    let started = Utc::now();
    let as_of = as_of_day(options.as_of, input, settings, started.date_naive())?;
    let stop_after = options.stop_after.as_ref().and_then(|word| Stage::from_word(word));
    Ok(Night {
        input: input.clone(),
        out: options.out.clone(),
        run_id: options.run_id.clone().unwrap_or_else(|| started.format("%Y%m%dT%H%M%SZ").to_string()),
        started,
        as_of,
        stop_after,
        decisions: options.decisions.clone(),
        previous: options.previous.clone(),
        ceiling: options.memory.unwrap_or_default(),
        partitions: options.partitions,
    })
}

/// The day of the data: the one typed, else that of the primary source's delivery, else the latest
/// of the others', else today.
///
/// # Errors
/// A `delivery.toml` that cannot be read.
pub(super) fn as_of_day(
    typed: Option<NaiveDate>,
    input: &Path,
    settings: &Settings,
    today: NaiveDate,
) -> Outcome<NaiveDate> {
    let cut_offs = cut_off_days(input, &settings.sources)?;
    let primary = &settings.source(settings.primary()).id;
    let delivered = || cut_offs.get(primary).copied().or_else(|| cut_offs.values().max().copied());
    Ok(typed.or_else(delivered).unwrap_or(today))
}

/// Looks whether the folder of the extracts is there, for a command of this name.
///
/// # Errors
/// `CLI-001` where it is not.
pub(super) fn input_stands(input: &Path, command: &str) -> Outcome<()> {
    if input.is_dir() {
        return Ok(());
    }
    Err(Diagnostic::error(
        "CLI-001",
        Place::file(input.display().to_string()),
        "the input folder is not there",
        format!("give the folder with the extracts: doisoat {command} --input DIR"),
    )
    .into())
}

/// Has so many threads work; all cores where none is given.
///
/// # Errors
/// `CLI-002`: they cannot be started.
pub(super) fn set_threads(threads: Option<u16>) -> Outcome<()> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global().map_err(|error| {
        Diagnostic::error(
            "CLI-002",
            None,
            format!("cannot start {threads} threads: {error}"),
            "give a smaller number with --threads, or leave it out",
        )
        .into()
    })
}
