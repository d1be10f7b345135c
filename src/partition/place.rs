//! The ward that a row's own columns name.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::spill::Unit;
use crate::normalise::{Facet, FacetValue, Records, facet};
use crate::settings::{Kind, Source};

/// Wards that are kept apart; those met later share their units.
const WARDS_MAX: u64 = 240;
/// Units of rows that name no ward, before those of wards.
const WITHOUT_WARD: u64 = 16;

/// A column that may name a row's ward, and how it is asked.
#[derive(Clone, Copy)]
pub(super) struct WardColumn {
    pub(super) column: usize,
    facet: &'static Facet,
}

impl std::fmt::Debug for WardColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "column {} as `{}`", self.column, self.facet.name)
    }
}

impl WardColumn {
    /// Whether it is a code, and not an address.
    pub(super) fn is_code(&self) -> bool {
        self.facet.name.is_empty()
    }
}

/// The columns of a source that name wards: codes before addresses, otherwise in declared order.
pub(super) fn ward_columns(source: &Source) -> Vec<WardColumn> {
    let of = |wanted: &Kind, name: &str| {
        let columns = source.columns.iter().enumerate().filter(|(_, column)| column.kind == *wanted);
        let asked = columns.filter(|(_, column)| column.separator.is_empty());
        asked
            .filter_map(|(at, one)| Some(WardColumn { column: at, facet: facet(&one.kind, name)? }))
            .collect()
    };
    let codes: Vec<WardColumn> = of(&Kind::WardCode, "");
    codes.into_iter().chain(of(&Kind::Address, "ward")).collect()
}

/// Wards, numbered in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Wards(HashMap<u64, Unit, FixedState>);

impl Wards {
    /// A row's unit by the first of some columns that names a ward.
    pub(super) fn unit(&mut self, records: &Records, columns: &[WardColumn], row: usize) -> Option<Unit> {
        let mut named = columns.iter().filter_map(|one| match records.facet(one.facet, one.column, row) {
            FacetValue::Text(ward) => Some(FixedState::default().hash_one(ward.as_ref())),
            _ => None,
        });
        let ward = named.next()?;
        let next = WITHOUT_WARD + (self.0.len() as u64 % WARDS_MAX);
        Some(*self.0.entry(ward).or_insert(next as Unit))
    }
}

/// The unit of a row that nothing places: by its record id, so that it is the same every night.
pub(super) fn unit_of_id(id: &str) -> Unit {
    (FixedState::default().hash_one(id.trim()) % WITHOUT_WARD) as Unit
}
