//! Look-alikes, calibration by sources and groups of people as aligned text.

use std::cmp::Reverse;

use super::by_group::{GroupFigures, GroupOrder, GroupRate, GroupingFigures, PeopleGroups};
use super::figures::PairCalibration;
use super::grid::{Grid, maybe, number, percent};
use super::look_alikes::{LookAlikeCounts, LookAlikes};
use crate::diagnostic::printable;

pub(super) fn look_alikes(rows: &[LookAlikes]) -> Grid {
    let header =
        ["kind", "sex", "people", "joined", "pairs of records", "false links", "one person", "per 10 000"];
    let lines = rows.iter().flat_map(|row| {
        let one_sex = row.of_one_sex.as_ref().map(|counts| (row, "one", counts));
        [(row, "any", &row.all)].into_iter().chain(one_sex)
    });
    let title = "people easily taken for one, with all their records";
    Grid::new(title, 2, &header, lines, |(row, sex, counts): (&LookAlikes, _, &LookAlikeCounts)| {
        vec![
            printable(&row.kind),
            sex.to_owned(),
            number(counts.people_pairs),
            number(counts.people_joined),
            number(counts.record_pairs),
            maybe(counts.false_links),
            number(counts.in_one_person),
            per_10_000(counts.share_in_one_person),
        ]
    })
}

pub(super) fn calibration_error(rows: &[PairCalibration]) -> Grid {
    let header = ["left", "right", "error %", "by chance", "pairs", "promised %", "came true %"];
    let title = "calibration over pairs scored 0.01 to 0.99: expected error";
    Grid::new(title, 2, &header, rows, |row| {
        vec![
            printable(&row.left),
            printable(&row.right),
            percent(Some(row.expected_calibration_error)),
            percent(Some(row.error_by_chance)),
            number(row.pairs),
            percent(Some(row.mean_promised)),
            percent(Some(row.share_true)),
        ]
    })
}

pub(super) fn calibration_bins(rows: &[PairCalibration]) -> Grid {
    let header = ["left", "right", "from", "cases", "promised %", "came true %"];
    let bins = rows.iter().flat_map(|row| row.bins.iter().map(move |bin| (row, bin)));
    let title = "calibration over pairs scored 0.01 to 0.99: bins";
    Grid::new(title, 2, &header, bins.filter(|(_, bin)| bin.cases > 0), |(row, bin)| {
        vec![
            printable(&row.left),
            printable(&row.right),
            format!("{:.1}", bin.from),
            number(bin.cases),
            percent(bin.mean_promised),
            percent(bin.share_true),
        ]
    })
}

/// Missed pairs, false pairs, and how many groups stand out.
pub(super) fn people_groups(groups: Option<&PeopleGroups>) -> Vec<Grid> {
    let Some(groups) = groups else { return Vec::new() };
    let missed = "missed pairs by group of people (true pairs kept apart), with 95 % interval";
    let wrong = "false pairs by group of people (each of a pair's two sides), with 95 % interval";
    vec![
        rates(missed, ["true pairs", "missed"], groups, |group| &group.missed),
        rates(wrong, ["sides", "false"], groups, |group| &group.false_sides),
        standing_out(groups),
    ]
}

fn rates(
    title: &'static str,
    [pairs, faults]: [&'static str; 2],
    groups: &PeopleGroups,
    rate: impl Fn(&GroupFigures) -> &GroupRate + Copy,
) -> Grid {
    let header = ["by", "group", "people", pairs, faults, "per 10 000", "from", "to", "of all", ""];
    let of_groupings = groups.groupings.iter().flat_map(|grouping| {
        shown(grouping, rate).into_iter().map(move |group| (grouping.grouping.as_str(), group))
    });
    Grid::new(title, 2, &header, of_groupings.chain([("all", &groups.all)]), |(by, group)| {
        let rate = rate(group);
        vec![
            printable(by),
            printable(&group.group),
            number(group.people),
            number(rate.pairs),
            number(rate.faults),
            per_10_000(rate.rate),
            per_10_000(rate.low),
            per_10_000(rate.high),
            rate.relative.map_or_else(|| "-".to_owned(), |times| format!("{times:.2} x")),
            if rate.above { "above" } else { "" }.to_owned(),
        ]
    })
}

/// The groups that a text shows of a grouping, in its order.
fn shown(grouping: &GroupingFigures, rate: impl Fn(&GroupFigures) -> &GroupRate) -> Vec<&GroupFigures> {
    let mut groups: Vec<_> = grouping.groups.iter().collect();
    match grouping.order {
        GroupOrder::Given => {}
        GroupOrder::Largest => groups.sort_by_key(|group| Reverse(group.people)),
        GroupOrder::Worst(most) => {
            let worse = |end: fn(&GroupRate) -> Option<f64>, a: &GroupFigures, b: &GroupFigures| {
                let [a, b] = [a, b].map(|group| end(rate(group)).unwrap_or(-1.0));
                b.total_cmp(&a)
            };
            groups.sort_by(|a, b| worse(|rate| rate.low, a, b).then(worse(|rate| rate.rate, a, b)));
            groups.truncate(most);
        }
    }
    groups
}

fn standing_out(groups: &PeopleGroups) -> Grid {
    let header = ["by", "groups", "missed above", "false above"];
    let title = "groups whose interval lies wholly above the rate of all people";
    Grid::new(title, 1, &header, &groups.groupings, |grouping| {
        vec![
            printable(&grouping.grouping),
            number(grouping.groups.len() as u64),
            number(grouping.above_missed),
            number(grouping.above_false),
        ]
    })
}

/// Faults are few: hundredths of a percent would hide them.
fn per_10_000(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share * 1e4))
}
