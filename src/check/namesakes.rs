//! Residents who may be the missing person after all.
//!
//! Linkage asks for more than a name and a birth date, rightly. To call somebody
//! missing it is enough that a resident of that name, whose birth date does not
//! speak against it, has no record of the same kind: it may be theirs. Found by one
//! pass over the primary source against a table of the missing people's names.

use hashbrown::HashMap;

use super::context::Context;
use super::ties::Ties;
use super::view::{BIRTH_FIELD, NAME_FIELD, facet_named};
use crate::normalise::{Facet, FacetValue, Records};
use crate::settings::Kind;
use crate::table::{RecordRef, SourceIndex};

/// Of each missing person's record: how many residents may be its person.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    of_record: HashMap<(usize, RecordRef), u32>,
}

impl Namesakes {
    /// Counts for the records of some slots. O(records of the slots + rows of the primary source).
    pub(super) fn count_slots(
        context: &Context<'_>,
        ties: &Ties<'_>,
        people: &[u32],
        slots: &[usize],
    ) -> Self {
        let mut namesakes = Self::default();
        let primary = context.settings.primary();
        let Some(residents) = Reader::new(context, primary) else { return namesakes };
        for &slot in slots {
            let source = context.view.slots[slot].source;
            let Some(reader) = Reader::new(context, source) else { continue };
            let mut missing: HashMap<&str, Vec<(RecordRef, Born)>> = HashMap::new();
            for &person in people {
                let members = context.linkage.people.members[person as usize].iter().copied();
                for record in members.filter(|&record| ties.slot(record) == Some(slot)) {
                    if let Some(name) = reader.name(record.row) {
                        missing.entry(name).or_default().push((record, reader.born(record.row)));
                    }
                }
            }
            namesakes.meet(context, ties, slot, &missing, &residents);
        }
        namesakes
    }

    fn meet(
        &mut self,
        context: &Context<'_>,
        ties: &Ties<'_>,
        slot: usize,
        missing: &HashMap<&str, Vec<(RecordRef, Born)>>,
        residents: &Reader<'_>,
    ) {
        for row in 0..residents.records.table.rows as u32 {
            let Some(candidates) = residents.name(row).and_then(|name| missing.get(name)) else { continue };
            let resident = RecordRef::new(residents.records.source, row);
            let members = &context.linkage.people.members[context.person(resident) as usize];
            if members.iter().any(|&member| ties.slot(member) == Some(slot)) {
                continue;
            }
            let born = residents.born(row);
            for (record, _) in candidates.iter().filter(|(_, other)| born.may_be(*other)) {
                *self.of_record.entry((slot, *record)).or_default() += 1;
            }
        }
    }

    /// How many residents may be the person of a record.
    pub(super) fn count(&self, slot: usize, record: RecordRef) -> i64 {
        self.of_record.get(&(slot, record)).map_or(0, |&count| i64::from(count))
    }
}

/// What is known of a birth date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Born {
    Unknown,
    Year(i64),
    Day { day: i32, year: i64, month_day: (i64, i64) },
}

impl Born {
    /// Whether both may be one date: equal as far as both are known, or one slip apart: the year
    /// differs under one day and month, or the day does under one year and month.
    fn may_be(self, other: Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::Day { day, year, month_day }, Self::Day { day: d, year: y, month_day: md }) => {
                let is_placeholder = |month_day| month_day == (1, 1);
                day == d
                    || year == y && (is_placeholder(month_day) || is_placeholder(md) || month_day.0 == md.0)
                    || month_day == md && (year - y).abs() <= 10
            }
            (Self::Year(a) | Self::Day { year: a, .. }, Self::Year(b) | Self::Day { year: b, .. }) => a == b,
        }
    }
}

/// Names and birth dates of one source.
struct Reader<'a> {
    records: &'a Records,
    name: (usize, &'static Facet),
    born: Option<usize>,
}

impl<'a> Reader<'a> {
    fn new(context: &Context<'a>, source: SourceIndex) -> Option<Self> {
        let declared = context.settings.source(source);
        let column = declared.column_of(NAME_FIELD)?;
        let plain = facet_named(&declared.columns[column].kind, "plain")?;
        let born = declared.column_of(BIRTH_FIELD).filter(|&at| declared.columns[at].kind == Kind::Date);
        Some(Self { records: context.records(source)?, name: (column, plain), born })
    }

    fn name(&self, row: u32) -> Option<&'a str> {
        match self.records.facet(self.name.1, self.name.0, row as usize) {
            // Plain names stand in the column's values and are never made anew.
            FacetValue::Text(std::borrow::Cow::Borrowed(name)) => Some(name),
            _ => None,
        }
    }

    fn born(&self, row: u32) -> Born {
        use chrono::{Datelike, NaiveDate};
        let Some(column) = self.born else { return Born::Unknown };
        let facet = |name| {
            let facet = facet_named(&Kind::Date, name);
            facet.map_or(FacetValue::Null, |facet| self.records.facet(facet, column, row as usize))
        };
        if let FacetValue::Date(day) = facet("") {
            return NaiveDate::from_epoch_days(day).map_or(Born::Unknown, |date| Born::Day {
                day,
                year: i64::from(date.year()),
                month_day: (i64::from(date.month()), i64::from(date.day())),
            });
        }
        match facet("year") {
            FacetValue::Integer(year) => Born::Year(year),
            _ => Born::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i32, year: i64, month_day: (i64, i64)) -> Born {
        Born::Day { day, year, month_day }
    }

    #[test]
    fn dates_that_one_slip_or_less_detail_explains_may_be_one() {
        let born = day(-2850, 1962, (3, 14));
        for other in
            [born, Born::Unknown, Born::Year(1962), day(-2922, 1962, (1, 1)), day(-2854, 1962, (3, 10))]
        {
            assert!(born.may_be(other) && other.may_be(born), "{other:?}");
        }
        assert!(born.may_be(day(-2485, 1963, (3, 14))));
        for other in [Born::Year(1963), day(-2819, 1962, (4, 14)), day(-2481, 1963, (3, 18))] {
            assert!(!born.may_be(other) && !other.may_be(born), "{other:?}");
        }
    }
}
