//! Columns that no record says by itself, listed.

use super::view::{
    FATHER_FIELD, HOUSEHOLD_FIELD, MOTHER_FIELD, PHONE_FIELD, RELATION_FIELD, STATUS_FIELD, UPDATED_FIELD,
    ValueType,
};

/// A column of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Live records of the household.
    HouseholdSize,
    /// People with a live record as its head.
    HouseholdHeads,
    /// Struck-off records of heads.
    HouseholdHeadsGone,
    /// Whether this record stands for the household.
    HouseholdSpeaker,
    /// The year that its only head was born in.
    HouseholdHeadBirthYear,
    /// How old the father was when the person was born, if he is in the household.
    FatherAgeAtBirth,
    /// The same of the mother.
    MotherAgeAtBirth,
    /// Live records of the person in the source.
    LiveRecords,
    /// The latest day on which any source saw the person.
    SeenOn,
    /// Which source that was.
    SeenBy,
    /// How many days ago that was.
    SeenDays,
    /// How many days ago the record was changed.
    DaysSinceUpdate,
    /// How the subscriber of the telephone number is related to the person.
    PhoneOwner,
    /// The subscription's record id.
    PhoneOwnerRecord,
    /// How many people's live records hold the nine-digit number.
    OldHolders,
    /// In how many digits a linked record's number differs from this record's.
    DigitsOff,
    /// Whether somebody of the household has the spouse's name that a linked record tells.
    InHousehold,
}

/// What a column of the record itself is called, and what it means.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) value_type: ValueType,
    /// The declared field that it comes of: without it there is no such column.
    pub(super) field: &'static str,
    pub(super) column: Beside,
    pub(super) meaning: &'static str,
}

/// All columns of the record itself.
pub(super) const OWN: &[Entry] = &[
    Entry {
        name: "household.size",
        value_type: ValueType::Integer,
        field: HOUSEHOLD_FIELD,
        column: Beside::HouseholdSize,
        meaning: "số hồ sơ còn hiệu lực của hộ",
    },
    Entry {
        name: "household.heads",
        value_type: ValueType::Integer,
        field: RELATION_FIELD,
        column: Beside::HouseholdHeads,
        meaning: "số người có hồ sơ còn hiệu lực ghi là chủ hộ",
    },
    Entry {
        name: "household.heads_gone",
        value_type: ValueType::Integer,
        field: RELATION_FIELD,
        column: Beside::HouseholdHeadsGone,
        meaning: "số hồ sơ đã xoá ghi là chủ hộ",
    },
    Entry {
        name: "household.speaker",
        value_type: ValueType::Boolean,
        field: HOUSEHOLD_FIELD,
        column: Beside::HouseholdSpeaker,
        meaning: "hồ sơ đứng tên cho hộ khi báo lỗi của cả hộ: chủ hộ lớn tuổi nhất, không có chủ hộ thì người lớn tuổi nhất",
    },
    Entry {
        name: "household.head_birth_year",
        value_type: ValueType::Integer,
        field: RELATION_FIELD,
        column: Beside::HouseholdHeadBirthYear,
        meaning: "năm sinh của chủ hộ, khi hộ chỉ có một chủ hộ",
    },
    Entry {
        name: "household.father_age_at_birth",
        value_type: ValueType::Integer,
        field: FATHER_FIELD,
        column: Beside::FatherAgeAtBirth,
        meaning: "tuổi của cha khi người này ra đời, theo năm sinh của người cùng hộ duy nhất mang họ tên cha và có quan hệ với chủ hộ phù hợp",
    },
    Entry {
        name: "household.mother_age_at_birth",
        value_type: ValueType::Integer,
        field: MOTHER_FIELD,
        column: Beside::MotherAgeAtBirth,
        meaning: "tuổi của mẹ khi người này ra đời, theo năm sinh của người cùng hộ duy nhất mang họ tên mẹ và có quan hệ với chủ hộ phù hợp",
    },
    Entry {
        name: "live_records",
        value_type: ValueType::Integer,
        field: STATUS_FIELD,
        column: Beside::LiveRecords,
        meaning: "số hồ sơ cư trú còn hiệu lực của người này, kể cả hồ sơ đang xét",
    },
    Entry {
        name: "sign_of_life.on",
        value_type: ValueType::Date,
        field: STATUS_FIELD,
        column: Beside::SeenOn,
        meaning: "ngày gần nhất có nguồn nào ghi nhận người này (cập nhật hồ sơ, việc hộ tịch trừ khai tử, ngày thẻ BHYT bắt đầu, ngày kích hoạt thuê bao)",
    },
    Entry {
        name: "sign_of_life.source",
        value_type: ValueType::Text,
        field: STATUS_FIELD,
        column: Beside::SeenBy,
        meaning: "nguồn của ngày ấy",
    },
    Entry {
        name: "sign_of_life.days",
        value_type: ValueType::Integer,
        field: STATUS_FIELD,
        column: Beside::SeenDays,
        meaning: "số ngày từ ngày ấy đến ngày chốt",
    },
    Entry {
        name: "days_since_update",
        value_type: ValueType::Integer,
        field: UPDATED_FIELD,
        column: Beside::DaysSinceUpdate,
        meaning: "số ngày từ lần cập nhật hồ sơ gần nhất đến ngày chốt",
    },
    Entry {
        name: "phone.owner",
        value_type: ValueType::Text,
        field: PHONE_FIELD,
        column: Beside::PhoneOwner,
        meaning: "thuê bao đang hoạt động của số này là của ai: own (chính người này), household (người cùng hộ), relative (cha, mẹ, con theo họ tên) hoặc other",
    },
    Entry {
        name: "phone.owner_record",
        value_type: ValueType::Text,
        field: PHONE_FIELD,
        column: Beside::PhoneOwnerRecord,
        meaning: "mã thuê bao đang hoạt động của số này",
    },
];

impl Beside {
    /// Whether it is asked of the household.
    pub(super) fn is_of_household(self) -> bool {
        use Beside::{
            FatherAgeAtBirth, HouseholdHeadBirthYear, HouseholdHeads, HouseholdHeadsGone, HouseholdSize,
            HouseholdSpeaker, InHousehold, MotherAgeAtBirth, PhoneOwner,
        };
        matches!(
            self,
            FatherAgeAtBirth
                | MotherAgeAtBirth
                | HouseholdSize
                | HouseholdHeads
                | HouseholdHeadsGone
                | HouseholdSpeaker
                | HouseholdHeadBirthYear
                | InHousehold
                | PhoneOwner
        )
    }
}
