//! Extract files → tables and set-aside rows.
//!
//! Input: a folder and the declared sources. Output: one [`Delivery`] a source,
//! in the order of the settings.
//!
//! Invariants: for every source, rows read = rows kept + rows set aside. Kept
//! texts are the office's own, outer spaces included. Nothing depends on the
//! number of threads or on how a file is cut. No content of a file stops the
//! run; a delivery as a whole can be refused.
//!
//! Cost: O(bytes), each file read once. Memory: the tables, their look-up tables
//! while they are built, and some 20 MB of a file at a time.

mod account;
mod csv;
mod cut_off;
mod discover;
mod intake;
mod mapping;
mod parquet;
mod reject;
mod render;
mod sink;
mod source;
mod xlsx;

use std::path::Path;

pub use account::{Account, InputFile};
pub(crate) use csv::CP1252;
pub use cut_off::{DELIVERY_FILE, cut_off_days};
pub use reject::{RAW_BYTES_MAX, RAW_TOTAL_MAX, Reject, RejectReason};
pub use sink::{RowSink, Rows, SharedSink};

use sink::Stream;

use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::progress::Progress;
use crate::settings::{Settings, Source};
use crate::table::{SourceIndex, Table};

/// What came in of one source.
#[derive(Debug)]
pub enum Delivery {
    /// The extract was read.
    Delivered(Extract),
    /// The extract is there but is not to be trusted as a whole, or is missing.
    Refused(Refusal),
}

/// Why a source is refused by name, and what was counted until then.
#[derive(Debug)]
pub struct Refusal {
    /// What was found and what to do; errors first, then warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Files looked at; counts as far as they were read.
    pub account: Account,
    /// Rows set aside before the delivery was refused.
    pub rejects: Vec<Reject>,
}

/// One source as read.
#[derive(Debug)]
pub struct Extract {
    /// The kept rows.
    pub table: Table,
    /// The rows set aside, in order of file and line.
    pub rejects: Vec<Reject>,
    /// Files and counts.
    pub account: Account,
    /// Warnings that concern the delivery as a whole: ignored files, unknown or missing columns.
    pub warnings: Vec<Diagnostic>,
}

impl Delivery {
    /// The books, whether delivered or refused.
    pub fn account(&self) -> &Account {
        match self {
            Self::Delivered(extract) => &extract.account,
            Self::Refused(refusal) => &refusal.account,
        }
    }

    /// The rows set aside, whether delivered or refused.
    pub fn rejects(&self) -> &[Reject] {
        match self {
            Self::Delivered(extract) => &extract.rejects,
            Self::Refused(refusal) => &refusal.rejects,
        }
    }

    /// Everything to tell the user about it: errors first, then warnings.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Delivered(extract) => &extract.warnings,
            Self::Refused(refusal) => &refusal.diagnostics,
        }
    }

    fn diagnostics_mut(&mut self) -> &mut Vec<Diagnostic> {
        match self {
            Self::Delivered(extract) => &mut extract.warnings,
            Self::Refused(refusal) => &mut refusal.diagnostics,
        }
    }
}

/// Reads the extracts in a folder: one delivery a source, in the order of the
/// settings. Files that belong to no source are named once, in a warning of the
/// first delivery.
///
/// # Errors
/// `ING-019` if the folder cannot be listed; `ING-020` if the books of a source
/// do not balance, which is a mistake of this program.
pub fn ingest(settings: &Settings, input: &Path, progress: &Progress) -> Outcome<Vec<Delivery>> {
    read(settings, input, None, progress)
}

/// The same, but for the rows that are kept: they go to a sink as they are read, and tables stay
/// empty. Which rows are set aside, and what is said of them, is the same.
///
/// # Errors
/// As [`ingest`].
pub fn ingest_into(
    settings: &Settings,
    input: &Path,
    sink: &SharedSink,
    progress: &Progress,
) -> Outcome<Vec<Delivery>> {
    read(settings, input, Some(sink), progress)
}

/// About how many bytes of text the files that would be read hold; where they are packed, as many as
/// such files mostly unpack to.
///
/// # Errors
/// `ING-019` if the folder cannot be listed.
pub fn text_bytes(settings: &Settings, input: &Path) -> Outcome<u64> {
    let entries = discover::list(input)?;
    let files = settings.sources.iter().flat_map(|source| discover::choose(source, &entries).read);
    Ok(files.map(|file| source::text_bytes(&file)).sum())
}

fn read(
    settings: &Settings,
    input: &Path,
    sink: Option<&SharedSink>,
    progress: &Progress,
) -> Outcome<Vec<Delivery>> {
    let entries = discover::list(input)?;
    let mut deliveries = Vec::with_capacity(settings.sources.len());
    for (at, source) in settings.sources.iter().enumerate() {
        let stream = sink.map(|sink| Stream::new(sink.clone(), SourceIndex(at as u8)));
        let choice = discover::choose(source, &entries);
        deliveries.push(if choice.read.is_empty() {
            Delivery::Refused(missing(source))
        } else {
            source::read(source, choice, stream, progress)?
        });
    }
    if let (Some(first), Some(warning)) =
        (deliveries.first_mut(), discover::unknown_files(&settings.sources, &entries))
    {
        first.diagnostics_mut().push(warning);
    }
    Ok(deliveries)
}

fn missing(source: &Source) -> Refusal {
    let expected = source.files.first().map_or(source.id.as_str(), String::as_str);
    let diagnostic = Diagnostic::error(
        "ING-001",
        Place::file(expected),
        format!("no file of `{}` in the input folder", source.id),
        format!("put one of these there: {}", source.files.join(", ")),
    );
    Refusal { diagnostics: vec![diagnostic], account: Account::default(), rejects: Vec::new() }
}
