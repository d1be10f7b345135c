//! Onsets, nuclei and codas by number, how they are spelt, and which go together.
//!
//! The rules are those of the spelling in force since 1954 as grammars give them:
//! c, g, ng are k, gh, ngh before i, y, e, ê; the glide is u behind q, else o before a,
//! ă, e and u before the others; iê, uô, ươ are ia, ua, ưa in open syllables.
//! [`RIMES`] lists which nuclei stand before which codas, rare and borrowed ones
//! (xoong, buýt, séc) and southern ones (nhựt, quới) among them.

use super::letters::spelt;

/// Onsets in their usual spelling; an onset's number is its place here.
pub(super) const ONSETS: [&str; 24] = [
    "", "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "p", "ph", "r", "s", "t",
    "th", "tr", "v", "x",
];

/// Nuclei in their usual spelling. `y` is that of level open syllables written with it
/// (Vy, Ly, My): with i these are other names, while lý and lí are one word.
pub(super) const NUCLEI: [&str; 16] =
    ["a", "ă", "â", "e", "ê", "i", "y", "o", "ô", "ơ", "u", "ư", "iê", "uô", "ươ", "oo"];

/// Codas; the last four are off-glides.
pub(super) const CODAS: [&str; 13] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t", "i", "y", "o", "u"];

/// The place of a spelling in one of the lists above.
const fn place(list: &[&str], sought: &str) -> u8 {
    let mut at = 0;
    while spelt(list[at]) != spelt(sought) {
        at += 1;
    }
    at as u8
}

pub(super) const fn onset(spelling: &str) -> u8 {
    place(&ONSETS, spelling)
}

pub(super) const fn nucleus(spelling: &str) -> u8 {
    place(&NUCLEI, spelling)
}

pub(super) const fn coda(spelling: &str) -> u8 {
    place(&CODAS, spelling)
}

/// What an onset is spelt with, and whether that breaks the rules wherever it stands.
/// `gi` and `qu` are read apart.
pub(super) static ONSET_SPELLINGS: [(u64, u8, bool); 29] = [
    (0, onset(""), false),
    (spelt("b"), onset("b"), false),
    (spelt("c"), onset("c"), false),
    (spelt("đ"), onset("đ"), false),
    (spelt("d"), onset("d"), false),
    (spelt("g"), onset("g"), false),
    (spelt("h"), onset("h"), false),
    (spelt("k"), onset("c"), false),
    (spelt("l"), onset("l"), false),
    (spelt("m"), onset("m"), false),
    (spelt("n"), onset("n"), false),
    (spelt("p"), onset("p"), false),
    (spelt("r"), onset("r"), false),
    (spelt("s"), onset("s"), false),
    (spelt("t"), onset("t"), false),
    (spelt("v"), onset("v"), false),
    (spelt("x"), onset("x"), false),
    (spelt("ch"), onset("ch"), false),
    (spelt("gh"), onset("g"), false),
    (spelt("kh"), onset("kh"), false),
    (spelt("ng"), onset("ng"), false),
    (spelt("nh"), onset("nh"), false),
    (spelt("ph"), onset("ph"), false),
    (spelt("th"), onset("th"), false),
    (spelt("tr"), onset("tr"), false),
    (spelt("ngh"), onset("ng"), false),
    (spelt("f"), onset("ph"), true),
    (spelt("j"), onset("gi"), true),
    (spelt("z"), onset("d"), true),
];

/// Where a spelling of vowels belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Open or before a coda.
    Any,
    /// In open syllables.
    Open,
    /// Before a coda.
    Closed,
    /// Nowhere: marks are left off (`uye`, `ưo`), or another rule is broken (`uă`).
    Broken,
}

/// A spelling of the vowels of a syllable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vowels {
    pub(super) spelling: u64,
    pub(super) glide: bool,
    pub(super) nucleus: u8,
    /// The off-glide; 0 where there is none.
    pub(super) off: u8,
    pub(super) stand: Stand,
}

const fn vowels(spelling: &str, glide: bool, of: &str, off: &str, stand: Stand) -> Vowels {
    Vowels { spelling: spelt(spelling), glide, nucleus: nucleus(of), off: coda(off), stand }
}

const fn any(spelling: &str, glide: bool, of: &str) -> Vowels {
    vowels(spelling, glide, of, "", Stand::Any)
}

const fn open(spelling: &str, glide: bool, of: &str, off: &str) -> Vowels {
    vowels(spelling, glide, of, off, Stand::Open)
}

const fn closed(spelling: &str, glide: bool, of: &str) -> Vowels {
    vowels(spelling, glide, of, "", Stand::Closed)
}

const fn broken(spelling: &str, glide: bool, of: &str, off: &str) -> Vowels {
    vowels(spelling, glide, of, off, Stand::Broken)
}

/// Spellings of vowels; where one stands twice, side by side, the first that fits is meant.
pub(super) const VOWELS: [Vowels; 81] = [
    any("a", false, "a"),
    any("ă", false, "ă"),
    any("â", false, "â"),
    any("e", false, "e"),
    any("ê", false, "ê"),
    any("i", false, "i"),
    open("y", false, "i", ""),
    broken("y", false, "i", ""),
    any("o", false, "o"),
    any("ô", false, "ô"),
    any("ơ", false, "ơ"),
    any("u", false, "u"),
    any("ư", false, "ư"),
    closed("oo", false, "oo"),
    open("ai", false, "a", "i"),
    open("ay", false, "a", "y"),
    open("ao", false, "a", "o"),
    open("au", false, "a", "u"),
    open("ây", false, "â", "y"),
    open("âu", false, "â", "u"),
    open("eo", false, "e", "o"),
    open("êu", false, "ê", "u"),
    open("iu", false, "i", "u"),
    open("oi", false, "o", "i"),
    open("ôi", false, "ô", "i"),
    open("ơi", false, "ơ", "i"),
    open("ui", false, "u", "i"),
    open("ưi", false, "ư", "i"),
    open("ưu", false, "ư", "u"),
    open("ia", false, "iê", ""),
    closed("iê", false, "iê"),
    broken("iê", false, "iê", ""),
    closed("yê", false, "iê"),
    broken("yê", false, "iê", ""),
    open("iêu", false, "iê", "u"),
    open("yêu", false, "iê", "u"),
    open("ua", false, "uô", ""),
    broken("ua", true, "a", ""),
    closed("uô", false, "uô"),
    broken("uô", false, "uô", ""),
    open("uôi", false, "uô", "i"),
    open("ưa", false, "ươ", ""),
    closed("ươ", false, "ươ"),
    broken("ươ", false, "ươ", ""),
    open("ươi", false, "ươ", "i"),
    open("ươu", false, "ươ", "u"),
    any("oa", true, "a"),
    any("oă", true, "ă"),
    any("oe", true, "e"),
    any("uâ", true, "â"),
    any("uê", true, "ê"),
    any("uy", true, "i"),
    open("uơ", true, "ơ", ""),
    broken("uơ", false, "ươ", ""),
    closed("uyê", true, "iê"),
    open("uya", true, "iê", ""),
    open("oai", true, "a", "i"),
    open("oay", true, "a", "y"),
    open("oao", true, "a", "o"),
    open("oeo", true, "e", "o"),
    open("uây", true, "â", "y"),
    open("uêu", true, "ê", "u"),
    open("uyu", true, "i", "u"),
    broken("uă", true, "ă", ""),
    broken("ue", true, "ê", ""),
    broken("uay", true, "â", "y"),
    broken("ie", false, "iê", ""),
    broken("ye", false, "iê", ""),
    broken("ieu", false, "iê", "u"),
    broken("yeu", false, "iê", "u"),
    broken("uye", true, "iê", ""),
    broken("uo", false, "uô", ""),
    broken("uoi", false, "uô", "i"),
    broken("ưo", false, "ươ", ""),
    broken("ưoi", false, "ươ", "i"),
    broken("uơi", false, "ươ", "i"),
    broken("uou", false, "ươ", "u"),
    broken("ưou", false, "ươ", "u"),
    broken("uơu", false, "ươ", "u"),
    broken("uu", false, "ư", "u"),
    broken("ueu", true, "ê", "u"),
];

/// Where each spelling's first row is sought: by a hash, then in the slots behind it.
static VOWEL_SLOTS: [u8; 256] = {
    let (mut slots, mut row) = ([u8::MAX; 256], 0);
    while row < VOWELS.len() {
        let mut slot = vowel_slot(VOWELS[row].spelling);
        while slots[slot] != u8::MAX && VOWELS[slots[slot] as usize].spelling != VOWELS[row].spelling {
            slot = (slot + 1) & 255;
        }
        if slots[slot] == u8::MAX {
            slots[slot] = row as u8;
        }
        row += 1;
    }
    slots
};

/// [`VOWELS`] in one place.
static VOWEL_ROWS: [Vowels; VOWELS.len()] = VOWELS;

const fn vowel_slot(spelling: u64) -> usize {
    (spelling.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

/// The rows of a spelling of vowels, one behind the other. O(1).
pub(super) fn vowels_spelt(spelling: u64) -> impl Iterator<Item = &'static Vowels> {
    let slots = (0..VOWEL_SLOTS.len()).map(|step| VOWEL_SLOTS[(vowel_slot(spelling) + step) & 255]);
    let mut rows = slots.map_while(|row| VOWEL_ROWS.get(usize::from(row)..));
    let found = rows.find(|rows| rows.first().is_some_and(|row| row.spelling == spelling));
    found.unwrap_or_default().iter().take_while(move |row| row.spelling == spelling)
}

/// Codas of a nucleus, with a glide before it or without; `-` is the open syllable.
const RIMES: [(bool, &str, &str); 26] = [
    (false, "a", "- c ch m n ng nh p t i y o u"),
    (false, "ă", "c m n ng p t"),
    (false, "â", "c m n ng p t y u"),
    (false, "e", "- c m n ng p t o"),
    (false, "ê", "- ch m n nh p t u"),
    (false, "i", "- ch m n nh p t u"),
    (false, "y", "-"),
    (false, "o", "- c m n ng p t i"),
    (false, "ô", "- c m n ng p t i"),
    (false, "ơ", "- m n p t i"),
    (false, "u", "- c m n ng p t i"),
    (false, "ư", "- c m n ng t i u"),
    (false, "iê", "- c m n ng p t u"),
    (false, "uô", "- c m n ng t i"),
    (false, "ươ", "- c m n ng p t i u"),
    (false, "oo", "c ng"),
    (true, "a", "- c ch m n ng nh p t i y o"),
    (true, "ă", "c m n ng p t"),
    (true, "â", "n ng t y"),
    (true, "e", "- c m n ng t o"),
    (true, "ê", "- ch n nh t u"),
    (true, "i", "- ch n nh p t u"),
    (true, "ơ", "-"),
    (true, "iê", "- n t"),
    (true, "ô", ""),
    (true, "o", ""),
];

/// What qu takes beyond that: quốc, quới, quờn, quàu.
const RIMES_OF_QU: [(&str, &str); 3] = [("ô", "c i n"), ("ơ", "i n"), ("a", "u")];

/// Bits of the codas in a list.
const fn mask(list: &str) -> u16 {
    let bytes = list.as_bytes();
    let (mut bits, mut at) = (0, 0);
    while at < bytes.len() {
        let (mut number, mut from) = (0, at);
        while from < bytes.len() && bytes[from] != b' ' {
            if bytes[from] != b'-' {
                number = number << 8 | bytes[from] as u64;
            }
            from += 1;
        }
        let mut coda = 0;
        while spelt(CODAS[coda]) != number {
            coda += 1;
        }
        bits |= 1 << coda;
        at = from + 1;
    }
    bits
}

/// Codas by nucleus, with those behind a glide from 16 on.
const CODAS_OF: [u16; 32] = {
    let (mut table, mut at) = ([0; 32], 0);
    while at < RIMES.len() {
        let (glide, of, list) = RIMES[at];
        table[rime(glide, nucleus(of))] = mask(list);
        at += 1;
    }
    table
};

/// As [`CODAS_OF`] behind a glide, for qu.
const CODAS_OF_QU: [u16; 16] = {
    let (mut table, mut at) = ([0; 16], 0);
    while at < table.len() {
        table[at] = CODAS_OF[16 + at];
        at += 1;
    }
    at = 0;
    while at < RIMES_OF_QU.len() {
        table[nucleus(RIMES_OF_QU[at].0) as usize] |= mask(RIMES_OF_QU[at].1);
        at += 1;
    }
    table
};

const fn rime(glide: bool, nucleus: u8) -> usize {
    (glide as usize) << 4 | nucleus as usize
}

/// The onset spelt c, k and q.
const K: u8 = onset("c");

/// Bits of the codas that stand behind these sounds. O(1).
pub(super) fn codas_of(onset_number: u8, glide: bool, nucleus: u8) -> u16 {
    let at = rime(glide, nucleus & 15);
    if glide && onset_number == K { CODAS_OF_QU[at & 15] } else { CODAS_OF[at] }
}

/// Codas of syllables that are sắc or nặng.
pub(super) const STOPS: u16 = mask("c ch p t");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_each_spelling_once() {
        for list in [&ONSETS[..], &NUCLEI, &CODAS] {
            let mut seen: Vec<_> = list.iter().map(|text| spelt(text)).collect();
            seen.sort_unstable();
            assert!(seen.is_sorted_by(|a, b| a < b), "{list:?}");
        }
        for row in &VOWELS {
            let rows: Vec<_> = vowels_spelt(row.spelling).collect();
            let all = VOWELS.iter().filter(|other| other.spelling == row.spelling).count();
            assert!(rows.len() == all && rows[0].spelling == row.spelling);
        }
        assert_eq!(vowels_spelt(spelt("uuu")).count(), 0);
        let mut vowels: Vec<_> = VOWELS.iter().map(|row| (row.spelling, row.stand as u8)).collect();
        vowels.sort_unstable();
        assert!(vowels.is_sorted_by(|a, b| a < b));
        assert_eq!(mask("- c u"), 1 | 1 << 1 | 1 << 12);
    }
}
