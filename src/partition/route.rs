//! Rows → the unit each goes to: the module above says what decides.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::directory::Directory;
use super::place::{WardColumn, Wards, unit_of_id, ward_columns};
use super::spill::Unit;
use super::told::Told;
use crate::link::{Earlier, kernel, key_columns, keys_of};
use crate::normalise::{Reader, Records};
use crate::settings::{AcrossParts, Expression, Settings};
use crate::table::{SourceIndex, Table, TextColumn, TextColumnBuilder};

/// Knows where keys were met.
pub(super) struct Router {
    settings: Settings,
    reader: Reader,
    together: Vec<PartKey>,
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
    /// Whether a resident goes by it.
    leads: bool,
}

/// What stays together, then what is followed with what has to agree beside it; and the hints, those of
/// most values first.
fn part_keys(settings: &Settings) -> (Vec<PartKey>, Vec<PartKey>, Vec<PartKey>) {
    let (mut follow, mut hints) = (Vec::new(), Vec::new());
    for (rule, number) in settings.matching.blocking.iter().zip((1..).step_by(2)) {
        let leads = rule.across_parts == Some(AcrossParts::Follow);
        if leads {
            let values = rule.keys.iter().chain(&rule.follow_with).cloned().collect();
            follow.push(PartKey { number: number + 1, values, leads });
        }
        if rule.across_parts.is_some() {
            hints.push(PartKey { number, values: rule.keys.clone(), leads });
        }
    }
    hints.sort_by_key(|hint| std::cmp::Reverse(hint.values.len()));
    let together = settings.matching.one_part.iter().zip(TOGETHER_FROM..);
    let together =
        together.map(|(value, number)| PartKey { number, values: vec![value.clone()], leads: true });
    (together.collect(), follow, hints)
}

/// Numbers of what stays together, far above those of blocking rules; a thousand a source.
const TOGETHER_FROM: u64 = 1_000;

/// Rows that are being placed.
struct Piece<'t> {
    source: SourceIndex,
    rows: &'t Table,
    ids: usize,
    /// What says where a row goes, in order: by key, then row.
    sought: Vec<Vec<u64>>,
    /// What others are to find it by: first come.
    entered: Vec<Vec<u64>>,
    /// The same, if it is in one place.
    hints: Vec<Vec<u64>>,
}

impl Piece<'_> {
    fn id(&self, row: usize) -> &str {
        self.rows.text(self.ids, row)
    }

    fn met(&self, directory: &Directory, row: usize) -> Option<Unit> {
        self.sought.iter().find_map(|keys| directory.get(keys[row]))
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("wards", &self.wards).finish_non_exhaustive()
    }
}

impl Router {
    pub(super) fn new(settings: &Settings, earlier: Earlier) -> Self {
        let (together, follow, hints) = part_keys(settings);
        Self {
            reader: Reader::new(settings),
            together,
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
        let piece = self.piece(source, rows, &all);
        let met = |row: &usize| piece.met(&self.directory, *row);
        let met: Vec<Option<Unit>> = all.par_iter().with_min_len(1 << 10).map(met).collect();
        piece.hints.iter().chain(&piece.entered).for_each(|keys| self.directory.warm(keys));
        let mut units = vec![0; rows.rows];
        let mut open = Vec::new();
        for row in all {
            let known = self.told.unit(source, piece.id(row)).or(met[row]);
            match known.or_else(|| piece.met(&self.directory, row)) {
                Some(unit) => units[row] = self.settle(&piece, row, unit),
                None => open.push(row),
            }
        }
        self.place(&piece, &open, &mut units);
        units
    }

    /// All keys of some rows. A resident goes where its number was met, whoever bears it; others want the
    /// number confirmed. Who has none that was met goes with its household.
    fn piece<'t>(&self, source: SourceIndex, rows: &'t Table, all: &[usize]) -> Piece<'t> {
        let ids = self.settings.source(source).record_id;
        let of_source = vec![u64::from(source.0) + 1; rows.rows];
        let together = self.keys(source, rows, &self.together, all);
        let together: Vec<Vec<u64>> =
            together.iter().map(|keys| kernel::keys(&[keys.as_slice(), &of_source])).collect();
        let follow = self.keys(source, rows, &self.follow, all);
        let is_primary = source == self.settings.primary();
        let hints = if is_primary { self.keys(source, rows, &self.hints, all) } else { Vec::new() };
        let leading =
            hints.iter().zip(&self.hints).filter(|(_, key)| key.leads).map(|(keys, _)| keys.clone());
        let leading = if is_primary { leading.collect() } else { follow.clone() };
        let leading: Vec<Vec<u64>> = leading;
        let sought = leading.into_iter().chain(together.iter().cloned()).collect();
        let entered = together.into_iter().chain(follow).collect();
        Piece { source, rows, ids, sought, entered, hints }
    }

    /// Places rows that no key places: by hints where they are no residents', else by their wards' codes,
    /// else by their addresses, which are taken apart only where nothing else tells.
    fn place(&mut self, piece: &Piece<'_>, open: &[usize], units: &mut [Unit]) {
        let Piece { source, rows, .. } = *piece;
        let is_primary = source == self.settings.primary();
        let hints = if is_primary { Vec::new() } else { self.keys(source, rows, &self.hints, open) };
        let columns = std::mem::take(&mut self.ward_columns[source.index()]);
        let (codes, addresses) = columns.split_at(columns.partition_point(WardColumn::is_code));
        let places = self.places(piece, codes, open);
        let mut rest = Vec::new();
        for (at, &row) in open.iter().enumerate() {
            let known = self.known(piece, row);
            let known = known.or_else(|| hints.iter().find_map(|keys| self.directory.get(keys[at])));
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
        self.told.unit(piece.source, piece.id(row)).or_else(|| piece.met(&self.directory, row))
    }

    fn places(&self, piece: &Piece<'_>, columns: &[WardColumn], of: &[usize]) -> Records {
        let named: Vec<usize> = columns.iter().map(|one| one.column).collect();
        self.records(piece.source, piece.rows, &named, of)
    }

    /// A row has its unit: others of its keys and of its person follow it.
    fn settle(&mut self, piece: &Piece<'_>, row: usize, unit: Unit) -> Unit {
        piece.entered.iter().for_each(|keys| self.directory.enter(keys[row], unit));
        piece.hints.iter().for_each(|keys| self.directory.enter_only(keys[row], unit));
        self.told.enter(piece.source, piece.id(row), unit);
        unit
    }

    /// Some keys of some rows: by key, then row.
    fn keys(&self, source: SourceIndex, rows: &Table, wanted: &[PartKey], of: &[usize]) -> Vec<Vec<u64>> {
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
            for &row in wanted {
                picked.push_unsought(texts.text(row));
            }
            picked.finish()
        };
        let column = |(at, texts): (usize, &Option<TextColumn>)| {
            if columns.contains(&at) { texts.as_ref().map(pick) } else { None }
        };
        let columns = rows.columns.iter().enumerate().map(column).collect();
        self.reader.records(&self.settings, source, Table { columns, rows: wanted.len() })
    }
}
