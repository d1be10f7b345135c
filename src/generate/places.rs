//! Wards in force, the old units they came from, other provinces, hamlets, streets.

use super::draw::{Draw, Weighted};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::settings::Reference;

/// A commune-level unit in force.
#[derive(Clone, Debug)]
pub(super) struct Ward {
    pub(super) code: String,
    pub(super) name: String,
    /// `phường` or `xã`.
    pub(super) kind: String,
    /// Its former units, by place in [`Places::old_units`].
    pub(super) old_units: Vec<usize>,
    /// Shares of Khmer and Hoa people.
    pub(super) khmer: f64,
    pub(super) hoa: f64,
}

/// A commune-level unit before 01/07/2025.
#[derive(Clone, Debug)]
pub(super) struct OldUnit {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) district: String,
    pub(super) district_kind: String,
    pub(super) province: String,
    /// Three-digit head of personal numbers registered there.
    pub(super) number_head: String,
    /// The ward it went to; the first where it was split.
    pub(super) ward: usize,
    /// Whether it was split between several wards.
    pub(super) is_split: bool,
    /// Whether its code is not in force any more.
    pub(super) is_code_retired: bool,
}

/// A province of before 2025.
#[derive(Clone, Debug)]
pub(super) struct OldProvince {
    /// `Tỉnh Hậu Giang`.
    pub(super) full_name: String,
    pub(super) number_head: String,
}

/// All places.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) wards: Vec<Ward>,
    pub(super) by_population: Weighted<usize>,
    pub(super) old_units: Vec<OldUnit>,
    pub(super) provinces: Vec<OldProvince>,
    pub(super) far: Weighted<usize>,
    /// Three-digit heads that personal numbers can have.
    pub(super) number_heads: Vec<String>,
}

/// Present name of the province in addresses.
pub(super) const PROVINCE: &str = "Cà Mau";
/// Heads of the old provinces that the province was made from, by old two-digit code.
const HOME: [&str; 2] = ["95", "96"];
/// Where people who come from far are from: the neighbours and the great cities first.
const FAR_WEIGHTS: [(&str, f64); 9] = [
    ("91", 18.0),
    ("94", 18.0),
    ("79", 16.0),
    ("92", 14.0),
    ("93", 10.0),
    ("89", 7.0),
    ("84", 6.0),
    ("86", 5.0),
    ("74", 5.0),
];
/// Shares of Khmer and Hoa people, percent, by old province (census 2019; published for Bạc Liêu).
const SHARES: [(&str, f64, f64); 2] = [("95", 7.57, 1.6), ("96", 2.19, 0.53)];
/// How unevenly those shares lie over the wards; the mean is 1.
const UNEVEN: [f64; 8] = [0.2, 0.3, 0.4, 0.6, 0.8, 1.1, 1.6, 3.0];

const HAMLETS: [&str; 28] = [
    "Xóm Lung",
    "Kinh Tư",
    "Kinh Ba",
    "Nhà Mát",
    "Bàu Sen",
    "Giáp Nước",
    "Mỹ Điền",
    "Cái Hưu",
    "Xẻo Chích",
    "Rạch Lùm",
    "Biển Tây",
    "Ninh Lợi",
    "Tân Hòa",
    "Tân Lập",
    "Hàng Bần",
    "Đầu Sấu",
    "Nhà Phấn",
    "Tà Ben",
    "Cái Nai",
    "Bình Tốt",
    "Thạnh Phú",
    "Vàm Đầm",
    "Trùm Thuật",
    "Kinh Hội",
    "Bà Điều",
    "Lung Thành",
    "Hòa Trung",
    "Xóm Thủy",
];
const STREETS: [&str; 24] = [
    "Ngô Quyền",
    "Nguyễn Trãi",
    "Lê Lợi",
    "Hùng Vương",
    "Trần Hưng Đạo",
    "30 Tháng 4",
    "Nguyễn Tất Thành",
    "Tôn Đức Thắng",
    "Điện Biên Phủ",
    "Lý Thường Kiệt",
    "Hòa Bình",
    "Nguyễn Văn Linh",
    "Phan Ngọc Hiển",
    "Lý Bôn",
    "Quốc lộ 1A",
    "Huỳnh Thúc Kháng",
    "Nguyễn Thị Minh Khai",
    "Trần Quang Khải",
    "Ngô Gia Tự",
    "Lý Văn Lâm",
    "Lâm Thành Mậu",
    "Nguyễn Du",
    "Võ Thị Sáu",
    "Cao Văn Lầu",
];

impl Places {
    /// Reads the places out of the reference tables.
    ///
    /// # Errors
    /// A table that is not there or has nothing usable.
    pub(super) fn read(reference: &Reference, seed: u64) -> Outcome<Self> {
        let (old_units, parts) = read_old_units(reference)?;
        let mut wards = Vec::new();
        let mut weights = Vec::new();
        let columns = ["code", "name", "type", "population_est"];
        for [code, name, kind, population] in reference.table("admin_units").select(columns) {
            let old: Vec<usize> =
                parts.iter().filter(|(_, new)| *new == code).map(|(unit, _)| *unit).collect();
            let Some(&first) = old.first() else { continue };
            let (khmer, hoa) = shares(&old_units[first].number_head, seed, wards.len());
            weights.push((wards.len(), population.parse().unwrap_or(1_000.0) / 1e6));
            let (code, name, kind) = (code.to_owned(), name.to_owned(), kind.to_owned());
            wards.push(Ward { code, name, kind, old_units: old, khmer, hoa });
        }
        let by_population = Weighted::new(weights).ok_or_else(|| missing("admin_units"))?;
        let (provinces, far, number_heads) = read_provinces(reference)?;
        let mut places = Self { wards, by_population, old_units, provinces, far, number_heads };
        places.resolve(&parts);
        Ok(places)
    }

    /// Fills in what needs both lists: each old unit's ward, retired codes.
    fn resolve(&mut self, parts: &[(usize, String)]) {
        for (index, unit) in self.old_units.iter_mut().enumerate() {
            let mut of = parts.iter().filter(|(old, _)| *old == index);
            let first = of.next().map_or("", |(_, code)| code.as_str());
            unit.ward = self.wards.iter().position(|ward| ward.code == first).unwrap_or(0);
            unit.is_split = of.next().is_some();
            unit.is_code_retired = !self.wards.iter().any(|ward| ward.code == unit.code);
        }
    }

    /// Where somebody of a ward's country comes from: mostly the ward's own ground.
    pub(super) fn old_unit_near(&self, ward: usize, draw: &mut Draw) -> usize {
        let ward = if draw.chance(0.7) { ward } else { *self.by_population.pick(draw) };
        draw.one(&self.wards[ward].old_units).copied().unwrap_or(0)
    }

    /// House, street and hamlet of a new address.
    pub(super) fn lead(&self, ward: usize, draw: &mut Draw) -> String {
        if self.wards[ward].kind == "phường" || draw.chance(0.08) {
            let (house, street, quarter) = (draw.between(1, 430), draw.pick(&STREETS), draw.between(1, 9));
            return format!("Số {house}, đường {street}, Khóm {quarter}");
        }
        let hamlet = if draw.chance(0.4) {
            format!("Ấp {}", draw.between(1, 14))
        } else {
            format!("Ấp {}", draw.pick(&HAMLETS))
        };
        if draw.chance(0.45) { format!("Số {}, {hamlet}", draw.between(1, 120)) } else { hamlet }
    }

    /// The words of a place of birth or a native place: units of their time.
    pub(super) fn origin_words(&self, origin: super::person::Origin) -> String {
        match origin {
            super::person::Origin::Province(index) => {
                self.provinces.get(index).map(|p| p.full_name.clone()).unwrap_or_default()
            }
            super::person::Origin::OldUnit(index) => {
                let unit = &self.old_units[index];
                let kind = capitalised(&unit.kind);
                let (district_kind, district) = (&unit.district_kind, &unit.district);
                format!("{kind} {}, {district_kind} {district}, tỉnh {}", unit.name, unit.province)
            }
        }
    }

    /// The three-digit head of a personal number registered at that place.
    pub(super) fn number_head(&self, origin: super::person::Origin) -> &str {
        match origin {
            super::person::Origin::OldUnit(index) => &self.old_units[index].number_head,
            super::person::Origin::Province(index) => {
                self.provinces.get(index).map_or("079", |province| province.number_head.as_str())
            }
        }
    }
}

/// The first letter raised.
pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What is said where a reference table lacks what is needed.
pub(super) fn missing(table: &str) -> Diagnostic {
    Diagnostic::error(
        "GEN-002",
        Place::file(format!("reference/{table}.tsv")),
        "the reference table is missing or has no usable row, and a province cannot be made without it",
        "take the table from the default rules: doisoat rules export DIR",
    )
}

fn shares(number_head: &str, seed: u64, ward: usize) -> (f64, f64) {
    let mut draw = Draw::of(seed, 0xB000, ward as u64);
    let (_, khmer, hoa) =
        SHARES.iter().find(|(code, ..)| number_head.ends_with(code)).copied().unwrap_or(SHARES[1]);
    (khmer / 100.0 * draw.pick(&UNEVEN), hoa / 100.0 * draw.pick(&UNEVEN))
}

type Parts = Vec<(usize, String)>;

/// The old units, and for each the codes of the wards it went to, the main one first.
fn read_old_units(reference: &Reference) -> Outcome<(Vec<OldUnit>, Parts)> {
    let columns = [
        "old_code",
        "old_name",
        "old_type",
        "old_district_name",
        "old_district_type",
        "old_province_code",
        "old_province_name",
        "new_code",
        "main_successor_est",
    ];
    let mut units: Vec<OldUnit> = Vec::new();
    let mut parts: Parts = Vec::new();
    for [code, name, kind, district, district_kind, province_code, province, new, main] in
        reference.table("admin_unit_changes").select(columns)
    {
        let at = units.iter().position(|unit| unit.code == code).unwrap_or_else(|| {
            units.push(OldUnit {
                code: code.to_owned(),
                name: name.to_owned(),
                kind: kind.to_owned(),
                district: district.to_owned(),
                district_kind: district_kind.to_owned(),
                province: province.to_owned(),
                number_head: format!("0{province_code}"),
                ward: 0,
                is_split: false,
                is_code_retired: false,
            });
            units.len() - 1
        });
        parts.push((at, new.to_owned()));
        if main == "1" {
            let first = parts.iter().position(|(unit, _)| *unit == at).unwrap_or(parts.len() - 1);
            let last = parts.len() - 1;
            parts.swap(first, last);
        }
    }
    if units.is_empty() { Err(missing("admin_unit_changes").into()) } else { Ok((units, parts)) }
}

type Provinces = (Vec<OldProvince>, Weighted<usize>, Vec<String>);

fn read_provinces(reference: &Reference) -> Outcome<Provinces> {
    let (mut provinces, mut weights, mut heads) = (Vec::new(), Vec::new(), Vec::new());
    let columns = ["old_code", "cccd_code", "old_name", "old_type"];
    for [code, head, name, kind] in reference.table("provinces").select(columns) {
        heads.push(head.to_owned());
        if HOME.contains(&code) {
            continue;
        }
        let weight = FAR_WEIGHTS.iter().find(|(far, _)| *far == code).map_or(0.4, |(_, weight)| *weight);
        weights.push((provinces.len(), weight));
        let kind = if kind.starts_with("thành phố") { "Thành phố" } else { "Tỉnh" };
        provinces.push(OldProvince { full_name: format!("{kind} {name}"), number_head: head.to_owned() });
    }
    let far = Weighted::new(weights).ok_or_else(|| missing("provinces"))?;
    Ok((provinces, far, heads))
}
