//! Distinct texts and their codes.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

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
#[derive(Clone, Debug, Default)]
pub struct DictionaryBuilder {
    dictionary: Dictionary,
    codes: HashTable<u32>,
    hasher: FixedState,
}

impl DictionaryBuilder {
    /// The text's code, new if it was not seen before. O(length) on average.
    pub fn code(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let hash = self.hasher.hash_one(text);
        let Self { dictionary, codes, hasher } = self;
        if let Some(code) = codes.find(hash, |&code| dictionary.text(code) == text) {
            return *code;
        }
        let code = dictionary.push(text);
        codes.insert_unique(hash, code, |&code| hasher.hash_one(dictionary.text(code)));
        code
    }

    /// The code of a text seen before. O(length) on average.
    pub fn find(&self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        let hash = self.hasher.hash_one(text);
        self.codes.find(hash, |&code| self.dictionary.text(code) == text).copied()
    }

    /// Number of codes so far, the empty text included.
    pub fn len(&self) -> usize {
        self.dictionary.len()
    }

    /// Whether only the empty text is known.
    pub fn is_empty(&self) -> bool {
        self.dictionary.is_empty()
    }

    /// The finished dictionary; the look-up table is given back.
    pub fn finish(self) -> Dictionary {
        self.dictionary
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
