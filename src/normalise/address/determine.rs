//! A commune out of everything that a record says of it: code, address and date.
//!
//! None of them is enough. Nearly half of the codes in force belonged to a unit of another
//! name before 01/07/2025; some units in force hold nothing of the old unit whose name they
//! bear; several old units share a name. So each gives the set of units that it allows, and
//! what all allow is the answer. Which hamlets of a divided unit went where no table tells:
//! its successors stay a set until the code or the rest of the words decides.

use std::sync::Arc;

use super::super::legacy::Legacy;
use super::super::unicode::clean;
use super::super::units::{UnitSet, Units};
use super::super::ward_code;
use super::attempt::Attempts;
use super::found::{Certainty, Found};
use super::store::codes;
use crate::settings::Reference;

/// 01/07/2025, when the units in force were formed, in days since 1970-01-01.
const REFORM: i32 = 20_270;

/// The units of the province, ready to determine communes.
#[derive(Clone, Debug)]
pub struct Gazetteer {
    units: Arc<Units>,
    legacy: Legacy,
}

/// The commune of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Determined {
    /// The codes in force that are allowed, rising.
    pub wards: Vec<u32>,
    /// How sure it is: a code and an address that agree make up for a slip.
    pub certainty: Certainty,
    /// Whether code and address allow no unit in common; then either may be right.
    pub contradicts: bool,
}

impl Gazetteer {
    /// From the reference tables. O(tables).
    pub fn new(reference: &Reference) -> Self {
        Self { units: Arc::new(Units::new(reference)), legacy: Legacy::new(reference) }
    }

    /// The communes in force that a code, an address and the day of the record (days since
    /// 1970-01-01) allow together; any of them may be missing. O(length).
    ///
    /// A code in force counts as itself, and on a record of before 01/07/2025, or of no known
    /// day, as the former unit of that code too. An address without a district on a record of
    /// before that day may mean a former unit, though one in force has its name.
    pub fn determine(&self, code: &str, address: &str, date: Option<i32>) -> Determined {
        let of_code = self.by_code(code, date);
        let found = self.by_address(address, date);
        let common = of_code.common(found.wards);
        let wards = match (of_code.is_empty(), found.wards.is_empty()) {
            (false, false) if common.is_empty() => of_code.union(found.wards),
            (false, false) => common,
            _ => of_code.union(found.wards),
        };
        let outside = found.certainty == Certainty::Outside;
        let contradicts = !of_code.is_empty() && (outside || (!found.wards.is_empty() && common.is_empty()));
        let certainty = match (wards.len(), contradicts) {
            (0, _) => found.certainty,
            (1, false) if of_code.is_empty() => found.certainty,
            (1, false) => Certainty::Certain,
            _ => Certainty::Several,
        };
        Determined { wards: codes(wards, &self.units), certainty, contradicts }
    }

    fn by_code(&self, code: &str, date: Option<i32>) -> UnitSet {
        let Some(code) = ward_code::digits_of(code) else { return UnitSet::default() };
        let former = self.units.codes.get(&code).copied().unwrap_or_default();
        let place = self.units.in_force.iter().position(|unit| unit.code == code);
        match place.map(UnitSet::one) {
            Some(present) if date.is_some_and(|date| date >= REFORM) => present,
            Some(present) => present.union(former),
            None => former,
        }
    }

    fn by_address(&self, address: &str, date: Option<i32>) -> Found {
        let decoded = self.legacy.decode_cleaned(address);
        let cleaned = clean(&decoded).text;
        let before = date.is_some_and(|date| date < REFORM);
        let mut attempts =
            if before { Attempts::of_before_reform(&self.units) } else { Attempts::new(&self.units) };
        attempts.read(&decoded, &cleaned).found
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::super::tests::any_address;
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    fn gazetteer() -> Gazetteer {
        Gazetteer::new(&Settings::read(&RulesFolder::embedded()).unwrap().reference)
    }

    const BEFORE: Option<i32> = Some(REFORM - 1);
    const AFTER: Option<i32> = Some(REFORM);

    #[test]
    fn the_day_of_the_reform_is_the_first_of_july() {
        let day = NaiveDate::from_ymd_opt(2025, 7, 1).unwrap();
        assert_eq!(day.to_epoch_days(), REFORM);
    }

    /// Code, address, date, communes, how sure, whether they contradict.
    type Case = (&'static str, &'static str, Option<i32>, &'static [u32], Certainty, bool);

    #[test]
    fn code_address_and_date_decide_together() {
        use Certainty::{Certain, None as Nothing, Outside, Several, Typo};
        let gazetteer = gazetteer();
        let cases: &[Case] = &[
            // 32044 was thị trấn U Minh and is xã Nguyễn Phích; xã U Minh is 32047.
            ("32044", "", AFTER, &[32_044], Certain, false),
            ("32044", "Khóm 1, thị trấn U Minh, huyện U Minh, Cà Mau", BEFORE, &[32_044], Certain, false),
            ("32044", "Ấp 1, xã U Minh, tỉnh Cà Mau", AFTER, &[32_044, 32_047], Several, true),
            // 31906 was Hưng Thành, which is in Hưng Hội; 32071 is what it was.
            ("31906", "", BEFORE, &[31_906], Certain, false),
            // A former code of a divided unit, and the hamlet's commune of today beside it.
            ("32107", "", None, &[32_095, 32_104], Several, false),
            ("32107", "Ấp 1, xã Đá Bạc, tỉnh Cà Mau", AFTER, &[32_104], Certain, false),
            ("32095", "Ấp 1, xã Trần Hợi, huyện Trần Văn Thời, Cà Mau", AFTER, &[32_095], Certain, false),
            // xã Tân Ân of before went to two others; of today it is another.
            ("", "Ấp 1, xã Tân Ân, tỉnh Cà Mau", AFTER, &[32_236], Certain, false),
            ("", "Ấp 1, xã Tân Ân, tỉnh Cà Mau", BEFORE, &[32_236, 32_244, 32_248], Several, false),
            ("32248", "Ấp 1, xã Tân Ân, tỉnh Cà Mau", BEFORE, &[32_248], Certain, false),
            ("", "Ấp 1, xã Tân Ân, huyện Ngọc Hiển, Cà Mau", AFTER, &[32_244, 32_248], Several, false),
            // Numbered wards of several towns.
            ("31819", "Khóm 1, phường 5", None, &[31_834], Certain, false),
            ("", "Khóm 1, phường 5", None, &[31_834, 32_025], Several, false),
            // A code mends nothing that the words contradict, and makes up for a slip.
            ("32104", "Ấp 1, xã Đá Bặc, tỉnh Cà Mau", AFTER, &[32_104], Certain, false),
            ("", "Ấp 1, xã Đá Bặc, tỉnh Cà Mau", AFTER, &[32_104], Typo, false),
            ("32104", "Ấp 1, xã Tân Thành, tỉnh Kiên Giang", AFTER, &[32_104], Several, true),
            ("", "Ấp 1, xã Tân Thành, tỉnh Kiên Giang", AFTER, &[], Outside, false),
            ("99999", "không rõ", None, &[], Nothing, false),
        ];
        for (code, address, date, wards, certainty, contradicts) in cases {
            let determined = gazetteer.determine(code, address, *date);
            let expected =
                Determined { wards: wards.to_vec(), certainty: *certainty, contradicts: *contradicts };
            assert_eq!(determined, expected, "{code} {address} {date:?}");
        }
    }

    /// Every code of the tables, with the words of its own unit and day, leads where they say.
    #[test]
    fn an_old_code_with_its_own_words_leads_to_all_its_successors() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let gazetteer = Gazetteer::new(&settings.reference);
        let columns = [
            "old_code",
            "old_name",
            "old_type",
            "old_district_name",
            "old_district_type",
            "old_province_name",
            "new_code",
        ];
        let mut rows = 0;
        for [code, name, level, district, district_level, province, new] in
            settings.reference.table("admin_unit_changes").select(columns)
        {
            let address = format!("Ấp 1, {level} {name}, {district_level} {district}, tỉnh {province}");
            let determined = gazetteer.determine(code, &address, BEFORE);
            assert!(determined.wards.contains(&new.parse().unwrap()), "{address}: {determined:?}");
            assert!(!determined.contradicts, "{address}");
            rows += 1;
        }
        assert_eq!(rows, 186);
    }

    proptest! {
        #[test]
        fn anything_is_determined_without_a_panic(
            code in "[0-9]{0,6}|\\PC{0,8}", address in prop_oneof![any_address(), any::<String>()], date in any::<Option<i32>>(),
        ) {
            let determined = gazetteer_once().determine(&code, &address, date);
            prop_assert!(determined.wards.is_sorted());
            prop_assert!(determined.wards.len() < 2 || determined.certainty == Certainty::Several);
        }
    }

    fn gazetteer_once() -> &'static Gazetteer {
        static ONCE: std::sync::LazyLock<Gazetteer> = std::sync::LazyLock::new(gazetteer);
        &ONCE
    }
}
