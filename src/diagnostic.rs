//! What went wrong, where, what was expected, and what to do about it.
//!
//! A [`Diagnostic`] cannot be built without a remedy. Printed form:
//!
//! ```text
//! error[SET-003]: rules/sources/cu_tru.toml:12:1: unknown key `feild`
//!   help: did you mean `field`?
//! ```

use std::fmt;

/// How far a diagnostic reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run, or the source named, cannot go on.
    Error,
    /// Something was left out or guessed; the run goes on.
    Warning,
}

/// Where in the user's material a diagnostic points.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Place {
    /// File name as the user knows it (relative to the folder given).
    pub file: String,
    /// 1-based line, where there is one.
    pub line: Option<u64>,
    /// 1-based column in characters, or none.
    pub column: Option<u64>,
    /// Something finer than a line: a sheet's cell, a row group, a column's name.
    pub detail: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// A 1-based line of a file.
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Self { file: file.into(), line: Some(line), ..Self::default() }
    }

    /// A 1-based line and column of a file.
    pub fn at(file: impl Into<String>, line: u64, column: u64) -> Self {
        Self { file: file.into(), line: Some(line), column: Some(column), detail: None }
    }

    /// The same place with a finer mark, such as a column's name.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", printable(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        if let Some(detail) = &self.detail {
            write!(f, ": {}", printable(detail))?;
        }
        Ok(())
    }
}

/// One message to the user: where, what was found, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How far it reaches.
    pub severity: Severity,
    /// Stable code such as `ING-012`; never reused.
    pub code: &'static str,
    /// Where, if the message has a place.
    pub place: Option<Place>,
    /// What was found and what was expected: lower case, no final stop.
    pub message: String,
    /// What to do about it: lower case, no final stop.
    pub help: String,
}

impl Diagnostic {
    /// An error with its remedy.
    pub fn error(
        code: &'static str,
        place: impl Into<Option<Place>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            code,
            place: place.into(),
            message: message.into(),
            help: help.into(),
        }
    }

    /// A warning with its remedy.
    pub fn warning(
        code: &'static str,
        place: impl Into<Option<Place>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message, help) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}[{}]: ", self.code)?;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}\n  help: {}", printable(&self.message), printable(&self.help))
    }
}

/// Everything that stopped a stage, all at once. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What to tell the user, in the order of the material it points into.
    pub diagnostics: Vec<Diagnostic>,
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: vec![diagnostic] }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// A stage's answer: a value, or everything that stopped it.
pub type Outcome<T> = Result<T, Failure>;

/// The text with control characters made visible, so that a cell printed to a
/// terminal cannot move its cursor or change its colours.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The valid word nearest to what was typed, if one is near enough to be meant.
///
/// Nearness is Damerau–Levenshtein distance of at most a third of the word's
/// length (at least one). O(words × length²).
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (typed.chars().count() / 3).max(1);
    words
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(typed, word), word))
        .filter(|(distance, _)| *distance <= bound)
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_says_where_what_and_what_to_do() {
        let diagnostic = Diagnostic::error(
            "ING-012",
            Place::line("cu_tru.csv", 18_204).detail("column `ngay_sinh`"),
            "`31/02/1987` is not a calendar date",
            "expected dd/mm/yyyy; value left out, row kept",
        );
        assert_eq!(
            diagnostic.to_string(),
            "error[ING-012]: cu_tru.csv:18204: column `ngay_sinh`: `31/02/1987` is not a calendar date\n  \
             help: expected dd/mm/yyyy; value left out, row kept"
        );
    }

    #[test]
    fn control_characters_of_a_cell_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\nđ"), "a\\u{1b}[31mb\\nđ");
    }

    #[test]
    fn the_nearest_word_is_found_only_when_near() {
        assert_eq!(nearest("feild", ["field", "kind"]), Some("field"));
        assert_eq!(nearest("colour", ["field", "kind"]), None);
    }
}
