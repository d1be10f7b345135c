//! Addresses of a million residents: how fast they are read, and how rightly.
//!
//! ```console
//! cargo bench --bench normalise_addresses         a million residents; made first, if need be
//! DOISOAT_BENCH_RESIDENTS=100000 DOISOAT_BENCH_ADDRESSES=20000 cargo bench --bench normalise_addresses
//! ```
//!
//! Speed: the address columns of all sources as a night reads them, once per distinct text, on
//! all threads. Yardstick of the same run: the same texts to NFC, to small letters and split at
//! commas. Then what asking for the hamlet of every distinct address takes. Rightness: generated
//! test addresses of every writing, by kind. Checks its answer: every run gives the same
//! communes, and the bars of rightness hold.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::collections::BTreeMap;

use common::Runs;
use doisoat::generate::{AddressFigures, AddressPairs, TestAddress};
use doisoat::normalise::{Records, facet, normalise};
use doisoat::progress::Progress;
use doisoat::settings::{Kind, Settings};
use doisoat::table::{SourceIndex, Table, TextColumn};
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

const RUNS: usize = 5;
/// So many mistakes are shown; nobody lives at test addresses.
const SHOWN: u64 = 20;

fn main() {
    let settings = common::settings();
    let machine = common::machine();
    speed(&settings, common::residents(1_000_000), &machine);
    rightness(&settings, common::size("DOISOAT_BENCH_ADDRESSES", 200_000));
}

/// The address columns alone, as tables of their sources, and how many rows those have.
fn tables(settings: &Settings, records: &[Records]) -> Vec<(SourceIndex, Table)> {
    let of = |one: &Records| {
        let columns = settings.source(one.source).columns.iter().zip(&one.table.columns);
        let columns: Vec<Option<TextColumn>> =
            columns.map(|(column, texts)| texts.clone().filter(|_| column.kind == Kind::Address)).collect();
        columns.iter().any(Option::is_some).then_some((one.source, Table { columns, rows: one.table.rows }))
    };
    records.iter().filter_map(of).collect()
}

fn copied(tables: &[(SourceIndex, Table)]) -> Vec<(SourceIndex, Table)> {
    let copy = |table: &Table| Table { columns: table.columns.clone(), rows: table.rows };
    tables.iter().map(|(source, table)| (*source, copy(table))).collect()
}

fn columns(tables: &[(SourceIndex, Table)]) -> impl Iterator<Item = &TextColumn> {
    tables.iter().flat_map(|(_, table)| table.columns.iter().flatten())
}

fn speed(settings: &Settings, residents: u64, machine: &str) {
    let tables = tables(settings, &common::records(settings, &common::province(settings, residents)));
    let rows: usize = tables.iter().map(|(_, table)| table.rows).sum();
    let distinct: usize = columns(&tables).map(|column| column.dictionary().len() - 1).sum();
    let (mut reading, mut yardstick, mut hamlets) = (Runs::default(), Runs::default(), Runs::default());
    let mut answers = Vec::new();
    for _ in 0..RUNS {
        let fresh = copied(&tables);
        let (seconds, read) = common::clock(|| normalise(settings, fresh, &Progress::silent()));
        reading.push(seconds);
        yardstick.push(common::clock(|| lower_and_split(&tables)).0);
        let (seconds, letters) = common::clock(|| hamlet_letters(&read));
        hamlets.push(seconds);
        answers.push((determined(&read), letters));
    }
    assert!(answers.windows(2).all(|runs| runs[0] == runs[1]), "every run reads the same");
    println!(
        "{residents} residents, {rows} rows with {distinct} distinct addresses, median of {RUNS} runs ({machine})"
    );
    println!(
        "  reading   {reading}, {:.2} M rows/s, {:.2} M distinct/s",
        reading.rate(rows) / 1e6,
        reading.rate(distinct) / 1e6
    );
    println!("  yardstick {yardstick}: NFC, small letters, split at commas");
    println!("  hamlets   {hamlets}: {:.0} ns each, one thread", hamlets.median() * 1e9 / distinct as f64);
    println!("  {} of the addresses determine a commune", answers[0].0);
}

fn lower_and_split(tables: &[(SourceIndex, Table)]) -> usize {
    let parts = |text: &str| {
        text.nfc().collect::<String>().to_lowercase().split(',').map(|part| part.trim().len()).max()
    };
    let of = |column: &TextColumn| {
        let texts = column.dictionary();
        (0..texts.len() as u32).into_par_iter().filter_map(|code| parts(texts.text(code))).sum::<usize>()
    };
    columns(tables).map(of).sum()
}

/// How many distinct addresses determine a commune.
fn determined(records: &[Records]) -> usize {
    let mut count = 0;
    for (texts, values) in records.iter().flat_map(|one| one.table.columns.iter().zip(&one.values)) {
        let (Some(texts), Some(addresses)) = (texts, values.as_ref().and_then(|values| values.addresses()))
        else {
            continue;
        };
        count += (1..texts.dictionary().len() as u32).filter(|code| addresses.ward(*code).is_some()).count();
    }
    count
}

/// The hamlet of every distinct address, through its facet.
fn hamlet_letters(records: &[Records]) -> usize {
    let hamlet = facet(&Kind::Address, "hamlet").expect("addresses have hamlets");
    let mut letters = 0;
    for (texts, values) in records.iter().flat_map(|one| one.table.columns.iter().zip(&one.values)) {
        let (Some(texts), Some(values)) = (texts, values) else { continue };
        for code in 1..texts.dictionary().len() as u32 {
            if let doisoat::normalise::FacetValue::Text(hamlet) = (hamlet.read)(texts, values, code) {
                letters += hamlet.len();
            }
        }
    }
    letters
}

fn rightness(settings: &Settings, count: u64) {
    let pairs = AddressPairs::new(&settings.reference, 1).expect("the default tables");
    let addresses: Vec<TestAddress> = (0..count).into_par_iter().map(|at| pairs.address(at)).collect();
    let source = &settings.sources[0];
    let at = source.column_of("address").expect("a residence register has addresses");
    let mut columns: Vec<Option<TextColumn>> = vec![None; source.columns.len()];
    columns[at] = Some(addresses.iter().map(|address| address.text.as_str()).collect());
    let table = Table { columns, rows: addresses.len() };
    let records = normalise(settings, vec![(SourceIndex(0), table)], &Progress::silent()).remove(0);
    let read =
        records.values[at].as_ref().and_then(|values| values.addresses()).expect("addresses were read");
    let texts = records.table.columns[at].as_ref().expect("addresses were delivered");
    let (mut all, mut by_trait) = (AddressFigures::default(), BTreeMap::<&str, AddressFigures>::new());
    for (row, address) in addresses.iter().enumerate() {
        let codes = read.wards(texts.code(row)).unwrap_or_default();
        let wards: Vec<u32> = codes.split_whitespace().filter_map(|code| code.parse().ok()).collect();
        let before = all;
        all.add(&address.truth, &wards);
        if mistakes(&all) > mistakes(&before) && mistakes(&all) <= SHOWN {
            println!("  {:?}: {wards:?}, where the tables allow {:?}", address.text, address.truth);
        }
        for one in &address.traits {
            by_trait.entry(one).or_default().add(&address.truth, &wards);
        }
    }
    println!(
        "{count} test addresses: determined (right, wrong, unanswered), open (exact, wide, missed, guessed), elsewhere (kept out, taken in)"
    );
    show("all", &all);
    for (one, figures) in &by_trait {
        show(one, figures);
    }
    assert!(all.right * 1_000 >= all.determined() * 995, "99.5 % of the determined ones right");
    assert!(all.wrong * 10_000 <= all.determined(), "hardly one wrong");
    assert!(all.guessed * 1_000 <= all.open(), "nothing is guessed");
}

/// What must hardly ever happen.
fn mistakes(figures: &AddressFigures) -> u64 {
    figures.wrong + figures.guessed + figures.missed + figures.taken_in
}

fn show(name: &str, one: &AddressFigures) {
    let percent = 100.0 * one.right as f64 / one.determined().max(1) as f64;
    println!(
        "  {name:14} {percent:7.3} % of {:>6} ({} {} {}), open {:>5} ({} {} {} {}), elsewhere ({} {})",
        one.determined(),
        one.right,
        one.wrong,
        one.unanswered,
        one.open(),
        one.exact,
        one.wide,
        one.missed,
        one.guessed,
        one.kept_out,
        one.taken_in
    );
}
