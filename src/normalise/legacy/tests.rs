//! Damaged texts that come back, proper ones that stay, and every letter of every table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::settings::{RulesFolder, Settings};

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings::read(&RulesFolder::embedded()).unwrap());
static LEGACY: LazyLock<Legacy> = LazyLock::new(|| Legacy::new(&SETTINGS.reference));

fn decoded(raw: &str) -> String {
    LEGACY.decode(raw).text.into_owned()
}

/// Writes texts in an encoding, straight from the table: the twin of decoding.
struct Writer(BTreeMap<char, String>);

impl Writer {
    fn new(encoding: Encoding) -> Self {
        let mut codes = BTreeMap::new();
        for [row, hex, letter] in
            SETTINGS.reference.table("legacy_encodings").select(["encoding", "byte_hex", "unicode_nfc"])
        {
            if ROWS.contains(&(row, encoding)) && !row.ends_with("DECOMP") {
                let seen = from_hex(hex).unwrap().into_iter().map(bytes::seen).collect();
                codes.insert(letter.chars().next().unwrap(), seen);
            }
        }
        Self(codes)
    }

    fn write(&self, text: &str) -> String {
        text.chars().map(|c| self.0.get(&c).cloned().unwrap_or_else(|| c.to_string())).collect()
    }
}

#[test]
fn damaged_texts_come_back_and_others_stay() {
    let cases = [
        ("NguyÔn V¨n Kiªn", "Nguyễn Văn Kiên"),
        ("§Æng ThÞ Thóy Loan", "Đặng Thị Thúy Loan"),
        ("D\u{ad}¬NG THÞ LIªN", "DƯƠNG THỊ LIÊN"),
        ("Tr\u{ad}¬ng V¨n Thanh", "Trương Văn Thanh"),
        ("Sè 382, ®\u{ad}êng Lª DuÈn, x· Phan Ngäc HiÓn", "Số 382, đường Lê Duẩn, xã Phan Ngọc Hiển"),
        ("Nguyá»…n TrÃºc DuyÃªn", "Nguyễn Trúc Duyên"),
        ("Huá»³nh Táº¥n HoÃ\u{a0}ng", "Huỳnh Tấn Hoàng"),
        ("Huá»³nh Táº¥n HoÃ ng", "Huỳnh Tấn Hoàng"),
        ("Trá»\u{8d}ng", "Trọng"),
        ("Tráº§n VÄƒn Trá»ng", "Trần Văn Trọng"),
        ("Tráº§n VÄƒn Trá»\u{fffd}ng", "Trần Văn Trọng"),
        ("NguyÃ¡Â»â€¦n VÃ„Æ’n An", "Nguyễn Văn An"),
        ("NÃ©ang Lan PhÆ°Æ¡ng", "Néang Lan Phương"),
        ("NGUYÁ»…N HÁ»“NG MY", "NGUYÁ»…N HÁ»“NG MY"),
        ("Nguyeãn Vaên An", "Nguyễn Văn An"),
        ("NGUYEÃN THÒ HOÀNG", "NGUYỄN THỊ HỒNG"),
        ("Traàn", "Trần"),
        ("Nguyêþn Vãn Hoàng", "Nguyêþn Vãn Hoàng"),
        ("NguyêÞn Vãn Hoàng", "Nguyễn Văn Hoàng"),
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("Nguyễn Văn “An”", "Nguyễn Văn “An”"),
        ("T« CÈM NH\u{ad}", "TÔ CẨM NHƯ"),
        ("Phan Nh\u{ad} Lan", "Phan Như Lan"),
        ("An\u{ad} Hoa", "An\u{ad} Hoa"),
        ("Lê Hòa·", "Lê Hòa·"),
        ("Lê Văn Ba •", "Lê Văn Ba •"),
        ("số 5 – ấp 3", "số 5 – ấp 3"),
        ("Lê Hoà – 5", "Lê Hoà – 5"),
        ("Hoàng Trà", "Hoàng Trà"),
        ("HOàNG TRà", "HOàNG TRà"),
        ("Néang Sóc Phoeun", "Néang Sóc Phoeun"),
        ("José René", "José René"),
        ("Loïc", "Loïc"),
        ("Jürgen Müller", "Jürgen Müller"),
        ("Lü Wei Ming", "Lü Wei Ming"),
    ];
    for (raw, expected) in cases {
        assert_eq!(decoded(raw), expected, "{raw}");
    }
}

/// A syllable for every letter: an onset and a rime that the letter may stand in.
fn syllables_with(letter: char) -> Vec<String> {
    let frames = [
        ("h", ""),
        ("t", ""),
        ("l", "n"),
        ("t", "ng"),
        ("h", "nh"),
        ("t", "m"),
        ("m", "t"),
        ("ng", "c"),
        ("th", "i"),
        ("tr", "n"),
        ("ph", "u"),
        ("kh", "ng"),
        ("qu", "n"),
        ("l", "ng"),
        ("ti", "n"),
        ("hu", "n"),
        ("b", "n"),
        ("đ", "c"),
        ("", "ng"),
    ];
    frames
        .iter()
        .map(|(onset, coda)| format!("{onset}{letter}{coda}"))
        .filter(|word| super::super::syllable::is_syllable(word))
        .collect()
}

/// Each of the 134 letters, in a name whose other words tell the encoding, small
/// and capital: what the encoding can hold comes back.
#[test]
fn every_letter_comes_back_in_every_encoding() {
    for encoding in ONE_BYTE.into_iter().chain([Encoding::Utf8AsLatin1]) {
        let writer = Writer::new(encoding);
        let letters: Vec<char> = writer.0.keys().copied().collect();
        assert_eq!(letters.len(), 134, "{encoding:?}");
        let mut lost = Vec::new();
        for letter in letters {
            let capital = super::super::unicode::lower(letter) != letter;
            let words = if letter == 'đ' || letter == 'Đ' {
                vec!["đạt".to_owned(), "điền".to_owned()]
            } else {
                syllables_with(super::super::unicode::lower(letter))
            };
            assert!(!words.is_empty(), "{letter}");
            let back = words.iter().filter(|word| {
                let name = format!("nguyễn thị {word}");
                let name = if capital { name.to_uppercase() } else { name };
                decoded(&writer.write(&name)) == name
            });
            if back.count() < words.len() {
                lost.push(letter);
            }
        }
        assert_eq!(lost, [], "{encoding:?}");
    }
}

#[test]
fn the_column_decides_where_a_text_does_not() {
    let names =
        ["Nguyễn Văn An", "Trần Thị Bích", "Lê Hoàng Dũng", "Phạm Thị Mỹ Hạnh", "Võ Văn Kiệt", "Đỗ Thị Hồng"];
    let writer = Writer::new(Encoding::Tcvn3);
    let mut builder = crate::table::DictionaryBuilder::default();
    for at in 0..60 {
        builder.code(&format!(
            "{} {}",
            writer.write(names[at % names.len()]),
            ["Lan", "Hoa", "Minh", "Anh", "Mai", "Tâm", "An", "Linh", "Trang", "Thanh"][at / 6]
        ));
    }
    let column = LEGACY.for_texts(&builder.finish());
    assert_eq!(column.column, Some(Column { encoding: Encoding::Tcvn3, whole: true }));
    // Proper Vietnamese on the face of it.
    assert_eq!(decoded("Phan Dòng"), "Phan Dòng");
    assert_eq!(column.decode("Phan Dòng").text, "Phan Dũng");
}

#[test]
fn a_megabyte_is_read_in_linear_time() {
    for unit in ["Ã", "á»", "NguyÔn ", "Nguyeãn ", "\u{ad}", "a\u{301}", "Ä ", "aù"] {
        let text = unit.repeat(1_000_000 / unit.len());
        let began = std::time::Instant::now();
        decoded(&text);
        assert!(began.elapsed().as_secs() < 5, "{unit:?}");
    }
}

proptest! {
    #[test]
    fn decoding_the_clean_result_changes_nothing(raw in "[ a-zA-Z\u{80}-\u{ff}–“…ƒŠ\u{300}\u{301}]{0,20}") {
        let once = clean(&decoded(&raw)).text.into_owned();
        prop_assert_eq!(decoded(&once), once);
    }

    #[test]
    fn nothing_panics_and_forms_agree(raw in any::<String>()) {
        let (nfc, nfd) = (raw.nfc().collect::<String>(), raw.nfd().collect::<String>());
        let (nfc, nfd) = (decoded(&nfc), decoded(&nfd));
        prop_assert_eq!(clean(&nfc).text, clean(&nfd).text);
    }
}
