//! What the words of an address determine: its parts read from the largest unit down.
//!
//! An address ends in commune, (district,) province, or begins with them in the other
//! order. A district, or a province that was joined into another, makes it an address of
//! before 01/07/2025: its commune is an old one, whatever unit bears the name today.
//! Without either, a unit in force of that type and name is meant. What the words leave
//! open stays open: the result is the set of all units that they allow.

use super::super::units::{Asked, Districts, Hit, Level, Named, Units, is_number, split_initials};
use super::found::{Certainty, Found};
use super::layout::{Layout, Part, before_bracket};

/// Which way an address runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The smallest unit first.
    Usual,
    /// The largest unit first.
    Reversed,
}

/// A province that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Province {
    /// The one in force; it has the name of one it was joined of.
    Present,
    /// One that is gone; its place, where the communes of the tables were in it.
    Gone(Option<usize>),
    Elsewhere,
}

/// One way to read one layout.
#[derive(Clone, Copy)]
pub(super) struct Walk<'r> {
    pub(super) units: &'r Units,
    pub(super) text: &'r str,
    pub(super) layout: &'r Layout,
    pub(super) order: Order,
    /// Whether names may be mended.
    pub(super) near: bool,
    /// Whether a commune without a district may be an old one too, though one in force has its name.
    pub(super) before_reform: bool,
}

/// A part with what its name may mean.
struct Read<'r> {
    part: &'r Part,
    at: usize,
    level: Option<Level>,
    name: &'r str,
    named: Option<&'r Named>,
    written: &'r str,
}

impl Read<'_> {
    fn commune_level(&self) -> Option<&'static str> {
        if let Some(Level::Commune(level)) = self.level { Some(level) } else { None }
    }

    fn districts(&self) -> Districts {
        self.named.map_or_else(Districts::default, |named| named.districts)
    }

    fn is_district(&self) -> bool {
        matches!(self.level, Some(Level::District(_))) && !self.districts().is_empty()
    }

    /// What the name means as it stands, if anything.
    fn hit(&self, mut find: impl FnMut(&Named, &str) -> Hit) -> Option<Hit> {
        self.named.map(|named| find(named, self.written)).filter(|hit| !hit.is_empty())
    }
}

impl<'r> Walk<'r> {
    /// The part that is so far from the largest.
    fn part(&self, step: usize) -> Option<Read<'r>> {
        let layout = self.layout;
        let at = match self.order {
            Order::Usual => layout.parts.len().checked_sub(step + 1)?,
            Order::Reversed => step,
        };
        let part = layout.parts.get(at)?;
        let name = layout.name(part);
        let written = before_bracket(self.text.get(part.begin..part.end).unwrap_or(""));
        let mut read = Read { part, at, level: part.level, name, named: self.units.named(name), written };
        if read.named.is_none() {
            self.by_initials(&mut read);
        }
        Some(read)
    }

    /// TT.CN and TTCN for thị trấn Cái Nước.
    fn by_initials(&self, read: &mut Read<'r>) {
        let joined = || split_initials(self.layout.plain(read.part)).map(|(level, rest)| (Some(level), rest));
        let (level, initials) = match read.level {
            Some(level) => (Some(level), read.name),
            None => match joined() {
                Some(joined) => joined,
                None => return,
            },
        };
        if let Some(named) = self.units.by_initials(initials) {
            (read.level, read.named, read.written) = (level, Some(named), "");
        }
    }

    /// Reads the address. O(parts); with mending, O(units) for each name that is unknown.
    pub(super) fn read(&self) -> Found {
        let mut step = 0;
        while self.part(step).is_some_and(|read| self.says_nothing(&read)) {
            step += 1;
        }
        let mut found = Found::default();
        let mut mended = false;
        let mut province = None;
        // The present one may stand behind one that is gone.
        while let Some(read) = self.part(step)
            && let Some((named, place, slip)) = self.province(&read, step, province)
        {
            (province, found.province, mended) = (Some(named), place, mended || slip);
            found.unit_part = Some(read.at);
            step += 1;
        }
        if province == Some(Province::Elsewhere) {
            return Found { certainty: Certainty::Outside, ..found };
        }
        let below = self.below(step, province);
        let district_or_commune = below.unit_part.is_some();
        Found {
            certainty: if mended { below.certainty.min(Certainty::Typo) } else { below.certainty },
            province: found.province,
            unit_part: below.unit_part.or(found.unit_part),
            commune: below.commune && district_or_commune,
            ..below
        }
    }

    /// The country, a number (of a telephone, of a postal district), or no word at all.
    fn says_nothing(&self, read: &Read<'_>) -> bool {
        match self.layout.plain(read.part) {
            "" | "viet nam" | "vietnam" | "vn" => true,
            plain => {
                read.level.is_none() && self.order == Order::Usual && is_number(plain) && plain.len() > 2
            }
        }
    }

    /// The province a part names: said to be one, or named like one of the local ones, or
    /// like another that no local unit is named like. With its place, and whether it was mended.
    fn province(
        &self,
        read: &Read<'r>,
        step: usize,
        known: Option<Province>,
    ) -> Option<(Province, Option<usize>, bool)> {
        // Behind the present province only one that is gone can stand, and only in so many words.
        let again = known.is_some();
        if known.is_some_and(|known| known != Province::Present)
            || (again && read.level != Some(Level::Province))
        {
            return None;
        }
        let alone = self.part(step + 1).is_none();
        let named = read.named.filter(|_| !(read.written.is_empty() && read.level != Some(Level::Province)));
        let place = named.and_then(|named| self.province_named(named, read.level)).or_else(|| {
            // CM for Cà Mau, at an address's end.
            let initials = read.level.is_none() && read.name.len() == 2 && !alone;
            self.units.by_initials(read.name).filter(|_| initials).and_then(|named| named.province)
        });
        if let Some(place) = place {
            return Some((self.whose(place), Some(place), false));
        }
        let former = |named: &Named| {
            named.former_province && (read.level == Some(Level::Province) || !named.names_local_unit())
        };
        if named.is_some_and(former) {
            return Some((Province::Gone(None), None, false));
        }
        let place = self.units.province_near(read.name).filter(|_| self.near && read.named.is_none())?;
        let local = self.units.is_local(place) && read.level.is_none() && !alone;
        (read.level == Some(Level::Province) || local).then(|| (self.whose(place), Some(place), true))
    }

    fn province_named(&self, named: &Named, level: Option<Level>) -> Option<usize> {
        let province = named.province?;
        match level {
            Some(Level::Province) => Some(province),
            Some(Level::District("thành phố")) if !named.names_local_unit() => Some(province),
            None if self.units.is_local(province) || !named.names_local_unit() => Some(province),
            _ => None,
        }
    }

    fn whose(&self, place: usize) -> Province {
        if self.units.is_present(place) {
            Province::Present
        } else if self.units.is_local(place) {
            Province::Gone(Some(place))
        } else {
            Province::Elsewhere
        }
    }

    /// What stands below the province.
    fn below(&self, step: usize, province: Option<Province>) -> Found {
        let Some(read) = self.part(step) else { return Found::default() };
        match read.level {
            // A province that nobody knows; the district before it may still be a local one.
            Some(Level::Province) => match self.part(step + 1) {
                Some(district) if matches!(district.level, Some(Level::District(_))) => {
                    self.in_district(step + 1, &district, province)
                }
                _ => Found::default(),
            },
            Some(Level::District(_)) => self.in_district(step, &read, province),
            Some(Level::Commune(_)) => {
                self.after_district(step, &read).unwrap_or_else(|| self.commune(&read, province))
            }
            None => self.bare(step, &read, province),
        }
    }

    /// A commune whose district stands before it, not behind: the rest is beyond both.
    fn after_district(&self, step: usize, read: &Read<'r>) -> Option<Found> {
        let district = self.part(step + 1).filter(Read::is_district)?;
        let found = self.commune_of(self.districts(&district), Some(read), &district);
        Some(Found { unit_part: Some(district.at), ..found })
    }

    /// The districts of a part's name, and of its type if it has one.
    fn districts(&self, read: &Read<'r>) -> Districts {
        match (read.named, read.level) {
            (Some(named), Some(Level::District(level))) => self.units.districts_named(named, level),
            (Some(named), _) => named.districts,
            (None, _) => Districts::default(),
        }
    }

    /// A district of a given type, and the commune before it.
    fn in_district(&self, step: usize, district: &Read<'r>, province: Option<Province>) -> Found {
        let before = self.part(step + 1);
        if let Some(second) = before.as_ref().filter(|before| before.is_district()) {
            // Of two districts the smaller is meant: the city's name stands for the province's.
            return self.in_district(step + 1, second, province).doubtful();
        }
        let districts = self.districts(district);
        if !districts.is_empty() {
            return self.commune_of(districts, before.as_ref(), district);
        }
        if !self.near {
            return Found::default();
        }
        let near = self.units.districts_near(district.name);
        if near.only().is_some() {
            return self.commune_of(near, before.as_ref(), district).doubtful();
        }
        // A district that nobody knows says nothing in this province, and in any other too much.
        match before.filter(|before| before.commune_level().is_some() && province.is_some()) {
            Some(before) => Found { old_unit: true, ..self.commune(&before, province).doubtful() },
            None => Found::default(),
        }
    }

    /// An old commune by its district; else a unit in force that holds land of the district.
    fn commune_of(&self, districts: Districts, commune: Option<&Read<'r>>, district: &Read<'r>) -> Found {
        let land = self.units.land_of(districts);
        let unknown = Found {
            wards: land,
            certainty: Certainty::Several,
            old_unit: true,
            district: districts.only(),
            unit_part: Some(district.at),
            ..Found::default()
        };
        let Some(read) = commune else { return unknown };
        match read.level {
            Some(Level::Commune(_)) => {}
            None if !is_number(read.name) => {}
            _ => return unknown,
        }
        let hit =
            read.hit(|named, written| self.in_districts(named, read.commune_level(), districts, written));
        let hit = hit.or_else(|| {
            self.near_hit(read, &Asked { districts, ..Asked::default() }, |named| {
                self.in_districts(named, read.commune_level(), districts, "")
            })
        });
        if let Some(hit) = hit {
            return Found { district: districts.only(), old_unit: true, ..Found::of_commune(hit, read.at) };
        }
        // The commune is of another district, or of none: either may be the mistake.
        let anywhere = read
            .hit(|named, written| self.units.communes_named(named, &Asked { written, ..Asked::default() }));
        let wards = land.union(anywhere.unwrap_or_default().wards);
        let unit_part = if read.level.is_some() { read.at } else { district.at };
        Found { wards, unit_part: Some(unit_part), ..unknown }
    }

    /// The commune of a name in districts: an old one of the type; else an old one of another
    /// type or one in force.
    fn in_districts(
        &self,
        named: &Named,
        level: Option<&'static str>,
        districts: Districts,
        written: &str,
    ) -> Hit {
        let asked = Asked { level, districts, written, present: Some(false), ..Asked::default() };
        let old = self.units.communes_named(named, &asked);
        if !old.is_empty() {
            return old;
        }
        let present = self.units.communes_named(named, &Asked { present: Some(true), ..asked });
        let mut other = self.units.communes_named(named, &Asked { level: None, ..asked });
        other.mended = !other.is_empty() && present.is_empty();
        present.union(other)
    }

    /// A commune without a district behind it.
    fn commune(&self, read: &Read<'r>, province: Option<Province>) -> Found {
        let level = read.commune_level();
        let find = |named: &Named, written: &str| self.without_district(named, level, province, written);
        let mut old = false;
        let exact = read.hit(|named, written| {
            let (hit, is_old) = find(named, written);
            old |= is_old;
            hit
        });
        let gone = if let Some(Province::Gone(place)) = province { place } else { None };
        let asked = Asked { level, province: gone, ..Asked::default() };
        let hit = exact.or_else(|| {
            self.near_hit(read, &asked, |named| {
                let (hit, is_old) = find(named, "");
                old |= is_old;
                hit
            })
        });
        match hit {
            Some(hit) => Found { old_unit: old, ..Found::of_commune(hit, read.at) },
            None => Found { unit_part: level.map(|_| read.at), ..Found::default() },
        }
    }

    /// What a commune's name means without a district, and whether that is an old unit.
    fn without_district(
        &self,
        named: &Named,
        level: Option<&'static str>,
        province: Option<Province>,
        written: &str,
    ) -> (Hit, bool) {
        let gone = matches!(province, Some(Province::Gone(_)));
        let province = if let Some(Province::Gone(place)) = province { place } else { None };
        let find = |level, present| {
            self.units.communes_named(
                named,
                &Asked { level, province, written, present: Some(present), ..Asked::default() },
            )
        };
        let (present, old) = (find(level, true), find(level, false));
        if level.is_none() && !gone {
            return (present.union(old), present.is_empty());
        }
        // The last name of today's province is also that of one it was joined of.
        let both = self.before_reform && !gone;
        let hits = if gone {
            [old, present]
        } else {
            [present, if both || present.is_empty() { old } else { Hit::default() }]
        };
        if gone && !old.is_empty() {
            return (old, true);
        }
        let all = hits[0].union(hits[1]);
        if !all.is_empty() {
            return (all, gone || present.is_empty());
        }
        let other = [find(None, true), find(None, false)];
        (Hit { mended: true, ..other[0].union(other[1]) }, gone || other[0].is_empty())
    }

    /// A name without a type: a district if a commune of it stands before, else a commune.
    fn bare(&self, step: usize, read: &Read<'r>, province: Option<Province>) -> Found {
        if is_number(read.name) {
            return Found::default();
        }
        let before = self.part(step + 1);
        if read.named.is_none() {
            return if self.near { self.bare_unknown(step, read, province) } else { Found::default() };
        }
        let districts = read.districts();
        if districts.is_empty() {
            let within = self.after_district(step, read);
            return within.unwrap_or_else(|| self.commune(read, province));
        }
        let within = self.commune_of(districts, before.as_ref(), read);
        if within.commune {
            return within;
        }
        // The district with a commune left out, or the commune of that name.
        let itself = self.commune(read, province);
        let typed = before.filter(|before| before.commune_level().is_some());
        let unit_part = typed.map_or(read.at, |before| before.at);
        let wards = within.wards.union(itself.wards);
        let old_unit = before_is_commune(unit_part, read.at);
        Found { wards, old_unit, district: None, unit_part: Some(unit_part), ..within }
    }

    /// A name that nobody knows and without a type: a district misspelt if a commune of it
    /// stands before; else what to pass over before a commune; else a commune misspelt.
    fn bare_unknown(&self, step: usize, read: &Read<'r>, province: Option<Province>) -> Found {
        let before = self.part(step + 1);
        let near = self.units.districts_near(read.name);
        if near.only().is_some() {
            let within = self.commune_of(near, before.as_ref(), read);
            if within.commune {
                return within.doubtful();
            }
        }
        match before {
            Some(before) if before.commune_level().is_some() && province.is_some() => {
                let found = self.after_district(step + 1, &before);
                found.unwrap_or_else(|| self.commune(&before, province)).doubtful()
            }
            _ if province.is_some() => self.commune(read, province),
            _ => Found::default(),
        }
    }

    /// What the names mean that a part's is a slip of, if names may be mended.
    fn near_hit(
        &self,
        read: &Read<'r>,
        asked: &Asked<'_>,
        mut find: impl FnMut(&Named) -> Hit,
    ) -> Option<Hit> {
        if !self.near {
            return None;
        }
        let names = self.units.communes_near(read.name, asked);
        let hits = names.iter().filter_map(|name| self.units.named(name)).map(&mut find);
        let all = hits.fold(Hit::default(), Hit::union);
        (!all.is_empty()).then_some(Hit { mended: true, ..all })
    }
}

/// A commune stands before the district rather than being left out.
fn before_is_commune(unit_part: usize, district: usize) -> bool {
    unit_part != district
}
