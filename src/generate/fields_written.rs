//! Sex, address, ward code and the smaller fields on their way into a cell.

use super::World;
use super::draw::Draw;
use super::names_written::Faults;
use super::person::{Group, Household, Sex};
use super::places::PROVINCE;
use super::rates::{Chances, Fault, Source};

/// What stands in fields of words and says nothing.
const NO_WORDS: [&str; 3] = ["xyz", "Chờ xác minh", "0000"];
/// What stands in a parent's field where nobody knows the name.
const NO_PARENTS: [&str; 2] = ["Không rõ", "Không có"];

/// The cell of a sex, and what it says.
pub(super) fn sex(
    held: Sex,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> (String, Option<Sex>) {
    const COLUMN: &str = "gioi_tinh";
    const CODES: [[&str; 2]; 3] = [["1", "0"], ["M", "F"], ["NAM", "NU"]];
    if chances.happens(Fault::SexMissing, draw) {
        faults.push((COLUMN, Fault::SexMissing.word()));
        return (String::new(), None);
    }
    if chances.happens(Fault::SexUnknown, draw) {
        faults.push((COLUMN, Fault::SexUnknown.word()));
        return (draw.pick(&NO_WORDS).to_owned(), None);
    }
    if chances.happens(Fault::SexCode, draw) {
        faults.push((COLUMN, Fault::SexCode.word()));
        return (draw.pick(&CODES)[held as usize].to_owned(), Some(held));
    }
    (held.word().to_owned(), Some(held))
}

/// The sex that the office has in its books.
pub(super) fn sex_mistake(sex: Sex, chances: Chances, draw: &mut Draw, faults: &mut Faults) -> Sex {
    if chances.happens(Fault::SexWrong, draw) {
        faults.push(("gioi_tinh", Fault::SexWrong.word()));
        return sex.other();
    }
    sex
}

/// The ethnic group in words.
pub(super) fn ethnicity(
    group: Group,
    word: &str,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> String {
    const KHMER: [&str; 4] = ["Khơ-me", "Khơ Me", "Khơ me", "KHMER"];
    let empty = (Fault::EthnicMissing, Fault::EthnicUnknown);
    if let Some(text) = nothing("dan_toc", empty, chances, draw, faults) {
        return text;
    }
    if group == Group::Kinh || !chances.happens(Fault::EthnicSpelling, draw) {
        return word.to_owned();
    }
    faults.push(("dan_toc", Fault::EthnicSpelling.word()));
    if group == Group::Khmer { draw.pick(&KHMER).to_owned() } else { "Hoa (Hán)".to_owned() }
}

/// An empty cell, or a word of no list.
pub(super) fn nothing(
    column: &'static str,
    (missing, unknown): (Fault, Fault),
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> Option<String> {
    if chances.happens(missing, draw) {
        faults.push((column, missing.word()));
        return Some(String::new());
    }
    if chances.happens(unknown, draw) {
        faults.push((column, unknown.word()));
        return Some(draw.pick(&NO_WORDS).to_owned());
    }
    None
}

/// The nationality in words: everybody's is the same.
pub(super) fn nationality(chances: Chances, draw: &mut Draw, faults: &mut Faults) -> String {
    let empty = (Fault::NationalityMissing, Fault::NationalityUnknown);
    if let Some(text) = nothing("quoc_tich", empty, chances, draw, faults) {
        return text;
    }
    if chances.happens(Fault::NationalitySpelling, draw) {
        faults.push(("quoc_tich", Fault::NationalitySpelling.word()));
        return draw.pick(&["VN", "Viet Nam", "VIỆT NAM"]).to_owned();
    }
    "Việt Nam".to_owned()
}

/// A parent's name, or nothing where it was left out.
pub(super) fn parent(
    name: Option<&str>,
    column: &'static str,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> Option<String> {
    if chances.happens(Fault::ParentPlaceholder, draw) {
        faults.push((column, Fault::ParentPlaceholder.word()));
        return Some(draw.pick(&NO_PARENTS).to_owned());
    }
    let name = name?;
    if chances.happens(Fault::ParentMissing, draw) {
        faults.push((column, Fault::ParentMissing.word()));
        return None;
    }
    Some(name.to_owned())
}

/// A ward code as written.
pub(super) struct WrittenWard {
    pub(super) text: String,
    /// Where a retired code stands: the right one, and whether it follows from that one.
    pub(super) retired: Option<(String, bool)>,
}

/// The code of a household's ward.
pub(super) fn ward(
    world: &World,
    household: &Household,
    column: &'static str,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> WrittenWard {
    let code = &world.places.wards[household.ward].code;
    let mut note = |fault: Fault| faults.push((column, fault.word()));
    if chances.happens(Fault::WardMissing, draw) {
        note(Fault::WardMissing);
        return WrittenWard { text: String::new(), retired: None };
    }
    if chances.happens(Fault::WardMalformed, draw) {
        note(Fault::WardMalformed);
        let text = if draw.chance(0.6) { format!("0{code}") } else { code[..code.len() - 1].to_owned() };
        return WrittenWard { text, retired: None };
    }
    let units = &world.places.wards[household.ward].old_units;
    let retired: Vec<usize> =
        units.iter().copied().filter(|unit| world.places.old_units[*unit].is_code_retired).collect();
    // The own old unit's code where that is retired, else a neighbour's.
    let own = retired.iter().find(|unit| **unit == household.old_unit).copied();
    if let Some(unit) = own.or_else(|| draw.one(&retired).copied())
        && chances.happens(Fault::WardRetired, draw)
    {
        note(Fault::WardRetired);
        let unit = &world.places.old_units[unit];
        let right = Some((code.clone(), !unit.is_split));
        return WrittenWard { text: unit.code.clone(), retired: right };
    }
    WrittenWard { text: code.clone(), retired: None }
}

/// An address as written.
pub(super) struct WrittenAddress {
    pub(super) text: String,
    /// Where an old unit stands: the address with the one in force, and whether it follows.
    pub(super) old: Option<(String, bool)>,
}

/// A household's address.
pub(super) fn address(
    world: &World,
    household: &Household,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> WrittenAddress {
    // What was copied on the day of registration stands with the units of that day: that is
    // age, not damage, so it is there at every error level, except in residence.
    let is_old = |draw: &mut Draw| match chances.source {
        Source::Residence => chances.happens(Fault::AddressOld, draw),
        other => draw.chance(super::rates::TABLE[Fault::AddressOld as usize].1[other.habits()]),
    };
    address_of(world, household, is_old, chances, draw, faults)
}

/// The same where the caller knows whether it stands with units of before 01/07/2025.
pub(super) fn address_of(
    world: &World,
    household: &Household,
    is_old: impl FnOnce(&mut Draw) -> bool,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> WrittenAddress {
    const COLUMN: &str = "dia_chi";
    let mut note = |fault: Fault| faults.push((COLUMN, fault.word()));
    if chances.happens(Fault::AddressMissing, draw) {
        note(Fault::AddressMissing);
        return WrittenAddress { text: String::new(), old: None };
    }
    let (ward, lead) = (&world.places.wards[household.ward], &household.lead);
    let full = format!("{lead}, {} {}, tỉnh {PROVINCE}", ward.kind, ward.name);
    if is_old(draw) {
        note(Fault::AddressOld);
        let follows = !world.places.old_units[household.old_unit].is_split;
        return WrittenAddress { text: old_address(world, household, draw), old: Some((full, follows)) };
    }
    if chances.happens(Fault::AddressShort, draw) {
        note(Fault::AddressShort);
        let text = format!("{lead}, {} {}, {PROVINCE}", initials(&ward.kind), ward.name);
        return WrittenAddress { text, old: None };
    }
    WrittenAddress { text: full, old: None }
}

fn old_address(world: &World, household: &Household, draw: &mut Draw) -> String {
    let unit = &world.places.old_units[household.old_unit];
    let (lead, province) = (&household.lead, &unit.province);
    let (kind, name, district_kind, district) = (&unit.kind, &unit.name, &unit.district_kind, &unit.district);
    match draw.weighted(&[40, 25, 20, 15]) {
        0 => format!("{lead}, {kind} {name}, {district_kind} {district}, {province}"),
        1 => format!("{lead}, {kind} {name}, {district_kind} {district}, tỉnh {province}"),
        2 => {
            let (kind, district_kind) = (initials(kind), initials(district_kind));
            format!("{lead}, {kind} {name}, {district_kind} {district}, {province}")
        }
        // Numbered wards keep their word, or nobody could read them.
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{lead}, Phường {name}, {district}, {province}")
        }
        _ => format!("{lead}, {name}, {district}, {province}"),
    }
}

/// `xã` as `X.`, `thị trấn` as `TT.`, `thành phố` as `TP.`.
fn initials(kind: &str) -> &'static str {
    const SHORT: [(&str, &str); 6] = [
        ("xã", "X."),
        ("phường", "P."),
        ("thị trấn", "TT."),
        ("huyện", "H."),
        ("thị xã", "TX."),
        ("thành phố", "TP."),
    ];
    SHORT.iter().find(|(long, _)| *long == kind).map_or("X.", |(_, short)| short)
}
