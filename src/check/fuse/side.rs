//! What bears on a value beside the records that have it: when the birth was registered, and how
//! common the words of a name are. Both are counted among people whose records agree.

use super::relation::NameTexts;
use crate::check::hashes::hash;

/// Days after birth where a bin of [`Gaps`] begins, the first bin being before birth. 60 days are the
/// law's, a year and ten years are round.
const BINS: [i64; 4] = [0, 61, 367, 3_653];
/// How many days each bin has; the first and last as far as entries that exist reach.
const WIDTHS: [f64; 5] = [20_000.0, 61.0, 306.0, 3_286.0, 20_000.0];
/// Entries of so many years before this one are one era.
const ERA_YEARS: i32 = 10;
const ERAS: usize = 9;
const LAST_ERA_FROM: i32 = 2_020;
/// The density of a birth date about which nothing is known: some hundred years of days.
const ANY_DAY: f64 = 1.0 / 36_500.0;

/// How long after birth entries are made, by decade of registration.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps {
    counts: [[u64; 5]; ERAS],
}

fn bin_of(days: i64) -> usize {
    BINS.iter().filter(|&&from| days >= from).count()
}

fn era_of(year: i32) -> usize {
    let before = (LAST_ERA_FROM + ERA_YEARS - 1 - year).max(0) / ERA_YEARS;
    ERAS - 1 - (before as usize).min(ERAS - 1)
}

impl Gaps {
    /// Counts an entry of a year, made so many days after birth.
    pub(super) fn count(&mut self, year: i32, days: i64) {
        self.counts[era_of(year)][bin_of(days)] += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (era, more) in self.counts.iter_mut().zip(&other.counts) {
            era.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
    }

    /// The logarithm of how much likelier an entry of that year is made so many days after birth than
    /// on any day.
    pub(super) fn ln(&self, year: i32, days: i64) -> f64 {
        let counts = &self.counts[era_of(year)];
        let all: u64 = counts.iter().sum();
        let bin = bin_of(days);
        let share = (counts[bin] as f64 + 0.5) / (all as f64 + 2.5);
        (share / WIDTHS[bin] / ANY_DAY).ln()
    }
}

/// How often each word stands in names, the surname apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    /// Sorted by word.
    counts: Vec<(u64, u32)>,
    all: u64,
}

/// Fewer words tell nothing of what is rare.
const WORDS_MIN: u64 = 3_000;
/// A word that was never seen weighs no less than e to minus this beside a common one: names that
/// nobody else bears exist.
const RARITY_MAX: f64 = 6.0;

/// The words of a name, as [`Lexicon::of`] counts them. O(length).
pub(super) fn words(key: &str) -> impl Iterator<Item = u64> {
    key.split(' ').enumerate().map(|(at, word)| place(word, at))
}

impl Lexicon {
    /// Counts words. O(n log n).
    pub(super) fn of(mut words: Vec<u64>) -> Self {
        words.sort_unstable();
        let counts = words.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u32)).collect();
        Self { counts, all: words.len() as u64 }
    }

    /// By name: the logarithm of how common its words are beside those of the others, where all have
    /// as many words; nothing else can be compared so. O(letters).
    pub(super) fn compare(&self, names: &[Option<NameTexts<'_>>]) -> Vec<f64> {
        let mut lengths = names.iter().flatten().map(|name| name.key.split(' ').count());
        let first = lengths.next().unwrap_or(0);
        if self.all < WORDS_MIN || lengths.any(|other| other != first) {
            return vec![0.0; names.len()];
        }
        let of = |name: &Option<NameTexts<'_>>| name.map_or(0.0, |name| self.ln(name.key));
        let common: Vec<f64> = names.iter().map(of).collect();
        let best = common.iter().copied().fold(f64::MIN, f64::max);
        common.iter().map(|ln| (ln - best).max(-RARITY_MAX)).collect()
    }

    fn ln(&self, key: &str) -> f64 {
        let of = |word: u64| {
            let found = self.counts.binary_search_by_key(&word, |counted| counted.0);
            let count = found.ok().and_then(|at| self.counts.get(at)).map_or(0, |counted| counted.1);
            ((f64::from(count) + 0.5) / (self.all as f64 + 1.0)).ln()
        };
        words(key).map(of).sum()
    }
}

fn place(word: &str, at: usize) -> u64 {
    hash(word) << 1 | u64::from(at == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_in_time_outweighs_one_before_birth() {
        let mut gaps = Gaps::default();
        (0..900).for_each(|days| gaps.count(2021, days % 60));
        (0..100).for_each(|days| gaps.count(2021, 100 + days));
        assert!(gaps.ln(2021, 30) > 6.0, "{}", gaps.ln(2021, 30));
        assert!(gaps.ln(2021, -3) < -5.0, "{}", gaps.ln(2021, -3));
        assert!(gaps.ln(2021, 200) > gaps.ln(2021, 800));
        assert!(gaps.ln(1985, 30).abs() < 10.0);
        assert_eq!([1890, 1940, 1949, 1950, 2019, 2020, 2099].map(era_of), [0, 0, 0, 1, 7, 8, 8]);
    }

    #[test]
    fn a_word_nobody_bears_is_a_slip_of_a_common_one() {
        let lexicon = Lexicon::of((0..2_000).flat_map(|_| words("nguyễn văn an")).collect());
        let name = |key| Some(NameTexts { key, plain: key });
        let of = lexicon.compare(&[name("nguyễn văn an"), name("nguyển văn an"), name("an văn nguyễn")]);
        assert!(of[0] == 0.0 && of[1] < -5.0 && of[2] < -5.0, "{of:?}");
        assert_eq!(lexicon.compare(&[name("nguyễn văn an"), name("nguyễn an")]), [0.0, 0.0]);
    }
}
