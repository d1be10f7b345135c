//! Groups of people against every pair of records written down.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::evaluate::records::RecordsBuilder;
use crate::table::TextColumnBuilder;

fn grouping(groups: &[&str]) -> Grouping {
    let groups = groups.iter().map(|&group| group.to_owned()).collect();
    Grouping { name: "age".to_owned(), groups, order: GroupOrder::Given }
}

fn column(texts: &[&str]) -> TextColumn {
    let mut column = TextColumnBuilder::default();
    for text in texts {
        column.push(text);
    }
    column.finish()
}

#[test]
fn a_person_has_the_group_of_its_first_record_that_has_one() {
    let mut builder = RecordsBuilder::default();
    for (source, id, person) in [
        ("cu_tru", "1", "p"),
        ("cu_tru", "2", "p"),
        ("cu_tru", "3", "q"),
        ("bhyt", "1", "q"),
        ("bhyt", "2", "r"),
    ] {
        builder.add(source, id, person);
    }
    let records = builder.finish("truth").unwrap();
    let (residence, insurance) = (column(&["9", "1", "2", "3"]), column(&["1", "2"]));
    let groupings = [grouping(&["a", "b"]), grouping(&["c"])];
    let codes = [[vec![2, 0, 1, 0], vec![]], [vec![2, 0], vec![1]]];
    let attributes = Attributes {
        groupings: &groupings,
        sex: None,
        sources: vec![
            GroupedSource { name: "cu_tru", ids: &residence, codes: &codes[0] },
            GroupedSource { name: "bhyt", ids: &insurance, codes: &codes[1] },
        ],
    };
    // p: by its second record, not that of an unknown record; q: insurance; r: nothing is known.
    assert_eq!(GroupsOf::people(&records, &attributes).codes, [[1, 2, 0], [0, 1, 0]]);
}

#[test]
fn a_group_stands_out_only_where_its_interval_does() {
    let whole = [100, 10_000];
    let few = rate(1, 10, whole, 1.0);
    assert_eq!((few.rate, few.relative, few.above), (Some(0.1), Some(10.0), true));
    // One pair in ten, if ten pairs of a person tell as much as one.
    assert!(!rate(1, 10, whole, 10.0).above);
    assert!(!rate(1, 100, whole, 1.0).above);
    assert!(rate(0, 1000, whole, 1.0).high.unwrap() < 0.01);
    assert_eq!(rate(0, 0, whole, 1.0), GroupRate::default());
    assert_eq!(rate(0, 5, [0, 5], 1.0).relative, None, "no rate of the whole to hold it against");
}

/// Records by source, person, cluster; people by group.
type Town = (Vec<(u8, u32, u32)>, Vec<u16>, Vec<bool>);

fn town() -> impl Strategy<Value = Town> {
    let record = (0..3u8, 0..6u32, prop_oneof![1 => Just(NONE), 5 => 1..6u32]);
    (
        prop::collection::vec(record, 1..24),
        prop::collection::vec(0..4u16, 6),
        prop::collection::vec(any::<bool>(), 3),
    )
}

proptest! {
    #[test]
    fn counting_cells_agrees_with_writing_every_pair_down((records, group_of, counted) in town()) {
        let source_of: Vec<u8> = records.iter().map(|record| record.0).collect();
        let person_of: Vec<u32> = records.iter().map(|record| record.1).collect();
        let cluster_of: Vec<u32> = records.iter().map(|record| record.2).collect();
        let population = Population { source_of: &source_of, person_of: &person_of, cluster_of: &cluster_of, counted: &counted };
        // Code 3 is beyond the names: unknown.
        let known = |person: u32| group_of[person as usize] % 3;
        let mut slow: BTreeMap<u16, [u64; 4]> = BTreeMap::new();
        let of_counted: Vec<_> = records.iter().filter(|record| counted[usize::from(record.0)]).collect();
        for (at, (_, p, c)) in of_counted.iter().enumerate() {
            for (_, q, d) in &of_counted[at + 1..] {
                let (one, together) = (p == q, *c != NONE && c == d);
                let of_p = slow.entry(known(*p)).or_default();
                of_p[0] += u64::from(one);
                of_p[1] += u64::from(one && !together);
                for person in [p, q] {
                    let side = slow.entry(known(*person)).or_default();
                    side[2] += u64::from(together);
                    side[3] += u64::from(together && !one);
                }
            }
        }
        let of = GroupsOf { codes: vec![group_of.clone()] };
        let fast = people_groups(population, &of, &[grouping(&["a", "b"])]);
        let rows = &fast.groupings[0].groups;
        let mut sums = [0; 5];
        for row in rows {
            let code = ["unknown", "a", "b"].iter().position(|name| *name == row.group).unwrap() as u16;
            let found = [row.missed.pairs, row.missed.faults, row.false_sides.pairs, row.false_sides.faults];
            prop_assert_eq!(found, slow.get(&code).copied().unwrap_or_default());
            for (sum, count) in sums.iter_mut().zip(found.into_iter().chain([row.people])) {
                *sum += count;
            }
        }
        let all = &fast.all;
        prop_assert_eq!(sums, [all.missed.pairs, all.missed.faults, all.false_sides.pairs, all.false_sides.faults, all.people]);
        prop_assert!(fast.missed_design_effect >= 1.0 && fast.false_design_effect >= 1.0);
    }
}
