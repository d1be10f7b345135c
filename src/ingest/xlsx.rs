//! XLSX: the first sheet, cell by cell.
//!
//! The header is the first row in which anything stands. Rows without any text
//! are passed over, as blank lines of a CSV are. The sheet is streamed; the
//! workbook's shared strings are held, which is calamine's way.

use std::io::{Read, Seek};
use std::ops::Range;

use calamine::{Data, DataRef, Reader, Xlsx, XlsxCellReader, XlsxError};

use super::intake::{Batch, Intake};
use super::mapping::Mapping;
use super::reject::{Reject, RejectReason};
use super::render;

/// Rows handed to the intake at a time.
const BATCH_ROWS: usize = 16_384;

/// Most bytes of a cell, as in CSV. Excel itself allows 32,767 characters.
const CELL_BYTES_MAX: usize = 1 << 16;

/// A workbook's first sheet, from its header on.
pub(super) struct Sheet<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    /// The first cell of the next row, read already.
    ahead: Option<(u32, u32, String)>,
    /// Whether the sheet's end was met; calamine cannot be asked again after it.
    ended: bool,
    /// The header's cells.
    pub(super) header: Vec<String>,
    /// 1-based sheet row of the header.
    pub(super) header_row: u64,
}

/// One row's texts, back to back, with the place of each.
#[derive(Debug, Default)]
struct Row {
    /// 0-based sheet row.
    index: u32,
    text: String,
    cells: Vec<(u32, Range<usize>)>,
}

impl<'a, R: Read + Seek> Sheet<'a, R> {
    /// Reads up to the header; None if nothing stands in the sheet.
    ///
    /// # Errors
    /// As calamine gives them.
    pub(super) fn open(workbook: &'a mut Xlsx<R>) -> Result<Option<Self>, XlsxError> {
        let Some(name) = workbook.sheet_names().into_iter().next() else { return Ok(None) };
        let cells = workbook.worksheet_cells_reader(&name)?;
        let mut sheet = Self { cells, ahead: None, ended: false, header: Vec::new(), header_row: 0 };
        let mut row = Row::default();
        if !sheet.next_row(&mut row)? {
            return Ok(None);
        }
        sheet.header = (0..row.width()).map(|column| row.cell(column).to_owned()).collect();
        sheet.header_row = u64::from(row.index) + 1;
        Ok(Some(sheet))
    }

    /// Reads all rows behind the header into the intake.
    ///
    /// # Errors
    /// As calamine gives them; the batches until then are in the intake.
    pub(super) fn read(mut self, mapping: &Mapping, file: u32, intake: &mut Intake) -> Result<(), XlsxError> {
        let mut batch = SheetBatch::new(mapping.slots.len());
        let mut row = Row::default();
        while self.next_row(&mut row)? {
            batch.push(&row, mapping);
            if batch.lines.len() + batch.broken.len() >= BATCH_ROWS {
                intake.take(mapping, file, std::slice::from_ref(&batch));
                batch.clear();
            }
        }
        intake.take(mapping, file, std::slice::from_ref(&batch));
        Ok(())
    }

    /// The next row with any text in it; false at the sheet's end.
    fn next_row(&mut self, row: &mut Row) -> Result<bool, XlsxError> {
        row.text.clear();
        row.cells.clear();
        if let Some((index, column, text)) = self.ahead.take() {
            row.index = index;
            row.push(column, &text);
        }
        while !self.ended {
            let Some(cell) = self.cells.next_cell()? else {
                self.ended = true;
                break;
            };
            let (index, column) = cell.get_position();
            let value = cell.get_value();
            if matches!(value, DataRef::Empty) {
                continue;
            }
            let text = text(value);
            if text.is_empty() {
                continue;
            }
            if !row.cells.is_empty() && index != row.index {
                self.ahead = Some((index, column, text));
                return Ok(true);
            }
            row.index = index;
            row.push(column, &text);
        }
        Ok(!row.cells.is_empty())
    }
}

impl Row {
    fn push(&mut self, column: u32, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.cells.push((column, start..self.text.len()));
    }

    /// The text of a column. Rows are short: a search beats a table.
    fn cell(&self, column: usize) -> &str {
        let found = self.cells.iter().find(|(at, _)| *at as usize == column);
        found.and_then(|(_, range)| self.text.get(range.clone())).unwrap_or_default()
    }

    fn width(&self) -> usize {
        self.cells.iter().map(|(column, _)| *column as usize + 1).max().unwrap_or_default()
    }

    fn raw(&self) -> Vec<u8> {
        render::line((0..self.width()).map(|column| self.cell(column)))
    }
}

/// A cell as text.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => render::number(*value),
        DataRef::SharedString(value) => (*value).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) if value.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
            let date = (i32::from(year), u32::from(month), u32::from(day));
            render::moment(date, (u32::from(hour), u32::from(minute), u32::from(second)))
        }
        DataRef::DateTime(value) => render::number(value.as_f64()),
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.clone(),
        DataRef::Error(error) => Data::Error(error.clone()).to_string(),
    }
}

/// Some rows, column by column.
#[derive(Debug)]
struct SheetBatch {
    text: String,
    slots: Vec<Vec<Range<usize>>>,
    /// 1-based sheet row of each row.
    lines: Vec<u64>,
    broken: Vec<Reject>,
}

impl SheetBatch {
    fn new(slots: usize) -> Self {
        Self { text: String::new(), slots: vec![Vec::new(); slots], lines: Vec::new(), broken: Vec::new() }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.slots.iter_mut().for_each(Vec::clear);
        self.lines.clear();
        self.broken.clear();
    }

    fn push(&mut self, row: &Row, mapping: &Mapping) {
        let line = u64::from(row.index) + 1;
        let (found, expected) = (row.width() as u32, mapping.width as u32);
        // Empty cells at a row's end are not written, so only too many can be told.
        let reason = if found > expected {
            RejectReason::CellCount { found, expected }
        } else if row.cells.iter().any(|(_, range)| range.len() > CELL_BYTES_MAX) {
            RejectReason::CellTooLong
        } else {
            for (column, slot) in self.slots.iter_mut().zip(&mapping.slots) {
                let start = self.text.len();
                self.text.push_str(row.cell(slot.position));
                column.push(start..self.text.len());
            }
            self.lines.push(line);
            return;
        };
        self.broken.push(Reject { file: 0, line, byte_offset: 0, reason, raw: row.raw() });
    }

    fn cell(&self, slot: usize, row: usize) -> &str {
        let range = self.slots.get(slot).and_then(|column| column.get(row)).cloned().unwrap_or_default();
        self.text.get(range).unwrap_or_default()
    }
}

impl Batch for SheetBatch {
    fn rows(&self) -> usize {
        self.lines.len()
    }

    fn refused(&self) -> &[(usize, RejectReason)] {
        &[]
    }

    fn broken(&self) -> usize {
        self.broken.len()
    }

    fn visit(&self, slot: usize, mut show: impl FnMut(usize, &str)) {
        for row in 0..self.lines.len() {
            show(row, self.cell(slot, row));
        }
    }

    fn rejects(&self, file: u32, dropped: &[(usize, RejectReason)]) -> Vec<Reject> {
        let dropped = dropped.iter().map(|&(row, reason)| {
            let raw = render::line((0..self.slots.len()).map(|slot| self.cell(slot, row)));
            Reject { file, line: self.lines[row], byte_offset: 0, reason, raw }
        });
        let broken = self.broken.iter().cloned().map(|reject| Reject { file, ..reject });
        let mut rejects: Vec<Reject> = dropped.chain(broken).collect();
        rejects.sort_by_key(|reject| reject.line);
        rejects
    }
}
