//! Drawing a stratified sample: the pairs of least hash in each stratum.
//!
//! A pair's hash hangs on its four names and the seed, never on where it stands, so that the same run
//! and seed give the same sample, and a pair stays in it when others come or go. The least n hashes
//! of a stratum are a simple random sample of it.

use std::collections::BinaryHeap;
use std::path::Path;

use super::pairs::{PairRow, RunName, RunPairs};
use super::stratum::{BANDS, Extent, STRATA_OF_SOURCES, SourcePairs, Stratum, allocate, place_of};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::progress::Progress;

/// A sample of a run's pairs.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The run that it is of.
    pub run: RunName,
    /// What the draw started from.
    pub seed: u64,
    /// The strata, by their sources' names, links last, by band.
    pub strata: Vec<Stratum>,
    /// The pairs in an order that tells nothing of their strata.
    pub pairs: Vec<SampledPair>,
    /// What could not be had of the run.
    pub notes: Vec<Diagnostic>,
}

/// One pair of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampledPair {
    /// Its stratum's place in [`Sample::strata`].
    pub stratum: usize,
    /// The lesser record's id in its source.
    pub left_id: String,
    /// The greater record's id in its source.
    pub right_id: String,
}

/// A pair that may be drawn, ordered by hash; equal hashes by their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    hash: u64,
    left_id: String,
    right_id: String,
}

#[derive(Default)]
struct Urn {
    extent: Extent,
    /// The candidates of least hash so far, the greatest of them on top.
    least: BinaryHeap<Candidate>,
}

/// Draws `pairs` pairs of a run (all where there are not more): the same for the same run and seed.
///
/// Cost: one pass over the run's tables of pairs, O(n) with a hash of each pair's names; memory for
/// `pairs` names a stratum at most.
///
/// # Errors
/// `EST-001`, `EST-003`, `TAB-…`: the run's tables cannot be had. `EST-005`: fewer pairs asked for than
/// there are strata, or a run without pairs.
pub fn draw(run: &Path, pairs: u64, seed: u64, progress: &Progress) -> Outcome<Sample> {
    let mut tables = RunPairs::open(run)?;
    let mut sources = SourcePairs::default();
    let mut urns: Vec<Urn> = Vec::new();
    tables.visit(progress, |pair| {
        let place = sources.place(pair.left_source, pair.right_source) * STRATA_OF_SOURCES + place_of(&pair);
        if place >= urns.len() {
            urns.resize_with(place + 1, Urn::default);
        }
        urns[place].add(&pair, seed, pairs);
    })?;
    let extents: Vec<Extent> = urns.iter().map(|urn| urn.extent).collect();
    let strata = extents.iter().filter(|extent| extent.population > 0).count();
    let drawn = if strata == 0 { None } else { allocate(&extents, pairs) };
    let drawn = drawn.ok_or_else(|| too_few(run, pairs, strata))?;
    let (strata, pairs) = gather(&sources, urns, &drawn, seed);
    Ok(Sample { run: tables.name, seed, strata, pairs, notes: tables.notes })
}

impl Urn {
    fn add(&mut self, pair: &PairRow<'_>, seed: u64, most: u64) {
        self.extent.add(pair.probability);
        let hash = pair_hash(seed, [pair.left_source, pair.left_id, pair.right_source, pair.right_id]);
        let full = self.least.len() as u64 >= most;
        if full && self.least.peek().is_none_or(|greatest| hash > greatest.hash) {
            return;
        }
        let (left_id, right_id) = (pair.left_id.to_owned(), pair.right_id.to_owned());
        self.least.push(Candidate { hash, left_id, right_id });
        if full {
            self.least.pop();
        }
    }
}

/// Strata in order of their names, and what was drawn of them.
fn gather(
    sources: &SourcePairs,
    urns: Vec<Urn>,
    drawn: &[u64],
    seed: u64,
) -> (Vec<Stratum>, Vec<SampledPair>) {
    let names = sources.names();
    let mut filled: Vec<(usize, Urn, u64)> = urns
        .into_iter()
        .zip(drawn)
        .enumerate()
        .filter(|(_, (urn, _))| urn.extent.population > 0)
        .map(|(place, (urn, drawn))| (place, urn, *drawn))
        .collect();
    filled.sort_by_key(|(place, ..)| (&names[place / STRATA_OF_SOURCES], place % STRATA_OF_SOURCES));
    let (mut strata, mut pairs) = (Vec::with_capacity(filled.len()), Vec::new());
    for (place, urn, sampled) in filled {
        let (left, right) = names[place / STRATA_OF_SOURCES].clone();
        let within = place % STRATA_OF_SOURCES;
        let population = urn.extent.population;
        let of_stratum = urn.least.into_sorted_vec().into_iter().take(sampled as usize);
        pairs.extend(of_stratum.map(|candidate| {
            let names = [&left, &candidate.left_id, &right, &candidate.right_id].map(String::as_str);
            // Another hash than that of the draw, which is smaller where less is drawn.
            let order = pair_hash(!seed, names);
            let stratum = strata.len();
            (order, SampledPair { stratum, left_id: candidate.left_id, right_id: candidate.right_id })
        }));
        strata.push(Stratum {
            left,
            right,
            linked: within >= BANDS,
            band: within % BANDS,
            population,
            sampled,
            promised: urn.extent.promised / population as f64,
        });
    }
    pairs.sort_by(|(a, pair), (b, other)| {
        a.cmp(b).then_with(|| (pair.stratum, &pair.left_id).cmp(&(other.stratum, &other.left_id)))
    });
    (strata, pairs.into_iter().map(|(_, pair)| pair).collect())
}

/// 64 bits of a seed and four names, the same on every machine and in every version: FNV-1a over
/// the bytes, each name behind its length, then the finalizer of `SplitMix64` (Steele, Lea, Flood,
/// *Fast splittable pseudorandom number generators*, OOPSLA 2014), which spreads FNV's weak high bits.
pub(super) fn pair_hash(seed: u64, names: [&str; 4]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let mut hash = mixed(seed ^ 0xcbf2_9ce4_8422_2325);
    for name in names {
        hash = (name.len() as u64).to_le_bytes().into_iter().fold(hash, step);
        hash = name.bytes().fold(hash, step);
    }
    mixed(hash)
}

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn too_few(run: &Path, pairs: u64, strata: usize) -> Diagnostic {
    let place = Place::file(run.display().to_string());
    if strata == 0 {
        let help = "run again with extracts that have records in common";
        return Diagnostic::error("EST-005", place, "the run has no pairs to draw from", help);
    }
    Diagnostic::error(
        "EST-005",
        place,
        format!(
            "{pairs} pairs are too few: the run's pairs are of {strata} kinds (sources, decision, probability)"
        ),
        format!("ask for {strata} pairs at least; --pairs {} is a good number", (strata * 4).max(400)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_pair_never_changes_and_keeps_names_apart() {
        let names = ["cu_tru", "CT1", "bhyt", "BH1"];
        assert_eq!(pair_hash(1, names), pair_hash(1, names));
        assert_ne!(pair_hash(1, names), pair_hash(2, names));
        assert_ne!(pair_hash(1, ["a", "bc", "", ""]), pair_hash(1, ["ab", "c", "", ""]));
        // Kept from version to version: an old sheet is checked by it.
        assert_eq!(pair_hash(7, names), KNOWN);
    }

    const KNOWN: u64 = 0xe664_f972_09f1_9cff;

    fn row(id: &str) -> PairRow<'_> {
        PairRow {
            left_source: "a",
            left_id: id,
            right_source: "b",
            right_id: "x",
            decision: crate::link::Decision::Link,
            probability: 0.9,
        }
    }

    #[test]
    fn the_least_hashes_are_kept_whatever_the_order() {
        let ids: Vec<String> = (0..1_000).map(|at| format!("R{at}")).collect();
        let least = |ids: &mut dyn Iterator<Item = &String>| {
            let mut urn = Urn::default();
            ids.for_each(|id| urn.add(&row(id), 3, 20));
            urn.least.into_sorted_vec()
        };
        let found = least(&mut ids.iter());
        assert_eq!(found, least(&mut ids.iter().rev()));
        let mut all: Vec<u64> = ids.iter().map(|id| pair_hash(3, ["a", id, "b", "x"])).collect();
        all.sort_unstable();
        assert_eq!(found.iter().map(|candidate| candidate.hash).collect::<Vec<_>>(), all[..20]);
        // A fair draw: about half of the least come from either half of the ids.
        let early = found.iter().filter(|candidate| candidate.left_id.len() < 4).count();
        assert!(early < 10, "{early} of 20 among the first tenth");
    }
}
