//! Rows on disk, by unit: blocks of a few thousand rows, packed column by column.
//!
//! One file a source. A block is a unit's next rows: for each declared column the lengths of its texts
//! (7 bits a byte, lowest first), then the texts, compressed by LZ4. Where blocks stand is kept in memory,
//! some 30 bytes a block and column. The files are read by the process that wrote them and by no other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::private;
use crate::settings::Settings;
use crate::table::{SourceIndex, Table, TextColumn, TextColumnBuilder};

/// A place that rows go to as one; some hundreds.
pub(super) type Unit = u16;

/// Rows of a block: its columns fill LZ4's window of 64 KiB about once.
const BLOCK_ROWS: u32 = 4096;

/// Takes rows in.
#[derive(Debug)]
pub(super) struct Spill {
    folder: PathBuf,
    /// By source: its columns.
    columns: Vec<usize>,
    sources: Vec<Stored>,
    /// Rows of the source at hand that are not on disk yet, by unit.
    open: Vec<OpenBlock>,
    out: Option<File>,
    failed: Option<Failure>,
}

/// One source's rows on disk.
#[derive(Debug, Default)]
struct Stored {
    bytes: u64,
    /// By column: whether any file had it; none of a source that is missing or refused.
    delivered: Option<Vec<bool>>,
    blocks: Vec<Block>,
}

/// Some rows of a unit.
#[derive(Debug)]
struct Block {
    unit: Unit,
    rows: u32,
    offset: u64,
    /// By column: bytes on disk, and unpacked.
    columns: Vec<(u32, u32)>,
}

/// Rows of a unit that are not on disk yet.
#[derive(Clone, Debug, Default)]
struct OpenBlock {
    rows: u32,
    columns: Vec<Cells>,
}

/// Texts of a column back to back, and their lengths.
#[derive(Clone, Debug, Default)]
struct Cells {
    lengths: Vec<u8>,
    bytes: Vec<u8>,
}

impl Spill {
    pub(super) fn new(settings: &Settings, folder: &Path) -> Self {
        let columns: Vec<usize> = settings.sources.iter().map(|source| source.columns.len()).collect();
        Self {
            folder: folder.to_owned(),
            sources: columns.iter().map(|_| Stored::default()).collect(),
            columns,
            open: Vec::new(),
            out: None,
            failed: None,
        }
    }

    pub(super) fn rows(&self) -> u64 {
        let open: u64 = self.open.iter().map(|block| u64::from(block.rows)).sum();
        let blocks = self.sources.iter().flat_map(|source| &source.blocks);
        open + blocks.map(|block| u64::from(block.rows)).sum::<u64>()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Takes rows, each with its unit.
    pub(super) fn take(&mut self, source: SourceIndex, rows: &Table, units: &[Unit]) {
        let highest = units.iter().max().map_or(0, |&unit| usize::from(unit) + 1);
        let width = self.columns[source.index()];
        self.open.resize_with(self.open.len().max(highest), OpenBlock::default);
        self.open.iter_mut().for_each(|block| block.columns.resize_with(width, Cells::default));
        for &unit in units {
            self.open[usize::from(unit)].rows += 1;
        }
        // By column, then unit, so that columns are filled side by side.
        let mut columns: Vec<Vec<&mut Cells>> = (0..width).map(|_| Vec::new()).collect();
        for block in &mut self.open {
            columns.iter_mut().zip(&mut block.columns).for_each(|(column, cells)| column.push(cells));
        }
        columns.par_iter_mut().zip(&rows.columns).with_max_len(1).for_each(|(cells, texts)| {
            for (row, &unit) in units.iter().enumerate() {
                cells[usize::from(unit)].push(texts.as_ref().map_or("", |texts| texts.text(row)));
            }
        });
        self.write_blocks(source, BLOCK_ROWS);
    }

    /// All rows of a source are in; its delivered columns, none where it is refused.
    pub(super) fn end_source(&mut self, source: SourceIndex, delivered: Option<Vec<bool>>) {
        self.write_blocks(source, 1);
        self.open = Vec::new();
        self.out = None;
        let stored = &mut self.sources[source.index()];
        if delivered.is_none() {
            stored.blocks.clear();
        }
        stored.delivered = delivered;
    }

    /// Writes the units that have so many rows or more.
    fn write_blocks(&mut self, source: SourceIndex, rows_min: u32) {
        if self.failed.is_some() {
            return;
        }
        let full = self.open.par_iter_mut().with_max_len(1).enumerate();
        let full = full.filter(|(_, block)| block.rows >= rows_min);
        let packed: Vec<(Unit, u32, Vec<Packed>)> =
            full.map(|(unit, block)| (unit as Unit, block.rows, block.pack())).collect();
        for (unit, rows, columns) in packed {
            if let Err(error) = self.write(source, unit, rows, &columns) {
                self.failed = Some(unusable(&self.path(source), &error));
                return;
            }
        }
    }

    fn write(&mut self, source: SourceIndex, unit: Unit, rows: u32, columns: &[Packed]) -> io::Result<()> {
        let path = self.path(source);
        let out = match &mut self.out {
            Some(out) => out,
            none => none.insert(private::create_file(&path)?),
        };
        let bytes = columns.iter().map(|one| one.bytes.as_slice()).collect::<Vec<_>>().concat();
        out.write_all(&bytes)?;
        let stored = &mut self.sources[source.index()];
        let sizes = columns.iter().map(|one| (one.bytes.len() as u32, one.unpacked)).collect();
        stored.blocks.push(Block { unit, rows, offset: stored.bytes, columns: sizes });
        stored.bytes += bytes.len() as u64;
        Ok(())
    }

    fn path(&self, source: SourceIndex) -> PathBuf {
        path_of(&self.folder, source)
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

/// Rows on disk, by part.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
    sources: Vec<Stored>,
    /// By part: its units, ascending.
    pub(super) units: Vec<Vec<Unit>>,
    /// By unit: its rows.
    sizes: Vec<u64>,
    /// By hash of a name in a ruling: where the record went.
    pub(super) named: HashMap<u64, Unit>,
}

impl Parts {
    /// Number of parts; at least one.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Never: no rows make one empty part.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Rows of a part.
    pub fn rows(&self, part: usize) -> u64 {
        let units = self.units.get(part).into_iter().flatten();
        units.map(|&unit| self.sizes.get(usize::from(unit)).copied().unwrap_or(0)).sum()
    }

    /// Bytes that all parts take on disk.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }

    /// A part's rows as tables, one a delivered source: unit after unit, in each in the order of
    /// delivery. O(texts), a column a task.
    ///
    /// # Errors
    /// `PAR-001` where they cannot be read back.
    pub fn load(&self, part: usize) -> Outcome<Vec<(SourceIndex, Table)>> {
        let mut tables = Vec::new();
        for (at, source) in self.sources.iter().enumerate() {
            let index = SourceIndex(at as u8);
            let path = path_of(&self.folder, index);
            let Some(delivered) = &source.delivered else { continue };
            let table = source.load(&path, &self.units[part], delivered);
            tables.push((index, table.map_err(|error| unusable(&path, &error))?));
        }
        Ok(tables)
    }
}

impl Stored {
    fn load(&self, path: &Path, units: &[Unit], delivered: &[bool]) -> io::Result<Table> {
        let mut blocks: Vec<&Block> =
            self.blocks.iter().filter(|block| units.binary_search(&block.unit).is_ok()).collect();
        if blocks.is_empty() {
            let empty = |&delivered: &bool| delivered.then(TextColumn::default);
            return Ok(Table { columns: delivered.iter().map(empty).collect(), rows: 0 });
        }
        let mut file = File::open(path)?;
        let mut read = |block: &&Block| {
            let mut bytes = vec![0; block.columns.iter().map(|&(packed, _)| packed as usize).sum()];
            file.seek(SeekFrom::Start(block.offset))?;
            file.read_exact(&mut bytes)?;
            Ok((block.unit, bytes))
        };
        // Read as they lie on disk, then by unit.
        let mut bytes: Vec<(Unit, Vec<u8>)> = blocks.iter().map(&mut read).collect::<io::Result<_>>()?;
        blocks.sort_by_key(|block| block.unit);
        bytes.sort_by_key(|(unit, _)| *unit);
        let column = |at: usize| -> io::Result<Option<TextColumn>> {
            let mut builder = TextColumnBuilder::default();
            let mut unpacked = Vec::new();
            for (block, (_, bytes)) in blocks.iter().zip(&bytes) {
                block.unpack(at, bytes, &mut unpacked)?;
                push_cells(&unpacked, block.rows as usize, &mut builder)?;
            }
            Ok(delivered[at].then(|| builder.finish()))
        };
        let columns: io::Result<Vec<Option<TextColumn>>> =
            (0..delivered.len()).into_par_iter().with_max_len(1).map(column).collect();
        Ok(Table { columns: columns?, rows: blocks.iter().map(|block| block.rows as usize).sum() })
    }
}

impl Block {
    /// One column's cells, out of the block's bytes.
    fn unpack(&self, column: usize, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let start: usize = self.columns[..column].iter().map(|&(packed, _)| packed as usize).sum();
        let (packed, unpacked) = self.columns[column];
        out.clear();
        out.resize(unpacked as usize, 0);
        let written = lz4_flex::block::decompress_into(&bytes[start..start + packed as usize], out);
        if written.is_ok_and(|written| written == out.len()) { Ok(()) } else { Err(damaged()) }
    }
}

impl OpenBlock {
    /// Its columns as they go to disk; its room is used again.
    fn pack(&mut self) -> Vec<Packed> {
        self.rows = 0;
        let pack = |cells: &mut Cells| {
            let packed = cells.pack();
            cells.lengths.clear();
            cells.bytes.clear();
            packed
        };
        self.columns.iter_mut().map(pack).collect()
    }
}

/// A column's cells as they stand on disk.
struct Packed {
    bytes: Vec<u8>,
    unpacked: u32,
}

impl Cells {
    fn push(&mut self, text: &str) {
        let mut length = text.len();
        while length >= 0x80 {
            self.lengths.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.lengths.push(length as u8);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn pack(&self) -> Packed {
        let all = [self.lengths.as_slice(), &self.bytes].concat();
        Packed { bytes: lz4_flex::block::compress(&all), unpacked: all.len() as u32 }
    }
}

/// Pushes so many texts out of their lengths and bytes.
fn push_cells(cells: &[u8], rows: usize, column: &mut TextColumnBuilder) -> io::Result<()> {
    let mut lengths = Vec::with_capacity(rows);
    let mut at = 0;
    for _ in 0..rows {
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let byte = *cells.get(at).ok_or_else(damaged)?;
            length |= usize::from(byte & 0x7f) << shift;
            (at, shift) = (at + 1, shift + 7);
            if byte < 0x80 || shift > 28 {
                break;
            }
        }
        lengths.push(length);
    }
    let texts = simdutf8::basic::from_utf8(&cells[at..]).map_err(|_| damaged())?;
    let mut start = 0;
    for length in lengths {
        column.push(texts.get(start..start + length).ok_or_else(damaged)?);
        start += length;
    }
    Ok(())
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not what was written there")
}

fn path_of(folder: &Path, source: SourceIndex) -> PathBuf {
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

    fn table(width: usize, rows: std::ops::Range<usize>) -> Table {
        let text = |column: usize, row: usize| match (column + row) % 5 {
            0 => String::new(),
            1 => "Đ".repeat(row % 300),
            _ => format!("{column} {row}"),
        };
        let column = |at: usize| {
            let texts: Vec<String> = rows.clone().map(|row| text(at, row)).collect();
            (at != 3).then(|| texts.iter().map(String::as_str).collect::<TextColumn>())
        };
        Table { columns: (0..width).map(column).collect(), rows: rows.len() }
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
}
