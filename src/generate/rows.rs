//! Tables of texts packed into one buffer, on their way from batches to files.

/// Rows of texts; an empty text stands for no value.
#[derive(Debug)]
pub(super) struct Rows {
    columns: usize,
    text: String,
    /// Where each cell ends in `text`, row by row.
    ends: Vec<u32>,
}

impl Rows {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, text: String::new(), ends: Vec::new() }
    }

    /// Appends a row of as many cells as there are columns.
    pub(super) fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for cell in cells {
            self.text.push_str(cell);
            self.ends.push(self.text.len() as u32);
        }
        debug_assert_eq!(self.ends.len() % self.columns, 0);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len() / self.columns
    }

    /// The cell at a 0-based row and column.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        let at = row * self.columns + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..self.ends[at] as usize]
    }
}
