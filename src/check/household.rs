//! Households of the primary source: who is in them, who heads them, who stands for them.
//!
//! Records of one household number are one household. Struck-off records are no members; they are
//! remembered only where a head was struck off. Built once a night, and only if a rule asks: one pass
//! over the distinct household numbers, two over the rows.

use std::borrow::Cow;

use chrono::Datelike;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::by_code::{ByCode, read};
use super::cell::{code, epoch_days, living};
use super::context::Context;
use super::hashes::Hashed;
use super::view::{BIRTH_FIELD, HOUSEHOLD_FIELD, NAME_FIELD, RELATION_FIELD, STATUS_FIELD, facet_named};
use crate::normalise::{FacetValue, Records};
use crate::table::{RecordRef, SourceIndex};

/// The canonical word of the head of a household.
const HEAD: &str = "Chủ hộ";
/// By the relation of a child to the head of the household, those of people who may be its parents. Names
/// alone do not tell: children are named after grandfathers, and wives share their mothers-in-law's names.
const MAY_BE_PARENTS: [(&str, &[&str]); 4] = [
    ("Con", &[HEAD, "Vợ", "Chồng", "Khác"]),
    ("Cháu", &["Con", "Con dâu", "Con rể", "Anh/chị/em ruột", "Khác"]),
    (HEAD, &["Cha", "Mẹ"]),
    ("Anh/chị/em ruột", &["Cha", "Mẹ", "Khác"]),
];
/// No household.
const NONE: u32 = u32::MAX;
/// Born when nobody knows: behind everybody.
const UNKNOWN_DAY: i32 = i32::MAX;

/// What is known of one household.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Household {
    /// Live records.
    pub(super) size: u32,
    /// People with a live record as head.
    pub(super) heads: u32,
    /// Struck-off records of heads.
    pub(super) heads_gone: u32,
    /// The row that stands for the household: of its heads, else of all, the oldest.
    pub(super) speaker: u32,
    /// The year that the only head was born in.
    pub(super) head_year: Option<i32>,
}

/// The households of one source.
#[derive(Debug, Default)]
pub(super) struct Households {
    of_row: Vec<u32>,
    of_number: Vec<Household>,
    /// The live rows of household `h` are `members[starts[h]..starts[h + 1]]`.
    starts: Vec<u32>,
    members: Vec<u32>,
    relations: Vec<Relation>,
}

/// What a record's relation to the head says of who may be its parents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Relation {
    /// By place in [`MAY_BE_PARENTS`], a bit each: whether it may be a parent there.
    as_parent: u8,
    /// The bit of its own place there; none for other relations.
    as_child: u8,
}

impl Relation {
    fn of(word: &FacetValue<'_>) -> Self {
        let FacetValue::Text(word) = word else { return Self::default() };
        let mut relation = Self::default();
        for (at, (child, parents)) in MAY_BE_PARENTS.iter().enumerate() {
            relation.as_child |= u8::from(*child == *word) << at;
            relation.as_parent |= u8::from(parents.contains(&&**word)) << at;
        }
        relation
    }
}

/// What is read of a record.
struct Reader<'a> {
    context: &'a Context<'a>,
    records: &'a Records,
    household: usize,
    living: Option<ByCode<'a, bool>>,
    /// By row: whether it is a head.
    heads: Option<ByCode<'a, bool>>,
    relations: Option<ByCode<'a, Relation>>,
    born: Option<ByCode<'a, Born>>,
}

/// When somebody was born.
#[derive(Clone, Copy, Debug)]
struct Born {
    /// The day, or the first day that it may be.
    day: i32,
    year: Option<i32>,
}

impl Born {
    const UNKNOWN: Self = Self { day: UNKNOWN_DAY, year: None };

    fn of(day: &FacetValue<'_>, month: &FacetValue<'_>, year: &FacetValue<'_>) -> Self {
        let number = |value: &FacetValue<'_>| {
            if let FacetValue::Integer(number) = value { Some(*number) } else { None }
        };
        let year = number(year).and_then(|year| i32::try_from(year).ok());
        let month = number(month).map_or(1, |month| u32::try_from(month).unwrap_or(1));
        let first = || year.and_then(|year| chrono::NaiveDate::from_ymd_opt(year, month, 1));
        let day = match day {
            FacetValue::Date(day) => *day,
            _ => first().map_or(UNKNOWN_DAY, epoch_days),
        };
        Self { day, year }
    }
}

impl Households {
    /// Groups the records of a source; none where it has no household numbers. O(rows).
    pub(super) fn new(context: &Context<'_>, source: SourceIndex) -> Self {
        let Some(reader) = Reader::new(context, source) else { return Self::default() };
        let rows = reader.records.table.rows;
        let (of_row, households) = reader.groups();
        let is_live: Vec<bool> = (0..rows).map(|row| reader.is_live(row)).collect();
        let mut starts = vec![0_u32; households + 1];
        let member = |&row: &usize| is_live[row] && of_row[row] != NONE;
        (0..rows).filter(member).for_each(|row| starts[of_row[row] as usize + 1] += 1);
        (0..households).for_each(|at| starts[at + 1] += starts[at]);
        let mut next = starts.clone();
        let mut members = vec![0; starts.last().map_or(0, |&all| all as usize)];
        for row in (0..rows).filter(member) {
            let place = &mut next[of_row[row] as usize];
            members[*place as usize] = row as u32;
            *place += 1;
        }
        let relations = (0..rows).map(|row| reader.relation(row)).collect();
        let mut all = Self { of_row, of_number: Vec::new(), starts, members, relations };
        let households = (0..households as u32).into_par_iter().with_min_len(1 << 12);
        all.of_number = households.map(|at| reader.describe(all.members_of(at))).collect();
        for row in (0..rows).filter(|&row| !is_live[row] && all.of_row[row] != NONE) {
            all.of_number[all.of_row[row] as usize].heads_gone += u32::from(reader.is_head(row));
        }
        all
    }

    /// The household of a record.
    pub(super) fn of(&self, row: usize) -> Option<&Household> {
        self.of_number.get(self.number(row)? as usize)
    }

    /// The live rows of a record's household, rising.
    pub(super) fn members(&self, row: usize) -> &[u32] {
        self.number(row).map_or(&[], |household| self.members_of(household))
    }

    /// How old the parent whose name a column tells was when a record's person was born: by the years of
    /// both, where just one other person of the household has that name and their relations to the head are
    /// those of parent and child. O(members), by numbers.
    pub(super) fn parent_age(&self, context: &Context<'_>, own: RecordRef, column: usize) -> Option<i64> {
        let source = context.settings.source(own.source);
        let records = context.records(own.source)?;
        let names = |column: usize| match context.hashes.of(own.source.index(), column) {
            Hashed::Names(names) => Some(names.plain.as_slice()),
            _ => None,
        };
        let (told, name) = (names(column)?, source.column_of(NAME_FIELD)?);
        let held = names(name)?;
        let wanted = *told.get(code(records, column, own.row as usize) as usize)?;
        let person = context.person(own);
        let is_parent = |row: u32| {
            let at = code(records, name, row as usize) as usize;
            held.get(at).is_some_and(|&hash| hash == wanted)
                && context.person(RecordRef::new(own.source, row)) != person
        };
        let members = self.members(own.row as usize);
        let may_be = |row: u32| self.may_be_parent(own.row, row);
        // Relations are at hand, names have to be fetched.
        let parent = members.iter().copied().find(|&row| wanted != 0 && may_be(row) && is_parent(row))?;
        if members.iter().any(|&row| row != parent && is_parent(row)) {
            return None;
        }
        let birth = source.column_of(BIRTH_FIELD)?;
        let year = facet_named(&source.columns[birth].kind, "year")?;
        match (records.facet(year, birth, own.row as usize), records.facet(year, birth, parent as usize)) {
            // A year to come is the parent's own fault, and says nothing of the child.
            (FacetValue::Integer(child), FacetValue::Integer(parent))
                if parent <= i64::from(context.as_of.year()) =>
            {
                Some(child - parent)
            }
            _ => None,
        }
    }

    /// Whether two members' relations to the head allow that one is the other's parent.
    fn may_be_parent(&self, child: u32, parent: u32) -> bool {
        let relation = |row: u32| self.relations.get(row as usize).copied().unwrap_or_default();
        relation(child).as_child & relation(parent).as_parent != 0
    }

    fn number(&self, row: usize) -> Option<u32> {
        self.of_row.get(row).copied().filter(|&household| household != NONE)
    }

    fn members_of(&self, household: u32) -> &[u32] {
        let household = household as usize;
        &self.members[self.starts[household] as usize..self.starts[household + 1] as usize]
    }
}

impl<'a> Reader<'a> {
    fn new(context: &'a Context<'a>, source: SourceIndex) -> Option<Self> {
        let declared = context.settings.source(source);
        let records = context.records(source)?;
        let facet = |column: usize, name: &str, code: u32| {
            read(records, facet_named(&declared.columns[column].kind, name), column, code)
        };
        let is_head =
            |relation: usize| move |code: u32| facet(relation, "", code) == FacetValue::Text(HEAD.into());
        let relation_of = |relation: usize| move |code: u32| Relation::of(&facet(relation, "", code));
        let birth = declared.column_of(BIRTH_FIELD);
        let born = |birth: usize| {
            move |code: u32| {
                Born::of(&facet(birth, "", code), &facet(birth, "month", code), &facet(birth, "year", code))
            }
        };
        let relation = declared.column_of(RELATION_FIELD);
        Some(Self {
            context,
            records,
            household: declared.column_of(HOUSEHOLD_FIELD)?,
            living: declared.column_of(STATUS_FIELD).map(|status| living(context, records, status)),
            heads: relation.map(|relation| ByCode::new(records, relation, is_head(relation))),
            relations: relation.map(|relation| ByCode::new(records, relation, relation_of(relation))),
            born: birth.map(|birth| ByCode::new(records, birth, born(birth))),
        })
    }

    /// By row, the number of its household; and how many there are. Numbers that differ in their
    /// written form only are one.
    fn groups(&self) -> (Vec<u32>, usize) {
        let Some(Some(texts)) = self.records.table.columns.get(self.household) else {
            return (vec![NONE; self.records.table.rows], 0);
        };
        let mut of_code: Vec<u32> = Vec::new();
        let mut of_text: HashMap<Cow<'_, str>, u32> = HashMap::new();
        let mut of_row = vec![NONE; self.records.table.rows];
        for (row, household) in of_row.iter_mut().enumerate() {
            let code = texts.code(row) as usize;
            if code == 0 {
                continue;
            }
            if code >= of_code.len() {
                of_code.resize(code + 1, NONE);
            }
            if of_code[code] == NONE
                && let FacetValue::Text(text) = self.read(self.household, "", row)
            {
                let next = of_text.len() as u32;
                of_code[code] = *of_text.entry(text).or_insert(next);
            }
            *household = of_code[code];
        }
        (of_row, of_text.len())
    }

    fn describe(&self, members: &[u32]) -> Household {
        let heads: Vec<u32> = members.iter().copied().filter(|&row| self.is_head(row as usize)).collect();
        let person = |row: u32| self.context.person(RecordRef::new(self.records.source, row));
        let mut people: Vec<u32> = heads.iter().map(|&row| person(row)).collect();
        people.sort_unstable();
        people.dedup();
        let of = if heads.is_empty() { members } else { &heads };
        let speaker = of
            .iter()
            .copied()
            .min_by_key(|&row| (self.born(row).day, self.context.record_id(self.records, row as usize)));
        let head_year = heads.first().filter(|_| people.len() == 1).and_then(|&row| self.born(row).year);
        Household {
            size: members.len() as u32,
            heads: people.len() as u32,
            heads_gone: 0,
            speaker: speaker.unwrap_or(NONE),
            head_year,
        }
    }

    fn read(&self, column: usize, facet: &str, row: usize) -> FacetValue<'a> {
        let kind = &self.context.settings.source(self.records.source).columns[column].kind;
        facet_named(kind, facet).map_or(FacetValue::Null, |facet| self.records.facet(facet, column, row))
    }

    fn is_live(&self, row: usize) -> bool {
        self.living.as_ref().is_none_or(|living| living.of(row))
    }

    fn is_head(&self, row: usize) -> bool {
        self.heads.as_ref().is_some_and(|heads| heads.of(row))
    }

    fn relation(&self, row: usize) -> Relation {
        self.relations.as_ref().map_or(Relation::default(), |relations| relations.of(row))
    }

    fn born(&self, row: u32) -> Born {
        self.born.as_ref().map_or(Born::UNKNOWN, |born| born.of(row as usize))
    }
}
