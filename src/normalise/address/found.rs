//! What reading an address gives.

use super::super::units::{Hit, UnitSet};

/// How sure the commune is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The words name no unit that is known.
    #[default]
    None,
    /// Several units are allowed.
    Several,
    /// One, after a slip in a name was mended or a wrong type word passed over.
    Typo,
    /// One, by the words as they stand.
    Certain,
    /// The words name another province.
    Outside,
}

impl Certainty {
    /// Its word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Several => "several",
            Self::Typo => "typo",
            Self::Certain => "certain",
            Self::Outside => "outside",
        }
    }
}

/// What the words of an address determine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The units in force that the words allow.
    pub(super) wards: UnitSet,
    pub(super) certainty: Certainty,
    /// A unit no longer in force, or a district, is named.
    pub(super) old_unit: bool,
    /// By place.
    pub(super) district: Option<usize>,
    pub(super) province: Option<usize>,
    /// The part that names the commune, or else the largest unit that is known: what is
    /// smaller stands on the other side of it.
    pub(super) unit_part: Option<usize>,
    /// Whether that is the commune.
    pub(super) commune: bool,
}

impl Found {
    /// A commune, by what its name gives and the part that names it.
    pub(super) fn of_commune(hit: Hit, at: usize) -> Self {
        let certainty = match (hit.wards.only(), hit.mended) {
            (None, _) => Certainty::Several,
            (Some(_), true) => Certainty::Typo,
            (Some(_), false) => Certainty::Certain,
        };
        Self { wards: hit.wards, certainty, unit_part: Some(at), commune: true, ..Self::default() }
    }

    /// The same, after something was mended or passed over.
    pub(super) fn doubtful(self) -> Self {
        Self { certainty: self.certainty.min(Certainty::Typo), ..self }
    }
}
