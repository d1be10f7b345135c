//! Administrative units: those in force, those they were made of, and what became
//! of each, out of three reference tables.
//!
//! A plain name leads to all units that bear or bore it; what else is known (type,
//! district, province, accents) narrows them down. Nothing is chosen here: what
//! remains is a set of units in force.

mod build;
mod level;
mod near;
mod set;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

pub(super) use level::{Level, is_number, split_initials, split_level};
pub(super) use set::UnitSet;

use super::skeleton::skeleton;
use super::syllable::key_words;
use super::unicode::{lower, plain, plain_words};
use crate::settings::Reference;

/// Shorter names are near too many words.
const NEAR_LETTERS_MIN: usize = 4;

/// A unit in force.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Its 5-digit code.
    pub(super) code: u32,
    /// `, xã Đá Bạc, tỉnh Cà Mau`.
    pub(super) ending: String,
}

/// A commune: one in force, or one of before and what became of it.
#[derive(Clone, Debug, Default)]
struct Commune {
    /// Its name with small letters and accents.
    key: String,
    /// Without accents.
    plain: String,
    /// As it sounds.
    sound: String,
    /// `xã`, `phường` or `thị trấn`.
    level: String,
    /// Whether it is in force.
    present: bool,
    /// Its district; of one in force, those whose land it holds.
    districts: Districts,
    /// Its old province, by place; of one in force, none.
    province: Option<usize>,
    /// Itself, or those in force that its land came to.
    wards: UnitSet,
}

/// A district of before 01/07/2025.
#[derive(Clone, Debug)]
struct District {
    plain: String,
    sound: String,
    /// `huyện`, `thị xã` or `thành phố`.
    level: String,
    /// `huyện Cái Nước`.
    words: String,
    /// The units in force that its land came to.
    wards: UnitSet,
}

/// A set of districts, by place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Districts(u64);

impl Districts {
    const MAX: usize = 64;

    /// The set of one.
    pub(super) fn one(place: usize) -> Self {
        Self(1_u64.checked_shl(place as u32).unwrap_or(0))
    }

    #[must_use]
    fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places, in order.
    pub(super) fn places(self) -> impl Iterator<Item = usize> {
        (0..Self::MAX).filter(move |place| self.has_any(Self::one(*place)))
    }

    /// The only one, by place.
    pub(super) fn only(self) -> Option<usize> {
        self.0.is_power_of_two().then(|| self.0.trailing_zeros() as usize)
    }
}

/// All units that a name may mean, as places in their lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    communes: Vec<usize>,
    /// Districts of that name.
    pub(super) districts: Districts,
    /// The province of that name, the present ones and those of before 07/2025 alike.
    pub(super) province: Option<usize>,
    /// Whether a former local province had the name that is no longer in the table.
    pub(super) former_province: bool,
}

impl Named {
    /// Whether a commune or district of the province has, or had, the name.
    pub(super) fn names_local_unit(&self) -> bool {
        !(self.communes.is_empty() && self.districts.is_empty())
    }
}

/// What is known of a commune besides its name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked<'t> {
    /// Its type.
    pub(super) level: Option<&'static str>,
    /// Districts it is in, or holds land of; any if empty.
    pub(super) districts: Districts,
    /// The old province it was in; says nothing of one in force.
    pub(super) province: Option<usize>,
    /// In force or not; either.
    pub(super) present: Option<bool>,
    /// Its name as written, accents and all; empty where nothing is known.
    pub(super) written: &'t str,
}

/// What a name gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hit {
    /// The units in force that are meant.
    pub(super) wards: UnitSet,
    /// The accents written are no unit's.
    pub(super) mended: bool,
}

impl Hit {
    pub(super) fn is_empty(self) -> bool {
        self.wards.is_empty()
    }

    /// The units of both.
    #[must_use]
    pub(super) fn union(self, other: Self) -> Self {
        Self { wards: self.wards.union(other.wards), mended: self.mended || other.mended }
    }
}

/// The units of the province and how to find them by words or code.
#[derive(Clone, Debug, Default)]
pub(super) struct Units {
    /// The units in force, in the order of their table.
    pub(super) in_force: Vec<Unit>,
    communes: Vec<Commune>,
    /// Each old code's successors.
    pub(super) codes: BTreeMap<u32, UnitSet>,
    districts: Vec<District>,
    /// Names of the old provinces.
    provinces: Vec<String>,
    /// The province in force that the units are of, and the old ones it was joined of.
    local_provinces: BTreeSet<usize>,
    present_province: Option<usize>,
    names: HashMap<String, Named, FixedState>,
    /// Names by the first letters of their words.
    initials: HashMap<String, Named, FixedState>,
}

impl Units {
    /// Reads the reference tables; a row that makes no sense is left out (settings report it).
    pub(super) fn new(reference: &Reference) -> Self {
        build::Builder::build(reference)
    }

    /// What a plain name may mean. O(length).
    pub(super) fn named(&self, plain: &str) -> Option<&Named> {
        self.names.get(plain)
    }

    /// What initials may mean. O(length).
    pub(super) fn by_initials(&self, initials: &str) -> Option<&Named> {
        self.initials.get(initials)
    }

    /// Whether a province is the present one or one of those it was joined of.
    pub(super) fn is_local(&self, province: usize) -> bool {
        self.local_provinces.contains(&province)
    }

    /// Whether a province is the present one.
    pub(super) fn is_present(&self, province: usize) -> bool {
        self.present_province == Some(province)
    }

    /// An old province's name.
    pub(super) fn province_name(&self, place: usize) -> Option<&str> {
        self.provinces.get(place).map(String::as_str)
    }

    /// A district's type and name.
    pub(super) fn district_words(&self, place: usize) -> Option<&str> {
        self.districts.get(place).map(|district| district.words.as_str())
    }

    /// The units in force that hold land of some districts.
    pub(super) fn land_of(&self, districts: Districts) -> UnitSet {
        let of = districts.places().filter_map(|place| self.districts.get(place));
        of.fold(UnitSet::default(), |all, district| all.union(district.wards))
    }

    /// The districts of a name and type; those of the name where none has the type,
    /// since towns were raised (huyện Giá Rai, thị xã Bạc Liêu).
    pub(super) fn districts_named(&self, named: &Named, level: &str) -> Districts {
        let of_level = |place: &usize| self.districts.get(*place).is_some_and(|one| one.level == level);
        let exact = named.districts.places().filter(of_level);
        let exact = exact.fold(Districts::default(), |all, place| all.union(Districts::one(place)));
        if exact.is_empty() { named.districts } else { exact }
    }

    /// What the communes of a name that fit became. Where they share no more than their
    /// plain name (Tân Thành, Tân Thạnh), those that the accents allow; all if none does.
    pub(super) fn communes_named(&self, named: &Named, asked: &Asked<'_>) -> Hit {
        let fitting = || {
            let units = named.communes.iter().filter_map(|place| self.communes.get(*place));
            units.filter(|unit| asked.fits(unit))
        };
        let join = |all: UnitSet, unit: &Commune| all.union(unit.wards);
        if asked.written.is_ascii() {
            return Hit { wards: fitting().fold(UnitSet::default(), join), mended: false };
        }
        let spelt = fitting().filter(|unit| allows(asked.written, &unit.key));
        let wards = spelt.fold(UnitSet::default(), join);
        if !wards.is_empty() {
            return Hit { wards, mended: false };
        }
        let wards = fitting().fold(UnitSet::default(), join);
        Hit { wards, mended: !wards.is_empty() }
    }

    /// The plain names of fitting communes that a plain name is a slip of; else those that it
    /// sounds like. O(units).
    pub(super) fn communes_near<'u>(&'u self, plain: &str, asked: &Asked<'_>) -> BTreeSet<&'u str> {
        let fitting = self.communes.iter().filter(|unit| asked.fits(unit));
        near_by(plain, fitting.map(|unit| (unit.plain.as_str(), (unit.plain.as_str(), unit.sound.as_str()))))
    }

    /// The districts that a plain name is a slip of; else those it sounds like. O(districts).
    pub(super) fn districts_near(&self, plain: &str) -> Districts {
        let names = self.districts.iter().map(|district| (district.plain.as_str(), district.sound.as_str()));
        let near = near_by(plain, names.enumerate());
        near.into_iter().fold(Districts::default(), |all, place| all.union(Districts::one(place)))
    }

    /// The only province that a plain name is a slip of. O(provinces).
    pub(super) fn province_near(&self, plain: &str) -> Option<usize> {
        let names: Vec<String> = self.provinces.iter().map(|name| plain_words(name)).collect();
        let mut near = near_by(plain, names.iter().map(|name| (name.as_str(), "")).enumerate());
        near.pop_first().filter(|_| near.is_empty())
    }
}

/// Whatever has a name that a plain name is a slip of; else whatever it sounds like.
fn near_by<'n, T: Ord>(plain: &str, names: impl Iterator<Item = (T, (&'n str, &'n str))>) -> BTreeSet<T> {
    let mut slips = BTreeSet::new();
    let mut alike = BTreeSet::new();
    let Some(own) = sound_of(plain) else { return slips };
    for (what, (name, sound)) in names {
        if near::is_slip(plain, name) {
            slips.insert(what);
        } else if plain != name && own == sound {
            alike.insert(what);
        }
    }
    if slips.is_empty() { alike } else { slips }
}

/// A name's sounds, where it is long enough to be mended.
fn sound_of(plain: &str) -> Option<String> {
    let letters = plain.bytes().filter(u8::is_ascii_lowercase).count();
    (letters >= NEAR_LETTERS_MIN).then(|| skeleton(plain))
}

impl Commune {
    fn old(districts: Districts, province: Option<usize>, wards: UnitSet) -> Self {
        Self { districts, province, wards, ..Self::default() }
    }
}

impl Asked<'_> {
    fn fits(&self, unit: &Commune) -> bool {
        self.level.is_none_or(|level| unit.level == level)
            && (self.districts.is_empty() || self.districts.has_any(unit.districts))
            && (unit.present || self.province.is_none() || self.province == unit.province)
            && self.present.is_none_or(|present| present == unit.present)
    }
}

/// Whether the end of what is written may be a name: letter for letter, or with accents left
/// out (Tan Thành). Tone marks may stand elsewhere (Hoà).
fn allows(written: &str, key: &str) -> bool {
    let agrees = |written: &str| {
        let mut letters = written.chars().rev().map(lower);
        key.chars().rev().all(|right| letters.next().is_some_and(|c| c == right || plain(right) == Some(c)))
    };
    agrees(written) || agrees(&key_words(written))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    fn units() -> Units {
        Units::new(&Settings::read(&RulesFolder::embedded()).unwrap().reference)
    }

    #[test]
    fn the_default_tables_hold_what_became_of_every_old_unit() {
        let units = units();
        assert_eq!(units.in_force.len(), 64);
        assert_eq!(units.districts.len(), 16);
        let old = || units.communes.iter().filter(|unit| !unit.present);
        // 164 old units, and phường 4 of Cà Mau, which went on 01/12/2024.
        assert_eq!(old().count(), 165);
        assert_eq!(old().filter(|unit| unit.wards.len() > 1).count(), 19);
        assert_eq!(units.codes.len(), 165);
        assert_eq!(units.local_provinces.len(), 2);
        let all = (0..64).collect::<UnitSet>();
        assert_eq!(units.land_of(Districts(u64::MAX)), all);
        assert!(units.communes.iter().all(|unit| !unit.districts.is_empty()));
    }

    #[test]
    fn accents_may_be_left_out_and_stand_elsewhere_but_not_differ() {
        for (written, key) in
            [("Xã Tân Thành", "tân thành"), ("xa Tan Thành", "tân thành"), ("X.HOÀ MỸ", "hòa mỹ")]
        {
            assert!(allows(written, key), "{written}");
        }
        for (written, key) in [("Tân Thạnh", "tân thành"), ("Hưng Mỷ", "hưng mỹ"), ("ỹ", "hưng mỹ")]
        {
            assert!(!allows(written, key), "{written}");
        }
    }

    #[test]
    fn slips_lead_to_the_names_near_them() {
        let units = units();
        let near = |plain| units.communes_near(plain, &Asked::default());
        assert_eq!(near("hung mi"), BTreeSet::from(["hung my"]));
        assert_eq!(near("chi phai"), BTreeSet::from(["tri phai"]));
        assert_eq!(near("hung my"), BTreeSet::new());
        assert_eq!(near("8"), BTreeSet::new());
        assert_eq!(units.province_near("bac liei"), units.named("bac lieu").unwrap().province);
        assert_eq!(units.province_near("ha giangg"), units.named("ha giang").unwrap().province);
        assert_eq!(
            units.districts_near("cai nuot").only(),
            units.named("cai nuoc").unwrap().districts.only()
        );
    }
}
