//! The skeleton of a word: what stays of it when it is misspelt.
//!
//! Southern speech does not tell some sounds apart that spelling does, so names
//! are written by ear. Each syllable is reduced to an onset, a glide, a vowel and
//! a coda of those classes that stay apart in speech here. The merges are those
//! that the reference table `syllable_variants` attests:
//!
//! - onsets: d, đ, gi, v, and z, j for them; s, x; ch, tr; c, k; g, gh, r; ng, ngh;
//!   ph, f; and qu, w, h or nothing before a glide (Quyên, Huyên, Uyên);
//! - codas: n, ng, nh; t, c, ch; and as the off-glide i, y; u, o;
//! - vowels: i, y; those of one bare letter (ô, o, ơ; a, ă, â; u, ư); iê and i
//!   before m, p and u; uôi, ươi and ui; ưu, ươu, iu, iêu and êu; oa and uâ;
//! - whole words: names of one origin of which both forms are in use ([`ALIKE`]),
//!   short forms of Nguyễn;
//! - slips of the pen: doubled letters, two letters changed round where that
//!   leaves no syllable (Vnă, Thươgn), and keys of Telex left in a word.
//!
//! Kept apart, though the table has them: l and n (northern, rare here), th and t,
//! kh and h, nh and d, a glide lost after other onsets (Thúy and Thi, Tuấn and
//! Tấn): common names of their own would fall together.
//! R goes with g, as it is spoken here, not with d.

use super::super::syllable::LETTERS_MAX;

/// A syllable, the keys of Telex left in it (`nghieengf`), and one letter more.
const BYTES_MAX: usize = LETTERS_MAX + 4;

/// Letters as a number in the order of the alphabet: comparing two takes a nanosecond.
/// Words of more than eight letters have the number of their first eight.
const fn packed(letters: &[u8]) -> u64 {
    let (mut number, mut at) = (0, 0);
    while at < 8 {
        number = number << 8 | if at < letters.len() { letters[at] as u64 } else { 0 };
        at += 1;
    }
    number
}

const fn key(word: &str) -> u64 {
    packed(word.as_bytes())
}

/// Words for which another stands, in order. The second word of each has the
/// skeleton of both: names of one origin, and short or broken forms of Nguyễn.
const ALIKE: [(u64, &str); 28] = [
    (key("buu"), "bao"),
    (key("chanh"), "chinh"),
    (key("chau"), "chu"),
    (key("chon"), "chan"),
    (key("hoang"), "huynh"),
    (key("hop"), "hiep"),
    (key("huang"), "huynh"),
    (key("kieng"), "kinh"),
    (key("la"), "lu"),
    (key("lo"), "lu"),
    (key("ng"), "nguyen"),
    (key("ngai"), "nghia"),
    (key("ngn"), "nguyen"),
    (key("nguen"), "nguyen"),
    (key("nguon"), "nguyen"),
    (key("nguye"), "nguyen"),
    (key("ngyen"), "nguyen"),
    (key("nhon"), "nhan"),
    (key("nhut"), "nhat"),
    (key("nuyen"), "nguyen"),
    (key("oai"), "uy"),
    (key("phuoc"), "phuc"),
    (key("phuot"), "phuc"),
    (key("quoi"), "quy"),
    (key("sanh"), "sinh"),
    (key("tanh"), "tinh"),
    (key("trau"), "chu"),
    (key("vo"), "vu"),
];

/// Onsets as spelt, in order, and their class; `gi` and `qu` are read apart.
const ONSETS: [(u64, &str); 30] = [
    (key(""), ""),
    (key("b"), "b"),
    (key("c"), "k"),
    (key("ch"), "c"),
    (key("d"), "d"),
    (key("f"), "f"),
    (key("g"), "g"),
    (key("gh"), "g"),
    (key("h"), "h"),
    (key("j"), "d"),
    (key("k"), "k"),
    (key("kh"), "kh"),
    (key("l"), "l"),
    (key("m"), "m"),
    (key("n"), "n"),
    (key("ng"), "ng"),
    (key("ngh"), "ng"),
    (key("nh"), "nh"),
    (key("p"), "p"),
    (key("ph"), "f"),
    (key("q"), "k"),
    (key("r"), "g"),
    (key("s"), "s"),
    (key("t"), "t"),
    (key("th"), "th"),
    (key("tr"), "c"),
    (key("v"), "d"),
    (key("w"), "w"),
    (key("x"), "s"),
    (key("z"), "d"),
];

/// A glide before the vowel, the vowel's class, an off-glide behind it.
type Rime = (bool, &'static str, &'static str);

/// Vowels as spelt without accents, in order: before a coda where they can stand there,
/// and open. Some (oo, iy, uyi) are what one slip of the pen leaves.
const RIMES: [(u64, Option<Rime>, Rime); 45] = {
    const fn open(glide: bool, vowel: &'static str, off: &'static str) -> (Option<Rime>, Rime) {
        (None, (glide, vowel, off))
    }
    const fn both(glide: bool, vowel: &'static str) -> (Option<Rime>, Rime) {
        (Some((glide, vowel, "")), (glide, vowel, ""))
    }
    const fn row(spelt: &'static str, (closed, open): (Option<Rime>, Rime)) -> (u64, Option<Rime>, Rime) {
        (key(spelt), closed, open)
    }
    [
        row("a", both(false, "a")),
        row("ai", open(false, "a", "i")),
        row("ao", open(false, "a", "u")),
        row("au", open(false, "a", "u")),
        row("ay", open(false, "a", "i")),
        row("e", both(false, "e")),
        row("eo", open(false, "e", "u")),
        row("eu", open(false, IE, "u")),
        row("i", both(false, "i")),
        row("ia", open(false, IE, "")),
        row("ie", both(false, IE)),
        row("ieu", open(false, IE, "u")),
        row("iu", open(false, IE, "u")),
        row("iy", both(false, "i")),
        row("o", both(false, "o")),
        row("oa", both(true, "a")),
        row("oai", open(true, "a", "i")),
        row("oao", open(true, "a", "u")),
        row("oay", open(true, "a", "i")),
        row("oe", both(true, "e")),
        row("oeo", open(true, "e", "u")),
        row("oi", open(false, "o", "i")),
        row("oo", both(false, "o")),
        row("u", both(false, "u")),
        row("ua", (Some((true, "a", "")), (false, UO, ""))),
        row("uai", open(true, "a", "i")),
        row("uay", open(true, "a", "i")),
        row("ue", both(true, "e")),
        row("ueu", open(true, "e", "u")),
        row("ui", (Some((true, "i", "")), (false, "u", "i"))),
        row("uie", both(true, IE)),
        row("uo", both(false, UO)),
        row("uoa", both(true, "a")),
        row("uoi", open(false, "u", "i")),
        row("uou", open(false, IE, "u")),
        row("uu", open(false, IE, "u")),
        row("uy", both(true, "i")),
        row("uya", open(true, IE, "")),
        row("uye", both(true, IE)),
        row("uyi", both(true, "i")),
        row("uyu", open(true, "i", "u")),
        row("y", both(false, "i")),
        row("ya", open(false, IE, "")),
        row("ye", both(false, IE)),
        row("yeu", open(false, IE, "u")),
    ]
};

/// The class of iê; before m, p and u it is that of i.
const IE: &str = "y";
/// The class of uô, ươ and open ua, ưa.
const UO: &str = "v";

/// Appends the skeleton of one word. O(length), some 50 to 100 ns.
pub(super) fn push_word(word: &str, out: &mut String) {
    let mut bytes = [0; BYTES_MAX];
    let squeezed = squeeze(word, &mut bytes).and_then(|len| bytes.get_mut(..len));
    match squeezed.and_then(read) {
        Some(syllable) => out.extend(syllable),
        None => push_squeezed(word, out),
    }
}

/// A syllable as written; else without the key of Telex behind it, which no coda
/// ends in; else with the first two neighbours changed round that make it one.
fn read(letters: &mut [u8]) -> Option<Syllable> {
    if let Some(syllable) = syllable(letters) {
        return Some(syllable);
    }
    if let [word @ .., b's' | b'f' | b'r' | b'x' | b'j'] = letters
        && let Some(syllable) = syllable(word)
    {
        return Some(syllable);
    }
    (1..letters.len()).find_map(|at| {
        letters.swap(at - 1, at);
        let found = syllable(letters);
        letters.swap(at - 1, at);
        found
    })
}

/// The word without doubled letters and Telex's w behind a vowel; its length.
/// At the end `uu` is no doubling: it is the ưu of Lưu. `None` for a long word.
fn squeeze(word: &str, squeezed: &mut [u8; BYTES_MAX]) -> Option<usize> {
    let mut len = 0;
    let mut last = 0;
    for byte in word.bytes() {
        let key = byte == b'w' && matches!(last, b'a' | b'o' | b'u');
        if byte != last && !key {
            *squeezed.get_mut(len)? = byte;
            len += 1;
            last = byte;
        }
    }
    if word.ends_with("uu") {
        *squeezed.get_mut(len)? = b'u';
        len += 1;
    }
    Some(len)
}

fn push_squeezed(word: &str, out: &mut String) {
    let mut last = '\0';
    for c in word.chars() {
        if c != last {
            out.push(c);
        }
        last = c;
    }
}

/// Onset, glide, vowel, off-glide and coda by class.
type Syllable = [&'static str; 5];

fn syllable(letters: &[u8]) -> Option<Syllable> {
    let letters = find(&ALIKE, letters, |row| row.0).map_or(letters, |row| row.1.as_bytes());
    let (onset, rest) = onset(letters)?;
    let vowels = rest.iter().take_while(|byte| is_vowel(**byte)).count();
    let (vowels, coda) = rest.split_at_checked(vowels)?;
    let coda = match coda {
        b"" => "",
        b"c" | b"ch" | b"t" => "t",
        b"n" | b"ng" | b"nh" => "n",
        b"m" => "m",
        b"p" => "p",
        _ => return None,
    };
    let (_, closed, open) = *find(&RIMES, vowels, |row| row.0)?;
    let (glide, vowel, off) = if coda.is_empty() { open } else { closed? };
    let vowel = if vowel == IE && matches!((coda, off), ("m" | "p", _) | (_, "u")) { "i" } else { vowel };
    let (onset, glide) = match (onset, glide) {
        ("" | "h" | "k" | "w", true) => ("w", ""),
        (onset, true) => (onset, "w"),
        (onset, false) => (onset, ""),
    };
    Some([onset, glide, vowel, off, coda])
}

/// The class of the onset, and the letters behind it. The i of gi belongs to the
/// rime where none but it or ê follows (gì, giếng), the u of qu never.
fn onset(letters: &[u8]) -> Option<(&'static str, &[u8])> {
    let consonants = letters.iter().take_while(|byte| !is_vowel(**byte)).count();
    let (spelt, rest) = letters.split_at_checked(consonants)?;
    match (spelt, rest) {
        (b"q", [b'u', rest @ ..]) => Some(("w", rest)),
        (b"g", [b'i', behind @ ..]) => {
            let parted = matches!(behind, [b'a' | b'i' | b'o' | b'u' | b'y', ..]);
            Some(("d", if parted { behind } else { rest }))
        }
        _ => find(&ONSETS, spelt, |row| row.0).map(|row| (row.1, rest)),
    }
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// The row of a table in order.
fn find<'t, R>(table: &'t [R], sought: &[u8], key: impl Fn(&R) -> u64) -> Option<&'t R> {
    table.binary_search_by_key(&packed(sought), key).ok().and_then(|at| table.get(at))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::skeleton;
    use super::*;
    use crate::normalise::unicode::plain_words;
    use crate::settings::{RulesFolder, Settings};
    use proptest::prelude::*;

    fn of(name: &str) -> String {
        skeleton(&plain_words(name))
    }

    #[test]
    fn tables_are_in_order_and_agree() {
        assert!(ALIKE.is_sorted_by(|a, b| a.0 < b.0));
        assert!(ONSETS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(RIMES.is_sorted_by(|a, b| a.0 < b.0));
        for (word, other) in ALIKE {
            let bytes = word.to_be_bytes();
            let word = std::str::from_utf8(&bytes).unwrap().trim_end_matches('\0');
            assert_eq!(skeleton(word), skeleton(other), "{word}");
            assert!(find(&ALIKE, other.as_bytes(), |row| row.0).is_none(), "{other}");
        }
    }

    /// Every pair of names of one origin stands in the reference table.
    #[test]
    fn names_of_one_origin_are_attested() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let variants = settings.reference.table("syllable_variants");
        let attested: BTreeSet<[String; 2]> = variants
            .select(["class", "form_a", "form_b"])
            .filter(|[class, ..]| *class == "doublet")
            .flat_map(|[_, a, b]| [[plain_words(a), plain_words(b)], [plain_words(b), plain_words(a)]])
            .collect();
        // Châu, Phước and Hoàng also as they are misspelt.
        let misspelt = ["huang", "phuot", "trau"].map(key);
        for (word, other) in
            ALIKE.iter().filter(|(word, other)| *other != "nguyen" && !misspelt.contains(word))
        {
            let bytes = word.to_be_bytes();
            let word = std::str::from_utf8(&bytes).unwrap().trim_end_matches('\0');
            assert!(attested.contains(&[word.to_owned(), (*other).to_owned()]), "{word} {other}");
        }
    }

    /// All pairs of sounds that the reference table attests but those kept apart on purpose.
    #[test]
    fn what_the_table_attests_falls_together() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let variants = settings.reference.table("syllable_variants");
        let (mut together, mut apart) = (0, BTreeSet::new());
        for [class, a, b] in variants.select(["class", "example_a", "example_b"]) {
            let judged = ["i_y", "final_consonant", "initial_consonant", "vowel", "hoi_nga"].contains(&class);
            if judged && !a.is_empty() && of(a) != of(b) {
                apart.insert(format!("{a} {b}"));
            } else {
                together += usize::from(judged);
            }
        }
        let expected = [
            // Onsets of common names of their own.
            "Dung Nhung",
            "Khiêm Hiêm",
            "Khoa Phoa",
            "Long Nong",
            "Nam Lam",
            "Ngoan Oan",
            "Nguyên Uyên",
            "Nhung Dung",
            "Thiên Tiên",
            // R goes with g; gi alone is di.
            "Dạng Rạng",
            "Rân Dân",
            "Gi Ghi",
            // A glide lost, or another vowel.
            "Hoan Han",
            "Hoàng Hàng",
            "Huy Hy",
            "Huyền Hiền",
            "Khoa Khua",
            "Leo Loe",
            "Loan Lon",
            "Thúy Thí",
            "Tuyền Tiền",
            "Tưng Tơng",
            "Xuân Xân",
            // One of the two goes with its doublet: Châu with Chu, Hoàng with Huỳnh.
            "Châu Chao",
            "Hoàng Quàng",
        ];
        let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(apart, expected);
        assert!(together > 180, "{together}");
    }

    #[test]
    fn one_name_misspelt_is_one() {
        for (a, b) in [
            ("Lê Thị Thùy", "Lê Thị Thùùy"),
            ("Nguyễn Thị Vân", "Nguyển Thị Dâng"),
            ("Trịnh Xuân Sang", "Chịnh Suân Xan"),
            ("Huỳnh Quốc Phước", "Hoàng Quốt Phúc"),
            ("Đặng Thị Giang", "Dặng Thị Vang"),
            ("Lý Kiều Oanh", "Lí Kìu Hoanh"),
            ("Võ Minh Nhựt", "Vũ Minh Nhật"),
            ("Lê Đức Quân", "Lê ĐĐức Kuân"),
            ("Lê Văn Trường", "Leê Vawn Truowngf"),
            ("Nguyễn Văn Tỷ", "Nguyeenx Văn Tỉ"),
            ("Nguyễn Văn Rạng", "Ng. Văn Gạng"),
            ("Lưu Ngọc Diệp", "Liễu Ngọt Dịp"),
            ("Phan Văn Phúc", "Phan Vnă Púhc"),
            ("Lý Thị Hoàng Thương", "Lý Tịh Hoàgn Thươgn"),
        ] {
            assert_eq!(of(a), of(b), "{a}, {b}");
        }
    }

    #[test]
    fn other_names_stay_apart() {
        let names = [
            "An", "Bình", "Châu", "Dung", "Dương", "Hà", "Hải", "Hạnh", "Hiền", "Hồng", "Hùng", "Hương",
            "Huyền", "Khoa", "Lan", "Lâm", "Lê", "Linh", "Loan", "Lý", "Mai", "Minh", "Nam", "Nga", "Ngọc",
            "Nhung", "Phong", "Phúc", "Phương", "Sơn", "Tâm", "Thanh", "Thảo", "Thị", "Thúy", "Tiến", "Tín",
            "Trang", "Trung", "Trương", "Tuấn", "Tùng", "Văn", "Vũ", "Yến",
        ];
        let mut seen = std::collections::BTreeMap::new();
        for name in names {
            assert_eq!(seen.insert(of(name), name), None, "{name}");
        }
    }

    #[test]
    fn what_is_no_syllable_stays_itself() {
        assert_eq!(of("Néang Soth H Niê Kđăm"), "neang soth h ny kdam");
        assert_eq!(of("Phillip Ybih"), "philip ybih");
        assert_eq!(of(""), "");
    }

    proptest! {
            #[test]
            fn any_plain_name_has_a_word_for_a_word(raw in any::<String>()) {
                let plain: String = plain_words(&raw).chars().filter(|c| !c.is_ascii_digit()).collect();
                let (skeleton, words) = (skeleton(&plain), plain.split_whitespace().count());
                prop_assert_eq!(skeleton.split_whitespace().count(), words);
    prop_assert!(skeleton.chars().all(|c| c == ' ' || c.is_ascii_lowercase()));
            }

            #[test]
            fn a_doubled_letter_changes_nothing(word in "(ng|b|th|tr|gi|qu)?(a|ie|oa|u|o)(n|ng|m|ch)?", at in 0_usize..6) {
                if let Some(c) = word.chars().nth(at).filter(|c| *c != 'u') {
                    let mut doubled = word.clone();
                    doubled.insert(at, c);
                    prop_assert_eq!(skeleton(&doubled), skeleton(&word));
                }
            }
        }
}
