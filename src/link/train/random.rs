//! Pairs of records drawn by lot, the same ones each time: what strangers show.

use rayon::prelude::*;

use super::counts::{Counting, Scratch, VectorCounts, mix};
use super::sources::SourcePair;
use crate::link::blocking::Candidates;
use crate::link::decide::Judge;
use crate::link::space::RecordSpace;
use crate::table::{RecordRef, SourceIndex};

/// Pairs that are drawn and compared as one piece.
const PIECE: u64 = 1024;

/// Draws so many pairs, spread over pairs of sources by weight, and counts their vectors.
/// O(pairs), in parallel.
pub(super) fn count(judge: &Judge<'_>, weights: &[(SourcePair, f64)], pairs: u64) -> VectorCounts {
    let counting = Counting::new(judge, 1.0);
    let pieces = pieces(judge.space, weights, pairs);
    pieces.into_par_iter().for_each_init(
        || (Scratch::default(), Candidates::default()),
        |(scratch, batch), piece| {
            piece.draw(judge.space, batch);
            counting.count(batch, scratch);
        },
    );
    counting.finish()
}

/// Some pairs of two sources, to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    between: SourcePair,
    first: u64,
    past: u64,
}

/// The pairs to be drawn; of two sources never more than there are.
fn pieces(space: &RecordSpace, weights: &[(SourcePair, f64)], pairs: u64) -> Vec<Piece> {
    let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let mut pieces = Vec::new();
    for &(between, weight) in weights.iter().filter(|(_, weight)| *weight > 0.0) {
        let wanted = ((pairs as f64 * weight / all) as u64).min(between.possible(space));
        let firsts = (0..wanted).step_by(PIECE as usize);
        pieces.extend(firsts.map(|first| Piece { between, first, past: (first + PIECE).min(wanted) }));
    }
    pieces
}

impl Piece {
    /// Both records of a pair stand side by side.
    fn draw(&self, space: &RecordSpace, batch: &mut Candidates) {
        batch.records.clear();
        batch.left.clear();
        batch.right.clear();
        let SourcePair(a, b) = self.between;
        let lot = mix((a as u64) << 32 | b as u64);
        for nth in self.first..self.past {
            let draw = mix(lot ^ mix(nth));
            let (first, second) = (record(space, a, draw), record(space, b, mix(draw)));
            if first == second {
                continue;
            }
            let place = batch.records.len() as u32;
            batch.records.extend([first.min(second), first.max(second)]);
            batch.left.push(place);
            batch.right.push(place + 1);
        }
    }
}

/// A record of a source, each as likely as another.
fn record(space: &RecordSpace, source: usize, lot: u64) -> u32 {
    let row = (u128::from(lot) * space.rows(source) as u128) >> 64;
    space.number(RecordRef::new(SourceIndex(source as u8), row as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_drawn_by_weight_and_never_of_one_record() {
        let space = RecordSpace::of_rows(&[300, 0, 50]);
        let weights = [(SourcePair(0, 0), 1.0), (SourcePair(0, 2), 3.0), (SourcePair(1, 2), 0.0)];
        let pieces = pieces(&space, &weights, 4000);
        let drawn = |between| -> u64 {
            pieces.iter().filter(|piece| piece.between == between).map(|piece| piece.past - piece.first).sum()
        };
        assert_eq!(
            (drawn(SourcePair(0, 0)), drawn(SourcePair(0, 2)), drawn(SourcePair(1, 2))),
            (1000, 3000, 0)
        );
        let mut batch = Candidates::default();
        let mut seen = [0_u32; 350];
        for piece in &pieces {
            piece.draw(&space, &mut batch);
            for (&left, &right) in batch.left.iter().zip(&batch.right) {
                let (left, right) = (batch.records[left as usize], batch.records[right as usize]);
                assert!(left < right && (right < 300 || piece.between == SourcePair(0, 2)));
                seen[left as usize] += 1;
                seen[right as usize] += 1;
            }
        }
        // Of 50 rows each is drawn 60 times on average, of 300 each 17 times; five deviations at most.
        assert!(seen[300..].iter().all(|&times| (21..100).contains(&times)), "{seen:?}");
        assert!(seen[..300].iter().all(|&times| (1..40).contains(&times)), "{seen:?}");
    }

    #[test]
    fn of_a_few_records_not_more_pairs_are_drawn_than_there_are() {
        let space = RecordSpace::of_rows(&[4, 1]);
        let weights = [(SourcePair(0, 0), 1.0), (SourcePair(0, 1), 1.0), (SourcePair(1, 1), 1.0)];
        let drawn: u64 = pieces(&space, &weights, 1000).iter().map(|piece| piece.past - piece.first).sum();
        assert_eq!(drawn, 6 + 4);
    }
}
