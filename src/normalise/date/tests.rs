//! Dates as offices write them, one by one, and what holds of any text.

use super::*;
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

#[test]
fn the_first_of_january_is_no_day_of_the_year() {
    let cases = [
        ("02/03/1987", Some(302)),
        ("31/12/1987", Some(1231)),
        ("01/01/1988", None),
        ("02/01/1988", Some(102)),
        ("01/02/1988", Some(201)),
        ("03/1987", None),
        ("1987", None),
        ("30/02/1987", None),
    ];
    for (raw, day_month) in cases {
        assert_eq!(read(raw).day_month(), day_month, "{raw}");
    }
}

#[test]
fn dates_are_read() {
    let cases = [
        ("02/03/1987", "02/03/1987", "normal"),
        ("02/3/1987", "02/03/1987", "normal"),
        ("1987", "1987", "normal"),
        ("02/1/1987", "02/01/1987", "other"),
        ("2/3/1987", "02/03/1987", "other"),
        ("2/11/1987", "02/11/1987", "other"),
        ("02-03-1987", "02/03/1987", "other"),
        ("02.03.1987", "02/03/1987", "other"),
        ("2 / 3 / 1987", "02/03/1987", "other"),
        (" 02/03/1987", "02/03/1987", "other"),
        ("1987-03-02", "02/03/1987", "other"),
        ("1987-03-02 00:00:00", "02/03/1987", "other"),
        ("1987-03-02T00:00:00.000Z", "02/03/1987", "other"),
        ("02/03/1987 12:00:00 AM", "02/03/1987", "other"),
        ("19870302", "02/03/1987", "other"),
        ("02031987", "02/03/1987", "other"),
        ("20122012", "20/12/2012", "other"),
        ("19201950", "", "unreadable"),
        ("02/03/87", "02/03/1987", "other"),
        ("02/03/26", "02/03/2026", "other"),
        ("02/03/27", "02/03/1927", "other"),
        ("31838", "02/03/1987", "other"),
        ("00/00/1950", "1950", "other"),
        ("00/05/1950", "05/1950", "other"),
        ("01/1950", "01/1950", "other"),
        ("1950-01", "01/1950", "other"),
        ("29/02/2000", "29/02/2000", "normal"),
        ("29/02/1900", "", "unreadable"),
        ("31/04/1987", "", "unreadable"),
        ("12/25/1987", "", "unreadable"),
        ("15/00/1950", "", "unreadable"),
        ("02/03/1849", "", "unreadable"),
        ("9999", "", "unreadable"),
        ("09999", "", "unreadable"),
        ("02//03/1987", "", "unreadable"),
        ("02/03/", "", "unreadable"),
        ("1/2/3/4", "", "unreadable"),
        ("không rõ", "", "unreadable"),
        ("12:30", "", "unreadable"),
        ("０２/０３/１９８７", "02/03/1987", "other"),
    ];
    for (raw, standard, form) in cases {
        let date = read(raw);
        assert_eq!(
            (date.standard().unwrap_or_default().as_str(), date.form().word()),
            (standard, form),
            "{raw}"
        );
    }
}

#[test]
fn words_and_blanks_around_a_date_are_passed_over() {
    let cases = [
        ("ngày 5 tháng 3 năm 1980", "05/03/1980"),
        ("Ngày 05 tháng 03 năm 1980.", "05/03/1980"),
        ("NGÀY 05/03/1980", "05/03/1980"),
        ("năm 1980 tháng 3 ngày 5", "05/03/1980"),
        ("tháng 3 năm 1980", "03/1980"),
        ("Tháng 3/1980", "03/1980"),
        ("sinh năm 1960", "1960"),
        ("SN 1960", "1960"),
        ("năm sinh: 1960", "1960"),
        ("1960 (giấy tờ)", "1960"),
        ("05/03/1980 (theo khai sinh)", "05/03/1980"),
        ("5-Mar-1980", "05/03/1980"),
        ("05 AUG 80", "05/08/1980"),
        ("--/05/1960", "05/1960"),
        ("--/--/1960", "1960"),
        ("__/__/1960", "1960"),
        ("../../1960", "1960"),
        ("xx/xx/1960", "1960"),
        ("/05/1960", "05/1960"),
        ("//1960", "1960"),
        ("O5/03/1980", "05/03/1980"),
        ("l5/03/198O", "15/03/1980"),
        ("31838.0", "02/03/1987"),
        ("31838.4583333333", "02/03/1987"),
        ("sinh nga\u{300}y 05/03/1980", "05/03/1980"),
    ];
    for (raw, standard) in cases {
        let date = read(raw);
        assert_eq!((date.standard().as_deref(), date.form()), (Some(standard), DateForm::Other), "{raw}");
        assert_eq!(date.fault(), None, "{raw}");
    }
}

#[test]
fn what_is_no_date_says_why() {
    use DateFault::{Ambiguous, Implausible, Impossible, Lunar, NotADate, TooOld, Unknown};
    let cases = [
        ("31/02/1987", Impossible),
        ("45/07/1987", Impossible),
        ("12/25/1987", Impossible),
        ("15/00/1950", Impossible),
        ("15/--/1950", Impossible),
        ("29/02/1900", Impossible),
        ("02/03/1849", TooOld),
        ("0000-03-02", TooOld),
        ("31/12/9999", Implausible),
        ("02/03/2101", Implausible),
        ("9999", Implausible),
        ("00/00/0000", Unknown),
        ("00/00/00", Unknown),
        ("00000000", Unknown),
        ("0000", Unknown),
        ("00/01/1900", Unknown),
        ("1899-12-30", Unknown),
        ("không rõ", Unknown),
        ("Chưa rõ", Unknown),
        ("--/--/----", Unknown),
        ("?", Unknown),
        ("khoảng 1950", Ambiguous),
        ("1950 hoặc 1951", Ambiguous),
        ("trước năm 1950", Ambiguous),
        ("020387", Ambiguous),
        ("5031980", Ambiguous),
        ("05/03/1980 âm lịch", Lunar),
        ("05/03/1980 (AL)", Lunar),
        ("02/03/----", NotADate),
        ("năm 5 tháng 3 ngày 1980", NotADate),
        ("1958 (1960)", NotADate),
        ("không phải 1958", NotADate),
        ("60 tuổi", NotADate),
        ("381234567", NotADate),
        ("31838/5", NotADate),
        ("Nguyễn Văn An", NotADate),
        ("٣/٣/1980", NotADate),
        ("12:30", NotADate),
    ];
    for (raw, fault) in cases {
        let date = read(raw);
        assert_eq!((date.fault(), date.standard()), (Some(fault), None), "{raw}");
    }
    assert_eq!(read(&"1".repeat(1 << 20)).fault(), Some(NotADate));
    assert_eq!(read(&"ngày ".repeat(1 << 18)).fault(), Some(NotADate));
}

#[test]
fn the_value_is_small() {
    assert!(std::mem::size_of::<DateValue>() <= 8);
}

proptest! {
    #[test]
    fn day_numbers_are_those_of_the_calendar(number in -43_829..47_847_i32) {
        let day = NaiveDate::from_epoch_days(number).unwrap();
        prop_assert_eq!(days(day.year(), day.month() as i32, day.day() as i32), number);
        prop_assert_eq!(civil(number), (day.year() as u32, day.month(), day.day()));
    }

    #[test]
    fn the_standard_form_reads_as_itself(raw in "[0-9/. T:-]{0,12}") {
        if let Some(standard) = read(&raw).standard() {
            let again = read(&standard);
            prop_assert_eq!(again.standard(), Some(standard));
            prop_assert_eq!(again.days_since_epoch(), read(&raw).days_since_epoch());
        }
    }

    #[test]
    fn any_text_is_read(raw in any::<String>()) {
        let date = read(&raw);
        prop_assert_eq!(date.precision().is_some(), date.form() != DateForm::Unreadable);
        prop_assert_eq!(date.precision().is_some(), date.fault().is_none());
    }

    #[test]
    fn words_in_any_order_are_read_once_and_for_all(
        raw in "((ngày|tháng|NĂM|sinh|âm|--|/|\\(|Mar|xx)? ?[0-9]{0,4} ?[/.-]?){1,5}"
    ) {
        let date = read(&raw);
        let apart = read(&raw.nfd().collect::<String>());
        prop_assert_eq!((apart.standard(), apart.fault()), (date.standard(), date.fault()));
        if let Some(standard) = date.standard() {
            prop_assert_eq!(read(&standard).standard(), Some(standard));
        }
    }
}

#[test]
fn dates_of_any_time_keep_their_years() {
    let of = |raw: &str| read_within(raw, &HISTORIC_YEARS);
    for (raw, expected) in [
        ("1612-03-04", "04/03/1612"),
        ("1855-01-01", "01/01/1855"),
        ("16120304", "04/03/1612"),
        ("19560409", "09/04/1956"),
        ("04031612", "04/03/1612"),
        ("1066", "1066"),
    ] {
        assert_eq!(of(raw).standard().as_deref(), Some(expected), "{raw}");
    }
    assert_eq!(read("1612-03-04").fault(), Some(DateFault::TooOld));
    assert_eq!(of("0999-03-04").fault(), Some(DateFault::TooOld));
    assert_eq!(of("1835-81-01").fault(), Some(DateFault::Impossible));
}
