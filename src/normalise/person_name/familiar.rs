//! Names of words that are written as they should be, read a word at a time.
//!
//! Nine names of ten are a handful of such words with a space between, and a province has
//! some thousands of them: what a word gives is worked out once, by the reader of names itself, and
//! a name of familiar words is put together from it. Anything else is read as a whole.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::super::legacy::{Legacy, is_damaged};
use super::super::residue::may_have_keys;
use super::super::unicode::{clean, is_letter};
use super::Menders;
use super::form::{Case, part_joined};
use super::key::{has_vowel, may_open_other, push_keys};

/// Words kept; a column of other things than names has more.
const WORDS_MAX: usize = 1 << 15;
/// Bytes of the longest word kept.
const BYTES_MAX: usize = 24;

/// Words seen so far, and what is known of them.
pub(super) struct Familiar<'m> {
    legacy: &'m Legacy,
    words: HashMap<Box<str>, Option<Word>, FixedState>,
}

/// What a word gives, in whatever name it stands.
#[derive(Debug)]
struct Word {
    key: Box<str>,
    plain: Box<str>,
    case: Case,
    /// A title or something that is no name may begin with it.
    may_open_other: bool,
}

impl<'m> Familiar<'m> {
    /// No word is known yet.
    pub(super) fn new((legacy, _): Menders<'m>) -> Self {
        Self { legacy, words: HashMap::default() }
    }

    /// Appends key and plain key of a name in which nothing is at fault or odd; appends nothing and gives false for
    /// any other text. O(length).
    pub(super) fn push_keys(&mut self, text: &str, key: &mut String, plain: &mut String) -> bool {
        let (key_begin, plain_begin) = (key.len(), plain.len());
        let is_plain = self.push_words(text, key, plain);
        if !is_plain {
            key.truncate(key_begin);
            plain.truncate(plain_begin);
        }
        is_plain
    }

    fn push_words(&mut self, text: &str, key: &mut String, plain: &mut String) -> bool {
        let mut case = Case::default();
        for (place, raw) in text.split(' ').enumerate() {
            let Some(word) = self.word(raw) else { return false };
            if place == 0 && word.may_open_other {
                return false;
            }
            if place > 0 {
                key.push(' ');
                plain.push(' ');
            }
            key.push_str(&word.key);
            plain.push_str(&word.plain);
            case = case.and(word.case);
        }
        !case.is_fault()
    }

    /// A word, if it is a familiar one.
    fn word(&mut self, raw: &str) -> Option<&Word> {
        if !self.words.contains_key(raw) {
            if self.words.len() >= WORDS_MAX || raw.len() > BYTES_MAX {
                return None;
            }
            self.words.insert(raw.into(), self.read(raw));
        }
        self.words.get(raw)?.as_ref()
    }

    /// Reads a word that stands for itself: what the words beside it are changes nothing in it.
    fn read(&self, raw: &str) -> Option<Word> {
        let cleaned = clean(raw);
        let is_clean = !raw.is_empty() && raw.chars().all(is_letter) && !cleaned.odd && cleaned.text == raw;
        let is_mended = part_joined(raw).is_some() || may_have_keys(raw);
        if !is_clean || is_mended || is_damaged(raw) || !self.legacy.leaves_word(raw) {
            return None;
        }
        let (mut key, mut plain) = (String::new(), String::new());
        let told = push_keys(raw, &mut key, &mut plain);
        let may_open_other = may_open_other(&key);
        // Placeholders of one word are told as such; the words of others are words of names too.
        let is_whole = !told.tone_moved && told.oddity.is_none() && has_vowel(&plain);
        is_whole.then(|| Word { key: key.into(), plain: plain.into(), case: Case::of(raw), may_open_other })
    }
}
