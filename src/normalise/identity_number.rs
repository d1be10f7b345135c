//! Numbers of identity papers: the 12-digit personal number, the former 9-digit
//! CMND, passports.
//!
//! A personal number is 3 digits for the province of birth registration, 1 for
//! century and sex, 2 for the year of birth, 6 random; it has no check digit
//! (Circular 07/2016/TT-BCA, Decree 137/2015).

use super::digits::{self, Digits, NumberFault};
use super::unicode::clean;

/// The provinces whose code may begin a personal number.
#[derive(Clone, Debug, Default)]
pub(super) struct ProvinceCodes(Vec<u16>);

impl ProvinceCodes {
    /// From texts of 3 digits.
    pub(super) fn new<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut codes: Vec<u16> = codes.into_iter().filter_map(|code| code.parse().ok()).collect();
        codes.sort_unstable();
        Self(codes)
    }

    /// Whether a number of twelve digits is of a known province, and of a century that people of
    /// today were born in. Births registered abroad carry a country's code; no list of those was
    /// found, so that they read as of no province.
    fn check(&self, number: u64) -> Result<(), NumberFault> {
        let province = (number / 1_000_000_000) as u16;
        if self.0.binary_search(&province).is_err() {
            Err(NumberFault::UnknownProvince)
        } else if number / 100_000_000 % 10 > 3 {
            Err(NumberFault::UnknownCentury)
        } else {
            Ok(())
        }
    }
}

/// What kind of number stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityForm {
    /// A valid 12-digit personal number.
    Personal,
    /// A 9-digit CMND number.
    Old,
    /// A passport number.
    Passport,
    /// None of these.
    Unreadable,
}

impl IdentityForm {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Old => "old",
            Self::Passport => "passport",
            Self::Unreadable => "unreadable",
        }
    }
}

/// An identity number in 8 bytes: digits, form, what had to be mended or what is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdentityNumber(u64);

const PERSONAL: u64 = 1 << 60;
const OLD: u64 = 2 << 60;
const PASSPORT: u64 = 3 << 60;
const FORM: u64 = 3 << 60;
const FAULT_SHIFT: u32 = 48;
const FAULT: u64 = 0xff;
const NUMBER: u64 = (1 << FAULT_SHIFT) - 1;

impl IdentityNumber {
    /// What kind of number it is.
    pub fn form(self) -> IdentityForm {
        match self.0 & FORM {
            PERSONAL => IdentityForm::Personal,
            OLD => IdentityForm::Old,
            PASSPORT => IdentityForm::Passport,
            _ => IdentityForm::Unreadable,
        }
    }

    /// The personal number as a number of up to 12 digits.
    pub fn personal(self) -> Option<u64> {
        (self.0 & FORM == PERSONAL).then_some(self.0 & NUMBER)
    }

    /// The CMND number as a number of up to 9 digits.
    pub fn old(self) -> Option<u64> {
        (self.0 & FORM == OLD).then_some(self.0 & NUMBER)
    }

    /// Whether a readable number was written otherwise: separators, O for 0, scientific
    /// notation, a leading zero lost.
    pub fn repaired(self) -> bool {
        self.0 & FORM != 0 && self.fault().is_some()
    }

    /// What had to be mended, or why the number is unreadable.
    pub fn fault(self) -> Option<NumberFault> {
        NumberFault::unpacked(self.0 >> FAULT_SHIFT & FAULT)
    }

    /// The year of birth that a personal number encodes.
    pub fn birth_year(self) -> Option<u16> {
        self.personal().map(|n| (1900 + 100 * (n / 100_000_000 % 10 / 2) + n / 1_000_000 % 100) as u16)
    }

    /// The sex that a personal number encodes, as a word of the list `sex`.
    pub fn sex(self) -> Option<&'static str> {
        self.personal().map(|n| if n / 100_000_000 % 2 == 0 { "Nam" } else { "Nữ" })
    }

    /// The code of the province where the birth was registered (1 to 96).
    pub fn province(self) -> Option<u16> {
        self.personal().map(|n| (n / 1_000_000_000) as u16)
    }
}

/// Reads a number of an identity paper. O(length).
pub(super) fn read(raw: &str, provinces: &ProvinceCodes) -> IdentityNumber {
    let (form, value, fault) = match digits::read(raw) {
        Ok(digits) => match of_digits(digits, provinces) {
            Ok((form, mended)) => (form, digits.value, mended),
            // Its letter was taken for a digit.
            Err(_) if is_passport(raw) => (PASSPORT, 0, None),
            Err(fault) => (0, 0, Some(fault)),
        },
        Err(_) if is_passport(raw) => (PASSPORT, 0, None),
        Err(fault) => (0, 0, Some(fault)),
    };
    IdentityNumber(form | fault.map_or(0, NumberFault::packed) << FAULT_SHIFT | value)
}

/// The form of a number and what had to be mended in it.
fn of_digits(digits: Digits, provinces: &ProvinceCodes) -> Result<(u64, Option<NumberFault>), NumberFault> {
    if digits.is_placeholder() {
        return Err(NumberFault::Placeholder);
    }
    match digits.count {
        12 => provinces.check(digits.value).map(|()| (PERSONAL, digits.mended)),
        // Numbers of 095 and 096, the province's own, whose zero a spreadsheet dropped.
        11 if matches!(digits.value / 1_000_000_000, 95 | 96) => {
            provinces.check(digits.value)?;
            Ok((PERSONAL, digits.mended.filter(|fault| *fault == NumberFault::Scientific).or(ZERO_LOST)))
        }
        // Of another province: any of its digits may be the one that lacks.
        11 if provinces.check(digits.value).is_ok() => Err(NumberFault::ZeroLost),
        9 => Ok((OLD, digits.mended)),
        _ => Err(NumberFault::WrongLength),
    }
}

const ZERO_LOST: Option<NumberFault> = Some(NumberFault::ZeroLost);

/// One or two letters and six to eight digits. The letters are not kept: a
/// passport's number links nobody here.
fn is_passport(raw: &str) -> bool {
    let cleaned = clean(raw);
    let (mut letters, mut digits) = (0, 0);
    for c in cleaned.text.chars().filter(|c| *c != ' ') {
        match c {
            c if c.is_ascii_digit() => digits += 1,
            c if c.is_ascii_alphabetic() && digits == 0 => letters += 1,
            _ => return false,
        }
    }
    (1..=2).contains(&letters) && (6..=8).contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str) -> IdentityNumber {
        super::read(raw, &ProvinceCodes::new(["095", "096", "079"]))
    }

    #[test]
    fn numbers_are_read() {
        let cases = [
            ("095058171373", "personal", Some(95_058_171_373), false),
            ("96058171373", "personal", Some(96_058_171_373), true),
            ("79058171373", "unreadable", None, false),
            ("096 315.688113", "personal", Some(96_315_688_113), true),
            ("'096315688113", "personal", Some(96_315_688_113), true),
            ("O96315688113", "personal", Some(96_315_688_113), true),
            ("9.6315688113E+10", "personal", Some(96_315_688_113), true),
            ("9.63157E+10", "unreadable", None, false),
            ("003058171373", "unreadable", None, false),
            ("095458171373", "unreadable", None, false),
            ("0950581713730", "unreadable", None, false),
            ("386456214", "old", None, false),
            ("386 456 214", "old", None, true),
            ("111111111", "unreadable", None, false),
            ("123456789", "unreadable", None, false),
            ("B1234567", "passport", None, false),
            ("PA 0123456", "passport", None, false),
            ("không", "unreadable", None, false),
            ("I12345678", "old", None, true),
            ("I1234567", "passport", None, false),
            ("CMND 386456214", "old", None, true),
            ("386456214.0", "old", None, true),
            ("096l15688113", "personal", Some(96_115_688_113), true),
        ];
        for (raw, form, personal, repaired) in cases {
            let number = read(raw);
            assert_eq!(
                (number.form().word(), number.personal(), number.repaired()),
                (form, personal, repaired),
                "{raw}"
            );
        }
        assert_eq!(read("386456214").old(), Some(386_456_214));
    }

    #[test]
    fn a_personal_number_tells_year_sex_and_province() {
        let cases = [
            ("096058171373", 1958, "Nam"),
            ("096186561503", 1986, "Nữ"),
            ("095215688113", 2015, "Nam"),
            ("096300000000", 2000, "Nữ"),
        ];
        for (raw, year, sex) in cases {
            let number = read(raw);
            assert_eq!((number.birth_year(), number.sex()), (Some(year), Some(sex)), "{raw}");
        }
        assert_eq!(read("079058171373").province(), Some(79));
        assert_eq!(read("386456214").birth_year(), None);
    }

    #[test]
    fn what_was_mended_and_what_cannot_be_is_told() {
        let cases = [
            ("095058171373", ""),
            ("386456214", ""),
            ("B1234567", ""),
            ("096 315.688113", "separators"),
            ("O96315688113", "letters"),
            ("96058171373", "zero_lost"),
            ("9.6315688113E+10", "scientific"),
            ("386456214.0", "fraction"),
            ("CCCD 096315688113", "label"),
            ("9.63157E+10", "digits_lost"),
            ("79058171373", "zero_lost"),
            ("003058171373", "unknown_province"),
            ("095458171373", "unknown_century"),
            ("0950581713730", "wrong_length"),
            ("38645621", "wrong_length"),
            ("111111111", "placeholder"),
            ("000000000000", "placeholder"),
            ("123456789012", "placeholder"),
            ("09631568S113", "letters"),
            ("096315688113 / 386456214", "several_numbers"),
            ("không", "words"),
        ];
        for (raw, fault) in cases {
            assert_eq!(read(raw).fault().map_or("", NumberFault::word), fault, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_standard_number_reads_as_itself(raw in "[0-9 .'O]{9,16}|9[.,][0-9]{10}E\\+10") {
            if let Some(personal) = read(&raw).personal() {
                let standard = read(&format!("{personal:012}"));
                prop_assert_eq!((standard.personal(), standard.repaired()), (Some(personal), false));
            }
        }

        #[test]
        fn any_text_is_read(raw in any::<String>()) {
            let _ = read(&raw).form();
        }
    }
}
