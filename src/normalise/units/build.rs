//! The units out of three reference tables.

use std::collections::BTreeMap;

use super::{Commune, District, Districts, Named, Unit, UnitSet, Units};
use crate::normalise::skeleton::skeleton;
use crate::normalise::syllable::key_words;
use crate::normalise::unicode::plain_words;
use crate::settings::Reference;

/// Older names of provinces on papers, by a province that lies on their ground: Minh Hải
/// (02/1976 to 1996) was Cà Mau and Bạc Liêu, An Xuyên (1956 to 1975) was Cà Mau. They say
/// "before 2025, here"; which of the provinces since then, they do not say.
const FORMER_PROVINCES: [(&str, &str); 2] = [("minh hai", "ca mau"), ("an xuyen", "ca mau")];

/// Other names of provinces, accents off, and the one in the table.
const PROVINCE_ALIASES: [(&str, &str); 5] = [
    ("hcm", "ho chi minh"),
    ("tphcm", "ho chi minh"),
    ("sai gon", "ho chi minh"),
    ("hue", "thua thien hue"),
    ("vung tau", "ba ria vung tau"),
];

/// A table's rows become units; one that makes no sense is left out (settings report it).
#[derive(Default)]
pub(super) struct Builder {
    units: Units,
    /// Places of the units in force by code.
    places: BTreeMap<u32, usize>,
    /// Places of the districts by code.
    district_places: BTreeMap<String, usize>,
    /// Places of the provinces by old code.
    province_places: BTreeMap<String, usize>,
}

impl Builder {
    pub(super) fn build(reference: &Reference) -> Units {
        let mut builder = Self::default();
        builder.provinces(reference);
        builder.in_force(reference);
        builder.changes(reference);
        builder.history(reference);
        builder.finish();
        builder.units
    }

    fn provinces(&mut self, reference: &Reference) {
        for (place, [old_code, old_name]) in
            reference.table("provinces").select(["old_code", "old_name"]).enumerate()
        {
            self.named(&plain_words(old_name)).province = Some(place);
            self.province_places.insert(old_code.to_owned(), place);
            self.units.provinces.push(old_name.to_owned());
        }
    }

    fn in_force(&mut self, reference: &Reference) {
        let columns = ["code", "name", "type", "province_code", "province_name", "from_old_province_codes"];
        for [code, name, level, province_code, province, from] in
            reference.table("admin_units").select(columns)
        {
            let place = self.units.in_force.len();
            let (Ok(code), true) = (code.parse(), place < UnitSet::UNITS_MAX) else { continue };
            self.places.insert(code, place);
            self.units.in_force.push(Unit { code, ending: format!(", {level} {name}, tỉnh {province}") });
            self.units.present_province = self.province_places.get(province_code).copied();
            let local = from.split([',', ';', ' ']).chain([province_code]);
            let local = local.filter_map(|code| self.province_places.get(code.trim()));
            self.units.local_provinces.extend(local);
            self.add(
                name,
                level,
                Commune { present: true, wards: UnitSet::one(place), ..Commune::default() },
            );
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
            let Some(district) = self.district(district_code, district, district_level) else { continue };
            let (province, wards) = (self.province_places.get(province).copied(), UnitSet::one(successor));
            self.add_code(code, wards);
            self.add(name, level, Commune::old(district, province, wards));
        }
    }

    /// Units that were gone before the last reform: their successors' successors are theirs.
    fn history(&mut self, reference: &Reference) {
        let columns = ["old_code", "old_full_name", "old_type", "district_code", "province_code", "new_code"];
        let mut gone: BTreeMap<u32, UnitSet> = BTreeMap::new();
        for [code, full_name, level, district, province, new_code] in
            reference.table("admin_unit_history").select(columns)
        {
            let (Ok(code), Ok(new_code)) = (code.parse(), new_code.parse::<u32>()) else { continue };
            let wards = self.units.codes.get(&new_code).copied().unwrap_or_default();
            let Some(district) = self.district_places.get(district).copied() else { continue };
            let province = self.province_places.get(province).copied();
            let name = full_name.split(' ').skip(level.split(' ').count()).collect::<Vec<_>>().join(" ");
            self.add(&name, level, Commune::old(Districts::one(district), province, wards));
            let all = gone.entry(code).or_default();
            *all = all.union(wards);
        }
        for (code, wards) in gone {
            self.add_code(code, wards);
        }
    }

    fn add_code(&mut self, code: u32, wards: UnitSet) {
        let all = self.units.codes.entry(code).or_default();
        *all = all.union(wards);
    }

    /// Adds a commune, or further successors to the one known by these words.
    fn add(&mut self, name: &str, level: &str, mut commune: Commune) {
        let key = key_words(name);
        let same = |unit: &&mut Commune| {
            !unit.present
                && !commune.present
                && unit.key == key
                && unit.level == level
                && unit.districts == commune.districts
        };
        if let Some(known) = self.units.communes.iter_mut().find(same) {
            known.wards = known.wards.union(commune.wards);
            return;
        }
        let (place, plain) = (self.units.communes.len(), plain_words(name));
        self.named(&plain).communes.push(place);
        self.named_by_initials(&plain, |named| named.communes.push(place));
        let sound = skeleton(&plain);
        level.clone_into(&mut commune.level);
        (commune.key, commune.plain, commune.sound) = (key, plain, sound);
        self.units.communes.push(commune);
    }

    fn district(&mut self, code: &str, name: &str, level: &str) -> Option<Districts> {
        if let Some(place) = self.district_places.get(code) {
            return Some(Districts::one(*place));
        }
        let (place, plain) = (self.units.districts.len(), plain_words(name));
        if place >= Districts::MAX {
            return None;
        }
        let words = format!("{level} {name}");
        let sound = skeleton(&plain);
        self.district_places.insert(code.to_owned(), place);
        let one = Districts::one(place);
        self.named(&plain).districts = self.named(&plain).districts.union(one);
        self.named_by_initials(&plain, |named| named.districts = named.districts.union(one));
        let level = level.to_owned();
        self.units.districts.push(District { plain, sound, level, words, wards: UnitSet::default() });
        Some(one)
    }

    /// What needs all tables: whose land units in force and districts hold, other names of provinces.
    fn finish(&mut self) {
        let units = &mut self.units;
        let old: Vec<(Districts, UnitSet)> = units
            .communes
            .iter()
            .filter(|unit| !unit.present)
            .map(|unit| (unit.districts, unit.wards))
            .collect();
        for unit in units.communes.iter_mut().filter(|unit| unit.present) {
            let land = old.iter().filter(|(_, wards)| !wards.common(unit.wards).is_empty());
            unit.districts = land.fold(Districts::default(), |all, (districts, _)| all.union(*districts));
        }
        for (place, district) in units.districts.iter_mut().enumerate() {
            let of = old.iter().filter(|(districts, _)| districts.has_any(Districts::one(place)));
            district.wards = of.fold(UnitSet::default(), |all, (_, wards)| all.union(*wards));
        }
        for (former, ground) in FORMER_PROVINCES {
            let local = self.place_of(ground).is_some_and(|place| self.units.is_local(place));
            self.named(former).former_province |= local;
        }
        for (alias, name) in PROVINCE_ALIASES {
            if let Some(place) = self.place_of(name) {
                self.named(alias).province.get_or_insert(place);
            }
        }
        let local: Vec<usize> = self.units.local_provinces.iter().copied().collect();
        for place in local {
            let plain = self.units.provinces.get(place).map(|name| plain_words(name)).unwrap_or_default();
            self.named_by_initials(&plain, |named| named.province = Some(place));
        }
    }

    fn place_of(&self, province: &str) -> Option<usize> {
        self.units.named(province).and_then(|named| named.province)
    }

    fn named(&mut self, plain: &str) -> &mut Named {
        self.units.names.entry(plain.to_owned()).or_default()
    }

    /// Enters a unit under the first letters of its words, where it has at least two.
    fn named_by_initials(&mut self, plain: &str, enter: impl FnOnce(&mut Named)) {
        let initials: String = plain.split(' ').filter_map(|word| word.chars().next()).collect();
        if initials.len() > 1 {
            enter(self.units.initials.entry(initials).or_default());
        }
    }
}
