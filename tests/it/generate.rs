//! A generated province: the same bytes again, the right size, a truth that is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, BooleanArray, StringArray};
use doisoat::generate::{ErrorLevel, Format, Options, RULES, Summary, error_table, generate};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

const SOURCES: [&str; 4] = ["cu_tru", "ho_tich", "bhyt", "thue_bao"];

fn options(out: &Path, residents: u64, errors: ErrorLevel) -> Options {
    let as_of = Options::default_as_of();
    Options { residents, seed: 7, out: out.to_owned(), errors, format: Format::Csv, as_of }
}

fn make(options: &Options) -> Summary {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    generate(options, &settings, &Progress::silent()).unwrap()
}

fn province(residents: u64, errors: ErrorLevel) -> (TempDir, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let summary = make(&options(&folder.path().join("p"), residents, errors));
    (folder, summary)
}

type Row = BTreeMap<String, String>;

fn csv_rows(folder: &TempDir, source: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.path().join(format!("p/{source}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn parquet_rows(path: &Path) -> Vec<Row> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader.map(Result::unwrap) {
        let schema = batch.schema();
        for at in 0..batch.num_rows() {
            let cell = |column: usize| -> String {
                let array = batch.column(column);
                match array.as_any().downcast_ref::<StringArray>() {
                    Some(texts) if texts.is_null(at) => String::new(),
                    Some(texts) => texts.value(at).to_owned(),
                    None => array.as_any().downcast_ref::<BooleanArray>().unwrap().value(at).to_string(),
                }
            };
            rows.push((0..batch.num_columns()).map(|c| (schema.field(c).name().clone(), cell(c))).collect());
        }
    }
    rows
}

fn truth(folder: &TempDir, table: &str) -> Vec<Row> {
    parquet_rows(&folder.path().join(format!("p/truth/{table}.parquet")))
}

fn id_column(source: &str) -> &'static str {
    ["ma_ho_so", "ma_su_kien", "ma_the_ban_ghi", "ma_thue_bao"]
        [SOURCES.iter().position(|s| *s == source).unwrap()]
}

/// Every file's name and bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for inside in [folder.to_owned(), folder.join("truth")] {
        for entry in std::fs::read_dir(inside).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                all.insert(entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap());
            }
        }
    }
    all
}

#[test]
fn one_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut made = Vec::new();
    for format in [Format::Csv, Format::Parquet, Format::Xlsx] {
        for threads in [1, 2, 7] {
            let out = folder.path().join(format!("{}{threads}", format.word()));
            let options = Options { format, ..options(&out, 2_500, ErrorLevel::Typical) };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| make(&options));
            made.push(bytes(&out));
        }
    }
    for of_format in made.chunks(3) {
        assert_eq!(of_format[0].len(), 9);
        assert!(of_format[0] == of_format[1] && of_format[1] == of_format[2]);
    }
    let other = Options { seed: 8, ..options(&folder.path().join("other"), 2_500, ErrorLevel::Typical) };
    make(&other);
    assert_ne!(bytes(&other.out)["cu_tru.csv"], made[0]["cu_tru.csv"]);
}

#[test]
fn extracts_have_the_rows_that_the_contract_expects() {
    let (_folder, summary) = province(20_000, ErrorLevel::Typical);
    assert_eq!(summary.residents, 20_000);
    for ((source, rows), expected) in summary.rows.iter().zip([1.02, 0.75, 0.93, 1.25]) {
        let ratio = *rows as f64 / 20_000.0;
        assert!((ratio / expected - 1.0).abs() < 0.04, "{source}: {ratio} for {expected}");
    }
}

#[test]
fn every_record_has_its_own_number_and_stands_in_the_truth() {
    for level in [ErrorLevel::None, ErrorLevel::Typical] {
        let (folder, _) = province(3_000, level);
        let mut known: BTreeSet<(String, String)> = BTreeSet::new();
        for row in truth(&folder, "truth_people") {
            assert!(known.insert((row["source"].clone(), row["record_id"].clone())));
        }
        let mut delivered = 0;
        for source in SOURCES {
            let mut ids = BTreeSet::new();
            for row in csv_rows(&folder, source) {
                let id = row[id_column(source)].clone();
                assert_eq!(id.len(), 11);
                assert!(known.contains(&(source.to_owned(), id.clone())));
                assert!(ids.insert(id));
                delivered += 1;
            }
        }
        assert_eq!(delivered, known.len());
    }
}

#[test]
fn a_dirty_delivery_repeats_rows_with_their_numbers() {
    let (folder, _) = province(6_000, ErrorLevel::Dirty);
    let rows: usize = SOURCES.iter().map(|source| csv_rows(&folder, source).len()).sum();
    assert!(rows > truth(&folder, "truth_people").len());
}

/// Rules whose cases come of a slip and an age that meet by chance: a small province may have none.
const RARE: [&str; 8] = [
    // One resident in ten thousand has two records that agree against a wrong sex.
    "sex-contradicted-by-other-sources",
    "personal-id-set-again-suspected",
    "death-before-birth",
    "marriage-below-age",
    "household-head-is-minor",
    "spouse-implausibly-young",
    "very-old-without-sign-of-life",
    "removed-but-insured",
];

#[test]
fn each_rule_has_cases_in_a_typical_province_and_form_rules_have_none_in_a_clean_one() {
    let (folder, summary) = province(20_000, ErrorLevel::Typical);
    let mut counts: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let findings = truth(&folder, "truth_findings");
    assert_eq!(findings.len() as u64, summary.findings);
    for row in &findings {
        let count = counts.entry(row["rule"].clone()).or_default();
        count[0] += 1;
        count[1] += u32::from(row["detectable"] == "true");
        count[2] += u32::from(row["mendable"] == "true");
    }
    for rule in RULES.iter().filter(|rule| !RARE.contains(rule)) {
        assert!(counts.get(*rule).is_some_and(|count| count[1] > 0), "{rule}: {counts:?}");
    }
    assert!(counts.keys().all(|rule| RULES.contains(&rule.as_str())), "{counts:?}");

    let (folder, _) = province(5_000, ErrorLevel::None);
    let clean: BTreeSet<String> =
        truth(&folder, "truth_findings").iter().map(|r| r["rule"].clone()).collect();
    let of_values = RULES.iter().enumerate().filter(|(at, _)| matches!(at + 1, 1..=8 | 14..=19 | 24..=25));
    for (_, rule) in of_values {
        assert!(!clean.contains(*rule), "{rule}");
    }
}

/// Year and sex that a number encodes.
fn encoded(number: &str) -> (String, &'static str) {
    let digit = number[3..4].parse::<u32>().unwrap();
    (format!("{}{}", 19 + digit / 2, &number[4..6]), ["Nam", "Nữ"][digit as usize % 2])
}

#[test]
fn clean_numbers_agree_with_birth_year_and_sex() {
    let (folder, _) = province(3_000, ErrorLevel::None);
    let mut seen = 0;
    for row in csv_rows(&folder, "cu_tru").iter().filter(|row| !row["so_dinh_danh"].is_empty()) {
        let (year, sex) = encoded(&row["so_dinh_danh"]);
        assert!(row["ngay_sinh"].ends_with(&year), "{row:?}");
        assert_eq!(row["gioi_tinh"], sex);
        seen += 1;
    }
    assert!(seen > 2_700);
}

/// A truth that can be recomputed from the delivered cells is recomputed.
#[test]
fn what_cells_alone_tell_agrees_with_the_truth() {
    let (folder, _) = province(20_000, ErrorLevel::Dirty);
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in truth(&folder, "truth_findings") {
        told.entry(row["rule"].clone()).or_default().insert(row["record_id"].clone());
    }
    let mut by_number: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let people: BTreeMap<String, String> = (truth(&folder, "truth_people").into_iter())
        .map(|row| (row["record_id"].clone(), row["person_id"].clone()))
        .collect();
    let mut years = BTreeSet::new();
    let rows = csv_rows(&folder, "cu_tru");
    let live: Vec<&Row> = rows.iter().filter(|row| row["tinh_trang_cu_tru"] != "đã xoá").collect();
    for row in &live {
        let (id, number) = (row["ma_ho_so"].clone(), row["so_dinh_danh"].clone());
        if number.len() != 12 || !number.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        by_number.entry(number.clone()).or_default().insert(people[&id].clone());
        let date = &row["ngay_sinh"];
        let is_plain = date.len() == 10 && date.as_bytes()[2] == b'/';
        let known = told["personal-id-missing"].contains(&id);
        // A century too late or too early is no date that anybody could compare.
        let is_year = is_plain && ("1901"..="2026").contains(&&date[6..]);
        if is_year && !known && !["31/02", "30/02", "31/04", "45/07", "32/01"].contains(&&date[..5]) {
            let is_told = told["personal-id-contradicts-birth-date"].contains(&id);
            // Unknown heads make a number that nobody can have.
            if number.as_bytes()[3] < b'4' && number.starts_with("09") {
                assert_eq!(!date.ends_with(&encoded(&number).0), is_told, "{id}");
            }
            years.insert(is_told);
        }
    }
    assert_eq!(years.len(), 2, "both sides must occur");
    for row in &live {
        let holders = by_number.get(&row["so_dinh_danh"]).map_or(0, BTreeSet::len);
        if holders > 1 {
            assert!(told["personal-id-on-two-people"].contains(&row["ma_ho_so"]));
        }
    }
    let dead: BTreeSet<&String> = (csv_rows(&folder, "ho_tich").iter())
        .filter(|row| row["loai_su_kien"] == "khai_tu")
        .map(|row| people.get(&row["ma_su_kien"]).unwrap())
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    let still: BTreeSet<String> =
        (live.iter().map(|row| row["ma_ho_so"].clone())).filter(|id| dead.contains(&people[id])).collect();
    assert_eq!(still, told["deceased-but-resident"]);
}

#[test]
fn errors_and_hard_pairs_name_delivered_records() {
    let (folder, _) = province(20_000, ErrorLevel::Typical);
    let known: BTreeSet<(String, String)> = (truth(&folder, "truth_people").iter())
        .map(|row| (row["source"].clone(), row["record_id"].clone()))
        .collect();
    for row in truth(&folder, "truth_errors") {
        assert!(known.contains(&(row["source"].clone(), row["record_id"].clone())));
    }
    let mut kinds = BTreeSet::new();
    for row in truth(&folder, "truth_hard_pairs") {
        assert!(known.contains(&(row["left_source"].clone(), row["left_id"].clone())));
        assert!(known.contains(&(row["right_source"].clone(), row["right_id"].clone())));
        kinds.insert(row["kind"].clone());
    }
    for kind in ["twin", "sibling", "namesake_same_birth_date", "parent_same_number"] {
        assert!(kinds.contains(kind), "{kind}");
    }
}

#[test]
fn a_folder_with_anything_else_in_it_is_refused_and_an_earlier_province_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("p");
    let csv = options(&out, 300, ErrorLevel::Typical);
    make(&csv);
    make(&Options { format: Format::Parquet, ..csv.clone() });
    let names: Vec<String> = bytes(&out).into_keys().collect();
    assert!(
        names.contains(&"bhyt.parquet".to_owned()) && !names.contains(&"bhyt.csv".to_owned()),
        "{names:?}"
    );
    std::fs::write(out.join("thesis.txt"), "mine").unwrap();
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let refused = generate(&csv, &settings, &Progress::silent()).unwrap_err();
    assert_eq!(refused.diagnostics[0].code, "GEN-001");
    assert!(out.join("bhyt.parquet").exists() && out.join("thesis.txt").exists());
}

#[cfg(unix)]
#[test]
fn what_is_written_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, summary) = province(300, ErrorLevel::Typical);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("p/truth")), 0o700);
    assert!(summary.files.iter().all(|file| mode(file) == 0o600));
}

#[test]
fn options_that_make_no_sense_are_refused_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let none = options(folder.path(), 0, ErrorLevel::Typical);
    let refused = generate(&none, &settings, &Progress::silent()).unwrap_err();
    assert_eq!(refused.diagnostics[0].code, "GEN-004");
    let early =
        Options { as_of: chrono::NaiveDate::default(), ..options(folder.path(), 5, ErrorLevel::Typical) };
    let refused = generate(&early, &settings, &Progress::silent()).unwrap_err();
    assert_eq!(refused.diagnostics[0].code, "GEN-005");
    let bare = Settings { reference: doisoat::settings::Reference::default(), ..settings };
    let refused =
        generate(&options(folder.path(), 5, ErrorLevel::None), &bare, &Progress::silent()).unwrap_err();
    assert_eq!(refused.diagnostics[0].code, "GEN-002");
}

#[test]
fn the_error_model_is_documented_as_it_is() {
    let document = include_str!("../../docs/error-model.md");
    let stale: Vec<String> =
        error_table().into_iter().filter(|line| !document.contains(line.as_str())).collect();
    assert!(stale.is_empty(), "docs/error-model.md lacks:\n{}", stale.join("\n"));
}

#[test]
fn faults_put_in_last_are_in_residence_alone_and_told_by_their_rules() {
    let (folder, _) = province(6_000, ErrorLevel::Dirty);
    let late =
        ["ethnic_group_wrong", "parent_wrong", "name_words_joined", "head_struck_off", "address_of_before"];
    let errors = truth(&folder, "truth_errors");
    for kind in late {
        let rows: Vec<&Row> = errors.iter().filter(|row| row["kind"] == kind).collect();
        assert!(!rows.is_empty(), "{kind}");
        assert!(rows.iter().all(|row| row["source"] == "cu_tru"), "{kind}");
    }
    let residence: BTreeMap<String, Row> =
        csv_rows(&folder, "cu_tru").into_iter().map(|row| (row["ma_ho_so"].clone(), row)).collect();
    let of = |kind: &str| -> Vec<&Row> {
        errors.iter().filter(|row| row["kind"] == kind).map(|row| &residence[&row["record_id"]]).collect()
    };
    // A joined name has a capital behind a small letter, and its truth says where to cut.
    let joined = |name: &str| {
        let letters: Vec<char> = name.chars().collect();
        letters.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase())
    };
    assert!(of("name_words_joined").iter().all(|row| joined(&row["ho_ten"])));
    assert!(of("head_struck_off").iter().all(|row| row["tinh_trang_cu_tru"] == "đã xoá"));
    let findings = truth(&folder, "truth_findings");
    let claimed = |rule: &str| findings.iter().filter(|row| row["rule"] == rule).collect::<Vec<_>>();
    for row in claimed("name-words-joined") {
        let written = &residence[&row["record_id"]]["ho_ten"];
        assert_eq!(row["correct_value"].replace(' ', ""), written.replace(' ', ""));
        assert!(!joined(&row["correct_value"]));
    }
    assert!(claimed("household-head-gone").len() > 5);
    // Nothing of it in a clean province.
    let (clean, _) = province(2_000, ErrorLevel::None);
    assert!(truth(&clean, "truth_errors").iter().all(|row| !late.contains(&row["kind"].as_str())));
}
