//! Names of one origin of which two forms are in use: Huỳnh and Hoàng, Võ and Vũ.

use std::sync::LazyLock;

use super::letters::{Letters, bare};
use super::parse::Syllable;

/// Class `doublet` of the reference table `syllable_variants`, but for [`LEFT_OUT`].
pub(super) const DOUBLETS: [(&str, &str); 73] = [
    ("Huỳnh", "Hoàng"),
    ("Võ", "Vũ"),
    ("Châu", "Chu"),
    ("Lưu", "Liễu"),
    ("Phan", "Phang"),
    ("Phạm", "Phậm"),
    ("Doãn", "Duẫn"),
    ("Thái", "Sái"),
    ("Lữ", "Lã"),
    ("Khưu", "Khâu"),
    ("Ong", "Vương"),
    ("Lư", "Lô"),
    ("Vưu", "Ưu"),
    ("Đặng", "Đằng"),
    ("Tăng", "Tằng"),
    ("Quách", "Quạch"),
    ("Hồng", "Hường"),
    ("Ngô", "Ngụ"),
    ("Phùng", "Phòng"),
    ("Tôn", "Tông"),
    ("Phúc", "Phước"),
    ("Nhật", "Nhựt"),
    ("Nhất", "Nhứt"),
    ("Chính", "Chánh"),
    ("Sinh", "Sanh"),
    ("Tính", "Tánh"),
    ("Mệnh", "Mạng"),
    ("Trường", "Tràng"),
    ("Đường", "Đàng"),
    ("Cương", "Cang"),
    ("Cường", "Càng"),
    ("Lĩnh", "Lãnh"),
    ("Bảo", "Bửu"),
    ("Hoa", "Huê"),
    ("Tùng", "Tòng"),
    ("Thì", "Thời"),
    ("Nhậm", "Nhiệm"),
    ("Thực", "Thiệt"),
    ("Thật", "Thiệt"),
    ("Nghĩa", "Ngãi"),
    ("Nguyên", "Ngươn"),
    ("Quý", "Quới"),
    ("Tiến", "Tấn"),
    ("Toàn", "Tuyền"),
    ("Uy", "Oai"),
    ("Kính", "Kiếng"),
    ("Cảnh", "Kiểng"),
    ("Phụng", "Phượng"),
    ("Cát", "Kiết"),
    ("Kiết", "Kiệt"),
    ("An", "Yên"),
    ("Sơn", "San"),
    ("Bình", "Bường"),
    ("Lợi", "Lị"),
    ("Hạnh", "Hãnh"),
    ("Linh", "Lanh"),
    ("Nhân", "Nhơn"),
    ("Chân", "Chơn"),
    ("Ân", "Ơn"),
    ("Đang", "Đương"),
    ("Hợp", "Hiệp"),
    ("Giáp", "Kép"),
    ("Dũng", "Dõng"),
    ("Chung", "Chông"),
    ("Long", "Luông"),
    ("Thanh", "Thinh"),
    ("Thịnh", "Thạnh"),
    ("Minh", "Miêng"),
    ("Tường", "Tàng"),
    ("Viên", "Viêng"),
    ("Đảm", "Đởm"),
    ("Tái", "Tới"),
    ("Vĩnh", "Viễn"),
];

/// Rows of that class that are two names, often confused (facts on names say so of the first two),
/// or two letters changed round, which is a slip.
#[cfg(test)]
const LEFT_OUT: [(&str, &str); 3] = [("Đoàn", "Doãn"), ("Trịnh", "Trình"), ("Hòa", "Hào")];

/// Partners of a form; 0 fills up.
type Partners = [u8; 6];

/// Forms by key in order, and by form number the numbers of its partners.
struct Forms {
    numbers: Vec<(u64, u8)>,
    partners: Vec<Partners>,
}

/// With their marks, hỏi written as ngã; and as bare letters.
static FORMS: LazyLock<[Forms; 2]> = LazyLock::new(|| [forms(marked), forms(plain)]);

fn forms(key: fn(&str) -> Option<u64>) -> Forms {
    let pairs: Vec<[u64; 2]> = DOUBLETS.iter().filter_map(|(a, b)| Some([key(a)?, key(b)?])).collect();
    let mut keys: Vec<u64> = pairs.iter().flatten().copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(usize::from(u8::MAX));
    let numbers: Vec<(u64, u8)> = keys.into_iter().zip(1..=u8::MAX).collect();
    let mut partners = vec![Partners::default(); numbers.len() + 1];
    for [a, b] in pairs.into_iter().flat_map(|[a, b]| [[a, b], [b, a]]) {
        let number = |key| number(&numbers, key);
        let row = partners.get_mut(usize::from(number(a)));
        if let Some(free) = row.and_then(|row| row.iter_mut().find(|partner| **partner == 0)) {
            *free = number(b);
        }
    }
    Forms { numbers, partners }
}

fn number(numbers: &[(u64, u8)], key: u64) -> u8 {
    numbers.binary_search_by_key(&key, |row| row.0).ok().and_then(|at| numbers.get(at)).map_or(0, |row| row.1)
}

fn marked(word: &str) -> Option<u64> {
    Some(u64::from(Syllable::parse(word)?.with_nga().id()))
}

fn plain(word: &str) -> Option<u64> {
    Some(plain_key(Letters::read(word)?.codes()))
}

fn plain_key(codes: &[u8]) -> u64 {
    codes.iter().fold(0, |number, code| number << 8 | u64::from(bare(*code)))
}

/// The numbers of a word as a form with its marks and as one without; 0 is none. O(log forms).
pub(super) fn numbers_of(syllable: Option<Syllable>, codes: &[u8]) -> [u8; 2] {
    let [with, without] = &*FORMS;
    let marked = syllable.map_or(0, |syllable| number(&with.numbers, u64::from(syllable.with_nga().id())));
    [marked, number(&without.numbers, plain_key(codes))]
}

/// Whether two words are a pair of the table; `marked` where both bear their marks. O(1).
pub(super) fn are_doublets(a: [u8; 2], b: [u8; 2], marked: bool) -> bool {
    let at = usize::from(!marked);
    let (a, b) = (a[at], b[at]);
    a != 0 && b != 0 && FORMS[at].partners.get(usize::from(a)).is_some_and(|partners| partners.contains(&b))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn the_pairs_are_those_of_the_reference_table() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let table = settings.reference.table("syllable_variants");
        let rows = table.select(["class", "form_a", "form_b"]).filter(|[class, ..]| *class == "doublet");
        let listed: BTreeSet<(&str, &str)> = rows.map(|[_, a, b]| (a, b)).collect();
        let ours: BTreeSet<(&str, &str)> = DOUBLETS.iter().chain(&LEFT_OUT).copied().collect();
        assert_eq!(ours, listed);
        assert_eq!(ours.len(), DOUBLETS.len() + LEFT_OUT.len());
    }

    #[test]
    fn every_form_has_its_number_and_room_for_its_partners() {
        for forms in &*FORMS {
            assert!(forms.numbers.len() < 255);
            assert!(forms.partners.iter().all(|partners| partners[5] == 0));
        }
        assert!(DOUBLETS.iter().all(|(a, b)| marked(a).is_some() && marked(b).is_some()));
    }
}
