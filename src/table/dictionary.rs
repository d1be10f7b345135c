//! Distinct texts and their codes.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::ends::Ends;

/// Distinct texts, numbered from 0 in order of first appearance. Code 0 is
/// always the empty text, "no value".
#[derive(Clone, Debug)]
pub struct Dictionary {
    bytes: String,
    /// By code: one past the text's last byte; texts lie back to back.
    ends: Ends,
}

impl Default for Dictionary {
    fn default() -> Self {
        let mut ends = Ends::default();
        ends.push(0);
        Self { bytes: String::new(), ends }
    }
}

impl Dictionary {
    /// The text of a code. O(1).
    ///
    /// # Panics
    /// If the code is not of this dictionary.
    pub fn text(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends.get(code - 1) };
        &self.bytes[start..self.ends.get(code)]
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
        self.ends.push(self.bytes.len());
        code
    }
}

/// Builds a [`Dictionary`]: codes depend on the order of the texts alone.
///
/// At a million distinct texts a look-up is a memory miss and little else, so
/// the table is laid out for few of them: one word a text holds 32 bits of its
/// hash and its code, words lie in one array and are probed in order. Growing
/// touches no text. Whoever knows the next texts' hashes can have their places
/// fetched side by side with [`DictionaryBuilder::warm`].
#[derive(Clone, Debug, Default)]
pub struct DictionaryBuilder {
    dictionary: Dictionary,
    /// Hash in the high half, code in the low one; 0 is a free place, since code
    /// 0 is never entered. Its length is nought or a power of two.
    words: Vec<u64>,
    /// The code given last. Neighbouring rows often agree (a household's address, a ward).
    last: u32,
}

/// 32 bits of a text's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextHash(u32);

impl TextHash {
    /// The hash of a text: the same in every run and on every platform of one
    /// word size. O(length).
    pub fn of(text: &str) -> Self {
        let mut hasher = FixedState::default().build_hasher();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        Self((hash ^ (hash >> 32)) as u32)
    }
}

/// Tables up to this many words stay in a core's own cache; fetching them ahead gains nothing.
const WARM_WORDS_MIN: usize = 1 << 15;
/// Texts fetched together.
const WARM_TOGETHER: usize = 32;

impl DictionaryBuilder {
    /// The text's code, new if it was not seen before. O(length) on average.
    pub fn code(&mut self, text: &str) -> u32 {
        self.code_and_news(text, TextHash::of(text)).0
    }

    /// The text's code, and whether it is new. O(length) on average.
    pub fn code_and_news(&mut self, text: &str, hash: TextHash) -> (u32, bool) {
        if text == self.dictionary.text(self.last) {
            return (self.last, false);
        }
        if text.is_empty() {
            return (0, false);
        }
        self.grow_for(self.dictionary.len());
        let place = self.place(text, hash);
        let word = self.words[place];
        self.last = if word == 0 { self.dictionary.push(text) } else { word as u32 };
        if word == 0 {
            self.words[place] = u64::from(hash.0) << 32 | u64::from(self.last);
        }
        (self.last, word == 0)
    }

    /// A code for a text that is not looked for: that of the text before it, if they are equal, else a
    /// new one. For texts that are passed on, where looking for equal ones costs more than it saves.
    pub fn code_unsought(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if text != self.dictionary.text(self.last) {
            self.last = self.dictionary.push(text);
        }
        self.last
    }

    /// The code of a text seen before. O(length) on average.
    pub fn find(&self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        if self.words.is_empty() {
            return None;
        }
        let word = self.words[self.place(text, TextHash::of(text))];
        (word != 0).then_some(word as u32)
    }

    /// Has what some texts are compared with fetched at the same time, before each is
    /// looked up: the processor waits for all of them together. First the words, then where the texts of their codes
    /// end, then the texts themselves. Changes nothing.
    pub fn warm(&self, hashes: &[TextHash]) {
        if self.words.len() < WARM_WORDS_MIN {
            return;
        }
        let mask = self.words.len() - 1;
        for hashes in hashes.chunks(WARM_TOGETHER) {
            let mut at = [0_usize; WARM_TOGETHER];
            for (code, hash) in at.iter_mut().zip(hashes) {
                *code = self.words[hash.0 as usize & mask] as u32 as usize;
            }
            for at in &mut at {
                *at = self.dictionary.ends.get(*at);
            }
            let texts = self.dictionary.bytes.as_bytes();
            let seen = at.iter().fold(0, |seen, end| seen ^ end.checked_sub(1).map_or(0, |last| texts[last]));
            std::hint::black_box(seen);
        }
    }

    /// Makes room for so many more distinct texts, so that the table is not grown step by step.
    pub fn reserve(&mut self, additional: usize) {
        self.grow_for(self.dictionary.len() + additional);
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

    /// Where the text's word stands, or the free place where it belongs.
    fn place(&self, text: &str, hash: TextHash) -> usize {
        let mask = self.words.len() - 1;
        let mut place = hash.0 as usize & mask;
        loop {
            let word = self.words[place];
            let same = (word >> 32) as u32 == hash.0 && self.dictionary.text(word as u32) == text;
            if word == 0 || same {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    /// Keeps the table at most three quarters full with so many texts: linear
    /// probing then looks at two or three neighbours, mostly of one cache line.
    fn grow_for(&mut self, texts: usize) {
        let needed = (texts + texts / 3 + 1).next_power_of_two().max(16);
        if needed <= self.words.len() {
            return;
        }
        let old = std::mem::replace(&mut self.words, vec![0; needed]);
        let mask = needed - 1;
        for word in old.into_iter().filter(|&word| word != 0) {
            let mut place = (word >> 32) as usize & mask;
            while self.words[place] != 0 {
                place = (place + 1) & mask;
            }
            self.words[place] = word;
        }
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
        builder.reserve(1000);
        assert_eq!((builder.find("đ"), builder.find("zz"), builder.code("a")), (Some(3), None, 2));
        let dictionary = builder.finish();
        assert_eq!(dictionary.texts().collect::<Vec<_>>(), ["", "b", "a", "đ"]);
    }

    /// More texts than one hash bit pattern's neighbours, so places collide and the table grows.
    #[test]
    fn many_texts_keep_their_codes() {
        let mut builder = DictionaryBuilder::default();
        let texts: Vec<String> = (0..100_000).map(|n| format!("{:x}", n * 7919)).collect();
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(builder.code(text), at as u32 + 1);
        }
        let hashes: Vec<TextHash> = texts.iter().map(|text| TextHash::of(text)).collect();
        builder.warm(&hashes);
        for (at, text) in texts.iter().enumerate().rev() {
            assert_eq!(builder.code_and_news(text, hashes[at]), (at as u32 + 1, false));
            assert_eq!(builder.find(&format!("{text}.")), None);
        }
    }
}
