//! Texts of before Unicode: TCVN3 fonts (`NguyÔn V¨n An`) and UTF-8 that was read
//! as windows-1252 (`Nguyá»…n VÄƒn An`).
//!
//! Both leave signs that no Vietnamese word has. A text is decoded only if every
//! letter and sign in it is one of the encoding's, and if that gives more
//! Vietnamese syllables than it had; anything else is left as delivered.

use std::borrow::Cow;
use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::syllable::is_syllable;
use super::unicode::{compose, is_letter, upper};
use crate::settings::Reference;

/// The longest sequence that stands for one letter, in characters.
const SEQUENCE_MAX: usize = 3;

/// The letters of both encodings.
#[derive(Clone, Debug, Default)]
pub(super) struct Legacy {
    /// TCVN3: one character a letter.
    tcvn3: BTreeMap<char, char>,
    /// UTF-8 as windows-1252: two or three characters a letter.
    mojibake: BTreeMap<Box<str>, char>,
}

impl Legacy {
    /// From `legacy_encodings.tsv`; a row of another encoding is left out.
    pub(super) fn new(reference: &Reference) -> Self {
        let mut legacy = Self::default();
        let rows = reference.table("legacy_encodings").select(["encoding", "byte_hex", "unicode_nfc"]);
        for [encoding, hex, letter] in rows {
            let (Some(letter), Some(seen)) = (letter.chars().next(), seen(hex)) else { continue };
            match encoding {
                "TCVN3-ABC" => drop(seen.chars().next().map(|seen| legacy.tcvn3.insert(seen, letter))),
                "UTF8-AS-CP1252" => drop(legacy.mojibake.insert(seen.into(), letter)),
                _ => {}
            }
        }
        legacy
    }

    /// The text in Unicode, if it was in one of the encodings. O(length).
    pub(super) fn decode<'a>(&self, raw: &'a str) -> Cow<'a, str> {
        if !is_damaged(raw) {
            return Cow::Borrowed(raw);
        }
        let composed: String = raw.nfc().collect();
        // Second, what cleaning makes of it, lest the clean text be decoded another time.
        let decoded = self.decode_composed(&composed).or_else(|| self.decode_composed(&compose(raw).0));
        decoded.map_or(Cow::Borrowed(raw), Cow::Owned)
    }

    fn decode_composed(&self, text: &str) -> Option<String> {
        let decoded = self.unmix(text).or_else(|| self.decode_tcvn3(text))?;
        (plausibility(&decoded) > plausibility(text)).then_some(decoded)
    }

    fn unmix(&self, raw: &str) -> Option<String> {
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(first) = rest.chars().next() {
            if first.is_ascii() {
                out.push(first);
                rest = &rest[1..];
                continue;
            }
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(SEQUENCE_MAX);
            let found = ends.filter_map(|end| Some((*self.mojibake.get(&rest[..end])?, end))).last();
            let (letter, end) = found?;
            out.push(letter);
            rest = &rest[end..];
        }
        Some(out)
    }

    /// Capital fonts have the bytes of small letters: where all ASCII letters of the
    /// text are capitals, the others were too.
    fn decode_tcvn3(&self, raw: &str) -> Option<String> {
        let capitals = !raw.bytes().any(|b| b.is_ascii_lowercase());
        raw.chars()
            .map(|c| {
                let letter = if c.is_ascii() { c } else { *self.tcvn3.get(&c)? };
                Some(if capitals { upper(letter) } else { letter })
            })
            .collect()
    }
}

/// Vietnamese syllables less other stretches of letters.
fn plausibility(text: &str) -> i64 {
    let words = text.split(|c| !is_letter(c)).filter(|word| !word.is_empty());
    words.map(|word| if is_syllable(word) { 1 } else { -1 }).sum()
}

/// Whether a text bears letters or signs of windows-1252 that Vietnamese does
/// not use, once composed. O(length).
pub(super) fn is_damaged(text: &str) -> bool {
    text.chars().any(is_suspicious) && text.nfc().any(is_sign)
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
        c => !c.is_ascii() && CP1252.contains(&c),
    }
}

/// What windows-1252 shows for bytes 80 to 9F; where it has nothing, the byte itself.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The characters that bytes in hex are seen as.
fn seen(hex: &str) -> Option<String> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs
        .map(|pair| {
            let byte = u8::from_str_radix(pair?, 16).ok()?;
            Some(match byte {
                0x80..=0x9f => CP1252[usize::from(byte - 0x80)],
                byte => char::from(byte),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn damaged_texts_come_back_and_others_stay() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let legacy = Legacy::new(&settings.reference);
        let cases = [
            ("NguyÔn V¨n Kiªn", "Nguyễn Văn Kiên"),
            ("§Æng ThÞ Thóy Loan", "Đặng Thị Thúy Loan"),
            ("D\u{ad}¬NG THÞ LIªN", "DƯƠNG THỊ LIÊN"),
            ("Tr\u{ad}¬ng V¨n Thanh", "Trương Văn Thanh"),
            ("Sè 382, ®\u{ad}êng Lª DuÈn, x· Phan Ngäc HiÓn", "Số 382, đường Lê Duẩn, xã Phan Ngọc Hiển"),
            ("Nguyá»…n TrÃºc DuyÃªn", "Nguyễn Trúc Duyên"),
            ("Huá»³nh Táº¥n HoÃ\u{a0}ng", "Huỳnh Tấn Hoàng"),
            ("NGUYÁ»…N HÁ»“NG MY", "NGUYÁ»…N HÁ»“NG MY"),
            ("Nguyễn Văn An", "Nguyễn Văn An"),
            ("Nguyễn Văn “An”", "Nguyễn Văn “An”"),
            ("T« CÈM NH\u{ad}", "TÔ CẨM NHƯ"),
            ("Phan Nh\u{ad} Lan", "Phan Như Lan"),
            ("An\u{ad} Hoa", "An\u{ad} Hoa"),
            ("Lê Hòa·", "Lê Hòa·"),
            ("Lê Văn Ba •", "Lê Văn Ba •"),
            ("số 5 – ấp 3", "số 5 – ấp 3"),
        ];
        for (raw, decoded) in cases {
            assert_eq!(legacy.decode(raw), decoded, "{raw}");
        }
    }
}
