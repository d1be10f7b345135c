//! The hamlet of an address: one value for one home, whoever wrote it.
//!
//! Before the commune stand a house number, a street and a hamlet or quarter (ấp,
//! khóm, khu phố, thôn), each of which one office writes and the next leaves out;
//! the hamlet is the one that rarely is. So the value is
//!
//! - the hamlet, if one is named as such: `ap 8`; a named one without its type
//!   (`kinh tu`), since ấp Kinh Tư is khóm Kinh Tư after its commune has become a
//!   ward; a numbered one with it, since a commune made of two has an ấp 1 and a khóm 1;
//! - else a group of houses (`to 5`);
//! - else what is left without the house number: a street, or a hamlet without
//!   its type. A street is as good as a hamlet in a town, and of about its size.
//!
//! House numbers are dropped throughout: two hamlets, or two streets, are to be
//! told apart, not two homes. Words are without accents and in small letters.
//!
//! Where no commune can be told from the rest, only a hamlet named as such counts.
//! Nothing is stored; the text is read again, at about what reading it first took.

use super::{Level, PART_BYTES_MAX, Reader, compose, loosen, push_plain, split_level};

/// Longer texts are no addresses.
const TEXT_BYTES_MAX: usize = 1_000;

/// What a hamlet's name begins with.
struct Type {
    /// Its words without accents.
    words: &'static str,
    /// What is written for it.
    short: &'static str,
    /// Whether it is a hamlet, not a group of houses in one.
    hamlet: bool,
    /// Whether the word counts before a number alone: else it may be part of a name.
    numbered: bool,
}

const fn of(words: &'static str, short: &'static str, hamlet: bool, numbered: bool) -> Type {
    Type { words, short, hamlet, numbered }
}

/// Longer ones first where one begins with another.
const TYPES: [Type; 20] = [
    of("ap", "ap", true, false),
    of("khom", "khom", true, false),
    of("khu pho", "khu pho", true, false),
    of("khu vuc", "khu vuc", true, false),
    of("thon", "thon", true, false),
    of("ban", "ban", true, true),
    of("buon", "buon", true, false),
    of("a", "ap", true, false),
    of("k", "khom", true, true),
    of("kh", "khom", true, true),
    of("kp", "khu pho", true, false),
    of("k p", "khu pho", true, true),
    of("kv", "khu vuc", true, false),
    of("khu", "khu", true, true),
    of("to dan pho", "to", false, true),
    of("tdp", "to", false, true),
    of("to", "to", false, true),
    of("xom", "xom", false, true),
    of("doi", "doi", false, true),
    of("cum", "cum", false, true),
];

/// What stands before the number of a house or an alley.
const HOUSE_WORDS: [&str; 8] = ["so", "nha", "sn", "hem", "ngo", "ngach", "kiet", "lo"];
/// What stands before the name of a street.
const STREET_WORDS: [&str; 3] = ["duong", "d", "pho"];
const ROMAN: [&str; 10] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];

impl Reader<'_> {
    /// The hamlet of an address as delivered and as cleaned. O(length).
    pub(super) fn hamlet(&mut self, raw: &str, cleaned: &str) -> Option<String> {
        if cleaned.len() > TEXT_BYTES_MAX {
            return None;
        }
        if let Some(lead) = self.before_commune(cleaned) {
            return hamlet_of(lead);
        }
        // As delivered the text may be divided by doubled spaces, unless it is in an old encoding.
        let composed = compose(raw).0;
        let same = composed.split(' ').filter(|word| !word.is_empty()).eq(cleaned.split(' '));
        let loosened = loosen(if same { &composed } else { cleaned });
        let lead = self.before_commune(&loosened).or_else(|| before_level(&loosened, |_| true));
        match lead {
            Some(lead) => hamlet_of(lead),
            None => typed_hamlet(&loosened),
        }
    }

    /// The text before the commune: by its type word, else by its name.
    fn before_commune<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        before_level(text, |level| matches!(level, Level::Commune(_))).or_else(|| {
            let kept = self.read_parts(text).kept;
            text.get(..kept).filter(|lead| !lead.is_empty())
        })
    }
}

/// The text before its first part that names a unit of a level with its type word.
fn before_level(text: &str, is_sought: impl Fn(Level) -> bool) -> Option<&str> {
    let mut plain = String::new();
    let mut begin = 0;
    for part in parts(text) {
        plain.clear();
        if part.len() <= PART_BYTES_MAX {
            push_plain(part, &mut plain);
        }
        // A motorway (xa lộ) is no commune.
        let level = split_level(&plain).0.filter(|_| !plain.starts_with("xa lo "));
        if level.is_some_and(&is_sought) {
            return text.get(..begin);
        }
        begin += part.len() + 1;
    }
    None
}

/// What stands between commas, semicolons and dashes, one byte each.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '-'])
}

/// The hamlet in what stands before a commune; else the group of houses, else the rest.
fn hamlet_of(lead: &str) -> Option<String> {
    typed_hamlet(lead).or_else(|| street(lead))
}

/// The first hamlet, else the first group of houses, that a text names as such.
fn typed_hamlet(text: &str) -> Option<String> {
    let mut group = None;
    let mut plain = String::new();
    for part in parts(text) {
        plain.clear();
        push_plain(before_bracket(part), &mut plain);
        match typed(&plain) {
            Some((true, name)) => return Some(name),
            Some((false, name)) => group = group.or(Some(name)),
            None => {}
        }
    }
    group
}

/// The hamlet or group named in a part: whether it is a hamlet, and its name. The
/// type stands first, or behind a number, or before one.
fn typed(part: &str) -> Option<(bool, String)> {
    let mut group = None;
    let mut after_number = true;
    let mut rest = part;
    while !rest.is_empty() {
        for kind in TYPES.iter().filter(|kind| kind.words.as_bytes().first() == rest.as_bytes().first()) {
            let Some(name) = kind.name(rest) else { continue };
            let number = number(name);
            if number.is_none() && (kind.numbered || !after_number) {
                continue;
            }
            if kind.hamlet {
                return Some((true, written(kind, name, number)));
            }
            group = group.or_else(|| Some((false, written(kind, name, number))));
        }
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        after_number = starts_with_digit(word);
        rest = behind;
    }
    group
}

impl Type {
    /// What follows the type's words, where a text begins with them: `8` of `ap 8` and `ap8`.
    fn name<'t>(&self, text: &'t str) -> Option<&'t str> {
        let rest = text.strip_prefix(self.words)?;
        let name = rest.strip_prefix(' ').or_else(|| Some(rest).filter(|rest| starts_with_digit(rest)))?;
        // A15 is a house.
        let joined = self.words.len() == 1 && !rest.starts_with(' ') && self.words != "k";
        (!joined && !name.is_empty()).then_some(name)
    }
}

/// The number a name begins with, and what follows it.
fn number(name: &str) -> Option<(String, &str)> {
    let (word, behind) = name.split_once(' ').unwrap_or((name, ""));
    if starts_with_digit(word) {
        let number = match word.trim_start_matches('0') {
            "" => "0",
            number => number,
        };
        // The A of `12 A` belongs to the number.
        let (letter, behind) = match behind.split_once(' ').unwrap_or((behind, "")) {
            (letter, after) if letter.len() == 1 && !starts_with_digit(letter) => (letter, after),
            _ => ("", behind),
        };
        return Some((format!("{number}{letter}"), behind));
    }
    let roman = ROMAN.iter().position(|roman| *roman == word)?;
    Some(((roman + 1).to_string(), behind))
}

/// A numbered hamlet with its type, a named one without.
fn written(kind: &Type, name: &str, number: Option<(String, &str)>) -> String {
    match number {
        Some((number, "")) => format!("{} {number}", kind.short),
        Some((number, behind)) if kind.hamlet => format!("{} {number} {behind}", kind.short),
        Some((number, _)) => format!("{} {number}", kind.short),
        None => name.to_owned(),
    }
}

/// A street, or a hamlet without its type: all words but for the house number.
fn street(lead: &str) -> Option<String> {
    let mut out = String::new();
    let mut plain = String::new();
    for part in parts(lead) {
        plain.clear();
        push_plain(before_bracket(part), &mut plain);
        let (street, certain) = without_house(&plain);
        if !out.is_empty() && !street.is_empty() {
            out.push(' ');
        }
        match street.split_once(' ').filter(|(day, month)| certain && is_day(day, month)) {
            Some((day, month)) => out.extend([day, " thang ", month]),
            None => out.push_str(street),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// A part from the street's name on, without `so 12 5a duong`; whether a word for street stood there.
fn without_house(part: &str) -> (&str, bool) {
    let mut rest = part;
    while !rest.is_empty() {
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        if STREET_WORDS.contains(&word) && !behind.is_empty() {
            return (behind, true);
        }
        // Streets bear the names of days: 30 Tháng 4.
        let number = starts_with_digit(word) && !behind.starts_with("thang ");
        let next = behind.split(' ').next().unwrap_or("");
        let of_house = HOUSE_WORDS.contains(&word)
            && (next.is_empty() || starts_with_digit(next) || HOUSE_WORDS.contains(&next));
        if !number && !of_house {
            break;
        }
        rest = behind;
    }
    (rest, false)
}

/// Whether two words are a day's numbers: 30/4.
fn is_day(day: &str, month: &str) -> bool {
    let within = |word: &str, last: u8| word.parse().is_ok_and(|number: u8| (1..=last).contains(&number));
    within(day, 31) && within(month, 12)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Notes stand in brackets.
fn before_bracket(part: &str) -> &str {
    part.split('(').next().unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LEGACY, any_address, units};
    use super::super::{Dictionary, read_all};
    use crate::table::DictionaryBuilder;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn hamlet(raw: &str) -> Option<String> {
        let mut builder = DictionaryBuilder::default();
        let code = builder.code(raw);
        let dictionary: Dictionary = builder.finish();
        read_all(&dictionary, &units(), &LEGACY).hamlet(code, raw)
    }

    #[test]
    fn one_home_has_one_hamlet_whoever_wrote_it() {
        let cases: &[(&str, &[&str])] = &[
            (
                "ap 3",
                &[
                    "Ấp 3, xã Đá Bạc, tỉnh Cà Mau",
                    "Số 12, Ấp 03, X. Đá Bạc, Cà Mau",
                    "A.3, xã Đá Bạc",
                    "ấp3, xã Đá Bạc, huyện Trần Văn Thời, Cà Mau",
                    "Ấp III, xã Đá Bạc",
                    "Tổ 5, ấp 3, xã Đá Bạc",
                    "Số 5 ấp 3 xã Đá Bạc tỉnh Cà Mau",
                    "Ap 3, xa Da Bac, tinh Ca Mau",
                    "ẤP 3 (GẦN CHỢ), XÃ ĐÁ BẠC",
                    "Sè 5, Êp 3, x· §¸ B¹c, tØnh Cµ Mau",
                    "Ấp 3, Đá Bạc, Cà Mau",
                    "Ấp 3, Cái Nước, Cà Mau",
                    "Ấp 3, xã Tân Thành, tỉnh Kiên Giang",
                    "Ấp 3 - Châu Hưng A - Vĩnh Lợi - Bạc Liêu",
                    "Số 62  Ấp 3  Láng Tròn  Giá Rai  Bạc Liêu",
                ],
            ),
            (
                "kinh tu",
                &[
                    "Ấp Kinh Tư, xã Tam Giang, tỉnh Cà Mau",
                    "Khóm Kinh Tư, phường 8, thành phố Cà Mau",
                    "Số 71, Ấp Kinh Tư, xã Tam Giang",
                    "71 ấp Kinh Tư, xã Tam Giang",
                    "A. Kinh Tư, X. Tam Giang",
                    "Kinh Tư, xã Tam Giang, tỉnh Cà Mau",
                    "Số 71, Kinh Tư, xã Tam Giang, tỉnh Cà Mau",
                ],
            ),
            (
                "khom 9",
                &[
                    "Số 136, đường Lâm Thành Mậu, Khóm 9, phường Giá Rai, tỉnh Cà Mau",
                    "136 Lâm Thành Mậu K9, phường Giá Rai, tỉnh Cà Mau",
                    "K.9, P. Giá Rai, Cà Mau",
                    "Khóm 9, Láng Tròn, Giá Rai, Bạc Liêu",
                    "khóm 09 phường Giá Rai",
                ],
            ),
            ("khu pho 2", &["KP2, phường Giá Rai", "K.P. 2, phường Giá Rai", "Khu phố 2, phường Giá Rai"]),
            ("ap 12a", &["Ấp 12A, xã Đá Bạc", "Ấp 12 A, xã Đá Bạc"]),
            ("xom lung", &["Ấp Xóm Lung, xã Đá Bạc", "Xóm Lung, xã Đá Bạc"]),
            ("to 5", &["Số 7, tổ 5, phường Giá Rai", "Tổ dân phố 05, phường Giá Rai"]),
            (
                "tran phu",
                &[
                    "12 Trần Phú, phường Giá Rai",
                    "Số nhà 12/5A, đường Trần Phú, phường Giá Rai",
                    "Đ. Trần Phú, phường Giá Rai",
                    "Hẻm 5, Trần Phú, phường Giá Rai",
                ],
            ),
            (
                "30 thang 4",
                &[
                    "Số 5, đường 30 Tháng 4, phường Giá Rai",
                    "5 Đ. 30/4, phường Giá Rai",
                    "5, 30 Tháng 4, phường Giá Rai",
                ],
            ),
        ];
        for (value, texts) in cases {
            for text in *texts {
                assert_eq!(hamlet(text).as_deref(), Some(*value), "{text}");
            }
        }
    }

    #[test]
    fn no_hamlet_is_made_up() {
        for text in [
            "Xã Đá Bạc, tỉnh Cà Mau",
            "Láng Tròn, Giá Rai, Bạc Liêu",
            "Số 12, xã Đá Bạc, tỉnh Cà Mau",
            "Cái Nước, Cà Mau",
            "Số 12, đường Trần Văn Thời",
            "tỉnh Cà Mau",
            "không rõ",
            ",,, - ;",
        ] {
            assert_eq!(hamlet(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_hamlet_is_plain_words(raw in prop_oneof![any::<String>(), any_address()]) {
            if let Some(hamlet) = hamlet(&raw) {
                prop_assert!(!hamlet.is_empty() && hamlet.split(' ').all(|word| !word.is_empty()));
                prop_assert!(hamlet.chars().all(|c| c == ' ' || c.is_ascii_lowercase() || c.is_ascii_digit()));
            }
        }

        #[test]
        fn composed_and_decomposed_addresses_have_one_hamlet(raw in any_address()) {
            let (nfc, nfd): (String, String) = (raw.nfc().collect(), raw.nfd().collect());
            prop_assert_eq!(hamlet(&nfc), hamlet(&nfd));
        }
    }
}
