//! How two words of names are alike.
//!
//! A word is taken apart once; then most questions about two words are comparisons of a few
//! numbers. The classes are those by which names go wrong: accents lost or changed, sounds that
//! the south does not tell apart, two forms of one name, slips of the keys. Each is a class of its
//! own, since each says something else: siblings are called Thúy and Thùy, not Hải and Hãi.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::super::skeleton::skeleton;
use super::super::unicode::{is_letter, plain, plain_words};
use super::parts::{HOI, NGA, Parts, Syllable, coda_place, nucleus_place, onset_place};

/// How alike two words are: the first class that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// One word, or one syllable in two spellings (Lý and Lí).
    Same,
    /// Equal letters, and one side bears no mark at all.
    Unaccented,
    /// Equal but for hỏi and ngã.
    HoiNga,
    /// Equal but for the tone.
    Tone,
    /// Equal letters; marks of vowels or đ differ.
    Accents,
    /// Written as the south hears it: Vân and Dân, Lan and Lang.
    Heard,
    /// Two forms of one name: Huỳnh and Hoàng.
    Doublet,
    /// Letters were lost to `?`.
    Lost,
    /// One is cut down to first letters or consonants: Ng, T, Trg.
    Short,
    /// One slip of the keys that left no syllable: a letter left out, put in, doubled, a neighbour's,
    /// or two changed round.
    Slip,
    /// Two syllables that one slip leads from one to the other (Lan and Lam), or long words of nearly
    /// the same letters: two names as well as one miskeyed.
    Near,
    /// Two words.
    Different,
}

/// One word of a name, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The plain letters: of up to twelve the letters themselves, else a hash.
    plain: u64,
    /// Its sound without accents: a hash of its skeleton.
    sound: u32,
    syllable: Option<Syllable>,
    /// Which letters it has, a bit each.
    letters: u32,
    len: u8,
    /// The class of names of one origin; 0 for none.
    origin: u8,
    /// The pair of names apart that it is one of; 0 for none.
    apart: u8,
    is_accented: bool,
    has_lost: bool,
    is_short: bool,
}

/// Names of one origin of which several forms are in use, as the reference table has them.
const ORIGINS: [&[&str]; 64] = [
    &["an", "yên"],
    &["bình", "bường"],
    &["bảo", "bửu"],
    &["cang", "cương"],
    &["chu", "châu"],
    &["chung", "chông"],
    &["chánh", "chính"],
    &["chân", "chơn"],
    &["càng", "cường"],
    &["cát", "kiết"],
    &["cảnh", "kiểng"],
    &["doãn", "duẫn"],
    &["dõng", "dũng"],
    &["giáp", "kép"],
    &["hiệp", "hợp"],
    &["hoa", "huê"],
    &["hoàng", "huỳnh"],
    &["hãnh", "hạnh"],
    &["hường", "hồng"],
    &["khâu", "khưu"],
    &["kiếng", "kính"],
    &["lanh", "linh"],
    &["liễu", "lưu"],
    &["long", "luông"],
    &["lã", "lữ"],
    &["lãnh", "lĩnh"],
    &["lô", "lư"],
    &["lị", "lợi"],
    &["minh", "miêng"],
    &["mạng", "mệnh"],
    &["nghĩa", "ngãi"],
    &["nguyên", "ngươn"],
    &["nhiệm", "nhậm"],
    &["nhân", "nhơn"],
    &["nhất", "nhứt"],
    &["nhật", "nhựt"],
    &["oai", "uy"],
    &["ong", "vương"],
    &["phòng", "phùng"],
    &["phúc", "phước"],
    &["phượng", "phụng"],
    &["quý", "quới"],
    &["san", "sơn"],
    &["sanh", "sinh"],
    &["sái", "thái"],
    &["thanh", "thinh"],
    &["thiệt", "thật", "thực"],
    &["thì", "thời"],
    &["thạnh", "thịnh"],
    &["tiến", "tấn"],
    &["toàn", "tuyền"],
    &["tràng", "trường"],
    &["tàng", "tường"],
    &["tái", "tới"],
    &["tánh", "tính"],
    &["tòng", "tùng"],
    &["tôn", "tông"],
    &["tăng", "tằng"],
    &["võ", "vũ"],
    &["vưu", "ưu"],
    &["ân", "ơn"],
    &["đang", "đương"],
    &["đàng", "đường"],
    &["đảm", "đởm"],
];

/// Names that are confused and are two, as the reference table and the facts about names say.
const APART: [[&str; 2]; 3] = [["đoàn", "doãn"], ["trịnh", "trình"], ["thái", "thới"]];

/// Onsets that are confused, by any of their spellings.
const ONSETS_ALIKE: [&[&str]; 6] =
    [&["d", "gi", "v"], &["s", "x"], &["ch", "tr"], &["g", "r"], &["l", "n"], &["d", "nh"]];
/// Onsets that are not told apart before a glide: Quyên, Huyên, Uyên.
const ONSETS_BEFORE_GLIDE: &[&str] = &["", "c", "h", "ng"];
/// Nuclei that are confused.
const NUCLEI_ALIKE: [&[&str]; 7] = [
    &["iê", "i", "ê"],
    &["ươ", "ư", "ơ"],
    &["uô", "u"],
    &["a", "ă", "â"],
    &["o", "ô", "ơ"],
    &["ê", "e"],
    &["u", "ư"],
];
/// Nuclei that are confused before the off-glide u: Lưu, Lựu, Liêu.
const NUCLEI_BEFORE_U: &[&str] = &["i", "ê", "iê", "ư", "ươ"];
/// Codas that are confused.
const CODAS_ALIKE: [&[&str]; 2] = [&["n", "ng", "nh"], &["t", "c", "ch"]];

/// Keys side by side on the keyboard, with those of the row below.
const NEIGHBOURS: [&str; 26] = [
    "qwsz", "vghn", "xdfv", "serfcx", "wsdr", "drtgvc", "ftyhbv", "gyujnb", "ujko", "huikmn", "jiolm", "kop",
    "njk", "bhjm", "iklp", "ol", "wa", "edft", "awedxz", "rfgy", "yhji", "cfgb", "qase", "zsdc", "tghu",
    "asx",
];
/// Most letters that are kept themselves: five bits each.
const PLAIN_MAX: usize = 12;
/// Letters of a word in which two slips still leave most of it.
const LONG: u8 = 6;
/// Letters of the longest short form (`Trg`, `Ngn`).
const SHORT_MAX: usize = 3;
/// Fewest letters of the longer of two words that a slip sets apart; words of two differ as words.
const SLIP_MIN: usize = 3;

/// By a part's place: the places of those that it is confused with, a bit each.
struct Confusions {
    onsets: [u32; 32],
    onsets_before_glide: u32,
    nuclei: [u32; 16],
    nuclei_before_u: u32,
    codas: [u32; 16],
    /// The place of the off-glide u among the codas.
    off_glide_u: u8,
}

static CONFUSIONS: LazyLock<Confusions> = LazyLock::new(|| Confusions {
    onsets: alike(&ONSETS_ALIKE, onset_place),
    onsets_before_glide: places(ONSETS_BEFORE_GLIDE, onset_place),
    nuclei: alike(&NUCLEI_ALIKE, nucleus_place),
    nuclei_before_u: places(NUCLEI_BEFORE_U, nucleus_place),
    codas: alike(&CODAS_ALIKE, coda_place),
    off_glide_u: coda_place("u").unwrap_or(0),
});

fn places(group: &[&str], place: fn(&str) -> Option<u8>) -> u32 {
    group.iter().filter_map(|spelt| place(spelt)).fold(0, |mask, place| mask | 1 << place)
}

fn alike<const N: usize>(groups: &[&[&str]], place: fn(&str) -> Option<u8>) -> [u32; N] {
    let mut alike = [0; N];
    for group in groups {
        let mask = places(group, place);
        for at in (0..N).filter(|at| mask >> at & 1 == 1) {
            alike[at] |= mask;
        }
    }
    alike
}

impl Word {
    /// Takes a word apart: small letters in NFC, with or without accents, or anything else. O(length).
    pub fn read(word: &str) -> Self {
        let mut bare_word = String::with_capacity(word.len());
        let (mut is_accented, mut has_lost) = (false, false);
        for c in word.chars() {
            let bare = plain(c).unwrap_or(c);
            is_accented |= is_letter(c) && !c.is_ascii();
            has_lost |= bare == '?';
            bare_word.push(bare);
        }
        let has_vowel = bare_word.bytes().any(|byte| b"aeiouy?".contains(&byte));
        let len = bare_word.chars().count();
        Self {
            plain: packed(&bare_word),
            sound: hash(&skeleton(&bare_word)) as u32,
            syllable: Syllable::parse(word),
            letters: bare_word
                .bytes()
                .filter(u8::is_ascii_lowercase)
                .fold(0, |set, byte| set | 1 << (byte - b'a')),
            len: len.min(255) as u8,
            origin: origin(word, &bare_word, is_accented),
            apart: APART.iter().position(|pair| pair.contains(&word)).map_or(0, |at| at as u8 + 1),
            is_accented,
            has_lost,
            is_short: len == 1 || (len <= SHORT_MAX && !has_vowel),
        }
    }

    /// Whether no letter of it was left out or lost.
    fn is_whole(&self) -> bool {
        !self.has_lost && !self.is_short
    }

    /// Whether it bears any accent.
    pub fn is_accented(&self) -> bool {
        self.is_accented
    }
}

/// Up to twelve plain letters as a number, anything else as a hash.
fn packed(plain: &str) -> u64 {
    let fits =
        plain.len() <= PLAIN_MAX && plain.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'?');
    if !fits {
        return hash(plain) | 1 << 63;
    }
    plain
        .bytes()
        .fold(0, |number, byte| number << 5 | if byte == b'?' { 31 } else { u64::from(byte - b'a' + 1) })
}

fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}

/// The class of a word's name; a word without accents has that of the first name of its letters.
fn origin(word: &str, plain: &str, is_accented: bool) -> u8 {
    let find = |is: &dyn Fn(&str) -> bool| ORIGINS.iter().position(|group| group.iter().any(|one| is(one)));
    let exact = find(&|one| one == word);
    let bare = || find(&|one| !is_accented && plain_words(one) == plain);
    exact.or_else(bare).map_or(0, |at| at as u8 + 1)
}

/// The relation of two words. Symmetric. `texts` gives both words where their letters are needed.
/// O(1) for most; O(length) for words that lost letters or are nearly alike.
pub fn relation<'t>(a: &Word, b: &Word, texts: impl FnOnce() -> (&'t str, &'t str)) -> Relation {
    if a.syllable.is_some() && a.syllable == b.syllable {
        return Relation::Same;
    }
    if a.apart != 0 && a.apart == b.apart && a.is_accented && b.is_accented {
        return Relation::Different;
    }
    if a.plain == b.plain {
        return of_equal_letters(a, b);
    }
    if is_heard(a, b) {
        return Relation::Heard;
    }
    if a.origin != 0 && a.origin == b.origin {
        return Relation::Doublet;
    }
    let may_be_short = a.is_short != b.is_short;
    if !may_be_short && !a.has_lost && !b.has_lost && !may_be_near(a, b) {
        return Relation::Different;
    }
    let (one, other) = texts();
    of_letters(one, other, a, b)
}

fn of_equal_letters(a: &Word, b: &Word) -> Relation {
    match (a.syllable, b.syllable) {
        _ if !a.is_accented && !b.is_accented => Relation::Same,
        _ if !a.is_accented || !b.is_accented => Relation::Unaccented,
        (Some(a), Some(b)) if a.toneless() == b.toneless() => {
            let is_hoi_nga = |tone| tone == HOI || tone == NGA;
            let (a, b) = (a.parts().tone, b.parts().tone);
            if is_hoi_nga(a) && is_hoi_nga(b) { Relation::HoiNga } else { Relation::Tone }
        }
        _ => Relation::Accents,
    }
}

/// Whether both are one word to a southern ear. Where a side is no syllable, or the letters of one
/// without its marks, its sound has to do.
fn is_heard(a: &Word, b: &Word) -> bool {
    let (Some(one), Some(other)) = (a.syllable, b.syllable) else {
        return a.sound == b.sound && a.is_whole() && b.is_whole();
    };
    let (a, b) = (one.parts(), other.parts());
    let is_hoi_nga = |tone| tone == HOI || tone == NGA;
    let tones = a.tone == b.tone || (is_hoi_nga(a.tone) && is_hoi_nga(b.tone));
    tones && parts_are_confused(a, b)
}

fn parts_are_confused(a: Parts, b: Parts) -> bool {
    let confusions = &*CONFUSIONS;
    let has = |mask: u32, place: u8| mask >> place & 1 == 1;
    let both = |mask: u32, a: u8, b: u8| has(mask, a) && has(mask, b);
    let onsets = a.onset == b.onset
        || has(confusions.onsets[usize::from(a.onset)], b.onset)
        || (a.glide && b.glide && both(confusions.onsets_before_glide, a.onset, b.onset));
    let nuclei = a.nucleus == b.nucleus
        || has(confusions.nuclei[usize::from(a.nucleus)], b.nucleus)
        || (a.coda == confusions.off_glide_u && both(confusions.nuclei_before_u, a.nucleus, b.nucleus));
    let codas = a.coda == b.coda || has(confusions.codas[usize::from(a.coda)], b.coda);
    a.glide == b.glide && onsets && nuclei && codas
}

/// Whether two words share so many letters that an edit or two may lead from one to the other: each
/// edit adds a letter to one side, takes one from the other, or both.
fn may_be_near(a: &Word, b: &Word) -> bool {
    let edits = if a.len.max(b.len) >= LONG { 2 } else { 1 };
    u32::from(a.len.abs_diff(b.len)) <= edits && (a.letters ^ b.letters).count_ones() <= 2 * edits
}

fn plain_letters(word: &str) -> Vec<char> {
    word.chars().map(|c| plain(c).unwrap_or(c)).collect()
}

/// What the letters say, marks and all: who slips on a key leaves the others' marks as they are.
fn of_letters(one: &str, other: &str, a: &Word, b: &Word) -> Relation {
    if a.has_lost || b.has_lost {
        let is_lost = lost_letters(&plain_letters(one), &plain_letters(other));
        return if is_lost { Relation::Lost } else { Relation::Different };
    }
    let is_short = match (a.is_short, b.is_short) {
        (true, false) => is_short_form(&plain_letters(one), &plain_letters(other)),
        (false, true) => is_short_form(&plain_letters(other), &plain_letters(one)),
        _ => false,
    };
    if is_short {
        return Relation::Short;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    match (a.syllable, b.syllable) {
        (Some(_), Some(_)) if is_slip(&one, &other) => Relation::Near,
        _ if is_slip(&one, &other) => Relation::Slip,
        _ if a.len.max(b.len) >= LONG && strsim::generic_damerau_levenshtein(&one, &other) <= 2 => {
            Relation::Near
        }
        _ => Relation::Different,
    }
}

/// Whether the words differ only where an encoding lost a letter: th?nh and thanh.
fn lost_letters(a: &[char], b: &[char]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y || *x == '?' || *y == '?')
}

/// Whether a word begins like its short form and has its letters in order.
fn is_short_form(short: &[char], long: &[char]) -> bool {
    let mut rest = long.iter();
    short.len() < long.len()
        && short.first() == long.first()
        && short.iter().all(|one| rest.any(|other| other == one))
}

/// Whether one letter is left out, put in or a neighbour's, or two neighbours are changed round.
fn is_slip(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() < SLIP_MIN || long.len() - short.len() > 1 {
        return false;
    }
    let head = short.iter().zip(long).take_while(|pair| pair.0 == pair.1).count();
    let (short, long) = (&short[head..], &long[head..]);
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|pair| pair.0 == pair.1).count();
    match (&short[..short.len() - tail], &long[..long.len() - tail]) {
        ([], [_]) => true,
        ([one], [other]) => are_neighbours(*one, *other),
        ([first, second], [other, another]) => first == another && second == other,
        _ => false,
    }
}

/// Whether two letters of equal marks lie side by side on the keyboard.
fn are_neighbours(a: char, b: char) -> bool {
    let (Some(a), Some(b)) = (a.is_ascii().then_some(a), b.is_ascii().then_some(b)) else { return false };
    let keys = (a as usize).checked_sub('a' as usize).and_then(|at| NEIGHBOURS.get(at));
    keys.is_some_and(|keys| keys.contains(b))
}
