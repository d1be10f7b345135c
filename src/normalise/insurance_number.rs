//! Social insurance numbers: 10 digits for life; since 08/2025 the personal
//! number may stand in their place (letter 1804/BHXH-QLT).

use super::digits::{self, NumberFault};
use super::identity_number::{self, ProvinceCodes};

/// A social insurance number, or the personal number in its place, in 8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InsuranceNumber(u64);

const NUMBER: u64 = 1 << 62;
const PERSONAL: u64 = 1 << 63;
const KIND: u64 = NUMBER | PERSONAL;
const FAULT_SHIFT: u32 = 48;
const DIGITS: u64 = (1 << FAULT_SHIFT) - 1;

impl InsuranceNumber {
    /// The social insurance number, up to 10 digits.
    pub fn number(self) -> Option<u64> {
        (self.0 & KIND == NUMBER).then_some(self.0 & DIGITS)
    }

    /// The personal number that stands in its place, up to 12 digits.
    pub fn personal(self) -> Option<u64> {
        (self.0 & KIND == PERSONAL).then_some(self.0 & DIGITS)
    }

    /// What had to be mended, or why the number is neither.
    pub fn fault(self) -> Option<NumberFault> {
        NumberFault::unpacked((self.0 & !KIND) >> FAULT_SHIFT)
    }
}

/// Reads a social insurance number. O(length).
pub(super) fn read(raw: &str, provinces: &ProvinceCodes) -> InsuranceNumber {
    let packed = |kind, value, fault: Option<NumberFault>| {
        InsuranceNumber(kind | fault.map_or(0, NumberFault::packed) << FAULT_SHIFT | value)
    };
    match digits::read(raw) {
        Ok(digits) if digits.count == 10 && digits.is_placeholder() => {
            packed(0, 0, Some(NumberFault::Placeholder))
        }
        Ok(digits) if digits.count == 10 => packed(NUMBER, digits.value, digits.mended),
        _ => {
            let number = identity_number::read(raw, provinces);
            match number.personal() {
                Some(personal) => packed(PERSONAL, personal, number.fault()),
                // A number of another paper has no fault but that it stands here.
                None => packed(0, 0, number.fault().or(Some(NumberFault::WrongLength))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insurance_numbers_are_read() {
        let cases = [
            ("9589208017", Some(9_589_208_017), None),
            ("0012345678", Some(12_345_678), None),
            ("958 920 8017", Some(9_589_208_017), None),
            ("9.589208017E+9", Some(9_589_208_017), None),
            ("096315688113", None, Some(96_315_688_113)),
            ("96315688113", None, Some(96_315_688_113)),
            ("001315688113", None, None),
            ("386456214", None, None),
            ("", None, None),
            ("chưa có", None, None),
            ("0000000000", None, None),
            ("9589208017.0", Some(9_589_208_017), None),
        ];
        let provinces = ProvinceCodes::new(["096"]);
        for (raw, number, personal) in cases {
            let read = read(raw, &provinces);
            assert_eq!((read.number(), read.personal()), (number, personal), "{raw}");
        }
    }

    #[test]
    fn what_is_no_insurance_number_says_why() {
        let cases = [
            ("9589208017", ""),
            ("096315688113", ""),
            ("958 920 8017", "separators"),
            ("9.5892E+9", "digits_lost"),
            ("958920801", "wrong_length"),
            ("1111111111", "placeholder"),
            ("001315688113", "unknown_province"),
            ("chưa có", "words"),
        ];
        for (raw, fault) in cases {
            let read = read(raw, &ProvinceCodes::new(["096"]));
            assert_eq!(read.fault().map_or("", NumberFault::word), fault, "{raw}");
        }
    }
}
