//! The skeleton of a name: what stays of its words when they are misspelt.
//!
//! `by_ear.rs` reads one word. Nearly all words of names are syllables, of which there are some
//! three thousand without their marks, so their skeletons are kept in a table.

mod by_ear;

use std::sync::LazyLock;

use super::syllable::plain_syllables;

/// The skeleton of a plain name, a word for a word. A word that is no Vietnamese
/// syllable stays as it is but for doubled letters. O(length), some 10 ns a word.
pub(super) fn skeleton(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for word in plain.split(' ').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        push_skeleton_of_word(word, &mut out);
    }
    out
}

/// Appends the skeleton of one word of a plain name: a function of the word alone. O(length).
pub(super) fn push_skeleton_of_word(word: &str, out: &mut String) {
    match packed(word).and_then(|letters| KEPT.find(letters)) {
        Some(kept) => out.push_str(kept),
        None => by_ear::push_word(word, out),
    }
}

/// A power of two; the table is half full at most.
const SLOTS: usize = 1 << 13;

/// Skeletons of syllables by their packed letters, in the first free slot from that of their hash on:
/// the letters, then where in the texts the skeleton begins and ends.
struct Kept {
    slots: Vec<(u64, u16, u16)>,
    texts: String,
}

static KEPT: LazyLock<Kept> = LazyLock::new(|| {
    let mut kept = Kept { slots: vec![(0, 0, 0); SLOTS], texts: String::new() };
    for word in plain_syllables().take(SLOTS / 2) {
        kept.keep(&word);
    }
    kept
});

impl Kept {
    fn keep(&mut self, word: &str) {
        let begin = self.texts.len();
        by_ear::push_word(word, &mut self.texts);
        let places = (u16::try_from(begin), u16::try_from(self.texts.len()));
        if let (Some(packed), (Ok(begin), Ok(end))) = (packed(word), places)
            && let Some(at) = self.seek(packed, 0)
            && let Some(slot) = self.slots.get_mut(at)
        {
            *slot = (packed, begin, end);
        }
    }

    fn find(&self, packed: u64) -> Option<&str> {
        let (_, begin, end) = *self.slots.get(self.seek(packed, packed)?)?;
        self.texts.get(usize::from(begin)..usize::from(end))
    }

    /// The first slot with these letters, if no free one (letters 0) comes before it.
    fn seek(&self, packed: u64, sought: u64) -> Option<usize> {
        let first = (packed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51) as usize;
        let mut places = (0..SLOTS).map(|step| (first + step) % SLOTS);
        let at = places.find(|at| self.slots.get(*at).is_none_or(|slot| slot.0 == sought || slot.0 == 0))?;
        self.slots.get(at).is_some_and(|slot| slot.0 == sought).then_some(at)
    }
}

/// Up to eight bytes as a number; `None` for more, or for none.
fn packed(word: &str) -> Option<u64> {
    let fits = (1..=8).contains(&word.len());
    fits.then(|| word.bytes().fold(0, |number, byte| number << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_is_read() {
        let mut count = 0;
        for word in plain_syllables() {
            let mut read = String::new();
            by_ear::push_word(&word, &mut read);
            let mut pushed = String::new();
            push_skeleton_of_word(&word, &mut pushed);
            assert_eq!(pushed, read, "{word}");
            assert_eq!(packed(&word).and_then(|letters| KEPT.find(letters)), Some(&*read), "{word}");
            count += 1;
        }
        assert!((2_000..SLOTS / 2).contains(&count), "{count}");
        assert_eq!(KEPT.find(packed("xyz").unwrap()), None);
    }

    /// Measured, not asserted: `cargo test --release --lib skeleton -- --ignored --nocapture`.
    #[test]
    #[ignore = "prints times"]
    fn nanoseconds_of_a_skeleton() {
        let names = [
            "nguyen thi kim ngan",
            "tran van binh",
            "le hoang phuong uyen",
            "danh sok kha",
            "huynh quoc trong",
        ];
        let rounds = 200_000;
        for (label, push) in
            [("kept", push_skeleton_of_word as fn(&str, &mut String)), ("read", by_ear::push_word)]
        {
            let began = std::time::Instant::now();
            let mut out = String::new();
            for _ in 0..rounds {
                out.clear();
                names.iter().flat_map(|name| name.split(' ')).for_each(|word| push(word, &mut out));
            }
            let words = names.iter().flat_map(|name| name.split(' ')).count() * rounds;
            eprintln!("{label}: {:.1} ns a word", began.elapsed().as_nanos() as f64 / words as f64);
        }
    }
}
