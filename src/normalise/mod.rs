//! Raw text → typed values, once per distinct text.
//!
//! Input: the tables as delivered. Output: [`Records`], the same tables with a
//! typed value beside each distinct text of each column. Each kind of value is
//! one file, a pure function of the text (and of a small reference value made
//! once). Anything at all gives a value or a typed "unreadable"; nothing panics.
//!
//! Invariants: a standard form is its own standard form; NFC and NFD of a text
//! have the same value; values do not depend on the number of threads.
//! Cost: linear in the bytes of distinct texts, whatever the number of rows.

mod address;
mod card_number;
mod category;
mod date;
mod digits;
mod facet;
mod identity_number;
mod insurance_number;
mod legacy;
mod person_name;
mod phone;
mod plain_text;
mod quantity;
mod repair;
mod residue;
mod several;
mod skeleton;
mod syllable;
mod texts;
mod unicode;
mod units;
mod value;
mod ward_code;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use address::{Addresses, Certainty, Determined, Gazetteer};
pub use card_number::{CardFault, CardNumber};
pub use category::{Categories, CategoryForm};
pub use date::{DateFault, DateForm, DateValue, Precision};
pub use digits::NumberFault;
pub use facet::{FACETS, Facet, FacetType, FacetValue, NumberFacet, facet, facets_of, number_facet};
pub use identity_number::{IdentityForm, IdentityNumber};
pub use insurance_number::InsuranceNumber;
pub use legacy::Encoding;
pub use person_name::{FormFault, Oddity, PersonNames};
pub use phone::{Phone, PhoneFault, PhoneForm};
pub use repair::TextRepair;
pub use residue::Keying;
pub use several::Several;
pub use syllable::{Relation, Syllable, Tone, Word, key_words as name_key, relation};
pub use unicode::plain_words;
pub use value::{CleanTexts, Values};
pub use ward_code::{WardCode, WardStatus};

use crate::progress::{Bar, Progress};
use crate::settings::{Kind, Reference, Settings, Source};
use crate::table::{Dictionary, SourceIndex, Table};
use category::CategoryList;
use identity_number::ProvinceCodes;
use legacy::Legacy;
use phone::PhonePlan;
use residue::Residue;
use texts::each;
use units::Units;
use ward_code::WardCodes;

/// The kept rows of one source, as delivered and as read.
#[derive(Debug)]
pub struct Records {
    /// The source they came in.
    pub source: SourceIndex,
    /// The rows as the office wrote them.
    pub table: Table,
    /// A typed value per dictionary code of each column; `None` where the column was not delivered.
    pub values: Vec<Option<Values>>,
}

impl Records {
    /// A facet of a cell: what [`Facet::read`] gives for the cell's text. O(1).
    pub fn facet(&self, facet: &Facet, column: usize, row: usize) -> FacetValue<'_> {
        match (&self.table.columns[column], &self.values[column]) {
            (Some(texts), Some(values)) => {
                let code = texts.code(row);
                if code == 0 { FacetValue::Null } else { (facet.read)(texts, values, code) }
            }
            _ => FacetValue::Null,
        }
    }
}

/// Reads every distinct text of every delivered column as its column's kind
/// asks. Linear in their bytes, on all threads; tables are passed on as they are.
pub fn normalise(
    settings: &Settings,
    tables: Vec<(SourceIndex, Table)>,
    progress: &Progress,
) -> Vec<Records> {
    let reader = Reader::new(settings);
    let delivered = tables.iter().flat_map(|(_, table)| table.columns.iter().flatten());
    let bar =
        progress.begin("normalise", delivered.map(|column| column.dictionary().len() as u64).sum(), "texts");
    tables
        .into_iter()
        .map(|(source, table)| {
            let values = reader.read_table(settings.source(source), &table, &bar);
            Records { source, table, values }
        })
        .collect()
}

/// What reading needs of the reference tables, made once: the way in for who has texts and no table.
pub struct Reader {
    provinces: ProvinceCodes,
    phones: PhonePlan,
    wards: WardCodes,
    units: Arc<Units>,
    legacy: Legacy,
    residue: Residue,
    categories: BTreeMap<String, CategoryList>,
}

impl Reader {
    /// Prepares the reference tables and the closed lists that the sources' columns name.
    pub fn new(settings: &Settings) -> Self {
        let reference = &settings.reference;
        let units = Units::new(reference);
        let kinds = settings.sources.iter().flat_map(|source| &source.columns).map(|column| &column.kind);
        let lists = kinds.filter_map(|kind| if let Kind::Category(list) = kind { Some(list) } else { None });
        Self {
            provinces: ProvinceCodes::new(cells(reference, "provinces", "cccd_code")),
            phones: PhonePlan::new(
                cells(reference, "phone_prefixes", "prefix"),
                reference.table("phone_prefix_conversion_2018").select(["old_prefix", "new_prefix"]),
                cells(reference, "provinces", "landline_area_code"),
                reference.table("landline_area_changes").select(["old_area", "new_area"]),
            ),
            wards: WardCodes::new(&units),
            units: Arc::new(units),
            legacy: Legacy::new(reference),
            residue: Residue::new(reference),
            categories: lists.map(|list| (list.clone(), CategoryList::new(reference, list))).collect(),
        }
    }

    /// The rows of a source with a value beside each text of the columns that are there; linear in their bytes.
    pub fn records(&self, settings: &Settings, source: SourceIndex, table: Table) -> Records {
        let bar = Progress::silent().begin("normalise", 0, "texts");
        let values = self.read_table(settings.source(source), &table, &bar);
        Records { source, table, values }
    }

    fn read_table(&self, source: &Source, table: &Table, bar: &Bar) -> Vec<Option<Values>> {
        let columns = source.columns.iter().zip(&table.columns);
        columns
            .map(|(column, texts)| {
                let dictionary = texts.as_ref()?.dictionary();
                let read = |texts: &Dictionary| self.read(&column.kind, texts);
                let values = match column.separator.as_str() {
                    "" => read(dictionary),
                    separator => Values::Several(Box::new(Several::read(dictionary, separator, read))),
                };
                bar.add(dictionary.len() as u64);
                Some(values)
            })
            .collect()
    }

    /// A value for each text of a dictionary, read as texts of a kind are. Linear in their bytes, on
    /// all threads. A list that no column names has no words.
    pub fn read(&self, kind: &Kind, texts: &Dictionary) -> Values {
        match kind {
            Kind::Text | Kind::Identifier | Kind::Number => Values::Text(value::clean_all(texts)),
            Kind::PersonName => {
                Values::PersonName(person_name::read_all(texts, &self.legacy.for_texts(texts), &self.residue))
            }
            Kind::Date => Values::Date(each(texts, date::read)),
            Kind::HistoricDate => {
                Values::Date(each(texts, |raw| date::read_within(raw, &date::HISTORIC_YEARS)))
            }
            Kind::IdentityNumber => {
                Values::IdentityNumber(each(texts, |raw| identity_number::read(raw, &self.provinces)))
            }
            Kind::InsuranceNumber => {
                Values::InsuranceNumber(each(texts, |raw| insurance_number::read(raw, &self.provinces)))
            }
            Kind::CardNumber => Values::CardNumber(each(texts, card_number::read)),
            Kind::Phone => Values::Phone(each(texts, |raw| phone::read(raw, &self.phones))),
            Kind::WardCode => Values::WardCode(each(texts, |raw| ward_code::read(raw, &self.wards))),
            Kind::Address => {
                Values::Address(address::read_all(texts, &self.units, &self.legacy.for_texts(texts)))
            }
            Kind::Category(list) => {
                let none = CategoryList::default();
                let list = self.categories.get(list).unwrap_or(&none);
                Values::Category(category::read_all(texts, list, &self.legacy))
            }
        }
    }
}

fn cells<'a>(reference: &'a Reference, table: &str, column: &'static str) -> impl Iterator<Item = &'a str> {
    reference.table(table).select([column]).map(|[cell]| cell)
}
