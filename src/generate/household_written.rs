//! Household, relation and the smaller numbers of a residence record on their way into cells.

use chrono::{Days, NaiveDate};

use super::dates_written as dates;
use super::delivery::Delivery;
use super::draw::Draw;
use super::fields_written::nothing;
use super::names_written::Faults;
use super::numbers_written::malformed;
use super::person::Standing;
use super::rates::{Chances, Fault};

/// The head of a household.
pub(super) const HEAD: &str = "Chủ hộ";
/// From this age on somebody may be taken for a head.
const GROWN: i32 = 18;

/// A relation as written, and the relation that it says.
pub(super) struct WrittenRelation {
    pub(super) text: String,
    pub(super) says: &'static str,
}

/// The relation to the head.
pub(super) fn relation(
    known: &'static str,
    age: i32,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> WrittenRelation {
    const COLUMN: &str = "quan_he_chu_ho";
    let empty = (Fault::RelationMissing, Fault::RelationUnknown);
    if let Some(text) = nothing(COLUMN, empty, chances, draw, faults) {
        return WrittenRelation { text, says: "" };
    }
    let fault = if known == HEAD { Fault::HeadNotTold } else { Fault::HeadTwice };
    let says = if known == HEAD { "Khác" } else { HEAD };
    if (known == HEAD || age >= GROWN) && chances.happens(fault, draw) {
        faults.push((COLUMN, fault.word()));
        return WrittenRelation { text: says.to_owned(), says };
    }
    WrittenRelation { text: known.to_owned(), says: known }
}

/// The household number.
pub(super) fn book(book: &str, chances: Chances, draw: &mut Draw, faults: &mut Faults) -> String {
    if chances.happens(Fault::HouseholdMissing, draw) {
        faults.push(("ma_ho", Fault::HouseholdMissing.word()));
        return String::new();
    }
    book.to_owned()
}

/// The number of the former card, where it is noted.
pub(super) fn old_id(
    own: Option<String>,
    other: Option<String>,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> Option<String> {
    const COLUMN: &str = "so_cmnd";
    let own = own?;
    if let Some(other) = other.filter(|other| *other != own)
        && chances.happens(Fault::OldIdOther, draw)
    {
        faults.push((COLUMN, Fault::OldIdOther.word()));
        return Some(other);
    }
    if chances.happens(Fault::OldIdMalformed, draw) {
        faults.push((COLUMN, Fault::OldIdMalformed.word()));
        return Some(malformed(&own, draw));
    }
    Some(own)
}

/// The social insurance number, where it is noted.
pub(super) fn insurance_number(
    own: Option<String>,
    chances: Chances,
    draw: &mut Draw,
    faults: &mut Faults,
) -> Option<String> {
    let own = own?;
    if chances.happens(Fault::InsuranceMalformed, draw) {
        faults.push(("ma_so_bhxh", Fault::InsuranceMalformed.word()));
        return Some(malformed(&own, draw));
    }
    Some(own)
}

/// The day of the last change.
pub(super) fn updated(on: NaiveDate, chances: Chances, draw: &mut Draw, faults: &mut Faults) -> String {
    if !chances.happens(Fault::UpdateDateBad, draw) {
        return dates::normal(on);
    }
    faults.push(("ngay_cap_nhat", Fault::UpdateDateBad.word()));
    if draw.chance(0.5) {
        return format!("31/02/{}", on.format("%Y"));
    }
    // Any day of the years for which provinces are made lies before it.
    dates::normal(on.checked_add_days(Days::new(365 * 30)).unwrap_or(on))
}

/// Somebody else of the batch.
pub(super) fn another(delivery: &mut Delivery<'_, '_>, person: usize) -> Option<usize> {
    let other = delivery.errors[0].below(delivery.population.people.len());
    (other != person).then_some(other)
}

/// Somebody alive of the batch who is no kin and of another household.
pub(super) fn stranger(delivery: &mut Delivery<'_, '_>, person: usize) -> Option<usize> {
    let other = another(delivery, person)?;
    let (one, of) = (delivery.person(person), delivery.person(other));
    let homes = [Some(of.household), of.moved.map(|moved| moved.0), of.stays_at];
    let is_child = |a: &super::person::Person, b: usize| a.father == Some(b) || a.mother == Some(b);
    let kin =
        is_child(one, other) || is_child(of, person) || one.spouse.is_some_and(|(spouse, _)| spouse == other);
    let apart = !homes.contains(&Some(one.household)) && one.name != of.name;
    (apart && !kin && matches!(of.standing, Standing::Resident(_))).then_some(other)
}
