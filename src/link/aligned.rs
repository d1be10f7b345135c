//! Rows of 32-bit numbers that do not cross cache lines.
//!
//! Rows are fetched one by one, in no order: each costs as many misses of memory as it touches lines.
//! A row of 16 numbers is one line if it begins with it, and two in fifteen cases of sixteen if it
//! begins anywhere.

use std::ops::{Deref, DerefMut};

/// Numbers of 32 bits in a cache line.
pub(super) const LINE: usize = 16;

/// Bytes of a cache line.
const LINE_BYTES: usize = 64;

/// The length of a row that has room for so many numbers: a divisor of a line or whole lines.
pub(super) fn row_length(numbers: usize) -> usize {
    if numbers <= LINE { numbers.next_power_of_two() } else { numbers.next_multiple_of(LINE) }
}

/// Numbers of which the first begins a cache line. Moving it moves no number.
#[derive(Debug, Default)]
pub(super) struct Aligned<T> {
    all: Vec<T>,
    start: usize,
    len: usize,
}

impl<T> Aligned<T> {
    /// So many numbers; `fill` makes a list of the length that it is given.
    pub(super) fn new(len: usize, fill: impl FnOnce(usize) -> Vec<T>) -> Self {
        let all = fill(len + LINE - 1);
        let start = all.as_ptr().align_offset(LINE_BYTES).min(LINE - 1);
        Self { all, start, len }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.all[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.all[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_within_lines() {
        for len in 0..70 {
            let numbers = Aligned::new(len, |len| vec![7_u32; len]);
            assert_eq!(numbers.len(), len);
            assert_eq!(numbers.as_ptr() as usize % LINE_BYTES, 0);
        }
        let lengths = [0, 1, 3, 14, 16, 17, 33].map(row_length);
        assert_eq!(lengths, [1, 1, 4, 16, 16, 32, 48]);
    }
}
