//! `doisoat generate`: a province that does not exist.

use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Exit, RulesOption};
use crate::diagnostic::Outcome;
use crate::generate::{self, ErrorLevel, Extra, Format, Summary};
use crate::progress::Progress;

/// Make a synthetic province: four extracts, a fifth on demand, and the truth about them in truth/.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doisoat generate --residents 5000 --seed 1 --out sample\n  \
    doisoat generate --residents 2600000 --seed 7 --out province --errors dirty --format parquet\n  \
    doisoat generate --residents 100000 --seed 7 --out province --with vehicles\n\n\
    The same options give the same bytes on any machine and any number of threads.\n\
    Synthetic numbers may by chance be somebody's: treat them with the same care.")]
pub(super) struct Options {
    /// How many people live in the province.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    residents: u64,
    /// What the draw starts from.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The folder to write into; made if missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many mistakes the offices make.
    #[arg(long, default_value = "typical", value_parser = PossibleValuesParser::new(["none", "typical", "dirty"]))]
    errors: String,
    /// The format of the extracts.
    #[arg(long, default_value = "csv", value_parser = PossibleValuesParser::new(["csv", "parquet", "xlsx"]))]
    format: String,
    /// The day the extracts were cut off.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-06-30")]
    as_of: NaiveDate,
    /// A further extract beside the four, which stay as they are: `vehicles` makes `phuong_tien`.
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(Extra::WORDS.iter().map(|(word, _)| *word)))]
    with: Vec<String>,
    #[command(flatten)]
    rules: RulesOption,
}

pub(super) fn run(options: &Options, progress: &Progress) -> Outcome<Exit> {
    let settings = options.rules.settings()?;
    let extras: Vec<Extra> =
        options.with.iter().map(|typed| word(Extra::WORDS, typed, Extra::Vehicles)).collect();
    let summary = generate::generate_with(
        &generate::Options {
            residents: options.residents,
            seed: options.seed,
            out: options.out.clone(),
            errors: word(ErrorLevel::WORDS, &options.errors, ErrorLevel::Typical),
            format: word(Format::WORDS, &options.format, Format::Csv),
            as_of: options.as_of,
        },
        &extras,
        &settings,
        progress,
    )?;
    progress.note(&told(&summary, options));
    Ok(Exit::Done)
}

fn told(summary: &Summary, options: &Options) -> String {
    let mut text = format!("{} residents, {} people in all\n", summary.residents, summary.people);
    for (source, rows) in &summary.rows {
        let _ = writeln!(text, "  {source:<11} {rows:>10} rows");
    }
    let folder = options.out.display();
    let _ = write!(text, "{} findings to be found, in {folder}/truth", summary.findings);
    text
}

/// What a word stands for; clap has let only words of the list through.
fn word<T: Copy>(words: &[(&str, T)], typed: &str, default: T) -> T {
    words.iter().find(|(word, _)| *word == typed).map_or(default, |(_, value)| *value)
}
