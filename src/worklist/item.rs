//! One finding as officers read it: what stands there, what other sources say, who to see.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::Days;
use super::cell::{Cell, fill, shown_date};
use super::person::{Directory, Role};
use super::place::Places;
use crate::check::{Evidence, Finding, Findings};
use crate::link::Linkage;
use crate::normalise::Records;
use crate::settings::{Check, Settings, Source, Subject};
use crate::table::{RecordRef, SourceIndex};

/// All that cells are made from; shared by all lists.
pub(super) struct Context<'a> {
    pub(super) settings: &'a Settings,
    pub(super) directory: Directory<'a>,
    pub(super) places: Places<'a>,
    pub(super) findings: &'a Findings,
    pub(super) as_of: NaiveDate,
    /// By source: its title inside a sentence, with its cut-off day where that is known, and `theo …`.
    sources: Vec<Named>,
}

/// How a source is named.
struct Named {
    title: String,
    /// With the day up to which it was written.
    dated: String,
    by: String,
}

/// A finding with its quality rule and the record its person is known by.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    /// Its place in the findings.
    pub(super) index: u32,
    pub(super) finding: &'a Finding,
    pub(super) check: &'a Check,
    pub(super) shown: RecordRef,
    /// Its cells, where they were made while its records were at hand.
    pub(super) made: Option<&'a [Cell<'static>]>,
}

/// Most lines of evidence in a cell; more would not be read.
const EVIDENCE_LINES_MAX: usize = 4;
/// Most sources quoted beside each other where no value is suggested.
const COMPARED_LINES_MAX: usize = 2;

impl<'a> Context<'a> {
    /// O(rows of the primary source).
    pub(super) fn new(
        settings: &'a Settings,
        records: &'a [Records],
        linkage: &'a Linkage,
        findings: &'a Findings,
        days: &Days,
    ) -> Self {
        let texts = &settings.wording.worklist.texts;
        let named = |source: &Source| {
            let title = small_first(&source.title);
            let dated = match days.cut_offs.get(&source.id) {
                Some(day) if *day != days.as_of => {
                    fill(&texts.dated_source, &[("source", &title), ("date", &shown_date(*day))])
                }
                _ => title.clone(),
            };
            let by = fill(&texts.by_source, &[("source", &dated)]);
            Named { title, dated, by }
        };
        Self {
            settings,
            directory: Directory::new(settings, records, linkage),
            places: Places::new(settings),
            findings,
            as_of: days.as_of,
            sources: settings.sources.iter().map(named).collect(),
        }
    }

    /// The item of a finding; none where the rule is not of these settings.
    pub(super) fn item(&self, index: u32) -> Option<Item<'a>> {
        let finding = self.findings.findings.get(index as usize)?;
        let check = self.settings.checks.get(usize::from(finding.rule))?;
        let shown = self.directory.shown_record(finding.record, finding.person);
        Some(Item { index, finding, check, shown, made: None })
    }

    /// What the item's person is known by, in a role.
    pub(super) fn person_text(&self, item: &Item<'_>, role: Role) -> Cow<'a, str> {
        self.directory.text_of_person(item.shown, item.finding.person, role)
    }

    /// Birth date and personal number on a line each.
    pub(super) fn birth_and_id(&self, item: &Item<'_>) -> String {
        let birth = self.person_text(item, Role::BirthDate);
        let number = self.person_text(item, Role::Number);
        let number =
            if number.is_empty() { &self.settings.wording.worklist.texts.no_number } else { &*number };
        if birth.is_empty() { number.to_owned() } else { format!("{birth}\n{number}") }
    }

    /// The name of the head of the person's household.
    pub(super) fn head(&self, item: &Item<'_>) -> Cow<'a, str> {
        self.directory.household(item.shown).map(|code| self.directory.head_name(code)).unwrap_or_default()
    }

    /// Thông tin hiện có.
    pub(super) fn current(&self, item: &Item<'_>) -> String {
        let texts = &self.settings.wording.worklist.texts;
        if self.is_withheld(item) {
            return format!(
                "{}: {}",
                self.label(item.finding.record.source, &item.finding.field),
                texts.withheld
            );
        }
        match (item.finding.other, item.check.subject) {
            (Some(_), _) => self.summary(item.finding.record),
            (None, Subject::MissingPerson) => {
                fill(&texts.no_record, &[("source", self.source_title(self.settings.primary()))])
            }
            (None, _) => {
                let value = &item.finding.current_value;
                let value = if value.is_empty() { texts.no_value.as_str() } else { value };
                format!("{}: {value}", self.label(item.finding.record.source, &item.finding.field))
            }
        }
    }

    /// Thông tin đối chiếu.
    pub(super) fn compared(&self, item: &Item<'_>) -> String {
        if self.is_withheld(item) {
            return self.settings.wording.worklist.texts.withheld.clone();
        }
        let finding = item.finding;
        if let Some(other) = finding.other {
            return self.summary(other);
        }
        if item.check.subject == Subject::MissingPerson {
            let source = finding.record.source;
            return format!("{}\n({})", self.summary(finding.record), self.by_source(source));
        }
        if let Some(suggested) = finding.suggested_value.as_ref().filter(|value| !value.is_empty()) {
            let value = format!("{}: {suggested}", self.label(finding.record.source, &finding.field));
            return match finding.evidence {
                Some(evidence) => format!("{value}\n({})", self.by_source(evidence.source)),
                None => value,
            };
        }
        // The printed sheet has no other column that says what contradicts what.
        let quoted = self.quoted(item);
        if quoted.is_empty() { finding.explanation.to_string() } else { quoted }
    }

    /// Căn cứ đối chiếu: the explanation and who says what.
    pub(super) fn evidence_text(&self, item: &Item<'_>) -> String {
        let withheld = self.is_withheld(item);
        let texts = &self.settings.wording.worklist.texts;
        let is_silent = withheld && tells_values(item);
        let mut out = if is_silent { texts.withheld.clone() } else { item.finding.explanation.to_string() };
        for evidence in self.evidence_of(item.index).iter().take(EVIDENCE_LINES_MAX) {
            out.push_str("\n– ");
            out.push_str(&self.testimony(evidence, withheld));
        }
        out
    }

    /// Who says what: source, record and, unless withheld, the value.
    fn testimony(&self, evidence: &Evidence, withheld: bool) -> String {
        let texts = &self.settings.wording.worklist.texts;
        let source = self.sources.get(evidence.record.source.index()).map_or("", |named| &named.dated);
        let id = self.directory.record_id(self.settings, evidence.record);
        let record = fill(&texts.record_of, &[("id", id)]);
        let said = if evidence.speaks_for {
            format!("{source}, {record}")
        } else {
            format!("{}: {source}, {record}", texts.against)
        };
        if withheld || evidence.value.is_empty() {
            return said;
        }
        format!("{said}: {} {}", self.label(evidence.record.source, &evidence.field), evidence.value)
    }

    /// As sure as the weaker of the links leaned on and the value suggested.
    pub(super) fn confidence(item: &Item<'_>) -> f64 {
        item.finding.suggestion_confidence.unwrap_or(1.0).min(item.finding.match_probability)
    }

    /// The name of a source's column for officers; the column's own where it has none.
    pub(super) fn label<'s>(&'s self, source: SourceIndex, column: &'s str) -> &'s str {
        let columns = &self.settings.source(source).columns;
        columns.iter().find(|known| known.name == column).map_or(column, |known| &known.label)
    }

    /// The ward's name for officers.
    pub(super) fn ward_title(&self, code: &'a str) -> &'a str {
        if code == super::UNKNOWN_WARD {
            return &self.settings.wording.worklist.texts.unknown_ward;
        }
        self.places.ward(code).unwrap_or(code)
    }

    fn is_withheld(&self, item: &Item<'_>) -> bool {
        self.settings.wording.worklist.withheld_fields.contains(&item.check.field)
    }

    /// A whole record, a line each: id, name, birth, number, address, status.
    fn summary(&self, record: RecordRef) -> String {
        let id = self.directory.record_id(self.settings, record);
        let roles = [Role::Name, Role::BirthDate, Role::Number, Role::Address, Role::Status];
        let [name, birth, number, address, status] = roles.map(|role| self.directory.text(record, role));
        let address = self.places.shown_address(&address, ", ");
        let of = fill(&self.settings.wording.worklist.texts.record_of, &[("id", id)]);
        let lines = [&of, &*name, &birth, &number, &address, &status];
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// What the strongest evidence says, where no value is suggested.
    fn quoted(&self, item: &Item<'_>) -> String {
        let line = |evidence: &Evidence| {
            let label = self.label(evidence.record.source, &evidence.field);
            format!("{label}: {} ({})", evidence.value, self.by_source(evidence.record.source))
        };
        let evidence = self.evidence_of(item.index);
        let speaking = evidence.iter().filter(|evidence| evidence.speaks_for && !evidence.value.is_empty());
        let mut lines: Vec<String> = Vec::new();
        for said in speaking.map(line) {
            if lines.len() < COMPARED_LINES_MAX && !lines.contains(&said) {
                lines.push(said);
            }
        }
        match (lines.is_empty(), item.finding.evidence) {
            (true, Some(record)) if record != item.finding.record => {
                format!("{}\n({})", self.summary(record), self.by_source(record.source))
            }
            _ => lines.join("\n"),
        }
    }

    /// `theo dữ liệu hộ tịch`.
    fn by_source(&self, source: SourceIndex) -> &str {
        self.sources.get(source.index()).map_or("", |named| &named.by)
    }

    /// A source's title inside a sentence.
    fn source_title(&self, source: SourceIndex) -> &str {
        self.sources.get(source.index()).map_or("", |named| &named.title)
    }

    /// The evidence of a finding. O(log n).
    fn evidence_of(&self, finding: u32) -> &'a [Evidence] {
        let all = &self.findings.evidence;
        let start = all.partition_point(|evidence| evidence.finding < finding);
        let rest = all.get(start..).unwrap_or_default();
        let end = rest.partition_point(|evidence| evidence.finding == finding);
        rest.get(..end).unwrap_or_default()
    }
}

/// Whether the explanation may show a value: its rule's sentences name a column, or what is said has one in it.
fn tells_values(item: &Item<'_>) -> bool {
    let (wording, finding) = (&item.check.wording, item.finding);
    let values = [Some(&*finding.current_value), finding.suggested_value.as_deref()];
    let told = finding.explanation.to_string();
    let has = |value: &str| !value.is_empty() && told.contains(value);
    [&wording.explanation, &wording.ask].iter().any(|text| text.contains('{'))
        || values.into_iter().flatten().any(has)
}

/// The text with its first letter small.
fn small_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// A short code for a case, to be said over the telephone: ten of the finding id's last
/// characters in two groups. Within a ward's few thousand items two codes collide with a
/// probability of some 10⁻⁵; lists are read back by the whole id in the hidden column.
pub(super) fn case_code(finding_id: &str) -> String {
    let characters: Vec<char> = finding_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let last = &characters[characters.len().saturating_sub(10)..];
    let mut code: String = last.iter().map(char::to_ascii_uppercase).collect();
    if last.len() == 10 {
        code.insert(5, '-');
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_code_is_short_and_takes_any_id() {
        assert_eq!(case_code("F0123456789abcdef"), "6789A-BCDEF");
        assert_eq!(case_code("f1"), "F1");
        assert_eq!(case_code(""), "");
        assert_eq!(case_code("đđ-=1"), "1");
    }
}
