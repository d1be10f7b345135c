//! Social insurance numbers: 10 digits for life; since 08/2025 the personal
//! number may stand in their place (letter 1804/BHXH-QLT).

use super::digits::digits;
use super::identity_number::{self, ProvinceCodes};

/// A social insurance number, or the personal number in its place, in 8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InsuranceNumber(u64);

const NUMBER: u64 = 1 << 62;
const PERSONAL: u64 = 1 << 63;
const KIND: u64 = NUMBER | PERSONAL;

impl InsuranceNumber {
    /// The social insurance number, up to 10 digits.
    pub fn number(self) -> Option<u64> {
        (self.0 & KIND == NUMBER).then_some(self.0 & !KIND)
    }

    /// The personal number that stands in its place, up to 12 digits.
    pub fn personal(self) -> Option<u64> {
        (self.0 & KIND == PERSONAL).then_some(self.0 & !KIND)
    }
}

/// Reads a social insurance number. O(length).
pub(super) fn read(raw: &str, provinces: &ProvinceCodes) -> InsuranceNumber {
    match digits(raw) {
        Some(digits) if digits.count == 10 => InsuranceNumber(NUMBER | digits.value),
        _ => InsuranceNumber(identity_number::read(raw, provinces).personal().map_or(0, |n| PERSONAL | n)),
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
        ];
        let provinces = ProvinceCodes::new(["096"]);
        for (raw, number, personal) in cases {
            let read = read(raw, &provinces);
            assert_eq!((read.number(), read.personal()), (number, personal), "{raw}");
        }
    }
}
