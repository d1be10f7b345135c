//! Several decisions on one pair → the one that holds.

use std::cmp::Ordering;

use super::when::When;
use crate::link::{RecordName, Ruling};

/// A line that can be read: a decision on two records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: u64,
    /// The lesser record first.
    pub(super) pair: [RecordName; 2],
    pub(super) same: bool,
    pub(super) when: When,
}

/// What becomes of the lines on one pair.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// One holds. The others, ascending, say the same or are taken back by it.
    Holds { ruling: Ruling, repeated: u64, superseded: Vec<u64> },
    /// The latest were made both ways at one time: none of these lines holds.
    Undecided(Vec<u64>),
}

/// Settles each pair, in the order of pairs. O(n log n); the order of lines decides nothing
/// but which of equal ones is named.
pub(super) fn settle(mut lines: Vec<Line>) -> Vec<Settled> {
    lines.sort_by(|a, b| (&a.pair, a.number).cmp(&(&b.pair, b.number)));
    lines.chunk_by(|a, b| a.pair == b.pair).filter_map(settle_pair).collect()
}

/// The decision of the latest lines: of those of the latest day, or of its latest time where all of
/// that day tell theirs. Lines that agree need no time.
fn settle_pair(lines: &[Line]) -> Option<Settled> {
    let last_day = lines.iter().map(|line| line.when.day()).max()?;
    let of_day: Vec<&Line> = lines.iter().filter(|line| line.when.day() == last_day).collect();
    let agreed =
        |some: &[&Line]| some.iter().all(|line| Some(line.same) == some.first().map(|first| first.same));
    let latest: Vec<&Line> = if agreed(&of_day) { of_day } else { undefeated(&of_day) };
    let first = latest.first()?;
    if !agreed(&latest) {
        return Some(Settled::Undecided(lines.iter().map(|line| line.number).collect()));
    }
    let superseded: Vec<u64> =
        lines.iter().filter(|line| line.same != first.same).map(|line| line.number).collect();
    Some(Settled::Holds {
        ruling: Ruling { pair: first.pair.clone(), same: first.same, line: first.number },
        repeated: (lines.len() - superseded.len() - 1) as u64,
        superseded,
    })
}

/// Lines of one day of which none is known to be followed by another: all, if one tells no time.
fn undefeated<'l>(lines: &[&'l Line]) -> Vec<&'l Line> {
    let later = |a: &&&Line, b: &&&Line| a.when.compare(b.when).unwrap_or(Ordering::Equal);
    if lines.iter().any(|line| line.when.compare(line.when).is_none()) {
        return lines.to_vec();
    }
    let Some(last) = lines.iter().max_by(later) else { return Vec::new() };
    lines.iter().filter(|line| line.when == last.when).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::SourceIndex;
    use proptest::prelude::*;

    fn line(number: u64, same: bool, when: &str) -> Line {
        let record = |id: &str| RecordName { source: SourceIndex(0), id: id.to_owned() };
        Line { number, pair: [record("a"), record("b")], same, when: When::parse(when).unwrap() }
    }

    fn of(lines: &[(bool, &str)]) -> String {
        let lines = lines.iter().zip(2..).map(|((same, when), number)| line(number, *same, when)).collect();
        match settle(lines).remove(0) {
            Settled::Holds { ruling, repeated, superseded } => {
                format!("{} of {}, {repeated} more, not {superseded:?}", ruling.same, ruling.line)
            }
            Settled::Undecided(lines) => format!("none of {lines:?}"),
        }
    }

    #[test]
    fn the_later_decision_holds_and_at_one_time_none_does() {
        assert_eq!(of(&[(true, "2026-06-01"), (false, "2026-06-02")]), "false of 3, 0 more, not [2]");
        assert_eq!(of(&[(true, "2026-06-03"), (false, "2026-06-02")]), "true of 2, 0 more, not [3]");
        assert_eq!(of(&[(true, "2026-06-01"), (false, "2026-06-01")]), "none of [2, 3]");
        assert_eq!(of(&[(true, "2026-06-01"), (true, "2026-06-01")]), "true of 2, 1 more, not []");
    }

    #[test]
    fn times_of_one_day_settle_it_only_if_all_are_told() {
        assert_eq!(
            of(&[(true, "2026-06-01 09:00"), (false, "2026-06-01 10:00")]),
            "false of 3, 0 more, not [2]"
        );
        assert_eq!(of(&[(true, "2026-06-01"), (false, "2026-06-01 10:00")]), "none of [2, 3]");
        assert_eq!(
            of(&[(true, "2026-06-01"), (false, "2026-06-01 10:00"), (true, "2026-06-01 11:00")]),
            "none of [2, 3, 4]"
        );
    }

    proptest! {
        #[test]
        fn the_order_of_lines_settles_nothing(
            lines in prop::collection::vec((any::<bool>(), 1_u8..4, prop::option::of(8_u8..10)), 1..7)
        ) {
            let when = |day: u8, hour: Option<u8>| {
                let hour = hour.map_or(String::new(), |hour| format!("T{hour:02}:00"));
                format!("2026-06-{day:02}{hour}")
            };
            let held = |lines: &[(bool, u8, Option<u8>)]| {
                let lines = lines.iter().map(|&(same, day, hour)| line(1, same, &when(day, hour))).collect();
                match settle(lines).remove(0) {
                    Settled::Holds { ruling, .. } => Some(ruling.same),
                    Settled::Undecided(_) => None,
                }
            };
            let backwards: Vec<_> = lines.iter().rev().copied().collect();
            prop_assert_eq!(held(&lines), held(&backwards));
        }
    }
}
