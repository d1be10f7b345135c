//! Pairs completeness as aligned text, for a terminal or a log.

use std::fmt;

use super::completeness::{NotMet, PairsCompleteness, RuleCompleteness, SourcePairCompleteness, SourceRead};
use super::grid::{Grid, number, percent};
use crate::diagnostic::printable;

impl fmt::Display for PairsCompleteness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sections =
            vec![records(&self.records), rules(&self.rules), pairs(&self.pairs, &self.all_pairs)];
        sections.extend(self.not_met.as_ref().map(|figures| not_met(figures, &self.all_pairs)));
        let shown: Vec<String> =
            sections.iter().filter(|grid| !grid.is_empty()).map(Grid::to_string).collect();
        write!(f, "{}", shown.join("\n"))?;
        self.notes.iter().try_for_each(|note| write!(f, "\n{note}\n"))
    }
}

fn records(rows: &[SourceRead]) -> Grid {
    let header = ["source", "in truth", "read", "unknown to truth", "counted"];
    Grid::new("records of the truth", 1, &header, rows, |row| {
        vec![
            printable(&row.source),
            number(row.in_truth),
            number(row.read),
            number(row.unknown_to_truth),
            if row.counted { "yes" } else { "no" }.to_owned(),
        ]
    })
}

fn rules(rows: &[RuleCompleteness]) -> Grid {
    let header = ["rule", "true pairs met", "alone %", "new", "cumulative", "%", "no other rule"];
    Grid::new("pairs completeness by rule, % of true pairs", 1, &header, rows, |row| {
        vec![
            printable(&row.rule),
            number(row.met),
            percent(row.completeness),
            number(row.met_new),
            number(row.met_cumulative),
            percent(row.completeness_cumulative),
            number(row.met_only_here),
        ]
    })
}

fn pairs(rows: &[SourcePairCompleteness], all: &SourcePairCompleteness) -> Grid {
    let header = ["left", "right", "true pairs", "met", "%"];
    Grid::new("pairs completeness by sources", 2, &header, rows.iter().chain([all]), |row| {
        vec![
            printable(&row.left),
            printable(&row.right),
            number(row.true_pairs),
            number(row.met),
            percent(row.completeness),
        ]
    })
}

/// Kinds of which some pair is not met, then what no kind explains.
fn not_met(figures: &NotMet, all: &SourcePairCompleteness) -> Grid {
    let dash = || "-".to_owned();
    let kinds = figures.kinds.iter().filter(|row| row.not_met > 0).map(|row| {
        let (kind, true_pairs) = (printable(&row.kind), number(row.true_pairs));
        vec![kind, true_pairs, number(row.not_met), percent(row.completeness)]
    });
    let others =
        [("(no error on either side)", figures.without_error), ("(a record was not read)", figures.not_read)];
    let others = others.map(|(what, pairs)| vec![what.to_owned(), dash(), number(pairs), dash()]);
    let total =
        vec!["all".to_owned(), number(all.true_pairs), number(figures.pairs), percent(all.completeness)];
    let rows: Vec<_> = kinds.chain(others).chain([total]).collect();
    let header = ["error on a side", "true pairs", "not met", "met %"];
    Grid::new(
        "true pairs that no rule meets (a pair counts under each of its errors)",
        1,
        &header,
        rows,
        |row| row,
    )
}
