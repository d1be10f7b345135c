//! A text a row, back to back: for rows that are passed on and not looked for among each other.

use super::ends::Ends;

/// One text a row.
#[derive(Clone, Debug, Default)]
pub struct TextRows {
    bytes: String,
    /// By row: one past the text's last byte.
    ends: Ends,
}

impl TextRows {
    /// No rows, with room for so many.
    pub fn with_capacity(rows: usize) -> Self {
        let mut made = Self::default();
        made.ends.reserve(rows);
        made
    }

    /// Appends a row. O(length).
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// The text at a 0-based row; empty means "no value". O(1).
    ///
    /// # Panics
    /// If there is no such row.
    pub fn text(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends.get(row - 1) };
        &self.bytes[start..self.ends.get(row)]
    }

    /// The bytes of the text at a 0-based row, where nobody asks whether they are text. O(1).
    ///
    /// # Panics
    /// If there is no such row.
    pub fn bytes(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends.get(row - 1) };
        &self.bytes.as_bytes()[start..self.ends.get(row)]
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> FromIterator<&'a str> for TextRows {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut rows = Self::default();
        texts.into_iter().for_each(|text| rows.push(text));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_text() {
        let texts = ["", "Đỗ", "Đỗ", "", "x"];
        let rows: TextRows = texts.into_iter().collect();
        assert_eq!((0..rows.len()).map(|row| rows.text(row)).collect::<Vec<_>>(), texts);
        assert!((0..rows.len()).all(|row| rows.bytes(row) == texts[row].as_bytes()));
        assert!(TextRows::with_capacity(5).is_empty() && !rows.is_empty());
    }
}
