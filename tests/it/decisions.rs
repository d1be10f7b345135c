//! Officers' decisions and the people of an earlier night, as their users give them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use assert_cmd::Command;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

const HEADER: &str = "source,id,source,id,decision,who,when\n";

/// The first lines of the sample's extracts, and a place for runs.
struct Nights {
    input: TempDir,
    out: TempDir,
    /// Where decisions lie: not among the extracts.
    desk: TempDir,
}

impl Nights {
    fn new() -> Self {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
        let [input, out, desk] = [(); 3].map(|()| tempfile::tempdir().unwrap());
        for source in ["cu_tru", "ho_tich", "bhyt", "thue_bao"] {
            let text = fs::read_to_string(sample.join(format!("{source}.csv"))).unwrap();
            let head: String = text.split_inclusive('\n').take(400).collect();
            fs::write(input.path().join(format!("{source}.csv")), head).unwrap();
        }
        fs::copy(sample.join("delivery.toml"), input.path().join("delivery.toml")).unwrap();
        Self { input, out, desk }
    }

    /// A night of this name; its exit code and what it complains of.
    fn night(&self, id: &str, more: &[&str]) -> (i32, String) {
        let mut command = Command::cargo_bin("doisoat").unwrap();
        command.arg("run").arg("--input").arg(self.input.path()).arg("--out").arg(self.out.path());
        let done = command.args(["--run-id", id, "--quiet"]).args(more).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    }

    fn run(&self, id: &str) -> PathBuf {
        self.out.path().join(id)
    }

    /// A file of decisions, without its header.
    fn decisions(&self, lines: &str) -> String {
        let path = self.desk.path().join("decisions.csv");
        fs::write(&path, format!("{HEADER}{lines}")).unwrap();
        path.display().to_string()
    }

    fn json(&self, id: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.run(id).join("run.json")).unwrap()).unwrap()
    }

    /// By finding: the day on which it was first told.
    fn first_seen(&self, id: &str) -> BTreeMap<String, String> {
        let rows = rows(&self.run(id).join("findings.parquet"), &["finding_id", "first_seen"]);
        rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    }

    /// By source and record id: the person's id.
    fn people(&self, id: &str) -> BTreeMap<(String, String), String> {
        let rows = rows(&self.run(id).join("people.parquet"), &["source", "record_id", "person_id"]);
        rows.into_iter().map(|row| ((row[0].clone(), row[1].clone()), row[2].clone())).collect()
    }

    /// Left and right record, decision, reason, blocking rule.
    fn links(&self, id: &str) -> Vec<Vec<String>> {
        let columns = [
            "left_source",
            "left_id",
            "right_source",
            "right_id",
            "decision",
            "reason",
            "blocking_rule",
            "match_probability",
        ];
        rows(&self.run(id).join("links.parquet"), &columns)
    }

    /// Links are exactly the edges inside people.
    fn assert_links_and_people_agree(&self, id: &str) {
        let people = self.people(id);
        for link in self.links(id) {
            let of = |at: usize| &people[&(link[at].clone(), link[at + 1].clone())];
            assert_eq!(link[4] == "link", of(0) == of(2), "{link:?}");
        }
    }
}

/// Some columns of a table as texts, no value as the empty one.
fn rows(path: &Path, columns: &[&str]) -> Vec<Vec<String>> {
    let file = fs::File::open(path).unwrap();
    let mut found = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let texts: Vec<_> = columns
            .iter()
            .map(|name| arrow::compute::cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cell = |array: &arrow::array::ArrayRef| {
                if array.is_null(row) {
                    String::new()
                } else {
                    array.as_string::<i32>().value(row).to_owned()
                }
            };
            found.push(texts.iter().map(cell).collect());
        }
    }
    found
}

/// A line of a file of decisions on the two records of a link.
fn line(link: &[String], decision: &str) -> String {
    format!("{},{},{},{},{decision},Lan,2026-06-30\n", link[0], link[1], link[2], link[3])
}

#[test]
fn a_linked_pair_that_an_officer_tells_apart_is_two_people() {
    let nights = Nights::new();
    assert_eq!(nights.night("before", &[]).0, 0);
    let linked: Vec<_> =
        nights.links("before").into_iter().filter(|link| link[4] == "link").take(20).collect();
    assert_eq!(linked.len(), 20);
    let file = nights.decisions(&linked.iter().map(|link| line(link, "khác người")).collect::<String>());
    let (code, complaints) = nights.night("after", &["--decisions", &file]);
    assert_eq!(code, 0, "{complaints}");
    let people = nights.people("after");
    let held: BTreeSet<_> = linked.iter().map(|link| link[..4].to_vec()).collect();
    for link in &linked {
        let of = |at: usize| &people[&(link[at].clone(), link[at + 1].clone())];
        assert_ne!(of(0), of(2), "{link:?}");
    }
    assert!(
        nights.links("after").iter().all(|link| !held.contains(&link[..4])),
        "what is decided is not reviewed"
    );
    nights.assert_links_and_people_agree("after");
    let books = &nights.json("after")["decisions"];
    assert_eq!(
        (&books["read"], &books["different"], &books["pairs_dropped"]),
        (&20.into(), &20.into(), &20.into())
    );
}

#[test]
fn strangers_whom_an_officer_makes_one_are_linked_with_what_their_records_tell() {
    let nights = Nights::new();
    assert_eq!(nights.night("before", &[]).0, 0);
    let before = nights.people("before");
    let of =
        |source: &str| before.keys().filter(|name| name.0 == source).take(5).cloned().collect::<Vec<_>>();
    let pairs: Vec<_> = of("cu_tru").into_iter().zip(of("thue_bao")).collect();
    assert!(pairs.iter().all(|(a, b)| before[a] != before[b]), "strangers to begin with");
    let decided = pairs.iter().map(|(a, b)| format!("{},{},{},{},same,Lan,30/06/2026\n", b.0, b.1, a.0, a.1));
    let file = nights.decisions(&decided.collect::<String>());
    let (code, complaints) =
        nights.night("after", &["--decisions", &file, "--previous", nights.out.path().to_str().unwrap()]);
    assert_eq!((code, complaints.as_str()), (0, ""));
    let (people, links) = (nights.people("after"), nights.links("after"));
    for (a, b) in &pairs {
        assert_eq!(people[a], people[b]);
        let link = links.iter().find(|link| link[..4] == [a.0.as_str(), &a.1, &b.0, &b.1]).unwrap();
        assert_eq!(link[4..6], ["link", "officer_same"]);
        assert!(link[6].is_empty(), "no blocking rule met it: {link:?}");
        assert!(
            link[7].parse::<f64>().unwrap() < 0.5,
            "its own probability, not that of a certain link: {link:?}"
        );
    }
    nights.assert_links_and_people_agree("after");
    let json = nights.json("after");
    assert_eq!(json["decisions"]["links_made"], 5);
    // Nobody but the ten people concerned has changed.
    assert_eq!(json["person_ids"]["merged"], 5);
    assert_eq!(json["person_ids"]["gone"], 5);
    assert_eq!(json["person_ids"]["new"], 0);
    let joined: BTreeSet<_> = pairs.iter().flat_map(|(a, b)| [&before[a], &before[b]]).collect();
    for (record, person) in &people {
        assert!(before[record] == *person || joined.contains(&before[record]));
    }
}

#[test]
fn people_keep_their_ids_over_a_night_that_takes_decisions_back() {
    let nights = Nights::new();
    assert_eq!(nights.night("one", &[]).0, 0);
    let link = nights.links("one").into_iter().find(|link| link[4] == "link").unwrap();
    let file = nights.decisions(&line(&link, "different"));
    let one = nights.run("one");
    assert_eq!(nights.night("two", &["--decisions", &file, "--previous", one.to_str().unwrap()]).0, 0);
    let ids = &nights.json("two")["person_ids"];
    assert_eq!((&ids["gone"], &ids["merged"], &ids["split"]), (&0.into(), &0.into(), &1.into()));
    let two = nights.run("two");
    assert_eq!(nights.night("three", &["--previous", two.to_str().unwrap()]).0, 0);
    let ids = &nights.json("three")["person_ids"];
    assert_eq!((&ids["new"], &ids["gone"], &ids["merged"]), (&0.into(), &1.into(), &1.into()));
    let (one, three) = (nights.people("one"), nights.people("three"));
    let distinct = |people: &BTreeMap<_, String>| people.values().collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(&one), distinct(&three));
    assert_eq!(one, three, "the larger part has kept the id all along");
}

#[test]
fn a_finding_knows_since_when_it_has_stood_open() {
    let nights = Nights::new();
    assert_eq!(nights.night("one", &["--as-of", "2026-06-30"]).0, 0);
    let one = nights.first_seen("one");
    assert!(one.len() > 50, "{}", one.len());
    assert!(one.values().all(|day| day == "2026-06-30"), "all are of tonight");
    let latest = nights.out.path().to_str().unwrap();
    // One record is mended, so that its findings go; another goes wrong.
    let file = nights.input.path().join("cu_tru.csv");
    let before = fs::read_to_string(&file).unwrap();
    let wrong = before.replacen(",Kinh,Việt Nam,", ",Kinh,0000,", 1);
    assert_ne!(before, wrong);
    fs::write(&file, wrong).unwrap();
    assert_eq!(nights.night("two", &["--as-of", "2026-07-07", "--previous", latest]).0, 0);
    let two = nights.first_seen("two");
    let new: Vec<_> = two.iter().filter(|(id, _)| !one.contains_key(*id)).collect();
    assert!(!new.is_empty() && new.iter().all(|(_, day)| *day == "2026-07-07"), "{new:?}");
    let kept = two.iter().filter(|(id, _)| one.contains_key(*id));
    assert!(kept.clone().count() > 50 && kept.clone().all(|(_, day)| day == "2026-06-30"));
    // The day goes on from night to night; what was gone for a night begins anew.
    fs::write(&file, before).unwrap();
    assert_eq!(nights.night("three", &["--as-of", "2026-07-14", "--previous", latest]).0, 0);
    let three = nights.first_seen("three");
    assert!(three.iter().filter(|(id, _)| two.contains_key(*id)).all(|(id, day)| two[id] == *day));
    assert!(three.keys().all(|id| one.contains_key(id) || two.contains_key(id) || three[id] == "2026-07-14"));
    assert!(new.iter().all(|(id, _)| !three.contains_key(*id)), "mended");
}

#[test]
fn a_night_after_itself_and_decisions_in_any_order_give_the_same_bytes() {
    let nights = Nights::new();
    assert_eq!(nights.night("one", &[]).0, 0);
    let links = nights.links("one");
    let decision = |link: &Vec<String>| line(link, if link[4] == "link" { "different" } else { "same" });
    let mut decided: Vec<String> = links.iter().step_by(7).map(decision).collect();
    let mut tables = Vec::new();
    for (id, threads) in [("two", "1"), ("three", "3")] {
        let file = nights.decisions(&decided.concat());
        let given =
            ["--decisions", &file, "--previous", nights.run("one").to_str().unwrap(), "--threads", threads]
                .map(str::to_owned);
        assert_eq!(nights.night(id, &given.each_ref().map(String::as_str)).0, 0);
        tables.push(
            ["people", "links", "findings"]
                .map(|table| fs::read(nights.run(id).join(format!("{table}.parquet"))).unwrap()),
        );
        nights.assert_links_and_people_agree(id);
        decided.reverse();
    }
    assert!(tables[0] == tables[1]);
    let file = nights.decisions(&decided.concat());
    assert_eq!(
        nights.night("four", &["--decisions", &file, "--previous", nights.run("two").to_str().unwrap()]).0,
        0
    );
    assert_eq!(nights.people("four"), nights.people("two"));
}

#[test]
fn mistakes_are_told_line_by_line_and_the_books_balance() {
    let nights = Nights::new();
    assert_eq!(nights.night("before", &[]).0, 0);
    let people = nights.people("before");
    let of = |source: &str| {
        people.keys().filter(|name| name.0 == source).map(|name| name.1.clone()).take(6).collect::<Vec<_>>()
    };
    let (a, b) = (of("cu_tru"), of("bhyt"));
    let pair = |left: usize, right: usize| format!("cu_tru,{},bhyt,{}", a[left], b[right]);
    let lines = [
        format!("cu_tu,{},bhyt,{},same,Lan,2026-06-01", a[0], b[0]),
        "cu_tru,NOBODY,bhyt,X,same,Lan,2026-06-01".to_owned(),
        format!("cu_tru,{0},cu_tru,{0},same,Lan,2026-06-01", a[0]),
        format!("{},maybe,Lan,2026-06-01", pair(0, 0)),
        format!("{},same,Lan,31/02/2026", pair(0, 0)),
        format!("{},same,,2026-06-01", pair(0, 0)),
        format!("{},same,Lan", pair(0, 0)),
        String::new(),
        format!("{},same,Lan,2026-06-01", pair(1, 1)),
        format!("{},different,Lan,2026-06-02", pair(1, 1)),
        format!("{},same,Lan,2026-06-01", pair(2, 2)),
        format!("{},different,Minh,2026-06-01", pair(2, 2)),
        format!("{},same,Lan,2026-06-01", pair(3, 3)),
        format!("bhyt,{},cu_tru,{},same,Lan,2026-06-01", b[3], a[4]),
        format!("cu_tru,{},cu_tru,{},different,Lan,2026-06-09", a[3], a[4]),
    ];
    let file = nights.decisions(&format!("{}\n", lines.join("\r\n")));
    let (code, complaints) = nights.night("after", &["--decisions", &file]);
    assert_eq!(code, 0);
    let told: Vec<&str> = complaints.lines().filter(|line| line.starts_with("warning")).collect();
    let expected = [
        "warning[HIS-004]: FILE:2: column `left_source`: unknown source `cu_tu`",
        "warning[HIS-005]: FILE:4: a record is compared with itself",
        "warning[HIS-003]: FILE:5: column `decision`: `maybe` is no decision",
        "warning[HIS-003]: FILE:6: column `when`: `31/02/2026` is not a day or a time",
        "warning[HIS-003]: FILE:7: column `who`: nobody is named",
        "warning[HIS-003]: FILE:8: 6 cells, expected 7 as in the header",
        "warning[HIS-006]: FILE:10: line 11 decides this pair the other way at a later time and holds",
        "warning[HIS-007]: FILE:12: lines 12 and 13 decide one pair both ways at one time; none of them holds",
        "warning[HIS-008]: FILE:16: line 16 say different, but the same of lines 14 and 15 makes one person of these \
         records; none of them holds",
        "warning[HIS-009]: FILE:3: `cu_tru` has no record `NOBODY` tonight",
    ];
    assert_eq!(told, expected.map(|line| line.replace("FILE", &file)));
    assert!(complaints.contains("did you mean `cu_tru`?"), "{complaints}");
    let books = nights.json("after")["decisions"].clone();
    let count = |key: &str| books[key].as_u64().unwrap();
    let others =
        ["same", "different", "repeated", "superseded", "undecided", "in_conflict", "unknown_record"];
    let others: u64 =
        others.iter().chain(&["unknown_source", "itself", "malformed"]).map(|key| count(key)).sum();
    assert_eq!((count("read"), others), (14, 14), "{books}");
    assert_eq!((count("same"), count("different"), count("in_conflict"), count("malformed")), (0, 1, 3, 4));
}

#[test]
fn other_links_that_would_join_a_pair_told_apart_are_cut_and_told() {
    let nights = Nights::new();
    assert_eq!(nights.night("before", &[]).0, 0);
    let mut members: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (record, person) in nights.people("before") {
        members.entry(person).or_default().push(record);
    }
    let three = members.into_values().find(|of| of.len() >= 3).unwrap();
    let (a, b) = (&three[0], &three[1]);
    let file = nights
        .decisions(&format!("{},{},{},{},different,Lan,2026-06-01T09:00:00+07:00\n", a.0, a.1, b.0, b.1));
    let (_, complaints) = nights.night("after", &["--decisions", &file]);
    let expected = format!("warning[HIS-012]: {file}:2: other links would make one person of these two");
    assert!(complaints.starts_with(&expected), "{complaints}");
    let people = nights.people("after");
    assert_ne!(people[a], people[b]);
    let reasons: Vec<_> = nights.links("after").into_iter().map(|link| link[5].clone()).collect();
    assert!(reasons.iter().any(|reason| reason == "officer_different" || reason == "tie"));
    nights.assert_links_and_people_agree("after");
}

#[test]
fn decisions_that_cannot_be_used_stop_the_night_before_any_data_is_read() {
    let nights = Nights::new();
    let write = |bytes: &[u8]| {
        let path = nights.desk.path().join("decisions.csv");
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    for bytes in [&b""[..], b"source,id\n", b"\xff\xfes\0o\0u\0r\0c\0e\0", b"\n\n"] {
        let (code, complaints) = nights.night("bad", &["--decisions", &write(bytes)]);
        assert_eq!(code, 2);
        assert!(complaints.starts_with("error[HIS-002]: "), "{complaints}");
    }
    let (code, complaints) = nights.night("bad", &["--decisions", "nowhere.csv"]);
    assert_eq!((code, complaints.starts_with("error[HIS-001]: nowhere.csv: ")), (2, true), "{complaints}");
    let (code, complaints) = nights.night("bad", &["--previous", "nowhere"]);
    assert_eq!((code, complaints.starts_with("error[HIS-010]: nowhere: ")), (2, true), "{complaints}");
    fs::write(nights.desk.path().join("people.parquet"), "no table").unwrap();
    let (code, complaints) = nights.night("bad", &["--previous", nights.desk.path().to_str().unwrap()]);
    assert_eq!((code, complaints.starts_with("error[TAB-001]: ")), (2, true), "{complaints}");
    assert_eq!(fs::read_dir(nights.out.path()).unwrap().count(), 0);
}

#[test]
fn a_semicolon_a_mark_and_a_quote_that_is_not_closed_cost_no_other_line() {
    let nights = Nights::new();
    assert_eq!(nights.night("before", &[]).0, 0);
    let people = nights.people("before");
    let of = |source: &str| people.keys().find(|name| name.0 == source).unwrap().1.clone();
    let (a, b) = (of("cu_tru"), of("ho_tich"));
    let path = nights.desk.path().join("decisions.csv");
    let text = format!(
        "\u{feff}left_source;left_id;right_source;right_id;decision;who;when\ncu_tru;\"{a};bhyt;X;same;Lan;2026-06-01\n\
         cu_tru;\"{a}\";ho_tich;{b};nobody knows;Lan;2026-06-01\n\
         cu_tru;{a};ho_tich;{b};Cu\u{300}ng  ngu\u{31b}o\u{31b}\u{300}i;Lan;2026-06-01\n;;;;;;\n"
    );
    fs::write(&path, text).unwrap();
    let (code, complaints) = nights.night("after", &["--decisions", path.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(
        complaints.contains(":2: 2 cells, expected 7") && complaints.contains(":3: column `decision`"),
        "{complaints}"
    );
    let books = &nights.json("after")["decisions"];
    assert_eq!((&books["read"], &books["same"], &books["malformed"]), (&3.into(), &1.into(), &2.into()));
    let people = nights.people("after");
    assert_eq!(people[&("cu_tru".to_owned(), a)], people[&("ho_tich".to_owned(), b)]);
}
