//! Strata: the pairs of two sources that have one decision and are about as likely.

use serde::Serialize;

use super::pairs::PairRow;
use crate::link::Decision;

/// Where one band of match probability ends and the next begins. Fine where much is decided: most
/// pairs lie near 0 and 1, most doubt lies between.
pub const BAND_EDGES: [f64; BANDS - 1] = [0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.9999];

/// How many bands there are.
pub const BANDS: usize = 8;

/// The band of a match probability: from its lower edge on.
pub(super) fn band_of(probability: f64) -> usize {
    BAND_EDGES.iter().filter(|edge| probability >= **edge).count()
}

/// Where a band begins and ends.
pub(super) fn band_ends(band: usize) -> (f64, f64) {
    let edge = |at: Option<usize>| at.and_then(|at| BAND_EDGES.get(at)).copied();
    (edge(band.checked_sub(1)).unwrap_or(0.0), edge(Some(band)).unwrap_or(1.0))
}

/// Two sources, the lesser record's first, in the order of their first pair.
#[derive(Debug, Default)]
pub(super) struct SourcePairs {
    names: Vec<(String, String)>,
    last: usize,
}

impl SourcePairs {
    /// The place of two sources, which join if they are new. Neighbouring rows often agree.
    pub(super) fn place(&mut self, left: &str, right: &str) -> usize {
        let is = |(a, b): &(String, String)| a == left && b == right;
        if !self.names.get(self.last).is_some_and(is) {
            self.last = self.names.iter().position(is).unwrap_or_else(|| {
                self.names.push((left.to_owned(), right.to_owned()));
                self.names.len() - 1
            });
        }
        self.last
    }

    /// The sources' names by place.
    pub(super) fn names(&self) -> &[(String, String)] {
        &self.names
    }
}

/// The strata of two sources are so many places side by side: two decisions of each band.
pub(super) const STRATA_OF_SOURCES: usize = 2 * BANDS;

/// Where a pair's stratum lies among those of its sources. A link that its cluster made is a link
/// however unlikely it is by itself, so that the links' strata hold exactly the links.
pub(super) fn place_of(pair: &PairRow<'_>) -> usize {
    band_of(pair.probability) + BANDS * usize::from(pair.decision == Decision::Link)
}

/// One stratum of a sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stratum {
    /// The lesser records' source.
    pub left: String,
    /// The greater records' source.
    pub right: String,
    /// Whether its pairs are links; the others are for review or non-links.
    pub linked: bool,
    /// Its band, counted from 0.
    pub band: usize,
    /// Pairs there are.
    pub population: u64,
    /// Pairs drawn: each with the probability `sampled / population`.
    pub sampled: u64,
    /// Mean match probability of all its pairs.
    pub promised: f64,
}

/// What is known of a stratum before anything is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    pub(super) population: u64,
    /// Sum of match probabilities.
    pub(super) promised: f64,
    /// Sum of p(1 − p).
    pub(super) doubt: f64,
}

impl Extent {
    pub(super) fn add(&mut self, probability: f64) {
        self.population += 1;
        self.promised += probability;
        self.doubt += probability * (1.0 - probability);
    }

    /// What its pairs' number and doubt ask for: N^¾ × the spread of one answer.
    ///
    /// Neyman's allocation (N × spread) is best for the whole, but gives next to all to the few strata
    /// of millions of sure links, and to the largest pair of sources; a power below 1 is M. D. Bankier's
    /// compromise between the whole and its parts (*Power allocations*, The American Statistician 42,
    /// 1988). ¾ needs roots only, which are the same on every machine.
    fn claim(&self) -> f64 {
        let population = self.population as f64;
        let spread = (self.doubt / population.max(1.0) + MODEL_MISTAKES).sqrt();
        (population * population.sqrt()).sqrt() * spread
    }
}

/// The model does not know its own mistakes: 1 of 400 pairs is taken to be otherwise than it is sure of.
/// Without this, a model that is sure of everything would get no sample where it is wrong.
const MODEL_MISTAKES: f64 = 0.0025;

/// How many pairs to draw of each stratum: in all `pairs`, or every pair where there are not more.
/// Each stratum that has pairs gets one, or two where half of the sample is enough for that; the
/// rest goes by [`Extent::claim`], whole pairs by the largest remainders. `None` where `pairs` are
/// fewer than the strata.
pub(super) fn allocate(extents: &[Extent], pairs: u64) -> Option<Vec<u64>> {
    let strata = extents.iter().filter(|extent| extent.population > 0).count() as u64;
    let least = if 4 * strata <= pairs { 2 } else { 1 };
    let mut drawn: Vec<u64> = extents.iter().map(|extent| extent.population.min(least)).collect();
    let mut rest = pairs.checked_sub(drawn.iter().sum())?;
    // Whoever has no more pairs to give leaves its part to the others: at most a round a stratum.
    while rest > 0 {
        let given = share_out(extents, &mut drawn, rest);
        if given == 0 {
            break;
        }
        rest -= given;
    }
    Some(drawn)
}

/// Gives out `rest` once by claims among strata that have pairs left; how many were given.
fn share_out(extents: &[Extent], drawn: &mut [u64], rest: u64) -> u64 {
    let open = |at: usize, drawn: &[u64]| drawn[at] < extents[at].population;
    let claim = |at: usize, drawn: &[u64]| if open(at, drawn) { extents[at].claim() } else { 0.0 };
    let claims: Vec<f64> = (0..extents.len()).map(|at| claim(at, drawn)).collect();
    let sum: f64 = claims.iter().sum();
    if sum <= 0.0 {
        return 0;
    }
    let parts: Vec<f64> = claims.iter().map(|claim| claim / sum * rest as f64).collect();
    let mut order: Vec<usize> = (0..extents.len()).filter(|&at| open(at, drawn)).collect();
    order.sort_by(|&a, &b| parts[b].fract().total_cmp(&parts[a].fract()).then(a.cmp(&b)));
    let whole: u64 = parts.iter().map(|part| *part as u64).sum();
    let mut over = rest.saturating_sub(whole);
    let mut given = 0;
    for at in order {
        let one = u64::from(over > 0);
        over -= one;
        let more = (parts[at] as u64 + one).min(extents[at].population - drawn[at]);
        drawn[at] += more;
        given += more;
    }
    given
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bands_begin_at_their_lower_edge() {
        let bands = [0.0, 0.01, 0.05, 0.4999, 0.5, 0.8, 0.9899, 0.99, 0.9999, 1.0].map(band_of);
        assert_eq!(bands, [0, 0, 1, 2, 3, 4, 5, 6, 7, 7]);
        assert_eq!([0, 4, 7].map(band_ends), [(0.0, 0.05), (0.8, 0.95), (0.9999, 1.0)]);
        for band in 0..BANDS {
            assert_eq!(band_of(band_ends(band).0), band);
        }
    }

    fn extent(population: u64, probability: f64) -> Extent {
        let promised = probability * population as f64;
        Extent { population, promised, doubt: promised * (1.0 - probability) }
    }

    #[test]
    fn doubt_draws_more_of_its_pairs_and_every_stratum_some() {
        let extents = [extent(1_000_000, 0.99999), extent(10_000, 0.5), extent(3, 0.9), extent(0, 0.0)];
        let drawn = allocate(&extents, 400).unwrap();
        assert_eq!(drawn.iter().sum::<u64>(), 400);
        assert!(drawn[0] > 50 && drawn[1] > 50, "{drawn:?}");
        let share = |at: usize| drawn[at] as f64 / extents[at].population as f64;
        assert!(share(1) > 10.0 * share(0), "{drawn:?}");
        assert!(drawn[2] >= 2 && drawn[3] == 0, "{drawn:?}");
    }

    #[test]
    fn too_few_pairs_for_the_strata_are_refused_and_too_many_are_all() {
        let extents = [extent(5, 0.5), extent(7, 0.9), extent(9, 0.1)];
        assert_eq!(allocate(&extents, 2), None);
        assert_eq!(allocate(&extents, 3), Some(vec![1, 1, 1]));
        assert_eq!(allocate(&extents, 1_000), Some(vec![5, 7, 9]));
        assert_eq!(allocate(&[], 5), Some(vec![]));
    }

    proptest! {
        #[test]
        fn as_many_are_drawn_as_were_asked_for(
            strata in prop::collection::vec((0_u64..5_000_000, 0.0..=1.0), 0..80),
            pairs in 0_u64..3_000,
        ) {
            let extents: Vec<Extent> = strata.into_iter().map(|(n, p): (u64, f64)| extent(n, p)).collect();
            let all: u64 = extents.iter().map(|extent| extent.population).sum();
            let strata = extents.iter().filter(|extent| extent.population > 0).count() as u64;
            match allocate(&extents, pairs) {
                None => prop_assert!(pairs < strata),
                Some(drawn) => {
                    prop_assert_eq!(drawn.iter().sum::<u64>(), pairs.min(all));
                    for (drawn, extent) in drawn.iter().zip(&extents) {
                        prop_assert!(*drawn <= extent.population);
                        prop_assert!(*drawn > 0 || extent.population == 0);
                    }
                }
            }
        }
    }
}
