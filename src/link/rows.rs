//! What comparisons need of a record, side by side.
//!
//! Linkage is bound by misses of memory, not by arithmetic. All values of a
//! record that are compared, and its term-frequency adjustments, stand in one
//! compare row of lanes of 32 bits, which is one cache line where it can: the
//! record of a block is fetched once, not once a pair and comparison. There are few
//! different adjustments, so that a few bits say which one: all of a record's adjustments share
//! what room the line has left, rounded to eighths of a bit or more where it is scarce.

use std::ops::Range;

use rayon::prelude::*;

use super::aligned::{Aligned, LINE, row_length};
use super::bits::Bits;
use super::column::ValueColumn;
use super::compare::Comparator;
use super::space::RecordSpace;
use super::term_frequency::Rarity;
use crate::settings::LEVELS_MAX;

/// Rows that are packed as one piece: they stay in the cache while one comparison's values after the
/// other are written.
const PIECE: usize = 1 << 13;

/// The values of one comparison, to be packed.
pub(super) struct Packed<'c, 'a> {
    pub(super) comparator: Comparator,
    /// A column for each of the comparator's readings.
    pub(super) columns: Vec<&'c ValueColumn<'a>>,
    /// The term-frequency adjustments of the model.
    pub(super) rarities: Vec<RarityAt<'a>>,
}

/// Term-frequency adjustments and the levels at which they are added, a bit each.
#[derive(Debug)]
pub(super) struct RarityAt<'a> {
    pub(super) levels: u16,
    pub(super) rarity: Rarity<'a>,
}

/// Where a comparison's values stand in a row.
#[derive(Clone, Debug)]
struct Lanes {
    value: usize,
    is_wide: bool,
    rarities: Vec<Slot>,
}

/// Some bits of a lane, that say which of a few adjustments a record has.
#[derive(Clone, Debug)]
struct Slot {
    lane: usize,
    shift: u32,
    mask: u32,
    /// At which levels of the comparison it is added; bit `l` for level `l`.
    levels: u16,
    /// What the number in the lane stands for.
    bits: Vec<Bits>,
    /// By place in the adjustments of the column: the number in the lane.
    numbers: Vec<u32>,
}

/// The compare rows of all records.
#[derive(Debug, Default)]
pub(super) struct CompareRows {
    lanes: Aligned<u32>,
    stride: usize,
    /// By comparison.
    places: Vec<Lanes>,
}

/// The compare rows of a batch's records, in the batch's order.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    lanes: Vec<u32>,
}

impl CompareRows {
    /// Packs all values. O(records · lanes), in parallel; the columns are not needed afterwards.
    pub(super) fn new(space: &RecordSpace, comparisons: &[Packed<'_, '_>]) -> Self {
        let (places, stride) = lay_out(comparisons);
        let mut lanes = Aligned::new(space.len() * stride, |len| vec![0; len]);
        let pieces = lanes.par_chunks_mut(PIECE * stride).enumerate();
        pieces.for_each(|(at, lanes)| {
            let first = at * PIECE;
            let records = first..first + lanes.len() / stride;
            for (comparison, places) in comparisons.iter().zip(&places) {
                pack(space, comparison, places, records.clone(), stride, lanes);
            }
        });
        Self { lanes, stride, places }
    }

    /// Fetches the rows of some records.
    pub(super) fn gather(&self, records: &[u32], out: &mut Gathered) {
        out.lanes.clear();
        if self.stride == LINE {
            // A copy of a length that is known takes a fourth of the time.
            let (rows, _) = self.lanes.as_chunks::<LINE>();
            for &record in records {
                out.lanes.extend_from_slice(&rows[record as usize]);
            }
            return;
        }
        for &record in records {
            let start = record as usize * self.stride;
            out.lanes.extend_from_slice(&self.lanes[start..start + self.stride]);
        }
    }

    /// One comparison's values of gathered records, put into `out`.
    pub(super) fn values(&self, gathered: &Gathered, comparison: usize, out: &mut Vec<u64>) {
        let Lanes { value, is_wide, .. } = &self.places[comparison];
        let (value, is_wide) = (*value, *is_wide);
        let rows = gathered.lanes.chunks_exact(self.stride);
        out.clear();
        if is_wide {
            out.extend(rows.map(|row| u64::from(row[value + 1]) << 32 | u64::from(row[value])));
        } else {
            out.extend(rows.map(|row| u64::from(row[value])));
        }
    }

    /// By term-frequency adjustment of one comparison: at which levels it is added, a bit each.
    pub(super) fn rarities(&self, comparison: usize) -> impl Iterator<Item = u16> {
        self.places.get(comparison).into_iter().flat_map(|places| &places.rarities).map(|slot| slot.levels)
    }

    /// One of a comparison's term-frequency adjustments of gathered records, put into `out`.
    pub(super) fn rarity(&self, gathered: &Gathered, comparison: usize, term: usize, out: &mut Vec<Bits>) {
        out.clear();
        let Some(slot) = self.places.get(comparison).and_then(|places| places.rarities.get(term)) else {
            return;
        };
        let of_row = |row: &[u32]| slot.bits[(row[slot.lane] >> slot.shift & slot.mask) as usize];
        out.extend(gathered.lanes.chunks_exact(self.stride).map(of_row));
    }

    /// By comparison and level: the most that adjustments add.
    pub(super) fn rarity_max(&self) -> Vec<[Bits; LEVELS_MAX]> {
        let of_level = |places: &Lanes, level: usize| {
            let meant = places.rarities.iter().filter(|slot| slot.levels >> level & 1 == 1);
            let most = meant.map(|slot| slot.bits.iter().copied().max().unwrap_or_default());
            most.fold(Bits::default(), |sum, most| sum + most.max(Bits::default()))
        };
        self.places.iter().map(|places| std::array::from_fn(|level| of_level(places, level))).collect()
    }
}

/// To what adjustments are rounded where there is no room for each as it is; in bits.
const STEPS: [Option<f64>; 4] = [None, Some(0.125), Some(0.25), Some(0.5)];

/// Where each comparison's values stand, and the length of a row.
fn lay_out(comparisons: &[Packed<'_, '_>]) -> (Vec<Lanes>, usize) {
    let mut next = 0;
    let mut take = |lanes: usize| {
        next += lanes;
        next - lanes
    };
    let place = |one: &Packed<'_, '_>| {
        let is_wide = one.comparator.is_wide();
        Lanes { value: take(1 + usize::from(is_wide)), is_wide, rarities: Vec::new() }
    };
    let mut places: Vec<Lanes> = comparisons.iter().map(place).collect();
    let count = comparisons.iter().map(|one| one.rarities.len()).sum::<usize>();
    let room = row_length(next + usize::from(count > 0)) - next;
    let laid = |step| lay_out_rarities(comparisons, next, step);
    // The finest step for which the row needs no further line; the coarsest where none does.
    let mut tried = STEPS.into_iter().map(laid);
    let fits = |(_, lanes): &(Vec<Vec<Slot>>, usize)| *lanes <= room;
    let (slots, lanes) = tried.find(fits).unwrap_or_else(|| laid(STEPS[STEPS.len() - 1]));
    places.iter_mut().zip(slots).for_each(|(places, slots)| places.rarities = slots);
    (places, row_length(next + lanes))
}

/// The slots of all adjustments rounded to a step, from a lane on, and how many lanes they take.
fn lay_out_rarities(
    comparisons: &[Packed<'_, '_>],
    first: usize,
    step: Option<f64>,
) -> (Vec<Vec<Slot>>, usize) {
    let mut used: Vec<u32> = Vec::new();
    let mut slot = |one: &RarityAt<'_>| {
        let (bits, numbers) = rounded(&one.rarity.bits, step);
        let width = (usize::BITS - (bits.len() - 1).leading_zeros()).max(1);
        let at = used.iter().position(|used| used + width <= u32::BITS).unwrap_or_else(|| {
            used.push(0);
            used.len() - 1
        });
        used[at] += width;
        let (lane, shift) = (first + at, used[at] - width);
        Slot { lane, shift, mask: u32::MAX >> (u32::BITS - width), levels: one.levels, bits, numbers }
    };
    let slots = comparisons.iter().map(|one| one.rarities.iter().map(&mut slot).collect()).collect();
    (slots, used.len())
}

/// Some adjustments, the first that of a missing value, rounded to a step: those that differ, and which
/// of them each is.
fn rounded(bits: &[Bits], step: Option<f64>) -> (Vec<Bits>, Vec<u32>) {
    let rounded: Vec<Bits> = bits.iter().map(|bits| step.map_or(*bits, |step| bits.to_step(step))).collect();
    let mut differing = rounded.clone();
    differing.push(Bits::default());
    differing.sort_unstable();
    differing.dedup();
    let number = |bits: &Bits| differing.binary_search(bits).unwrap_or(0) as u32;
    let numbers = rounded.iter().map(number).collect();
    (differing, numbers)
}

/// Packs one comparison's values of one piece of records.
fn pack(
    space: &RecordSpace,
    comparison: &Packed<'_, '_>,
    places: &Lanes,
    records: Range<usize>,
    stride: usize,
    lanes: &mut [u32],
) {
    let (mut values, mut inner) = (Vec::new(), Vec::new());
    let mut rest = lanes;
    for (source, rows) in space.of_sources(records) {
        let (own, others) = rest.split_at_mut(rows.len() * stride);
        rest = others;
        read(comparison, source, rows.clone(), &mut values, &mut inner);
        for (row, &value) in own.chunks_exact_mut(stride).zip(&values) {
            row[places.value] = value as u32;
            if places.is_wide {
                row[places.value + 1] = (value >> 32) as u32;
            }
        }
        for (slot, RarityAt { rarity, .. }) in places.rarities.iter().zip(&comparison.rarities) {
            rarity.places.read(source, rows.clone(), &mut values);
            for (row, &place) in own.chunks_exact_mut(stride).zip(&values) {
                row[slot.lane] |= slot.numbers[place as usize] << slot.shift;
            }
        }
    }
}

/// The packed values of some rows.
fn read(
    comparison: &Packed<'_, '_>,
    source: usize,
    rows: Range<usize>,
    values: &mut Vec<u64>,
    second: &mut Vec<u64>,
) {
    let Some(first) = comparison.columns.first() else { return };
    let pack = comparison.comparator.pack;
    first.read(source, rows.clone(), values);
    if let Some(column) = comparison.columns.get(1) {
        column.read(source, rows, second);
        values.iter_mut().zip(&*second).for_each(|(value, &second)| *value = pack(*value, second));
    } else {
        for value in values.iter_mut() {
            *value = pack(*value, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::column::SourceValues;
    use super::super::compare::comparator;
    use super::*;

    fn column(first: &[u64], second: &[u64]) -> ValueColumn<'static> {
        ValueColumn {
            sources: [first, second].map(|rows| SourceValues::Rows(rows.to_vec())).into(),
            lists: None,
        }
    }

    #[test]
    fn rows_give_back_what_was_packed() {
        let space = RecordSpace::of_rows(&[2, 3]);
        let big = 1_096_185_000_123;
        let equal = column(&[1, 0], &[u64::MAX, 2, 3]);
        let number = column(&[big, 5], &[0, 6, 7]);
        let (outer, inner) = (column(&[4, 4], &[4, 0, 4]), column(&[1, 2], &[3, 4, 0]));
        let rarity = |bits: [f64; 4], rows: (&[u64], &[u64])| RarityAt {
            levels: 0b10,
            rarity: Rarity { bits: bits.map(Bits::of).to_vec(), places: column(rows.0, rows.1) },
        };
        let first = rarity([0.0, 7.0, 9.0, -1.5], (&[1, 0], &[2, 0, 3]));
        let second = rarity([0.0, -3.0, 9.0, 2.0], (&[3, 3], &[0, 1, 2]));
        let comparisons = [
            Packed { comparator: comparator("equal"), columns: vec![&equal], rarities: vec![first, second] },
            Packed { comparator: comparator("identifier"), columns: vec![&number], rarities: vec![] },
            Packed { comparator: comparator("nested"), columns: vec![&outer, &inner], rarities: vec![] },
        ];
        let rows = CompareRows::new(&space, &comparisons);
        let mut gathered = Gathered::default();
        rows.gather(&[4, 0, 2], &mut gathered);
        let values = |comparison| {
            let mut out = Vec::new();
            rows.values(&gathered, comparison, &mut out);
            out
        };
        assert_eq!(values(0), [3, 1, 1]);
        assert_eq!(values(1), [7, big, 0]);
        assert_eq!(values(2), [4 << 32, 4 << 32 | 1, 4 << 32 | 3]);
        let mut rarity = Vec::new();
        rows.rarity(&gathered, 0, 0, &mut rarity);
        assert_eq!(rarity, [-1.5, 7.0, 9.0].map(Bits::of));
        rows.rarity(&gathered, 0, 1, &mut rarity);
        assert_eq!(rarity, [9.0, 2.0, 0.0].map(Bits::of));
        assert_eq!((rows.rarities(0).count(), rows.rarities(1).count()), (2, 0));
        assert_eq!(rows.rarity_max()[0][1], Bits::of(18.0));
        assert_eq!(rows.rarity_max()[0][2], Bits::default());
    }

    #[test]
    fn adjustments_are_rounded_only_where_a_line_has_no_room_for_them() {
        let all: Vec<u64> = (0..3_000).collect();
        let values = column(&all, &[]);
        let bits: Vec<Bits> = (0..3_000).map(|at| Bits::of(f64::from(at) / 400.0)).collect();
        let error_and_lanes = |terms: usize| {
            let mut comparisons: Vec<Packed<'_, '_>> = Vec::new();
            comparisons.resize_with(15, || Packed {
                comparator: comparator("equal"),
                columns: vec![&values],
                rarities: vec![],
            });
            comparisons[3].rarities.resize_with(terms, || RarityAt {
                levels: 2,
                rarity: Rarity { bits: bits.clone(), places: column(&all, &[]) },
            });
            let rows = CompareRows::new(&RecordSpace::of_rows(&[3_000, 0]), &comparisons);
            let mut gathered = Gathered::default();
            rows.gather(&(0..3_000).collect::<Vec<u32>>(), &mut gathered);
            let mut out = Vec::new();
            rows.rarity(&gathered, 3, terms - 1, &mut out);
            let off = out.iter().zip(&bits).map(|(a, b)| (a.number() - b.number()).abs());
            (off.fold(0.0, f64::max), rows.stride)
        };
        // Twelve bits each as they are; at eighths of a bit six, at quarters and halves five and four.
        assert_eq!(error_and_lanes(2), (0.0, LINE));
        let (error, lanes) = error_and_lanes(5);
        assert!(error > 0.01 && error <= 0.0625 && lanes == LINE, "{error} {lanes}");
        let (error, lanes) = error_and_lanes(6);
        assert!(error > 0.0625 && error <= 0.125 && lanes == LINE, "{error} {lanes}");
        assert_eq!(error_and_lanes(9).1, 2 * LINE);
    }
}
