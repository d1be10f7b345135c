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

/// The verdicts on all people whose records disagree.
pub(super) struct Verdicts {
    /// In order of people.
    all: Vec<Judged>,
    people: Vec<u32>,
    /// By block of people: the place of its first verdict; and how many there are.
    starts: Vec<u32>,
}

/// People of one block: those of them whose records disagree are found in a line or two of memory.
const BLOCK_BITS: u32 = 8;

impl Verdicts {
    /// From verdicts in order of people. O(people).
    pub(super) fn new(all: Vec<Judged>) -> Self {
        let people: Vec<u32> = all.iter().map(|judged| judged.person).collect();
        let blocks = people.last().map_or(0, |last| (last >> BLOCK_BITS) + 1);
        let start = |block: u32| people.partition_point(|person| person >> BLOCK_BITS < block) as u32;
        let starts = (0..=blocks).map(start).collect();
        Self { all, people, starts }
    }

    /// The verdict on a person. O(1).
    pub(super) fn of(&self, person: u32) -> Option<&Judged> {
        let block = (person >> BLOCK_BITS) as usize;
        let first = *self.starts.get(block)? as usize;
        let of_block = self.people.get(first..*self.starts.get(block + 1)? as usize)?;
        self.all.get(first + of_block.binary_search(&person).ok()?)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_found_by_person_in_whatever_block() {
        let people = [3, 4, 255, 256, 300, 1023, 5000];
        let verdict = |&person: &u32| Judged {
            person,
            best: 0,
            confidence: 1.0,
            said: Box::default(),
            vague: Box::default(),
        };
        let verdicts = Verdicts::new(people.iter().map(verdict).collect());
        for person in 0..6000 {
            let found = verdicts.of(person).map(|judged| judged.person);
            assert_eq!(found, people.contains(&person).then_some(person));
        }
        assert!(Verdicts::new(Vec::new()).of(0).is_none());
    }
}
