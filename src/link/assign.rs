//! What a record's other pairs say about a pair: uniqueness, and who is best.

use super::cluster::UnionFind;
use super::links::Pair;
use super::space::RecordSpace;

/// Takes out the pairs whose rule holds only for a unique pair, where one of the two records
/// has another pair with the other's source. O(pairs) and a byte a record and source.
pub(super) fn drop_ambiguous(space: &RecordSpace, pairs: &mut Vec<Pair>, only_if_unique: &[bool]) {
    if !only_if_unique.contains(&true) {
        return;
    }
    let sources = space.sources();
    let mut counts = vec![0_u8; space.len() * sources];
    let slot = |record: u32, other: u32| record as usize * sources + space.source(other);
    for pair in pairs.iter() {
        for (record, other) in [(pair.left, pair.right), (pair.right, pair.left)] {
            let count = &mut counts[slot(record, other)];
            *count = count.saturating_add(1);
        }
    }
    let single = |record, other| counts[slot(record, other)] == 1;
    pairs.retain(|pair| {
        !only_if_unique[usize::from(pair.rule)]
            || (single(pair.left, pair.right) && single(pair.right, pair.left))
    });
}

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

#[cfg(test)]
mod tests {
    use super::super::links::Levels;
    use super::*;

    fn pair(left: u32, right: u32, rule: u8) -> Pair {
        Pair { left, right, levels: Levels::default(), rule, blocking_rule: 0, links: true, reason: 0 }
    }

    #[test]
    fn a_pair_that_must_be_unique_yields_to_any_other_pair_between_the_sources() {
        let space = RecordSpace::of_rows(&[2, 3]);
        let mut pairs = vec![pair(0, 2, 1), pair(0, 3, 0), pair(1, 4, 1)];
        drop_ambiguous(&space, &mut pairs, &[false, true]);
        assert_eq!(pairs, [pair(0, 3, 0), pair(1, 4, 1)]);
    }
}
