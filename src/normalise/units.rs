//! Administrative units: the 64 in force, those they were made of, and what
//! became of each, out of three reference tables.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::syllable::key_words;
use super::unicode::plain_words;
use crate::settings::Reference;

/// What a unit's words begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// xã, phường, thị trấn: the commune level.
    Commune(&'static str),
    /// huyện, thị xã, thành phố: the district level, gone since 01/07/2025.
    District(&'static str),
    /// tỉnh.
    Province,
}

/// Words and short forms before a unit's name, accents off.
const LEVELS: [(&str, Level); 14] = [
    ("thi tran ", Level::Commune("thị trấn")),
    ("phuong ", Level::Commune("phường")),
    ("xa ", Level::Commune("xã")),
    ("tt ", Level::Commune("thị trấn")),
    ("p ", Level::Commune("phường")),
    ("x ", Level::Commune("xã")),
    ("thanh pho ", Level::District("thành phố")),
    ("huyen ", Level::District("huyện")),
    ("thi xa ", Level::District("thị xã")),
    ("tp ", Level::District("thành phố")),
    ("tx ", Level::District("thị xã")),
    ("h ", Level::District("huyện")),
    ("tinh ", Level::Province),
    ("t ", Level::Province),
];

/// Takes the type word off a unit's plain words; a number's leading zeros too. O(length).
pub(super) fn split_level(plain: &str) -> (Option<Level>, &str) {
    let known = LEVELS.iter().find_map(|(word, level)| Some((*level, plain.strip_prefix(word)?)));
    let (level, name) = match known {
        Some((level, name)) => (Some(level), name),
        // P8 for phường 8.
        None => match plain.strip_prefix('p').filter(|rest| is_number(rest)) {
            Some(number) => (Some(Level::Commune("phường")), number),
            None => (None, plain),
        },
    };
    if is_number(name) { (level, name.trim_start_matches('0')) } else { (level, name) }
}

/// Whether a name is no more than a number.
pub(super) fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit())
}

/// A unit in force.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Its 5-digit code.
    pub(super) code: u32,
    /// Its name with small letters and accents.
    key: String,
    /// `xã` or `phường`.
    level: String,
    /// `, xã Đá Bạc, tỉnh Cà Mau`.
    pub(super) ending: String,
}

/// A unit no longer in force, or the part of the past of one that is.
#[derive(Clone, Debug)]
pub(super) struct OldUnit {
    key: String,
    level: String,
    /// Its district: a place in the list of districts.
    district: usize,
    /// Its old province: a place in the list of provinces.
    province: Option<usize>,
    /// The units in force that its land came to, as places in that list.
    pub(super) successors: BTreeSet<usize>,
}

/// All units that a name may mean, as places in their lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    in_force: Vec<usize>,
    old: Vec<usize>,
    /// Districts of that name.
    pub(super) districts: Vec<usize>,
    /// The province of that name, the present ones and those of before 07/2025 alike.
    pub(super) province: Option<usize>,
}

/// The units of the province and how to find them by words or code.
#[derive(Clone, Debug, Default)]
pub(super) struct Units {
    /// The units in force, in the order of their table.
    pub(super) in_force: Vec<Unit>,
    old: Vec<OldUnit>,
    /// Each old code's successors.
    pub(super) codes: BTreeMap<u32, BTreeSet<usize>>,
    /// District types by district.
    districts: Vec<String>,
    /// The province in force that the units are of, and the old ones it was joined of.
    local_provinces: BTreeSet<usize>,
    present_province: Option<usize>,
    names: HashMap<String, Named, FixedState>,
}

impl Units {
    /// Reads the reference tables; a row that makes no sense is left out (settings report it).
    pub(super) fn new(reference: &Reference) -> Self {
        let mut builder = Builder::default();
        builder.provinces(reference);
        builder.in_force(reference);
        builder.changes(reference);
        builder.history(reference);
        builder.units
    }

    /// What a plain name may mean. O(length).
    pub(super) fn named(&self, plain: &str) -> Option<&Named> {
        self.names.get(plain)
    }

    /// Whether a province is the present one or one of those it was joined of.
    pub(super) fn is_local(&self, province: usize) -> bool {
        self.local_provinces.contains(&province)
    }

    /// Whether a province is the present one.
    pub(super) fn is_present(&self, province: usize) -> bool {
        self.present_province == Some(province)
    }

    /// The units in force of a name and type that hold land of one of the districts,
    /// where there are any. `written` is the part of the text, accents and all.
    pub(super) fn in_force_named(
        &self,
        named: &Named,
        level: Option<&str>,
        districts: &[usize],
        written: &str,
    ) -> Few {
        let fits = |at: usize| {
            self.in_force.get(at).is_some_and(|unit| level.is_none_or(|level| unit.level == level))
                && (districts.is_empty() || self.came_from(at, districts))
        };
        let key = |at: usize| self.in_force.get(at).map_or("", |unit| unit.key.as_str());
        gather(&named.in_force, fits, key, written, Few::One)
    }

    /// What became of the old units of a name that `fits`.
    pub(super) fn successors(&self, named: &Named, written: &str, fits: impl Fn(&OldUnit) -> bool) -> Few {
        let key = |at: usize| self.old.get(at).map_or("", |unit| unit.key.as_str());
        let fits = |at: usize| self.old.get(at).is_some_and(&fits);
        gather(&named.old, fits, key, written, |at| self.old.get(at).map_or(Few::None, OldUnit::became))
    }

    /// Whether a unit in force holds land of a district.
    fn came_from(&self, unit: usize, districts: &[usize]) -> bool {
        self.old.iter().any(|old| districts.contains(&old.district) && old.successors.contains(&unit))
    }

    /// The districts of a name and type.
    pub(super) fn districts_named(&self, named: &Named, level: &str) -> Vec<usize> {
        named.districts.iter().copied().filter(|at| self.districts[*at] == level).collect()
    }
}

impl Named {
    /// Whether a commune or district of the province has, or had, the name.
    pub(super) fn names_local_unit(&self) -> bool {
        !(self.in_force.is_empty() && self.old.is_empty() && self.districts.is_empty())
    }

    /// Whether a former commune had the name.
    pub(super) fn names_old_unit(&self) -> bool {
        !self.old.is_empty()
    }
}

impl OldUnit {
    /// The units in force that its land came to.
    fn became(&self) -> Few {
        self.successors.iter().copied().map(Few::One).fold(Few::None, Few::and)
    }

    /// Whether it is of a type.
    pub(super) fn is(&self, level: Option<&str>) -> bool {
        level.is_none_or(|level| self.level == level)
    }

    /// Whether it lay in one of the districts.
    pub(super) fn lay_in(&self, districts: &[usize]) -> bool {
        districts.contains(&self.district)
    }

    /// Whether it lay in a province; any will do where none is named.
    pub(super) fn of_province(&self, province: Option<usize>) -> bool {
        province.is_none() || self.province == province
    }
}

/// Units of today, as far as it matters how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Few {
    /// None.
    None,
    /// One, by its place.
    One(usize),
    /// Several.
    Several,
}

impl Few {
    /// The units of both.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, few) | (few, Self::None) => few,
            (Self::One(one), Self::One(other)) if one == other => self,
            _ => Self::Several,
        }
    }

    /// The unit, if it is the only one.
    pub(super) fn only(self) -> Option<usize> {
        if let Self::One(one) = self { Some(one) } else { None }
    }
}

/// What the fitting candidates give together. Where they share no more than their
/// plain name (Tân Thành, Tân Thạnh), those with the accents written; all of
/// them if none has those.
fn gather<'a>(
    candidates: &[usize],
    fits: impl Fn(usize) -> bool,
    key: impl Fn(usize) -> &'a str,
    written: &str,
    give: impl Fn(usize) -> Few,
) -> Few {
    let fitting = || candidates.iter().copied().filter(|at| fits(*at));
    let Some(first) = fitting().next() else { return Few::None };
    let all = || fitting().map(&give).fold(Few::None, Few::and);
    if fitting().all(|at| key(at) == key(first)) {
        return all();
    }
    let words = key_words(written);
    let exact = fitting().filter(|at| words.ends_with(key(*at))).map(&give).fold(Few::None, Few::and);
    if exact == Few::None { all() } else { exact }
}

#[derive(Default)]
struct Builder {
    units: Units,
    /// Places of the units in force by code.
    places: BTreeMap<u32, usize>,
    /// Places of the districts by code.
    district_places: BTreeMap<String, usize>,
    /// Places of the provinces by old code.
    province_places: BTreeMap<String, usize>,
}

impl Builder {
    fn provinces(&mut self, reference: &Reference) {
        for (place, [old_code, old_name]) in
            reference.table("provinces").select(["old_code", "old_name"]).enumerate()
        {
            self.named(old_name).province = Some(place);
            self.province_places.insert(old_code.to_owned(), place);
        }
    }

    fn in_force(&mut self, reference: &Reference) {
        let columns = ["code", "name", "type", "province_code", "province_name", "from_old_province_codes"];
        for [code, name, level, province_code, province, from] in
            reference.table("admin_units").select(columns)
        {
            let Ok(code) = code.parse() else { continue };
            let place = self.units.in_force.len();
            let ending = format!(", {level} {name}, tỉnh {province}");
            self.places.insert(code, place);
            self.named(name).in_force.push(place);
            self.units.in_force.push(Unit { code, key: key_words(name), level: level.to_owned(), ending });
            self.units.present_province = self.province_places.get(province_code).copied();
            let local = from.split([',', ';', ' ']).chain([province_code]);
            let local = local.filter_map(|code| self.province_places.get(code.trim()));
            self.units.local_provinces.extend(local);
        }
    }

    fn changes(&mut self, reference: &Reference) {
        let columns = [
            "old_code",
            "old_name",
            "old_type",
            "old_district_code",
            "old_district_name",
            "old_district_type",
            "old_province_code",
            "new_code",
        ];
        for [code, name, level, district_code, district, district_level, province, new_code] in
            reference.table("admin_unit_changes").select(columns)
        {
            let (Ok(code), Ok(new_code)) = (code.parse(), new_code.parse::<u32>()) else { continue };
            let Some(successor) = self.places.get(&new_code).copied() else { continue };
            let district = self.district(district_code, district, district_level);
            let province = self.province_places.get(province).copied();
            self.units.codes.entry(code).or_default().insert(successor);
            self.add_old(name, level, district, province, BTreeSet::from([successor]));
        }
    }

    /// Units that were gone before the last reform: their successors' successors are theirs.
    fn history(&mut self, reference: &Reference) {
        let columns = ["old_code", "old_full_name", "old_type", "district_code", "province_code", "new_code"];
        for [code, full_name, level, district, province, new_code] in
            reference.table("admin_unit_history").select(columns)
        {
            let (Ok(code), Ok(new_code)) = (code.parse(), new_code.parse::<u32>()) else { continue };
            let successors = self.units.codes.get(&new_code).cloned().unwrap_or_default();
            let Some(district) = self.district_places.get(district).copied() else { continue };
            let province = self.province_places.get(province).copied();
            self.units.codes.entry(code).or_insert_with(|| successors.clone());
            let name = full_name.split(' ').skip(level.split(' ').count()).collect::<Vec<_>>().join(" ");
            self.add_old(&name, level, district, province, successors);
        }
    }

    /// Adds an old unit, or further successors to the one known by these words.
    fn add_old(
        &mut self,
        name: &str,
        level: &str,
        district: usize,
        province: Option<usize>,
        successors: BTreeSet<usize>,
    ) {
        let key = key_words(name);
        let same = |unit: &&mut OldUnit| unit.key == key && unit.level == level && unit.district == district;
        if let Some(known) = self.units.old.iter_mut().find(same) {
            known.successors.extend(successors);
            return;
        }
        let place = self.units.old.len();
        self.named(name).old.push(place);
        self.units.old.push(OldUnit { key, level: level.to_owned(), district, province, successors });
    }

    fn district(&mut self, code: &str, name: &str, level: &str) -> usize {
        if let Some(place) = self.district_places.get(code) {
            return *place;
        }
        let place = self.units.districts.len();
        self.units.districts.push(level.to_owned());
        self.district_places.insert(code.to_owned(), place);
        self.named(name).districts.push(place);
        place
    }

    fn named(&mut self, name: &str) -> &mut Named {
        self.units.names.entry(plain_words(name)).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn the_default_tables_hold_what_became_of_every_old_unit() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let units = Units::new(&settings.reference);
        assert_eq!(units.in_force.len(), 64);
        assert_eq!(units.districts.len(), 16);
        // 164 old units, and phường 4 of Cà Mau, which went on 01/12/2024.
        assert_eq!(units.old.len(), 165);
        assert_eq!(units.old.iter().filter(|unit| unit.successors.len() > 1).count(), 19);
        assert_eq!(units.codes.len(), 165);
        assert_eq!(units.local_provinces.len(), 2);
    }

    #[test]
    fn type_words_come_off() {
        let cases = [
            ("phuong 08", Some(Level::Commune("phường")), "8"),
            ("p8", Some(Level::Commune("phường")), "8"),
            ("tt nam can", Some(Level::Commune("thị trấn")), "nam can"),
            ("thi xa gia rai", Some(Level::District("thị xã")), "gia rai"),
            ("tinh ca mau", Some(Level::Province), "ca mau"),
            ("phu tan", None, "phu tan"),
            ("xa", None, "xa"),
        ];
        for (plain, level, name) in cases {
            assert_eq!(split_level(plain), (level, name), "{plain}");
        }
    }
}
