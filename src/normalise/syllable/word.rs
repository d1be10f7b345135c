//! A word of a name, taken apart once.

use super::super::unicode::{letter, lower};
use super::LETTERS_MAX;
use super::attested::{is_name, is_plain_name, is_plain_syllable};
use super::doublet::numbers_of;
use super::heard::Sound;
use super::letters::{Letters, code, composed, tone_number};
use super::parse::{Syllable, parts};

/// What comparing a word asks of it, in 32 bytes.
///
/// Texts are kept as hashes or, where they fit, as they are: two words are taken for equal wrongly
/// once in 2⁶⁰ pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The syllable, else a hash of the text.
    pub(super) same: u64,
    /// The letters without marks: twelve at most as they are, else a hash.
    pub(super) plain: u64,
    /// Which of a to z it has, and [`flags`] above.
    pub(super) bag: u32,
    /// The text without tone marks: a syllable's id, else a hash with the highest bit set.
    pub(super) toneless: u32,
    pub(super) sound: Sound,
    /// Its numbers as one of two forms of a name.
    pub(super) doublets: [u8; 2],
    /// Characters, 255 for more.
    pub(super) len: u8,
    /// The tone's number, or [`SEVERAL_TONES`].
    pub(super) tone: u8,
}

const _: () = assert!(size_of::<Word>() == 32);

/// Bits of [`Word::bag`] that are no letters.
pub(super) mod flags {
    /// Some letter bears a mark, a stroke, or is no Latin letter.
    pub(in super::super) const MARKED: u32 = 1 << 26;
    /// A letter was lost to `?`.
    pub(in super::super) const DAMAGED: u32 = 1 << 27;
    /// A known name.
    pub(in super::super) const NAME: u32 = 1 << 28;
    /// A known name but for the marks.
    pub(in super::super) const PLAIN_NAME: u32 = 1 << 29;
    /// Built like a syllable.
    pub(in super::super) const SYLLABLE: u32 = 1 << 30;
    /// [`super::Word::plain`] holds the letters themselves.
    pub(in super::super) const PACKED: u32 = 1 << 31;
    /// The letters.
    pub(in super::super) const LETTERS: u32 = (1 << 26) - 1;
}

/// More than one tone mark.
pub(super) const SEVERAL_TONES: u8 = 7;

/// Letters that 64 bits hold, five bits each; the length is above them.
const PACKED_MAX: u32 = 12;
/// The number of a lost letter among letters from 1 to 26.
const LOST_NUMBER: u8 = 27;
/// The key of a lost letter.
pub(super) const LOST: u8 = b'?';

impl Word {
    /// Takes a word apart: of a name's key, without marks, damaged (`th?nh`) or foreign, in any
    /// case and coding. O(length); some 100 ns a syllable.
    pub fn read(word: &str) -> Self {
        let word = &*composed(word);
        let mut scan = Scan::default();
        word.chars().for_each(|c| scan.push(c));
        let letters = if usize::from(scan.len) <= LETTERS_MAX { Letters::read(word) } else { None };
        scan.word(letters)
    }

    /// Whether it bears any mark: one without may have lost them. O(1).
    pub fn is_marked(&self) -> bool {
        self.has(flags::MARKED)
    }

    /// Whether letters of it were lost to `?`. O(1).
    pub fn is_damaged(&self) -> bool {
        self.has(flags::DAMAGED)
    }

    /// Whether it is built like a Vietnamese syllable, as [`super::is_syllable`] says. O(1).
    pub fn is_syllable(&self) -> bool {
        self.has(flags::SYLLABLE)
    }

    /// Its characters, 255 for more. O(1).
    pub fn letters(&self) -> usize {
        usize::from(self.len)
    }

    /// Its letters without marks, the last first, where they are kept as they are.
    pub(super) fn packed_letters(&self) -> Option<impl Iterator<Item = u8>> {
        let letters = self.plain << 4 >> 4;
        let at = (0..self.plain >> 60).map(move |at| (letters >> (5 * at) & 31) as u8);
        let key = |number| if number == LOST_NUMBER { LOST } else { number + b'a' - 1 };
        self.has(flags::PACKED).then(|| at.map(key))
    }

    pub(super) fn has(&self, flag: u32) -> bool {
        self.bag & flag != 0
    }
}

/// What one pass over a word's characters gathers.
#[derive(Default)]
struct Scan {
    text: u64,
    plain: u64,
    toneless: u64,
    packed: u64,
    bag: u32,
    len: u8,
    tone: u8,
    is_unpackable: bool,
}

impl Scan {
    fn push(&mut self, c: char) {
        let (small, toneless, plain, tone) = match letter(c) {
            Some(letter) => (letter.lower, lower(letter.toneless), letter.plain, tone_number(letter.tone)),
            None => (lower(c), lower(c), 0, 0),
        };
        let lost = matches!(c, '?' | '\u{fffd}');
        let (small, toneless) = if lost { ('?', '?') } else { (small, toneless) };
        self.text = mixed(self.text, small);
        self.toneless = mixed(self.toneless, toneless);
        self.plain = mixed(self.plain, if plain == 0 { small } else { char::from(plain) });
        let number = if lost { LOST_NUMBER } else { plain.saturating_sub(b'a' - 1) };
        self.packed = self.packed << 5 | u64::from(number);
        self.is_unpackable |= number == 0;
        self.note(small, plain, lost);
        self.tone = if tone == 0 || self.tone == 0 { self.tone | tone } else { SEVERAL_TONES };
        self.len = self.len.saturating_add(1);
    }

    fn note(&mut self, small: char, plain: u8, lost: bool) {
        if plain != 0 {
            self.bag |= 1 << (plain - b'a');
        }
        if lost {
            self.bag |= flags::DAMAGED;
        } else if !small.is_ascii() {
            self.bag |= flags::MARKED;
        }
    }

    fn word(self, letters: Option<Letters>) -> Word {
        let parts = letters.and_then(|letters| Some((letters, parts(letters.codes())?)));
        let syllable = parts.and_then(|(letters, parts)| Syllable::of(&letters, parts));
        let is_packed = !self.is_unpackable && u32::from(self.len) <= PACKED_MAX;
        let codes = letters.as_ref().map(Letters::codes).unwrap_or_default();
        let set = |flag, is_so: bool| if is_so { flag } else { 0 };
        let is_syllable =
            if self.bag & flags::MARKED == 0 { is_plain_syllable(codes) } else { syllable.is_some() };
        Word {
            same: syllable.map_or(finished(self.text) | 1 << 63, |syllable| u64::from(syllable.id()) + 1),
            plain: if is_packed { u64::from(self.len) << 60 | self.packed } else { finished(self.plain) },
            bag: self.bag
                | set(flags::NAME, syllable.is_some_and(is_name))
                | set(flags::PLAIN_NAME, is_plain_name(codes))
                | set(flags::SYLLABLE, is_syllable)
                | set(flags::PACKED, is_packed),
            toneless: parts
                .and_then(|(letters, parts)| Syllable::toneless_id(&letters, parts))
                .unwrap_or(finished(self.toneless) as u32 | 1 << 31),
            sound: parts.map_or(Sound::default(), |(letters, parts)| Sound::of(parts, letters.is_marked)),
            doublets: numbers_of(syllable, codes),
            len: self.len,
            tone: self.tone,
        }
    }
}

/// One step of a hash: the same on every machine.
fn mixed(hash: u64, c: char) -> u64 {
    (hash.rotate_left(5) ^ (u64::from(c) + 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn finished(hash: u64) -> u64 {
    (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ hash >> 32
}

/// The bare letter; lost ones are one key, other characters one of a byte that no letter has.
pub(super) fn plain_key(c: char) -> u8 {
    match letter(c) {
        Some(letter) if letter.plain != 0 => letter.plain,
        _ if c == '\u{fffd}' => LOST,
        _ if c.is_ascii() => c as u8,
        _ => 0x80 | u32::from(lower(c)) as u8,
    }
}

/// The keys that a word is typed with in Telex: its letters, the marks' keys behind their letters,
/// the tone's key at the end.
pub(super) fn telex(word: &str) -> impl Iterator<Item = u8> + '_ {
    let mut tone = 0;
    let mut chars = word.chars();
    let keys = std::iter::from_fn(move || {
        if let Some(c) = chars.next() {
            let letter = letter(c);
            tone = letter.map_or(0, |letter| tone_number(letter.tone)).max(tone);
            let code = letter.map_or(0, |letter| code(u32::from(lower(letter.toneless))));
            return Some(keys_of(code, plain_key(c)));
        }
        let key = TONE_KEYS.get(usize::from(std::mem::take(&mut tone))).copied().filter(|key| *key != 0)?;
        Some([key, 0])
    });
    keys.flatten().filter(|key| *key != 0)
}

/// Keys of the tones by number.
const TONE_KEYS: [u8; 6] = [0, b'f', b's', b'r', b'x', b'j'];

fn keys_of(code: u8, plain: u8) -> [u8; 2] {
    match code {
        b'A' => *b"aw",
        b'B' => *b"aa",
        b'E' => *b"ee",
        b'O' => *b"oo",
        b'P' => *b"ow",
        b'U' => *b"uw",
        b'D' => *b"dd",
        0 => [plain, 0],
        code => [code, 0],
    }
}
