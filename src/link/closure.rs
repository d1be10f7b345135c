//! Every two records of one person are a link.
//!
//! Links join records over others: a resident and a SIM that no blocking rule has met, or that tell
//! little of each other, are one person by way of the card that both are linked to. Such a pair is as sure
//! as the weakest link on the strongest way from one to the other (the bottleneck of a maximum spanning
//! tree), or as its own values make it, whichever is more. Pairs of a source whose records are never
//! compared with each other are left out.
//!
//! Cost: O(records + pairs); of people whose records are not all linked, some tenth of all, the square
//! of their records.

use rayon::prelude::*;

use super::bits::Bits;
use super::cluster::OpenClusters;
use super::decide::Judge;
use super::links::{FLAG_SECOND_LOOK, Pair, merge_in};
use super::ruled::{self, Words};

/// One person's records and the links among them.
#[derive(Clone, Copy, Debug)]
struct Person<'a> {
    /// Rising.
    members: &'a [u32],
    /// By place among all pairs.
    links: &'a [u32],
}

/// Makes what is lacking inside people links, and takes it out of the non-links. Both lists are sorted
/// by left, then right record, before and after.
pub(super) fn close(
    judge: &Judge<'_>,
    (clusters, words): (&[u32], Words),
    pairs: &mut Vec<Pair>,
    non_links: &mut Vec<Pair>,
) {
    let open = OpenClusters::of(clusters, pairs);
    let close =
        |at: usize| Person { members: open.members(at), links: open.edges(at) }.close(judge, words, pairs);
    let found: Vec<Closed> = (0..open.len()).into_par_iter().with_min_len(512).map(close).collect();
    let mut unmet = Vec::new();
    for closed in found {
        for (at, weight) in closed.raised {
            let pair = &mut pairs[at as usize];
            (pair.weight, pair.flags) = (weight, pair.flags | FLAG_SECOND_LOOK);
        }
        unmet.extend(closed.unmet);
    }
    if unmet.is_empty() {
        return;
    }
    unmet.par_sort_unstable_by_key(|&(left, right, _)| (left, right));
    merge_in(pairs, made(judge, &unmet));
    non_links.retain(|pair| clusters[pair.left as usize] != clusters[pair.right as usize]);
}

/// Links out of pairs that are not among the links, each with the weight of the way between.
fn made(judge: &Judge<'_>, unmet: &[(u32, u32, Bits)]) -> Vec<Pair> {
    let of_piece = |unmet: &[(u32, u32, Bits)]| {
        let ends: Vec<(u32, u32)> = unmet.iter().map(|&(left, right, _)| (left, right)).collect();
        let scored = ruled::score(judge, &ends).into_iter().zip(unmet);
        let link = |(pair, &(.., weight)): (Pair, &(u32, u32, Bits))| Pair {
            links: true,
            weight: pair.weight.max(weight),
            blocking_rule: ruled::NO_BLOCKING_RULE,
            flags: if weight > pair.weight { FLAG_SECOND_LOOK } else { 0 },
            ..pair
        };
        scored.map(link).collect::<Vec<Pair>>()
    };
    unmet.par_chunks(1 << 12).flat_map_iter(of_piece).collect()
}

/// What becomes of one person's pairs.
#[derive(Debug, Default)]
struct Closed {
    /// Links that are surer than their values alone, by place among all pairs, and their weight.
    raised: Vec<(u32, Bits)>,
    /// Pairs that are no links yet: left, right, weight of the way between.
    unmet: Vec<(u32, u32, Bits)>,
}

impl Person<'_> {
    fn close(&self, judge: &Judge<'_>, words: Words, pairs: &[Pair]) -> Closed {
        let size = self.members.len();
        let place = |record: u32| self.members.binary_search(&record).unwrap_or(0);
        let cell = |pair: &Pair| place(pair.left) * size + place(pair.right);
        let ways = self.ways(words, pairs);
        let mut is_link = vec![false; size * size];
        let mut closed = Closed::default();
        for &at in self.links {
            let pair = &pairs[at as usize];
            is_link[cell(pair)] = true;
            if pair.reason != words.same && ways[cell(pair)] > pair.weight {
                closed.raised.push((at, ways[cell(pair)]));
            }
        }
        for (a, b) in (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b))) {
            let (left, right) = (self.members[a], self.members[b]);
            let source = judge.space.source(left);
            let is_asked = source != judge.space.source(right) || judge.space.compares_within(source);
            if !is_link[a * size + b] && is_asked {
                closed.unmet.push((left, right, ways[a * size + b]));
            }
        }
        closed
    }

    /// By two members, the lesser first: the weakest link on the strongest way between them (Kruskal).
    fn ways(&self, words: Words, pairs: &[Pair]) -> Vec<Bits> {
        let size = self.members.len();
        let place = |record: u32| self.members.binary_search(&record).unwrap_or(0);
        let mut links: Vec<(Bits, usize, usize)> = self
            .links
            .iter()
            .map(|&at| &pairs[at as usize])
            .map(|pair| {
                // An officer's word is as sure as anything gets.
                let weight = if pair.reason == words.same { Bits::of(f64::MAX) } else { pair.weight };
                (weight, place(pair.left), place(pair.right))
            })
            .collect();
        links.sort_unstable_by_key(|&(weight, a, b)| (std::cmp::Reverse(weight), a, b));
        let mut joined: Vec<Vec<usize>> = (0..size).map(|member| vec![member]).collect();
        let mut of: Vec<usize> = (0..size).collect();
        let mut ways = vec![Bits::default(); size * size];
        for (weight, a, b) in links {
            let (a, b) = (of[a].min(of[b]), of[a].max(of[b]));
            if a == b {
                continue;
            }
            let others = std::mem::take(&mut joined[b]);
            for &other in &others {
                for &one in &joined[a] {
                    ways[one.min(other) * size + one.max(other)] = weight;
                }
                of[other] = a;
            }
            joined[a].extend(others);
        }
        ways
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_as_sure_as_its_weakest_link_and_the_strongest_way_counts() {
        let person = Person { members: &[3, 5, 8, 9], links: &[0, 1, 2, 3] };
        let link = |left, right, bits: f64| Pair {
            left,
            right,
            weight: Bits::of(bits),
            links: true,
            ..Pair::default()
        };
        let pairs = [link(3, 5, 12.0), link(5, 8, 7.0), link(3, 8, 2.0), link(8, 9, 20.0)];
        let mut reasons = Vec::new();
        let words = Words::enter(&mut reasons);
        let ways = person.ways(words, &pairs);
        let way = |a: usize, b: usize| ways[a * 4 + b].number();
        let expected =
            [((0, 1), 12.0), ((1, 2), 7.0), ((0, 2), 7.0), ((2, 3), 20.0), ((0, 3), 7.0), ((1, 3), 7.0)];
        for ((a, b), bits) in expected {
            assert!((way(a, b) - bits).abs() < 1e-4, "{a} {b}: {}", way(a, b));
        }
    }
}
