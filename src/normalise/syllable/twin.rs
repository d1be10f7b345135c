//! The plain twin of [`relation`]: on the two texts, by lists and brute force.

use proptest::prelude::*;
use proptest::sample::Index;
use unicode_normalization::UnicodeNormalization;

use super::attested::{is_name, is_plain_name, is_plain_syllable};
use super::doublet::DOUBLETS;
use super::heard::{Merger, ONSETS, VOWELS, bare_onset, bare_vowel, class_of, spoken, vowel};
use super::letters::Letters;
use super::parse::{Parts, Syllable, inventory, parts};
use super::relation::TELEX_KEYS_MAX;
use super::slip::{KEYS_MAX, are_neighbours};
use super::sounds::onset;
use super::word::telex;
use super::{Relation, Tone, Word, relation};

/// A word's facts, one by one.
struct Plainly {
    text: String,
    toneless: String,
    plain: String,
    tones: Vec<char>,
    is_marked: bool,
    syllable: Option<Syllable>,
    letters: Option<Letters>,
    parts: Option<Parts>,
}

impl Plainly {
    fn of(word: &str) -> Self {
        let text: String = word.to_lowercase().nfc().collect::<String>().replace('\u{fffd}', "?");
        let is_tone = |c: &char| super::super::unicode::TONES.contains(c);
        let plain = text.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
        let letters = Letters::read(&text);
        Self {
            toneless: text.nfd().filter(|c| !is_tone(c)).nfc().collect(),
            plain: plain.map(|c| if c == 'đ' { 'd' } else { c }).collect(),
            tones: text.nfd().filter(is_tone).collect(),
            is_marked: !text.is_ascii(),
            syllable: Syllable::parse(&text),
            parts: letters.and_then(|letters| parts(letters.codes())),
            letters,
            text,
        }
    }

    fn toneless_id(&self) -> Option<u32> {
        Syllable::toneless_id(&self.letters?, self.parts?)
    }

    fn is_syllable(&self) -> bool {
        let plain = || self.letters.is_some_and(|letters| is_plain_syllable(letters.codes()));
        if self.is_marked { self.syllable.is_some() } else { plain() }
    }
}

fn plainly(left: &str, right: &str) -> Relation {
    let (a, b) = (Plainly::of(left), Plainly::of(right));
    let both_marked = a.is_marked && b.is_marked;
    let syllables = a.syllable.zip(b.syllable);
    if a.text == b.text || syllables.is_some_and(|(x, y)| x == y) {
        return Relation::Same;
    }
    let ids = [a.toneless_id(), b.toneless_id()];
    let equal_toneless = ids[0] == ids[1] && (ids[0].is_some() || a.toneless == b.toneless);
    let hoi_nga = match (&a.tones[..], &b.tones[..]) {
        ([x], [y]) => [*x, *y] == ['\u{309}', '\u{303}'] || [*x, *y] == ['\u{303}', '\u{309}'],
        _ => false,
    };
    if a.plain == b.plain || (ids[0].is_some() && equal_toneless) {
        return match (both_marked, equal_toneless, hoi_nga) {
            (false, ..) => Relation::Unaccented,
            (true, false, _) => Relation::Accents,
            (true, true, true) => Relation::HoiNga,
            (true, true, false) => Relation::Tone,
        };
    }
    let names = are_names(&a, &b);
    let equal_tones = a.tones == b.tones || (a.tones.len() > 1 && b.tones.len() > 1);
    match heard(&a, &b) {
        Some(merger) if (!both_marked || equal_tones || hoi_nga) && (merger != Merger::Partial || !names) => {
            return Relation::Heard;
        }
        _ => {}
    }
    if DOUBLETS.iter().any(|(x, y)| {
        (is(&a, x, both_marked) && is(&b, y, both_marked))
            || (is(&b, x, both_marked) && is(&a, y, both_marked))
    }) {
        return Relation::Doublet;
    }
    by_letters(&a, &b, names)
}

fn are_names(a: &Plainly, b: &Plainly) -> bool {
    let of = |word: &Plainly| {
        if a.is_marked && b.is_marked {
            word.syllable.is_some_and(is_name)
        } else {
            word.letters.is_some_and(|letters| is_plain_name(letters.codes()))
        }
    };
    of(a) && of(b)
}

/// Whether a word is a form of the list.
fn is(word: &Plainly, form: &str, both_marked: bool) -> bool {
    let form = Plainly::of(form);
    let nga = |word: &Plainly| word.syllable.map(Syllable::with_nga);
    if both_marked { nga(word).is_some() && nga(word) == nga(&form) } else { word.plain == form.plain }
}

/// A part of two words: how far it sounds the same, if it does.
type Found = Option<Merger>;

fn heard(left: &Plainly, right: &Plainly) -> Found {
    let (x, y) = (left.parts?, right.parts?);
    if class_of(x.coda) != class_of(y.coda) {
        return None;
    }
    let marked = [left.is_marked, right.is_marked];
    let coda = if x.coda != y.coda && class_of(x.coda) <= 2 { Merger::Full } else { Merger::Equal };
    let found = [heard_vowels([x, y], marked)?, heard_onsets([x, y], marked)?, coda];
    let most = found.into_iter().max()?;
    let differing = found.iter().filter(|merger| **merger != Merger::Equal).count();
    (differing <= if most == Merger::Partial { 1 } else { 2 }).then_some(most)
}

/// Whether one list entry is a word's part: as it is, or without marks where either word has none.
fn heard_vowels(parts: [Parts; 2], marked: [bool; 2]) -> Found {
    let sounds = parts.map(|parts| (parts.glide, spoken(parts.nucleus, parts.coda)));
    let either_bare = marked != [true; 2];
    let mut number = 0;
    let sounds = sounds.map(|sound| {
        let bare = !marked[number];
        number += 1;
        if bare { bare_vowel(sound) } else { vowel(sound) }
    });
    let all = [false, true]
        .into_iter()
        .flat_map(|glide| (0..super::heard::BARE.len() as u8).map(move |n| (glide, n)));
    let stands = |one: u8, other: u8| all.clone().any(|v| vowel(v) == one && bare_vowel(v) == other);
    if sounds[0] == sounds[1]
        || (either_bare && (stands(sounds[0], sounds[1]) || stands(sounds[1], sounds[0])))
    {
        return Some(Merger::Equal);
    }
    let class = class_of(parts[0].coda);
    let rules = VOWELS.iter().filter(|rule| rule.codas >> class & 1 == 1).filter(|rule| {
        let is = |v, sound| vowel(v) == sound || (either_bare && rule.bare && bare_vowel(v) == sound);
        [[0, 1], [1, 0]].iter().any(|[i, j]| is(rule.a, sounds[*i]) && is(rule.b, sounds[*j]))
    });
    rules.map(|rule| rule.merger).min()
}

fn heard_onsets(parts: [Parts; 2], marked: [bool; 2]) -> Found {
    let bare_d = bare_onset(onset("d"));
    let mut number = 0;
    let onsets = parts.map(|parts| {
        let bare = !marked[number];
        number += 1;
        if bare { bare_onset(parts.onset) } else { parts.onset }
    });
    let are_d = onsets.iter().all(|n| [bare_d, onset("d"), onset("đ")].contains(n));
    if onsets[0] == onsets[1] || (are_d && onsets.contains(&bare_d)) {
        return Some(Merger::Equal);
    }
    let front = |parts: &Parts| ["i", "y", "iê"].contains(&super::sounds::NUCLEI[usize::from(parts.nucleus)]);
    let g_and_gi = onsets.contains(&onset("g")) && onsets.contains(&onset("gi"));
    if g_and_gi && parts.iter().all(|parts| !parts.glide && front(parts)) {
        return Some(Merger::Full);
    }
    let both_glide = parts.iter().all(|parts| parts.glide);
    let is = |name: &str, n: u8| n == onset(name) || n == bare_onset(onset(name));
    let rules = ONSETS.iter().filter(|rule| both_glide || !rule.3).filter(|rule| {
        [[0, 1], [1, 0]].iter().any(|[i, j]| is(rule.0, onsets[*i]) && is(rule.1, onsets[*j]))
    });
    rules.map(|rule| rule.2).min()
}

fn by_letters(a: &Plainly, b: &Plainly, names: bool) -> Relation {
    let (x, y): (Vec<char>, Vec<char>) = (a.plain.chars().collect(), b.plain.chars().collect());
    if x.len() > KEYS_MAX || y.len() > KEYS_MAX {
        return Relation::Different;
    }
    let known = x.iter().any(|c| *c != '?' && y.contains(c));
    let one_to_one = x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| x == y || *x == '?' || *y == '?');
    let damaged = x.contains(&'?') || y.contains(&'?');
    if damaged && known && (one_to_one || in_runs(&x, &y) || in_runs(&y, &x)) {
        return Relation::Lost;
    }
    let longer = x.len().max(y.len());
    if longer < 3 {
        return Relation::Different;
    }
    let toneless = |word: &Plainly| word.toneless.chars().collect::<Vec<char>>();
    let typed = |word: &Plainly| telex(&word.text).map(char::from).collect::<Vec<char>>();
    let equal_tones = a.tones == b.tones || (a.tones.len() > 1 && b.tones.len() > 1);
    let both_syllables = a.is_syllable() && b.is_syllable();
    let (keys, others) = (typed(a), typed(b));
    let slipped = (!(a.is_marked && b.is_marked) && one_slip(&x, &y))
        || (equal_tones && one_slip(&x, &y) && one_slip(&toneless(a), &toneless(b)))
        || (!both_syllables
            && x.len().abs_diff(y.len()) <= TELEX_KEYS_MAX
            && keys.len().max(others.len()) <= KEYS_MAX
            && (keys == others || one_slip(&keys, &others)));
    match (slipped, names) {
        (true, false) => Relation::Slip,
        (true, true) if longer > 3 => Relation::Near,
        (false, _) if !both_syllables && strsim::osa_distance(&a.plain, &b.plain) <= longer / 3 => {
            Relation::Near
        }
        _ => Relation::Different,
    }
}

fn in_runs(damaged: &[char], whole: &[char]) -> bool {
    if whole.contains(&'?') {
        return false;
    }
    match damaged {
        [] => whole.is_empty(),
        ['?', ..] => {
            let run = damaged.iter().take_while(|c| **c == '?').count();
            (run.div_ceil(3)..=run).any(|n| n <= whole.len() && in_runs(&damaged[run..], &whole[n..]))
        }
        [first, rest @ ..] => whole.first() == Some(first) && in_runs(rest, &whole[1..]),
    }
}

/// All words one slip away, tried.
fn one_slip(a: &[char], b: &[char]) -> bool {
    let bare = |c: char| c.to_string().nfd().next().map_or(c, |c| if c == 'đ' { 'd' } else { c });
    let left_out = |long: &[char], short: &[char]| {
        (0..long.len()).any(|at| [&long[..at], &long[at + 1..]].concat() == short)
    };
    let swapped = (1..a.len()).any(|at| {
        let mut other = a.to_vec();
        other.swap(at - 1, at);
        other == b && a != b
    });
    let touched = |x: char, y: char| {
        let (x, y) = (bare(x), bare(y));
        x.is_ascii() && y.is_ascii() && are_neighbours(x as u8, y as u8)
    };
    let replaced = a.len() == b.len()
        && a.iter().zip(b).filter(|(x, y)| x != y).count() == 1
        && a.iter().zip(b).all(|(x, y)| x == y || touched(*x, *y));
    swapped || replaced || left_out(a, b) || left_out(b, a)
}

fn fast(a: &str, b: &str) -> Relation {
    relation(&Word::read(a), &Word::read(b), || (a, b))
}

/// Any syllable, often a name, mistyped up to twice.
fn word() -> impl Strategy<Value = String> {
    let syllables: Vec<String> = inventory().map(Syllable::spelled).collect();
    let names: Vec<String> = inventory().filter(|s| is_name(*s)).map(Syllable::spelled).collect();
    let doublets: Vec<String> =
        DOUBLETS.iter().flat_map(|(a, b)| [a.to_lowercase(), b.to_lowercase()]).collect();
    let picked = prop_oneof![
        2 => prop::sample::select(syllables),
        3 => prop::sample::select(names),
        1 => prop::sample::select(doublets),
    ];
    (picked, prop::collection::vec((0_u8..12, any::<Index>(), any::<Index>()), 0..3)).prop_map(
        |(word, faults)| {
            faults.into_iter().fold(word, |word, (kind, at, letter)| mistyped(&word, kind, at, letter))
        },
    )
}

fn mistyped(word: &str, kind: u8, at: Index, letter: Index) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.is_empty() {
        return String::new();
    }
    let here = at.index(letters.len());
    let any = ['a', 'd', 'e', 'g', 'h', 'i', 'm', 'n', 'o', 's', 'u', 'y', 'ê', 'ơ', 'đ', '1', 'x'];
    let other = any[letter.index(any.len())];
    match kind {
        0 => _ = letters.remove(here),
        1 => letters.insert(here, other),
        2 => letters[here] = other,
        3 if here > 0 => letters.swap(here - 1, here),
        4 => letters.insert(here, letters[here]),
        5 => return Plainly::of(word).plain,
        6 => return telex(word).map(char::from).collect(),
        7 => letters[here] = '?',
        8 => return Plainly::of(word).toneless,
        9 => return word.replace('?', "??"),
        10 => return word.replacen(['d', 'v', 's'], ["gi", "d", "x"][letter.index(3)], 1),
        _ => {}
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn mistyped_words_relate_as_the_plain_twin_says(a in word(), faults in prop::collection::vec((0_u8..12, any::<Index>(), any::<Index>()), 1..3)) {
        let b = faults.into_iter().fold(a.clone(), |word, (kind, at, letter)| mistyped(&word, kind, at, letter));
        prop_assert_eq!(fast(&a, &b), plainly(&a, &b), "{} {}", a, b);
        prop_assert_eq!(fast(&b, &a), fast(&a, &b), "{} {}", a, b);
    }

    #[test]
    fn any_two_words_relate_as_the_plain_twin_says(a in word(), b in word()) {
        prop_assert_eq!(fast(&a, &b), plainly(&a, &b), "{} {}", a, b);
        prop_assert_eq!(fast(&b, &a), fast(&a, &b), "{} {}", a, b);
    }

    #[test]
    fn junk_relates_as_the_plain_twin_says(a in "[a-zđơễ?1'ñ\u{fffd}]{0,30}", b in "[aănmd?]{0,5}", at in any::<Index>(), kind in 0_u8..12) {
        for (a, b) in [(&a, &b), (&a, &mistyped(&a, kind, at, at)), (&b, &mistyped(&b, kind, at, at))] {
            prop_assert_eq!(fast(a, b), plainly(a, b), "{} {}", a, b);
            prop_assert_eq!(fast(b, a), fast(a, b), "{} {}", a, b);
        }
    }

    #[test]
    fn anything_at_all_relates_to_itself(a in any::<String>(), b in any::<String>()) {
        prop_assert_eq!(fast(&a, &a), Relation::Same);
        prop_assert_eq!(fast(&a, &a.nfd().collect::<String>()), Relation::Same);
        prop_assert_eq!(fast(&a, &b), fast(&b, &a));
    }
}

#[test]
fn case_and_coding_do_not_matter() {
    for syllable in inventory().step_by(7) {
        let spelled = syllable.spelled();
        let word = Word::read(&spelled);
        assert_eq!(word, Word::read(&spelled.to_uppercase()), "{spelled}");
        assert_eq!(word, Word::read(&spelled.nfd().collect::<String>()), "{spelled}");
        assert!(word.is_syllable());
        assert_eq!(word.is_marked(), !spelled.is_ascii());
    }
    assert_ne!(Tone::Hoi, Tone::Nga);
}

#[test]
fn a_megabyte_is_one_word_read_in_linear_time() {
    for unit in ["?a", "ễ", "a\u{301}", "x"] {
        let (a, b) = (unit.repeat(1_000_000 / unit.len()), unit.repeat(999_990 / unit.len()));
        let began = std::time::Instant::now();
        fast(&a, &b);
        assert!(began.elapsed().as_secs() < 5, "{unit:?}");
    }
}

/// Measured, not asserted: `cargo test --release --lib nanoseconds -- --ignored --nocapture`.
#[test]
#[ignore = "prints times"]
fn nanoseconds_of_reading_and_relating() {
    use std::hint::black_box;
    let names: Vec<String> = inventory().filter(|s| is_name(*s)).map(Syllable::spelled).collect();
    let words: Vec<Word> = names.iter().map(|name| Word::read(name)).collect();
    let rounds = 1_000_000;
    let spread = |n: usize| (n.wrapping_mul(0x9e37_79b9) >> 7) % names.len();
    // Time on a core where the system tells it, so that other programs do not count.
    let began = std::time::Instant::now();
    let on_core = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        told.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(began.elapsed().as_nanos() as f64)
    };
    let time = |label: &str, mut f: Box<dyn FnMut(usize) + '_>| {
        let mut times: Vec<f64> = (0..7)
            .map(|_| {
                let began: f64 = on_core();
                (0..rounds).for_each(&mut f);
                (on_core() - began) / f64::from(rounds as u32)
            })
            .collect();
        times.sort_by(f64::total_cmp);
        eprintln!("{label}: {:.1} ns (median of 7)", times[3]);
    };
    time(
        "the loop alone",
        Box::new(|n| {
            black_box((&words[spread(n)], &words[spread(n + 77)]));
        }),
    );
    time(
        "Word::read",
        Box::new(|n| {
            black_box(Word::read(&names[spread(n)]));
        }),
    );
    time(
        "is_syllable",
        Box::new(|n| {
            black_box(super::is_syllable(&names[spread(n)]));
        }),
    );
    time(
        "relation, two names at random",
        Box::new(|n| {
            let (x, y) = (spread(n), spread(n + 77));
            black_box(relation(&words[x], &words[y], || (&names[x], &names[y])));
        }),
    );
    time(
        "strsim Jaro-Winkler, the same",
        Box::new(|n| {
            let (x, y) = (spread(n), spread(n + 77));
            black_box(strsim::jaro_winkler(&names[x], &names[y]));
        }),
    );
    let slipped: Vec<(String, String)> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let mut letters: Vec<char> = name.chars().collect();
            let at = n % letters.len();
            match n % 3 {
                0 => _ = letters.remove(at),
                1 => letters.insert(at, letters[at]),
                _ => letters[at] = 'k',
            }
            (name.clone(), letters.into_iter().collect::<String>())
        })
        .filter(|(a, b)| matches!(fast(a, b), Relation::Slip | Relation::Near))
        .collect();
    let pairs: Vec<(Word, Word)> = slipped.iter().map(|(a, b)| (Word::read(a), Word::read(b))).collect();
    time(
        "relation, slips and near",
        Box::new(|n| {
            let at = n % pairs.len();
            black_box(relation(&pairs[at].0, &pairs[at].1, || (&slipped[at].0, &slipped[at].1)));
        }),
    );
}
