//! Names as runs of letters and what stands between them.

use super::super::syllable::{LETTERS_MAX, place_tone};
use super::super::unicode::{is_letter, lower};

/// A longest stretch of letters, or a character that is none. A stretch is not
/// whole where a stray mark follows, which would join a letter whose own mark moves.
pub(super) enum Run<'a> {
    Word(&'a str, bool),
    Other(char),
}

pub(super) fn runs(text: &str) -> impl Iterator<Item = (usize, Run<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        let begin = at;
        if !is_letter(first) {
            at += first.len_utf8();
            return Some((begin, Run::Other(first)));
        }
        let len = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        at += len;
        let (word, after) = rest.split_at(len);
        Some((begin, Run::Word(word, !after.starts_with(is_mark))))
    })
}

/// The letters of a word: a syllable in place, or a longer word by reference.
pub(super) enum Letters<'a> {
    Syllable([char; LETTERS_MAX], usize),
    Long(&'a str, bool),
}

impl<'a> Letters<'a> {
    pub(super) fn of(word: &'a str, small: bool) -> Self {
        let mut letters = ['\0'; LETTERS_MAX];
        let mut len = 0;
        for c in word.chars() {
            match letters.get_mut(len) {
                Some(letter) => *letter = if small { lower(c) } else { c },
                None => return Self::Long(word, small),
            }
            len += 1;
        }
        Self::Syllable(letters, len)
    }

    pub(super) fn place(&mut self) -> bool {
        match self {
            Self::Syllable(letters, len) => place_tone(&mut letters[..*len]),
            Self::Long(..) => false,
        }
    }

    pub(super) fn for_each(self, mut give: impl FnMut(char)) {
        match self {
            Self::Syllable(letters, len) => letters[..len].iter().copied().for_each(give),
            Self::Long(word, small) => word.chars().for_each(|c| give(if small { lower(c) } else { c })),
        }
    }
}

/// A mark that was left without a letter.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}
