//! `doisoat rules`: look at, check, try and export the rules folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::{Exit, RulesOption, console};
use crate::check;
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::link;
use crate::report;
use crate::settings::schema::{self, SCHEMA_FILES};
use crate::settings::{OVERLAY_FILE, Settings, Subject, embedded_files};

/// Look at, check, try and export the rules.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat rules list\n  \
    doisoat rules export my-rules && doisoat rules check --rules my-rules\n  \
    doisoat rules test --rules my-rules\n  \
    doisoat rules docs --out catalogue.md\n  \
    doisoat rules columns --subject cu_tru")]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the quality rules.
    #[command(after_help = "Example:\n  doisoat rules list --rules my-rules")]
    List(RulesOption),
    /// Read the whole folder and compile every rule; tells every mistake at once.
    #[command(after_help = "Example:\n  doisoat rules check --rules my-rules")]
    Check(RulesOption),
    /// Run each rule on the passing and failing rows of its file.
    #[command(after_help = "Example:\n  doisoat rules test --rules my-rules")]
    Test(RulesOption),
    /// List the columns that rules may name.
    #[command(after_help = "Example:\n  doisoat rules columns --subject pair:cu_tru")]
    Columns(ColumnsOptions),
    /// Write the catalogue of quality rules, in Vietnamese.
    #[command(after_help = "Examples:\n  \
        doisoat rules docs --out catalogue.md\n  \
        doisoat rules docs --rules my-rules --html --out catalogue.html")]
    Docs(DocsOptions),
    /// Print a JSON Schema of the folder's TOML files, by which editors complete and check them.
    #[command(after_help = "Examples:\n  \
        doisoat rules schema > rules.schema.json\n  \
        doisoat rules schema --file source > source.schema.json\n\n\
        docs/link.md says how an editor is told of it.")]
    Schema {
        /// The schema of one kind of file alone.
        #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(SCHEMA_FILES.map(|file| file.name)))]
        file: Option<String>,
    },
    /// Write the rules whole to a new folder, to be changed there: those compiled in, or those of a
    /// folder laid over them.
    #[command(after_help = "Examples:\n  doisoat rules export my-rules\n  \
        doisoat rules export my-rules --rules examples/vehicles")]
    Export {
        /// The folder; it must not be there yet, or be empty.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        rules: RulesOption,
    },
}

#[derive(Debug, Args)]
struct DocsOptions {
    /// The file to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A self-contained HTML page in place of Markdown.
    #[arg(long)]
    html: bool,
    #[command(flatten)]
    rules: RulesOption,
}

#[derive(Debug, Args)]
struct ColumnsOptions {
    /// What a rule looks at: a source's id, `pair:` and one, or `missing_person`.
    #[arg(long, value_name = "SUBJECT", default_value = "cu_tru")]
    subject: String,
    #[command(flatten)]
    rules: RulesOption,
}

pub(super) fn run(options: &Options) -> Outcome<Exit> {
    match &options.command {
        Command::List(rules) => Ok(list(&rules.settings()?)),
        Command::Check(rules) => check_rules(rules),
        Command::Docs(options) => docs(options),
        Command::Schema { file } => Ok(schema(file.as_deref())),
        Command::Test(rules) => test(rules),
        Command::Columns(options) => columns(options),
        Command::Export { folder, rules } => export(folder, rules),
    }
}

fn schema(kind: Option<&str>) -> Exit {
    let of_kind = kind.and_then(|kind| SCHEMA_FILES.iter().find(|file| file.name == kind));
    let schema = of_kind.map_or_else(schema::of_folder, schema::of_file);
    console::tell(&format!("{schema:#}"));
    Exit::Done
}

fn list(settings: &Settings) -> Exit {
    let width = settings.checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in &settings.checks {
        let (dimension, severity, route) =
            (check.dimension.word(), check.severity.word(), check.route.word());
        let title = &check.wording.title;
        let _ = writeln!(text, "{:<width$}  {dimension:<4}  {severity:<6}  {route:<9}  {title}", check.id);
    }
    console::tell(&text);
    Exit::Done
}

fn check_rules(rules: &RulesOption) -> Outcome<Exit> {
    let settings =
        if rules.is_for_nights()? { rules.tested_settings()? } else { rules.linking_settings()? };
    let diagnostics = link::problems(&settings);
    if !diagnostics.is_empty() {
        return Err(Failure { diagnostics });
    }
    let (sources, checks) = (settings.sources.len(), settings.checks.len());
    console::tell(&format!("{sources} sources and {checks} quality rules are valid"));
    Ok(Exit::Done)
}

fn docs(options: &DocsOptions) -> Outcome<Exit> {
    let settings = options.rules.compiled_settings()?;
    let text =
        if options.html { report::catalogue_html(&settings) } else { report::catalogue_markdown(&settings) };
    let Some(file) = &options.out else {
        console::tell(text.trim_end());
        return Ok(Exit::Done);
    };
    std::fs::write(file, text).map_err(|error| -> Failure {
        let place = Place::file(file.display().to_string());
        let help = "give a file in a folder that you may write to with --out";
        Diagnostic::error("CLI-013", place, format!("cannot be written: {error}"), help).into()
    })?;
    console::tell(&format!("{} quality rules written to {}", settings.checks.len(), file.display()));
    Ok(Exit::Done)
}

fn test(rules: &RulesOption) -> Outcome<Exit> {
    let settings = rules.compiled_settings()?;
    let outcomes = check::test_examples(&settings);
    let wrong: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.problem.as_ref()).collect();
    console::tell_diagnostics(wrong.iter().copied());
    console::tell(&format!("{} rows tried, {} not as told", outcomes.len(), wrong.len()));
    Ok(if wrong.is_empty() { Exit::Done } else { Exit::NotDone })
}

fn columns(options: &ColumnsOptions) -> Outcome<Exit> {
    let settings = options.rules.settings()?;
    let subject = subject(&settings, &options.subject)?;
    let columns = check::columns(&settings, subject);
    let width = columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for column in &columns {
        let _ =
            writeln!(text, "{:<width$}  {:<8}  {}", column.name, column.value_type.word(), column.meaning);
    }
    console::tell(&text);
    Ok(Exit::Done)
}

fn subject(settings: &Settings, word: &str) -> Outcome<Subject> {
    Subject::from_word(word, &settings.sources).ok_or_else(|| {
        let ids: Vec<&str> = settings.sources.iter().map(|source| source.id.as_str()).collect();
        Diagnostic::error(
            "CLI-004",
            None,
            format!("unknown subject `{word}`"),
            format!("give missing_person, one of {}, or pair: and one of them", ids.join(", ")),
        )
        .into()
    })
}

/// Path and bytes of every file of the rules: documentation too where they are the compiled-in ones,
/// and without the file that lays a folder over others, since what is written stands alone.
fn whole(rules: &RulesOption) -> Outcome<Vec<(String, Vec<u8>)>> {
    if rules.rules.is_none() {
        return Ok(embedded_files().into_iter().map(|(path, bytes)| (path, bytes.to_vec())).collect());
    }
    let files = rules.folder()?.files.into_iter().filter(|file| file.path != OVERLAY_FILE);
    Ok(files.map(|file| (file.path, file.text.into_bytes())).collect())
}

fn export(folder: &Path, rules: &RulesOption) -> Outcome<Exit> {
    let failed = |path: &Path, why: String| -> Failure {
        let place = Place::file(path.display().to_string());
        Diagnostic::error("CLI-005", place, why, "give a new or empty folder that you may write to").into()
    };
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(failed(folder, "the folder is not empty".to_owned()));
    }
    let files = whole(rules)?;
    for (path, bytes) in &files {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&file, bytes))
            .map_err(|error| failed(&file, format!("cannot be written: {error}")))?;
    }
    console::tell(&format!("{} files written to {}", files.len(), folder.display()));
    Ok(Exit::Done)
}
