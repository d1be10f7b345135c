//! One night as its users start it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data")
}

pub(crate) fn doisoat() -> Command {
    Command::cargo_bin("doisoat").unwrap()
}

/// Runs a night on a folder; the exit code, standard output and standard error.
pub(crate) fn night(input: &Path, out: &Path, more: &[&str]) -> (i32, String, String) {
    let done =
        doisoat().arg("run").arg("--input").arg(input).arg("--out").arg(out).args(more).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

/// The first lines of the sample's extracts: quick, and enough for a whole night.
pub(crate) fn small_input() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for source in ["cu_tru", "ho_tich", "bhyt", "thue_bao"] {
        let text = fs::read_to_string(sample().join(format!("{source}.csv"))).unwrap();
        let head: String = text.split_inclusive('\n').take(400).collect();
        fs::write(folder.path().join(format!("{source}.csv")), head).unwrap();
    }
    fs::copy(sample().join("delivery.toml"), folder.path().join("delivery.toml")).unwrap();
    folder
}

/// Every file below a folder with its bytes.
pub(crate) fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                files.insert(entry.strip_prefix(folder).unwrap().to_owned(), fs::read(&entry).unwrap());
            }
        }
    }
    files
}

#[test]
fn the_sample_runs_through_and_ends_with_a_summary_a_person_can_read() {
    let out = tempfile::tempdir().unwrap();
    let (code, summary, complaints) = night(&sample(), out.path(), &["--run-id", "one"]);
    assert_eq!(code, 0, "{complaints}");
    for expected in ["cu_tru", "ho_tich", "bhyt", "thue_bao", "read", "kept", "set aside", "report.html"] {
        assert!(summary.contains(expected), "`{expected}` is not in\n{summary}");
    }
    let run = out.path().join("latest");
    for file in [
        "links.parquet",
        "people.parquet",
        "findings.parquet",
        "finding_evidence.parquet",
        "report.html",
        "run.json",
    ] {
        assert!(run.join(file).is_file(), "{file}");
    }
    let wards = fs::read_dir(run.join("worklists")).unwrap().count();
    assert!(wards > 64, "{wards} entries in worklists/");
}

#[test]
fn the_books_balance_for_every_source() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let mut text = fs::read_to_string(input.path().join("bhyt.csv")).unwrap();
    text.push_str("BH1,only,three\n");
    fs::write(input.path().join("bhyt.csv"), text).unwrap();
    assert_eq!(night(input.path(), out.path(), &[]).0, 0);
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("latest/run.json")).unwrap()).unwrap();
    let mut set_aside = 0;
    for source in json["sources"].as_array().unwrap() {
        let count = |key: &str| source[key].as_u64().unwrap();
        assert_eq!(count("rows_read"), count("rows_kept") + count("rows_set_aside"), "{source}");
        set_aside += count("rows_set_aside");
    }
    assert_eq!(set_aside, 1);
    let rejects = fs::read_to_string(out.path().join("latest/rejects/bhyt.csv")).unwrap();
    assert!(rejects.contains("BH1,only,three") || rejects.contains("\"BH1,only,three\""), "{rejects}");
}

#[test]
fn the_same_bytes_come_out_for_any_number_of_threads() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let runs: Vec<_> = ["1", "2", "7"]
        .iter()
        .map(|threads| {
            let id = format!("with-{threads}");
            let (code, _, complaints) =
                night(input.path(), out.path(), &["--threads", threads, "--run-id", &id]);
            assert_eq!(code, 0, "{complaints}");
            let mut files = bytes_below(&out.path().join(&id));
            files.remove(Path::new("run.json"));
            files.remove(Path::new("report.html"));
            files
        })
        .collect();
    for other in &runs[1..] {
        assert_eq!(runs[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (name, bytes) in &runs[0] {
            assert!(other[name] == *bytes, "{} differs", name.display());
        }
    }
}

#[test]
fn nothing_of_a_run_is_readable_by_others() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    assert_eq!(night(input.path(), out.path(), &["--run-id", "private"]).0, 0);
    let mut folders = vec![out.path().join("private")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let mode = fs::metadata(&entry).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if entry.is_dir() { 0o700 } else { 0o600 }, "{}", entry.display());
            if entry.is_dir() {
                folders.push(entry);
            }
        }
    }
}

#[test]
fn without_the_residence_extract_nothing_is_published_and_yesterday_stands() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    assert_eq!(night(input.path(), out.path(), &["--run-id", "yesterday"]).0, 0);
    fs::remove_file(input.path().join("cu_tru.csv")).unwrap();
    let (code, _, complaints) = night(input.path(), out.path(), &["--run-id", "today"]);
    assert_eq!(code, 2);
    assert!(complaints.contains("cu_tru") && complaints.contains("help:"), "{complaints}");
    assert!(!out.path().join("today").exists());
    assert!(out.path().join("latest").canonicalize().unwrap().ends_with("yesterday"));
}

#[test]
fn another_source_that_is_broken_is_left_out_and_named() {
    for (name, content) in
        [("missing", None), ("empty", Some("")), ("header only", Some("so_thue_bao,ho_ten\n"))]
    {
        let (input, out) = (small_input(), tempfile::tempdir().unwrap());
        let file = input.path().join("thue_bao.csv");
        fs::remove_file(&file).unwrap();
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let (code, _, complaints) = night(input.path(), out.path(), &[]);
        assert_eq!(code, 1, "{name}: {complaints}");
        assert!(complaints.contains("thue_bao"), "{name}: {complaints}");
        assert!(out.path().join("latest/people.parquet").is_file());
    }
}

#[test]
fn a_mistake_in_the_rules_stops_the_run_before_any_data_is_read() {
    let (out, rules) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = rules.path().join("mine");
    doisoat().args(["rules", "export"]).arg(&folder).assert().success();
    let file = folder.join("sources/bhyt.toml");
    let text = fs::read_to_string(&file).unwrap().replace("field = \"full_name\"", "feild = \"full_name\"");
    fs::write(&file, text).unwrap();
    let (code, _, complaints) = night(&sample(), out.path(), &["--rules", folder.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(
        complaints.contains("unknown key `feild`") && complaints.contains("did you mean `field`?"),
        "{complaints}"
    );
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

/// The default rules in a folder of their own, one text of each file replaced.
fn rules_with(changes: &[(&str, &str, &str)]) -> TempDir {
    let rules = tempfile::tempdir().unwrap();
    let folder = rules.path().join("mine");
    doisoat().args(["rules", "export"]).arg(&folder).assert().success();
    for (file, old, new) in changes {
        let file = folder.join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{}", file.display());
        fs::write(&file, text.replacen(old, new, 1)).unwrap();
    }
    rules
}

#[test]
fn every_mistake_of_quality_rules_is_told_at_once_and_nothing_is_run() {
    let rules = rules_with(&[
        ("checks/sach/phone-invalid.toml", "live AND", "age AND"),
        ("checks/song/insurance-card-lapsed.toml", "when = '''\n", "when = '''\nno_such_column = 1 AND "),
        ("checks/sach/phone-old-prefix.toml", "suggest = \"phone\"", "suggest = \"full_name\""),
        ("checks/du/sex-missing.toml", "id = \"sex-missing\"", "id = \"phone-missing\""),
        ("checks/du/relation-missing.toml", "[[pass]]", "[[fail]]"),
    ]);
    let folder = rules.path().join("mine");
    let out = tempfile::tempdir().unwrap();
    let (code, _, told) = night(&sample(), out.path(), &["--rules", folder.to_str().unwrap()]);
    assert_eq!(code, 2, "{told}");
    for expected in [
        "phone-invalid.toml:",
        "unknown column `no_such_column`",
        "rule `phone-old-prefix` suggests `full_name` for `phone`",
        "rule id `phone-missing` is used in",
        "rule `relation-missing` does not find a row of its `fail` list",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert_eq!(told.matches("error[").count(), told.matches("  help: ").count());
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
    let done = doisoat().args(["rules", "check", "--rules"]).arg(&folder).output().unwrap();
    assert_eq!((done.status.code(), String::from_utf8(done.stderr).unwrap()), (Some(2), told));
}

#[test]
fn a_gate_that_fails_publishes_the_night_with_reservations() {
    let gate = |limits: &str| format!("[gate]\n{limits}\n[wording]");
    let rules = rules_with(&[
        (
            "checks/du/phone-missing.toml",
            "[wording]",
            &gate("warn = { percent = 0.1 }\nfail = { count = 1 }"),
        ),
        ("checks/song/old-id-behind-sim.toml", "[wording]", &gate("warn = { count = 1 }")),
    ]);
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let folder = rules.path().join("mine");
    let more = ["--rules", folder.to_str().unwrap(), "--run-id", "one"];
    let (code, summary, told) = night(input.path(), out.path(), &more);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("error[CHK-021]: ") && told.contains("phone-missing.toml"), "{told}");
    assert!(told.contains("warning[CHK-020]: ") && told.contains("old-id-behind-sim.toml"), "{told}");
    assert!(summary.contains("done, with reservations") && summary.contains("Gates passed"), "{summary}");
    let run: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.path().join("latest/run.json")).unwrap()).unwrap();
    assert_eq!(run["exit_code"], 1);
    assert_eq!(run["gates"][0]["rule"], "phone-missing");
    assert_eq!(run["gates"][0]["level"], "fail");
    assert_eq!(run["gates"][1]["level"], "warn");
    let page = fs::read_to_string(out.path().join("latest/report.html")).unwrap();
    assert!(page.contains("Vượt ngưỡng dừng") && page.contains("Vượt ngưỡng cảnh báo"));
}

#[test]
fn a_run_id_is_used_once() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    assert_eq!(night(input.path(), out.path(), &["--run-id", "one"]).0, 0);
    let (code, _, complaints) = night(input.path(), out.path(), &["--run-id", "one"]);
    assert_eq!(code, 2, "{complaints}");
    assert_eq!(night(input.path(), out.path(), &["--run-id", "../one"]).0, 2);
}

#[test]
fn a_run_that_was_stopped_early_is_not_the_latest() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let (code, _, complaints) =
        night(input.path(), out.path(), &["--run-id", "part", "--stop-after", "link"]);
    assert_eq!(code, 0, "{complaints}");
    assert!(out.path().join("part/people.parquet").is_file());
    assert!(!out.path().join("part/worklists").exists());
    assert!(!out.path().join("latest").exists());
}

#[test]
fn the_sources_may_come_as_any_subset() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    for source in ["ho_tich", "bhyt", "thue_bao"] {
        fs::remove_file(input.path().join(format!("{source}.csv"))).unwrap();
    }
    let (code, _, complaints) = night(input.path(), out.path(), &[]);
    assert_eq!(code, 1, "{complaints}");
    let report = fs::read_to_string(out.path().join("latest/report.html")).unwrap();
    assert!(report.contains("Không đủ dữ liệu"));
}
