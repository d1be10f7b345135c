//! A second look at pairs in doubt, when it is known who has which records.
//!
//! Three questions, one after the other, each of the weights that the one before has left: whose numbers differ
//! ([`numbers`](super::numbers)), who has which records ([`partners`]), whose relatives live where
//! ([`relatives`]).

use rayon::prelude::*;

use super::bits::Bits;
use super::cluster::Grounds;
use super::decide::Judge;
use super::doubt::{Learnt, is_doubtful};
use super::links::{Decision, FLAG_NON_LINK, FLAG_SECOND_LOOK, Pair, merge_in};
use super::numbers::Numbers;
use super::partners::{self, Known};
use super::relatives::{self, HomeColumns, Homes};
use super::ruled::Words;

/// Weighs the pairs in doubt once more, but for those that an officer has ruled on, and decides anew
/// on those that clusters have not cut. What becomes a link or a review moves from the non-links to
/// `pairs`; nothing moves the other way yet. Both are sorted by left, then right record, before and
/// after. Whether clusters are to be made anew: a link was made or undone, or a pair came to `pairs`.
///
/// `clusters` names each record's person of the first look by one of its records. O(records + pairs), in
/// parallel.
pub(super) fn look_again(
    grounds: &Grounds<'_>,
    (clusters, named): (&[u32], &[HomeColumns<'_>]),
    pairs: &mut Vec<Pair>,
    non_links: &mut Vec<Pair>,
) -> bool {
    let judge = grounds.judge;
    let (holdings, surely) = rayon::join(
        || partners::holdings(judge.space, clusters),
        || partners::surely(judge.space.len(), pairs),
    );
    let settled = partners::settled(judge.space, &surely, grounds.one_person);
    let known = Known {
        space: judge.space,
        clusters,
        holdings: &holdings,
        surely: &surely,
        one_person: grounds.one_person,
        settled: &settled,
    };
    let mut look = Look { words: grounds.words, lists: [pairs, non_links] };
    if let Some(rule) = judge.matching.calibration {
        look.borrow_numbers(&Numbers::new(judge, rule, &surely));
    }
    look.ask((known.kinds(), partners::LEVELS), |pair| Some(known.seen(pair)));
    for named in named {
        let homes = Homes::new(named, known);
        look.ask((known.kinds(), relatives::LEVELS), |pair| homes.seen(pair));
    }
    let changed = look.decide(judge);
    let raised: Vec<Pair> = non_links.extract_if(.., |pair| pair.flags & FLAG_NON_LINK == 0).collect();
    let is_raised = !raised.is_empty();
    if is_raised {
        merge_in(pairs, raised);
    }
    changed || is_raised
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

/// The pairs that are looked at.
struct Look<'p> {
    words: Words,
    /// Links and reviews; non-links.
    lists: [&'p mut Vec<Pair>; 2],
}

impl Look<'_> {
    /// Adds what people's numbers tell.
    fn borrow_numbers(&mut self, numbers: &Numbers<'_>) {
        let words = self.words;
        for list in &mut self.lists {
            numbers.lend(list, |pair| !is_ruled(pair, words));
        }
    }

    /// Adds what the answers to a question tell, after learning it; nothing where there is none.
    fn ask(
        &mut self,
        kinds_and_levels: (usize, usize),
        seen: impl Fn(&Pair) -> Option<(usize, usize)> + Sync,
    ) {
        let words = self.words;
        let is_asked = |pair: &&Pair| !is_ruled(pair, words);
        let all = self.lists[0].par_iter().chain(self.lists[1].par_iter());
        let learnt = Learnt::of(kinds_and_levels, all.filter(is_asked), &seen);
        for list in &mut self.lists {
            list.par_iter_mut().filter(|pair| !is_ruled(pair, words) && is_doubtful(pair.weight)).for_each(
                |pair| {
                    add(pair, seen(pair).map(|seen| learnt.bits(seen)).unwrap_or_default());
                },
            );
        }
    }

    /// Decides anew on the pairs that were in doubt; whether a link was made or undone.
    fn decide(&mut self, judge: &Judge<'_>) -> bool {
        let words = self.words;
        let one = |list: &mut Vec<Pair>| {
            let changed = list.par_iter_mut().filter(|pair| !is_ruled(pair, words) && was_looked_at(pair));
            changed.map(|pair| u64::from(decide_again(judge, pair))).sum::<u64>()
        };
        self.lists.iter_mut().map(|list| one(list)).sum::<u64>() > 0
    }
}

fn was_looked_at(pair: &Pair) -> bool {
    pair.flags & FLAG_SECOND_LOOK != 0
}

/// Adds what was learnt of a pair.
pub(super) fn add(pair: &mut Pair, told: Bits) {
    if told != Bits::default() {
        pair.weight += told;
        pair.flags |= FLAG_SECOND_LOOK;
    }
}

/// Decides on a pair whose weight has changed, unless clusters have cut it. Whether it became a link or is none
/// any more.
fn decide_again(judge: &Judge<'_>, pair: &mut Pair) -> bool {
    let is_cut = !pair.links && pair.reason != 0 && pair.flags & FLAG_NON_LINK == 0;
    if is_cut {
        return false;
    }
    let was_link = pair.links;
    let (decision, reason) = judge.decide(pair.levels, pair.weight).unwrap_or((Decision::NonLink, 0));
    pair.links = decision == Decision::Link;
    // What stands among the links and reviews stays there until it is known whom links join.
    pair.reason = if decision == Decision::NonLink && pair.flags & FLAG_NON_LINK == 0 { 0 } else { reason };
    if decision != Decision::NonLink {
        pair.flags &= !FLAG_NON_LINK;
    }
    pair.links != was_link
}

fn is_ruled(pair: &Pair, words: Words) -> bool {
    pair.links && pair.reason == words.same
}
