//! Rules of the fifth source: vehicles of the dead, of people who moved, of nobody residence knows.

use super::super::family::Population;
use super::super::person::{Standing, Status};
use super::super::rates::Fault;
use super::super::vehicles::household_on;
use super::super::written::{Event, Record};
use super::Case;

/// The quality rules of `examples/vehicles` that have a truth.
pub const VEHICLE_RULES: [&str; 4] = [
    "deceased-but-owns-vehicle",
    "vehicle-owner-moved",
    "vehicle-owner-without-residence",
    "old-id-on-vehicle-papers",
];

/// Judges one person's vehicle rows; the case has the person's rows of the four other sources.
pub(super) fn judge(case: &mut Case<'_>, population: &Population, papers: &[&Record]) {
    let on_the_road: Vec<&Record> = papers.iter().copied().filter(|record| record.facts.is_active).collect();
    without_residence(case, &on_the_road);
    for record in on_the_road {
        of_the_dead(case, record);
        moved(case, population, record);
        old_card(case, record);
    }
}

/// The death is registered. A vehicle has no parents to tell namesakes by: only the number is beyond doubt.
fn of_the_dead(case: &mut Case<'_>, record: &Record) {
    let is_death = |entry: &&&Record| matches!(entry.facts.event, Some(Event::Death(_)));
    let Some(entry) = case.all.iter().find(is_death).copied() else { return };
    let number = &record.facts.number.personal;
    let same = number.is_some() && *number == entry.facts.number.personal;
    let told = same && Case::is_plainly_one(record, entry);
    case.add_named(VEHICLE_RULES[0], record, "trang_thai", None, (told, false));
}

/// The owner has left the household that the papers name, for another one or another province. To be
/// told from an address that leads to one commune, and from a residence record that was touched since:
/// the one there, struck off, or the only live one, in another commune.
fn moved(case: &mut Case<'_>, population: &Population, record: &Record) {
    let Some(on) = record.facts.registered_on else { return };
    let (then, now) = (household_on(case.person, on), case.person.household);
    let has_left = match case.person.standing {
        Standing::Elsewhere => true,
        Standing::Resident(_) => then != now || has_left_by_residence(case),
        Standing::Unregistered | Standing::Dead(_) => false,
    };
    if !has_left {
        return;
    }
    let has_address = !record.faults.contains(&("dia_chi", Fault::AddressMissing.word()));
    let follows = record.facts.address_old.as_ref().is_none_or(|(_, follows)| *follows);
    let is_elsewhere = population.households[then].ward != population.households[now].ward;
    let tells = |home: &&Record| {
        let is_live_elsewhere = is_elsewhere && case.live.len() == 1;
        home.facts.registered_on.is_some_and(|day| day > on)
            && match home.facts.status {
                Some(Status::Deleted) => true,
                Some(Status::Permanent) => is_live_elsewhere,
                _ => false,
            }
    };
    let told = has_address
        && follows
        && case.all.iter().copied().filter(|home| tells(home)).any(|home| Case::is_plainly_one(record, home));
    case.add_named(VEHICLE_RULES[1], record, "dia_chi", None, (told, false));
}

/// Whether residence tells of a move that the family's own story does not know: faults that were put in last close
/// a head's record, or leave a household at the address of before.
fn has_left_by_residence(case: &Case<'_>) -> bool {
    let faults = case.all.iter().flat_map(|record| &record.faults);
    faults.into_iter().any(|(_, kind)| [Fault::HeadGone.word(), Fault::StaleAddress.word()].contains(kind))
}

/// An owner whom residence does not know at all, whether living here or elsewhere or dead without
/// anybody having said so. Only a personal number tells somebody from all whom residence does know.
/// The first such row is the one to be found, unless a birth entry or a card speaks for the person;
/// others are as true.
fn without_residence(case: &mut Case<'_>, papers: &[&Record]) {
    let speaks = |record: &&Record| {
        record.facts.status.is_some() || matches!(record.facts.event, Some(Event::Death(_)))
    };
    if case.all.iter().copied().any(|record| speaks(&record)) {
        return;
    }
    let as_of = case.world.as_of;
    let has_card =
        case.all.iter().any(|r| r.facts.valid.is_some_and(|(from, to)| from <= as_of && as_of <= to));
    let may_be_found = case.births.is_empty() && !has_card;
    let first = papers.iter().position(|record| record.facts.number.personal.is_some());
    for (at, record) in papers.iter().enumerate() {
        let told = may_be_found && first == Some(at);
        case.add_named(VEHICLE_RULES[2], record, "ho_ten", None, (told, false));
    }
}

/// Nine digits on papers of a vehicle that is on the road.
fn old_card(case: &mut Case<'_>, record: &Record) {
    if record.facts.number.is_old {
        let right = case.person.number.clone();
        let known = case.all.iter().any(|row| case.has_right_number(row) && row.facts.number.is_clean);
        case.add_named(VEHICLE_RULES[3], record, "so_dinh_danh", right, (true, known));
    }
}
