//! Letters and their marks, put in the one order that composes.
//!
//! Unicode composes e, circumflex, acute to ế, but leaves e, acute, circumflex as é
//! with a stray mark: the quality mark goes before the tone. A tone that was typed
//! before or behind its vowel sits on a consonant that no letter of Latin exists
//! for (`Ng̃uyên`); if the word is a syllable with the tone on the vowel, that is
//! where it goes. A mark behind a space or at the beginning of a text is on
//! nothing and stays as it is.

use unicode_normalization::UnicodeNormalization;

use super::TONES;
use crate::normalise::syllable::{LETTERS_MAX, is_syllable, place_tone};

/// Circumflex, breve and horn: they make another vowel.
const QUALITIES: [char; 3] = ['\u{302}', '\u{306}', '\u{31b}'];
/// Strokes laid over a D.
const STROKES: [char; 2] = ['\u{335}', '\u{336}'];

/// A word of a decomposed text, with its marks.
#[derive(Debug, Default)]
pub(super) struct Word {
    /// Letters and marks in the order they came, not yet composed.
    text: String,
    /// Letters among them.
    letters: usize,
    /// The letter that marks are still gathered for, and these.
    base: Option<char>,
    marks: Vec<char>,
    /// Whether a Cyrillic letter stands in it.
    cyrillic: bool,
}

impl Word {
    /// Takes a letter or a mark in; false for what ends the word.
    pub(super) fn take(&mut self, c: char) -> bool {
        if is_mark(c) {
            self.marks.push(c);
            return true;
        }
        if !c.is_alphabetic() {
            return false;
        }
        self.end_letter();
        self.base = Some(c);
        self.letters += 1;
        self.cyrillic |= ('\u{400}'..='\u{4ff}').contains(&c);
        true
    }

    /// Appends the composed word and begins the next.
    pub(super) fn push_to(&mut self, out: &mut String) {
        self.end_letter();
        if self.cyrillic && self.text.chars().all(|c| !is_cyrillic(c) || latin(c).is_some()) {
            self.text = self.text.chars().map(|c| latin(c).unwrap_or(c)).collect();
        }
        match self.with_tone_on_vowel() {
            Some(word) => out.push_str(&word),
            None => out.extend(self.text.nfc()),
        }
        self.text.clear();
        (self.letters, self.cyrillic) = (0, false);
    }

    /// Writes the letter that ended, its marks in order. Marks without a letter are
    /// written as they came.
    fn end_letter(&mut self) {
        let stroke = |mark: &char| STROKES.contains(mark);
        let base = match self.base.take() {
            Some(base @ ('d' | 'D')) => {
                // ḍ as it stands is taken for đ too: no Vietnamese word has a tone on its d.
                let found = self.marks.iter().position(|mark| stroke(mark) || *mark == '\u{323}');
                match found {
                    Some(at) => {
                        self.marks.remove(at);
                        Some(if base == 'd' { 'đ' } else { 'Đ' })
                    }
                    None => Some(base),
                }
            }
            base => base,
        };
        if base.is_some() && self.marks.len() > 1 {
            // Stable: marks of one rank keep their order, which means something for other scripts.
            let has = |kind: &[char]| self.marks.iter().any(|mark| kind.contains(mark));
            if has(&QUALITIES) && has(&TONES) {
                self.marks.sort_by_key(|mark| !QUALITIES.contains(mark));
            }
        }
        self.text.extend(base);
        self.text.extend(self.marks.drain(..));
    }

    /// The word with a tone mark that stands on a consonant moved to its vowel;
    /// `None` where there is none, or no syllable comes of it.
    fn with_tone_on_vowel(&self) -> Option<String> {
        if self.letters > LETTERS_MAX || !self.text.contains(TONES) {
            return None;
        }
        let composed: String = self.text.nfc().collect();
        let stray = composed.char_indices().find(|(_, c)| is_unsettled_tone(*c))?;
        let mut tones = self.text.chars().filter(|c| TONES.contains(c));
        let (Some(tone), None) = (tones.next(), tones.next()) else { return None };
        // The first letter of a word bears what comes before any letter.
        if stray.0 == 0 && TONES.contains(&stray.1) {
            return None;
        }
        let toneless: String = self.text.chars().filter(|c| *c != tone).nfc().collect();
        let vowel =
            toneless.char_indices().rfind(|(_, c)| super::letter(*c).is_some_and(|l| is_vowel(l.plain)))?;
        let end = vowel.0 + vowel.1.len_utf8();
        let marked = format!("{}{tone}{}", &toneless[..end], &toneless[end..]);
        let mut letters: Vec<char> = marked.nfc().collect();
        place_tone(&mut letters);
        let word: String = letters.into_iter().collect();
        is_syllable(&word).then_some(word)
    }
}

/// A tone mark that no letter took in, or a consonant of Latin Extended Additional
/// with one. Letters below that, such as ñ, are letters of their own.
fn is_unsettled_tone(c: char) -> bool {
    TONES.contains(&c)
        || matches!(c, '\u{1e00}'..='\u{1e9f}') && std::iter::once(c).nfd().any(|c| TONES.contains(&c))
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_vowel(plain: u8) -> bool {
    matches!(plain, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4ff}')
}

/// The Latin letter that a Cyrillic one looks like.
fn latin(c: char) -> Option<char> {
    const ALIKE: [(char, char); 21] = [
        ('А', 'A'),
        ('В', 'B'),
        ('Е', 'E'),
        ('К', 'K'),
        ('М', 'M'),
        ('Н', 'H'),
        ('О', 'O'),
        ('Р', 'P'),
        ('С', 'C'),
        ('Т', 'T'),
        ('Х', 'X'),
        ('І', 'I'),
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('у', 'y'),
        ('х', 'x'),
        ('і', 'i'),
        ('ԁ', 'd'),
    ];
    ALIKE.iter().find(|(cyrillic, _)| *cyrillic == c).map(|(_, latin)| *latin)
}
