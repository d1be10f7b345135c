//! The matching rules, resolved against what was delivered: which columns are read, and how.

use rayon::prelude::*;

use super::blocking::KeyRule;
use super::column::{SourceValues, ValueColumn};
use super::compare::{self, Comparator, Names, Reading, comparator, levels_of_themselves};
use super::rows::{CompareRows, Packed, RarityAt};
use super::space::RecordSpace;
use super::term_frequency::{self, Rarity};
use crate::settings::{Expression, Matching, Term};

/// An expression and how it is read.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'e> {
    pub(super) expression: &'e Expression,
    pub(super) reading: Reading,
}

/// Where columns of values come from.
pub(super) trait Columns<'a> {
    /// The columns that are wanted, in that order, and the names that some of them point to.
    fn read(&self, wanted: &[Wanted<'_>]) -> (Names, Vec<ValueColumn<'a>>);
}

/// What comparing needs: the values of all records, packed.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) names: Names,
    pub(super) rows: CompareRows,
    /// By comparison: its comparator and its level for each of the comparator's.
    pub(super) comparisons: Vec<(Comparator, [u8; 16])>,
}

/// What blocking needs: columns of keys and the rules over them.
#[derive(Default)]
pub(super) struct Keyed<'a> {
    pub(super) columns: Vec<ValueColumn<'a>>,
    pub(super) rules: Vec<KeyRule>,
}

/// Reads every column once, however many comparisons and blocking rules name it; packs what is
/// compared and keeps what keys are made of.
pub(super) fn read<'a>(
    matching: &Matching,
    (space, people): (&RecordSpace, usize),
    source: &impl Columns<'a>,
) -> (Compared, Keyed<'a>) {
    let comparisons: Vec<(Comparator, [u8; 16])> =
        matching.comparisons.iter().map(|rule| (comparator(rule.comparator.id), rule.level_of)).collect();
    let mut list = WantedList::default();
    let places: Vec<Places> =
        (0..comparisons.len()).map(|at| list.of_comparison(matching, at, &comparisons[at].0)).collect();
    let mut rules = list.of_blocking(matching);
    let (mut names, mut columns) = source.read(&list.wanted);
    names.tests = matching.comparisons.iter().map(|rule| rule.tests.clone()).collect();
    let pack = |(at, places): (usize, &Places)| Packed {
        comparator: comparisons[at].0,
        columns: places.values.iter().map(|&place| &columns[place]).collect(),
        rarities: Terms { matching, columns: &columns, names: &names, space, people }.of(
            at,
            &comparisons[at],
            places,
        ),
    };
    let packed: Vec<Packed<'_, 'a>> = places.iter().enumerate().map(pack).collect();
    let rows = CompareRows::new(space, &packed);
    drop(packed);
    let lists = |(places, (comparator, _)): (&Places, &(Comparator, [u8; 16]))| {
        columns.get(*places.values.first()?)?.packed_lists(comparator)
    };
    names.lists = places.iter().zip(&comparisons).map(lists).collect();
    let columns = keep_keys(&mut rules, &mut columns);
    (Compared { names, rows, comparisons }, Keyed { columns, rules })
}

/// The columns of a comparison, by place in the list of wanted ones.
struct Places {
    values: Vec<usize>,
    term: Option<usize>,
    /// By further term of the model: what is counted; nothing where that is what is compared.
    terms: Vec<Vec<usize>>,
}

/// What is wanted, each column once.
#[derive(Default)]
struct WantedList<'e> {
    wanted: Vec<Wanted<'e>>,
    known: Vec<(String, Reading)>,
}

impl<'e> WantedList<'e> {
    fn place(&mut self, expression: &'e Expression, reading: Reading) -> usize {
        let one = (expression.to_string(), reading);
        self.known.iter().position(|known| *known == one).unwrap_or_else(|| {
            self.known.push(one);
            self.wanted.push(Wanted { expression, reading });
            self.wanted.len() - 1
        })
    }

    /// Numbers that are compared serve as keys too: equal texts have equal numbers.
    fn key_place(&mut self, key: &'e Expression) -> usize {
        let number = (key.to_string(), Reading::Number);
        let compared = self.known.iter().position(|known| *known == number).filter(|_| !key.takes_all);
        compared.unwrap_or_else(|| self.place(key, Reading::Hash))
    }

    fn of_comparison(&mut self, matching: &'e Matching, at: usize, comparator: &Comparator) -> Places {
        let values = &matching.comparisons[at].values;
        let has_term = matching.model.comparisons.get(at).is_some_and(|one| one.term_frequency.is_some());
        let readings = values.iter().zip(comparator.readings);
        let terms = matching.model.comparisons.get(at).into_iter().flat_map(|one| &one.terms);
        Places {
            values: readings.map(|(value, &reading)| self.place(value, reading)).collect(),
            term: values.first().filter(|_| has_term).map(|value| self.place(value, Reading::Term)),
            terms: terms.map(|term| self.counted(term)).collect(),
        }
    }

    fn counted(&mut self, term: &'e Term) -> Vec<usize> {
        term.of.iter().map(|counted| self.place(counted, Reading::Term)).collect()
    }

    fn of_blocking(&mut self, matching: &'e Matching) -> Vec<KeyRule> {
        let mut places =
            |keys: &'e [Expression]| -> Vec<usize> { keys.iter().map(|key| self.key_place(key)).collect() };
        let rules = matching.blocking.iter().map(|rule| KeyRule {
            keys: places(&rule.keys),
            finer: places(&rule.finer),
            block_size_max: rule.block_size_max,
        });
        rules.collect()
    }
}

/// Takes the columns that keys are made of, renumbers them in the rules, and drops the rest.
fn keep_keys<'a>(rules: &mut [KeyRule], columns: &mut [ValueColumn<'a>]) -> Vec<ValueColumn<'a>> {
    let mut kept: Vec<usize> = Vec::new();
    for place in rules.iter_mut().flat_map(|rule| rule.keys.iter_mut().chain(&mut rule.finer)) {
        *place = kept.iter().position(|kept| kept == place).unwrap_or_else(|| {
            kept.push(*place);
            kept.len() - 1
        });
    }
    kept.into_iter().map(|at| std::mem::take(&mut columns[at])).collect()
}

/// What blocking needs, and nothing else.
pub(super) fn read_keys<'a>(matching: &Matching, source: &impl Columns<'a>) -> Keyed<'a> {
    let mut list = WantedList::default();
    let rules = list.of_blocking(matching);
    Keyed { columns: source.read(&list.wanted).1, rules }
}

/// What term frequencies are made of.
struct Terms<'r, 'a> {
    matching: &'r Matching,
    columns: &'r [ValueColumn<'a>],
    names: &'r Names,
    space: &'r RecordSpace,
    people: usize,
}

impl<'a> Terms<'_, 'a> {
    /// A comparison's term-frequency adjustments, where its model has some.
    fn of(&self, at: usize, comparator: &(Comparator, [u8; 16]), places: &Places) -> Vec<RarityAt<'a>> {
        let Some(model) = self.matching.model.comparisons.get(at) else { return Vec::new() };
        let own = model.term_frequency.zip(places.term).map(|(term, place)| {
            let u = term_frequency::average(model, term);
            let rarity = term_frequency::adjustments(&self.columns[place], u, term.rarest, self.people);
            RarityAt { levels: term.levels, rarity }
        });
        let further = model.terms.iter().zip(&places.terms).map(|(term, counted)| RarityAt {
            levels: term.levels,
            rarity: if term.of.is_empty() {
                self.of_compared(term, at, comparator, &places.values)
            } else {
                term_frequency::further(&self.joined(counted, mixed), None, term, self.people)
            },
        });
        own.into_iter().chain(further).collect()
    }

    /// What is compared itself, of those records that show one of the levels beside themselves.
    fn of_compared(
        &self,
        term: &Term,
        comparison: usize,
        (comparator, level_of): &(Comparator, [u8; 16]),
        values: &[usize],
    ) -> Rarity<'a> {
        let column = self.joined(values, comparator.pack);
        if values.iter().any(|&at| self.columns[at].lists.is_some()) {
            return term_frequency::further(&column, None, term, self.people);
        }
        let (packed, _) = column.slots();
        let places = compare::Places { comparison, level_of };
        let levels = levels_of_themselves(comparator, self.names, &packed, places);
        let is_meant: Vec<bool> = levels.into_iter().map(|level| term.levels >> level & 1 == 1).collect();
        term_frequency::further(&column, Some(&is_meant), term, self.people)
    }

    /// One column out of one or several, in which a record has a value that has one in all of them.
    fn joined(&self, places: &[usize], join: fn(u64, u64) -> u64) -> ValueColumn<'a> {
        match places {
            [] => ValueColumn::default(),
            [one] => {
                let column = &self.columns[*one];
                let (values, _) = column.slots();
                let packed: Vec<u64> =
                    values.into_iter().map(|v| if v == 0 { 0 } else { join(v, 0) }).collect();
                column.with_values(&packed)
            }
            several => ValueColumn {
                sources: (0..self.space.sources())
                    .map(|source| self.rows_of(source, several, join))
                    .collect(),
                lists: None,
            },
        }
    }

    fn rows_of(&self, source: usize, places: &[usize], join: fn(u64, u64) -> u64) -> SourceValues<'a> {
        let of_row = |row: usize| {
            let mut values = places.iter().map(|&at| self.columns[at].get_or_none(source, row));
            let first = values.next().unwrap_or(0);
            values.fold(first, |all, next| if all == 0 || next == 0 { 0 } else { join(all, next) })
        };
        let rows = (0..self.space.rows(source)).into_par_iter().with_min_len(1 << 14);
        SourceValues::Rows(rows.map(of_row).collect())
    }
}

/// One number for two, of which neither is 0.
fn mixed(one: u64, other: u64) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    (one.wrapping_mul(ODD).rotate_left(23) ^ other).wrapping_mul(ODD).max(1)
}
