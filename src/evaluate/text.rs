//! An evaluation as aligned text, for a terminal or a log.

use std::fmt;

use super::figures::{
    CalibrationBin, ClusterSize, ErrorKindRecall, Evaluation, FalseLinks, HardPairFigures, PairFigures,
    RuleFigures, Score, SourceRecords,
};
use super::grid::{Grid, maybe, number, percent};
use super::group_text;
use crate::diagnostic::printable;

/// Cluster sizes from here on share one row; JSON has each.
const SIZE_SHOWN_MAX: u64 = 12;

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sections = vec![
            records(&self.records),
            pairs("links with decision `link`, % of pairs", &self.all_pairs, &self.pairs, |pair| {
                pair.links.as_ref()
            }),
            pairs("pairs within one person, % of pairs", &self.all_pairs, &self.pairs, |pair| {
                Some(&pair.people)
            }),
            b_cubed(self),
            cluster_sizes(&self.cluster_sizes),
            error_kinds("recall of true pairs by kind of error", "error on a side", &self.error_kinds),
            error_kinds("recall of true pairs without a usable number on a side", "and", &self.hidden_pairs),
            hard_pairs(&self.hard_pairs),
            false_links(self.false_links.as_deref().unwrap_or_default()),
            group_text::look_alikes(&self.look_alikes),
        ];
        sections.extend(group_text::people_groups(self.people_groups.as_ref()));
        let all_rules = self.all_rules.as_slice();
        sections.push(rules(&self.rules, all_rules));
        sections.push(suggestions(&self.rules, all_rules));
        sections.push(calibration("match_probability against truth", &self.link_calibration));
        sections.push(group_text::calibration_error(&self.pair_calibration));
        sections.push(group_text::calibration_bins(&self.pair_calibration));
        sections.push(calibration("suggestion_confidence against truth", &self.suggestion_calibration));
        let title = "suggestion_confidence against truth, suggestions of false findings counted as wrong";
        sections.push(bands(title, &self.suggestion_bands));
        let shown: Vec<String> =
            sections.iter().filter(|grid| !grid.is_empty()).map(Grid::to_string).collect();
        write!(f, "{}", shown.join("\n"))?;
        self.notes.iter().try_for_each(|note| write!(f, "\n{note}\n"))
    }
}

fn records(rows: &[SourceRecords]) -> Grid {
    let header = ["source", "in truth", "in both", "unknown to truth", "set aside", "counted"];
    Grid::new("records", 1, &header, rows, |row| {
        vec![
            printable(&row.source),
            number(row.in_truth),
            number(row.in_both),
            number(row.unknown_to_truth),
            number(row.set_aside),
            if row.counted { "yes" } else { "no" }.to_owned(),
        ]
    })
}

fn pairs(
    title: &'static str,
    all: &PairFigures,
    pairs: &[PairFigures],
    score: impl Fn(&PairFigures) -> Option<&Score>,
) -> Grid {
    let header = ["left", "right", "precision", "recall", "F1", "right", "predicted", "true", "written >="];
    let rows: Vec<_> = pairs.iter().chain([all]).filter_map(|pair| Some((pair, score(pair)?))).collect();
    Grid::new(title, 2, &header, rows, |(pair, score)| {
        vec![
            printable(&pair.left),
            printable(&pair.right),
            percent(score.precision),
            percent(score.recall),
            percent(score.f1),
            number(score.true_positives),
            number(score.predicted),
            number(score.actual),
            percent(pair.pairs_completeness_at_least),
        ]
    })
}

fn b_cubed(evaluation: &Evaluation) -> Grid {
    let figures = &evaluation.b_cubed;
    Grid::new("B³ over records, %", 0, &["precision", "recall", "F1", "records"], [figures], |b| {
        vec![percent(b.precision), percent(b.recall), percent(b.f1), number(b.records)]
    })
}

fn cluster_sizes(sizes: &[ClusterSize]) -> Grid {
    let row = |size: String, run, truth| vec![size, number(run), number(truth)];
    let (small, large) = sizes.split_at(sizes.partition_point(|size| size.size < SIZE_SHOWN_MAX));
    let mut rows: Vec<_> =
        small.iter().map(|size| row(size.size.to_string(), size.in_run, size.in_truth)).collect();
    if let Some(largest) = large.last() {
        let label = format!("{SIZE_SHOWN_MAX} to {}", largest.size);
        let (run, truth) = (large.iter().map(|s| s.in_run).sum(), large.iter().map(|s| s.in_truth).sum());
        rows.push(row(label, run, truth));
    }
    Grid::new("people by number of records", 1, &["records", "in run", "in truth"], rows, |row| row)
}

fn error_kinds(title: &'static str, kind: &'static str, rows: &[ErrorKindRecall]) -> Grid {
    let header = [kind, "records", "true pairs", "linked", "%", "one person", "%"];
    Grid::new(title, 1, &header, rows, |row| {
        vec![
            printable(&row.kind),
            number(row.records),
            number(row.true_pairs),
            maybe(row.linked),
            percent(row.link_recall),
            number(row.in_one_person),
            percent(row.person_recall),
        ]
    })
}

fn hard_pairs(rows: &[HardPairFigures]) -> Grid {
    let header = ["kind", "pairs", "linked", "one person", "%"];
    Grid::new("pairs that look like one person and are two", 1, &header, rows, |row| {
        vec![
            printable(&row.kind),
            number(row.pairs),
            maybe(row.linked),
            number(row.in_one_person),
            percent(row.share_in_one_person),
        ]
    })
}

fn false_links(rows: &[FalseLinks]) -> Grid {
    Grid::new("false links by who the two are", 1, &["kind", "links", "%"], rows, |row| {
        vec![printable(&row.kind), number(row.links), percent(row.share)]
    })
}

fn rules(rules: &[RuleFigures], all: &[RuleFigures]) -> Grid {
    let header = [
        "rule",
        "truth",
        "findable",
        "findings",
        "prec.",
        "recall",
        "of all",
        "prec. cell",
        "recall cell",
        "of all cell",
    ];
    let title = "findings by rule, % (recall over findable rows; cell: any rule on the same cell)";
    Grid::new(title, 1, &header, rules.iter().chain(all), |rule| {
        vec![
            printable(&rule.rule),
            number(rule.counts.truth),
            number(rule.counts.detectable),
            number(rule.counts.findings),
            percent(rule.precision),
            percent(rule.recall_detectable),
            percent(rule.recall),
            percent(rule.precision_by_cell),
            percent(rule.recall_detectable_by_cell),
            percent(rule.recall_by_cell),
        ]
    })
}

fn suggestions(rules: &[RuleFigures], all: &[RuleFigures]) -> Grid {
    let header = ["rule", "suggested", "right", "%", "mendable found", "suggested", "%"];
    let rows: Vec<_> = rules
        .iter()
        .filter(|rule| rule.counts.suggestions + rule.counts.mendable_found > 0)
        .chain(all)
        .collect();
    Grid::new("suggestions of true findings by rule", 1, &header, rows, |rule| {
        vec![
            printable(&rule.rule),
            number(rule.counts.suggestions),
            number(rule.counts.suggestions_right),
            percent(rule.suggestions_right_share),
            number(rule.counts.mendable_found),
            number(rule.counts.mendable_suggested),
            percent(rule.mendable_suggested_share),
        ]
    })
}

fn calibration(title: &'static str, bins: &[CalibrationBin]) -> Grid {
    let shown = bins.iter().filter(|bin| bin.cases > 0);
    Grid::new(title, 0, &["from", "cases", "promised %", "came true %"], shown, |bin| {
        vec![
            format!("{:.1}", bin.from),
            number(bin.cases),
            percent(bin.mean_promised),
            percent(bin.share_true),
        ]
    })
}

fn bands(title: &'static str, bands: &[CalibrationBin]) -> Grid {
    Grid::new(title, 0, &["from", "cases", "promised %", "came true %"], bands, |band| {
        vec![
            format!("{:.3}", band.from),
            number(band.cases),
            percent(band.mean_promised),
            percent(band.share_true),
        ]
    })
}
