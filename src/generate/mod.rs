//! A province that does not exist, with its truth.
//!
//! Input: how many residents, a seed, an error level, the reference tables of the
//! rules. Output: the four extracts, a fifth on demand, `delivery.toml`, and in `truth/` who is who,
//! what is wrong, what was done to which cell and which pairs are hard to tell apart.
//!
//! Invariants: the same options and rules give the same bytes on any number of
//! threads; record numbers are unique (but for rows delivered twice at the dirty
//! level); every row stands in the truth; the folder holds a whole province or the
//! one before. Nobody in it exists: names are drawn part by part.
//!
//! Cost: linear in residents. Batches of some thousand residents are made
//! independently of each other, a window of them at a time, so memory does not grow
//! with the province. `docs/error-model.md` argues the rates.

mod address_pairs;
mod batch;
mod civil;
mod dates_written;
mod delivery;
mod draw;
mod family;
mod fields_written;
mod folder;
mod heads;
mod household_written;
mod insurance;
mod late_faults;
mod lexicon;
mod lives;
mod name_pairs;
mod names_written;
mod numbers;
mod numbers_written;
mod person;
mod places;
mod rates;
mod residence;
mod rows;
mod sink;
mod spelling;
mod telecom;
mod truth;
mod vehicles;
mod written;

pub use address_pairs::{AddressFigures, AddressPairs, TestAddress};
pub use name_pairs::{NamePair, NamePairs, name_pairs};
pub use rates::ErrorLevel;
pub use sink::Format;
pub use truth::{RULES, VEHICLE_RULES};

use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::progress::Progress;
use crate::settings::{Reference, Settings};
use batch::{BatchRows, TRUTH};
use delivery::COLUMNS;
use draw::Weighted;
use folder::{Folder, io_failure};
use lexicon::Lexicon;
use numbers::Numbering;
use places::{Places, missing};
use rates::Source;
use sink::Sink;
use spelling::Spelling;

/// Residents of a batch: large enough for strangers who share a name or marry,
/// small enough that a window's batches keep every core busy.
const BATCH_RESIDENTS: u64 = 1_024;
/// Batches made and held at a time: some 65,000 residents, 300,000 rows, 150 MB.
const WINDOW_BATCHES: u64 = 64;
/// Beyond this the spaces of personal numbers get too narrow.
const RESIDENTS_MAX: u64 = 30_000_000;
/// Years the as-of date may lie in: personal numbers and rules know this century.
const AS_OF_YEARS: std::ops::RangeInclusive<i32> = 2020..=2040;

/// What to make, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Living residents; the extracts have about 1.02, 0.75, 0.93 and 1.25 rows for each.
    pub residents: u64,
    /// The same seed gives the same province.
    pub seed: u64,
    /// The folder to write; empty, new, or holding an earlier province.
    pub out: PathBuf,
    /// How faulty the values are.
    pub errors: ErrorLevel,
    /// How the extracts are written; the truth is Parquet always.
    pub format: Format,
    /// Cut-off day of all sources.
    pub as_of: NaiveDate,
}

impl Options {
    /// The day that deliveries are made for unless another is asked for: 30/06/2026.
    pub fn default_as_of() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default()
    }
}

/// An extract that no night needs, made on demand. The others are the same to the byte without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// `phuong_tien`: registered vehicles and their owners, some 0.6 rows a resident.
    Vehicles,
}

impl Extra {
    /// The words of the command line.
    pub const WORDS: &'static [(&'static str, Self)] = &[("vehicles", Self::Vehicles)];

    fn source(self) -> Source {
        match self {
            Self::Vehicles => Source::Vehicles,
        }
    }
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Living people whom residence knows or should close nothing on.
    pub residents: u64,
    /// All people in the truth: residents, dead, moved away, not registered.
    pub people: u64,
    /// Rows of each extract, by source id, in the order of delivery.
    pub rows: Vec<(&'static str, u64)>,
    /// Rows of `truth/truth_findings.parquet`.
    pub findings: u64,
    /// Every file written.
    pub files: Vec<PathBuf>,
}

/// What every batch needs to know.
struct World {
    seed: u64,
    extras: Vec<Extra>,
    as_of: NaiveDate,
    level: ErrorLevel,
    lexicon: Lexicon,
    places: Places,
    spelling: Spelling,
    numbering: Numbering,
    /// Mobile prefix and carrier.
    carriers: Weighted<(String, String)>,
    /// Prefix of before 2018 and the one it became.
    old_prefixes: Vec<(String, String)>,
}

/// Makes a province and writes it.
///
/// # Errors
/// Options that make no sense, reference tables that lack what is needed, a folder
/// that holds something else, files that cannot be written.
pub fn generate(options: &Options, settings: &Settings, progress: &Progress) -> Outcome<Summary> {
    generate_with(options, &[], settings, progress)
}

/// The same with further extracts, whose rows stand in the truth too.
///
/// # Errors
/// As [`generate`].
pub fn generate_with(
    options: &Options,
    extras: &[Extra],
    settings: &Settings,
    progress: &Progress,
) -> Outcome<Summary> {
    check(options)?;
    let batches = options.residents.div_ceil(BATCH_RESIDENTS);
    let world = World::new(options, extras, settings, batches)?;
    let sources = world.sources();
    let folder = Folder::claim(&options.out)?;
    let failed = |error: std::io::Error| io_failure(&options.out, &error);
    let mut sinks = open(&folder, &sources, options.format).map_err(failed)?;
    let bar = progress.begin("generate", options.residents, "residents");
    let mut summary = Summary::default();
    for first in (0..batches).step_by(WINDOW_BATCHES as usize) {
        let window: Vec<BatchRows> = (first..batches.min(first + WINDOW_BATCHES))
            .into_par_iter()
            .map(|batch| batch::make(&world, batch, quota(options.residents, batch)))
            .collect();
        write(&window, &mut sinks).map_err(failed)?;
        let residents = window.iter().map(|batch| batch.residents).sum();
        summary.residents += residents;
        summary.people += window.iter().map(|batch| batch.people).sum::<u64>();
        bar.add(residents);
    }
    summary.rows = sources.iter().zip(&sinks).map(|(source, sink)| (source.id(), sink.rows)).collect();
    summary.findings = sinks[sources.len() + 1].rows;
    let finished: Vec<_> =
        sinks.into_par_iter().map(Sink::finish).collect::<Result<_, _>>().map_err(failed)?;
    let files: Vec<(PathBuf, PathBuf)> = finished.into_iter().flatten().collect();
    summary.files = folder.publish(&files, &delivery_toml(&sources, options.as_of))?;
    Ok(summary)
}

/// Residents of a batch: all alike, the last takes the rest.
fn quota(residents: u64, batch: u64) -> u64 {
    BATCH_RESIDENTS.min(residents - batch * BATCH_RESIDENTS)
}

fn check(options: &Options) -> Outcome<()> {
    if options.residents == 0 || options.residents > RESIDENTS_MAX {
        return Err(Diagnostic::error(
            "GEN-004",
            None,
            format!("{} residents cannot be made", options.residents),
            format!("ask for 1 to {RESIDENTS_MAX}"),
        )
        .into());
    }
    if !AS_OF_YEARS.contains(&options.as_of.year()) {
        let (first, last) = (AS_OF_YEARS.start(), AS_OF_YEARS.end());
        return Err(Diagnostic::error(
            "GEN-005",
            None,
            format!("no province can be made as of {}", options.as_of),
            format!("give a day of the years {first} to {last}"),
        )
        .into());
    }
    Ok(())
}

/// The extracts, then the four tables of truth.
fn open(folder: &Folder, sources: &[Source], format: Format) -> std::io::Result<Vec<Sink>> {
    let extract = |source: &Source| Sink::open(&folder.path, source.id(), COLUMNS[*source as usize], format);
    let truth = |(stem, columns): &(&'static str, &'static [&'static str])| {
        Sink::open(&folder.truth, stem, columns, Format::Parquet)
    };
    sources.iter().map(extract).chain(TRUTH.iter().map(truth)).collect()
}

/// Writes a window: extracts in the order of hashes, so that neighbours in a file tell
/// nothing; truth as it comes. One task a file.
fn write(window: &[BatchRows], sinks: &mut [Sink]) -> std::io::Result<()> {
    sinks.par_iter_mut().enumerate().try_for_each(|(table, sink)| {
        let rows: Vec<&rows::Rows> = window.iter().map(|batch| batch.table(table)).collect();
        let mut order: Vec<(u64, u32, u32)> = Vec::new();
        for (at, batch) in window.iter().enumerate() {
            let hash = |row: usize| batch.orders.get(table).and_then(|of| of.get(row)).copied().unwrap_or(0);
            order.extend((0..rows[at].len()).map(|row| (hash(row), at as u32, row as u32)));
        }
        order.sort_unstable();
        let order: Vec<(u32, u32)> = order.into_iter().map(|(_, batch, row)| (batch, row)).collect();
        sink.append(&rows, &order)
    })
}

impl BatchRows {
    /// Extracts first, then truth.
    fn table(&self, table: usize) -> &rows::Rows {
        if table < self.sources.len() {
            &self.sources[table]
        } else {
            &self.truth[table - self.sources.len()]
        }
    }
}

fn delivery_toml(sources: &[Source], as_of: NaiveDate) -> String {
    let day = as_of.format("%Y-%m-%d");
    let lines: Vec<String> = sources.iter().map(|source| format!("{} = {day}\n", source.id())).collect();
    format!("# cut-off day of each source\n{}", lines.concat())
}

impl World {
    fn new(options: &Options, extras: &[Extra], settings: &Settings, batches: u64) -> Outcome<Self> {
        let reference = &settings.reference;
        Ok(Self {
            seed: options.seed,
            extras: extras.to_vec(),
            as_of: options.as_of,
            level: options.errors,
            lexicon: Lexicon::read(reference)?,
            places: Places::read(reference, options.seed)?,
            spelling: Spelling::read(reference),
            numbering: Numbering::new(options.seed, batches),
            carriers: carriers(reference).ok_or_else(|| missing("phone_prefixes"))?,
            old_prefixes: old_prefixes(reference),
        })
    }

    /// What is delivered, in the order of [`Source::ALL`].
    fn sources(&self) -> Vec<Source> {
        let (always, others) = Source::ALL.split_at(Source::ALWAYS);
        let is_wanted = |source: &&Source| self.extras.iter().any(|extra| extra.source() == **source);
        always.iter().chain(others.iter().filter(is_wanted)).copied().collect()
    }
}

/// Carriers' words in deliveries, by the operator of the table, with their share of numbers.
const CARRIERS: [(&str, &str, f64); 6] = [
    ("Viettel", "Viettel", 56.0),
    ("VinaPhone", "Vinaphone", 20.0),
    ("MobiFone", "Mobifone", 17.0),
    ("Vietnamobile", "Vietnamobile", 5.0),
    ("Wintel (MVNO)", "Wintel", 1.0),
    ("Gmobile", "Gmobile", 1.0),
];

fn carriers(reference: &Reference) -> Option<Weighted<(String, String)>> {
    let columns = ["prefix", "operator_by_allocation", "status"];
    let rows: Vec<[&str; 3]> = reference.table("phone_prefixes").select(columns).collect();
    let of = |operator: &'static str| rows.iter().filter(move |row| row[1] == operator && row[2] == "in use");
    let weighted = CARRIERS.iter().flat_map(|(operator, word, share)| {
        let each = share / of(operator).count().max(1) as f64;
        of(operator).map(move |row| ((row[0].to_owned(), (*word).to_owned()), each)).collect::<Vec<_>>()
    });
    Weighted::new(weighted)
}

fn old_prefixes(reference: &Reference) -> Vec<(String, String)> {
    let rows = reference.table("phone_prefix_conversion_2018").select(["old_prefix", "new_prefix"]);
    rows.map(|[old, new]| (old.to_owned(), new.to_owned())).collect()
}

/// The rates of the error model as lines of a table: word, then percent by source
/// (residence, civil registry, insurance, telecom), then reason.
pub fn error_table() -> Vec<String> {
    let percent = |rate: &f64| format!("{}", (rate * 1e6).round() / 1e4);
    (rates::TABLE.iter())
        .map(|(word, rates, why)| {
            let cells: Vec<String> = rates.iter().map(percent).collect();
            format!("| `{word}` | {} | {why} |", cells.join(" | "))
        })
        .collect()
}

/// Whether a path holds a generated province: its truth is there.
pub fn has_truth(folder: &Path) -> bool {
    folder.join("truth").join("truth_people.parquet").is_file()
}
