//! Figures into docs/performance.md, between two marks, and plots beside it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// Whether the bench was asked to write its figures down: `cargo bench --bench NAME -- --write`.
pub(crate) fn wanted() -> bool {
    std::env::args().any(|argument| argument == "--write")
}

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Puts a text between `<!-- mark -->` and `<!-- /mark -->`.
///
/// # Panics
/// Where the marks are not there, once each and in this order.
pub(crate) fn put(mark: &str, text: &str) {
    let path = docs().join("performance.md");
    let page = std::fs::read_to_string(&path).expect("docs/performance.md is there");
    let [open, close] = ["", "/"].map(|slash| format!("<!-- {slash}{mark} -->"));
    let (before, rest) = page.split_once(&open).unwrap_or_else(|| panic!("{open} is not in the page"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{close} is not behind it"));
    let page = format!("{before}{open}\n{}\n{close}{after}", text.trim_end());
    std::fs::write(path, page).expect("docs/performance.md can be written");
}

/// Puts a plot beside the page.
pub(crate) fn plot(name: &str, svg: &str) {
    std::fs::write(docs().join(name), svg).expect("docs/ can be written");
}

/// What figures were taken on: processor, cores, load, commit.
pub(crate) fn taken_on() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let model = processor.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit =
        commit.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default();
    format!("{model}, {cores} cores, load {load} at the end, commit {commit}")
}

/// Least squares of log y over log x: the exponent of growth.
pub(crate) fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x.ln(), y.ln())).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / logs.len() as f64;
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let cross: f64 = logs.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    let spread: f64 = logs.iter().map(|p| (p.0 - mx).powi(2)).sum();
    cross / spread
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
/// Room for axes: left, right, top, bottom.
const ROOM: [f64; 4] = [70.0, 150.0, 30.0, 50.0];
/// Told apart in grey as well.
const COLOURS: [&str; 8] =
    ["#1f4e79", "#c55a11", "#548235", "#7f6000", "#7030a0", "#2e9ca6", "#a61c3c", "#595959"];

fn frame(title: &str, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{}\" y=\"18\" \
         font-size=\"14\">{title}</text>\n{body}</svg>\n",
        ROOM[0]
    )
}

fn label(body: &mut String, [x, y]: [f64; 2], anchor: &str, text: &str) {
    let _ = writeln!(body, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}

/// Lines over logarithmic axes: a name and its points each.
pub(crate) fn log_lines(title: &str, axes: [&str; 2], lines: &[(String, Vec<(f64, f64)>)]) -> String {
    let all = || lines.iter().flat_map(|(_, points)| points);
    let range = |of: fn(&(f64, f64)) -> f64| {
        let values = || all().map(of).filter(|value| *value > 0.0).map(f64::log10);
        (values().fold(f64::INFINITY, f64::min).floor(), values().fold(f64::NEG_INFINITY, f64::max).ceil())
    };
    let ((x0, x1), (y0, y1)) = (range(|p| p.0), range(|p| p.1));
    let [left, right, top, bottom] = ROOM;
    let x = |value: f64| left + (value.log10() - x0) / (x1 - x0) * (WIDTH - left - right);
    let y = |value: f64| HEIGHT - bottom - (value.log10() - y0) / (y1 - y0) * (HEIGHT - top - bottom);
    let mut body = String::new();
    for power in x0 as i32..=x1 as i32 {
        let at = x(10_f64.powi(power));
        let _ = writeln!(body, "<path d=\"M{at:.1} {top}V{}\" stroke=\"#ddd\"/>", HEIGHT - bottom);
        label(&mut body, [at, HEIGHT - 32.0], "middle", &format!("10^{power}"));
    }
    for power in y0 as i32..=y1 as i32 {
        let at = y(10_f64.powi(power));
        let _ = writeln!(body, "<path d=\"M{left} {at:.1}H{}\" stroke=\"#ddd\"/>", WIDTH - right);
        label(&mut body, [left - 6.0, at + 4.0], "end", &format!("10^{power}"));
    }
    let _ = writeln!(body, "<text x=\"{}\" y=\"{}\">{}</text>", left, HEIGHT - 10.0, axes[0]);
    let _ = writeln!(
        body,
        "<text x=\"14\" y=\"{}\" transform=\"rotate(-90 14 {0})\">{}</text>",
        HEIGHT - bottom,
        axes[1]
    );
    for (at, (name, points)) in lines.iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let path: Vec<String> = points.iter().map(|p| format!("{:.1} {:.1}", x(p.0), y(p.1))).collect();
        let _ = writeln!(
            body,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join("L")
        );
        let _ = writeln!(
            body,
            "<text x=\"{}\" y=\"{}\" fill=\"{colour}\">{name}</text>",
            WIDTH - right + 8.0,
            top + 16.0 * (at as f64 + 1.0)
        );
    }
    frame(title, &body)
}

/// A bar a row, cut into named pieces.
pub(crate) fn stacked(title: &str, rows: &[(String, Vec<(String, f64)>)]) -> String {
    let most = rows.iter().map(|(_, pieces)| pieces.iter().map(|p| p.1).sum::<f64>()).fold(0.0, f64::max);
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flat_map(|(_, pieces)| pieces) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let [left, right, top, _] = ROOM;
    let height = ((HEIGHT - top - 40.0) / rows.len().max(1) as f64).min(48.0);
    let mut body = String::new();
    for (at, (name, pieces)) in rows.iter().enumerate() {
        let y = top + 10.0 + height * at as f64;
        let _ = writeln!(
            body,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>",
            left - 6.0,
            y + height / 2.0
        );
        let mut x = left;
        for (piece, value) in pieces {
            let width = value / most * (WIDTH - left - right);
            let colour = COLOURS[names.iter().position(|name| name == piece).unwrap_or(0) % COLOURS.len()];
            let _ = writeln!(
                body,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{colour}\"><title>{piece}: {value:.2}</title></rect>",
                height * 0.7
            );
            x += width;
        }
    }
    for (at, name) in names.iter().enumerate() {
        let _ = writeln!(
            body,
            "<text x=\"{}\" y=\"{}\" fill=\"{}\">{name}</text>",
            WIDTH - right + 8.0,
            top + 16.0 * (at as f64 + 1.0),
            COLOURS[at % COLOURS.len()]
        );
    }
    frame(title, &body)
}
