//! How well, and how fast, names of one person are told from names of two.
//!
//! ```console
//! cargo bench --bench name_pairs
//! DOISOAT_BENCH_PAIRS=40000 cargo bench --bench name_pairs
//! ```
//!
//! Half of the pairs are one name written in two ways, half are two people's names that are hard
//! to tell apart (`doisoat::generate::name_pairs`). Each measure ranks all pairs; printed is the
//! area that is missing under its precision-recall curve (1 − average precision, pairs of one
//! score together), for all surnames and for the 20 commonest alone.
//!
//! Ours is the comparison of full names as linkage has it: names normalised, then a level a pair,
//! ranked by the weight that the model gives the level. The yardsticks get the names in NFC and
//! lower case, or without accents: `strsim::jaro_winkler` and `rapidfuzz`'s ratio.
//!
//! `DOISOAT_BENCH_SHOW=sibling,slip` prints pairs of that kind that are given that level.
//!
//! Speed is pairs a second on one thread, for us over the codes of names as blocking hands them
//! over (2,048 pairs at a time), for the yardsticks over prepared strings. Checks its answer:
//! every level is met, and the order of two names does not matter.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use common::{Runs, clock, drawn};
use doisoat::generate::{NamePair, NamePairs, name_pairs};
use doisoat::link::kernel::{Kernel, Names, NamesBuilder, name_levels};
use doisoat::normalise::{self, Facet, FacetValue, Records, facet, plain_words};
use doisoat::progress::Progress;
use doisoat::settings::{COMPARATORS, Kind, Settings};
use doisoat::table::{SourceIndex, Table, TextColumn, TextColumnBuilder};
use unicode_normalization::UnicodeNormalization;

const RUNS: usize = 5;
/// Pairs that are compared together, as in blocking.
const BATCH: usize = 2048;
/// No development seed.
const SEED: u64 = 20_261_122;

fn main() {
    let pairs = common::size("DOISOAT_BENCH_PAIRS", 240_000) as usize;
    let seed = common::size("DOISOAT_BENCH_SEED", SEED);
    let settings = common::settings();
    println!("{}; {pairs} pairs, seed {seed}", common::machine());
    for surnames in [None, Some(20)] {
        let wanted = NamePairs { pairs, seed, surnames };
        let made = name_pairs(&settings, &wanted).expect("the name tables have what is needed");
        match surnames {
            None => println!("\nall surnames"),
            Some(count) => println!("\nthe {count} commonest surnames"),
        }
        measure(&settings, &made, surnames.is_none());
    }
}

/// A name of each side, prepared in one way.
type Sides = Vec<[String; 2]>;

fn measure(settings: &Settings, pairs: &[NamePair], in_full: bool) {
    let keys = Keys::read(settings, pairs);
    let is_same: Vec<bool> = pairs.iter().map(|pair| pair.is_same).collect();
    let scores = keys.scores(settings, pairs);
    let small: Sides = sides(pairs, |name| name.nfc().collect::<String>().to_lowercase());
    let bare: Sides = sides(pairs, plain_words);
    let mut best = f64::INFINITY;
    let mut fastest: f64 = 0.0;
    println!("  measure                              missing area   pairs/s a thread");
    for (title, sides, similarity) in [
        ("strsim Jaro-Winkler, NFC lower case", &small, jaro_winkler as fn(&str, &str) -> f64),
        ("strsim Jaro-Winkler, no accents", &bare, jaro_winkler),
        ("rapidfuzz ratio, NFC lower case", &small, ratio),
        ("rapidfuzz ratio, no accents", &bare, ratio),
    ] {
        let all = || sides.iter().map(|[left, right]| similarity(left, right)).collect::<Vec<f64>>();
        let missing = 1.0 - average_precision(&all(), &is_same);
        let rate = Runs::of(RUNS, all).rate(pairs.len());
        println!("  {title:<38} {missing:>10.5}   {rate:>14.0}");
        (best, fastest) = (best.min(missing), fastest.max(rate));
    }
    let missing = 1.0 - average_precision(&scores, &is_same);
    let runs = keys.speed(pairs.len());
    let rate = runs.rate(pairs.len());
    println!("  {:<38} {missing:>10.5}   {rate:>14.0}", "ours");
    println!("  of the best yardstick                  {:>10.3}   {:>14.1}", missing / best, rate / fastest);
    if in_full {
        keys.print_levels(pairs);
    }
}

fn jaro_winkler(left: &str, right: &str) -> f64 {
    strsim::jaro_winkler(left, right)
}

fn ratio(left: &str, right: &str) -> f64 {
    rapidfuzz::fuzz::ratio(left.chars(), right.chars())
}

fn sides(pairs: &[NamePair], prepare: impl Fn(&str) -> String) -> Sides {
    pairs.iter().map(|pair| [prepare(&pair.left), prepare(&pair.right)]).collect()
}

/// The mean precision at each true pair, pairs of equal score ranked together.
fn average_precision(scores: &[f64], is_same: &[bool]) -> f64 {
    let mut ranked: Vec<(f64, bool)> = scores.iter().copied().zip(is_same.iter().copied()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = is_same.iter().filter(|same| **same).count() as f64;
    let (mut found, mut seen, mut area) = (0.0, 0.0, 0.0);
    for tied in ranked.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let right = tied.iter().filter(|(_, same)| *same).count() as f64;
        (found, seen) = (found + right, seen + tied.len() as f64);
        area += right / all * found / seen;
    }
    area
}

/// Names as linkage has them.
struct Keys {
    names: Names,
    /// Left names, then right ones.
    values: Vec<u64>,
    written: Vec<String>,
    levels: Vec<u8>,
}

impl Keys {
    fn read(settings: &Settings, pairs: &[NamePair]) -> Self {
        let mut texts = TextColumnBuilder::default();
        for name in pairs.iter().map(|pair| &pair.left).chain(pairs.iter().map(|pair| &pair.right)) {
            texts.push(name);
        }
        let records = normalised(settings, texts.finish());
        let column = settings.sources[0].column_of("full_name").expect("a column of names");
        let key = facet(&Kind::PersonName, "key").expect("a facet");
        let mut names = NamesBuilder::default();
        let mut known: BTreeMap<String, u64> = BTreeMap::new();
        let (mut values, mut keys) = (Vec::new(), Vec::new());
        for row in 0..2 * pairs.len() {
            let key = text(&records, key, column, row);
            let value = if key.is_empty() {
                0
            } else {
                *known.entry(key.clone()).or_insert_with(|| names.push(&key))
            };
            values.push(value);
            keys.push(key);
        }
        let mut all = Self { names: names.finish(), values, written: keys, levels: Vec::new() };
        all.levels = all.compare(pairs.len());
        all.check(pairs.len());
        all
    }

    /// The levels of all pairs, a batch at a time.
    fn compare(&self, pairs: usize) -> Vec<u8> {
        let mut levels = Vec::with_capacity(pairs);
        let mut values = Vec::with_capacity(2 * BATCH);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for from in (0..pairs).step_by(BATCH) {
            let to = pairs.min(from + BATCH);
            values.clear();
            values.extend_from_slice(&self.values[from..to]);
            values.extend_from_slice(&self.values[pairs + from..pairs + to]);
            left.clear();
            left.extend(0..(to - from) as u32);
            right.clear();
            right.extend((to - from) as u32..2 * (to - from) as u32);
            name_levels(&self.names, &values, &left, &right, &mut levels);
        }
        levels
    }

    fn check(&self, pairs: usize) {
        let (left, right): (Vec<u32>, Vec<u32>) =
            (0..pairs as u32).map(|pair| (pairs as u32 + pair, pair)).unzip();
        let mut swapped = Vec::new();
        name_levels(&self.names, &self.values, &left, &right, &mut swapped);
        assert!(swapped == self.levels, "the order of two names matters");
    }

    fn speed(&self, pairs: usize) -> Runs {
        Runs::of(RUNS, || self.compare(pairs))
    }

    /// The weight of each pair by the model, out of the names alone.
    fn scores(&self, settings: &Settings, pairs: &[NamePair]) -> Vec<f64> {
        let kernel = Kernel::new(&settings.matching);
        let batch = |keys: &[String]| {
            let names = Arc::new(StringArray::from_iter_values(keys)) as ArrayRef;
            RecordBatch::try_from_iter_with_nullable([("full_name", names, true)]).expect("one column")
        };
        let (left, right) = self.written.split_at(pairs.len());
        let vectors: UInt64Array = kernel.compare(&batch(left), &batch(right)).expect("names");
        let bits = kernel.score(&vectors, &[], kernel.prior(1.0, 1_000_000)).expect("levels of this kernel");
        bits.values().to_vec()
    }

    /// How many pairs of each kind show each level, and of names drawn at random.
    fn print_levels(&self, pairs: &[NamePair]) {
        let words = COMPARATORS.iter().find(|one| one.id == "person_name").expect("a comparator").levels;
        let mut rows: BTreeMap<(bool, &str), Vec<u64>> = BTreeMap::new();
        for (pair, &level) in pairs.iter().zip(&self.levels) {
            let row = rows.entry((!pair.is_same, pair.kind)).or_insert_with(|| vec![0; words.len()]);
            row[usize::from(level)] += 1;
        }
        let n = pairs.len() as u64;
        let at = |seed, pair: u64| (drawn(seed, pair) % n) as u32;
        let (left, right): (Vec<u32>, Vec<u32>) = (0..20 * n).map(|pair| (at(1, pair), at(2, pair))).unzip();
        let mut levels = Vec::new();
        let (seconds, ()) = clock(|| name_levels(&self.names, &self.values, &left, &right, &mut levels));
        let random = rows.entry((true, "random")).or_insert_with(|| vec![0; words.len()]);
        for &level in &levels {
            random[usize::from(level)] += 1;
        }
        println!(
            "\n  random pairs a second: {:.0}\n\n  {:<26} {}",
            levels.len() as f64 / seconds,
            "kind",
            words.join(" ")
        );
        self.show(pairs, words);
        for ((_, kind), row) in rows {
            let cells: Vec<String> = row
                .iter()
                .zip(words)
                .map(|(count, word)| format!("{count:>width$}", width = word.len()))
                .collect();
            println!("  {kind:<26} {}", cells.join(" "));
        }
    }
}

/// Pairs that are shown of one kind and level.
const SHOWN: usize = 40;

impl Keys {
    /// Some of the pairs that `DOISOAT_BENCH_SHOW=kind,level` asks for.
    fn show(&self, pairs: &[NamePair], words: &[&str]) {
        let Ok(asked) = std::env::var("DOISOAT_BENCH_SHOW") else { return };
        let all = pairs.iter().zip(&self.levels);
        let shown =
            all.filter(|(pair, level)| format!("{},{}", pair.kind, words[usize::from(**level)]) == asked);
        shown.take(SHOWN).for_each(|(pair, _)| println!("  {} | {}", pair.left, pair.right));
    }
}

/// Names as the only column of a source.
fn normalised(settings: &Settings, names: TextColumn) -> Records {
    let rows = names.len();
    let mut columns: Vec<Option<TextColumn>> = settings.sources[0].columns.iter().map(|_| None).collect();
    columns[settings.sources[0].column_of("full_name").expect("a column of names")] = Some(names);
    let tables = vec![(SourceIndex(0), Table { rows, columns })];
    normalise::normalise(settings, tables, &Progress::silent()).pop().expect("one table")
}

fn text(records: &Records, facet: &Facet, column: usize, row: usize) -> String {
    match records.facet(facet, column, row) {
        FacetValue::Text(text) => text.into_owned(),
        _ => String::new(),
    }
}
