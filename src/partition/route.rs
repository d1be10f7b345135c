//! Rows → the unit each goes to: the module above says what decides.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::directory::Directory;
use super::place::{WardColumn, Wards, unit_of_id, ward_columns};
use super::spill::Unit;
use super::told::Told;
use crate::link::{Earlier, key_columns, kernel, keys_of};
use crate::normalise::{Reader, Records};
use crate::settings::{AcrossParts, Expression, Settings};
use crate::table::{SourceIndex, Table, TextColumn, TextColumnBuilder};

/// Knows where keys were met.
pub(super) struct Router {
    settings: Settings,
    reader: Reader,
    follow: Vec<PartKey>,
    hints: Vec<PartKey>,
    /// By source.
    ward_columns: Vec<Vec<WardColumn>>,
    wards: Wards,
    directory: Directory,
    told: Told,
}

/// Values that together say where a record belongs.
struct PartKey {
    /// Tells equal digits of two kinds of number apart.
    number: u64,
    values: Vec<Expression>,
}

/// What to follow, with what has to agree beside it; and the hints, those of most values first.
fn part_keys(settings: &Settings) -> (Vec<PartKey>, Vec<PartKey>) {
    let (mut follow, mut hints) = (Vec::new(), Vec::new());
    for (rule, number) in settings.matching.blocking.iter().zip((1..).step_by(2)) {
        if rule.across_parts == Some(AcrossParts::Follow) {
            let values = rule.keys.iter().chain(&rule.follow_with).cloned().collect();
            follow.push(PartKey { number: number + 1, values });
        }
        if rule.across_parts.is_some() {
            hints.push(PartKey { number, values: rule.keys.clone() });
        }
    }
    hints.sort_by_key(|hint| std::cmp::Reverse(hint.values.len()));
    (follow, hints)
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("wards", &self.wards).finish_non_exhaustive()
    }
}

impl Router {
    pub(super) fn new(settings: &Settings, earlier: Earlier) -> Self {
        let (follow, hints) = part_keys(settings);
        Self {
            reader: Reader::new(settings),
            follow,
            hints,
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
                self.directory.warm(keys);
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

    /// Some keys of some rows: by key, then row.
    fn keys(
        &self,
        source: SourceIndex,
        rows: &Table,
        wanted: &[PartKey],
        of: &[usize],
    ) -> Vec<Vec<u64>> {
        let values = wanted.iter().flat_map(|key| &key.values);
        let columns = key_columns(self.settings.source(source), values);
        let records = self.records(source, rows, &columns, of);
        let of_key = |key: &PartKey| {
            let keys = keys_of(&self.settings, &records, &key.values);
            kernel::keys(&[&keys, &vec![key.number; keys.len()]])
        };
        wanted.par_iter().with_max_len(1).map(of_key).collect()
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
