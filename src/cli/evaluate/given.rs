//! `doisoat evaluate` of a run of any tables, whose truth is no generated province's.

use std::path::Path;

use serde::Serialize;

use super::{Options, plot, write_json};
use crate::cli::blocking::{record_ids, rule_ids};
use crate::cli::run::input_stands;
use crate::cli::{Exit, console};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::evaluate::{
    Evaluation, GivenTruth, PairsCompleteness, ReadSource, TruthColumn, TruthNames, evaluate_given,
    pairs_completeness_given,
};
use crate::ingest::{self, Delivery};
use crate::link;
use crate::normalise;
use crate::pipeline;
use crate::progress::Progress;
use crate::settings::{Column, Kind, Settings, Source};
use crate::table::{SourceIndex, Table, TextColumn};

/// What is written as JSON: the evaluation's own keys, and beside them what blocking meets.
#[derive(Serialize)]
struct Figures {
    #[serde(flatten)]
    evaluation: Evaluation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs_completeness: Option<PairsCompleteness>,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let truth = truth(options, progress)?;
    let evaluation = evaluate_given(&truth, &options.run)?;
    let met =
        options.input.as_deref().map(|input| completeness(options, input, &truth, progress)).transpose()?;
    let (pairs_completeness, refused) = met.map_or((None, false), |(met, refused)| (Some(met), refused));
    let figures = Figures { evaluation, pairs_completeness };
    console::tell(&figures.evaluation.to_string());
    if let Some(met) = &figures.pairs_completeness {
        console::tell(&format!("\n{met}"));
    }
    if let Some(file) = &options.json {
        write_json(file, &figures)?;
    }
    if let Some(file) = &options.plot {
        plot(file, &figures.evaluation)?;
    }
    Ok(if refused { Exit::DoneWithComplaints } else { Exit::Done })
}

fn truth(options: &Options, progress: &Progress) -> Outcome<GivenTruth> {
    let column = options.truth_column.as_deref();
    if let Some(pattern) = &options.truth_pattern {
        return GivenTruth::of_pattern(pattern, &options.run);
    }
    if let Some(file) = &options.truth {
        return GivenTruth::of_file(file, TruthNames { entity: column }, &options.run);
    }
    let (Some(input), Some(column)) = (options.input.as_deref(), column) else {
        return Err(Diagnostic::error(
            "CLI-042",
            None,
            "`--truth-column` names a column, but not of which tables",
            "add --input with the folder of the tables and --rules with the rules they were linked by, or --truth FILE",
        )
        .into());
    };
    of_input(options, input, column, progress)
}

/// Reads the record ids and the column of the tables, and nothing else of them.
fn of_input(options: &Options, input: &Path, column: &str, progress: &Progress) -> Outcome<GivenTruth> {
    let mut settings = options.rules.linking_settings()?;
    input_stands(input, "evaluate")?;
    settings.sources.iter_mut().for_each(|source| only_truth(source, column));
    let deliveries = ingest::ingest(&settings, input, progress)?;
    let refused = deliveries.iter().filter(|one| matches!(one, Delivery::Refused(_)));
    console::tell_diagnostics(refused.flat_map(Delivery::diagnostics));
    let tables = pipeline::tables(deliveries);
    let of_source = |(index, table): &(SourceIndex, Table)| {
        let [ids, entities] = [ID, ENTITY].map(|at| table.columns.get(at).and_then(Option::as_ref).cloned());
        Some((*index, ids?, entities?))
    };
    let read: Vec<(SourceIndex, TextColumn, TextColumn)> = tables.iter().filter_map(of_source).collect();
    if read.is_empty() {
        return Err(Diagnostic::error(
            "CLI-043",
            Place::file(input.display().to_string()),
            format!("no table of the rules' sources has a column `{column}`"),
            "give a column's header as it stands in the table; it need not be declared in the rules",
        )
        .into());
    }
    let columns: Vec<TruthColumn<'_>> = read
        .iter()
        .map(|(index, ids, entities)| TruthColumn { source: &settings.source(*index).id, ids, entities })
        .collect();
    GivenTruth::of_columns(&columns, &format!("column `{column}`"))
}

/// Where the two columns stand that are read for the truth.
const ID: usize = 0;
const ENTITY: usize = 1;

/// Leaves a source its record ids, and who they are beside them.
fn only_truth(source: &mut Source, column: &str) {
    let id = source.columns.swap_remove(source.record_id);
    let entity = Column {
        separator: String::new(),
        name: column.to_owned(),
        aliases: Vec::new(),
        field: "truth".to_owned(),
        kind: Kind::Identifier,
        required: false,
        label: column.to_owned(),
    };
    source.columns = vec![id, entity];
    source.record_id = ID;
    source.events = None;
}

/// Which true pairs the blocking rules meet, and whether a table was refused.
fn completeness(
    options: &Options,
    input: &Path,
    truth: &GivenTruth,
    progress: &Progress,
) -> Outcome<(PairsCompleteness, bool)> {
    let settings: Settings = options.rules.linking_settings()?;
    crate::cli::train::rules_hold(&settings)?;
    let deliveries = ingest::ingest(&settings, input, progress)?;
    let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
    let records = normalise::normalise(&settings, pipeline::tables(deliveries), progress);
    let meetings = link::meet(&settings, &records, progress);
    let ids: Vec<(SourceIndex, TextColumn)> =
        records.into_iter().filter_map(|one| record_ids(&settings, one)).collect();
    let source = |(source, ids)| ReadSource { name: &settings.source(source).id, source, ids };
    let sources: Vec<ReadSource<'_>> = ids.iter().map(|(index, ids)| source((*index, ids))).collect();
    let meeting = |a, b| meetings.meeting(a, b);
    let met = pairs_completeness_given(truth, &sources, &rule_ids(&meetings), meeting, progress)?;
    Ok((met, refused))
}
