//! Aligned text: columns as wide as what is seen in them, cells of several lines.

use unicode_normalization::char::is_combining_mark;

/// Rows of cells; a cell is one line or several.
#[derive(Default)]
pub(super) struct Layout {
    /// Which columns stand to the right, as numbers do.
    right: Vec<bool>,
    rows: Vec<Vec<Vec<String>>>,
}

impl Layout {
    /// Columns by what stands over them; those of `right` stand to the right.
    pub(super) fn new(head: &[&str], right: &[usize]) -> Self {
        let cells = head.iter().map(|cell| vec![(*cell).to_owned()]).collect();
        Self { right: (0..head.len()).map(|at| right.contains(&at)).collect(), rows: vec![cells] }
    }

    /// A row of cells of one line each.
    pub(super) fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells.into_iter().map(|cell| vec![cell]).collect());
    }

    /// A row of cells of several lines.
    pub(super) fn push_lines(&mut self, cells: Vec<Vec<String>>) {
        self.rows.push(cells);
    }

    /// The rows, two spaces from the margin and between columns.
    pub(super) fn write(&self, out: &mut String) {
        let widths: Vec<usize> = (0..self.right.len()).map(|column| self.width(column)).collect();
        for row in &self.rows {
            for line in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
                let cell = |(column, width): (usize, &usize)| {
                    let text = row.get(column).and_then(|cell| cell.get(line)).map_or("", String::as_str);
                    padded(text, *width, self.right[column])
                };
                let cells: Vec<String> = widths.iter().enumerate().map(cell).collect();
                out.push_str("  ");
                out.push_str(cells.join("  ").trim_end());
                out.push('\n');
            }
        }
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).flatten();
        cells.map(|line| width(line)).max().unwrap_or(0)
    }
}

/// How many columns of a terminal a text takes. Marks that stand over or under a letter take none;
/// East Asian characters, which no extract is written in, are not told apart.
pub(super) fn width(text: &str) -> usize {
    let takes_none = |c: char| is_combining_mark(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    text.chars().filter(|c| !takes_none(*c)).count()
}

fn padded(text: &str, to: usize, right: bool) -> String {
    let spaces = " ".repeat(to.saturating_sub(width(text)));
    if right { spaces + text } else { format!("{text}{spaces}") }
}

/// A text in lines of at most so many columns, broken at spaces; a longer word has a line of its own,
/// or several. O(length).
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut filled = 0;
    for word in text.split(' ') {
        let taken = width(word);
        if filled > 0 && filled + 1 + taken > most {
            lines.push(std::mem::take(&mut line));
            filled = 0;
        }
        if filled > 0 {
            line.push(' ');
            filled += 1;
        }
        for c in word.chars() {
            if filled >= most && !is_combining_mark(c) {
                lines.push(std::mem::take(&mut line));
                filled = 0;
            }
            line.push(c);
            filled += usize::from(!is_combining_mark(c));
        }
    }
    lines.push(line);
    lines
}

/// A bar of so many columns in all: from one value to another, where `least` and `most` are the
/// values of the ends, with a line at 0. At least one column of it is filled.
pub(super) fn bar(from: f64, to: f64, (least, most): (f64, f64), columns: usize) -> String {
    let end = columns.saturating_sub(1) as f64;
    let span = (most - least).max(f64::MIN_POSITIVE);
    let column = |value: f64| ((value - least) / span * end).round().clamp(0.0, end) as usize;
    let (first, past) = (column(from.min(to)), column(from.max(to)));
    let zero = column(0.0);
    let fill = if to < from { '░' } else { '█' };
    let one = |at: usize| match at {
        at if (first..=past).contains(&at) => fill,
        at if at == zero => '│',
        _ => ' ',
    };
    (0..columns).map(one).collect()
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn a_decomposed_name_takes_as_much_room_as_a_composed_one() {
        let composed = "Nguyễn Thị Hoà";
        let decomposed: String = composed.nfd().collect();
        assert_eq!((width(composed), width(&decomposed)), (14, 14));
        let mut layout = Layout::new(&["a", "b"], &[1]);
        layout.push(vec![decomposed, "1".to_owned()]);
        layout.push(vec![composed.to_owned(), "23".to_owned()]);
        let mut out = String::new();
        layout.write(&mut out);
        assert!(out.lines().all(|line| width(line) == 20), "{out}");
    }

    #[test]
    fn long_texts_are_broken_at_spaces_and_nothing_is_lost() {
        let text = "Số 118, Ấp 13, xã Sông Đốc, tỉnh Cà Mau";
        let lines = wrapped(text, 16);
        assert!(lines.iter().all(|line| width(line) <= 16), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrapped("aaaaaaa", 3), ["aaa", "aaa", "a"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn a_bar_lies_between_its_values() {
        assert_eq!(bar(-5.0, 0.0, (-5.0, 5.0), 11), "██████     ");
        assert_eq!(bar(5.0, 2.0, (-5.0, 5.0), 11), "     │ ░░░░");
        assert_eq!(bar(0.0, 0.0, (0.0, 0.0), 3), "█  ");
    }
}
