//! Telephone numbers: mobile numbers of ten digits since 15/09/2018, the
//! eleven-digit ones before, land lines of eleven.
//!
//! Lengths decide, since the prefix 084 looks like the country code 84.

use super::unicode::clean;

/// Mobile prefixes, the conversion of 2018 and area codes.
#[derive(Clone, Debug, Default)]
pub(super) struct PhonePlan {
    /// Sorted: `90` for 090.
    mobile: Vec<u32>,
    /// Sorted by old prefix: `(120, 70)` for 0120 → 070.
    conversion: Vec<(u32, u32)>,
    /// Sorted: `24` for 024, `290` for 0290.
    areas: Vec<u32>,
}

impl PhonePlan {
    /// From the texts of the reference tables; what is no prefix is left out.
    pub(super) fn new<'a>(
        mobile: impl IntoIterator<Item = &'a str>,
        conversion: impl IntoIterator<Item = [&'a str; 2]>,
        areas: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let number = |text: &str| text.parse().ok();
        let mut plan = Self {
            mobile: mobile.into_iter().filter_map(number).collect(),
            conversion: conversion
                .into_iter()
                .filter_map(|[old, new]| Some((number(old)?, number(new)?)))
                .collect(),
            areas: areas.into_iter().filter_map(number).collect(),
        };
        plan.mobile.sort_unstable();
        plan.conversion.sort_unstable();
        plan.areas.sort_unstable();
        plan
    }

    /// The number behind the trunk zero: mobile of today, mobile of before 2018, or a land line.
    fn national(&self, digits: &[u8]) -> Option<(u64, bool)> {
        let value = digits.iter().fold(0, |value: u64, digit| value * 10 + u64::from(*digit));
        match (digits.first()?, digits.len()) {
            (1, 10) => {
                let old = (value / 10_000_000) as u32;
                let at = self.conversion.binary_search_by_key(&old, |(old, _)| *old).ok()?;
                let (_, new) = self.conversion.get(at)?;
                Some((u64::from(*new) * 10_000_000 + value % 10_000_000, true))
            }
            (2, 10) => {
                let has = |area: u64| self.areas.binary_search(&(area as u32)).is_ok();
                (has(value / 100_000_000) || has(value / 10_000_000)).then_some((value, false))
            }
            (_, 9) => {
                let known = self.mobile.binary_search(&((value / 10_000_000) as u32)).is_ok();
                known.then_some((value, false))
            }
            _ => None,
        }
    }
}

/// How a telephone number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneForm {
    /// The digits of a valid number of today and no more.
    Normal,
    /// A mobile number of before 15/09/2018.
    OldPrefix,
    /// A valid number in another writing: separators, +84, the zero lost.
    Other,
    /// No telephone number.
    Invalid,
}

impl PhoneForm {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::OldPrefix => "old_prefix",
            Self::Other => "other",
            Self::Invalid => "invalid",
        }
    }
}

/// A telephone number in 8 bytes: the form above, the digits behind the trunk zero below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phone(u64);

const FORM_SHIFT: u32 = 60;

impl Phone {
    /// How it is written.
    pub fn form(self) -> PhoneForm {
        match self.0 >> FORM_SHIFT {
            1 => PhoneForm::Normal,
            2 => PhoneForm::OldPrefix,
            3 => PhoneForm::Other,
            _ => PhoneForm::Invalid,
        }
    }

    /// The number of today behind its trunk zero: nine digits, ten for a land line.
    pub fn number(self) -> Option<u64> {
        (self.0 != 0).then_some(self.0 & ((1 << FORM_SHIFT) - 1))
    }

    /// The number of today as dialled: ten digits, eleven for a land line.
    pub fn standard(self) -> Option<String> {
        self.number().map(|number| format!("0{number}"))
    }
}

/// Reads a telephone number. O(length).
pub(super) fn read(raw: &str, plan: &PhonePlan) -> Phone {
    let Some(dialled) = Dialled::read(raw) else { return Phone::default() };
    let national = dialled.candidates().find_map(|digits| plan.national(digits));
    let Some((number, old)) = national else { return Phone::default() };
    let form = match (old, dialled.is_as_dialled()) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 3,
    };
    Phone(form << FORM_SHIFT | number)
}

const DIGITS_MAX: usize = 15;

/// The digits of a number as typed.
struct Dialled {
    digits: [u8; DIGITS_MAX],
    len: usize,
    /// Nothing but digits stood there.
    plain: bool,
    /// It began with a plus sign.
    plus: bool,
}

impl Dialled {
    fn read(raw: &str) -> Option<Self> {
        let mut dialled = Self { digits: [0; DIGITS_MAX], len: 0, plain: true, plus: false };
        if !raw.bytes().all(|b| b.is_ascii_digit()) {
            dialled.plain = false;
            return dialled.with(clean(raw).text.chars());
        }
        dialled.with(raw.chars())
    }

    fn with(mut self, chars: impl Iterator<Item = char>) -> Option<Self> {
        for c in chars {
            match c {
                '0'..='9' => {
                    *self.digits.get_mut(self.len)? = c as u8 - b'0';
                    self.len += 1;
                }
                '+' if self.len == 0 && !self.plus => self.plus = true,
                ' ' | '.' | '-' | '(' | ')' | '\'' | '’' | '–' => {}
                _ => return None,
            }
        }
        (self.len > 0).then_some(self)
    }

    /// The trunk zero and digits, nothing else.
    fn is_as_dialled(&self) -> bool {
        self.plain && matches!(self.digits, [0, 1..=9, ..])
    }

    /// The digits behind the trunk zero or the country code, the likelier reading first.
    fn candidates(&self) -> impl Iterator<Item = &[u8]> {
        let digits = &self.digits[..self.len];
        let abroad = match digits {
            [0, 0, 8, 4, rest @ ..] if !self.plus => Some(rest),
            [8, 4, rest @ ..] if self.plus || rest.len() >= 9 => Some(rest),
            _ => None,
        };
        let home = match digits {
            _ if self.plus || abroad.is_some() => None,
            _ => Some(digits.strip_prefix(&[0]).unwrap_or(digits)),
        };
        // +84 (0) 90…: the trunk zero kept behind the country code.
        abroad.map(|rest| rest.strip_prefix(&[0]).unwrap_or(rest)).into_iter().chain(home)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan() -> PhonePlan {
        PhonePlan::new(["090", "084", "070", "038"], [["0120", "070"], ["0168", "038"]], ["024", "0290"])
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
            ("0901234567/0901234568", "", "invalid"),
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
}
