//! The sections on scores: the province and its wards by dimension, and fields; gates that were passed.

use maud::{Markup, html};

use super::format;
use super::gate::GateLevel;
use super::grade::Grade;
use super::page::{Night, head, scrolling};
use super::score::{PlaceScores, Share, of_share};
use super::tally::WARD_UNKNOWN;
use super::wards;
use super::words::{DIMENSIONS, dimension};
use crate::settings::Dimension;

pub(super) fn section(night: &Night<'_>) -> Markup {
    html! {
        (scrolling("Điểm đúng, đủ, sạch, sống theo xã, phường", &by_ward(night)))
        (scrolling("Điểm theo trường thông tin", &by_field(night)))
        p.note {
            "Điểm của một tiêu chí là số hồ sơ đạt trên số hồ sơ được đánh giá. Điểm của trường thông tin, của nhóm và "
            "của xã, phường cũng là tỷ lệ đó trên mọi tiêu chí thuộc về nó, mỗi hồ sơ tính theo trọng số của tiêu chí "
            "(mức ưu tiên và nơi xử lý). Các xã, phường cộng lại đúng bằng toàn tỉnh. "
            "Điểm nói về dữ liệu, không phải về kết quả công tác của xã, phường."
        }
    }
}

fn by_ward(night: &Night<'_>) -> Markup {
    let names = wards::names(night.settings);
    let titles: Vec<&str> =
        ["Xã, phường"].into_iter().chain(DIMENSIONS.map(|(_, name, _)| name)).chain(["Chung"]).collect();
    let wards = || night.scores.wards.iter();
    let known = wards().filter(|(code, _)| *code != WARD_UNKNOWN);
    let unknown = wards().filter(|(code, _)| *code == WARD_UNKNOWN);
    html! {
        table {
            (head(1, &titles))
            tbody {
                tr { th scope="row" { strong { "Toàn tỉnh" } } (cells(night, &night.scores.province)) }
                @for (code, place) in known.chain(unknown) {
                    tr {
                        th scope="row" { (wards::name(&names, code)) " " span.id { (code) } }
                        (cells(night, place))
                    }
                }
            }
        }
    }
}

fn cells(night: &Night<'_>, place: &PlaceScores) -> Markup {
    html! {
        @for (dimension, _, _) in DIMENSIONS { (cell(night, place.dimensions[dimension as usize])) }
        (cell(night, place.whole))
    }
}

fn cell(night: &Night<'_>, share: Share) -> Markup {
    html! {
        td.n {
            (format::percent(share.met, share.assessed))
            @if let Some(grade) = of_share(night.settings, share) { " " (mark(grade)) }
        }
    }
}

/// The grade's shape alone, its word for readers who do not see it.
fn mark(grade: Grade) -> Markup {
    let shape: String = grade.word().chars().take(1).collect();
    html! { span class={ "state " (grade.class()) } title=(grade.word()) { (shape) } }
}

fn by_field(night: &Night<'_>) -> Markup {
    html! {
        table {
            (head(1, &["Trường thông tin", "Tiêu chí", "Điểm", "Đánh giá"]))
            tbody {
                @for (field, share) in &night.scores.province.fields {
                    tr {
                        th scope="row" { (label(night, field)) " " span.id { (field) } }
                        td.n { (dimensions_of(night, field)) }
                        td.n { (format::percent(share.met, share.assessed)) }
                        td { @if let Some(grade) = of_share(night.settings, *share) {
                            span class={ "state " (grade.class()) } { (grade.word()) }
                        } }
                    }
                }
            }
        }
    }
}

/// The dimensions whose rules look at a field: `đúng, đủ`.
fn dimensions_of(night: &Night<'_>, field: &str) -> String {
    let weighs = |of: Dimension| {
        night.settings.checks.iter().any(|check| {
            check.field == field && check.dimension == of && night.settings.wording.scores.weight(check) > 0
        })
    };
    let names =
        DIMENSIONS.iter().filter(|(of, ..)| weighs(*of)).map(|(of, ..)| dimension(*of).to_lowercase());
    names.collect::<Vec<_>>().join(", ")
}

/// A field's name for officers, by the first source that has it.
fn label<'a>(night: &'a Night<'_>, field: &'a str) -> &'a str {
    let columns = night.settings.sources.iter().flat_map(|source| &source.columns);
    columns.into_iter().find(|column| column.field == field).map_or(field, |column| &column.label)
}

/// What stands at the head of the page where gates were passed.
pub(super) fn passed_gates(night: &Night<'_>) -> Markup {
    let of_level = |level: GateLevel| night.gates.iter().filter(move |gate| gate.level == level);
    let levels = [
        (GateLevel::Fail, "Vượt ngưỡng dừng", "Kiểm tra nguồn dữ liệu trước khi giao danh sách."),
        (GateLevel::Warn, "Vượt ngưỡng cảnh báo", "Nên kiểm tra nguồn dữ liệu."),
    ];
    html! {
        @for (level, title, advice) in levels {
            @if of_level(level).next().is_some() {
                p.alert role="note" {
                    strong { (title) ": " }
                    @for (at, gate) in of_level(level).enumerate() {
                        @if let Some(check) = night.settings.checks.get(gate.rule) {
                            @if at > 0 { "; " }
                            (check.wording.title) " "
                            (format::whole(gate.found())) "/" (format::whole(gate.share.assessed))
                            " (" (format::percent(gate.found(), gate.share.assessed)) ")"
                        }
                    }
                    ". " (advice)
                }
            }
        }
    }
}
