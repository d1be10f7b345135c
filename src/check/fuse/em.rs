//! Shares of errors and of copies, learnt from the records without anybody saying what is true.
//!
//! Expectation: each pattern of agreement is given to the truths that may lie behind it, by their
//! probability under the shares known so far. Maximisation: the shares are what the patterns, so
//! divided, show; the shares of the rules count beside them as so many people's worth. Patterns are
//! few, so a round costs next to nothing however many people there are.

use super::case::{Case, Voice};
use super::model::{KINDS_MAX, Model, NumberModel};

/// Rounds at most; some twenty are needed where sources overlap little.
const ROUNDS_MAX: usize = 60;
/// Learning ends when no share changes by more.
const STILL: f64 = 1e-6;
/// Links weaker than this teach nothing about who errs.
const LINK_MIN: f32 = 0.95;
/// What the shares of copies in the rules count beside the records, of what shares of errors do: wrong
/// originals, which alone tell copies, are as rare beside people.
const COPIES_OF_PRIOR: f64 = 0.1;

/// What a round counts.
struct Tally {
    /// By witness and kind of error.
    shares: Vec<[f64; KINDS_MAX]>,
    /// By witness: copies, and words that could be told to be copies or not.
    copies: Vec<[f64; 2]>,
    number: [f64; 2],
}

/// Learns from patterns, each with its number of people. The same patterns in the same order give the
/// same shares. O(rounds × patterns).
pub(super) fn learn(prior: &Model, prior_people: f64, patterns: &[(Case, u64)]) -> Model {
    let mut model = prior.clone();
    let patterns: Vec<&(Case, u64)> = patterns.iter().filter(|(case, _)| teaches(prior, case)).collect();
    for _ in 0..ROUNDS_MAX {
        let mut tally = Tally::new(&model);
        patterns.iter().for_each(|(case, people)| tally.count(&model, case, *people as f64));
        let next = tally.finish(prior, prior_people);
        let change = change(&model, &next);
        model = next;
        if change < STILL {
            break;
        }
    }
    model
}

/// Whether all of a case is as the model has it: sure links, nobody who overrides, and the copied
/// record there wherever there are copies.
fn teaches(model: &Model, case: &Case) -> bool {
    let overrides = |voice: &Voice| model.witnesses.get(usize::from(voice.witness)).is_none_or(|of| of.overrides);
    let copies = case.voices.iter().any(|voice| model.copied(voice).is_some());
    !case.voices.iter().any(|voice| voice.link < LINK_MIN || overrides(voice))
        && (!copies || model.originals(case).next().is_some())
}

impl Tally {
    fn new(model: &Model) -> Self {
        let witnesses = model.witnesses.len();
        Self { shares: vec![[0.0; KINDS_MAX]; witnesses], copies: vec![[0.0; 2]; witnesses], number: [0.0; 2] }
    }

    fn count(&mut self, model: &Model, case: &Case, people: f64) {
        let originals: Vec<usize> = model.originals(case).map(usize::from).collect();
        for (truth, probability) in model.posterior(case).into_iter().enumerate() {
            let weight = people * probability;
            if weight > 0.0 {
                self.count_number(model, case, truth, &originals, weight);
                case.voices.iter().for_each(|voice| self.count_voice(model, case, voice, (truth, weight), &originals));
            }
        }
    }

    fn count_voice(
        &mut self,
        model: &Model,
        case: &Case,
        voice: &Voice,
        (truth, weight): (usize, f64),
        originals: &[usize],
    ) {
        let witness = usize::from(voice.witness);
        let kind_from = |from: usize| {
            if from < usize::from(case.values) { usize::from(case.kind(from, voice.value)) } else { last_kind(model) }
        };
        let Some(copied) = model.copied(voice) else {
            self.shares[witness][kind_from(truth)] += weight;
            return;
        };
        let (copy, own) = model.copy_or_own(case, voice, truth, originals, copied);
        let is_copy = if copy + own > 0.0 { copy / (copy + own) } else { copied };
        self.shares[witness][kind_from(truth)] += weight * (1.0 - is_copy);
        for &original in originals {
            self.shares[witness][kind_from(original)] += weight * is_copy / originals.len() as f64;
        }
        // Where the copied record is right, a copy looks like any right value.
        if originals.iter().all(|&original| original != truth) {
            self.copies[witness][0] += weight * is_copy;
            self.copies[witness][1] += weight;
        }
    }

    fn count_number(&mut self, model: &Model, case: &Case, truth: usize, originals: &[usize], weight: f64) {
        let (Some(&first), false) = (originals.first(), case.number.is_empty()) else { return };
        if case.number.get(first) == case.number.get(truth) {
            return;
        }
        let NumberModel { copied, .. } = model.number;
        let (copy, own) =
            (copied * model.number_of(case, first), (1.0 - copied) * model.number_of(case, truth));
        if copy + own > 0.0 {
            self.number[0] += weight * copy / (copy + own);
            self.number[1] += weight;
        }
    }

    fn finish(self, prior: &Model, prior_people: f64) -> Model {
        let mut model = prior.clone();
        let of_copies = prior_people * COPIES_OF_PRIOR;
        for (at, witness) in model.witnesses.iter_mut().enumerate() {
            let people: f64 = self.shares[at].iter().sum::<f64>() + prior_people;
            for (share, counted) in witness.shares.iter_mut().zip(self.shares[at]) {
                *share = (counted + prior_people * *share) / people;
            }
            let [copies, told] = self.copies[at];
            witness.copied =
                witness.copied.map(|share| ((copies + of_copies * share) / (told + of_copies)).min(COPIED_MAX));
        }
        let [copies, told] = self.number;
        model.number.copied = (copies + of_copies * prior.number.copied) / (told + of_copies);
        model
    }
}

/// Nobody copies always: a word against the copied record then could not be.
const COPIED_MAX: f64 = 0.995;

/// The kind that stands for all that no other one is.
fn last_kind(model: &Model) -> usize {
    model.kinds.choices.len().saturating_sub(1)
}

/// The largest change of a share.
fn change(a: &Model, b: &Model) -> f64 {
    let pairs = a.witnesses.iter().zip(&b.witnesses);
    let of = |(a, b): (&super::model::WitnessModel, &super::model::WitnessModel)| {
        let shares = a.shares.iter().zip(b.shares).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        shares.max((a.copied.unwrap_or(0.0) - b.copied.unwrap_or(0.0)).abs())
    };
    pairs.map(of).fold((a.number.copied - b.number.copied).abs(), f64::max)
}
