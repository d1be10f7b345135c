//! Where texts that lie back to back end, in four bytes each.

/// Ends in rising order. A province has some fifty million texts, and few columns have more than 4 GiB of them: the high
/// half of an end is told by the few places where it grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// The low half of each end.
    low: Vec<u32>,
    /// `wraps[k]` is the first place whose end is at or beyond `(k + 1) << 32`.
    wraps: Vec<u32>,
}

impl Ends {
    /// Number of ends.
    pub(super) fn len(&self) -> usize {
        self.low.len()
    }

    /// The end at a place. O(1) below 4 GiB, else O(log (bytes / 4 GiB)).
    ///
    /// # Panics
    /// If there is no such place.
    pub(super) fn get(&self, place: usize) -> usize {
        let low = self.low[place] as usize;
        if self.wraps.is_empty() {
            return low;
        }
        low + (self.wraps.partition_point(|&first| first as usize <= place) << 32)
    }

    /// Appends an end that is not below the last one.
    pub(super) fn push(&mut self, end: usize) {
        while end >> 32 > self.wraps.len() {
            self.wraps.push(self.low.len() as u32);
        }
        self.low.push(end as u32);
    }

    pub(super) fn reserve(&mut self, additional: usize) {
        self.low.reserve(additional);
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.low.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_beyond_four_gibibytes_come_back_as_they_went_in() {
        let wrap = 1_usize << 32;
        let all = [0, 7, 7, wrap - 1, wrap, wrap + 5, 4 * wrap + 1, 4 * wrap + 1, 5 * wrap];
        let mut ends = Ends::default();
        for &end in &all {
            ends.push(end);
        }
        let back: Vec<usize> = (0..ends.len()).map(|place| ends.get(place)).collect();
        assert_eq!(back, all);
    }
}
