//! How much more, or less, than the average value of its column a value tells.
//!
//! Two strangers agree on a value of frequency f with probability f: on average
//! with the level's u, which is the sum of all f². The adjustment log2(u / f) is
//! carried on the record (Winkler 2000, "Frequency-based matching in
//! Fellegi-Sunter model of record linkage").

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::bits::Bits;
use super::blocking::partition::for_each_equal;
use super::column::ValueColumn;
use crate::settings::{ComparisonModel, TermFrequency};

/// How often two strangers agree on a value on average: u over the levels at which rarity counts.
pub(super) fn average(model: &ComparisonModel, term: TermFrequency) -> f64 {
    let meant = |(level, _): &(usize, _)| term.levels >> level & 1 == 1;
    model.levels.iter().enumerate().filter(meant).map(|(_, level)| level.u).sum()
}

/// Bearers that are expected of a value beside those who were met.
const UNSEEN: f64 = 0.5;

/// Term-frequency adjustments: few of them, and which of them each record has.
#[derive(Debug)]
pub(super) struct Rarity<'a> {
    /// What the values below stand for; the first is that of a missing value.
    pub(super) bits: Vec<Bits>,
    /// Each record's adjustment, by place in `bits`: fits 16 bits.
    pub(super) places: ValueColumn<'a>,
}

/// Each value's adjustment in place of the value.
///
/// `u` is what the model says of the average value; no value counts as rarer than `rarest`. Strangers
/// are two people, so that of a value's bearers one is left out, who has as many records as the
/// records' people have on average; of a value without another bearer half a one is still expected among
/// people not met yet. O(n) in distinct texts and the records of the commonest value, in parallel.
pub(super) fn adjustments<'a>(column: &ValueColumn<'a>, u: f64, rarest: f64, people: usize) -> Rarity<'a> {
    let (values, counts) = column.slots();
    let Counts { of_slot, records } = count_equal(&values, counts);
    let records = records as f64;
    let own = records / people.max(1) as f64;
    let of_count = |count: usize| {
        let others = (count as f64 - own).max(0.0) + UNSEEN * own;
        Bits::of_ratio(u / (others / records.max(1.0)).max(rarest))
    };
    let (places, bits) = number(&of_slot, of_count);
    let places: Vec<u64> = of_slot.par_iter().map(|&count| places[count as usize]).collect();
    Rarity { bits, places: column.with_values(&places) }
}

/// By count that occurs: its place, 0 for a missing value's; and by place what is said of the count.
fn number(of_slot: &[u32], of_count: impl Fn(usize) -> Bits) -> (Vec<u64>, Vec<Bits>) {
    let mut places = vec![0; of_slot.iter().max().map_or(1, |&most| most as usize + 1)];
    for &count in of_slot {
        places[count as usize] = 1;
    }
    let mut bits = vec![Bits::default()];
    places[0] = 0;
    for (count, place) in places.iter_mut().enumerate().filter(|(_, place)| **place != 0) {
        // Counts that differ add up to no more than the records: 65,535 of them need 2^31.
        *place = bits.len().min(PLACE_MAX) as u64;
        bits.push(of_count(count));
    }
    (places, bits)
}

/// The greatest place that fits 16 bits.
const PLACE_MAX: usize = 0xffff;

/// How many records have each value.
struct Counts {
    /// By slot; 0 for a missing value.
    of_slot: Vec<u32>,
    /// Records that have a value.
    records: u64,
}

/// Adds up the records of equal values.
fn count_equal(values: &[u64], of_slot: Vec<u32>) -> Counts {
    let with_value = |(&value, count): (&u64, u32)| if value == 0 { 0 } else { count };
    let of_slot: Vec<u32> = values.iter().zip(of_slot).map(with_value).collect();
    let records = of_slot.iter().map(|&count| u64::from(count)).sum();
    // Atomic because equal values are found on all threads; those of one value are one thread's.
    let of_slot: Vec<AtomicU32> = of_slot.into_iter().map(AtomicU32::new).collect();
    for_each_equal(values, |slots| {
        let all = slots.iter().map(|&slot| of_slot[slot as usize].load(Ordering::Relaxed)).sum();
        for &slot in slots {
            of_slot[slot as usize].store(all, Ordering::Relaxed);
        }
    });
    Counts { of_slot: of_slot.into_iter().map(AtomicU32::into_inner).collect(), records }
}

#[cfg(test)]
mod tests {
    use super::super::column::SourceValues;
    use super::*;

    #[test]
    fn a_value_tells_by_how_rare_it_is_over_all_sources() {
        let codes = [1, 1, 2, 0];
        let first = SourceValues::Coded { codes: &codes, values: vec![0, 77, 88] };
        let column = ValueColumn { sources: vec![first, SourceValues::Rows(vec![77, 99, 0])], lists: None };
        let adjusted = adjustments(&column, 0.25, 0.15, 5);
        let read = |source, rows| {
            let mut out = Vec::new();
            adjusted.places.read(source, 0..rows, &mut out);
            out.into_iter().map(|place| adjusted.bits[place as usize]).collect::<Vec<_>>()
        };
        // 77 stands in three of five records of five people: on two others and half a one. 88 and 99 stand
        // on one each, which leaves half a one, and counts as 0.15.
        let (common, rare) = (Bits::of_ratio(0.25 / 0.5), Bits::of_ratio(0.25 / 0.15));
        assert_eq!(read(0, 4), [common, common, rare, Bits::default()]);
        assert_eq!(read(1, 3), [common, rare, Bits::default()]);
    }
}
