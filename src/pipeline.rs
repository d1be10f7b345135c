//! One night, top to bottom.
//!
//! ```text
//! extract files ─ ingest ─► table + rejects ─ normalise ─► typed columns ─ link ─► links, people
//!    ─ check ─► findings ─ worklist ─► one file a ward ─ report ─► one page ─ publish ─► the run folder
//! ```
//!
//! What earlier nights have left (officers' decisions, people's ids) is read first of all
//! and given to linkage. Everything is written into a hidden folder beside the final one, which takes
//! its name only when all of it is there: a night is published whole or not at all.

mod ceiling;
mod parts;

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use crate::check::{self, Findings};
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::history::{self, History};
use crate::ingest::{self, Delivery};
use crate::link::{self, Linkage};
use crate::normalise::{self, Records};
use crate::private;
use crate::progress::Progress;
use crate::publish::{self, RunFolder};
use crate::report::{self, GateLevel, Residents, RunFacts, Scores, SourceFacts, StageClock};
use crate::settings::Settings;
use crate::table::{SourceIndex, Table};
use crate::worklist;

pub use ceiling::{Ceiling, Partitions};

/// What is asked of one night.
#[derive(Clone, Debug)]
pub struct Night {
    /// The folder with the extracts.
    pub input: PathBuf,
    /// The folder that gets a folder a run.
    pub out: PathBuf,
    /// The name of this run's folder.
    pub run_id: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// The day from which ages and validity are counted.
    pub as_of: NaiveDate,
    /// The last stage to run; all where none is given.
    pub stop_after: Option<Stage>,
    /// The file of officers' decisions.
    pub decisions: Option<PathBuf>,
    /// An earlier run's folder, or the folder of runs: whose people keep their ids.
    pub previous: Option<PathBuf>,
    /// Most memory that it may take.
    pub ceiling: Ceiling,
    /// Into how many parts it is cut.
    pub partitions: Partitions,
}

/// The stages after which a night may be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Extracts are read, rows set aside.
    Ingest,
    /// Texts have become typed values.
    Normalise,
    /// Records have become people.
    Link,
    /// People have findings.
    Check,
}

impl Stage {
    /// The words of `--stop-after`.
    pub const WORDS: [(&str, Self); 4] = [
        ("ingest", Self::Ingest),
        ("normalise", Self::Normalise),
        ("link", Self::Link),
        ("check", Self::Check),
    ];

    /// The stage of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, stage)| *stage)
    }
}

/// How a night ended that was not broken off.
#[derive(Debug)]
pub struct Ended {
    /// The run's folder.
    pub folder: PathBuf,
    /// What a person reads at the end.
    pub summary: String,
    /// Refusals and warnings: of earlier nights, then in the order of the sources.
    pub complaints: Vec<Diagnostic>,
    /// How the run ended: 0 done; 1 done, but a source other than the primary one was refused or a gate failed.
    pub exit_code: u8,
}

/// What the stages have made so far.
#[derive(Default)]
struct Made {
    history: History,
    records: Vec<Records>,
    linkage: Linkage,
    findings: Findings,
    gates: Vec<Diagnostic>,
}

/// Runs one night.
///
/// # Errors
/// A mistake in the rules, decisions or an earlier run that cannot be read, an unreadable
/// input folder, a refused primary source, an output that cannot be written: nothing is
/// published then.
pub fn run(settings: &Settings, night: &Night, progress: &Progress) -> Outcome<Ended> {
    rules_hold(settings)?;
    let history = history::read(settings, night.decisions.as_deref(), night.previous.as_deref())?;
    let folder = RunFolder::begin(&night.out, &night.run_id)?;
    let mut facts = facts(settings, night);
    let text = ingest::text_bytes(settings, &night.input)?;
    if night.partitions.cut(night.ceiling, text) {
        return parts::run(settings, night, (history, folder, facts), progress);
    }
    night.ceiling.allows(night.hungriest(), ceiling::rows_of(text))?;

    let deliveries = stage(
        (&mut facts, night.ceiling),
        "ingest",
        0,
        |read: &Vec<_>| rows_kept(read),
        || ingest::ingest(settings, &night.input, progress),
    )?;
    facts.sources = SourceFacts::of(settings, &deliveries);
    primary_stands(settings, &deliveries)?;
    let of_sources: Vec<Diagnostic> = deliveries.iter().flat_map(Delivery::diagnostics).cloned().collect();
    let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
    facts.exit_code = u8::from(refused);
    publish::rejects(folder.path(), settings, &deliveries)?;

    let made = Made { history, ..Made::default() };
    let mut made = work(settings, night, deliveries, made, folder.path(), &mut facts, progress)?;
    let of_gates = std::mem::take(&mut made.gates);
    let earlier = std::mem::take(&mut made.history.complaints).into_iter();
    let complaints = earlier.chain(of_sources).chain(of_gates).collect();

    if night.reaches(Stage::Link) {
        let Made { records, linkage, findings, .. } = &made;
        let rows = (linkage.links.len() + findings.findings.len()) as u64;
        let write = || {
            publish::tables(folder.path(), settings, records, linkage, findings, progress)?;
            publish::scores(folder.path(), settings, findings, progress)
        };
        stage((&mut facts, night.ceiling), "publish", rows, |()| rows, write)?;
    }
    let path = close(settings, night, folder, &facts, &made)?;
    let summary = report::summary(settings, &facts, &made.linkage, &made.findings, &path);
    // Millions of texts are given back one by one: a program that ends here need not wait for it.
    rayon::spawn(move || drop(made));
    Ok(Ended { folder: path, summary, complaints, exit_code: facts.exit_code })
}

/// Tables → records → people → findings → lists, as far as the night goes.
fn work(
    settings: &Settings,
    night: &Night,
    deliveries: Vec<Delivery>,
    mut made: Made,
    folder: &Path,
    facts: &mut RunFacts,
    progress: &Progress,
) -> Outcome<Made> {
    let rows = rows_kept(&deliveries);
    let tables = tables(deliveries);
    if night.ends_with(Stage::Ingest) {
        return Ok(made);
    }
    made.records = stage(
        (facts, night.ceiling),
        "normalise",
        rows,
        |_| rows,
        || Ok(normalise::normalise(settings, tables, progress)),
    )?;
    if night.ends_with(Stage::Normalise) {
        return Ok(made);
    }
    let links = |linkage: &Linkage| linkage.links.len() as u64;
    let earlier = std::mem::take(&mut made.history.earlier);
    night.ceiling.allows(night.hungriest(), rows)?;
    made.linkage = stage((facts, night.ceiling), "link", rows, links, || {
        Ok(link::link_after(settings, &made.records, &earlier, progress))
    })?;
    drop(earlier);
    made.history.afterwards(settings, &made.linkage.ruled);
    if night.ends_with(Stage::Link) {
        return Ok(made);
    }
    let found = |findings: &Findings| findings.findings.len() as u64;
    made.findings = stage((facts, night.ceiling), "check", rows, found, || {
        check::check(settings, &made.records, &made.linkage, night.as_of, progress)
    })?;
    made.history.date(&mut made.findings, night.as_of);
    let gates = report::passed_gates(settings, &Scores::new(settings, &made.findings));
    if gates.iter().any(|gate| gate.level == GateLevel::Fail) {
        facts.exit_code = 1;
    }
    made.gates = report::gate_diagnostics(settings, &gates);
    if night.ends_with(Stage::Check) {
        return Ok(made);
    }
    let (folder, days) = (lists_folder(folder)?, days(settings, night)?);
    stage((facts, night.ceiling), "worklist", found(&made.findings), worklist::Lists::written, || {
        let Made { records, linkage, findings, .. } = &made;
        worklist::write(settings, records, linkage, findings, days, &folder, progress)
    })?;
    Ok(made)
}

/// The days that lists tell.
fn days(settings: &Settings, night: &Night) -> Outcome<worklist::Days> {
    let cut_offs = ingest::cut_off_days(&night.input, &settings.sources)?;
    Ok(worklist::Days { as_of: night.as_of, cut_offs })
}

/// The page and the books, then the folder takes its name. A night that was
/// stopped early has no page and is never the latest.
fn close(
    settings: &Settings,
    night: &Night,
    folder: RunFolder,
    facts: &RunFacts,
    made: &Made,
) -> Outcome<PathBuf> {
    let Made { history, linkage, findings, .. } = made;
    publish::run_json(folder.path(), settings, facts, history.decisions.as_ref(), linkage, findings)?;
    if night.stop_after.is_some() {
        return folder.keep();
    }
    let residents = Residents::count(settings, &made.records);
    publish::page(folder.path(), &report::render(settings, facts, &residents, linkage, findings))?;
    folder.commit()
}

/// Runs one stage and writes down its time, its memory and its rows.
fn stage<T>(
    (facts, ceiling): (&mut RunFacts, Ceiling),
    name: &'static str,
    rows_in: u64,
    rows_out: impl FnOnce(&T) -> u64,
    work: impl FnOnce() -> Outcome<T>,
) -> Outcome<T> {
    let clock = StageClock::begin(name);
    let made = work()?;
    let told = clock.finish(rows_in, rows_out(&made));
    ceiling.held(&told)?;
    facts.add_stage(told);
    Ok(made)
}

impl Night {
    fn ends_with(&self, stage: Stage) -> bool {
        self.stop_after == Some(stage)
    }

    /// The stage that takes most memory of those that it comes to.
    fn hungriest(&self) -> &'static str {
        match self.stop_after {
            Some(Stage::Ingest | Stage::Normalise) => "normalise",
            Some(Stage::Link) => "link",
            Some(Stage::Check) | None => "check",
        }
    }

    fn reaches(&self, stage: Stage) -> bool {
        self.stop_after.is_none_or(|last| last >= stage)
    }
}

fn facts(settings: &Settings, night: &Night) -> RunFacts {
    RunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: night.run_id.clone(),
        as_of: night.as_of,
        started: night.started,
        rules_sha256: settings.rules_sha256.clone(),
        exit_code: 0,
        sources: Vec::new(),
        stages: Vec::new(),
        memory_ceiling_bytes: night.ceiling.bytes(),
        parts: Vec::new(),
    }
}

/// Every rule is compiled before any data is read.
fn rules_hold(settings: &Settings) -> Outcome<()> {
    let mut diagnostics = link::problems(settings);
    diagnostics.extend(check::compile(settings));
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure { diagnostics }) }
}

/// Without the primary source, where the rules have one, there is nothing to clean.
pub(crate) fn primary_stands(settings: &Settings, deliveries: &[Delivery]) -> Outcome<()> {
    let primary = settings.primary();
    if !settings.source(primary).primary {
        return Ok(());
    }
    let Some(Delivery::Refused(refusal)) = deliveries.get(primary.index()) else { return Ok(()) };
    let mut diagnostics = refusal.diagnostics.clone();
    diagnostics.push(Diagnostic::error(
        "RUN-001",
        Place::file(settings.source(primary).id.clone()),
        "the primary source is refused, so nothing is published and the last run stands",
        "mend its delivery as said above and run again",
    ));
    Err(Failure { diagnostics })
}

fn rows_kept(deliveries: &[Delivery]) -> u64 {
    deliveries.iter().map(|delivery| delivery.account().rows_kept).sum()
}

/// The tables of the sources that were delivered.
pub(crate) fn tables(deliveries: Vec<Delivery>) -> Vec<(SourceIndex, Table)> {
    let delivered = |(index, delivery)| match delivery {
        Delivery::Delivered(extract) => Some((SourceIndex(index as u8), extract.table)),
        Delivery::Refused(_) => None,
    };
    deliveries.into_iter().enumerate().filter_map(delivered).collect()
}

fn lists_folder(folder: &Path) -> Outcome<PathBuf> {
    let lists = folder.join("worklists");
    private::create_dir(&lists).map_err(|error| {
        let place = Place::file(lists.display().to_string());
        Diagnostic::error(
            "RUN-002",
            place,
            format!("cannot be made: {error}"),
            "free some disk space, or give another folder with --out",
        )
    })?;
    Ok(lists)
}
