//! The last section: how the run went. The only part that tells times.

use maud::{Markup, html};

use super::facts::StageFacts;
use super::format;
use super::page::{Night, head, number, scrolling};

pub(super) fn section(night: &Night<'_>) -> Markup {
    let facts = night.facts;
    let lines = [
        ("Lượt đối sánh", facts.run_id.clone()),
        ("Bắt đầu", format::instant(facts.started)),
        ("Kết thúc", ending(facts.exit_code).to_owned()),
        ("Phiên bản chương trình", facts.version.clone()),
        ("Bộ tiêu chí (SHA-256)", facts.rules_sha256.clone()),
    ];
    html! {
        div.scroll {
            table {
                tbody { @for (label, text) in &lines { tr { th scope="row" { (label) } td.id { (text) } } } }
            }
        }
        (scrolling("Các bước của lượt đối sánh", &stages(&facts.stages)))
    }
}

fn ending(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "Hoàn thành",
        1 => "Hoàn thành, có nội dung cần lưu ý",
        _ => "Không hoàn thành",
    }
}

fn stages(stages: &[StageFacts]) -> Markup {
    let seconds: f64 = stages.iter().map(|stage| stage.seconds).sum();
    let peak = stages.iter().filter_map(|stage| stage.peak_memory_bytes).max();
    html! {
        table {
            (head(1, &["Bước", "Vào", "Ra", "Giây", "Bộ nhớ cao nhất"]))
            tbody {
                @for stage in stages {
                    tr {
                        th scope="row" { (stage.name) }
                        (number(stage.rows_in)) (number(stage.rows_out))
                        td.n { (format::decimal(stage.seconds, 1)) }
                        td.n { (memory(stage.peak_memory_bytes)) }
                    }
                }
            }
            tfoot {
                tr {
                    th scope="row" colspan="3" { "Cộng" }
                    td.n { (format::decimal(seconds, 1)) }
                    td.n { (memory(peak)) }
                }
            }
        }
    }
}

fn memory(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "–".to_owned(), format::bytes)
}
