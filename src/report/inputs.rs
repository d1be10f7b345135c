//! The section on what came in.

use maud::{Markup, html};

use super::facts::{SetAsideFacts, SourceFacts, SourceStatus};
use super::format;
use super::page::{Night, head, number, scrolling};

const HEAD: [&str; 6] =
    ["Nguồn dữ liệu", "Tình trạng", "Dòng đọc được", "Giữ lại", "Không hợp lệ, tạm tách", "Tỷ lệ giữ lại"];

pub(super) fn section(night: &Night<'_>) -> Markup {
    let sources = &night.facts.sources;
    let sum = |count: fn(&SourceFacts) -> u64| sources.iter().map(count).sum::<u64>();
    let (read, kept) = (sum(|s| s.account.rows_read), sum(|s| s.account.rows_kept));
    let table = html! {
        table {
            (head(2, &HEAD))
            tbody { @for source in sources { (row(source)) } }
            tfoot {
                tr {
                    th scope="row" colspan="2" { "Cộng" }
                    (number(read)) (number(kept)) (number(sum(|s| s.account.rows_set_aside)))
                    td.n { (format::percent(kept, read)) }
                }
            }
        }
    };
    html! {
        (scrolling("Dữ liệu đầu vào theo nguồn", &table))
        p.note { "Dòng đọc được = giữ lại + tạm tách. Từng dòng tạm tách, kèm lý do, ở thư mục " code { "rejects" } "." }
        @for source in sources { (remarks(source)) }
    }
}

fn row(source: &SourceFacts) -> Markup {
    let account = &source.account;
    html! {
        tr {
            th scope="row" { (source.title) br; span.id { (source.id) } }
            td {
                @match source.status {
                    SourceStatus::Delivered => span.state.green { "● Đã tiếp nhận" },
                    SourceStatus::Refused => span.state.red { "■ Không tiếp nhận" },
                }
            }
            (number(account.rows_read)) (number(account.rows_kept)) (number(account.rows_set_aside))
            td.n { (format::percent(account.rows_kept, account.rows_read)) }
        }
    }
}

/// What the program has to say of a delivery, in the program's own (English) words.
fn remarks(source: &SourceFacts) -> Markup {
    let ignored = &source.account.ignored;
    html! {
        @if !ignored.is_empty() {
            p.note {
                (source.title) ": tệp có trong thư mục nhưng không đọc: " (ignored.join(", ")) "."
            }
        }
        @if !source.set_aside.is_empty() {
            p.note { (source.title) ", lý do tạm tách: " (reasons(source)) "." }
        }
        @if !source.diagnostics.is_empty() {
            h3 { "Ghi chú về " (source.title) }
            div.messages lang="en" { (source.diagnostics.join("\n")) }
        }
    }
}

/// `không có số hồ sơ (3), ô dài quá mức (1)`
fn reasons(source: &SourceFacts) -> String {
    let told = |facts: &SetAsideFacts| format!("{} ({})", facts.label, format::whole(facts.rows));
    source.set_aside.iter().map(told).collect::<Vec<_>>().join(", ")
}
