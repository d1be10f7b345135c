//! Capitals that share their code with the small letter.
//!
//! TCVN3 has one code for à and À: fonts of capitals draw it as a capital, and ư too,
//! though Ư has a code of its own. VPS does so
//! for 14 letters. A letter's case is then that of the other letters of its word;
//! where the word has none (`Hµ`), that of the other words; else small.

use super::table::{Case, Glyph};
use crate::normalise::unicode::{is_letter, lower, upper};

/// What the letters behind the first of some words tell.
#[derive(Clone, Copy, Default)]
struct Tally {
    small: usize,
    capital: usize,
    /// Words that begin with a small letter, or a capital.
    begin_small: usize,
    begin_capital: usize,
}

impl Tally {
    fn add(&mut self, first: bool, c: char) {
        let (small, capital) = (upper(c) != c, lower(c) != c);
        let (smalls, capitals) = if first {
            (&mut self.begin_small, &mut self.begin_capital)
        } else {
            (&mut self.small, &mut self.capital)
        };
        *smalls += usize::from(small);
        *capitals += usize::from(capital);
    }

    fn of(word: &[Glyph]) -> Self {
        let mut tally = Self::default();
        for (at, glyph) in word.iter().enumerate().filter(|(_, glyph)| glyph.case == Case::Own) {
            tally.add(at == 0, glyph.c);
        }
        tally
    }

    fn merge(self, other: Self) -> Self {
        Self {
            small: self.small + other.small,
            capital: self.capital + other.capital,
            begin_small: self.begin_small + other.begin_small,
            begin_capital: self.begin_capital + other.begin_capital,
        }
    }

    /// Whether letters behind the first are capitals; `None` where nothing tells.
    fn capitals(self) -> Option<bool> {
        (self.small != self.capital).then_some(self.capital > self.small)
    }
}

/// Gives caseless letters their case. O(length).
pub(super) fn restore(text: &mut [Glyph]) {
    if !text.iter().any(|glyph| glyph.case != Case::Own) {
        return;
    }
    let whole =
        words(text).map(|(begin, end)| Tally::of(&text[begin..end])).fold(Tally::default(), Tally::merge);
    let places: Vec<(usize, usize)> = words(text).collect();
    for (begin, end) in places {
        let word = &mut text[begin..end];
        let own = Tally::of(word);
        let capitals = own.capitals().or(whole.capitals()).unwrap_or(false);
        // All capitals, or small letters with a capital in front as the other words
        // have it; the first word of a text as any other.
        let most = whole.begin_capital > 0 && (begin == 0 || whole.begin_small == 0);
        let first = capitals || (own.capital == 0 && most);
        for (at, glyph) in word.iter_mut().enumerate().filter(|(_, glyph)| glyph.case != Case::Own) {
            if if at == 0 && glyph.case == Case::Shared { first } else { capitals } {
                glyph.c = upper(glyph.c);
            }
        }
    }
}

/// What a reader of names makes of a text that stays: words run together parted
/// before a capital, a capital in front of each word and small letters behind it;
/// behind a hyphen or another sign inside a word either. O(length).
pub(super) fn as_names(text: &str) -> String {
    let (mut begun, mut after_letter, mut by_capital, mut after_small) = (false, false, false, false);
    let mut out = String::with_capacity(text.len() + 8);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let letter = is_letter(c);
        let joined =
            by_capital && after_small && is_capital(c) && letters.peek().copied().is_some_and(is_small);
        if joined {
            out.push(' ');
            (begun, after_letter) = (false, false);
        }
        if letter && !after_letter {
            by_capital = is_capital(c);
        }
        out.push(match (letter, begun, after_letter) {
            (true, false, _) => upper(c),
            (true, true, true) => lower(c),
            _ => c,
        });
        begun = (begun || letter) && c != ' ';
        (after_letter, after_small) = (letter, is_small(c));
    }
    out
}

fn is_small(c: char) -> bool {
    is_letter(c) && upper(c) != c
}

fn is_capital(c: char) -> bool {
    is_letter(c) && lower(c) != c
}

/// Where the words of a text begin and end.
fn words(text: &[Glyph]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text.get(at..)?.iter().position(|glyph| is_letter(glyph.c))?;
        let begin = at;
        at = text[begin..].iter().position(|glyph| !is_letter(glyph.c)).map_or(text.len(), |len| begin + len);
        Some((begin, at))
    })
}
