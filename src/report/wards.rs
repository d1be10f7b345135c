//! Wards: their names, their province, and how many residents each has.

use std::collections::BTreeMap;

use super::format::capitalised;
use super::tally::WARD_UNKNOWN;
use crate::normalise::{FACETS, FacetValue, Records};
use crate::settings::{Kind, Settings};

/// Records of the primary source by ward: the residents that a ward's items are set against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Residents {
    by_ward: BTreeMap<String, u64>,
}

impl Residents {
    /// Counts the primary source's records by the ward code in force; what has
    /// none is left out. O(rows), and once a distinct code for reading it.
    pub fn count(settings: &Settings, records: &[Records]) -> Self {
        let mut by_ward = BTreeMap::new();
        let primary = settings.primary();
        let column =
            settings.sources.first().and_then(|s| s.columns.iter().position(|c| c.kind == Kind::WardCode));
        let records = records.iter().find(|records| records.source == primary);
        if let (Some(column), Some(records)) = (column, records) {
            count_column(records, column, &mut by_ward);
        }
        Self { by_ward }
    }

    /// Adds those of another part of the night.
    pub fn merge(&mut self, other: Self) {
        other.by_ward.into_iter().for_each(|(ward, rows)| *self.by_ward.entry(ward).or_default() += rows);
    }

    /// A ward's residents; 0 where none is known.
    pub fn of(&self, ward_code: &str) -> u64 {
        self.by_ward.get(ward_code).copied().unwrap_or(0)
    }
}

impl FromIterator<(String, u64)> for Residents {
    fn from_iter<I: IntoIterator<Item = (String, u64)>>(counts: I) -> Self {
        Self { by_ward: counts.into_iter().collect() }
    }
}

fn count_column(records: &Records, column: usize, by_ward: &mut BTreeMap<String, u64>) {
    let standard = FACETS.iter().find(|facet| facet.name.is_empty() && (facet.belongs)(&Kind::WardCode));
    let (Some(standard), Some(Some(texts)), Some(Some(values))) =
        (standard, records.table.columns.get(column), records.values.get(column))
    else {
        return;
    };
    let mut rows_by_code = vec![0_u64; texts.dictionary().len()];
    for code in texts.codes() {
        rows_by_code[*code as usize] += 1;
    }
    for (code, rows) in rows_by_code.into_iter().enumerate().skip(1) {
        if let FacetValue::Text(ward) = (standard.read)(texts, values, code as u32) {
            *by_ward.entry(ward.into_owned()).or_default() += rows;
        }
    }
}

/// The wards of the reference table, by code: their full names.
pub(super) fn names(settings: &Settings) -> BTreeMap<&str, &str> {
    let units = settings.reference.table("admin_units");
    units.select(["code", "full_name"]).map(|[code, name]| (code, name)).collect()
}

/// A ward's name as officers say it, whatever its code is.
pub(super) fn name(names: &BTreeMap<&str, &str>, code: &str) -> String {
    match names.get(code) {
        Some(name) => (*name).to_owned(),
        None if code == WARD_UNKNOWN => "Chưa rõ xã, phường".to_owned(),
        None => format!("Mã {code} (ngoài danh mục)"),
    }
}

/// The province of the reference table's wards: `Tỉnh Cà Mau`. None where the table has none, or several.
pub(super) fn province(settings: &Settings) -> Option<String> {
    let mut provinces: Vec<[&str; 2]> =
        settings.reference.table("admin_units").select(["province_code", "province_name"]).collect();
    provinces.sort_unstable();
    provinces.dedup();
    let [[code, name]] = provinces.as_slice() else { return None };
    let kinds = settings.reference.table("provinces");
    let kind = kinds
        .select(["new_code", "new_type_2025"])
        .find(|[new_code, _]| new_code == code)
        .map_or("tỉnh", |[_, kind]| if kind.starts_with("thành phố") { "thành phố" } else { "tỉnh" });
    Some(format!("{} {name}", capitalised(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RulesFolder;

    #[test]
    fn the_default_wards_are_of_one_province() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        assert_eq!(province(&settings).as_deref(), Some("Tỉnh Cà Mau"));
        let names = names(&settings);
        assert_eq!(name(&names, "31825"), "Phường Bạc Liêu");
        assert_eq!(name(&names, WARD_UNKNOWN), "Chưa rõ xã, phường");
        assert_eq!(name(&names, "12345"), "Mã 12345 (ngoài danh mục)");
    }
}
