//! Numbers that no two hand-outs share: personal numbers, cards, SIMs, record ids.
//!
//! Every batch owns a slice of each number space, and a keyed permutation hides
//! the slices, so batches hand out numbers on their own and none meets twice.

use std::collections::BTreeMap;

use super::draw::Permutation;
use super::person::Sex;

/// Of a slice of personal-number serials, the part that is handed out. The rest
/// is nobody's: a slipped digit is drawn so that it lands there, which keeps the
/// truth about shared numbers complete without looking into other batches.
const SERIALS_IN_USE: (u64, u64) = (3, 4);
const SERIALS: u64 = 1_000_000;
/// Letters of plates, and what stands behind the letter on motorcycles.
const SERIES: &[u8] = b"ABCDEFGHKLMNPSTUVXYZ";
const SERIES_SECOND: &[u8] = b"123456789ABCDEFGHKLMNPSTUVXYZ";
const PLATES_A_SERIES: u64 = 100_000;

/// The number spaces of one province.
#[derive(Clone, Debug)]
pub(super) struct Numbering {
    batches: u64,
    serials: Permutation,
    cmnd: Permutation,
    insurance: Permutation,
    phones: Permutation,
    households: Permutation,
    records: [Permutation; 5],
    plates: Permutation,
    car_plates: Permutation,
}

impl Numbering {
    pub(super) fn new(seed: u64, batches: u64) -> Self {
        let space = |size, purpose: u64| Permutation::new(size, super::draw::mix(seed, 0xA000 + purpose));
        Self {
            batches,
            serials: space(SERIALS, 0),
            cmnd: space(10_000_000, 1),
            insurance: space(100_000_000, 2),
            phones: space(10_000_000, 3),
            households: space(100_000_000, 4),
            records: [5, 6, 7, 8, 9].map(|purpose| space(1_000_000_000, purpose)),
            plates: space(SERIES.len() as u64 * SERIES_SECOND.len() as u64 * PLATES_A_SERIES, 10),
            car_plates: space(SERIES.len() as u64 * PLATES_A_SERIES, 11),
        }
    }

    fn at(&self, space: &Permutation, batch: u64, count: u64) -> u64 {
        let slice = space.size() / self.batches;
        space.forward(batch * slice + count % slice.max(1))
    }

    /// Serials of one prefix that a batch may hand out.
    fn serials_in_use(&self) -> u64 {
        SERIALS / self.batches * SERIALS_IN_USE.0 / SERIALS_IN_USE.1
    }

    /// Whether no personal number of any prefix ends in these six digits.
    pub(super) fn is_nobodys(&self, serial: u64) -> bool {
        let slice = SERIALS / self.batches;
        let from = self.serials.backward(serial);
        from / slice.max(1) >= self.batches || from % slice.max(1) >= self.serials_in_use()
    }
}

/// What one batch has handed out so far.
#[derive(Debug)]
pub(super) struct Allotment<'a> {
    numbering: &'a Numbering,
    batch: u64,
    serials: BTreeMap<[u8; 6], u64>,
    counts: [u64; 11],
}

impl<'a> Allotment<'a> {
    pub(super) fn new(numbering: &'a Numbering, batch: u64) -> Self {
        Self { numbering, batch, serials: BTreeMap::new(), counts: [0; 11] }
    }

    /// A 12-digit personal number: province of registration, century and sex, year, serial.
    /// None when the batch has used up its serials of that prefix.
    pub(super) fn personal(&mut self, province: &str, sex: Sex, year: i32) -> Option<String> {
        let prefix = format!("{province}{}{:02}", century_digit(sex, year), year.rem_euclid(100));
        let key: [u8; 6] = prefix.as_bytes().try_into().ok()?;
        let used = self.serials.entry(key).or_default();
        if *used >= self.numbering.serials_in_use() {
            return None;
        }
        let slice = SERIALS / self.numbering.batches;
        let serial = self.numbering.serials.forward(self.batch * slice + *used);
        *used += 1;
        Some(format!("{prefix}{serial:06}"))
    }

    fn next(&mut self, counter: usize, space: &Permutation) -> u64 {
        let count = self.counts[counter];
        self.counts[counter] += 1;
        self.numbering.at(space, self.batch, count)
    }

    /// A 9-digit identity card number with a 2-digit head.
    pub(super) fn cmnd(&mut self, head: &str) -> String {
        format!("{head}{:07}", self.next(0, &self.numbering.cmnd))
    }

    /// A 10-digit social insurance number.
    pub(super) fn insurance(&mut self, province: &str) -> String {
        format!("{province}{:08}", self.next(1, &self.numbering.insurance))
    }

    /// The last seven digits of a subscriber number.
    pub(super) fn phone_tail(&mut self) -> String {
        format!("{:07}", self.next(2, &self.numbering.phones))
    }

    /// A household number.
    pub(super) fn household(&mut self) -> String {
        format!("HK{:08}", self.next(3, &self.numbering.households))
    }

    /// A record number of a source, with that office's letters.
    pub(super) fn record(&mut self, source: usize, letters: &str) -> String {
        let source = source.min(4);
        format!("{letters}{:09}", self.next(4 + source, &self.numbering.records[source]))
    }

    /// The plate of a motorcycle, `69-B1 123.45`, or of a car, `69A-123.45`, by the head of its province.
    pub(super) fn plate(&mut self, head: &str, is_car: bool) -> String {
        let number = if is_car {
            self.next(9, &self.numbering.car_plates)
        } else {
            self.next(10, &self.numbering.plates)
        };
        let (series, serial) = (number / PLATES_A_SERIES, number % PLATES_A_SERIES);
        let serial = format!("{:03}.{:02}", serial / 100, serial % 100);
        let letter = |of: &[u8], at: u64| char::from(of[at as usize % of.len()]);
        if is_car {
            return format!("{head}{}-{serial}", letter(SERIES, series));
        }
        let second = letter(SERIES_SECOND, series / SERIES.len() as u64);
        format!("{head}-{}{second} {serial}", letter(SERIES, series))
    }
}

fn century_digit(sex: Sex, year: i32) -> i32 {
    (year.div_euclid(100) - 19).max(0) * 2 + i32::from(sex == Sex::Female)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_number_encodes_province_sex_and_year() {
        let numbering = Numbering::new(1, 3);
        let number = Allotment::new(&numbering, 0).personal("096", Sex::Female, 2004).unwrap();
        assert_eq!((number.len(), &number[..6]), (12, "096304"));
        let number = Allotment::new(&numbering, 0).personal("079", Sex::Male, 1987).unwrap();
        assert_eq!(&number[..6], "079087");
    }

    #[test]
    fn batches_never_hand_out_one_number_twice_and_know_what_is_nobodys() {
        let numbering = Numbering::new(9, 5);
        let mut all = Vec::new();
        for batch in 0..5 {
            let mut allotment = Allotment::new(&numbering, batch);
            all.extend((0..300).filter_map(|_| allotment.personal("096", Sex::Male, 1990)));
        }
        assert!(all.iter().all(|n| !numbering.is_nobodys(n[6..].parse().unwrap())));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 1_500);
    }
}
