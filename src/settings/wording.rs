//! `rules/wording/*.toml`: the words that officers read beside those of the quality rules.
//!
//! A file that a rules folder does not have is read from the default rules, so
//! that a folder with sources and rules of its own needs no wording. Names are
//! checked only between files that the folder itself has.

mod scores;
mod worklist;

pub use scores::ScoreRules;
pub use worklist::{Headers, PersonFields, Texts, WorklistWording};

use super::checks::{Check, Dimension, Route, Severity};
use super::folder::{RuleFile, RulesFolder};
use super::reader::{Located, Problems, TableReader, read_file};
use super::sources::Source;
use crate::diagnostic::{Diagnostic, nearest};

/// The words of lists and pages.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    /// Kết quả: what may be answered to an item, in the order of the file.
    pub results: Vec<ResultWord>,
    /// The offices, in the order of the file.
    pub offices: Vec<Office>,
    /// Words and times of worklists.
    pub worklist: WorklistWording,
    /// What the scores are made of.
    pub scores: ScoreRules,
    severities: Vec<SeverityWord>,
    routes: Vec<String>,
    dimensions: Vec<String>,
    confidences: Vec<ConfidenceWord>,
}

/// One answer to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultWord {
    /// Its key in rules and in what comes back; never reused.
    pub key: String,
    /// What the drop-down offers.
    pub title: String,
    /// When to choose it.
    pub meaning: String,
}

/// An office that owns a source or mends a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Its key in `owner = "…"` and `authority = "…"`.
    pub key: String,
    /// Its name for officers.
    pub title: String,
    /// How its body in one ward is addressed, `{unit}` standing for the ward.
    pub in_ward: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct SeverityWord {
    title: String,
    days: u32,
}

#[derive(Clone, Debug)]
struct ConfidenceWord {
    title: String,
    from: f64,
}

impl Wording {
    /// The office of a key, if `offices.toml` has it.
    pub fn office(&self, key: &str) -> Option<&Office> {
        self.offices.iter().find(|office| office.key == key)
    }

    /// An office's name, or its key where it has none.
    pub fn office_title<'a>(&'a self, key: &'a str) -> &'a str {
        self.office(key).map_or(key, |office| &office.title)
    }

    /// The result of a key, if `results.toml` has it.
    pub fn result(&self, key: &str) -> Option<&ResultWord> {
        self.results.iter().find(|result| result.key == key)
    }

    /// Khẩn, Cao, Vừa, Thấp.
    pub fn severity(&self, severity: Severity) -> &str {
        self.severities.get(severity as usize).map_or("", |word| &word.title)
    }

    /// Days from the as-of date to an item's deadline.
    pub fn deadline_days(&self, severity: Severity) -> u32 {
        self.severities.get(severity as usize).map_or(0, |word| word.days)
    }

    /// Xác minh tại nhà, Xử lý tại trụ sở, …
    pub fn route(&self, route: Route) -> &str {
        self.routes.get(route as usize).map_or("", String::as_str)
    }

    /// Đúng, Đủ, Sạch, Sống.
    pub fn dimension(&self, dimension: Dimension) -> &str {
        self.dimensions.get(dimension as usize).map_or("", String::as_str)
    }

    /// Cao, Trung bình, Thấp for a confidence of 0 to 1.
    pub fn confidence(&self, confidence: f64) -> &str {
        self.confidences.get(self.confidence_band(confidence)).map_or("", |word| &word.title)
    }

    /// The 0-based place of a confidence among the words, 0 the surest.
    pub fn confidence_band(&self, confidence: f64) -> usize {
        let found = self.confidences.iter().position(|word| confidence >= word.from);
        found.unwrap_or(self.confidences.len().saturating_sub(1))
    }
}

pub(super) fn read(
    folder: &RulesFolder,
    sources: &[Source],
    checks: &[Check],
    problems: &Problems,
) -> Wording {
    let results = WordingFile::of(folder, "wording/results.toml");
    let offices = WordingFile::of(folder, "wording/offices.toml");
    let words = WordingFile::of(folder, "wording/words.toml");
    let worklist = WordingFile::of(folder, "wording/worklist.toml");
    let scores = WordingFile::of(folder, "wording/scores.toml");
    let mut wording = Wording {
        results: results.read(problems, read_results).unwrap_or_default(),
        offices: offices.read(problems, read_offices).unwrap_or_default(),
        worklist: worklist
            .read(problems, |table| worklist::read(table, worklist.own.then_some(sources)))
            .unwrap_or_default(),
        scores: scores.read(problems, |table| Some(scores::read(table))).unwrap_or_default(),
        ..Wording::default()
    };
    words.read(problems, |table| {
        read_words(table, &mut wording);
        Some(())
    });
    if results.own {
        check_results(checks, &wording, problems);
    }
    if offices.own {
        check_authorities(checks, &wording, problems);
        check_owners(folder, &wording, problems);
    }
    wording
}

/// A wording file and whether the folder itself has it.
struct WordingFile {
    file: Option<RuleFile>,
    own: bool,
}

impl WordingFile {
    fn of(folder: &RulesFolder, path: &str) -> Self {
        match folder.file(path) {
            Some(file) => Self { file: Some(file.clone()), own: true },
            None => Self { file: RulesFolder::embedded().file(path).cloned(), own: false },
        }
    }

    fn read<T>(&self, problems: &Problems, read: impl FnOnce(&TableReader<'_>) -> Option<T>) -> Option<T> {
        read_file(self.file.as_ref()?, problems, read)
    }
}

fn read_results(table: &TableReader<'_>) -> Option<Vec<ResultWord>> {
    let results = table.table("results")?;
    let keys = results.free_keys();
    Some(keys.iter().filter_map(|key| read_result(key, &results.free_table(key)?)).collect())
}

fn read_result(key: &Located<String>, table: &TableReader<'_>) -> Option<ResultWord> {
    let title = table.text("title");
    let meaning = table.text_or_empty("meaning");
    table.finish();
    Some(ResultWord { key: key.value.clone(), title: title?.value, meaning })
}

fn read_offices(table: &TableReader<'_>) -> Option<Vec<Office>> {
    let offices = table.table("offices")?;
    let keys = offices.free_keys();
    Some(keys.iter().filter_map(|key| read_office(key, &offices.free_table(key)?)).collect())
}

fn read_office(key: &Located<String>, table: &TableReader<'_>) -> Option<Office> {
    let title = table.text("title");
    let in_ward = table.optional_text("in_ward");
    table.finish();
    if let Some(text) = &in_ward {
        worklist::check_holes(table, text, &["unit"]);
    }
    if !is_file_name(&key.value) {
        table.problem(
            key.place.clone(),
            format!("`{}` cannot be an office's key", key.value),
            "use lower-case ASCII letters, digits and `_`: lists are named after it",
        );
    }
    Some(Office { key: key.value.clone(), title: title?.value, in_ward: in_ward.map(|text| text.value) })
}

fn is_file_name(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 60
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn read_words(table: &TableReader<'_>, wording: &mut Wording) {
    let titles = read_word_table(table, "severities", Severity::WORDS);
    let days = read_days(table);
    wording.severities =
        titles.into_iter().zip(days).map(|(title, days)| SeverityWord { title, days }).collect();
    wording.routes = read_word_table(table, "routes", Route::WORDS);
    wording.dimensions = read_word_table(table, "dimensions", Dimension::WORDS);
    wording.confidences = read_confidences(table).unwrap_or_default();
}

/// A table with one text for each word of a closed list, in the list's order.
fn read_word_table<T>(
    table: &TableReader<'_>,
    key: &'static str,
    words: &'static [(&'static str, T)],
) -> Vec<String> {
    let Some(inner) = table.table(key) else { return Vec::new() };
    let text = |word: &'static str| inner.text(word).map(|text| text.value).unwrap_or_default();
    let texts = words.iter().map(|(word, _)| text(word)).collect();
    inner.finish();
    texts
}

/// Longest time to a deadline that makes sense: a year.
const DAYS_MAX: f64 = 366.0;

fn read_days(table: &TableReader<'_>) -> Vec<u32> {
    let Some(inner) = table.table("deadline_days") else { return vec![0; Severity::WORDS.len()] };
    let days = Severity::WORDS
        .iter()
        .map(|(word, _)| {
            if !inner.has(word) {
                inner.text(word);
            }
            inner.number_or(word, 0.0, (0.0, DAYS_MAX)) as u32
        })
        .collect();
    inner.finish();
    days
}

fn read_confidences(table: &TableReader<'_>) -> Option<Vec<ConfidenceWord>> {
    let inner = table.table("confidence")?;
    let (high, medium, low) = (inner.text("high"), inner.text("medium"), inner.text("low"));
    let high_from = inner.number_or("high_from", 0.95, (0.0, 1.0));
    let medium_from = inner.number_or("medium_from", 0.8, (0.0, 1.0));
    inner.finish();
    if medium_from > high_from {
        inner.problem(
            inner.place(),
            format!("`medium_from = {medium_from}` is above `high_from = {high_from}`"),
            "give the higher bound to `high_from`",
        );
    }
    let word = |text: Option<Located<String>>, from| Some(ConfidenceWord { title: text?.value, from });
    Some(vec![word(high, high_from)?, word(medium, medium_from)?, word(low, 0.0)?])
}

fn check_results(checks: &[Check], wording: &Wording, problems: &Problems) {
    let valid: Vec<&str> = wording.results.iter().map(|result| result.key.as_str()).collect();
    for key in checks.iter().flat_map(|check| &check.wording.results) {
        check_key(key, "result", "wording/results.toml", &valid, problems);
    }
}

fn check_authorities(checks: &[Check], wording: &Wording, problems: &Problems) {
    let valid: Vec<&str> = wording.offices.iter().map(|office| office.key.as_str()).collect();
    for check in checks {
        check_key(&check.authority, "office", "wording/offices.toml", &valid, problems);
    }
}

/// Reads `owner` once more for its place; what else is wrong with the file was told already.
fn check_owners(folder: &RulesFolder, wording: &Wording, problems: &Problems) {
    let valid: Vec<&str> = wording.offices.iter().map(|office| office.key.as_str()).collect();
    let told = Problems::default();
    for file in folder.below("sources/").filter(|file| file.is(".toml")) {
        if let Some(owner) = read_file(file, &told, |table| table.text("owner")) {
            check_key(&owner, "office", "wording/offices.toml", &valid, problems);
        }
    }
}

fn check_key(key: &Located<String>, what: &str, file: &str, valid: &[&str], problems: &Problems) {
    if valid.contains(&key.value.as_str()) {
        return;
    }
    let help = match nearest(&key.value, valid.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("add it to {file}, or use one of: {}", valid.join(", ")),
    };
    let message = format!("unknown {what} `{}`", key.value);
    problems.push(Diagnostic::error("SET-012", key.place.clone(), message, help));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    /// The default rules with one file's text changed.
    fn problems_with(path: &str, change: impl Fn(&str) -> String) -> Vec<String> {
        let mut folder = RulesFolder::embedded();
        let file = folder.files.iter_mut().find(|file| file.path == path).unwrap();
        file.text = change(&file.text);
        match Settings::read(&folder) {
            Ok(_) => Vec::new(),
            Err(failure) => failure.diagnostics.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_default_wording_has_the_twelve_results_and_every_owner() {
        let wording = Settings::read(&RulesFolder::embedded()).unwrap().wording;
        assert_eq!(wording.results.len(), 12);
        assert_eq!(wording.result("da_cap_nhat").unwrap().title, "Đã cập nhật trên hệ thống");
        assert_eq!(wording.office_title("pc06").split(' ').next(), Some("Phòng"));
        assert_eq!(wording.severity(Severity::Urgent), "Khẩn");
        assert!(wording.deadline_days(Severity::Urgent) < wording.deadline_days(Severity::Low));
        assert_eq!(wording.route(Route::Door), "Xác minh tại nhà");
        assert_eq!(wording.dimension(Dimension::Song), "Sống");
    }

    #[test]
    fn confidence_is_told_in_three_words() {
        let wording = Settings::read(&RulesFolder::embedded()).unwrap().wording;
        let told = [1.0, 0.95, 0.949, 0.8, 0.79, 0.0].map(|confidence| wording.confidence(confidence));
        assert_eq!(told, ["Cao", "Cao", "Trung bình", "Trung bình", "Thấp", "Thấp"]);
    }

    #[test]
    fn an_unknown_owner_is_told_at_its_place_with_the_nearest_office() {
        let told = problems_with("sources/bhyt.toml", |text| text.replace("\"bhxh\"", "\"bxhh\""));
        assert_eq!(
            told,
            [
                "error[SET-012]: rules/sources/bhyt.toml:4:9: unknown office `bxhh`\n  help: did you mean `bhxh`?"
            ]
        );
    }

    #[test]
    fn every_mistake_of_the_wording_is_told_at_once() {
        let told = problems_with("wording/worklist.toml", |text| {
            text.replace("deadline =", "dedline =")
                .replace("{written} trường hợp (", "{writen} trường hợp (")
                .replace("death_evidence = [\"death\"]", "death_evidence = [\"deth\"]")
                .replace("address = \"address\"", "address = \"adress\"")
        });
        for expected in [
            "key `deadline` is missing",
            "unknown key `dedline`\n  help: did you mean `deadline`?",
            "unknown placeholder `{writen}`\n  help: did you mean `written`?",
            "unknown prefix `deth`\n  help: did you mean `death`?",
            "unknown field `adress`\n  help: did you mean `address`?",
        ] {
            assert!(told.iter().any(|line| line.contains(expected)), "{expected}: {told:#?}");
        }
        assert_eq!(told.len(), 5, "{told:#?}");
    }

    #[test]
    fn a_sheet_s_name_that_no_program_takes_is_a_mistake() {
        let told = problems_with("wording/worklist.toml", |text| {
            text.replace("\"Danh mục\"", "\"Danh/mục\"").replace("\"Hướng dẫn\"", "\"danh sách\"")
        });
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told.iter().all(|line| line.contains("cannot be a sheet's name")), "{told:#?}");
    }

    #[test]
    fn a_deadline_that_is_missing_or_absurd_is_a_mistake() {
        let told = problems_with("wording/words.toml", |text| {
            text.replace("low = 30", "").replace("high = 10", "high = 1000")
        });
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told[0].contains("key `low` is missing"), "{told:#?}");
        assert!(told[1].contains("out of range"), "{told:#?}");
    }

    #[test]
    fn a_folder_without_wording_has_the_default_words() {
        let mut folder = RulesFolder::embedded();
        folder.files.retain(|file| !file.path.starts_with("wording/"));
        let wording = Settings::read(&folder).unwrap().wording;
        assert_eq!(wording.results.len(), 12);
        assert_eq!(wording.office_title("so_nha_dat"), "so_nha_dat");
    }
}
