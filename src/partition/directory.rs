//! Where a key was met: a hash table of one word a key.
//!
//! Of a key its 48 highest bits are kept, which also say where it stands, so that the table can grow
//! without the keys. Two of a hundred million keys share these bits with some other with a probability
//! of some 10⁻⁶ each; then a record goes to another part than it might, which costs at most its links.

use super::spill::Unit;

/// Bits of a word that hold the unit.
const UNIT_BITS: u32 = 16;
/// What stands for a key that was met in several places.
const SEVERAL: u64 = (1 << UNIT_BITS) - 1;

/// Keys and where they were met.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// 0 is a free place: units are entered one higher. Its length is nought or a power of two.
    words: Vec<u64>,
    keys: usize,
}

impl Directory {
    /// Where a key was met; none for key 0, one never met or met in several places. O(1).
    pub(super) fn get(&self, key: u64) -> Option<Unit> {
        if key == 0 || self.words.is_empty() {
            return None;
        }
        match self.words[self.find(key)] & SEVERAL {
            0 | SEVERAL => None,
            unit => Some(unit as Unit - 1),
        }
    }

    /// Fetches the places of some keys before they are asked for: the processor waits for many of them
    /// together. Changes nothing.
    pub(super) fn warm(&self, keys: &[u64]) {
        if self.words.is_empty() {
            return;
        }
        let bits = u64::BITS - self.words.len().ilog2();
        let seen = keys.iter().fold(0, |seen, key| seen ^ self.words[(key >> bits) as usize]);
        std::hint::black_box(seen);
    }

    /// Enters a key unless it is there. O(1) on average.
    pub(super) fn enter(&mut self, key: u64, unit: Unit) {
        self.put(key, unit, false);
    }

    /// Enters a key; one met elsewhere before is of several places from now on. O(1) on average.
    pub(super) fn enter_only(&mut self, key: u64, unit: Unit) {
        self.put(key, unit, true);
    }

    fn put(&mut self, key: u64, unit: Unit, only: bool) {
        if key == 0 {
            return;
        }
        if self.keys + self.keys / 2 >= self.words.len() {
            self.grow();
        }
        let place = self.find(key);
        let (word, entered) = (self.words[place], (key & !SEVERAL) | (u64::from(unit) + 1));
        if word == 0 {
            self.words[place] = entered;
            self.keys += 1;
        } else if only && word != entered {
            self.words[place] |= SEVERAL;
        }
    }

    /// Where a key stands or belongs: at the place its highest bits say, or the next free one.
    fn find(&self, key: u64) -> usize {
        let mask = self.words.len() - 1;
        let mut place = (key >> (u64::BITS - self.words.len().ilog2())) as usize;
        while self.words[place] != 0 && (self.words[place] ^ key) & !SEVERAL != 0 {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let places = (2 * self.words.len()).max(1 << 10);
        let old = std::mem::replace(&mut self.words, vec![0; places]);
        for word in old.into_iter().filter(|word| *word != 0) {
            let place = self.find(word);
            self.words[place] = word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys as hashes are: spread over all bits.
    fn key(at: u64) -> u64 {
        (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xd134_2543_de82_ef95)
    }

    #[test]
    fn a_key_stays_where_it_was_met_first_however_the_table_grows() {
        let mut directory = Directory::default();
        for at in 0..100_000 {
            directory.enter(key(at), (at % 300) as Unit);
            directory.enter(key(at / 2), 299);
        }
        for at in 0..100_000 {
            assert_eq!(directory.get(key(at)), Some((at % 300) as Unit));
        }
        assert_eq!((directory.get(key(100_001)), directory.get(0)), (None, None));
    }

    #[test]
    fn a_key_met_in_two_places_is_of_none() {
        let mut directory = Directory::default();
        directory.enter_only(key(1), 0);
        directory.enter_only(key(1), 0);
        assert_eq!(directory.get(key(1)), Some(0));
        directory.enter_only(key(1), 3);
        directory.enter_only(key(1), 0);
        assert_eq!(directory.get(key(1)), None);
    }
}
