//! What the commands beside `run` print.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn doisoat() -> Command {
    Command::cargo_bin("doisoat").unwrap()
}

fn answer(args: &[&str]) -> (i32, String, String) {
    let done = doisoat().args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

#[test]
fn rules_that_were_exported_are_valid_and_their_rows_hold() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    let rules = rules.to_str().unwrap();
    assert_eq!(answer(&["rules", "export", rules]).0, 0);
    assert_eq!(answer(&["rules", "check", "--rules", rules]).0, 0);
    let (code, told, complaints) = answer(&["rules", "test", "--rules", rules]);
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains(" 0 not as told"), "{told}");
    let (code, _, complaints) = answer(&["rules", "export", rules]);
    assert_eq!(code, 2, "an export must not write over what is there");
    assert!(complaints.contains("not empty"), "{complaints}");
}

#[test]
fn rules_are_listed_with_dimension_severity_and_route() {
    let (code, told, _) = answer(&["rules", "list"]);
    assert_eq!(code, 0);
    let line = told.lines().find(|line| line.starts_with("deceased-but-resident ")).unwrap();
    for word in ["song", "urgent", "door"] {
        assert!(line.contains(word), "{line}");
    }
}

#[test]
fn a_record_is_shown_with_its_person_and_an_unknown_one_is_told() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let out = tempfile::tempdir().unwrap();
    let run = out.path().join("one");
    let done = doisoat()
        .args(["run", "--quiet", "--run-id", "one", "--input"])
        .arg(&sample)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    assert!(done.status.success());
    let text = fs::read_to_string(sample.join("cu_tru.csv")).unwrap();
    let id = text.lines().nth(1).unwrap().split(',').next().unwrap();
    let (code, told, _) = answer(&["show", &format!("cu_tru:{id}"), "--run", run.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(told.starts_with("person P") && told.contains(&format!("cu_tru:{id}")), "{told}");
    let (code, _, complaints) = answer(&["show", "cu_tru:nobody", "--run", run.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(complaints.contains("the run has no record cu_tru:nobody"), "{complaints}");
}

#[test]
fn a_generated_province_is_run_and_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (province, out, json) = (path("province"), path("out"), path("figures.json"));
    assert_eq!(answer(&["generate", "--residents", "2000", "--seed", "3", "--out", &province]).0, 0);
    assert_eq!(answer(&["run", "--quiet", "--input", &province, "--out", &out]).0, 0);
    let latest = format!("{out}/latest");
    let (code, told, complaints) =
        answer(&["evaluate", "--truth", &province, "--run", &latest, "--json", &json]);
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("cu_tru") && told.contains("deceased-but-resident"), "{told}");
    let figures: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert!(figures.is_object());
}

#[test]
fn a_wrong_option_is_told_with_exit_code_2() {
    assert_eq!(answer(&["run", "--threads", "0"]).0, 2);
    assert_eq!(answer(&["run", "--stop-after", "lnik"]).0, 2);
    let (code, _, complaints) = answer(&["run", "--input", "no-such-folder"]);
    assert_eq!(code, 2);
    assert!(complaints.contains("no-such-folder") && complaints.contains("help:"), "{complaints}");
}

#[test]
fn completions_are_printed_for_the_usual_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, told, _) = answer(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(told.contains("doisoat"), "{shell}");
    }
}
