//! Addresses of every writing lead where the tables say, and nothing is guessed.

use std::collections::BTreeSet;

use doisoat::generate::{AddressFigures, AddressPairs, TestAddress};
use doisoat::normalise::{Records, normalise};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use doisoat::table::{SourceIndex, Table, TextColumn};

const ADDRESSES: u64 = 20_000;

fn settings() -> Settings {
    Settings::read(&RulesFolder::embedded()).unwrap()
}

fn made(settings: &Settings) -> Vec<TestAddress> {
    let pairs = AddressPairs::new(&settings.reference, 7).unwrap();
    (0..ADDRESSES).map(|at| pairs.address(at)).collect()
}

/// The addresses as a residence register's, and the place of their column.
fn read(settings: &Settings, addresses: &[TestAddress]) -> (Records, usize) {
    let source = &settings.sources[0];
    let at = source.column_of("address").unwrap();
    let mut columns: Vec<Option<TextColumn>> = vec![None; source.columns.len()];
    columns[at] = Some(addresses.iter().map(|address| address.text.as_str()).collect());
    let table = Table { columns, rows: addresses.len() };
    (normalise(settings, vec![(SourceIndex(0), table)], &Progress::silent()).remove(0), at)
}

/// The codes of all communes that a row's address allows.
fn wards(records: &Records, at: usize, row: usize) -> Vec<u32> {
    let addresses = records.values[at].as_ref().and_then(|values| values.addresses()).unwrap();
    let code = records.table.columns[at].as_ref().unwrap().code(row);
    let words = addresses.wards(code).unwrap_or_default();
    words.split_whitespace().map(|code| code.parse().unwrap()).collect()
}

#[test]
fn addresses_lead_to_their_commune_and_none_is_guessed() {
    let settings = settings();
    let addresses = made(&settings);
    let (records, at) = read(&settings, &addresses);
    let mut figures = AddressFigures::default();
    let mut bad = Vec::new();
    for (row, address) in addresses.iter().enumerate() {
        let before = figures;
        let read = wards(&records, at, row);
        figures.add(&address.truth, &read);
        let is_bad = (figures.wrong, figures.guessed, figures.taken_in)
            != (before.wrong, before.guessed, before.taken_in);
        if is_bad {
            bad.push(format!("{:?}: {:?}, not {read:?}", address.text, address.truth));
        }
    }
    let text = format!("{figures:?}\n{}", bad.join("\n"));
    assert!(figures.right * 1_000 >= figures.determined() * 995, "99.5 % right: {text}");
    assert!(figures.wrong * 10_000 <= figures.determined(), "one in ten thousand wrong: {text}");
    assert!((figures.exact + figures.wide) * 100 >= figures.open() * 99, "sets hold the truth: {text}");
    assert!(figures.guessed * 1_000 <= figures.open(), "nothing is guessed: {text}");
    assert!(figures.taken_in * 200 <= figures.kept_out, "other provinces stay out: {text}");
    assert!(figures.open() > ADDRESSES / 20, "there are addresses that leave several: {text}");
}

#[test]
fn test_addresses_are_of_every_unit_and_every_writing() {
    let settings = settings();
    let addresses = made(&settings);
    let units: BTreeSet<u32> = addresses.iter().flat_map(|address| address.truth.clone()).collect();
    assert_eq!(units.len(), 64);
    let traits: BTreeSet<&str> = addresses.iter().flat_map(|address| address.traits.clone()).collect();
    for sought in [
        "former",
        "present",
        "slip",
        "no_accents",
        "reversed",
        "dashes",
        "spaces",
        "double_spaces",
        "capitals",
        "small",
        "no_type",
        "initials",
        "decomposed",
        "elsewhere",
    ] {
        assert!(traits.contains(sought), "{sought}");
    }
    assert!(addresses == made(&settings), "the same seed gives the same addresses");
}
