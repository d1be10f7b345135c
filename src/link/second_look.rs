//! A second look at pairs in doubt, when it is known who has which records ([`partners`]).

use rayon::prelude::*;

use super::decide::Judge;
use super::links::{Decision, FLAG_NON_LINK, FLAG_SECOND_LOOK, Pair, merge_in};
use super::partners::{self, Known, Partners};
use super::ruled::Words;

/// Weighs the pairs in doubt once more, but for those that an officer has ruled on, and decides anew
/// on those that clusters have not cut. What becomes a link or a review moves from the non-links to
/// `pairs`; nothing moves the other way yet. Both are sorted by left, then right record, before and
/// after. Whether clusters are to be made anew: a link was made or undone, or a pair came to `pairs`.
///
/// `clusters` names each record's person of the first look by one of its records. O(records + pairs), in
/// parallel.
pub(super) fn look_again(
    judge: &Judge<'_>,
    (clusters, words): (&[u32], Words),
    pairs: &mut Vec<Pair>,
    non_links: &mut Vec<Pair>,
) -> bool {
    let (holdings, surely) = rayon::join(
        || partners::holdings(judge.space, clusters),
        || partners::surely(judge.space.len(), pairs),
    );
    let known = Known { space: judge.space, clusters, holdings: &holdings, surely: &surely };
    let is_ruled = |pair: &Pair| pair.links && pair.reason == words.same;
    let all = pairs.par_iter().chain(non_links.par_iter());
    let partners = Partners::learn(known, all.filter(|pair| !is_ruled(pair)));
    let all = pairs.par_iter_mut().chain(non_links.par_iter_mut());
    let changed: u64 = all
        .filter(|pair| !is_ruled(pair))
        .map(|pair| u64::from(weigh_again(judge, &partners, known, pair)))
        .sum();
    let raised: Vec<Pair> = non_links.extract_if(.., |pair| pair.flags & FLAG_NON_LINK == 0).collect();
    let is_raised = !raised.is_empty();
    if is_raised {
        merge_in(pairs, raised);
    }
    changed > 0 || is_raised
}

/// Moves pairs that are neither linked nor worth a clerk's look any more to the non-links, and drops
/// what is not even worth keeping. O(pairs).
pub(super) fn put_down(judge: &Judge<'_>, pairs: &mut Vec<Pair>, non_links: &mut Vec<Pair>) {
    let is_hopeless = |pair: &mut Pair| !pair.links && pair.reason == 0 && pair.weight < judge.review_from;
    let put_down = pairs.extract_if(.., is_hopeless);
    let put_down = put_down.map(|pair| Pair { flags: pair.flags | FLAG_NON_LINK, ..pair }).collect();
    merge_in(non_links, put_down);
    non_links.retain(|pair| pair.weight >= judge.keep_from);
}

/// Weighs one pair by its records' partners; one that clusters have not cut is decided on anew.
/// Whether it became a link or is none any more.
fn weigh_again(judge: &Judge<'_>, partners: &Partners, known: Known<'_>, pair: &mut Pair) -> bool {
    let weight = partners.weigh(known, pair);
    if weight == pair.weight {
        return false;
    }
    pair.weight = weight;
    pair.flags |= FLAG_SECOND_LOOK;
    let is_cut = !pair.links && pair.reason != 0 && pair.flags & FLAG_NON_LINK == 0;
    if is_cut {
        return false;
    }
    let was_link = pair.links;
    let (decision, reason) = judge.decide(pair.levels, weight).unwrap_or((Decision::NonLink, 0));
    pair.links = decision == Decision::Link;
    // What stands among the links and reviews stays there until it is known whom links join.
    pair.reason = if decision == Decision::NonLink && pair.flags & FLAG_NON_LINK == 0 { 0 } else { reason };
    if decision != Decision::NonLink {
        pair.flags &= !FLAG_NON_LINK;
    }
    pair.links != was_link
}
