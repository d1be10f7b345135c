//! Where a Vietnamese syllable carries its tone mark.
//!
//! A syllable is onset, vowels and coda; the tone mark stands on one of the
//! vowels, which the letters alone decide. Official lists use the old style in
//! open rimes (hòa, khỏe, thúy), keyboards often the new one (hoà, khoẻ, thuý);
//! slips of the keyboard give other places (Qúy, Híêu). All of them are one
//! word, so the place is computed and the mark put there.

use unicode_normalization::UnicodeNormalization;

use super::super::unicode::{letter, lower};
use super::LETTERS_MAX;

/// What may follow the vowels.
const CODAS: [&str; 8] = ["c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// The vowels of a Vietnamese syllable, glide and final vowel included. Others
/// (`ea` of the Khmer name Néang) are left as they are written.
const VOWELS: [&str; 45] = [
    "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia", "iu", "iê", "oa", "oă", "oe", "oi", "oo", "ôi",
    "ơi", "ua", "uâ", "uê", "ui", "uô", "uơ", "uy", "ưa", "ưi", "ươ", "ưu", "yê", "iêu", "yêu", "oai", "oao",
    "oay", "oeo", "uai", "uây", "uôi", "uya", "uyê", "uyu", "ươi", "ươu", "uêu",
];

/// Puts the tone mark where the old style has it; tells whether it moved.
///
/// A word that is no syllable (two vowel groups, two marks, a strange coda) is
/// left alone. Letters may be of either case. O(length), at most [`LETTERS_MAX`].
pub(in crate::normalise) fn place_tone(word: &mut [char]) -> bool {
    let Some((stands, belongs)) = tone_places(word) else { return false };
    if stands == belongs {
        return false;
    }
    let (Some(from), Some(to)) = (letter(word[stands]), letter(word[belongs])) else { return false };
    let (Some(marked), None) = joined(to.toneless, from.tone) else { return false };
    word[stands] = from.toneless;
    word[belongs] = marked;
    true
}

/// Puts a tone mark on toneless small letters of a syllable; 0 is none.
pub(super) fn put_tone(letters: &mut [char], tone: char) {
    let (begin, end) = vowels(letters);
    if begin < end
        && let Some(letter) = letters.get_mut(place(letters, begin, end))
        && let (Some(marked), None) = joined(*letter, tone)
    {
        *letter = marked;
    }
}

/// A letter and a mark by NFC, since ê and a dot below are joined in the other order.
fn joined(letter: char, tone: char) -> (Option<char>, Option<char>) {
    let mut marked = [letter, tone].into_iter().nfc();
    (marked.next(), marked.next())
}

/// Where the one tone mark stands and where it belongs, if that is elsewhere.
fn tone_places(word: &[char]) -> Option<(usize, usize)> {
    if word.len() > LETTERS_MAX {
        return None;
    }
    let mut bare = [' '; LETTERS_MAX];
    let mut stands = None;
    for (at, (bare, c)) in bare.iter_mut().zip(word).enumerate() {
        let letter = letter(*c)?;
        *bare = lower(letter.toneless);
        if letter.tone != '\0' && stands.replace(at).is_some() {
            return None;
        }
    }
    let stands = stands?;
    let bare = &bare[..word.len()];
    let (begin, end) = vowels(bare);
    // Most marks stand where they belong; the rest has to be a syllable to be touched.
    let belongs = (begin < end).then(|| place(bare, begin, end))?;
    let moves = stands != belongs && stands + 1 >= begin && stands < end;
    (moves && is_rime(bare, begin, end)).then_some((stands, belongs))
}

/// The first vowels of a toneless, lower-case word as a range; the `u` of `qu`
/// and the `i` of `gi` before a vowel belong to the onset.
fn vowels(bare: &[char]) -> (usize, usize) {
    let first = bare.iter().position(|c| is_vowel(*c)).unwrap_or(bare.len());
    let glide = match (&bare[..first], bare.get(first)) {
        (['q'], Some('u')) => true,
        (['g'], Some('i')) => bare.get(first + 1).is_some_and(|c| is_vowel(*c)),
        _ => false,
    };
    let begin = first + usize::from(glide);
    (begin, bare.iter().skip(begin).position(|c| !is_vowel(*c)).map_or(bare.len(), |n| begin + n))
}

/// Whether vowels and coda are those of a Vietnamese syllable.
fn is_rime(bare: &[char], begin: usize, end: usize) -> bool {
    let (vowels, coda) = (&bare[begin..end], &bare[end..]);
    let among = |known: &[&str], part: &[char]| known.iter().any(|k| part.iter().copied().eq(k.chars()));
    (coda.is_empty() || among(&CODAS, coda)) && (vowels.len() == 1 || among(&VOWELS, vowels))
}

/// On the vowel with a quality mark (the last, as in ươ); else before a coda on
/// the last; else on the first of two and the middle of three.
fn place(bare: &[char], begin: usize, end: usize) -> usize {
    let quality = (begin..end).rev().find(|at| !bare[*at].is_ascii());
    quality.unwrap_or(match end - begin {
        _ if end < bare.len() => end - 1,
        3 => begin + 1,
        _ => begin,
    })
}

fn is_vowel(toneless: char) -> bool {
    matches!(toneless, 'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y')
}

/// A word with its mark in place, for tests.
#[cfg(test)]
pub(super) fn placed(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    place_tone(&mut letters);
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;

    /// The classes of the table in which only the mark's place differs.
    #[test]
    fn the_table_of_variants_is_reproduced() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let variants = settings.reference.table("syllable_variants");
        let mut seen = 0;
        for [class, right, wrong] in variants.select(["class", "example_a", "example_b"]) {
            if class.starts_with("tone_placement") || class.starts_with("tone_misplaced") {
                assert_eq!(placed(right), right, "{class}: the standard form stays");
                assert_eq!(placed(wrong), right, "{class}: {wrong}");
                seen += usize::from(!wrong.is_empty());
            }
        }
        assert!(seen >= 55, "{seen}");
    }

    #[test]
    fn closed_rimes_and_onset_glides_keep_their_mark() {
        for word in [
            "hoàn", "Huỳnh", "quý", "Quỳnh", "già", "gì", "giếng", "nghiêng", "thuở", "khuỷu", "ngoài",
            "HÒA", "Thúy", "mùa", "người", "toán", "huýt",
        ] {
            assert_eq!(placed(word), word);
        }
        assert_eq!(placed("HOÀ"), "HÒA");
        assert_eq!(placed("Khoẻ"), "Khỏe");
    }

    #[test]
    fn what_is_no_syllable_is_left_alone() {
        for word in ["Néang", "Myõ", "TRƯÒNG", "Maríà", "coòperatìve", "Hoàkk", "áoá", "", "q", "ngoàà"]
        {
            assert_eq!(placed(word), word);
        }
    }

    proptest! {
        #[test]
        fn a_mark_moves_at_most_once(word in "[a-zA-ZàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵăâêôơưắấếốớứĐđ]{0,9}") {
            let once = placed(&word);
            prop_assert_eq!(placed(&once), once);
        }
    }
}
