//! `doisoat link`: any tables, by a rules folder alone.

mod text;

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::run::{as_of_day, input_stands, set_threads};
use super::train::{self, fingerprint};
use super::{Exit, RulesOption, console};
use crate::check::Findings;
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::history::{self, History};
use crate::ingest::{self, Delivery};
use crate::link::{self, Linkage, Training, TrainingOptions};
use crate::normalise::{self, Records};
use crate::pipeline;
use crate::private;
use crate::progress::{Progress, Verbosity};
use crate::publish::{self, RunFolder};
use crate::report::{RunFacts, SourceFacts, StageClock};
use crate::settings::{MODEL_FILE, Settings};
use text::Summary;

/// Link the tables that a rules folder declares: one with itself, or several with each other.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat link --rules my-tables --input /data\n  \
    doisoat link --rules my-tables --input /data --out /srv/linked --run-id first --threads 4\n  \
    doisoat link --rules my-tables --input /data --decisions decisions.csv --previous out\n\n\
    The rules folder needs sources/*.toml and matching/*.toml and nothing else. Without\n\
    matching/model.toml the model is learnt from the tables themselves, nobody labelling a pair,\n\
    and written to the run's folder as model.toml. docs/link.md tells all of it, docs/tutorial.md\n\
    takes you through it in ten minutes.\n\
    Exit codes: 0 done; 1 done, but a table was refused or training did not converge; 2 not done.")]
pub(super) struct Options {
    #[command(flatten)]
    rules: RulesOption,
    /// The folder with the tables.
    #[arg(long, value_name = "DIR", default_value = ".")]
    input: PathBuf,
    /// The folder that gets a folder a run.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// The name of the run's folder [default: the time in UTC, such as 20260630T190000Z]
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// How many threads work [default: one a core]. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// What people have decided of pairs of records: a CSV file with the columns
    /// source,id,source,id,decision,who,when; decision is same or different.
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// An earlier run's folder, or the folder of runs with latest in it: people keep their ids.
    #[arg(long, value_name = "RUN")]
    previous: Option<PathBuf>,
}

/// Training on the spot: a quarter of the pairs that `doisoat train` draws by lot, which show a level
/// of one in a million once, and rounds enough for a model that begins with nothing.
const EFFORT: TrainingOptions = TrainingOptions {
    random_pairs: 1_000_000,
    pass_pairs_max: 3_000_000,
    iterations_max: 1_000,
    tolerance: 1e-5,
};

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let mut settings = options.rules.linking_settings()?;
    train::rules_hold(&settings)?;
    input_stands(&options.input, "link")?;
    let history = history::read(&settings, options.decisions.as_deref(), options.previous.as_deref())?;
    let started = Utc::now();
    let day = as_of_day(None, &options.input, &settings, started.date_naive())?;
    set_threads(options.threads)?;
    let folder = RunFolder::begin(&options.out, &run_id(options, started))?;
    let mut work = Work { facts: facts(&settings, &run_id(options, started), day, started), progress };

    let deliveries = work.ingest(&settings, &options.input)?;
    publish::rejects(folder.path(), &settings, &deliveries)?;
    let data_sha256 = fingerprint::of(&settings, &deliveries);
    let records = work.normalise(&settings, deliveries)?;
    let training = work.train(&mut settings, &records, data_sha256, folder.path())?;
    let (linkage, history) = work.link(&settings, &records, history)?;
    work.publish(&settings, &records, &linkage, folder.path())?;

    let whole = training.as_ref().is_none_or(|training| training.converged);
    work.facts.exit_code |= u8::from(!whole);
    let books = history.decisions.as_ref();
    publish::run_json(folder.path(), &settings, &work.facts, books, &linkage, &Findings::default())?;
    let path = folder.commit()?;
    console::tell_diagnostics(&history.complaints);
    if progress.verbosity() > Verbosity::Quiet {
        let facts = &work.facts;
        let summary = Summary { settings: &settings, facts, linkage: &linkage, training: training.as_ref() };
        console::tell(&summary.text(&path));
    }
    Ok(if work.facts.exit_code == 0 { Exit::Done } else { Exit::DoneWithComplaints })
}

fn run_id(options: &Options, started: DateTime<Utc>) -> String {
    options.run_id.clone().unwrap_or_else(|| started.format("%Y%m%dT%H%M%SZ").to_string())
}

fn facts(settings: &Settings, run_id: &str, as_of: NaiveDate, started: DateTime<Utc>) -> RunFacts {
    RunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: run_id.to_owned(),
        as_of,
        started,
        rules_sha256: settings.rules_sha256.clone(),
        exit_code: 0,
        sources: Vec::new(),
        stages: Vec::new(),
        memory_ceiling_bytes: None,
        parts: Vec::new(),
    }
}

/// The steps of a linkage, each with its time and rows.
struct Work<'a> {
    facts: RunFacts,
    progress: &'a Progress,
}

impl Work<'_> {
    /// Runs one stage and writes down its time, its memory and its rows.
    fn stage<T>(
        &mut self,
        name: &'static str,
        rows_in: u64,
        rows_out: impl FnOnce(&T) -> u64,
        work: impl FnOnce(&Progress) -> Outcome<T>,
    ) -> Outcome<T> {
        let clock = StageClock::begin(name);
        let made = work(self.progress)?;
        self.facts.stages.push(clock.finish(rows_in, rows_out(&made)));
        Ok(made)
    }

    fn ingest(&mut self, settings: &Settings, input: &Path) -> Outcome<Vec<Delivery>> {
        let rows = |read: &Vec<Delivery>| read.iter().map(|one| one.account().rows_kept).sum();
        let deliveries =
            self.stage("ingest", 0, rows, |progress| ingest::ingest(settings, input, progress))?;
        self.facts.sources = SourceFacts::of(settings, &deliveries);
        enough_to_link(settings, &deliveries)?;
        tell(&deliveries);
        let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
        self.facts.exit_code = u8::from(refused);
        Ok(deliveries)
    }

    fn normalise(&mut self, settings: &Settings, deliveries: Vec<Delivery>) -> Outcome<Vec<Records>> {
        let rows = deliveries.iter().map(|one| one.account().rows_kept).sum();
        let tables = pipeline::tables(deliveries);
        self.stage(
            "normalise",
            rows,
            |_| rows,
            |progress| Ok(normalise::normalise(settings, tables, progress)),
        )
    }

    /// Where the rules have no model: learns one, writes it into the run's folder and has the settings
    /// go on with it.
    fn train(
        &mut self,
        settings: &mut Settings,
        records: &[Records],
        data_sha256: String,
        folder: &Path,
    ) -> Outcome<Option<Training>> {
        if !settings.matching.untrained {
            return Ok(None);
        }
        let day = self.facts.as_of;
        let trained = self.stage(
            "train",
            rows_of(records),
            |_| 0,
            |progress| Ok(train::trained(settings, records, (day, data_sha256), EFFORT, progress)),
        )?;
        write_model(folder, &train::model_text(settings, &trained))?;
        settings.matching.model = trained.model.clone();
        Ok(Some(trained))
    }

    fn link(
        &mut self,
        settings: &Settings,
        records: &[Records],
        mut history: History,
    ) -> Outcome<(Linkage, History)> {
        let earlier = std::mem::take(&mut history.earlier);
        let links = |linkage: &Linkage| linkage.links.len() as u64;
        let linkage = self.stage("link", rows_of(records), links, |progress| {
            Ok(link::link_after(settings, records, &earlier, progress))
        })?;
        history.afterwards(settings, &linkage.ruled);
        Ok((linkage, history))
    }

    fn publish(
        &mut self,
        settings: &Settings,
        records: &[Records],
        linkage: &Linkage,
        folder: &Path,
    ) -> Outcome<()> {
        let rows = linkage.links.len() as u64;
        self.stage(
            "publish",
            rows,
            |()| rows,
            |progress| publish::link_tables(folder, settings, records, linkage, progress),
        )
    }
}

/// Files that no source asks for, columns that none declares: who links some tables of many leaves
/// others out on purpose.
const ON_PURPOSE: [&str; 2] = ["ING-015", "ING-018"];

/// Tells what is to be known of the tables. What is left out on purpose is told only beside something
/// else, which it may explain; it stands in `run.json` anyway.
fn tell(deliveries: &[Delivery]) {
    let all = || deliveries.iter().flat_map(Delivery::diagnostics);
    if all().any(|diagnostic| !ON_PURPOSE.contains(&diagnostic.code)) {
        console::tell_diagnostics(all());
    }
}

fn rows_of(records: &[Records]) -> u64 {
    records.iter().map(|one| one.table.rows as u64).sum()
}

/// Whether what came in can be linked at all: some table, and two where only tables are linked with
/// each other.
///
/// # Errors
/// `CLI-040`, behind the reasons why tables were refused.
fn enough_to_link(settings: &Settings, deliveries: &[Delivery]) -> Outcome<()> {
    let delivered = deliveries.iter().filter(|one| matches!(one, Delivery::Delivered(_))).count();
    let between_only = settings.matching.apart.len() == settings.sources.len();
    if delivered > usize::from(between_only) {
        return Ok(());
    }
    let mut diagnostics: Vec<Diagnostic> =
        deliveries.iter().flat_map(Delivery::diagnostics).cloned().collect();
    diagnostics.push(Diagnostic::error(
        "CLI-040",
        None,
        format!("{delivered} of {} tables could be read, so there is nothing to link", deliveries.len()),
        "mend what is said above; `files` in the rules' sources says which names are looked for in --input",
    ));
    Err(Failure { diagnostics })
}

fn write_model(folder: &Path, text: &str) -> Outcome<()> {
    let file = folder.join(MODEL_FILE.rsplit('/').next().unwrap_or(MODEL_FILE));
    private::write_file(&file, text.as_bytes()).map_err(|error| {
        let place = Place::file(file.display().to_string());
        let help = "free some disk space, or give another folder with --out";
        Diagnostic::error("CLI-041", place, format!("cannot be written: {error}"), help).into()
    })
}
