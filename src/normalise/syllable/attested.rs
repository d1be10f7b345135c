//! Words that are known: names in use, and what well-formed syllables look like without marks.
//!
//! Whether two words one letter apart are one name or two is told best by whether both are names:
//! Loan and Lan are, Loan and Loann are not. Names are those that the reference tables of
//! surnames and parts of given names list.

use std::sync::LazyLock;

use super::letters::{Letters, bare, packed};
use super::parse::{Syllable, level_syllables};

const TABLES: [(&str, usize); 2] = [
    (include_str!("../../../rules/reference/surnames.tsv"), 0),
    (include_str!("../../../rules/reference/given_name_parts.tsv"), 2),
];

struct Names {
    /// Ids of syllables in order.
    syllables: Vec<u32>,
    /// Their bare letters in order.
    plain: Vec<u64>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let rows = TABLES
        .iter()
        .flat_map(|(table, column)| table.lines().skip(1).filter_map(|line| line.split('\t').nth(*column)));
    let words: Vec<&str> = rows.flat_map(str::split_whitespace).collect();
    let mut syllables: Vec<u32> = words.iter().filter_map(|word| Some(Syllable::parse(word)?.id())).collect();
    let letters = words.iter().filter_map(|word| Letters::read(word));
    let mut plain: Vec<u64> = letters.map(|letters| packed_bare(letters.codes())).collect();
    plain.sort_unstable();
    plain.dedup();
    syllables.sort_unstable();
    syllables.dedup();
    Names { syllables, plain }
});

/// Bare letters of all well-formed syllables in order, with i for y and y for i where both are written.
static PLAIN_SYLLABLES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for syllable in level_syllables() {
        let spelled = syllable.spelled();
        let other = spelled.strip_suffix('y').map(|stem| format!("{stem}i"));
        let other = other.filter(|_| !syllable.glide() || syllable.onset() == "c");
        let qui = spelled.strip_prefix("quy").map(|rest| format!("qui{rest}"));
        for spelling in [Some(spelled), other, qui].into_iter().flatten() {
            all.extend(Letters::read(&spelling).map(|letters| packed_bare(letters.codes())));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
});

fn packed_bare(codes: &[u8]) -> u64 {
    codes.iter().fold(0, |number, code| number << 8 | u64::from(bare(*code)))
}

/// Whether a name in use is this syllable. O(log names).
pub(super) fn is_name(syllable: Syllable) -> bool {
    NAMES.syllables.binary_search(&syllable.id()).is_ok()
}

/// Whether a name in use has these letters below its marks. O(log names).
pub(super) fn is_plain_name(codes: &[u8]) -> bool {
    NAMES.plain.binary_search(&packed_bare(codes)).is_ok()
}

/// The bare letters of all well-formed syllables, in no order that means anything.
pub(in crate::normalise) fn plain_syllables() -> impl Iterator<Item = String> {
    PLAIN_SYLLABLES.iter().map(|packed| {
        let letters = packed.to_be_bytes();
        letters.iter().filter(|letter| **letter != 0).map(|letter| char::from(*letter)).collect()
    })
}

/// Whether a word without marks may be a well-formed syllable that lost them. O(log syllables).
pub(super) fn is_plain_syllable(codes: &[u8]) -> bool {
    PLAIN_SYLLABLES.binary_search(&packed(codes)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_use_are_known_with_and_without_marks() {
        let known = |word: &str| {
            let letters = Letters::read(word).unwrap();
            (Syllable::parse(word).is_some_and(is_name), is_plain_name(letters.codes()))
        };
        assert_eq!(known("Nguyễn"), (true, true));
        assert_eq!(known("lí"), (true, true));
        assert_eq!(known("nguyen"), (false, true));
        assert_eq!(known("Xân"), (false, false));
        assert!((500..1500).contains(&NAMES.syllables.len()), "{}", NAMES.syllables.len());
    }
}
