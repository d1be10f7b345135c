//! How high a row must be for its wrapped texts.
//!
//! Excel fits rows when it opens a file; LibreOffice and WPS take the file's word
//! and would cut the text. So heights are estimated: words are laid into the
//! column's width with the widths of a common serif typeface, on the wide side,
//! since a machine without Times New Roman puts a broader one in its place.

/// Height of a line in points at 11 points' size.
const LINE_POINTS: f64 = 15.0;
/// White above and below a row's text.
const PADDING_POINTS: f64 = 3.0;
/// What sheets allow.
const ROW_POINTS_MAX: f64 = 409.0;
/// A unit of column width, and the white at a cell's sides, in thousandths of an em: at 11
/// points a digit is 7 pixels (of 96 an inch) wide and an em 14.7.
const EM_PER_UNIT: f64 = 476.0;
const SIDES_EM: f64 = 250.0;

/// The height in points of a row whose cells have these texts and column widths. O(length).
pub(crate) fn row_points<'t>(cells: impl Iterator<Item = (&'t str, f64)>) -> f64 {
    let lines = cells.map(|(text, width)| lines(text, width)).max().unwrap_or(1).max(1);
    (lines as f64 * LINE_POINTS + PADDING_POINTS).min(ROW_POINTS_MAX)
}

fn lines(text: &str, width: f64) -> usize {
    let room = (width * EM_PER_UNIT - SIDES_EM).max(1000.0) as u32;
    text.split('\n').map(|line| lines_of(line, room)).sum()
}

fn lines_of(line: &str, room: u32) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in line.split(' ') {
        let long: u32 = word.chars().map(em).sum();
        let gap = if used == 0 { 0 } else { em(' ') };
        if used > 0 && used + gap + long > room {
            lines += 1;
            used = 0;
        } else {
            used += gap;
        }
        // A word longer than the column is broken.
        let total = used + long;
        lines += (total.saturating_sub(1) / room) as usize;
        used = if total > room { (total - 1) % room + 1 } else { total };
    }
    lines
}

/// The width of a character in thousandths of an em: Times New Roman, a twentieth wider.
fn em(c: char) -> u32 {
    match c {
        ' ' | '.' | ',' | ';' | ':' | '\'' | '!' | '|' | '/' => 280,
        'i' | 'j' | 'l' | 'ì' | 'í' | 'ị' | 'ỉ' | 'ĩ' | 't' => 300,
        'f' | 'r' | 's' | '-' | '(' | ')' => 370,
        'm' | 'w' => 800,
        'M' | 'W' => 980,
        c if c.is_uppercase() => 730,
        _ => 525,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_high_as_its_longest_cell() {
        let height = |cells: &[(&str, f64)]| row_points(cells.iter().copied());
        assert!((height(&[("", 5.0)]) - 18.0).abs() < 1e-9);
        assert!((height(&[("03/07/2026", 10.5), ("a\nb\nc", 20.0)]) - 48.0).abs() < 1e-9);
        assert!((height(&[("Nguyễn Văn Hùng Anh", 14.0)]) - 33.0).abs() < 1e-9);
        assert!(height(&[(&"x".repeat(500), 10.0)]) > 400.0, "an unbroken word is broken");
        assert!(height(&[(&"x ".repeat(100_000), 10.0)]) <= ROW_POINTS_MAX);
    }
}
