//! The matching rules, resolved against what was delivered: which columns are read, and how.

use super::blocking::KeyRule;
use super::column::ValueColumn;
use super::compare::{Comparator, Names, Reading, comparator};
use super::rows::{CompareRows, Packed};
use super::space::RecordSpace;
use super::term_frequency::{self, Rarity};
use crate::settings::{ComparisonModel, Expression, Matching};

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
        rarity: places
            .term
            .and_then(|term| rarity(matching.model.comparisons.get(at)?, &columns[term], people)),
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
        Places {
            values: readings.map(|(value, &reading)| self.place(value, reading)).collect(),
            term: values.first().filter(|_| has_term).map(|value| self.place(value, Reading::Term)),
        }
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

/// A comparison's term-frequency adjustments, where its model has some.
fn rarity<'a>(model: &ComparisonModel, terms: &ValueColumn<'a>, people: usize) -> Option<Rarity<'a>> {
    let term = model.term_frequency?;
    Some(term_frequency::adjustments(terms, term_frequency::average(model, term), term.rarest, people))
}
