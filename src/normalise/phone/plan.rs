//! What telephone numbers there are: mobile prefixes, the conversion of 2018, area codes.

/// Mobile prefixes, the conversion of 2018 and area codes.
#[derive(Clone, Debug, Default)]
pub(in crate::normalise) struct PhonePlan {
    /// Sorted: `90` for 090.
    mobile: Vec<u32>,
    /// Sorted by old prefix: `(120, 70)` for 0120 → 070.
    conversion: Vec<(u32, u32)>,
    /// Sorted: `24` for 024, `290` for 0290.
    areas: Vec<u32>,
    /// Sorted by old code: `(780, 290)` for 0780 → 0290.
    former_areas: Vec<(u32, u32)>,
}

/// How a number is to be had from the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As they are.
    Today,
    /// A mobile number of before 2018.
    OldMobile,
    /// A land line by its former area code.
    OldArea,
}

impl PhonePlan {
    /// From the texts of the reference tables; what is no prefix is left out.
    pub(in crate::normalise) fn new<'a>(
        mobile: impl IntoIterator<Item = &'a str>,
        conversion: impl IntoIterator<Item = [&'a str; 2]>,
        areas: impl IntoIterator<Item = &'a str>,
        former_areas: impl IntoIterator<Item = [&'a str; 2]>,
    ) -> Self {
        let number = |text: &str| text.parse().ok();
        let pair = |[old, new]: [&str; 2]| Some((number(old)?, number(new)?));
        let mut plan = Self {
            mobile: mobile.into_iter().filter_map(number).collect(),
            conversion: conversion.into_iter().filter_map(pair).collect(),
            areas: areas.into_iter().filter_map(number).collect(),
            former_areas: former_areas.into_iter().filter_map(pair).collect(),
        };
        plan.mobile.sort_unstable();
        plan.conversion.sort_unstable();
        plan.areas.sort_unstable();
        plan.former_areas.sort_unstable();
        plan
    }

    /// The number of today behind the trunk zero, of the digits behind it or in its place.
    pub(super) fn national(&self, digits: &[u8]) -> Option<(u64, Reading)> {
        let value = digits.iter().fold(0, |value: u64, digit| value * 10 + u64::from(*digit));
        let (head, tail) = (value / SEVEN_DIGITS, value % SEVEN_DIGITS);
        match (digits.first()?, digits.len()) {
            (1, 10) => {
                let new = converted(&self.conversion, head)?;
                Some((u64::from(new) * SEVEN_DIGITS + tail, Reading::OldMobile))
            }
            (2, 10) => {
                let has = |area: u64| self.areas.binary_search(&(area as u32)).is_ok();
                (has(head) || has(head / 10)).then_some((value, Reading::Today))
            }
            (_, 10) => {
                let area = converted(&self.former_areas, head)?;
                Some((u64::from(area) * SEVEN_DIGITS + tail, Reading::OldArea))
            }
            (_, 9) => {
                let known = self.mobile.binary_search(&(head as u32)).is_ok();
                known.then_some((value, Reading::Today))
            }
            _ => None,
        }
    }
}

/// What follows an area code or a prefix of three digits, or a mobile prefix of two.
const SEVEN_DIGITS: u64 = 10_000_000;

fn converted(table: &[(u32, u32)], old: u64) -> Option<u32> {
    let at = table.binary_search_by_key(&(old as u32), |(old, _)| *old).ok()?;
    table.get(at).map(|(_, new)| *new)
}
