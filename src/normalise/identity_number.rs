//! Numbers of identity papers: the 12-digit personal number, the former 9-digit
//! CMND, passports.
//!
//! A personal number is 3 digits for the province of birth registration, 1 for
//! century and sex, 2 for the year of birth, 6 random; it has no check digit
//! (Circular 07/2016/TT-BCA, Decree 137/2015).

use super::digits::digits;
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

/// An identity number in 8 bytes: digits, form, and whether it had to be mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdentityNumber(u64);

const PERSONAL: u64 = 1 << 60;
const OLD: u64 = 2 << 60;
const PASSPORT: u64 = 3 << 60;
const FORM: u64 = 3 << 60;
const REPAIRED: u64 = 1 << 59;
const NUMBER: u64 = (1 << 59) - 1;

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
        self.0 & REPAIRED != 0
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
    let Some(digits) = digits(raw) else { return passport(raw) };
    let value = digits.value;
    let (form, repaired) = match digits.count {
        12 if is_personal(value, provinces) => (PERSONAL, digits.mended),
        // Numbers of 095 and 096, the province's own, whose zero a spreadsheet dropped.
        11 if matches!(value / 1_000_000_000, 95 | 96) && is_personal(value, provinces) => (PERSONAL, true),
        9 if !is_placeholder(value) => (OLD, digits.mended),
        _ => return passport(raw),
    };
    IdentityNumber(form | value | if repaired { REPAIRED } else { 0 })
}

/// A known province, and a century that people of today were born in.
fn is_personal(value: u64, provinces: &ProvinceCodes) -> bool {
    let province = (value / 1_000_000_000) as u16;
    value / 100_000_000 % 10 <= 3 && provinces.0.binary_search(&province).is_ok()
}

/// Numbers typed to fill a field: nine equal digits, 123456789.
fn is_placeholder(value: u64) -> bool {
    value.is_multiple_of(111_111_111) || matches!(value, 123_456_789 | 987_654_321)
}

/// One or two letters and six to eight digits. The letters are not kept: a
/// passport's number links nobody here.
fn passport(raw: &str) -> IdentityNumber {
    let cleaned = clean(raw);
    let (mut letters, mut digits) = (0, 0);
    for c in cleaned.text.chars().filter(|c| *c != ' ') {
        match c {
            c if c.is_ascii_digit() => digits += 1,
            c if c.is_ascii_alphabetic() && digits == 0 => letters += 1,
            _ => return IdentityNumber::default(),
        }
    }
    let fits = (1..=2).contains(&letters) && (6..=8).contains(&digits);
    IdentityNumber(if fits { PASSPORT } else { 0 })
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
