//! The truth of a province: who is who, what is wrong, and how it came about.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::note;
use super::records::{NONE, Records, RecordsBuilder};
use super::value;
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::parquet_rows::{Column, Kind, Row};
use crate::table::{Dictionary, DictionaryBuilder};

const PEOPLE: &[Column] =
    &[Column::needed("source"), Column::needed("record_id"), Column::needed("person_id")];

const FINDINGS: &[Column] = &[
    Column::needed("source"),
    Column::needed("record_id"),
    Column::needed("rule"),
    Column::needed("field"),
    Column::optional("correct_value", Kind::Text),
    Column::optional("detectable", Kind::Flag),
    Column::optional("mendable", Kind::Flag),
];

const ERRORS: &[Column] = &[
    Column::needed("source"),
    Column::needed("record_id"),
    Column::needed("kind"),
    Column::optional("field", Kind::Text),
];

const HARD_PAIRS: &[Column] = &[
    Column::needed("left_source"),
    Column::needed("left_id"),
    Column::needed("right_source"),
    Column::needed("right_id"),
    Column::needed("kind"),
];

/// A record's kinds of error as bits of one integer.
pub(super) type KindMask = u128;

/// Bits of a [`KindMask`].
pub(super) const KIND_BITS: usize = 128;

/// More kinds of error than a province plants. The bits above are those of [`Hiding`].
pub(super) const KINDS_MAX: usize = 120;

/// What hides a record from whoever looks for it by number and name, as a bit of its mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hiding {
    /// Its own name is miswritten.
    Name = KINDS_MAX as isize,
    /// So it is, and not only by lost accents.
    NameBeyondAccents,
    /// Its personal number is missing or not the person's.
    Number,
    /// The name or the number.
    NameOrNumber,
    /// The name beyond lost accents, or the number.
    NameBeyondAccentsOrNumber,
}

/// The field of a record's own name.
const NAME_FIELD: &str = "ho_ten";
/// The one kind of error that takes all accents away and nothing else.
const ACCENTS_LOST: &str = "name_marks_lost";
/// Kinds of error that are the written form's alone: whoever reads the name is not misled.
const FORM_ONLY: [&str; 7] = [
    "name_capitals",
    "name_lower_case",
    "name_decomposed",
    "name_look_alike",
    "name_invisible",
    "name_spacing",
    "name_new_tone_mark",
];
/// Kinds of error that leave no personal number to be found by.
const NUMBER_UNUSABLE: [&str; 10] = [
    "number_missing",
    "number_digit_slip",
    "number_year_slip",
    "number_sex_digit",
    "number_digits_swapped",
    "number_of_parent",
    "number_of_another",
    "number_nine_digits",
    "number_scientific",
    "number_former",
];

/// The bits that an error sets beside its kind's.
fn hiding(kind: &str, field: &str) -> KindMask {
    let bits = |of: &[Hiding]| of.iter().fold(0, |mask, bit| mask | 1 << *bit as usize);
    if NUMBER_UNUSABLE.contains(&kind) {
        return bits(&[Hiding::Number, Hiding::NameOrNumber, Hiding::NameBeyondAccentsOrNumber]);
    }
    if field != NAME_FIELD || !kind.starts_with("name_") || FORM_ONLY.contains(&kind) {
        return 0;
    }
    let name = bits(&[Hiding::Name, Hiding::NameOrNumber]);
    if kind == ACCENTS_LOST {
        return name;
    }
    name | bits(&[Hiding::NameBeyondAccents, Hiding::NameBeyondAccentsOrNumber])
}

/// Codes of rules and fields, shared by the truth and the run. Code 0 is "none".
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) rules: DictionaryBuilder,
    pub(super) fields: DictionaryBuilder,
}

/// One fault that was planted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TrueFinding {
    pub(super) rule: u32,
    pub(super) record: u32,
    /// The other record where `correct_value` names one of the same source, else [`NONE`].
    pub(super) other: u32,
    pub(super) field: u32,
    /// What should stand there, in standard writing; `None` where the truth has no value.
    pub(super) correct: Option<Box<str>>,
    pub(super) detectable: bool,
    pub(super) mendable: bool,
}

/// The kinds of error that each record carries.
#[derive(Debug, Default)]
pub(super) struct Errors {
    pub(super) kinds: Vec<String>,
    /// By record: bit k is set where it carries an error of kind k.
    pub(super) mask_of: Vec<KindMask>,
}

/// A pair of records that looks like one person and is two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HardPair {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) kind: u32,
}

/// Pairs of people that are easily taken for one, and the names of their kinds.
#[derive(Debug, Default)]
pub(super) struct HardPairs {
    pub(super) pairs: Vec<HardPair>,
    pub(super) kinds: Dictionary,
}

/// Where the truth of a province lies: the folder given, or `truth/` in it.
///
/// # Errors
/// No table of people in either.
pub(super) fn folder(given: &Path) -> Outcome<PathBuf> {
    let holds_people = |folder: &PathBuf| folder.join("truth_people.parquet").exists();
    [given.to_path_buf(), given.join("truth")].into_iter().find(holds_people).ok_or_else(|| {
        Diagnostic::error(
            "EVA-001",
            Place::file(given.display().to_string()),
            "no truth_people.parquet in this folder nor in its folder truth/",
            "give the folder of a generated province: doisoat generate writes one with its truth",
        )
        .into()
    })
}

/// Who is who.
///
/// # Errors
/// A table that is missing, lacks a column or cannot be read.
pub(super) fn people(folder: &Path, notes: &mut Vec<Diagnostic>) -> Outcome<Records> {
    let rows = note::required(folder, "truth_people.parquet", PEOPLE)?;
    let mut builder = RecordsBuilder::default();
    rows.visit(|row| builder.add(row.text(0), row.text(1), row.text(2)))?;
    note::count(notes, &rows, builder.named_twice, "rows name a record again; its first person counts");
    note::count(notes, &rows, builder.without_id, "rows without a record id or a person are left out");
    builder.finish(&rows.shown())
}

/// What is wrong, sorted; `None` without such a table.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn findings(
    folder: &Path,
    records: &Records,
    words: &mut Words,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<Vec<TrueFinding>>> {
    let Some(rows) = note::optional(folder, "truth_findings.parquet", FINDINGS, notes)? else {
        return Ok(None);
    };
    let (mut findings, mut unknown) = (Vec::new(), 0);
    rows.visit(|row| match true_finding(row, records, words) {
        Some(finding) => findings.push(finding),
        None => unknown += 1,
    })?;
    note::count(notes, &rows, unknown, "rows name a record that truth_people.parquet does not; left out");
    findings.par_sort_unstable();
    findings.dedup();
    Ok(Some(findings))
}

fn true_finding(row: Row<'_>, records: &Records, words: &mut Words) -> Option<TrueFinding> {
    let (source, correct) = (row.text(0), row.text(4));
    Some(TrueFinding {
        record: records.find(source, row.text(1))?,
        rule: words.rules.code(row.text(2)),
        field: words.fields.code(row.text(3)),
        other: records.find(source, correct).unwrap_or(NONE),
        correct: (!correct.is_empty()).then(|| value::standard(correct).into()),
        detectable: row.flag(5).unwrap_or(true),
        mendable: row.flag(6).unwrap_or(false),
    })
}

/// Which record carries which kinds of error; `None` without such a table.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn errors(
    folder: &Path,
    records: &Records,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<Errors>> {
    let Some(rows) = note::optional(folder, "truth_errors.parquet", ERRORS, notes)? else { return Ok(None) };
    let mut kinds = DictionaryBuilder::default();
    let mut mask_of = vec![0; records.len()];
    let (mut unknown, mut beyond) = (0, 0);
    rows.visit(|row| {
        let Some(record) = records.find(row.text(0), row.text(1)) else {
            unknown += 1;
            return;
        };
        match kinds.code(row.text(2)) as usize {
            kind @ 1..=KINDS_MAX => {
                mask_of[record as usize] |= 1 << (kind - 1) | hiding(row.text(2), row.text(3));
            }
            _ => beyond += 1,
        }
    })?;
    note::count(notes, &rows, unknown, "rows name a record that truth_people.parquet does not; left out");
    note::count(notes, &rows, beyond, "rows have no kind, or one beyond the 120th; left out");
    let kinds = kinds.finish().texts().skip(1).take(KINDS_MAX).map(str::to_owned).collect();
    Ok(Some(Errors { kinds, mask_of }))
}

/// Pairs that look like one person and are two, sorted; `None` without such a table.
///
/// # Errors
/// A table that lacks a column or cannot be read.
pub(super) fn hard_pairs(
    folder: &Path,
    records: &Records,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<HardPairs>> {
    let Some(rows) = note::optional(folder, "truth_hard_pairs.parquet", HARD_PAIRS, notes)? else {
        return Ok(None);
    };
    let mut kinds = DictionaryBuilder::default();
    let (mut pairs, mut unusable) = (Vec::new(), 0);
    rows.visit(|row| {
        let (a, b) = (records.find(row.text(0), row.text(1)), records.find(row.text(2), row.text(3)));
        match (a, b) {
            (Some(a), Some(b)) if records.person_of[a as usize] != records.person_of[b as usize] => {
                pairs.push(HardPair { left: a.min(b), right: a.max(b), kind: kinds.code(row.text(4)) });
            }
            _ => unusable += 1,
        }
    })?;
    note::count(notes, &rows, unusable, "rows name an unknown record or one person twice; left out");
    pairs.sort_unstable();
    pairs.dedup();
    Ok(Some(HardPairs { pairs, kinds: kinds.finish() }))
}
