//! Health card numbers: two letters for the group, a benefit digit 1 to 5, two
//! digits for the province, the ten of the social insurance number.

use super::digits::is_separator;
use super::unicode::clean;

const LENGTH: usize = 15;

/// A card number in 8 bytes; 0 for none, since the benefit digit is never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardNumber(u64);

impl CardNumber {
    /// The 15 characters.
    pub fn standard(self) -> Option<String> {
        const THIRTEEN_DIGITS: u64 = 10_000_000_000_000;
        let letters = self.0 / THIRTEEN_DIGITS;
        let letter = |at: u64| char::from(b'A' + (at % 26) as u8);
        (self.0 != 0)
            .then(|| format!("{}{}{:013}", letter(letters / 26), letter(letters), self.0 % THIRTEEN_DIGITS))
    }
}

/// Reads a card number; separators and small letters are mended, O for 0 too. O(length).
pub(super) fn read(raw: &str) -> CardNumber {
    let cleaned = clean(raw);
    let mut value = 0_u64;
    let mut count = 0;
    for c in cleaned.text.chars().filter(|c| !is_separator(*c)) {
        let c = c.to_ascii_uppercase();
        let (base, digit) = match (count, c) {
            (0 | 1, 'A'..='Z') => (26, u64::from(c) - u64::from('A')),
            (2, '1'..='5') | (3..LENGTH, '0'..='9') => (10, u64::from(c) - u64::from('0')),
            (3..LENGTH, 'O') => (10, 0),
            _ => return CardNumber::default(),
        };
        value = value * base + digit;
        count += 1;
    }
    if count == LENGTH { CardNumber(value) } else { CardNumber::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn card_numbers_are_read() {
        let cases = [
            ("GD4957911275283", Some("GD4957911275283")),
            ("AA1000000000000", Some("AA1000000000000")),
            ("ZZ5999999999999", Some("ZZ5999999999999")),
            ("gd 4 95 7911275283", Some("GD4957911275283")),
            ("GD4-95-79112-75283", Some("GD4957911275283")),
            ("GD4957911275O83", Some("GD4957911275083")),
            ("GD0957911275283", None),
            ("GD495791127528", None),
            ("GD49579112752830", None),
            ("4957911275283GD", None),
            ("", None),
        ];
        for (raw, standard) in cases {
            assert_eq!(read(raw).standard().as_deref(), standard, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_standard_number_reads_as_itself(raw in "[A-Z]{2}[1-5][0-9]{12}") {
            prop_assert_eq!(read(&raw).standard(), Some(raw));
        }

        #[test]
        fn any_text_is_read(raw in any::<String>()) {
            let _ = read(&raw);
        }
    }
}
