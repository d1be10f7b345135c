//! `rules/matching/model.toml`: how much each level of a comparison tells.
//!
//! The file is written by training or by hand; either way it has every level of
//! every comparison, for what is left out here would be a guess nobody made.

use super::model_levels::{ComparisonModel, KIN};
use super::trained_on::TrainedOn;
use super::{MODEL_FILE, Reader, unused};
use crate::diagnostic::{Diagnostic, Place};
use crate::settings::folder::RuleFile;
use crate::settings::reader::{Located, Problems, TableReader, read_file};
use crate::table::SourceIndex;

/// The probabilities from which a pair's match weight is made.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The version of the file's format.
    pub version: u32,
    /// How much kin a person has among the people of the data, by kind of [`KIN`];
    /// none where the model does not tell them from strangers.
    pub kin_per_person: [Option<f64>; KIN.len()],
    /// Pairs of sources whose prior odds differ from the rest; factor 1 for any other.
    pub priors: Vec<PriorFactor>,
    /// In the order of [`Matching::comparisons`](super::Matching::comparisons).
    pub comparisons: Vec<ComparisonModel>,
    /// What the numbers were learnt from; none where nobody trained them.
    pub trained_on: Option<TrainedOn>,
}

/// How many times the common prior odds those of two sources' records are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorFactor {
    /// The two sources, ascending.
    pub between: [SourceIndex; 2],
    /// Above 0.
    pub factor: f64,
}

/// The versions of the format that are known, ascending: 1 as it is written by hand, 2 with the table
/// `[training]`.
const VERSIONS: [u32; 2] = [1, WITH_TRAINING];

/// The version that training writes.
pub(super) const WITH_TRAINING: u32 = 2;

impl Reader<'_> {
    /// The model for the comparisons read before.
    pub(super) fn read_model(&self, file: Option<&RuleFile>, problems: &Problems) -> Model {
        let Some(file) = file else {
            problems.push(Diagnostic::error(
                "SET-023",
                Place::file(MODEL_FILE),
                "no such file, and without it nothing says what the levels of a comparison tell",
                "copy it from the default rules (doisoat rules export DIR), or write one for these comparisons",
            ));
            return Model::default();
        };
        read_file(file, problems, |table| self.model(table)).unwrap_or_default()
    }

    fn model(&self, table: &TableReader<'_>) -> Option<Model> {
        let version = known_version(table)?;
        // For whoever opens the file: the numbers tell nothing of where they are from.
        table.text("origin");
        let kin = KIN.map(|name| table.optional_table(name));
        let known = kin.each_ref().map(Option::is_some);
        let kin_per_person = kin.map(|kin| kin.as_ref().and_then(per_person));
        let priors = self.priors(table);
        let comparisons = self.comparison_models(table, known);
        let trained_on = if version < WITH_TRAINING { None } else { TrainedOn::read(table) };
        Some(Model { version, kin_per_person, priors, comparisons, trained_on })
    }

    fn priors(&self, table: &TableReader<'_>) -> Vec<PriorFactor> {
        let mut priors: Vec<PriorFactor> = Vec::new();
        for entry in table.tables("priors") {
            let between = self.between(&entry);
            let factor = entry.number("factor").and_then(|number| above_zero(&entry, "factor", number));
            entry.finish();
            let (Some(between), Some(factor)) = (between, factor) else { continue };
            if priors.iter().any(|prior| prior.between == between) {
                let place = entry.place_of_value("between");
                entry.problem(place, "these two sources have a factor already", "leave one of the two out");
            }
            priors.push(PriorFactor { between, factor });
        }
        priors
    }

    /// The two sources of a prior, ascending.
    fn between(&self, table: &TableReader<'_>) -> Option<[SourceIndex; 2]> {
        let typed = table.texts("between").len();
        let sources: Vec<SourceIndex> =
            self.sources_of(table, "between").into_iter().map(|source| source.value).collect();
        if typed != 2 {
            table.problem(
                table.place_of_value("between"),
                format!("a prior is between two sources, but `between` has {typed}"),
                "write it as between = [\"cu_tru\", \"bhyt\"]; one source twice for its records among themselves",
            );
        }
        match sources[..] {
            [a, b] if typed == 2 => Some([a.min(b), a.max(b)]),
            _ => None,
        }
    }

    /// One for each comparison, in their order; those with mistakes are told and without levels.
    fn comparison_models(&self, table: &TableReader<'_>, known: [bool; KIN.len()]) -> Vec<ComparisonModel> {
        let rules = &self.matching.comparisons;
        let mut models = vec![ComparisonModel::default(); rules.len()];
        let mut seen: Vec<String> = Vec::new();
        for entry in table.tables("comparisons") {
            let Some(id) = entry.text("id") else { continue };
            unused(&entry, &id, seen.iter().map(String::as_str));
            if let Some(place) = rules.iter().position(|rule| rule.id == id.value) {
                let terms = self.terms(&entry, &rules[place]);
                models[place] = rules[place].model(&entry, known, rules).unwrap_or_default();
                models[place].terms = terms;
                entry.finish();
            } else if !self.is_unread(&id.value) {
                entry.unknown_word(&id, "comparison", rules.iter().map(|rule| rule.id.as_str()));
            }
            seen.push(id.value);
        }
        for rule in rules.iter().filter(|rule| !seen.contains(&rule.id)) {
            table.problem(
                Place::file(table.file().shown.clone()),
                format!("no numbers for comparison `{}`", rule.id),
                format!(
                    "add [[comparisons]] with id = \"{}\" and a row {{ level = …, m = …, u = … }} for each of: {}",
                    rule.id,
                    rule.levels.get(1..).unwrap_or_default().join(", ")
                ),
            );
        }
        models
    }
}

/// The file's version; nothing where it is another one, whose keys this program cannot judge.
fn known_version(table: &TableReader<'_>) -> Option<u32> {
    let Some(Located { value, place }) = table.number("version") else {
        table.free_keys();
        return None;
    };
    let known = VERSIONS.into_iter().find(|&version| value.to_bits() == f64::from(version).to_bits());
    if known.is_none() {
        table.free_keys();
        let versions = VERSIONS.map(|version| version.to_string()).join(" and ");
        table.problem(
            place,
            format!("a model of version {value}, but this program knows versions {versions} only"),
            "make the model with this program (doisoat train), or use the program that made it",
        );
    }
    known
}

fn per_person(table: &TableReader<'_>) -> Option<f64> {
    let number = table.number("per_person").and_then(|number| above_zero(table, "per_person", number));
    table.finish();
    number
}

fn above_zero(table: &TableReader<'_>, key: &str, number: Located<f64>) -> Option<f64> {
    if number.value > 0.0 && number.value.is_finite() {
        return Some(number.value);
    }
    let message = format!("`{key} = {}` is not a number above 0", number.value);
    table.problem(number.place, message, "give a finite number above 0");
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{MODEL, read_model, told_of_model};

    #[test]
    fn relatives_and_priors_are_read() {
        let (model, told) = read_model(Some(MODEL));
        assert_eq!(told, [""; 0]);
        assert_eq!((model.version, model.kin_per_person), (1, [None, Some(5.0)]));
        let prior = PriorFactor { between: [SourceIndex(0), SourceIndex(1)], factor: 0.5 };
        assert_eq!(model.priors, [prior]);
        assert_eq!(model.comparisons.len(), 2);
    }

    #[test]
    fn a_lacking_file_is_told_with_what_to_do() {
        assert_eq!(
            read_model(None).1,
            [
                "error[SET-023]: matching/model.toml: no such file, and without it nothing says what the levels of a \
              comparison tell\n  help: copy it from the default rules (doisoat rules export DIR), or write one for \
              these comparisons"
            ]
        );
    }

    #[test]
    fn another_version_is_told_and_nothing_else_of_the_file() {
        let told = told_of_model("version = 1\norigin", "version = 3\norigins");
        assert_eq!(
            told,
            [
                "error[SET-004]: rules/matching/model.toml:1:11: a model of version 3, but this program knows versions \
              1 and 2 only\n  help: make the model with this program (doisoat train), or use the program that made it"
            ]
        );
        let told = told_of_model("version = 1\n", "");
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("model.toml:1:1: key `version` is missing"), "{told:?}");
    }

    #[test]
    fn an_origin_is_asked_for() {
        let told = told_of_model("origin = \"a test\"", "");
        assert!(told[0].contains("key `origin` is missing"), "{told:?}");
    }

    #[test]
    fn relatives_and_factors_are_above_zero() {
        let told = told_of_model("per_person = 5.0", "per_person = 0");
        assert!(told[0].contains("model.toml:5:14: `per_person = 0` is not a number above 0"), "{told:?}");
        for (factor, shown) in [("-1.5", "-1.5"), ("inf", "inf"), ("nan", "NaN")] {
            let told = told_of_model("factor = 0.5", &format!("factor = {factor}"));
            let expected = format!("model.toml:9:10: `factor = {shown}` is not a number above 0");
            assert!(told.len() == 1 && told[0].contains(&expected), "{told:?}");
        }
    }

    #[test]
    fn a_prior_is_between_two_known_sources() {
        assert_eq!(
            told_of_model("[\"bhyt\", \"cu_tru\"]", "[\"bhit\"]"),
            [
                "error[SET-004]: rules/matching/model.toml:8:11: a prior is between two sources, but `between` has \
                 1\n  help: write it as between = [\"cu_tru\", \"bhyt\"]; one source twice for its records among \
                 themselves",
                "error[SET-004]: rules/matching/model.toml:8:12: unknown source `bhit`\n  help: did you mean `bhyt`?",
            ]
        );
    }

    #[test]
    fn a_prior_of_two_sources_given_twice_in_any_order_is_told() {
        let twice = "factor = 0.5\n\n[[priors]]\nbetween = [\"cu_tru\", \"bhyt\"]\nfactor = 2\n";
        let told = told_of_model("factor = 0.5\n", twice);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("model.toml:12:11: these two sources have a factor already"), "{told:?}");
    }

    #[test]
    fn an_unknown_comparison_leaves_the_one_meant_without_numbers() {
        assert_eq!(
            told_of_model("id = \"sex\"", "id = \"sexx\""),
            [
                "error[SET-004]: rules/matching/model.toml: no numbers for comparison `sex`\n  help: add \
                 [[comparisons]] with id = \"sex\" and a row { level = …, m = …, u = … } for each of: exact, else",
                "error[SET-004]: rules/matching/model.toml:22:6: unknown comparison `sexx`\n  help: did you mean \
                 `sex`?",
            ]
        );
    }

    #[test]
    fn numbers_of_one_comparison_given_twice_are_told() {
        let again = &MODEL[MODEL.rfind("[[comparisons]]").unwrap()..];
        let (_, told) = read_model(Some(&format!("{MODEL}\n{again}")));
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("model.toml:29:6: id `sex` is used twice"), "{told:?}");
    }
}
