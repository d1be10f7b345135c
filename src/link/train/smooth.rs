//! Counts and what was thought before → shares.
//!
//! A level that nobody showed is not impossible, and one that three pairs showed
//! is not known to a third. Each level's present share p therefore counts as though
//! it had been seen so many times (its *strength* k) among k / p pairs: the
//! posterior mean of a rate with a gamma prior of shape k and mean p. Where the data
//! have many times k pairs at a level the present model is forgotten; where they
//! cannot show it (a level of one pair in ten million, looked for among four
//! million) it stands. A Dirichlet prior of one strength for all levels would do
//! neither: what is modest beside a half is overwhelming or nothing beside 10⁻⁷.

/// How many pairs at a level the present model's share is worth; above 0.
pub(super) type Strength = f64;

/// The strength that training gives the present model: a level seen 40 times moves nine tenths of
/// the way to what the data say, one seen four times half of it.
pub(super) const STRENGTH: Strength = 4.0;

/// Shares of levels out of pairs seen at each and the present shares, all above 0; they add up to
/// 1 over those levels that have a present share.
pub(super) fn smoothed(present: &[f64], seen: &[f64], strength: Strength, shares: &mut [f64]) {
    let all: f64 = seen.iter().sum();
    for ((share, &present), &seen) in shares.iter_mut().zip(present).zip(seen) {
        *share = rate(present, seen, all, strength);
    }
    let sum: f64 = shares.iter().sum();
    if sum > 0.0 {
        for share in shares {
            *share /= sum;
        }
    }
}

/// The rate of what was seen so many times among so many, before known to be about `present`.
pub(super) fn rate(present: f64, seen: f64, among: f64, strength: Strength) -> f64 {
    if present > 0.0 { (strength + seen) / (strength / present + among) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(present: &[f64], seen: &[f64]) -> Vec<f64> {
        let mut shares = vec![0.0; present.len()];
        smoothed(present, seen, STRENGTH, &mut shares);
        shares
    }

    #[test]
    fn a_level_that_nobody_showed_keeps_what_could_not_be_seen() {
        // One in ten million is not to be seen among a million: it stands. One in a thousand is.
        let present = [1e-7, 1e-3, 1.0 - 1e-3 - 1e-7];
        let shares = shares(&present, &[0.0, 0.0, 1e6]);
        assert!((shares[0] / present[0] - 40.0 / 41.0).abs() < 1e-3, "{shares:?}");
        assert!((shares[1] - 4.0 / (4_000.0 + 1e6)).abs() < 1e-8, "{shares:?}");
    }

    #[test]
    fn what_is_seen_often_is_believed_and_of_nothing_the_present_stands() {
        let present = [0.01, 0.99];
        let often = shares(&present, &[3e5, 7e5]);
        assert!((often[0] - 0.3).abs() < 1e-3, "{often:?}");
        let none = shares(&present, &[0.0, 0.0]);
        assert!(none.iter().zip(&present).all(|(share, present)| (share - present).abs() < 1e-12));
    }

    proptest! {
        #[test]
        fn shares_are_never_0_and_add_up_to_1(
            levels in prop::collection::vec((1e-9..1.0_f64, prop_oneof![Just(0.0), 0.0..1e9_f64]), 2..15),
        ) {
            let sum: f64 = levels.iter().map(|level| level.0).sum();
            let present: Vec<f64> = levels.iter().map(|level| level.0 / sum).collect();
            let seen: Vec<f64> = levels.iter().map(|level| level.1).collect();
            let shares = shares(&present, &seen);
            prop_assert!(shares.iter().all(|share| *share > 0.0 && *share < 1.0), "{:?}", shares);
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
