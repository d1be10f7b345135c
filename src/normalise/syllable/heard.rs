//! Sounds that southern ears take for one: what a name becomes when it is written by ear.
//!
//! The pairs are those of the reference table `syllable_variants` (classes `initial_consonant`,
//! `final_consonant` and `vowel`). Those that southern speech does merge are [`Merger::Full`].
//! The others (a glide lost as in Xân, th and t, nh and d, n and l …) are [`Merger::Partial`]:
//! Huyền and Hiền, Nhung and Dung, Nam and Lam sound nearly alike but are names of their own, and
//! sisters are named so, hence such a pair counts only where one of the words is no known name.
//! At most two sounds differ, one where the merger is partial.
//!
//! A word without marks stands for all that it may have been: its vowels have sounds of their own,
//! which are the same as those of any of the marked vowels. Keep this file and the table together.

use super::parse::Parts;
use super::sounds::{CODAS, NUCLEI, coda, nucleus, onset};

/// How far two words are one to the ear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Merger {
    /// They sound the same to anyone.
    Equal,
    /// Southern speech does not tell them apart.
    Full,
    /// Some speakers do not, or not always.
    Partial,
}

/// What is heard of a syllable but for its tone; 0 is none.
///
/// Bits: 0 to 4 the onset; 5 to 9 the nucleus, 10 the glide; 11 to 14 the coda; 15 to 17 the coda's
/// class; 18 whether there is any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Sound(u32);

const D: u8 = onset("d");
const STROKED_D: u8 = onset("đ");
const G: u8 = onset("g");
const GI: u8 = onset("gi");
const ONLY_I: u8 = nucleus("i");
const LEVEL_Y: u8 = nucleus("y");
const A: u8 = nucleus("a");
const SHORT_A: u8 = nucleus("ă");
/// Nuclei that gh is written before, but for those with e.
const FRONT: [u8; 3] = [ONLY_I, nucleus("iê"), BARE_IE];
/// Codas by number: palatal ones, and the off-glides before which ă is written a.
const PALATAL: [u8; 2] = [coda("nh"), coda("ch")];
const AFTER_SHORT_A: [u8; 2] = [coda("y"), coda("u")];

/// The d of a word without marks, which may have been đ.
const BARE_D: u8 = 24;
/// Vowels of words without marks; behind them the a of anh and ách, which is nearer to ă.
const BARE_A: u8 = 16;
const BARE_E: u8 = 17;
const BARE_O: u8 = 18;
const BARE_U: u8 = 19;
const BARE_IE: u8 = 20;
const BARE_UO: u8 = 21;
const A_OF_ANH: u8 = 22;

/// Classes of codas: none, n, t, m, p, and the off-glides i and u.
const CLASSES: usize = 7;
const OPEN: u8 = 1;
const N: u8 = 1 << 1;
const T: u8 = 1 << 2;
const M: u8 = 1 << 3;
const P: u8 = 1 << 4;
const I: u8 = 1 << 5;
const U: u8 = 1 << 6;
const ALL: u8 = 0x7f;

/// The class of each coda of [`CODAS`].
const CLASS_OF: [u8; CODAS.len()] = [0, 2, 2, 3, 1, 1, 1, 4, 2, 5, 5, 6, 6];

/// The sound that stands for a nucleus in words without marks.
pub(super) const BARE: [u8; NUCLEI.len()] = [
    BARE_A,
    BARE_A,
    BARE_A,
    BARE_E,
    BARE_E,
    nucleus("i"),
    nucleus("i"),
    BARE_O,
    BARE_O,
    BARE_O,
    BARE_U,
    BARE_U,
    BARE_IE,
    BARE_UO,
    BARE_UO,
    nucleus("oo"),
];

/// Two onsets: fully merged or not, and whether only before a glide.
pub(super) const ONSETS: [(&str, &str, Merger, bool); 17] = [
    ("d", "gi", Merger::Full, false),
    ("d", "v", Merger::Full, false),
    ("gi", "v", Merger::Full, false),
    ("s", "x", Merger::Full, false),
    ("tr", "ch", Merger::Full, false),
    ("r", "g", Merger::Full, false),
    // A stroke lost is no sound, but goes with others.
    ("đ", "d", Merger::Full, false),
    ("h", "c", Merger::Full, true),
    ("h", "", Merger::Full, true),
    ("c", "", Merger::Full, true),
    ("ng", "", Merger::Partial, true),
    ("nh", "d", Merger::Partial, false),
    ("r", "d", Merger::Partial, false),
    ("kh", "ph", Merger::Partial, false),
    ("kh", "h", Merger::Partial, false),
    ("th", "t", Merger::Partial, false),
    ("n", "l", Merger::Partial, false),
];

/// Two vowels, each with its glide or without, by class of coda.
pub(super) struct Vowels {
    pub(super) a: (bool, u8),
    pub(super) b: (bool, u8),
    pub(super) codas: u8,
    pub(super) merger: Merger,
    /// Whether it holds for words without marks too.
    pub(super) bare: bool,
}

const fn full(a: &str, b: &str, codas: u8) -> Vowels {
    Vowels { a: (false, nucleus(a)), b: (false, nucleus(b)), codas, merger: Merger::Full, bare: true }
}

const fn glide_lost(a: &str, b: &str, codas: u8) -> Vowels {
    Vowels { a: (true, nucleus(a)), b: (false, nucleus(b)), codas, merger: Merger::Partial, bare: true }
}

/// ay and au are ă before an off-glide, as they are spoken.
pub(super) const VOWELS: [Vowels; 30] = [
    full("iê", "i", M | P | U),
    full("ươ", "ư", I | U),
    full("uô", "u", I),
    full("ư", "i", U),
    full("ư", "iê", U),
    full("ê", "iê", U),
    full("ô", "o", ALL),
    full("ơ", "ô", M | I),
    full("â", "ă", M | I | U),
    full("ă", "a", I | U),
    full("â", "a", U),
    full("ê", "e", M),
    full("u", "ư", ALL),
    // Without marks these would make one of Hùng and Hồng, Thanh and Than.
    Vowels { bare: false, ..full("ư", "ơ", ALL) },
    Vowels { a: (false, A_OF_ANH), bare: false, ..full("a", "ă", N | T) },
    Vowels { a: (true, A_OF_ANH), b: (true, nucleus("ă")), bare: false, ..full("a", "ă", N | T) },
    glide_lost("i", "i", OPEN),
    glide_lost("iê", "iê", N | T),
    glide_lost("a", "a", ALL),
    Vowels { a: (true, A_OF_ANH), b: (false, A_OF_ANH), ..glide_lost("a", "a", N | T) },
    glide_lost("a", "o", N),
    glide_lost("ă", "ă", ALL),
    glide_lost("â", "â", ALL),
    glide_lost("a", "uô", OPEN),
    glide_lost("ê", "ê", ALL),
    glide_lost("e", "e", ALL),
    glide_lost("ơ", "ơ", ALL),
    // Xuân is also written by its letters: uă, ua.
    Vowels { b: (true, nucleus("â")), ..glide_lost("ă", "ă", N | T) },
    Vowels { b: (true, nucleus("ă")), ..glide_lost("a", "a", N | T) },
    Vowels { b: (true, nucleus("â")), ..glide_lost("a", "a", N | T) },
];

/// Bits of the onsets that an onset is merged with: by merger (none for equal
/// sounds); always, or before a glide.
static ONSET_BITS: [[[u32; 32]; 2]; 3] = {
    let (mut bits, mut at) = ([[[0; 32]; 2]; 3], 0);
    while at < ONSETS.len() {
        let (a, b, merger, glide) = ONSETS[at];
        let (a, b) = ([onset(a), bare_onset(onset(a))], [onset(b), bare_onset(onset(b))]);
        let mut pick = 0;
        while pick < 4 {
            let (a, b) = (a[pick & 1] as usize, b[pick >> 1] as usize);
            let mut glides = glide as usize;
            while glides < 2 {
                bits[merger as usize][glides][a] |= 1 << b;
                bits[merger as usize][glides][b] |= 1 << a;
                glides += 1;
            }
            pick += 1;
        }
        at += 1;
    }
    bits
};

/// Bits of the vowels that a vowel is merged with, by merger and class of coda.
static VOWEL_BITS: [[[u64; 64]; CLASSES]; 3] = {
    let (mut bits, mut at) = ([[[0; 64]; CLASSES]; 3], 0);
    while at < VOWELS.len() {
        let rule = &VOWELS[at];
        let (a, b) = ([vowel(rule.a), bare_vowel(rule.a)], [vowel(rule.b), bare_vowel(rule.b)]);
        let mut class = 0;
        while class < CLASSES {
            let mut pick = 0;
            while rule.codas >> class & 1 == 1 && pick < 4 {
                let (a, b) = (a[pick & 1] as usize, b[pick >> 1] as usize);
                if pick == 0 || rule.bare {
                    bits[rule.merger as usize][class][a] |= 1 << b;
                    bits[rule.merger as usize][class][b] |= 1 << a;
                }
                pick += 1;
            }
            class += 1;
        }
        at += 1;
    }
    bits
};

pub(super) const fn bare_onset(number: u8) -> u8 {
    if number == D || number == STROKED_D { BARE_D } else { number }
}

pub(super) const fn vowel((glide, nucleus): (bool, u8)) -> u8 {
    (glide as u8) << 5 | nucleus
}

pub(super) const fn bare_vowel((glide, nucleus): (bool, u8)) -> u8 {
    vowel((glide, if (nucleus as usize) < BARE.len() { BARE[nucleus as usize] } else { nucleus }))
}

impl Sound {
    /// What is heard of a word's parts. O(1).
    pub(super) fn of(parts: Parts, is_marked: bool) -> Self {
        let Parts { onset, glide, nucleus, coda, .. } = parts;
        let nucleus = spoken(nucleus, coda);
        let vowel = if is_marked { vowel((glide, nucleus)) } else { bare_vowel((glide, nucleus)) };
        let onset = if is_marked { onset } else { bare_onset(onset) };
        let class = class_of(coda);
        Self(
            [(onset, 0), (vowel, 5), (coda, 11), (class, 15), (1, 18)]
                .iter()
                .fold(0, |bits, part| bits | u32::from(part.0) << part.1),
        )
    }

    fn onset(self) -> u32 {
        self.0 & 31
    }

    fn vowel(self) -> u32 {
        self.0 >> 5 & 63
    }

    fn coda(self) -> u32 {
        self.0 >> 11 & 15
    }

    fn class(self) -> usize {
        (self.0 >> 15 & 7) as usize
    }

    /// How far two words sound alike, if they do, equal sounds included; symmetric. O(1), a few
    /// nanoseconds, one for most pairs.
    pub(super) fn merger(self, other: Self) -> Option<Merger> {
        // Both are syllables, and of one class of coda.
        if (self.0 ^ other.0) >> 15 != 0 || self.0 == 0 {
            return None;
        }
        let onsets = self.onsets(other)?;
        let vowels = self.vowels(other)?;
        let codas =
            if self.class() <= 2 && self.coda() != other.coda() { Merger::Full } else { Merger::Equal };
        let found = [onsets, vowels, codas];
        let most = onsets.max(vowels).max(codas);
        let allowed = if most == Merger::Partial { 1 } else { 2 };
        (found.iter().filter(|merger| **merger != Merger::Equal).count() <= allowed).then_some(most)
    }

    fn onsets(self, other: Self) -> Option<Merger> {
        let (a, b) = (self.onset(), other.onset());
        if a == b || is_bare_d(a, b) || is_bare_d(b, a) {
            return Some(Merger::Equal);
        }
        let both_glide = (self.vowel() & other.vowel()) >> 5 == 1;
        let merged =
            |merger: Merger| ONSET_BITS[merger as usize][usize::from(both_glide)][a as usize] >> b & 1 == 1;
        if merged(Merger::Full) || self.is_gi_for_ghi(other) {
            Some(Merger::Full)
        } else {
            merged(Merger::Partial).then_some(Merger::Partial)
        }
    }

    /// Gi for Ghi: the h of gh forgotten.
    fn is_gi_for_ghi(self, other: Self) -> bool {
        let pair = [self.onset(), other.onset()];
        let (g, gi) = (u32::from(G), u32::from(GI));
        let front = FRONT.iter().any(|front| u32::from(*front) == self.vowel());
        front && (pair == [g, gi] || pair == [gi, g])
    }

    fn vowels(self, other: Self) -> Option<Merger> {
        let (a, b) = (self.vowel(), other.vowel());
        if a == b || is_bare(a, b) || is_bare(b, a) {
            return Some(Merger::Equal);
        }
        let merged = |merger: Merger| VOWEL_BITS[merger as usize][self.class()][a as usize] >> b & 1 == 1;
        [Merger::Full, Merger::Partial].into_iter().find(|merger| merged(*merger))
    }
}

/// The class of a coda.
pub(super) fn class_of(coda: u8) -> u8 {
    CLASS_OF.get(usize::from(coda)).copied().unwrap_or_default()
}

/// The nucleus as it is spoken before its coda.
pub(super) fn spoken(of: u8, behind: u8) -> u8 {
    if of == LEVEL_Y {
        ONLY_I
    } else if of == A && PALATAL.contains(&behind) {
        A_OF_ANH
    } else if of == A && AFTER_SHORT_A.contains(&behind) {
        SHORT_A
    } else {
        of
    }
}

fn is_bare_d(a: u32, b: u32) -> bool {
    a == u32::from(BARE_D) && [D, STROKED_D].iter().any(|d| u32::from(*d) == b)
}

/// Whether the first vowel stands for the second without its marks.
fn is_bare(a: u32, b: u32) -> bool {
    a >> 5 == b >> 5 && BARE.get((b & 31) as usize).is_some_and(|bare| u32::from(*bare) == a & 31)
}
