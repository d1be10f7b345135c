//! `doisoat blocking`: what the blocking rules do, counted twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use assert_cmd::Command;
use doisoat::evaluate::{ReadSource, TruthFolder, pairs_completeness};
use doisoat::generate::{ErrorLevel, Format, Options, generate};
use doisoat::ingest::{Delivery, ingest};
use doisoat::link::{Meetings, meet};
use doisoat::normalise::normalise;
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings, embedded_files};
use doisoat::table::{RecordRef, SourceIndex, TextColumn};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;

/// The command on a folder: exit code, standard output, standard error.
fn blocking(input: &Path, more: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("doisoat").unwrap();
    let done = command.arg("blocking").arg("--input").arg(input).args(more).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

/// The command with the truth; its text and its JSON.
fn measured(input: &Path, more: &[&str]) -> (i32, String, Value) {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("figures.json");
    let given = ["--truth", input.to_str().unwrap(), "--json", json.to_str().unwrap()];
    let (code, told, complaints) = blocking(input, &[&given, more].concat());
    assert!(json.exists(), "{complaints}");
    (code, told, serde_json::from_slice(&fs::read(json).unwrap()).unwrap())
}

fn province(residents: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_owned();
    let (seed, errors, as_of) = (11, ErrorLevel::Dirty, Options::default_as_of());
    let options = Options { residents, seed, out, errors, format: Format::Csv, as_of };
    generate(&options, &Settings::read(&RulesFolder::embedded()).unwrap(), &Progress::silent()).unwrap();
    folder
}

fn table(path: &Path, names: [&str; 3]) -> Vec<[String; 3]> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader.map(Result::unwrap) {
        let columns = names.map(|name| {
            let column = batch.column_by_name(name).unwrap();
            column.as_any().downcast_ref::<StringArray>().unwrap().clone()
        });
        rows.extend((0..batch.num_rows()).map(|row| columns.each_ref().map(|c| c.value(row).to_owned())));
    }
    rows
}

fn write_table(path: &Path, names: &[&str], rows: &[&str]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let cells = |at| rows.iter().map(move |row| row.split(' ').nth(at)).collect::<StringArray>();
    let columns = names.iter().enumerate().map(|(at, name)| (*name, Arc::new(cells(at)) as ArrayRef));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The default rules in a folder, with blocking rules of a test's own.
fn rules(blocking: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in embedded_files() {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let file = folder.path().join("matching/people.toml");
    let mut within = false;
    let text = fs::read_to_string(&file).unwrap();
    let others = text.lines().filter(|line| {
        within = if line.starts_with('[') { *line == "[[blocking]]" } else { within };
        !within
    });
    let others: Vec<&str> = others.collect();
    fs::write(&file, others.join("\n")).unwrap();
    fs::write(folder.path().join("matching/blocking.toml"), blocking).unwrap();
    folder
}

/// Where each record that was read stands, and who meets whom, as the program's parts tell it.
fn read(input: &Path) -> (BTreeMap<(String, String), RecordRef>, Meetings, Vec<String>) {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    let mut tables = Vec::new();
    for (at, delivery) in ingest(&settings, input, &Progress::silent()).unwrap().into_iter().enumerate() {
        let Delivery::Delivered(extract) = delivery else { continue };
        tables.push((SourceIndex(at as u8), extract.table));
    }
    let mut places = BTreeMap::new();
    for (index, table) in &tables {
        let source = settings.source(*index);
        for row in 0..table.rows {
            let id = table.text(source.record_id, row).to_owned();
            places.insert((source.id.clone(), id), RecordRef::new(*index, row as u32));
        }
    }
    let records = normalise(&settings, tables, &Progress::silent());
    let rules = settings.matching.blocking.iter().map(|rule| rule.id.value.clone()).collect();
    (places, meet(&settings, &records, &Progress::silent()), rules)
}

/// One true pair: its sources, the rules that meet it (`None`: not read), its kinds of error.
struct TruePair {
    sources: [String; 2],
    rules: Option<u64>,
    kinds: Vec<String>,
}

impl TruePair {
    fn is_met(&self) -> bool {
        self.rules.unwrap_or(0) != 0
    }
}

/// The plain twin: every pair of records of the truth that have one person.
fn true_pairs(
    folder: &Path,
    meetings: &Meetings,
    places: &BTreeMap<(String, String), RecordRef>,
) -> Vec<TruePair> {
    let mut kinds: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for [source, id, kind] in
        table(&folder.join("truth/truth_errors.parquet"), ["source", "record_id", "kind"])
    {
        kinds.entry((source, id)).or_default().push(kind);
    }
    let mut people: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for [source, id, person] in
        table(&folder.join("truth/truth_people.parquet"), ["source", "record_id", "person_id"])
    {
        people.entry(person).or_default().insert((source, id));
    }
    let mut pairs = Vec::new();
    for records in people.values() {
        let records: Vec<_> = records.iter().collect();
        for (at, a) in records.iter().enumerate() {
            for b in &records[at + 1..] {
                let both = places.get(*a).zip(places.get(*b));
                let of = |record: &(String, String)| kinds.get(record).cloned().unwrap_or_default();
                let mut kinds = [of(a), of(b)].concat();
                kinds.sort();
                kinds.dedup();
                pairs.push(TruePair {
                    sources: [a.0.clone(), b.0.clone()],
                    rules: both.map(|(a, b)| meetings.meeting(*a, *b)),
                    kinds,
                });
            }
        }
    }
    pairs
}

fn count(value: &Value, key: &str) -> usize {
    value[key].as_u64().unwrap_or_else(|| panic!("no count `{key}` in {value}")) as usize
}

fn near(value: &Value, part: usize, whole: usize) {
    let found = value.as_f64().unwrap();
    assert!((found - part as f64 / whole as f64).abs() < 1e-12, "{found} is not {part} / {whole}");
}

#[test]
fn completeness_is_what_a_plain_count_of_true_pairs_gives() {
    let folder = province(1_500);
    // A record that the truth knows and nobody read, and one that was read and nobody knows.
    let file = folder.path().join("thue_bao.csv");
    let text = fs::read_to_string(&file).unwrap();
    let (head, last) = text.trim_end().rsplit_once('\n').unwrap();
    let unknown = last.split_once(',').map(|(_, rest)| format!("TBX,{rest}")).unwrap();
    fs::write(&file, format!("{head}\n{unknown}\n")).unwrap();

    let (places, meetings, rules) = read(folder.path());
    let pairs = true_pairs(folder.path(), &meetings, &places);
    let all = pairs.len();
    let met = |condition: &dyn Fn(u64) -> bool| {
        pairs.iter().filter(|pair| pair.rules.is_some_and(condition)).count()
    };
    let (code, _, figures) = measured(folder.path(), &[]);
    assert_eq!(code, 0);
    let found = &figures["pairs_completeness"];

    assert_eq!(count(&found["all_pairs"], "true_pairs"), all);
    assert_eq!(count(&found["all_pairs"], "met"), met(&|rules| rules != 0));
    assert!(met(&|rules| rules != 0) < all, "a dirty province leaves some pair unmet");
    let told = found["rules"].as_array().unwrap();
    assert_eq!(told.len(), rules.len());
    for (at, (row, id)) in told.iter().zip(&rules).enumerate() {
        let (bit, up_to) = (1_u64 << at, (1_u64 << at) | ((1 << at) - 1));
        assert_eq!(row["rule"], id.as_str());
        assert_eq!(count(row, "met"), met(&|rules| rules & bit != 0), "{id}");
        assert_eq!(count(row, "met_new"), met(&|rules| rules & up_to == bit), "{id}");
        assert_eq!(count(row, "met_cumulative"), met(&|rules| rules & up_to != 0), "{id}");
        assert_eq!(count(row, "met_only_here"), met(&|rules| rules == bit), "{id}");
        near(&row["completeness"], count(row, "met"), all);
        near(&row["completeness_cumulative"], count(row, "met_cumulative"), all);
    }

    let rows = found["pairs"].as_array().unwrap();
    assert_eq!(rows.len(), 10, "four sources, each with itself and the others");
    for row in rows {
        let [left, right] = ["left", "right"].map(|side| row[side].as_str().unwrap());
        assert!(left <= right);
        let of: Vec<_> = pairs
            .iter()
            .filter(|pair| pair.sources == [left, right] || pair.sources == [right, left])
            .collect();
        assert_eq!(count(row, "true_pairs"), of.len(), "{left} {right}");
        assert_eq!(count(row, "met"), of.iter().filter(|pair| pair.is_met()).count(), "{left} {right}");
    }

    let not_met: Vec<_> = pairs.iter().filter(|pair| !pair.is_met()).collect();
    let told = &found["not_met"];
    assert_eq!(count(told, "pairs"), not_met.len());
    assert_eq!(count(told, "not_read"), not_met.iter().filter(|pair| pair.rules.is_none()).count());
    let clean = |pair: &&&TruePair| pair.rules.is_some() && pair.kinds.is_empty();
    assert_eq!(count(told, "without_error"), not_met.iter().filter(clean).count());
    assert!(count(told, "not_read") > 0);
    let kinds = told["kinds"].as_array().unwrap();
    assert!(kinds.len() > 20 && kinds.is_sorted_by_key(|row| std::cmp::Reverse(count(row, "not_met"))));
    for row in kinds {
        let of = |pair: &&TruePair| pair.kinds.iter().any(|kind| row["kind"] == kind.as_str());
        assert_eq!(count(row, "true_pairs"), pairs.iter().filter(of).count(), "{row}");
        assert_eq!(count(row, "not_met"), not_met.iter().copied().filter(of).count(), "{row}");
    }

    let source =
        |id: &str| found["records"].as_array().unwrap().iter().find(|row| row["source"] == id).unwrap();
    let calls = source("thue_bao");
    assert_eq!(count(calls, "in_truth"), count(calls, "read") + 1);
    assert_eq!(count(calls, "unknown_to_truth"), 1);
}

#[test]
fn cumulative_figures_add_up_and_are_those_of_the_meetings() {
    let folder = province(600);
    let (_, meetings, rules) = read(folder.path());
    let (_, _, figures) = measured(folder.path(), &[]);
    let (records, possible) = (meetings.records() as usize, meetings.pairs_possible() as usize);
    assert_eq!((count(&figures, "records"), count(&figures, "pairs_possible")), (records, possible));
    let mut cumulative = 0;
    for ((row, id), account) in
        figures["rules"].as_array().unwrap().iter().zip(&rules).zip(&meetings.accounts)
    {
        cumulative += account.pairs_new as usize;
        assert_eq!(row["rule"], id.as_str());
        assert_eq!(count(row, "records"), account.records as usize);
        assert_eq!(count(row, "blocks"), account.blocks as usize);
        assert_eq!(count(row, "pairs"), account.pairs as usize);
        assert_eq!(count(row, "pairs_cumulative"), cumulative);
        assert_eq!(row["largest_blocks"], serde_json::json!(account.largest));
        near(&row["pairs_per_record_cumulative"], cumulative, records);
        near(&row["reduction_ratio_cumulative"], possible - cumulative, possible);
    }
    assert!(cumulative > 0);
    assert_eq!(count(&figures, "pairs"), cumulative);
    near(&figures["pairs_per_record"], cumulative, records);
    near(&figures["reduction_ratio"], possible - cumulative, possible);
}

#[test]
fn figures_do_not_depend_on_threads_and_hold_nothing_of_anybody() {
    let folder = province(400);
    let one = measured(folder.path(), &["--threads", "1"]);
    assert_eq!(one, measured(folder.path(), &["--threads", "3"]));
    let shown = format!("{}{}", one.1, one.2);
    let mut reader = csv::Reader::from_path(folder.path().join("cu_tru.csv")).unwrap();
    for row in reader.records().map(Result::unwrap) {
        let cells = row.iter().filter(|cell| cell.chars().count() > 8 && *cell != "thường trú");
        let found: Vec<&str> = cells.filter(|cell| shown.contains(*cell)).collect();
        assert!(found.is_empty(), "{found:?} is shown");
    }
}

/// Blocking rules with something wrong in each but the first two.
const RULES: &str = r#"
[[blocking]]
id = "name"
keys = ["full_name.plain"]
block_size_max = 2
finer = ["birth_date"]

[[blocking]]
id = "phone"
keys = ["phone"]

[[blocking]]
id = "name_birth_date"
keys = ["full_name.plain", "birth_date"]

[[blocking]]
id = "mother"
keys = ["mother_name.plain[..3] | father_name.plain", "birth_date"]

[[blocking]]
id = "old_id"
keys = ["old_id.old"]

[[blocking]]
id = "old_id_phone"
keys = ["old_id.old", "phone"]

[[blocking]]
id = "old_id_ward"
keys = ["old_id.old", "ward_code"]

[[blocking]]
id = "everybody"
keys = ["phone[..1]"]
block_size_max = 2
"#;

/// Three people and six records that were read: An twice in residence, and with a SIM of another
/// year of birth; Bình, whose SIM's name has a slip; Cúc, of whom one record was not delivered.
fn planted() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, lines: &[&str]| fs::write(folder.path().join(name), lines.join("\n")).unwrap();
    write(
        "cu_tru.csv",
        &[
            "ma_ho_so,so_dinh_danh,so_cmnd,ho_ten,ngay_sinh,dia_chi,ma_xa,so_dien_thoai,tinh_trang_cu_tru",
            "R1,,012345678,Nguyễn Văn An,01/02/1980,,,0911111111,thường trú",
            "R2,,,Nguyễn Văn An,01/02/1980,,,,thường trú",
            "R3,,012345678,Trần Thị Bình,03/04/1990,,,,thường trú",
            "R4,,,Lê Thị Cúc,05/06/1970,,,0933333333,thường trú",
        ],
    );
    write(
        "thue_bao.csv",
        &[
            "ma_thue_bao,so_thue_bao,ho_ten,ngay_sinh,trang_thai",
            "S1,0911111111,Nguyễn Văn An,01/02/1981,hoạt động",
            "S2,0922222222,Trần Thị Bin,03/04/1990,hoạt động",
            "S3,0933333333,Lê Thị Cúc,05/06/1970,hoạt động",
        ],
    );
    let people = [
        "cu_tru R1 an",
        "cu_tru R2 an",
        "thue_bao S1 an",
        "bhyt H1 an",
        "cu_tru R3 binh",
        "thue_bao S2 binh",
    ];
    let people = [&people[..], &["cu_tru R4 cuc", "thue_bao S3 cuc", "cu_tru R5 cuc"]].concat();
    let truth = folder.path().join("truth");
    write_table(&truth.join("truth_people.parquet"), &["source", "record_id", "person_id"], &people);
    let errors = ["thue_bao S1 ngay_sinh date_year_slip", "thue_bao S2 ho_ten name_keying_slip"];
    write_table(&truth.join("truth_errors.parquet"), &["source", "record_id", "field", "kind"], &errors);
    folder
}

#[test]
fn shows_every_figure_and_what_deserves_a_look() {
    let (folder, rules) = (planted(), rules(RULES));
    let rules = rules.path().to_str().unwrap();
    let (code, told, figures) = measured(folder.path(), &["--rules", rules]);
    assert_eq!(code, 1, "two sources were not delivered");
    insta::assert_snapshot!(told.replace(rules, "my-rules"));
    // The block of An is over the cap of two; its finer blocks let R1 and R2 meet, not S1.
    let name = &figures["rules"][0];
    assert_eq!((count(name, "pairs"), count(name, "pairs_left_out")), (2, 2));
    // True pairs: R1-R2, R1-S1, R2-S1, R3-S2, R4-S3, and two of R5, which was not read.
    let found = &figures["pairs_completeness"];
    assert_eq!((count(&found["all_pairs"], "true_pairs"), count(&found["all_pairs"], "met")), (7, 3));
    assert_eq!(count(&found["not_met"], "not_read"), 2);
    let codes = ["CLI-012", "CLI-011", "CLI-009", "CLI-010"];
    let notices = figures["notices"].as_array().unwrap();
    let told = |code: &str| notices.iter().filter(|notice| notice.as_str().unwrap().contains(code)).count();
    assert_eq!(codes.map(told), [2, 3, 1, 1], "{notices:#?}");
}

#[test]
fn without_the_truth_the_costs_are_told_alone() {
    let (folder, rules) = (planted(), rules(RULES));
    let (code, told, complaints) = blocking(folder.path(), &["--rules", rules.path().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(told.contains("reduction") && !told.contains("completeness"), "{told}");
    assert!(complaints.contains("ING-001") && complaints.contains("ho_tich"), "{complaints}");
}

#[test]
fn a_bad_blocking_rule_is_refused_before_anything_is_read() {
    let folder = planted();
    for (from, to, code) in [
        ("\"full_name.plain\"]\nblock", "\"full_name.plian\"]\nblock", "LNK-001"),
        ("[\"phone\"]", "[\"sex\"]", "LNK-004"),
        ("[\"phone\"]", "[\"fone\"]", "SET-004"),
    ] {
        assert!(RULES.contains(from));
        let rules = rules(&RULES.replace(from, to));
        let given = ["--rules", rules.path().to_str().unwrap()];
        for input in [folder.path().to_owned(), PathBuf::from("no-such-folder")] {
            let (exit, told, complaints) = blocking(&input, &given);
            assert_eq!((exit, told.as_str()), (2, ""));
            assert!(complaints.starts_with(&format!("error[{code}]")), "{complaints}");
            assert!(complaints.contains("matching/blocking.toml:"), "{complaints}");
        }
    }
}

#[test]
fn what_is_missing_is_told_before_anything_is_read() {
    let folder = planted();
    let (exit, told, complaints) = blocking(&folder.path().join("nowhere"), &[]);
    assert_eq!((exit, told.as_str()), (2, ""));
    assert!(complaints.starts_with("error[CLI-001]") && complaints.contains("doisoat blocking --input DIR"));
    let (exit, told, complaints) = blocking(folder.path(), &["--truth", "nowhere"]);
    assert_eq!((exit, told.as_str()), (2, ""));
    assert!(complaints.starts_with("error[EVA-001]"), "{complaints}");
    fs::remove_file(folder.path().join("cu_tru.csv")).unwrap();
    let (exit, told, complaints) = blocking(folder.path(), &[]);
    assert_eq!((exit, told.as_str()), (2, ""));
    assert!(complaints.contains("error[RUN-001]: cu_tru"), "{complaints}");
}

#[test]
fn a_truth_of_one_person_alone_is_refused_and_nobody_waits_for_its_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..1_001).map(|at| format!("cu_tru R{at} everybody")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let columns = ["source", "record_id", "person_id"];
    let found = |rows: &[&str]| {
        write_table(&folder.path().join("truth_people.parquet"), &columns, rows);
        let ids: TextColumn = rows.iter().map(|row| row.split(' ').nth(1).unwrap()).collect();
        let source = ReadSource { name: "cu_tru", source: SourceIndex(0), ids: &ids };
        let truth = TruthFolder::find(folder.path()).unwrap();
        let odd = |a: RecordRef, b: RecordRef| u64::from(a.row % 2 == 1 && b.row % 2 == 1);
        pairs_completeness(&truth, &[source], &["odd".to_owned()], odd, &Progress::silent())
    };
    let figures = found(&rows[1..]).unwrap();
    assert_eq!((figures.all_pairs.true_pairs, figures.all_pairs.met), (1_000 * 999 / 2, 500 * 499 / 2));
    assert!(figures.not_met.is_none() && figures.notes[0].contains("EVA-010"), "{:?}", figures.notes);
    let failure = found(&rows).unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "EVA-015");
    assert!(failure.to_string().contains("1001 records"));
}
