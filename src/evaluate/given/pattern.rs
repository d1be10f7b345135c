//! Who a record is, read out of its id.

use regex::Regex;

use crate::diagnostic::{Diagnostic, Outcome};

/// A regular expression; matching is linear in the id's length.
pub(super) struct Pattern(Regex);

impl Pattern {
    /// # Errors
    /// `EVA-022`: no regular expression.
    pub(super) fn new(pattern: &str) -> Outcome<Self> {
        Regex::new(pattern).map(Self).map_err(|error| {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_lowercase();
            Diagnostic::error(
                "EVA-022",
                None,
                format!("`{pattern}` is no regular expression: {why}"),
                "write one whose first group is what two records of one person share: 'rec-(\\d+)-'",
            )
            .into()
        })
    }

    /// What the first group matches, or all that is matched where there is no group.
    pub(super) fn find<'t>(&self, id: &'t str) -> Option<&'t str> {
        let found = self.0.captures(id)?;
        found
            .get(1)
            .or_else(|| if self.0.captures_len() == 1 { found.get(0) } else { None })
            .map(|one| one.as_str())
    }
}

pub(super) fn matches_nothing(pattern: &str) -> Diagnostic {
    Diagnostic::error(
        "EVA-023",
        None,
        format!("`{pattern}` matches no record id of the run"),
        "look at the column record_id of the run's people.parquet and write a pattern for it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_group_says_who_and_without_one_all_that_matches() {
        let find = |pattern: &str, id: &str| Pattern::new(pattern).unwrap().find(id).map(str::to_owned);
        assert_eq!(find(r"rec-(\d+)-", "rec-17-dup-0").as_deref(), Some("17"));
        assert_eq!(find("^..", "ab-1").as_deref(), Some("ab"));
        assert_eq!(find(r"rec-(\d+)-", "17"), None);
        assert_eq!(find("(a)|b", "b"), None);
        let told = Pattern::new("rec-(").err().unwrap().to_string();
        assert!(told.contains("is no regular expression: unclosed group"), "{told}");
    }
}
