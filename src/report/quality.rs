//! The sections on findings: by dimension, severity and route, and rule by rule.

use maud::{Markup, html};

use super::chart::{Bar, bars};
use super::format;
use super::page::{Night, head, number, scrolling};
use super::score::{self, Share};
use super::words::{self, DIMENSIONS, ROUTES, SEVERITIES};
use crate::check::RuleCount;
use crate::report::Tally;
use crate::settings::{Check, Route};

const SHADES: [&str; 4] = ["urgent-fill", "high-fill", "medium-fill", "low-fill"];

pub(super) fn findings(night: &Night<'_>) -> Markup {
    html! {
        (chart(night))
        (matrix(night))
        (by_route(night))
    }
}

fn chart(night: &Night<'_>) -> Markup {
    let bar = |(dimension, name, _): &(crate::settings::Dimension, &str, &str)| Bar {
        label: (*name).to_owned(),
        pieces: SEVERITIES
            .iter()
            .zip(SHADES)
            .map(|((severity, name), shade)| {
                (shade, *name, night.tally.matrix[*dimension as usize][*severity as usize])
            })
            .collect(),
    };
    bars("Nghi sai lệch theo nhóm và mức ưu tiên", &DIMENSIONS.iter().map(bar).collect::<Vec<_>>())
}

fn matrix(night: &Night<'_>) -> Markup {
    let tally = night.tally;
    let table = html! {
        table {
            (head(1, &["Nhóm", "Khẩn", "Cao", "Vừa", "Thấp", "Cộng"]))
            tbody {
                @for (dimension, name, meaning) in DIMENSIONS {
                    tr {
                        th scope="row" { strong { (name) } ": " (meaning) }
                        @for (severity, _) in SEVERITIES {
                            (number(tally.matrix[dimension as usize][severity as usize]))
                        }
                        (number(tally.of_dimension(dimension)))
                    }
                }
            }
            tfoot {
                tr {
                    th scope="row" { "Cộng" }
                    @for (severity, _) in SEVERITIES { (number(tally.of_severity(severity))) }
                    (number(tally.findings))
                }
            }
        }
    };
    scrolling("Nghi sai lệch theo nhóm và mức ưu tiên", &table)
}

fn by_route(night: &Night<'_>) -> Markup {
    let tally = night.tally;
    let table = html! {
        table {
            (head(2, &["Nơi xử lý", "Cách làm", "Nghi sai lệch", "Tỷ trọng"]))
            tbody {
                @for (route, name, meaning) in ROUTES {
                    tr {
                        th scope="row" { (name) }
                        td { (meaning) }
                        (number(tally.of_route(route)))
                        td.n { (share(tally, route)) }
                    }
                }
            }
        }
    };
    scrolling("Nghi sai lệch theo nơi xử lý", &table)
}

/// The share of findings that goes a route; figures without a task are no findings.
fn share(tally: &Tally, route: Route) -> String {
    match route {
        Route::Statistic => "–".to_owned(),
        _ => format::percent(tally.of_route(route), tally.findings),
    }
}

const RULE_HEAD: [&str; 6] =
    ["Tiêu chí", "Nghi sai lệch", "Hồ sơ đạt", "Đánh giá", "Mức ưu tiên", "Nơi xử lý"];

pub(super) fn rules(night: &Night<'_>) -> Markup {
    let table = html! {
        table.rules {
            (head(1, &RULE_HEAD))
            @for (dimension, name, _) in DIMENSIONS {
                tbody {
                    tr { th scope="rowgroup" colspan=(RULE_HEAD.len()) { (name) } }
                    @for (at, check) in ordered(night).filter(|(_, check)| check.dimension == dimension) {
                        (rule(night, at, check))
                    }
                }
            }
        }
    };
    html! {
        (scrolling("Mức đạt theo tiêu chí", &table))
        p.note {
            "Hồ sơ đạt: số hồ sơ đạt trên số hồ sơ được đánh giá. "
            "● Xanh: từ 90% trở lên; ▲ Vàng: từ 75% đến dưới 90%; ■ Đỏ: dưới 75%. "
            "Tiêu chí về số định danh, mã số và mã xã phải đạt 100%: dưới mức đó là đỏ. "
            "Khi nhiều tiêu chí cùng chỉ ra một chỗ, danh sách chỉ tính tiêu chí cụ thể nhất, "
            "nên nghi sai lệch có thể ít hơn số hồ sơ chưa đạt."
        }
    }
}

/// The rules with their places, urgent ones first, then by id.
fn ordered<'a>(night: &'a Night<'_>) -> impl Iterator<Item = (usize, &'a Check)> {
    let mut rules: Vec<(usize, &Check)> = night.settings.checks.iter().enumerate().collect();
    rules.sort_by_key(|(at, check)| (check.severity, *at));
    rules.into_iter()
}

fn rule(night: &Night<'_>, at: usize, check: &Check) -> Markup {
    let count = night.figures.rules.get(at);
    let share = night.scores.province.rules.get(at).copied().unwrap_or_default();
    html! {
        tr {
            th scope="row" { (check.wording.title) br; span.id { (check.id) } }
            (number(night.tally.of_rule(at)))
            (grade_cells(night, check, count, share))
            td { (words::severity(check.severity)) }
            td { (words::route(check.route)) }
        }
    }
}

fn grade_cells(night: &Night<'_>, check: &Check, count: Option<&RuleCount>, share: Share) -> Markup {
    let lacking = count.is_none_or(|count| !count.not_delivered.is_empty());
    html! {
        @if lacking {
            td.n { "–" } td { span.state.grey { "Không đủ dữ liệu" } }
        } @else if let Some(grade) = score::of_rule(night.settings, check, share) {
            td.n.met { (format::met(share.met, share.assessed)) }
            td { span class={ "state " (grade.class()) } { (grade.word()) } }
        } @else {
            td.n { "–" } td { span.state.grey { "Chưa có hồ sơ" } }
        }
    }
}

pub(super) fn not_delivered(night: &Night<'_>) -> Markup {
    let lacking: Vec<(&Check, &RuleCount)> = night
        .settings
        .checks
        .iter()
        .zip(&night.figures.rules)
        .filter(|(_, count)| !count.not_delivered.is_empty())
        .collect();
    html! {
        @if lacking.is_empty() {
            p { "Mọi tiêu chí đều có đủ dữ liệu để đánh giá." }
        } @else {
            p { "Các tiêu chí sau không đánh giá được vì dữ liệu cần thiết không được cung cấp:" }
            ul {
                @for (check, count) in lacking {
                    li { (check.wording.title) ": thiếu " span.id { (count.not_delivered.join(", ")) } }
                }
            }
        }
    }
}
