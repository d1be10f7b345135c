//! Full names by their parts: họ (surname) first, tên (given name) last, đệm between.
//!
//! Two names are laid beside each other, surname to surname and given name to given name; words
//! between may be left out. Each pair of words has a [`Relation`], and which relations the given
//! name shows, and which the other words, is the level. The given name is looked at apart since
//! it is what tells brothers and sisters from each other: they share the words before it.

use super::likeness::Likeness;
use super::name_cards::{self, Tables};
use super::names::{Name, Names};
use super::{Comparator, Reading, column};
use crate::normalise::Relation;

pub(super) const MISSING: u8 = 0;
pub(super) const EXACT: u8 = 1;
pub(super) const UNACCENTED: u8 = 2;
const ACCENTS: u8 = 3;
const HEARD: u8 = 4;
const OMITTED: u8 = 5;
const REARRANGED: u8 = 6;
const SLIP: u8 = 7;
const SEVERAL: u8 = 8;
const GIVEN_ALIKE: u8 = 9;
const GIVEN_HEARD: u8 = 10;
const GIVEN_SLIP: u8 = 11;
const MIDDLE: u8 = 12;
const GIVEN: u8 = 13;
pub(super) const DIFFERENT: u8 = 14;

/// - `exact`: equal but for capitals, spaces and tone-mark placement;
/// - `unaccented`: equal letters, one side written without any accents;
/// - `accents`: equal letters, accents differ; the given name's at most as hỏi and ngã do;
/// - `heard`: some word before the given name is another spelling of what is heard in the south
///   (Vân and Dân), or another form of one name (Huỳnh and Hoàng);
/// - `omitted`: one side leaves words out of the middle (Nguyễn An for Nguyễn Văn An), or cuts words
///   before the given name short (Ng. for Nguyễn);
/// - `rearranged`: the same words in another order or joined, or letters lost to `?`;
/// - `slip`: one word before the given name is miskeyed;
/// - `several`: two of these at once, or the surname left out;
/// - `given_alike`: only the given name differs, by accents or one letter, and both are names (An and
///   Ân, Loan and Lan: a slip, or twins);
/// - `given_heard`: only the given name is spelt as heard, or in another form;
/// - `given_slip`: only the given name is miskeyed, to no syllable;
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
    levels: |names, pairs, places, vectors| {
        let tables = Tables::get();
        column(|names: &Names, a, b| tables.level(names, a, b), names, pairs, places, vectors);
    },
};

/// What sets the words before the given name apart, as bits.
pub(super) type Before = u8;
/// How many bits these are.
pub(super) const BEFORE_BITS: usize = 7;
const BY_EAR: Before = 1;
pub(super) const LEFT_OUT: Before = 2;
const LOST: Before = 4;
const MISKEYED: Before = 8;
const CUT_OFF: Before = 16;
pub(super) const CONTRADICTED: Before = 32;
pub(super) const OTHER_SURNAME: Before = 64;

/// Most words that are put in order to compare them.
const WORDS_MAX: usize = 8;

/// The levels of many pairs of names by their values, appended: places in `values` by pair.
pub(in crate::link) fn levels(names: &Names, values: &[u64], left: &[u32], right: &[u32], out: &mut Vec<u8>) {
    names.fetch(values.iter().copied());
    let tables = Tables::get();
    let pair =
        |(&left, &right): (&u32, &u32)| tables.level(names, values[left as usize], values[right as usize]);
    out.extend(left.iter().zip(right).map(pair));
}

/// The level of two names by their values, word by word.
#[cold]
#[inline(never)]
pub(super) fn level(names: &Names, a: u64, b: u64) -> u8 {
    if a == 0 || b == 0 {
        return MISSING;
    }
    if a == b {
        return EXACT;
    }
    let mut rooms = [[0; name_cards::WORDS_MAX]; 2];
    let [one, other] = &mut rooms;
    let (a, b) = (names.name(a, one), names.name(b, other));
    // Where a side has no accents, theirs say nothing on the other.
    if a.is_bare != b.is_bare {
        let (mut room, mut more) = ([0; WORDS_MAX], Vec::new());
        let (bare, marked) = if a.is_bare { (a, b) } else { (b, a) };
        let plain = plain(names, marked.words, &mut room, &mut more);
        return if bare.words == plain {
            UNACCENTED
        } else {
            of_names(names, bare, Name { words: plain, ..marked })
        };
    }
    of_names(names, a, b)
}

/// A name's words without accents, where there is room for them.
fn plain<'r>(
    names: &Names,
    words: &[u32],
    room: &'r mut [u32; WORDS_MAX],
    more: &'r mut Vec<u32>,
) -> &'r [u32] {
    let plain = words.iter().map(|&word| names.plain(word));
    let Some(room) = room.get_mut(..words.len()) else {
        more.extend(plain);
        return more;
    };
    room.iter_mut().zip(plain).for_each(|(place, word)| *place = word);
    room
}

/// The level of two names of which both bear accents, or neither.
fn of_names(names: &Names, a: Name<'_>, b: Name<'_>) -> u8 {
    let aligned = of_words(names, a.words, b.words);
    if is_open(aligned) && !has_equal_letters(names, a.words, b.words) {
        return of_other_order(names, a, b).unwrap_or(aligned);
    }
    aligned
}

/// Whether names laid beside each other that show this level may be alike in another order.
#[inline]
pub(super) fn is_open(level: u8) -> bool {
    matches!(level, SEVERAL | MIDDLE | GIVEN | DIFFERENT)
}

/// Whether two names are equal but for their accents.
fn has_equal_letters(names: &Names, a: &[u32], b: &[u32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| names.plain(a) == names.plain(b))
}

/// The level of two names laid beside each other.
fn of_words(names: &Names, a: &[u32], b: &[u32]) -> u8 {
    let (Some((&a_given, a_before)), Some((&b_given, b_before))) = (a.split_last(), b.split_last()) else {
        return DIFFERENT;
    };
    let given = names.likeness(a_given, b_given);
    if given == Likeness::NONE { DIFFERENT } else { of_given_names(given, before(names, a_before, b_before)) }
}

/// The level by how the given names are alike and what sets the words before them apart.
pub(super) fn of_given_names(given: Likeness, before: Before) -> u8 {
    match given.relation() {
        Relation::Different if given.is_short() => of_alike_given_names(Relation::Near, before),
        Relation::Different => DIFFERENT,
        given => of_alike_given_names(given, before),
    }
}

/// Whether two given names are one: hỏi and ngã are not told apart here, nor i and y.
fn is_given_same(given: Relation) -> bool {
    matches!(given, Relation::Same | Relation::HoiNga)
}

/// The level of names that are not alike as they stand: the same words in another order, or the given
/// name first and something else besides.
fn of_other_order(names: &Names, a: Name<'_>, b: Name<'_>) -> Option<u8> {
    if is_rearranged(names, a, b) {
        return Some(REARRANGED);
    }
    // Most names are another's: only equal letters at both ends are looked at further.
    let plain = |word: Option<&u32>| word.map(|&word| names.plain(word));
    let is_turned = |one: &[u32], other: &[u32]| plain(one.first()) == plain(other.last());
    let (a, b) = (a.words, b.words);
    let turned = || if is_turned(a, b) { of_given_name_first(names, a, b) } else { None };
    turned().or_else(|| if is_turned(b, a) { of_given_name_first(names, b, a) } else { None })
}

/// The level where the first of these puts the given name before the surname and something else
/// sets them apart too.
fn of_given_name_first(names: &Names, turned: &[u32], straight: &[u32]) -> Option<u8> {
    let (&given, rest) = turned.split_first()?;
    let (&other, before_it) = straight.split_last()?;
    if rest.is_empty() || before_it.is_empty() {
        return None;
    }
    let relation = names.relation(given, other);
    (relation != Relation::Different && agree(of_alike_given_names(relation, before(names, rest, before_it))))
        .then_some(SEVERAL)
}

/// Whether a level is one of names that are not contradicted.
fn agree(level: u8) -> bool {
    level <= SEVERAL
}

fn of_alike_given_names(given: Relation, before: Before) -> u8 {
    let letters_agree = given <= Relation::Accents;
    if before & (OTHER_SURNAME | CONTRADICTED) != 0 {
        return match (letters_agree, before & OTHER_SURNAME != 0) {
            (true, true) => GIVEN,
            (true, false) => MIDDLE,
            (false, _) => DIFFERENT,
        };
    }
    if is_given_same(given) {
        return of_one_given_name(before);
    }
    let is_misspelt = matches!(given, Relation::Heard | Relation::Doublet | Relation::Slip | Relation::Lost);
    match (given, before) {
        (Relation::Lost, 0 | LOST) => REARRANGED,
        (Relation::Heard | Relation::Doublet, 0) => GIVEN_HEARD,
        (Relation::Slip, 0) => GIVEN_SLIP,
        // Fewer words before a misspelt given name tell less that it is no other one.
        _ if is_misspelt && before & LEFT_OUT == 0 => SEVERAL,
        _ if is_misspelt || before & LEFT_OUT == 0 => GIVEN_ALIKE,
        _ => DIFFERENT,
    }
}

fn of_one_given_name(before: Before) -> u8 {
    match before {
        0 => ACCENTS,
        BY_EAR => HEARD,
        LEFT_OUT => OMITTED,
        LOST => REARRANGED,
        MISKEYED => SLIP,
        _ => SEVERAL,
    }
}

/// What sets two names' words before the given name apart.
fn before(names: &Names, a: &[u32], b: &[u32]) -> Before {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let (Some((&surname, short)), Some((&other, long))) = (short.split_first(), long.split_first()) else {
        // One side is a given name alone: that of the other may be anybody's.
        return if long.is_empty() { 0 } else { OTHER_SURNAME };
    };
    let of_surname = of_word(names, surname, other);
    if of_surname == CONTRADICTED {
        let is_dropped = short.len() < long.len() && long.ends_with(short) && long.contains(&surname);
        return if is_dropped { CUT_OFF } else { OTHER_SURNAME };
    }
    of_surname | middles(names, short, long)
}

/// What sets the middles apart. The words of the shorter one stand in the longer one in order, each
/// at the first place where it is not contradicted.
fn middles(names: &Names, short: &[u32], long: &[u32]) -> Before {
    if short.len() == long.len() {
        let each = short.iter().zip(long).map(|(&a, &b)| of_word(names, a, b));
        return each.fold(0, |before, one| before | one);
    }
    let mut before = LEFT_OUT;
    let mut rest = long.iter();
    for &word in short {
        let found = rest.by_ref().map(|&other| of_word(names, word, other));
        match found.into_iter().find(|one| *one != CONTRADICTED) {
            Some(one) => before |= one,
            None => return CONTRADICTED,
        }
    }
    before
}

/// What sets two words before the given name apart.
fn of_word(names: &Names, a: u32, b: u32) -> Before {
    of_likeness(names.likeness(a, b))
}

/// The same of words that are so alike.
pub(super) fn of_likeness(likeness: Likeness) -> Before {
    match likeness.relation() {
        Relation::Same | Relation::Unaccented | Relation::HoiNga | Relation::Tone | Relation::Accents => 0,
        Relation::Heard | Relation::Doublet => BY_EAR,
        Relation::Lost => LOST,
        _ if likeness.is_short() => LEFT_OUT,
        Relation::Slip | Relation::Near => MISKEYED,
        Relation::Different => CONTRADICTED,
    }
}

/// Whether both are the same words in another order, or the same letters in other words.
fn is_rearranged(names: &Names, a: Name<'_>, b: Name<'_>) -> bool {
    if a.bag != b.bag {
        return false;
    }
    if a.words.len() != b.words.len() {
        return letters(names, a.words).eq(letters(names, b.words));
    }
    sorted(names, a.words).is_some_and(|words| sorted(names, b.words) == Some(words))
}

/// The words without accents in order of their codes, as many as there is room for; names of more
/// differ.
fn sorted(names: &Names, words: &[u32]) -> Option<[u32; WORDS_MAX]> {
    let mut sorted = [u32::MAX; WORDS_MAX];
    let room = sorted.get_mut(..words.len())?;
    room.iter_mut().zip(words).for_each(|(place, &word)| *place = names.plain(word));
    sorted.sort_unstable();
    Some(sorted)
}

fn letters<'a>(names: &'a Names, words: &'a [u32]) -> impl Iterator<Item = u8> + 'a {
    words.iter().flat_map(|&word| names.word(names.plain(word)).bytes())
}

#[cfg(test)]
mod tests {
    use super::super::names::NamesBuilder;
    use super::*;
    use crate::normalise::name_key;

    fn levels_of(a: &str, b: &str) -> (u8, u8) {
        let mut builder = NamesBuilder::default();
        let mut push = |name: &str| builder.push(&name_key(name));
        let left = push(a);
        let right = if name_key(a) == name_key(b) { left } else { push(b) };
        let names = builder.finish();
        (level(&names, left, right), level(&names, right, left))
    }

    fn word(a: &str, b: &str) -> &'static str {
        let (there, back) = levels_of(a, b);
        assert_eq!(there, back, "{a}, {b}");
        super::super::words("person_name")[usize::from(there)]
    }

    #[test]
    fn names_agree_and_contradict_by_their_parts() {
        let an = "Nguyễn Văn An";
        for (other, level) in [
            ("NGUYỄN VĂN AN", "exact"),
            ("nguyen van an", "unaccented"),
            ("Nguyền Văn An", "accents"),
            ("Nguyển Vắn An", "accents"),
            ("Nguyễn Vân Ân", "given_alike"),
            ("Nguyễn Văn Ân", "given_alike"),
            ("Nguyễn Văng An", "heard"),
            ("Nguyễn Văn Ang", "given_heard"),
            ("Nguyễn An", "omitted"),
            ("Nguyen An", "omitted"),
            ("Ng. Văn An", "omitted"),
            ("Nguyễn V. An", "omitted"),
            ("N.V. An", "omitted"),
            ("Ngyễn Văn An", "slip"),
            ("NguyễnVăn An", "rearranged"),
            ("An Nguyễn Văn", "rearranged"),
            ("Văn Nguyễn An", "rearranged"),
            ("Nguy?n V?n An", "rearranged"),
            ("Ngyễn Vân An", "slip"),
            ("Ngyễn An", "several"),
            ("Ng. Văng An", "several"),
            ("Văn An", "several"),
            ("Nguyễn Thị An", "middle"),
            ("Trần Văn An", "given"),
            ("An", "given"),
            ("Nguyễn Văn Bình", "different"),
            ("Nguyễn Văn", "different"),
        ] {
            assert_eq!(word(an, other), level, "{other}");
        }
    }

    #[test]
    fn given_names_are_looked_at_apart() {
        assert_eq!(word("Lê Thị Loan", "Lê Thị Lan"), "given_alike");
        assert_eq!(word("Lê Thị Tuyết", "Lê Thị Tuyêt"), "given_alike");
        assert_eq!(word("Lê Thị Tuyết", "Lê Thị Tuếyt"), "given_slip");
        assert_eq!(word("Lê Thị Lan", "Lê Thị Lam"), "different");
        assert_eq!(word("Trịnh Văn Tâm", "Trình Văn Tâm"), "given");
        assert_eq!(word("Lê Thị An", "Lê Thị Ba"), "different");
        assert_eq!(word("Lê Thị Hải", "Lê Thị Hãi"), "accents");
        assert_eq!(word("Lê Thị Thúy", "Lê Thị Thùy"), "given_alike");
        assert_eq!(word("Huỳnh Văn Phúc", "Hoàng Văn Phước"), "several");
        assert_eq!(word("Huỳnh Văn Tâm", "Hoàng Văn Tâm"), "heard");
        assert_eq!(word("Lê Văn Phúc", "Lê Văn Phước"), "given_heard");
        assert_eq!(word("Lê Thị Út", "Lê Thị Út Em"), "different");
        assert_eq!(word("Lê Út", "Lê Út Em"), "different");
    }

    #[test]
    fn one_word_and_empty_names_do_no_harm() {
        assert_eq!(word("An", "Ân"), "unaccented");
        assert_eq!(word("", "An"), "different");
        let many = "a b c d e f g h i k";
        assert_eq!(word(many, "b a c d e f g h i k"), "given");
    }
}
