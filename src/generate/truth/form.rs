//! Rules 14 to 19: the form of live residence rows.

use super::super::dates_written::standard;
use super::super::written::{DateForm, NameForm, PhoneForm, Record};
use super::Case;

pub(super) fn judge(case: &mut Case<'_>) {
    for record in case.live.clone() {
        phone(case, record);
        place(case, record);
        written_form(case, record);
    }
}

fn phone(case: &mut Case<'_>, record: &Record) {
    let right = Some(record.facts.phone_right.clone());
    match record.facts.phone {
        PhoneForm::Invalid => case.add(14, record, "so_dien_thoai", right, (true, false)),
        PhoneForm::OldPrefix => case.add(15, record, "so_dien_thoai", right, (true, true)),
        PhoneForm::None | PhoneForm::Normal | PhoneForm::Other => {}
    }
}

fn place(case: &mut Case<'_>, record: &Record) {
    if let Some((right, follows)) = record.facts.ward_retired.clone() {
        case.add(16, record, "ma_xa", Some(right), (true, follows));
    }
    if let Some((right, follows)) = record.facts.address_old.clone() {
        case.add(17, record, "dia_chi", Some(right), (true, follows));
    }
}

fn written_form(case: &mut Case<'_>, record: &Record) {
    let (name, birth) = (&record.facts.name, &record.facts.birth);
    if name.form == NameForm::Unicode {
        case.add(18, record, "ho_ten", Some(name.in_good_form()), (true, true));
    }
    if let (DateForm::Other, Some(content)) = (birth.form, birth.content) {
        case.add(19, record, "ngay_sinh", Some(standard(content)), (true, true));
    }
}
