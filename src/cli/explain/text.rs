//! An explanation for the terminal: aligned, without colours.

use super::layout::{Layout, bar, wrapped};
use super::sentences::shortened;
use super::view::{Cell, ComparisonView, FieldView, View};
use super::waterfall::{Step, StepOf};
use super::words::{Words, fill, name};
use crate::diagnostic::printable;

/// Columns of a record's values.
const VALUE_WIDTH: usize = 40;
/// Characters of a value: ten lines of it.
const VALUE_MAX: usize = 400;
/// Columns of a waterfall's bars.
const BAR_WIDTH: usize = 36;
/// Columns of a sentence.
const SENTENCE_WIDTH: usize = 100;
/// No value.
const NOTHING: &str = "–";

/// All of it.
pub(super) fn text(view: &View, words: &Words) -> String {
    let mut out = String::new();
    let [left, right] = view.records.each_ref().map(|record| printable(&record.name.to_string()));
    heading(&mut out, &fill(words.title, &[("left", &left), ("right", &right)]));
    sentences(&mut out, &words.verdict(&view.decision));
    heading(&mut out, words.records);
    records(view, words, [&left, &right]).write(&mut out);
    heading(&mut out, words.comparisons_heading);
    shares(view, words).write(&mut out);
    sentences(&mut out, &[words.shares_note.to_owned()]);
    heading(&mut out, words.waterfall);
    waterfall(view, words).write(&mut out);
    sentences(&mut out, &[words.bits_note.to_owned()]);
    heading(&mut out, words.together);
    sentences(&mut out, &words.together(view));
    let costs = words.costs_told(view);
    if !costs.is_empty() {
        heading(&mut out, words.costs);
        sentences(&mut out, &costs);
    }
    heading(&mut out, words.blocking);
    blocking(view, words).write(&mut out);
    if let Some(past) = &view.run {
        heading(&mut out, &fill(words.run, &[("run", &past.run)]));
        sentences(&mut out, &words.run_told(view, past));
    }
    out
}

fn heading(out: &mut String, heading: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&printable(heading));
    out.push('\n');
}

/// Each sentence on lines of its own; one that is indented stays so.
fn sentences(out: &mut String, sentences: &[String]) {
    for sentence in sentences {
        let text = sentence.trim_start();
        let indent = " ".repeat(2 + sentence.len() - text.len());
        for line in wrapped(&printable(text), SENTENCE_WIDTH) {
            out.push_str(&indent);
            out.push_str(&line);
            out.push('\n');
        }
    }
}

fn records(view: &View, words: &Words, [left, right]: [&str; 2]) -> Layout {
    let mut layout = Layout::new(&[words.field, left, right], &[]);
    for field in &view.fields {
        let [left, right] = field.sides.each_ref().map(|cell| lines(field, cell.as_ref(), words));
        layout.push_lines(vec![vec![words.field_name(field)], left, right]);
    }
    layout
}

impl Words {
    /// What a field, or a facet of it, is called.
    pub(super) fn field_name(&self, field: &FieldView) -> String {
        let own = if self.language == "en" || field.label.is_empty() {
            name(self.fields, &field.field).to_owned()
        } else {
            field.label.clone()
        };
        match (field.facet.as_str(), name(self.facets, &field.facet)) {
            ("", _) => own,
            (id, same) if id == same => format!("{own}.{id}"),
            (_, facet) => format!("{own}: {facet}"),
        }
    }
}

/// What stands in a cell, and behind an arrow its standard form where that is another.
fn lines(field: &FieldView, cell: Option<&Cell>, words: &Words) -> Vec<String> {
    let shown = |text: &str| wrapped(&printable(&shortened(text, VALUE_MAX)), VALUE_WIDTH);
    let Some(cell) = cell else {
        return vec![if field.facet.is_empty() {
            format!("({})", words.no_column)
        } else {
            NOTHING.to_owned()
        }];
    };
    let standard = |text: &str| shown(&format!("→ {text}"));
    match (cell.delivered.as_str(), &cell.standard) {
        ("", None) => vec![NOTHING.to_owned()],
        ("", Some(standard)) => shown(standard),
        (delivered, None) => [shown(delivered), standard(&format!("({})", words.unreadable))].concat(),
        (delivered, Some(same)) if delivered == same => shown(delivered),
        (delivered, Some(other)) => [shown(delivered), standard(other)].concat(),
    }
}

fn shares(view: &View, words: &Words) -> Layout {
    let kinds = view.kinds.iter().skip(1).map(|kind| name(words.kinds, kind.kind));
    let head: Vec<&str> = [words.comparison, words.level, "m", "u"].into_iter().chain(kinds).collect();
    let numbers: Vec<usize> = (2..head.len()).collect();
    let mut layout = Layout::new(&head, &numbers);
    for one in &view.comparisons {
        let mut cells = vec![words.comparison_name(one), name(words.levels, &one.level).to_owned()];
        cells.extend(one.m.map(|m| words.number(m)));
        cells.extend(one.u.iter().flatten().map(|u| words.number(*u)));
        layout.push(cells);
    }
    layout
}

impl Words {
    /// What a comparison is called.
    pub(super) fn comparison_name(&self, one: &ComparisonView) -> String {
        name(self.comparisons, &one.comparison).to_owned()
    }

    /// What a step tells against kinds of pairs but strangers.
    pub(super) fn against_kin(&self, view: &View, of: StepOf) -> Vec<String> {
        let bits: Vec<f64> = match of {
            StepOf::Prior => view.kinds.iter().skip(1).map(|kind| kind.prior).collect(),
            StepOf::Comparison(at) => view
                .comparisons
                .get(at)
                .map_or_else(Vec::new, |one| one.bits.iter().skip(1).copied().collect()),
            StepOf::Rarity(_) | StepOf::Kin => {
                return vec![String::new(); view.kinds.len().saturating_sub(1)];
            }
        };
        bits.into_iter().map(|bits| self.bits(bits)).collect()
    }
}

fn waterfall(view: &View, words: &Words) -> Layout {
    let kinds: Vec<&str> = view.kinds.iter().map(|kind| name(words.kinds, kind.kind)).collect();
    let head = [&[words.step][..], &kinds, &[words.running_total, ""]].concat();
    let numbers: Vec<usize> = (1..head.len() - 1).collect();
    let mut layout = Layout::new(&head, &numbers);
    let scale = view.scale();
    for Step { of, bits, total } in &view.waterfall {
        if *of == StepOf::Kin {
            let sums = view.kinds.iter().map(|kind| words.bits(kind.total));
            layout.push([words.sum.to_owned()].into_iter().chain(sums).collect());
        }
        let mut cells = vec![words.step_name(view, *of).to_owned(), words.bits(*bits)];
        cells.extend(words.against_kin(view, *of));
        cells.push(words.bits(*total));
        cells.push(bar(total - bits, *total, scale, BAR_WIDTH));
        layout.push(cells);
    }
    let weight = view.decision.match_weight;
    let mut cells = vec![words.match_weight.to_owned()];
    cells.extend(vec![String::new(); kinds.len()]);
    cells.push(words.bits(weight));
    cells.push(bar(weight.min(0.0), weight.max(0.0), scale, BAR_WIDTH));
    layout.push(cells);
    layout
}

impl View {
    /// The least and the greatest running total, and 0.
    pub(super) fn scale(&self) -> (f64, f64) {
        let totals = self.waterfall.iter().map(|step| step.total);
        totals.fold((0.0, 0.0), |(least, most), total| (total.min(least), total.max(most)))
    }
}

fn blocking(view: &View, words: &Words) -> Layout {
    let mut layout = Layout::new(&[words.rule, words.meets, words.why], &[]);
    for rule in &view.blocking {
        let meets = if rule.meets { words.yes } else { words.no };
        let why = wrapped(&printable(&words.meeting(rule)), SENTENCE_WIDTH - VALUE_WIDTH + 10);
        layout.push_lines(vec![vec![rule.rule.clone()], vec![meets.to_owned()], why]);
    }
    layout
}
