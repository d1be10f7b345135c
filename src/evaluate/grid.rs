//! Figures as aligned text: a title, a header, a row a thing.

use std::fmt;

/// A title, a header and rows; the first columns are words, the others figures.
pub(crate) struct Grid {
    title: &'static str,
    words: usize,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// Rows out of things, by what makes their cells.
    pub(crate) fn new<T>(
        title: &'static str,
        words: usize,
        header: &[&'static str],
        rows: impl IntoIterator<Item = T>,
        cells: impl Fn(T) -> Vec<String>,
    ) -> Self {
        Self { title, words, header: header.to_vec(), rows: rows.into_iter().map(cells).collect() }
    }

    /// Whether there is no row to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([self.header[column].chars().count()]).max().unwrap_or(0)
    }

    fn line<T: AsRef<str>>(&self, widths: &[usize], cells: &[T]) -> String {
        let cell = |(column, (cell, &width)): (usize, (&T, &usize))| {
            let cell = cell.as_ref();
            if column < self.words { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        let cells: Vec<String> = cells.iter().zip(widths).enumerate().map(cell).collect();
        format!("  {}", cells.join("  ").trim_end())
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = (0..self.header.len()).map(|column| self.width(column)).collect();
        writeln!(f, "{}", self.title)?;
        writeln!(f, "{}", self.line(&widths, &self.header))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{}", self.line(&widths, row)))
    }
}

/// Hundredths of a percent; a dash for a ratio of nothing.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share * 100.0))
}

/// Digits in groups of three, as in `2 600 000`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count; a dash where there is none.
pub(crate) fn maybe(count: Option<u64>) -> String {
    count.map_or_else(|| "-".to_owned(), number)
}
