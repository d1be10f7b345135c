//! `doisoat train`: the model that fits a small province, as a data team gets it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use doisoat::generate::{ErrorLevel, Format, Options, generate};
use doisoat::progress::Progress;
use doisoat::settings::{Model, RulesFolder, Settings, embedded_files};
use tempfile::TempDir;

/// The command: exit code, standard output, standard error.
fn doisoat(arguments: &[&str]) -> (i32, String, String) {
    let done = Command::cargo_bin("doisoat").unwrap().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

/// A province without its truth, so that nobody can read it.
fn province(residents: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_owned();
    let (errors, as_of) = (ErrorLevel::Typical, Options::default_as_of());
    let options = Options { residents, seed: 19, out, errors, format: Format::Csv, as_of };
    generate(&options, &Settings::read(&RulesFolder::embedded()).unwrap(), &Progress::silent()).unwrap();
    fs::remove_dir_all(folder.path().join("truth")).unwrap();
    folder
}

/// Empties a column of one source.
fn empty(file: &Path, column: &str) {
    let text = fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|name| name.trim_start_matches('\u{feff}') == column).unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        writer
            .write_record(row.iter().enumerate().map(|(place, cell)| if place == at { "" } else { cell }))
            .unwrap();
    }
    fs::write(file, writer.into_inner().unwrap()).unwrap();
}

/// The default rules in a folder, with a model of our own.
fn rules(model: Option<&str>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in embedded_files() {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    if let Some(model) = model {
        fs::write(folder.path().join("matching/model.toml"), model).unwrap();
    }
    folder
}

fn model_in(folder: &Path) -> Model {
    Settings::read(&RulesFolder::open(folder).unwrap()).unwrap().matching.model
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_trained_model_loads_links_and_keeps_the_one_before() {
    let (province, rules) = (province(3_000), rules(None));
    let before = model_in(rules.path());
    let (code, told, complaints) = doisoat(&[
        "train",
        "--input",
        text(province.path()),
        "--rules",
        text(rules.path()),
        "--as-of",
        "2026-06-30",
    ]);
    assert_eq!((code, complaints.contains("error")), (0, false), "{complaints}");
    assert!(told.contains("converged after") && told.contains("what moved most"), "{told}");
    let kept = fs::read_to_string(rules.path().join("matching/model.toml.bak")).unwrap();
    assert!(kept.contains("origin = \"provisional"), "{kept}");

    let model = model_in(rules.path());
    let trained_on = model.trained_on.clone().unwrap();
    assert_eq!((model.version, trained_on.day.as_str(), trained_on.converged), (2, "2026-06-30", true));
    assert_eq!((trained_on.data_sha256.len(), trained_on.passes), (64, 14));
    assert!(trained_on.records > 10_000 && trained_on.pairs > 50_000, "{trained_on:?}");
    // Who has moved is rarer than was thought: a person's wards differ in a pair of a hundred, not of six.
    let place = |model: &Model| model.comparisons[7].levels[4].m;
    assert!(place(&before) > 0.1 && place(&model) < 0.05, "{} {}", place(&before), place(&model));
    // Kin are taken from the model before.
    assert!((model.comparisons[0].levels[1].kin[0] - before.comparisons[0].levels[1].kin[0]).abs() < 1e-6);

    let out = tempfile::tempdir().unwrap();
    let run =
        ["run", "--input", text(province.path()), "--rules", text(rules.path()), "--stop-after", "link"];
    let (code, _, complaints) = doisoat(&[&run[..], &["--out", text(out.path())]].concat());
    assert_eq!(code, 0, "{complaints}");
}

#[test]
fn any_number_of_threads_trains_the_same_model() {
    let province = province(2_000);
    let out = tempfile::tempdir().unwrap();
    let train = |threads: &str| {
        let file = out.path().join(threads);
        let given =
            ["train", "--input", text(province.path()), "--as-of", "2026-06-30", "--out", text(&file)];
        let (code, told, complaints) = doisoat(&[&given[..], &["--threads", threads]].concat());
        assert_eq!(code, 0, "{complaints}");
        let told: String = told.lines().filter(|line| !line.starts_with("written")).collect();
        (fs::read_to_string(file).unwrap(), told)
    };
    assert_eq!(train("1"), train("3"));
}

#[test]
fn training_that_is_cut_short_says_which_level_still_moves() {
    let province = province(1_000);
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("model.toml");
    let given = ["train", "--input", text(province.path()), "--out", text(&file), "--iterations", "2"];
    let (code, told, _) = doisoat(&given);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("not converged after 4 iterations: m of `"), "{told}");
    assert!(fs::read_to_string(&file).unwrap().contains("\nconverged = false\n"));
}

#[test]
fn an_empty_column_is_told_and_the_others_are_trained() {
    let province = province(1_000);
    empty(&province.path().join("cu_tru.csv"), "ma_ho");
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("model.toml");
    let (code, told, complaints) =
        doisoat(&["train", "--input", text(province.path()), "--out", text(&file)]);
    assert_eq!(code, 0, "{complaints}");
    let why =
        "household is not trained: no two records have a value; its numbers are those of the model before";
    assert!(told.contains(why), "{told}");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains("# Not trained: no two records have a value"), "{written}");
    let before = model_in(rules(None).path());
    let after = model_in(rules(Some(&written)).path());
    assert_eq!(after.comparisons[10], before.comparisons[10]);
    assert_ne!(after.comparisons[7], before.comparisons[7]);
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_any_data_is_read() {
    let nowhere = tempfile::tempdir().unwrap();
    let file = nowhere.path().join("a/model.toml");
    let (code, _, complaints) = doisoat(&["train", "--out", text(&file)]);
    assert_eq!(code, 2);
    assert!(complaints.contains("error[TRN-001]") && !complaints.contains("read "), "{complaints}");
}
