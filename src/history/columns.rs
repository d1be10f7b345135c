//! The header of a file of decisions: how cells are parted, and which column is which.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Outcome, Place};

/// A column's place among the cells of a line, by what it holds.
pub(super) const LEFT_SOURCE: usize = 0;
pub(super) const LEFT_ID: usize = 1;
pub(super) const RIGHT_SOURCE: usize = 2;
pub(super) const RIGHT_ID: usize = 3;
pub(super) const DECISION: usize = 4;
pub(super) const WHO: usize = 5;
pub(super) const WHEN: usize = 6;

/// By what a column holds: its own name, or the name it shares and its number among those.
pub(super) const NAMES: [(&str, &str, usize); 7] = [
    ("left_source", "source", 0),
    ("left_id", "id", 0),
    ("right_source", "source", 1),
    ("right_id", "id", 1),
    ("decision", "decision", 0),
    ("who", "who", 0),
    ("when", "when", 0),
];

/// What parts cells, in order of preference.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// A header that has all columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) delimiter: char,
    /// Cells of a line.
    pub(super) width: usize,
    /// By what a column holds: its place.
    pub(super) places: [usize; NAMES.len()],
}

impl Header {
    /// Of a line, by the delimiter that gives most columns.
    ///
    /// # Errors
    /// `HIS-002` with the columns that are missing.
    pub(super) fn find(path: &Path, number: u64, line: &str) -> Outcome<Self> {
        let mut best: Option<(usize, char, Vec<Option<usize>>, usize)> = None;
        for delimiter in DELIMITERS {
            let names: Vec<String> =
                cells(line, delimiter).iter().map(|name| name.trim().to_lowercase()).collect();
            let places: Vec<Option<usize>> = NAMES.iter().map(|wanted| place(&names, *wanted)).collect();
            let found = places.iter().flatten().count();
            if best.as_ref().is_none_or(|(most, ..)| found > *most) {
                best = Some((found, delimiter, places, names.len()));
            }
        }
        let (_, delimiter, places, width) = best.unwrap_or((0, ',', Vec::new(), 0));
        let found: Vec<usize> = places.iter().copied().flatten().collect();
        match <[usize; NAMES.len()]>::try_from(found) {
            Ok(places) => Ok(Self { delimiter, width, places }),
            Err(_) => Err(lacking(path, number, &places).into()),
        }
    }
}

fn place(names: &[String], (own, shared, nth): (&str, &str, usize)) -> Option<usize> {
    let of_its_own = names.iter().position(|name| name == own);
    let mut sharing = names.iter().enumerate().filter(|(_, name)| *name == shared).map(|(at, _)| at);
    of_its_own.or_else(|| sharing.nth(nth))
}

fn lacking(path: &Path, number: u64, places: &[Option<usize>]) -> Diagnostic {
    let missing = NAMES.iter().enumerate().filter(|(at, _)| places.get(*at).copied().flatten().is_none());
    let missing: Vec<String> = missing.map(|(_, (own, ..))| format!("`{own}`")).collect();
    Diagnostic::error(
        "HIS-002",
        Place::line(path.display().to_string(), number),
        format!("the header has no column {}", missing.join(", ")),
        "begin the file with the line: left_source,left_id,right_source,right_id,decision,who,when",
    )
}

/// The cells of one line. A quoted cell may hold delimiters and, doubled, quotes; one whose quote
/// is not closed goes on to the end of the line, and no further. O(length).
pub(super) fn cells(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut rest) = (false, line.chars().peekable());
    while let Some(c) = rest.next() {
        let Some(cell) = cells.last_mut() else { continue };
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            c if c == delimiter && !quoted => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(line: &str) -> Outcome<Header> {
        Header::find(Path::new("d.csv"), 1, line)
    }

    #[test]
    fn columns_are_found_by_either_name_in_any_order_and_by_any_delimiter() {
        let plain = Header { delimiter: ',', width: 7, places: [0, 1, 2, 3, 4, 5, 6] };
        assert_eq!(header("source,id,source,id,decision,who,when"), Ok(plain));
        assert_eq!(header(" Left_Source,left_id,RIGHT_SOURCE,\"right_id\",decision,who,when"), Ok(plain));
        let other = Header { delimiter: ';', width: 8, places: [1, 2, 3, 4, 0, 7, 5] };
        assert_eq!(header("decision;source;id;source;id;when;note, if any;who"), Ok(other));
    }

    #[test]
    fn missing_columns_are_told_at_once() {
        let told = header("source,id,decision,when").unwrap_err().to_string();
        assert_eq!(
            told,
            "error[HIS-002]: d.csv:1: the header has no column `right_source`, `right_id`, `who`\n  help: begin the file \
             with the line: left_source,left_id,right_source,right_id,decision,who,when"
        );
    }

    #[test]
    fn a_line_is_cut_as_spreadsheets_write_it() {
        assert_eq!(cells("a,\"b,\"\"c\"\"\",,d\"", ','), ["a", "b,\"c\"", "", "d\""]);
        assert_eq!(cells("a;\"never closed;b", ';'), ["a", "never closed;b"]);
        assert_eq!(cells("", ','), [""]);
    }
}
