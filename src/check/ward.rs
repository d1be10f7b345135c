//! The ward whose officers get a finding, and in which a record is counted.
//!
//! A record tells its ward by a code in force (or the only successor of an old one), else by its
//! address; a divided unit tells nothing. What records tell is looked up once a distinct text and kept as
//! a small number a record: two bytes, some 20 MB for a province.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::context::Context;
use super::view::facet_named;
use crate::link::Linkage;
use crate::normalise::{Facet, FacetValue, Records};
use crate::settings::{Kind, Settings};
use crate::table::{RecordRef, SourceIndex};

/// Chưa rõ xã.
pub(super) const UNKNOWN_WARD: &str = "00000";

/// The number of the unknown ward, and of a record that tells none.
const NONE: u16 = 0;

/// The wards of one night by number, and what each record tells of its own.
#[derive(Debug)]
pub(super) struct Wards {
    /// Codes by number; the unknown ward is the first.
    codes: Vec<Arc<str>>,
    /// By source, then row.
    told: Vec<Vec<u16>>,
    /// By person: what the first of their primary records tells that tells something.
    residence: Vec<u16>,
}

/// What the records of one source tell, by numbers of its own.
#[derive(Default)]
struct Told {
    codes: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u16>,
    rows: Vec<u16>,
}

impl Wards {
    /// O(records), and once a distinct code or address for reading it.
    pub(super) fn new(settings: &Settings, sources: &[Option<&Records>], linkage: &Linkage) -> Self {
        let told: Vec<Option<Told>> =
            sources.par_iter().map(|records| records.map(|records| tell(settings, records))).collect();
        let mut all = Told { codes: vec![UNKNOWN_WARD.into()], ..Told::default() };
        let told = told.into_iter().map(|told| told.map_or_else(Vec::new, |told| all.take_over(told)));
        let told: Vec<Vec<u16>> = told.collect();
        let primary = settings.primary().index();
        let person_of = linkage.people.person_of.get(primary).map_or(&[][..], Vec::as_slice);
        let mut residence = vec![NONE; linkage.people.members.len()];
        for (person, ward) in person_of.iter().zip(told.get(primary).into_iter().flatten()) {
            let first = &mut residence[*person as usize];
            *first = if *first == NONE { *ward } else { *first };
        }
        Self { codes: all.codes, told, residence }
    }

    /// How many wards there are, the unknown one included.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The code of a ward.
    pub(super) fn code(&self, ward: u16) -> &Arc<str> {
        &self.codes[usize::from(ward)]
    }

    /// The ward of a record's person, by number: of the record itself if it is of the primary source, else of
    /// the person's records in the primary source, else of the record itself, else of the person's others.
    pub(super) fn of(&self, context: &Context<'_>, record: RecordRef) -> u16 {
        let own = self.told(record);
        if own != NONE && record.source == context.settings.primary() {
            return own;
        }
        let person = context.person(record);
        match (self.residence[person as usize], own) {
            (NONE, NONE) => {
                let members = context.linkage.people.members[person as usize].iter();
                members.map(|member| self.told(*member)).find(|ward| *ward != NONE).unwrap_or(NONE)
            }
            (NONE, own) => own,
            (residence, _) => residence,
        }
    }

    /// All records of a source by ward. O(records).
    pub(super) fn records(&self, context: &Context<'_>, source: SourceIndex) -> Vec<u64> {
        let rows = self.told.get(source.index()).map_or(0, Vec::len) as u32;
        let mut counts = vec![0; self.len()];
        (0..rows).for_each(|row| counts[usize::from(self.of(context, RecordRef::new(source, row)))] += 1);
        counts
    }

    /// Counts by number as counts by code, without the empty ones.
    pub(super) fn by_code(&self, counts: &[u64]) -> BTreeMap<String, u64> {
        let some = self.codes.iter().zip(counts).filter(|(_, count)| **count > 0);
        some.map(|(code, count)| (code.to_string(), *count)).collect()
    }

    fn told(&self, record: RecordRef) -> u16 {
        let rows = self.told.get(record.source.index());
        rows.and_then(|rows| rows.get(record.row as usize)).copied().unwrap_or(NONE)
    }
}

impl Told {
    /// The number of a code; none where there are more wards than numbers.
    fn number(&mut self, code: &str) -> u16 {
        if let Some(number) = self.numbers.get(code) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.codes.len()) else { return NONE };
        let code: Arc<str> = code.into();
        self.codes.push(Arc::clone(&code));
        self.numbers.insert(code, number);
        number
    }

    /// The rows of one source, by these numbers.
    fn take_over(&mut self, told: Self) -> Vec<u16> {
        let numbers: Vec<u16> =
            std::iter::once(NONE).chain(told.codes.iter().skip(1).map(|code| self.number(code))).collect();
        let mut rows = told.rows;
        for row in &mut rows {
            *row = numbers[usize::from(*row)];
        }
        rows
    }

    /// What a column tells of the rows that have told nothing yet.
    fn fill(&mut self, records: &Records, column: usize, facet: &Facet) {
        let Some(Some(texts)) = records.table.columns.get(column) else { return };
        let mut known: Vec<Option<u16>> = vec![None; texts.dictionary().len()];
        for (row, code) in texts.codes().iter().enumerate() {
            if self.rows[row] != NONE {
                continue;
            }
            let ward = match known[*code as usize] {
                Some(ward) => ward,
                None => match records.facet(facet, column, row) {
                    FacetValue::Text(ward) => self.number(&ward),
                    _ => NONE,
                },
            };
            known[*code as usize] = Some(ward);
            self.rows[row] = ward;
        }
    }
}

fn tell(settings: &Settings, records: &Records) -> Told {
    let mut told =
        Told { codes: vec![UNKNOWN_WARD.into()], rows: vec![NONE; records.table.rows], ..Told::default() };
    for (kind, facet) in [(Kind::WardCode, ""), (Kind::Address, "ward")] {
        let Some(facet) = facet_named(&kind, facet) else { continue };
        let columns = settings.source(records.source).columns.iter().enumerate();
        columns.filter(|(_, column)| column.kind == kind).for_each(|(at, _)| told.fill(records, at, facet));
    }
    told
}
