//! What comparisons need of a record, side by side.
//!
//! Linkage is bound by misses of memory, not by arithmetic. All values of a
//! record that are compared, and its term-frequency adjustments, stand in one
//! compare row of lanes of 32 bits: the record of a block is fetched once, not
//! once a pair and comparison.

use std::ops::Range;

use rayon::prelude::*;

use super::bits::Bits;
use super::column::ValueColumn;
use super::compare::Comparator;
use super::space::RecordSpace;

/// Rows that are packed as one piece.
const PIECE: usize = 1 << 14;

/// The values of one comparison, to be packed.
pub(super) struct Packed<'c, 'a> {
    pub(super) comparator: Comparator,
    /// A column for each of the comparator's readings.
    pub(super) columns: Vec<&'c ValueColumn<'a>>,
    /// The term-frequency adjustments, where the model has some.
    pub(super) rarity: Option<ValueColumn<'a>>,
}

/// Where a comparison's values stand in a row.
#[derive(Clone, Copy, Debug)]
struct Lanes {
    value: usize,
    is_wide: bool,
    rarity: Option<usize>,
}

/// The compare rows of all records.
#[derive(Debug, Default)]
pub(super) struct CompareRows {
    lanes: Vec<u32>,
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
        let mut lanes = vec![0; space.len() * stride];
        let pieces = lanes.par_chunks_mut(PIECE * stride.max(1)).enumerate();
        pieces.for_each(|(at, lanes)| {
            let first = at * PIECE;
            let records = first..first + lanes.len() / stride;
            for (comparison, places) in comparisons.iter().zip(&places) {
                pack(space, comparison, *places, records.clone(), stride, lanes);
            }
        });
        Self { lanes, stride, places }
    }

    /// Fetches the rows of some records.
    pub(super) fn gather(&self, records: &[u32], out: &mut Gathered) {
        out.lanes.clear();
        for &record in records {
            let start = record as usize * self.stride;
            out.lanes.extend_from_slice(&self.lanes[start..start + self.stride]);
        }
    }

    /// One comparison's values of gathered records, put into `out`.
    pub(super) fn values(&self, gathered: &Gathered, comparison: usize, out: &mut Vec<u64>) {
        let Lanes { value, is_wide, .. } = self.places[comparison];
        let rows = gathered.lanes.chunks_exact(self.stride);
        out.clear();
        if is_wide {
            out.extend(rows.map(|row| u64::from(row[value + 1]) << 32 | u64::from(row[value])));
        } else {
            out.extend(rows.map(|row| u64::from(row[value])));
        }
    }

    /// One comparison's term-frequency adjustments of gathered records, put into `out`; whether it
    /// has some.
    pub(super) fn rarity(&self, gathered: &Gathered, comparison: usize, out: &mut Vec<Bits>) -> bool {
        let Some(lane) = self.places[comparison].rarity else { return false };
        out.clear();
        out.extend(gathered.lanes.chunks_exact(self.stride).map(|row| Bits::from_lane(row[lane])));
        true
    }
}

/// Where each comparison's values stand, and the length of a row.
fn lay_out(comparisons: &[Packed<'_, '_>]) -> (Vec<Lanes>, usize) {
    let mut next = 0;
    let mut take = |lanes: usize| {
        next += lanes;
        next - lanes
    };
    let places = comparisons.iter().map(|one| {
        let is_wide = one.comparator.is_wide();
        Lanes { value: take(1 + usize::from(is_wide)), is_wide, rarity: one.rarity.as_ref().map(|_| take(1)) }
    });
    let places = places.collect();
    (places, next)
}

/// Packs one comparison's values of one piece of records.
fn pack(
    space: &RecordSpace,
    comparison: &Packed<'_, '_>,
    places: Lanes,
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
        if let (Some(lane), Some(rarity)) = (places.rarity, &comparison.rarity) {
            rarity.read(source, rows, &mut values);
            own.chunks_exact_mut(stride).zip(&values).for_each(|(row, &value)| row[lane] = value as u32);
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
        ValueColumn { sources: [first, second].map(|rows| SourceValues::Rows(rows.to_vec())).into() }
    }

    #[test]
    fn rows_give_back_what_was_packed() {
        let space = RecordSpace::of_rows(&[2, 3]);
        let big = 1_096_185_000_123;
        let equal = column(&[1, 0], &[u64::MAX, 2, 3]);
        let number = column(&[big, 5], &[0, 6, 7]);
        let (outer, inner) = (column(&[4, 4], &[4, 0, 4]), column(&[1, 2], &[3, 4, 0]));
        let comparisons = [
            Packed {
                comparator: comparator("equal"),
                columns: vec![&equal],
                rarity: Some(column(&[7, 8], &[9, 10, u64::from(u32::MAX)])),
            },
            Packed { comparator: comparator("number"), columns: vec![&number], rarity: None },
            Packed { comparator: comparator("nested"), columns: vec![&outer, &inner], rarity: None },
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
        assert!(rows.rarity(&gathered, 0, &mut rarity) && !rows.rarity(&gathered, 1, &mut rarity));
        assert_eq!(rarity, [u32::MAX, 7, 9].map(Bits::from_lane));
    }
}
