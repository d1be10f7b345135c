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

/// A commune code in 8 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WardCode {
    status: WardStatus,
    /// The code in force that it stands for; 0 for none.
    in_force: u32,
}

impl WardCode {
    /// What it is worth today.
    pub fn status(self) -> WardStatus {
        self.status
    }

    /// The code in force: itself, or its only successor.
    pub fn in_force(self) -> Option<u32> {
        (self.in_force != 0).then_some(self.in_force)
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
            let mut places = successors.iter().filter_map(|place| units.in_force.get(*place));
            let worth = match (places.next(), places.next()) {
                (Some(unit), None) => WardCode { status: WardStatus::Retired, in_force: unit.code },
                (Some(_), Some(_)) => WardCode { status: WardStatus::Divided, in_force: 0 },
                (None, _) => WardCode { status: WardStatus::Unknown, in_force: 0 },
            };
            (*code, worth)
        });
        let present = units
            .in_force
            .iter()
            .map(|unit| (unit.code, WardCode { status: WardStatus::InForce, in_force: unit.code }));
        Self(former.chain(present).collect())
    }
}

/// Reads a commune code. O(length).
pub(super) fn read(raw: &str, codes: &WardCodes) -> WardCode {
    match digits(raw) {
        Some(digits) if digits.count == 5 => {
            let unknown = WardCode { status: WardStatus::Unknown, in_force: 0 };
            codes.0.get(&(digits.value as u32)).copied().unwrap_or(unknown)
        }
        _ => WardCode::default(),
    }
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
        }
        let count = |status| codes.0.values().filter(|code| code.status == status).count();
        assert_eq!(count(WardStatus::InForce), 64);
        assert_eq!(
            count(WardStatus::InForce) + count(WardStatus::Retired) + count(WardStatus::Divided),
            codes.0.len()
        );
    }
}
