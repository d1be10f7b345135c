//! Which kind of witness each record is.

use rayon::prelude::*;

use super::value::Reading;
use crate::check::by_code::{ByCode, read};
use crate::check::hashes::Hashed;
use crate::check::view::{BIRTH_FIELD, facet_named};
use crate::link::Members;
use crate::normalise::{FacetValue, Records};
use crate::settings::{Settings, Source};
use crate::table::RecordRef;

/// A record whose kind is not asked.
pub(super) const NO_WITNESS: u8 = u8::MAX;
/// The field that tells when an entry was made.
pub(super) const REGISTERED_FIELD: &str = "registered_on";

/// Witnesses by record.
pub(super) struct Witnesses {
    by_source: Vec<Of>,
    /// By witness: whether it tells when births were registered.
    timed: Vec<bool>,
}

enum Of {
    All(u8),
    ByRow(Vec<u8>),
}

impl Witnesses {
    /// O(rows of sources of events).
    pub(super) fn new(settings: &Settings, sources: &[Option<&Records>]) -> Self {
        let of = |(source, records): (&Source, Option<&Records>)| match (&source.events, records) {
            (Some(_), Some(records)) => Of::ByRow(by_event(settings, source, records)),
            _ => Of::All(witness_of(settings, &source.prefix)),
        };
        let rules = &settings.evidence.witnesses;
        let is_timed = |at: usize| {
            rules[at].late.is_some() || rules.iter().any(|rule| rule.late.is_some_and(|late| late.1 == at))
        };
        let timed = (0..rules.len()).map(is_timed).collect();
        Self { by_source: settings.sources.iter().zip(sources.iter().copied()).map(of).collect(), timed }
    }

    /// Of all members, in their order. O(records), in parallel.
    pub(super) fn of_all(&self, members: &Members) -> Vec<u8> {
        let (records, _) = members.of(0..members.len());
        records.par_iter().with_min_len(1 << 16).map(|&record| self.of(record)).collect()
    }

    /// Whether a witness tells when births were registered.
    pub(super) fn is_timed(&self, witness: usize) -> bool {
        self.timed.get(witness).copied().unwrap_or(false)
    }

    /// The witness that a record is. O(1).
    pub(super) fn of(&self, record: RecordRef) -> u8 {
        match self.by_source.get(record.source.index()) {
            Some(Of::All(witness)) => *witness,
            Some(Of::ByRow(rows)) => rows.get(record.row as usize).copied().unwrap_or(NO_WITNESS),
            None => NO_WITNESS,
        }
    }
}

fn witness_of(settings: &Settings, prefix: &str) -> u8 {
    let found = settings.evidence.witnesses.iter().position(|witness| witness.name == prefix);
    found.map_or(NO_WITNESS, |at| at as u8)
}

/// By row: the witness of its kind of event, an entry made late being another one.
fn by_event(settings: &Settings, source: &Source, records: &Records) -> Vec<u8> {
    let Some(events) = &source.events else { return Vec::new() };
    let facet = facet_named(&source.columns[events.column].kind, "");
    let witness_of_kind = |code: u32| {
        let texts = records.table.columns.get(events.column).and_then(Option::as_ref);
        let raw = texts.map_or("", |texts| texts.dictionary().text(code));
        let standard = read(records, facet, events.column, code);
        let word: &str = if let FacetValue::Text(word) = &standard { word } else { raw };
        let kind = events.kinds.iter().find(|(known, _)| known == word);
        kind.map_or(NO_WITNESS, |(_, prefix)| witness_of(settings, prefix))
    };
    let kinds = ByCode::new(records, events.column, witness_of_kind);
    let reading = |field| Reading::new(records, source.column_of(field)?, &Hashed::None);
    let (birth, registered) = (reading(BIRTH_FIELD), reading(REGISTERED_FIELD));
    let days =
        |reading: &Option<Reading<'_>>, row| Some(i64::from(reading.as_ref()?.date(row).days_since_epoch()?));
    let witness = |row: usize| {
        let at = kinds.of(row);
        let Some(rule) = settings.evidence.witnesses.get(usize::from(at)) else { return NO_WITNESS };
        let Some((in_time, late)) = rule.late else { return at };
        let after = days(&registered, row as u32).zip(days(&birth, row as u32)).map(|(on, born)| on - born);
        if after.is_some_and(|days| (0..=in_time).contains(&days)) { at } else { late as u8 }
    };
    (0..records.table.rows).map(witness).collect()
}
