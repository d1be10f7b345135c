//! The pairs of a batch, compared stage by stage: those that can no longer be kept are given up.
//!
//! What is needed of a batch's records is fetched once ([`Fetched`]); pairs stand column by column
//! ([`Live`]). After a stage's levels one pass adds what they tell, bounds what is left, and closes the
//! ranks.

use super::bits::Bits;
use super::blocking::Candidates;
use super::compare::{Pairs, Places, Reading};
use super::decide::Judge;
use super::links::Levels;
use super::rows::Gathered;
use super::stages::{LANES, Stage};
use super::sums::Sums;

/// What is fetched of a batch's records.
#[derive(Default)]
pub(super) struct Fetched {
    gathered: Gathered,
    values: Vec<u64>,
    /// By record of the batch.
    sources: Vec<u8>,
    /// By term-frequency adjustment of all comparisons, then record: how much rarer than the average it is.
    rarities: Vec<Rarity>,
    /// By record: the lanes of late comparisons that it has a value for, a bit each.
    present: Vec<u8>,
    /// By record: the most that its values tell against strangers, by lane.
    most: Vec<[i32; LANES]>,
}

/// One term-frequency adjustment of a batch's records.
#[derive(Default)]
struct Rarity {
    comparison: usize,
    /// At which levels of the comparison it is added, a bit each.
    levels: u16,
    of_record: Vec<Bits>,
}

/// The pairs of a batch that may still be kept, column by column.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Places among the batch's records.
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
    pub(super) vectors: Vec<Levels>,
    /// What the vectors tell so far, prior included.
    pub(super) evidence: Vec<Sums>,
}

impl Fetched {
    /// The source of a record of the batch.
    #[inline]
    pub(super) fn source(&self, place: u32) -> usize {
        usize::from(self.sources[place as usize])
    }
}

impl Live {
    /// Some pairs of a batch, of which nothing is known but their priors.
    pub(super) fn begin(&mut self, pairs: (&[u32], &[u32]), prior: impl Fn(u32, u32) -> Sums) {
        let (left, right) = pairs;
        self.left.clear();
        self.left.extend_from_slice(left);
        self.right.clear();
        self.right.extend_from_slice(right);
        self.vectors.clear();
        self.vectors.resize(left.len(), Levels::default());
        self.evidence.clear();
        self.evidence.extend(left.iter().zip(right).map(|(&left, &right)| prior(left, right)));
    }

    /// Takes what `weigh` says of each pair for what is known, and keeps the pairs of which it says
    /// that they may still be kept.
    #[inline]
    fn sift(&mut self, weigh: impl Fn(usize, usize, Levels, Sums) -> (Sums, bool)) {
        let Self { left, right, vectors, evidence } = self;
        let all = left.len().min(right.len()).min(vectors.len()).min(evidence.len());
        let mut kept = 0;
        for at in 0..all {
            let (a, b, vector) = (left[at], right[at], vectors[at]);
            let (told, may_be_kept) = weigh(a as usize, b as usize, vector, evidence[at]);
            (left[kept], right[kept], vectors[kept], evidence[kept]) = (a, b, vector, told);
            kept += usize::from(may_be_kept);
        }
        left.truncate(kept);
        right.truncate(kept);
        vectors.truncate(kept);
        evidence.truncate(kept);
    }

    /// Keeps the pairs of which `keep` says so by their vectors, and what it says they tell.
    pub(super) fn retain(&mut self, keep: impl Fn(Levels, Sums) -> Option<Sums>) {
        self.sift(|_, _, vector, told| keep(vector, told).map_or((told, false), |told| (told, true)));
    }

    /// Forgets the levels.
    pub(super) fn forget_levels(&mut self) {
        self.vectors.fill(Levels::default());
    }
}

impl Judge<'_> {
    /// Fetches what comparing needs of a batch's records.
    pub(super) fn fetch(&self, batch: &Candidates, fetched: &mut Fetched) {
        let Fetched { gathered, values, sources, rarities, present, most } = fetched;
        sources.clear();
        sources.extend(batch.records.iter().map(|&record| self.space.source(record) as u8));
        self.rows.gather(&batch.records, gathered);
        self.fetch_rarities(gathered, rarities);
        present.clear();
        present.resize(batch.records.len(), 0);
        most.clear();
        most.resize(batch.records.len(), [0; LANES]);
        for hope in self.stages.first().map_or(&[][..], |first| &first.hopes) {
            self.rows.values(gathered, hope.comparison, values);
            let of_record = present.iter_mut().zip(most.iter_mut()).zip(&*values).enumerate();
            let own: Vec<&Rarity> = rarities.iter().filter(|one| one.comparison == hope.comparison).collect();
            for (at, ((present, most), &value)) in of_record {
                let rarity =
                    own.iter().fold(Bits::default(), |sum, one| sum + one.of_record[at].max(Bits::default()));
                let is_there = value != 0;
                *present |= u8::from(is_there) << hope.lane;
                most[hope.lane] += if is_there { hope.most.of_value(rarity).parts() } else { 0 };
            }
        }
    }

    /// Fetches all adjustments of a batch's records.
    fn fetch_rarities(&self, gathered: &Gathered, rarities: &mut Vec<Rarity>) {
        let mut count = 0;
        for comparison in 0..self.comparisons.len() {
            for (term, levels) in self.rows.rarities(comparison).enumerate() {
                if rarities.len() == count {
                    rarities.push(Rarity::default());
                }
                let one = &mut rarities[count];
                (one.comparison, one.levels) = (comparison, levels);
                self.rows.rarity(gathered, comparison, term, &mut one.of_record);
                count += 1;
            }
        }
        rarities.truncate(count);
    }

    /// Makes one comparison of some pairs.
    pub(super) fn compare_one(&self, comparison: usize, fetched: &mut Fetched, live: &mut Live) {
        let Fetched { gathered, values, .. } = fetched;
        let Live { left, right, vectors, .. } = live;
        let (comparator, level_of) = &self.comparisons[comparison];
        self.rows.values(gathered, comparison, values);
        if comparator.readings == [Reading::Name] {
            self.names.fetch(differing(values, left, right));
        }
        let pairs = Pairs { values, left, right };
        (comparator.levels)(self.names, pairs, Places { comparison, level_of }, vectors);
    }

    /// Compares some pairs of a batch stage by stage; those whose weight cannot reach `least` go.
    pub(super) fn sift(&self, least: Bits, fetched: &mut Fetched, live: &mut Live) {
        for stage in &self.stages {
            for &comparison in &stage.comparisons {
                self.compare_one(comparison, fetched, live);
            }
            self.weigh_stage(stage, least, fetched, live);
        }
    }

    /// Adds what one stage's levels tell, and gives up the pairs that cannot reach `least`.
    fn weigh_stage(&self, stage: &Stage, least: Bits, fetched: &Fetched, live: &mut Live) {
        let adjustments: Vec<_> =
            stage.adjustments.iter().filter_map(|&at| self.weights.adjustments().get(at)).collect();
        let is_made = |one: &&Rarity| stage.comparisons.contains(&one.comparison);
        let rarities: Vec<&Rarity> = fetched.rarities.iter().filter(is_made).collect();
        live.sift(|left, right, vector, known| {
            let joint = stage.joint.iter().map(|joint| joint.of_vector(vector));
            let mut told = joint.fold(known, Sums::plus);
            for one in &rarities {
                let counts = one.levels >> vector.get(one.comparison) & 1 == 1;
                // That of the more common of both values: where they differ the rarer one may be a slip.
                let common = one.of_record[left].min(one.of_record[right]);
                told = told.and_strangers(if counts { common } else { Bits::default() });
            }
            for adjustment in &adjustments {
                told = told.and_strangers(adjustment.of_vector(vector));
            }
            let both = fetched.present[left] & fetched.present[right];
            let mut best = told.plus(stage.rest.of_pair(both, fetched.most[left]));
            for pending in &stage.pending {
                best = best.and_strangers(pending.of_vector(vector));
            }
            (told, best.joined_max() >= least)
        });
    }
}

/// The values of pairs that differ; equal ones need not be fetched to be compared.
fn differing<'v>(values: &'v [u64], left: &'v [u32], right: &'v [u32]) -> impl Iterator<Item = u64> + 'v {
    left.iter().zip(right).flat_map(|(&left, &right)| {
        let (a, b) = (values[left as usize], values[right as usize]);
        if a == b { [0, 0] } else { [a, b] }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_stay_keep_their_columns_together() {
        let mut live = Live::default();
        let told = |bits: i32| Sums::default().and_strangers(Bits::of(f64::from(bits)));
        live.begin((&[0, 1, 2, 3], &[4, 5, 6, 7]), |left, _| told(left as i32));
        live.sift(|left, right, vector, sums| {
            assert_eq!((left + 4, sums), (right, told(left as i32)));
            (sums.plus(told(1)), vector == Levels::default() && left % 2 == 1)
        });
        assert_eq!((&live.left[..], &live.right[..]), (&[1, 3][..], &[5, 7][..]));
        assert_eq!(live.evidence, [told(2), told(4)]);
    }
}
