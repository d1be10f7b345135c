//! Whether two cells hold one value, told by numbers: no text is read, and none is made of digits.
//!
//! Nearly all that rules compare is names, dates and numbers of papers. Names have hashes by code, the others are
//! numbers that facets merely write out: two texts of one *family* are equal just where their marks are.

use super::hashes::Hashed;
use crate::normalise::{CardNumber, DateValue, Facet, IdentityNumber, InsuranceNumber, Values, WardCode};

/// A number that stands for a text; none where there is no value.
type Number = fn(&Values, u32) -> Option<u64>;

/// Of which texts marks can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// Names with their marks, which have hashes of their own.
    Key,
    /// Any other texts.
    Hash,
    /// Numbers written with so many digits.
    Digits(u8),
    /// Dates in standard form.
    Date,
}

/// What one facet of one column is compared by.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a> {
    family: Family,
    of: Of<'a>,
}

#[derive(Clone, Copy)]
enum Of<'a> {
    /// A hash a code.
    Hashes(&'a [u64]),
    Numbers(&'a Values, Number),
}

impl<'a> Marks<'a> {
    /// The marks of a facet; none where its values must be compared themselves.
    pub(super) fn of(facet: &Facet, values: &'a Values, hashed: &'a Hashed) -> Option<Self> {
        let (family, of) = match (hashed, facet.name) {
            (Hashed::Names(names), "key") => (Family::Key, Of::Hashes(&names.keys)),
            (Hashed::Names(names), "plain") => (Family::Hash, Of::Hashes(&names.plain)),
            (Hashed::Words(words), "") => (Family::Hash, Of::Hashes(words)),
            (Hashed::None, name) => {
                let (family, number) = numbered(values, name)?;
                (family, Of::Numbers(values, number))
            }
            _ => return None,
        };
        Some(Self { family, of })
    }

    /// Whether marks of both tell what is equal.
    pub(super) fn match_those_of(self, other: Self) -> bool {
        self.family == other.family
    }

    /// The mark of a text; none where the facet has no value. O(1).
    pub(super) fn mark(self, code: u32) -> Option<u64> {
        let at = code as usize;
        match self.of {
            Of::Hashes(hashes) => hashes.get(at).copied().filter(|&hash| hash != 0),
            Of::Numbers(values, number) if code != 0 => number(values, code),
            Of::Numbers(..) => None,
        }
    }
}

/// The facets that write out a number, with the digits that they have.
fn numbered(values: &Values, facet: &str) -> Option<(Family, Number)> {
    let digits = |digits, number: Number| Some((Family::Digits(digits), number));
    match (values, facet) {
        (Values::IdentityNumber(_), "") => {
            digits(12, |values, code| at(values.identity_numbers(), code).and_then(IdentityNumber::personal))
        }
        (Values::IdentityNumber(_), "old") => {
            digits(9, |values, code| at(values.identity_numbers(), code).and_then(IdentityNumber::old))
        }
        (Values::InsuranceNumber(_), "") => {
            digits(10, |values, code| at(values.insurance_numbers(), code).and_then(InsuranceNumber::number))
        }
        (Values::InsuranceNumber(_), "personal_id") => digits(12, |values, code| {
            at(values.insurance_numbers(), code).and_then(InsuranceNumber::personal)
        }),
        (Values::CardNumber(_), "insurance_number") => {
            digits(10, |values, code| at(values.card_numbers(), code).and_then(CardNumber::insurance_number))
        }
        (Values::WardCode(_), "") => digits(5, |values, code| {
            at(values.ward_codes(), code).and_then(WardCode::in_force).map(u64::from)
        }),
        (Values::WardCode(_), "successor") => digits(5, |values, code| {
            at(values.ward_codes(), code).and_then(WardCode::successor).map(u64::from)
        }),
        (Values::Address(_), "ward") => {
            digits(5, |values, code| values.addresses().and_then(|of| of.ward(code)).map(u64::from))
        }
        (Values::Date(_), "standard") => {
            Some((Family::Date, |values, code| at(values.dates(), code).and_then(of_date)))
        }
        _ => None,
    }
}

/// Year, month and day as far as they are known.
fn of_date(date: DateValue) -> Option<u64> {
    let part = |part: Option<u8>| u64::from(part.unwrap_or(0));
    Some(u64::from(date.year()?) << 16 | part(date.month()) << 8 | part(date.day()))
}

fn at<T: Copy>(values: Option<&[T]>, code: u32) -> Option<T> {
    values?.get(code as usize).copied()
}
