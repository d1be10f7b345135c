//! The books of one source.

use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};

/// The books of one source: rows read = kept + set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The files read, in order.
    pub files: Vec<InputFile>,
    /// Names of files that match the source but were not read.
    pub ignored: Vec<String>,
    /// Data rows read. Blank lines and the header are no rows.
    pub rows_read: u64,
    /// Rows kept in the table.
    pub rows_kept: u64,
    /// Rows set aside.
    pub rows_set_aside: u64,
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name below the input folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

impl Account {
    /// Passes on the books if they balance.
    ///
    /// # Errors
    /// `ING-020` if a row was lost or counted twice: a mistake of this program,
    /// so the run stops.
    pub(super) fn balanced(self, source: &str) -> Outcome<Self> {
        if self.rows_read == self.rows_kept + self.rows_set_aside {
            return Ok(self);
        }
        Err(Failure::from(Diagnostic::error(
            "ING-020",
            Place::file(self.files.first().map_or(source, |file| &file.name)),
            format!(
                "the books of `{source}` do not balance: {} rows read, {} kept, {} set aside",
                self.rows_read, self.rows_kept, self.rows_set_aside
            ),
            "this is a mistake of the program, not of the data; keep the files and report it",
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_row_stops_the_run() {
        let account = Account { rows_read: 3, rows_kept: 1, rows_set_aside: 1, ..Account::default() };
        let failure = account.balanced("cu_tru").unwrap_err();
        assert!(failure.to_string().contains("3 rows read, 1 kept, 1 set aside"));
        let account = Account { rows_read: 2, rows_kept: 1, rows_set_aside: 1, ..Account::default() };
        assert!(account.balanced("cu_tru").is_ok());
    }
}
