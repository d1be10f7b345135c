//! Bar charts: SVG bars between labels and values that are text of the page, so
//! that they stay readable at any width and are read aloud in order.

use maud::{Markup, html};

use super::format;

/// One bar: its name, and its pieces from left to right.
pub(super) struct Bar {
    /// What it counts.
    pub(super) label: String,
    /// Each piece's style class, name and count.
    pub(super) pieces: Vec<(&'static str, &'static str, u64)>,
}

impl Bar {
    fn total(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.2).sum()
    }

    /// `Đúng: 120 (Khẩn 20, Cao 100)`; a bar of one piece has no brackets.
    fn told(&self) -> String {
        let total = format::whole(self.total());
        if self.pieces.len() < 2 {
            return format!("{}: {total}", self.label);
        }
        let some = self.pieces.iter().filter(|piece| piece.2 > 0);
        let pieces: Vec<String> = some.map(|(_, name, n)| format!("{name} {}", format::whole(*n))).collect();
        format!("{}: {total} ({})", self.label, pieces.join(", "))
    }
}

/// Bars to one scale, the longest over the whole width.
pub(super) fn bars(caption: &str, bars: &[Bar]) -> Markup {
    let longest = bars.iter().map(Bar::total).max().unwrap_or(0);
    html! {
        figure {
            figcaption { (caption) }
            ul.bars {
                @for bar in bars {
                    li {
                        span { (bar.label) }
                        (svg(bar, longest))
                        span.n { (format::whole(bar.total())) }
                    }
                }
            }
            @if let Some(bar) = bars.first().filter(|bar| bar.pieces.len() > 1) { (key(bar)) }
        }
    }
}

/// Which shade is which.
fn key(bar: &Bar) -> Markup {
    html! {
        ul.key {
            @for (class, name, _) in &bar.pieces {
                li {
                    svg viewBox="0 0 1 1" aria-hidden="true" { rect class=(class) width="1" height="1" {} }
                    (name)
                }
            }
        }
    }
}

fn svg(bar: &Bar, longest: u64) -> Markup {
    let mut start = 0;
    let mut rects = Vec::new();
    for (class, _, count) in &bar.pieces {
        let end = start + count;
        let (from, to) = (width(start, longest), width(end, longest));
        if *count > 0 {
            rects.push((*class, from, to - from));
        }
        start = end;
    }
    html! {
        svg viewBox="0 0 10000 10" preserveAspectRatio="none" role="img" aria-label=(bar.told()) {
            title { (bar.told()) }
            @for (class, x, width) in rects {
                rect class=(class) x=(x) width=(width.max(20)) height="10" {}
            }
        }
    }
}

/// A count in ten-thousandths of the longest bar: whole numbers, the same on every machine.
fn width(count: u64, longest: u64) -> u64 {
    if longest == 0 { 0 } else { (u128::from(count) * 10_000 / u128::from(longest)) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_lie_end_to_end_and_are_told_in_words() {
        let bar = Bar {
            label: "Đúng".to_owned(),
            pieces: vec![("a", "Khẩn", 1), ("b", "Cao", 0), ("c", "Vừa", 3)],
        };
        let drawn = svg(&bar, 8).into_string();
        assert!(drawn.contains(r#"<rect class="a" x="0" width="1250" height="10"></rect>"#), "{drawn}");
        assert!(drawn.contains(r#"<rect class="c" x="1250" width="3750" height="10"></rect>"#), "{drawn}");
        assert!(drawn.contains("<title>Đúng: 4 (Khẩn 1, Vừa 3)</title>"), "{drawn}");
    }

    #[test]
    fn nothing_to_show_draws_empty_bars() {
        let drawn = bars("x", &[Bar { label: "y".to_owned(), pieces: vec![("a", "", 0)] }]).into_string();
        assert!(!drawn.contains("<rect"), "{drawn}");
    }
}
