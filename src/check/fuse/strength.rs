//! How sure it is that two records of a person are of one person.

use crate::check::ties::LinksByPerson;
use crate::link::Linkage;
use crate::table::RecordRef;

/// By record of a person: the probability that it is of the one whose record `from` is, along the
/// strongest chain of links, which is as strong as its weakest link. O(records × links).
pub(super) fn strengths(
    linkage: &Linkage,
    links: &LinksByPerson,
    person: u32,
    from: RecordRef,
    members: &[RecordRef],
) -> Vec<f32> {
    let table = &linkage.links;
    let place = |record: RecordRef| members.binary_search(&record).ok();
    let mut reach: Vec<f64> = members.iter().map(|&member| f64::from(u8::from(member == from))).collect();
    for _ in 0..members.len() {
        let mut changed = false;
        for &at in links.of(person) {
            let (left, right) = (table.left(at as usize), table.right(at as usize));
            let (Some(a), Some(b)) = (place(left), place(right)) else { continue };
            let through = reach[a].max(reach[b]).min(table.match_probability(at as usize));
            for end in [a, b] {
                if through > reach[end] {
                    (reach[end], changed) = (through, true);
                }
            }
        }
        if !changed {
            break;
        }
    }
    reach.into_iter().map(|reach| reach as f32).collect()
}
