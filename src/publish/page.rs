//! `report.html`: the page as the report made it.

use std::path::Path;

use super::problem::unwritable;
use crate::diagnostic::Outcome;
use crate::private;

/// Writes the page into the folder.
///
/// # Errors
/// `PUB-010` where it cannot be written.
pub fn page(folder: &Path, html: &str) -> Outcome<()> {
    let path = folder.join("report.html");
    private::write_file(&path, html.as_bytes()).map_err(|error| unwritable("PUB-010", &path, &error))
}
