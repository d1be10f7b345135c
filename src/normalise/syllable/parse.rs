//! A word's letters → onset, glide, nucleus, coda, tone; and back to the standard spelling.

use super::super::unicode::TONES as MARKS;
use super::LETTERS_MAX;
use super::letters::{Letters, is_vowel, packed, spelt};
use super::sounds::{
    CODAS, NUCLEI, ONSET_SPELLINGS, ONSETS, STOPS, Stand, coda, codas_of, nucleus, onset, vowels_spelt,
};
use super::tone_place::put_tone;

/// What a word's letters say, tone aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) onset: u8,
    pub(super) glide: bool,
    pub(super) nucleus: u8,
    pub(super) coda: u8,
    /// The nucleus i is written y.
    pub(super) y: bool,
    /// A rule of spelling is broken: vowels lack their marks, sounds stand together that none
    /// allows, or an onset is spelt as another (`Kang`, `Ngĩa`, `Fúc`).
    pub(super) broken: bool,
}

/// A Vietnamese syllable as one number.
///
/// Equal syllables are equal whatever their spelling: hoà and hòa, lý and lí, quý and
/// qúi. Level open syllables written with i and with y (Vi and Vy, My and Mi) are two,
/// since they are two names; a glide makes y the nucleus, so that thúy is not thuí.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Syllable(u32);

/// The tone of a syllable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    /// No mark.
    Level,
    /// À.
    Huyen,
    /// Á.
    Sac,
    /// Ả.
    Hoi,
    /// Ã.
    Nga,
    /// Ạ.
    Nang,
}

/// Tones by number.
const TONES: [Tone; 6] = [Tone::Level, Tone::Huyen, Tone::Sac, Tone::Hoi, Tone::Nga, Tone::Nang];

impl Syllable {
    /// Reads a word in any case and coding. `None` where it is no well-formed syllable: a rule
    /// of spelling is broken, or c, ch, p, t end it without sắc or nặng, so that unaccented text is
    /// read only where it may be level (`hoa`, not `phat`). O(1).
    pub fn parse(word: &str) -> Option<Self> {
        let letters = Letters::read(word)?;
        Self::of(&letters, parts(letters.codes())?)
    }

    /// The syllable of letters that were taken apart, if it is well-formed.
    pub(super) fn of(letters: &Letters, parts: Parts) -> Option<Self> {
        if parts.broken || !letters.tone_is_on_a_vowel() {
            return None;
        }
        let y = parts.y && !parts.glide && parts.coda == 0 && letters.tone == 0;
        let nucleus = if y { LEVEL_Y } else { parts.nucleus };
        Self::new(parts.onset, parts.glide, nucleus, parts.coda, letters.tone)
    }

    fn new(onset: u8, glide: bool, nucleus: u8, coda: u8, tone: u8) -> Option<Self> {
        let is_stop = STOPS >> coda & 1 == 1;
        let formed = is_formed(onset, glide, nucleus, coda)
            && (!is_stop || tone == 2 || tone == 5)
            && !(nucleus == LEVEL_Y && tone != 0);
        formed.then_some(Self::packed([onset, u8::from(glide), nucleus, coda, tone]))
    }

    fn packed(parts: [u8; 5]) -> Self {
        let [onset, glide, nucleus, coda, tone] = parts.map(u32::from);
        Self(onset << 12 | glide << 11 | nucleus << 7 | coda << 3 | tone)
    }

    /// The id of letters without their tone mark, as [`Self::toneless`] has it, where rules of
    /// spelling are kept; a tone that cannot be is none of them.
    pub(super) fn toneless_id(letters: &Letters, parts: Parts) -> Option<u32> {
        let Parts { onset, glide, nucleus, coda, y, broken } = parts;
        let formed = !broken && letters.tone_is_on_a_vowel() && is_formed(onset, glide, nucleus, coda);
        let level_y = y && !glide && coda == 0 && letters.tone == 0;
        let of = |nucleus, tone| Self::packed([onset, u8::from(glide), nucleus, coda, tone]);
        let level = if level_y { of(LEVEL_Y, 0) } else { of(nucleus, letters.tone).toneless() };
        formed.then_some(level.id())
    }

    /// A number below 2¹⁷ that equal syllables share and others do not.
    pub fn id(self) -> u32 {
        self.0
    }

    /// The onset in its usual spelling: `c` also for k and q, `g` for gh; empty for none.
    pub fn onset(self) -> &'static str {
        ONSETS.get((self.0 >> 12) as usize).copied().unwrap_or_default()
    }

    /// Whether a glide stands between onset and nucleus (hoa, quý, thúy).
    pub fn glide(self) -> bool {
        self.0 >> 11 & 1 == 1
    }

    /// The nucleus: one vowel, or `iê`, `uô`, `ươ`, `oo`.
    pub fn nucleus(self) -> &'static str {
        NUCLEI[(self.0 >> 7 & 15) as usize]
    }

    /// The coda: consonants or an off-glide; empty for none.
    pub fn coda(self) -> &'static str {
        CODAS.get((self.0 >> 3 & 15) as usize).copied().unwrap_or_default()
    }

    /// The tone.
    pub fn tone(self) -> Tone {
        TONES.get((self.0 & 7) as usize).copied().unwrap_or(Tone::Level)
    }

    /// The syllable with hỏi for ngã and ngã for hỏi taken as one.
    pub(super) fn with_nga(self) -> Self {
        if self.tone() == Tone::Hoi { Self(self.0 & !7 | 4) } else { self }
    }

    /// Its letters without the tone mark, as an id: that of the level syllable, where the
    /// spelling with y is meant if that is the usual one (of lý and lí: ly).
    #[must_use]
    pub fn toneless(self) -> Self {
        let level = self.0 & !7;
        let y = self.tone() != Tone::Level && self.is_open_i() && self.takes_y();
        Self(if y { level & !(15 << 7) | u32::from(LEVEL_Y) << 7 } else { level })
    }

    fn is_open_i(self) -> bool {
        !self.glide() && self.nucleus() == "i" && self.coda().is_empty()
    }

    /// Old-style spelling has y in open syllables behind these.
    fn takes_y(self) -> bool {
        matches!(self.onset(), "" | "h" | "c" | "l" | "m" | "s" | "t" | "v")
    }

    /// The standard spelling in small letters, the tone mark where the old style puts it.
    pub fn spelled(self) -> String {
        let mut letters: Vec<char> = Vec::with_capacity(8);
        let vowels = self.vowels();
        let front = !self.glide() && vowels.starts_with(['i', 'y', 'e', 'ê']);
        letters.extend(self.spelled_onset(front).chars());
        let gi = self.onset() == "gi" && vowels.starts_with('i');
        letters.extend(vowels.chars().skip(usize::from(gi)));
        letters.extend(self.coda().chars());
        if let Some(mark) = ((self.0 & 7) as usize).checked_sub(1).and_then(|at| MARKS.get(at)) {
            put_tone(&mut letters, *mark);
        }
        letters.into_iter().collect()
    }

    fn spelled_onset(self, front: bool) -> &'static str {
        match (self.onset(), self.glide(), front) {
            ("c", true, _) => "q",
            ("c", _, true) => "k",
            ("g", _, true) => "gh",
            ("ng", _, true) => "ngh",
            (onset, ..) => onset,
        }
    }

    fn vowels(self) -> &'static str {
        let open = self.coda().is_empty();
        match (self.glide(), self.nucleus(), open) {
            (false, "i", true) if self.0 & 7 != 0 && self.takes_y() => "y",
            (false, "iê", true) => "ia",
            (false, "iê", false) if self.onset().is_empty() => "yê",
            (false, "uô", true) => "ua",
            (false, "ươ", true) => "ưa",
            (true, "iê", true) => "uya",
            (true, "iê", false) => "uyê",
            (true, "i", _) => "uy",
            (true, nucleus, _) => self.behind_glide(nucleus),
            (false, nucleus, _) => nucleus,
        }
    }

    fn behind_glide(self, nucleus: &str) -> &'static str {
        match (self.onset() == "c", nucleus) {
            (true, "a") => "ua",
            (true, "ă") => "uă",
            (true, "e") => "ue",
            (_, "a") => "oa",
            (_, "ă") => "oă",
            (_, "e") => "oe",
            (_, "â") => "uâ",
            (_, "ê") => "uê",
            (_, "ô") => "uô",
            _ => "uơ",
        }
    }
}

/// Each well-formed syllable in one tone: level, or sắc where it cannot be level.
pub(super) fn level_syllables() -> impl Iterator<Item = Syllable> {
    inventory().filter(|syllable| match syllable.tone() {
        Tone::Level => true,
        Tone::Sac => STOPS >> (syllable.0 >> 3 & 15) & 1 == 1,
        _ => false,
    })
}

/// All well-formed syllables in the order of their ids.
pub(super) fn inventory() -> impl Iterator<Item = Syllable> {
    (0..1_u32 << 17).filter_map(|id| {
        let part = |from: u32, bits: u32| (id >> from & ((1 << bits) - 1)) as u8;
        let known = usize::from(part(12, 5)) < ONSETS.len() && usize::from(part(3, 4)) < CODAS.len();
        let made = (known && part(0, 3) < 6)
            .then(|| Syllable::new(part(12, 5), part(11, 1) == 1, part(7, 4), part(3, 4), part(0, 3)));
        made.flatten()
    })
}

/// The nucleus of level open syllables written with y.
const LEVEL_Y: u8 = nucleus("y");
const ONLY_I: u8 = nucleus("i");
const IE: u8 = nucleus("iê");
const CIRCUMFLEX_E: u8 = nucleus("ê");
const FINAL_U: u8 = coda("u");
/// The onset that is spelt c, k and q.
const K: u8 = onset("c");
const GI: u8 = onset("gi");
/// Spellings that may not stand before i, y, e, ê, and those that stand there only.
const NOT_FRONT: [u64; 3] = [spelt("c"), spelt("g"), spelt("ng")];
const ONLY_FRONT: [u64; 3] = [spelt("k"), spelt("gh"), spelt("ngh")];

/// Whether an onset, a glide or none, a nucleus and a coda go together, and are not written as others are.
fn is_formed(onset: u8, glide: bool, nucleus: u8, coda: u8) -> bool {
    codas_of(onset, glide, nucleus) >> coda & 1 == 1 && !(onset == GI && is_spelt_as_another(nucleus, coda))
}

/// Behind gi these read as others are written: gia, giên, giu.
fn is_spelt_as_another(of: u8, behind: u8) -> bool {
    of == LEVEL_Y
        || (of == IE && behind == 0)
        || (of == CIRCUMFLEX_E && behind != 0 && codas_of(0, false, IE) >> behind & 1 == 1)
        || (of == ONLY_I && behind == FINAL_U)
}

/// Takes the letters of a word apart, forgiving what [`Parts`] then tells. O(1).
pub(super) fn parts(codes: &[u8]) -> Option<Parts> {
    match codes {
        [b'q', b'u', rest @ ..] if rest.first().is_some_and(|code| is_vowel(*code)) => of_qu(rest),
        [b'g', rest @ ..] if rest.first() == Some(&b'i') => of_gi(rest),
        codes => of_others(codes),
    }
}

fn of_others(codes: &[u8]) -> Option<Parts> {
    let consonants = codes.iter().take_while(|code| !is_vowel(**code)).count();
    let (spelling, rest) = codes.split_at_checked(consonants)?;
    let spelling = packed(spelling);
    let &(_, onset_number, misspelt) = ONSET_SPELLINGS.iter().find(|row| row.0 == spelling)?;
    let front = matches!(rest.first(), Some(b'i' | b'y' | b'e' | b'E'));
    let rime = rime(rest)?;
    let wrong = if front { NOT_FRONT } else { ONLY_FRONT };
    let k_glides = onset_number == K && rime.glide;
    // Yên is right, ny can be; hyền lacks a letter.
    if rest.first() == Some(&b'y') && !rime.y && onset_number != 0 {
        return None;
    }
    let read = made(onset_number, rime.glide, rime);
    let misspelt = misspelt || k_glides || wrong.contains(&spelling);
    Some(Parts { broken: read.broken || misspelt, ..read })
}

/// Behind qu everything glides: quốc is not cuốc.
fn of_qu(rest: &[u8]) -> Option<Parts> {
    let rime = match rest {
        [b'i' | b'y', behind @ ..] => {
            let mut spelling = [0; LETTERS_MAX];
            let all = spelling.get_mut(..behind.len() + 2)?;
            all[..2].copy_from_slice(b"uy");
            all[2..].copy_from_slice(behind);
            rime(all)?
        }
        rest => rime(rest).filter(|rime| !rime.glide)?,
    };
    Some(made(K, true, rime))
}

/// The i of gi is its own nucleus where no vowel follows (gì, gìn), part of iê in giếng.
fn of_gi(rest: &[u8]) -> Option<Parts> {
    let behind = rest.get(1..)?;
    if !behind.first().is_some_and(|code| is_vowel(*code)) {
        return Some(made(GI, false, rime(rest)?));
    }
    if matches!(behind, [b'E', _, ..])
        && let Some(rime) = rime(rest)
        && codas_of(GI, false, rime.nucleus) >> rime.coda & 1 == 1
    {
        return Some(made(GI, false, rime));
    }
    let rime = rime(behind).or_else(|| rime(rest))?;
    Some(made(GI, rime.glide, rime))
}

/// Vowels and coda as they are spelt.
#[derive(Clone, Copy)]
struct Rime {
    glide: bool,
    nucleus: u8,
    coda: u8,
    y: bool,
    broken: bool,
}

fn rime(letters: &[u8]) -> Option<Rime> {
    let count = letters.iter().take_while(|code| is_vowel(**code)).count();
    let (vowels, behind) = letters.split_at_checked(count)?;
    let is_open = behind.is_empty();
    let fits = |stand| match stand {
        Stand::Any | Stand::Broken => true,
        Stand::Open => is_open,
        Stand::Closed => !is_open,
    };
    let row = vowels_spelt(packed(vowels)).find(|row| fits(row.stand))?;
    let coda = match (is_open, row.off) {
        (true, off) => off,
        (false, 0) => CODA_SPELLINGS.iter().find(|coda| coda.0 == packed(behind))?.1,
        (false, _) => return None,
    };
    let broken = row.stand == Stand::Broken;
    Some(Rime { glide: row.glide, nucleus: row.nucleus, coda, y: vowels == b"y", broken })
}

/// An onset and a rime together.
fn made(onset: u8, glide: bool, rime: Rime) -> Parts {
    let Rime { nucleus, coda, y, broken, .. } = rime;
    let broken = broken || codas_of(onset, glide, nucleus) >> coda & 1 == 0;
    Parts { onset, glide, nucleus, coda, y, broken }
}

/// Consonants that end syllables.
const CODA_SPELLINGS: [(u64, u8); 8] = [
    (spelt("n"), coda("n")),
    (spelt("ng"), coda("ng")),
    (spelt("nh"), coda("nh")),
    (spelt("t"), coda("t")),
    (spelt("c"), coda("c")),
    (spelt("m"), coda("m")),
    (spelt("p"), coda("p")),
    (spelt("ch"), coda("ch")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn id(word: &str) -> Option<u32> {
        Syllable::parse(word).map(Syllable::id)
    }

    #[test]
    fn the_inventory_is_read_as_it_is_written() {
        let mut seen = std::collections::BTreeMap::new();
        for syllable in inventory() {
            let spelled = syllable.spelled();
            for form in [spelled.clone(), spelled.to_uppercase(), spelled.nfd().collect()] {
                assert_eq!(Syllable::parse(&form), Some(syllable), "{form}");
            }
            assert_eq!(super::super::tone_place::placed(&spelled), spelled, "the old style");
            assert!(spelled.chars().count() <= LETTERS_MAX);
            assert_eq!(seen.insert(spelled.clone(), syllable), None, "{spelled}");
            assert_eq!(syllable.toneless().tone(), Tone::Level);
        }
        eprintln!("{} well-formed syllables", seen.len());
        assert!((14_000..18_500).contains(&seen.len()), "{}", seen.len());
    }

    #[test]
    fn one_syllable_has_one_id() {
        for (a, b) in [
            ("hoà", "hòa"),
            ("lý", "lí"),
            ("quý", "quí"),
            ("quý", "qúy"),
            ("QUỲNH", "qùynh"),
            ("quýt", "quít"),
            ("giàu", "gìau"),
            ("nguyễn", "nguỹên"),
            ("y\u{301}", "ý"),
            ("í", "ý"),
            ("kỳ", "kì"),
            ("giếng", "gíêng"),
        ] {
            assert!(id(a).is_some() && id(a) == id(b), "{a} {b}");
        }
        for (a, b) in [
            ("thúy", "thuí"),
            ("vi", "vy"),
            ("my", "mi"),
            ("cuốc", "quốc"),
            ("hào", "hòa"),
            ("cua", "qua"),
            ("hoan", "hoang"),
            ("dung", "đung"),
            ("tai", "tay"),
            ("giá", "já"),
        ] {
            assert!(id(a).is_some() && id(a) != id(b), "{a} {b}");
        }
    }

    #[test]
    fn parts_are_those_of_the_grammar() {
        let parts = |word: &str| {
            let s = Syllable::parse(word).unwrap();
            (s.onset(), s.glide(), s.nucleus(), s.coda(), s.tone())
        };
        assert_eq!(parts("Nguyễn"), ("ng", true, "iê", "n", Tone::Nga));
        assert_eq!(parts("quốc"), ("c", true, "ô", "c", Tone::Sac));
        assert_eq!(parts("cuốc"), ("c", false, "uô", "c", Tone::Sac));
        assert_eq!(parts("Thúy"), ("th", true, "i", "", Tone::Sac));
        assert_eq!(parts("thùi"), ("th", false, "u", "i", Tone::Huyen));
        assert_eq!(parts("giếng"), ("gi", false, "iê", "ng", Tone::Sac));
        assert_eq!(parts("gì"), ("gi", false, "i", "", Tone::Huyen));
        assert_eq!(parts("yên"), ("", false, "iê", "n", Tone::Level));
        assert_eq!(parts("khuya"), ("kh", true, "iê", "", Tone::Level));
        assert_eq!(parts("ghế"), ("g", false, "ê", "", Tone::Sac));
        assert_eq!(parts("người"), ("ng", false, "ươ", "i", Tone::Huyen));
    }

    #[test]
    fn what_breaks_a_rule_is_no_syllable() {
        for word in [
            "phat", "nguyen", "cim", "kang", "ngĩa", "ghà", "fúc", "quôc", "phàt", "hyền", "trưòng", "Néang",
            "Kđăm", "", "q", "qu", "ng", "áá", "huằng", "w", "thành1", "đđ", "quuy", "lynh", "ńa",
        ] {
            assert_eq!(id(word), None, "{word}");
        }
    }

    /// Every row of the table in which only spelling differs.
    #[test]
    fn spellings_of_the_reference_table_are_one() {
        let settings = crate::settings::Settings::read(&crate::settings::RulesFolder::embedded()).unwrap();
        let variants = settings.reference.table("syllable_variants");
        let mut seen = 0;
        for [class, a, b] in variants.select(["class", "example_a", "example_b"]) {
            let level =
                matches!(a, "Hy" | "Ky" | "Ly" | "My" | "Sy" | "Ty" | "Vy" | "Thy" | "Khy" | "Nghy" | "Y");
            if class.starts_with("tone_") || class == "i_y" {
                let b = if b.is_empty() { a } else { b };
                assert_eq!(id(a) == id(b), !level, "{a} {b}");
                seen += 1;
            }
        }
        assert!(seen >= 120, "{seen}");
    }

    proptest! {
        #[test]
        fn anything_is_read_without_harm(word in "\\PC{0,12}|[a-zăâêôơưđ\u{300}\u{301}\u{309}ấềộ]{0,9}") {
            let read = Syllable::parse(&word);
            prop_assert_eq!(read, Syllable::parse(&word.nfd().collect::<String>()));
            if let Some(syllable) = read {
                prop_assert_eq!(Syllable::parse(&syllable.spelled()), read);
            }
        }
    }
}
