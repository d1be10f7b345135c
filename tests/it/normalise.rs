//! From the default rules and delivered texts to facets, as later stages see them.

use std::collections::BTreeMap;

use doisoat::ingest::{Delivery, ingest};
use doisoat::normalise::{Facet, FacetValue, Records, facet, facets_of, normalise};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use doisoat::table::{SourceIndex, Table, TextColumn};

fn settings() -> Settings {
    Settings::read(&RulesFolder::embedded()).expect("the default rules are valid")
}

/// Records of the residence register with the named columns delivered.
fn residence(settings: &Settings, delivered: &[(&str, &[&str])]) -> Records {
    let source = &settings.sources[0];
    let mut columns: Vec<Option<TextColumn>> = vec![None; source.columns.len()];
    for (field, texts) in delivered {
        let at = source.column_of(field).expect("a declared field");
        columns[at] = Some(texts.iter().copied().collect());
    }
    let rows = delivered.first().map_or(0, |(_, texts)| texts.len());
    let table = Table { columns, rows };
    normalise(settings, vec![(SourceIndex(0), table)], &Progress::silent()).remove(0)
}

/// What a column of rules gives for a row: `full_name.plain`.
fn value(settings: &Settings, records: &Records, column: &str, row: usize) -> String {
    let (field, name) = column.split_once('.').unwrap_or((column, ""));
    let at = settings.sources[0].column_of(field).expect("a declared field");
    let facet: &Facet = facet(&settings.sources[0].columns[at].kind, name).expect("a facet of the kind");
    match records.facet(facet, at, row) {
        FacetValue::Null => "NULL".to_owned(),
        FacetValue::Text(text) => text.into_owned(),
        FacetValue::Integer(number) => number.to_string(),
        FacetValue::Boolean(truth) => truth.to_string(),
        FacetValue::Date(days) => format!("day {days}"),
    }
}

#[test]
fn every_facet_of_a_row_is_what_rules_expect() {
    let settings = settings();
    let records = residence(
        &settings,
        &[
            ("personal_id", &["'96058171373"]),
            ("old_id", &["386456214"]),
            ("full_name", &[" LÊ  THỊ THUÝ"]),
            ("birth_date", &["1958-12-10 00:00:00"]),
            ("sex", &["0"]),
            ("address", &["Ấp 8, X. Tam Giang Đông, H. Năm Căn, Cà Mau"]),
            ("ward_code", &["32209"]),
            ("phone", &["0120.345.6789"]),
            ("insurance_number", &["096058171373"]),
            ("residence_status", &["Đã xóa"]),
        ],
    );
    let expected = [
        ("personal_id", "096058171373"),
        ("personal_id.raw", "'96058171373"),
        ("personal_id.form", "personal"),
        ("personal_id.birth_year", "1958"),
        ("personal_id.sex", "Nam"),
        ("personal_id.province", "096"),
        ("personal_id.repaired", "true"),
        ("personal_id.old", "NULL"),
        ("old_id", "NULL"),
        ("old_id.old", "386456214"),
        ("full_name", "LÊ THỊ THÚY"),
        ("full_name.key", "lê thị thúy"),
        ("full_name.plain", "le thi thuy"),
        ("full_name.given", "thuy"),
        ("full_name.surname", "le"),
        ("full_name.words", "le thi thuy"),
        ("full_name.skeleton", "le thi thwi"),
        ("full_name.form_fault", "spacing"),
        ("birth_date", "day -4040"),
        ("birth_date.year", "1958"),
        ("birth_date.month", "12"),
        ("birth_date.day_month", "1210"),
        ("birth_date.precision", "day"),
        ("birth_date.standard", "10/12/1958"),
        ("birth_date.form", "other"),
        ("sex", "Nữ"),
        ("address.ward", "32206"),
        ("address.wards", "32206"),
        ("address.certainty", "certain"),
        ("address.district", "huyện Năm Căn"),
        ("address.province", "Cà Mau"),
        ("address.old_unit", "true"),
        ("address.hamlet", "ap 8"),
        ("address.standard", "Ấp 8, xã Tam Giang, tỉnh Cà Mau"),
        ("ward_code", "32206"),
        ("ward_code.status", "retired"),
        ("ward_code.successor", "32206"),
        ("ward_code.wards", "32206"),
        ("phone", "0703456789"),
        ("phone.form", "old_prefix"),
        ("insurance_number", "NULL"),
        ("insurance_number.personal_id", "096058171373"),
        ("residence_status", "đã xoá"),
        // Not delivered.
        ("ethnicity", "NULL"),
    ];
    for (column, text) in expected {
        assert_eq!(value(&settings, &records, column, 0), text, "{column}");
    }
}

#[test]
fn a_name_of_one_word_is_a_given_name_and_no_words_are_no_name() {
    let settings = settings();
    let records = residence(&settings, &[("full_name", &["Tý", "...", "Trần  An Trần"])]);
    let columns = ["given", "surname", "words", "skeleton"].map(|facet| format!("full_name.{facet}"));
    let read = |row| columns.each_ref().map(|column| value(&settings, &records, column, row));
    assert_eq!(read(0), ["ty", "NULL", "ty", "ti"]);
    assert_eq!(read(1), ["NULL"; 4]);
    assert_eq!(read(2), ["tran", "tran", "an tran", "can an can"]);
}

#[test]
fn a_missing_cell_has_no_facet_at_all() {
    let settings = settings();
    let fields: Vec<&str> = settings.sources[0].columns.iter().map(|column| column.field.as_str()).collect();
    let delivered: Vec<(&str, &[&str])> = fields.iter().map(|field| (*field, ["", "x"].as_slice())).collect();
    let records = residence(&settings, &delivered);
    for (at, column) in settings.sources[0].columns.iter().enumerate() {
        for facet in facets_of(&column.kind) {
            assert_eq!(records.facet(facet, at, 0), FacetValue::Null, "{}.{}", column.field, facet.name);
        }
    }
}

#[test]
fn one_thread_reads_what_many_read() {
    let settings = settings();
    let names: Vec<String> = (0..20_000).map(|n| format!("nguyễn thị hoà {n}")).collect();
    let homes: Vec<String> = (0..20_000)
        .map(|n| format!("Ấp {n}, X. Châu Thới, {}, Bạc Liêu", ["H. Vĩnh Lợi", ""][n % 2]))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let homes: Vec<&str> = homes.iter().map(String::as_str).collect();
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        let records = pool.install(|| residence(&settings, &[("full_name", &names), ("address", &homes)]));
        let columns =
            ["full_name", "full_name.key", "full_name.form_fault", "address.ward", "address.standard"];
        (0..records.table.rows)
            .map(|row| columns.map(|column| value(&settings, &records, column, row)))
            .collect::<Vec<_>>()
    };
    let one = read(1);
    assert_eq!(one[4097][1], "nguyễn thị hòa");
    assert_eq!(one, read(4));
}

/// A file in each encoding of before Unicode, from bytes to names and addresses.
#[test]
fn files_of_before_unicode_come_out_right() {
    let settings = settings();
    let people = [
        ("Nguyễn Văn Dũng", "Ấp Đường Đào, xã Hồ Thị Kỷ, huyện Thới Bình, tỉnh Cà Mau"),
        ("Trần Thị Mỹ Phượng", "Số 12, đường Phan Ngọc Hiển, phường 5, thành phố Cà Mau"),
        ("Lê Hoàng Phúc", "Khóm 3, thị trấn Năm Căn"),
        ("Huỳnh Thị Bé Ba", "Ấp Kinh Mới, xã Khánh Bình"),
        ("Võ Tấn Đạt", "Ấp 8, xã Tam Giang"),
        ("Đỗ Hữu Nghĩa", "Ấp Rạch Gốc"),
        ("Phan Dũng", "Ấp Cái Nước"),
        ("Lý Sơn", "Khóm 1"),
        ("Trương Quốc Việt", "Ấp Tân Lập"),
        ("Phạm Ngọc Ẩn", "Ấp Vàm Đình"),
    ];
    for encoding in ["TCVN3-ABC", "VNI-WIN", "VISCII", "VPS", "CP1258"] {
        let mut codes: BTreeMap<char, Vec<u8>> = BTreeMap::new();
        let rows =
            settings.reference.table("legacy_encodings").select(["encoding", "byte_hex", "unicode_nfc"]);
        for [_, hex, letter] in
            rows.filter(|row| row[0] == encoding || row[0] == format!("{encoding}-CAPFONT"))
        {
            let bytes =
                (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"));
            codes.insert(letter.chars().next().expect("a letter"), bytes.collect());
        }
        let write = |text: &str| -> Vec<u8> {
            text.chars().flat_map(|c| codes.get(&c).cloned().unwrap_or_else(|| vec![c as u8])).collect()
        };
        let mut file = b"ma_ho_so,ma_xa,tinh_trang_cu_tru,ho_ten,dia_chi\n".to_vec();
        for (at, (name, address)) in people.iter().enumerate() {
            file.extend_from_slice(format!("HS{at},32206,thuong tru,").as_bytes());
            file.extend(write(name));
            file.extend_from_slice(b",\"");
            file.extend(write(address));
            file.extend_from_slice(b"\"\n");
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("cu_tru.csv"), &file).expect("a file");
        let deliveries = ingest(&settings, folder.path(), &Progress::silent()).expect("balanced books");
        let extract = match deliveries.into_iter().next().expect("a source") {
            Delivery::Delivered(extract) => extract,
            Delivery::Refused(refusal) => panic!("{encoding}: {:?}", refusal.diagnostics),
        };
        assert_eq!((extract.table.rows, extract.rejects.len()), (people.len(), 0), "{encoding}");
        let plain: Vec<(&str, &str)> = people.to_vec();
        let (names, addresses): (Vec<&str>, Vec<&str>) = plain.into_iter().unzip();
        let expected = residence(&settings, &[("full_name", &names), ("address", &addresses)]);
        let records =
            normalise(&settings, vec![(SourceIndex(0), extract.table)], &Progress::silent()).remove(0);
        for row in 0..people.len() {
            for column in ["full_name", "full_name.key", "address.standard", "address.ward", "address.hamlet"]
            {
                let found = value(&settings, &records, column, row);
                assert_eq!(found, value(&settings, &expected, column, row), "{encoding}, {column}");
            }
        }
    }
}

#[test]
fn settings_name_what_reading_needs_and_does_not_find() {
    let mut folder = RulesFolder::embedded();
    folder.files.retain(|file| file.path != "reference/provinces.tsv");
    for file in &mut folder.files {
        if file.path == "reference/categories.tsv" {
            file.text = file.text.replace("sex\t", "sexes\t");
        }
        if file.path == "reference/admin_unit_changes.tsv" {
            file.text = file.text.replacen("31813\t", "3181\t", 1);
        }
        if file.path == "reference/phone_prefixes.tsv" {
            file.text = file.text.replacen("prefix\t", "prefixes\t", 1);
        }
    }
    let failure = Settings::read(&folder).expect_err("tables are missing");
    let told = failure.to_string();
    for part in [
        "rules/reference/admin_unit_changes.tsv:2: `3181` in column `old_code`",
        "rules/reference/categories.tsv: no list `sex`",
        "rules/reference/phone_prefixes.tsv:1: no column `prefix`",
        "reference/provinces.tsv: no such table",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert!(failure.diagnostics.iter().all(|diagnostic| !diagnostic.help.is_empty()));
}
