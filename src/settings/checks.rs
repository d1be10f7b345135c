//! `rules/checks/{dung,du,sach,song}/*.toml`: the quality rules, one a file.

use std::collections::BTreeMap;

use super::folder::RulesFolder;
use super::gate::{self, RuleGate};
use super::reader::{Located, Problems, TableReader, read_file};
use super::sources::{Source, index_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::table::SourceIndex;

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $($(#[$variant_doc])* $variant),+ }

        impl $type {
            /// The words of rules files and outputs, in order.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            /// Its word in rules files and outputs.
            pub fn word(self) -> &'static str {
                Self::WORDS[self as usize].0
            }
        }
    };
}

words!(
    /// Đúng, đủ, sạch, sống.
    Dimension {
        /// Đúng: accuracy and consistency.
        Dung = "dung",
        /// Đủ: completeness.
        Du = "du",
        /// Sạch: uniqueness and validity.
        Sach = "sach",
        /// Sống: timeliness.
        Song = "song",
    }
);
words!(
    /// How much harm a finding does while it waits.
    Severity {
        /// Khẩn.
        Urgent = "urgent",
        /// Cao.
        High = "high",
        /// Vừa.
        Medium = "medium",
        /// Thấp.
        Low = "low",
    }
);
words!(
    /// Where a finding goes.
    Route {
        /// Xác minh tại nhà.
        Door = "door",
        /// Xử lý tại trụ sở.
        Desk = "desk",
        /// Chuẩn hoá tự động.
        Auto = "auto",
        /// Chuyển cơ quan.
        Agency = "agency",
        /// Thống kê.
        Statistic = "statistic",
    }
);

/// What one row of a quality rule's view stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A record of a source; its own fields have no prefix, those of linked records have theirs.
    Record(SourceIndex),
    /// Two linked records of one source: `left.…` and `right.…`.
    Pair(SourceIndex),
    /// A person that the primary source does not know: every field has its source's prefix.
    MissingPerson,
}

/// The word for [`Subject::MissingPerson`].
const MISSING_PERSON: &str = "missing_person";

impl Subject {
    /// What a word stands for: `missing_person`, the id of a source, or `pair:` and one.
    pub fn from_word(word: &str, sources: &[Source]) -> Option<Self> {
        if word == MISSING_PERSON {
            return Some(Self::MissingPerson);
        }
        let (make, id): (fn(SourceIndex) -> Self, &str) = match word.strip_prefix("pair:") {
            Some(id) => (Self::Pair, id),
            None => (Self::Record, word),
        };
        index_of(sources, id).map(make)
    }
}

/// One quality rule.
#[derive(Clone, Debug)]
pub struct Check {
    /// Stable id, which names the fault: `deceased-but-resident`. Never reused.
    pub id: String,
    /// Version that it came with.
    pub since: String,
    /// Which of the four qualities it measures.
    pub dimension: Dimension,
    /// How much harm it does.
    pub severity: Severity,
    /// Where its findings go.
    pub route: Route,
    /// What it looks at.
    pub subject: Subject,
    /// The field at fault, by its name in rules: `birth_date`.
    pub field: String,
    /// SQL condition over the view; NULL means no finding. Its place is that of its first character.
    pub when: Located<String>,
    /// SQL expression of the suggested value as text; NULL means none. Placed like `when`.
    pub suggest: Option<Located<String>>,
    /// How sure the suggestion is, 0 to 1; of no use where `confidence` is given.
    pub suggestion_confidence: f64,
    /// SQL expression of how sure the suggestion is, a number; placed like `when`.
    pub confidence: Option<Located<String>>,
    /// Columns of the view that must have been delivered, beside those that `when` names.
    pub needs: Vec<Located<String>>,
    /// Prefixes (`telecom`) and columns that `when` names but can do without: where they were not
    /// delivered they read as NULL, and the rule still runs.
    pub optional: Vec<Located<String>>,
    /// The linked records that speak for a finding, the strongest first: `birth` for the rule's own
    /// field in them, `death.death_date` for another one. The first of a missing person's
    /// carries the finding.
    pub evidence: Vec<Located<String>>,
    /// Links weaker than this are not leaned on.
    pub min_link_probability: f64,
    /// Ids of rules that speak instead when they too find the same cell.
    pub yields_to: Vec<Located<String>>,
    /// Which office mends it: a key of `wording/offices.toml`.
    pub authority: Located<String>,
    /// How many findings are accepted.
    pub gate: RuleGate,
    /// Whether its items may stand on the community team's sheet; where the rule does not say, that
    /// follows from its route and field.
    pub community: Option<bool>,
    /// What officers read.
    pub wording: CheckWording,
    /// Rows under test.
    pub examples: Vec<Example>,
    /// Where the file begins, for messages about it.
    pub place: Place,
}

/// What officers read of a quality rule, in Vietnamese.
#[derive(Clone, Debug, Default)]
pub struct CheckWording {
    /// Nội dung cần xác minh, short: `Đã khai tử, hồ sơ cư trú còn hiệu lực`.
    pub title: String,
    /// One sentence with `{current}`, `{suggested}` and `{column of the view}` filled in.
    pub explanation: String,
    /// The same where nothing is suggested, since the evidence is too weak: what to ask. May be empty:
    /// then the explanation stands.
    pub ask: String,
    /// Why it matters.
    pub why: String,
    /// Việc cần làm.
    pub action: String,
    /// Giấy tờ cần xem.
    pub papers: String,
    /// Biểu mẫu; may be empty.
    pub form: String,
    /// Legal or procedural basis; may be empty.
    pub basis: String,
    /// Kết quả that fit: keys of `wording/results.toml`.
    pub results: Vec<Located<String>>,
}

/// One row of a view, and whether the rule must find it.
#[derive(Clone, Debug)]
pub struct Example {
    /// Whether the rule must find it.
    pub found: bool,
    /// Values by column of the view; columns that are not named are NULL.
    pub cells: BTreeMap<String, ExampleValue>,
    /// Where it stands.
    pub place: Place,
}

/// A value of an example row.
#[derive(Clone, Debug, PartialEq)]
pub enum ExampleValue {
    /// Text; for a date column `YYYY-MM-DD`.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Boolean(bool),
}

/// All quality rules, sorted by id.
pub(super) fn read(folder: &RulesFolder, sources: &[Source], problems: &Problems) -> Vec<Check> {
    let mut checks: Vec<Check> = folder
        .below("checks/")
        .filter(|file| file.is(".toml"))
        .filter_map(|file| read_file(file, problems, |table| read_check(table, sources)))
        .collect();
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    check_together(&checks, problems);
    checks
}

fn read_check(table: &TableReader<'_>, sources: &[Source]) -> Option<Check> {
    let id = table.text("id");
    let since = table.text("since");
    let dimension = table.word("dimension", Dimension::WORDS);
    let severity = table.word("severity", Severity::WORDS);
    let route = table.word("route", Route::WORDS);
    let subject = table.text("subject").and_then(|word| read_subject(table, &word, sources));
    let field = table.text("field");
    let when = table.text("when").map(|sql| at_first_character(table, sql));
    let suggest = table.optional_text("suggest").map(|sql| at_first_character(table, sql));
    let (suggestion_confidence, confidence) = read_confidence(table);
    let needs = table.texts("needs");
    let optional = table.texts("optional");
    let evidence = table.texts("evidence");
    let min_link_probability = table.number_or("min_link_probability", 0.0, (0.0, 1.0));
    let yields_to = table.texts("yields_to");
    let authority = table.text("authority");
    let gate = gate::read(table);
    let community = table.has("community").then(|| table.bool_or("community", false));
    let wording = table.table("wording").map(|wording| read_wording(&wording));
    let mut examples = read_examples(table, "pass", false);
    examples.extend(read_examples(table, "fail", true));
    if let (Some(id), Some(dimension)) = (&id, dimension) {
        check_path(table, id, dimension);
    }
    if let (Some(field), Some(subject)) = (&field, subject) {
        check_field(table, field, subject, sources);
    }
    for prefix in &evidence {
        let known: Vec<&str> = sources.iter().flat_map(known_prefixes).collect();
        let word = prefix.value.split('.').next().unwrap_or_default();
        if !known.contains(&word) {
            table.unknown_word(prefix, "prefix", known);
        }
    }
    Some(Check {
        id: id?.value,
        since: since?.value,
        dimension: dimension?,
        severity: severity?,
        route: route?,
        subject: subject?,
        field: field?.value,
        when: when?,
        suggest,
        suggestion_confidence,
        confidence,
        needs,
        optional,
        evidence,
        min_link_probability,
        yields_to,
        authority: authority?,
        gate,
        community,
        wording: wording?,
        examples,
        place: table.place(),
    })
}

/// How sure the suggestion is: a number, or the SQL expression of one.
fn read_confidence(table: &TableReader<'_>) -> (f64, Option<Located<String>>) {
    const KEY: &str = "suggestion_confidence";
    if table.is_text(KEY) {
        return (0.0, table.optional_text(KEY).map(|sql| at_first_character(table, sql)));
    }
    (table.number_or(KEY, 0.9, (0.0, 1.0)), None)
}

/// The text placed at its first character instead of at its quotes, so that a mistake inside it
/// has a place of its own. Exact but for text behind a backslash escape.
fn at_first_character(table: &TableReader<'_>, text: Located<String>) -> Located<String> {
    let Located { value, mut place } = text;
    let (Some(line), Some(column)) = (place.line, place.column) else { return Located { value, place } };
    let written = table.file().text.lines().nth(line as usize - 1).unwrap_or_default();
    let opening: String = written.chars().skip(column as usize - 1).take(4).collect();
    if ["\"\"\"", "'''"].contains(&opening.as_str()) {
        (place.line, place.column) = (Some(line + 1), Some(1));
    } else {
        let quotes = if opening.starts_with("\"\"\"") || opening.starts_with("'''") { 3 } else { 1 };
        place.column = Some(column + quotes);
    }
    Located { value, place }
}

fn known_prefixes(source: &Source) -> Vec<&str> {
    let mut prefixes = source.prefixes();
    prefixes.push(&source.prefix);
    prefixes
}

fn read_subject(table: &TableReader<'_>, word: &Located<String>, sources: &[Source]) -> Option<Subject> {
    let found = Subject::from_word(&word.value, sources);
    if found.is_none() {
        let mut valid: Vec<&str> = sources.iter().map(|source| source.id.as_str()).collect();
        valid.push(MISSING_PERSON);
        table.unknown_word(word, "subject", valid);
    }
    found
}

fn read_wording(table: &TableReader<'_>) -> CheckWording {
    let wording = CheckWording {
        title: table.text("title").map(|text| text.value).unwrap_or_default(),
        explanation: table.text("explanation").map(|text| text.value).unwrap_or_default(),
        ask: table.text_or_empty("ask"),
        why: table.text("why").map(|text| text.value).unwrap_or_default(),
        action: table.text("action").map(|text| text.value).unwrap_or_default(),
        papers: table.text_or_empty("papers"),
        form: table.text_or_empty("form"),
        basis: table.text_or_empty("basis"),
        results: table.texts("results"),
    };
    table.finish();
    wording
}

fn read_examples(table: &TableReader<'_>, key: &'static str, found: bool) -> Vec<Example> {
    let rows = table.tables(key);
    let example = |row: &TableReader<'_>| Example {
        found,
        cells: row
            .free_keys()
            .iter()
            .filter_map(|key| Some((key.value.clone(), read_value(row, key)?)))
            .collect(),
        place: row.place(),
    };
    rows.iter().map(example).collect()
}

fn read_value(row: &TableReader<'_>, key: &Located<String>) -> Option<ExampleValue> {
    use toml::de::DeValue;
    let Located { value, place } = row.free_value(key)?;
    let value = match value {
        DeValue::String(text) => Some(ExampleValue::Text(text.to_string())),
        DeValue::Boolean(truth) => Some(ExampleValue::Boolean(*truth)),
        DeValue::Integer(digits) => digits.as_str().parse().ok().map(ExampleValue::Integer),
        DeValue::Float(digits) => digits.as_str().parse().ok().map(ExampleValue::Float),
        DeValue::Datetime(day) => Some(ExampleValue::Text(day.to_string())),
        DeValue::Array(_) | DeValue::Table(_) => None,
    };
    if value.is_none() {
        let message = format!("`{}` is not a single value", key.value);
        row.problem(place, message, "give a text, a number, true, false or a date");
    }
    value
}

fn check_path(table: &TableReader<'_>, id: &Located<String>, dimension: Dimension) {
    let expected = format!("checks/{}/{}.toml", dimension.word(), id.value);
    if table.file().path != expected {
        table.problem(
            id.place.clone(),
            format!("rule `{}` of dimension `{}` stands in the wrong file", id.value, dimension.word()),
            format!("move it to {expected}, or mend its id or dimension"),
        );
    }
}

fn check_field(table: &TableReader<'_>, field: &Located<String>, subject: Subject, sources: &[Source]) {
    let of: Vec<&Source> = match subject {
        Subject::Record(source) | Subject::Pair(source) => vec![&sources[source.index()]],
        Subject::MissingPerson => sources.iter().collect(),
    };
    if !of.iter().any(|source| source.column_of(&field.value).is_some()) {
        let fields = of.iter().flat_map(|source| source.columns.iter().map(|c| c.field.as_str()));
        table.unknown_word(field, "field", fields);
    }
}

fn check_together(checks: &[Check], problems: &Problems) {
    for pair in checks.windows(2).filter(|pair| pair[0].id == pair[1].id) {
        problems.push(Diagnostic::error(
            "SET-010",
            pair[1].place.clone(),
            format!("rule id `{}` is used in {} too", pair[1].id, pair[0].place.file),
            "give each rule an id of its own",
        ));
    }
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    for other in checks.iter().flat_map(|check| &check.yields_to) {
        if !ids.contains(&other.value.as_str()) {
            let near = crate::diagnostic::nearest(&other.value, ids.iter().copied());
            problems.push(Diagnostic::error(
                "SET-011",
                other.place.clone(),
                format!("unknown rule `{}`", other.value),
                near.map_or("give the id of a rule".to_owned(), |id| format!("did you mean `{id}`?")),
            ));
        }
    }
    for check in checks.iter().filter(|check| yields_in_a_circle(checks, check)) {
        problems.push(Diagnostic::error(
            "SET-012",
            check.place.clone(),
            format!("rule `{}` yields to a rule that yields to it", check.id),
            "let one of them speak: take the other out of its `yields_to`",
        ));
    }
}

fn yields_in_a_circle(checks: &[Check], start: &Check) -> bool {
    let mut met: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = start.yields_to.iter().map(|other| other.value.as_str()).collect();
    while let Some(id) = open.pop() {
        if id == start.id {
            return true;
        }
        if !met.contains(&id) {
            met.push(id);
            let next = checks.iter().filter(|check| check.id == id).flat_map(|check| &check.yields_to);
            open.extend(next.map(|other| other.value.as_str()));
        }
    }
    false
}
