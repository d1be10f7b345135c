//! The model against worlds whose truth, error rates and copying are planted.

use proptest::prelude::*;
use std::collections::BTreeMap;

use super::case::{Case, Voice};
use super::em::learn;
use super::model::{KINDS_MAX, Model, NumberModel, WitnessModel};
use super::relation::{DATES, SEXES};

const RESIDENCE: u8 = 0;
const BIRTH: u8 = 1;
const INSURANCE: u8 = 2;
const TELECOM: u8 = 3;
/// Right, a digit of the day, the year one off, anything else: the kinds of [`DATES`] that are planted.
const PLANTED: [usize; 3] = [3, 4, 6];

fn witness(error: f64, copied: Option<f64>) -> WitnessModel {
    let mut shares = [0.0; KINDS_MAX];
    shares[0] = 1.0 - error;
    shares.iter_mut().zip(DATES.shares).skip(1).for_each(|(share, of)| *share = error * of);
    WitnessModel { shares, copied, overrides: false }
}

/// What the rules may say of four witnesses.
fn prior() -> Model {
    Model {
        kinds: &DATES,
        witnesses: vec![
            witness(0.02, None),
            witness(0.02, None),
            witness(0.02, Some(0.5)),
            witness(0.02, Some(0.5)),
        ],
        original: Some(RESIDENCE),
        number: NumberModel { error: 0.002, copied: 0.1, choice: 1.0 / 80.0 },
    }
}

/// The numbers of wrong values of the first two planted kinds; all later ones are of the last kind.
const DAYS: std::ops::RangeInclusive<usize> = 1..=25;
const YEARS: std::ops::RangeInclusive<usize> = 26..=27;
/// A slip in a copy of a wrong value: so many times that value and the slip's own number.
const SLIP: usize = 1_000_000;

/// The kind of error that a wrong value's number stands for.
fn planted_kind(value: usize) -> usize {
    match value {
        value if DAYS.contains(&value) => PLANTED[0],
        value if YEARS.contains(&value) => PLANTED[1],
        _ => PLANTED[2],
    }
}

/// Values by number: 0 is the truth, others differ from each other by the last kind, but for a slip in
/// a copy and what was copied.
fn case(voices: &[(u8, usize)]) -> Case {
    let mut values: Vec<usize> = voices.iter().map(|voice| voice.1).collect();
    values.sort_unstable();
    values.dedup();
    let place = |value: usize| values.binary_search(&value).unwrap() as u8;
    let kind = |a: usize, b: usize| match (a == b, a.min(b), a.max(b)) {
        (true, ..) => 0,
        (_, 0, wrong) => planted_kind(wrong) as u8,
        (_, copied, slip) if slip / SLIP == copied => planted_kind(slip % SLIP) as u8,
        _ => PLANTED[2] as u8,
    };
    let mut said: Vec<Voice> =
        voices.iter().map(|&(witness, value)| Voice { witness, value: place(value), link: 1.0 }).collect();
    said.sort_by_key(|voice| (voice.witness, voice.value));
    Case {
        values: values.len() as u8,
        voices: said,
        kinds: values.iter().flat_map(|&a| values.iter().map(move |&b| kind(a, b))).collect(),
        candidates: vec![true; values.len()],
        side: vec![0; values.len() + 1],
        number: Vec::new(),
    }
}

/// A fixed linear congruence stands for chance (D. E. Knuth's MMIX constants).
struct Chance(u64);

impl Chance {
    fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The truth, or one of the wrong values by the planted kinds' choices.
    fn value(&mut self, error: f64) -> usize {
        if self.draw() >= error {
            return 0;
        }
        match self.draw() {
            x if x < 0.5 => 1 + (self.draw() * 25.0) as usize,
            x if x < 0.8 => 26 + (self.draw() * 2.0) as usize,
            _ => 100 + (self.draw() * 20_000.0) as usize,
        }
    }
}

const ERRORS: [f64; 4] = [0.03, 0.05, 0.02, 0.04];
const COPIED: [f64; 2] = [0.75, 0.6];

/// People of whom each source knows most: what it says, the truth being 0.
fn world(people: usize, seed: u64) -> Vec<Vec<(u8, usize)>> {
    let mut chance = Chance(seed);
    (0..people)
        .map(|_| {
            let residence = chance.value(ERRORS[0]);
            let mut voices = vec![(RESIDENCE, residence)];
            let birth = chance.value(ERRORS[1]);
            if chance.draw() < 0.6 {
                voices.push((BIRTH, birth));
            }
            for (at, witness) in [INSURANCE, TELECOM].into_iter().enumerate() {
                let copies = chance.draw() < COPIED[at];
                let own = chance.value(ERRORS[2 + at]);
                // A slip in a copy of a wrong value is a value of its own.
                let value = match (copies && residence != 0, own) {
                    (true, 0) => residence,
                    (true, own) => residence * SLIP + own,
                    (false, own) => own,
                };
                if chance.draw() < 0.8 {
                    voices.push((witness, value));
                }
            }
            voices
        })
        .collect()
}

fn patterns(world: &[Vec<(u8, usize)>]) -> Vec<(Case, u64)> {
    let mut cases: Vec<(Vec<u8>, Case)> =
        world.iter().map(|voices| case(voices)).map(|c| (c.pattern(), c)).collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases.chunk_by(|a, b| a.0 == b.0).map(|equal| (equal[0].1.clone(), equal.len() as u64)).collect()
}

#[test]
fn planted_errors_and_planted_copying_are_recovered() {
    let model = learn(&prior(), 200.0, &patterns(&world(300_000, 7)));
    for (witness, planted) in ERRORS.into_iter().enumerate() {
        let found = model.witnesses[witness].error();
        assert!((found - planted).abs() < 0.002, "witness {witness}: {found} for {planted}");
    }
    for (at, planted) in COPIED.into_iter().enumerate() {
        let found = model.witnesses[2 + at].copied.unwrap();
        assert!((found - planted).abs() < 0.02, "copier {at}: {found} for {planted}");
    }
}

/// The model with what is planted, nothing learnt.
fn planted() -> Model {
    let mut model = prior();
    for ((witness, error), copied) in
        model.witnesses.iter_mut().zip(ERRORS).zip([None, None, Some(COPIED[0]), Some(COPIED[1])])
    {
        witness.shares = [0.0; KINDS_MAX];
        witness.shares[0] = 1.0 - error;
        PLANTED.into_iter().zip([0.5, 0.3, 0.2]).for_each(|(kind, of)| witness.shares[kind] = error * of);
        witness.copied = copied;
    }
    model
}

/// Who agrees with whom, whatever the values: the first of each group.
fn shape(voices: &[(u8, usize)]) -> Vec<(u8, usize)> {
    let first = |value: usize| voices.iter().position(|voice| voice.1 == value).unwrap();
    voices.iter().map(|voice| (voice.0, first(voice.1))).collect()
}

/// Learning amplifies what expectation gets wrong, so each shape is asked by itself: also those of which
/// two are wrong at once, each near the truth and therefore unrelated to each other.
#[test]
fn with_planted_shares_residence_is_as_often_wrong_as_promised_in_every_shape() {
    let model = planted();
    let mut shapes: BTreeMap<Vec<(u8, usize)>, (f64, f64)> = BTreeMap::new();
    for voices in (21..25).flat_map(|seed| world(300_000, seed)) {
        let case = case(&voices);
        let own = case.voices.iter().find(|voice| voice.witness == RESIDENCE).unwrap().value;
        let counted = shapes.entry(shape(&voices)).or_default();
        counted.0 += 1.0 - model.posterior(&case)[usize::from(own)];
        counted.1 += f64::from(u8::from(voices[0].1 != 0));
    }
    assert!(shapes.len() > 20);
    for (shape, (promised, wrong)) in shapes {
        let chance = 4.0 * f64::max(promised, 4.0).sqrt();
        assert!((promised - wrong).abs() < chance, "{shape:?}: {wrong} wrong, {promised:.1} promised");
    }
}

#[test]
fn what_is_promised_of_planted_values_comes_true() {
    let model = learn(&prior(), 200.0, &patterns(&world(300_000, 11)));
    let mut bands = [(0.0, 0.0, 0.0); 5];
    for voices in world(300_000, 12) {
        let mut values: Vec<usize> = voices.iter().map(|voice| voice.1).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() < 2 {
            continue;
        }
        let posterior = model.posterior(&case(&voices));
        let (best, sure) =
            (0..values.len()).map(|at| (at, posterior[at])).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        let band = &mut bands[((sure * 5.0) as usize).min(4)];
        *band = (band.0 + 1.0, band.1 + sure, band.2 + f64::from(u8::from(values[best] == 0)));
    }
    let all: f64 = bands.iter().map(|band| band.0).sum();
    let off: f64 = bands.iter().map(|band| (band.1 - band.2).abs()).sum::<f64>() / all;
    assert!(all > 20_000.0 && off < 0.03, "{off} over {all}: {bands:?}");
}

fn best(model: &Model, voices: &[(u8, usize)]) -> (usize, f64) {
    let posterior = model.posterior(&case(voices));
    let mut values: Vec<usize> = voices.iter().map(|voice| voice.1).collect();
    values.sort_unstable();
    values.dedup();
    let at = (0..values.len()).max_by(|&a, &b| posterior[a].total_cmp(&posterior[b])).unwrap();
    (values[at], posterior[at])
}

#[test]
fn copies_of_a_mistake_hardly_add_to_it() {
    let mut model = prior();
    model.witnesses[2].copied = Some(0.95);
    model.witnesses[3].copied = Some(0.95);
    // Of the two values: that both are wrong is as probable either way.
    let of_two = |voices: &[(u8, usize)]| {
        let posterior = model.posterior(&case(voices));
        posterior[1] / (posterior[0] + posterior[1])
    };
    let alone = of_two(&[(RESIDENCE, 300), (BIRTH, 0)]);
    let copied = of_two(&[(RESIDENCE, 300), (BIRTH, 0), (INSURANCE, 300), (TELECOM, 300)]);
    assert!((alone - 0.5).abs() < 0.01, "{alone}");
    assert!(copied > 0.5 && copied < 0.56, "two copies of residence made it {copied}");
    // The same two against residence are no copies of it.
    let (value, sure) = best(&model, &[(RESIDENCE, 300), (BIRTH, 0), (INSURANCE, 0), (TELECOM, 0)]);
    assert!(value == 0 && sure > 0.99, "{sure}");
}

#[test]
fn one_old_book_loses_against_three_that_do_not_copy() {
    let mut model = prior();
    model.witnesses[BIRTH as usize] = witness(0.05, None);
    model.witnesses[2].copied = None;
    model.witnesses[3].copied = None;
    let (value, sure) = best(&model, &[(BIRTH, 300), (RESIDENCE, 0), (INSURANCE, 0), (TELECOM, 0)]);
    assert!(value == 0 && sure > 0.999, "{sure}");
}

#[test]
fn an_unsure_link_counts_for_little() {
    let mut unsure = case(&[(RESIDENCE, 300), (BIRTH, 0), (INSURANCE, 0)]);
    let sure = prior().posterior(&unsure)[0];
    unsure.voices[2].link = 0.3;
    let less = prior().posterior(&unsure)[0];
    assert!(sure > 0.9 && 1.0 - less > 100.0 * (1.0 - sure), "{sure} {less}");
}

#[test]
fn the_number_and_the_registration_tell_two_equal_witnesses_apart() {
    let mut of_number = case(&[(RESIDENCE, 300), (BIRTH, 0)]);
    of_number.number = vec![true, false];
    assert!(prior().posterior(&of_number)[0] > 0.8);
    let mut of_side = case(&[(RESIDENCE, 300), (BIRTH, 0)]);
    of_side.side = vec![40, 0, 0];
    assert!(prior().posterior(&of_side)[0] > 0.99);
}

#[test]
fn there_is_no_third_sex() {
    let mut model = prior();
    model.kinds = &SEXES;
    model.witnesses.iter_mut().for_each(|witness| {
        witness.shares = [0.0; KINDS_MAX];
        (witness.shares[0], witness.shares[1]) = (0.99, 0.01);
    });
    let mut two = case(&[(RESIDENCE, 300), (BIRTH, 0), (TELECOM, 0)]);
    two.kinds = vec![0, 1, 1, 0];
    let posterior = model.posterior(&two);
    assert!(posterior[2] == 0.0 && posterior[0] > 0.9, "{posterior:?}");
}

proptest! {
    #[test]
    fn neither_order_nor_names_of_values_matter(
        voices in prop::collection::vec((0..4_u8, prop::sample::select(vec![0_usize, 5, 26, 300])), 1..6),
        turn in 0..6_usize,
    ) {
        let mut voices = voices;
        voices.sort_unstable();
        voices.dedup();
        let mut turned = voices.clone();
        turned.rotate_left(turn % voices.len());
        let (a, b) = (prior().posterior(&case(&voices)), prior().posterior(&case(&turned)));
        prop_assert_eq!(&a, &b);
        prop_assert!((a.iter().sum::<f64>() - 1.0).abs() < 1e-9 && a.iter().all(|p| (0.0..=1.0).contains(p)), "{:?}", a);
    }

    /// From a hundredth on: who never copies and who is not asked whether he does are told apart where nobody has the
    /// truth, by what two slips of one truth are then thought to be, and that is more than nothing.
    #[test]
    fn a_copy_never_counts_more_than_a_word_of_its_own(copied in 0.01..0.99_f64) {
        let mut model = prior();
        model.witnesses[2].copied = Some(copied);
        let voices = [(RESIDENCE, 300), (BIRTH, 0), (INSURANCE, 300)];
        let as_copy = model.posterior(&case(&voices))[1];
        model.witnesses[2].copied = None;
        prop_assert!(as_copy <= model.posterior(&case(&voices))[1] + 1e-9);
    }
}
