//! Tables → links, people, pairs for clerical review.
//!
//! Input: the records of all sources. Output: [`Linkage`]. Invariants: the
//! links with decision `link` are exactly the edges inside people; every kept
//! record is of one person; nothing depends on the number of threads.
//!
//! The way of a pair: records with equal keys meet ([`blocking`]), are compared
//! value by value ([`compare`]) over packed rows ([`rows`]), scored by the model
//! ([`weights`], in [`bits`]), judged ([`decide`]), and what links makes people
//! ([`cluster`]). [`kernel`] offers the pure parts to other engines.
//!
//! Cost: two passes over 16 bytes a record and blocking rule, some 120 ns a
//! candidate pair; memory some 130 bytes a record, half of it while pairs are met,
//! and 24 a kept pair.

mod across;
mod aligned;
mod assign;
mod bits;
mod blocking;
mod calibration;
mod cells;
mod closure;
mod cluster;
mod column;
mod compare;
mod continuity;
mod decide;
mod decisions;
mod doubt;
mod explain;
mod foretold;
mod held;
pub mod kernel;
mod links;
mod meetings;
mod name_table;
mod numbers;
mod partners;
mod people;
mod plan;
mod pooled;
mod previous;
mod problems;
mod relatives;
mod rivals;
mod rows;
mod ruled;
mod second_look;
mod sift;
mod space;
mod stages;
mod sums;
mod term_frequency;
#[cfg(test)]
mod tests;
mod train;
mod weights;

use crate::normalise::Records;
use crate::progress::Progress;
use crate::settings::{Matching, Settings};
use crate::table::RecordRef;
use blocking::Blocking;
use calibration::{Calibrating, Curves};
use cluster::Grounds;
use column::OfRecords;
use decide::{Judge, Priors, Reasons};
use plan::{Columns, Compared, Keyed};
use relatives::HomeColumns;
use ruled::Bound;
use space::RecordSpace;
use weights::Weights;

pub use across::hashes_of;
pub use bits::Bits;
pub use blocking::BlockingAccount;
pub use calibration::{Calibrated, calibrated_bits};
pub use continuity::Continuity;
pub use decisions::{Conflict, RecordName, Ruling, Rulings};
pub use explain::{
    ByKind, CellTold, ComparisonTold, Explanation, FieldTold, Judged, KINDS, KeyTold, Meeting, RuleMeeting,
    Verdict,
};
pub use links::{Decision, Levels, Link, LinkTable};
pub use meetings::{Meetings, meet, meet_keys};
pub use people::{Members, People, PersonIds};
pub use previous::{KnownRecord, PreviousPeople};
pub use problems::problems;
pub use ruled::Ruled;
pub use train::{
    LevelChange, Options as TrainingOptions, TrainedComparison, TrainedLevel, TrainedPrior, Training,
    TrainingPass, Untrained, train,
};

/// What linkage found out.
#[derive(Debug, Default)]
pub struct Linkage {
    /// Linked and reviewed pairs, sorted by left, then right record; `left < right`.
    pub links: LinkTable,
    /// Pairs that scored from `thresholds.keep` on and are neither linked nor reviewed, sorted likewise.
    pub non_links: LinkTable,
    /// Who is who.
    pub people: People,
    /// The comparisons' names, in the order of [`Link::levels`].
    pub comparisons: Vec<Comparison>,
    /// The blocking rules' names, in the order of [`Link::blocking_rule`].
    pub blocking_rules: Vec<String>,
    /// What each blocking rule met and left out, in that order too.
    pub blocking_accounts: Vec<BlockingAccount>,
    /// What became of officers' rulings.
    pub ruled: Ruled,
    /// By pair of sources, what its match weights were calibrated by; empty without `[calibration]`.
    pub calibrated: Vec<Calibrated>,
}

/// What earlier nights have left for this one.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// What officers have decided.
    pub rulings: Rulings,
    /// The people of an earlier run.
    pub people: Option<PreviousPeople>,
    /// How many people there are in all, where the records at hand are a part of a greater whole.
    pub population: Option<usize>,
}

/// A comparison's name and the names of its levels.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its id, which names its column in `links.parquet`.
    pub id: String,
    /// The names of its levels; [`Levels::get`] gives places in this list.
    pub levels: Vec<String>,
}

/// Links the records of all sources, each source with itself too.
///
/// A source that is not among `records` has no records. Facets that do not exist
/// count as missing; [`problems`] names them before any data is read.
pub fn link(settings: &Settings, records: &[Records], progress: &Progress) -> Linkage {
    link_after(settings, records, &Earlier::default(), progress)
}

/// The same after earlier nights: officers' rulings bind, people keep their ids.
pub fn link_after(
    settings: &Settings,
    records: &[Records],
    earlier: &Earlier,
    progress: &Progress,
) -> Linkage {
    let mut linker = Linker::new(settings, records);
    linker.core.people = earlier.population.unwrap_or(linker.core.people);
    let pairs = linker.pairs(progress);
    linker.people_after(pairs, earlier)
}

/// About how many people so many records a source, in the order of the settings, are of.
pub fn population(settings: &Settings, rows: &[usize]) -> usize {
    decide::people(&settings.matching, &RecordSpace::of_rows(rows))
}

/// The steps of [`link`], one by one.
pub struct Linker<'a> {
    settings: &'a Settings,
    records: &'a [Records],
    core: Core<'a>,
    /// What keys are made of, until pairs are met.
    keyed: Option<Keyed<'a>>,
}

impl<'a> Linker<'a> {
    /// Packs what is compared. O(records · comparisons).
    pub fn new(settings: &'a Settings, records: &'a [Records]) -> Self {
        let space = RecordSpace::new(settings.sources.len(), records).with_apart(&settings.matching.apart);
        let people = decide::people(&settings.matching, &space);
        let columns = OfRecords { settings, records };
        let (core, keyed) = Core::new(&settings.matching, space, people, &columns);
        Self { settings, records, core, keyed: Some(keyed) }
    }

    /// Every pair of records that meet, compared and scored; those that are at least looked at.
    ///
    /// The first call uses up what keys are made of; another one reads it again.
    pub fn pairs(&mut self, progress: &Progress) -> ScoredPairs {
        let columns = OfRecords { settings: self.settings, records: self.records };
        let keyed = self.keyed.take().unwrap_or_else(|| plan::read_keys(self.core.matching, &columns));
        self.core.pairs(keyed, progress)
    }

    /// The people that linked pairs make, after cuts.
    pub fn people(self, pairs: ScoredPairs) -> Linkage {
        self.people_after(pairs, &Earlier::default())
    }

    /// The same after earlier nights.
    pub fn people_after(self, pairs: ScoredPairs, earlier: &Earlier) -> Linkage {
        let Self { settings, records, core, .. } = self;
        let space = core.space.clone();
        let rulings = earlier.rulings.bind(settings, records, &space);
        let name = |record| name_record(settings, records, &space, record);
        let named = relatives::read(&settings.matching.relatives, &OfRecords { settings, records });
        core.people(pairs, (rulings, &named), earlier.people.as_ref(), name)
    }

    /// Match weights of pairs of some records, given by places among them; the same that
    /// [`Linker::pairs`] gives them. Some 120 ns a pair where the records come up again and again.
    pub fn score(&self, records: &[RecordRef], pairs: &[(u32, u32)]) -> Vec<Bits> {
        let space = &self.core.space;
        let mut batch = blocking::Candidates {
            records: records.iter().map(|&record| space.number(record)).collect(),
            ..blocking::Candidates::default()
        };
        batch.left.extend(pairs.iter().map(|pair| pair.0));
        batch.right.extend(pairs.iter().map(|pair| pair.1));
        self.core.judge().score(&batch, &mut decide::Scratch::default())
    }
}

/// Pairs that are at least looked at, and how they came to meet.
#[derive(Debug, Default)]
pub struct ScoredPairs {
    /// Sorted by left, then right record.
    pairs: Vec<links::Pair>,
    /// The non-links worth keeping, sorted likewise.
    non_links: Vec<links::Pair>,
    /// What each blocking rule met and left out.
    pub accounts: Vec<BlockingAccount>,
    calibrated: (Curves, Vec<Calibrated>),
}

impl ScoredPairs {
    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl Clone for ScoredPairs {
    fn clone(&self) -> Self {
        let Self { pairs, non_links, accounts, calibrated } = self;
        Self {
            pairs: pairs.clone(),
            non_links: non_links.clone(),
            accounts: accounts.clone(),
            calibrated: calibrated.clone(),
        }
    }
}

/// Linkage of columns of values, however they came about.
struct Core<'a> {
    matching: &'a Matching,
    space: RecordSpace,
    /// How many people there are, of whom two records may be: what stands before all evidence.
    people: usize,
    compared: Compared,
    reasons: Reasons,
}

impl<'a> Core<'a> {
    /// For records of a population of so many people; and what their keys are made of.
    fn new<'c>(
        matching: &'a Matching,
        space: RecordSpace,
        people: usize,
        columns: &impl Columns<'c>,
    ) -> (Self, Keyed<'c>) {
        let (compared, keyed) = plan::read(matching, (&space, people), columns);
        (Self { matching, space, people, compared, reasons: Reasons::of(matching) }, keyed)
    }

    fn judge(&self) -> Judge<'_> {
        let weights = Weights::new(&self.matching.model).with_rarity_max(self.compared.rows.rarity_max());
        Judge {
            stages: stages::stages(&self.compared.comparisons, &weights),
            space: &self.space,
            names: &self.compared.names,
            rows: &self.compared.rows,
            comparisons: &self.compared.comparisons,
            priors: Priors::new(&weights, self.matching, self.space.sources(), self.people),
            weights,
            matching: self.matching,
            reasons: &self.reasons,
            curves: Curves::default(),
            link_from: Bits::of_probability(self.matching.thresholds.link),
            review_from: Bits::of_probability(self.matching.thresholds.review),
            keep_from: Bits::of_probability(self.matching.thresholds.keep),
        }
    }

    /// What keys are made of is used up, so that its room is free when the pairs are put in order.
    fn pairs(&self, keyed: Keyed<'_>, progress: &Progress) -> ScoredPairs {
        let bar = progress.begin("link", (self.space.len() * keyed.rules.len()) as u64, "keys");
        let home = calibration::home_rule(self.matching);
        let blocking = Blocking { space: &self.space, columns: keyed.columns, rules: keyed.rules, home };
        let judge = self.judge();
        let done = |records| bar.add(records);
        let mut met = match self.matching.calibration {
            Some(rule) => blocking.run(&Calibrating::new(&judge, rule), &done),
            None => blocking.run(&judge, &done),
        };
        let mut kept = std::mem::take(&mut met.kept);
        let calibrate = |rule| calibration::calibrate(&judge, rule, &met, &mut kept);
        let calibrated = self.matching.calibration.map(calibrate).unwrap_or_default();
        let accounts = std::mem::take(&mut met.accounts);
        drop(met);
        let non_links = links::take_non_links(&mut kept);
        ScoredPairs {
            non_links: links::in_order(non_links, self.space.len()),
            pairs: links::in_order(kept, self.space.len()),
            accounts: meetings::named(self.matching, accounts),
            calibrated,
        }
    }

    /// `name_record` gives the id of a record's source and the record's own id.
    fn people<'n>(
        mut self,
        found: ScoredPairs,
        (mut rulings, named): (Bound, &[HomeColumns<'_>]),
        previous: Option<&PreviousPeople>,
        name_record: impl Fn(u32) -> (&'n str, &'n str) + Sync,
    ) -> Linkage {
        let ScoredPairs { mut pairs, mut non_links, accounts, calibrated } = found;
        rulings.take_ruled(&mut non_links, &mut pairs);
        let words = ruled::Words::enter(&mut self.reasons.words);
        let (curves, calibrated) = calibrated;
        let judge = Judge { curves, ..self.judge() };
        rulings.apply(&mut pairs, words, |unmet| ruled::score(&judge, unmet));
        let one_person = one_person(self.matching, &self.space);
        let groups = assign::groups_within(&self.space, &pairs, &one_person);
        let grounds = Grounds { judge: &judge, groups: &groups, one_person: &one_person, words };
        let mut clusters = cluster::cluster(&grounds, &mut rulings, &mut pairs);
        if second_look::look_again(&grounds, named, &mut pairs, &mut non_links) {
            clusters = cluster::cluster(&grounds, &mut rulings, &mut pairs);
        }
        second_look::put_down(&judge, &mut pairs, &mut non_links);
        rivals::share_out((judge.reasons, &self.space, &one_person), &clusters, &mut pairs);
        closure::close(&judge, (&clusters, words), &mut pairs, &mut non_links);
        drop(judge);
        let Self { matching, space, compared, reasons, .. } = self;
        drop(compared);
        let (people, (links, non_links)) = rayon::join(
            || People::new(&space, &clusters, previous, &name_record),
            || {
                let table = |pairs| LinkTable::new(space.clone(), pairs, reasons.words.clone());
                (table(&pairs), table(&non_links))
            },
        );
        Linkage {
            people,
            links,
            non_links,
            comparisons: comparisons(matching),
            blocking_rules: matching.blocking.iter().map(|rule| rule.id.value.clone()).collect(),
            blocking_accounts: accounts,
            ruled: rulings.ruled,
            calibrated,
        }
    }
}

fn one_person(matching: &Matching, space: &RecordSpace) -> Vec<bool> {
    let declared = |source| matching.one_person_in.iter().any(|declared| declared.index() == source);
    (0..space.sources()).map(declared).collect()
}

fn comparisons(matching: &Matching) -> Vec<Comparison> {
    let comparison = |rule: &crate::settings::ComparisonRule| Comparison {
        id: rule.id.clone(),
        levels: rule.levels.clone(),
    };
    matching.comparisons.iter().map(comparison).collect()
}

/// The id of a record's source and its own id.
fn name_record<'n>(
    settings: &'n Settings,
    records: &'n [Records],
    space: &RecordSpace,
    record: u32,
) -> (&'n str, &'n str) {
    let (source, row) = space.split(record);
    let declared = &settings.sources[source];
    let delivered = records.iter().find(|one| one.source.index() == source);
    (&declared.id, delivered.map_or("", |one| one.table.text(declared.record_id, row)))
}
