//! Letters as one byte each, so that spellings are numbers and tables are compiled in.
//!
//! A code is the small ASCII letter itself; the seven letters that Vietnamese adds
//! have capitals: `A` ă, `B` â, `E` ê, `O` ô, `P` ơ, `U` ư, `D` đ. Tone marks are
//! taken off before.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::super::unicode::{TONES, letter, lower};
use super::LETTERS_MAX;

/// The code of a toneless small letter by its number in Unicode; 0 where it has none.
pub(super) const fn code(letter: u32) -> u8 {
    match letter {
        0x61..=0x7a => letter as u8,
        0x103 => b'A',
        0xe2 => b'B',
        0xea => b'E',
        0xf4 => b'O',
        0x1a1 => b'P',
        0x1b0 => b'U',
        0x111 => b'D',
        _ => 0,
    }
}

/// The code of the bare letter below a hat, a horn, a breve or a stroke.
pub(super) const fn bare(code: u8) -> u8 {
    match code {
        b'A' | b'B' => b'a',
        b'P' => b'o',
        _ => code.to_ascii_lowercase(),
    }
}

pub(super) const fn is_vowel(code: u8) -> bool {
    matches!(bare(code), b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Up to eight codes as a number; more become 0, which no spelling has.
pub(super) fn packed(codes: &[u8]) -> u64 {
    if codes.len() > 8 { 0 } else { codes.iter().fold(0, |number, code| number << 8 | u64::from(*code)) }
}

/// [`packed`] of a toneless spelling in small letters, for tables.
pub(super) const fn spelt(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (mut number, mut at) = (0, 0);
    while at < bytes.len() {
        let (letter, len) = if bytes[at] < 0x80 {
            (bytes[at] as u32, 1)
        } else {
            ((bytes[at] as u32 & 0x1f) << 6 | bytes[at + 1] as u32 & 0x3f, 2)
        };
        let code = code(letter);
        assert!(code != 0 && number >> 56 == 0, "a toneless spelling of eight letters at most");
        number = number << 8 | code as u64;
        at += len;
    }
    number
}

/// A tone by its number: 0 level (no mark), 1 huyền, 2 sắc, 3 hỏi, 4 ngã, 5 nặng.
pub(super) fn tone_number(mark: char) -> u8 {
    TONES.iter().position(|tone| *tone == mark).map_or(0, |at| at as u8 + 1)
}

/// A word's letters where they might be a syllable's: seven at most, one tone mark at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letters {
    codes: [u8; LETTERS_MAX],
    len: u8,
    /// [`tone_number`].
    pub(super) tone: u8,
    /// Where the tone mark stands.
    tone_at: u8,
    /// Whether any letter bears a mark or a stroke.
    pub(super) is_marked: bool,
}

impl Letters {
    /// Reads a word in any case and coding. `None` where it has other characters, more letters
    /// or more tone marks. At most eight characters are looked at where it is composed.
    pub(super) fn read(word: &str) -> Option<Self> {
        Self::of_composed(word).or_else(|| match composed(word) {
            Cow::Borrowed(_) => None,
            Cow::Owned(word) => Self::of_composed(&word),
        })
    }

    fn of_composed(word: &str) -> Option<Self> {
        let mut read = Self { codes: [0; LETTERS_MAX], len: 0, tone: 0, tone_at: 0, is_marked: false };
        for c in word.chars() {
            let letter = letter(c)?;
            read.push(code(u32::from(lower(letter.toneless))), tone_number(letter.tone))?;
        }
        (read.len > 0).then_some(read)
    }

    fn push(&mut self, code: u8, tone: u8) -> Option<()> {
        *self.codes.get_mut(usize::from(self.len))? = code;
        if code == 0 || (tone != 0 && self.tone != 0) {
            return None;
        }
        if tone != 0 {
            (self.tone, self.tone_at) = (tone, self.len);
        }
        self.is_marked |= tone != 0 || code.is_ascii_uppercase();
        self.len += 1;
        Some(())
    }

    pub(super) fn codes(&self) -> &[u8] {
        self.codes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether the tone mark, if any, stands on a vowel.
    pub(super) fn tone_is_on_a_vowel(&self) -> bool {
        self.tone == 0 || self.codes().get(usize::from(self.tone_at)).is_some_and(|code| is_vowel(*code))
    }
}

/// The word in NFC; borrowed where it is of composed Latin letters and ASCII alone.
pub(super) fn composed(word: &str) -> Cow<'_, str> {
    let is_odd = |c: char| !c.is_ascii() && letter(c).is_none();
    if word.chars().any(is_odd) { word.nfc().collect::<String>().into() } else { Cow::Borrowed(word) }
}
