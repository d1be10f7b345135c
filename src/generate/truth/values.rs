//! Rules 1 to 7, 24 and 25: values that contradict each other or the books.

use chrono::Datelike;

use super::super::dates_written::standard;
use super::super::person::{Before, Birth, Sex};
use super::super::written::{Event, Record};
use super::{Case, is_wrong};

/// An entry made so soon after the birth was made from the hospital's paper.
const IN_TIME_DAYS: i64 = 366;

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        number_against_row(case, record);
        date_against_books(case, record);
        name_against_books(case, record);
        sex_against_books(case, record);
        corrections(case, record);
    }
    for record in case.births.clone() {
        books_against_row(case, record);
    }
}

fn year_of_number(digits: &str) -> Option<i32> {
    let century = digits.get(3..4)?.parse::<i32>().ok()? / 2;
    Some(1_900 + century * 100 + digits.get(4..6)?.parse::<i32>().ok()?)
}

fn sex_of_number(digits: &str) -> Option<Sex> {
    let digit = digits.get(3..4)?.parse::<u8>().ok()?;
    Some(if digit % 2 == 0 { Sex::Male } else { Sex::Female })
}

/// Rules 1 and 2: the number against the row's own birth year and sex.
fn number_against_row(case: &mut Case<'_>, record: &Record) {
    let Some(digits) = record.facts.number.personal.as_deref() else { return };
    let right = case.person.number.clone().filter(|own| own != digits);
    let is_known = case.number_is_known_elsewhere();
    let says = year_of_number(digits);
    if record.facts.birth.content.is_some_and(|birth| says != Some(birth.day.year())) {
        case.add(1, record, "so_dinh_danh", right.clone(), (true, is_known));
    }
    if record.facts.sex.is_some_and(|sex| sex_of_number(digits) != Some(sex)) {
        case.add(2, record, "so_dinh_danh", right, (true, is_known));
    }
}

fn is_in_time(case: &Case<'_>, entry: &Record) -> bool {
    let after = entry.facts.registered_on.map(|on| (on - case.person.birth.day).num_days());
    after.is_some_and(|days| days <= IN_TIME_DAYS)
}

/// Rule 3: the residence date is wrong and the birth entry has the right one.
fn date_against_books(case: &mut Case<'_>, record: &Record) {
    let Some(written) = record.facts.birth.content.filter(|b| is_wrong(*b, case.person.birth)) else {
        return;
    };
    let right: Vec<&Record> =
        case.births.iter().copied().filter(|entry| case.is_right_birth(entry)).collect();
    if right.is_empty() {
        return;
    }
    let in_time = right.iter().any(|entry| is_in_time(case, entry));
    let by_number = record.facts.number.personal.as_deref().and_then(year_of_number);
    let number_speaks =
        by_number == Some(case.person.birth.day.year()) && by_number != Some(written.day.year());
    let witness = case.witnesses().any(|other| case.is_right_birth(other));
    let told = in_time || number_speaks || witness;
    case.add(3, record, "ngay_sinh", Some(standard(case.person.birth)), (told, told));
}

/// Rule 4: the residence name is wrong and the birth entry has the right one.
fn name_against_books(case: &mut Case<'_>, record: &Record) {
    if case.is_right_name(record) {
        return;
    }
    let right: Vec<&Record> = case.births.iter().copied().filter(|entry| case.is_right_name(entry)).collect();
    if right.is_empty() {
        return;
    }
    let name = &record.facts.name;
    let told = name.is_visibly_damaged
        || right.iter().any(|entry| is_in_time(case, entry))
        || case.witnesses().any(|other| case.is_right_name(other));
    let told = told && !name.has_extra;
    case.add(4, record, "ho_ten", Some(case.person.name.clone()), (told, told));
}

/// Rule 5: the residence sex is wrong and the birth entry has the right one.
fn sex_against_books(case: &mut Case<'_>, record: &Record) {
    let truth = case.person.sex;
    let is_right = |other: &Record| other.facts.sex == Some(truth);
    if record.facts.sex.is_none_or(|sex| sex == truth) || !case.births.iter().any(|entry| is_right(entry)) {
        return;
    }
    let by_number = record.facts.number.personal.as_deref().and_then(sex_of_number);
    let told = by_number == Some(truth)
        || case.births.iter().any(|entry| is_right(entry) && is_in_time(case, entry))
        || case.witnesses().any(is_right);
    case.add(5, record, "gioi_tinh", Some(truth.word().to_owned()), (told, told));
}

/// Rules 6 and 7: the birth entry is wrong and residence has the right value.
/// Without another witness nobody can tell which of the two is wrong. An entry that
/// was right until a correction is history, not a fault.
fn books_against_row(case: &mut Case<'_>, entry: &Record) {
    let residence = |is_right: &dyn Fn(&Record) -> bool| case.live.iter().any(|record| is_right(record));
    let before = case.person.correction.as_ref().map(|correction| &correction.before);
    let witness = |is_right: &dyn Fn(&Record) -> bool| case.witnesses().any(is_right);
    let date = |record: &Record| case.is_right_birth(record);
    let name = |record: &Record| case.is_right_name(record);
    let truth = case.person.birth;
    let number_speaks = |written: Birth| {
        let mut years = case
            .live
            .iter()
            .filter_map(|record| record.facts.number.personal.as_deref().and_then(year_of_number));
        written.day.year() != truth.day.year() && years.any(|year| year == truth.day.year())
    };
    let is_history = |written: &Birth| matches!(before, Some(Before::BirthDate(day)) if *day == written.day);
    let wrong = entry.facts.birth.content.filter(|b| is_wrong(*b, truth) && !is_history(b));
    let was_right = matches!(before, Some(Before::Name(old)) if *old == entry.facts.name.content);
    let date_told =
        wrong.filter(|_| residence(&date)).map(|written| witness(&date) || number_speaks(written));
    let name_told = (!case.is_right_name(entry) && !was_right && residence(&name))
        .then(|| !entry.facts.name.has_extra && witness(&name));
    if let Some(told) = date_told {
        case.add(6, entry, "ngay_sinh", Some(standard(truth)), (told, told));
    }
    if let Some(told) = name_told {
        case.add(7, entry, "ho_ten", Some(case.person.name.clone()), (told, told));
    }
}

/// Rules 24 and 25: residence is wrong, and a correction gives another value.
fn corrections(case: &mut Case<'_>, record: &Record) {
    let of = |r: &&Record| r.facts.event == Some(Event::Correction);
    let entries: Vec<&Record> = case.all.iter().copied().filter(of).collect();
    let written = record.facts.birth.content.filter(|b| is_wrong(*b, case.person.birth));
    let other_date = |entry: &&Record| entry.facts.birth.content.is_some_and(|b| Some(b) != written);
    if written.is_some() && entries.iter().any(other_date) {
        let told = entries.iter().any(|entry| case.is_right_birth(entry));
        case.add(24, record, "ngay_sinh", Some(standard(case.person.birth)), (told, told));
    }
    let other_name = |entry: &&Record| entry.facts.name.content != record.facts.name.content;
    if !case.is_right_name(record) && entries.iter().any(other_name) {
        let told = entries.iter().any(|entry| case.is_right_name(entry)) && !record.facts.name.has_extra;
        case.add(25, record, "ho_ten", Some(case.person.name.clone()), (told, told));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_year_and_sex() {
        assert_eq!(
            (year_of_number("096304123456"), sex_of_number("096304123456")),
            (Some(2004), Some(Sex::Female))
        );
        assert_eq!(
            (year_of_number("095055040607"), sex_of_number("095055040607")),
            (Some(1955), Some(Sex::Male))
        );
    }
}
