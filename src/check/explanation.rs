//! A sentence for the officer that shares its words with all others of its rule.
//!
//! A night has millions of explanations, and most of each is the rule's wording: it is kept once, and a finding keeps
//! what it was filled with.

use std::fmt;
use std::sync::Arc;

/// Stands between two values. No cell that an officer sees has it: it is ASCII's own sign for this.
const BETWEEN: char = '\u{1f}';

/// What a rule says around its values: one piece more than there are values.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words(pub(super) Vec<String>);

/// One sentence; its text is what it displays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    words: Arc<Words>,
    /// In order, [`BETWEEN`] each two of them.
    values: Box<str>,
}

impl Explanation {
    /// The words with these values between them, one piece of words more than values. O(length of the values).
    pub(super) fn new<V: AsRef<str>>(words: &Arc<Words>, values: impl Iterator<Item = V>) -> Self {
        let mut joined = String::new();
        for (place, value) in values.enumerate() {
            if place > 0 {
                joined.push(BETWEEN);
            }
            let value = value.as_ref();
            if value.contains(BETWEEN) {
                joined.push_str(&value.replace(BETWEEN, " "));
            } else {
                joined.push_str(value);
            }
        }
        Self { words: Arc::clone(words), values: joined.into_boxed_str() }
    }
}

impl From<String> for Explanation {
    /// A sentence that shares its words with no other.
    fn from(sentence: String) -> Self {
        Self { words: Arc::new(Words(vec![sentence])), values: Box::default() }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values = self.values.split(BETWEEN);
        for (place, words) in self.words.0.iter().enumerate() {
            if place > 0 {
                out.write_str(values.next().unwrap_or_default())?;
            }
            out.write_str(words)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Arc<Words> {
        Arc::new(Words(words.iter().map(|&words| words.to_owned()).collect()))
    }

    #[test]
    fn values_stand_between_the_words_whatever_is_in_them() {
        let told = |words: &Arc<Words>, values: &[&str]| Explanation::new(words, values.iter()).to_string();
        assert_eq!(
            told(&words(&["Hồ sơ ghi ", ", khai sinh ghi ", "."]), &["A", "B"]),
            "Hồ sơ ghi A, khai sinh ghi B."
        );
        assert_eq!(told(&words(&["Không có gì."]), &[]), "Không có gì.");
        assert_eq!(told(&words(&["", "–", ""]), &["", "x\u{1f}y"]), "–x y");
        assert_eq!(Explanation::default().to_string(), "");
        assert_eq!(Explanation::from("Một câu.".to_owned()).to_string(), "Một câu.");
    }
}
