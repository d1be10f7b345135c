//! A truth's file: its rows, whatever its columns are called.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::records::RecordsBuilder;
use super::{TruthNames, parquet_cells};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::DictionaryBuilder;

/// A file of records or of pairs.
#[derive(Debug)]
pub(super) struct TruthFile {
    path: PathBuf,
    form: Form,
    /// The only source of the run, for a file that names none.
    only_source: String,
}

/// What a row says. Places of columns in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Entity { source: Option<usize>, id: usize, entity: usize },
    Pair { sources: Option<[usize; 2]>, ids: [usize; 2] },
}

/// What tells who a record is, where nobody says what it is called.
const ENTITIES: [&str; 3] = ["entity", "person_id", "cluster"];

/// Bytes within which a header ends.
const HEADER_BYTES_MAX: u64 = 1 << 16;

/// Lines that are named of those that are wrong.
const EXAMPLES: usize = 3;

impl TruthFile {
    /// Opens a file and looks at its columns.
    ///
    /// # Errors
    /// `EVA-020`, `EVA-021`.
    pub(super) fn open(path: &Path, names: TruthNames<'_>) -> Outcome<Self> {
        let header = if is_parquet(path) { parquet_cells::names(path)? } else { csv_header(path)? };
        let form = form_of(&header, names).ok_or_else(|| without_columns(path, &header, names))?;
        Ok(Self { path: path.to_path_buf(), form, only_source: String::new() })
    }

    /// The same for a run of these sources.
    ///
    /// # Errors
    /// `EVA-021`: the file does not say of which of them its records are.
    pub(super) fn of_sources(mut self, sources: &[String]) -> Outcome<Self> {
        let names_them =
            !matches!(self.form, Form::Entity { source: None, .. } | Form::Pair { sources: None, .. });
        match sources {
            [only] => self.only_source.clone_from(only),
            _ if names_them => {}
            _ => {
                return Err(Diagnostic::error(
                    "EVA-021",
                    Place::file(self.shown()),
                    format!(
                        "the run has {} sources, and the file does not say of which its records are",
                        sources.len()
                    ),
                    "add a column `source`, or `left_source` and `right_source` beside the ids of pairs",
                )
                .into());
            }
        }
        Ok(self)
    }

    /// The file as messages name it.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn is_of_pairs(&self) -> bool {
        matches!(self.form, Form::Pair { .. })
    }

    /// Takes all rows in.
    ///
    /// # Errors
    /// `EVA-020`: the file cannot be read.
    pub(super) fn gather(&self, builder: &mut RecordsBuilder) -> Outcome<()> {
        match self.form {
            Form::Entity { .. } => self.visit(|_, [source, id, entity, _]| builder.add(source, id, entity)),
            Form::Pair { .. } => self.gather_pairs(builder),
        }
    }

    /// Whatever pairs join is one person. O(pairs), nearly.
    fn gather_pairs(&self, builder: &mut RecordsBuilder) -> Outcome<()> {
        let mut records = DictionaryBuilder::default();
        let mut joined = Joined::default();
        let mut key = String::new();
        self.visit(|_, [left_source, left, right_source, right]| {
            if left.is_empty() || right.is_empty() {
                builder.without_id += 1;
                return;
            }
            let [left, right] = [(left_source, left), (right_source, right)].map(|(source, id)| {
                key.clear();
                key.extend([source, SEPARATOR, id]);
                records.code(&key)
            });
            joined.join(left, right);
        })?;
        for (code, text) in records.finish().texts().enumerate().skip(1) {
            let Some((source, id)) = text.split_once(SEPARATOR) else { continue };
            builder.add(source, id, &joined.root(code as u32).to_string());
        }
        Ok(())
    }

    /// The lines of the first records of which `is_meant` says so, as they are told.
    ///
    /// # Errors
    /// `EVA-020`: the file cannot be read.
    pub(super) fn examples(&self, is_meant: impl Fn(&str, &str) -> bool) -> Outcome<Vec<String>> {
        let mut found = Vec::new();
        let of_pairs = self.is_of_pairs();
        self.visit(|line, [a, b, c, d]| {
            let named = if of_pairs { [(a, b), (c, d)] } else { [(a, b), (a, b)] };
            if found.len() < EXAMPLES && named.iter().any(|(source, id)| is_meant(source, id)) {
                found.push(format!("line {line}"));
            }
        })?;
        Ok(found)
    }

    /// Each row with its 1-based line (the row's number in Parquet): source, id and entity, or source
    /// and id of both records of a pair; without outer spaces.
    fn visit(&self, mut each: impl FnMut(u64, [&str; 4])) -> Outcome<()> {
        let (only, places) = (self.only_source.as_str(), self.form.places());
        let named: [Option<&str>; 4] =
            std::array::from_fn(|at| (places[at].is_none() && self.form.is_source(at)).then_some(only));
        let row = |line: u64, cells: [&str; 4]| {
            each(line, std::array::from_fn(|at| named[at].unwrap_or_else(|| cells[at].trim())));
        };
        if is_parquet(&self.path) {
            parquet_cells::visit(&self.path, places, row)
        } else {
            self.visit_csv(places, row)
        }
    }

    fn visit_csv(&self, places: Places, mut row: impl FnMut(u64, [&str; 4])) -> Outcome<()> {
        let unreadable = |error: csv::Error| unreadable(&self.path, &error.to_string());
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(delimiter(&head(&self.path)?)).flexible(true).trim(csv::Trim::All);
        let mut reader = builder.from_path(&self.path).map_err(unreadable)?;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(unreadable)? {
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |place| String::from_utf8_lossy(record.get(place).unwrap_or_default());
            let cells = places.map(|place| place.map(cell).unwrap_or_default());
            row(line, cells.each_ref().map(|cell| &**cell));
        }
        Ok(())
    }
}

/// Where the texts of a row stand that are asked for.
pub(super) type Places = [Option<usize>; 4];

/// Parts a source's name from an id in a key: a character that stands in neither.
const SEPARATOR: &str = "\u{1f}";

impl Form {
    /// Where the four texts of a row stand.
    fn places(self) -> Places {
        match self {
            Self::Entity { source, id, entity } => [source, Some(id), Some(entity), None],
            Self::Pair { sources: Some([left, right]), ids } => {
                [Some(left), Some(ids[0]), Some(right), Some(ids[1])]
            }
            Self::Pair { sources: None, ids } => [None, Some(ids[0]), None, Some(ids[1])],
        }
    }

    /// Whether one of the four texts is a source's name.
    fn is_source(self, at: usize) -> bool {
        at == 0 || (at == 2 && matches!(self, Self::Pair { .. }))
    }
}

/// Sets of codes that pairs join.
#[derive(Default)]
struct Joined(Vec<u32>);

impl Joined {
    fn join(&mut self, a: u32, b: u32) {
        let more = (a.max(b) as usize + 1).saturating_sub(self.0.len());
        let next = self.0.len() as u32;
        self.0.extend((next..).take(more));
        let (a, b) = (self.root(a), self.root(b));
        if let Some(place) = self.0.get_mut(a.max(b) as usize) {
            *place = a.min(b);
        }
    }

    fn root(&mut self, mut code: u32) -> u32 {
        while let Some(&above) = self.0.get(code as usize).filter(|above| **above != code) {
            let further = self.0.get(above as usize).copied().unwrap_or(above);
            if let Some(place) = self.0.get_mut(code as usize) {
                *place = further;
            }
            code = above;
        }
        code
    }
}

fn form_of(header: &[String], names: TruthNames<'_>) -> Option<Form> {
    let place = |name: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    if let (None, Some(left), Some(right)) = (names.entity, place("left_id"), place("right_id")) {
        let sources = place("left_source").zip(place("right_source")).map(|(left, right)| [left, right]);
        return Some(Form::Pair { sources, ids: [left, right] });
    }
    let entity = match names.entity {
        Some(name) => place(name),
        None => ENTITIES.into_iter().find_map(place),
    };
    Some(Form::Entity { source: place("source"), id: place("record_id")?, entity: entity? })
}

fn without_columns(path: &Path, header: &[String], names: TruthNames<'_>) -> Diagnostic {
    let entity = names.entity.map_or_else(|| ENTITIES.join("` or `"), str::to_owned);
    let found: Vec<String> = header.iter().take(12).map(|name| name.chars().take(40).collect()).collect();
    Diagnostic::error(
        "EVA-021",
        Place::line(path.display().to_string(), 1),
        format!("the truth's columns are `{}`", found.join("`, `")),
        format!(
            "expected `record_id` and `{entity}` (and `source`), or `left_id` and `right_id` (and \
             `left_source`, `right_source`); --truth-column names another column for who a record is"
        ),
    )
}

fn is_parquet(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ending.eq_ignore_ascii_case("parquet") || ending.eq_ignore_ascii_case("pq")
}

fn csv_header(path: &Path) -> Outcome<Vec<String>> {
    let head = head(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&head))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(head.as_slice());
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(|error| unreadable(path, &error.to_string()))?;
    let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_owned();
    Ok(record.iter().map(name).collect())
}

fn head(path: &Path) -> Outcome<Vec<u8>> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEADER_BYTES_MAX).read_to_end(&mut head));
    read.map_err(|error| unreadable(path, &error.to_string()))?;
    Ok(head)
}

/// What parts cells: what the first line has most of.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, line).count();
    // Of equals the last counts.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

pub(super) fn unreadable(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::error(
        "EVA-020",
        Place::file(path.display().to_string()),
        format!("cannot be read: {why}"),
        "give a CSV or Parquet file of the truth, or the folder of a generated province",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(text: &str, sources: &[&str]) -> Outcome<RecordsBuilder> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        std::fs::write(&path, text).unwrap();
        let sources: Vec<String> = sources.iter().map(|&source| source.to_owned()).collect();
        let file = TruthFile::open(&path, TruthNames::default())?.of_sources(&sources)?;
        let mut builder = RecordsBuilder::default();
        file.gather(&mut builder)?;
        Ok(builder)
    }

    #[test]
    fn a_row_is_a_record_and_its_entity_whatever_parts_them() {
        let records = gathered("record_id; entity\n 1 ;a\n2;a\n3;b\n;c\n4\n", &["s"]).unwrap();
        assert_eq!(records.without_id, 2);
        let records = records.finish("truth").unwrap();
        assert_eq!(records.person_of, [0, 0, 1]);
        assert_eq!(records.find("s", "3"), Some(2));
    }

    #[test]
    fn pairs_make_people_through_any_number_of_them() {
        let text = "left_source,left_id,right_source,right_id\na,1,b,1\nb,2,a,2\nb,1,b,2\na,3,b,3\na,9,,\n";
        let records = gathered(text, &["a", "b"]).unwrap();
        assert_eq!(records.without_id, 1);
        let records = records.finish("truth").unwrap();
        let person = |source, id| records.person_of[records.find(source, id).unwrap() as usize];
        assert_eq!(person("a", "1"), person("a", "2"));
        assert_ne!(person("a", "1"), person("a", "3"));
        assert_eq!((person("a", "3"), records.len()), (person("b", "3"), 6));
    }

    #[test]
    fn a_file_without_columns_or_sources_says_what_it_needs() {
        let told = gathered("id,who\n1,a\n", &["s"]).unwrap_err().to_string();
        assert!(told.contains("truth.csv:1: the truth's columns are `id`, `who`"), "{told}");
        let told = gathered("record_id,entity\n1,a\n", &["s", "t"]).unwrap_err().to_string();
        assert!(told.contains("add a column `source`"), "{told}");
    }
}
