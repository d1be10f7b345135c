//! In which ways an address is read, one after the other, until one is certain.
//!
//! Most texts are divided by commas and need one walk. Others are divided by doubled
//! spaces or by nothing, run from the largest unit to the smallest, or name a unit with
//! a slip. What is read as it stands goes before what is mended; of equals the first stays.

use super::super::unicode::compose;
use super::super::units::{Level, Named, Units};
use super::found::{Certainty, Found};
use super::layout::Layout;
use super::reader::{Order, Walk};

/// Longer texts are no addresses: only so much of their end is read.
pub(super) const TEXT_BYTES_MAX: usize = 1_000;

/// Reads addresses one after the other, with buffers that are kept.
pub(super) struct Attempts<'u> {
    pub(super) units: &'u Units,
    /// By separators, and by units, as cleaned and with doubled spaces as separators.
    layouts: [Layout; 4],
    gapped: String,
    before_reform: bool,
}

/// What was found, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) found: Found,
    order: Order,
    layout: usize,
}

/// The smaller side of an address: what stands on the other side of the unit found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lead<'t> {
    /// The text of it.
    pub(super) text: &'t str,
    /// Whether it begins where the text begins.
    pub(super) is_head: bool,
    /// Whether a larger unit stands right before the commune, where none belongs.
    pub(super) ends_in_unit: bool,
}

impl<'u> Attempts<'u> {
    pub(super) fn new(units: &'u Units) -> Self {
        Self { units, layouts: Default::default(), gapped: String::new(), before_reform: false }
    }

    /// For texts of before 01/07/2025, in which a commune without a district may be an old one.
    pub(super) fn of_before_reform(units: &'u Units) -> Self {
        Self { before_reform: true, ..Self::new(units) }
    }

    /// Reads a text as delivered and as cleaned. O(length).
    pub(super) fn read(&mut self, raw: &str, cleaned: &str) -> Outcome {
        let cleaned = tail(cleaned);
        let mut layouts = std::mem::take(&mut self.layouts);
        layouts[0].divide(cleaned);
        self.gapped.clear();
        let mut best = self.usual(cleaned, &layouts, 0, false);
        if best.found.certainty < Certainty::Certain {
            let ways = self.lay_out(raw, cleaned, &mut layouts);
            best = self.read_on(best, cleaned, &layouts, ways);
        }
        self.layouts = layouts;
        best
    }

    /// The text that an outcome's parts are of.
    pub(super) fn text<'t>(&'t self, outcome: &Outcome, cleaned: &'t str) -> &'t str {
        if outcome.layout < 2 { tail(cleaned) } else { &self.gapped }
    }

    /// The parts that an outcome was read from.
    pub(super) fn layout(&self, outcome: &Outcome) -> &Layout {
        self.layouts.get(outcome.layout).unwrap_or(&self.layouts[0])
    }

    /// The finest division of the text that was made for an outcome.
    pub(super) fn finest(&self, outcome: &Outcome) -> Outcome {
        let finer = [3, 1].into_iter().find(|at| !self.layouts[*at].parts.is_empty() && self.is_made(*at));
        Outcome { layout: finer.unwrap_or(outcome.layout), ..*outcome }
    }

    fn is_made(&self, layout: usize) -> bool {
        layout < 2 || !self.gapped.is_empty()
    }

    /// The other ways to divide a text; the layouts that differ.
    fn lay_out(&mut self, raw: &str, cleaned: &str, layouts: &mut [Layout; 4]) -> [bool; 4] {
        let [coarse, fine, gaps, fine_gaps] = layouts;
        let mut ways = [true, fine.divide_by_units(cleaned, coarse, self.units), false, false];
        if raw.contains("  ") && raw.len() <= 2 * TEXT_BYTES_MAX {
            separate_gaps(&compose(raw).0, &mut self.gapped);
            gaps.divide(&self.gapped);
            ways[2] = gaps.parts.len() > coarse.parts.len();
            ways[3] = ways[2] && fine_gaps.divide_by_units(&self.gapped, gaps, self.units);
        }
        if !ways[2] {
            self.gapped.clear();
        }
        ways
    }

    fn read_on(&self, first: Outcome, cleaned: &str, layouts: &[Layout; 4], ways: [bool; 4]) -> Outcome {
        let mut best = first;
        // Doubled spaces, where there are any, divide better than names do.
        let ways_of = [[2, 3], [0, 1]].map(|pair| pair.into_iter().filter(|at| ways[*at]));
        for near in [false, true] {
            for (pair, order) in
                ways_of.iter().flat_map(|pair| [(pair, Order::Usual), (pair, Order::Reversed)])
            {
                for at in pair.clone() {
                    let text = if at < 2 { cleaned } else { &self.gapped };
                    let outcome = match order {
                        Order::Usual => self.usual(text, layouts, at, near),
                        Order::Reversed if !self.may_be_reversed(&layouts[at]) => continue,
                        Order::Reversed => self.attempt(text, layouts, at, order, near),
                    };
                    best = if rank(&outcome) > rank(&best) { outcome } else { best };
                    if best.found.certainty >= Certainty::Certain {
                        return best;
                    }
                }
            }
            // What several units share is no slip.
            if best.found.commune {
                return best;
            }
        }
        best
    }

    /// Reads from the end; where only a commune stands there, what stands in front may be its
    /// province or district, and the end is the smaller side after all.
    fn usual(&self, text: &str, layouts: &[Layout; 4], at: usize, near: bool) -> Outcome {
        let usual = self.attempt(text, layouts, at, Order::Usual, near);
        let found = &usual.found;
        let framed = found.province.is_some() || found.district.is_some();
        if framed || !found.commune || !self.may_be_reversed(&layouts[at]) {
            return usual;
        }
        let reversed = self.attempt(text, layouts, at, Order::Reversed, false);
        let better = reversed.found.commune || reversed.found.certainty == Certainty::Outside;
        if better { reversed } else { usual }
    }

    fn attempt(&self, text: &str, layouts: &[Layout; 4], layout: usize, order: Order, near: bool) -> Outcome {
        let before_reform = self.before_reform;
        let walk = Walk { units: self.units, text, layout: &layouts[layout], order, near, before_reform };
        Outcome { found: walk.read(), order, layout }
    }

    /// Whether the first part names a province or district, or the country.
    fn may_be_reversed(&self, layout: &Layout) -> bool {
        let [first, .., _] = layout.parts.as_slice() else { return false };
        match first.level {
            Some(Level::Province | Level::District(_)) => true,
            Some(Level::Commune(_)) => false,
            None => {
                layout.plain(first) == "viet nam"
                    || self.units.named(layout.name(first)).is_some_and(is_large)
            }
        }
    }

    /// What stands before the unit that was found, or behind it in the other order.
    pub(super) fn lead<'t>(&self, outcome: &Outcome, text: &'t str) -> Lead<'t> {
        let parts = &self.layout(outcome).parts;
        let Some(at) = outcome.found.unit_part else { return Lead::default() };
        match outcome.order {
            Order::Usual => {
                let last = at.checked_sub(1).and_then(|last| parts.get(last));
                let ends_in_unit = last.is_some_and(|last| {
                    let named = self.units.named(self.layout(outcome).name(last));
                    last.level.is_some() || named.is_some_and(|named| !named.districts.is_empty())
                });
                let text = last.map_or("", |last| text.get(..last.end).unwrap_or(""));
                Lead { text, is_head: true, ends_in_unit }
            }
            Order::Reversed => {
                let ends = parts.get(at + 1).zip(parts.last());
                let text = ends.and_then(|(first, last)| text.get(first.begin..last.end));
                Lead { text: text.unwrap_or(""), is_head: false, ends_in_unit: false }
            }
        }
    }

    /// The parts of the lead.
    pub(super) fn lead_parts(&self, outcome: &Outcome, unit_part: usize) -> std::ops::Range<usize> {
        let count = self.layout(outcome).parts.len();
        match outcome.order {
            Order::Usual => 0..unit_part.min(count),
            Order::Reversed => (unit_part + 1).min(count)..count,
        }
    }
}

/// Whether a name is that of a district or province, and not a commune's alone.
fn is_large(named: &Named) -> bool {
    let province = named.province.is_some() || named.former_province;
    !named.districts.is_empty() || (province && !named.names_local_unit())
}

/// Higher is better: how sure; among equals what names a commune.
fn rank(outcome: &Outcome) -> (Certainty, bool) {
    (outcome.found.certainty, outcome.found.commune)
}

/// The end of a long text.
fn tail(text: &str) -> &str {
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    text.get(text.ceil_char_boundary(text.len() - TEXT_BYTES_MAX)..).unwrap_or("")
}

/// The text with a comma at each doubled space, unless a separator stands there. O(length).
fn separate_gaps(text: &str, out: &mut String) {
    out.clear();
    let mut gap = false;
    for word in text.split(' ') {
        if word.is_empty() {
            gap = true;
            continue;
        }
        if !out.is_empty() {
            let divided = out.ends_with([',', ';', '-']) || word.starts_with([',', ';', '-']);
            out.push_str(if gap && !divided { ", " } else { " " });
        }
        out.push_str(word);
        gap = false;
    }
}
