//! A run of any tables against a truth that is given otherwise than by a generated province.
//!
//! Input: who is who, as a column of the tables themselves, a file of records or pairs, or a pattern
//! in the records' ids; and a run's folder. Output: the same [`Evaluation`] as of a province, without
//! what only a province's truth can tell. Invariant: whatever is not known of a truth is counted and
//! told with the lines of its first cases; only a truth that names no record of the run stops it.
//!
//! Cost: as of [`evaluate`](super::evaluate); a truth's file is read twice where it names unknown records.

mod file;
mod parquet_cells;
mod pattern;

use std::path::Path;

use super::figures::Evaluation;
use super::look_alikes::HardPeople;
use super::people_figures::{Population, people_figures};
use super::records::{NONE, Records, RecordsBuilder};
use super::reliability::Reliability;
use super::run::{self, Clusters};
use super::truth::HardPairs;
use super::{all_pairs, link_figures, pair_calibration, pairs, reliability, source_records};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::table::TextColumn;
use file::TruthFile;

/// Who is who.
#[derive(Debug)]
pub struct GivenTruth {
    pub(super) records: Records,
    /// The truth as messages name it.
    pub(super) shown: String,
    file: Option<TruthFile>,
    notes: Vec<Diagnostic>,
}

/// One source whose records say who they are.
#[derive(Clone, Copy, Debug)]
pub struct TruthColumn<'a> {
    /// The source's id.
    pub source: &'a str,
    /// The ids of its records, a row each.
    pub ids: &'a TextColumn,
    /// Who they are, a row each: records of equal texts are one person; of nobody where it is empty.
    pub entities: &'a TextColumn,
}

/// Columns of a truth's file that are called otherwise than usual.
#[derive(Clone, Copy, Debug, Default)]
pub struct TruthNames<'a> {
    /// What tells who a record is: `entity`, `person_id` or `cluster` where nothing is said.
    pub entity: Option<&'a str>,
}

impl GivenTruth {
    /// Of a column of the tables themselves.
    ///
    /// # Errors
    /// `EVA-006`: no record says who it is.
    pub fn of_columns(columns: &[TruthColumn<'_>], shown: &str) -> Outcome<Self> {
        let mut builder = RecordsBuilder::default();
        for column in columns {
            for row in 0..column.ids.len().min(column.entities.len()) {
                builder.add(column.source, column.ids.text(row), column.entities.text(row).trim());
            }
        }
        Self::of(builder, shown, None)
    }

    /// Of a CSV or Parquet file: a row a record (`source`, `record_id`, `entity`), or a row a pair
    /// of records of one person (`left_source`, `left_id`, `right_source`, `right_id`), from which
    /// what is one person follows through any number of pairs. Sources may be left out where the run
    /// has one alone. A run's record that no pair names is a person of its own.
    ///
    /// # Errors
    /// `EVA-020`: a file that cannot be read; `EVA-021`: it lacks the columns; `EVA-006`.
    pub fn of_file(path: &Path, names: TruthNames<'_>, run: &Path) -> Outcome<Self> {
        let run = run::folder(run);
        let mut sources: Vec<String> = Vec::new();
        let file = TruthFile::open(path, names)?;
        run::each_person(&run, |source, _, _| {
            if !sources.iter().any(|known| known == source) {
                sources.push(source.to_owned());
            }
        })?;
        let file = file.of_sources(&sources)?;
        let mut builder = RecordsBuilder::default();
        file.gather(&mut builder)?;
        if file.is_of_pairs() {
            run::each_person(&run, |source, id, _| {
                if !builder.has(source, id) {
                    builder.add(source, id, &format!("alone {source} {id}"));
                }
            })?;
        }
        let shown = file.shown();
        Self::of(builder, &shown, Some(file))
    }

    /// Of the ids of a run's records: two are one person where what the pattern's first group matches
    /// is equal, or all that it matches where it has no group.
    ///
    /// # Errors
    /// `EVA-022`: no regular expression; `EVA-023`: it matches no record's id.
    pub fn of_pattern(pattern: &str, run: &Path) -> Outcome<Self> {
        let entity = pattern::Pattern::new(pattern)?;
        let mut builder = RecordsBuilder::default();
        run::each_person(&run::folder(run), |source, id, _| {
            builder.add(source, id, entity.find(id).unwrap_or_default());
        })?;
        if builder.is_empty() {
            return Err(pattern::matches_nothing(pattern).into());
        }
        Self::of(builder, &format!("pattern `{pattern}`"), None)
    }

    fn of(builder: RecordsBuilder, shown: &str, file: Option<TruthFile>) -> Outcome<Self> {
        let told = |count: u64, what: &str| {
            let help = "nothing to do where that is as it should be; else mend the truth";
            let note = || Diagnostic::warning("EVA-024", Place::file(shown), format!("{count} {what}"), help);
            (count > 0).then(note)
        };
        let notes = [
            told(builder.named_twice, "rows name a record again; its first person counts"),
            told(builder.without_id, "rows do not say who the record is; no figure counts it"),
        ];
        let notes = notes.into_iter().flatten().collect();
        Ok(Self { records: builder.finish(shown)?, shown: shown.to_owned(), file, notes })
    }

    /// How many records of the truth the run does not have, with the lines of the first ones.
    ///
    /// # Errors
    /// `EVA-025`: it has none of them. A truth's file that cannot be read any more.
    fn unknown(&self, clusters: &Clusters) -> Outcome<Option<Diagnostic>> {
        let unknown = clusters.of.iter().filter(|cluster| **cluster == NONE).count();
        if unknown == 0 {
            return Ok(None);
        }
        let is_unknown = |source: &str, id: &str| {
            let record = self.records.find(source, id);
            record.is_some_and(|record| clusters.of.get(record as usize) == Some(&NONE))
        };
        let examples = self.file.as_ref().map(|file| file.examples(is_unknown)).transpose()?;
        let examples = examples.filter(|lines| !lines.is_empty()).unwrap_or_default();
        let at =
            if examples.is_empty() { String::new() } else { format!(", such as {}", examples.join(", ")) };
        let all = unknown == clusters.of.len();
        let message = format!("{unknown} records that the run does not have{at}");
        let place = Place::file(&self.shown);
        if all {
            let help =
                "give the truth of the tables that were linked; its record ids are compared as they stand";
            return Err(Diagnostic::error("EVA-025", place, message, help).into());
        }
        let help = "they count as missed; expected where rows were set aside, else mend the truth";
        Ok(Some(Diagnostic::warning("EVA-025", place, message, help)))
    }
}

/// Measures a run, given as for [`evaluate`](super::evaluate), against such a truth.
///
/// # Errors
/// A table of the run that cannot be read, or a truth that names none of its records.
pub fn evaluate_given(truth: &GivenTruth, run: &Path) -> Outcome<Evaluation> {
    let run = run::folder(run);
    let records = &truth.records;
    let mut notes = truth.notes.clone();
    let clusters = run::clusters(&run, records, &mut notes)?;
    notes.extend(truth.unknown(&clusters)?);
    let sources = source_records(records, &clusters, &run, &mut notes)?;
    let counted: Vec<bool> =
        sources.iter().take(records.names().len()).map(|source| source.counted).collect();
    let population = Population {
        source_of: &records.source_of,
        person_of: &records.person_of,
        cluster_of: &clusters.of,
        counted: &counted,
    };
    let people = people_figures(population, &[]);
    let links = run::links(&run, records, &mut notes)?;
    let nobody = HardPeople::of(&records.person_of, &HardPairs::default());
    let reliability = links
        .as_deref()
        .map(|links| reliability(&run, records, population, links, &mut notes))
        .transpose()?;
    let link = links.map(|links| link_figures(population, &links, &[], &nobody));
    Ok(Evaluation {
        run: run::mark(&run),
        all_pairs: all_pairs(&people, link.as_ref()),
        pairs: pairs(records.names(), &counted, &people, link.as_ref()),
        link_calibration: reliability.as_ref().map(Reliability::written).unwrap_or_default(),
        pair_calibration: reliability.map(|of| pair_calibration(records.names(), &of)).unwrap_or_default(),
        b_cubed: people.b_cubed,
        cluster_sizes: people.cluster_sizes,
        records: sources,
        error_kinds: Vec::new(),
        hidden_pairs: Vec::new(),
        hard_pairs: Vec::new(),
        false_links: None,
        all_rules: None,
        rules: Vec::new(),
        look_alikes: Vec::new(),
        people_groups: None,
        suggestion_calibration: Vec::new(),
        suggestion_bands: Vec::new(),
        notes: notes.iter().map(Diagnostic::to_string).collect(),
    })
}
