//! Distinct texts and their codes.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table};

/// Distinct texts, numbered from 0 in order of first appearance. Code 0 is
/// always the empty text, "no value".
#[derive(Clone, Debug)]
pub struct Dictionary {
    bytes: String,
    /// `ends[code]` is one past the text's last byte; texts lie back to back.
    ends: Vec<u64>,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { bytes: String::new(), ends: vec![0] }
    }
}

impl Dictionary {
    /// The text of a code. O(1).
    ///
    /// # Panics
    /// If the code is not of this dictionary.
    pub fn text(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] as usize };
        &self.bytes[start..self.ends[code] as usize]
    }

    /// Number of codes, the empty text included; at least 1.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the empty text is all there is.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// The texts in order of their codes, the empty one first.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|code| self.text(code as u32))
    }

    /// Appends a text under the next code, without looking whether it is there already.
    ///
    /// # Panics
    /// At 2³² texts.
    pub fn push(&mut self, text: &str) -> u32 {
        let code = u32::try_from(self.ends.len()).expect("fewer than 2^32 distinct texts");
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
        code
    }
}

/// Builds a [`Dictionary`]: codes depend on the order of the texts alone.
///
/// The look-up table keeps 32 bits of each text's hash beside its code: growing
/// it then touches no text, and a look-up compares bytes almost only where they
/// are equal. Both were memory misses at a million distinct texts.
#[derive(Clone, Debug, Default)]
pub struct DictionaryBuilder {
    dictionary: Dictionary,
    entries: HashTable<Entry>,
    hasher: FixedState,
    /// The code given last. Neighbouring rows often agree (a household's address, a ward).
    last: u32,
}

/// A code and 32 bits of its text's hash.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    code: u32,
}

impl Entry {
    /// The hash the table works with: it takes the bucket from the low bits and
    /// the tag from the high ones, so both halves carry all 32.
    fn spread(self) -> u64 {
        u64::from(self.hash) << 32 | u64::from(self.hash)
    }
}

impl DictionaryBuilder {
    /// The text's code, new if it was not seen before. O(length) on average.
    pub fn code(&mut self, text: &str) -> u32 {
        self.code_and_news(text).0
    }

    /// The text's code, and whether it is new. O(length) on average.
    pub fn code_and_news(&mut self, text: &str) -> (u32, bool) {
        if text == self.dictionary.text(self.last) {
            return (self.last, false);
        }
        if text.is_empty() {
            return (0, false);
        }
        let sought = self.entry_of(text);
        let Self { dictionary, entries, .. } = self;
        let same = |entry: &Entry| entry.hash == sought.hash && dictionary.text(entry.code) == text;
        let (code, news) = match entries.entry(sought.spread(), same, |entry| entry.spread()) {
            hash_table::Entry::Occupied(found) => (found.get().code, false),
            hash_table::Entry::Vacant(place) => {
                let code = dictionary.push(text);
                place.insert(Entry { code, ..sought });
                (code, true)
            }
        };
        self.last = code;
        (code, news)
    }

    /// The code of a text seen before. O(length) on average.
    pub fn find(&self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        let sought = self.entry_of(text);
        let same = |entry: &Entry| entry.hash == sought.hash && self.dictionary.text(entry.code) == text;
        self.entries.find(sought.spread(), same).map(|entry| entry.code)
    }

    /// Makes room for so many more distinct texts, so that the table is not grown step by step.
    pub fn reserve(&mut self, additional: usize) {
        self.entries.reserve(additional, |entry| entry.spread());
        self.dictionary.ends.reserve(additional);
    }

    /// Number of codes so far, the empty text included.
    pub fn len(&self) -> usize {
        self.dictionary.len()
    }

    /// Whether only the empty text is known.
    pub fn is_empty(&self) -> bool {
        self.dictionary.is_empty()
    }

    /// The finished dictionary; the look-up table and spare room are given back.
    pub fn finish(self) -> Dictionary {
        let mut dictionary = self.dictionary;
        dictionary.bytes.shrink_to_fit();
        dictionary.ends.shrink_to_fit();
        dictionary
    }

    fn entry_of(&self, text: &str) -> Entry {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        Entry { hash: (hash ^ (hash >> 32)) as u32, code: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_first_appearance_and_zero_is_no_value() {
        let mut builder = DictionaryBuilder::default();
        let codes: Vec<u32> = ["b", "", "a", "b", "đ"].iter().map(|t| builder.code(t)).collect();
        assert_eq!(codes, [1, 0, 2, 1, 3]);
        assert_eq!(builder.find("a"), Some(2));
        assert_eq!(builder.find("zz"), None);
        let dictionary = builder.finish();
        assert_eq!(dictionary.texts().collect::<Vec<_>>(), ["", "b", "a", "đ"]);
    }
}
