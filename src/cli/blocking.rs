//! `doisoat blocking`: what the blocking rules do on these extracts, before a run.

mod figures;
mod notices;
mod text;

use std::path::PathBuf;

use clap::Args;

use super::evaluate::write_json;
use super::run::{input_stands, set_threads};
use super::{Exit, RulesOption, console};
use crate::diagnostic::{Failure, Outcome};
use crate::evaluate::{PairsCompleteness, ReadSource, TruthFolder, pairs_completeness};
use crate::ingest::{self, Delivery};
use crate::link::{self, Meetings};
use crate::normalise::{self, Records};
use crate::pipeline;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::table::{SourceIndex, TextColumn};
use figures::Figures;

/// Show what the blocking rules do on these extracts: who would meet, at what cost, and what is missed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat blocking --input /data/tonight\n  \
    doisoat blocking --input province --rules my-rules --truth province --json figures.json\n\n\
    Nothing is compared, linked or published, and only counts are printed. With the truth of a\n\
    generated province it also tells which true pairs the rules meet.\n\
    docs/blocking.md says what each figure means and how to tune rules with them.\n\
    Exit codes: 0 done; 1 done, but a source was refused; 2 not done.")]
pub(super) struct Options {
    /// The folder with the extracts.
    #[arg(long, value_name = "DIR", default_value = "sample-data")]
    input: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    /// The generated province's folder, or its truth/ folder: tells pairs completeness too.
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// How many threads work [default: one a core]. The figures do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write the figures there as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let settings = options.rules.linking_settings()?;
    rules_hold(&settings)?;
    input_stands(&options.input, "blocking")?;
    let truth = options.truth.as_deref().map(TruthFolder::find).transpose()?;
    set_threads(options.threads)?;

    let deliveries = ingest::ingest(&settings, &options.input, progress)?;
    pipeline::primary_stands(&settings, &deliveries)?;
    console::tell_diagnostics(deliveries.iter().flat_map(Delivery::diagnostics));
    let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
    let records = normalise::normalise(&settings, pipeline::tables(deliveries), progress);
    let meetings = link::meet(&settings, &records, progress);

    let mut figures = Figures::new(&settings, &meetings);
    figures.notices = notices::notices(&settings, &records, &meetings.accounts);
    if let Some(truth) = truth {
        figures.pairs_completeness = Some(completeness(&settings, records, &meetings, &truth, progress)?);
    }
    console::tell(&figures.to_string());
    if let Some(file) = &options.json {
        write_json(file, &figures)?;
    }
    Ok(if refused { Exit::DoneWithComplaints } else { Exit::Done })
}

/// Matching rules are resolved before any data is read, as a run does.
fn rules_hold(settings: &Settings) -> Outcome<()> {
    let diagnostics = link::problems(settings);
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure { diagnostics }) }
}

/// Only the ids of the records are kept while true pairs are looked up.
fn completeness(
    settings: &Settings,
    records: Vec<Records>,
    meetings: &Meetings,
    truth: &TruthFolder,
    progress: &Progress,
) -> Outcome<PairsCompleteness> {
    let ids: Vec<(SourceIndex, TextColumn)> =
        records.into_iter().filter_map(|one| record_ids(settings, one)).collect();
    let source = |(source, ids)| ReadSource { name: &settings.source(source).id, source, ids };
    let sources: Vec<ReadSource<'_>> = ids.iter().map(|(index, ids)| source((*index, ids))).collect();
    pairs_completeness(truth, &sources, &rule_ids(meetings), |a, b| meetings.meeting(a, b), progress)
}

/// The ids of the rules, in order.
pub(super) fn rule_ids(meetings: &Meetings) -> Vec<String> {
    meetings.accounts.iter().map(|account| account.rule.clone()).collect()
}

/// A source's record ids, without the rest of its records.
pub(super) fn record_ids(settings: &Settings, mut one: Records) -> Option<(SourceIndex, TextColumn)> {
    let ids = one.table.columns.get_mut(settings.source(one.source).record_id)?.take()?;
    Some((one.source, ids))
}
