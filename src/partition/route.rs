//! Rows → the unit each goes to: the module above says what decides.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::directory::Directory;
use super::place::{WardColumn, Wards, unit_of_id, ward_columns};
use super::spill::Unit;
use super::told::Told;
use crate::link::{Earlier, key_columns, kernel, keys_of};
use crate::normalise::{Reader, Records};
use crate::settings::{AcrossParts, BlockingRule, Settings};
use crate::table::{SourceIndex, Table, TextColumn, TextColumnBuilder};

/// Knows where keys were met.
pub(super) struct Router {
    settings: Settings,
    reader: Reader,
    follow: Vec<BlockingRule>,
    hints: Vec<BlockingRule>,
    /// By source.
    ward_columns: Vec<Vec<WardColumn>>,
    wards: Wards,
    directory: Directory,
    told: Told,
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("wards", &self.wards).finish_non_exhaustive()
    }
}

impl Router {
    pub(super) fn new(settings: &Settings, earlier: Earlier) -> Self {
        let rules = |across| {
            let all = settings.matching.blocking.iter();
            all.filter(|rule| rule.across_parts == Some(across)).cloned().collect()
        };
        Self {
            reader: Reader::new(settings),
            follow: rules(AcrossParts::Follow),
            hints: rules(AcrossParts::Hint),
            ward_columns: settings.sources.iter().map(ward_columns).collect(),
            wards: Wards::default(),
            directory: Directory::default(),
            told: Told::new(settings, earlier),
            settings: settings.clone(),
        }
    }

    /// What earlier nights have left, and by hash of the names in it: where these records went.
    pub(super) fn into_told(self) -> (Earlier, HashMap<u64, Unit>) {
        self.told.finish()
    }

    /// The unit of each row. Look-ups, which wait for memory, are made on all threads beforehand; what
    /// one row tells of the next is seen one after the other.
    pub(super) fn route(&mut self, source: SourceIndex, rows: &Table) -> Vec<Unit> {
        let all: Vec<usize> = (0..rows.rows).collect();
        let follow = self.keys(source, rows, &self.follow, &all);
        let met = |row: &usize| follow.iter().find_map(|keys| self.directory.get(keys[*row]));
        let met: Vec<Option<Unit>> = all.par_iter().with_min_len(1 << 10).map(met).collect();
        let mut units = vec![0; rows.rows];
        let mut open = Vec::new();
        for row in all.iter().copied() {
            let known = self.told.unit(source, self.record_id(source, rows, row)).or(met[row]);
            match known.or_else(|| follow.iter().find_map(|keys| self.directory.get(keys[row]))) {
                Some(unit) => units[row] = self.settle(source, rows, row, &follow, unit),
                None => open.push(row),
            }
        }
        self.place(source, rows, &open, &follow, &mut units);
        if source == self.settings.primary() {
            let hints = self.keys(source, rows, &self.hints, &all);
            for keys in &hints {
                keys.iter().zip(&units).for_each(|(&key, &unit)| self.directory.enter_only(key, unit));
            }
        }
        units
    }

    /// Places rows that no key places: by hints where they are no residents', else by their wards.
    fn place(
        &mut self,
        source: SourceIndex,
        rows: &Table,
        open: &[usize],
        follow: &[Vec<u64>],
        units: &mut [Unit],
    ) {
        let hints = if source == self.settings.primary() {
            Vec::new()
        } else {
            self.keys(source, rows, &self.hints, open)
        };
        let columns = std::mem::take(&mut self.ward_columns[source.index()]);
        let named: Vec<usize> = columns.iter().map(|one| one.column).collect();
        let places = self.records(source, rows, &named, open);
        for (at, &row) in open.iter().enumerate() {
            let met = |keys: &Vec<u64>, at: usize| self.directory.get(keys[at]);
            let known = follow.iter().find_map(|keys| met(keys, row));
            let known = known.or_else(|| hints.iter().find_map(|keys| met(keys, at)));
            let known = known.or_else(|| self.wards.unit(&places, &columns, at));
            let unit = known.unwrap_or_else(|| unit_of_id(self.record_id(source, rows, row)));
            units[row] = self.settle(source, rows, row, follow, unit);
        }
        self.ward_columns[source.index()] = columns;
    }

    /// A row has its unit: others of its keys and of its person follow it.
    fn settle(
        &mut self,
        source: SourceIndex,
        rows: &Table,
        row: usize,
        follow: &[Vec<u64>],
        unit: Unit,
    ) -> Unit {
        follow.iter().for_each(|keys| self.directory.enter(keys[row], unit));
        let column = self.settings.source(source).record_id;
        self.told.enter(source, rows.text(column, row), unit);
        unit
    }

    fn record_id<'t>(&self, source: SourceIndex, rows: &'t Table, row: usize) -> &'t str {
        rows.text(self.settings.source(source).record_id, row)
    }

    /// The keys of some rows under some rules: by rule, then row.
    fn keys(&self, source: SourceIndex, rows: &Table, rules: &[BlockingRule], wanted: &[usize]) -> Vec<Vec<u64>> {
        let of_rule = |(at, rule): (usize, &BlockingRule)| {
            let columns = key_columns(self.settings.source(source), rule);
            let records = self.records(source, rows, &columns, wanted);
            let keys = keys_of(&self.settings, &records, rule);
            // Equal digits are equal keys: the rule is a part of the key.
            kernel::keys(&[&keys, &vec![self.rule_number(rule, at); keys.len()]])
        };
        rules.par_iter().enumerate().with_max_len(1).map(of_rule).collect()
    }

    fn rule_number(&self, rule: &BlockingRule, at: usize) -> u64 {
        let all = &self.settings.matching.blocking;
        1 + all.iter().position(|one| one.id.value == rule.id.value).unwrap_or(at) as u64
    }

    /// Some columns of some rows, read.
    fn records(&self, source: SourceIndex, rows: &Table, columns: &[usize], wanted: &[usize]) -> Records {
        let pick = |texts: &TextColumn| {
            let mut picked = TextColumnBuilder::default();
            wanted.iter().for_each(|&row| picked.push_unsought(texts.text(row)));
            picked.finish()
        };
        let column = |(at, texts): (usize, &Option<TextColumn>)| {
            if columns.contains(&at) { texts.as_ref().map(pick) } else { None }
        };
        let columns = rows.columns.iter().enumerate().map(column).collect();
        self.reader.records(&self.settings, source, Table { columns, rows: wanted.len() })
    }
}
