//! Rows → the unit each goes to: the module above says what decides.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::directory::Directory;
use super::keys::{KeyReader, Keys, Use};
use super::place::{WardColumn, Wards, unit_of_id, ward_columns};
use super::spill::Unit;
use super::told::Told;
use crate::ingest::Rows;
use crate::link::Earlier;
use crate::normalise::{Reader, Records};
use crate::settings::Settings;
use crate::table::{SourceIndex, Table, TextColumnBuilder, TextRows};

/// Knows where keys were met.
pub(super) struct Router {
    settings: Settings,
    reader: Reader,
    /// Of the source at hand.
    keys: Option<(SourceIndex, KeyReader)>,
    /// By source.
    ward_columns: Vec<Vec<WardColumn>>,
    wards: Wards,
    directory: Directory,
    told: Told,
}

/// Rows whose places in the directory are fetched together: their keys' lines stay in a core's cache.
const TOGETHER: usize = 64;

/// Rows that are being placed.
pub(super) struct Piece<'t> {
    source: SourceIndex,
    rows: &'t Rows,
    ids: usize,
    keys: Vec<Keys>,
    /// The keys that say where a row goes, in order.
    sought: Vec<usize>,
    /// By row: where these were met before this piece.
    met_before: Vec<Option<Unit>>,
}

impl Piece<'_> {
    fn id(&self, row: usize) -> &str {
        self.rows.text(self.ids, row)
    }

    fn met(&self, directory: &Directory, row: usize) -> Option<Unit> {
        self.sought.iter().find_map(|&key| directory.get(self.keys[key].of_rows[row]))
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("wards", &self.wards).finish_non_exhaustive()
    }
}

impl Router {
    pub(super) fn new(settings: &Settings, earlier: Earlier) -> Self {
        Self {
            reader: Reader::new(settings),
            keys: None,
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

    /// The unit of each row. What one row tells of the next is seen one after the other, on one thread.
    pub(super) fn route(&mut self, piece: &Piece<'_>) -> Vec<Unit> {
        let mut units = vec![0; piece.rows.rows];
        let mut open = Vec::new();
        for (row, place) in units.iter_mut().enumerate() {
            if row.is_multiple_of(TOGETHER) {
                self.warm(piece, row);
            }
            let known = self.told(piece, row).or(piece.met_before[row]);
            match known.or_else(|| piece.met(&self.directory, row)) {
                Some(unit) => *place = self.settle(piece, row, unit),
                None => open.push(row),
            }
        }
        self.place(piece, &open, &mut units);
        units
    }

    /// All keys of some rows, and where they were met, on all threads. A resident goes where its number was
    /// met, whoever bears it; others want the number confirmed. Who has none that was met goes with its
    /// household.
    pub(super) fn read<'t>(&mut self, source: SourceIndex, rows: &'t Rows) -> Piece<'t> {
        let all: Vec<usize> = (0..rows.rows).collect();
        let ids = self.settings.source(source).record_id;
        let is_primary = source == self.settings.primary();
        let uses = [Use::Together, Use::Follow, Use::Hint];
        let keys = self.keys(source, rows, if is_primary { &uses } else { &uses[..2] }, &all);
        let follows = |one: &Keys| one.is_for == if is_primary { Use::Hint } else { Use::Follow };
        let leading = (0..keys.len()).filter(|&at| follows(&keys[at]) && keys[at].leads);
        let together = (0..keys.len()).filter(|&at| keys[at].is_for == Use::Together);
        let sought = leading.chain(together).collect();
        let piece = Piece { source, rows, ids, keys, sought, met_before: Vec::new() };
        Piece { met_before: self.met(&piece), ..piece }
    }

    /// Some keys of some rows.
    fn keys(&mut self, source: SourceIndex, rows: &Rows, uses: &[Use], of: &[usize]) -> Vec<Keys> {
        let Self { settings, reader, keys, .. } = self;
        if keys.as_ref().is_none_or(|(at_hand, _)| *at_hand != source) {
            *keys = None;
        }
        let (_, keys) = keys.get_or_insert_with(|| (source, KeyReader::new(settings, source)));
        keys.keys((settings, reader), rows, uses, of)
    }

    /// Fetches what will be asked and entered of the next rows' keys.
    fn warm(&self, piece: &Piece<'_>, row: usize) {
        for keys in &piece.keys {
            self.directory.warm(&keys.of_rows[row..keys.of_rows.len().min(row + TOGETHER)]);
        }
    }

    /// Where each row's keys were met in earlier pieces.
    fn met(&self, piece: &Piece<'_>) -> Vec<Option<Unit>> {
        let mut met = vec![None; piece.rows.rows];
        met.par_chunks_mut(TOGETHER).with_min_len(4).enumerate().for_each(|(chunk, met)| {
            let first = chunk * TOGETHER;
            for &key in &piece.sought {
                self.directory.warm(&piece.keys[key].of_rows[first..first + met.len()]);
            }
            for (at, met) in met.iter_mut().enumerate() {
                *met = piece.met(&self.directory, first + at);
            }
        });
        met
    }

    /// Places rows that no key places: by hints where they are no residents', else by their wards' codes,
    /// else by their addresses, which are taken apart only where nothing else tells.
    fn place(&mut self, piece: &Piece<'_>, open: &[usize], units: &mut [Unit]) {
        let Piece { source, rows, .. } = *piece;
        let is_primary = source == self.settings.primary();
        let hints = if is_primary { Vec::new() } else { self.keys(source, rows, &[Use::Hint], open) };
        let columns = std::mem::take(&mut self.ward_columns[source.index()]);
        let (codes, addresses) = columns.split_at(columns.partition_point(WardColumn::is_code));
        let places = self.places(piece, codes, open);
        let mut rest = Vec::new();
        for (at, &row) in open.iter().enumerate() {
            let known = self.known(piece, row);
            let known = known.or_else(|| hints.iter().find_map(|keys| self.directory.get(keys.of_rows[at])));
            match known.or_else(|| self.wards.unit(&places, codes, at)) {
                Some(unit) => units[row] = self.settle(piece, row, unit),
                None => rest.push(row),
            }
        }
        let places = self.places(piece, addresses, &rest);
        for (at, &row) in rest.iter().enumerate() {
            let known = self.known(piece, row).or_else(|| self.wards.unit(&places, addresses, at));
            units[row] = self.settle(piece, row, known.unwrap_or_else(|| unit_of_id(piece.id(row))));
        }
        self.ward_columns[source.index()] = columns;
    }

    /// What other rows have told of a row by now.
    fn known(&self, piece: &Piece<'_>, row: usize) -> Option<Unit> {
        self.told(piece, row).or_else(|| piece.met(&self.directory, row))
    }

    /// Where earlier nights' word places a row.
    fn told(&self, piece: &Piece<'_>, row: usize) -> Option<Unit> {
        if self.told.is_empty() { None } else { self.told.unit(piece.source, piece.id(row)) }
    }

    /// A row has its unit: others of its keys and of its person follow it.
    fn settle(&mut self, piece: &Piece<'_>, row: usize, unit: Unit) -> Unit {
        for keys in &piece.keys {
            let key = keys.of_rows[row];
            if keys.is_for == Use::Hint {
                self.directory.enter_only(key, unit);
            } else {
                self.directory.enter(key, unit);
            }
        }
        if !self.told.is_empty() {
            self.told.enter(piece.source, piece.id(row), unit);
        }
        unit
    }

    /// Some columns of some rows, read.
    fn places(&self, piece: &Piece<'_>, columns: &[WardColumn], of: &[usize]) -> Records {
        let pick = |texts: &TextRows| {
            let mut picked = TextColumnBuilder::default();
            for &row in of {
                picked.push(texts.text(row));
            }
            picked.finish()
        };
        let column = |(at, texts): (usize, &Option<TextRows>)| {
            let wanted = columns.iter().any(|one| one.column == at);
            texts.as_ref().filter(|_| wanted).map(pick)
        };
        let columns = piece.rows.columns.iter().enumerate().map(column).collect();
        self.reader.records(&self.settings, piece.source, Table { columns, rows: of.len() })
    }
}
