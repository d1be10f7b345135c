//! One slip of the keyboard, and the distance of words that differ by more.
//!
//! A slip is one key too many, one too few, a neighbouring key for another, or two
//! keys in the wrong order. Everything here works on small arrays; words of more keys than
//! [`KEYS_MAX`] have no [`Keys`].

/// Keys of the longest word that slips are looked for in: twice the longest syllable in Telex.
pub(super) const KEYS_MAX: usize = 24;

/// The keys of a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    keys: [u8; KEYS_MAX],
    len: usize,
}

impl Keys {
    /// Keys in order; `None` for too many.
    pub(super) fn new(keys: impl Iterator<Item = u8>) -> Option<Self> {
        let mut all = Self { keys: [0; KEYS_MAX], len: 0 };
        for key in keys {
            *all.keys.get_mut(all.len)? = key;
            all.len += 1;
        }
        Some(all)
    }

    /// The last key first.
    pub(super) fn reversed(mut self) -> Self {
        if let Some(keys) = self.keys.get_mut(..self.len) {
            keys.reverse();
        }
        self
    }

    /// The keys.
    pub(super) fn as_slice(&self) -> &[u8] {
        self.keys.get(..self.len).unwrap_or_default()
    }
}

/// Rows of the keyboard; a key's neighbours are those beside it and those it touches above and below.
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// Bits of the neighbours of each letter.
const NEIGHBOURS: [u32; 26] = {
    let (mut bits, mut row) = ([0; 26], 0);
    while row < ROWS.len() {
        let mut at = 0;
        while at < ROWS[row].len() {
            let key = (ROWS[row][at] - b'a') as usize;
            if at + 1 < ROWS[row].len() {
                let beside = (ROWS[row][at + 1] - b'a') as usize;
                bits[key] |= 1 << beside;
                bits[beside] |= 1 << key;
            }
            // A row stands half a key to the right of the one above.
            let mut above = at;
            while row > 0 && above <= at + 1 && above < ROWS[row - 1].len() {
                let other = (ROWS[row - 1][above] - b'a') as usize;
                bits[key] |= 1 << other;
                bits[other] |= 1 << key;
                above += 1;
            }
            at += 1;
        }
        row += 1;
    }
    bits
};

/// Whether two keys touch each other. O(1).
pub(super) fn are_neighbours(a: u8, b: u8) -> bool {
    let at = |key: u8| key.checked_sub(b'a').filter(|at| *at < 26);
    let (Some(a), Some(b)) = (at(a), at(b)) else { return false };
    NEIGHBOURS[usize::from(a)] >> b & 1 == 1
}

/// Whether the second is the first after one slip, or the other way round. O(length).
pub(super) fn is_one_slip(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let head = short.iter().zip(long).take_while(|pair| pair.0 == pair.1).count();
    let (short, long) = (short.get(head..).unwrap_or_default(), long.get(head..).unwrap_or_default());
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|pair| pair.0 == pair.1).count();
    let middle = |side: &'_ [u8]| side.len() - tail;
    match (short.get(..middle(short)), long.get(..middle(long))) {
        (Some([]), Some([_])) => true,
        (Some([one]), Some([other])) => are_neighbours(*one, *other),
        (Some([first, second]), Some([other, another])) => first == another && second == other,
        _ => false,
    }
}

/// [`is_one_slip`] of letters packed as [`super::word::Word::plain`] has them: five bits each, the last
/// one lowest, the number of letters from bit 60 on. O(1), some two nanoseconds.
pub(super) fn is_one_slip_packed(a: u64, b: u64) -> bool {
    let (short, long) = if a >> 60 <= b >> 60 { (a, b) } else { (b, a) };
    let more = (long >> 60) - (short >> 60);
    let (short, long) = (short << 4 >> 4, long << 4 >> 4);
    let differing = short ^ long;
    if more > 1 || differing == 0 {
        // Letters begin at 1, so that words of two lengths do differ.
        return false;
    }
    let (low, high) = (differing.trailing_zeros() / 5 * 5, differing.ilog2() / 5 * 5);
    if more == 1 {
        let behind = (1_u64 << low) - 1;
        return long >> 5 & !behind | long & behind == short;
    }
    let letter = |word: u64, at: u32| (word >> at & 31) as u8;
    match high - low {
        0 => are_neighbours(letter(short, low) + b'a' - 1, letter(long, low) + b'a' - 1),
        5 => letter(short, low) == letter(long, high) && letter(short, high) == letter(long, low),
        _ => false,
    }
}

/// Edits from one to the other: letters added, left out, replaced, neighbours swapped, none touched
/// twice (optimal string alignment). The same as `strsim::osa_distance`, which the tests compare
/// it with, in a machine word a letter after Hyyrö, "A bit-vector algorithm for computing Levenshtein
/// and Damerau edit distances" (2003). O(length).
pub(super) fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.is_empty() || a.len() > 32 {
        return a.len().max(b.len());
    }
    let bits_of =
        |key: u8| a.iter().enumerate().fold(0_u32, |bits, (at, c)| bits | u32::from(*c == key) << at);
    let last = 1_u32 << (a.len() - 1);
    let (mut up, mut down, mut zero, mut before) = (u32::MAX, 0_u32, 0_u32, 0_u32);
    let mut distance = a.len();
    for key in b {
        let same = bits_of(*key);
        let swapped = (!zero & same) << 1 & before;
        zero = ((same & up).wrapping_add(up) ^ up) | same | down | swapped;
        let (right, left) = (down | !(zero | up), zero & up);
        distance += usize::from(right & last != 0);
        distance -= usize::from(left & last != 0);
        let right = right << 1 | 1;
        up = left << 1 | !(zero | right);
        down = right & zero;
        before = same;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn neighbours_touch() {
        for pair in ["as", "mn", "vb", "gt", "gy", "gb", "gv", "gh", "op", "ok", "ol", "qa", "lk", "zs", "za"]
        {
            let pair = pair.as_bytes();
            assert!(are_neighbours(pair[0], pair[1]) && are_neighbours(pair[1], pair[0]), "{pair:?}");
        }
        for pair in ["aa", "lm", "nl", "ad", "gu", "bm", "a?", "pa"] {
            let pair = pair.as_bytes();
            assert!(!are_neighbours(pair[0], pair[1]) && !are_neighbours(pair[1], pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn one_slip_is_one_key() {
        for (a, b) in [("hung", "hugn"), ("thanh", "thah"), ("lan", "lann"), ("minh", "ninh"), ("a", "")] {
            assert!(
                is_one_slip(a.as_bytes(), b.as_bytes()) && is_one_slip(b.as_bytes(), a.as_bytes()),
                "{a}"
            );
        }
        for (a, b) in [("an", "an"), ("linh", "minh"), ("tho", "oth"), ("abcd", "badc"), ("", ""), ("aa", "")]
        {
            assert!(
                !is_one_slip(a.as_bytes(), b.as_bytes()) && !is_one_slip(b.as_bytes(), a.as_bytes()),
                "{a}"
            );
        }
    }

    fn packed(word: &str) -> u64 {
        word.bytes().fold((word.len() as u64) << 60, |all, c| {
            (all & 15 << 60) | (all << 4 >> 4) << 5 | u64::from(c - b'a' + 1)
        })
    }

    proptest! {
        #[test]
        fn packed_letters_slip_as_others(a in "[a-df]{1,12}", b in "[a-d]{1,12}", at in 0_usize..12, kind in 0..4) {
            let mut slipped: Vec<char> = a.chars().collect();
            let at = at % slipped.len();
            match kind {
                0 if slipped.len() > 1 => _ = slipped.remove(at),
                1 if slipped.len() < 12 => slipped.insert(at, 's'),
                2 => slipped[at] = 's',
                _ => slipped.swap(at, at.saturating_sub(1)),
            }
            let slipped: String = slipped.into_iter().collect();
            for (a, b) in [(&a, &b), (&a, &slipped), (&b, &slipped)] {
                prop_assert_eq!(is_one_slip_packed(packed(a), packed(b)), is_one_slip(a.as_bytes(), b.as_bytes()), "{} {}", a, b);
            }
        }

        #[test]
        fn the_distance_is_that_of_strsim(a in "[abc]{0,14}", b in "[abc]{0,14}") {
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes()), strsim::osa_distance(&a, &b));
        }
    }
}
