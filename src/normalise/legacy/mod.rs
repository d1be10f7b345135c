//! Texts of before Unicode, told by what they give: `NguyÔn V¨n An` (TCVN3),
//! `Nguyeãn Vaên An` (VNI), VISCII, VPS, windows-1258, and UTF-8 that was read as
//! windows-1252 (`Nguyá»…n VÄƒn An`).
//!
//! No byte tells which encoding a text is in; what it decodes to does. A text is
//! decoded only if
//!
//! 1. it hints at damage: an accented word that is no Vietnamese syllable, or a
//!    sign that touches a word (see [`judge`]); proper Vietnamese has neither, and is
//!    told by one look at its bytes where it has a letter that only Unicode has,
//! 2. every byte of it has a meaning in the encoding,
//! 3. that gives more Vietnamese syllables, and hardly a word that is none, and
//! 4. no other encoding does as well with another result. Where two do, the one wins
//!    that gives more of the words that names are made of, then the one in which most
//!    other texts of the column are ([`Legacy::for_texts`]); else the text stays.
//!
//! One odd word in Latin letters may be a foreign name (`Loïc` is *Lọc* in VNI); it
//! is decoded only if the result is a word that Vietnamese names are made of and
//! nothing else in the text is foreign.

mod bytes;
mod case;
mod judge;
mod table;
#[cfg(test)]
mod tests;
mod utf8;

use std::borrow::Cow;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use self::bytes::{Script, script};
pub(super) use self::judge::KnownWords;
use self::judge::{Score, is_fine, score};
use self::table::{ByteTable, Glyph};
use self::utf8::Lossy;
use super::unicode::{clean, is_letter, is_unsettled_tone};
use crate::settings::Reference;
use crate::table::Dictionary;

/// What a text was encoded in before its bytes were taken for windows-1252.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// TCVN3 (ABC fonts), with the capitals that TCVN 5712 gives codes of their own.
    Tcvn3,
    /// VNI for Windows: a letter and, behind it, a byte for its marks.
    VniWindows,
    /// VISCII of RFC 1456.
    Viscii,
    /// VPS; 14 capitals share the code of the small letter.
    Vps,
    /// windows-1258: tones as bytes of their own behind the letter.
    Windows1258,
    /// UTF-8, read as windows-1252 or Latin-1 once or twice.
    Utf8AsLatin1,
}

impl Encoding {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcvn3 => "tcvn3",
            Self::VniWindows => "vni_windows",
            Self::Viscii => "viscii",
            Self::Vps => "vps",
            Self::Windows1258 => "windows_1258",
            Self::Utf8AsLatin1 => "utf8_as_latin1",
        }
    }
}

/// Encodings of one or two bytes a letter, by commonness: where several give the
/// same text, the first is named.
const ONE_BYTE: [Encoding; 5] =
    [Encoding::Tcvn3, Encoding::VniWindows, Encoding::Windows1258, Encoding::Viscii, Encoding::Vps];

/// How the reference table calls them; of the last kind only what has no meaning yet.
const ROWS: [(&str, Encoding); 8] = [
    ("TCVN3-ABC", Encoding::Tcvn3),
    ("TCVN3-ABC-CAPFONT", Encoding::Tcvn3),
    ("VNI-WIN", Encoding::VniWindows),
    ("CP1258", Encoding::Windows1258),
    ("CP1258-DECOMP", Encoding::Windows1258),
    ("VISCII", Encoding::Viscii),
    ("VPS", Encoding::Vps),
    ("UTF8-AS-CP1252", Encoding::Utf8AsLatin1),
];
const EXTRA_ROWS: (&str, Encoding) = ("TCVN5712-1", Encoding::Tcvn3);

/// A text, decoded where it was in an encoding of before Unicode.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded<'a> {
    /// The text as delivered, or as it was meant.
    pub(super) text: Cow<'a, str>,
    /// What it was encoded in.
    pub(super) encoding: Option<Encoding>,
}

/// The letters of all encodings, and what to think of where they leave a doubt.
#[derive(Clone, Debug, Default)]
pub(super) struct Legacy {
    tables: Arc<Tables>,
    /// What the other texts of the column are in.
    column: Option<Column>,
}

#[derive(Debug, Default)]
struct Tables {
    /// In the order of [`ONE_BYTE`].
    one_byte: [ByteTable; ONE_BYTE.len()],
    lossy: Lossy,
    known: KnownWords,
}

/// What most damaged texts of a column are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Column {
    encoding: Encoding,
    /// Hardly a text has letters of Unicode, so that even what looks proper is not.
    whole: bool,
}

/// Texts looked at for what a column is in.
const SAMPLE: usize = 4096;
/// Decoded texts of a sample from which on their encoding counts for others.
const COLUMN_MIN: usize = 8;
/// How many times as many as of the next encoding, or of texts in Unicode, they must be.
const COLUMN_LEAD: usize = 20;

impl Legacy {
    /// From `legacy_encodings.tsv` and the words of names; a row of another encoding is left out.
    pub(super) fn new(reference: &Reference) -> Self {
        let mut tables = Tables { known: KnownWords::new(reference), ..Tables::default() };
        let rows = || reference.table("legacy_encodings").select(["encoding", "byte_hex", "unicode_nfc"]);
        for (name, encoding) in ROWS {
            for [_, hex, letter] in rows().filter(|[row, ..]| *row == name) {
                let (Some(letter), Some(code)) = (letter.chars().next(), from_hex(hex)) else { continue };
                match ONE_BYTE.iter().position(|one| *one == encoding) {
                    Some(at) => tables.one_byte[at].insert(&code, letter),
                    None => tables.lossy.insert(&code, letter),
                }
            }
        }
        for [_, hex, letter] in rows().filter(|[row, ..]| *row == EXTRA_ROWS.0) {
            if let (Some(letter), Some(code)) = (letter.chars().next(), from_hex(hex)) {
                tables.one_byte[0].insert_extra(&code, letter);
            }
        }
        tables.one_byte[0].allow_capital_fonts();
        Self { tables: Arc::new(tables), column: None }
    }

    /// The same, knowing what most damaged texts of a column are in. O(length of
    /// the first 4,096 texts); the result depends on them alone.
    pub(super) fn for_texts(&self, texts: &Dictionary) -> Self {
        let mut found = [0_usize; ONE_BYTE.len()];
        let mut proper = 0;
        for code in 1..texts.len().min(SAMPLE) as u32 {
            let text = texts.text(code);
            proper += usize::from(script(text) == Script::Unicode);
            if let Some(encoding) = self.decode(text).encoding
                && let Some(at) = ONE_BYTE.iter().position(|one| *one == encoding)
            {
                found[at] += 1;
            }
        }
        let first = (0..found.len()).max_by_key(|at| (found[*at], usize::MAX - at)).unwrap_or(0);
        let next = (0..found.len()).filter(|at| *at != first).map(|at| found[at]).max().unwrap_or(0);
        let clear = found[first] >= COLUMN_MIN && found[first] >= 4 * next;
        let whole = found[first] >= COLUMN_LEAD * proper && found[first] >= COLUMN_LEAD * next;
        let column = clear.then_some(Column { encoding: ONE_BYTE[first], whole });
        Self { tables: Arc::clone(&self.tables), column }
    }

    /// The text in Unicode as a reader keeps it: cleaned. Where what comes of it would be decoded
    /// once more no one can tell what it was, and it stays. O(length).
    pub(super) fn decode_cleaned<'a>(&self, raw: &'a str) -> Cow<'a, str> {
        let decoded = self.decode(raw);
        let is_settled = decoded.encoding.is_none() || !self.decodes_again(&clean(&decoded.text).text);
        if is_settled { decoded.text } else { Cow::Borrowed(raw) }
    }

    /// Whether a text that stands for a decoded one would be decoded itself. A column that is in one
    /// encoding throughout is decoded once, whatever comes of it. O(length).
    pub(super) fn decodes_again(&self, text: &str) -> bool {
        if self.column.is_some_and(|column| column.whole) {
            return false;
        }
        Self { tables: Arc::clone(&self.tables), column: None }.decode(text).encoding.is_some()
    }

    /// Whether a word of letters hints at no other encoding, as it stands and as names are written: a text of such
    /// words stays as it is. O(length).
    pub(super) fn leaves_word(&self, word: &str) -> bool {
        let known = &self.tables.known;
        let whole = self.column.is_some_and(|column| column.whole);
        !whole && is_fine(word, known) && is_fine(&case::as_names(word), known)
    }

    /// The text in Unicode, and what it was in. O(length); a text that has letters
    /// of Unicode, or none but ASCII, costs one look at its bytes.
    pub(super) fn decode<'a>(&self, raw: &'a str) -> Decoded<'a> {
        if script(raw) == Script::Bytes
            && let Some((text, encoding)) = self.decode_settled(raw)
        {
            return Decoded { text: Cow::Owned(text), encoding: Some(encoding) };
        }
        Decoded { text: Cow::Borrowed(raw), encoding: None }
    }

    /// What the composed text gives, or else what cleaning makes of it, or what a
    /// reader of names would make of that, lest the standard form be decoded another time; and
    /// nothing that could be decoded again.
    fn decode_settled(&self, raw: &str) -> Option<(String, Encoding)> {
        let settled = |text: &str| {
            let (decoded, encoding) = self.decode_composed(text)?;
            // A column that is in one encoding throughout is decoded once, whatever comes of it.
            let alone = Self { tables: Arc::clone(&self.tables), column: None };
            let again = alone.decode_composed(&clean(&decoded).text);
            again.is_none().then_some((decoded, encoding))
        };
        let composed = compose(raw);
        let cleaned = clean(raw).text;
        // Where a reader mends the case, the result must not be decoded later.
        let whole = self.column.is_some_and(|column| column.whole);
        let as_names = || {
            let text = case::as_names(&cleaned);
            (text != cleaned && !whole && !is_damaged(&cleaned)).then_some(text)
        };
        settled(&composed)
            .or_else(|| if cleaned == composed { None } else { settled(&cleaned) })
            .or_else(|| settled(&as_names()?))
    }

    fn decode_composed(&self, text: &str) -> Option<(String, Encoding)> {
        let known = &self.tables.known;
        let whole = self.column.is_some_and(|column| column.whole);
        if script(text) != Script::Bytes || (!whole && is_fine(text, known)) {
            return None;
        }
        let bytes: Option<Vec<u8>> = text.chars().map(bytes::byte).collect();
        let Some(bytes) = bytes else { return self.unmix(text) };
        if let Some(exact) =
            utf8::exact(&bytes).filter(|exact| is_text(exact) && is_likely(score(exact, known), exact))
        {
            return Some((exact, Encoding::Utf8AsLatin1));
        }
        let mut ballot = Ballot::new(text, score(text, known), self.column);
        let mut glyphs = Vec::with_capacity(bytes.len());
        for (table, encoding) in self.tables.one_byte.iter().zip(ONE_BYTE) {
            if table.decode(&bytes, &mut glyphs).is_some() {
                case::restore(&mut glyphs);
                let decoded: String = glyphs.iter().map(|glyph: &Glyph| glyph.c).collect();
                // What windows-1258 leaves is composed here: the marks are on their letters by the table.
                ballot.add(score(&decoded, known), decoded, encoding);
            }
        }
        ballot.winner().or_else(|| self.unmix(text))
    }

    /// UTF-8 with lost bytes.
    fn unmix(&self, text: &str) -> Option<(String, Encoding)> {
        let Tables { lossy, known, .. } = &*self.tables;
        let before = score(text, known).rank();
        let decoded = |joined| {
            let decoded = lossy.decode(text, joined, known)?;
            let after = score(&decoded, known);
            (after.invalid == 0 && after.valid > 0 && after.rank() > before).then_some(decoded)
        };
        decoded(true).or_else(|| decoded(false)).map(|text| (text, Encoding::Utf8AsLatin1))
    }
}

/// Whether bytes that are UTF-8 are so by more than chance: two bytes may be, three
/// letters' bytes are not, even if a word among them is foreign.
fn is_likely(score: Score, text: &str) -> bool {
    let letters = text.chars().filter(|c| !c.is_ascii()).count();
    score.valid > 0 && (score.invalid == 0 || letters > 2)
}

/// Letters, ASCII and the punctuation that texts have: no control characters and
/// no signs that UTF-8 read at random gives.
fn is_text(text: &str) -> bool {
    text.chars().all(|c| match c {
        ' '..='~' | '–' | '—' | '‘' | '’' | '“' | '”' | '…' | '•' | '\u{a0}' | '°' | '²' => {
            true
        }
        c => is_letter(c),
    })
}

/// The readings of one text.
struct Ballot<'a> {
    raw: &'a str,
    before: Score,
    column: Option<Column>,
    best: Option<(Score, String, Encoding)>,
    /// Another reading is as good.
    tie: bool,
}

impl<'a> Ballot<'a> {
    fn new(raw: &'a str, before: Score, column: Option<Column>) -> Self {
        Self { raw, before, column, best: None, tie: false }
    }

    fn add(&mut self, score: Score, text: String, encoding: Encoding) {
        let favoured = |encoding| self.column.is_some_and(|column| column.encoding == encoding);
        let rank = |score: Score, encoding| {
            let (valid, known) = score.rank();
            // In a column that is in one encoding as a whole, a word less known is no doubt.
            if self.column.is_some_and(|column| column.whole) {
                (valid, i32::from(favoured(encoding)), known)
            } else {
                (valid, known, i32::from(favoured(encoding)))
            }
        };
        let order = self.best.as_ref().map(|(best, _, by)| rank(score, encoding).cmp(&rank(*best, *by)));
        match order {
            Some(std::cmp::Ordering::Less) => {}
            Some(std::cmp::Ordering::Equal) => {
                self.tie |= self.best.as_ref().is_some_and(|(_, best, _)| *best != text);
            }
            None | Some(std::cmp::Ordering::Greater) => {
                self.tie = false;
                self.best = Some((score, text, encoding));
            }
        }
    }

    fn winner(self) -> Option<(String, Encoding)> {
        let whole = self.column.is_some_and(|column| column.whole);
        let (score, text, encoding) = self.best?;
        let favoured = whole && self.column.is_some_and(|column| column.encoding == encoding);
        let better = if favoured { score.invalid == 0 } else { score.rank().0 > self.before.rank().0 };
        let known = score.valid > 1 || (score.known > 0 && score.foreign == 0) || !is_latin(self.raw);
        (!self.tie && text != self.raw && score.valid > 0 && better && (known || favoured))
            .then_some((text, encoding))
    }
}

/// Whether all that is not ASCII in a text is letters, as in a foreign name.
fn is_latin(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || is_letter(c))
}

fn compose(raw: &str) -> Cow<'_, str> {
    if is_nfc_quick(raw.chars()) == IsNormalized::Yes { Cow::Borrowed(raw) } else { raw.nfc().collect() }
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// Whether a text bears letters or signs of windows-1252 that Vietnamese does not
/// use, once composed, or a tone mark that stands on no vowel: it could not be
/// mended, and its case and tone marks tell nothing. O(length).
pub(super) fn is_damaged(text: &str) -> bool {
    text.chars().any(is_suspicious) && (text.nfc().any(is_sign) || has_stray_tone(text))
}

/// A tone mark that no letter took in: in front of a word, or on a consonant.
fn has_stray_tone(text: &str) -> bool {
    text.nfc().any(is_unsettled_tone)
}

/// Anything but ASCII and composed Vietnamese letters; quick to tell.
fn is_suspicious(c: char) -> bool {
    match c {
        '\0'..='\u{7f}'
        | '\u{1ea0}'..='\u{1ef9}'
        | '\u{100}'..='\u{151}'
        | '\u{154}'..='\u{15f}'
        | '\u{162}'..='\u{177}'
        | '\u{1a0}'..='\u{1b0}' => false,
        '\u{c0}'..='\u{ff}' => is_sign(c),
        _ => true,
    }
}

fn is_sign(c: char) -> bool {
    match c {
        '\u{80}'..='\u{9f}'
        | '\u{a1}'..='\u{bf}'
        | 'Ä'..='Ç'
        | 'Ë'
        | 'Î'..='Ñ'
        | 'Ö'..='Ø'
        | 'Û'
        | 'Ü'
        | 'Þ'
        | 'ß'
        | 'ä'..='ç'
        | 'ë'
        | 'î'..='ñ'
        | 'ö'..='ø'
        | 'û'
        | 'ü'
        | 'þ'
        | 'ÿ' => true,
        c => !c.is_ascii() && bytes::byte(c).is_some() && u32::from(c) > 0xff,
    }
}
