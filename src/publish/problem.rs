//! What can go wrong while a run is written, with the remedy of each.

use std::io;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Failure, Place};

/// A file or folder that cannot be written.
pub(super) fn unwritable(code: &'static str, path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot be written: {error}");
    Diagnostic::error(code, Place::file(path.display().to_string()), message, remedy(error.kind())).into()
}

/// A Parquet file that cannot be written; the library hides the system's error in its text.
pub(super) fn not_encoded(path: &Path, error: &parquet::errors::ParquetError) -> Failure {
    let message = format!("cannot be written: {error}");
    Diagnostic::error(
        "PUB-006",
        Place::file(path.display().to_string()),
        message,
        remedy(io::ErrorKind::Other),
    )
    .into()
}

fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "let the user who runs this program write there, or give another folder with --out"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on that disk, or give another folder with --out; earlier runs are untouched"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder is needed: move it away, or give another folder with --out"
        }
        _ => "check the disk and the folder given with --out; earlier runs are untouched",
    }
}
