//! Through which records two of one person hang together.

use std::collections::BTreeMap;

/// A link between two of some records, by place, and its weight in bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) ends: [usize; 2],
    pub(super) weight: f64,
}

/// How a record was reached: over which link, and the weakest link on the way.
#[derive(Clone, Copy)]
struct Reached {
    over: usize,
    weakest: f64,
}

/// The links of the shortest way from one record to another, by place among `edges`, in order; of
/// several the one whose weakest link is strongest. Nothing where no way leads there.
///
/// A breadth-first search; O(links · log) for each step of the way.
pub(super) fn shortest(edges: &[Edge], from: usize, to: usize) -> Option<Vec<usize>> {
    let mut reached: BTreeMap<usize, Reached> = BTreeMap::new();
    reached.insert(from, Reached { over: usize::MAX, weakest: f64::INFINITY });
    let mut frontier = vec![from];
    while !frontier.is_empty() && !reached.contains_key(&to) {
        let next = next_step(edges, &reached, &frontier);
        frontier = next.keys().copied().collect();
        reached.extend(next);
    }
    let mut way = Vec::new();
    let mut at = to;
    while at != from {
        let over = reached.get(&at)?.over;
        way.push(over);
        let [a, b] = edges.get(over)?.ends;
        at = if a == at { b } else { a };
    }
    way.reverse();
    Some(way)
}

/// What is one link further than the frontier.
fn next_step(
    edges: &[Edge],
    reached: &BTreeMap<usize, Reached>,
    frontier: &[usize],
) -> BTreeMap<usize, Reached> {
    let mut next: BTreeMap<usize, Reached> = BTreeMap::new();
    for (over, edge) in edges.iter().enumerate() {
        for [near, far] in [edge.ends, [edge.ends[1], edge.ends[0]]] {
            if frontier.binary_search(&near).is_err() || reached.contains_key(&far) {
                continue;
            }
            let so_far = reached.get(&near).map_or(f64::INFINITY, |near| near.weakest);
            let weakest = so_far.min(edge.weight);
            let best = next.entry(far).or_insert(Reached { over, weakest });
            if weakest > best.weakest {
                *best = Reached { over, weakest };
            }
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(a: usize, b: usize, weight: f64) -> Edge {
        Edge { ends: [a, b], weight }
    }

    #[test]
    fn the_way_is_short_before_it_is_strong() {
        let edges = [
            edge(0, 1, 9.0),
            edge(1, 3, 2.0),
            edge(2, 0, 5.0),
            edge(3, 2, 4.0),
            edge(1, 4, 9.0),
            edge(4, 3, 9.0),
        ];
        // Over 2 the weakest link has 4 bits, over 1 it has 2; over 1 and 4 it would have 9.
        assert_eq!(shortest(&edges, 0, 3), Some(vec![2, 3]));
        assert_eq!(shortest(&edges, 3, 0), Some(vec![3, 2]));
        assert_eq!(shortest(&edges, 0, 1), Some(vec![0]));
        assert_eq!(shortest(&edges, 0, 0), Some(vec![]));
        assert_eq!(shortest(&edges, 0, 7), None);
    }
}
