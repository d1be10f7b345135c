//! Small matching rules for the tests of this folder's files.

use super::{Matching, Reader, read_rules};
use crate::settings::Purpose;
use crate::settings::folder::{RuleFile, RulesFolder};
use crate::settings::reader::Problems;
use crate::settings::sources::{self, Source};

/// Rules without a mistake. Tests change a line and name lines by number: append only.
pub(super) const PEOPLE: &str = r#"one_person_in = ["cu_tru"]

[thresholds]
link = 0.95
review = 0.5

[[blocking]]
id = "phone"
keys = ["phone"]

[[comparisons]]
id = "full_name"
comparator = "person_name"
value = "full_name"
levels = ["missing", "exact", "unaccented", "given", "else"]
groups.agrees = ["exact", "unaccented"]

[[comparisons]]
id = "sex"
comparator = "equal"
value = "sex"
levels = ["missing", "exact", "else"]

[[contradictions]]
id = "cut"
when.full_name = ["agrees", "else"]
when.sex = ["else"]
"#;

pub(super) fn file(name: &str, text: &str) -> RuleFile {
    let path = format!("matching/{name}.toml");
    RuleFile { shown: format!("rules/{path}"), path, text: text.to_owned() }
}

fn read<T>(files: &[(&str, &str)], then: impl FnOnce(Reader<'_>, &Problems) -> T) -> (T, Vec<String>) {
    let problems = Problems::default();
    let sources: Vec<Source> = sources::read(&RulesFolder::embedded(), Purpose::Province, &problems);
    let files: Vec<RuleFile> = files.iter().map(|(name, text)| file(name, text)).collect();
    let value = then(read_rules(files.iter(), &sources, &problems), &problems);
    (value, problems.finish().iter().map(ToString::to_string).collect())
}

/// Rules without a mistake, read without a model.
pub(super) fn read_good(people: &str) -> Matching {
    let (matching, told) = read(&[("people", people)], |reader, _| reader.matching);
    assert_eq!(told, [""; 0]);
    matching
}

/// What is told of rules, read without a model.
pub(super) fn told_of_people(people: &str) -> Vec<String> {
    told_of_files(&[("people", people)])
}

/// What is told of several files of rules.
pub(super) fn told_of_files(files: &[(&str, &str)]) -> Vec<String> {
    read(files, |_, _| ()).1
}

/// The model of a text (or of no file) for [`PEOPLE`], and what is told of it.
pub(super) fn read_model(model: Option<&str>) -> (super::Model, Vec<String>) {
    let file = model.map(|text| file("model", text));
    read(&[("people", PEOPLE)], |reader, problems| reader.read_model(file.as_ref(), problems))
}

/// A model of [`PEOPLE`] without a mistake. Tests name its lines by number: append only.
pub(super) const MODEL: &str = r#"version = 1
origin = "a test"

[relatives]
per_person = 5.0

[[priors]]
between = ["bhyt", "cu_tru"]
factor = 0.5

[[comparisons]]
id = "full_name"
term_frequency = { levels = ["exact", "unaccented"], rarest = 1e-6 }
levels = [
    { level = "exact", m = 0.9, u = 0.1, relatives = 0.2 },
    { level = "unaccented", m = 0.05, u = 0.1, relatives = 0.2 },
    { level = "given", m = 0.03, u = 0.3, relatives = 0.2 },
    { level = "else", m = 0.02, u = 0.5, relatives = 0.4 },
]

[[comparisons]]
id = "sex"
levels = [
    { level = "exact", m = 0.99, u = 0.5 },
    { level = "else", m = 0.01, u = 0.5 },
]
"#;

/// What is told of the good model with one text in place of another, which stands in it.
pub(super) fn told_of_model(from: &str, to: &str) -> Vec<String> {
    assert!(MODEL.contains(from), "{from}");
    read_model(Some(&MODEL.replace(from, to))).1
}
