//! The true state: people, households, what became of them.

use chrono::NaiveDate;

/// Sex as registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    Male,
    Female,
}

impl Sex {
    pub(super) const WORDS: [&'static str; 2] = ["Nam", "Nữ"];

    pub(super) fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    pub(super) fn other(self) -> Self {
        if self == Self::Male { Self::Female } else { Self::Male }
    }
}

/// The three groups whose names differ; others are counted to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Kinh,
    Khmer,
    Hoa,
}

impl Group {
    pub(super) const WORDS: [&'static str; 3] = ["Kinh", "Khmer", "Hoa"];

    pub(super) fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Day,
    Month,
    Year,
}

/// A date and how much of it is known; parts that are not known stand at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Birth {
    pub(super) day: NaiveDate,
    pub(super) precision: Precision,
}

/// Where somebody was born or comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An old unit of the province, by place in [`super::places::Places::old_units`].
    OldUnit(usize),
    /// Another province, by place in [`super::places::Places::provinces`].
    Province(usize),
}

/// What residence holds of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Permanent,
    Temporary,
    Away,
    Deleted,
}

impl Status {
    pub(super) const WORDS: [&'static str; 4] = ["thường trú", "tạm trú", "tạm vắng", "đã xoá"];

    pub(super) fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    pub(super) fn is_live(self) -> bool {
        self != Self::Deleted
    }
}

/// Where somebody stands at the as-of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Lives here and is registered.
    Resident(Status),
    /// Lives here, residence does not know it.
    Unregistered,
    /// Lives in another province.
    Elsewhere,
    /// Died on that day.
    Dead(NaiveDate),
}

/// A household at one address.
#[derive(Clone, Debug)]
pub(super) struct Household {
    /// `HK` and eight digits.
    pub(super) book: String,
    /// By place in [`super::places::Places::wards`].
    pub(super) ward: usize,
    /// The old unit its ground belonged to, by place in `old_units`.
    pub(super) old_unit: usize,
    /// House, street, hamlet: `Số 5, Ấp Kinh Tư`.
    pub(super) lead: String,
    /// Telephone of the house, if it has one in common.
    pub(super) size: usize,
}

/// A lawful change of an entry: what stood there before.
#[derive(Clone, Debug)]
pub(super) enum Before {
    BirthDate(NaiveDate),
    Name(String),
    Sex(Sex),
}

/// A correction entered in the civil registry.
#[derive(Clone, Debug)]
pub(super) struct Correction {
    pub(super) before: Before,
    pub(super) on: NaiveDate,
    /// The number before it was set again, where the correction led to that.
    pub(super) former_number: Option<String>,
}

/// One human being, as is.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) sex: Sex,
    pub(super) group: Group,
    pub(super) ethnicity: &'static str,
    pub(super) surname: String,
    /// Surname first, every word capitalised, NFC, tone marks in the old style.
    pub(super) name: String,
    pub(super) birth: Birth,
    pub(super) father: Option<usize>,
    pub(super) mother: Option<usize>,
    pub(super) father_name: Option<String>,
    pub(super) mother_name: Option<String>,
    pub(super) born_at: Origin,
    pub(super) hospital: Option<&'static str>,
    pub(super) home_town: Origin,
    /// Personal number, 12 digits.
    pub(super) number: Option<String>,
    /// Former identity card, 9 digits.
    pub(super) cmnd: Option<String>,
    /// Social insurance number, 10 digits.
    pub(super) insurance: Option<String>,
    pub(super) household: usize,
    pub(super) relation: &'static str,
    pub(super) standing: Standing,
    /// The household in this province that they moved out of, with the day.
    pub(super) moved: Option<(usize, NaiveDate)>,
    /// A second, lawful temporary residence.
    pub(super) stays_at: Option<usize>,
    pub(super) spouse: Option<(usize, NaiveDate)>,
    pub(super) correction: Option<Correction>,
    /// The other of a pair of twins, set on the younger.
    pub(super) twin_of: Option<usize>,
}

impl Person {
    /// Whether they live at the as-of date.
    pub(super) fn is_alive(&self) -> bool {
        !matches!(self.standing, Standing::Dead(_))
    }

    /// Whole years at a day.
    pub(super) fn age_on(&self, day: NaiveDate) -> i32 {
        day.years_since(self.birth.day).map_or(0, |years| years as i32)
    }
}
