//! How good the pairs are that the run wrote down.
//!
//! One pass over the pairs, sorted by record. Cost: O(pairs) and a binary search
//! a false link.

use rayon::prelude::*;

use super::calibration::Calibration;
use super::figures::{CalibrationBin, FalseLinks, HardPairFigures, share};
use super::groups::PairCounts;
use super::people_figures::{Population, each_bit};
use super::run::LinkRow;
use super::truth::{HardPairs, KIND_BITS, KindMask};

/// What the pairs say.
#[derive(Debug)]
pub(super) struct LinkFigures {
    /// Pairs with decision `link`.
    pub(super) predicted: PairCounts,
    /// Those of one person in truth.
    pub(super) right: PairCounts,
    /// Pairs with any decision of one person in truth.
    pub(super) written_right: PairCounts,
    /// By kind of error: right links with one on at least one side.
    pub(super) right_with_kind: [u64; KIND_BITS],
    /// Links between two people, by code of the kind; code 0 is "other".
    false_by_kind: Vec<u64>,
    calibration: Calibration,
}

/// Sorts by record and keeps each pair once: linked if any of its rows is.
pub(super) fn sort_links(links: &mut Vec<LinkRow>) {
    links.par_sort_unstable_by(|a, b| {
        (a.left, a.right, !a.linked)
            .cmp(&(b.left, b.right, !b.linked))
            .then(a.probability.total_cmp(&b.probability))
    });
    links.dedup_by_key(|link| (link.left, link.right));
}

/// Judges the pairs, sorted by record. `mask_of` has the kinds of error by record; empty for none.
pub(super) fn link_figures(
    population: Population<'_>,
    links: &[LinkRow],
    mask_of: &[KindMask],
    hard: &HardPairs,
) -> LinkFigures {
    let none = PairCounts::none(population.counted.len());
    let mut figures = LinkFigures {
        predicted: none.clone(),
        right: none.clone(),
        written_right: none,
        right_with_kind: [0; KIND_BITS],
        false_by_kind: vec![0; hard.kinds.len()],
        calibration: Calibration::default(),
    };
    let hard_people = hard_people(population, hard);
    for link in links.iter().filter(|link| population.counts(link.left) && population.counts(link.right)) {
        figures.observe(population, link, mask_of, &hard_people);
    }
    figures
}

impl LinkFigures {
    fn observe(
        &mut self,
        population: Population<'_>,
        link: &LinkRow,
        mask_of: &[KindMask],
        hard: &[(u32, u32, u32)],
    ) {
        let (left, right) = (link.left as usize, link.right as usize);
        let (a, b) = (population.source_of[left], population.source_of[right]);
        let is_right = population.is_one_person(link.left, link.right);
        self.calibration.add(f64::from(link.probability), is_right);
        self.written_right.add(a, b, u64::from(is_right));
        if !link.linked {
            return;
        }
        self.predicted.add(a, b, 1);
        self.right.add(a, b, u64::from(is_right));
        if is_right && !mask_of.is_empty() {
            each_bit(mask_of[left] | mask_of[right], |kind| self.right_with_kind[kind] += 1);
        } else if !is_right {
            self.false_by_kind[kind_of(population, link, hard) as usize] += 1;
        }
    }

    /// False links by name of the kind, `other` last.
    pub(super) fn false_links(&self, hard: &HardPairs) -> Vec<FalseLinks> {
        let all = self.false_by_kind.iter().sum();
        let row = |(kind, &links): (&str, &u64)| FalseLinks {
            kind: if kind.is_empty() { "other".to_owned() } else { kind.to_owned() },
            links,
            share: share(links, all),
        };
        let mut rows: Vec<_> = hard.kinds.texts().zip(&self.false_by_kind).collect();
        rows.sort_unstable_by_key(|&(kind, _)| (kind.is_empty(), kind));
        rows.into_iter().map(row).collect()
    }

    /// `match_probability` against the truth.
    pub(super) fn calibration(&self) -> Vec<CalibrationBin> {
        self.calibration.finish()
    }
}

/// The people behind the hard pairs: twins are twins in every extract.
fn hard_people(population: Population<'_>, hard: &HardPairs) -> Vec<(u32, u32, u32)> {
    let person = |record: u32| population.person_of[record as usize];
    let people = |a: u32, b: u32, kind| (a.min(b), a.max(b), kind);
    let mut all: Vec<_> =
        hard.pairs.iter().map(|pair| people(person(pair.left), person(pair.right), pair.kind)).collect();
    all.par_sort_unstable();
    all.dedup_by_key(|&mut (a, b, _)| (a, b));
    all
}

fn kind_of(population: Population<'_>, link: &LinkRow, hard: &[(u32, u32, u32)]) -> u32 {
    let (a, b) = (population.person_of[link.left as usize], population.person_of[link.right as usize]);
    let at = hard.binary_search_by_key(&(a.min(b), a.max(b)), |&(a, b, _)| (a, b));
    at.map_or(0, |at| hard[at].2)
}

/// What became of the hard pairs themselves, by name of the kind. `links` is sorted by record.
pub(super) fn hard_pair_figures(
    population: Population<'_>,
    hard: &HardPairs,
    links: Option<&[LinkRow]>,
) -> Vec<HardPairFigures> {
    let mut counts = vec![[0; 3]; hard.kinds.len()];
    for pair in hard.pairs.iter().filter(|pair| population.counts(pair.left) && population.counts(pair.right))
    {
        let [pairs, linked, joined] = &mut counts[pair.kind as usize];
        *pairs += 1;
        *linked += u64::from(is_linked(links.unwrap_or_default(), pair.left, pair.right));
        *joined += u64::from(population.is_one_cluster(pair.left, pair.right));
    }
    let mut kinds: Vec<_> = hard.kinds.texts().zip(counts).filter(|(_, [pairs, ..])| *pairs > 0).collect();
    kinds.sort_unstable_by_key(|&(kind, _)| kind);
    kinds
        .into_iter()
        .map(|(kind, [pairs, linked, in_one_person])| HardPairFigures {
            kind: kind.to_owned(),
            pairs,
            linked: links.map(|_| linked),
            in_one_person,
            share_in_one_person: share(in_one_person, pairs),
        })
        .collect()
}

fn is_linked(links: &[LinkRow], left: u32, right: u32) -> bool {
    let at = links.binary_search_by_key(&(left, right), |link| (link.left, link.right));
    at.is_ok_and(|at| links[at].linked)
}
