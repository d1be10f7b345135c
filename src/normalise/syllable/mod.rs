//! Where a Vietnamese syllable carries its tone mark.
//!
//! A syllable is onset, vowels and coda; the tone mark stands on one of the
//! vowels, which the letters alone decide. Official lists use the old style in
//! open rimes (hòa, khỏe, thúy), keyboards often the new one (hoà, khoẻ, thuý);
//! slips of the keyboard give other places (Qúy, Híêu). All of them are one
//! word, so the place is computed and the mark put there.

mod parts;
mod relation;

pub use parts::Syllable;
pub use relation::{Relation, Word, relation};

use unicode_normalization::UnicodeNormalization;

use super::unicode::{compose as compose_text, is_letter, letter, lower};

/// No syllable has more letters (`nghiêng`).
pub(super) const LETTERS_MAX: usize = 7;

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
pub(super) fn place_tone(word: &mut [char]) -> bool {
    let Some((stands, belongs)) = tone_places(word) else { return false };
    if stands == belongs {
        return false;
    }
    let (Some(from), Some(to)) = (letter(word[stands]), letter(word[belongs])) else { return false };
    // By NFC, since ê and a dot below are joined in the other order.
    let mut marked = [to.toneless, from.tone].into_iter().nfc();
    let (Some(marked), None) = (marked.next(), marked.next()) else { return false };
    word[stands] = from.toneless;
    word[belongs] = marked;
    true
}

/// What may stand before the vowels; `qu` and `gi` count as such.
const ONSETS: [&str; 27] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph",
    "q", "r", "s", "t", "th", "tr", "v", "x",
];

/// Whether a word is built like a Vietnamese syllable. O(length).
pub(super) fn is_syllable(word: &str) -> bool {
    let mut bare = [' '; LETTERS_MAX];
    let (mut len, mut tones) = (0, 0);
    for c in word.chars() {
        let (Some(letter), Some(bare)) = (letter(c), bare.get_mut(len)) else { return false };
        *bare = lower(letter.toneless);
        tones += usize::from(letter.tone != '\0');
        len += 1;
    }
    let bare = &bare[..len];
    let (begin, end) = vowels(bare);
    let consonants = bare.iter().take_while(|c| !is_vowel(**c)).count();
    let onset = &bare[..consonants];
    let known = ONSETS.iter().any(|known| onset.iter().copied().eq(known.chars()));
    tones <= 1 && known && begin < end && is_rime(bare, begin, end)
}

/// The words of any text in small letters with tone marks in place, digits among
/// them, single spaces for what stands between. O(length).
pub fn key_words(raw: &str) -> String {
    let (text, _) = compose_text(raw);
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| !is_letter(c) && !c.is_ascii_digit()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut letters: Vec<char> = word.chars().map(lower).collect();
        place_tone(&mut letters);
        out.extend(letters);
    }
    out
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;

    fn placed(word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        place_tone(&mut letters);
        letters.into_iter().collect()
    }

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

    #[test]
    fn syllables_are_known_by_their_build() {
        for word in ["Nguyễn", "Văn", "An", "quý", "già", "gì", "Khuyết", "XUÂN", "hoà", "yên", "ươm"]
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["Nguy", "V", "n", "Ch", "Th", "Kiª", "Hång", "Hũaã", "Phone", "wang", "", "nghiêngg"]
        {
            assert_eq!(is_syllable(word), word == "Nguy", "{word}");
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
