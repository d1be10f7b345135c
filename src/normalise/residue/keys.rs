//! What the keys of a word spell.

use unicode_normalization::UnicodeNormalization;

use super::Keying;
use crate::normalise::syllable::{LETTERS_MAX, is_syllable, place_tone};
use crate::normalise::unicode::{is_letter, letter, lower, upper};
use crate::settings::Reference;

/// Most keys of a word: each of its letters with one for its mark, and a tone.
const KEYS_MAX: usize = 2 * LETTERS_MAX + 1;

/// One way of typing.
#[derive(Clone, Debug, Default)]
pub(super) struct Scheme {
    /// Key and tone mark.
    tones: Vec<(char, char)>,
    /// Letter, key, and what they make.
    marks: Vec<(char, char, char)>,
}

/// A word read key by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelt {
    /// The syllable.
    pub(super) word: String,
    /// Keys for a tone: none or one.
    pub(super) tones: usize,
    /// Keys for another vowel or đ.
    pub(super) marks: usize,
    /// How much the keys tell: 2 for one that names hardly have, 1 for others.
    pub(super) points: usize,
    /// Whether a letter of the word stands behind a key.
    pub(super) inner: bool,
}

impl Scheme {
    /// From `input_residue.tsv`: the last key of a letter is that of its tone, or else of its mark.
    pub(super) fn new(reference: &Reference, column: &'static str) -> Self {
        let mut scheme = Self::default();
        for [made, keys] in reference.table("input_residue").select(["letter", column]) {
            let (Some(made), Some(first), Some(key)) =
                (made.chars().next(), keys.chars().next(), keys.chars().next_back())
            else {
                continue;
            };
            let Some(parts) = letter(made) else { continue };
            let bare = parts.toneless == first;
            match (parts.tone, bare) {
                ('\0', false) => scheme.marks.push((first, key, made)),
                ('\0', true) => {}
                (tone, true) if !scheme.tones.contains(&(key, tone)) => scheme.tones.push((key, tone)),
                _ => {}
            }
        }
        scheme
    }

    fn tone(&self, key: char) -> Option<char> {
        self.tones.iter().find(|(known, _)| *known == key).map(|(_, tone)| *tone)
    }

    fn is_mark(&self, key: char) -> bool {
        self.marks.iter().any(|(_, known, _)| *known == key)
    }

    fn marked(&self, base: char, key: char) -> Option<char> {
        self.marks.iter().find(|mark| (mark.0, mark.1) == (base, key)).map(|mark| mark.2)
    }

    /// What a word spells, if its keys make an accented syllable of it. O(length).
    pub(super) fn spell(&self, typed: &str, keying: Keying) -> Option<Spelt> {
        if typed.chars().nth(KEYS_MAX).is_some() {
            return None;
        }
        self.spell_as(typed, keying, false).or_else(|| self.spell_as(typed, keying, true))
    }

    /// The other way is that of `thuowr` (thuở, not thưở) and `muaw` (mưa, not muă).
    fn spell_as(&self, typed: &str, keying: Keying, other_way: bool) -> Option<Spelt> {
        let mut hand = Hand {
            scheme: self,
            other_way,
            letters: Vec::with_capacity(KEYS_MAX),
            tone: None,
            keys: Vec::new(),
        };
        for c in typed.chars() {
            hand.press(c, keying)?;
        }
        let Hand { letters, tone, keys, .. } = hand;
        let last = letters.len();
        if keys.is_empty() {
            return None;
        }
        let word = with_tone(letters, tone)?;
        Some(Spelt {
            tones: usize::from(tone.is_some()),
            marks: keys.len() - usize::from(tone.is_some()),
            // Accents and a key in one word: someone typed it.
            points: keys.iter().map(|(key, _)| points(*key)).sum::<usize>() + usize::from(!typed.is_ascii()),
            inner: keys.iter().any(|(_, at)| *at < last),
            word,
        })
    }
}

/// What a key tells: names of any language end in s, r and x and double their
/// vowels; hardly one has f, j or w in such places, or two d in front.
fn points(key: char) -> usize {
    match key {
        's' | 'r' | 'x' | 'a' | 'e' | 'o' | '.' | '\'' | '?' | '(' | '1'..='9' => 1,
        _ => 2,
    }
}

/// A word being typed.
struct Hand<'a> {
    scheme: &'a Scheme,
    other_way: bool,
    letters: Vec<char>,
    tone: Option<char>,
    /// Keys used, and how many letters stood before each.
    keys: Vec<(char, usize)>,
}

impl Hand<'_> {
    /// Takes a key; `None` where it has no place.
    fn press(&mut self, c: char, keying: Keying) -> Option<()> {
        let key = lower(c);
        if self.scheme.is_mark(key) && self.mark(key, keying) {
            self.keys.push((key, self.letters.len()));
            return Some(());
        }
        if let Some(tone) = self.scheme.tone(key)
            && self.letters.iter().any(|c| is_vowel(*c))
        {
            self.keys.push((key, self.letters.len()));
            return self.tone.replace(tone).is_none().then_some(());
        }
        if keying == Keying::Telex && key == 'w' && !self.letters.iter().any(|c| is_vowel(*c)) {
            self.letters.push(if c == 'W' { 'Ư' } else { 'ư' });
            self.keys.push((key, self.letters.len()));
            return Some(());
        }
        is_letter(c).then(|| self.letters.push(c))
    }

    /// Puts a mark on the letter it is for: that before it, or, by a key that is no
    /// vowel, the nearest before.
    fn mark(&mut self, key: char, keying: Keying) -> bool {
        let near = keying == Keying::Viqr || matches!(key, 'a' | 'e' | 'o');
        let letters = &mut self.letters;
        let made = |c: char| self.scheme.marked(lower(c), key);
        let reach = if near { 1 } else { letters.len() };
        let Some(mut at) = (0..letters.len()).rev().take(reach).find(|at| made(letters[*at]).is_some())
        else {
            return false;
        };
        let before = at.checked_sub(1).map(|at| lower(letters[at]));
        let after_q = at >= 2 && lower(letters[at - 2]) == 'q';
        if key == 'd' && at > 0 {
            return false;
        }
        if before == Some('u') && !after_q && made('u').is_some() {
            match lower(letters[at]) {
                'o' if !self.other_way => put(&mut letters[at - 1], 'ư'),
                'a' if self.other_way => at -= 1,
                _ => {}
            }
        }
        match made(letters[at]) {
            Some(marked) => put(&mut letters[at], marked),
            None => return false,
        }
        true
    }
}

/// Replaces a letter and keeps its case.
fn put(letter: &mut char, by: char) {
    *letter = if lower(*letter) == *letter { by } else { upper(by) };
}

/// The syllable with its tone mark in place; `None` where it is none.
fn with_tone(mut letters: Vec<char>, tone: Option<char>) -> Option<String> {
    if let Some(tone) = tone {
        let first = letters.iter().position(|c| is_vowel(*c))?;
        let vowels = letters[first..].iter().take_while(|c| is_vowel(**c)).count();
        let at = first + vowels - 1;
        if letters.iter().any(|c| letter(*c).is_some_and(|parts| parts.tone != '\0')) {
            return None;
        }
        let mut marked = [letters[at], tone].into_iter().nfc();
        let (Some(marked), None) = (marked.next(), marked.next()) else { return None };
        letters[at] = marked;
        place_tone(&mut letters);
    }
    let word: String = letters.into_iter().collect();
    (!word.is_ascii() && is_syllable(&word)).then_some(word)
}

fn is_vowel(c: char) -> bool {
    letter(c).is_some_and(|parts| matches!(parts.plain, b'a' | b'e' | b'i' | b'o' | b'u' | b'y'))
}

#[cfg(test)]
impl Scheme {
    /// Whether there is a key for each tone and each letter with a mark of its own.
    pub(super) fn is_whole(&self) -> bool {
        self.tones.len() == 5 && self.marks.len() == 7
    }
}
