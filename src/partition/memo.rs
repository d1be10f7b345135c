//! What texts say that came before.
//!
//! A name, a birth date, a household's number comes again and again over an extract, and reading it costs a
//! hundred times what finding it again does. Texts are told apart by 64 bits of hash; of the texts whose
//! hashes lead to one place the last stands. The table grows as long as that finds more, so that a column of
//! numbers of one's own keeps a small one and soon is not asked.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

/// Places of a new table: some hundred kilobytes.
const PLACES_MIN: usize = 1 << 13;
/// Places at most: some 20 MB.
const PLACES_MAX: usize = 1 << 20;
/// Texts after which it is judged, or as many as a quarter of its places: a few pieces.
const JUDGED_MIN: usize = 1 << 15;
/// It grows if at least one of so many texts was found, and
const FOUND_MIN: usize = 32;
/// at least one of so many was not.
const MISSED_MIN: usize = 16;

/// A text's hash; never 0. O(length).
pub(super) fn text_hash(text: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(text);
    hasher.finish().max(1)
}

/// Some numbers a text.
#[derive(Debug)]
pub(super) struct Memo {
    /// By place: a hash, 0 where the place is free, and the text's numbers.
    words: Vec<u64>,
    width: usize,
    sought: usize,
    found: usize,
    /// Whether texts come again at all.
    is_idle: bool,
}

impl Memo {
    /// For so many numbers a text.
    pub(super) fn new(width: usize) -> Self {
        Self { words: vec![0; PLACES_MIN * (width + 1)], width, sought: 0, found: 0, is_idle: false }
    }

    /// Whether nothing is found here, so that asking costs more than it saves.
    pub(super) fn is_idle(&self) -> bool {
        self.is_idle
    }

    /// The numbers of a text by its hash. O(1).
    pub(super) fn get(&mut self, hash: u64) -> Option<&[u64]> {
        self.sought += 1;
        let at = self.place(hash);
        let [known, numbers @ ..] = self.words.get(at..at + self.width + 1)? else { return None };
        if *known != hash {
            return None;
        }
        self.found += 1;
        Some(numbers)
    }

    /// Keeps a text's numbers, as many as the memo is for. O(1).
    pub(super) fn put(&mut self, hash: u64, numbers: impl Iterator<Item = u64>) {
        let at = self.place(hash);
        self.words[at] = hash;
        for (word, number) in self.words[at + 1..].iter_mut().zip(numbers).take(self.width) {
            *word = number;
        }
    }

    /// Makes room where that lets expect to find more, by what was sought since it was judged last.
    pub(super) fn adapt(&mut self) {
        let places = self.words.len() / (self.width + 1);
        if self.sought < JUDGED_MIN.max(places / 4) || places >= PLACES_MAX || self.is_idle {
            return;
        }
        let (sought, found) = (std::mem::take(&mut self.sought), std::mem::take(&mut self.found));
        self.is_idle = found * FOUND_MIN < sought;
        if self.is_idle || (sought - found) * MISSED_MIN < sought {
            return;
        }
        let old = std::mem::take(&mut self.words);
        self.words = vec![0; 2 * old.len()];
        for kept in old.chunks_exact(self.width + 1).filter(|kept| kept[0] != 0) {
            self.put(kept[0], kept[1..].iter().copied());
        }
    }

    fn place(&self, hash: u64) -> usize {
        let places = self.words.len() / (self.width + 1);
        (hash >> (u64::BITS - places.ilog2())) as usize * (self.width + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_what_was_kept_however_it_grows() {
        let mut memo = Memo::new(2);
        let before = memo.words.len();
        let mut found = 0;
        for at in 0..400_000_u64 {
            let number = if at % 2 == 0 { at % 40_000 } else { at % 100 };
            let (hash, told) = (text_hash(number.to_string().as_bytes()), [number, 7]);
            match memo.get(hash) {
                Some(numbers) => {
                    assert_eq!(numbers, told);
                    found += 1;
                }
                None => memo.put(hash, told.into_iter()),
            }
            if at % 10_000 == 0 {
                memo.adapt();
            }
        }
        assert_eq!(memo.get(text_hash(b"40000")), None);
        assert!(found > 300_000 && memo.words.len() > 8 * before, "{found} in {}", memo.words.len());
    }

    #[test]
    fn texts_that_never_come_again_and_those_that_always_do_take_no_room() {
        let (mut unique, mut common) = (Memo::new(1), Memo::new(1));
        let before = unique.words.len();
        for at in 0..100_000_u64 {
            let hash = text_hash(at.to_string().as_bytes());
            assert_eq!(unique.get(hash), None);
            unique.put(hash, [at].into_iter());
            let hash = text_hash((at % 2).to_string().as_bytes());
            if common.get(hash).is_none() {
                common.put(hash, [at % 2].into_iter());
            }
            if at % 1000 == 999 {
                unique.adapt();
                common.adapt();
            }
        }
        assert_eq!((unique.words.len(), common.words.len()), (before, before));
        assert_eq!((unique.is_idle(), common.is_idle()), (true, false));
    }
}
