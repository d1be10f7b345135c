//! Comparing and scoring alone: pairs of records a second, on one thread and on all.
//!
//! ```console
//! cargo bench --bench pairs_per_second            300,000 residents, a million pairs of each sort
//! DOISOAT_BENCH_RESIDENTS=100000 cargo bench --bench pairs_per_second
//! ```
//!
//! Pairs come as blocking hands them over: some 250 records and 2,048 pairs at a time, out of
//! small blocks. What the blocks share makes the sorts of pairs: residents of one surname and given
//! name (half alike: the headline), of one whole name, drawn at random, and records of all sources
//! of one name and birth year. The headline's residents are those of whom residence tells all
//! that it can: old numbers are the only thing that some of them lack.
//!
//! Where a province has fewer such pairs, a run goes over them again until it has scored a million.
//! Each batch pays for the call that scores it, as one from outside would: some microseconds.
//! Prints the median pairs a second and, as yardstick from the same run, how many pairs
//! `strsim::jaro_winkler` compares on one thread, by the full names alone. Checks its answer:
//! the same weights on one thread and on all, the same for pairs scored one by one, and the
//! same that linkage gives the pairs it keeps.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use std::hash::{DefaultHasher, Hash, Hasher};

use common::{Runs, drawn};
use doisoat::link::Linker;
use doisoat::link::kernel::Bits;
use doisoat::normalise::{Facet, FacetValue, Records, facet};
use doisoat::progress::Progress;
use doisoat::settings::{ComparisonRule, Settings};
use doisoat::table::RecordRef;
use rayon::prelude::*;

const RUNS: usize = 5;
/// Records of a block: 136 pairs.
const BLOCK: usize = 17;
/// Pairs that are compared together, as in blocking.
const BATCH: usize = 2048;
/// Batches of a run: a million pairs.
const BATCHES: usize = 512;
/// Batches that the slower yardstick compares.
const BATCHES_OF_YARDSTICK: usize = 128;
/// Pairs that are also scored one by one.
const ONE_BY_ONE: usize = 1000;

/// Records and pairs of them, by place.
#[derive(Default)]
struct Batch {
    records: Vec<RecordRef>,
    pairs: Vec<(u32, u32)>,
}

/// One sort of pairs.
struct Sort {
    name: &'static str,
    batches: Vec<Batch>,
}

fn main() {
    let residents = common::residents(300_000);
    let settings = common::settings();
    let records = common::records(&settings, &common::province(&settings, residents));
    let linker = Linker::new(&settings, &records);
    let answers = Answers::new(&settings, &records);
    let sorts = sorts(&settings, &records, &answers);
    println!("{residents} residents, median of {RUNS} runs ({})", common::machine());
    for sort in &sorts {
        measure(&linker, &answers, sort);
    }
    yardstick(&settings, &records, &sorts[0]);
    check_with_links(&settings, &records, linker);
}

fn sorts(settings: &Settings, records: &[Records], answers: &Answers) -> Vec<Sort> {
    let of = |source: usize| {
        let one = &records[source];
        (0..one.table.rows as u32).map(|row| RecordRef::new(one.source, row))
    };
    let residence: Vec<RecordRef> = of(0).filter(|&record| answers.are_all_but_old_id(record)).collect();
    let all: Vec<RecordRef> = (0..records.len()).flat_map(of).collect();
    let sharing = |name, of: &[RecordRef], fields: &[(&str, &str)]| {
        let key = |record| shared(settings, records, fields, record);
        Sort { name, batches: batches(of, key) }
    };
    let names = [("full_name", "surname"), ("full_name", "given")];
    let at_random = |name, of: &[RecordRef]| {
        let blocks = (of.len() / BLOCK).max(1) as u64;
        let block = |record: RecordRef| drawn(u64::from(record.source.0), u64::from(record.row)) % blocks;
        Sort { name, batches: batches(of, |record| Some(block(record))) }
    };
    vec![
        sharing("residence, surname and given name shared", &residence, &names),
        sharing("residence, whole name shared", &residence, &[("full_name", "plain")]),
        at_random("residence, at random", &residence),
        sharing(
            "all sources, name and birth year shared",
            &all,
            &[("full_name", "plain"), ("birth_date", "year")],
        ),
        at_random("all sources, at random", &all),
    ]
}

/// One number of the facets that a block shares; none where one of them has no value.
fn shared(
    settings: &Settings,
    records: &[Records],
    fields: &[(&str, &str)],
    record: RecordRef,
) -> Option<u64> {
    let one = &records[record.source.index()];
    let source = settings.source(one.source);
    let mut hasher = DefaultHasher::new();
    for (field, name) in fields {
        let column = source.column_of(field)?;
        match one.facet(facet(&source.columns[column].kind, name)?, column, record.row as usize) {
            FacetValue::Text(text) => text.hash(&mut hasher),
            FacetValue::Integer(number) => number.hash(&mut hasher),
            _ => return None,
        }
    }
    Some(hasher.finish())
}

/// All pairs of small blocks of records that have one key, in the order of the keys, which is
/// none; a batch is full as soon as it has its pairs.
fn batches(of: &[RecordRef], key: impl Fn(RecordRef) -> Option<u64>) -> Vec<Batch> {
    let keyed = of.iter().filter_map(|&record| Some((key(record)?, record)));
    let mut keyed: Vec<(u64, RecordRef)> = keyed.collect();
    keyed.sort_unstable();
    let mut batches = vec![Batch::default()];
    let blocks = keyed.chunk_by(|a, b| a.0 == b.0).flat_map(|block| block.chunks(BLOCK));
    for block in blocks.filter(|block| block.len() > 1) {
        if batches.last().is_none_or(|batch| batch.pairs.len() >= BATCH) {
            if batches.len() == BATCHES {
                break;
            }
            batches.push(Batch::default());
        }
        if let Some(batch) = batches.last_mut() {
            let first = batch.records.len() as u32;
            let past = first + block.len() as u32;
            batch.records.extend(block.iter().map(|(_, record)| record));
            batch.pairs.extend((first..past).flat_map(|a| (a + 1..past).map(move |b| (a, b))));
            batch.pairs.truncate(BATCH);
        }
    }
    batches
}

/// Times one sort of pairs on one thread and on all, and checks their weights.
fn measure(linker: &Linker<'_>, answers: &Answers, sort: &Sort) {
    let score = |batch: &Batch| linker.score(&batch.records, &batch.pairs);
    let weights: Vec<Vec<Bits>> = sort.batches.iter().map(score).collect();
    let on_all: Vec<Vec<Bits>> = sort.batches.par_iter().map(score).collect();
    assert!(weights == on_all, "the same weights on one thread and on all");
    check_one_by_one(linker, &sort.batches, &weights);

    let pairs = tell(answers, sort, &weights);
    let passes = (BATCHES * BATCH).div_ceil(pairs);
    let pass = |batch: &Batch| drop(std::hint::black_box(score(batch)));
    let one = Runs::of(RUNS, || (0..passes).for_each(|_| sort.batches.iter().for_each(pass)));
    let all = Runs::of(RUNS, || (0..passes).for_each(|_| sort.batches.par_iter().for_each(pass)));
    for (threads, runs) in [("one thread ", &one), ("all threads", &all)] {
        println!("    {threads} {runs}, {:>6.2} M pairs/s", runs.rate(passes * pairs) / 1e6);
    }
}

/// Says what pairs these are; how many.
fn tell(answers: &Answers, sort: &Sort, weights: &[Vec<Bits>]) -> usize {
    let records: usize = sort.batches.iter().map(|batch| batch.records.len()).sum();
    let pairs: usize = sort.batches.iter().map(|batch| batch.pairs.len()).sum();
    assert!(pairs > 0, "no two records are such a pair: a larger province is needed");
    let answered: usize = sort.batches.iter().map(|batch| answers.of_pairs(batch)).sum();
    let above = weights.iter().flatten().filter(|bits| bits.number() > 0.0).count();
    println!("  {}: {pairs} pairs of {records} records", sort.name);
    println!(
        "    {:.1} of {} comparisons answered on both sides, {:.2} % more likely one person than not",
        answered as f64 / pairs as f64,
        answers.comparisons,
        100.0 * above as f64 / pairs as f64,
    );
    pairs
}

/// A pair's weight does not depend on what is scored beside it.
fn check_one_by_one(linker: &Linker<'_>, batches: &[Batch], weights: &[Vec<Bits>]) {
    let pairs = || {
        let of = |(batch, weights): (&Batch, &Vec<Bits>)| {
            let record = |place: u32| batch.records[place as usize];
            let pair = |(&(a, b), &weight): (&(u32, u32), &Bits)| ([record(a), record(b)], weight);
            batch.pairs.iter().zip(weights).map(pair).collect::<Vec<_>>()
        };
        batches.iter().zip(weights).flat_map(of)
    };
    let step = (pairs().count() / ONE_BY_ONE).max(1);
    for (pair, weight) in pairs().step_by(step) {
        assert_eq!(linker.score(&pair, &[(0, 1)]), [weight], "the weight of a pair scored by itself");
        assert_eq!(
            linker.score(&pair, &[(1, 0)]),
            [weight],
            "the weight of the same pair the other way round"
        );
    }
}

/// Full names of the same pairs by `strsim`, one thread.
fn yardstick(settings: &Settings, records: &[Records], sort: &Sort) {
    let name = |record: &RecordRef| {
        let one = &records[record.source.index()];
        let column = settings.source(one.source).column_of("full_name").expect("every source has names");
        one.table.text(column, record.row as usize)
    };
    let batches = &sort.batches[..sort.batches.len().min(BATCHES_OF_YARDSTICK)];
    let names: Vec<Vec<&str>> =
        batches.iter().map(|batch| batch.records.iter().map(name).collect()).collect();
    let compare = || {
        let of = |(batch, names): (&Batch, &Vec<&str>)| {
            let alike = |&(a, b): &(u32, u32)| strsim::jaro_winkler(names[a as usize], names[b as usize]);
            batch.pairs.iter().map(alike).sum::<f64>()
        };
        batches.iter().zip(&names).map(of).sum::<f64>()
    };
    let runs = Runs::of(RUNS, compare);
    let pairs: usize = batches.iter().map(|batch| batch.pairs.len()).sum();
    println!("  yardstick: strsim::jaro_winkler of {pairs} pairs' full names ({})", sort.name);
    println!("    one thread  {runs}, {:>6.2} M pairs/s", runs.rate(pairs) / 1e6);
}

/// Kept pairs have the weights that scoring gives them.
fn check_with_links(settings: &Settings, records: &[Records], mut linker: Linker<'_>) {
    let found = linker.pairs(&Progress::silent());
    let links = linker.people(found).links;
    let linker = Linker::new(settings, records);
    assert!(links.len() >= ONE_BY_ONE, "a province has links");
    for at in (0..links.len()).step_by(links.len() / ONE_BY_ONE) {
        let scored = linker.score(&[links.left(at), links.right(at)], &[(0, 1)]);
        let bits: Vec<f64> = scored.iter().map(|bits| bits.number()).collect();
        assert_eq!(bits, [links.match_weight_bits(at)], "the weight of a kept pair");
    }
}

/// Which comparisons a record has a value for: a bit each.
struct Answers {
    /// By source, then row.
    bits: Vec<Vec<u16>>,
    comparisons: usize,
    old_id: u16,
    /// What some record of the primary source answers.
    answerable: u16,
}

impl Answers {
    fn new(settings: &Settings, records: &[Records]) -> Self {
        let comparisons = &settings.matching.comparisons;
        let bits: Vec<Vec<u16>> = records.par_iter().map(|one| answers(settings, one, comparisons)).collect();
        let old_id = comparisons.iter().position(|comparison| comparison.id == "old_id");
        Self {
            comparisons: comparisons.len(),
            old_id: old_id.map_or(0, |at| 1 << at),
            answerable: bits[0].iter().fold(0, |all, bits| all | bits),
            bits,
        }
    }

    fn of(&self, record: RecordRef) -> u16 {
        self.bits[record.source.index()][record.row as usize]
    }

    fn are_all_but_old_id(&self, record: RecordRef) -> bool {
        self.of(record) | self.old_id == self.answerable
    }

    /// Comparisons that both records of a pair answer, over all pairs of a batch.
    fn of_pairs(&self, batch: &Batch) -> usize {
        let of = |place: u32| self.of(batch.records[place as usize]);
        batch.pairs.iter().map(|&(a, b)| (of(a) & of(b)).count_ones() as usize).sum()
    }
}

/// By row: the comparisons that have a value.
fn answers(settings: &Settings, one: &Records, comparisons: &[ComparisonRule]) -> Vec<u16> {
    let source = settings.source(one.source);
    let mut bits = vec![0; one.table.rows];
    for (at, comparison) in comparisons.iter().enumerate() {
        let alternatives = comparison.values.iter().take(1).flat_map(|value| &value.alternatives);
        // A date of which only the year is known is compared too.
        let name = |typed: &str| if comparison.comparator.id == "date" { "year" } else { typed }.to_owned();
        let resolved = alternatives.filter_map(|part| {
            let column = source.column_of(&part.field)?;
            Some((facet(&source.columns[column].kind, &name(&part.facet.value))?, column))
        });
        let resolved: Vec<(&Facet, usize)> = resolved.collect();
        for (row, bits) in bits.iter_mut().enumerate() {
            let has = |&(facet, column): &(&Facet, usize)| one.facet(facet, column, row) != FacetValue::Null;
            *bits |= u16::from(resolved.iter().any(has)) << at;
        }
    }
    bits
}
