//! What the benches share: a province that is made once, records as a night reads them, medians.

#![allow(dead_code, reason = "every bench is a program of its own and uses a part")]
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

pub(crate) mod docs;
pub(crate) mod nights;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use doisoat::allocator::LargePages;
use doisoat::generate::{self, ErrorLevel, Format};
use doisoat::ingest::{self, Delivery};
use doisoat::normalise::{self, Records};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use doisoat::table::SourceIndex;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: LargePages = LargePages;

/// The sources of a generated province.
pub(crate) const SOURCES: [&str; 4] = ["cu_tru", "ho_tich", "bhyt", "thue_bao"];

/// Where provinces and nights are kept between runs: `DOISOAT_BENCH_CACHE`, else below the target folder.
pub(crate) fn folder() -> PathBuf {
    let cache = std::env::var_os("DOISOAT_BENCH_CACHE").map(PathBuf::from);
    cache.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")))
}

/// Cuts all files of a province into cells, on one thread; how many there are.
pub(crate) fn cut(province: &Path) -> usize {
    let mut cells = 0;
    for source in SOURCES {
        let mut reader = csv::Reader::from_path(province.join(format!("{source}.csv"))).expect("generated");
        let mut row = csv::ByteRecord::new();
        while reader.read_byte_record(&mut row).expect("well-formed") {
            cells += row.len();
        }
    }
    assert!(cells > 0, "the files have cells");
    cells
}

/// The rules that a run has without `--rules`.
pub(crate) fn settings() -> Settings {
    Settings::read(&RulesFolder::embedded()).expect("the default rules are valid")
}

/// A size out of an environment variable.
///
/// # Panics
/// At what is no number: a bench of another size than was asked for would mislead.
pub(crate) fn size(variable: &str, default: u64) -> u64 {
    let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}"));
    std::env::var(variable).map_or(default, number)
}

/// The size of the generated province.
pub(crate) fn residents(default: u64) -> u64 {
    size("DOISOAT_BENCH_RESIDENTS", default)
}

/// Generated once and kept for the next time.
pub(crate) fn province(settings: &Settings, residents: u64) -> PathBuf {
    let province = folder().join(format!("province-{residents}"));
    if !province.join("delivery.toml").exists() {
        let options = generate::Options {
            residents,
            seed: 1,
            out: province.clone(),
            errors: ErrorLevel::Typical,
            format: Format::Csv,
            as_of: generate::Options::default_as_of(),
        };
        generate::generate(&options, settings, &Progress::silent()).expect("a province can be made");
    }
    province
}

/// The records of a province, read and normalised as a night does.
pub(crate) fn records(settings: &Settings, province: &Path) -> Vec<Records> {
    let deliveries = ingest::ingest(settings, province, &Progress::silent()).expect("a readable province");
    let table = |(at, delivery)| match delivery {
        Delivery::Delivered(extract) => (SourceIndex(at as u8), extract.table),
        Delivery::Refused(refusal) => panic!("generated, and yet refused: {:?}", refusal.diagnostics),
    };
    let tables = deliveries.into_iter().enumerate().map(table).collect();
    normalise::normalise(settings, tables, &Progress::silent())
}

/// How many records there are in all sources.
pub(crate) fn count(records: &[Records]) -> usize {
    records.iter().map(|one| one.table.rows).sum()
}

/// The seconds that some work took, and what it made.
pub(crate) fn clock<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let began = Instant::now();
    let made = std::hint::black_box(work());
    (began.elapsed().as_secs_f64(), made)
}

/// The seconds of several runs of one piece of work; shown as their median and all of them.
#[derive(Default)]
pub(crate) struct Runs(Vec<f64>);

impl Runs {
    /// Runs some work so often; what it makes is dropped outside the clock.
    pub(crate) fn of<T>(runs: usize, mut work: impl FnMut() -> T) -> Self {
        Self((0..runs).map(|_| clock(&mut work).0).collect())
    }

    /// Seconds that were measured elsewhere.
    pub(crate) fn given(seconds: impl IntoIterator<Item = f64>) -> Self {
        Self(seconds.into_iter().collect())
    }

    /// The median and all of them, in so many words.
    pub(crate) fn short(&self) -> String {
        let raw: Vec<String> = self.0.iter().map(|seconds| format!("{seconds:.1}")).collect();
        format!("{:.1} ({})", self.median(), raw.join(" "))
    }

    /// Takes one more run in.
    pub(crate) fn push(&mut self, seconds: f64) {
        self.0.push(seconds);
    }

    /// The median, in seconds.
    pub(crate) fn median(&self) -> f64 {
        let mut seconds = self.0.clone();
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    }

    /// So many things of a run in a second.
    pub(crate) fn rate(&self, things: usize) -> f64 {
        things as f64 / self.median()
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw: Vec<String> = self.0.iter().map(|seconds| format!("{seconds:.3}")).collect();
        write!(f, "{:>8.3} s  ({})", self.median(), raw.join(" "))
    }
}

/// The sums of several runs, run by run.
pub(crate) fn total<'a>(parts: impl IntoIterator<Item = &'a Runs>) -> Runs {
    let mut sums: Vec<f64> = Vec::new();
    for part in parts {
        sums.resize(part.0.len(), 0.0);
        sums.iter_mut().zip(&part.0).for_each(|(sum, seconds)| *sum += seconds);
    }
    Runs(sums)
}

/// What the figures were taken on: threads, and how busy the machine was before.
pub(crate) fn machine() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown");
    format!("{} threads, load before {load}", rayon::current_num_threads())
}

/// A number that looks drawn at random but depends on nothing else than its two parts:
/// Steele, Lea and Flood's `SplitMix64`.
pub(crate) fn drawn(seed: u64, at: u64) -> u64 {
    let state = seed.wrapping_mul(0xd134_2543_de82_ef95) ^ at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
