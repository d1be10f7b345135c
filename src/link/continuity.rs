//! Tonight's people take the ids of the people of an earlier run with whom they share records.
//!
//! Every two of them, one old and one new, that share records are looked at once, those that
//! share most first; of equals the one whose old id is the lesser text, then the one whose new
//! person's first record has the lesser name. Where both are still free the new person takes the
//! old id. So whoever has not changed keeps his id; of people who have become one the larger
//! part's id stays, of one who has become several the largest part keeps it; and what is left
//! goes to whom it fits next best rather than to nobody. No order of records decides anything.

use std::cmp::Reverse;

use rayon::prelude::*;
use serde::Serialize;

use super::people::{Members, id_hash, next_id_hash};
use super::previous::PreviousPeople;
use crate::table::RecordRef;

/// How people's ids went on from an earlier run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Continuity {
    /// People with an id of the earlier run.
    pub kept: u64,
    /// People with an id of their own.
    pub new: u64,
    /// Ids of the earlier run that nobody has now.
    pub gone: u64,
    /// People with records of several earlier people.
    pub merged: u64,
    /// Earlier people whose records are of several people now.
    pub split: u64,
}

/// So many records are of an old and a new person.
struct Overlap {
    records: u32,
    old: u32,
    new: u32,
}

/// Nobody.
const NONE: u32 = u32::MAX;

/// New people's ids: of the earlier run where they can be, else made from the name of the person's
/// first record, and never one that anybody had in the earlier run.
///
/// `old_of` gives the earlier person of each record of new people, `first` the names of a new
/// person's first record. O(n log n) in the pairs of old and new people that share records.
pub(super) fn ids<'a>(
    previous: &PreviousPeople,
    members: &Members,
    old_of: impl Fn(RecordRef) -> Option<u32> + Sync,
    first: impl Fn(usize) -> (&'a str, &'a str) + Sync,
) -> (Vec<u64>, Continuity) {
    let mut overlaps = overlaps(members, old_of);
    let mut continuity = count(previous, members, &overlaps);
    overlaps.par_sort_unstable_by(|a, b| {
        let key = |one: &Overlap| (Reverse(one.records), one.old);
        key(a).cmp(&key(b)).then_with(|| first(a.new as usize).cmp(&first(b.new as usize)))
    });
    let mut old_of_new = vec![NONE; members.len()];
    let mut taken = vec![false; previous.len()];
    for Overlap { old, new, .. } in overlaps {
        let (Some(holder), Some(taken)) = (old_of_new.get_mut(new as usize), taken.get_mut(old as usize))
        else {
            continue;
        };
        if *holder == NONE && !*taken {
            (*holder, *taken) = (old, true);
            continuity.kept += 1;
        }
    }
    continuity.new = members.len() as u64 - continuity.kept;
    continuity.gone = previous.len() as u64 - continuity.kept;
    let id =
        |(new, &old): (usize, &u32)| if old == NONE { fresh(previous, first(new)) } else { previous.id(old) };
    (old_of_new.par_iter().enumerate().map(id).collect(), continuity)
}

/// An id that nobody had.
fn fresh(previous: &PreviousPeople, first: (&str, &str)) -> u64 {
    let mut id = id_hash(first);
    while previous.has(id) {
        id = next_id_hash(id);
    }
    id
}

/// The old and new people that share records, by new person.
fn overlaps(members: &Members, old_of: impl Fn(RecordRef) -> Option<u32> + Sync) -> Vec<Overlap> {
    /// People that one task looks at.
    const PEOPLE: usize = 1 << 14;
    let of_range = |start: usize| {
        let (mut found, mut old) = (Vec::new(), Vec::new());
        for new in start..members.len().min(start + PEOPLE) {
            old.clear();
            old.extend(members.get(new).iter().filter_map(|&record| old_of(record)));
            old.sort_unstable();
            let of_old = |same: &[u32]| Overlap { records: same.len() as u32, old: same[0], new: new as u32 };
            found.extend(old.chunk_by(|a, b| a == b).map(of_old));
        }
        found
    };
    let starts: Vec<usize> = (0..members.len()).step_by(PEOPLE).collect();
    let found: Vec<Vec<Overlap>> = starts.into_par_iter().map(of_range).collect();
    found.into_iter().flatten().collect()
}

fn count(previous: &PreviousPeople, members: &Members, overlaps: &[Overlap]) -> Continuity {
    let several = |of: &dyn Fn(&Overlap) -> u32, people: usize| {
        let mut seen = vec![0_u8; people];
        for at in overlaps.iter().map(of) {
            if let Some(seen) = seen.get_mut(at as usize) {
                *seen = seen.saturating_add(1);
            }
        }
        seen.iter().filter(|&&seen| seen > 1).count() as u64
    };
    Continuity {
        merged: several(&|one| one.new, members.len()),
        split: several(&|one| one.old, previous.len()),
        ..Continuity::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::previous::KnownRecord;
    use super::*;
    use crate::table::SourceIndex;
    use proptest::prelude::*;

    /// The people of a night: each the names of its records.
    type Night = Vec<Vec<&'static str>>;

    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

    /// Ids of tonight's people after an earlier night's; records stand in the order of the lists.
    fn after(previous: &[(&[&str], String)], tonight: &[Vec<&str>]) -> (Vec<String>, Continuity) {
        let known = previous
            .iter()
            .flat_map(|(records, id)| records.iter().filter_map(|name| KnownRecord::new("s", name, id)));
        let previous = PreviousPeople::new(known.collect());
        let mut row = 0..;
        let members: Members = tonight
            .iter()
            .map(|of| of.iter().map(|_| RecordRef::new(SourceIndex(0), row.next().unwrap())).collect())
            .collect();
        let names: Vec<&str> = tonight.iter().flatten().copied().collect();
        let old_of = |record: RecordRef| previous.person_of("s", names[record.row as usize]);
        let first = |new: usize| ("s", tonight[new].iter().copied().min().unwrap_or_default());
        let (ids, continuity) = ids(&previous, &members, old_of, first);
        (ids.into_iter().map(|id| format!("P{id:016x}")).collect(), continuity)
    }

    fn fresh_of(name: &str) -> String {
        format!("P{:016x}", id_hash(("s", name)))
    }

    fn old(number: u64) -> String {
        format!("P{number:016x}")
    }

    #[test]
    fn who_has_not_changed_keeps_the_id_and_who_is_new_gets_one() {
        let previous = [(["a", "b"].as_slice(), old(7)), (&["c"], old(3)), (&["z"], old(4))];
        let (ids, continuity) = after(&previous, &[vec!["d"], vec!["c"], vec!["b", "a"]]);
        assert_eq!(ids, [fresh_of("d"), old(3), old(7)]);
        assert_eq!(continuity, Continuity { kept: 2, new: 1, gone: 1, merged: 0, split: 0 });
    }

    #[test]
    fn people_who_became_one_keep_the_id_of_the_larger_part() {
        let previous = [(["a", "b"].as_slice(), old(7)), (&["c"], old(3))];
        let (ids, continuity) = after(&previous, &[vec!["a", "b", "c"]]);
        assert_eq!(ids, [old(7)]);
        assert_eq!(continuity, Continuity { kept: 1, new: 0, gone: 1, merged: 1, split: 0 });
        let previous = [(["a"].as_slice(), old(7)), (&["c"], old(3))];
        assert_eq!(after(&previous, &[vec!["a", "c"]]).0, [old(3)], "of equal parts the lesser id stays");
    }

    #[test]
    fn the_larger_part_of_one_who_became_several_keeps_the_id() {
        let previous = [(["a", "b", "c"].as_slice(), fresh_of("a"))];
        let (ids, continuity) = after(&previous, &[vec!["a"], vec!["b", "c"]]);
        assert_eq!(ids[1], fresh_of("a"));
        assert!(ids[0] != fresh_of("a"), "an id that is in use is not given again");
        assert_eq!(continuity, Continuity { kept: 1, new: 1, gone: 0, merged: 0, split: 1 });
        let previous = [(["a", "b"].as_slice(), old(7))];
        assert_eq!(after(&previous, &[vec!["b"], vec!["a"]]).0, [fresh_of("b"), old(7)]);
    }

    #[test]
    fn a_record_that_moved_takes_no_id_along() {
        let previous = [(["a", "b", "c"].as_slice(), old(7)), (&["d", "e"], old(3))];
        let (ids, continuity) = after(&previous, &[vec!["a", "b"], vec!["c", "d", "e"]]);
        assert_eq!(ids, [old(7), old(3)]);
        assert_eq!(continuity, Continuity { kept: 2, new: 0, gone: 0, merged: 1, split: 1 });
    }

    #[test]
    fn who_loses_an_id_to_a_larger_part_takes_the_next_best_that_is_free() {
        let previous = [(["a", "b", "c", "d"].as_slice(), old(1)), (&["e"], old(2))];
        assert_eq!(
            after(&previous, &[vec!["a", "b"], vec!["c", "e"], vec!["d"]]).0,
            [old(1), old(2), fresh_of("d")]
        );
    }

    /// A partition of the names: by name its person, or none where the record is not there.
    fn night() -> impl Strategy<Value = Night> {
        prop::collection::vec(0_usize..7, NAMES.len()).prop_map(|person| {
            let of = |one: usize| {
                NAMES.iter().zip(&person).filter(|(_, at)| **at == one).map(|(name, _)| *name).collect()
            };
            (0..6).map(of).filter(|of: &Vec<&str>| !of.is_empty()).collect()
        })
    }

    proptest! {
        #[test]
        fn every_id_is_given_once_and_whoever_has_not_changed_keeps_it(nights in prop::collection::vec(night(), 2..5)) {
            let mut earlier: Vec<(Vec<&str>, String)> = Vec::new();
            for tonight in nights {
                let previous: Vec<(&[&str], String)> = earlier.iter().map(|(of, id)| (of.as_slice(), id.clone())).collect();
                let (ids, continuity) = after(&previous, &tonight);
                let mut distinct = ids.clone();
                distinct.sort_unstable();
                distinct.dedup();
                prop_assert_eq!(distinct.len(), ids.len());
                for (records, id) in &earlier {
                    let same = tonight.iter().position(|now| now == records);
                    prop_assert!(same.is_none_or(|now| ids[now] == *id));
                }
                let was_there = ids.iter().filter(|id| earlier.iter().any(|(_, old)| old == *id)).count() as u64;
                prop_assert_eq!((continuity.kept, continuity.kept + continuity.new), (was_there, ids.len() as u64));
                prop_assert_eq!(continuity.kept + continuity.gone, earlier.len() as u64);
                earlier = tonight.into_iter().zip(ids).collect();
            }
        }

        #[test]
        fn no_order_of_people_or_records_decides_anything(before in night(), tonight in night()) {
            let (before_ids, _) = after(&[], &before);
            let previous: Vec<(&[&str], String)> = before.iter().map(Vec::as_slice).zip(before_ids).collect();
            let turned_previous: Vec<_> = previous.iter().rev().cloned().collect();
            let turned: Night = tonight.iter().rev().map(|of| of.iter().rev().copied().collect()).collect();
            let (ids, continuity) = after(&previous, &tonight);
            let (mut other, other_continuity) = after(&turned_previous, &turned);
            other.reverse();
            prop_assert_eq!((ids, continuity), (other, other_continuity));
        }
    }
}
