//! Estimates as aligned text, for a terminal or a log.

use std::fmt::Write as _;

use crate::diagnostic::printable;
use crate::estimate::{
    AnswerCounts, BandReliability, Estimate, EstimatedAccuracy, Expected, ExpectedAccuracy, IfUnknown,
    Interval, PairCount, WARD_JUDGED_MIN, WardPrecision,
};
use crate::evaluate::grid::{Grid, number, percent};

/// What expected recall cannot count.
const NOT_COUNTED: &str = "recall is of the pairs written down: pairs scored below `keep` (0.01 by default) and \
                           pairs that no blocking rule met are in no figure";

/// Expected accuracy as a table.
pub(super) fn expected(expected: &Expected) -> String {
    let header =
        ["left", "right", "links", "true", "precision %", "review", "true", "non-links", "true", "recall %"];
    let title = "what the model expects of itself (nothing is labelled)";
    let rows = expected.pairs.iter().chain([&expected.all]);
    let grid = Grid::new(title, 2, &header, rows, |row: &ExpectedAccuracy| {
        vec![
            printable(&row.left),
            printable(&row.right),
            number(row.links.pairs),
            whole(row.links),
            percent(row.precision),
            number(row.review.pairs),
            whole(row.review),
            number(row.non_links.pairs),
            whole(row.non_links),
            percent(row.recall),
        ]
    });
    let mut text = format!("run {}\n\n{grid}\n{NOT_COUNTED}\n", printable(&expected.run.run_id));
    for note in &expected.notes {
        let _ = writeln!(text, "\n{note}");
    }
    text
}

fn whole(count: PairCount) -> String {
    number(count.expected_true.round() as u64)
}

/// A labelled sample's figures, table by table.
pub(super) fn estimate(estimate: &Estimate) -> String {
    let mut text = expected(&estimate.expected);
    let _ =
        write!(text, "\nsample of run {}: {}\n", printable(&estimate.sample_of), answers(&estimate.answers));
    if let Some(if_unknown) = &estimate.if_unknown {
        let _ = writeln!(text, "{}", if_unknown_text(if_unknown));
    }
    let _ = write!(text, "\n{}\n{}", accuracy(estimate), reliability(&estimate.reliability));
    let wards = wards(estimate);
    if !wards.is_empty() {
        let _ = write!(text, "\n{wards}");
    }
    text
}

fn answers(counts: &AnswerCounts) -> String {
    format!(
        "{} pairs, {} one person, {} two people, {} unknown, {} not answered\n\
         unknown and unanswered pairs are left out, as if they were like the judged ones of their kind",
        number(counts.sampled),
        number(counts.same),
        number(counts.different),
        number(counts.unknown),
        number(counts.blank),
    )
}

fn if_unknown_text(extremes: &IfUnknown) -> String {
    let both = |[precision, recall]: [Option<f64>; 2]| {
        format!("precision {} %, recall {} %", percent(precision), percent(recall))
    };
    format!(
        "were all unknown pairs one person: {}; were they two people: {}",
        both(extremes.same),
        both(extremes.different)
    )
}

fn accuracy(estimate: &Estimate) -> Grid {
    let header = [
        "left",
        "right",
        "judged links",
        "others",
        "precision %",
        "95 %",
        "expected",
        "recall %",
        "95 %",
        "expected",
        "pairs unjudged",
    ];
    let expected = |row: &EstimatedAccuracy| {
        let rows = estimate.expected.pairs.iter().chain([&estimate.expected.all]);
        let mut rows = rows.filter(|other| other.left == row.left && other.right == row.right);
        rows.next().map_or((None, None), |row| (row.precision, row.recall))
    };
    let title = "what the labels say, of the pairs written down";
    Grid::new(title, 2, &header, estimate.pairs.iter().chain([&estimate.all]), |row| {
        let (precision, recall) = expected(row);
        vec![
            printable(&row.left),
            printable(&row.right),
            number(row.links_judged),
            number(row.others_judged),
            value(row.precision),
            ends(row.precision),
            percent(precision),
            value(row.recall),
            ends(row.recall),
            percent(recall),
            number(row.unjudged),
        ]
    })
}

fn reliability(bands: &[BandReliability]) -> Grid {
    let header = ["from", "to", "pairs", "judged", "promised %", "came true %", "95 %", ""];
    Grid::new("match probability against answers", 0, &header, bands, |band| {
        let outside = !band.came_true.holds(band.promised);
        vec![
            band.from.to_string(),
            band.to.to_string(),
            number(band.pairs),
            number(band.judged),
            percent(Some(band.promised)),
            value(Some(band.came_true)),
            ends(Some(band.came_true)),
            if outside { "promise outside".to_owned() } else { String::new() },
        ]
    })
}

fn wards(estimate: &Estimate) -> Grid {
    let pooled = |row: &WardPrecision| {
        format!("{} wards with fewer than {WARD_JUDGED_MIN} judged links", number(row.wards))
    };
    let named = estimate.wards.iter().map(|row| (printable(&row.ward), row));
    let others = estimate.wards_pooled.iter().map(|row| (pooled(row), row));
    let none = estimate.no_ward.iter().map(|row| ("no residence record with a ward".to_owned(), row));
    let header = ["ward", "judged links", "wrong", "precision %", "95 %"];
    let rows = named.chain(others).chain(none);
    Grid::new("links by ward of the residence record", 1, &header, rows, |(name, row)| {
        vec![
            name,
            number(row.judged),
            number(row.wrong),
            value(Some(row.precision)),
            ends(Some(row.precision)),
        ]
    })
}

fn value(interval: Option<Interval>) -> String {
    percent(interval.map(|interval| interval.value))
}

fn ends(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |interval| {
        format!("{}–{}", percent(Some(interval.low)), percent(Some(interval.high)))
    })
}
