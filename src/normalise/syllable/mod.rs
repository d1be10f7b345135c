//! Vietnamese syllables: read, written in one way, and compared as words of names.
//!
//! [`Syllable`] is onset, glide, nucleus, coda and tone in one number, the same for each
//! spelling of a syllable (`parse.rs`, by the tables of `sounds.rs`). [`Word`] is a word of a
//! name taken apart once (`word.rs`), so that [`relation`] tells how two are alike in a few
//! nanoseconds (`relation.rs`): by sound (`heard.rs`), by origin (`doublet.rs`), by slips of
//! the keyboard (`slip.rs`). All of them are pure functions of texts; the tables compiled in
//! agree with `rules/reference/`, which tests watch over.

mod attested;
mod doublet;
mod heard;
mod letters;
mod parse;
mod relation;
mod slip;
mod sounds;
mod tone_place;
#[cfg(test)]
mod twin;
mod word;

use super::unicode::{compose, is_letter, lower};
pub(super) use attested::plain_syllables;
pub use parse::{Syllable, Tone};
pub use relation::{Relation, relation};
pub(super) use tone_place::place_tone;
pub use word::Word;

/// No syllable has more letters (`nghiêng`).
pub(super) const LETTERS_MAX: usize = 7;

/// Whether a word is a Vietnamese syllable in any case: well-formed if it bears any marks, and
/// if it bears none, what a well-formed one without its marks may be (`phat`). O(1).
pub(super) fn is_syllable(word: &str) -> bool {
    letters::Letters::read(word).is_some_and(|letters| {
        let parsed = || parse::parts(letters.codes()).and_then(|parts| Syllable::of(&letters, parts));
        if letters.is_marked { parsed().is_some() } else { attested::is_plain_syllable(letters.codes()) }
    })
}

/// The words of any text in small letters with tone marks in place, digits among
/// them and `?` for lost letters, single spaces for what stands between. O(length).
pub fn key_words(raw: &str) -> String {
    let (text, _) = compose(raw);
    let mut out = String::with_capacity(text.len());
    let divides = |c: char| !is_letter(c) && !c.is_ascii_digit() && c != '?';
    for word in text.split(divides).filter(|word| word.contains(|c| c != '?')) {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut letters: Vec<char> = word.chars().map(lower).collect();
        place_tone(&mut letters);
        out.extend(letters);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_known_by_their_build() {
        for word in [
            "Nguyễn", "Văn", "An", "quý", "già", "gì", "Khuyết", "XUÂN", "hoà", "yên", "ươm", "Nguy", "phat",
            "nguyen", "quoc", "truong", "Gieng", "qui", "kieu", "Hyw",
        ] {
            assert_eq!(is_syllable(word), word != "Hyw", "{word}");
        }
        for word in [
            "V",
            "n",
            "Ch",
            "Th",
            "Kiª",
            "Hång",
            "Hũaã",
            "Phone",
            "wang",
            "",
            "nghiêngg",
            "quôc",
            "cim",
            "kang",
        ] {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
