//! One coding for one letter: NFC, single spaces, look-alikes folded, accents off.
//!
//! Most texts are clean already, so each function first looks whether there is
//! anything to do and then borrows. Everything is linear in the text.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use self::marks::Word;
pub(super) use self::marks::is_unsettled_tone;

mod marks;

/// A text with one coding a letter, and what had to be mended for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clean<'a> {
    /// NFC, single spaces, none outside, no invisible or full-width characters.
    pub(super) text: Cow<'a, str>,
    /// Letters were decomposed, look-alike, full-width, or among invisible characters.
    pub(super) odd: bool,
}

/// Cleans a text. O(length); no allocation where there is nothing to clean.
pub(super) fn clean(raw: &str) -> Clean<'_> {
    if is_clean(raw) {
        return Clean { text: Cow::Borrowed(raw), odd: false };
    }
    let (composed, odd) = compose(raw);
    match squeeze(&composed) {
        Some(squeezed) => Clean { text: Cow::Owned(squeezed), odd },
        None => Clean { text: composed, odd },
    }
}

/// As [`clean`], but spaces stay as they are. The flag tells whether a letter had to be mended.
///
/// Every character that is not settled by itself is judged in the decomposed
/// text, so that composed and decomposed texts come out the same.
pub(super) fn compose(raw: &str) -> (Cow<'_, str>, bool) {
    if raw.chars().all(is_settled) {
        return (Cow::Borrowed(raw), false);
    }
    let mut out = String::with_capacity(raw.len());
    let mut word = Word::default();
    for c in raw.nfd().filter_map(fold) {
        if !word.take(c) {
            word.push_to(&mut out);
            out.push(c);
        }
    }
    word.push_to(&mut out);
    // Signs and other scripts compose across what ends a word here.
    if is_nfc_quick(out.chars()) != IsNormalized::Yes {
        out = out.nfc().collect();
    }
    let odd = !raw.chars().map(|c| if c.is_control() { ' ' } else { c }).eq(out.chars());
    (Cow::Owned(out), odd)
}

fn is_clean(raw: &str) -> bool {
    let mut after_space = true;
    for c in raw.chars() {
        let space = c == ' ';
        if (space && after_space) || !is_settled(c) {
            return false;
        }
        after_space = space;
    }
    !after_space || raw.is_empty()
}

/// Single spaces and none outside; `None` where nothing changes.
fn squeeze(text: &str) -> Option<String> {
    if !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Some(out)
}

/// Characters that cleaning leaves alone whatever stands beside them: printable
/// ASCII and composed Latin letters but for the look-alikes of đ.
fn is_settled(c: char) -> bool {
    match c {
        '\u{d0}' | '\u{f0}' | '\u{189}' | '\u{18b}' | '\u{18c}' => false,
        ' '..='~' | '\u{c0}'..='\u{24f}' | '\u{1ea0}'..='\u{1eff}' => true,
        _ => false,
    }
}

/// One character's clean form; `None` where it is invisible.
fn fold(c: char) -> Option<char> {
    match c {
        '\u{d0}' | '\u{189}' | '\u{18b}' => Some('Đ'),
        '\u{f0}' | '\u{256}' | '\u{18c}' => Some('đ'),
        '\u{2018}' | '\u{2019}' => Some('\''),
        '\u{2010}'..='\u{2013}' => Some('-'),
        '\u{ad}'
        | '\u{34f}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c => Some(c),
    }
}

/// What a Latin letter is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// The letter in lower case.
    pub(super) lower: char,
    /// The letter as a capital, where that leads back to it.
    pub(super) upper: char,
    /// The letter without its tone mark, case kept.
    pub(super) toneless: char,
    /// Its tone mark as a combining character; `\0` for none.
    pub(super) tone: char,
    /// The bare letter a to z; 0 where it is none.
    pub(super) plain: u8,
}

/// Grave, acute, hook above, tilde, dot below.
pub(super) const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

const LATIN_END: usize = 0x250;
const VIETNAMESE: std::ops::Range<usize> = 0x1ea0..0x1f00;

/// Every Latin letter taken apart once: half a microsecond a letter by Unicode's
/// tables, a nanosecond by this one.
static LETTERS: LazyLock<Vec<Option<Letter>>> = LazyLock::new(|| {
    let codes = (0..LATIN_END).chain(VIETNAMESE);
    codes.map(|code| take_apart(char::from_u32(code as u32)?)).collect()
});

/// The parts of a Latin letter. O(1).
#[inline]
pub(super) fn letter(c: char) -> Option<&'static Letter> {
    LETTERS.get(place(c)?)?.as_ref()
}

/// A letter's place in the table.
#[inline]
fn place(c: char) -> Option<usize> {
    let code = c as usize;
    if code < LATIN_END {
        Some(code)
    } else {
        VIETNAMESE.contains(&code).then(|| code - VIETNAMESE.start + LATIN_END)
    }
}

fn take_apart(c: char) -> Option<Letter> {
    // Both cases have to stand in the table, or words would differ by case.
    let (small, large) = (single(c.to_lowercase(), c), capital(c));
    if !c.is_alphabetic() || place(small).is_none() || place(large).is_none() {
        return None;
    }
    let tone = std::iter::once(c).nfd().find(|mark| TONES.contains(mark)).unwrap_or('\0');
    let toneless: String = std::iter::once(c).nfd().filter(|mark| *mark != tone).nfc().collect();
    let bare = match small {
        'đ' => 'd',
        small => std::iter::once(small).nfd().next().unwrap_or(small),
    };
    let plain = if bare.is_ascii_lowercase() { bare as u8 } else { 0 };
    Some(Letter { lower: small, upper: large, toneless: toneless.chars().next().unwrap_or(c), tone, plain })
}

/// A mapping's one character, or the letter itself where it would become several.
fn single(mut mapped: impl Iterator<Item = char>, c: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// The letter in lower case, where that is one character.
#[inline]
pub(super) fn lower(c: char) -> char {
    match letter(c) {
        Some(letter) => letter.lower,
        None => single(c.to_lowercase(), c),
    }
}

/// The letter as a capital, where that is one character and leads back (µ does
/// not: its capital is the Greek letter's).
#[inline]
pub(super) fn upper(c: char) -> char {
    match letter(c) {
        Some(letter) => letter.upper,
        None => capital(c),
    }
}

fn capital(c: char) -> char {
    let capital = single(c.to_uppercase(), c);
    if single(capital.to_lowercase(), capital) == single(c.to_lowercase(), c) { capital } else { c }
}

/// The bare letter a to z under any accents; `None` where it is none.
pub(super) fn plain(c: char) -> Option<char> {
    match letter(c) {
        Some(letter) => (letter.plain != 0).then_some(letter.plain as char),
        None if c.is_alphabetic() => std::iter::once(lower(c)).nfd().next().filter(char::is_ascii_lowercase),
        None => None,
    }
}

/// Whether words are made of it.
#[inline]
pub(super) fn is_letter(c: char) -> bool {
    letter(c).is_some() || (!c.is_ascii() && c.is_alphabetic())
}

/// Appends the accent-stripped words of a composed text: a to z, digits, single
/// spaces for whatever stands between. O(length).
pub(super) fn push_plain(text: &str, out: &mut String) {
    let begin = out.len();
    let mut gap = false;
    for c in text.chars() {
        let bare = if c.is_ascii_digit() { Some(c) } else { plain(c) };
        match bare {
            Some(bare) => {
                if gap && out.len() > begin {
                    out.push(' ');
                }
                gap = false;
                out.push(bare);
            }
            // A mark that found no letter to join, or an apostrophe inside a word, divides nothing.
            None => gap |= !matches!(c, '\'' | '’' | '‘' | '`' | '\u{300}'..='\u{36f}'),
        }
    }
}

/// The accent-stripped words of any text: [`clean`], then [`push_plain`].
pub fn plain_words(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    push_plain(&compose(raw).0, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clean_text_is_borrowed() {
        for text in ["", "Nguyễn Văn An", "NGUYỄN THỊ ĐÀO", "a, b (c) 12"] {
            assert!(matches!(clean(text), Clean { text: Cow::Borrowed(_), odd: false }), "{text}");
        }
    }

    #[test]
    fn what_is_mended_is_told() {
        let cases = [
            ("Nguye\u{302}\u{303}n", "Nguyễn", true),
            ("Ða", "Đa", true),
            ("A\u{200b}n", "An", true),
            ("A\u{a0}n", "A n", true),
            ("Ａｎ", "An", true),
            (" A  n ", "A n", false),
            ("A\tn", "A n", false),
            ("\u{feff}", "", true),
        ];
        for (raw, text, odd) in cases {
            assert_eq!(clean(raw), Clean { text: Cow::Borrowed(text), odd }, "{raw:?}");
        }
    }

    #[test]
    fn marks_go_where_they_compose() {
        let cases = [
            ("Nguye\u{303}\u{302}n", "Nguyễn"),
            ("Nguy\u{1ebd}\u{302}n", "Nguyễn"),
            ("u\u{301}\u{31b}", "ứ"),
            ("Ng\u{303}uyên", "Nguyễn"),
            ("Vi\u{ea}t\u{323}", "Việt"),
            ("LêOm\u{300}", "LêOm\u{300}"),
            ("Peña", "Peña"),
            ("a ≠ が 한", "a ≠ が 한"),
            ("n\u{303}", "ñ"),
            // On nothing: left where it is.
            ("An \u{301}Hoa", "An \u{301}Hoa"),
            ("\u{301}An", "\u{301}An"),
            ("АN НOА", "AN HOA"),
            ("Анна", "Анна"),
        ];
        for (raw, text) in cases {
            assert_eq!(clean(raw).text, text, "{raw:?}");
        }
    }

    /// But for rows that say another letter or digit stands there: what a zero or
    /// an l is meant for only the kind of a value tells.
    #[test]
    fn look_alikes_of_the_table_are_folded() {
        let settings = crate::settings::Settings::read(&crate::settings::RulesFolder::embedded()).unwrap();
        let points = |cell: &str| -> String {
            let codes =
                cell.split(' ').filter_map(|code| u32::from_str_radix(code.strip_prefix("U+")?, 16).ok());
            codes.filter_map(char::from_u32).collect()
        };
        let columns = ["class", "strength", "form_a", "form_b"];
        let mut seen = 0;
        for [class, strength, right, alike] in settings.reference.table("syllable_variants").select(columns) {
            let (right, alike) = (points(right), points(alike));
            if class == "look_alike" && strength == "identical after cleaning" && !alike.is_ascii() {
                let (right, alike) = (format!("b{right}c"), format!("b{alike}c"));
                assert_eq!(clean(&alike).text, right, "{alike:?}");
                seen += 1;
            }
        }
        assert!(seen >= 29, "{seen}");
    }

    #[test]
    fn accents_come_off_to_bare_words() {
        let cases = [
            ("Đặng Thị Ỷ", "dang thi y"),
            ("H’Mông - Khơ-me", "hmong kho me"),
            ("X.Đá Bạc", "x da bac"),
            ("Phường 8", "phuong 8"),
            ("漢 ß", ""),
        ];
        for (raw, plain) in cases {
            assert_eq!(plain_words(raw), plain, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn letters_and_marks_in_any_mixture_are_one_text(
            raw in "[ a-dA-DnouêăơđĐðỘứñАо\u{300}-\u{303}\u{306}\u{309}\u{31b}\u{323}\u{335}\u{200b}\u{a0}]{0,16}"
        ) {
            let once = clean(&raw).text.into_owned();
            prop_assert_eq!(&clean(&once).text, &once);
            let (nfc, nfd) = (raw.nfc().collect::<String>(), raw.nfd().collect::<String>());
            prop_assert_eq!(&clean(&nfc).text, &once);
            prop_assert_eq!(&clean(&nfd).text, &once);
        }

        #[test]
        fn cleaning_twice_changes_nothing(raw in any::<String>()) {
            let once = clean(&raw).text.into_owned();
            prop_assert_eq!(once.nfc().collect::<String>(), once.clone());
            prop_assert_eq!(clean(&once), Clean { text: Cow::Borrowed(once.as_str()), odd: false });
        }

        #[test]
        fn composed_and_decomposed_text_come_out_the_same(raw in any::<String>()) {
            let (nfc, nfd) = (raw.nfc().collect::<String>(), raw.nfd().collect::<String>());
            prop_assert_eq!(&clean(&nfc).text, &clean(&nfd).text);
            prop_assert_eq!(&clean(&raw).text, &clean(&nfd).text);
        }
    }
}
