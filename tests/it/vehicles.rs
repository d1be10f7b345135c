//! A fifth source by a rules folder alone: `examples/vehicles`, laid over the default rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use assert_cmd::Command;
use doisoat::check::{compile, test_examples};
use doisoat::generate::{ErrorLevel, Extra, Format, Options, RULES, VEHICLE_RULES, generate_with};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

const FOUR: [&str; 4] = ["cu_tru", "ho_tich", "bhyt", "thue_bao"];

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/vehicles")
}

/// A province of few residents, with vehicles or without.
fn province(residents: u64, extras: &[Extra]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        residents,
        seed: 11,
        out: folder.path().to_owned(),
        errors: ErrorLevel::Typical,
        format: Format::Csv,
        as_of: Options::default_as_of(),
    };
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    generate_with(&options, extras, &settings, &Progress::silent()).unwrap();
    folder
}

/// The named columns of a Parquet table as texts, row by row.
fn rows<const N: usize>(path: &Path, columns: [&str; N]) -> Vec<[String; N]> {
    let file = fs::File::open(path).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    batches.flat_map(|batch| rows_of(&batch.unwrap(), columns)).collect()
}

fn rows_of<const N: usize>(batch: &RecordBatch, columns: [&str; N]) -> Vec<[String; N]> {
    let texts = columns.map(|name| {
        let column = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
        if let Some(flags) = column.as_any().downcast_ref::<BooleanArray>() {
            return (0..flags.len()).map(|at| flags.value(at).to_string()).collect::<Vec<_>>();
        }
        let texts = cast(column, &DataType::Utf8).unwrap();
        let texts = texts.as_any().downcast_ref::<StringArray>().unwrap();
        (0..texts.len()).map(|at| texts.value(at).to_owned()).collect()
    });
    (0..batch.num_rows()).map(|row| std::array::from_fn(|column| texts[column][row].clone())).collect()
}

/// Runs the program; exit code and what it said on both streams.
fn doisoat(arguments: &[&str]) -> (i32, String) {
    let done = Command::cargo_bin("doisoat").unwrap().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code().unwrap(), text(&done.stdout) + &text(&done.stderr))
}

/// A copy of the example, with files changed or added.
fn changed(files: &[(&str, &str)]) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let to = to.join(entry.file_name());
            match entry.path() {
                folder if folder.is_dir() => copy(&folder, &to),
                file => drop(fs::copy(file, to).unwrap()),
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&example(), folder.path());
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_fifth_extract_leaves_the_other_four_and_their_truth_as_they_are() {
    let (plain, with) = (province(2_500, &[]), province(2_500, &[Extra::Vehicles]));
    for file in FOUR.map(|source| format!("{source}.csv")) {
        let bytes = |folder: &TempDir| fs::read(folder.path().join(&file)).unwrap();
        assert!(bytes(&plain) == bytes(&with), "{file} differs");
    }
    assert!(!plain.path().join("phuong_tien.csv").exists());
    let truth = |folder: &TempDir, table: &str| folder.path().join(format!("truth/truth_{table}.parquet"));
    for (table, columns) in [
        ("people", ["source", "record_id", "person_id"]),
        ("findings", ["rule", "record_id", "correct_value"]),
        ("findings", ["rule", "record_id", "detectable"]),
    ] {
        let mut more = rows(&truth(&with, table), columns);
        let is_new = |row: &[String; 3]| row[0] == "phuong_tien" || VEHICLE_RULES.contains(&row[0].as_str());
        assert!(more.iter().any(is_new), "{table}: nothing about vehicles");
        more.retain(|row| !is_new(row));
        assert!(more == rows(&truth(&plain, table), columns), "{table}: the truth of four sources differs");
    }
    let pairs = |folder| rows(&truth(folder, "hard_pairs"), ["left_id", "right_id", "kind"]);
    assert!(pairs(&plain) == pairs(&with));
}

#[test]
fn every_vehicle_stands_in_the_truth_once_and_plates_do_not_repeat() {
    let folder = province(2_500, &[Extra::Vehicles]);
    let mut reader = csv::Reader::from_path(folder.path().join("phuong_tien.csv")).unwrap();
    let rows_of: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert!((1_000..2_500).contains(&rows_of.len()), "{} vehicles of 2,500 residents", rows_of.len());
    let distinct = |column: &str| rows_of.iter().map(|row| row[column].clone()).collect::<BTreeSet<_>>();
    assert_eq!(distinct("bien_so").len(), rows_of.len());
    let people = rows(&folder.path().join("truth/truth_people.parquet"), ["source", "record_id"]);
    let told: BTreeSet<String> =
        people.into_iter().filter(|row| row[0] == "phuong_tien").map(|[_, id]| id).collect();
    assert_eq!(told, distinct("ma_dang_ky"));
    // Papers show the birth date sometimes, and the old card often.
    let share = |has: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        rows_of.iter().filter(|row| has(row)).count() as f64 / rows_of.len() as f64
    };
    assert!((0.45..0.70).contains(&share(&|row| !row["ngay_sinh"].is_empty())));
    assert!((0.10..0.60).contains(&share(&|row| row["so_dinh_danh"].len() == 9)));
}

#[test]
fn rules_of_the_example_find_their_failing_rows_and_no_others() {
    let settings = Settings::read(&RulesFolder::open(&example()).unwrap()).unwrap();
    let complaints: Vec<String> = compile(&settings).iter().map(ToString::to_string).collect();
    assert_eq!(complaints, [""; 0]);
    let default = Settings::read(&RulesFolder::embedded()).unwrap();
    let own: Vec<_> =
        settings.checks.iter().filter(|check| !default.checks.iter().any(|of| of.id == check.id)).collect();
    let ids: BTreeSet<&str> = own.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from(VEHICLE_RULES));
    assert_eq!(settings.checks.len(), default.checks.len() + own.len());
    let outcomes = test_examples(&settings);
    for check in own {
        let of_rule: Vec<_> = outcomes.iter().filter(|outcome| outcome.rule == check.id).collect();
        for outcome in &of_rule {
            assert!(outcome.problem.is_none(), "{}", outcome.problem.as_ref().unwrap());
        }
        for found in [true, false] {
            assert!(of_rule.iter().filter(|outcome| outcome.found == found).count() >= 2, "{}", check.id);
        }
        assert!(check.wording.title.chars().count() <= 60, "{}", check.id);
    }
}

/// Found and right, found, to be found: of one rule.
fn counts(run: &Path, truth: &Path, rule: &str) -> [usize; 3] {
    let keep = |rows: Vec<[String; 3]>| -> BTreeMap<String, bool> {
        let of_rule = rows.into_iter().filter(|row| row[0] == rule);
        of_rule.map(|[_, record, flag]| (record, flag == "true")).collect()
    };
    let found = keep(rows(&run.join("findings.parquet"), ["rule", "record_id", "route"]));
    let truth = keep(rows(truth, ["rule", "record_id", "detectable"]));
    let right = found.keys().filter(|record| truth.contains_key(*record)).count();
    [right, found.len(), truth.values().filter(|detectable| **detectable).count()]
}

#[test]
fn a_night_with_vehicles_finds_owners_who_died_moved_or_are_unknown() {
    let (input, out) = (province(6_000, &[Extra::Vehicles]), tempfile::tempdir().unwrap());
    let text = |path: &Path| path.display().to_string();
    let (rules, input_word, out_word) = (text(&example()), text(input.path()), text(out.path()));
    let (code, said) = doisoat(&["run", "--rules", &rules, "--input", &input_word, "--out", &out_word]);
    assert_eq!(code, 0, "{said}");
    let run = out.path().join("latest");
    let truth = input.path().join("truth/truth_findings.parquet");
    for rule in VEHICLE_RULES {
        let [right, found, expected] = counts(&run, &truth, rule);
        assert!(expected >= 3, "{rule}: {expected} to be found");
        // Of the dozen cases of so small a province three may be another fault than the one asked for.
        assert!(found - right <= 3.max(found / 10), "{rule}: {right} of {found} are right");
        assert!(found * 10 >= expected * 6, "{rule}: {found} found, {expected} to be found");
    }
    let agencies: Vec<String> = fs::read_dir(run.join("worklists/agencies"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(agencies.iter().any(|name| name.contains("csgt")), "{agencies:?}");
    // The rules of the four sources are asked as ever.
    let speaking: BTreeSet<String> =
        rows(&run.join("findings.parquet"), ["rule"]).into_iter().map(|[rule]| rule).collect();
    assert!(RULES.iter().filter(|rule| speaking.contains(**rule)).count() > 60, "{speaking:?}");
}

#[test]
fn a_folder_laid_over_the_default_rules_can_be_written_whole() {
    let out = tempfile::tempdir().unwrap();
    let (whole, rules) = (out.path().join("whole"), example().display().to_string());
    let whole_word = whole.display().to_string();
    let (code, said) = doisoat(&["rules", "export", &whole_word, "--rules", &rules]);
    assert_eq!(code, 0, "{said}");
    assert!(!whole.join("rules.toml").exists(), "what stands alone lies over nothing");
    let ids = |folder: &Path| -> Vec<String> {
        let settings = Settings::read(&RulesFolder::open(folder).unwrap()).unwrap();
        let checks = settings.checks.into_iter().map(|check| check.id);
        settings.sources.into_iter().map(|source| source.id).chain(checks).collect()
    };
    assert_eq!(ids(&whole), ids(&example()));
    let (_, listed) = doisoat(&["rules", "list", "--rules", &rules]);
    assert!(listed.contains("vehicle-owner-moved") && listed.contains("deceased-but-resident"), "{listed}");
}

#[test]
fn a_mistake_is_told_of_the_file_it_stands_in() {
    let source = fs::read_to_string(example().join("sources/phuong_tien.toml")).unwrap();
    let own =
        changed(&[("sources/phuong_tien.toml", &source.replace("kind = \"address\"", "kind = \"adress\""))]);
    let (code, said) = doisoat(&["rules", "check", "--rules", &own.path().display().to_string()]);
    assert_eq!(code, 2, "{said}");
    let place = own.path().join("sources/phuong_tien.toml").display().to_string();
    assert!(said.contains(&format!("{place}:")) && said.contains("did you mean `address`?"), "{said}");

    // An office that default rules name is gone with the file that replaces theirs.
    let offices = "[offices.csgt]\ntitle = \"Phòng Cảnh sát giao thông\"\n";
    let folder = changed(&[("wording/offices.toml", offices)]);
    let (code, said) = doisoat(&["rules", "check", "--rules", &folder.path().display().to_string()]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("error[") && said.contains("default rules: checks/"), "{said}");
}

#[test]
fn default_files_can_be_left_out_by_name() {
    let text = "extends = \"default\"\nwithout = [\"checks/song/identity-card-due.toml\"]\n";
    let folder = changed(&[("rules.toml", text)]);
    let ids = |folder: &Path| -> BTreeSet<String> {
        Settings::read(&RulesFolder::open(folder).unwrap())
            .unwrap()
            .checks
            .into_iter()
            .map(|c| c.id)
            .collect()
    };
    let (fewer, all) = (ids(folder.path()), ids(&example()));
    let gone: Vec<&String> = all.difference(&fewer).collect();
    assert_eq!(gone, ["identity-card-due"]);
}
