//! Which commune in force an address names, and the hamlet in it.
//!
//! A text is divided into parts, the parts are read from the largest unit down, and what
//! the words leave open stays a set: nothing is guessed. [`Addresses`] keeps twelve bytes
//! an address; sets of communes and hamlets are kept once each.
//!
//! A divided unit gives the set of its successors, since no table tells which hamlet went
//! where. [`Gazetteer::determine`] weighs an address against the code and date beside it.

mod attempt;
mod determine;
mod found;
mod hamlet;
mod layout;
mod reader;
mod store;

use std::sync::Arc;

use hashbrown::HashMap;

pub use determine::{Determined, Gazetteer};
pub use found::Certainty;

use super::legacy::Legacy;
use super::texts::{Rewritten, by_chunk};
use super::unicode::clean;
use super::units::{UnitSet, Units};
use crate::table::Dictionary;
use attempt::{Attempts, Outcome};
use hamlet::Hamlets;
use store::{Interned, Sets};

/// The addresses of a column by code.
#[derive(Debug, Default)]
pub struct Addresses {
    units: Arc<Units>,
    read: Vec<Address>,
    sets: Sets,
    hamlets: Interned,
    /// The texts as they are kept: NFC, single spaces.
    cleaned: Rewritten,
    /// Standard forms that are not the delivered text's beginning and the unit's ending.
    standards: Rewritten,
}

/// One address: 12 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Address {
    /// Number of the hamlet; 0 for none.
    hamlet: u32,
    /// Number of the set of units in force; 0 for none.
    wards: u16,
    /// Bytes of the delivered text before the commune, where [`Self::AS_WRITTEN`] is not said.
    kept: u16,
    /// 1 + the place; 0 for none.
    district: u8,
    province: u8,
    certainty: Certainty,
    old_unit: bool,
}

impl Address {
    /// The standard form is the text itself, or stands in the list, or there is none.
    const AS_WRITTEN: u16 = u16::MAX;
}

impl Addresses {
    fn address(&self, code: u32) -> Option<&Address> {
        self.read.get(code as usize)
    }

    /// The code in force that the words determine. O(1).
    pub fn ward(&self, code: u32) -> Option<u32> {
        let set = self.sets.get(self.address(code)?.wards);
        self.units.in_force.get(set.only()?).map(|unit| unit.code)
    }

    /// The codes in force that the words allow, rising, joined by spaces. O(1).
    pub fn wards(&self, code: u32) -> Option<&str> {
        self.sets.words(self.address(code)?.wards)
    }

    /// How sure the commune is. O(1).
    pub fn certainty(&self, code: u32) -> Option<Certainty> {
        self.address(code).map(|address| address.certainty)
    }

    /// Whether the words name a unit no longer in force, or a district. O(1).
    pub fn old_unit(&self, code: u32) -> bool {
        self.address(code).is_some_and(|address| address.old_unit)
    }

    /// The district of before 01/07/2025 that the words name: `huyện Cái Nước`. O(1).
    pub fn district(&self, code: u32) -> Option<&str> {
        self.units.district_words(usize::from(self.address(code)?.district).checked_sub(1)?)
    }

    /// The province that the words name, by its name of before 01/07/2025. O(1).
    pub fn province(&self, code: u32) -> Option<&str> {
        self.units.province_name(usize::from(self.address(code)?.province).checked_sub(1)?)
    }

    /// The text in NFC with single spaces, where it was not delivered so. O(log rewritten).
    pub fn cleaned(&self, code: u32) -> Option<&str> {
        self.cleaned.get(code)
    }

    /// The hamlet or quarter before the commune, else the street, in plain
    /// words without house numbers. O(1).
    pub fn hamlet(&self, code: u32) -> Option<&str> {
        self.hamlets.get(self.address(code)?.hamlet)
    }

    /// A number that equal hamlets of this column share; 0 for none. O(1).
    pub fn hamlet_number(&self, code: u32) -> u32 {
        self.address(code).map_or(0, |address| address.hamlet)
    }

    /// The address with the unit in force and without a district, where the words
    /// determine it and do not say it so already. O(length).
    pub fn standard(&self, code: u32, raw: &str) -> Option<String> {
        let address = self.address(code)?;
        if address.kept == Address::AS_WRITTEN {
            return self.standards.get(code).map(str::to_owned);
        }
        let unit = self.units.in_force.get(self.sets.get(address.wards).only()?)?;
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

/// What one piece of work makes: addresses whose sets and hamlets have numbers of the piece.
#[derive(Default)]
struct Piece {
    read: Vec<Address>,
    sets: Vec<UnitSet>,
    set_numbers: HashMap<UnitSet, u16>,
    hamlets: Vec<Box<str>>,
    hamlet_numbers: HashMap<String, u32>,
    cleaned: Vec<(u32, Box<str>)>,
    standards: Vec<(u32, Box<str>)>,
}

/// Reads all addresses of a column. O(total length), in parallel.
pub(super) fn read_all(dictionary: &Dictionary, units: &Arc<Units>, legacy: &Legacy) -> Addresses {
    let pieces = by_chunk(dictionary, |first, texts| {
        let mut piece = Piece::default();
        let (mut attempts, mut hamlets) = (Attempts::new(units), Hamlets::default());
        for (code, text) in (first..).zip(texts) {
            piece.add(code, text, legacy, &mut attempts, &mut hamlets);
        }
        piece
    });
    let mut all = Addresses { units: Arc::clone(units), sets: Sets::new(units), ..Addresses::default() };
    all.read.reserve_exact(dictionary.len());
    let (mut cleaned, mut standards) = (Vec::new(), Vec::new());
    for piece in pieces {
        let sets: Vec<u16> = piece.sets.iter().map(|set| all.sets.number(*set, units)).collect();
        let hamlets: Vec<u32> = piece.hamlets.into_iter().map(|hamlet| all.hamlets.number(hamlet)).collect();
        all.read.extend(piece.read.into_iter().map(|address| Address {
            wards: numbered(&sets, usize::from(address.wards)),
            hamlet: numbered(&hamlets, address.hamlet as usize),
            ..address
        }));
        cleaned.push(piece.cleaned);
        standards.push(piece.standards);
    }
    all.hamlets.finish();
    (all.cleaned, all.standards) = (Rewritten::new(cleaned), Rewritten::new(standards));
    all
}

/// The number of the column for one of the piece, 0 for none.
fn numbered<T: Copy + Default>(numbers: &[T], of_piece: usize) -> T {
    of_piece.checked_sub(1).and_then(|at| numbers.get(at)).copied().unwrap_or_default()
}

impl Piece {
    fn add(
        &mut self,
        code: u32,
        raw: &str,
        legacy: &Legacy,
        attempts: &mut Attempts<'_>,
        hamlets: &mut Hamlets,
    ) {
        if raw.is_empty() {
            self.read.push(Address { kept: Address::AS_WRITTEN, ..Address::default() });
            return;
        }
        let decoded = legacy.decode_cleaned(raw);
        let cleaned = clean(&decoded).text;
        let outcome = attempts.read(&decoded, &cleaned);
        let found = &outcome.found;
        let place = |place: Option<usize>| place.map_or(0, |place| u8::try_from(place + 1).unwrap_or(0));
        let address = Address {
            hamlet: hamlets.of(attempts, &outcome, &cleaned).map_or(0, |hamlet| self.hamlet(hamlet)),
            wards: self.set(found.wards),
            kept: self.standard(code, raw, &cleaned, attempts, &outcome),
            district: place(found.district),
            province: place(found.province),
            certainty: found.certainty,
            old_unit: found.old_unit,
        };
        self.read.push(address);
        if cleaned != raw {
            self.cleaned.push((code, cleaned.into()));
        }
    }

    /// Bytes of the text before the commune, or [`Address::AS_WRITTEN`].
    fn standard(
        &mut self,
        code: u32,
        raw: &str,
        cleaned: &str,
        attempts: &mut Attempts<'_>,
        outcome: &Outcome,
    ) -> u16 {
        let unit = outcome.found.wards.only().filter(|_| outcome.found.commune);
        let Some(unit) = unit.and_then(|place| attempts.units.in_force.get(place)) else {
            return Address::AS_WRITTEN;
        };
        let text = attempts.text(outcome, cleaned);
        let lead = attempts.lead(outcome, text);
        // Without a house the text may begin in either case.
        let written = cleaned.strip_prefix(lead.text).filter(|_| lead.is_head);
        let is_standard = written == Some(&unit.ending)
            || (lead.text.is_empty() && written == unit.ending.strip_prefix(", "));
        if is_standard {
            return Address::AS_WRITTEN;
        }
        let short =
            u16::try_from(lead.text.len()).ok().filter(|short| (1..Address::AS_WRITTEN).contains(short));
        let certain = outcome.found.certainty == Certainty::Certain;
        let usual = certain && lead.is_head && !lead.ends_in_unit;
        if let Some(short) = short.filter(|_| usual && raw == text) {
            return short;
        }
        let standard = ended(lead.text, &unit.ending);
        let says_so = |attempts: &mut Attempts<'_>| {
            // What stays before the commune may name another district, mended or passed over.
            let again = attempts.read(&standard, &standard).found;
            again.wards == outcome.found.wards && again.certainty == Certainty::Certain && !again.old_unit
        };
        if standard != cleaned && (usual || says_so(attempts)) {
            self.standards.push((code, standard.into()));
        }
        Address::AS_WRITTEN
    }

    /// The piece's number of a set.
    fn set(&mut self, set: UnitSet) -> u16 {
        if set.is_empty() {
            return 0;
        }
        *self.set_numbers.entry(set).or_insert_with(|| {
            self.sets.push(set);
            self.sets.len() as u16
        })
    }

    /// The piece's number of a hamlet.
    fn hamlet(&mut self, hamlet: &str) -> u32 {
        *self.hamlet_numbers.entry_ref(hamlet).or_insert_with(|| {
            self.hamlets.push(hamlet.into());
            self.hamlets.len() as u32
        })
    }
}

#[cfg(test)]
mod tests;
