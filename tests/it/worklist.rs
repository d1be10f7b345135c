//! Lists as officers open them: in a spreadsheet program, on paper, in a text editor.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Range, Reader, SheetVisible, Xlsx, open_workbook};
use chrono::NaiveDate;
use doisoat::check::{Evidence, Finding, FindingId, Findings, RuleCount};
use doisoat::link::{Linkage, People};
use doisoat::normalise::{Records, normalise};
use doisoat::progress::Progress;
use doisoat::settings::{RuleFile, RulesFolder, Settings};
use doisoat::table::{RecordRef, SourceIndex, Table, TextColumn};
use doisoat::worklist::{Days, List, ListKind, Lists, write};

const RESIDENCE: SourceIndex = SourceIndex(0);
const INSURANCE: SourceIndex = SourceIndex(1);
const CIVIL: SourceIndex = SourceIndex(2);

/// Rules by id with what sets their lists apart, sorted by id as settings sort them.
const CHECKS: [&str; 9] = [
    r#"id = "a-death" dimension = "song" severity = "urgent" route = "door" subject = "cu_tru"
       field = "residence_status" evidence = ["death"] authority = "cong_an_xa" title = "Đã khai tử, hồ sơ cư trú còn hiệu lực"
       papers = "Trích lục khai tử" results = ["da_cap_nhat", "thong_tin_dung", "da_chuyen"]"#,
    r#"id = "b-birth-date" dimension = "dung" severity = "high" route = "desk" subject = "cu_tru"
       field = "birth_date" evidence = ["birth"] authority = "cong_an_xa" title = "Ngày sinh khác với khai sinh"
       papers = "Giấy khai sinh bản chính hoặc trích lục" results = ["da_cap_nhat", "thong_tin_dung"]"#,
    r#"id = "c-number" dimension = "du" severity = "high" route = "desk" subject = "cu_tru"
       field = "personal_id" evidence = ["insurance"] authority = "pc06" title = "Chưa có số định danh, nguồn khác có"
       papers = "Thẻ căn cước" results = ["da_cap_nhat", "thong_tin_dung"]"#,
    r#"id = "d-duplicate" dimension = "sach" severity = "high" route = "desk" subject = "pair:cu_tru"
       field = "record_id" evidence = [] authority = "cong_an_xa" title = "Nghi một người có hai hồ sơ"
       papers = "Thẻ căn cước" results = ["cung_mot_nguoi", "khong_cung_mot_nguoi"]"#,
    r#"id = "e-missing" dimension = "du" severity = "medium" route = "door" subject = "missing_person"
       field = "full_name" evidence = ["birth"] authority = "cong_an_xa" title = "Có khai sinh, chưa có hồ sơ cư trú"
       papers = "Giấy khai sinh" results = []"#,
    r#"id = "f-sex" dimension = "dung" severity = "low" route = "desk" subject = "cu_tru"
       field = "sex" evidence = ["birth"] authority = "tu_phap" title = "Giới tính khác với khai sinh"
       papers = "Giấy khai sinh" results = []"#,
    r#"id = "g-card" dimension = "song" severity = "medium" route = "agency" subject = "bhyt"
       field = "valid_to" evidence = ["death"] authority = "bhxh" title = "Đã khai tử, thẻ còn hạn"
       papers = "" results = ["da_cap_nhat"]"#,
    r#"id = "h-name-form" dimension = "sach" severity = "low" route = "auto" subject = "cu_tru"
       field = "full_name" evidence = [] authority = "cong_an_xa" title = "Họ tên chưa đúng dạng chuẩn"
       papers = "" results = []"#,
    r#"id = "i-statistic" dimension = "du" severity = "low" route = "statistic" subject = "cu_tru"
       field = "phone" evidence = [] authority = "cong_an_xa" title = "Chưa có số điện thoại"
       papers = "" results = []"#,
];

fn rule(id: &str) -> u16 {
    CHECKS.iter().position(|check| check.contains(&format!("\"{id}\""))).unwrap() as u16
}

/// The default rules with the checks of this test, and a change to any one file.
fn settings(change: impl Fn(&str, &str) -> Option<String>) -> Settings {
    let mut folder = RulesFolder::embedded();
    folder.files.retain(|file| !file.path.starts_with("checks/"));
    for check in CHECKS {
        let word = |key: &str| {
            let rest = check.split(&format!("{key} = \"")).nth(1).unwrap();
            rest.split('"').next().unwrap()
        };
        let list = |key: &str| {
            let rest = check.split(&format!("{key} = [")).nth(1).unwrap();
            format!("[{}]", rest.split(']').next().unwrap())
        };
        let text = format!(
            "id = \"{id}\"\nsince = \"1\"\ndimension = \"{}\"\nseverity = \"{}\"\nroute = \"{}\"\nsubject = \"{}\"\n\
             field = \"{}\"\nwhen = \"TRUE\"\nevidence = {}\nauthority = \"{}\"\n[wording]\ntitle = \"{}\"\n\
             explanation = \"x\"\nwhy = \"x\"\naction = \"Mở hồ sơ, đối chiếu giấy tờ\"\nform = \"Mẫu CT01\"\n\
             papers = \"{}\"\nresults = {}\n",
            word("dimension"),
            word("severity"),
            word("route"),
            word("subject"),
            word("field"),
            list("evidence"),
            word("authority"),
            word("title"),
            word("papers"),
            list("results"),
            id = word("id"),
        );
        let path = format!("checks/{}/{}.toml", word("dimension"), word("id"));
        folder.files.push(RuleFile { shown: format!("rules/{path}"), path, text });
    }
    for file in &mut folder.files {
        if let Some(text) = change(&file.path, &file.text) {
            file.text = text;
        }
    }
    folder.files.sort_by(|a, b| a.path.cmp(&b.path));
    Settings::read(&folder).unwrap()
}

fn default_settings() -> Settings {
    settings(|_, _| None)
}

/// Records of a source, given by field name; fields that are not named were not delivered.
fn records(settings: &Settings, source: SourceIndex, fields: &[&str], rows: &[Vec<String>]) -> Records {
    let column = |field: &str| {
        let at = fields.iter().position(|known| *known == field)?;
        Some(rows.iter().map(|row| row[at].as_str()).collect::<TextColumn>())
    };
    let columns: Vec<_> = settings.source(source).columns.iter().map(|c| column(&c.field)).collect();
    let table = Table { columns, rows: rows.len() };
    normalise(settings, vec![(source, table)], &Progress::silent()).remove(0)
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

const RESIDENCE_FIELDS: [&str; 9] = [
    "record_id",
    "personal_id",
    "full_name",
    "birth_date",
    "household_id",
    "relation",
    "address",
    "ward_code",
    "residence_status",
];

/// A village: two households, a missing child, a death.
struct Village {
    settings: Settings,
    records: Vec<Records>,
    linkage: Linkage,
    findings: Vec<Finding>,
    evidence: Vec<Evidence>,
    /// Days since 1970; empty where nobody has dated the findings.
    first_seen: Vec<i32>,
    cut_offs: BTreeMap<String, NaiveDate>,
}

fn village() -> Village {
    let settings = default_settings();
    let household = |cells: [&str; 7], address: &str| {
        let mut cells = cells.to_vec();
        cells.splice(6..6, [address, "31825"]);
        row(&cells)
    };
    let (a, b) = ("12 Trần Phú, Khóm 3, Phường Bạc Liêu, tỉnh Cà Mau", "Ấp Cái Giếng, Phường Bạc Liêu");
    let residence = [
        household(["R1", "096087000001", "NGUYỄN VĂN CHỦ", "12/03/1987", "H1", "Chủ hộ", "thường trú"], a),
        household(["R2", "096188000002", "Trần Thị Vợ", "1988", "H1", "Vợ", "thường trú"], a),
        household(["R3", "", "Nguyễn Văn Con", "05/06/2015", "H1", "Con", "thường trú"], a),
        household(["R4", "096060000004", "=HYPERLINK(\"X\")", "01/01/1960", "H2", "Chủ hộ", "thường trú"], b),
        household(["R5", "", "+Lê Thị Năm", "02/02/1990", "", "", "tạm trú"], b),
    ];
    let insurance = [row(&["B1", "NGUYỄN VĂN CHỦ", "31/12/2026"])];
    let civil = [
        row(&["C1", "khai_sinh", "Phạm Bé Mới", "01/02/2025", "096225000009"]),
        row(&["C2", "khai_sinh", "Nguyễn Văn Con", "05/06/2014", "096215000003"]),
    ];
    let records = vec![
        records(&settings, RESIDENCE, &RESIDENCE_FIELDS, &residence),
        records(&settings, INSURANCE, &["record_id", "full_name", "valid_to"], &insurance),
        records(
            &settings,
            CIVIL,
            &["record_id", "event_kind", "full_name", "birth_date", "personal_id"],
            &civil,
        ),
    ];
    let r = |row| RecordRef::new(RESIDENCE, row);
    let members = vec![
        vec![r(0), RecordRef::new(INSURANCE, 0)],
        vec![r(1)],
        vec![r(2), RecordRef::new(CIVIL, 1)],
        vec![r(3)],
        vec![r(4)],
        vec![RecordRef::new(CIVIL, 0)],
    ]
    .into_iter()
    .collect();
    let linkage = Linkage { people: People { members, ..People::default() }, ..Linkage::default() };
    let mut village = Village {
        settings,
        records,
        linkage,
        findings: Vec::new(),
        evidence: Vec::new(),
        first_seen: Vec::new(),
        cut_offs: BTreeMap::new(),
    };
    village.find("a-death", r(3), 3, "tinh_trang_cu_tru", "thường trú", Some("đã xoá"), 0.99);
    village.find("b-birth-date", r(2), 2, "ngay_sinh", "05/06/2015", Some("05/06/2014"), 0.97);
    village.find("c-number", r(2), 2, "so_dinh_danh", "", Some("096215000003"), 0.85);
    village.find("c-number", r(4), 4, "so_dinh_danh", "", None, 0.85);
    village.find("d-duplicate", r(0), 0, "ma_ho_so", "R1", None, 0.9);
    village.findings[4].other = Some(r(4));
    village.find("e-missing", RecordRef::new(CIVIL, 0), 5, "ho_ten", "", None, 1.0);
    village.find("f-sex", r(1), 1, "gioi_tinh", "Nam", Some("Nữ"), 0.5);
    village.find(
        "g-card",
        RecordRef::new(INSURANCE, 0),
        0,
        "gia_tri_den",
        "31/12/2026",
        Some("01/05/2026"),
        1.0,
    );
    village.find("h-name-form", r(4), 4, "ho_ten", "+Lê  Thị Năm", Some("+Lê Thị Năm"), 1.0);
    village.find("i-statistic", r(1), 1, "so_dien_thoai", "", None, 1.0);
    village.findings[1].evidence = Some(RecordRef::new(CIVIL, 1));
    village.evidence.push(Evidence {
        finding: 1,
        record: RecordRef::new(CIVIL, 1),
        field: "ngay_sinh".into(),
        value: "05/06/2014".into(),
        speaks_for: true,
        weight: 1.0,
    });
    village
}

impl Village {
    #[allow(clippy::too_many_arguments, reason = "a finding of a test on one line")]
    fn find(
        &mut self,
        id: &str,
        record: RecordRef,
        person: u32,
        field: &str,
        current: &str,
        suggested: Option<&str>,
        probability: f64,
    ) {
        self.findings.push(Finding {
            finding_id: FindingId::new(0x1234_5678_9abc_u64 + self.findings.len() as u64),
            rule: rule(id),
            record,
            other: None,
            person,
            ward_code: "31825".into(),
            field: field.into(),
            current_value: current.into(),
            suggested_value: suggested.map(Into::into),
            suggestion_confidence: suggested.map(|_| 0.98),
            evidence: None,
            match_probability: probability,
            explanation: format!("Giải thích: {current}.").into(),
        });
    }

    fn write_to(&self, folder: &Path) -> Lists {
        let findings = Findings {
            findings: self.findings.clone(),
            evidence: self.evidence.clone(),
            rules: vec![RuleCount::default(); CHECKS.len()],
            first_seen: self.first_seen.clone(),
        };
        let days = Days { as_of: as_of(), cut_offs: self.cut_offs.clone() };
        let progress = Progress::silent();
        write(&self.settings, &self.records, &self.linkage, &findings, days, folder, &progress).unwrap()
    }

    fn written(&self) -> (tempfile::TempDir, Lists) {
        let folder = tempfile::tempdir().unwrap();
        let lists = self.write_to(folder.path());
        (folder, lists)
    }
}

fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()
}

fn ward(lists: &Lists) -> &List {
    lists.of(ListKind::Ward).next().unwrap()
}

fn sheet(file: &Path, name: &str) -> Range<Data> {
    let mut workbook: Xlsx<_> = open_workbook(file).unwrap();
    workbook.worksheet_range(name).unwrap()
}

/// The cells below a header of a list's sheet, as text.
fn column(range: &Range<Data>, header: &str) -> Vec<String> {
    let at = range.rows().nth(3).unwrap().iter().position(|cell| *cell == *header).unwrap();
    range.rows().skip(4).map(|row| row[at].to_string()).collect()
}

const WARD_FILE: &str = "31825-bac-lieu.xlsx";

#[test]
fn a_ward_reads_who_what_and_against_what_most_useful_first() {
    let (folder, lists) = village().written();
    let range = sheet(&folder.path().join(WARD_FILE), "Danh sách tuần");
    let told = |header: &str| column(&range, header);
    assert_eq!(told("STT"), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(told("Mức ưu tiên"), ["Khẩn", "Cao", "Cao", "Cao", "Cao", "Vừa", "Thấp"]);
    // The death first; then the household with three high items, one child's side by side.
    assert_eq!(
        told("Họ, chữ đệm và tên"),
        [
            "=HYPERLINK(\"X\")",
            "NGUYỄN VĂN CHỦ",
            "Nguyễn Văn Con",
            "Nguyễn Văn Con",
            "+Lê Thị Năm",
            "Phạm Bé Mới",
            "Trần Thị Vợ"
        ]
    );
    let heads = told("Chủ hộ");
    assert_eq!(heads[1..4], ["NGUYỄN VĂN CHỦ", "NGUYỄN VĂN CHỦ", "NGUYỄN VĂN CHỦ"]);
    assert_eq!((heads[4].as_str(), heads[5].as_str()), ("", ""));
    assert_eq!(told("Ấp/khóm – Địa chỉ")[0..2], ["Ấp Cái Giếng", "Khóm 3\n12 Trần Phú"]);
    assert_eq!(told("Ngày sinh – Số định danh")[2], "05/06/2015\nchưa có số định danh");
    assert_eq!(told("Ngày sinh – Số định danh")[5], "01/02/2025\n096225000009");
    assert_eq!(
        told("Thông tin hiện có")[1..],
        [
            "Hồ sơ R1\nNGUYỄN VĂN CHỦ\n12/03/1987\n096087000001\nKhóm 3, 12 Trần Phú\nthường trú",
            "Số định danh cá nhân: (trống)",
            "Ngày sinh: 05/06/2015",
            "Số định danh cá nhân: (trống)",
            "Chưa có trong dữ liệu cư trú",
            "Giới tính: đối chiếu tại Tư pháp",
        ]
    );
    let compared = told("Thông tin đối chiếu");
    assert!(compared[1].starts_with("Hồ sơ R5\n+Lê Thị Năm"), "{compared:?}");
    assert_eq!(compared[3], "Ngày sinh: 05/06/2014\n(theo dữ liệu hộ tịch)");
    assert_eq!(compared[6], "đối chiếu tại Tư pháp");
    let evidence = told("Căn cứ đối chiếu");
    assert_eq!(evidence[3], "Giải thích: 05/06/2015.\n– dữ liệu hộ tịch, Hồ sơ C2: Ngày sinh 05/06/2014");
    assert!(!evidence[6].contains("Nam") && !evidence[6].contains("Nữ"));
    assert_eq!(told("Mức tin cậy")[..4], ["Cao", "Trung bình", "Trung bình", "Cao"]);
    assert_eq!(
        told("Cơ quan có thẩm quyền")[2],
        "Phòng Cảnh sát quản lý hành chính về trật tự xã hội (PC06)"
    );
    assert_eq!(
        told("Việc cần làm, biểu mẫu")[0],
        "Mở hồ sơ, đối chiếu giấy tờ\nVì sao: x\nBiểu mẫu: Mẫu CT01"
    );
    assert_eq!(told("finding_id").iter().collect::<BTreeSet<_>>().len(), 7);
    assert!(told("Kết quả").iter().all(String::is_empty));
    let list = ward(&lists);
    assert_eq!((list.items, list.written, list.urgent(), list.waiting()), (7, 7, 1, 0));
    assert_eq!(list.by_severity, [1, 4, 1, 1]);
    let head: Vec<String> = range.rows().take(3).map(|row| row[0].to_string()).collect();
    assert_eq!(
        head,
        [
            "DANH SÁCH RÀ SOÁT, XÁC MINH – PHƯỜNG BẠC LIÊU",
            "Nơi nhận: Công an phường Bạc Liêu. Dữ liệu tính đến ngày 30/06/2026.",
            "Trong danh sách: 7 trường hợp (Khẩn 1, Cao 4, Vừa 1, Thấp 1). Còn chờ: 0.",
        ]
    );
}

/// The names of a ward's items, in order.
fn order(village: &Village) -> Vec<String> {
    let (folder, lists) = village.written();
    let list = ward(&lists);
    let range = sheet(&folder.path().join(&list.files[0]), "Danh sách tuần");
    column(&range, "Họ, chữ đệm và tên")
}

#[test]
fn of_items_that_are_alike_those_come_first_that_have_stood_open_longest() {
    let mut village = village();
    village.findings.clear();
    village.evidence.clear();
    // Two people of two households and one hamlet, under one rule.
    village.find("f-sex", RecordRef::new(RESIDENCE, 3), 3, "gioi_tinh", "Nam", Some("Nữ"), 0.5);
    village.find("f-sex", RecordRef::new(RESIDENCE, 4), 4, "gioi_tinh", "Nam", Some("Nữ"), 0.5);
    let tonight = as_of().to_epoch_days();
    let as_found = order(&village);
    assert_eq!(as_found.len(), 2);
    village.first_seen = vec![tonight, tonight];
    assert_eq!(order(&village), as_found, "of one night nothing changes");
    village.first_seen = vec![tonight - 30, tonight];
    let first = order(&village);
    village.first_seen = vec![tonight, tonight - 30];
    let second = order(&village);
    assert_eq!(first.iter().rev().collect::<Vec<_>>(), second.iter().collect::<Vec<_>>());
    // The order never goes against harm and confidence.
    village.findings[0].match_probability = 0.99;
    assert_eq!(order(&village), first);
}

#[test]
fn an_officer_reads_up_to_which_day_each_source_was_written() {
    let mut village = village();
    village.cut_offs.insert("ho_tich".into(), NaiveDate::from_ymd_opt(2026, 6, 15).unwrap());
    let (folder, lists) = village.written();
    let range = sheet(&folder.path().join(&ward(&lists).files[0]), "Danh sách tuần");
    let compared = column(&range, "Thông tin đối chiếu");
    assert!(compared.iter().any(|cell| cell.contains("hộ tịch chốt 15/06/2026")), "{compared:?}");
    let grounds = column(&range, "Căn cứ đối chiếu");
    assert!(grounds.iter().any(|cell| cell.contains("hộ tịch chốt 15/06/2026")), "{grounds:?}");
    assert!(!compared.iter().any(|cell| cell.contains("cư trú chốt")), "only where the delivery says so");
}

#[test]
fn the_csv_holds_the_same_items_and_no_cell_that_computes() {
    let (folder, _) = village().written();
    let bytes = fs::read(folder.path().join("31825-bac-lieu.csv")).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf\"STT\","), "Excel needs the byte-order mark");
    assert!(bytes.ends_with(b"\"\r\n"));
    let mut reader = csv::Reader::from_reader(&bytes[3..]);
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let range = sheet(&folder.path().join(WARD_FILE), "Danh sách tuần");
    for (at, title) in header.iter().enumerate().filter(|(_, title)| *title != "Hạn xử lý") {
        let in_sheet = column(&range, title);
        let in_csv: Vec<&str> = rows.iter().map(|row| row[at].trim_start_matches('\'')).collect();
        assert_eq!(in_csv, in_sheet, "{title}");
    }
    let names: Vec<&str> = rows.iter().map(|row| &row[5]).collect();
    assert_eq!((names[0], names[4]), ("'=HYPERLINK(\"X\")", "'+Lê Thị Năm"));
    assert_eq!(&rows[0][2], "03/07/2026");
    for cell in rows.iter().flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

#[test]
fn nothing_in_a_workbook_is_a_formula_and_days_are_days() {
    let (folder, _) = village().written();
    for file in files_below(folder.path()).iter().filter(|file| file.extension().unwrap() == "xlsx") {
        let mut workbook: Xlsx<_> = open_workbook(file).unwrap();
        for name in workbook.sheet_names() {
            let formulas = workbook.worksheet_formula(&name).unwrap();
            assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{file:?} {name}");
        }
    }
    let range = sheet(&folder.path().join(WARD_FILE), "Danh sách tuần");
    let Data::DateTime(deadline) = range.rows().nth(4).unwrap()[2] else { panic!("not a day") };
    let days = NaiveDate::from_ymd_opt(2026, 7, 3).unwrap() - NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    assert!((deadline.as_f64() - days.num_days() as f64).abs() < 1e-9);
}

#[test]
fn each_route_has_its_lists_and_statistics_have_none() {
    let (folder, lists) = village().written();
    let told: Vec<(&str, &str, u64, &[String])> =
        lists.lists.iter().map(|l| (l.kind.word(), l.key.as_str(), l.items, l.files.as_slice())).collect();
    let files = |stem: &str| vec![format!("{stem}.xlsx"), format!("{stem}.csv")];
    let (ward, agency, auto) = (files("31825-bac-lieu"), files("agencies/bhxh"), files("auto/cong_an_xa"));
    let community = files("community/31825-bac-lieu");
    assert_eq!(lists.items(), 9, "what the community team is told is counted once");
    assert_eq!(
        told,
        [
            ("ward", "31825", 7, ward.as_slice()),
            ("agency", "bhxh", 1, agency.as_slice()),
            ("auto", "cong_an_xa", 1, auto.as_slice()),
            ("community", "31825", 1, community.as_slice()),
        ]
    );
    let mut named: Vec<PathBuf> =
        lists.lists.iter().flat_map(|list| &list.files).map(|file| folder.path().join(file)).collect();
    named.sort();
    assert_eq!(files_below(folder.path()), named);
    let auto = sheet(&folder.path().join("auto/cong_an_xa.xlsx"), "Danh sách");
    assert_eq!(column(&auto, "Giá trị hiện có"), ["+Lê  Thị Năm"]);
    assert_eq!(column(&auto, "Giá trị chuẩn hoá"), ["+Lê Thị Năm"]);
    assert_eq!(column(&auto, "Mã bản ghi"), ["R5"]);
    let counts = sheet(&folder.path().join("agencies/bhxh.xlsx"), "Tổng hợp");
    assert_eq!(counts.rows().nth(1).unwrap()[0].to_string(), "Đã khai tử, thẻ còn hạn");
    assert_eq!(counts.rows().nth(1).unwrap()[1], Data::Float(1.0));
    let agency = sheet(&folder.path().join("agencies/bhxh.xlsx"), "Danh sách");
    assert_eq!(column(&agency, "Thông tin hiện có"), ["Giá trị đến ngày: 31/12/2026"]);
}

#[test]
fn what_cannot_be_applied_in_bulk_is_for_the_owner_to_look_at() {
    let mut village = village();
    let form = village.findings.iter_mut().find(|finding| finding.rule == rule("h-name-form")).unwrap();
    form.suggested_value = None;
    let (folder, lists) = village.written();
    assert_eq!(lists.of(ListKind::Auto).count(), 0);
    let list = sheet(&folder.path().join("agencies/cong_an_xa.xlsx"), "Danh sách");
    assert_eq!(column(&list, "Thông tin hiện có"), ["Họ, chữ đệm và tên: +Lê  Thị Năm"]);
}

/// Every rule visits at home here, so that only what may be told keeps an item off the sheet.
fn village_of_visits(change: impl Fn(&str, &str) -> Option<String>) -> Village {
    let mut village = village();
    village.settings = settings(|path, text| {
        let at_home = |text: &str| text.replace("route = \"desk\"", "route = \"door\"");
        match change(path, text) {
            Some(text) => Some(at_home(&text)),
            None => path.starts_with("checks/").then(|| at_home(text)),
        }
    });
    village
}

const COMMUNITY_FILE: &str = "community/31825-bac-lieu.xlsx";

#[test]
fn the_community_team_reads_whom_to_ask_and_nothing_of_why() {
    let mut village = village_of_visits(|_, _| None);
    // Somebody's number was typed into the name; one visit asks for the same papers twice.
    village.find("b-birth-date", RecordRef::new(RESIDENCE, 2), 2, "ngay_sinh", "x", None, 1.0);
    let r2 =
        row(&["R2", "096188000002", "Trần Thị Vợ 0912345678", "1988", "H1", "Vợ", "Khóm 3", "31825", ""]);
    village.records[0] = records(
        &village.settings,
        RESIDENCE,
        &RESIDENCE_FIELDS,
        &[
            row(&["R1", "", "NGUYỄN VĂN CHỦ", "", "H1", "Chủ hộ", "Khóm 0912345678", "31825", "thường trú"]),
            r2,
            row(&["R3", "", "Nguyễn Văn Con", "", "H1", "Con", "9, Khóm 3", "31825", "thường trú"]),
            row(&["R4", "", "Lê Đã Mất", "", "H2", "Chủ hộ", "Ấp 5", "31825", "thường trú"]),
            row(&["R5", "", "=Lê Thị Năm", "", "", "", "Ấp 5", "31825", "tạm trú"]),
        ],
    );
    village.find("c-number", RecordRef::new(RESIDENCE, 1), 1, "so_dinh_danh", "", None, 1.0);
    village.find("c-number", RecordRef::new(RESIDENCE, 0), 0, "so_dinh_danh", "", None, 1.0);
    let (folder, _) = village.written();
    let file = folder.path().join(COMMUNITY_FILE);
    let range = sheet(&file, "Lịch hẹn");
    let headers: Vec<String> = range.rows().nth(3).unwrap().iter().map(ToString::to_string).collect();
    let expected = ["STT", "Ấp, khóm", "Họ, chữ đệm và tên", "Lịch hẹn (ngày, giờ, nơi hẹn)"];
    assert_eq!(headers[..4], expected);
    assert_eq!(headers[4..], ["Giấy tờ cần mang theo", "Ghi chú"]);
    let people = column(&range, "Họ, chữ đệm và tên");
    assert_eq!(people.iter().filter(|name| *name == "Nguyễn Văn Con").count(), 2, "two kinds of papers");
    assert!(people.contains(&"Trần Thị Vợ".to_owned()) && !people.contains(&"Lê Đã Mất".to_owned()));
    let csv = fs::read_to_string(folder.path().join("community/31825-bac-lieu.csv")).unwrap();
    assert!(csv.contains("\"'=Lê Thị Năm\""), "{csv}");
    let shown = range.rows().flatten().map(ToString::to_string).chain([csv]);
    for text in shown {
        for word in ["096", "0912", "khai tử", "trùng", "Giới tính", "Khẩn", "31825", "F0000"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
    assert_eq!(part(&file, "xl/worksheets/sheet2.xml").map(|guide| guide.contains("Đã chết")), Some(false));
}

#[test]
fn a_rule_may_keep_its_items_from_the_community_team_or_give_them_to_it() {
    let said = |path: &str, text: &str, truth: bool| {
        let key = "authority =";
        path.starts_with("checks/").then(|| text.replace(key, &format!("community = {truth}\n{key}")))
    };
    let (folder, lists) = village_of_visits(|path, text| said(path, text, false)).written();
    assert_eq!(lists.of(ListKind::Community).count(), 0);
    assert!(!folder.path().join("community").exists());
    let (_folder, lists) = village_of_visits(|path, text| said(path, text, true)).written();
    assert_eq!(lists.of(ListKind::Community).next().unwrap().items, 7);
}

#[test]
fn people_elsewhere_and_items_without_a_ward_stand_apart() {
    let mut village = village();
    let fields = ["record_id", "full_name", "address"];
    let rows = [
        row(&["B1", "Nguyễn Văn A", "Ấp 2, xã Xuân Lam, tỉnh Nghệ An"]),
        row(&["B2", "Nguyễn Văn B", "Ấp 2"]),
    ];
    village.records[1] = records(&village.settings, INSURANCE, &fields, &rows);
    village.linkage.people.members = vec![vec![]; 6].into_iter().collect();
    village.findings.clear();
    village.evidence.clear();
    for row in 0..2 {
        village.find("e-missing", RecordRef::new(INSURANCE, row), row, "ho_ten", "", None, 1.0);
        village.findings[row as usize].ward_code = "00000".into();
    }
    let (folder, lists) = village.written();
    let told: Vec<(ListKind, &str)> = lists.lists.iter().map(|l| (l.kind, l.files[0].as_str())).collect();
    assert_eq!(
        told,
        [(ListKind::Ward, "00000-chua-ro-xa.xlsx"), (ListKind::OtherProvince, "ngoai-tinh.xlsx")]
    );
    let elsewhere = sheet(&folder.path().join("ngoai-tinh.xlsx"), "Danh sách tuần");
    assert_eq!(column(&elsewhere, "Họ, chữ đệm và tên"), ["Nguyễn Văn A"]);
}

#[test]
fn a_ward_code_that_is_no_code_cannot_leave_the_folder() {
    let mut village = village();
    village.findings[0].ward_code = "../../x".into();
    let (folder, lists) = village.written();
    assert!(lists.of(ListKind::Ward).any(|list| list.files[0] == "x.xlsx"));
    assert!(files_below(folder.path()).contains(&folder.path().join("x.csv")));
}

#[test]
fn a_week_s_package_is_bounded_but_urgent_items_are_never_cut() {
    let package = |max: usize| {
        let mut village = village();
        village.settings = settings(|path, text| {
            let capped = || text.replace("package_max = 250", &format!("package_max = {max}"));
            (path == "wording/worklist.toml").then(capped)
        });
        for _ in 0..3 {
            village.find("a-death", RecordRef::new(RESIDENCE, 3), 3, "tinh_trang_cu_tru", "", None, 1.0);
        }
        village.findings.sort_by_key(|finding| finding.rule);
        let (folder, lists) = village.written();
        let range = sheet(&folder.path().join(WARD_FILE), "Danh sách tuần");
        let csv = fs::read_to_string(folder.path().join("31825-bac-lieu.csv")).unwrap();
        let list = ward(&lists).clone();
        assert_eq!(list.items, 10);
        assert_eq!(csv.matches("\r\n").count() as u64, list.written + 1);
        assert_eq!(column(&range, "STT").len() as u64, list.written);
        (list.written, list.waiting(), range.rows().nth(2).unwrap()[0].to_string())
    };
    let (written, waiting, told) = package(6);
    assert_eq!((written, waiting), (6, 4));
    assert!(told.contains("Trong danh sách: 6") && told.ends_with("Còn chờ: 4."), "{told}");
    assert_eq!(package(1).0, 4);
}

#[test]
fn a_long_list_of_an_office_is_whole_in_csv_and_says_how_much_of_it_the_workbook_has() {
    let mut village = village();
    village.settings = settings(|path, text| {
        (path == "wording/worklist.toml")
            .then(|| text.replace("workbook_rows_max = 50000", "workbook_rows_max = 2"))
    });
    for _ in 0..4 {
        village.find("g-card", RecordRef::new(INSURANCE, 0), 0, "gia_tri_den", "x", None, 1.0);
    }
    let (folder, lists) = village.written();
    let list = lists.of(ListKind::Agency).next().unwrap();
    assert_eq!((list.items, list.written, list.in_workbook), (5, 5, 2));
    let range = sheet(&folder.path().join("agencies/bhxh.xlsx"), "Danh sách");
    assert_eq!(column(&range, "STT"), ["1", "2"]);
    let told = range.rows().nth(2).unwrap()[0].to_string();
    assert!(told.starts_with("Trong tệp này: 2/5 trường hợp."), "{told}");
    let csv = fs::read_to_string(folder.path().join("agencies/bhxh.csv")).unwrap();
    assert_eq!(csv.matches("\r\n").count(), 6);
}

#[cfg(unix)]
#[test]
fn every_file_and_folder_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = village().written();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in files_below(folder.path()) {
        assert_eq!(mode(&file), 0o600, "{file:?}");
        let parent = file.parent().unwrap();
        assert!(parent == folder.path() || mode(parent) == 0o700, "{parent:?}");
    }
}

#[test]
fn the_same_findings_give_the_same_bytes_on_any_number_of_threads() {
    let village = province(3, 40, 6_000);
    let bytes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (folder, lists) = pool.install(|| village.written());
        let read = |file: &PathBuf| {
            let name = file.strip_prefix(folder.path()).unwrap().to_owned();
            (name, fs::read(file).unwrap())
        };
        (lists, files_below(folder.path()).iter().map(read).collect::<Vec<_>>())
    };
    let one = bytes(1);
    assert!(one.1.len() >= 10 && one == bytes(7) && one == bytes(1));
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_the_list() {
    let village = village();
    let folder = tempfile::tempdir().unwrap();
    village.write_to(folder.path());
    let findings = Findings { findings: village.findings.clone(), ..Findings::default() };
    let again = write(
        &village.settings,
        &village.records,
        &village.linkage,
        &findings,
        as_of(),
        folder.path(),
        &Progress::silent(),
    );
    let told = again.unwrap_err().to_string();
    assert!(told.contains("error[WKL-001]: worklists/31825-bac-lieu.xlsx: cannot be written"), "{told}");
}

/// `wards` wards with `each` items each, and `bulk` items for each of two offices.
fn province(wards: usize, each: usize, bulk: usize) -> Village {
    let mut made = village();
    (made.findings, made.evidence) = (Vec::new(), Vec::new());
    let names = ["Nguyễn Văn Hùng", "Trần Thị Mỹ Dung", "Lê Hoàng Phúc", "Phạm Thị Ngọc Ánh", "Thạch Sà Rết"];
    let codes: Vec<String> =
        made.settings.reference.table("admin_units").select(["code"]).map(|[code]| code.to_owned()).collect();
    let full: Vec<String> = made
        .settings
        .reference
        .table("admin_units")
        .select(["full_name"])
        .map(|[name]| name.to_owned())
        .collect();
    let people = wards * each.max(1);
    let person = |at: usize| {
        let (ward, household) = (at % wards, at / wards / 3);
        let day = format!("{:02}/{:02}/{}", at % 28 + 1, at % 12 + 1, 1940 + at % 86);
        let relation = ["Chủ hộ", "Vợ", "Con"][at / wards % 3];
        let address = format!("Số {}, Ấp Cái Giếng {}, {}, tỉnh Cà Mau", at % 97, at % 7, full[ward]);
        let household = format!("H{ward}-{household}");
        let (id, number) = (format!("CT{at:09}"), format!("0961{at:08}"));
        row(&[&id, &number, names[at % 5], &day, &household, relation, &address, &codes[ward], "thường trú"])
    };
    let rows: Vec<Vec<String>> = (0..people).map(person).collect();
    made.records = vec![records(&made.settings, RESIDENCE, &RESIDENCE_FIELDS, &rows)];
    made.linkage.people.members = (0..people).map(|at| vec![RecordRef::new(RESIDENCE, at as u32)]).collect();
    let ids = ["a-death", "b-birth-date", "c-number", "d-duplicate", "f-sex"];
    for at in 0..people {
        let turn = at / wards;
        let id = ids[if turn.is_multiple_of(40) { 0 } else { 1 + turn % 4 }];
        let record = RecordRef::new(RESIDENCE, at as u32);
        let value = format!("{:02}/{:02}/1987", at % 28 + 1, at % 12 + 1);
        made.find(
            id,
            record,
            at as u32,
            "ngay_sinh",
            &value,
            Some("05/06/1987"),
            0.7 + (at % 30) as f64 / 100.0,
        );
        let last = made.findings.last_mut().unwrap();
        last.ward_code = codes[at % wards].as_str().into();
        last.evidence = Some(record);
        if id == "d-duplicate" {
            last.other = Some(RecordRef::new(RESIDENCE, ((at + 1) % people) as u32));
        }
    }
    for (id, at) in ["g-card", "h-name-form"].into_iter().flat_map(|id| (0..bulk).map(move |at| (id, at))) {
        let at = at % people;
        let record = RecordRef::new(RESIDENCE, at as u32);
        made.find(id, record, at as u32, "ho_ten", "Nguyễn  văn hùng", Some("Nguyễn Văn Hùng"), 0.9);
    }
    made.findings.sort_by_key(|finding| (finding.rule, finding.record));
    made
}

/// All files below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files.extend(files_below(&entry)) } else { files.push(entry) }
    }
    files.sort();
    files
}

#[test]
#[ignore = "measures; run by hand with --nocapture"]
fn a_province_of_two_million_findings_is_written() {
    let village = province(64, 3_000, 900_000);
    let folder = tempfile::tempdir().unwrap();
    let findings = Findings { findings: village.findings.clone(), ..Findings::default() };
    let began = std::time::Instant::now();
    let silent = Progress::silent();
    let (settings, records) = (&village.settings, &village.records);
    let lists =
        write(settings, records, &village.linkage, &findings, as_of(), folder.path(), &silent).unwrap();
    let bytes: u64 = files_below(folder.path()).iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    eprintln!("{} items, {bytes} bytes in {:.2} s", lists.items(), began.elapsed().as_secs_f64());
    assert_eq!(lists.items(), 64 * 3_000 + 2 * 900_000);
    if let Ok(keep) = std::env::var("KEEP_LISTS") {
        let _ = fs::rename(folder.keep(), keep);
    }
}

/// Converts a workbook with LibreOffice; none where it is not installed.
fn converted(file: &Path, format: &str, folder: &Path) -> Option<PathBuf> {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let run = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", format, "--outdir"])
        .arg(folder)
        .arg(file)
        .output();
    let Ok(output) = run else {
        eprintln!("note: soffice is not installed; what LibreOffice makes of the lists was not looked at");
        return None;
    };
    let made = folder.join(file.file_stem().unwrap()).with_extension(format);
    assert!(made.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(made)
}

#[test]
fn libreoffice_finds_the_drop_downs_the_locks_and_the_page() {
    let (folder, _) = village().written();
    let scratch = tempfile::tempdir().unwrap();
    let Some(flat) = converted(&folder.path().join(WARD_FILE), "fods", scratch.path()) else { return };
    let text = fs::read_to_string(flat).unwrap();
    let has = |part: &str| assert!(text.contains(part), "no {part}");
    // Drop-downs: one validation a list of results, by name, and the names' ranges on the hidden sheet.
    has("table:condition=\"of:cell-content-is-in-list(KQ_1)\"");
    for (name, range) in [("KQ_1", "$A$1:.$A$3"), ("KQ_2", "$B$1:.$B$2"), ("KQ_4", "$D$1:.$D$12")] {
        let at = text.find(&format!("table:name=\"{name}\"")).unwrap_or_else(|| panic!("no name {name}"));
        let tag = &text[at..at + text[at..].find('>').unwrap()];
        assert!(tag.contains("Danh mục") && tag.contains(range), "{tag}");
    }
    for result in ["Cùng một người, đề nghị xử lý trùng", "Vắng/đi biển, hẹn ngày…"]
    {
        has(result);
    }
    has("Phạm Bé Mới");
    // Locks: the sheet is protected, open cells are not.
    has("table:protected=\"true\"");
    has("style:cell-protect=\"none\"");
    // Page: landscape, one page wide, the header on each page, filtered, printed columns only.
    has("style:print-orientation=\"landscape\"");
    has("style:scale-to-X=\"1\"");
    has("<table:table-header-rows>");
    has("table:display-filter-buttons=\"true\"");
    has("table:print-ranges=\"&apos;Danh sách tuần&apos;.A1:&apos;Danh sách tuần&apos;.M11\"");
    has("table:visibility=\"collapse\"");
    let name = text.find("=HYPERLINK").unwrap();
    assert!(text[..name].rfind("office:value-type=\"string\"") > text[..name].rfind("table:formula"));
}

/// A part of a workbook as it is in the file; none where `unzip` is not installed.
fn part(file: &Path, name: &str) -> Option<String> {
    let Ok(output) = Command::new("unzip").arg("-p").arg(file).arg(name).output() else {
        eprintln!("note: unzip is not installed; the parts of the lists were not looked at");
        return None;
    };
    assert!(output.status.success(), "{name}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn officers_may_filter_sort_and_widen_a_protected_sheet_and_choose_only_fitting_results() {
    let (folder, _) = village().written();
    let file = folder.path().join(WARD_FILE);
    let (Some(sheet), Some(core)) =
        (part(&file, "xl/worksheets/sheet1.xml"), part(&file, "docProps/core.xml"))
    else {
        return;
    };
    let tag = |name: &str| {
        let at = sheet.find(&format!("<{name} ")).unwrap_or_else(|| panic!("no {name}"));
        &sheet[at..at + sheet[at..].find('>').unwrap()]
    };
    for allowed in ["formatColumns=\"0\"", "formatRows=\"0\"", "sort=\"0\"", "autoFilter=\"0\""] {
        assert!(tag("sheetProtection").contains(allowed), "{}", tag("sheetProtection"));
    }
    assert!(tag("autoFilter").contains("ref=\"A4:V11\""), "{}", tag("autoFilter"));
    assert!(tag("pane").contains("ySplit=\"4\"") && tag("pane").contains("state=\"frozen\""));
    assert!(tag("pageSetup").contains("paperSize=\"9\"") && tag("pageSetup").contains("fitToHeight=\"0\""));
    // Row 5 is the death (list 1), row 6 the pair (list 2): each offers what fits it.
    let list_of = |cell: &str| {
        let at = sheet.find(&format!("sqref=\"{cell}\"><formula1>")).unwrap_or_else(|| panic!("no {cell}"));
        sheet[at..].split(['>', '<']).nth(3).unwrap().to_owned()
    };
    assert_eq!([list_of("L5"), list_of("L6"), list_of("L7:L9")], ["KQ_1", "KQ_2", "KQ_3"]);
    assert!(core.contains("2026-06-30T00:00:00Z"), "as old as the data: {core}");
}

#[test]
fn a_ward_prints_all_thirteen_columns_on_each_page_and_no_other() {
    let (folder, _) = province(2, 60, 0).written();
    let scratch = tempfile::tempdir().unwrap();
    let Some(pdf) = converted(&folder.path().join(WARD_FILE), "pdf", scratch.path()) else { return };
    let Ok(output) = Command::new("pdftotext").arg("-layout").arg(&pdf).arg("-").output() else {
        eprintln!("note: pdftotext is not installed; the printed pages were not looked at");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| page.contains("STT")).collect();
    assert!((2..=9).contains(&pages.len()), "{} pages", pages.len());
    for page in &pages {
        for header in
            ["Hạn xử lý", "Chủ hộ", "Thông tin hiện có", "Kết quả", "Ghi chú", "Phường Bạc Liêu", "Trang"]
        {
            assert!(page.contains(header), "{header}: {page}");
        }
        assert!(!page.contains("Mã trường hợp") && !page.contains("F0000"), "{page}");
    }
}

#[test]
fn the_results_sheet_is_hidden_and_the_instructions_are_not() {
    let (folder, _) = village().written();
    let workbook: Xlsx<_> = open_workbook(folder.path().join(WARD_FILE)).unwrap();
    let told: Vec<(&str, SheetVisible)> =
        workbook.sheets_metadata().iter().map(|sheet| (sheet.name.as_str(), sheet.visible)).collect();
    assert_eq!(
        told,
        [
            ("Danh sách tuần", SheetVisible::Visible),
            ("Hướng dẫn", SheetVisible::Visible),
            ("Danh mục", SheetVisible::Hidden)
        ]
    );
}
