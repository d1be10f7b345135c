//! A second look at pairs in doubt, when it is known who has which records.
//!
//! First it is asked who has which records and whose numbers differ ([`partners`],
//! [`numbers`](super::numbers)), then, of the weights that this has left, whose relatives live where
//! ([`relatives`]). Then all pairs between the same two people get one weight ([`pooled`](super::pooled)), and where the
//! answers cannot teach how many are one person, as many are as calibration has promised ([`held`](super::held)).

use rayon::prelude::*;

use super::bits::Bits;
use super::cluster::Grounds;
use super::decide::Judge;
use super::doubt::{Learnt, is_doubtful};
use super::held::Promised;
use super::links::{Decision, FLAG_KIN, FLAG_NON_LINK, FLAG_SECOND_LOOK, Levels, Pair, merge_in};
use super::numbers::Numbers;
use super::partners::{self, Known, Neighbours};
use super::pooled::Pooled;
use super::relatives::{self, HomeColumns, Homes};
use super::ruled::Words;

/// Weighs the pairs in doubt once more, but for those that an officer has ruled on, and decides anew
/// on those that clusters have not cut. What becomes a link or a review moves from the non-links to
/// `pairs`; nothing moves the other way yet. Both are sorted by left, then right record, before and
/// after. Whether clusters are to be made anew: a link was made or undone, or a pair came to `pairs`.
///
/// O(records + pairs), in parallel.
pub(super) fn look_again(
    grounds: &Grounds<'_>,
    named: &[HomeColumns<'_>],
    pairs: &mut Vec<Pair>,
    non_links: &mut Vec<Pair>,
) -> bool {
    let judge = grounds.judge;
    let surely = partners::surely(judge.space.len(), pairs);
    let (holdings, neighbours) =
        rayon::join(|| partners::holdings(judge.space, &surely), || Neighbours::of(&surely, pairs));
    let mut look = Look { words: grounds.words, lists: [pairs, non_links] };
    let settled = partners::settled(judge.space, &surely, grounds.one_person);
    let known = Known {
        space: judge.space,
        surely: &surely,
        holdings: &holdings,
        neighbours: &neighbours,
        one_person: grounds.one_person,
        settled: &settled,
    };
    let group = |pair: &Pair| (known.kind(pair), pair.levels);
    let promised = look.promised(group);
    if let Some(rule) = judge.matching.calibration {
        look.mark_numbers(&Numbers::new(judge, rule, &surely));
    }
    look.ask(partners::LEVELS, |pair| Some(known.seen(pair)));
    for named in named {
        let homes = Homes::new(named, known);
        look.ask(relatives::LEVELS, |pair| homes.seen(pair));
    }
    look.pool(&surely);
    look.hold(&promised, group);
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
    /// Marks what is of two numbers.
    fn mark_numbers(&mut self, numbers: &Numbers<'_>) {
        let words = self.words;
        for list in &mut self.lists {
            numbers.mark(list, |pair| !is_ruled(pair, words));
        }
    }

    /// Adds what the answers to a question tell, after learning it; nothing where there is none.
    fn ask(&mut self, levels: usize, seen: impl Fn(&Pair) -> Option<(usize, usize)> + Sync) {
        let words = self.words;
        let is_asked = |pair: &&Pair| !is_ruled(pair, words);
        let all = self.lists[0].par_iter().chain(self.lists[1].par_iter());
        let learnt = Learnt::of(levels, all.filter(is_asked), &seen);
        for list in &mut self.lists {
            list.par_iter_mut().filter(|pair| !is_ruled(pair, words) && is_doubtful(pair.weight)).for_each(
                |pair| {
                    add(pair, seen(pair).map(|seen| learnt.bits(seen)).unwrap_or_default());
                },
            );
        }
    }

    /// Pairs that were in doubt and on which no officer has ruled.
    fn asked(&self) -> impl ParallelIterator<Item = &Pair> {
        let words = self.words;
        let all = self.lists[0].par_iter().chain(self.lists[1].par_iter());
        all.filter(move |pair| is_asked(pair, words))
    }

    fn asked_mut(&mut self) -> impl ParallelIterator<Item = &mut Pair> {
        let words = self.words;
        let [pairs, non_links] = &mut self.lists;
        pairs.par_iter_mut().chain(non_links.par_iter_mut()).filter(move |pair| is_asked(pair, words))
    }

    /// Gives all that was in doubt between two people one weight.
    fn pool(&mut self, surely: &[u32]) {
        let pooled = Pooled::of(surely, self.asked());
        self.asked_mut().for_each(|pair| {
            if let Some(bits) = pooled.bits(pair, surely).filter(|bits| *bits != pair.weight) {
                (pair.weight, pair.flags) = (bits, pair.flags | FLAG_SECOND_LOOK);
            }
        });
    }

    /// How many of those that kin explain best are promised to be one person.
    fn promised(&self, group: impl Fn(&Pair) -> (usize, Levels) + Sync) -> Promised {
        Promised::of(self.asked().filter(|pair| are_kin(pair)), group)
    }

    /// Shifts their weights so that as many are.
    fn hold(&mut self, promised: &Promised, group: impl Fn(&Pair) -> (usize, Levels) + Sync) {
        let shifts = promised.shifts(self.asked().filter(|pair| are_kin(pair)), &group);
        self.asked_mut().filter(|pair| are_kin(pair)).for_each(|pair| {
            add(pair, shifts.get(&group(pair)).copied().unwrap_or_default());
        });
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

fn is_asked(pair: &Pair, words: Words) -> bool {
    !is_ruled(pair, words) && (is_doubtful(pair.weight) || was_looked_at(pair))
}

/// Whether kin are the rival explanation.
fn are_kin(pair: &Pair) -> bool {
    pair.flags & FLAG_KIN != 0
}

fn was_looked_at(pair: &Pair) -> bool {
    pair.flags & FLAG_SECOND_LOOK != 0
}

/// Adds what was learnt of a pair.
fn add(pair: &mut Pair, told: Bits) {
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
