//! The error model's one table: every fault, how often each source has it, and why.
//!
//! `docs/error-model.md` is this table in words; a test compares them.

use super::draw::Draw;

/// A source, in the order of delivery files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Residence,
    Civil,
    Insurance,
    Telecom,
    /// Delivered on demand only: not one of the province's four.
    Vehicles,
}

impl Source {
    pub(super) const ALL: [Self; 5] =
        [Self::Residence, Self::Civil, Self::Insurance, Self::Telecom, Self::Vehicles];
    /// How many of [`Self::ALL`], from the first on, every province has.
    pub(super) const ALWAYS: usize = 4;
    /// Id of the source and the letters of its record numbers.
    const NAMES: [(&'static str, &'static str); 5] =
        [("cu_tru", "CT"), ("ho_tich", "HT"), ("bhyt", "BH"), ("thue_bao", "TB"), ("phuong_tien", "PT")];

    pub(super) fn id(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    pub(super) fn letters(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// Its column in tables of habits. Vehicle papers are made out at a counter from the card
    /// shown there, as insurance cards are, and nobody has counted their faults apart.
    pub(super) fn habits(self) -> usize {
        if self == Self::Vehicles { Self::Insurance as usize } else { self as usize }
    }
}

/// How faulty the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorLevel {
    /// Values are clean; there are still moves, deaths, late entries, duplicates.
    None,
    /// What a delivery of today looks like.
    Typical,
    /// About three times as faulty, with encoding damage and repeated rows.
    Dirty,
}

impl ErrorLevel {
    /// The words of the command line.
    pub const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("typical", Self::Typical), ("dirty", Self::Dirty)];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize].0
    }

    pub(super) fn factor(self) -> f64 {
        [0.0, 1.0, 3.0][self as usize]
    }
}

macro_rules! faults {
    ($($fault:ident = $word:literal, [$a:literal, $b:literal, $c:literal, $d:literal], $why:literal;)+) => {
        /// One way in which a value goes wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Fault { $($fault),+ }

        /// Word, rate by source (residence, civil registry, insurance, telecom), reason.
        pub(super) const TABLE: &[(&str, [f64; 4], &str)] = &[$(($word, [$a, $b, $c, $d], $why)),+];
    };
}

faults! {
    // Names, content.
    NameDialect = "name_dialect", [0.008, 0.012, 0.004, 0.006], "hỏi/ngã, n/ng, t/c, d/gi/v, s/x, tr/ch written as spoken in the south; most in digitised books";
    NameIy = "name_i_or_y", [0.002, 0.003, 0.001, 0.001], "Quí for Quý, Mĩ for Mỹ";
    NameDoublet = "name_doublet", [0.0015, 0.002, 0.001, 0.001], "Hoàng for Huỳnh, Phúc for Phước: two sounds of one word";
    NameSlip = "name_keying_slip", [0.005, 0.007, 0.003, 0.006], "a letter left out, doubled or swapped";
    NameMarkLost = "name_one_mark_lost", [0.003, 0.004, 0.002, 0.004], "one word without its marks";
    NameMarksLost = "name_marks_lost", [0.003, 0.008, 0.008, 0.18], "no marks at all; telecom systems and old cards";
    NameMiddleLeftOut = "name_middle_left_out", [0.003, 0.004, 0.003, 0.008], "Nguyễn An for Nguyễn Văn An";
    NameMiddleAdded = "name_middle_added", [0.0015, 0.002, 0.001, 0.001], "Thị or Văn put in by habit";
    NameOrder = "name_order", [0.0003, 0.0003, 0.0008, 0.006], "given name first, as foreign forms ask for it";
    NameShort = "name_abbreviated", [0.0015, 0.002, 0.0015, 0.002], "T. for Thị, Ng. for Nguyễn";
    NameExtra = "name_call_name", [0.0006, 0.001, 0.0008, 0.0008], "a call name in brackets, a title in front";
    NameQuestion = "name_question_marks", [0.0004, 0.0006, 0.0005, 0.0008], "letters lost to `?` on the way between systems";
    NamePlaceholder = "name_placeholder", [0.001, 0.0, 0.0, 0.0], "Không rõ, test, xxx: something had to stand in the field";
    // Names, form.
    NameCapitals = "name_capitals", [0.09, 0.10, 0.10, 0.32], "forms are filled in capitals; no fault";
    NameLower = "name_lower_case", [0.003, 0.001, 0.001, 0.012], "typed without capitals";
    NameDecomposed = "name_decomposed", [0.010, 0.016, 0.035, 0.015], "marks as separate characters";
    NameLookAlike = "name_look_alike", [0.002, 0.002, 0.003, 0.002], "Ð (eth) for Đ";
    NameInvisible = "name_invisible", [0.0008, 0.001, 0.0008, 0.001], "zero-width or no-break characters from web pages";
    NameSpacing = "name_spacing", [0.003, 0.003, 0.004, 0.004], "outer or doubled spaces";
    NameJoined = "name_words_joined", [0.002, 0.0, 0.0, 0.0], "NguyễnVăn An: two words run together; put in last";
    NameNewTone = "name_new_tone_mark", [0.15, 0.15, 0.15, 0.15], "of names with an open oa, oe, uy: Hoà for Hòa (25 % in an unedited list)";
    NameLegacy = "name_legacy_encoding", [0.0008, 0.0015, 0.0015, 0.0012], "TCVN3 or UTF-8 bytes shown as windows-1252";
    NameResidue = "name_keystroke_residue", [0.0003, 0.0006, 0.0003, 0.0006], "VNI or Telex keys left in the text";
    // Birth dates.
    DateDaySlip = "date_day_slip", [0.004, 0.006, 0.003, 0.006], "one digit of day or month";
    DateYearSlip = "date_year_slip", [0.003, 0.004, 0.002, 0.004], "one digit of the year";
    DateYearOff = "date_year_off_by_one", [0.003, 0.004, 0.002, 0.003], "lunar years and school age";
    DateSwapped = "date_day_month_swapped", [0.002, 0.002, 0.003, 0.006], "day and month the other way round";
    DatePlaceholder = "date_placeholder", [0.004, 0.003, 0.006, 0.006], "01/01 of the year in place of the day";
    DateYearOnly = "date_year_only", [0.015, 0.010, 0.020, 0.015], "the day left out";
    DateImpossible = "date_impossible", [0.0008, 0.001, 0.001, 0.001], "31/02 and the like";
    DateFuture = "date_in_future", [0.001, 0.0, 0.0, 0.0], "20 typed for 19";
    DateTooOld = "date_too_old", [0.001, 0.0, 0.0, 0.0], "18 typed for 19";
    DateMissing = "date_missing", [0.002, 0.004, 0.004, 0.022], "empty";
    DateForm = "date_other_form", [0.035, 0.085, 0.185, 0.33], "dashes, dots, ISO, no separators, two-digit years, spreadsheet serials";
    // Personal numbers.
    NumberMissing = "number_missing", [0.045, 0.10, 0.055, 0.008], "never copied in";
    NumberSlip = "number_digit_slip", [0.003, 0.003, 0.002, 0.003], "one digit of the serial";
    NumberYearSlip = "number_year_slip", [0.0015, 0.001, 0.0008, 0.001], "a digit of the year part";
    NumberSexSlip = "number_sex_digit", [0.001, 0.0006, 0.0005, 0.0006], "the century-and-sex digit";
    NumberSwapped = "number_digits_swapped", [0.001, 0.001, 0.0008, 0.001], "two neighbouring digits";
    NumberParent = "number_of_parent", [0.004, 0.002, 0.003, 0.0], "father's or mother's number on a child under 16";
    NumberOther = "number_of_another", [0.0006, 0.0002, 0.0003, 0.0004], "another person's number";
    NumberOld = "number_nine_digits", [0.004, 0.0, 0.028, 0.004], "the old card's number in the new one's field, of those who had one";
    NumberZeroLost = "number_zero_lost", [0.002, 0.003, 0.005, 0.0035], "a spreadsheet took it for a number";
    NumberScientific = "number_scientific", [0.0003, 0.0002, 0.0008, 0.0002], "the spreadsheet went on: 9.6E+10";
    NumberMalformed = "number_malformed", [0.0025, 0.001, 0.001, 0.001], "digits left out, words in the field";
    NumberWritten = "number_written_otherwise", [0.0014, 0.0012, 0.0028, 0.0012], "spaces, dots, apostrophe, letter O";
    NumberFormer = "number_former", [0.30, 0.6, 0.50, 0.70], "of those whose number was set again: still the one before";
    // Other fields.
    SexWrong = "sex_wrong", [0.003, 0.003, 0.002, 0.003], "the other sex";
    SexMissing = "sex_missing", [0.003, 0.002, 0.003, 0.21], "empty";
    SexUnknown = "sex_word_unknown", [0.002, 0.0, 0.0, 0.0], "a word that says no sex";
    SexCode = "sex_code", [0.032, 0.030, 0.18, 0.20], "1/0, M/F, NAM/NU";
    PhoneInvalid = "phone_invalid", [0.008, 0.0, 0.0, 0.0], "a digit too few or a prefix nobody has";
    PhoneOld = "phone_old_prefix", [0.030, 0.0, 0.0, 0.04], "the 11-digit number of before 2018, of numbers with such a past";
    PhoneWritten = "phone_written_otherwise", [0.025, 0.0, 0.0, 0.03], "dots, spaces, +84";
    PhoneOther = "phone_of_another", [0.006, 0.0, 0.0, 0.0], "a number given up and sold anew, or a digit off: a stranger's; of grown people";
    PhoneMissing = "phone_missing", [0.35, 0.0, 0.0, 0.0], "of those who have one: not asked";
    WardRetired = "ward_code_retired", [0.012, 0.02, 0.03, 0.0], "the code of before 01/07/2025";
    WardMalformed = "ward_code_malformed", [0.0015, 0.0, 0.0005, 0.0], "a digit too many or too few";
    WardMissing = "ward_code_missing", [0.007, 0.009, 0.03, 0.0], "empty";
    AddressOld = "address_old_unit", [0.06, 0.0, 0.35, 0.45], "units of before 01/07/2025, districts";
    AddressShort = "address_abbreviated", [0.10, 0.0, 0.15, 0.15], "X. for xã, P. for phường; no fault";
    StaleAddress = "address_of_before", [0.006, 0.0, 0.0, 0.0], "of households: moved within the province seven years ago or more, and residence was not told; put in last";
    AddressMissing = "address_missing", [0.003, 0.0, 0.03, 0.05], "empty";
    EthnicSpelling = "ethnic_group_spelling", [0.30, 0.30, 0.0, 0.0], "of Khmer and Hoa people: Khơ-me, Hoa (Hán)";
    EthnicMissing = "ethnic_group_missing", [0.003, 0.0, 0.0, 0.0], "empty";
    EthnicUnknown = "ethnic_group_unknown", [0.002, 0.0, 0.0, 0.0], "a word that is no ethnic group";
    NationalityMissing = "nationality_missing", [0.003, 0.0, 0.0, 0.0], "empty";
    NationalityUnknown = "nationality_unknown", [0.002, 0.0, 0.0, 0.0], "a word that is no country";
    NationalitySpelling = "nationality_spelling", [0.014, 0.0, 0.0, 0.0], "VN, Viet Nam, VIỆT NAM";
    EthnicWrong = "ethnic_group_wrong", [0.003, 0.0, 0.0, 0.0], "another group, the other parent's or that of the line above; put in last";
    BirthPlaceMissing = "birth_place_missing", [0.06, 0.0, 0.0, 0.0], "empty";
    ParentMissing = "parent_missing", [0.07, 0.08, 0.0, 0.0], "empty though known";
    ParentPlaceholder = "parent_placeholder", [0.003, 0.0, 0.0, 0.0], "Không rõ, Không có in place of a name or of nothing";
    ParentWrong = "parent_wrong", [0.003, 0.0, 0.0, 0.0], "a slip in the name, or somebody else's name; put in last";
    RelationMissing = "relation_missing", [0.003, 0.0, 0.0, 0.0], "empty";
    RelationUnknown = "relation_unknown", [0.002, 0.0, 0.0, 0.0], "a word that is no relation";
    HeadNotTold = "head_not_told", [0.012, 0.0, 0.0, 0.0], "of heads: written as somebody else of the household";
    HeadGone = "head_struck_off", [0.006, 0.0, 0.0, 0.0], "of households: the head's record is closed, nobody took the place; put in last";
    HeadTwice = "head_twice", [0.002, 0.0, 0.0, 0.0], "of grown members: written as a head beside the head";
    HouseholdMissing = "household_missing", [0.003, 0.0, 0.0, 0.0], "empty";
    OldIdOther = "old_id_of_another", [0.015, 0.0, 0.0, 0.0], "of those whose former card is noted: another person's number";
    OldIdMalformed = "old_id_malformed", [0.012, 0.0, 0.0, 0.0], "of those, too: a digit left out, words in the field";
    InsuranceMalformed = "insurance_number_malformed", [0.006, 0.0, 0.0, 0.0], "of those that are noted: digits left out, words in the field";
    UpdateDateBad = "update_date_impossible", [0.002, 0.0, 0.0, 0.0], "31/02 and the like, or after the delivery";
    PaperWord = "paper_kind_word", [0.0, 0.0, 0.0, 0.008], "CĂN CƯỚC CÔNG DÂN for CCCD, or empty";
    // Records.
    CorrectionLate = "correction_not_applied", [0.30, 0.0, 0.35, 0.45], "of corrected entries: the value of before still stands";
    RowRepeated = "row_repeated", [0.0, 0.0, 0.0, 0.0], "one row twice with its record number; dirty level only";
}

/// Share of rows delivered twice at the dirty level; typical deliveries have none.
pub(super) const REPEATED_WHEN_DIRTY: f64 = 0.0004;
/// A rate that already is a habit of the source, not damage, does not grow past this when dirty.
const RATE_MAX: f64 = 0.6;

impl Fault {
    /// Its word in `truth_errors.parquet`.
    pub(super) fn word(self) -> &'static str {
        TABLE[self as usize].0
    }
}

/// The chances of one source at one level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chances {
    pub(super) source: Source,
    pub(super) level: ErrorLevel,
    /// The one fault that happens, always; all others never.
    only: Option<Fault>,
}

impl Chances {
    pub(super) fn new(source: Source, level: ErrorLevel) -> Self {
        Self { source, level, only: None }
    }

    /// One fault for certain and no other.
    pub(super) fn only(fault: Fault) -> Self {
        Self { only: Some(fault), ..Self::new(Source::Residence, ErrorLevel::Typical) }
    }

    /// How often the fault happens here.
    pub(super) fn rate(self, fault: Fault) -> f64 {
        if let Some(only) = self.only {
            return f64::from(u8::from(only == fault));
        }
        if fault == Fault::RowRepeated {
            return if self.level == ErrorLevel::Dirty { REPEATED_WHEN_DIRTY } else { 0.0 };
        }
        let rate = TABLE[fault as usize].1[self.source.habits()];
        // Only what is rare is made more frequent: a habit of half the rows stays one.
        if rate >= RATE_MAX {
            rate * self.level.factor().min(1.0)
        } else {
            (rate * self.level.factor()).min(RATE_MAX)
        }
    }

    /// Whether the fault happens now.
    pub(super) fn happens(self, fault: Fault, draw: &mut Draw) -> bool {
        draw.chance(self.rate(fault))
    }
}
