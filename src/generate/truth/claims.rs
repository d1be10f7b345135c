//! Rules whose claim is one fault of one cell: what was done to it is the truth of them.

use chrono::Datelike;

use super::super::dates_written::standard;
use super::super::person::{Birth, Person, Precision, Sex};
use super::super::rates::{Fault, Source};
use super::super::written::{Event, NameForm, Record, WrittenName};
use super::Case;

/// What the right value of a cell is, and whether it follows from the delivery.
#[derive(Clone, Copy)]
enum Right {
    /// Nobody can tell.
    Unknown,
    Sex,
    Ethnicity,
    Country,
    /// The person's birth date, where another source has it.
    Birth,
}

/// Column and fault of a live residence record, the rule that claims it, and the right value.
const CLAIMS: [(&str, Fault, &str, Right); 25] = [
    ("gioi_tinh", Fault::SexMissing, "sex-missing", Right::Sex),
    ("gioi_tinh", Fault::SexUnknown, "sex-unknown", Right::Unknown),
    ("gioi_tinh", Fault::SexCode, "sex-not-in-standard-form", Right::Sex),
    ("dan_toc", Fault::EthnicMissing, "ethnicity-missing", Right::Unknown),
    ("dan_toc", Fault::EthnicUnknown, "ethnicity-unknown", Right::Unknown),
    ("dan_toc", Fault::EthnicSpelling, "ethnicity-not-in-standard-form", Right::Ethnicity),
    ("quoc_tich", Fault::NationalityMissing, "nationality-missing", Right::Unknown),
    ("quoc_tich", Fault::NationalityUnknown, "nationality-unknown", Right::Unknown),
    ("quoc_tich", Fault::NationalitySpelling, "nationality-not-in-standard-form", Right::Country),
    ("dia_chi", Fault::AddressMissing, "address-missing", Right::Unknown),
    ("ma_xa", Fault::WardMissing, "ward-code-missing", Right::Unknown),
    ("ma_xa", Fault::WardMalformed, "ward-code-malformed", Right::Unknown),
    ("ma_ho", Fault::HouseholdMissing, "household-id-missing", Right::Unknown),
    ("quan_he_chu_ho", Fault::RelationMissing, "relation-missing", Right::Unknown),
    ("quan_he_chu_ho", Fault::RelationUnknown, "relation-unknown", Right::Unknown),
    ("so_cmnd", Fault::OldIdMalformed, "old-id-unreadable", Right::Unknown),
    ("ma_so_bhxh", Fault::InsuranceMalformed, "insurance-number-unreadable", Right::Unknown),
    ("ngay_cap_nhat", Fault::UpdateDateBad, "update-date-unreadable", Right::Unknown),
    ("so_dien_thoai", Fault::PhoneWritten, "phone-not-in-standard-form", Right::Unknown),
    ("so_dien_thoai", Fault::PhoneOther, "phone-registered-to-another", Right::Unknown),
    ("ngay_sinh", Fault::DateMissing, "birth-date-missing", Right::Birth),
    ("ngay_sinh", Fault::DateImpossible, "birth-date-impossible", Right::Birth),
    ("ngay_sinh", Fault::DateFuture, "birth-date-in-future", Right::Unknown),
    ("ngay_sinh", Fault::DateTooOld, "age-over-120", Right::Unknown),
    ("ho_ten", Fault::NamePlaceholder, "name-placeholder", Right::Unknown),
];

/// The rules of the written form of the name, by form; the others are a rule of their own.
const NAME_FORMS: [(NameForm, &str); 6] = [
    (NameForm::Joined, "name-words-joined"),
    (NameForm::Spacing, "name-spacing"),
    (NameForm::Case, "name-letter-case"),
    (NameForm::ToneMark, "name-tone-mark-placement"),
    (NameForm::Legacy, "name-legacy-encoding"),
    (NameForm::Keystrokes, "name-keystroke-residue"),
];

/// The rules of what stands in the name's cell beside the name, or in place of a part of it.
const NAME_SHAPES: [(Fault, &str); 3] = [
    (Fault::NameShort, "name-abbreviated"),
    (Fault::NameExtra, "name-with-title-or-call-name"),
    (Fault::NameQuestion, "name-with-digits-or-lost-letters"),
];

/// By parent: column, and the rules of a missing name, a placeholder and a written form.
const PARENTS: [(&str, [&str; 3]); 2] = [
    ("ho_ten_cha", ["father-name-missing", "father-name-placeholder", "father-name-not-in-standard-form"]),
    ("ho_ten_me", ["mother-name-missing", "mother-name-placeholder", "mother-name-not-in-standard-form"]),
];

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        for (column, fault, rule, right) in CLAIMS {
            if has(record, column, fault) {
                let right = right_value(case, right);
                let mendable = right.is_some();
                case.add_named(rule, record, column, right, (true, mendable));
            }
        }
        in_future(case, record);
        name(case, record);
        parents(case, record);
    }
    entries(case);
}

pub(super) fn has(record: &Record, column: &'static str, fault: Fault) -> bool {
    record.faults.contains(&(column, fault.word()))
}

fn right_value(case: &Case<'_>, right: Right) -> Option<String> {
    match right {
        Right::Unknown => None,
        Right::Sex => Some(case.person.sex.word().to_owned()),
        Right::Ethnicity => Some(case.person.ethnicity.to_owned()),
        Right::Country => Some("Việt Nam".to_owned()),
        Right::Birth => {
            let mut others = case.all.iter().filter(|record| record.source != Source::Residence);
            others.any(|record| case.is_right_birth(record)).then(|| standard(case.person.birth))
        }
    }
}

/// A date after the delivery, however it came there (a small child's year one too late, say); the fault
/// that is made on purpose is among [`CLAIMS`].
fn in_future(case: &mut Case<'_>, record: &Record) {
    let as_of = case.world.as_of;
    let is_later = |birth: Birth| match birth.precision {
        Precision::Day => birth.day > as_of,
        Precision::Month => (birth.day.year(), birth.day.month()) > (as_of.year(), as_of.month()),
        Precision::Year => birth.day.year() > as_of.year(),
    };
    if record.facts.birth.content.is_some_and(is_later) && !has(record, "ngay_sinh", Fault::DateFuture) {
        case.add_named("birth-date-in-future", record, "ngay_sinh", None, (true, false));
    }
}

/// Whether a residence row has a parent's right name and an entry of the civil registry names that parent.
pub(super) fn a_parent_agrees(person: &Person, row: &Record, entry: &Record) -> bool {
    let right = [&person.father_name, &person.mother_name];
    PARENTS.iter().enumerate().any(|(place, (column, _))| {
        let written = row.facts.parents[place].as_ref();
        let is_right = written.zip(right[place].as_ref()).is_some_and(|(name, right)| name.content == *right);
        is_right && names_parent(entry, column)
    })
}

pub(super) fn names_parent(entry: &Record, column: &'static str) -> bool {
    ![Fault::ParentMissing, Fault::ParentPlaceholder].iter().any(|fault| has(entry, column, *fault))
}

fn name(case: &mut Case<'_>, record: &Record) {
    let name = &record.facts.name;
    let right = Some(name.in_good_form());
    for (_, rule) in NAME_FORMS.iter().filter(|(form, _)| *form == name.form) {
        case.add_named(rule, record, "ho_ten", right.clone(), (true, true));
    }
    for (_, rule) in NAME_SHAPES.iter().filter(|(fault, _)| has(record, "ho_ten", *fault)) {
        case.add_named(rule, record, "ho_ten", None, (true, false));
    }
    // Keys of VNI are digits, too; where no reader can tell which letter they meant, they are digits only.
    if name.form == NameForm::Keystrokes && name.text.contains(|c: char| c.is_ascii_digit()) {
        case.add_named("name-with-digits-or-lost-letters", record, "ho_ten", None, (false, false));
    }
    // However it came about: a word without any vowel is not whole, and nobody can tell a slip from a short form.
    let is_cut = !has(record, "ho_ten", Fault::NameShort) && has_word_without_vowel(&name.content);
    if is_cut && !name.has_extra {
        case.add_named("name-abbreviated", record, "ho_ten", None, (true, false));
    }
    // A name with marks on one word alone has lost them all when it lost that word's.
    let plain = super::super::spelling::without_marks(&case.person.name);
    let lost = plain != case.person.name && name.content == plain;
    let is_asked = |r: &&&Record| {
        r.facts.event == Some(Event::Birth) || matches!(r.source, Source::Insurance | Source::Telecom)
    };
    let told = case.all.iter().filter(is_asked).any(|other| case.is_right_name(other));
    if lost && told {
        let right = Some(case.person.name.clone());
        case.add_named("name-without-diacritics", record, "ho_ten", right, (true, true));
    }
}

/// Whether a word of several has lost all its vowels: `Vn`, `Th`, `Đc`.
fn has_word_without_vowel(name: &str) -> bool {
    let plain = super::super::spelling::without_marks(name).to_lowercase();
    let lacks =
        |word: &str| word.chars().all(char::is_alphabetic) && !word.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    plain.contains(' ') && plain.split(' ').any(lacks)
}

fn parents(case: &mut Case<'_>, record: &Record) {
    let truth = [case.person.father_name.clone(), case.person.mother_name.clone()];
    for ((place, (column, rules)), right) in PARENTS.iter().enumerate().zip(truth) {
        let told = right.is_some() && case.births.iter().any(|entry| names_parent(entry, column));
        if has(record, column, Fault::ParentMissing) && told {
            case.add_named(rules[0], record, column, right.clone(), (true, true));
        }
        if has(record, column, Fault::ParentPlaceholder) {
            case.add_named(rules[1], record, column, right.filter(|_| told), (true, told));
        }
        let written: Option<&WrittenName> = record.facts.parents[place].as_ref();
        if let Some(written) = written.filter(|name| name.form != NameForm::Good) {
            case.add_named(rules[2], record, column, Some(written.in_good_form()), (true, true));
        }
    }
}

/// Civil-registry rows that contradict themselves.
fn entries(case: &mut Case<'_>) {
    for record in case.all.clone() {
        let (Some(event), Some(written)) = (record.facts.event, record.facts.birth.content) else { continue };
        let on = record.facts.registered_on;
        match event {
            Event::Birth if on.is_some_and(|on| on < written.day) => {
                case.add_named("birth-registered-before-birth", record, "ngay_sinh", None, (true, false));
            }
            Event::Marriage if on.is_some_and(|on| on.year() - written.day.year() < 16) => {
                case.add_named("marriage-below-age", record, "ngay_sinh", None, (true, false));
            }
            Event::Death(day) if day < written.day => {
                case.add_named("death-before-birth", record, "ngay_mat", None, (true, false));
            }
            _ => {}
        }
    }
}

/// The sex that a word tells; for rules that ask a number.
pub(super) fn sex_digit_fits(digits: &str, sex: Sex) -> bool {
    digits.as_bytes().get(3).is_some_and(|digit| (digit % 2 == 0) == (sex == Sex::Male))
}
