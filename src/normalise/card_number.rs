//! Health card numbers: two letters for the group, a benefit digit 1 to 5, two
//! digits for the province, the ten of the social insurance number.

use super::digits::{drawn_like, is_separator};
use super::unicode::clean;

const LENGTH: usize = 15;

/// A card number in 8 bytes. Two letters and a benefit digit above 0 make every number at least
/// 10¹²; what is smaller is the reason why there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardNumber(u64);

/// Why a text is no card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFault {
    /// Fewer or more than 15 letters and digits.
    WrongLength,
    /// It does not begin with two letters.
    NoGroup,
    /// The third character is no benefit digit of 1 to 5.
    Benefit,
    /// A letter or sign among the digits.
    NotADigit,
}

const FAULTS: [(CardFault, &str); 4] = [
    (CardFault::WrongLength, "wrong_length"),
    (CardFault::NoGroup, "no_group"),
    (CardFault::Benefit, "benefit"),
    (CardFault::NotADigit, "not_a_digit"),
];

impl CardFault {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        FAULTS.iter().find(|(fault, _)| *fault == self).map_or("", |(_, word)| word)
    }

    fn packed(self) -> CardNumber {
        CardNumber(FAULTS.iter().position(|(fault, _)| *fault == self).map_or(0, |at| at as u64 + 1))
    }
}

const SMALLEST: u64 = 1_000_000_000_000;

impl CardNumber {
    /// The 15 characters.
    pub fn standard(self) -> Option<String> {
        const THIRTEEN_DIGITS: u64 = 10 * SMALLEST;
        let letters = self.0 / THIRTEEN_DIGITS;
        let letter = |at: u64| char::from(b'A' + (at % 26) as u8);
        (self.0 >= SMALLEST)
            .then(|| format!("{}{}{:013}", letter(letters / 26), letter(letters), self.0 % THIRTEEN_DIGITS))
    }

    /// Why there is no card number.
    pub fn fault(self) -> Option<CardFault> {
        FAULTS.get((self.0 as usize).checked_sub(1)?).map(|(fault, _)| *fault)
    }

    /// The last ten digits: the social insurance number of its bearer, the same on every card.
    pub fn insurance_number(self) -> Option<u64> {
        (self.0 >= SMALLEST).then_some(self.0 % 10_000_000_000)
    }
}

/// Reads a card number; separators and small letters are mended, O for 0 and l for 1 among the
/// digits too. O(length).
pub(super) fn read(raw: &str) -> CardNumber {
    let cleaned = clean(raw);
    let mut value = 0_u64;
    let mut count = 0;
    for c in cleaned.text.chars().filter(|c| !is_separator(*c)) {
        let (base, digit) = match number_at(count, c) {
            Ok(found) => found,
            Err(fault) => return fault.packed(),
        };
        value = value * base + digit;
        count += 1;
    }
    if count == LENGTH { CardNumber(value) } else { CardFault::WrongLength.packed() }
}

/// What a character in a place of the number is worth, and how many there might be.
fn number_at(place: usize, c: char) -> Result<(u64, u64), CardFault> {
    match (place, c.to_ascii_uppercase(), c.to_digit(10).or(drawn_like(c))) {
        (0 | 1, letter @ 'A'..='Z', _) => Ok((26, u64::from(letter) - u64::from('A'))),
        (0 | 1, ..) => Err(CardFault::NoGroup),
        (2, _, Some(digit @ 1..=5)) => Ok((10, u64::from(digit))),
        (2, ..) => Err(CardFault::Benefit),
        (LENGTH.., ..) => Err(CardFault::WrongLength),
        (_, _, Some(digit)) => Ok((10, u64::from(digit))),
        _ => Err(CardFault::NotADigit),
    }
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

    #[test]
    fn what_is_no_card_number_says_why() {
        let cases = [
            ("GD4957911275283", ""),
            ("GD0957911275283", "benefit"),
            ("GD495791127528", "wrong_length"),
            ("GD49579112752830", "wrong_length"),
            ("495791127528399", "no_group"),
            ("GD49579112752X3", "not_a_digit"),
            ("9589208017", "no_group"),
            ("", "wrong_length"),
        ];
        for (raw, fault) in cases {
            assert_eq!(read(raw).fault().map_or("", CardFault::word), fault, "{raw}");
        }
        assert_eq!(read("GD4957911275283").insurance_number(), Some(7_911_275_283));
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
