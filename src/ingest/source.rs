//! One source: its files → its delivery.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::account::{Account, InputFile};
use super::csv::{self, Decoder, EVIDENCE_BYTES, HEAD_BYTES_MAX, Limits, TextEncoding};
use super::discover::{Choice, Entry};
use super::intake::Intake;
use super::mapping::{self, Mapping};
use super::parquet::ParquetFile;
use super::sink::Stream;
use super::xlsx::Sheet;
use super::{Delivery, Extract, Refusal};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::progress::{Bar, Progress};
use crate::settings::{Source, hex};

/// Reads a source's files as one delivery.
///
/// # Errors
/// Only if the books do not balance.
pub(super) fn read(
    source: &Source,
    choice: Choice,
    stream: Option<Stream>,
    progress: &Progress,
) -> Outcome<Delivery> {
    let intake = Intake::new(source.columns.len(), source.record_id);
    let bytes =
        choice.read.iter().filter_map(|file| std::fs::metadata(&file.path).ok()).map(|m| m.len()).sum();
    let bar = progress.begin("read", bytes, "bytes");
    let mut reading = Reading {
        source,
        intake: match stream {
            Some(stream) => intake.into_stream(stream),
            None => intake,
        },
        account: Account { ignored: choice.ignored, ..Account::default() },
        warnings: Vec::new(),
        errors: Vec::new(),
        bar,
    };
    reading.warn_of_ignored(choice.read.first());
    for file in &choice.read {
        if let Err(errors) = reading.file(file) {
            reading.errors.extend(errors);
        }
    }
    reading.finish()
}

/// About how much text a file holds. Generated extracts of one province as CSV and as Parquet differ
/// by a factor of 5, as XLSX by 4.
pub(super) fn text_bytes(file: &Entry) -> u64 {
    let bytes = std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
    bytes
        * match Format::of(&file.name) {
            Format::Csv => 1,
            Format::Parquet => 5,
            Format::Xlsx => 4,
        }
}

struct Reading<'a> {
    source: &'a Source,
    intake: Intake,
    account: Account,
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
    bar: Bar,
}

/// Why a file is refused; never empty.
type Refused = Vec<Diagnostic>;

/// What a file is, by its name's ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Parquet,
    Xlsx,
}

impl Format {
    fn of(name: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "parquet" | "pq" => Self::Parquet,
            "xlsx" | "xlsm" => Self::Xlsx,
            _ => Self::Csv,
        }
    }
}

impl Reading<'_> {
    fn warn_of_ignored(&mut self, read: Option<&Entry>) {
        let (Some(read), false) = (read, self.account.ignored.is_empty()) else { return };
        self.warnings.push(Diagnostic::warning(
            "ING-017",
            Place::file(&read.name),
            format!("read for `{}`; not read: `{}`", self.source.id, self.account.ignored.join("`, `")),
            "deliver a source once; which files go first stands in `files` of the source's rules",
        ));
    }

    /// Reads one file into the intake and notes it in the account.
    fn file(&mut self, entry: &Entry) -> Result<(), Refused> {
        check_ordinary(entry)?;
        let rows_before = self.intake.rows_read;
        let index = self.account.files.len() as u32;
        self.account.files.push(InputFile { name: entry.name.clone(), bytes: 0, sha256: String::new() });
        let read = match Format::of(&entry.name) {
            Format::Csv => self.csv(entry, index),
            Format::Parquet => self.hashed(entry, |reading| reading.parquet(entry, index)),
            Format::Xlsx => self.hashed(entry, |reading| reading.xlsx(entry, index)),
        };
        let (bytes, sha256) = read?;
        if let Some(file) = self.account.files.last_mut() {
            (file.bytes, file.sha256) = (bytes, hex(&sha256));
        }
        if self.intake.rows_read == rows_before {
            self.warnings.push(Diagnostic::warning(
                "ING-021",
                Place::file(&entry.name),
                "a header and no rows",
                "ask the office whether this file should be empty",
            ));
        }
        Ok(())
    }

    fn csv(&mut self, entry: &Entry, index: u32) -> Result<(u64, Vec<u8>), Refused> {
        let unreadable = |error: io::Error| vec![unreadable(&entry.name, &error)];
        let mut file = File::open(&entry.path).map_err(unreadable)?;
        let mut head = Vec::new();
        (&mut file).take(HEAD_BYTES_MAX as u64).read_to_end(&mut head).map_err(unreadable)?;
        check_encoding(&entry.name, &head)?;
        match text_encoding(&mut file, &mut head).map_err(unreadable)? {
            TextEncoding::Utf8 => {}
            encoding => return self.hashed(entry, |reading| reading.decoded_csv(entry, index, encoding)),
        }
        let whole = head.len() < HEAD_BYTES_MAX;
        let header =
            csv::find_header(self.source, &head, whole).ok_or_else(|| vec![no_header(&entry.name, &head)])?;
        let mapping = self.mapping(&header.names, &Place::line(&entry.name, header.line))?;
        file.seek(SeekFrom::Start(header.end as u64)).map_err(unreadable)?;
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let target =
            csv::Target { mapping: &mapping, index, bytes, intake: &mut self.intake, bar: &self.bar };
        csv::read(file, &head[..header.end], &header, target, Limits::DEFAULT).map_err(unreadable)
    }

    /// Reads a file that is no UTF-8, decoding it on the way.
    fn decoded_csv(&mut self, entry: &Entry, index: u32, encoding: TextEncoding) -> Result<(), Refused> {
        let unreadable = |error: io::Error| vec![unreadable(&entry.name, &error)];
        let file = File::open(&entry.path).map_err(unreadable)?;
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let mut text = Decoder::new(file, encoding);
        let mut head = Vec::new();
        (&mut text).take(HEAD_BYTES_MAX as u64).read_to_end(&mut head).map_err(unreadable)?;
        let whole = head.len() < HEAD_BYTES_MAX;
        let header =
            csv::find_header(self.source, &head, whole).ok_or_else(|| vec![no_header(&entry.name, &head)])?;
        let mapping = self.mapping(&header.names, &Place::line(&entry.name, header.line))?;
        self.warnings.push(not_utf8(&entry.name, encoding));
        let rest = head.split_off(header.end);
        let text = io::Cursor::new(rest).chain(text);
        let target =
            csv::Target { mapping: &mapping, index, bytes, intake: &mut self.intake, bar: &self.bar };
        csv::read(text, &head, &header, target, Limits::DEFAULT).map_err(unreadable)?;
        Ok(())
    }

    fn parquet(&mut self, entry: &Entry, index: u32) -> Result<(), Refused> {
        let undecodable = |error| vec![undecodable(&entry.name, "Parquet", &error)];
        let file = ParquetFile::open(&entry.path).map_err(undecodable)?;
        let mapping = self.mapping(&file.names(), &Place::file(&entry.name))?;
        if let Some((column, kind)) = file.nested(&mapping) {
            return Err(vec![nested(&entry.name, &column, &kind)]);
        }
        file.read(self.source, &mapping, index, (&mut self.intake, &self.bar)).map_err(undecodable)
    }

    fn xlsx(&mut self, entry: &Entry, index: u32) -> Result<(), Refused> {
        let undecodable = |error: calamine::XlsxError| vec![undecodable(&entry.name, "XLSX", &error.into())];
        let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(&entry.path).map_err(undecodable)?;
        let sheet = Sheet::open(&mut workbook).map_err(undecodable)?;
        let sheet = sheet.ok_or_else(|| vec![empty(&entry.name)])?;
        let mapping = self.mapping(&sheet.header, &Place::line(&entry.name, sheet.header_row))?;
        sheet.read(&mapping, index, &mut self.intake).map_err(undecodable)
    }

    /// Reads a file with a foreign decoder while its bytes are hashed beside it.
    ///
    /// The decoders promise no freedom from panics on damaged files, and one bad
    /// file must not end the night: a panic is turned into a refusal. What is in
    /// the intake by then is dropped with the delivery.
    fn hashed(
        &mut self,
        entry: &Entry,
        read: impl FnOnce(&mut Self) -> Result<(), Refused> + Send,
    ) -> Result<(u64, Vec<u8>), Refused> {
        let guarded = || catch_unwind(AssertUnwindSafe(|| read(self)));
        let (read, hashed) = rayon::join(guarded, || hash(&entry.path));
        read.unwrap_or_else(|_| Err(vec![undecodable(&entry.name, "data", &"its decoder gave up".into())]))?;
        hashed.map_err(|error| vec![unreadable(&entry.name, &error)])
    }

    fn mapping(&mut self, header: &[String], place: &Place) -> Result<Mapping, Refused> {
        let (mapping, warnings) = mapping::resolve(self.source, header, place)?;
        self.warnings.extend(warnings);
        self.intake.begin(&mapping);
        Ok(mapping)
    }

    fn finish(mut self) -> Outcome<Delivery> {
        self.account.rows_read = self.intake.rows_read;
        self.account.rows_kept = self.intake.rows_kept;
        self.account.rows_set_aside = self.intake.rejects.len() as u64;
        let account = self.account.balanced(&self.source.id)?;
        if self.errors.is_empty() {
            self.errors.extend(gate(self.source, &account));
        }
        if !self.errors.is_empty() {
            let mut diagnostics = self.errors;
            diagnostics.extend(self.warnings);
            return Ok(Delivery::Refused(Refusal { diagnostics, account, rejects: self.intake.refuse() }));
        }
        let (table, rejects) = self.intake.finish();
        Ok(Delivery::Delivered(Extract { table, rejects, account, warnings: self.warnings }))
    }
}

/// Why a delivery that could be read is refused all the same.
fn gate(source: &Source, account: &Account) -> Vec<Diagnostic> {
    let place = account.files.first().map(|file| Place::file(&file.name));
    let Account { rows_read, rows_kept, rows_set_aside, .. } = *account;
    let mut errors = Vec::new();
    if rows_read == 0 && source.gate.rows_min > 0 {
        errors.push(Diagnostic::error(
            "ING-010",
            place,
            format!("no rows of `{}`: a header and nothing else", source.id),
            "ask the office for the extract again; if it may be empty, set `rows_min = 0` under [gate]",
        ));
        return errors;
    }
    if rows_kept < source.gate.rows_min {
        errors.push(Diagnostic::error(
            "ING-011",
            place.clone(),
            format!("{rows_kept} rows of `{}` kept, expected at least {}", source.id, source.gate.rows_min),
            "ask the office for the whole extract, or lower `rows_min` under [gate] in the source's rules",
        ));
    }
    if rows_kept > u64::from(u32::MAX) {
        errors.push(Diagnostic::error(
            "ING-023",
            place.clone(),
            format!("{rows_kept} rows of `{}`, expected fewer than 2^32", source.id),
            "a row's place is kept in 32 bits; split the province into several runs",
        ));
    }
    if rows_set_aside as f64 > source.gate.set_aside_max * rows_read as f64 {
        errors.push(Diagnostic::error(
            "ING-012",
            place,
            format!(
                "{rows_set_aside} of {rows_read} rows of `{}` were set aside, expected at most {} %",
                source.id,
                source.gate.set_aside_max * 100.0
            ),
            "look at the rejected rows for what they have in common, and ask for the extract again",
        ));
    }
    errors
}

/// Refuses what is no file: a folder, or something that would be waited on for ever.
fn check_ordinary(entry: &Entry) -> Result<(), Refused> {
    let metadata = std::fs::metadata(&entry.path).map_err(|error| vec![unreadable(&entry.name, &error)])?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a folder" } else { "not an ordinary file" };
        return Err(vec![Diagnostic::error(
            "ING-002",
            Place::file(&entry.name),
            format!("found {what}, expected a file"),
            "put the extract itself under this name",
        )]);
    }
    if metadata.len() == 0 { Err(vec![empty(&entry.name)]) } else { Ok(()) }
}

/// First bytes of files that are no CSV whatever their name says.
const OTHER_FORMATS: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a ZIP archive or XLSX workbook"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
];

fn check_encoding(name: &str, head: &[u8]) -> Result<(), Refused> {
    if let Some((_, what)) = OTHER_FORMATS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(vec![Diagnostic::error(
            "ING-006",
            Place::file(name),
            format!("named as text, but is {what}"),
            "unpack it, or give it the ending of what it is (.xlsx, .parquet)",
        )]);
    }
    // Text in a Latin script as UTF-16 has a nought in about every second byte.
    let start = head.get(..200).unwrap_or(head);
    let noughts = memchr::memchr_iter(0, start).count();
    let marked = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if !marked && noughts * 3 > start.len() {
        return Err(vec![Diagnostic::error(
            "ING-005",
            Place::file(name),
            "the text is encoded as UTF-16 without its mark, expected UTF-8",
            "export it again as UTF-8 (Excel: \"CSV UTF-8\"), or convert it: iconv -f UTF-16 -t UTF-8",
        )]);
    }
    Ok(())
}

/// What a file is encoded in, by its first bytes; more of them are read where the
/// head is not UTF-8 or tells nothing.
fn text_encoding(file: &mut File, head: &mut Vec<u8>) -> io::Result<TextEncoding> {
    if simdutf8::basic::from_utf8(head).is_ok() && !head.is_ascii() {
        return Ok(TextEncoding::Utf8);
    }
    let known = head.len();
    file.take((EVIDENCE_BYTES - HEAD_BYTES_MAX) as u64).read_to_end(head)?;
    let encoding = TextEncoding::of(head);
    head.truncate(known);
    Ok(encoding)
}

fn not_utf8(name: &str, encoding: TextEncoding) -> Diagnostic {
    let (found, read) = match encoding {
        TextEncoding::OneByte => {
            ("most lines with accents are not UTF-8", "one byte a letter, and names and addresses decoded")
        }
        _ => ("the file is UTF-16", "converted"),
    };
    Diagnostic::warning(
        "ING-024",
        Place::file(name),
        format!("{found}; read as {}: {read}", encoding.name()),
        "ask the office to export it as UTF-8 (Excel: \"CSV UTF-8\")",
    )
}

fn empty(name: &str) -> Diagnostic {
    Diagnostic::error(
        "ING-004",
        Place::file(name),
        "the file is empty, expected a header and rows",
        "ask the office for the extract again; the transfer may have been cut off",
    )
}

fn no_header(name: &str, head: &[u8]) -> Diagnostic {
    if head.iter().all(u8::is_ascii_whitespace) || head == b"\xef\xbb\xbf" {
        return empty(name);
    }
    Diagnostic::error(
        "ING-013",
        Place::line(name, 1),
        format!(
            "no header row ends within the first {} KiB, or a quote in it is not closed",
            HEAD_BYTES_MAX >> 10
        ),
        "expected column names in the first row; export the file again with its header",
    )
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::error(
        "ING-003",
        Place::file(name),
        format!("cannot be read: {error}"),
        "check that the file is there, whole, and readable by the user who runs this",
    )
}

fn undecodable(name: &str, format: &str, error: &super::parquet::Fault) -> Diagnostic {
    Diagnostic::error(
        "ING-014",
        Place::file(name),
        format!("not a sound {format} file: {error}"),
        "ask the office for the file again, or for CSV in UTF-8",
    )
}

fn nested(name: &str, column: &str, kind: &str) -> Diagnostic {
    Diagnostic::error(
        "ING-022",
        Place::file(name).detail(format!("column `{column}`")),
        format!("is of type {kind}, expected one value a row"),
        "deliver the column as text",
    )
}

/// A file's size and SHA-256.
fn hash(path: &Path) -> io::Result<(u64, Vec<u8>)> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let (mut buffer, mut bytes) = (vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hash.finalize().to_vec())),
            Ok(read) => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
