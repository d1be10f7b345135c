//! One field in all sources: the values of a person's records, and whether they agree.

use super::Night;
use super::case::{Case, Voice, steps};
use super::relation::Kinds;
use super::side::{Gaps, Lexicon};
use super::value::{Reading, Value, kinds_of};
use super::witness::{NO_WITNESS, REGISTERED_FIELD, Witnesses};
use crate::check::hashes::Hashes;
use crate::check::view::facet_named;
use crate::normalise::Records;
use crate::settings::{FieldEvidence, Kind, NumberTells, Settings};
use crate::table::RecordRef;

/// The field of personal numbers, which tell sex and year of birth.
const NUMBER_FIELD: &str = "personal_id";
/// More values than that of one person are no evidence but a tangle: the first ones are weighed.
const VALUES_MAX: usize = 8;

/// A field that is weighed.
pub(super) struct Field<'a> {
    pub(super) evidence: &'a FieldEvidence,
    pub(super) kind: &'a Kind,
    pub(super) kinds: &'static Kinds,
    /// By source.
    pub(super) readings: Vec<Option<Reading<'a>>>,
    /// By source: personal numbers, and days of registration, where they bear on the field.
    numbers: Vec<Option<(&'a Records, usize)>>,
    registered: Vec<Option<Reading<'a>>>,
    /// By witness: who it is here. Where days to registration are weighed, late entries are no witness
    /// apart: which ones are late would be told by the very date that is to be judged.
    is: Vec<u8>,
}

/// What one record says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Said {
    pub(super) record: RecordRef,
    pub(super) witness: u8,
    /// Which of the case's values.
    pub(super) value: u8,
    /// How sure it is that the record is of the person.
    pub(super) link: f32,
}

/// A value that says less than others may.
const VAGUE: u64 = u64::MAX;

/// What some records say, in their order.
#[derive(Default)]
pub(super) struct Words {
    /// Codes and witnesses.
    codes: Vec<(u32, u8)>,
    /// Ids of full values and witnesses; 0 for no value, [`VAGUE`] for one that is not full.
    pub(super) said: Vec<(u64, u8)>,
}

/// Whether a person's records agree, but for what merely says less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    /// The witnesses with the whole value, and those with a vague one.
    Agreed(u16, u16),
    Disputed,
}

impl<'a> Field<'a> {
    /// None where no source has it, or sources disagree of what kind it is.
    pub(super) fn new(
        settings: &'a Settings,
        (sources, hashes): (&[Option<&'a Records>], &'a Hashes),
        evidence: &'a FieldEvidence,
    ) -> Option<Self> {
        let kind = kind_of(settings, &evidence.field)?;
        let readings = |field: &str, kind: &Kind| -> Vec<Option<Reading<'a>>> {
            let of = |(at, records): (usize, Option<&'a Records>)| {
                let column = settings.sources[at].column_of(field)?;
                let same = settings.sources[at].columns[column].kind == *kind;
                same.then(|| Reading::new(records?, column, hashes.of(at, column))).flatten()
            };
            sources.iter().copied().enumerate().map(of).collect()
        };
        let nobody = || sources.iter().map(|_| None).collect();
        let registered = if evidence.registered { readings(REGISTERED_FIELD, &Kind::Date) } else { nobody() };
        let number_of = |(at, records): (usize, Option<&'a Records>)| {
            let column = settings.sources[at].column_of(NUMBER_FIELD)?;
            let is_number = settings.sources[at].columns[column].kind == Kind::IdentityNumber;
            is_number.then_some((records?, column))
        };
        let numbers = match evidence.number {
            Some(_) => sources.iter().copied().enumerate().map(number_of).collect(),
            None => sources.iter().map(|_| None).collect(),
        };
        let readings = readings(&evidence.field, kind);
        let is = who_is_who(settings, evidence);
        Some(Self { evidence, kind, kinds: kinds_of(kind)?, readings, numbers, registered, is })
    }

    /// The value of a record whose witness is asked here. O(1).
    pub(super) fn value(&self, record: RecordRef) -> Value {
        let reading = self.readings.get(record.source.index()).and_then(Option::as_ref);
        reading.map_or(Value::default(), |reading| reading.value(record.row))
    }

    /// Whether a record has a value that says all there is. O(1).
    pub(super) fn says_all(&self, record: RecordRef) -> bool {
        let reading = self.readings.get(record.source.index()).and_then(Option::as_ref);
        reading.is_some_and(|reading| reading.whole().has(reading.codes()[record.row as usize]))
    }

    /// The witness that a record is in this field. O(1).
    pub(super) fn witness(&self, witnesses: &Witnesses, record: RecordRef) -> u8 {
        let witness = witnesses.of(record);
        self.is.get(usize::from(witness)).copied().unwrap_or(witness)
    }

    /// Whether a witness is asked here.
    pub(super) fn is_asked(&self, witness: u8) -> bool {
        witness != NO_WITNESS && self.evidence.errors.get(usize::from(witness)).is_some_and(Option::is_some)
    }

    /// Reads what some records say, given the witnesses that they are elsewhere. First all codes, then all values:
    /// each lies somewhere else in memory, and a core fetches a dozen at once if nothing waits for another.
    pub(super) fn read(&self, records: &[RecordRef], witnesses: &[u8], words: &mut Words) {
        let Words { codes, said } = words;
        codes.clear();
        codes.extend(records.iter().zip(witnesses).map(|(&record, &witness)| {
            let witness = self.is.get(usize::from(witness)).copied().unwrap_or(witness);
            let reading = self.readings.get(record.source.index()).and_then(Option::as_ref);
            let code = reading.filter(|_| self.is_asked(witness)).map(|of| of.codes()[record.row as usize]);
            (code.unwrap_or(0), witness)
        }));
        said.clear();
        said.extend(records.iter().zip(codes).map(|(record, (code, witness))| {
            let reading = self.readings.get(record.source.index()).and_then(Option::as_ref);
            (reading.map_or(0, |reading| reading.full_id(*code).unwrap_or(VAGUE)), *witness)
        }));
    }

    /// Whether one person's records agree, given what was read of them. O(records).
    pub(super) fn agreement(
        &self,
        night: &Night<'_>,
        members: &[RecordRef],
        said: &[(u64, u8)],
    ) -> Agreement {
        let (mut full, mut first) = (0_u16, 0);
        for &(id, witness) in said.iter().filter(|(id, _)| *id != 0) {
            if id == VAGUE || first != 0 && id != first {
                return self.weighed_agreement(&night.witnesses, members);
            }
            (first, full) = (id, full | 1 << witness);
        }
        Agreement::Agreed(full, 0)
    }

    /// The same where some value is vague or another one. O(records).
    fn weighed_agreement(&self, witnesses: &Witnesses, members: &[RecordRef]) -> Agreement {
        let (mut full, mut partial) = (0_u16, 0_u16);
        let (mut whole, mut begun) = (Value::default(), Value::default());
        for &member in members {
            let (value, witness) = (self.value(member), self.witness(witnesses, member));
            if value.id == 0 || !self.is_asked(witness) {
                continue;
            }
            let stem = if whole.id != 0 { whole.stem } else { begun.stem };
            let differs = value.is_full && whole.id != 0 && whole.id != value.id;
            if differs || begun.id != 0 && value.stem != stem {
                return Agreement::Disputed;
            }
            if value.is_full {
                (whole, full) = (value, full | 1 << witness);
            } else {
                partial |= 1 << witness;
            }
            if begun.id == 0 {
                begun = value;
            }
        }
        Agreement::Agreed(full, partial)
    }

    /// The record that shows an agreed value: the asking one if it has it in full, else the first that
    /// has. O(records).
    pub(super) fn shown(
        &self,
        witnesses: &Witnesses,
        members: &[RecordRef],
        own: Option<RecordRef>,
    ) -> Option<RecordRef> {
        let is_full = |record: &RecordRef| self.value(*record).is_full;
        if let Some(own) = own.filter(|own| self.says_all(*own)) {
            return Some(own);
        }
        let asked =
            || members.iter().copied().filter(|&member| self.is_asked(self.witness(witnesses, member)));
        let known = || asked().filter(|&member| self.value(member).id != 0);
        known().find(is_full).or_else(|| known().next())
    }

    /// The case of records that disagree, and who says what. O(records + values²) comparisons of texts.
    pub(super) fn case(
        &self,
        witnesses: &Witnesses,
        members: &[RecordRef],
        links: &[f32],
        (gaps, lexicon): (&Gaps, &Lexicon),
    ) -> (Case, Vec<Said>) {
        let (mut values, mut said): (Vec<(Value, RecordRef)>, Vec<Said>) = (Vec::new(), Vec::new());
        for (&record, &link) in members.iter().zip(links) {
            let (value, witness) = (self.value(record), self.witness(witnesses, record));
            if value.id == 0 || !self.is_asked(witness) {
                continue;
            }
            let known = values.iter().position(|(known, _)| known.id == value.id);
            if known.is_none() && values.len() == VALUES_MAX {
                continue;
            }
            let at = known.unwrap_or_else(|| {
                values.push((value, record));
                values.len() - 1
            });
            said.push(Said { record, witness, value: at as u8, link });
        }
        let mut case = Case { values: values.len() as u8, voices: voices(&said), ..Case::default() };
        case.kinds = self.kinds(&values);
        case.candidates = candidates(&values);
        case.side = self.side(witnesses, members, &values, gaps, lexicon);
        case.number = self.number(members, &values);
        (case, said)
    }

    fn kinds(&self, values: &[(Value, RecordRef)]) -> Vec<u8> {
        let reading = |record: RecordRef| self.readings.get(record.source.index()).and_then(Option::as_ref);
        let kind = |truth: RecordRef, seen: RecordRef| match (reading(truth), reading(seen)) {
            (Some(a), Some(b)) if truth != seen => a.kind_of_error(truth.row, b, seen.row),
            _ => 0,
        };
        values.iter().flat_map(|truth| values.iter().map(move |seen| kind(truth.1, seen.1))).collect()
    }

    fn side(
        &self,
        witnesses: &Witnesses,
        members: &[RecordRef],
        values: &[(Value, RecordRef)],
        gaps: &Gaps,
        lexicon: &Lexicon,
    ) -> Vec<i8> {
        let reading = |record: RecordRef| self.readings.get(record.source.index()).and_then(Option::as_ref);
        if *self.kind == Kind::PersonName {
            let names: Vec<_> = values.iter().map(|(_, at)| reading(*at)?.name(at.row)).collect();
            let common = lexicon.compare(&names);
            return common.into_iter().map(steps).chain([0]).collect();
        }
        let entry = members.iter().find_map(|&member| self.entry(witnesses, member));
        let of = |(_, at): &(Value, RecordRef)| {
            let born = reading(*at)?.date(at.row).days_since_epoch()?;
            let (on, year) = entry?;
            Some(gaps.ln(year, i64::from(on) - i64::from(born)))
        };
        values.iter().map(|value| of(value).map_or(0, steps)).chain([0]).collect()
    }

    /// The day and year of registration of a birth entry.
    fn entry(&self, witnesses: &Witnesses, record: RecordRef) -> Option<(i32, i32)> {
        let reading = self.registered.get(record.source.index())?.as_ref()?;
        let witness = usize::from(witnesses.of(record));
        if !witnesses.is_timed(witness) {
            return None;
        }
        let date = reading.date(record.row);
        Some((date.days_since_epoch()?, i32::from(date.year()?)))
    }

    /// Days from birth to registration, and the year of registration, of people whose records agree.
    pub(super) fn gap(&self, witnesses: &Witnesses, members: &[RecordRef]) -> Option<(i32, i64)> {
        let (record, (on, year)) =
            members.iter().find_map(|&member| Some((member, self.entry(witnesses, member)?)))?;
        let born = self.readings.get(record.source.index())?.as_ref()?.date(record.row);
        let born = born.days_since_epoch().filter(|_| self.value(record).is_full)?;
        Some((year, i64::from(on) - i64::from(born)))
    }

    /// By value: whether the personal number most records have agrees with it; nothing without one.
    fn number(&self, members: &[RecordRef], values: &[(Value, RecordRef)]) -> Vec<bool> {
        let Some((number, _)) = self.told_by_number(members) else { return Vec::new() };
        let agrees = |(_, at): &(Value, RecordRef)| self.agrees(number, *at);
        values.iter().map(agrees).collect()
    }

    /// What the number of most records tells, and whether it fits a record's value.
    pub(super) fn number_fits(&self, members: &[RecordRef], shown: RecordRef) -> Option<bool> {
        let (number, _) = self.told_by_number(members)?;
        Some(self.agrees(number, shown))
    }

    fn agrees(&self, number: crate::normalise::IdentityNumber, at: RecordRef) -> bool {
        let Some(reading) = self.readings.get(at.source.index()).and_then(Option::as_ref) else {
            return false;
        };
        match self.evidence.number {
            Some(NumberTells::Year) => reading.date(at.row).year() == number.birth_year(),
            Some(NumberTells::Sex) => reading.word(at.row) == number.sex(),
            None => false,
        }
    }

    /// The valid number that most records have; none where two are as frequent.
    fn told_by_number(&self, members: &[RecordRef]) -> Option<(crate::normalise::IdentityNumber, usize)> {
        let mut found: Vec<(crate::normalise::IdentityNumber, usize)> = Vec::new();
        for member in members {
            let Some(Some((records, column))) = self.numbers.get(member.source.index()) else { continue };
            let Some(Some(texts)) = records.table.columns.get(*column) else { continue };
            let code = texts.code(member.row as usize) as usize;
            let numbers =
                records.values.get(*column).and_then(Option::as_ref).and_then(|v| v.identity_numbers());
            let Some(number) =
                numbers.and_then(|numbers| numbers.get(code)).filter(|n| n.personal().is_some())
            else {
                continue;
            };
            match found.iter_mut().find(|(known, _)| known.personal() == number.personal()) {
                Some((_, count)) => *count += 1,
                None => found.push((*number, 1)),
            }
        }
        let most = found.iter().map(|found| found.1).max()?;
        let mut best = found.into_iter().filter(|found| found.1 == most);
        let first = best.next()?;
        best.next().is_none().then_some(first)
    }
}

/// Who each witness is in a field.
fn who_is_who(settings: &Settings, evidence: &FieldEvidence) -> Vec<u8> {
    let rules = &settings.evidence.witnesses;
    let is = |at: usize| {
        let timed = rules.iter().position(|rule| rule.late.is_some_and(|late| late.1 == at));
        timed.filter(|_| evidence.registered).unwrap_or(at) as u8
    };
    (0..rules.len()).map(is).collect()
}

/// Each witness once a value, by its surest record; in order.
fn voices(said: &[Said]) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::with_capacity(said.len());
    for one in said {
        let same = |voice: &&mut Voice| (voice.witness, voice.value) == (one.witness, one.value);
        match voices.iter_mut().find(same) {
            Some(voice) => voice.link = voice.link.max(f64::from(one.link)),
            None => voices.push(Voice { witness: one.witness, value: one.value, link: f64::from(one.link) }),
        }
    }
    voices.sort_by_key(|voice| (voice.witness, voice.value));
    voices
}

/// What may be the truth: not what only says less than another.
fn candidates(values: &[(Value, RecordRef)]) -> Vec<bool> {
    let fuller = |vague: &Value| values.iter().any(|(full, _)| full.is_full && full.stem == vague.stem);
    values.iter().map(|(value, _)| value.is_full || !fuller(value)).collect()
}

/// The kind of a field, if all sources that have it declare the same.
fn kind_of<'a>(settings: &'a Settings, field: &str) -> Option<&'a Kind> {
    let mut kinds = settings.sources.iter().filter_map(|source| {
        let column = source.column_of(field)?;
        Some(&source.columns[column].kind)
    });
    let first = kinds.next()?;
    (kinds.all(|kind| kind == first) && kinds_of(first).is_some()).then_some(first)
}

/// A field's kind and facets are read off its columns: whether rules can name its best value.
pub(in crate::check) fn weighed_kind<'a>(settings: &'a Settings, field: &str) -> Option<&'a Kind> {
    let kind = kind_of(settings, field)?;
    facet_named(kind, "").map(|_| kind)
}
