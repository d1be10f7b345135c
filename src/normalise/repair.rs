//! Damage to texts undone by itself, without reading a column.
//!
//! What the readers of names and addresses do inside, for tools that mend or count
//! texts: an encoding of before Unicode, and keys left in a name.

use super::legacy::{Encoding, Legacy};
use super::residue::{Keying, Residue};
use super::unicode::clean;
use crate::settings::Settings;
use crate::table::Dictionary;

/// Knows the encodings, the keys and the words of names. Made once; cheap to use from any thread.
#[derive(Clone, Debug)]
pub struct TextRepair {
    legacy: Legacy,
    residue: Residue,
}

impl TextRepair {
    /// From the reference tables of the settings.
    pub fn new(settings: &Settings) -> Self {
        Self { legacy: Legacy::new(&settings.reference), residue: Residue::new(&settings.reference) }
    }

    /// The same, knowing what most damaged texts of a column are encoded in: that
    /// decides where a text by itself does not. O(length of the first 4,096 texts).
    #[must_use]
    pub fn for_texts(&self, texts: &Dictionary) -> Self {
        Self { legacy: self.legacy.for_texts(texts), residue: self.residue.clone() }
    }

    /// The text in Unicode and what it was encoded in; `None` where it stays. O(length).
    pub fn decode(&self, raw: &str) -> Option<(String, Encoding)> {
        let decoded = self.legacy.decode(raw);
        decoded.encoding.map(|encoding| (decoded.text.into_owned(), encoding))
    }

    /// A name without the keys that were left in it and how it was typed; `None`
    /// where there are none. O(length).
    pub fn mend_keys(&self, raw: &str) -> Option<(String, Keying)> {
        self.residue.mend(&clean(raw).text).map(|mended| (mended.text, mended.keying))
    }
}
