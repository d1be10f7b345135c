//! Where the search begins: cells of the reference tables, and writings of each kind. No person's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use doisoat::settings::Kind;

use crate::cells::Cells;

/// Most cells of a column of a table that become seeds.
const CELLS_MAX: usize = 60;

/// Tables and columns whose cells are writings of a kind.
fn tables(kind: &Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Text | Kind::PersonName => &[
            ("given_name_parts", "text"),
            ("surnames", "surname"),
            ("syllable_variants", "form_a"),
            ("syllable_variants", "example_b"),
            ("input_residue", "telex"),
            ("legacy_encodings", "seen_as_cp1252"),
        ],
        Kind::Address => &[
            ("admin_units", "name"),
            ("admin_unit_changes", "old_name"),
            ("admin_unit_changes", "old_district_name"),
            ("provinces", "old_name"),
        ],
        Kind::WardCode => &[("admin_units", "code"), ("admin_unit_changes", "old_code")],
        Kind::Phone => &[("phone_prefixes", "prefix"), ("phone_prefix_conversion_2018", "old_prefix")],
        Kind::IdentityNumber | Kind::InsuranceNumber => &[("provinces", "cccd_code")],
        Kind::CardNumber => &[("bhyt_object_codes", "code")],
        Kind::Category(_) => {
            &[("categories", "form"), ("ethnic_groups", "name"), ("ethnic_groups", "variants_seen")]
        }
        Kind::Date | Kind::Identifier => &[],
    }
}

/// Writings that no table has.
fn writings(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Date => &[
            "02/03/1987",
            "2-3-1987",
            "1987-03-02T00:00:00.000Z",
            "02031987",
            "31838",
            "31838.5",
            "--/05/1960",
            "ngày 5 tháng 3 năm 1980",
            "sinh năm 1960 (giấy tờ)",
            "05-Mar-80",
            "31/02/1987",
            "05/03/1980 âm lịch",
            "không rõ",
        ],
        Kind::IdentityNumber | Kind::InsuranceNumber => &[
            "096085000017",
            "96085000017",
            "'096 085.000017",
            "O9608500l017",
            "9.6085E+10",
            "9.6085000017E+10",
            "CMND 380000017",
            "380000017.0",
            "B0000017",
            "096085000017/380000017",
        ],
        Kind::CardNumber => &["GD4960000000017", "gd 4-96-00000-00017", "TE1960000000O17"],
        Kind::Phone => &[
            "0900000017",
            "+84 (0)90 000 0017",
            "0120.000.0017",
            "07800000017",
            "ĐT: 02900000017 máy lẻ 12",
            "0900000017/0900000018",
        ],
        Kind::PersonName => &[
            "Nguyễn Thị Hoà",
            "NGUYEN THI HOA",
            "Nguyeenx Thij Hoaf",
            "Ng. V. An (mẹ)",
            "bà Trần Thị B.",
            "NguyÔn ThÞ Hoµ",
        ],
        Kind::Address => &[
            "Ấp 8, X. Tam Giang Đông, H. Năm Căn, Cà Mau",
            "12/3 Đường 3/2, Khóm 5, P.8, TP. Cà Mau",
            "Tổ 4, ấp Kinh Tư, TTCN",
        ],
        Kind::Category(_) => &["nu~", "N÷", "TT", "2"],
        Kind::Text | Kind::Identifier | Kind::WardCode => &["Số 45, Quyển số 01/2005", " 32 209 ", "32209.0"],
    }
}

/// Writes seeds, one a file; a folder that cannot be written to ends the process.
pub(crate) fn write(folder: &Path, cells: &Cells) {
    let mut seeds: BTreeSet<String> = writings(&cells.kind).iter().map(|text| (*text).to_owned()).collect();
    for (table, column) in tables(&cells.kind) {
        let found = cells.settings.reference.table(table).select([*column]);
        seeds.extend(found.map(|[cell]| cell.to_owned()).filter(|cell| !cell.is_empty()).take(CELLS_MAX));
    }
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for (at, seed) in seeds.iter().enumerate() {
        let file = folder.join(format!("seed-{at:04}"));
        fs::write(&file, seed).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
