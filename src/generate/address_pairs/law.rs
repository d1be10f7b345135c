//! What the tables allow for the words of an address, row by row.
//!
//! - A district makes the commune a former one. Where none of that name and type lay in the
//!   district, it may be one in force with the district left behind, or a former one with a
//!   wrong type.
//! - A province that is gone makes it a former one too.
//! - Without either, a unit in force of that type and name is meant; a former one only if there
//!   is none. A city's name may be its province's. Without a type, all of that name are meant, and all of the district of that name.
//! - A name that no unit allowed bears as written is one with other accents; else one that it is
//!   one slip away from.

use unicode_normalization::UnicodeNormalization;

use super::super::places::missing;
use crate::diagnostic::Outcome;
use crate::settings::Reference;

/// A unit in force or a former one.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) present: bool,
    /// Type and name of the district.
    pub(super) district: (String, String),
    /// Places of the districts it lay in, or holds land of.
    pub(super) districts: Vec<usize>,
    pub(super) province: String,
    /// Codes in force that its land came to.
    pub(super) wards: Vec<u32>,
}

/// What an address states; `None` for what it leaves out.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement {
    pub(super) kind: Option<String>,
    pub(super) name: String,
    pub(super) district_kind: Option<String>,
    pub(super) district: Option<String>,
    pub(super) province: Option<String>,
    pub(super) is_typed_province: bool,
}

impl Statement {
    /// Takes all accents off.
    pub(super) fn strip(&mut self) {
        self.name = bare(&self.name);
        self.district = self.district.as_deref().map(bare);
        self.province = self.province.as_deref().map(bare);
    }
}

/// The tables.
#[derive(Debug, Default)]
pub(super) struct Law {
    pub(super) rows: Vec<Row>,
    /// Types and names.
    pub(super) districts: Vec<(String, String)>,
    /// The province in force.
    pub(super) province: String,
    /// Former provinces that are part of it, its own name aside.
    gone: Vec<String>,
    /// Other provinces.
    pub(super) far: Vec<String>,
}

impl Law {
    pub(super) fn read(reference: &Reference) -> Outcome<Self> {
        let mut law = Self::default();
        law.former(reference);
        law.history(reference);
        law.present(reference);
        if law.rows.is_empty() || law.province.is_empty() {
            return Err(missing("admin_units").into());
        }
        let names = || reference.table("provinces").select(["old_name"]).map(|[name]| name);
        let is_gone = |name: &&str| law.rows.iter().any(|row| row.province == **name);
        law.gone = names().filter(is_gone).filter(|name| *name != law.province).map(str::to_owned).collect();
        // Some provinces have the name of a commune here; without their type they say nothing.
        let local = |name: &str| {
            let name = bare(name);
            law.rows.iter().any(|row| bare(&row.name) == name || bare(&row.province) == name)
                || law.districts.iter().any(|(_, district)| bare(district) == name)
        };
        law.far = names().filter(|name| !local(name)).map(str::to_owned).collect();
        Ok(law)
    }

    fn former(&mut self, reference: &Reference) {
        let columns = [
            "old_name",
            "old_type",
            "old_district_name",
            "old_district_type",
            "old_province_name",
            "new_code",
        ];
        for [name, kind, district, district_kind, province, ward] in
            reference.table("admin_unit_changes").select(columns)
        {
            let Ok(ward) = ward.parse() else { continue };
            let district = (district_kind.to_owned(), district.to_owned());
            self.add(name, kind, district, province, ward);
        }
    }

    fn add(&mut self, name: &str, kind: &str, district: (String, String), province: &str, ward: u32) {
        let same = |row: &&mut Row| row.name == name && row.kind == kind && row.district == district;
        if let Some(row) = self.rows.iter_mut().find(same) {
            row.wards.push(ward);
            return;
        }
        let place = self.districts.iter().position(|one| *one == district).unwrap_or_else(|| {
            self.districts.push(district.clone());
            self.districts.len() - 1
        });
        self.rows.push(Row {
            name: name.to_owned(),
            kind: kind.to_owned(),
            district,
            districts: vec![place],
            province: province.to_owned(),
            wards: vec![ward],
            present: false,
        });
    }

    /// Units that were gone already by 2025, by what became of the ones they went into.
    fn history(&mut self, reference: &Reference) {
        let names: Vec<[String; 3]> = reference
            .table("admin_unit_history")
            .select(["old_full_name", "new_full_name", "district_name"])
            .map(|row| row.map(str::to_lowercase))
            .collect();
        for [old, new, district] in names {
            let words = |row: &Row| {
                (format!("{} {}", row.kind, row.name).to_lowercase(), row.district.1.to_lowercase())
            };
            if self.rows.iter().any(|row| words(row) == (old.clone(), district.clone())) {
                continue;
            }
            let Some(next) =
                self.rows.iter().find(|row| words(row) == (new.clone(), district.clone())).cloned()
            else {
                continue;
            };
            let name = old.strip_prefix(&next.kind).unwrap_or(&old).trim().to_owned();
            self.rows.push(Row { name, ..next });
        }
    }

    fn present(&mut self, reference: &Reference) {
        let columns = ["code", "name", "type", "province_name"];
        for [code, name, kind, province] in reference.table("admin_units").select(columns) {
            let Ok(code) = code.parse() else { continue };
            let land = self.rows.iter().filter(|row| !row.present && row.wards.contains(&code));
            let mut districts: Vec<usize> = land.flat_map(|row| row.districts.clone()).collect();
            districts.sort_unstable();
            districts.dedup();
            province.clone_into(&mut self.province);
            self.rows.push(Row {
                name: name.to_owned(),
                kind: kind.to_owned(),
                present: true,
                districts,
                wards: vec![code],
                ..Row::default()
            });
        }
    }

    /// The codes in force that a statement allows, rising.
    pub(super) fn allowed(&self, said: &Statement) -> Vec<u32> {
        let mut wards: Vec<u32> = match &said.district {
            Some(district) => {
                let mut wards = self.in_districts(said, &self.districts_named(district));
                if let Some(said) = self.as_province(said) {
                    wards.extend(self.anywhere(&said));
                }
                wards
            }
            None => self.anywhere(said),
        };
        wards.sort_unstable();
        wards.dedup();
        wards
    }

    /// A city's name at the end, without its type, may be the province's.
    fn as_province(&self, said: &Statement) -> Option<Statement> {
        let name =
            said.district.clone().filter(|_| said.district_kind.is_none() && said.province.is_none())?;
        self.is_province(&name).then(|| Statement { district: None, province: Some(name), ..said.clone() })
    }

    fn is_province(&self, name: &str) -> bool {
        self.gone.iter().chain([&self.province]).any(|province| bare(province) == bare(name))
    }

    fn districts_named(&self, name: &str) -> Vec<usize> {
        let all: Vec<usize> = (0..self.districts.len()).collect();
        closest(&all, name, |place| self.districts[*place].1.clone())
    }

    fn in_districts(&self, said: &Statement, districts: &[usize]) -> Vec<u32> {
        let here: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| row.districts.iter().any(|place| districts.contains(place)))
            .collect();
        let named = closest(&here, &said.name, |row| row.name.clone());
        let of_kind = |row: &&Row| said.kind.as_ref().is_none_or(|kind| row.kind == *kind);
        let former = || named.iter().copied().filter(|row| !row.present);
        let exact: Vec<&Row> = former().filter(of_kind).collect();
        if !exact.is_empty() {
            return wards(exact);
        }
        let present = named.iter().copied().filter(|row| row.present).filter(of_kind);
        wards(present.chain(former()))
    }

    fn anywhere(&self, said: &Statement) -> Vec<u32> {
        let province = said.province.as_deref().map(bare);
        let gone = self.gone.iter().find(|gone| Some(bare(gone)) == province);
        let is_former = gone.is_some() || province.as_deref() == Some("minh hai");
        let of_kind = |row: &&Row| said.kind.as_ref().is_none_or(|kind| row.kind == *kind);
        let of_time =
            |row: &&Row| !is_former || (!row.present && gone.is_none_or(|gone| row.province == *gone));
        let candidates: Vec<&Row> = self.rows.iter().filter(of_kind).filter(of_time).collect();
        let named = closest(&candidates, &said.name, |row| row.name.clone());
        if said.kind.is_none() && said.province.is_none() && self.is_province(&said.name) {
            return Vec::new();
        }
        if said.kind.is_none() {
            // A name without a type may be the district's, with the commune left out.
            let districts = self.districts_named_exactly(&said.name);
            let land = self
                .rows
                .iter()
                .filter(|row| !row.present && row.districts.iter().any(|place| districts.contains(place)));
            return wards(named.into_iter().chain(land));
        }
        // Name by name, since a slip may be one of several.
        let rows = named.iter().copied().filter(|row| {
            let namesakes = || named.iter().copied().filter(|other| bare(&other.name) == bare(&row.name));
            row.present || !namesakes().any(|other| other.present)
        });
        wards(rows)
    }

    fn districts_named_exactly(&self, name: &str) -> Vec<usize> {
        (0..self.districts.len()).filter(|place| bare(&self.districts[*place].1) == bare(name)).collect()
    }
}

fn wards<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Vec<u32> {
    rows.into_iter().flat_map(|row| row.wards.clone()).collect()
}

/// Those that bear a name as it is written; else those that do without accents; else those that
/// are one slip away.
fn closest<T: Clone>(all: &[T], name: &str, of: impl Fn(&T) -> String) -> Vec<T> {
    let accents = name.nfd().any(|c| !c.is_ascii());
    let plain = bare(name);
    let tests: [&dyn Fn(&T) -> bool; 3] =
        [&|one| accents && folded(&of(one)) == folded(name), &|one| bare(&of(one)) == plain, &|one| {
            let other = bare(&of(one));
            let lone = |text: &str| text.rsplit(' ').next().filter(|word| word.len() == 1).map(str::to_owned);
            plain.len() > 4 && lone(&plain) == lone(&other) && strsim::osa_distance(&plain, &other) == 1
        }];
    for test in tests {
        let found: Vec<T> = all.iter().filter(|one| test(one)).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Small letters without accents.
pub(super) fn bare(text: &str) -> String {
    let letters = text.to_lowercase().replace('đ', "d");
    let kept: String = letters.nfd().filter(char::is_ascii).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Small letters, each word's tone mark behind it: wherever it stood.
fn folded(text: &str) -> String {
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let word = |word: &str| -> String {
        let letters: Vec<char> = word.nfd().collect();
        letters.iter().filter(|c| !is_tone(c)).chain(letters.iter().filter(|c| is_tone(c))).collect()
    };
    text.to_lowercase().split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}
