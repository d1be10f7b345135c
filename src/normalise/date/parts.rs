//! A date's text → its one to three numbers, whatever words stand around them.

use super::DateFault;
use crate::normalise::unicode::plain;

/// A run of digits: its value and how many they are.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) value: u32,
    /// 2 for a part left blank, whose value is 0.
    pub(super) digits: u8,
    /// What a word before it says that it is.
    named: Option<Part>,
}

/// What a number of a date stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Day,
    Month,
    Year,
}

impl Group {
    /// Whether no word says that the number is something else.
    pub(super) fn can_be(self, part: Part) -> bool {
        self.named.is_none_or(|named| named == part)
    }
}

/// Up to three numbers in the order they stand.
pub(super) type Groups = ([Group; 3], usize);

/// Most bytes of a text with words in it that is looked at: a date in words has some fifty.
const LENGTH_MAX: usize = 96;

/// The numbers of a clean text without a time of day. O(length).
pub(super) fn parts(text: &str) -> Result<Groups, DateFault> {
    if let Some(groups) = groups(text) {
        return Ok(groups);
    }
    if text.len() > LENGTH_MAX {
        return Err(DateFault::NotADate);
    }
    between_slashes(text).or_else(|| with_letters(text)).map_or_else(|| in_words(text), Ok)
}

/// The one to three numbers between dashes, dots, slashes or spaces.
fn groups(text: &str) -> Option<Groups> {
    let mut groups = [Group::default(); 3];
    let mut count = 0;
    let mut separators = 1;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                if separators > 0 {
                    separators = 0;
                    count += 1;
                }
                let group = groups.get_mut(count - 1)?;
                group.digits = group.digits.checked_add(1).filter(|digits| *digits <= 8)?;
                group.value = group.value * 10 + u32::from(byte - b'0');
            }
            b' ' if count > 0 => separators = separators.max(1),
            b'/' | b'-' | b'.' if count > 0 && separators < 2 => separators = 2,
            _ => return None,
        }
    }
    (separators == 0).then_some((groups, count))
}

/// Day or month left blank before a slash: `--/05/1960`, `../../1960`, `/ /1960`, `xx/xx/1960`.
fn between_slashes(text: &str) -> Option<Groups> {
    let is_blank = |part: &str| part.len() <= 6 && part.chars().all(|c| "-_.…xX?* ".contains(c));
    let mut groups = [Group::default(); 3];
    let mut count = 0;
    for part in text.split('/') {
        let group = groups.get_mut(count)?;
        *group = if is_blank(part) {
            Group { digits: 2, ..Group::default() }
        } else {
            one_number(part.trim_matches(' '))?
        };
        count += 1;
    }
    (count > 1 && groups[count - 1].digits == 4).then_some((groups, count))
}

fn one_number(text: &str) -> Option<Group> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let value = || text.bytes().fold(0, |value, b| value * 10 + u32::from(b - b'0'));
    digits.then(|| Group { value: value(), digits: text.len() as u8, named: None })
}

/// Letters drawn like digits among digits and separators: O for 0, l and I for 1.
fn with_letters(text: &str) -> Option<Groups> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let as_digit = |c| match c {
        'O' | 'o' => Some('0'),
        'l' | 'I' => Some('1'),
        '0'..='9' | '/' | '-' | '.' | ' ' => Some(c),
        _ => None,
    };
    let mended: Option<String> = text.chars().map(as_digit).collect();
    groups(&mended.filter(|_| digits >= 4)?)
}

/// What a word beside the numbers of a date says.
#[derive(Clone, Copy)]
enum Word {
    /// The number that follows is this part.
    Names(Part),
    /// It is a month itself.
    Month(u32),
    /// Nothing about the date.
    Idle,
    /// That the date is not known, where no number stands there.
    Unknown,
    /// That the number is not quite it, or not it alone.
    Vague,
    /// That the date is of the lunar calendar.
    Lunar,
}

/// Words without accents. Those that say nothing are of forms and remarks:
/// "ngày sinh", "sinh năm", "theo giấy tờ", "khai sinh gốc", "dương lịch".
const WORDS: [(&str, Word); 56] = [
    ("ngay", Word::Names(Part::Day)),
    ("ng", Word::Names(Part::Day)),
    ("thang", Word::Names(Part::Month)),
    ("thg", Word::Names(Part::Month)),
    ("th", Word::Names(Part::Month)),
    ("t", Word::Names(Part::Month)),
    ("nam", Word::Names(Part::Year)),
    ("n", Word::Names(Part::Year)),
    ("sinh", Word::Idle),
    ("sn", Word::Idle),
    ("ns", Word::Idle),
    ("ngaysinh", Word::Idle),
    ("giay", Word::Idle),
    ("to", Word::Idle),
    ("theo", Word::Idle),
    ("tren", Word::Idle),
    ("ho", Word::Idle),
    ("so", Word::Idle),
    ("khai", Word::Idle),
    ("goc", Word::Idle),
    ("gks", Word::Idle),
    ("cccd", Word::Idle),
    ("cmnd", Word::Idle),
    ("vao", Word::Idle),
    ("chinh", Word::Idle),
    ("thuc", Word::Idle),
    ("dl", Word::Idle),
    ("duong", Word::Idle),
    ("lich", Word::Idle),
    ("khong", Word::Unknown),
    ("ko", Word::Unknown),
    ("chua", Word::Unknown),
    ("ro", Word::Unknown),
    ("co", Word::Unknown),
    ("biet", Word::Unknown),
    ("nho", Word::Unknown),
    ("null", Word::Unknown),
    ("khoang", Word::Vague),
    ("truoc", Word::Vague),
    ("sau", Word::Vague),
    ("hoac", Word::Vague),
    ("hay", Word::Vague),
    ("am", Word::Lunar),
    ("al", Word::Lunar),
    ("jan", Word::Month(1)),
    ("feb", Word::Month(2)),
    ("mar", Word::Month(3)),
    ("apr", Word::Month(4)),
    ("may", Word::Month(5)),
    ("jun", Word::Month(6)),
    ("jul", Word::Month(7)),
    ("aug", Word::Month(8)),
    ("sep", Word::Month(9)),
    ("oct", Word::Month(10)),
    ("nov", Word::Month(11)),
    ("dec", Word::Month(12)),
];

/// What is gathered while words are read.
#[derive(Default)]
struct Spoken {
    /// The numbers and what separates them, spaces for words.
    bare: String,
    /// Words that name a number, by place of that number.
    named: [Option<Part>; 3],
    numbers: usize,
    fault: Option<DateFault>,
    /// What is said where no number stands there.
    unknown: bool,
}

/// The numbers among words: "ngày 5 tháng 3 năm 1980", "sinh năm 1960", "5-Mar-1980".
fn in_words(text: &str) -> Result<Groups, DateFault> {
    let mut spoken = Spoken::default();
    let mut word = String::new();
    let mut in_number = false;
    for c in text.chars().chain([' ']) {
        if c.is_alphabetic() {
            word.extend(plain(c).or(Some('?')));
            in_number = false;
            continue;
        }
        spoken.hear(&word);
        word.clear();
        if c.is_ascii_digit() && !in_number {
            spoken.numbers += 1;
        }
        in_number = c.is_ascii_digit();
        spoken.bare.push(if c.is_ascii_digit() || "/-.".contains(c) { c } else { blank(c) });
    }
    spoken.finish()
}

/// What brackets and punctuation are worth; a letter for what has no place in a date.
fn blank(c: char) -> char {
    if c.is_alphanumeric() { 'x' } else { ' ' }
}

impl Spoken {
    fn hear(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        self.bare.push(' ');
        match WORDS.iter().find(|(known, _)| *known == word).map(|(_, word)| *word) {
            Some(Word::Names(part)) => {
                if let Some(named) = self.named.get_mut(self.numbers) {
                    *named = Some(part);
                }
            }
            Some(Word::Month(month)) => {
                if let Some(named) = self.named.get_mut(self.numbers) {
                    *named = Some(Part::Month);
                }
                self.bare.push_str(if month < 10 { "0" } else { "1" });
                self.bare.push(char::from(b'0' + (month % 10) as u8));
                self.bare.push(' ');
                self.numbers += 1;
            }
            Some(Word::Idle) => {}
            Some(Word::Unknown) => self.unknown = true,
            Some(Word::Vague) => self.fault = self.fault.or(Some(DateFault::Ambiguous)),
            Some(Word::Lunar) => self.fault = Some(DateFault::Lunar),
            None => self.fault = self.fault.or(Some(DateFault::NotADate)),
        }
    }

    fn finish(self) -> Result<Groups, DateFault> {
        if self.numbers == 0 {
            let says_nothing = self.unknown || self.bare.chars().all(|c| !c.is_alphanumeric());
            let unknown = says_nothing && self.fault.is_none();
            return Err(if unknown { DateFault::Unknown } else { DateFault::NotADate });
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let bare = self.bare.trim_matches([' ', '-', '.', '/']);
        let (mut groups, count) = groups(bare).filter(|_| !self.unknown).ok_or(DateFault::NotADate)?;
        for (group, named) in groups.iter_mut().zip(self.named) {
            group.named = named;
        }
        Ok((groups, count))
    }
}
