//! How good the pairs are that the run wrote down.
//!
//! One pass over the pairs, sorted by record. Cost: O(pairs) and a binary search
//! a false link.

use rayon::prelude::*;

use super::figures::{FalseLinks, HardPairFigures, share};
use super::groups::PairCounts;
use super::look_alikes::HardPeople;
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
    /// By place among the hard people: links between them.
    pub(super) false_by_people: Vec<u64>,
    /// Links between two other people.
    false_other: u64,
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
    hard: &HardPeople,
) -> LinkFigures {
    let none = PairCounts::none(population.counted.len());
    let mut figures = LinkFigures {
        predicted: none.clone(),
        right: none.clone(),
        written_right: none,
        right_with_kind: [0; KIND_BITS],
        false_by_people: vec![0; hard.pairs().len()],
        false_other: 0,
    };
    for link in links.iter().filter(|link| population.counts(link.left) && population.counts(link.right)) {
        figures.observe(population, link, mask_of, hard);
    }
    figures
}

impl LinkFigures {
    fn observe(
        &mut self,
        population: Population<'_>,
        link: &LinkRow,
        mask_of: &[KindMask],
        hard: &HardPeople,
    ) {
        let (left, right) = (link.left as usize, link.right as usize);
        let (a, b) = (population.source_of[left], population.source_of[right]);
        let is_right = population.is_one_person(link.left, link.right);
        self.written_right.add(a, b, u64::from(is_right));
        if !link.linked {
            return;
        }
        self.predicted.add(a, b, 1);
        self.right.add(a, b, u64::from(is_right));
        if is_right && !mask_of.is_empty() {
            each_bit(mask_of[left] | mask_of[right], |kind| self.right_with_kind[kind] += 1);
        } else if !is_right {
            let people = [left, right].map(|record| population.person_of[record]);
            let at = hard.find(people).and_then(|at| self.false_by_people.get_mut(at));
            *at.unwrap_or(&mut self.false_other) += 1;
        }
    }

    /// False links by name of the kind, `other` last.
    pub(super) fn false_links(&self, hard: &HardPeople) -> Vec<FalseLinks> {
        let mut by_kind = vec![0; hard.kinds().len()];
        by_kind[0] = self.false_other;
        for (pair, links) in hard.pairs().iter().zip(&self.false_by_people) {
            by_kind[pair.kind as usize] += links;
        }
        let all = by_kind.iter().sum();
        let row = |(kind, &links): (&str, &u64)| FalseLinks {
            kind: if kind.is_empty() { "other".to_owned() } else { kind.to_owned() },
            links,
            share: share(links, all),
        };
        let mut rows: Vec<_> = hard.kinds().texts().zip(&by_kind).collect();
        rows.sort_unstable_by_key(|&(kind, _)| (kind.is_empty(), kind));
        rows.into_iter().map(row).collect()
    }
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
