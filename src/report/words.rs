//! What officers call the dimensions, severities and routes.

use crate::settings::{Dimension, Route, Severity};

/// The dimensions in the order they are always told, with their names and meanings.
pub(super) const DIMENSIONS: [(Dimension, &str, &str); 4] = [
    (Dimension::Dung, "Đúng", "chính xác, thống nhất với giấy tờ gốc"),
    (Dimension::Du, "Đủ", "không thiếu thông tin, không thiếu người"),
    (Dimension::Sach, "Sạch", "không trùng lặp, đúng chuẩn"),
    (Dimension::Song, "Sống", "cập nhật theo biến động thực tế"),
];

/// The severities, most urgent first.
pub(super) const SEVERITIES: [(Severity, &str); 4] =
    [(Severity::Urgent, "Khẩn"), (Severity::High, "Cao"), (Severity::Medium, "Vừa"), (Severity::Low, "Thấp")];

/// The routes, with who acts on them.
pub(super) const ROUTES: [(Route, &str, &str); 5] = [
    (Route::Door, "Xác minh tại nhà", "công an xã, tổ công nghệ số cộng đồng"),
    (Route::Desk, "Xử lý tại trụ sở", "công an xã đối chiếu giấy tờ, tra cứu"),
    (Route::Auto, "Chuẩn hoá tự động", "chỉ sai hình thức, áp dụng theo lô"),
    (Route::Agency, "Chuyển cơ quan", "cơ quan quản lý hồ sơ tự sửa"),
    (Route::Statistic, "Thống kê", "theo dõi, chưa giao việc"),
];

/// A dimension's name.
pub(super) fn dimension(dimension: Dimension) -> &'static str {
    DIMENSIONS.iter().find(|entry| entry.0 == dimension).map_or("", |entry| entry.1)
}

/// A severity's name.
pub(super) fn severity(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|entry| entry.0 == severity).map_or("", |entry| entry.1)
}

/// A route's name.
pub(super) fn route(route: Route) -> &'static str {
    ROUTES.iter().find(|entry| entry.0 == route).map_or("", |entry| entry.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_rules_has_a_name() {
        for (word, value) in Dimension::WORDS {
            assert!(!dimension(*value).is_empty(), "{word}");
        }
        for (word, value) in Severity::WORDS {
            assert!(!severity(*value).is_empty(), "{word}");
        }
        for (word, value) in Route::WORDS {
            assert!(!route(*value).is_empty(), "{word}");
        }
    }
}
