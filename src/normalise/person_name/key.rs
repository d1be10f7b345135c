//! What makes two names equal: the words of a name without what is no part of it.
//!
//! A cell holds more than a name now and then: a title in front (`Ông`), a call name
//! in brackets or behind a dash, a second person behind a stroke, digits, points of
//! short forms, words that stand for "nobody knows". None of it goes into the keys,
//! and the first of it is told as the name's [`Oddity`].

use super::super::unicode::{is_letter, plain};
use super::letters::{Letters, Run, is_mark, runs};

/// What stands in a cell and is no part of a name as it should be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// Words for "not known", or a test: no name at all.
    Placeholder,
    /// Letters lost to `?` on the way between systems.
    LostLetters,
    /// A word cut down to its first letters: `Ng.`, `T.`, `V`.
    Abbreviation,
    /// `Ông` or `Bà` in front.
    Title,
    /// Something behind the name: a call name, a role, another person.
    CallName,
    /// Digits.
    Digits,
}

impl Oddity {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::LostLetters => "lost_letters",
            Self::Abbreviation => "abbreviation",
            Self::Title => "title",
            Self::CallName => "call_name",
            Self::Digits => "digits",
        }
    }

    fn note(self, found: &mut Option<Self>) {
        *found = Some(found.map_or(self, |other| other.min(self)));
    }
}

/// Stands for a lost letter in keys.
const LOST: char = '?';
/// The character that decoders put where they could not go on.
const REPLACEMENT: char = '\u{fffd}';

/// Whole cells that name nobody, with and without accents. Left out are words that
/// are somebody's name without accents: `vo danh` is a Võ.
const PLACEHOLDERS: [&str; 34] = [
    "bỏ trống",
    "bo trong",
    "chưa biết",
    "chua biet",
    "chưa có tên",
    "chua co ten",
    "chưa có",
    "chua co",
    "chưa rõ",
    "chua ro",
    "chưa đặt tên",
    "chua dat ten",
    "chưa xác định",
    "chua xac dinh",
    "không biết",
    "khong biet",
    "không có",
    "khong co",
    "không rõ",
    "khong ro",
    "không tên",
    "khong ten",
    "không xác định",
    "khong xac dinh",
    "khuyết danh",
    "khuyet danh",
    "không",
    "vô danh",
    "null",
    "none",
    "test",
    "unknown",
    "x",
    "xxx",
];

/// Bytes of the longest of them; most names have more.
const PLACEHOLDER_BYTES_MAX: usize = "không xác định".len();

/// Titles, of which none is a surname or a name of today; without accents only
/// before a surname that nobody takes for a name's middle.
const TITLES: [(&str, &str); 6] =
    [("ông", "ong"), ("bà", "ba"), ("cụ", "cu"), ("mr", "mr"), ("mrs", "mrs"), ("ms", "ms")];
/// The commonest surnames without accents.
const SURNAMES: [&str; 12] =
    ["nguyen", "tran", "le", "pham", "huynh", "vo", "phan", "truong", "dang", "bui", "ngo", "duong"];

/// Names of birth order that are written as digits, from 2 to 10, and the words
/// behind which a digit is one.
const BIRTH_ORDER: [&str; 9] = ["hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười"];
const BEFORE_BIRTH_ORDER: [&str; 6] = ["bé", "be", "thị", "thi", "văn", "van"];

/// What a text told beside its keys.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// A tone mark had to be moved.
    pub(super) tone_moved: bool,
    pub(super) oddity: Option<Oddity>,
}

/// Appends key and plain key. O(length).
pub(super) fn push_keys(text: &str, key: &mut String, plain: &mut String) -> Told {
    let mut writer = Writer {
        key_begin: key.len(),
        plain_begin: plain.len(),
        key,
        plain,
        words: 0,
        told: Told::default(),
    };
    writer.write(text);
    writer.finish()
}

struct Writer<'k> {
    key: &'k mut String,
    plain: &'k mut String,
    key_begin: usize,
    plain_begin: usize,
    /// Words begun.
    words: usize,
    told: Told,
}

impl Writer<'_> {
    fn write(&mut self, text: &str) {
        let mut skip_to = 0;
        let mut ended = false;
        let mut brackets = text.contains('(');
        for (at, run) in runs(text) {
            let keeps = at >= skip_to && !ended;
            match run {
                Run::Word(word, whole) => self.word(word, whole, keeps),
                Run::Other(_) if !keeps => {}
                Run::Other('(') if brackets && self.words > 0 => {
                    let close = text[at..].find(')');
                    brackets = close.is_some();
                    skip_to = at + close.unwrap_or(0);
                    self.gap();
                }
                Run::Other(c) if c == LOST || c == REPLACEMENT => self.lost(text, at, c),
                Run::Other(c) if c.is_ascii_digit() => skip_to = self.digits(text, at),
                Run::Other(c) if joins(c) => {}
                Run::Other(c) => {
                    self.gap_behind(c);
                    ended = self.words > 1 && ends_name(text, at, c);
                }
            }
        }
    }

    fn word(&mut self, word: &str, whole: bool, keeps: bool) {
        let mut letters = Letters::of(word, true);
        self.told.tone_moved |= whole && letters.place();
        if !keeps {
            Oddity::CallName.note(&mut self.told.oddity);
            return;
        }
        self.begin_word();
        let Self { key, plain: plain_key, .. } = self;
        letters.for_each(|c| {
            key.push(c);
            plain_key.extend(plain(c));
        });
    }

    fn begin_word(&mut self) {
        if self.key.len() == self.key_begin || self.key.ends_with(' ') {
            self.words += 1;
        }
    }

    /// A `?` beside a letter is a letter lost; behind a whole last word it is a doubt.
    fn lost(&mut self, text: &str, at: usize, c: char) {
        let behind = text[at + c.len_utf8()..].chars().next();
        let after_letter = self.key.len() > self.key_begin && !self.key.ends_with(' ');
        let is_doubt = behind.is_none() && c == LOST && has_vowel(last_word(&self.plain[self.plain_begin..]));
        let is_letter = behind.is_some_and(|c| is_letter(c) || c == LOST || c == REPLACEMENT) || after_letter;
        if is_letter && !is_doubt {
            self.begin_word();
            self.key.push(LOST);
            self.plain.push(LOST);
            Oddity::LostLetters.note(&mut self.told.oddity);
        } else {
            self.gap();
        }
    }

    /// A name of birth order where digits stand for one; else digits are left out.
    /// Gives where the digits end.
    fn digits(&mut self, text: &str, at: usize) -> usize {
        let len = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        Oddity::Digits.note(&mut self.told.oddity);
        let is_last = text[at + len..].trim_end().is_empty();
        let number = text[at..at + len].parse::<usize>().ok();
        let order = number.and_then(|number| BIRTH_ORDER.get(number.checked_sub(2)?));
        let before = last_word(self.key[self.key_begin..].trim_end());
        if let Some(word) = order.filter(|_| is_last && BEFORE_BIRTH_ORDER.contains(&before)) {
            self.gap();
            self.word(word, false, true);
        } else {
            self.gap();
        }
        at + len
    }

    /// Ends the word; a point behind the first letters of one makes it a short form.
    fn gap_behind(&mut self, c: char) {
        if c == '.' && self.key.len() > self.key_begin && !self.key.ends_with(' ') {
            let word = last_word(&self.plain[self.plain_begin..]);
            if word.len() <= 3 && !has_vowel(word) {
                Oddity::Abbreviation.note(&mut self.told.oddity);
            }
        }
        self.gap();
    }

    fn gap(&mut self) {
        push_gap(self.key, self.key_begin);
        push_gap(self.plain, self.plain_begin);
    }

    fn finish(mut self) -> Told {
        trim_gap(self.key, self.key_begin);
        trim_gap(self.plain, self.plain_begin);
        if is_placeholder(&self.key[self.key_begin..]) {
            self.key.truncate(self.key_begin);
            self.plain.truncate(self.plain_begin);
            return Told { oddity: Some(Oddity::Placeholder), ..self.told };
        }
        while self.drop_title() {
            Oddity::Title.note(&mut self.told.oddity);
        }
        if self.words > 1
            && self.plain[self.plain_begin..].split(' ').any(|word| !has_vowel(word) && word.len() < 4)
        {
            Oddity::Abbreviation.note(&mut self.told.oddity);
        }
        self.told
    }

    /// Takes a title from the front of a name of two words or more.
    fn drop_title(&mut self) -> bool {
        if self.words < 3 || !self.key[self.key_begin..].starts_with(['ô', 'o', 'b', 'c', 'm']) {
            return false;
        }
        let (key, plain) = (&self.key[self.key_begin..], &self.plain[self.plain_begin..]);
        let (Some((first, rest)), Some((plain_first, plain_rest))) =
            (key.split_once(' '), plain.split_once(' '))
        else {
            return false;
        };
        let next = rest.split(' ').next().unwrap_or("");
        let is_title = self.words > 2
            && TITLES.iter().any(|(title, bare)| {
                let beyond_doubt = first == *title && (title != bare || title.starts_with('m'));
                beyond_doubt || (first == *bare && self.words > 3 && SURNAMES.contains(&next))
            });
        if is_title {
            let (key_len, plain_len) = (first.len() + 1, plain_first.len() + 1);
            debug_assert!(!plain_rest.is_empty());
            self.key.drain(self.key_begin..self.key_begin + key_len);
            self.plain.drain(self.plain_begin..self.plain_begin + plain_len);
            self.words -= 1;
        }
        is_title
    }
}

/// Whether what follows is no more of the name: a dash between spaces, a comma, a stroke.
fn ends_name(text: &str, at: usize, c: char) -> bool {
    let followed = |by: char| text[at + c.len_utf8()..].starts_with(by);
    match c {
        '-' | '–' | '—' => text[..at].ends_with(' ') && followed(' '),
        ',' | ';' | '/' => true,
        _ => false,
    }
}

/// Whether a title or a placeholder may begin with a word.
pub(super) fn may_open_other(key: &str) -> bool {
    let is_title = |(title, bare): &(&str, &str)| key == *title || key == *bare;
    TITLES.iter().any(is_title) || PLACEHOLDERS.iter().any(|all| all.split(' ').next() == Some(key))
}

fn is_placeholder(key: &str) -> bool {
    key.len() <= PLACEHOLDER_BYTES_MAX && PLACEHOLDERS.contains(&key)
}

fn last_word(text: &str) -> &str {
    text.rsplit(' ').next().unwrap_or("")
}

pub(super) fn has_vowel(plain: &str) -> bool {
    plain.bytes().any(|byte| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'?'))
}

/// Apostrophes and stray marks stand inside a word; all else divides words.
fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`') || is_mark(c)
}

fn push_gap(out: &mut String, begin: usize) {
    if out.len() > begin && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn trim_gap(out: &mut String, begin: usize) {
    if out.len() > begin && out.ends_with(' ') {
        out.pop();
    }
}
