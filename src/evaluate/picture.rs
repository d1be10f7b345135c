//! The reliability picture: promised against true, a panel a pair of sources.
//!
//! One SVG that needs nothing else. Coordinates are whole numbers, so that the same figures give
//! the same bytes on every machine. A point's area goes with its number of pairs.

use maud::{Markup, PreEscaped, html};

use super::figures::{CalibrationBin, Evaluation, PairCalibration};
use super::grid::{number, percent};

/// Panels stand side by side up to so many.
const COLUMNS: usize = 4;
/// A panel's square, its room with title and axis, all in units of the picture.
const SIDE: u64 = 200;
const ROOM_X: u64 = 260;
const ROOM_Y: u64 = 330;
const LEFT: u64 = 44;
const TOP: u64 = 46;
/// Above all panels.
const HEAD: u64 = 44;
/// The radius of the point with most pairs, and the least one that can be seen.
const RADIUS: f64 = 16.0;
const RADIUS_MIN: u64 = 2;

/// Colours that differ in lightness too, for those who do not see the hue.
const STYLE: &str = "text{font:12px sans-serif;fill:#222}.s{font-size:10px;fill:#555}.h{font-size:15px}\
    .f{fill:none;stroke:#888}.d{stroke:#888;stroke-dasharray:4 4}.p{fill:#1f5fa8;fill-opacity:.55;stroke:#123a66}\
    .l{fill:none;stroke:#123a66}";

impl Evaluation {
    /// The reliability picture as SVG: for each pair of sources and in all, the share that came true
    /// over what was promised, of pairs scored 0.01 to 0.99. `None` where no pair was scored so.
    pub fn reliability_svg(&self) -> Option<String> {
        let panels = &self.pair_calibration;
        if panels.is_empty() {
            return None;
        }
        let rows = panels.len().div_ceil(COLUMNS) as u64;
        let (width, height) = (ROOM_X * panels.len().min(COLUMNS) as u64, HEAD + ROOM_Y * rows);
        let drawn = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
                width=(width) height=(height) role="img" {
                title { "Reliability of match probabilities" }
                style { (PreEscaped(STYLE)) }
                rect width=(width) height=(height) fill="#fff" {}
                text.h x=(LEFT) y="20" { "Pairs scored 0.01 to 0.99: share that is one person over promised probability" }
                text.s x=(LEFT) y="36" { "On the line a promise is kept; below it too much was promised. Areas and the numbers below tell how many pairs." }
                @for (at, panel) in panels.iter().enumerate() {
                    (self::panel(panel, ROOM_X * (at % COLUMNS) as u64, HEAD + ROOM_Y * (at / COLUMNS) as u64))
                }
            }
        };
        Some(drawn.into_string() + "\n")
    }
}

fn panel(panel: &PairCalibration, x: u64, y: u64) -> Markup {
    let most = panel.bins.iter().map(|bin| bin.cases).max().unwrap_or(0);
    let half = SIDE / (2 * panel.bins.len().max(1) as u64);
    let points: Vec<Point> = panel.bins.iter().filter_map(|bin| Point::of(bin, half, most)).collect();
    let line: Vec<String> = points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
    let error = percent(Some(panel.expected_calibration_error));
    let chance = percent(Some(panel.error_by_chance));
    let name = format!("{} – {}", plain(&panel.left), plain(&panel.right));
    html! {
        g transform=(format!("translate({} {})", x + LEFT, y + TOP)) {
            text x="0" y="-22" { (if panel.left == "all" { "all pairs of sources".to_owned() } else { name }) }
            text.s x="0" y="-8" { "error " (error) " % (by chance " (chance) " %), " (number(panel.pairs)) " pairs" }
            rect.f width=(SIDE) height=(SIDE) {}
            line.d x1="0" y1=(SIDE) x2=(SIDE) y2="0" {}
            (ticks())
            polyline.l points=(line.join(" ")) {}
            @for point in &points {
                circle.p cx=(point.x) cy=(point.y) r=(point.radius) { title { (point.told) } }
                text.s transform=(format!("translate({} {}) rotate(-90)", point.bin + 4, SIDE + 24))
                    text-anchor="end" { (point.cases) }
            }
        }
    }
}

fn ticks() -> Markup {
    let places = [(0, "0"), (SIDE / 2, "0.5"), (SIDE, "1")];
    html! {
        @for (at, told) in places {
            text.s x=(at) y=(SIDE + 14) text-anchor="middle" { (told) }
            text.s x="-6" y=(SIDE - at + 4) text-anchor="end" { (told) }
        }
        text.s x=(SIDE / 2) y=(SIDE + 72) text-anchor="middle" { "promised; pairs of each bin" }
        text.s transform=(format!("translate(-30 {}) rotate(-90)", SIDE / 2)) text-anchor="middle" { "came true" }
    }
}

/// A bin as it is drawn.
struct Point {
    x: u64,
    y: u64,
    /// The middle of its bin.
    bin: u64,
    radius: u64,
    cases: String,
    told: String,
}

impl Point {
    fn of(bin: &CalibrationBin, half: u64, most: u64) -> Option<Self> {
        let (promised, true_share) = (bin.mean_promised?, bin.share_true?);
        let radius = RADIUS * (bin.cases as f64 / most.max(1) as f64).sqrt();
        let told = format!(
            "{} pairs: promised {} %, came true {} %",
            number(bin.cases),
            percent(Some(promised)),
            percent(Some(true_share))
        );
        Some(Self {
            x: along(promised),
            bin: along(bin.from) + half,
            y: SIDE - along(true_share),
            radius: (radius.round() as u64).max(RADIUS_MIN),
            cases: number(bin.cases),
            told,
        })
    }
}

/// A share as a place on a side; the shares are 0 to 1.
fn along(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * SIDE as f64).round() as u64
}

/// A source's name without what no XML may hold.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(from: f64, cases: u64, promised: f64, came_true: u64) -> CalibrationBin {
        let share_true = super::super::figures::share(came_true, cases);
        let mean_promised = (cases > 0).then_some(promised);
        CalibrationBin { from, cases, mean_promised, came_true, share_true }
    }

    #[test]
    fn points_lie_where_they_should_and_an_empty_bin_has_none() {
        let bins = vec![bin(0.0, 400, 0.05, 100), bin(0.5, 0, 0.0, 0), bin(0.9, 100, 0.95, 100)];
        let calibration = PairCalibration {
            left: "<a>".to_owned(),
            right: "b\u{1}".to_owned(),
            expected_calibration_error: 0.17,
            error_by_chance: 0.01,
            pairs: 500,
            mean_promised: 0.23,
            came_true: 200,
            share_true: 0.4,
            bins,
        };
        let drawn = panel(&calibration, 0, 0).into_string();
        assert!(drawn.contains(r#"<circle class="p" cx="10" cy="150" r="16">"#), "{drawn}");
        assert!(drawn.contains(r#"<circle class="p" cx="190" cy="0" r="8">"#), "half the radius, {drawn}");
        assert_eq!(drawn.matches("<circle").count(), 2);
        assert!(
            drawn.contains("&lt;a&gt; – b<") && drawn.contains("error 17.00 % (by chance 1.00 %)"),
            "{drawn}"
        );
        assert!(drawn.contains("100 pairs: promised 95.00 %, came true 100.00 %"), "{drawn}");
    }
}
