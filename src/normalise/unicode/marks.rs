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
        self.cyrillic |= ('\u{400}'..='\u{4ff}').contains(&c);
        true
    }

    /// Appends the composed word and begins the next.
    pub(super) fn push_to(&mut self, out: &mut String) {
        self.end_letter();
        // Among Latin letters they are no Cyrillic; a word of theirs alone is left.
        let mixed = || self.text.chars().any(|c| c.is_ascii_alphabetic() || super::letter(c).is_some());
        if self.cyrillic && mixed() && self.text.chars().all(|c| !is_cyrillic(c) || latin(c).is_some()) {
            self.text = self.text.chars().map(|c| latin(c).unwrap_or(c)).collect();
        }
        push_composed(&self.text, out);
        self.text.clear();
        self.cyrillic = false;
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
}

/// Appends a decomposed word, composed, with a stray tone on its vowel.
fn push_composed(text: &str, out: &mut String) {
    let begin = out.len();
    out.extend(text.nfc());
    if out[begin..].contains(is_unsettled_tone)
        && let Some(word) = with_tone_on_vowel(text)
    {
        out.truncate(begin);
        out.push_str(&word);
    }
}

/// The word with a tone mark that stands on a consonant moved to its vowel; `None`
/// where there is none, or no syllable comes of it.
fn with_tone_on_vowel(text: &str) -> Option<String> {
    // A vowel's quality and the tone are marks beside the letters.
    if text.chars().nth(LETTERS_MAX + 3).is_some() {
        return None;
    }
    let composed: String = text.nfc().collect();
    let stray = composed.char_indices().find(|(_, c)| is_unsettled_tone(*c))?;
    let mut tones = text.chars().filter(|c| TONES.contains(c));
    let (Some(tone), None) = (tones.next(), tones.next()) else { return None };
    // A mark in front of the word is on nothing.
    if stray.0 == 0 && TONES.contains(&stray.1) {
        return None;
    }
    let toneless: String = text.chars().filter(|c| *c != tone).nfc().collect();
    let is_vowel = |(_, c): &(usize, char)| super::letter(*c).is_some_and(|letter| is_vowel(letter.plain));
    let (at, vowel) = toneless.char_indices().rfind(is_vowel)?;
    let (head, coda) = toneless.split_at(at + vowel.len_utf8());
    let mut letters: Vec<char> = head.chars().chain([tone]).chain(coda.chars()).nfc().collect();
    place_tone(&mut letters);
    let word: String = letters.into_iter().collect();
    is_syllable(&word).then_some(word)
}

/// A tone mark that no letter took in, or a consonant of Latin Extended Additional
/// with one. Letters below that, such as ñ, are letters of their own.
pub(in crate::normalise) fn is_unsettled_tone(c: char) -> bool {
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

/// The Latin letter that a Cyrillic one looks like, as a capital or in both cases:
/// whether a word is folded must not depend on its case.
fn latin(c: char) -> Option<char> {
    const ALIKE: &str = "АAВBЕEКKМMНHОOРPСCТTУYХXІIаaвbеeкkмmнhоoрpсcтtуyхxіi";
    let mut letters = ALIKE.chars();
    letters.find(|cyrillic| *cyrillic == c && is_cyrillic(c)).and_then(|_| letters.next())
}
