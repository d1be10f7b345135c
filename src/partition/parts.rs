//! Rows on disk → the tables of a part.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::cells::Unpacking;
use super::spill::{Block, Stored, Unit, path_of};
use crate::diagnostic::{Diagnostic, Failure, Outcome, Place};
use crate::table::{SourceIndex, Table, TextColumn, TextColumnBuilder};

/// Rows on disk, by part.
#[derive(Debug)]
pub struct Parts {
    pub(super) folder: PathBuf,
    pub(super) sources: Vec<Stored>,
    /// By part: its units, ascending.
    pub(super) units: Vec<Vec<Unit>>,
    /// By unit: its rows.
    pub(super) sizes: Vec<u64>,
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
    /// delivery. O(texts), a column a task, sources side by side.
    ///
    /// # Errors
    /// `PAR-004` where they cannot be read back.
    pub fn load(&self, part: usize) -> Outcome<Vec<(SourceIndex, Table)>> {
        let load = |(at, source): (usize, &Stored)| {
            let index = SourceIndex(at as u8);
            let path = path_of(&self.folder, index);
            let table = source.load(&path, &self.units[part], source.delivered.as_ref()?);
            Some(table.map(|table| (index, table)).map_err(|error| unreadable(&path, &error)))
        };
        self.sources.par_iter().with_max_len(1).enumerate().filter_map(load).collect()
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
        let blocks: Vec<(&Block, Vec<u8>)> =
            blocks.into_iter().zip(bytes).map(|(block, (_, bytes))| (block, bytes)).collect();
        let rows = blocks.iter().map(|(block, _)| block.rows as usize).sum();
        let column = |at: usize| delivered[at].then(|| column_of(&blocks, at, rows)).transpose();
        let columns: io::Result<Vec<Option<TextColumn>>> =
            (0..delivered.len()).into_par_iter().with_max_len(1).map(column).collect();
        Ok(Table { columns: columns?, rows })
    }
}

/// Blocks after which a column makes room for all of its rows.
const BLOCKS_TOLD: usize = 4;

/// One column out of blocks and their bytes.
fn column_of(blocks: &[(&Block, Vec<u8>)], at: usize, rows: usize) -> io::Result<TextColumn> {
    let mut column = TextColumnBuilder::default();
    let mut unpacking = Unpacking::default();
    for (place, (block, bytes)) in blocks.iter().enumerate() {
        let start: usize = block.columns[..at].iter().map(|&(packed, _)| packed as usize).sum();
        let (packed, unpacked) = block.columns[at];
        let packed = &bytes[start..start + packed as usize];
        unpacking.push(packed, (block.rows as usize, unpacked as usize), &mut column)?;
        if place + 1 == BLOCKS_TOLD {
            column.expect_rows(rows);
        }
    }
    Ok(column.finish())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Diagnostic::error(
        "PAR-004",
        Place::file(path.display().to_string()),
        format!("rows that were laid aside cannot be read back: {error}"),
        "look after that disk, leave the folder alone while a run is under way, and run again",
    )
    .into()
}
