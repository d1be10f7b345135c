//! Rules 20 to 23: the dead, and old cards.

use super::super::dates_written::normal;
use super::super::rates::Source;
use super::super::written::{Event, Record};
use super::{Case, is_surely_dead, is_surely_dead_by_number};

pub(super) fn judge(case: &mut Case<'_>) {
    deaths(case);
    old_cards(case);
}

fn day_of_death(record: &Record) -> Option<chrono::NaiveDate> {
    if let Some(Event::Death(day)) = record.facts.event { Some(day) } else { None }
}

/// Rules 20 and 21: the death is registered, and residence or a card goes on.
fn deaths(case: &mut Case<'_>) {
    let as_of = case.world.as_of;
    let Some((entry, day)) = case.all.iter().find_map(|record| Some((*record, day_of_death(record)?))) else {
        return;
    };
    for record in case.live.clone() {
        let told = is_surely_dead(case.person, record, entry);
        case.add(20, record, "tinh_trang_cu_tru", Some("đã xoá".to_owned()), (told, told));
    }
    let runs_on = |record: &&Record| record.facts.valid.is_some_and(|(_, to)| to > as_of);
    let cards: Vec<&Record> = case.all.iter().copied().filter(runs_on).collect();
    for record in cards.into_iter().filter(|_| day < as_of) {
        let told = is_surely_dead_by_number(record, entry);
        case.add(21, record, "gia_tri_den", Some(normal(day)), (told, told));
    }
}

/// Rules 22 and 23: nine digits behind an active number, or on a card that is still valid.
fn old_cards(case: &mut Case<'_>) {
    let as_of = case.world.as_of;
    let holds = |record: &&Record| case.has_right_number(record);
    let known = case.all.iter().any(|record| holds(record) && record.facts.number.is_clean);
    // Numbers are not handed to operators: who has the SIM shows the card.
    let right = case.person.number.clone();
    for record in case.all.clone().into_iter().filter(|record| record.facts.number.is_old) {
        let is_card = record.facts.valid.is_some_and(|(from, to)| from <= as_of && as_of <= to);
        if record.source == Source::Telecom && record.facts.is_active {
            case.add(22, record, "so_giay_to", right.clone(), (true, false));
        } else if is_card {
            case.add(23, record, "so_dinh_danh", right.clone(), (true, known));
        }
    }
}
