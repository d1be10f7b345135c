//! Several values of one record for one comparison: names and aliases, old and new numbers.
//!
//! A record's value is the place of its list. Two records are compared value by value, each of one
//! with each of the other, and show the first declared level that any two of them show: levels are
//! declared from the strongest agreement on. Equal lists are one.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Pairs;
use crate::link::links::Levels;

/// Most values of one record that are compared; more would make sixteen times sixteen comparisons a
/// pair into thousands.
pub(in crate::link) const LIST_MAX: usize = 16;

/// Lists of packed values; list 0 is empty.
#[derive(Clone, Debug, Default)]
pub(in crate::link) struct Lists {
    values: Vec<u64>,
    /// By list: where it ends in `values`.
    ends: Vec<u32>,
}

impl Lists {
    fn get(&self, list: u64) -> &[u64] {
        let at = list as usize;
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0) as usize;
        let begin = at.checked_sub(1).map_or(0, end);
        self.values.get(begin..end(at)).unwrap_or_default()
    }

    /// The levels of many pairs of lists: of any two values, the first declared level but `missing`.
    pub(super) fn levels(
        &self,
        mut declared: impl FnMut(u64, u64) -> u8,
        pairs: Pairs<'_>,
        comparison: usize,
        vectors: &mut [Levels],
    ) {
        for ((vector, &left), &right) in vectors.iter_mut().zip(pairs.left).zip(pairs.right) {
            let (a, b) = (pairs.values[left as usize], pairs.values[right as usize]);
            *vector = vector.with(comparison, self.best(&mut declared, a, b));
        }
    }

    fn best(&self, declared: &mut impl FnMut(u64, u64) -> u8, a: u64, b: u64) -> u8 {
        let mut best = 0;
        for &one in self.get(a) {
            for &other in self.get(b) {
                let level = declared(one, other);
                if level == 1 {
                    return level;
                }
                if level != 0 && (best == 0 || level < best) {
                    best = level;
                }
            }
        }
        best
    }

    /// The same lists with every value changed.
    pub(in crate::link) fn map(&self, change: impl Fn(u64) -> u64) -> Self {
        Self { values: self.values.iter().map(|&value| change(value)).collect(), ends: self.ends.clone() }
    }
}

/// Builds [`Lists`], list by list.
#[derive(Debug)]
pub(in crate::link) struct ListsBuilder {
    lists: Lists,
    known: HashMap<Box<[u64]>, u64, FixedState>,
}

impl Default for ListsBuilder {
    fn default() -> Self {
        Self { lists: Lists { values: Vec::new(), ends: vec![0] }, known: HashMap::default() }
    }
}

impl ListsBuilder {
    /// The place of a list; values of 0, values that stand there before and those past [`LIST_MAX`]
    /// are left out, and a list without values is 0. O(values²) of at most sixteen.
    pub(in crate::link) fn push(&mut self, values: impl Iterator<Item = u64>) -> u64 {
        let (mut kept, mut count) = ([0; LIST_MAX], 0);
        for value in values.filter(|&value| value != 0) {
            if count == LIST_MAX {
                break;
            }
            if !kept[..count].contains(&value) {
                kept[count] = value;
                count += 1;
            }
        }
        let kept = &kept[..count];
        if kept.is_empty() {
            return 0;
        }
        if let Some(&known) = self.known.get(kept) {
            return known;
        }
        self.lists.values.extend_from_slice(kept);
        self.lists.ends.push(self.lists.values.len() as u32);
        let place = self.lists.ends.len() as u64 - 1;
        self.known.insert(kept.into(), place);
        place
    }

    pub(in crate::link) fn finish(self) -> Lists {
        self.lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Levels of numbers: exact, one apart, else.
    fn level(a: u64, b: u64) -> u8 {
        match a.abs_diff(b) {
            0 => 1,
            1 => 2,
            _ => 3,
        }
    }

    #[test]
    fn equal_lists_are_one_and_are_bounded() {
        let mut builder = ListsBuilder::default();
        let first = builder.push([0, 5, 7, 5].into_iter());
        assert_eq!((builder.push([5, 7].into_iter()), builder.push([0].into_iter())), (first, 0));
        let long = builder.push(1..99);
        let lists = builder.finish();
        assert_eq!((lists.get(first), lists.get(0), lists.get(long).len()), (&[5, 7][..], &[][..], LIST_MAX));
    }

    proptest! {
        #[test]
        fn two_lists_show_the_best_of_their_pairs(
            left in prop::collection::vec(0_u64..20, 0..6),
            right in prop::collection::vec(0_u64..20, 0..6),
        ) {
            let mut builder = ListsBuilder::default();
            let values = [builder.push(left.iter().copied()), builder.push(right.iter().copied())];
            let pairs = Pairs { values: &values, left: &[0, 1], right: &[1, 0] };
            let mut vectors = [Levels::default(); 2];
            builder.finish().levels(level, pairs, 3, &mut vectors);
            let known = |side: &[u64]| side.iter().copied().filter(|&one| one != 0).collect::<Vec<u64>>();
            let (left, right) = (known(&left), known(&right));
            let all = left.iter().flat_map(|&a| right.iter().map(move |&b| level(a, b)));
            let expected = all.min().unwrap_or(0);
            prop_assert_eq!(vectors.map(|vector| vector.get(3)), [expected; 2]);
        }
    }
}
