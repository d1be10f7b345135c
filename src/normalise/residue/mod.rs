//! Keys left in a text: `Nguyeenx Thij Hoaf` (Telex), `Nguye6n4` (VNI),
//! `Nguye^~n` (VIQR).
//!
//! A word that is a Vietnamese syllable as it stands is no sign of keys, accents or
//! none; neither is one whose keys do not spell an accented syllable. Of the others
//! many are foreign (`Max` would be *Mã*, `Lee` *Lê*, `Chow` *Chơ*), so that a word is
//!
//! - *sure* if it spells a word that names are made of, with several keys (one of
//!   them for a vowel or đ); in VNI also with one inside the word, in VIQR with one
//!   sign that names do not have (`^`, `~`, `+`),
//! - *probable* if it spells such a word with keys that names hardly have (f, j, w,
//!   dd), or several digits; also if the word is none of names, but long, with
//!   tone and mark (`Nghieengx`),
//! - *possible* otherwise.
//!
//! With a sure word, or two probable ones, everything in the text is mended that its
//! way of typing spells. One probable word alone is mended if there are other words and all
//! of them are Vietnamese: `Nguyen Thij Hoa`, not `Taj Mahal`. Possible words
//! alone (`Tran Thi Hoas`) stay.

mod keys;
#[cfg(test)]
mod tests;

use self::keys::{Scheme, Spelt};
use super::legacy::KnownWords;
use super::syllable::is_syllable;
use super::unicode::is_letter;
use crate::settings::Reference;

/// How a text was typed whose keys stayed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keying {
    /// Letters behind letters: `aa`, `ow`, `s`.
    Telex,
    /// Digits: `a6`, `o7`, `1`.
    Vni,
    /// Signs: `a^`, `o+`, `'`.
    Viqr,
}

impl Keying {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Telex => "telex",
            Self::Vni => "vni",
            Self::Viqr => "viqr",
        }
    }

    /// Whether a word typed so has such a character.
    fn has(self, c: char) -> bool {
        match self {
            Self::Telex => is_letter(c),
            Self::Vni => is_letter(c) || c.is_ascii_digit(),
            Self::Viqr => is_letter(c) || matches!(c, '^' | '+' | '(' | '~' | '`' | '\'' | '?' | '.'),
        }
    }
}

/// A text without keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mended {
    /// The text as it was meant.
    pub(super) text: String,
    /// How it was typed.
    pub(super) keying: Keying,
}

/// The ways of typing, and the words that names are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Residue {
    schemes: [(Option<Keying>, Scheme); 3],
    known: KnownWords,
}

/// Ways of typing and the table's columns of their keys; VIQR before Telex, since
/// both have dd.
const WAYS: [(Keying, &str); 3] =
    [(Keying::Vni, "vni_keys"), (Keying::Viqr, "viqr"), (Keying::Telex, "telex")];
/// Rounds of mending: a text may have keys of each way.
const ROUNDS: usize = 3;
/// Keys of a word from which on it is long.
const LONG: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Confidence {
    Possible,
    Probable,
    Sure,
}

impl Residue {
    /// From `input_residue.tsv` and the tables of names.
    pub(super) fn new(reference: &Reference) -> Self {
        Self {
            schemes: WAYS.map(|(keying, column)| (Some(keying), Scheme::new(reference, column))),
            known: KnownWords::new(reference),
        }
    }

    /// The text without keys, if there are some. The text is clean: NFC, single spaces.
    /// O(length); a text in which nothing is behind a letter that could be a key
    /// costs one look at its bytes.
    pub(super) fn mend(&self, text: &str) -> Option<Mended> {
        if !may_have_keys(text) {
            return None;
        }
        let mut mended: Option<Mended> = None;
        for _ in 0..ROUNDS {
            let current = mended.as_ref().map_or(text, |mended| &mended.text);
            let Some(next) = self.mend_once(current) else { break };
            let keying = mended.map_or(next.keying, |first| first.keying);
            mended = Some(Mended { keying, ..next });
        }
        mended
    }

    fn mend_once(&self, text: &str) -> Option<Mended> {
        self.schemes.iter().find_map(|(keying, scheme)| {
            let keying = (*keying)?;
            self.mend_as(text, keying, scheme).map(|text| Mended { text, keying })
        })
    }

    fn mend_as(&self, text: &str, keying: Keying, scheme: &Scheme) -> Option<String> {
        let (mut sure, mut probable, mut others, mut strange) = (0, 0, 0, 0);
        for (_, word) in words(text, keying) {
            let vietnamese = is_syllable(word) || self.known.contains(word);
            match self.spell(word, keying, scheme) {
                Some((_, Confidence::Sure)) => sure += 1,
                Some((_, Confidence::Probable)) => probable += 1,
                _ if vietnamese => others += 1,
                _ => strange += 1,
            }
        }
        let least = match (sure, probable) {
            (0, 1) if others > 0 && strange == 0 => Confidence::Probable,
            (0, 0 | 1) => return None,
            _ => Confidence::Possible,
        };
        Some(self.rewrite(text, keying, scheme, least))
    }

    /// What a word's keys spell, and how sure that is. A syllable as it stands is
    /// taken for keys only if no name has it and names have what it spells (`moong`,
    /// Mông), and then tells nothing.
    fn spell(&self, typed: &str, keying: Keying, scheme: &Scheme) -> Option<(Spelt, Confidence)> {
        let syllable = is_syllable(typed);
        if syllable && self.known.contains(typed) {
            return None;
        }
        let spelt = scheme.spell(typed, keying)?;
        let known = self.known.contains(&spelt.word);
        let confidence = match (syllable, known) {
            (true, false) => return None,
            (true, true) => Confidence::Possible,
            (false, known) => confidence(typed, &spelt, keying, known),
        };
        Some((spelt, confidence))
    }

    fn rewrite(&self, text: &str, keying: Keying, scheme: &Scheme, least: Confidence) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        let mut from = 0;
        for (begin, word) in words(text, keying) {
            out.push_str(&text[from..begin]);
            let spelt = self.spell(word, keying, scheme).filter(|(_, confidence)| *confidence >= least);
            out.push_str(spelt.as_ref().map_or(word, |(spelt, _)| &spelt.word));
            from = begin + word.len();
        }
        out.push_str(&text[from..]);
        out
    }
}

/// How sure it is that keys were meant; `known` if names are made of what they spell.
fn confidence(typed: &str, spelt: &Spelt, keying: Keying, known: bool) -> Confidence {
    let keys = spelt.tones + spelt.marks;
    let sure = match keying {
        Keying::Telex => keys > 1 && spelt.marks > 0,
        Keying::Vni => keys > 1 || spelt.inner,
        Keying::Viqr => typed.contains(['^', '~', '+']) || (keys > 1 && spelt.marks > 0),
    };
    let long = spelt.tones > 0 && spelt.marks > 0 && typed.chars().count() >= LONG;
    match (known, sure) {
        (true, true) => Confidence::Sure,
        (true, false) if spelt.points > 1 => Confidence::Probable,
        (false, true) if long => Confidence::Probable,
        _ => Confidence::Possible,
    }
}

/// The words of a text, keys and all, and where they begin.
fn words(text: &str, keying: Keying) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let stretches = std::iter::from_fn(move || {
        let begin = at + text.get(at..)?.find(|c| keying.has(c))?;
        let len = text[begin..].find(|c| !keying.has(c)).unwrap_or(text.len() - begin);
        at = begin + len;
        Some((begin, &text[begin..at]))
    });
    stretches.filter(|(_, word)| word.contains(is_letter))
}

const RARE: u8 = 1;
const S_OR_X: u8 = 2;
const R: u8 = 4;
const D: u8 = 8;
const A: u8 = 16;
const E: u8 = 32;
const O: u8 = 64;
const SIGN: u8 = 128;

/// What a byte may be as a key.
static KEYS: [u8; 256] = {
    let mut keys = [0; 256];
    let of: [(&[u8], u8); 8] = [
        (b"fjwFJW", RARE),
        (b"sxSX", S_OR_X),
        (b"rR", R),
        (b"dD", D),
        (b"aA", A),
        (b"eE", E),
        (b"oO", O),
        (b"123456789^+(~`'?.", SIGN),
    ];
    let mut kind = 0;
    while kind < of.len() {
        let mut at = 0;
        while at < of[kind].0.len() {
            keys[of[kind].0[at] as usize] = of[kind].1;
            at += 1;
        }
        kind += 1;
    }
    keys
};

/// Which keys would say something behind a byte. In proper spelling s, x and d begin
/// words, r does or follows t, and no vowel is doubled but in `oo`.
static BEHIND: [u8; 256] = {
    let mut behind = [RARE; 256];
    let mut byte = 0;
    while byte < 256 {
        let lower = (byte as u8).to_ascii_lowercase();
        if lower.is_ascii_lowercase() || byte >= 0x80 {
            behind[byte] |= S_OR_X | D | SIGN;
            if lower != b't' {
                behind[byte] |= R;
            }
        }
        match lower {
            b'a' => behind[byte] |= A,
            b'e' => behind[byte] |= E,
            b'o' => behind[byte] |= O,
            // Behind a key: a second one.
            b'1'..=b'9' | b'^' | b'+' | b'(' => behind[byte] |= SIGN,
            _ => {}
        }
        byte += 1;
    }
    behind
};

/// Whether anything stands where proper spelling has nothing. O(length).
pub(super) fn may_have_keys(text: &str) -> bool {
    let mut before = b' ';
    let mut found = 0;
    for byte in text.bytes() {
        found |= KEYS[usize::from(byte)] & BEHIND[usize::from(before)];
        before = byte;
    }
    found != 0
}
