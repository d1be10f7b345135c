//! Any tables, by a rules folder alone: what is linked, what is told, and what a wrong folder says.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A rules folder, tables and a folder for runs.
struct Bench(TempDir);

const SOURCE: &str = "id = \"people\"\nfiles = [\"people.csv\"]\nrecord_id = \"id\"\n\n\
    [columns.name]\nkind = \"text\"\n\n[columns.born]\nkind = \"date\"\n\n[columns.phone]\nkind = \"text\"\n";

const MATCHING: &str = r#"
[thresholds]
link = 0.5
review = 0.1

[[blocking]]
id = "name"
keys = ["name.plain"]

[[blocking]]
id = "born"
keys = ["born"]

[[blocking]]
id = "phone"
keys = ["phone"]

[[comparisons]]
id = "name"
comparator = "jaro_winkler"
value = "name.plain"
levels = ["missing", "exact", { id = "close", at_least = 0.9 }, "else"]

[[comparisons]]
id = "born"
comparator = "date"
value = "born"
levels = ["missing", "exact", "one_digit", "else"]

[[comparisons]]
id = "phone"
comparator = "exact"
value = "phone"
levels = ["missing", "exact", "else"]
"#;

impl Bench {
    /// With rules for one table, and no table yet.
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(bench.path("data")).unwrap();
        bench.write("rules/sources/people.toml", SOURCE);
        bench.write("rules/matching/people.toml", MATCHING);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a command in the folder: exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let done = Command::cargo_bin("doisoat")
            .unwrap()
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
    }

    fn link(&self) -> (i32, String, String) {
        self.run(&["link", "--rules", "rules", "--input", "data", "--run-id", "r"])
    }

    /// What is told of a folder that does not link.
    fn refused(&self) -> String {
        let (code, _, told) = self.link();
        assert_eq!(code, 2, "{told}");
        assert!(!self.path("out/r").exists(), "nothing is published");
        told
    }
}

/// Names that differ, by number.
fn name(number: usize) -> String {
    const PARTS: [&str; 20] = [
        "ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "wu", "da", "fe", "gi", "ho", "ju", "pa", "re",
        "si", "to", "zu",
    ];
    let part = |at: usize| PARTS[number / 20_usize.pow(at as u32) % 20];
    format!("{}{}{} {}{}", part(0), part(1), part(2), part(1), part(0))
}

/// 300 people, every third one twice, now and then with a slip; ids `p<person>-<copy>`.
fn table(header: &str, separator: &str) -> String {
    let mut text = format!("{header}\n");
    for person in 0..300 {
        for copy in 0..if person % 3 == 0 { 2 } else { 1 } {
            let slip = copy == 1 && person % 2 == 0;
            let name = if slip { name(person).replacen('a', "e", 1) } else { name(person) };
            let (day, month, year) = (person % 28 + 1, person % 12 + 1, 1950 + person % 50);
            let cells = [
                format!("p{person}-{copy}"),
                name,
                format!("{year}-{month:02}-{day:02}"),
                format!("09{:08}", person * 7_919),
            ];
            let _ = writeln!(text, "{}", cells.join(separator));
        }
    }
    text
}

#[test]
fn one_table_is_linked_with_itself_by_sources_and_matching_rules_alone() {
    let bench = Bench::new();
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    let (code, told, complaints) = bench.link();
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("400 rows, 0 set aside"), "{told}");
    assert!(told.contains("it was learnt from these tables"), "{told}");
    for file in [
        "links.parquet",
        "non_links.parquet",
        "people.parquet",
        "run.json",
        "model.toml",
        "rejects/people.csv",
    ] {
        assert!(bench.path("out/latest").join(file).exists(), "{file}");
    }
    let truth = ["evaluate", "--truth-pattern", r"^p(\d+)-", "--json", "figures.json"];
    let (code, _, complaints) = bench.run(&truth);
    assert_eq!(code, 0, "{complaints}");
    let figures: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(bench.path("figures.json")).unwrap()).unwrap();
    let people = &figures["all_pairs"]["people"];
    assert_eq!((people["actual"].as_u64(), people["predicted"].as_u64()), (Some(100), Some(100)), "{people}");
    assert_eq!(people["true_positives"], 100);
}

#[test]
fn a_run_with_the_learnt_model_gives_the_same_bytes_on_one_thread_and_on_many() {
    let bench = Bench::new();
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    assert_eq!(bench.link().0, 0);
    let again = ["link", "--rules", "rules", "--input", "data", "--run-id", "again", "--threads", "1", "-q"];
    assert_eq!(bench.run(&again).0, 0);
    let same = |a: &str, b: &str| {
        for file in ["links.parquet", "people.parquet", "non_links.parquet"] {
            let read = |run: &str| fs::read(bench.path("out").join(run).join(file)).unwrap();
            assert!(read(a) == read(b), "{file} of {a} and {b}");
        }
    };
    same("r", "again");
    fs::copy(bench.path("out/r/model.toml"), bench.path("rules/matching/model.toml")).unwrap();
    let kept = ["link", "--rules", "rules", "--input", "data", "--run-id", "kept"];
    let (code, told, _) = bench.run(&kept);
    assert_eq!(code, 0);
    assert!(!told.contains("learnt"), "{told}");
    same("r", "kept");
}

#[test]
fn two_tables_are_linked_with_each_other_and_never_with_themselves() {
    let bench = Bench::new();
    fs::remove_file(bench.path("rules/sources/people.toml")).unwrap();
    for id in ["a", "b"] {
        bench.write(&format!("rules/sources/{id}.toml"), SOURCE.replace("people", id));
        bench.write(&format!("data/{id}.csv"), table("id,name,born,phone", ","));
    }
    bench.write("rules/matching/pairs.toml", "[link]\nmode = \"link\"\n");
    assert_eq!(bench.link().0, 0);
    let (_, told, complaints) = bench.run(&["evaluate", "--truth-pattern", r"^p(\d+)-"]);
    let of = |left: &str, right: &str| {
        let row = told.lines().find(|line| line.split_whitespace().take(2).eq([left, right]));
        row.unwrap_or_else(|| panic!("{told}{complaints}")).to_owned()
    };
    // A table has 100 pairs of its own, none of them linked; between both 200 singles and 400 of twins.
    assert!(of("a", "a").contains("0.00") && of("a", "a").trim_end().ends_with("0.00"), "{}", of("a", "a"));
    assert!(of("a", "b").contains("600"), "{}", of("a", "b"));
}

#[test]
fn tables_in_the_wild_are_read_and_rows_without_ids_are_numbered() {
    let bench = Bench::new();
    bench.write("rules/sources/people.toml", SOURCE.replace("record_id = \"id\"\n", ""));
    let spaced =
        "id, name , born, \"phone\"\n1, \"ba, ke\", 1950-01-02, \"0912\"\n2, ba ke, 1950-01-02, 0912\n";
    bench.write("data/people.csv", spaced);
    let (code, _, told) = bench.link();
    assert_eq!(code, 0, "{told}");
    bench.write("who.csv", "record_id,entity\n1,x\n2,x\n");
    let (code, figures, told) = bench.run(&["evaluate", "--truth", "who.csv"]);
    assert_eq!(code, 0, "{told}");
    assert!(figures.contains("people         2        2"), "{figures}");
    for (name, bytes) in [
        ("data/people.csv", table("ID\tNAME\tBorn\tphone", "\t").into_bytes()),
        (
            "data/people.csv",
            b"id;name;born;phone\n1;Andr\xe9;1950-01-02;1\n2;Andr\xe9;1950-01-02;1\n".to_vec(),
        ),
    ] {
        bench.write(name, bytes);
        let _ = fs::remove_dir_all(bench.path("out"));
        let (code, figures, told) = bench.link();
        assert_eq!(code, 0, "{told}");
        assert!(figures.contains("0 set aside"), "{figures}");
    }
}

#[test]
fn a_key_that_repeats_is_set_aside_with_its_line_and_the_rest_is_linked() {
    let bench = Bench::new();
    bench.write(
        "data/people.csv",
        "id,name,born,phone\n1,ba ke,1950-01-02,1\n1,li mo,1951-01-02,2\n,nu,1952-01-02,3\n",
    );
    let (code, told, _) = bench.link();
    assert_eq!(code, 0);
    assert!(told.contains("1 rows, 2 set aside"), "{told}");
    let rejects = fs::read_to_string(bench.path("out/r/rejects/people.csv")).unwrap();
    assert!(rejects.contains("people.csv,3,") && rejects.contains("duplicate_record_id"), "{rejects}");
    assert!(rejects.contains("people.csv,4,") && rejects.contains("no_record_id"), "{rejects}");
}

#[test]
fn a_column_mapped_twice_is_told_with_file_and_line() {
    let bench = Bench::new();
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    let twice = format!("{SOURCE}\n[columns.full_name]\nfield = \"name\"\nkind = \"text\"\n");
    bench.write("rules/sources/people.toml", twice);
    let told = bench.refused();
    assert!(told.contains("people.toml:14:"), "{told}");
    assert!(told.contains("columns `name` and `full_name` both map to field `name`"), "{told}");
    bench.write("rules/sources/people.toml", format!("{SOURCE}\n[columns.name]\nkind = \"text\"\n"));
    assert!(bench.refused().contains("duplicate key"), "{told}");
    bench.write("rules/sources/people.toml", SOURCE);
    bench.write("data/people.csv", "id,name,name,born\n1,a,b,1950-01-02\n");
    let told = bench.refused();
    assert!(told.contains("people.csv:1") && told.contains("column `name` stands twice"), "{told}");
}

#[test]
fn a_folder_without_sources_or_blocking_rules_says_what_to_add() {
    let bench = Bench::new();
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    bench.write("rules/matching/people.toml", "[thresholds]\nlink = 0.5\nreview = 0.1\n");
    let told = bench.refused();
    assert!(
        told.contains("no blocking rule in the rules folder") && told.contains("add [[blocking]]"),
        "{told}"
    );
    assert!(told.contains("no comparison in the rules folder"), "{told}");
    bench.write("rules/matching/people.toml", MATCHING);
    fs::remove_file(bench.path("rules/sources/people.toml")).unwrap();
    let told = bench.refused();
    assert!(told.contains("no source in the rules folder") && told.contains("sources/people.toml"), "{told}");
}

#[test]
fn a_missing_file_and_an_empty_table_are_told_and_the_others_are_linked() {
    let bench = Bench::new();
    let told = bench.refused();
    assert!(told.contains("people.csv: no file of `people` in the input folder"), "{told}");
    assert!(told.contains("0 of 1 tables could be read"), "{told}");
    bench.write("data/people.csv", "id,name,born,phone\n");
    let told = bench.refused();
    assert!(told.contains("no rows of `people`"), "{told}");
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    bench.write("rules/sources/other.toml", SOURCE.replace("people", "other"));
    let (code, told, complaints) = bench.link();
    assert_eq!(code, 1, "{complaints}");
    assert!(complaints.contains("other.csv: no file of `other`"), "{complaints}");
    assert!(told.contains("other") && told.contains("refused"), "{told}");
}

#[test]
fn a_truth_that_names_unknown_records_is_told_with_its_lines_and_a_strange_one_is_refused() {
    let bench = Bench::new();
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    assert_eq!(bench.link().0, 0);
    bench.write("who.csv", "record_id,entity\np0-0,a\np0-1,a\nx1,b\np1-0,c\nx2,b\n");
    let (code, told, complaints) = bench.run(&["evaluate", "--truth", "who.csv"]);
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("who.csv: 2 records that the run does not have, such as line 4, line 6"), "{told}");
    bench.write("pairs.csv", "left_id,right_id\np0-0,p0-1\np3-0,p3-1\nx1,p0-0\n");
    let (code, told, _) = bench.run(&["evaluate", "--truth", "pairs.csv"]);
    assert_eq!(code, 0);
    assert!(told.contains("1 records that the run does not have, such as line 4"), "{told}");
    bench.write("who.csv", "record_id,entity\nx1,a\nx2,a\n");
    let (code, _, complaints) = bench.run(&["evaluate", "--truth", "who.csv"]);
    assert_eq!(code, 2);
    assert!(complaints.contains("EVA-025"), "{complaints}");
    bench.write("who.csv", "id,who\np0-0,a\n");
    let (code, _, complaints) = bench.run(&["evaluate", "--truth", "who.csv"]);
    assert!(code == 2 && complaints.contains("expected `record_id`"), "{complaints}");
    let (code, _, complaints) = bench.run(&["evaluate", "--truth-pattern", "rec-("]);
    assert!(code == 2 && complaints.contains("no regular expression"), "{complaints}");
    let (code, _, complaints) = bench.run(&["evaluate", "--truth-pattern", "^zz"]);
    assert!(code == 2 && complaints.contains("matches no record id"), "{complaints}");
}

#[test]
fn a_truth_column_is_read_for_evaluation_alone() {
    let bench = Bench::new();
    let with_truth = |text: String| -> String {
        let cell = |(at, line): (usize, &str)| {
            let person = line.split(['p', '-']).nth(1).unwrap_or_default();
            if at == 0 { format!("{line},who\n") } else { format!("{line},w{person}\n") }
        };
        text.lines().enumerate().map(cell).collect()
    };
    bench.write("data/people.csv", with_truth(table("id,name,born,phone", ",")));
    assert_eq!(bench.link().0, 0);
    let arguments = ["evaluate", "--truth-column", "who", "--rules", "rules", "--input", "data"];
    let (code, told, complaints) = bench.run(&arguments);
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("pairs completeness by rule"), "{told}");
    let all = told.lines().find(|line| line.trim_start().starts_with("all")).unwrap();
    assert!(all.contains("100.00"), "{told}");
    // The column is no part of the run: without it the same comes out.
    let before = fs::read(bench.path("out/r/people.parquet")).unwrap();
    fs::remove_dir_all(bench.path("out")).unwrap();
    bench.write("data/people.csv", table("id,name,born,phone", ","));
    assert_eq!(bench.link().0, 0);
    assert!(before == fs::read(bench.path("out/r/people.parquet")).unwrap());
    let (code, _, complaints) = bench.run(&arguments);
    assert!(code == 2 && complaints.contains("has a column `who`"), "{complaints}");
}

#[test]
fn a_million_blank_keys_and_a_million_equal_ones_neither_hang_nor_fill_memory() {
    let bench = Bench::new();
    let mut text = String::from("id,name,born,phone\n");
    for row in 0..1_000_000 {
        // A blank phone in every row, one name in every row: 500 thousand million pairs, were it not for caps.
        let _ =
            writeln!(text, "{row},nobody,19{:02}-{:02}-{:02},", row % 90 + 10, row % 12 + 1, row % 28 + 1);
    }
    bench.write("data/people.csv", text);
    bench.write(
        "rules/matching/people.toml",
        MATCHING.replace("keys = [\"born\"]", "keys = [\"born\", \"phone\"]"),
    );
    let (code, told, complaints) = bench.link();
    assert!(code < 2, "{complaints}");
    assert!(told.contains("rule name left out 499 999 500 000 pairs"), "{told}");
    assert!(told.contains("no record has a key of: born, phone"), "{told}");
}

#[test]
fn a_list_in_parquet_is_its_items_joined_by_semicolons() {
    use arrow::array::{ArrayRef, ListBuilder, RecordBatch, StringArray, StringBuilder};
    let bench = Bench::new();
    let mut names = ListBuilder::new(StringBuilder::new());
    for items in [&["ba ke", "li"][..], &["ba ke"], &[]] {
        for item in items {
            names.values().append_value(item);
        }
        names.append(true);
    }
    let texts = |texts: [&str; 3]| -> ArrayRef { std::sync::Arc::new(StringArray::from(texts.to_vec())) };
    let batch = RecordBatch::try_from_iter([
        ("id", texts(["1", "2", "3"])),
        ("name", std::sync::Arc::new(names.finish()) as ArrayRef),
        ("born", texts(["1950-01-02"; 3])),
        ("phone", texts(["1"; 3])),
    ])
    .unwrap();
    let file = fs::File::create(bench.path("data/people.parquet")).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bench.write("rules/sources/people.toml", SOURCE.replace("people.csv", "people.parquet"));
    let (code, told, complaints) = bench.link();
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("3 rows, 0 set aside"), "{told}");
    let arguments =
        ["explain", "people:1", "people:2", "--rules", "rules", "--input", "data", "--run", "out/r"];
    let (code, told, complaints) = bench.run(&arguments);
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("ba ke;li"), "{told}");
}

#[test]
fn a_night_asks_for_more_than_linkage_does() {
    let bench = Bench::new();
    let (code, _, told) = bench.run(&["run", "--rules", "rules", "--input", "data"]);
    assert_eq!(code, 2);
    for asked in ["key `title` is missing", "key `owner` is missing", "SET-023"] {
        assert!(told.contains(asked), "{asked}: {told}");
    }
    let (code, told, complaints) = bench.run(&["rules", "check", "--rules", "rules"]);
    assert_eq!(code, 0, "{complaints}");
    assert!(told.contains("1 sources"), "{told}");
}

#[test]
fn the_schema_of_the_rules_is_printed_whole_and_by_kind_of_file() {
    let bench = Bench::new();
    let parsed = |arguments: &[&str]| -> serde_json::Value {
        let (code, told, _) = bench.run(arguments);
        assert_eq!(code, 0);
        serde_json::from_str(&told).unwrap()
    };
    let whole = parsed(&["rules", "schema"]);
    let of_source = parsed(&["rules", "schema", "--file", "source"]);
    assert_eq!(whole["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(whole["$defs"]["source"]["properties"], of_source["properties"]);
}

/// Rules folders of the examples are read by every command that only links.
#[test]
fn the_examples_are_valid() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let bench = Bench::new();
    let mut seen = 0;
    for folder in fs::read_dir(&examples).unwrap().map(|entry| entry.unwrap().path()) {
        if folder.join("matching").exists() {
            let (code, _, told) = bench.run(&["rules", "check", "--rules", folder.to_str().unwrap()]);
            assert_eq!(code, 0, "{}: {told}", folder.display());
            seen += 1;
        }
    }
    assert!(seen >= 2);
}
