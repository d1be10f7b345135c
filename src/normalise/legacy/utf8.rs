//! UTF-8 that was read as windows-1252 or Latin-1 (`Nguyá»…n`), once or twice.
//!
//! Five bytes have no character in windows-1252, and two are a no-break space and a
//! soft hyphen there, so that letters lose a byte on the way: `á»` may have been
//! ề, ọ, ỏ, ờ, ử … Each loss gives a choice of letters, and the word decides.

use super::bytes::{Script, WITHOUT_SIGN, byte, is_punctuation, script, seen};
use super::judge::{KnownWords, score};
use crate::normalise::syllable::LETTERS_MAX;
use crate::normalise::unicode::is_letter;

/// The longest sequence that stands for one letter, in characters.
const SEQUENCE_MAX: usize = 3;
/// Most readings of a word that are tried. One lost byte has seven readings at most.
const READINGS_MAX: usize = 64;

/// The text that was read wrongly, if its bytes are UTF-8 to the last. O(length).
pub(super) fn exact(bytes: &[u8]) -> Option<String> {
    if bytes.is_ascii() {
        return None;
    }
    let once = std::str::from_utf8(bytes).ok()?;
    let twice = || {
        let bytes: Vec<u8> = once.chars().map(byte).collect::<Option<_>>()?;
        if script(once) == Script::Bytes { String::from_utf8(bytes).ok() } else { None }
    };
    Some(twice().unwrap_or_else(|| once.to_owned()))
}

/// Sequences that letters turn into when bytes are lost, and without loss.
#[derive(Clone, Debug, Default)]
pub(super) struct Lossy {
    /// By sequence, in order; which letters it may have been.
    sequences: Vec<(Box<str>, Vec<char>)>,
}

impl Lossy {
    /// Takes a letter's bytes in.
    pub(super) fn insert(&mut self, code: &[u8], letter: char) {
        let mut forms = vec![String::new()];
        for (at, byte) in code.iter().enumerate() {
            let shown = shown(*byte, at > 0);
            forms =
                forms.iter().flat_map(|form| shown.iter().map(move |shown| form.clone() + shown)).collect();
        }
        for form in forms {
            self.insert_form(&form, letter);
        }
    }

    fn insert_form(&mut self, form: &str, letter: char) {
        match self.sequences.binary_search_by(|(known, _)| (**known).cmp(form)) {
            Ok(at) => {
                if let Some((_, letters)) = self.sequences.get_mut(at) {
                    letters.push(letter);
                }
            }
            Err(at) => self.sequences.insert(at, (form.into(), vec![letter])),
        }
    }

    /// The text in which each loss is made good by the one letter that gives
    /// syllables; `None` where a word has no such reading. A space is taken for
    /// the no-break space of a letter if `joined`. O(length).
    pub(super) fn decode(&self, text: &str, joined: bool, known: &KnownWords) -> Option<String> {
        let text: String = text.chars().map(|c| byte(c).map_or(c, seen)).collect();
        let mut out = String::with_capacity(text.len());
        let mut word = Vec::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let (letters, len) = match self.longest(rest, joined) {
                Some((letters, len)) => (Slot::Choice(letters), len),
                None if first.is_ascii() || byte(first).is_some_and(is_punctuation) => {
                    (Slot::Char(first), first.len_utf8())
                }
                None => return None,
            };
            rest = &rest[len..];
            match letters {
                Slot::Char(c) if !is_letter(c) => {
                    resolve(&word, known, &mut out)?;
                    word.clear();
                    out.push(c);
                }
                slot => word.push(slot),
            }
        }
        resolve(&word, known, &mut out)?;
        Some(out)
    }

    fn longest(&self, rest: &str, joined: bool) -> Option<(&[char], usize)> {
        if rest.starts_with(|c: char| c.is_ascii()) {
            return None;
        }
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(SEQUENCE_MAX);
        let found = |end: usize| {
            let form = rest.get(..end).filter(|form| joined || !form.ends_with(' '))?;
            let at = self.sequences.binary_search_by(|(known, _)| (**known).cmp(form)).ok()?;
            self.sequences.get(at).map(|(_, letters)| (letters.as_slice(), end))
        };
        ends.filter_map(found).last()
    }
}

/// What a byte may be shown as; the first of a letter is never lost.
fn shown(byte: u8, may_be_lost: bool) -> Vec<String> {
    let mut shown = vec![seen(byte).to_string()];
    if may_be_lost {
        let losses: &[&str] = match byte {
            0xa0 => &[" ", ""],
            0xad => &[""],
            byte if WITHOUT_SIGN.contains(&byte) => &["", "\u{fffd}"],
            _ => &[],
        };
        shown.extend(losses.iter().map(|loss| (*loss).to_owned()));
    }
    shown
}

/// A letter as it stands, or the letters that it may have been.
enum Slot<'a> {
    Char(char),
    Choice(&'a [char]),
}

/// Appends a word, if there is one reading that is best.
fn resolve(word: &[Slot<'_>], known: &KnownWords, out: &mut String) -> Option<()> {
    let mut readings = vec![String::new()];
    for slot in word {
        match slot {
            Slot::Char(c) => readings.iter_mut().for_each(|reading| reading.push(*c)),
            Slot::Choice([letter]) => readings.iter_mut().for_each(|reading| reading.push(*letter)),
            Slot::Choice(letters)
                if word.len() <= LETTERS_MAX && readings.len() * letters.len() <= READINGS_MAX =>
            {
                readings = readings
                    .iter()
                    .flat_map(|reading| letters.iter().map(move |letter| format!("{reading}{letter}")))
                    .collect();
            }
            Slot::Choice(_) => return None,
        }
    }
    let rank = |reading: &String| score(reading, known).rank();
    let best = readings.iter().map(rank).max()?;
    let mut of_best = readings.iter().filter(|reading| rank(reading) == best);
    match (of_best.next(), of_best.next()) {
        (Some(reading), None) => out.push_str(reading),
        _ => return None,
    }
    Some(())
}
