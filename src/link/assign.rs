//! Who is told apart from whom by a source that knows a person once.

use super::cluster::UnionFind;
use super::links::Pair;
use super::space::RecordSpace;

/// For each record of a source that knows a person once: who is the same as whom by that
/// source's own links. Two records of different groups are two people.
pub(super) fn groups_within(space: &RecordSpace, pairs: &[Pair], one_person: &[bool]) -> UnionFind {
    let mut groups = UnionFind::new(space.len());
    for pair in pairs.iter().filter(|pair| pair.links) {
        let source = space.source(pair.left);
        if one_person[source] && space.source(pair.right) == source {
            groups.union(pair.left, pair.right);
        }
    }
    groups
}
