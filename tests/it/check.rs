//! What the quality rules find in a few people's records, and what they say.

use chrono::NaiveDate;
use doisoat::check::{Finding, Findings, check};
use doisoat::link::{Decision, Levels, Link, Linkage, People};
use doisoat::normalise::{Records, normalise};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use doisoat::table::{RecordRef, Table, TextColumn};

/// One record: the person it is of, its source, and its cells by column of the extract.
type Row = (u32, &'static str, &'static [(&'static str, &'static str)]);

/// A few records, who is who, and what was not delivered.
struct World {
    settings: Settings,
    rows: Vec<Row>,
    not_delivered: Vec<&'static str>,
    match_probability: f64,
    in_review: Vec<(usize, usize)>,
}

impl World {
    fn of(rows: &[Row]) -> Self {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        Self {
            settings,
            rows: rows.to_vec(),
            not_delivered: vec![],
            match_probability: 0.999,
            in_review: vec![],
        }
    }

    fn without(mut self, names: &[&'static str]) -> Self {
        self.not_delivered.extend(names);
        self
    }

    fn records(&self) -> Vec<Records> {
        let mut tables = Vec::new();
        for source in &self.settings.sources {
            if self.not_delivered.contains(&source.id.as_str()) {
                continue;
            }
            let rows: Vec<&Row> = self.rows.iter().filter(|row| row.1 == source.id).collect();
            let column = |name: &str| {
                let full = format!("{}.{name}", source.id);
                let delivered = !self.not_delivered.contains(&full.as_str());
                let cell = |row: &&Row| row.2.iter().find(|cell| cell.0 == name).map_or("", |cell| cell.1);
                delivered.then(|| rows.iter().map(cell).collect::<TextColumn>())
            };
            let columns = source.columns.iter().map(|declared| column(&declared.name)).collect();
            tables
                .push((self.settings.source_index(&source.id).unwrap(), Table { columns, rows: rows.len() }));
        }
        normalise(&self.settings, tables, &Progress::silent())
    }

    /// All records of a person are linked with each other.
    fn linkage(&self, records: &[Records]) -> Linkage {
        let mut places: Vec<(u32, RecordRef)> = Vec::new();
        let mut refs = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let source = self.settings.source_index(row.1).unwrap();
            let before = self.rows[..at].iter().filter(|other| other.1 == row.1).count();
            refs.push(RecordRef::new(source, before as u32));
            if records.iter().any(|records| records.source == source) {
                places.push((row.0, refs[at]));
            }
        }
        places.sort_unstable();
        let people = places.iter().map(|place| place.0).max().map_or(0, |last| last + 1);
        let members: Vec<Vec<RecordRef>> = (0..people)
            .map(|person| places.iter().filter(|place| place.0 == person).map(|place| place.1).collect())
            .collect();
        let mut person_of: Vec<Vec<u32>> = vec![Vec::new(); self.settings.sources.len()];
        for records in records {
            person_of[records.source.index()] = vec![0; records.table.rows];
        }
        for &(person, record) in &places {
            person_of[record.source.index()][record.row as usize] = person;
        }
        let mut pairs = Vec::new();
        for members in &members {
            for (at, &left) in members.iter().enumerate() {
                pairs.extend(members[at + 1..].iter().map(|&right| (left, right, Decision::Link)));
            }
        }
        for &(a, b) in &self.in_review {
            pairs.push((refs[a].min(refs[b]), refs[a].max(refs[b]), Decision::Review));
        }
        let link = |&(left, right, decision): &(RecordRef, RecordRef, Decision)| Link {
            left,
            right,
            match_weight_bits: 10.0,
            match_probability: self.match_probability,
            decision,
            reason: None,
            blocking_rule: 0,
            levels: Levels(0),
            looked_twice: false,
        };
        Linkage {
            links: pairs.iter().map(link).collect(),
            people: People {
                person_of,
                members: members.into_iter().collect(),
                ids: (0..u64::from(people)).collect(),
                ..People::default()
            },
            ..Linkage::default()
        }
    }

    fn find(&self) -> Findings {
        let records = self.records();
        let linkage = self.linkage(&records);
        let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        check(&self.settings, &records, &linkage, as_of, &Progress::silent()).unwrap()
    }

    /// The findings of one rule.
    fn of_rule(&self, id: &str) -> Vec<Finding> {
        let rule = self.settings.checks.iter().position(|check| check.id == id).unwrap();
        self.find().findings.into_iter().filter(|finding| usize::from(finding.rule) == rule).collect()
    }

    /// The ids of the rules that found something, and the columns.
    fn told(&self) -> Vec<(String, String)> {
        let name = |finding: &Finding| {
            (self.settings.checks[usize::from(finding.rule)].id.clone(), finding.field.to_string())
        };
        self.find().findings.iter().map(name).collect()
    }
}

const RESIDENT: Row = (
    0,
    "cu_tru",
    &[
        ("ma_ho_so", "CT1"),
        ("so_dinh_danh", "096063000001"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_sinh", "14/03/1962"),
        ("gioi_tinh", "Nam"),
        ("ho_ten_me", "Lê Thị Hoa"),
        ("ma_xa", "32002"),
        ("tinh_trang_cu_tru", "thường trú"),
    ],
);
const BIRTH: Row = (
    0,
    "ho_tich",
    &[
        ("ma_su_kien", "HT1"),
        ("loai_su_kien", "khai_sinh"),
        ("so_dinh_danh", "096063000001"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_sinh", "14/03/1963"),
        ("gioi_tinh", "Nam"),
        ("ho_ten_me", "Lê Thị Hoa"),
    ],
);
const CARD: Row = (
    0,
    "bhyt",
    &[
        ("ma_the_ban_ghi", "BH1"),
        ("ho_ten", "TRẦN VĂN BÌNH"),
        ("ngay_sinh", "14/03/1962"),
        ("gia_tri_den", "31/12/2026"),
    ],
);

#[test]
fn a_finding_says_what_it_should_be_on_whose_word_and_whose_ward_mends_it() {
    let world = World::of(&[RESIDENT, BIRTH, CARD]);
    let found = world.find();
    let rule =
        world.settings.checks.iter().position(|c| c.id == "birth-date-differs-from-birth-registration");
    let place = found.findings.iter().position(|finding| Some(usize::from(finding.rule)) == rule).unwrap();
    let finding = &found.findings[place];
    assert_eq!(
        (&*finding.field, &*finding.current_value, finding.suggested_value.as_deref()),
        ("ngay_sinh", "14/03/1962", Some("14/03/1963"))
    );
    assert_eq!(&*finding.ward_code, "32002");
    assert_eq!(finding.evidence, Some(RecordRef::new(world.settings.source_index("ho_tich").unwrap(), 0)));
    assert!((finding.match_probability - 0.999).abs() < 1e-6);
    assert_eq!(
        finding.explanation.to_string(),
        "Hồ sơ ghi sinh 14/03/1962, khai sinh ghi 14/03/1963; số định danh mang năm sinh 1963."
    );
    let words: Vec<(&str, bool)> = found
        .evidence
        .iter()
        .filter(|evidence| evidence.finding as usize == place)
        .map(|evidence| (&*evidence.value, evidence.speaks_for))
        .collect();
    assert_eq!(words, [("14/03/1962", false), ("14/03/1963", true)]);
}

#[test]
fn a_finding_has_the_same_id_when_rows_are_added_and_people_are_numbered_anew() {
    let other: Row =
        (0, "cu_tru", &[("ma_ho_so", "CT0"), ("ho_ten", "An"), ("tinh_trang_cu_tru", "tạm trú")]);
    let shift = |row: Row| (1, row.1, row.2);
    let rule = "birth-date-differs-from-birth-registration";
    let before = World::of(&[RESIDENT, BIRTH]).of_rule(rule);
    let after = World::of(&[other, shift(RESIDENT), shift(BIRTH)]).of_rule(rule);
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].finding_id, after[0].finding_id);
    assert_eq!(before[0].finding_id.as_str().len(), 16);
    assert_ne!(before[0].record, after[0].record);
}

#[test]
fn the_most_specific_rule_of_a_cell_speaks_and_the_other_becomes_its_evidence() {
    let resident: Row = (
        0,
        "cu_tru",
        &[
            ("ma_ho_so", "CT1"),
            ("so_dinh_danh", "096063000001"),
            ("ho_ten", "trần văn bình"),
            ("ngay_sinh", "14-03-1962"),
            ("gioi_tinh", "Nam"),
            ("ho_ten_me", "Lê Thị Hoa"),
            ("tinh_trang_cu_tru", "thường trú"),
        ],
    );
    let world = World::of(&[resident, BIRTH]);
    let told = world.told();
    let rules_on = |field: &str| -> Vec<&str> {
        told.iter().filter(|(_, of)| of == field).map(|(rule, _)| rule.as_str()).collect()
    };
    assert_eq!(rules_on("ngay_sinh"), ["birth-date-differs-from-birth-registration"]);
    assert_eq!(rules_on("ho_ten"), ["name-letter-case"]);
    let found = world.find();
    let speaking = found.findings.iter().position(|finding| &*finding.field == "ngay_sinh").unwrap();
    let own = found.evidence.iter().find(|evidence| {
        evidence.finding as usize == speaking && evidence.record == found.findings[speaking].record
    });
    assert_eq!(own.map(|evidence| &*evidence.value), Some("14-03-1962"));
}

#[test]
fn what_was_not_delivered_is_told_once_a_rule_and_gives_no_finding() {
    let world = World::of(&[RESIDENT, BIRTH]).without(&["cu_tru.gioi_tinh", "thue_bao", "bhyt"]);
    let found = world.find();
    let of = |id: &str| {
        let at = world.settings.checks.iter().position(|check| check.id == id).unwrap();
        found.rules[at].clone()
    };
    assert_eq!(of("personal-id-contradicts-sex").not_delivered, ["cu_tru.gioi_tinh"]);
    assert_eq!(of("personal-id-contradicts-sex").assessed, 0);
    assert_eq!(of("old-id-behind-sim").not_delivered, ["thue_bao"]);
    assert_eq!(of("deceased-but-insured").not_delivered, ["bhyt"]);
    // Witnesses that a rule can do without do not stop it.
    assert!(of("birth-date-differs-from-birth-registration").not_delivered.is_empty());
    assert_eq!(of("birth-date-differs-from-birth-registration").found, 1);
}

#[test]
fn a_weaker_link_than_a_rule_asks_for_is_no_evidence() {
    let death: Row = (
        0,
        "ho_tich",
        &[
            ("ma_su_kien", "HT2"),
            ("loai_su_kien", "khai_tu"),
            ("so_dinh_danh", "096063000001"),
            ("ho_ten", "Trần Văn Bình"),
            ("ngay_sinh", "14/03/1962"),
            ("ngay_mat", "01/02/2025"),
        ],
    );
    let mut world = World::of(&[RESIDENT, death]);
    assert_eq!(world.of_rule("deceased-but-resident").len(), 1);
    world.match_probability = 0.98;
    assert_eq!(world.of_rule("deceased-but-resident").len(), 0);
}

#[test]
fn a_namesake_and_a_child_with_the_fathers_number_are_not_declared_dead() {
    let death = |cells: &'static [(&'static str, &'static str)]| -> Row { (0, "ho_tich", cells) };
    let namesake = death(&[
        ("ma_su_kien", "HT2"),
        ("loai_su_kien", "khai_tu"),
        ("so_dinh_danh", "096062000009"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_sinh", "14/03/1962"),
        ("ho_ten_me", "Lê Thị Hoa"),
        ("ngay_mat", "01/02/2025"),
    ]);
    let father = death(&[
        ("ma_su_kien", "HT3"),
        ("loai_su_kien", "khai_tu"),
        ("so_dinh_danh", "096063000001"),
        ("ho_ten", "Trần Văn Út"),
        ("ngay_sinh", "02/01/1935"),
        ("ngay_mat", "01/02/2025"),
    ]);
    for death in [namesake, father] {
        assert_eq!(World::of(&[RESIDENT, death]).of_rule("deceased-but-resident").len(), 0, "{death:?}");
    }
}

#[test]
fn a_missing_person_is_one_finding_however_many_sources_know_them() {
    let rows = [BIRTH, CARD, (0, "thue_bao", &[("ma_thue_bao", "TB1"), ("ho_ten", "Tran Van Binh")] as &[_])];
    let world = World::of(&rows);
    let told = world.told();
    let missing: Vec<_> = told.iter().filter(|(rule, _)| rule.ends_with("-without-residence")).collect();
    assert_eq!(missing, [&("birth-registered-without-residence".to_owned(), "ho_ten".to_owned())]);
    let finding = &world.of_rule("birth-registered-without-residence")[0];
    assert_eq!(finding.record.source, world.settings.source_index("ho_tich").unwrap());
}

#[test]
fn who_may_be_a_resident_is_not_called_missing() {
    let rule = "birth-registered-without-residence";
    let stranger: Row =
        (1, "cu_tru", &[("ma_ho_so", "CT7"), ("ho_ten", "Lê Văn Tám"), ("tinh_trang_cu_tru", "thường trú")]);
    let mut world = World::of(&[BIRTH, CARD, stranger]);
    assert_eq!(world.of_rule(rule).len(), 1);
    // The clerk has not decided yet.
    world.in_review = vec![(0, 2)];
    assert_eq!(world.of_rule(rule).len(), 0);
    // A resident of that name, born in that year or at a date one slip away, has no birth entry.
    let namesake: Row = (1, "cu_tru", RESIDENT.2);
    assert_eq!(World::of(&[BIRTH, CARD, namesake]).of_rule(rule).len(), 0);
    // The same resident with a birth entry of their own.
    let entry: Row =
        (1, "ho_tich", &[("ma_su_kien", "HT8"), ("loai_su_kien", "khai_sinh"), ("ho_ten", "Trần Văn Bình")]);
    assert_eq!(World::of(&[BIRTH, CARD, namesake, entry]).of_rule(rule).len(), 1);
}

#[test]
fn a_number_on_two_people_gives_each_a_finding_that_names_the_other() {
    let child: Row = (
        1,
        "cu_tru",
        &[
            ("ma_ho_so", "CT2"),
            ("so_dinh_danh", "096 063 000 001"),
            ("ho_ten", "Trần Văn Út"),
            ("ngay_sinh", "02/01/2015"),
            ("tinh_trang_cu_tru", "tạm trú"),
        ],
    );
    let struck_off: Row = (
        2,
        "cu_tru",
        &[
            ("ma_ho_so", "CT3"),
            ("so_dinh_danh", "096063000001"),
            ("ho_ten", "Trần Văn Ba"),
            ("tinh_trang_cu_tru", "đã xoá"),
        ],
    );
    let found = World::of(&[RESIDENT, child, struck_off]).of_rule("personal-id-on-two-people");
    assert_eq!(found.len(), 2);
    assert!(
        found[0].explanation.to_string().contains("2 người")
            && found[0].explanation.to_string().contains("CT2"),
        "{found:?}"
    );
    assert!(found[1].explanation.to_string().contains("CT1"), "{found:?}");
}

#[test]
fn two_live_records_of_one_status_are_one_duplicate_and_other_pairs_are_lawful() {
    let second = |status: &'static str| -> Row {
        let cells = RESIDENT.2.iter().map(|&(name, cell)| match name {
            "ma_ho_so" => (name, "CT9"),
            "tinh_trang_cu_tru" => (name, status),
            _ => (name, cell),
        });
        (0, "cu_tru", Vec::leak(cells.collect::<Vec<_>>()))
    };
    let pairs = |status| World::of(&[RESIDENT, second(status)]).of_rule("duplicate-residence-record");
    let found = pairs("thường trú");
    assert_eq!(found.len(), 1);
    assert_eq!((&*found[0].current_value, found[0].other.map(|other| other.row)), ("CT1", Some(1)));
    assert_eq!(pairs("tạm trú").len(), 0);
    assert_eq!(pairs("đã xoá").len(), 0);
}

#[test]
fn what_a_rule_assesses_is_counted_by_ward_and_a_clean_value_is_assessed_too() {
    let elsewhere: Row = (
        1,
        "cu_tru",
        &[
            ("ma_ho_so", "CT2"),
            ("ho_ten", "LÊ  THỊ Mơ"),
            ("ma_xa", "31825"),
            ("tinh_trang_cu_tru", "tạm trú"),
        ],
    );
    let nameless: Row = (2, "cu_tru", &[("ma_ho_so", "CT3"), ("tinh_trang_cu_tru", "thường trú")]);
    let world = World::of(&[RESIDENT, BIRTH, CARD, elsewhere, nameless]);
    let found = world.find();
    let count = |id: &str| {
        let rule = world.settings.checks.iter().position(|check| check.id == id).unwrap();
        let wards = found.rules[rule].assessed_by_ward.iter();
        wards.map(|(ward, rows)| format!("{ward} {rows}")).collect::<Vec<_>>()
    };
    // A name without a fault of form has been looked at; no name has not.
    assert_eq!(count("name-spacing"), ["31825 1", "32002 1"]);
    assert_eq!(count("sex-missing"), ["00000 1", "31825 1", "32002 1"]);
    // A card counts in its holder's ward, and every record might have been a duplicate.
    assert_eq!(count("insurance-sex-contradicted"), [""; 0]);
    assert_eq!(count("duplicate-residence-record"), ["00000 1", "31825 1", "32002 1"]);
    for count in &found.rules {
        assert_eq!(count.assessed, count.assessed_by_ward.values().sum::<u64>());
        assert_eq!(count.found, count.found_by_ward.values().sum::<u64>());
    }
}

#[test]
fn an_unknown_ward_and_empty_tables_are_no_trouble() {
    let nowhere: Row = (
        0,
        "cu_tru",
        &[
            ("ma_ho_so", "CT1"),
            ("so_dien_thoai", "12"),
            ("ho_ten", "An"),
            ("tinh_trang_cu_tru", "thường trú"),
        ],
    );
    let found = World::of(&[nowhere]).of_rule("phone-invalid");
    assert_eq!(&*found[0].ward_code, "00000");
    assert_eq!(World::of(&[]).find().findings, []);
    assert_eq!(World::of(&[]).without(&["cu_tru", "bhyt", "ho_tich", "thue_bao"]).find().findings, []);
}

/// A resident whose record was last changed long ago.
const UNSEEN: Row = (
    0,
    "cu_tru",
    &[
        ("ma_ho_so", "CT1"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_sinh", "14/03/1962"),
        ("tinh_trang_cu_tru", "thường trú"),
        ("ngay_cap_nhat", "01/03/2016"),
    ],
);

#[test]
fn the_latest_day_on_which_any_source_saw_somebody_is_a_sign_of_life() {
    let rule = "no-sign-of-life-for-years";
    let card = |cells: &'static [(&'static str, &'static str)]| -> Row { (0, "bhyt", cells) };
    let old_card =
        card(&[("ma_the_ban_ghi", "BH1"), ("ho_ten", "Trần Văn Bình"), ("gia_tri_tu", "01/04/2017")]);
    let sim: Row = (
        0,
        "thue_bao",
        &[("ma_thue_bao", "TB1"), ("ho_ten", "Tran Van Binh"), ("ngay_kich_hoat", "02/01/2025")],
    );
    let found = World::of(&[UNSEEN, old_card]).of_rule(rule);
    assert_eq!(found.len(), 1);
    let told = &found[0].explanation;
    assert!(told.to_string().contains("Từ 01/04/2017 (Dữ liệu bảo hiểm y tế) đến nay"), "{told}");
    assert_eq!(World::of(&[UNSEEN, old_card, sim]).of_rule(rule).len(), 0, "a SIM of last year is a sign");
    // Days to come are none, and another person's are not the person's.
    let to_come =
        card(&[("ma_the_ban_ghi", "BH1"), ("ho_ten", "Trần Văn Bình"), ("gia_tri_tu", "01/01/2027")]);
    assert_eq!(World::of(&[UNSEEN, to_come]).of_rule(rule).len(), 1);
    let other: Row = (1, sim.1, sim.2);
    assert_eq!(World::of(&[UNSEEN, other]).of_rule(rule).len(), 1);
}

#[test]
fn the_entry_of_a_death_is_no_sign_of_life_and_a_marriage_is_one() {
    let event = |kind: &'static [(&'static str, &'static str)]| -> Row { (0, "ho_tich", kind) };
    let marriage = event(&[
        ("ma_su_kien", "HT1"),
        ("loai_su_kien", "ket_hon"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_dang_ky", "05/05/2024"),
    ]);
    let death = event(&[
        ("ma_su_kien", "HT2"),
        ("loai_su_kien", "khai_tu"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_dang_ky", "05/05/2024"),
    ]);
    let rule = "no-sign-of-life-for-years";
    assert_eq!(World::of(&[UNSEEN, marriage]).of_rule(rule).len(), 0);
    // With a death the rule leaves the word to others; the day does not make the record look alive either.
    let mut world = World::of(&[UNSEEN, death]);
    assert_eq!(world.of_rule(rule).len(), 0);
    for check in world.settings.checks.iter_mut().filter(|check| check.id == rule) {
        check.when.value = check.when.value.replace("AND NOT death.exists", "");
    }
    assert_eq!(world.of_rule(rule).len(), 1);
}

#[test]
fn a_parent_of_the_household_is_told_by_name_and_relation() {
    let member = |cells: &'static [(&'static str, &'static str)]| -> Row { (0, "cu_tru", cells) };
    let numbered = |rows: [Row; 3]| {
        let mut person = 0;
        rows.map(|row| {
            person += 1;
            (person - 1, row.1, row.2)
        })
    };
    let head = member(&[
        ("ma_ho_so", "CT1"),
        ("ho_ten", "Trần Văn Bình"),
        ("ngay_sinh", "14/03/1962"),
        ("ma_ho", "HK1"),
        ("quan_he_chu_ho", "Chủ hộ"),
        ("ho_ten_me", "Lê Thị Hoa"),
        ("tinh_trang_cu_tru", "thường trú"),
    ]);
    let wife = member(&[
        ("ma_ho_so", "CT2"),
        ("ho_ten", "LÊ THỊ HOA"),
        ("ngay_sinh", "1985"),
        ("ma_ho", "HK1"),
        ("quan_he_chu_ho", "Vợ"),
        ("tinh_trang_cu_tru", "thường trú"),
    ]);
    let child = member(&[
        ("ma_ho_so", "CT3"),
        ("ho_ten", "Trần Văn Út"),
        ("ngay_sinh", "02/02/1990"),
        ("ma_ho", "HK1"),
        ("quan_he_chu_ho", "Con"),
        ("ho_ten_cha", "Trần Văn Bình"),
        ("ho_ten_me", "Lê Thị Hoa"),
        ("tinh_trang_cu_tru", "thường trú"),
    ]);
    let found = World::of(&numbered([head, wife, child])).of_rule("parent-implausibly-young");
    // The head's mother has the wife's name; the wife is not her.
    let told: Vec<&str> = found.iter().map(|finding| &*finding.current_value).collect();
    assert_eq!(told, ["02/02/1990"]);
    assert!(
        found[0].explanation.to_string().contains("với cha cùng hộ: 28, với mẹ cùng hộ: 5 "),
        "{}",
        found[0].explanation
    );
    // Two of the name: nobody knows which.
    let twice = (3, wife.1, wife.2);
    let rows = [&numbered([head, wife, child])[..], &[twice]].concat();
    assert_eq!(World::of(&rows).of_rule("parent-implausibly-young").len(), 0);
}
