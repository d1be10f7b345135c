//! The keys of rows: what rules say of them, and how they are read.

use std::borrow::Cow;

use rayon::prelude::*;

use super::memo::{Memo, text_hash};
use crate::ingest::Rows;
use crate::link::{hashes_of, kernel};
use crate::normalise::Reader;
use crate::settings::{AcrossParts, Expression, FieldFacet, Settings, Source};
use crate::table::{SourceIndex, Table, TextColumn, TextColumnBuilder, TextRows};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Rows of one source that share it stay together.
    Together,
    /// Nearly always one person's.
    Follow,
    /// The same, if residents who have it are in one place.
    Hint,
}

/// Values that together say where a record belongs.
struct PartKey {
    is_for: Use,
    /// Tells equal digits of two kinds of number apart.
    number: u64,
    values: Vec<Expression>,
    /// Whether a resident goes by it.
    leads: bool,
}

/// Numbers of what stays together, far above those of blocking rules.
const TOGETHER_FROM: u64 = 1_000;

/// What stays together, then what is followed with what has to agree beside it, then the hints, those of
/// most values first.
fn part_keys(settings: &Settings) -> Vec<PartKey> {
    let (mut follow, mut hints) = (Vec::new(), Vec::new());
    for (rule, number) in settings.matching.blocking.iter().zip((1..).step_by(2)) {
        let leads = rule.across_parts == Some(AcrossParts::Follow);
        if leads {
            let values = rule.keys.iter().chain(&rule.follow_with).cloned().collect();
            follow.push(PartKey { is_for: Use::Follow, number: number + 1, values, leads });
        }
        if rule.across_parts.is_some() {
            hints.push(PartKey { is_for: Use::Hint, number, values: rule.keys.clone(), leads });
        }
    }
    hints.sort_by_key(|hint| std::cmp::Reverse(hint.values.len()));
    let together = settings.matching.one_part.iter().zip(TOGETHER_FROM..);
    let together = together.map(|(value, number)| PartKey {
        is_for: Use::Together,
        number,
        values: vec![value.clone()],
        leads: true,
    });
    together.chain(follow).chain(hints).collect()
}

/// One key of some rows.
pub(super) struct Keys {
    pub(super) is_for: Use,
    pub(super) leads: bool,
    /// By row; 0 where it has none.
    pub(super) of_rows: Vec<u64>,
}

/// Reads the keys of one source's rows.
pub(super) struct KeyReader {
    source: SourceIndex,
    columns: Vec<AskedColumn>,
    plans: Vec<Plan>,
}

/// A key of this source.
struct Plan {
    is_for: Use,
    leads: bool,
    /// What is taken into the key behind its values.
    tags: Vec<u64>,
    /// By value: the alternatives.
    values: Vec<Vec<Place>>,
}

/// A column among those of a reader, and what is asked of it.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    asked: usize,
}

/// A declared column, what is asked of it, and what its texts have said.
struct AskedColumn {
    column: usize,
    asked: Vec<FieldFacet>,
    memo: Memo,
}

/// What is read by and with.
pub(super) type With<'a> = (&'a Settings, &'a Reader);

impl KeyReader {
    /// For a source; a key that takes a value of which it has no column is none. Cells of several values
    /// give no key by themselves.
    pub(super) fn new(settings: &Settings, source: SourceIndex) -> Self {
        let mut reader = Self { source, columns: Vec::new(), plans: Vec::new() };
        for key in part_keys(settings) {
            let of_source = (key.is_for == Use::Together).then_some(u64::from(source.0) + 1);
            let values = key.values.iter().map(|value| reader.places(settings.source(source), value));
            let values: Vec<Vec<Place>> = values.collect();
            if values.iter().all(|alternatives| !alternatives.is_empty()) {
                let tags = std::iter::once(key.number).chain(of_source).collect();
                reader.plans.push(Plan { is_for: key.is_for, leads: key.leads, tags, values });
            }
        }
        for column in &mut reader.columns {
            column.memo = Memo::new(column.asked.len());
        }
        reader
    }

    /// Where the alternatives of a value stand; none of one that takes all of them.
    fn places(&mut self, source: &Source, value: &Expression) -> Vec<Place> {
        let alternatives = value.alternatives.iter().filter(|_| !value.takes_all);
        alternatives.filter_map(|one| Some(self.place(source.column_of(&one.field)?, one))).collect()
    }

    fn place(&mut self, declared: usize, asked: &FieldFacet) -> Place {
        let same = |one: &FieldFacet| one.facet.value == asked.facet.value && one.part == asked.part;
        let at = self.columns.iter().position(|one| one.column == declared).unwrap_or_else(|| {
            self.columns.push(AskedColumn { column: declared, asked: Vec::new(), memo: Memo::new(0) });
            self.columns.len() - 1
        });
        let known = &mut self.columns[at].asked;
        let asked = known.iter().position(same).unwrap_or_else(|| {
            known.push(asked.clone());
            known.len() - 1
        });
        Place { column: at, asked }
    }

    /// The keys of some rows that are for one of some uses, in the order of rules. O(rows), a column a task.
    pub(super) fn keys(&mut self, with: With<'_>, rows: &Rows, uses: &[Use], of: &[usize]) -> Vec<Keys> {
        let Self { source, ref mut columns, ref plans } = *self;
        let plans: Vec<&Plan> = plans.iter().filter(|plan| uses.contains(&plan.is_for)).collect();
        let is_asked = |at: usize| plans.iter().any(|plan| plan.asks(at));
        let asked: Vec<bool> = (0..columns.len()).map(is_asked).collect();
        let read = |(column, asked): (&mut AskedColumn, bool)| {
            let texts = rows.columns.get(column.column)?.as_ref().filter(|_| asked)?;
            Some(column.read((with, source), texts, of))
        };
        let values: Vec<Option<Vec<Vec<u64>>>> =
            columns.par_iter_mut().zip(asked).with_max_len(1).map(read).collect();
        plans.par_iter().with_max_len(1).filter_map(|plan| plan.keys(&values, of.len())).collect()
    }
}

impl Plan {
    fn asks(&self, column: usize) -> bool {
        self.values.iter().flatten().any(|place| place.column == column)
    }

    /// The keys out of what was read of columns; none where a value was not delivered.
    fn keys(&self, read: &[Option<Vec<Vec<u64>>>], rows: usize) -> Option<Keys> {
        let of_value = |alternatives: &Vec<Place>| {
            let of_place = |place: &Place| read[place.column].as_ref().map(|all| all[place.asked].as_slice());
            let places = alternatives.iter().filter_map(of_place);
            places.fold(None, |first, place| Some(first_of(first, place)))
        };
        let tags = self.tags.iter().map(|&tag| Some(Cow::Owned(vec![tag; rows])));
        let columns: Option<Vec<Cow<'_, [u64]>>> = self.values.iter().map(of_value).chain(tags).collect();
        let columns = columns?;
        let columns: Vec<&[u64]> = columns.iter().map(AsRef::as_ref).collect();
        Some(Keys { is_for: self.is_for, leads: self.leads, of_rows: kernel::keys(&columns) })
    }
}

/// By row the first of two values that is one.
fn first_of<'v>(first: Option<Cow<'v, [u64]>>, second: &'v [u64]) -> Cow<'v, [u64]> {
    let Some(first) = first else { return Cow::Borrowed(second) };
    let mut values = first.into_owned();
    for (value, &second) in values.iter_mut().zip(second) {
        *value = if *value == 0 { second } else { *value };
    }
    Cow::Owned(values)
}

impl AskedColumn {
    /// What some rows' texts say: by what is asked, then row. Only texts that are not known are read.
    fn read(
        &mut self,
        ((settings, reader), source): (With<'_>, SourceIndex),
        texts: &TextRows,
        of: &[usize],
    ) -> Vec<Vec<u64>> {
        let (mut said, unknown) = self.recall(texts, of);
        let codes = unknown.texts.codes().to_vec();
        let mut columns: Vec<_> = settings.source(source).columns.iter().map(|_| None).collect();
        columns[self.column] = Some(unknown.texts);
        let records = reader.records(settings, source, Table { columns, rows: codes.len() });
        let read: Vec<Vec<u64>> =
            self.asked.iter().map(|asked| hashes_of(settings, &records, asked)).collect();
        let value = |asked: usize, code: u32| read[asked].get(code as usize).copied().unwrap_or(0);
        for (asked, said) in said.iter_mut().enumerate() {
            unknown.places.iter().zip(&codes).for_each(|(&(at, _), &code)| said[at] = value(asked, code));
        }
        if !self.memo.is_idle() {
            for (&(_, hash), &code) in unknown.places.iter().zip(&codes) {
                self.memo.put(hash, (0..self.asked.len()).map(|asked| value(asked, code)));
            }
            self.memo.adapt();
        }
        said
    }

    /// What is known of some rows' texts, 0 elsewhere; and the texts that nothing is known of.
    fn recall(&mut self, texts: &TextRows, of: &[usize]) -> (Vec<Vec<u64>>, Unknown) {
        let mut said = vec![vec![0; of.len()]; self.asked.len()];
        let mut unknown = TextColumnBuilder::default();
        let mut places = Vec::new();
        let is_idle = self.memo.is_idle();
        for (at, &row) in of.iter().enumerate() {
            let bytes = texts.bytes(row);
            if bytes.is_empty() {
                continue;
            }
            if is_idle {
                unknown.push_unsought(texts.text(row));
                places.push((at, 0));
                continue;
            }
            let hash = text_hash(bytes);
            if let Some(known) = self.memo.get(hash) {
                said.iter_mut().zip(known).for_each(|(said, &known)| said[at] = known);
            } else {
                unknown.push(texts.text(row));
                places.push((at, hash));
            }
        }
        (said, Unknown { texts: unknown.finish(), places })
    }
}

/// Texts that have to be read.
struct Unknown {
    texts: TextColumn,
    /// By row of these: its place among the rows that are asked of, and its text's hash.
    places: Vec<(usize, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RulesFolder;

    const ALL: [Use; 3] = [Use::Together, Use::Follow, Use::Hint];

    /// Rows of a source in which every text comes again, in other rows and other companies.
    fn rows(settings: &Settings, source: SourceIndex, range: std::ops::Range<usize>) -> Rows {
        let names = ["Nguyễn Văn An", "NGUYỄN VĂN  AN", "Trần Thị Hoà", "", "Lê Thuý", "x"];
        let text = |field: &str, row: usize| match field {
            _ if row.is_multiple_of(11) => String::new(),
            "full_name" => names[row % names.len()].to_owned(),
            "birth_date" => format!("{:02}/{:02}/19{:02}", row % 28 + 1, row % 12 + 1, row % 7 + 60),
            "sex" => ["Nam", "nữ", "?"][row % 3].to_owned(),
            "personal_id" => format!("0960{:08}", row % 500),
            "phone" => format!("09{:08}", row % 300),
            _ => format!("{field} {}", row % 90),
        };
        let of_column = |field: &str| range.clone().map(|row| text(field, row)).collect::<Vec<_>>();
        let columns = settings.source(source).columns.iter().map(|column| {
            let texts = of_column(&column.field);
            Some(texts.iter().map(String::as_str).collect::<TextRows>())
        });
        Rows { columns: columns.collect(), rows: range.len() }
    }

    /// The keys of rows that are read together, each value by itself and nothing kept.
    fn read_plainly(with: With<'_>, source: SourceIndex, rows: &Rows) -> Vec<Vec<u64>> {
        let (settings, reader) = with;
        let column = |texts: &Option<TextRows>| {
            texts.as_ref().map(|texts| (0..rows.rows).map(|row| texts.text(row)).collect())
        };
        let table = Table { columns: rows.columns.iter().map(column).collect(), rows: rows.rows };
        let records = reader.records(settings, source, table);
        let value = |expression: &Expression, row: usize| {
            let alternatives = expression.alternatives.iter().map(|one| {
                let column = settings.source(source).column_of(&one.field)?;
                let code = records.table.columns[column].as_ref()?.code(row);
                hashes_of(settings, &records, one).get(code as usize).copied()
            });
            alternatives.flatten().find(|&hash| hash != 0).unwrap_or(0)
        };
        let of_row = |key: &PartKey, row: usize| {
            let tags = [key.number, u64::from(source.0) + 1];
            let tags = &tags[..if key.is_for == Use::Together { 2 } else { 1 }];
            let values = key.values.iter().map(|one| value(one, row)).chain(tags.iter().copied());
            let columns: Vec<[u64; 1]> = values.map(|value| [value]).collect();
            kernel::keys(&columns.iter().map(<[u64; 1]>::as_slice).collect::<Vec<_>>())[0]
        };
        let of_key = |key: &PartKey| (0..rows.rows).map(|row| of_row(key, row)).collect();
        part_keys(settings).iter().map(of_key).collect()
    }

    #[test]
    fn keys_read_in_pieces_with_what_is_known_are_those_read_at_once() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let reader = Reader::new(&settings);
        for source in (0..settings.sources.len()).map(|at| SourceIndex(at as u8)) {
            let mut keys = KeyReader::new(&settings, source);
            let mut some = 0;
            for start in [0, 150, 100, 300] {
                let piece = rows(&settings, source, start..start + 150);
                let plain = read_plainly((&settings, &reader), source, &piece);
                let of: Vec<usize> = (0..150).filter(|row| start != 100 || row % 3 == 0).collect();
                let found = keys.keys((&settings, &reader), &piece, &ALL, &of);
                let of_rows = |key: &Vec<u64>| of.iter().map(|&row| key[row]).collect::<Vec<u64>>();
                let is_any = |key: &Vec<u64>| key.iter().any(|&key| key != 0);
                let expected: Vec<Vec<u64>> = plain.iter().map(of_rows).filter(is_any).collect();
                let found: Vec<Vec<u64>> =
                    found.into_iter().map(|keys| keys.of_rows).filter(is_any).collect();
                assert_eq!(found, expected, "{source:?} from row {start}");
                some += expected.len();
            }
            assert!(some > 4, "{source:?} has keys");
        }
    }

    #[test]
    fn a_row_has_a_key_of_its_own_for_each_of_its_values() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let reader = Reader::new(&settings);
        let mut seen = hashbrown::HashSet::new();
        let source = settings.primary();
        let mut keys = KeyReader::new(&settings, source);
        let piece = rows(&settings, source, 1..2);
        for keys in keys.keys((&settings, &reader), &piece, &ALL, &[0]) {
            assert!(keys.of_rows[0] == 0 || seen.insert(keys.of_rows[0]));
        }
        assert_eq!(seen.len(), 5, "household; number, as hint and with what has to agree; name; telephone");
    }

    #[test]
    fn a_column_that_was_not_delivered_gives_no_key_and_leaves_the_others() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let reader = Reader::new(&settings);
        let source = settings.primary();
        let mut keys = KeyReader::new(&settings, source);
        let mut piece = rows(&settings, source, 1..5);
        let of: Vec<usize> = (0..4).collect();
        let all = keys.keys((&settings, &reader), &piece, &ALL, &of).len();
        let name = settings.source(source).column_of("full_name").unwrap();
        piece.columns[name] = None;
        let without = keys.keys((&settings, &reader), &piece, &ALL, &of).len();
        assert_eq!(all - without, 1, "name and birth date");
    }
}
