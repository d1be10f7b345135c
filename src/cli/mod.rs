//! The command line: one command a file, typed options first, then what they mean.

mod blocking;
mod completions;
mod console;
mod estimate;
mod evaluate;
mod exit;
mod explain;
mod generate;
mod link;
mod rules;
mod run;
mod run_columns;
mod sample;
mod show;
mod train;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use hashbrown::HashSet;

pub use exit::Exit;

use crate::allocator;
use crate::check;
use crate::diagnostic::{Diagnostic, Failure, Outcome};
use crate::progress::{Progress, Verbosity};
use crate::settings::{MODEL_FILE, Purpose, RuleFile, RulesFolder, Settings};

/// Reconciles the nightly extracts of a province's resident data.
///
/// Links the records of four extracts (residence, civil registry, health insurance,
/// telecom subscribers) that are one person, finds what is not đúng, đủ, sạch, sống
/// (correct, complete, clean, live), and writes one list a ward.
#[derive(Debug, Parser)]
#[command(name = "doisoat", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:\n  \
    doisoat run                                    reconcile sample-data/ into out/\n  \
    doisoat run --input /data/tonight --out /srv/doisoat\n  \
    doisoat link --rules my-tables --input /data   link any tables by a rules folder alone
  \
    doisoat blocking --input /data/tonight         what the blocking rules cost, before a run\n  \
    doisoat train --input /data/tonight --rules my-rules\n  \
    doisoat generate --residents 100000 --seed 7 --out province\n  \
    doisoat evaluate --truth province --run out/latest\n\n\
    Exit codes: 0 done; 1 done, but a source other than the primary one was refused or a gate failed;\n\
    2 not done.")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
struct Global {
    /// Say nothing but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: a line a stage with its counts, even on a terminal.
    #[arg(short, long, global = true)]
    verbose: bool,
}

impl Global {
    fn progress(&self) -> Progress {
        Progress::new(match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        })
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Options),
    Link(link::Options),
    Blocking(blocking::Options),
    Train(train::Options),
    Generate(generate::Options),
    Evaluate(evaluate::Options),
    Sample(sample::Options),
    Estimate(estimate::Options),
    Show(show::Options),
    Explain(explain::Options),
    Rules(rules::Options),
    Completions(completions::Options),
}

/// Reads the arguments, runs the command, tells what stopped it, gives the exit code.
pub fn main() -> ExitCode {
    allocator::give_back_freed_memory();
    let cli = Cli::parse();
    let progress = cli.global.progress();
    let done = match cli.command {
        Command::Run(options) => run::run(&options, &progress),
        Command::Link(options) => link::run(&options, &progress),
        Command::Blocking(options) => blocking::run(&options, &progress),
        Command::Train(options) => train::run(&options, &progress),
        Command::Generate(options) => generate::run(&options, &progress),
        Command::Evaluate(options) => evaluate::run(&options, &progress),
        Command::Sample(options) => sample::run(&options, &progress),
        Command::Estimate(options) => estimate::run(&options, &progress),
        Command::Show(options) => show::run(&options),
        Command::Explain(options) => explain::run(&options, &progress),
        Command::Rules(options) => rules::run(&options),
        Command::Completions(options) => Ok(completions::run(&options)),
    };
    let exit = done.unwrap_or_else(|failure| {
        console::tell_error(&failure.to_string());
        Exit::NotDone
    });
    exit.into()
}

/// Which rules a command uses.
#[derive(Clone, Debug, Args)]
struct RulesOption {
    /// A rules folder in place of the one compiled in (see `doisoat rules export`).
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

impl RulesOption {
    fn folder(&self) -> Outcome<RulesFolder> {
        self.rules.as_deref().map_or_else(|| Ok(RulesFolder::embedded()), RulesFolder::open)
    }

    fn settings(&self) -> Outcome<Settings> {
        Settings::read(&self.folder()?)
    }

    /// Whether the folder has quality rules; one without them only links.
    fn is_for_nights(&self) -> Outcome<bool> {
        Ok(self.folder()?.below("checks/").next().is_some())
    }

    /// For whatever looks at quality rules: every mistake of the folder and every rule that does not compile,
    /// all at once.
    fn compiled_settings(&self) -> Outcome<Settings> {
        let (settings, mut diagnostics) = Settings::read_for_rules(&self.folder()?);
        if let Some(settings) = &settings {
            diagnostics.extend(check::compile(settings));
        }
        settings.filter(|_| diagnostics.is_empty()).ok_or(Failure { diagnostics })
    }

    /// The same, and every row of the sound rules that they do not answer as told. Rules that are compiled in
    /// were tried when the program was made.
    fn tested_settings(&self) -> Outcome<Settings> {
        let (settings, mut diagnostics) = Settings::read_for_rules(&self.folder()?);
        let Some(settings) = settings else { return Err(Failure { diagnostics }) };
        diagnostics.extend(check::compile(&settings));
        if self.rules.is_some() {
            diagnostics.extend(rows_not_as_told(&settings, &diagnostics));
        }
        if diagnostics.is_empty() { Ok(settings) } else { Err(Failure { diagnostics }) }
    }

    /// For commands that look at a linkage: where the rules have no model, with the one that the run
    /// has learnt and written beside its tables.
    fn settings_of_run(&self, run: &Path) -> Outcome<Settings> {
        let mut folder = self.folder()?;
        let file = run.join("model.toml");
        if folder.file(MODEL_FILE).is_none()
            && let Ok(text) = std::fs::read_to_string(&file)
        {
            folder.files.push(RuleFile {
                path: MODEL_FILE.to_owned(),
                shown: file.display().to_string(),
                text,
            });
        }
        Settings::read_for(&folder, Purpose::Linking)
    }

    /// For commands that only link: sources and matching rules are enough.
    fn linking_settings(&self) -> Outcome<Settings> {
        Settings::read_for(&self.folder()?, Purpose::Linking)
    }
}

/// The rows that rules do not answer as told, of the rules in whose files nothing else is wrong.
fn rows_not_as_told(settings: &Settings, told: &[Diagnostic]) -> Vec<Diagnostic> {
    let wrong: HashSet<&str> =
        told.iter().filter_map(|told| told.place.as_ref()).map(|place| place.file.as_str()).collect();
    let mut sound = settings.clone();
    sound.checks.retain(|check| !wrong.contains(check.place.file.as_str()));
    check::test_examples(&sound).into_iter().filter_map(|outcome| outcome.problem).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_option_is_well_formed_and_every_command_shows_an_example() {
        let mut command = Cli::command();
        command.clone().debug_assert();
        for sub in command.get_subcommands_mut() {
            let help = sub.render_long_help().to_string();
            assert!(help.contains("Example"), "{} has no example", sub.get_name());
        }
    }
}
