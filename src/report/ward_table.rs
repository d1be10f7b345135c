//! The section on wards.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::chart::{Bar, bars};
use super::format;
use super::page::{Night, head, number, scrolling};
use super::tally::{WARD_UNKNOWN, WardTally};
use super::wards;
use crate::settings::Route;

const HEAD: [&str; 7] =
    ["Xã, phường", "Nhân khẩu", "Cần xử lý", "Khẩn", "Tại nhà", "Tại trụ sở", "Trên 1.000 nhân khẩu"];

pub(super) fn section(night: &Night<'_>) -> Markup {
    let names = wards::names(night.settings);
    let busiest = night.tally.busiest(5);
    let bar = |(code, ward): &(&str, WardTally)| Bar {
        label: wards::name(&names, code),
        pieces: vec![
            ("urgent-fill", "Khẩn", ward.urgent),
            ("low-fill", "Không khẩn", ward.to_do - ward.urgent),
        ],
    };
    html! {
        @if !busiest.is_empty() {
            (bars("Xã, phường còn nhiều việc nhất", &busiest.iter().map(bar).collect::<Vec<_>>()))
        }
        (scrolling("Việc cần xử lý theo xã, phường", &table(night)))
        p.note {
            "Cần xử lý: xác minh tại nhà và xử lý tại trụ sở; không tính phần chuẩn hoá tự động và phần chuyển cơ quan khác. "
            "Nhân khẩu: số hồ sơ của nguồn cần làm sạch có mã xã còn hiệu lực. "
            "Số việc cho biết khối lượng phải làm, không phải kết quả công tác của xã, phường."
        }
    }
}

fn table(night: &Night<'_>) -> Markup {
    let names = wards::names(night.settings);
    let codes: BTreeSet<&str> =
        names.keys().copied().chain(night.tally.wards.keys().map(String::as_str)).collect();
    // The unknown ward has the least code and stands last.
    let known = codes.iter().filter(|code| **code != WARD_UNKNOWN);
    let unknown = codes.iter().filter(|code| **code == WARD_UNKNOWN);
    html! {
        table {
            (head(1, &HEAD))
            tbody { @for code in known.chain(unknown) { (row(night, code, &wards::name(&names, code))) } }
            (foot(night, &codes))
        }
    }
}

fn row(night: &Night<'_>, code: &str, name: &str) -> Markup {
    let ward = night.tally.wards.get(code).copied().unwrap_or_default();
    html! {
        tr {
            th scope="row" { (name) " " span.id { (code) } }
            (counts(ward, night.residents.of(code)))
        }
    }
}

fn foot(night: &Night<'_>, codes: &BTreeSet<&str>) -> Markup {
    let mut all = WardTally::default();
    for ward in night.tally.wards.values() {
        all.to_do += ward.to_do;
        all.urgent += ward.urgent;
        for (sum, route) in all.routes.iter_mut().zip(ward.routes) {
            *sum += route;
        }
    }
    let residents = codes.iter().map(|code| night.residents.of(code)).sum();
    html! { tfoot { tr { th scope="row" { "Cộng" } (counts(all, residents)) } } }
}

fn counts(ward: WardTally, residents: u64) -> Markup {
    html! {
        (number(residents)) (number(ward.to_do)) (number(ward.urgent))
        (number(ward.routes[Route::Door as usize])) (number(ward.routes[Route::Desk as usize]))
        td.n { (per_thousand(ward.to_do, residents)) }
    }
}

/// Tenths, rounded to the nearest, by whole numbers; a dash where no resident is known.
fn per_thousand(items: u64, residents: u64) -> String {
    if residents == 0 {
        return "–".to_owned();
    }
    let tenths = (u128::from(items) * 10_000 + u128::from(residents) / 2) / u128::from(residents);
    let tenths = u64::try_from(tenths).unwrap_or(u64::MAX);
    format!("{},{}", format::whole(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_set_against_residents_with_one_place() {
        assert_eq!(per_thousand(123, 10_000), "12,3");
        assert_eq!(per_thousand(5, 3), "1.666,7");
        assert_eq!(per_thousand(5, 0), "–");
    }
}
