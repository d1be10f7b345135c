//! Comparators by name over tables of any kind: which level each pair shows, from cell to `links.parquet`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};

use arrow::array::{Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use assert_cmd::Command;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A comparison: its id, the rest of its rules, its levels in the rules and how each is called.
const COMPARED: &[(&str, &str, &str, &[&str])] = &[
    (
        "who",
        "comparator = \"jaro_winkler\"\nvalue = \"name.plain & aliases.plain\"",
        "[\"missing\", \"exact\", { id = \"close\", at_least = 0.9 }, \"else\"]",
        &["exact", "close", "else"],
    ),
    (
        "written",
        "comparator = \"damerau_levenshtein\"\nvalue = \"name\"",
        "[\"missing\", \"exact\", { id = \"one\", at_most = 1 }, { id = \"two\", at_most = 2 }, \"else\"]",
        &["exact", "one", "two", "else"],
    ),
    (
        "words",
        "comparator = \"token_set\"\nvalue = \"name.plain\"",
        "[\"missing\", \"exact\", \"subset\", { id = \"half\", at_least = 0.5 }, \"else\"]",
        &["exact", "subset", "half", "else"],
    ),
    (
        "town",
        "comparator = \"place\"\nvalue = \"town.plain\"",
        "[\"missing\", \"exact\", \"subset\", { id = \"close\", at_least = 0.9 }, \"else\"]",
        &["exact", "subset", "close", "else"],
    ),
    (
        "code",
        "comparator = \"prefix\"\nvalue = \"code\"",
        "[\"missing\", \"exact\", { id = \"area\", at_least = 2 }, \"else\"]",
        &["exact", "area", "else"],
    ),
    (
        "area",
        "comparator = \"number\"\nvalue = \"area\"",
        "[\"missing\", \"exact\", { id = \"near\", at_most_percent = 5 }, \"else\"]",
        &["exact", "near", "else"],
    ),
    (
        "born",
        "comparator = \"number\"\nvalue = \"born\"",
        "[\"missing\", \"exact\", { id = \"month\", at_most = 31 }, \"else\"]",
        &["exact", "month", "else"],
    ),
    (
        "phone",
        "comparator = \"phone\"\nvalue = \"phone\"",
        "[\"missing\", \"exact\", \"same_end\", \"one_digit\", \"else\"]",
        &["exact", "same_end", "one_digit", "else"],
    ),
];

/// One table of pairs: two rows of one number, and the levels that they show.
const PAIRS: &[([&str; 7], [&str; 7], [&str; 8])] = &[
    (
        ["Ann Lee", "", "Leeds", "TS19", "1,234.5", "1612-03-04", "+61 2 9876 5432"],
        ["ANN LEE", "", "leeds", "TS19", "1234.50", "04/03/1612", "02 9876 5432"],
        ["exact", "else", "exact", "exact", "exact", "exact", "exact", "same_end"],
    ),
    (
        [
            "William Orme",
            "Bill Orme; Billy Orme",
            "Bradfield, Sheffield",
            "TS19",
            "100",
            "1855-01-01",
            "555 0100",
        ],
        ["Will Shaw", "x y; Billy Orme", "Bradfield", "TS5", "104", "1855-01-31", "555 0101"],
        ["exact", "else", "else", "subset", "area", "near", "month", "one_digit"],
    ),
    (
        ["Jon Smith", "", "Sheffeild", "B1", "0", "18550101", ""],
        ["Smith, Jon", "", "Sheffield", "TS5", "1", "1856-01-01", "555"],
        ["else", "else", "exact", "close", "else", "else", "else", "missing"],
    ),
    (
        ["Jon Smith", "", "", "", "x", "0999", "-"],
        ["Jno Smith", "", "Leeds", "B1", "1", "1856", "555"],
        ["close", "one", "else", "missing", "missing", "missing", "missing", "missing"],
    ),
];

const SOURCE: &str = "id = \"people\"\nfiles = [\"people.csv\"]\nrecord_id = \"id\"\n\n\
    [columns.pair]\nkind = \"identifier\"\n\n[columns.name]\nkind = \"text\"\n\n\
    [columns.aliases]\nkind = \"text\"\nseparator = \";\"\n\n[columns.town]\nkind = \"text\"\n\n\
    [columns.code]\nkind = \"text\"\n\n[columns.area]\nkind = \"number\"\n\n\
    [columns.born]\nkind = \"historic_date\"\n\n[columns.phone]\nkind = \"text\"\n";

fn matching() -> String {
    let mut text = String::from(
        "[thresholds]\nlink = 0.9\nreview = 0.8\nkeep = 0.001\n\n[[blocking]]\nid = \"pair\"\nkeys = [\"pair\"]\n",
    );
    for (id, rest, levels, _) in COMPARED {
        let _ = write!(text, "\n[[comparisons]]\nid = \"{id}\"\n{rest}\nlevels = {levels}\n");
    }
    text
}

/// A model by which no level tells anything, so that every pair is kept.
fn model() -> String {
    let mut text = String::from("version = 1\norigin = \"a test\"\n");
    for (id, _, _, levels) in COMPARED {
        let share = 1.0 / levels.len() as f64;
        let _ = write!(text, "\n[[comparisons]]\nid = \"{id}\"\nlevels = [\n");
        for level in *levels {
            let _ = writeln!(text, "    {{ level = \"{level}\", m = {share}, u = {share} }},");
        }
        text.push_str("]\n");
    }
    text
}

fn table() -> String {
    let mut text = String::from("id,pair,name,aliases,town,code,area,born,phone\n");
    for (at, (left, right, _)) in PAIRS.iter().enumerate() {
        for (side, cells) in [("a", left), ("b", right)] {
            let cells: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
            let _ = writeln!(text, "{at}{side},p{at},{}", cells.join(","));
        }
    }
    text
}

#[test]
fn each_pair_shows_the_first_declared_level_that_holds() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("rules/sources/people.toml", SOURCE.to_owned());
    write("rules/matching/people.toml", matching());
    write("rules/matching/model.toml", model());
    write("data/people.csv", table());
    let arguments = ["link", "--rules", "rules", "--input", "data", "--run-id", "r"];
    let done =
        Command::cargo_bin("doisoat").unwrap().current_dir(folder.path()).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in ["links.parquet", "non_links.parquet"] {
        let file = File::open(folder.path().join("out/r").join(file)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        for batch in reader.map(Result::unwrap) {
            let column = |name: &str| {
                let texts = cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
                texts.as_any().downcast_ref::<StringArray>().unwrap().clone()
            };
            let columns: Vec<StringArray> = COMPARED.iter().map(|one| column(one.0)).collect();
            let ids = column("left_id");
            for row in 0..batch.num_rows() {
                let levels = columns.iter().map(|column| column.value(row).to_owned());
                shown.insert(ids.value(row)[..1].to_owned(), levels.collect());
            }
        }
    }
    let expected: BTreeMap<String, Vec<String>> = PAIRS
        .iter()
        .enumerate()
        .map(|(at, pair)| (at.to_string(), pair.2.map(str::to_owned).to_vec()))
        .collect();
    assert_eq!(shown, expected);
}
