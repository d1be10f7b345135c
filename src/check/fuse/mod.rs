//! Contradictory records of one person → the value that is probably right, and how sure that is.
//!
//! Input: records, people and their links, `rules/evidence.toml`. Output: [`Fusion`], which answers for
//! each person and field: the record that shows the best value, its probability, who is for and who
//! against it. Invariants: nothing but what some record says is ever the best value; who the
//! witnesses are counts, not the order in which they come; the same answers on any number of threads.
//!
//! Way: `witness` says what kind of record each is, `value` and `field` whether a person's records
//! agree (most do, and are then done with but for a bit a witness); those that do not become a `case`:
//! values, the kind of error between each two (`relation`), what else bears on them (`side`: days to
//! registration, how common a word is, the personal number). `em` learns from all cases' patterns what
//! each witness is worth, `model` judges. docs/evidence.md tells it in plain words.
//!
//! Cost: a pass over all records for each field that a rule names, some 20 ns a record; microseconds a
//! person whose records disagree; four bytes a person and field.

mod case;
mod em;
mod field;
mod judged;
mod learnt;
mod model;
mod relation;
mod side;
mod strength;
#[cfg(test)]
mod tests;
mod value;
mod witness;

use rayon::prelude::*;

use crate::check::hashes::Hashes;
use crate::check::ties::LinksByPerson;
use crate::link::Linkage;
use crate::normalise::Records;
use crate::settings::Settings;
use crate::table::{RecordRef, SourceIndex};
pub(super) use field::weighed_kind;
use judged::Judged;
use learnt::Learnt;
use strength::strengths;
pub(super) use value::WholeCodes;
use witness::Witnesses;

/// The best values of all people in the fields that rules name.
#[derive(Default)]
pub(super) struct Fusion<'a> {
    night: Option<Night<'a>>,
    /// By place among the fields of the rules of evidence; none for those that no rule names.
    fields: Vec<Option<Learnt<'a>>>,
}

/// What all fields are read against.
struct Night<'a> {
    settings: &'a Settings,
    linkage: &'a Linkage,
    links: &'a LinksByPerson,
    witnesses: Witnesses,
    /// By member, in the order of people: the witness that it is.
    witness_of: Vec<u8>,
}

/// A person, and the record that asks.
pub(super) type Asking = (u32, Option<RecordRef>);

/// Who says what of a field, beside the best value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Testimony {
    pub(super) record: RecordRef,
    /// Where the field stands in the record's source.
    pub(super) column: usize,
    /// Whether it has the best value.
    pub(super) speaks_for: bool,
    /// How much of it is its own word, 0 to 1.
    pub(super) weight: f64,
    /// How sure it is that the record is of the person.
    pub(super) link: f64,
}

impl<'a> Fusion<'a> {
    /// Weighs the named fields of all people. O(records × fields).
    pub(super) fn weigh(
        settings: &'a Settings,
        (sources, hashes): (&[Option<&'a Records>], &'a Hashes),
        (linkage, links): (&'a Linkage, &'a LinksByPerson),
        fields: &[usize],
    ) -> Self {
        if fields.is_empty() {
            return Self::default();
        }
        let witnesses = Witnesses::new(settings, sources);
        let witness_of = witnesses.of_all(&linkage.people.members);
        let night = Night { settings, linkage, links, witnesses, witness_of };
        let of = |(at, evidence)| {
            fields.contains(&at).then(|| Learnt::new(&night, (sources, hashes), evidence)).flatten()
        };
        let fields = settings.evidence.fields.par_iter().enumerate().map(of).collect();
        Self { night: Some(night), fields }
    }

    fn field(&self, field: usize) -> Option<(&Night<'a>, &Learnt<'a>)> {
        Some((self.night.as_ref()?, self.fields.get(field)?.as_ref()?))
    }

    /// The column that a field has in a source, if it is weighed.
    pub(super) fn column(&self, field: usize, source: SourceIndex) -> Option<usize> {
        self.field(field)?.1.column(source)
    }

    /// By code of a source's column of a field, if it is weighed: whether it says all there is.
    pub(super) fn whole(&self, field: usize, source: SourceIndex) -> Option<&WholeCodes> {
        Some(self.field(field)?.1.field.readings.get(source.index())?.as_ref()?.whole())
    }

    /// The record that shows the best value of a person's field, and its column: the asking record if
    /// it has that value. O(records of the person).
    pub(super) fn best(
        &self,
        field: usize,
        person: u32,
        own: Option<RecordRef>,
    ) -> Option<(RecordRef, usize)> {
        let (night, learnt) = self.field(field)?;
        let record = match learnt.judged(person) {
            Some(judged) => judged.best_for(own)?,
            None => learnt.field.shown(&night.witnesses, night.members(person), own)?,
        };
        Some((record, learnt.column(record.source)?))
    }

    /// The records that show the best values of so many people's field, as [`Self::best`] tells them. First who is
    /// disputed, then what the asking records say: nothing fetched of one person waits for another. O(people).
    pub(super) fn best_of(&self, field: usize, asking: &[Asking]) -> Vec<Option<RecordRef>> {
        let Some((_, learnt)) = self.field(field) else { return vec![None; asking.len()] };
        let disputed: Vec<bool> = asking.iter().map(|(person, _)| learnt.is_disputed(*person)).collect();
        let has_all = |(_, own): &Asking| own.is_some_and(|own| learnt.field.says_all(own));
        let have_all: Vec<bool> = asking.iter().map(has_all).collect();
        let of = |((&(person, own), disputed), has_all): ((&Asking, bool), bool)| match own {
            Some(own) if has_all && !disputed => learnt.column(own.source).map(|_| own),
            own => self.best(field, person, own).map(|(record, _)| record),
        };
        asking.iter().zip(disputed).zip(have_all).map(of).collect()
    }

    /// How sure the best value is, 0 to 1, that the asking record is of the person included.
    pub(super) fn confidence(&self, field: usize, person: u32, own: Option<RecordRef>) -> Option<f64> {
        let (night, learnt) = self.field(field)?;
        match learnt.judged(person) {
            Some(judged) => Some(judged.confidence() * night.own_link(person, judged, own)),
            None => learnt.confidence_of_agreed(person),
        }
    }

    /// How many kinds of witnesses have the best value, and how many have another one.
    pub(super) fn counts(&self, field: usize, person: u32) -> Option<(i64, i64)> {
        let (_, learnt) = self.field(field)?;
        match learnt.judged(person) {
            Some(judged) => Some(judged.counts()),
            None => learnt.agreed(person).map(|witnesses| (i64::from(witnesses.count_ones()), 0)),
        }
    }

    /// Who has the best value, as officers call them: `khai sinh, bảo hiểm y tế`.
    pub(super) fn named(&self, field: usize, person: u32) -> Option<String> {
        let (night, learnt) = self.field(field)?;
        let witnesses = match learnt.judged(person) {
            Some(judged) => judged.supporters(),
            None => learnt.agreed(person)?,
        };
        let labels = night.settings.evidence.witnesses.iter().enumerate();
        let named: Vec<&str> =
            labels.filter(|(at, _)| witnesses >> at & 1 == 1).map(|(_, rule)| rule.label.as_str()).collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    /// The name that shows the best value with capitals where a name has them: `Nguyễn Văn An`.
    pub(super) fn titled(&self, field: usize, person: u32, own: Option<RecordRef>) -> Option<String> {
        let (_, learnt) = self.field(field)?;
        let (record, _) = self.best(field, person, own)?;
        let reading = learnt.field.readings.get(record.source.index())?.as_ref()?;
        Some(judged::titled(reading.name(record.row)?.key)).filter(|name| !name.is_empty())
    }

    /// Who is for and who against the best value, the strongest first; those say nothing who say less.
    pub(super) fn testimonies(&self, field: usize, person: u32, own: RecordRef) -> Vec<Testimony> {
        let Some((night, learnt)) = self.field(field) else { return Vec::new() };
        let mut heard = match learnt.judged(person) {
            Some(judged) => judged.testimonies(learnt),
            None => learnt.testimonies_of_agreed(night, person),
        };
        heard.retain(|testimony| testimony.record != own);
        heard.sort_by(|a, b| {
            b.speaks_for.cmp(&a.speaks_for).then(b.weight.total_cmp(&a.weight)).then(a.record.cmp(&b.record))
        });
        heard
    }
}

impl Night<'_> {
    fn members(&self, person: u32) -> &[RecordRef] {
        self.linkage.people.members.get(person as usize)
    }

    /// The record that the others' links are measured from: the first of the primary source, else the
    /// first of all.
    fn anchor(&self, members: &[RecordRef]) -> Option<RecordRef> {
        let primary = self.settings.primary();
        members.iter().copied().find(|member| member.source == primary).or(members.first().copied())
    }

    /// By record of a person: how sure it is that it is of the person.
    fn links_of(&self, person: u32) -> Vec<f32> {
        let members = self.members(person);
        let from = self.anchor(members);
        from.map_or(Vec::new(), |from| strengths(self.linkage, self.links, person, from, members))
    }

    /// How sure it is that the asking record is of the person.
    fn own_link(&self, person: u32, judged: &Judged, own: Option<RecordRef>) -> f64 {
        let Some(own) = own else { return 1.0 };
        let said = judged.link_of(own);
        said.unwrap_or_else(|| {
            let place = self.members(person).binary_search(&own).ok();
            place.and_then(|at| self.links_of(person).get(at).copied()).map_or(1.0, f64::from)
        })
    }

    fn source_column(&self, source: SourceIndex, field: &str) -> Option<usize> {
        self.settings.source(source).column_of(field)
    }
}
