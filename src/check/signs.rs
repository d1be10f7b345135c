//! Signs of life: the latest day on which any source saw a person.
//!
//! A source sees somebody on a day that it writes down itself: a change of the record, an entry in the civil
//! registry, the first day of a card, the activation of a subscription. Entries of deaths are no sign of life,
//! days after the as-of date are none either. Built once a night, and only if a rule asks: one pass over the
//! rows of every source with such a day, eight bytes a person.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::by_code::{ByCode, read};
use super::cell::epoch_days;
use super::context::Context;
use super::view::facet_named;
use crate::normalise::{FacetValue, Records};
use crate::settings::Source;
use crate::table::SourceIndex;

/// The fields that tell on which day the source saw the person.
const SEEN_FIELDS: [&str; 5] = ["updated_on", "registered_on", "valid_from", "activated_on", "seen_on"];
/// The prefix of entries that are no sign of life.
const DEATH: &str = "death";
/// Days before 1970 are counted from here, so that a mark grows with the day.
const FIRST_DAY: i64 = 1 << 30;

/// By person, the latest sign of life.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Day above, source below, so that the greatest mark is the latest day and, on one day, the first source.
    marks: Vec<u64>,
}

impl Signs {
    /// Looks through all sources. O(rows).
    pub(super) fn new(context: &Context<'_>) -> Self {
        let marks: Vec<AtomicU64> =
            (0..context.linkage.people.members.len()).map(|_| AtomicU64::new(0)).collect();
        for (at, source) in context.settings.sources.iter().enumerate() {
            let index = SourceIndex(at as u8);
            let Some(records) = context.records(index) else { continue };
            let people = &context.linkage.people.person_of[at];
            let is_death = deaths(source, records);
            for column in SEEN_FIELDS.iter().filter_map(|field| source.column_of(field)) {
                let days = days(context, source, records, column);
                (0..records.table.rows).into_par_iter().for_each(|row| {
                    let Some(day) = days.of(row) else { return };
                    if !is_death.as_ref().is_some_and(|is_death| is_death.of(row)) {
                        marks[people[row] as usize].fetch_max(mark(day, index), Ordering::Relaxed);
                    }
                });
            }
        }
        Self { marks: marks.into_iter().map(AtomicU64::into_inner).collect() }
    }

    /// The latest day on which a person was seen, in days since 1970, and by which source.
    pub(super) fn of(&self, person: u32) -> Option<(i32, SourceIndex)> {
        let mark = self.marks.get(person as usize).copied().filter(|&mark| mark != 0)?;
        let day = i32::try_from((mark >> 8) as i64 - FIRST_DAY).ok()?;
        Some((day, SourceIndex(u8::MAX - (mark & 0xff) as u8)))
    }
}

fn mark(day: i32, source: SourceIndex) -> u64 {
    ((i64::from(day) + FIRST_DAY) as u64) << 8 | u64::from(u8::MAX - source.0)
}

/// By row: the day that a column tells, if it is over.
fn days<'a>(
    context: &Context<'_>,
    source: &Source,
    records: &'a Records,
    column: usize,
) -> ByCode<'a, Option<i32>> {
    let facet = facet_named(&source.columns[column].kind, "");
    let as_of = epoch_days(context.as_of);
    ByCode::new(records, column, move |code| match read(records, facet, column, code) {
        FacetValue::Date(day) if day <= as_of => Some(day),
        _ => None,
    })
}

/// By row: whether it is the entry of a death; none where the source has no kinds of events.
fn deaths<'a>(source: &Source, records: &'a Records) -> Option<ByCode<'a, bool>> {
    let events = source.events.as_ref()?;
    let facet = facet_named(&source.columns[events.column].kind, "");
    let is_death = |word: &str| events.kinds.iter().any(|(known, prefix)| known == word && prefix == DEATH);
    Some(ByCode::new(records, events.column, |code| match read(records, facet, events.column, code) {
        FacetValue::Text(word) => is_death(&word),
        _ => false,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_day_counts_and_on_one_day_the_first_source() {
        let of = |marks: &[(i32, u8)]| {
            let mark = marks.iter().map(|&(day, source)| mark(day, SourceIndex(source))).max().unwrap();
            Signs { marks: vec![0, mark] }.of(1).map(|(day, source)| (day, source.0))
        };
        assert_eq!(of(&[(-400, 1)]), Some((-400, 1)));
        assert_eq!(of(&[(20_000, 2), (20_001, 3), (-1, 0)]), Some((20_001, 3)));
        assert_eq!(of(&[(20_001, 3), (20_001, 1)]), Some((20_001, 1)));
        assert_eq!(Signs { marks: vec![0] }.of(0), None);
        assert_eq!(Signs::default().of(7), None);
    }
}
