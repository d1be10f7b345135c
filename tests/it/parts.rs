//! A night that is cut into parts finds what a whole one finds, and leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::run::{bytes_below, doisoat, night, sample, small_input};

/// The texts of some columns of a table, row by row.
fn texts(table: &Path, columns: &[&str]) -> Vec<Vec<String>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(table).unwrap()).unwrap();
    let mut rows = Vec::new();
    for batch in reader.build().unwrap().map(Result::unwrap) {
        let column = |name: &&str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let columns: Vec<_> = columns.iter().map(column).collect();
        rows.extend((0..batch.num_rows()).map(|row| {
            let text = |column: &arrow::array::StringArray| {
                if column.is_null(row) { String::new() } else { column.value(row).to_owned() }
            };
            columns.iter().map(text).collect::<Vec<String>>()
        }));
    }
    rows
}

fn json(run: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(run.join("run.json")).unwrap()).unwrap()
}

/// Runs a night that must end well; its folder.
fn run(input: &Path, out: &Path, id: &str, more: &[&str]) -> PathBuf {
    let (code, _, complaints) = night(input, out, &[more, &["--run-id", id]].concat());
    assert_eq!(code, 0, "{complaints}");
    out.join(id)
}

/// Every kind of row that is set aside, and an id that comes again with another ward.
fn input_with_bad_rows() -> TempDir {
    let input = small_input();
    let path = input.path().join("cu_tru.csv");
    let text = fs::read_to_string(&path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let ward = reader.headers().unwrap().iter().position(|name| name == "ma_xa").unwrap();
    let again = reader.records().nth(7).unwrap().unwrap();
    let elsewhere = again.iter().enumerate().map(|(at, cell)| if at == ward { "32248" } else { cell });
    let mut row = csv::Writer::from_writer(Vec::new());
    row.write_record(elsewhere).unwrap();
    let (row, without_id) = (row.into_inner().unwrap(), ",".repeat(again.len() - 1));
    let again = String::from_utf8(row).unwrap();
    let text = format!("{text}{again}short,row\n{without_id}\n\"lost quote,1,2\n");
    fs::write(path, text).unwrap();
    input
}

#[test]
fn every_row_is_kept_or_set_aside_as_in_a_whole_night() {
    let (input, out) = (input_with_bad_rows(), tempfile::tempdir().unwrap());
    let whole = run(input.path(), out.path(), "whole", &[]);
    let cut = run(input.path(), out.path(), "cut", &["--partitions", "5"]);
    assert_eq!(json(&whole)["sources"], json(&cut)["sources"]);
    assert_eq!(bytes_below(&whole.join("rejects")), bytes_below(&cut.join("rejects")));
    let rejects = fs::read_to_string(cut.join("rejects/cu_tru.csv")).unwrap();
    for reason in ["cell_count", "no_record_id", "duplicate_record_id", "unclosed_quote"] {
        assert!(rejects.contains(reason), "{reason}: {rejects}");
    }
    let records = |run: &Path| {
        let rows = texts(&run.join("people.parquet"), &["source", "record_id"]);
        let all = rows.len();
        let distinct: BTreeSet<Vec<String>> = rows.into_iter().collect();
        assert_eq!(distinct.len(), all, "a record is of one person");
        distinct
    };
    assert_eq!(records(&whole), records(&cut));
    let told = json(&cut);
    let parts = told["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 5);
    let rows: u64 = parts.iter().map(|part| part["rows"].as_u64().unwrap()).sum();
    assert_eq!(rows as usize, records(&cut).len());
    assert!(json(&whole).get("parts").is_none());
}

/// The finding ids on lists by the list they stand on, and their count.
fn listed(run: &Path) -> (BTreeMap<String, BTreeSet<String>>, usize) {
    let (mut lists, mut items) = (BTreeMap::new(), 0);
    for (file, bytes) in bytes_below(&run.join("worklists")) {
        if file.extension().is_none_or(|ending| ending != "csv") || file.starts_with("community") {
            continue;
        }
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let column = reader.headers().unwrap().iter().position(|name| name == "finding_id").unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(row[0], (at + 1).to_string(), "{}", file.display());
        }
        items += rows.len();
        lists.insert(file.display().to_string(), rows.iter().map(|row| row[column].to_owned()).collect());
    }
    (lists, items)
}

#[test]
fn a_cut_night_finds_and_lists_nearly_what_a_whole_one_does() {
    let out = tempfile::tempdir().unwrap();
    let whole = run(&sample(), out.path(), "whole", &[]);
    let cut = run(&sample(), out.path(), "cut", &["--partitions", "4"]);
    let share = |a: &BTreeSet<Vec<String>>, b: &BTreeSet<Vec<String>>| {
        a.intersection(b).count() as f64 / a.union(b).count() as f64
    };
    let rows = |run: &Path, table: &str, columns: &[&str]| -> BTreeSet<Vec<String>> {
        texts(&run.join(table), columns).into_iter().collect()
    };
    let links = ["left_source", "left_id", "right_source", "right_id", "decision"];
    let [a, b] = [&whole, &cut].map(|run| {
        let ends = |row: Vec<String>| {
            let mut ends = [row[..2].to_vec(), row[2..4].to_vec()];
            ends.sort();
            [ends.concat(), vec![row[4].clone()]].concat()
        };
        rows(run, "links.parquet", &links).into_iter().map(ends).collect::<BTreeSet<_>>()
    });
    assert!(share(&a, &b) > 0.985, "links: {}", share(&a, &b));
    let [a, b] = [&whole, &cut].map(|run| rows(run, "findings.parquet", &["finding_id"]));
    assert!(share(&a, &b) > 0.95, "findings: {}", share(&a, &b));

    // What is to be done stands on one list, which tells how much there is.
    let findings = texts(&cut.join("findings.parquet"), &["finding_id", "route"]);
    let (lists, items) = listed(&cut);
    let all: BTreeSet<&String> = lists.values().flatten().collect();
    assert_eq!(all.len(), items, "no finding is on two lists");
    let known: BTreeSet<&String> = findings.iter().map(|row| &row[0]).collect();
    assert!(all.is_subset(&known));
    for (route, folder) in [("agency", "agencies"), ("auto", "auto")] {
        let of_route: BTreeSet<&String> =
            findings.iter().filter(|row| row[1] == route).map(|row| &row[0]).collect();
        let of_lists = lists.iter().filter(|(name, _)| name.starts_with(folder)).flat_map(|(_, ids)| ids);
        let of_lists: BTreeSet<&String> = of_lists.collect();
        // What cannot be applied in bulk is for the office to look at.
        assert!(of_lists.iter().all(|id| of_route.contains(*id) || route == "agency"), "{route}");
        assert!(route == "auto" || of_route.is_subset(&of_lists), "{route}");
    }
    let names = |run: &Path| -> Vec<PathBuf> {
        let lists = bytes_below(&run.join("worklists")).into_keys();
        lists.filter(|name| !name.starts_with("community")).collect()
    };
    assert_eq!(names(&whole), names(&cut));
    assert!(!cut.join(".scratch").exists());
}

#[test]
fn a_cut_night_gives_the_same_bytes_on_any_number_of_threads() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let runs = ["1", "2", "5"].map(|threads| {
        let more = ["--partitions", "3", "--threads", threads];
        let mut files = bytes_below(&run(input.path(), out.path(), &format!("with-{threads}"), &more));
        files.remove(Path::new("run.json"));
        files.remove(Path::new("report.html"));
        files
    });
    for other in &runs[1..] {
        assert_eq!(runs[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (name, bytes) in &runs[0] {
            assert!(other[name] == *bytes, "{} differs", name.display());
        }
    }
}

#[test]
fn what_earlier_nights_say_holds_over_parts() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let first = run(input.path(), out.path(), "first", &[]);
    let people = texts(&first.join("people.parquet"), &["source", "record_id", "person_id"]);
    let residents: Vec<&Vec<String>> = people.iter().filter(|row| row[0] == "cu_tru").collect();
    let (one, other) = (&residents[0][1], &residents[residents.len() - 1][1]);
    let decisions = input.path().join("decisions.csv");
    let line = format!("cu_tru,{one},cu_tru,{other},same,an officer,2026-06-01\n");
    fs::write(&decisions, format!("source,id,source,id,decision,who,when\n{line}")).unwrap();
    let decided = tempfile::tempdir().unwrap();
    let file = decided.path().join("decisions.csv");
    fs::rename(&decisions, &file).unwrap();
    let more =
        ["--partitions", "4", "--previous", first.to_str().unwrap(), "--decisions", file.to_str().unwrap()];
    let second = run(input.path(), out.path(), "second", &more);
    let after = texts(&second.join("people.parquet"), &["source", "record_id", "person_id"]);
    let person = |id: &str| &after.iter().find(|row| row[0] == "cu_tru" && row[1] == id).unwrap()[2];
    assert_eq!(person(one), person(other), "ruled one person, whatever their wards");
    let told = json(&second);
    assert_eq!((&told["decisions"]["same"], &told["decisions"]["unknown_record"]), (&1.into(), &0.into()));
    let before: BTreeMap<&[String], &String> = people.iter().map(|row| (&row[..2], &row[2])).collect();
    let kept = after.iter().filter(|row| before[&row[..2]] == &row[2]).count();
    assert!(kept * 100 > after.len() * 98, "{kept} of {} records keep their person's id", after.len());
}

#[test]
fn too_little_memory_is_told_before_it_is_taken_and_nothing_is_left() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let (whole, cut) = (["--memory", "20MiB"], ["--memory", "20MiB", "--partitions", "2"]);
    for (more, remedy) in [(&whole[..], "--partitions auto"), (&cut, "any number of parts")] {
        let (code, _, complaints) = night(input.path(), out.path(), more);
        assert_eq!(code, 2, "{complaints}");
        assert!(complaints.contains("error[MEM-00"), "{complaints}");
        assert!(complaints.contains(remedy), "{complaints}");
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
    }
    let (code, _, complaints) = night(input.path(), out.path(), &["--memory", "4 apples"]);
    assert_eq!(code, 2);
    assert!(complaints.contains("4GiB"), "{complaints}");
    let enough = run(input.path(), out.path(), "enough", &["--memory", "2GiB", "--partitions", "auto"]);
    let told = json(&enough);
    assert_eq!(told["memory_ceiling_bytes"], 2_u64 << 30);
    assert!(told.get("parts").is_none(), "a night that fits is not cut");
}

/// A night in three parts on the whole sample that is killed as soon as a file is there within its hidden
/// folder; that folder.
fn kill_when(out: &Path, file: &str) -> PathBuf {
    let program = doisoat().get_program().to_owned();
    let mut child = std::process::Command::new(program)
        .args(["run", "--quiet", "--partitions", "3", "--input"])
        .args([sample().as_os_str(), "--out".as_ref(), out.as_os_str()])
        .spawn()
        .unwrap();
    let left = || {
        let mut folders = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
        folders.find(|folder| folder.join(".scratch").exists() && folder.join(file).exists())
    };
    let began = Instant::now();
    while left().is_none() && began.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    left().expect("it was killed while it was under way")
}

fn hidden(out: &Path) -> usize {
    let names = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with('.')).count()
}

#[test]
fn a_killed_night_leaves_the_last_one_whole_and_rows_that_the_next_one_clears_away() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let first = run(input.path(), out.path(), "first", &[]);
    let before = bytes_below(&first);
    for file in [".scratch/0.rows", "links.parquet"] {
        let left = kill_when(out.path(), file);
        assert_eq!(fs::read_link(out.path().join("latest")).unwrap(), Path::new("first"));
        assert!(bytes_below(&first) == before, "killed when there was {file}");
        let next = run(input.path(), out.path(), &format!("next-{}", hidden(out.path())), &[]);
        assert!(!left.exists() && next.join("report.html").exists());
        assert_eq!(hidden(out.path()), 0);
        fs::remove_dir_all(next).unwrap();
        fs::remove_file(out.path().join("latest")).unwrap();
        std::os::unix::fs::symlink("first", out.path().join("latest")).unwrap();
    }
}

/// Runs a night in parts that may write files of so many blocks only; a larger one is an error to it, as a
/// full disk is.
fn cramped(input: &Path, out: &Path, blocks: &str) -> (i32, String) {
    let program = doisoat().get_program().to_owned();
    let limits = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let done = std::process::Command::new("sh")
        .args(["-c".as_ref(), limits.as_ref(), "sh".as_ref(), program.as_os_str()])
        .args(["run", "--quiet", "--partitions", "3", "--input"])
        .args([input.as_os_str(), "--out".as_ref(), out.as_os_str()])
        .output()
        .unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn a_full_disk_ends_the_night_with_the_file_and_what_to_do() {
    let out = tempfile::tempdir().unwrap();
    let (code, complaints) = cramped(&sample(), out.path(), "500");
    assert_eq!(code, 2, "{complaints}");
    assert!(complaints.contains("error[PAR-001]") && complaints.contains(".scratch/0.rows"), "{complaints}");
    assert!(complaints.contains("make room"), "{complaints}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn parts_are_asked_for_by_a_number_from_1_to_240_or_by_a_ceiling() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    for number in ["0", "241", "1000000", "-3", "many", ""] {
        let (code, _, complaints) = night(input.path(), out.path(), &["--partitions", number]);
        assert_eq!(code, 2, "{complaints}");
        assert!(complaints.contains("from 1 to 240"), "{number}: {complaints}");
    }
    let (code, _, complaints) = night(input.path(), out.path(), &["--partitions", "auto"]);
    assert_eq!(code, 2);
    assert!(complaints.contains("--memory"), "{complaints}");
    let many = run(input.path(), out.path(), "many", &["--partitions", "240"]);
    let rows = |run: &Path| texts(&run.join("people.parquet"), &["record_id"]).len() as u64;
    let told = json(&many);
    let parts = told["parts"].as_array().unwrap();
    assert!(parts.len() > 20 && parts.iter().all(|part| part["rows"].as_u64() > Some(0)));
    assert_eq!(parts.iter().map(|part| part["rows"].as_u64().unwrap()).sum::<u64>(), rows(&many));
}

#[test]
fn a_source_that_is_refused_is_in_no_part_and_told_of_as_in_a_whole_night() {
    let bhyt = |text: &str, input: &TempDir| fs::write(input.path().join("bhyt.csv"), text).unwrap();
    let text = fs::read_to_string(small_input().path().join("bhyt.csv")).unwrap();
    let header = text.lines().next().unwrap();
    let short_rows = "only,two\n".repeat(300);
    for bad in ["", &format!("{header}\n"), "a;b;c\n1;2;3\n", &format!("{text}{short_rows}")] {
        let (input, out) = (small_input(), tempfile::tempdir().unwrap());
        bhyt(bad, &input);
        let runs = [("whole", "1"), ("cut", "3")].map(|(id, parts)| {
            let more = ["--quiet", "--partitions", parts, "--run-id", id];
            let (code, _, complaints) = night(input.path(), out.path(), &more);
            (code, complaints, out.path().join(id))
        });
        let [(code, complaints, whole), (code_cut, complaints_cut, cut)] = runs;
        assert_eq!((code, code_cut), (1, 1), "{complaints_cut}");
        assert_eq!(complaints, complaints_cut);
        assert_eq!(json(&whole)["sources"], json(&cut)["sources"]);
        assert_eq!(bytes_below(&whole.join("rejects")), bytes_below(&cut.join("rejects")));
        let sources: BTreeSet<_> = texts(&cut.join("people.parquet"), &["source"]).into_iter().collect();
        assert_eq!(sources.len(), 3);
        assert!(!sources.contains(&vec!["bhyt".to_owned()]));
    }
}

#[test]
fn residents_of_one_ward_are_one_part_however_many_are_asked_for() {
    let (input, out) = (small_input(), tempfile::tempdir().unwrap());
    let path = input.path().join("cu_tru.csv");
    let text = fs::read_to_string(&path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let ward = reader.headers().unwrap().iter().position(|name| name == "ma_xa").unwrap();
    let mut writer = csv::Writer::from_path(&path).unwrap();
    writer.write_record(reader.headers().unwrap()).unwrap();
    for row in reader.records().map(Result::unwrap) {
        let cells = row.iter().enumerate().map(|(at, cell)| if at == ward { "32248" } else { cell });
        writer.write_record(cells).unwrap();
    }
    writer.flush().unwrap();
    for source in ["bhyt", "ho_tich", "thue_bao"] {
        fs::remove_file(input.path().join(format!("{source}.csv"))).unwrap();
    }
    let runs = [("whole", "1"), ("cut", "7")].map(|(id, parts)| {
        let more = ["--partitions", parts, "--run-id", id];
        let (code, _, complaints) = night(input.path(), out.path(), &more);
        assert_eq!(code, 1, "{complaints}");
        out.path().join(id)
    });
    assert_eq!(json(&runs[1])["parts"].as_array().unwrap().len(), 1);
    let findings = |run: &Path| texts(&run.join("findings.parquet"), &["finding_id", "record_id", "field"]);
    assert!(findings(&runs[0]).len() > 20);
    assert_eq!(findings(&runs[0]), findings(&runs[1]), "one part is a whole night");
}
