//! The rule catalogue, made from the rules' own wording.

use maud::{Markup, html};

use super::page::Night;
use super::words;
use crate::settings::Check;

pub(super) fn section(night: &Night<'_>) -> Markup {
    html! {
        div.catalogue { @for check in &night.settings.checks { (entry(check)) } }
    }
}

fn entry(check: &Check) -> Markup {
    let wording = &check.wording;
    let lines = [
        ("Vì sao", &wording.why),
        ("Việc cần làm", &wording.action),
        ("Giấy tờ cần xem", &wording.papers),
        ("Biểu mẫu", &wording.form),
        ("Căn cứ", &wording.basis),
    ];
    html! {
        article {
            h4 { (wording.title) }
            div.id { (check.id) }
            div.note {
                (words::dimension(check.dimension)) " · " (words::severity(check.severity)) " · "
                (words::route(check.route)) " · từ bản " (check.since)
            }
            dl {
                @for (label, text) in lines {
                    @if !text.is_empty() { dt { (label) } dd { (text) } }
                }
            }
        }
    }
}
