//! A run against the truth of a generated province.
//!
//! Input: two folders of Parquet tables, the province's `truth/` and the run's; at will what
//! groups people are in ([`Attributes`]).
//! Output: an [`Evaluation`], as a text table ([`std::fmt::Display`]) or as JSON
//! ([`Evaluation::to_json`]). `docs/evaluation.md` defines every figure.
//!
//! Invariants: nothing is read but those tables, so a run of any program can be
//! measured; the same tables give the same bytes on any number of threads; no
//! figure enumerates the pairs of a cluster; a source that the run has no
//! record of is in no figure, a record that it set aside counts as missed.
//!
//! Cost: a hash look-up a row of every table and a few sorts of all records,
//! some 60 bytes a record at the peak.

mod bands;
mod by_group;
mod calibration;
mod completeness;
mod completeness_text;
mod figures;
mod finding_figures;
mod given;
pub(crate) mod grid;
mod group_text;
mod groups;
mod interval;
mod link_figures;
mod look_alikes;
mod note;
mod oracle;
mod people_figures;
mod picture;
mod records;
mod reliability;
mod run;
mod text;
mod truth;
#[cfg(test)]
mod twin;
mod value;
mod vectors;

use std::path::Path;

use crate::diagnostic::{Diagnostic, Outcome, Place};

pub use by_group::{
    Attributes, GroupFigures, GroupOrder, GroupRate, GroupedSource, Grouping, GroupingFigures, PeopleGroups,
};
use by_group::{GroupsOf, people_groups};
pub use completeness::{
    KindCompleteness, NotMet, PairsCompleteness, ReadSource, RuleCompleteness, SourcePairCompleteness,
    SourceRead, TruthFolder, pairs_completeness, pairs_completeness_given,
};
use figures::share;
pub use figures::{
    BCubed, CalibrationBin, ClusterSize, ErrorKindRecall, Evaluation, FalseLinks, HardPairFigures,
    PairCalibration, PairFigures, RuleCounts, RuleFigures, RunMark, Score, SourceRecords,
};
use finding_figures::{FindingFigures, finding_figures};
pub use given::{GivenTruth, TruthColumn, TruthNames, evaluate_given};
use link_figures::{LinkFigures, hard_pair_figures, link_figures};
use look_alikes::{HardPeople, look_alikes};
pub use look_alikes::{LookAlikeCounts, LookAlikes};
pub use oracle::{Oracle, OracleFigures, OracleJudge};
use people_figures::{PeopleFigures, Population, people_figures};
use records::{NONE, Records};
use reliability::Reliability;
use run::{Clusters, LinkRow};
use truth::{Errors, Hiding, KIND_BITS, Words};
use vectors::Vectors;

/// Measures a run: `truth` is a province's folder or its `truth/`, `run` a run's
/// folder or the one that holds `latest`.
///
/// Tables and columns that can be done without, and rows that name records the
/// other side has not, are told in [`Evaluation::notes`].
///
/// # Errors
/// No table of people on either side; a table that cannot be read, or lacks a column needed.
pub fn evaluate(truth: &Path, run: &Path) -> Outcome<Evaluation> {
    evaluate_groups(truth, run, None)
}

/// What could be told at all of the pairs that a run wrote: two judges that see the truth, beside the run.
/// Folders as for [`evaluate`]; nothing of it is used to link.
///
/// # Errors
/// As [`evaluate`]; no table of pairs.
pub fn oracle(truth: &Path, run: &Path) -> Outcome<Oracle> {
    let (truth, run) = (truth::folder(truth)?, run::folder(run));
    let mut notes = Vec::new();
    let both = Both::read(&truth, &run, &mut notes)?;
    let (records, errors, population) = (&both.records, &both.errors, both.population());
    let people = people_figures(population, &errors.mask_of);
    let mut vectors = Vectors::default();
    for table in ["links.parquet", "non_links.parquet"] {
        vectors.add(&run.join(table), records)?;
    }
    let mask_of = |record: u32| errors.mask_of.get(record as usize).copied().unwrap_or_default();
    let hides = |record: u32| {
        [Hiding::Name, Hiding::Number].map(|hiding| mask_of(record) >> hiding as usize & 1 == 1)
    };
    let hard = without_number_and(&people.actual_with_kind, Hiding::Name, Hiding::NameOrNumber);
    let actual = |a: usize, b: usize| people.actual.of(a, b);
    let known = oracle::Known { population, names: records.names(), actual: &actual, hard, hides: &hides };
    Ok(oracle::oracle(&known, vectors))
}

/// Of counts by kind: pairs with one kind on a side and no usable number on a side, given that of either.
fn without_number_and(counts: &[u64], kind: Hiding, either: Hiding) -> u64 {
    counts[kind as usize] + counts[Hiding::Number as usize] - counts[either as usize]
}

/// What `run.json` says of a run, given as for [`evaluate`]; nothing where it says nothing.
pub fn run_mark(run: &Path) -> RunMark {
    run::mark(&run::folder(run))
}

/// The same, with missed and false pairs by groups of people where their attributes are given.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_groups(truth: &Path, run: &Path, attributes: Option<&Attributes<'_>>) -> Outcome<Evaluation> {
    let (truth, run) = (truth::folder(truth)?, run::folder(run));
    let mut notes = Vec::new();
    let both = Both::read(&truth, &run, &mut notes)?;
    let (records, errors, population) = (&both.records, &both.errors, both.population());
    let hard = truth::hard_pairs(&truth, records, &mut notes)?.unwrap_or_default();
    let people = people_figures(population, &errors.mask_of);
    let links = run::links(&run, records, &mut notes)?;
    let hard_pairs = hard_pair_figures(population, &hard, links.as_deref());
    let hard = HardPeople::of(&records.person_of, &hard);
    let reliability = links.as_deref().map(|links| reliability(&run, records, population, links, &mut notes));
    let reliability = reliability.transpose()?;
    let link = links.map(|links| link_figures(population, &links, &errors.mask_of, &hard));
    let groups = attributes.map(|attributes| (attributes, GroupsOf::people(records, attributes)));
    let sex_of = groups.as_ref().and_then(|(attributes, of)| of.codes.get(attributes.sex?));
    let false_links = link.as_ref().map(|link| link.false_by_people.as_slice());
    let findings = judge_findings(&truth, &run, records, population, &mut notes)?;

    let (all_rules, rules, suggestion_calibration, suggestion_bands) = match findings {
        Some(FindingFigures { all, rules, calibration, bands }) => (Some(all), rules, calibration, bands),
        None => (None, Vec::new(), Vec::new(), Vec::new()),
    };
    Ok(Evaluation {
        run: run::mark(&run),
        all_pairs: all_pairs(&people, link.as_ref()),
        pairs: pairs(records.names(), &both.counted, &people, link.as_ref()),
        error_kinds: error_kinds(population, errors, &people, link.as_ref()),
        hidden_pairs: hidden_pairs(population, errors, &people, link.as_ref()),
        hard_pairs,
        false_links: link.as_ref().map(|link| link.false_links(&hard)),
        look_alikes: look_alikes(population, &hard, false_links, sex_of.map(Vec::as_slice)),
        people_groups: groups.as_ref().map(|(with, of)| people_groups(population, of, with.groupings)),
        link_calibration: reliability.as_ref().map(Reliability::written).unwrap_or_default(),
        pair_calibration: reliability.map(|of| pair_calibration(records.names(), &of)).unwrap_or_default(),
        b_cubed: people.b_cubed,
        cluster_sizes: people.cluster_sizes,
        records: both.sources,
        all_rules,
        rules,
        suggestion_calibration,
        suggestion_bands,
        notes: notes.iter().map(Diagnostic::to_string).collect(),
    })
}

impl Evaluation {
    /// The figures as JSON: keys in a fixed order, a line each, with a final line end.
    pub fn to_json(&self) -> String {
        // Serialising plain data to memory cannot fail; an empty text would be noticed at once.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// The truth's records and what became of them in a run.
struct Both {
    records: Records,
    clusters: Clusters,
    sources: Vec<SourceRecords>,
    /// By source of the truth.
    counted: Vec<bool>,
    errors: Errors,
}

impl Both {
    fn read(truth: &Path, run: &Path, notes: &mut Vec<Diagnostic>) -> Outcome<Self> {
        let records = truth::people(truth, notes)?;
        let clusters = run::clusters(run, &records, notes)?;
        let sources = source_records(&records, &clusters, run, notes)?;
        let counted = sources[..records.names().len()].iter().map(|source| source.counted).collect();
        let errors = truth::errors(truth, &records, notes)?.unwrap_or_default();
        Ok(Self { records, clusters, sources, counted, errors })
    }

    fn population(&self) -> Population<'_> {
        Population {
            source_of: &self.records.source_of,
            person_of: &self.records.person_of,
            cluster_of: &self.clusters.of,
            counted: &self.counted,
        }
    }
}

/// Sources of the truth in its order, then those that only the run names.
fn source_records(
    records: &Records,
    clusters: &Clusters,
    run: &Path,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Vec<SourceRecords>> {
    let mut counts = vec![[0; 2]; records.names().len()];
    for (&source, &cluster) in records.source_of.iter().zip(&clusters.of) {
        let [in_truth, in_both] = &mut counts[usize::from(source)];
        *in_truth += 1;
        *in_both += u64::from(cluster != NONE);
    }
    let mut sources = Vec::new();
    for (name, [in_truth, in_both]) in records.names().iter().zip(counts) {
        let unknown_to_truth = clusters.unknown.get(name).copied().unwrap_or(0);
        let set_aside = run::set_aside(run, name)?;
        let counted = in_both > 0;
        if !counted {
            notes.push(absent(name));
        }
        sources.push(SourceRecords {
            source: name.clone(),
            in_truth,
            in_both,
            unknown_to_truth,
            set_aside,
            counted,
        });
    }
    for (name, &unknown_to_truth) in
        clusters.unknown.iter().filter(|(name, _)| !records.names().contains(name))
    {
        let set_aside = run::set_aside(run, name)?;
        let source = name.clone();
        sources.push(SourceRecords {
            source,
            in_truth: 0,
            in_both: 0,
            unknown_to_truth,
            set_aside,
            counted: false,
        });
    }
    Ok(sources)
}

fn absent(source: &str) -> Diagnostic {
    Diagnostic::warning(
        "EVA-013",
        Place::file("people.parquet"),
        format!("the run has no record of the source `{source}` that the truth knows"),
        "no figure counts this source; expected where it was not delivered or was refused",
    )
}

fn judge_findings(
    truth: &Path,
    run: &Path,
    records: &Records,
    population: Population<'_>,
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Option<FindingFigures>> {
    let mut words = Words::default();
    let planted = truth::findings(truth, records, &mut words, notes)?;
    let found = run::findings(run, records, &mut words, notes)?;
    let (Some(mut planted), Some(mut found)) = (planted, found) else { return Ok(None) };
    planted.retain(|row| population.counts(row.record));
    found.retain(|row| population.counts(row.record));
    Ok(Some(finding_figures(&planted, found, &words.rules.finish())))
}

fn all_pairs(people: &PeopleFigures, link: Option<&LinkFigures>) -> PairFigures {
    let actual = people.actual.total();
    let written = link.map(|link| link.written_right.total());
    PairFigures {
        left: "all".to_owned(),
        right: "all".to_owned(),
        links: link.map(|link| Score::new(link.right.total(), link.predicted.total(), actual)),
        people: Score::new(people.right.total(), people.predicted.total(), actual),
        true_pairs_written: written,
        pairs_completeness_at_least: written.and_then(|written| share(written, actual)),
    }
}

fn reliability(
    run: &Path,
    records: &Records,
    population: Population<'_>,
    links: &[LinkRow],
    notes: &mut Vec<Diagnostic>,
) -> Outcome<Reliability> {
    let non_links = run::non_links(run, records, notes)?;
    Ok(Reliability::of(population, links, &non_links))
}

/// Pairs of sources with a pair scored; all together last.
fn pair_calibration(names: &[String], reliability: &Reliability) -> Vec<PairCalibration> {
    let every = vec![true; names.len()];
    let pairs = source_pairs(names, &every).into_iter();
    pairs.filter_map(|(a, b)| reliability.pair(names, a, b)).chain(reliability.all()).collect()
}

/// Pairs of counted sources, each with itself included. By names of the sources, so that the order
/// does not hang on the order of the truth's rows.
fn source_pairs(names: &[String], counted: &[bool]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..names.len()).filter(|&source| counted[source]).collect();
    order.sort_by_key(|&source| &names[source]);
    let all = order.iter().enumerate().flat_map(|(at, &a)| order[at..].iter().map(move |&b| (a, b)));
    all.collect()
}

fn pairs(
    names: &[String],
    counted: &[bool],
    people: &PeopleFigures,
    link: Option<&LinkFigures>,
) -> Vec<PairFigures> {
    let all = source_pairs(names, counted).into_iter();
    all.map(|(a, b)| {
        let actual = people.actual.of(a, b);
        let written = link.map(|link| link.written_right.of(a, b));
        PairFigures {
            left: names[a].clone(),
            right: names[b].clone(),
            links: link.map(|link| Score::new(link.right.of(a, b), link.predicted.of(a, b), actual)),
            people: Score::new(people.right.of(a, b), people.predicted.of(a, b), actual),
            true_pairs_written: written,
            pairs_completeness_at_least: written.and_then(|written| share(written, actual)),
        }
    })
    .collect()
}

/// By name of the kind, so that the order does not hang on the order of the truth's rows.
fn error_kinds(
    population: Population<'_>,
    errors: &Errors,
    people: &PeopleFigures,
    link: Option<&LinkFigures>,
) -> Vec<ErrorKindRecall> {
    let mut records = vec![0; KIND_BITS];
    for (record, &mask) in errors.mask_of.iter().enumerate() {
        if population.counts(record as u32) {
            people_figures::each_bit(mask, |kind| records[kind] += 1);
        }
    }
    let mut kinds: Vec<_> = errors.kinds.iter().zip(records).enumerate().collect();
    kinds.sort_by_key(|(_, (kind, _))| *kind);
    kinds
        .into_iter()
        .map(|(at, (kind, records))| {
            let (true_pairs, in_one_person) = (people.actual_with_kind[at], people.right_with_kind[at]);
            let linked = link.map(|link| link.right_with_kind[at]);
            ErrorKindRecall {
                kind: kind.clone(),
                records,
                true_pairs,
                linked,
                link_recall: linked.and_then(|linked| share(linked, true_pairs)),
                in_one_person,
                person_recall: share(in_one_person, true_pairs),
            }
        })
        .collect()
}

/// What the pairs of [`hidden_pairs`] are called, with the bits of their condition.
const HIDDEN: [(&str, Hiding, Hiding); 2] = [
    ("name miswritten", Hiding::Name, Hiding::NameOrNumber),
    ("name miswritten beyond accents", Hiding::NameBeyondAccents, Hiding::NameBeyondAccentsOrNumber),
];

/// True pairs without a usable personal number on a side and with a miswritten name on a side:
/// those with the one, and those with the other, less those with either.
fn hidden_pairs(
    population: Population<'_>,
    errors: &Errors,
    people: &PeopleFigures,
    link: Option<&LinkFigures>,
) -> Vec<ErrorKindRecall> {
    if errors.mask_of.is_empty() {
        return Vec::new();
    }
    let row = |(kind, name, either): (&str, Hiding, Hiding)| {
        let number = Hiding::Number as usize;
        let both = |counts: &[u64]| without_number_and(counts, name, either);
        let of_both = |mask: u128| (mask >> name as usize) & (mask >> number) & 1 == 1;
        let carries = |&(record, &mask): &(usize, &u128)| population.counts(record as u32) && of_both(mask);
        let (true_pairs, in_one_person) = (both(&people.actual_with_kind), both(&people.right_with_kind));
        let linked = link.map(|link| both(&link.right_with_kind));
        ErrorKindRecall {
            kind: kind.to_owned(),
            records: errors.mask_of.iter().enumerate().filter(carries).count() as u64,
            true_pairs,
            linked,
            link_recall: linked.and_then(|linked| share(linked, true_pairs)),
            in_one_person,
            person_recall: share(in_one_person, true_pairs),
        }
    };
    HIDDEN.into_iter().map(row).collect()
}
