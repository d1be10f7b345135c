//! Pairs of names of which it is known whether they are one person's.
//!
//! Input: the name tables, the table of spelling variants, the error kinds of
//! [`super::rates`]. Output: half variants of one name, half names of two people
//! that are hard to tell apart. The measure of a comparison of names: how well does
//! it rank the first before the second?
//!
//! Kinds of variants are drawn alike, so that a rare kind counts as much as a
//! frequent one; a quarter have two of them. Names of two people are written as
//! faultily as those of one, so that a fault tells nothing by itself.

use std::collections::BTreeMap;

use super::draw::Draw;
use super::lexicon::Lexicon;
use super::names_written::NameWriter;
use super::person::{Group, Sex};
use super::places::missing;
use super::rates::{Chances, Fault};
use super::spelling::Spelling;
use crate::diagnostic::Outcome;
use crate::settings::{Reference, Settings};

/// Two written names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePair {
    /// The name as it should be, at most in capitals.
    pub left: String,
    /// The same name written otherwise, or another person's.
    pub right: String,
    /// Whether both are one person's.
    pub is_same: bool,
    /// What makes the variant, or how the two people are alike.
    pub kind: &'static str,
}

/// How many pairs, and of which names.
#[derive(Clone, Copy, Debug)]
pub struct NamePairs {
    /// Pairs to make; half are one person's.
    pub pairs: usize,
    /// The same seed gives the same pairs.
    pub seed: u64,
    /// Only so many of the commonest surnames; all where nothing is said.
    pub surnames: Option<usize>,
}

/// Share of names of which a fault is followed by another one.
const SECOND_FAULT: f64 = 0.25;
/// Share of names of two people that a fault falls on.
const FAULT_OF_TWO: f64 = 0.5;
/// Share of names that stand in capitals on the better side.
const CAPITALS: f64 = 0.2;
/// Times that another name is drawn where a variant or a relation does not apply.
const TRIES: usize = 200;
/// People among whom strangers of one name are sought.
const POOL: usize = 20_000;

/// The error kinds of names, all of which leave one person's name.
const FAULTS: [Fault; 21] = [
    Fault::NameDialect,
    Fault::NameIy,
    Fault::NameDoublet,
    Fault::NameSlip,
    Fault::NameMarkLost,
    Fault::NameMarksLost,
    Fault::NameMiddleLeftOut,
    Fault::NameMiddleAdded,
    Fault::NameOrder,
    Fault::NameShort,
    Fault::NameExtra,
    Fault::NameResidue,
    Fault::NameQuestion,
    Fault::NameCapitals,
    Fault::NameLower,
    Fault::NameDecomposed,
    Fault::NameLookAlike,
    Fault::NameInvisible,
    Fault::NameSpacing,
    Fault::NameNewTone,
    Fault::NameLegacy,
];

/// A row of the table of variants: a whole word and how it is also written.
struct Variant {
    class: &'static str,
    word: String,
    other: String,
    is_surname: bool,
}

/// The classes of the table whose words are one name. Look-alikes are among the faults.
const CLASSES: [&str; 9] = [
    "tone_placement",
    "tone_misplaced_nucleus",
    "tone_misplaced_q_gi",
    "i_y",
    "hoi_nga",
    "final_consonant",
    "initial_consonant",
    "vowel",
    "doublet",
];
/// Short and broken forms, which the table gives as forms and not as examples.
const SHORT_FORMS: &str = "typo_abbrev";
/// What the table says of words that are two names after all.
const DIFFERENT: &str = "different names, often confused";

/// How two people's names are alike, and how many of a hundred pairs are so.
const ALIKE: [(&str, u32); 5] = [
    ("sibling", 30),
    ("parent", 15),
    ("same_surname", 30),
    ("same_surname_and_given", 20),
    ("confusable", 5),
];

/// One person of whom a name is drawn.
#[derive(Clone)]
struct Person {
    surname: String,
    name: String,
    sex: Sex,
    group: Group,
    year: i32,
}

/// Makes pairs of names.
///
/// # Errors
/// Name tables without what is needed.
pub fn name_pairs(settings: &Settings, wanted: &NamePairs) -> Outcome<Vec<NamePair>> {
    let maker = Maker::new(settings, wanted)?;
    let mut draw = Draw::of(wanted.seed, PURPOSE, 1);
    let pair = |at: usize| {
        if at.is_multiple_of(2) { maker.of_one(&mut draw) } else { maker.of_two(&mut draw) }
    };
    Ok((0..wanted.pairs).map(pair).collect())
}

/// Tells these draws from those of a province.
const PURPOSE: u64 = 0x6e61_6d65;

struct Maker {
    lexicon: Lexicon,
    spelling: Spelling,
    variants: Vec<Variant>,
    confusable: Vec<(String, String)>,
    /// The only surnames there are, if there is a choice.
    surnames: Option<Vec<String>>,
    pool: Vec<Person>,
    /// Places in the pool by surname and given name, of which there are several.
    namesakes: Vec<Vec<usize>>,
}

impl Maker {
    fn new(settings: &Settings, wanted: &NamePairs) -> Outcome<Self> {
        let reference = &settings.reference;
        let mut maker = Self {
            lexicon: Lexicon::read(reference)?,
            spelling: Spelling::read(reference),
            variants: variants(reference),
            confusable: confusable(reference),
            surnames: wanted.surnames.map(|count| commonest(reference, count)),
            pool: Vec::new(),
            namesakes: Vec::new(),
        };
        let mut draw = Draw::of(wanted.seed, PURPOSE, 0);
        maker.pool = (0..POOL).map(|_| maker.person(&mut draw)).collect();
        maker.namesakes = namesakes(&maker.pool);
        if maker.namesakes.is_empty() {
            return Err(missing("given_name_parts").into());
        }
        Ok(maker)
    }

    fn person(&self, draw: &mut Draw) -> Person {
        let group = [Group::Kinh, Group::Khmer, Group::Hoa][draw.weighted(&[943, 47, 10])];
        let sex = if draw.chance(0.5) { Sex::Male } else { Sex::Female };
        let year = draw.between(1935, 2024);
        let mut surname = self.lexicon.surname(group, draw);
        if let Some(only) = &self.surnames {
            for _ in 0..TRIES {
                if only.contains(&surname) {
                    break;
                }
                surname = self.lexicon.surname(Group::Kinh, draw);
            }
        }
        let name = self.lexicon.name(&surname, sex, group, year, draw);
        Person { surname, name, sex, group, year }
    }

    /// One name and a variant of it.
    fn of_one(&self, draw: &mut Draw) -> NamePair {
        for _ in 0..TRIES {
            let person = self.person(draw);
            let chosen = draw.below(FAULTS.len() + CLASSES.len() + 1);
            let made = match FAULTS.get(chosen) {
                Some(&fault) => self
                    .faulty(&person.name, person.sex, fault, draw)
                    .map(|right| (person.name.clone(), right, fault.word())),
                None => self.of_table(&person, chosen - FAULTS.len(), draw),
            };
            let Some((left, mut right, kind)) = made else { continue };
            if draw.chance(SECOND_FAULT) {
                right = self.any_fault(right, person.sex, draw);
            }
            let left = capitals(left, draw);
            if left != right {
                return NamePair { left, right, is_same: true, kind };
            }
        }
        NamePair { left: String::new(), right: String::new(), is_same: true, kind: "" }
    }

    /// A name that holds a word of the table, and the same with its other form.
    fn of_table(
        &self,
        person: &Person,
        class: usize,
        draw: &mut Draw,
    ) -> Option<(String, String, &'static str)> {
        let class = CLASSES.get(class).copied().unwrap_or(SHORT_FORMS);
        let of: Vec<&Variant> = self.variants.iter().filter(|variant| variant.class == class).collect();
        let variant = draw.one(&of)?;
        let mut words: Vec<&str> = person.name.split(' ').collect();
        let place = if variant.is_surname { 0 } else { words.len() - 1 };
        if let Some(only) = self.surnames.as_ref().filter(|_| place == 0) {
            only.contains(&variant.word).then_some(())?;
        }
        words[place] = &variant.word;
        let left = words.join(" ");
        words[place] = &variant.other;
        Some((left, words.join(" "), class))
    }

    fn faulty(&self, name: &str, sex: Sex, fault: Fault, draw: &mut Draw) -> Option<String> {
        let writer = NameWriter { spelling: &self.spelling, chances: Chances::only(fault), column: "ho_ten" };
        let mut faults = Vec::new();
        let written = writer.mistake(name, sex, draw, &mut faults);
        let written = writer.form(written, draw, &mut faults);
        (written.text != name && !faults.is_empty()).then_some(written.text)
    }

    fn any_fault(&self, name: String, sex: Sex, draw: &mut Draw) -> String {
        let fault = draw.pick(&FAULTS);
        self.faulty(&name, sex, fault, draw).unwrap_or(name)
    }

    /// Two people's names.
    fn of_two(&self, draw: &mut Draw) -> NamePair {
        for _ in 0..TRIES {
            let (kind, _) = ALIKE[draw.weighted(&ALIKE.map(|(_, share)| share))];
            let person = &self.pool[draw.below(self.pool.len())];
            let Some((person, other)) = self.other(person, kind, draw) else { continue };
            if person.name == other.name {
                continue;
            }
            let faulty = draw.chance(FAULT_OF_TWO);
            let left = capitals(person.name.clone(), draw);
            let right = if faulty { self.any_fault(other.name, other.sex, draw) } else { other.name };
            return NamePair { left, right, is_same: false, kind };
        }
        NamePair { left: String::new(), right: String::new(), is_same: false, kind: "" }
    }

    fn other(&self, person: &Person, kind: &str, draw: &mut Draw) -> Option<(Person, Person)> {
        let mut first = person.clone();
        let mut other = self.person(draw);
        match kind {
            "sibling" => {
                other.name = self.lexicon.name_like(&person.name, other.sex, person.group, draw);
            }
            "parent" => {
                let year = person.year - draw.between(18, 40);
                other.name = self.lexicon.name(&person.surname, other.sex, person.group, year, draw);
            }
            "same_surname" => {
                other.name = self.lexicon.name(&person.surname, person.sex, person.group, person.year, draw);
            }
            "same_surname_and_given" => {
                let places = draw.one(&self.namesakes)?;
                let (one, two) = (*draw.one(places)?, *draw.one(places)?);
                (first, other) = (self.pool.get(one)?.clone(), self.pool.get(two)?.clone());
            }
            _ => {
                let (one, two) = draw.one(&self.confusable)?;
                let (_, rest) = person.name.split_once(' ')?;
                if self.surnames.as_ref().is_some_and(|only| !only.contains(one)) {
                    return None;
                }
                first.name = format!("{one} {rest}");
                other.name = format!("{two} {rest}");
            }
        }
        Some((first, other))
    }
}

fn capitals(name: String, draw: &mut Draw) -> String {
    if draw.chance(CAPITALS) { name.to_uppercase() } else { name }
}

/// The rows of the table that stand for one name, whole words on both sides.
fn variants(reference: &Reference) -> Vec<Variant> {
    let columns = ["class", "form_a", "form_b", "strength", "example_a", "example_b", "scope"];
    let rows = reference.table("syllable_variants").select(columns);
    let variant = |[class, form, other_form, strength, word, other, scope]: [&str; 7]| {
        let class = CLASSES.iter().chain([&SHORT_FORMS]).find(|known| **known == class)?;
        // Two names that happen to be spelt alike are neither one name nor two.
        if strength.contains("two distinct") || strength == DIFFERENT {
            return None;
        }
        let (word, other) = if *class == SHORT_FORMS { (form, other_form) } else { (word, other) };
        let whole = |word: &str| !word.is_empty() && !word.contains([' ', '(']);
        (whole(word) && whole(other)).then(|| Variant {
            class,
            word: word.to_owned(),
            other: other.to_owned(),
            is_surname: scope.starts_with("surname")
                || (*class == SHORT_FORMS && !matches!(word, "Văn" | "Thị")),
        })
    };
    rows.filter_map(variant).filter(|variant| !matches!(variant.word.as_str(), "Văn" | "Thị")).collect()
}

/// Surnames that are confused and are two.
fn confusable(reference: &Reference) -> Vec<(String, String)> {
    let rows = reference.table("syllable_variants").select(["strength", "form_a", "form_b"]);
    rows.filter(|row| row[0] == DIFFERENT).map(|[_, a, b]| (a.to_owned(), b.to_owned())).collect()
}

/// The commonest surnames here, commonest first.
fn commonest(reference: &Reference, count: usize) -> Vec<String> {
    let rows = reference.table("surnames").select(["surname", "pct_camau_est"]);
    let mut shares: Vec<(f64, String)> =
        rows.map(|[surname, share]| (share.parse().unwrap_or(0.0), surname.to_owned())).collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    shares.into_iter().take(count).map(|(_, surname)| surname).collect()
}

/// People who share surname and given name, at least two at a time.
fn namesakes(pool: &[Person]) -> Vec<Vec<usize>> {
    let mut by_name: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, person) in pool.iter().enumerate() {
        if let Some((_, given)) = person.name.rsplit_once(' ') {
            by_name.entry((&person.surname, given)).or_default().push(at);
        }
    }
    by_name.into_values().filter(|places| places.len() > 1).collect()
}
