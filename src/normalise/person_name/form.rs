//! The written form of a name: what is wrong with it, and how it is mended.

use super::super::unicode::{is_letter, lower, upper};
use super::letters::{Letters, Run, runs};

/// What is wrong with the way a name is written. The first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormFault {
    /// An encoding of before Unicode, or UTF-8 read as another one.
    Encoding,
    /// Decomposed, look-alike, full-width or invisible characters, or character references.
    Unicode,
    /// Keys of Telex, VNI or VIQR left in a word.
    Keystrokes,
    /// Outer or doubled spaces, or words run together.
    Spacing,
    /// Neither `Mỗi Từ Viết Hoa` nor `TOÀN CHỮ HOA`.
    Case,
    /// A tone mark on another vowel than the old style puts it on: `Hoà`, `Qúy`.
    ToneMark,
}

impl FormFault {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Unicode => "unicode",
            Self::Keystrokes => "keystrokes",
            Self::Spacing => "spacing",
            Self::Case => "case",
            Self::ToneMark => "tone_mark",
        }
    }
}

/// Words run together (`NguyễnThị`), parted; `None` where there are none. A
/// capital begins a word if it is followed by a small letter and stands behind
/// the small letters of a word that began with a capital.
pub(super) fn part_joined(text: &str) -> Option<String> {
    let joined = |window: &[char; 3]| is_small(window[0]) && is_capital(window[1]) && is_small(window[2]);
    let mut window = ['\0'; 3];
    let mut begun_by_capital = false;
    let mut cuts = Vec::new();
    let mut after_letter = false;
    for (at, c) in text.char_indices() {
        window = [window[1], window[2], c];
        if joined(&window) && begun_by_capital {
            cuts.push(at - window[1].len_utf8());
        }
        if is_letter(c) && !after_letter {
            begun_by_capital = is_capital(c);
        }
        after_letter = is_letter(c);
    }
    if cuts.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + cuts.len());
    let mut from = 0;
    for cut in cuts {
        out.push_str(&text[from..cut]);
        out.push(' ');
        from = cut;
    }
    out.push_str(&text[from..]);
    Some(out)
}

fn is_small(c: char) -> bool {
    is_letter(c) && upper(c) != c
}

fn is_capital(c: char) -> bool {
    is_letter(c) && lower(c) != c
}

/// How the letters of a text stand to the two ways of writing a name: a capital at the start of every word
/// alone, or capitals throughout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    /// Some letter is small.
    small: bool,
    /// Some word begins with a small letter, or has a capital behind one.
    wrong: bool,
}

impl Case {
    /// After a hyphen or another sign inside a word either case is fine. O(length).
    pub(super) fn of(text: &str) -> Self {
        let mut case = Self::default();
        let (mut word_begun, mut after_letter) = (false, false);
        for c in text.chars() {
            if is_letter(c) {
                case.small |= upper(c) != c;
                case.wrong |= if word_begun { after_letter && lower(c) != c } else { upper(c) != c };
                word_begun = true;
            }
            after_letter = is_letter(c);
            word_begun &= c != ' ';
        }
        case
    }

    /// That of two texts with a space between.
    pub(super) fn and(self, other: Self) -> Self {
        Self { small: self.small | other.small, wrong: self.wrong | other.wrong }
    }

    /// Neither of the two ways.
    pub(super) fn is_fault(self) -> bool {
        self.small && self.wrong
    }
}

/// Writes the words anew: tone marks in place, and with `case` a capital first
/// and small letters after it.
pub(super) fn mend(text: &str, case: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word_begun = false;
    for (_, run) in runs(text) {
        match run {
            Run::Other(c) => {
                word_begun &= c != ' ';
                out.push(c);
            }
            Run::Word(word, whole) => {
                let mut letters = Letters::of(word, false);
                let _ = whole && letters.place();
                let mut first = true;
                letters.for_each(|c| {
                    let mended = match (case, first, word_begun) {
                        (false, ..) | (true, true, true) => c,
                        (true, true, false) => upper(c),
                        (true, false, _) => lower(c),
                    };
                    (first, word_begun) = (false, true);
                    out.push(mended);
                });
            }
        }
    }
    out
}
