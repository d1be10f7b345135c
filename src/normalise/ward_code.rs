//! Five-digit commune codes: in force, retired with one successor, divided.
//!
//! Codes were reused on 01/07/2025: 31 of the 64 in force named another unit
//! before. A code alone cannot tell which is meant, so one in force is in force.

use std::collections::BTreeMap;

use super::digits::digits;
use super::units::Units;

/// What a commune code is worth today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WardStatus {
    /// A unit of today.
    InForce,
    /// A former unit that went whole into one unit of today.
    Retired,
    /// A former unit that was divided among several.
    Divided,
    /// Five digits that name no unit of the province, now or before.
    Unknown,
    /// Not five digits.
    #[default]
    Malformed,
}

impl WardStatus {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Retired => "retired",
            Self::Divided => "divided",
            Self::Unknown => "unknown",
            Self::Malformed => "malformed",
        }
    }
}

/// No unit was divided among more; of one that is, no candidates are kept.
const CANDIDATES_MAX: usize = 6;

/// A commune code in 28 bytes: columns have some hundreds of distinct codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WardCode {
    status: WardStatus,
    /// The codes in force that it may stand for, rising; 0 behind the last.
    candidates: [u32; CANDIDATES_MAX],
}

impl WardCode {
    /// What it is worth today.
    pub fn status(self) -> WardStatus {
        self.status
    }

    /// The code in force: itself, or its only successor.
    pub fn in_force(self) -> Option<u32> {
        let certain = matches!(self.status, WardStatus::InForce | WardStatus::Retired);
        self.wards().next().filter(|_| certain)
    }

    /// The codes in force that it may stand for, rising: of a divided one all it was divided
    /// among. Whether one in force was meant as the former unit of that code, it does not say:
    /// [`super::Gazetteer::determine`] asks the date.
    pub fn wards(self) -> impl Iterator<Item = u32> {
        self.candidates.into_iter().take_while(|code| *code != 0)
    }

    /// The only successor of a retired code.
    pub fn successor(self) -> Option<u32> {
        self.in_force().filter(|_| self.status == WardStatus::Retired)
    }
}

/// All codes that were ever given, and what they are worth.
#[derive(Clone, Debug, Default)]
pub(super) struct WardCodes(BTreeMap<u32, WardCode>);

impl WardCodes {
    /// From the units in force and the former ones.
    pub(super) fn new(units: &Units) -> Self {
        let former = units.codes.iter().map(|(code, successors)| {
            let codes = successors.places().filter_map(|place| units.in_force.get(place));
            (*code, WardCode::former(codes.map(|unit| unit.code).collect()))
        });
        let present = units.in_force.iter().map(|unit| {
            let one = WardCode::former(vec![unit.code]);
            (unit.code, WardCode { status: WardStatus::InForce, ..one })
        });
        Self(former.chain(present).collect())
    }
}

impl WardCode {
    const UNKNOWN: Self = Self { status: WardStatus::Unknown, candidates: [0; CANDIDATES_MAX] };

    fn former(mut codes: Vec<u32>) -> Self {
        codes.sort_unstable();
        let status = match codes.len() {
            0 => WardStatus::Unknown,
            1 => WardStatus::Retired,
            _ => WardStatus::Divided,
        };
        let mut candidates = [0; CANDIDATES_MAX];
        if let Some(room) = candidates.get_mut(..codes.len()) {
            room.copy_from_slice(&codes);
        }
        Self { status, candidates }
    }
}

/// Reads a commune code. O(length).
pub(super) fn read(raw: &str, codes: &WardCodes) -> WardCode {
    let known = |code| codes.0.get(&code).copied().unwrap_or(WardCode::UNKNOWN);
    digits_of(raw).map_or_else(WardCode::default, known)
}

/// The five digits of a code. O(length).
pub(super) fn digits_of(raw: &str) -> Option<u32> {
    digits(raw).filter(|digits| digits.count == 5).map(|digits| digits.value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn codes_are_read_by_the_default_tables() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let codes = WardCodes::new(&Units::new(&settings.reference));
        let cases = [
            ("31825", "in_force", None, Some(31_825)),
            // Named phường 4, then phường 2, now phường An Xuyên.
            ("32002", "in_force", None, Some(32_002)),
            ("31813", "retired", Some(31_825), Some(31_825)),
            // Gone on 01/12/2024 already.
            ("32011", "retired", Some(32_002), Some(32_002)),
            ("32107", "divided", None, None),
            ("26734", "unknown", None, None),
            (" 31825", "in_force", None, Some(31_825)),
            ("3182", "malformed", None, None),
            ("031825", "malformed", None, None),
            ("xã", "malformed", None, None),
        ];
        for (raw, status, successor, in_force) in cases {
            let code = read(raw, &codes);
            assert_eq!(
                (code.status().word(), code.successor(), code.in_force()),
                (status, successor, in_force),
                "{raw}"
            );
            assert_eq!(code.wards().count() > 1, status == "divided", "{raw}");
        }
        assert_eq!(read("32107", &codes).wards().collect::<Vec<_>>(), [32_095, 32_104]);
        let count = |status| codes.0.values().filter(|code| code.status == status).count();
        assert_eq!(count(WardStatus::InForce), 64);
        assert_eq!(
            count(WardStatus::InForce) + count(WardStatus::Retired) + count(WardStatus::Divided),
            codes.0.len()
        );
    }
}
