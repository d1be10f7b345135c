//! `doisoat explain`: the same weight and the same meetings as a run has, told in two languages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::StringArray;
use assert_cmd::Command;
use doisoat::ingest::{Delivery, ingest};
use doisoat::link::{Decision, Explanation, Link, Linkage, Linker, Verdict, meet};
use doisoat::normalise::{Records, normalise};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use doisoat::table::{RecordRef, SourceIndex};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

const LINKED: [&str; 2] = ["cu_tru:CT292201807", "ho_tich:HT078165492"];
const NAMESAKES: [&str; 2] = ["cu_tru:CT076408036", "cu_tru:CT133252098"];
const NEVER_MET: [&str; 2] = ["cu_tru:CT292201807", "bhyt:BH585107405"];

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data")
}

/// The command on the sample data: exit code, standard output, standard error.
fn explain(args: &[&str]) -> (i32, String, String) {
    answer(&[&["explain", "--input", sample().to_str().unwrap()], args].concat())
}

fn answer(args: &[&str]) -> (i32, String, String) {
    let done = Command::cargo_bin("doisoat").unwrap().arg("--quiet").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

fn told(pair: [&str; 2], more: &[&str]) -> String {
    let (code, told, complaints) = explain(&[&pair, more].concat());
    assert_eq!(code, 0, "{complaints}");
    told
}

fn read(settings: &Settings) -> Vec<Records> {
    let deliveries = ingest(settings, &sample(), &Progress::silent()).unwrap();
    let table = |(at, delivery)| match delivery {
        Delivery::Delivered(extract) => Some((SourceIndex(at as u8), extract.table)),
        Delivery::Refused(_) => None,
    };
    let tables = deliveries.into_iter().enumerate().filter_map(table).collect();
    normalise(settings, tables, &Progress::silent())
}

fn linkage(settings: &Settings, records: &[Records]) -> Linkage {
    let mut linker = Linker::new(settings, records);
    let pairs = linker.pairs(&Progress::silent());
    linker.people(pairs)
}

/// The rules that meet a pair, as bits.
fn meeting(explanation: &Explanation) -> u64 {
    let rules = explanation.meetings.iter().enumerate();
    rules.map(|(at, rule)| u64::from(rule.meeting.meets()) << at).sum()
}

/// The default rules with caps so low that blocks of the sample data are split and left out.
fn settings_of_small_blocks() -> Settings {
    let mut settings = Settings::read(&RulesFolder::embedded()).unwrap();
    for rule in &mut settings.matching.blocking {
        rule.block_size_max = 2;
    }
    settings
}

#[test]
fn the_total_is_the_weight_that_a_run_gives_and_the_levels_are_the_same() {
    let mut settings = Settings::read(&RulesFolder::embedded()).unwrap();
    // Calibration and the second look hang on all the others, which a pair by itself does not tell.
    settings.matching.calibration = None;
    let records = read(&settings);
    let linkage = linkage(&settings, &records);
    let linker = Linker::new(&settings, &records);
    let step = 9;
    let mut looked_at = 0;
    let rules = settings.matching.blocking.len();
    let is_by_itself = |link: &Link<'_>| !link.looked_twice && usize::from(link.blocking_rule) < rules;
    for link in linkage.links.iter().filter(is_by_itself).step_by(step) {
        looked_at += 1;
        let told = linker.explain([link.left, link.right]);
        assert!((told.judged.match_weight_bits - link.match_weight_bits).abs() < 1e-4, "{link:?}");
        assert!((told.judged.match_probability - link.match_probability).abs() < 1e-6, "{link:?}");
        let levels: Vec<u8> = told.comparisons.iter().map(|one| one.level).collect();
        assert!(levels.iter().enumerate().all(|(at, level)| *level == link.levels.get(at)), "{link:?}");
        assert_eq!(told.met_by(), Some(usize::from(link.blocking_rule)), "{link:?}");
        // People may cut a link or join what is to be reviewed; nothing else differs.
        let expected = if told.judged.verdict == Verdict::Link { Decision::Link } else { Decision::Review };
        let has_reason = link.reason.is_some() || link.decision == Decision::Link;
        assert!(expected == link.decision || has_reason, "{link:?}");
        let parts: f64 =
            told.comparisons.iter().map(|one| one.bits[0] + one.rarity_bits.unwrap_or(0.0)).sum();
        assert!((told.prior[0] + parts - told.totals[0]).abs() < 1e-9, "{link:?}");
        let turned = linker.explain([link.right, link.left]);
        assert_eq!(turned.judged, told.judged, "the order of the sides does not matter");
    }
    assert!(looked_at > 300, "only {looked_at} links were looked at");
}

#[test]
fn the_rules_that_meet_a_pair_are_those_of_blocking_with_caps_and_without() {
    for settings in [Settings::read(&RulesFolder::embedded()).unwrap(), settings_of_small_blocks()] {
        let records = read(&settings);
        let meetings = meet(&settings, &records, &Progress::silent());
        let linker = Linker::new(&settings, &records);
        let links = linkage(&settings, &records).links;
        let mut some_differ = false;
        // Linked pairs, and each of their left records with the right record of the link before.
        let all: Vec<(RecordRef, RecordRef)> = links.iter().map(|link| (link.left, link.right)).collect();
        let strangers = all.windows(2).map(|pair| (pair[0].1, pair[1].0)).filter(|(a, b)| a != b);
        let pairs = all.iter().copied().step_by(31).chain(strangers.step_by(31));
        for (a, b) in pairs {
            let told = linker.explain([a, b]);
            assert_eq!(meeting(&told), meetings.meeting(a, b), "{a:?} {b:?}");
            let agree = told.meetings.iter().filter(|rule| rule.keys.iter().all(|key| key.agrees)).count();
            some_differ |= agree as u32 > meeting(&told).count_ones();
        }
        let caps_bite = settings.matching.blocking[0].block_size_max == 2;
        assert_eq!(some_differ, caps_bite, "caps keep apart what agrees in its keys");
    }
}

#[test]
fn agreeing_exactly_never_takes_more_than_what_is_there() {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let records = read(&settings);
    let links = linkage(&settings, &records).links;
    let linker = Linker::new(&settings, &records);
    for link in links.iter().step_by(97) {
        let told = linker.explain([link.left, link.right]);
        for one in told.comparisons.iter().filter(|one| one.taken_bits > 0.0) {
            let weight = one.if_exact.expect("what takes bits does not agree exactly").match_weight_bits;
            assert!(weight > told.judged.match_weight_bits, "{link:?}");
        }
    }
}

#[test]
fn shows_a_linked_pair() {
    insta::assert_snapshot!(told(LINKED, &[]));
}

#[test]
fn shows_namesakes_that_met_and_were_not_linked() {
    insta::assert_snapshot!(told(NAMESAKES, &[]));
}

#[test]
fn shows_a_pair_that_never_met_in_vietnamese() {
    insta::assert_snapshot!(told(NEVER_MET, &["--lang", "vi"]));
}

#[test]
fn the_page_is_whole_private_and_in_vietnamese() {
    let folder = tempfile::tempdir().unwrap();
    let (page, json) = (folder.path().join("pair.html"), folder.path().join("pair.json"));
    let files = ["--html", page.to_str().unwrap(), "--json", json.to_str().unwrap()];
    told(NAMESAKES, &[&files[..], &["--lang", "vi"]].concat());
    let html = fs::read_to_string(&page).unwrap();
    for beyond in ["http://", "https://", "<script", "src="] {
        assert!(!html.contains(beyond), "the page leads out: {beyond}");
    }
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"vi\">") && html.contains("<svg "));
    #[cfg(unix)]
    for file in [&page, &json] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (_, style_and_rest) = html.split_once("<style>").unwrap();
    let (_, shown) = style_and_rest.split_once("</style>").unwrap();
    let shown = shown.replace("><", ">\n<");
    let rules_hash = |line: &&str| !line.contains(env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(shown.lines().filter(rules_hash).collect::<Vec<_>>().join("\n"));
    let view: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let last = view["waterfall"].as_array().unwrap().last().unwrap()["total"].as_f64().unwrap();
    assert!((last - view["decision"]["match_weight"].as_f64().unwrap()).abs() < 1e-9);
    // Neither file is written over.
    let (code, _, complaints) = explain(&[&NAMESAKES[..], &["--html", page.to_str().unwrap()]].concat());
    assert!(code == 2 && complaints.contains("CLI-033"), "{complaints}");
}

#[test]
fn what_cannot_be_explained_is_told_with_what_to_do() {
    let refused = |pair: [&str; 2]| {
        let (code, told, complaints) = explain(&pair);
        assert_eq!((code, told.as_str()), (2, ""), "{complaints}");
        complaints
    };
    let unknown = refused(["cu_tr:CT292201807", "bhyt:BH1"]);
    assert!(
        unknown.contains("CLI-030") && unknown.contains("did you mean `cu_tru:CT292201807`?"),
        "{unknown}"
    );
    let nobody = refused(["cu_tru:nobody", "bhyt:BH1:2"]);
    assert!(
        nobody.contains("no record cu_tru:nobody") && nobody.contains("no record bhyt:BH1:2"),
        "{nobody}"
    );
    let twice = refused([LINKED[0], LINKED[0]]);
    assert!(twice.contains("CLI-032") && twice.contains("doisoat show"), "{twice}");
    assert!(refused(["CT292201807", LINKED[1]]).contains("expected SOURCE:ID"));
    let (code, _, no_run) = explain(&[&LINKED[..], &["--run", "no-such-run"]].concat());
    assert!(code == 2 && no_run.contains("CLI-034") && no_run.contains("--run"), "{no_run}");
}

/// A run over a dirty province, and the rows of its `links.parquet`.
struct DirtyRun {
    folder: TempDir,
    rows: Vec<[String; 7]>,
}

impl DirtyRun {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (province, out) = (path("province"), path("out"));
        let generate =
            ["generate", "--residents", "3000", "--seed", "5", "--errors", "dirty", "--out", &province];
        assert_eq!(answer(&generate).0, 0);
        assert_eq!(answer(&["run", "--input", &province, "--out", &out]).0, 0);
        let rows = links(&folder.path().join("out/latest/links.parquet"));
        Self { folder, rows }
    }

    fn explain(&self, left: &str, right: &str) -> String {
        let path = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let (input, run) = (path("province"), path("out"));
        let (code, told, complaints) = answer(&["explain", left, right, "--input", &input, "--run", &run]);
        assert_eq!(code, 0, "{complaints}");
        let (_, told) = told.split_once("what the run in ").expect("a section on the run");
        // Lines are broken where they are full.
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn links(path: &Path) -> Vec<[String; 7]> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let names = ["left_source", "left_id", "right_source", "right_id", "decision", "reason", "blocking_rule"];
    let mut rows = Vec::new();
    for batch in reader.map(Result::unwrap) {
        let columns = names.map(|name| {
            let text =
                arrow::compute::cast(batch.column_by_name(name).unwrap(), &arrow::datatypes::DataType::Utf8);
            text.unwrap().as_any().downcast_ref::<StringArray>().unwrap().clone()
        });
        rows.extend((0..batch.num_rows()).map(|row| columns.each_ref().map(|c| c.value(row).to_owned())));
    }
    rows
}

#[test]
fn the_weight_of_a_run_is_told_as_a_sum_of_values_calibration_and_second_look() {
    let run = DirtyRun::new();
    let path = |name: &str| run.folder.path().join(name).to_str().unwrap().to_owned();
    let (input, out) = (path("province"), path("out"));
    let name = |row: &[String; 7], at: usize| format!("{}:{}", row[at], row[at + 1]);
    let is_met = |row: &&[String; 7]| row[4] == "link" && !row[6].is_empty();
    let reviewed = run.rows.iter().find(|row| row[4] == "review").unwrap();
    for (at, row) in run.rows.iter().filter(is_met).step_by(900).chain([reviewed]).enumerate() {
        let json = path(&format!("pair{at}.json"));
        let (left, right) = (name(row, 0), name(row, 2));
        let (code, told, complaints) = answer(&[
            "explain", &left, &right, "--input", &input, "--run", &out, "--json", &json, "--lang", "vi",
        ]);
        assert_eq!(code, 0, "{complaints}");
        assert!(told.contains("hiệu chỉnh") && told.contains("lần xét thứ hai"), "{told}");
        let view: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
        let parts = &view["run"]["parts"];
        let bits = |key: &str| parts[key].as_f64().unwrap();
        let sum = bits("values") + bits("calibration") + bits("second_look");
        assert!((sum - bits("match_weight")).abs() < 1e-6, "{parts}");
        assert!((bits("match_weight") - view["run"]["pair"]["match_weight"].as_f64().unwrap()).abs() < 1e-9);
        assert!((bits("values") - view["decision"]["match_weight"].as_f64().unwrap()).abs() < 1e-9);
        if view["run"]["pair"]["looked_twice"] == false {
            assert!(bits("second_look") == 0.0, "{parts}");
        }
    }
}

#[test]
fn a_run_tells_why_it_cut_a_pair_and_over_whom_it_joined_another() {
    let run = DirtyRun::new();
    let name = |row: &[String; 7], at: usize| format!("{}:{}", row[at], row[at + 1]);
    let cut =
        run.rows.iter().find(|row| row[4] == "review" && !row[5].is_empty()).expect("a pair with a reason");
    let told = run.explain(&name(cut, 0), &name(cut, 2));
    assert!(
        told.contains("It left the pair for review") && told.contains(&format!("reason {} (", cut[5])),
        "{told}"
    );
    assert!(told.contains("They are two people"), "{told}");

    // No rule met a – c: other links make it one.
    let over = run.rows.iter().find(|row| row[4] == "link" && row[6].is_empty());
    let over = over.expect("two records that hang together over a third");
    let (a, c) = (name(over, 0), name(over, 2));
    let told = run.explain(&a, &c);
    assert!(
        told.contains("It linked the pair by way of other records") && told.contains("over 2 links"),
        "{told}"
    );
    assert!(told.contains("(the weakest)") && told.contains(&format!("{a} – ")), "{told}");
}
