//! `rejects/<source>.csv`: the rows set aside, each with its place and reason.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;

use super::problem::unwritable;
use crate::diagnostic::{Outcome, printable};
use crate::ingest::{Account, Delivery, Reject};
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
    let mut out = csv::Writer::from_writer(BufWriter::new(private::create_file(path)?));
    out.write_record(["file", "line", "byte_offset", "reason", "raw"])?;
    for reject in delivery.rejects() {
        out.write_record(cells(delivery.account(), reject))?;
    }
    out.into_inner().map_err(|error| io::Error::from(error.error().kind()))?.flush()
}

fn cells(account: &Account, reject: &Reject) -> [String; 5] {
    let file = account.files.get(reject.file as usize).map_or("", |file| file.name.as_str());
    [
        safe(&printable(file)),
        reject.line.to_string(),
        reject.byte_offset.to_string(),
        reject.reason.to_string(),
        safe(&printable(&reject.raw_text())),
    ]
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
    use crate::ingest::RejectReason;

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
