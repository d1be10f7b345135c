//! `rejects/<source>.csv`: the rows set aside, each with its place and reason.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;

use super::problem::unwritable;
use crate::diagnostic::{Outcome, printable};
use crate::ingest::{Account, Delivery, Reject, RejectReason};
use crate::private;
use crate::settings::{Settings, Source};

/// Writes one file a source, delivered or refused, in the order of file and
/// line; a source without rejects has the header alone. Deliveries stand in the
/// order of the settings' sources.
///
/// # Errors
/// `PUB-007`: the first file that cannot be written, by source.
pub fn rejects(folder: &Path, settings: &Settings, deliveries: &[Delivery]) -> Outcome<()> {
    let folder = folder.join("rejects");
    private::create_dir(&folder).map_err(|error| unwritable("PUB-007", &folder, &error))?;
    let pairs: Vec<(&Source, &Delivery)> = settings.sources.iter().zip(deliveries).collect();
    let written: Vec<Outcome<()>> = pairs
        .par_iter()
        .map(|(source, delivery)| {
            let path = folder.join(format!("{}.csv", source.id));
            write(&path, delivery).map_err(|error| unwritable("PUB-007", &path, &error))
        })
        .collect();
    written.into_iter().collect()
}

fn write(path: &Path, delivery: &Delivery) -> io::Result<()> {
    let (account, rejects) = match delivery {
        Delivery::Delivered(extract) => (&extract.account, &extract.rejects),
        Delivery::Refused(refusal) => (&refusal.account, &refusal.rejects),
    };
    let mut out = csv::Writer::from_writer(BufWriter::new(private::create_file(path)?));
    out.write_record(["file", "line", "byte_offset", "reason", "raw"])?;
    for reject in rejects {
        out.write_record(cells(account, reject))?;
    }
    out.into_inner().map_err(|error| io::Error::from(error.error().kind()))?.flush()
}

fn cells(account: &Account, reject: &Reject) -> [String; 5] {
    let file = account.files.get(reject.file as usize).map_or("", |file| file.name.as_str());
    [
        safe(&printable(file)),
        reject.line.to_string(),
        reject.byte_offset.to_string(),
        reason(reject.reason),
        safe(&printable(&String::from_utf8_lossy(&reject.raw))),
    ]
}

/// A stable word; for a wrong number of cells the numbers follow it.
fn reason(reason: RejectReason) -> String {
    match reason {
        RejectReason::CellCount { found, expected } => {
            return format!("cell_count: found {found}, expected {expected}");
        }
        RejectReason::NotUtf8 => "not_utf8",
        RejectReason::UnclosedQuote => "unclosed_quote",
        RejectReason::NoRecordId => "no_record_id",
        RejectReason::DuplicateRecordId => "duplicate_record_id",
        RejectReason::CellTooLong => "cell_too_long",
    }
    .to_owned()
}

/// The text so that no spreadsheet takes it for a formula: an apostrophe before
/// a formula's lead. Spaces before the lead do not hide it from every program.
fn safe(text: &str) -> String {
    let leads = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if leads { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_no_control_character_survives() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("  @x"), "'  @x");
        assert_eq!(safe("a=1"), "a=1");
        let reject = Reject {
            file: 9,
            line: 3,
            byte_offset: 40,
            reason: RejectReason::CellCount { found: 2, expected: 20 },
            raw: b"=a\xff\n\t\x1b[0m".to_vec(),
        };
        let cells = cells(&Account::default(), &reject);
        assert_eq!(cells[0], "");
        assert_eq!(cells[3], "cell_count: found 2, expected 20");
        assert_eq!(cells[4], "'=a\u{fffd}\\n\\t\\u{1b}[0m");
    }
}
