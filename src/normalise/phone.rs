//! Telephone numbers: mobile numbers of ten digits since 15/09/2018, the
//! eleven-digit ones before, land lines of eleven.
//!
//! Lengths decide, since the prefix 084 looks like the country code 84.

mod plan;
#[cfg(test)]
mod tests;

pub(super) use plan::PhonePlan;

use super::digits::{self, drawn_like};
use super::unicode::{clean, plain_words};

/// How a telephone number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneForm {
    /// The digits of a valid number of today and no more.
    Normal,
    /// A mobile number of before 15/09/2018.
    OldPrefix,
    /// A valid number in another writing: separators, +84, the zero lost.
    Other,
    /// No telephone number.
    Invalid,
}

impl PhoneForm {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::OldPrefix => "old_prefix",
            Self::Other => "other",
            Self::Invalid => "invalid",
        }
    }
}

/// What had to be mended in a telephone number, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFault {
    /// Two numbers or more: the first is taken.
    SeveralNumbers,
    /// An extension behind a land line, left out.
    Extension,
    /// Letters for digits: O for 0, l and I for 1. Mended.
    Letters,
    /// The trunk zero lost. Mended.
    ZeroLost,
    /// A land line by its area code of before 2017. Mended.
    OldArea,
    /// Fewer digits than any number.
    TooShort,
    /// More digits than any number.
    TooLong,
    /// Of a mobile number's length, with a prefix that no operator has.
    UnknownPrefix,
    /// Of a land line's length, with an area code that no province has.
    UnknownArea,
    /// Zeros alone.
    Placeholder,
    /// Words where a number should be.
    Words,
}

const FAULTS: [(PhoneFault, &str); 11] = [
    (PhoneFault::SeveralNumbers, "several_numbers"),
    (PhoneFault::Extension, "extension"),
    (PhoneFault::Letters, "letters"),
    (PhoneFault::ZeroLost, "zero_lost"),
    (PhoneFault::OldArea, "old_area"),
    (PhoneFault::TooShort, "too_short"),
    (PhoneFault::TooLong, "too_long"),
    (PhoneFault::UnknownPrefix, "unknown_prefix"),
    (PhoneFault::UnknownArea, "unknown_area"),
    (PhoneFault::Placeholder, "placeholder"),
    (PhoneFault::Words, "words"),
];

impl PhoneFault {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        FAULTS.iter().find(|(fault, _)| *fault == self).map_or("", |(_, word)| word)
    }

    fn packed(self) -> u64 {
        FAULTS.iter().position(|(fault, _)| *fault == self).map_or(0, |at| at as u64 + 1)
    }
}

/// A telephone number in 8 bytes: form and fault above, the digits behind the trunk zero below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phone(u64);

const FORM_SHIFT: u32 = 60;
const FAULT_SHIFT: u32 = 48;

impl Phone {
    /// How it is written.
    pub fn form(self) -> PhoneForm {
        match self.0 >> FORM_SHIFT {
            1 => PhoneForm::Normal,
            2 => PhoneForm::OldPrefix,
            3 => PhoneForm::Other,
            _ => PhoneForm::Invalid,
        }
    }

    /// What had to be mended, or why it is invalid.
    pub fn fault(self) -> Option<PhoneFault> {
        let packed = (self.0 >> FAULT_SHIFT & 0xff) as usize;
        FAULTS.get(packed.checked_sub(1)?).map(|(fault, _)| *fault)
    }

    /// The number of today behind its trunk zero: nine digits, ten for a land line.
    pub fn number(self) -> Option<u64> {
        let number = self.0 & ((1 << FAULT_SHIFT) - 1);
        (number != 0).then_some(number)
    }

    /// The number of today as dialled: ten digits, eleven for a land line.
    pub fn standard(self) -> Option<String> {
        self.number().map(|number| digits::padded(number, number.ilog10() as usize + 2))
    }
}

fn packed(form: u64, number: u64, fault: Option<PhoneFault>) -> Phone {
    Phone(form << FORM_SHIFT | fault.map_or(0, PhoneFault::packed) << FAULT_SHIFT | number)
}

/// Reads a telephone number; of several the first. O(length).
pub(super) fn read(raw: &str, plan: &PhonePlan) -> Phone {
    let mut dialled = Dialled::default();
    if raw.len() <= DIGITS_MAX && raw.bytes().all(|b| b.is_ascii_digit()) {
        raw.bytes().for_each(|b| dialled.push(b - b'0'));
        return dialled.read(plan, None).unwrap_or_else(|fault| packed(0, 0, Some(fault)));
    }
    let cleaned = clean(raw);
    dialled.mended = true;
    of_text(&cleaned.text, dialled, plan).unwrap_or_else(|fault| packed(0, 0, Some(fault)))
}

/// Most bytes of a text that is looked at: two numbers with a few words have some sixty.
const LENGTH_MAX: usize = 160;

/// Fewest digits of a second number.
const SECOND_DIGITS: usize = 9;

/// Reads a number among separators, labels, a second number or an extension.
fn of_text(text: &str, mut dialled: Dialled, plan: &PhonePlan) -> Result<Phone, PhoneFault> {
    if text.len() > LENGTH_MAX {
        return Err(if text.bytes().any(|b| b.is_ascii_digit()) {
            PhoneFault::TooLong
        } else {
            PhoneFault::Words
        });
    }
    let first = text.find(|c: char| c.is_ascii_digit() || c == '+').ok_or(PhoneFault::Words)?;
    // The letter O before the first digit is one of them.
    let first = text[..first]
        .char_indices()
        .rfind(|(_, c)| drawn_like(*c).is_none())
        .map_or(0, |(at, c)| at + c.len_utf8());
    let (label, number) = text.split_at(first);
    if !is_label(label) {
        return Err(PhoneFault::Words);
    }
    let mut letters = None;
    for (at, c) in number.char_indices() {
        match c.to_digit(10).or(drawn_like(c)) {
            Some(digit) => {
                letters = letters.or((!c.is_ascii_digit()).then_some(PhoneFault::Letters));
                dialled.push(digit as u8);
            }
            None if c == '+' && dialled.len == 0 && !dialled.plus => dialled.plus = true,
            None => {
                if let Some(more) = what_follows(&number[at..])
                    && let Ok(phone) = dialled.read(plan, Some(more))
                {
                    return Ok(phone);
                }
                if !is_separator(c) {
                    return Err(PhoneFault::Words);
                }
            }
        }
    }
    dialled.read(plan, letters)
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '(' | ')' | '\'' | '’' | '–' | '/' | ',' | ';')
}

/// Words that a number may stand behind or before, without accents.
const LABELS: [&str; 24] = [
    "dt", "sdt", "dtdd", "dd", "tel", "phone", "mobile", "hotline", "zalo", "so", "dien", "thoai", "di",
    "dong", "may", "ban", "nha", "rieng", "cq", "lh", "lien", "he", "co", "dinh",
];

fn is_label(text: &str) -> bool {
    plain_words(text).split(' ').all(|word| word.is_empty() || LABELS.contains(&word))
}

/// Words before an extension, without accents.
const EXTENSIONS: [&str; 9] = ["ext", "x", "may", "le", "nhanh", "noi", "bo", "so", "nb"];

/// What stands behind a number: a second one, the end of one ("0912345678/79"), an extension, or a
/// word on what kind of number it was. `None` where it may be the rest of the number.
fn what_follows(text: &str) -> Option<PhoneFault> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_open = |c: char| !c.is_alphanumeric();
    let begin = text.find(|c| !is_open(c)).unwrap_or(text.len());
    let number_at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let words = plain_words(&text[..number_at]);
    let is_extension = !words.is_empty() && words.split(' ').all(|word| EXTENSIONS.contains(&word));
    let opens = &text[..begin];
    match digits {
        1..=5 if is_extension || (words.is_empty() && opens.contains(['(', '#'])) => {
            Some(PhoneFault::Extension)
        }
        1..=4 if words.is_empty() && opens.contains(['/', ',', ';']) => Some(PhoneFault::SeveralNumbers),
        SECOND_DIGITS.. => Some(PhoneFault::SeveralNumbers),
        _ => None,
    }
}

/// More digits than any number has, with any code in front.
const DIGITS_MAX: usize = 15;

/// The digits of a number as typed.
#[derive(Default)]
struct Dialled {
    digits: [u8; DIGITS_MAX],
    /// How many they are; of those past the room only the number is kept.
    len: usize,
    /// Something but digits stood there.
    mended: bool,
    /// It began with a plus sign.
    plus: bool,
}

impl Dialled {
    fn push(&mut self, digit: u8) {
        if let Some(place) = self.digits.get_mut(self.len) {
            *place = digit;
        }
        self.len += 1;
    }

    /// The number, with what was mended beside it.
    fn read(&self, plan: &PhonePlan, mended: Option<PhoneFault>) -> Result<Phone, PhoneFault> {
        let digits = self.digits.get(..self.len).ok_or(PhoneFault::TooLong)?;
        let found = self.candidates(digits).find_map(|digits| plan.national(digits));
        let Some((number, reading)) = found else { return Err(self.why_not(digits)) };
        let is_as_dialled = !self.mended && matches!(digits, [0, 1..=9, ..]);
        let form = match reading {
            plan::Reading::OldMobile => 2,
            plan::Reading::Today if is_as_dialled => 1,
            _ => 3,
        };
        let old_area = (reading == plan::Reading::OldArea).then_some(PhoneFault::OldArea);
        let is_home = !self.plus && !digits.starts_with(&[0]) && digits.len() <= 10;
        Ok(packed(form, number, mended.or(old_area).or(is_home.then_some(PhoneFault::ZeroLost))))
    }

    /// The digits behind the trunk zero or the country code, the likelier reading first.
    fn candidates<'a>(&self, digits: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let abroad = match digits {
            [0, 0, 8, 4, rest @ ..] if !self.plus => Some(rest),
            [8, 4, rest @ ..] if self.plus || rest.len() >= 9 => Some(rest),
            _ => None,
        };
        let home = match digits {
            _ if self.plus || abroad.is_some() => None,
            _ => Some(digits.strip_prefix(&[0]).unwrap_or(digits)),
        };
        // +84 (0) 90…: the trunk zero kept behind the country code.
        abroad.map(|rest| rest.strip_prefix(&[0]).unwrap_or(rest)).into_iter().chain(home)
    }

    /// Why digits are no number, by the likelier reading.
    fn why_not(&self, digits: &[u8]) -> PhoneFault {
        let national = self.candidates(digits).next().unwrap_or(&[]);
        match (national, national.len()) {
            _ if digits.is_empty() => PhoneFault::Words,
            _ if digits.iter().all(|digit| *digit == 0) => PhoneFault::Placeholder,
            (_, 0..=8) | ([2, ..], 9) => PhoneFault::TooShort,
            (_, 9) | ([1, ..], 10) => PhoneFault::UnknownPrefix,
            ([2, ..], 10) => PhoneFault::UnknownArea,
            _ => PhoneFault::TooLong,
        }
    }
}
