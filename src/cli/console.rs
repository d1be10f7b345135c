//! What commands print: answers on standard output, complaints on standard error.
//!
//! A reader that goes away (`doisoat show … | head`) is no error.

use std::io::Write;

use crate::diagnostic::Diagnostic;

/// Prints a command's answer.
pub(super) fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end());
}

/// Prints a complaint.
pub(super) fn tell_error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}

/// Prints complaints one by one.
pub(super) fn tell_diagnostics<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) {
    for diagnostic in diagnostics {
        tell_error(&diagnostic.to_string());
    }
}
