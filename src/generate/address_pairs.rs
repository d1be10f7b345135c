//! Addresses as offices write them, each with the communes that the tables allow for it: what
//! the reading of addresses is measured by.
//!
//! Drawn from the units in force and all former ones alike. What an address states (type, name,
//! district, province, each as far as it is written) is settled first; the truth is what the
//! tables allow for that, found row by row in [`law`]; only then is it written down. Nothing
//! here knows how addresses are read.
//!
//! Rates, a share of all addresses: a former unit one half; a slip of the pen in one name one in
//! eight; without accents one in eight; another order one in twenty; divided otherwise than by
//! commas one in four; another province one in thirty. They are not measured: real addresses have
//! fewer of each. They make every writing common enough to be counted.

mod law;
mod slips;
mod written;

use super::draw::Draw;
use crate::diagnostic::Outcome;
use crate::settings::Reference;
use law::{Law, Row, Statement};

/// The stream of draws that addresses are made from.
const PURPOSE: u64 = 0xADD_2E55;

/// An address and what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestAddress {
    /// As written.
    pub text: String,
    /// The codes in force that the tables allow, rising; empty for another province.
    pub truth: Vec<u32>,
    /// How it is written, for figures by kind: `former`, `slip`, `reversed` …
    pub traits: Vec<&'static str>,
}

/// How readings of test addresses compare with what the tables allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressFigures {
    /// Determined: the right commune, another one, none or several.
    pub right: u64,
    /// Determined, and another commune was read.
    pub wrong: u64,
    /// Determined, and no single commune was read.
    pub unanswered: u64,
    /// Not determined: the very set that the tables allow was read.
    pub exact: u64,
    /// Not determined: more communes were read than the tables allow, those among them.
    pub wide: u64,
    /// Not determined: some that are allowed were not read, but none was guessed.
    pub missed: u64,
    /// Not determined, and yet one commune was read.
    pub guessed: u64,
    /// Of another province, and no commune was read.
    pub kept_out: u64,
    /// Of another province, and a commune was read.
    pub taken_in: u64,
}

impl AddressFigures {
    /// Counts a reading: the codes of all communes that were read, rising.
    pub fn add(&mut self, truth: &[u32], read: &[u32]) {
        let counter = match (truth, read) {
            ([], []) => &mut self.kept_out,
            ([], _) => &mut self.taken_in,
            ([truth], [read]) if truth == read => &mut self.right,
            ([_], [_]) => &mut self.wrong,
            ([_], _) => &mut self.unanswered,
            (_, [_]) => &mut self.guessed,
            (truth, read) if truth == read => &mut self.exact,
            (truth, read) if truth.iter().all(|ward| read.contains(ward)) => &mut self.wide,
            _ => &mut self.missed,
        };
        *counter += 1;
    }

    /// How many addresses are determined.
    pub fn determined(&self) -> u64 {
        self.right + self.wrong + self.unanswered
    }

    /// How many leave several communes.
    pub fn open(&self) -> u64 {
        self.exact + self.wide + self.missed + self.guessed
    }
}

/// Makes test addresses.
#[derive(Debug)]
pub struct AddressPairs {
    law: Law,
    seed: u64,
}

impl AddressPairs {
    /// From the reference tables.
    ///
    /// # Errors
    /// A table that is not there or has no usable row.
    pub fn new(reference: &Reference, seed: u64) -> Outcome<Self> {
        Ok(Self { law: Law::read(reference)?, seed })
    }

    /// The address of a number; the same every time. O(units).
    pub fn address(&self, index: u64) -> TestAddress {
        let mut draw = Draw::of(self.seed, PURPOSE, index);
        if draw.chance(0.033) {
            return self.elsewhere(&mut draw);
        }
        // What would be another address than it is meant to be is drawn anew.
        for _ in 0..64 {
            if let Some(address) = self.local(&mut draw) {
                return address;
            }
        }
        self.elsewhere(&mut draw)
    }

    fn elsewhere(&self, draw: &mut Draw) -> TestAddress {
        let row = draw.one(&self.law.rows).cloned().unwrap_or_default();
        let province = draw.one(&self.law.far).cloned().unwrap_or_default();
        let district = draw.pick(&["Châu Thành", "Gò Quao", "Long Mỹ", "Phú Tân", "Thạnh Hóa"]);
        let statement = Statement {
            kind: Some(row.kind),
            name: row.name,
            district_kind: Some("huyện".to_owned()),
            district: Some(district.to_owned()).filter(|_| draw.chance(0.7)),
            province: Some(province),
            is_typed_province: draw.chance(0.6),
        };
        let mut traits = vec!["elsewhere"];
        let text = written::write(&statement, draw, &mut traits);
        TestAddress { text, truth: Vec::new(), traits }
    }

    fn local(&self, draw: &mut Draw) -> Option<TestAddress> {
        let former = draw.chance(0.5);
        let rows = || self.law.rows.iter().filter(|row| row.present != former);
        let row = rows().nth(draw.below(rows().count()))?;
        let mut traits = vec![if former { "former" } else { "present" }];
        let mut statement = if former { former_words(row, draw) } else { self.present_words(row, draw) };
        if draw.chance(0.125) {
            traits.push("slip");
            slips::slip(&mut statement, draw);
        }
        let accents = !draw.chance(0.125);
        if !accents {
            traits.push("no_accents");
            statement.strip();
        }
        let truth = self.law.allowed(&statement);
        // Some words say another unit than the one they were made from: a slip that is a name.
        let meant = row.wards.iter().any(|ward| truth.contains(ward));
        if !meant || (statement.district.is_none() && !row.wards.iter().all(|ward| truth.contains(ward))) {
            return None;
        }
        let text = written::write(&statement, draw, &mut traits);
        Some(TestAddress { text, truth, traits })
    }

    /// A unit in force: sometimes without its type or its province, or with a district left behind.
    fn present_words(&self, row: &Row, draw: &mut Draw) -> Statement {
        let district = draw.one(&row.districts).copied().filter(|_| draw.chance(0.06));
        let district = district.and_then(|place| self.law.districts.get(place)).cloned();
        let (district_kind, district) =
            district.map_or((None, None), |(kind, name)| (Some(kind), Some(name)));
        Statement {
            kind: Some(row.kind.clone()).filter(|_| !draw.chance(0.08)),
            name: row.name.clone(),
            district_kind,
            district,
            province: Some(self.law.province.clone()).filter(|_| !draw.chance(0.05)),
            is_typed_province: draw.chance(0.6),
        }
    }
}

/// A former unit in the words of its time.
fn former_words(row: &Row, draw: &mut Draw) -> Statement {
    let numbered = row.name.starts_with(|c: char| c.is_ascii_digit());
    let province = match draw.weighted(&[80, 6, 14]) {
        0 => Some(row.province.clone()),
        1 => Some("Minh Hải".to_owned()),
        _ => None,
    };
    let district = Some(row.district.1.clone()).filter(|_| province.is_none() || !draw.chance(0.06));
    Statement {
        kind: Some(row.kind.clone()).filter(|_| numbered || !draw.chance(0.15)),
        name: row.name.clone(),
        district_kind: Some(row.district.0.clone()).filter(|_| !draw.chance(0.2)),
        district,
        province,
        is_typed_province: draw.chance(0.4),
    }
}
