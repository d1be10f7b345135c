//! A night that is cut into parts.
//!
//! ```text
//! extract files ─ ingest ─► rows on disk, by part ─ for each part: normalise, link, check, tables,
//!    what is to be written of its lists ─► lists ─ report ─► one page ─ publish ─► the run folder
//! ```
//!
//! A part is a night of its own to all stages; which records are in it is [`crate::partition`]'s. Tables are
//! written part by part, figures add up, lists are put together in the end. What waits on disk lies
//! in a folder within the run's hidden folder, so that it goes whenever that goes: at the end, after an
//! error, or when the next run finds what a killed one has left.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::{Ended, Night, Stage, lists_folder, primary_stands, rows_kept, stage};
use crate::check::{self, Findings};
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::history::History;
use crate::ingest::{self, Delivery, SharedSink};
use crate::link::{self, Earlier, Linkage};
use crate::normalise;
use crate::partition::{Parts, Split};
use crate::private;
use crate::progress::Progress;
use crate::publish::{self, RunFolder, Tables};
use crate::report::{self, Figures, GateLevel, PartFacts, Residents, RunFacts, SourceFacts};
use crate::settings::Settings;
use crate::worklist::{self, Shelf};

/// What waits for its part, within the run's hidden folder.
const SCRATCH: &str = ".scratch";

/// A night under way.
struct Work<'a> {
    settings: &'a Settings,
    night: &'a Night,
    progress: &'a Progress,
    facts: RunFacts,
    figures: Figures,
    residents: Residents,
    tables: Tables,
    shelf: Shelf,
}

/// Runs one night in parts.
///
/// # Errors
/// As [`super::run`]; `PAR-001` where rows cannot be laid aside, `PAR-004` where they cannot be read back.
pub(super) fn run(
    settings: &Settings,
    night: &Night,
    (mut history, folder, facts): (History, RunFolder, RunFacts),
    progress: &Progress,
) -> Outcome<Ended> {
    night
        .ceiling
        .allows(super::ceiling::CUT, super::ceiling::rows_of(ingest::text_bytes(settings, &night.input)?))?;
    let scratch = folder.path().join(SCRATCH);
    private::create_dir(&scratch).map_err(|error| no_scratch(&scratch, &error))?;
    let mut work = Work {
        settings,
        night,
        progress,
        facts,
        figures: Figures::default(),
        residents: Residents::default(),
        tables: Tables::new(folder.path()),
        shelf: Shelf::new(&scratch),
    };
    let earlier = std::mem::take(&mut history.earlier);
    let (deliveries, parts, mut earlier) = work.cut(earlier, &scratch, folder.path())?;
    let known = earlier.people.as_ref().map(|people| people.len() as u64);
    if !night.ends_with(Stage::Ingest) {
        for part in 0..parts.len() {
            work.part(&parts, part, (&mut earlier, &history))?;
        }
    }
    if night.reaches(Stage::Link) {
        work.settle_earlier(&parts, &earlier, known);
        history.afterwards(settings, &work.figures.ruled);
    }
    drop((parts, earlier));
    work.finish(history, &deliveries, folder, &scratch)
}

impl Work<'_> {
    /// Extracts → parts on disk, rows set aside.
    fn cut(
        &mut self,
        earlier: Earlier,
        scratch: &Path,
        folder: &Path,
    ) -> Outcome<(Vec<Delivery>, Parts, Earlier)> {
        let Self { settings, night, progress, ref mut facts, .. } = *self;
        let split = Arc::new(Mutex::new(Split::new(settings, earlier, scratch)));
        let sink: SharedSink = split.clone();
        let read = || ingest::ingest_into(settings, &night.input, &sink, progress);
        let deliveries = stage((facts, night.ceiling), "ingest", 0, |read: &Vec<_>| rows_kept(read), read)?;
        facts.sources = SourceFacts::of(settings, &deliveries);
        primary_stands(settings, &deliveries)?;
        let refused = deliveries.iter().any(|delivery| matches!(delivery, Delivery::Refused(_)));
        facts.exit_code = u8::from(refused);
        drop(sink);
        let split = Arc::into_inner(split).and_then(|split| split.into_inner().ok()).ok_or_else(lost)?;
        let number = night.partitions.number(night.ceiling, split.rows());
        let (parts, mut earlier) = split.parts(number)?;
        publish::rejects(folder, settings, &deliveries)?;
        let kept = |delivery: &Delivery| match delivery {
            Delivery::Delivered(extract) => extract.account.rows_kept as usize,
            Delivery::Refused(_) => 0,
        };
        let rows: Vec<usize> = deliveries.iter().map(kept).collect();
        earlier.population = Some(link::population(settings, &rows));
        Ok((deliveries, parts, earlier))
    }

    /// One part, from its rows to its tables and to what its lists may need.
    fn part(
        &mut self,
        parts: &Parts,
        part: usize,
        (earlier, history): (&mut Earlier, &History),
    ) -> Outcome<()> {
        let began = Instant::now();
        let Self { settings, night, progress, .. } = *self;
        let rows = parts.rows(part);
        night.ceiling.allows(night.hungriest(), rows)?;
        let mut peak = None;
        let tables = self.stage("load", rows, |_| rows, || parts.load(part), &mut peak)?;
        let normalise = || Ok(normalise::normalise(settings, tables, progress));
        let records = self.stage("normalise", rows, |_| rows, normalise, &mut peak)?;
        if night.ends_with(Stage::Normalise) {
            return Ok(());
        }
        self.residents.merge(Residents::count(settings, &records));
        let here = |ruling: &link::Ruling| ruling.pair.iter().all(|name| parts.part_of(name) == Some(part));
        let of_part = Earlier {
            rulings: earlier.rulings.only(here),
            people: earlier.people.take(),
            population: earlier.population,
        };
        let join = || Ok(link::link_after(settings, &records, &of_part, progress));
        let linkage =
            self.stage("link", rows, |linkage: &Linkage| linkage.links.len() as u64, join, &mut peak)?;
        earlier.people = of_part.people;
        let mut findings = Findings::default();
        if night.reaches(Stage::Check) {
            let ask = || check::check(settings, &records, &linkage, night.as_of, progress);
            let found = |findings: &Findings| findings.findings.len() as u64;
            findings = self.stage("check", rows, found, ask, &mut peak)?;
            history.date(&mut findings, night.as_of);
        }
        let found = findings.findings.len() as u64;
        if night.stop_after.is_none() {
            let mut lists = std::mem::replace(&mut self.shelf, Shelf::new(Path::new("")));
            let days = super::days(settings, night)?;
            let leave = || lists.add(settings, &records, &linkage, &findings, &days);
            self.stage("worklist", found, |()| 0, leave, &mut peak)?;
            self.shelf = lists;
        }
        let written = linkage.links.len() as u64 + found;
        let mut out = std::mem::replace(&mut self.tables, Tables::new(Path::new("")));
        let write = || out.append(settings, &records, &linkage, &findings, progress);
        self.stage("publish", written, |()| written, write, &mut peak)?;
        self.tables = out;
        self.figures.merge(Figures::of(settings, &linkage, &findings));
        self.facts.parts.push(PartFacts {
            part: part as u64 + 1,
            rows,
            people: linkage.people.ids.len() as u64,
            findings: found,
            seconds: began.elapsed().as_secs_f64(),
            peak_memory_bytes: peak,
        });
        Ok(())
    }

    fn stage<T>(
        &mut self,
        name: &'static str,
        rows_in: u64,
        rows_out: impl FnOnce(&T) -> u64,
        work: impl FnOnce() -> Outcome<T>,
        peak: &mut Option<u64>,
    ) -> Outcome<T> {
        let mut facts = RunFacts { stages: Vec::new(), ..self.facts.clone() };
        let made = stage((&mut facts, self.night.ceiling), name, rows_in, rows_out, work)?;
        for stage in facts.stages {
            *peak = (*peak).max(stage.peak_memory_bytes);
            self.facts.add_stage(stage);
        }
        Ok(made)
    }

    /// What rulings and ids of earlier nights come to over all parts: a ruling that names a record which is
    /// nowhere is in no part; two records in two parts are two people; who was found in no part is gone.
    fn settle_earlier(&mut self, parts: &Parts, earlier: &Earlier, known: Option<u64>) {
        let ruled = &mut self.figures.ruled;
        for ruling in earlier.rulings.iter() {
            let places = ruling.pair.each_ref().map(|name| parts.part_of(name));
            if let Some(at) = places.iter().position(Option::is_none) {
                ruled.unknown.push((ruling.line, ruling.pair[at].clone()));
            } else if places[0] != places[1] && !ruling.same {
                ruled.different += 1;
            }
        }
        ruled.unknown.sort_unstable();
        if let (Some(ids), Some(known)) = (&mut self.figures.continuity, known) {
            ids.gone = known.saturating_sub(ids.kept);
        }
    }

    /// Lists, page, books; then the folder takes its name.
    fn finish(
        mut self,
        mut history: History,
        deliveries: &[Delivery],
        folder: RunFolder,
        scratch: &Path,
    ) -> Outcome<Ended> {
        let Self { settings, night, progress, .. } = self;
        let scores = self.figures.scores(settings);
        let gates =
            if night.reaches(Stage::Check) { report::passed_gates(settings, &scores) } else { Vec::new() };
        if gates.iter().any(|gate| gate.level == GateLevel::Fail) {
            self.facts.exit_code = 1;
        }
        if night.stop_after.is_none() {
            let below = lists_folder(folder.path())?;
            let found = self.figures.tally.findings;
            let lists = self.shelf;
            let write = || lists.write(settings, night.as_of, &below, progress);
            stage((&mut self.facts, night.ceiling), "worklists", found, worklist::Lists::written, write)?;
        }
        if night.reaches(Stage::Link) {
            self.tables.finish()?;
            publish::scores_of(folder.path(), settings, &scores, progress)?;
        }
        fs::remove_dir_all(scratch).map_err(|error| no_scratch(scratch, &error))?;
        let (facts, figures) = (&self.facts, &self.figures);
        publish::run_json_of(folder.path(), settings, facts, history.decisions.as_ref(), figures)?;
        let path = place(settings, night, folder, facts, &self.residents, figures)?;
        let of_sources = deliveries.iter().flat_map(Delivery::diagnostics).cloned();
        let earlier = std::mem::take(&mut history.complaints).into_iter();
        let complaints =
            earlier.chain(of_sources).chain(report::gate_diagnostics(settings, &gates)).collect();
        let summary = report::summary_of(settings, facts, figures, &path);
        Ok(Ended { folder: path, summary, complaints, exit_code: facts.exit_code })
    }
}

/// The page, and the folder takes its name; a night that was stopped early has none and is never the latest.
fn place(
    settings: &Settings,
    night: &Night,
    folder: RunFolder,
    facts: &RunFacts,
    residents: &Residents,
    figures: &Figures,
) -> Outcome<PathBuf> {
    if night.stop_after.is_some() {
        return folder.keep();
    }
    publish::page(folder.path(), &report::render_figures(settings, facts, residents, figures))?;
    folder.commit()
}

fn no_scratch(path: &Path, error: &std::io::Error) -> Failure {
    Diagnostic::error(
        "PAR-002",
        Place::file(path.display().to_string()),
        format!("rows cannot be laid aside there: {error}"),
        "free some disk space, or give another folder with --out",
    )
    .into()
}

/// A reader that is over has kept a hand on its rows.
fn lost() -> Failure {
    Diagnostic::error(
        "PAR-003",
        None,
        "the rows that were laid aside cannot be had back",
        "this is a mistake of the program, not of the data; keep the files and report it",
    )
    .into()
}
