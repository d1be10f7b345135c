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
use crate::settings::{ComparisonModel, Term, TermFrequency};

/// How often two strangers agree on a value on average: u over the levels at which rarity counts.
pub(super) fn average(model: &ComparisonModel, term: TermFrequency) -> f64 {
    let meant = |(level, _): &(usize, _)| term.levels >> level & 1 == 1;
    model.levels.iter().enumerate().filter(meant).map(|(_, level)| level.u).sum()
}

/// Bearers that are expected of a value beside those who were met, where a model says nothing else.
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
    let counted = count_equal(&values, counts);
    let share = Share { records: counted.records as f64, people, rarest, unseen: UNSEEN };
    adjusted(column, &counted.of_slot, |count| Bits::of_ratio(u / share.of(count)))
}

/// The same of a [`Term`], whose average is counted too: of two records that agree, by how common the value
/// is on average over those who have one.
///
/// `is_meant` says by slot which values count at all; nothing where all do. So the dates of a level that
/// only 1 January shows are set against other days of that sort, not against every day. O(n) likewise.
pub(super) fn further<'a>(
    column: &ValueColumn<'a>,
    is_meant: Option<&[bool]>,
    term: &Term,
    people: usize,
) -> Rarity<'a> {
    let (mut values, counts) = column.slots();
    if let Some(is_meant) = is_meant {
        let others = values.iter_mut().zip(is_meant).filter(|(_, is_meant)| !**is_meant);
        others.for_each(|(value, _)| *value = 0);
    }
    let rows = counts.clone();
    let counted = count_equal(&values, counts);
    let share = Share { records: counted.records as f64, people, rarest: term.rarest, unseen: term.unseen };
    let average = share.average(&counted.of_slot, &rows);
    adjusted(column, &counted.of_slot, |count| Bits::of_ratio(average / share.of(count)))
}

/// How likely a stranger has a value.
struct Share {
    /// Records that have one at all.
    records: f64,
    people: usize,
    rarest: f64,
    unseen: f64,
}

impl Share {
    /// Of a value that so many records have.
    fn of(&self, count: usize) -> f64 {
        let own = self.records / self.people.max(1) as f64;
        let others = (count as f64 - own).max(0.0) + self.unseen * own;
        (others / self.records.max(1.0)).clamp(self.rarest, 1.0)
    }

    /// Over all records that have one; `rows` are those of each slot by itself.
    fn average(&self, of_slot: &[u32], rows: &[u32]) -> f64 {
        let mut with_count = vec![0_u64; of_slot.iter().max().map_or(1, |&most| most as usize + 1)];
        for (&count, &rows) in of_slot.iter().zip(rows).filter(|(count, _)| **count > 0) {
            with_count[count as usize] += u64::from(rows);
        }
        let sum = |(count, &rows): (usize, &u64)| if rows == 0 { 0.0 } else { rows as f64 * self.of(count) };
        let all: f64 = with_count.iter().enumerate().map(sum).sum();
        (all / self.records.max(1.0)).clamp(self.rarest, 1.0)
    }
}

/// By slot what is said of how many records have its value.
fn adjusted<'a>(column: &ValueColumn<'a>, of_slot: &[u32], of_count: impl Fn(usize) -> Bits) -> Rarity<'a> {
    let (places, bits) = number(of_slot, of_count);
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

    fn term(rarest: f64, unseen: f64) -> Term {
        Term { of: Vec::new(), levels: 0b10, rarest, unseen }
    }

    /// By row of one source: the adjustment.
    fn told(column: &ValueColumn<'_>, adjusted: &Rarity<'_>, rows: usize) -> Vec<f64> {
        let mut out = Vec::new();
        assert_eq!(column.sources.len(), 1);
        adjusted.places.read(0, 0..rows, &mut out);
        out.into_iter().map(|place| adjusted.bits[place as usize].number()).collect()
    }

    #[test]
    fn planted_frequencies_come_back_against_the_average_of_those_who_have_one() {
        // Hamlets of 512, 64 and 8 people, each on one record; nobody else has one.
        let rows: Vec<u64> = [(1, 512), (2, 64), (3, 8), (0, 440)]
            .into_iter()
            .flat_map(|(value, count)| std::iter::repeat_n(value, count))
            .collect();
        let count = rows.len();
        let column = ValueColumn { sources: vec![SourceValues::Rows(rows)], lists: None };
        // As many people as records with a hamlet, of whom the bearer is left out and one is unseen.
        let adjusted = further(&column, None, &term(1e-6, 1.0), 584);
        let bits = told(&column, &adjusted, count);
        let average = (512.0 * 512.0 + 64.0 * 64.0 + 8.0 * 8.0) / 584.0 / 584.0_f64;
        for (row, others) in [(0, 512.0), (512, 64.0), (576, 8.0)] {
            let expected = (average * 584.0 / others).log2();
            assert!((bits[row] - expected).abs() < 1e-3, "{} {expected}", bits[row]);
        }
        assert!(bits[584..].iter().all(|bits| *bits == 0.0), "no hamlet, nothing told");
        assert!(
            (bits[576] - bits[0] - 6.0).abs() < 1e-3,
            "a hamlet of 8 tells six bits more than one of 512"
        );
        let capped = further(&column, None, &term(0.1, 1.0), 584);
        // The average is that of values as they count.
        let average = (512.0 * 512.0 + 64.0 * 64.0) / 584.0 / 584.0 + 8.0 / 584.0 * 0.1_f64;
        let expected = (average / 0.1).log2();
        assert!(
            (told(&column, &capped, count)[576] - expected).abs() < 1e-3,
            "none counts as rarer than a tenth"
        );
    }

    #[test]
    fn values_that_show_another_level_are_not_counted_with_the_others() {
        let column =
            ValueColumn { sources: vec![SourceValues::Rows(vec![5, 5, 5, 5, 6, 7, 8, 9])], lists: None };
        let is_meant = [false, false, false, false, true, true, true, true];
        let adjusted = further(&column, Some(&is_meant), &term(1e-6, 0.5), 8);
        assert_eq!(told(&column, &adjusted, 8), [0.0; 8], "four days of one person each are all average");
        let all = further(&column, None, &term(1e-6, 0.5), 8);
        assert!(told(&column, &all, 8)[4] > 1.0, "beside the common one they are rare");
    }
}
