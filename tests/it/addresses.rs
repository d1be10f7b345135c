//! Addresses of every writing are read as the tables allow.

use doisoat::generate::AddressPairs;
use doisoat::normalise::normalise;
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use doisoat::table::{SourceIndex, Table, TextColumn};

const ADDRESSES: u64 = 20_000;

#[derive(Debug, Default)]
struct Figures {
    right: u64,
    wrong: u64,
    unanswered: u64,
    open: u64,
    open_exact: u64,
    guessed: u64,
    missed: u64,
    elsewhere: u64,
    taken_in: u64,
}

#[test]
fn addresses_lead_to_their_commune_and_none_is_guessed() {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let pairs = AddressPairs::new(&settings.reference, 7).unwrap();
    let addresses: Vec<_> = (0..ADDRESSES).map(|at| pairs.address(at)).collect();
    let source = &settings.sources[0];
    let at = source.column_of("address").unwrap();
    let mut columns: Vec<Option<TextColumn>> = vec![None; source.columns.len()];
    columns[at] = Some(addresses.iter().map(|address| address.text.as_str()).collect());
    let table = Table { columns, rows: addresses.len() };
    let records = normalise(&settings, vec![(SourceIndex(0), table)], &Progress::silent()).remove(0);
    let read = records.values[at].as_ref().and_then(|values| values.addresses()).unwrap();
    let texts = records.table.columns[at].as_ref().unwrap();

    let mut figures = Figures::default();
    for (row, address) in addresses.iter().enumerate() {
        let wards: Vec<u32> = read
            .wards(texts.code(row))
            .map(|words| words.split(' ').map(|code| code.parse().unwrap()).collect())
            .unwrap_or_default();
        let counted = match (address.truth.as_slice(), wards.as_slice()) {
            ([], []) => &mut figures.elsewhere,
            ([], _) => &mut figures.taken_in,
            ([truth], [ward]) if truth == ward => &mut figures.right,
            ([_], [_]) => &mut figures.wrong,
            ([_], _) => &mut figures.unanswered,
            (_, [_]) => &mut figures.guessed,
            (truth, wards) if truth == wards => &mut figures.open_exact,
            (truth, wards) if truth.iter().all(|ward| wards.contains(ward)) => &mut figures.open,
            _ => &mut figures.missed,
        };
        *counted += 1;
        if std::env::var_os("SHOW").is_some() {
            let kind = match (address.truth.as_slice(), wards.as_slice()) {
                (a, b) if a == b => continue,
                ([], _) => "TAKEN",
                ([_], [_]) => "WRONG",
                ([_], _) => "UNANSWERED",
                (_, [_]) => "GUESSED",
                (t, w) if t.iter().all(|ward| w.contains(ward)) => "WIDE",
                _ => "MISSED",
            };
            println!(
                "{kind} {:?} truth {:?} read {wards:?} {:?}",
                address.text, address.truth, address.traits
            );
        }
    }
    println!("{figures:?}");
}
