//! The words of a sample's sheets. They are read back by their words, so they belong to the layout
//! ([`FORMAT`]) and are not among the rules.

use super::labels::Answer;

/// Version of the layout; another one is refused.
pub(super) const FORMAT: &str = "1";

pub(super) const SHEET_GUIDE: &str = "Hướng dẫn";
pub(super) const SHEET_PAIRS: &str = "Đối chiếu";
/// Hidden: a row a pair, a row a stratum, a row a fact about the sample.
pub(super) const SHEET_KEYS: &str = "mau_cap";
pub(super) const SHEET_STRATA: &str = "mau_tang";
pub(super) const SHEET_FACTS: &str = "mau_chung";

pub(super) const COLUMN_PAIR: &str = "Cặp";
pub(super) const COLUMN_SOURCE: &str = "Nguồn";
pub(super) const COLUMN_RECORD: &str = "Mã hồ sơ";
pub(super) const COLUMN_ANSWER: &str = "Kết luận";
pub(super) const COLUMN_REMARK: &str = "Ghi chú";

pub(super) const KEY_COLUMNS: [&str; 9] = [
    "pair",
    "left_source",
    "left_id",
    "right_source",
    "right_id",
    "stratum",
    "population",
    "sampled",
    "ward_code",
];
pub(super) const STRATUM_COLUMNS: [&str; 8] =
    ["stratum", "left_source", "right_source", "linked", "band", "population", "sampled", "promised"];

pub(super) const FACT_FORMAT: &str = "format";
pub(super) const FACT_RUN: &str = "run_id";
pub(super) const FACT_RULES: &str = "rules_sha256";
pub(super) const FACT_AS_OF: &str = "as_of";
pub(super) const FACT_SEED: &str = "seed";

/// The answers, as the drop-down offers them, and when each is right.
pub(super) const ANSWERS: [(&str, Answer, &str); 3] = [
    (
        "Cùng một người",
        Answer::Same,
        "Các thông tin khớp nhau, hoặc chỗ lệch nhau giải thích được: viết sai, viết tắt, thiếu dấu, đổi số \
         giấy tờ, chuyển nơi ở, nhà mạng hay cơ quan khác chép nhầm một ô.",
    ),
    (
        "Hai người khác nhau",
        Answer::Different,
        "Có chỗ lệch nhau không thể do ghi sai: người trùng họ tên nhưng khác ngày sinh và khác cha mẹ; anh chị \
         em sinh đôi; cha và con, mẹ và con; người nhà dùng chung số điện thoại.",
    ),
    (
        "Không biết",
        Answer::Unknown,
        "Thông tin không đủ để kết luận, kể cả khi đã tra cứu thêm. Đừng đoán: cặp “Không biết” được đếm riêng \
         và để ngoài phép tính.",
    ),
];

pub(super) const TITLE: &str = "PHIẾU ĐỐI CHIẾU CẶP HỒ SƠ";
pub(super) const GUIDE_TITLE: &str = "HƯỚNG DẪN ĐỐI CHIẾU CẶP HỒ SƠ";
pub(super) const GUIDE_ANSWERS: &str = "Chọn kết luận nào";

/// What the clerk is told, a paragraph each.
pub(super) const GUIDE: [&str; 9] = [
    "Phiếu này dùng để đo xem việc ghép hồ sơ tự động đúng và đủ đến đâu. Các cặp hồ sơ được rút ngẫu nhiên, có \
     cặp máy đã ghép, có cặp máy không ghép; phiếu cố ý không cho biết máy nghĩ gì về từng cặp.",
    "1. Mở trang “Đối chiếu”. Mỗi cặp có hai dòng liền nhau, mỗi dòng là một hồ sơ, ghi đúng như cơ quan quản lý đã \
     cung cấp. Cùng một loại thông tin nằm trong cùng một cột: hãy so dòng trên với dòng dưới.",
    "2. Ở cột “Kết luận”, bấm vào ô rồi chọn một trong ba câu trả lời ghi ở cuối trang này. Mỗi cặp chỉ trả lời một lần.",
    "3. Ô để trống nghĩa là nguồn ấy không có thông tin đó; trống không phải là khác nhau.",
    "4. Được tra cứu thêm hồ sơ giấy, cơ sở dữ liệu của ngành, hoặc hỏi cán bộ địa bàn. Không tra kết quả ghép của \
     chính hệ thống này, vì kết luận phải độc lập với máy.",
    "5. Cột “Ghi chú” để ghi lý do khi khó kết luận; có thể bỏ trống.",
    "6. Nên làm lần lượt từ trên xuống. Làm chưa hết vẫn nộp được: cặp chưa trả lời được đếm riêng, kết quả chỉ kém \
     chắc chắn hơn. Đừng bỏ qua các cặp khó để chọn cặp dễ.",
    "7. Không xoá, chèn hay sắp xếp lại dòng, không sửa mã hồ sơ, không đổi tên các trang. Lưu lại dưới dạng Excel \
     (.xlsx), không lưu thành CSV.",
    "8. Phiếu chứa dữ liệu cá nhân: chỉ người được giao việc được xem, không gửi qua mạng xã hội hay thư điện tử cá \
     nhân, xoá bản sao khi đã nộp.",
];

pub(super) const ERROR_TITLE: &str = "Kết luận không hợp lệ";
pub(super) const ERROR_TEXT: &str = "Hãy chọn một câu trả lời trong danh sách, hoặc để trống ô này.";

/// How many pairs there are, below the title.
pub(super) fn counts(pairs: usize) -> String {
    format!("{pairs} cặp hồ sơ. So dòng trên với dòng dưới, rồi chọn câu trả lời ở cột “{COLUMN_ANSWER}”.")
}

/// The foot of each printed page; `&P` and `&N` are the page and the number of pages.
pub(super) const FOOTER: &str = "&LPhiếu đối chiếu – chứa dữ liệu cá nhân&RTrang &P/&N";
