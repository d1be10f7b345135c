//! How well the partition into people fits the truth.
//!
//! Everything comes from three groupings of the records: by true person, by the
//! run's person, and by both together (the cells of the contingency table).

use std::collections::BTreeMap;

use super::figures::{BCubed, ClusterSize, f1};
use super::groups::{Groups, PairCounts, pairs_of};
use super::records::NONE;
use super::truth::{KIND_BITS, KindMask};

/// Who is who in truth and in the run. Slices are by record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Population<'a> {
    pub(super) source_of: &'a [u8],
    /// Person of the truth.
    pub(super) person_of: &'a [u32],
    /// Person of the run; [`NONE`] where the run has no such record: it stands alone.
    pub(super) cluster_of: &'a [u32],
    /// By source: whether its records count.
    pub(super) counted: &'a [bool],
}

impl Population<'_> {
    /// Whether a record counts.
    pub(super) fn counts(&self, record: u32) -> bool {
        self.counted[usize::from(self.source_of[record as usize])]
    }

    /// Whether two records are one person in truth.
    pub(super) fn is_one_person(&self, a: u32, b: u32) -> bool {
        self.person_of[a as usize] == self.person_of[b as usize]
    }

    /// Whether two records are one person in the run.
    pub(super) fn is_one_cluster(&self, a: u32, b: u32) -> bool {
        let cluster = self.cluster_of[a as usize];
        cluster != NONE && cluster == self.cluster_of[b as usize]
    }

    fn groups(&self, key: impl Fn(usize) -> u64 + Sync) -> Groups {
        Groups::by(self.person_of.len(), |record| self.counts(record).then(|| key(record as usize)))
    }

    fn by_person(&self) -> Groups {
        self.groups(|record| u64::from(self.person_of[record]))
    }

    fn by_cluster(&self) -> Groups {
        self.groups(|record| match self.cluster_of[record] {
            NONE => alone(record),
            cluster => u64::from(cluster),
        })
    }

    /// By person of the run, then person; a record that the run has not stands under [`NONE`].
    pub(super) fn by_cell(&self) -> Groups {
        self.groups(|record| match self.cluster_of[record] {
            NONE => alone(record),
            cluster => u64::from(cluster) << 32 | u64::from(self.person_of[record]),
        })
    }

    /// By person, then person of the run; records that the run has not are together under [`NONE`].
    pub(super) fn by_person_and_cluster(&self) -> Groups {
        self.groups(|record| u64::from(self.person_of[record]) << 32 | u64::from(self.cluster_of[record]))
    }
}

/// A group that no other record and no person of the run has.
fn alone(record: usize) -> u64 {
    u64::from(NONE) << 32 | record as u64
}

/// What the three groupings say.
#[derive(Debug)]
pub(super) struct PeopleFigures {
    /// Pairs of one person in truth.
    pub(super) actual: PairCounts,
    /// Pairs of one person in the run.
    pub(super) predicted: PairCounts,
    /// Pairs of one person in both.
    pub(super) right: PairCounts,
    /// By kind of error: true pairs with one on at least one side.
    pub(super) actual_with_kind: [u64; KIND_BITS],
    /// By kind of error: those of them that stand in one person of the run.
    pub(super) right_with_kind: [u64; KIND_BITS],
    pub(super) b_cubed: BCubed,
    pub(super) cluster_sizes: Vec<ClusterSize>,
}

/// Compares the partitions. `mask_of` has the kinds of error by record; empty for none.
pub(super) fn people_figures(population: Population<'_>, mask_of: &[KindMask]) -> PeopleFigures {
    let sources = population.counted.len();
    let mut sizes = BTreeMap::new();
    let pairs = |groups: &Groups| PairCounts::within(groups, population.source_of, sources);

    let people = population.by_person();
    let actual = pairs(&people);
    let actual_with_kind = pairs_with_kind(&people, mask_of);
    people.each().for_each(|group| sizes.entry(group.len()).or_insert([0, 0])[1] += 1);
    drop(people);

    let clusters = population.by_cluster();
    let predicted = pairs(&clusters);
    clusters.each().for_each(|group| sizes.entry(group.len()).or_insert([0, 0])[0] += 1);
    drop(clusters);

    let cells = population.by_cell();
    PeopleFigures {
        actual,
        predicted,
        right: pairs(&cells),
        actual_with_kind,
        right_with_kind: pairs_with_kind(&cells, mask_of),
        b_cubed: b_cubed(&cells, population),
        cluster_sizes: sizes.into_iter().map(cluster_size).collect(),
    }
}

fn cluster_size((size, [in_run, in_truth]): (usize, [u64; 2])) -> ClusterSize {
    ClusterSize { size: size as u64, in_run, in_truth }
}

/// Pairs within groups of which one record at least carries an error of each kind:
/// all pairs of the group less those among its records without one.
fn pairs_with_kind(groups: &Groups, mask_of: &[KindMask]) -> [u64; KIND_BITS] {
    let mut pairs = [0; KIND_BITS];
    if mask_of.is_empty() {
        return pairs;
    }
    let mut carriers = [0; KIND_BITS];
    for group in groups.each().filter(|group| group.len() > 1) {
        let mut seen = 0;
        for &(_, record) in group {
            let mask = mask_of[record as usize];
            seen |= mask;
            each_bit(mask, |kind| carriers[kind] += 1);
        }
        let all = group.len() as u64;
        each_bit(seen, |kind| {
            pairs[kind] += pairs_of(all) - pairs_of(all - carriers[kind]);
            carriers[kind] = 0;
        });
    }
    pairs
}

/// Calls with the number of every bit that is set.
pub(super) fn each_bit(mask: impl Into<KindMask>, mut call: impl FnMut(usize)) {
    let mut mask = mask.into();
    while mask != 0 {
        call(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

/// B³ (Bagga and Baldwin 1998): each of the s records of a cell has precision
/// s / |cluster| and recall s / |person|. Cells come in order of their key, so
/// the sums are the same on any number of threads.
fn b_cubed(cells: &Groups, population: Population<'_>) -> BCubed {
    let cluster_sizes = sizes(population.cluster_of, population);
    let person_sizes = sizes(population.person_of, population);
    let (mut records, mut precision, mut recall) = (0, 0.0, 0.0);
    for cell in cells.each() {
        let (size, record) = (cell.len() as f64, cell[0].1 as usize);
        let cluster = match population.cluster_of[record] {
            NONE => 1,
            cluster => cluster_sizes[cluster as usize],
        };
        records += cell.len() as u64;
        precision += size * size / f64::from(cluster);
        recall += size * size / f64::from(person_sizes[population.person_of[record] as usize]);
    }
    let mean = |sum: f64| (records > 0).then(|| sum / records as f64);
    let (precision, recall) = (mean(precision), mean(recall));
    BCubed { records, precision, recall, f1: f1(precision, recall) }
}

/// Number of counted records by group number.
fn sizes(group_of: &[u32], population: Population<'_>) -> Vec<u32> {
    let groups = group_of.iter().filter(|&&group| group != NONE).max().map_or(0, |&group| group as usize + 1);
    let mut sizes = vec![0; groups];
    for (record, &group) in group_of.iter().enumerate() {
        if group != NONE && population.counts(record as u32) {
            sizes[group as usize] += 1;
        }
    }
    sizes
}
