//! Names as they are given: by sex, group and generation.

use super::draw::{Draw, Weighted};
use super::person::{Group, Sex};
use super::places::missing;
use crate::diagnostic::Outcome;
use crate::settings::Reference;

/// Name parts with their frequencies.
#[derive(Clone, Debug)]
pub(super) struct Lexicon {
    surnames: [Weighted<String>; 3],
    given: [Weighted<String>; 2],
    given_old: [Weighted<String>; 2],
    given_khmer: [Weighted<String>; 2],
    given_hoa: [Weighted<String>; 2],
    middle: [Weighted<String>; 2],
    middle_last: [Weighted<String>; 2],
}

/// Weight of a part that the table knows without a measured share, in percent.
const UNMEASURED_PERCENT: f64 = 0.3;
const SEXES: [&str; 2] = ["M", "F"];

/// Share of old village names, of the middle words Thị and Văn, and of names of four
/// words, by the decade of birth from 1930 on. Women with four words are 53–65 % and
/// men 10–26 % in samples of today's young; Thị stands in 66 % of women's names in a
/// mixed sample and 17 % in a young one, Văn in 17 % and 3 %; the old were given
/// both more often. The curves between are estimates.
const BY_DECADE: [NameHabits; 10] = [
    NameHabits { old_given: 0.60, thi: 0.90, van: 0.62, four_words: [0.02, 0.04] },
    NameHabits { old_given: 0.55, thi: 0.89, van: 0.60, four_words: [0.02, 0.05] },
    NameHabits { old_given: 0.48, thi: 0.87, van: 0.57, four_words: [0.03, 0.08] },
    NameHabits { old_given: 0.38, thi: 0.83, van: 0.52, four_words: [0.04, 0.12] },
    NameHabits { old_given: 0.22, thi: 0.76, van: 0.44, four_words: [0.05, 0.20] },
    NameHabits { old_given: 0.10, thi: 0.64, van: 0.34, four_words: [0.07, 0.32] },
    NameHabits { old_given: 0.03, thi: 0.48, van: 0.22, four_words: [0.10, 0.45] },
    NameHabits { old_given: 0.01, thi: 0.32, van: 0.12, four_words: [0.15, 0.55] },
    NameHabits { old_given: 0.00, thi: 0.20, van: 0.06, four_words: [0.20, 0.60] },
    NameHabits { old_given: 0.00, thi: 0.12, van: 0.03, four_words: [0.25, 0.64] },
];

#[derive(Clone, Copy, Debug)]
struct NameHabits {
    old_given: f64,
    thi: f64,
    van: f64,
    four_words: [f64; 2],
}

impl Lexicon {
    /// Reads the name parts out of the reference tables.
    ///
    /// # Errors
    /// A kind of part that the tables do not have.
    pub(super) fn read(reference: &Reference) -> Outcome<Self> {
        let parts = |kind: &str| {
            Ok::<_, crate::diagnostic::Failure>([
                part(reference, kind, SEXES[0])?,
                part(reference, kind, SEXES[1])?,
            ])
        };
        let surname = |group: Group| surnames(reference, group);
        Ok(Self {
            surnames: [surname(Group::Kinh)?, surname(Group::Khmer)?, surname(Group::Hoa)?],
            given: parts("given")?,
            given_old: parts("given_old_southern")?,
            given_khmer: parts("given_khmer")?,
            given_hoa: parts("given_hoa")?,
            middle: parts("middle_first")?,
            middle_last: parts("middle_last_of_4_words")?,
        })
    }

    /// A surname of a group.
    pub(super) fn surname(&self, group: Group, draw: &mut Draw) -> String {
        self.surnames[group as usize].pick(draw).clone()
    }

    /// A given name with what stands before it, for somebody of that sex and birth year.
    pub(super) fn name(&self, surname: &str, sex: Sex, group: Group, year: i32, draw: &mut Draw) -> String {
        let decade = ((year - 1930) / 10).clamp(0, BY_DECADE.len() as i32 - 1) as usize;
        let habits = BY_DECADE[decade];
        let given = self.given(sex, group, habits, draw);
        let mut words = vec![surname.to_owned()];
        self.middle(sex, group, habits, draw, &mut words);
        words.push(given);
        words.dedup();
        words.join(" ")
    }

    /// A name like a sibling's: the same words before a given name of its own.
    pub(super) fn name_like(&self, name: &str, sex: Sex, group: Group, draw: &mut Draw) -> String {
        let given = self.given(sex, group, BY_DECADE[9], draw);
        match name.rsplit_once(' ') {
            Some((before, _)) if !before.ends_with(&given) => format!("{before} {given}"),
            _ => format!("{name} {given}"),
        }
    }

    fn given(&self, sex: Sex, group: Group, habits: NameHabits, draw: &mut Draw) -> String {
        let of = match group {
            Group::Khmer if draw.chance(0.6) => &self.given_khmer,
            Group::Hoa if draw.chance(0.35) => &self.given_hoa,
            _ if draw.chance(habits.old_given) => &self.given_old,
            _ => &self.given,
        };
        of[sex as usize].pick(draw).clone()
    }

    fn middle(&self, sex: Sex, group: Group, habits: NameHabits, draw: &mut Draw, words: &mut Vec<String>) {
        let two_words = if group == Group::Khmer { 0.45 } else { 0.012 };
        if draw.chance(two_words) {
            return;
        }
        let (word, share) = if sex == Sex::Female { ("Thị", habits.thi) } else { ("Văn", habits.van) };
        let four = draw.chance(habits.four_words[sex as usize]);
        let has_word = draw.chance(share);
        let side = sex as usize;
        if has_word && words.last().is_none_or(|surname| surname != word) {
            words.push(word.to_owned());
        } else {
            words.push(self.middle[side].pick(draw).clone());
        }
        if four {
            words.push(self.middle_last[side].pick(draw).clone());
        }
    }
}

fn part(reference: &Reference, kind: &str, sex: &str) -> Outcome<Weighted<String>> {
    let columns = ["part", "gender", "text", "pct_a_within_gender"];
    let rows = reference.table("given_name_parts").select(columns);
    let of = rows.filter(|row| row[0] == kind && row[1] == sex && row[2].chars().all(is_name_letter));
    // Thị and Văn are drawn by generation, not by the mixed sample's share.
    let of = of.filter(|row| !matches!(row[2], "Thị" | "Văn"));
    Weighted::new(of.map(|row| (row[2].to_owned(), row[3].parse().unwrap_or(UNMEASURED_PERCENT))))
        .ok_or_else(|| missing("given_name_parts").into())
}

fn is_name_letter(c: char) -> bool {
    c.is_alphabetic() || c == ' '
}

fn surnames(reference: &Reference, group: Group) -> Outcome<Weighted<String>> {
    let rows = reference.table("surnames").select(["surname", "groups", "pct_camau_est"]);
    let of = rows.filter(|[_, groups, _]| groups.split('/').any(|one| one == group.word()));
    let weigh = |groups: &str, percent: &str| {
        // A surname that is above all another group's weighs less in this one.
        let shared = if group != Group::Kinh && groups.starts_with("Kinh") { 0.2 } else { 1.0 };
        percent.parse().unwrap_or(0.0) * shared
    };
    Weighted::new(of.map(|[surname, groups, percent]| (surname.to_owned(), weigh(groups, percent))))
        .ok_or_else(|| missing("surnames").into())
}
