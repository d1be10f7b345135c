//! What the generator knows about the values it wrote: content, form, faults.

use chrono::NaiveDate;

use super::person::{Birth, Sex, Status};

/// Why a name's written form is not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameForm {
    Good,
    /// Decomposed, look-alike, invisible characters.
    Unicode,
    Spacing,
    /// Two words run together.
    Joined,
    Case,
    ToneMark,
    /// Bytes of another encoding.
    Legacy,
    /// Keys of Telex or VNI left in a word.
    Keystrokes,
}

/// A name as written.
#[derive(Clone, Debug)]
pub(super) struct WrittenName {
    /// What stands in the cell.
    pub(super) text: String,
    /// What it says once its form is mended: capitalised words, NFC, old-style tone marks.
    pub(super) content: String,
    pub(super) form: NameForm,
    /// Whether anybody sees that it is damaged: marks lost, shortened, `?`.
    pub(super) is_visibly_damaged: bool,
    /// Whether only a call name or a title was added.
    pub(super) has_extra: bool,
    /// Whether it stands in capitals.
    pub(super) is_capitals: bool,
}

impl Default for WrittenName {
    fn default() -> Self {
        Self {
            text: String::new(),
            content: String::new(),
            form: NameForm::Good,
            is_visibly_damaged: false,
            has_extra: false,
            is_capitals: false,
        }
    }
}

impl WrittenName {
    /// The text with its form mended and its words left alone.
    pub(super) fn in_good_form(&self) -> String {
        if self.is_capitals { self.content.to_uppercase() } else { self.content.clone() }
    }
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateForm {
    Normal,
    Other,
    /// Impossible, or nothing at all.
    Unreadable,
}

/// A date as written.
#[derive(Clone, Debug)]
pub(super) struct WrittenDate {
    pub(super) text: String,
    /// What it says; none where unreadable or empty.
    pub(super) content: Option<Birth>,
    pub(super) form: DateForm,
}

/// A personal or identity card number as written.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenNumber {
    pub(super) text: String,
    /// The twelve digits of a number that can exist.
    pub(super) personal: Option<String>,
    /// Whether nine digits of an old card stand there.
    pub(super) is_old: bool,
    /// Whether it needs no repair.
    pub(super) is_clean: bool,
}

/// How a telephone number is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PhoneForm {
    #[default]
    None,
    Normal,
    OldPrefix,
    Other,
    Invalid,
}

/// What a civil-registry row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Birth,
    Death(NaiveDate),
    Marriage,
    Correction,
}

/// What the generator knows of one delivered row.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) name: WrittenName,
    pub(super) birth: WrittenDate,
    pub(super) number: WrittenNumber,
    pub(super) sex: Option<Sex>,
    /// Residence: the status that stands there.
    pub(super) status: Option<Status>,
    pub(super) event: Option<Event>,
    /// Civil registry and vehicles: the day of registration; telecom: of activation; residence: of the last change, where it can be read.
    pub(super) registered_on: Option<NaiveDate>,
    /// Insurance: first and last day.
    pub(super) valid: Option<(NaiveDate, NaiveDate)>,
    /// Telecom: whether the subscription runs; vehicles: whether it is on the road.
    pub(super) is_active: bool,
    /// Residence: the household number and the relation to its head that stand there.
    pub(super) book: String,
    pub(super) relation: &'static str,
    /// Residence: the nine digits of the former card, where they can be read.
    pub(super) old_id: Option<String>,
    /// Residence: father's and mother's name.
    pub(super) parents: [Option<WrittenName>; 2],
    /// Residence: telephone, and the number it should be.
    pub(super) phone: PhoneForm,
    pub(super) phone_right: String,
    /// Residence: the right code where a retired one stands, and whether it follows from that one.
    pub(super) ward_retired: Option<(String, bool)>,
    /// Residence and vehicles: the address with the unit in force where an old one stands, and whether it follows.
    pub(super) address_old: Option<(String, bool)>,
}

/// One delivered row.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) person: usize,
    pub(super) source: super::rates::Source,
    pub(super) id: String,
    /// Place among the window's rows: a hash, so that order tells nothing.
    pub(super) order: u64,
    /// One a column of the source, in order.
    pub(super) cells: Vec<String>,
    pub(super) facts: Facts,
    /// Column and kind of everything that went wrong.
    pub(super) faults: Vec<(&'static str, &'static str)>,
    /// Whether the row is delivered twice.
    pub(super) is_repeated: bool,
}
