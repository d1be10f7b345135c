//! `doisoat explain`: why two records are linked, looked at, or not linked.

mod find;
mod html;
mod layout;
mod numbers;
mod past;
mod path;
mod run_parts;
mod run_told;
mod sentences;
mod svg;
mod text;
mod view;
mod waterfall;
mod words;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::run::{input_stands, set_threads};
use super::{Exit, RulesOption, console};
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::ingest::{self, Delivery};
use crate::link::{self, Linker};
use crate::normalise;
use crate::pipeline;
use crate::private;
use crate::progress::Progress;
use crate::settings::{MODEL_FILE, Settings};
use find::RecordName;
use past::Past;
use view::View;
use words::Words;

/// Explain a pair of records: what each comparison says, what it adds up to, what was decided and why.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat explain cu_tru:CT292201807 ho_tich:HT078165492\n  \
    doisoat explain cu_tru:CT076408036 cu_tru:CT133252098 --lang vi --html pair.html\n  \
    doisoat explain cu_tru:CT713732901 thue_bao:TB982252788 --input /data/tonight --run /srv/doisoat\n\n\
    The whole input is read, for how rare a name is and how large a block is are counted over all\n\
    records. What is printed and written shows personal data.\n\
    docs/explain.md says how to read it.\n\
    Exit codes: 0 done; 1 done, but a source was refused; 2 not done.")]
pub(super) struct Options {
    /// One record: its source and its record id.
    #[arg(value_name = "SOURCE:ID", value_parser = find::parse)]
    left: RecordName,
    /// The other record.
    #[arg(value_name = "SOURCE:ID", value_parser = find::parse)]
    right: RecordName,
    /// The folder with the extracts.
    #[arg(long, value_name = "DIR", default_value = "sample-data")]
    input: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    /// A run's folder, or one that holds `latest`: tells what that run decided, too.
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// The language of headings, levels and sentences.
    #[arg(long, value_name = "LANG", default_value = "en")]
    lang: Language,
    /// Write it there as one HTML page with the waterfall as a picture; a new file for its owner alone.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it there as JSON; a new file for its owner alone.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How many threads work [default: one a core]. The answer does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The languages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// English.
    En,
    /// Vietnamese.
    Vi,
}

impl Language {
    fn words(self) -> &'static Words {
        match self {
            Self::En => &words::EN,
            Self::Vi => &words::VI,
        }
    }
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let settings = match options.run.as_deref() {
        Some(run) => options.rules.settings_of_run(run)?,
        None => options.rules.linking_settings()?,
    };
    rules_hold(&settings)?;
    has_model(&settings)?;
    let names = [&options.left, &options.right];
    find::sources_stand(&settings, names)?;
    input_stands(&options.input, "explain")?;
    for file in [&options.html, &options.json].into_iter().flatten() {
        is_free(file)?;
    }
    set_threads(options.threads)?;

    let deliveries = ingest::ingest(&settings, &options.input, progress)?;
    pipeline::primary_stands(&settings, &deliveries)?;
    console::tell_diagnostics(deliveries.iter().flat_map(Delivery::diagnostics));
    let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
    let records = normalise::normalise(&settings, pipeline::tables(deliveries), progress);
    let sides = find::records(&settings, &records, names)?;
    let explanation = Linker::new(&settings, &records).explain(sides);
    let past = options.run.as_deref().map(|run| Past::read(run, names)).transpose()?;
    let past = past.map(|past| past.with_parts(&settings, &explanation));
    let view = View::new(&settings, names, &explanation, past);

    let words = options.lang.words();
    console::tell(&text::text(&view, words));
    if let Some(file) = &options.html {
        write(file, &html::page(&view, words))?;
    }
    if let Some(file) = &options.json {
        let json =
            serde_json::to_string_pretty(&view).map_err(|error| unwritable(file, &error.to_string()))?;
        write(file, &(json + "\n"))?;
    }
    Ok(if refused { Exit::DoneWithComplaints } else { Exit::Done })
}

/// Matching rules are resolved before any data is read, as a run does.
fn rules_hold(settings: &Settings) -> Outcome<()> {
    let diagnostics = link::problems(settings);
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure { diagnostics }) }
}

/// A model that is only there to begin training with says nothing of a pair.
fn has_model(settings: &Settings) -> Outcome<()> {
    if !settings.matching.untrained {
        return Ok(());
    }
    let help = "add --run with the run that has learnt one, or make one with doisoat train";
    Err(Diagnostic::error("CLI-044", Place::file(MODEL_FILE), "the rules have no model", help).into())
}

/// Told before a province is read, not after.
fn is_free(file: &Path) -> Outcome<()> {
    if file.exists() { Err(unwritable(file, "there is such a file already")) } else { Ok(()) }
}

fn write(file: &Path, text: &str) -> Outcome<()> {
    private::write_file(file, text.as_bytes()).map_err(|error| unwritable(file, &error.to_string()))
}

fn unwritable(file: &Path, why: &str) -> Failure {
    let message = format!("cannot be written: {why}");
    let help = "give the name of a new file, in a folder that you may write to";
    Diagnostic::error("CLI-033", Place::file(file.display().to_string()), message, help).into()
}
