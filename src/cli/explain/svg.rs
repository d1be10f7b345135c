//! The waterfall as a picture: steps from top to bottom, each from the total before it to its own.
//!
//! Gains and losses differ in shade and in the sign of their number, so that a print without colours
//! can be read. Coordinates are whole tenths, the same on every machine.

use maud::{Markup, html};

use super::sentences::shortened;
use super::view::View;
use super::waterfall::StepOf;
use super::words::{Words, name};

/// The picture, in units of a pixel where the page has room for it.
const WIDTH: f64 = 900.0;
/// Where the labels end.
const LABELS: f64 = 300.0;
/// Where bars begin and end.
const BARS: (f64, f64) = (312.0, 740.0);
/// Where the bits and the totals end.
const NUMBERS: (f64, f64) = (815.0, 890.0);
const ROW: f64 = 26.0;
/// Room for what stands above the rows.
const HEAD: f64 = 44.0;
/// Characters of a label that fit.
const LABEL_MAX: usize = 46;

/// A row of the picture.
struct Bar {
    label: String,
    bits: Option<f64>,
    total: f64,
    from: f64,
    class: &'static str,
}

/// The waterfall of a pair.
pub(super) fn waterfall(view: &View, words: &Words) -> Markup {
    let bars = bars(view, words);
    let (least, most) = view.scale();
    let (least, most) = (least, most.max(view.decision.link_from_bits));
    let x = |bits: f64| BARS.0 + (bits - least) / (most - least).max(1e-9) * (BARS.1 - BARS.0);
    let height = HEAD + ROW * bars.len() as f64 + 8.0;
    let mark = |bits: f64, class: &str, label: &str, y: f64| {
        html! {
            line class=(class) x1=(tenth(x(bits))) x2=(tenth(x(bits))) y1=(tenth(HEAD - 4.0)) y2=(tenth(height - 4.0)) {}
            text class="mark" x=(tenth(x(bits))) y=(tenth(y)) text-anchor="middle" { (label) }
        }
    };
    html! {
        svg viewBox={ "0 0 " (tenth(WIDTH)) " " (tenth(height)) } role="img" aria-label=(words.waterfall) {
            title { (words.waterfall) }
            text class="mark" x=(tenth(NUMBERS.0)) y="30" text-anchor="end" { "bit" }
            text class="mark" x=(tenth(NUMBERS.1)) y="30" text-anchor="end" { (words.running_total) }
            (mark(0.0, "zero", "0", 32.0))
            (mark(view.decision.link_from_bits, "link", name(words.verdicts, "link"), 16.0))
            @for (at, bar) in bars.iter().enumerate() { (row(bar, HEAD + ROW * at as f64, &x, words)) }
        }
    }
}

fn bars(view: &View, words: &Words) -> Vec<Bar> {
    let step = |step: &super::waterfall::Step| Bar {
        label: label(view, words, step.of),
        bits: Some(step.bits),
        total: step.total,
        from: step.total - step.bits,
        class: if step.bits < 0.0 { "loss" } else { "gain" },
    };
    let weight = view.decision.match_weight;
    let last =
        Bar { label: words.match_weight.to_owned(), bits: None, total: weight, from: 0.0, class: "total" };
    view.waterfall.iter().map(step).chain([last]).collect()
}

/// What a step is, with the level of a comparison.
fn label(view: &View, words: &Words, of: StepOf) -> String {
    let own = words.step_name(view, of).trim();
    let label = match of {
        StepOf::Comparison(at) => {
            let level = view.comparisons.get(at).map_or("", |one| name(words.levels, &one.level));
            format!("{own}: {level}")
        }
        _ => own.to_owned(),
    };
    shortened(&label, LABEL_MAX)
}

fn row(bar: &Bar, top: f64, x: &impl Fn(f64) -> f64, words: &Words) -> Markup {
    let (a, b) = (x(bar.from), x(bar.total));
    let (left, width) = (a.min(b), (a - b).abs().max(1.0));
    let base = tenth(top + 17.0);
    html! {
        text x=(tenth(LABELS)) y=(base) text-anchor="end" { (bar.label) }
        rect class=(bar.class) x=(tenth(left)) y=(tenth(top + 4.0)) width=(tenth(width)) height="18" {}
        @if let Some(bits) = bar.bits {
            text x=(tenth(NUMBERS.0)) y=(base) text-anchor="end" { (words.bits(bits)) }
        }
        text x=(tenth(NUMBERS.1)) y=(base) text-anchor="end" { (words.bits(bar.total)) }
    }
}

fn tenth(number: f64) -> String {
    format!("{number:.1}")
}
