//! A file as blocks of whole lines, hashed on the way.

use std::io::{self, Read};

use memchr::{memchr, memrchr};
use sha2::{Digest, Sha256};

use super::Limits;

/// Some whole lines of a file.
///
/// The buffer keeps a gap before the lines: what the previous block left
/// unfinished (at most one row over several lines) is put there, so the lines
/// themselves need not move.
#[derive(Debug, Default)]
pub(super) struct Block {
    buffer: Vec<u8>,
    /// Where the lines, or the rest put before them, begin in the buffer.
    start: usize,
    /// Offset in the file of that place.
    pub(super) offset: u64,
    /// Whether the file ends here. If not, the last byte is a line feed.
    pub(super) last: bool,
}

impl Block {
    /// The lines.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Puts before the lines what the previous block left over.
    pub(super) fn prepend(&mut self, rest: &[u8]) {
        let start = self.start - rest.len();
        self.buffer[start..self.start].copy_from_slice(rest);
        self.start = start;
        self.offset -= rest.len() as u64;
    }
}

/// Cuts a stream into [`Block`]s.
#[derive(Debug)]
pub(super) struct BlockReader<R> {
    inner: R,
    hash: Sha256,
    limits: Limits,
    /// Read, but not handed on yet: mostly the beginning of a line.
    carry: Vec<u8>,
    /// Offset of the carry in the file.
    offset: u64,
    /// Bytes read so far.
    pub(super) bytes: u64,
}

impl<R: Read> BlockReader<R> {
    /// Reads on after a `head` that was read already and is only hashed here.
    pub(super) fn new(inner: R, head: &[u8], limits: Limits) -> Self {
        let bytes = head.len() as u64;
        let hash = Sha256::new_with_prefix(head);
        Self { inner, hash, limits, carry: Vec::new(), offset: bytes, bytes }
    }

    /// Reads the next lines: about `limits.segment` bytes, more if one line is longer.
    ///
    /// Of a line longer than a row may be only the beginning is kept, long
    /// enough to be known as such; it then ends its block.
    ///
    /// # Errors
    /// As the system gives them.
    pub(super) fn fill(&mut self, block: &mut Block) -> io::Result<()> {
        let gap = self.limits.row + 1;
        block.buffer.truncate(gap);
        block.buffer.resize(gap, 0);
        block.buffer.append(&mut self.carry);
        (block.start, block.offset, block.last) = (gap, self.offset, false);
        let mut searched = gap;
        loop {
            if self.read(&mut block.buffer, self.limits.segment)? == 0 {
                block.last = true;
                return Ok(());
            }
            if let Some(feed) = memrchr(b'\n', &block.buffer[searched..]) {
                self.carry.extend_from_slice(&block.buffer[searched + feed + 1..]);
                block.buffer.truncate(searched + feed + 1);
                break;
            }
            searched = block.buffer.len();
            if searched - gap > self.limits.row + 1 {
                block.buffer.truncate(gap + self.limits.row + 1);
                block.last = !self.skip_line()?;
                block.buffer.push(b'\n');
                break;
            }
        }
        self.offset = self.bytes - self.carry.len() as u64;
        Ok(())
    }

    /// The SHA-256 of everything read.
    pub(super) fn finish(self) -> Vec<u8> {
        self.hash.finalize().to_vec()
    }

    fn read(&mut self, buffer: &mut Vec<u8>, bytes: usize) -> io::Result<usize> {
        let before = buffer.len();
        buffer.reserve(bytes);
        let read = (&mut self.inner).take(bytes as u64).read_to_end(buffer)?;
        self.hash.update(&buffer[before..]);
        self.bytes += read as u64;
        Ok(read)
    }

    /// Reads to the line's end, keeping what follows it. Whether there is one.
    fn skip_line(&mut self) -> io::Result<bool> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            if self.read(&mut buffer, self.limits.segment)? == 0 {
                return Ok(false);
            }
            if let Some(feed) = memchr(b'\n', &buffer) {
                self.carry.extend_from_slice(&buffer[feed + 1..]);
                return Ok(true);
            }
        }
    }
}
