//! Facets: what may be asked of a value of some kind.
//!
//! A facet is how rules, blocking keys and comparisons see a cell:
//! `full_name` is the standard form, `full_name.plain` its accent-stripped key,
//! `birth_date.year` its year. All facets of all kinds stand in one slice.

use std::borrow::Cow;

use super::{
    CardFault, CardNumber as CardValue, Certainty, DateFault, DateValue, FormFault,
    IdentityNumber as IdentityValue, InsuranceNumber as InsuranceValue, NumberFault, Oddity,
    Phone as PhoneNumber, PhoneFault, Precision, Values, WardCode as WardValue, digits, plain_text, quantity,
};
use crate::settings::Kind;
use crate::table::TextColumn;

/// The type of a facet's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacetType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
}

/// A facet's value of one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum FacetValue<'a> {
    /// Nothing stands there, or it cannot be read as this facet.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
}

/// One thing that may be asked of a value.
pub struct Facet {
    /// Its name after the dot: `plain`; empty for the value itself in standard form.
    pub name: &'static str,
    /// The type of its values.
    pub kind_of_value: FacetType,
    /// Which kinds have it.
    pub belongs: fn(&Kind) -> bool,
    /// Its value for a dictionary code other than 0. O(1) or O(length).
    pub read: for<'a> fn(&'a TextColumn, &'a Values, u32) -> FacetValue<'a>,
    /// What it means, for `doisoat rules columns`.
    pub meaning: &'static str,
}

/// The facets of a kind.
pub fn facets_of(kind: &Kind) -> impl Iterator<Item = &'static Facet> {
    FACETS.iter().filter(move |facet| (facet.belongs)(kind))
}

/// A kind's facet of a name; the empty name is the value in standard form.
pub fn facet(kind: &Kind, name: &str) -> Option<&'static Facet> {
    FACETS.iter().find(|facet| facet.name == name && (facet.belongs)(kind))
}

fn null_or<'a, T>(value: Option<T>, make: impl Fn(T) -> FacetValue<'a>) -> FacetValue<'a> {
    value.map_or(FacetValue::Null, make)
}

fn borrowed(text: Option<&str>) -> FacetValue<'_> {
    null_or(text.filter(|text| !text.is_empty()), |text| FacetValue::Text(Cow::Borrowed(text)))
}

fn owned<'a>(text: Option<String>) -> FacetValue<'a> {
    null_or(text, |text| FacetValue::Text(Cow::Owned(text)))
}

/// A number with its leading zeros.
fn padded<'a>(number: Option<u64>, width: usize) -> FacetValue<'a> {
    owned(number.map(|number| digits::padded(number, width)))
}

/// A facet that is a number of so many digits, before it becomes a text.
#[derive(Clone, Copy)]
pub struct NumberFacet {
    /// Digits of its text, leading zeros included.
    pub width: u32,
    /// The number of a code.
    pub read: fn(&Values, u32) -> Option<u64>,
}

/// The facet of a kind as a number: its text is that number with leading zeros up to the width. None for
/// facets that are anything else. For whoever wants the number: a record has several, and a text each takes
/// more than all else that is read of them.
pub fn number_facet(kind: &Kind, name: &str) -> Option<NumberFacet> {
    type Read = fn(&Values, u32) -> Option<u64>;
    let (width, read): (u32, Read) = match (kind, name) {
        (IdentityNumber, "") => {
            (12, |values, code| at(values.identity_numbers(), code).and_then(IdentityValue::personal))
        }
        (IdentityNumber, "old") => {
            (9, |values, code| at(values.identity_numbers(), code).and_then(IdentityValue::old))
        }
        (InsuranceNumber, "") => {
            (10, |values, code| at(values.insurance_numbers(), code).and_then(InsuranceValue::number))
        }
        (InsuranceNumber, "personal_id") => {
            (12, |values, code| at(values.insurance_numbers(), code).and_then(InsuranceValue::personal))
        }
        (CardNumber, "insurance_number") => {
            (10, |values, code| at(values.card_numbers(), code).and_then(CardValue::insurance_number))
        }
        _ => return None,
    };
    Some(NumberFacet { width, read })
}

/// The text of a facet that is a number.
fn number<'a>(kind: &Kind, name: &str, values: &Values, code: u32) -> FacetValue<'a> {
    let facet = number_facet(kind, name);
    null_or(facet, |facet| padded((facet.read)(values, code), facet.width as usize))
}

fn integer<'a, T: Into<i64>>(number: Option<T>) -> FacetValue<'a> {
    null_or(number, |number| FacetValue::Integer(number.into()))
}

fn boolean<'a>(truth: Option<bool>) -> FacetValue<'a> {
    null_or(truth, FacetValue::Boolean)
}

/// Commune codes, joined by spaces.
fn joined(codes: impl Iterator<Item = u32>) -> String {
    let codes: Vec<String> = codes.map(|code| format!("{code:05}")).collect();
    codes.join(" ")
}

/// The rewritten text, or the one delivered.
fn or_raw<'a>(rewritten: Option<&'a str>, texts: &'a TextColumn, code: u32) -> FacetValue<'a> {
    borrowed(Some(rewritten.unwrap_or_else(|| texts.dictionary().text(code))))
}

/// What a function makes of a clean text; NULL where nothing is left of it.
fn made<'a>(texts: &TextColumn, values: &Values, code: u32, make: impl Fn(&str) -> String) -> FacetValue<'a> {
    let Values::Text(clean) = values else { return FacetValue::Null };
    let text = clean.rewritten(code).unwrap_or_else(|| texts.dictionary().text(code));
    owned(Some(make(text)).filter(|made| !made.is_empty()))
}

/// The value of a code out of a slice of values by code.
fn at<T: Copy>(values: Option<&[T]>, code: u32) -> Option<T> {
    values?.get(code as usize).copied()
}

/// One line a facet: type, kinds, name, what it reads, what it means.
macro_rules! facets {
    ($($kind_of_value:ident $kinds:pat, $name:literal, $read:expr, $meaning:literal;)*) => {
        /// All facets there are.
        pub const FACETS: &[Facet] = &[$(Facet {
            name: $name,
            kind_of_value: FacetType::$kind_of_value,
            belongs: |kind| matches!(kind, $kinds),
            read: $read,
            meaning: $meaning,
        }),*];
    };
}

use Kind::{
    Address, CardNumber, Category, Date, HistoricDate, Identifier, IdentityNumber, InsuranceNumber,
    PersonName, Phone, WardCode,
};

facets! {
    Text _, "raw", |texts, _, code| borrowed(Some(texts.dictionary().text(code))),
        "the text as delivered";

    Text Kind::Text | Identifier, "", |texts, values, code| match values {
        Values::Text(clean) => or_raw(clean.rewritten(code), texts, code),
        _ => FacetValue::Null,
    }, "the text in NFC with single spaces";
    Text Kind::Text | Identifier, "plain", |texts, values, code| made(texts, values, code, plain_text::plain),
        "the text in lower case without accents, a space for any other sign";
    Text Kind::Text | Identifier, "words", |texts, values, code| {
        made(texts, values, code, |text| plain_text::words(&plain_text::plain(text)))
    }, "the words of plain, each once, in alphabetical order: the order written does not matter";
    Text Kind::Text | Identifier, "first", |texts, values, code| {
        made(texts, values, code, |text| plain_text::first(&plain_text::plain(text)).to_owned())
    }, "the first word of plain; NULL for a text of one word";
    Text Kind::Text | Identifier, "last", |texts, values, code| {
        made(texts, values, code, |text| plain_text::last(&plain_text::plain(text)).to_owned())
    }, "the last word of plain";
    Text Kind::Text | Identifier, "soundex", |texts, values, code| {
        made(texts, values, code, |text| plain_text::soundex(&plain_text::plain(text)))
    }, "the Soundex code of each word of plain: how it sounds in English, a blocking key";
    Text Kind::Text | Identifier, "digits", |texts, values, code| made(texts, values, code, plain_text::digits),
        "the digits of the text";

    Text Kind::Number, "", |texts, _, code| owned(quantity::standard(texts.dictionary().text(code))),
        "the quantity in digits, a point before decimals; NULL for what is none";

    Text PersonName, "", |texts, values, code| match values.person_names() {
        Some(names) => or_raw(names.rewritten(code), texts, code),
        None => FacetValue::Null,
    }, "the name in its standard written form; capitals stay capitals";
    Text PersonName, "key", |_, values, code| borrowed(values.person_names().map(|names| names.key(code))),
        "the name in small letters with old-style tone marks; equal names have equal keys";
    Text PersonName, "plain", |_, values, code| borrowed(values.person_names().map(|names| names.plain(code))),
        "the key without accents: a to z, ? for a lost letter, spaces";
    Text PersonName, "given", |_, values, code| {
        borrowed(values.person_names().and_then(|names| names.given(code)))
    }, "the last word of plain: the given name";
    Text PersonName, "surname", |_, values, code| {
        borrowed(values.person_names().and_then(|names| names.surname(code)))
    }, "the first word of plain: the surname; NULL for a name of one word";
    Text PersonName, "words", |_, values, code| {
        owned(values.person_names().and_then(|names| names.words(code)))
    }, "the words of plain, each once, in alphabetical order: the order written does not matter";
    Text PersonName, "skeleton", |_, values, code| {
        owned(values.person_names().and_then(|names| names.skeleton(code)))
    }, "plain with sounds merged that southern spelling confuses (d gi v, s x, ch tr, n ng, t c): a blocking key";
    Text PersonName, "form_fault", |_, values, code| {
        borrowed(values.person_names().and_then(|names| names.form_fault(code)).map(FormFault::word))
    }, "what is wrong with the written form: unicode, encoding, keystrokes, spacing, case or tone_mark; NULL if nothing";
    Text PersonName, "oddity", |_, values, code| {
        borrowed(values.person_names().and_then(|names| names.oddity(code)).map(Oddity::word))
    }, "what stands in the cell beside the name: placeholder, lost_letters, abbreviation, title, call_name or digits; NULL if nothing";

    Date Date | HistoricDate, "", |_, values, code| {
        null_or(at(values.dates(), code).and_then(DateValue::days_since_epoch), FacetValue::Date)
    }, "the calendar day; NULL where only the month or year is known";
    Integer Date | HistoricDate, "year", |_, values, code| integer(at(values.dates(), code).and_then(DateValue::year)),
        "the year";
    Integer Date | HistoricDate, "month", |_, values, code| integer(at(values.dates(), code).and_then(DateValue::month)),
        "the month, 1 to 12";
    Integer Date | HistoricDate, "day_month", |_, values, code| {
        integer(at(values.dates(), code).and_then(DateValue::day_month))
    }, "100 x month + day; NULL where the day is not known or is 1 January, which stands for any day";
    Text Date | HistoricDate, "precision", |_, values, code| {
        borrowed(at(values.dates(), code).and_then(DateValue::precision).map(Precision::word))
    }, "how much is known: day, month or year";
    Text Date | HistoricDate, "standard", |_, values, code| owned(at(values.dates(), code).and_then(DateValue::standard)),
        "the date as dd/mm/yyyy, mm/yyyy or yyyy";
    Text Date | HistoricDate, "form", |_, values, code| borrowed(at(values.dates(), code).map(|date| date.form().word())),
        "how it is written: normal, other (readable) or unreadable";
    Text Date | HistoricDate, "fault", |_, values, code| {
        borrowed(at(values.dates(), code).and_then(DateValue::fault).map(DateFault::word))
    }, "why it is unreadable: impossible, too_old, implausible (far ahead), unknown (as the words say), ambiguous, lunar, not_a_date";

    Text IdentityNumber, "", |_, values, code| number(&IdentityNumber, "", values, code), "the personal number, 12 digits; NULL for any other number";
    Text IdentityNumber, "old", |_, values, code| number(&IdentityNumber, "old", values, code), "the former CMND number, 9 digits";
    Text IdentityNumber, "form", |_, values, code| {
        borrowed(at(values.identity_numbers(), code).map(|number| number.form().word()))
    }, "what number it is: personal, old, passport or unreadable";
    Integer IdentityNumber, "birth_year", |_, values, code| {
        integer(at(values.identity_numbers(), code).and_then(IdentityValue::birth_year))
    }, "the year of birth that the personal number encodes";
    Text IdentityNumber, "sex", |_, values, code| {
        borrowed(at(values.identity_numbers(), code).and_then(IdentityValue::sex))
    }, "the sex that the personal number encodes: Nam or Nữ";
    Text IdentityNumber, "province", |_, values, code| {
        padded(at(values.identity_numbers(), code).and_then(IdentityValue::province).map(u64::from), 3)
    }, "the province of birth registration that the personal number encodes, 3 digits";
    Boolean IdentityNumber, "repaired", |_, values, code| {
        boolean(at(values.identity_numbers(), code).map(IdentityValue::repaired))
    }, "whether a readable number was written otherwise: separators, O for 0, a zero lost";
    Text IdentityNumber, "fault", |_, values, code| {
        borrowed(at(values.identity_numbers(), code).and_then(IdentityValue::fault).map(NumberFault::word))
    }, "what was mended (separators, letters, label, zero_lost, fraction, scientific), or why it is unreadable: digits_lost, letters, zero_lost, placeholder, several_numbers, unknown_province, unknown_century, wrong_length, words";

    Text InsuranceNumber, "", |_, values, code| number(&InsuranceNumber, "", values, code), "the social insurance number, 10 digits";
    Text InsuranceNumber, "personal_id", |_, values, code| number(&InsuranceNumber, "personal_id", values, code), "the personal number that stands in its place, 12 digits";
    Text InsuranceNumber, "fault", |_, values, code| {
        borrowed(at(values.insurance_numbers(), code).and_then(InsuranceValue::fault).map(NumberFault::word))
    }, "what was mended, or why it is no such number: words as of an identity number";

    Text CardNumber, "", |_, values, code| {
        owned(at(values.card_numbers(), code).and_then(CardValue::standard))
    }, "the card number, 15 characters";
    Text CardNumber, "insurance_number", |_, values, code| number(&CardNumber, "insurance_number", values, code), "the social insurance number in it, its last 10 digits";
    Text CardNumber, "fault", |_, values, code| {
        borrowed(at(values.card_numbers(), code).and_then(CardValue::fault).map(CardFault::word))
    }, "why it is no card number: wrong_length, no_group, benefit, not_a_digit";

    Text Phone, "", |_, values, code| owned(at(values.phones(), code).and_then(PhoneNumber::standard)),
        "the number of today: 10 digits, 11 for a land line";
    Text Phone, "form", |_, values, code| borrowed(at(values.phones(), code).map(|phone| phone.form().word())),
        "how it is written: normal, old_prefix (of before 2018), other or invalid";
    Text Phone, "fault", |_, values, code| {
        borrowed(at(values.phones(), code).and_then(PhoneNumber::fault).map(PhoneFault::word))
    }, "what was mended (several_numbers, extension, letters, zero_lost, old_area), or why it is invalid: too_short, too_long, unknown_prefix, unknown_area, placeholder, words";

    Text WardCode, "", |_, values, code| {
        padded(at(values.ward_codes(), code).and_then(WardValue::in_force).map(u64::from), 5)
    }, "the code in force: itself, or the only successor";
    Text WardCode, "status", |_, values, code| {
        borrowed(at(values.ward_codes(), code).map(|ward| ward.status().word()))
    }, "what the code is worth: in_force, retired, divided, unknown or malformed";
    Text WardCode, "successor", |_, values, code| {
        padded(at(values.ward_codes(), code).and_then(WardValue::successor).map(u64::from), 5)
    }, "the only code in force that a retired one went into";
    Text WardCode, "wards", |_, values, code| {
        let wards = at(values.ward_codes(), code).map(|ward| joined(ward.wards()));
        owned(wards.filter(|wards| !wards.is_empty()))
    }, "the codes in force that it may stand for, rising, joined by spaces: several of a divided one";

    Text Address, "", |texts, values, code| match values.addresses() {
        Some(addresses) => or_raw(addresses.cleaned(code), texts, code),
        None => FacetValue::Null,
    }, "the address in NFC with single spaces";
    Text Address, "ward", |_, values, code| {
        padded(values.addresses().and_then(|addresses| addresses.ward(code)).map(u64::from), 5)
    }, "the code in force of the commune that the words determine";
    Text Address, "wards", |_, values, code| {
        borrowed(values.addresses().and_then(|addresses| addresses.wards(code)))
    }, "the codes in force of all communes that the words allow, rising, joined by spaces; one where it is determined";
    Text Address, "certainty", |_, values, code| {
        borrowed(values.addresses().and_then(|addresses| addresses.certainty(code)).map(Certainty::word))
    }, "how sure the commune is: certain, typo (one, a slip mended), several, none, or outside (of another province)";
    Text Address, "district", |_, values, code| {
        borrowed(values.addresses().and_then(|addresses| addresses.district(code)))
    }, "the district of before 01/07/2025 that the words name: huyện Cái Nước";
    Text Address, "province", |_, values, code| {
        borrowed(values.addresses().and_then(|addresses| addresses.province(code)))
    }, "the province that the words name, by its name of before 01/07/2025: Bạc Liêu";
    Boolean Address, "old_unit", |_, values, code| {
        boolean(values.addresses().map(|addresses| addresses.old_unit(code)))
    }, "whether the words name a unit no longer in force, or a district";
    Text Address, "hamlet", |_, values, code| {
        borrowed(values.addresses().and_then(|addresses| addresses.hamlet(code)))
    }, "the hamlet or quarter before the commune, else the street, in plain words without house numbers";
    Integer Address, "hamlet_number", |_, values, code| {
        let number = values.addresses().map_or(0, |addresses| addresses.hamlet_number(code));
        integer((number != 0).then_some(number))
    }, "a number that equal hamlets of one column and run share";
    Text Address, "standard", |texts, values, code| {
        let raw = texts.dictionary().text(code);
        owned(values.addresses().and_then(|addresses| addresses.standard(code, raw)))
    }, "the address with the unit in force and without a district, where that is certain and different";

    Text Category(_), "", |_, values, code| {
        borrowed(values.categories().and_then(|categories| categories.word(code)))
    }, "the word of the list";
    Text Category(_), "form", |_, values, code| {
        borrowed(values.categories().map(|categories| categories.form(code).word()))
    }, "how it is written: normal (the word of the list), other (another form of it), slip (one letter wrong) or unknown";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::KIND_WORDS;

    #[test]
    fn every_kind_has_a_raw_text_a_value_and_no_name_twice() {
        for (word, make) in KIND_WORDS {
            let kind = make("sex".into());
            let mut names: Vec<&str> = facets_of(&kind).map(|facet| facet.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{word}");
            assert!(facet(&kind, "").is_some() && facet(&kind, "raw").is_some(), "{word}");
        }
        assert!(FACETS.iter().all(|facet| !facet.meaning.is_empty()));
    }
}
