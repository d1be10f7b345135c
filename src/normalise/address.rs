//! Which commune in force an address names.
//!
//! Addresses end in commune, (district,) province. A district, or a province
//! that was joined into another, makes it an address of before 01/07/2025: its
//! commune is an old one, whatever unit bears the name today. Without either, a
//! unit in force of that type and name is meant. Nothing is guessed: a divided
//! unit, or a name that may mean two communes, gives no code.
//!
//! Only the last few parts of the text are read.

mod hamlet;

use std::sync::Arc;

use super::legacy::Legacy;
use super::texts::{Rewritten, by_chunk};
use super::unicode::{Clean, clean, compose, push_plain};
use super::units::{Few, Level, Named, Units, is_number, split_level};
use crate::table::Dictionary;

/// Province, district, commune, and one for `Việt Nam` behind them.
const PARTS: usize = 4;
/// Longer parts name no unit.
const PART_BYTES_MAX: usize = 80;

/// The addresses of a column by code.
#[derive(Debug, Default)]
pub struct Addresses {
    units: Arc<Units>,
    read: Vec<Address>,
    /// The texts as they are kept: NFC, single spaces.
    cleaned: Rewritten,
    /// Standard forms that are not the delivered text's beginning and the unit's ending.
    standards: Rewritten,
}

/// One address: 4 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Address {
    /// 1 + the place of the unit in force; 0 for none.
    unit: u8,
    old_unit: bool,
    /// Bytes of the delivered text before the commune, where [`Self::AS_WRITTEN`] is not said.
    kept: u16,
}

impl Address {
    /// The standard form is the text itself, or stands in the list, or there is none.
    const AS_WRITTEN: u16 = u16::MAX;
}

impl Addresses {
    /// The code in force that the words determine. O(1).
    pub fn ward(&self, code: u32) -> Option<u32> {
        let unit = self.read.get(code as usize)?.unit;
        self.units.in_force.get(usize::from(unit).checked_sub(1)?).map(|unit| unit.code)
    }

    /// Whether the words name a unit no longer in force, or a district. O(1).
    pub fn old_unit(&self, code: u32) -> bool {
        self.read.get(code as usize).is_some_and(|address| address.old_unit)
    }

    /// The text in NFC with single spaces, where it was not delivered so. O(log rewritten).
    pub fn cleaned(&self, code: u32) -> Option<&str> {
        self.cleaned.get(code)
    }

    /// The hamlet or quarter before the commune, else the street, in plain
    /// words without house numbers. O(length).
    pub fn hamlet(&self, code: u32, raw: &str) -> Option<String> {
        let cleaned = self.cleaned(code).unwrap_or(raw);
        Reader { units: &self.units, plain: String::new() }.hamlet(raw, cleaned)
    }

    /// The address with the unit in force and without a district, where the words
    /// determine it and do not say it so already. O(length).
    pub fn standard(&self, code: u32, raw: &str) -> Option<String> {
        let address = self.read.get(code as usize)?;
        if address.kept == Address::AS_WRITTEN {
            return self.standards.get(code).map(str::to_owned);
        }
        let unit = self.units.in_force.get(usize::from(address.unit).checked_sub(1)?)?;
        Some(ended(raw.get(..usize::from(address.kept))?, &unit.ending))
    }
}

/// A house and hamlet part, and the unit's `, xã Đá Bạc, tỉnh Cà Mau`.
fn ended(kept: &str, ending: &str) -> String {
    if !kept.is_empty() {
        return format!("{kept}{ending}");
    }
    let mut letters = ending.trim_start_matches([',', ' ']).chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[derive(Default)]
struct Piece {
    read: Vec<Address>,
    cleaned: Vec<(u32, Box<str>)>,
    standards: Vec<(u32, Box<str>)>,
}

/// Reads all addresses of a column. O(total length), in parallel.
pub(super) fn read_all(dictionary: &Dictionary, units: &Arc<Units>, legacy: &Legacy) -> Addresses {
    let pieces = by_chunk(dictionary, |first, texts| {
        let mut piece = Piece::default();
        let mut reader = Reader { units, plain: String::new() };
        for (code, text) in (first..).zip(texts) {
            piece.add(code, text, legacy, &mut reader);
        }
        piece
    });
    let mut read = Vec::with_capacity(dictionary.len());
    let (mut cleaned, mut standards) = (Vec::new(), Vec::new());
    for piece in pieces {
        read.extend(piece.read);
        cleaned.push(piece.cleaned);
        standards.push(piece.standards);
    }
    let (cleaned, standards) = (Rewritten::new(cleaned), Rewritten::new(standards));
    Addresses { units: Arc::clone(units), read, cleaned, standards }
}

impl Piece {
    fn add(&mut self, code: u32, raw: &str, legacy: &Legacy, reader: &mut Reader<'_>) {
        let decoded = legacy.decode(raw).text;
        let cleaned = clean(&decoded);
        let (found, text) = reader.read(&decoded, &cleaned);
        let unit = found.unit.and_then(|place| reader.units.in_force.get(place));
        let standard = unit.map(|unit| (found.kept, &unit.ending)).filter(|(kept, ending)| {
            // Without a house the text may begin in either case.
            let written = cleaned.text.strip_prefix(&text[..*kept]);
            written != Some(ending) && (*kept > 0 || written != ending.strip_prefix(", "))
        });
        let mut address = Address {
            unit: found.unit.map_or(0, |place| u8::try_from(place + 1).unwrap_or(0)),
            old_unit: found.old_unit,
            kept: Address::AS_WRITTEN,
        };
        if let Some((kept, ending)) = standard {
            match u16::try_from(kept) {
                Ok(short) if short < Address::AS_WRITTEN && kept > 0 && text == raw => address.kept = short,
                _ => {
                    let standard = ended(&text[..kept], ending);
                    if standard != cleaned.text {
                        self.standards.push((code, standard.into()));
                    }
                }
            }
        }
        self.read.push(address);
        if cleaned.text != raw {
            self.cleaned.push((code, cleaned.text.into()));
        }
    }
}

/// What the words of an address determine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    /// The unit in force, as a place in the list.
    unit: Option<usize>,
    old_unit: bool,
    /// Bytes of the text before the commune and the separator in front of it.
    kept: usize,
    /// The words name a unit of another province: nothing is to be found.
    outside: bool,
}

/// One part of an address, from the end.
#[derive(Clone, Copy, Default)]
struct Part<'t> {
    begin: usize,
    written: &'t str,
    level: Option<Level>,
    /// The plain name in the reader's buffer.
    name: (usize, usize),
}

struct Reader<'u> {
    units: &'u Units,
    plain: String,
}

impl Reader<'_> {
    /// Reads a text as it is divided by commas; where that gives no commune, also
    /// as it is divided by doubled spaces and by type words. Returns the text that was read.
    fn read<'t>(&mut self, raw: &str, cleaned: &Clean<'t>) -> (Found, std::borrow::Cow<'t, str>) {
        let found = self.read_parts(&cleaned.text);
        if found.unit.is_some() || found.outside {
            return (found, cleaned.text.clone());
        }
        let loosened = loosen(&compose(raw).0);
        if loosened != cleaned.text {
            let again = self.read_parts(&loosened);
            if again.unit.is_some() || (again.old_unit && !found.old_unit) {
                return (again, loosened.into());
            }
        }
        (found, cleaned.text.clone())
    }

    fn read_parts(&mut self, text: &str) -> Found {
        let (parts, count) = self.split(text);
        let mut parts = parts[..count].iter();
        let mut part = parts.next();
        if part.is_some_and(|part| self.name(part) == "viet nam") {
            part = parts.next();
        }
        let province = part.and_then(|part| self.province(part));
        if province.is_some() {
            part = parts.next();
        }
        if province.is_some_and(|province| !self.units.is_local(province)) {
            return Found { outside: true, ..Found::default() };
        }
        let Some(part) = part else { return Found::default() };
        match part.level {
            // A province misspelt; the district before it may still be a local one.
            Some(Level::Province) => match parts.next().map(|part| (part, part.level)) {
                Some((district, Some(Level::District(level)))) => {
                    self.in_district(text, level, district, parts.next())
                }
                _ => Found::default(),
            },
            Some(Level::District(level)) => self.in_district(text, level, part, parts.next()),
            Some(Level::Commune(level)) => self.commune(text, level, part, province),
            None => self.bare(text, part, parts.next(), province),
        }
    }

    /// The last parts of a text between commas, semicolons and dashes, the last first.
    fn split<'t>(&mut self, text: &'t str) -> ([Part<'t>; PARTS], usize) {
        self.plain.clear();
        let mut parts = [Part::default(); PARTS];
        let mut count = 0;
        let mut end = text.len();
        while count < PARTS && end > 0 {
            let before = &text[..end];
            let separator = before.bytes().rposition(|byte| matches!(byte, b',' | b';' | b'-'));
            let begin = separator.map_or(0, |at| at + 1);
            let written = before[begin..].trim();
            if !written.is_empty() {
                parts[count] = self.part(begin, written);
                count += 1;
            }
            end = begin.saturating_sub(1);
        }
        (parts, count)
    }

    fn part<'t>(&mut self, begin: usize, written: &'t str) -> Part<'t> {
        let from = self.plain.len();
        if written.len() <= PART_BYTES_MAX {
            push_plain(written, &mut self.plain);
        }
        let (level, name) = split_level(&self.plain[from..]);
        let name = (self.plain.len() - name.len(), self.plain.len());
        Part { begin, written, level, name }
    }

    fn name(&self, part: &Part<'_>) -> &str {
        self.plain.get(part.name.0..part.name.1).unwrap_or("")
    }

    fn named(&self, part: &Part<'_>) -> Option<&Named> {
        self.units.named(self.name(part))
    }

    /// The province a part names: said to be one, or named like one of the
    /// local ones, or like another that no local unit is named like.
    fn province(&self, part: &Part<'_>) -> Option<usize> {
        let named = self.named(part)?;
        let province = named.province?;
        match part.level {
            Some(Level::Province) => Some(province),
            Some(Level::District("thành phố")) if !named.names_local_unit() => Some(province),
            None if self.units.is_local(province) || !named.names_local_unit() => Some(province),
            _ => None,
        }
    }

    /// A district of a given type, and the commune before it.
    fn in_district(&self, text: &str, level: &str, district: &Part<'_>, commune: Option<&Part<'_>>) -> Found {
        let districts = self.named(district).map(|named| self.units.districts_named(named, level));
        match districts {
            Some(districts) if !districts.is_empty() => self.commune_of(text, &districts, commune),
            _ => Found { outside: true, old_unit: false, ..Found::default() },
        }
    }

    /// An old commune by its district; else a unit in force that holds land of the district.
    fn commune_of(&self, text: &str, districts: &[usize], commune: Option<&Part<'_>>) -> Found {
        let old = Found { old_unit: true, ..Found::default() };
        let Some(part) = commune else { return old };
        let level = match part.level {
            Some(Level::Commune(level)) => Some(level),
            None if !is_number(self.name(part)) => None,
            _ => return old,
        };
        let Some(named) = self.named(part) else { return old };
        let written = part.written;
        let mut successors =
            self.units.successors(named, written, |unit| unit.is(level) && unit.lay_in(districts));
        if successors == Few::None {
            successors = self.units.successors(named, written, |unit| unit.lay_in(districts));
        }
        if successors == Few::None {
            successors = self.units.in_force_named(named, level, districts, written);
        }
        Found { unit: successors.only(), kept: kept(text, part), ..old }
    }

    /// A commune of a given type and no district behind it.
    fn commune(&self, text: &str, level: &str, part: &Part<'_>, province: Option<usize>) -> Found {
        let Some(named) = self.named(part) else { return Found::default() };
        let kept = kept(text, part);
        // The last name of today's province is also that of one it was joined of.
        let today = province.is_none_or(|province| self.units.is_present(province));
        let in_force = self.units.in_force_named(named, Some(level), &[], part.written);
        if today && in_force != Few::None {
            return Found { unit: in_force.only(), kept, ..Found::default() };
        }
        let successors = self.units.successors(named, part.written, |unit| {
            unit.is(Some(level)) && unit.of_province(province.filter(|_| !today))
        });
        Found { unit: successors.only(), old_unit: successors != Few::None, kept, ..Found::default() }
    }

    /// A name without a type: a district if a commune of it stands before, else a
    /// commune if all that bear the name are one unit today.
    fn bare(&self, text: &str, part: &Part<'_>, before: Option<&Part<'_>>, province: Option<usize>) -> Found {
        let Some(named) = self.named(part).filter(|_| !is_number(self.name(part))) else {
            return Found::default();
        };
        if !named.districts.is_empty() {
            let found = self.commune_of(text, &named.districts, before);
            let certain =
                found.unit.is_some() || (found.kept > 0 && before.is_some_and(|part| self.is_old(part)));
            return if certain { found } else { Found::default() };
        }
        let in_force = self.units.in_force_named(named, None, &[], part.written);
        let of_province = province.filter(|province| !self.units.is_present(*province));
        let old = self.units.successors(named, part.written, |unit| unit.of_province(of_province));
        let all = in_force.and(old);
        let old_unit = all != Few::None && (in_force == Few::None || of_province.is_some());
        Found { unit: all.only(), old_unit, kept: kept(text, part), ..Found::default() }
    }

    fn is_old(&self, part: &Part<'_>) -> bool {
        self.named(part).is_some_and(Named::names_old_unit)
    }
}

/// Bytes of the text before a part and the separators in front of it.
fn kept(text: &str, part: &Part<'_>) -> usize {
    text[..part.begin].trim_end_matches([' ', ',', ';', '-']).len()
}

/// Type words that begin a part wherever they stand, as written with accents.
const TYPE_WORDS: [&str; 5] = ["xã", "phường", "huyện", "tỉnh", "ấp"];
/// The same in a text without any accents.
const BARE_TYPE_WORDS: [&str; 4] = ["xa", "phuong", "huyen", "tinh"];
/// The first and second words of types of two words.
const TYPE_PAIRS: [[&str; 2]; 6] =
    [["thị", "trấn"], ["thị", "xã"], ["thành", "phố"], ["thi", "tran"], ["thi", "xa"], ["thanh", "pho"]];
/// Short forms, which need their stop.
const SHORT_FORMS: [&str; 7] = ["x.", "p.", "h.", "t.", "tt.", "tx.", "tp."];

/// The text with a comma at each doubled space and before each type word. O(length).
fn loosen(text: &str) -> String {
    let ascii = text.is_ascii();
    let mut out = String::with_capacity(text.len() + 16);
    let mut gap = 0;
    let mut pair = false;
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if word.is_empty() {
            gap += 1;
            continue;
        }
        let small = word.to_lowercase();
        let next = words.peek().map(|next| next.to_lowercase());
        let begins_pair = TYPE_PAIRS.iter().any(|[first, second]| {
            small == *first && next.as_deref() == Some(second) && small.is_ascii() <= ascii
        });
        let begins = begins_pair
            || (!pair && TYPE_WORDS.contains(&small.as_str()))
            || (!pair && ascii && BARE_TYPE_WORDS.contains(&small.as_str()))
            || SHORT_FORMS.iter().any(|short| small.starts_with(short));
        if !out.is_empty() {
            let divided = out.ends_with([',', ';', '-']) || word.starts_with([',', ';', '-']);
            out.push_str(if (gap > 0 || begins) && !divided { ", " } else { " " });
        }
        out.push_str(word);
        (gap, pair) = (0, begins_pair);
    }
    out
}

#[cfg(test)]
mod tests;
