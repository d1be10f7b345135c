//! The values of one field in one column as small numbers.

use rayon::prelude::*;

use super::relation::{self, Kinds, NameTexts};
use crate::check::hashes::{Hashed, is_marked};
use crate::normalise::{DateValue, Records, Values};
use crate::settings::Kind;
use crate::table::TextColumn;

/// What a cell says of a field, told from other cells by numbers alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// Equal values have equal ids; 0 for none.
    pub(super) id: u64,
    /// What it shares with a fuller value that it may stand for: the year, the letters.
    pub(super) stem: u64,
    /// Whether it says all there is: neither a year alone (nor 01/01), nor a name without a mark.
    pub(super) is_full: bool,
}

/// One source's column of a field.
pub(super) struct Reading<'a> {
    texts: &'a TextColumn,
    values: &'a Values,
    hashes: &'a Hashed,
    whole: WholeCodes,
}

/// By code: whether its text says all there is. A bit each, so that a core keeps those of a million texts at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::check) struct WholeCodes(Vec<u64>);

impl WholeCodes {
    fn new(codes: u32, is_whole: impl Fn(u32) -> bool + Sync) -> Self {
        let word = |at: u32| {
            let of_word = at * u64::BITS..((at + 1) * u64::BITS).min(codes);
            of_word.filter(|&code| is_whole(code)).fold(0, |word, code| word | 1 << (code % u64::BITS))
        };
        Self((0..codes.div_ceil(u64::BITS)).into_par_iter().with_min_len(1 << 10).map(word).collect())
    }

    /// Whether a code's text does. O(1).
    pub(in crate::check) fn has(&self, code: u32) -> bool {
        let word = self.0.get((code / u64::BITS) as usize);
        word.is_some_and(|word| word >> (code % u64::BITS) & 1 == 1)
    }
}

impl<'a> Reading<'a> {
    /// None where the column was not delivered, or its kind can't be weighed.
    pub(super) fn new(records: &'a Records, column: usize, hashes: &'a Hashed) -> Option<Self> {
        let texts = records.table.columns.get(column)?.as_ref()?;
        let values = records.values.get(column)?.as_ref()?;
        let is_weighed = matches!(
            (values, hashes),
            (Values::PersonName(_), Hashed::Names(_))
                | (Values::Category(_), Hashed::Words(_))
                | (Values::Date(_) | Values::IdentityNumber(_), _)
        );
        if !is_weighed {
            return None;
        }
        let whole = WholeCodes::new(texts.dictionary().len() as u32, |code| {
            full_id(values, hashes, code).is_some_and(|id| id != 0) && has_stem(hashes, code)
        });
        Some(Self { texts, values, hashes, whole })
    }

    /// By code of the column: whether it says all there is.
    pub(super) fn whole(&self) -> &WholeCodes {
        &self.whole
    }

    /// The value in a row. O(1).
    pub(super) fn value(&self, row: u32) -> Value {
        let code = self.texts.code(row as usize);
        if code == 0 {
            return Value::default();
        }
        match (self.hashes, self.values) {
            (Hashed::Names(names), _) => {
                let of = |hashes: &[u64]| hashes.get(code as usize).copied().unwrap_or_default();
                let id = of(&names.keys);
                Value { id, stem: of(&names.plain), is_full: is_marked(id) }
            }
            (Hashed::Words(hashes), _) => {
                let id = hashes.get(code as usize).copied().unwrap_or_default();
                Value { id, stem: id, is_full: true }
            }
            (_, Values::Date(_)) => of_date(self.date(row)),
            (_, Values::IdentityNumber(numbers)) => {
                let id = numbers.get(code as usize).and_then(|number| number.personal()).unwrap_or(0);
                Value { id, stem: id, is_full: true }
            }
            _ => Value::default(),
        }
    }

    /// The codes of all rows.
    pub(super) fn codes(&self) -> &'a [u32] {
        self.texts.codes()
    }

    /// The id of a code's value if that says all there is, 0 for no value; none for a vague one. Nothing that has
    /// to be fetched decides what is fetched next, so that many codes are read at once. O(1).
    pub(super) fn full_id(&self, code: u32) -> Option<u64> {
        full_id(self.values, self.hashes, code)
    }

    /// The date in a row; an unreadable one where there is none.
    pub(super) fn date(&self, row: u32) -> DateValue {
        let code = self.texts.code(row as usize) as usize;
        self.values.dates().and_then(|dates| dates.get(code)).copied().unwrap_or_default()
    }

    /// The name in a row, by its keys.
    pub(super) fn name(&self, row: u32) -> Option<NameTexts<'a>> {
        let code = self.texts.code(row as usize);
        let names = self.values.person_names()?;
        Some(NameTexts { key: names.key(code), plain: names.plain(code) })
    }

    /// The word of a list in a row.
    pub(super) fn word(&self, row: u32) -> Option<&'a str> {
        self.values.categories()?.word(self.texts.code(row as usize))
    }

    /// The kind of error that a row of another reading shows if this one's row is the truth.
    pub(super) fn kind_of_error(&self, row: u32, other: &Reading<'_>, other_row: u32) -> u8 {
        match self.values {
            Values::Date(_) => relation::of_dates(self.date(row), other.date(other_row)),
            Values::PersonName(_) => match (self.name(row), other.name(other_row)) {
                (Some(truth), Some(seen)) => relation::of_names(truth, seen),
                _ => 0,
            },
            Values::IdentityNumber(_) => relation::of_numbers(self.value(row).id, other.value(other_row).id),
            _ => relation::of_words(self.value(row).id, other.value(other_row).id),
        }
    }
}

/// The kinds of error of a column's kind; none where values can't be weighed against each other.
pub(super) fn kinds_of(kind: &Kind) -> Option<&'static Kinds> {
    match kind {
        Kind::PersonName => Some(&relation::NAMES),
        Kind::Date => Some(&relation::DATES),
        Kind::IdentityNumber => Some(&relation::NUMBERS),
        Kind::Category(list) if list == "sex" => Some(&relation::SEXES),
        Kind::Category(_) => Some(&relation::WORDS),
        _ => None,
    }
}

/// As [`Reading::full_id`].
fn full_id(values: &Values, hashes: &Hashed, code: u32) -> Option<u64> {
    match (hashes, values) {
        (Hashed::Names(names), _) => {
            let id = names.keys.get(code as usize).copied().unwrap_or_default();
            (id == 0 || is_marked(id)).then_some(id)
        }
        (Hashed::Words(hashes), _) => Some(hashes.get(code as usize).copied().unwrap_or_default()),
        (_, Values::Date(dates)) => {
            let value = of_date(dates.get(code as usize).copied().unwrap_or_default());
            (value.id == 0 || value.is_full).then_some(value.id)
        }
        (_, Values::IdentityNumber(numbers)) => {
            Some(numbers.get(code as usize).and_then(|number| number.personal()).unwrap_or(0))
        }
        _ => Some(0),
    }
}

/// Whether a name has letters that it can be known by without marks; anything else needs none.
fn has_stem(hashes: &Hashed, code: u32) -> bool {
    match hashes {
        Hashed::Names(names) => names.plain.get(code as usize).is_some_and(|&plain| plain != 0),
        Hashed::Words(_) | Hashed::None => true,
    }
}

fn of_date(date: DateValue) -> Value {
    let Some(year) = date.year() else { return Value::default() };
    let (month, day) = (date.month().unwrap_or(0), date.day().unwrap_or(0));
    let id = 1 << 40 | u64::from(year) << 16 | u64::from(month) << 8 | u64::from(day);
    Value { id, stem: u64::from(year), is_full: month != 0 && (month, day) != (1, 1) }
}

#[cfg(test)]
mod tests {
    use super::WholeCodes;

    #[test]
    fn codes_are_told_apart_across_words_and_beyond_the_last() {
        for codes in [0, 1, 63, 64, 65, 200] {
            let whole = WholeCodes::new(codes, |code| code % 3 == 1);
            for code in 0..300 {
                assert_eq!(whole.has(code), code < codes && code % 3 == 1, "{code} of {codes}");
            }
        }
    }
}
