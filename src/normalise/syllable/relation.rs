//! How two words of names are alike: one class, the closest that applies.

use std::str::Chars;

use super::super::unicode::{letter, lower};
use super::doublet::are_doublets;
use super::heard::Merger;
use super::slip::{KEYS_MAX, Keys, are_neighbours, distance, is_one_slip, is_one_slip_packed};
use super::word::{LOST, Word, flags, plain_key, telex};

/// How two words are alike, from the closest to none at all.
///
/// What tells "one name, written by another hand" from "another name" stands first. A word
/// without any mark may have lost them, so that `hoa` is [`Relation::Unaccented`] beside hòa:
/// whether the whole name lost them is for the comparison of names to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same syllable (hòa, hoà; lý, lí), or the same text.
    Same,
    /// Equal letters, and one side bears no marks at all.
    Unaccented,
    /// The same but for hỏi and ngã: Nguyển, Vỏ.
    HoiNga,
    /// The same but for the tone.
    Tone,
    /// Equal letters below their marks.
    Accents,
    /// One to southern ears, the tone equal, hỏi or ngã, or unwritten on one side: Vân and Dân,
    /// Lan and Lang, Diệp and Dịp; also a spelling against the rules (Kuân, Fúc).
    Heard,
    /// Two forms of one name: Huỳnh and Hoàng, Võ and Vũ.
    Doublet,
    /// Equal but for letters that became `?`, one or more of them a letter.
    Lost,
    /// One slip of the keyboard, the other marks being equal or all left off, and not two
    /// known names: Hugn, Tuyt, Nguyênx.
    Slip,
    /// Like a slip, but between two known names of which the longer has four letters or more
    /// (Loan and Lan, Vinh and Binh); or, unless both are well-formed syllables, at most one edit
    /// in three letters of the longer word without its marks, rounded down.
    Near,
    /// Not even that. Two syllables that are no slip apart differ (Linh and Minh, Thái and Thới),
    /// and so do two names of three letters (Lan and Lam) and all words of two.
    Different,
}

/// The tones hỏi and ngã by number.
const HOI_NGA: [u8; 2] = [3, 4];

/// How two words are alike. `texts` gives the words as they were read, in the same order; it is
/// asked only where letters were lost or few differ. Symmetric. A few nanoseconds for most pairs,
/// O(length) otherwise, some tens of nanoseconds for words of names.
#[inline]
pub fn relation<'t>(a: &Word, b: &Word, texts: impl FnOnce() -> (&'t str, &'t str)) -> Relation {
    if a.same == b.same {
        return Relation::Same;
    }
    let are_ids = (a.toneless | b.toneless) >> 31 == 0;
    if a.plain == b.plain || (are_ids && a.toneless == b.toneless) {
        return of_equal_letters(a, b);
    }
    if let Some(found) = of_sound_or_origin(a, b) {
        return found;
    }
    if is_far(a, b) {
        return Relation::Different;
    }
    by_letters(a, b, texts())
}

fn of_equal_letters(a: &Word, b: &Word) -> Relation {
    if !(a.is_marked() && b.is_marked()) {
        Relation::Unaccented
    } else if a.toneless != b.toneless {
        Relation::Accents
    } else if is_hoi_nga(a, b) {
        Relation::HoiNga
    } else {
        Relation::Tone
    }
}

fn is_hoi_nga(a: &Word, b: &Word) -> bool {
    [a.tone, b.tone] == HOI_NGA || [b.tone, a.tone] == HOI_NGA
}

#[inline]
fn of_sound_or_origin(a: &Word, b: &Word) -> Option<Relation> {
    let is_marked = a.bag & b.bag & flags::MARKED != 0;
    if let Some(merger) = a.sound.merger(b.sound) {
        let tone = !is_marked || a.tone == b.tone || is_hoi_nga(a, b);
        if tone && (merger != Merger::Partial || !are_names(a, b)) {
            return Some(Relation::Heard);
        }
    }
    are_doublets(a.doublets, b.doublets, is_marked).then_some(Relation::Doublet)
}

/// Whether both are known names; but for their marks where one bears none.
fn are_names(a: &Word, b: &Word) -> bool {
    let both = a.bag & b.bag;
    both & if both & flags::MARKED != 0 { flags::NAME } else { flags::PLAIN_NAME } != 0
}

/// Most edits of words that are near, by the letters of the longer one.
fn edits_max(letters: u8) -> usize {
    if letters < 3 { 0 } else { usize::from(letters / 3) }
}

/// Keys that residue of Telex adds to a syllable at most: those of `đường`.
pub(super) const TELEX_KEYS_MAX: usize = 4;

/// Keys of Telex that stand for marks and no letters.
const MARK_KEYS: u32 = bit(b'w') | bit(b's') | bit(b'f') | bit(b'r') | bit(b'x') | bit(b'j');

const fn bit(key: u8) -> u32 {
    1 << (key - b'a')
}

/// Whether length and letters alone tell that neither slip nor nearness can be. An edit changes at
/// most two letters of a bag and one of the length; residue of Telex adds the keys of marks.
#[inline]
fn is_far(a: &Word, b: &Word) -> bool {
    let (longer, apart) = (a.len.max(b.len), usize::from(a.len.abs_diff(b.len)));
    let differing = (a.bag ^ b.bag) & flags::LETTERS;
    if are_syllables(a, b) {
        // Syllables are packed, bear no lost letters, and are near by a slip alone.
        return longer < 3
            || apart > 1
            || differing.count_ones() > 2
            || !is_one_slip_packed(a.plain, b.plain);
    }
    if a.is_damaged() || b.is_damaged() {
        return false;
    }
    let edits = edits_max(longer);
    let is_near = apart <= edits && differing.count_ones() as usize <= 2 * edits;
    longer < 3 || !(is_near || may_slip_in_telex(a, b))
}

/// Whether words that are not both syllables may be a slip apart as they are typed in Telex: marks
/// beside keys of marks, and other letters by one slip.
#[inline]
fn may_slip_in_telex(a: &Word, b: &Word) -> bool {
    let differing = (a.bag ^ b.bag) & flags::LETTERS & !MARK_KEYS;
    let apart = usize::from(a.len.abs_diff(b.len));
    // Two letters that differ are one that was hit for the other.
    let key = |at: u32| b'a' + at as u8;
    let (first, last) = (differing.trailing_zeros(), 31_u32.saturating_sub(differing.leading_zeros()));
    (a.is_marked() || b.is_marked())
        && apart <= TELEX_KEYS_MAX
        && match differing.count_ones() {
            0 | 1 => true,
            2 => are_neighbours(key(first), key(last)),
            _ => false,
        }
}

/// Whether both are built like syllables.
#[inline]
fn are_syllables(a: &Word, b: &Word) -> bool {
    a.bag & b.bag & flags::SYLLABLE != 0
}

/// What only the letters tell. O(length).
fn by_letters(a: &Word, b: &Word, texts: (&str, &str)) -> Relation {
    let keys = || plain_keys(a, texts.0).zip(plain_keys(b, texts.1));
    let of_keys =
        |judge: fn(&[u8], &[u8]) -> bool| keys().is_some_and(|(x, y)| judge(x.as_slice(), y.as_slice()));
    if (a.is_damaged() || b.is_damaged()) && of_keys(is_lost) {
        return Relation::Lost;
    }
    let longer = a.len.max(b.len);
    if longer < 3 || usize::from(longer) > KEYS_MAX {
        return Relation::Different;
    }
    let both_packed = a.bag & b.bag & flags::PACKED != 0;
    let is_plain_slip = if both_packed { is_one_slip_packed(a.plain, b.plain) } else { of_keys(is_one_slip) };
    if is_slip(a, b, is_plain_slip, texts) {
        return match (are_names(a, b), longer) {
            (false, _) => Relation::Slip,
            (true, 4..) => Relation::Near,
            (true, _) => Relation::Different,
        };
    }
    let is_near = || keys().is_some_and(|(x, y)| distance(x.as_slice(), y.as_slice()) <= edits_max(longer));
    if !are_syllables(a, b) && is_near() { Relation::Near } else { Relation::Different }
}

fn is_slip(a: &Word, b: &Word, is_plain_slip: bool, texts: (&str, &str)) -> bool {
    let both_marked = a.is_marked() && b.is_marked();
    (is_plain_slip && (!both_marked || (a.tone == b.tone && toneless_slip(texts))))
        || (!are_syllables(a, b) && may_slip_in_telex(a, b) && telex_slip(texts))
}

/// Whether two words without their tone marks are one slip apart; â and s are as near as a and s.
fn toneless_slip((left, right): (&str, &str)) -> bool {
    let (mut x, mut y) = (left.chars(), right.chars());
    skip_equal(&mut x, &mut y, Chars::next);
    skip_equal(&mut x, &mut y, Chars::next_back);
    let ends = |mut rest: Chars<'_>| [rest.next(), rest.next(), rest.next()];
    match (ends(x), ends(y)) {
        ([Some(_), None, _], [None, ..]) | ([None, ..], [Some(_), None, _]) => true,
        ([Some(one), None, _], [Some(other), None, _]) => are_neighbours(plain_key(one), plain_key(other)),
        ([Some(one), Some(two), None], [Some(first), Some(second), None]) => {
            is_same_letter(one, second) && is_same_letter(two, first)
        }
        _ => false,
    }
}

/// Takes off letters from one end while they agree.
#[inline]
fn skip_equal<'t>(x: &mut Chars<'t>, y: &mut Chars<'t>, take: impl Fn(&mut Chars<'t>) -> Option<char>) {
    loop {
        let (mut left, mut right) = (x.clone(), y.clone());
        match (take(&mut left), take(&mut right)) {
            (Some(a), Some(b)) if is_same_letter(a, b) => (*x, *y) = (left, right),
            _ => return,
        }
    }
}

/// Whether two letters are one but for tone and case.
fn is_same_letter(a: char, b: char) -> bool {
    let toneless = |c| letter(c).map_or(lower(c), |letter| lower(letter.toneless));
    a == b || toneless(a) == toneless(b)
}

/// Typed alike in Telex but for one key at most.
fn telex_slip((left, right): (&str, &str)) -> bool {
    let (Some(x), Some(y)) = (Keys::new(telex(left)), Keys::new(telex(right))) else { return false };
    x.as_slice() == y.as_slice() || is_one_slip(x.as_slice(), y.as_slice())
}

/// Keys of a word without its marks, in order; from its letters where it has them.
fn plain_keys(word: &Word, text: &str) -> Option<Keys> {
    match word.packed_letters() {
        Some(letters) => Keys::new(letters).map(Keys::reversed),
        None => Keys::new(text.chars().map(plain_key)),
    }
}

/// Whether two words agree where neither lost its letter. A run of `?` is as many letters as it is
/// long, or fewer if each of their bytes became one, of which a letter has three at most. At least
/// one letter is known to agree. O(length).
fn is_lost(x: &[u8], y: &[u8]) -> bool {
    let known = x.iter().any(|key| *key != LOST && y.contains(key));
    known && (is_lost_one_to_one(x, y) || is_lost_in_runs(x, y) || is_lost_in_runs(y, x))
}

fn is_lost_one_to_one(x: &[u8], y: &[u8]) -> bool {
    x.len() == y.len() && x.iter().zip(y).all(|(x, y)| x == y || *x == LOST || *y == LOST)
}

/// Runs of lost bytes against whole letters: ph??ng has one or two letters in the middle.
fn is_lost_in_runs(damaged: &[u8], whole: &[u8]) -> bool {
    if whole.contains(&LOST) {
        return false;
    }
    // By letter of `whole`, whether all of `damaged` so far may end there; a run ends at several.
    let mut ends = 1_u64;
    let mut rest = damaged;
    while let [first, behind @ ..] = rest {
        if *first == LOST {
            let run = rest.iter().take_while(|key| **key == LOST).count();
            ends = (run.div_ceil(3)..=run).fold(0, |reached, letters| reached | ends << letters);
            rest = rest.get(run..).unwrap_or_default();
        } else {
            ends = whole
                .iter()
                .enumerate()
                .filter(|(at, key)| ends >> at & 1 == 1 && *key == first)
                .fold(0, |reached, (at, _)| reached | 2 << at);
            rest = behind;
        }
    }
    ends >> whole.len() & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &str, b: &str) -> Relation {
        let (x, y) = (Word::read(a), Word::read(b));
        let found = relation(&x, &y, || (a, b));
        assert_eq!(relation(&y, &x, || (b, a)), found, "{a} {b}");
        found
    }

    #[test]
    fn words_are_alike_by_class() {
        use Relation::{
            Accents, Different, Doublet, Heard, HoiNga, Lost, Near, Same, Slip, Tone, Unaccented,
        };
        let cases = [
            ("hòa", "hoà", Same),
            ("lý", "lí", Same),
            ("x'lan", "x'lan", Same),
            ("nguyen", "nguyen", Same),
            ("nguyễn", "nguyen", Unaccented),
            ("dao", "đào", Unaccented),
            ("lí", "ly", Unaccented),
            ("nguyễn", "nguyển", HoiNga),
            ("vỹ", "vỉ", HoiNga),
            ("trịnh", "trình", Tone),
            ("lý", "lỳ", Tone),
            ("ấn", "án", Accents),
            ("đoàn", "doãn", Accents),
            ("đạt", "dạt", Accents),
            ("vân", "dân", Heard),
            ("lan", "lang", Heard),
            ("quân", "kuân", Heard),
            ("vi", "vy", Heard),
            ("thanh", "tanh", Heard),
            ("huyen", "uyen", Heard),
            ("dinh", "vinh", Heard),
            ("trung", "chung", Heard),
            ("nguyễn", "nguyểng", Heard),
            ("huỳnh", "hoàng", Doublet),
            ("huynh", "hoàng", Doublet),
            ("vo", "vu", Doublet),
            ("vỏ", "vũ", Doublet),
            ("ơn", "ân", Doublet),
            ("th?nh", "thành", Lost),
            ("ph??ng", "phượng", Lost),
            ("ph????ng", "phượng", Lost),
            ("th?nh", "thịnh", Lost),
            ("hùng", "hùgn", Slip),
            ("nguyễn", "ngyễn", Slip),
            ("nguyeenx", "nguyễn", Slip),
            ("nguyênx", "nguyễn", Slip),
            ("thảo", "thảoo", Slip),
            ("tuyết", "tuyếtt", Slip),
            ("hoàng", "hoangd", Slip),
            ("phuơng", "phươngg", Near),
            ("loan", "lan", Near),
            ("vinh", "binh", Near),
            ("khoa", "hoa", Near),
            ("phillip", "philipe", Near),
            ("lan", "lam", Different),
            ("linh", "minh", Different),
            ("hùng", "hồng", Different),
            ("an", "am", Different),
            ("ty", "tu", Different),
            ("huyền", "hiền", Different),
            ("nam", "lam", Different),
            ("nhung", "dung", Different),
            ("thái", "thới", Different),
            ("đinh", "vinh", Different),
            ("", "an", Different),
            ("?", "y", Different),
            ("thanh", "hùng", Different),
        ];
        for (a, b, expected) in cases {
            assert_eq!(of(a, b), expected, "{a} {b}");
        }
    }

    /// What each class of the reference table becomes: the usual relation, and the rows that have another.
    #[test]
    fn the_reference_table_falls_into_classes() {
        use Relation::{Accents, Different, Doublet, Heard, HoiNga, Near, Same, Slip, Tone, Unaccented};
        let usual = [
            ("tone", Same),
            ("i_y", Same),
            ("hoi_nga", HoiNga),
            ("final_consonant", Heard),
            ("initial_consonant", Heard),
            ("vowel", Heard),
            ("doublet", Doublet),
        ];
        let others = [
            (
                "i_y",
                Heard,
                "Hy Hi, Ky Ki, Ly Li, My Mi, Sy Si, Ty Ti, Vy Vi, Thy Thi, Khy Khi, Nghy Nghi, Y I",
            ),
            ("initial_consonant", Accents, "Đạt Dạt"),
            // Two names in use, by mergers that are no full ones.
            ("initial_consonant", Near, "Thiên Tiên"),
            ("initial_consonant", Different, "Dung Nhung, Nguyên Uyên, Nhung Dung, Nam Lam, Long Nong"),
            ("vowel", Near, "Hoan Han, Loan Lon, Hoàng Hàng"),
            ("vowel", Different, "Huyền Hiền, Tuyền Tiền"),
            ("vowel", Slip, "Leo Loe"),
            ("vowel", Unaccented, "Tôn Ton, Khôm Khom, Tâu Tau, Thoi Thôi"),
            ("vowel", Accents, "Thơm Thôm, Hộp Họp, Tâm Tăm, Thầy Thày, Hội Hợi, Lợi Lội, Đềm Đèm, Cừ Cù"),
            ("doublet", Tone, "Trịnh Trình, Đặng Đằng, Tăng Tằng, Quách Quạch, Kiết Kiệt, Hạnh Hãnh"),
            ("doublet", Accents, "Phạm Phậm, Đoàn Doãn"),
            ("doublet", Heard, "Phan Phang, Doãn Duẫn, Tôn Tông, Viên Viêng"),
            ("doublet", Different, "Hòa Hào"),
        ];
        let settings = crate::settings::Settings::read(&crate::settings::RulesFolder::embedded()).unwrap();
        let variants = settings.reference.table("syllable_variants");
        let (mut seen, mut wrong) = (std::collections::BTreeMap::new(), Vec::new());
        for [class, a, b] in variants.select(["class", "example_a", "example_b"]) {
            let class = if class.starts_with("tone_") { "tone" } else { class };
            let Some((_, usual)) = usual.iter().find(|row| row.0 == class) else { continue };
            if a.is_empty() || b.is_empty() {
                continue;
            }
            let pair = format!("{a} {b}");
            let listed = others.iter().find(|row| row.0 == class && row.2.split(", ").any(|p| p == pair));
            let expected = listed.map_or(*usual, |row| row.1);
            let found = of(&a.to_lowercase(), &b.to_lowercase());
            *seen.entry(class).or_insert(0) += 1;
            if found != expected {
                wrong.push(format!("{class}: {pair} is {found:?}, not {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(seen.values().sum::<i32>() > 300, "{seen:?}");
    }

    /// Residue and short forms of Nguyễn in the reference table that one word can hold.
    #[test]
    fn broken_forms_of_nguyen_are_near_it() {
        use Relation::{Accents, HoiNga, Lost, Same, Slip, Tone, Unaccented};
        for (broken, expected) in [
            ("nguyen", Unaccented),
            ("nguyên", Tone),
            ("nguyẽn", Accents),
            ("nguễn", Slip),
            ("ngyễn", Slip),
            ("nguyễ", Slip),
            ("nguyễnn", Slip),
            ("nguyển", HoiNga),
            ("nguyến", Tone),
            ("nuyễn", Slip),
            ("nguỹên", Same),
            ("nguyeenx", Slip),
            ("nguyênx", Slip),
            ("nguy?n", Lost),
        ] {
            assert_eq!(of("nguyễn", broken), expected, "{broken}");
        }
    }
}
