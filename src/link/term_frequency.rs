//! How much more, or less, than the average value of its column a value tells.
//!
//! Two strangers agree on a value of frequency f with probability f: on average
//! with the level's u, which is the sum of all f². The adjustment log2(u / f) is
//! carried on the record (Winkler 2000, "Frequency-based matching in
//! Fellegi-Sunter model of record linkage").

use rayon::prelude::*;

use super::bits::Bits;
use super::column::ValueColumn;
use crate::settings::{ComparisonModel, TermFrequency};

/// How often two strangers agree on a value on average: u over the levels at which rarity counts.
pub(super) fn average(model: &ComparisonModel, term: TermFrequency) -> f64 {
    let meant = |(level, _): &(usize, _)| term.levels >> level & 1 == 1;
    model.levels.iter().enumerate().filter(meant).map(|(_, level)| level.u).sum()
}

/// Bearers that are expected of a value beside those who were met.
const UNSEEN: f64 = 0.5;

/// Each value's adjustment in place of the value, as a lane; 0 for a missing value.
///
/// `u` is what the model says of the average value; no value counts as rarer than `rarest`. Strangers
/// are two people, so that of a value's bearers one is left out, who has as many records as the
/// records' people have on average; of a value without another bearer half a one is still expected among
/// people not met yet. O(n log n) in distinct texts.
pub(super) fn adjustments<'a>(
    column: &ValueColumn<'a>,
    u: f64,
    rarest: f64,
    people: usize,
) -> ValueColumn<'a> {
    let mut counts = column.counts();
    counts.par_sort_unstable();
    let records: u64 = counts.iter().map(|&(_, _, records)| u64::from(records)).sum();
    let own = records as f64 / people.max(1) as f64;
    let mut lanes: Vec<(u32, u64)> = Vec::with_capacity(counts.len());
    for run in counts.chunk_by(|a, b| a.0 == b.0) {
        let of_value: u64 = run.iter().map(|&(_, _, records)| u64::from(records)).sum();
        let others = (of_value as f64 - own).max(0.0) + UNSEEN * own;
        let frequency = (others / records.max(1) as f64).max(rarest);
        let lane = u64::from(Bits::of_ratio(u / frequency).to_lane());
        lanes.extend(run.iter().map(|&(_, slot, _)| (slot, lane)));
    }
    column.with_values(&lanes)
}

#[cfg(test)]
mod tests {
    use super::super::column::SourceValues;
    use super::*;

    #[test]
    fn a_value_tells_by_how_rare_it_is_over_all_sources() {
        let codes = [1, 1, 2, 0];
        let first = SourceValues::Coded { codes: &codes, values: vec![0, 77, 88] };
        let column = ValueColumn { sources: vec![first, SourceValues::Rows(vec![77, 99, 0])] };
        let adjusted = adjustments(&column, 0.25, 0.15, 5);
        let read = |source, rows| {
            let mut out = Vec::new();
            adjusted.read(source, 0..rows, &mut out);
            out.into_iter().map(|lane| Bits::from_lane(lane as u32)).collect::<Vec<_>>()
        };
        // 77 stands in three of five records of five people: on two others and half a one. 88 and 99 stand
        // on one each, which leaves half a one, and counts as 0.15.
        let (common, rare) = (Bits::of_ratio(0.25 / 0.5), Bits::of_ratio(0.25 / 0.15));
        assert_eq!(read(0, 4), [common, common, rare, Bits::default()]);
        assert_eq!(read(1, 3), [common, rare, Bits::default()]);
    }
}
