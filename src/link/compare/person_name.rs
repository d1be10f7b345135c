//! Full names by their parts: surname first, given name last.

use super::names::{Name, Names};
use super::{Comparator, Reading, column};

const MISSING: u8 = 0;
const EXACT: u8 = 1;
const UNACCENTED: u8 = 2;
const ACCENTS: u8 = 3;
const OMITTED: u8 = 4;
const SIMILAR: u8 = 5;
const GIVEN_SIMILAR: u8 = 6;
const MIDDLE: u8 = 7;
const GIVEN: u8 = 8;
const DIFFERENT: u8 = 9;

/// - `exact`: equal but for capitals, spaces and tone-mark placement;
/// - `unaccented`: equal, one side written without accents;
/// - `accents`: accents differ, but not the given name's;
/// - `omitted`: one side leaves words out of the middle (Nguyễn An for Nguyễn Văn An);
/// - `similar`: one letter differs outside the given name, or only spaces do, or the given name
///   stands first, or letters were lost to `?`;
/// - `given_similar`: only the given name differs, by accents or one letter (An and Ân,
///   Lan and Lam: a slip of the pen, or twins);
/// - `middle`: surname and given name agree, the middle is contradicted (Văn and Thị);
/// - `given`: the given name alone agrees;
/// - `different`: not even that.
pub(super) const PERSON_NAME: Comparator = Comparator {
    id: "person_name",
    readings: &[Reading::Name],
    columns: &[""],
    pack: super::NARROW,
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

fn level(names: &Names, a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return MISSING;
    }
    if a == b {
        return EXACT;
    }
    let (a, b) = (names.name(a), names.name(b));
    if a.plain == b.plain {
        return of_equal_letters(a, b);
    }
    if is_omission(a.plain, b.plain) || is_omission(b.plain, a.plain) {
        return OMITTED;
    }
    of_different_letters(names, a, b)
}

fn of_equal_letters(a: Name<'_>, b: Name<'_>) -> u8 {
    if a.marked == a.plain || b.marked == b.plain {
        return UNACCENTED;
    }
    if a.marked.last() == b.marked.last() { ACCENTS } else { GIVEN_SIMILAR }
}

/// Whether the short name is the long one with words left out between surname and given name.
fn is_omission(short: &[u32], long: &[u32]) -> bool {
    if short.len() < 2 || short.len() >= long.len() {
        return false;
    }
    let mut rest = long.iter();
    short[0] == long[0] && short.last() == long.last() && short.iter().all(|word| rest.any(|w| w == word))
}

fn of_different_letters(names: &Names, left: Name<'_>, right: Name<'_>) -> u8 {
    let (a, b) = (left.plain, right.plain);
    if is_given_name_first(a, b) || is_given_name_first(b, a) {
        return SIMILAR;
    }
    // What needs the words' letters is asked last: most names differ in more than that.
    if a.len() != b.len() && left.letters == right.letters && letters(names, a).eq(letters(names, b)) {
        return SIMILAR;
    }
    let differing = || a.iter().zip(b).filter(|(a, b)| a != b);
    let is_damaged = left.is_damaged || right.is_damaged;
    if is_damaged
        && a.len() == b.len()
        && differing().all(|(&a, &b)| lost_letters(names.word(a), names.word(b)))
    {
        return SIMILAR;
    }
    let one_slip = a.len() == b.len()
        && differing().count() == 1
        && differing().all(|(&a, &b)| one_letter_apart(names.word(a), names.word(b)));
    match (a.last() == b.last(), a.first() == b.first()) {
        (true, _) if one_slip => SIMILAR,
        (false, _) if one_slip => GIVEN_SIMILAR,
        (true, true) => MIDDLE,
        (true, false) => GIVEN,
        (false, _) => DIFFERENT,
    }
}

/// Whether one side puts the given name before the surname: An Nguyễn Văn.
fn is_given_name_first(a: &[u32], b: &[u32]) -> bool {
    match (a, b) {
        ([first, rest @ ..], [start @ .., last]) => a.len() > 1 && first == last && rest == start,
        _ => false,
    }
}

/// Whether the words differ only where an encoding lost a letter: th?nh and thanh.
fn lost_letters(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(x, y)| x == y || x == b'?' || y == b'?')
}

fn letters<'a>(names: &'a Names, words: &'a [u32]) -> impl Iterator<Item = u8> + 'a {
    words.iter().flat_map(|&word| names.word(word).bytes())
}

/// Whether one letter is added, left out or replaced, or two neighbours are swapped; words of
/// two letters and fewer differ as words.
fn one_letter_apart(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() < 3 || long.len() - short.len() > 1 {
        return false;
    }
    let (short, long) = (short.as_bytes(), long.as_bytes());
    let head = short.iter().zip(long).take_while(|pair| pair.0 == pair.1).count();
    let (short, long) = (&short[head..], &long[head..]);
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|pair| pair.0 == pair.1).count();
    match (&short[..short.len() - tail], &long[..long.len() - tail]) {
        ([] | [_], [_]) => true,
        ([first, second], [other, another]) => first == another && second == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::NamesBuilder;
    use super::*;

    fn word(a: (&str, &str), b: (&str, &str)) -> &'static str {
        let mut builder = NamesBuilder::default();
        let left = builder.push(a.0, a.1);
        let right = if a == b { left } else { builder.push(b.0, b.1) };
        let names = builder.finish();
        assert_eq!(level(&names, left, right), level(&names, right, left));
        super::super::words("person_name")[usize::from(level(&names, left, right))]
    }

    #[test]
    fn names_agree_and_contradict_by_their_parts() {
        let an = ("nguyễn văn an", "nguyen van an");
        assert_eq!(word(an, an), "exact");
        assert_eq!(word(an, ("nguyen van an", "nguyen van an")), "unaccented");
        assert_eq!(word(an, ("nguyền văn an", "nguyen van an")), "accents");
        assert_eq!(word(an, ("nguyễn văn ân", "nguyen van an")), "given_similar");
        assert_eq!(word(an, ("nguyễn an", "nguyen an")), "omitted");
        assert_eq!(word(an, ("nguyễn thị an", "nguyen thi an")), "middle");
        assert_eq!(word(("nguyễn an", "nguyen an"), ("nguyễn thị an", "nguyen thi an")), "omitted");
        assert_eq!(word(an, ("nguyển vắn an", "nguyen van an")), "accents");
        assert_eq!(word(an, ("ngyễn văn an", "ngyen van an")), "similar");
        assert_eq!(word(an, ("nguyễnvăn an", "nguyenvan an")), "similar");
        assert_eq!(word(an, ("an nguyễn văn", "an nguyen van")), "similar");
        assert_eq!(word(an, ("nguy?n v?n an", "nguy?n v?n an")), "similar");
        assert_eq!(word(an, ("văn nguyễn an", "van nguyen an")), "given");
        assert_eq!(word(an, ("trần văn an", "tran van an")), "given");
        assert_eq!(word(an, ("nguyễn văn bình", "nguyen van binh")), "different");
        assert_eq!(word(("lê thị lan", "le thi lan"), ("lê thị lam", "le thi lam")), "given_similar");
        assert_eq!(word(("lê thị an", "le thi an"), ("lê thị ba", "le thi ba")), "different");
    }

    #[test]
    fn one_word_and_empty_names_do_no_harm() {
        assert_eq!(word(("an", "an"), ("nguyễn văn an", "nguyen van an")), "given");
        assert_eq!(word(("", ""), ("an", "an")), "different");
    }

    #[test]
    fn one_letter_is_one_edit() {
        assert!(one_letter_apart("hung", "hugn") && one_letter_apart("quy", "qui"));
        assert!(one_letter_apart("tho", "thoi") && one_letter_apart("tuyet", "tuye"));
        assert!(!one_letter_apart("an", "am") && !one_letter_apart("thanh", "hanh1"));
        assert!(!one_letter_apart("abcd", "badc"));
    }
}
