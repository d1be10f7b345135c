//! Pairs completeness: which of the true pairs the blocking rules let meet.
//!
//! Input: the truth of a province, the ids of the records that were read, and a
//! way to ask which rules meet two of them. Output: [`PairsCompleteness`].
//! `docs/blocking.md` says what each figure means.
//!
//! Cost: a hash look-up a record and one question a true pair, both on all
//! threads. No list of pairs is made: a person's records are few, so their pairs
//! are asked for on the spot.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::figures::share;
use super::given::GivenTruth;
use super::groups::{Groups, PairCounts};
use super::people_figures::each_bit;
use super::records::{NONE, Records};
use super::truth::{self, Errors, KIND_BITS, KindMask};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::progress::Progress;
use crate::table::{RecordRef, SourceIndex, TextColumn};

/// More records than any office's mistakes give one person: a column `person_id` that holds
/// something else would have us ask for the pairs of millions.
const PERSON_RECORDS_MAX: usize = 1_000;

/// A folder that holds the truth of a province.
#[derive(Clone, Debug)]
pub struct TruthFolder(PathBuf);

impl TruthFolder {
    /// A province's folder, or its `truth/`. Looks for the table of people and reads nothing yet.
    ///
    /// # Errors
    /// `EVA-001`: no such table in either.
    pub fn find(given: &Path) -> Outcome<Self> {
        truth::folder(given).map(Self)
    }
}

/// One source as it was read.
#[derive(Clone, Copy, Debug)]
pub struct ReadSource<'a> {
    /// Its id.
    pub name: &'a str,
    /// What its records are named by when meetings are asked for.
    pub source: SourceIndex,
    /// The ids of its kept records, a row each.
    pub ids: &'a TextColumn,
}

/// The true pairs that a blocking rule meets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleCompleteness {
    /// The rule's id.
    pub rule: String,
    /// True pairs that it meets.
    pub met: u64,
    /// Their share of all true pairs: the rule's pairs completeness.
    pub completeness: Option<f64>,
    /// True pairs that it meets and no earlier rule does.
    pub met_new: u64,
    /// True pairs that it or an earlier rule meets.
    pub met_cumulative: u64,
    /// Their share of all true pairs.
    pub completeness_cumulative: Option<f64>,
    /// True pairs that it meets and no other rule does, earlier or later.
    pub met_only_here: u64,
}

/// The true pairs of two sources, or of one source with itself, that some rule meets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourcePairCompleteness {
    /// The source whose name comes first.
    pub left: String,
    /// The other one, or the same.
    pub right: String,
    /// Pairs of records of one person.
    pub true_pairs: u64,
    /// Those that some rule meets.
    pub met: u64,
    /// Share of those that some rule meets.
    pub completeness: Option<f64>,
}

/// True pairs of which one record at least carries a kind of error.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindCompleteness {
    /// The kind of error.
    pub kind: String,
    /// Such true pairs.
    pub true_pairs: u64,
    /// Those that no rule meets.
    pub not_met: u64,
    /// Share of those that some rule meets.
    pub completeness: Option<f64>,
}

/// The true pairs that no rule meets, by what stands in the way. A pair may count in several.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NotMet {
    /// All of them.
    pub pairs: u64,
    /// Those of which one record at least was not read: set aside, or not delivered.
    pub not_read: u64,
    /// Those of records that were read and carry no error: their keys differ or are missing in truth.
    pub without_error: u64,
    /// By kind of error, those with most pairs not met first.
    pub kinds: Vec<KindCompleteness>,
}

/// A source's records in the truth and in what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceRead {
    /// The source's name.
    pub source: String,
    /// Records that the truth names.
    pub in_truth: u64,
    /// Those that were read; the others count as not met.
    pub read: u64,
    /// Records that were read and that the truth does not name; no figure counts them.
    pub unknown_to_truth: u64,
    /// Whether the figures count this source: some record of it was read.
    pub counted: bool,
}

/// What blocking rules find of the true pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairsCompleteness {
    /// Sources in the order of the truth.
    pub records: Vec<SourceRead>,
    /// All source pairs together; left and right are `all`.
    pub all_pairs: SourcePairCompleteness,
    /// By rule, in order.
    pub rules: Vec<RuleCompleteness>,
    /// Every pair of counted sources, each source with itself included; by names.
    pub pairs: Vec<SourcePairCompleteness>,
    /// `None` without `truth_errors.parquet`.
    pub not_met: Option<NotMet>,
    /// What was left out and why.
    pub notes: Vec<String>,
}

/// Asks for every true pair which rules meet it. `rules` are the rules' ids; `meeting` gives
/// bit `r` for rule `r`.
///
/// # Errors
/// A table of the truth that cannot be read or lacks a column; a person of more than 1,000 records.
pub fn pairs_completeness(
    folder: &TruthFolder,
    sources: &[ReadSource<'_>],
    rules: &[String],
    meeting: impl Fn(RecordRef, RecordRef) -> u64 + Sync,
    progress: &Progress,
) -> Outcome<PairsCompleteness> {
    let TruthFolder(folder) = folder;
    let mut notes = Vec::new();
    let records = truth::people(folder, &mut notes)?;
    let errors = truth::errors(folder, &records, &mut notes)?;
    let file = folder.join("truth_people.parquet").display().to_string();
    completeness((&records, &file), errors, notes, sources, (rules, meeting), progress)
}

/// The same for a truth that is given otherwise.
///
/// # Errors
/// A person of more than 1,000 records.
pub fn pairs_completeness_given(
    truth: &GivenTruth,
    sources: &[ReadSource<'_>],
    rules: &[String],
    meeting: impl Fn(RecordRef, RecordRef) -> u64 + Sync,
    progress: &Progress,
) -> Outcome<PairsCompleteness> {
    completeness((&truth.records, &truth.shown), None, Vec::new(), sources, (rules, meeting), progress)
}

fn completeness(
    (records, shown): (&Records, &str),
    errors: Option<Errors>,
    mut notes: Vec<Diagnostic>,
    sources: &[ReadSource<'_>],
    (rules, meeting): (&[String], impl Fn(RecordRef, RecordRef) -> u64 + Sync),
    progress: &Progress,
) -> Outcome<PairsCompleteness> {
    let (rows, read) = Rows::find(records, sources, progress);
    notes.extend(read.iter().filter(|source| !source.counted).map(|source| absent(&source.source)));
    let groups = Groups::by(records.len(), |record| {
        let source = usize::from(records.source_of[record as usize]);
        read[source].counted.then(|| u64::from(records.person_of[record as usize]))
    });
    bounded(&groups, shown)?;
    let mask_of = errors.as_ref().map_or(&[][..], |errors| &errors.mask_of);
    let asked = Asked { records, rows: &rows, mask_of, meeting };
    let none = || Tally::none(records.names().len(), rules.len());
    let tally = groups
        .par_each()
        .fold(none, |tally, person| asked.tally(person, tally))
        .reduce(none, |tally, other| tally.merge(&other));
    Ok(PairsCompleteness {
        all_pairs: source_pair("all", "all", tally.actual.total(), tally.met.total()),
        rules: tally.rules(rules),
        pairs: tally.source_pairs(&read),
        not_met: errors.map(|errors| tally.not_met(&errors)),
        records: read,
        notes: notes.iter().map(Diagnostic::to_string).collect(),
    })
}

fn absent(source: &str) -> Diagnostic {
    Diagnostic::warning(
        "EVA-014",
        Place::file("truth_people.parquet"),
        format!("no record was read of the source `{source}` that the truth knows"),
        "no figure counts this source; expected where it was not delivered or was refused",
    )
}

fn bounded(groups: &Groups, shown: &str) -> Outcome<()> {
    let largest = groups.each().map(<[_]>::len).max().unwrap_or(0);
    if largest <= PERSON_RECORDS_MAX {
        return Ok(());
    }
    Err(Diagnostic::error(
        "EVA-015",
        Place::file(shown),
        format!("one person has {largest} records; at most {PERSON_RECORDS_MAX} are expected"),
        "give a truth that tells people apart: in a province's it is the column `person_id`",
    )
    .into())
}

/// Where the truth's records stand in what was read.
struct Rows {
    /// By source of the truth.
    source: Vec<Option<SourceIndex>>,
    /// By record of the truth: its row, or [`NONE`].
    row: Vec<u32>,
}

impl Rows {
    fn find(records: &Records, sources: &[ReadSource<'_>], progress: &Progress) -> (Self, Vec<SourceRead>) {
        let total = sources.iter().map(|source| source.ids.len() as u64).sum();
        let bar = progress.begin("truth", total, "records");
        let names = records.names();
        let mut rows = Self { source: vec![None; names.len()], row: vec![NONE; records.len()] };
        let mut read: Vec<SourceRead> = names.iter().map(|name| SourceRead::none(name)).collect();
        for &source in &records.source_of {
            read[usize::from(source)].in_truth += 1;
        }
        for one in sources {
            let Some(at) = names.iter().position(|name| name == one.name) else { continue };
            rows.source[at] = Some(one.source);
            rows.take(records, one, &mut read[at]);
            bar.add(one.ids.len() as u64);
        }
        (rows, read)
    }

    /// Notes the rows of one source.
    fn take(&mut self, records: &Records, one: &ReadSource<'_>, read: &mut SourceRead) {
        let texts = one.ids.dictionary();
        let find = |&code: &u32| records.find(one.name, texts.text(code)).unwrap_or(NONE);
        let numbers: Vec<u32> = one.ids.codes().par_iter().map(find).collect();
        for (row, &record) in numbers.iter().enumerate() {
            match self.row.get_mut(record as usize) {
                Some(place) => {
                    read.read += u64::from(*place == NONE);
                    *place = (*place).min(row as u32);
                }
                None => read.unknown_to_truth += 1,
            }
        }
        read.counted = read.read > 0;
    }

    /// A record of the truth as it was read.
    fn of(&self, source: u8, record: u32) -> Option<RecordRef> {
        let row = self.row[record as usize];
        let source = self.source[usize::from(source)]?;
        (row != NONE).then(|| RecordRef::new(source, row))
    }
}

impl SourceRead {
    fn none(name: &str) -> Self {
        Self { source: name.to_owned(), in_truth: 0, read: 0, unknown_to_truth: 0, counted: false }
    }
}

/// What is asked, and of whom.
struct Asked<'a, M> {
    records: &'a Records,
    rows: &'a Rows,
    /// Kinds of error by record; empty for none.
    mask_of: &'a [KindMask],
    meeting: M,
}

impl<M: Fn(RecordRef, RecordRef) -> u64> Asked<'_, M> {
    /// All pairs of one person's records.
    fn tally(&self, person: &[(u64, u32)], mut tally: Tally) -> Tally {
        for (at, &(_, left)) in person.iter().enumerate() {
            let left_source = self.records.source_of[left as usize];
            let left_read = self.rows.of(left_source, left);
            for &(_, right) in &person[at + 1..] {
                let right_source = self.records.source_of[right as usize];
                let both = left_read.zip(self.rows.of(right_source, right));
                tally.add(&Pair {
                    sources: [left_source, right_source],
                    rules: both.map(|(left, right)| (self.meeting)(left, right)),
                    kinds: self.kinds(left) | self.kinds(right),
                });
            }
        }
        tally
    }

    fn kinds(&self, record: u32) -> KindMask {
        self.mask_of.get(record as usize).copied().unwrap_or(0)
    }
}

/// One true pair.
struct Pair {
    sources: [u8; 2],
    /// The rules that meet it; `None` where a record was not read.
    rules: Option<u64>,
    /// The kinds of error on either side.
    kinds: KindMask,
}

#[derive(Clone, Copy, Default)]
struct RuleTally {
    met: u64,
    first: u64,
    only: u64,
}

/// True pairs, counted in every way that is shown. Adds up over people in any order.
struct Tally {
    actual: PairCounts,
    met: PairCounts,
    rules: Vec<RuleTally>,
    not_read: u64,
    without_error: u64,
    with_kind: [u64; KIND_BITS],
    not_met_with_kind: [u64; KIND_BITS],
}

impl Tally {
    fn none(sources: usize, rules: usize) -> Self {
        Self {
            actual: PairCounts::none(sources),
            met: PairCounts::none(sources),
            rules: vec![RuleTally::default(); rules],
            not_read: 0,
            without_error: 0,
            with_kind: [0; KIND_BITS],
            not_met_with_kind: [0; KIND_BITS],
        }
    }

    fn add(&mut self, pair: &Pair) {
        let [left, right] = pair.sources;
        let rules = pair.rules.unwrap_or(0);
        self.actual.add(left, right, 1);
        each_bit(pair.kinds, |kind| self.with_kind[kind] += 1);
        if rules == 0 {
            self.not_read += u64::from(pair.rules.is_none());
            self.without_error += u64::from(pair.rules.is_some() && pair.kinds == 0);
            each_bit(pair.kinds, |kind| self.not_met_with_kind[kind] += 1);
            return;
        }
        self.met.add(left, right, 1);
        self.rules[rules.trailing_zeros() as usize].first += 1;
        each_bit(rules, |rule| {
            self.rules[rule].met += 1;
            self.rules[rule].only += u64::from(rules.is_power_of_two());
        });
    }

    fn merge(mut self, other: &Self) -> Self {
        self.actual.merge(&other.actual);
        self.met.merge(&other.met);
        for (one, more) in self.rules.iter_mut().zip(&other.rules) {
            one.met += more.met;
            one.first += more.first;
            one.only += more.only;
        }
        self.not_read += other.not_read;
        self.without_error += other.without_error;
        for kind in 0..KIND_BITS {
            self.with_kind[kind] += other.with_kind[kind];
            self.not_met_with_kind[kind] += other.not_met_with_kind[kind];
        }
        self
    }

    fn rules(&self, ids: &[String]) -> Vec<RuleCompleteness> {
        let (true_pairs, mut met_cumulative) = (self.actual.total(), 0);
        let row = |(id, tally): (&String, &RuleTally)| {
            met_cumulative += tally.first;
            RuleCompleteness {
                rule: id.clone(),
                met: tally.met,
                completeness: share(tally.met, true_pairs),
                met_new: tally.first,
                met_cumulative,
                completeness_cumulative: share(met_cumulative, true_pairs),
                met_only_here: tally.only,
            }
        };
        ids.iter().zip(&self.rules).map(row).collect()
    }

    /// By names of the sources, so that the order does not hang on the order of the truth's rows.
    fn source_pairs(&self, read: &[SourceRead]) -> Vec<SourcePairCompleteness> {
        let mut order: Vec<usize> = (0..read.len()).filter(|&source| read[source].counted).collect();
        order.sort_by_key(|&source| &read[source].source);
        let all = order.iter().enumerate().flat_map(|(at, &a)| order[at..].iter().map(move |&b| (a, b)));
        let row = |(a, b): (usize, usize)| {
            source_pair(&read[a].source, &read[b].source, self.actual.of(a, b), self.met.of(a, b))
        };
        all.map(row).collect()
    }

    fn not_met(&self, errors: &Errors) -> NotMet {
        let row = |(at, kind): (usize, &String)| {
            let (true_pairs, not_met) = (self.with_kind[at], self.not_met_with_kind[at]);
            let completeness = share(true_pairs - not_met, true_pairs);
            KindCompleteness { kind: kind.clone(), true_pairs, not_met, completeness }
        };
        let mut kinds: Vec<KindCompleteness> = errors.kinds.iter().enumerate().map(row).collect();
        kinds.sort_by(|a, b| b.not_met.cmp(&a.not_met).then_with(|| a.kind.cmp(&b.kind)));
        NotMet {
            pairs: self.actual.total() - self.met.total(),
            not_read: self.not_read,
            without_error: self.without_error,
            kinds,
        }
    }
}

fn source_pair(left: &str, right: &str, true_pairs: u64, met: u64) -> SourcePairCompleteness {
    let completeness = share(met, true_pairs);
    SourcePairCompleteness { left: left.to_owned(), right: right.to_owned(), true_pairs, met, completeness }
}
