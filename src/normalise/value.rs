//! The typed values of a column, one per dictionary code.

use super::address::Addresses;
use super::card_number::CardNumber;
use super::category::Categories;
use super::date::DateValue;
use super::identity_number::IdentityNumber;
use super::insurance_number::InsuranceNumber;
use super::person_name::PersonNames;
use super::phone::Phone;
use super::several::Several;
use super::texts::{Rewritten, by_chunk};
use super::unicode::clean;
use super::ward_code::WardCode;
use crate::table::Dictionary;

/// Typed values by dictionary code; index 0 is the missing value.
#[derive(Debug)]
pub enum Values {
    /// Free text and the offices' own keys.
    Text(CleanTexts),
    /// Full names.
    PersonName(PersonNames),
    /// Dates.
    Date(Vec<DateValue>),
    /// Numbers of identity papers.
    IdentityNumber(Vec<IdentityNumber>),
    /// Social insurance numbers.
    InsuranceNumber(Vec<InsuranceNumber>),
    /// Health card numbers.
    CardNumber(Vec<CardNumber>),
    /// Telephone numbers.
    Phone(Vec<Phone>),
    /// Commune codes.
    WardCode(Vec<WardCode>),
    /// Addresses.
    Address(Addresses),
    /// Words of a closed list.
    Category(Categories),
    /// Cells of several values; no facet but `raw` is of the whole cell.
    Several(Box<Several>),
}

impl Values {
    /// The names of a column of that kind.
    pub fn person_names(&self) -> Option<&PersonNames> {
        if let Self::PersonName(names) = self { Some(names) } else { None }
    }

    /// The dates of a column of that kind, by code.
    pub fn dates(&self) -> Option<&[DateValue]> {
        if let Self::Date(dates) = self { Some(dates) } else { None }
    }

    /// The identity numbers of a column of that kind, by code.
    pub fn identity_numbers(&self) -> Option<&[IdentityNumber]> {
        if let Self::IdentityNumber(numbers) = self { Some(numbers) } else { None }
    }

    /// The social insurance numbers of a column of that kind, by code.
    pub fn insurance_numbers(&self) -> Option<&[InsuranceNumber]> {
        if let Self::InsuranceNumber(numbers) = self { Some(numbers) } else { None }
    }

    /// The health card numbers of a column of that kind, by code.
    pub fn card_numbers(&self) -> Option<&[CardNumber]> {
        if let Self::CardNumber(numbers) = self { Some(numbers) } else { None }
    }

    /// The telephone numbers of a column of that kind, by code.
    pub fn phones(&self) -> Option<&[Phone]> {
        if let Self::Phone(phones) = self { Some(phones) } else { None }
    }

    /// The commune codes of a column of that kind, by code.
    pub fn ward_codes(&self) -> Option<&[WardCode]> {
        if let Self::WardCode(codes) = self { Some(codes) } else { None }
    }

    /// The addresses of a column of that kind.
    pub fn addresses(&self) -> Option<&Addresses> {
        if let Self::Address(addresses) = self { Some(addresses) } else { None }
    }

    /// The items of a column whose cells hold several values.
    pub fn several(&self) -> Option<&Several> {
        if let Self::Several(several) = self { Some(several) } else { None }
    }

    /// The categories of a column of that kind.
    pub fn categories(&self) -> Option<&Categories> {
        if let Self::Category(categories) = self { Some(categories) } else { None }
    }
}

/// Texts in NFC with single spaces, where they were not delivered so.
#[derive(Debug, Default)]
pub struct CleanTexts(Rewritten);

impl CleanTexts {
    /// The clean text where it is not the text as delivered. O(log rewritten).
    pub fn rewritten(&self, code: u32) -> Option<&str> {
        self.0.get(code)
    }
}

/// Cleans all texts of a column. O(total length), in parallel.
pub(super) fn clean_all(dictionary: &Dictionary) -> CleanTexts {
    CleanTexts(Rewritten::new(by_chunk(dictionary, |first, texts| {
        (first..)
            .zip(texts)
            .filter_map(|(code, raw)| {
                let cleaned = clean(raw).text;
                (cleaned != raw).then(|| (code, cleaned.into()))
            })
            .collect()
    })))
}
