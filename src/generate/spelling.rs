//! How Vietnamese words get misspelt, and what encodings make of them.

use std::collections::BTreeMap;

use super::draw::Draw;
use crate::settings::Reference;

/// Vowels without tone in the first place, then grave, hook, tilde, acute, dot.
const VOWELS: [[char; 6]; 12] = [
    ['a', 'à', 'ả', 'ã', 'á', 'ạ'],
    ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ'],
    ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ'],
    ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ'],
    ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ'],
    ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị'],
    ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ'],
    ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ'],
    ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ'],
    ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ'],
    ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự'],
    ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ'],
];
const PLAIN: [char; 12] = ['a', 'a', 'a', 'e', 'e', 'i', 'o', 'o', 'o', 'u', 'u', 'y'];

/// Row and tone of a vowel.
fn vowel(c: char) -> Option<(usize, usize)> {
    VOWELS.iter().enumerate().find_map(|(row, forms)| Some((row, forms.iter().position(|f| *f == c)?)))
}

/// The letter without any mark; case is lost.
pub(super) fn plain(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    match vowel(lower) {
        Some((row, _)) => PLAIN[row],
        None if lower == 'đ' => 'd',
        None => lower,
    }
}

/// A word without marks, its capitals kept.
pub(super) fn without_marks(text: &str) -> String {
    let keep_case = |c: char| if c.is_uppercase() { plain(c).to_ascii_uppercase() } else { plain(c) };
    text.chars().map(keep_case).collect()
}

/// First letter raised, the others lowered.
pub(super) fn capitalised_word(word: &str) -> String {
    super::places::capitalised(&word.to_lowercase())
}

/// Confusions, keys and encodings out of the reference tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling {
    ends: Vec<(String, String)>,
    starts: Vec<(String, String)>,
    i_or_y: Vec<(String, String)>,
    doublets: Vec<(String, String)>,
    new_tone: Vec<(String, String)>,
    /// Telex and VNI keys of a letter.
    keys: BTreeMap<char, [String; 2]>,
    tcvn3: BTreeMap<char, String>,
}

impl Spelling {
    /// Reads what there is; a table that is not there gives no such fault.
    pub(super) fn read(reference: &Reference) -> Self {
        let mut spelling = Self::default();
        for [class, a, b] in reference.table("syllable_variants").select(["class", "form_a", "form_b"]) {
            let pair = (a.to_lowercase(), b.to_lowercase());
            let back = (pair.1.clone(), pair.0.clone());
            match class {
                "final_consonant" => spelling.ends.extend([pair, back]),
                "initial_consonant" => spelling.starts.push(pair),
                "i_y" => spelling.i_or_y.push(pair),
                "doublet" => spelling.doublets.extend([pair, back]),
                "tone_placement" => spelling.new_tone.push(pair),
                _ => {}
            }
        }
        for [letter, telex, vni] in reference.table("input_residue").select(["letter", "telex", "vni_keys"]) {
            if let Some(letter) = letter.chars().next() {
                spelling.keys.insert(letter, [telex.to_owned(), vni.to_owned()]);
            }
        }
        let columns = ["encoding", "seen_as_cp1252", "unicode_nfc"];
        for [encoding, seen, letter] in reference.table("legacy_encodings").select(columns) {
            let mut letters = letter.chars();
            if let ("TCVN3-ABC", Some(letter), None) = (encoding, letters.next(), letters.next()) {
                spelling.tcvn3.insert(letter, written_out(seen));
            }
        }
        spelling
    }

    /// A word as somebody writes it by ear, if it can be heard otherwise. Lower case in and out.
    pub(super) fn by_ear(&self, word: &str, draw: &mut Draw) -> Option<String> {
        match draw.weighted(&[45, 35, 20]) {
            0 => hook_and_tilde(word),
            1 => self.other_end(word, draw),
            _ => self.other_start(word, draw),
        }
    }

    fn other_end(&self, word: &str, draw: &mut Draw) -> Option<String> {
        let (toneless, tones) = split_tones(word);
        let of: Vec<&(String, String)> = self
            .ends
            .iter()
            .filter(|(end, _)| toneless.ends_with(end.as_str()) && toneless != *end)
            .collect();
        let (from, to) = draw.one(&of)?;
        let kept = toneless.len() - from.len();
        let other: String = toneless[..kept].chars().chain(to.chars()).collect();
        Some(put_tones(&other, &tones))
    }

    fn other_start(&self, word: &str, draw: &mut Draw) -> Option<String> {
        let fits = |(start, _): &&(String, String)| {
            word.strip_prefix(start.as_str())
                .is_some_and(|rest| rest.chars().next().is_some_and(|c| vowel(c).is_some()))
        };
        let of: Vec<&(String, String)> = self.starts.iter().filter(fits).collect();
        let (from, to) = draw.one(&of)?;
        Some(format!("{to}{}", &word[from.len()..]))
    }

    /// The word with i for y or the other way round. Lower case in and out.
    pub(super) fn other_i(&self, word: &str) -> Option<String> {
        let find = |(y, i): &(String, String)| match word {
            _ if word == y => Some(i.clone()),
            _ if word == i => Some(y.clone()),
            _ => None,
        };
        self.i_or_y.iter().find_map(find)
    }

    /// The other word of the same origin. Lower case in and out.
    pub(super) fn doublet(&self, word: &str) -> Option<String> {
        self.doublets.iter().find(|(one, _)| one == word).map(|(_, other)| other.clone())
    }

    /// The word with its tone mark in the new place, if it has one to move. Lower case in and out.
    pub(super) fn new_tone_mark(&self, word: &str) -> Option<String> {
        let (old, new) = self.new_tone.iter().find(|(old, _)| word.ends_with(old.as_str()))?;
        let head = &word[..word.len() - old.len()];
        (!head.ends_with('q')).then(|| format!("{head}{new}"))
    }

    /// The word with the keys of its marked letters left in it, if it has any. Lower case in and out.
    pub(super) fn residue(&self, word: &str, draw: &mut Draw) -> Option<String> {
        let way = draw.below(2);
        let mut out = String::new();
        for c in word.chars() {
            match self.keys.get(&c) {
                Some(keys) => out.push_str(&keys[way]),
                None => out.push(c),
            }
        }
        (out != word && out.is_ascii()).then_some(out)
    }

    /// A text in TCVN3 shown as windows-1252; capitals of marked letters turn small, as they do there.
    pub(super) fn in_tcvn3(&self, text: &str) -> String {
        let letter = |c: char| -> String {
            let lower = c.to_lowercase().next().unwrap_or(c);
            self.tcvn3.get(&c).or_else(|| self.tcvn3.get(&lower)).cloned().unwrap_or_else(|| c.to_string())
        };
        text.chars().map(letter).collect()
    }
}

/// UTF-8 bytes shown as windows-1252, where every byte has a letter there.
pub(super) fn as_cp1252(text: &str) -> Option<String> {
    text.bytes().map(cp1252).collect()
}

fn cp1252(byte: u8) -> Option<char> {
    const HIGH: [u32; 32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
        0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0, 0x017E, 0x0178,
    ];
    match byte {
        0x80..=0x9F => char::from_u32(HIGH[usize::from(byte - 0x80)]).filter(|c| *c != '\0'),
        _ => Some(char::from(byte)),
    }
}

/// Hỏi and ngã exchanged.
fn hook_and_tilde(word: &str) -> Option<String> {
    let swap = |c: char| match vowel(c) {
        Some((row, 2)) => VOWELS[row][3],
        Some((row, 3)) => VOWELS[row][2],
        _ => c,
    };
    let other: String = word.chars().map(swap).collect();
    (other != word).then_some(other)
}

/// The word without tones, and the tone of each letter.
fn split_tones(word: &str) -> (String, Vec<usize>) {
    let split = |c: char| vowel(c).map_or((c, 0), |(row, tone)| (VOWELS[row][0], tone));
    word.chars().map(split).unzip()
}

/// Tones back onto a word whose vowels stand where they stood.
fn put_tones(toneless: &str, tones: &[usize]) -> String {
    let put = |(at, c): (usize, char)| match (vowel(c), tones.get(at)) {
        (Some((row, _)), Some(tone)) => VOWELS[row][*tone],
        _ => c,
    };
    toneless.chars().enumerate().map(put).collect()
}

/// A cell of the table as text: the code of a letter that cannot be shown stands there as `\xad`.
fn written_out(cell: &str) -> String {
    let code = cell.strip_prefix("\\x").and_then(|hex| u8::from_str_radix(hex, 16).ok());
    code.map_or_else(|| cell.to_owned(), |code| char::from(code).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn words_are_misspelt_the_southern_way() {
        let spelling = Spelling::read(&Settings::read(&RulesFolder::embedded()).unwrap().reference);
        assert_eq!(hook_and_tilde("nguyễn").as_deref(), Some("nguyển"));
        assert_eq!(hook_and_tilde("lan"), None);
        let mut draw = Draw::of(1, 1, 1);
        let ends: Vec<String> = (0..40).filter_map(|_| spelling.other_end("tuyết", &mut draw)).collect();
        assert!(ends.contains(&"tuyếc".to_owned()), "{ends:?}");
        assert_eq!(spelling.other_i("quý").as_deref(), Some("quí"));
        assert_eq!(spelling.doublet("huỳnh").as_deref(), Some("hoàng"));
        assert_eq!(spelling.new_tone_mark("thúy").as_deref(), Some("thuý"));
        assert_eq!(spelling.new_tone_mark("quỳ"), None);
        assert_eq!(spelling.in_tcvn3("Nguyễn Văn Chín"), "NguyÔn V¨n ChÝn");
        assert_eq!(as_cp1252("Nguyễn").as_deref(), Some("Nguyá»…n"));
        assert_eq!(without_marks("Đỗ Thị Hường"), "Do Thi Huong");
    }
}
