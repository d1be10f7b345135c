//! What comparisons need of a record, side by side.
//!
//! Linkage is bound by misses of memory, not by arithmetic. All values of a
//! record that are compared, and its term-frequency adjustments, stand in one
//! compare row of lanes of 32 bits, which is one cache line where it can: the
//! record of a block is fetched once, not once a pair and comparison. There are few
//! different adjustments, so that half a lane says which one.

use std::ops::Range;

use rayon::prelude::*;

use super::aligned::{Aligned, LINE, row_length};
use super::bits::Bits;
use super::column::ValueColumn;
use super::compare::Comparator;
use super::space::RecordSpace;
use super::term_frequency::Rarity;

/// Rows that are packed as one piece: they stay in the cache while one comparison's values after the
/// other are written.
const PIECE: usize = 1 << 13;

/// The values of one comparison, to be packed.
pub(super) struct Packed<'c, 'a> {
    pub(super) comparator: Comparator,
    /// A column for each of the comparator's readings.
    pub(super) columns: Vec<&'c ValueColumn<'a>>,
    /// The term-frequency adjustments, where the model has some.
    pub(super) rarity: Option<Rarity<'a>>,
}

/// Where a comparison's values stand in a row.
#[derive(Clone, Copy, Debug)]
struct Lanes {
    value: usize,
    is_wide: bool,
    rarity: Option<Half>,
}

/// Half of a lane.
#[derive(Clone, Copy, Debug)]
struct Half {
    lane: usize,
    shift: u32,
}

/// The compare rows of all records.
#[derive(Debug, Default)]
pub(super) struct CompareRows {
    lanes: Aligned<u32>,
    stride: usize,
    /// By comparison.
    places: Vec<Lanes>,
    /// By comparison: what its adjustments' numbers stand for; nothing where it has none.
    rarity: Vec<Vec<Bits>>,
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
                pack(space, comparison, *places, records.clone(), stride, lanes);
            }
        });
        let bits = |one: &Packed<'_, '_>| one.rarity.as_ref().map_or_else(Vec::new, |one| one.bits.clone());
        Self { lanes, stride, places, rarity: comparisons.iter().map(bits).collect() }
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
        let Some(Half { lane, shift }) = self.places[comparison].rarity else { return false };
        let bits = &self.rarity[comparison];
        out.clear();
        let of_row = |row: &[u32]| bits[(row[lane] >> shift & 0xffff) as usize];
        out.extend(gathered.lanes.chunks_exact(self.stride).map(of_row));
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
    let place = |one: &Packed<'_, '_>| {
        let is_wide = one.comparator.is_wide();
        Lanes { value: take(1 + usize::from(is_wide)), is_wide, rarity: None }
    };
    let mut places: Vec<Lanes> = comparisons.iter().map(place).collect();
    let with_rarity = places.iter_mut().zip(comparisons).filter(|(_, one)| one.rarity.is_some());
    let mut halves = 0;
    for (places, _) in with_rarity {
        places.rarity = Some(Half { lane: next + halves / 2, shift: 16 * (halves as u32 % 2) });
        halves += 1;
    }
    (places, row_length(next + halves.div_ceil(2)))
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
        if let (Some(Half { lane, shift }), Some(rarity)) = (places.rarity, &comparison.rarity) {
            rarity.places.read(source, rows, &mut values);
            let rows = own.chunks_exact_mut(stride).zip(&values);
            rows.for_each(|(row, &place)| row[lane] |= (place as u32 & 0xffff) << shift);
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
        let comparisons = [
            Packed {
                comparator: comparator("equal"),
                columns: vec![&equal],
                rarity: Some(Rarity {
                    bits: [0.0, 7.0, 9.0, -1.5].map(Bits::of).to_vec(),
                    places: column(&[1, 0], &[2, 0, 3]),
                }),
            },
            Packed { comparator: comparator("identifier"), columns: vec![&number], rarity: None },
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
        assert_eq!(rarity, [-1.5, 7.0, 9.0].map(Bits::of));
    }
}
