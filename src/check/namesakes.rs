//! Others who may be the missing person after all.
//!
//! Linkage asks for more than a name and a birth date, rightly. To call somebody
//! missing it is enough that another person's record is like theirs while that person
//! has no record of the same kind: it may be theirs. Alike are
//! - one name and one full birth date;
//! - one name, one mark (ward or parent), and birth dates that do not speak against it;
//! - one full birth date and one parent: names are miswritten beyond recognition, and corrected;
//! - one full birth date, one ward, and the first or last word of the name;
//! - one name and such dates, where the missing person's record has no mark to go by.
//!
//! A name and a year alone, or a day and a ward, would be met by chance in a large
//! province until hardly anybody could be missing. Found by one pass over the records of the primary source and of events
//! (an unlinked death) against a table of the missing people's.

use std::borrow::Cow;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::context::Context;
use super::ties::Ties;
use super::view::{BIRTH_FIELD, NAME_FIELD, REGISTRATION_WARD_FIELD, WARD_FIELD, facet_named};
use crate::normalise::{Facet, FacetValue, Records};
use crate::settings::Kind;
use crate::table::{RecordRef, SourceIndex};

/// The fields that mark a person of a known name or day of birth, and the facet they are told by.
const MARKS: [(&str, &str); 4] =
    [(WARD_FIELD, ""), (REGISTRATION_WARD_FIELD, ""), ("father_name", "plain"), ("mother_name", "plain")];

/// 01/01 stands for "day unknown".
const PLACEHOLDER: (i64, i64) = (1, 1);

/// Of each missing person's record: how many records of others may be of its person.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    of_record: HashMap<(usize, RecordRef), u32>,
}

impl Namesakes {
    /// Counts for the records of some slots. O(records of the slots + rows of the sources looked through).
    pub(super) fn count_slots(
        context: &Context<'_>,
        ties: &Ties<'_>,
        people: &[u32],
        slots: &[usize],
    ) -> Self {
        let mut namesakes = Self::default();
        let pools: Vec<Reader<'_>> = pools(context).collect();
        for &slot in slots {
            let Some(reader) = Reader::new(context, context.view.slots[slot].source) else { continue };
            let mut missing = Missing::default();
            for &person in people {
                let members = context.linkage.people.members[person as usize].iter().copied();
                for record in members.filter(|&record| ties.slot(record) == Some(slot)) {
                    missing.add(&reader, record);
                }
            }
            for pool in &pools {
                namesakes.meet(context, ties, slot, &missing, pool);
            }
        }
        namesakes
    }

    fn meet(
        &mut self,
        context: &Context<'_>,
        ties: &Ties<'_>,
        slot: usize,
        missing: &Missing<'_>,
        pool: &Reader<'_>,
    ) {
        let people = &context.linkage.people;
        let alike = (0..pool.records.table.rows as u32).into_par_iter().flat_map_iter(|row| {
            let other = RecordRef::new(pool.records.source, row);
            let members = &people.members[context.person(other) as usize];
            let has_its_own = members.iter().any(|&member| ties.slot(member) == Some(slot));
            if has_its_own { Vec::new() } else { missing.like(pool, row) }
        });
        for record in alike.collect::<Vec<_>>() {
            *self.of_record.entry((slot, record)).or_default() += 1;
        }
    }

    /// How many records of others may be of the person of a record.
    pub(super) fn count(&self, slot: usize, record: RecordRef) -> i64 {
        self.of_record.get(&(slot, record)).map_or(0, |&count| i64::from(count))
    }
}

/// The sources whose records are looked through: the primary one, and those of events.
fn pools<'a>(context: &Context<'a>) -> impl Iterator<Item = Reader<'a>> {
    let primary = context.settings.primary();
    let sources = (0..context.settings.sources.len()).map(|index| SourceIndex(index as u8));
    let asked =
        move |&source: &SourceIndex| source == primary || context.settings.source(source).events.is_some();
    sources.filter(asked).filter_map(|source| Reader::new(context, source))
}

/// What two records of one person may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shared<'a> {
    NameAndDay(&'a str, i32),
    NameAndMark(&'a str, Mark<'a>),
    DayAndParent(i32, &'a str),
    DayWardAndWord(i32, u32, &'a str),
    Name(&'a str),
}

/// Where somebody is at home, or whose child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mark<'a> {
    Ward(u32),
    Parent(&'a str),
}

/// The marks of a record, in the order of [`MARKS`].
type Marks<'a> = [Option<Mark<'a>>; MARKS.len()];

/// The missing people's records of one kind, by what they may share with others.
#[derive(Default)]
struct Missing<'a>(HashMap<Shared<'a>, Vec<(RecordRef, Born)>>);

impl<'a> Missing<'a> {
    fn add(&mut self, reader: &Reader<'a>, record: RecordRef) {
        let (name, born) = (reader.name(record.row), reader.born(record.row));
        let marks = reader.marks(record.row);
        let bare = name.filter(|_| marks.iter().all(Option::is_none)).map(Shared::Name);
        for key in shared(name, born, marks).chain(bare) {
            self.0.entry(key).or_default().push((record, born));
        }
    }

    /// The records that may be of the person of a row, each once.
    fn like(&self, pool: &Reader<'a>, row: u32) -> Vec<RecordRef> {
        let (name, born) = (pool.name(row), pool.born(row));
        let marks = pool.marks(row);
        let keys = shared(name, born, marks).chain(name.map(Shared::Name));
        let met = keys.filter_map(|key| self.0.get(&key)).flatten();
        let mut alike: Vec<RecordRef> =
            met.filter(|(_, other)| born.may_be(*other)).map(|(record, _)| *record).collect();
        alike.sort_unstable();
        alike.dedup();
        alike
    }
}

/// All that a record can share but its bare name.
fn shared<'a>(name: Option<&'a str>, born: Born, marks: Marks<'a>) -> impl Iterator<Item = Shared<'a>> {
    let day = born.full_day();
    let named_day = name.zip(day).map(|(name, day)| Shared::NameAndDay(name, day));
    let words = name.map(|name| {
        let mut words = name.split(' ');
        let first = words.next();
        [first, words.next_back()]
    });
    let marked = marks.into_iter().flatten().flat_map(move |mark| {
        let named = name.map(|name| Shared::NameAndMark(name, mark));
        let born = day.into_iter().flat_map(move |day| {
            let (parent, ward) = match mark {
                Mark::Parent(parent) => (Some(Shared::DayAndParent(day, parent)), None),
                Mark::Ward(ward) => (None, words.map(|words| (ward, words))),
            };
            let worded = ward.into_iter().flat_map(move |(ward, words)| {
                words.into_iter().flatten().map(move |word| Shared::DayWardAndWord(day, ward, word))
            });
            parent.into_iter().chain(worded)
        });
        named.into_iter().chain(born)
    });
    named_day.into_iter().chain(marked)
}

/// What is known of a birth date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Born {
    Unknown,
    Year(i64),
    Day { day: i32, year: i64, month_day: (i64, i64) },
}

impl Born {
    /// A full date that is no placeholder, in days.
    fn full_day(self) -> Option<i32> {
        match self {
            Self::Day { day, month_day, .. } if month_day != PLACEHOLDER => Some(day),
            _ => None,
        }
    }

    /// Whether both may be one date: equal as far as both are known, or one slip apart: the year
    /// differs under one day and month, or the day does under one year and month.
    fn may_be(self, other: Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::Day { day, year, month_day }, Self::Day { day: d, year: y, month_day: md }) => {
                let is_placeholder = |month_day| month_day == PLACEHOLDER;
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
    marks: [Option<(usize, &'static Facet)>; MARKS.len()],
}

impl<'a> Reader<'a> {
    fn new(context: &Context<'a>, source: SourceIndex) -> Option<Self> {
        let declared = context.settings.source(source);
        let column = declared.column_of(NAME_FIELD)?;
        let plain = facet_named(&declared.columns[column].kind, "plain")?;
        let born = declared.column_of(BIRTH_FIELD).filter(|&at| declared.columns[at].kind == Kind::Date);
        let marks = MARKS.map(|(field, facet)| {
            let at = declared.column_of(field)?;
            Some((at, facet_named(&declared.columns[at].kind, facet)?))
        });
        Some(Self { records: context.records(source)?, name: (column, plain), born, marks })
    }

    fn name(&self, row: u32) -> Option<&'a str> {
        match self.records.facet(self.name.1, self.name.0, row as usize) {
            // Plain names stand in the column's values and are never made anew.
            FacetValue::Text(Cow::Borrowed(name)) => Some(name),
            _ => None,
        }
    }

    fn marks(&self, row: u32) -> Marks<'a> {
        self.marks.map(|mark| {
            let (column, facet) = mark?;
            match self.records.facet(facet, column, row as usize) {
                FacetValue::Text(Cow::Borrowed(parent)) => Some(Mark::Parent(parent)),
                FacetValue::Text(Cow::Owned(ward)) => ward.parse().ok().map(Mark::Ward),
                _ => None,
            }
        })
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
