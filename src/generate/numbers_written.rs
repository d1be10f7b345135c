//! Personal numbers and telephone numbers on their way into a cell.

use super::World;
use super::draw::Draw;
use super::names_written::Faults;
use super::rates::{Chances, Fault};
use super::written::{PhoneForm, WrittenNumber};

/// Whose numbers can stand in a person's field.
#[derive(Clone, Copy, Default)]
pub(super) struct Numbers<'a> {
    /// The person's own.
    pub(super) own: Option<&'a str>,
    /// The old card's, nine digits.
    pub(super) old: Option<&'a str>,
    /// The one before it was set again.
    pub(super) former: Option<&'a str>,
    /// Father's or mother's, of a child.
    pub(super) parent: Option<&'a str>,
    /// Somebody else's.
    pub(super) other: Option<&'a str>,
}

/// What the office has in its books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Nothing,
    Personal(String),
    Old(String),
}

/// Faults of content.
pub(super) fn mistake(
    world: &World,
    numbers: Numbers<'_>,
    chances: Chances,
    column: &'static str,
    draw: &mut Draw,
    faults: &mut Faults,
) -> Held {
    let mut note = |fault: Fault| faults.push((column, fault.word()));
    if let Some(former) = numbers.former.filter(|_| chances.happens(Fault::NumberFormer, draw)) {
        note(Fault::NumberFormer);
        return Held::Personal(former.to_owned());
    }
    if let Some(parent) = numbers.parent.filter(|_| chances.happens(Fault::NumberParent, draw)) {
        note(Fault::NumberParent);
        return Held::Personal(parent.to_owned());
    }
    if let Some(other) = numbers.other.filter(|_| chances.happens(Fault::NumberOther, draw)) {
        note(Fault::NumberOther);
        return Held::Personal(other.to_owned());
    }
    if let Some(old) = numbers.old.filter(|_| chances.happens(Fault::NumberOld, draw)) {
        note(Fault::NumberOld);
        return Held::Old(old.to_owned());
    }
    let Some(own) = numbers.own else { return Held::Nothing };
    if chances.happens(Fault::NumberMissing, draw) {
        note(Fault::NumberMissing);
        return Held::Nothing;
    }
    for fault in [Fault::NumberSlip, Fault::NumberYearSlip, Fault::NumberSexSlip, Fault::NumberSwapped] {
        if chances.happens(fault, draw)
            && let Some(other) = other_number(world, fault, own, draw)
        {
            note(fault);
            return Held::Personal(other);
        }
    }
    Held::Personal(own.to_owned())
}

/// Draws tried until a slipped serial is nobody's.
const TRIES: usize = 24;

fn other_number(world: &World, fault: Fault, own: &str, draw: &mut Draw) -> Option<String> {
    (0..TRIES).find_map(|_| {
        let mut digits: Vec<u8> = own.bytes().collect();
        match fault {
            Fault::NumberSlip => turn(&mut digits, 6 + draw.below(6), draw),
            Fault::NumberYearSlip => turn(&mut digits, 4 + draw.below(2), draw),
            Fault::NumberSexSlip => *digits.get_mut(3)? ^= 1,
            _ => {
                let at = 6 + draw.below(5);
                digits.swap(at, at + 1);
            }
        }
        let other = String::from_utf8(digits).ok()?;
        let is_free = other[6..] == own[6..] || world.numbering.is_nobodys(other[6..].parse().ok()?);
        (other != own && is_free).then_some(other)
    })
}

fn turn(digits: &mut [u8], at: usize, draw: &mut Draw) {
    let by = draw.between(1, 9) as u8;
    digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
}

/// Faults of form; the number can still be read, but for the spreadsheet's.
pub(super) fn form(
    held: &Held,
    chances: Chances,
    column: &'static str,
    draw: &mut Draw,
    faults: &mut Faults,
) -> WrittenNumber {
    let digits = match held {
        Held::Nothing => return WrittenNumber::default(),
        Held::Old(old) => {
            return WrittenNumber { text: old.clone(), is_old: true, is_clean: true, personal: None };
        }
        Held::Personal(digits) => digits,
    };
    let mut written =
        WrittenNumber { text: digits.clone(), personal: Some(digits.clone()), is_old: false, is_clean: true };
    if chances.happens(Fault::NumberMalformed, draw) {
        faults.push((column, Fault::NumberMalformed.word()));
        let text = malformed(digits, draw);
        return WrittenNumber { text, personal: None, is_old: false, is_clean: false };
    }
    let is_local = digits.starts_with("095") || digits.starts_with("096");
    if is_local && chances.happens(Fault::NumberZeroLost, draw) {
        faults.push((column, Fault::NumberZeroLost.word()));
        digits[1..].clone_into(&mut written.text);
        written.is_clean = false;
    } else if is_local && chances.happens(Fault::NumberScientific, draw) {
        faults.push((column, Fault::NumberScientific.word()));
        written.text = format!("{}.{}E+10", &digits[1..2], &digits[2..2 + draw.pick(&[2, 5])]);
        written.personal = None;
        written.is_clean = false;
    } else if chances.happens(Fault::NumberWritten, draw) {
        faults.push((column, Fault::NumberWritten.word()));
        written.text = other_writing(digits, draw);
        written.is_clean = false;
    }
    written
}

/// No number any more: too few digits to be had back, or words.
pub(super) fn malformed(digits: &str, draw: &mut Draw) -> String {
    match draw.below(4) {
        0 => "không có".to_owned(),
        1 => "chưa cấp".to_owned(),
        _ => digits[..digits.len() / 2 + draw.below(2)].to_owned(),
    }
}

fn other_writing(digits: &str, draw: &mut Draw) -> String {
    let (head, middle, tail) = (&digits[..3], &digits[3..6], &digits[6..]);
    match draw.below(5) {
        0 => format!("{head} {middle} {tail}"),
        1 => format!("{head}.{middle}.{tail}"),
        2 => format!("'{digits}"),
        3 => format!("{digits} "),
        _ => digits.replacen('0', "O", 1),
    }
}

/// Whether twelve digits are a number that can exist: known head, born before 2100.
pub(super) fn can_exist(world: &World, digits: &str) -> bool {
    let known = world.places.number_heads.iter().any(|head| digits.starts_with(head.as_str()));
    known && digits.len() == 12 && matches!(digits.as_bytes()[3], b'0'..=b'3')
}

/// A telephone number as written, and its kind of writing.
pub(super) fn phone(
    world: &World,
    number: &str,
    chances: Chances,
    column: &'static str,
    draw: &mut Draw,
    faults: &mut Faults,
) -> (String, PhoneForm) {
    let mut note = |fault: Fault| faults.push((column, fault.word()));
    if chances.happens(Fault::PhoneInvalid, draw) {
        note(Fault::PhoneInvalid);
        let text = match draw.below(3) {
            0 => number[..8].to_owned(),
            1 => format!("{number}{}", draw.below(10)),
            _ => format!("000{}", &number[3..]),
        };
        return (text, PhoneForm::Invalid);
    }
    let old = world.old_prefixes.iter().find(|(_, new)| number.starts_with(new.as_str()));
    if let Some((old, new)) = old.filter(|_| chances.happens(Fault::PhoneOld, draw)) {
        note(Fault::PhoneOld);
        return (format!("{old}{}", &number[new.len()..]), PhoneForm::OldPrefix);
    }
    if chances.happens(Fault::PhoneWritten, draw) {
        note(Fault::PhoneWritten);
        let (head, middle, tail) = (&number[..4], &number[4..7], &number[7..]);
        let text = match draw.below(5) {
            0 => format!("{head}.{middle}.{tail}"),
            4 => format!("84{}", &number[1..]),
            1 => format!("{head} {middle} {tail}"),
            2 => format!("+84{}", &number[1..]),
            _ => format!("(+84){}", &number[1..]),
        };
        return (text, PhoneForm::Other);
    }
    (number.to_owned(), PhoneForm::Normal)
}
