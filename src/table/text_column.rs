//! A column of texts as codes into its dictionary.

use super::dictionary::{Dictionary, DictionaryBuilder, TextHash};

/// One column: a code a row, and the texts that the codes stand for.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    codes: Vec<u32>,
    dictionary: Dictionary,
}

impl TextColumn {
    /// The text at a 0-based row; empty means "no value". O(1).
    pub fn text(&self, row: usize) -> &str {
        self.dictionary.text(self.codes[row])
    }

    /// The code at a 0-based row; 0 means "no value".
    pub fn code(&self, row: usize) -> u32 {
        self.codes[row]
    }

    /// All codes, a row each.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The distinct texts.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}

impl<'a> FromIterator<&'a str> for TextColumn {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut builder = TextColumnBuilder::default();
        for text in texts {
            builder.push(text);
        }
        builder.finish()
    }
}

/// Builds a [`TextColumn`] row by row.
#[derive(Clone, Debug, Default)]
pub struct TextColumnBuilder {
    codes: Vec<u32>,
    dictionary: DictionaryBuilder,
}

impl TextColumnBuilder {
    /// Appends a row. O(length) on average.
    pub fn push(&mut self, text: &str) {
        let code = self.dictionary.code(text);
        self.codes.push(code);
    }

    /// Appends a row whose text is not looked for: see [`DictionaryBuilder::code_unsought`]. O(length).
    pub fn push_unsought(&mut self, text: &str) {
        let code = self.dictionary.code_unsought(text);
        self.codes.push(code);
    }

    /// Appends a row whose text's hash is known. O(length) on average.
    pub fn push_hashed(&mut self, text: &str, hash: TextHash) {
        let (code, _) = self.dictionary.code_and_news(text, hash);
        self.codes.push(code);
    }

    /// Has the places of the next texts fetched together: see [`DictionaryBuilder::warm`].
    pub fn warm(&self, hashes: &[TextHash]) {
        self.dictionary.warm(hashes);
    }

    /// Appends a row if no row has this text yet; says whether it did. The
    /// empty text is never new. O(length) on average.
    pub fn push_new(&mut self, text: &str, hash: TextHash) -> bool {
        let (code, news) = self.dictionary.code_and_news(text, hash);
        if news {
            self.codes.push(code);
        }
        news
    }

    /// Appends so many rows without a value.
    pub fn push_empty(&mut self, rows: usize) {
        self.codes.resize(self.codes.len() + rows, 0);
    }

    /// Makes room for `rows` rows in all, and for as many distinct texts as the
    /// rows so far let expect. Columns of few texts are left alone.
    pub fn expect_rows(&mut self, rows: usize) {
        let more = rows.saturating_sub(self.codes.len());
        self.codes.reserve(more);
        let share = self.dictionary.len() as f64 / self.codes.len().max(1) as f64;
        if share > 0.1 {
            self.dictionary.reserve((share.min(1.0) * more as f64) as usize);
        }
    }

    /// Whether a row with this text was pushed before (the empty text never counts).
    pub fn holds(&self, text: &str) -> bool {
        !text.is_empty() && self.dictionary.find(text).is_some()
    }

    /// Number of rows so far.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows yet.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The finished column.
    pub fn finish(mut self) -> TextColumn {
        self.codes.shrink_to_fit();
        TextColumn { codes: self.codes, dictionary: self.dictionary.finish() }
    }
}
