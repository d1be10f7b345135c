//! `report.html`: the page, from heading to run section.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::facts::{RunFacts, SourceStatus};
use super::figures::Figures;
use super::gate::{PassedGate, passed_gates};
use super::score::Scores;
use super::tally::Tally;
use super::wards::{self, Residents};
use super::{catalogue, format, inputs, linked, quality, run_section, score_section, ward_table};
use crate::check::Findings;
use crate::link::Linkage;
use crate::settings::{Settings, Severity};

/// What every section looks at.
pub(super) struct Night<'a> {
    pub(super) settings: &'a Settings,
    pub(super) facts: &'a RunFacts,
    pub(super) figures: &'a Figures,
    pub(super) tally: &'a Tally,
    pub(super) residents: &'a Residents,
    pub(super) scores: Scores,
    pub(super) gates: Vec<PassedGate>,
}

/// One section of the page: its anchor, its heading, and how it is made.
type Section = (&'static str, &'static str, fn(&Night<'_>) -> Markup);

/// The sections in order. The last is the only one that tells times.
const SECTIONS: &[Section] = &[
    ("tong-quan", "Tổng quan", overview),
    ("dau-vao", "Dữ liệu đầu vào", inputs::section),
    ("khop", "Kết quả khớp hồ sơ", linked::section),
    ("diem", "Điểm đúng, đủ, sạch, sống", score_section::section),
    ("sai-lech", "Nghi sai lệch", quality::findings),
    ("tieu-chi", "Mức đạt theo tiêu chí", quality::rules),
    ("thieu", "Không đủ dữ liệu", quality::not_delivered),
    ("xa-phuong", "Theo xã, phường", ward_table::section),
    ("danh-muc", "Danh mục tiêu chí", catalogue::section),
    ("luot", "Lượt đối sánh", run_section::section),
];

/// The page as one self-contained HTML text. See the module's invariants.
pub fn render(
    settings: &Settings,
    facts: &RunFacts,
    residents: &Residents,
    linkage: &Linkage,
    findings: &Findings,
) -> String {
    render_figures(settings, facts, residents, &Figures::of(settings, linkage, findings))
}

/// The same of figures that were put together from parts.
pub fn render_figures(
    settings: &Settings,
    facts: &RunFacts,
    residents: &Residents,
    figures: &Figures,
) -> String {
    let scores = figures.scores(settings);
    let gates = passed_gates(settings, &scores);
    let night = Night { settings, facts, figures, tally: &figures.tally, residents, scores, gates };
    page(&night).into_string()
}

fn page(night: &Night<'_>) -> Markup {
    let title = format!("Đối sánh dữ liệu dân cư, số liệu đến ngày {}", format::day(night.facts.as_of));
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                // Nothing may be fetched, whatever a rule's wording holds.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                (heading(night))
                main {
                    @for (anchor, title, body) in SECTIONS {
                        section id=(anchor) aria-labelledby={ "h-" (anchor) } {
                            h2 id={ "h-" (anchor) } { (title) }
                            (body(night))
                        }
                    }
                }
                footer {
                    "Báo cáo chỉ có số liệu tổng hợp, không có thông tin cá nhân. "
                    "Nghi sai lệch chỉ là sai lệch sau khi cán bộ xác minh."
                }
            }
        }
    }
}

fn heading(night: &Night<'_>) -> Markup {
    html! {
        header {
            h1 { "Báo cáo đối sánh dữ liệu dân cư" }
            p {
                @if let Some(province) = wards::province(night.settings) { strong { (province) } " · " }
                "Số liệu đến ngày " strong { (format::day(night.facts.as_of)) }
                " · Lượt đối sánh " span.id { (night.facts.run_id) }
            }
            nav aria-label="Mục lục" {
                ul { @for (anchor, title, _) in SECTIONS { li { a href={ "#" (anchor) } { (title) } } } }
            }
        }
    }
}

fn overview(night: &Night<'_>) -> Markup {
    let tally = night.tally;
    let kept: u64 = night.facts.sources.iter().map(|source| source.account.rows_kept).sum();
    let reviews: u64 = tally.pairs.iter().map(|pair| pair.reviews).sum();
    let cards = [
        ("Hồ sơ đưa vào đối sánh", kept, ""),
        ("Người, sau khi khớp hồ sơ", tally.people, ""),
        ("Nghi sai lệch", tally.findings, ""),
        ("Trong đó khẩn", tally.of_severity(Severity::Urgent), "urgent"),
        ("Việc xã, phường cần xử lý", tally.to_do(), ""),
        ("Cặp hồ sơ cần xác minh", reviews, ""),
    ];
    html! {
        (refused(night))
        (score_section::passed_gates(night))
        dl.cards {
            @for (label, number, class) in cards {
                div class=(class) { dt { (label) } dd { (format::whole(number)) } }
            }
        }
    }
}

fn refused(night: &Night<'_>) -> Markup {
    let sources = night.facts.sources.iter().filter(|source| source.status == SourceStatus::Refused);
    let titles: Vec<&str> = sources.map(|source| source.title.as_str()).collect();
    html! {
        @if !titles.is_empty() {
            p.alert role="note" {
                strong { "Không tiếp nhận dữ liệu đầu vào: " (titles.join(", ")) ". " }
                "Số liệu dưới đây không có nguồn này; lý do ở mục "
                a href="#dau-vao" { "Dữ liệu đầu vào" } "."
            }
        }
    }
}

/// A table that scrolls by itself on a narrow screen, by keyboard too.
pub(super) fn scrolling(label: &str, table: &Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(label) tabindex="0" { (table) } }
}

/// A row of column headings; those after the first `texts` stand over numbers.
pub(super) fn head(texts: usize, titles: &[&str]) -> Markup {
    html! {
        thead {
            tr {
                @for (at, title) in titles.iter().enumerate() {
                    th scope="col" class=[(at >= texts).then_some("n")] { (title) }
                }
            }
        }
    }
}

/// A cell with a whole number.
pub(super) fn number(number: u64) -> Markup {
    html! { td.n { (format::whole(number)) } }
}
