//! What was judged of one person whose records disagree.

use super::Testimony;
use super::field::Said;
use super::learnt::Learnt;
use crate::table::RecordRef;

/// The verdict on one person's field.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) person: u32,
    /// The best of the case's values.
    pub(super) best: u8,
    pub(super) confidence: f32,
    /// Who says what, with the weight of each; by witness, in order of authority.
    pub(super) said: Box<[(Said, f32)]>,
    /// By value of the case: whether it merely says less than the best one.
    pub(super) vague: Box<[bool]>,
}

impl Judged {
    pub(super) fn confidence(&self) -> f64 {
        f64::from(self.confidence)
    }

    /// The record that shows the best value: the asking one, else that of the highest authority.
    pub(super) fn best_for(&self, own: Option<RecordRef>) -> Option<RecordRef> {
        let mut with =
            self.said.iter().filter(|(said, _)| said.value == self.best).map(|(said, _)| said.record);
        let own_has = own.filter(|own| with.clone().any(|record| record == *own));
        own_has.or_else(|| with.next())
    }

    /// How sure it is that a record is of the person, if it says something.
    pub(super) fn link_of(&self, record: RecordRef) -> Option<f64> {
        self.said.iter().find(|(said, _)| said.record == record).map(|(said, _)| f64::from(said.link))
    }

    /// The witnesses with the best value, a bit each.
    pub(super) fn supporters(&self) -> u16 {
        self.witnesses(|value| value == self.best)
    }

    /// Kinds of witnesses for and against.
    pub(super) fn counts(&self) -> (i64, i64) {
        let against = self.witnesses(|value| value != self.best && !self.is_vague(value));
        (i64::from(self.supporters().count_ones()), i64::from(against.count_ones()))
    }

    fn witnesses(&self, of: impl Fn(u8) -> bool) -> u16 {
        self.said.iter().filter(|(said, _)| of(said.value)).fold(0, |all, (said, _)| all | 1 << said.witness)
    }

    fn is_vague(&self, value: u8) -> bool {
        self.vague.get(usize::from(value)).copied().unwrap_or(false)
    }

    /// Who is for and who against.
    pub(super) fn testimonies(&self, learnt: &Learnt<'_>) -> Vec<Testimony> {
        let of = |(said, weight): &(Said, f32)| {
            (!self.is_vague(said.value)).then_some(Testimony {
                record: said.record,
                column: learnt.column(said.record.source)?,
                speaks_for: said.value == self.best,
                weight: f64::from(*weight),
                link: f64::from(said.link),
            })
        };
        self.said.iter().filter_map(of).collect()
    }
}

/// A name's key with a capital at the head of each word.
pub(super) fn titled(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    for word in key.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        let mut chars = word.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(chars.as_str());
    }
    out
}
