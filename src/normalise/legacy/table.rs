//! The encodings of one or two bytes a letter, out of the reference table.

use super::bytes::{is_punctuation, seen};
use crate::normalise::unicode::{lower, upper};

/// A decoded character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) c: char,
    pub(super) case: Case,
}

/// What a code tells of its letter's case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// It is the letter's.
    Own,
    /// Capitals have a code of their own, but a font of capitals shows one here too.
    Font,
    /// Both cases have this code.
    Shared,
}

impl Glyph {
    pub(super) fn plain(c: char) -> Self {
        Self { c, case: Case::Own }
    }
}

/// One encoding's letters.
#[derive(Clone, Debug)]
pub(super) struct ByteTable {
    single: [Option<Glyph>; 256],
    /// A letter and the byte behind it that carries its marks, in order.
    pairs: Vec<([u8; 2], char)>,
    /// By first byte, whether some pair begins so.
    begins: [bool; 256],
}

impl Default for ByteTable {
    fn default() -> Self {
        Self { single: [None; 256], pairs: Vec::new(), begins: [false; 256] }
    }
}

impl ByteTable {
    /// Takes a row in: the letter that some bytes stand for.
    pub(super) fn insert(&mut self, code: &[u8], letter: char) {
        match *code {
            [byte] => self.insert_single(usize::from(byte), letter),
            [first, second] => {
                let at = self.pairs.partition_point(|(pair, _)| pair < &[first, second]);
                self.pairs.insert(at, ([first, second], letter));
                self.begins[usize::from(first)] = true;
            }
            _ => {}
        }
    }

    /// Takes a row in where its byte has no letter yet.
    pub(super) fn insert_extra(&mut self, code: &[u8], letter: char) {
        if let [byte] = *code {
            self.single[usize::from(byte)].get_or_insert(Glyph::plain(letter));
        }
    }

    fn insert_single(&mut self, at: usize, letter: char) {
        let glyph = match self.single[at] {
            Some(known) if known.c != letter && upper(known.c) == upper(letter) => {
                Glyph { c: lower(letter), case: Case::Shared }
            }
            _ => Glyph::plain(letter),
        };
        self.single[at] = Some(glyph);
    }

    /// Has small letters shown as capitals by some fonts, as those of TCVN3.
    pub(super) fn allow_capital_fonts(&mut self) {
        for glyph in self.single.iter_mut().flatten() {
            if glyph.case == Case::Own && upper(glyph.c) != glyph.c {
                glyph.case = Case::Font;
            }
        }
    }

    fn pair(&self, first: u8, second: Option<&u8>) -> Option<char> {
        if !self.begins[usize::from(first)] {
            return None;
        }
        let pair = [first, *second?];
        let at = self.pairs.binary_search_by_key(&pair, |(pair, _)| *pair).ok()?;
        self.pairs.get(at).map(|(_, letter)| *letter)
    }

    /// The text that bytes stand for; `None` where one has no meaning. O(length).
    ///
    /// A sign of punctuation that touches no word keeps its meaning even where
    /// the encoding has a letter for it, and one without a letter keeps it anywhere.
    pub(super) fn decode(&self, bytes: &[u8], out: &mut Vec<Glyph>) -> Option<()> {
        out.clear();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            let next = bytes.get(at + 1);
            if let Some(letter) = self.pair(byte, next) {
                out.push(Glyph::plain(letter));
                at += 2;
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            let free = is_punctuation(byte) && !touches(before) && !touches(next);
            let glyph = match self.single[usize::from(byte)] {
                Some(glyph) if !free => glyph,
                _ if byte < 0x80 || is_punctuation(byte) => Glyph::plain(seen(byte)),
                _ => return None,
            };
            out.push(glyph);
            at += 1;
        }
        Some(())
    }
}

/// Whether a sign beside such a byte touches a word.
fn touches(beside: Option<&u8>) -> bool {
    beside.is_some_and(|byte| byte.is_ascii_alphabetic() || (!byte.is_ascii() && !is_punctuation(*byte)))
}
