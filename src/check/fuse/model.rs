//! How probable a value is, given what all witnesses say.
//!
//! A latent-truth model after A. P. Dawid and A. M. Skene (*Maximum likelihood estimation of observer
//! error-rates using the EM algorithm*, Applied Statistics 28, 1979), with errors by kind in place of a
//! whole confusion matrix, and with copying after X. L. Dong, L. Berti-Équille and D. Srivastava
//! (*Integrating conflicting data: the role of source dependence*, PVLDB 2, 2009): a copier repeats what
//! the one record that all copy says with probability c, mistakes included, and else errs by itself.
//!
//! For a truth t, with D(v | x) = share of the kind of error from x to v × choice of just this value,
//! P(voices | t) = Π over witnesses of their own D(v | t) × Π over copiers of c·D(v | o) + (1−c)·D(v | t),
//! where o is what the copied record says. Where that record is missing, all it may say is summed over.
//! A record that is of the person with probability p only counts as p·(…) + (1−p)·chance.

use super::case::{Case, Voice};
use super::relation::Kinds;

/// More kinds than any kind of field has.
pub(super) const KINDS_MAX: usize = 10;

/// What is known of the witnesses of one field.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) kinds: &'static Kinds,
    /// By witness.
    pub(super) witnesses: Vec<WitnessModel>,
    /// The witness that all copiers copy.
    pub(super) original: Option<u8>,
    pub(super) number: NumberModel,
}

/// What is known of one witness.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WitnessModel {
    /// By kind of error: its share; the first is the share of right values.
    pub(super) shares: [f64; KINDS_MAX],
    /// The share of copies; none for who asks for himself.
    pub(super) copied: Option<f64>,
    /// Whether it settles what the others say.
    pub(super) overrides: bool,
}

/// What is known of the personal number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NumberModel {
    /// The share of people whose number tells something wrong.
    pub(super) error: f64,
    /// The share of numbers that were made from what the copied record says, mistakes included.
    pub(super) copied: f64,
    /// The probability of what a wrong number tells: one of so many years, or the other sex.
    pub(super) choice: f64,
}

impl WitnessModel {
    /// The share of wrong values.
    pub(super) fn error(&self) -> f64 {
        1.0 - self.shares[0]
    }
}

impl Model {
    /// The probability of each value of a case, and last of any other one. They sum to 1.
    /// O(values² × voices).
    pub(super) fn posterior(&self, case: &Case) -> Vec<f64> {
        if let Some(settled) = self.settled(case) {
            return settled;
        }
        let values = usize::from(case.values);
        let mut posterior: Vec<f64> = (0..=values).map(|truth| self.weight(case, truth)).collect();
        let sum: f64 = posterior.iter().sum();
        if sum > 0.0 {
            for weight in &mut posterior {
                *weight /= sum;
            }
        }
        posterior
    }

    /// A witness that overrides the others leaves only its own mistakes.
    fn settled(&self, case: &Case) -> Option<Vec<f64>> {
        let overriding = |voice: &&Voice| {
            let is_asked = self.witnesses.get(usize::from(voice.witness)).is_some_and(|of| of.overrides);
            is_asked && case.candidates.get(usize::from(voice.value)) == Some(&true)
        };
        let mut voices = case.voices.iter().filter(overriding);
        let voice = voices.next()?;
        if voices.any(|other| other.value != voice.value) {
            return None;
        }
        let values = usize::from(case.values);
        let sure = voice.link * (1.0 - self.error_of(voice));
        let rest = (1.0 - sure) / values.max(1) as f64;
        let mut posterior = vec![rest; values + 1];
        posterior[usize::from(voice.value)] = sure;
        Some(posterior)
    }

    fn error_of(&self, voice: &Voice) -> f64 {
        self.witnesses.get(usize::from(voice.witness)).map_or(1.0, WitnessModel::error)
    }

    /// How often the record that all copy is wrong: so many of a number of people tell who copies.
    pub(super) fn original_error(&self) -> f64 {
        let of = |original: u8| self.witnesses.get(usize::from(original)).map(WitnessModel::error);
        self.original.and_then(of).unwrap_or(1.0)
    }

    /// The probability of a case if `truth` is true, but for what all truths share; `values` stands for
    /// any other value.
    pub(super) fn weight(&self, case: &Case, truth: usize) -> f64 {
        let values = usize::from(case.values);
        let is_other = truth == values;
        if is_other && self.kinds.is_binary && values > 1 || !is_other && !case.candidates[truth] {
            return 0.0;
        }
        let independent = if is_other { self.own_of_other(case) } else { self.own_of(case, truth) };
        independent * self.copies(case, truth) * self.number_weight(case, truth) * case.side(truth)
    }

    /// The probability of the words of who asks for himself, if `truth` is true.
    fn own_of(&self, case: &Case, truth: usize) -> f64 {
        self.own_voices(case).map(|voice| self.heard(voice, self.drawn(case, voice, truth))).product()
    }

    /// The same summed over all truths that nobody has. A truth may be near each of the values, so that
    /// two slips of one truth look unrelated to each other: a value is reached by any kind of error, and
    /// as many truths are of that kind to it as there are choices. Who has the same value erred alike.
    fn own_of_other(&self, case: &Case) -> f64 {
        let of_kind = |value: u8, kind: usize, choice: f64| {
            let said = |voice: &Voice| {
                let share = self.witnesses.get(usize::from(voice.witness)).map_or(1.0, |of| of.shares[kind]);
                self.heard(voice, share * choice)
            };
            let with = self.own_voices(case).filter(|voice| voice.value == value);
            with.map(said).product::<f64>() * self.chance() / choice
        };
        let of_value = |value: u8| -> f64 {
            if self.own_voices(case).all(|voice| voice.value != value) {
                return 1.0;
            }
            let choices = self.kinds.choices.iter().enumerate().skip(1);
            choices.map(|(kind, &choice)| of_kind(value, kind, choice)).sum()
        };
        (0..case.values).map(of_value).product::<f64>() / self.chance()
    }

    /// The probability of just this value among unrelated ones.
    pub(super) fn chance(&self) -> f64 {
        if self.kinds.is_binary { 1.0 } else { self.kinds.choices.last().copied().unwrap_or(1.0) }
    }

    /// The voices of who asks for himself.
    fn own_voices<'c>(&'c self, case: &'c Case) -> impl Iterator<Item = &'c Voice> {
        case.voices.iter().filter(|voice| self.copied(voice).is_none())
    }

    /// The share of copies of a voice's witness.
    pub(super) fn copied(&self, voice: &Voice) -> Option<f64> {
        self.witnesses.get(usize::from(voice.witness))?.copied
    }

    /// What the copied record says, where it is there.
    pub(super) fn originals<'c>(&'c self, case: &'c Case) -> impl Iterator<Item = u8> + Clone + 'c {
        let is_original = |voice: &&Voice| Some(voice.witness) == self.original;
        case.voices.iter().filter(is_original).map(|voice| voice.value)
    }

    fn copies(&self, case: &Case, truth: usize) -> f64 {
        let originals: Vec<usize> = self.originals(case).map(usize::from).collect();
        if !originals.is_empty() {
            return self.copies_of(case, truth, &originals);
        }
        if case.voices.iter().all(|voice| self.copied(voice).is_none()) {
            return 1.0;
        }
        let Some(original) = self.original else { return self.copies_of(case, truth, &[]) };
        let says = |value: usize| {
            let voice = Voice { witness: original, value: value as u8, link: 1.0 };
            let said = if value == truth && truth == usize::from(case.values) {
                1.0 - self.error_of(&voice)
            } else {
                self.drawn(case, &voice, truth)
            };
            said * self.copies_of(case, truth, &[value])
        };
        let values = usize::from(case.values);
        (0..values + usize::from(truth == values)).map(says).sum()
    }

    /// The probability of all copiers' words if the copied records say `originals`.
    fn copies_of(&self, case: &Case, truth: usize, originals: &[usize]) -> f64 {
        let of = |voice: &Voice| {
            let copied = self.copied(voice)?;
            let (copy, own) = self.copy_or_own(case, voice, truth, originals, copied);
            Some(self.heard(voice, copy + own))
        };
        case.voices.iter().filter_map(of).product()
    }

    /// The probability that a copier's word is a copy, and that it is its own, both with the word.
    pub(super) fn copy_or_own(
        &self,
        case: &Case,
        voice: &Voice,
        truth: usize,
        originals: &[usize],
        copied: f64,
    ) -> (f64, f64) {
        let own = self.drawn(case, voice, truth);
        if originals.is_empty() {
            return (0.0, own);
        }
        let sum: f64 = originals.iter().map(|&original| self.drawn(case, voice, original)).sum();
        (copied * sum / originals.len() as f64, (1.0 - copied) * own)
    }

    /// The probability that a voice says what it says if it draws from a value; from one that nobody has,
    /// by any kind of error.
    pub(super) fn drawn(&self, case: &Case, voice: &Voice, from: usize) -> f64 {
        let Some(witness) = self.witnesses.get(usize::from(voice.witness)) else { return 1.0 };
        if from >= usize::from(case.values) {
            return witness.error() * self.chance();
        }
        let kind = usize::from(case.kind(from, voice.value));
        witness.shares[kind] * self.kinds.choices.get(kind).copied().unwrap_or(0.0)
    }

    /// A record of somebody else says anything.
    fn heard(&self, voice: &Voice, probability: f64) -> f64 {
        let link = voice.link;
        let stranger = if self.kinds.is_binary { 0.5 } else { self.chance() };
        link * probability + (1.0 - link) * stranger
    }

    /// What the personal number bears on a truth.
    fn number_weight(&self, case: &Case, truth: usize) -> f64 {
        if case.number.is_empty() {
            return 1.0;
        }
        let NumberModel { copied, .. } = self.number;
        let mut originals = self.originals(case).peekable();
        let own = self.number_of(case, truth);
        if originals.peek().is_none() {
            return own;
        }
        let (sum, count) = originals
            .fold((0.0, 0.0), |(sum, count), o| (sum + self.number_of(case, usize::from(o)), count + 1.0));
        copied * sum / count + (1.0 - copied) * own
    }

    /// The probability of what the number tells if it was made from a value.
    pub(super) fn number_of(&self, case: &Case, from: usize) -> f64 {
        let NumberModel { error, choice, .. } = self.number;
        match case.number.get(from) {
            Some(true) => 1.0 - error,
            Some(false) => error * choice,
            // Of other values some agree with it, as many as there are years or sexes.
            None => choice,
        }
    }

    /// How much of a voice is its own word, 0 to 1: less for one that errs often, for a copy of what
    /// the copied record says, and for a record that may be of somebody else.
    pub(super) fn own_word(&self, case: &Case, voice: &Voice) -> f64 {
        let repeats = self.originals(case).any(|value| value == voice.value);
        let own = match self.copied(voice) {
            Some(copied) if repeats => 1.0 - copied,
            _ => 1.0,
        };
        voice.link * (1.0 - self.error_of(voice)) * own
    }
}
