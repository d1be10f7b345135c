//! A person's full name: how it is best written, and what makes two names equal.
//!
//! The standard form mends coding, spaces, case and the place of tone marks, and
//! leaves everything else (digits, brackets, commas, ALL CAPITALS) as it was
//! written. The key is the name in small letters without any of that; the plain
//! key has no accents either.

use super::legacy::{Legacy, is_damaged};
use super::skeleton::skeleton;
use super::syllable::{LETTERS_MAX, place_tone};
use super::texts::{Chunk, Rewritten, Texts, by_chunk};
use super::unicode::{clean, is_letter, lower, plain, upper};
use crate::table::Dictionary;

/// What is wrong with the way a name is written. The first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormFault {
    /// Decomposed, look-alike, full-width or invisible characters, or an encoding of before Unicode.
    Unicode,
    /// Outer or doubled spaces, or words run together.
    Spacing,
    /// Neither `Mỗi Từ Viết Hoa` nor `TOÀN CHỮ HOA`.
    Case,
    /// A tone mark on another vowel than the old style puts it on: `Hoà`, `Qúy`.
    ToneMark,
}

impl FormFault {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Spacing => "spacing",
            Self::Case => "case",
            Self::ToneMark => "tone_mark",
        }
    }
}

/// The names of a column by code.
#[derive(Debug, Default)]
pub struct PersonNames {
    keys: Texts,
    plains: Texts,
    standards: Rewritten,
    faults: Vec<Option<FormFault>>,
}

impl PersonNames {
    /// Small letters, old-style tone marks, single spaces: equal names have equal keys. O(1).
    pub fn key(&self, code: u32) -> &str {
        self.keys.get(code)
    }

    /// The key without accents: a to z and single spaces. O(1).
    pub fn plain(&self, code: u32) -> &str {
        self.plains.get(code)
    }

    /// The given name: the last word of [`Self::plain`]. O(length).
    pub fn given(&self, code: u32) -> Option<&str> {
        self.plain(code).rsplit(' ').next().filter(|word| !word.is_empty())
    }

    /// The surname: the first of several words of [`Self::plain`]. O(length).
    pub fn surname(&self, code: u32) -> Option<&str> {
        self.plain(code).split_once(' ').map(|(surname, _)| surname)
    }

    /// The distinct words of [`Self::plain`] in alphabetical order, single spaces
    /// between. O(length log words).
    pub fn words(&self, code: u32) -> Option<String> {
        sorted_words(self.plain(code))
    }

    /// What stays of [`Self::plain`] when the name is misspelt, a word
    /// for a word: sounds that southern spelling confuses are one. O(length).
    pub fn skeleton(&self, code: u32) -> Option<String> {
        Some(self.plain(code)).filter(|plain| !plain.is_empty()).map(skeleton)
    }

    /// The standard written form where it is not the text as delivered. O(log rewritten).
    pub fn rewritten(&self, code: u32) -> Option<&str> {
        self.standards.get(code)
    }

    /// What is wrong with the written form, if anything. O(1).
    pub fn form_fault(&self, code: u32) -> Option<FormFault> {
        self.faults.get(code as usize).copied().flatten()
    }
}

/// A name's words, each once, in alphabetical order; `None` where there is none.
fn sorted_words(plain: &str) -> Option<String> {
    let mut words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    (!words.is_empty()).then(|| words.join(" "))
}

#[derive(Default)]
struct Piece {
    keys: Chunk,
    plains: Chunk,
    standards: Vec<(u32, Box<str>)>,
    faults: Vec<Option<FormFault>>,
}

/// Reads all names of a column. O(total length), in parallel.
pub(super) fn read_all(dictionary: &Dictionary, legacy: &Legacy) -> PersonNames {
    let pieces = by_chunk(dictionary, |first, texts| {
        let mut piece = Piece { keys: Chunk::new(), plains: Chunk::new(), ..Piece::default() };
        for (code, text) in (first..).zip(texts) {
            let name = read(text, legacy, piece.keys.buffer(), piece.plains.buffer());
            piece.keys.finish_text();
            piece.plains.finish_text();
            piece.faults.push(name.fault);
            piece.standards.extend(name.standard.map(|standard| (code, standard.into_boxed_str())));
        }
        piece
    });
    let mut names = PersonNames { faults: Vec::with_capacity(dictionary.len()), ..PersonNames::default() };
    let (mut keys, mut plains, mut standards) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        keys.push(piece.keys);
        plains.push(piece.plains);
        standards.push(piece.standards);
        names.faults.extend(piece.faults);
    }
    PersonNames {
        keys: Texts::new(keys),
        plains: Texts::new(plains),
        standards: Rewritten::new(standards),
        ..names
    }
}

/// What one text says.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    fault: Option<FormFault>,
    /// The standard form, where it is not the text itself.
    standard: Option<String>,
}

/// Reads one name and appends its key and plain key. O(length).
fn read(raw: &str, legacy: &Legacy, key: &mut String, plain_key: &mut String) -> Reading {
    let decoded = legacy.decode(raw);
    let cleaned = clean(&decoded);
    // What could not be decoded has neither case nor tone marks to judge.
    let damaged = is_damaged(&cleaned.text);
    let parted = if damaged { None } else { part_joined(&cleaned.text) };
    let text = parted.as_deref().unwrap_or(&cleaned.text);
    let tone_moved = push_keys(text, key, plain_key) && !damaged;
    let case = !damaged && has_case_fault(text);
    let fault = [
        (cleaned.odd || decoded != raw, FormFault::Unicode),
        (cleaned.text != raw || parted.is_some(), FormFault::Spacing),
        (case, FormFault::Case),
        (tone_moved, FormFault::ToneMark),
    ];
    let fault = fault.into_iter().find(|(applies, _)| *applies).map(|(_, fault)| fault);
    let standard = fault.map(|_| if case || tone_moved { mend(text, case) } else { text.to_owned() });
    Reading { fault, standard }
}

/// Words run together (`NguyễnThị`), parted; `None` where there are none. A
/// capital begins a word if it is followed by a small letter and stands behind
/// the small letters of a word that began with a capital.
fn part_joined(text: &str) -> Option<String> {
    let joined = |window: &[char; 3]| is_small(window[0]) && is_capital(window[1]) && is_small(window[2]);
    let mut window = ['\0'; 3];
    let mut begun_by_capital = false;
    let mut cuts = Vec::new();
    let mut after_letter = false;
    for (at, c) in text.char_indices() {
        window = [window[1], window[2], c];
        if joined(&window) && begun_by_capital {
            cuts.push(at - window[1].len_utf8());
        }
        if is_letter(c) && !after_letter {
            begun_by_capital = is_capital(c);
        }
        after_letter = is_letter(c);
    }
    if cuts.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + cuts.len());
    let mut from = 0;
    for cut in cuts {
        out.push_str(&text[from..cut]);
        out.push(' ');
        from = cut;
    }
    out.push_str(&text[from..]);
    Some(out)
}

fn is_small(c: char) -> bool {
    is_letter(c) && upper(c) != c
}

fn is_capital(c: char) -> bool {
    is_letter(c) && lower(c) != c
}

/// Appends key and plain key; tells whether a tone mark had to be moved. What
/// stands in brackets is a call name and belongs to neither.
fn push_keys(text: &str, key: &mut String, plain_key: &mut String) -> bool {
    let (key_begin, plain_begin) = (key.len(), plain_key.len());
    let mut moved = false;
    let mut skip_to = 0;
    let mut brackets = text.contains('(');
    for (at, run) in runs(text) {
        match run {
            Run::Word(word, whole) => {
                let mut letters = Letters::of(word, true);
                moved |= whole && letters.place();
                if at >= skip_to {
                    letters.for_each(|c| {
                        key.push(c);
                        plain_key.extend(plain(c));
                    });
                }
            }
            Run::Other(c) => {
                if c == '(' && brackets && at >= skip_to && key.len() > key_begin {
                    match text[at..].find(')') {
                        Some(close) => skip_to = at + close,
                        None => brackets = false,
                    }
                }
                if !joins(c) {
                    push_gap(key, key_begin);
                    push_gap(plain_key, plain_begin);
                }
            }
        }
    }
    trim_gap(key, key_begin);
    trim_gap(plain_key, plain_begin);
    moved
}

/// Apostrophes and stray marks stand inside a word; all else divides words.
fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`') || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn push_gap(out: &mut String, begin: usize) {
    if out.len() > begin && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn trim_gap(out: &mut String, begin: usize) {
    if out.len() > begin && out.ends_with(' ') {
        out.pop();
    }
}

/// Neither capitals throughout nor a capital at the start of every word alone.
/// After a hyphen or another sign inside a word either case is fine.
fn has_case_fault(text: &str) -> bool {
    let (mut small, mut wrong) = (false, false);
    let (mut word_begun, mut after_letter) = (false, false);
    for c in text.chars() {
        if is_letter(c) {
            small |= upper(c) != c;
            wrong |= if word_begun { after_letter && lower(c) != c } else { upper(c) != c };
            word_begun = true;
        }
        after_letter = is_letter(c);
        word_begun &= c != ' ';
    }
    small && wrong
}

/// Writes the words anew: tone marks in place, and with `case` a capital first
/// and small letters after it.
fn mend(text: &str, case: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word_begun = false;
    for (_, run) in runs(text) {
        match run {
            Run::Other(c) => {
                word_begun &= c != ' ';
                out.push(c);
            }
            Run::Word(word, whole) => {
                let mut letters = Letters::of(word, false);
                let _ = whole && letters.place();
                let mut first = true;
                letters.for_each(|c| {
                    let mended = match (case, first, word_begun) {
                        (false, ..) | (true, true, true) => c,
                        (true, true, false) => upper(c),
                        (true, false, _) => lower(c),
                    };
                    (first, word_begun) = (false, true);
                    out.push(mended);
                });
            }
        }
    }
    out
}

/// A longest stretch of letters, or a character that is none. A stretch is not
/// whole where a stray mark follows, which would join a letter whose own mark moves.
enum Run<'a> {
    Word(&'a str, bool),
    Other(char),
}

fn runs(text: &str) -> impl Iterator<Item = (usize, Run<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        let begin = at;
        if !is_letter(first) {
            at += first.len_utf8();
            return Some((begin, Run::Other(first)));
        }
        let len = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        at += len;
        let (word, after) = rest.split_at(len);
        Some((begin, Run::Word(word, !after.starts_with(is_mark))))
    })
}

/// The letters of a word: a syllable in place, or a longer word by reference.
enum Letters<'a> {
    Syllable([char; LETTERS_MAX], usize),
    Long(&'a str, bool),
}

impl<'a> Letters<'a> {
    fn of(word: &'a str, small: bool) -> Self {
        let mut letters = ['\0'; LETTERS_MAX];
        let mut len = 0;
        for c in word.chars() {
            match letters.get_mut(len) {
                Some(letter) => *letter = if small { lower(c) } else { c },
                None => return Self::Long(word, small),
            }
            len += 1;
        }
        Self::Syllable(letters, len)
    }

    fn place(&mut self) -> bool {
        match self {
            Self::Syllable(letters, len) => place_tone(&mut letters[..*len]),
            Self::Long(..) => false,
        }
    }

    fn for_each(self, mut give: impl FnMut(char)) {
        match self {
            Self::Syllable(letters, len) => letters[..len].iter().copied().for_each(give),
            Self::Long(word, small) => word.chars().for_each(|c| give(if small { lower(c) } else { c })),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    static LEGACY: LazyLock<Legacy> = LazyLock::new(|| {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        Legacy::new(&settings.reference)
    });

    fn parts(raw: &str) -> (String, String, String, Option<FormFault>) {
        let (mut key, mut plain) = (String::new(), String::new());
        let reading = read(raw, &LEGACY, &mut key, &mut plain);
        (reading.standard.unwrap_or_else(|| raw.to_owned()), key, plain, reading.fault)
    }

    #[test]
    fn names_are_read() {
        use FormFault::{Case, Spacing, ToneMark, Unicode};
        let cases = [
            ("Nguyễn Văn An", "Nguyễn Văn An", "nguyễn văn an", "nguyen van an", None),
            ("NGUYỄN VĂN AN", "NGUYỄN VĂN AN", "nguyễn văn an", "nguyen van an", None),
            ("Nguye\u{302}\u{303}n Văn An", "Nguyễn Văn An", "nguyễn văn an", "nguyen van an", Some(Unicode)),
            ("Ðặng Văn Ðạt", "Đặng Văn Đạt", "đặng văn đạt", "dang van dat", Some(Unicode)),
            ("NguyÔn ThÞ Hoµ", "Nguyễn Thị Hòa", "nguyễn thị hòa", "nguyen thi hoa", Some(Unicode)),
            (" Lê  Thị Hoà", "Lê Thị Hòa", "lê thị hòa", "le thi hoa", Some(Spacing)),
            ("Lê\tHoa", "Lê Hoa", "lê hoa", "le hoa", Some(Spacing)),
            ("lê thị hoa", "Lê Thị Hoa", "lê thị hoa", "le thi hoa", Some(Case)),
            ("LÊ thị HOA", "Lê Thị Hoa", "lê thị hoa", "le thi hoa", Some(Case)),
            ("Lê Thị Thuý", "Lê Thị Thúy", "lê thị thúy", "le thi thuy", Some(ToneMark)),
            ("LÊ THUÝ HOÀ", "LÊ THÚY HÒA", "lê thúy hòa", "le thuy hoa", Some(ToneMark)),
            ("Võ Hoàng Quý", "Võ Hoàng Quý", "võ hoàng quý", "vo hoang quy", None),
            ("Trần Văn Tý (Út),", "Trần Văn Tý (Út),", "trần văn tý", "tran van ty", None),
            ("(Tý) Trần 2", "(Tý) Trần 2", "tý trần", "ty tran", None),
            ("Y'Bih H-Niê", "Y'Bih H-Niê", "ybih h niê", "ybih h nie", None),
            ("NguyễnThị Hoa", "Nguyễn Thị Hoa", "nguyễn thị hoa", "nguyen thi hoa", Some(Spacing)),
            ("TrầnMinhPhú", "Trần Minh Phú", "trần minh phú", "tran minh phu", Some(Spacing)),
            ("nGuyễn vĂN aN", "Nguyễn Văn An", "nguyễn văn an", "nguyen van an", Some(Case)),
            ("Néang Rít", "Néang Rít", "néang rít", "neang rit", None),
            // Half of the bytes changed again: no one can tell what it was.
            ("NGUYÁ»…N MY", "NGUYÁ»…N MY", "nguýa n my", "nguya n my", None),
            ("...", "...", "", "", None),
        ];
        for (raw, standard, key, plain, fault) in cases {
            assert_eq!(parts(raw), (standard.into(), key.into(), plain.into(), fault), "{raw:?}");
        }
    }

    #[test]
    fn words_of_a_name_stand_once_in_order() {
        let cases = [
            ("tran van an", Some("an tran van")),
            ("an tran van", Some("an tran van")),
            ("an an", Some("an")),
            ("ty", Some("ty")),
            ("", None),
        ];
        for (plain, words) in cases {
            assert_eq!(sorted_words(plain).as_deref(), words, "{plain}");
        }
    }

    #[test]
    fn a_megabyte_of_open_brackets_is_read_in_linear_time() {
        for unit in ["(", "a(", "á ", "( )", "a\u{301}"] {
            let text = unit.repeat(1_000_000 / unit.len());
            let began = std::time::Instant::now();
            parts(&text);
            assert!(began.elapsed().as_secs() < 5, "{unit:?}");
        }
    }

    proptest! {
        #[test]
        fn the_standard_form_is_its_own_standard_form(raw in any::<String>()) {
            let (standard, key, plain, _) = parts(&raw);
            prop_assert_eq!(parts(&standard), (standard.clone(), key, plain, None));
        }

        #[test]
        fn so_it_is_for_words_that_look_vietnamese(
            raw in "[ a-zA-ZàáảãạèéìíòóùúỳýÀÁÈÉÒÓÙÚÝêôơưấềốờứĐđ\u{300}\u{301}(),'-]{0,24}"
        ) {
            let (standard, key, plain, _) = parts(&raw);
            prop_assert_eq!(parts(&standard), (standard.clone(), key, plain, None));
        }

        #[test]
        fn composed_and_decomposed_names_are_equal(raw in any::<String>()) {
            let (nfc, nfd) = (parts(&raw.nfc().collect::<String>()), parts(&raw.nfd().collect::<String>()));
            prop_assert_eq!((nfc.0, nfc.1, nfc.2), (nfd.0, nfd.1, nfd.2));
        }

        #[test]
        fn a_plain_key_is_words_of_a_to_z(raw in any::<String>()) {
            let (_, _, plain, _) = parts(&raw);
            prop_assert!(plain.split(' ').all(|word| word.chars().all(|c| c.is_ascii_lowercase())));
            prop_assert!(!plain.contains("  ") && !plain.starts_with(' ') && !plain.ends_with(' '));
        }
    }
}
