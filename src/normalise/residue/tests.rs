//! Names typed in three ways, and names that only look so.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::normalise::unicode::clean;
use crate::settings::{RulesFolder, Settings};

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings::read(&RulesFolder::embedded()).unwrap());
static RESIDUE: LazyLock<Residue> = LazyLock::new(|| Residue::new(&SETTINGS.reference));

fn mended(text: &str) -> String {
    RESIDUE.mend(text).map_or_else(|| text.to_owned(), |mended| mended.text)
}

#[test]
fn keys_are_taken_for_letters() {
    use Keying::{Telex, Viqr, Vni};
    let cases = [
        ("Nguyeenx Thij Hoaf", "Nguyễn Thị Hòa", Telex),
        ("NGUYEENX THIJ HOAF", "NGUYỄN THỊ HÒA", Telex),
        ("Nguyeenx Vawn An", "Nguyễn Văn An", Telex),
        ("Nguyen Thij Hoa", "Nguyen Thị Hoa", Telex),
        ("Huynhf Thij Hoaf", "Huỳnh Thị Hòa", Telex),
        ("Traanf Thi Bichs", "Trần Thi Bích", Telex),
        ("DDoox Huwu Phuwowcs", "Đỗ Hưu Phước", Telex),
        ("Ddoox Thi Lan", "Đỗ Thi Lan", Telex),
        ("Nguyeenx Thi Nhw", "Nguyễn Thi Như", Telex),
        ("Truwowng Thi Lan", "Trương Thi Lan", Telex),
        ("Truongw Thij Lan", "Trương Thị Lan", Telex),
        ("Dangwd Thij Lan", "Đăng Thị Lan", Telex),
        ("Nguyênx Thij Lan", "Nguyễn Thị Lan", Telex),
        ("Nguyeenx Thij Moong", "Nguyễn Thị Mông", Telex),
        ("Nguye6n4", "Nguyễn", Vni),
        ("Nguye64n Thi5 Hoa2", "Nguyễn Thị Hòa", Vni),
        ("Tra62n Va8n D9a5t", "Trần Văn Đạt", Vni),
        ("Nguye^~n", "Nguyễn", Viqr),
        ("Nguye^~n Thi. Hoa`", "Nguyễn Thị Hòa", Viqr),
        ("DDo^~ Hu+~u Phu+o+'c", "Đỗ Hữu Phước", Viqr),
    ];
    for (text, expected, keying) in cases {
        let expected = Mended { text: expected.to_owned(), keying };
        assert_eq!(RESIDUE.mend(text), Some(expected), "{text}");
    }
}

#[test]
fn names_that_are_right_or_foreign_stay() {
    for text in [
        "Nguyễn Văn An",
        "NGUYEN VAN AN",
        "Xuân Sơn Trường",
        "Néang Sok Phoeun",
        "Danh Soeurn",
        "Thạch Sà Rết",
        "Chau Sóc Kim",
        "Maria Nguyễn",
        "Joseph Trần",
        "Ross",
        "Sarah Lewis",
        "William",
        "Alex Max",
        "Hoeun",
        "David Jeff",
        "Anna",
        "Nguyễn Max",
        "Lee Moon Soo",
        "Low Chow",
        "Raj Kumar",
        "Taj Mahal",
        "Noor",
        "Moor",
        "Thij",
        "Hoas",
        "Tran Thi Hoas",
        "Nguyễn Văn An2",
        "Ng. V. An",
        "H'Mông",
        "Nguyễn T. Hoa",
        "Tp.HCM",
        "An (Tý)",
        "Ngu?n Th? Hoa",
        "Boon Seng",
        "Aaron Goossens",
        "Sros Sophors",
        "Nor Sar",
        "Kwan Wong",
        "Phạm Thị Xoong",
        "Tô 6",
        "A1 B2",
        "",
        ".",
        "Y Moan Êban",
        "Queens",
        "Thị Moong",
        "Moong Boong",
        "Thomas Edison",
        "Nguyễn Anna",
    ] {
        assert_eq!(RESIDUE.mend(text), None, "{text}");
    }
}

#[test]
fn the_table_gives_every_way_its_keys() {
    for (_, scheme) in &RESIDUE.schemes {
        assert!(scheme.is_whole(), "{scheme:?}");
    }
}

/// Every surname and given name as each way types it, beside a word that is sure.
#[test]
fn every_word_of_names_comes_back() {
    let mut keys = std::collections::BTreeMap::new();
    for [letter, telex, vni, viqr] in
        SETTINGS.reference.table("input_residue").select(["letter", "telex", "vni_keys", "viqr"])
    {
        keys.insert(letter.chars().next().unwrap(), [telex, vni, viqr]);
    }
    let surnames = SETTINGS.reference.table("surnames").select(["surname"]);
    let parts = SETTINGS.reference.table("given_name_parts").select(["part", "text"]);
    let words = surnames.map(|[word]| word).chain(parts.filter(|row| row[0] == "given").map(|row| row[1]));
    let mut lost = Vec::new();
    let mut seen = 0;
    for word in words.flat_map(str::split_whitespace).filter(|word| is_syllable(word)) {
        let word = word.to_lowercase();
        for way in 0..3 {
            let typed: String = word
                .chars()
                .map(|c| keys.get(&c).map_or_else(|| c.to_string(), |keys| keys[way].to_owned()))
                .collect();
            let first = ["Nguyeenx", "Nguye64n", "Nguye^~n"][way];
            let standard = crate::normalise::syllable::key_words(&word);
            if crate::normalise::syllable::key_words(&mended(&format!("{first} {typed}")))
                != format!("nguyễn {standard}")
            {
                lost.push(typed);
            }
            seen += 1;
        }
    }
    assert!(seen > 1500, "{seen}");
    assert!(lost.is_empty(), "{} of {seen}: {lost:?}", lost.len());
}

proptest! {
    #[test]
    fn mending_twice_changes_nothing(raw in any::<String>()) {
        let once = mended(&clean(&raw).text);
        prop_assert_eq!(mended(&once), once);
    }

    #[test]
    fn so_it_is_for_words_with_keys(raw in "([A-Z]?[a-z1-9^~'.]{1,7} ?){1,4}") {
        let once = mended(&clean(&raw).text);
        prop_assert_eq!(mended(&once), once);
    }

    #[test]
    fn so_it_is_for_typed_names(raw in "(Nguyeenx|Tha[njw]|Hoa[fsrxj]|Va8n|Thi5|Le[^6] ?|Nguye6n|[ ]|Tranf|Ma[xs]){1,4}") {
        let once = mended(&clean(&raw).text);
        prop_assert_eq!(mended(&once), once);
    }
}
