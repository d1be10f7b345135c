//! `[link]`: which sources' records are compared with which.

use super::Reader;
use crate::settings::reader::{Located, TableReader};
use crate::settings::sources::Source;
use crate::table::SourceIndex;

/// What of all pairs is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The records of each source with each other, and of no two sources.
    Dedupe,
    /// Records of two sources, never two of one.
    Link,
    /// All of them.
    LinkAndDedupe,
}

/// The words of `mode = "…"` under `[link]`.
pub const PAIRINGS: [(&str, Mode); 3] =
    [("dedupe", Mode::Dedupe), ("link", Mode::Link), ("link_and_dedupe", Mode::LinkAndDedupe)];

/// What `[link]` says.
#[derive(Clone, Debug)]
pub(super) struct Pairing {
    mode: Option<Mode>,
    /// Sources that are compared with themselves in mode `link` too.
    dedupe: Vec<SourceIndex>,
}

impl Reader<'_> {
    pub(super) fn read_pairing(&mut self, table: &TableReader<'_>) {
        let mode = table.optional_word("mode", &PAIRINGS);
        let dedupe: Vec<Located<SourceIndex>> = self.sources_of(table, "dedupe");
        if self.pairing.is_some() {
            table.problem(table.place(), "[link] stands in two files", "leave it out of one of them");
        }
        if mode == Some(Mode::Dedupe) && self.sources.len() > 1 {
            table.problem(
                table.place_of_value("mode"),
                format!("`mode = \"dedupe\"` with {} sources, which would not be linked", self.sources.len()),
                "write \"link_and_dedupe\", or give each table a rules folder of its own",
            );
        }
        if mode == Some(Mode::Link) && self.sources.len() == 1 {
            table.problem(
                table.place_of_value("mode"),
                "`mode = \"link\"` with one source: no two records would be compared",
                "write \"dedupe\", or declare the other table in sources/",
            );
        }
        if let Some(source) = dedupe.first().filter(|_| mode != Some(Mode::Link)) {
            let help = "write mode = \"link\" beside it, or leave `dedupe` out";
            table.problem(source.place.clone(), "`dedupe` names exceptions to `mode = \"link\"` alone", help);
        }
        let dedupe = dedupe.into_iter().map(|source| source.value).collect();
        self.pairing = Some(Pairing { mode, dedupe });
    }
}

/// The sources whose records are never compared with each other.
pub(super) fn apart(pairing: Option<&Pairing>, sources: &[Source]) -> Vec<SourceIndex> {
    let Some(pairing) = pairing.filter(|pairing| pairing.mode == Some(Mode::Link)) else { return Vec::new() };
    let all = (0..sources.len()).map(|at| SourceIndex(at as u8));
    all.filter(|source| !pairing.dedupe.contains(source)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{PEOPLE, told_of_people};

    #[test]
    fn in_mode_link_a_source_is_compared_with_itself_only_where_it_is_named() {
        let told = told_of_people(&format!("{PEOPLE}\n[link]\nmode = \"link\"\ndedupe = [\"bhyt\"]\n"));
        assert_eq!(told, [""; 0]);
        let problems = crate::settings::reader::Problems::default();
        let folder = crate::settings::RulesFolder::embedded();
        let sources = crate::settings::sources::read(&folder, crate::settings::Purpose::Province, &problems);
        let pairing = Pairing { mode: Some(Mode::Link), dedupe: vec![SourceIndex(1)] };
        assert_eq!(apart(Some(&pairing), &sources), [SourceIndex(0), SourceIndex(2), SourceIndex(3)]);
        let both = Pairing { mode: Some(Mode::LinkAndDedupe), dedupe: Vec::new() };
        assert_eq!((apart(Some(&both), &sources), apart(None, &sources)), (vec![], vec![]));
    }

    #[test]
    fn a_mode_that_compares_nothing_or_is_unknown_is_told() {
        let told = told_of_people(&format!("{PEOPLE}\n[link]\nmode = \"dedupe\"\n"));
        assert!(told[0].contains("which would not be linked"), "{told:?}");
        let told = told_of_people(&format!("{PEOPLE}\n[link]\nmode = \"lnk\"\n"));
        assert!(told[0].contains("did you mean `link`?"), "{told:?}");
        let told = told_of_people(&format!("{PEOPLE}\n[link]\ndedupe = [\"bhyt\"]\n"));
        assert!(told[0].contains("exceptions to `mode = \"link\"` alone"), "{told:?}");
    }
}
