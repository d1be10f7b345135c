//! How an address is divided into parts: at commas, semicolons, dashes and bars; else,
//! where those do not divide it, at the words of units.

use super::super::unicode::push_plain;
use super::super::units::{Level, Units, is_number, split_initials, split_level};
use super::hamlet::{STREET_WORDS, is_hamlet_word, starts_with_digit};

/// Longer parts name no unit and no hamlet.
pub(super) const PART_BYTES_MAX: usize = 160;
/// Country, province, district, commune: so many units stand one behind the other.
const UNITS_MAX: usize = 4;
/// No unit's name has more words.
const NAME_WORDS_MAX: usize = 5;

/// One part of an address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Where it stands in the text, without spaces around it.
    pub(super) begin: usize,
    pub(super) end: usize,
    /// Its type, by the word or short form it begins with.
    pub(super) level: Option<Level>,
    /// Its plain words in the layout's buffer, and where the name in them begins.
    plain: (usize, usize),
    name: usize,
}

/// The parts of a text, in order. Made anew for each text without allocating.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) parts: Vec<Part>,
    plain: String,
    words: Vec<Word>,
}

/// A word of a part, while it is divided by units.
#[derive(Clone, Copy, Debug)]
struct Word {
    begin: usize,
    end: usize,
    plain: (usize, usize),
}

impl Layout {
    /// A part's plain words.
    pub(super) fn plain(&self, part: &Part) -> &str {
        self.plain.get(part.plain.0..part.plain.1).unwrap_or("")
    }

    /// A part's plain name, without its type.
    pub(super) fn name(&self, part: &Part) -> &str {
        self.plain.get(part.name..part.plain.1).unwrap_or("")
    }

    /// Divides a text at its separators. O(length).
    pub(super) fn divide(&mut self, text: &str) {
        self.parts.clear();
        self.plain.clear();
        for (begin, end) in separated(text) {
            self.push(text, begin, end);
        }
    }

    fn push(&mut self, text: &str, begin: usize, end: usize) {
        let written = &text[begin..end];
        let trimmed = written.trim_start();
        let begin = end - trimmed.len();
        let trimmed = trimmed.trim_end();
        if trimmed.is_empty() {
            return;
        }
        let from = self.plain.len();
        if trimmed.len() <= PART_BYTES_MAX {
            push_plain(before_bracket(trimmed), &mut self.plain);
        }
        let (level, name) = split_level(&self.plain[from..]);
        let (name, plain) = (self.plain.len() - name.len(), (from, self.plain.len()));
        self.parts.push(Part { begin, end: begin + trimmed.len(), level, plain, name });
    }

    /// Divides the parts of another layout at the names of units in them and at type words.
    /// Returns whether that divided any. O(length).
    pub(super) fn divide_by_units(&mut self, text: &str, coarse: &Self, units: &Units) -> bool {
        self.parts.clear();
        self.plain.clear();
        let alone = coarse.parts.len() == 1;
        for part in &coarse.parts {
            if part.end - part.begin <= PART_BYTES_MAX {
                self.divide_part(text, part, alone, units);
            }
        }
        self.parts.len() > coarse.parts.len()
    }

    /// Cuts units off a part's end, one after the other.
    fn divide_part(&mut self, text: &str, part: &Part, alone: bool, units: &Units) {
        let mut words = std::mem::take(&mut self.words);
        let mut plain = String::with_capacity(part.end - part.begin);
        words.clear();
        find_words(text, part, &mut words, &mut plain);
        let cutter = Cutter { text, words: &words, plain: &plain, units, alone };
        let mut end = words.len();
        let mut cuts = vec![part.end];
        while let Some(begin) = cutter.unit_before(end, UNITS_MAX) {
            cuts.push(words.get(begin).map_or(part.begin, |word| word.begin));
            end = begin;
        }
        // One name without a type, and no more: a street may bear it, or anything.
        if alone && cuts.len() == 2 && end > 0 && !cutter.is_typed(end) {
            cuts.truncate(1);
            end = words.len();
        }
        if end > 0 || cuts.len() == 1 {
            cuts.push(part.begin);
        }
        for cut in cuts.windows(2).rev() {
            self.push(text, cut[1], cut[0]);
        }
        self.words = words;
    }
}

/// Notes stand in brackets behind what is meant.
pub(super) fn before_bracket(part: &str) -> &str {
    match part.split_once('(') {
        Some((before, _)) if !before.trim().is_empty() => before,
        _ => part,
    }
}

/// Begins and ends of what stands between separators.
fn separated(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let is_separator = |c: char| matches!(c, ',' | ';' | '-' | '|' | '–' | '—');
    let start = text.as_ptr() as usize;
    text.split(is_separator).map(move |part| {
        let begin = part.as_ptr() as usize - start;
        (begin, begin + part.len())
    })
}

/// The words of a part: stretches of letters and digits.
fn find_words(text: &str, part: &Part, words: &mut Vec<Word>, plain: &mut String) {
    let written = &text[part.begin..part.end];
    let mut begin = None;
    let ends = written.char_indices().chain([(written.len(), ' ')]);
    for (at, c) in ends {
        let inside = c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}' | '\'' | '’');
        match (inside, begin) {
            (true, None) => begin = Some(at),
            (false, Some(from)) => {
                if !plain.is_empty() {
                    plain.push(' ');
                }
                let from_plain = plain.len();
                push_plain(&written[from..at], plain);
                let word =
                    Word { begin: part.begin + from, end: part.begin + at, plain: (from_plain, plain.len()) };
                words.push(word);
                begin = None;
            }
            _ => {}
        }
    }
}

/// Type words of one word: as written with accents, and bare.
const TYPE_WORDS: [(&str, &str); 4] =
    [("xã", "xa"), ("phường", "phuong"), ("huyện", "huyen"), ("tỉnh", "tinh")];
/// The first and second words of types of two.
const TYPE_PAIRS: [(&str, &str); 3] =
    [("thị trấn", "thi tran"), ("thị xã", "thi xa"), ("thành phố", "thanh pho")];
/// Short forms, which need their stop before a name that nobody knows.
const SHORT_FORMS: [&str; 9] = ["x", "p", "h", "t", "f", "ph", "tt", "tx", "tp"];

/// Cuts a part by the units at its end.
struct Cutter<'t> {
    text: &'t str,
    words: &'t [Word],
    plain: &'t str,
    units: &'t Units,
    /// The part is the whole text.
    alone: bool,
}

impl Cutter<'_> {
    /// Plain words from one to another.
    fn plain(&self, begin: usize, end: usize) -> &str {
        let from = self.words.get(begin).map_or(self.plain.len(), |word| word.plain.0);
        let to = end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(from, |word| word.plain.1);
        self.plain.get(from..to).unwrap_or("")
    }

    fn written(&self, begin: usize, end: usize) -> &str {
        let from = self.words.get(begin).map_or(0, |word| word.begin);
        let to = end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(from, |word| word.end);
        self.text.get(from..to).unwrap_or("")
    }

    /// The word at which the unit that ends before a word begins, its type included: the
    /// longest known name; else what a type word begins.
    fn unit_before(&self, end: usize, depth: usize) -> Option<usize> {
        let longest = NAME_WORDS_MAX.min(end);
        self.known_before(end, depth).or_else(|| {
            (1..=longest).rev().filter_map(|count| self.type_before(end - count, true)).next_back()
        })
    }

    /// The word at which the longest known name that ends before a word begins.
    fn known_before(&self, end: usize, depth: usize) -> Option<usize> {
        (1..=NAME_WORDS_MAX.min(end)).rev().find_map(|count| self.known(end - count, end, depth))
    }

    /// The begin of a known name, its type included, if the name may stand there.
    fn known(&self, begin: usize, end: usize, depth: usize) -> Option<usize> {
        let plain = self.plain(begin, end);
        let (level, name) = split_level(plain);
        let known = |name: &str| self.units.named(name).is_some();
        if level.is_some() && is_number(name) && end - begin == 1 && known(name) {
            return Some(begin);
        }
        if end - begin == 1
            && split_initials(plain).is_some_and(|(_, rest)| self.units.by_initials(rest).is_some())
        {
            return Some(begin);
        }
        if matches!(plain, "viet nam" | "vietnam") && end == self.words.len() {
            return Some(begin);
        }
        let number = is_number(plain);
        let name = if number { plain.trim_start_matches('0') } else { plain };
        let initials = || end - begin == 1 && self.units.by_initials(name).is_some();
        let is_known = known(name);
        if (is_known || initials())
            && let Some(at) = self.type_before(begin, false)
        {
            return Some(at);
        }
        (is_known && !number && self.may_stand_bare(begin, depth)).then_some(begin)
    }

    /// Whether a name without a type begins a unit there: not that of a street or hamlet.
    fn may_stand_bare(&self, begin: usize, depth: usize) -> bool {
        let Some(last) = begin.checked_sub(1) else { return true };
        let before = self.plain(last, begin);
        if starts_with_digit(before) {
            return true;
        }
        // Đầm Dơi ends in a word for a group of houses, Vĩnh Mỹ A in one for a hamlet.
        if depth > 0 && self.known_before(begin, depth - 1).is_some() {
            return true;
        }
        self.alone && !STREET_WORDS.contains(&before) && !is_hamlet_word(before)
    }

    /// Where the type words right before a word begin. Before a name that nobody knows
    /// they must be beyond doubt.
    fn type_before(&self, name: usize, beyond_doubt: bool) -> Option<usize> {
        let is_type = |begin: usize, types: &[(&str, &str)]| {
            let (plain, written) = (self.plain(begin, name), self.written(begin, name));
            let of = types.iter().find(|(_, bare)| *bare == plain);
            of.is_some_and(|(accents, _)| written.is_ascii() || written.to_lowercase() == *accents)
        };
        let one = name.checked_sub(1)?;
        if let Some(two) = name.checked_sub(2)
            && is_type(two, &TYPE_PAIRS)
        {
            return Some(two);
        }
        let short = SHORT_FORMS.contains(&self.plain(one, name))
            && (!beyond_doubt
                || self.words.get(one).is_some_and(|word| self.text[word.end..].starts_with('.')));
        (short || is_type(one, &TYPE_WORDS)).then_some(one)
    }

    /// Whether the words from one on begin with a type.
    fn is_typed(&self, begin: usize) -> bool {
        split_level(self.plain(begin, self.words.len())).0.is_some()
            || split_initials(self.plain(begin, self.words.len())).is_some()
    }
}
