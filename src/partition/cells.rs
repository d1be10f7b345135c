//! A block's column as it stands on disk: the lengths of its texts (7 bits a byte, lowest first), then the
//! texts; compressed by LZ4 where that pays, else as they are, which their size tells.

use std::io;

use crate::table::{TextColumnBuilder, TextHash};

/// Texts of a column back to back, and their lengths.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    lengths: Vec<u8>,
    bytes: Vec<u8>,
}

/// A column's cells as they stand on disk.
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    /// Bytes that they unpack to.
    pub(super) unpacked: u32,
}

impl Cells {
    pub(super) fn push(&mut self, text: &[u8]) {
        let mut length = text.len();
        while length >= 0x80 {
            self.lengths.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.lengths.push(length as u8);
        self.bytes.extend_from_slice(text);
    }
}

/// Packs the blocks of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Packing {
    joined: Vec<u8>,
    /// Blocks that are not tried.
    untried: u32,
}

/// A column is compressed if that leaves at most so much of it: numbers, of which LZ4 leaves two thirds, take
/// it most of its time.
const WORTH: f64 = 0.6;
/// Blocks after which a column is tried again.
const UNTRIED: u32 = 31;

impl Packing {
    /// A block's cells, packed; their room is used again.
    pub(super) fn pack(&mut self, cells: &mut Cells) -> Packed {
        self.joined.clear();
        self.joined.append(&mut cells.lengths);
        self.joined.append(&mut cells.bytes);
        let unpacked = self.joined.len() as u32;
        if self.untried > 0 {
            self.untried -= 1;
            return Packed { bytes: self.joined.clone(), unpacked };
        }
        let bytes = lz4_flex::block::compress(&self.joined);
        if bytes.len() as f64 > WORTH * self.joined.len() as f64 {
            self.untried = UNTRIED;
        }
        Packed { bytes: if bytes.len() < self.joined.len() { bytes } else { self.joined.clone() }, unpacked }
    }
}

/// Reads cells back.
#[derive(Debug, Default)]
pub(super) struct Unpacking {
    cells: Vec<u8>,
    /// By row: one past its text's last byte, behind the lengths.
    ends: Vec<usize>,
    hashes: Vec<TextHash>,
}

/// Texts whose places in a column are fetched together.
const AHEAD: usize = 32;

impl Unpacking {
    /// Appends so many packed texts to a column. O(their bytes).
    ///
    /// # Errors
    /// Bytes that are not what was packed.
    pub(super) fn push(
        &mut self,
        packed: &[u8],
        (rows, unpacked): (usize, usize),
        column: &mut TextColumnBuilder,
    ) -> io::Result<()> {
        let cells = if packed.len() == unpacked {
            packed
        } else {
            self.cells.resize(unpacked, 0);
            let written = lz4_flex::block::decompress_into(packed, &mut self.cells);
            written.ok().filter(|&written| written == unpacked).ok_or_else(damaged)?;
            &self.cells
        };
        let begin = read_ends(cells, rows, &mut self.ends).ok_or_else(damaged)?;
        let texts = simdutf8::basic::from_utf8(&cells[begin..]).map_err(|_| damaged())?;
        let mut start = 0;
        self.hashes.clear();
        for &end in &self.ends {
            self.hashes.push(TextHash::of(texts.get(start..end).ok_or_else(damaged)?));
            start = end;
        }
        start = 0;
        for (row, &end) in self.ends.iter().enumerate() {
            if row.is_multiple_of(AHEAD) {
                column.warm(&self.hashes[row..rows.min(row + AHEAD)]);
            }
            column.push_hashed(&texts[start..end], self.hashes[row]);
            start = end;
        }
        Ok(())
    }
}

/// Reads so many lengths as where the texts end, the first beginning at 0; gives where the lengths end.
fn read_ends(cells: &[u8], rows: usize, ends: &mut Vec<usize>) -> Option<usize> {
    ends.clear();
    let (mut at, mut end) = (0, 0);
    for _ in 0..rows {
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let byte = *cells.get(at)?;
            length |= usize::from(byte & 0x7f) << shift;
            (at, shift) = (at + 1, shift + 7);
            if byte < 0x80 || shift > 28 {
                break;
            }
        }
        end += length;
        ends.push(end);
    }
    Some(at)
}

pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not what was written there")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[String]) -> Cells {
        let mut cells = Cells::default();
        for text in texts {
            cells.push(text.as_bytes());
        }
        cells
    }

    fn packed(texts: &[String]) -> Packed {
        Packing::default().pack(&mut cells(texts))
    }

    #[test]
    fn texts_of_any_length_come_back() {
        let texts: Vec<String> = (0..500).map(|at| "Đ ".repeat(at * at % 9000)).collect();
        let packed = packed(&texts);
        let mut column = TextColumnBuilder::default();
        let sizes = (texts.len(), packed.unpacked as usize);
        Unpacking::default().push(&packed.bytes, sizes, &mut column).unwrap();
        let column = column.finish();
        assert!((0..texts.len()).all(|row| column.text(row) == texts[row]));
    }

    #[test]
    fn numbers_of_all_kinds_are_left_as_they_are_and_come_back() {
        let numbers: Vec<String> =
            (1..4000_u64).map(|at| (at * 0x9e37_79b9_7f4a % 1_000_000).to_string()).collect();
        let same: Vec<String> = numbers.iter().map(|_| "Xã Định Thành".to_owned()).collect();
        let mut packing = Packing::default();
        let mut column = TextColumnBuilder::default();
        for (block, texts) in [&numbers, &numbers, &same].into_iter().enumerate() {
            let packed = packing.pack(&mut cells(texts));
            assert_eq!(packed.bytes.len() == packed.unpacked as usize, block > 0);
            let sizes = (texts.len(), packed.unpacked as usize);
            Unpacking::default().push(&packed.bytes, sizes, &mut column).unwrap();
        }
        let column = column.finish();
        let texts = numbers.iter().chain(&numbers).chain(&same);
        assert!(texts.enumerate().all(|(row, text)| column.text(row) == text));
        let packed = packed(&same);
        assert!(packed.bytes.len() * 20 < packed.unpacked as usize);
    }

    #[test]
    fn bytes_that_are_not_what_was_packed_are_an_error() {
        let texts: Vec<String> = (0..100).map(|at| format!("Đặng {at}")).collect();
        let packed = packed(&texts);
        let unpacked = packed.unpacked as usize;
        let read = |bytes: &[u8], rows: usize, unpacked: usize| {
            Unpacking::default().push(bytes, (rows, unpacked), &mut TextColumnBuilder::default())
        };
        assert!(read(&packed.bytes, 100, unpacked).is_ok());
        let cut = &packed.bytes[..packed.bytes.len() - 1];
        assert!(read(cut, 100, unpacked).is_err());
        assert!(read(&packed.bytes, 100, unpacked + 1).is_err());
        assert!(read(&packed.bytes, 1 << 20, unpacked).is_err());
        assert!(read(&[], 1, 0).is_err());
        let (mut texts, mut errors) = (packed.bytes.clone(), 0);
        for at in 0..texts.len() {
            texts[at] ^= 0x80;
            errors += usize::from(read(&texts, 100, unpacked).is_err());
            texts[at] ^= 0x80;
        }
        assert!(errors > texts.len() / 2, "{errors} of {}", texts.len());
    }
}
