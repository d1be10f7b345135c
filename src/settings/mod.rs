//! `rules/` as one validated value, before any data is read.
//!
//! Input: a [`RulesFolder`]. Output: [`Settings`], or every mistake in the
//! folder at once, each with file, line, column and the nearest valid word.
//! Later code never sees a raw option or an unchecked name.

mod checks;
mod evidence;
mod folder;
mod gate;
mod kind;
mod matching;
mod overlay;
pub mod reader;
mod reference;
pub mod schema;
mod slug;
mod sources;
mod wording;

pub use checks::{Check, CheckWording, Dimension, Example, ExampleValue, Route, Severity, Subject};
pub use evidence::{EvidenceRules, FieldEvidence, NumberTells, WITNESSES_MAX, WitnessRule};
pub use folder::{RuleFile, RulesFolder, embedded_files, hex};
pub use gate::{GateLimit, RuleGate};
pub use kind::{KIND_WORDS, Kind, MakeKind};
pub use matching::{
    ACROSS_PARTS, AcrossParts, BlockingRule, Bound, COMPARATORS, COMPARISONS_MAX, CalibrationRule,
    ComparatorWord, ComparisonModel, ComparisonRule, Condition, Contradiction, Expression, FieldFacet, Given,
    KIN, LEVELS_MAX, LevelModel, LevelSet, LevelTest, MODEL_FILE, Matching, Model, ModelText, PAIRINGS,
    PairingMode, Part, PriorFactor, RelativesRule, Scale, Term, TermFrequency, Thresholds, TrainedOn,
    rounded,
};
pub use overlay::OVERLAY_FILE;
pub use reference::{Reference, Tsv};
pub use sources::{Column, Events, Gate, Source};
pub use wording::{Headers, Office, PersonFields, ResultWord, ScoreRules, Texts, Wording, WorklistWording};

use crate::diagnostic::{Diagnostic, Failure, Outcome};
use crate::table::SourceIndex;
use reader::Problems;

/// What a rules folder is read for, which decides what it must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A whole night: one source is the list to be cleaned, every name that officers read is given,
    /// and the model stands in the folder.
    Province,
    /// Linkage of any tables: sources and matching rules are enough. What officers read is made up
    /// of the columns' names, reference tables are the default ones where the folder has none, and
    /// without a model there is one to begin training with.
    Linking,
}

/// Everything that a data team may change, validated.
#[derive(Clone, Debug)]
pub struct Settings {
    /// SHA-256 of the rules folder, in hex.
    pub rules_sha256: String,
    /// The sources; the primary one (the list to be cleaned) is first.
    pub sources: Vec<Source>,
    /// How records are linked.
    pub matching: Matching,
    /// The quality rules, sorted by id.
    pub checks: Vec<Check>,
    /// How the records of a person are weighed against each other.
    pub evidence: EvidenceRules,
    /// The words of lists and pages.
    pub wording: Wording,
    /// Facts: administrative units, phone prefixes, closed lists.
    pub reference: Reference,
}

impl Settings {
    /// Reads and validates a rules folder.
    ///
    /// # Errors
    /// Every mistake in the folder at once.
    pub fn read(folder: &RulesFolder) -> Outcome<Self> {
        Self::read_for(folder, Purpose::Province)
    }

    /// The same for a purpose: [`Purpose::Linking`] asks for less.
    ///
    /// # Errors
    /// Every mistake in the folder at once.
    pub fn read_for(folder: &RulesFolder, purpose: Purpose) -> Outcome<Self> {
        let (settings, diagnostics) = Self::read_as_far(folder, purpose);
        if diagnostics.is_empty() { Ok(settings) } else { Err(Failure { diagnostics }) }
    }

    /// Reads a folder for a night. Where only quality rules have mistakes, the sound ones come back beside them, so
    /// that those can be compiled and every mistake of the folder be told at once.
    pub fn read_for_rules(folder: &RulesFolder) -> (Option<Self>, Vec<Diagnostic>) {
        let (settings, diagnostics) = Self::read_as_far(folder, Purpose::Province);
        let files: Vec<&str> = folder.below("checks/").map(|file| file.shown.as_str()).collect();
        let of_rules =
            |told: &Diagnostic| told.place.as_ref().is_some_and(|place| files.contains(&place.file.as_str()));
        let is_sound = diagnostics.iter().all(of_rules);
        (is_sound.then_some(settings), diagnostics)
    }

    /// The settings as far as they could be read, and every mistake.
    fn read_as_far(folder: &RulesFolder, purpose: Purpose) -> (Self, Vec<Diagnostic>) {
        let problems = Problems::default();
        let sources = sources::read(folder, purpose, &problems);
        let matching = matching::read(folder, &sources, purpose, &problems);
        let checks = checks::read(folder, &sources, &problems);
        let evidence = evidence::read(folder, &sources, &problems);
        let wording = wording::read(folder, &sources, &checks, &problems);
        let reference = reference::read(folder, &sources, purpose, &problems);
        let rules_sha256 = folder.sha256();
        let settings = Self { rules_sha256, sources, matching, checks, evidence, wording, reference };
        (settings, problems.finish())
    }

    /// The list to be cleaned.
    pub fn primary(&self) -> SourceIndex {
        SourceIndex(0)
    }

    /// A source by its index.
    pub fn source(&self, index: SourceIndex) -> &Source {
        &self.sources[index.index()]
    }

    /// A source's index by its id.
    pub fn source_index(&self, id: &str) -> Option<SourceIndex> {
        sources::index_of(&self.sources, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_are_valid_and_the_primary_source_is_first() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let ids: Vec<&str> = settings.sources.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["cu_tru", "bhyt", "ho_tich", "thue_bao"]);
        assert!(settings.sources[0].primary);
        assert_eq!(settings.reference.table("admin_units").len(), 64);
    }
}
