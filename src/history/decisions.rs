//! `decisions.csv`: what officers have decided of pairs of records.
//!
//! Read line by line, so that a quote which is not closed costs its own line only.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::DecisionBooks;
use super::columns::{
    self, DECISION, Header, LEFT_ID, LEFT_SOURCE, NAMES, RIGHT_ID, RIGHT_SOURCE, WHEN, WHO,
};
use super::settle::{Line, Settled, settle};
use super::told::{Told, lines as named_lines, quoted};
use super::when::When;
use crate::diagnostic::{Diagnostic, Outcome, Place, nearest};
use crate::link::{Conflict, RecordName, Ruled, Rulings};
use crate::settings::Settings;
use crate::table::SourceIndex;

/// The words of a decision, in lower case, and whether they mean one person.
const WORDS: [(&str, bool); 6] = [
    ("same", true),
    ("different", false),
    ("cùng người", true),
    ("khác người", false),
    ("cung nguoi", true),
    ("khac nguoi", false),
];

/// UTF-8's byte-order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The decisions that hold, and the books.
///
/// # Errors
/// `HIS-001`: a file that cannot be read. `HIS-002`: one that lacks columns.
pub(super) fn read(settings: &Settings, path: &Path, told: &mut Told) -> Outcome<(Rulings, DecisionBooks)> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut reader =
        Reader { settings, path, header: None, lines: Vec::new(), books: DecisionBooks::default() };
    let (mut input, mut bytes, mut number) = (BufReader::new(file), Vec::new(), 0);
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes).map_err(|error| unreadable(path, &error))? == 0 {
            break;
        }
        number += 1;
        let line = if number == 1 { bytes.strip_prefix(BOM).unwrap_or(&bytes) } else { &bytes };
        reader.line(number, line, told)?;
    }
    reader.finish(told)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        "HIS-001",
        Place::file(path.display().to_string()),
        format!("the decisions cannot be read: {error}"),
        "give a CSV file that you may read with --decisions FILE",
    )
}

struct Reader<'a> {
    settings: &'a Settings,
    path: &'a Path,
    header: Option<Header>,
    lines: Vec<Line>,
    books: DecisionBooks,
}

/// Why a line is left out.
struct Fault {
    code: &'static str,
    column: Option<usize>,
    message: String,
    help: String,
}

impl Reader<'_> {
    /// Takes one line with its end.
    fn line(&mut self, number: u64, bytes: &[u8], told: &mut Told) -> Outcome<()> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        // Spreadsheets write delimiters for empty rows.
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || b",;".contains(byte)) {
            return Ok(());
        }
        let Some(header) = self.header else {
            self.header = Some(Header::find(self.path, number, &String::from_utf8_lossy(bytes))?);
            return Ok(());
        };
        self.books.read += 1;
        match self.parse(number, header, bytes) {
            Ok(line) => self.lines.push(line),
            Err(fault) => {
                let count = match fault.code {
                    "HIS-004" => &mut self.books.unknown_source,
                    "HIS-005" => &mut self.books.itself,
                    _ => &mut self.books.malformed,
                };
                *count += 1;
                told.tell(fault.code, || fault.tell(self.path, number));
            }
        }
        Ok(())
    }

    fn parse(&self, number: u64, header: Header, bytes: &[u8]) -> Result<Line, Fault> {
        let text = str::from_utf8(bytes).map_err(|_| {
            Fault::new(None, "not UTF-8".to_owned(), "save the file as CSV in UTF-8; the line is left out")
        })?;
        let cells = columns::cells(text, header.delimiter);
        if cells.len() != header.width {
            let message = format!("{} cells, expected {} as in the header", cells.len(), header.width);
            return Err(Fault::new(
                None,
                message,
                "look for a delimiter or a quote too many or too few; the line is left out",
            ));
        }
        let cell = |column: usize| {
            header.places.get(column).and_then(|&at| cells.get(at)).map_or("", |cell| cell.trim())
        };
        let left = self.record(cell(LEFT_SOURCE), cell(LEFT_ID), [LEFT_SOURCE, LEFT_ID])?;
        let right = self.record(cell(RIGHT_SOURCE), cell(RIGHT_ID), [RIGHT_SOURCE, RIGHT_ID])?;
        let same = decision(cell(DECISION))?;
        if cell(WHO).is_empty() {
            let help = "a decision binds, so write who made it; the line is left out";
            return Err(Fault::new(Some(WHO), "nobody is named".to_owned(), help));
        }
        let when = When::parse(cell(WHEN)).ok_or_else(|| {
            let message = format!("{} is not a day or a time", quoted(cell(WHEN)));
            Fault::new(
                Some(WHEN),
                message,
                "expected 2026-06-30, 2026-06-30T14:05 or 30/06/2026; the line is left out",
            )
        })?;
        if left == right {
            let help = "name two records; the line is left out".to_owned();
            let message = "a record is compared with itself".to_owned();
            return Err(Fault { code: "HIS-005", column: None, message, help });
        }
        let pair = if left < right { [left, right] } else { [right, left] };
        Ok(Line { number, pair, same, when })
    }

    fn record(
        &self,
        source: &str,
        id: &str,
        [source_column, id_column]: [usize; 2],
    ) -> Result<RecordName, Fault> {
        let sources = || self.settings.sources.iter().map(|source| source.id.as_str());
        let Some(at) = sources().position(|known| known == source) else {
            let help = nearest(source, sources()).map_or_else(
                || format!("valid: {}; the line is left out", sources().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`? the line is left out"),
            );
            let message = format!("unknown source {}", quoted(source));
            return Err(Fault { code: "HIS-004", column: Some(source_column), message, help });
        };
        if id.is_empty() {
            let help = "write the record's id as its extract has it; the line is left out";
            return Err(Fault::new(Some(id_column), "no id".to_owned(), help));
        }
        Ok(RecordName { source: SourceIndex(at as u8), id: id.to_owned() })
    }

    fn finish(self, told: &mut Told) -> Outcome<(Rulings, DecisionBooks)> {
        let Self { path, header, lines, mut books, .. } = self;
        if header.is_none() {
            Header::find(path, 1, "")?;
        }
        let mut rulings = Vec::new();
        for settled in settle(lines) {
            match settled {
                Settled::Undecided(lines) => {
                    books.undecided += lines.len() as u64;
                    told.tell("HIS-007", || undecided(path, &lines));
                }
                Settled::Holds { ruling, repeated, superseded } => {
                    books.repeated += repeated;
                    books.superseded += superseded.len() as u64;
                    for line in superseded {
                        told.tell("HIS-006", || taken_back(path, line, ruling.line));
                    }
                    rulings.push(ruling);
                }
            }
        }
        let (rulings, conflicts) = Rulings::settle(rulings);
        for conflict in conflicts {
            books.in_conflict += (conflict.different.len() + conflict.same.len()) as u64;
            told.tell("HIS-008", || in_conflict(path, &conflict));
        }
        books.same = rulings.iter().filter(|ruling| ruling.same).count() as u64;
        books.different = rulings.len() as u64 - books.same;
        Ok((rulings, books))
    }
}

impl Fault {
    /// A line that cannot be read.
    fn new(column: Option<usize>, message: String, help: &str) -> Self {
        Self { code: "HIS-003", column, message, help: help.to_owned() }
    }

    fn tell(&self, path: &Path, line: u64) -> Diagnostic {
        let place = Place::line(path.display().to_string(), line);
        let place = match self.column.and_then(|column| NAMES.get(column)) {
            Some((name, ..)) => place.detail(format!("column `{name}`")),
            None => place,
        };
        Diagnostic::warning(self.code, place, self.message.clone(), self.help.clone())
    }
}

fn decision(text: &str) -> Result<bool, Fault> {
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.nfc().collect::<String>().to_lowercase()).collect();
    let word = words.join(" ");
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, same)| *same).ok_or_else(|| {
        let message = format!("{} is no decision", quoted(text));
        Fault::new(
            Some(DECISION),
            message,
            "expected same (cùng người) or different (khác người); the line is left out",
        )
    })
}

fn line_of(path: &Path, lines: &[u64]) -> Place {
    Place { file: path.display().to_string(), line: lines.first().copied(), ..Place::default() }
}

fn taken_back(path: &Path, line: u64, by: u64) -> Diagnostic {
    let message = format!("line {by} decides this pair the other way at a later time and holds");
    let help = "take the line out if that is meant; else decide the pair again";
    Diagnostic::warning("HIS-006", line_of(path, &[line]), message, help)
}

fn undecided(path: &Path, lines: &[u64]) -> Diagnostic {
    let message = format!("{} decide one pair both ways at one time; none of them holds", named_lines(lines));
    let help = "have the pair looked at again and add a line with a later time";
    Diagnostic::warning("HIS-007", line_of(path, lines), message, help)
}

fn in_conflict(path: &Path, conflict: &Conflict) -> Diagnostic {
    let Conflict { different, same } = conflict;
    let message = format!(
        "{} say different, but the same of {} makes one person of these records; none of them holds",
        named_lines(different),
        named_lines(same)
    );
    let help = "have the records looked at again and take out the lines that are wrong";
    Diagnostic::warning("HIS-008", line_of(path, different), message, help)
}

/// Tells what only the night's records could tell.
pub(super) fn afterwards(settings: &Settings, file: &str, ruled: &Ruled, told: &mut Told) {
    let path = Path::new(file);
    for (line, record) in &ruled.unknown {
        told.tell("HIS-009", || {
            let source = settings.sources.get(record.source.index()).map_or("", |source| source.id.as_str());
            let message = format!("`{source}` has no record {} tonight", quoted(&record.id));
            let help = "expected where a record was taken out of its extract; else mend the id; the line waits till it is there";
            Diagnostic::warning("HIS-009", line_of(path, &[*line]), message, help)
        });
    }
    for &line in &ruled.held_apart {
        told.tell("HIS-012", || {
            let message = "other links would make one person of these two; the weakest were cut".to_owned();
            let help =
                "look at the pairs under review with the reason officer_different, or decide the pair again";
            Diagnostic::warning("HIS-012", line_of(path, &[line]), message, help)
        });
    }
}
