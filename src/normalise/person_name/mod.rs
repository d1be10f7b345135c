//! A person's full name: how it is best written, and what makes two names equal.
//!
//! The standard form mends coding, spaces, case and the place of tone marks, and
//! leaves everything else (digits, brackets, commas, ALL CAPITALS) as it was
//! written. The key is the name in small letters without any of that; the plain
//! key has no accents either. A letter lost to `?` stays a `?` in both.

mod familiar;
mod form;
mod key;
mod letters;

use std::borrow::Cow;

use super::legacy::{Legacy, is_damaged};
use super::residue::Residue;
use super::skeleton::skeleton;
use super::texts::{Chunk, Rewritten, Texts, by_chunk_with};
use super::unicode::{Clean, clean, is_letter};
use crate::table::Dictionary;
use familiar::Familiar;
use form::{Case, mend, part_joined};
use key::push_keys;

pub use form::FormFault;
pub use key::Oddity;

/// The names of a column by code.
#[derive(Debug, Default)]
pub struct PersonNames {
    keys: Texts,
    plains: Texts,
    standards: Rewritten,
    /// Form fault and oddity by code.
    told: Vec<(Option<FormFault>, Option<Oddity>)>,
}

impl PersonNames {
    /// Small letters, old-style tone marks, single spaces: equal names have equal keys. O(1).
    pub fn key(&self, code: u32) -> &str {
        self.keys.get(code)
    }

    /// The key without accents: a to z, `?` for a lost letter, single spaces. O(1).
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
        self.told.get(code as usize)?.0
    }

    /// What stands in the cell and is no part of a name, if anything does. O(1).
    pub fn oddity(&self, code: u32) -> Option<Oddity> {
        self.told.get(code as usize)?.1
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
    told: Vec<(Option<FormFault>, Option<Oddity>)>,
}

impl Piece {
    fn add(&mut self, code: u32, text: &str, familiar: &mut Familiar<'_>, menders: Menders<'_>) {
        let (key, plain) = (self.keys.buffer(), self.plains.buffer());
        let reading = if familiar.push_keys(text, key, plain) {
            Reading::default()
        } else {
            read(text, menders, key, plain)
        };
        self.keys.finish_text();
        self.plains.finish_text();
        self.told.push((reading.fault, reading.oddity));
        self.standards.extend(reading.standard.map(|standard| (code, standard.into_boxed_str())));
    }
}

/// Reads all names of a column. O(total length), in parallel.
pub(super) fn read_all(dictionary: &Dictionary, legacy: &Legacy, residue: &Residue) -> PersonNames {
    let menders = (legacy, residue);
    let pieces = by_chunk_with(
        dictionary,
        || Familiar::new(menders),
        |familiar, first, texts| {
            let mut piece = Piece { keys: Chunk::new(), plains: Chunk::new(), ..Piece::default() };
            for (code, text) in (first..).zip(texts) {
                piece.add(code, text, familiar, menders);
            }
            piece
        },
    );
    let mut names = PersonNames { told: Vec::with_capacity(dictionary.len()), ..PersonNames::default() };
    let (mut keys, mut plains, mut standards) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        keys.push(piece.keys);
        plains.push(piece.plains);
        standards.push(piece.standards);
        names.told.extend(piece.told);
    }
    PersonNames {
        keys: Texts::new(keys),
        plains: Texts::new(plains),
        standards: Rewritten::new(standards),
        ..names
    }
}

/// The text with its numeric character references (`&#7877;`) replaced. O(length).
fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let digits = rest[at + 2..].bytes().take_while(u8::is_ascii_digit).take(REFERENCE_MAX).count();
        let (number, behind) = rest[at + 2..].split_at(digits);
        let letter = number.parse().ok().and_then(char::from_u32).filter(|c| is_letter(*c));
        if let (Some(letter), Some(behind)) = (letter, behind.strip_prefix(';')) {
            out.push(letter);
            rest = behind;
        } else {
            out.push_str("&#");
            rest = &rest[at + 2..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Digits of the highest character's number.
const REFERENCE_MAX: usize = 7;

/// What one text says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    fault: Option<FormFault>,
    oddity: Option<Oddity>,
    /// The standard form, where it is not the text itself.
    standard: Option<String>,
}

/// Reads one name and appends its key and plain key. O(length).
///
/// A text is decoded only if what comes of it is not decoded once more: of texts that may be in
/// two encodings no one can tell which it was.
fn read(raw: &str, menders: Menders<'_>, key: &mut String, plain: &mut String) -> Reading {
    let (key_begin, plain_begin) = (key.len(), plain.len());
    let unescaped = unescape(raw);
    let cleaned = clean(&unescaped);
    let other = Some(&*cleaned.text).filter(|text| *text != unescaped);
    for text in [Some(&*unescaped), other].into_iter().flatten() {
        let decoded = menders.0.decode(text);
        if decoded.encoding.is_none() {
            continue;
        }
        let fault = Some(FormFault::Encoding);
        let reading = read_clean(raw, &clean(&decoded.text), fault, menders.1, key, plain);
        let standard = reading.standard.as_deref().unwrap_or(raw);
        if !menders.0.decodes_again(standard) {
            return reading;
        }
        key.truncate(key_begin);
        plain.truncate(plain_begin);
    }
    let escaped = (unescaped != raw).then_some(FormFault::Unicode);
    let mut reading = read_clean(raw, &cleaned, escaped, menders.1, key, plain);
    // Mended case must not make bytes of another encoding out of letters.
    if reading.standard.as_deref().is_some_and(|standard| menders.0.decodes_again(standard)) {
        reading.standard = (cleaned.text != raw).then(|| cleaned.text.into_owned());
        reading.fault = reading.standard.as_ref().and(reading.fault);
    }
    reading
}

/// Knows the encodings and the keys.
type Menders<'m> = (&'m Legacy, &'m Residue);

/// Reads a clean name in Unicode. `fault` is what had to be mended before.
fn read_clean(
    raw: &str,
    cleaned: &Clean<'_>,
    fault: Option<FormFault>,
    residue: &Residue,
    key: &mut String,
    plain: &mut String,
) -> Reading {
    // What could not be decoded has neither case nor tone marks to judge.
    let damaged = is_damaged(&cleaned.text);
    // Keys are told from a foreign name by the other words, and so need them parted; of a word by
    // itself more may be clear than of two in one.
    let part = |text: &str| part_joined(text).map(|parted| clean(&parted).text.into_owned());
    let parted = if damaged { None } else { part(&cleaned.text) };
    let whole = parted.as_deref().unwrap_or(&cleaned.text);
    let keyed = if damaged { None } else { residue.mend(whole).map(|mended| mended.text) };
    let keyed = keyed.map(|text| part(&text).unwrap_or(text));
    let text = keyed.as_deref().unwrap_or(whole);
    let told = push_keys(text, key, plain);
    let tone_moved = told.tone_moved && !damaged;
    let case = !damaged && Case::of(text).is_fault();
    let faults = [
        (cleaned.odd, FormFault::Unicode),
        (keyed.is_some(), FormFault::Keystrokes),
        (cleaned.text != raw || parted.is_some(), FormFault::Spacing),
        (case, FormFault::Case),
        (tone_moved, FormFault::ToneMark),
    ];
    let fault = fault.or_else(|| faults.into_iter().find(|(applies, _)| *applies).map(|(_, fault)| fault));
    let standard = fault.map(|_| if case || tone_moved { mend(text, case) } else { text.to_owned() });
    Reading { fault, oddity: told.oddity, standard }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    static MENDERS: LazyLock<(Legacy, Residue)> = LazyLock::new(|| {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        (Legacy::new(&settings.reference), Residue::new(&settings.reference))
    });

    fn menders() -> (&'static Legacy, &'static Residue) {
        (&MENDERS.0, &MENDERS.1)
    }

    fn parts(raw: &str) -> (String, String, String, Option<FormFault>) {
        let (mut key, mut plain) = (String::new(), String::new());
        let reading = read(raw, menders(), &mut key, &mut plain);
        (reading.standard.unwrap_or_else(|| raw.to_owned()), key, plain, reading.fault)
    }

    #[test]
    fn names_are_read() {
        use FormFault::{Case, Encoding, Keystrokes, Spacing, ToneMark, Unicode};
        let cases = [
            ("Nguyễn Văn An", "Nguyễn Văn An", "nguyễn văn an", "nguyen van an", None),
            ("NGUYỄN VĂN AN", "NGUYỄN VĂN AN", "nguyễn văn an", "nguyen van an", None),
            ("Nguye\u{302}\u{303}n Văn An", "Nguyễn Văn An", "nguyễn văn an", "nguyen van an", Some(Unicode)),
            ("Ðặng Văn Ðạt", "Đặng Văn Đạt", "đặng văn đạt", "dang van dat", Some(Unicode)),
            ("NguyÔn ThÞ Hoµ", "Nguyễn Thị Hòa", "nguyễn thị hòa", "nguyen thi hoa", Some(Encoding)),
            ("Nguyeenx Thij Hoaf", "Nguyễn Thị Hòa", "nguyễn thị hòa", "nguyen thi hoa", Some(Keystrokes)),
            ("Nguy&#7877;n An", "Nguyễn An", "nguyễn an", "nguyen an", Some(Unicode)),
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
            // Letters that small ones would be taken for bytes of another encoding.
            ("#H#oÃ-aÃ", "#H#oÃ-aÃ", "h õa aã", "h oa aa", None),
            ("ÃéNguyeenx", "Ãé Nguyễn", "ãé nguyễn", "ae nguyen", Some(Keystrokes)),
            ("ĐaѐĐaњ", "Đaè Đaњ", "đaè đaњ", "dae da", Some(Spacing)),
            ("...", "...", "", "", None),
        ];
        for (raw, standard, key, plain, fault) in cases {
            assert_eq!(parts(raw), (standard.into(), key.into(), plain.into(), fault), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_name_is_told_and_left_out_of_its_keys() {
        use Oddity::{Abbreviation, CallName, Digits, LostLetters, Placeholder, Title};
        let cases = [
            ("Ông Lê Văn Bảy", "lê văn bảy", Some(Title)),
            ("BA NGUYEN THI HOA", "nguyen thi hoa", Some(Title)),
            ("Ong Văn An", "ong văn an", None),
            ("Bà Ông Lê Văn Bảy", "lê văn bảy", Some(Title)),
            ("Ông Bảy", "ông bảy", None),
            ("Trần Văn A - Tý", "trần văn a", Some(CallName)),
            ("Trần Thị Ba (mẹ)", "trần thị ba", Some(CallName)),
            ("Trần Thị Ba, Lê Văn Tư", "trần thị ba", Some(CallName)),
            ("Phạm Thị Bé 5", "phạm thị bé năm", Some(Digits)),
            ("Phạm Văn An 2", "phạm văn an", Some(Digits)),
            ("Ng. Văn An", "ng văn an", Some(Abbreviation)),
            ("Nguyễn T. Hoa", "nguyễn t hoa", Some(Abbreviation)),
            ("LÊ VĂN BẢY.", "lê văn bảy", None),
            ("Nguy?n Th? Hoa", "nguy?n th? hoa", Some(LostLetters)),
            ("L\u{fffd} Hoa", "l? hoa", Some(LostLetters)),
            ("Lê Th?", "lê th?", Some(LostLetters)),
            ("Lê Hoa?", "lê hoa", None),
            ("Không rõ", "", Some(Placeholder)),
            ("KHONG RO", "", Some(Placeholder)),
            ("Võ Danh", "võ danh", None),
            ("Khổng Minh", "khổng minh", None),
            ("H - Niê", "h niê", Some(Abbreviation)),
        ];
        for (raw, key, oddity) in cases {
            let (mut found, mut plain) = (String::new(), String::new());
            let reading = read(raw, menders(), &mut found, &mut plain);
            assert_eq!((found.as_str(), reading.oddity), (key, oddity), "{raw:?}");
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

    /// Words of names, and such as make a name one that must be read as a whole.
    const WORDS: [&str; 44] = [
        "Nguyễn",
        "NGUYỄN",
        "nguyễn",
        "Nguyen",
        "Thị",
        "THỊ",
        "Văn",
        "Hoà",
        "Hòa",
        "HÒA",
        "HOà",
        "Ngô",
        "NGÔ",
        "Ông",
        "ông",
        "Bà",
        "BA",
        "Cụ",
        "Mr",
        "không",
        "Không",
        "rõ",
        "Chưa",
        "Vô",
        "Danh",
        "x",
        "X",
        "test",
        "Ng",
        "T",
        "Y",
        "Nguyeenx",
        "Thij",
        "Hoaf",
        "NguyÔn",
        "ThÞ",
        "Hoµ",
        "TrầnMinh",
        "Néang",
        "Loïc",
        "Quý",
        "Đaѐ",
        "Ðạt",
        "",
    ];

    #[test]
    fn familiar_words_give_what_the_whole_name_gives() {
        let mut familiar = Familiar::new(menders());
        let mut read_by_words = 0;
        let mut check = |name: &str| {
            let (mut keys, mut fast) = ([String::new(), String::new()], [String::new(), String::new()]);
            let [key, plain] = &mut fast;
            if familiar.push_keys(name, key, plain) {
                let [key, plain] = &mut keys;
                assert_eq!(read(name, menders(), key, plain), Reading::default(), "{name:?}");
                read_by_words += 1;
            }
            assert!(fast == keys, "{name:?}: {fast:?}");
        };
        for first in WORDS {
            check(first);
            for second in WORDS {
                check(&format!("{first} {second}"));
                for third in WORDS {
                    check(&format!("{first} {second} {third}"));
                    check(&format!("{first} {second} {third} An"));
                }
            }
        }
        assert!(read_by_words > 1_000, "{read_by_words}");
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
        fn familiar_words_give_what_any_name_gives(
            names in prop::collection::vec("[A-ZĐÀ-Ỹ]?[a-zđà-ỹ]{0,6}( [A-ZĐÀ-Ỹ]?[a-zđà-ỹ]{0,6}){0,3}", 1..8)
        ) {
            let mut familiar = Familiar::new(menders());
            for name in names {
                let (mut key, mut plain) = (String::new(), String::new());
                if familiar.push_keys(&name, &mut key, &mut plain) {
                    prop_assert_eq!(parts(&name), (name, key, plain, None));
                }
            }
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
        fn a_plain_key_is_words_of_a_to_z_and_lost_letters(raw in any::<String>()) {
            let (_, _, plain, _) = parts(&raw);
            prop_assert!(plain.split(' ').all(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '?')));
            prop_assert!(!plain.contains("  ") && !plain.starts_with(' ') && !plain.ends_with(' '));
        }
    }
}
