//! The facts of a run: what came in, what each stage did, how it ended.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Serialize, Serializer};

use crate::diagnostic::Diagnostic;
use crate::ingest::{Account, Delivery, Reject, RejectReason};
use crate::settings::{Settings, Source};

/// What a run says of itself, beside what it found. Written to `run.json` as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct RunFacts {
    /// The program's version.
    pub version: String,
    /// The run's id, which names its folder.
    pub run_id: String,
    /// The day the data are true for.
    #[serde(serialize_with = "as_text")]
    pub as_of: NaiveDate,
    /// When the run began.
    #[serde(serialize_with = "as_instant")]
    pub started: DateTime<Utc>,
    /// SHA-256 of the rules folder, in hex.
    pub rules_sha256: String,
    /// How the run ended: 0 done; 1 done, but a source was refused or a gate rule failed; 2 not done.
    pub exit_code: u8,
    /// One a declared source, in the order of the settings.
    pub sources: Vec<SourceFacts>,
    /// One a stage, in the order they ran; of a night in parts the sum over parts, and the highest peak.
    pub stages: Vec<StageFacts>,
    /// Most memory that the run was allowed, if it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_ceiling_bytes: Option<u64>,
    /// One a part, of a night that was cut into parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartFacts>,
}

/// One part of a night that was cut into parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartFacts {
    /// 1-based.
    pub part: u64,
    /// Rows of all sources.
    pub rows: u64,
    /// People.
    pub people: u64,
    /// Findings.
    pub findings: u64,
    /// Wall-clock time from reading it back to its tables.
    pub seconds: f64,
    /// Most resident memory of the process meanwhile, where the system tells.
    pub peak_memory_bytes: Option<u64>,
}

/// What came in of one source.
#[derive(Clone, Debug, Serialize)]
pub struct SourceFacts {
    /// Its id: `cu_tru`.
    pub id: String,
    /// Its name for officers.
    pub title: String,
    /// Whether it was taken in.
    pub status: SourceStatus,
    /// Its files and counts.
    #[serde(flatten)]
    pub account: AccountFacts,
    /// Rows set aside by reason, in the order of their words.
    pub set_aside: Vec<SetAsideFacts>,
    /// Why it was refused, or what the data team should know of the delivery.
    pub diagnostics: Vec<String>,
}

/// Whether a source was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceStatus {
    /// It was read.
    Delivered,
    /// It is missing, or not to be trusted as a whole.
    Refused,
}

/// The books of one source: rows read = kept + set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccountFacts {
    /// Data rows read.
    pub rows_read: u64,
    /// Rows kept.
    pub rows_kept: u64,
    /// Rows set aside.
    pub rows_set_aside: u64,
    /// The files read, in order.
    pub files: Vec<FileFacts>,
    /// Files that match the source but were not read.
    pub ignored: Vec<String>,
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// Its name below the input folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// How many rows were set aside for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetAsideFacts {
    /// The reason's stable word.
    pub reason: String,
    /// The reason for officers, in Vietnamese.
    #[serde(skip)]
    pub label: String,
    /// Rows.
    pub rows: u64,
}

/// What one stage did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageFacts {
    /// Its name: `ingest`, `link`.
    pub name: String,
    /// Rows, pairs or findings it was given.
    pub rows_in: u64,
    /// Rows, pairs or findings it handed on.
    pub rows_out: u64,
    /// Wall-clock time.
    pub seconds: f64,
    /// What all threads worked, where the system tells: less than `seconds` times cores means waiting.
    pub processor_seconds: Option<f64>,
    /// Most resident memory of the process while it ran, where the system tells.
    pub peak_memory_bytes: Option<u64>,
}

impl RunFacts {
    /// Notes a stage; one of that name that ran before, for another part, takes it in.
    pub fn add_stage(&mut self, stage: StageFacts) {
        match self.stages.iter_mut().find(|known| known.name == stage.name) {
            Some(known) => known.take_in(&stage),
            None => self.stages.push(stage),
        }
    }
}

impl StageFacts {
    /// Adds what the same stage did for another part.
    fn take_in(&mut self, other: &Self) {
        self.rows_in += other.rows_in;
        self.rows_out += other.rows_out;
        self.seconds += other.seconds;
        let worked = self.processor_seconds.zip(other.processor_seconds);
        self.processor_seconds = worked.map(|(before, more)| before + more);
        self.peak_memory_bytes = self.peak_memory_bytes.max(other.peak_memory_bytes);
    }
}

impl SourceFacts {
    /// The facts of one delivery.
    pub fn new(source: &Source, delivery: &Delivery) -> Self {
        let status = match delivery {
            Delivery::Delivered(_) => SourceStatus::Delivered,
            Delivery::Refused(_) => SourceStatus::Refused,
        };
        Self {
            id: source.id.clone(),
            title: source.title.clone(),
            status,
            account: AccountFacts::from(delivery.account()),
            set_aside: set_aside(delivery.rejects()),
            diagnostics: delivery.diagnostics().iter().map(Diagnostic::to_string).collect(),
        }
    }

    /// The facts of all deliveries, which stand in the order of the settings' sources.
    pub fn of(settings: &Settings, deliveries: &[Delivery]) -> Vec<Self> {
        settings
            .sources
            .iter()
            .zip(deliveries)
            .map(|(source, delivery)| Self::new(source, delivery))
            .collect()
    }
}

impl From<&Account> for AccountFacts {
    fn from(account: &Account) -> Self {
        let file = |file: &crate::ingest::InputFile| FileFacts {
            name: file.name.clone(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        };
        Self {
            rows_read: account.rows_read,
            rows_kept: account.rows_kept,
            rows_set_aside: account.rows_set_aside,
            files: account.files.iter().map(file).collect(),
            ignored: account.ignored.clone(),
        }
    }
}

fn set_aside(rejects: &[Reject]) -> Vec<SetAsideFacts> {
    let mut rows: BTreeMap<&'static str, (RejectReason, u64)> = BTreeMap::new();
    for reject in rejects {
        rows.entry(reject.reason.word()).or_insert((reject.reason, 0)).1 += 1;
    }
    let facts = |(word, (reason, rows)): (&str, (RejectReason, u64))| SetAsideFacts {
        reason: word.to_owned(),
        label: reason.vietnamese().to_owned(),
        rows,
    };
    rows.into_iter().map(facts).collect()
}

fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn as_instant<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&instant.format("%Y-%m-%dT%H:%M:%SZ"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Refusal;
    use crate::settings::RulesFolder;

    #[test]
    fn what_a_stage_did_for_parts_adds_up_but_for_its_peak() {
        let stage = |rows, seconds, peak| StageFacts {
            name: "link".to_owned(),
            rows_in: rows,
            rows_out: 2 * rows,
            seconds,
            processor_seconds: Some(2.0 * seconds),
            peak_memory_bytes: Some(peak),
        };
        let mut all = stage(3, 1.5, 70);
        all.take_in(&stage(4, 2.0, 50));
        assert_eq!(all, StageFacts { rows_out: 14, processor_seconds: Some(7.0), ..stage(7, 3.5, 70) });
    }

    #[test]
    fn a_refused_source_says_why_and_how_far_it_was_read() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let refused = Delivery::Refused(Refusal {
            diagnostics: vec![Diagnostic::error("ING-001", None, "no file", "deliver one")],
            account: Account { rows_read: 3, rows_set_aside: 3, ..Account::default() },
            rejects: Vec::new(),
        });
        let facts = SourceFacts::of(&settings, &[refused]);
        let json = serde_json::to_value(&facts).unwrap();
        assert_eq!(json[0]["status"], "refused");
        assert_eq!(json[0]["rows_read"], 3);
        assert_eq!(json[0]["diagnostics"][0], "error[ING-001]: no file\n  help: deliver one");
    }
}
