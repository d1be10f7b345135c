//! Which groups a record's person is in: ethnic group, age, sex, ward, as the record has them.
//!
//! Read once a distinct text; a record keeps 2 bytes a grouping. What a cell does not tell is code 0.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::evaluate::{Attributes, GroupOrder, GroupedSource, Grouping};
use crate::normalise::{DateValue, Records, Values, WardCode};
use crate::settings::{Settings, Source};
use crate::table::TextColumn;

/// Age bands: completed years from which each begins, and their names.
const AGE_BANDS: [(i32, &str); 7] =
    [(80, "80+"), (60, "60-79"), (40, "40-59"), (18, "18-39"), (15, "15-17"), (6, "6-14"), (0, "0-5")];

/// Nobody is known to have lived longer than 122 years: an older birth date is a mistake.
const AGE_MAX: i32 = 122;

/// Of wards, which are many, a text shows so many.
const WARDS_SHOWN: usize = 10;

/// A way of grouping: its name, the field it is read from, how, its known groups, its order in texts.
struct Way {
    name: &'static str,
    field: &'static str,
    read: fn(&Values, u32, NaiveDate) -> Option<String>,
    known: fn(&Settings) -> Vec<[String; 2]>,
    order: GroupOrder,
}

const WAYS: [Way; 4] = [
    Way {
        name: "ethnic group",
        field: "ethnicity",
        read: word,
        known: |_| Vec::new(),
        order: GroupOrder::Largest,
    },
    Way { name: "age", field: "birth_date", read: age_band, known: age_bands, order: GroupOrder::Given },
    Way { name: "sex", field: "sex", read: word, known: |_| Vec::new(), order: GroupOrder::Largest },
    Way { name: "ward", field: "ward_code", read: ward, known: wards, order: GroupOrder::Worst(WARDS_SHOWN) },
];

/// Where the sex stands in [`WAYS`].
const SEX: usize = 2;

/// What the extracts say of people.
pub(super) struct PeopleAttributes {
    groupings: Vec<Grouping>,
    sources: Vec<SourceAttributes>,
}

struct SourceAttributes {
    name: String,
    ids: TextColumn,
    codes: Vec<Vec<u16>>,
}

impl PeopleAttributes {
    /// Reads the groups of every record, ages at a day. Sources stand as the settings have them, the
    /// primary one first: it is believed first. O(records + distinct texts · log groups).
    pub(super) fn read(settings: &Settings, mut records: Vec<Records>, as_of: NaiveDate) -> Self {
        records.sort_by_key(|one| one.source);
        let mut names: Vec<Names> = WAYS.iter().map(|way| Names::of((way.known)(settings))).collect();
        let sources = records.into_iter().filter_map(|mut one| {
            let source = settings.source(one.source);
            let ways = WAYS.iter().zip(&mut names);
            let codes = ways.map(|(way, names)| codes(way, source, &one, names, as_of)).collect();
            let ids = one.table.columns.get_mut(source.record_id)?.take()?;
            Some(SourceAttributes { name: source.id.clone(), ids, codes })
        });
        let sources = sources.collect();
        let grouping = |(way, names): (&Way, Names)| Grouping {
            name: way.name.to_owned(),
            groups: names.labels,
            order: way.order,
        };
        Self { groupings: WAYS.iter().zip(names).map(grouping).collect(), sources }
    }

    /// As the evaluation takes them.
    pub(super) fn given(&self) -> Attributes<'_> {
        Attributes {
            groupings: &self.groupings,
            sex: Some(SEX),
            sources: self.sources.iter().map(SourceAttributes::given).collect(),
        }
    }
}

impl SourceAttributes {
    fn given(&self) -> GroupedSource<'_> {
        GroupedSource { name: &self.name, ids: &self.ids, codes: &self.codes }
    }
}

/// A code a row; none where the source has no such column.
fn codes(way: &Way, source: &Source, records: &Records, names: &mut Names, as_of: NaiveDate) -> Vec<u16> {
    let of =
        |column: usize| Some((records.table.columns.get(column)?.as_ref()?, records.values.get(column)?));
    let Some((texts, Some(values))) = source.column_of(way.field).and_then(of) else { return Vec::new() };
    let code = |code| (way.read)(values, code, as_of).map_or(0, |key| names.code(key));
    let of_texts: Vec<u16> = (0..texts.dictionary().len() as u32).map(code).collect();
    texts.codes().iter().map(|&code| of_texts.get(code as usize).copied().unwrap_or(0)).collect()
}

/// Groups by key, numbered from 1: those known beforehand, then as they are met.
struct Names {
    codes: BTreeMap<String, u16>,
    labels: Vec<String>,
}

impl Names {
    fn of(known: Vec<[String; 2]>) -> Self {
        let mut names = Self { codes: BTreeMap::new(), labels: Vec::new() };
        for [key, label] in known {
            names.add(key, label);
        }
        names
    }

    /// More groups than two bytes number are no groups; closed lists and wards are some dozens.
    fn add(&mut self, key: String, label: String) -> u16 {
        let Ok(next) = u16::try_from(self.labels.len() + 1) else { return 0 };
        let Self { codes, labels } = self;
        *codes.entry(key).or_insert_with(|| {
            labels.push(label);
            next
        })
    }

    fn code(&mut self, key: String) -> u16 {
        let known = self.codes.get(&key).copied();
        known.unwrap_or_else(|| self.add(key.clone(), key))
    }
}

/// The standard form of a word of a closed list.
fn word(values: &Values, code: u32, _: NaiveDate) -> Option<String> {
    values.categories()?.word(code).map(str::to_owned)
}

/// The ward in force: the code's own, or its only successor.
fn ward(values: &Values, code: u32, _: NaiveDate) -> Option<String> {
    let ward = values.ward_codes()?.get(code as usize).copied().and_then(WardCode::in_force)?;
    Some(format!("{ward:05}"))
}

fn wards(settings: &Settings) -> Vec<[String; 2]> {
    let units = settings.reference.table("admin_units").select(["code", "full_name"]);
    let mut wards: Vec<_> =
        units.map(|[code, name]| [code.to_owned(), format!("{code} {name}").trim().to_owned()]).collect();
    wards.sort_unstable();
    wards
}

fn age_bands(_: &Settings) -> Vec<[String; 2]> {
    AGE_BANDS.iter().rev().map(|(_, name)| [(*name).to_owned(), (*name).to_owned()]).collect()
}

fn age_band(values: &Values, code: u32, as_of: NaiveDate) -> Option<String> {
    let age = age(values.dates()?.get(code as usize).copied()?, as_of)?;
    AGE_BANDS.iter().find(|(from, _)| *from <= age).map(|(_, name)| (*name).to_owned())
}

/// Completed years at a day. A month or day that nobody knows counts as the first, as papers have it.
/// Nothing for a birth later than that day, or longer ago than anybody lived.
fn age(birth: DateValue, as_of: NaiveDate) -> Option<i32> {
    let born = (u32::from(birth.month().unwrap_or(1)), u32::from(birth.day().unwrap_or(1)));
    let years = as_of.year() - i32::from(birth.year()?);
    let age = years - i32::from((as_of.month(), as_of.day()) < born);
    (0..=AGE_MAX).contains(&age).then_some(age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::Reader;
    use crate::settings::{Kind, RulesFolder};
    use crate::table::DictionaryBuilder;

    fn settings() -> Settings {
        Settings::read(&RulesFolder::embedded()).unwrap()
    }

    /// What a way of grouping reads in texts of a kind; `-` for nothing.
    fn read(way: &Way, kind: &Kind, texts: &[&str]) -> Vec<String> {
        let mut dictionary = DictionaryBuilder::default();
        let codes: Vec<u32> = texts.iter().map(|text| dictionary.code(text)).collect();
        let values = Reader::new(&settings()).read(kind, &dictionary.finish());
        let day = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        codes.iter().map(|&code| (way.read)(&values, code, day).unwrap_or("-".to_owned())).collect()
    }

    #[test]
    fn age_is_in_completed_years_and_mistakes_have_none() {
        let cases = [
            ("30/06/2026", "0-5"),
            ("01/07/2026", "-"),
            ("01/07/2020", "0-5"),
            ("30/06/2020", "6-14"),
            ("30/06/2011", "15-17"),
            ("01/07/2008", "15-17"),
            ("30/06/2008", "18-39"),
            ("1986", "40-59"),
            ("07/1986", "18-39"),
            ("01/01/1950", "60-79"),
            ("1946", "80+"),
            ("1904", "80+"),
            ("1903", "-"),
            ("không rõ", "-"),
            ("", "-"),
        ];
        let (texts, bands): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
        assert_eq!(read(&WAYS[1], &Kind::Date, &texts), bands);
        let known: Vec<String> = age_bands(&settings()).into_iter().map(|[key, _]| key).collect();
        assert_eq!(known, ["0-5", "6-14", "15-17", "18-39", "40-59", "60-79", "80+"]);
    }

    #[test]
    fn words_are_read_in_their_standard_form_and_the_sex_stands_where_it_is_said_to() {
        let sexes = read(&WAYS[SEX], &Kind::Category("sex".to_owned()), &["nam", "NU", "?", ""]);
        assert_eq!(sexes, ["Nam", "Nữ", "-", "-"]);
        assert_eq!(WAYS[SEX].name, "sex");
        let groups = read(&WAYS[0], &Kind::Category("ethnicity".to_owned()), &["KINH", "Khơ-me", "01"]);
        assert_eq!(groups, ["Kinh", "Khmer", "Kinh"]);
    }

    #[test]
    fn a_ward_is_one_in_force_and_has_its_name() {
        let known = wards(&settings());
        let [code, label] = &known[0];
        assert!(label.starts_with(code.as_str()) && label.len() > 6, "{label}");
        assert_eq!(read(&WAYS[3], &Kind::WardCode, &[code, "99999", "x", ""]), [code, "-", "-", "-"]);
    }

    #[test]
    fn every_field_is_one_that_the_primary_source_has() {
        let settings = settings();
        let primary = settings.source(settings.primary());
        for way in &WAYS {
            assert!(primary.column_of(way.field).is_some(), "{}", way.field);
        }
    }
}
