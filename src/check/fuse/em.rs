//! Shares of errors and of copies, learnt from the records without anybody saying what is true.
//!
//! Expectation: each pattern of agreement is given to the truths that may lie behind it, by their
//! probability under the shares known so far. Maximisation: the shares are what the patterns, so
//! divided, show; the shares of the rules count beside them as so many people's worth. Patterns are
//! few, so a round costs next to nothing however many people there are.

use super::case::{Case, Voice};
use super::model::{KINDS_MAX, Model, NumberModel};

/// Rounds at most; some forty are needed.
const ROUNDS_MAX: usize = 100;
/// Learning ends when no share changes by more: a thousandth of what the rarest that matter are.
const STILL: f64 = 3e-6;
/// Links weaker than this teach nothing about who errs.
const LINK_MIN: f64 = 0.95;
/// So many errors of a witness count as much as the kinds of errors of all witnesses together. Which of
/// two records that contradict each other in one kind is wrong, few people can tell; what kinds there
/// are, all copies that contradict two others do. A witness that alone errs in its way has thousands.
const COMMON_ERRORS: f64 = 300.0;

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
        for (case, people) in &patterns {
            tally.count(&model, case, *people as f64);
        }
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
    let overrides =
        |voice: &Voice| model.witnesses.get(usize::from(voice.witness)).is_none_or(|of| of.overrides);
    let copies = case.voices.iter().any(|voice| model.copied(voice).is_some());
    !case.voices.iter().any(|voice| voice.link < LINK_MIN || overrides(voice))
        && (!copies || model.originals(case).next().is_some())
}

impl Tally {
    fn new(model: &Model) -> Self {
        let witnesses = model.witnesses.len();
        Self {
            shares: vec![[0.0; KINDS_MAX]; witnesses],
            copies: vec![[0.0; 2]; witnesses],
            number: [0.0; 2],
        }
    }

    fn count(&mut self, model: &Model, case: &Case, people: f64) {
        let originals: Vec<usize> = model.originals(case).map(usize::from).collect();
        for (truth, probability) in model.posterior(case).into_iter().enumerate() {
            let weight = people * probability;
            if weight > 0.0 {
                self.count_number(model, case, truth, &originals, weight);
                case.voices
                    .iter()
                    .for_each(|voice| self.count_voice(model, case, voice, (truth, weight), &originals));
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
        let Some(copied) = model.copied(voice) else {
            self.count_error(model, case, voice, truth, weight);
            return;
        };
        let (copy, own) = model.copy_or_own(case, voice, truth, originals, copied);
        let is_copy = if copy + own > 0.0 { copy / (copy + own) } else { copied };
        self.count_error(model, case, voice, truth, weight * (1.0 - is_copy));
        for &original in originals {
            self.count_error(model, case, voice, original, weight * is_copy / originals.len() as f64);
        }
        // Where the copied record is right, a copy looks like any right value.
        if originals.iter().all(|&original| original != truth) {
            self.copies[witness][0] += weight * is_copy;
            self.copies[witness][1] += weight;
        }
    }

    /// Counts what a voice made of a value; if that is one that nobody has, an error of any kind.
    fn count_error(&mut self, model: &Model, case: &Case, voice: &Voice, from: usize, weight: f64) {
        let (Some(counts), Some(witness)) = (
            self.shares.get_mut(usize::from(voice.witness)),
            model.witnesses.get(usize::from(voice.witness)),
        ) else {
            return;
        };
        if from < usize::from(case.values) {
            counts[usize::from(case.kind(from, voice.value))] += weight;
            return;
        }
        let all = witness.error().max(f64::MIN_POSITIVE);
        for (count, share) in counts.iter_mut().zip(witness.shares).skip(1) {
            *count += weight * share / all;
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
        let common = self.common(prior, prior_people);
        let vague = prior.kinds.vague.map(usize::from);
        let prior_copies = prior_people * prior.original_error();
        for (at, witness) in model.witnesses.iter_mut().enumerate() {
            let counted =
                self.shares[at].iter().zip(witness.shares).map(|(n, share)| n + prior_people * share);
            let counted: Vec<f64> = counted.collect();
            let people: f64 = counted.iter().sum();
            let wrong: f64 = errors(&counted, vague).map(|(_, count)| count).sum();
            for (kind, count) in errors(&counted, vague) {
                let of_errors = (count + COMMON_ERRORS * common[kind]) / (wrong + COMMON_ERRORS);
                witness.shares[kind] = wrong / people * of_errors;
            }
            for kind in std::iter::once(0).chain(vague) {
                witness.shares[kind] = counted[kind] / people;
            }
            let [copies, told] = self.copies[at];
            let learnt =
                |share: f64| ((copies + prior_copies * share) / (told + prior_copies)).min(COPIED_MAX);
            witness.copied = witness.copied.map(learnt);
        }
        let [copies, told] = self.number;
        model.number.copied = (copies + prior_copies * prior.number.copied) / (told + prior_copies);
        model
    }

    /// The share of each kind among the errors of all witnesses; vague values are none.
    fn common(&self, prior: &Model, prior_people: f64) -> [f64; KINDS_MAX] {
        let vague = prior.kinds.vague.map(usize::from);
        let mut common = [0.0; KINDS_MAX];
        for (counted, witness) in self.shares.iter().zip(&prior.witnesses) {
            for (kind, count) in errors(counted, vague) {
                common[kind] += count + prior_people * witness.shares[kind];
            }
        }
        let all: f64 = common.iter().sum();
        for share in &mut common {
            *share /= all.max(f64::MIN_POSITIVE);
        }
        common
    }
}

/// The kinds that are errors, with their counts: neither right values nor vague ones.
fn errors(counted: &[f64], vague: Option<usize>) -> impl Iterator<Item = (usize, f64)> {
    let is_error = move |(kind, _): &(usize, f64)| *kind != 0 && Some(*kind) != vague;
    counted.iter().copied().enumerate().filter(is_error)
}

/// Nobody copies always: a word against the copied record then could not be.
const COPIED_MAX: f64 = 0.995;

/// The largest change of a share.
fn change(a: &Model, b: &Model) -> f64 {
    let pairs = a.witnesses.iter().zip(&b.witnesses);
    let of = |(a, b): (&super::model::WitnessModel, &super::model::WitnessModel)| {
        let shares = a.shares.iter().zip(b.shares).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        shares.max((a.copied.unwrap_or(0.0) - b.copied.unwrap_or(0.0)).abs())
    };
    pairs.map(of).fold((a.number.copied - b.number.copied).abs(), f64::max)
}
