//! The records that the truth names, as numbers.
//!
//! Records are numbered source by source in the order of the truth, so that the
//! members of one group, sorted by number, come in runs of one source each.

use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::DictionaryBuilder;

/// More sources than a province has offices: a larger number of them means that
/// the column `source` holds something else.
pub(super) const SOURCES_MAX: usize = 64;

/// "No such record".
pub(super) const NONE: u32 = u32::MAX;

/// Gathers records and their people; becomes [`Records`].
#[derive(Debug, Default)]
pub(super) struct RecordsBuilder {
    sources: Vec<SourceRecords>,
    people: DictionaryBuilder,
    pub(super) named_twice: u64,
    pub(super) without_id: u64,
    pub(super) too_many_sources: bool,
}

#[derive(Debug, Default)]
struct SourceRecords {
    name: String,
    ids: DictionaryBuilder,
    person_of: Vec<u32>,
}

impl RecordsBuilder {
    /// One row of the truth. A record named again keeps its first person.
    pub(super) fn add(&mut self, source: &str, id: &str, person: &str) {
        if id.is_empty() || person.is_empty() {
            self.without_id += 1;
            return;
        }
        let Some(at) = self.source(source) else { return };
        let records = &mut self.sources[at];
        let code = records.ids.code(id) as usize;
        if code <= records.person_of.len() {
            self.named_twice += 1;
        } else {
            records.person_of.push(self.people.code(person) - 1);
        }
    }

    /// Whether a record was named.
    pub(super) fn has(&self, source: &str, id: &str) -> bool {
        let of_source = self.sources.iter().find(|one| one.name == source);
        of_source.is_some_and(|one| one.ids.find(id).is_some_and(|code| code > 0))
    }

    /// Whether no record was named.
    pub(super) fn is_empty(&self) -> bool {
        self.sources.iter().all(|source| source.person_of.is_empty())
    }

    fn source(&mut self, name: &str) -> Option<usize> {
        let at = self.sources.iter().position(|source| source.name == name);
        if at.is_none() && self.sources.len() < SOURCES_MAX {
            self.sources.push(SourceRecords { name: name.to_owned(), ..SourceRecords::default() });
            return Some(self.sources.len() - 1);
        }
        self.too_many_sources |= at.is_none();
        at
    }

    /// # Errors
    /// More sources than [`SOURCES_MAX`], or no record at all.
    pub(super) fn finish(self, shown: &str) -> Outcome<Records> {
        if self.too_many_sources || self.sources.is_empty() {
            let found = if self.sources.is_empty() { "no record" } else { "more than 64 sources" };
            return Err(Diagnostic::error(
                "EVA-006",
                Place::file(shown).detail("column `source`"),
                format!("the truth names {found}"),
                "give a truth that says of records of the run who they are",
            )
            .into());
        }
        Ok(Records::of(self))
    }
}

/// Every record of the truth: its number, source and person.
#[derive(Debug)]
pub(super) struct Records {
    names: Vec<String>,
    ids: Vec<DictionaryBuilder>,
    /// Number of the first record of each source.
    begins: Vec<u32>,
    /// By record: its source.
    pub(super) source_of: Vec<u8>,
    /// By record: its person in truth, numbered from 0.
    pub(super) person_of: Vec<u32>,
}

impl Records {
    fn of(builder: RecordsBuilder) -> Self {
        let mut records =
            Self { names: vec![], ids: vec![], begins: vec![], source_of: vec![], person_of: vec![] };
        for (at, source) in builder.sources.into_iter().enumerate() {
            records.begins.push(records.person_of.len() as u32);
            records.person_of.extend(source.person_of);
            records.source_of.resize(records.person_of.len(), at as u8);
            records.names.push(source.name);
            records.ids.push(source.ids);
        }
        records
    }

    /// The number of a record. O(length) on average.
    pub(super) fn find(&self, source: &str, id: &str) -> Option<u32> {
        let at = self.names.iter().position(|name| name == source)?;
        let code = self.ids[at].find(id)?;
        (code > 0).then(|| self.begins[at] + code - 1)
    }

    /// The sources' names, in order of first appearance in the truth.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.person_of.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_numbered_source_by_source_and_keep_their_first_person() {
        let mut builder = RecordsBuilder::default();
        for (source, id, person) in
            [("a", "1", "p"), ("b", "1", "p"), ("a", "2", "q"), ("a", "1", "q"), ("a", "", "q")]
        {
            builder.add(source, id, person);
        }
        assert_eq!((builder.named_twice, builder.without_id), (1, 1));
        let records = builder.finish("truth").unwrap();
        let numbers = [records.find("a", "1"), records.find("a", "2"), records.find("b", "1")];
        assert_eq!(numbers, [Some(0), Some(1), Some(2)]);
        assert_eq!([records.find("c", "1"), records.find("a", "3"), records.find("a", "")], [None; 3]);
        assert_eq!(records.person_of, [0, 1, 0]);
        assert_eq!(records.source_of, [0, 0, 1]);
    }

    #[test]
    fn a_column_of_anything_but_sources_is_refused() {
        let mut builder = RecordsBuilder::default();
        (0..65).for_each(|at| builder.add(&format!("s{at}"), "1", "p"));
        let failure = builder.finish("truth_people.parquet").unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "EVA-006");
    }
}
