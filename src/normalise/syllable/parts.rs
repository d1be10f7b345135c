//! A syllable's parts: onset, glide, nucleus, coda, tone.
//!
//! Vietnamese spells one sound in several ways: c, k and q are one onset, hoà and hòa one
//! syllable, ia and iê one nucleus. Read into parts, equal syllables are equal numbers, and what
//! sets two of them apart is a part or two.

use unicode_normalization::UnicodeNormalization;

use super::super::unicode::{TONES, letter, lower};
use super::LETTERS_MAX;

/// Onset, glide, nucleus, coda and tone in one number; equal syllables have equal numbers,
/// whatever their spelling (hoà and hòa, lý and lí).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syllable(u32);

/// Onsets, each in all its spellings; `qu` and `gi` are read apart.
const ONSETS: [&[&str]; 24] = [
    &[""],
    &["b"],
    &["c", "k", "q"],
    &["ch"],
    &["d"],
    &["đ"],
    &["g", "gh"],
    &["gi"],
    &["h"],
    &["kh"],
    &["l"],
    &["m"],
    &["n"],
    &["ng", "ngh"],
    &["nh"],
    &["p"],
    &["ph"],
    &["r"],
    &["s"],
    &["t"],
    &["th"],
    &["tr"],
    &["v"],
    &["x"],
];

/// Nuclei; a 4-bit number each.
const NUCLEI: [&str; 15] = ["a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "iê", "uô", "ươ", "oo"];

/// Codas, off-glides among them; a 4-bit number each.
const CODAS: [&str; 11] = ["", "m", "n", "ng", "nh", "p", "t", "c", "ch", "i", "u"];

/// Where a spelling of vowels may stand.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Before a consonant or at the end.
    Both,
    /// At the end only.
    End,
    /// Before a consonant only.
    Consonant,
}

/// Vowels as spelt without tone: glide, nucleus, off-glide, and where they stand.
type Rime = (&'static str, bool, &'static str, &'static str, Before);

const RIMES: [Rime; 58] = [
    ("a", false, "a", "", Before::Both),
    ("ai", false, "a", "i", Before::End),
    ("ao", false, "a", "u", Before::End),
    ("au", false, "ă", "u", Before::End),
    ("ay", false, "ă", "i", Before::End),
    ("e", false, "e", "", Before::Both),
    ("eo", false, "e", "u", Before::End),
    ("i", false, "i", "", Before::Both),
    ("ia", false, "iê", "", Before::End),
    ("iu", false, "i", "u", Before::End),
    ("iê", false, "iê", "", Before::Consonant),
    ("iêu", false, "iê", "u", Before::End),
    ("o", false, "o", "", Before::Both),
    ("oa", true, "a", "", Before::Both),
    ("oai", true, "a", "i", Before::End),
    ("oao", true, "a", "u", Before::End),
    ("oay", true, "ă", "i", Before::End),
    ("oe", true, "e", "", Before::Both),
    ("oeo", true, "e", "u", Before::End),
    ("oi", false, "o", "i", Before::End),
    ("oo", false, "oo", "", Before::Consonant),
    ("oă", true, "ă", "", Before::Consonant),
    ("u", false, "u", "", Before::Both),
    ("ua", false, "uô", "", Before::End),
    ("ui", false, "u", "i", Before::End),
    ("uy", true, "i", "", Before::Both),
    ("uă", true, "ă", "", Before::Consonant),
    ("uya", true, "iê", "", Before::End),
    ("uyu", true, "i", "u", Before::End),
    ("uyê", true, "iê", "", Before::Consonant),
    ("uâ", true, "â", "", Before::Consonant),
    ("uây", true, "â", "i", Before::End),
    ("uê", true, "ê", "", Before::Both),
    ("uêu", true, "ê", "u", Before::End),
    ("uô", false, "uô", "", Before::Consonant),
    ("uôi", false, "uô", "i", Before::End),
    ("uơ", true, "ơ", "", Before::End),
    ("y", false, "i", "", Before::Both),
    ("yê", false, "iê", "", Before::Consonant),
    ("yêu", false, "iê", "u", Before::End),
    ("â", false, "â", "", Before::Consonant),
    ("âu", false, "â", "u", Before::End),
    ("ây", false, "â", "i", Before::End),
    ("ê", false, "ê", "", Before::Both),
    ("êu", false, "ê", "u", Before::End),
    ("ô", false, "ô", "", Before::Both),
    ("ôi", false, "ô", "i", Before::End),
    ("ă", false, "ă", "", Before::Consonant),
    ("ơ", false, "ơ", "", Before::Both),
    ("ơi", false, "ơ", "i", Before::End),
    ("ư", false, "ư", "", Before::Both),
    ("ưa", false, "ươ", "", Before::End),
    ("ưi", false, "ư", "i", Before::End),
    ("ưu", false, "ư", "u", Before::End),
    ("ươ", false, "ươ", "", Before::Consonant),
    ("ươi", false, "ươ", "i", Before::End),
    ("ươu", false, "ươ", "u", Before::End),
    ("ya", false, "iê", "", Before::End),
];

/// A syllable's parts as places in the lists of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) onset: u8,
    pub(super) glide: bool,
    pub(super) nucleus: u8,
    pub(super) coda: u8,
    /// 0 for level, else one more than the place in [`TONES`].
    pub(super) tone: u8,
}

/// The tones hỏi and ngã.
pub(super) const HOI: u8 = 3;
pub(super) const NGA: u8 = 4;

impl Syllable {
    /// Reads a word; `None` where it is not built like a Vietnamese syllable. Case, NFC or NFD and
    /// the vowel that the tone mark stands on do not matter. O(length).
    pub fn parse(word: &str) -> Option<Self> {
        let mut letters = [' '; LETTERS_MAX];
        let (mut len, mut tone) = (0, 0);
        for c in word.nfc() {
            let letter = letter(c)?;
            *letters.get_mut(len)? = lower(letter.toneless);
            len += 1;
            if letter.tone != '\0' {
                let place = TONES.iter().position(|mark| *mark == letter.tone)?;
                if std::mem::replace(&mut tone, place as u8 + 1) != 0 {
                    return None;
                }
            }
        }
        read(&letters[..len], tone).map(Self::of)
    }

    fn of(parts: Parts) -> Self {
        let Parts { onset, glide, nucleus, coda, tone } = parts;
        let (onset, glide, nucleus) = (u32::from(onset), u32::from(glide), u32::from(nucleus));
        Self(onset << 12 | glide << 11 | nucleus << 7 | u32::from(coda) << 3 | u32::from(tone))
    }

    /// The number of the syllable.
    pub fn id(self) -> u32 {
        self.0
    }

    pub(super) fn parts(self) -> Parts {
        let Self(id) = self;
        Parts {
            onset: (id >> 12) as u8,
            glide: id >> 11 & 1 == 1,
            nucleus: (id >> 7 & 15) as u8,
            coda: (id >> 3 & 15) as u8,
            tone: (id & 7) as u8,
        }
    }

    /// The syllable without its tone.
    pub(super) fn toneless(self) -> Self {
        Self(self.0 & !7)
    }
}

/// The parts of toneless letters in lower case.
fn read(letters: &[char], tone: u8) -> Option<Parts> {
    let consonants = letters.iter().take_while(|c| !super::is_vowel(**c)).count();
    let (spelt, rest) = letters.split_at_checked(consonants)?;
    let (onset, rest, has_glide) = match (spelt, rest) {
        (['q'], ['u', rest @ ..]) => (onset_place("q")?, rest, true),
        (['q'], _) => return None,
        (['g'], ['i', behind @ ..]) => {
            // The i of gì and giếng is the nucleus's as well.
            let is_parted = behind.first().is_some_and(|c| super::is_vowel(*c) && *c != 'ê');
            (onset_place("gi")?, if is_parted { behind } else { rest }, false)
        }
        _ => (onset(spelt)?, rest, false),
    };
    let vowels = rest.iter().take_while(|c| super::is_vowel(**c)).count();
    let (vowels, consonants) = rest.split_at_checked(vowels)?;
    let (_, glide, nucleus, off, before) = *RIMES.iter().find(|rime| equal(rime.0, vowels))?;
    let coda = match (before, consonants.is_empty()) {
        (Before::Consonant, true) | (Before::End, false) => return None,
        (_, true) => coda_place(off)?,
        (_, false) => place(&CODAS[..OFF_GLIDES], |coda| equal(coda, consonants))?,
    };
    let nucleus = nucleus_place(nucleus)?;
    Some(Parts { onset, glide: glide || has_glide, nucleus, coda, tone })
}

/// From here on codas are off-glides, which stand among the vowels.
const OFF_GLIDES: usize = 9;

/// The place of an onset by a spelling of it.
pub(super) fn onset_place(spelt: &str) -> Option<u8> {
    place(&ONSETS, |spellings| spellings.contains(&spelt))
}

/// The place of a nucleus.
pub(super) fn nucleus_place(spelt: &str) -> Option<u8> {
    place(&NUCLEI, |one| *one == spelt)
}

/// The place of a coda or off-glide.
pub(super) fn coda_place(spelt: &str) -> Option<u8> {
    place(&CODAS, |one| *one == spelt)
}

fn onset(spelt: &[char]) -> Option<u8> {
    place(&ONSETS, |spellings| spellings.iter().any(|spelling| equal(spelling, spelt)))
}

fn place<T>(list: &[T], is: impl FnMut(&T) -> bool) -> Option<u8> {
    list.iter().position(is).map(|at| at as u8)
}

fn equal(spelling: &str, letters: &[char]) -> bool {
    spelling.chars().eq(letters.iter().copied())
}
