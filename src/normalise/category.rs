//! Words of closed lists.
//!
//! A text is a word of its list if it is one of its forms; or one but for case
//! and punctuation; or one but for accents too, where that fits one word alone.

use std::collections::BTreeMap;

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
                [name, code].into_iter().chain(variants).for_each(|form| words.add(name, form));
            }
        }
        words
    }

    fn add(&mut self, canonical: &str, form: &str) {
        if canonical.is_empty() {
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
            join(&mut self.plains, plain_words(form), word);
        }
    }

    /// The place of the word that a text stands for, from 1; 0 for none. O(length + log forms).
    fn find(&self, raw: &str) -> u16 {
        if let Some(word) = self.forms.get(raw) {
            return *word;
        }
        let of = |words: &BTreeMap<String, Option<u16>>, text: &str| words.get(text).copied().flatten();
        of(&self.keys, &key_words(raw)).or_else(|| of(&self.plains, &plain_words(raw))).unwrap_or(0)
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
    codes: Vec<u16>,
}

impl Categories {
    /// The word of the list, if the text stands for one. O(1).
    pub fn word(&self, code: u32) -> Option<&str> {
        let at = usize::from(*self.codes.get(code as usize)?);
        self.words.get(at.checked_sub(1)?).map(AsRef::as_ref)
    }
}

/// Reads all categories of a column. O(total length), in parallel.
pub(super) fn read_all(dictionary: &Dictionary, list: &CategoryList) -> Categories {
    Categories { words: list.words.clone(), codes: each(dictionary, |raw| list.find(raw)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;

    fn check(list: &str, cases: &[(&str, &str)]) {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let list = CategoryList::new(&settings.reference, list);
        for (raw, word) in cases {
            let at = usize::from(list.find(raw));
            assert_eq!(if at == 0 { "" } else { &list.words[at - 1] }, *word, "{raw}");
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
                ("2", ""),
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
            assert_eq!(&*list.words[usize::from(list.find(form)) - 1], canonical, "{of}: {form}");
        }
    }

    #[test]
    fn a_text_of_two_words_is_neither() {
        let mut list = CategoryList::default();
        list.add("Mạ", "Mạ");
        list.add("Mã", "Mã");
        assert_eq!((list.find("MẠ"), list.find("ma")), (1, 0));
    }

    proptest! {
        #[test]
        fn any_text_is_read(raw in any::<String>()) {
            let mut list = CategoryList::default();
            list.add("Nữ", "F");
            prop_assert!(list.find(&raw) <= 1);
        }
    }
}
