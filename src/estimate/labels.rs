//! Answers out of a sample's workbook, with every mistake told by sheet and cell.
//!
//! The hidden sheets say what was drawn; the visible one is trusted for the answers only. A row is
//! told by its pair's number, and both record ids must still stand beside it.

use std::collections::BTreeMap;
use std::path::Path;

use super::cells::{Book, Sheet};
use super::stratum::{BANDS, Stratum};
use super::wording::{
    ANSWERS, COLUMN_ANSWER, COLUMN_PAIR, COLUMN_RECORD, FACT_FORMAT, FACT_RUN, FORMAT, KEY_COLUMNS,
    SHEET_FACTS, SHEET_KEYS, SHEET_PAIRS, SHEET_STRATA, STRATUM_COLUMNS,
};
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place, nearest};
use crate::normalise::plain_words;

/// What a clerk says of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// One person.
    Same,
    /// Two people.
    Different,
    /// It cannot be told.
    Unknown,
}

/// A sample that came back.
#[derive(Debug)]
pub(super) struct Labels {
    /// The run that it was drawn from.
    pub(super) run_id: String,
    pub(super) strata: Vec<Stratum>,
    pub(super) pairs: Vec<LabelledPair>,
    /// Mistakes in single rows, which are as if unanswered.
    pub(super) complaints: Vec<Diagnostic>,
}

/// A pair that was drawn, and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct LabelledPair {
    /// Where it stands, for messages.
    pub(super) place: Place,
    pub(super) stratum: usize,
    /// Left source, left id, right source, right id.
    pub(super) names: [String; 4],
    /// The ward code of its residence record; empty without one.
    pub(super) ward: String,
    pub(super) answer: Option<Answer>,
}

/// Reads a sheet that came back.
///
/// # Errors
/// `EST-010` to `EST-013`: no workbook, no sample, a sample of another version, hidden sheets changed.
pub(super) fn read(file: &Path) -> Outcome<Labels> {
    let mut book = Book::open(file)?;
    let facts = facts(&needed(&mut book, SHEET_FACTS)?);
    let fact = |name: &str| facts.get(name).map_or("", String::as_str);
    if fact(FACT_FORMAT) != FORMAT {
        return Err(other_format(book.shown(), fact(FACT_FORMAT)).into());
    }
    let run_id = fact(FACT_RUN).to_owned();
    let strata = strata(&needed(&mut book, SHEET_STRATA)?)?;
    let mut pairs = keys(&needed(&mut book, SHEET_KEYS)?, &strata)?;
    let complaints = answers(&needed(&mut book, SHEET_PAIRS)?, &mut pairs)?;
    Ok(Labels { run_id, strata, pairs, complaints })
}

fn needed(book: &mut Book, name: &'static str) -> Outcome<Sheet> {
    book.sheet(name)?.ok_or_else(|| {
        Diagnostic::error(
            "EST-011",
            Place::file(book.shown()),
            format!("no sheet `{name}`"),
            "give the sheet that `doisoat sample` wrote, with all its sheets, saved as .xlsx",
        )
        .into()
    })
}

fn facts(sheet: &Sheet) -> BTreeMap<String, String> {
    let row = |row| (sheet.text(row, 0).to_owned(), sheet.text(row, 1).to_owned());
    sheet.rows().into_iter().map(row).collect()
}

/// Most characters of a cell that are quoted.
const QUOTED_MAX: usize = 60;

/// The beginning of a text, for messages.
pub(super) fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_MAX).collect()
}

fn other_format(shown: &str, found: &str) -> Diagnostic {
    Diagnostic::error(
        "EST-012",
        Place::file(shown).detail(format!("sheet `{SHEET_FACTS}`")),
        format!("the layout's version is `{}`, this program reads `{FORMAT}`", quoted(found)),
        "estimate with the version of the program that wrote the sheet",
    )
}

/// Rows of a hidden sheet below its header.
fn hidden_rows<'s>(sheet: &'s Sheet, columns: &[&str]) -> Outcome<impl Iterator<Item = u32> + use<'s>> {
    for (column, title) in (0_u32..).zip(columns) {
        if sheet.text(0, column) != *title {
            return Err(changed(sheet, 0, column, &format!("`{title}`")).into());
        }
    }
    Ok(sheet.rows().into_iter().skip(1))
}

/// A number of a hidden sheet within bounds.
fn number(sheet: &Sheet, row: u32, column: u32, bounds: (f64, f64)) -> Outcome<f64> {
    let read = sheet.text(row, column).parse::<f64>().ok();
    read.filter(|number| (bounds.0..=bounds.1).contains(number)).ok_or_else(|| {
        changed(sheet, row, column, &format!("a number from {} to {}", bounds.0, bounds.1)).into()
    })
}

fn count(sheet: &Sheet, row: u32, column: u32, bounds: (u64, u64)) -> Outcome<u64> {
    let read = number(sheet, row, column, (bounds.0 as f64, bounds.1 as f64))?;
    if read.fract() > 0.0 {
        return Err(changed(sheet, row, column, "a whole number").into());
    }
    Ok(read as u64)
}

/// Whole numbers that sheets keep exactly.
const COUNT_MAX: u64 = 1 << 53;

fn strata(sheet: &Sheet) -> Outcome<Vec<Stratum>> {
    let mut strata = Vec::new();
    for row in hidden_rows(sheet, &STRATUM_COLUMNS)? {
        let next = strata.len() as u64 + 1;
        count(sheet, row, 0, (next, next))?;
        let population = count(sheet, row, 5, (1, COUNT_MAX))?;
        strata.push(Stratum {
            left: sheet.text(row, 1).to_owned(),
            right: sheet.text(row, 2).to_owned(),
            linked: count(sheet, row, 3, (0, 1))? == 1,
            band: count(sheet, row, 4, (0, BANDS as u64 - 1))? as usize,
            population,
            sampled: count(sheet, row, 6, (1, population))?,
            promised: number(sheet, row, 7, (0.0, 1.0))?,
        });
    }
    Ok(strata)
}

/// What was drawn, a pair each, by its number; none is answered yet.
fn keys(sheet: &Sheet, strata: &[Stratum]) -> Outcome<Vec<LabelledPair>> {
    let mut pairs = Vec::new();
    let mut drawn = vec![0_u64; strata.len()];
    for row in hidden_rows(sheet, &KEY_COLUMNS)? {
        let next = pairs.len() as u64 + 1;
        count(sheet, row, 0, (next, next))?;
        let stratum = count(sheet, row, 5, (1, strata.len().max(1) as u64))? as usize - 1;
        let names = [1, 2, 3, 4].map(|column| sheet.text(row, column).to_owned());
        let Some(of) = strata.get(stratum).filter(|of| of.left == names[0] && of.right == names[2]) else {
            return Err(changed(sheet, row, 5, "the stratum of the pair's sources").into());
        };
        drawn[stratum] += 1;
        if drawn[stratum] > of.sampled {
            return Err(changed(sheet, row, 5, "no more pairs of a stratum than were drawn").into());
        }
        let (place, ward) = (sheet.place(row, 0), sheet.text(row, 8).to_owned());
        pairs.push(LabelledPair { place, stratum, names, ward, answer: None });
    }
    let short = strata.iter().zip(&drawn).position(|(stratum, drawn)| *drawn < stratum.sampled);
    match short {
        Some(stratum) => Err(changed(sheet, 0, 5, &format!("all pairs of stratum {}", stratum + 1)).into()),
        None => Ok(pairs),
    }
}

fn changed(sheet: &Sheet, row: u32, column: u32, expected: &str) -> Diagnostic {
    Diagnostic::error(
        "EST-013",
        sheet.place(row, column),
        format!(
            "found `{}`, expected {expected}: the hidden sheet was changed",
            quoted(sheet.text(row, column))
        ),
        "take the sheet as `doisoat sample` wrote it (the same run, pairs and seed give it again) and copy the answers in",
    )
}

/// The columns of the visible sheet, by their titles.
struct Layout {
    header: u32,
    pair: u32,
    record: u32,
    answer: u32,
}

/// Rows that may stand above the header.
const HEADER_WITHIN: usize = 20;

impl Layout {
    fn find(sheet: &Sheet) -> Outcome<Self> {
        let column = |row: u32, title: &str| {
            sheet.row(row).find(|(_, text)| plain_words(text) == plain_words(title)).map(|(at, _)| at)
        };
        let found = sheet.rows().into_iter().take(HEADER_WITHIN).find_map(|header| {
            Some(Self {
                header,
                pair: column(header, COLUMN_PAIR)?,
                record: column(header, COLUMN_RECORD)?,
                answer: column(header, COLUMN_ANSWER)?,
            })
        });
        found.ok_or_else(|| Failure::from(no_header(sheet)))
    }
}

fn no_header(sheet: &Sheet) -> Diagnostic {
    Diagnostic::error(
        "EST-014",
        sheet.whole(),
        format!("no row with the titles `{COLUMN_PAIR}`, `{COLUMN_RECORD}` and `{COLUMN_ANSWER}`"),
        "put the titles back as `doisoat sample` wrote them",
    )
}

/// Reads the answers into the pairs; what is wrong with single rows.
fn answers(sheet: &Sheet, pairs: &mut [LabelledPair]) -> Outcome<Vec<Diagnostic>> {
    let layout = Layout::find(sheet)?;
    let mut complaints = Vec::new();
    let mut seen = vec![false; pairs.len()];
    let mut previous = None;
    for row in sheet.rows().into_iter().filter(|row| *row > layout.header) {
        if sheet.text(row, layout.pair).is_empty() {
            // The lower row of a pair, where nothing but the record stands.
            let is_lower = row.checked_sub(1).is_some() && previous == row.checked_sub(1);
            if !is_lower && !sheet.text(row, layout.answer).is_empty() {
                complaints.push(strange_row(sheet, row, &layout, "an answer beside no pair"));
            }
            continue;
        }
        previous = Some(row);
        match answer_of(sheet, row, &layout, pairs, &mut seen) {
            Ok((pair, answer)) => {
                pairs[pair].place = sheet.place(row, layout.answer);
                pairs[pair].answer = answer;
            }
            Err(failure) => complaints.extend(failure.diagnostics),
        }
    }
    let gone = seen.iter().filter(|seen| !**seen).count();
    if gone > 0 {
        complaints.push(rows_gone(sheet, gone));
    }
    Ok(complaints)
}

/// The pair of a row, and what is said of it.
fn answer_of(
    sheet: &Sheet,
    row: u32,
    layout: &Layout,
    pairs: &[LabelledPair],
    seen: &mut [bool],
) -> Outcome<(usize, Option<Answer>)> {
    let strange = |what: &str| Failure::from(strange_row(sheet, row, layout, what));
    let number = sheet.text(row, layout.pair).parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let Some((at, pair)) = number.and_then(|at| Some((at, pairs.get(at)?))) else {
        return Err(strange("a pair that the sample does not have"));
    };
    let lower = row.saturating_add(1);
    let ids = [sheet.text(row, layout.record), sheet.text(lower, layout.record)];
    if ids != [pair.names[1].trim(), pair.names[3].trim()] {
        seen[at] = true;
        return Err(strange("other record ids than the sample drew for this pair"));
    }
    if std::mem::replace(&mut seen[at], true) {
        return Err(strange("a pair that stands above already"));
    }
    let said = [row, lower].map(|row| sheet.text(row, layout.answer));
    let said = if said[0].is_empty() { said[1] } else { said[0] };
    if said.is_empty() {
        return Ok((at, None));
    }
    match answer(said) {
        Some(answer) => Ok((at, Some(answer))),
        None => Err(no_answer(sheet, row, layout.answer, said).into()),
    }
}

/// An answer's meaning, whatever its capitals, accents and spaces.
fn answer(said: &str) -> Option<Answer> {
    let said = plain_words(said);
    ANSWERS.iter().find(|(word, ..)| plain_words(word) == said).map(|(_, answer, _)| *answer)
}

fn no_answer(sheet: &Sheet, row: u32, column: u32, said: &str) -> Diagnostic {
    let quoted = quoted(said);
    let words = ANSWERS.map(|(word, ..)| (plain_words(word), word));
    let near = nearest(&plain_words(&quoted), words.iter().map(|(plain, _)| plain.as_str()));
    let meant = words.iter().find(|(plain, _)| Some(plain.as_str()) == near).map(|(_, word)| *word);
    let help = meant.map_or_else(
        || format!("write one of: {}", ANSWERS.map(|(word, ..)| word).join(" / ")),
        |word| format!("did you mean `{word}`?"),
    );
    let message = format!("`{quoted}` is no answer; the pair counts as unanswered");
    Diagnostic::warning("EST-020", sheet.place(row, column), message, help)
}

fn strange_row(sheet: &Sheet, row: u32, layout: &Layout, what: &str) -> Diagnostic {
    Diagnostic::warning(
        "EST-021",
        sheet.place(row, layout.pair),
        format!("{what}; the row is left out"),
        "put number and record ids back as `doisoat sample` wrote them, two rows a pair",
    )
}

fn rows_gone(sheet: &Sheet, gone: usize) -> Diagnostic {
    Diagnostic::warning(
        "EST-022",
        sheet.whole(),
        format!("{gone} pairs of the sample have no row any more; they count as unanswered"),
        "take their rows from the sheet as `doisoat sample` wrote it",
    )
}
