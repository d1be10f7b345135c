//! One slip of the pen or keyboard in one name of an address.

use unicode_normalization::UnicodeNormalization;

use super::super::draw::Draw;
use super::law::Statement;

/// Letters and a neighbour of each on the keyboard.
const NEIGHBOURS: [(char, char); 18] = [
    ('a', 's'),
    ('b', 'v'),
    ('c', 'x'),
    ('d', 's'),
    ('e', 'w'),
    ('g', 'h'),
    ('h', 'j'),
    ('i', 'o'),
    ('k', 'l'),
    ('l', 'k'),
    ('m', 'n'),
    ('n', 'm'),
    ('o', 'p'),
    ('p', 'o'),
    ('r', 't'),
    ('t', 'r'),
    ('u', 'y'),
    ('y', 'u'),
];

/// Puts a slip into the commune's name, or one time in four into the district's.
pub(super) fn slip(statement: &mut Statement, draw: &mut Draw) {
    let of_district = draw.chance(0.25);
    match &mut statement.district {
        Some(district) if of_district => *district = slipped(district, draw),
        _ if statement.name.len() > 2 => statement.name = slipped(&statement.name, draw),
        _ => {}
    }
}

fn slipped(name: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = name.nfc().collect();
    let at = draw.below(letters.len());
    let is_letter = |c: char| c.is_alphabetic();
    match draw.below(7) {
        0 if is_letter(letters[at]) => drop(letters.remove(at)),
        1 if is_letter(letters[at]) => letters.insert(at, letters[at].to_lowercase().next().unwrap_or('a')),
        2 if at + 1 < letters.len() && is_letter(letters[at]) && is_letter(letters[at + 1]) => {
            letters.swap(at, at + 1);
        }
        3 => {
            if let Some((_, near)) = NEIGHBOURS.iter().find(|(c, _)| *c == letters[at]) {
                letters[at] = *near;
            }
        }
        4 => return hook_for_tilde(name),
        5 => return coda(name),
        _ => return one_accent_off(name, at),
    }
    letters.into_iter().collect()
}

/// Hỏi for ngã and the other way round.
fn hook_for_tilde(name: &str) -> String {
    let changed = name.nfd().map(|c| match c {
        '\u{303}' => '\u{309}',
        '\u{309}' => '\u{303}',
        c => c,
    });
    changed.nfc().collect()
}

/// n for ng and the other way round at the end of the last word; t for c.
fn coda(name: &str) -> String {
    if let Some(head) = name.strip_suffix("ng") {
        return format!("{head}n");
    }
    match name.chars().next_back() {
        Some('n') => format!("{name}g"),
        Some('c') => format!("{}t", &name[..name.len() - 1]),
        Some('t') => format!("{}c", &name[..name.len() - 1]),
        _ => name.to_owned(),
    }
}

fn one_accent_off(name: &str, at: usize) -> String {
    let letters = name.nfc().enumerate().flat_map(|(place, c)| {
        let kept = move |part: &char| place != at || part.is_ascii() || *part == 'đ';
        std::iter::once(c).nfd().filter(kept).collect::<Vec<char>>()
    });
    letters.nfc().collect()
}
