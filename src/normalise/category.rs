//! Words of closed lists.
//!
//! A text is a word of its list if it is one of its forms; or one but for case
//! and punctuation; or one but for accents too, and spaces, where that fits one
//! word alone; or one slip away from forms of one word alone. What was written
//! in an encoding of before Unicode is decoded first. Nothing else is guessed.

use std::collections::BTreeMap;

use super::legacy::Legacy;
use super::syllable::key_words;
use super::texts::each;
use super::unicode::plain_words;
use crate::settings::Reference;
use crate::table::Dictionary;

/// One list: its words and the forms they are written in.
#[derive(Clone, Debug, Default)]
pub(super) struct CategoryList {
    words: Vec<Box<str>>,
    /// Places in `words`, from 1.
    forms: BTreeMap<String, u16>,
    keys: BTreeMap<String, Option<u16>>,
    plains: BTreeMap<String, Option<u16>>,
    /// Plain forms without their spaces.
    joined: BTreeMap<String, Option<u16>>,
}

/// How a word of a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CategoryForm {
    /// As the list has it.
    Normal,
    /// In another of its forms, or in other letters.
    Other,
    /// With one slip.
    Slip,
    /// No word of the list.
    #[default]
    Unknown,
}

impl CategoryForm {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Other => "other",
            Self::Slip => "slip",
            Self::Unknown => "unknown",
        }
    }
}

/// A word's place in its list, from 1; 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    word: u16,
    form: CategoryForm,
}

impl CategoryList {
    /// The list of a name: rows of `categories.tsv`, and for `ethnicity` the table
    /// of ethnic groups with its codes.
    pub(super) fn new(reference: &Reference, list: &str) -> Self {
        let mut words = Self::default();
        for [of, canonical, form] in reference.table("categories").select(["list", "canonical", "form"]) {
            if of == list {
                words.add(canonical, form);
            }
        }
        if list == "ethnicity" {
            let groups = reference.table("ethnic_groups").select(["code", "name", "variants_seen"]);
            for [code, name, variants] in groups {
                let variants = variants.split(';').map(str::trim);
                // A spreadsheet takes the zero from a code.
                let codes = [code, code.trim_start_matches('0')];
                [name].into_iter().chain(codes).chain(variants).for_each(|form| words.add(name, form));
            }
        }
        words
    }

    fn add(&mut self, canonical: &str, form: &str) {
        if canonical.is_empty() || form.is_empty() {
            return;
        }
        let known = self.words.iter().position(|word| **word == *canonical);
        let at = known.unwrap_or_else(|| {
            self.words.push(canonical.into());
            self.words.len() - 1
        });
        let word = u16::try_from(at + 1).unwrap_or(0);
        for form in [canonical, form] {
            self.forms.entry(form.to_owned()).or_insert(word);
            join(&mut self.keys, key_words(form), word);
            let plain = plain_words(form);
            join(&mut self.joined, plain.replace(' ', ""), word);
            join(&mut self.plains, plain, word);
        }
    }

    /// The word that a text stands for. O(length + log forms), O(forms) for a short text that is
    /// none of them.
    fn find(&self, raw: &str, legacy: &Legacy) -> Found {
        let found = self.find_decoded(raw);
        if found.word != 0 {
            return found;
        }
        let decoded = legacy.decode(raw).text;
        if *decoded == *raw { found } else { self.find_decoded(&decoded) }
    }

    fn find_decoded(&self, raw: &str) -> Found {
        if let Some(&word) = self.forms.get(raw) {
            let is_canonical =
                self.words.get(usize::from(word) - 1).is_some_and(|canonical| **canonical == *raw);
            let form = if is_canonical { CategoryForm::Normal } else { CategoryForm::Other };
            return Found { word, form };
        }
        let of = |words: &BTreeMap<String, Option<u16>>, text: &str| words.get(text).copied().flatten();
        let plain = plain_words(raw);
        let of_plain = self.plains.get(&plain).copied();
        // BA is Ba (father) or Bà (grandmother) without its accent.
        if of_plain == Some(None) && raw.is_ascii() {
            return Found::default();
        }
        let of_key = of(&self.keys, &key_words(raw)).or(of_plain.flatten());
        if let Some(word) = of_key.or_else(|| of(&self.joined, &plain.replace(' ', ""))) {
            return Found { word, form: CategoryForm::Other };
        }
        // What means two words without accents is no slip of one of them.
        let slip = if of_plain.is_none() { self.slip(&plain) } else { None };
        slip.map_or(Found::default(), |word| Found { word, form: CategoryForm::Slip })
    }

    /// The only word with forms one slip away.
    fn slip(&self, plain: &str) -> Option<u16> {
        if plain.len() < SLIP_LETTERS - 1 || plain.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut found = None;
        for (form, word) in &self.plains {
            if form.len() >= SLIP_LETTERS && is_slip(form.as_bytes(), plain.as_bytes()) {
                if found.is_some_and(|found| found != *word) {
                    return None;
                }
                found = Some(*word);
            }
        }
        found.flatten()
    }
}

/// Shorter forms have too many neighbours that mean something else.
const SLIP_LETTERS: usize = 5;

/// Whether one letter was left out, added or replaced, or two neighbours swapped. O(length).
fn is_slip(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - tail], &b[..b.len() - tail]) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a1, a2], [b1, b2]) => a1 == b2 && a2 == b1,
        _ => false,
    }
}

/// Notes that a text means a word; one that means two means none.
fn join(words: &mut BTreeMap<String, Option<u16>>, text: String, word: u16) {
    if !text.is_empty() {
        let known = words.entry(text).or_insert(Some(word));
        *known = known.filter(|known| *known == word);
    }
}

/// The categories of a column by code.
#[derive(Debug, Default)]
pub struct Categories {
    words: Vec<Box<str>>,
    codes: Vec<Found>,
}

impl Categories {
    /// The word of the list, if the text stands for one. O(1).
    pub fn word(&self, code: u32) -> Option<&str> {
        let at = usize::from(self.codes.get(code as usize)?.word);
        self.words.get(at.checked_sub(1)?).map(AsRef::as_ref)
    }

    /// How it is written. O(1).
    pub fn form(&self, code: u32) -> CategoryForm {
        self.codes.get(code as usize).map_or(CategoryForm::Unknown, |found| found.form)
    }
}

/// Reads all categories of a column. O(total length), in parallel.
pub(super) fn read_all(dictionary: &Dictionary, list: &CategoryList, legacy: &Legacy) -> Categories {
    Categories { words: list.words.clone(), codes: each(dictionary, |raw| list.find(raw, legacy)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;

    fn check(list: &str, cases: &[(&str, &str)]) {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let list = CategoryList::new(&settings.reference, list);
        let legacy = Legacy::new(&settings.reference);
        for (raw, word) in cases {
            let at = usize::from(list.find(raw, &legacy).word);
            assert_eq!(if at == 0 { "" } else { &list.words[at - 1] }, *word, "{raw}");
        }
    }

    #[test]
    fn what_offices_write_is_understood() {
        check(
            "sex",
            &[("2", "Nữ"), ("nu~", "Nữ"), ("NAM", "Nam"), ("N÷", "Nữ"), ("Nữ giới", "Nữ"), ("N", "")],
        );
        check(
            "ethnicity",
            &[
                ("5", "Khmer"),
                ("Khmẻ", "Khmer"),
                ("khơmer", "Khmer"),
                ("GIARAI", "Gia Rai"),
                ("X.tiêng", "Xtiêng"),
                ("Vân Kiều", "Bru - Vân Kiều"),
                ("Mườg", "Mường"),
                ("ma", "Mạ"),
                ("La H", ""),
                ("99", ""),
            ],
        );
        check(
            "relation",
            &[
                ("CHU HO", "Chủ hộ"),
                ("chủ hô", "Chủ hộ"),
                ("Chủ họ", "Chủ hộ"),
                ("Ba", "Cha"),
                ("BA", ""),
                ("BÀ", "Bà"),
                ("chu", ""),
                ("Chú", "Cô/dì/chú/bác"),
                ("con te", ""),
                ("Con dâuu", "Con dâu"),
                ("Người ở trọ", "Người thuê nhà"),
                ("em rể", "Anh/chị/em dâu, rể"),
            ],
        );
        check("residence_status", &[("thuong trsu", "thường trú"), ("KT3", "tạm trú"), ("TT", "")]);
        check(
            "paper_kind",
            &[
                ("CCCD gắn chip", "CCCD"),
                ("thẻ căn cước", "CCCD"),
                ("CMND 9 số", "CMND"),
                ("cmnd 12 so", "CMND"),
                ("Giấy khai sinh", "GKS"),
                ("ho chieu", "HC"),
                ("Hộ chiếuu", "HC"),
                ("CMND 8 số", ""),
            ],
        );
    }

    #[test]
    fn how_a_word_is_written_is_told() {
        let mut list = CategoryList::default();
        list.add("Khmer", "Khmer");
        list.add("Khmer", "Khơ me");
        let form = |raw| list.find(raw, &Legacy::default()).form.word();
        assert_eq!(
            ["Khmer", "KHMER", "Khơ-me", "Khme", "Khmerr", "Khxx", ""].map(form),
            ["normal", "other", "other", "slip", "slip", "unknown", "unknown"]
        );
    }

    #[test]
    fn every_word_is_its_own_standard_form() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        for name in ["sex", "ethnicity", "relation", "nationality", "residence_status", "paper_kind"] {
            let list = CategoryList::new(&settings.reference, name);
            for (at, word) in list.words.iter().enumerate() {
                let found = list.find(word, &Legacy::default());
                assert_eq!((usize::from(found.word), found.form), (at + 1, CategoryForm::Normal), "{word}");
            }
        }
    }

    #[test]
    fn words_are_found_by_form_key_and_bare_letters() {
        check(
            "sex",
            &[
                ("Nam", "Nam"),
                ("1", "Nam"),
                ("M", "Nam"),
                ("0", "Nữ"),
                ("F", "Nữ"),
                ("NU", "Nữ"),
                ("nữ ", "Nữ"),
                ("?", ""),
            ],
        );
        check(
            "ethnicity",
            &[
                ("Kinh", "Kinh"),
                ("KHMER", "Khmer"),
                ("Khơ Me", "Khmer"),
                ("Hoa (Hán)", "Hoa"),
                ("05", "Khmer"),
                ("H'mông", "Mông"),
                ("xyz", ""),
            ],
        );
        check(
            "residence_status",
            &[
                ("đã xóa", "đã xoá"),
                ("DA XOA", "đã xoá"),
                ("Thường trú", "thường trú"),
                ("tam tru", "tạm trú"),
            ],
        );
        check(
            "subscription_status",
            &[("tạm khóa", "tạm khoá"), ("đã hủy", "đã huỷ"), ("Hoạt động", "hoạt động")],
        );
        check(
            "event_kind",
            &[("khai_sinh", "khai_sinh"), ("Khai sinh", "khai_sinh"), ("cải chính", "cai_chinh")],
        );
        check(
            "paper_kind",
            &[("CĂN CƯỚC CÔNG DÂN", "CCCD"), ("Căn cước", "CCCD"), ("Hộ chiếu", "HC"), ("CMND", "CMND")],
        );
        check("nationality", &[("VN", "Việt Nam"), ("Viet Nam", "Việt Nam"), ("VIỆT NAM", "Việt Nam")]);
        check(
            "relation",
            &[("Chủ hộ", "Chủ hộ"), ("con dâu", "Con dâu"), ("Anh/chị/em ruột", "Anh/chị/em ruột")],
        );
    }

    #[test]
    fn every_form_of_every_list_stands_for_its_own_word() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        for [of, canonical, form] in
            settings.reference.table("categories").select(["list", "canonical", "form"])
        {
            let list = CategoryList::new(&settings.reference, of);
            let found = list.find(form, &Legacy::default());
            assert_eq!(&*list.words[usize::from(found.word) - 1], canonical, "{of}: {form}");
        }
    }

    #[test]
    fn a_text_of_two_words_is_neither() {
        let mut list = CategoryList::default();
        list.add("Mạ", "Mạ");
        list.add("Mã", "Mã");
        let word = |raw| list.find(raw, &Legacy::default()).word;
        assert_eq!((word("MẠ"), word("ma")), (1, 0));
    }

    proptest! {
        #[test]
        fn any_text_is_read(raw in any::<String>()) {
            let mut list = CategoryList::default();
            list.add("Nữ", "F");
            let found = list.find(&raw, &Legacy::default());
            prop_assert!(found.word <= 1);
            prop_assert_eq!(found.word == 0, found.form == CategoryForm::Unknown);
        }

        #[test]
        fn slips_are_slips_of_the_plain_definition(a in "[ab]{0,5}", b in "[ab]{0,5}") {
            let (left, right) = (a.as_bytes(), b.as_bytes());
            let swapped = (1..left.len()).any(|at| {
                let mut other = left.to_vec();
                other.swap(at - 1, at);
                other == right
            });
            let near = a == b || swapped || strsim::levenshtein(&a, &b) == 1;
            prop_assert_eq!(a != b && is_slip(left, right), a != b && near);
        }
    }
}
