//! The section on linkage: pairs of sources, and what of each source is matched.

use maud::{Markup, html};

use super::format;
use super::page::{Night, head, number, scrolling};
use super::tally::PairTally;
use crate::link::BlockingAccount;

pub(super) fn section(night: &Night<'_>) -> Markup {
    html! {
        (matched(night))
        (pairs(night))
        (left_out(night))
        p.note {
            "Cặp hồ sơ cần xác minh là cặp chưa đủ căn cứ để máy tự khớp. "
            "Một hồ sơ chưa khớp có thể thuộc địa phương khác."
        }
    }
}

/// Khớp and chưa khớp by source, against the list to be cleaned.
fn matched(night: &Night<'_>) -> Markup {
    let Some(primary) = night.settings.sources.first() else { return html! {} };
    let others = night.settings.sources.iter().zip(&night.tally.sources).skip(1);
    let with_primary = format!("Khớp với {}", primary.title);
    let table = html! {
        table {
            (head(1, &["Nguồn dữ liệu", "Hồ sơ", &with_primary, "Chưa khớp", "Tỷ lệ khớp"]))
            tbody {
                @for (source, tally) in others {
                    tr {
                        th scope="row" { (source.title) }
                        (number(tally.records)) (number(tally.known)) (number(tally.records - tally.known))
                        td.n { (format::percent(tally.known, tally.records)) }
                    }
                }
            }
        }
    };
    scrolling("Hồ sơ khớp theo nguồn", &table)
}

fn pairs(night: &Night<'_>) -> Markup {
    let pairs = &night.tally.pairs;
    let sum = |count: fn(&PairTally) -> u64| pairs.iter().map(count).sum::<u64>();
    let table = html! {
        table {
            (head(1, &["Cặp nguồn", "Cặp hồ sơ đã khớp", "Cặp hồ sơ cần xác minh"]))
            tbody {
                @for pair in pairs {
                    tr {
                        th scope="row" { (pair_name(night, pair)) }
                        (number(pair.links)) (number(pair.reviews))
                    }
                }
            }
            tfoot {
                tr { th scope="row" { "Cộng" } (number(sum(|p| p.links))) (number(sum(|p| p.reviews))) }
            }
        }
    };
    scrolling("Cặp hồ sơ theo cặp nguồn", &table)
}

/// What was never compared because too many records share a key; nothing where nothing was.
fn left_out(night: &Night<'_>) -> Markup {
    let rules: Vec<&BlockingAccount> =
        night.figures.blocking.iter().filter(|rule| rule.records_left_out > 0).collect();
    let table = html! {
        table {
            (head(1, &["Khoá so sánh quá đông hồ sơ", "Hồ sơ không so theo khoá này", "Cặp không so theo khoá này"]))
            tbody {
                @for rule in &rules {
                    tr {
                        th scope="row" { span.id { (rule.rule) } }
                        (number(rule.records_left_out)) (number(rule.pairs_left_out))
                    }
                }
            }
        }
    };
    html! { @if !rules.is_empty() { (scrolling("Phần không so theo khoá", &table)) } }
}

fn pair_name(night: &Night<'_>, pair: &PairTally) -> String {
    let (left, right) = (&night.settings.source(pair.left).title, &night.settings.source(pair.right).title);
    if pair.left == pair.right {
        format!("Trong {left} (nghi trùng)")
    } else {
        format!("{left} – {right}")
    }
}
