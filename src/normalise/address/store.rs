//! What many addresses share, kept once: sets of communes and hamlets.

use hashbrown::HashMap;

use super::super::units::{UnitSet, Units};

/// Sets of units in force by number; 0 is the empty set.
#[derive(Debug, Default)]
pub(super) struct Sets {
    by_number: Vec<UnitSet>,
    /// Their codes, rising, joined by spaces.
    words: Vec<Box<str>>,
    numbers: HashMap<UnitSet, u16>,
}

impl Sets {
    pub(super) fn new(units: &Units) -> Self {
        let mut sets = Self::default();
        sets.by_number.push(UnitSet::default());
        sets.words.push("".into());
        for place in 0..units.in_force.len() {
            sets.number(UnitSet::one(place), units);
        }
        sets
    }

    /// The number of a set; a new one gets the next. There are some hundreds of them: each
    /// comes of names and districts of the tables. Beyond 65,535 a set is not kept.
    pub(super) fn number(&mut self, set: UnitSet, units: &Units) -> u16 {
        if let Some(number) = self.numbers.get(&set) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.by_number.len()) else { return 0 };
        self.by_number.push(set);
        self.words.push(words(set, units).into());
        self.numbers.insert(set, number);
        number
    }

    /// The set of a number.
    pub(super) fn get(&self, number: u16) -> UnitSet {
        self.by_number.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// The codes of a set; `None` for the empty one.
    pub(super) fn words(&self, number: u16) -> Option<&str> {
        self.words.get(usize::from(number)).map(AsRef::as_ref).filter(|words: &&str| !words.is_empty())
    }
}

/// The codes of a set's units, rising.
pub(super) fn codes(set: UnitSet, units: &Units) -> Vec<u32> {
    let mut codes: Vec<u32> =
        set.places().filter_map(|place| units.in_force.get(place)).map(|unit| unit.code).collect();
    codes.sort_unstable();
    codes
}

fn words(set: UnitSet, units: &Units) -> String {
    let codes: Vec<String> = codes(set, units).into_iter().map(|code| format!("{code:05}")).collect();
    codes.join(" ")
}

/// Texts by number, from 1 on, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Interned {
    texts: Vec<Box<str>>,
    /// Only while texts are added.
    numbers: HashMap<Box<str>, u32>,
}

impl Interned {
    /// The number of a text; a new one gets the next.
    pub(super) fn number(&mut self, text: Box<str>) -> u32 {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        self.texts.push(text.clone());
        let number = self.texts.len() as u32;
        self.numbers.insert(text, number);
        number
    }

    /// Lets go of what only adding needs.
    pub(super) fn finish(&mut self) {
        self.numbers = HashMap::new();
        self.texts.shrink_to_fit();
    }

    /// The text of a number. O(1).
    pub(super) fn get(&self, number: u32) -> Option<&str> {
        self.texts.get(number.checked_sub(1)? as usize).map(AsRef::as_ref)
    }
}
