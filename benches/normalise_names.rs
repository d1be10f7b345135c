//! All names of a province: how fast they are read, and what their damage costs.
//!
//! ```console
//! cargo bench --bench normalise_names             a million residents; made first, if need be
//! DOISOAT_BENCH_RESIDENTS=100000 cargo bench --bench normalise_names
//! ```
//!
//! Speed: the name columns of all sources, as a night reads them; yardstick: NFC and
//! lower case of the same distinct texts by `unicode-normalization`, on as many threads.
//! False alarms: names without a fault (a province generated without errors, the
//! tables' surnames with their middle and given names, the same without accents, and foreign
//! and Khmer names), of which none may be taken for damaged; the bench fails at one.
//! Recall: such names written in each encoding, and with each way's keys left in;
//! the share that comes back, and the share that comes back as another name.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use common::{Runs, drawn};
use doisoat::generate::{self, ErrorLevel, Format};
use doisoat::ingest::{self, Delivery};
use doisoat::normalise::{TextRepair, normalise, plain_words};
use doisoat::progress::Progress;
use doisoat::settings::{Kind, Settings};
use doisoat::table::{DictionaryBuilder, SourceIndex, Table};
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

const RUNS: usize = 3;
/// Clean names looked at.
const CLEAN: usize = 1_000_000;
/// Names damaged in each way.
const DAMAGED: usize = 100_000;
/// Residents of the province without errors.
const RESIDENTS_CLEAN: u64 = 200_000;

/// Names of people who live here too, and that keys or bytes could be seen in.
const FOREIGN: [&str; 60] = [
    "Néang Sok Phoeun",
    "Danh Soeurn",
    "Chau Sóc Kha",
    "Thạch Sà Rết",
    "Néang Srây Mom",
    "Danh Rây",
    "Lâm Sa Ry",
    "Kim Sophors",
    "Sơn Thị Sà Vơn",
    "Chau Phirom",
    "Danh Thol",
    "Thạch Chanh Đa Ra",
    "Kiên Sóc Kha",
    "Néang Oanh Đa",
    "Maria Nguyễn",
    "Joseph Trần Văn An",
    "Anna Lê",
    "William Nguyễn",
    "David Phạm",
    "Alex Trần",
    "Jeff Lý",
    "Sarah Võ",
    "Lewis Hoeun",
    "Ross Nguyễn",
    "François Dupont",
    "José García",
    "René Lê",
    "Jürgen Müller",
    "Noël Trần",
    "Zoé Martin",
    "Loïc Bernard",
    "Chloé Nguyễn",
    "Jörg Weiß",
    "Søren Kjær",
    "Åsa Lindström",
    "Kim Soo Hyun",
    "Lee Min Ho",
    "Park Ji Woo",
    "Choi Seung Joon",
    "Wang Wei",
    "Chow Yun Fat",
    "Low Boon Seng",
    "Noor Aishah",
    "Mohamad Sarif",
    "Max Weber",
    "Rex Tan",
    "H'Mông Y Sao",
    "K'Brê",
    "Y Moan Êban",
    "Rơ Ông K'Ba",
    "Thomas Edison",
    "Lucas Moore",
    "Taj Mahal",
    "Raj Kumar",
    "Queenie Lim",
    "Goossens Jan",
    "Aaron Isaac",
    "Todd Eddie",
    "Dawn Shawn",
    "Nguyễn Văn An (Tý)",
];

fn main() {
    let settings = common::settings();
    let repair = TextRepair::new(&settings);
    speed(&settings);
    let clean = clean_names(&settings);
    false_alarms(&repair, &clean);
    recall_of_encodings(&settings, &repair, &clean);
    recall_of_keys(&settings, &repair, &clean);
}

/// The tables of a province with the columns of names alone.
fn name_tables(settings: &Settings, folder: &Path) -> Vec<(SourceIndex, Table)> {
    let deliveries = ingest::ingest(settings, folder, &Progress::silent()).expect("a readable province");
    let of = |(at, delivery): (usize, Delivery)| {
        let Delivery::Delivered(extract) = delivery else { panic!("generated, and yet refused") };
        let mut table = extract.table;
        for (column, declared) in table.columns.iter_mut().zip(&settings.sources[at].columns) {
            if !matches!(declared.kind, Kind::PersonName) {
                *column = None;
            }
        }
        (SourceIndex(at as u8), table)
    };
    deliveries.into_iter().enumerate().map(of).collect()
}

fn speed(settings: &Settings) {
    let residents = common::residents(1_000_000);
    let tables = name_tables(settings, &common::province(settings, residents));
    let columns = || {
        tables.iter().flat_map(|(_, table)| table.columns.iter().flatten().map(|column| (table.rows, column)))
    };
    let rows: usize = columns().map(|(rows, _)| rows).sum();
    let texts: Vec<&str> = columns().flat_map(|(_, column)| column.dictionary().texts()).collect();
    let machine = common::machine();
    let mut runs = Runs::default();
    for _ in 0..RUNS {
        let copy = tables.clone();
        runs.push(common::clock(|| normalise(settings, copy, &Progress::silent())).0);
    }
    let yardstick = Runs::of(RUNS, || {
        texts
            .par_iter()
            .map(|text| text.nfc().flat_map(char::to_lowercase).collect::<String>().len())
            .sum::<usize>()
    });
    println!(
        "{residents} residents, {rows} names, {} distinct texts, median of {RUNS} runs ({machine})",
        texts.len()
    );
    println!(
        "  read      {runs}, {:.2} M rows/s, {:.2} M distinct texts/s",
        runs.rate(rows) / 1e6,
        runs.rate(texts.len()) / 1e6
    );
    println!("  yardstick {yardstick}: NFC and lower case of the distinct texts");
}

/// Distinct names without a fault.
fn clean_names(settings: &Settings) -> Vec<String> {
    let folder = common::folder().join(format!("province-clean-{RESIDENTS_CLEAN}"));
    generate_clean(settings, &folder);
    let tables = name_tables(settings, &folder);
    let mut names: HashSet<String> = FOREIGN.iter().map(|name| (*name).to_owned()).collect();
    for (_, table) in &tables {
        for column in table.columns.iter().flatten() {
            names.extend(column.dictionary().texts().filter(|text| !text.is_empty()).map(str::to_owned));
        }
    }
    let words = |table: &str, column: &'static str| -> Vec<&str> {
        settings.reference.table(table).select([column]).map(|[word]| word).collect()
    };
    let surnames = words("surnames", "surname");
    let parts = |kind: &str| -> Vec<&str> {
        let rows = settings.reference.table("given_name_parts").select(["part", "text"]);
        rows.filter(|row| row[0].starts_with(kind)).map(|row| row[1]).collect()
    };
    let (middles, givens) = (parts("middle"), parts("given"));
    for surname in &surnames {
        names.extend(givens.iter().map(|given| format!("{surname} {given}")));
    }
    let pick = |words: &[&str], at: u64, part: u64| {
        words[(drawn(part, at) % words.len() as u64) as usize].to_owned()
    };
    let mut at = 0;
    while names.len() < CLEAN {
        at += 1;
        let name = [pick(&surnames, at, 1), pick(&middles, at, 2), pick(&givens, at, 3)].join(" ");
        let name = match at % 4 {
            0 => name.to_uppercase(),
            1 => plain_words(&name),
            2 => plain_words(&name).to_uppercase(),
            _ => name,
        };
        names.insert(name);
    }
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_unstable();
    names
}

fn generate_clean(settings: &Settings, folder: &Path) {
    if folder.join("delivery.toml").exists() {
        return;
    }
    let options = generate::Options {
        residents: RESIDENTS_CLEAN,
        seed: 2,
        out: folder.to_owned(),
        errors: ErrorLevel::None,
        format: Format::Csv,
        as_of: generate::Options::default_as_of(),
    };
    generate::generate(&options, settings, &Progress::silent()).expect("a province can be made");
}

fn false_alarms(repair: &TextRepair, clean: &[String]) {
    let decoded: Vec<_> =
        clean.par_iter().filter_map(|name| repair.decode(name).map(|to| (name, to))).collect();
    let mended: Vec<_> =
        clean.par_iter().filter_map(|name| repair.mend_keys(name).map(|to| (name, to))).collect();
    println!(
        "{} clean names: {} taken for another encoding, {} for keys left in",
        clean.len(),
        decoded.len(),
        mended.len()
    );
    for (name, to) in decoded.iter().take(20) {
        println!("  {name}: {to:?}");
    }
    for (name, to) in mended.iter().take(20) {
        println!("  {name}: {to:?}");
    }
    // Back to back, as a column has them.
    let mut column = DictionaryBuilder::default();
    for name in clean {
        column.code(name);
    }
    let column = column.finish();
    let nanoseconds = |runs: &Runs| runs.median() * 1e9 / clean.len() as f64;
    let read = Runs::of(RUNS, || {
        column.texts().map(|name| name.bytes().map(usize::from).sum::<usize>()).sum::<usize>()
    });
    let decode = Runs::of(RUNS, || column.texts().filter(|name| repair.decode(name).is_some()).count());
    let mend = Runs::of(RUNS, || column.texts().filter(|name| repair.mend_keys(name).is_some()).count());
    println!("  {:.1} ns a name on one thread to add up its bytes", nanoseconds(&read));
    println!("  {:.1} ns to see that it is in Unicode", nanoseconds(&decode));
    println!("  {:.1} ns to see that it is clean and has no keys", nanoseconds(&mend));
    assert!(decoded.is_empty() && mended.is_empty(), "no clean name is touched");
}

/// What became of damaged names.
#[derive(Default)]
struct Recall {
    names: usize,
    back: usize,
    /// Right but for capitals.
    but_for_case: usize,
    left: usize,
    wrong: usize,
}

impl Recall {
    fn of<'a>(
        pairs: impl ParallelIterator<Item = (&'a str, String)>,
        mend: impl Fn(&str) -> Option<String> + Sync,
    ) -> Self {
        pairs
            .map(|(name, damaged)| {
                let found = mend(&damaged);
                let case = |found: &String| found.to_lowercase() == name.to_lowercase();
                let (back, left) = (found.as_deref() == Some(name), found.is_none());
                let but_for_case = !back && found.as_ref().is_some_and(case);
                Self {
                    names: 1,
                    back: usize::from(back),
                    but_for_case: usize::from(but_for_case),
                    left: usize::from(left),
                    wrong: usize::from(!back && !left && !but_for_case),
                }
            })
            .reduce(Self::default, |a, b| Self {
                names: a.names + b.names,
                back: a.back + b.back,
                but_for_case: a.but_for_case + b.but_for_case,
                left: a.left + b.left,
                wrong: a.wrong + b.wrong,
            })
    }

    fn print(&self, what: &str, back_min: f64, wrong_max: f64) {
        let share = |part: usize| part as f64 / self.names.max(1) as f64;
        println!(
            "  {what:<42} {:>7} names, {:.4} back, {:.4} but for case, {:.4} left, {:.5} wrong",
            self.names,
            share(self.back),
            share(self.but_for_case),
            share(self.left),
            share(self.wrong)
        );
        assert!(share(self.back + self.but_for_case) >= back_min, "{what}: fewer come back than did");
        assert!(share(self.wrong) <= wrong_max, "{what}: more become another name than did");
    }
}

/// Accented names, as many as are damaged; of one word those that a text has its given name from.
fn accented(clean: &[String], single: bool) -> Vec<&str> {
    let step = (clean.len() / DAMAGED / 2).max(1);
    let names = clean.iter().step_by(step).filter(|name| !FOREIGN.contains(&name.as_str()));
    names
        .map(|name| if single { name.rsplit(' ').next().unwrap_or(name) } else { name.as_str() })
        .filter(|name| !name.is_ascii())
        .collect()
}

fn recall_of_encodings(settings: &Settings, repair: &TextRepair, clean: &[String]) {
    println!("written in an encoding of before Unicode:");
    for (encoding, capitals) in [
        ("TCVN3-ABC", "TCVN3-ABC-CAPFONT"),
        ("VNI-WIN", ""),
        ("VISCII", ""),
        ("VPS", ""),
        ("CP1258", ""),
        ("UTF8-AS-CP1252", ""),
    ] {
        let mut codes: BTreeMap<char, &str> = BTreeMap::new();
        for [row, seen, letter] in
            settings.reference.table("legacy_encodings").select(["encoding", "byte_hex", "unicode_nfc"])
        {
            if (row == encoding || row == capitals)
                && let Some(letter) = letter.chars().next()
            {
                codes.insert(letter, seen);
            }
        }
        let write = |name: &str| -> String {
            name.chars().map(|c| codes.get(&c).map_or_else(|| c.to_string(), |hex| seen(hex))).collect()
        };
        for (single, back_min) in [(false, 0.85), (true, 0.5)] {
            let names = accented(clean, single);
            let pairs = || {
                names.par_iter().map(|name| (*name, write(name))).filter(|(name, damaged)| name != damaged)
            };
            let what = format!("{encoding}{}", if single { ", one word" } else { "" });
            let recall = Recall::of(pairs(), |damaged| repair.decode(damaged).map(|(text, _)| text));
            recall.print(&what, back_min, 0.02);
            let mut column = DictionaryBuilder::default();
            for name in &names {
                column.code(&write(name));
            }
            let repair = repair.for_texts(&column.finish());
            let recall = Recall::of(pairs(), |damaged| repair.decode(damaged).map(|(text, _)| text));
            recall.print(&format!("{what}, column of it"), back_min, 0.02);
        }
    }
}

/// Bytes in hex as windows-1252 shows them.
fn seen(hex: &str) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"));
    bytes
        .map(
            |byte| {
                if (0x80..0xa0).contains(&byte) { HIGH[usize::from(byte - 0x80)] } else { char::from(byte) }
            },
        )
        .collect()
}

fn recall_of_keys(settings: &Settings, repair: &TextRepair, clean: &[String]) {
    println!("with keys left in every word, and in the first word alone:");
    for way in ["telex", "vni_keys", "viqr"] {
        let keys: BTreeMap<char, &str> = settings
            .reference
            .table("input_residue")
            .select(["letter", way])
            .filter_map(|[letter, keys]| Some((letter.chars().next()?, keys)))
            .collect();
        let typed = |word: &str| -> String {
            word.chars()
                .map(|c| keys.get(&c).map_or_else(|| c.to_string(), |keys| (*keys).to_owned()))
                .collect()
        };
        for first_alone in [false, true] {
            let names: Vec<String> = accented(clean, false).iter().map(|name| name.to_lowercase()).collect();
            let pairs = names.par_iter().map(|name| {
                let damaged = match name.split_once(' ') {
                    Some((first, rest)) if first_alone => format!("{} {rest}", typed(first)),
                    _ => typed(name),
                };
                (name.as_str(), damaged)
            });
            let pairs = pairs.filter(|(name, damaged)| name != damaged);
            let recall = Recall::of(pairs, |damaged| repair.mend_keys(damaged).map(|(text, _)| text));
            recall.print(&format!("{way}{}", if first_alone { ", first word" } else { "" }), 0.1, 0.05);
        }
    }
}
