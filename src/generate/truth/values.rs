//! Rules 1 to 7, 24 and 25, and those told by name: values that contradict each other or the books.
//!
//! Who tells which of two values is right? A record that has the right one although residence, which it
//! may copy, has the wrong one; the year or sex in the number; an entry made in time by one date and not
//! by the other; visible damage. That insurance or SIM agree with a right residence tells next to
//! nothing: most copy the card. Nor does a birth entry outweigh residence by being there: both
//! err as often.

use chrono::Datelike;

use super::super::dates_written::standard;
use super::super::person::{Before, Birth, Sex};
use super::super::rates::Source;
use super::super::spelling::without_marks;
use super::super::written::{Event, Record};
use super::{Case, is_wrong};

/// The law's days within which births are registered.
const IN_TIME_DAYS: i64 = 60;

/// The rule that speaks in place of rule 4 where letters agree.
pub(super) const MARKS_AGAINST_BOOKS: &str = "name-diacritics-differ-from-birth-registration";
/// By field: residence against several others where no birth entry is.
pub(super) const WITHOUT_BOOKS: [&str; 3] = [
    "birth-date-contradicted-by-other-sources",
    "name-contradicted-by-other-sources",
    "sex-contradicted-by-other-sources",
];
/// By field: cards against residence and birth entry.
pub(super) const OF_CARDS: [&str; 3] =
    ["insurance-birth-date-contradicted", "insurance-name-contradicted", "insurance-sex-contradicted"];
/// By field: subscriptions against residence and birth entry.
pub(super) const OF_SIMS: [&str; 3] =
    ["telecom-birth-date-contradicted", "telecom-name-contradicted", "telecom-sex-contradicted"];

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        number_against_row(case, record);
        date_against_books(case, record);
        name_against_books(case, record);
        sex_against_books(case, record);
        corrections(case, record);
        without_books(case, record);
    }
    for record in case.births.clone() {
        books_against_row(case, record);
    }
    copiers(case);
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

/// Whether an entry was made in time if the true date is right, and was not if the wrong one is.
fn is_told_by_time(case: &Case<'_>, entry: &Record, wrong: Birth) -> bool {
    let in_time = |born: chrono::NaiveDate| {
        let after = entry.facts.registered_on.map(|on| (on - born).num_days());
        after.is_some_and(|days| (0..=IN_TIME_DAYS).contains(&days))
    };
    in_time(case.person.birth.day) && !in_time(wrong.day)
}

/// Whether a date is 01/01 of the right year, which stands for a day that nobody knows: a reader cannot
/// tell it from a date that merely says less.
fn says_little(written: Birth, truth: Birth) -> bool {
    (written.day.day(), written.day.month()) == (1, 1) && written.day.year() == truth.day.year()
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
    let in_time = right.iter().any(|entry| is_told_by_time(case, entry, written));
    let by_number = record.facts.number.personal.as_deref().and_then(year_of_number);
    let number_speaks =
        by_number == Some(case.person.birth.day.year()) && by_number != Some(written.day.year());
    let witness = case.witnesses().any(|other| case.is_right_birth(other));
    let told = (in_time || number_speaks || witness) && !says_little(written, case.person.birth);
    case.add(3, record, "ngay_sinh", Some(standard(case.person.birth)), (told, told));
}

/// Rule 4: the residence name is wrong and the birth entry has the right one; marks alone are told apart.
fn name_against_books(case: &mut Case<'_>, record: &Record) {
    if case.is_right_name(record) {
        return;
    }
    let right: Vec<&Record> = case.births.iter().copied().filter(|entry| case.is_right_name(entry)).collect();
    if right.is_empty() {
        return;
    }
    let name = &record.facts.name;
    let told = name.is_visibly_damaged || case.witnesses().any(|other| case.is_right_name(other));
    let told = told && !name.has_extra;
    let of_marks = without_marks(&name.content) == without_marks(&case.person.name);
    let rule = if of_marks { MARKS_AGAINST_BOOKS } else { super::rule(4) };
    case.add_named(rule, record, "ho_ten", Some(case.person.name.clone()), (told, told));
}

/// Rule 5: the residence sex is wrong and the birth entry has the right one.
fn sex_against_books(case: &mut Case<'_>, record: &Record) {
    let truth = case.person.sex;
    let is_right = |other: &Record| other.facts.sex == Some(truth);
    if record.facts.sex.is_none_or(|sex| sex == truth) || !case.births.iter().any(|entry| is_right(entry)) {
        return;
    }
    let by_number = record.facts.number.personal.as_deref().and_then(sex_of_number);
    let told = by_number == Some(truth) || case.witnesses().any(is_right);
    case.add(5, record, "gioi_tinh", Some(truth.word().to_owned()), (told, told));
}

/// Rules 6 and 7: the birth entry is wrong and residence has the right value.
/// Copies of residence do not tell; a correction of something else does. An entry that was right until a
/// correction is history, not a fault.
fn books_against_row(case: &mut Case<'_>, entry: &Record) {
    let residence = |is_right: &dyn Fn(&Record) -> bool| case.live.iter().any(|record| is_right(record));
    let before = case.person.correction.as_ref().map(|correction| &correction.before);
    let corrections = || case.witnesses().filter(|other| other.facts.event == Some(Event::Correction));
    let witness = |is_right: &dyn Fn(&Record) -> bool| corrections().any(is_right);
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
    let date_told = wrong.filter(|_| residence(&date)).map(|written| {
        let told = witness(&date) || number_speaks(written) || is_told_by_time(case, entry, written);
        told && !says_little(written, truth)
    });
    let name_told = (!case.is_right_name(entry) && !was_right && residence(&name))
        .then(|| !entry.facts.name.has_extra && (entry.facts.name.is_visibly_damaged || witness(&name)));
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
        let little = written.is_some_and(|written| says_little(written, case.person.birth));
        let told = !little && entries.iter().any(|entry| case.is_right_birth(entry));
        case.add(24, record, "ngay_sinh", Some(standard(case.person.birth)), (told, told));
    }
    let other_name = |entry: &&Record| entry.facts.name.content != record.facts.name.content;
    if !case.is_right_name(record) && entries.iter().any(other_name) {
        // Another name with the same birth date and parents is a twin's entry as well as a correction.
        let is_tied = |entry: &&Record| {
            Case::is_plainly_one(record, entry)
                || case
                    .witnesses()
                    .any(|other| Case::is_plainly_one(record, other) && Case::is_plainly_one(other, entry))
        };
        let told = entries.iter().any(|entry| case.is_right_name(entry) && is_tied(entry));
        let told = told && !record.facts.name.has_extra;
        case.add(25, record, "ho_ten", Some(case.person.name.clone()), (told, told));
    }
}

/// Residence is wrong and there is no birth entry: another record has the right value, and two kinds of
/// records that agree in it tell. Corrections have rules of their own.
fn without_books(case: &mut Case<'_>, record: &Record) {
    if !case.births.is_empty() {
        return;
    }
    let (birth, sex) = (case.person.birth, case.person.sex);
    let is_wrong_date = record.facts.birth.content.is_some_and(|written| is_wrong(written, birth));
    let is_wrong_sex = record.facts.sex.is_some_and(|written| written != sex);
    let facts = &record.facts;
    let same_date = |other: &Record| other.facts.birth.content == facts.birth.content;
    let same_name = |other: &Record| other.facts.name.content == facts.name.content;
    let date = is_wrong_date.then(|| kinds(case, &|other| case.is_right_birth(other), &same_date));
    let is_wrong_name = !case.is_right_name(record);
    let name = is_wrong_name.then(|| kinds(case, &|other| case.is_right_name(other), &same_name));
    let same_sex = |other: &Record| other.facts.sex == facts.sex;
    let sexes = is_wrong_sex.then(|| kinds(case, &|other| other.facts.sex == Some(sex), &same_sex));
    let correct = [standard(birth), case.person.name.clone(), sex.word().to_owned()];
    let fields = ["ngay_sinh", "ho_ten", "gioi_tinh"];
    let little = record.facts.birth.content.is_some_and(|written| says_little(written, birth));
    let is_plain = [!little, !record.facts.name.has_extra, true];
    for (at, (found, correct)) in [date, name, sexes].into_iter().zip(correct).enumerate() {
        if let Some(kinds) = found.flatten() {
            let told = kinds >= 2 && is_plain[at];
            case.add_named(WITHOUT_BOOKS[at], record, fields[at], Some(correct), (told, told));
        }
    }
}

/// How many kinds of records other than residence tell what is right; none where no record is right, or a
/// correction is. A kind of which one record is right and another has what residence has tells nothing.
fn kinds(
    case: &Case<'_>,
    is_right: &dyn Fn(&Record) -> bool,
    is_same_wrong: &dyn Fn(&Record) -> bool,
) -> Option<usize> {
    let event = |record: &Record| match record.facts.event {
        Some(Event::Death(_)) => 1,
        Some(Event::Marriage) => 2,
        Some(Event::Correction) => 3,
        Some(Event::Birth) | None => 0,
    };
    let right = case.witnesses().filter(|other| is_right(other));
    let mut kinds: Vec<_> = right.map(|other| (other.source, event(other))).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let wrong = case.witnesses().filter(|other| is_same_wrong(other));
    let torn: Vec<_> = wrong.map(|other| (other.source, event(other))).collect();
    let told = kinds.iter().filter(|kind| !torn.contains(kind)).count();
    (!kinds.is_empty() && kinds.iter().all(|kind| kind.1 != 3)).then_some(told)
}

/// Cards still valid and active subscriptions that are wrong where residence and the birth entry both
/// are right.
fn copiers(case: &mut Case<'_>) {
    let (birth, sex, as_of) = (case.person.birth, case.person.sex, case.world.as_of);
    let both = |is_right: &dyn Fn(&Record) -> bool| {
        case.live.iter().any(|record| is_right(record)) && case.births.iter().any(|record| is_right(record))
    };
    let right = [
        both(&|record| case.is_right_birth(record)),
        both(&|record| case.is_right_name(record)),
        both(&|record| record.facts.sex == Some(sex)),
    ];
    let correct = [standard(birth), case.person.name.clone(), sex.word().to_owned()];
    let letters = without_marks(&case.person.name);
    for record in case.all.clone() {
        let rules = match record.source {
            Source::Insurance if record.facts.valid.is_some_and(|(_, to)| to >= as_of) => OF_CARDS,
            Source::Telecom if record.facts.is_active => OF_SIMS,
            _ => continue,
        };
        let facts = &record.facts;
        let wrong = [
            facts.birth.content.is_some_and(|written| is_wrong(written, birth)),
            without_marks(&facts.name.content) != letters,
            facts.sex.is_some_and(|written| written != sex),
        ];
        let little = facts.birth.content.is_some_and(|written| says_little(written, birth));
        let told = [!little, !facts.name.has_extra, true];
        for (at, field) in ["ngay_sinh", "ho_ten", "gioi_tinh"].into_iter().enumerate() {
            if wrong[at] && right[at] {
                case.add_named(rules[at], record, field, Some(correct[at].clone()), (told[at], told[at]));
            }
        }
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
