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
//! Nothing is allocated: a hamlet is written into a buffer, and kept once by who asked.

use super::super::units::Level;
use super::attempt::{Attempts, Outcome, TEXT_BYTES_MAX};
use super::layout::{Layout, Part};

/// What a hamlet's name begins with.
#[derive(Debug)]
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
pub(super) const STREET_WORDS: [&str; 3] = ["duong", "d", "pho"];
const ROMAN: [(&str, &str); 10] = [
    ("i", "1"),
    ("ii", "2"),
    ("iii", "3"),
    ("iv", "4"),
    ("v", "5"),
    ("vi", "6"),
    ("vii", "7"),
    ("viii", "8"),
    ("ix", "9"),
    ("x", "10"),
];

/// Writes hamlets, one after the other, into a buffer that is kept.
#[derive(Debug, Default)]
pub(super) struct Hamlets {
    out: String,
}

impl Hamlets {
    /// The hamlet of an address that was read. O(length).
    pub(super) fn of(&mut self, attempts: &Attempts<'_>, outcome: &Outcome, cleaned: &str) -> Option<&str> {
        self.out.clear();
        if cleaned.len() > TEXT_BYTES_MAX {
            return None;
        }
        let commune = outcome.found.unit_part.filter(|_| outcome.found.commune);
        if let Some(at) = commune.or_else(|| typed_part(attempts.layout(outcome), is_commune)) {
            return self.before(attempts, outcome, at);
        }
        let finest = attempts.finest(outcome);
        let layout = attempts.layout(&finest);
        let at = typed_part(layout, is_commune).or_else(|| typed_part(layout, |_| true));
        if let Some(at) = at {
            return self.before(attempts, &finest, at);
        }
        self.named(layout, &layout.parts);
        Some(self.out.as_str()).filter(|hamlet| !hamlet.is_empty())
    }

    /// The hamlet in what stands before a unit; else the group of houses, else the rest.
    fn before(&mut self, attempts: &Attempts<'_>, outcome: &Outcome, unit: usize) -> Option<&str> {
        let layout = attempts.layout(outcome);
        let parts = layout.parts.get(attempts.lead_parts(outcome, unit)).unwrap_or(&[]);
        if !self.named(layout, parts) {
            self.street(layout, parts);
        }
        Some(self.out.as_str()).filter(|hamlet| !hamlet.is_empty())
    }

    /// The first hamlet, else the first group of houses, that is named as such.
    fn named(&mut self, layout: &Layout, parts: &[Part]) -> bool {
        let mut group = None;
        for part in parts {
            let (hamlet, of_part) = find(layout.plain(part));
            if let Some(hamlet) = hamlet {
                hamlet.write(&mut self.out);
                return true;
            }
            group = group.or(of_part);
        }
        if let Some(group) = &group {
            group.write(&mut self.out);
        }
        group.is_some()
    }

    /// A street, or a hamlet without its type: all words but for the house number.
    fn street(&mut self, layout: &Layout, parts: &[Part]) {
        for part in parts {
            let (street, certain) = without_house(layout.plain(part));
            if !self.out.is_empty() && !street.is_empty() {
                self.out.push(' ');
            }
            match street.split_once(' ').filter(|(day, month)| certain && is_day(day, month)) {
                Some((day, month)) => self.out.extend([day, " thang ", month]),
                None => self.out.push_str(street),
            }
        }
    }
}

fn is_commune(level: Level) -> bool {
    matches!(level, Level::Commune(_))
}

/// The first part that names a unit of a level with its type word.
fn typed_part(layout: &Layout, is_sought: impl Fn(Level) -> bool) -> Option<usize> {
    // A motorway (xa lộ) is no commune.
    let sought =
        |part: &Part| part.level.is_some_and(&is_sought) && !layout.plain(part).starts_with("xa lo ");
    layout.parts.iter().position(sought)
}

/// Whether a word begins the name of a hamlet or of a group of houses.
pub(super) fn is_hamlet_word(word: &str) -> bool {
    TYPES.iter().any(|kind| kind.words == word)
}

/// A hamlet or group as a part names it.
#[derive(Clone, Copy, Debug)]
struct Hamlet<'p> {
    kind: &'static Type,
    number: Option<Number<'p>>,
    /// What follows the type and its number.
    rest: &'p str,
}

/// The number of a hamlet and the letter behind it.
#[derive(Clone, Copy, Debug)]
struct Number<'p> {
    digits: &'p str,
    letter: &'p str,
}

impl Hamlet<'_> {
    /// A numbered hamlet with its type, a named one without.
    fn write(&self, out: &mut String) {
        let Some(number) = self.number else {
            out.push_str(self.rest);
            return;
        };
        out.extend([self.kind.short, " ", number.digits, number.letter]);
        if self.kind.hamlet && !self.rest.is_empty() {
            out.extend([" ", self.rest]);
        }
    }
}

/// The first hamlet and the first group named in a part. The type stands first, or behind a
/// number, or before one.
fn find(part: &str) -> (Option<Hamlet<'_>>, Option<Hamlet<'_>>) {
    let mut group = None;
    let mut after_number = true;
    let mut rest = part;
    while !rest.is_empty() {
        let first = rest.as_bytes().first();
        for kind in TYPES.iter().filter(|kind| kind.words.as_bytes().first() == first) {
            let Some(name) = kind.name(rest) else { continue };
            let (number, behind) =
                number(name).map_or((None, name), |(number, behind)| (Some(number), behind));
            if number.is_none() && (kind.numbered || !after_number) {
                continue;
            }
            let hamlet = Hamlet { kind, number, rest: behind };
            if kind.hamlet {
                return (Some(hamlet), group);
            }
            group = group.or(Some(hamlet));
        }
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        after_number = starts_with_digit(word);
        rest = behind;
    }
    (None, group)
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
fn number(name: &str) -> Option<(Number<'_>, &str)> {
    let (word, behind) = name.split_once(' ').unwrap_or((name, ""));
    if starts_with_digit(word) {
        let digits = match word.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        // The A of `12 A` belongs to the number.
        let (letter, behind) = match behind.split_once(' ').unwrap_or((behind, "")) {
            (letter, after) if letter.len() == 1 && !starts_with_digit(letter) => (letter, after),
            _ => ("", behind),
        };
        return Some((Number { digits, letter }, behind));
    }
    let (_, digits) = ROMAN.iter().find(|(roman, _)| *roman == word)?;
    Some((Number { digits, letter: "" }, behind))
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

pub(super) fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::read_all;
    use super::super::tests::{LEGACY, any_address, units};
    use crate::table::DictionaryBuilder;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn hamlet(raw: &str) -> Option<String> {
        let mut builder = DictionaryBuilder::default();
        let code = builder.code(raw);
        let dictionary = builder.finish();
        read_all(&dictionary, &units(), &LEGACY).hamlet(code).map(str::to_owned)
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
