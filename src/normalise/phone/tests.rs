//! Telephone numbers as offices write them, and what holds of any text.

use super::*;
use proptest::prelude::*;

fn plan() -> PhonePlan {
    PhonePlan::new(
        ["090", "084", "070", "038"],
        [["0120", "070"], ["0168", "038"]],
        ["024", "0290"],
        [["0780", "0290"]],
    )
}

#[test]
fn numbers_are_read() {
    let cases = [
        ("0901234567", "0901234567", "normal"),
        ("0841234567", "0841234567", "normal"),
        ("02903123456", "02903123456", "normal"),
        ("02438123456", "02438123456", "normal"),
        ("0901.234.567", "0901234567", "other"),
        ("0901 234 567", "0901234567", "other"),
        ("(+84)901234567", "0901234567", "other"),
        ("+84901234567", "0901234567", "other"),
        ("+84 (0)90 123 4567", "0901234567", "other"),
        ("84901234567", "0901234567", "other"),
        ("0084901234567", "0901234567", "other"),
        ("901234567", "0901234567", "other"),
        ("841234567", "0841234567", "other"),
        ("2903123456", "02903123456", "other"),
        (" 0901234567", "0901234567", "other"),
        ("01201234567", "0701234567", "old_prefix"),
        ("+841201234567", "0701234567", "old_prefix"),
        ("1681234567", "0381234567", "old_prefix"),
        ("0168 123 4567", "0381234567", "old_prefix"),
        ("01301234567", "", "invalid"),
        ("0101234567", "", "invalid"),
        ("090123456", "", "invalid"),
        ("09012345678", "", "invalid"),
        ("02913123456", "", "invalid"),
        ("không có", "", "invalid"),
        ("0000000000", "", "invalid"),
        ("+0901234567", "", "invalid"),
        ("+", "", "invalid"),
        ("", "", "invalid"),
    ];
    for (raw, standard, form) in cases {
        let phone = read(raw, &plan());
        assert_eq!(
            (phone.standard().unwrap_or_default().as_str(), phone.form().word()),
            (standard, form),
            "{raw}"
        );
    }
}

#[test]
fn what_stands_beside_a_number_is_told() {
    let cases = [
        ("0901234567", "0901234567", ""),
        ("0901.234.567", "0901234567", ""),
        ("+84901234567", "0901234567", ""),
        ("0901234567/0901234568", "0901234567", "several_numbers"),
        ("0901234567 0841234568", "0901234567", "several_numbers"),
        ("0901.234.567 - 02903.123.456", "0901234567", "several_numbers"),
        ("0901234567; 0901234568", "0901234567", "several_numbers"),
        ("0901234567 hoặc 0901234568", "0901234567", "several_numbers"),
        ("0901234567/68", "0901234567", "several_numbers"),
        ("02903123456 máy lẻ 12", "02903123456", "extension"),
        ("02903123456 (ext 12)", "02903123456", "extension"),
        ("0290.3123456 (12)", "02903123456", "extension"),
        ("02903123456x12", "02903123456", "extension"),
        ("02903123456#12", "02903123456", "extension"),
        ("0290/3123456", "02903123456", ""),
        ("07803123456", "02903123456", "old_area"),
        ("0780.3123456", "02903123456", "old_area"),
        ("901234567", "0901234567", "zero_lost"),
        ("2903123456", "02903123456", "zero_lost"),
        ("O901234567", "0901234567", "letters"),
        ("09O1234567", "0901234567", "letters"),
        ("ĐT: 0901234567", "0901234567", ""),
        ("Số điện thoại 0901 234 567", "0901234567", ""),
    ];
    for (raw, standard, fault) in cases {
        let phone = read(raw, &plan());
        assert_eq!(phone.standard().as_deref(), Some(standard), "{raw}");
        assert_eq!(phone.fault().map_or("", PhoneFault::word), fault, "{raw}");
    }
}

#[test]
fn what_is_no_number_says_why() {
    let cases = [
        ("090123456", "too_short"),
        ("0290312345", "too_short"),
        ("09012345678", "too_long"),
        ("1234567890123456", "too_long"),
        ("0101234567", "unknown_prefix"),
        ("01301234567", "unknown_prefix"),
        ("02913123456", "unknown_area"),
        ("0000000000", "placeholder"),
        ("không có", "words"),
        ("0901234567 (sai số)", "words"),
        ("sai số 0901234567", "words"),
        ("+", "words"),
        ("Ol", "words"),
    ];
    for (raw, fault) in cases {
        let phone = read(raw, &plan());
        assert_eq!((phone.number(), phone.fault().map_or("", PhoneFault::word)), (None, fault), "{raw}");
    }
    assert_eq!(read(&"0 ".repeat(1 << 19), &plan()).fault(), Some(PhoneFault::TooLong));
}

proptest! {
    #[test]
    fn a_standard_number_is_normal(raw in "[+]?(84|0|0084)?(90|84|120|168|290|24)[0-9 .]{6,9}") {
        if let Some(standard) = read(&raw, &plan()).standard() {
            let again = read(&standard, &plan());
            prop_assert_eq!((again.standard(), again.form()), (Some(standard), PhoneForm::Normal));
        }
    }

    #[test]
    fn any_text_is_read(raw in any::<String>()) {
        let _ = read(&raw, &plan());
    }
}
