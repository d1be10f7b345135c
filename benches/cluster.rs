//! Clustering alone: scored pairs → people.
//!
//! ```console
//! cargo bench --bench cluster                     300,000 residents
//! DOISOAT_BENCH_RESIDENTS=2600000 cargo bench --bench cluster
//! ```
//!
//! Prints the median of making people out of the pairs of one linkage: who belongs to whom
//! where a source has a person once, cuts, ids of people, the table of links. Yardsticks from
//! the same run: a bare union-find over the links that came out, and sorting them. Checks its
//! answer: people are the connected components of the links, every record is of one person,
//! and every run makes the same people.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use common::{Runs, drawn};
use doisoat::link::{Decision, Linkage, Linker};
use doisoat::progress::Progress;
use doisoat::table::RecordRef;
use rayon::prelude::*;

const RUNS: usize = 5;

fn main() {
    let residents = common::residents(300_000);
    let settings = common::settings();
    let records = common::records(&settings, &common::province(&settings, residents));
    let pairs = Linker::new(&settings, &records).pairs(&Progress::silent());
    let machine = common::machine();

    let mut runs = Runs::default();
    let mut people: Option<Linkage> = None;
    for _ in 0..RUNS {
        let (linker, pairs) = (Linker::new(&settings, &records), pairs.clone());
        let (seconds, linkage) = common::clock(|| linker.people(pairs));
        runs.push(seconds);
        if let Some(before) = &people {
            assert!(before.people.person_of == linkage.people.person_of, "every run makes the same people");
            assert!(before.people.ids.iter().eq(linkage.people.ids.iter()), "and gives them the same ids");
        }
        people = Some(linkage);
    }
    let linkage = people.expect("at least one run");
    let rows: Vec<usize> = linkage.people.person_of.iter().map(Vec::len).collect();
    let links = links(&linkage, &rows);
    check(&linkage, &rows, &links, common::count(&records));

    println!("{residents} residents, {} records, median of {RUNS} runs ({machine})", common::count(&records));
    println!("  {} pairs kept, {} links, {} people", pairs.len(), links.len(), linkage.people.members.len());
    println!("  people      {runs}, {:>6.2} M links/s", runs.rate(links.len()) / 1e6);
    let mut shuffled = links.clone();
    shuffled.sort_unstable_by_key(|&(left, right)| drawn(u64::from(left), u64::from(right)));
    let union = Runs::of(RUNS, || components(rows.iter().sum(), &links));
    println!(
        "  yardstick   {union}, {:>6.2} M links/s: bare union-find, one thread",
        union.rate(links.len()) / 1e6
    );
    let mut sort = Runs::default();
    for _ in 0..RUNS {
        let mut links = shuffled.clone();
        sort.push(common::clock(|| links.par_sort_unstable()).0);
    }
    println!("  yardstick   {sort}, {:>6.2} M links/s: sorting the links", sort.rate(links.len()) / 1e6);
}

/// The links, records numbered through all sources.
fn links(linkage: &Linkage, rows: &[usize]) -> Vec<(u32, u32)> {
    let starts: Vec<usize> = (0..rows.len()).map(|source| rows[..source].iter().sum()).collect();
    let number = |record: RecordRef| (starts[record.source.index()] + record.row as usize) as u32;
    let links = linkage.links.iter().filter(|link| link.decision == Decision::Link);
    links.map(|link| (number(link.left), number(link.right))).collect()
}

/// People are the connected components of the links.
fn check(linkage: &Linkage, rows: &[usize], links: &[(u32, u32)], records: usize) {
    assert_eq!(rows.iter().sum::<usize>(), records, "every record is of one person");
    let members: usize = linkage.people.members.iter().map(<[RecordRef]>::len).sum();
    assert_eq!(members, records, "and of one only");
    let person: Vec<u32> = linkage.people.person_of.concat();
    assert!(!links.is_empty(), "a province has links");
    assert!(
        links.iter().all(|&(left, right)| person[left as usize] == person[right as usize]),
        "a link stands within a person"
    );
    let (components, _) = components(records, links);
    assert_eq!(components, linkage.people.members.len(), "a person is held together by links");
}

/// Union-find by size with path halving: how many components there are, and each record's parent.
fn components(records: usize, links: &[(u32, u32)]) -> (usize, Vec<u32>) {
    let mut parents: Vec<u32> = (0..records as u32).collect();
    let mut sizes = vec![1_u32; records];
    let mut components = records;
    for &(left, right) in links {
        let (left, right) = (root(&mut parents, left), root(&mut parents, right));
        if left != right {
            let (small, large) =
                if sizes[left as usize] < sizes[right as usize] { (left, right) } else { (right, left) };
            parents[small as usize] = large;
            sizes[large as usize] += sizes[small as usize];
            components -= 1;
        }
    }
    (components, parents)
}

fn root(parents: &mut [u32], mut record: u32) -> u32 {
    while parents[record as usize] != record {
        parents[record as usize] = parents[parents[record as usize] as usize];
        record = parents[record as usize];
    }
    record
}
