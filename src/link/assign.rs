//! Who is told apart from whom by a source that knows a person once.

use super::cluster;
use super::links::Pair;
use super::space::RecordSpace;

/// For each record of a source that knows a person once: who is the same as whom by that
/// source's own links. Two records of different groups are two people.
/// Each is named by one of its records.
pub(super) fn groups_within(space: &RecordSpace, pairs: &[Pair], one_person: &[bool]) -> Vec<u32> {
    cluster::joined(space.len(), pairs, |pair| {
        let source = space.source(pair.left);
        pair.links && one_person[source] && space.source(pair.right) == source
    })
}
