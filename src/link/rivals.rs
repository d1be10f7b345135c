//! Pairs that were cut because another link contradicts them → what is left of their weight.
//!
//! A SIM that is equally like two residents of one name goes to a clerk with either; each pair by itself promises
//! 0.9, but the SIM is of one of them only. That a record is of one person and that it is of another are rivals, so that
//! they share what is certain: of odds o that a pair is one person, r that its left record is of someone
//! else and s that its right one is, all that can be true is neither, one or the other of these two, or both of them; or
//! that the pair is one person, whereby one of its records at most is someone else's. Hence the odds
//! o · (1 + r + s) / ((1 + r) · (1 + s)). A record of a source that has each person once is certainly its own person's (r is
//! without bound), which leaves o / (1 + s). Asked of what was cut as a tie or as second best only: that two numbers
//! contradict each other does not make it certain that they are of two people.
//!
//! Cost: O(records + pairs), in parallel.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::bits::Bits;
use super::decide::Reasons;
use super::links::{FLAG_SECOND_LOOK, Pair};
use super::space::RecordSpace;

/// Odds beyond which nothing is left to share, in bits.
const BITS_MAX: f64 = 40.0;

/// Of which people a record may be, the strongest pair with each: record, person, weight; in this order.
struct Claims(Vec<(u32, u32, Reverse<Bits>)>);

impl Claims {
    /// Of records that rival pairs name, by links and rival pairs.
    fn of(clusters: &[u32], pairs: &[Pair], is_rival: impl Fn(&Pair) -> bool + Sync) -> Self {
        let mut is_asked = vec![false; clusters.len()];
        for pair in pairs.iter().filter(|pair| is_rival(pair)) {
            (is_asked[pair.left as usize], is_asked[pair.right as usize]) = (true, true);
        }
        let claim = |pair: &Pair| {
            let ends = [(pair.left, pair.right), (pair.right, pair.left)];
            let weight = Reverse(pair.weight);
            ends.map(|(record, other)| (record, clusters[other as usize], weight))
        };
        let all = pairs.par_iter().filter(|pair| pair.links || is_rival(pair)).flat_map_iter(claim);
        let mut claims: Vec<_> = all.filter(|(record, ..)| is_asked[*record as usize]).collect();
        claims.par_sort_unstable();
        claims.dedup_by_key(|(record, person, _)| (*record, *person));
        Self(claims)
    }

    /// The odds that a record is of someone else than a person.
    fn against(&self, record: u32, person: u32) -> f64 {
        let first = self.0.partition_point(|(other, ..)| *other < record);
        let own = self.0[first..].iter().take_while(|(other, ..)| *other == record);
        let others = own.filter(|(_, other, _)| *other != person);
        others.map(|(.., weight)| weight.0.number().min(BITS_MAX).exp2()).sum()
    }
}

/// Takes from pairs that were cut as ties or as second best what their rivals claim. People are named by one of
/// their records each; `one_person` says of each source whether it has each person once.
pub(super) fn share_out(
    (reasons, space, one_person): (&Reasons, &RecordSpace, &[bool]),
    clusters: &[u32],
    pairs: &mut [Pair],
) {
    let is_rival = |pair: &Pair| !pair.links && [reasons.tie, reasons.second_best].contains(&pair.reason);
    let claims = Claims::of(clusters, pairs, is_rival);
    let is_certain = |record: u32| one_person.get(space.source(record)) == Some(&true);
    pairs.par_iter_mut().filter(|pair| is_rival(pair)).for_each(|pair| {
        let [left, right] = [pair.left, pair.right];
        let of_left = claims.against(left, clusters[right as usize]);
        let of_right = claims.against(right, clusters[left as usize]);
        let left_over = match [left, right].map(is_certain) {
            [true, false] => (1.0 + of_right).recip(),
            [false, true] => (1.0 + of_left).recip(),
            _ => (1.0 + of_left + of_right) / ((1.0 + of_left) * (1.0 + of_right)),
        };
        pair.weight += Bits::of_ratio(left_over);
        pair.flags |= FLAG_SECOND_LOOK;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIE: u8 = 3;
    const SECOND_BEST: u8 = 4;

    fn shared_out(clusters: &[u32], pairs: &[(u32, u32, f64, u8)]) -> Vec<f64> {
        let mut reasons = Reasons::default();
        (reasons.tie, reasons.second_best) = (TIE, SECOND_BEST);
        let pair = |&(left, right, bits, reason): &(u32, u32, f64, u8)| Pair {
            left,
            right,
            weight: Bits::of(bits),
            links: reason == 0,
            reason,
            ..Pair::default()
        };
        let mut pairs: Vec<Pair> = pairs.iter().map(pair).collect();
        let space = RecordSpace::of_rows(&[2, 2]);
        share_out((&reasons, &space, &[true, false]), clusters, &mut pairs);
        pairs.iter().map(|pair| pair.weight.probability()).collect()
    }

    /// Residents 0 and 1, SIMs 2 and 3; nine to one for all that ties.
    const NINE: f64 = 3.169_925_001;

    #[test]
    fn two_that_are_equally_likely_share_one_person() {
        let found = shared_out(&[0, 1, 2], &[(0, 2, NINE, TIE), (1, 2, NINE, TIE)]);
        assert!(found.iter().all(|p| (p - 9.0 / 19.0).abs() < 1e-4), "{found:?}");
    }

    #[test]
    fn little_is_left_beside_a_sure_link_and_links_stay() {
        let found = shared_out(&[0, 1, 0], &[(0, 2, 20.0, 0), (1, 2, 3.0, SECOND_BEST)]);
        assert!(found[0] > 0.999_99 && found[1] < 1e-4, "{found:?}");
    }

    #[test]
    fn records_that_follow_others_give_way_as_far_as_they_follow() {
        // Two SIMs, one linked with each resident, one link sure and the other nine to one.
        let found = shared_out(&[0, 1, 0, 1], &[(0, 2, 20.0, 0), (1, 3, NINE, 0), (2, 3, NINE, SECOND_BEST)]);
        assert!((found[2] - 0.9 / 1.9).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn other_cuts_and_pairs_without_rivals_stay() {
        let found = shared_out(&[0, 1, 2, 2], &[(0, 2, 1.0, TIE), (0, 3, 1.0, TIE), (1, 2, 3.0, 9)]);
        let alone = |bits: f64| Bits::of(bits).probability();
        assert!((found[2] - alone(3.0)).abs() < 1e-9, "{found:?}");
        assert!((found[0] - alone(1.0)).abs() < 1e-9 && (found[1] - found[0]).abs() < 1e-9, "{found:?}");
    }
}
