//! Who a finding is about, as officers know them: name, birth, number, address, household.
//!
//! Fields are found by the names that `wording/worklist.toml` gives them, so
//! any set of sources works; what a source lacks reads empty.

use std::borrow::Cow;

use chrono::NaiveDate;
use hashbrown::HashMap;

use super::cell::shown_date;
use crate::link::Linkage;
use crate::normalise::{Facet, FacetValue, Records, facets_of};
use crate::settings::{PersonFields, Settings};
use crate::table::{RecordRef, SourceIndex};

/// What is shown of a person; indices into [`Reader::columns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Name,
    BirthDate,
    Number,
    Address,
    Household,
    Relation,
    Status,
}

/// All roles, in the order of their numbers.
const ROLES: [Role; 7] =
    [Role::Name, Role::BirthDate, Role::Number, Role::Address, Role::Household, Role::Relation, Role::Status];

/// Where a role stands in a source and how it is shown: the column, its standard facet, its text.
type Reading = (usize, &'static Facet, &'static Facet);

/// Reads people out of the records of all delivered sources.
pub(super) struct Directory<'a> {
    records: Vec<Option<&'a Records>>,
    readings: Vec<[Option<Reading>; ROLES.len()]>,
    births: Vec<Option<(usize, &'static Facet)>>,
    linkage: &'a Linkage,
    primary: SourceIndex,
    status_ended: &'a str,
    heads: HashMap<u32, u32>,
}

impl<'a> Directory<'a> {
    /// O(rows of the primary source), for the heads of households.
    pub(super) fn new(settings: &'a Settings, records: &'a [Records], linkage: &'a Linkage) -> Self {
        let fields = &settings.wording.worklist.person;
        let mut by_source = vec![None; settings.sources.len()];
        for of_source in records {
            by_source[of_source.source.index()] = Some(of_source);
        }
        let readings = settings.sources.iter().map(|source| {
            let find = |role| reading(source, field_of(fields, role), shown_facet(role));
            ROLES.map(find)
        });
        let births = settings.sources.iter().map(|source| {
            let (column, facet, _) = reading(source, &fields.birth_date, "year")?;
            (facet.name == "year").then_some((column, facet))
        });
        let mut directory = Self {
            records: by_source,
            readings: readings.collect(),
            births: births.collect(),
            linkage,
            primary: settings.primary(),
            status_ended: &fields.status_ended,
            heads: HashMap::new(),
        };
        directory.heads = directory.find_heads(&fields.relation_head);
        directory
    }

    /// The record that officers know the person of a finding by: the record itself where it
    /// is of the primary source, else the person's primary record in force, else any primary
    /// one, else the record itself.
    pub(super) fn shown_record(&self, record: RecordRef, person: u32) -> RecordRef {
        if record.source == self.primary {
            return record;
        }
        let primaries = || self.members(person).iter().copied().filter(|m| m.source == self.primary);
        primaries().find(|member| !self.is_ended(*member)).or_else(|| primaries().next()).unwrap_or(record)
    }

    /// What a record says in a role, in standard form where it has one; empty for nothing.
    /// O(length).
    pub(super) fn text(&self, record: RecordRef, role: Role) -> Cow<'a, str> {
        let Some((records, (column, shown, raw))) = self.reading(record, role) else {
            return Cow::Borrowed("");
        };
        let row = record.row as usize;
        match text_of(records.facet(shown, column, row)) {
            Some(text) => text,
            None => text_of(records.facet(raw, column, row)).unwrap_or_default(),
        }
    }

    /// What a person's records say in a role: the shown record, or, where the primary source
    /// does not know the person, the first of the others that says something.
    pub(super) fn text_of_person(&self, record: RecordRef, person: u32, role: Role) -> Cow<'a, str> {
        let own = self.text(record, role);
        if !own.is_empty() || record.source == self.primary {
            return own;
        }
        let members = self.members(person).iter();
        members.map(|member| self.text(*member, role)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The year of birth that a record gives.
    pub(super) fn birth_year(&self, record: RecordRef) -> Option<i64> {
        let (column, facet) = (*self.births.get(record.source.index())?)?;
        match self.records_of(record)?.facet(facet, column, record.row as usize) {
            FacetValue::Integer(year) => Some(year),
            _ => None,
        }
    }

    /// A number for the record's household, the same for all its members; none where it has none.
    pub(super) fn household(&self, record: RecordRef) -> Option<u32> {
        if record.source != self.primary {
            return None;
        }
        let (records, (column, ..)) = self.reading(record, Role::Household)?;
        let code = records.table.columns.get(column)?.as_ref()?.code(record.row as usize);
        (code != 0).then_some(code)
    }

    /// The name of the head of a household.
    pub(super) fn head_name(&self, household: u32) -> Cow<'a, str> {
        match self.heads.get(&household) {
            Some(&row) => self.text(RecordRef::new(self.primary, row), Role::Name),
            None => Cow::Borrowed(""),
        }
    }

    /// The record's own id.
    pub(super) fn record_id(&self, settings: &Settings, record: RecordRef) -> &'a str {
        let column = settings.source(record.source).record_id;
        self.raw(record, column)
    }

    fn raw(&self, record: RecordRef, column: usize) -> &'a str {
        self.records_of(record).map_or("", |records| records.table.text(column, record.row as usize))
    }

    fn members(&self, person: u32) -> &'a [RecordRef] {
        self.linkage.people.members.get(person as usize)
    }

    fn is_ended(&self, record: RecordRef) -> bool {
        !self.status_ended.is_empty() && self.text(record, Role::Status) == self.status_ended
    }

    /// The delivered records of a record's source, if they reach as far as its row.
    fn records_of(&self, record: RecordRef) -> Option<&'a Records> {
        let records = (*self.records.get(record.source.index())?)?;
        ((record.row as usize) < records.table.rows).then_some(records)
    }

    fn reading(&self, record: RecordRef, role: Role) -> Option<(&'a Records, Reading)> {
        let reading = (*self.readings.get(record.source.index())?)[role as usize]?;
        Some((self.records_of(record)?, reading))
    }

    /// The head's row by household code: the first head whose record is in force, else the first.
    fn find_heads(&self, head_word: &str) -> HashMap<u32, u32> {
        let mut heads = HashMap::new();
        let Some(records) = self.records[self.primary.index()] else { return heads };
        let is_head = self.codes_saying(records, Role::Relation, head_word);
        let is_ended = self.codes_saying(records, Role::Status, self.status_ended);
        let household = self.column(records, Role::Household);
        let (Some((relations, is_head)), Some(household)) = (is_head, household) else { return heads };
        let ended = |row: usize| match &is_ended {
            Some((statuses, is_ended)) => is_ended[statuses[row] as usize],
            None => false,
        };
        let head_rows = || (0..records.table.rows).filter(|&row| is_head[relations[row] as usize]);
        for (row, wanted) in [false, true].into_iter().flat_map(|ended| head_rows().map(move |r| (r, ended)))
        {
            if household[row] != 0 && ended(row) == wanted {
                heads.entry(household[row]).or_insert(row as u32);
            }
        }
        heads
    }

    fn column(&self, records: &'a Records, role: Role) -> Option<&'a [u32]> {
        let (column, ..) = self.readings[records.source.index()][role as usize]?;
        Some(records.table.columns.get(column)?.as_ref()?.codes())
    }

    /// A column's codes, and by code whether its text, or its standard form, is the word.
    fn codes_saying(&self, records: &'a Records, role: Role, word: &str) -> Option<(&'a [u32], Vec<bool>)> {
        let (column, shown, _) = self.readings[records.source.index()][role as usize]?;
        let texts = records.table.columns.get(column)?.as_ref()?;
        let values = records.values.get(column)?.as_ref()?;
        let says = |(code, text): (usize, &str)| {
            code > 0
                && (text == word
                    || text_of((shown.read)(texts, values, code as u32)).is_some_and(|text| text == word))
        };
        Some((texts.codes(), texts.dictionary().texts().enumerate().map(says).collect()))
    }
}

fn field_of(fields: &PersonFields, role: Role) -> &str {
    match role {
        Role::Name => &fields.full_name,
        Role::BirthDate => &fields.birth_date,
        Role::Number => &fields.personal_id,
        Role::Address => &fields.address,
        Role::Household => &fields.household,
        Role::Relation => &fields.relation,
        Role::Status => &fields.status,
    }
}

/// Dates are shown by the facet that writes day, month and year as far as they are known.
fn shown_facet(role: Role) -> &'static str {
    if role == Role::BirthDate { "standard" } else { "" }
}

/// Where a field stands and how it is shown; the text as delivered where it has no such facet.
fn reading(source: &crate::settings::Source, field: &str, facet: &str) -> Option<Reading> {
    let column = source.column_of(field)?;
    let named = |name: &str| facets_of(&source.columns[column].kind).find(|facet| facet.name == name);
    let raw = named("raw")?;
    Some((column, named(facet).unwrap_or(raw), raw))
}

fn text_of(value: FacetValue<'_>) -> Option<Cow<'_, str>> {
    match value {
        FacetValue::Null => None,
        FacetValue::Text(text) => (!text.is_empty()).then_some(text),
        FacetValue::Integer(number) => Some(number.to_string().into()),
        FacetValue::Boolean(truth) => Some(truth.to_string().into()),
        FacetValue::Date(days) => {
            let day = NaiveDate::from_epoch_days(days)?;
            Some(shown_date(day).into())
        }
    }
}
