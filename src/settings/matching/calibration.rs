//! `[calibration]`: the identifier whose levels say who is one person, so that all else can be tried
//! against it.

use super::{LevelSet, Reader};
use crate::settings::reader::TableReader;

/// Levels of one comparison that as good as decide, one way or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalibrationRule {
    /// The comparison, by place.
    pub comparison: usize,
    /// Levels that only pairs of one person show; bit `l` for declared level `l`.
    pub same: u16,
    /// Levels that only pairs of two people show.
    pub different: u16,
}

impl Reader<'_> {
    /// `same.personal_id` and `different.personal_id`; nothing where one of them has a mistake.
    pub(super) fn read_calibration(&self, table: &TableReader<'_>) -> Option<CalibrationRule> {
        let [same, different] = ["same", "different"].map(|key| self.one_level_set(table, key));
        let (same, different) = (same?, different?);
        let problem = if same.comparison != different.comparison {
            "`same` and `different` are of two comparisons"
        } else if same.levels & different.levels != 0 {
            "`same` and `different` have a level in common"
        } else if (same.levels | different.levels) & 1 != 0 {
            "a missing value decides nothing"
        } else {
            let (comparison, same, different) = (same.comparison, same.levels, different.levels);
            return Some(CalibrationRule { comparison, same, different });
        };
        let help = "name one comparison in both, with levels that speak for one person and for two: same.number = \
                    [\"exact\"], different.number = [\"else\"]";
        table.problem(table.place(), problem, help);
        None
    }

    fn one_level_set(&self, table: &TableReader<'_>, key: &'static str) -> Option<LevelSet> {
        let inner = table.table(key)?;
        match self.level_sets(&inner)[..] {
            [set] => Some(set),
            [] => None,
            _ => {
                let help = "leave one: the comparison of the identifier";
                table.problem(inner.place(), format!("`{key}` names several comparisons"), help);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{PEOPLE, read_good, told_of_people};

    fn with(calibration: &str) -> String {
        format!("{PEOPLE}\n[calibration]\n{calibration}")
    }

    #[test]
    fn an_identifier_has_levels_that_decide_each_way() {
        let matching = read_good(&with("same.sex = [\"exact\"]\ndifferent.sex = [\"else\"]\n"));
        let comparison = matching.comparisons.iter().position(|one| one.id == "sex").unwrap();
        assert_eq!(matching.calibration, Some(CalibrationRule { comparison, same: 0b10, different: 0b100 }));
        assert_eq!(read_good(PEOPLE).calibration, None);
    }

    #[test]
    fn what_decides_nothing_is_told() {
        for (calibration, expected) in [
            ("same.sex = [\"exact\"]\ndifferent.sex = [\"exact\"]\n", "a level in common"),
            ("same.sex = [\"exact\"]\ndifferent.sex = [\"missing\"]\n", "a missing value decides nothing"),
            ("same.sex = [\"exact\"]\ndifferent.full_name = [\"else\"]\n", "are of two comparisons"),
            ("same.sex = [\"exact\"]\n", "key `different` is missing"),
            ("same.sex = [\"exact\"]\ndifferent.sx = [\"else\"]\n", "unknown comparison `sx`"),
        ] {
            let told = told_of_people(&with(calibration));
            assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
        }
    }
}
