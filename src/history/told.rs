//! Complaints, but not a million of one kind.

use crate::diagnostic::{Diagnostic, Place};

/// Complaints of one code that are told one by one: a screenful.
const TOLD_MAX: usize = 20;

/// Line numbers that one complaint names.
const LINES_MAX: usize = 10;

/// Complaints in the order they came; of each code the first twenty, and how many more there were.
#[derive(Debug, Default)]
pub(super) struct Told {
    diagnostics: Vec<Diagnostic>,
    counts: Vec<(&'static str, usize, Option<Place>)>,
}

impl Told {
    /// Tells one that is made only if it is still to be told.
    pub(super) fn tell(&mut self, code: &'static str, make: impl FnOnce() -> Diagnostic) {
        let at = self.counts.iter().position(|(known, ..)| *known == code);
        let at = at.unwrap_or_else(|| {
            self.counts.push((code, 0, None));
            self.counts.len() - 1
        });
        let Some((_, count, place)) = self.counts.get_mut(at) else { return };
        *count += 1;
        if *count <= TOLD_MAX {
            let diagnostic = make();
            *place = diagnostic.place.as_ref().map(|place| Place::file(place.file.clone()));
            self.diagnostics.push(diagnostic);
        }
    }

    /// By line; what counts the rest stands last.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics
            .sort_by_key(|one| one.place.as_ref().and_then(|place| place.line).unwrap_or(u64::MAX));
        for (code, count, place) in self.counts.into_iter().filter(|(_, count, _)| *count > TOLD_MAX) {
            let more = format!("{} more of this kind", count - TOLD_MAX);
            let help = "mend the ones named first; run.json counts all of them";
            self.diagnostics.push(Diagnostic::warning(code, place, more, help));
        }
        self.diagnostics
    }
}

/// `line 4`, `lines 4 and 9`, `lines 4, 9 and 12`, and how many more there are of very many.
pub(super) fn lines(numbers: &[u64]) -> String {
    let named: Vec<String> = numbers.iter().take(LINES_MAX).map(u64::to_string).collect();
    let more = numbers.len() - named.len();
    match named.as_slice() {
        [one] => format!("line {one}"),
        all if more > 0 => format!("lines {} and {more} more", all.join(", ")),
        [first @ .., last] => format!("lines {} and {last}", first.join(", ")),
        [] => "no line".to_owned(),
    }
}

/// A cell as a message quotes it: its beginning where it is long.
pub(super) fn quoted(cell: &str) -> String {
    const CHARACTERS_MAX: usize = 40;
    let mut start: String = cell.chars().take(CHARACTERS_MAX).collect();
    if start.len() < cell.len() {
        start.push('…');
    }
    format!("`{start}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_complaints_the_first_are_told_and_the_rest_counted() {
        let mut told = Told::default();
        for line in 1..=50 {
            told.tell("HIS-003", || {
                Diagnostic::warning("HIS-003", Place::line("d.csv", line), "bad", "mend it")
            });
        }
        told.tell("HIS-004", || Diagnostic::warning("HIS-004", None, "other", "mend it"));
        let told = told.finish();
        assert_eq!(told.len(), TOLD_MAX + 2);
        let last = told.last().map(ToString::to_string).unwrap_or_default();
        assert!(last.starts_with("warning[HIS-003]: d.csv: 30 more of this kind"), "{last}");
    }

    #[test]
    fn lines_are_named_as_people_name_them() {
        assert_eq!(lines(&[4]), "line 4");
        assert_eq!(lines(&[4, 9, 12]), "lines 4, 9 and 12");
        assert_eq!(lines(&(1..=12).collect::<Vec<_>>()), "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more");
        assert_eq!(quoted(&"ă".repeat(41)), format!("`{}…`", "ă".repeat(40)));
    }
}
