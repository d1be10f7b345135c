//! Green, yellow, red: how a rule's share is judged.
//!
//! The bounds stand in `rules/wording/scores.toml`; the national data centre's guideline, as one public
//! summary gives it, has green from 90 %, yellow from 75 %, red below; identification numbers
//! and administrative codes must reach 100 %.

use crate::settings::{Check, Kind, ScoreRules, Settings};

/// A judgement, told in words and by shape, not by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    Green,
    Yellow,
    Red,
}

impl Grade {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Green => "● Xanh",
            Self::Yellow => "▲ Vàng",
            Self::Red => "■ Đỏ",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}

/// The judgement of so many that meet the rule out of those assessed; none of
/// nothing. Nothing is divided, so that 89.999 % is never rounded up.
pub(super) fn grade(bounds: &ScoreRules, met: u64, assessed: u64, strict: bool) -> Option<Grade> {
    let reaches = |percent: f64| met as f64 * 100.0 >= assessed as f64 * percent;
    if assessed == 0 {
        return None;
    }
    Some(if strict {
        if met >= assessed { Grade::Green } else { Grade::Red }
    } else if reaches(bounds.green_from) {
        Grade::Green
    } else if reaches(bounds.yellow_from) {
        Grade::Yellow
    } else {
        Grade::Red
    })
}

/// Whether the rule is about a number or code that every record must have right.
pub(super) fn is_strict(settings: &Settings, check: &Check) -> bool {
    let kinds = settings.sources.iter().flat_map(|source| &source.columns);
    kinds.filter(|column| column.field == check.field).any(|column| {
        matches!(
            column.kind,
            Kind::IdentityNumber | Kind::InsuranceNumber | Kind::CardNumber | Kind::WardCode
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_belong_to_the_better_side_and_nothing_is_rounded_up() {
        let cases = [
            (90, 100, Some(Grade::Green)),
            (899_999, 1_000_000, Some(Grade::Yellow)),
            (75, 100, Some(Grade::Yellow)),
            (749, 1000, Some(Grade::Red)),
            (0, 0, None),
        ];
        let bounds = ScoreRules::default();
        for (met, assessed, expected) in cases {
            assert_eq!(grade(&bounds, met, assessed, false), expected, "{met}/{assessed}");
        }
        assert_eq!(grade(&bounds, 999_999, 1_000_000, true), Some(Grade::Red));
        assert_eq!(grade(&bounds, 5, 5, true), Some(Grade::Green));
    }
}
