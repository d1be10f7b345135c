//! Names on cards of sixteen bytes, and their levels without a branch for what most pairs show.
//!
//! A name of up to five words stands on one card: the given name, the words before it from the surname
//! on, a hash of its letters. Two cards of equally many words are laid beside each other word by word, and
//! what each two words tell is looked up: five bytes of the table of likenesses, a bit or none each, and
//! out of the given name's byte and the bits the level. Words that are not there are equal. Names whose words
//! share nothing, whatever their number, are told apart by the given name's byte and two comparisons more.
//! All else (words left out, another order, long names) is for [`super::person_name::level`], which is the
//! plain twin of this.

use std::sync::LazyLock;

use super::likeness::Likeness;
use super::names::Names;
use super::person_name::{
    BEFORE_BITS, CONTRADICTED, DIFFERENT, EXACT, LEFT_OUT, MISSING, OTHER_SURNAME, UNACCENTED, is_open,
    level, of_given_names, of_likeness,
};

/// Words before the given name that a card has room for.
const BEFORE_MAX: usize = 4;
/// Words that a card has room for.
pub(super) const WORDS_MAX: usize = BEFORE_MAX + 1;

/// One name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(16))]
pub(super) struct Card {
    given: u16,
    /// From the surname on; 0 where there is no word.
    before: [u16; BEFORE_MAX],
    /// How many words, and what is true of them.
    head: u16,
    /// A hash of its letters without accents, whatever their order.
    pub(super) bag: u32,
}

/// The bits of a card's head that count its words.
const COUNT: u16 = 15;
/// No word bears an accent.
const BARE: u16 = 16;
/// All words stand on the card.
const WHOLE: u16 = 32;
/// All words, and what they are without accents, are common.
const COMMON: u16 = 64;

impl Card {
    /// The card of a name; words below `common` are looked up. `plain` is a word without accents.
    pub(super) fn of(words: &[u32], bag: u32, common: usize, plain: impl Fn(u32) -> u32) -> Self {
        let is_bare = words.iter().all(|&word| plain(word) == word);
        let mut card = Self { bag, head: if is_bare { BARE } else { 0 }, ..Self::default() };
        let fits = |&word: &u32| u16::try_from(word.max(plain(word))).is_ok();
        let Some((&given, before)) = words.split_last().filter(|_| words.len() <= WORDS_MAX) else {
            return card;
        };
        if words.iter().all(fits) {
            card.given = given as u16;
            card.before.iter_mut().zip(before).for_each(|(place, &word)| *place = word as u16);
            let is_common = words.iter().all(|&word| (word.max(plain(word)) as usize) < common);
            card.head |= words.len() as u16 | WHOLE | if is_common { COMMON } else { 0 };
        }
        card
    }

    /// The same for a name whose words stand elsewhere.
    pub(super) fn at(self, place: u32) -> Self {
        let mut before = self.before;
        (before[0], before[1]) = (place as u16, (place >> 16) as u16);
        Self { before, ..self }
    }

    /// Where the words stand, unless they are on the card.
    pub(super) fn place(&self) -> Option<usize> {
        let place = usize::from(self.before[0]) | usize::from(self.before[1]) << 16;
        (self.head & WHOLE == 0).then_some(place)
    }

    pub(super) fn is_bare(&self) -> bool {
        self.head & BARE != 0
    }

    /// The words of a card that has all of them, surname first.
    pub(super) fn words<'r>(&self, room: &'r mut [u32; WORDS_MAX]) -> &'r [u32] {
        let before = usize::from(self.head & COUNT).saturating_sub(1).min(BEFORE_MAX);
        room.iter_mut().zip(self.before).for_each(|(place, word)| *place = u32::from(word));
        room[before] = u32::from(self.given);
        &room[..=before]
    }

    /// The same name without accents.
    #[inline]
    fn plain(&self, names: &Names) -> Self {
        let plain = |word: u16| names.plain(u32::from(word)) as u16;
        Self { given: plain(self.given), before: self.before.map(plain), ..*self }
    }
}

/// What follows from likenesses, by table.
pub(super) struct Tables {
    /// By likeness of the surnames, and of two words between: what it says of the words before the given name.
    surname: [u8; Likeness::COUNT],
    middle: [u8; Likeness::COUNT],
    /// By likeness of the given names and what is said of the words before: the level.
    level: Vec<u8>,
}

impl Tables {
    /// The tables, made once out of the functions that say the same.
    pub(super) fn get() -> &'static Self {
        static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);
        &TABLES
    }

    fn new() -> Self {
        let middle = |byte: usize| of_likeness(Likeness::of_byte(byte));
        let surname = |byte: usize| match middle(byte) {
            CONTRADICTED => OTHER_SURNAME,
            other => other,
        };
        let level = |at: usize| {
            of_given_names(Likeness::of_byte(at >> BEFORE_BITS), (at & ((1 << BEFORE_BITS) - 1)) as u8)
        };
        Self {
            surname: std::array::from_fn(surname),
            middle: std::array::from_fn(middle),
            level: (0..Likeness::COUNT << BEFORE_BITS).map(level).collect(),
        }
    }

    /// The level of two names by their values.
    #[inline]
    pub(super) fn level(&self, names: &Names, a: u64, b: u64) -> u8 {
        if a == 0 || b == 0 {
            return MISSING;
        }
        if a == b {
            return EXACT;
        }
        let (left, right) = (names.card(a), names.card(b));
        let found = if left.head & right.head & COMMON != 0 {
            self.of_cards(names, left, right, |a, b| names.common_likeness(a, b))
        } else if left.head & right.head & WHOLE != 0 {
            self.of_cards(names, left, right, |a, b| names.likeness(u32::from(a), u32::from(b)))
        } else {
            None
        };
        found.unwrap_or_else(|| level(names, a, b))
    }

    /// The level of two cards, unless more has to be looked at.
    #[inline]
    fn of_cards(
        &self,
        names: &Names,
        left: &Card,
        right: &Card,
        likeness: impl Fn(u16, u16) -> Likeness,
    ) -> Option<u8> {
        let (mut a, mut b) = (*left, *right);
        // Where a side has no accents, theirs say nothing on the other.
        if (a.head ^ b.head) & BARE != 0 {
            (a, b) = (a.plain(names), b.plain(names));
            if (a.given, a.before) == (b.given, b.before) {
                return Some(UNACCENTED);
            }
        }
        let given = likeness(a.given, b.given);
        let level = if given == Likeness::NONE {
            DIFFERENT
        } else if (a.head ^ b.head) & COUNT == 0 {
            let mut before = self.surname[likeness(a.before[0], b.before[0]).byte()];
            for (&one, &other) in a.before.iter().zip(&b.before).skip(1) {
                before |= self.middle[likeness(one, other).byte()];
            }
            self.level[given.byte() << BEFORE_BITS | usize::from(before)]
        } else {
            let before = self.before_unequal(&a, &b, likeness)?;
            self.level[given.byte() << BEFORE_BITS | usize::from(before)]
        };
        (!is_open(level) || !may_be_in_another_order(names, &a, &b)).then_some(level)
    }

    /// What sets the words before the given name apart where one side has more of them: those of the
    /// shorter one stand in the longer one in order, each at the first place where it is not contradicted.
    /// Nothing where the surnames contradict each other, for the shorter side may lack it.
    fn before_unequal(&self, a: &Card, b: &Card, likeness: impl Fn(u16, u16) -> Likeness) -> Option<u8> {
        let (short, long) = if a.head & COUNT < b.head & COUNT { (a, b) } else { (b, a) };
        if short.before[0] == 0 {
            return Some(OTHER_SURNAME);
        }
        let surname = self.surname[likeness(short.before[0], long.before[0]).byte()];
        if surname == OTHER_SURNAME {
            return None;
        }
        let (mut before, mut at) = (surname | LEFT_OUT, 1);
        for &word in short.before[1..].iter().filter(|word| **word != 0) {
            loop {
                let other = long.before.get(at).copied().filter(|&other| other != 0);
                at += 1;
                let Some(other) = other else { return Some(surname | CONTRADICTED) };
                match self.middle[likeness(word, other).byte()] {
                    CONTRADICTED => {}
                    told => {
                        before |= told;
                        break;
                    }
                }
            }
        }
        Some(before)
    }
}

/// Whether two names may be the same words in another order, or one of them begin with the given name
/// of the other. Hashes of letters tell nearly all apart.
#[inline]
fn may_be_in_another_order(names: &Names, a: &Card, b: &Card) -> bool {
    let plain = |word: u16| names.plain(u32::from(word));
    let is_turned = |one: &Card, other: &Card| plain(one.before[0]) == plain(other.given);
    a.bag == b.bag || is_turned(a, b) || is_turned(b, a)
}

const _: () = assert!(DIFFERENT < 16, "a level has four bits");

#[cfg(test)]
mod tests {
    use super::super::names::NamesBuilder;
    use super::*;
    use crate::normalise::name_key;
    use proptest::prelude::*;

    /// Words that are each other's neighbours in every way: accents, slips, sounds, forms, short forms.
    const WORDS: [&str; 24] = [
        "nguyễn", "nguyen", "ngyễn", "ng", "n", "trần", "trịnh", "trình", "văn", "vân", "văng", "v", "thị",
        "an", "ân", "ang", "loan", "lan", "huỳnh", "hoàng", "ngu?n", "đoàn", "doãn", "tuếyt",
    ];

    fn name() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(&WORDS[..]), 1..8).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn levels_by_card_are_those_of_names_laid_beside_each_other(texts in prop::collection::vec(name(), 2..9)) {
            let mut builder = NamesBuilder::default();
            let bare = texts.iter().map(|text| crate::normalise::plain_words(text));
            let keys: Vec<String> = texts.iter().cloned().chain(bare).map(|text| name_key(&text)).collect();
            let values: Vec<u64> = keys.iter().map(|key| builder.push(key)).collect();
            // Words that are common, and words that are not.
            for common in [usize::MAX, 6] {
                let names = builder.clone().finish_with(common);
                for (&a, &b) in values.iter().flat_map(|a| values.iter().map(move |b| (a, b))) {
                    let (found, plainly) = (Tables::get().level(&names, a, b), level(&names, a, b));
                    prop_assert_eq!(found, plainly, "{} {}", keys[a as usize - 1], keys[b as usize - 1]);
                }
            }
        }
    }

    #[test]
    fn a_card_gives_its_words_back() {
        let card = |words: &[u32]| Card::of(words, 7, 10, |word| word.min(8));
        let mut room = [0; WORDS_MAX];
        assert_eq!(card(&[3, 9, 5]).words(&mut room), [3, 9, 5]);
        assert_eq!(card(&[4]).words(&mut room), [4]);
        assert_eq!(card(&[1, 2, 3, 4, 5]).words(&mut room), [1, 2, 3, 4, 5]);
        assert_eq!(
            (card(&[1, 2]).is_bare(), card(&[1, 9]).is_bare(), card(&[1]).place()),
            (true, false, None)
        );
        for long in [&[1, 2, 3, 4, 5, 6][..], &[1, 70_000], &[]] {
            assert_eq!(card(long).at(300_000).place(), Some(300_000), "{long:?}");
        }
    }
}
