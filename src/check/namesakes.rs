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
use std::num::NonZeroU64;

use chrono::{Datelike, NaiveDate};
use hashbrown::HashMap;
use rayon::prelude::*;

use super::by_code::{ByCode, read};
use super::context::Context;
use super::hashes::hash;
use super::ties::Ties;
use super::view::{BIRTH_FIELD, NAME_FIELD, REGISTRATION_WARD_FIELD, WARD_FIELD, facet_named};
use crate::normalise::{FacetValue, Records};
use crate::settings::Kind;
use crate::table::{RecordRef, SourceIndex};

/// The fields that mark a person of a known name or day of birth, and the facet they are told by.
const MARKS: [(&str, &str); 4] =
    [(WARD_FIELD, ""), (REGISTRATION_WARD_FIELD, ""), ("father_name", "plain"), ("mother_name", "plain")];

/// 01/01 stands for "day unknown".
const PLACEHOLDER: (u8, u8) = (1, 1);

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
        if slots.is_empty() {
            return namesakes;
        }
        let sources = (0..context.settings.sources.len()).map(|index| SourceIndex(index as u8));
        let readers: Vec<Option<Reader<'_>>> = sources.map(|source| Reader::new(context, source)).collect();
        let missing = Missing::of(context, ties, &readers, people, slots);
        for pool in readers.iter().flatten().filter(|reader| is_pool(context, reader.records.source)) {
            namesakes.meet(context, ties, &missing, pool);
        }
        namesakes
    }

    /// Goes through the records of one source: some are read side by side, then one after the other looked at.
    fn meet(&mut self, context: &Context<'_>, ties: &Ties<'_>, missing: &Missing, pool: &Reader<'_>) {
        let people = &context.linkage.people;
        let has_its_own = |row: u32, slot: usize| {
            let other = RecordRef::new(pool.records.source, row);
            let members = &people.members[context.person(other) as usize];
            members.iter().any(|&member| ties.slot(member) == Some(slot))
        };
        let rows = pool.records.table.rows;
        let blocks = (0..rows.div_ceil(AT_ONCE)).into_par_iter();
        let alike = blocks.flat_map_iter(|block| {
            let first = block * AT_ONCE;
            let read: Vec<Known> =
                (first..rows.min(first + AT_ONCE)).map(|row| pool.read(row as u32)).collect();
            let mut alike = Vec::new();
            for (at, known) in read.iter().enumerate() {
                let met = missing.like(known).into_iter();
                alike.extend(met.filter(|(slot, _)| !has_its_own((first + at) as u32, *slot)));
            }
            alike
        });
        for record in alike.collect::<Vec<_>>() {
            *self.of_record.entry(record).or_default() += 1;
        }
    }

    /// How many records of others may be of the person of a record.
    pub(super) fn count(&self, slot: usize, record: RecordRef) -> i64 {
        self.of_record.get(&(slot, record)).map_or(0, |&count| i64::from(count))
    }
}

/// Whether records of a source are looked through: of the primary one, and of those of events.
fn is_pool(context: &Context<'_>, source: SourceIndex) -> bool {
    source == context.settings.primary() || context.settings.source(source).events.is_some()
}

/// What two records of one person may share; names and words by their hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shared {
    NameAndDay(u64, i32),
    NameAndMark(u64, Mark),
    DayAndParent(i32, u64),
    DayWardAndWord(i32, u32, u64),
    /// A name alone, and what birth dates must share that may be one: see [`Born::may_be`].
    Name(u64, Birth),
}

/// What two birth dates share that may be one. Without it a common name would meet thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Birth {
    Year(i32),
    MonthDay(u8, u8),
    Unknown,
    /// Everybody, for who has no birth date himself.
    Any,
}

impl Shared {
    /// A number that differs for what differs, but for one pair in some 2⁶⁴. A dozen of them are told of every record of
    /// a province, and names are hashes already, so one multiplication must do.
    fn hash(self) -> u64 {
        match self {
            Self::NameAndDay(name, day) => mixed(name, u64::from(day as u32)),
            Self::NameAndMark(name, Mark::Ward(ward)) => mixed(name, u64::from(ward) | 1 << 32),
            Self::NameAndMark(name, Mark::Parent(parent)) => mixed(name, parent.rotate_left(32)),
            Self::DayAndParent(day, parent) => mixed(parent, u64::from(day as u32) | 2 << 32),
            Self::DayWardAndWord(day, ward, of_name) => {
                mixed(of_name, u64::from(day as u32) << 32 | u64::from(ward))
            }
            Self::Name(name, birth) => mixed(name, birth.number() | 3 << 32),
        }
    }
}

impl Birth {
    fn number(self) -> u64 {
        match self {
            Self::Year(year) => u64::from(year as u32),
            Self::MonthDay(month, day) => 1 << 34 | u64::from(month) << 8 | u64::from(day),
            Self::Unknown => 2 << 34,
            Self::Any => 3 << 34,
        }
    }
}

/// The halves of a product of 128 bits laid over each other (as wyhash and foldhash mix words).
fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd1b5_4a32_d192_ed03);
    (product >> 64) as u64 ^ product as u64
}

/// Where somebody is at home, or whose child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mark {
    Ward(u32),
    Parent(u64),
}

/// The marks of a record, in the order of [`MARKS`].
type Marks = [Option<Mark>; MARKS.len()];

/// Records read side by side.
const AT_ONCE: usize = 256;

/// What one record is known by.
struct Known {
    name: Option<Name>,
    born: Born,
    marks: Marks,
}

/// A missing person's record, its slot and its birth date.
type Whose = (usize, RecordRef, Born);

/// The missing people's records, by what they may share with others.
#[derive(Default)]
struct Missing {
    sharing: HashMap<Shared, Vec<Whose>>,
    /// A bit for each of so many hashes of what is shared: a power of two of them, few enough to stay in cache.
    /// Nearly everybody looked at shares nothing and is done with here.
    seen: Vec<u64>,
}

/// Bits for each thing that may be shared.
const BITS_EACH: usize = 8;

impl Missing {
    /// Their records of some slots.
    fn of(
        context: &Context<'_>,
        ties: &Ties<'_>,
        readers: &[Option<Reader<'_>>],
        people: &[u32],
        slots: &[usize],
    ) -> Self {
        let mut missing = Self::default();
        let members = people.iter().flat_map(|&person| &context.linkage.people.members[person as usize]);
        for &record in members {
            let Some(slot) = ties.slot(record).filter(|slot| slots.contains(slot)) else { continue };
            if let Some(Some(reader)) = readers.get(record.source.index()) {
                missing.add(slot, record, &reader.read(record.row));
            }
        }
        missing.set_bits();
        missing
    }

    fn add(&mut self, slot: usize, record: RecordRef, known: &Known) {
        let Known { name, born, marks } = *known;
        let bare = name.filter(|_| marks.iter().all(Option::is_none)).map(|name| name.whole.get());
        let bare = bare.into_iter().flat_map(|name| {
            let births = born.shared().into_iter().flatten().chain([Birth::Any]);
            births.map(move |birth| Shared::Name(name, birth))
        });
        for key in shared(name, born, marks).chain(bare) {
            self.sharing.entry(key).or_default().push((slot, record, born));
        }
    }

    fn set_bits(&mut self) {
        let bits = (self.sharing.len() * BITS_EACH).next_power_of_two().max(64);
        self.seen = vec![0; bits / 64];
        for key in self.sharing.keys() {
            let (word, bit) = self.place(*key);
            self.seen[word] |= bit;
        }
    }

    fn place(&self, key: Shared) -> (usize, u64) {
        let hash = key.hash();
        ((hash >> 6) as usize & (self.seen.len() - 1), 1 << (hash & 63))
    }

    fn sharing(&self, key: Shared) -> Option<&Vec<Whose>> {
        let (word, bit) = self.place(key);
        if self.seen[word] & bit == 0 { None } else { self.sharing.get(&key) }
    }

    /// The records that may be of the person of a record, with their slots, each once.
    fn like(&self, known: &Known) -> Vec<(usize, RecordRef)> {
        let Known { name, born, marks } = *known;
        let bare = name.into_iter().flat_map(|name| {
            born.looked_for().into_iter().flatten().map(move |birth| Shared::Name(name.whole.get(), birth))
        });
        let keys = shared(name, born, marks).chain(bare);
        let met = keys.filter_map(|key| self.sharing(key)).flatten();
        let mut alike: Vec<(usize, RecordRef)> = met
            .filter(|(_, _, other)| born.may_be(*other))
            .map(|(slot, record, _)| (*slot, *record))
            .collect();
        alike.sort_unstable();
        alike.dedup();
        alike
    }
}

/// All that a record can share but its bare name.
fn shared(name: Option<Name>, born: Born, marks: Marks) -> impl Iterator<Item = Shared> {
    let day = born.full_day();
    let named_day = name.zip(day).map(|(name, day)| Shared::NameAndDay(name.whole.get(), day));
    let marked = marks.into_iter().flatten().flat_map(move |mark| {
        let named = name.map(|name| Shared::NameAndMark(name.whole.get(), mark));
        let born = day.into_iter().flat_map(move |day| {
            let (parent, ward) = match mark {
                Mark::Parent(parent) => (Some(Shared::DayAndParent(day, parent)), None),
                Mark::Ward(ward) => (None, name.map(|name| (ward, name.ends))),
            };
            let worded = ward.into_iter().flat_map(move |(ward, ends)| {
                ends.into_iter().flatten().map(move |word| Shared::DayWardAndWord(day, ward, word.get()))
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
    Year(i32),
    Day { day: i32, year: i32, month_day: (u8, u8) },
}

impl Born {
    /// A full date that is no placeholder, in days.
    fn full_day(self) -> Option<i32> {
        match self {
            Self::Day { day, month_day, .. } if month_day != PLACEHOLDER => Some(day),
            _ => None,
        }
    }

    /// What it may share with others.
    fn shared(self) -> [Option<Birth>; 2] {
        match self {
            Self::Unknown => [Some(Birth::Unknown), None],
            Self::Year(year) => [Some(Birth::Year(year)), None],
            Self::Day { year, month_day: (month, day), .. } => {
                [Some(Birth::Year(year)), Some(Birth::MonthDay(month, day))]
            }
        }
    }

    /// What others share that it may be one with.
    fn looked_for(self) -> [Option<Birth>; 3] {
        match (self, self.shared()) {
            (Self::Unknown, _) => [Some(Birth::Any), None, None],
            (_, [first, second]) => [first, second, Some(Birth::Unknown)],
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

/// A name without marks, by hashes.
#[derive(Clone, Copy, Debug)]
struct Name {
    whole: NonZeroU64,
    /// The first word, and the last one if there are more.
    ends: [Option<NonZeroU64>; 2],
}

impl Name {
    /// None for no name at all.
    fn of(plain: &str) -> Option<Self> {
        let of = |text: &str| NonZeroU64::new(hash(text));
        let mut words = plain.split(' ');
        let first = words.next();
        Some(Self { whole: of(plain)?, ends: [first, words.next_back()].map(|word| word.and_then(of)) })
    }
}

/// What one source's records are known by, read once a distinct text.
struct Reader<'a> {
    records: &'a Records,
    names: ByCode<'a, Option<Name>>,
    born: Option<ByCode<'a, Born>>,
    marks: [Option<ByCode<'a, Option<Mark>>>; MARKS.len()],
}

impl<'a> Reader<'a> {
    fn new(context: &Context<'a>, source: SourceIndex) -> Option<Self> {
        let declared = context.settings.source(source);
        let records = context.records(source)?;
        let name = declared.column_of(NAME_FIELD)?;
        let plain = facet_named(&declared.columns[name].kind, "plain")?;
        let name_of = |code: u32| match read(records, Some(plain), name, code) {
            FacetValue::Text(plain) => Name::of(&plain),
            _ => None,
        };
        let birth = declared.column_of(BIRTH_FIELD).filter(|&at| declared.columns[at].kind == Kind::Date);
        let marks = MARKS.map(|(field, facet)| {
            let at = declared.column_of(field)?;
            let facet = facet_named(&declared.columns[at].kind, facet)?;
            Some(ByCode::new(records, at, |code| mark(&read(records, Some(facet), at, code))))
        });
        let born = birth.map(|birth| ByCode::new(records, birth, |code| born(records, birth, code)));
        Some(Self { records, names: ByCode::new(records, name, name_of), born, marks })
    }

    fn read(&self, row: u32) -> Known {
        let row = row as usize;
        Known {
            name: self.names.of(row),
            born: self.born.as_ref().map_or(Born::Unknown, |born| born.of(row)),
            marks: self.marks.each_ref().map(|marks| marks.as_ref()?.of(row)),
        }
    }
}

/// Names stand in the column's values; a ward's code is written out anew.
fn mark(told: &FacetValue<'_>) -> Option<Mark> {
    match told {
        FacetValue::Text(Cow::Borrowed(parent)) => Some(Mark::Parent(hash(parent))),
        FacetValue::Text(Cow::Owned(ward)) => ward.parse().ok().map(Mark::Ward),
        _ => None,
    }
}

fn born(records: &Records, column: usize, code: u32) -> Born {
    let facet = |name| read(records, facet_named(&Kind::Date, name), column, code);
    if let FacetValue::Date(day) = facet("") {
        return NaiveDate::from_epoch_days(day).map_or(Born::Unknown, |date| Born::Day {
            day,
            year: date.year(),
            month_day: (date.month() as u8, date.day() as u8),
        });
    }
    match facet("year") {
        FacetValue::Integer(year) => Born::Year(year as i32),
        _ => Born::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i32, year: i32, month_day: (u8, u8)) -> Born {
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

    #[test]
    fn dates_that_may_be_one_share_what_they_are_looked_for_by() {
        let days = [day(-2850, 1962, (3, 14)), day(-2922, 1962, (1, 1)), day(-2485, 1963, (3, 14))];
        let all = [Born::Unknown, Born::Year(1962), Born::Year(1963)].into_iter().chain(days);
        for (missing, other) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
            let shared: Vec<Birth> = missing.shared().into_iter().flatten().chain([Birth::Any]).collect();
            let is_met = other.looked_for().iter().flatten().any(|birth| shared.contains(birth));
            assert!(is_met || !missing.may_be(other), "{missing:?} {other:?}");
        }
    }
}
