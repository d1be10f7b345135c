//! Rows → disk, by unit: blocks of a few thousand rows, packed column by column.
//!
//! One file a source. A block is a unit's next rows, column after column ([`cells`](super::cells)). Where
//! blocks stand is kept in memory, some 30 bytes a block and column. The files are read by the process that
//! wrote them and by no other.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::cells::{Cells, Packed, Packing};
use super::parts::Parts;
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::ingest::Rows;
use crate::private;
use crate::settings::Settings;
use crate::table::{SourceIndex, TextRows};

/// A place that rows go to as one; some hundreds.
pub(super) type Unit = u16;

/// Rows of a block: its columns fill LZ4's window of 64 KiB about once.
const BLOCK_ROWS: usize = 4096;

/// Takes rows in.
#[derive(Debug)]
pub(super) struct Spill {
    folder: PathBuf,
    /// By source: its columns.
    columns: Vec<usize>,
    sources: Vec<Stored>,
    open: Open,
    out: Option<File>,
    failed: Option<Failure>,
}

/// One source's rows on disk.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) bytes: u64,
    /// By column: whether any file had it; none of a source that is missing or refused.
    pub(super) delivered: Option<Vec<bool>>,
    pub(super) blocks: Vec<Block>,
}

/// Some rows of a unit.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) unit: Unit,
    pub(super) rows: u32,
    pub(super) offset: u64,
    /// By column: bytes on disk, and unpacked.
    pub(super) columns: Vec<(u32, u32)>,
}

/// Rows of the source at hand that are not on disk yet.
#[derive(Debug, Default)]
struct Open {
    /// By unit.
    rows: Vec<usize>,
    /// By column, then unit, so that columns are filled and packed side by side.
    cells: Vec<Vec<Cells>>,
    /// By column.
    packing: Vec<Packing>,
}

impl Spill {
    pub(super) fn new(settings: &Settings, folder: &Path) -> Self {
        let columns: Vec<usize> = settings.sources.iter().map(|source| source.columns.len()).collect();
        Self {
            folder: folder.to_owned(),
            sources: columns.iter().map(|_| Stored::default()).collect(),
            columns,
            open: Open::default(),
            out: None,
            failed: None,
        }
    }

    pub(super) fn rows(&self) -> u64 {
        let open: usize = self.open.rows.iter().sum();
        let blocks = self.sources.iter().flat_map(|source| &source.blocks);
        open as u64 + blocks.map(|block| u64::from(block.rows)).sum::<u64>()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Takes rows, each with its unit.
    pub(super) fn take(&mut self, source: SourceIndex, rows: &Rows, units: &[Unit]) {
        self.open.take(self.columns[source.index()], rows, units);
        self.write_blocks(source, BLOCK_ROWS);
    }

    /// All rows of a source are in; its delivered columns, none where it is refused.
    pub(super) fn end_source(&mut self, source: SourceIndex, delivered: Option<Vec<bool>>) {
        if delivered.is_some() {
            self.write_blocks(source, 1);
        }
        self.open = Open::default();
        self.out = None;
        let stored = &mut self.sources[source.index()];
        if delivered.is_none() {
            stored.blocks.clear();
        }
        stored.delivered = delivered;
    }

    /// Writes the units that have so many rows or more.
    fn write_blocks(&mut self, source: SourceIndex, rows_min: usize) {
        if self.failed.is_some() {
            return;
        }
        for (unit, rows, columns) in self.open.pack(rows_min) {
            if let Err(error) = self.write(source, unit, rows, &columns) {
                self.failed = Some(unusable(&path_of(&self.folder, source), &error));
                return;
            }
        }
    }

    fn write(&mut self, source: SourceIndex, unit: Unit, rows: usize, columns: &[Packed]) -> io::Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            none => none.insert(private::create_file(&path_of(&self.folder, source))?),
        };
        let bytes = columns.iter().map(|one| one.bytes.as_slice()).collect::<Vec<_>>().concat();
        out.write_all(&bytes)?;
        let stored = &mut self.sources[source.index()];
        let sizes = columns.iter().map(|one| (one.bytes.len() as u32, one.unpacked)).collect();
        stored.blocks.push(Block { unit, rows: rows as u32, offset: stored.bytes, columns: sizes });
        stored.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Puts units together to at most so many parts of about equal size: the largest first, each to the
    /// part that is smallest so far.
    pub(super) fn finish(self, most: usize, named: HashMap<u64, Unit>) -> Outcome<Parts> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let mut rows: Vec<(u64, Unit)> = Vec::new();
        for block in self.sources.iter().flat_map(|source| &source.blocks) {
            let unit = usize::from(block.unit);
            if rows.len() <= unit {
                rows.extend((rows.len()..=unit).map(|unit| (0, unit as Unit)));
            }
            rows[unit].0 += u64::from(block.rows);
        }
        let sizes: Vec<u64> = rows.iter().map(|(rows, _)| *rows).collect();
        rows.retain(|(rows, _)| *rows > 0);
        rows.sort_by_key(|&(rows, unit)| (std::cmp::Reverse(rows), unit));
        let mut units: Vec<Vec<Unit>> = vec![Vec::new(); most.clamp(1, rows.len().max(1))];
        let mut filled = vec![0; units.len()];
        for (rows, unit) in rows {
            let smallest = (0..filled.len()).min_by_key(|&part| filled[part]).unwrap_or(0);
            filled[smallest] += rows;
            units[smallest].push(unit);
        }
        for of_part in &mut units {
            of_part.sort_unstable();
        }
        Ok(Parts { folder: self.folder, sources: self.sources, units, sizes, named })
    }
}

impl Open {
    /// Appends rows to those of their units, a column a task and a unit after the other, so that a text goes
    /// to where the one before it went.
    fn take(&mut self, width: usize, rows: &Rows, units: &[Unit]) {
        let ranges = ranges(units);
        self.rows.resize(self.rows.len().max(ranges.len()), 0);
        self.rows.iter_mut().zip(&ranges).for_each(|(rows, range)| *rows += range.len());
        let order = ordered(units, &ranges);
        self.cells.resize_with(width, Vec::new);
        self.packing.resize_with(width, Packing::default);
        let width = self.rows.len();
        let push = |(cells, texts): (&mut Vec<Cells>, &Option<TextRows>)| {
            cells.resize_with(width, Cells::default);
            for (cells, range) in cells.iter_mut().zip(&ranges) {
                let rows = order[range.clone()].iter().map(|&row| row as usize);
                rows.for_each(|row| cells.push(texts.as_ref().map_or(&[], |texts| texts.bytes(row))));
            }
        };
        self.cells.par_iter_mut().zip(&rows.columns).with_max_len(1).for_each(push);
    }

    /// Takes the units that have so many rows or more: each with its rows and its columns, packed.
    fn pack(&mut self, rows_min: usize) -> Vec<(Unit, usize, Vec<Packed>)> {
        let full: Vec<usize> = (0..self.rows.len()).filter(|&unit| self.rows[unit] >= rows_min).collect();
        if full.is_empty() {
            return Vec::new();
        }
        let pack = |(cells, packing): (&mut Vec<Cells>, &mut Packing)| -> Vec<Packed> {
            full.iter().map(|&unit| packing.pack(&mut cells[unit])).collect()
        };
        let columns = self.cells.par_iter_mut().zip(&mut self.packing);
        let columns: Vec<Vec<Packed>> = columns.with_max_len(1).map(pack).collect();
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        let of_unit = |unit: usize| {
            let packed = columns.iter_mut().filter_map(Iterator::next).collect();
            (unit as Unit, std::mem::take(&mut self.rows[unit]), packed)
        };
        full.iter().copied().map(of_unit).collect()
    }
}

/// By unit: where its rows stand when rows are ordered by unit.
fn ranges(units: &[Unit]) -> Vec<Range<usize>> {
    let highest = units.iter().max().map_or(0, |&unit| usize::from(unit) + 1);
    let mut rows = vec![0; highest];
    for &unit in units {
        rows[usize::from(unit)] += 1;
    }
    let range = |end: &mut usize, rows: usize| {
        let start = std::mem::replace(end, *end + rows);
        Some(start..*end)
    };
    rows.into_iter().scan(0, range).collect()
}

/// The rows by unit, in each in their own order.
fn ordered(units: &[Unit], ranges: &[Range<usize>]) -> Vec<u32> {
    let mut next: Vec<usize> = ranges.iter().map(|range| range.start).collect();
    let mut order = vec![0; units.len()];
    for (row, &unit) in units.iter().enumerate() {
        let place = &mut next[usize::from(unit)];
        order[*place] = row as u32;
        *place += 1;
    }
    order
}

pub(super) fn path_of(folder: &Path, source: SourceIndex) -> PathBuf {
    folder.join(format!("{}.rows", source.0))
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Diagnostic::error(
        "PAR-001",
        Place::file(path.display().to_string()),
        format!("rows cannot be laid aside: {error}"),
        "make room on that disk (half of what the extracts take) or give another folder with --out",
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RulesFolder;

    fn table(width: usize, rows: std::ops::Range<usize>) -> Rows {
        let text = |column: usize, row: usize| match (column + row) % 5 {
            0 => String::new(),
            1 => "Đ".repeat(row % 300),
            _ => format!("{column} {row}"),
        };
        let column = |at: usize| {
            let texts: Vec<String> = rows.clone().map(|row| text(at, row)).collect();
            (at != 3).then(|| texts.iter().map(String::as_str).collect::<TextRows>())
        };
        Rows { columns: (0..width).map(column).collect(), rows: rows.len() }
    }

    #[test]
    fn every_row_comes_back_whole_in_its_part_and_in_order() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(&settings, folder.path());
        let (source, width) = (SourceIndex(1), settings.sources[1].columns.len());
        let unit = |row: usize| (row * 7919 % 11) as Unit;
        for start in (0..60_000).step_by(6_000) {
            let units: Vec<Unit> = (start..start + 6_000).map(unit).collect();
            spill.take(source, &table(width, start..start + 6_000), &units);
        }
        spill.end_source(source, Some((0..width).map(|column| column != 3).collect()));
        assert_eq!(spill.rows(), 60_000);
        let parts = spill.finish(3, HashMap::new()).unwrap();
        let whole = table(width, 0..60_000);
        let mut seen = 0;
        for part in 0..parts.len() {
            let tables = parts.load(part).unwrap();
            let [(_, loaded)] = &tables[..] else { panic!("one source was delivered") };
            let mut rows: Vec<usize> =
                (0..60_000).filter(|&row| parts.units[part].contains(&unit(row))).collect();
            rows.sort_by_key(|&row| (unit(row), row));
            assert_eq!((loaded.rows, loaded.rows as u64), (rows.len(), parts.rows(part)));
            for (at, &row) in rows.iter().enumerate() {
                assert!((0..width).all(|column| loaded.text(column, at) == whole.text(column, row)));
            }
            assert!(loaded.columns[3].is_none());
            seen += rows.len();
        }
        assert_eq!((parts.len(), seen), (3, 60_000));
        let sizes: Vec<u64> = (0..3).map(|part| parts.rows(part)).collect();
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 60_000 / 11 + 1, "{sizes:?}");
    }

    #[test]
    fn a_folder_that_takes_no_rows_is_told_with_the_file_once() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(&settings, &folder.path().join("gone"));
        let (source, width) = (SourceIndex(0), settings.sources[0].columns.len());
        for start in [0, 5_000] {
            spill.take(source, &table(width, start..start + 5_000), &vec![0; 5_000]);
            assert!(spill.has_failed());
        }
        spill.end_source(source, Some(vec![true; width]));
        let failure = spill.finish(2, HashMap::new()).unwrap_err();
        let told = failure.diagnostics[0].to_string();
        assert!(told.contains("PAR-001") && told.contains("0.rows"), "{told}");
    }

    #[test]
    fn rows_that_were_meddled_with_are_told_and_not_read() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(&settings, folder.path());
        let (source, width) = (SourceIndex(0), settings.sources[0].columns.len());
        spill.take(source, &table(width, 0..9_000), &vec![0; 9_000]);
        spill.end_source(source, Some((0..width).map(|column| column != 3).collect()));
        let parts = spill.finish(1, HashMap::new()).unwrap();
        assert_eq!(parts.load(0).unwrap()[0].1.rows, 9_000);
        let path = path_of(folder.path(), source);
        let bytes = std::fs::read(&path).unwrap();
        let noise: Vec<u8> = bytes.iter().map(|byte| byte ^ 0xff).collect();
        for meddled in [&bytes[..bytes.len() - 1], &noise[..], &[]] {
            std::fs::write(&path, meddled).unwrap();
            let told = parts.load(0).unwrap_err().diagnostics[0].to_string();
            assert!(told.contains("PAR-004") && told.contains("0.rows"), "{told}");
        }
    }
}
