//! Addresses as offices write them, and what they must be read as.

use std::sync::LazyLock;

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::settings::{RulesFolder, Settings};
use crate::table::DictionaryBuilder;

pub(super) static LEGACY: LazyLock<Legacy> = LazyLock::new(|| {
    let settings = Settings::read(&RulesFolder::embedded()).unwrap();
    Legacy::new(&settings.reference)
});

pub(super) fn units() -> Arc<Units> {
    static UNITS: LazyLock<Arc<Units>> = LazyLock::new(|| {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        Arc::new(Units::new(&settings.reference))
    });
    Arc::clone(&UNITS)
}

/// Ward, old unit, standard form of one address.
fn read(raw: &str, units: &Arc<Units>) -> (Option<u32>, bool, Option<String>) {
    let mut builder = DictionaryBuilder::default();
    let code = builder.code(raw);
    let dictionary = builder.finish();
    let addresses = read_all(&dictionary, units, &LEGACY);
    (addresses.ward(code), addresses.old_unit(code), addresses.standard(code, raw))
}

/// Text, ward, old unit, standard form.
type Case = (&'static str, Option<u32>, bool, Option<&'static str>);

const CASES: &[Case] = &[
    // In force, as it should be and otherwise.
    ("Ấp 3, xã Đá Bạc, tỉnh Cà Mau", Some(32_104), false, None),
    ("Ấp 3, X. Đá Bạc, Cà Mau", Some(32_104), false, Some("Ấp 3, xã Đá Bạc, tỉnh Cà Mau")),
    (
        "Ap Xeo Chich, xa Tam Giang, tinh Ca Mau",
        Some(32_206),
        false,
        Some("Ap Xeo Chich, xã Tam Giang, tỉnh Cà Mau"),
    ),
    ("ẤP 3, XÃ ĐÁ BẠC, TỈNH CÀ MAU", Some(32_104), false, Some("ẤP 3, xã Đá Bạc, tỉnh Cà Mau")),
    ("Ấp 3, xã Đá Bạc", Some(32_104), false, Some("Ấp 3, xã Đá Bạc, tỉnh Cà Mau")),
    ("Xã Đá Bạc, tỉnh Cà Mau", Some(32_104), false, None),
    ("xã Đá Bạc, tỉnh Cà Mau", Some(32_104), false, None),
    ("X. Đá Bạc, Cà Mau", Some(32_104), false, Some("Xã Đá Bạc, tỉnh Cà Mau")),
    ("Ấp 3, xã Đá Bạc, tỉnh Cà Mau, Việt Nam", Some(32_104), false, Some("Ấp 3, xã Đá Bạc, tỉnh Cà Mau")),
    (
        "Số 62  Ấp Cái Hưu  phường Hòa Thành  tỉnh Cà Mau",
        Some(32_041),
        false,
        Some("Số 62, Ấp Cái Hưu, phường Hòa Thành, tỉnh Cà Mau"),
    ),
    (
        "Khóm 1, phường Hoà Thành, tỉnh Cà Mau",
        Some(32_041),
        false,
        Some("Khóm 1, phường Hòa Thành, tỉnh Cà Mau"),
    ),
    ("Ấp 5 xã Khánh An tỉnh Cà Mau", Some(32_059), false, Some("Ấp 5, xã Khánh An, tỉnh Cà Mau")),
    // The name of an old unit too, but there is no district: the one in force.
    ("Ấp 3, xã U Minh, tỉnh Cà Mau", Some(32_047), false, None),
    ("Sè 5, Êp 3, x· §¸ B¹c, tØnh Cµ Mau", Some(32_104), false, None),
    // Old, with its district.
    (
        "Khóm 9, phường 8, thành phố Bạc Liêu, Bạc Liêu",
        Some(31_825),
        true,
        Some("Khóm 9, phường Bạc Liêu, tỉnh Cà Mau"),
    ),
    ("Khóm 9, P8, TP.Cà Mau, Cà Mau", Some(32_014), true, Some("Khóm 9, phường Lý Văn Lâm, tỉnh Cà Mau")),
    ("Khóm 1, P. 01, TX. Giá Rai, Bạc Liêu", Some(31_942), true, Some("Khóm 1, phường Giá Rai, tỉnh Cà Mau")),
    ("Khóm 2, Phường 4, TP Cà Mau", Some(32_002), true, Some("Khóm 2, phường An Xuyên, tỉnh Cà Mau")),
    (
        "Ấp 14 - Châu Hưng A - Vĩnh Lợi - Bạc Liêu",
        Some(31_900),
        true,
        Some("Ấp 14, xã Vĩnh Lợi, tỉnh Cà Mau"),
    ),
    (
        "Khóm 1, Láng Tròn, Giá Rai, Bạc Liêu",
        Some(31_951),
        true,
        Some("Khóm 1, phường Láng Tròn, tỉnh Cà Mau"),
    ),
    (
        "Khóm 4 - Phường 5 - Cà Mau - Cà Mau",
        Some(32_025),
        true,
        Some("Khóm 4, phường Tân Thành, tỉnh Cà Mau"),
    ),
    ("ấp 5 xã Khánh An huyện U Minh tỉnh Cà Mau", Some(32_059), true, Some("ấp 5, xã Khánh An, tỉnh Cà Mau")),
    // The town of that name and the commune of that name went different ways.
    (
        "Ấp 1, thị trấn Phước Long, huyện Phước Long, Bạc Liêu",
        Some(31_867),
        true,
        Some("Ấp 1, xã Phước Long, tỉnh Cà Mau"),
    ),
    (
        "Ấp 1, xã Phước Long, huyện Phước Long, Bạc Liêu",
        Some(31_876),
        true,
        Some("Ấp 1, xã Vĩnh Phước, tỉnh Cà Mau"),
    ),
    ("Ấp 1, Phước Long, Phước Long, Bạc Liêu", None, true, None),
    // Nothing of the old commune U Minh is in the new one.
    (
        "Khóm 1, thị trấn U Minh, huyện U Minh, tỉnh Cà Mau",
        Some(32_044),
        true,
        Some("Khóm 1, xã Nguyễn Phích, tỉnh Cà Mau"),
    ),
    // Old without its district, but only one such.
    ("Ấp 3, xã Vĩnh Hưng A, tỉnh Bạc Liêu", Some(31_894), true, Some("Ấp 3, xã Châu Thới, tỉnh Cà Mau")),
    (
        "Khóm 2, thị trấn Rạch Gốc, tỉnh Cà Mau",
        Some(32_244),
        true,
        Some("Khóm 2, xã Phan Ngọc Hiển, tỉnh Cà Mau"),
    ),
    // A unit in force with a district left behind it.
    (
        "Ấp 3, xã Đá Bạc, huyện Trần Văn Thời, Cà Mau",
        Some(32_104),
        true,
        Some("Ấp 3, xã Đá Bạc, tỉnh Cà Mau"),
    ),
    // Accents tell communes of one plain name apart.
    ("Ấp 1, xã Tân Thạnh, tỉnh Cà Mau", Some(31_957), true, Some("Ấp 1, xã Phong Thạnh, tỉnh Cà Mau")),
    ("Ấp 1, xã Tân Thành, tỉnh Cà Mau", Some(32_025), true, Some("Ấp 1, phường Tân Thành, tỉnh Cà Mau")),
    // Not to be guessed.
    ("Ấp 1, xã Trần Hợi, huyện Trần Văn Thời, tỉnh Cà Mau", None, true, None),
    ("Khóm 1, phường 1, tỉnh Cà Mau", None, true, None),
    ("Ấp 3, Cái Nước, Cà Mau", None, false, None),
    ("Ấp 3, huyện Cái Nước, Cà Mau", None, true, None),
    ("Số 5, 8, thành phố Cà Mau", None, true, None),
    // Another province, or nothing at all.
    ("Ấp 3, xã Tân Thành, tỉnh Kiên Giang", None, false, None),
    ("Phường 1, TP. Sóc Trăng, Sóc Trăng", None, false, None),
    ("Ấp Cà Mau", None, false, None),
    ("Số 12, đường Trần Văn Thời", None, false, None),
    (
        "Ấp 2, xã Long Điền, huyện Đông Hải, tỉnh Bạc Liêi",
        Some(31_985),
        true,
        Some("Ấp 2, xã Long Điền, tỉnh Cà Mau"),
    ),
    ("Ấp 2, xã Long Điền, tỉnh Bạc Liêi", Some(31_985), true, Some("Ấp 2, xã Long Điền, tỉnh Cà Mau")),
    ("không rõ", None, false, None),
    (",,, - ;", None, false, None),
];

#[test]
fn addresses_are_read() {
    let units = units();
    for (raw, ward, old_unit, standard) in CASES {
        assert_eq!(read(raw, &units), (*ward, *old_unit, standard.map(str::to_owned)), "{raw}");
    }
}

/// Text, allowed wards, how sure, district, province.
type Wide = (&'static str, &'static str, &'static str, &'static str, &'static str);

const WIDE: &[Wide] = &[
    // Short forms, initials, small and capital letters, no accents.
    ("Khóm 3, TTCN, H. Cái Nước, CM", "32128", "certain", "huyện Cái Nước", "Cà Mau"),
    ("Khóm 3, TT.CN, HCN, tỉnh CM", "32128", "certain", "huyện Cái Nước", "Cà Mau"),
    ("K3, TT Cai Nuoc, h cai nuoc, t. ca mau", "32128", "certain", "huyện Cái Nước", "Cà Mau"),
    ("k1 F.1 tp Ca Mau", "32002", "certain", "thành phố Cà Mau", ""),
    ("P1, TPBL, BL", "31825", "certain", "thành phố Bạc Liêu", "Bạc Liêu"),
    ("X.Tân Thành, TPCM", "32025", "certain", "thành phố Cà Mau", ""),
    ("AP 3, XA HUNG MY, HUYEN CAI NUOC, TINH CA MAU", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    // Joined by spaces or dashes only, and the other way round.
    ("ap 3 hung my cai nuoc ca mau", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    ("Ấp 3 Hưng Mỹ, Cái Nước Cà Mau", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    ("Ấp 3-Hưng Mỹ-Cái Nước-Cà Mau-Việt Nam", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    ("Cà Mau, huyện Cái Nước, xã Hưng Mỹ, ấp 3", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    ("Việt Nam, tỉnh Cà Mau, phường Giá Rai, khóm 1", "31942", "certain", "", "Cà Mau"),
    ("Cà Mau, Cái Nước, Hưng Mỹ, ấp 3", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    ("huyện Cái Nước, xã Hưng Mỹ, tỉnh Cà Mau", "32140", "certain", "huyện Cái Nước", "Cà Mau"),
    ("Ấp  3   xã   Hưng Mỹ   huyện Cái Nước", "32140", "certain", "huyện Cái Nước", ""),
    // Provinces of before.
    ("xã Hưng Mỹ, huyện Cái Nước, tỉnh Minh Hải", "32140", "certain", "huyện Cái Nước", ""),
    ("xã Long Điền, Minh Hải", "31985", "certain", "", ""),
    ("xã Phong Thạnh, tỉnh Bạc Liêu", "31942", "certain", "", "Bạc Liêu"),
    ("xã Phong Thạnh, tỉnh Cà Mau", "31957", "certain", "", "Cà Mau"),
    ("phường Giá Rai, tỉnh Bạc Liêu", "31942", "certain", "", "Bạc Liêu"),
    ("xã Hưng Hội, tỉnh Bạc Liêu, tỉnh Cà Mau", "31906", "certain", "", "Bạc Liêu"),
    // Slips.
    ("xã Hưng Mỷ, huyện Cái Nước, Cà Mau", "32140", "typo", "huyện Cái Nước", "Cà Mau"),
    ("xã Hưg Mỹ, huyện Cái Nước, Cà Mau", "32140", "typo", "huyện Cái Nước", "Cà Mau"),
    ("xã Hưng Mỹ, huyện Cái Nướt, Cà Mau", "32140", "typo", "huyện Cái Nước", "Cà Mau"),
    ("Hưng Mỹ, Cái Nướt, Cà Mau", "32140", "typo", "huyện Cái Nước", "Cà Mau"),
    ("ấp 2 xa Chí Phải huyen Thoi Binh tinh Ca Mau", "32071", "typo", "huyện Thới Bình", "Cà Mau"),
    ("phường Hưng Mỹ, huyện Cái Nước", "32140", "typo", "huyện Cái Nước", ""),
    ("xã Tân Thạng, thành phố Cà Mau", "32025", "typo", "thành phố Cà Mau", ""),
    // Between two that both exist nothing is mended.
    ("xã Tân Thạnh, thị xã Giá Rai", "31957", "certain", "thị xã Giá Rai", ""),
    ("xa Tan Thanh, Ca Mau", "31957 32025", "several", "", "Cà Mau"),
    ("xã Vĩnh Mỹ C, huyện Hòa Bình", "31891 31918 31927", "several", "huyện Hoà Bình", ""),
    ("xã Hưng Mỹ, huyện Cái Nước, TP Cà Mau", "32140", "typo", "huyện Cái Nước", ""),
    // Divided, or left open.
    ("xã Trần Hợi, huyện Trần Văn Thời", "32095 32104", "several", "huyện Trần Văn Thời", ""),
    ("xã Năm Căn, huyện Năm Căn", "32191 32201", "several", "huyện Năm Căn", ""),
    (
        "Ấp 3, huyện Thới Bình, Cà Mau",
        "32069 32071 32083 32092 32065",
        "several",
        "huyện Thới Bình",
        "Cà Mau",
    ),
    ("Phường 1, Bạc Liêu", "31825 31942", "several", "", "Bạc Liêu"),
    // Not here.
    ("xã Tân Thành, huyện Gò Quao, Kiên Giang", "", "outside", "", "Kiên Giang"),
    ("tỉnh Điện Biên, xã Hồ Thị Kỷ", "", "outside", "", "Điện Biên"),
    ("Quận 3, TP.HCM", "", "outside", "", "Hồ Chí Minh"),
    ("Số 12 đường Trần Văn Thời", "", "none", "", ""),
];

#[test]
fn units_allowed_and_how_sure_are_told() {
    let mut wrong = Vec::new();
    for (raw, wards, certainty, district, province) in WIDE {
        let mut builder = DictionaryBuilder::default();
        let code = builder.code(raw);
        let addresses = read_all(&builder.finish(), &units(), &LEGACY);
        let read = (
            addresses.wards(code).unwrap_or(""),
            addresses.certainty(code).unwrap().word(),
            addresses.district(code).unwrap_or(""),
            addresses.province(code).unwrap_or(""),
        );
        let mut sorted: Vec<&str> = wards.split(' ').collect();
        sorted.sort_unstable();
        let expected = (sorted.join(" "), *certainty, *district, *province);
        if (read.0, read.1, read.2, read.3) != (expected.0.as_str(), expected.1, expected.2, expected.3) {
            wrong.push(format!("{raw}: {read:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_unit_in_force_is_found_by_its_own_words() {
    let units = units();
    for unit in &units.in_force {
        let raw = format!("Ấp 1{}", unit.ending);
        assert_eq!(read(&raw, &units), (Some(unit.code), false, None), "{raw}");
    }
}

#[test]
fn a_megabyte_of_anything_is_read_in_linear_time() {
    let units = units();
    for unit in [",", "-", "x ", "xã ", "thị ", "a\u{301}", "xã Đá Bạc, "] {
        let text = unit.repeat(1_000_000 / unit.len());
        let began = std::time::Instant::now();
        read(&text, &units);
        assert!(began.elapsed().as_secs() < 5, "{unit:?}");
    }
}

pub(super) fn any_address() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "Ấp 3",
        "Số 12",
        "xã Đá Bạc",
        "X.Tân Thành",
        "P8",
        "phường 1",
        "thị trấn U Minh",
        "Láng Tròn",
        "TX. Giá Rai",
        "huyện U Minh",
        "TP. Cà Mau",
        "Cái Nước",
        "tỉnh Cà Mau",
        "Bạc Liêu",
        "Việt Nam",
        "Kiên Giang",
        "xã",
        "",
    ]);
    let separator = prop::sample::select(vec![", ", " - ", "  ", " ", ",", "; "]);
    prop::collection::vec((part, separator), 0..6)
        .prop_map(|parts| parts.into_iter().flat_map(|(part, separator)| [part, separator]).collect())
}

proptest! {
    #[test]
    fn a_standard_address_is_its_own(raw in any_address()) {
        let units = units();
        let (ward, _, standard) = read(&raw, &units);
        if let Some(standard) = standard {
            prop_assert_eq!(read(&standard, &units), (ward, false, None));
        }
    }

    #[test]
    fn composed_and_decomposed_addresses_are_equal(raw in any_address()) {
        let units = units();
        let (nfc, nfd): (String, String) = (raw.nfc().collect(), raw.nfd().collect());
        prop_assert_eq!(read(&nfc, &units), read(&nfd, &units));
    }

    #[test]
    fn any_text_is_read(raw in any::<String>()) {
        let _ = read(&raw, &units());
    }
}
