//! `rules/matching/*.toml`: which records are held to be one person.
//!
//! Blocking rules say which records meet, comparisons how alike they are (a
//! small level each), the model what the levels tell, the thresholds what
//! follows from it, and contradictions what no person may hold together. Names
//! of fields, levels and sources are resolved here; facets, which belong to
//! normalisation, are resolved by the link stage.

mod blocking;
mod calibration;
mod comparators;
mod comparison;
mod condition;
mod declared_levels;
mod expression;
mod model;
mod model_levels;
mod model_text;
mod pairing;
mod relatives;
mod starting;
mod terms;
#[cfg(test)]
mod testing;
mod trained_on;

pub use blocking::{ACROSS_PARTS, AcrossParts, BlockingRule};
pub use calibration::CalibrationRule;
pub use comparators::{COMPARATORS, ComparatorWord};
pub use comparison::{COMPARISONS_MAX, ComparisonRule, LEVELS_MAX};
pub use condition::{Condition, Contradiction, LevelSet};
pub use declared_levels::{Bound, LevelTest, Scale};
pub use expression::{Expression, FieldFacet, Part};
pub use model::{Model, PriorFactor};
pub use model_levels::{ComparisonModel, Given, KIN, LevelModel, TermFrequency};
pub use model_text::{ModelText, rounded};
pub use pairing::{Mode as PairingMode, PAIRINGS};
pub use relatives::RelativesRule;
pub use terms::Term;
pub use trained_on::TrainedOn;

use super::Purpose;
use super::folder::{RuleFile, RulesFolder};
use super::reader::{Located, Problems, TableReader, read_file};
use super::sources::{Source, index_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::table::SourceIndex;
use condition::Group;
use pairing::Pairing;

/// How records are linked.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    /// Which records meet, in order: a pair belongs to the first rule that meets it.
    pub blocking: Vec<BlockingRule>,
    /// How records are compared; at most [`COMPARISONS_MAX`].
    pub comparisons: Vec<ComparisonRule>,
    /// What two records of one person can never show: links are cut until none is left.
    pub contradictions: Vec<Contradiction>,
    /// Sources in which two records that are not linked to each other are two people.
    pub one_person_in: Vec<SourceIndex>,
    /// What a source's records share that stay in one part, where a run is cut into parts.
    pub one_part: Vec<Expression>,
    /// The identifier that match probabilities are tried against, if there is one.
    pub calibration: Option<CalibrationRule>,
    /// Where relatives may be found that records name.
    pub relatives: Vec<RelativesRule>,
    /// Sources whose records are never compared with each other, ascending.
    pub apart: Vec<SourceIndex>,
    /// From which match probability a pair is linked, and from which it is looked at.
    pub thresholds: Thresholds,
    /// What the levels of the comparisons tell.
    pub model: Model,
    /// Whether the model is only one to begin training with, because the folder has none.
    pub untrained: bool,
}

/// Match probabilities: 0 < `review` <= `link` < 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// From here a pair is one person.
    pub link: f64,
    /// From here up to `link` a clerk looks at the pair.
    pub review: f64,
    /// From here up to `review` a pair is two people, and kept so that the model can be judged by it;
    /// `review` where nothing is said.
    pub keep: f64,
}

/// What is known while files are read one after the other.
struct Reader<'a> {
    sources: &'a [Source],
    matching: Matching,
    thresholds: Option<Thresholds>,
    pairing: Option<Pairing>,
    groups: Vec<Group>,
    /// Ids of comparisons that were told as mistakes.
    unread: Vec<String>,
}

/// The model's file in a rules folder; all others are rules.
pub const MODEL_FILE: &str = "matching/model.toml";

pub(super) fn read(
    folder: &RulesFolder,
    sources: &[Source],
    purpose: Purpose,
    problems: &Problems,
) -> Matching {
    let files: Vec<&RuleFile> = folder.below("matching/").filter(|file| file.is(".toml")).collect();
    if files.is_empty() && purpose == Purpose::Province {
        return Matching::default();
    }
    let mut reader = read_rules(files.into_iter().filter(|file| file.path != MODEL_FILE), sources, problems);
    reader.matching.apart = pairing::apart(reader.pairing.as_ref(), sources);
    let model = folder.file(MODEL_FILE);
    if purpose == Purpose::Linking {
        reader.has_enough(problems);
        if model.is_none() {
            let model = starting::model(&reader.matching.comparisons);
            return Matching { model, untrained: true, ..reader.matching };
        }
    }
    let model = reader.read_model(model, problems);
    Matching { model, ..reader.matching }
}

fn read_rules<'f, 's>(
    files: impl Iterator<Item = &'f RuleFile>,
    sources: &'s [Source],
    problems: &Problems,
) -> Reader<'s> {
    let matching = Matching::default();
    let mut reader =
        Reader { sources, matching, thresholds: None, pairing: None, groups: Vec::new(), unread: Vec::new() };
    let mut first_shown = None;
    let mut all_parsed = true;
    for file in files {
        first_shown.get_or_insert(file.shown.clone());
        let read = read_file(file, problems, |table| {
            reader.read(table);
            Some(())
        });
        all_parsed &= read.is_some();
    }
    if reader.thresholds.is_none() && all_parsed {
        problems.push(Diagnostic::error(
            "SET-022",
            Place::file(first_shown.unwrap_or_else(|| "matching/people.toml".to_owned())),
            "no [thresholds]: nothing says from which match probability two records are one person",
            "add [thresholds] with link = 0.8 and review = 0.5",
        ));
    }
    reader.matching.thresholds = reader.thresholds.unwrap_or_default();
    reader
}

impl Reader<'_> {
    fn read(&mut self, table: &TableReader<'_>) {
        let sources = self.sources_of(table, "one_person_in");
        self.matching.one_person_in.extend(sources.into_iter().map(|source| source.value));
        let together = self.keys(table, &table.texts("one_part"));
        self.matching.one_part.extend(together);
        if let Some(thresholds) = table.optional_table("thresholds") {
            self.read_thresholds(&thresholds);
            thresholds.finish();
        }
        if let Some(link) = table.optional_table("link") {
            self.read_pairing(&link);
            link.finish();
        }
        for entry in table.tables("comparisons") {
            self.read_comparison(&entry);
            entry.finish();
        }
        for entry in table.tables("relatives") {
            let rule = self.read_relatives(&entry);
            self.matching.relatives.extend(rule);
            entry.finish();
        }
        for entry in table.tables("blocking") {
            let rule = self.read_blocking(&entry);
            self.matching.blocking.extend(rule);
            entry.finish();
        }
        for entry in table.tables("contradictions") {
            let rule = self.read_contradiction(&entry);
            self.matching.contradictions.extend(rule);
            entry.finish();
        }
        if let Some(calibration) = table.optional_table("calibration") {
            self.matching.calibration = self.read_calibration(&calibration).or(self.matching.calibration);
            calibration.finish();
        }
    }

    /// The sources of a list of ids; one that is not known is told and left out.
    fn sources_of(&self, table: &TableReader<'_>, key: &'static str) -> Vec<Located<SourceIndex>> {
        let mut found = Vec::new();
        for id in table.texts(key) {
            match index_of(self.sources, &id.value) {
                Some(value) => found.push(Located { value, place: id.place }),
                None => table.unknown_word(&id, "source", self.sources.iter().map(|s| s.id.as_str())),
            }
        }
        found
    }

    fn read_thresholds(&mut self, table: &TableReader<'_>) {
        let link = table.number("link").and_then(|link| within_one(table, "link", link));
        let review = table.number("review").and_then(|review| within_one(table, "review", review));
        let keep = table.optional_number("keep").and_then(|keep| within_one(table, "keep", keep));
        if self.thresholds.is_some() {
            let help = "leave them out of one of the files";
            table.problem(table.place(), "thresholds are given in two files", help);
        }
        // Those with mistakes are given all the same.
        let thresholds = self.thresholds.insert(Thresholds::default());
        let (Some(link), Some(review)) = (link, review) else { return };
        in_order(table, ("review", Some(&review)), ("link", &link), "a clerk looks at pairs");
        in_order(table, ("keep", keep.as_ref()), ("review", &review), "non-links are kept");
        let keep = keep.map_or(review.value, |keep| keep.value);
        *thresholds = Thresholds { link: link.value, review: review.value, keep };
    }

    /// Tells where there is nothing to link by.
    fn has_enough(&self, problems: &Problems) {
        let told = |what: &str, help: &str| {
            problems.push(Diagnostic::error("SET-025", Place::file("matching/"), what, help));
        };
        if self.matching.blocking.is_empty() {
            let help = "add [[blocking]] with id = \"phone\" and keys = [\"phone\"] to matching/people.toml";
            told("no blocking rule in the rules folder: no two records would meet", help);
        }
        if self.matching.comparisons.is_empty() && self.unread.is_empty() {
            let help = "add [[comparisons]] with id, comparator, value and levels to matching/people.toml";
            told("no comparison in the rules folder: nothing says how alike two records are", help);
        }
    }

    /// Whether a comparison was told as a mistake, so that what names it need not be.
    fn is_unread(&self, comparison: &str) -> bool {
        self.unread.iter().any(|id| id == comparison)
    }
}

/// A probability that is neither 0 nor 1: either would outweigh all other evidence.
fn within_one(table: &TableReader<'_>, key: &str, number: Located<f64>) -> Option<Located<f64>> {
    if number.value > 0.0 && number.value < 1.0 {
        return Some(number);
    }
    let message = format!("`{key} = {}` is not between 0 and 1", number.value);
    let help = "give a number above 0 and below 1: no evidence could outweigh a 0 or a 1";
    table.problem(number.place, message, help);
    None
}

/// Whether an id is new to its list; one that another entry has already is told as a mistake.
fn unused<'a>(
    table: &TableReader<'_>,
    id: &Located<String>,
    mut others: impl Iterator<Item = &'a str>,
) -> bool {
    let used = others.any(|other| other == id.value);
    if used {
        table.problem(
            id.place.clone(),
            format!("id `{}` is used twice", id.value),
            "give each entry an id of its own",
        );
    }
    !used
}

/// Tells of two thresholds where the lower one is above the other; `purpose` is of what lies between.
fn in_order(
    table: &TableReader<'_>,
    (lower, low): (&str, Option<&Located<f64>>),
    (upper, high): (&str, &Located<f64>),
    purpose: &str,
) {
    let Some(low) = low.filter(|low| low.value > high.value) else { return };
    table.problem(
        low.place.clone(),
        format!("`{lower} = {}` is above `{upper} = {}`", low.value, high.value),
        format!("lower `{lower}`: {purpose} from there up to `{upper}`"),
    );
}

#[cfg(test)]
mod tests {
    use super::testing::{PEOPLE, read_good, told_of_files, told_of_people};

    #[test]
    fn thresholds_and_sources_are_read() {
        let matching = read_good(PEOPLE);
        assert_eq!(matching.thresholds, super::Thresholds { link: 0.95, review: 0.5, keep: 0.5 });
        assert_eq!(matching.one_person_in, [crate::table::SourceIndex(0)]);
    }

    #[test]
    fn thresholds_out_of_order_or_range_are_told() {
        assert_eq!(
            told_of_people(&PEOPLE.replace("review = 0.5", "review = 0.96")),
            [
                "error[SET-004]: rules/matching/people.toml:5:10: `review = 0.96` is above `link = 0.95`\n  help: lower \
              `review`: a clerk looks at pairs from there up to `link`"
            ]
        );
        let told = told_of_people(&PEOPLE.replace("review = 0.5", "review = 0.5\nkeep = 0.6"));
        assert!(told[0].contains("people.toml:6:8: `keep = 0.6` is above `review = 0.5`"), "{told:?}");
        let told = told_of_people(
            &PEOPLE.replace("link = 0.95", "link = 1").replace("review = 0.5", "review = nan"),
        );
        assert!(told[0].contains("people.toml:4:8: `link = 1` is not between 0 and 1"), "{told:?}");
        assert!(told[1].contains("people.toml:5:10: `review = NaN` is not between 0 and 1"), "{told:?}");
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn lacking_thresholds_are_told() {
        let told = told_of_people(&PEOPLE.replace("[thresholds]\nlink = 0.95\nreview = 0.5\n", ""));
        assert_eq!(
            told,
            ["error[SET-022]: rules/matching/people.toml: no [thresholds]: nothing says from which match \
              probability two records are one person\n  help: add [thresholds] with link = 0.8 and review = 0.5"]
        );
        let told = told_of_people(&PEOPLE.replace("review = 0.5\n", ""));
        assert!(told[0].contains("people.toml:3:2: key `review` is missing"), "{told:?}");
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn thresholds_of_two_files_are_told() {
        let told = told_of_files(&[("a", PEOPLE), ("b", "[thresholds]\nlink = 0.9\nreview = 0.4\n")]);
        assert!(told[0].contains("rules/matching/b.toml:1:2: thresholds are given in two files"), "{told:?}");
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn acceptance_rules_are_an_unknown_key() {
        let told = told_of_people(&format!("{PEOPLE}\n[[acceptance]]\nid = \"a\"\n"));
        assert!(told[0].contains("unknown key `acceptance`"), "{told:?}");
    }

    #[test]
    fn an_id_twice_is_told() {
        let told = told_of_people(
            &PEOPLE.replace("id = \"sex\"", "id = \"full_name\"").replace("when.sex", "any.sx"),
        );
        assert!(told[0].contains("people.toml:19:6: id `full_name` is used twice"), "{told:?}");
    }
}
