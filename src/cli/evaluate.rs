//! `doisoat evaluate`: what a run found, against the truth.

mod attributes;
mod given;

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use clap::{ArgGroup, Args};
use serde::Serialize;

use super::run::input_stands;
use super::{Exit, RulesOption, console};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::evaluate::{self, Evaluation};
use crate::ingest::{self, Delivery, cut_off_days};
use crate::normalise;
use crate::pipeline;
use crate::private;
use crate::progress::Progress;
use crate::settings::Settings;
use attributes::PeopleAttributes;

/// Measure a run against the truth: of a generated province, or of any tables.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("who").required(true).multiple(true).args(["truth", "truth_column", "truth_pattern"])))]
#[command(after_help = "Examples:\n  \
    doisoat evaluate --truth province --run out/latest --json figures.json\n  \
    doisoat evaluate --truth province --run out/latest --plot reliability.svg\n  \
    doisoat evaluate --truth province --run out/latest --input province\n\n\
    A run of doisoat link, whose truth is a file, a column of the tables or part of the record ids:\n  \
    doisoat evaluate --run out/latest --truth who.csv\n  \
    doisoat evaluate --run out/latest --truth-pattern 'rec-(\\d+)-'\n  \
    doisoat evaluate --run out/latest --truth-column cluster --rules my-tables --input /data\n\n\
    Of a province, with --input it also tells which groups of people (ethnic group, age, sex, ward) have more of\n\
    their records kept apart, or more of others' records put to theirs, than all people have.\n\
    docs/evaluation.md says what each figure means.\n\
    Exit codes: 0 done; 1 done, but a source of the input was refused; 2 not done.")]
pub(super) struct Options {
    /// The province's folder, or its truth/ folder; or a CSV or Parquet file that says of records
    /// (columns `source`, `record_id`, `entity`) or of pairs of one person (`left_source`, `left_id`,
    /// `right_source`, `right_id`) who is who.
    #[arg(long, value_name = "PATH")]
    truth: Option<PathBuf>,
    /// The column whose equal values are one person: of --truth FILE, else of the tables in --input,
    /// which --rules declares and linking does not read.
    #[arg(long, value_name = "COLUMN")]
    truth_column: Option<String>,
    /// A regular expression for record ids, whose first group is who the record is.
    #[arg(long, value_name = "REGEX", conflicts_with_all = ["truth", "truth_column"])]
    truth_pattern: Option<String>,
    /// The run's folder.
    #[arg(long, value_name = "DIR", default_value = "out/latest")]
    run: PathBuf,
    /// Write the figures there as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw whether probabilities come true there, as SVG; a new file for its owner alone.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Tell beside it what two judges make of the same pairs that see the truth: how often each level is
    /// really seen among pairs of one person and of two, and what becomes of pairs that look alike.
    #[arg(long)]
    oracle: bool,
    /// The folder with the extracts: tells missed and false pairs by groups of people too; of any
    /// tables which true pairs the blocking rules meet.
    #[arg(long, value_name = "DIR")]
    input: Option<PathBuf>,
    #[command(flatten)]
    rules: RulesOption,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    if let Some(file) = options.plot.as_deref().filter(|file| file.exists()) {
        return Err(unwritable(file, "there is such a file already").into());
    }
    let folder = options.truth.as_deref().filter(|truth| truth.is_dir());
    let Some(folder) = folder.filter(|_| options.truth_column.is_none()) else {
        return given::run(options, progress);
    };
    let read = options.input.as_deref().map(|input| attributes(options, input, progress)).transpose()?;
    let (attributes, refused) =
        read.map_or((None, false), |(attributes, refused)| (Some(attributes), refused));
    let given = attributes.as_ref().map(PeopleAttributes::given);
    let evaluation = evaluate::evaluate_groups(folder, &options.run, given.as_ref())?;
    console::tell(&evaluation.to_string());
    if options.oracle {
        console::tell(&evaluate::oracle(folder, &options.run)?.to_string());
    }
    if let Some(file) = &options.json {
        write_json(file, &evaluation)?;
    }
    if let Some(file) = &options.plot {
        plot(file, &evaluation)?;
    }
    Ok(if refused { Exit::DoneWithComplaints } else { Exit::Done })
}

/// What the extracts say of people, as far as groups go, and whether a source was refused; the
/// extracts themselves are not kept.
fn attributes(options: &Options, input: &Path, progress: &Progress) -> Outcome<(PeopleAttributes, bool)> {
    let settings = options.rules.settings()?;
    input_stands(input, "evaluate")?;
    let as_of = as_of(&settings, &options.run, input)?;
    let deliveries = ingest::ingest(&settings, input, progress)?;
    console::tell_diagnostics(deliveries.iter().flat_map(Delivery::diagnostics));
    let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
    let records = normalise::normalise(&settings, pipeline::tables(deliveries), progress);
    Ok((PeopleAttributes::read(&settings, records, as_of), refused))
}

/// The day the run counted ages from; where it does not say, the day that a run of the input would take.
fn as_of(settings: &Settings, run: &Path, input: &Path) -> Outcome<NaiveDate> {
    let told = evaluate::run_mark(run).as_of;
    if let Some(day) = told.and_then(|day| NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok()) {
        return Ok(day);
    }
    let days = cut_off_days(input, &settings.sources)?;
    let primary = days.get(&settings.source(settings.primary()).id);
    Ok(primary.or_else(|| days.values().max()).copied().unwrap_or_else(|| Utc::now().date_naive()))
}

fn plot(file: &Path, evaluation: &Evaluation) -> Outcome<()> {
    let drawn = evaluation.reliability_svg().ok_or_else(|| {
        Diagnostic::error(
            "CLI-036",
            Place::file(file.display().to_string()),
            "there is nothing to draw: the run has no pair scored 0.01 to 0.99",
            "leave --plot out, or give a run whose tables of pairs have match_probability",
        )
    })?;
    private::write_file(file, drawn.as_bytes()).map_err(|error| unwritable(file, &error.to_string()).into())
}

fn unwritable(file: &Path, why: &str) -> Diagnostic {
    Diagnostic::error(
        "CLI-035",
        Place::file(file.display().to_string()),
        format!("cannot be written: {why}"),
        "give the name of a new file, in a folder that you may write to",
    )
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
