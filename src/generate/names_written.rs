//! A name on its way into a cell: what goes wrong with its words, then with its form.

use unicode_normalization::UnicodeNormalization;

use super::draw::Draw;
use super::person::Sex;
use super::rates::{Chances, Fault};
use super::spelling::{Spelling, as_cp1252, capitalised_word, without_marks};
use super::written::{NameForm, WrittenName};

/// Column and kind of everything that went wrong with a row.
pub(super) type Faults = Vec<(&'static str, &'static str)>;

/// What writing a name needs to know.
#[derive(Clone, Copy)]
pub(super) struct NameWriter<'a> {
    pub(super) spelling: &'a Spelling,
    pub(super) chances: Chances,
    pub(super) column: &'static str,
}

/// Faults of the words, in the order they are tried.
const OF_WORDS: [Fault; 5] =
    [Fault::NameDialect, Fault::NameIy, Fault::NameDoublet, Fault::NameSlip, Fault::NameMarkLost];

/// What is typed where something has to stand in the field.
const PLACEHOLDERS: [&str; 4] = ["Không rõ", "Test", "Chưa rõ", "Không có"];

impl NameWriter<'_> {
    /// Faults of content: the name as the office has it in its books. Capitalised words, NFC.
    pub(super) fn mistake(&self, name: &str, sex: Sex, draw: &mut Draw, faults: &mut Faults) -> WrittenName {
        let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
        let mut written = WrittenName::default();
        for fault in OF_WORDS {
            if self.chances.happens(fault, draw) && self.change_word(fault, &mut words, draw) {
                faults.push((self.column, fault.word()));
            }
        }
        self.change_shape(&mut words, sex, &mut written, draw, faults);
        written.content = words.join(" ");
        if self.chances.happens(Fault::NameMarksLost, draw) {
            self.replace(without_marks(&written.content), Fault::NameMarksLost, &mut written, faults);
        } else if self.chances.happens(Fault::NameQuestion, draw) {
            self.replace(question_marks(&written.content), Fault::NameQuestion, &mut written, faults);
        } else if self.chances.happens(Fault::NamePlaceholder, draw) {
            // Nothing of the name is left: like a call name, no reader can tell what is wrong with it.
            self.replace(draw.pick(&PLACEHOLDERS).to_owned(), Fault::NamePlaceholder, &mut written, faults);
            written.has_extra = true;
        }
        self.add_extra(&mut written, sex, draw, faults);
        written.text.clone_from(&written.content);
        written
    }

    fn replace(&self, content: String, fault: Fault, written: &mut WrittenName, faults: &mut Faults) {
        if content != written.content {
            faults.push((self.column, fault.word()));
            written.is_visibly_damaged = true;
            written.content = content;
        }
    }

    fn change_word(&self, fault: Fault, words: &mut [String], draw: &mut Draw) -> bool {
        let at = draw.below(words.len());
        // Where the drawn word cannot go wrong that way, another may.
        for step in 0..words.len() {
            let place = (at + step) % words.len();
            let word = words[place].to_lowercase();
            if let Some(other) = self.other_word(fault, &word, draw).filter(|other| *other != word) {
                words[place] = capitalised_word(&other);
                return true;
            }
        }
        false
    }

    fn other_word(&self, fault: Fault, word: &str, draw: &mut Draw) -> Option<String> {
        match fault {
            Fault::NameDialect => self.spelling.by_ear(word, draw),
            Fault::NameIy => self.spelling.other_i(word),
            Fault::NameDoublet => self.spelling.doublet(word),
            Fault::NameSlip => slip(word, draw),
            Fault::NameMarkLost => Some(without_marks(word)),
            _ => None,
        }
    }

    /// Words left out, put in, moved, shortened: at most one of these.
    fn change_shape(
        &self,
        words: &mut Vec<String>,
        sex: Sex,
        written: &mut WrittenName,
        draw: &mut Draw,
        faults: &mut Faults,
    ) {
        let habit = if sex == Sex::Female { "Thị" } else { "Văn" };
        let fault = if words.len() > 2 && self.chances.happens(Fault::NameMiddleLeftOut, draw) {
            words.remove(1 + draw.below(words.len() - 2));
            Fault::NameMiddleLeftOut
        } else if words.len() > 1 && words[1] != habit && self.chances.happens(Fault::NameMiddleAdded, draw) {
            words.insert(1, habit.to_owned());
            Fault::NameMiddleAdded
        } else if words.len() > 2 && self.chances.happens(Fault::NameOrder, draw) {
            words.rotate_right(1);
            Fault::NameOrder
        } else if words.len() > 2 && self.chances.happens(Fault::NameShort, draw) {
            let at = draw.below(words.len() - 1);
            words[at] = short(&words[at]);
            written.is_visibly_damaged = true;
            Fault::NameShort
        } else {
            return;
        };
        faults.push((self.column, fault.word()));
    }

    fn add_extra(&self, written: &mut WrittenName, sex: Sex, draw: &mut Draw, faults: &mut Faults) {
        if !self.chances.happens(Fault::NameExtra, draw) {
            return;
        }
        let given = written.content.rsplit(' ').next().unwrap_or_default().to_owned();
        written.content = if draw.chance(0.6) {
            format!("{} ({} {given})", written.content, draw.pick(&["Hai", "Ba", "Tư", "Năm", "Út"]))
        } else {
            format!("{} {}", if sex == Sex::Male { "Ông" } else { "Bà" }, written.content)
        };
        written.has_extra = true;
        faults.push((self.column, Fault::NameExtra.word()));
    }

    /// Faults of form only: capitals, then at most one other.
    pub(super) fn form(&self, mut written: WrittenName, draw: &mut Draw, faults: &mut Faults) -> WrittenName {
        written.text.clone_from(&written.content);
        written.form = NameForm::Good;
        written.is_capitals = self.chances.happens(Fault::NameCapitals, draw);
        if written.is_capitals {
            written.text = written.text.to_uppercase();
            faults.push((self.column, Fault::NameCapitals.word()));
        }
        for (fault, form) in OF_FORM {
            if self.chances.happens(fault, draw)
                && let Some(text) = self.misform(fault, &written, draw)
            {
                written.is_capitals &= fault != Fault::NameLower;
                written.text = text;
                written.form = form;
                faults.push((self.column, fault.word()));
                break;
            }
        }
        written
    }

    fn misform(&self, fault: Fault, written: &WrittenName, draw: &mut Draw) -> Option<String> {
        let text = &written.text;
        let other = match fault {
            Fault::NameLegacy if draw.chance(0.6) => self.spelling.in_tcvn3(text),
            Fault::NameLegacy => as_cp1252(text)?,
            Fault::NameDecomposed => text.nfd().collect(),
            Fault::NameLookAlike => text.replace('Đ', "Ð").replace('đ', "ð"),
            Fault::NameInvisible if draw.chance(0.5) => text.replace(' ', "\u{a0}"),
            Fault::NameInvisible => hide(text, draw),
            Fault::NameSpacing => space(text, draw),
            Fault::NameLower => text.to_lowercase(),
            Fault::NameResidue => self.keys_left(written, draw)?,
            _ => self.new_tone_marks(text, written.is_capitals)?,
        };
        (other != *text).then_some(other)
    }

    /// One word with the keys of its marked letters left in it.
    fn keys_left(&self, written: &WrittenName, draw: &mut Draw) -> Option<String> {
        let mut words: Vec<String> = written.text.split(' ').map(str::to_owned).collect();
        let at = draw.below(words.len());
        let found = (0..words.len())
            .map(|step| (at + step) % words.len())
            .find_map(|place| Some((place, self.spelling.residue(&words[place].to_lowercase(), draw)?)));
        let (place, keys) = found?;
        words[place] = if written.is_capitals { keys.to_uppercase() } else { capitalised_word(&keys) };
        Some(words.join(" "))
    }

    fn new_tone_marks(&self, text: &str, is_capitals: bool) -> Option<String> {
        let mut changed = false;
        let word = |word: &str| match self.spelling.new_tone_mark(&word.to_lowercase()) {
            Some(other) => {
                changed = true;
                if is_capitals { other.to_uppercase() } else { capitalised_word(&other) }
            }
            None => word.to_owned(),
        };
        let words: Vec<String> = text.split(' ').map(word).collect();
        changed.then(|| words.join(" "))
    }
}

/// Faults of form and what they make of it, in the order they are tried.
const OF_FORM: [(Fault, NameForm); 8] = [
    (Fault::NameLegacy, NameForm::Legacy),
    (Fault::NameResidue, NameForm::Keystrokes),
    (Fault::NameDecomposed, NameForm::Unicode),
    (Fault::NameLookAlike, NameForm::Unicode),
    (Fault::NameInvisible, NameForm::Unicode),
    (Fault::NameSpacing, NameForm::Spacing),
    (Fault::NameLower, NameForm::Case),
    (Fault::NameNewTone, NameForm::ToneMark),
];

/// A letter left out, doubled, or changed places with the next.
fn slip(word: &str, draw: &mut Draw) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 3 {
        return None;
    }
    let at = draw.below(letters.len() - 1);
    match draw.below(3) {
        0 => drop(letters.remove(at + 1)),
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    Some(letters.into_iter().collect())
}

fn short(word: &str) -> String {
    match word {
        "Nguyễn" => "Ng.".to_owned(),
        "Trần" => "Tr.".to_owned(),
        "Phạm" => "Ph.".to_owned(),
        _ => word.chars().take(1).chain(['.']).collect(),
    }
}

/// Marked letters inside words turned into `?`.
fn question_marks(content: &str) -> String {
    let mut first = true;
    let letter = |c: char| {
        let keep = first || c.is_ascii();
        first = c == ' ';
        if keep { c } else { '?' }
    };
    content.chars().map(letter).collect()
}

/// A zero-width space inside a word.
fn hide(text: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = 1 + draw.below(letters.len().saturating_sub(1));
    letters.insert(at.min(letters.len()), '\u{200b}');
    letters.into_iter().collect()
}

fn space(text: &str, draw: &mut Draw) -> String {
    match draw.below(3) {
        0 => format!("{text} "),
        1 => format!(" {text}"),
        _ => text.replacen(' ', "  ", 1),
    }
}
