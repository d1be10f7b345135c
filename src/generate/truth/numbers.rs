//! Rules about personal numbers, cards and subscriptions.

use chrono::Datelike;

use super::super::person::{Birth, Precision};
use super::super::rates::Source;
use super::super::written::{Event, Record};
use super::claims::sex_digit_fits;
use super::{Case, is_surely_dead_by_number};

/// From this age on cards are made at home.
const OLD: i32 = 70;
const NUMBER: &str = "so_dinh_danh";

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        number_of(case, record);
        one_digit_off(case, record);
        old_without_trace(case, record);
        set_again(case, record);
    }
    after_death(case);
    struck_off(case);
    two_cards(case);
}

/// Full years, by what a date says.
pub(super) fn age(case: &Case<'_>, birth: Birth) -> i32 {
    let (as_of, day) = (case.world.as_of, birth.day);
    let before = birth.precision == Precision::Day && (as_of.month(), as_of.day()) < (day.month(), day.day());
    as_of.year() - day.year() - i32::from(before)
}

fn number_of(case: &mut Case<'_>, record: &Record) {
    let number = &record.facts.number;
    if number.personal.is_some() {
        if !number.is_clean {
            let right = number.personal.clone();
            case.add_named("personal-id-not-in-standard-form", record, NUMBER, right, (true, true));
        }
        return;
    }
    let unreadable = !number.text.is_empty() && !number.is_old;
    if unreadable {
        case.add_named("personal-id-unreadable", record, NUMBER, None, (true, false));
    }
    let mut others = case.all.iter().filter(|other| other.source != Source::Residence);
    if others.any(|other| other.facts.number.personal.is_some()) {
        return;
    }
    let years = record.facts.birth.content.map(|birth| age(case, birth));
    let is_old = number.is_old || record.facts.old_id.is_some();
    let rule = match (is_old, years) {
        (true, Some(OLD..)) => "elder-with-nine-digit-number-only",
        (true, _) => "nine-digit-number-only",
        (false, Some(0..6)) => "child-without-personal-id",
        (false, _) if !unreadable => "personal-id-absent",
        (false, _) => return,
    };
    case.add_named(rule, record, NUMBER, None, (true, false));
    if is_old && years.is_some_and(|years| (0..6).contains(&years)) {
        case.add_named("child-without-personal-id", record, NUMBER, None, (true, false));
    }
}

/// Places in which two numbers differ; two neighbours that changed places count once.
fn slips(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differ: Vec<usize> = (0..a.len().min(b.len())).filter(|&at| a[at] != b[at]).collect();
    match differ[..] {
        [one, two] if two == one + 1 && a[one] == b[two] && a[two] == b[one] => 1,
        _ => differ.len(),
    }
}

/// The residence number is one slip away from the person's, which others hold. Whether it can be told
/// depends on the record contradicting it or two others agreeing, with nobody on its side.
fn one_digit_off(case: &mut Case<'_>, record: &Record) {
    let (Some(written), Some(own)) = (record.facts.number.personal.as_deref(), case.person.number.clone())
    else {
        return;
    };
    if written == own || slips(written, &own) != 1 {
        return;
    }
    let asked =
        |r: &&&Record| r.source != Source::Residence && !matches!(r.facts.event, Some(Event::Death(_)));
    let others: Vec<&Record> = case.all.iter().filter(asked).copied().collect();
    let right = others.iter().filter(|other| case.has_right_number(other)).count();
    if right == 0 {
        return;
    }
    let sided = others.iter().any(|other| other.facts.number.personal.as_deref() == Some(written));
    let year = |birth: Birth| format!("{:02}", birth.day.year() % 100);
    let contradicted =
        record.facts.birth.content.is_some_and(|birth| written.get(4..6) != Some(&*year(birth)))
            || record.facts.sex.is_some_and(|sex| !sex_digit_fits(written, sex));
    let told = !sided && (contradicted || right >= 2);
    case.add_named("personal-id-one-digit-off", record, NUMBER, Some(own), (told, told));
}

/// The number was set again, and residence and the entry of the correction have one of the two each; a
/// third source that has either makes it told.
fn set_again(case: &mut Case<'_>, record: &Record) {
    let former = case.person.correction.as_ref().and_then(|correction| correction.former_number.clone());
    let both = [case.person.number.clone(), former];
    let number = |r: &Record| r.facts.number.personal.clone().filter(|n| both.contains(&Some(n.clone())));
    let (Some(written), [Some(_), Some(_)]) = (number(record), &both) else { return };
    let of_event = |r: &&&Record| r.facts.event == Some(Event::Correction);
    let entry = case.all.iter().filter(of_event).find_map(|entry| number(entry));
    if entry.is_none_or(|entry| entry == written) {
        return;
    }
    let is_other = |r: &&&Record| r.source != Source::Residence && r.facts.event != Some(Event::Correction);
    let told = case.all.iter().filter(is_other).any(|other| number(other).is_some());
    case.add_named("personal-id-set-again-suspected", record, NUMBER, None, (told, false));
}

/// A hundred years by the record, and no card, SIM, marriage, correction or death of the person.
fn old_without_trace(case: &mut Case<'_>, record: &Record) {
    let years = record.facts.birth.content.map(|birth| age(case, birth));
    let is_sign = |r: &Record| r.source != Source::Residence && r.facts.event != Some(Event::Birth);
    if years.is_some_and(|years| (100..=120).contains(&years)) && !case.all.iter().any(|r| is_sign(r)) {
        case.add_named("very-old-without-sign-of-life", record, "tinh_trang_cu_tru", None, (true, false));
    }
}

/// Subscriptions of the dead, and those that stand on no paper.
fn after_death(case: &mut Case<'_>) {
    let death = case.all.iter().copied().find(|r| matches!(r.facts.event, Some(Event::Death(_))));
    let active: Vec<&Record> = case.all.iter().copied().filter(|record| record.facts.is_active).collect();
    for record in active {
        if let Some(entry) = death {
            let told = is_surely_dead_by_number(record, entry);
            case.add_named("deceased-but-sim-active", record, "trang_thai", None, (told, false));
        }
        let number = &record.facts.number;
        let is_passport = number.text.starts_with(|c: char| c.is_ascii_alphabetic());
        if number.personal.is_none() && !number.is_old && !is_passport {
            case.add_named("sim-without-readable-paper", record, "so_giay_to", None, (true, false));
        }
    }
}

/// Struck off everywhere, and a card runs on.
fn struck_off(case: &mut Case<'_>) {
    let as_of = case.world.as_of;
    let is_dead = case.all.iter().any(|r| matches!(r.facts.event, Some(Event::Death(_))));
    let runs = |r: &&&Record| r.facts.valid.is_some_and(|(from, to)| from <= as_of && to > as_of);
    let cards: Vec<&Record> = case.all.iter().filter(runs).copied().collect();
    if is_dead || !case.live.is_empty() || cards.is_empty() {
        return;
    }
    for record in case.all.clone().into_iter().filter(|r| r.facts.status.is_some()) {
        let told = cards.iter().any(|card| Case::is_plainly_one(record, card));
        case.add_named("removed-but-insured", record, "tinh_trang_cu_tru", None, (told, false));
    }
}

/// Two cards that run on one day; named by the earlier row.
fn two_cards(case: &mut Case<'_>) {
    let as_of = case.world.as_of;
    let runs = |r: &&&Record| r.facts.valid.is_some_and(|(from, to)| from < as_of && to > as_of);
    let cards: Vec<&Record> = case.all.iter().filter(runs).copied().collect();
    for (at, one) in cards.iter().enumerate() {
        for other in &cards[at + 1..] {
            let (earlier, later) = if one.order < other.order { (one, other) } else { (other, one) };
            let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
            let told = !differ(&one.facts.number.personal, &other.facts.number.personal)
                && one.facts.sex.zip(other.facts.sex).is_none_or(|(a, b)| a == b);
            let id = Some(later.id.clone());
            case.add_named("duplicate-active-insurance-card", earlier, "ma_the_ban_ghi", id, (told, told));
        }
    }
}
